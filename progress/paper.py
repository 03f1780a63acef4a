"""A report as its paper form shows it: a snapshot as lines of text, marked where they changed."""

from dataclasses import dataclass, field

from progress import annual_tables
from progress.content import is_of_unit, label_of, unit, word_diff
from progress.models import ProjectUpdate, TargetValue, TaskReturn
from tasks.models import Assignment

CERTAINTY = dict(TargetValue.Certainty.choices)
STAGE = dict(ProjectUpdate.Stage.choices)
# The tables frozen with a year's report.
ATTACHED = (("targets", "附件：量化指标完成情况"), ("projects", "附件：重大项目进展"))
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
    Rows empty in both are left out, except 工作进展 (总体情况 of a unit's summary).
    """
    texts, labels, kept = _texts, _labels("提供的材料" if _is_contribution(said) else "工作进展"), "progress"
    if is_of_unit(said):
        texts, labels, kept = _unit_texts, _unit_labels(said, against), "overview"
    now = dict(texts(said))
    before = dict(texts(against)) if against else {}
    rows = []
    for key, label in labels:
        text, old = now.get(key, ""), before.get(key, "")
        if not text and not old and key != kept:
            continue
        rows.append(Line(key, label, text, word_diff(old, text) if _may_compare(key, against) else []))
    return rows


def _may_compare(key, against):
    """Versions frozen before their tables were kept had tables too: nothing was added since."""
    return bool(against) and (key not in annual_tables.TABLES or "paper" in against)


# --- a unit's summary: its five parts, the second by 行动 ----------------------------------------


def _unit_labels(said, against):
    paragraphs = [*said["paragraphs"], *(against["paragraphs"] if against else ())]
    chapters = {row["chapter"]: unit.chapter_label(row) for row in paragraphs}
    yield "overview", unit.label_of("overview")
    for number in sorted(chapters):
        yield f"chapter-{number}", chapters[number]
    for name in ("experience", "benchmarking", "problem", "request", "next_steps"):
        yield name, unit.label_of(name)
    yield from ATTACHED


def _unit_texts(said):
    for name in unit.TEXTS:
        yield name, said[name]
    by_chapter = {}
    for row in said["paragraphs"]:
        if row["text"].strip():
            by_chapter.setdefault(row["chapter"], []).append(unit.paragraph_line(row))
    for number, texts in by_chapter.items():
        yield f"chapter-{number}", "\n".join(texts)
    if "paper" in said:
        yield from annual_tables.lines_of(said["paper"]).items()


# --- a task's return -----------------------------------------------------------------------------


def _is_contribution(said):
    """Whether a snapshot is what a supporter gives its lead."""
    return said.get("role") == Assignment.Role.SUPPORT


def _labels(progress):
    yield "nature", "填报方式"
    yield "progress", progress
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
    word = "无可提供" if _is_contribution(said) else NATURE["no_change"]
    return word + (f"（{ground}）" if ground else "") + (f"：{reason}" if reason else "")


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
