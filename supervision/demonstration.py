"""The labelled demonstration of supervision: a meeting and what came of it, problems taken up, a sudden
question, an instruction. Made once, by the real verbs, at hours it could have been done."""

from contextlib import suppress
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from agencies.permissions import Denied
from progress.calendar import YearNotCovered, working_day_after
from progress.demonstration.later import BORN, CHAPTERS, Born
from progress.models import Lamp, TaskVerdict
from progress.timetable import DUE_HOUR, local
from progress.workflow import Incomplete, Stale, WrongState
from supervision import (
    feedback,
    instructions,
    kinds,
    meetings,
    order_drafts,
    order_origins,
    orders,
    problems,
    quick,
    quick_answers,
    raising,
)
from supervision.models import (
    AdHocAnswer,
    AdHocField,
    AdHocRequest,
    Circular,
    Consultation,
    Instruction,
    Meeting,
    MeetingAction,
    OrderExtension,
    OrderFeedback,
    OrderSeries,
    OrderStep,
    Problem,
    ProblemStep,
    SupervisionFile,
    SupervisionOrder,
)
from tasks.models import Assignment, Plan

MORNING = DUE_HOUR.replace(hour=9)
NOTE = "（演示）"
SIGNED = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
REFUSALS = (Denied, ValidationError, Incomplete, WrongState, Stale)
Level, Source = Problem.Level, AdHocField.Source


def make(cast, up_to):
    """The whole chapter, unless it is there. cast: people by user name; up_to: where history ends."""
    plan = Plan.objects.order_by("-starts_on").first()
    raising.raise_missing(up_to)
    if SupervisionOrder.objects.filter(plan=plan, is_demo=True).exists():
        return
    with transaction.atomic():
        meeting = _meeting(plan, cast, _days_before(up_to, 24))
        _orders_of(meeting, plan, cast, up_to)
        _order_of_a_red_lamp(plan, cast, up_to)
        _problems(plan, cast, up_to)
        instruction = _instruction(plan, cast, _days_before(up_to, 6))
        _quick(plan, instruction, cast, _days_before(up_to, 2))


def _days_before(moment, days):
    """Nine o'clock, that many working days earlier."""
    day = timezone.localdate(moment)
    try:
        day = working_day_after(day, -days)
    except YearNotCovered:
        day -= timedelta(days=days)
    return local(day, MORNING)


def _lead_tasks(plan, code):
    led = Assignment.objects.leads().filter(task__plan=plan, agency__code=code, task__is_sensitive=False)
    return [each.task for each in led.select_related("task").order_by("task__number")]


def _meeting(plan, cast, at):
    office = cast["office"]
    bodies = [cast[code].agency for code in ("fgw", "kjj", "sixian")]
    tasks = [*_lead_tasks(plan, "fgw")[:1], *_lead_tasks(plan, "kjj")[:1]]
    meeting = meetings.record_meeting(
        plan,
        {
            "kind": Meeting.Kind.COORDINATION,
            "title": f"推进长三角一体化发展重点任务调度会{NOTE}",
            "held_on": timezone.localdate(at),
            "place": "市行政中心会议室",
            "chair": "市领导（演示）",
            "minutes": "听取牵头单位汇报，逐项研究滞后事项，明确责任单位和完成时限。",
            "agencies": bodies,
            "tasks": tasks,
        },
        by=office,
        now=at,
    )
    agreed = (
        ("梳理省际毗邻地区合作事项，形成清单并逐项明确责任科室。", "fgw"),
        ("对接沪苏浙高校院所，落实年内联合攻关项目。", "kjj"),
        ("排查跨区域合作园区在建项目，报送进度和需协调事项。", "sixian"),
    )
    for text, code in agreed:
        due_on = timezone.localdate(at + timedelta(days=40))
        said = {"text": text, "agency": cast[code].agency, "task": None, "due_on": due_on}
        meetings.add_action(meeting, said, by=office, now=at)
    return meeting


def _orders_of(meeting, plan, cast, up_to):
    """Each action becomes an order: one is closed, one answered in part, one not signed for yet."""
    told = {
        "fgw": "已梳理合作事项 12 项，逐项明确责任科室和时限，清单附后。",
        "kjj": "已与 3 家高校院所对接，2 个项目签订协议，其余正在洽谈。",
    }
    for days, action in zip((22, 20, 4), meeting.actions.select_related("agency"), strict=True):
        at = _days_before(up_to, days)
        origin = order_origins.Origin({"source": SupervisionOrder.Source.MEETING, "action": action})
        order = _issued(plan, action.agency, action.text, f"{meeting.title}议定事项。", origin, cast, at)
        code = action.agency.code
        if code not in told:
            continue
        body, approver = cast[code], cast[f"{code}-approver"]
        order = orders.sign_for(order, by=body, now=at + timedelta(days=1), revision=order.revision)
        said = {"text": told[code], "asks_to_close": code == "fgw"}
        later = at + timedelta(days=5)
        order = feedback.hand_in(order, **said, by=body, now=later, revision=order.revision)
        order = feedback.approve(order, by=approver, now=later, revision=order.revision)
        if code == "fgw":
            opinion = "反馈清楚，同意销号。"
            later += timedelta(days=1)
            feedback.accept(order, opinion=opinion, by=cast["office2"], now=later, revision=order.revision)


def _issued(plan, agency, requirement, basis, origin, cast, at):
    """An order that went 拟办 → 审核 → 签发 in a day."""
    said = {
        "kind": kinds.kind_for(agency),
        "title": f"{requirement[:40].rstrip('。，')}{NOTE}",
        "requirement": requirement,
        "basis": basis,
        "urgency": SupervisionOrder.Urgency.ORDINARY,
        "agency": agency,
        "wanted_on": None,
        "helpers": [],
        "tasks": [],
    }
    order = order_drafts.draft(plan, said, by=cast["office"], now=at, origin=origin)
    order = orders.send_to_check(order, by=cast["office"], now=at, revision=order.revision)
    order = orders.check(order, by=cast["office2"], now=at, revision=order.revision)
    return orders.issue(
        order,
        by=cast["office"],
        now=at + timedelta(hours=2),
        revision=order.revision,
        signer="演示",
        signer_title="领导小组办公室主任",
        signed_on=timezone.localdate(at),
        scan=SimpleUploadedFile("签发件（演示）.pdf", SIGNED, "application/pdf"),
    )


def _order_of_a_red_lamp(plan, cast, up_to):
    """A task that lags badly: an order about it waits to be checked."""
    red = TaskVerdict.objects.filter(lamp=Lamp.RED, confirmed_at__isnull=False, task__plan=plan)
    verdict = red.filter(task__is_sensitive=False).select_related("task", "period").last()
    if verdict is None:
        return
    at = _days_before(up_to, 1)
    asked = {"source": "lamp", "task": str(verdict.task.number), "period": verdict.period.code}
    origin = order_origins.origin_of(plan, asked, cast["office"], at)
    words = {
        "kind": kinds.kind_for(origin.agency),
        "basis": origin.why,
        "urgency": SupervisionOrder.Urgency.URGENT,
        "agency": origin.agency,
        "wanted_on": None,
        "helpers": [],
        "tasks": [verdict.task],
        "requirement": "请查找滞后原因，提出赶超措施和分月计划，并逐月反馈进展。",
        "title": f"第 {verdict.task.number} 项任务进度严重滞后{NOTE}",
    }
    order = order_drafts.draft(plan, words, by=cast["office"], now=at, origin=origin)
    orders.send_to_check(order, by=cast["office"], now=at, revision=order.revision)


def _problems(plan, cast, up_to):
    """The latest problems: one taken up by the office, one put to the leading group, one answered."""
    at, by = _days_before(up_to, 3), cast["office"]
    raised = Problem.objects.standing().filter(plan=plan, state=Problem.State.RAISED, raised_at__lt=at)
    levels = (Level.OFFICE, Level.GROUP, Level.OFFICE, Level.UNIT)
    for number, (level, problem) in enumerate(
        zip(levels, raised.order_by("-raised_at", "pk")[:4], strict=False)
    ):
        due_on = timezone.localdate(up_to) + timedelta(days=20)
        with suppress(*REFUSALS):
            triaged = problems.triage(
                problem, level=level, due_on=due_on, by=by, now=at, revision=problem.revision
            )
            if number == 2:
                text = "已与省有关部门沟通，请按一事一报补充材料后办理。"
                problems.answer(
                    triaged, text=text, by=by, now=at + timedelta(hours=6), revision=triaged.revision
                )


def _instruction(plan, cast, at):
    words = "请领导小组办公室牵头，会同有关单位研究提出意见，两周内报。"
    said = {
        "leader": "市领导（演示）",
        "leader_title": "市委副书记、市长",
        "on": timezone.localdate(at),
        "document": "关于毗邻地区合作情况的报告（演示）",
        "words": words,
        "due_on": timezone.localdate(at + timedelta(days=14)),
        "readers": [cast["leader"], cast["fgw-approver"]],
        "tasks": [],
    }
    return instructions.register(plan, said, by=cast["office"], now=at)


def _quick(plan, instruction, cast, at):
    """A question sent two days ago: half of the bodies have confirmed."""
    asking = quick.Asking(
        title=f"毗邻地区合作最新进展{NOTE}",
        due_at=local(timezone.localdate(at), DUE_HOUR),
        fields=[
            AdHocField(order=1, label="最新进展", kind=AdHocField.Kind.TEXT, source=Source.PROGRESS),
            AdHocField(
                order=2, label="年度目标完成率", kind=AdHocField.Kind.NUMBER, unit="%", source=Source.PERCENT
            ),
            AdHocField(order=3, label="需协调事项", kind=AdHocField.Kind.TEXT),
        ],
        tasks=[*_lead_tasks(plan, "fgw")[:2], *_lead_tasks(plan, "kjj")[:2]],
        asked_for="市领导调研用",
        instruction=instruction,
    )
    with suppress(*REFUSALS):
        request = quick.draft(plan, asking, by=cast["office"], now=at)
        request = quick.send(request, by=cast["office"], now=at, revision=request.revision)
        _answer(request, cast["fgw"], at + timedelta(hours=2))


def _answer(request, body, at):
    mine = AdHocAnswer.objects.filter(request=request, agency=body.agency)
    said = {row: quick_answers.Said(row.revision, _values(row)) for row in mine}
    quick_answers.confirm(request, said, by=body, now=at)


def _values(row):
    """What the body confirms: what was filled in, and a word where nothing was."""
    known = {int(order): text for order, text in row.values.items() if text}
    return {1: "【演示】按计划推进。", 2: "60", 3: "无"} | known


IS_DEMO = Q(is_demo=True)
NUMBERED = SupervisionOrder.objects.filter(mark=OuterRef("mark"), year=OuterRef("year"))
CHAPTERS.append(("督办、会议与调度", make))
BORN.extend(
    [
        Born(SupervisionFile, IS_DEMO | Q(uploaded_by__is_demo=True, order__is_demo=True)),
        Born(OrderExtension, IS_DEMO | Q(order__is_demo=True)),
        Born(OrderFeedback, IS_DEMO | Q(order__is_demo=True)),
        Born(OrderStep, IS_DEMO | Q(order__is_demo=True)),
        Born(SupervisionOrder, IS_DEMO, loose=("action", "problem", "instruction")),
        # The numbers of a series nobody else has used begin anew: real papers have no gap before them.
        Born(OrderSeries, Q(~Exists(NUMBERED))),
        Born(ProblemStep, IS_DEMO | Q(problem__is_demo=True)),
        Born(Problem, IS_DEMO, loose=("continues", "report")),
        Born(AdHocAnswer, IS_DEMO | Q(request__is_demo=True)),
        Born(AdHocRequest, IS_DEMO, loose=("instruction",)),
        # With its replies and opinions, whoever wrote them.
        Born(Consultation, IS_DEMO),
        Born(Circular, IS_DEMO),
        Born(MeetingAction, IS_DEMO | Q(meeting__is_demo=True)),
        Born(Meeting, IS_DEMO),
        Born(Instruction, IS_DEMO),
    ]
)
