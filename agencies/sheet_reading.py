"""Reading somebody's Excel file without trusting it.

The zip directory is read first and refuses what would unpack to too much; the parsing itself happens in a
child process with a limit on memory and time, so that a hostile file costs this process nothing.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from agencies.permissions import Denied

LARGEST_FILE = 2 * 1024 * 1024
LARGEST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS = 200
SECONDS = 20
NOT_EXCEL = "这不是 xlsx 格式的 Excel 文件，请在 Excel 或 WPS 中另存为 xlsx 后再试。"
TOO_BIG_INSIDE = "这个文件解开后过大，可能已损坏，未作处理。请把内容复制到模板中再导入。"
UNREADABLE = "无法读取这个文件，可能已损坏或有密码。请用 Excel 或 WPS 打开另存后再试。"
ROOT = Path(__file__).resolve().parent.parent


LONGEST_CELL = 1000


def read_sheet(upload, *, longest=LONGEST_CELL, formulas=False) -> list[list]:
    """The first sheet's cells (text, numbers, ISO dates, None) of an uploaded xlsx file.

    upload: a Django UploadedFile, at most 2 MB; longest: characters after which a text is cut; formulas: tell
    a formula as {"formula": …} instead of by its value. Raises Denied with a sentence for the person.
    """
    if upload.size > LARGEST_FILE:
        raise Denied(f"文件有 {upload.size / 1024 / 1024:.1f} MB，超过 2 MB 的上限，请分成几个文件导入。")
    if not upload.size:
        raise Denied("这个文件是空的，请核对后重新选择。")
    content = upload.read(LARGEST_FILE + 1)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        check_directory(file.name)
        return _parsed(file.name, str(longest), *(["formulas"] if formulas else []))


def check_directory(path):
    """Raises Denied for what is not a workbook or would unpack to too much; reads the directory only."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as bad:
        raise Denied(NOT_EXCEL) from bad
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Denied(NOT_EXCEL)
    if any(part.flag_bits & 1 for part in parts):
        raise Denied(UNREADABLE)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Denied(TOO_BIG_INSIDE)


def _parsed(path, *how):
    try:
        done = subprocess.run(
            [sys.executable, "-m", "agencies.sheet_child", path, *how],
            cwd=ROOT,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise Denied(TOO_BIG_INSIDE) from slow
    if done.returncode:
        raise Denied(UNREADABLE)
    return json.loads(done.stdout)
