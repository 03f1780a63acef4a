"""The words of a digest: what is due, by kind, as an experienced colleague would write it."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from agencies.duties import kinds
from progress.timetable import spoken_day
from reminders.models.rules import Audience

LONGEST_SUBJECT = 160
NUMERALS = "一二三四五六七八九十"

# {n}: how many; {period}: of which quarter or year; {due}: by when; {bodies}: of how many bodies.
HEADINGS = {
    "return": "{period}还有 {n} 项未报，{due}截止",
    "year_end": "{period}落实情况报告还没有报，{due}截止",
    "sign_off": "有 {n} 项等待审签",
    "returned": "有 {n} 项退回后还没有修改",
    "adopt": "有 {n} 份配合材料等待采用",
    "review": "有 {n} 项等待办公室审核",
    "order_sign": "有 {n} 件督办件等待签收",
    "order": "有 {n} 件督办件等待反馈",
    "problem": "有 {n} 个问题要按时限整改",
    "quick": "有 {n} 项临时调度等待确认",
    "consultation": "有 {n} 份征求意见等待反馈",
    "goal": "有 {n} 项年度目标还没有定",
    "target_value": "有 {n} 个指标今年还没有数据",
    "contact": "有 {n} 家单位没有在岗的联系人",
}
OVERDUE = {
    "return": "{period}有 {n} 项未报，{due}的截止时间已过",
    "year_end": "{period}落实情况报告未报，{due}的截止时间已过",
    "order": "有 {n} 件督办件已过办理时限",
    "problem": "有 {n} 个问题已过整改时限",
    "quick": "有 {n} 项临时调度已过截止时间",
    "consultation": "有 {n} 份征求意见已过反馈截止时间",
}
# The last rung: the machines have spoken, a person takes over.
TO_THE_OFFICE = {
    "return": "{period}有 {bodies} 家单位 {n} 项仍未报，自动提醒已经结束，请人工催报",
    "year_end": "{period}落实情况报告还有 {bodies} 家单位未报，自动提醒已经结束，请人工催报",
    "sign_off": "有 {bodies} 家单位 {n} 项久未审签，请人工催办",
    "returned": "有 {bodies} 家单位 {n} 项退回后久未修改，请人工催办",
    "order_sign": "有 {n} 件督办件久未签收，请人工催办",
    "order": "有 {n} 件督办件逾期未反馈，请人工催办",
    "quick": "临时调度还有 {n} 家单位没有确认，请电话联系",
    "consultation": "征求意见还有 {bodies} 家单位逾期未反馈，请人工催办",
}


@dataclass(frozen=True)
class Letter:
    """subject: one line, at most 160 characters. text: plain words with whole addresses. html: the same, with
    links, for mail clients."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Part:
    """What is said of one kind: a heading, and a line with its address for each thing."""

    heading: str
    lines: list[tuple[str, str]]


def compose(message, reminders, *, site=""):
    """The Letter of a digest. message: its Message (recipient at hand); reminders: what is still due of it
    (rule, period at hand), not empty. site: "https://…" put before addresses, where it is read outside the
    house."""
    parts = parts_of(reminders, message.send_from, site)
    context = {
        "day": message.day,
        "name": message.recipient.full_name if message.recipient_id else "",
        "parts": parts,
        "is_demo": message.is_demo,
        "site": site,
    }
    return Letter(
        subject=_subject(parts, reminders)[:LONGEST_SUBJECT],
        text=_text(parts, context),
        html=render_to_string("reminders/letter.html", context),
    )


def parts_of(reminders, at, site=""):
    """The Parts of what is said at the instant `at`, in the order of the ladder; two things that are due at
    the same time stand together."""
    order = {name: place for place, name in enumerate(kinds())}
    groups = {}
    # As they were written; those of a preview are not written yet and stand in that order already.
    for each in sorted(reminders, key=lambda row: row.pk or 0):
        key = (order.get(each.kind, 99), for_office(each), each.period_id or 0, each.due_at or at)
        groups.setdefault((*key, each.kind), []).append(each)
    return [
        Part(_heading(key[-1], rows, at), _lines(rows, site))
        for key, rows in sorted(groups.items(), key=lambda each: each[0][:4])
    ]


def for_office(reminder):
    """Whether this tells the office of what others owe."""
    rule = reminder.rule
    return rule is not None and reminder.agency_id is not None and set(rule.audience) == {Audience.OFFICE}


def _heading(kind, rows, at):
    first = rows[0]
    if for_office(first) and kind in TO_THE_OFFICE:
        words = TO_THE_OFFICE[kind]
    elif first.due_at is not None and first.due_at < at and kind in OVERDUE:
        words = OVERDUE[kind]
    else:
        words = HEADINGS.get(kind) or f"{kinds()[kind].label} {{n}} 项"
    return words.format(
        n=len(rows),
        period=first.period.label if first.period_id else "",
        due=spoken_day(first.due_at) if first.due_at else "",
        bodies=len({each.agency_id for each in rows}),
    )


def _lines(rows, site):
    """Each thing once, also where two rules tell of it."""
    lines = {}
    for each in rows:
        lines.setdefault((each.line, each.url), (each.line, f"{site}{each.url}" if each.url else ""))
    return list(lines.values())


def _subject(parts, reminders):
    if len(parts) == 1:
        return parts[0].heading
    counts, announced = {}, kinds()
    for each in reminders:
        counts[each.kind] = counts.get(each.kind, 0) + 1
    said = "、".join(f"{kind.label} {counts[name]} 项" for name, kind in announced.items() if name in counts)
    return f"今天有 {len(reminders)} 项待办：{said}"


def _text(parts, context):
    at = context["day"]
    to = f"{context['name']}同志，您好！" if context["name"] else "各位同志："
    words = [f"{to}{at.month}月{at.day}日需要留意的事项："]
    for place, part in enumerate(parts):
        numeral = NUMERALS[place] if place < len(NUMERALS) else str(place + 1)
        words += ["", f"{numeral}、{part.heading}" if len(parts) > 1 else part.heading]
        for number, (line, url) in enumerate(part.lines, 1):
            words.append(f"{number}. {line}")
            if url:
                words.append(f"   {url}")
    words += ["", "办完的事项不再提醒；有困难请尽早与市领导小组办公室联系。"]
    return "\n".join(words)
