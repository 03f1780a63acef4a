"""May this person do this to this report, and if not, why not.

Every check raises `Denied` with the sentence that refuses the POST, greys the button and answers the API.
The checks ask who and whether the period is shut; whether the state allows the verb is asked by
`workflow` from its table, after the check that nobody else has changed the report meanwhile.
"""

from django.utils import timezone

from agencies.audit import keep_secret
from agencies.models import AgencySuccession, Post, Role
from agencies.permissions import Denied
from progress.models import ContributionRequest, ProgressReport, TaskVerdict, VerdictProposal
from tasks.models import Assignment, Task

keep_secret("progress.progressreport", lambda: ProgressReport.objects.filter(task__is_sensitive=True))
keep_secret("progress.taskverdict", lambda: TaskVerdict.objects.filter(task__is_sensitive=True))
keep_secret("progress.verdictproposal", lambda: VerdictProposal.objects.filter(task__is_sensitive=True))

State = ProgressReport.State


def reports_for(user, report):
    """Whether the person fills in reports for this report's body today."""
    return report.agency_id in user.agency_ids(Role.REPORTER)


def approves_for(user, report):
    """Whether the person signs for this report's body today."""
    return report.agency_id in user.agency_ids(Role.APPROVER)


def reviews(user, report):
    """Whether the person is of those who accept the report or send it back once it has left: the office;
    for a contribution the bodies that asked for it."""
    if not report.is_contribution:
        return user.has_role(Role.OFFICE)
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    asking = ContributionRequest.objects.open().filter(contribution=report.pk)
    leads = set(asking.values_list("lead_report__agency", flat=True))
    if not leads:
        # Owed every quarter by the plan's rules, without being asked: then the task's leads decide.
        leads = set(
            ProgressReport.objects.filter(
                task=report.task_id, period=report.period_id, role=Assignment.Role.LEAD
            ).values_list("agency", flat=True)
        )
    return not leads.isdisjoint(own)


def decides_on(user, report):
    """Whether it is this person's to decide on the report: its reviewers' and its own approvers'."""
    return approves_for(user, report) or reviews(user, report)


def approver_is_vacant(agency_id, successions=None):
    """Whether nobody may sign for a body today, as `nobody_serves` says it."""
    return nobody_serves(agency_id, Role.APPROVER, successions=successions)


def nobody_serves(agency_id, *roles, successions=None):
    """Whether nobody is in post today in one of `roles` at a body, nor at a successor of it.

    successions: who acts for whom (`User.successions`), where it is at hand.
    """
    if successions is None:
        successions = AgencySuccession.objects.acting().chains()
    acting = {new for old, new in successions if old == agency_id}
    held = Post.objects.on(timezone.localdate()).filter(role__in=roles, user__is_active=True)
    return not held.filter(agency__in=acting | {agency_id}).exists()


def content_for(user, report):
    """Which text of a visible report the person may read: "live", "frozen" or None.

    Its own body reads what stands there now. Everybody else who may know of the report reads the last
    version that left the body, and of what has not left only the state (design, section 1).
    """
    if report.agency_id in user.agency_ids(Role.REPORTER, Role.APPROVER):
        return "live"
    if report.left_at is None:
        return None
    return "frozen"


def knows_task(user, report):
    """Whether the person may still read the task of a report they may read: a body whose duty on a sensitive
    task has ended keeps its own words, not the task's."""
    if report.task_id is None or not report.task.is_sensitive:
        return True
    return Task.objects.visible_to(user).filter(pk=report.task_id).exists()


def reads_versions(user, report):
    """Whether the person may read every version that left the body, not only the one accepted: its own
    body, the office and the task's lead bodies; supporters and leaders read what was accepted."""
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    if report.agency_id in own or user.has_role(Role.OFFICE):
        return True
    return Assignment.objects.leads().filter(task=report.task_id, agency__in=own).exists()


def reads_return_reason(user, report, *, said_aloud):
    """Whether the person may read why a report came back. What its approver said to its reporter stays
    inside the body; what its reviewer said (`ReportStep.is_said_aloud`) is for all who may read the text."""
    readable = content_for(user, report)
    return readable == "live" or (readable == "frozen" and said_aloud)


def check_edit(user, report, now):
    """Filling in and attaching: the body's reporters, while the period is not shut for them."""
    if not reports_for(user, report):
        raise Denied("只有本单位填报人可以填写。")
    check_not_waived(report)
    check_not_locked(report, now)


def check_submit(user, report, now):
    check_edit(user, report, now)


def check_approve(user, report, now):
    """Signing off: the body's approver, never the one who submitted."""
    if not approves_for(user, report):
        raise Denied("只有本单位审核人可以审签。")
    if report.submitted_by_id == user.pk:
        raise Denied("提交人不能审签自己提交的内容，请由本单位另一位审核人审签。")
    check_not_waived(report)
    check_not_locked(report, now)


def check_approve_offline(user, report, now):
    """线下审签, recorded with the scan of the signed paper: the body's approver; where that post is vacant, a
    reporter of the body. Never the one who submitted."""
    if not approves_for(user, report):
        if not reports_for(user, report):
            raise Denied("只有本单位审核人可以登记线下审签。")
        if not approver_is_vacant(report.agency_id, user.successions):
            raise Denied("本单位设有审核人，线下审签件由审核人上传。")
    if report.submitted_by_id == user.pk:
        raise Denied("提交人不能登记自己提交内容的审签，请由本单位另一位同志办理。")
    check_not_waived(report)
    check_not_locked(report, now)


def check_enter_on_behalf(user, report, now):
    """代录 from a body's letter: the office, of what is owed to it; another of the office reviews it."""
    if not user.has_role(Role.OFFICE):
        raise Denied("只有办公室可以代录。")
    if report.is_contribution:
        raise Denied("配合材料由牵头单位收取，办公室不代录。")
    check_not_waived(report)


def check_correct(user, report, now):
    """Deciding on a correction: a reviewer of the report. The body that said it asks for it."""
    if not reviews(user, report):
        raise Denied("更正由审核方决定；本单位可以提出更正申请。")


def check_withdraw(user, report, now):
    """Taking back: before sign-off by the reporter; after it, until the office decides, by the approver."""
    if report.state == State.UNDER_REVIEW and report.agency.needs_approver:
        if not approves_for(user, report):
            raise Denied("已经报出，须由本单位审核人撤回。")
    elif not reports_for(user, report):
        raise Denied("只有本单位填报人可以撤回。")
    check_not_locked(report, now)


def check_send_back(user, report, now):
    """Sending back with a reason: inside the body by its approver, after that by the office."""
    if report.state == State.AWAITING_APPROVAL:
        if not approves_for(user, report):
            raise Denied("只有本单位审核人可以退回本单位待审签的内容。")
        check_not_locked(report, now)
    elif not reviews(user, report):
        whose = "商请的牵头单位" if report.is_contribution else "办公室"
        raise Denied(f"只有{whose}可以退回已报送的内容。")
    elif report.is_contribution:
        # Only what the office does goes on after it has locked.
        check_not_locked(report, now)


def check_accept(user, report, now):
    """Accepting: a reviewer (see `reviews`) who neither submitted nor approved it."""
    if not reviews(user, report):
        whose = "商请的牵头单位" if report.is_contribution else "办公室审核人员"
        raise Denied(f"只有{whose}可以采用。")
    if user.pk in (report.submitted_by_id, report.approved_by_id):
        whose = "本单位" if report.is_contribution else "办公室"
        raise Denied(f"提交人或审签人不能审核自己经手的内容，请由{whose}另一位同志审核。")


def check_reopen(user, report, now):
    """Opening an accepted return again: the office, with a reason."""
    if not user.has_role(Role.OFFICE):
        raise Denied("只有办公室可以将已采用的内容重新打开。")


def check_not_locked(report, now):
    """Late filing is possible until the office locks; after that only a return it has opened again."""
    if not report.period.is_locked:
        return
    if report.resubmit_by is None:
        raise Denied(f"{report.period.label}已锁定，如需修改请联系办公室。")
    if now > report.resubmit_by:
        raise Denied(f"{report.period.label}已锁定，重报期限已过，请联系办公室。")


def check_not_waived(report):
    if report.waived_at is not None:
        raise Denied("本项本期免报，不需要填写。")


def check_review(user):
    """Opening the review queue: the office, and approvers for their own body."""
    if not user.has_role(Role.OFFICE, Role.APPROVER):
        raise Denied("审核列表供办公室和各单位审核人使用。")


def check_read_contributions(user):
    """What leads asked of supporters is for the office and the bodies concerned."""
    if not user.has_role(Role.OFFICE, Role.REPORTER, Role.APPROVER):
        raise Denied("商请提供情况供办公室和有关单位查看。")


def check_fill_in(user):
    """Sending off many returns at once: a body's reporters; each return is then checked on its own."""
    if not user.has_role(Role.REPORTER):
        raise Denied("只有填报人可以提交本单位填报的内容。")


def check_confirm_verdicts(user):
    """Lamps are confirmed by the office."""
    if not user.has_role(Role.OFFICE):
        raise Denied("亮灯由办公室审定。")


def check_verdicts(user):
    """The way of the lamps to 审定 is for the office and, as far as they are asked, for lead bodies."""
    if not user.has_role(Role.OFFICE, Role.REPORTER, Role.APPROVER):
        raise Denied("亮灯的拟定和反馈由办公室和牵头单位办理；已审定的亮灯见“重点任务”。")


def check_reply_verdict(user, agency, leads):
    """Answering a proposed lamp: reporters and approvers of a lead body, for their own body."""
    if agency not in leads or agency.pk not in user.agency_ids(Role.REPORTER, Role.APPROVER):
        raise Denied("拟定的亮灯由牵头单位的填报人或审核人反馈。")


def check_meeting(user):
    """会议版 is for the room: the office and the leaders."""
    if not user.has_role(Role.OFFICE, Role.LEADER):
        raise Denied("会议版供办公室和市领导使用。")


def check_take_meeting(user):
    """Taking or refreshing the 会议版 is the office's."""
    if not user.has_role(Role.OFFICE):
        raise Denied("会议版由办公室生成和刷新。")


def check_read_returns(user):
    """Lists made of returns are for the business roles; administrators keep accounts only."""
    if not user.has_role(Role.REPORTER, Role.APPROVER, Role.OFFICE, Role.LEADER):
        raise Denied("系统管理员只管理账号和单位，不查看填报内容。")


def check_overview(user):
    """总体情况 is for the office and the leaders."""
    if not user.has_role(Role.OFFICE, Role.LEADER):
        raise Denied("总体情况供办公室和市领导查看；本单位的情况见“本单位”。")


def check_collect_annual(user):
    """All bodies' 年度落实情况报告 in one file are the office's to collect."""
    if not user.has_role(Role.OFFICE):
        raise Denied("各单位年度报告由办公室汇集打包；本单位的报告在本单位页面下载。")
