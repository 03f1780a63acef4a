"""What a report says, as plain data: read, freeze, fingerprint, compare."""

import hashlib
import json
import re
from difflib import SequenceMatcher

from agencies.along import along, fields_of, keep, objects
from progress.models import (
    Attachment,
    NodeReport,
    ProgressReport,
    ProjectUpdate,
    TargetValue,
    TaskReturn,
)

# The longest text one field takes; the paper form's largest box holds about 600 characters.
TEXT_LIMIT = 5000

TEXTS = (
    "no_change_reason",
    "progress",
    "experience",
    "problem",
    "request",
    "next_steps",
    "consolidated",
)
SIGN_OFF = ("filled_by", "phone", "head")
FIELDS = ("nature", "no_change_ground", *TEXTS, "percent", *SIGN_OFF)


HEADING = ("agency", "period__plan", "task__chapter", "task_return", "submitted_by", "approved_by")
# What hangs on a report: (its name there, the rows, the field of each row that is shown with it).
ROWS = (
    ("node_reports", NodeReport, "node"),
    ("target_values", TargetValue, "target"),
    ("project_updates", ProjectUpdate, "project"),
    ("attachments", Attachment, None),
)


def heading(pk):
    """The report with its texts, in one query; its rows are asked for when they are read."""
    return ProgressReport.objects.select_related(*HEADING).get(pk=pk)


def first(reports):
    """The first of `reports`, rows included, with everything a rule or a page reads of it; None where there
    is none. One query."""
    rows = {
        f"{name}_along": along(model.objects.all(), "report", *_fields(model, of)) for name, model, of in ROWS
    }
    report = reports.select_related(*HEADING).annotate(**rows).first()
    for name, model, of in ROWS if report else ():
        found = objects(model, getattr(report, f"{name}_along"), key=lambda row, of=of: _place(row, of))
        keep(report, name, found)
    return report


def _fields(model, of):
    return [*fields_of(model), *(fields_of(model._meta.get_field(of).related_model, f"{of}__") if of else ())]


def _place(row, of):
    return (getattr(row, of).order if of else row.uploaded_at, row.pk)


def load(pk):
    """The report with everything a rule or a page reads of it, rows included."""
    report = first(ProgressReport.objects.filter(pk=pk))
    if report is None:
        raise ProgressReport.DoesNotExist(pk)
    return report


def snapshot(report):
    """The report's content as JSON-ready data, in the shape the API answers and a version freezes.

    Numbers are JSON numbers; removed attachments are left out.
    """
    said = report.task_return
    return {
        "plan": report.period.plan.code,
        "period": report.period.code,
        "agency_code": report.agency.code,
        "agency": report.agency.name,
        "task": {"number": report.task.number, "title": report.task.title},
        **{field: getattr(said, field) for field in FIELDS if field != "percent"},
        "percent": number(said.percent),
        "nodes": [
            {
                "node": row.node_id,
                "title": row.node.title,
                "due_on": row.node.due_on.isoformat(),
                "done": row.done,
                "done_on": row.done_on.isoformat() if row.done_on else None,
                "note": row.note,
            }
            for row in report.node_reports.all()
        ],
        "target_values": [
            {
                "target": row.target_id,
                "indicator": row.target.indicator,
                "unit": row.target.unit,
                "certainty": row.certainty,
                "value": number(row.value),
                "value_text": row.value_text,
                "note": row.note,
            }
            for row in report.target_values.all()
        ],
        "project_updates": [
            {"project": row.project_id, "name": row.project.name, "stage": row.stage, "note": row.note}
            for row in report.project_updates.all()
        ],
        "attachments": [
            {"id": row.pk, "name": row.name, "size": row.size, "sha256": row.sha256}
            for row in report.attachments.all()
            if row.removed_at is None
        ],
    }


def number(value):
    """A Decimal as a JSON number: whole where it is whole, None where there is none."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def canonical(said):
    """The one way to write a snapshot down: keys sorted, no spaces, Chinese as it is."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(said):
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def label_of(field):
    """The field's name as the paper form has it."""
    return str(TaskReturn._meta.get_field(field).verbose_name)


def differences(old, new):
    """What changed between two snapshots: [(field label, old, new)] over texts, percent and rows."""
    changed = [
        (label_of(field), _shown(field, old.get(field)), _shown(field, new.get(field)))
        for field in FIELDS
        if _shown(field, old.get(field)) != _shown(field, new.get(field))
    ]
    for rows, label, line in (
        ("nodes", "节点", _node_line),
        ("target_values", "量化完成值", _value_line),
        ("project_updates", "项目进展", _project_line),
        ("attachments", "佐证材料", lambda row: row["name"]),
    ):
        before, after = ("\n".join(line(row) for row in said.get(rows, [])) for said in (old, new))
        if before != after:
            changed.append((label, before, after))
    return changed


def word_diff(old, new):
    """The way from one text to another: [("same" | "ins" | "del", text)], clause by clause, then by word.

    Long texts are first compared in clauses, so that two pages of prose take milliseconds.
    """
    pieces = []
    for tag, before, after in _blocks(_clauses(old), _clauses(new)):
        if tag == "replace":
            pieces += _plain(_blocks(_words(before), _words(after)))
        else:
            pieces += _plain([(tag, before, after)])
    return _joined(pieces)


def _blocks(old, new):
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(tag, "".join(old[a:b]), "".join(new[c:d])) for tag, a, b, c, d in matcher.get_opcodes()]


def _plain(blocks):
    for tag, before, after in blocks:
        if tag == "equal":
            yield ("same", before)
        else:
            if before:
                yield ("del", before)
            if after:
                yield ("ins", after)


def _joined(pieces):
    joined = []
    for kind, text in pieces:
        if joined and joined[-1][0] == kind:
            joined[-1] = (kind, joined[-1][1] + text)
        else:
            joined.append((kind, text))
    return joined


def _clauses(text):
    return re.findall(r"[^，。；！？\n]*[，。；！？\n]|[^，。；！？\n]+", text or "")


def _words(text):
    return re.findall(r"[A-Za-z0-9.%]+|.", text, flags=re.DOTALL)


def _shown(field, value):
    if value in (None, ""):
        return ""
    if field in ("nature", "no_change_ground"):
        return str(dict(TaskReturn._meta.get_field(field).choices).get(value, value))
    return f"{value}%" if field == "percent" else str(value)


def _node_line(row):
    done = (
        f"已完成（{row['done_on']}）"
        if row["done"] and row["done_on"]
        else "已完成"
        if row["done"]
        else "未完成"
    )
    return f"{row['title']}：{done} {row['note']}".strip()


def _value_line(row):
    value = row["value"] if row["value"] is not None else row["value_text"]
    return f"{row['indicator']}：{value}{row['unit']} {row['note']}".strip()


def _project_line(row):
    return f"{row['name']}：{row['stage']} {row['note']}".strip()
