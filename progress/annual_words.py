"""The sentences of a drafted 年度落实情况报告, from what was accepted; pure, no database."""

from math import ceil

from agencies.writing import quoted
from progress.annual_figures import NO_VALUE
from progress.figures.standings import meaningful
from progress.models import Lamp, ProjectUpdate, TargetValue, TaskReturn

GROUND = dict(TaskReturn.Ground.choices)
NO_PROBLEM = "无。"
# What a report counts; 未报, 目标未定 and 年度指标 are no judgement of the work.
LIT = (Lamp.BLUE, Lamp.GREEN, Lamp.YELLOW, Lamp.RED)


def overview(year):
    """总体情况: what the body answers for, the lamps as confirmed, its targets and projects; then what its
    own last summary says of the whole. year: an annual_draft.Year."""
    period, own = year.report.period, year.figures
    part = [f"牵头{len(own.leads)}项"] if own.leads else []
    part += [f"参与配合{year.supports}项"] if year.supports else []
    sentences = []
    if part:
        sentences.append(f"{period.year}年，本单位在行动方案中{'、'.join(part)}任务。")
    sentences += [_lamps(year), _targets(own.targets), _projects(own.projects)]
    said = [told.said["overview"].strip() for told in year.summaries[-1:]]
    return "\n".join(filter(None, ["".join(filter(None, sentences)), *said]))


def _lamps(year):
    if not year.lamps:
        return ""
    lit = [each for each in year.lamps.values() if each in LIT]
    counts = [f"{lamp.label}{lit.count(lamp)}项" for lamp in LIT if lamp in lit]
    others = len(year.figures.leads) - len(lit)
    counts += [f"未作亮灯评价{others}项"] if others else []
    return f"牵头任务截至{year.lamps_of.label}经审定：{'、'.join(counts)}。"


def _targets(lines):
    if not lines:
        return ""
    told = [line for line in lines if line.said != NO_VALUE]
    if not told:
        return f"量化指标{len(lines)}项，均{NO_VALUE}。"
    kinds = [
        f"{kind.label}{number}项"
        for kind in reversed(TargetValue.Certainty)
        if (number := sum(1 for line in told if line.value.certainty == kind))
    ]
    more = f"（{'、'.join(kinds)}）" if kinds else ""
    return f"量化指标{len(lines)}项，已有数据{len(told)}项{more}。"


def stage_words(label):
    """A stage of projects as a sentence has it: 谋划/前期 → 谋划和前期."""
    return label.replace("/", "和")


def of_task(text, number):
    """A sentence with the task it is about: “用地指标不足（第3项）。”."""
    return f"{text.rstrip('。')}（第{number}项）。"


def short_title(title):
    """The name of a 行动 within a sentence: “实施” begins every one of them."""
    return title.removeprefix("实施") or title


def _projects(lines):
    if not lines:
        return ""
    stages = [
        f"{stage_words(stage.label)}{number}个"
        for stage in reversed(ProjectUpdate.Stage)
        if (number := sum(1 for line in lines if line.update and line.update.stage == stage))
    ]
    silent = sum(1 for line in lines if line.update is None)
    stages += [f"{NO_VALUE}{silent}个"] if silent else []
    return f"重大项目{len(lines)}个，其中{'、'.join(stages)}。"


def texts_of_tasks(task, tellings, figures):
    """(the paragraph of one task, the Told it was drawn from): what was last told of its progress, which is
    cumulative from 1 January, then its figures and projects."""
    newest = tellings[-1]
    told = next((each for each in reversed(tellings) if (each.said.get("progress") or "").strip()), newest)
    parts = [(told.said.get("progress") or "").strip()]
    used = [told]
    if newest.said.get("nature") == TaskReturn.Nature.NO_CHANGE:
        parts.append(_no_change(newest))
        used = [told] if told is newest else [told, newest]
    if newest.said.get("role") != "support":
        parts += [_target_words(task, figures), _project_words(task, figures)]
    head = "配合推进" if newest.said.get("role") == "support" else ""
    title = f"{head}{quoted(task.title)}。" if head else f"{task.title.rstrip('。')}。"
    return title + "".join(filter(None, parts)), used


def _no_change(told):
    ground = GROUND.get(told.said.get("no_change_ground"), "")
    reason = (told.said.get("no_change_reason") or "").strip().rstrip("。")
    why = "，".join(filter(None, [ground, reason]))
    return f"{told.report.period.short_label}确认无变化{f'（{why}）' if why else ''}。"


def _target_words(task, figures):
    lines = [line for line in figures.targets if line.target.task_id == task.pk and line.value is not None]
    said = [f"{line.target.indicator}{line.said}（{line.certainty}）" for line in lines]
    return f"主要指标：{'；'.join(said)}。" if said else ""


def _project_words(task, figures):
    lines = [line for line in figures.projects if line.project.task_id == task.pk and line.update]
    said = []
    for line in lines:
        note = line.update.note.strip().rstrip("。")
        said.append(f"{line.project.name}{_stands(line.update)}{f'，{note}' if note else ''}")
    return f"重大项目：{'；'.join(said)}。" if said else ""


def _stands(update):
    """Where a project is, as a sentence about it goes on: “建成”, “处于谋划和前期阶段”."""
    label = update.get_stage_display()
    return f"处于{stage_words(label)}阶段" if "/" in label else label


def chapter_rows(rows, most):
    """At most `most` paragraphs: neighbours are put together where there are more. rows: [{text, tasks}]."""
    size = ceil(len(rows) / most)
    together = [rows[at : at + size] for at in range(0, len(rows), size)] if size else []
    return [
        {
            "text": "\n".join(row["text"] for row in few),
            "tasks": sorted({number for row in few for number in row["tasks"]}),
        }
        for few in together
    ]


def problems(year):
    """(存在问题, the sources): as last told of each task and by the last summary, then what the office keeps
    of the body besides; how many were closed in the year."""
    lines, used = [], []
    for told in year.summaries[-1:]:
        text = meaningful(told.said["problem"])
        if text:
            lines.append(text)
            used.append(told.source)
    for number, tellings in sorted(year.tellings.items()):
        text = meaningful(tellings[-1].said.get("problem") or "")
        if text:
            lines.append(of_task(text, number))
            used.append(tellings[-1].source)
    said = "\n".join(lines)
    for each in year.problems:
        if not each.is_closed and each.text.strip() and each.text.strip().rstrip("。") not in said:
            number = f"（第{each.number}项）" if each.number else ""
            lines.append(f"{each.text.strip().rstrip('。')}{number}。")
    closed = sum(1 for each in year.problems if each.is_closed)
    if not lines:
        lines.append(NO_PROBLEM)
        used = [tellings[-1].source for tellings in year.tellings.values()]
        used += [told.source for told in year.summaries[-1:]]
    if closed:
        lines.append(f"年内已整改销号问题{closed}个。")
    return "\n".join(lines), used


def next_steps(year):
    """(下一步打算, the sources): as last told, by 行动 where there are several."""
    by_chapter, used = {}, []
    for task in year.tasks:
        tellings = year.tellings.get(task.number)
        text = meaningful(tellings[-1].said.get("next_steps") or "") if tellings else ""
        if text:
            by_chapter.setdefault(task.chapter, []).append(of_task(text, task.number))
            used.append(tellings[-1].source)
    chapters = sorted(by_chapter, key=lambda chapter: chapter.number)
    lines = [
        (f"{short_title(chapter.title)}方面，" if len(chapters) > 1 else "") + "".join(by_chapter[chapter])
        for chapter in chapters
    ]
    for told in year.summaries[-1:]:
        text = meaningful(told.said["next_steps"])
        if text:
            lines.append(text)
            used.append(told.source)
    return "\n".join(lines), used
