"""问题清单: what stands in the way, the levels, the office's triage in one go, and the list as Excel."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.spreadsheets import Column, list_response
from progress.frame import frame_of
from progress.views.place import plan_at
from progress.views.typed import number_of, numbers_of
from progress.workflow import Stale, WrongState
from supervision import permissions, problems
from supervision.filters import ProblemFilter
from supervision.models import Problem
from supervision.problem_forms import BulkTriageForm
from supervision.views.sorting import in_order
from tasks.views.place import add_errors

PAGE = 50
MOST_AT_ONCE = 100
State = Problem.State
SHOWN = (
    *("agency", "period", "plan", "task__chapter"),
    *("report__agency", "report__period__plan", "report__task"),
)
ORDERS = {
    "raised": ["raised_at", "pk"],
    "due": [F("due_on").asc(nulls_last=True), "pk"],
    "agency": ["agency__order", "agency__code", "pk"],
    "task": [F("task__number").asc(nulls_last=True), "pk"],
}


@require_safe
def problems_page(request, plan):
    """The problems of a plan one may read."""
    permissions.check_read_supervision(request.user)
    return _page(request, plan_at(request, plan), BulkTriageForm())


def _page(request, plan, form, chosen=(), problem=""):
    found, rows = _listed(request, plan)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    for row in page:
        row.is_late = row.is_overdue(today)
    is_office = request.user.is_office
    counts = _counts(found.whole, today)
    context = {
        "plan": plan,
        "filter": found,
        "page": page,
        "total": counts["total"],
        "counts": counts,
        "levels": [(level.value, level.label, counts[level.value]) for level in Problem.Level],
        "is_office": is_office,
        "to_triage": [row.pk for row in page if is_office and row.state == State.RAISED],
        "form": form,
        "chosen": chosen,
        "problem": problem,
    }
    refused = bool(problem or form.errors)
    return render(request, "supervision/problems.html", context, status=400 if refused else 200)


def _listed(request, plan):
    """(the filter, the rows that fit it in the order asked for)."""
    rows = Problem.objects.visible_to(request.user).filter(plan=plan).select_related(*SHOWN)
    periods = [period for period in frame_of(request).all_of_plan if period.is_open]
    found = ProblemFilter(request.GET, rows, request=request, plan=plan, periods=periods)
    return found, in_order(found.qs, request.GET.get("sort", ""), ORDERS)


def _counts(rows, today):
    """How many are on each level, not triaged, to be coordinated and overdue; one query."""
    levels = {level.value: Count("pk", filter=Q(level=level)) for level in Problem.Level}
    return rows.order_by().aggregate(
        total=Count("pk"),
        raised=Count("pk", filter=Q(state=State.RAISED)),
        coordination=Count("pk", filter=~Q(request="")),
        overdue=Count("pk", filter=Problem.overdue_on(today)),
        **levels,
    )


# --- triage in one go ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def problems_triage(request, plan):
    """研判 the chosen ones with one level and deadline; all or none.

    What was refused is shown at this address, so its filters and a reload come here as GET: to the list.
    """
    permissions.check_handle_problems(request.user)
    plan = plan_at(request, plan)
    if request.method != "POST":
        return _back(request, plan)
    form = BulkTriageForm(request.POST)
    chosen, problem = _chosen(request, plan), ""
    if not chosen:
        problem = "没有选中待研判的问题，请先勾选。"
    elif len(chosen) > MOST_AT_ONCE:
        problem = f"一次最多研判 {MOST_AT_ONCE} 个问题。"
    elif form.is_valid():
        try:
            problems.triage_all(chosen, **form.cleaned_data, by=request.user, now=timezone.now())
        except ValidationError as error:
            add_errors(form, error)
        except (Stale, WrongState) as refusal:
            problem = f"{refusal.reason}本次没有研判任何问题，请重新勾选。"
        else:
            messages.success(request, f"已研判 {len(chosen)} 个问题，责任单位已收到告知。")
            return _back(request, plan)
    return _page(request, plan, form, {row.pk for row, _ in chosen}, problem)


def _chosen(request, plan):
    """[(problem, the revision its box carried)] of the boxes ticked."""
    wanted = set(numbers_of(request.POST.getlist("problem")))
    known = Problem.objects.visible_to(request.user).filter(plan=plan, pk__in=wanted).select_related(*SHOWN)
    return [(row, number_of(request.POST.get(f"revision-{row.pk}"), row.revision)) for row in known]


def _back(request, plan):
    address = reverse("supervision:problems", args=[plan.code])
    return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)


# --- Excel -----------------------------------------------------------------------------------------

COLUMNS = [
    Column("序号", 7),
    Column("存在问题", 44),
    Column("涉及任务/项目", 30),
    Column("责任单位", 22),
    Column("整改措施", 40),
    Column("整改时限", 13),
    Column("整改进展", 40),
    Column("是否销号", 10),
    Column("需上级协调事项", 36),
]


@require_safe
def problems_export(request, plan):
    """The list as shown, in the columns of the 问题清单."""
    permissions.check_read_supervision(request.user)
    plan = plan_at(request, plan)
    _, rows = _listed(request, plan)
    lines = [_line(number, row) for number, row in enumerate(rows, start=1)]
    title = "问题清单"
    note = f"{plan.title}，共 {len(lines)} 条"
    return list_response(f"{plan.code} {title}", title, COLUMNS, lines, note=note)


def _line(number, problem):
    return [
        number,
        problem.text,
        f"{problem.task.number}. {problem.task.title}" if problem.task_id else problem.subject,
        problem.agency.name,
        problem.measures,
        problem.due_on,
        problem.progress,
        problem.state == State.CLOSED,
        problem.request,
    ]
