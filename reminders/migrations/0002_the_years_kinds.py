"""Rungs for what has become due since: opinions asked for, self-assessment, objections.

Plans that have their ladder already get the new rungs once, switched on where the ladder is in use; what the
office changed or took out stays as it is.
"""

from django.db import migrations

BODY = ["reporter", "approver", "liaison"]
BY_MAIL_TOO, INSIDE = ["inbox", "mail"], ["inbox"]
# name, kind, offset, every, times, audience, channels, line
RUNGS = (
    ("征求意见：截止前 1 个工作日", "consultation", -1, 0, 1, BODY, BY_MAIL_TOO, "{事项}，{截止时间}截止"),
    ("征求意见：逾期催办", "consultation", 1, 2, 2, BODY, BY_MAIL_TOO, "{事项}，已逾期{逾期天数}天"),
    ("考核自评：截止前 2 个工作日", "self_assessment", -2, 0, 1, BODY, BY_MAIL_TOO, "{事项}，请抓紧报送"),
    ("考核得分复核：截止前 2 个工作日", "score_answer", -2, 0, 1, BODY, BY_MAIL_TOO, "{事项}，请核对"),
    ("考核异议：提出后第 1 个工作日起", "objection", 1, 1, 5, ["office"], INSIDE, "{单位}{事项}，请复核"),
)


def add_rungs(apps, schema_editor):
    rule = apps.get_model("reminders", "ReminderRule")
    for plan in apps.get_model("tasks", "Plan").objects.all():
        mine = rule.objects.filter(plan=plan)
        if not mine.exists():
            continue  # `prepare_reminders` gives it the whole ladder
        for place, (name, kind, offset, every, times, audience, channels, line) in enumerate(RUNGS):
            if not mine.filter(name=name).exists():
                rule.objects.create(
                    plan=plan,
                    name=name,
                    kind=kind,
                    offset=offset,
                    every=every,
                    times=times,
                    audience=audience,
                    channels=channels,
                    line=line,
                    is_on=mine.filter(is_on=True).exists(),
                    order=500 + place * 10,
                )


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_initial")]
    operations = [migrations.RunPython(add_rungs, migrations.RunPython.noop)]
