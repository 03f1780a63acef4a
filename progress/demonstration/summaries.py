"""What a unit would have written in its summary of a quarter or its report of a year."""

from progress import paragraphs

from . import wording
from .script import SIGNED, luck_of

PARAGRAPHS = 4  # 行动 a quarterly summary tells of; the annual report tells of all


def said_of_unit(report):
    """The unit's report in the shape `drafts.save` takes, by 行动, each paragraph with its tasks."""
    luck, period = luck_of(report), report.period
    tasks = list(paragraphs.tasks_concerning(report))
    by_chapter = {}
    for task in tasks:
        by_chapter.setdefault(task.chapter.number, []).append(task)
    told = sorted(by_chapter)
    if not period.is_annual and len(told) > PARAGRAPHS:
        told = sorted(luck.sample(told, PARAGRAPHS))
    said = SIGNED | {
        "overview": wording.overview(period, len(tasks)),
        "paragraphs": [_paragraph(number, luck.choice(by_chapter[number]), luck) for number in told],
        "problem": wording.problem(luck.choice(tasks), luck),
        "next_steps": wording.next_steps(luck.choice(tasks), period, luck),
    }
    if period.is_annual:
        said["benchmarking"] = wording.benchmarking(period, luck)
    return said


def _paragraph(chapter, task, luck):
    return {"chapter": chapter, "text": wording.paragraph(task, luck), "tasks": [task.number]}
