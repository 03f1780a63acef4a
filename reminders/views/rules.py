"""提醒规则: the ladder of a plan as a table, each rule's own page, the hours of sending."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.audit import trail_of
from agencies.duties import kinds
from agencies.spreadsheets import Column, list_response
from progress.timetable import here
from progress.views.place import plan_at
from progress.views.typed import number_of
from reminders import rule_changes
from reminders.filters import RuleFilter
from reminders.hours import hours_of
from reminders.models import ReminderRule
from reminders.models.rules import Audience, Channel
from reminders.permissions import check_keep_rules
from reminders.rule_forms import NEW, HoursForm, RuleForm
from reminders.rules import next_turns
from reminders.texts import PLACEHOLDERS
from tasks.views.place import add_errors

AUDIENCES = dict(Audience.choices)
# As a table names them.
WAYS = {Channel.INBOX: "站内", Channel.MAIL: "邮件", Channel.ROBOT: "群机器人"}


# --- the table ---------------------------------------------------------------------------------


@require_safe
def rules(request, plan):
    """Every rule in words, whether it is on, and when it speaks next."""
    plan = plan_at(request, plan)
    check_keep_rules(request.user)
    return _table(request, plan, HoursForm(initial=vars(hours_of(plan))))


def _table(request, plan, hours_form):
    everything, found, rows, guessed = _rows(request, plan)
    context = {
        "plan": plan,
        "filter": found,
        "rows": rows,
        "guessed": sorted(guessed),
        "total": len(everything),
        "on": sum(rule.is_on for rule in everything),
        "hours_form": hours_form,
    }
    return render(request, "reminders/rules.html", context, status=400 if hours_form.errors else 200)


def _rows(request, plan):
    """(all rules, the filter, those that fit it in words and with their next day, years guessed)."""
    everything, now = list(plan.reminder_rules.all()), timezone.now()
    found = RuleFilter(request.GET, plan.reminder_rules.all(), request=request)
    rows = found.of(everything)
    coming, guessed = next_turns(plan, rows, here(now).date(), now)
    for rule in rows:
        describe(rule)
        rule.next_day, rule.next_things = coming.get(rule.pk, (None, 0))
    return everything, found, rows, guessed


def describe(rule):
    """Put a rule in words: what, when, to whom, where."""
    kind = kinds().get(rule.kind)
    rule.kind_label = kind.label if kind else "（已不存在）"
    rule.when = rule_changes.when_in_words(rule)
    rule.whom = "、".join(AUDIENCES.get(each, each) for each in rule.audience)
    rule.where = "、".join(WAYS.get(each, each) for each in rule.channels)
    return rule


@require_safe
def rules_export(request, plan):
    """The table as shown, as Excel."""
    plan = plan_at(request, plan)
    check_keep_rules(request.user)
    _, _, rows, _ = _rows(request, plan)
    columns = [
        Column("规则", 32),
        Column("提醒事项", 18),
        Column("时间", 40),
        Column("提醒对象", 24),
        Column("渠道", 20),
        Column("提醒文字", 44),
        Column("状态", 10),
        Column("下次提醒", 14),
        Column("涉及事项数", 12),
    ]
    lines = [
        [
            *(rule.name, rule.kind_label, rule.when, rule.whom, rule.where, rule.line),
            *("启用" if rule.is_on else "停用", rule.next_day, rule.next_things),
        ]
        for rule in rows
    ]
    return list_response(f"提醒规则_{plan.code}", "提醒规则", columns, lines, note=plan.title)


@require_POST
def hours(request, plan):
    """发送时间 of the plan."""
    plan = plan_at(request, plan)
    check_keep_rules(request.user)
    form = HoursForm(request.POST)
    if form.is_valid():
        try:
            rule_changes.set_hours(plan, **form.cleaned_data, by=request.user, now=timezone.now())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "发送时间已设定，自下一次安排起适用。")
            return redirect("reminders:rules", plan.code)
    return _table(request, plan, form)


# --- one rule ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def rule_new(request, plan):
    """A new rule, switched off until it has been previewed."""
    plan = plan_at(request, plan)
    check_keep_rules(request.user)
    form = RuleForm(request.POST if request.method == "POST" else None, initial=NEW)
    return _written(request, plan, form) or _form_page(request, plan, form)


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request, plan, pk):
    """One rule: read and changed."""
    found = _rule_at(request, plan, pk)
    form = RuleForm(request.POST if request.method == "POST" else None, rule=found)
    return _written(request, found.plan, form, found) or _form_page(request, found.plan, form, found)


def _rule_at(request, plan, pk):
    plan = plan_at(request, plan)
    check_keep_rules(request.user)
    return get_object_or_404(ReminderRule.objects.select_related("plan"), plan=plan, pk=pk)


def _written(request, plan, form, rule=None):
    """The way on after the rule is kept; None where the form has to be shown (again)."""
    if request.method != "POST" or not form.is_valid():
        return None
    seen = number_of(request.POST.get("revision"))
    try:
        kept = rule_changes.write_rule(
            plan, form.content, by=request.user, now=timezone.now(), rule=rule, revision=seen
        )
    except ValidationError as error:
        form.refuse(error)
    except rule_changes.Changed as error:
        form.add_error(None, str(error))
    else:
        after = "" if kept.is_on else "现在是停用状态，请先预览再启用。"
        messages.success(request, f"规则“{kept.name}”已保存。{after}")
        return redirect("reminders:rule", plan.code, kept.pk)
    return None


def _form_page(request, plan, form, rule=None):
    context = {
        "plan": plan,
        "rule": describe(rule) if rule else None,
        "form": form,
        "revision": request.POST.get("revision") or (rule.revision if rule else 0),
        "placeholders": PLACEHOLDERS,
        "spoken": rule is not None and rule.reminders.exists(),
        "trail": trail_of(rule) if rule else [],
    }
    return render(request, "reminders/rule.html", context, status=400 if form.errors else 200)


@require_POST
def rule_switch(request, plan, pk):
    """启用 or, with `answer=off`, 停用."""
    found = _rule_at(request, plan, pk)
    is_on = request.POST.get("answer") != "off"
    rule_changes.switch(found, is_on, by=request.user, now=timezone.now())
    done = "启用" if is_on else "停用，已安排未发出的提醒不再发送"
    messages.success(request, f"规则“{found.name}”已{done}。")
    return redirect("reminders:rules", plan)


@require_POST
def rule_delete(request, plan, pk):
    """Take out a rule that has never spoken."""
    found = _rule_at(request, plan, pk)
    rule_changes.remove(found, by=request.user, now=timezone.now())
    messages.success(request, f"规则“{found.name}”已删除。")
    return redirect("reminders:rules", plan)
