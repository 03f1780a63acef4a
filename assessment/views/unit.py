"""A unit's sheet in a round: every criterion with what made it, what was stated by hand, 自评, objections."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.along import along, objects
from agencies.audit import trail_of
from assessment import adjustments, confirming, objections, overview, permissions, self_assessment
from assessment.facts import UnitFacts
from assessment.models import Adjustment, AssessmentFile, ExportForm, Objection, UnitScore
from assessment.offers import offered
from assessment.ranking import converted
from assessment.round_forms import AdjustmentForm, ObjectionForm, ReasonForm, SeenForm, SelfForm, VetoForm
from assessment.secrecy import criteria_and_secret
from progress.views.place import plan_at
from progress.views.typed import number_of
from supervision.upload_forms import name_too_large
from supervision.views.attempts import attempt, by_now, by_now_revision
from supervision.views.conflicts import differences
from supervision.views.files import takes_files

Standing = UnitScore.Standing
SAID_AFTER = {
    "confirm": "已确认初评。",
    "hand_in": "自评已提交；须本单位审核人审签的，审签后才报送办公室。",
    "sign": "自评已审签报出。",
    "send_back": "已退回填报人修改。",
    "agree": "已确认无异议。",
    "adjust": "已登记，得分已随之更新。",
    "veto": "已认定。",
    "object": "异议已填写，审签后报出。",
    "revoke": "已撤销，得分已随之更新。",
    "unveto": "已撤销，得分已随之更新。",
}
MOVED_ON = "这张表刚被他人办理，下面是最新情况；您的操作没有办理。"
# What is done with the sheet as it was seen; what is added to it; what was added and is taken back.
STEPS = {
    "confirm": confirming.confirm,
    "hand_in": self_assessment.hand_in,
    "sign": self_assessment.sign,
    "send_back": self_assessment.send_back,
    "agree": objections.agree,
}
MAKES = {"adjust": adjustments.state, "veto": adjustments.veto, "object": objections.write}
TAKES_BACK = {"revoke": adjustments.revoke, "unveto": adjustments.revoke_veto}
# What people say in stating something by hand, and in taking it back.
SAID = ("basis", "revoked_reason")
FORMS = {"adjust": AdjustmentForm, "veto": VetoForm, "object": ObjectionForm}


def unit_at(request, plan, year, code):
    """The sheet of an address, where this person may see it (and with it its round); else 404."""
    permissions.check_read_assessment(request.user)
    plan = plan_at(request, plan)
    people = ("scored_by", "self_written_by", "self_signed_by", "agreed_by")
    visible = UnitScore.objects.visible_to(request.user)
    visible = visible.select_related("round__scheme", "agency", "reviewer", *people)
    visible = visible.annotate(forms=along(ExportForm.objects, "scheme__round__units", "kind", "points"))
    unit = get_object_or_404(visible, round__scheme__plan=plan, round__scheme__year=year, agency__code=code)
    unit.round.scheme.plan = plan
    return unit


@require_safe
def unit(request, plan, year, code):
    """The sheet as this person may read it."""
    return _page(request, unit_at(request, plan, year, code))


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def unit_verb(request, plan, year, code, verb):
    """One verb on a sheet. What was refused is shown at this address; a reload leads to the sheet."""
    found = unit_at(request, plan, year, code)
    name, _, which = verb.partition("-")
    if verb not in {*STEPS, *MAKES} and name not in TAKES_BACK:
        raise Http404
    if request.method != "POST":
        return redirect(found)
    form = _posted(request, found, name)
    _, refusal = attempt(form, lambda: _do(request, found, name, number_of(which), form), stale=MOVED_ON)
    if refusal:
        shown = unit_at(request, plan, year, code) if refusal.has_moved_on else found
        return _page(request, shown, form, verb, refusal.reason, refusal.status)
    messages.success(request, SAID_AFTER[name])
    return redirect(found)


def _posted(request, found, name):
    if name in FORMS:
        form = FORMS[name](request.POST, request.FILES, unit=found, auto_id=f"{name}-%s")
        name_too_large(form, request)
        return form
    kind = ReasonForm if name in {"send_back", *TAKES_BACK} else SeenForm
    return kind(request.POST, auto_id=f"{name}-%s")


def _do(request, found, name, which, form):
    if name in STEPS:
        STEPS[name](found, **form.said, **by_now_revision(request))
    elif name in MAKES:
        MAKES[name](found, **form.said, **by_now(request))
    else:
        rows = found.adjustments if name == "revoke" else found.vetoes
        made = get_object_or_404(rows.select_related("unit__agency", "unit__reviewer"), pk=which)
        made.unit = found
        TAKES_BACK[name](made, **form.said, **by_now(request))


# --- 自评 --------------------------------------------------------------------------------------------


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def self_page(request, plan, year, code):
    """The self-assessment as it is filled in: saved here, handed in from the sheet or at once."""
    found = unit_at(request, plan, year, code)
    permissions.check_write_self(request.user, found)
    if request.method != "POST":
        refused = self_assessment.why_not_now(found)
        if refused:
            messages.error(request, refused)
            return redirect(found)
        return _self_form(request, found, _blank(found))
    criteria = self_assessment.criteria_for(found, found.round.scheme.criteria.all())
    form = SelfForm(request.POST, request.FILES, unit=found, criteria=criteria)
    name_too_large(form, request)
    handed_in = request.POST.get("then") == "hand_in"
    _, refusal = attempt(form, lambda: _save_self(request, found, form, handed_in))
    if refusal:
        return _self_refused(request, found, form, refusal)
    messages.success(request, SAID_AFTER["hand_in"] if handed_in else "自评已保存，还没有提交。")
    return redirect(found)


def _save_self(request, found, form, hands_in):
    save = self_assessment.save_and_hand_in if hands_in else self_assessment.save
    save(found, **form.said, **by_now_revision(request))


def _self_refused(request, found, form, refusal):
    """The form again; of two who saved at once the second sees both texts."""
    if refusal.current:
        scheme = found.round.scheme
        fresh = unit_at(request, scheme.plan.code, scheme.year, found.agency.code)
        both = differences(form, _blank(fresh))
        form = SelfForm(both.typed, unit=fresh, criteria=form.criteria)
        return _self_form(request, fresh, form, both.shown, refusal.status)
    return _self_form(request, found, form, problem=refusal.reason, status=refusal.status)


def _blank(found):
    criteria = self_assessment.criteria_for(found, found.round.scheme.criteria.all())
    return SelfForm(unit=found, criteria=criteria, claims=list(found.self_scores.all()))


def _self_form(request, found, form, conflict=(), status=200, problem=""):
    context = {
        "problem": problem,
        "plan": found.round.scheme.plan,
        "round": found.round,
        "unit": found,
        "form": form,
        "conflict": conflict,
        "files": AssessmentFile.objects.filter(unit=found, removed_at__isnull=True),
        "now": timezone.now(),
    }
    return render(request, "assessment/unit_self.html", context, status=status)


# --- the page ----------------------------------------------------------------------------------------


def _page(request, found, form=None, verb="", problem="", status=200):
    """form, verb: what was tried, with its mistakes; problem: why it was not done."""
    user, now = request.user, timezone.now()
    knows = overview.reads_score(user, found)
    is_own = permissions.serves(user, found.agency_id)
    criteria, secret = criteria_and_secret(found.round.scheme, user)
    claims = secret.spared(_claims(user, found), "evidence")
    result = overview.result_for(user, found, criteria, secret) if knows else None
    may, files = offered(user, found, now), _files(user, found, knows)
    context = _of_score(found, files, may, secret, knows) | {
        "plan": found.round.scheme.plan,
        "round": found.round,
        "scheme": found.round.scheme,
        "unit": found,
        "self_note": secret.words(found.self_note),
        "knows": knows,
        "is_own": is_own,
        "is_office": user.is_office,
        "result": result,
        "criteria": _criteria(result, claims),
        "claims": claims,
        "self_total": self_assessment.self_total(claims),
        "shows_points": knows and found.standing == Standing.SCORED,
        "shows_place": overview.reads_place(user, found),
        "objections": secret.spared(_objections(user, found), "text"),
        **overview.beyond_caps(found.round.scheme, result),
        "files": [each for each in files if each.unit_id],
        "may": may,
        "tried": verb,
        "problem": problem,
        "form": form,
        "new": {name: _new(found, name, form, verb) for name in FORMS if may.get(name) == ""},
        "no_ground": adjustments.NO_GROUND,
        "now": now,
    }
    return render(request, "assessment/unit.html", context, status=status)


def _of_score(found, files, may, secret, knows):
    """What is known with the score: the facts behind it, what was stated by hand, the converted points."""
    if not knows:
        return {"facts": None, "converted": [], "adjustments": [], "vetoes": []}
    return {
        "facts": UnitFacts.from_json(found.facts) if found.facts else None,
        "converted": _converted(found) if found.total is not None else [],
        "adjustments": secret.spared(_adjustments(found, files, may), *SAID),
        "vetoes": secret.spared(_vetoes(found, files, may), *SAID),
    }


def _new(found, name, form, verb):
    return form if name == verb and form is not None else FORMS[name](unit=found, auto_id=f"{name}-%s")


@require_safe
def unit_history(request, plan, year, code):
    """What was done with a sheet, and the steps of its round: for its own people and the office."""
    found = unit_at(request, plan, year, code)
    permissions.check_read_history(request.user, found)
    context = {
        "plan": found.round.scheme.plan,
        "round": found.round,
        "unit": found,
        # What was put with something is listed there.
        "trail": trail_of(found).exclude(verb__startswith="上传")[:200],
        "steps": overview.steps_of(found.round),
        "is_office": request.user.is_office,
    }
    return render(request, "assessment/unit_history.html", context)


def _claims(user, found):
    if not overview.reads_self(user, found):
        return []
    return list(found.self_scores.select_related("criterion"))


def _criteria(result, claims):
    """[(CriterionResult or None, SelfScore or None)] in the scheme's order; before 初评 what was claimed."""
    by_key = {str(each.criterion_id): each for each in claims}
    if result is None:
        return [(None, each) for each in claims]
    return [(each, by_key.get(each.key)) for each in result.criteria]


def _converted(found):
    forms = objects(ExportForm, found.forms, key=lambda each: each.kind)
    return [(each, converted(found.total, each.points)) for each in forms]


def _files(user, found, knows):
    """The files of the sheet and of what was stated by hand, as far as the person may have them."""
    of_sheet = Q(unit=found) if overview.reads_self(user, found) else Q()
    stated = Q(adjustment__unit=found) | Q(veto__unit=found) if knows else Q()
    wanted = of_sheet | stated
    return list(AssessmentFile.objects.filter(wanted, removed_at__isnull=True)) if wanted else []


def _adjustments(found, files, may):
    """The additions and deductions, the last first, with their files; what a review decided stands."""
    rows = _stated(found.adjustments, files, "adjustment")
    for each in rows:
        is_open = each.revoked_at is None and each.kind != Adjustment.Kind.REVIEW
        each.taken_back_by = f"revoke-{each.pk}" if is_open and may.get("adjust") == "" else ""
    return rows


def _vetoes(found, files, may):
    if not found.round.scheme.veto_on:
        return []
    rows = _stated(found.vetoes.select_related("item"), files, "veto")
    for each in rows:
        each.taken_back_by = f"unveto-{each.pk}" if not each.revoked_at and may.get("veto") == "" else ""
    return rows


def _stated(rows, files, owner):
    """What was stated by hand, the last first, each with its `kept` files."""
    found = list(rows.select_related("made_by", "revoked_by").order_by("-made_at", "-pk"))
    for each in found:
        each.kept = [file for file in files if getattr(file, f"{owner}_id") == each.pk]
    return found


def _objections(user, found):
    rows = list(Objection.objects.visible_to(user).filter(unit=found).select_related("criterion"))
    for each in rows:
        each.unit = found
    return rows
