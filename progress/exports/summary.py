"""汇总表: the public four-column form, 序号｜重点工作任务｜完成情况｜牵头责任单位."""

from agencies.spreadsheets import Column
from agencies.writing import numeral_of

from .book import Cell

NAME = "汇总表"
COLUMNS = (
    Column("序号", 6),
    Column("重点工作任务", 52),
    Column("完成情况", 68),
    Column("牵头责任单位", 24),
)


def write(book, quarter):
    """The sheet; chapter and section titles are full-width rows, the numbering runs through."""
    paper = book.paper(NAME, f"{quarter.plan.title}重点任务进展情况汇总表", COLUMNS)
    chapter = section = None
    for standing in quarter.standings:
        task = standing.task
        if task.chapter_id != chapter:
            chapter, section = task.chapter_id, None
            paper.across(task.chapter.heading or task.chapter.title, "chapter", least=24)
        if task.section_id and task.section_id != section:
            section = task.section_id
            paper.across(f"（{numeral_of(task.section.number)}）{task.section.title}", "section", least=22)
        paper.line(_cells(standing, quarter))
    if not quarter.standings:
        paper.across("本计划没有可查看的任务。", "quiet")
    paper.end()


def _cells(standing, quarter):
    told = standing.progress_text
    return [
        Cell(standing.task.number, "count"),
        Cell(standing.task.text),
        Cell(told) if told else Cell(quarter.unsaid(standing), "quiet"),
        Cell("\n".join(agency.name for agency in standing.leads), "centre"),
    ]
