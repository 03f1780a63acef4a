"""When a target falls due, and how much of it a reported value reaches. Pure.

The score, the office's report and the evaluation of the plan all ask here. Values are told in the target's
unit as the form shows it; bounds of money are kept in 万元 (tasks.Target).
"""

from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q

from tasks.models import Target

Operator = Target.Operator
ZERO, ONE = Decimal(0), Decimal(1)
SIX = Decimal("0.000001")
# The most a goal not reached is worth, where it must be passed and is only equalled.
ALMOST = ONE - SIX
WAN_IN_YI = 10_000
FEWER_IS_BETTER = (Operator.AT_MOST, Operator.LESS, Operator.RANK)


def due_year(target: Target, plan) -> int:
    """The year a target is to be reached by; where none is named, and of yearly ones, the plan's last."""
    return target.due_year or plan.ends_on.year


def counts_in(target: Target, plan, year: int) -> bool:
    """Whether a target falls due in a year."""
    return target.due == Target.Due.EACH_YEAR or due_year(target, plan) == year


def falling_due(plan, year: int) -> Q:
    """The same as a condition on Target."""
    due = Q(due=Target.Due.EACH_YEAR) | Q(due_year=year)
    return due | Q(due_year__isnull=True) if year == plan.ends_on.year else due


def counts_anew(target: Target) -> bool:
    """Whether every year is counted by itself, so that an earlier year's value tells nothing of this one."""
    return target.due == Target.Due.EACH_YEAR or target.accumulation == Target.Accumulation.YEAR


# The same as a condition on TargetValue.
OF_TARGETS_COUNTED_ANEW = Q(target__due=Target.Due.EACH_YEAR) | Q(
    target__accumulation=Target.Accumulation.YEAR
)


def met_by(target: Target, values: dict) -> int:
    """Of a target each body has for itself (分别): how many reach it. values: {body: its value}."""
    return sum(attained(target, value) == ONE for value in values.values())


def is_computable(target: Target) -> bool:
    """Whether a number can tell if the target is reached; else the office finds it (人工认定)."""
    return target.is_scored and _bound(target) is not None


def attained(target: Target, value: Decimal) -> Decimal:
    """The share of the target that `value` reaches, 0–1 with six places; a range is reached from its lower
    end on. The target must be computable."""
    bound = _bound(target)
    if target.operator in FEWER_IS_BETTER:
        reached = value < bound if target.operator == Operator.LESS else value <= bound
        part = bound / value if value else ONE
    else:
        reached = value > bound if target.operator == Operator.MORE else value >= bound
        part = value / bound if bound else ZERO
    return ONE if reached else min(max(part, ZERO), ALMOST).quantize(SIX, ROUND_HALF_UP)


def _bound(target):
    """The number to reach, in the unit values are told in; None where there is none."""
    lower, upper = target.minimum, target.maximum
    bound = upper if target.operator in FEWER_IS_BETTER else lower
    if bound is None:
        bound = lower if upper is None else upper
    return bound / WAN_IN_YI if bound is not None and target.unit == "亿元" else bound
