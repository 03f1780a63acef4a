"""How the running of it fares: queue, jobs, channels; what was not sent, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Coalesce

from agencies import audit
from agencies.models import Role
from progress.workflow import WrongState
from reminders import sending, ticks
from reminders.channels import CHANNELS
from reminders.models import JobTick, Message, Robot
from reminders.models.rules import Channel
from reminders.permissions import check_operate

State = Message.State
UNSENT = (State.FAILED, State.DOUBTFUL)
QUEUE_IS_LATE = timedelta(minutes=15)
# What each job of the timetable does, and after how long a silence something is wrong with it.
JOBS = {
    "progress.jobs.open_due_periods": ("到时间自动开放报告期", timedelta(minutes=30)),
    "progress.jobs.build_demonstration": ("生成演示历史（仅演示）", timedelta(minutes=10)),
    "supervision.jobs.raise_missing_problems": ("登记填报中提出的问题", timedelta(minutes=30)),
    "assessment.jobs.gather_reports": ("汇编总结报告", timedelta(minutes=10)),
    # It rests at night.
    "reminders.jobs.plan_today": ("安排当日提醒", timedelta(hours=10)),
    "reminders.jobs.send_due": ("发送消息", timedelta(minutes=10)),
    "reminders.jobs.reconcile_claims": ("核对中断的发送", timedelta(minutes=20)),
}
MAY_GO = Coalesce("next_try_at", "send_from")
UNKNOWN_JOB = timedelta(days=1)


# --- how it fares --------------------------------------------------------------------------------


def queue_age(now):
    """Seconds since the message that waits longest might have gone out; 0 where none waits. One query."""
    since = sending.waiting(now).aggregate(since=Min(MAY_GO))["since"]
    return int((now - since).total_seconds()) if since else 0


def unsent_of(user):
    """What was not sent, for who looks after it: the rows the badge counts for office and administrators."""
    looks_after = user.is_authenticated and user.has_role(Role.OFFICE, Role.ADMIN)
    return Message.objects.filter(state__in=UNSENT) if looks_after else Message.objects.none()


def last_tick_age(now):
    """Seconds since any job of the timetable ended; None where none ever did. One query."""
    last = JobTick.objects.aggregate(last=Max("finished_at"))["last"]
    return max(0, int((now - last).total_seconds())) if last else None


def queue(now):
    """({state: how many messages}, seconds the one that waits longest has waited); one query."""
    found = Message.objects.aggregate(
        since=Min(MAY_GO, filter=sending.may_go(now)),
        **{state: Count("pk", filter=Q(state=state)) for state in State.values},
    )
    since = found.pop("since")
    return found, int((now - since).total_seconds()) if since else 0


@dataclass(frozen=True)
class Job:
    """One job of the timetable. trouble: what is wrong with it, in words; "" where it goes well."""

    name: str
    label: str
    started_at: datetime | None
    finished_at: datetime | None
    done: int
    error: str
    trouble: str


def jobs(now):
    """Every job of the timetable, run or not; one query."""
    ran = {tick.name: tick for tick in JobTick.objects.all()}
    return [_job(name, ran.get(name) or JobTick(name=name), now) for name in ticks.timetable()]


def _job(name, tick, now):
    label, silence = JOBS.get(name, (name, UNKNOWN_JOB))
    last = tick.finished_at or tick.started_at
    if tick.failures:
        trouble = f"连续失败 {tick.failures} 次"
    elif last and now - last > silence:
        trouble = "很久没有运行，请检查后台任务和定时任务是否在运行"
    else:
        trouble = ""
    return Job(name, label, tick.started_at, tick.finished_at, tick.done, tick.error, trouble)


def channels():
    """[(label, why it cannot be used now or "", how it is set up)] of every way out; no query."""
    labels = dict(Channel.choices) | dict(Robot.Form.choices)
    return [(labels[name], module.problem(), module.remark()) for name, module in CHANNELS.items()]


# --- what was not sent ---------------------------------------------------------------------------


def unsent():
    """Messages that failed or that nobody knows the fate of, for a person to decide."""
    return Message.objects.filter(state__in=UNSENT).select_related("recipient", "robot", "plan")


def retry(message, *, by, now):
    """Send it once more from the start. Raises WrongState where it was settled meanwhile."""
    anew = {"attempts": 0, "next_try_at": None, "claim": "", "address": "", "error": ""}
    _settle("重试发送", message, by=by, now=now, state=State.PLANNED, **anew)


def mark_delivered(message, *, by, now):
    """A person found out that it arrived. Raises WrongState where it was settled meanwhile."""
    _settle("标记已送达", message, by=by, now=now, state=State.SENT, sent_at=message.claimed_at or now)


def give_up(message, *, by, now):
    """It will not be sent. Raises WrongState where it was settled meanwhile."""
    _settle("放弃发送", message, by=by, now=now, state=State.CANCELLED)


VERBS = {"retry": retry, "delivered": mark_delivered, "give_up": give_up}


@transaction.atomic
def _settle(verb, message, *, by, now, **values):
    check_operate(by)
    settled = Message.objects.filter(pk=message.pk, state=message.state, state__in=UNSENT)
    if not settled.update(settled_by=by, **values):
        raise WrongState("这条消息刚被他人处理过，请刷新后再看。")
    detail = {"from": message.state, "to": values["state"], "error": message.error}
    audit.record(verb, message, by=by, now=now, detail=detail)
