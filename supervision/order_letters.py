"""The words of orders that are letters: 工作提示函, 商请函, 责令改进通知书, 约谈通知书, drafts to pass on.

One addressee, one matter, what is asked and until when, in the manner of official papers. The 办理要求 stands
in the letter as the office wrote it.
"""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from agencies.writing import day_of, quoted
from supervision.kinds import is_outside_command
from supervision.models import OrderKind, SupervisionOrder

# Signed by whoever passes the draft on.
PASSED_ON_SENDER = "（由转办单位署名）"
# What tells why is a sentence of its own; what names a paper or a meeting is what the letter rests on.
TOLD = (SupervisionOrder.Source.LAMP, SupervisionOrder.Source.LATE)
TELLING = ("鉴于", "因", "经", "接", "为")
RESTING = ("根据", "按照", "依据")


@dataclass(frozen=True)
class Letter:
    """number: 发文字号 or ""; signed_on: None while it is not signed."""

    number: str
    title: str
    addressee: str
    paragraphs: list
    sender: str
    signed_on: date | None


def letter_of(order, sender):
    """The letter of an order that is none of the tables (every kind but 督办单)."""
    write = {
        OrderKind.NOTICE: _notice,
        OrderKind.CONSULT: _consult,
        OrderKind.IMPROVEMENT: _improvement,
        OrderKind.TALK: _talk,
        OrderKind.PASSED_ON: _passed_on,
    }[OrderKind(order.kind)]
    title, paragraphs = write(order)
    passed_on = order.kind == OrderKind.PASSED_ON
    return Letter(
        number=order.full_number,
        title=title,
        addressee=order.agency.name,
        paragraphs=[each for each in paragraphs if each],
        sender=PASSED_ON_SENDER if passed_on else sender,
        signed_on=None if passed_on else order.signed_on,
    )


def _notice(order):
    you = _you(order)
    return f"关于{_matter(order)}的工作提示函", [
        f"{_basis(order)}现就{_matter(order)}有关工作提示如下：",
        order.requirement,
        _together(order, you),
        f"请{you}{_until(order)}将办理情况书面反馈我办。",
        "特此函告。",
    ]


def _consult(order):
    return f"关于商请支持{_matter(order)}的函", [
        f"{_basis(order)}现就{_matter(order)}商请贵单位支持办理以下事项：",
        order.requirement,
        _together(order, "贵单位"),
        f"请于{_limit(order)}前函复办理意见为盼。" if _limit(order) else "请将办理意见函复我办为盼。",
        "专此致函，请予支持。",
    ]


def _improvement(order):
    return "责令改进通知书", [
        f"{_basis(order)}经研究，现就{_matter(order)}责令你单位限期改进。改进要求如下：",
        order.requirement,
        _together(order, "你单位"),
        f"请你单位{_until(order)}完成改进，并将改进情况书面报送我办。",
        "我办将对改进情况进行核实，有关情况按规定纳入年度考核。",
    ]


def _talk(order):
    return "约谈通知书", [
        f"{_basis(order)}经研究，决定就{_matter(order)}约谈你单位有关负责同志。有关事项通知如下：",
        order.requirement,
        _together(order, "你单位"),
        f"请你单位做好准备，按要求参加，并{_until(order)}报送整改落实情况。",
    ]


def _passed_on(order):
    return f"关于做好{_matter(order)}的通知", [
        f"{_basis(order)}现就{_matter(order)}有关事项通知如下：",
        order.requirement,
        _together(order, "你单位"),
        f"请{_until(order)}将办理情况报送市推进长三角一体化发展领导小组办公室。",
    ]


def _you(order):
    """Bodies the city does not command are addressed as equals."""
    return "贵单位" if is_outside_command(order.agency) else "你单位"


def _matter(order):
    """The matter as it stands within a sentence: without what would end it."""
    return order.title.strip().rstrip("。；，").replace("解决：", "解决", 1)


def _basis(order):
    """What it rests on, as the words that begin the letter: “根据…，”, or where it is a tale, a sentence."""
    basis = "；".join(line.strip().rstrip("。；，") for line in order.basis.split("\n") if line.strip())
    if not basis:
        tasks = "、".join(f"第{task.number}项任务{quoted(task.title)}" for task in order.tasks.all())
        return f"按照《{order.plan.title}》{tasks}的分工，" if tasks else f"按照《{order.plan.title}》，"
    if order.source in TOLD or "。" in basis or basis.startswith(TELLING):
        return f"{basis}。"
    return basis + "，" if basis.startswith(RESTING) else f"根据{basis}，"


def _together(order, you):
    helpers = "、".join(each.name for each in order.helpers.all())
    return f"本事项由{you}主办，请会同{helpers}办理。" if helpers else ""


def _limit(order):
    """The day of the limit in words; "" while neither fixed nor wished for."""
    if order.due_at is not None:
        return day_of(timezone.localdate(order.due_at))
    return day_of(order.wanted_on) if order.wanted_on else ""


def _until(order):
    return f"于{_limit(order)}前" if _limit(order) else "在规定时限内"
