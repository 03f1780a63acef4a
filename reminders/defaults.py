"""The usual ladder of a plan (practice, section 2): machines remind 填报人, 联络员 and 审核人, and in the end
tell the office that they have finished, so that a person goes on.

Written once a plan, where nobody has set its rules and hours yet; edits are never overwritten. The rules of
the newest plan are switched on, those of plans that are over are there to be looked at.
"""

from django.db import transaction

from reminders.models import ReminderRule, SendingHours
from reminders.models.rules import Audience, Channel
from tasks.models import Plan

BY_MAIL_TOO = (Channel.INBOX, Channel.MAIL)
INSIDE = (Channel.INBOX,)
WRITERS = (Audience.REPORTER, Audience.LIAISON)
BODY = (Audience.REPORTER, Audience.APPROVER, Audience.LIAISON)
SIGNERS = (Audience.APPROVER,)
OFFICE = (Audience.OFFICE,)

# name, kind, offset, every, times, audience, channels, line
LADDER = (
    ("季度填报：截止前 5 个工作日", "return", -5, 0, 1, WRITERS, INSIDE, "{单位}{任务}"),
    ("季度填报：截止前 2 个工作日", "return", -2, 0, 1, BODY, BY_MAIL_TOO, "{单位}{任务}"),
    ("季度填报：截止当天", "return", 0, 0, 1, BODY, BY_MAIL_TOO, "{单位}{任务}，请抓紧报出"),
    ("季度填报：逾期催报", "return", 1, 2, 3, BODY, BY_MAIL_TOO, "{单位}{任务}，已逾期{逾期天数}天"),
    ("季度填报：转人工催报", "return", 7, 0, 1, OFFICE, INSIDE, "{单位}{事项}，逾期{逾期天数}天仍未报"),
    ("年度报告：截止前 10 个工作日", "year_end", -10, 0, 1, WRITERS, INSIDE, "{单位}{事项}"),
    ("年度报告：截止前 3 个工作日", "year_end", -3, 0, 1, BODY, BY_MAIL_TOO, "{单位}{事项}"),
    ("年度报告：逾期催报", "year_end", 1, 2, 3, BODY, BY_MAIL_TOO, "{单位}{事项}，已逾期{逾期天数}天"),
    ("年度报告：转人工催报", "year_end", 7, 0, 1, OFFICE, INSIDE, "{单位}{事项}，逾期{逾期天数}天仍未报"),
    ("审签：提交后第 1 个工作日起", "sign_off", 1, 2, 4, SIGNERS, BY_MAIL_TOO, "{事项}，已等待{逾期天数}天"),
    ("审签：转人工催办", "sign_off", 9, 0, 1, OFFICE, INSIDE, "{单位}{事项}，待审签{逾期天数}天"),
    ("退回未修改：第 2 个工作日起", "returned", 2, 2, 4, WRITERS, BY_MAIL_TOO, "{事项}，退回已{逾期天数}天"),
    ("退回未修改：转人工催办", "returned", 10, 0, 1, OFFICE, INSIDE, "{单位}{事项}，退回{逾期天数}天未修改"),
    ("配合材料：报出后第 1 个工作日起", "adopt", 1, 2, 4, WRITERS, INSIDE, "{事项}，已等待{逾期天数}天"),
    ("办公室审核：报出后第 2 个工作日起", "review", 2, 2, 30, OFFICE, INSIDE, "{事项}，已等待{逾期天数}天"),
    ("督办件签收：交办后第 1 个工作日起", "order_sign", 1, 1, 3, BODY, BY_MAIL_TOO, "{事项}，请签收"),
    ("督办件签收：转人工催办", "order_sign", 4, 0, 1, OFFICE, INSIDE, "{单位}{事项}，{逾期天数}天未签收"),
    ("督办件反馈：到期前 3 个工作日", "order", -3, 0, 1, BODY, BY_MAIL_TOO, "{事项}，{截止时间}到期"),
    ("督办件反馈：到期前 1 个工作日", "order", -1, 0, 1, BODY, BY_MAIL_TOO, "{事项}，{截止时间}到期"),
    ("督办件反馈：逾期催办", "order", 1, 2, 3, BODY, BY_MAIL_TOO, "{事项}，已逾期{逾期天数}天"),
    ("督办件反馈：转人工催办", "order", 7, 0, 1, OFFICE, INSIDE, "{单位}{事项}，逾期{逾期天数}天未反馈"),
    ("问题整改：到期前 3 个工作日", "problem", -3, 0, 1, WRITERS, INSIDE, "{事项}，{截止时间}到期"),
    ("问题整改：逾期催办", "problem", 1, 5, 3, BODY, INSIDE, "{事项}，已逾期{逾期天数}天"),
    ("临时调度：截止当天", "quick", 0, 0, 1, BODY, BY_MAIL_TOO, "{事项}，{截止时间}截止"),
    ("临时调度：逾期催办", "quick", 1, 0, 1, BODY, BY_MAIL_TOO, "{事项}，已逾期{逾期天数}天"),
    ("临时调度：转电话联系", "quick", 1, 0, 1, OFFICE, INSIDE, "{单位}{事项}，逾期{逾期天数}天未确认"),
    ("年度目标：4 月 1 日起每 10 个工作日", "goal", 0, 10, 8, WRITERS, INSIDE, "{单位}{事项}"),
    ("年度目标：提醒办公室", "goal", 5, 10, 8, OFFICE, INSIDE, "{单位}{事项}"),
    ("指标数据：年底前 15 个工作日起", "target_value", -15, 5, 3, WRITERS, INSIDE, "{单位}{事项}"),
    ("征求意见：截止前 1 个工作日", "consultation", -1, 0, 1, BODY, BY_MAIL_TOO, "{事项}，{截止时间}截止"),
    ("征求意见：逾期催办", "consultation", 1, 2, 2, BODY, BY_MAIL_TOO, "{事项}，已逾期{逾期天数}天"),
    ("考核自评：截止前 2 个工作日", "self_assessment", -2, 0, 1, BODY, BY_MAIL_TOO, "{事项}，请抓紧报送"),
    ("考核得分复核：截止前 2 个工作日", "score_answer", -2, 0, 1, BODY, BY_MAIL_TOO, "{事项}，请核对"),
    ("考核异议：提出后第 1 个工作日起", "objection", 1, 1, 5, OFFICE, INSIDE, "{单位}{事项}，请复核"),
    ("联系人缺失：每周提醒办公室", "contact", 0, 0, 1, OFFICE, INSIDE, "{事项}，请联系单位补设"),
)


@transaction.atomic
def ensure_rules(plan, *, is_on):
    """Give `plan` its hours of sending and the LADDER, where it has none; returns how many rules are new.

    The hours are the mark that it was done: rules the office took out do not come back.
    """
    _, made = SendingHours.objects.get_or_create(plan=plan)
    if not made or plan.reminder_rules.exists():
        return 0
    rules = [
        ReminderRule(
            plan=plan,
            name=name,
            kind=kind,
            offset=offset,
            every=every,
            times=times,
            audience=[str(each) for each in audience],
            channels=[str(each) for each in channels],
            line=line,
            is_on=is_on,
            order=place * 10,
        )
        for place, (name, kind, offset, every, times, audience, channels, line) in enumerate(LADDER, 1)
    ]
    return len(ReminderRule.objects.bulk_create(rules))


def ensure_all():
    """`ensure_rules` of every plan, the newest switched on; returns how many rules are new."""
    plans = list(Plan.objects.order_by("-starts_on"))
    return sum(ensure_rules(plan, is_on=plan == plans[0]) for plan in plans)
