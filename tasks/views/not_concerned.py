"""不涉及: a body looks through its implied duties and says which do not concern it; the office answers."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from agencies.models import Role
from agencies.permissions import check_role
from tasks import not_concerned
from tasks.forms import NotConcernedForm
from tasks.views.place import plan_at


@require_http_methods(["GET", "HEAD", "POST"])
def not_concerned_page(request, plan, period):
    """The office answers what was declared; the bodies declare. All of the rows chosen or none."""
    found = plan_at(request, plan, period)
    check_role(request.user, Role.OFFICE, Role.REPORTER, Role.APPROVER)
    act = _answer if request.user.is_office else _declare
    if request.method != "POST":
        return _page(request, found, period)
    form = NotConcernedForm(request.POST)
    try:
        form.is_valid()
        messages.success(request, act(request, found, form.data.get("reason", ""), timezone.now()))
    except ValidationError as error:
        return _page(request, found, period, form, error.messages[0])
    return redirect("tasks:not_concerned", plan, period)


def _declare(request, plan, reason, now):
    duties = not_concerned.implied_duties(request.user, plan, now).filter(pk__in=_chosen(request))
    made = not_concerned.declare(list(duties), reason=reason, by=request.user, now=now)
    return f"已申报 {len(made)} 项不涉及，等待办公室确认。"


def _answer(request, plan, reason, now):
    chosen = list(not_concerned.declarations(plan).filter(pk__in=_chosen(request)))
    if request.POST.get("verb") == "refuse":
        number = not_concerned.refuse(chosen, answer=reason, by=request.user, now=now)
        return f"已答复 {number} 项：不同意，单位仍需在小结中反映。"
    number = not_concerned.confirm(chosen, answer=reason, by=request.user, now=now)
    return f"已确认 {number} 项不涉及，不再列入该单位小结的任务清单。"


def _chosen(request):
    return [pk for pk in request.POST.getlist("row") if pk.isascii() and pk.isdecimal() and len(pk) < 18]


def _page(request, plan, period, form=None, problem=""):
    user, now = request.user, timezone.now()
    context = {
        "plan": plan,
        "period": period,
        "form": form or NotConcernedForm(),
        "chosen": {int(pk) for pk in _chosen(request)} if request.method == "POST" else set(),
        "problem": problem,
        "answers": user.is_office,
    }
    if user.is_office:
        context["rows"] = list(not_concerned.declarations(plan))
    else:
        context["rows"] = list(not_concerned.implied_duties(user, plan, now))
    return render(request, "tasks/not_concerned.html", context, status=400 if problem else 200)
