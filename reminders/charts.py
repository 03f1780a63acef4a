"""ECharts options as plain dicts, made from `effect` and nothing else."""

from reminders.effect import GROUPS

INK, MUTED = "#1b2430", "#4a5565"
COLOURS = {"unprompted": "#1f8a4c", "prompted": "#1f4fc4", "late": "#d99a1c", "never": "#8a94a3"}
# A second mark beside the colour, for grey print.
PATTERNS = {"late": "triangle", "never": "rect"}
DARK_TEXT = ("late",)
# A piece narrower than this has no room for its figure.
NARROW = 12


def shares_by_period(shares):
    """When the owed returns of each period left, in percent, as stacked bars; newest at the top. shares:
    {period: Shares}. Returns {option, head, rows}."""
    filled = {period: each for period, each in shares.items() if each.owed}
    periods = list(filled)
    option = {
        "grid": {"left": 8, "right": 16, "top": 56, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "legend": {"top": 0, "left": 0, "itemWidth": 14, "itemHeight": 14, "icon": "roundRect"},
        "xAxis": {
            "type": "value",
            "min": 0,
            "max": 100,
            "axisLabel": {"formatter": "{value}%", "color": MUTED, "fontSize": 13},
        },
        "yAxis": {
            "type": "category",
            "data": [period.label for period in periods],
            "axisTick": {"show": False},
            "axisLabel": {"color": INK, "fontSize": 13},
        },
        "series": [
            _series(name, [filled[period].percents[place] for period in periods])
            for place, name in enumerate(GROUPS)
        ],
    }
    head = ["报告期", *GROUPS.values(), "应报"]
    rows = [
        [period.label, *(number for _, number in filled[period].counts), filled[period].owed]
        for period in reversed(periods)
    ]
    return {"option": option, "head": head, "rows": rows}


def _series(name, percents):
    style = {"color": COLOURS[name], "borderColor": "#fff", "borderWidth": 1}
    if name in PATTERNS:
        style["decal"] = {"symbol": PATTERNS[name], "color": "rgba(255,255,255,0.35)", "symbolSize": 0.6}
    return {
        "name": GROUPS[name],
        "type": "bar",
        "stack": "shares",
        "barMaxWidth": 34,
        "itemStyle": style,
        "label": {
            "show": True,
            "formatter": "{c}%",
            "color": INK if name in DARK_TEXT else "#fff",
            "fontSize": 13,
        },
        "data": [
            {"value": percent, "label": {"show": percent is not None and percent >= NARROW}}
            for percent in percents
        ],
    }
