"""提醒成效: when returns left, before a reminder or after it, and how soon after."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.spreadsheets import Column, list_response
from progress.frame import frame_of
from progress.views.place import plan_at
from reminders import charts
from reminders import effect as rules
from reminders.permissions import check_urge


@require_safe
def effect(request, plan):
    """The shares of one period, how soon after each channel spoke, and the periods side by side."""
    plan = plan_at(request, plan)
    check_urge(request.user)
    by_period = rules.shares(plan)
    period = _period(request, by_period)
    shown = by_period.get(period, rules.Shares())
    context = {
        "plan": plan,
        "period": period,
        "periods": list(reversed(by_period)),
        "shares": shown,
        "kpis": _kpis(plan, period, shown) if shown.owed else [],
        "responses": rules.responses(plan, period) if period else [],
        "overall": rules.responses(plan),
        "chart": charts.shares_by_period(by_period),
        "is_counted": any(each.owed for each in by_period.values()),
    }
    return render(request, "reminders/effect.html", context)


def _period(request, by_period):
    """The period asked for, else the frame's own where it was opened, else the newest; None where there is
    none."""
    named = {period.code: period for period in by_period}
    asked = named.get(request.GET.get("period", ""))
    frames = frame_of(request).period
    return asked or (named.get(frames.code) if frames else None) or next(reversed(by_period), None)


def _kpis(plan, period, shares):
    """The four figures of a period; those that are a list elsewhere open it."""
    address = reverse("progress:returns", args=[plan.code, period.code])
    lists = {"late": f"{address}?status=late", "never": f"{address}?status=unfiled"}
    figures = zip(rules.GROUPS.items(), shares.counts, shares.percents, strict=True)
    return [
        {
            "label": words,
            "value": percent,
            "note": f"{number} 项",
            "url": lists.get(name, "") if number else "",
        }
        for (name, words), (_, number), percent in figures
    ]


COLUMNS = [Column("报告期", 18), Column("应报", 8), *(Column(words, 16) for words in rules.GROUPS.values())]


@require_safe
def effect_export(request, plan):
    """The figures of every period, as Excel."""
    plan = plan_at(request, plan)
    check_urge(request.user)
    counted = reversed(rules.shares(plan).items())
    rows = [[period.label, each.owed, *(number for _, number in each.counts)] for period, each in counted]
    note = f"{plan.title}，{timezone.localdate():%Y-%m-%d}"
    return list_response(f"{plan.code} 提醒成效", "提醒成效", COLUMNS, rows, note=note)
