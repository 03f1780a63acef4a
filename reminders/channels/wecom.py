"""企业微信群机器人, text messages (developer.work.weixin.qq.com/document/path/91770)."""

import json

from .shape import SENT, doubtful, later, refused, shortened
from .webhook import by_status, post
from .webhook import problem as problem
from .webhook import remark as remark

IS_THE_ROW = False
# text.content takes at most 2,048 bytes of UTF-8.
LIMIT = 2048
# -1: busy; 45009: more than 20 messages a minute.
COME_AGAIN = {-1, 45009}


def send(outgoing):
    more = f"……全文请登录系统查看 {outgoing.url}".rstrip()
    words = shortened(said_in_a_group(outgoing), LIMIT, more)
    payload = {"msgtype": "text", "text": {"content": words}}
    reply, outcome = post(outgoing.endpoint, json.dumps(payload, ensure_ascii=False).encode())
    return outcome or by_status(reply) or by_answer(reply, COME_AGAIN, "企业微信")


def said_in_a_group(outgoing):
    """Subject, words and address of a message as one text."""
    return "\n".join(part for part in (outgoing.subject, outgoing.text, outgoing.url) if part)


def by_answer(reply, come_again, whose):
    """What the `errcode` of an answer means; both chat systems answer 200 even when they refuse."""
    code = reply.number("errcode")
    if code == 0:
        return SENT
    if code in come_again:
        return later(f"{whose}要求稍后再发（{code}）。", is_down=True)
    if code is None:
        return doubtful(f"{whose}的回答无法识别，请核实群内是否已有该消息。")
    return refused(f"{whose}拒收（{code}）：请核对机器人的地址和安全设置。")
