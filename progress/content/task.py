"""What the return of a task says, as plain data, and how its parts are called."""

from agencies.along import along, keep, objects
from progress.models import NodeReport, ProjectUpdate, TakenOver, TargetValue, TaskReturn

from .plain import SIGN_OFF, number

TEXTS = (
    "no_change_reason",
    "progress",
    "experience",
    "problem",
    "request",
    "next_steps",
    "consolidated",
)
CERTAINTY = dict(TargetValue.Certainty.choices)
STAGE = dict(ProjectUpdate.Stage.choices)
FIELDS = ("nature", "no_change_ground", *TEXTS, "percent", *SIGN_OFF)
CHANGED_ROWS = ("nodes", "targets", "projects")
# What hangs on a report: (its name there, the rows, the field of each row that is shown with it).
ROWS = (
    ("node_reports", NodeReport, "node"),
    ("target_values", TargetValue, "target"),
    ("project_updates", ProjectUpdate, "project"),
)


def along_sources():
    """An annotation of reports: the words they took over from others, read by `keep_sources`."""
    names = ("field", "version", "text", "source__pk", "source__agency__pk", "source__agency__name")
    return {"taken_over_along": along(TakenOver.objects.all(), "report", *names)}


def keep_sources(report):
    """Leave what `along_sources` brought where `said_by` reads it."""
    keep(report, "taken_over", objects(TakenOver, report.taken_over_along))


def said_by(report):
    """The texts and rows of a task's return, between its heading and its attachments.

    `sources` names whose words it took over; `role` tells a supporter's contribution from a lead's return.
    Versions frozen before there was either lack both.
    """
    said = report.task_return
    return {
        "task": {"number": report.task.number, "title": report.task.title},
        "role": report.role,
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
        "sources": [
            {
                "agency": row.source.agency.name,
                "field": row.field,
                "text": row.text,
                "report": row.source_id,
                "version": row.version,
            }
            for row in report.taken_over.all()
        ],
    }


def label_of(field):
    """The field's name as the paper form has it."""
    return str(TaskReturn._meta.get_field(field).verbose_name)


def shown(field, value):
    """A field's value in words."""
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
    value = f"{row['value']}{row['unit']}" if row["value"] is not None else row["value_text"]
    return f"{row['indicator']}：{value}（{CERTAINTY[row['certainty']]}） {row['note']}".strip()


def _project_line(row):
    return f"{row['name']}：{STAGE[row['stage']]} {row['note']}".strip()


LISTS = (
    ("nodes", "节点", _node_line),
    ("target_values", "量化完成值", _value_line),
    ("project_updates", "项目进展", _project_line),
)
