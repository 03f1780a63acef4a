"""The shape of what is chosen and typed on the pages of 催报."""

import secrets

from django import forms
from django.core.validators import RegexValidator

from progress.time_forms import instant, text
from reminders.owed import UNREPORTED, kinds_of_bodies
from reminders.urge_texts import DEFAULT_WORDS, LONGEST_WORDS

ALL = "all"
OFTEN = 3
TOKEN = RegexValidator(r"^[0-9a-f]{32}$")
LONGEST_COPY = 20_000


def new_token():
    """What makes the second submit of one form known as the first."""
    return secrets.token_hex(16)


class OwedFilter(forms.Form):
    """What is due now, narrowed: by kind, words, 报告期, body, lateness, how often and when it was urged.

    Not a FilterSet, for these are no rows of a table: `of(rows)` keeps those that fit.
    """

    kind = forms.ChoiceField(label="提醒事项", required=False)
    q = forms.CharField(
        label="关键词",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "任务或单位"}),
    )
    period = forms.ChoiceField(label="报告期", required=False)
    agency = forms.ChoiceField(label="单位", required=False)
    overdue = forms.ChoiceField(
        label="逾期", required=False, choices=[("", "全部"), ("true", "已逾期"), ("false", "未到期")]
    )
    times = forms.ChoiceField(
        label="已催报次数",
        required=False,
        choices=[("", "全部"), ("0", "未催报"), ("1", "1 次"), ("2", "2 次"), (str(OFTEN), "3 次及以上")],
    )
    last = forms.ChoiceField(
        label="最近提醒",
        required=False,
        choices=[("", "全部"), ("never", "从未提醒"), ("3", "三天内未提醒"), ("7", "一周内未提醒")],
    )

    def __init__(self, data, *, rows=(), periods=()):
        super().__init__(data)
        by_kind = [(name, kind.label) for name, kind in kinds_of_bodies().items()]
        self.fields["kind"].choices = [("", "未报（季度填报和年度报告）"), *by_kind, (ALL, "全部事项")]
        self.fields["period"].choices = [("", "全部"), *((each.code, each.label) for each in periods)]
        bodies = sorted({each.agency for each in rows}, key=lambda body: (body.order, body.code))
        self.fields["agency"].choices = [("", "全部"), *((body.code, body.name) for body in bodies)]

    @staticmethod
    def kinds(data):
        """The kinds asked for by the address: names, or None for all of them."""
        wanted = data.get("kind", "")
        if wanted == ALL or data.get("items"):
            return None
        return {wanted} if wanted in kinds_of_bodies() else set(UNREPORTED)

    def of(self, rows):
        """Those of `rows` (Owed) that fit; all of them where the form is wrong."""
        if not self.is_valid():
            return list(rows)
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        tests = [getattr(self, f"_{name}")(value) for name, value in asked.items() if name != "kind"]
        return [each for each in rows if all(fits(each) for fits in tests)]

    def _q(self, value):
        words = value.replace("\x00", "").split()
        return lambda each: all(word in f"{each.item.title} {each.agency.name}" for word in words)

    def _period(self, value):
        return lambda each: each.period is not None and each.period.code == value

    def _agency(self, value):
        return lambda each: each.agency.code == value

    def _overdue(self, value):
        return lambda each: bool(each.days) is (value == "true")

    def _times(self, value):
        number = int(value)
        return lambda each: each.times >= number if number == OFTEN else each.times == number

    def _last(self, value):
        if value == "never":
            return lambda each: each.last_at is None
        days = int(value)
        return lambda each: each.last_at is None or (each.now - each.last_at).days >= days


class UrgeForm(forms.Form):
    """The office's words, whether mail goes too, and the form's token. Who is ticked is read by the view."""

    words = text("催报文字", LONGEST_WORDS, rows=3, required=False)
    mail = forms.BooleanField(label="同时发电子邮件", required=False)
    token = forms.CharField(validators=[TOKEN], widget=forms.HiddenInput)

    @classmethod
    def fresh(cls):
        return cls({"words": DEFAULT_WORDS, "mail": "on", "token": new_token()})


class CallForm(forms.Form):
    """A telephone call: whom, when, what was said."""

    spoke_with = forms.CharField(
        label="通话人",
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "例如：市科技局综合科王某"}),
        error_messages={"required": "请写明和谁通的话。"},
    )
    at = instant("通话时间")
    words = text("通话内容", LONGEST_WORDS, rows=3)
    token = forms.CharField(validators=[TOKEN], widget=forms.HiddenInput)


class CopyForm(forms.Form):
    """The text as it was pasted into the group."""

    words = text("催报文", LONGEST_COPY, rows=16)
    token = forms.CharField(validators=[TOKEN], widget=forms.HiddenInput)
