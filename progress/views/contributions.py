"""商请提供: a lead's page for asking its supporters, and the list of what was asked and what became of it."""

import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.models import Role
from agencies.permissions import why_not
from agencies.spreadsheets import Column, list_response
from progress import contributions, figures, permissions, taking_over
from progress.contribution_forms import AgainForm, AskForm, ChangeForm
from progress.figures.contributions import ASKED_STATES, requests_of, state_of
from progress.filters import ContributionFilter
from progress.models import ContributionRequest
from progress.timetable import spoken_day
from progress.views.place import period_at
from progress.views.return_form import at_address
from progress.workflow import WrongState

NUMBER = re.compile("[0-9]{1,18}")
PAGE = 100
ORDERS = {
    "number": ["lead_report__task__number", "lead_report__order", "contribution__agency__order"],
    "lead": ["lead_report__agency__order", "lead_report__task__number", "contribution__agency__order"],
    "supporter": ["contribution__agency__order", "lead_report__task__number", "lead_report__order"],
    "due": ["due_at", "lead_report__task__number", "contribution__agency__order"],
    "left": ["contribution__left_at", "lead_report__task__number", "contribution__agency__order"],
}


# --- asking ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def requests(request, plan, period, number, agency):
    """What a lead asks of its supporters, on its own return of the task."""
    report = _lead_report(request.user, plan, period, number, agency)
    contributions.check_own(request.user, report)
    if request.method == "POST":
        verb, _, which = request.POST.get("verb", "").partition("-")
        acts = {"ask": _ask, "again": _again, "change": _change, "cancel": _cancel}
        return acts.get(verb, _ask)(request, report, which)
    return _page(request, report)


def _lead_report(user, plan, period, number, agency):
    reports = at_address(user, plan, period, number, agency).select_related("agency", "period__plan", "task")
    report = get_object_or_404(reports)
    if report.is_contribution:
        raise Http404
    return report


def _page(request, report, *, ask=None, again=None, change=None, status=200):
    """The page; ask, again, change: the form that was not taken, with everything typed."""
    now = timezone.now()
    asking = contributions.asking(report, now)
    default = contributions.default_due(report, now)
    context = {
        "report": report,
        "asking": asking,
        "ask": ask or AskForm(initial={"due_at": default}),
        "again": again or AgainForm(initial={"due_at": default}, auto_id="again_%s"),
        "rows": [_row(row, change, now) for row in asking.requests],
        "default_due": default,
        "latest_due": contributions.latest_due(report, now),
        "refusal": why_not(contributions.check_ask, request.user, report, now),
        "chosen": set(request.POST.getlist("agencies")) if ask or again else set(),
        "may_take": not why_not(taking_over.check_take, request.user, report, now) and report.is_editable,
        "now": now,
    }
    return render(request, "progress/requests.html", context, status=status)


def _row(asked, change, now):
    """(request, its state, its form, whether there is something to read, whether it is late)."""
    form = change if change is not None and change.request == asked else None
    if form is None:
        form = ChangeForm(initial={"wanted": asked.wanted, "due_at": asked.due_at}, auto_id=_id(asked))
    state = state_of(asked, now)
    return {
        "request": asked,
        "contribution": asked.contribution,
        "state": state,
        "word": ASKED_STATES[state],
        "form": form,
        "is_given": taking_over.stands(asked.contribution),
        "is_late": asked.contribution.is_late(now),
    }


def _id(asked):
    return f"request_{asked.pk}_%s"


def _ask(request, report, _):
    form = AskForm(request.POST)
    return _asked(request, report, form, "ask", contributions.ask, wanted=request.POST.get("wanted", ""))


def _again(request, report, _):
    form = AgainForm(request.POST, auto_id="again_%s")
    return _asked(request, report, form, "again", contributions.ask_as_last_quarter)


def _asked(request, report, form, name, rule, **said):
    if form.is_valid():
        try:
            asked = rule(
                report,
                form.cleaned_data["agencies"],
                due_at=form.cleaned_data["due_at"],
                by=request.user,
                now=timezone.now(),
                **said,
            )
            due = spoken_day(asked[0].due_at)
            messages.success(request, f"已商请 {len(asked)} 家单位，请于{due}前提供。")
            return redirect(_address(report))
        except ValidationError as error:
            _tell(form, error)
        except WrongState as refusal:
            form.add_error(None, refusal.reason)
    return _page(request, report, **{name: form}, status=400)


def _tell(form, error):
    for name, sentences in error.message_dict.items():
        form.add_error(name if name in form.fields else None, sentences)


def _change(request, report, which):
    asked = _asked_by(report, which)
    form = ChangeForm(request.POST, auto_id=_id(asked))
    form.request = asked
    if form.is_valid():
        try:
            contributions.change(asked, **form.cleaned_data, by=request.user, now=timezone.now())
            messages.success(request, f"已修改对{asked.contribution.agency.name}的商请。")
            return redirect(_address(report))
        except ValidationError as error:
            _tell(form, error)
        except WrongState as refusal:
            form.add_error(None, refusal.reason)
    return _page(request, report, change=form, status=400)


def _cancel(request, report, which):
    asked = _asked_by(report, which)
    try:
        contributions.cancel(asked, by=request.user, now=timezone.now())
        messages.success(request, f"已取消对{asked.contribution.agency.name}的商请。")
    except WrongState as refusal:
        messages.error(request, refusal.reason)
    return redirect(_address(report))


def _asked_by(report, which):
    asked = contributions.open_requests(report).filter(pk=which if NUMBER.fullmatch(which) else 0)
    found = get_object_or_404(asked)
    found.lead_report = report
    return found


def _address(report):
    place = (report.period.plan.code, report.period.code, report.task.number, report.agency.code)
    return reverse("progress:requests", args=place)


# --- what became of it -------------------------------------------------------------------------


@require_safe
def contribution_list(request, plan, period):
    """What was asked in a period and what became of it: all for the office, for a body its own."""
    permissions.check_read_contributions(request.user)
    period = period_at(request, plan, period)
    now = timezone.now()
    found = _filter(request, period, now)
    page = Paginator(_ordered(request, found.qs), PAGE).get_page(request.GET.get("page"))
    context = {
        "plan": period.plan,
        "period": period,
        "filter": found,
        "page": page,
        "rows": [_line(row, request.user, now) for row in page],
        "total": found.queryset.count(),
        "silent": figures.silent_requests(period.plan, period, request.user, now).count(),
        "is_office": request.user.has_role(Role.OFFICE),
        "by_supporter": _by_supporter(period, request.user, now),
    }
    return render(request, "progress/contributions.html", context)


def _by_supporter(period, user, now):
    """For the office how often each body was asked and was silent, the silent ones first."""
    if not user.has_role(Role.OFFICE):
        return []
    counted = figures.contributions_by_supporter(period.plan, period, user, now)
    return sorted(counted, key=lambda body: -body.filing.silent)


def _filter(request, period, now):
    rows = requests_of(period.plan, period, request.user, now).select_related(
        "lead_report__agency",
        "lead_report__task",
        "contribution__agency",
        "contribution__period",
    )
    return ContributionFilter(request.GET, rows, request=request, now=now)


def _ordered(request, rows):
    wanted = request.GET.get("sort", "")
    order = ORDERS.get(wanted.removeprefix("-"), ORDERS["number"])
    order = [f"-{order[0]}", *order[1:]] if wanted.startswith("-") else order
    return rows.order_by(*order, "pk")


def _line(asked, user, now):
    """A row of the list, and whether this person may open the contribution and the lead's return."""
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    office = user.has_role(Role.OFFICE)
    contribution, report = asked.contribution, asked.lead_report
    state = state_of(asked, now)
    return {
        "request": asked,
        "report": report,
        "contribution": contribution,
        "state": state,
        "word": ASKED_STATES[state],
        "is_late": contribution.is_late(now),
        "opens_contribution": office or contribution.has_left or contribution.agency_id in own,
        "opens_requests": report.agency_id in own,
    }


COLUMNS = [
    Column("序号", 7),
    Column("工作任务", 32),
    Column("商请单位（牵头）", 22),
    Column("配合单位", 22),
    Column("责任类别", 12),
    Column("请提供", 40),
    Column("商请时间", 17),
    Column("应提供时间", 17),
    Column("提供时间", 17),
    Column("状态", 18),
    Column("是否迟报", 10),
]


@require_safe
def contributions_export(request, plan, period):
    """The list as shown, as Excel."""
    permissions.check_read_contributions(request.user)
    period = period_at(request, plan, period)
    now = timezone.now()
    rows = [_cells(row, now) for row in _ordered(request, _filter(request, period, now).qs)]
    title = f"{period.code} 商请提供情况"
    note = f"{period.plan.title} {period.label}，共 {len(rows)} 条"
    return list_response(f"{period.plan.code} {title}", title, COLUMNS, rows, note=note)


def _cells(asked: ContributionRequest, now):
    report, contribution = asked.lead_report, asked.contribution
    return [
        report.task.number,
        report.task.title,
        report.agency.name,
        contribution.agency.name,
        contribution.get_duty_display(),
        asked.wanted,
        asked.asked_at,
        asked.due_at,
        contribution.left_at,
        ASKED_STATES[state_of(asked, now)],
        contribution.is_late(now),
    ]
