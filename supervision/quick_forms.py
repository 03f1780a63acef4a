"""The form of 临时调度: what the office wants to know, of whom, by when."""

from django import forms

from progress.forms import Prose
from supervision import quick
from supervision.models import AdHocField, AdHocRequest, Instruction
from supervision.ticking_forms import Ticked, bodies_to_tick, grouped, tasks_to_tick
from tasks.models import Project, Task

PLACES = range(1, AdHocRequest.MOST_FIELDS + 1)


class Moment(forms.DateTimeField):
    """An instant as the browser's own control gives it."""

    def __init__(self, **kwargs):
        super().__init__(
            required=False,
            widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
            error_messages={"invalid": "请按“2026-10-06 18:00”的样子填写时间。"},
            **kwargs,
        )


def projects_to_tick(plan, user):
    """The plan's projects of tasks this person may know of, by task; one query."""
    projects = Project.objects.filter(plan=plan, task__in=Task.objects.visible_to(user))
    return grouped(
        projects.select_related("task").order_by("task__number", "order", "pk"),
        lambda each: f"{each.task.number}. {each.task.title}",
        lambda each: each.pk,
        lambda each: each.name,
    )


class SubjectsForm(forms.Form):
    """Which tasks, projects and units; also to add some later."""

    tasks = Ticked(label="任务")
    projects = Ticked(label="项目")
    agencies = Ticked(label="单位")

    def __init__(self, *args, plan, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["tasks"].groups = tasks_to_tick(plan, user)
        self.fields["projects"].groups = projects_to_tick(plan, user)
        self.fields["agencies"].groups = bodies_to_tick()

    @property
    def subjects(self):
        return {name: self.cleaned_data[name] for name in ("tasks", "projects", "agencies")}

    @property
    def ticked(self):
        """The three to tick, with what each means, for the page."""
        hints = {
            "tasks": "问各任务的牵头单位。",
            "projects": "问项目所在任务的牵头单位。",
            "agencies": "问单位自己，不针对某项任务。",
        }
        return [(self[name], hint) for name, hint in hints.items()]


class AskForm(SubjectsForm):
    """A draft; `asking` of a valid form is what `quick.draft` takes."""

    title = Prose(label="事项", limit=120)
    asked_for = Prose(label="交办来源", limit=80)
    words = Prose(label="说明", limit=quick.WORDS_LIMIT, rows=3)
    due_at = Moment(label="请于何时前答复")
    instruction = forms.ModelChoiceField(
        queryset=Instruction.objects.none(), required=False, widget=forms.HiddenInput
    )
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, plan, user, **kwargs):
        super().__init__(*args, plan=plan, user=user, **kwargs)
        self.fields["instruction"].queryset = Instruction.objects.visible_to(user).filter(plan=plan)
        for place in PLACES:
            named = f"第 {place} 项"
            self.fields[f"label_{place}"] = Prose(label=f"{named}内容", limit=40)
            self.fields[f"kind_{place}"] = forms.ChoiceField(
                choices=AdHocField.Kind.choices, required=False, label=f"{named}类型"
            )
            self.fields[f"unit_{place}"] = Prose(label=f"{named}单位", limit=20)
            self.fields[f"source_{place}"] = forms.ChoiceField(
                choices=AdHocField.Source.choices, required=False, label=f"{named}预填自"
            )

    @property
    def field_rows(self):
        """[(place, its four controls)]."""
        parts = ("label", "kind", "unit", "source")
        return [(place, [self[f"{part}_{place}"] for part in parts]) for place in PLACES]

    @property
    def asking(self):
        typed = self.cleaned_data
        heading = {name: typed[name] for name in ("title", "asked_for", "words", "due_at", "instruction")}
        return quick.Asking(fields=self._fields(typed), **heading, **self.subjects)

    def _fields(self, typed):
        """What is asked, in order; rows without words are left out."""
        return [
            AdHocField(
                label=typed[f"label_{place}"].strip(),
                kind=typed[f"kind_{place}"] or AdHocField.Kind.TEXT,
                unit=typed[f"unit_{place}"].strip(),
                source=typed[f"source_{place}"],
            )
            for place in PLACES
            if typed[f"label_{place}"].strip()
        ]


class ExtendForm(forms.Form):
    """A later instant for everybody."""

    due_at = Moment(label="延长至")


def typed_fields(fields):
    """Fields, each as a dictionary or an AdHocField, as the controls of the form hold them."""
    values = {}
    for place, each in zip(PLACES, fields, strict=False):
        said = each if isinstance(each, dict) else {name: getattr(each, name) for name in OF_FIELD}
        values |= {f"{name}_{place}": said.get(name, "") for name in OF_FIELD}
    return values


OF_FIELD = ("label", "kind", "unit", "source")


def as_typed(request):
    """A draft as the controls of its form hold it."""
    answers = list(request.answers.select_related("task", "agency"))
    return {
        **{name: getattr(request, name) for name in ("title", "asked_for", "words", "due_at", "revision")},
        "instruction": request.instruction_id,
        "tasks": sorted({str(each.task.number) for each in answers if each.task_id and not each.project_id}),
        "projects": sorted({str(each.project_id) for each in answers if each.project_id}),
        "agencies": sorted({each.agency.code for each in answers if not each.task_id}),
        **typed_fields(request.fields.all()),
    }
