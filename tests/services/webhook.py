"""A web server on loopback that stands for the other side of a webhook."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Webhook:
    """`heard`: what was posted, [(path, headers, body)]. answer: (status, headers, body), or "hang" (none) or
    "drip" (one without end)."""

    def __init__(self, answer=(200, {}, b'{"errcode": 0}')):
        self.answer, self.heard, self.released = answer, [], threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Answer)
        self.server.webhook = self
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/robot/send?key=abc"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *args):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def said(self):
        """The JSON of what was posted, in order."""
        return [json.loads(body) for _, _, body in self.heard]


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self):
        webhook = self.server.webhook
        body = self.rfile.read(int(self.headers["Content-Length"]))
        webhook.heard.append((self.path, dict(self.headers), body))
        if webhook.answer == "hang":
            webhook.released.wait(60)
            return
        if webhook.answer == "drip":
            self._drip()
            return
        status, headers, said = webhook.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def _drip(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while not self.server.webhook.released.wait(0.05):
                self.wfile.write(b"X-More: of the same\r\n")
        except OSError:
            return

    def log_message(self, *args):
        pass
