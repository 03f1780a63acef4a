"""The shapes of what is typed about lamps: filters of the list, a draft, a reply, the three-year state."""

from django import forms

from progress import hearings, proposals
from progress.models import Lamp, TaskState, VerdictReply
from progress.verdict_text import LONGEST

ANY = [("", "全部")]


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


class HearingFilter(forms.Form):
    """The list of lamps on their way to 审定 by status, lamp (the last word on it) and 行动."""

    status = forms.ChoiceField(label="状态", required=False, choices=[*ANY, *hearings.STATUSES.items()])
    lamp = forms.ChoiceField(label="亮灯", required=False, choices=[*ANY, *Lamp.choices])
    chapter = forms.ChoiceField(label="行动", required=False)

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows
        chapters = {row.task.chapter.number: row.task.chapter.title for row in rows}
        self.fields["chapter"].choices = [*ANY, *((str(number), title) for number, title in chapters.items())]

    @property
    def shown(self):
        """The Hearings that fit; all of them where the form is wrong."""
        if not self.is_valid():
            return self.rows
        asked = self.cleaned_data
        return [
            row
            for row in self.rows
            if asked["status"] in ("", row.status)
            and asked["lamp"] in ("", row.lamp)
            and asked["chapter"] in ("", str(row.task.chapter.number))
        ]


class ProposalForm(forms.Form):
    """拟定: the lamp, why it is not the computed one, and the words."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    lamp = forms.ChoiceField(label="拟定亮灯", choices=Lamp.choices)
    reason = forms.CharField(
        label="调整理由",
        required=False,
        max_length=proposals.LONGEST_REASON,
        help_text="与系统测算不同时必填，审定后各单位可以看到。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    text = forms.CharField(
        label="文字",
        required=False,
        max_length=LONGEST,
        help_text="由已采用的填报汇编而成。改动的句子标为“办公室改写”，没有改的保留来源。",
        widget=forms.Textarea(attrs={"rows": 9}),
    )

    def __init__(self, *args, hearing, **kwargs):
        proposal = hearing.proposal
        first = {
            "revision": proposal.revision if proposal else 0,
            "lamp": proposal.lamp if proposal else hearing.standing.computed_lamp,
            "reason": proposal.reason if proposal else "",
            "text": proposal.text if proposal else hearing.standing.progress_text,
        }
        super().__init__(*args, initial=first, **kwargs)
        computed = hearing.standing.computed_lamp
        self.fields["lamp"].choices = [
            (code, f"{word}（系统测算）" if code == computed else word) for code, word in Lamp.choices
        ]


class ReplyForm(forms.Form):
    """A lead body's word on a proposal."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    agency = forms.CharField(max_length=40, widget=forms.HiddenInput)
    stance = forms.ChoiceField(label="意见", choices=VerdictReply.Stance.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="说明",
        required=False,
        max_length=proposals.LONGEST_REPLY,
        help_text="有异议的，请写明理由和依据。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
