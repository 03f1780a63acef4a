"""A Word file as PDF, laid out by LibreOffice where the machine has it.

LibreOffice runs as a child process with a profile of its own in a folder that is thrown away, at most
SECONDS long, and goes with everything it has started: two people at once never meet, and a document it
cannot digest costs the site one refusal.
"""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore

from agencies.permissions import Denied

SECONDS = 90
PROGRAMS = ("soffice", "libreoffice")
# LibreOffice holds some 300 MB: more at a time than this would cost the site more than the wait.
AT_ONCE = 2
ABSENT = (
    "本机没有安装 LibreOffice，不能生成 PDF。请下载 Word，在 WPS 或 Word 中另存为 PDF；"
    "需要在系统内生成的，请管理员在服务器上安装 libreoffice-writer。"
)
TOO_SLOW = (
    "LibreOffice 没有在规定时间内排完这份文件，已停止，没有生成 PDF。请稍后再试，或下载 Word 另存为 PDF。"
)
FAILED = (
    "LibreOffice 没有生成 PDF，可能没有装全（需要 libreoffice-writer）。"
    "请下载 Word 另存为 PDF，并告知管理员。"
)
BUSY = "正在为其他人生成 PDF，请过一分钟再试；Word 可以随时下载。"

_turns = BoundedSemaphore(AT_ONCE)


def program():
    """The path of LibreOffice on this machine, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def has_libreoffice() -> bool:
    """Whether this machine can make PDFs."""
    return program() is not None


def why_not() -> str:
    """Why no PDF can be made here, for the greyed button; "" where it can."""
    return "" if has_libreoffice() else ABSENT


def pdf_of(word: bytes, *, seconds=SECONDS) -> bytes:
    """A .docx as the bytes of a PDF; seconds: how long it may take.

    Raises Denied with a sentence where LibreOffice is absent, busy, too slow or unable; nothing it wrote and
    no process of it is left behind.
    """
    found = program()
    if found is None:
        raise Denied(ABSENT)
    if not _turns.acquire(timeout=seconds):
        raise Denied(BUSY)
    try:
        with TemporaryDirectory(prefix="pdf-", ignore_cleanup_errors=True) as folder:
            return _laid_out(found, Path(folder), word, seconds)
    finally:
        _turns.release()


def _laid_out(found, folder, word, seconds):
    paper, done = folder / "paper.docx", folder / "paper.pdf"
    paper.write_bytes(word)
    command = [
        found,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nodefault"),
        *("--convert-to", "pdf", "--outdir", str(folder), str(paper)),
    ]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=_surroundings(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A group of its own, so that it can be ended with all it has started.
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired as slow:
        raise Denied(TOO_SLOW) from slow
    finally:
        _end(process)
    if not done.is_file() or not done.stat().st_size:
        raise Denied(FAILED)
    return done.read_bytes()


def _surroundings(folder):
    """What it needs of the environment and nothing more: no key or password of the site reaches it."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH") if name in os.environ
    }
    return {**kept, "HOME": str(folder), "TMPDIR": str(folder)}


def _end(process):
    """Whatever of its group still runs is killed; where nothing does, that is well."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
