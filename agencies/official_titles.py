"""Where a long title breaks: whole words, lines of about one length (GB/T 9704-2012, 7.3.1)."""

import re
from functools import cache
from math import inf

from agencies.writing import half_widths

# Never torn apart: what the titles of these papers are made of.
WHOLE = (
    *(
        "长三角一体化发展",
        "三年行动计划",
        "情况的报告",
        "情况的通报",
        "推进",
        "落实",
        "关于",
        "宿州市",
        "市政府",
    ),
    *(
        "第一季度",
        "第二季度",
        "第三季度",
        "第四季度",
        "上半年",
        "下半年",
        "年度",
        "重点工作",
        "重点任务",
        "工作要点",
    ),
    *(
        "领导小组",
        "办公室",
        "征求意见",
        "有关",
        "情况",
        "报告",
        "请示",
        "通报",
        "意见",
        "计划",
        "任务",
        "工作",
        "项目",
    ),
    *(
        "单位",
        "考核",
        "复核",
        "督办",
        "实施",
        "行动",
        "建设",
        "协调",
        "解决",
        "问题",
        "指标",
        "申请",
        "支持",
        "开展",
        "前期",
    ),
)
# What begins no line, what ends none; a short remark in brackets stays in one piece.
ENDS, BEGINS = "》”’）)、，。；：！？的", "《“‘（("
REMARK = r"[（(][^（()）]{1,12}[）)]"
NUMBER = r"[A-Za-z0-9][A-Za-z0-9.—–-]*[年月日号期项个次届]?"
PIECE = re.compile(rf"{REMARK}[{ENDS}]*|[{BEGINS}]*(?:{NUMBER}|{'|'.join(WHOLE)}|.)[{ENDS}]*", re.DOTALL)
# What a break at a joint of the sense is worth, in half-widths by which its lines may differ.
JOINT = 9


def title_lines(text, widest):
    """A title in as few lines as it takes, none longer than `widest` characters, none much shorter.

    One line where it fits; also where no break would do, which leaves it to the page.
    """
    pieces, room = PIECE.findall(text), 2 * widest
    if half_widths(text) <= room or any(half_widths(piece) > room for piece in pieces):
        return [text]
    for count in range(2, len(pieces) + 1):
        ends = _ends(tuple(pieces), count, room)
        if ends:
            return ["".join(pieces[a:b]) for a, b in zip((0, *ends), ends, strict=False)]
    return [text]


def _ends(pieces, count, room):
    """Where the lines end, as numbers of pieces; () where `count` lines do not do."""
    lengths = [half_widths(piece) for piece in pieces]
    mean = sum(lengths) / count

    @cache
    def best(start, left):
        """(cost, ends) of the pieces from `start` in `left` lines."""
        if not left:
            return (0, ()) if start == len(pieces) else (inf, ())
        found, length = (inf, ()), 0
        for end in range(start + 1, len(pieces) + 1):
            length += lengths[end - 1]
            if length > room:
                break
            rest, ends = best(end, left - 1)
            cost = rest + (length - mean) ** 2 - (JOINT**2 if _is_joint(pieces, end) else 0)
            found = min(found, (cost, (end, *ends)))
        return found

    cost, ends = best(0, count)
    return ends if cost < inf else ()


def _is_joint(pieces, end):
    """Whether the sense pauses behind the piece before `end`."""
    return end < len(pieces) and (pieces[end][0] in BEGINS or pieces[end - 1][-1] in "》，、")
