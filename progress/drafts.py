"""Writing a draft: one conditional update, so that the loser of a race sees both texts and loses nothing."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from agencies import audit
from progress import completeness, content, paragraphs, permissions
from progress.models import NodeReport, ProgressReport, ProjectUpdate, TargetValue
from progress.models.contents import usual_certainty
from progress.workflow import Stale, WrongState

# The lists of a task's return, and the one of a unit's summary.
ROWS = ("nodes", "targets", "projects", "paragraphs")


def save(report, changes, *, by, now, revision, check=permissions.check_edit):
    """Write `changes` into a draft or returned report and return the fresh report.

    changes: any of the fields of the report's kind (`content.fields_of_kind`), and whole new lists. Of a
    task's return: `nodes` [{node, done, done_on, note}], `targets` [{target, certainty, value, value_text,
    note}] and `projects` [{project, stage, note}], ids standing for the rows; a value without its certainty
    is a 快报, in the fourth quarter a 预计. Of a unit's summary: `paragraphs` [{chapter, text, tasks}] by
    number (`paragraphs.checked`). What is not named stays. Nothing is written, and the revision stays, when
    nothing differs. check: what the person must be allowed (代录 has its own).

    Raises Denied, Stale, WrongState, or ValidationError by field, in this order.
    """
    check(by, report, now)
    if report.revision != revision:
        raise Stale(report)
    if not report.is_editable:
        raise WrongState(f"当前状态为“{report.get_state_display()}”，不能再改；如需修改请先撤回。")
    return _write(report, cleaned(report, changes), by, now, revision, check)


def cleaned(report, changes):
    """`changes` as the models take them. Raises ValidationError by field."""
    fields = {name: value for name, value in changes.items() if name not in ROWS}
    rows = {name: value for name, value in changes.items() if name in ROWS}
    return _cleaned(report, fields) | _checked(report, rows)


def put(report, changes):
    """Write `cleaned` changes into the report's content and return it fresh. Asks nothing and claims nothing:
    the caller may do it, and holds the report within its own transaction (更正)."""
    fields = {name: value for name, value in changes.items() if name not in ROWS}
    if fields:
        said = type(content.return_of(report))
        said.objects.filter(report=report).update(**fields)
    for name in ROWS:
        if name in changes:
            _replace(report, name, changes[name])
    return content.load(report.pk)


@transaction.atomic
def _write(report, changes, by, now, revision, check):
    before = content.snapshot(content.load(report.pk))
    claimed = ProgressReport.objects.filter(pk=report.pk, revision=revision, state=report.state).update(
        revision=F("revision") + 1, edited_at=now, edited_by=by
    )
    if not claimed:
        raise Stale(content.load(report.pk))
    fresh = put(report, changes)
    changed = [label for label, _, _ in content.differences(before, content.snapshot(fresh))]
    if not changed:
        transaction.set_rollback(True)
        return report
    # Asked again now that the row is ours: the office may have locked meanwhile (`periods.lock_period`).
    check(by, fresh, now)
    audit.record("填写", fresh, by=by, now=now, detail={"fields": changed, "revision": fresh.revision})
    return fresh


def _cleaned(report, fields):
    """The fields as the model takes them; raises ValidationError by field."""
    unknown = set(fields) - set(content.fields_of_kind(report))
    if unknown:
        raise ValidationError(dict.fromkeys(unknown, "没有这一项。"))
    said = type(content.return_of(report)).objects.get(report=report)
    for name, value in fields.items():
        setattr(said, name, "" if value is None and name != "percent" else value)
    problems = {
        name: f"内容有 {len(fields[name])} 字，超过 {content.TEXT_LIMIT} 字，请精简后再保存。"
        for name in content.texts_of_kind(report)
        if len(fields.get(name) or "") > content.TEXT_LIMIT
    }
    problems |= {
        name: "含有无法保存的字符，请删除后再保存。"
        for name, value in fields.items()
        if isinstance(value, str) and "\x00" in value
    }
    if problems:
        raise ValidationError(problems)
    said.clean_fields(exclude={field.name for field in said._meta.fields} - set(fields))
    return {name: getattr(said, name) for name in fields}


def _checked(report, rows):
    """The rows, each belonging to this report's task; raises ValidationError naming the list."""
    strange = set(rows) - set(content.rows_of_kind(report))
    if strange:
        raise ValidationError(dict.fromkeys(strange, "没有这一项。"))
    if "paragraphs" in rows:
        rows = rows | {"paragraphs": paragraphs.checked(report, rows["paragraphs"])}
    allowed = _allowed_ids(report, rows)
    if "targets" in rows:
        usual = usual_certainty(report.period)
        rows = rows | {
            "targets": [{**row, "certainty": row.get("certainty") or usual} for row in rows["targets"]]
        }
        if len({(row["target"], row["certainty"]) for row in rows["targets"]}) < len(rows["targets"]):
            raise ValidationError({"targets": "同一指标的同一数据性质重复填写，请合并后再保存。"})
    for name, key, model in (
        ("nodes", "node", NodeReport),
        ("targets", "target", TargetValue),
        ("projects", "project", ProjectUpdate),
    ):
        for row in rows.get(name, ()):
            if row[key] not in allowed[name]:
                raise ValidationError({name: "所填内容不属于本任务，请刷新页面后再试。"})
            try:
                _as_row(report, model, key, row).clean_fields(exclude=["report", key])
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from error
    return rows


def _allowed_ids(report, rows):
    allowed = {}
    if "nodes" in rows:
        goal = completeness.goal_of(report)
        allowed["nodes"] = set(goal.nodes.values_list("pk", flat=True)) if goal else set()
    if "targets" in rows:
        allowed["targets"] = set(report.task.targets.values_list("pk", flat=True))
    if "projects" in rows:
        allowed["projects"] = set(report.task.projects.values_list("pk", flat=True))
    return allowed


def _replace(report, name, wanted):
    """Make the report's rows of one kind exactly `wanted`; an empty row is no row."""
    if name == "paragraphs":
        paragraphs.replace(report, wanted)
        return
    if name == "nodes":
        manager, key, model = report.node_reports, "node", NodeReport
        kept = [row for row in wanted if row.get("done") or row.get("note")]
    elif name == "targets":
        manager, key, model = report.target_values, "target", TargetValue
        kept = [r for r in wanted if r.get("value") is not None or r.get("value_text") or r.get("note")]
    else:
        manager, key, model = report.project_updates, "project", ProjectUpdate
        kept = [row for row in wanted if row.get("stage")]
    manager.all().delete()
    model.objects.bulk_create(_as_row(report, model, key, row) for row in kept)


def _as_row(report, model, key, row):
    values = {name: value for name, value in row.items() if name != key and value is not None}
    if isinstance(values.get("done_on"), str):
        values["done_on"] = date.fromisoformat(values["done_on"])
    if isinstance(values.get("value"), int | float | str):
        values["value"] = Decimal(str(values["value"]))
    return model(report=report, **{f"{key}_id": row[key]}, **values)
