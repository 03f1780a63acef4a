"""What lists of reminders may be narrowed by."""

import django_filters
from django import forms
from django.db.models import Q

from agencies.duties import kinds
from agencies.filters import SearchFilter
from agencies.models import Agency
from reminders.models import Message, Reminder, ReminderRule
from reminders.models.rules import Channel


class InboxFilter(django_filters.FilterSet):
    """Messages by words, by kind, and the unread alone."""

    q = SearchFilter("subject", "text", label="标题或正文")
    unread = django_filters.BooleanFilter(
        label="状态",
        field_name="opened_at",
        lookup_expr="isnull",
        widget=forms.Select(choices=[("", "全部"), ("true", "未读"), ("false", "已读")]),
    )
    kind = django_filters.ChoiceFilter(choices=Message.Kind.choices, label="类别", empty_label="全部")

    class Meta:
        model = Message
        fields = ["q", "unread", "kind"]


class UnsentFilter(django_filters.FilterSet):
    """Messages that were not sent: failed or doubtful, by channel, by reason or recipient."""

    state = django_filters.ChoiceFilter(
        choices=[each for each in Message.State.choices if each[0] in ("failed", "doubtful")],
        label="状态",
        empty_label="全部",
    )
    channel = django_filters.ChoiceFilter(
        choices=[each for each in Channel.choices if each[0] != Channel.PHONE],
        label="渠道",
        empty_label="全部",
    )
    q = SearchFilter("error", "recipient__full_name", "robot__name", label="原因或收件人")

    class Meta:
        model = Message
        fields = ["state", "channel", "q"]


class RuleFilter(django_filters.FilterSet):
    """Rules of the ladder by what they are about, and whether they are on."""

    kind = django_filters.ChoiceFilter(label="提醒事项", empty_label="全部")
    is_on = django_filters.BooleanFilter(
        label="状态", widget=forms.Select(choices=[("", "全部"), ("true", "启用"), ("false", "停用")])
    )

    class Meta:
        model = ReminderRule
        fields = ["kind", "is_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = [(name, kind.label) for name, kind in kinds().items()]

    def of(self, rules):
        """Those of `rules`, which are at hand, that fit; all of them where what was asked means nothing."""
        asked = self.form.cleaned_data if self.form.is_valid() else {}
        wanted = {name: value for name, value in asked.items() if value not in ("", None)}
        return [rule for rule in rules if all(getattr(rule, name) == wanted[name] for name in wanted)]


class LedgerFilter(django_filters.FilterSet):
    """Reminders by 报告期, body, task, kind, channel, how they went, and by rule or by hand.

    subject: one thing, as other pages link to its reminders.
    """

    HOW = {"rule": Q(rule__isnull=False), "hand": Q(urge__isnull=False)}
    WENT = {
        "sent": Q(message__state="sent"),
        "word": Q(message__isnull=True, urge__isnull=False),
        "waiting": Q(message__state__in=["planned", "claimed"]),
        "failed": Q(message__state="failed"),
        "doubtful": Q(message__state="doubtful"),
        "dropped": Q(dropped_at__isnull=False),
        "unread": Q(channel=Channel.INBOX, message__state="sent", message__opened_at__isnull=True),
    }

    q = SearchFilter("line", "recipient__full_name", "agency__name", label="关键词")
    period = django_filters.ChoiceFilter(label="报告期", field_name="period__code", empty_label="全部")
    agency = django_filters.ModelChoiceFilter(
        queryset=Agency.objects.none(), to_field_name="code", label="单位", empty_label="全部"
    )
    task = django_filters.NumberFilter(
        label="任务序号", field_name="task__number", min_value=1, max_value=999
    )
    kind = django_filters.ChoiceFilter(label="提醒事项", empty_label="全部")
    channel = django_filters.ChoiceFilter(choices=Channel.choices, label="渠道", empty_label="全部")
    how = django_filters.ChoiceFilter(
        choices=[("rule", "按规则"), ("hand", "人工催报")], label="方式", empty_label="全部", method="by_how"
    )
    went = django_filters.ChoiceFilter(
        choices=[
            ("sent", "已发送"),
            ("unread", "站内未读"),
            ("word", "电话或工作群"),
            ("waiting", "待发送"),
            ("failed", "发送失败"),
            ("doubtful", "待核实"),
            ("dropped", "已办理，未发送"),
        ],
        label="状态",
        empty_label="全部",
        method="as_it_went",
    )
    subject = django_filters.CharFilter(max_length=60, widget=forms.HiddenInput)

    class Meta:
        model = Reminder
        fields = ["q", "period", "agency", "task", "kind", "channel", "how", "went", "subject"]

    def __init__(self, *args, periods, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["period"].extra["choices"] = [(period.code, period.label) for period in periods]
        self.filters["kind"].extra["choices"] = [(name, kind.label) for name, kind in kinds().items()]
        with_lines = self.queryset.order_by().values("agency")
        self.filters["agency"].queryset = Agency.objects.filter(pk__in=with_lines)

    def by_how(self, queryset, name, value):
        return queryset.filter(self.HOW[value])

    def as_it_went(self, queryset, name, value):
        found = queryset.filter(self.WENT[value])
        return found if value == "dropped" else found.filter(dropped_at__isnull=True)
