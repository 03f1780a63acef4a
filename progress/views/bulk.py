"""Many returns in one go: what was chosen in the review list, and what a reporter has filled in."""

from collections import defaultdict

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from progress import bulk, handouts, permissions, remarks, review_queue
from progress.forms import ReasonForm
from progress.models import ProgressReport
from progress.views.place import period_at

ASKED = {"accept": "采用", "approve": "审签", "send_back": "退回", "submit": "提交"}
DONE = {
    "accept": "已采用",
    "approve": "已审签并报送",
    "send_back": "已退回",
    "submit": "已提交",
}


@require_POST
def decide_chosen(request, plan, period):
    """The returns chosen in the review list: first what exactly will be decided, then, `confirmed`, it is."""
    permissions.check_review(request.user)
    period = period_at(request, plan, period)
    back = reverse("progress:reviews", args=[plan, period.code]) + _query(request)
    verb = request.POST.get("verb")
    choices = _choices(request)
    if not choices or verb not in bulk.DECISIONS:
        return redirect(back)
    form = ReasonForm(request.POST if request.POST.get("confirmed") else None)
    if form.is_bound and verb == "send_back" and form.is_valid() and not form.full_reason():
        form.add_error("reason", "请写明原因，原因会随所选各项长期保存。")
    if not form.is_bound or not form.is_valid():
        return _ask(request, period, verb, choices, form)
    outcome = bulk.decide(verb, choices, by=request.user, now=timezone.now(), reason=form.full_reason())
    left = review_queue.waiting_for(request.user).filter(period=period).count()
    _tell(request, verb, outcome, f"还有 {left} 项待办。" if left else "本期都办完了。")
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
def submit_filled(request, plan, period):
    """提交全部已填好的: what will be sent, what is missing where; POST sends the ones still ticked."""
    permissions.check_fill_in(request.user)
    period = period_at(request, plan, period)
    now = timezone.now()
    if request.method == "POST":
        choices = _choices(request)
        if choices:
            outcome = bulk.decide("submit", choices, by=request.user, now=now)
            _tell(request, "submit", outcome)
        return redirect("progress:workbench", plan, period.code)
    filled = bulk.filled(request.user, period, now)
    ready = ProgressReport.objects.filter(pk__in=[report.pk for report in filled.ready])
    said = remarks.remarks_on(remarks.annotated(ready), request.user) if filled.ready else {}
    context = {
        "plan": period.plan,
        "period": period,
        "ready": [
            (report, said[report.pk], report.is_late(now), handouts.open_of(report))
            for report in filled.ready
        ],
        "unready": filled.unready,
        "signs": any(report.agency.needs_approver for report in filled.ready),
    }
    return render(request, "progress/submit_filled.html", context)


def _choices(request):
    """The choices of the form, [] with a word about it where there are none or too many."""
    try:
        choices = bulk.choices_of(request.POST.getlist("chosen"))
    except bulk.TooMany as refusal:
        messages.error(request, refusal.reason)
        return []
    if not choices:
        messages.warning(request, "没有勾选任何一项，没有办理。")
    return choices


def _ask(request, period, verb, choices, form):
    rows = review_queue.chosen(request.user, [choice.pk for choice in choices])
    seen = {choice.pk: choice.revision for choice in choices}
    going = [row for row in rows if row.state in bulk.STARTS_FROM[verb] and row.revision == seen[row.pk]]
    said = remarks.remarks_on(going, request.user) if going else {}
    context = {
        "period": period,
        "verb": verb,
        "word": ASKED[verb],
        "going": [(row, said[row.pk]) for row in going],
        "remarked": sum(1 for row in going if said[row.pk]),
        "left_out": len(choices) - len(going),
        "decision": form,
        "query": _query(request),
    }
    name = "_bulk_confirm" if request.headers.get("X-Fragment") else "bulk_confirm"
    return render(request, f"progress/{name}.html", context, status=400 if form.errors else 200)


def _query(request):
    return f"?{request.GET.urlencode()}" if request.GET else ""


def _tell(request, verb, outcome, after=""):
    """What became of them: how many, and every one left out by name with its reason."""
    done = len(outcome.done) + len(outcome.again)
    if done:
        messages.success(request, f"{DONE[verb]} {done} 项。{after}")
    reasons = defaultdict(list)
    for report, reason in outcome.skipped:
        reasons[reason].append(review_queue.name_of(report) if report else "")
    for reason, names in reasons.items():
        which = "、".join(filter(None, names)) or f"有 {len(names)} 项"
        messages.error(request, f"没有{ASKED[verb]}（{len(names)} 项）：{which}：{reason}")
