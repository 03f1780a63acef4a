"""What the return of a task says, as plain data, and how its parts are called."""

from progress.models import NodeReport, ProjectUpdate, TargetValue, TaskReturn

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
FIELDS = ("nature", "no_change_ground", *TEXTS, "percent", *SIGN_OFF)
CHANGED_ROWS = ("nodes", "targets", "projects")
# What hangs on a report: (its name there, the rows, the field of each row that is shown with it).
ROWS = (
    ("node_reports", NodeReport, "node"),
    ("target_values", TargetValue, "target"),
    ("project_updates", ProjectUpdate, "project"),
)


def said_by(report):
    """The texts and rows of a task's return, between its heading and its attachments."""
    said = report.task_return
    return {
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
    value = row["value"] if row["value"] is not None else row["value_text"]
    return f"{row['indicator']}：{value}{row['unit']} {row['note']}".strip()


def _project_line(row):
    return f"{row['name']}：{row['stage']} {row['note']}".strip()


LISTS = (
    ("nodes", "节点", _node_line),
    ("target_values", "量化完成值", _value_line),
    ("project_updates", "项目进展", _project_line),
)
