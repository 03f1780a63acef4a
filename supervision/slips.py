"""The papers of an order: the slip as it is filled in, and the same as a Word file in official form.

A 督办单 is a table (practice, section 2: its fields); all other kinds are letters. What is not signed says so
at its head. Which order a person may see is asked by the caller; what stands on its slip is what this person
may read of it.
"""

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from agencies.official_page import OfficialDocument
from agencies.writing import day_of
from progress.timetable import here
from supervision import feedback, order_letters
from supervision.marks import head_mark
from supervision.models import OrderKind, SupervisionFile, SupervisionOrder

State = SupervisionOrder.State
HEADINGS = {
    OrderKind.ORDER: "督办单",
    OrderKind.NOTICE: "工作提示函",
    OrderKind.CONSULT: "商请函",
    OrderKind.PASSED_ON: "转办件（代拟稿）",
    OrderKind.IMPROVEMENT: "责令改进通知书",
    OrderKind.TALK: "约谈通知书",
}
# Rows with room to write by hand where nothing has been said yet.
ROOMY = ("反馈", "审核意见")


@dataclass(frozen=True)
class Slip:
    """heading: what the paper is; mark: that it is a draft, unsigned or cancelled, or ""; rows: [[(label,
    value)]], one pair taking the whole width."""

    sender: str
    heading: str
    number: str
    mark: str
    rows: list

    @property
    def title(self):
        return f"{self.sender}{self.heading}"


def slip_of(order, user, sender):
    """The slip of an order as `user` may read it; one query besides those the order brings along."""
    said = fields_of(order, feedback.readable(user, order), attached_to([order]).get(order.pk, []))
    return Slip(
        sender=sender,
        heading=HEADINGS[order.kind],
        number=order.full_number,
        mark=mark_of(order),
        rows=[
            [("编号", order.full_number or "签发时取得"), ("紧急程度", order.get_urgency_display())],
            [("事项", order.title)],
            [("任务来源", said["任务来源"])],
            [("涉及任务", said["涉及任务"])],
            [("主办单位", order.agency.name), ("协办单位", said["协办单位"])],
            [("交办时间", _day(order.issued_at)), ("办理时限", _limit(order))],
            [("签发人", _signer(order)), ("签发日期", day_of(order.signed_on) if order.signed_on else "")],
            [("办理要求", order.requirement)],
            *([(name, said[name])] for name in ("反馈", "附件", "审核意见")),
        ],
    )


def fields_of(order, said, attached):
    """{field: text} of what an order's slip and the register say alike.

    said: the OrderFeedback this person may read; attached: of this order, as `attached_to` gives it.
    """
    read = {None, *(each.pk for each in said)}
    return {
        "任务来源": "\n".join(filter(None, (order.get_source_display(), order.basis))),
        "涉及任务": "\n".join(f"第{task.number}项 {task.title}" for task in order.tasks.all()),
        "协办单位": "、".join(each.name for each in order.helpers.all()),
        "反馈": "\n".join(map(_feedback, said)),
        "附件": "、".join(name for of_feedback, name in attached if of_feedback in read),
        "审核意见": "\n".join(_opinion(each) for each in said if each.decided_at),
    }


def attached_to(orders):
    """{order id: [(feedback id or None, name)]} of the attachments of orders and their feedback; one query.

    Scans of what was signed are papers of their own.
    """
    found = {}
    kept = SupervisionFile.objects.filter(removed_at__isnull=True, kind=SupervisionFile.Kind.ATTACHMENT)
    kept = kept.filter(Q(order__in=orders) | Q(feedback__order__in=orders))
    for order, of_feedback, feedback_order, name in kept.values_list(
        "order", "feedback", "feedback__order", "name"
    ):
        found.setdefault(order or feedback_order, []).append((of_feedback, name))
    return found


def mark_of(order):
    """What the paper says of itself at its head: draft, not signed, cancelled, demonstration; or ""."""
    said = []
    if order.state == State.CANCELLED:
        said.append("已撤销")
    elif order.issued_at is None:
        said.append("代拟稿　未签发")
    elif order.kind == OrderKind.PASSED_ON:
        said.append("代拟稿")
    return head_mark(*said, is_demo=order.is_demo)


def word_of(order, user, sender):
    """The .docx as bytes: a 督办单 as the table it is, everything else as a letter."""
    paper = OfficialDocument()
    if mark_of(order):
        paper.mark(mark_of(order))
    if order.kind == OrderKind.ORDER:
        slip = slip_of(order, user, sender)
        paper.title(f"{slip.sender}\n{slip.heading}" if slip.sender else slip.heading)
        paper.form_table(slip.rows, roomy=ROOMY)
    else:
        _write_letter(paper, order_letters.letter_of(order, sender))
    return paper.to_bytes()


def file_name(order):
    """How the Word file is called."""
    return f"{HEADINGS[order.kind]} {order.full_number or '未编号'} {order.title}"


def _write_letter(paper, letter):
    if letter.number:
        paper.number(letter.number)
    paper.title(letter.title)
    paper.addressee(letter.addressee)
    for each in letter.paragraphs:
        paper.paragraph(each)
    paper.signature(letter.sender, letter.signed_on)


def _day(instant):
    return day_of(timezone.localdate(instant)) if instant else ""


def _limit(order):
    if order.due_at is not None:
        return f"{_day(order.due_at)}{here(order.due_at):%H:%M}"
    return day_of(order.wanted_on) if order.wanted_on else "签发时按紧急程度确定"


def _signer(order):
    return f"{order.signer}（{order.signer_title}）" if order.signer_title else order.signer


def _feedback(said):
    kind = "申请销号" if said.asks_to_close else "阶段性反馈"
    return f"{said.text}\n（{_day(said.left_at or said.written_at)}，{kind}，{said.get_state_display()}）"


def _opinion(said):
    return f"{said.opinion or said.get_state_display()}（{said.decided_by}，{_day(said.decided_at)}）"
