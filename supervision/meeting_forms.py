"""The forms of meetings and of what was agreed there."""

from django import forms

from progress.forms import Day, Prose
from supervision import meetings
from supervision.models import Meeting
from supervision.ticking_forms import Ticked, bodies_to_tick, tasks_to_tick


class MeetingForm(forms.Form):
    """登记 or change a meeting; `said` of a valid form is what `meetings.record_meeting` takes."""

    kind = forms.ChoiceField(
        label="类别",
        choices=Meeting.Kind.choices,
        error_messages={
            "required": "请选择类别。",
            "invalid_choice": "没有这种类别，请重新选择。",
        },
    )
    title = Prose(label="名称", limit=meetings.TITLE_LIMIT)
    held_on = Day(label="日期")
    place = Prose(label="地点", limit=meetings.PLACE_LIMIT)
    chair = Prose(label="主持或带队", limit=meetings.CHAIR_LIMIT)
    agencies = Ticked(label="参加单位")
    participants = Prose(label="其他参加人员", limit=meetings.PEOPLE_LIMIT, rows=2)
    tasks = Ticked(label="涉及任务")
    minutes = Prose(label="纪要或情况", limit=meetings.MINUTES_LIMIT, rows=14)
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, plan, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agencies"].groups = bodies_to_tick()
        self.fields["tasks"].groups = tasks_to_tick(plan, user)

    @property
    def said(self):
        return {name: self.cleaned_data[name] for name in (*meetings.TEXTS, *meetings.LISTS)}


def as_typed(meeting):
    """A meeting as the controls of its form would hold it."""
    held = {name: getattr(meeting, name) for name in meetings.TEXTS}
    agencies = [each.code for each in meeting.agencies.all()]
    tasks = [str(each.number) for each in meeting.tasks.all()]
    return held | {"agencies": agencies, "tasks": tasks, "revision": meeting.revision}


class ActionForm(forms.Form):
    """One 议定事项."""

    text = Prose(label="议定事项", limit=meetings.ACTION_LIMIT, rows=3)
    agency = forms.ChoiceField(
        label="责任单位", required=False, error_messages={"invalid_choice": "没有这家单位，请重新选择。"}
    )
    task = forms.ChoiceField(
        label="涉及任务", required=False, error_messages={"invalid_choice": "没有这项任务，请重新选择。"}
    )
    due_on = Day(label="完成时限")
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, plan, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.bodies, self.tasks = bodies_to_tick(), tasks_to_tick(plan, user)
        self.fields["agency"].choices = [("", "尚未确定"), *_choices(self.bodies)]
        self.fields["task"].choices = [("", "不涉及具体任务"), *_choices(self.tasks)]

    @property
    def said(self):
        typed = self.cleaned_data
        agency, task = _thing(self.bodies, typed["agency"]), _thing(self.tasks, typed["task"])
        return {"text": typed["text"], "agency": agency, "task": task, "due_on": typed["due_on"]}


def _choices(groups):
    return [(heading, [(value, label) for value, label, _ in options]) for heading, options in groups]


def _thing(groups, value):
    return next((thing for _, options in groups for each, _, thing in options if each == value), None)


def action_as_typed(action):
    """An action as the controls of its form would hold it."""
    return {
        "text": action.text,
        "agency": action.agency.code if action.agency else "",
        "task": str(action.task.number) if action.task else "",
        "due_on": action.due_on,
        "revision": action.revision,
    }


class OutcomeForm(forms.Form):
    """登记办结."""

    outcome = Prose(label="办结情况", limit=meetings.OUTCOME_LIMIT, rows=2)
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
