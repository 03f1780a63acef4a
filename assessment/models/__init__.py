"""HOW WELL the year went: schemes and scores, the reports of the office and their editions."""

from .files import AssessmentFile
from .findings import Finding
from .outlines import Outline, OutlineSection
from .petitions import Petition
from .reports import Edition, GatheredPart, GatheringRun, ReportParagraph, ReportSection, SummaryReport
from .rounds import AssessmentRound, RoundStep, SelfScore, UnitScore
from .schemes import Criterion, ExportForm, Scheme, VetoItem
from .sheets import Adjustment, Objection, VetoFinding

__all__ = [
    "Adjustment",
    "AssessmentFile",
    "AssessmentRound",
    "Criterion",
    "Edition",
    "ExportForm",
    "Finding",
    "GatheredPart",
    "GatheringRun",
    "Objection",
    "Outline",
    "OutlineSection",
    "Petition",
    "ReportParagraph",
    "ReportSection",
    "RoundStep",
    "Scheme",
    "SelfScore",
    "SummaryReport",
    "UnitScore",
    "VetoFinding",
    "VetoItem",
]
