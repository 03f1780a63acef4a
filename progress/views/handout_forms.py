"""The shape of what is typed to hand out, to answer and to merge; what it means is for `handouts`."""

from django import forms
from django.utils import timezone

from progress.forms import Day, Prose
from progress.handouts import NOTE_LIMIT, How


class People(forms.ModelMultipleChoiceField):
    """Colleagues to tick, each with the name they sign in by: two may be called the same."""

    def label_from_instance(self, person):
        return f"{person.full_name}（{person.username}）"


class Reports(forms.ModelMultipleChoiceField):
    """Returns to tick, each by its task; by its body too where there are several."""

    def label_from_instance(self, report):
        return f"{report.subject}（{report.agency.name}）" if self.several_bodies else report.subject

    @property
    def several_bodies(self):
        return len({report.agency_id for report in self.queryset}) > 1


class HandOutForm(forms.Form):
    """Which fields, to whom, by when, with what words.

    parts: {name: label} to choose from; people: the User queryset; reports: ProgressReports to tick where
    several are handed out at once, else None.
    """

    reports = Reports(
        None,
        label="任务",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请至少选一项任务。",
            "invalid_choice": "所选任务现在不能分办，请刷新页面后再选。",
        },
    )
    parts = forms.MultipleChoiceField(
        label="栏目",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请至少选一栏。",
            "invalid_choice": "所选栏目不在这份表中，请刷新页面后再选。",
        },
    )
    to = People(
        None,
        label="协办人",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请选择协办人。",
            "invalid_choice": "所选人员已不是本单位的协办人或填报人，请重新选择。",
            "invalid_pk_value": "所选人员已不是本单位的协办人或填报人，请重新选择。",
        },
    )
    due_on = Day(label="请于何日前交回")
    note = Prose(label="要求", limit=NOTE_LIMIT, rows=3)

    def __init__(self, data=None, *, parts, people, reports=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["parts"].choices = list(parts.items())
        self._offer("to", people)
        if reports is None:
            del self.fields["reports"]
        else:
            self._offer("reports", reports)
        self.fields["due_on"].required = True
        self.fields["due_on"].widget.attrs["min"] = timezone.localdate().isoformat()

    def _offer(self, name, rows):
        """`rows` to choose from in a field, read once for the page and whoever asks whether there are any."""
        field = self.fields[name]
        field.queryset = rows
        found = list(field.queryset)
        field.choices = [(row.pk, field.label_from_instance(row)) for row in found]

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day is None:
            raise forms.ValidationError("请写明请于何日前交回。")
        return day


class AnswerForm(forms.Form):
    """A colleague's words for the fields given to them. Only what is in the data counts as typed."""

    def __init__(self, labels, data=None, answers=None):
        super().__init__(data, initial=answers)
        for part, label in labels.items():
            self.fields[part] = Prose(label=label, rows=10 if part == "progress" else 6)

    def changes(self):
        return {part: text for part, text in self.cleaned_data.items() if part in self.data}


class MergeForm(forms.Form):
    """What becomes of each answered field, and which texts the reporter was looking at."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    report_revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, answers, data=None, **kwargs):
        super().__init__(data, **kwargs)
        for answer in answers:
            self.fields[answer.part] = forms.ChoiceField(
                label=answer.label,
                choices=How,
                initial=answer.suggested,
                required=False,
                widget=forms.RadioSelect,
            )

    def choices(self):
        fixed = ("revision", "report_revision")
        return {part: how for part, how in self.cleaned_data.items() if part not in fixed}
