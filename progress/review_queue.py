"""What waits for a person's decision: the office's reviews, an approver's sign-offs, never one's own."""

from django.db.models import Count, F, Q

from agencies.models import Role
from progress import remarks
from progress.models import ProgressReport

State = ProgressReport.State


def waiting_for(user):
    """Reports this person may decide on now, in any period.

    The office: under review, except those the person submitted or approved, and contributions, which are
    their leads'. An approver: awaiting approval at their own body, except those they submitted.
    """
    wanted = Q(pk__in=[])
    if user.has_role(Role.OFFICE):
        others = ~Q(submitted_by=user) & ~Q(approved_by=user)
        wanted |= Q(state=State.UNDER_REVIEW) & others & ~ProgressReport.CONTRIBUTION
    if user.has_role(Role.APPROVER):
        own = user.agency_ids(Role.APPROVER)
        wanted |= Q(state=State.AWAITING_APPROVAL, agency__in=own) & ~Q(submitted_by=user)
    reports = ProgressReport.objects.visible_to(user).filter(wanted)
    return reports.filter(waived_at__isnull=True)


def queue(user, period, *, agency="", chapter=""):
    """This period's queue in number order, all of it and what fits the filters: (everything, shown).

    agency: an agency code; chapter: a chapter's number as text; empty means all.
    """
    everything = list(_in_order(waiting_for(user).filter(period=period)))
    shown = [
        report
        for report in everything
        if (not agency or report.agency.code == agency)
        and (not chapter or (report.task is not None and str(report.task.chapter.number) == chapter))
    ]
    return everything, shown


def chosen(user, pks):
    """Those of the reports `pks` that wait for this person, in number order."""
    return list(_in_order(waiting_for(user).filter(pk__in=pks)))


def visible(user):
    """Every report this person may know of, with what the review page reads of one."""
    return _with_all(ProgressReport.objects.visible_to(user))


def _with_all(reports):
    related = ("agency", "period__plan", "task__chapter", "task_return", "signed_paper")
    return remarks.annotated(reports.select_related(*related))


def _in_order(reports):
    number = F("task__number").asc(nulls_last=True)
    return _with_all(reports).order_by(number, "order", "agency__order", "pk")


def name_of(report):
    """A report in a sentence: “第 15 项（市发展改革委）”, or of a whole unit “泗县人民政府单位小结”."""
    if report.task_id is None:
        return f"{report.agency.name}{report.short_subject}"
    return f"第 {report.task.number} 项（{report.agency.name}）"


def elsewhere(user, period):
    """Periods of the same plan with something waiting too: [(period code, count)]."""
    rows = (
        waiting_for(user).filter(period__plan=period.plan_id).exclude(period=period).order_by("period__code")
    )
    return list(rows.values_list("period__code").annotate(count=Count("pk")))
