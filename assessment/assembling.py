"""汇编: a report of the office is gathered part by part by a job, and is there only once it is whole.

“Gathering” is this, of texts and figures for a report, and nothing else; the facts a score is made of are
read by `year_facts`.

The GatheringRun is the job; a message merely wakes a worker. A run is taken by a conditional update that
expires (`CLAIM`); whoever holds it renews it with every part, and whoever lost it stops without a trace. Each
part is kept in a transaction of its own, so a run that was cut off goes on where it was; it reads what had
been accepted by its `as_of`, so it comes to the same. The whole is written in one transaction. Three
attempts that get no further park it with its reason; getting further forgives those before.
"""

import logging
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from agencies.audit import record
from agencies.writing import printable
from assessment import outlines, report_figures, sections
from assessment.editing import load_report
from assessment.material import Material
from assessment.models import (
    GatheredPart,
    GatheringRun,
    OutlineSection,
    ReportParagraph,
    ReportSection,
    SummaryReport,
)
from assessment.permissions import check_edit_reports
from assessment.spans import Span, kinds_for, span_of
from progress.workflow import Incomplete, Stale, WrongState
from supervision.sender import sender

log = logging.getLogger(__name__)
State, Source = SummaryReport.State, OutlineSection.Source
CLAIM = timedelta(minutes=2)
MOST_ATTEMPTS = GatheringRun.MOST_ATTEMPTS
# How long a run may be left alone before the page says so, and before a worker is missing.
SOON, LATE = timedelta(seconds=15), timedelta(minutes=2)
LONGEST_REASON, LONGEST_FAILURE = 500, 500
# Parts that are not sections: what is to be gathered, fixed when it is asked for; the numbers.
ASKED, FIGURES = "asked", "figures"
CHANGED_MEANWHILE = "本节在重新汇编期间被他人修改或删除，没有替换；需要时请再汇编一次。"
CANCELLED = "报告已作废，汇编停止。"


class LostClaim(Exception):
    """Somebody else has the run, or it is over: whoever worked on it stops."""


# --- asking for it -----------------------------------------------------------------------------------


def begin(period, kind, *, by, now):
    """Begin the report of a kind on a period (see `spans`), of what is accepted at `now`; returns it.

    Its outline is made where the plan has none. Raises Denied, ValidationError (no such report on this
    period) and WrongState (nothing accepted yet, or there is one already).
    """
    check_edit_reports(by)
    if kind not in kinds_for(period):
        raise ValidationError({"kind": "这一报告期没有这类报告：年度报告对应年度，半年报告对应二、四季度。"})
    span = Span(kind, period)
    refused = why_not_begin(span, now)
    if refused:
        raise WrongState(refused)
    try:
        with transaction.atomic():
            return _begin(span, by, now)
    except IntegrityError as twice:
        raise WrongState(_there_already(span)) from twice


def why_not_begin(span, now):
    """Why no report on `span` can be begun, "" where one can; about three queries."""
    alive = SummaryReport.objects.exclude(state=State.CANCELLED)
    if alive.filter(period=span.period, outline__kind=span.kind).exists():
        return _there_already(span)
    material = Material(span, now)
    if not material.returns and not material.summaries:
        return (
            f"{span.label}还没有已采用的报送，没有可以汇编的内容。请在审核采用各单位的报送以后再起草，"
            "或选择别的报告期。"
        )
    return ""


def _there_already(span):
    return f"{span.label}的报告已经有一份，请继续编辑它；需要重做的，先把它作废。"


def _begin(span, by, now):
    period, plan = span.period, span.period.plan
    outline = outlines.ensure(plan, span.kind)
    report = SummaryReport.objects.create(
        period=period,
        outline=outline,
        title=outlines.title_of(outline, span),
        addressee=outline.addressee,
        body=sender(period.ends_on)[:80],
        made_at=now,
        made_by=by,
        is_demo=by.is_demo or period.is_demo,
    )
    chosen = [
        {"heading": each.heading, "source": each.source, "text": each.text} for each in outline.sections.all()
    ]
    _ask(report, chosen, by, now)
    record(
        "起草总结报告",
        report,
        by=by,
        now=now,
        detail={"报告期": span.label, "类别": outline.get_kind_display()},
    )
    return report


def regather(section, *, by, now, revision):
    """Gather one section of a report anew, of what is accepted at `now`; returns the GatheringRun.

    Only its paragraphs are replaced, and only if nobody has changed it in the meantime; 总体情况 and 督办
    bring the report's figures (tables, charts) up to date with it. section: with its report at hand;
    revision: the one the editor saw. Raises Denied, Stale (`current`: the section), WrongState.
    """
    check_edit_reports(by)
    report = section.report
    current = ReportSection.objects.filter(pk=section.pk).first()
    if current is None:
        raise WrongState("这一节刚被他人删除。")
    if current.revision != revision:
        raise Stale(current)
    if report.state != State.EDITING:
        raise WrongState(f"报告现在是“{report.get_state_display()}”，不能重新汇编。")
    asked = {"heading": current.heading, "source": current.source, "text": current.text}
    try:
        with transaction.atomic():
            _give_up_parked(report, now)
            run = _ask(report, [asked], by, now, section=current)
            record("重新汇编一节", report, by=by, now=now, detail={"章节": current.heading})
    except IntegrityError as twice:
        raise WrongState("这份报告正在汇编，请等它完成后再重新汇编这一节。") from twice
    return run


def _give_up_parked(report, now):
    """End the gathering of a section that cannot be finished: it must not keep all others from theirs."""
    parked = GatheringRun.objects.filter(
        report=report, only_section=True, finished_at__isnull=True, attempts__gte=MOST_ATTEMPTS
    )
    parked.exclude(failure="").update(finished_at=now, claimed_until=None)


def _ask(report, chosen, by, now, section=None):
    """The run, with what it is to gather fixed from the beginning."""
    material = Material(span_of(report), now)
    chapters = [chapter.number for chapter, _ in material.chapters]
    run = GatheringRun.objects.create(
        report=report,
        section=section,
        only_section=section is not None,
        as_of=now,
        step="等待开始",
        asked_at=now,
        asked_by=by,
        is_demo=report.is_demo,
    )
    asked = {"sections": chosen, "chapters": chapters, "revision": section.revision if section else None}
    GatheredPart.objects.create(run=run, key=ASKED, data=asked)
    GatheringRun.objects.filter(pk=run.pk).update(total=len(_steps(asked)) + 1)
    return run


# --- what becomes of it ------------------------------------------------------------------------------


@transaction.atomic
def cancel(report, *, reason, by, now, revision):
    """作废 a report, gathered or not, with a reason; editions that were frozen stay. Returns it fresh.

    Raises Denied, Stale (`current`: the report), WrongState, Incomplete.
    """
    check_edit_reports(by)
    reason = printable(reason or "").strip()
    if not reason:
        raise Incomplete({"reason": "请写明作废的原因。"})
    if len(reason) > LONGEST_REASON:
        raise Incomplete({"reason": f"现有 {len(reason)} 字，最多 {LONGEST_REASON} 字，请精简。"})
    alive = SummaryReport.objects.filter(pk=report.pk, revision=revision).exclude(state=State.CANCELLED)
    if not alive.update(state=State.CANCELLED, revision=F("revision") + 1):
        current = load_report(report.pk)
        if current.state == State.CANCELLED:
            raise WrongState("这份报告已经作废。")
        raise Stale(current)
    running = GatheringRun.objects.filter(report=report, finished_at__isnull=True)
    running.update(finished_at=now, failure=CANCELLED, claimed_until=None)
    fresh = load_report(report.pk)
    record("作废总结报告", fresh, by=by, now=now, detail={"reason": reason})
    return fresh


@transaction.atomic
def retry(run, *, by, now):
    """Let a parked run be tried again, from where it was. Raises Denied, WrongState."""
    check_edit_reports(by)
    parked = GatheringRun.objects.filter(pk=run.pk, finished_at__isnull=True, attempts__gte=MOST_ATTEMPTS)
    again = {"attempts": 0, "failure": "", "claimed_until": None, "step": "等待开始"}
    # What a person waits for from now on was asked for now (`unattended`).
    if not parked.exclude(failure="").update(asked_at=now, asked_by=by, **again):
        raise WrongState("这次汇编没有停下，不需要重试；请刷新页面查看进度。")
    record("重试汇编", run.report, by=by, now=now)


def unattended(run, now):
    """For how long nobody has been at a run that still wants work; None where somebody is, or it is over.

    A worker is woken at once, and the timetable looks every minute: after `SOON` that is worth a word, after
    `LATE` no worker is running. A run that failed waits for its next try, which `failure` tells.
    """
    if run.finished_at is not None or run.failure:
        return None
    left_at = run.claimed_until or run.asked_at
    return now - left_at if now >= left_at else None


def run_of(report):
    """The run of a report that is under way or parked, else its last one; None where there is none."""
    return report.runs.order_by(F("finished_at").desc(nulls_first=True), "-pk").first()


# --- working on it -----------------------------------------------------------------------------------


def work(clock):
    """Go on with every run nobody is at; returns how many were finished. clock: gives the instant."""
    _park_the_cut_off(clock())
    finished = 0
    for pk in list(_free(clock()).order_by("pk").values_list("pk", flat=True)):
        finished += _work_on(pk, clock)
    return finished


def _free(now):
    unclaimed = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    return GatheringRun.objects.filter(unclaimed, finished_at__isnull=True, attempts__lt=MOST_ATTEMPTS)


def _park_the_cut_off(now):
    """Runs whose workers died three times at the same step are parked too, and say so."""
    cut_off = GatheringRun.objects.filter(
        finished_at__isnull=True, attempts__gte=MOST_ATTEMPTS, failure="", claimed_until__lt=now
    )
    for run in cut_off:
        failure = f"在“{run.step}”一步连续 {MOST_ATTEMPTS} 次中断，没有完成。"
        cut_off.filter(pk=run.pk).update(failure=failure, claimed_until=None)


def _work_on(pk, clock):
    """Take one run and bring it to its end; whether it is finished. What goes wrong is written on it."""
    held = _Held(pk, clock)
    if not held.take():
        return False
    try:
        held.gather()
    except LostClaim:
        return False
    except Exception as error:
        log.exception("gathering run %s", pk)
        held.fail(error)
        return False
    return True


class _Held:
    """A run that is being worked on by who has its claim: `until`, which nobody else wrote."""

    def __init__(self, pk, clock):
        self.pk, self.clock, self.until, self.step = pk, clock, None, ""

    @property
    def _mine(self):
        return GatheringRun.objects.filter(pk=self.pk, claimed_until=self.until, finished_at__isnull=True)

    def take(self):
        now = self.clock()
        self.until = now + CLAIM
        taken = _free(now).filter(pk=self.pk)
        return taken.update(claimed_until=self.until, attempts=F("attempts") + 1, failure="") == 1

    def gather(self):
        run = GatheringRun.objects.select_related("report__outline", "report__period__plan").get(pk=self.pk)
        parts = dict(run.parts.values_list("key", "data"))
        asked = parts[ASKED]
        material = Material(span_of(run.report), run.as_of)
        for done, (key, words, make) in enumerate(_steps(asked)):
            if key not in parts:
                self._say(words)
                self._keep(key, make(material, parts), done + 1)
                parts[key] = self._kept(key)
        self._say("写入报告")
        with transaction.atomic():
            failure = _write_section(run, asked, parts) if run.only_section else _write(run, asked, parts)
            self._finish(run, failure)

    def fail(self, error):
        """Let go of the run with the reason; after the third time it stays where it is."""
        failure = f"在“{self.step}”一步出错：{type(error).__name__} {error}".strip()
        self._mine.update(failure=failure[:LONGEST_FAILURE], claimed_until=None)

    # --- holding on ---------------------------------------------------------------------------------

    def _say(self, words):
        self.step = words
        self._renew(step=words)

    def _keep(self, key, data, done):
        """Keep a part, and with it that the run got further: attempts before are forgiven."""
        with transaction.atomic():
            self._renew(done=done, attempts=1)
            GatheredPart.objects.create(run_id=self.pk, key=key, data=data)

    def _kept(self, key):
        """The part as the database gives it back, now and after a kill alike."""
        return GatheredPart.objects.get(run=self.pk, key=key).data

    def _renew(self, **changes):
        until = self.clock() + CLAIM
        if not self._mine.update(claimed_until=until, **changes):
            raise LostClaim
        self.until = until

    def _finish(self, run, failure):
        ended = {"finished_at": self.clock(), "claimed_until": None, "failure": failure}
        if not self._mine.update(done=run.total, step="完成", **ended):
            raise LostClaim
        run.parts.all().delete()


def _steps(asked):
    """What is to be gathered, in order: [(key, in words, (material, parts so far) -> plain data)]."""
    chosen = asked["sections"]
    steps = []
    if asked["revision"] is None or any(sections.reads_figures(each["source"]) for each in chosen):
        steps.append((FIGURES, "汇总数据", lambda material, parts: report_figures.gather(material)))
    for place, section in enumerate(chosen):
        chapters = asked["chapters"] if section["source"] == Source.CHAPTERS else [None]
        steps += [_step(place, section, chapter) for chapter in chapters]
    return steps


def _step(place, section, chapter):
    def make(material, parts):
        return sections.gather(
            section["source"], material, parts.get(FIGURES), text=section["text"], chapter=chapter
        )

    which = f"：第{chapter}个行动" if chapter else ""
    return _key(place, chapter), f"{section['heading']}{which}", make


def _key(place, chapter=None):
    return f"section:{place}" if chapter is None else f"section:{place}:{chapter}"


def _paragraphs(place, section, asked, parts):
    """The plain data of a section's paragraphs, from its parts."""
    if section["source"] != Source.CHAPTERS:
        return parts[_key(place)]
    return [each for chapter in asked["chapters"] for each in parts[_key(place, chapter)]]


# --- the whole ---------------------------------------------------------------------------------------


def _write(run, asked, parts):
    """Make the report what was gathered, all of it at once; why not, or "". Inside a transaction."""
    report = SummaryReport.objects.filter(pk=run.report_id, state=State.GATHERING)
    written = {"figures": parts[FIGURES], "gathered_at": run.as_of, "state": State.EDITING}
    if not report.update(revision=F("revision") + 1, **written):
        return CANCELLED
    for place, each in enumerate(asked["sections"]):
        section = ReportSection.objects.create(
            report_id=run.report_id, order=place + 1, gathered_at=run.as_of, **each
        )
        _write_paragraphs(section, _paragraphs(place, each, asked, parts))
    return ""


def _write_section(run, asked, parts):
    """Replace one section's paragraphs, where it is still as it was when that was asked for."""
    rows = ReportSection.objects.filter(
        pk=run.section_id, revision=asked["revision"], report__state=State.EDITING
    )
    fresh = {"gathered_at": run.as_of, "edited_at": None, "edited_by": None}
    if not rows.update(revision=F("revision") + 1, **fresh):
        return CHANGED_MEANWHILE
    section = ReportSection.objects.get(pk=run.section_id)
    section.paragraphs.all().delete()
    _write_paragraphs(section, _paragraphs(0, asked["sections"][0], asked, parts))
    if FIGURES in parts:
        SummaryReport.objects.filter(pk=run.report_id).update(figures=parts[FIGURES], gathered_at=run.as_of)
    return ""


def _write_paragraphs(section, paragraphs):
    ReportParagraph.objects.bulk_create(
        ReportParagraph(section=section, order=order, gathered=each["text"], **each)
        for order, each in enumerate(paragraphs, start=1)
    )
