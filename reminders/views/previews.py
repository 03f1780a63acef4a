"""某日会发什么: what the rules would send on a day, before it is sent and before a rule is switched on."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.spreadsheets import Column, list_response
from progress.timetable import here
from progress.views.place import plan_at
from reminders.permissions import check_keep_rules
from reminders.preview import FURTHEST, Setting, next_sending_day, preview
from reminders.rule_forms import PreviewForm

PAGE = 50


@require_safe
def preview_page(request, plan):
    """Counts by body and channel, and every message in full."""
    plan = plan_at(request, plan)
    check_keep_rules(request.user)
    form, shown, agency = _asked(request, plan)
    context = {"plan": plan, "form": form, "preview": shown, "agency": agency, "today": timezone.localdate()}
    if shown is not None:
        digests = [each for each in shown.digests if agency is None or agency.pk in each.agencies]
        context["page"] = Paginator(digests, PAGE).get_page(request.GET.get("page"))
        context["rule"] = next(iter(form.chosen), None) if form.cleaned_data["rule"] else None
    return render(request, "reminders/preview.html", context, status=400 if form.errors else 200)


def _asked(request, plan):
    """(the form, the Preview it asks for or None, the body it is narrowed to or None)."""
    now, rules = timezone.now(), list(plan.reminder_rules.all())
    today, setting = here(now).date(), Setting.of(plan)
    asked = {"day": request.GET.get("day") or next_sending_day(setting, now), "rule": request.GET.get("rule")}
    form = PreviewForm(asked, rules=rules, first=today, last=today + FURTHEST)
    if not form.is_valid():
        return form, None, None
    only = form.cleaned_data["rule"]
    form.chosen = [rule for rule in rules if (rule.pk == only if only else rule.is_on)]
    shown = preview(plan, form.cleaned_data["day"], now, setting=setting, rules=form.chosen)
    code = request.GET.get("agency")
    agency = next((row.agency for row in shown.bodies if row.agency and row.agency.code == code), None)
    return form, shown, agency


@require_safe
def preview_export(request, plan):
    """Every line of every message, as Excel; of a day that cannot be shown the heading alone."""
    plan = plan_at(request, plan)
    check_keep_rules(request.user)
    form, shown, agency = _asked(request, plan)
    columns = [
        Column("收件人", 16),
        Column("渠道", 12),
        Column("规则", 30),
        Column("提醒文字", 60),
        Column("应提醒日期", 14),
    ]
    lines = [
        [digest.to, digest.channel_label, row.rule.name, row.line, row.scheduled_for]
        for digest in (shown.digests if shown else [])
        if agency is None or agency.pk in digest.agencies
        for row in digest.reminders
    ]
    day = form.cleaned_data.get("day", "")
    return list_response(f"提醒预览_{day}", "提醒预览", columns, lines, note=f"{plan.title} {day}")
