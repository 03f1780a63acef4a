"""How the house writes things: dates, numbers, money, names, lamps, and links that keep their frame.

Every filter gives "—" for None, so a missing figure is never mistaken for 0.
"""

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join, mark_safe

register = template.Library()

MISSING = "—"
QUARTERS = "一二三四"


# --- dates: “10 月 9 日 18:00”, always Asia/Shanghai ------------------------------------------------


def _local(value):
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def day_text(value):
    """A date or an instant → “10 月 9 日”."""
    value = _local(value)
    return f"{value.month} 月 {value.day} 日" if value else MISSING


@register.filter
def full_day_text(value):
    """A date or an instant → “2026 年 10 月 9 日”."""
    value = _local(value)
    return f"{value.year} 年 {day_text(value)}" if value else MISSING


@register.filter
def moment_text(value):
    """An instant → “10 月 9 日 18:00”."""
    value = _local(value)
    return f"{day_text(value)} {value:%H:%M}" if value else MISSING


@register.filter
def full_moment_text(value):
    """An instant → “2026 年 10 月 9 日 18:00”."""
    value = _local(value)
    return f"{full_day_text(value)} {value:%H:%M}" if value else MISSING


def _time_element(value, text):
    if not value:
        return MISSING
    return format_html('<time class="nobr" datetime="{}">{}</time>', _local(value).isoformat(), text(value))


@register.filter
def day(value):
    return _time_element(value, day_text)


@register.filter
def full_day(value):
    return _time_element(value, full_day_text)


@register.filter
def moment(value):
    return _time_element(value, moment_text)


@register.filter
def full_moment(value):
    return _time_element(value, full_moment_text)


@register.filter
def period_name(code):
    """ "2026Q3" → “2026 年第三季度”; "2026H1" → “2026 年上半年”; "2026" → “2026 年度”."""
    found = re.fullmatch(r"(\d{4})(?:Q([1-4])|H([12]))?", str(code))
    if not found:
        return code
    year, quarter, half = found.groups()
    if quarter:
        return f"{year} 年第{QUARTERS[int(quarter) - 1]}季度"
    if half:
        return f"{year} 年{'上' if half == '1' else '下'}半年"
    return f"{year} 年度"


# --- numbers ----------------------------------------------------------------------------------------


def _plain(value, places):
    """A number rounded half up to at most `places` decimals, thousands apart, no trailing zeros."""
    value = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def number(value, places=4):
    """12345.6000 → “12,345.6”."""
    return MISSING if value is None or value == "" else _plain(value, places)


@register.filter
def percent(value, places=1):
    """63.50 (already of a hundred) → “63.5%”."""
    return MISSING if value is None or value == "" else f"{_plain(value, places)}%"


@register.filter
def share(part, whole):
    """A part of a whole → “63.5%”; “—” of nothing."""
    return percent(Decimal(part) * 100 / Decimal(whole)) if whole else MISSING


@register.filter
def file_size(size):
    """Bytes → “3.2 MB” or “48 KB”."""
    if size is None:
        return MISSING
    return f"{_plain(size / 1_048_576, 1)} MB" if size >= 1_048_576 else f"{max(1, round(size / 1024))} KB"


# --- text -------------------------------------------------------------------------------------------

# A short title in 《》, or a number with the unit behind it. Longer titles must be free to break.
TOGETHER = re.compile(
    r"《[^《》]{1,14}》|\d[\d,.]*\s?(?:%|个百分点|亿元|万元|元|公里|千米|平方公里|亩|万亩|吨|万吨|个|项|家|件|次|人|年|月|日|天|倍|所|户|条|座)"
)


@register.filter
def keep_together(text):
    """Escaped text in which short 《…》 and a number with its unit never break at a line end."""
    text = str(conditional_escape(text or ""))
    return mark_safe(TOGETHER.sub(lambda found: f'<span class="nobr">{found[0]}</span>', text))


@register.filter
def paragraphs(text):
    """Official text → one <p> per line, wording untouched."""
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    return format_html_join("", "<p>{}</p>", ((keep_together(line),) for line in lines))


@register.filter
def agency_name(agency):
    """An agency's name, unbroken, with the whole name as its tooltip."""
    if not agency:
        return MISSING
    return format_html('<span class="nobr" title="{0}">{0}</span>', agency)


@register.filter
def agency_names(agencies):
    """Agencies joined by 、, each name unbroken at the end of a line."""
    parts = [format_html('<span class="nobr">{}</span>', agency) for agency in agencies or ()]
    return mark_safe("、".join(parts).replace("</span>、", "、</span>")) if parts else MISSING


@register.filter
def marked(text, words):
    """Escaped text with each searched word marked."""
    text = str(conditional_escape(text or ""))
    found = [re.escape(str(conditional_escape(word))) for word in (words or "").split()]
    if not found:
        return mark_safe(text)
    return mark_safe(re.sub(f"({'|'.join(found)})", r"<mark>\1</mark>", text, flags=re.IGNORECASE))


# --- lamps, chips, bars, icons ----------------------------------------------------------------------

# lamp: (colour, word). The word always stands beside the colour.
LAMPS = {
    "blue": ("blue", "已完成"),
    "green": ("green", "达序时"),
    "yellow": ("yellow", "欠序时"),
    "red": ("red", "严重滞后"),
    "grey": ("grey", "未报"),
    "unreported": ("grey", "未报"),
    "not_reported": ("grey", "未报"),
    "no_goal": ("grey", "目标未定"),
    "yearly": ("grey", "年度指标"),
    "none": ("grey", "暂无"),
}
# The shapes, drawn so that every machine shows the same ones: solid once confirmed, hollow until then.
SOLID = {
    "blue": '<path d="M3.2 10.6 8 15.4 17 5.2" fill="none" stroke-width="3.4"/>',
    "green": '<circle cx="10" cy="10" r="6.5"/>',
    "yellow": '<path d="M10 2.8 18 17H2z" stroke-linejoin="round"/>',
    "red": '<path d="M3.5 3.5h13v13h-13z"/>',
    "grey": '<circle cx="10" cy="10" r="6" fill="none" stroke-width="1.8"/>',
}
HOLLOW = {
    "blue": '<path d="M10 2a8 8 0 1 0 .01 0zM5.8 10.4l3 3 5.4-6" fill="none" stroke-width="1.8"/>',
    "green": '<circle cx="10" cy="10" r="6.5" fill="none" stroke-width="2"/>',
    "yellow": '<path d="M10 3.5 17.3 16.5H2.7z" fill="none" stroke-width="2" stroke-linejoin="round"/>',
    "red": '<path d="M3.8 3.8h12.4v12.4H3.8z" fill="none" stroke-width="2"/>',
    "grey": SOLID["grey"],
}
CHIPS = {
    "draft": ("", "填报中"),
    "awaiting_approval": ("yellow", "待本单位审签"),
    "under_review": ("blue", "待办公室审核"),
    "returned": ("red", "已退回"),
    "accepted": ("green", "已采用"),
    "late": ("red", "迟报"),
    "missing": ("red", "未报"),
    "no_change": ("blue", "确认无变化"),
    "waived": ("outline", "免报"),
    "not_due": ("outline", "未到期"),
}


@register.simple_tag
def lamp(code, computed=False, word="", only_mark=False):
    """A lamp: shape and word; hollow with （系统测算） until the office has confirmed it.

    code: a key of LAMPS; word: another word for it; only_mark: word for screen readers only (dense tables
    that carry a legend).
    """
    colour, usual = LAMPS.get(str(code or "none"), ("grey", str(code)))
    hollow = computed and colour != "grey"
    shape = (HOLLOW if hollow else SOLID)[colour]
    note = mark_safe('<span class="lamp-note">系统测算</span>') if hollow and not only_mark else ""
    return format_html(
        '<span class="lamp lamp-{}{}{}"><span class="lamp-mark" aria-hidden="true">'
        '<svg viewBox="0 0 20 20" width="18" height="18">{}</svg></span>'
        '<span class="lamp-word">{}</span>{}</span>',
        colour,
        " is-computed" if hollow else "",
        " lamp-only" if only_mark else "",
        mark_safe(shape),
        word or usual,
        note,
    )


@register.simple_tag
def status(code, label=""):
    """A state as a chip; label: the words to show, default the usual ones of CHIPS."""
    tone, usual = CHIPS.get(str(code), ("", str(code)))
    return format_html('<span class="chip{}">{}</span>', f" chip-{tone}" if tone else "", label or usual)


@register.simple_tag
def bar(done, expected=None):
    """Percent done as a bar with a mark where the pace expects it, and the number in words."""
    if done is None:
        return MISSING
    width = max(0, min(100, float(done)))
    mark = said = ""
    if expected is not None:
        at = max(1, min(99, float(expected)))
        mark = format_html('<line class="bar-mark" x1="{0}" x2="{0}" y1="0" y2="12"/>', f"{at:g}")
        said = f"，序时 {percent(expected)}"
    return format_html(
        '<span class="bar" title="完成 {0}{1}"><svg class="bar-svg" viewBox="0 0 100 12" '
        'preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-ground" width="100" height="12" rx="2"/>'
        '<rect class="bar-fill" width="{2}" height="12" rx="2"/>{3}</svg>'
        '<span class="num">{0}<span class="visually-hidden">{1}</span></span></span>',
        percent(done),
        said,
        f"{width:g}",
        mark,
    )


@register.simple_tag
def icon(name, label=""):
    """A drawing, named as in bin/icons.json; label: what a screen reader says where no word stands by."""
    hidden = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" {}><use href="{}#{}"></use></svg>', hidden, static("vendor/icons.svg"), name
    )


# --- links that keep plan and period ----------------------------------------------------------------

# What another period need not have: it goes up to what stands above it, where a list or a return does.
UPWARDS = r"^((?:reviews|corrections|extensions|returns|units|tasks/\d+/return/[^/]+|verdicts/\d+)/).*"
FRAMED_PATH = re.compile(r"^/work/(?P<plan>\d{4}-\d{4})/(?P<period>\d{4}(?:Q[1-4]|H[12])?)/(?P<rest>.*)$")


def _code(thing):
    return getattr(thing, "code", thing) or ""


def _framed(context, part):
    """The code of the plan or the period this page is about; "" outside of the frame."""
    return _code(getattr(context.get("frame"), part, ""))


def _reverse_in_frame(context, name, kwargs):
    """The address under the frame's plan and period; without them for pages that stand outside a period."""
    framed = {"plan": _framed(context, "plan"), "period": _framed(context, "period"), **kwargs}
    for given in (framed, {k: v for k, v in framed.items() if k != "period" or "period" in kwargs}, kwargs):
        try:
            return reverse(name, kwargs=given)
        except NoReverseMatch:
            continue
    return reverse(name, kwargs=framed)


@register.simple_tag(takes_context=True)
def here(context, name, **kwargs):
    """`{% here "progress:task" number=15 %}`: an address with the plan and period of this page put in."""
    return _reverse_in_frame(context, name, kwargs)


def _latest_period(plan):
    """The quarter a plan is looked at by default: the last one that has ended, within the plan's own."""
    today = timezone.localdate()
    year, quarter = today.year, (today.month - 1) // 3
    ended = f"{year}Q{quarter}" if quarter else f"{year - 1}Q4"
    return max(plan.first_period, min(ended, plan.last_period))


@register.simple_tag(takes_context=True)
def switch_to(context, plan=None, period=None):
    """This page's address in another plan or period (see `UPWARDS`).

    Number 15 of one plan is not number 15 of the other, so another plan goes up to a list; a year has no
    returns of a task, so it shows the task.
    """
    request = context.get("request")
    found = FRAMED_PATH.match(request.path) if request else None
    rest = re.sub(UPWARDS, r"\1", found["rest"]) if found else ""
    rest = rest.split("return/")[0] if period and "Q" not in _code(period) else rest
    if plan is not None and _code(plan) != _framed(context, "plan"):
        rest = "tasks/" if rest.startswith(("sheet/", "briefs/")) else re.sub("/.*", "/", rest)
        period = period or _latest_period(plan)
    plan_code = _code(plan) or _framed(context, "plan")
    period_code = _code(period) or _framed(context, "period")
    return f"/work/{plan_code}/{period_code}/{rest}"


# Pages under whose address others stand that do not belong to them.
ROOTS = {"progress:workbench", "public:home"}


@register.simple_tag(takes_context=True)
def nav_link(context, name, label, icon_name, count=None, **kwargs):
    """One line of the navigation; nothing where the site has no such page."""
    try:
        url = _reverse_in_frame(context, name, kwargs)
    except NoReverseMatch:
        return ""
    path = context["request"].path if "request" in context else ""
    current = "page" if path == url else "true" if path.startswith(url) and name not in ROOTS else ""
    badge = format_html('<span class="badge-count" title="待办 {0} 项">{0}</span>', count) if count else ""
    return format_html(
        '<li><a class="side-link" href="{}"{}>{}<span>{}</span>{}</a></li>',
        url,
        format_html(' aria-current="{}"', current) if current else "",
        icon(icon_name),
        label,
        badge,
    )


@register.simple_tag(takes_context=True)
def sort_th(context, key, label, num=False, name="sort", col="", css=""):
    """A column heading that sorts by `key`; a second click turns the order round. Other filters stay."""
    query = context["request"].GET.copy()
    now = query.get(name, "")
    query[name] = f"-{key}" if now == key else key
    query.pop("page", None)
    state = {key: "ascending", f"-{key}": "descending"}.get(now)
    return format_html(
        '<th scope="col" class="{}"{}{}><a href="?{}">{}{}</a></th>',
        f"{'num ' if num else ''}{css}".strip(),
        format_html(' data-col="{}"', col) if col else "",
        format_html(' aria-sort="{}"', state) if state else "",
        query.urlencode(),
        label,
        {"ascending": " ↑", "descending": " ↓"}.get(state) or icon("up-down"),
    )


@register.simple_tag(takes_context=True)
def page_link(context, page, name="page"):
    """The query string of another page of the same list, e.g. "?chapter=3&page=2"."""
    query = context["request"].GET.copy()
    query[name] = page
    return f"?{query.urlencode()}"


# --- fields -----------------------------------------------------------------------------------------


@register.inclusion_tag("_field.html")
def field(bound, counter=None, rows=None, advice="", hint="", css="", label=""):
    """A form field with label, hint, control, advice, errors and counter, tied together for screen readers.

    counter: characters thought enough (counted, never enforced); rows: height of a text area; advice: a
    sentence under the field; hint: replaces the field's help text; css: e.g. "is-short"; label: other label.
    """
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    several = getattr(widget, "allow_multiple_selected", False)
    base = bound.auto_id or bound.html_name
    described = [f"{base}-hint"] if (hint or bound.help_text) else []
    described += [f"{base}-error"] if bound.errors else []
    described += [f"{base}-advice"]
    attrs = {"aria-describedby": " ".join(described)}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if counter:
        attrs["data-counter"] = counter
    if rows:
        attrs["rows"] = rows
    return {
        "field": bound,
        "control": bound.as_widget(attrs={**widget.attrs, **attrs}),
        "base": base,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "advice": advice,
        "counter": counter,
        "css": css,
        "is_check": kind == "checkbox" and not several,
        "is_group": kind == "radio" or (kind == "checkbox" and several),
    }


@register.filter
def is_filled(bound):
    """Whether a filter's field carries a value in this address (its control is then tinted)."""
    value = bound.value()
    return value not in (None, "", [], "unknown")


# --- lists ------------------------------------------------------------------------------------------


@register.filter
def elided(paginator, number):
    """The page numbers worth showing around `number`, with “…” for those left out."""
    numbers = paginator.get_elided_page_range(number, on_each_side=2, on_ends=1)
    return [n if isinstance(n, int) else "…" for n in numbers]


@register.filter
def trail_lines(detail):
    """The detail of an audit event as sentences: “原因：…”, “名称：旧 → 新”.

    detail: {label: value} or {label: [before, after]}, or a plain text.
    """
    if not detail:
        return []
    if not isinstance(detail, dict):
        return [str(detail)]
    lines = []
    for key, value in detail.items():
        label = TRAIL_LABELS.get(key, key)
        if isinstance(value, list) and len(value) == 2:
            lines.append(f"{label}：{value[0] or '空'} → {value[1] or '空'}")
        elif isinstance(value, list):
            lines.append(f"{label}：{'、'.join(map(str, value))}")
        elif value not in (None, "", {}):
            lines.append(f"{label}：{value}")
    return lines


TRAIL_LABELS = {
    "reason": "原因",
    "from": "原状态",
    "to": "现状态",
    "version": "版本",
    "basis": "依据",
    "name": "名称",
    "note": "说明",
    "fields": "内容",
}
