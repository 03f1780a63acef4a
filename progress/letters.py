"""代录: what a body has sent by letter, entered by the office, to be reviewed by another of the office.

The office does not read what the body has written and not yet sent: its form starts empty (or from the last
version that left), what it enters replaces everything, and the draft is set aside for the body.
"""

from collections import Counter
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from agencies.along import keep
from progress import content, drafts, papers, permissions, workflow
from progress.models import (
    Attachment,
    NodeReport,
    ProgressReport,
    ProjectUpdate,
    ReplacedDraft,
    SignedPaper,
    TargetValue,
    TaskReturn,
    UnitParagraph,
    UnitReturn,
)
from progress.return_sheet import ReturnSheet
from progress.unit_sheet import UnitSheet
from progress.workflow import Stale

REFERENCE_LIMIT = 120


def enter(report, changes, uploaded_file, *, reference, received_at, by, now, revision):
    """Enter a return from a letter and send it to review; returns the fresh report.

    changes: as `drafts.save` takes them; what they do not name becomes empty. uploaded_file: the letter's
    scan; reference: 文号 or what the letter is; received_at: when it arrived, which counts as when the
    return left the body. One transaction.

    Raises Denied, Stale, WrongState, ValidationError by field, Refused, Incomplete.
    """
    permissions.check_enter_on_behalf(by, report, now)
    if report.revision != revision:
        raise Stale(report)
    workflow.check_starts("enter_on_behalf", report)
    reference = _check_letter(reference, received_at, report.period, now)
    letter = {
        "kind": SignedPaper.Kind.LETTER,
        "reference": reference,
        "signed_on": timezone.localdate(received_at),
        "of_demo": report.is_demo,
    }
    with papers.kept(report.agency, report.period, uploaded_file, by=by, now=now, **letter) as paper:
        _set_aside(report, by, now)
        written = drafts.save(
            report,
            _nothing_said(report) | changes,
            by=by,
            now=now,
            revision=revision,
            check=permissions.check_enter_on_behalf,
        )
        return workflow.enter_on_behalf(
            written, by=by, now=now, revision=written.revision, paper=paper, received_at=received_at
        )


def has_unsent_draft(report):
    """Whether something stands there that has not left the body. Says nothing of what it is."""
    said, left = content.snapshot(report), _last_left(report)
    if left is not None and _sources(left) == _sources(said):
        return bool(content.differences(left, said))
    return said != _blank(report, said)


def sheet_for_letter(report):
    """The sheet the office enters a letter into: empty, or with the last version that left."""
    report = content.load(report.pk)
    if report.kind == ProgressReport.Kind.UNIT:
        return UnitLetterSheet(_unit_as_it_left(report))
    return LetterSheet(_as_it_left(report))


class LetterSheet(ReturnSheet):
    """As the body sees it, but for what is the body's own: what it has written, now or a quarter ago."""

    previous = None
    asks_consolidated = False


class UnitLetterSheet(UnitSheet):
    """The same for a unit's summary."""

    previous = None
    own_returns = ()


def _check_letter(reference, received_at, period, now):
    problems = {}
    reference = (reference or "").strip()
    if not reference:
        problems["reference"] = "请填写来函文号；没有文号的，写明来函是什么，例如“市某局 9 月 28 日来函”。"
    elif len(reference) > REFERENCE_LIMIT or "\x00" in reference:
        problems["reference"] = f"来函文号或说明最多 {REFERENCE_LIMIT} 字，且不能含无法保存的字符。"
    if received_at is None:
        problems["received_at"] = "请填写收到来函的时间。"
    elif received_at > now:
        problems["received_at"] = "收到时间不能晚于现在。"
    elif received_at < papers.opened(period):
        since = timezone.localtime(papers.opened(period))
        problems["received_at"] = f"收到时间不能早于本期开放填报的时间（{since:%Y-%m-%d %H:%M}）。"
    if problems:
        raise ValidationError(problems)
    return reference


def _nothing_said(report):
    """Every field and list of the return, empty."""
    said = dict.fromkeys(content.fields_of_kind(report), "")
    if report.kind == ProgressReport.Kind.UNIT:
        return said | {"paragraphs": []}
    return said | {
        "nature": TaskReturn.Nature.PROGRESS,
        "percent": None,
        "nodes": [],
        "targets": [],
        "projects": [],
    }


def _set_aside(report, by, now):
    """Keep what the body has written and not sent, and take its files and sources off the return."""
    standing = content.load(report.pk)
    if has_unsent_draft(standing):
        ReplacedDraft.objects.create(
            report=standing,
            content=content.snapshot(standing),
            replaced_at=now,
            replaced_by=by,
            is_demo=report.is_demo,
        )
    unsent = Attachment.objects.filter(report=report, removed_at__isnull=True)
    unsent.exclude(pk__in=[file["id"] for file in files_that_left(standing)]).update(removed_at=now)
    for row in standing.taken_over.all():
        if not any(_is_of(row, source) for source in _sources(_last_left(report) or {})):
            row.delete()


def _is_of(row, source):
    """Whether a TakenOver is what a snapshot tells as this source."""
    told = (source["report"], source["version"], source["field"], source["text"])
    return (row.source_id, row.version, row.field, row.text) == told


def files_that_left(report):
    """The files of the last version that left: known to the office, so they stay on the return."""
    return (_last_left(report) or {}).get("attachments", [])


def _blank(report, said):
    """This return's snapshot with nothing in it."""
    empty = {name: [] if isinstance(value, list) else value for name, value in said.items()}
    return empty | {name: value for name, value in _nothing_said(report).items() if name in said}


def _sources(said):
    """Whose words were taken over, in a snapshot."""
    return said.get("sources", [])


def _last_left(report):
    if report.left_at is None:
        return None
    return report.versions.order_by("-number").values_list("content", flat=True).first()


def _as_it_left(report):
    """The same report, holding the last version that left instead of what the body has written since."""
    said = _last_left(report) or {}
    fields = {name: said[name] for name in content.FIELDS if said.get(name) not in (None, "")}
    if "percent" in fields:
        fields["percent"] = Decimal(str(fields["percent"]))
    report.task_return = TaskReturn(**fields)
    keep(report, "node_reports", [NodeReport(**_node(row)) for row in said.get("nodes", ())])
    keep(report, "target_values", [TargetValue(**_value(row)) for row in said.get("target_values", ())])
    updates = [ProjectUpdate(**_update(row)) for row in said.get("project_updates", ())]
    keep(report, "project_updates", updates)
    keep(report, "attachments", [])
    return report


def _unit_as_it_left(report):
    """The same for a unit's summary."""
    said = _last_left(report) or {}
    rows = said.get("paragraphs", ())
    fields = {name: said[name] for name in content.unit.FIELDS if said.get(name)}
    chapters = {chapter.number: chapter for chapter in report.period.plan.chapters.all()}
    named = {number for row in rows for number in row["tasks"]}
    tasks = {task.number: task for task in report.period.plan.tasks.filter(number__in=named)}
    report.unit_return = UnitReturn(**fields)
    places = Counter()
    paragraphs = []
    for key, row in enumerate(rows, start=1):
        chapter = chapters[row["chapter"]]
        paragraph = UnitParagraph(pk=key, chapter=chapter, order=places[chapter], text=row["text"])
        keep(paragraph, "tasks", [tasks[number] for number in row["tasks"] if number in tasks])
        places[chapter] += 1
        paragraphs.append(paragraph)
    keep(report, "paragraphs", paragraphs)
    keep(report, "attachments", [])
    return report


def _node(row):
    done_on = date.fromisoformat(row["done_on"]) if row["done_on"] else None
    return {"node_id": row["node"], "done": row["done"], "done_on": done_on, "note": row["note"]}


def _value(row):
    value = None if row["value"] is None else Decimal(str(row["value"]))
    named = {name: row[name] for name in ("certainty", "value_text", "note")}
    return {"target_id": row["target"], "value": value, **named}


def _update(row):
    return {"project_id": row["project"], "stage": row["stage"], "note": row["note"]}
