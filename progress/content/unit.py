"""What a unit's summary (单位季度小结, 年度落实情况报告) says, as plain data; names of its parts."""

from agencies.along import along, fields_of, keep, objects
from agencies.writing import numeral_of
from progress.models import UnitParagraph, UnitReturn
from tasks.models import Chapter

from .plain import SIGN_OFF

TEXTS = ("overview", "benchmarking", "experience", "problem", "request", "next_steps")
FIELDS = (*TEXTS, *SIGN_OFF)
CHANGED_ROWS = ("paragraphs",)
LINK = UnitParagraph.tasks.through
OF_TASK = ("pk", "number", "title", "is_sensitive", "plan")


def along_rows():
    """Annotations that bring a report's paragraphs and the tasks they name along in the report's query."""
    chapter = fields_of(Chapter, "chapter__")
    return {
        "paragraphs_along": along(UnitParagraph.objects.all(), "report", *fields_of(UnitParagraph), *chapter),
        "paragraph_tasks_along": along(
            LINK.objects.all(),
            "unitparagraph__report",
            "unitparagraph",
            *(f"task__{name}" for name in OF_TASK),
        ),
    }


def keep_rows(report):
    """Leave what `along_rows` brought where `report.paragraphs.all()` and their tasks are read."""
    found = objects(UnitParagraph, report.paragraphs_along, key=_place)
    tasks = {}
    for link in objects(LINK, report.paragraph_tasks_along, key=lambda each: each.task.number):
        tasks.setdefault(link.unitparagraph_id, []).append(link.task)
    keep(report, "paragraphs", found)
    for paragraph in found:
        keep(paragraph, "tasks", tasks.get(paragraph.pk, []))


def _place(paragraph):
    return (paragraph.chapter.number, paragraph.order, paragraph.pk)


def said_by(report):
    """The texts and paragraphs of a unit's summary, between its heading and its attachments."""
    said = report.unit_return
    return {
        "kind": report.kind,
        **{field: getattr(said, field) for field in FIELDS},
        "paragraphs": [
            {
                "chapter": row.chapter.number,
                "chapter_title": row.chapter.title,
                "text": row.text,
                "tasks": sorted(task.number for task in row.tasks.all()),
            }
            for row in report.paragraphs.all()
        ],
    }


def label_of(field):
    """The field's name as the form has it."""
    return str(UnitReturn._meta.get_field(field).verbose_name)


def shown(field, value):
    """A field's value in words."""
    return value or ""


def chapter_label(row):
    """How a paragraph's 行动 is called: “行动三：……”."""
    return f"行动{numeral_of(row['chapter'])}：{row['chapter_title']}"


def paragraph_line(row):
    """A paragraph in words, with the tasks it concerns."""
    numbers = "、".join(map(str, row["tasks"]))
    return row["text"] + (f"（涉及任务：第 {numbers} 项）" if numbers else "")


LISTS = (("paragraphs", "主要做法和成效", lambda row: f"{chapter_label(row)}\n{paragraph_line(row)}"),)
