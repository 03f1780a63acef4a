"""WHAT the office demanded: orders, circulars, meetings, problems, sudden questions, instructions."""

from .circulars import Circular
from .files import SupervisionFile
from .instructions import Instruction
from .meetings import Meeting, MeetingAction
from .orders import OrderExtension, OrderFeedback, OrderSeries, OrderStep, SupervisionOrder
from .problems import Problem, ProblemStep
from .quick import AdHocAnswer, AdHocField, AdHocRequest
from .rules import KindRule, LimitRule, OrderKind, Urgency

__all__ = [
    "AdHocAnswer",
    "AdHocField",
    "AdHocRequest",
    "Circular",
    "Instruction",
    "KindRule",
    "LimitRule",
    "Meeting",
    "MeetingAction",
    "OrderExtension",
    "OrderFeedback",
    "OrderKind",
    "OrderSeries",
    "OrderStep",
    "Problem",
    "ProblemStep",
    "SupervisionFile",
    "SupervisionOrder",
    "Urgency",
]
