"""Who bears a task, decided by the office: answering 责任待定, adding a unit, ending a duty by date.

Imported duties are never deleted: they end on a day. Where a clause closes with 等 its list is open, and
the office may add units (practice, section 6).
"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.dispatch import Signal

from agencies.audit import record
from agencies.models import Agency, AgencyGroup
from agencies.permissions import Denied
from tasks.models import Assignment, AssignmentQuestion
from tasks.permissions import check_assign

Duty, Role = Assignment.Duty, Assignment.Role
Kind, Outcome = AssignmentQuestion.Kind, AssignmentQuestion.Outcome
SUPPORT_DUTY = {Kind.GROUP: Duty.GROUP, Kind.NAMED_IN_TEXT: Duty.INVITED, Kind.UNMATCHED: Duty.NAMED}
# Sent with plan= and now= when somebody has come to bear a task, inside the same transaction: what follows
# from it (a row in the running quarter) is there together with the duty, or not at all.
duties_added = Signal()
STRENGTH = (Duty.LEAD, Duty.NAMED, Duty.INVITED, Duty.GROUP, Duty.IMPLIED)


def open_questions(plan):
    """The plan's unanswered questions with their tasks and proposals, in the order of the text."""
    questions = plan.questions.filter(outcome="").select_related("task", "proposed", "plan")
    return questions.order_by("task__number", "kind", "pk")


def answered_questions(plan):
    """The plan's answered questions, newest first."""
    answered = plan.questions.exclude(outcome="").select_related("task", "proposed", "answered_by")
    return answered.order_by("-answered_at", "pk")


@transaction.atomic
def answer_by_assigning(question, agencies, *, by, now):
    """列入: let `agencies` (at least one) bear the duty the question asks about; returns the assignments.

    A body that bears the task already keeps the stronger duty and is not doubled. Raises Denied (may
    not, already answered), ValidationError (nobody chosen, question about no task).
    """
    check_assign(by)
    if question.task is None:
        raise ValidationError("这一事项没有对应的任务，无法列入责任单位，请选择“不列入”。", code="no_task")
    if not agencies:
        raise ValidationError("请至少选择一个单位；确认没有单位的，请选择“不列入”。", code="nobody")
    _answer(question, Outcome.ASSIGNED, by, now)
    duty = Duty.LEAD if question.role == Role.LEAD else SUPPORT_DUTY[question.kind]
    group = _group_called(question.as_written) if question.kind == Kind.GROUP else None
    rows = [_bear(question, agency, duty, group=group, demo=by.is_demo) for agency in agencies]
    detail = {"原文写法": question.as_written, "单位": [agency.name for agency in agencies]}
    record("列入责任单位", question.task, by=by, now=now, detail=detail)
    duties_added.send(Assignment, plan=question.plan, now=now)
    return rows


@transaction.atomic
def dismiss(question, *, by, now):
    """不列入: nobody bears a duty for what the question names. Raises Denied."""
    check_assign(by)
    _answer(question, Outcome.DISMISSED, by, now)
    record("不列入责任单位", question.task or question.plan, by=by, now=now, detail=_about(question))


def _group_called(name):
    groups = AgencyGroup.objects.all()
    return next((group for group in groups if name == group.name or name in group.spellings), None)


def _about(question):
    return {"原文写法": question.as_written, "类别": question.get_kind_display()}


def _answer(question, outcome, by, now):
    answered = AssignmentQuestion.objects.filter(pk=question.pk, outcome="").update(
        outcome=outcome, answered_by=by, answered_at=now
    )
    if not answered:
        raise Denied("这一事项已经答复过。")


def _bear(question, agency, duty, *, group, demo):
    """One duty in force for the body: a new one, or the standing one where that is at least as strong."""
    task = question.task
    standing = task.assignments.filter(agency=agency, valid_until__isnull=True).first()
    if standing and STRENGTH.index(standing.duty) <= STRENGTH.index(duty):
        return standing
    fields = {
        "role": question.role,
        "duty": duty,
        "order": _next_order(task),
        "as_written": question.as_written[:60],
        "group": group,
    }
    if standing is None:
        return Assignment.objects.create(task=task, agency=agency, is_demo=demo, **fields)
    fields["remark"] = f"原为{standing.get_duty_display()}"
    Assignment.objects.filter(pk=standing.pk).update(**fields)
    return Assignment.objects.get(pk=standing.pk)


def _next_order(task):
    return (task.assignments.aggregate(last=Max("order"))["last"] or 0) + 1


@transaction.atomic
def add_agency(task, agency, role, *, basis, valid_from, by, now):
    """增列: let one more body bear the task from a day on; returns the assignment.

    basis: why, in words (the clause ends with 等, a letter). Raises Denied, ValidationError.
    """
    check_assign(by)
    if agency.kind == Agency.Kind.LEADING_GROUP:
        raise ValidationError({"agency": f"{agency.name}不承担具体任务，请选择其他单位。"})
    if not basis.strip():
        raise ValidationError({"basis": "请写明增列的依据，例如“原文以‘等’结尾，经与该单位商定”。"})
    if task.assignments.filter(agency=agency, valid_until__isnull=True).exists():
        raise ValidationError({"agency": f"{agency.name}已经是本任务的责任单位。"})
    assignment = Assignment.objects.create(
        task=task,
        agency=agency,
        role=role,
        duty=Duty.LEAD if role == Role.LEAD else Duty.INVITED,
        order=_next_order(task),
        valid_from=valid_from,
        remark=basis.strip()[:200],
        is_demo=by.is_demo,
    )
    detail = {"单位": agency.name, "角色": assignment.get_role_display(), "依据": basis.strip()}
    record("增列责任单位", task, by=by, now=now, detail=detail)
    duties_added.send(Assignment, plan=task.plan, now=now)
    return assignment


@transaction.atomic
def end_assignment(assignment, on, *, basis, by, now):
    """Let a duty end with the day `on`; what was reported under it stays. Returns the assignment.

    Raises Denied, ValidationError (no basis, before the duty began, the last lead).
    """
    check_assign(by)
    if assignment.valid_until is not None:
        raise Denied("这项责任已经终止。")
    if not basis.strip():
        raise ValidationError({"basis": "请写明终止的依据。"})
    if assignment.valid_from and on < assignment.valid_from:
        raise ValidationError({"on": "终止日期不能早于开始日期。"})
    if assignment.role == Role.LEAD and not _other_leads(assignment, on):
        raise ValidationError({"on": "这是本任务唯一的牵头单位，请先增列新的牵头单位。"})
    assignment.valid_until = on
    assignment.remark = f"{assignment.remark}；{basis.strip()}".strip("；")[:200]
    assignment.save(update_fields=["valid_until", "remark"])
    detail = {"单位": assignment.agency.name, "止": str(on), "依据": basis.strip()}
    record("终止责任", assignment.task, by=by, now=now, detail=detail)
    return assignment


@transaction.atomic
def name_contacts(assignment, contacts, *, by, now):
    """Let `contacts` (any number, of that body) answer for this one task. Raises Denied, ValidationError."""
    check_assign(by)
    if any(contact.agency_id != assignment.agency_id for contact in contacts):
        raise ValidationError({"contacts": f"只能选择{assignment.agency.name}登记的联系人。"})
    assignment.contacts.set(contacts)
    detail = {"单位": assignment.agency.name, "联系人": [str(contact) for contact in contacts]}
    record("指定任务联系人", assignment.task, by=by, now=now, detail=detail)


def _other_leads(assignment, on):
    others = assignment.task.assignments.leads().exclude(pk=assignment.pk)
    return others.on(on + timedelta(days=1)).exists()
