"""Which paper may be sent to whom, at which level it is signed, and how long the addressee has.

Practice, section 2 (Who may be ordered at all): 市直部门 get a 督办单; counties, courts, procuratorate and
bodies under vertical administration a 工作提示函 or 商请函, or the matter goes through 市委办 or 市政府办.
"""

import re

from agencies.models import Agency
from progress import terms
from progress.timetable import DUE_HOUR, local
from supervision.models import KindRule, LimitRule, OrderKind

ORDERED = {Agency.Kind.MUNICIPAL, Agency.Kind.PARTY, Agency.Kind.MASS, Agency.Kind.PARK}
NOT_ADDRESSED = {Agency.Kind.OFFICE, Agency.Kind.LEADING_GROUP}
# Courts and the procuratorate stand beside the government, though plans list them among its departments.
COURTS = re.compile(r"(法院|中院|检察院)$")
LETTERS_TEXT = "工作提示函、商请函，或者转办代拟稿"


def may_be_addressed(agency):
    """Whether a body can be sent anything: all but the office itself and the leading group."""
    return agency.kind not in NOT_ADDRESSED


def is_outside_command(agency):
    """Whether the city does not command a body: courts, procuratorate, vertical administration."""
    return agency.vertical or agency.kind == Agency.Kind.PROVINCIAL or COURTS.search(agency.name) is not None


def kind_for(agency):
    """The paper a body gets unless the person chooses otherwise: 督办单, or 工作提示函."""
    ordered = agency.kind in ORDERED and not is_outside_command(agency)
    return OrderKind.ORDER if ordered else OrderKind.NOTICE


def why_not_kind(kind, agency):
    """Why a paper of this kind cannot be sent to a body, or "" where it can."""
    if not may_be_addressed(agency):
        return f"{agency.name}不是承办单位，请选择承担任务的单位。"
    if kind == OrderKind.ORDER and kind_for(agency) != OrderKind.ORDER:
        what = "县区" if agency.kind == Agency.Kind.COUNTY else "法检或垂直管理单位"
        return f"{agency.name}属于{what}，不能直接下督办单，请改用{LETTERS_TEXT}。"
    if kind in (OrderKind.IMPROVEMENT, OrderKind.TALK) and is_outside_command(agency):
        label = OrderKind(kind).label.removesuffix("通知书")
        return f"{agency.name}属于法检或垂直管理单位，不能由本市{label}，请改用{LETTERS_TEXT}。"
    return ""


def limits_of(plan):
    """The plan's LimitRule; the usual one where it has none. One query, none where it is at hand."""
    try:
        return plan.limit_rule
    except LimitRule.DoesNotExist:
        return LimitRule(plan=plan)


def levels_of(plan):
    """{kind: level at which it is signed} of a plan. One query."""
    own = dict(KindRule.objects.filter(plan=plan).values_list("kind", "level"))
    return {kind: own.get(kind, level) for kind, level in KindRule.DEFAULT_LEVELS.items()}


def level_for(plan, kind):
    """The KindRule.Level at which a kind of paper is signed in a plan."""
    return KindRule.Level(levels_of(plan)[kind])


def due_at(order, now):
    """The instant an order signed at `now` is due: 18:00 of the day wanted; where none is, of the working
    day its urgency gives (Asia/Shanghai)."""
    if order.wanted_on is not None:
        return local(order.wanted_on, DUE_HOUR)
    return terms.working_days_from(now, limits_of(order.plan).days_for(order.urgency))
