"""How cells of the assessment look: those of the other workbooks, and points."""

from progress.exports import looks

POINTS, RATIO, WEIGHT = "0.00", "0.0000%", "0.######"
CHANGEABLE = "#FFF8DC"

LOOKS = {
    **looks.LOOKS,
    "points": {**looks.CENTRE, "num_format": POINTS},
    "number": {**looks.CENTRE, "num_format": WEIGHT},
    "ratio": {**looks.CENTRE, "num_format": RATIO},
    "strong_points": {**looks.CENTRE, "num_format": POINTS, "bold": True},
    "total_points": {**looks.TOTAL, "num_format": POINTS},
    # Figures the office may change: everything else follows.
    "change": {**looks.CENTRE, "num_format": WEIGHT, "bg_color": CHANGEABLE},
    "change_points": {**looks.CENTRE, "num_format": POINTS, "bg_color": CHANGEABLE},
    "change_share": {**looks.CENTRE, "num_format": "0.######%", "bg_color": CHANGEABLE},
    "change_word": {**looks.CENTRE, "num_format": "@", "bg_color": CHANGEABLE},
    "linked": {**looks.CELL, "num_format": "@", "font_color": "#1D4ED8", "underline": 1},
    "sign": {**looks.BARE, "font_size": 11},
}


def look(name: str) -> dict:
    """The properties of a look."""
    return LOOKS[name]
