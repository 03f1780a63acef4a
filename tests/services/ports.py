"""Free ports, and waiting for a server to listen or to answer."""

import contextlib
import http.client
import socket
import time


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, seconds: float = 30.0, alive=lambda: True) -> None:
    """Return when something listens; `alive` may say that waiting is in vain."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and alive():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


def wait_for_answer(port: int, seconds: float = 60.0, alive=lambda: True) -> None:
    """Return when a web server answers a request, whatever it says: it listens long before it has read the
    whole site, and who comes in between waits for both."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and alive():
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=max(0.1, deadline - time.monotonic()))
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(asked):
            asked.request("GET", "/healthz")
            asked.getresponse().read()
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing answers on port {port}")


def wait_until_free(port: int, seconds: float = 10.0) -> None:
    """Return when nobody answers any more: a killed server's children may outlive it by a moment."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.05)
    raise RuntimeError(f"something still listens on port {port}")
