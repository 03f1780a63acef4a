"""报出前检查: what should be mended before a report is delivered, as data. Reads only.

What a finding says follows practice, section 4: a report carries no request, stands on accepted figures, says
something of every task, and upwards over 5,000 characters the office is warned. In doubt nothing is said: a
list nobody believes is read by nobody.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from assessment import figures_in_text, likeness, secret_passages
from assessment.models import OutlineSection
from assessment.numbering import section_number
from assessment.provenance import tasks_of
from assessment.secrecy import Secret, secret_of
from assessment.sections import reads_figures
from assessment.spans import Span
from progress.models import ProgressReport
from tasks.models import Target

MUST, ADVISE = "must", "advise"
SEVERITIES = {MUST: "须改", ADVISE: "提醒"}
MOST_CHARACTERS = 5000
# Bodies and tasks named in one sentence before it says how many there are.
NAMED = 12

NO_REQUESTS = "报告不得夹带请示事项"
REQUEST = re.compile(
    r"恳请|恳求|敬请|(?<![申邀聘提约])请予|(?<![申邀聘])请求[^。；]{0,30}(支持|帮助|解决|批准|协调)"
    r"|(?<![申邀聘提])请(省|市)(委|政府|领导小组|直)|提请[^。；]{0,30}(研究|审议|审定|批准|决定)"
    r"|(?<![申邀聘提])请(?!示)[^。；，]{0,10}(批示|批准|审批|示下)|建议(省|市)(委|政府)[^。；]{0,40}(支持|解决|安排|批准|给予)"
)
TYPED_NUMBER = re.compile(r"^\s*(（[一二三四五六七八九十]+）|[一二三四五六七八九十]+、|\d+[.．、]|（\d+）)")
# A word as a word processor counts it: a run of Latin letters and digits, or one other visible sign.
COUNTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,%]*|\S")


@dataclass(frozen=True)
class Flaw:
    """One finding. severity: MUST or ADVISE; where: the place in words; anchor: its id on the report's page
    ("" for the report itself, "head" for what stands over and under it); request: the key of the paragraph a
    请示 can be made of, where it holds a request."""

    severity: str
    sentence: str
    where: str = ""
    anchor: str = ""
    request: int | None = None

    @property
    def label(self):
        return SEVERITIES[self.severity]

    @property
    def is_must(self):
        return self.severity == MUST


@dataclass(frozen=True)
class Known:
    """What the checks ask the database: units of indicators {(task, indicator): unit}, bodies that owed
    something and had nothing accepted, bodies whose annual report was not; what is sensitive by now."""

    units: dict
    silent: list
    without_annual: list
    secret: Secret


def known_of(report):
    """Known for a report; three queries."""
    span = Span(report.outline.kind, report.period)
    targets = Target.objects.filter(plan=report.period.plan_id, task__isnull=False)
    asked = targets.values_list("task__number", "indicator", "unit")
    units = {(number, indicator): unit for number, indicator, unit in asked}
    owed = ProgressReport.objects.to_office().owed().exclude(task__is_sensitive=True)
    rows = (
        owed.filter(period__plan=report.period.plan_id, period__code__in=span.codes)
        .values("agency__name")
        .annotate(
            accepted=Count("pk", filter=Q(state=ProgressReport.State.ACCEPTED)),
            annual=Count("pk", filter=Q(period__code=str(span.year))),
            annual_accepted=Count(
                "pk", filter=Q(period__code=str(span.year), state=ProgressReport.State.ACCEPTED)
            ),
        )
        .order_by("agency__order", "agency__code")
    )
    rows = list(rows)
    silent = [row["agency__name"] for row in rows if not row["accepted"]]
    owing = [row for row in rows if row["annual"] and not row["annual_accepted"]]
    without_annual = [row["agency__name"] for row in owing if row["accepted"]]
    return Known(units, silent, without_annual, secret_of(report.period.plan))


def flaws_of(report, known):
    """All Flaws of a report (out of `editing.with_sections`), the graver first, each kind in the order of the
    text."""
    places = list(_places(report))
    found = [
        *_head_flaws(report),
        *_section_flaws(report),
        *_secrets(report, places, known.secret),
        *_requests(places),
        *_numbers(report, places, known.units),
        *_doubles(places),
        *_tasks_without_text(report, places, known.secret),
        *_silent(known),
        *_length(places, report),
    ]
    return sorted(found, key=lambda flaw: not flaw.is_must)


def must_of(flaws):
    """Those that should be mended before the report is delivered."""
    return [flaw for flaw in flaws if flaw.is_must]


@dataclass(frozen=True)
class Place:
    """A paragraph with where it stands, in words, and what its section is drawn from."""

    paragraph: object
    where: str
    source: str

    @property
    def anchor(self):
        return f"paragraph-{self.paragraph.pk}"


def _places(report):
    for number, section in enumerate(report.sections.all(), start=1):
        heading = f"{section_number(number)}{section.heading}"
        for order, paragraph in enumerate(section.paragraphs.all(), start=1):
            yield Place(paragraph, f"{heading}，第 {order} 段", section.source)


# --- head, order and length --------------------------------------------------------------------------


def _head_flaws(report):
    for name, words in (("addressee", "主送机关"), ("signer", "签发人"), ("body", "落款单位")):
        if not getattr(report, name).strip():
            yield Flaw(MUST, f"没有填写{words}，上行文不能缺。", "题头和落款", "head")
    later = [
        words for words, value in (("发文字号", report.number), ("成文日期", report.signed_on)) if not value
    ]
    if later:
        yield Flaw(ADVISE, f"{'、'.join(later)}还没有填写，签发后补上再定稿。", "题头和落款", "head")


def _section_flaws(report):
    sections = list(report.sections.all())
    if not sections:
        yield Flaw(MUST, "报告没有章节。")
    for number, section in enumerate(sections, start=1):
        where, anchor = f"{section_number(number)}{section.heading}", f"section-{section.pk}"
        rows = list(section.paragraphs.all())
        if not any(each.level == 0 for each in rows):
            yield Flaw(MUST, "这一节没有正文，请撰写或删除。", where, anchor)
            continue
        if TYPED_NUMBER.match(section.heading):
            yield Flaw(MUST, "标题里写了序号，系统会再编一遍，请去掉。", where, anchor)
        yield from _heading_flaws(rows, where)


def _heading_flaws(rows, where):
    last = 1
    for place, row in enumerate(rows):
        if not row.level:
            continue
        anchor = f"paragraph-{row.pk}"
        named = f"小标题“{row.text[:20]}”"
        if row.level > last + 1:
            yield Flaw(ADVISE, f"{named}跳过了上一级标题，请核对层级。", where, anchor)
        if TYPED_NUMBER.match(row.text):
            yield Flaw(MUST, f"{named}里写了序号，系统会再编一遍，请去掉。", where, anchor)
        following = rows[place + 1] if place + 1 < len(rows) else None
        if following is None or 0 < following.level <= row.level:
            yield Flaw(MUST, f"{named}下面没有文字。", where, anchor)
        last = row.level


def characters_of(report):
    """How long the body is, as a word processor counts it: headings and paragraphs, no attachments."""
    texts = [each.text for section in report.sections.all() for each in section.paragraphs.all()]
    return sum(len(COUNTED.findall(text)) for text in [*texts, *(s.heading for s in report.sections.all())])


def _length(places, report):
    length = characters_of(report)
    if length > MOST_CHARACTERS:
        yield Flaw(ADVISE, f"正文共 {length:,} 字，超过 {MOST_CHARACTERS:,} 字，请精简（附件不计）。")


# --- what has become sensitive -------------------------------------------------------------------------


def _secrets(report, places, secret):
    """Passages, and tables, with tasks that were marked sensitive after they were gathered or written."""
    for place in places:
        numbers = secret_passages.in_passage(secret, place.paragraph.text, place.paragraph.sources)
        if numbers:
            named = secret_passages.in_words(numbers)
            sentence = f"这一段出自或写到{named}任务，现已标为敏感，报告不能写；请删去，确需说明的另写一段。"
            yield Flaw(MUST, sentence, place.where, place.anchor)
    held = secret_passages.in_tables(secret, report.figures)
    if held:
        yield _tables_hold(report, secret_passages.in_words(held))


def _tables_hold(report, named):
    """The way to have tables and charts counted anew: with a section that is."""
    for number, section in enumerate(report.sections.all(), start=1):
        if reads_figures(section.source):
            sentence = (
                f"附表里还有{named}任务，现已标为敏感；请重新汇编“{section.heading}”一节，附表随之更新。"
            )
            where = f"{section_number(number)}{section.heading}"
            return Flaw(MUST, sentence, where, f"section-{section.pk}")
    return Flaw(MUST, f"附表里还有{named}任务，现已标为敏感；请把这份报告作废，重新起草。", "附表")


# --- what the text says ------------------------------------------------------------------------------


def has_request(text):
    """The words by which a text asks for something, or ""."""
    found = REQUEST.search(text)
    return found.group(0) if found else ""


def _requests(places):
    for place in places:
        words = has_request(place.paragraph.text)
        if words:
            sentence = f"{NO_REQUESTS}：文中有“{words[:30]}”，请改写，确需请示的另行行文、一文一事。"
            yield Flaw(MUST, sentence, place.where, place.anchor, place.paragraph.pk)


def _numbers(report, places, units):
    """Figures in the text of a task that differ from the accepted value of its indicator."""
    reported = defaultdict(list)
    for row in report.figures.get("targets", []):
        reported[row["task"], row["indicator"]].append(row)
    named_by = defaultdict(set)
    for task, indicator in reported:
        named_by[indicator].add(task)
    # What is still to be done has figures of its own.
    told = [place for place in places if place.source != OutlineSection.Source.NEXT_STEPS]
    for (task, indicator), rows in reported.items():
        unit = units.get((task, indicator), "")
        for place in told:
            tasks = tasks_of(place.paragraph.sources)
            if not (task in tasks or (not tasks and len(named_by[indicator]) == 1)):
                continue
            differing = figures_in_text.differing(place.paragraph.text, indicator, unit, rows)
            if differing:
                sentence = (
                    f"第 {task} 项指标“{indicator}”文中写“{differing.written}”，采用的指标值是"
                    f"“{differing.accepted}”，请核对。"
                )
                yield Flaw(MUST, sentence, place.where, place.anchor)


def _doubles(places):
    """Sentences that were said before, one finding for each paragraph that says them again."""
    written = [place for place in places if not place.paragraph.level]
    again = defaultdict(list)
    for first, second, sentence in likeness.doubles([place.paragraph.text for place in written]):
        again[second].append((written[first], sentence))
    for second, found in again.items():
        here = written[second]
        others = list(dict.fromkeys(there.where for there, _ in found if there is not here))
        words = f"“{found[0][1][:30]}…”" + (f"等 {len(found)} 句" if len(found) > 1 else "")
        said = f"与“{'”“'.join(others[:3])}”相同或几乎相同" if others else "在同一段里写了两遍"
        yield Flaw(ADVISE, f"{words}{said}，请合并。", here.where, here.anchor)


def _tasks_without_text(report, places, secret):
    """Tasks nothing is said of though something may be, by their leads."""
    said = set().union(*(tasks_of(place.paragraph.sources) for place in places)) if places else set()
    text = "\n".join(place.paragraph.text for place in places)
    missing = defaultdict(list)
    for row in report.figures.get("tasks", []):
        if row["number"] not in said | secret.numbers and (not row.get("title") or row["title"] not in text):
            missing[_in_words(row.get("leads")) or "牵头单位待定"].append(row["number"])
    for leads, numbers in missing.items():
        listed = "、".join(map(str, numbers))
        yield Flaw(ADVISE, f"第 {listed} 项没有写到（牵头：{leads}）。")


def _in_words(leads):
    return leads if isinstance(leads, str) else "、".join(leads or ())


def _silent(known):
    for names, words in (
        (known.silent, "家单位报告期内没有一份被采用的报送"),
        (known.without_annual, "家单位还没有报送（或未被采用）年度落实情况报告"),
    ):
        if names:
            more = "等" if len(names) > NAMED else ""
            yield Flaw(ADVISE, f"{len(names)} {words}：{'、'.join(names[:NAMED])}{more}。")
