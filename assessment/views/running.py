"""试算 during the year: the office sees all bodies, a body its own score, opened into its facts."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from agencies.models import Agency
from agencies.spreadsheets import Column, list_response
from assessment import running
from assessment.findings import target_waiting
from assessment.formulas import formula, in_words
from assessment.permissions import BODY, check_read_running
from assessment.running_forms import RunningFilter
from progress.frame import frame_of
from progress.views.place import plan_at

NOT_FINAL = "试算，不是最终得分"


def _place(request, plan, year):
    check_read_running(request.user)
    plan = plan_at(request, plan)
    if year not in plan.years:
        raise Http404
    return plan


# --- all bodies --------------------------------------------------------------------------------------


@require_safe
def running_page(request, plan, year):
    """Every body's running score, the four classes apart; somebody of a body is taken to its own."""
    plan = _place(request, plan, year)
    if not request.user.is_office:
        return redirect("assessment:running_unit", plan.code, year, _own_body(request.user).code)
    found, form, classes = _chosen(request, plan, year)
    context = {
        "plan": plan,
        "year": year,
        "years": running.years_to_try(plan, found.now),
        "found": found,
        "form": form,
        "classes": classes,
        "shown": sum(len(rows) for _, rows in classes),
        "total": len(found.rows),
        "not_final": NOT_FINAL,
    }
    return render(request, "assessment/running.html", context)


def _chosen(request, plan, year):
    """The running scores, the filter, and the classes with the rows it leaves, sorted within each."""
    found = running.running(plan, year, request.user, timezone.now())
    form = RunningFilter(request.GET)
    wanted = request.GET.get("sort", "")
    classes = [
        (name, running.in_order(chosen, wanted))
        for name, rows in found.by_class
        if (chosen := [row for row in rows if form.keeps(row)])
    ]
    return found, form, classes


@require_safe
def running_export(request, plan, year):
    """The table as shown, as Excel."""
    plan = _place(request, plan, year)
    if not request.user.is_office:
        raise Http404
    found, _, classes = _chosen(request, plan, year)
    criteria = [each.name for each in found.terms.criteria] if found.terms else []
    columns = [Column("类别", 18), Column("单位", 26), Column("试算得分", 10)]
    columns += [Column(name, 12) for name in criteria]
    columns += [Column(name, 10) for name in ("迟报", "漏报", "退回", "督办逾期")]
    columns += [Column("说明", 30)]
    rows = [_as_cells(name, row) for name, rows in classes for row in rows]
    note = f"{plan.title}，{year} 年度，数据截至 {timezone.localtime(found.now):%Y-%m-%d %H:%M}，{NOT_FINAL}"
    return list_response(f"{year} 年度考核试算", "年度考核试算", columns, rows, note=note)


def _as_cells(name, row):
    result, counts = row.result, row.counts
    points = [each.points if each.applies else "不适用" for each in result.criteria]
    if row.told_only:
        points = [None for _ in points]
    said = "只反馈，不计分" if row.told_only else "无应考核事项" if row.facts.is_empty else ""
    return [
        *(name, row.facts.name, None if row.told_only else result.total, *points),
        *(counts[each] for each in ("late", "missing", "sent_back", "overdue")),
        said,
    ]


# --- one body ----------------------------------------------------------------------------------------


@require_safe
def running_unit(request, plan, year, code):
    """A body's score opened into criteria, their lines, and the facts behind them."""
    plan = _place(request, plan, year)
    agency = body_at(request.user, code)
    found = running.running(plan, year, request.user, timezone.now(), agency=agency)
    row = next(iter(found.rows), None)
    if row is not None and row.agency.code != code:
        return redirect("assessment:running_unit", plan.code, year, row.agency.code)
    context = {
        "plan": plan,
        "year": year,
        "years": running.years_to_try(plan, found.now),
        "agency": agency,
        "found": found,
        "row": row,
        "whole": sum(each.weight for each in found.terms.criteria) if row else 0,
        "round": getattr(found.scheme, "round", None) if found.scheme else None,
        "criteria": _explained(found, row, plan, request.user) if row else [],
        "hints": found.hints_of(row) if row else [],
        "is_office": request.user.is_office,
        "own": _own_bodies(request.user),
        "not_final": NOT_FINAL,
    }
    return render(request, "assessment/running_unit.html", context)


def _own_bodies(user):
    bodies = (post.agency for post in user.posts_today if post.role in BODY)
    return list({each.pk: each for each in bodies if each}.values())


def _own_body(user):
    own = _own_bodies(user)
    if not own:
        raise Http404
    return own[0]


def body_at(user, code):
    """The body of an address: any for the office, one's own (or a predecessor of it) for others; else 404."""
    own = next((each for each in _own_bodies(user) if each.code == code), None)
    if own is not None:
        return own
    known = Agency.objects.bodies()
    if not user.is_office:
        known = known.filter(pk__in=user.agency_ids(*BODY))
    return get_object_or_404(known, code=code)


def _explained(found, row, plan, user):
    """The criteria of a score with what their rule says and, for the office, where a finding is wanted."""
    explained = []
    for terms, each in zip(found.terms.criteria, row.result.criteria, strict=True):
        waits = {}
        if user.is_office and each.formula == "targets":
            waits = {line.subject: _to_be_found(plan, found.year, row, line) for line in each.lines}
        explained.append(
            {
                "result": each,
                "rule": in_words(terms.formula, terms.parameters),
                "source": formula(terms.formula).source,
                **{
                    part: [(line, causes, waits.get(line.subject)) for line, causes in rows]
                    for part, rows in each.by_cost.items()
                },
                "handed_on": each.applies and each.effective > each.weight,
                "perfect": each.applies and each.points == each.effective,
            }
        )
    return explained


def _to_be_found(plan, year, row, line):
    """The address of the form that says whether a target was reached; None where a number tells."""
    target = target_waiting(row.facts, line.subject)
    if target is None:
        return None
    query = urlencode({"agency": row.facts.agency, "target": target, "year": year})
    return f"{reverse('assessment:finding_new', args=[plan.code, 'target'])}?{query}"


# --- the box on the workbench --------------------------------------------------------------------------


@require_safe
@cache_control(private=True, no_store=True)
@vary_on_headers("HX-Request")
def running_box(request, plan):
    """One's own running score of the frame's year, in a few words."""
    check_read_running(request.user)
    plan = plan_at(request, plan)
    period, now = frame_of(request).period, timezone.now()
    year = period.year if period is not None and period.plan == plan else running.years_to_try(plan, now)[0]
    if request.user.is_office or not request.htmx:
        return redirect("assessment:running", plan.code, year)
    found = running.running(plan, year, request.user, now, agency=_own_body(request.user))
    row = next(iter(found.rows), None)
    context = {
        "plan": plan,
        "year": year,
        "found": found,
        "row": row,
        "hints": found.hints_of(row)[:1] if row else [],
        "not_final": NOT_FINAL,
    }
    return render(request, "assessment/_running_box.html", context)
