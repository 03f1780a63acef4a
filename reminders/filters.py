"""What lists of reminders may be narrowed by."""

import django_filters
from django import forms

from agencies.filters import SearchFilter
from reminders.models import Message
from reminders.models.rules import Channel


class InboxFilter(django_filters.FilterSet):
    """Messages by words, by kind, and the unread alone."""

    q = django_filters.CharFilter(
        label="关键词",
        method="search",
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "标题或正文"}),
    )
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

    def search(self, queryset, name, value):
        for word in value.replace("\x00", "").split():
            queryset = queryset.filter(subject__icontains=word) | queryset.filter(text__icontains=word)
        return queryset


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
