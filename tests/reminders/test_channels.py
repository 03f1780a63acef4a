"""Each way out: what is sent, and what is made of every kind of answer."""

import hashlib
import hmac
import time
from email.message import EmailMessage

import pytest
from django.core.mail.backends.smtp import EmailBackend

from reminders.channels import CHANNELS, dingtalk, mail, shape, signed_json, webhook, wecom
from reminders.channels.shape import Outgoing, Result
from tests.services.mailbox import Mailbox
from tests.services.webhook import Webhook

HOSTILE = "第一行\r\nBcc: all@example.com\n<script>alert(1)</script> & 𠮷 \u202e=cmd|' /C calc'!A0"


@pytest.fixture
def outgoing():
    return Outgoing(
        id="<message-1.abc@plan.example.cn>",
        subject="第三季度还有 5 项未报",
        text="一、未报\n1. 第 15 项",
        url="https://plan.example.cn/work/",
        address="fgw@example.cn",
    )


@pytest.fixture(autouse=True)
def on_loopback(settings):
    settings.WEBHOOK_LOOPBACK = True
    settings.WEBHOOK_HOSTS = ["127.0.0.1", "oapi.dingtalk.com", "intranet.example.cn"]
    settings.SITE_URL = "https://plan.example.cn"


@pytest.fixture
def to_mailbox(settings):
    """`to_mailbox(mailbox)`: letters go there by real SMTP."""

    def turned(mailbox):
        settings.EMAIL_READY = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = int(mailbox.url.rpartition(":")[2])
        return mailbox

    return turned


def changed(outgoing, **values):
    return Outgoing(**{**vars(outgoing), **values})


def test_every_channel_has_the_one_shape():
    for module in CHANNELS.values():
        assert isinstance(module.problem(), str)
        assert callable(module.send)
        assert module.IS_THE_ROW in (True, False)


# --- mail ----------------------------------------------------------------------------------------


def test_a_letter_is_text_and_page_with_headers_that_keep_machines_from_answering(outgoing, to_mailbox):
    with to_mailbox(Mailbox()) as box:
        assert mail.send(outgoing) == shape.SENT
    (recipient, letter), *more = box.letters
    assert (recipient, more) == ("fgw@example.cn", [])
    assert letter["Message-ID"] == outgoing.id
    assert letter["Subject"] == outgoing.subject
    assert "<reminders.plan.example.cn>" in letter["List-Id"]
    assert letter["Auto-Submitted"] == "auto-generated"
    text, page = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "1. 第 15 项" in text
    assert "https://plan.example.cn/work/" in text
    assert '<a href="https://plan.example.cn/work/"' in page


@pytest.mark.parametrize(
    ("manner", "result", "is_down", "words"),
    [
        ("busy", Result.LATER, False, "稍后再发"),
        ("refuse", Result.REFUSED, False, "拒收"),
        ("unknown", Result.REFUSED, False, "550"),
        ("cut", Result.DOUBTFUL, True, "核实"),
        ("deaf", Result.DOUBTFUL, True, "核实"),
        ("hang", Result.DOUBTFUL, True, "超时"),
    ],
)
def test_what_a_mail_server_answers_decides(
    outgoing, to_mailbox, monkeypatch, manner, result, is_down, words
):
    monkeypatch.setattr(mail, "SECONDS", 2)
    with to_mailbox(Mailbox(lambda recipient: manner)):
        outcome = mail.send(outgoing)
    assert (outcome.result, outcome.is_down) == (result, is_down)
    assert words in outcome.reason


def test_a_mail_server_that_is_away_is_tried_again_later(outgoing, to_mailbox):
    with to_mailbox(Mailbox()) as box:
        pass
    outcome = mail.send(outgoing)
    assert (outcome.result, outcome.is_down, box.letters) == (Result.LATER, True, [])


@pytest.mark.parametrize("address", ["", "没有", "a@b", "a@example.cn\nBcc: b@example.cn"])
def test_a_wrong_address_says_so_and_calls_nobody(outgoing, address, monkeypatch):
    monkeypatch.setattr(EmailBackend, "open", lambda self: pytest.fail("called"))
    outcome = mail.send(changed(outgoing, address=address))
    assert outcome.result == Result.REFUSED
    assert "邮箱" in outcome.reason


def test_hostile_words_stay_words(outgoing, to_mailbox):
    with to_mailbox(Mailbox()) as box:
        assert mail.send(changed(outgoing, subject=HOSTILE, text=HOSTILE)) == shape.SENT
    letter: EmailMessage = box.letters[0][1]
    assert letter["Bcc"] is None
    assert "<script>" not in letter.get_body(("html",)).get_content()


def test_without_a_server_mail_says_what_is_missing(settings):
    settings.EMAIL_READY = False
    assert "EMAIL_URL" in mail.problem()


# --- robots --------------------------------------------------------------------------------------


def test_wecom_gets_a_text_no_longer_than_it_takes(outgoing):
    long = "\n".join(f"{number}. 一项任务" for number in range(500))
    with Webhook() as heard:
        assert wecom.send(changed(outgoing, text=long, endpoint=heard.url)) == shape.SENT
    (said,) = heard.said()
    assert said["msgtype"] == "text"
    assert len(said["text"]["content"].encode()) <= wecom.LIMIT
    assert said["text"]["content"].startswith(outgoing.subject)
    assert said["text"]["content"].endswith(outgoing.url)


def test_dingtalk_signs_the_address_where_it_has_a_secret(outgoing):
    with Webhook() as heard:
        assert dingtalk.send(changed(outgoing, endpoint=heard.url, secret="SECx")) == shape.SENT
    path = heard.heard[0][0]
    assert path.startswith("/robot/send?key=abc&timestamp=")
    # Computed from the description of the platform, with openssl.
    assert dingtalk.signed("https://h/s?a=1", "this is secret", 1609746000000).endswith(
        "timestamp=1609746000000&sign=BWaOiE6R8%2FFAuV%2B2eZrI4PuWiZzMEunrU%2BrwNPV5%2Blw%3D"
    )


def test_json_is_signed_over_time_id_and_body(outgoing):
    secret = "sixteen letters!"
    with Webhook((204, {}, b"")) as heard:
        assert signed_json.send(changed(outgoing, endpoint=heard.url, secret=secret)) == shape.SENT
    _, headers, body = heard.heard[0]
    signed = f"{headers['X-Suzhou-Timestamp']}.{outgoing.id}.".encode() + body
    assert headers["X-Suzhou-Id"] == outgoing.id
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Suzhou-Signature"] == f"sha256={expected}"
    assert heard.said()[0]["subject"] == outgoing.subject


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ((200, {}, b'{"errcode": 45009}'), Result.LATER),
        ((200, {}, b'{"errcode": 93000, "errmsg": "invalid webhook url"}'), Result.REFUSED),
        ((200, {}, b"<html>hello"), Result.DOUBTFUL),
        ((200, {}, b"[]"), Result.DOUBTFUL),
        ((500, {}, b""), Result.LATER),
        ((503, {}, b""), Result.LATER),
        ((429, {}, b""), Result.LATER),
        ((404, {}, b""), Result.REFUSED),
        ((504, {}, b""), Result.DOUBTFUL),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), Result.REFUSED),
        ((200, {}, b'{"errcode": 0, "more": "' + b"x" * 200_000 + b'"}'), Result.DOUBTFUL),
    ],
)
def test_what_a_robot_answers_decides(outgoing, answer, result):
    with Webhook(answer) as heard:
        outcome = wecom.send(changed(outgoing, endpoint=heard.url))
    assert outcome.result == result
    assert outcome.reason
    assert len(heard.heard) == 1


@pytest.mark.parametrize("manner", ["hang", "drip"])
def test_a_robot_that_does_not_come_to_an_end_is_left(outgoing, monkeypatch, manner):
    monkeypatch.setattr(webhook, "SECONDS", webhook.CONNECT_SECONDS + 0.4)
    with Webhook(manner) as heard:
        began = time.monotonic()
        outcome = wecom.send(changed(outgoing, endpoint=heard.url))
    assert (outcome.result, outcome.is_down) == (Result.DOUBTFUL, True)
    assert time.monotonic() - began < 3


def test_a_robot_that_is_away_is_tried_again_later(outgoing):
    with Webhook() as heard:
        pass
    assert wecom.send(changed(outgoing, endpoint=heard.url)).result == Result.LATER


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://evil.example.com/send", "不在允许之列"),
        ("https://127.0.0.1.evil.example.com/", "不在允许之列"),
        ("http://oapi.dingtalk.com/robot", "https://"),
        ("https://user:word@oapi.dingtalk.com/robot", "用户名"),
        ("https://[::1", "格式"),
        ("ftp://oapi.dingtalk.com/", "https://"),
        ("", "不在允许之列"),
    ],
)
def test_an_address_outside_the_list_is_never_called(outgoing, url, words, monkeypatch):
    monkeypatch.setattr(webhook.socket, "getaddrinfo", lambda *args, **kwargs: pytest.fail("resolved"))
    outcome = wecom.send(changed(outgoing, endpoint=url))
    assert outcome.result == Result.REFUSED
    assert words in outcome.reason


@pytest.mark.parametrize(
    "address", ["10.0.0.8", "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.8", "fe80::1%eth0"]
)
def test_a_known_host_that_points_inside_is_not_called(outgoing, address, monkeypatch):
    found = [(2, 1, 6, "", ("203.0.113.1", 443)), (2, 1, 6, "", (address, 443))]
    monkeypatch.setattr(webhook.socket, "getaddrinfo", lambda *args, **kwargs: found)
    monkeypatch.setattr(webhook.socket, "create_connection", lambda *args, **kwargs: pytest.fail("called"))
    outcome = wecom.send(changed(outgoing, endpoint="https://intranet.example.cn/send"))
    assert outcome.result == Result.REFUSED
    assert "内部地址" in outcome.reason


def test_the_address_that_was_looked_at_is_the_one_called(outgoing, monkeypatch):
    """A name that answers otherwise the second time leads nowhere: it is asked once."""
    asked = []
    real = webhook.socket.getaddrinfo

    def once(host, *args, **kwargs):
        asked.append(host)
        return real(host, *args, **kwargs)

    monkeypatch.setattr(webhook.socket, "getaddrinfo", once)
    called = []
    monkeypatch.setattr(
        webhook.socket, "create_connection", lambda address, **kwargs: called.append(address) or _gone()
    )
    wecom.send(changed(outgoing, endpoint="http://127.0.0.1:9/send"))
    assert (asked, called) == (["127.0.0.1"], [("127.0.0.1", 9)])


def _gone():
    raise ConnectionRefusedError


def test_text_is_cut_by_whole_lines_and_whole_characters():
    assert shape.shortened("短", 100, "……") == "短"
    cut = shape.shortened("一二三\n四五六\n七八九", 25, "……")
    assert cut == "一二三\n……"
    assert len(shape.shortened("一" * 100, 50, "……").encode()) <= 50
