"""通报 of a period: 拟办 → 审核 by another person → 签发 with the scanned signature, or 撤销.

Practice, section 2 (Ladder, Who may be ordered). The figures are those of `circular_figures` at `taken_at`;
they may be taken anew while the paper is being drafted, and are frozen from the moment it goes to be checked.
Code and tests read `TRANSITIONS`. Every verb takes the circular, `by=` (User), `now=` (aware datetime) and
`revision=` (the revision the caller last saw), runs in one transaction with its audit row, and returns the
fresh circular. They raise, in this order: Denied (403), Stale (412), WrongState (409), Incomplete (400; by
field), and Refused for a scan that cannot be taken (400).
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agencies import audit, reach
from agencies.models import Agency, Role
from agencies.permissions import why_not
from progress.models import ReportingPeriod
from progress.workflow import Action, Incomplete, Stale, WrongState
from supervision import circular_words, files, permissions
from supervision.circular_figures import gather, rows_of
from supervision.models import Circular, SupervisionFile

State = Circular.State
LONGEST_OPENING = 3000
LONGEST_CLOSING = 3000
LONGEST_REASON = 500
UNDER_WAY = (State.DRAFT, State.CHECKING, State.SIGNING)

# (verb, from, to)
TRANSITIONS = (
    ("edit", State.DRAFT, State.DRAFT),
    ("take_anew", State.DRAFT, State.DRAFT),
    ("send_to_check", State.DRAFT, State.CHECKING),
    ("check", State.CHECKING, State.SIGNING),
    ("back_to_draft", State.CHECKING, State.DRAFT),
    ("back_to_draft", State.SIGNING, State.DRAFT),
    ("issue", State.SIGNING, State.ISSUED),
    *(("cancel", state, State.CANCELLED) for state in UNDER_WAY),
)
TARGETS = {(verb, source): target for verb, source, target in TRANSITIONS}
LABELS = {
    "edit": "修改通报",
    "take_anew": "重新取数",
    "send_to_check": "提交审核",
    "check": "审核通过",
    "issue": "登记签发",
    "back_to_draft": "退回拟办",
    "cancel": "撤销通报",
}
NEEDS_REASON = frozenset({"back_to_draft", "cancel"})
NEEDS_PAGE = frozenset({"edit", "issue"})


@dataclass(frozen=True)
class Signature:
    """What is to be known of a signed paper: its number, who signed it as what and when."""

    document_number: str
    signer: str
    signer_title: str
    signed_on: object


# --- drafting ------------------------------------------------------------------------------------------


@transaction.atomic
def take(period, *, by, now):
    """拟办 the circular of a period from its figures at `now`. One at a time. Raises Denied, WrongState."""
    permissions.check_keep_circulars(by)
    # Held, so that of two clicks at once the second finds the first one's.
    ReportingPeriod.objects.filter(pk=period.pk).update(code=F("code"))
    refused = why_not_take(period)
    if refused:
        raise WrongState(refused)
    data = gather(period, now)
    circular = Circular.objects.create(
        period=period,
        title=circular_words.default_title(period),
        opening=circular_words.default_opening(period, data, now),
        closing=circular_words.default_closing(data),
        data=data,
        taken_at=now,
        drafted_at=now,
        drafted_by=by,
        is_demo=period.is_demo or by.is_demo,
    )
    audit.record("拟办通报", circular, by=by, now=now)
    return circular


def why_not_take(period):
    """Why no circular of a period can be drafted now, or "" where one can. One query."""
    if not period.is_open:
        return f"{period.label}还没有开放填报，没有可以通报的情况。"
    if Circular.objects.filter(period=period, state__in=UNDER_WAY).exists():
        return "本期已有一份通报在办理中，请先办结或撤销它。"
    return ""


@transaction.atomic
def edit(circular, *, title, opening, closing, by, now, revision):
    """Change the title and the text before and after the figures. Who wrote last counts as its drafter, so
    that somebody else checks it."""
    begin("edit", circular, by, revision)
    said = {"title": title.strip(), "opening": opening.strip(), "closing": closing.strip()}
    missing = _missing_words(said)
    if missing:
        raise Incomplete(missing)
    return _move("edit", circular, by, now, revision, said | {"drafted_by": by})


@transaction.atomic
def take_anew(circular, *, by, now, revision):
    """重新取数: the figures as they stand now. A text nobody has changed follows them."""
    begin("take_anew", circular, by, revision)
    period, data = circular.period, gather(circular.period, now)
    changes = {"data": data, "taken_at": now}
    if circular.opening == circular_words.default_opening(period, circular.data, circular.taken_at):
        changes["opening"] = circular_words.default_opening(period, data, now)
    if circular.closing == circular_words.default_closing(circular.data):
        changes["closing"] = circular_words.default_closing(data)
    return _move("take_anew", circular, by, now, revision, changes)


def text_is_older(circular):
    """Whether the opening was written by hand for figures that were taken anew since: it may name others."""
    figures = circular_words.as_of(circular.taken_at)
    return circular.state == State.DRAFT and figures not in circular.opening


# --- checking and signing ------------------------------------------------------------------------------


@transaction.atomic
def send_to_check(circular, *, by, now, revision):
    """拟办 → 待审核: from now on the figures stay as they are."""
    begin("send_to_check", circular, by, revision)
    said = {name: getattr(circular, name) for name in ("title", "opening", "closing")}
    missing = _missing_words(said)
    if missing:
        raise Incomplete(missing)
    circular = _move("send_to_check", circular, by, now, revision)
    people = reach.office_people(now=now) - {circular.drafted_by_id}
    _tell(circular, people, f"通报待审核：{circular.title}", by, now)
    return circular


@transaction.atomic
def check(circular, *, by, now, revision):
    """审核通过 by another person than wrote it: it goes to be signed."""
    begin("check", circular, by, revision)
    circular = _move("check", circular, by, now, revision, {"checked_at": now, "checked_by": by})
    _tell(circular, {circular.drafted_by_id}, f"通报已审核，待签发：{circular.title}", by, now)
    return circular


@transaction.atomic
def back_to_draft(circular, *, reason, by, now, revision):
    """Return it to be drafted, with a reason. What was checked is checked again."""
    begin("back_to_draft", circular, by, revision)
    reason = _reason(reason, "请写明退回的原因。")
    unchecked = {"checked_at": None, "checked_by": None}
    circular = _move("back_to_draft", circular, by, now, revision, unchecked, reason)
    _tell(circular, {circular.drafted_by_id}, f"通报被退回修改：{circular.title}", by, now, reason)
    return circular


def issue(circular, *, signature, scan, by, now, revision):
    """登记签发: number, signer and day, with the scan of the signed paper; the bodies named in it are told.

    signature: a Signature; scan: the uploaded PDF, JPG or PNG.
    """
    begin("issue", circular, by, revision)
    said = _signed(circular, signature, scan, now)
    with files.kept("circular", circular, scan, kind=SupervisionFile.Kind.SCAN, by=by, now=now):
        issued = said | {"issued_at": now, "issued_by": by}
        circular = _move("issue", circular, by, now, revision, issued)
        _tell_the_named(circular, now)
    return circular


@transaction.atomic
def cancel(circular, *, reason, by, now, revision):
    """撤销 before it was signed, with a reason."""
    begin("cancel", circular, by, revision)
    reason = _reason(reason, "请写明撤销的原因。")
    circular = _move("cancel", circular, by, now, revision, reason=reason)
    _tell(circular, {circular.drafted_by_id}, f"通报已撤销：{circular.title}", by, now, reason)
    return circular


# --- what can be done with it --------------------------------------------------------------------------


def actions(circular, user):
    """The buttons of the office on a circular, in the order of LABELS; nobody else has any."""
    if not user.has_role(Role.OFFICE):
        return []
    found = []
    for verb, label in LABELS.items():
        if (verb, circular.state) in TARGETS:
            reason = why_not(permissions.check_circular, user, circular, verb)
            found.append(Action(verb, label, not reason, reason, verb in NEEDS_REASON, verb in NEEDS_PAGE))
    return found


def begin(verb, circular, by, revision):
    """Whether a verb may be done now. Raises Denied, Stale, WrongState."""
    permissions.check_circular(by, circular, verb)
    if circular.revision != revision:
        raise Stale(circular)
    if (verb, circular.state) not in TARGETS:
        raise WrongState(f"这份通报的状态是“{circular.get_state_display()}”，不能{LABELS[verb]}。")


def _move(verb, circular, by, now, revision, changes=None, reason=""):
    """Take the arrow where nobody was first; returns the fresh circular. Raises Stale."""
    source = circular.state
    target = TARGETS[verb, source]
    own = Circular.objects.filter(pk=circular.pk, revision=revision, state=source)
    if not own.update(revision=F("revision") + 1, state=target, **(changes or {})):
        raise Stale(load(circular.pk))
    fresh = load(circular.pk)
    detail = {} if source == target else {"from": State(source).label, "to": State(target).label}
    detail |= {"reason": reason} if reason else {}
    audit.record(LABELS[verb], fresh, by=by, now=now, detail=detail)
    return fresh


def load(pk):
    """The circular as it stands, with what its rules and pages ask."""
    rows = Circular.objects.select_related("period__plan", "drafted_by", "checked_by", "issued_by")
    return rows.get(pk=pk)


def _missing_words(said):
    missing = {}
    if not said["title"]:
        missing["title"] = "请填写标题。"
    elif len(said["title"]) > 120 or "\n" in said["title"]:
        missing["title"] = "标题请写成一行，最多 120 字。"
    if not said["opening"]:
        missing["opening"] = "请填写开头：通报什么、数据截至何时。"
    for name, longest in (("opening", LONGEST_OPENING), ("closing", LONGEST_CLOSING)):
        if len(said[name]) > longest:
            missing[name] = f"现有 {len(said[name]):,} 字，最多 {longest:,} 字，请精简。"
    return missing


def _reason(reason, sentence):
    reason = (reason or "").strip()
    if not reason:
        raise Incomplete({"reason": sentence})
    if len(reason) > LONGEST_REASON:
        raise Incomplete({"reason": f"现有 {len(reason)} 字，最多 {LONGEST_REASON} 字，请精简。"})
    return reason


def _signed(circular, signature, scan, now):
    """The fields of a signature, trimmed. Raises Incomplete by field."""
    said = {name: getattr(signature, name).strip() for name in ("document_number", "signer", "signer_title")}
    missing, today = {}, timezone.localdate(now)
    if not said["document_number"]:
        missing["document_number"] = "请填写文号，例如“宿长三角办〔2026〕3号”。"
    elif Circular.objects.filter(document_number=said["document_number"]).exclude(pk=circular.pk).exists():
        missing["document_number"] = f"“{said['document_number']}”已用于另一份通报，请核对文号。"
    if not said["signer"]:
        missing["signer"] = "请填写签发人姓名。"
    if signature.signed_on is None:
        missing["signed_on"] = "请填写签发日期。"
    elif signature.signed_on > today:
        missing["signed_on"] = "签发日期不能晚于今天。"
    elif signature.signed_on < timezone.localdate(circular.taken_at):
        missing["signed_on"] = "签发日期不能早于取数日期，请核对。"
    if scan is None:
        missing["scan"] = "请上传签发件扫描件。"
    if missing:
        raise Incomplete(missing)
    return said | {"signed_on": signature.signed_on}


# --- telling -------------------------------------------------------------------------------------------


def _tell(circular, people, title, by, now, text=""):
    key = f"circular:{circular.pk}:{circular.revision}"
    people = set(people) - {by.pk}
    url = circular.get_absolute_url()
    reach.tell(key, people, title=title, text=text, url=url, now=now, is_demo=circular.is_demo)


def _tell_the_named(circular, now):
    """Each body named hears what is said of it: its reporters and approvers, never a leader."""
    named = {row["code"]: row for row in rows_of(circular.data) if row["listed"]}
    bodies = Agency.objects.filter(code__in=named)
    people = reach.people_at([each.pk for each in bodies], Role.REPORTER, Role.APPROVER, now=now)
    for agency in bodies:
        reach.tell(
            f"circular:{circular.pk}:issued:{agency.code}",
            people[agency.pk],
            title=f"通报已印发，{agency.name}在列：{circular.title}",
            text=circular_words.own_words(named[agency.code]),
            url=circular.get_absolute_url(),
            now=now,
            is_demo=circular.is_demo,
        )
