"""The filters of this app's lists: the same on the page, in its export and in the API.

Plan and period are part of a page's address and parameters of the API, so they are not here
(see progress/api).
"""

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone

from agencies.models import Agency
from progress import figures, waiving
from progress.models import ContributionRequest, Correction, Extension, Lamp, ProgressReport, TargetValue
from tasks.filters import TaskFilter
from tasks.models import Assignment

BEHIND = "behind"


class ContributionFilter(django_filters.FilterSet):
    """What leads asked of supporters, by body (of either side) and by what became of it."""

    agency = django_filters.ModelChoiceFilter(
        queryset=Agency.objects.none(),
        to_field_name="code",
        label="单位",
        empty_label="全部",
        method="of_body",
    )
    side = django_filters.ChoiceFilter(
        choices=[("contribution__agency", "作为配合单位"), ("lead_report__agency", "作为牵头单位")],
        label="角色",
        empty_label="全部",
        method="later",
    )
    status = django_filters.ChoiceFilter(
        choices=list(figures.ASKED_STATES.items()), label="状态", empty_label="全部", method="in_state"
    )

    class Meta:
        model = ContributionRequest
        fields = ["agency", "side", "status"]

    def __init__(self, data, queryset, *, now, **kwargs):
        super().__init__(data, queryset, **kwargs)
        self.now = now
        sides = [queryset.order_by().values(side) for side in ("contribution__agency", "lead_report__agency")]
        bodies = Agency.objects.filter(Q(pk__in=sides[0]) | Q(pk__in=sides[1]))
        self.filters["agency"].queryset = bodies

    def of_body(self, queryset, name, value):
        side = self.form.cleaned_data.get("side")
        if side:
            return queryset.filter(**{side: value})
        return queryset.filter(Q(contribution__agency=value) | Q(lead_report__agency=value))

    def later(self, queryset, name, value):
        """Only says which side the body is looked for on."""
        return queryset

    def in_state(self, queryset, name, value):
        return queryset.filter(figures.request_conditions(self.now)[value])


class ReportFilter(django_filters.FilterSet):
    """Reports by body, kind, role, status, lateness, task and chapter.

    status: one of the groups the figures count (`figures.GROUP_LABELS`); the workflow's states are among
    them. So every count on a page has the address of exactly its rows.
    """

    status = django_filters.ChoiceFilter(
        choices=list(figures.GROUP_LABELS.items()), label="状态", empty_label="全部", method="in_group"
    )
    agency = django_filters.ModelChoiceFilter(
        queryset=Agency.objects.bodies(), to_field_name="code", label="单位", empty_label="全部"
    )
    agency_class = django_filters.ChoiceFilter(
        choices=list(figures.CLASS_CODES.items()),
        label="单位类别",
        empty_label="全部",
        method="in_class",
    )
    role = django_filters.ChoiceFilter(choices=Assignment.Role.choices, label="角色", empty_label="全部")
    kind = django_filters.ChoiceFilter(choices=ProgressReport.Kind.choices, label="类别", empty_label="全部")
    late = django_filters.BooleanFilter(
        label="迟报",
        method="by_lateness",
        widget=forms.Select(choices=[("", "全部"), ("true", "迟报或逾期"), ("false", "未迟报")]),
    )
    task = django_filters.NumberFilter(field_name="task__number", label="任务序号")
    chapter = django_filters.NumberFilter(field_name="task__chapter__number", label="行动")

    class Meta:
        model = ProgressReport
        fields = ["status", "agency", "agency_class", "kind", "role", "late", "task", "chapter"]

    def in_group(self, queryset, name, value):
        return queryset.filter(figures.conditions(timezone.now())[value])

    def in_class(self, queryset, name, value):
        return queryset.filter(agency__in=Agency.objects.filter(figures.bodies_of_class(value)))

    def by_lateness(self, queryset, name, value):
        """Late as the model says it: left after the due instant, or not left and past it."""
        groups = figures.conditions(timezone.now())
        late = groups["late"] | groups["overdue"]
        return queryset.filter(late) if value else queryset.exclude(late)


class ReportsOfPeriodFilter(ReportFilter):
    """ReportFilter for the page of one period: words to search, and only bodies and 行动 that occur.

    Unless asked otherwise it lists what is owed to the office, as the counts do; `to` opens the contributions
    supporters owe their leads, alone or with the rest.
    """

    to = django_filters.ChoiceFilter(
        choices=[("leads", "牵头单位（配合材料）"), ("all", "全部")],
        label="报送对象",
        empty_label="办公室",
        method="addressed",
    )
    q = django_filters.CharFilter(
        label="关键词",
        method="search",
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "任务或单位"}),
    )

    ended = django_filters.BooleanFilter(
        label="责任",
        method="of_ended_duties",
        widget=forms.Select(choices=[("", "全部"), ("true", "责任已终止，尚未免报")]),
    )

    class Meta(ReportFilter.Meta):
        fields = ["q", "kind", "status", "agency", "agency_class", "chapter", "late", "ended", "to"]

    def __init__(self, *args, period, **kwargs):
        super().__init__(*args, **kwargs)
        del self.filters["task"], self.filters["role"]
        kinds = ProgressReport.Kind
        self.filters["kind"].extra["choices"] = [(each, each.label) for each in (kinds.TASK, kinds.UNIT)]
        with_rows = ProgressReport.objects.filter(period=period).values("agency")
        self.filters["agency"].extra["queryset"] = Agency.objects.filter(pk__in=with_rows)
        chapters = [(chapter.number, chapter.title) for chapter in period.plan.chapters.all()]
        self.filters["chapter"].extra["widget"] = forms.Select(choices=[("", "全部"), *chapters])

    def of_ended_duties(self, queryset, name, value):
        return waiving.of_ended_duties(queryset, timezone.localdate()) if value else queryset

    @property
    def whole(self):
        """Everything of the list that is being looked at, before any other filter."""
        to = self.form.cleaned_data.get("to") if self.form.is_valid() else ""
        if to == "all":
            return self.queryset.all()
        return self.queryset.contributions() if to == "leads" else self.queryset.to_office()

    def filter_queryset(self, queryset):
        return super().filter_queryset(self.whole)

    def addressed(self, queryset, name, value):
        """Already narrowed: see `whole`."""
        return queryset

    def search(self, queryset, name, value):
        for word in value.replace("\x00", "").split():
            found = Q(task__title__icontains=word) | Q(agency__name__icontains=word)
            if word.isdecimal() and len(word) < 5:
                found |= Q(task__number=int(word))
            queryset = queryset.filter(found)
        return queryset


class ProblemFilter(ReportsOfPeriodFilter):
    """Problems by words, body and 行动; `of(rows)` keeps the rows of figures.problems that fit."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("kind", "status", "late", "agency_class", "ended", "to"):
            del self.filters[name]
        # In the fourth quarter also those who told it in the year's report.
        told_by = Agency.objects.filter(pk__in=self.queryset.values("agency"))
        self.filters["agency"].extra["queryset"] = told_by

    def of(self, rows):
        """All of them where nothing is asked or the form is wrong; else one query."""
        if not self.form.is_valid() or not any(self.form.cleaned_data.values()):
            return rows
        fitting = set(self.qs.values_list("pk", flat=True))
        return [row for row in rows if row.report.pk in fitting]


class TaskStandingFilter(TaskFilter):
    """Tasks as they stand in a period: by 行动, body and role, lamp, change, key, words.

    Lamp and change are no columns: `of(standings)` keeps the standings that fit everything asked.
    lamp: a lamp, `none` (待审定) or `behind` (欠序时和严重滞后). The page offers what occurs in
    `standings`, so that its form costs no query.
    """

    LAMPS = [(BEHIND, "滞后（欠序时、严重滞后）"), *Lamp.choices, ("none", figures.UNDECIDED)]

    agency = django_filters.ChoiceFilter(label="单位", empty_label="全部", method="bear")
    lamp = django_filters.ChoiceFilter(choices=LAMPS, label="亮灯", empty_label="全部", method="later")
    change = django_filters.ChoiceFilter(
        choices=[("up", "较上季度好转"), ("down", "较上季度退步")],
        label="变化",
        empty_label="全部",
        method="later",
    )

    class Meta(TaskFilter.Meta):
        fields = ["plan", "q", "chapter", "agency", "role", "lamp", "change", "key"]

    def __init__(self, *args, standings, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.standings = standings
        del self.filters["plan"]
        chapters = {row.task.chapter.number: row.task.chapter.title for row in standings}
        bodies = {each.agency for row in standings for each in row.assignments}
        self.filters["chapter"].extra["widget"] = forms.Select(choices=[("", "全部"), *chapters.items()])
        self.filters["agency"].extra["choices"] = [
            (body.code, body.name) for body in sorted(bodies, key=lambda body: (body.order, body.code))
        ]
        self.filters["role"].extra["choices"] = [
            (Assignment.Role.LEAD, "牵头单位"),
            (Assignment.Role.SUPPORT, plan.support_label),
        ]

    def later(self, queryset, name, value):
        """Asked of the standings, not of the rows."""
        return queryset

    def borne_by(self, queryset, agency, role):
        return super().borne_by(queryset, Agency.objects.filter(code=agency)[:1], role)

    @property
    def shown(self):
        """The standings that fit every filter; all of them where the form is wrong. One query at most."""
        if not self.form.is_valid():
            return self.standings
        asked = {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")}
        rows = self.standings
        if set(asked) - {"lamp", "change"}:
            fitting = set(self.qs.values_list("pk", flat=True))
            rows = [row for row in rows if row.task.pk in fitting]
        if "lamp" in asked:
            rows = [row for row in rows if fits_lamp(row, asked["lamp"])]
        if "change" in asked:
            rows = [row for row in rows if row.change == asked["change"]]
        return rows


def fits_lamp(standing, lamp):
    """Whether a standing shows this lamp; `behind` stands for yellow and red."""
    return standing.is_behind if lamp == BEHIND else standing.lamp_code == lamp


class ExtensionFilter(django_filters.FilterSet):
    """延期申请 by where they stand, by body and by words."""

    STATES = {
        "waiting": (
            "待决定",
            Q(decided_at__isnull=True, withdrawn_at__isnull=True, endorsed_at__isnull=False),
        ),
        "unsigned": (
            "待本单位审签",
            Q(decided_at__isnull=True, withdrawn_at__isnull=True, endorsed_at__isnull=True),
        ),
        "granted": ("已同意", Q(granted=True)),
        "refused": ("未同意", Q(granted=False)),
        "withdrawn": ("已撤回", Q(withdrawn_at__isnull=False)),
    }

    q = django_filters.CharFilter(
        label="关键词",
        method="search",
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "任务、单位或原因"}),
    )
    state = django_filters.ChoiceFilter(
        choices=[(code, label) for code, (label, _) in STATES.items()],
        label="状态",
        empty_label="全部",
        method="standing",
    )

    class Meta:
        model = Extension
        fields = ["q", "state"]

    def standing(self, queryset, name, value):
        return queryset.filter(self.STATES[value][1])

    def search(self, queryset, name, value):
        for word in value.replace("\x00", "").split():
            found = Q(report__task__title__icontains=word) | Q(report__agency__name__icontains=word)
            queryset = queryset.filter(found | Q(reason__icontains=word))
        return queryset


class OfReports(django_filters.FilterSet):
    """What lists of things about reports share: words, body, 报告期 of a plan; only what occurs in `rows`."""

    q = django_filters.CharFilter(
        label="关键词",
        method="search",
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "任务、单位或指标"}),
    )
    agency = django_filters.ModelChoiceFilter(
        queryset=Agency.objects.none(),
        field_name="report__agency",
        to_field_name="code",
        label="单位",
        empty_label="全部",
    )
    period = django_filters.ChoiceFilter(
        field_name="report__period__code", label="报告期", empty_label="全部"
    )
    # Where a word is looked for.
    SEARCHED = ("report__task__title", "report__agency__name")

    def __init__(self, *args, periods=None, **kwargs):
        super().__init__(*args, **kwargs)
        if periods is None:  # the API, whose body and period are parameters of its own
            return
        found = self.queryset.order_by().values("report__agency")
        self.filters["agency"].queryset = Agency.objects.filter(pk__in=found)
        self.filters["period"].extra["choices"] = [(period.code, period.label) for period in periods]

    def search(self, queryset, name, value):
        for word in value.replace("\x00", "").split():
            found = Q()
            for place in self.SEARCHED:
                found |= Q(**{f"{place}__icontains": word})
            if word.isdecimal() and len(word) < 5:
                found |= Q(report__task__number=int(word))
            queryset = queryset.filter(found)
        return queryset


class CorrectionFilter(OfReports):
    """更正申请 by where they stand and of what kind they are."""

    STATES = {
        "waiting": Q(decided_at__isnull=True, withdrawn_at__isnull=True),
        "granted": Q(granted=True),
        "refused": Q(granted=False),
        "withdrawn": Q(withdrawn_at__isnull=False),
    }
    SEARCHED = (*OfReports.SEARCHED, "basis")

    state = django_filters.ChoiceFilter(
        choices=Correction.State.choices,
        label="状态",
        empty_label="全部",
        method="standing",
    )
    kind = django_filters.ChoiceFilter(choices=Correction.Kind.choices, label="类别", empty_label="全部")

    class Meta:
        model = Correction
        fields = ["q", "state", "kind", "agency", "period"]

    def standing(self, queryset, name, value):
        return queryset.filter(self.STATES[value])


class ValueFilter(OfReports):
    """待核定数据 by certainty."""

    SEARCHED = (*OfReports.SEARCHED, "target__indicator")

    certainty = django_filters.ChoiceFilter(
        choices=TargetValue.Certainty.choices[:2], label="数据性质", empty_label="全部"
    )

    class Meta:
        model = TargetValue
        fields = ["q", "certainty", "agency", "period"]
