"""The form of files put with something that is there already."""

from django import forms

from supervision.upload_forms import Scan, Uploads


class FilesForm(forms.Form):
    """Attachments."""

    files = Uploads(required=True)


class ScansForm(forms.Form):
    """The scan of a leader's instruction, and what lay with it."""

    scan = Scan(label="批示扫描件", required=False)
    files = Uploads(label="其他附件", required=False)

    def clean(self):
        if not self.errors and not self.cleaned_data["scan"] and not self.cleaned_data["files"]:
            self.add_error("scan", "请选择批示扫描件或其他附件。")
        return self.cleaned_data
