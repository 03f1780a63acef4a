"""What waits for a person's decision: the office's reviews, an approver's sign-offs, never one's own."""

from django.db.models import Count, F, Q

from agencies.models import Role
from progress.models import ProgressReport, ReportVersion
from tasks.models import Assignment

State = ProgressReport.State


def waiting_for(user):
    """Reports this person may decide on now, in any period.

    The office: under review, except those the person submitted or approved, and contributions, which are
    their leads'. An approver: awaiting approval at their own body, except those they submitted.
    """
    wanted = Q(pk__in=[])
    if user.has_role(Role.OFFICE):
        others = ~Q(submitted_by=user) & ~Q(approved_by=user)
        contribution = Q(kind=ProgressReport.Kind.TASK, role=Assignment.Role.SUPPORT)
        wanted |= Q(state=State.UNDER_REVIEW) & others & ~contribution
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


def _in_order(reports):
    related = reports.select_related("agency", "period__plan", "task__chapter", "task_return")
    return related.order_by(F("task__number").asc(nulls_last=True), "order", "agency__order", "pk")


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


def last_versions(report, limit=2):
    """The newest frozen versions of a report, newest first."""
    return list(ReportVersion.objects.filter(report=report).order_by("-number")[:limit])


def last_quarter_said(report):
    """What the same body last said of this task in an earlier period, as it left; None if nothing did."""
    version = (
        ReportVersion.objects.filter(
            report__agency=report.agency_id,
            report__task=report.task_id,
            report__kind=report.kind,
            report__left_at__isnull=False,
            report__period__plan=report.period.plan_id,
            report__period__ends_on__lt=report.period.ends_on,
        )
        .order_by("-report__period__ends_on", "-number")
        .first()
    )
    return version.content if version else None
