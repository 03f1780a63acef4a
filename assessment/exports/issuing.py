"""That a workbook was given out: a line in the trail of the round, the unit's sheet or the scheme."""

import logging

from django.db import DatabaseError, transaction

from agencies import audit

VERB = "导出考核表格"
log = logging.getLogger(__name__)


def record(name, subject, *, by, now):
    """Note that `name` was given out. A download is not refused because it could not be noted."""
    try:
        with transaction.atomic():
            audit.record(VERB, subject, by=by, now=now, detail={"文件": name})
    except DatabaseError:
        log.exception("could not note that %s was given out", name)
