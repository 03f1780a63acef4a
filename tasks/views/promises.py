"""方案原文, 量化指标, 重大项目: what the plan says, word for word, and its lists."""

from django.db.models import Prefetch, Q
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies.spreadsheets import Column, list_response
from tasks.filters import ProjectFilter, TargetFilter
from tasks.models import Assignment, Project, Section, Target, Task
from tasks.views.place import plan_at


@require_safe
def plan_page(request, plan, period):
    """The whole text: preamble, goals, chapters with their tasks, safeguards; press reports apart."""
    plan = plan_at(request, plan, period)
    tasks = Task.objects.visible_to(request.user).prefetch_related("amendments")
    chapters = plan.chapters.prefetch_related(
        Prefetch("sections", Section.objects.order_by("number")),
        Prefetch("tasks", tasks.select_related("section"), to_attr="known_tasks"),
    )
    context = {
        "plan": plan,
        "period": period,
        "chapters": chapters,
        "facts": plan.published_facts.filter(task__isnull=True),
        "stewards": plan.stewards.select_related("agency"),
    }
    return render(request, "tasks/plan.html", context)


def targets_known_to(user, plan):
    """The plan's own goals and those of tasks this person may know of, with what a list shows."""
    known = Q(task__isnull=True) | Q(task__in=Task.objects.visible_to(user))
    leads = Assignment.objects.leads().filter(valid_until__isnull=True).select_related("agency")
    return (
        plan.targets.filter(known)
        .select_related("task__chapter", "responsible")
        .prefetch_related(Prefetch("task__assignments", leads, to_attr="lead_rows"))
    )


def lead_agencies(target):
    """The lead bodies of a target's task; none for the plan's own goals."""
    return [row.agency for row in target.task.lead_rows] if target.task else []


def _target_filter(request, plan):
    return TargetFilter(request.GET, targets_known_to(request.user, plan), request=request, plan_shown=plan)


@require_safe
def targets(request, plan, period):
    plan = plan_at(request, plan, period)
    found = _target_filter(request, plan)
    rows = list(found.qs)
    for target in rows:
        target.lead_agencies = lead_agencies(target)
    context = {"plan": plan, "period": period, "filter": found, "targets": rows}
    context["total"] = found.queryset.count()
    return render(request, "tasks/targets.html", context)


TARGET_COLUMNS = [
    Column("任务序号", 9),
    Column("行动", 22),
    Column("工作任务", 26),
    Column("指标", 30),
    Column("关系", 10),
    Column("目标值", 14),
    Column("单位", 10),
    Column("时限", 12),
    Column("范围", 12),
    Column("口径", 12),
    Column("责任单位", 18),
    Column("原文", 60),
]


@require_safe
def targets_export(request, plan, period):
    plan = plan_at(request, plan, period)
    rows = [target_row(target) for target in _target_filter(request, plan).qs]
    return list_response(f"{plan.code} 量化指标", "量化指标", TARGET_COLUMNS, rows, note=plan.title)


def target_row(target: Target):
    task = target.task
    return [
        task.number if task else "",
        task.chapter.title if task else "总体目标",
        task.title if task else "",
        target.indicator,
        target.get_operator_display(),
        target.value_text,
        target.unit,
        due_words(target),
        target.get_scope_display(),
        target.get_accumulation_display(),
        target.responsible.name if target.responsible else "、".join(map(str, lead_agencies(target))),
        target.quote,
    ]


def due_words(target):
    """“2026年”, 每年 or 计划期内."""
    return f"{target.due_year}年" if target.due_year else target.get_due_display()


def _project_filter(request, plan):
    known = plan.projects.filter(task__in=Task.objects.visible_to(request.user))
    return ProjectFilter(request.GET, known.select_related("task__chapter"), request=request, plan_shown=plan)


@require_safe
def projects(request, plan, period):
    plan = plan_at(request, plan, period)
    found = _project_filter(request, plan)
    context = {"plan": plan, "period": period, "filter": found, "projects": list(found.qs)}
    context["total"] = found.queryset.count()
    return render(request, "tasks/projects.html", context)


PROJECT_COLUMNS = [
    Column("任务序号", 9),
    Column("行动", 22),
    Column("工作任务", 26),
    Column("项目名称", 36),
    Column("计划阶段（原文）", 16),
    Column("原文", 60),
]


@require_safe
def projects_export(request, plan, period):
    plan = plan_at(request, plan, period)
    rows = [project_row(project) for project in _project_filter(request, plan).qs]
    return list_response(f"{plan.code} 重大项目", "重大项目", PROJECT_COLUMNS, rows, note=plan.title)


def project_row(project: Project):
    task = project.task
    return [
        task.number,
        task.chapter.title,
        task.title,
        project.name,
        project.planned_stage,
        project.quote,
    ]
