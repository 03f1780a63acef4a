"""Scans and attachments of assessment: the rules of kept files, and who may have one back."""

from assessment.models import AssessmentFile
from assessment.models.files import OWNERS
from assessment.permissions import serves
from progress.kept_files import FileStore

Kind = AssessmentFile.Kind
_store = FileStore(AssessmentFile, OWNERS)
kept, keep, all_kept, remove = _store.kept, _store.keep, _store.all_kept, _store.remove
files_of, owner_of = _store.files_of, _store.owner_of


def may_download(user, file):
    """Whether the person may have a file they can see (`visible_to`): not where it was taken off; and what a
    unit put with its 自评 only its own people, until that is signed."""
    if file.removed_at is not None:
        return False
    unit = file.unit
    return unit is None or unit.self_signed_at is not None or serves(user, unit.agency_id)
