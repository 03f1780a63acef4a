"""Scans and attachments of supervision: the rules of kept files, and who may have one back."""

from progress.kept_files import FileStore, check_all
from supervision.models import SupervisionFile
from supervision.models.files import OWNERS
from supervision.permissions import reads_feedback

__all__ = ["Kind", "all_kept", "check_all", "files_of", "keep", "kept", "may_download", "owner_of", "remove"]

Kind = SupervisionFile.Kind
_store = FileStore(SupervisionFile, OWNERS)
kept, keep, all_kept, remove = _store.kept, _store.keep, _store.all_kept, _store.remove
files_of, owner_of = _store.files_of, _store.owner_of


def may_download(user, file):
    """Whether the person may have a file they can see (`visible_to`): not where it was taken off; and with
    feedback only who may read that."""
    if file.removed_at is not None:
        return False
    return file.feedback_id is None or reads_feedback(user, file.feedback)
