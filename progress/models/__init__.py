"""WHAT was reported: periods, returns and their versions, verdicts."""

from .calendar import CalendarDay, CalendarYear
from .contents import Attachment, NodeReport, ProjectUpdate, TargetValue, TaskReturn
from .demonstration import DemonstrationRun
from .periods import DutyRule, LampRule, ReportingPeriod
from .reports import ProgressReport, ReportStep, ReportVersion
from .verdicts import Lamp, TaskState, TaskVerdict

__all__ = [
    "Attachment",
    "CalendarDay",
    "CalendarYear",
    "DemonstrationRun",
    "DutyRule",
    "Lamp",
    "LampRule",
    "NodeReport",
    "ProgressReport",
    "ProjectUpdate",
    "ReportStep",
    "ReportVersion",
    "ReportingPeriod",
    "TargetValue",
    "TaskReturn",
    "TaskState",
    "TaskVerdict",
]
