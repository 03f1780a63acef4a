"""The forms of 批示件."""

from django import forms
from django.utils import timezone

from progress.forms import Day, Prose
from supervision import instructions
from supervision.ticking_forms import Ticked, tasks_to_tick


class InstructionForm(forms.Form):
    """登记 or change an instruction; `said` of a valid form is what `instructions.register` takes."""

    leader = Prose(label="批示领导", limit=instructions.LEADER_LIMIT)
    leader_title = Prose(label="职务", limit=instructions.LEADER_TITLE_LIMIT)
    on = Day(label="批示日期")
    due_on = Day(label="办理时限")
    document = Prose(label="批示所在文件", limit=instructions.DOCUMENT_LIMIT)
    words = Prose(label="批示内容", limit=instructions.WORDS_LIMIT, rows=4)
    readers = Ticked(label="可阅人员")
    tasks = Ticked(label="涉及任务")
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, plan, user, named=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["readers"].groups = people_to_tick(named)
        self.fields["tasks"].groups = tasks_to_tick(plan, user)

    @property
    def said(self):
        return {name: self.cleaned_data[name] for name in (*instructions.TEXTS, *instructions.LISTS)}


def people_to_tick(named=()):
    """Who can be named, by class of body. named: readers who can be kept, whatever became of their posts."""
    groups, seen = {"市领导": []}, set()
    for post in instructions.people_to_name(timezone.localdate()):
        if post.user_id in seen:
            continue
        seen.add(post.user_id)
        heading = post.agency.get_kind_display() if post.agency else "市领导"
        where = f"{post.agency.name} " if post.agency else ""
        label = f"{where}{post.user}（{post.get_role_display()}）"
        groups.setdefault(heading, []).append((post.user.username, label, post.user))
    gone = [(each.username, f"{each}（现无岗位）", each) for each in named if each.pk not in seen]
    if gone:
        groups["现无岗位"] = gone
    return [(heading, options) for heading, options in groups.items() if options]


def as_typed(instruction):
    """An instruction as the controls of its form would hold it."""
    held = {name: getattr(instruction, name) for name in instructions.TEXTS}
    readers = [each.username for each in instruction.readers.all()]
    tasks = [str(each.number) for each in instruction.tasks.all()]
    return held | {"readers": readers, "tasks": tasks, "revision": instruction.revision}


class ReportForm(forms.Form):
    """The 反馈报告."""

    report = Prose(label="反馈报告", limit=instructions.REPORT_LIMIT, rows=16)
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)


class ReopenForm(forms.Form):
    """重新办理."""

    reason = Prose(label="重新办理的原因", limit=instructions.REASON_LIMIT, rows=2)
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
