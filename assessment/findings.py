"""人工认定: what the office states where no figure can tell, each with its basis; taken back with a reason.

Plan clause R4 (考核) and practice, section 3: 无实质内容 of a return, 达成 or 未达成 of a target without a
number. Every verb takes `by=` and `now=`, runs in one transaction with its line in the trail, and raises, in
this order: Denied, Incomplete (by field), WrongState.
"""

from django.db import IntegrityError, transaction

from agencies import audit
from agencies.models import Agency, Role
from agencies.reach import everyone_at, tell
from assessment import attaining, files
from assessment.facts import UnitFacts
from assessment.models import Finding
from assessment.permissions import check_keep_findings
from progress.models import ProgressReport
from progress.workflow import Incomplete, WrongState
from tasks.models import Assignment, Target

Kind = Finding.Kind
ALREADY = "这一项已经认定过。情况有变的，请先撤销原认定并写明原因，再重新认定。"


def find_insubstantial(report, basis, *, by, now, uploads=()) -> Finding:
    """认定 a return or summary that has reached the office as 无实质内容."""
    check_keep_findings(by, report.agency)
    wrong = {}
    if not report.has_left or not report.owed or report.waived_at is not None:
        wrong["report"] = "这一项还没有报到办公室，没有内容可以认定；没有报的按漏报计，不用认定。"
    elif report.is_contribution:
        wrong["report"] = "配合材料报给牵头单位，由牵头单位采用或退回，不作认定。"
    elif report.period.is_backfill:
        wrong["report"] = "补录的报告期不计入考核，不作认定。"
    _check(wrong, basis)
    about = {"plan": report.period.plan, "year": report.period.year, "report": report}
    return _state(Kind.INSUBSTANTIAL, report.agency, about, basis, by, now, uploads)


def find_target(plan, year, target, agency, met, basis, *, by, now, uploads=()) -> Finding:
    """认定 a target of the year as 达成 or 未达成 for a body that answers for it."""
    check_keep_findings(by, agency)
    wrong = {}
    if target.plan_id != plan.pk or not target.is_scored:
        wrong["target"] = "请选择本计划中计分的指标。"
    elif not attaining.counts_in(target, plan, year):
        wrong["target"] = f"这个指标不在 {year} 年到期，不计入这一年的考核。"
    elif not answers_for(target, agency, year):
        wrong["agency"] = f"{agency.name}不是这个指标的责任单位，也不是所属任务的牵头单位。"
    _check(wrong, basis)
    kind = Kind.TARGET_MET if met else Kind.TARGET_MISSED
    about = {"plan": plan, "year": year, "target": target}
    return _state(kind, agency, about, basis, by, now, uploads)


def answers_for(target: Target, agency: Agency, year: int) -> bool:
    """Whether a body is the one a target names, or led its task at some time in the year; one query."""
    if target.responsible_id or target.task_id is None:
        return target.responsible_id == agency.pk
    leads = Assignment.objects.leads().filter(task=target.task_id, agency=agency)
    return leads.exclude(valid_until__year__lt=year).exclude(valid_from__year__gt=year).exists()


def target_waiting(facts: UnitFacts, subject: str) -> int | None:
    """The id of the target a line is about, where no number can tell and a finding is wanted; else None."""
    for fact in facts.targets:
        if f"target:{fact.target}" == subject and fact.attained is None and fact.why.endswith("认定"):
            return fact.target
    return None


def revoke(finding, reason, *, by, now) -> Finding:
    """撤销, with a reason the body can read; the facts are as if it had not been."""
    check_keep_findings(by, finding.agency)
    if not reason.strip():
        raise Incomplete({"reason": "请写明撤销的原因，所涉单位会看到。"})
    revoked = {"revoked_at": now, "revoked_by": by, "revoked_reason": reason.strip()}
    with transaction.atomic():
        if not Finding.objects.filter(pk=finding.pk, revoked_at__isnull=True).update(**revoked):
            raise WrongState("这一认定刚刚已由他人撤销。")
        finding.refresh_from_db()
        audit.record("撤销人工认定", finding, by=by, now=now, detail={"原因": reason.strip()})
        _tell(finding, "办公室撤销了一项人工认定", f"原因：{reason.strip()}", now)
    return finding


def _check(wrong, basis):
    if not basis.strip():
        wrong["basis"] = "请写明依据：看了什么材料，为什么这样认定。"
    if wrong:
        raise Incomplete(wrong)


def _state(kind, agency, about, basis, by, now, uploads):
    demo = by.is_demo or getattr(about.get("report"), "is_demo", False)
    try:
        with transaction.atomic():
            finding = Finding.objects.create(
                kind=kind,
                agency=agency,
                basis=basis.strip(),
                found_at=now,
                found_by=by,
                is_demo=demo,
                **about,
            )
            with files.all_kept("finding", finding, uploads, by=by, now=now):
                said = finding.get_kind_display()
                audit.record("人工认定", finding, by=by, now=now, detail={"认定": said})
                _tell(finding, f"办公室作出一项人工认定：{said}", basis.strip(), now)
    except IntegrityError as clash:
        raise WrongState(ALREADY) from clash
    return finding


def _tell(finding, title, text, now):
    people = everyone_at([finding.agency_id], Role.REPORTER, Role.APPROVER, now=now)
    key = f"finding:{finding.pk}:{'revoked' if finding.revoked_at else 'stated'}"
    tell(
        key, people, title=title, text=text, url=finding.get_absolute_url(), now=now, is_demo=finding.is_demo
    )


def reports_to_find(plan):
    """Returns a finding can be about: those that reached the office, without 补录."""
    return ProgressReport.objects.to_office().filter(
        period__plan=plan, period__is_backfill=False, left_at__isnull=False, owed=True
    )


def targets_to_find(plan):
    """Targets that count, in the order of the plan, with whether a number can tell of each in `by_number`."""
    rows = list(
        Target.objects.filter(plan=plan)
        .exclude(operator=Target.Operator.LABEL)
        .select_related("task", "plan")
    )
    for each in rows:
        each.by_number = attaining.is_computable(each)
    return rows
