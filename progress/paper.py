"""A return as the paper form 季度进展表 shows it: a snapshot as lines of text, marked where they changed."""

from dataclasses import dataclass, field

from progress.content import label_of, word_diff
from progress.models import ProjectUpdate, TargetValue, TaskReturn

CERTAINTY = dict(TargetValue.Certainty.choices)
STAGE = dict(ProjectUpdate.Stage.choices)
GROUND = dict(TaskReturn.Ground.choices)
NATURE = dict(TaskReturn.Nature.choices)


@dataclass(frozen=True)
class Line:
    """One row of the form. pieces: [("same"|"ins"|"del", text)] where compared, else empty."""

    key: str
    label: str
    text: str
    pieces: list = field(default_factory=list)

    @property
    def changed(self):
        return any(kind != "same" for kind, _ in self.pieces)


def lines(said, against=None):
    """The rows of the paper form in its order.

    said: a snapshot (`content.snapshot`); against: an older snapshot to mark the changes from, or None.
    Rows empty in both are left out, except 工作进展.
    """
    now = dict(_texts(said))
    before = dict(_texts(against)) if against else {}
    rows = []
    for key, label in _labels():
        text, old = now.get(key, ""), before.get(key, "")
        if not text and not old and key != "progress":
            continue
        rows.append(Line(key, label, text, word_diff(old, text) if against else []))
    return rows


def _labels():
    yield "nature", "填报方式"
    yield "progress", "工作进展"
    yield "percent", "年度目标完成率"
    yield "nodes", "年度目标节点"
    yield "target_values", "量化完成值"
    yield "project_updates", "项目进展"
    for name in ("problem", "request", "next_steps", "experience", "consolidated"):
        yield name, label_of(name)


def _texts(said):
    yield "nature", _nature(said)
    for name in ("progress", "problem", "request", "next_steps", "experience", "consolidated"):
        yield name, said.get(name) or ""
    yield "percent", f"{said['percent']}%" if said.get("percent") is not None else ""
    yield "nodes", "\n".join(map(_node, said.get("nodes", ())))
    yield "target_values", "\n".join(map(_value, said.get("target_values", ())))
    yield "project_updates", "\n".join(map(_update, said.get("project_updates", ())))


def _nature(said):
    if said.get("nature") != TaskReturn.Nature.NO_CHANGE:
        return ""
    ground = GROUND.get(said.get("no_change_ground"), "")
    reason = said.get("no_change_reason") or ""
    return NATURE["no_change"] + (f"（{ground}）" if ground else "") + (f"：{reason}" if reason else "")


def _node(row):
    if not row["done"]:
        done = f"未完成（时限 {row['due_on']}）"
    else:
        done = f"已完成（{row['done_on']}）" if row["done_on"] else "已完成"
    return "　".join(filter(None, [f"{row['title']}：{done}", row["note"]]))


def _value(row):
    value = row["value_text"] if row["value"] is None else f"{row['value']}{row['unit']}"
    said = f"{row['indicator']}：{value}（{CERTAINTY[row['certainty']]}）"
    return "　".join(filter(None, [said, row["note"]]))


def _update(row):
    return "　".join(filter(None, [f"{row['name']}：{STAGE.get(row['stage'], row['stage'])}", row["note"]]))
