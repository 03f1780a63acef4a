"""Who may try to sign in, how often, from where.

Every try is counted before the password is looked at, three times over: for the pair of name and address,
for the name, and for the address. A count is the sum of one-minute buckets over the last
SIGN_IN_WINDOW; each bucket is raised by one atomic UPDATE and only then summed, so that of any number of
simultaneous tries no more than the limit see a sum within it. A try that is refused, or succeeds, is taken
back: a whole building behind one address is not locked out by signing in.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from math import ceil

from django.conf import settings
from django.contrib.auth import authenticate
from django.db.models import F
from django.utils.crypto import salted_hmac

from agencies.models import SignInCount, User

BUCKET = timedelta(minutes=1)
WRONG = "用户名或密码不正确，或账号已停用。请核对后再试；忘记密码请联系系统管理员。"
TOO_OFTEN = "登录尝试过于频繁，请 {minutes} 分钟后再试。忘记密码请联系系统管理员重置。"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignIn:
    """The outcome of one try: the person, or a sentence for whoever tried."""

    user: User | None = None
    problem: str = ""
    limited: bool = False


def try_to_sign_in(username: str, password: str, *, address: str, now) -> SignIn:
    """Check a name and password from `address` (see client_address), within the limits.

    The answer and the time it takes are the same for names that exist, do not exist, or are disabled.
    """
    keys = _keys(username, address)
    for scope, key in keys:
        _count(scope, key, now)
    minutes = max(_minutes_to_wait(scope, key, now) for scope, key in keys)
    if minutes:
        for scope, key in keys:
            _take_back(scope, key, now)
        logger.warning("sign-in refused: too many tries (%s)", keys[0][1][:12])
        return SignIn(problem=TOO_OFTEN.format(minutes=minutes), limited=True)
    user = authenticate(username=username, password=password)
    if user is None:
        return SignIn(problem=WRONG)
    SignInCount.objects.filter(scope=SignInCount.Scope.PAIR, key=keys[0][1]).delete()
    for scope, key in keys[1:]:
        _take_back(scope, key, now)
    return SignIn(user=user)


def client_address(meta: dict) -> str:
    """The visitor's address from a request's META.

    X-Forwarded-For is believed only as far as it was written by proxies in settings.TRUSTED_PROXIES:
    read from the right, the first address that is not such a proxy is the visitor.
    """
    address = meta.get("REMOTE_ADDR", "")
    forwarded = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    while forwarded and _is_trusted_proxy(address):
        candidate = forwarded.pop()
        if _parsed(candidate) is None:
            break
        address = candidate
    return _counted_as(address)


def _keys(username, address):
    """(scope, hashed key) of the pair, the name and the address, in this order."""
    name = username.strip().lower()[:200]
    return [
        (SignInCount.Scope.PAIR, _hashed(f"{name}\n{address}")),
        (SignInCount.Scope.NAME, _hashed(name)),
        (SignInCount.Scope.ADDRESS, _hashed(address)),
    ]


def _hashed(text):
    return salted_hmac("agencies.SignInCount", text, algorithm="sha256").hexdigest()


def _bucket(now):
    return now.replace(second=0, microsecond=0)


def _count(scope, key, now):
    """Raise this minute's bucket by one, making it if need be."""
    bucket = SignInCount.objects.filter(scope=scope, key=key, window=_bucket(now))
    if bucket.update(count=F("count") + 1):
        return
    SignInCount.objects.filter(window__lt=now - settings.SIGN_IN_WINDOW - 2 * BUCKET).delete()
    SignInCount.objects.bulk_create(
        [SignInCount(scope=scope, key=key, window=_bucket(now))], ignore_conflicts=True
    )
    bucket.update(count=F("count") + 1)


def _take_back(scope, key, now):
    SignInCount.objects.filter(scope=scope, key=key, window=_bucket(now), count__gt=0).update(
        count=F("count") - 1
    )


def _minutes_to_wait(scope, key, now):
    """0 within the limit, else the minutes until enough of the counted tries have passed out of sight."""
    since = _bucket(now - settings.SIGN_IN_WINDOW)
    buckets = SignInCount.objects.filter(scope=scope, key=key, window__gte=since).order_by("window")
    counted = list(buckets.values_list("window", "count"))
    surplus = sum(count for _, count in counted) - settings.SIGN_IN_LIMITS[scope]
    if surplus <= 0:
        return 0
    for window, count in counted:
        surplus -= count
        if surplus <= 0:
            return max(1, ceil((window + settings.SIGN_IN_WINDOW + BUCKET - now) / BUCKET))
    return ceil(settings.SIGN_IN_WINDOW / BUCKET)


def _parsed(address):
    try:
        return ip_address(address)
    except ValueError:
        return None


def _is_trusted_proxy(address):
    parsed = _parsed(address)
    return parsed is not None and any(
        parsed in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES
    )


def _counted_as(address):
    """IPv4 as it is; of IPv6 the network of one household, since addresses within it cost nothing."""
    parsed = _parsed(address)
    if parsed is None:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network(f"{parsed}/64", strict=False))
