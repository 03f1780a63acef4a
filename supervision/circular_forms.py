"""What each verb of a 通报 asks for.

`said` of a valid form is what the verb takes besides who, when and which.
"""

from django import forms

from progress.forms import Day, Prose
from supervision.circulars import LONGEST_CLOSING, LONGEST_OPENING, LONGEST_REASON, Signature
from supervision.upload_forms import Scan


class VerbForm(forms.Form):
    """Nothing but the revision seen."""

    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, circular, **kwargs):
        typed = {name: getattr(circular, name) for name in ("title", "opening", "closing", "revision")}
        super().__init__(*args, initial=typed, **kwargs)

    @property
    def said(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class TextForm(VerbForm):
    """标题 and the text before and after the figures."""

    title = Prose(label="标题", limit=120)
    opening = Prose(label="开头", limit=LONGEST_OPENING, rows=8)
    closing = Prose(label="工作要求", limit=LONGEST_CLOSING, rows=8)


class ReasonForm(VerbForm):
    reason = Prose(label="原因", limit=LONGEST_REASON, rows=2)


class SignatureForm(VerbForm):
    """登记签发."""

    document_number = Prose(label="文号", limit=60)
    signer = Prose(label="签发人", limit=40)
    signer_title = Prose(label="签发人职务", limit=60)
    signed_on = Day(label="签发日期")
    scan = Scan(label="签发件扫描件", required=False)

    @property
    def said(self):
        said = super().said
        return {"scan": said.pop("scan"), "signature": Signature(**said)}


FORMS = {
    "edit": TextForm,
    "take_anew": VerbForm,
    "send_to_check": VerbForm,
    "check": VerbForm,
    "back_to_draft": ReasonForm,
    "issue": SignatureForm,
    "cancel": ReasonForm,
}
