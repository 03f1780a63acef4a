"""The labelled demonstration of the year's end: last year's assessment from its scheme to the circular, the
scheme of this year, and the office's report on last year in one edition. Made once, by the real verbs, at
hours it could have been done."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Q

from agencies.models import Agency
from agencies.permissions import Denied
from assessment import (
    adjustments,
    assembling,
    checks,
    confirming,
    editing,
    editions,
    objections,
    rounds,
    scheme_contents,
    schemes,
    self_assessment,
)
from assessment.models import (
    Adjustment,
    AssessmentFile,
    AssessmentRound,
    Edition,
    Finding,
    GatheringRun,
    Objection,
    Outline,
    Petition,
    RoundStep,
    Scheme,
    SelfScore,
    SummaryReport,
    UnitScore,
    VetoFinding,
)
from progress.demonstration.later import BORN, CHAPTERS, Born
from progress.models import ReportingPeriod
from progress.timetable import DUE_HOUR, local
from progress.workflow import Incomplete, Stale, WrongState
from tasks.models import Plan

MORNING = DUE_HOUR.replace(hour=9)
NOTE = "（演示）"
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
REFUSALS = (Denied, ValidationError, Incomplete, WrongState, Stale)
HOST, REVIEWER = "fgw", "czj"
WROTE_THEMSELVES = ("fgw", "kjj", "sixian", "czj")
Standing = UnitScore.Standing


def make(cast, up_to):
    """The whole chapter, unless it is there. cast: people by user name; up_to: where history ends."""
    plan = Plan.objects.order_by("-starts_on").first()
    year = up_to.year - 1
    if plan.starts_on.year > year or Scheme.objects.filter(plan=plan).exists():
        return
    with transaction.atomic():
        last, _ = [_scheme(plan, each, date(each, 3, 13), cast) for each in (year, year + 1)]
    with suppress(*REFUSALS), transaction.atomic():
        _round(last, year + 1, cast)
    with suppress(*REFUSALS):
        _report(plan, year, cast)


def _at(year, month, day):
    return local(date(year, month, day), MORNING)


# --- assessment ------------------------------------------------------------------------------------


def _scheme(plan, year, day, cast):
    """The scheme of a year, published: the first from the defaults, the next taken over."""
    office, at = cast["office"], local(day, MORNING)
    source = schemes.FROM_LAST if plan.schemes.exists() else schemes.FROM_DEFAULTS
    scheme = schemes.new_scheme(plan, year, source, by=office, now=at)
    content = scheme_contents.content_of(scheme)
    named = {
        "title": content.title if NOTE in content.title else content.title + NOTE,
        "host": Agency.objects.get(code=HOST),
        "cross_reviewer": Agency.objects.get(code=REVIEWER),
        "own_grades": True,
    }
    scheme = schemes.edit(scheme, replace(content, **named), by=office, now=at, revision=scheme.revision)
    return schemes.publish(scheme, by=office, now=at, revision=scheme.revision)


def _round(scheme, year, cast):
    """Last year's round in January and February: self-assessments, one addition, one objection."""
    office = cast["office"]
    round = rounds.begin(scheme, by=office, now=_at(year, 1, 5))
    for code in WROTE_THEMSELVES:
        _assess_themselves(round, cast, code, year)
    round = rounds.close_self(round, by=office, now=_at(year, 1, 14), revision=round.revision)
    _add(round, "kjj", cast, _at(year, 1, 15))
    _confirm(round, cast, _at(year, 1, 16))
    round.refresh_from_db()
    round = rounds.give_back(round, by=office, now=_at(year, 1, 19), revision=round.revision)
    _object(round, "sixian", cast, year)
    round.refresh_from_db()
    round = rounds.hand_up(round, by=office, now=_at(year, 1, 28), revision=round.revision)
    said = rounds.Decision(f"市领导小组会议{NOTE}", date(year, 2, 6))
    rounds.publish(
        round,
        said=said,
        scan=_paper("审定会议纪要.pdf"),
        by=office,
        now=_at(year, 2, 9),
        revision=round.revision,
    )


def _assess_themselves(round, cast, code, year):
    unit = _unit(round, code)
    if unit is None or unit.standing != Standing.SCORED:
        return
    claims = {
        each: self_assessment.Claim(
            (each.weight * Decimal("0.96")).quantize(Decimal("0.1")), "见各季度填报。"
        )
        for each in self_assessment.criteria_for(unit, round.scheme.criteria.all())
    }
    reporter, approver = cast[code], cast[f"{code}-approver"]
    note = "【演示】本单位对照考核办法逐项自评。"
    with suppress(*REFUSALS):
        unit = self_assessment.save(
            unit, claims, note, by=reporter, now=_at(year, 1, 8), revision=unit.revision
        )
        unit = self_assessment.hand_in(unit, by=reporter, now=_at(year, 1, 8), revision=unit.revision)
        self_assessment.sign(unit, by=approver, now=_at(year, 1, 9), revision=unit.revision)


def _add(round, code, cast, at):
    said = adjustments.Stated(
        Adjustment.Kind.ADDITION, Decimal(1), "【演示】承办长三角科技合作对接活动，有正式文件。"
    )
    with suppress(*REFUSALS):
        adjustments.state(_unit(round, code), said, [_paper("加分依据.pdf")], by=cast["office"], now=at)


def _confirm(round, cast, at):
    """Every unit by the office, its host by the unit named to review it."""
    for unit in UnitScore.objects.filter(round=round).exclude(standing=Standing.EXCLUDED):
        unit = confirming.load(unit.pk)
        by = cast[f"{REVIEWER}-approver"] if unit.reviewer_id else cast["office"]
        confirming.confirm(unit, by=by, now=at, revision=unit.revision)


def _object(round, code, cast, year):
    unit = _unit(round, code)
    text = "【演示】二季度填报因系统外来函补报，请核实报送时间。"
    objection = objections.write(unit, text, by=cast[code], now=_at(year, 1, 21))
    objection = objections.sign(
        objection, by=cast[f"{code}-approver"], now=_at(year, 1, 21), revision=objection.revision
    )
    answer = objections.Answer(
        Objection.Outcome.REJECTED, "【演示】经核对留存版本，报送时间记录无误，维持原评分。"
    )
    objections.decide(
        objection, answer, by=cast["office2"], now=_at(year, 1, 23), revision=objection.revision
    )


def _unit(round, code):
    found = UnitScore.objects.filter(round=round, agency__code=code).first()
    return confirming.load(found.pk) if found else None


def _paper(name):
    return SimpleUploadedFile(name, PAPER, content_type="application/pdf")


# --- the report of the office ------------------------------------------------------------------------


def _report(plan, year, cast):
    """The report on last year, gathered in January and frozen once as it was gathered."""
    period = ReportingPeriod.objects.get(plan=plan, code=str(year))
    at, office = _at(year + 1, 1, 9), cast["office"]
    report = assembling.begin(period, Outline.Kind.ANNUAL, by=office, now=at)
    assembling.work(lambda: at)
    report = editing.with_sections(SummaryReport.objects.filter(pk=report.pk)).get()
    flaws = checks.must_of(checks.flaws_of(report, checks.known_of(report)))
    editions.freeze(
        report,
        note="【演示】汇编初稿，留作对照。",
        confirmed=True,
        must=len(flaws),
        by=office,
        now=at,
        seen=editions.fingerprint(editions.data_of(report)),
    )


IS_DEMO = Q(is_demo=True)
CHAPTERS.append(("年度考核与总结报告", make))
BORN.extend(
    [
        Born(AssessmentFile, IS_DEMO | Q(uploaded_by__is_demo=True)),
        Born(VetoFinding, IS_DEMO),
        Born(Adjustment, IS_DEMO),
        Born(Objection, IS_DEMO),
        Born(Finding, IS_DEMO | Q(report__is_demo=True)),
        Born(SelfScore, Q(unit__is_demo=True)),
        Born(UnitScore, IS_DEMO),
        Born(RoundStep, IS_DEMO),
        Born(AssessmentRound, IS_DEMO),
        Born(Scheme, IS_DEMO, loose=("copied_from",)),
        Born(Petition, IS_DEMO, loose=("report",)),
        Born(Edition, IS_DEMO),
        Born(GatheringRun, IS_DEMO),
        Born(SummaryReport, IS_DEMO),
    ]
)
