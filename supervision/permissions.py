"""May this person do this in supervision, and if not, why not: the sentence refuses, and greys the button."""

from agencies.models import Role
from agencies.permissions import Denied


def check_read_supervision(user):
    """Lists of supervision are for the business roles; administrators keep accounts only."""
    if not user.has_role(Role.REPORTER, Role.APPROVER, Role.OFFICE, Role.LEADER):
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
