"""A Year read from the database: a round as it stands, or the year still running (试算)."""

from dataclasses import replace

from django.utils import timezone

from agencies.models import Agency
from assessment.exports.rows import OwnWord, Standing, UnitRow
from assessment.exports.year import Year, judged_by
from assessment.facts import UnitFacts
from assessment.models import ExportForm, SelfScore, VetoFinding
from assessment.ranking import Rules
from assessment.results import by_hand_of
from assessment.scoring import Terms, UnitResult
from assessment.standing import NO_DUTY
from progress.figures import CLASS_CODES

CLASS_ORDER, FORM_ORDER = list(CLASS_CODES), ExportForm.Kind.values


def year_of_round(round, units, now, *, drafts=False, scores=True) -> Year:
    """The Year of a round. units: the UnitScores to be in it (a queryset); drafts: whether 自评 not signed
    yet is told too, which is the unit's own; scores: whether what was judged may be known. Eight queries at
    most."""
    scheme = round.scheme
    units = list(units.filter(round=round).select_related("agency"))
    told = [unit for unit in units if drafts or unit.self_signed_at]
    stated, own, vetoes = by_hand_of(units), _own_words(told), _vetoes(units, scheme)
    rows = [_row(unit, stated, own, vetoes) for unit in units]
    if not scores:
        rows = [replace(row, facts=None, result=None, by_hand=(), vetoes=()) for row in rows]
    as_of = f"数据截至 {_moment(round.facts_at)}" if round.facts_at else "尚未固定考核数据"
    settled = round.state == round.State.PUBLISHED
    stage = round.get_state_display()
    return _year(scheme, rows, now, stage=stage, as_of=as_of, demo=round.is_demo, settled=settled)


def year_of_running(found) -> Year:
    """The Year of an `assessment.running.Running` that has a scheme: its scores are 试算."""
    rows = [_running_row(row) for row in found.rows]
    as_of = f"数据截至 {_moment(found.now)}"
    return _year(
        found.scheme, rows, found.now, stage="试算", as_of=as_of, demo=found.scheme.is_demo, trial=True
    )


def _year(scheme, rows, now, **more):
    criteria = list(scheme.criteria.all())
    terms = Terms.of(scheme, criteria)
    words = {str(each.pk): (each.content, each.standard) for each in criteria}
    return Year(
        plan_title=scheme.plan.title,
        scheme_title=scheme.title,
        year=scheme.year,
        terms=terms,
        criteria=judged_by(terms, words),
        rules=Rules.of(scheme),
        forms=tuple(sorted(scheme.export_forms.all(), key=lambda form: FORM_ORDER.index(form.kind))),
        units=tuple(sorted(rows, key=lambda row: CLASS_ORDER.index(row.unit_class))),
        author=Agency.objects.filter(kind=Agency.Kind.OFFICE).values_list("name", flat=True).first() or "",
        now=now,
        **more,
    )


def _row(unit, stated, own, vetoes):
    return UnitRow(
        code=unit.agency.code,
        name=unit.name,
        unit_class=unit.unit_class,
        standing=unit.standing,
        reason=unit.standing_reason,
        facts=UnitFacts.from_json(unit.facts) if unit.facts else None,
        result=UnitResult.from_json(unit.result) if unit.result else None,
        by_hand=stated.get(unit.pk, ()),
        rank=unit.rank,
        grade=unit.grade,
        own=own.get(unit.pk, {}),
        vetoes=tuple(vetoes.get(unit.pk, ())),
    )


def _running_row(row):
    standing, reason = Standing.SCORED, ""
    if row.facts.is_empty:
        standing, reason = Standing.EXCLUDED, NO_DUTY
    elif row.told_only:
        standing, reason = Standing.FEEDBACK, "考核办法未列入计分。"
    facts = row.facts
    return UnitRow(facts.agency, facts.name, facts.unit_class, standing, reason, facts, row.result)


def _own_words(units):
    found = {}
    for each in SelfScore.objects.filter(unit__in=units):
        found.setdefault(each.unit_id, {})[str(each.criterion_id)] = OwnWord(each.points, each.evidence)
    return found


def _vetoes(units, scheme):
    """What was found against the units; nothing while the scheme has its vetoes off."""
    found = {}
    if scheme.veto_on:
        rows = VetoFinding.objects.filter(unit__in=units, revoked_at__isnull=True).select_related("item")
        for each in rows.order_by("made_at", "pk"):
            found.setdefault(each.unit_id, []).append((each.item.effect, each.item.name))
    return found


def _moment(at):
    local = timezone.localtime(at)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
