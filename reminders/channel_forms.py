"""The shape of a person's choice of channels."""

from django import forms

from reminders.choices import CHOOSABLE
from reminders.models.rules import Channel


class ChannelsForm(forms.Form):
    """A yes or no for each channel one may choose; an unticked box is a no."""

    mail = forms.BooleanField(label="电子邮件", required=False)

    def __init__(self, *args, chosen, **kwargs):
        super().__init__(*args, initial={channel.value: chosen[channel] for channel in CHOOSABLE}, **kwargs)

    @property
    def wanted(self):
        return {channel: self.cleaned_data[channel.value] for channel in CHOOSABLE}

    @property
    def takes_mail(self):
        return bool(self[Channel.MAIL.value].value())
