"""File fields of the forms of supervision: what is chosen is looked into before anything is changed."""

from django import forms
from django.core.exceptions import ValidationError

from progress.attachments import ALLOWED, ALLOWED_TEXT, MAX_COUNT, too_large
from progress.filetypes import Refused
from progress.papers import SCANS, SCANS_TEXT
from supervision.files import check_all
from supervision.models import SupervisionFile

Kind = SupervisionFile.Kind


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class Uploads(forms.FileField):
    """Any number of files up to MAX_COUNT, each recognised by its content; cleaned to a list.

    For what `files.all_kept` takes. A form that has one is sent as multipart/form-data, its view wrapped in
    `views.files.takes_files`, and `name_too_large` tells of what was cut off on its way.
    """

    kind = Kind.ATTACHMENT

    def __init__(self, label="附件", required=False, **kwargs):
        attrs = {"accept": ",".join(f".{each}" for each in ALLOWED), "multiple": True}
        kwargs.setdefault("help_text", f"可多选；{ALLOWED_TEXT}，每个不超过 20 MB，最多 {MAX_COUNT} 个。")
        super().__init__(
            label=label, required=required, widget=SeveralFiles(attrs=attrs), allow_empty_file=True, **kwargs
        )

    def clean(self, data, initial=None):
        uploads = [each for each in data or [] if each] if isinstance(data, list | tuple) else [data]
        uploads = [each for each in uploads if each is not None]
        if not uploads and self.required:
            raise ValidationError(f"请选择{self.label}。", code="required")
        if len(uploads) > MAX_COUNT:
            raise ValidationError(f"一次最多选择 {MAX_COUNT} 个文件，您选了 {len(uploads)} 个。")
        try:
            check_all(uploads, kind=self.kind)
        except Refused as refused:
            raise ValidationError(refused.reason) from refused
        return uploads


class Scan(Uploads):
    """One scan of a signed paper; cleaned to the file, or None where none is needed and none was chosen."""

    kind = Kind.SCAN

    def __init__(self, label="扫描件", required=True, **kwargs):
        kwargs.setdefault("help_text", f"{SCANS_TEXT}，不超过 20 MB。多页请扫描成一个 PDF。")
        super().__init__(label=label, required=required, **kwargs)
        self.widget = forms.FileInput(attrs={"accept": ",".join(f".{each}" for each in SCANS)})

    def clean(self, data, initial=None):
        return next(iter(super().clean(data, initial)), None)


def file_field(form):
    """The name of the field of a form that takes its files; None where it takes none."""
    return next((name for name in ("files", "scan") if name in form.fields), None)


def name_too_large(form, request):
    """Say in a form that takes files which ones were cut off while they arrived (`takes_files`)."""
    field = file_field(form)
    if field is None or not request.too_large:
        return
    # What else is wrong with the rest of the files is of no use while these are missing.
    form.errors.pop(field, None)
    for name in request.too_large:
        form.add_error(field, too_large(name).reason)
