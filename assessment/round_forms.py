"""What the verbs of a round, of a unit's sheet and of objections ask for.

`said` of a valid form is what the verb takes besides who, when and which.
"""

from django import forms

from assessment import adjustments, objections, rounds, self_assessment
from assessment.formulas import plain
from assessment.models import Adjustment, Objection
from assessment.self_assessment import Claim
from progress.forms import Amount, Day, Prose
from supervision.upload_forms import Scan, Uploads

REASON = 500
CHOOSE = {"invalid_choice": "没有这个选项，请从名单中选择。"}


class SeenForm(forms.Form):
    """Nothing but the revision seen."""

    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    @property
    def said(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class ReasonForm(SeenForm):
    reason = Prose(label="原因", limit=REASON, rows=2)


class DecisionForm(SeenForm):
    """登记审定并通报."""

    decision = Prose(label="审定会议或文件", limit=rounds.LONGEST_DECISION)
    decided_on = Day(label="审定日期")
    circular_number = Prose(label="通报文号", limit=60)
    scan = Scan(label="会议纪要或审定文件扫描件", required=False)

    @property
    def said(self):
        said = super().said
        return {"scan": said.pop("scan"), "said": rounds.Decision(**said)}


ROUND_FORMS = {
    "close_self": SeenForm,
    "take_anew": SeenForm,
    "give_back": SeenForm,
    "hand_up": SeenForm,
    "publish": DecisionForm,
    "step_back": ReasonForm,
}


# --- a unit's sheet ----------------------------------------------------------------------------------


class RowChoice(forms.ChoiceField):
    """One of some rows, offered by name; cleaned to the row, None where none was chosen."""

    def __init__(self, empty, **kwargs):
        super().__init__(required=False, error_messages=CHOOSE, **kwargs)
        self.empty, self.rows = empty, None

    def offer(self, named, rows):
        """named: [(id, name)] to choose from; rows: the queryset what was chosen is taken from."""
        self.rows, self.choices = rows, [("", self.empty), *named]

    def clean(self, value):
        value = super().clean(value)
        return self.rows.filter(pk=value).first() if value else None


def criteria_of(unit, formula=None):
    """[(id, name)] of the criteria a unit was scored by; of the scheme's before that."""
    if unit.result:
        rows = [(int(each["key"]), each["name"], each["formula"]) for each in unit.result["criteria"]]
    else:
        rows = [(each.pk, each.name, each.formula) for each in unit.round.scheme.criteria.all()]
    return [(key, name) for key, name, kind in rows if formula in (None, kind)]


class AdjustmentForm(forms.Form):
    """登记加分、扣分 or the points of a criterion 人工评定."""

    kind = forms.ChoiceField(label="类别", required=False, error_messages=CHOOSE)
    points = Amount(label="分值", places=2)
    criterion = RowChoice("（加分、扣分不选）", label="考核项目")
    basis = Prose(label="依据", limit=adjustments.LONGEST_BASIS, rows=3)
    files = Uploads(label="依据附件")

    def __init__(self, *args, unit, **kwargs):
        super().__init__(*args, **kwargs)
        criteria = criteria_of(unit, "by_hand")
        self.fields["criterion"].offer(criteria, unit.round.scheme.criteria)
        stated = [each for each in adjustments.STATED if each != Adjustment.Kind.BY_HAND or criteria]
        self.fields["kind"].choices = [(each.value, each.label) for each in stated]
        if not criteria:
            del self.fields["criterion"]

    @property
    def said(self):
        said = dict(self.cleaned_data)
        uploads = said.pop("files")
        return {"said": adjustments.Stated(**said), "uploads": uploads}


class VetoForm(forms.Form):
    """认定一票否决."""

    item = RowChoice("请选择", label="情形")
    basis = Prose(label="依据", limit=adjustments.LONGEST_BASIS, rows=3)
    files = Uploads(label="依据附件")

    def __init__(self, *args, unit, **kwargs):
        super().__init__(*args, **kwargs)
        items = unit.round.scheme.veto_items
        self.fields["item"].offer([(each.pk, each.name) for each in items.all()], items)

    @property
    def said(self):
        return {name: self.cleaned_data[name] for name in ("item", "basis")} | {
            "uploads": self.cleaned_data["files"]
        }


class ObjectionForm(forms.Form):
    """提出异议."""

    criterion = RowChoice("整体评分", label="考核项目")
    text = Prose(label="异议及理由", limit=objections.LONGEST_TEXT, rows=5)
    files = Uploads(label="佐证材料")

    def __init__(self, *args, unit, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["criterion"].offer(criteria_of(unit), unit.round.scheme.criteria)

    @property
    def said(self):
        said = dict(self.cleaned_data)
        return {"uploads": said.pop("files")} | said


class SelfForm(SeenForm):
    """自评: a row for each criterion, a note, files."""

    def __init__(self, *args, unit, criteria, claims=(), **kwargs):
        self.criteria = criteria
        there = {each.criterion_id: each for each in claims}
        initial = {"note": unit.self_note, "revision": unit.revision}
        for each in criteria:
            said = there.get(each.pk)
            initial |= {
                f"points-{each.pk}": said and plain(said.points),
                f"evidence-{each.pk}": said and said.evidence,
            }
        super().__init__(*args, initial=initial, **kwargs)
        for each in criteria:
            self.fields[f"points-{each.pk}"] = Amount(label=f"{each.name}自评得分", places=2)
            evidence = Prose(label=f"{each.name}佐证", limit=self_assessment.LONGEST_EVIDENCE, rows=2)
            self.fields[f"evidence-{each.pk}"] = evidence
        self.fields["note"] = Prose(label="自评说明", limit=self_assessment.LONGEST_NOTE, rows=5)
        self.fields["files"] = Uploads(label="佐证材料")
        if unit.self_signed_at is not None:
            limit = self_assessment.LONGEST_REASON
            self.fields["reason"] = Prose(label="修改原因", limit=limit, rows=2)

    @property
    def rows(self):
        return [(each, self[f"points-{each.pk}"], self[f"evidence-{each.pk}"]) for each in self.criteria]

    @property
    def said(self):
        said = self.cleaned_data
        claims = {
            each: Claim(said[f"points-{each.pk}"], said[f"evidence-{each.pk}"]) for each in self.criteria
        }
        given = {"note": said["note"], "uploads": said["files"], "reason": said.get("reason", "")}
        return {"claims": claims, **given}


# --- objections --------------------------------------------------------------------------------------


class AnswerForm(SeenForm):
    """登记复核意见."""

    outcome = forms.ChoiceField(label="复核结论", required=False, error_messages=CHOOSE)
    points = Amount(label="复核调整（分）", places=2)
    answer = Prose(label="复核意见", limit=objections.LONGEST_ANSWER, rows=5)
    files = Uploads(label="附件")

    def __init__(self, *args, objection=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [("", "请选择"), *Objection.Outcome.choices]
        if objection is not None and (objection.criterion is None or objection.unit.standing != "scored"):
            del self.fields["points"]

    @property
    def said(self):
        said = super().said
        return {"uploads": said.pop("files"), "said": objections.Answer(**said)}


OBJECTION_FORMS = {"sign": SeenForm, "withdraw": SeenForm, "decide": AnswerForm}
