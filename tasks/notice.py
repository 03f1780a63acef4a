"""Read an official notice, given as plain text, into plain frozen dataclasses. No database here.

In: the text of a notice “关于印发《…行动计划（…）》的通知”, copied from a PDF or a web page.
Out: a `Notice` whose texts are the official ones to the letter. Only what a copy adds is healed: page
breaks and odd line ends inside a sentence are joined, markdown marks (#, **) dropped, and web lines before
and after the notice set aside in `left_out`.
Errors: `NoticeError`, whose `problems` are Chinese sentences saying what is wrong, where, and what to do.
"""

import datetime
import re
from dataclasses import dataclass, replace
from itertools import pairwise

from agencies.writing import numeral_of
from tasks.clauses import Clause, NoticeError, parse_clause, split_clause
from tasks.lines import (
    CHAPTER,
    SENTENCE_ENDS,
    Block,
    Line,
    blocks_of,
    heal,
    lines_of,
    paragraphs_of,
    tight,
)

DATE = re.compile(r"^(\d{4})年(\d{1,2})月(\d{1,2})日$")
DOCUMENT_NUMBER = re.compile(r"^\S{2,20}[〔\[［（(]\d{4}[〕\]］）)]\s*\d+号$")
PASSING = re.compile(r"已经?(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(.{2,40}?)(?:审议)?通过")
YEARS = re.compile(r"(\d{4})\s*年?\s*[-—–－~～至]+\s*(\d{4})\s*年")
LONGEST_TITLE = 30
LONGEST_HEADING = 100  # of a plan or a section; more is running text with a mark in front
LONGEST_BREAK = 12  # lines into which a copy may have cut one title


@dataclass(frozen=True)
class PassingDate:
    """The day of the meeting; the year only where the text has it."""

    year: int | None
    month: int
    day: int

    @property
    def date(self) -> datetime.date | None:
        return self.year and datetime.date(self.year, self.month, self.day)


@dataclass(frozen=True)
class NoticeChapter:
    """One 行动: number 1–9 (its order among those with tasks), numeral as printed, title without it."""

    number: int
    numeral: str
    title: str

    @property
    def heading(self) -> str:
        return f"{self.numeral}、{self.title}"


@dataclass(frozen=True)
class NoticeSection:
    chapter: int
    number: int
    title: str


@dataclass(frozen=True)
class NoticeTask:
    """A numbered task. `text` is verbatim (with the title sentence) up to the responsibility clause.

    `title` is the official title, None in a plan without titles; `section` is None where the plan has none;
    `implied` are the bodies the blanket rule adds to the supporters, as written there.
    """

    number: int
    title: str | None
    text: str
    clause: Clause
    chapter: int
    section: int | None
    line: int
    implied: str = ""


@dataclass(frozen=True)
class Passage:
    """A headed piece of the general part or of the safeguards; paragraphs separated by line ends.

    `text` is verbatim. Where the heading is the first sentence of the text it is kept there too.
    """

    marker: str
    heading: str
    text: str

    @property
    def as_printed(self) -> str:
        runs_on = self.text.startswith(self.heading)
        return f"{self.marker}{self.text}" if runs_on else f"{self.marker}{self.heading}\n{self.text}"


@dataclass(frozen=True)
class Notice:
    title: str
    notice_title: str
    issuer: str
    document_number: str | None
    addressed_to: str
    passed_text: str
    passed_by: str
    passed_on: PassingDate | None
    issued_on: datetime.date | None
    first_year: int
    last_year: int
    preamble: str
    general_heading: str
    general: tuple[Passage, ...]
    safeguards_heading: str
    safeguards: tuple[Passage, ...]
    chapters: tuple[NoticeChapter, ...]
    sections: tuple[NoticeSection, ...]
    tasks: tuple[NoticeTask, ...]
    has_titles: bool
    blanket: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return f"{self.first_year}-{self.last_year}"

    @property
    def goals(self) -> str:
        """The 主要目标 or 总体目标 passage, verbatim; empty where the plan has none."""
        return "\n".join(passage.text for passage in self.general if "目标" in passage.heading)

    @property
    def support_label(self) -> str:
        """What the plan calls its second role: 配合单位 where the clauses say so, else 责任单位."""
        labelled = any(task.clause.support_word == "配合单位" for task in self.tasks)
        return "配合单位" if labelled else "责任单位"

    @property
    def safeguards_text(self) -> str:
        return "\n".join(passage.as_printed for passage in self.safeguards)

    @property
    def general_text(self) -> str:
        return "\n".join(passage.as_printed for passage in self.general)

    @property
    def full_text(self) -> str:
        """Everything that is part of the notice, healed: what a verbatim quote must be a piece of."""
        pieces = [self.notice_title, self.addressed_to, self.passed_text, self.preamble]
        pieces += [passage.as_printed for passage in self.general]
        for task in self.tasks:
            pieces.append(f"{task.number}.{task.text}{task.clause.text}")
        pieces += [passage.as_printed for passage in self.safeguards]
        return "\n".join(pieces)


def parse(text: str) -> Notice:
    """Read a notice. In: its plain text. Out: a Notice. Raises NoticeError."""
    lines = lines_of(text)
    if not lines:
        raise NoticeError("文件是空的：请粘贴或上传通知全文（从“关于印发……的通知”到保障措施）。")
    body_start = next((i for i, line in enumerate(lines) if _is_first_chapter(line)), None)
    if body_start is None:
        raise NoticeError("没有找到“一、……”标题：这不像一份行动计划通知，请核对是否粘贴了正文全文。")
    header = _Header(lines[:body_start])
    body = _Body(lines[body_start:])
    problems = header.problems + body.problems
    if problems:
        raise NoticeError(*problems)
    return _assemble(header, body)


def _is_first_chapter(line: Line) -> bool:
    match = CHAPTER.match(line.text)
    return bool(match) and match["label"] == "一"


def _plain(text: str) -> str:
    """A title for comparison only: brackets, dashes, quotes and spaces made alike."""
    return re.sub(r"[\s《》（）()—–－-]", "", text)


# --- header ---------------------------------------------------------------------------------------------


class _Header:
    """What stands before 一、: issuer, number, title, addressees, passing, date, preamble."""

    def __init__(self, lines: list[Line]):
        self.problems: list[str] = []
        self.left_out: list[str] = []
        self.document_number: str | None = None
        self.addressed_to = self.passed_text = self.passed_by = self.preamble = ""
        self.passed_on: PassingDate | None = None
        self.issued_on: datetime.date | None = None
        start, end = self._find_title(lines)
        if end is None:
            self.problems.append("没有找到“关于印发《……》的通知”：这不像一份印发通知，请核对全文。")
            return
        self.notice_title = tight(heal([line.text for line in lines[start : end + 1]]))
        self.issuer, _, rest = self.notice_title.partition("关于印发《")
        self.title = rest.rpartition("》")[0]
        if len(self.title) > LONGEST_HEADING:
            self.problems.append(f"第{lines[start].number}行的标题超过{LONGEST_HEADING}字：请核对断行。")
        self._read_years(lines[start].number)
        self._read_above(lines[:start])
        self._read_below(lines[end + 1 :])

    def _find_title(self, lines: list[Line]) -> tuple[int, int | None]:
        """First and last line of the notice's title, which odd line ends may have cut."""
        for end in range(len(lines)):
            for start in range(end, max(end - LONGEST_BREAK, -1), -1):
                joined = tight(heal([line.text for line in lines[start : end + 1]]))
                if re.search(r"关于印发《.+》的通知$", joined):
                    return self._with_issuer(lines, start, joined.partition("关于印发《")[0]), end
        return 0, None

    def _with_issuer(self, lines: list[Line], start: int, issuer: str) -> int:
        """Go up while the line above belongs to the issuer's name; a masthead repeats it whole."""
        while start and not self._stands_alone(lines[start - 1].text, issuer):
            start -= 1
            issuer = lines[start].text + issuer
        return start

    def _stands_alone(self, text: str, issuer: str) -> bool:
        return text[-1] in f"：:{SENTENCE_ENDS}" or text == issuer or bool(DOCUMENT_NUMBER.match(text))

    def _read_years(self, line_number: int) -> None:
        match = YEARS.search(self.title)
        self.first_year, self.last_year = (int(match[1]), int(match[2])) if match else (0, 0)
        if not match:
            self.problems.append(f"第{line_number}行的标题里没有起止年份（如“2024—2026年”）：请核对标题。")
        elif self.last_year < self.first_year:
            self.problems.append(f"第{line_number}行标题的起止年份颠倒：{match[0]}。")

    def _read_above(self, lines: list[Line]) -> None:
        for line in lines:
            if DOCUMENT_NUMBER.match(line.text):
                self.document_number = line.text
            elif tight(line.text) not in self.notice_title:
                self.left_out.append(line.text)

    def _read_below(self, lines: list[Line]) -> None:
        preamble = []
        for paragraph in paragraphs_of(lines, is_complete=self._is_complete):
            passing = PASSING.search(paragraph)
            dated = DATE.match(paragraph)
            if passing and not self.passed_text:
                self.passed_text = paragraph
                year, month, day, self.passed_by = passing.groups()
                self.passed_on = PassingDate(year and int(year), int(month), int(day))
            elif dated:
                self.issued_on = self._date(paragraph, *map(int, dated.groups()))
            elif DOCUMENT_NUMBER.match(paragraph):
                self.document_number = paragraph
            elif paragraph[-1] in "：:" and not preamble:
                self.addressed_to = paragraph
            elif _plain(paragraph) != _plain(self.title):
                preamble.append(paragraph)
        self.preamble = "\n".join(preamble)

    def _date(self, text: str, year: int, month: int, day: int) -> datetime.date | None:
        try:
            return datetime.date(year, month, day)
        except ValueError:
            self.problems.append(f"印发日期“{text}”不是有效日期，请核对。")
            return None

    def _is_complete(self, paragraph: str) -> bool:
        return (
            paragraph[-1] in "：:"
            or bool(DATE.match(paragraph) or DOCUMENT_NUMBER.match(paragraph))
            or _plain(paragraph) == _plain(self.title)
        )


# --- body -----------------------------------------------------------------------------------------------


class _Body:
    """What stands from 一、 on: the general part, the 行动 with their tasks, the safeguards."""

    def __init__(self, lines: list[Line]):
        self.problems: list[str] = []
        self.left_out: list[str] = []
        self.chapters: list[NoticeChapter] = []
        self.sections: list[NoticeSection] = []
        self.tasks: list[NoticeTask] = []
        self.general: list[Passage] = []
        self.safeguards: list[Passage] = []
        self.general_heading = self.safeguards_heading = ""
        parts = _split_chapters(blocks_of(lines))
        self._check_numbers([head for head, _ in parts], "章", lambda number: f"“{numeral_of(number)}、”")
        self._read_parts(parts)
        self._check_numbers(
            [block for _, blocks in parts for block in blocks if block.kind == "task"],
            "项任务",
            lambda number: f"第{number}项",
        )

    def _read_parts(self, parts: list[tuple[Block, list[Block]]]) -> None:
        has_tasks = [any(block.kind == "task" for block in blocks) for _, blocks in parts]
        if not any(has_tasks):
            self.problems.append("没有找到任何编号任务（如“1.……”）：请核对是否粘贴了正文全文。")
            return
        first, last = has_tasks.index(True), len(has_tasks) - has_tasks[::-1].index(True)
        for head, blocks in parts[:first]:
            self.general_heading = f"{head.label}、{head.joined}"
            self.general += self._passages(blocks)
        for head, blocks in parts[last:]:
            self.safeguards_heading = f"{head.label}、{head.joined}"
            self.safeguards += self._passages(blocks, may_end_in_advertisement=True)
        for (head, blocks), filled in zip(parts[first:last], has_tasks[first:last], strict=True):
            if not filled:
                self.problems.append(f"第{head.line}行的“{head.label}、{tight(head.joined)}”下面没有任务。")
            self._read_chapter(head, blocks)

    def _read_chapter(self, head: Block, blocks: list[Block]) -> None:
        chapter = NoticeChapter(len(self.chapters) + 1, head.label, tight(head.joined))
        self.chapters.append(chapter)
        sections = [block for block in blocks if block.kind == "section"]
        self._check_numbers(sections, f"节（“{chapter.heading}”内）", lambda n: f"“（{numeral_of(n)}）”")
        section = None
        for block in blocks:
            if block.kind == "section":
                section = block.number
                if len(block.joined) > LONGEST_HEADING:
                    self.problems.append(
                        f"第{block.line}行“{block.marker}”的标题过长：请核对断行或任务编号。"
                    )
                self.sections.append(NoticeSection(chapter.number, section, tight(block.joined)))
            else:
                self._read_task(block, chapter.number, section)

    def _read_task(self, block: Block, chapter: int, section: int | None) -> None:
        split = split_clause(block.joined)
        if split is None:
            self.problems.append(
                f"第{block.number}项（第{block.line}行）末尾没有责任分工：应以“（……牵头……）”结尾，请补全。"
            )
            return
        text, clause_text = split
        if not text:
            self.problems.append(f"第{block.number}项（第{block.line}行）没有任务内容，只有责任分工。")
            return
        try:
            clause = parse_clause(clause_text)
        except NoticeError as error:
            self.problems.append(f"第{block.number}项（第{block.line}行）：{error}")
            return
        self.tasks.append(NoticeTask(block.number, None, text, clause, chapter, section, block.line))

    def _passages(self, blocks: list[Block], *, may_end_in_advertisement: bool = False) -> list[Passage]:
        """（一）指导思想 on its own line with paragraphs below, or （一）强化组织领导机制。 running on."""
        passages = []
        for block in blocks:
            heading, stop, _ = block.joined.partition("。")
            runs_on = stop and (heading.startswith(block.lines[0].text) or "。" in block.lines[0].text)
            if runs_on and len(heading) <= LONGEST_TITLE:
                paragraphs = paragraphs_of(block.lines)
            else:
                heading, paragraphs = block.lines[0].text, paragraphs_of(block.lines[1:])
            if may_end_in_advertisement:
                paragraphs = self._without_advertisement(paragraphs)
            passages.append(Passage(block.marker, heading, "\n".join(paragraphs)))
        return passages

    def _without_advertisement(self, paragraphs: list[str]) -> list[str]:
        """A web page ends with lines that are no sentences; they are no part of the notice."""
        kept = list(paragraphs)
        while len(kept) > 1 and kept[-1][-1] not in SENTENCE_ENDS:
            self.left_out.insert(0, kept.pop())
        return kept

    def _check_numbers(self, blocks: list[Block], what: str, name) -> None:
        """Numbers must run 1, 2, 3 …: say which are missing, doubled or out of place."""
        seen: dict[int, int] = {}
        for block in blocks:
            if block.number in seen:
                self.problems.append(
                    f"{name(block.number)}重复：第{seen[block.number]}行和第{block.line}行都是这个编号。"
                )
            seen.setdefault(block.number, block.line)
        if not seen:
            return
        missing = [name(number) for number in range(1, max(seen) + 1) if number not in seen]
        if missing:
            self.problems.append(f"编号不连续，缺少{'、'.join(missing[:10])}（共缺{len(missing)}{what}）。")
        elif any(later < earlier for earlier, later in pairwise(seen)):
            self.problems.append(f"编号顺序颠倒：{'、'.join(map(str, seen))}，请按原文顺序排列。")


def _split_chapters(blocks: list[Block]) -> list[tuple[Block, list[Block]]]:
    parts: list[tuple[Block, list[Block]]] = []
    for block in blocks:
        if block.kind == "chapter":
            parts.append((block, []))
        else:
            parts[-1][1].append(block)
    return parts


# --- putting it together --------------------------------------------------------------------------------


def _assemble(header: _Header, body: _Body) -> Notice:
    blanket = next((task.clause for task in body.tasks if task.clause.blanket), None)
    titles = [_title_sentence(task.text) for task in body.tasks]
    has_titles = all(titles)
    tasks = []
    for task, title in zip(body.tasks, titles, strict=True):
        # 以下均需: the rule stands in the clause of its first task and holds from there to the end.
        implied = blanket.blanket_bodies if blanket and task.number >= _first_blanket(body.tasks) else ""
        tasks.append(replace(task, title=title if has_titles else None, implied=implied))
    return Notice(
        title=header.title,
        notice_title=header.notice_title,
        issuer=header.issuer,
        document_number=header.document_number,
        addressed_to=header.addressed_to,
        passed_text=header.passed_text,
        passed_by=header.passed_by,
        passed_on=header.passed_on,
        issued_on=header.issued_on,
        first_year=header.first_year,
        last_year=header.last_year,
        preamble=header.preamble,
        general_heading=body.general_heading,
        general=tuple(body.general),
        safeguards_heading=body.safeguards_heading,
        safeguards=tuple(body.safeguards),
        chapters=tuple(body.chapters),
        sections=tuple(body.sections),
        tasks=tuple(tasks),
        has_titles=has_titles,
        blanket=blanket.blanket if blanket else "",
        left_out=tuple(header.left_out + body.left_out),
    )


def _first_blanket(tasks: list[NoticeTask]) -> int:
    return next(task.number for task in tasks if task.clause.blanket)


def _title_sentence(text: str) -> str | None:
    """The official title: a short first sentence with more text after it."""
    title, stop, rest = text.partition("。")
    return title if stop and rest and len(title) <= LONGEST_TITLE else None
