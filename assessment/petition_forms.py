"""The forms of 请示."""

from django import forms

from assessment import petitions
from progress.forms import Day, Prose


class PetitionForm(forms.Form):
    """拟稿 or change; `said` of a valid form is what `petitions.draft` takes. request, paragraph: what it is
    drafted from (`petitions.Found.key`, the key of a paragraph of a report)."""

    title = Prose(label="标题", limit=petitions.TITLE_LIMIT)
    addressee = Prose(label="主送机关", limit=petitions.ADDRESSEE_LIMIT)
    text = Prose(label="请示事项", limit=petitions.TEXT_LIMIT, rows=12)
    body = Prose(label="落款单位", limit=petitions.BODY_LIMIT)
    contact = Prose(label="联系人及电话", limit=petitions.CONTACT_LIMIT)
    request = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    paragraph = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    @property
    def said(self):
        return {name: self.cleaned_data[name] for name in petitions.TEXTS}


def as_typed(petition):
    """A petition as the controls of its form would hold it."""
    return {name: getattr(petition, name) for name in (*petitions.TEXTS, "revision")}


class SignForm(forms.Form):
    """登记签发; `said` of a valid form is what `petitions.sign` takes."""

    number = Prose(label="发文字号", limit=petitions.NUMBER_LIMIT)
    signer = Prose(label="签发人", limit=petitions.SIGNER_LIMIT)
    signed_on = Day(label="签发日期")
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    @property
    def said(self):
        parts = (self.cleaned_data[name] for name in ("number", "signer", "signed_on"))
        return {"signature": petitions.Signature(*parts)}


class CancelForm(forms.Form):
    """作废; `said` of a valid form is what `petitions.cancel` takes."""

    reason = Prose(label="作废的原因", limit=petitions.REASON_LIMIT, rows=2)
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    @property
    def said(self):
        return {"reason": self.cleaned_data["reason"]}
