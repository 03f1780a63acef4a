"""What may change about a task without touching its text: dated amendments, and the office's marks."""

from django.core.exceptions import ValidationError
from django.db import transaction

from agencies.audit import record
from agencies.models import Post, Role, User
from tasks.models import Task, TaskAmendment
from tasks.permissions import check_amend, check_mark


@transaction.atomic
def amend(task, on, basis, text, *, by, now):
    """Enter a dated change, shown beside the untouched text; returns it.

    Raises Denied, ValidationError({field: sentence}) for a date outside the plan or empty words.
    """
    check_amend(by)
    wrong = {}
    if not text.strip():
        wrong["text"] = "请写明调整的内容。"
    if not basis.strip():
        wrong["basis"] = "请写明依据的文件或会议。"
    if not task.plan.starts_on <= on <= task.plan.ends_on:
        wrong["on"] = f"日期应在计划期内（{task.plan.starts_on}至{task.plan.ends_on}）。"
    if wrong:
        raise ValidationError(wrong)
    amendment = TaskAmendment.objects.create(
        task=task,
        on=on,
        basis=basis.strip(),
        text=text.strip(),
        entered_by=by,
        entered_at=now,
        is_demo=by.is_demo,
    )
    detail = {"日期": str(on), "依据": amendment.basis, "内容": amendment.text}
    record("录入任务调整", task, by=by, now=now, detail=detail)
    return amendment


def possible_readers(day):
    """Leaders in office on `day`, who may be named for a sensitive task."""
    leaders = Post.objects.on(day).filter(role=Role.LEADER).values("user")
    return User.objects.filter(pk__in=leaders, is_active=True).order_by("full_name")


@transaction.atomic
def mark(task, *, is_key, is_sensitive, readers, by, now):
    """重点 and 敏感: set both marks and the leaders named to read a sensitive task. Returns the task.

    readers: User objects; ignored (and cleared) where the task is not sensitive. Raises Denied.
    """
    check_mark(by)
    before = {"重点": task.is_key, "敏感": task.is_sensitive}
    Task.objects.filter(pk=task.pk).update(is_key=is_key, is_sensitive=is_sensitive)
    readers = list(readers) if is_sensitive else []
    task.named_readers.set(readers)
    task.refresh_from_db()
    after = {"重点": is_key, "敏感": is_sensitive, "指定阅读": [str(reader) for reader in readers]}
    record("标记任务", task, by=by, now=now, detail={"原": before, "新": after})
    return task
