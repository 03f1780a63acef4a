"""WHAT the office demanded: orders, circulars, meetings, problems, questions, instructions, opinions."""

from .circulars import Circular
from .consultations import Consultation, ConsultationReply, Opinion
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
    "Consultation",
    "ConsultationReply",
    "Instruction",
    "KindRule",
    "LimitRule",
    "Meeting",
    "MeetingAction",
    "Opinion",
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
