"""The papers of orders: the slip to print, the Word file, the register as Excel."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.official_page import word_response
from agencies.spreadsheets import Column, list_response
from supervision import feedback, slips
from supervision.sender import sender
from supervision.views.order import order_at
from supervision.views.orders import listed


@require_safe
def order_slip(request, plan, pk):
    """The order as a paper to print, for who may see it."""
    found = order_at(request, plan, pk)
    context = {"plan": found.plan, "order": found, "slip": _slip(request, found), "roomy": slips.ROOMY}
    return render(request, "supervision/order_slip.html", context)


@require_safe
def order_word(request, plan, pk):
    """The order as a Word file in official form, for who may see it."""
    found = order_at(request, plan, pk)
    content = slips.word_of(found, request.user, _sender(found))
    return word_response(slips.file_name(found), content)


def _slip(request, found):
    return slips.slip_of(found, request.user, _sender(found))


def _sender(found):
    return sender(found.signed_on or timezone.localdate())


COLUMNS = [
    Column("序号", 6),
    Column("编号", 22),
    Column("类别", 14),
    Column("事项", 36),
    Column("任务来源", 28),
    Column("涉及任务", 28),
    Column("主办单位", 20),
    Column("协办单位", 22),
    Column("交办时间", 17),
    Column("办理时限", 17),
    Column("紧急程度", 10),
    Column("办理要求", 40),
    Column("反馈", 40),
    Column("附件", 24),
    Column("审核意见", 24),
    Column("状态", 12),
    Column("逾期天数", 10),
]


@require_safe
def orders_export(request, plan):
    """The register as it is shown, as Excel, in the fields of a 督办单."""
    now = timezone.now()
    plan, _, rows = listed(request, plan, now)
    rows = list(rows.prefetch_related("feedback__decided_by"))
    attached = slips.attached_to(rows)
    lines = [_line(place, order, request.user, attached, now) for place, order in enumerate(rows, start=1)]
    note = f"{plan.title}，共 {len(lines)} 件"
    return list_response(f"{plan.code} 督办件登记表", "督办件登记表", COLUMNS, lines, note=note)


def _line(place, order, user, attached, now):
    said = feedback.readable(user, order)
    paper = slips.fields_of(order, said, attached.get(order.pk, []))
    return [
        place,
        order.full_number,
        order.get_kind_display(),
        order.title,
        paper["任务来源"],
        paper["涉及任务"],
        order.agency.name,
        paper["协办单位"],
        order.issued_at,
        order.due_at,
        order.get_urgency_display(),
        order.requirement,
        paper["反馈"],
        paper["附件"],
        paper["审核意见"],
        order.get_state_display(),
        order.days_late(now) or None,
    ]
