"""钉钉自定义机器人, text messages, signed where the robot has a secret (加签)."""

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

from .shape import shortened
from .webhook import by_status, post
from .webhook import problem as problem
from .webhook import remark as remark
from .wecom import by_answer, said_in_a_group

IS_THE_ROW = False
# A request takes at most 20,000 bytes; the rest is room for its frame.
LIMIT = 18_000
# -1: busy; 130101, 410100: more than 20 messages a minute.
COME_AGAIN = {-1, 130101, 410100}


def send(outgoing):
    more = f"……全文请登录系统查看 {outgoing.url}".rstrip()
    words = shortened(said_in_a_group(outgoing), LIMIT, more)
    payload = {"msgtype": "text", "text": {"content": words}}
    address = signed(outgoing.endpoint, outgoing.secret, int(time.time() * 1000))
    reply, outcome = post(address, json.dumps(payload, ensure_ascii=False).encode())
    return outcome or by_status(reply) or by_answer(reply, COME_AGAIN, "钉钉")


def signed(url, secret, milliseconds):
    """The address with timestamp and sign: HMAC-SHA256 of both under the secret, in base64."""
    if not secret:
        return url
    words = f"{milliseconds}\n{secret}".encode()
    sign = base64.b64encode(hmac.digest(secret.encode(), words, hashlib.sha256)).decode()
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}{urlencode({'timestamp': milliseconds, 'sign': sign})}"
