"""报告期 and the plan's rules: when each quarter opens and is due, who reports how often."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.models import Role
from agencies.permissions import check_role, why_not
from progress.models import DutyRule, TermRule
from progress.period_forms import DueForm, FrequencyForm, LampRuleForm
from progress.periods import (
    check_open,
    lock_period,
    may_open_by_itself,
    open_period,
    set_due,
    set_in_use_from,
    unlock_period,
    with_counts,
)
from progress.plan_rules import FREQUENCIES, add_lamp_rule, check_edit_rules, set_frequency, set_terms
from progress.time_forms import TermRuleForm
from tasks.models import Plan


def plan_known_to(user, code):
    """The plan of an address; 404 for strangers to the house and unknown plans."""
    if not user.business_roles:
        raise Http404
    return get_object_or_404(Plan, code=code)


@require_safe
def periods(request, plan):
    """Every quarter of the plan: opens, due, owed and filed, state; what the office may do with it."""
    plan = plan_known_to(request.user, plan)
    now = timezone.now()
    rows = list(with_counts(plan, request.user))
    for row in rows:
        row.opens_by_itself = may_open_by_itself(row)
        row.overdue = row.is_overdue(now)
        row.backfill_refused = why_not(check_open, request.user, row, now, backfill=True)
        row.open_refused = why_not(check_open, request.user, row, now, backfill=False)
    context = {
        "plan": plan,
        "rows": rows,
        "may_keep": request.user.is_office,
        "backfillable": sum(not row.backfill_refused for row in rows),
        "startable": [row for row in rows if not row.is_annual and (row.is_open or not row.overdue)],
    }
    return render(request, "progress/periods.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def period_due(request, plan, period):
    """Set when a quarter is due."""
    found = get_object_or_404(plan_known_to(request.user, plan).periods, code=period)
    check_role(request.user, Role.OFFICE)
    form = DueForm(request.POST or None, initial={"due_at": found.due_at})
    if request.method == "POST" and form.is_valid():
        try:
            set_due(found, form.cleaned_data["due_at"], by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_error("due_at", error)
        else:
            messages.success(request, f"{found.label}的截止时间已设定。")
            return redirect("progress:periods", plan)
    context = {"plan": found.plan, "target": found, "form": form}
    return render(request, "progress/period_due.html", context, status=400 if form.errors else 200)


def _codes(typed):
    """Those that could be the code of a period."""
    return [code for code in typed if len(code) <= 6 and "\x00" not in code]


@require_POST
def periods_open(request, plan):
    """Open the quarters named, in the ordinary way or as 补录; all or none."""
    found = plan_known_to(request.user, plan)
    check_role(request.user, Role.OFFICE)
    backfill = request.POST.get("backfill") == "1"
    now = timezone.now()
    chosen = found.periods.select_related("plan").filter(code__in=_codes(request.POST.getlist("period")))
    if not chosen:
        messages.error(request, "没有选中报告期，请先勾选要开放的报告期。")
        return redirect("progress:periods", plan)
    for period in chosen:
        check_open(request.user, period, now, backfill=backfill)
    for period in chosen:
        open_period(period, now=now, by=request.user, backfill=backfill)
    names = "、".join(period.label for period in chosen)
    messages.success(request, f"{names}已{'补录' if backfill else ''}开放。")
    return redirect("progress:periods", plan)


@require_POST
def period_lock(request, plan, period):
    """锁定 or, with `answer=unlock`, 解除锁定."""
    found = get_object_or_404(plan_known_to(request.user, plan).periods, code=period)
    if request.POST.get("answer") == "unlock":
        unlock_period(found, by=request.user, now=timezone.now())
        messages.success(request, f"{found.label}已解除锁定。")
    else:
        lock_period(found, by=request.user, now=timezone.now())
        messages.success(request, f"{found.label}已锁定，单位不能再报送。")
    return redirect("progress:periods", plan)


@require_POST
def in_use_from(request, plan):
    """Set the 启用季度 of the plan."""
    found = plan_known_to(request.user, plan)
    try:
        set_in_use_from(
            found, request.POST.get("code", "").replace("\x00", ""), by=request.user, now=timezone.now()
        )
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, "启用季度已更新。")
    return redirect("progress:periods", plan)


@require_safe
def rules(request, plan):
    """填报频次 of each class of duty, and the versions of the lamp rule."""
    plan = plan_known_to(request.user, plan)
    current = plan.lamp_rules.first()
    return _rules_page(request, plan, LampRuleForm(plan=plan, initial=vars(current) if current else {}))


def _rules_page(request, plan, form, terms_form=None):
    terms = list(plan.term_rules.all())
    duties = sorted(plan.duty_rules.all(), key=lambda rule: list(FREQUENCIES).index(rule.duty))
    context = {
        "plan": plan,
        "duties": [(rule, FREQUENCIES[rule.duty]) for rule in duties],
        "lamp_rules": plan.lamp_rules.all(),
        "form": form,
        "terms": terms,
        "terms_form": terms_form or _terms_form(plan, terms),
        "may_edit": not why_not(check_edit_rules, request.user),
    }
    refused = form.errors or (terms_form is not None and terms_form.errors)
    return render(request, "progress/rules.html", context, status=400 if refused else 200)


def _terms_form(plan, terms):
    """The form of 办理时限, filled with what holds last, or the usual days."""
    last = terms[0] if terms else TermRule(plan=plan, from_year=plan.years[0])
    return TermRuleForm(plan=plan, initial=vars(last))


@require_POST
def term_rule(request, plan):
    """办理时限 from a year on."""
    found = plan_known_to(request.user, plan)
    check_edit_rules(request.user)
    form = TermRuleForm(request.POST, plan=found)
    if form.is_valid():
        rule = set_terms(found, **form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, f"{rule.from_year}年起的办理时限已设定。")
        return redirect("progress:rules", plan)
    current = found.lamp_rules.first()
    lamps = LampRuleForm(plan=found, initial=vars(current) if current else {})
    return _rules_page(request, found, lamps, form)


@require_POST
def duty_rule(request, plan, pk):
    """Set how often one class of duty reports."""
    rule = get_object_or_404(DutyRule.objects.filter(plan=plan_known_to(request.user, plan)), pk=pk)
    check_edit_rules(request.user)
    form = FrequencyForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请从列出的填报频次中选择。")
        return redirect("progress:rules", plan)
    try:
        set_frequency(rule, form.cleaned_data["frequency"], by=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"{rule.get_duty_display()}的填报频次自下一个开放的报告期起适用。")
    return redirect("progress:rules", plan)


@require_POST
def lamp_rule_new(request, plan):
    """A new version of the lamp rule."""
    found = plan_known_to(request.user, plan)
    check_edit_rules(request.user)
    form = LampRuleForm(request.POST, plan=found)
    if form.is_valid():
        try:
            rule = add_lamp_rule(found, **form.cleaned_data, by=request.user, now=timezone.now())
        except ValidationError as error:
            for field, sentences in error.message_dict.items():
                form.add_error(field, sentences)
        else:
            messages.success(request, f"亮灯规则第{rule.version}版自{rule.from_year}年起适用。")
            return redirect("progress:rules", plan)
    return _rules_page(request, found, form)
