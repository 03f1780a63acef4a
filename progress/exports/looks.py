"""How cells look, by name. Fonts are named, never shipped; colours are those of the pages."""

from progress.models import Lamp

INK, RULE = "#1B2430", "#8C96A3"
SIZE = 10
CELL = {
    "font_name": "宋体",
    "font_size": SIZE,
    "font_color": INK,
    "valign": "vcenter",
    "text_wrap": True,
    "border": 1,
    "border_color": RULE,
}
CENTRE = {**CELL, "align": "center"}
BARE = {**CELL, "border": 0}
TOTAL = {**CENTRE, "bold": True, "bg_color": "#F3F6FA"}
RATE, COUNT, DAY, MOMENT = "0.0%", "#,##0", 'yyyy"年"m"月"d"日"', "yyyy-mm-dd hh:mm"

LOOKS = {
    "title": {**BARE, "font_name": "方正小标宋简体", "font_size": 18, "align": "center"},
    "subtitle": {**BARE, "align": "center", "font_color": "#4A5563"},
    "demo": {**BARE, "align": "center", "bold": True, "font_color": "#B3181F", "bg_color": "#FCEBEA"},
    "note": {**BARE, "font_color": "#4A5563"},
    "header": {**CENTRE, "font_name": "黑体", "bg_color": "#E8EEF7"},
    "chapter": {**CELL, "font_name": "黑体", "font_size": 11, "bg_color": "#F3F6FA"},
    "section": {**CELL, "font_name": "楷体", "font_size": 10.5, "bold": True},
    "text": {**CELL, "num_format": "@"},
    "centre": {**CENTRE, "num_format": "@"},
    "chapter_down": {**CENTRE, "font_name": "黑体", "bg_color": "#F3F6FA"},
    "quiet": {**CELL, "italic": True, "font_color": "#5A6472"},
    "count": {**CENTRE, "num_format": COUNT},
    "whole_rate": {**CENTRE, "num_format": "0%"},
    "rate": {**CENTRE, "num_format": RATE},
    "day": {**CENTRE, "num_format": DAY},
    "moment": {**CENTRE, "num_format": MOMENT},
    "overdue": {**CENTRE, "num_format": COUNT, "bold": True, "font_color": "#B3181F", "bg_color": "#FCEBEA"},
    "total": TOTAL,
    "total_count": {**TOTAL, "num_format": COUNT},
    "total_rows": {**TOTAL, "num_format": '0" 项"'},
    "total_rate": {**TOTAL, "num_format": RATE},
}

INKS = {
    Lamp.BLUE: ("#1D4ED8", "#D6E2FC"),
    Lamp.GREEN: ("#13713A", "#CDEBD7"),
    Lamp.YELLOW: ("#7A4800", "#FBE3A8"),
    Lamp.RED: ("#9C141A", "#F8CFCD"),
}
GREY = ("#4A5563", "#E3E6EA")


def lamp_look(lamp, *, computed):
    """The look of a lamp's cell: filled where confirmed, hollow where 系统测算."""
    ink, fill = INKS.get(lamp, GREY)
    look = {**CENTRE, "font_color": ink, "bold": True}
    return look if computed else {**look, "bg_color": fill}


def lamp_words(lamp_word, *, lamp, computed):
    """Always the word, for paper without colours: ● confirmed, ○ 系统测算; 待审定 where neither is known."""
    if lamp is None:
        return lamp_word
    return f"○ {lamp_word}（测算）" if computed else f"● {lamp_word}"
