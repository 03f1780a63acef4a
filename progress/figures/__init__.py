"""Every number, once: page, chart, Excel, API and report all read these functions and no other.

Each takes (plan, period, user, now), shows what that person may know, and asks a constant number of
queries for any number of rows. Progress is counted from accepted returns only; what waits for the office
is given beside it as `pending` (待审).
"""

from .filing import (
    CLASSES,
    GROUP_LABELS,
    AgencyFiling,
    ClassFiling,
    Filing,
    HeatCell,
    HeatMap,
    HeatRow,
    Unreported,
    class_of,
    conditions,
    counted_for,
    days_overdue,
    filing,
    filing_by_agency,
    heat_map,
    sent_back_by_agency,
    total,
    unreported,
)
from .history import ProjectStanding, QuarterOfTask, TargetStanding, projects_of, quarters_of, targets_of
from .overview import (
    LAMP_ORDER,
    ChapterFigures,
    Kpi,
    Overview,
    behind,
    by_chapter,
    lamp_counts,
    lamp_label,
    overview,
)
from .problems import ProblemRow, problems
from .readings import lamp_rule
from .standings import BEHIND, UNDECIDED, Standing, meaningful, standing, standings

__all__ = [
    "BEHIND",
    "CLASSES",
    "GROUP_LABELS",
    "LAMP_ORDER",
    "UNDECIDED",
    "AgencyFiling",
    "ChapterFigures",
    "ClassFiling",
    "Filing",
    "HeatCell",
    "HeatMap",
    "HeatRow",
    "Kpi",
    "Overview",
    "ProblemRow",
    "ProjectStanding",
    "QuarterOfTask",
    "Standing",
    "TargetStanding",
    "Unreported",
    "behind",
    "by_chapter",
    "class_of",
    "conditions",
    "counted_for",
    "days_overdue",
    "filing",
    "filing_by_agency",
    "heat_map",
    "lamp_counts",
    "lamp_label",
    "lamp_rule",
    "meaningful",
    "overview",
    "problems",
    "projects_of",
    "quarters_of",
    "sent_back_by_agency",
    "standing",
    "standings",
    "targets_of",
    "total",
    "unreported",
]
