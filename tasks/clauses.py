"""The responsibility clause at the end of a task: who leads, who supports, in every form the plans use."""

import re
from dataclasses import dataclass, replace

OPENING, CLOSING = "（(〔[【", "）)〕]】"
LONGEST_NAME = 60

LEAD_BY_LABEL = re.compile(r"^牵头单位\s*[:：]\s*(?P<leads>.+)$")
SUPPORT_LABEL = re.compile(r"[,，;；]\s*(?P<word>配合单位|责任单位)\s*[:：]\s*")
LEAD_BY_VERB = re.compile(
    r"^(?P<leads>.+?)(?P<word>分别按职责牵头|牵头负责|牵头)(?:[,，;；]\s*(?P<rest>.+))?$"
)
SUPPORT_BY_VERB = re.compile(r"^(?P<supports>.+?)(?P<word>按(?:职责|职能)分工负责|配合)$")
BLANKET = re.compile(r"[,，]\s*(?P<rule>以下均需(?P<bodies>.+?)配合[,，]\s*不再列出)$")
# Names of several bodies at once, one return each: 各县区人民政府, 市管园区管委会, 有关县区人民政府.
COLLECTIVE = re.compile(r"^(各|有关|市管各?园区)")


class NoticeError(ValueError):
    """The text is no complete notice; `problems` says in Chinese what is wrong and where."""

    def __init__(self, *problems: str):
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Clause:
    """Who does a task: the responsibility clause taken apart, every name as written.

    `leads_open` and `supports_open`: 等 leaves that list open. `separate_leads`: 分别按职责牵头, or the lead
    is a collective, so each body returns for itself. `blanket`: 以下均需…配合,不再列出, verbatim;
    `blanket_bodies`: whom it names.
    """

    text: str
    leads: tuple[str, ...]
    supports: tuple[str, ...] = ()
    lead_word: str = "牵头"
    support_word: str = ""
    leads_open: bool = False
    supports_open: bool = False
    separate_leads: bool = False
    blanket: str = ""
    blanket_bodies: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def open_ended(self) -> bool:
        return self.leads_open or self.supports_open


def parse_clause(text: str) -> Clause:
    """Take a responsibility clause, brackets included, apart. Raises NoticeError naming what is odd."""
    inner = text.strip()[1:-1].strip()
    blanket = BLANKET.search(inner)
    if blanket:
        inner = inner[: blanket.start()]
    clause = _clause_by_label(text, inner) or _clause_by_verb(text, inner)
    if clause is None:
        raise NoticeError(f"看不懂责任分工“{text}”：应写明“牵头单位：……”或“……牵头”。")
    if blanket:
        clause = replace(clause, blanket=blanket["rule"], blanket_bodies=blanket["bodies"])
    return _without_doubles(clause)


def split_clause(joined: str) -> tuple[str, str] | None:
    """Task text and responsibility clause: the bracket, nested ones inside, that ends the paragraph.

    Brackets are matched by depth only, since the texts close （ with ) and nest ( ) inside 〔 〕.
    """
    if not joined or joined[-1] not in CLOSING:
        return None
    depth = 0
    for position in range(len(joined) - 1, -1, -1):
        depth += (joined[position] in CLOSING) - (joined[position] in OPENING)
        if depth == 0:
            clause = joined[position:]
            return (joined[:position].strip(), clause) if "牵头" in clause else None
    return None


def _clause_by_label(text: str, inner: str) -> Clause | None:
    """牵头单位:甲、乙等,配合单位:丙、丁等"""
    match = LEAD_BY_LABEL.match(inner)
    if not match:
        return None
    label = SUPPORT_LABEL.search(match["leads"])
    leads, leads_open = _names(match["leads"][: label.start()] if label else match["leads"])
    supports, supports_open = _names(match["leads"][label.end() :]) if label else ((), False)
    return Clause(
        text, leads, supports, "牵头单位", label["word"] if label else "", leads_open, supports_open,
        separate_leads=_is_collective(leads),
    )  # fmt: skip


def _clause_by_verb(text: str, inner: str) -> Clause | None:
    """甲、乙牵头，丙、丁等按职责分工负责 · 甲牵头负责 · 甲、乙分别按职责牵头，丙等按职责分工负责"""
    match = LEAD_BY_VERB.match(inner)
    if not match:
        return None
    leads, leads_open = _names(match["leads"])
    supports, support_word, supports_open = (), "", False
    if match["rest"]:
        rest = SUPPORT_BY_VERB.match(match["rest"])
        if not rest:
            raise NoticeError(f"看不懂责任分工“{text}”中的“{match['rest']}”：应为“……按职责分工负责”。")
        supports, supports_open = _names(rest["supports"])
        support_word = rest["word"]
    separate = match["word"].startswith("分别") or _is_collective(leads)
    return Clause(text, leads, supports, match["word"], support_word, leads_open, supports_open, separate)


def _is_collective(leads: tuple[str, ...]) -> bool:
    return any(COLLECTIVE.match(name) for name in leads)


def _names(listed: str) -> tuple[tuple[str, ...], bool]:
    """Names as written, and whether 等 leaves the list open."""
    listed = listed.strip()
    is_open = listed.endswith("等")
    names = tuple(_split_names(listed.removesuffix("等")))
    if not names:
        raise NoticeError("责任分工里没有写单位名称。")
    for name in names:
        if len(name) > LONGEST_NAME:
            raise NoticeError(f"单位名称“{name[:20]}……”过长：名称之间应以顿号分开，请核对。")
    return names, is_open


def _split_names(listed: str) -> list[str]:
    """Split at 、 outside brackets: 市数据资源管理局(政务服务局) is one name."""
    names, depth, current = [], 0, ""
    for char in listed:
        depth += (char in OPENING) - (char in CLOSING)
        if char in "、,，" and depth == 0:
            names.append(current.strip())
            current = ""
        else:
            current += char
    return [name for name in [*names, current.strip()] if name]


def _without_doubles(clause: Clause) -> Clause:
    """A body named twice is kept once, as lead where it leads; the remark keeps the source's wording."""
    doubles = [name for name in dict.fromkeys(clause.supports) if name in clause.leads]
    leads, supports = tuple(dict.fromkeys(clause.leads)), tuple(dict.fromkeys(clause.supports))
    second_role = "配合单位" if clause.support_word == "配合单位" else "责任单位"
    remarks = [f"原文把{name}同时列为牵头单位和{second_role}，按牵头计一次" for name in doubles]
    supports = tuple(name for name in supports if name not in doubles)
    return replace(clause, leads=leads, supports=supports, remarks=tuple(remarks))
