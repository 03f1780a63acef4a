"""People: accounts, the dated posts that give them a role, and the named contacts of a body."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from agencies.dating import DatedModel, DatedQuerySet

from .bodies import AgencySuccession

USERNAME = RegexValidator(
    r"^[a-z][a-z0-9._-]{1,39}$", "用户名由小写字母开头，只含小写字母、数字、点、横线，2 至 40 位。"
)

# They would hide the pages beside a person's own under /work/people/.
RESERVED_USERNAMES = {"new", "import", "export.xlsx", "template.xlsx"}


class Role(models.TextChoices):
    REPORTER = "reporter", "填报人"
    APPROVER = "approver", "审核人"
    COLLEAGUE = "colleague", "协办人"
    OFFICE = "office", "办公室"
    LEADER = "leader", "市领导"
    ADMIN = "admin", "系统管理员"


class UserManager(BaseUserManager):
    def get_by_natural_key(self, username):
        return self.get(username=username.strip().lower())

    def create_user(self, username, password=None, **fields):
        """An account with a hashed password; without one it cannot sign in until a password is set."""
        user = self.model(username=username.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who may sign in. What they may do comes from their posts in force, never from the account.

    `access_stamp` is part of every session's hash: raising it ends all sessions and tokens at once
    (a change of post, disabling, signing out everywhere).
    """

    username = models.CharField("用户名", max_length=40, unique=True, validators=[USERNAME])
    full_name = models.CharField("姓名", max_length=40)
    phone = models.CharField("办公电话", max_length=40, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=False)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True, editable=False)
    password_history = models.JSONField("用过的密码（散列）", default=list, blank=True, editable=False)
    access_stamp = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField("建立时间", default=timezone.now, editable=False)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        ordering = ["username"]

    def __str__(self):
        return self.full_name or self.username

    def get_absolute_url(self):
        return reverse("agencies:person", args=[self.username])

    def get_session_auth_hash(self):
        """Session hash over password, access stamp and activity, so that each of them ends sessions."""
        value = f"{self.password}:{self.access_stamp}:{self.is_active}"
        return salted_hmac("agencies.User.access", value, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self):
        """None: a replaced secret key ends every session."""
        return iter(())

    @cached_property
    def posts_today(self):
        """The posts in force today, loaded once per request, with their agencies."""
        return list(self.posts.on(timezone.localdate()).select_related("agency"))

    @property
    def roles(self):
        """The set of roles in force today, e.g. {"reporter"}."""
        return {post.role for post in self.posts_today}

    @property
    def business_roles(self):
        """The roles that open the plans and the quarter. A 协办人 sees only what was handed to them, so to
        everything else they are like somebody without a post."""
        return self.roles - {Role.COLLEAGUE}

    @property
    def is_only_colleague(self):
        return self.roles == {Role.COLLEAGUE}

    def has_role(self, *roles):
        return bool(self.roles.intersection(roles))

    @property
    def is_office(self):
        return self.has_role(Role.OFFICE)

    def agency_ids(self, *roles):
        """Ids of the agencies this person acts for today in any of `roles` (default: all but 协办人, who act
        for nobody and are asked for by name).

        Includes the predecessors of those agencies, where the succession is confirmed: a successor's
        posts act for its predecessors (design, "Who and what was promised").
        """
        own = {
            post.agency_id
            for post in self.posts_today
            if post.agency_id and (post.role in roles if roles else post.role != Role.COLLEAGUE)
        }
        return own | {old for old, new in self.successions if new in own} if own else own

    @cached_property
    def successions(self):
        """(predecessor id, successor id) pairs that let today's bodies act; one query per request."""
        return AgencySuccession.objects.acting().chains()

    @property
    def agency(self):
        """The body this person works for first, where they do more than help out; None for leaders and
        administrators."""
        held = sorted(self.posts_today, key=lambda post: post.role == Role.COLLEAGUE)
        return next((post.agency for post in held if post.agency_id), None)


class Post(DatedModel):
    """A person's role at a body, from one day to another. Leaders and administrators serve no body."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name="人员", related_name="posts")
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="单位", related_name="posts", null=True, blank=True
    )
    role = models.CharField("角色", max_length=20, choices=Role)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta(DatedModel.Meta):
        verbose_name = verbose_name_plural = "岗位"
        ordering = ["agency__order", "role", "user__username"]
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "agency", "role", "valid_from"], name="agencies_post_once"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "valid_from"],
                condition=Q(agency__isnull=True),
                name="agencies_post_once_outside",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[Role.LEADER, Role.ADMIN], agency__isnull=True)
                | Q(
                    role__in=[Role.REPORTER, Role.APPROVER, Role.COLLEAGUE, Role.OFFICE],
                    agency__isnull=False,
                ),
                name="agencies_post_agency_by_role",
            ),
        ]

    def __str__(self):
        return f"{self.agency or ''}{self.get_role_display()} {self.user}"


class Contact(DatedModel):
    """A named person or section answering for a body: 责任领导, 联络员, … It needs no account."""

    class Kind(models.TextChoices):
        RESPONSIBLE_LEADER = "responsible_leader", "责任领导"
        DEPUTY = "deputy", "分管负责同志"
        LIAISON = "liaison", "联络员"
        SECTION = "section", "科室"

    agency = models.ForeignKey(
        "agencies.Agency", models.CASCADE, verbose_name="单位", related_name="contacts"
    )
    kind = models.CharField("类别", max_length=20, choices=Kind)
    name = models.CharField("姓名或科室", max_length=40)
    title = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    user = models.ForeignKey(
        User, models.SET_NULL, verbose_name="账号", null=True, blank=True, related_name="contacts"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta(DatedModel.Meta):
        verbose_name = verbose_name_plural = "联系人"
        ordering = ["agency__order", "kind", "name"]

    def __str__(self):
        return f"{self.get_kind_display()} {self.name}"


class SignInCount(models.Model):
    """How often somebody tried to sign in within one window, per pair, name or address.

    Counted before the password is looked at, by a conditional update, so that a burst cannot slip past.
    """

    class Scope(models.TextChoices):
        PAIR = "pair", "用户名与地址"
        NAME = "name", "用户名"
        ADDRESS = "address", "地址"

    scope = models.CharField(max_length=10, choices=Scope)
    key = models.CharField(max_length=64, help_text="散列值，不保存原文")
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "登录次数"
        constraints = [
            models.UniqueConstraint(fields=["scope", "key", "window"], name="agencies_sign_in_count_once")
        ]

    def __str__(self):
        return f"{self.scope} {self.window:%Y-%m-%d %H:%M} {self.count}"
