"""The office's work on a gathered report: its sections, their paragraphs, what stands over and under them.

A section is saved as it was last seen (its `revision`), the head and the order of sections as the report was
(its own): of two people who save, one wins, the other gets both texts (`merging`), and nothing else changes.
Every verb takes `by=` and `now=`, runs in one transaction with its audit row, and raises, in this order:
Denied, Stale (`current`: how it stands), WrongState, ValidationError (by field).
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Prefetch

from agencies.audit import record
from assessment.merging import Row
from assessment.models import OutlineSection, ReportParagraph, ReportSection, SummaryReport
from assessment.permissions import check_edit_reports
from progress.workflow import Stale, WrongState

State = SummaryReport.State
HEAD = ("title", "addressee", "signer", "number", "body", "signed_on")
LEVELS = (0, 2, 3, 4)
HEADING_LIMIT, PARAGRAPH_LIMIT = 80, 5000
# Two controls a paragraph stay below what one form may send (DATA_UPLOAD_MAX_NUMBER_FIELDS).
MOST_PARAGRAPHS, MOST_SECTIONS = 900, 20


# --- reading ---------------------------------------------------------------------------------------


def with_sections(reports):
    """`reports` with their sections and paragraphs, in order; two queries more."""
    sections = ReportSection.objects.select_related("edited_by").prefetch_related("paragraphs")
    return reports.select_related("period__plan", "outline", "made_by").prefetch_related(
        Prefetch("sections", sections)
    )


def load_report(pk):
    """The report as it stands, with what its rules and pages ask."""
    return SummaryReport.objects.select_related("period__plan", "outline", "made_by").get(pk=pk)


def load_section(report, pk):
    """A section of a report with its paragraphs; None where it is not there (any more)."""
    rows = ReportSection.objects.select_related("edited_by").prefetch_related("paragraphs")
    section = rows.filter(report=report, pk=pk).first()
    if section is not None:
        section.report = report
    return section


def rows_of(section):
    """The paragraphs of a section as `merging.Row`s."""
    return [Row(each.pk, each.level, each.text) for each in section.paragraphs.all()]


# --- one section -----------------------------------------------------------------------------------


def save_section(section, heading, rows, *, by, now, revision):
    """Make a section's paragraphs exactly `rows`; returns it fresh.

    rows: merging.Rows in order; blank ones are left out, a line break parts a paragraph in two that share
    their sources. What was gathered and where it comes from stays with each paragraph. Nothing is written,
    and the revision stays, when nothing differs.
    """
    check_edit_reports(by)
    _check_editing(section.report)
    rows = _parted(rows, section)
    _check_section(heading, rows, len(rows_of(section)))
    with transaction.atomic():
        _claim_section(section, revision, heading=heading.strip(), edited_at=now, edited_by=by)
        if not _replace(section, heading.strip(), rows):
            transaction.set_rollback(True)
            return section
        detail = {"章节": heading.strip(), "段落": len(rows)}
        record("编辑报告章节", section.report, by=by, now=now, detail=detail)
    return load_section(section.report, section.pk)


def _claim_section(section, revision, **changes):
    """Change a section as it was last seen, in a report that is being edited. Raises Stale, WrongState."""
    rows = ReportSection.objects.filter(pk=section.pk, revision=revision, report__state=State.EDITING)
    if rows.update(revision=F("revision") + 1, **changes):
        return
    current = load_section(section.report, section.pk)
    if current is None:
        raise WrongState("这一节刚被他人删除，您的修改没有保存，文字仍在本页，请抄到别的章节。")
    if current.revision != revision:
        raise Stale(current)
    _check_editing(SummaryReport.objects.get(pk=section.report_id))


def _replace(section, heading, rows):
    """Write the rows; whether anything differs from what stood there."""
    standing = {each.pk: each for each in ReportParagraph.objects.filter(section=section)}
    known = dict(standing)
    changed = heading != section.heading or set(standing) != {row.id for row in rows}
    fresh = []
    for order, row in enumerate(rows, start=1):
        paragraph = standing.pop(row.id, None)
        if paragraph is None:
            like = known.get(row.like)
            of_like = {"sources": like.sources, "chapter": like.chapter} if like else {}
            paragraph = ReportParagraph(section=section, **of_like)
        said = (order, row.level, row.text)
        changed = changed or (paragraph.order, paragraph.level, paragraph.text) != said
        paragraph.order, paragraph.level, paragraph.text = said
        fresh.append(paragraph)
    ReportParagraph.objects.filter(pk__in=standing).delete()
    ReportParagraph.objects.bulk_create([each for each in fresh if each.pk is None])
    ReportParagraph.objects.bulk_update(
        [each for each in fresh if each.pk is not None], ["order", "level", "text"]
    )
    return changed


def _parted(rows, section):
    """The rows without blank ones; a text somebody wrote on several lines is as many paragraphs."""
    standing = {row.id: row.text for row in rows_of(section)}
    parted = []
    for row in rows:
        stands = standing.get(row.id)
        if stands is not None and row.text.strip() == stands.strip():
            parted.append(Row(row.id, row.level, stands))
            continue
        lines = [line.strip() for line in row.text.splitlines() if line.strip()]
        if row.level:
            lines = ["".join(lines)] if lines else []
        like = row.like or row.id
        parted += [
            Row(row.id if place == 0 else None, row.level, line, like) for place, line in enumerate(lines)
        ]
    return parted


def _check_section(heading, rows, standing):
    """standing: how many paragraphs there are; what was gathered longer may be mended, not made longer."""
    wrong = _heading_mistake(heading)
    wrong = {"heading": wrong} if wrong else {}
    for row in rows:
        if row.level not in LEVELS:
            wrong["rows"] = "没有这种段落层级，请刷新页面后再试。"
        elif row.level and len(row.text) > HEADING_LIMIT:
            wrong["rows"] = f"标题“{row.text[:20]}…”超过 {HEADING_LIMIT} 字，请改短，或把它设为正文。"
        elif len(row.text) > PARAGRAPH_LIMIT:
            wrong["rows"] = f"“{row.text[:20]}…”一段超过 {PARAGRAPH_LIMIT:,} 字，请分成几段。"
    if len(rows) > max(MOST_PARAGRAPHS, standing):
        wrong["rows"] = f"一节最多 {MOST_PARAGRAPHS} 段，现在有 {len(rows)} 段，请分成两节。"
    if wrong:
        raise ValidationError(wrong)


def _heading_mistake(heading):
    if not heading.strip():
        return "请填写本节的标题，不必写“一、”，序号由系统编排。"
    if len(heading.strip()) > HEADING_LIMIT:
        return f"标题最多 {HEADING_LIMIT} 字，现在有 {len(heading.strip())} 字。"
    return ""


# --- the report around its sections ------------------------------------------------------------------


def save_head(report, said, *, by, now, revision):
    """Change title, 主送机关, 签发人, 发文字号, 落款 and 成文日期. said: {name of HEAD: value}. Returns the
    fresh report."""
    check_edit_reports(by)
    if not said.get("title", "").strip():
        raise ValidationError({"title": "请填写报告的标题。"})
    with transaction.atomic():
        _claim_report(report, revision, **{name: said[name] for name in HEAD if name in said})
        labels = [
            SummaryReport._meta.get_field(name).verbose_name
            for name in HEAD
            if name in said and getattr(report, name) != said[name]
        ]
        record("修改报告题头", report, by=by, now=now, detail={"修改": "、".join(labels) or "无"})
    return load_report(report.pk)


def add_section(report, heading, *, by, now, revision):
    """A section of one's own at the end, without text. Returns it."""
    check_edit_reports(by)
    wrong = _heading_mistake(heading)
    if wrong:
        raise ValidationError({"heading": wrong})
    with transaction.atomic():
        _claim_report(report, revision)
        rows = ReportSection.objects.filter(report=report)
        if rows.count() >= MOST_SECTIONS:
            raise ValidationError({"heading": f"一份报告最多 {MOST_SECTIONS} 节。"})
        last = rows.aggregate(last=Max("order"))["last"] or 0
        section = ReportSection.objects.create(
            report=report,
            order=last + 1,
            heading=heading.strip(),
            source=OutlineSection.Source.TEXT,
            edited_at=now,
            edited_by=by,
        )
        record("增加报告章节", report, by=by, now=now, detail={"章节": section.heading})
    return section


def move_section(report, pk, step, *, by, now, revision):
    """Move a section `step` places down (up where it is negative); beyond the ends it stays at the end."""
    check_edit_reports(by)
    with transaction.atomic():
        _claim_report(report, revision)
        sections = list(ReportSection.objects.filter(report=report).order_by("order", "pk"))
        moving = next((each for each in sections if each.pk == pk), None)
        if moving is None:
            raise WrongState("这一节已被他人删除。")
        at = sections.index(moving)
        sections.insert(max(0, min(len(sections) - 1, at + step)), sections.pop(at))
        for order, section in enumerate(sections, start=1):
            if section.order != order:
                ReportSection.objects.filter(pk=section.pk).update(order=order)
        record("调整报告章节次序", report, by=by, now=now, detail={"章节": moving.heading})


def remove_section(section, *, by, now, revision):
    """Take a section out with all its paragraphs, as it was last seen (its own revision)."""
    check_edit_reports(by)
    report = section.report
    with transaction.atomic():
        _claim_section(section, revision)
        SummaryReport.objects.filter(pk=report.pk).update(revision=F("revision") + 1)
        record("删除报告章节", report, by=by, now=now, detail={"章节": section.heading})
        ReportSection.objects.filter(pk=section.pk).delete()


def _claim_report(report, revision, **changes):
    """Change a report as it was last seen. Raises Stale (`current`: the report), WrongState."""
    rows = SummaryReport.objects.filter(pk=report.pk, revision=revision, state=State.EDITING)
    if rows.update(revision=F("revision") + 1, **changes):
        return
    current = load_report(report.pk)
    if current.revision != revision:
        raise Stale(current)
    _check_editing(current)


def _check_editing(report):
    if report.state != State.EDITING:
        raise WrongState(f"报告现在是“{report.get_state_display()}”，不能修改。")
