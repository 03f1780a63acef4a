"""What units say of a task in their summaries, for those who work on the task; and which units must file.

A paragraph of a 单位小结 names the tasks it concerns. Once the summary has left its unit, the paragraph is
offered to the leads of those tasks, as it was frozen; never a draft, and never the rest of the summary.
"""

import json

from django.db import transaction
from django.db.models import F, Q

from agencies.along import along, objects
from agencies.audit import record
from agencies.models import Agency, Role
from agencies.permissions import Denied, check_role
from progress import annual_tables, content
from progress.models import ProgressReport, ReportVersion, UnitDuty
from progress.owing import create_owed, owing_units
from tasks.models import Assignment, Task

State = ProgressReport.State
UN_NAMED = "办公室取消指定报送单位小结"


# --- paragraphs for a task ---------------------------------------------------------------------


def said_along(period):
    """An annotation of tasks: the last versions of the summaries that left their units for `period`."""
    last = ReportVersion.objects.newest().filter(report__in=left_for(period))
    return along(last, None, "number", "content", *OF_VERSION)


OF_VERSION = (
    *("report__pk", "report__kind", "report__state", "report__task"),
    *("report__agency__pk", "report__agency__code", "report__agency__name", "report__agency__order"),
    *("report__period__pk", "report__period__code", "report__period__starts_on", "report__period__ends_on"),
    *("report__period__plan__pk", "report__period__plan__code"),
)


def paragraphs_for(user, task, said, assignments):
    """What units say of a task, as far as this person may read it: [(report, number of the version, text)].

    The office, the task's lead bodies and the unit itself read what has left the unit; the task's supporters
    and leaders what the office has accepted. said: what `said_along` brought; assignments: the task's.
    """
    versions = objects(ReportVersion, said, key=lambda each: (_official(each.report.agency), each.pk))
    for version in versions:
        if isinstance(version.content, str):  # SQLite keeps JSON within JSON as text
            version.content = json.loads(version.content)
    return offered_in([each for each in versions if _reads(user, each.report, assignments)], task)


def _official(agency):
    return (agency.order, agency.code)


def _reads(user, report, assignments):
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    roles = {each.role for each in assignments if each.agency_id in own}
    if user.has_role(Role.OFFICE) or report.agency_id in own or Assignment.Role.LEAD in roles:
        return True
    return report.state == State.ACCEPTED and (bool(roles) or user.has_role(Role.LEADER))


def left_for(period):
    """The summaries whose words are offered in a period, as far as they have left their units."""
    return ProgressReport.objects.filter(summaries_of(period), left_at__isnull=False, waived_at__isnull=True)


def summaries_of(period):
    """Which reports are a period's summaries, as a Q: the fourth quarter merges with the year end."""
    of_year = Q(period__plan=period.plan_id, period__code=str(period.year))
    periods = Q(period=period) | of_year if period.quarter == 4 else Q(period=period)
    return periods & Q(kind=ProgressReport.Kind.UNIT)


def offered_in(versions, task):
    """[(report, number, text)] of those summaries' last versions that name the task."""
    found = []
    for version in versions:
        texts = [row["text"] for row in version.content["paragraphs"] if task.number in row["tasks"]]
        if any(texts):
            found.append((version.report, version.number, "\n".join(filter(None, texts))))
    return found


def readable_part(user, report, said, unknown=None):
    """A snapshot as this person may read it. Of a unit's summary whoever may not know of a sensitive task
    reads neither its number nor the paragraphs that concern no other task. Of a task's return others than
    its body and the office read whose words it took over, and the words only where they still stand in it:
    what was given to a lead and put in other words is between the two (design, section 1).

    unknown: `unknown_to(user)`, where it is at hand; else it is one query for such a reader.
    """
    if said is None:
        return said
    if user.has_role(Role.OFFICE) or report.agency_id in user.agency_ids(Role.REPORTER, Role.APPROVER):
        return said
    if not content.is_of_unit(said):
        return _without_reworded(said)
    unknown = unknown_to(user) if unknown is None else unknown
    return known_part(said, {number for plan, number in unknown if plan == said["plan"]})


def _without_reworded(said):
    sources = [
        row if row["text"] in (said.get(row["field"]) or "") else {**row, "text": ""}
        for row in said.get("sources", ())
    ]
    return {**said, "sources": sources} if sources else said


def unknown_to(user):
    """The sensitive tasks a person may not know of: {(plan code, number)}; one query."""
    return set(_hidden_from(user).values_list("plan__code", "number"))


def unknown_along(user):
    """An annotation: `unknown_to`, in the query of the reports; read it with `unknown_in`."""
    return along(_hidden_from(user), None, "number", "plan__code")


def unknown_in(listed):
    return {(row["plan__code"], row["number"]) for row in listed or ()}


def _hidden_from(user):
    known = Task.objects.visible_to(user).values("pk")
    return Task.objects.filter(is_sensitive=True).exclude(pk__in=known)


def known_part(said, unknown):
    """A summary's snapshot without the tasks whose numbers are `unknown`, and without the paragraphs that
    concern no other task; of the tables of a year's report without the rows of these tasks."""
    rows = []
    for row in said["paragraphs"]:
        known = [number for number in row["tasks"] if number not in unknown]
        if known or not row["tasks"]:
            rows.append({**row, "tasks": known})
    known = {**said, "paragraphs": rows}
    return known | {"paper": annual_tables.without(said["paper"], unknown)} if "paper" in said else known


# --- which units file besides those their duties oblige ------------------------------------------


def may_be_named(plan):
    """Bodies that may be named to file a 单位小结: those in use that are not named already."""
    named = UnitDuty.objects.filter(plan=plan, ended_at__isnull=True).values("agency")
    return Agency.objects.bodies().exclude(pk__in=named)


@transaction.atomic
def name_unit(plan, agency, *, by, now):
    """Name a body to file a 单位小结, at once in the periods still being reported; returns the UnitDuty.

    Naming twice changes nothing. A row waived when the body was un-named is owed again. Raises Denied.
    """
    check_role(by, Role.OFFICE)
    duty, made = UnitDuty.objects.get_or_create(
        plan=plan,
        agency=agency,
        ended_at__isnull=True,
        defaults={"named_at": now, "named_by": by, "is_demo": by.is_demo},
    )
    if made:
        waived = ProgressReport.objects.filter(
            period__in=plan.periods.running(now),
            agency=agency,
            kind=ProgressReport.Kind.UNIT,
            waived_reason=UN_NAMED,
        )
        waived.update(waived_at=None, waived_by=None, waived_reason="", revision=F("revision") + 1)
        rows = [
            row
            for period in plan.periods.running(now)
            for row in create_owed(period, demo=period.opened_for_demo, unit=agency.pk)
        ]
        record("指定报送单位小结", duty, by=by, now=now, detail={"增列应报": [str(row) for row in rows]})
    return duty


@transaction.atomic
def unname_unit(duty, *, by, now):
    """End a naming. What the body has not sent yet in periods still being reported is waived, never deleted,
    unless its own duties oblige it anyway; what it has sent stays. Raises Denied."""
    check_role(by, Role.OFFICE)
    ended = UnitDuty.objects.filter(pk=duty.pk, ended_at__isnull=True).update(ended_at=now)
    if not ended:
        raise Denied("这家单位的指定已经取消。")
    duty.refresh_from_db()
    waived = []
    for period in duty.plan.periods.running(now):
        if duty.agency_id not in owing_units(period):
            waived += _waive(period, duty.agency_id, by, now)
    record("取消指定报送单位小结", duty, by=by, now=now, detail={"免报": [str(row) for row in waived]})
    return duty


def _waive(period, agency, by, now):
    rows = period.reports.filter(
        agency=agency, kind=ProgressReport.Kind.UNIT, left_at__isnull=True, waived_at__isnull=True
    )
    # The revision rises: whoever is typing or submitting at this instant is told, not overruled.
    waived = {"waived_at": now, "waived_by": by, "waived_reason": UN_NAMED, "revision": F("revision") + 1}
    found = list(rows.select_related("period", "agency", "task"))
    return [row for row in found if rows.filter(pk=row.pk).update(**waived)]
