"""请示: a request upwards, one matter each, drafted by hand or from a request found in a return or a report.

Practice, section 4: a report never carries a request. Every verb takes `by=` and `now=`, runs in one
transaction with its audit row, and raises, in this order: Denied, Stale (`current`: the petition as it
stands), WrongState, Incomplete (by field).
"""

import re
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agencies.audit import record
from agencies.writing import quoted
from assessment.models import Petition, ReportParagraph, SummaryReport
from assessment.permissions import check_keep_petitions
from progress import figures
from progress.figures.problems import ProblemRow
from progress.models import ProgressReport, ReportVersion
from progress.workflow import Incomplete, Stale, WrongState
from tasks.models import Plan

State = Petition.State
TITLE_LIMIT, ADDRESSEE_LIMIT, TEXT_LIMIT, BODY_LIMIT, CONTACT_LIMIT = 160, 120, 6000, 80, 80
NUMBER_LIMIT, SIGNER_LIMIT, REASON_LIMIT = 60, 40, 300
TEXTS = ("title", "addressee", "text", "body", "contact")
TITLE = re.compile(r"关于.+的请示")
SEVERAL_BODIES = re.compile(r"[、，,；;\n]")
# What begins one of several matters: 1. （1） （一） 一是 ①, at the start or behind the end of a sentence.
ITEM = re.compile(
    r"(?:^|(?<=[。；;：:\n]))\s*(?:\d{1,2}[.．、](?!\d)|（\d{1,2}）|（[一二三四五六七八九十]+）|[一二三四五六七八九]是|[①-⑩])"
)
ASKS = re.compile(r"恳请|请求|提请|请予|敬请|(?<![申邀聘提恳敬])请(?!示|批示|批复|审示|审定)")
CLOSING = re.compile(r"请[^。，]{0,6}(批示|批复|审示|审定|示下|批准)[。！]?\s*$")
FURTHER = re.compile(r"另外|此外|同时[，,]?请|另[，,]?请|一并请")


# --- requests found in returns -----------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """One matter of a request a body made in an accepted return. number: which matter of that request;
    version: the version of the return it stands in; key: names it in an address."""

    row: ProblemRow
    number: int
    text: str
    version: int | None

    @property
    def key(self):
        return f"{self.row.report.pk}-{self.number}"

    @property
    def source(self):
        """As ReportParagraph.sources has it, and which matter of the request it is."""
        report = self.row.report
        return {
            "task": self.row.number,
            "agency": report.agency.code,
            "agency_name": report.agency.name,
            "period": report.period.code,
            "version": self.version,
            "report": report.pk,
            "matter": self.number,
        }


def found_requests(plan, period, user, now):
    """Requests of a period's accepted returns of which no 请示 was made yet: [Found], each matter apart.

    Sensitive tasks are left out: what they need does not go through this system. Three queries.
    """
    rows = [row for row in figures.problems(plan, period, user, now) if row.request]
    rows = [row for row in rows if not (row.task and row.task.is_sensitive)]
    of_these = ReportVersion.objects.filter(report__in=[row.report.pk for row in rows]).newest()
    versions = dict(of_these.values_list("report", "number"))
    made = _made(plan)
    return [
        Found(row, number, text, versions.get(row.report.pk))
        for row in rows
        for number, text in enumerate(matters_of(row.request), start=1)
        if (row.report.pk, number) not in made
    ]


def _made(plan):
    """{(report, matter)} that stand in a 请示 which was not given up."""
    alive = Petition.objects.filter(plan=plan).exclude(state=State.CANCELLED)
    return {
        (source.get("report"), source.get("matter"))
        for sources in alive.values_list("sources", flat=True)
        for source in sources
    }


def matters_of(text):
    """The matters of a request: its numbered items, else its lines, else all of it."""
    starts = [match.start() for match in ITEM.finditer(text)]
    if len(starts) > 1:
        pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
        pieces = [ITEM.sub("", piece.strip(), count=1) for piece in pieces]
    else:
        pieces = text.splitlines()
    return [piece.strip(" 　\n；;") for piece in pieces if piece.strip(" 　\n；;。")] or [text.strip()]


def doubts(text):
    """Sentences for a text that seems to hold more than one matter; [] for one that does not. They warn and
    refuse nothing: what one matter is, people decide."""
    found = []
    items = len(ITEM.findall(text))
    if items > 1:
        found.append(f"文中分列了 {items} 个事项；请示应当一文一事，不同的事项请分别行文。")
    asking = [each for each in re.split(r"[。；;\n]", text) if ASKS.search(each)]
    if items <= 1 and len(asking) > 1:
        found.append(f"文中有 {len(asking)} 处提出请求，请核对是不是同一件事。")
    further = FURTHER.search(text)
    if further:
        found.append(f"文中有“{further.group(0)}”，后面可能是另一件事，请核对。")
    return found


# --- where a draft comes from ------------------------------------------------------------------------


@dataclass(frozen=True)
class Origin:
    """What a 请示 is drafted from: its sources, the report it was found in, and the first wording."""

    sources: list = field(default_factory=list)
    report: SummaryReport | None = None
    said: dict = field(default_factory=dict)
    is_demo: bool = False


def from_found(plan, key, user, now):
    """The Origin of a found request (`Found.key`), or None where there is none any more."""
    report, _, _ = key.partition("-")
    known = ProgressReport.objects.visible_to(user).filter(period__plan=plan, state="accepted")
    returned = known.select_related("period__plan").filter(pk=report).first() if _is_key(report) else None
    if returned is None:
        return None
    found = {each.key: each for each in found_requests(plan, returned.period, user, now)}.get(key)
    if found is None:
        return None
    return Origin([found.source], None, _worded(found), found.row.report.is_demo)


def from_paragraph(plan, pk, user):
    """The Origin of a paragraph of one of the office's reports, or None."""
    reports = SummaryReport.objects.visible_to(user).filter(period__plan=plan)
    rows = ReportParagraph.objects.filter(section__report__in=reports).select_related("section__report")
    paragraph = rows.filter(pk=pk).first() if _is_key(pk) else None
    if paragraph is None:
        return None
    report = paragraph.section.report
    addressee = report.addressee if not SEVERAL_BODIES.search(report.addressee) else ""
    said = {"text": paragraph.text, "addressee": addressee, "body": report.body}
    return Origin(paragraph.sources, report, said, report.is_demo)


def _is_key(text):
    return str(text).isascii() and str(text).isdecimal() and len(str(text)) <= 9


def _worded(found):
    row = found.row
    about = f"第{row.number}项任务{quoted(row.title)}" if row.number else "本单位承担的任务"
    lines = [f"{row.agency.name}在推进{about}中，有关事项需要协调解决。"]
    if row.problem:
        lines.append(_ended(row.problem))
    lines.append(_ended(found.text))
    about = row.title if row.number else f"{row.agency.name}有关事项"
    return {"title": f"关于{about[: TITLE_LIMIT - 20]}有关事项的请示"[:TITLE_LIMIT], "text": "\n".join(lines)}


def _ended(text):
    text = text.strip().rstrip("；;，,")
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


# --- drafting and changing ---------------------------------------------------------------------------


def draft(plan, said, *, by, now, origin=None):
    """拟稿 and return the Petition. said: {name of TEXTS: text}; origin: an Origin, None by hand.

    Sent once more while it is a draft of the very same words, it is that draft.

    Raises Denied, WrongState (another 请示 was made of the same request meanwhile), Incomplete.
    """
    check_keep_petitions(by)
    said, origin = _checked(said), origin or Origin()
    with transaction.atomic():
        # Held, so that of two clicks at once the second finds the first one's.
        Plan.objects.filter(pk=plan.pk).update(code=F("code"))
        wanted = {(each.get("report"), each["matter"]) for each in origin.sources if each.get("matter")}
        if wanted & _made(plan):
            raise WrongState("这一事项刚由他人拟成请示，没有重复拟稿；请在请示列表中查看。")
        same = Petition.objects.filter(plan=plan, state=State.DRAFT, drafted_by=by, **said).first()
        if same is not None and same.sources == origin.sources:
            return same
        petition = Petition.objects.create(
            plan=plan,
            report=origin.report,
            sources=origin.sources,
            **said,
            drafted_at=now,
            drafted_by=by,
            is_demo=origin.is_demo or by.is_demo,
        )
        record("拟请示", petition, by=by, now=now)
    return petition


def edit(petition, said, *, by, now, revision):
    """Change the text while it is a draft. Returns the fresh petition."""
    check_keep_petitions(by)
    _check_is(petition, State.DRAFT, revision, "修改")
    said = _checked(said)
    with transaction.atomic():
        fresh = _move(petition, revision, **said)
        record("修改请示", fresh, by=by, now=now)
    return fresh


@dataclass(frozen=True)
class Signature:
    """What is to be known of a signed 请示."""

    number: str
    signer: str
    signed_on: date | None


def sign(petition, signature, *, by, now, revision):
    """登记签发: its number, who signed and when; leaders can read it from then on. Returns the fresh one."""
    check_keep_petitions(by)
    _check_is(petition, State.DRAFT, revision, "登记签发")
    with transaction.atomic():
        # Held, so that of two signed at once the second finds the first one's number.
        list(Plan.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
        said = _signed(petition, signature, now)
        fresh = _move(petition, revision, state=State.SIGNED, closed_at=now, closed_by=by, **said)
        detail = {"发文字号": fresh.number, "签发人": fresh.signer, "签发日期": fresh.signed_on.isoformat()}
        record("请示登记签发", fresh, by=by, now=now, detail=detail)
    return fresh


def cancel(petition, reason, *, by, now, revision):
    """作废 with a reason, kept in the trail; its request can be drafted anew. Returns the fresh petition."""
    check_keep_petitions(by)
    _check_is(petition, (State.DRAFT, State.SIGNED), revision, "作废")
    reason = reason.strip()
    if not reason:
        raise Incomplete({"reason": "请写明作废的原因。"})
    closed = {} if petition.closed_at else {"closed_at": now, "closed_by": by}
    with transaction.atomic():
        fresh = _move(petition, revision, state=State.CANCELLED, **closed)
        record("作废请示", fresh, by=by, now=now, detail={"原因": reason})
    return fresh


def load(pk):
    """The petition as it stands, with what its page asks."""
    return Petition.objects.select_related("plan", "report__period__plan", "drafted_by", "closed_by").get(
        pk=pk
    )


def _check_is(petition, states, revision, what):
    if petition.revision != revision:
        raise Stale(petition)
    if petition.state not in (states if isinstance(states, tuple) else (states,)):
        raise WrongState(f"这份请示的状态是“{petition.get_state_display()}”，不能{what}。")


def _move(petition, revision, **changes):
    """Change it where nobody was first; returns the fresh petition. Raises Stale."""
    own = Petition.objects.filter(pk=petition.pk, revision=revision, state=petition.state)
    if not own.update(revision=F("revision") + 1, **changes):
        raise Stale(load(petition.pk))
    return load(petition.pk)


def _checked(said):
    """The texts, trimmed. Raises Incomplete by field."""
    said = {name: said.get(name, "").strip() for name in TEXTS}
    missing = {}
    if not TITLE.fullmatch(said["title"]):
        missing["title"] = "标题请写成“关于……的请示”。"
    if not said["addressee"]:
        missing["addressee"] = "请填写主送机关。"
    elif SEVERAL_BODIES.search(said["addressee"]):
        missing["addressee"] = "请示只主送一个机关；需要其他机关知道的，用抄送，不并列主送。"
    if not said["text"]:
        missing["text"] = "请写明请示的事项。"
    if not said["body"]:
        missing["body"] = "请填写落款单位。"
    if missing:
        raise Incomplete(missing)
    return said


def _signed(petition, signature, now):
    said = {"number": signature.number.strip(), "signer": signature.signer.strip()}
    missing = {}
    same = (
        Petition.objects.filter(number=said["number"]).exclude(pk=petition.pk).exclude(state=State.CANCELLED)
    )
    if not said["number"]:
        missing["number"] = "请填写发文字号，例如“宿长三角办〔2026〕3号”。"
    elif same.exists():
        missing["number"] = f"“{said['number']}”已用于另一份请示，请核对发文字号。"
    if not said["signer"]:
        missing["signer"] = "请填写签发人姓名。"
    if signature.signed_on is None:
        missing["signed_on"] = "请填写签发日期。"
    elif signature.signed_on > timezone.localdate(now):
        missing["signed_on"] = "签发日期不能晚于今天。"
    if missing:
        raise Incomplete(missing)
    return said | {"signed_on": signature.signed_on}
