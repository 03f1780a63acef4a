"""通用 JSON: any other system, signed with HMAC-SHA256 over timestamp, id and body.

X-Suzhou-Id stays the same at every attempt, so the receiver can drop a second copy; X-Suzhou-Timestamp lets
it refuse an old one. docs/channels.md shows how to check the signature.
"""

import hashlib
import hmac
import json
import time

from .shape import SENT, refused
from .webhook import by_status, post
from .webhook import problem as problem
from .webhook import remark as remark

IS_THE_ROW = False


def send(outgoing):
    if not outgoing.secret:
        return refused("通用 JSON 机器人须填密钥，用于签名。")
    said = {"id": outgoing.id, "subject": outgoing.subject, "text": outgoing.text, "url": outgoing.url}
    payload = json.dumps(said, ensure_ascii=False).encode()
    timestamp = str(int(time.time()))
    headers = {
        "X-Suzhou-Id": outgoing.id,
        "X-Suzhou-Timestamp": timestamp,
        "X-Suzhou-Signature": f"sha256={signature(outgoing.secret, timestamp, outgoing.id, payload)}",
    }
    reply, outcome = post(outgoing.endpoint, payload, headers)
    return outcome or by_status(reply) or SENT


def signature(secret, timestamp, message_id, payload):
    """Hexadecimal HMAC-SHA256 of "timestamp.id.body" under the secret."""
    signed = f"{timestamp}.{message_id}.".encode() + payload
    return hmac.digest(secret.encode(), signed, hashlib.sha256).hex()
