"""bin/start on machines good and bad, and the parent process that keeps its children."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from suzhou_plan.children import Child, Household
from tests.services.ports import free_port
from tests.services.site import FORGOTTEN, ROOT

CLEAN = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
NO_NETWORK = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_RETRIES": "0",
    "PIP_FIND_LINKS": "",
    "PIP_EXTRA_INDEX_URL": "",
}


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A fresh copy of what bin/start reads before anything is installed."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    shutil.copytree(ROOT / "bin", folder / "bin", ignore=shutil.ignore_patterns("__pycache__"))
    for pattern in ("requirements*.txt", "package*.json", "manage.py"):
        for file in ROOT.glob(pattern):
            shutil.copy(file, folder / file.name)
    return folder


def start(checkout: Path, *words: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["sh", checkout / "bin" / "start", *words],
        env={**CLEAN, "PYTHON": sys.executable, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def assert_one_sentence(done: subprocess.CompletedProcess, words: str) -> None:
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr


# --- machines that cannot run it ---------------------------------------------------------------


def test_an_old_python_is_named(checkout, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    old = tools / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && { echo "Python 3.9.2"; exit 0; }\nexit 1\n')
    old.chmod(0o755)
    for name in ("sh", "dirname"):
        (tools / name).symlink_to(shutil.which(name))
    done = start(checkout, PATH=str(tools), PYTHON="")
    assert_one_sentence(done, "需要 Python 3.11 或更新的版本（本机：Python 3.9.2）")


def test_a_taken_port_is_named_before_anything_is_installed(checkout):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = start(checkout, PORT=str(port))
    assert_one_sentence(done, f"端口 {port} 已被占用")
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_named(checkout, port):
    assert_one_sentence(start(checkout, PORT=port), "不是端口号")


def test_an_unknown_word_is_named(checkout):
    assert_one_sentence(start(checkout, "--demo-please"), "--demo-please")


def test_no_permission_to_write_is_named(checkout):
    """`var` is a file here: nobody, not even root, can write into it."""
    (checkout / "var").write_text("")
    assert_one_sentence(start(checkout, PORT=str(free_port())), "没有写权限")


def test_no_network_is_named(checkout):
    done = start(checkout, PORT=str(free_port()), **NO_NETWORK)
    assert_one_sentence(done, "请检查网络")


# --- the parent and its children ---------------------------------------------------------------


def sleeper(folder: Path, name: str) -> Child:
    return Child(name, [sys.executable, "-c", "import time; time.sleep(600)"], folder / f"{name}.log")


def wait_until(condition, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_a_child_that_dies_is_started_again_ever_more_slowly(tmp_path):
    child = Child("short", [sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "short.log")
    child.start(now=0.0)
    child.process.wait()
    assert child.mend(now=0.5) is False
    assert child.mend(now=1.1) is True
    child.process.wait()
    assert child.mend(now=2.9) is False
    assert child.mend(now=3.2) is True
    child.process.wait()
    assert child.restarts == 2


def test_a_child_that_was_healthy_comes_back_at_once(tmp_path):
    child = sleeper(tmp_path, "long")
    child.pause = 30.0
    child.start(now=0.0)
    child.process.kill()
    child.process.wait()
    assert child.mend(now=100.0) is True
    assert child.pause == 1.0
    child.process.kill()
    child.process.wait()


def test_closing_ends_every_child_even_a_deaf_one(tmp_path, monkeypatch):
    monkeypatch.setattr("suzhou_plan.children.GRACE_SECONDS", 1.0)
    deaf_script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    deaf = Child("deaf", [sys.executable, "-c", deaf_script], tmp_path / "deaf.log")
    household = Household([sleeper(tmp_path, "good"), deaf])
    for child in household.children:
        child.start(now=0.0)
    time.sleep(0.5)
    household.close()
    assert not any(child.running for child in household.children)


# --- the whole ---------------------------------------------------------------------------------


class Started:
    """`manage.py start` on private data; `lines` is what it has said so far."""

    def __init__(self, folder: Path, **environment: str):
        self.port = free_port()
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "start"],
            cwd=ROOT,
            env={**CLEAN, "DATA_DIR": str(folder), "PORT": str(self.port), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self.reader.start()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Tell it to stop, as Ctrl-C or a service manager would; returns its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(40)
        self.reader.join(5)
        self.process.stdout.close()
        return code

    def said(self, words: str) -> bool:
        return words in "".join(self.lines)

    def children(self) -> dict[int, str]:
        """Process numbers and command lines of the direct children."""
        return {
            int(folder.name): (folder / "cmdline").read_text().replace("\0", " ")
            for folder in Path("/proc").glob("[0-9]*")
            if status(int(folder.name))[1:2] == [str(self.process.pid)]
        }


def status(number: int) -> list[str]:
    """State and parent of a process; empty when it is gone."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def alive(number: int) -> bool:
    return status(number)[:1] not in ([], ["Z"])


@pytest.mark.services
def test_it_answers_mends_its_children_and_stops_them_all(tmp_path):
    started = Started(tmp_path, DEMO="1")
    try:
        wait_until(lambda: started.said("按 Ctrl-C 停止") or started.process.poll() is not None, 60)
        assert started.said(f"http://127.0.0.1:{started.port}/"), started.lines
        assert started.said("suzhou-demo")
        before = started.children()
        assert len(before) == 3
        worker = next(number for number, command in before.items() if " worker " in command)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: started.said("后台任务意外停止，已重新启动"))
        numbers = [*started.children()]
        assert len(numbers) == 3
    finally:
        code = started.end(signal.SIGINT)
    assert code == 0
    wait_until(lambda: not any(map(alive, [*before, *numbers])))


@pytest.mark.services
def test_without_demonstration_it_prints_a_link_for_the_first_administrator(tmp_path):
    started = Started(tmp_path, DEMO="0")
    try:
        wait_until(lambda: started.said("按 Ctrl-C 停止") or started.process.poll() is not None, 60)
        assert re.search(rf"http://127\.0\.0\.1:{started.port}/\S+/", "".join(started.lines))
        assert started.said("首位管理员")
        assert not started.said("suzhou-demo")
    finally:
        started.end()
