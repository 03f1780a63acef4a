"""The shapes in which people speak about a problem; each form is one verb of `problems`."""

from django import forms

from agencies.models import Agency
from progress.forms import Day, Prose
from progress.models import ReportingPeriod
from supervision.models import Problem
from supervision.problems import WORDS_LIMIT
from supervision.ticking_forms import tasks_to_tick
from supervision.upload_forms import Uploads

LEVEL = {"required": "请选择办理层级。", "invalid_choice": "没有这个层级，请重新选择。"}
BODY = {"required": "请选择责任单位。", "invalid_choice": "没有这家单位，请重新选择。"}


class Body(forms.ModelChoiceField):
    """A body that still stands, by its code."""

    def __init__(self, label="责任单位", **kwargs):
        standing = Agency.objects.bodies().filter(abolished_on__isnull=True)
        said = {"label": label, "error_messages": BODY, "empty_label": "请选择", **kwargs}
        super().__init__(standing, to_field_name="code", **said)


class VerbForm(forms.Form):
    """One verb on one problem, with the revision seen. `said` of a valid form is what the verb takes."""

    revision = forms.IntegerField(
        min_value=1,
        widget=forms.HiddenInput,
        error_messages={"required": "请刷新页面后再办理。", "invalid": "请刷新页面后再办理。"},
    )

    def __init__(self, data=None, files=None, *, problem):
        super().__init__(data, files, initial=self.initial_of(problem), auto_id=f"{self.verb}-%s")

    def initial_of(self, problem):
        return {"revision": problem.revision}

    @property
    def said(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "files"}

    @property
    def uploads(self):
        return self.cleaned_data.get("files") or []


class TriageForm(VerbForm):
    verb = "triage"
    level = forms.ChoiceField(label="层级", choices=Problem.Level.choices, error_messages=LEVEL)
    due_on = Day(label="整改时限")
    agency = Body()
    words = Prose(label="研判意见", limit=WORDS_LIMIT, rows=2)

    def initial_of(self, problem):
        return super().initial_of(problem) | {
            "level": problem.level or Problem.Level.UNIT,
            "due_on": problem.due_on,
            "agency": problem.agency.code,
        }


class AdjustForm(TriageForm):
    verb = "adjust"
    words = None
    reason = Prose(label="原因", limit=WORDS_LIMIT, rows=2)


class AnswerForm(VerbForm):
    verb = "answer"
    text = Prose(label="答复", limit=WORDS_LIMIT, rows=5)
    files = Uploads()

    def initial_of(self, problem):
        return super().initial_of(problem) | {"text": problem.answer}


class ProgressForm(VerbForm):
    verb = "progress"
    measures = Prose(label="整改措施", limit=WORDS_LIMIT, rows=3)
    progress = Prose(label="整改进展", limit=WORDS_LIMIT, rows=5)
    files = Uploads()

    def initial_of(self, problem):
        return super().initial_of(problem) | {"measures": problem.measures, "progress": problem.progress}


class WordsForm(VerbForm):
    words = Prose(label="说明", limit=WORDS_LIMIT, rows=3)


class CloseForm(WordsForm):
    verb = "close"


class ReopenForm(WordsForm):
    verb = "reopen"


class DropForm(WordsForm):
    verb = "drop"


FORMS = {
    form.verb: form
    for form in (TriageForm, AdjustForm, AnswerForm, ProgressForm, CloseForm, ReopenForm, DropForm)
}


class BulkTriageForm(forms.Form):
    """研判 of the chosen ones: one level and one deadline for all, each body its own."""

    level = forms.ChoiceField(
        label="层级", choices=[("", "请选择"), *Problem.Level.choices], error_messages=LEVEL
    )
    due_on = Day(label="整改时限")
    words = Prose(label="研判意见", limit=WORDS_LIMIT, rows=2)


class ProblemForm(forms.Form):
    """A problem the office sets down of its own accord. periods: the plan's, newest first."""

    text = Prose(label="存在问题", limit=WORDS_LIMIT, rows=4)
    agency = Body()
    task = forms.ChoiceField(
        label="涉及任务", required=False, error_messages={"invalid_choice": "没有这项任务，请重新选择。"}
    )
    period = forms.ModelChoiceField(
        ReportingPeriod.objects.none(),
        to_field_name="code",
        label="报告期",
        error_messages={"required": "请选择报告期。", "invalid_choice": "没有这个报告期，请重新选择。"},
    )
    measures = Prose(label="整改措施", limit=WORDS_LIMIT, rows=3)
    request = Prose(label="需上级协调事项", limit=WORDS_LIMIT, rows=3)

    def __init__(self, *args, plan, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["period"].queryset = plan.periods.filter(opened_at__isnull=False).order_by("-ends_on")
        groups = tasks_to_tick(plan, user)
        self.tasks = {number: task for _, options in groups for number, _, task in options}
        choices = [(heading, [option[:2] for option in options]) for heading, options in groups]
        self.fields["task"].choices = [("", "不涉及具体任务"), *choices]

    @property
    def said(self):
        return self.cleaned_data | {"task": self.tasks.get(self.cleaned_data["task"])}
