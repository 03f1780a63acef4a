"""Files put with a meeting or an instruction, and taken off again: what both pages do alike."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone

from progress.filetypes import Refused
from progress.views.typed import number_of
from supervision import files
from supervision.models import SupervisionFile
from supervision.upload_forms import name_too_large

Kind = SupervisionFile.Kind


def settled(request, owner_field, owner, make_form):
    """Do what the form of files asks for: `verb` attach, or remove-<pk> of one of the owner's files.

    The caller has asked whether the person may. make_form: (data, files) → a form with `files` and perhaps
    `scan`. Returns None where it is done, else the form with its mistakes.
    """
    verb, _, which = request.POST.get("verb", "").partition("-")
    if verb == "remove":
        _taken_off(request, files.files_of(owner_field, owner), number_of(which))
        return None
    form = make_form(request.POST, request.FILES)
    name_too_large(form, request)
    if not form.is_valid():
        return form
    try:
        _kept(owner_field, owner, form.cleaned_data, request.user)
    except Refused as refused:
        form.add_error("files", refused.reason)
        return form
    messages.success(request, "已上传。")
    return None


def _taken_off(request, of_owner, pk):
    files.remove(get_object_or_404(of_owner, pk=pk), by=request.user, now=timezone.now())
    messages.success(request, "已移除。")


def _kept(owner_field, owner, said, by):
    scans, now = [said["scan"]] if said.get("scan") else [], timezone.now()
    with (
        transaction.atomic(),
        files.all_kept(owner_field, owner, scans, kind=Kind.SCAN, by=by, now=now),
        files.all_kept(owner_field, owner, said["files"], by=by, now=now),
    ):
        pass
