"""Tasks behind their pace as something a lead can be urged about; announced in `duties.kinds`."""

from django.urls import reverse
from django.utils import timezone

from agencies.duties import DueItem, DueKind, announce
from agencies.models import Role
from agencies.reach import still_answering
from progress.models import Lamp, ReportingPeriod, TaskVerdict
from tasks.models import Assignment

BEHIND = (Lamp.YELLOW, Lamp.RED)


def lagging(plan, now):
    """Tasks with a confirmed yellow or red lamp in the newest quarter that has any: each lead of each, since
    the lamp was confirmed. Lamps whose return has changed since (`stale_at`) do not count. Two queries."""
    decided = TaskVerdict.objects.filter(period__plan=plan, confirmed_at__lte=now)
    newest = ReportingPeriod.objects.filter(pk__in=decided.order_by("-period__ends_on").values("period")[:1])
    verdicts = list(
        decided.filter(period__in=newest, lamp__in=BEHIND, stale_at__isnull=True).select_related(
            "period", "task"
        )
    )
    today = timezone.localdate(now)
    leads = Assignment.objects.leads().on(today).filter(still_answering(today))
    leads = leads.filter(task__in=[each.task_id for each in verdicts]).order_by("order", "agency__order")
    bodies = {}
    for task, agency in leads.values_list("task", "agency"):
        bodies.setdefault(task, []).append(agency)
    return [_item(plan, each, agency) for each in verdicts for agency in bodies.get(each.task_id, ())]


def _item(plan, verdict, agency):
    task, period = verdict.task, verdict.period
    lamp = f"{verdict.get_lamp_display()}（{_colour(verdict.lamp)}）"
    return DueItem(
        kind="lagging",
        subject=f"lamp:{period.pk}:{task.pk}:{agency}",
        title=f"{period.label}第{task.number}项“{task.title}”{lamp}",
        url=reverse("progress:task", args=[plan.code, period.code, task.number]),
        plan=plan.pk,
        at=verdict.confirmed_at,
        agency=agency,
        task=task.pk,
        task_number=task.number,
        period=period.pk,
        is_sensitive=task.is_sensitive,
        is_demo=verdict.is_demo,
    )


def _colour(lamp):
    return "红灯" if lamp == Lamp.RED else "黄灯"


announce(
    DueKind(
        "lagging", "进度滞后", "审定亮灯时", lagging, (Role.REPORTER, Role.APPROVER), 62, is_deadline=False
    )
)
