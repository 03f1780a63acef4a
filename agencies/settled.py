"""Files that are zip archives (Word, Excel), made so that the same content is the same bytes."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The earliest a zip archive can say; a file says nothing of when it was made.
NO_TIME = (1980, 1, 1, 0, 0, 0)
UNIX = 3


def settled(content: bytes) -> bytes:
    """The archive `content` with its parts as they are, in their order, and nothing of when and where it was
    packed: what holds the same parts is byte for byte the same. Raises zipfile.BadZipFile."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            entry = ZipInfo(part.filename, NO_TIME)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, UNIX
            new.writestr(entry, old.read(part))
    return out.getvalue()
