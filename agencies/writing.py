"""Text as papers hold it: nothing that cannot be printed, how long a line is, Chinese numerals and dates."""

import re
from unicodedata import east_asian_width

# What XML cannot hold, or a page would show as rubbish; line ends stay.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
DIGITS = "零一二三四五六七八九"


def printable(text: str) -> str:
    """Text as a cell or a paragraph can hold it: one kind of line end, no control characters."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "　"))


def in_one_line(text: str, longest: int) -> str:
    """Text on one line of at most `longest` signs; what does not fit is cut, and “…” says so."""
    words = " ".join(text.split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def quoted(text: str) -> str:
    """Text in quotation marks; those within it become single ones (GB/T 15834-2011, 4.8.3.3)."""
    return f"“{text.replace('“', '‘').replace('”', '’')}”"


def some_of(names: list[str], most: int, counted: str = "") -> str:
    """“甲、乙等”: at most `most` names; counted: the word they are counted by, for “甲、乙等 9 家”."""
    if len(names) <= most:
        return "、".join(names)
    return "、".join(names[:most]) + (f"等 {len(names)} {counted}" if counted else "等")


def half_widths(text: str) -> int:
    """The length of a line of text in half-widths: 2 for a Chinese character, 1 for a Latin letter."""
    return sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in text)


def number_of(numeral: str) -> int:
    """一 → 1 … 十九 → 19, 二十 → 20, 二十一 → 21."""
    if "十" not in numeral:
        return DIGITS.index(numeral[0])
    tens, _, ones = numeral.partition("十")
    return (DIGITS.index(tens) if tens else 1) * 10 + (DIGITS.index(ones) if ones else 0)


def numeral_of(number: int) -> str:
    """1 → 一 … 19 → 十九, 20 → 二十, 21 → 二十一; up to 99."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones else "")


def day_of(day) -> str:
    """A date as official papers write it: 2026年7月5日, without leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"
