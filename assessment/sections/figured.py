"""Sections that say what was counted: 总体情况 and 督办和问题办理情况. Every number is one of the figures."""

from datetime import datetime

from agencies.writing import day_of
from progress.annual_words import short_title, stage_words
from progress.models import ProjectUpdate
from progress.models.periods import QUARTERS
from progress.timetable import here

from .paragraph import paragraph

COUNTED = "系统汇总"
LAMPS = (
    ("done", "已完成"),
    ("on_pace", "达序时"),
    ("behind", "欠序时"),
    ("seriously", "严重滞后"),
    ("yearly", "年度指标"),
    ("no_goal", "目标未定"),
    ("unreported", "未报"),
    ("undecided", "亮灯待审定"),
)


def overview(figures):
    """总体情况: tasks by lamp, targets that fell due, projects, filing; each in a paragraph of its own."""
    said = [_tasks(figures), _late(figures), _targets(figures), _projects(figures), _filing(figures)]
    return [paragraph(text, [_source(figures)]) for text in said if text]


def supervision(figures):
    """督办和问题办理情况: orders given out in the time, problems told."""
    counted, label = figures["supervision"], figures["span"]["label"]
    said = []
    if counted["orders"]:
        text = f"{label}，交办督办事项{counted['orders']}件，已办结{counted['closed']}件"
        text += f"（按期反馈{counted['in_time']}件）" if counted["closed"] else ""
        said.append(f"{text}，逾期未反馈{counted['overdue']}件。")
    else:
        said.append(f"{label}没有交办督办事项。")
    if counted["problems"]:
        said.append(f"各单位反映存在问题{counted['problems']}个，已销号{counted['solved']}个。")
    return [paragraph(text, [_source(figures)]) for text in said]


def _source(figures):
    """No return says it: it was counted, for the quarter whose lamps rule."""
    nobody = {"task": None, "agency": "", "version": None, "report": None}
    return nobody | {"agency_name": COUNTED, "period": figures["quarter"] or figures["span"]["code"]}


def _tasks(figures):
    counts, label = figures["counts"], figures["span"]["label"]
    if not counts["tasks"]:
        return ""
    lamps = "、".join(f"{word}{counts[name]}项" for name, word in LAMPS if counts[name])
    as_of = here(datetime.fromisoformat(figures["as_of"]))
    text = f"{label}，行动计划确定的{counts['tasks']}项重点任务中，{lamps}"
    if counts["completed"]:
        text += f"；按三年状态认定已完成{counts['completed']}项"
    return f"{text}{_earlier(figures)}。数据截至{day_of(as_of)}。"


def _earlier(figures):
    """Said where the last quarter's lamps are not confirmed yet and an earlier one's count."""
    code = figures["quarter"]
    if not code or code == figures["span"]["quarters"][-1]:
        return ""
    return f"（亮灯以第{QUARTERS[int(code[-1]) - 1]}季度为准）"


def _late(figures):
    """Which tasks are behind, where; nothing where none is."""
    late = [each for each in figures["chapters"] if _behind(each["lamps"])]
    if not late:
        return ""
    total = figures["counts"]["behind"] + figures["counts"]["seriously"]
    where = "、".join(f"{short_title(each['title'])}{_behind(each['lamps'])}项" for each in late)
    return f"进度滞后的任务共{total}项，分布在：{where}。"


def _behind(lamps):
    return lamps["yellow"] + lamps["red"]


def _targets(figures):
    due = [each for each in figures["targets"] if each["due"]]
    met = sum(1 for each in figures["targets"] if each["attained"] is True)
    if not figures["targets"]:
        return ""
    text = f"列入计划的量化指标{len(figures['targets'])}项，"
    if due:
        found = [each["attained"] for each in due]
        counts = (("已达到", True), ("未达到", False), ("尚待核定或认定", None))
        said = "、".join(f"{word}{found.count(kind)}项" for word, kind in counts if kind in found)
        text += f"其中到期{len(due)}项，{said}"
        early = met - sum(1 for each in due if each["attained"] is True)
        return text + (f"；未到期的已提前达到{early}项。" if early else "。")
    told = sum(1 for each in figures["targets"] if each["value"])
    return text + f"均未到期，已报送完成值{told}项，其中达到目标值{met}项。"


def _projects(figures):
    rows = figures["projects"]
    if not rows:
        return ""
    stages = [label for _, label in reversed(ProjectUpdate.Stage.choices)]
    counted = [(label, sum(1 for each in rows if each["stage"] == label)) for label in stages]
    said = "、".join(f"{stage_words(label)}{number}个" for label, number in counted if number)
    unsaid = sum(1 for each in rows if not each["stage"])
    said += ("、" if said else "") + f"未报送进展{unsaid}个" if unsaid else ""
    return f"计划列明的重大项目{len(rows)}个，{'其中' if '、' in said else ''}{said}。"


def _filing(figures):
    filing = figures["filing"]
    if not filing["due"] or filing["on_time_rate"] is None:
        return ""
    text = f"各单位应报{filing['due']}项次，按时报送率{filing['on_time_rate']}%"
    text += f"，迟报{filing['late']}项次" if filing["late"] else ""
    text += f"，到期未报{filing['overdue']}项次" if filing["overdue"] else ""
    return f"{text}。"
