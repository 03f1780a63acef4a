"""The chart of a plan's evaluation, as a plain ECharts option with the table behind it."""

from assessment.evaluation import lamps_shown
from progress.charts import COLOURS, DARK_TEXT, INK
from progress.models import Lamp


def lamps_by_year(found):
    """年末亮灯 of each year as stacked bars. Returns (option, head, rows) for templates/_chart.html;
    None where no lamp has been confirmed yet."""
    used = lamps_shown(found.years)
    if not used:
        return None
    years = [each for each in found.years if each.lamps]
    names = [f"{each.year} 年{'（进行中）' if each.is_running else ''}" for each in years]
    option = {
        "grid": {"left": 8, "right": 16, "top": 36, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "legend": {
            "type": "scroll",
            "top": 0,
            "left": 0,
            "itemWidth": 14,
            "itemHeight": 14,
            "icon": "roundRect",
        },
        "xAxis": {"type": "value", "show": False},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": names,
            "axisLabel": {"fontSize": 14, "color": INK},
            "axisTick": {"show": False},
        },
        "series": [_series(lamp, years) for lamp in used],
    }
    head = ["年度", *(Lamp(lamp).label for lamp in used)]
    rows = [[name, *(each.lamp(lamp) for lamp in used)] for name, each in zip(names, years, strict=True)]
    return {"option": option, "head": head, "rows": rows}


def _series(lamp, years):
    return {
        "name": Lamp(lamp).label,
        "type": "bar",
        "stack": "lamps",
        "barWidth": "56%",
        "itemStyle": {"color": COLOURS[lamp], "borderColor": "#fff", "borderWidth": 1},
        "label": {
            "show": True,
            "color": INK if lamp in DARK_TEXT else "#fff",
            "fontSize": 14,
            "fontWeight": 600,
        },
        "data": [each.lamp(lamp) or None for each in years],
    }
