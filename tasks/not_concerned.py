"""不涉及: a body says, once, that an implied duty does not concern it, and the office answers.

Every county and park supports all tasks of 2024–2026 by one sentence of its first task (practice, R13);
a confirmed 不涉及 takes a task off the list its unit report is written from. The duty itself stays.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agencies.audit import keep_secret, record
from agencies.models import Role
from agencies.permissions import Denied, check_role
from tasks.models import Assignment, NotConcerned

LONGEST = 200
Outcome = NotConcerned.Outcome

keep_secret("tasks.notconcerned", lambda: NotConcerned.objects.filter(assignment__task__is_sensitive=True))


def check_declare(user, assignment, now):
    """Declaring: a reporter or approver of the body, of a duty by implication, once. Raises Denied."""
    if assignment.agency_id not in user.agency_ids(Role.REPORTER, Role.APPROVER):
        raise Denied("只有本单位可以申报不涉及。")
    if assignment.duty != Assignment.Duty.IMPLIED:
        raise Denied("只有隐含配合的任务可以申报不涉及；原文列名的责任请与办公室联系。")
    if not assignment.in_force_on(timezone.localdate(now)):
        raise Denied("这项责任已经终止。")


def check_answer(user):
    """Confirming or refusing: the office."""
    check_role(user, Role.OFFICE)


@transaction.atomic
def declare(assignments, *, reason, by, now):
    """申报 each of `assignments`, with one reason, all or none; returns the declarations.

    Raises Denied (not theirs, not implied, declared before), ValidationError (no reason, nobody chosen).
    """
    reason = _text(reason, "请写明不涉及的理由，例如“本区无港口岸线”。")
    if not assignments:
        raise ValidationError("没有选中任务，请先勾选。", code="nobody")
    made = []
    for assignment in assignments:
        check_declare(by, assignment, now)
        declared, created = NotConcerned.objects.get_or_create(
            assignment=assignment,
            defaults={
                "reason": reason,
                "declared_at": now,
                "declared_by": by,
                "is_demo": assignment.is_demo or by.is_demo,
            },
        )
        if not created:
            raise Denied(f"第 {assignment.task.number} 项已经申报过（{word(declared)}），不能再次申报。")
        record("申报不涉及", declared, by=by, now=now, detail={"理由": reason})
        made.append(declared)
    return made


@transaction.atomic
def confirm(declarations, *, by, now, answer=""):
    """确认 each of `declarations`, all or none; words are not needed. Raises Denied, ValidationError."""
    words = _text(answer, "") if answer.strip() else ""
    return _answer(declarations, Outcome.CONFIRMED, words, by, now)


@transaction.atomic
def refuse(declarations, *, answer, by, now):
    """不同意 each of `declarations`, with a reason; they cannot be declared again. Raises Denied,
    ValidationError."""
    return _answer(
        declarations, Outcome.REFUSED, _text(answer, "不同意须写明理由，申报单位会看到。"), by, now
    )


def _answer(declarations, outcome, answer, by, now):
    check_answer(by)
    if not declarations:
        raise ValidationError("没有选中申报，请先勾选。", code="nobody")
    for declared in declarations:
        if declared.declared_by_id == by.pk:
            raise Denied("申报人不能答复自己申报的不涉及，请由办公室另一位同志办理。")
        waiting = NotConcerned.objects.filter(pk=declared.pk, outcome="")
        if not waiting.update(outcome=outcome, answer=answer, answered_at=now, answered_by=by):
            raise Denied(f"{declared.assignment.agency}第 {declared.assignment.task.number} 项已经答复过。")
        verb = "确认不涉及" if outcome == Outcome.CONFIRMED else "不同意不涉及"
        record(verb, declared, by=by, now=now, detail={"答复": answer})
    return len(declarations)


def _text(text, missing):
    text = text.strip()
    if not text:
        raise ValidationError(missing, code="no_reason")
    if len(text) > LONGEST:
        raise ValidationError(f"理由有 {len(text)} 字，最多 {LONGEST} 字，请精简。", code="long")
    if "\x00" in text:
        raise ValidationError("理由含有无法保存的字符，请删除后再试。", code="characters")
    return text


def word(declared):
    """Where a declaration stands."""
    return declared.get_outcome_display() or "待办公室确认"


def waiting(plan):
    """Declarations of a plan the office has to answer."""
    return NotConcerned.objects.filter(assignment__task__plan=plan, outcome="")


def implied_duties(user, plan, now):
    """The implied duties of one's own bodies in a plan, with what was declared of them, in task order."""
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    duties = Assignment.objects.on(timezone.localdate(now)).filter(
        task__plan=plan, agency__in=own, duty=Assignment.Duty.IMPLIED
    )
    return duties.select_related("agency", "task__chapter", "not_concerned__answered_by").order_by(
        "agency__order", "task__number"
    )


def declarations(plan):
    """Every declaration of a plan, those waiting first."""
    found = NotConcerned.objects.filter(assignment__task__plan=plan)
    return found.select_related(
        "assignment__agency", "assignment__task", "declared_by", "answered_by"
    ).order_by(
        F("answered_at").desc(nulls_first=True), "assignment__agency__order", "assignment__task__number"
    )
