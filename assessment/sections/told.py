"""Sections of what leads and units said beside their progress: problems, next steps, experience, 对标学习.

Of a lead the newest accepted return of the span counts, of a unit its newest report (the year's own for a
year). What is said in the same words twice stands once. Requests (需协调事项) are left out: a report never
carries one, each becomes a 请示 of its own (practice, section 4).
"""

from collections import Counter

from progress.figures import meaningful

from .paragraph import Said, lines_in, paragraph

# From so many paragraphs on a section is read by 行动, not in one go.
MANY = 12
UNITS_PROBLEMS, UNITS_NEXT_STEPS = "有关单位反映的问题", "有关单位工作安排"


def problems(material):
    """存在问题: as the leads named them last, then units; by 行动 where there are many."""
    return by_chapter(_of_all(material, "problem"), _titles(material), UNITS_PROBLEMS)


def next_steps(material):
    """下一步打算: of the leads, then of units; by 行动 where there are many."""
    return by_chapter(_of_all(material, "next_steps"), _titles(material), UNITS_NEXT_STEPS)


def experience(material):
    """成效经验: told in any quarter, since it does not grow old; then of units."""
    said = Said()
    returns = sorted(material.returns, key=lambda each: (each.task, each.ends_on, each.order))
    return _of_returns(material, returns, "experience", said) + _of_units(material, "experience", said)


def benchmarking(material):
    """对标学习杭州情况: told by units in their own reports."""
    return _of_units(material, "benchmarking", Said())


def by_chapter(found, titles, others):
    """Paragraphs under the headings of their 行动, those of none under `others`; a few stay as they are.

    titles: {number of a 行动: its title}.
    """
    groups = {}
    for each in found:
        groups.setdefault(each["chapter"], []).append(each)
    if len(found) < MANY or len(groups) < 2:
        return found
    rows = []
    for number in sorted(groups, key=lambda number: (number is None, number)):
        title = others if number is None else titles[number]
        rows += [paragraph(title, [], level=2, chapter=number), *groups[number]]
    return rows


def _titles(material):
    return {chapter.number: chapter.title for chapter, _ in material.chapters}


def _of_all(material, field):
    said = Said()
    newest = {}
    for told in sorted(material.returns, key=lambda each: each.ends_on):
        newest[told.task, told.agency] = told
    returns = sorted(newest.values(), key=lambda each: (each.task, each.order))
    return _of_returns(material, returns, field, said) + _of_units(material, field, said)


def _of_returns(material, returns, field, said):
    tasks = {task.number: task for task in material.tasks}
    spoken = []
    for told in returns:
        task = tasks.get(told.task)
        text = said.fresh(meaningful(told.said.get(field) or "")) if task else ""
        if text:
            spoken.append((task, told, text))
    tellers = {(task.number, told.agency) for task, told, _ in spoken}
    several = {number for number, times in Counter(number for number, _ in tellers).items() if times > 1}
    found = []
    for task, told, text in spoken:
        # Of several leads each is named: their words would look like one body's said twice.
        name = f"{task.title}（{told.agency_name}）" if task.number in several else task.title
        found += _paragraphs(text, name, told, task.chapter.number)
    return found


def _of_units(material, field, said):
    found = []
    for summary in material.summaries:
        text = said.fresh(meaningful(summary.said.get(field) or ""))
        found += _paragraphs(text, summary.agency_name, summary, None)
    return found


def _paragraphs(text, name, told, chapter):
    return [
        paragraph(line if place else f"{name}：{line}", [told.source()], chapter=chapter)
        for place, line in enumerate(lines_in(text))
    ]
