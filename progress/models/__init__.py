"""WHAT was reported: periods, returns and their versions, verdicts."""

from .calendar import CalendarDay, CalendarYear
from .contents import Attachment, NodeReport, ProjectUpdate, TargetValue, TaskReturn
from .contributions import ContributionRequest, TakenOver
from .demonstration import DemonstrationRun
from .handouts import Handout
from .issued import Issuance, MeetingEdition
from .papers import ReplacedDraft, SignedPaper
from .periods import DutyRule, LampRule, ReportingPeriod, TermRule
from .reports import ProgressReport, ReportStep, ReportVersion
from .requests import Correction, Extension
from .units import UnitDuty, UnitParagraph, UnitReturn
from .verdicts import Lamp, TaskState, TaskVerdict, VerdictProposal, VerdictReply

__all__ = [
    "Attachment",
    "CalendarDay",
    "CalendarYear",
    "ContributionRequest",
    "Correction",
    "DemonstrationRun",
    "DutyRule",
    "Extension",
    "Handout",
    "Issuance",
    "Lamp",
    "LampRule",
    "MeetingEdition",
    "NodeReport",
    "ProgressReport",
    "ProjectUpdate",
    "ReplacedDraft",
    "ReportStep",
    "ReportVersion",
    "ReportingPeriod",
    "SignedPaper",
    "TakenOver",
    "TargetValue",
    "TaskReturn",
    "TaskState",
    "TaskVerdict",
    "TermRule",
    "UnitDuty",
    "UnitParagraph",
    "UnitReturn",
    "VerdictProposal",
    "VerdictReply",
]
