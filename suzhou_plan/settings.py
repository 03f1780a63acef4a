"""All settings, in one file. Every environment variable is read here and listed in README.md.

A value that cannot be used stops the program with one sentence saying how to mend it.
"""

import os
import re
import secrets
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAIL_SCHEMES = ("smtp://", "smtp+tls://", "smtp+ssl://")


# --- reading the environment -------------------------------------------------------------------


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def switch(name: str, default: bool = False) -> bool:
    """An on/off variable: 1/0, true/false, yes/no, on/off."""
    written = text(name).lower()
    if not written:
        return default
    if written in {"1", "true", "yes", "on"}:
        return True
    if written in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"环境变量 {name}={written!r} 无法识别：请写 1（开）或 0（关）。")


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or list(default)


def one_of(name: str, allowed: tuple[str, ...]) -> str:
    """One of the named choices; the first is the default."""
    written = text(name, allowed[0])
    if written not in allowed:
        raise ImproperlyConfigured(f"环境变量 {name}={written!r} 无法识别：可写 {'、'.join(allowed)}。")
    return written


def whole_number(name: str, default: int) -> int:
    written = text(name, str(default))
    if not written.isdigit():
        raise ImproperlyConfigured(f"环境变量 {name}={written!r} 无法识别：请写一个不带单位的整数。")
    return int(written)


def writable_folder(path: Path, private: bool = False) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o755)
    except OSError as error:
        raise ImproperlyConfigured(
            f"无法写入文件夹 {path}（{error.strerror}）：请改用有写权限的用户，或用 DATA_DIR 指定别处。"
        ) from error
    return path


def secret_key() -> str:
    """SECRET_KEY, else a key made once and kept in DATA_DIR/secret_key, readable by this user only."""
    given = text("SECRET_KEY")
    if given:
        if len(given) < 40:
            raise ImproperlyConfigured("SECRET_KEY 太短：请写至少 40 个随机字符，各台机器须一致。")
        return given
    kept = DATA_DIR / "secret_key"
    try:
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kept_secret_key(kept)
    except OSError as error:
        raise ImproperlyConfigured(f"无法写入 {kept}（{error.strerror}）：请设置 SECRET_KEY。") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
    return kept_secret_key(kept)


def kept_secret_key(kept: Path) -> str:
    key = kept.read_text(encoding="ascii").strip()
    if len(key) < 40:
        raise ImproperlyConfigured(f"{kept} 内容不完整：请删除该文件后重试（已登录的人需要重新登录）。")
    return key


def database(url: str) -> dict:
    """Django's description of the database behind DATABASE_URL (sqlite or postgres)."""
    try:
        found = environ.Env.db_url_config(url)
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(
            "DATABASE_URL 无法识别：请写成 postgres://用户:密码@主机:5432/库名，或 sqlite:////绝对路径。"
        ) from error
    if found["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE takes the write lock when a transaction begins: two writers wait for each other
        # (20 s at most) instead of failing with “database is locked”.
        found["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON",
        }
    elif found["ENGINE"] == "django.db.backends.postgresql":
        found["CONN_MAX_AGE"] = 60
        found["CONN_HEALTH_CHECKS"] = True
        found["OPTIONS"] = {"connect_timeout": 5, **found.get("OPTIONS", {})}
    else:
        raise ImproperlyConfigured("DATABASE_URL 只支持 postgres:// 和 sqlite://。")
    return found


def mail_server(url: str) -> dict:
    """Django's EMAIL_… settings for the SMTP server behind EMAIL_URL."""
    try:
        found = environ.Env.email_url_config(url)
        usable = url.startswith(MAIL_SCHEMES) and bool(found["EMAIL_HOST"])
    except (ImproperlyConfigured, ValueError, KeyError):
        usable = False
    if not usable:
        raise ImproperlyConfigured(
            "EMAIL_URL 无法识别：请写成 smtp+tls://用户:口令@主机:587、smtp+ssl://…:465 或 smtp://主机:25"
            "（口令中的特殊字符须按网址规则转写）。"
        )
    default_port = 465 if url.startswith("smtp+ssl:") else 587 if found.get("EMAIL_USE_TLS") else 25
    return {**found, "EMAIL_PORT": found["EMAIL_PORT"] or default_port}


def site_address(name: str, default: str = "") -> str:
    """Where people reach the site, without a path and without a slash at the end."""
    written = text(name, default).rstrip("/")
    if written and not re.fullmatch(
        r"https?://[A-Za-z0-9.-]+(:\d+)?|https?://\[[0-9A-Fa-f:]+\](:\d+)?", written
    ):
        raise ImproperlyConfigured(f"环境变量 {name}={written!r} 无法识别：请写成 https://主机名，不带路径。")
    return written


# --- where things are --------------------------------------------------------------------------

DATA_DIR = writable_folder(Path(text("DATA_DIR", str(BASE_DIR / "var"))), private=True)
# A shared folder where there are several machines.
MEDIA_ROOT = writable_folder(Path(text("ATTACHMENTS_DIR", str(DATA_DIR / "attachments"))), private=True)

DATABASE_URL = text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'suzhou.sqlite3'}")
DATABASES = {"default": database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Built from the code by bin/start, so it stays beside the code whatever DATA_DIR says.
BUILT_ASSETS = writable_folder(BASE_DIR / "var" / "assets")
STATIC_ROOT = BASE_DIR / "var" / "static"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static", BUILT_ASSETS]


# --- what kind of installation -----------------------------------------------------------------

DEBUG = switch("DEBUG")
DEMO = switch("DEMO")
HOST = text("HOST", "127.0.0.1")
PORT = whole_number("PORT", 8000)
if DEMO and HOST not in LOOPBACK:
    raise ImproperlyConfigured(
        f"演示模式使用公开的口令，只能在本机地址运行：请去掉 HOST={HOST}，或用 bin/start --no-demo。"
    )

SECRET_KEY = secret_key()
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = words("ALLOWED_HOSTS", LOOPBACK)
if DEMO and set(ALLOWED_HOSTS) - {*LOOPBACK, "testserver"}:
    raise ImproperlyConfigured("演示模式只能用本机地址访问：请去掉 ALLOWED_HOSTS，或用 bin/start --no-demo。")

# Addresses (or networks) of the proxies whose X-Forwarded-For is believed; none by default.
TRUSTED_PROXIES = words("TRUSTED_PROXIES")

# HTTPS=1: the site is reached through TLS only (ended by a proxy, which sets X-Forwarded-Proto).
HTTPS = switch("HTTPS")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")


# --- what it is made of ------------------------------------------------------------------------

INSTALLED_APPS = [
    "agencies",
    "tasks",
    "progress",
    "supervision",
    "reminders",
    "assessment",
    "public",
    "suzhou_plan",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "suzhou_plan.apps.StaticFiles",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "agencies.middleware.SessionLimitsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "progress.frame.FrameMiddleware",
    "agencies.middleware.ColleaguesMiddleware",
    "agencies.middleware.DeniedMiddleware",
]

ROOT_URLCONF = "suzhou_plan.urls"
WSGI_APPLICATION = "suzhou_plan.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "progress.frame.frame",
            ],
        },
    },
]

STORAGES = {
    # Attachments: in MEDIA_ROOT, outside the web root, without an address of their own.
    "attachments": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "suzhou_plan.storage.StaticFiles"
        )
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# The largest attachment is 20 MB; the form's other fields together stay far below 5 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000


# --- language and time -------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"


# --- people and sessions -----------------------------------------------------------------------

AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = ["agencies.backends.AccountsBackend"]
LOGIN_URL = "agencies:sign_in"
LOGIN_REDIRECT_URL = "/work/"
LOGOUT_REDIRECT_URL = "agencies:sign_in"

# default: length, common and local words. mlps (等保): complexity, 90-day rotation, history as well.
PASSWORD_PROFILE = one_of("PASSWORD_PROFILE", ("default", "mlps"))
PASSWORD_RULES = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{PASSWORD_RULES}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{PASSWORD_RULES}.CommonPasswordValidator"},
    {"NAME": f"{PASSWORD_RULES}.NumericPasswordValidator"},
    {
        "NAME": f"{PASSWORD_RULES}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email", "phone")},
    },
    {"NAME": "agencies.passwords.LocalWordsValidator"},
]
PASSWORD_MAX_AGE = None
if PASSWORD_PROFILE == "mlps":
    PASSWORD_MAX_AGE = timedelta(days=90)
    AUTH_PASSWORD_VALIDATORS += [
        {"NAME": "agencies.passwords.ComplexityValidator"},
        {"NAME": "agencies.passwords.HistoryValidator", "OPTIONS": {"remembered": 5}},
    ]

# Tries to sign in within the window: for name and address together, for the name, for the address.
SIGN_IN_LIMITS = {"pair": 5, "name": 20, "address": 100}
SIGN_IN_WINDOW = timedelta(minutes=15)

SESSION_IDLE_LIMIT = timedelta(minutes=30)
SESSION_ABSOLUTE_LIMIT = timedelta(hours=12)
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE_LIMIT.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"


# --- what a browser may load -------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        # data: for the small drawings inside Tabler's style sheet.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}


# --- the API -----------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "agencies.api.authentication.Tokens",
        "agencies.api.authentication.Sessions",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["agencies.api.parsers.Json"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "agencies.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "agencies.api.schema.ApiSchema",
    # OPTIONS is answered like any other method that is not offered.
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "agencies.api.problems.problem",
    "COERCE_DECIMAL_TO_STRING": False,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=90), "TOKEN_LIMIT_PER_USER": 10, "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "宿州市推进长三角一体化发展三年行动计划运行系统",
    "DESCRIPTION": "与网页相同的权限和理由。出错时返回 {code, reason, fields?}。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {
        "Lamp": "progress.models.verdicts.Lamp",
        "ReportKind": "progress.models.ProgressReport.Kind",
        "CorrectionKind": "progress.models.Correction.Kind",
        "CorrectionState": "progress.models.Correction.State",
    },
}


# --- background jobs ---------------------------------------------------------------------------

# The database is the only queue of record: a message merely wakes a worker, and a periodic sweep
# finds what a lost message left behind. Hence plain files suffice when there is no Redis.
REDIS_URL = text("REDIS_URL")
BROKER_DIR = DATA_DIR / "broker"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # Longer than the longest job; the two numbers make redelivery prompt after that.
        "visibility_timeout": 3600,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 3,
        "socket_timeout": 30,
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(writable_folder(BROKER_DIR / "messages", private=True)),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(writable_folder(BROKER_DIR / "control", private=True)),
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1800
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False


# --- mail and webhooks -------------------------------------------------------------------------

# Where people reach the site: links in letters and group messages begin with it.
SITE_URL = site_address("SITE_URL", f"http://127.0.0.1:{PORT}" if DEMO else "")
EMAIL_URL = text("EMAIL_URL")
if EMAIL_URL:
    vars().update(mail_server(EMAIL_URL))
else:
    # A demonstration writes its letters to a folder; elsewhere none is sent until a server is named.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_READY = bool(EMAIL_URL) or DEMO
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", "suzhou-plan@localhost")
try:
    validate_email(parseaddr(DEFAULT_FROM_EMAIL)[1].replace("@localhost", "@localhost.localdomain"))
except ValidationError as error:
    raise ImproperlyConfigured(
        f"DEFAULT_FROM_EMAIL={DEFAULT_FROM_EMAIL!r} 无法识别：请写一个电子邮箱，可写成 名称 <邮箱>。"
    ) from error
# Group robots may live on these hosts only.
WEBHOOK_HOSTS = [
    host.lower() for host in words("WEBHOOK_HOSTS", ("qyapi.weixin.qq.com", "oapi.dingtalk.com"))
]
if any(not re.fullmatch(r"[a-z0-9.-]+|\[?[0-9a-f:]+\]?", host) for host in WEBHOOK_HOSTS):
    raise ImproperlyConfigured("WEBHOOK_HOSTS 无法识别：请写主机名，逗号分隔，不带 https:// 和路径。")
# Only tests call a webhook on this machine, and without TLS.
WEBHOOK_LOOPBACK = False


# --- what is written down ----------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": text("LOG_LEVEL", "INFO")},
    "loggers": {
        # Django's own handlers would print everything twice.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
}
