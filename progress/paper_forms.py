"""What accompanies a scan: who signed a sheet and when, where a letter came from and when it arrived."""

from django import forms

from progress.forms import Day, Prose
from progress.letters import REFERENCE_LIMIT
from progress.papers import SCANS_TEXT

ACCEPTED = {"accept": ".pdf,.jpg,.jpeg,.png"}


def scan(label):
    """The field of a scan; what it really is, is told by `filetypes`."""
    return forms.FileField(
        label=label,
        widget=forms.FileInput(attrs=ACCEPTED),
        help_text=f"{SCANS_TEXT}，不超过 20 MB。多页请扫描成一个 PDF。",
        max_length=255,
        allow_empty_file=True,
        error_messages={
            "required": f"请选择{label}。",
            "invalid": f"没有收到{label}，请重新选择。",
            "max_length": "文件名过长，请改短后再上传。",
        },
    )


class SignForm(forms.Form):
    """线下审签: the scan of the signed sheet."""

    signer = Prose(label="签字人", limit=40)
    signed_on = Day(label="签字日期")
    file = scan("签字盖章件扫描件")


class LetterForm(forms.Form):
    """代录: the letter."""

    reference = Prose(label="来函文号或说明", limit=REFERENCE_LIMIT)
    received_at = forms.DateTimeField(
        label="收到时间",
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"invalid": "请按“2026-10-13 18:00”的样子填写收到时间。"},
    )
    file = scan("来函扫描件")
