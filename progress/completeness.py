"""What must be there before a return can be submitted, and nothing more."""

from dataclasses import dataclass

from agencies.models import Agency
from progress import history
from progress.models import ProgressReport, TaskReturn
from tasks.models import AnnualGoal

# Counties and parks learn from a partner in 杭州 since the plan of 2024 (R9–R11).
LEARNING_SINCE = 2024
LEARNING = (Agency.Kind.COUNTY, Agency.Kind.PARK)


@dataclass(frozen=True)
class Ground:
    """What completeness is judged by besides the report: the goal it answers to, the return before."""

    report: ProgressReport

    @property
    def goal(self):
        return goal_of(self.report)

    @property
    def previous(self):
        return history.previous_return(self.report)


def missing(report, ground=None):
    """What submitting refuses: {field: sentence}, empty when the return is complete.

    Progress needs its text, and the percent where the year's goal is measured in percent. No change needs
    a reason, and one of the listed grounds when it runs for a second quarter (practice, section 2); with
    that it is never refused. A unit's summary needs a paragraph, or its 总体情况 to say that nothing has
    changed; its annual report needs its five parts (practice, section 4).
    ground: whoever has the `goal` and the `previous` return at hand already.
    """
    if report.kind == ProgressReport.Kind.UNIT:
        return _missing_for_year(report) if report.period.is_annual else _missing_for_summary(report)
    if report.is_contribution:
        return _missing_for_contribution(report.task_return)
    said, ground = report.task_return, ground or Ground(report)
    if said.nature == TaskReturn.Nature.NO_CHANGE:
        return _missing_for_no_change(said, ground)
    return _missing_for_progress(said, ground)


def _missing_for_contribution(said):
    """What a lead asked for, or why there is nothing: a supporter answers to no goal and gives no percent."""
    if said.nature == TaskReturn.Nature.NO_CHANGE and not said.no_change_reason.strip():
        return {"no_change_reason": "确认无可提供的，请写明原因。"}
    if said.nature == TaskReturn.Nature.PROGRESS and not said.progress.strip():
        return {"progress": "请填写提供的材料；确无可提供的，请改选“无可提供”并说明原因。"}
    return {}


def goal_of(report):
    """The confirmed goal this return answers to, or None (目标未定)."""
    return AnnualGoal.objects.applying_to(report.task, report.period.year, report.agency)


def _missing_for_progress(said, ground):
    fields = {}
    if not said.progress.strip():
        fields["progress"] = "请填写工作进展；确无进展的，请改选“确认无变化”并说明原因。"
    goal = ground.goal
    asks_percent = goal is not None and goal.measure == AnnualGoal.Measure.PERCENT
    if asks_percent and said.percent is None:
        fields["percent"] = "请填写年度目标完成率（0 至 100）。"
    return fields


def _missing_for_no_change(said, ground):
    fields = {}
    if not said.no_change_reason.strip():
        fields["no_change_reason"] = "确认无变化须写明原因。"
    before = ground.previous
    ran_before = before is not None and before.task_return.nature == TaskReturn.Nature.NO_CHANGE
    if ran_before and not said.no_change_ground:
        fields["no_change_ground"] = "连续两个季度无变化，请选择情形：待上级审批、未到节点或季节性工作。"
    return fields


def learns(agency, period):
    """Whether a body's annual report has a part 对标学习杭州情况."""
    return agency.kind in LEARNING and period.year >= LEARNING_SINCE


def _missing_for_summary(report):
    if _has_paragraph(report) or report.unit_return.overview.strip():
        return {}
    return {"paragraphs": "请至少写一个行动的主要做法和成效；本季度确无新进展的，请在“总体情况”中说明原因。"}


def _missing_for_year(report):
    said = report.unit_return
    asked = {
        "overview": "请填写总体情况。",
        "benchmarking": "请填写对标学习杭州情况。",
        "problem": "请填写存在问题；没有的写“无”。",
        "next_steps": "请填写下一步打算。",
    }
    if not learns(report.agency, report.period):
        del asked["benchmarking"]
    fields = {name: sentence for name, sentence in asked.items() if not getattr(said, name).strip()}
    if not _has_paragraph(report):
        fields["paragraphs"] = "请至少写一个行动的主要做法和成效。"
    return fields


def _has_paragraph(report):
    return any(row.text.strip() for row in report.paragraphs.all())
