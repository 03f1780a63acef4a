"""商请提供: a lead asks supporters of its task for material, by an instant before its own.

The answer is the supporter's own report of the task, a contribution (配合材料): signed off in its body, then
the lead's to accept or send back. The office neither counts nor reviews it; silence counts against the
supporter (practice, section 2).
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agencies import audit
from agencies.along import along, objects
from agencies.models import Agency, Role
from agencies.permissions import Denied
from progress import permissions
from progress.models import ContributionRequest, ProgressReport, ReportingPeriod, TaskReturn
from progress.terms import terms_of, working_days_before
from progress.timetable import spoken_day
from progress.workflow import WrongState
from tasks.models import Assignment, Task

State = ProgressReport.State
Duty = Assignment.Duty

WANTED_LIMIT = 500
# An undated return sets no end; what is asked for in more than a year is a slip of the pen.
FURTHEST = timedelta(days=366)
CLASSES = (Duty.NAMED, Duty.INVITED, Duty.GROUP, Duty.IMPLIED)
CANCELLED = "商请已取消"


@dataclass(frozen=True)
class Supporter:
    """A body that may be asked: its duty, what is asked of it now (or None), what was asked last quarter."""

    assignment: Assignment
    request: ContributionRequest | None = None
    last: str = ""

    @property
    def agency(self) -> Agency:
        return self.assignment.agency


@dataclass(frozen=True)
class Asking:
    """Everything the page of a lead's requests shows: who may be asked, and what has been asked."""

    supporters: list[Supporter]
    requests: list[ContributionRequest] = field(default_factory=list)

    @property
    def free(self) -> list[Supporter]:
        """Supporters nothing is asked of yet."""
        return [each for each in self.supporters if each.request is None]

    @property
    def as_last_quarter(self) -> list[Supporter]:
        """Those asked last quarter and not yet this quarter."""
        return [each for each in self.free if each.last]


# --- who, by when ------------------------------------------------------------------------------


def asking(report, now):
    """The Asking of a lead's report; three queries."""
    requests = list(open_requests(report))
    asked = {request.contribution.agency_id: request for request in requests}
    last = asked_last_quarter(report)
    return Asking(
        [
            Supporter(each, asked.get(each.agency_id), last.get(each.agency_id, ""))
            for each in supporting(report, now)
        ],
        requests,
    )


def supporting(report, now):
    """The duties of those who may be asked today: supporters named, invited, of a collective or implied, each
    body once. Duties that have ended, and those confirmed as 不涉及, are left out. One query."""
    duties = (
        Assignment.objects.supports()
        .concerning()
        .filter(task=report.task_id)
        .on(timezone.localdate(now))
        .exclude(agency=report.agency_id)
        .select_related("agency")
    )
    ranked = sorted(
        duties, key=lambda each: (CLASSES.index(each.duty), each.order, each.agency.order, each.pk)
    )
    return list({each.agency_id: each for each in reversed(ranked)}.values())[::-1]


def open_requests(report):
    """What a lead's report asks for, with the contributions, in official order of the bodies."""
    return (
        report.requests.open()
        .select_related("contribution__agency", "contribution__period__plan", "contribution__task", "by")
        .order_by("contribution__agency__order", "pk")
    )


def known_to(user, requests):
    """Those of the requests a contribution answers that this person may read: all for its own body and the
    office, for a lead what its own body asked."""
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    return [
        each
        for each in requests
        if user.has_role(Role.OFFICE) or {each.contribution.agency_id, each.lead_report.agency_id} & own
    ]


def asked_last_quarter(report):
    """{agency id: what was wanted} of the last quarter in which this body asked for this task. One query."""
    rows = ContributionRequest.objects.open().filter(
        lead_report__agency=report.agency_id,
        lead_report__task=report.task_id,
        lead_report__period__plan=report.period.plan_id,
        lead_report__period__ends_on__lt=report.period.starts_on,
    )
    rows = list(rows.values_list("lead_report__period__ends_on", "contribution__agency", "wanted"))
    newest = max((row[0] for row in rows), default=None)
    return {agency: wanted for ended, agency, wanted in rows if ended == newest}


def default_due(report, now):
    """When supporters are asked to answer unless the lead says otherwise: some working days (TermRule) before
    the lead's own date; None where that has passed or the lead's return is undated."""
    if report.due_at is None:
        return None
    due = working_days_before(report.due_at, terms_of(report.period).contribution_days)
    return due if due > now else None


def latest_due(report, now):
    """The lead's own date: material is of no use after it. None where it is undated or has passed."""
    return report.due_at if report.due_at is not None and report.due_at > now else None


# --- may one -----------------------------------------------------------------------------------


def check_own(user, report):
    """Seeing what a lead asks of its supporters on its own return: its people."""
    if report.is_contribution or report.kind != ProgressReport.Kind.TASK:
        raise Denied("只有牵头单位的填报可以商请配合单位提供材料。")
    if report.agency_id not in user.agency_ids(Role.REPORTER, Role.APPROVER):
        raise Denied("只有本任务牵头单位的填报人、审核人可以商请提供。")


def check_ask(user, report, now):
    """Asking, and changing or taking back what was asked: the people of a lead, on its own return."""
    check_own(user, report)
    permissions.check_not_waived(report)
    if not report.period.is_open:
        raise Denied("本期尚未开放，不能商请。")
    if report.period.is_locked:
        raise Denied(f"{report.period.label}已锁定，不能再商请、改期或取消。")


def _begin(report, by, now):
    """Permission, then state; the period is asked once more inside the transaction, so that nothing is asked
    after the office has locked it."""
    fresh = ReportingPeriod.objects.select_for_update().get(pk=report.period_id)
    if fresh.is_locked:
        report.period = fresh
    check_ask(by, report, now)
    check_still_open(report)


def check_still_open(report):
    """Raises WrongState once the office has accepted the lead's return."""
    if report.state == State.ACCEPTED:
        raise WrongState("本单位这一项已经办公室采用，不再商请；如需修改，请联系办公室重新打开。")


# --- asking ------------------------------------------------------------------------------------


@transaction.atomic
def ask(report, codes, *, wanted, due_at=None, by, now):
    """商请提供: ask the supporters with these agency codes for the same material, all or none.

    wanted: what is asked for; due_at: by when (aware; None: `default_due`). Whoever is asked already is
    asked for this instead. Returns the requests. Raises Denied, WrongState, and ValidationError by field
    (agencies, wanted, due_at).
    """
    return ask_each(report, dict.fromkeys(codes, wanted), due_at=due_at, by=by, now=now)


@transaction.atomic
def ask_as_last_quarter(report, codes, *, due_at=None, by, now):
    """照上季度商请: ask these supporters for what each was asked last quarter. As `ask`."""
    last = asked_last_quarter(report)
    known = Agency.objects.filter(code__in=codes).values_list("code", "pk")
    wanted = {code: last.get(pk, "") for code, pk in known}
    return ask_each(report, dict.fromkeys(codes, "") | wanted, due_at=due_at, by=by, now=now)


@transaction.atomic
def ask_each(report, wanted, *, due_at=None, by, now):
    """Ask each supporter for its own: wanted {agency code: words}. As `ask`."""
    _begin(report, by, now)
    duties = {each.agency.code: each for each in supporting(report, now)}
    words = _checked(duties, wanted)
    due_at = _due(report, due_at, now)
    asked = [_request(report, duties[code], words[code], due_at, by, now) for code in words]
    detail = {
        "配合单位": [request.contribution.agency.name for request in asked],
        "请提供": list(dict.fromkeys(words.values())),
        "请于": due_at.isoformat(),
    }
    audit.record("商请提供", report, by=by, now=now, detail=detail)
    return asked


def _checked(duties, wanted):
    problems = {}
    if not wanted:
        problems["agencies"] = "请先选择要商请的配合单位。"
    elif unknown := [code for code in wanted if code not in duties]:
        names = dict(Agency.objects.filter(code__in=unknown).values_list("code", "name"))
        named = "、".join(names.get(code, code) for code in unknown)
        problems["agencies"] = f"{named}目前不是本任务的配合单位，请刷新页面后重新选择。"
    words = {code: (text or "").strip() for code, text in wanted.items()}
    if sentence := _about_wanted(words.values()):
        problems["wanted"] = sentence
    if problems:
        raise ValidationError(problems)
    return words


def _about_wanted(words):
    if not all(words):
        return "请写明需要对方提供什么。"
    longest = max(map(len, words), default=0)
    if longest > WANTED_LIMIT:
        return f"“请提供”现有 {longest} 字，超过 {WANTED_LIMIT} 字，请精简。"
    return "含有无法保存的字符，请删除后再提交。" if any("\x00" in text for text in words) else ""


def _due(report, due_at, now):
    """The instant asked for, or the default. Raises ValidationError (due_at)."""
    if due_at is None:
        due_at = default_due(report, now)
        if due_at is None:
            why = "本单位这一项没有截止时间" if report.due_at is None else "默认的提供时间已过"
            raise ValidationError({"due_at": f"{why}，请写明请对方何时前提供。"})
        return due_at
    latest = latest_due(report, now)
    if due_at <= now:
        raise ValidationError({"due_at": "提供时间须在现在之后，请改为之后的时间。"})
    if latest is not None and due_at > latest:
        raise ValidationError(
            {"due_at": f"提供时间不能晚于本单位这一项的截止时间（{spoken_day(latest)}），请提前。"}
        )
    if due_at > now + FURTHEST:
        raise ValidationError({"due_at": "提供时间超过一年，请核对年份。"})
    return due_at


def _request(report, duty, wanted, due_at, by, now):
    contribution = _contribution(report, duty, by)
    is_demo = report.is_demo or by.is_demo or contribution.is_demo
    asked = report.requests.open().filter(contribution=contribution)
    if contribution.has_left and asked.exists():
        raise ValidationError(
            {"agencies": f"{duty.agency.name}已经报来，不必再商请；需要补充的，请退回并写明原因。"}
        )
    request, _ = ContributionRequest.objects.update_or_create(
        lead_report=report,
        contribution=contribution,
        defaults={"wanted": wanted, "due_at": due_at, "asked_at": now, "by": by, "cancelled_at": None},
        create_defaults={
            "wanted": wanted,
            "due_at": due_at,
            "asked_at": now,
            "by": by,
            "is_demo": is_demo,
        },
    )
    _settle(contribution)
    return request


def _contribution(report, duty, by):
    """The supporter's row of the period: made where it is missing, owed again where it was cancelled."""
    row, made = ProgressReport.objects.get_or_create(
        agency=duty.agency,
        period=report.period,
        kind=ProgressReport.Kind.TASK,
        task=report.task,
        defaults={
            "role": duty.role,
            "duty": duty.duty,
            "order": duty.order,
            "owed": True,
            "is_demo": report.is_demo or by.is_demo,
        },
    )
    if made:
        TaskReturn.objects.create(report=row)
    elif not row.is_contribution:
        raise ValidationError({"agencies": f"{duty.agency.name}本期是本任务的牵头单位，不必商请。"})
    elif row.waived_at is not None and row.waived_reason != CANCELLED:
        raise ValidationError({"agencies": f"办公室已将{duty.agency.name}的这一项列为免报。"})
    elif row.waived_at is not None or not row.owed:
        owed = {"owed": True, "waived_at": None, "waived_by": None, "waived_reason": ""}
        ProgressReport.objects.filter(pk=row.pk).update(**owed, revision=F("revision") + 1)
        row.refresh_from_db()
    return row


def _settle(contribution):
    """The contribution is due by the earliest date asked for. 补录 is never late, so it has none."""
    if contribution.period.is_backfill:
        due_at = None
    else:
        dates = contribution.asked_by.open().values_list("due_at", flat=True)
        due_at = min(dates, default=contribution.due_at)
    if due_at != contribution.due_at:
        contribution.due_at = due_at
        contribution.save(update_fields=["due_at"])


# --- changing what was asked -------------------------------------------------------------------


@transaction.atomic
def change(request, *, wanted, due_at, by, now):
    """Ask for something else, or by another date, while nothing has left. Returns the request.

    Raises Denied, WrongState and ValidationError, as `ask`.
    """
    report, contribution = request.lead_report, request.contribution
    _begin(report, by, now)
    _check_open(request, "不必再改")
    if sentence := _about_wanted([wanted.strip()]):
        raise ValidationError({"wanted": sentence})
    before = request.wanted, request.due_at
    if due_at != request.due_at:
        due_at = _due(report, due_at, now)
    request.wanted, request.due_at = wanted.strip(), due_at
    request.save(update_fields=["wanted", "due_at"])
    _settle(contribution)
    detail = {
        "配合单位": contribution.agency.name,
        "请提供": [before[0], request.wanted],
        "请于": [before[1].isoformat(), request.due_at.isoformat()],
    }
    audit.record("修改商请", report, by=by, now=now, detail=detail)
    return request


@transaction.atomic
def cancel(request, *, by, now):
    """取消商请, while nothing has left. A contribution nobody asks for any more is waived, never deleted.

    Raises Denied and WrongState.
    """
    report, contribution = request.lead_report, request.contribution
    _begin(report, by, now)
    _check_open(request, "不能取消")
    request.cancelled_at = now
    request.save(update_fields=["cancelled_at"])
    if contribution.asked_by.open().exists():
        _settle(contribution)
    else:
        _waive(request, by, now)
    audit.record("取消商请", report, by=by, now=now, detail={"配合单位": contribution.agency.name})


def _waive(request, by, now):
    """Nobody asks for it any more. What has left at this very instant stays asked for."""
    waived = {"waived_at": now, "waived_by": by, "waived_reason": CANCELLED, "revision": F("revision") + 1}
    if not ProgressReport.objects.filter(pk=request.contribution_id, left_at__isnull=True).update(**waived):
        request.contribution = ProgressReport.objects.select_related("agency").get(pk=request.contribution_id)
        request.cancelled_at = None
        _check_open(request, "不能取消")


def _check_open(request, what):
    if request.cancelled_at is not None:
        raise WrongState("这一项商请已经取消。")
    if request.contribution.has_left:
        raise WrongState(
            f"{request.contribution.agency.name}已经报来，{what}；需要补充的，请退回并写明原因。"
        )


# --- what waits --------------------------------------------------------------------------------


def asked_by(user):
    """Open requests of the bodies this person reports or signs for, as far as the task is theirs to know."""
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    return ContributionRequest.objects.open().filter(
        lead_report__agency__in=own, lead_report__task__in=Task.objects.visible_to(user)
    )


def asked_along():
    """An annotation of contributions: the open requests they answer; read it with `asked_in`."""
    rows = ContributionRequest.objects.open()
    lead = ("lead_report__pk", "lead_report__agency__pk", "lead_report__agency__name")
    by = ("by__pk", "by__full_name", "by__username")
    return along(rows, "contribution", "wanted", "due_at", "asked_at", *by, *lead)


def asked_in(contribution):
    """What `asked_along` brought: ContributionRequests with the lead's body, earliest first."""
    found = objects(ContributionRequest, contribution.asked_rows, key=lambda each: (each.due_at, each.pk))
    for request in found:
        request.contribution = contribution
    return found


@dataclass(frozen=True)
class LeadDesk:
    """A lead's requests of a period: those answered and waiting for it, and those not answered in time."""

    waiting: list[ContributionRequest]
    silent: list[ContributionRequest]


def of_lead_desk(user, period, now):
    """The LeadDesk of a person's bodies; one query."""
    requests = (
        asked_by(user)
        .filter(lead_report__period=period, contribution__waived_at__isnull=True)
        .exclude(contribution__state=State.ACCEPTED)
        .select_related("contribution__agency", "contribution__period__plan", "lead_report__agency")
        .select_related("lead_report__task", "lead_report__period__plan", "contribution__task")
        .order_by("lead_report__task__number", "contribution__agency__order")
    )
    waiting = [each for each in requests if each.contribution.state == State.UNDER_REVIEW]
    silent = [each for each in requests if not each.contribution.has_left and each.contribution.is_late(now)]
    return LeadDesk(waiting, silent)
