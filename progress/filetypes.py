"""What an uploaded file really is, told by its content and never by its name.

Pure: bytes and a name in, a cleaned name and an extension out, or `Refused` with a sentence for the person
who uploaded. Nothing is unpacked except one small part of an Office file, read with a limit.
"""

import re
import struct
import unicodedata
import zipfile
import zlib
from io import BytesIO

ALLOWED = ("pdf", "docx", "xlsx", "pptx", "ofd", "jpg", "png")
KINDS = {
    "pdf": "PDF 文件",
    "docx": "Word 文档",
    "xlsx": "Excel 表格",
    "pptx": "PowerPoint 演示文稿",
    "ofd": "OFD 版式文件",
    "jpg": "JPG 图片",
    "png": "PNG 图片",
}
ALLOWED_TEXT = "PDF、Word（docx）、Excel（xlsx）、PPT（pptx）、OFD、JPG、PNG"
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "ofd": "application/ofd",
    "jpg": "image/jpeg",
    "png": "image/png",
}
OLDER = {"doc": "docx", "wps": "docx", "xls": "xlsx", "et": "xlsx", "ppt": "pptx", "dps": "pptx"}
SAME = {"jpeg": "jpg", "jpe": "jpg"}

# Limits of a zip container, read from its directory before anything in it is touched.
MAX_ENTRIES = 5_000
MAX_DIRECTORY = 2 * 1024 * 1024
MAX_UNPACKED = 300 * 1024 * 1024
MAX_PART_READ = 512 * 1024

# The part that makes an Office file what it says, and the type its list of contents gives that part.
REQUIRED_PARTS = {
    "docx": ("word/document.xml", b"wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", b"presentationml.presentation.main+xml"),
}
RUNNABLE = re.compile(
    r"\.(exe|dll|com|scr|bat|cmd|ps1|vbs|vbe|js|jse|jar|msi|hta|lnk|htm|html|docm|xlsm|pptm|dotm|xlam|xll)$",
    re.IGNORECASE,
)
MARKUP = re.compile(rb"<\s*(script|html|svg|iframe|\?php|!doctype)", re.IGNORECASE)
ACTIVE_PDF = re.compile(rb"/(JavaScript|Launch|RichMedia)(?![A-Za-z])")


class Refused(Exception):
    """The file cannot be taken; `reason` says what is wrong with it and what to do."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def recognise(name, data):
    """(cleaned name, extension) of a file whose content is what its name says. Raises Refused.

    name: as the browser sent it; data: the whole content, bytes.
    """
    stem, extension = clean_name(name)
    shown = f"{stem}.{extension}" if extension else stem
    if extension in OLDER:
        raise Refused(f"“{shown}”是旧格式，请另存为 {OLDER[extension]} 后再上传。")
    if extension not in ALLOWED:
        raise Refused(f"“{shown}”的类型不能上传，只接受 {ALLOWED_TEXT}。")
    if not data:
        raise Refused(f"“{shown}”是空文件，请检查后重新选择。")
    found = _kind_of(data, shown)
    if found is None:
        raise Refused(f"“{shown}”的内容不是有效的{KINDS[extension]}，可能已损坏，请重新导出后再上传。")
    if found != extension:
        raise Refused(
            f"“{shown}”的内容实际是{KINDS[found]}，与扩展名不符，请改为 .{found} 或重新导出后再上传。"
        )
    return shown, extension


def clean_name(name):
    """(stem, extension) of a file name: last part of any path, no control or direction characters,
    no reserved ones, no inner extension (`a.exe.pdf` becomes `a_exe`), at most 100 characters."""
    name = unicodedata.normalize("NFC", str(name or ""))
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(" " if char.isspace() else char for char in name)
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    name = re.sub(r'[<>:"|?*%;]', "_", name)
    name = re.sub(r" +", " ", name).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    extension = re.sub(r"[^a-z0-9]", "", extension.lower())[:8]
    stem = re.sub(r"\.(?=[A-Za-z][A-Za-z0-9]{0,4}(\.|$))", "_", stem).strip(" .")
    return stem[:100] or "未命名", SAME.get(extension, extension)


# --- one recogniser a kind --------------------------------------------------------------------------


def _kind_of(data, shown):
    """The extension that fits the content, None for nothing we know; Refused for what is harmful."""
    if data.startswith(b"PK\x03\x04"):
        return _zip_kind(data, shown)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Refused(f"“{shown}”设有打开密码或是旧格式，请去掉密码、另存为新格式后再上传。")
    kind = _plain_kind(data)
    if kind and _ends_as_zip(data):
        raise Refused(f"“{shown}”里藏有压缩包，不能上传，请重新导出后再上传。")
    if kind == "pdf" and ACTIVE_PDF.search(data):
        raise Refused(f"“{shown}”含有脚本或可执行动作，不能上传，请打印为新的 PDF 后再上传。")
    return kind


def _plain_kind(data):
    if data.startswith(b"%PDF-"):
        return "pdf" if b"%%EOF" in data[-4096:] and b"startxref" in data[-4096:] else None
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png" if _is_png(data) else None
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg" if _is_jpeg(data) else None
    return None


def _is_png(data):
    """Every chunk whole and with its right checksum, from IHDR to IEND, and nothing after it."""
    at, first = 8, True
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data) or (first and (kind != b"IHDR" or length != 13)):
            return False
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(data[at + 4 : end - 4]) != checksum:
            return False
        if first and 0 in struct.unpack_from(">II", data, at + 8):
            return False
        if kind == b"IEND":
            return end == len(data)
        at, first = end, False
    return False


def _is_jpeg(data):
    """Segments up to the picture, a size, the picture and its end; phones append more, but never markup."""
    at, sized = 2, False
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            return False
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(data):
            return False
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if length < 8 or 0 in struct.unpack_from(">HH", data, at + 5)[1:]:
                return False
            sized = True
        if marker == 0xDA:
            return sized and _jpeg_ends(data, end)
        if marker == 0xFE and MARKUP.search(data[at:end]):
            return False
        at = end
    return False


def _jpeg_ends(data, start):
    last = data.rfind(b"\xff\xd9", start)
    return last > 0 and not MARKUP.search(data[data.find(b"\xff\xd9", start) :])


def _ends_as_zip(data):
    """Whether a zip directory ends exactly where the file ends (a picture or PDF that is also a zip)."""
    return _end_record(data) is not None


def _end_record(data):
    """(position, entries, directory size, directory offset) of the zip end record at the very end."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    while at >= 0:
        if at + 22 <= len(data):
            disk, start_disk, here, entries, size, offset, comment = struct.unpack_from(
                "<4H2IH", data, at + 4
            )
            if at + 22 + comment == len(data) and disk == start_disk == 0 and here == entries:
                return at, entries, size, offset
        at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557), at)
    return None


def _zip_kind(data, shown):
    broken = Refused(f"“{shown}”已损坏，无法打开，请重新保存后再上传。")
    end = _end_record(data)
    if end is None:
        raise broken
    at, entries, size, offset = end
    if entries > MAX_ENTRIES or size > MAX_DIRECTORY:
        raise Refused(f"“{shown}”内部文件过多，不像正常文档，不能上传。")
    # A second end record (zip64) would let another directory be read than the one counted here.
    if entries == 0 or offset + size != at or data[at - 20 : at - 16] == b"PK\x06\x07":
        raise broken
    try:
        with zipfile.ZipFile(BytesIO(data)) as book:
            _check_directory(book.infolist(), offset, shown)
            return _document_kind(book, shown)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        ValueError,
        KeyError,
        RuntimeError,
    ) as error:
        raise broken from error
    except NotImplementedError as error:
        raise broken from error


def _check_directory(entries, directory_at, shown):
    names = [entry.orig_filename for entry in entries]
    if any(_leads_outside(name) for name in names) or len({name.lower() for name in names}) != len(names):
        raise Refused(f"“{shown}”内部路径异常，可能被篡改，不能上传。")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused(f"“{shown}”设有密码，请去掉密码后再上传。")
    if any("vbaproject" in name.lower() or "/activex/" in f"/{name.lower()}" for name in names):
        raise Refused(f"“{shown}”含有宏，不能上传，请另存为不含宏的格式后再上传。")
    if any(RUNNABLE.search(name) for name in names):
        raise Refused(f"“{shown}”里嵌有可执行文件或带宏的文件，不能上传，请移除后再上传。")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        raise Refused(f"“{shown}”展开后超过 300 MB，不能上传，请压缩其中的图片后再上传。")
    _check_no_overlap(entries, directory_at, shown)


def _leads_outside(name):
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or ":" in name or "\x00" in name


def _check_no_overlap(entries, directory_at, shown):
    """Each entry's bytes lie apart, the first at the very start, all before the directory."""
    spans = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    reached = 0
    for start, size in spans:
        if start < reached:
            raise Refused(f"“{shown}”内部结构异常，可能被篡改，不能上传。")
        reached = start + 30 + size
    if spans[0][0] != 0 or reached > directory_at:
        raise Refused(f"“{shown}”内部结构异常，可能被篡改，不能上传。")


def _document_kind(book, shown):
    names = set(book.namelist())
    if "[Content_Types].xml" not in names:
        return _ofd_or_none(book, names, shown)
    with book.open("[Content_Types].xml") as part:
        listed = part.read(MAX_PART_READ + 1)
    if len(listed) > MAX_PART_READ:
        raise Refused(f"“{shown}”内部结构异常，不能上传。")
    if b"macroenabled" in listed.lower():
        raise Refused(f"“{shown}”含有宏，不能上传，请另存为不含宏的格式后再上传。")
    if b"<!DOCTYPE" in listed or b"<!ENTITY" in listed:
        raise Refused(f"“{shown}”内部结构异常，不能上传。")
    for extension, (part_name, content_type) in REQUIRED_PARTS.items():
        if part_name in names and content_type in listed:
            return extension
    return None


def _ofd_or_none(book, names, shown):
    if "OFD.xml" not in names:
        return None
    with book.open("OFD.xml") as part:
        head = part.read(MAX_PART_READ)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise Refused(f"“{shown}”内部结构异常，不能上传。")
    return "ofd" if b"OFD" in head else None
