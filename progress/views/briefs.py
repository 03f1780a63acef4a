"""一页纸专报 of a task, a project, a body or a 行动: on the screen, printed, as a Word document."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.models import Agency
from agencies.official_page import word_response
from agencies.templatetags.words import full_moment_text
from progress import brief_documents, briefs, issuing, permissions
from progress.models import Issuance
from progress.views.place import period_at
from tasks.models import Chapter, Project, Task


@require_safe
def brief_task(request, plan, period, number, word=False):
    period = _period(request, plan, period)
    brief = briefs.of_task(number, period, request.user, timezone.now())
    back = (f"第 {number} 项", "progress:task", number)
    return _answer(request, period, brief, "brief_task", number, back, word)


@require_safe
def brief_project(request, plan, period, pk, word=False):
    period = _period(request, plan, period)
    known = Project.objects.filter(plan=period.plan, task__in=Task.objects.visible_to(request.user))
    brief = briefs.of_project(get_object_or_404(known, pk=pk), period, request.user, timezone.now())
    return _answer(request, period, brief, "brief_project", pk, ("重大项目", "tasks:projects"), word)


@require_safe
def brief_agency(request, plan, period, code, word=False):
    period = _period(request, plan, period)
    agency = get_object_or_404(Agency.objects.visible_to(request.user), code=code)
    brief = briefs.of_agency(agency, period, request.user, timezone.now())
    return _answer(request, period, brief, "brief_agency", code, (agency.name, "progress:agency"), word)


@require_safe
def brief_chapter(request, plan, period, number, word=False):
    period = _period(request, plan, period)
    chapter = get_object_or_404(Chapter, plan=period.plan, number=number)
    brief = briefs.of_chapter(chapter, period, request.user, timezone.now())
    return _answer(request, period, brief, "brief_chapter", number, ("重点任务", "progress:register"), word)


def _period(request, plan, period):
    permissions.check_read_returns(request.user)
    return period_at(request, plan, period)


def _answer(request, period, brief, name, key, back, word):
    if brief is None:
        raise Http404
    if word:
        return _document(request, brief, period)
    label, page, *rest = back
    place = [period.plan.code, period.code]
    context = {
        "plan": period.plan,
        "period": period,
        "brief": brief,
        "as_of": _as_of(brief, period),
        "document": reverse(f"progress:{name}_word", args=[*place, key]),
        "back": reverse(page, args=[key] if page == "progress:agency" else [*place, *rest]),
        "back_label": label,
    }
    return render(request, "progress/brief.html", context)


def _document(request, brief, period):
    content = brief_documents.word_of(brief, _as_of(brief, period))
    response = word_response(f"{period.code} 一页纸专报 {brief.title}", content)
    if brief.tasks and request.method == "GET":
        issuing.record_issue(
            Issuance.Kind.BRIEF,
            f"一页纸专报：{brief.title}",
            period=period,
            by=request.user,
            now=timezone.now(),
            tasks=brief.tasks,
            agency=brief.agency,
        )
    return response


def _as_of(brief, period):
    if brief.as_of is None:
        return f"{period.label}　还没有已采用的报送"
    return f"{period.label}　数据截至 {full_moment_text(brief.as_of)}"
