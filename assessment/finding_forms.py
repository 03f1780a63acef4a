"""The shapes in which the office states and takes back a 人工认定, and the filter of their list."""

import django_filters
from django import forms
from django.db.models import Q

from agencies.models import Agency
from assessment.findings import reports_to_find, targets_to_find
from assessment.models import Finding
from progress.forms import Prose
from progress.models import ReportingPeriod
from supervision.filters import words_to_search, year_choices
from supervision.upload_forms import Uploads

LONGEST = 1000
CHOOSE = {"required": "请选择。", "invalid_choice": "没有这一项，请重新选择。"}


class Body(forms.ModelChoiceField):
    """A body by its code; abolished ones too, for what they did in the year."""

    def __init__(self):
        super().__init__(
            Agency.objects.bodies(),
            label="单位",
            to_field_name="code",
            empty_label="请选择",
            error_messages={"required": "请选择单位。", "invalid_choice": "没有这家单位，请重新选择。"},
        )


class FindingForm(forms.Form):
    """What every finding has: whom it is about, its basis, and what supports it."""

    agency = Body()
    basis = Prose(label="依据", limit=LONGEST, rows=4)
    files = Uploads()

    def __init__(self, data=None, files=None, *, plan, initial=None):
        super().__init__(data, files, initial=initial)
        self.plan = plan


class ReturnFindingForm(FindingForm):
    """无实质内容 of one return: named by body, period and the task's number."""

    period = forms.ModelChoiceField(
        ReportingPeriod.objects.none(),
        label="报告期",
        to_field_name="code",
        empty_label="请选择",
        error_messages=CHOOSE,
    )
    number = forms.IntegerField(
        label="任务序号",
        required=False,
        min_value=1,
        max_value=9999,
        help_text="单位季度小结或年度落实情况报告不填。",
        error_messages={"invalid": "请填写数字，例如 15。"}
        | dict.fromkeys(("min_value", "max_value"), "任务序号应在 1 至 9999 之间，请核对。"),
    )
    field_order = ["agency", "period", "number", "basis", "files"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        periods = ReportingPeriod.objects.filter(
            plan=self.plan, opened_at__isnull=False, is_backfill=False
        ).select_related("plan")
        self.fields["period"].queryset = periods.order_by("-ends_on", "starts_on")
        self.fields["period"].label_from_instance = lambda period: period.label

    def clean(self):
        """`report`: the return that is meant."""
        said = super().clean()
        if not (said.get("agency") and said.get("period")) or self.errors.get("number"):
            return said
        about = {"kind": "unit", "task": None} if said["number"] is None else {"task__number": said["number"]}
        rows = reports_to_find(self.plan).filter(agency=said["agency"], period=said["period"], **about)
        said["report"] = rows.select_related("agency", "task", "period__plan").first()
        if said["report"] is None:
            what = "单位小结或年度报告" if said["number"] is None else f"第 {said['number']} 项进展表"
            raise forms.ValidationError(
                f"{said['agency'].name}没有已报送的{said['period'].label}{what}。请核对单位、报告期和任务序号。"
            )
        return said


class TargetFindingForm(FindingForm):
    """达成 or 未达成 of a target, for one body and year."""

    year = forms.TypedChoiceField(label="年度", coerce=int, error_messages=CHOOSE)
    target = forms.TypedChoiceField(label="指标", coerce=int, error_messages=CHOOSE)
    met = forms.TypedChoiceField(
        label="认定",
        choices=[("yes", "达成"), ("no", "未达成")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择达成或未达成。", "invalid_choice": "请选择达成或未达成。"},
    )
    field_order = ["year", "target", "agency", "met", "basis", "files"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = year_choices(self.plan)
        self.targets = {each.pk: each for each in targets_to_find(self.plan)}
        self.fields["target"].choices = [("", "请选择"), *self._groups()]

    def _groups(self):
        """Those only a finding can tell of first."""
        for title, by_number in (("没有可计算数值的指标", False), ("有数值的指标（认定优先于数值）", True)):
            rows = [
                (pk, f"{_place(each)}{each.indicator}（{each.get_operator_display()}{each.value_words}）")
                for pk, each in self.targets.items()
                if each.by_number is by_number
            ]
            if rows:
                yield title, rows

    def clean_target(self):
        return self.targets[self.cleaned_data["target"]]


def _place(target):
    return f"第 {target.task.number} 项 " if target.task else "全计划 "


class RevokeForm(forms.Form):
    reason = Prose(label="撤销原因", limit=LONGEST, rows=2)


class FindingFilter(django_filters.FilterSet):
    """人工认定 by year, kind, body, whether it stands, and words."""

    STANDING = {"yes": "有效", "no": "已撤销"}

    q = words_to_search("依据、指标或任务")
    year = django_filters.ChoiceFilter(label="年度", empty_label="全部")
    kind = django_filters.ChoiceFilter(choices=Finding.Kind.choices, label="认定", empty_label="全部")
    agency = django_filters.ModelChoiceFilter(
        queryset=Agency.objects.none(), to_field_name="code", label="单位", empty_label="全部"
    )
    standing = django_filters.ChoiceFilter(
        choices=list(STANDING.items()), label="状态", empty_label="全部", method="is_standing"
    )

    class Meta:
        model = Finding
        fields = ["q", "year", "kind", "agency", "standing"]

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["year"].extra["choices"] = year_choices(plan)
        about = self.queryset.order_by().values("agency")
        self.filters["agency"].queryset = Agency.objects.filter(pk__in=about)

    def is_standing(self, queryset, name, value):
        return queryset.filter(revoked_at__isnull=value == "yes")

    def search(self, queryset, name, value):
        for word in value.split():
            queryset = queryset.filter(
                Q(basis__icontains=word)
                | Q(target__indicator__icontains=word)
                | Q(report__task__is_sensitive=False, report__task__title__icontains=word)
            )
        return queryset
