"""年度目标: the list with its bulk confirmation, and the page of one task's goal."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, Max, Min, OuterRef, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.audit import trail_of
from agencies.permissions import sees, why_not
from agencies.spreadsheets import Column, list_response
from tasks.filters import GoalFilter
from tasks.forms import GoalForm, node_rows, nodes_from
from tasks.goals import Stale, confirm_goals, goal_agencies, goal_for, goals_of_year, save_goal
from tasks.models import AnnualGoal, Task
from tasks.permissions import check_confirm_goals, check_edit_goal
from tasks.views.place import add_errors, plan_at, task_at, year_of

PEOPLE = ("confirmed_by", "proposed_by")


@dataclass
class GoalRow:
    """A line of the list: a task, and one of its goals of the year or none."""

    task: Task
    goal: AnnualGoal | None
    first: bool
    own: bool

    @property
    def leads(self):
        return [row.agency for row in self.task.lead_rows if row.valid_until is None]

    @property
    def state(self):
        if self.goal is None:
            return "尚未提出"
        return "已确定" if self.goal.is_confirmed else "已提出待确定"


def _goal_filter(request, plan, year):
    tasks = Task.objects.visible_to(request.user).filter(plan=plan).select_related("chapter")
    return GoalFilter(request.GET, goals_of_year(tasks, year), request=request, plan_shown=plan, year=year)


def goal_rows(tasks, user):
    """One line for each goal of `tasks` (with `year_goals` and `lead_rows`), one where there is none."""
    own = user.agency_ids()
    return [
        GoalRow(task, goal, first=place == 0, own=any(row.agency_id in own for row in task.lead_rows))
        for task in tasks
        for place, goal in enumerate(task.year_goals or [None])
    ]


def goal_counts(tasks, year):
    """How many of `tasks` there are (total), with a confirmed goal of `year` (decided), and with one that
    waits to be confirmed (proposed); one query."""
    goals = AnnualGoal.objects.filter(task=OuterRef("pk"), year=year)
    known = tasks.prefetch_related(None).annotate(
        has_decided=Exists(goals.confirmed()), has_proposed=Exists(goals.filter(confirmed_at__isnull=True))
    )
    return known.aggregate(
        total=Count("pk"),
        decided=Count("pk", filter=Q(has_decided=True)),
        proposed=Count("pk", filter=Q(has_proposed=True)),
    )


@require_safe
def goals(request, plan, period):
    plan, year = plan_at(request, plan, period), year_of(period)
    found = _goal_filter(request, plan, year)
    tasks = list(found.qs)
    counts = goal_counts(found.queryset, year)
    context = {
        "plan": plan,
        "period": period,
        "year": year,
        "filter": found,
        "rows": goal_rows(tasks, request.user),
        "shown": len(tasks),
        **counts,
        "undecided": counts["total"] - counts["decided"],
        "may_confirm": not why_not(check_confirm_goals, request.user),
    }
    return render(request, "tasks/goals.html", context)


@require_POST
def goals_confirm(request, plan, period):
    """确定 the goals ticked; each value is `id:revision`, as the list showed it."""
    plan_at(request, plan, period)
    try:
        seen = _seen(request.POST.getlist("goal"))
        confirmed = confirm_goals(seen, by=request.user, now=timezone.now())
    except ValueError:
        messages.error(request, "所选内容有误，没有确定任何目标，请刷新页面后重选。")
    except Stale as stale:
        messages.error(request, f"“{stale.current.task}”的目标刚刚被修改，没有确定任何目标，请核对后重选。")
    else:
        said = f"已确定 {len(confirmed)} 项年度目标。" if confirmed else "没有选中待确定的年度目标。"
        messages.success(request, said)
    address = reverse("tasks:goals", args=[plan, period])
    query = request.GET.urlencode()
    return redirect(f"{address}?{query}" if query else address)


def _seen(values):
    """{goal id: revision} from `id:revision`. Raises ValueError for anything else."""
    pairs = [value.split(":") for value in values]
    if any(len(part) > 9 for pair in pairs for part in pair):
        raise ValueError(values)
    return {int(pk): int(revision) for pk, revision in pairs}


@require_http_methods(["GET", "HEAD", "POST"])
def goal(request, plan, period, number):
    """The goal of one task for the period's year: read, propose, edit."""
    task, year = task_at(request, plan, period, number), year_of(period)
    leads = list(task.assignments.leads().select_related("agency"))
    agency = _agency_asked(request, task, leads)
    now = timezone.now()
    written = list(task.annual_goals.select_related("agency", *PEOPLE).prefetch_related("nodes"))
    stored = goal_for(task, year, agency, among=written)
    form = GoalForm.of(stored, request.POST or None)
    rows = node_rows(stored, request.POST or None)
    stale = None
    if request.method == "POST":
        check_edit_goal(request.user, task, now, agency=agency, confirmed=stored.is_confirmed)
        if form.is_valid() & rows.is_valid():
            try:
                save_goal(
                    task,
                    year,
                    form.content(stored, nodes_from(rows)),
                    by=request.user,
                    now=now,
                    revision=form.cleaned_data["revision"],
                    agency=agency,
                    reason=form.cleaned_data["reason"],
                )
            except ValidationError as error:
                add_errors(form, error)
            except Stale as error:
                stale = error
                form = _rebased(form, stale.current)
            else:
                messages.success(request, "年度目标已保存。")
                return redirect(request.get_full_path())
    refusal = why_not(check_edit_goal, request.user, task, now, agency=agency, confirmed=stored.is_confirmed)
    context = {
        "plan": task.plan,
        "period": period,
        "task": task,
        "year": year,
        "goal": stored,
        "form": form,
        "rows": rows,
        "agency": agency,
        "agencies": goal_agencies(task, request.user, leads),
        "others": _other_goals(written, stored),
        "targets": task.targets.all(),
        "leads": [row.agency for row in leads],
        "refusal": refusal,
        "may_confirm": not why_not(check_confirm_goals, request.user),
        "stale": stale,
        "trail": trail_of(stored) if stored.pk and sees(request.user, "trail") else [],
        "neighbours": _neighbours(request.user, task),
    }
    refused = form.is_bound and not form.is_valid() or rows.is_bound and not rows.is_valid()
    return render(request, "tasks/goal.html", context, status=409 if stale else 400 if refused else 200)


def _agency_asked(request, task, leads):
    """The lead named by ?agency=, where leads are separate; None for the task's one goal; else 404."""
    code = request.GET.get("agency")
    if not code:
        return None
    named = [row.agency for row in leads if row.agency.code == code]
    if not task.separate_leads or not named:
        raise Http404
    return named[0]


def _rebased(form, current):
    """The same typed text, now based on what stands there: sending it again overwrites knowingly."""
    data = form.data.copy()
    data["revision"] = current.revision
    return GoalForm.of(current, data)


def _other_goals(written, stored):
    """The task's goals of other years and bodies, newest first, for comparison."""
    others = [goal for goal in written if goal.pk != stored.pk]
    return sorted(others, key=lambda goal: (-goal.year, goal.agency.order if goal.agency else -1))


def _neighbours(user, task):
    """Numbers of the tasks before and after this one, for walking through all of them."""
    return (
        Task.objects.visible_to(user)
        .filter(plan=task.plan)
        .aggregate(
            before=Max("number", filter=Q(number__lt=task.number)),
            after=Min("number", filter=Q(number__gt=task.number)),
        )
    )


GOAL_COLUMNS = [
    Column("序号", 6),
    Column("行动", 22),
    Column("工作任务", 26),
    Column("牵头单位", 22),
    Column("适用单位", 16),
    Column("年度目标", 60),
    Column("计量方式", 10),
    Column("一季度序时 %", 9),
    Column("二季度序时 %", 9),
    Column("三季度序时 %", 9),
    Column("四季度序时 %", 9),
    Column("节点", 40),
    Column("状态", 14),
]


@require_safe
def goals_export(request, plan, period):
    plan, year = plan_at(request, plan, period), year_of(period)
    rows = [_cells(row) for row in goal_rows(_goal_filter(request, plan, year).qs, request.user)]
    title = f"{year}年度目标"
    return list_response(f"{plan.code} {title}", title, GOAL_COLUMNS, rows, note=plan.title)


def _cells(row):
    task, goal = row.task, row.goal
    leads = "\n".join(agency.name for agency in row.leads)
    promise = [task.number, task.chapter.title, task.title, leads]
    if goal is None:
        return [*promise, "", "", "", None, None, None, None, "", row.state]
    by_percent = goal.measure == AnnualGoal.Measure.PERCENT
    percents = [goal.expected_percent(quarter) if by_percent else None for quarter in (1, 2, 3, 4)]
    nodes = "" if by_percent else "\n".join(str(node) for node in goal.nodes.all())
    agency = goal.agency.name if goal.agency else ""
    measure = "年度指标" if goal.yearly_only else goal.get_measure_display()
    return [*promise, agency, goal.statement, measure, *percents, nodes, row.state]
