"""The shape of the office's decision on a task's three-year state."""

from django import forms

from progress.models import TaskState


class TaskStateForm(forms.Form):
    """State, date and evidence; nothing may be left out."""

    state = forms.ChoiceField(label="三年状态", choices=TaskState.State.choices)
    on = forms.DateField(label="认定日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    evidence = forms.CharField(
        label="依据",
        max_length=400,
        help_text="文件、会议或验收材料。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
