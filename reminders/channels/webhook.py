"""POST to a webhook, with the door held nearly shut: known hosts only, HTTPS only, no redirect, no private
address, one deadline for the whole talk, and no more of the answer than is needed.

The host is resolved once and that very address is called, so that a name which changes its mind between the
check and the call leads nowhere.
"""

import http.client
import ipaddress
import json
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from .shape import SECONDS, doubtful, ended_after, later, refused

CONNECT_SECONDS = 5
LONGEST_ANSWER = 64 * 1024
# They may have done it before they said so: a second copy would be a guess.
NOBODY_KNOWS = {408, 502, 504}


class Unusable(Exception):
    """The address may not be called at all; `str()` says why, for the office."""


@dataclass(frozen=True)
class Reply:
    """What the other side answered: HTTP status, and the bytes of its body."""

    status: int
    body: bytes

    def number(self, name):
        """An integer of the JSON answer, or None where it says no such thing."""
        try:
            found = json.loads(self.body)[name]
        except (ValueError, KeyError, TypeError):
            return None
        return found if isinstance(found, int) else None


def problem():
    return "" if settings.WEBHOOK_HOSTS else "没有允许的群机器人主机：请管理员设置环境变量 WEBHOOK_HOSTS。"


def remark():
    return f"允许的主机：{'、'.join(settings.WEBHOOK_HOSTS)}"


def check_address(url):
    """Raises Unusable where this address may not be called; resolves nothing."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise Unusable("地址格式不正确。") from None
    if host not in settings.WEBHOOK_HOSTS:
        raise Unusable(
            f"主机 {host[:60] or '（空）'} 不在允许之列：请管理员在环境变量 WEBHOOK_HOSTS 中添加。"
        )
    if parts.username or parts.password:
        raise Unusable("地址中不能带用户名或口令。")
    if parts.scheme != "https" and not (parts.scheme == "http" and _may_be_loopback(host)):
        raise Unusable("地址须以 https:// 开头。")
    return parts, host, port or (443 if parts.scheme == "https" else 80)


def post(url, payload, headers=()):
    """POST `payload` (bytes of JSON). Returns (Reply, None), or (None, Outcome) where there is none."""
    try:
        parts, host, port = check_address(url)
        address = _resolved(host, port)
    except Unusable as error:
        return None, refused(str(error))
    except OSError:
        return None, later(f"找不到主机 {host}。", is_down=True)
    try:
        connection = _connected(parts.scheme, host, address)
    except ssl.SSLCertVerificationError:
        return None, later(f"{host} 的证书不可信。", is_down=True)
    except OSError:
        return None, later(f"{host} 没有接通。", is_down=True)
    try:
        with ended_after(connection.sock, SECONDS - CONNECT_SECONDS):
            reply = _asked(connection, parts, payload, headers)
        return reply, None
    except (OSError, http.client.HTTPException, ValueError):
        return None, doubtful(f"已发往 {host}，但没有收到回执，请核实群内是否已有该消息。")
    finally:
        connection.close()


def _asked(connection, parts, payload, headers):
    said = {"Content-Type": "application/json; charset=utf-8", "Connection": "close", **dict(headers)}
    target = parts.path or "/"
    connection.request("POST", f"{target}?{parts.query}" if parts.query else target, payload, said)
    response = connection.getresponse()
    return Reply(response.status, response.read(LONGEST_ANSWER))


def by_status(reply):
    """The Outcome the HTTP status alone settles; None for 2xx."""
    if 200 <= reply.status < 300:
        return None
    if reply.status in NOBODY_KNOWS:
        return doubtful(f"对方网关回答 {reply.status}，请核实群内是否已有该消息。")
    if reply.status == 429 or reply.status >= 500:
        return later(f"对方回答 {reply.status}，稍后再发。", is_down=True)
    if 300 <= reply.status < 400:
        return refused("对方要求跳转到别的地址，出于安全没有跟随：请核对机器人地址。")
    return refused(f"对方拒收（{reply.status}）：请核对机器人地址。")


def _may_be_loopback(host):
    return settings.WEBHOOK_LOOPBACK and host in {"127.0.0.1", "localhost", "::1"}


def _resolved(host, port):
    """The first address of the host. Raises Unusable where any of them is not public."""
    found = [each[4][:2] for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address, _ in found:
        ip = ipaddress.ip_address(address.partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if not ip.is_global and not (ip.is_loopback and _may_be_loopback(host)):
            raise Unusable(f"主机 {host} 指向内部地址，出于安全不予发送。")
    return found[0]


def _connected(scheme, host, address):
    sock = socket.create_connection(address, timeout=CONNECT_SECONDS)
    try:
        if scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise
    sock.settimeout(SECONDS - CONNECT_SECONDS)
    port = "" if address[1] in (80, 443) else f":{address[1]}"
    # Made without a port of its own: the socket is there already, and Host says what the address said.
    connection = http.client.HTTPConnection(f"[{host}]{port}" if ":" in host else f"{host}{port}")
    connection.sock = sock
    connection.auto_open = 0
    return connection
