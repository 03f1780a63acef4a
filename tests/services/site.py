"""The site as people reach it: a web server and, where asked, a background worker, on private data."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from .ports import free_port, wait_for_answer, wait_until_free

ROOT = Path(__file__).resolve().parent.parent.parent
# 12 October 2026, 09:00 in Shanghai: the third quarter of 2026 is being reported.
MOMENT = "2026-10-12T09:00:00+08:00"
FORGOTTEN = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "HOST", "PORT", "HTTPS", "DEBUG"),
    *("EMAIL_URL", "DEFAULT_FROM_EMAIL", "SITE_URL", "WEBHOOK_HOSTS"),
)


class Site:
    """`url` answers after `start()`; `kill()` ends it as a power cut would, `start()` brings it back.

    `moment` is when its clock starts (None: now). With `redis_url` a real worker can be started too.
    """

    def __init__(self, folder: Path, database_url: str, redis_url: str = "", moment: str | None = MOMENT):
        self.folder = folder
        self.database_url = database_url
        self.moment = moment
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen] = {}
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in FORGOTTEN},
            "DJANGO_SETTINGS_MODULE": "suzhou_plan.settings",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "DATA_DIR": str(folder),
            "DEMO": "1",
            "PORT": str(self.port),
            "PYTHONWARNINGS": "default",
        }

    # --- commands ---

    def manage(self, *words: str) -> str:
        """Run `manage.py …` on this site's data, at its moment; returns what it printed."""
        done = subprocess.run(
            self._python("manage", *words),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(words)}: {done.stderr or done.stdout}")
        return done.stdout

    def load_plans(self) -> None:
        """An empty database becomes one with both plans and their periods."""
        self.manage("migrate", "--no-input", "--verbosity", "0")
        self.manage("load_reference")
        self.manage("prepare_periods")
        self.manage("prepare_reminders")

    def add_people(self) -> None:
        """The demonstration people join a database that has the plans."""
        self.manage("load_demonstration", "--people-only")

    # --- servers ---

    def start(self) -> "Site":
        self._launch(
            "web",
            *("gunicorn", "suzhou_plan.wsgi:application", "--bind", f"127.0.0.1:{self.port}"),
            *("--workers", "1", "--threads", "4", "--no-control-socket", "--log-level", "warning"),
        )
        wait_for_answer(self.port, alive=lambda: self.processes["web"].poll() is None)
        return self

    def start_worker(self) -> "Site":
        self._launch(
            "worker",
            *("celery", "--app", "suzhou_plan", "--skip-checks", "worker", "--concurrency", "1"),
            *("--loglevel", "INFO", "--without-mingle", "--without-gossip"),
        )
        return self

    def kill(self, name: str = "web") -> None:
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if name == "web":
            wait_until_free(self.port)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def log(self, name: str = "web") -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def _launch(self, name: str, module: str, *words: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self._python(module, *words),
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _python(self, module: str, *words: str) -> list[str]:
        travel = ["tests.services.at_moment", self.moment] if self.moment else []
        return [sys.executable, "-m", *travel, module, *words]


def copy_of(template: Path, folder: Path) -> str:
    """Copy a closed SQLite file into `folder`; returns the URL of the copy."""
    shutil.copy(template, folder / "site.sqlite3")
    return f"sqlite:///{folder / 'site.sqlite3'}"
