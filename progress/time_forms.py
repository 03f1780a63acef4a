"""The forms of time: another deadline for one return, 免报, 重报期限, 办理时限, a workbook of 补录."""

from django import forms

from progress import backfill, extensions, waiving

BAD_INSTANT = "请按“2026-10-13 18:00”的样子填写时间。"


def instant(label, *, required=True):
    """An instant in Shanghai time, to the minute."""
    return forms.DateTimeField(
        label=label,
        required=required,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"required": f"请填写{label}。", "invalid": BAD_INSTANT},
    )


def text(label, longest, *, rows=2, required=True):
    """Words of at most `longest` characters, line ends counted as one."""
    return forms.CharField(
        label=label,
        max_length=longest,
        required=required,
        widget=forms.Textarea({"rows": rows}),
        error_messages={
            "required": f"请写明{label}。",
            "max_length": f"{label}有 %(show_value)s 字，最多 {longest} 字，请精简。",
            "null_characters_not_allowed": f"{label}含有无法保存的字符，请删除后再试。",
        },
    )


class ExtensionForm(forms.Form):
    """What a body asks: until when, and why."""

    wanted_until = instant("申请延至")
    reason = text("延期原因", extensions.LONGEST_REASON, rows=4)


class ExtensionDecisionForm(forms.Form):
    """The office's word on the requests chosen."""

    new_due_at = instant("新的截止时间", required=False)
    note = text("说明", extensions.LONGEST_REASON, required=False)


class WaiverForm(forms.Form):
    """Why nothing is owed for the returns chosen."""

    reason = text("免报原因", waiving.LONGEST_REASON)


class ResubmitForm(forms.Form):
    """Until when a return that was sent back in a locked period may be filed again."""

    resubmit_by = instant("重报期限")


def _days(label):
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=30,
        error_messages={
            "required": "请填写工作日数。",
            "invalid": "请填写 1 到 30 的整数。",
            "min_value": "工作日数应在 1 到 30 之间。",
            "max_value": "工作日数应在 1 到 30 之间。",
        },
    )


class TermRuleForm(forms.Form):
    """办理时限 in working days, from a year of the plan on."""

    from_year = forms.TypedChoiceField(label="适用起始年", coerce=int)
    contribution_days = _days("商请提前（工作日）")
    feedback_days = _days("反馈期限（工作日）")
    resubmit_days = _days("重报期限（工作日）")

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["from_year"].choices = [(year, f"{year}年") for year in plan.years]


class BackfillForm(forms.Form):
    """A filled workbook of 补录, and what it was drawn from."""

    file = forms.FileField(
        label="填好的补录表",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": "请先选择要上传的补录表。",
            "empty": "这个文件是空的，请检查后重新选择。",
        },
    )
    basis = forms.CharField(
        label="依据",
        max_length=backfill.LONGEST_BASIS,
        error_messages={
            "required": "请写明依据，例如“各单位 2023 年三季度报送材料汇总”。",
            "max_length": f"依据最多 {backfill.LONGEST_BASIS} 字。",
        },
    )
