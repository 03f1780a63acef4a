"""采用: words of others put into one's own return of a task, with where they came from.

A lead may take over what it asked its supporters for; the first of several leads also what the others have
reported, unless each answers for itself; and whoever leads a task, what units say of it in their summaries.
Only words that have left their body, from the version now standing, are on offer.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from agencies import audit
from agencies.permissions import Denied
from progress import content, drafts, permissions, units, workflow
from progress.models import ContributionRequest, ProgressReport, ReportVersion, TakenOver, TaskReturn
from progress.workflow import WrongState

State = ProgressReport.State

# What may receive words of others.
FIELDS = ("progress", "consolidated", "experience", "problem")
# The parts of a contribution that are offered, and where each belongs.
PARTS = {"progress": "progress", "experience": "experience", "problem": "problem"}
STANDING = (State.UNDER_REVIEW, State.ACCEPTED)
NOTED = "noted"
GONE = "这段材料刚刚撤回、退回或有了新的版本，没有采用；请看过最新内容后再采用。"


@dataclass(frozen=True)
class Words:
    """A passage on offer. key: names it, its version included; into: the field where it belongs, "" where it
    can only be noted; taken: labels of the fields it was taken into already."""

    key: str
    label: str
    text: str
    into: str
    taken: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Offer:
    """What one body offers: its report, the version, the passages; request: where it was asked for.

    `words` is empty where nothing has left yet.
    """

    source: ProgressReport
    version: int
    words: list[Words]
    request: ContributionRequest | None = None

    @property
    def waits(self) -> bool:
        """Whether the lead has yet to accept it or send it back."""
        return self.request is not None and self.source.state == State.UNDER_REVIEW

    @property
    def key(self) -> str:
        """Names this version of what the body gave, as `Words.key` names a part of it."""
        return f"{self.source.pk}-{self.version}-{NOTED}"


# --- what is on offer --------------------------------------------------------------------------


@dataclass(frozen=True)
class Offers:
    """Everything on offer to a lead's report."""

    supporters: list[Offer] = field(default_factory=list)
    fellows: list[Offer] = field(default_factory=list)
    units: list[Offer] = field(default_factory=list)

    @property
    def given(self) -> list[Offer]:
        """What supporters have given and stands."""
        return [offer for offer in self.supporters if offer.words]

    @property
    def owing(self) -> list[Offer]:
        """Supporters that were asked and have given nothing, or nothing that stands."""
        return [offer for offer in self.supporters if not offer.words]

    @property
    def waiting(self) -> list[Offer]:
        """What this lead has yet to accept or send back."""
        return [offer for offer in self.supporters if offer.waits]

    def find(self, key):
        """(offer, words) by the key of words that may be taken over or of an offer that may be noted; words
        is None for the latter. Raises WrongState where it is gone or was never on offer."""
        for offer in (*self.supporters, *self.fellows, *self.units):
            if offer.waits and offer.key == key:
                return offer, None
            for words in offer.words:
                if words.key == key and words.into:
                    return offer, words
        raise WrongState(GONE)


def offers_to(report, requests, leads, *, told):
    """What is on offer to a lead's report: of the supporters asked, those who have not answered included; of
    the other leads, to the first one, which writes the task's text, unless each answers for itself; of units.

    requests: its open requests (`contributions.open_requests`); leads: the task's lead reports of the
    period, first one first; told: whether any unit's summary has left. One query,
    none where there is nothing to read.
    """
    others = _fellows(report, leads)
    asked = [request.contribution for request in requests]
    said, paragraphs = _said(report, [*asked, *others], told)
    taken = list(report.taken_over.all())
    fellows = [_offer(each, said.get(each.pk), _of_fellow, taken) for each in others]
    return Offers(
        supporters=[
            _offer(request.contribution, said.get(request.contribution_id), _of_task, taken, request)
            for request in requests
        ],
        fellows=[offer for offer in fellows if offer.words],
        units=_of_units(paragraphs, taken),
    )


def writes_task_text(report, leads):
    """Whether this report also writes the task's text: the first of several leads that answer together."""
    return len(leads) > 1 and not report.task.separate_leads and leads[0].pk == report.pk


def _fellows(report, leads):
    return [each for each in leads[1:] if each.has_left] if writes_task_text(report, leads) else []


def _of_units(paragraphs, taken):
    """Offers of units that have linked a paragraph of their summary to the task."""
    offers = []
    for source, version, text in paragraphs:
        if source.state not in STANDING:
            continue
        label = content.label_of("progress")
        words = Words(
            f"{source.pk}-{version}-paragraph", label, text, "progress", _fields(taken, source, version, text)
        )
        offers.append(Offer(source, version, [words]))
    return offers


def _said(report, reports, told):
    """({report id: its last version} of `reports`, what units offer to the task); one query for both."""
    standing = [each.pk for each in reports if stands(each)]
    if not standing and not told:
        return {}, []
    summaries = units.left_for(report.period)
    rows = (
        ReportVersion.objects.newest()
        .filter(Q(report__in=standing) | Q(report__in=summaries))
        .select_related("report__agency", "report__period__plan")
        .order_by("report__agency__order", "report__agency__code")
    )
    last = {version.report_id: version for version in rows}
    of_units = [each for each in last.values() if each.report.kind == ProgressReport.Kind.UNIT]
    return last, units.offered_in(of_units, report.task)


def stands(report):
    """Whether what a report said has left its body and was neither taken back nor sent back."""
    return report.has_left and report.state in STANDING


def _offer(source, version, parts_of, taken, request=None):
    if version is None:
        return Offer(source, 0, [], request)
    words = [
        Words(
            f"{source.pk}-{version.number}-{part}",
            label,
            text,
            into,
            _fields(taken, source, version.number, text),
        )
        for part, label, text, into in parts_of(version.content)
        if text.strip()
    ]
    return Offer(source, version.number, words, request)


def _of_task(said):
    """[(part, label, text, where it belongs)] of a contribution."""
    if said.get("nature") == TaskReturn.Nature.NO_CHANGE:
        return [("no_change_reason", "无可提供", said.get("no_change_reason") or "", "")]
    labels = {part: content.label_of(part) for part in PARTS} | {"progress": "提供的材料"}
    return [(part, labels[part], said.get(part) or "", into) for part, into in PARTS.items()]


def _of_fellow(said):
    if said.get("nature") == TaskReturn.Nature.NO_CHANGE:
        reason = said.get("no_change_reason") or ""
        return [("no_change_reason", "确认无变化", reason, "consolidated")]
    return [(part, content.label_of(part), said.get(part) or "", _into(part)) for part in PARTS]


def _into(part):
    return "consolidated" if part == "progress" else part


def _fields(taken, source, version, text):
    """Labels of the fields these very words were taken into."""
    return [
        content.label_of(row.field)
        for row in taken
        if row.source_id == source.pk and row.version == version and row.text == text.strip()
    ]


# --- taking ------------------------------------------------------------------------------------


def check_take(user, report, now):
    """Taking words over is writing into one's own return of the task."""
    if report.is_contribution or report.kind != ProgressReport.Kind.TASK:
        raise Denied("只有牵头单位的填报可以采用其他单位的材料。")
    permissions.check_edit(user, report, now)


@transaction.atomic
def take(report, offers, key, *, into, by, now, revision):
    """采用: put words on offer below what stands in a field of one's own draft, naming who gave them; or only
    note what was given (采用备查). A contribution that waits is accepted at the same time.

    offers: the Offers to `report`; key: of the words, or of the offer to note; into: one of FIELDS. Returns
    (the fresh report, what was done in a sentence). Raises Denied, Stale, WrongState, and ValidationError by
    field; then nothing has changed.
    """
    check_take(by, report, now)
    offer, words = offers.find(key)
    if words is None:
        adopt(offer.request, by=by, now=now, revision=offer.source.revision)
        return report, f"已采用{offer.source.agency.name}的材料备查。"
    if into not in FIELDS:
        raise ValidationError({"into": "请选择要采用到哪一栏。"})
    before, text, label = getattr(report.task_return, into), words.text.strip(), content.label_of(into)
    if label in words.taken and text in before:
        raise ValidationError({into: f"这段文字已经采用到“{label}”，没有重复写入。"})
    if offer.waits:
        adopt(offer.request, by=by, now=now, revision=offer.source.revision)
    named = f"{text}（{offer.source.agency.name}提供）"
    changes = {into: "\n".join(filter(None, [before.rstrip(), named]))}
    if into == "progress":
        changes["nature"] = TaskReturn.Nature.PROGRESS
    fresh = drafts.save(report, changes, by=by, now=now, revision=revision)
    _remember(fresh, offer, text, into, by, now)
    return content.load(fresh.pk), f"已采用到“{label}”，并注明由{offer.source.agency.name}提供。"


def _remember(report, offer, text, into, by, now):
    TakenOver.objects.create(
        report=report,
        field=into,
        source=offer.source,
        version=offer.version,
        text=text,
        at=now,
        by=by,
        is_demo=report.is_demo or by.is_demo or offer.source.is_demo,
    )
    detail = {
        "来源": offer.source.agency.name,
        "栏目": content.label_of(into),
        "版本": offer.version,
    }
    audit.record("采用材料", report, by=by, now=now, detail=detail)


def adopt(request, *, by, now, revision):
    """采用备查: accept what was asked for without taking words over. Raises as `workflow.accept`."""
    report = content.heading(request.contribution_id)
    return workflow.accept(report, by=by, now=now, revision=revision)


def fields_for(report, leads):
    """[(field, label)] that may receive words: the task's own text only where this report writes it."""
    names = FIELDS if writes_task_text(report, leads) else [name for name in FIELDS if name != "consolidated"]
    return [(name, content.label_of(name)) for name in names]


# --- where words came from ---------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """A line under a return: who gave words to which field, and whether they still stand there unchanged.

    text: empty where they do not and the reader may not have them (`units.readable_part`).
    """

    agency: str
    label: str
    text: str
    report: int
    version: int
    unchanged: bool


def sources_of(said):
    """The sources a snapshot of a return lists, [Source]; none in old versions, which lack the key."""
    return [
        Source(
            row["agency"],
            content.label_of(row["field"]),
            row["text"],
            row["report"],
            row["version"],
            row["text"] != "" and row["text"] in (said.get(row["field"]) or ""),
        )
        for row in said.get("sources") or ()
    ]
