"""电子邮件 by SMTP: text and HTML, with the headers that keep machines from answering it.

The talk with the server is led step by step, because what a failure means depends on the step: until the
server has the text nothing was sent; once it has, only its answer tells.
"""

import smtplib
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email
from django.template.loader import render_to_string

from .shape import SECONDS, SENT, doubtful, ended_after, later, refused

IS_THE_ROW = False
NO_TEXT_YET = "邮件服务器没有接通"


def problem():
    return "" if settings.EMAIL_READY else "没有配置发信服务器：请管理员设置环境变量 EMAIL_URL。"


def remark():
    if settings.EMAIL_READY and not settings.EMAIL_URL:
        return "演示环境不寄出邮件，只写入数据文件夹下的 mail 目录。"
    return f"发件人 {settings.DEFAULT_FROM_EMAIL}"


def send(outgoing):
    if not outgoing.address:
        return refused("收件人没有登记电子邮箱。")
    try:
        validate_email(outgoing.address)
    except ValidationError:
        return refused(f"电子邮箱 {outgoing.address[:80]} 格式不正确。")
    connection = get_connection(timeout=SECONDS / 4)
    letter = letter_of(outgoing, connection)
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError:
        return later("邮件服务器不接受发信账号或口令。", is_down=True)
    except (smtplib.SMTPException, OSError) as error:
        return later(f"{NO_TEXT_YET}（{said(error)}）。", is_down=True)
    try:
        return hand_over(letter, connection)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            connection.close()


def letter_of(outgoing, connection):
    """The letter: the same Message-ID at every attempt."""
    host = urlsplit(settings.SITE_URL).hostname or "suzhou-plan.invalid"
    link = f"\n\n打开系统办理：{outgoing.url}" if outgoing.url else ""
    footer = "本邮件由系统自动发出，请勿回复。本系统为非涉密系统，严禁填报涉密和工作秘密信息。"
    letter = EmailMultiAlternatives(
        subject=" ".join(outgoing.subject.split()),
        body=f"{outgoing.text}{link}\n\n-- \n{footer}\n",
        to=[outgoing.address],
        connection=connection,
        headers={
            "Message-ID": outgoing.id,
            "List-Id": f"Suzhou plan reminders <reminders.{host}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    said = {"outgoing": outgoing, "footer": footer}
    letter.attach_alternative(outgoing.html or render_to_string("reminders/_letter.html", said), "text/html")
    return letter


def hand_over(letter, connection):
    """Give the letter to an open connection, within half of SECONDS; the Outcome."""
    if not isinstance(connection, EmailBackend):
        # A folder instead of a server (demonstration, tests): writing it is all there is.
        connection.send_messages([letter])
        return SENT
    try:
        with ended_after(connection.connection.sock, SECONDS / 2):
            outcome = talk(connection.connection, letter)
    except TimeoutError:
        return doubtful("邮件服务器答得太慢，请核实对方是否收到。")
    return outcome


def talk(smtp, letter):
    """The SMTP dialogue step by step, so that it is known whether the text had set out; the Outcome.

    Before DATA nothing has left and it may be tried again; once the text is given, silence is doubt.
    """
    to = sanitize_address(letter.to[0], "utf-8")
    try:
        smtp.ehlo_or_helo_if_needed()
        for step, who in ((smtp.mail, sanitize_address(letter.from_email, "utf-8")), (smtp.rcpt, to)):
            code, words = step(who)
            if code not in (250, 251):
                return by_code(code, words)
    except (smtplib.SMTPException, OSError) as error:
        return later(f"{NO_TEXT_YET}（{said(error)}）。", is_down=True)
    try:
        code, words = smtp.data(letter.message().as_bytes(linesep="\r\n"))
    except smtplib.SMTPDataError as error:
        return by_code(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return doubtful(f"信已交给邮件服务器，但没有收到回执（{said(error)}），请核实对方是否收到。")
    return SENT if code == 250 else by_code(code, words)


def by_code(code, words):
    """4xx: come again later; 5xx: never (RFC 5321, section 4.2.1)."""
    words = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    told = f"{code} {' '.join(words.split())}"[:160]
    if 500 <= code < 600:
        return refused(f"邮件服务器拒收：{told}。")
    return later(f"邮件服务器要求稍后再发：{told}。", is_down=code == 421)


def said(error):
    """What went wrong with the connection, in few words for the office."""
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "超时"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "连接中断"
    return " ".join(str(error).split())[:80] or type(error).__name__
