"""A body's 年度落实情况报告 as a Word document in official form (practice, section 4; plan clause R8).

签发人 (who signed it off, once it has left), title, addressee, the five parts in their order (对标学习 only
where it is asked of the body), 落款, and short tables of the body's own targets and projects as attachments.
What has left the body keeps its tables, date and 签发人 as they were signed; versions frozen before these
were kept say that their tables follow later corrections. 需协调事项 are left out: a report carries no
request; they reach the office by the return itself.
"""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from agencies.official_page import OfficialDocument
from agencies.official_words import opening_of
from agencies.spreadsheets import Column
from agencies.writing import day_of
from progress.annual_figures import OwnFigures, own_figures
from progress.annual_tables import tables_of, title_of

ADDRESSEE = "市推进长三角一体化发展领导小组办公室"
OVERVIEW, DONE, LEARNING, PROBLEMS, NEXT = (
    *("总体情况", "主要做法和成效", "对标学习杭州情况"),
    *("存在问题", "下一步打算"),
)
EXPERIENCE = "成效经验"
NOT_WRITTEN = "（未填写）"
DRAFT = "草稿　未报出"
MARKS = {"under_review": "已报出　待审核", "returned": "已退回　修改中"}
DEMONSTRATION = "演示数据　请勿引用"
OF_NOW = "取自各期已采用的填报；报告报出后经核定或更正的，以最新采用的为准"
OF_DRAFT = "取自各期已采用的填报，报出时随报告固定"
AS_SIGNED = "取自各期已采用的填报，截至{day}"
TARGETS, PROJECTS = "量化指标完成情况表", "重大项目进展表"
TARGET_COLUMNS = (
    *(Column("序号", 8), Column("任务序号", 8), Column("指标", 34), Column("目标值", 19)),
    *(Column("完成情况", 18), Column("数据性质", 14), Column("数据期", 13), Column("说明", 22)),
)
PROJECT_COLUMNS = (
    *(Column("序号", 8), Column("任务序号", 8), Column("项目名称", 40), Column("计划阶段", 17)),
    *(Column("当前阶段", 17), Column("形象进度", 36)),
)


@dataclass(frozen=True)
class AnnualPaper:
    """What stands on the paper. said: the snapshot as its reader may read it; figures: OwnFigures as they are
    now, for a snapshot that keeps no tables of its own; mark: what the paper says of itself at its head, or
    ""; on: the date under it, None while it is open; signer: 签发人, "" while nobody has signed."""

    plan_title: str
    year: int
    said: dict
    figures: OwnFigures
    mark: str = ""
    on: object = None
    signer: str = ""

    @property
    def title(self):
        return title_of(self.plan_title, self.year)

    @property
    def opening(self):
        """The sentence before the five parts; "" of a version frozen before there was one."""
        if "paper" in self.said:
            return self.said["paper"].get("opening", "")
        return "" if self.on else opening_of(self.title)

    @property
    def attachments(self):
        """[(title, columns, rows)]: only those that have a row."""
        listed = ((TARGETS, TARGET_COLUMNS, self._targets()), (PROJECTS, PROJECT_COLUMNS, self._projects()))
        return [each for each in listed if each[2]]

    @property
    def note(self):
        """The line over the tables: of when they are."""
        if "paper" in self.said:
            return AS_SIGNED.format(day=day_of(self.on))
        return OF_NOW if self.on else OF_DRAFT

    @property
    def _tables(self):
        return self.said.get("paper") or tables_of(self.figures)

    def _targets(self):
        return [
            [
                *(number, row["task"], row["indicator"], row["goal"]),
                *(row["said"], row["certainty"], row["period"], row["note"]),
            ]
            for number, row in enumerate(self._tables["targets"], start=1)
        ]

    def _projects(self):
        return [
            [number, row["task"], row["name"], row["planned"], row["stage"], row["note"]]
            for number, row in enumerate(self._tables["projects"], start=1)
        ]


def figures_behind(report, said):
    """The OwnFigures a paper is drawn from now: none where the snapshot keeps its own tables, else three
    queries."""
    if "paper" in said:
        return OwnFigures()
    return own_figures(report.period, [report.agency_id])[report.agency_id]


def paper_of(report, said, figures, *, is_draft, left_at=None, marked=True):
    """The AnnualPaper of a report. said: the snapshot its reader may read; is_draft: whether it may still
    change; figures, left_at: what is accepted now, and when what is read left the body: of a version frozen
    before it kept both itself; marked: whether the paper says how far the office is with the report.
    """
    mark = DRAFT if is_draft else MARKS.get(report.state, "") if marked else ""
    marks = "　".join(filter(None, [mark, DEMONSTRATION if report.is_demo else ""]))
    if "paper" in said:
        own = said["paper"]
        on, year = date.fromisoformat(own["on"]), report.period.year
        return AnnualPaper(own["plan_title"], year, said, figures, marks, on, own["signer"])
    on = None if is_draft or left_at is None else timezone.localdate(left_at)
    signer = "" if is_draft else report.signer
    return AnnualPaper(report.period.plan.title, report.period.year, said, figures, marks, on, signer)


def filename(report):
    """What the file of a report is called, without its ending."""
    return f"{report.agency.name} {report.period.year}年度落实情况报告"


def word_of(paper):
    """The .docx as bytes."""
    document = OfficialDocument()
    if paper.mark:
        document.mark(paper.mark)
    if paper.signer:
        document.number("", signer=paper.signer)
    document.title(paper.title)
    document.addressee(ADDRESSEE)
    if paper.opening:
        document.paragraph(paper.opening)
    for name, write in parts_of(paper.said):
        document.heading(1, name)
        write(document)
    attachments = paper.attachments
    if attachments:
        document.enclosures(*(title for title, _, _ in attachments))
    document.signature(paper.said["agency"], paper.on)
    for number, (title, columns, rows) in enumerate(attachments, start=1):
        number = number if len(attachments) > 1 else None
        document.attachment(title, number=number, landscape=True)
        document.caption(paper.note, size=10.5)
        document.table(columns, rows, landscape=True)
    return document.to_bytes()


def parts_of(said):
    """[(name of the part, function that writes it into a document)] in the official order."""
    yield OVERVIEW, lambda document: _text(document, said["overview"])
    yield DONE, lambda document: _what_was_done(document, said)
    if said["benchmarking"].strip():
        yield LEARNING, lambda document: _text(document, said["benchmarking"])
    yield PROBLEMS, lambda document: _text(document, said["problem"])
    yield NEXT, lambda document: _text(document, said["next_steps"])


def _what_was_done(document, said):
    """（一）by 行动, the paragraphs of one under its title; 成效经验 is the last."""
    by_chapter = {}
    for row in said["paragraphs"]:
        if row["text"].strip():
            by_chapter.setdefault((row["chapter"], row["chapter_title"]), []).append(row["text"])
    for (_, title), texts in sorted(by_chapter.items()):
        document.heading(2, title)
        for text in texts:
            document.paragraph(text)
    if said["experience"].strip():
        document.heading(2, EXPERIENCE)
        document.paragraph(said["experience"])
    if not by_chapter and not said["experience"].strip():
        document.paragraph(NOT_WRITTEN)


def _text(document, text):
    document.paragraph(text if text.strip() else NOT_WRITTEN)
