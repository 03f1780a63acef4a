"""A real SMTP server on loopback, which writes down what it took and can be told to misbehave."""

import contextlib
import email
import socketserver
import threading
import time
from email import policy


class Mailbox:
    """`letters`: what was taken, [(recipient, EmailMessage)], in order. `url` is for EMAIL_URL.

    manner(recipient): how the next letter to them is treated: "take", "busy" (451), "refuse" (550), "unknown"
    (no such recipient), "deaf" (taken, but the line is cut instead of an answer), "hang" (taken, no answer),
    "cut" (cut before the text). seconds: how long it thinks before each answer to a text.
    """

    def __init__(self, manner=lambda recipient: "take", seconds=0.0):
        self.letters, self.manner, self.seconds = [], manner, seconds
        self.released = threading.Event()
        self.server = _Server(("127.0.0.1", 0), _Talk)
        self.server.mailbox = self
        self.url = f"smtp://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *args):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def ids(self):
        """Message-IDs of what was taken, in order."""
        return [letter["Message-ID"] for _, letter in list(self.letters)]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        # Whoever calls may be killed in the middle of a word.
        with contextlib.suppress(OSError):
            self._talk()

    def _talk(self):
        self._say("220 mailbox")
        recipient, manner = "", "take"
        while line := self.rfile.readline().decode(errors="replace").strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                manner = self.server.mailbox.manner(recipient)
                self._say("550 no such mailbox" if manner == "unknown" else "250 ok")
            elif verb == "DATA":
                if manner == "cut":
                    return
                self._say("354 go on")
                if not self._take(recipient, manner):
                    return
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 mailbox")

    def _take(self, recipient, manner):
        """Whether the talk goes on after the text."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        mailbox = self.server.mailbox
        if manner in ("busy", "refuse"):
            self._say("451 come again" if manner == "busy" else "554 not wanted")
            return True
        mailbox.letters.append((recipient, email.message_from_bytes(b"".join(lines), policy=policy.default)))
        if manner == "hang":
            mailbox.released.wait(60)
        if manner in ("hang", "deaf"):
            return False
        time.sleep(mailbox.seconds)
        self._say("250 taken")
        return True

    def _say(self, words):
        self.wfile.write(f"{words}\r\n".encode())
