"""提纲 of the office's reports: of what they are made by default (practice, section 4), and changing that.

An outline is data of the office, one for each plan and kind of report. It is made when the office first saves
one or begins a report; until then pages show the default. A report keeps its own sections: changing the
outline concerns reports begun later.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from agencies.audit import record
from assessment.models import Outline, OutlineSection
from assessment.permissions import check_edit_reports
from progress.workflow import Stale

Kind, Source = Outline.Kind, OutlineSection.Source
TITLE = "关于{期}落实《{计划}》情况的报告"
PERIOD_SLOT, PLAN_SLOT = "{期}", "{计划}"
ADDRESSEE = "市委、市政府"
MOST_SECTIONS = 20
LONGEST_TEXT = 5000
LONGEST_TITLE = Outline._meta.get_field("title").max_length
LONGEST_HEADING = OutlineSection._meta.get_field("heading").max_length
LONGEST_ADDRESSEE = Outline._meta.get_field("addressee").max_length
SETTINGS = ("title", "addressee", "attach_tasks", "attach_targets", "attach_projects", "charts")


@dataclass(frozen=True)
class Section:
    """One section of an outline: heading without its numeral, where the text comes from, fixed text."""

    heading: str
    source: str
    text: str = ""


@dataclass(frozen=True)
class Content:
    """What an outline says. revision: 0 while it is only the default."""

    title: str = TITLE
    addressee: str = ADDRESSEE
    attach_tasks: bool = True
    attach_targets: bool = True
    attach_projects: bool = True
    charts: bool = True
    sections: tuple[Section, ...] = field(default_factory=tuple)
    revision: int = 0

    @property
    def attachments(self) -> list:
        """What the tables behind the report are called, in order."""
        there = {
            "任务完成情况表": self.attach_tasks,
            "量化指标完成情况表": self.attach_targets,
            "重大项目进展表": self.attach_projects,
        }
        return [name for name, attached in there.items() if attached]


DEFAULTS = {
    Kind.ANNUAL: Content(
        sections=(
            Section("总体情况", Source.OVERVIEW),
            Section("主要做法和成效", Source.CHAPTERS),
            Section("对标学习杭州情况", Source.BENCHMARKING),
            Section("存在问题", Source.PROBLEMS),
            Section("下一步打算", Source.NEXT_STEPS),
        )
    ),
    Kind.HALF: Content(
        attach_projects=False,
        sections=(
            Section("总体情况", Source.OVERVIEW),
            Section("主要做法和成效", Source.CHAPTERS),
            Section("督办和问题办理情况", Source.SUPERVISION),
            Section("存在问题", Source.PROBLEMS),
            Section("下一步打算", Source.NEXT_STEPS),
        ),
    ),
    Kind.QUARTER: Content(
        attach_targets=False,
        attach_projects=False,
        charts=False,
        sections=(
            Section("总体情况", Source.OVERVIEW),
            Section("主要进展", Source.CHAPTERS),
            Section("存在问题", Source.PROBLEMS),
            Section("下一步打算", Source.NEXT_STEPS),
        ),
    ),
}


# --- reading ---------------------------------------------------------------------------------------


def outlines_of(plan):
    """{kind: Content} of a plan, the default where the office has not made one; two queries."""
    stored = {
        each.kind: content_of(each) for each in Outline.objects.filter(plan=plan).prefetch_related("sections")
    }
    return {kind: stored.get(kind, DEFAULTS[kind]) for kind in Kind}


def content_of(outline):
    """An Outline as Content."""
    return Content(
        **{name: getattr(outline, name) for name in SETTINGS},
        sections=tuple(Section(each.heading, each.source, each.text) for each in outline.sections.all()),
        revision=outline.revision,
    )


def title_of(outline, span):
    """The title of a report on `span`, as the outline writes it; cut where it would not fit."""
    title = outline.title.replace(PERIOD_SLOT, span.label).replace(PLAN_SLOT, span.period.plan.title)
    return title[:160]


# --- changing --------------------------------------------------------------------------------------


@transaction.atomic
def ensure(plan, kind):
    """The stored Outline of a plan and kind, made of the default where there is none yet."""
    said = DEFAULTS[kind]
    settings = {name: getattr(said, name) for name in SETTINGS}
    outline, made = Outline.objects.get_or_create(plan=plan, kind=kind, defaults=settings)
    if made:
        _write_sections(outline, said.sections)
    return outline


@transaction.atomic
def save(plan, kind, content, *, by, now):
    """Make the outline say `content`; its `revision` is the one it was seen with. Returns the Outline.

    Raises Denied, Stale (`current`: the Content that stands), ValidationError by field. Reports begun before
    stay as they are.
    """
    check_edit_reports(by)
    check(content)
    fresh = ensure(plan, kind)
    # A default that was shown unsaved (revision 0) has just become the first stored one.
    seen = content.revision or 1
    settings = {name: getattr(content, name) for name in SETTINGS}
    if not Outline.objects.filter(pk=fresh.pk, revision=seen).update(revision=F("revision") + 1, **settings):
        raise Stale(content_of(Outline.objects.prefetch_related("sections").get(pk=fresh.pk)))
    fresh.sections.all().delete()
    _write_sections(fresh, content.sections)
    fresh.refresh_from_db()
    detail = {"章节": [each.heading for each in content.sections]}
    record("修改报告提纲", fresh, by=by, now=now, detail=detail)
    return fresh


def check(content):
    """Raises ValidationError (by field; `sections` for their whole) unless `content` can be an outline."""
    wrong = _wrong_settings(content)
    sentences = _wrong_sections(content.sections)
    if sentences:
        wrong["sections"] = sentences
    if wrong:
        raise ValidationError(wrong)


def _wrong_settings(content):
    wrong = {}
    title = content.title.strip()
    if not title:
        wrong["title"] = "请填写标题写法，例如“关于{期}落实《{计划}》情况的报告”。"
    elif PERIOD_SLOT not in title:
        wrong["title"] = "标题写法里要有“{期}”，系统在那里写报告期，各期的标题才不会相同。"
    elif len(title) > LONGEST_TITLE:
        wrong["title"] = f"标题写法现有 {len(title)} 字，最多 {LONGEST_TITLE} 字，请精简。"
    if len(content.addressee) > LONGEST_ADDRESSEE:
        wrong["addressee"] = f"现有 {len(content.addressee)} 字，最多 {LONGEST_ADDRESSEE} 字，请精简。"
    return wrong


def _wrong_sections(sections):
    if not sections:
        return ["提纲至少要有一节，请增加章节后再保存。"]
    wrong = []
    if len(sections) > MOST_SECTIONS:
        wrong.append(f"最多 {MOST_SECTIONS} 节，现有 {len(sections)} 节，请合并或删除几节。")
    for place, each in enumerate(sections, start=1):
        if not each.heading.strip():
            wrong.append(f"第 {place} 节没有标题，请填写，或删除这一节。")
        elif len(each.heading.strip()) > LONGEST_HEADING:
            wrong.append(f"第 {place} 节的标题超过 {LONGEST_HEADING} 字，请精简。")
        if each.source not in Source.values:
            wrong.append(f"第 {place} 节没有选内容来源，请从名单中选择。")
        elif each.source == Source.TEXT and not each.text.strip():
            wrong.append(f"第 {place} 节的来源是固定文字，请填写文字，或换一个来源。")
        if len(each.text) > LONGEST_TEXT:
            wrong.append(f"第 {place} 节的固定文字超过 {LONGEST_TEXT:,} 字，请精简。")
    return wrong


def _write_sections(outline, sections):
    OutlineSection.objects.bulk_create(
        OutlineSection(
            outline=outline,
            order=order,
            heading=each.heading.strip(),
            source=each.source,
            text=each.text.strip(),
        )
        for order, each in enumerate(sections, start=1)
    )
