"""定稿: a report with all its data, frozen as canonical JSON; every file of it is made from that again.

`data_of` is the one way from the rows of a report to that data: the preview and the frozen edition read the
same. Shape: {"report": {title, addressee, signer, number, body, signed_on (ISO or None), period,
period_label, plan, plan_title, kind}, "sections": [{heading, source, paragraphs: [{level, text, sources}]}],
"figures": SummaryReport.figures, "attachments": {tasks, targets, projects}, "charts": bool}.
"""

import json
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max

from agencies.audit import record
from assessment.editing import with_sections
from assessment.models import Edition, ReportSection, SummaryReport
from assessment.numbering import numbers_of, section_number
from assessment.permissions import check_edit_reports
from assessment.spans import Span
from progress.content import canonical, fingerprint, word_diff
from progress.workflow import Stale, WrongState

NOTE_LIMIT = 200
HEAD_LABELS = {
    "title": "标题",
    "addressee": "主送机关",
    "signer": "签发人",
    "number": "发文字号",
    "body": "落款单位",
    "signed_on": "成文日期",
}


# --- the data ----------------------------------------------------------------------------------------


def data_of(report):
    """The data of a report as it stands, ready for JSON; report: out of `editing.with_sections`."""
    outline, period = report.outline, report.period
    span = Span(outline.kind, period)
    said = {
        "report": {
            "title": report.title,
            "addressee": report.addressee,
            "opening": report.opening,
            "signer": report.signer,
            "number": report.number,
            "body": report.body,
            "signed_on": report.signed_on.isoformat() if report.signed_on else None,
            "period": span.code,
            "period_label": span.label,
            "plan": period.plan.code,
            "plan_title": period.plan.title,
            "kind": outline.kind,
        },
        "sections": [_section(each) for each in report.sections.all()],
        "figures": report.figures,
        "attachments": {
            "tasks": outline.attach_tasks,
            "targets": outline.attach_targets,
            "projects": outline.attach_projects,
        },
        "charts": outline.charts,
    }
    # As any database gives it back.
    return json.loads(canonical(said))


def _section(section):
    return {
        "heading": section.heading,
        "source": section.source,
        "paragraphs": [
            {"level": each.level, "text": each.text, "sources": each.sources}
            for each in section.paragraphs.all()
        ],
    }


def lines_of(section):
    """The paragraphs of a section of the data as they are read, each heading with its number."""
    paragraphs = section["paragraphs"]
    numbers = numbers_of([each["level"] for each in paragraphs])
    return [number + each["text"] for number, each in zip(numbers, paragraphs, strict=True)]


def plain_text(data):
    """The whole report as plain text: headings with their numbers, a line for each paragraph."""
    lines = []
    for place, section in enumerate(data["sections"], start=1):
        lines += [section_number(place) + section["heading"], *lines_of(section)]
    return "\n".join(lines)


# --- freezing ----------------------------------------------------------------------------------------


def freeze(report, *, note, confirmed, must, by, now, seen):
    """定稿: keep the report as it stands under the next number; returns the Edition.

    seen: the fingerprint of the data the person looked at; must: how many findings that should be mended
    remain (`checks`); with any of them `confirmed` and a reason in `note` are needed. Raises Denied, Stale
    (`current`: the report), WrongState, ValidationError.
    """
    check_edit_reports(by)
    note = note.strip()
    _check_note(note, confirmed, must)
    with transaction.atomic():
        # Held, so that what is read next is one state of the report and its sections.
        held = SummaryReport.objects.filter(pk=report.pk, state=SummaryReport.State.EDITING)
        if not held.update(revision=F("revision")):
            raise WrongState("报告还在汇编，或已作废，不能定稿。")
        ReportSection.objects.filter(report=report.pk).update(revision=F("revision"))
        fresh = with_sections(SummaryReport.objects.filter(pk=report.pk)).get()
        data = data_of(fresh)
        sha256 = fingerprint(data)
        if sha256 != seen:
            raise Stale(fresh)
        last = Edition.objects.filter(report=report.pk).order_by("-number").first()
        if last is not None and last.sha256 == sha256:
            raise ValidationError({"note": f"内容与第 {last.number} 稿完全相同，不必再定稿。"})
        edition = Edition.objects.create(
            report=fresh,
            number=(last.number if last else 0) + 1,
            data=data,
            sha256=sha256,
            note=note,
            frozen_at=now,
            frozen_by=by,
            is_demo=fresh.is_demo,
        )
        detail = {"稿次": edition.number, "校验值": sha256} | ({"未改的问题": must} if must else {})
        record("报告定稿", fresh, by=by, now=now, detail=detail)
    return edition


def _check_note(note, confirmed, must):
    wrong = {}
    if len(note) > NOTE_LIMIT:
        wrong["note"] = f"说明最多 {NOTE_LIMIT} 字，现在有 {len(note)} 字。"
    if must and not note:
        wrong["note"] = f"还有 {must} 个须改的问题没有处理；确需定稿的，请在说明里写明理由。"
    if must and not confirmed:
        wrong["confirmed"] = "请勾选确认，或先返回修改。"
    if wrong:
        raise ValidationError(wrong)


def next_number(report):
    """Which 稿 the next edition of a report would be, from 1."""
    return (report.editions.aggregate(last=Max("number"))["last"] or 0) + 1


def is_intact(edition):
    """Whether the data of an edition is the data it was frozen with: its fingerprint comes out the same."""
    return fingerprint(edition.data) == edition.sha256


# --- comparing ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SectionChange:
    """What became of one section: word is 新增, 删除, 修改 or 移动; lines: its paragraphs as `folded` gives
    them."""

    heading: str
    word: str
    lines: list = field(default_factory=list)


@dataclass(frozen=True)
class Comparison:
    """head: [(label, pieces)] of what stands over and under the text; sections: SectionChanges in the order
    of the newer data; figures: whether tables and charts rest on other data."""

    head: list
    sections: list
    figures: bool

    @property
    def is_same(self):
        return not (self.head or self.sections or self.figures)


def compare(old, new):
    """What changed from one report's data to another's, section by section. Sections are the same by their
    heading, else by what they are drawn from and the place they stand at."""
    head = [
        (label, word_diff(old["report"].get(name) or "", new["report"].get(name) or ""))
        for name, label in HEAD_LABELS.items()
        if (old["report"].get(name) or "") != (new["report"].get(name) or "")
    ]
    figures = any(old[name] != new[name] for name in ("figures", "attachments", "charts"))
    return Comparison(head, _sections_changed(old["sections"], new["sections"]), figures)


def _sections_changed(old, new):
    pairs = _pairs(old, new)
    kept = [pairs[place] for place in sorted(pairs)]
    changes = []
    for place, section in enumerate(new):
        if place not in pairs:
            changes.append(SectionChange(section["heading"], "新增", folded(word_diff("", _whole(section)))))
            continue
        told = _whole if old[pairs[place]]["heading"] != section["heading"] else _text
        before, after = told(old[pairs[place]]), told(section)
        if before != after:
            changes.append(SectionChange(section["heading"], "修改", folded(word_diff(before, after))))
        elif kept.index(pairs[place]) != sorted(kept).index(pairs[place]):
            changes.append(SectionChange(section["heading"], "移动"))
    gone = [each for place, each in enumerate(old) if place not in pairs.values()]
    return changes + [
        SectionChange(each["heading"], "删除", folded(word_diff(_whole(each), ""))) for each in gone
    ]


def folded(pieces):
    """The lines of a marked text that changed, [([(kind, text)], 0)]; a run of others is ([], how many)."""
    lines = [[]]
    for kind, text in pieces:
        first, *others = text.split("\n")
        lines[-1].append((kind, first))
        lines += [[(kind, other)] for other in others]
    shown = []
    for line in lines:
        said = [(kind, text) for kind, text in line if text]
        if any(kind != "same" for kind, _ in said):
            shown.append((said, 0))
        elif said:
            before = shown.pop()[1] if shown and shown[-1][1] else 0
            shown.append(([], before + 1))
    return shown


def _pairs(old, new):
    """{place in the new data: place in the old data} of the sections that are the same."""
    left, pairs = dict(enumerate(old)), {}
    for alike in (
        lambda a, b, here, there: a["heading"] == b["heading"],
        lambda a, b, here, there: here == there and a["source"] == b["source"],
    ):
        for here, section in enumerate(new):
            if here in pairs:
                continue
            there = next((at for at, each in left.items() if alike(each, section, here, at)), None)
            if there is not None:
                pairs[here] = there
                del left[there]
    return pairs


def _text(section):
    return "\n".join(lines_of(section))


def _whole(section):
    return f"{section['heading']}\n{_text(section)}"
