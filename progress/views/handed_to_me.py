"""分办 as the colleague sees it: what was handed to one, and the page to answer it. Nothing else."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.permissions import Denied, open_to_colleagues, why_not
from progress import completeness, handouts
from progress.models import Handout
from progress.views.handout_forms import AnswerForm
from progress.views.return_form import MISTAKES, wants_json
from progress.views.typed import number_of
from progress.workflow import Incomplete, Stale, WrongState

SHOWN_CLOSED = 100
STATUS = {Denied: 403, Stale: 412, WrongState: 409}


@open_to_colleagues
@require_safe
def handouts_received(request):
    """What was handed to this person: what is to be done first, then what is done with."""
    received = Handout.objects.received_by(request.user).select_related(*handouts.WITH_REPORT)
    rows = [_row(each) for each in received.order_by("due_on", "pk")]
    context = {
        "waiting": [row for row in rows if row["handout"].is_open and not row["handout"].answered_at],
        "answered": [row for row in rows if row["handout"].is_open and row["handout"].answered_at],
        "closed": [row for row in reversed(rows) if not row["handout"].is_open][:SHOWN_CLOSED],
    }
    context["overdue"] = sum(1 for row in context["waiting"] if row["overdue"])
    return render(request, "progress/handouts_received.html", context)


def _row(handout):
    return {
        "handout": handout,
        "labels": list(handouts.labels_of(handout).values()),
        "overdue": handout.is_overdue(timezone.localdate()),
    }


@open_to_colleagues
@require_http_methods(["GET", "HEAD", "POST"])
def handout(request, pk):
    """One of them: the task, what it asks this year, and the fields to answer; POST saves or hands back."""
    found = get_object_or_404(
        Handout.objects.received_by(request.user).select_related(*handouts.WITH_REPORT), pk=pk
    )
    if request.method == "POST":
        return _act(request, found)
    return _page(request, found)


def _page(request, found, form=None, *, problem="", theirs=None, status=200):
    """problem: why it was not saved; theirs: the answers as somebody else has saved them meanwhile."""
    report, labels = found.report, handouts.full_labels_of(found)
    refused = why_not(handouts.check_answer, request.user, found, timezone.now())
    if not found.is_open:
        refused = f"这项分办{found.state_word}，不能再填写。"
    form = form or AnswerForm(labels, answers=found.answers)
    last = handouts.last_texts(found)
    context = {
        "handout": found,
        "report": report,
        "form": form,
        "refused": refused,
        "problem": problem,
        "conflict": _conflict(form, theirs) if theirs is not None else [],
        "saved": _values(found),
        "nothing": {},
        "answers": [(label, found.answers.get(part, "")) for part, label in labels.items()],
        "goal": completeness.goal_of(report) if report.task_id else None,
        "last": [(labels[part], text) for part, text in last.items()],
        "overdue": found.is_overdue(timezone.localdate()),
    }
    return render(request, "progress/handout.html", context, status=status)


def _values(found):
    return {part: found.answers.get(part, "") for part in found.parts}


def _conflict(form, theirs):
    """Where what was typed differs from what was saved meanwhile: [(label, name, theirs, yours)]."""
    return [
        (field.label, name, theirs.get(name, ""), form.data[name].strip())
        for name, field in form.fields.items()
        if name in form.data and form.data[name].strip() != theirs.get(name, "")
    ]


def _act(request, found):
    """One POST: save what was typed, and hand it back if that is the button. Nothing typed is dropped."""
    form = AnswerForm(handouts.full_labels_of(found), request.POST)
    if not form.is_valid():
        return _mistaken(request, found, form)
    kept = {
        part: text for part, text in form.changes().items() if request.POST.get(f"take-{part}") != "theirs"
    }
    by, now, revision = request.user, timezone.now(), number_of(request.POST.get("revision"))
    hands_back = request.POST.get("verb") == "answer"
    try:
        fresh = handouts.save_answer(found, kept, by=by, now=now, revision=revision)
        if hands_back:
            handouts.hand_back(fresh, by=by, now=now, revision=fresh.revision)
    except (ValidationError, Incomplete) as mistakes:
        fields = mistakes.fields if isinstance(mistakes, Incomplete) else mistakes.message_dict
        for name, sentence in fields.items():
            form.add_error(name if name in form.fields else None, sentence)
        return _mistaken(request, found, form)
    except (Denied, Stale, WrongState) as refusal:
        return _refused(request, found, form, refusal)
    return _done(request, fresh, hands_back)


def _done(request, fresh, hands_back):
    if wants_json(request):
        saved_at = timezone.localtime().strftime("%H:%M")
        return JsonResponse({"revision": fresh.revision, "saved_at": saved_at, "advice": {}})
    if hands_back:
        messages.success(request, f"已交回给{fresh.handed_by}。对方并入以前，您还可以修改。")
        return redirect("progress:handouts")
    messages.success(request, "已保存。写好后请按“交回”。")
    return redirect("progress:handout", fresh.pk)


def _mistaken(request, found, form):
    fields = {name: errors[0] for name, errors in form.errors.items()}
    if wants_json(request):
        answer = {"code": "invalid", "reason": next(iter(fields.values())), "fields": fields}
        return JsonResponse(answer, status=400)
    fresh = Handout.objects.select_related(*handouts.WITH_REPORT).get(pk=found.pk)
    return _page(request, fresh, form, problem=MISTAKES, status=400)


def _refused(request, found, form, refusal):
    """The reason, with everything typed still on the page, beside what stands there now."""
    status = STATUS[type(refusal)]
    fresh = Handout.objects.select_related(*handouts.WITH_REPORT).get(pk=found.pk)
    if wants_json(request):
        answer = {"code": {403: "denied", 412: "stale", 409: "state"}[status], "reason": refusal.reason}
        if status in (409, 412):
            answer["current"] = {
                "revision": fresh.revision,
                "state": fresh.state_word,
                "editable": fresh.is_open,
                "values": _values(fresh),
                "by": "",
                "at": "",
            }
        return JsonResponse(answer, status=status)
    theirs = _values(fresh) if status == 412 else None
    return _page(request, fresh, form, problem=refusal.reason, theirs=theirs, status=status)
