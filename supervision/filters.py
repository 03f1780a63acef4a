"""The filters of this app's lists: the same on the page and in its export."""

import re

import django_filters
from django import forms
from django.db.models import F, Q
from django.utils import timezone

from agencies.models import Agency
from supervision import meetings
from supervision.models import (
    AdHocAnswer,
    AdHocRequest,
    Circular,
    Instruction,
    Meeting,
    MeetingAction,
    OrderExtension,
    Problem,
    SupervisionOrder,
)


def words_to_search(placeholder):
    """The field for words, as every list here has it; the FilterSet says in `search` where it looks."""
    return django_filters.CharFilter(
        label="关键词",
        method="search",
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": placeholder}),
    )


def body_to_choose(label="单位", **how):
    """The field for one body; which there are to choose from the FilterSet says (`queryset`)."""
    return django_filters.ModelChoiceFilter(
        queryset=Agency.objects.none(), to_field_name="code", label=label, empty_label="全部", **how
    )


def task_to_name(**how):
    """The field for the number of a task."""
    box = forms.NumberInput(attrs={"min": 1, "placeholder": "如 15"})
    return django_filters.NumberFilter(label="任务序号", min_value=1, max_value=9999, widget=box, **how)


def year_choices(plan):
    """The years of a plan, the last first, for a ChoiceFilter."""
    return [(year, f"{year} 年") for year in range(plan.ends_on.year, plan.starts_on.year - 1, -1)]


class MeetingFilter(django_filters.FilterSet):
    """Meetings by words, kind, year, body (present or charged with something) and task."""

    q = words_to_search("名称、纪要或议定事项")
    kind = django_filters.ChoiceFilter(choices=Meeting.Kind.choices, label="类别", empty_label="全部")
    year = django_filters.ChoiceFilter(field_name="held_on__year", label="年份", empty_label="全部")
    agency = body_to_choose(method="of_body")
    task = task_to_name(method="of_task")
    actions = django_filters.ChoiceFilter(
        choices=[("open", "有未办结的"), ("overdue", "有逾期的")],
        label="议定事项",
        empty_label="全部",
        method="by_actions",
    )

    class Meta:
        model = Meeting
        fields = ["q", "kind", "year", "agency", "task", "actions"]

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["year"].extra["choices"] = year_choices(plan)
        present = Meeting.agencies.through.objects.filter(meeting__plan=plan).values("agency")
        charged = MeetingAction.objects.filter(meeting__plan=plan).values("agency")
        self.filters["agency"].queryset = Agency.objects.filter(Q(pk__in=present) | Q(pk__in=charged))

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

    def by_actions(self, queryset, name, value):
        if value == "open":
            return meetings.with_open_actions(queryset)
        return meetings.with_overdue_actions(queryset, timezone.now())

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


class QuickFilter(django_filters.FilterSet):
    """临时调度 by state, by body (for who reads all of them), and by words of its title."""

    STATES = (
        ("draft", "草稿"),
        ("open", "答复中"),
        ("overdue", "逾期未答全"),
        ("complete", "已答全"),
        ("closed", "已结束"),
    )

    state = django_filters.ChoiceFilter(choices=STATES, label="状态", empty_label="全部", method="in_state")
    agency = body_to_choose(method="asked_of")
    q = words_to_search("事项或交办来源")

    class Meta:
        model = AdHocRequest
        fields = ["state", "agency", "q"]

    def __init__(self, data, queryset, *, user, plan, reads_all, now, **kwargs):
        """reads_all: whether the person reads the answers of every body; queryset: with `asked` and
        `answered` (`quick_sheet.along_counts`)."""
        super().__init__(data, queryset, **kwargs)
        self.now = now
        asked = AdHocAnswer.objects.visible_to(user).filter(request__plan=plan)
        self.filters["agency"].queryset = Agency.objects.filter(pk__in=asked.values("agency"))
        if not reads_all:
            del self.filters["agency"]

    def in_state(self, queryset, name, value):
        under_way = Q(sent_at__isnull=False, closed_at__isnull=True)
        unanswered = under_way & Q(answered__lt=F("asked"))
        states = {
            "draft": Q(sent_at__isnull=True),
            "open": unanswered & Q(due_at__gte=self.now),
            "overdue": unanswered & Q(due_at__lt=self.now),
            "complete": under_way & Q(answered=F("asked")),
            "closed": Q(closed_at__isnull=False),
        }
        return queryset.filter(states[value])

    def asked_of(self, queryset, name, value):
        return queryset.filter(pk__in=AdHocAnswer.objects.filter(agency=value).values("request"))

    def search(self, queryset, name, value):
        for word in value.split():
            queryset = queryset.filter(Q(title__icontains=word) | Q(asked_for__icontains=word))
        return queryset


class ProblemFilter(django_filters.FilterSet):
    """Problems by words, period they were raised in, level, state, body, 行动, task, coordination, lateness.

    Unless asked for a state it lists what is not finished; of a problem that goes on over several periods
    the latest row, unless a period is asked for.
    """

    STANDING, EVERYTHING = "standing", "all"
    STATES = [(EVERYTHING, "全部（含已销号）"), *Problem.State.choices]

    q = words_to_search("问题、措施、单位或任务")
    period = django_filters.ChoiceFilter(
        field_name="period__code", label="提出于", empty_label="全部报告期", method="raised_in"
    )
    level = django_filters.ChoiceFilter(
        choices=[*Problem.Level.choices, ("none", "尚未研判")],
        label="层级",
        empty_label="全部",
        method="at_level",
    )
    state = django_filters.ChoiceFilter(
        choices=STATES, label="状态", empty_label="未销号", method="already_narrowed"
    )
    agency = body_to_choose(label="责任单位")
    chapter = django_filters.ChoiceFilter(
        field_name="task__chapter__number", label="行动", empty_label="全部"
    )
    task = task_to_name(field_name="task__number")
    coordination = django_filters.BooleanFilter(
        label="协调",
        method="to_be_coordinated",
        widget=forms.Select(choices=[("", "全部"), ("true", "需上级协调"), ("false", "不需要")]),
    )
    overdue = django_filters.BooleanFilter(
        label="时限",
        method="past_deadline",
        widget=forms.Select(choices=[("", "全部"), ("true", "已逾期"), ("false", "未逾期")]),
    )

    class Meta:
        model = Problem
        fields = [
            *("q", "period", "level", "state", "agency", "chapter", "task", "coordination", "overdue"),
        ]

    def __init__(self, *args, plan, periods, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["period"].extra["choices"] = [(each.code, each.label) for each in periods]
        self.filters["chapter"].extra["choices"] = [
            (chapter.number, chapter.title) for chapter in plan.chapters.all()
        ]
        named = self.queryset.order_by().values("agency")
        self.filters["agency"].queryset = Agency.objects.filter(pk__in=named)

    @property
    def whole(self):
        """What is looked at before any other filter: the finished ones only where they are asked for."""
        asked = self.form.cleaned_data if self.form.is_valid() else {}
        rows = self.queryset if asked.get("period") else self.queryset.current()
        state = asked.get("state")
        if state == self.EVERYTHING:
            return rows
        if state:
            return rows.filter(state=state)
        return rows.exclude(state__in=[Problem.State.CLOSED, Problem.State.WITHDRAWN])

    def filter_queryset(self, queryset):
        return super().filter_queryset(self.whole)

    def already_narrowed(self, queryset, name, value):
        """See `whole`."""
        return queryset

    def search(self, queryset, name, value):
        for word in value.split():
            found = Q(text__icontains=word) | Q(request__icontains=word) | Q(measures__icontains=word)
            found |= Q(progress__icontains=word) | Q(agency__name__icontains=word)
            queryset = queryset.filter(found | Q(task__title__icontains=word))
        return queryset

    def raised_in(self, queryset, name, value):
        return queryset.filter(period__code=value)

    def at_level(self, queryset, name, value):
        return queryset.filter(level="" if value == "none" else value)

    def to_be_coordinated(self, queryset, name, value):
        return queryset.exclude(request="") if value else queryset.filter(request="")

    def past_deadline(self, queryset, name, value):
        late = Problem.overdue_on(timezone.localdate())
        return queryset.filter(late) if value else queryset.exclude(late)


class OrderFilter(django_filters.FilterSet):
    """督办件 by words, state, kind, body (main or helping), urgency, lateness, source and year."""

    GROUPS = {"open": "在办", "waiting": "待办公室办理", "more_time": "申请延期待决定"}

    q = words_to_search("编号、事项或要求")
    state = django_filters.ChoiceFilter(label="状态", empty_label="全部", method="standing")
    kind = django_filters.ChoiceFilter(
        choices=SupervisionOrder.Kind.choices, label="类别", empty_label="全部"
    )
    agency = body_to_choose(method="of_body")
    urgency = django_filters.ChoiceFilter(
        choices=SupervisionOrder.Urgency.choices, label="紧急程度", empty_label="全部"
    )
    overdue = django_filters.ChoiceFilter(
        choices=[("yes", "已逾期"), ("no", "未逾期")], label="逾期", empty_label="全部", method="late"
    )
    source = django_filters.ChoiceFilter(
        choices=SupervisionOrder.Source.choices, label="来源", empty_label="全部"
    )
    year = django_filters.ChoiceFilter(label="年份", empty_label="全部", method="of_year")

    class Meta:
        model = SupervisionOrder
        fields = ["q", "state", "kind", "agency", "urgency", "overdue", "source", "year"]

    def __init__(self, *args, plan, user, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        states = list(SupervisionOrder.State.choices)
        if user.is_office:
            states = [*self.GROUPS.items(), *states]
        else:
            inside = SupervisionOrder.IN_THE_OFFICE
            states = [("open", self.GROUPS["open"]), *(each for each in states if each[0] not in inside)]
        self.filters["state"].extra["choices"] = states
        self.filters["year"].extra["choices"] = year_choices(plan)
        visible = self.queryset.order_by()
        helping = SupervisionOrder.helpers.through.objects.filter(supervisionorder__in=visible.values("pk"))
        self.filters["agency"].queryset = Agency.objects.filter(
            Q(pk__in=visible.values("agency")) | Q(pk__in=helping.values("agency"))
        )

    def search(self, queryset, name, value):
        for word in value.split():
            found = Q(title__icontains=word) | Q(requirement__icontains=word) | Q(basis__icontains=word)
            found |= Q(outside_number__icontains=word) | Q(agency__name__icontains=word)
            number = re.search(r"(?:〔(\d{4})〕)?(\d{1,6})号?$", word)
            if number:
                found |= Q(number=number[2], **({"year": number[1]} if number[1] else {}))
            queryset = queryset.filter(found)
        return queryset

    def standing(self, queryset, name, value):
        if value == "open":
            return queryset.filter(state__in=SupervisionOrder.WITH_ADDRESSEE)
        if value == "more_time":
            asked = OrderExtension.objects.filter(decided_at__isnull=True)
            return queryset.filter(pk__in=asked.values("order"))
        if value == "waiting":
            waiting = SupervisionOrder.objects.waiting_for_office().order_by()
            return queryset.filter(pk__in=waiting.values("pk"))
        return queryset.filter(state=value)

    def of_body(self, queryset, name, value):
        helped = SupervisionOrder.helpers.through.objects.filter(agency=value).values("supervisionorder")
        return queryset.filter(Q(agency=value) | Q(pk__in=helped))

    def late(self, queryset, name, value):
        overdue = SupervisionOrder.objects.overdue(self.now).order_by().values("pk")
        return queryset.filter(pk__in=overdue) if value == "yes" else queryset.exclude(pk__in=overdue)

    def of_year(self, queryset, name, value):
        issued, drafted = Q(issued_at__year=value), Q(issued_at__isnull=True, drafted_at__year=value)
        return queryset.filter(issued | drafted)


class CircularFilter(django_filters.FilterSet):
    """通报 by words, state and period."""

    q = words_to_search("标题、文号或正文")
    state = django_filters.ChoiceFilter(choices=Circular.State.choices, label="状态", empty_label="全部")
    period = django_filters.ChoiceFilter(field_name="period__code", label="报告期", empty_label="全部")

    class Meta:
        model = Circular
        fields = ["q", "state", "period"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        codes = self.queryset.order_by("-period__code").values_list("period__code", flat=True).distinct()
        self.filters["period"].extra["choices"] = [(code, code) for code in codes]
        if not self.request.user.is_office:
            del self.filters["state"]

    def search(self, queryset, name, value):
        for word in value.split():
            found = Q(title__icontains=word) | Q(document_number__icontains=word)
            queryset = queryset.filter(found | Q(opening__icontains=word) | Q(closing__icontains=word))
        return queryset
