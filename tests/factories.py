"""Plans, tasks and reports for tests. A report reaches a state by walking the real workflow.

The people are the cast's (tests/cast.py); the plan is a small one of its own, `2030-2032`, so that the
two real plans stay as they are.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from progress import drafts, proposals, verdicts, workflow
from progress.models import LampRule, ProgressReport, ReportingPeriod, SignedPaper, TaskReturn, UnitReturn
from tasks.models import AnnualGoal, Assignment, Chapter, Plan, Task

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENS = datetime(2030, 3, 10, 8, 30, tzinfo=SHANGHAI)
DUE = datetime(2030, 4, 8, 18, 0, tzinfo=SHANGHAI)
BEFORE_DUE = DUE - timedelta(days=3)
AFTER_DUE = DUE + timedelta(days=1)
State = ProgressReport.State


def make_plan(code="2030-2032"):
    first, last = (int(year) for year in code.split("-"))
    plan, created = Plan.objects.get_or_create(
        code=code,
        defaults={
            "title": f"宿州市某三年行动计划（{code}）",
            "starts_on": date(first, 1, 1),
            "ends_on": date(last, 12, 31),
            "first_period": f"{first}Q1",
            "last_period": f"{last}Q4",
        },
    )
    if created:
        LampRule.objects.create(plan=plan, from_year=first)
    return plan


def make_task(number=1, *, leads=(), supports=(), plan=None, **fields):
    """A task of the plan with its leads and named supporters, in this order."""
    plan = plan or make_plan()
    chapter, _ = Chapter.objects.get_or_create(
        plan=plan, number=1, defaults={"title": "某某行动", "heading": "二、实施某某行动"}
    )
    defaults = {
        "title": f"任务之{number}",
        "text": f"任务之{number}。推进某项工作，到2032年建成10个平台。",
        "clause": "（某单位牵头）",
    }
    task = Task.objects.create(plan=plan, chapter=chapter, number=number, **(defaults | fields))
    for order, agency in enumerate(leads):
        Assignment.objects.create(task=task, agency=agency, role="lead", duty="lead", order=order)
    for order, agency in enumerate(supports):
        Assignment.objects.create(task=task, agency=agency, role="support", duty="named", order=order)
    return task


def make_period(code="2030Q1", plan=None, *, due_at=DUE, opens_at=OPENS):
    """An opened quarter of the plan; other quarters shift the same dates by three months each."""
    plan = plan or make_plan()
    year, quarter = int(code[:4]), int(code[-1])
    ends = date(year + quarter // 4, quarter % 4 * 3 + 1, 1) - timedelta(days=1)
    shift = timedelta(days=91 * (quarter - 1) + 365 * (year - 2030))
    period, _ = ReportingPeriod.objects.get_or_create(
        plan=plan,
        code=code,
        defaults={
            "starts_on": date(year, quarter * 3 - 2, 1),
            "ends_on": ends,
            "opens_at": opens_at + shift,
            "due_at": due_at + shift if due_at else None,
            "opened_at": opens_at + shift,
        },
    )
    return period


def make_goal(task, year=2030, by=None, **fields):
    """A confirmed goal by percent, 25/50/75/100, unless said otherwise."""
    confirmed = {"confirmed_by": by, "confirmed_at": OPENS} if by else {}
    return AnnualGoal.objects.create(
        task=task, year=year, statement="年内完成全部事项", **confirmed, **fields
    )


def make_report(task, agency, period=None, **fields):
    """The row an opened period owes, with its empty return."""
    period = period or make_period(plan=task.plan)
    report = ProgressReport.objects.create(
        agency=agency, period=period, task=task, **({"due_at": period.due_at} | fields)
    )
    TaskReturn.objects.create(report=report)
    return report


def make_year(year=2030, plan=None):
    """The opened annual period of the plan, due on 31 December."""
    opens = datetime(year, 11, 15, 8, 30, tzinfo=SHANGHAI)
    period, _ = ReportingPeriod.objects.get_or_create(
        plan=plan or make_plan(),
        code=str(year),
        defaults={
            "starts_on": date(year, 1, 1),
            "ends_on": date(year, 12, 31),
            "opens_at": opens,
            "due_at": datetime(year, 12, 31, 18, 0, tzinfo=SHANGHAI),
            "opened_at": opens,
        },
    )
    return period


def make_unit_report(agency, period=None, **fields):
    """The row of a unit's summary, with nothing written."""
    period = period or make_period()
    report = ProgressReport.objects.create(
        agency=agency, period=period, kind="unit", **({"due_at": period.due_at} | fields)
    )
    UnitReturn.objects.create(report=report)
    return report


PROGRESS = {"progress": "1—3月，建成平台3个，完成投资1.2亿元。", "next_steps": "6月底前再建2个。"}

SUMMARY = {
    "overview": "1—3月各项工作有序推进。",
    "paragraphs": [{"chapter": 1, "text": "1—3月，承接转移项目3个。", "tasks": [1]}],
}


def fill(report, *, by, now=BEFORE_DUE, **changes):
    """Write PROGRESS (SUMMARY into a unit's) and `changes` into a draft."""
    words = SUMMARY if report.kind == "unit" else PROGRESS
    return drafts.save(report, words | changes, by=by, now=now, revision=report.revision)


def walk(report, to, *, reporter, approver, office, now=BEFORE_DUE, **changes):
    """Take a fresh report to the state `to` through the real verbs; returns it."""
    if to == State.DRAFT:
        return fill(report, by=reporter, now=now, **changes)
    report = fill(report, by=reporter, now=now, **changes)
    report = workflow.submit(report, by=reporter, now=now, revision=report.revision)
    if to == State.AWAITING_APPROVAL:
        return report
    report = workflow.approve(report, by=approver, now=now, revision=report.revision)
    if to == State.UNDER_REVIEW:
        return report
    if to == State.RETURNED:
        return workflow.send_back(
            report, by=office, now=now, revision=report.revision, reason="数据与佐证不一致"
        )
    return workflow.accept(report, by=office, now=now, revision=report.revision)


def decide(period, numbers="all", *, by, now=AFTER_DUE, lamp=None, reason="", text=None):
    """Take lamps the whole way to 审定: drafted and sent ten days before `now`, nobody objecting. Returns the
    verdicts."""
    earlier = now - timedelta(days=10)
    proposals.propose(period, numbers, by=by, now=earlier, lamp=lamp, reason=reason, text=text)
    proposals.send_for_feedback(period, numbers, by=by, now=earlier)
    return verdicts.confirm_verdicts(period, numbers, by=by, now=now).done


def make_paper(agency, period, *, by, kind=SignedPaper.Kind.SIGN_OFF):
    """A signed sheet or letter on record, without a file behind it."""
    return SignedPaper.objects.create(
        agency=agency,
        period=period,
        kind=kind,
        name="扫描件.pdf",
        extension="pdf",
        size=1,
        sha256="0" * 64,
        signer="周局长",
        signed_on=BEFORE_DUE.date(),
        uploaded_at=BEFORE_DUE,
        uploaded_by=by,
    )
