"""Where a paragraph of a report comes from: each source as words, with the way to the return itself."""

from dataclasses import dataclass

from django.urls import reverse

# A paragraph drawn from many returns shows these many; the rest folds away.
SHOWN = 3


@dataclass(frozen=True)
class Chip:
    """第15项 · 市发展改革委 · 2026Q3 第2版; url: "" where there is nothing to open."""

    words: str
    url: str = ""


def chips_of(sources, plan_code):
    """The Chips of a paragraph's sources (shape: ReportParagraph), each once, in their order."""
    return list(dict.fromkeys(_chip(source, plan_code) for source in sources))


def tasks_of(sources):
    """The numbers of the tasks named by sources."""
    return {source["task"] for source in sources if source.get("task")}


def _chip(source, plan_code):
    version = f"第{source['version']}版" if source.get("version") else ""
    period = " ".join(filter(None, [source.get("period", ""), version]))
    task = f"第{source['task']}项" if source.get("task") else ""
    words = [task, source.get("agency_name", ""), period]
    return Chip(" · ".join(filter(None, words)), _address(source, plan_code))


def _address(source, plan_code):
    """The versions of the return a source names, else the page of its task."""
    task, agency, period = (source.get(name) for name in ("task", "agency", "period"))
    if agency and period and source.get("report"):
        place = [plan_code, period, task, agency] if task else [plan_code, period, agency]
        return reverse("progress:versions" if task else "progress:unit_versions", args=place)
    if task and period:
        return reverse("progress:task", args=[plan_code, period, task])
    return ""
