"""The forms of what was promised: goals, duties, links, amendments, marks."""

from django import forms
from django.forms import formset_factory

from agencies.models import Agency, Contact, User
from tasks.goals import MOST_NODES, PERCENT_FIELDS, GoalContent, Node
from tasks.models import AnnualGoal, Assignment, Task, TaskLink

LONGEST_STATEMENT = 2000


def date_input():
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def percent_field(label):
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
        error_messages={
            "invalid": "请填写数字，例如 50 或 66.67。",
            "min_value": "百分比不能小于 0。",
            "max_value": "百分比不能大于 100。",
            "max_decimal_places": "最多保留两位小数。",
            "max_digits": "百分比应在 0 到 100 之间。",
            "max_whole_digits": "百分比应在 0 到 100 之间。",
        },
        widget=forms.NumberInput(attrs={"min": 0, "max": 100, "step": "0.01", "inputmode": "decimal"}),
    )


class GoalForm(forms.Form):
    """A year's goal; `revision` says which text the editor has seen."""

    statement = forms.CharField(
        label="年度目标",
        max_length=LONGEST_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": "请写明年度目标。",
            "max_length": f"年度目标最多 {LONGEST_STATEMENT} 字，请精简。",
        },
    )
    measure = forms.ChoiceField(
        label="计量方式", choices=AnnualGoal.Measure.choices, widget=forms.RadioSelect
    )
    yearly_only = forms.BooleanField(label="年度指标（只有全年要求，年内不按序时评价）", required=False)
    expected_q1 = percent_field("一季度末 %")
    expected_q2 = percent_field("二季度末 %")
    expected_q3 = percent_field("三季度末 %")
    expected_q4 = percent_field("四季度末 %")
    reason = forms.CharField(
        label="调整理由",
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": "调整理由最多 400 字，请精简。"},
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    @classmethod
    def of(cls, goal, data=None):
        """The form filled from `goal`, bound to `data` where something was sent."""
        initial = {
            field: getattr(goal, field)
            for field in ("statement", "measure", "yearly_only", "revision", *PERCENT_FIELDS)
        }
        return cls(data, initial=initial)

    @property
    def percents(self):
        return [self[field] for field in PERCENT_FIELDS]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("measure") == AnnualGoal.Measure.PERCENT:
            for field in PERCENT_FIELDS:
                if field not in self.errors and cleaned.get(field) is None:
                    self.add_error(field, "按百分比计量，请填写这一季度末应完成的累计百分比。")
        return cleaned

    def content(self, goal, nodes):
        """GoalContent of the cleaned form; percents left empty stay as the goal had them."""
        cleaned = self.cleaned_data
        percents = (cleaned.get(field) for field in PERCENT_FIELDS)
        kept = (getattr(goal, field) for field in PERCENT_FIELDS)
        return GoalContent(
            statement=cleaned["statement"],
            measure=cleaned["measure"],
            yearly_only=cleaned["yearly_only"],
            expected=tuple(old if new is None else new for new, old in zip(percents, kept, strict=True)),
            nodes=tuple(nodes),
        )


class NodeForm(forms.Form):
    title = forms.CharField(
        label="节点", max_length=120, required=False, error_messages={"max_length": "节点名称最多 120 字。"}
    )
    due_on = forms.DateField(
        label="完成时限",
        required=False,
        widget=date_input(),
        error_messages={"invalid": "请按“2026-09-30”的样子填写日期。"},
    )
    evidence = forms.CharField(
        label="所需佐证", max_length=120, required=False, error_messages={"max_length": "佐证最多 120 字。"}
    )

    def clean(self):
        cleaned = super().clean()
        title, due_on = cleaned.get("title"), cleaned.get("due_on")
        if title and not due_on and "due_on" not in self.errors:
            self.add_error("due_on", "请填写这个节点的完成时限。")
        if not title and (due_on or cleaned.get("evidence")) and "title" not in self.errors:
            self.add_error("title", "请填写节点名称；不要这个节点，请把整行清空。")
        return cleaned


NodeRows = formset_factory(NodeForm, extra=MOST_NODES, max_num=MOST_NODES, absolute_max=MOST_NODES)


def node_rows(goal, data=None):
    """Four rows for nodes, filled from `goal`."""
    stored = goal.nodes.all() if goal.pk else []
    initial = [{"title": row.title, "due_on": row.due_on, "evidence": row.evidence} for row in stored]
    return NodeRows(data, initial=initial, prefix="nodes")


def nodes_from(rows):
    """The Nodes of a valid set of rows, empty rows passed over."""
    return [
        Node(row["title"], row["due_on"], row.get("evidence", ""))
        for row in rows.cleaned_data
        if row.get("title")
    ]


class AnswerForm(forms.Form):
    """The bodies that are to bear what a question asks about."""

    agencies = forms.ModelMultipleChoiceField(
        label="列入单位",
        queryset=Agency.objects.bodies(),
        to_field_name="code",
        required=False,
        error_messages={"invalid_choice": "没有代码为“%(value)s”的单位，请从名单中选择。"},
    )


class AssignmentForm(forms.Form):
    agency = forms.ModelChoiceField(
        label="单位",
        queryset=Agency.objects.bodies(),
        to_field_name="code",
        empty_label="请选择",
        error_messages={"required": "请选择单位。", "invalid_choice": "没有这个单位，请从名单中选择。"},
    )
    role = forms.ChoiceField(label="角色", choices=Assignment.Role.choices, initial=Assignment.Role.SUPPORT)
    valid_from = forms.DateField(
        label="起始日期",
        widget=date_input(),
        error_messages={"required": "请填写起始日期。", "invalid": "请按“2026-09-30”的样子填写日期。"},
    )
    basis = forms.CharField(
        label="依据",
        max_length=200,
        error_messages={"required": "请写明增列的依据。", "max_length": "依据最多 200 字。"},
    )


class EndForm(forms.Form):
    on = forms.DateField(
        label="终止日期（含当日）",
        widget=date_input(),
        error_messages={"required": "请填写终止日期。", "invalid": "请按“2026-09-30”的样子填写日期。"},
    )
    basis = forms.CharField(
        label="依据",
        max_length=200,
        error_messages={"required": "请写明终止的依据。", "max_length": "依据最多 200 字。"},
    )


class ContactsForm(forms.Form):
    """Who of a body's contacts answers for one task; those whose time is over are not offered."""

    contacts = forms.ModelMultipleChoiceField(
        label="本任务的联系人",
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "只能选择本单位在任的联系人，请从名单中选择。"},
    )

    def __init__(self, *args, assignment, day, **kwargs):
        super().__init__(*args, initial={"contacts": assignment.contacts.all()}, **kwargs)
        self.fields["contacts"].queryset = Contact.objects.on(day).filter(agency=assignment.agency_id)


class LinkForm(forms.Form):
    """A link between two plans, told by task numbers."""

    earlier = forms.ModelChoiceField(
        label="前一计划任务",
        queryset=Task.objects.none(),
        to_field_name="number",
        empty_label="请选择",
        error_messages={
            "required": "请选择前一计划的任务。",
            "invalid_choice": "没有这项任务，请从名单中选择。",
        },
    )
    kind = forms.ChoiceField(label="关系", choices=TaskLink.Kind.choices)
    later = forms.ModelChoiceField(
        label="后一计划任务",
        queryset=Task.objects.none(),
        to_field_name="number",
        required=False,
        empty_label="（无）",
        error_messages={"invalid_choice": "没有这项任务，请从名单中选择。"},
    )
    basis = forms.CharField(label="依据", max_length=400, required=False)

    def __init__(self, *args, earlier_plan, later_plan, user, **kwargs):
        super().__init__(*args, **kwargs)
        tasks = Task.objects.visible_to(user)
        self.fields["earlier"].queryset = tasks.filter(plan=earlier_plan)
        self.fields["later"].queryset = tasks.filter(plan=later_plan)


class AmendmentForm(forms.Form):
    on = forms.DateField(
        label="日期",
        widget=date_input(),
        error_messages={"required": "请填写日期。", "invalid": "请按“2026-09-30”的样子填写日期。"},
    )
    basis = forms.CharField(
        label="依据",
        max_length=200,
        error_messages={"required": "请写明依据的文件或会议。", "max_length": "依据最多 200 字。"},
    )
    text = forms.CharField(
        label="调整内容",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "请写明调整的内容。", "max_length": "调整内容最多 5000 字。"},
    )


class MarksForm(forms.Form):
    is_key = forms.BooleanField(label="重点任务", required=False)
    is_sensitive = forms.BooleanField(label="敏感任务", required=False)
    readers = forms.ModelMultipleChoiceField(
        label="指定阅读的领导",
        queryset=User.objects.none(),
        to_field_name="username",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class NotConcernedForm(forms.Form):
    """Why a duty by implication does not concern a body, or what the office answers."""

    reason = forms.CharField(label="理由", max_length=200, required=False)
