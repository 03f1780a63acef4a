"""提醒台账: every reminder, how it went, and how long until what it was about moved on."""

from django.db.models import Case, CharField, DateTimeField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Concat

from progress.models import ReportStep
from progress.workflow import TRANSITIONS
from reminders.models import Message, Reminder, Urge
from reminders.models.rules import Channel
from supervision.models import AdHocAnswer, OrderStep

# Steps that undo, or that the office takes of itself, answer no reminder.
NO_ANSWER = {"withdraw", "reopen", "correct"}
ANSWERS = {transition.verb for transition in TRANSITIONS} - NO_ANSWER
OF_ORDERS = ("order", "order_sign")
ORDER_ANSWERS = {"sign_for", "hand_in", "approve_feedback", "ask_more_time"}
SHOWN = ("message", "agency", "task", "period__plan", "recipient", "robot", "rule", "urge__by")
DAY = 86_400
# One list is at most this long as a file.
MOST_ROWS = 10_000
OPENED = "已读"
UNREAD = "未读"

# When it went out; None where it did not, or not yet.
TOLD_AT = Case(
    When(message__isnull=True, urge__isnull=False, then=F("created_at")),
    When(message__state=Message.State.SENT, then=F("message__sent_at")),
    output_field=DateTimeField(),
)


def timed(reminders):
    """`reminders` (a queryset) each with `told_at` (when it went out; None where it did not) and
    `answered_at`: the first step after that by which its report or order moved on, or the first answer."""
    steps = ReportStep.objects.filter(
        report=OuterRef("report"), at__gte=OuterRef("told_at"), verb__in=ANSWERS
    )
    answered_at = Case(
        When(kind__in=OF_ORDERS, then=Subquery(_steps_of_orders().values("at")[:1])),
        When(kind="quick", then=Subquery(_quick_answers().values("confirmed_at")[:1])),
        default=Subquery(steps.order_by("at").values("at")[:1]),
        output_field=DateTimeField(),
    )
    return reminders.annotate(told_at=TOLD_AT).annotate(answered_at=answered_at)


def _steps_of_orders():
    """By which the body of the order a reminder names (“order:3”) answered, the first first."""
    named = Concat(Value("order:"), Cast("order", CharField()))
    steps = OrderStep.objects.filter(order__agency=OuterRef("agency"), verb__in=ORDER_ANSWERS)
    steps = steps.annotate(named=named).filter(named=OuterRef("subject"), at__gte=OuterRef("told_at"))
    return steps.order_by("at")


def _quick_answers():
    """What the body confirmed of the question a reminder names (“quick:3:12”), the first first."""
    request, agency = (Cast(name, CharField()) for name in ("request", "agency"))
    named = Concat(Value("quick:"), request, Value(":"), agency)
    answers = AdHocAnswer.objects.filter(agency=OuterRef("agency")).annotate(named=named)
    answers = answers.filter(named=OuterRef("subject"), confirmed_at__gte=OuterRef("told_at"))
    return answers.order_by("confirmed_at")


def lines(user, plan):
    """The reminders about this plan the person may see (`Reminder.objects.visible_to`), timed, with what a
    line shows; one query."""
    of_plan = Q(rule__plan=plan) | Q(urge__plan=plan)
    return timed(Reminder.objects.visible_to(user).filter(of_plan)).select_related(*SHOWN)


def days_to_answer(reminder):
    """Days from a timed reminder to what followed it, to one decimal; None where nothing followed."""
    if reminder.told_at is None or reminder.answered_at is None:
        return None
    return round((reminder.answered_at - reminder.told_at).total_seconds() / DAY, 1)


def can_be_followed(reminder):
    """Whether it is known what followed: of returns, orders and sudden questions."""
    return reminder.report_id is not None or reminder.kind in {*OF_ORDERS, "quick"}


def state_of(reminder):
    """(code, words): how it went. Codes are Message.State's, with dropped, called and copied."""
    if reminder.dropped_at is not None:
        return "dropped", "已办理，未发送"
    if reminder.message is not None:
        return reminder.message.state, reminder.message.get_state_display()
    if reminder.urge is not None and reminder.urge.way == Urge.Way.COPIED:
        return "copied", "已发工作群"
    return "called", "已通话"


def channel_words(reminder):
    """By which channel, in words; what was pasted by hand went to 工作群."""
    if reminder.urge is not None and reminder.urge.way == Urge.Way.COPIED:
        return "工作群"
    return reminder.get_channel_display()


def by_words(reminder):
    """By which rule, or by whose hand."""
    if reminder.rule is not None:
        return f"规则：{reminder.rule.name}"
    return f"{reminder.urge.get_way_display()}：{reminder.urge.by}"


def to_words(reminder):
    """Whom it went to, in words."""
    if reminder.recipient is not None:
        return str(reminder.recipient)
    if reminder.robot is not None:
        return reminder.robot.name
    if reminder.urge is not None and reminder.urge.spoke_with:
        return reminder.urge.spoke_with
    return "工作群" if reminder.urge is not None else ""


def read_words(reminder):
    """已读, 未读, or "" where nobody can know: only the inbox tells."""
    message = reminder.message
    if message is None or reminder.channel != Channel.INBOX or message.state != Message.State.SENT:
        return ""
    return OPENED if message.opened_at else UNREAD
