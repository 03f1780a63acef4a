"""The rows of a report's tables of targets and of projects, from what accepted returns had said by then."""

from decimal import Decimal

from django.db.models import Q

from assessment import attaining
from assessment.models import Finding
from progress.models import ProjectUpdate, TargetValue
from progress.models.contents import certainty_rank
from progress.pace import plain
from tasks.models import Project, Target

CERTAINTY = dict(TargetValue.Certainty.choices)
STAGE = dict(ProjectUpdate.Stage.choices)


def targets(material):
    """The quantified targets of the plan with the value that counts, in the plan's order; two queries."""
    rows = (
        Target.objects.filter(plan=material.plan)
        .filter(Q(task__isnull=True) | Q(task__is_sensitive=False))
        .exclude(operator=Target.Operator.LABEL)
        .select_related("task")
        .order_by("task__number", "order", "pk")
    )
    findings = {}
    found = Finding.objects.filter(
        plan=material.plan, year=material.span.year, target__isnull=False, found_at__lte=material.as_of
    ).filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=material.as_of))
    for target, kind in found.values_list("target", "kind"):
        findings.setdefault(target, []).append(kind)
    values = _values(material)
    return [_target(each, values, findings.get(each.pk, ()), material) for each in rows]


def _values(material):
    """{target id: [(Told, row)]}, the oldest return first, in it the least certain."""
    found = {}
    for told in material.earlier_returns:
        rows = sorted(told.said.get("target_values", ()), key=lambda row: certainty_rank(row["certainty"]))
        for row in rows:
            if row["value"] is not None or row["value_text"]:
                found.setdefault(row["target"], []).append((told, row))
    return found


def _target(target, values, findings, material):
    heard = _heard(target, values.get(target.pk, ()), material)
    told, row = _counting(heard)
    return {
        "task": target.task.number if target.task_id else None,
        "indicator": target.indicator,
        "wanted": target.goal_words,
        "value": _in_words(target, row),
        "certainty": CERTAINTY[row["certainty"]] if row else "",
        "period": told.period if told else "",
        "attained": _attained(target, heard, findings, material.span),
        "due": is_due(target, material.span),
    }


def _heard(target, told, material):
    """What was told that counts: of a target counted anew every year only this year's."""
    if not attaining.counts_anew(target):
        return told
    return [each for each in told if each[0].ends_on.year == material.span.year]


def _counting(told):
    """The value that counts: of the newest return, of the lead named first, the most certain."""
    if not told:
        return None, None
    newest = max(each[0].ends_on for each in told)
    of_newest = [each for each in told if each[0].ends_on == newest]
    return max(of_newest, key=lambda each: (certainty_rank(each[1]["certainty"]), _reversed(each[0].order)))


def _reversed(order):
    """Whoever stands first in the clause wins among equals."""
    return tuple(-part for part in order if isinstance(part, int))


def _in_words(target, row):
    if row is None:
        return ""
    if row["value"] is None:
        return row["value_text"]
    return f"{plain(Decimal(str(row['value'])))}{target.unit}"


def is_due(target, span):
    """Whether a target falls due by the end of what a report is about: at the end of its year."""
    last = span.year if span.period.quarter == 4 else span.year - 1
    if target.due == Target.Due.EACH_YEAR:
        return last == span.year
    return attaining.due_year(target, span.period.plan) <= last


def _attained(target, heard, findings, span):
    """What the office found goes before what can be computed. Not reached counts once the year is over."""
    if findings:
        return all(kind == Finding.Kind.TARGET_MET for kind in findings)
    _, row = _counting(heard)
    if row is None or row["value"] is None or not attaining.is_computable(target):
        return None
    if _is_reached(target, row, heard):
        return True
    return False if is_due(target, span) else None


def _is_reached(target, row, heard):
    """分别 targets are reached when each body that told of it reaches it by its own newest value."""
    if target.scope != Target.Scope.EACH:
        return attaining.attained(target, Decimal(str(row["value"]))) == 1
    newest = {told.agency: Decimal(str(each["value"])) for told, each in heard if each["value"] is not None}
    return attaining.met_by(target, newest) == len(newest)


def projects(material):
    """The projects the plan names with their newest accepted stage, in the plan's order; one query."""
    rows = Project.objects.filter(plan=material.plan, task__is_sensitive=False).select_related("task")
    newest = {}
    for told in material.earlier_returns:
        for row in told.said.get("project_updates", ()):
            before = newest.get(row["project"])
            if before is None or (before[0].ends_on, _reversed(before[0].order)) <= (
                told.ends_on,
                _reversed(told.order),
            ):
                newest[row["project"]] = (told, row)
    return [_project(each, *newest.get(each.pk, (None, None))) for each in rows.order_by(*IN_ORDER)]


IN_ORDER = ("task__number", "order", "pk")


def _project(project, told, row):
    return {
        "task": project.task.number,
        "name": project.name,
        "planned_stage": project.planned_stage,
        "stage": STAGE[row["stage"]] if row else "",
        "note": row["note"] if row else "",
        "agency": told.agency_name if told else "",
    }
