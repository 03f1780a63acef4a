"""A report as a Word file in official form (GB/T 9704-2012; practice, section 4).

Annual, half-yearly and quarterly reports are the same paper: what is in them the data says. Where a paragraph
came from stays in the editor; the file does not carry it.
"""

from datetime import date

from agencies.official_page import OfficialDocument

from . import charts
from .tables import attachments_of

LAMPS = {
    "blue": charts.Part("已完成", "#1D4ED8", "#FFFFFF"),
    "green": charts.Part("达序时", "#CDEBD7", "#13713A", "rising"),
    "yellow": charts.Part("欠序时", "#FBE3A8", "#7A4800", "dotted"),
    "red": charts.Part("严重滞后", "#F8CFCD", "#9C141A", "crossed"),
    "grey": charts.Part("待审定、未报等", "#FFFFFF", "#1B2430"),
}
FILING = {
    "on_time": charts.Part("按时", "#CDEBD7", "#13713A", "rising"),
    "late": charts.Part("迟报", "#FBE3A8", "#7A4800", "dotted"),
    "missing": charts.Part("未报", "#F8CFCD", "#9C141A", "crossed"),
}
# Widths in mm of a chart's columns: the words, the bar, the sum; a cell keeps some of its width for itself.
WORDS, BAR, SUM = 65, 79, 12
WIDEST = BAR - 4
# The section that sums up is where the charts stand.
SUMMING_UP = "overview"


def word_of(data, *, mark="") -> bytes:
    """The .docx of a report, byte for byte the same for the same data.

    data: {"report": {title, addressee, signer, number, body, signed_on, …}, "sections": [{heading, source,
    paragraphs: [{level, text, sources}]}], "figures": …, "attachments": {…}, "charts": bool}, as an edition
    keeps it. mark: what the paper says of itself at its head (代拟稿, 征求意见稿), or "".
    """
    report, paper = data["report"], OfficialDocument()
    if mark:
        paper.mark(mark)
    if report.get("number") or report.get("signer"):
        paper.number(report.get("number") or "", signer=report.get("signer") or "")
    paper.title(report["title"])
    if report.get("addressee"):
        paper.addressee(report["addressee"])
    # Editions frozen before there was one have none.
    if report.get("opening"):
        paper.paragraph(report["opening"])
    _write_sections(paper, data)
    attached = attachments_of(data)
    if attached:
        paper.enclosures(*(each.title for each in attached))
    paper.signature(report.get("body") or "", _day(report.get("signed_on")))
    for number, each in enumerate(attached, start=1):
        paper.attachment(each.title, number=number if len(attached) > 1 else None, landscape=True)
        paper.table(each.columns, each.rows, landscape=True, size=10.5)
    return paper.to_bytes()


def _write_sections(paper, data):
    sections = data.get("sections", [])
    drawn = _charts(data.get("figures", {})) if data.get("charts") else []
    after = next((at for at, each in enumerate(sections) if each.get("source") == SUMMING_UP), 0)
    for at, section in enumerate(sections):
        paper.heading(1, section["heading"])
        for each in section.get("paragraphs", ()):
            if each.get("level"):
                paper.heading(each["level"], each["text"])
            else:
                paper.paragraph(each["text"])
        if at == after:
            for number, (rows, parts, title) in enumerate(drawn, start=1):
                _put_chart(paper, rows, parts, f"图{number}　{title}")


# --- charts ----------------------------------------------------------------------------------------


def _charts(figures):
    """[(rows, parts, title)] of the charts there are figures for; rows: [(words, {part: number})]."""
    found = []
    chapters = figures.get("chapters", ())
    lamps = [(_short(each["title"]), _lamps(each.get("lamps", {}))) for each in chapters]
    if any(sum(counts.values()) for _, counts in lamps):
        found.append((lamps, LAMPS, "各行动任务亮灯情况（单位：项）"))
    quarters = figures.get("filing", {}).get("quarters", ())
    filing = [(each["label"], {name: each.get(name, 0) for name in FILING}) for each in quarters]
    if len(filing) > 1 and any(sum(counts.values()) for _, counts in filing):
        found.append((filing, FILING, "各期报送情况（单位：项次）"))
    return found


def _short(title):
    """The name of a 行动 without the words all of them share."""
    return title.removeprefix("实施").removesuffix("行动") or title


def _lamps(counts):
    """Lamps with every grey of whatever reason together."""
    known = {name: counts.get(name, 0) for name in LAMPS}
    known["grey"] += sum(number for name, number in counts.items() if name not in LAMPS)
    return known


def _put_chart(paper, rows, parts, caption):
    most = max(sum(counts.values()) for _, counts in rows)
    lines = [
        (words, charts.bar(parts, counts, most, WIDEST), str(sum(counts.values()))) for words, counts in rows
    ]
    there = [part for key, part in parts.items() if any(counts.get(key) for _, counts in rows)]
    legend = [(charts.swatch(part), part.word) for part in there]
    paper.chart(lines, (WORDS, BAR, SUM), legend=legend)
    paper.caption(caption, size=12)


def _day(on):
    return date.fromisoformat(on) if on else None
