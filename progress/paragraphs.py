"""The paragraphs of a unit's summary: several for each 行动, each naming the tasks it concerns."""

from django.core.exceptions import ValidationError

from progress import content
from progress.models import UnitParagraph
from tasks.models import Assignment, Task

# How many paragraphs one 行动 takes.
MOST = 9


def tasks_concerning(report):
    """The tasks a unit may name in its summary, by number: those of the plan it has a duty in on the period's
    last day, but for what the office has confirmed not to concern it (不涉及)."""
    duties = (
        Assignment.objects.filter(agency=report.agency_id, task__plan=report.period.plan_id)
        .on(report.period.ends_on)
        .concerning()
    )
    tasks = Task.objects.filter(pk__in=duties.values("task"))
    return tasks.select_related("chapter").order_by("number")


def checked(report, rows):
    """The paragraphs as `replace` takes them: [{chapter, order, text, tasks}], every text one string.

    rows: [{chapter, text, tasks}], chapter and tasks by number; `order` keeps a paragraph's place within
    its 行动 and is counted where it is missing. Raises ValidationError naming `paragraphs`.
    """
    chapters = set(report.period.plan.chapters.values_list("number", flat=True))
    allowed = set(tasks_concerning(report).values_list("number", flat=True))
    allowed |= {task.number for row in report.paragraphs.all() for task in row.tasks.all()}
    found, counted = [], {}
    for row in rows:
        chapter, text = row["chapter"], row.get("text") or ""
        order = row.get("order")
        order = counted.get(chapter, 0) if order is None else order
        counted[chapter] = order + 1
        named = sorted(set(row.get("tasks") or ()))
        _check(chapter in chapters, "没有这个行动，请刷新页面后再试。")
        _check(set(named) <= allowed, "所选任务不是本单位承担的任务，请刷新页面后再试。")
        _check(0 <= order < MOST, f"一个行动最多写 {MOST} 段，请合并后再保存。")
        _check("\x00" not in text, "含有无法保存的字符，请删除后再保存。")
        _check(
            len(text) <= content.TEXT_LIMIT,
            f"有一段 {len(text)} 字，超过 {content.TEXT_LIMIT} 字，请精简后再保存。",
        )
        found.append({"chapter": chapter, "order": order, "text": text, "tasks": named})
    places = {(row["chapter"], row["order"]) for row in found}
    _check(len(places) == len(found), "同一段重复填写，请刷新页面后再试。")
    return found


def _check(good, sentence):
    if not good:
        raise ValidationError({"paragraphs": sentence})


def replace(report, rows):
    """Make the report's paragraphs exactly `rows` (see `checked`); one without words and tasks is none."""
    plan = report.period.plan
    chapters = {chapter.number: chapter for chapter in plan.chapters.all()}
    kept = [row for row in rows if row["text"].strip() or row["tasks"]]
    report.paragraphs.all().delete()
    made = UnitParagraph.objects.bulk_create(
        UnitParagraph(report=report, chapter=chapters[row["chapter"]], order=row["order"], text=row["text"])
        for row in kept
    )
    ids = dict(Task.objects.filter(plan=plan).values_list("number", "pk"))
    links = UnitParagraph.tasks.through
    links.objects.bulk_create(
        links(unitparagraph=paragraph, task_id=ids[number])
        for paragraph, row in zip(made, kept, strict=True)
        for number in row["tasks"]
    )
