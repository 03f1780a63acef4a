"""Scans and attachments of the apps above: taking a file in for one thing, taking it off, giving them back.

One `FileStore` for each kind of KeptFile row. As with all attachments the file is written first and its row
after it, and goes again where the row, or what was to be done on the strength of it, did not come about.
Whether the person may attach to the thing is asked by the caller; what a file is, is told by its content
(progress/filetypes.py).
"""

import hashlib
from contextlib import ExitStack, contextmanager

from django.db import transaction

from agencies import audit
from progress.attachments import MAX_COUNT, MAX_SIZE, too_large
from progress.filetypes import KINDS, Refused, recognise
from progress.models.kept import KeptFile
from progress.papers import SCANS, SCANS_TEXT

Kind = KeptFile.Kind


class FileStore:
    """Keeps files of one model. model: a KeptFile; owners: names of its foreign keys, one of which is set."""

    def __init__(self, model, owners):
        self.model, self.owners = model, tuple(owners)

    @contextmanager
    def kept(self, owner_field, owner, uploaded, *, kind=Kind.ATTACHMENT, by, now):
        """Keep an uploaded file for what is done on the strength of it: one transaction, and where that fails
        the file goes with it. Gives the row.

        owner_field: one of `owners`, owner: that thing; uploaded: Django's UploadedFile of at most MAX_SIZE
        bytes; kind: a SCAN is a PDF, JPG or PNG. The same file sent twice for one thing is kept once; a
        thing holds MAX_COUNT files. Raises Refused.
        """
        if owner_field not in self.owners:
            raise ValueError(f"nothing owns files as “{owner_field}”")
        kept_file = _read(self.model, uploaded, kind, by, now)
        setattr(kept_file, owner_field, owner)
        kept_file.is_demo = owner.is_demo or by.is_demo
        twin = self.files_of(owner_field, owner).filter(sha256=kept_file.sha256, kind=kind).first()
        if twin is not None:
            with transaction.atomic():
                yield twin
            return
        kept_file.file.save(kept_file.name, uploaded, save=False)
        stored = kept_file.file
        try:
            with transaction.atomic():
                if self.files_of(owner_field, owner).count() >= MAX_COUNT:
                    raise Refused(f"每项最多 {MAX_COUNT} 个文件，请先移除不需要的，或合并后再上传。")
                kept_file.save()
                verb = f"上传{kept_file.get_kind_display()}"
                audit.record(verb, owner, by=by, now=now, detail=_detail(kept_file))
                yield kept_file
        except BaseException:
            stored.storage.delete(stored.name)
            raise

    def keep(self, owner_field, owner, uploaded, *, kind=Kind.ATTACHMENT, by, now):
        """As `kept`, for a file nothing else hangs on. Returns the row. Raises Refused."""
        with self.kept(owner_field, owner, uploaded, kind=kind, by=by, now=now) as file:
            return file

    @contextmanager
    def all_kept(self, owner_field, owner, uploads, *, kind=Kind.ATTACHMENT, by, now):
        """As `kept` for several files at once, all or none. Gives the list of rows."""
        with transaction.atomic(), ExitStack() as stack:
            yield [
                stack.enter_context(self.kept(owner_field, owner, each, kind=kind, by=by, now=now))
                for each in uploads
            ]

    def remove(self, file, *, by, now):
        """Take a file off its thing; it stays on disk. A second removal does nothing."""
        with transaction.atomic():
            if self.model.objects.filter(pk=file.pk, removed_at__isnull=True).update(removed_at=now):
                verb = f"移除{file.get_kind_display()}"
                audit.record(verb, self.owner_of(file), by=by, now=now, detail=_detail(file))
        file.refresh_from_db(fields=["removed_at"])
        return file

    def files_of(self, owner_field, owner, kind=None):
        """The files a thing has now, oldest first; kind: only scans or only attachments."""
        found = self.model.objects.filter(**{owner_field: owner}, removed_at__isnull=True)
        return found if kind is None else found.filter(kind=kind)

    def owner_of(self, file):
        """The thing a file belongs to."""
        return next(owner for name in self.owners if (owner := getattr(file, name)) is not None)


def check_all(uploads, *, kind=Kind.ATTACHMENT):
    """Whether every one of `uploads` can be taken; for forms, before anything is changed. Raises Refused."""
    for each in uploads:
        _read(None, each, kind, None, None)


def _read(model, uploaded, kind, by, now):
    """The row of an uploaded file, of nothing yet; None without a model. Raises Refused."""
    if uploaded.size > MAX_SIZE:
        raise too_large(uploaded.name)
    uploaded.seek(0)
    data = uploaded.read()
    name, extension = recognise(uploaded.name, data)
    if kind == Kind.SCAN and extension not in SCANS:
        raise Refused(f"“{name}”是{KINDS[extension]}，扫描件只接受 {SCANS_TEXT}，请打印为 PDF 后再上传。")
    uploaded.seek(0)
    return model and model(
        kind=kind,
        name=name,
        extension=extension,
        size=uploaded.size,
        sha256=hashlib.sha256(data).hexdigest(),
        uploaded_at=now,
        uploaded_by=by,
    )


def _detail(file):
    """Not its name: the trail is read by people who may not read the file."""
    return {"file": file.pk, "size": file.size, "sha256": file.sha256}
