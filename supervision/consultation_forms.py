"""What is typed for 征求意见: the office's draft, a unit's 回执, the office's word on an opinion."""

from django import forms
from django.utils import timezone

from agencies.models import Agency
from progress.forms import Prose
from supervision.consultation_replies import LONGEST_OPINION, LONGEST_PLACE, LONGEST_REASON, MOST, Said
from supervision.consultations import LONGEST_NOTE, LONGEST_TEXT, Asking
from supervision.consultations import LONGEST_REASON as LONGEST_GROUND
from supervision.models import Consultation, ConsultationReply, Opinion
from supervision.quick_forms import Moment
from supervision.ticking_forms import Ticked, bodies_to_tick
from supervision.upload_forms import Uploads

LEAST_ROWS = 3
DECISIONS = [("", "请选择"), *Opinion.Adoption.choices[1:]]


class UnitsForm(forms.Form):
    """Which units are asked, class by class or one by one. but: ids of those that are asked already.
    `chosen` of a valid form: each once."""

    classes = Ticked(label="整类单位")
    agencies = Ticked(label="单位")

    def __init__(self, *args, but=(), **kwargs):
        super().__init__(*args, **kwargs)
        office = Agency.Kind.OFFICE.label
        groups = [
            (heading, [option for option in options if option[2].pk not in but])
            for heading, options in bodies_to_tick()
            if heading != office
        ]
        groups = [(heading, options) for heading, options in groups if options]
        self.fields["agencies"].groups = groups
        whole = [
            (f"class-{at}", f"全部{heading}（{len(options)} 家）", [each for _, _, each in options])
            for at, (heading, options) in enumerate(groups)
        ]
        self.fields["classes"].groups = [("按类别", whole)]

    @property
    def chosen(self):
        said = self.cleaned_data
        whole = [each for bodies in said["classes"] for each in bodies]
        return list(dict.fromkeys(whole + said["agencies"]))


class ConsultationForm(UnitsForm):
    """The draft. `said` of a valid form is what `consultations.draft` takes."""

    kind = forms.ChoiceField(label="文稿类别", choices=Consultation.Kind.choices, required=False)
    title = Prose(label="标题", limit=120)
    due_at = Moment(label="反馈截止时间")
    note = Prose(label="征求意见说明", limit=LONGEST_NOTE, rows=3)
    text = Prose(label="征求意见稿", limit=LONGEST_TEXT, rows=18)
    files = Uploads(label="文稿附件")
    field_order = ("kind", "title", "due_at", "note", "text", "files", "classes", "agencies")

    @property
    def said(self):
        said = self.cleaned_data
        written = (said[name] for name in ("kind", "title", "due_at", "note", "text"))
        return {"asking": Asking(*written, self.chosen), "uploads": said["files"]}


def as_drafted(consultation):
    """The draft as the form's controls hold it."""
    codes = consultation.replies.order_by("agency__order").values_list("agency__code", flat=True)
    said = {name: getattr(consultation, name) for name in ("kind", "title", "note", "text")}
    due_at = f"{timezone.localtime(consultation.due_at):%Y-%m-%dT%H:%M}"
    return said | {"due_at": due_at, "agencies": list(codes)}


class DueForm(forms.Form):
    """延期."""

    due_at = Moment(label="新的截止时间")


class ReasonForm(forms.Form):
    """退回修改 inside a unit, with the reason."""

    reason = Prose(label="退回原因", limit=LONGEST_REASON, rows=2)


class ReopenForm(forms.Form):
    reason = Prose(label="重新办理的原因", limit=LONGEST_GROUND, rows=2)


class ReplyForm(forms.Form):
    """回执: 无意见 or 修改意见, one after the other with the paragraph it is about.

    opinions: those kept; as many rows as there are, and some to spare.
    """

    answer = forms.ChoiceField(
        label="回执", choices=ConsultationReply.Answer.choices, required=False, widget=forms.RadioSelect
    )

    def __init__(self, data=None, *, reply, opinions=(), more=0):
        kept = {"answer": reply.answer}
        for at, each in enumerate(opinions):
            kept |= {f"place-{at}": each.place, f"text-{at}": each.text}
        super().__init__(data, initial=kept, auto_id=f"reply-{reply.pk}-%s")
        self.rows = min(max(len(opinions) + 1, LEAST_ROWS, self._sent(data)) + more, MOST)
        for at in range(self.rows):
            self.fields[f"place-{at}"] = Prose(label=f"第 {at + 1} 条涉及段落", limit=LONGEST_PLACE)
            self.fields[f"text-{at}"] = Prose(label=f"第 {at + 1} 条意见", limit=LONGEST_OPINION, rows=3)

    @staticmethod
    def _sent(data):
        """How many rows the page had."""
        places = [name.removeprefix("text-") for name in data or () if name.startswith("text-")]
        return 1 + max(
            (int(at) for at in places if at.isascii() and at.isdigit() and len(at) < 4), default=-1
        )

    @property
    def opinion_rows(self):
        return [(at + 1, self[f"place-{at}"], self[f"text-{at}"]) for at in range(self.rows)]

    @property
    def said(self):
        """What `consultation_replies.hand_in` takes; every row, so that mistakes find their place."""
        said = self.cleaned_data
        opinions = [Said(said[f"place-{at}"], said[f"text-{at}"]) for at in range(self.rows)]
        return {"answer": said["answer"], "opinions": opinions}


class DecisionForm(forms.Form):
    """采纳情况 of one opinion."""

    adoption = forms.ChoiceField(label="采纳情况", required=False, choices=DECISIONS)
    reason = Prose(label="理由", limit=LONGEST_GROUND, rows=2)
