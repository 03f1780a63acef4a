"""The shape of a rule, of the hours of sending, and of what a preview is asked for."""

from django import forms

from agencies.duties import kinds
from reminders.models.rules import Audience, Channel
from reminders.rule_changes import CHANNELS, FURTHEST, MOST_TIMES, RuleContent

BEFORE, ON, AFTER = "before", "on", "after"
DIRECTIONS = [(BEFORE, "之前"), (ON, "当天"), (AFTER, "之后")]
BAD_DAY = "请按“2026-10-13”的样子填写日期。"
BAD_TIME = "请按“09:00”的样子填写时间。"


def _number(label, *, required=False, most=FURTHEST):
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=0,
        max_value=most,
        error_messages={
            "required": f"请填写{label}。",
            "invalid": f"{label}请填写 0 到 {most} 的整数。",
            "min_value": f"{label}请填写 0 到 {most} 的整数。",
            "max_value": f"{label}请填写 0 到 {most} 的整数。",
        },
    )


class RuleForm(forms.Form):
    """A rule as people say it: so many working days before or after, again every so many, to whom, where."""

    name = forms.CharField(
        label="规则名称",
        max_length=40,
        error_messages={
            "required": "请填写规则名称。",
            "max_length": "规则名称最多 40 字。",
            "null_characters_not_allowed": "规则名称含有无法保存的字符，请删除后再试。",
        },
    )
    kind = forms.ChoiceField(
        label="提醒事项",
        error_messages={
            "required": "请选择提醒事项。",
            "invalid_choice": "请从列出的提醒事项中选择。",
        },
    )
    direction = forms.ChoiceField(
        label="早晚",
        choices=DIRECTIONS,
        error_messages={
            "required": "请选择在之前、当天还是之后提醒。",
            "invalid_choice": "请选择在之前、当天还是之后提醒。",
        },
    )
    days = _number("工作日数")
    times = _number("最多提醒次数", required=True, most=MOST_TIMES)
    every = _number("每隔几个工作日")
    audience = forms.MultipleChoiceField(
        label="提醒对象",
        required=False,
        choices=Audience.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请从列出的提醒对象中选择。机器不提醒单位主要负责同志和市领导。"},
    )
    channels = forms.MultipleChoiceField(
        label="渠道",
        required=False,
        choices=[(each.value, each.label) for each in CHANNELS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请从列出的渠道中选择。"},
    )
    line = forms.CharField(
        label="提醒文字",
        max_length=200,
        widget=forms.Textarea({"rows": 2}),
        error_messages={
            "required": "请填写提醒文字。",
            "max_length": "提醒文字有 %(show_value)s 字，最多 200 字，请精简。",
            "null_characters_not_allowed": "提醒文字含有无法保存的字符，请删除后再试。",
        },
    )

    def __init__(self, *args, rule=None, **kwargs):
        if rule is not None:
            kwargs.setdefault("initial", initial_of(rule))
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            (name, f"{kind.label}（自{kind.anchor}算起）") for name, kind in kinds().items()
        ]

    def clean(self):
        cleaned = super().clean()
        away, days = cleaned.get("direction"), cleaned.get("days")
        if away in (BEFORE, AFTER) and not days and "days" not in self.errors:
            self.add_error("days", "请填写提前或推后几个工作日；当天提醒请选“当天”。")
        return cleaned

    @property
    def content(self):
        """What was typed, as the rules take it; only of a valid form."""
        typed = self.cleaned_data
        sign = {BEFORE: -1, ON: 0, AFTER: 1}[typed["direction"]]
        return RuleContent(
            name=typed["name"].strip(),
            kind=typed["kind"],
            offset=sign * (typed["days"] or 0),
            every=typed["every"] or 0,
            times=typed["times"],
            audience=tuple(typed["audience"]),
            channels=tuple(typed["channels"]),
            line=" ".join(typed["line"].split()),
        )

    def refuse(self, error):
        """Put the sentences of the rules beside the fields they are about."""
        for name, sentences in error.message_dict.items():
            self.add_error({"offset": "days"}.get(name, name), sentences)


def initial_of(rule):
    """A ReminderRule as the controls of RuleForm hold it."""
    direction = BEFORE if rule.offset < 0 else AFTER if rule.offset else ON
    return {
        "name": rule.name,
        "kind": rule.kind,
        "direction": direction,
        "days": abs(rule.offset) or None,
        "times": rule.times,
        "every": rule.every or None,
        "audience": rule.audience,
        "channels": rule.channels,
        "line": rule.line,
    }


NEW = {"direction": AFTER, "times": 1, "channels": [Channel.INBOX.value], "line": "{单位}{任务}"}


def _hour(label):
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": f"请填写{label}。", "invalid": BAD_TIME},
    )


class HoursForm(forms.Form):
    """When the machines of a plan may speak."""

    send_at = _hour("每日发送时间")
    quiet_from = _hour("免打扰开始")
    quiet_until = _hour("免打扰结束")
    working_days_only = forms.BooleanField(label="只在工作日发送", required=False)


class PreviewForm(forms.Form):
    """Which day, and which rule alone."""

    day = forms.DateField(
        label="日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请填写日期。", "invalid": BAD_DAY},
    )
    rule = forms.TypedChoiceField(
        label="规则",
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": "请从列出的规则中选择。"},
    )

    def __init__(self, *args, rules, first, last, **kwargs):
        super().__init__(*args, **kwargs)
        self.first, self.last = first, last
        off = {True: "", False: "（未启用）"}
        self.fields["rule"].choices = [
            ("", "全部启用的规则"),
            *((rule.pk, f"{rule.name}{off[rule.is_on]}") for rule in rules),
        ]

    def clean_day(self):
        day = self.cleaned_data["day"]
        if not self.first <= day <= self.last:
            raise forms.ValidationError("请选择今天起一年以内的日期，已过去的日子请看提醒台账。")
        return day
