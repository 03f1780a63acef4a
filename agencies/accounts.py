"""Accounts and posts: every change is one transaction with its line in the trail.

Each verb takes by= (the User acting; None for the system) and now=, and raises Denied with a reason. A
change of password, post or activity ends all sessions and tokens of the person at once.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import password_validation
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from knox.models import AuthToken

from agencies.audit import record
from agencies.models import Post, Role, User
from agencies.permissions import Denied, check_manage_accounts

REMEMBERED_PASSWORDS = 5
TOKEN_DAYS = 90
TOKEN_LIMIT = 10
LAST_ADMIN = "这是最后一位可用的系统管理员。请先为他人设置系统管理员岗位，再办理此操作。"


def create_person(*, username, full_name, phone="", email="", password=None, by, now):
    """A new account without a post; with no password it waits for a one-time link. Returns the User."""
    _check_may(by)
    with transaction.atomic():
        person = User.objects.create_user(
            username,
            password,
            full_name=full_name,
            phone=phone,
            email=email,
            password_changed_at=now if password else None,
        )
        record("建立账号", person, by=by, now=now, detail={"用户名": person.username})
    return person


def edit_person(person, *, full_name, phone, email, by, now):
    """Change the data of an account; one's own, or anybody's as administrator."""
    if by != person:
        _check_may(by)
    new = {"full_name": full_name, "phone": phone, "email": email}
    changed = [User._meta.get_field(name).verbose_name for name in new if getattr(person, name) != new[name]]
    if not changed:
        return person
    with transaction.atomic():
        for name, value in new.items():
            setattr(person, name, value)
        person.save(update_fields=[*new])
        # The trail names the fields, not the values: it must hold no telephone numbers.
        record("修改人员信息", person, by=by, now=now, detail={"修改": "、".join(changed)})
    return person


def disable(person, *, by, now):
    """Nobody can use the account from the next request on."""
    _check_may(by)
    with transaction.atomic():
        _keep_an_administrator(person)
        if User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
            end_access(person)
            record("停用账号", person, by=by, now=now)
    person.refresh_from_db()


def enable(person, *, by, now):
    _check_may(by)
    with transaction.atomic():
        if User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
            record("启用账号", person, by=by, now=now)
    person.refresh_from_db()


def change_own_password(person, new, *, now):
    """The person's own choice; raises ValidationError where it breaks the policy."""
    password_validation.validate_password(new, person)
    with transaction.atomic():
        _put_password(person, new, now)
        record("修改密码", person, by=person, now=now)


def choose_password(person, new, *, now):
    """A password chosen through a one-time link; raises ValidationError where it breaks the policy."""
    password_validation.validate_password(new, person)
    with transaction.atomic():
        _put_password(person, new, now)
        record("通过一次性链接设置密码", person, by=person, now=now)


def clear_password(person, *, by, now):
    """Nobody can sign in with the old password any more; a one-time link leads to a new one."""
    _check_may(by)
    if by == person:
        raise Denied("自己的密码请在“修改密码”中更换。")
    with transaction.atomic():
        _put_password(person, None, now)
        record("重置密码", person, by=by, now=now)


def assign_post(person, role, agency=None, *, valid_from=None, valid_until=None, by, now):
    """Give the person a role (at a body, except leaders and administrators), from day to day. Returns it."""
    _check_may(by)
    if (role in (Role.LEADER, Role.ADMIN)) != (agency is None):
        raise Denied(f"{Role(role).label}{'不属于任何单位' if agency else '须选定所在单位'}。")
    if role == Role.OFFICE and not agency.is_office:
        raise Denied("办公室岗位只能设在领导小组办公室。")
    if role in (Role.REPORTER, Role.APPROVER, Role.COLLEAGUE) and agency.kind == agency.Kind.LEADING_GROUP:
        raise Denied(f"{agency}不是填报单位，不能设{Role(role).label}。")
    with transaction.atomic():
        same = person.posts.filter(role=role, agency=agency).on(valid_from or timezone.localdate(now))
        if same.exists():
            raise Denied(f"{person}已有这个岗位：{same.first()}。")
        post = Post.objects.create(
            user=person,
            role=role,
            agency=agency,
            valid_from=valid_from,
            valid_until=valid_until,
            is_demo=person.is_demo,
        )
        end_access(person)
        record("设置岗位", person, by=by, now=now, detail={"岗位": _post_text(post)})
    person.__dict__.pop("posts_today", None)
    return post


def end_post(post, *, by, now):
    """The post ends today, at once; it stays on record as having ended yesterday, or never having begun."""
    _check_may(by)
    person = post.user
    yesterday = timezone.localdate(now) - timedelta(days=1)
    with transaction.atomic():
        if post.role == Role.ADMIN:
            _keep_an_administrator(person)
        text = _post_text(post)
        if post.valid_from and post.valid_from > yesterday:
            post.delete()
        else:
            post.valid_until = min(post.valid_until or yesterday, yesterday)
            post.save(update_fields=["valid_until"])
        end_access(person)
        record("结束岗位", person, by=by, now=now, detail={"岗位": text})
    person.__dict__.pop("posts_today", None)


def sign_out_everywhere(person, *, by, now):
    """All sessions and tokens of the person end; their own act, or an administrator's."""
    if by != person:
        _check_may(by)
    with transaction.atomic():
        end_access(person)
        record("退出全部设备", person, by=by, now=now)


def create_token(person, *, now):
    """A token for programs. Returns (AuthToken, the secret): the secret is shown this once."""
    with transaction.atomic():
        if person.auth_token_set.filter(expiry__gt=now).count() >= TOKEN_LIMIT:
            raise Denied(f"有效令牌已有 {TOKEN_LIMIT} 个，请先注销不用的。")
        token, secret = AuthToken.objects.create(person, expiry=timedelta(days=TOKEN_DAYS))
        record("建立接口令牌", person, by=person, now=now, detail={"令牌": token.token_key})
    return token, secret


def revoke_token(token, *, by, now):
    with transaction.atomic():
        record("注销接口令牌", token.user, by=by, now=now, detail={"令牌": token.token_key})
        token.delete()


def end_access(person):
    """End every session and token; call inside the transaction of the change that demands it."""
    User.objects.filter(pk=person.pk).update(access_stamp=F("access_stamp") + 1)
    AuthToken.objects.filter(user=person).delete()
    person.access_stamp = User.objects.values_list("access_stamp", flat=True).get(pk=person.pk)


def usable_administrators(day):
    """Those who could administer on `day`: active, with a password, in an administrator's post; the
    demonstration's administrator in a demonstration only."""
    posts = Post.objects.on(day).filter(role=Role.ADMIN)
    people = User.objects if settings.DEMO else User.objects.filter(is_demo=False)
    return people.filter(pk__in=posts.values("user"), is_active=True).exclude(password__startswith="!")


def _keep_an_administrator(person):
    """Raises Denied where `person` is the only usable administrator; two cannot remove each other at once."""
    usable = list(usable_administrators(timezone.localdate()).select_for_update().order_by("pk"))
    if usable == [person]:
        raise Denied(LAST_ADMIN)


def _put_password(person, new, now):
    if person.has_usable_password():
        person.password_history = [person.password, *person.password_history][:REMEMBERED_PASSWORDS]
    person.set_password(new)
    person.must_change_password = False
    person.password_changed_at = now
    person.save(update_fields=["password", "password_history", "must_change_password", "password_changed_at"])
    end_access(person)


def _check_may(by):
    if by is not None:
        check_manage_accounts(by)


def _post_text(post):
    return f"{post.agency or ''}{post.get_role_display()}"
