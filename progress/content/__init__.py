"""What a report says, as plain data: read, freeze, fingerprint, compare. Each kind has its own module."""

import hashlib
import json
from functools import cache

from agencies.along import along, fields_of, keep, objects
from progress.models import Attachment, Extension, ProgressReport

from . import task, unit
from .comparing import word_diff
from .plain import SIGN_OFF, TEXT_LIMIT, number
from .task import FIELDS, TEXTS, label_of

__all__ = [
    "FIELDS",
    "HEADING",
    "SIGN_OFF",
    "TEXTS",
    "TEXT_LIMIT",
    "canonical",
    "differences",
    "fields_of_kind",
    "fingerprint",
    "first",
    "heading",
    "is_of_unit",
    "label_of",
    "load",
    "loaded",
    "number",
    "return_of",
    "rows_of_kind",
    "snapshot",
    "task",
    "texts_of_kind",
    "unit",
    "word_diff",
]

HEADING = (
    *("agency", "period__plan", "task__chapter", "task_return", "unit_return"),
    *("submitted_by", "approved_by", "signed_paper"),
)
ROWS = (*task.ROWS, ("attachments", Attachment, None), ("extensions", Extension, None))


def heading(pk):
    """The report with its texts, in one query; its rows are asked for when they are read."""
    return ProgressReport.objects.select_related(*HEADING).get(pk=pk)


def first(reports):
    """The first of `reports`, rows included, with everything a rule or a page reads of it; None where there
    is none. One query."""
    return next(iter(loaded(reports, most=1)), None)


def loaded(reports, most=None):
    """`reports` (the first `most` of them) as `first` gives one; one query."""
    found = list(reports.select_related(*HEADING).annotate(**_rows_along())[:most])
    for report in found:
        for name, model, of in ROWS:
            listed = getattr(report, f"{name}_along")
            keep(report, name, objects(model, listed, key=lambda row, of=of: _place(row, of)))
        unit.keep_rows(report)
        task.keep_sources(report)
    return found


@cache
def _rows_along():
    """The annotations that bring the rows along; they are the same for every report, and dear to build."""
    rows = {
        f"{name}_along": along(model.objects.all(), "report", *_fields(model, of)) for name, model, of in ROWS
    }
    return rows | unit.along_rows() | task.along_sources()


def _fields(model, of):
    return [*fields_of(model), *(fields_of(model._meta.get_field(of).related_model, f"{of}__") if of else ())]


def _place(row, of):
    if of:
        return (getattr(row, of).order, row.pk)
    return (row.asked_at if isinstance(row, Extension) else row.uploaded_at, row.pk)


def load(pk):
    """The report with everything a rule or a page reads of it, rows included."""
    report = first(ProgressReport.objects.filter(pk=pk))
    if report is None:
        raise ProgressReport.DoesNotExist(pk)
    return report


def snapshot(report):
    """The report's content as JSON-ready data, in the shape the API answers and a version freezes.

    Numbers are JSON numbers; removed attachments are left out. A unit's summary names its `kind` and has
    `paragraphs` by 行动; a task's return has its `task`.
    """
    return {
        "plan": report.period.plan.code,
        "period": report.period.code,
        "agency_code": report.agency.code,
        "agency": report.agency.name,
        **_of_kind(report).said_by(report),
        "attachments": [
            {"id": row.pk, "name": row.name, "size": row.size, "sha256": row.sha256}
            for row in report.attachments.all()
            if row.removed_at is None
        ],
    }


def canonical(said):
    """The one way to write a snapshot down: keys sorted, no spaces, Chinese as it is."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(said):
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def differences(old, new):
    """What changed between two snapshots: [(field label, old, new)] over texts, percent and rows."""
    kind = unit if is_of_unit(new) else task
    changed = [
        (kind.label_of(field), kind.shown(field, old.get(field)), kind.shown(field, new.get(field)))
        for field in kind.FIELDS
        if kind.shown(field, old.get(field)) != kind.shown(field, new.get(field))
    ]
    for rows, label, line in (*kind.LISTS, ("attachments", "佐证材料", lambda row: row["name"])):
        before, after = ("\n".join(line(row) for row in said.get(rows, [])) for said in (old, new))
        if before != after:
            changed.append((label, before, after))
    return changed


def is_of_unit(said):
    """Whether a snapshot is of a unit's summary, not of a task's return."""
    return "paragraphs" in said


def return_of(report):
    """The row that holds the report's own texts: a TaskReturn or a UnitReturn."""
    return report.unit_return if report.kind == ProgressReport.Kind.UNIT else report.task_return


def fields_of_kind(report):
    """The names of the report's own fields."""
    return _of_kind(report).FIELDS


def rows_of_kind(report):
    """The lists `drafts.save` takes for the report."""
    return _of_kind(report).CHANGED_ROWS


def texts_of_kind(report):
    """The names of the report's long texts."""
    return _of_kind(report).TEXTS


def _of_kind(report):
    return unit if report.kind == ProgressReport.Kind.UNIT else task
