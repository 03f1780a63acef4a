"""The filters of this app's lists: the same on the page and in its export."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone

from agencies.models import Agency
from supervision.models import Instruction, Meeting, MeetingAction


def words_to_search(placeholder):
    """The field for words, as every list here has it; the FilterSet says in `search` where it looks."""
    return django_filters.CharFilter(
        label="关键词",
        method="search",
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": placeholder}),
    )


def year_choices(plan):
    """The years of a plan, the last first, for a ChoiceFilter."""
    return [(year, f"{year} 年") for year in range(plan.ends_on.year, plan.starts_on.year - 1, -1)]


class MeetingFilter(django_filters.FilterSet):
    """Meetings by words, kind, year, body (present or charged with something) and task."""

    q = words_to_search("名称、纪要或议定事项")
    kind = django_filters.ChoiceFilter(choices=Meeting.Kind.choices, label="类别", empty_label="全部")
    year = django_filters.ChoiceFilter(field_name="held_on__year", label="年份", empty_label="全部")
    agency = django_filters.ModelChoiceFilter(
        queryset=Agency.objects.none(),
        to_field_name="code",
        label="单位",
        empty_label="全部",
        method="of_body",
    )
    task = django_filters.NumberFilter(
        label="任务序号",
        method="of_task",
        min_value=1,
        max_value=9999,
        widget=forms.NumberInput(attrs={"min": 1, "placeholder": "如 15"}),
    )

    class Meta:
        model = Meeting
        fields = ["q", "kind", "year", "agency", "task"]

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["year"].extra["choices"] = year_choices(plan)
        present = Meeting.agencies.through.objects.filter(meeting__plan=plan).values("agency")
        charged = MeetingAction.objects.filter(meeting__plan=plan).values("agency")
        self.filters["agency"].extra["queryset"] = Agency.objects.filter(
            Q(pk__in=present) | Q(pk__in=charged)
        )

    def search(self, queryset, name, value):
        for word in value.split():
            acted = MeetingAction.objects.filter(text__icontains=word).values("meeting")
            queryset = queryset.filter(
                Q(title__icontains=word) | Q(minutes__icontains=word) | Q(pk__in=acted)
            )
        return queryset

    def of_body(self, queryset, name, value):
        present = Meeting.agencies.through.objects.filter(agency=value).values("meeting")
        charged = MeetingAction.objects.filter(agency=value).values("meeting")
        return queryset.filter(Q(pk__in=present) | Q(pk__in=charged))

    def of_task(self, queryset, name, value):
        touching = Meeting.tasks.through.objects.filter(task__number=value).values("meeting")
        return queryset.filter(pk__in=touching)


class InstructionFilter(django_filters.FilterSet):
    """批示件 by words, where they stand, and year."""

    STATES = {
        "open": ("办理中", Q(reported_at__isnull=True)),
        "overdue": ("逾期未反馈", Q(reported_at__isnull=True)),
        "reported": ("已反馈办结", Q(reported_at__isnull=False)),
    }

    q = words_to_search("领导、内容或文件")
    state = django_filters.ChoiceFilter(
        choices=[(code, label) for code, (label, _) in STATES.items()],
        label="状态",
        empty_label="全部",
        method="standing",
    )
    year = django_filters.ChoiceFilter(field_name="on__year", label="年份", empty_label="全部")

    class Meta:
        model = Instruction
        fields = ["q", "state", "year"]

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["year"].extra["choices"] = year_choices(plan)

    def standing(self, queryset, name, value):
        queryset = queryset.filter(self.STATES[value][1])
        return queryset.filter(due_on__lt=timezone.localdate()) if value == "overdue" else queryset

    def search(self, queryset, name, value):
        for word in value.split():
            queryset = queryset.filter(
                Q(leader__icontains=word) | Q(words__icontains=word) | Q(document__icontains=word)
            )
        return queryset
