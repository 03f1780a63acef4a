"""Pages anybody may read, without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render

from public import reading
from public.forms import ReadingForm, SearchForm
from tasks.models import Plan

RESULTS_PER_PAGE = 20


@login_not_required
def home(request):
    """The two plans, their nine actions each, and a search over all tasks."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = None
    if words:
        pages = Paginator(reading.tasks_for_reading(words=words), RESULTS_PER_PAGE)
        found = pages.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "words": words,
        "found": found,
        "promises": reading.promised(found.object_list) if found is not None else [],
        "plans": reading.plans_with_chapters(),
    }
    return render(request, "public/home.html", context)


@login_not_required
def plan(request, plan):
    """One plan as issued: every task with its official wording and the bodies responsible."""
    plan = get_object_or_404(Plan, code=plan)
    chapters = list(reading.chapters_of(plan))
    form = ReadingForm(request.GET, plan=plan, chapters=chapters)
    form.is_valid()
    asked = form.cleaned_data
    tasks = reading.tasks_for_reading(
        plan, chapter=asked.get("chapter"), agency=asked.get("agency"), words=asked.get("q", "")
    )
    context = {
        "plan": plan,
        "chapters": chapters,
        "form": form,
        "words": asked.get("q", ""),
        "promises": reading.promised(tasks),
        "total": sum(chapter.public_tasks for chapter in chapters),
        "facts": reading.facts_of(plan),
    }
    return render(request, "public/plan.html", context)
