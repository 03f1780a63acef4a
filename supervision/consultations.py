"""征求意见: the office drafts, sends to the units it chose, answers each opinion, closes; with a reason it
opens it again.

Every verb takes `by=` (User), `now=` (aware datetime) and where something stands that others may change
`revision=` (the one the caller last saw); it runs in one transaction with its audit row and returns the fresh
thing. They raise, in this order: Denied (403), Stale (412), WrongState (409), Incomplete (400; by field), and
Refused for a file that cannot be taken (400). What the units do is in `consultation_replies`.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F

from agencies import audit, reach
from agencies.models import Agency, Role
from progress.terms import working_days_from
from progress.timetable import spoken_day
from progress.workflow import Incomplete, Stale, WrongState
from supervision import files
from supervision.models import Consultation, ConsultationReply, Opinion
from supervision.permissions import check_consult

State, Kind = Consultation.State, Consultation.Kind
BODY = (Role.REPORTER, Role.APPROVER)
LONGEST_NOTE, LONGEST_TEXT, LONGEST_REASON = 2000, 60_000, 1000
DEFAULT_DAYS = 5  # working days


@dataclass(frozen=True)
class Asking:
    """What is circulated. due_at: an aware instant or None; agencies: the units asked, in any order."""

    kind: str
    title: str
    due_at: object = None
    note: str = ""
    text: str = ""
    agencies: list = field(default_factory=list)


def default_due(now):
    """18:00 of the fifth working day from now."""
    return working_days_from(now, DEFAULT_DAYS)


# --- drafting ------------------------------------------------------------------------------------------


def start(
    plan,
    *,
    kind,
    title,
    text,
    note="",
    due_at=None,
    agencies=(),
    circular=None,
    subject="",
    url="",
    is_demo=False,
    by,
    now,
):
    """拟办 from something another app has made: the draft, to be looked at and sent. Raises Denied,
    Incomplete.

    subject, url: which thing it was made from and where it stands ("summaryreport:12"); due_at: five working
    days from now unless said otherwise; agencies: the units asked, none while they are not chosen.
    """
    asking = Asking(kind, title, due_at or default_due(now), note, text, list(agencies))
    origin = {"circular": circular, "subject": subject, "url": url, "is_demo": is_demo}
    return draft(plan, asking, **origin, by=by, now=now)


def draft(plan, asking, *, circular=None, subject="", url="", is_demo=False, uploads=(), by, now):
    """拟办, with its files. Raises Denied, Incomplete, Refused."""
    check_consult(by)
    said = _said(asking)
    with transaction.atomic():
        made = Consultation.objects.create(
            plan=plan,
            circular=circular,
            subject=subject,
            url=url,
            drafted_at=now,
            drafted_by=by,
            is_demo=is_demo or by.is_demo or bool(circular and circular.is_demo),
            **said,
        )
        _choose(made, asking.agencies)
        audit.record("拟办征求意见", made, by=by, now=now)
        with files.all_kept("consultation", made, uploads, by=by, now=now):
            pass
    return made


def edit(consultation, asking, *, uploads=(), by, now, revision):
    """Change a draft, also which units it goes to; more files are put with it."""
    _begin(consultation, by, revision, State.DRAFT, "修改")
    said = _said(asking)
    with transaction.atomic():
        fresh = _move(consultation, revision, said)
        _choose(fresh, asking.agencies)
        audit.record("修改征求意见", fresh, by=by, now=now)
        with files.all_kept("consultation", fresh, uploads, by=by, now=now):
            pass
    return fresh


def _choose(consultation, agencies):
    """Make the units asked exactly these; nobody who may have answered is left out of them."""
    wanted = {each.pk: each for each in agencies}
    consultation.replies.exclude(agency__in=wanted).delete()
    there = set(consultation.replies.values_list("agency", flat=True))
    ConsultationReply.objects.bulk_create(
        ConsultationReply(consultation=consultation, agency=each, is_demo=consultation.is_demo)
        for pk, each in wanted.items()
        if pk not in there
    )


def drop(consultation, *, by, now, revision):
    """Delete a draft nobody has received, with its files."""
    _begin(consultation, by, revision, State.DRAFT, "删除")
    with transaction.atomic():
        fresh = _move(consultation, revision, {})
        audit.record("删除征求意见草稿", fresh, by=by, now=now)
        kept = list(fresh.files.all())
        fresh.files.all().delete()
        fresh.delete()
        for each in kept:
            stored = each.file
            transaction.on_commit(lambda stored=stored: stored.storage.delete(stored.name))


# --- sending and waiting -----------------------------------------------------------------------------


@transaction.atomic
def send(consultation, *, by, now, revision):
    """发出: the people of every unit asked hear of it at once."""
    _begin(consultation, by, revision, State.DRAFT, "发出")
    _check_ready(consultation, now)
    fresh = _move(consultation, revision, {"state": State.SENT, "sent_at": now, "sent_by": by})
    audit.record("发出征求意见", fresh, by=by, now=now, detail={"单位数": fresh.replies.count()})
    tell_units(fresh, f"征求意见：{fresh.title}", now, text=fresh.note, hasty=True)
    return fresh


def _check_ready(consultation, now):
    missing = {}
    if not consultation.text.strip() and not files.files_of("consultation", consultation).exists():
        missing["text"] = "请写入征求意见稿，或者上传文件：现在两样都没有。"
    if not consultation.replies.exists():
        missing["agencies"] = "还没有选择单位，请先修改草稿，勾选要征求意见的单位。"
    if consultation.due_at <= now:
        missing["due_at"] = "反馈截止时间已过，请先修改。"
    if missing:
        raise Incomplete(missing)


@transaction.atomic
def add_units(consultation, agencies, *, by, now, revision):
    """增加单位 to what was sent: those not yet asked hear of it at once; the deadline stays as it is."""
    _begin(consultation, by, revision, State.SENT, "增加单位")
    there = set(consultation.replies.values_list("agency", flat=True))
    added = {each.pk: each for each in agencies if each.pk not in there}
    if not added:
        raise Incomplete({"agencies": "请勾选还没有征求过意见的单位。"})
    fresh = _move(consultation, revision, {})
    _choose(fresh, [*Agency.objects.filter(pk__in=there), *added.values()])
    names = "、".join(each.name for each in added.values())
    audit.record("增加征求意见单位", fresh, by=by, now=now, detail={"单位": names})
    only = fresh.replies.filter(agency__in=added)
    tell_units(fresh, f"征求意见：{fresh.title}", now, text=fresh.note, only=only, hasty=True)
    return fresh


@transaction.atomic
def extend(consultation, due_at, *, by, now, revision):
    """Give the units more time: a later deadline, told to those who have not answered."""
    _begin(consultation, by, revision, State.SENT, "延期")
    if due_at is None or due_at <= max(now, consultation.due_at):
        raise Incomplete({"due_at": "请填写比原截止时间更晚的时间。"})
    fresh = _move(consultation, revision, {"due_at": due_at})
    until = spoken_day(due_at)
    audit.record("延长征求意见时间", fresh, by=by, now=now, detail={"截止": until})
    tell_units(fresh, f"征求意见延期至{until}：{fresh.title}", now, only=fresh.replies.exclude(state="given"))
    return fresh


@transaction.atomic
def close(consultation, *, by, now, revision):
    """办结: every opinion given has been answered; each unit that gave one hears what became of it."""
    _begin(consultation, by, revision, State.SENT, "办结")
    fresh = _move(consultation, revision, {"state": State.CLOSED, "closed_at": now, "closed_by": by})
    # Asked now that it is held: a reply given at this instant is either counted or told that it is closed.
    undecided = opinions_of(consultation).filter(adoption=Opinion.Adoption.UNDECIDED).count()
    if undecided:
        raise WrongState(f"还有 {undecided} 条意见没有写明采纳情况，处理完再办结。")
    audit.record("办结征求意见", fresh, by=by, now=now)
    with_opinions = fresh.replies.filter(answer=ConsultationReply.Answer.OPINIONS, state="given")
    tell_units(fresh, f"征求意见已办结，请查看本单位意见的采纳情况：{fresh.title}", now, only=with_opinions)
    return fresh


@transaction.atomic
def reopen(consultation, *, reason, by, now, revision):
    """重新办理 what was closed: replies and 采纳情况 can be changed again; every unit asked hears of it."""
    _begin(consultation, by, revision, State.CLOSED, "重新办理")
    reason = (reason or "").strip()
    if not reason:
        raise Incomplete({"reason": "请写明重新办理的原因。"})
    if len(reason) > LONGEST_REASON:
        raise Incomplete({"reason": f"现有 {len(reason)} 字，最多 {LONGEST_REASON} 字，请精简。"})
    fresh = _move(consultation, revision, {"state": State.SENT, "closed_at": None, "closed_by": None})
    audit.record("重新办理征求意见", fresh, by=by, now=now, detail={"reason": reason})
    tell_units(fresh, f"征求意见重新办理，可以继续反馈：{fresh.title}", now, text=reason)
    return fresh


# --- answering the opinions ----------------------------------------------------------------------------


@transaction.atomic
def decide(opinion, *, adoption, reason, by, now, seen):
    """采纳情况 of one opinion that was given. reason: needed unless it is adopted whole; seen: when it was
    last decided as the caller saw it (isoformat), "" for not yet. Raises Stale (its current: the opinion)."""
    check_consult(by)
    consultation = opinion.reply.consultation
    if consultation.state != State.SENT:
        raise WrongState("已经办结，采纳情况不能再改。")
    if opinion.reply.state != ConsultationReply.State.GIVEN:
        raise WrongState("这家单位还没有反馈，或已撤回修改，暂不能处理。")
    if seen != stamp_of(opinion):
        raise Stale(opinion)
    reason = (reason or "").strip()
    _check_decision(adoption, reason)
    adopted = adoption == Opinion.Adoption.ADOPTED
    said = {"adoption": adoption, "reason": "" if adopted else reason, "decided_at": now, "decided_by": by}
    # Held, so that nothing is decided in one that is being closed, nor of a reply that is being taken back.
    held = Consultation.objects.filter(pk=consultation.pk, state=State.SENT).update(state=State.SENT)
    given = ConsultationReply.objects.filter(pk=opinion.reply_id, state=ConsultationReply.State.GIVEN)
    own = Opinion.objects.filter(pk=opinion.pk, decided_at=opinion.decided_at)
    if opinion.decided_at is None:
        own = Opinion.objects.filter(pk=opinion.pk, decided_at__isnull=True)
    if not (held and given.exists() and own.update(**said)):
        raise Stale(Opinion.objects.select_related("reply__consultation").filter(pk=opinion.pk).first())
    opinion.refresh_from_db()
    detail = {"单位": opinion.reply.agency.name, "意见": str(opinion), "采纳": opinion.get_adoption_display()}
    audit.record("处理反馈意见", consultation, by=by, now=now, detail=detail)
    return opinion


def _check_decision(adoption, reason):
    if adoption not in (Opinion.Adoption.ADOPTED, Opinion.Adoption.PARTLY, Opinion.Adoption.NOT):
        raise Incomplete({"adoption": "请选择采纳情况：采纳、部分采纳或未采纳。"})
    if adoption != Opinion.Adoption.ADOPTED and not reason:
        raise Incomplete({"reason": "部分采纳或未采纳的，请写明理由。"})
    if len(reason) > LONGEST_REASON:
        raise Incomplete({"reason": f"现有 {len(reason)} 字，最多 {LONGEST_REASON} 字，请精简。"})


def stamp_of(opinion):
    """What `decide` compares: when the opinion was last decided, "" for never."""
    return opinion.decided_at.isoformat() if opinion.decided_at else ""


def opinions_of(consultation):
    """The opinions of the replies that were given, in official order."""
    rows = Opinion.objects.filter(reply__consultation=consultation, reply__state="given")
    return rows.select_related("reply__agency", "decided_by").order_by(
        "reply__agency__order", "reply__agency__code", "order", "pk"
    )


# --- how it is done --------------------------------------------------------------------------------------


def _begin(consultation, by, revision, state, what):
    check_consult(by)
    if consultation.revision != revision:
        raise Stale(consultation)
    if consultation.state != state:
        raise WrongState(f"现在的状态是“{consultation.get_state_display()}”，不能{what}。")


def _move(consultation, revision, changes):
    """Change it where nobody was first; returns the fresh one. Raises Stale."""
    own = Consultation.objects.filter(pk=consultation.pk, revision=revision, state=consultation.state)
    if not own.update(revision=F("revision") + 1, **changes):
        raise Stale(load(consultation.pk) or consultation)
    return load(consultation.pk)


def load(pk):
    """The consultation as it stands, with what its pages ask; None where it is gone."""
    rows = Consultation.objects.select_related("plan", "circular", "drafted_by", "sent_by", "closed_by")
    return rows.filter(pk=pk).first()


def _said(asking):
    """The fields of a draft. Raises Incomplete by field."""
    said = {
        "kind": asking.kind,
        "title": asking.title.strip(),
        "note": asking.note.strip(),
        "text": asking.text.strip(),
        "due_at": asking.due_at,
    }
    missing = {}
    if said["kind"] not in Kind.values:
        missing["kind"] = "请选择文稿类别。"
    if not said["title"]:
        missing["title"] = "请填写标题，例如“2027年度工作要点”。"
    elif len(said["title"]) > 120 or "\n" in said["title"]:
        missing["title"] = "标题请写成一行，最多 120 字。"
    for name, longest in (("note", LONGEST_NOTE), ("text", LONGEST_TEXT)):
        if len(said[name]) > longest:
            missing[name] = f"现有 {len(said[name]):,} 字，最多 {longest:,} 字；更长的文稿请作为文件上传。"
    if said["due_at"] is None:
        missing["due_at"] = "请填写反馈截止时间。"
    if missing:
        raise Incomplete(missing)
    return said


def tell_units(consultation, title, now, *, text="", only=None, hasty=False):
    """News to the reporters and approvers of the units asked (`only`: of these replies)."""
    replies = consultation.replies.all() if only is None else only
    people = reach.everyone_at(set(replies.values_list("agency", flat=True)), *BODY, now=now)
    reach.tell(
        f"consultation:{consultation.pk}:{consultation.revision}",
        people,
        title=title,
        text=text,
        url=consultation.get_absolute_url(),
        now=now,
        is_demo=consultation.is_demo,
        hasty=hasty,
    )
