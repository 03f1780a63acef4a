"""The filters of this app's lists: the same on the page and in its export."""

import django_filters
from django.db.models import Q

from assessment.models import Objection, Outline, Petition, SummaryReport, UnitScore
from assessment.models.rounds import CLASS_CHOICES
from supervision.filters import words_to_search, year_choices

LEFT = {
    "self": ("自评未报出", Q(standing="scored", self_signed_at__isnull=True)),
    "unconfirmed": ("初评未确认", Q(scored_at__isnull=True) & ~Q(standing="excluded")),
    "objected": ("有异议待复核", Q(objections__state=Objection.State.RAISED)),
    "silent": ("反馈未答复", Q(agreed_at__isnull=True) & ~Q(standing="excluded")),
}


class UnitFilter(django_filters.FilterSet):
    """Units of a round by name, class, standing, grade once there are any, and for the office what is left
    to do."""

    q = words_to_search("单位名称")
    unit_class = django_filters.ChoiceFilter(choices=CLASS_CHOICES, label="类别", empty_label="全部")
    standing = django_filters.ChoiceFilter(
        choices=UnitScore.Standing.choices, label="参评情况", empty_label="全部"
    )
    grade = django_filters.ChoiceFilter(choices=UnitScore.Grade.choices, label="等次", empty_label="全部")
    left = django_filters.ChoiceFilter(
        choices=[(code, label) for code, (label, _) in LEFT.items()],
        label="待办",
        empty_label="全部",
        method="left_to_do",
    )

    class Meta:
        model = UnitScore
        fields = ()

    def __init__(self, *args, is_office=False, shows_grades=False, **kwargs):
        super().__init__(*args, **kwargs)
        if not shows_grades:
            del self.filters["grade"]
        if not is_office:
            del self.filters["left"]

    def search(self, rows, name, value):
        return rows.filter(name__icontains=value.strip())

    def left_to_do(self, rows, name, value):
        return rows.filter(pk__in=UnitScore.objects.filter(LEFT[value][1]).order_by().values("pk"))


class ObjectionFilter(django_filters.FilterSet):
    """Objections of a round by unit and state."""

    q = words_to_search("单位名称或异议内容")
    state = django_filters.ChoiceFilter(choices=Objection.State.choices, label="状态", empty_label="全部")

    class Meta:
        model = Objection
        fields = ()

    def search(self, rows, name, value):
        return rows.filter(Q(unit__name__icontains=value.strip()) | Q(text__icontains=value.strip()))


class ReportFilter(django_filters.FilterSet):
    """Reports of the office by words of the title, kind and year, for the office by state too, on the page
    and in Excel."""

    q = words_to_search("标题")
    kind = django_filters.ChoiceFilter(
        field_name="outline__kind", choices=Outline.Kind.choices, label="类别", empty_label="全部"
    )
    year = django_filters.ChoiceFilter(field_name="period__starts_on__year", label="年度", empty_label="全部")
    state = django_filters.ChoiceFilter(choices=SummaryReport.State.choices, label="状态", empty_label="全部")

    class Meta:
        model = SummaryReport
        fields = ("q", "kind", "year", "state")

    def __init__(self, *args, plan, is_office, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["year"].extra["choices"] = year_choices(plan)
        if not is_office:
            del self.filters["state"]

    def search(self, queryset, name, value):
        for word in value.split():
            queryset = queryset.filter(title__icontains=word)
        return queryset


class PetitionFilter(django_filters.FilterSet):
    """请示 by words, state and the year they were drafted in."""

    q = words_to_search("标题、内容或发文字号")
    state = django_filters.ChoiceFilter(choices=Petition.State.choices, label="状态", empty_label="全部")
    year = django_filters.ChoiceFilter(
        field_name="drafted_at__year", label="年份", empty_label="全部", choices=()
    )

    class Meta:
        model = Petition
        fields = ()

    def __init__(self, *args, plan, is_office, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["year"].extra["choices"] = year_choices(plan)
        if not is_office:
            del self.filters["state"]

    def search(self, rows, name, value):
        for word in value.split():
            rows = rows.filter(Q(title__icontains=word) | Q(text__icontains=word) | Q(number__icontains=word))
        return rows
