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
from assessment.secrecy import criteria_and_secret
from assessment.standing import NO_DUTY
from progress.figures import CLASS_CODES

CLASS_ORDER, FORM_ORDER = list(CLASS_CODES), ExportForm.Kind.values


def year_of_round(round, units, now, *, reader=None, drafts=False, scores=True) -> Year:
    """The Year of a round. units: the UnitScores to be in it (a queryset); reader: the User it is for (None:
    somebody who knows of no sensitive task); drafts: whether 自评 not signed yet is told too, which is the
    unit's own; scores: whether what was judged may be known. Eight queries at most."""
    scheme = round.scheme
    units = list(units.filter(round=round).select_related("agency"))
    told = [unit for unit in units if drafts or unit.self_signed_at]
    criteria, secret = criteria_and_secret(scheme, reader)
    stated, own, vetoes = by_hand_of(units), _own_words(told, secret), _vetoes(units, scheme)
    terms = Terms.of(scheme, criteria)
    rows = [_shown(_row(unit, stated, own, vetoes), secret, terms) for unit in units]
    if not scores:
        rows = [replace(row, facts=None, result=None, by_hand=(), vetoes=()) for row in rows]
    as_of = f"数据截至 {_moment(round.facts_at)}" if round.facts_at else "尚未固定考核数据"
    settled = round.state == round.State.PUBLISHED
    stage = round.get_state_display()
    return _year(scheme, criteria, rows, now, stage=stage, as_of=as_of, demo=round.is_demo, settled=settled)


def year_of_running(found) -> Year:
    """The Year of an `assessment.running.Running` that has a scheme: its scores are 试算."""
    rows = [_running_row(row) for row in found.rows]
    as_of = f"数据截至 {_moment(found.now)}"
    demo, criteria = found.scheme.is_demo, list(found.scheme.criteria.all())
    return _year(found.scheme, criteria, rows, found.now, stage="试算", as_of=as_of, demo=demo, trial=True)


def _year(scheme, criteria, rows, now, **more):
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


def _shown(row, secret, terms):
    """The row as it may be shown now that some of what was frozen has become sensitive."""
    by_hand = tuple(replace(each, basis=secret.words(each.basis)) for each in row.by_hand)
    if row.facts is None:
        return replace(row, by_hand=by_hand)
    result = row.result and secret.result(row.result, row.facts, terms)
    return replace(row, facts=secret.facts(row.facts), result=result, by_hand=by_hand)


def _running_row(row):
    standing, reason = Standing.SCORED, ""
    if row.facts.is_empty:
        standing, reason = Standing.EXCLUDED, NO_DUTY
    elif row.told_only:
        standing, reason = Standing.FEEDBACK, "考核办法未列入计分。"
    facts = row.facts
    return UnitRow(facts.agency, facts.name, facts.unit_class, standing, reason, facts, row.result)


def _own_words(units, secret):
    found = {}
    for each in SelfScore.objects.filter(unit__in=units):
        said = OwnWord(each.points, secret.words(each.evidence))
        found.setdefault(each.unit_id, {})[str(each.criterion_id)] = said
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
