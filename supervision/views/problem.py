"""One problem: its page, the verbs on it, and setting one down by hand."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.official_page import word_response
from progress.frame import frame_of
from progress.views.place import plan_at
from progress.workflow import WrongState
from supervision import files, permissions, problem_history, problem_papers, problems
from supervision.models import Problem, ProblemStep, SupervisionFile, SupervisionOrder
from supervision.problem_forms import FORMS, ProblemForm
from supervision.sender import sender
from supervision.upload_forms import name_too_large
from supervision.views.attempts import attempt, by_now
from supervision.views.files import takes_files
from supervision.views.problems import SHOWN

DO = {
    "triage": problems.triage,
    "adjust": problems.adjust,
    "answer": problems.answer,
    "progress": problems.report_progress,
    "close": problems.close,
    "reopen": problems.reopen,
    "drop": problems.drop,
}
DONE = {
    "triage": "已研判，责任单位已收到告知。",
    "adjust": "已调整，责任单位已收到告知。",
    "answer": "已答复，责任单位已收到告知。",
    "progress": "整改进展已报办公室。",
    "close": "已销号。",
    "reopen": "已重新办理，责任单位已收到告知。",
    "drop": "已撤销。",
}


@require_safe
def problem(request, plan, pk):
    """The page of one problem."""
    permissions.check_read_supervision(request.user)
    return _page(request, _find(request, plan, pk))


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def problem_act(request, plan, pk, verb):
    """One verb of `problems` (`triage`, `answer`, `progress`, …); as a page, that of the problem."""
    permissions.check_read_supervision(request.user)
    found = _find(request, plan, pk)
    if verb not in FORMS:
        raise Http404
    if request.method != "POST":
        return redirect(found.get_absolute_url())
    permissions.check_problem(request.user, found, verb)
    form = FORMS[verb](request.POST, request.FILES, problem=found)
    name_too_large(form, request)
    _, refusal = attempt(form, lambda: _do(request, found, form))
    if refusal:
        return _refused(request, found, form, refusal)
    messages.success(request, DONE[verb])
    return redirect(found.get_absolute_url())


def _do(request, found, form):
    now, revision = timezone.now(), form.cleaned_data["revision"]
    with files.all_kept("problem", found, form.uploads, by=request.user, now=now):
        said = {name: value for name, value in form.said.items() if name != "revision"}
        DO[form.verb](found, **said, by=request.user, now=now, revision=revision)


def _refused(request, found, form, refusal):
    """What was typed, on the problem as it stands now: whoever has read that may send it again."""
    if refusal.has_moved_on:
        found, typed = _find(request, found.plan.code, found.pk), form.data.copy()
        typed["revision"] = found.revision
        form = FORMS[form.verb](typed, problem=found)
    return _page(request, found, form, refusal.status, refusal.reason)


def _find(request, plan, pk):
    plan = plan_at(request, plan)
    known = Problem.objects.visible_to(request.user).filter(plan=plan)
    return get_object_or_404(known.select_related(*SHOWN, "triaged_by", "answered_by", "closed_by"), pk=pk)


def _page(request, found, bound=None, status=200, refused=""):
    """bound: the form of the verb that was refused, what was typed in it."""
    user = request.user
    family = problem_history.family_of(user, found)
    chain = problem_history.chain_of(found, family)
    ids = [each.pk for each in chain]
    actions = problems.actions_for(user, found) if _takes_part(user, found) else []
    later = problem_history.later_of(found, family)
    actions = [] if later else actions
    forms = [(action, _form(action, found, bound)) for action in actions if not action.reason]
    context = {
        "plan": found.plan,
        "problem": found,
        "is_late": found.is_overdue(timezone.localdate()),
        "is_office": user.is_office,
        "later": later,
        "has_paper": user.is_office and problem_papers.is_taken_up(found),
        "family": [(each, each.pk in ids) for each in family if each.pk != found.pk],
        "steps": _steps(user, found, ids),
        "files": SupervisionFile.objects.filter(problem__in=ids, removed_at__isnull=True),
        "orders": SupervisionOrder.objects.visible_to(user).filter(problem__in=ids).select_related("plan"),
        "forms": forms,
        "bound": bound,
        "refused": refused,
        # The verb is not offered any more, what was typed for it is not lost.
        "typed": [] if bound is None or any(form is bound for _, form in forms) else _typed(bound),
    }
    return render(request, "supervision/problem.html", context, status=status)


def _steps(user, found, ids):
    """[(label, step)] of these problems. What a return said before it was put right was perhaps never
    accepted: those words are for the office, and for the bodies that told of it and answer for it."""
    steps = ProblemStep.objects.filter(problem__in=ids).select_related("by", "problem__period")
    told_by = {found.report.agency_id} if found.report_id else set()
    is_party = user.is_office or bool(({found.agency_id} | told_by) & user.agency_ids())
    shown = []
    for step in steps.order_by("at", "pk"):
        if step.verb == "update" and not is_party:
            step.words = ""
        shown.append((problems.LABELS.get(step.verb, step.verb), step))
    return shown


def _form(action, found, bound):
    if bound is not None and bound.verb == action.verb:
        return bound
    return FORMS[action.verb](problem=found)


def _typed(form):
    """[(label, text)] of what stands in a form."""
    texts = [(field.label, field.value()) for field in form.visible_fields() if field.name != "files"]
    return [(label, text) for label, text in texts if text]


def _takes_part(user, found):
    return user.is_office or found.agency_id in user.agency_ids()


# --- 提请 -------------------------------------------------------------------------------------------


@require_safe
def problem_paper(request, plan, pk):
    """The draft 请示 of a problem that is taken up, as a Word file, for the office."""
    permissions.check_handle_problems(request.user)
    found = _find(request, plan, pk)
    try:
        content = problem_papers.submission_of(found, sender(timezone.localdate()))
    except WrongState as refusal:
        return _page(request, found, status=409, refused=refusal.reason)
    return word_response(problem_papers.title_of(found), content)


# --- by hand ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def problem_new(request, plan):
    """The office sets a problem down of its own accord."""
    permissions.check_handle_problems(request.user)
    plan = plan_at(request, plan)
    period = frame_of(request).period
    initial = {"period": period.code if period else None, "task": request.GET.get("task", "")}
    form = ProblemForm(request.POST or None, plan=plan, user=request.user, initial=initial)
    if request.method == "POST":
        noted, refusal = attempt(form, lambda: problems.set_down(plan, **form.said, **by_now(request)))
        if refusal is None:
            messages.success(request, "已登记，待研判。")
            return redirect(noted.get_absolute_url())
    context = {"plan": plan, "form": form}
    status = 400 if request.method == "POST" else 200
    return render(request, "supervision/problem_new.html", context, status=status)
