"""Who is judged in a year, and how: 参评, 只反馈不计分, 不参评 (practice, section 3)."""

from dataclasses import dataclass

from agencies.models import Agency
from assessment.models import UnitScore
from progress.workflow import WrongState
from supervision.kinds import is_outside_command

Kind = UnitScore.Standing
NEVER = {Agency.Kind.OFFICE, Agency.Kind.LEADING_GROUP}
NO_DUTY = "本年度没有承担任务，也没有应报事项。"
NOT_LISTED = "法检和中省直单位，考核办法未列入计分，只反馈情况。"


@dataclass(frozen=True)
class Standing:
    """How a body takes part. reviewer: id of the body that scores it instead of the office, or None."""

    kind: str
    reason: str = ""
    reviewer: int | None = None


def followed(by):
    """The Standing of a body that another one follows by now. by: the name of that one."""
    return Standing(Kind.EXCLUDED, f"已由{by}承接，全年情况计入该单位，不单独参评。")


def standing_of(agency, facts, scheme, listed):
    """The Standing of a body under a scheme; None of those never judged: the office, the leading group.

    facts: its UnitFacts; listed: ids of the scheme's `listed`. Raises WrongState where the office's host unit
    would be scored and nobody is named to review it.
    """
    if agency.kind in NEVER:
        return None
    if facts.is_empty:
        return Standing(Kind.EXCLUDED, NO_DUTY)
    if is_outside_command(agency) and agency.pk not in listed:
        return Standing(Kind.FEEDBACK, NOT_LISTED)
    if agency.pk != scheme.host_id:
        return Standing(Kind.SCORED)
    if scheme.cross_reviewer_id is None:
        raise WrongState(
            f"{agency.name}是办公室所在单位，须由另一家单位交叉评审；考核办法没有指定交叉评审单位，"
            "请先撤回考核办法，补上后重新公布。"
        )
    return Standing(Kind.SCORED, "办公室所在单位，交叉评审。", scheme.cross_reviewer_id)
