"""A copied text as lines and blocks: without the marks of a page or a web site, sentences healed."""

import re
from dataclasses import dataclass

from agencies.writing import number_of

NUMERAL = "[一二三四五六七八九十]+"
CHAPTER = re.compile(rf"^(?P<marker>(?P<label>{NUMERAL})、)\s*(?P<words>[^。]{{1,40}})$")
SECTION = re.compile(rf"^(?P<marker>[（(](?P<label>{NUMERAL})[)）])\s*(?P<words>.+)$")
# “2.5” at the start of a line is a figure a line end has cut off, not task 2.
TASK = re.compile(r"^(?P<marker>(?P<label>\d{1,3})\s*[.．、](?!\d))\s*(?P<words>.*)$")
INVISIBLE = str.maketrans("", "", "\x00\ufeff\u200b\u200c\u200d\u2060")
SENTENCE_ENDS = "。！？!?"
LONGEST_HEADING = 40


@dataclass(frozen=True)
class Line:
    """A line with words in it: its number in the text (from 1) and the words without web or page marks."""

    number: int
    text: str


@dataclass
class Block:
    """A marker line (chapter, section, task) with the lines that follow it up to the next marker."""

    kind: str
    marker: str
    label: str
    lines: list[Line]

    @property
    def number(self) -> int:
        return int(self.label) if self.kind == "task" else number_of(self.label)

    @property
    def line(self) -> int:
        return self.lines[0].number

    @property
    def joined(self) -> str:
        return heal([line.text for line in self.lines])


def heal(lines: list[str]) -> str:
    """Join lines broken inside a sentence. Chinese needs nothing between them, two Latin words a space."""
    joined = ""
    for line in lines:
        between_words = joined[-1:].isascii() and joined[-1:].isalpha() and line[:1].isascii()
        joined += (" " if between_words and line[:1].isalpha() else "") + line
    return joined


def lines_of(text: str) -> list[Line]:
    """The lines with words, without markdown marks, page marks and invisible characters."""
    cleaned = []
    for number, raw in enumerate(text.translate(INVISIBLE).splitlines(), start=1):
        words = re.sub(r"^\s*#{1,6}\s+", "", raw).replace("**", "").strip()
        if words and not re.fullmatch(r"[-—–－]\s*\d{1,4}\s*[-—–－]", words):
            cleaned.append(Line(number, words))
    return cleaned


def paragraphs_of(lines: list[Line], *, is_complete=lambda text: False) -> list[str]:
    """Lines to paragraphs: a line continues the one before unless that ended its sentence."""
    paragraphs: list[str] = []
    for line in lines:
        previous = paragraphs[-1] if paragraphs else None
        if previous is None or previous[-1] in SENTENCE_ENDS or is_complete(previous):
            paragraphs.append(line.text)
        else:
            paragraphs[-1] = heal([previous, line.text])
    return paragraphs


def tight(text: str) -> str:
    """A heading without the spaces an odd line end has left between two Chinese characters."""
    return re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f(])|\s+(?=\()", "", text)


def blocks_of(lines: list[Line]) -> list[Block]:
    """Lines to blocks: each marker opens one, every other line continues the one that is open."""
    blocks: list[Block] = []
    for line in lines:
        kind, match = _marker(line.text, blocks[-1] if blocks else None)
        if match:
            marker, label, words = match["marker"], match["label"], match["words"]
            blocks.append(Block(kind, marker, label, [Line(line.number, words)]))
        elif blocks:
            blocks[-1].lines.append(line)
    return blocks


def _marker(text: str, open_block: Block | None):
    for kind, pattern in (("chapter", CHAPTER), ("section", SECTION), ("task", TASK)):
        match = pattern.match(text)
        if match and not (kind == "chapter" and open_block and _goes_on(open_block)):
            return kind, match
    return "", None


def _goes_on(block: Block) -> bool:
    """Inside a sentence “一、二、三产业” is no heading: the open task or passage has not ended yet."""
    last = block.lines[-1].text[-1:]
    return block.kind != "chapter" and len(block.joined) > LONGEST_HEADING and last in "、，,；;"
