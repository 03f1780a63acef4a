"""A plan's own rules, kept by the office: how often each class of duty reports, when a lamp turns.

Lamp rules are versioned: a change is a new version that holds from a year on, so what was judged by an
older version stays judged by it (practice, section 2).
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from agencies.audit import record
from agencies.models import Role
from agencies.permissions import Denied, check_role
from progress.models import DutyRule, LampRule, TermRule
from tasks.models import Assignment

Duty, Frequency = Assignment.Duty, DutyRule.Frequency
# Members of collectives report by unit, never task by task, so they have no choice here.
FREQUENCIES = {
    Duty.LEAD: (Frequency.QUARTERLY, Frequency.YEAR_END),
    Duty.NAMED: (Frequency.ON_REQUEST, Frequency.QUARTERLY, Frequency.YEAR_END, Frequency.NONE),
    Duty.INVITED: (Frequency.ON_REQUEST, Frequency.QUARTERLY, Frequency.YEAR_END, Frequency.NONE),
    Duty.GROUP: (Frequency.UNIT, Frequency.NONE),
    Duty.IMPLIED: (Frequency.UNIT, Frequency.NONE),
}


def check_edit_rules(user):
    """The rules of a plan are the office's. Raises Denied."""
    check_role(user, Role.OFFICE)


@transaction.atomic
def set_frequency(rule, frequency, *, by, now):
    """Let a class of duty report this often from the next period that opens; returns the rule.

    Raises Denied, ValidationError for a frequency this class cannot have.
    """
    check_edit_rules(by)
    if frequency not in FREQUENCIES[rule.duty]:
        allowed = "、".join(choice.label for choice in FREQUENCIES[rule.duty])
        raise ValidationError(f"{rule.get_duty_display()}单位的填报频次只能是：{allowed}。", code="frequency")
    if frequency == rule.frequency:
        return rule
    before = rule.get_frequency_display()
    rule.frequency = frequency
    rule.save(update_fields=["frequency"])
    detail = {"原": before, "新": rule.get_frequency_display()}
    record("修改填报频次", rule, by=by, now=now, detail=detail)
    return rule


@transaction.atomic
def add_lamp_rule(plan, *, from_year, yellow_from, red_from, yellow_run, by, now):
    """A new version of the lamp rule that holds from `from_year` on; returns it.

    yellow_from, red_from: points of gap at which the lamp turns; yellow_run: yellow quarters running that
    make it red, 0 for never. Raises Denied, ValidationError({field: sentence}).
    """
    check_edit_rules(by)
    wrong = {}
    if from_year not in plan.years:
        wrong["from_year"] = f"适用起始年应在{plan.years[0]}至{plan.years[-1]}年之间。"
    if not 0 < yellow_from < 100:
        wrong["yellow_from"] = "黄灯起点应在 0 到 100 个百分点之间。"
    elif not yellow_from < red_from <= 100:
        wrong["red_from"] = "红灯起点应大于黄灯起点，且不超过 100 个百分点。"
    if not 0 <= yellow_run <= 4:
        wrong["yellow_run"] = "连续黄灯转红的季度数应在 0 到 4 之间，0 表示不转红。"
    if wrong:
        raise ValidationError(wrong)
    if plan.periods.filter(starts_on__year__gte=from_year, locked_at__isnull=False).exists():
        raise Denied(f"{from_year}年起已有锁定的报告期，亮灯规则不能追溯修改，请从之后的年份起适用。")
    last = plan.lamp_rules.aggregate(last=Max("version"))["last"] or 0
    rule = LampRule.objects.create(
        plan=plan,
        version=last + 1,
        from_year=from_year,
        yellow_from=yellow_from,
        red_from=red_from,
        yellow_run=yellow_run,
    )
    detail = {
        "适用起始年": from_year,
        "黄灯起点": str(yellow_from),
        "红灯起点": str(red_from),
        "连续黄灯转红": yellow_run,
    }
    record("制定亮灯规则", rule, by=by, now=now, detail=detail)
    return rule


@transaction.atomic
def set_terms(plan, *, from_year, contribution_days, feedback_days, resubmit_days, by, now):
    """办理时限 in working days (1–30 each) from `from_year` of the plan on; returns the TermRule.

    Said again for the same year it replaces what was said. What has been asked or sent back already keeps
    its date. Raises Denied, ValidationError({field: sentence}).
    """
    check_edit_rules(by)
    days = {
        "contribution_days": contribution_days,
        "feedback_days": feedback_days,
        "resubmit_days": resubmit_days,
    }
    wrong = {name: "工作日数应在 1 到 30 之间。" for name, number in days.items() if not 1 <= number <= 30}
    if from_year not in plan.years:
        wrong["from_year"] = f"适用起始年应在{plan.years[0]}至{plan.years[-1]}年之间。"
    if wrong:
        raise ValidationError(wrong)
    rule, _ = TermRule.objects.update_or_create(plan=plan, from_year=from_year, defaults=days)
    spoken = {str(TermRule._meta.get_field(name).verbose_name): number for name, number in days.items()}
    record("设定办理时限", rule, by=by, now=now, detail={"适用起始年": from_year, **spoken})
    return rule
