"""The filters of this app's lists: the same on the page, in its export and in the API.

Plan and period are part of a page's address and parameters of the API, so they are not here
(see progress/api).
"""

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone

from agencies.models import Agency
from progress import figures
from progress.models import Extension, Lamp, ProgressReport
from tasks.filters import TaskFilter
from tasks.models import Assignment

BEHIND = "behind"


class ReportFilter(django_filters.FilterSet):
    """Reports by body, kind, status, lateness, task and chapter.

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
        fields = ["status", "agency", "agency_class", "kind", "late", "task", "chapter"]

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
    """ReportFilter for the page of one period: words to search, and only bodies and 行动 that occur."""

    q = django_filters.CharFilter(
        label="关键词",
        method="search",
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "任务或单位"}),
    )

    class Meta(ReportFilter.Meta):
        fields = ["q", "status", "agency", "agency_class", "chapter", "late"]

    def __init__(self, *args, period, **kwargs):
        super().__init__(*args, **kwargs)
        del self.filters["kind"], self.filters["task"]
        with_rows = ProgressReport.objects.filter(period=period).values("agency")
        self.filters["agency"].extra["queryset"] = Agency.objects.filter(pk__in=with_rows)
        chapters = [(chapter.number, chapter.title) for chapter in period.plan.chapters.all()]
        self.filters["chapter"].extra["widget"] = forms.Select(choices=[("", "全部"), *chapters])

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
        for name in ("status", "late", "agency_class"):
            del self.filters[name]

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
