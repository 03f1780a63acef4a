"""May this person do that in assessment, and why not: each check raises `Denied` with the reason."""

from agencies.models import Role
from agencies.permissions import Denied

# --- reports of the office ---------------------------------------------------------------------------


def check_read_reports(user):
    """总结报告 and their editions: the office, and leaders what was frozen for them."""
    if not user.has_role(Role.OFFICE, Role.LEADER):
        raise Denied("总结报告由办公室起草，供办公室和市领导查阅。")


def check_edit_reports(user):
    """总结报告 are written, checked and frozen by the office."""
    if not user.is_office:
        raise Denied("总结报告由办公室编辑和定稿。")
