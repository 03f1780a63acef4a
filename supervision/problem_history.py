"""A problem over the quarters: what the same body told of the same matter before and after."""

from django.db.models import Q

from supervision.models import Problem


def family_of(user, problem):
    """What the same body has told of the same task over the quarters, as far as the person may know of it,
    oldest first; one query. problem: its report at hand."""
    body = problem.report.agency_id if problem.report_id else problem.agency_id
    same = Q(report__agency=body) | Q(report__isnull=True, agency=body)
    task = {"task": problem.task_id} if problem.task_id else {"task__isnull": True}
    rows = Problem.objects.visible_to(user).filter(same, plan=problem.plan_id, **task)
    return list(rows.select_related("period", "plan").order_by("period__ends_on", "pk"))


def chain_of(problem, family):
    """The problem and those of earlier periods it goes on with, latest first."""
    known = {each.pk: each for each in family}
    chain, before = [problem], problem.continues_id
    while before in known:
        chain.append(known[before])
        before = known.pop(before).continues_id
    return chain


def later_of(problem, family):
    """The row of a later period in which the problem goes on, or None; there it is handled from then on."""
    follows = (
        each for each in family if each.continues_id == problem.pk and each.state != Problem.State.WITHDRAWN
    )
    return next(follows, None)
