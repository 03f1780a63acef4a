"""年度考核: the years of a plan, one round with its units, and its steps."""

from django.contrib import messages
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.models import Role
from agencies.permissions import why_not
from agencies.spreadsheets import Column, list_response
from assessment import confirming, overview, rounds, who_acts
from assessment.filters import UnitFilter
from assessment.models import AssessmentFile, AssessmentRound, Scheme, UnitScore
from assessment.permissions import (
    check_read_assessment,
    check_read_findings,
    check_read_running,
    check_run_rounds,
)
from assessment.round_forms import ROUND_FORMS
from progress.views.place import plan_at
from progress.views.typed import number_of
from progress.workflow import WrongState
from supervision.upload_forms import name_too_large
from supervision.views.attempts import attempt, by_now_revision
from supervision.views.files import takes_files
from supervision.views.sorting import in_order

State = AssessmentRound.State
ACTS = {verb: getattr(rounds, verb) for verb in ROUND_FORMS}
SAID_AFTER = {
    "close_self": "已转入初评：全年数据已固定，各单位得分已算出，请逐家核对确认。",
    "give_back": "已反馈各单位，可以在期限内提出异议。",
    "hand_up": "已提请领导小组审定。",
    "publish": "已登记审定并通报，各单位已收到告知。",
    "step_back": "已退回上一阶段，各单位已收到告知。",
}
MOVED_ON = "年度考核刚被他人办理，下面是最新情况；您的操作没有办理。"
OFFICIAL = ("agency__order", "agency__code")
BY_RANK = (F("rank").asc(nulls_last=True), *OFFICIAL)
ORDERS = {
    "name": OFFICIAL,
    "self": (F("claimed").asc(nulls_first=True), *OFFICIAL),
    "total": (F("total").asc(nulls_first=True), *OFFICIAL),
    "rank": BY_RANK,
    "standing": ("standing", *OFFICIAL),
}


# --- the years ---------------------------------------------------------------------------------------


@require_safe
def home(request, plan):
    """Every year of the plan: its scheme, where its assessment stands, what is next."""
    check_read_assessment(request.user)
    plan = plan_at(request, plan)
    context = {
        "plan": plan,
        "years": overview.years_of(plan, request.user),
        "is_office": request.user.is_office,
        # Leaders read what is put to them for 审定: neither 试算 nor 人工认定.
        "reads_running": not why_not(check_read_running, request.user),
        "reads_findings": not why_not(check_read_findings, request.user),
        "now": timezone.now(),
    }
    return render(request, "assessment/home.html", context)


@require_POST
def round_begin(request, plan, year):
    """启动 the round of a year."""
    check_run_rounds(request.user)
    plan = plan_at(request, plan)
    scheme = Scheme.objects.visible_to(request.user).filter(plan=plan, year=year).first()
    try:
        if scheme is None:
            raise WrongState(rounds.NOT_PUBLISHED)
        begun = rounds.begin(scheme, by=request.user, now=timezone.now())
    except WrongState as wrong:
        messages.error(request, wrong.reason)
        return redirect("assessment:home", plan.code)
    messages.success(request, f"{begun}已启动，各单位已收到自评的告知。")
    return redirect(begun)


# --- one round ---------------------------------------------------------------------------------------


def round_at(request, plan, year):
    """The round of an address, where this person may know of it; else 404."""
    check_read_assessment(request.user)
    plan = plan_at(request, plan)
    known = AssessmentRound.objects.visible_to(request.user).select_related("scheme", "begun_by")
    found = get_object_or_404(known, scheme__plan=plan, scheme__year=year)
    found.scheme.plan = plan
    return found


@require_safe
def round_page(request, plan, year):
    """The four classes apart for who may see them; a unit's people are led to their own sheet."""
    return _page(request, round_at(request, plan, year))


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def round_verb(request, plan, year, verb):
    """One step. What was refused is shown at this address, so a reload comes here as GET: to the round."""
    found = round_at(request, plan, year)
    if verb not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect(found)
    check_run_rounds(request.user)
    form = ROUND_FORMS[verb](request.POST, request.FILES, auto_id=f"{verb}-%s")
    name_too_large(form, request)
    said = by_now_revision(request)
    done, refusal = attempt(form, lambda: ACTS[verb](found, **form.said, **said), stale=MOVED_ON)
    if refusal:
        shown = rounds.load(found.pk) if refusal.has_moved_on else found
        return _page(request, shown, form, verb, refusal.reason, refusal.status)
    messages.success(request, SAID_AFTER.get(verb) or done.steps.last().reason)
    return redirect(done)


@require_POST
def confirm_many(request, plan, year):
    """确认初评 of the units ticked, each as it was shown: `unit` is “<id>:<revision>”."""
    found = round_at(request, plan, year)
    seen = dict(each.partition(":")[::2] for each in request.POST.getlist("unit"))
    seen = {number_of(pk): number_of(revision) for pk, revision in seen.items()}
    named = ("agency", "reviewer", "round__scheme__plan")
    units = UnitScore.objects.visible_to(request.user).filter(round=found, pk__in=seen)
    units = {each: seen[each.pk] for each in units.defer("facts", "result").select_related(*named)}
    if not units:
        messages.error(request, "请先勾选要确认的单位。")
        return redirect(found)
    try:
        confirmed, left = confirming.confirm_many(units, by=request.user, now=timezone.now())
    except WrongState as wrong:
        messages.error(request, wrong.reason)
        return redirect(found)
    if confirmed:
        messages.success(request, f"已确认 {len(confirmed)} 家。")
    if left:
        names = "、".join(each.name for each in left)
        messages.warning(request, f"{names}：得分刚有变动或者已经确认，没有办理，请看过再确认。")
    return redirect(found)


def _listed(request, found):
    """(filter, units, forms) as shown, the best first once there are ranks; nothing for whom the summary is
    not."""
    rows = overview.listed(found)
    if not overview.reads_summary(request.user, found):
        rows = rows.none()
    shows_grades = overview.shows_grades(found)
    rows = rows.order_by(*(BY_RANK if shows_grades else OFFICIAL))
    known = {"is_office": request.user.is_office, "shows_grades": shows_grades}
    chosen = UnitFilter(request.GET, rows, request=request, **known)
    units = in_order(chosen.qs, request.GET.get("sort", ""), ORDERS)
    return chosen, overview.with_self_total(list(units), request.user), list(found.scheme.export_forms.all())


def _page(request, found, form=None, verb="", problem="", status=200):
    """form, verb: what was tried, with its mistakes; problem: why it was not done."""
    now, user = timezone.now(), request.user
    reads = overview.reads_summary(user, found)
    chosen, units, forms = _listed(request, found) if reads else (None, [], [])
    left = rounds.left_to_do(found, now) if user.is_office else []
    offered = rounds.actions(found, user, now, left)
    waiting = any(each.waits_for_office for each in units)
    context = {
        "plan": found.scheme.plan,
        "round": found,
        "scheme": found.scheme,
        "stages": overview.stages(found),
        "reads_summary": reads,
        "filter": chosen,
        "classes": overview.by_class(units, forms),
        "forms": forms,
        "shown": len(units),
        "counts": overview.counts(found, now) if reads else None,
        "shows_grades": overview.shows_grades(found),
        "own": overview.own_units(user, [found]),
        "left": left,
        "lacking": who_acts.without_people(found, user, now) if user.is_office else [],
        "actions": [(each, _form_of(found, each, form, verb)) for each in offered],
        "tried": verb,
        "problem": problem,
        "is_office": user.is_office,
        "shows_detail": user.is_office or user.has_role(Role.LEADER) and found.state in found.FOR_LEADERS,
        "shows_left": user.is_office and found.state != State.PUBLISHED,
        "confirms": user.is_office and found.state == State.FIRST and waiting,
        "files": AssessmentFile.objects.filter(round=found, removed_at__isnull=True),
        "steps": overview.steps_of(found),
        "now": now,
    }
    return render(request, "assessment/round.html", context, status=status)


def _form_of(found, action, form, verb):
    if action.verb == verb and form is not None:
        return form
    typed = {"decision": found.decision, "decided_on": found.decided_on}
    typed |= {"circular_number": found.circular_number}
    return ROUND_FORMS[action.verb](auto_id=f"{action.verb}-%s", initial=typed)


@require_safe
def round_export(request, plan, year):
    """The units as shown, as Excel; without detail."""
    found = round_at(request, plan, year)
    _, units, forms = _listed(request, found)
    columns = [Column("类别", 18), Column("单位", 30), Column("参评情况", 16), Column("自评", 10)]
    columns += [Column("得分", 10), *(Column(f"折算分（{each.get_kind_display()}）", 18) for each in forms)]
    columns += [Column("名次", 8), Column("等次", 10), Column("说明", 40)]
    lines = [
        [
            each_class.name,
            each.name,
            each.get_standing_display(),
            each.self_total,
            each.total,
            *(points for _, points in each.converted),
            each.rank,
            each.get_grade_display(),
            each.standing_reason,
        ]
        for each_class in overview.by_class(units, forms)
        for each in each_class.units
    ]
    note = f"{found}，{found.get_state_display()}，共 {len(lines)} 家"
    return list_response(f"{found} 汇总", "年度考核汇总", columns, lines, note=note)
