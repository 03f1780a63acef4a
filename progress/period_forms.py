"""The forms of periods, the working-day calendar, and a plan's rules."""

from django import forms

from progress.calendar import FIRST_YEAR
from progress.models import DutyRule

LAST_YEAR = 2099
BAD_DATE = "请按“2026-10-13”的样子填写日期。"


class DueForm(forms.Form):
    """An instant in Shanghai time, to the minute."""

    due_at = forms.DateTimeField(
        label="截止时间",
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={
            "required": "请填写截止时间。",
            "invalid": "请按“2026-10-13 18:00”的样子填写截止时间。",
        },
    )


class DaysForm(forms.Form):
    """Days that differ from Monday to Friday."""

    first = forms.DateField(
        label="开始日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请填写日期。", "invalid": BAD_DATE},
    )
    last = forms.DateField(
        label="结束日期",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": BAD_DATE},
    )
    is_working = forms.TypedChoiceField(
        label="安排",
        choices=[("no", "放假"), ("yes", "上班（调休）")],
        coerce=lambda value: value == "yes",
    )
    note = forms.CharField(
        label="说明", max_length=40, required=False, error_messages={"max_length": "说明最多 40 字。"}
    )

    def clean(self):
        cleaned = super().clean()
        for field in ("first", "last"):
            day = cleaned.get(field)
            if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(field, f"日期应在{FIRST_YEAR}年至{LAST_YEAR}年之间。")
        return cleaned


class YearForm(forms.Form):
    year = forms.IntegerField(
        label="年份",
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        error_messages={
            "required": "请填写年份。",
            "invalid": "请填写四位年份，例如 2027。",
            "min_value": f"年份应在{FIRST_YEAR}至{LAST_YEAR}之间。",
            "max_value": f"年份应在{FIRST_YEAR}至{LAST_YEAR}之间。",
        },
    )
    source = forms.CharField(
        label="放假安排来源",
        max_length=120,
        error_messages={"required": "请写明放假安排的来源。", "max_length": "来源最多 120 字。"},
    )


class FrequencyForm(forms.Form):
    frequency = forms.ChoiceField(label="填报频次", choices=DutyRule.Frequency.choices)


class UnitDutyForm(forms.Form):
    """The body to file a 单位小结. bodies: those that may be chosen."""

    agency = forms.ModelChoiceField(
        queryset=None,
        to_field_name="code",
        label="指定单位",
        empty_label="请选择",
        error_messages={
            "required": "请选择要指定的单位。",
            "invalid_choice": "没有这家单位，或已经指定，请重新选择。",
        },
    )

    def __init__(self, *args, bodies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = bodies


def _points(label):
    return forms.DecimalField(
        label=label,
        max_digits=5,
        decimal_places=2,
        error_messages={
            "required": "请填写百分点数。",
            "invalid": "请填写数字，例如 10。",
            "max_digits": "百分点数应在 0 到 100 之间。",
            "max_whole_digits": "百分点数应在 0 到 100 之间。",
            "max_decimal_places": "最多保留两位小数。",
        },
        widget=forms.NumberInput(attrs={"min": 0, "max": 100, "step": "0.01"}),
    )


class LampRuleForm(forms.Form):
    from_year = forms.TypedChoiceField(label="适用起始年", coerce=int)
    yellow_from = _points("黄灯起点（差距达到，百分点）")
    red_from = _points("红灯起点（差距达到，百分点）")
    yellow_run = forms.IntegerField(
        label="连续黄灯转红（季度）",
        min_value=0,
        max_value=4,
        error_messages={
            "required": "请填写季度数。",
            "invalid": "请填写 0 到 4 的整数。",
            "min_value": "季度数应在 0 到 4 之间。",
            "max_value": "季度数应在 0 到 4 之间。",
        },
    )

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["from_year"].choices = [(year, f"{year}年") for year in plan.years]
