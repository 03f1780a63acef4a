"""The forms of supervision orders: drafting one, and what each verb asks for."""

from django import forms

from progress.forms import Day, Prose
from progress.timetable import here
from supervision import feedback, orders
from supervision.kinds import kind_for, may_be_addressed
from supervision.models import KindRule, OrderKind, Urgency
from supervision.order_contents import LONGEST_BASIS, LONGEST_REQUIREMENT
from supervision.ticking_forms import Ticked, bodies_to_tick, tasks_to_tick
from supervision.upload_forms import Scan, Uploads

BY_ADDRESSEE = ("", "按主办单位确定（督办单或工作提示函）")
CHOOSE = {"invalid_choice": "没有这个选项，请从名单中选择。", "required": "请选择。"}


class OrderForm(forms.Form):
    """拟办 and its changes; `said` of a valid form is what `order_drafts` takes."""

    title = Prose(label="事项", limit=120)
    agency = forms.ChoiceField(label="主办单位", required=False, error_messages=CHOOSE)
    kind = forms.ChoiceField(
        label="类别", choices=[BY_ADDRESSEE, *OrderKind.choices], required=False, error_messages=CHOOSE
    )
    helpers = Ticked(label="协办单位")
    tasks = Ticked(label="涉及任务")
    basis = Prose(label="任务来源", limit=LONGEST_BASIS, rows=2)
    requirement = Prose(label="办理要求", limit=LONGEST_REQUIREMENT, rows=8)
    urgency = forms.ChoiceField(
        label="紧急程度",
        choices=Urgency.choices,
        initial=Urgency.ORDINARY,
        required=False,
        error_messages=CHOOSE,
    )
    wanted_on = Day(label="要求办结日期")
    files = Uploads()
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, plan, user, **kwargs):
        super().__init__(*args, **kwargs)
        bodies = bodies_to_tick()
        self.bodies = {code: each for _, rows in bodies for code, _, each in rows if may_be_addressed(each)}
        grouped = [
            (heading, [(code, label) for code, label, each in rows if code in self.bodies])
            for heading, rows in bodies
        ]
        self.fields["agency"].choices = [("", "请选择"), *(group for group in grouped if group[1])]
        self.fields["helpers"].groups = [
            (heading, [row for row in rows if row[0] in self.bodies])
            for heading, rows in bodies
            if any(row[0] in self.bodies for row in rows)
        ]
        self.fields["tasks"].groups = tasks_to_tick(plan, user)

    @property
    def said(self):
        said = {name: self.cleaned_data[name] for name in ("title", "basis", "requirement")}
        said["urgency"] = self.cleaned_data["urgency"] or Urgency.ORDINARY
        agency = self.bodies.get(self.cleaned_data["agency"])
        usual = kind_for(agency) if agency else OrderKind.ORDER
        said |= {"agency": agency, "kind": self.cleaned_data["kind"] or usual}
        return said | {name: self.cleaned_data[name] for name in ("helpers", "tasks", "wanted_on")}


def as_typed(order):
    """A draft as the controls of its form would hold it."""
    typed = {name: getattr(order, name) for name in ("title", "kind", "basis", "requirement", "urgency")}
    typed |= {"wanted_on": order.wanted_on, "revision": order.revision, "agency": order.agency.code}
    typed["helpers"] = [each.code for each in order.helpers.all()]
    return typed | {"tasks": [str(each.number) for each in order.tasks.all()]}


def as_suggested(origin):
    """What an Origin suggests, as the controls of the form would hold it."""
    typed = {name: origin.suggested.get(name, "") for name in ("title", "basis", "requirement")}
    typed |= {"wanted_on": origin.suggested.get("wanted_on"), "urgency": Urgency.ORDINARY}
    typed["agency"] = origin.agency.code if origin.agency else ""
    typed["helpers"] = [each.code for each in origin.suggested.get("helpers", ())]
    return typed | {"tasks": [str(each.number) for each in origin.suggested.get("tasks", ())]}


# --- what each verb asks for -------------------------------------------------------------------


class VerbForm(forms.Form):
    """Nothing but the revision seen. `said` is what the verb takes besides who, when and which."""

    revision = forms.IntegerField(min_value=1, required=False)

    def __init__(self, order, *args, **kwargs):
        self.order = order
        super().__init__(*args, **kwargs)

    @property
    def said(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class ReasonForm(VerbForm):
    reason = Prose(label="原因", limit=orders.LONGEST_WORDS, rows=3)


class CheckForm(VerbForm):
    words = Prose(label="审核意见", limit=orders.LONGEST_WORDS, rows=2)


class IssueForm(VerbForm):
    """登记签发."""

    scan = Scan(label="签发件扫描件", required=False)
    signer = Prose(label="签发人", limit=40)
    signer_title = Prose(label="签发人职务", limit=60)
    signed_on = Day(label="签发日期")
    outside_number = Prose(label="转办文号", limit=60)

    def __init__(self, order, *args, **kwargs):
        super().__init__(order, *args, **kwargs)
        if order.kind != OrderKind.PASSED_ON:
            del self.fields["outside_number"]


class FeedbackForm(VerbForm):
    """写反馈."""

    DONE, INTERIM = "done", "interim"

    text = Prose(label="办理情况", limit=feedback.LONGEST_TEXT, rows=10)
    nature = forms.ChoiceField(
        label="反馈性质",
        choices=[(DONE, "已办结，申请销号"), (INTERIM, "阶段性反馈，继续承办")],
        initial=DONE,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择是申请销号还是阶段性反馈。"} | {"invalid_choice": "请重新选择。"},
    )
    files = Uploads()

    def __init__(self, order, *args, **kwargs):
        last = feedback.last_words(order)
        if last is not None:
            kwargs["initial"] = {
                "text": last.text,
                "nature": self.DONE if last.asks_to_close else self.INTERIM,
            } | (kwargs.get("initial") or {})
        super().__init__(order, *args, **kwargs)

    @property
    def said(self):
        return {
            "text": self.cleaned_data["text"],
            "asks_to_close": self.cleaned_data["nature"] == self.DONE,
            "uploads": self.cleaned_data["files"],
        }


class OpinionForm(VerbForm):
    opinion = Prose(label="审核意见", limit=orders.LONGEST_WORDS, rows=3)


class MoreTimeForm(VerbForm):
    wanted_on = Day(label="申请延至")
    reason = Prose(label="延期原因", limit=orders.LONGEST_WORDS, rows=3)


class DecisionForm(VerbForm):
    """同意 or 不同意 by the button pressed."""

    granted = forms.ChoiceField(
        choices=[("yes", "同意"), ("no", "不同意")],
        error_messages={"required": "请按“同意”或“不同意”。", "invalid_choice": "请按“同意”或“不同意”。"},
    )
    new_due_on = Day(label="新的时限")
    decision = Prose(label="决定说明", limit=orders.LONGEST_WORDS, rows=2)

    def __init__(self, order, *args, **kwargs):
        super().__init__(order, *args, **kwargs)
        asked = order.open_extension()
        if asked is not None:
            self.initial.setdefault("new_due_on", here(asked.wanted_until).date())

    @property
    def said(self):
        return super().said | {"granted": self.cleaned_data["granted"] == "yes"}


# --- how the plan supervises -------------------------------------------------------------------


class RulesForm(forms.Form):
    """发文代字, 时限 in working days, and who signs what."""

    DAYS = {"required": "请填写工作日数。", "invalid": "请填写整数。"}
    DAYS |= {"min_value": "至少 1 个工作日。", "max_value": "最多 250 个工作日。"}

    mark = Prose(label="发文代字", limit=20)
    urgent_days = forms.IntegerField(label="紧急", min_value=1, max_value=250, error_messages=DAYS)
    ordinary_days = forms.IntegerField(label="一般", min_value=1, max_value=250, error_messages=DAYS)
    hard_days = forms.IntegerField(label="难度较大", min_value=1, max_value=250, error_messages=DAYS)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for kind in OrderKind:
            self.fields[f"level_{kind}"] = forms.ChoiceField(
                label=kind.label, choices=KindRule.Level.choices, error_messages=CHOOSE
            )

    @property
    def days(self):
        """The three bound fields of the limits."""
        return [self[name] for name in ("urgent_days", "ordinary_days", "hard_days")]

    @property
    def levels(self):
        """The bound fields of who signs what, in the order of the kinds."""
        return [self[f"level_{kind}"] for kind in OrderKind]

    @property
    def said(self):
        limits = {name: self.cleaned_data[name] for name in ("urgent_days", "ordinary_days", "hard_days")}
        levels = {kind: self.cleaned_data[f"level_{kind}"] for kind in OrderKind}
        return {"mark": self.cleaned_data["mark"], **limits, "levels": levels}


def rules_as_typed(limits, levels):
    """LimitRule and levels as the form would hold them."""
    typed = {name: getattr(limits, name) for name in ("mark", "urgent_days", "ordinary_days", "hard_days")}
    return typed | {f"level_{kind}": level for kind, level in levels.items()}


FORMS = {
    "send_to_check": VerbForm,
    "check": CheckForm,
    "back_to_draft": ReasonForm,
    "issue": IssueForm,
    "sign_for": VerbForm,
    "hand_in": FeedbackForm,
    "approve_feedback": VerbForm,
    "send_feedback_back": ReasonForm,
    "withdraw_feedback": VerbForm,
    "accept_feedback": OpinionForm,
    "return_feedback": ReasonForm,
    "ask_more_time": MoreTimeForm,
    "decide_more_time": DecisionForm,
    "close": ReasonForm,
    "cancel": ReasonForm,
}
