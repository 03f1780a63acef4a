"""May this person do this in supervision, and if not, why not: the sentence refuses, and greys the button."""

from agencies.models import Role
from agencies.permissions import Denied
from progress.permissions import approver_is_vacant


def reads_supervision(user):
    """Whether supervision is for the person at all: bodies' people, the office, leaders."""
    return user.has_role(Role.REPORTER, Role.APPROVER, Role.OFFICE, Role.LEADER)


def check_read_supervision(user):
    """Lists of supervision are for the business roles; administrators keep accounts only."""
    if not reads_supervision(user):
        raise Denied("系统管理员只管理账号和单位，不查看督办内容。")


# --- meetings and instructions ---------------------------------------------------------------------


def check_keep_meetings(user):
    """Meetings, inspections and what was agreed there are recorded by the office."""
    if not user.is_office:
        raise Denied("会议与检查由办公室登记，各单位和市领导可以查看。")


def check_keep_instructions(user):
    """批示件 are registered and reported on by the office."""
    if not user.is_office:
        raise Denied("批示件由办公室登记和办理。")


# --- 临时调度 -----------------------------------------------------------------------------------------


def check_ask_quickly(user):
    """临时调度 is drafted, sent, extended and closed by the office."""
    if not user.is_office:
        raise Denied("临时调度由办公室发出，各单位在收到后答复。")


def check_read_table(user):
    """The table of all answers, its export and the page for printing: the office, and leaders."""
    if not user.has_role(Role.OFFICE, Role.LEADER):
        raise Denied("各单位的答复由办公室汇总，本单位只看到自己的。")


def check_answer_quickly(user, agency_ids):
    """Answering in the name of these bodies (ids): who reports or signs for each of them."""
    if not set(agency_ids) <= user.agency_ids(Role.REPORTER, Role.APPROVER):
        raise Denied("临时调度由被调度单位的填报人或审核人答复。")


# --- problems --------------------------------------------------------------------------------------


def check_handle_problems(user):
    """Problems are triaged, answered, closed and set down by the office."""
    if not user.is_office:
        raise Denied("问题由办公室研判、答复和销号。")


def check_problem(user, problem, verb):
    """One verb of `problems` on one problem: 整改进展 is the reporters' of the body that answers for it,
    everything else the office's."""
    if verb != "progress":
        check_handle_problems(user)
    elif problem.agency_id not in user.agency_ids(Role.REPORTER):
        raise Denied("整改进展由责任单位的填报人填写。")


# --- orders ------------------------------------------------------------------------------------------


def serves(user, order, *roles):
    """Whether the person acts today for the body an order is addressed to, in one of `roles`."""
    return order.agency_id in user.agency_ids(*roles)


def is_addressee(user, order):
    """Whether the person is of those who receive an order and answer it."""
    return serves(user, order, Role.REPORTER, Role.APPROVER)


def reads_feedback(user, feedback):
    """Whether the person may read a feedback of a visible order: the body's own people all of it, the office
    what has left the body, everybody else what was accepted."""
    if is_addressee(user, feedback.order):
        return True
    return feedback.left_at is not None if user.is_office else feedback.state == "accepted"


def check_draft_order(user, order=None, now=None):
    """Drafting, changing a draft and sending it to be checked: the office."""
    if not user.is_office:
        raise Denied("督办件由办公室拟办。")


def check_check_order(user, order, now):
    """审核: the office, never who drafted it or wrote in it last."""
    if not user.is_office:
        raise Denied("督办件由办公室审核。")
    if user.pk in (order.drafted_by_id, order.last_written_by_id()):
        raise Denied("拟办人不能审核自己拟的督办件，请由办公室另一位同志审核。")


def check_send_order_back(user, order, now):
    """退回拟办: the office, whoever of it."""
    if not user.is_office:
        raise Denied("督办件由办公室退回修改。")


def check_issue_order(user, order, now):
    """Registering the signature: the office."""
    if not user.is_office:
        raise Denied("签发由办公室登记。")


def check_sign_for_order(user, order, now):
    """签收: who reports or signs for the body it is addressed to."""
    if not is_addressee(user, order):
        raise Denied("督办件由主办单位签收。")


def check_hand_in_feedback(user, order, now):
    """写反馈: the reporters of the main body."""
    if not serves(user, order, Role.REPORTER):
        raise Denied("反馈由主办单位填报人填写。")


def check_approve_feedback(user, order, now):
    """Signing the feedback off: the body's approver, never who wrote it."""
    if not serves(user, order, Role.APPROVER):
        raise Denied("反馈由主办单位审核人审签。")
    feedback = order.open_feedback()
    if feedback is not None and feedback.written_by_id == user.pk:
        raise Denied("填写人不能审签自己的反馈，请由本单位另一位审核人审签。")


def check_send_feedback_back(user, order, now):
    """Returning what waits for the signature: the body's approvers."""
    if not serves(user, order, Role.APPROVER):
        raise Denied("待审签的反馈由主办单位审核人退回。")


def check_withdraw_feedback(user, order, now):
    """Taking back what waits for the signature: the body's reporters."""
    if not serves(user, order, Role.REPORTER):
        raise Denied("待审签的反馈由主办单位填报人撤回。")


def check_decide_feedback(user, order, now):
    """Accepting or returning feedback: the office, never who wrote it or signed it off."""
    if not user.is_office:
        raise Denied("反馈由办公室审核。")
    feedback = order.open_feedback()
    if feedback is not None and user.pk in (feedback.written_by_id, feedback.approved_by_id):
        raise Denied("填写人或审签人不能审核自己经手的反馈，请由办公室另一位同志审核。")


def check_close_order(user, order, now):
    """直接销号: the office."""
    if not user.is_office:
        raise Denied("督办件由办公室销号。")


def check_cancel_order(user, order, now):
    """撤销: the office."""
    if not user.is_office:
        raise Denied("督办件由办公室撤销。")


def check_ask_more_time(user, order, now):
    """申请延期: the body's own people, up to the limit (equal is in time), one request at a time."""
    if not is_addressee(user, order):
        raise Denied("延期由主办单位申请。")
    if order.due_at is not None and now > order.due_at:
        raise Denied("办理时限已过，延期须在到期前申请；请尽快反馈。")
    if order.open_extension() is not None:
        raise Denied("这件已有延期申请在办理中，请等办公室决定。")


def check_decide_more_time(user, order, now):
    """Deciding on more time: the office, never who asked."""
    if not user.is_office:
        raise Denied("延期由办公室决定。")
    asked = order.open_extension()
    if asked is not None and asked.asked_by_id == user.pk:
        raise Denied("申请人不能决定自己的延期申请，请由办公室另一位同志办理。")


def check_set_order_rules(user):
    """发文代字、时限 and 签发层级 of a plan are the office's to set."""
    if not user.is_office:
        raise Denied("督办规则由办公室设定。")


# --- circulars ---------------------------------------------------------------------------------------


def check_keep_circulars(user):
    """通报 are drafted, checked and registered by the office."""
    if not user.is_office:
        raise Denied("通报由办公室拟办，印发后各单位和市领导可以查看。")


def check_circular(user, circular, verb):
    """One verb of `circulars` on one circular: the office's; never checked by who wrote it last."""
    check_keep_circulars(user)
    if verb == "check" and circular.drafted_by_id == user.pk:
        raise Denied("拟办人不能审核自己拟的通报，请由办公室另一位同志审核。")


# --- 征求意见 ------------------------------------------------------------------------------------------


def check_consult(user):
    """Drafting, sending, answering the opinions and closing: the office."""
    if not user.is_office:
        raise Denied("征求意见由办公室拟办、发出和汇总，各单位在收到后反馈。")


def writes_on_behalf(user, reply):
    """Whether what the person writes is 代录 by the office, not the unit's own word."""
    return user.is_office and reply.agency_id not in user.agency_ids(Role.REPORTER)


def check_write_reply(user, reply):
    """Writing a 回执: the unit's reporters; from a letter or a call the office, while the unit has not begun
    to write itself, or nobody there may sign what it wrote."""
    if reply.agency_id in user.agency_ids(Role.REPORTER):
        return
    if not user.is_office:
        raise Denied("回执由被征求单位的填报人填写。")
    if reply.written_at is not None and not lacks_approver(user, reply):
        raise Denied("这家单位已在填写回执，不能代录；请联系该单位提交或审签。")


def lacks_approver(user, reply):
    """Whether the unit's 回执 wants a signature nobody is there to give. user: who asks."""
    return reply.agency.needs_approver and approver_is_vacant(reply.agency_id, user.successions)


def signs_reply(user, reply):
    """Whether the person signs for the unit: its approver; where that post is vacant, its reporters."""
    if reply.agency_id in user.agency_ids(Role.APPROVER):
        return True
    return reply.agency_id in user.agency_ids(Role.REPORTER) and lacks_approver(user, reply)


def check_approve_reply(user, reply):
    """Signing a 回执 off or returning it: who signs for the unit, never who wrote it."""
    if not signs_reply(user, reply):
        raise Denied("回执由被征求单位的审核人审签。")
    if reply.written_by_id == user.pk:
        raise Denied("填写人不能审签自己的回执，请由本单位另一位同志审签。")


def check_withdraw_reply(user, reply):
    """Taking a 回执 back: before the signature the unit's reporters, after it who signs for the unit; of one
    that needs no approver its reporters; what the office set down the office."""
    given = reply.state == "given"
    if user.is_office and given and reply.given_by_id == reply.written_by_id:
        return
    signed = given and reply.agency.needs_approver
    own = reply.agency_id in user.agency_ids(Role.REPORTER)
    if not (signs_reply(user, reply) if signed else own):
        raise Denied("已反馈的回执由本单位审核人撤回，待审签的由填报人撤回。")
