"""What became of a task of one plan in the next: proposed by the texts, decided by the office."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from agencies.audit import record
from agencies.permissions import Denied
from tasks.models import Plan, TaskLink
from tasks.permissions import check_link

Kind = TaskLink.Kind


def links_of(plan, user):
    """The links that begin or end in `plan`, between tasks this person may know of."""
    known = plan.tasks.model.objects.visible_to(user).values("pk")
    return (
        TaskLink.objects.filter(Q(earlier__plan=plan) | Q(later__plan=plan))
        .filter(earlier__in=known)
        .filter(Q(later__isnull=True) | Q(later__in=known))
        .select_related("earlier__plan", "later__plan", "confirmed_by")
    )


def neighbour(plan):
    """The plan before this one, or after it where it is the first; None where it stands alone."""
    before = Plan.objects.filter(starts_on__lt=plan.starts_on).order_by("-starts_on").first()
    return before or Plan.objects.filter(starts_on__gt=plan.starts_on).order_by("starts_on").first()


@transaction.atomic
def confirm_link(link, *, by, now):
    """确认 a proposed link. Raises Denied."""
    check_link(by)
    confirmed = TaskLink.objects.filter(pk=link.pk, confirmed_at__isnull=True).update(
        confirmed_at=now, confirmed_by=by
    )
    if not confirmed:
        raise Denied("这条衔接关系已经确认过。")
    record("确认任务衔接", link, by=by, now=now, detail=_about(link))


@transaction.atomic
def reject_link(link, *, by, now):
    """否定 a proposed link: it is removed, its words stay in the trail. A confirmed one stays."""
    check_link(by)
    if link.confirmed_at is not None:
        raise Denied("已确认的衔接关系不能删除。")
    record("否定任务衔接", link, by=by, now=now, detail=_about(link))
    link.delete()


@transaction.atomic
def add_link(earlier, later, kind, basis, *, by, now):
    """Add a link the office knows of; it counts as confirmed. Returns it.

    later: None where the task was dropped. Raises Denied, ValidationError({field: sentence}).
    """
    check_link(by)
    _check_link(earlier, later, kind)
    try:
        with transaction.atomic():
            link = TaskLink.objects.create(
                earlier=earlier,
                later=later,
                kind=kind,
                basis=basis.strip(),
                confirmed_at=now,
                confirmed_by=by,
            )
    except IntegrityError as error:
        raise ValidationError({"later": "这两项任务的衔接关系已经有了。"}) from error
    record("增加任务衔接", link, by=by, now=now, detail=_about(link))
    return link


def _check_link(earlier, later, kind):
    if kind == Kind.DROPPED and later is not None:
        raise ValidationError({"later": "“不再列出”的任务没有后一计划任务，请清空。"})
    if kind == Kind.DROPPED:
        if earlier.later_links.exists():
            raise ValidationError({"kind": "这项任务已有衔接关系，请先否定后再标为“不再列出”。"})
        return
    if later is None:
        raise ValidationError({"later": "请选择后一计划的任务；没有的，关系选“不再列出”。"})
    if later.plan.starts_on <= earlier.plan.starts_on:
        raise ValidationError({"later": "后一计划任务应属于较晚的计划。"})


def _about(link):
    return {"关系": link.get_kind_display(), "依据": link.basis}
