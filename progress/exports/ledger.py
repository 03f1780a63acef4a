"""任务台账: the fifteen columns of the full ledger, the chapter one cell down its rows."""

from datetime import date
from decimal import Decimal

from agencies.spreadsheets import Column
from tasks.models import AnnualGoal, Target

from .book import A3, Cell
from .looks import lamp_look, lamp_words

NAME = "任务台账"
COLUMNS = (
    Column("序号", 5),
    Column("行动/章节", 8),
    Column("工作任务（原文）", 37),
    Column("量化目标", 19),
    Column("年度目标", 17),
    Column("季度（序时）目标", 15),
    Column("责任领导", 8),
    Column("牵头单位", 20),
    Column("配合单位", 17),
    Column("完成时限", 14),
    Column("当前进展", 38),
    Column("亮灯", 15),
    Column("存在问题", 17),
    Column("下一步措施", 17),
    Column("备注", 14),
)
NUMBER, CHAPTER, LAMP = 0, 1, 11


def write(book, quarter):
    """The sheet; returns {chapter: (first row, last row)}, 0-based, for the formulas of 亮灯统计."""
    title = f"{quarter.plan.title}任务台账"
    paper = book.paper(NAME, title, COLUMNS, paper=A3, frozen=3)
    rows = {}
    for standing in quarter.standings:
        row = paper.line(_cells(standing, quarter), skip=(CHAPTER,))
        first, _ = rows.get(standing.task.chapter, (row, row))
        rows[standing.task.chapter] = (first, row)
    for chapter, (first, last) in rows.items():
        paper.down(first, last, CHAPTER, chapter.title, "chapter_down")
    if not rows:
        paper.across("本计划没有可查看的任务。", "quiet")
    paper.end()
    return rows


def _cells(standing, quarter):
    task = standing.task
    told = standing.progress_text
    progress = "\n".join(filter(None, [_pace(standing), told]))
    return [
        Cell(task.number, "count"),
        Cell(None),
        Cell(task.text),
        Cell(_targets(quarter.targets[task.pk])),
        Cell(standing.goal_text) if standing.goals else Cell("（目标未定）", "quiet"),
        _quarter_goal(standing, quarter),
        Cell("\n".join(quarter.leaders[task.pk]), "centre"),
        Cell("\n".join(agency.name for agency in standing.leads), "centre"),
        Cell(standing.supports_text),
        Cell(_due_on(quarter.targets[task.pk], quarter.plan), "day"),
        Cell(progress) if told else Cell(quarter.unsaid(standing), "quiet"),
        lamp_cell(standing),
        Cell(standing.problem),
        Cell(standing.next_steps),
        Cell(_remarks(standing, quarter)),
    ]


def lamp_cell(standing):
    words = lamp_words(standing.lamp_word, lamp=standing.lamp, computed=standing.is_computed)
    return Cell(words, lamp_look(standing.lamp, computed=standing.is_computed))


def _targets(targets):
    """The numbers the plan promises, in its own words; a number inside a name is no target."""
    quotes = dict.fromkeys(target.quote for target in targets if target.is_scored)
    return "\n".join(quotes)


def _quarter_goal(standing, quarter):
    """The cumulative percent expected by the end of the period, or the nodes due within it."""
    if len(standing.goals) != 1:
        each = [
            f"{goal.agency.name if goal.agency else '本任务'}：{_expected(goal, quarter)}"
            for goal in standing.goals
        ]
        return Cell("\n".join(each), "centre")
    goal = standing.goal
    if goal.yearly_only or goal.measure == AnnualGoal.Measure.NODES:
        return Cell(_expected(goal, quarter))
    expected = goal.expected_percent(quarter.period.quarter)
    return Cell(expected / Decimal(100), "rate" if expected % 1 else "whole_rate")


def _expected(goal, quarter):
    if goal.yearly_only:
        return "年度指标，年内不设序时"
    if goal.measure == AnnualGoal.Measure.NODES:
        within = quarter.period.starts_on, quarter.period.ends_on
        due = [node for node in quarter.nodes[goal.pk] if within[0] <= node.due_on <= within[1]]
        return "\n".join(f"{node.title}（{_day(node.due_on)}）" for node in due) or "本期无到期节点"
    return f"{_points(goal.expected_percent(quarter.period.quarter))}%"


def _due_on(targets, plan):
    """The last year a target of the task names, else the plan's own end."""
    years = [target.due_year for target in targets if target.due == Target.Due.YEAR and target.due_year]
    return date(max(years), 12, 31) if years else plan.ends_on


def _pace(standing):
    if standing.percent is None:
        return ""
    said = f"完成年度目标 {_points(standing.percent)}%"
    if standing.expected is None:
        return f"{said}。"
    gap = standing.percent - standing.expected
    against = "与序时持平" if not gap else f"{'超' if gap > 0 else '欠'}序时 {_points(abs(gap))} 个百分点"
    return f"{said}（序时 {_points(standing.expected)}%，{against}）。"


def _remarks(standing, quarter):
    said = ["重点任务"] if standing.task.is_key else []
    said += [standing.state_word] if standing.state_word else []
    said += [standing.lamp_reason] if standing.is_behind and standing.lamp_reason else []
    said += ["审定后依据有变动，待复核"] if standing.lamp_stale else []
    said += [f"待审 {standing.pending} 件"] if standing.pending else []
    said += [f"{_day(each.on)}调整：{each.text}" for each in quarter.amendments[standing.task.pk]]
    return "\n".join(said)


def _points(value):
    return f"{value.normalize():f}"


def _day(value):
    return f"{value.year}年{value.month}月{value.day}日"
