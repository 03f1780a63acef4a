"""What a supervision order says: what must be right before it goes on."""

from django.db.models import Q
from django.utils import timezone

from agencies.models import AgencySuccession
from progress.timetable import DUE_HOUR, local
from progress.workflow import Incomplete
from supervision import kinds
from tasks.models import Assignment

LONGEST_REQUIREMENT = 3000
LONGEST_BASIS = 1000
MOST_TASKS = 20
MOST_HELPERS = 20


def mistakes(said, *, now):
    """{field: sentence} of what is wrong with a draft.

    said: kind, title, requirement, basis, urgency, agency, wanted_on, and the lists helpers and tasks.
    """
    wrong = _wrong_words(said)
    agency, helpers = said["agency"], said["helpers"]
    if agency is None:
        wrong["agency"] = "请选择主办单位，一件只有一个主办单位。"
    else:
        reason = kinds.why_not_kind(said["kind"], agency)
        if reason:
            wrong["kind"] = reason
        if agency.abolished_on is not None:
            wrong["agency"] = f"{agency.name}已撤销，请选择承接其职责的单位。"
        if agency in helpers:
            wrong["helpers"] = f"{agency.name}是主办单位，不必再列为协办单位。"
    outsiders = [each.name for each in helpers if not kinds.may_be_addressed(each)]
    if outsiders:
        wrong["helpers"] = f"{'、'.join(outsiders)}不是承办单位，不能列为协办单位。"
    elif len(helpers) > MOST_HELPERS:
        wrong["helpers"] = f"协办单位最多 {MOST_HELPERS} 个，您选了 {len(helpers)} 个。"
    many = len(said["tasks"])
    if many > MOST_TASKS:
        wrong["tasks"] = f"一件最多涉及 {MOST_TASKS} 项任务，您选了 {many} 项；一事一单，请分开拟办。"
    elif agency is not None and "agency" not in wrong:
        unknown = _who_may_not_know([agency, *helpers], said["tasks"])
        if unknown:
            wrong["tasks"] = unknown
    if said["wanted_on"] is not None and local(said["wanted_on"], DUE_HOUR) <= now:
        wrong["wanted_on"] = "要求办结日期须晚于现在（当天 18:00 到期），请另选日期或留空。"
    return wrong


def check_sendable(order, now):
    """Whether what is written can go on as it stands. Raises Incomplete."""
    said = {name: getattr(order, name) for name in ("kind", "title", "requirement", "basis", "agency")}
    said |= {"wanted_on": order.wanted_on, "helpers": list(order.helpers.all())}
    wrong = mistakes(said | {"tasks": list(order.tasks.all())}, now=now)
    if wrong:
        raise Incomplete(wrong)


def _wrong_words(said):
    wrong = {}
    if not said["title"].strip():
        wrong["title"] = "请填写事项，一件只写一个事项。"
    elif len(said["title"].strip()) > 120 or "\n" in said["title"].strip():
        wrong["title"] = "事项请写成一行，最多 120 字。"
    for name, longest in (("requirement", LONGEST_REQUIREMENT), ("basis", LONGEST_BASIS)):
        if len(said[name].strip()) > longest:
            wrong[name] = f"现有 {len(said[name].strip()):,} 字，最多 {longest:,} 字，请精简。"
    if not said["requirement"].strip():
        wrong["requirement"] = "请写明办理要求：做什么、做到什么程度。"
    return wrong


def _who_may_not_know(bodies, tasks):
    """The sentence that names the bodies that may not know of a sensitive task among `tasks`, or ""."""
    sensitive = [task for task in tasks if task.is_sensitive]
    if not sensitive:
        return ""
    today = timezone.localdate()
    lasting = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    duties = set(Assignment.objects.filter(lasting, task__in=sensitive).values_list("task", "agency"))
    chains = AgencySuccession.objects.acting().chains()
    for body in bodies:
        acts_for = {body.pk} | {old for old, new in chains if new == body.pk}
        for task in sensitive:
            if not any((task.pk, each) in duties for each in acts_for):
                return (
                    f"第 {task.number} 项为敏感任务，{body.name}没有责任分工，不应知悉；"
                    "请去掉这项任务，或先在任务页增列责任单位。"
                )
    return ""
