"""Demonstration texts, built from each task's own words and marked as such."""

import hashlib
import random
import re

from agencies.writing import quoted

MARK = "【演示】"


def chance(*parts):
    """A random source that gives the same course on every machine for the same parts."""
    seed = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return random.Random(seed)


def fragments(task):
    """The task's own clauses, fit to be quoted in a sentence: 8 to 60 characters, the title left out."""
    sentences = re.split(r"[。；;]", task.text)
    if task.title_is_official:
        sentences = sentences[1:] or sentences
    clauses = [clause.strip() for sentence in sentences for clause in re.split(r"[，,]", sentence)]
    return [each for each in clauses if 8 <= len(each) <= 60 and _is_whole(each)] or [task.title]


def _is_whole(clause):
    """Whether no quotation or bracket begins in another clause, or ends there."""
    return all(clause.count(left) == clause.count(right) for left, right in ("“”", "（）", "()", "《》"))


def progress(task, period, percent, luck):
    """进展, cumulative from 1 January, figures first."""
    pieces = fragments(task)
    first, second = pieces[period.quarter % len(pieces)], pieces[(period.quarter + 1) % len(pieces)]
    share = "" if percent is None else f"年度目标累计完成{percent.normalize():f}%；"
    meetings, visits = luck.randint(1, 3) * period.quarter, luck.randint(1, 5) * period.quarter
    return (
        f"{MARK}1—{period.ends_on.month}月，{share}召开专题调度会{meetings}次、现场督导{visits}次。"
        f"围绕{quoted(task.title)}，{first}等工作按计划推进；{second}取得阶段性进展。"
    )


def experience(task):
    return f"{MARK}建立清单化推进机制，按月调度{quoted(task.title)}，做法已在本系统交流。"


def problem(task, luck):
    piece = luck.choice(fragments(task))
    cause = luck.choice(
        ["前期手续办理周期较长", "要素保障尚未完全落实", "跨省协商事项尚在对接", "资金到位时间晚于预期"]
    )
    return f"{MARK}{quoted(piece)}进度慢于序时要求，主要原因是{cause}。"


def request(task):
    return f"{MARK}建议由市领导小组办公室牵头，就{quoted(task.title)}召开一次协调会。"


def next_steps(task, period, luck):
    piece = luck.choice(fragments(task))
    until = period.quarter % 4 * 3 + 3
    return f"{MARK}下一步重点推进{quoted(piece)}，倒排工期、挂图作战，{until}月底前见到成效。"


def goal(task, year):
    return f"{MARK}{year}年：" + "；".join(fragments(task)[:2]) + "。"


def overview(period, tasks):
    """总体情况 of a unit's report."""
    return f"{MARK}{period.label}，本单位围绕{tasks}项任务抓落实，主要领导专题研究1次，整体推进有序。"


def paragraph(task, luck):
    """主要做法和成效 of a unit for one 行动, told by one of its tasks."""
    piece = luck.choice(fragments(task))
    return f"{MARK}围绕{quoted(task.title)}，开展现场推进{luck.randint(1, 6)}次，{quoted(piece)}按节点推进。"


def benchmarking(period, luck):
    return (
        f"{MARK}{period.year}年赴杭州结对城区学习{luck.randint(1, 4)}次，形成借鉴清单{luck.randint(3, 9)}条。"
    )


SUPPLEMENTED = "已按退回意见补充有关情况。"
NO_CHANGE = f"{MARK}本季度相关事项正在履行上级审批程序，暂无新的进展。"
RETURN_REASONS = (
    f"{MARK}进展只有举措没有数据，请补充截至季末的完成情况。",
    f"{MARK}所报完成率与文字不一致，请核对后重报。",
    f"{MARK}存在问题写得笼统，请写明卡在哪个环节、需要谁协调。",
)
WANTED = f"{MARK}请提供本季度有关工作进展和数据。"
HANDED_OUT = f"{MARK}请按1月1日起累计口径写明数据。"
EXTENSION = f"{MARK}国家部门数据发布较晚，申请延期报送。"
BASIS = f"{MARK}与统计部门核对后更正。"
WAIVED = f"{MARK}任务顺延至下一年度，本期免报。"
