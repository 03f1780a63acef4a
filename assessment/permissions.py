"""May this person do that in assessment, and why not: each check raises `Denied` with the reason."""

from agencies.models import Role
from agencies.permissions import Denied
from progress.permissions import approver_is_vacant

# --- reading, schemes --------------------------------------------------------------------------------


def check_read_assessment(user):
    """Schemes and evaluations are for the business roles; administrators keep accounts only."""
    if not user.has_role(Role.REPORTER, Role.APPROVER, Role.OFFICE, Role.LEADER):
        raise Denied("系统管理员只管理账号和单位，不查看考核内容。")


def check_keep_schemes(user):
    """考核办法 are drafted, published and withdrawn by the office."""
    if not user.is_office:
        raise Denied("考核办法由办公室起草和公布，各单位和市领导可以查看已公布的。")


# --- running scores, findings --------------------------------------------------------------------------


def check_read_running(user):
    """试算 is for the office and, each for itself, for the bodies; leaders read what is put to them for
    审定."""
    if user.has_role(Role.OFFICE, Role.REPORTER, Role.APPROVER):
        return
    if user.has_role(Role.LEADER):
        raise Denied("年度内的试算只供办公室和各单位了解情况。进入领导小组审定后，请在“年度考核”中查阅。")
    raise Denied("系统管理员只管理账号和单位，不查看考核内容。")


def check_read_findings(user):
    """人工认定: the office all, each body what was found about it."""
    if not user.has_role(Role.OFFICE, Role.REPORTER, Role.APPROVER):
        raise Denied("人工认定只供办公室和所涉单位查看。")


def check_keep_findings(user, agency=None):
    """Facts no figure can tell are stated, and taken back, by the office; never by somebody of the body they
    are about, where that is known."""
    if not user.is_office:
        raise Denied("人工认定由办公室作出和撤销；有异议的，请在反馈复核时提出。")
    if agency is not None and serves(user, agency.pk):
        raise Denied(f"您同时在{agency.name}任职，不能对本单位作出或撤销认定，请由办公室另一位同志办理。")


# --- workbooks ---------------------------------------------------------------------------------------


def check_take_workbook(user, round):
    """The whole round as Excel: the office; leaders once it is put to them. A unit takes its own sheet."""
    if user.is_office or (user.has_role(Role.LEADER) and round.state in round.FOR_LEADERS):
        return
    raise Denied("全部单位的考核工作簿由办公室出具；本单位的考核评分表请在“年度考核”本单位的页面导出。")


def check_take_trial(user):
    """试算 of all units as Excel: the office alone."""
    if not user.is_office:
        raise Denied("年度内的试算只供办公室掌握；本单位的试算请在“年度考核”本单位的页面查看和导出。")


# --- reports of the office ---------------------------------------------------------------------------


def check_read_reports(user):
    """总结报告 and their editions: the office, and leaders what was frozen for them."""
    if not user.has_role(Role.OFFICE, Role.LEADER):
        raise Denied("总结报告由办公室起草，供办公室和市领导查阅。")


def check_edit_reports(user):
    """总结报告 are written, checked and frozen by the office."""
    if not user.is_office:
        raise Denied("总结报告由办公室编辑和定稿。")


# --- 请示 ---------------------------------------------------------------------------------------------


def check_read_petitions(user):
    """请示: the office, and leaders what was signed."""
    if not user.has_role(Role.OFFICE, Role.LEADER):
        raise Denied("请示由办公室拟稿，签发后供市领导查阅。")


def check_keep_petitions(user):
    """请示 are drafted and registered as signed by the office."""
    if not user.is_office:
        raise Denied("请示由办公室拟稿和登记签发。")


# --- rounds ------------------------------------------------------------------------------------------

BODY = (Role.REPORTER, Role.APPROVER)


def check_run_rounds(user):
    """Beginning a round and taking it from step to step: the office."""
    if not user.is_office:
        raise Denied("年度考核由办公室组织，各阶段由办公室办理。")


def serves(user, agency_id, *roles):
    """Whether the person acts today for this body, in one of `roles`."""
    return agency_id in user.agency_ids(*(roles or BODY))


def check_score(user, unit):
    """Confirming a score, adding and deducting, stating vetoes: the office; for its host unit the people of
    the unit named to review it. Never somebody of the unit itself."""
    if serves(user, unit.agency_id):
        raise Denied("不能评定本单位的得分。")
    if unit.reviewer_id is None:
        if not user.is_office:
            raise Denied("初评和加减分由办公室办理。")
    elif not serves(user, unit.reviewer_id):
        raise Denied(f"{unit.name}是办公室所在单位，由{unit.reviewer.name}交叉评审，办公室不评定。")


def check_read_history(user, unit):
    """What was done with a sheet, by whom: its own people and the office."""
    if not user.is_office and not serves(user, unit.agency_id):
        raise Denied("办理过程由本单位和办公室查看。")


def check_write_self(user, unit):
    """自评: the reporters of the unit."""
    if not serves(user, unit.agency_id, Role.REPORTER):
        raise Denied("自评由本单位填报人填写。")


VACANT = "本单位现在没有审核人：请由另一位填报人审签，或者请系统管理员补设审核人。"


def lacks_approver(user, unit):
    """Whether what the unit writes wants a signature nobody holds the post for today. user: who asks. One
    query for a unit at hand, however often it is asked."""
    if "lacks_approver" not in unit.__dict__:
        vacant = unit.agency.needs_approver and approver_is_vacant(unit.agency_id, user.successions)
        unit.lacks_approver = vacant
    return unit.lacks_approver


def signs_for(user, unit):
    """Whether the person signs for the unit: its approver; where that post is vacant, its reporters."""
    if serves(user, unit.agency_id, Role.APPROVER):
        return True
    return serves(user, unit.agency_id, Role.REPORTER) and lacks_approver(user, unit)


def check_sign_self(user, unit):
    """审签自评: who signs for the unit, never who wrote it."""
    if not signs_for(user, unit):
        raise Denied("自评由本单位审核人审签。")
    if unit.self_written_by_id == user.pk:
        told = VACANT if lacks_approver(user, unit) else "请由本单位另一位审核人审签。"
        raise Denied(f"填写人不能审签自己的自评，{told}")


def check_send_self_back(user, unit):
    """Returning a 自评 that waits to be signed: who signs for the unit."""
    if not signs_for(user, unit):
        raise Denied("待审签的自评由本单位审核人退回。")


def check_agree(user, unit):
    """确认无异议: who signs for the unit; its reporter where it needs nobody to."""
    if unit.agency.needs_approver and not signs_for(user, unit):
        raise Denied(f"由本单位{Role.APPROVER.label}确认无异议。")
    if not unit.agency.needs_approver and not serves(user, unit.agency_id, Role.REPORTER):
        raise Denied(f"由本单位{Role.REPORTER.label}确认无异议。")


def check_write_objection(user, unit):
    """提出异议: the reporters of the unit."""
    if not serves(user, unit.agency_id, Role.REPORTER):
        raise Denied("异议由本单位填报人填写。")


def check_sign_objection(user, objection):
    """审签异议: who signs for the unit, never who wrote it."""
    if not signs_for(user, objection.unit):
        raise Denied("异议由本单位审核人审签。")
    if objection.written_by_id == user.pk:
        told = VACANT if lacks_approver(user, objection.unit) else "请由本单位另一位审核人审签。"
        raise Denied(f"填写人不能审签自己提出的异议，{told}")


def check_withdraw_objection(user, objection):
    """撤回异议: the reporter while it waits to be signed, who signs for the unit until it is decided."""
    if serves(user, objection.unit.agency_id, Role.APPROVER):
        return
    if not serves(user, objection.unit.agency_id, Role.REPORTER):
        raise Denied("异议由提出单位撤回。")
    if objection.state != objection.State.AWAITING_APPROVAL and not signs_for(user, objection.unit):
        raise Denied("已报出的异议由本单位审核人撤回。")


def stated_by_hand(objection):
    """Ids of the people whose points by hand, or vetoes, that still stand are objected to; one query."""
    unit = objection.unit
    stated = unit.adjustments.exclude(kind="review").filter(revoked_at__isnull=True).order_by()
    if objection.criterion_id:
        return set(stated.filter(criterion=objection.criterion_id).values_list("made_by", flat=True))
    vetoes = unit.vetoes.filter(revoked_at__isnull=True).order_by()
    return set(stated.values_list("made_by", flat=True).union(vetoes.values_list("made_by", flat=True)))


def check_decide_objection(user, objection):
    """复核: who may score the unit, but not who confirmed the score that is objected to, nor who stated
    points of it by hand."""
    unit = objection.unit
    check_score(user, unit)
    if unit.scored_by_id == user.pk:
        raise Denied("初评人不能复核对自己评分的异议，请由另一位同志复核。")
    if user.pk in stated_by_hand(objection):
        raise Denied("异议涉及您自己登记的加减分或人工评定，请由另一位同志复核，或者由他人重新登记。")
