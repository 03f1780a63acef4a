"""Programs that run side by side under one parent, and stop with it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
# A child that ran this long was healthy: the next pause is short again.
HEALTHY_AFTER = 60.0
# A job cut off here is found again in the database at the next start.
GRACE_SECONDS = 8.0
PR_SET_PDEATHSIG = 1


class Child:
    """One program, started again when it ends by itself, ever more slowly if it keeps ending.

    `command` is a list of words; what it prints goes to `log`. Times are monotonic seconds.
    """

    def __init__(self, name: str, command: list[str], log: Path):
        self.name = name
        self.command = command
        self.log = log
        self.process: subprocess.Popen | None = None
        self.started_at = 0.0
        self.pause = FIRST_PAUSE
        self.restarts = 0

    def start(self, now: float) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Its own group: Ctrl-C reaches the parent, which stops each child in order.
                start_new_session=True,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,
            )
        self.started_at = now

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def mend(self, now: float) -> bool:
        """Start it again when it ended and its pause is over; says whether it was started."""
        if self.running or now < self.started_at + self.pause:
            return False
        lived = now - self.started_at
        self.pause = FIRST_PAUSE if lived > HEALTHY_AFTER else min(self.pause * 2, LONGEST_PAUSE)
        self.restarts += 1
        self.start(now)
        return True

    def ask_to_stop(self) -> None:
        if self.running:
            self.process.terminate()

    def wait_or_kill(self, seconds: float) -> None:
        try:
            self.process.wait(max(seconds, 0.1))
        except subprocess.TimeoutExpired:
            # The whole group: a worker's own processes must not outlive it.
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Household:
    """Children that live together until the parent is told to stop (SIGTERM, SIGINT, SIGHUP)."""

    def __init__(self, children: list[Child], say=print):
        self.children = children
        self.say = say
        self.stopping = False

    def listen(self) -> None:
        """From now on the signals that end a program end the household."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start(self, *children: Child) -> None:
        for child in children:
            child.start(time.monotonic())

    def keep(self) -> None:
        """Return when told to stop, after every child has ended."""
        try:
            while not self.stopping:
                for child in self.children:
                    if child.mend(time.monotonic()):
                        self.say(f"{child.name}意外停止，已重新启动（详见 {child.log}）")
                time.sleep(0.2)
        finally:
            self.close()

    def close(self) -> None:
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            if child.process is not None:
                child.wait_or_kill(deadline - time.monotonic())

    def _on_signal(self, number, frame) -> None:
        self.stopping = True


def die_with_parent() -> None:
    """On Linux, have the kernel end this child when its parent is killed outright."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
