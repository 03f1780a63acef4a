"""The site the browser tests visit is up only when it answers: a listening port is not yet a site."""

import socket
import threading
import time

import pytest

from tests.services.ports import wait_for_answer, wait_for_port

pytestmark = pytest.mark.once


@pytest.fixture
def slow_server():
    """`(port, answered)`: listens at once, answers its first visitor after half a second."""
    listening = socket.create_server(("127.0.0.1", 0))
    answered = threading.Event()

    def serve():
        while True:
            try:
                visitor, _ = listening.accept()
            except OSError:
                return
            with visitor:
                if visitor.recv(1000):
                    time.sleep(0.5)
                    answered.set()
                    visitor.sendall(b"HTTP/1.1 503 Not yet\r\nContent-Length: 0\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    yield listening.getsockname()[1], answered
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def test_a_site_is_waited_for_until_it_answers(slow_server):
    port, answered = slow_server
    wait_for_port(port)
    assert not answered.is_set()
    wait_for_answer(port)
    assert answered.is_set()


def test_a_site_that_died_is_not_waited_for(slow_server):
    port, _ = slow_server
    with pytest.raises(RuntimeError, match="nothing answers"):
        wait_for_answer(port, alive=lambda: False)
