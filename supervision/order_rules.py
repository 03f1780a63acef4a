"""督办规则 of a plan: the mark of its numbers, how long addressees have, and who signs which paper."""

import re

from django.db import transaction

from agencies import audit
from progress.workflow import Incomplete
from supervision import kinds
from supervision.models import KindRule, LimitRule, OrderKind
from supervision.permissions import check_set_order_rules

MARK = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]{1,20}")


@transaction.atomic
def set_rules(plan, *, mark, urgent_days, ordinary_days, hard_days, levels, by, now):
    """Set them for orders issued from now on; those already out keep their number, limit and level.

    days: working days; levels: {kind: KindRule.Level}. Returns the LimitRule. Raises Denied, Incomplete.
    """
    check_set_order_rules(by)
    days = {"urgent_days": urgent_days, "ordinary_days": ordinary_days, "hard_days": hard_days}
    wrong = {}
    if not MARK.fullmatch(mark.strip()):
        wrong["mark"] = "发文代字只用汉字、字母和数字，最多 20 字，例如“宿长三角督”。"
    if not urgent_days <= ordinary_days <= hard_days:
        wrong["hard_days"] = "时限应当紧急不长于一般，一般不长于难度较大。"
    if wrong:
        raise Incomplete(wrong)
    before = kinds.limits_of(plan), kinds.levels_of(plan)
    limits, _ = LimitRule.objects.update_or_create(plan=plan, defaults=days | {"mark": mark.strip()})
    for kind, level in levels.items():
        KindRule.objects.update_or_create(plan=plan, kind=kind, defaults={"level": level})
    detail = {"原": _spoken(*before), "新": _spoken(limits, levels)}
    audit.record("设定督办规则", plan, by=by, now=now, detail=detail)
    return limits


def _spoken(limits, levels):
    signed = "、".join(
        f"{OrderKind(kind).label}由{KindRule.Level(level).label}签发" for kind, level in levels.items()
    )
    days = f"紧急 {limits.urgent_days}、一般 {limits.ordinary_days}、难度较大 {limits.hard_days} 个工作日"
    return f"{limits.mark}；{days}；{signed}"
