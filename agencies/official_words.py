"""What the standard of official papers says of words and places: numbers of headings, 附件说明, 落款."""

import re
from math import ceil

from agencies.writing import half_widths, numeral_of

# 署名 and 成文日期: the date stands four characters from the edge, the longer of the two at least two.
FROM_EDGE, NEVER_CLOSER = 4, 2
# What still stands well in the middle of a column, in half-widths.
SHORT = 16
# Of a table: a line's height in sizes of its letters, what a cell keeps free at its sides, a point, in mm.
LINE, CELL_SIDES, POINT = 1.35, 4, 25.4 / 72


def heading_number(level, number):
    """The number of a heading: 一、 （一） 1. （1）."""
    return {
        1: f"{numeral_of(number)}、",
        2: f"（{numeral_of(number)}）",
        3: f"{number}.",
        4: f"（{number}）",
    }[level]


def opening_of(title):
    """The sentence a report opens with, from its title: “现将……情况报告如下。”; "" for other titles."""
    about = re.fullmatch(r"关于(.+)的报告", title.strip(), re.DOTALL)
    return f"现将{about[1]}报告如下。" if about else ""


def with_colon(addressee):
    """主送机关 ends in a full-width colon."""
    return addressee.strip().rstrip(":：") + "："


def enclosure_lines(titles):
    """附件说明 as [(text, left indent, hanging)] in characters; several are numbered, none ends in a stop."""
    titles = [title.rstrip("。；;.") for title in titles]
    if len(titles) == 1:
        return [(f"附件：{titles[0]}", 5, 3)]
    found = []
    for number, title in enumerate(titles, start=1):
        head = "附件：" if number == 1 else ""
        found.append((f"{head}{number}.{title}", 6, 4 if head else 1))
    return found


def signature_indents(body, day):
    """Characters from the right edge for the body and for the date, each in the middle of the other."""
    body, day = half_widths(body) / 2, half_widths(day) / 2
    of_day = max(FROM_EDGE, (body - day) / 2 + NEVER_CLOSER)
    return max(of_day - (body - day) / 2, 0), of_day


def row_height(texts, widths, size):
    """How high in mm a row of a table is at least: texts in cells of these widths in mm, letters of `size`
    points."""
    lines = [
        sum(
            max(ceil(half_widths(line) * size * POINT / 2 / (width - CELL_SIDES)), 1)
            for line in text.split("\n")
        )
        for text, width in zip(texts, widths, strict=True)
    ]
    return max(lines) * size * LINE * POINT


def in_the_middle(rows):
    """The places of a table's columns that stand in the middle: of numbers, dates, a word or two, names below
    each other. One long text, and the whole column begins at the left. rows: sequences of values."""
    rows = [list(values) for values in rows]
    places = range(max(map(len, rows), default=0))
    return {place for place in places if all(_is_short(values[place]) for values in rows)}


def _is_short(value):
    return not isinstance(value, str) or all(half_widths(line) <= SHORT for line in value.split("\n"))
