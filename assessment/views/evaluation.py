"""计划评估: all years of a plan side by side, part by part, and as Excel."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.spreadsheets import workbook_response
from assessment import evaluation_book
from assessment.evaluation import Stage, evaluation, lamps_shown, reads_all_values
from assessment.evaluation_chart import lamps_by_year
from assessment.permissions import check_read_assessment
from progress.frame import frame_of
from progress.models import Lamp
from progress.views.place import plan_at

PARTS = {
    "years": "年度对比",
    "tasks": "任务",
    "targets": "量化指标",
    "projects": "重大项目",
    "links": "计划衔接",
}


@require_safe
def evaluation_page(request, plan):
    """中期评估 while a year of the plan is still running, 终期评估 afterwards."""
    check_read_assessment(request.user)
    plan = plan_at(request, plan)
    found = evaluation(plan, request.user, timezone.now())
    part = request.GET.get("part") if request.GET.get("part") in PARTS else "years"
    frame = frame_of(request)
    context = {
        "plan": plan,
        # A plan whose periods are still to be made has no pages of tasks.
        "task_period": frame.period if frame.plan == plan else None,
        "found": found,
        "parts": PARTS.items(),
        "kpis": _kpis(found),
        "part": part,
        "years": [each.year for each in found.years],
        "rows": _rows(found, part),
        "lamps": [
            (lamp, Lamp(lamp).label, [each.lamp(lamp) for each in found.years])
            for lamp in lamps_shown(found.years)
        ],
        "stages": [*(label for _, label in Stage.choices), "未报"],
        "chart": lamps_by_year(found),
        "reads_all": reads_all_values(request.user),
    }
    return render(request, "assessment/evaluation.html", context)


def _kpis(found):
    """[(label, value, unit, part with the rows behind it, note)]."""
    rate = found.filing.on_time_rate
    return [
        ("任务已完成", found.done, "项", "tasks", f"共 {len(found.tasks)} 项，按认定的三年状态"),
        ("量化指标达成", found.met, "项", "targets", f"共 {len(found.targets)} 项，{found.missed} 项未达成"),
        ("项目建成", found.built, "个", "projects", f"共 {len(found.projects)} 个，按最近采用的进展"),
        ("按时报送率", rate, "%" if rate is not None else "", "years", "到期应报的，各年合并"),
        ("延续到下一计划", found.continued, "项", "links", "按两轮计划衔接，含待确认的"),
    ]


def _rows(found, part):
    """[(row, what it says of each year)] of a part that lists things."""
    years = [each.year for each in found.years]
    told = {
        "tasks": [(row, row.lamps) for row in found.tasks],
        "targets": [(row, row.values) for row in found.targets],
        "projects": [
            (row, {year: Stage(code).label for year, code in row.stages.items()}) for row in found.projects
        ],
    }
    return [(row, [said.get(year, "") for year in years]) for row, said in told.get(part, ())]


@require_safe
def evaluation_export(request, plan):
    """Everything the page shows, as Excel."""
    check_read_assessment(request.user)
    plan, now = plan_at(request, plan), timezone.now()
    found = evaluation(plan, request.user, now)
    author = str(request.user.agency or request.user)
    content = evaluation_book.workbook(found, author=author, now=now, demo=frame_of(request).demo)
    return workbook_response(f"{plan.code} {found.label}", content)
