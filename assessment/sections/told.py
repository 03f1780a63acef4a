"""Sections of what leads and units said beside their progress: problems, next steps, experience, 对标学习.

Of a lead the newest accepted return of the span counts, of a unit its newest report (the year's own for a
year). What is said in the same words twice stands once. Requests (需协调事项) are left out: a report never
carries one, each becomes a 请示 of its own (practice, section 4).
"""

from progress.figures import meaningful

from .paragraph import Said, lines_in, paragraph


def problems(material):
    """存在问题: as the leads named them last, then units."""
    return _of_all(material, "problem")


def next_steps(material):
    """下一步打算: of the leads, then of units."""
    return _of_all(material, "next_steps")


def experience(material):
    """成效经验: told in any quarter, since it does not grow old; then of units."""
    said = Said()
    returns = sorted(material.returns, key=lambda each: (each.task, each.ends_on, each.order))
    return _of_returns(material, returns, "experience", said) + _of_units(material, "experience", said)


def benchmarking(material):
    """对标学习杭州情况: told by units in their own reports."""
    return _of_units(material, "benchmarking", Said())


def _of_all(material, field):
    said = Said()
    newest = {}
    for told in sorted(material.returns, key=lambda each: each.ends_on):
        newest[told.task, told.agency] = told
    returns = sorted(newest.values(), key=lambda each: (each.task, each.order))
    return _of_returns(material, returns, field, said) + _of_units(material, field, said)


def _of_returns(material, returns, field, said):
    tasks = {task.number: task for task in material.tasks}
    found = []
    for told in returns:
        task = tasks.get(told.task)
        text = said.fresh(meaningful(told.said.get(field) or "")) if task else ""
        found += _paragraphs(text, task and task.title, told, task and task.chapter.number)
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
