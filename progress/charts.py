"""ECharts options as plain dicts, made from figures and nothing else. Colours come with words, always."""

from django.urls import reverse
from django.utils.http import urlencode

from progress import figures
from progress.models import Lamp

# Dark enough on white; the grey ones are told apart by their words in the legend and the table behind.
COLOURS = {
    Lamp.BLUE: "#1f4fc4",
    Lamp.GREEN: "#1f8a4c",
    Lamp.YELLOW: "#d99a1c",
    Lamp.RED: "#c22127",
    Lamp.UNREPORTED: "#8a94a3",
    Lamp.NO_GOAL: "#b7bfca",
    Lamp.YEARLY: "#d3d8e0",
    "none": "#e4e8ee",
}
# The pale ones carry dark figures.
DARK_TEXT = (Lamp.YELLOW, Lamp.NO_GOAL, Lamp.YEARLY, "none")
# A second mark beside the colour, so that grey print tells the lamps apart.
PATTERNS = {Lamp.YELLOW: "triangle", Lamp.RED: "rect"}
INK, MUTED = "#1b2430", "#4a5565"


def lamps_by_chapter(overview):
    """亮灯 of each 行动 as a stacked bar; every piece opens its tasks. Returns (option, head, rows)."""
    chapters = list(reversed(overview.chapters))
    used = [lamp for lamp in figures.LAMP_ORDER if overview.lamps[lamp]]
    option = {
        "grid": _grid(),
        "tooltip": {"trigger": "item"},
        "legend": {"top": 0, "left": 0, "itemWidth": 14, "itemHeight": 14, "icon": "roundRect"},
        "xAxis": {"type": "value", "show": False},
        "yAxis": _chapter_axis(chapters),
        "series": [
            {
                "name": figures.lamp_label(lamp),
                "type": "bar",
                "stack": "lamps",
                "barWidth": "62%",
                "itemStyle": {
                    "color": COLOURS[lamp],
                    "borderColor": "#fff",
                    "borderWidth": 1,
                    **_decal(lamp),
                },
                "label": {
                    "show": True,
                    "color": INK if lamp in DARK_TEXT else "#fff",
                    "fontSize": 14,
                    "fontWeight": 600,
                },
                "data": [_piece(overview, chapter, lamp) for chapter in chapters],
            }
            for lamp in used
        ],
    }
    head = ["行动", *(figures.lamp_label(lamp) for lamp in used), "合计"]
    rows = [
        [chapter.chapter.title, *(chapter.lamps[lamp] for lamp in used), chapter.tasks]
        for chapter in overview.chapters
    ]
    return {"option": option, "head": head, "rows": rows}


def pace_by_chapter(overview):
    """Mean percent of each 行动 against the expected percent, which is drawn as a line across the bar."""
    chapters = list(reversed(overview.chapters))
    option = {
        "grid": _grid(right=24),
        "tooltip": {"trigger": "item"},
        "legend": {"top": 0, "left": 0, "itemWidth": 14, "itemHeight": 14},
        "xAxis": {
            "type": "value",
            "min": 0,
            "max": 100,
            "axisLabel": {"formatter": "{value}%", "color": MUTED, "fontSize": 13},
        },
        "yAxis": _chapter_axis(chapters),
        "series": [
            {
                "name": "完成率（各任务平均）",
                "type": "bar",
                "barWidth": "45%",
                "itemStyle": {"color": "#1556b0"},
                "label": {
                    "show": True,
                    "position": "insideLeft",
                    "formatter": "{c}%",
                    "fontSize": 14,
                    "fontWeight": 600,
                    "color": "#fff",
                },
                "data": [_point(overview, chapter, chapter.percent) for chapter in chapters],
            },
            {
                "name": "序时要求",
                "type": "scatter",
                "symbol": "rect",
                "symbolSize": [3, 26],
                "itemStyle": {"color": INK},
                "z": 5,
                "data": [_point(overview, chapter, chapter.expected) for chapter in chapters],
            },
        ],
    }
    rows = [
        [chapter.chapter.title, _said(chapter.percent), _said(chapter.expected), chapter.measured]
        for chapter in overview.chapters
    ]
    return {"option": option, "head": ["行动", "完成率 %", "序时 %", "纳入测算的任务"], "rows": rows}


def has_pace(overview):
    """Whether anything can be drawn on the pace chart."""
    return any(chapter.measured for chapter in overview.chapters)


def _grid(right=16):
    return {"left": 8, "right": right, "top": 36, "bottom": 8, "containLabel": True}


def _chapter_axis(chapters):
    return {
        "type": "category",
        "data": [f"{each.chapter.number}. {_short(each.chapter.title)}" for each in chapters],
        "axisLabel": {"fontSize": 14, "color": INK, "width": 216, "overflow": "break"},
        "axisTick": {"show": False},
    }


def _short(title):
    """A 行动's title without the words all nine share, so that the axis can be read."""
    return title.removeprefix("实施").removeprefix("推进").removesuffix("行动") or title


def _decal(lamp):
    if lamp not in PATTERNS:
        return {}
    return {"decal": {"symbol": PATTERNS[lamp], "symbolSize": 0.35, "color": "rgba(255,255,255,0.28)"}}


def _piece(overview, chapter, lamp):
    number = chapter.lamps[lamp]
    url = _register(overview, {"chapter": chapter.chapter.number, "lamp": str(lamp)})
    return {"value": number or None, "url": url, "name": chapter.chapter.title}


def _point(overview, chapter, value):
    url = _register(overview, {"chapter": chapter.chapter.number})
    return {"value": None if value is None else float(value), "url": url, "name": chapter.chapter.title}


def _register(overview, query):
    address = reverse("progress:register", args=[overview.plan.code, overview.period.code])
    return f"{address}?{urlencode(query)}"


def _said(value):
    return "—" if value is None else f"{value.normalize():f}"
