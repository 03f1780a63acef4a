"""Serve the whole site from one parent process: web, background jobs, timetable."""

import hashlib
import json
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from io import StringIO
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import Error

from agencies.invitations import create_first_admin_link
from agencies.models import User
from agencies.permissions import Denied
from suzhou_plan.celery import app as celery_app
from suzhou_plan.children import Child, Household

ANSWER_SECONDS = 60
PEOPLE = (
    ("office", "办公室审核人"),
    ("office2", "办公室第二审核人"),
    ("leader", "市领导（只读）"),
    ("admin", "系统管理员"),
    ("fgw", "市发展改革委填报人（其他单位同样：单位代码）"),
    ("fgw-approver", "市发展改革委审核人（单位代码-approver）"),
)


class Command(BaseCommand):
    help = "准备数据库并启动网站、后台任务和定时任务；Ctrl-C 停止全部。"

    def handle(self, **options):
        self.prepare()
        web, *background = self.children()
        household = Household([web, *background], say=self.say)
        household.listen()
        try:
            self.say("启动网站")
            household.start(web)
            self.wait_for_answer(web, household)
            self.say("启动后台任务和定时任务")
            household.start(*background)
            self.greet()
        except BaseException:
            household.close()
            raise
        household.keep()
        self.say("已全部停止。")

    # --- before serving ---

    def prepare(self) -> None:
        self.say(f"{'准备' if self.first_time() else '检查'}数据库")
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except Error as error:
            last = str(error).strip().splitlines()[-1]
            raise CommandError(f"无法使用数据库（{last}）：请检查 DATABASE_URL 和数据库服务。") from error
        if not settings.DEMO and User.objects.filter(is_demo=True).exists():
            raise CommandError(
                "数据库里有演示数据：请先用 .venv/bin/python manage.py remove_demonstration 移除，"
                "或用 DATA_DIR 另选一个数据文件夹。Demonstration data is in this database."
            )
        self.collect_static()
        self.say("核对两份行动计划和责任单位")
        call_command("load_reference", verbosity=0)
        call_command("prepare_periods", stdout=StringIO())
        call_command("prepare_reminders", stdout=StringIO())
        if settings.DEMO:
            self.say("核对演示人员")
            call_command("load_demonstration", stdout=StringIO())

    def first_time(self) -> bool:
        database = settings.DATABASES["default"]
        return database["ENGINE"].endswith("sqlite3") and not Path(database["NAME"]).exists()

    def collect_static(self) -> None:
        """Gather and compress the static files, unless none has changed since the last time."""
        print_ = static_fingerprint()
        mark = settings.STATIC_ROOT / ".made-from"
        if mark.exists() and mark.read_text() == print_:
            return
        self.say("整理静态文件")
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        mark.write_text(print_)

    # --- serving ---

    def children(self) -> list[Child]:
        logs = settings.DATA_DIR / "log"
        logs.mkdir(exist_ok=True)
        python = sys.executable
        celery = [python, "-m", "celery", "--app", "suzhou_plan", "--skip-checks"]
        return [
            Child("网站", web_command(python), logs / "web.log"),
            Child(
                "后台任务",
                [*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--without-mingle"],
                logs / "worker.log",
            ),
            Child(
                "定时任务",
                [*celery, "beat", "--loglevel", "INFO", "--schedule", str(settings.DATA_DIR / "timetable")]
                + ["--pidfile", ""],
                logs / "timetable.log",
            ),
        ]

    def wait_for_answer(self, web: Child, household: Household) -> None:
        deadline = time.monotonic() + ANSWER_SECONDS
        while not answers(f"{address()}/healthz"):
            if household.stopping:
                return
            if not web.running or time.monotonic() > deadline:
                raise CommandError(f"网站没有启动成功：{last_line(web.log)}（详见 {web.log}）")
            time.sleep(0.1)

    def greet(self) -> None:
        if settings.DEMO:
            # The message only wakes the worker; a sweep in the timetable finds the work as well.
            celery_app.send_task("progress.jobs.build_demonstration")
            self.say("演示历史由后台生成，未完成时每页都显示进度；现在就可以登录")
        self.stdout.write(f"\n  网址：{address()}/\n")
        if settings.DEMO:
            self.stdout.write("  口令：suzhou-demo（所有演示人员相同）\n")
            for username, who in PEOPLE:
                self.stdout.write(f"    {username:<14}{who}\n")
        else:
            self.invite_first_administrator()
        self.stdout.write("\n  按 Ctrl-C 停止。\n\n")
        self.stdout.flush()

    def invite_first_administrator(self) -> None:
        # Denied: there is an administrator already.
        with suppress(Denied):
            link = create_first_admin_link()
            self.stdout.write(f"  首位管理员请打开（24 小时内有效，仅可使用一次）：\n    {address()}{link}\n")

    def say(self, sentence: str) -> None:
        self.stdout.write(f"· {sentence}")
        self.stdout.flush()


def web_command(python: str) -> list[str]:
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    return [
        *(python, "-m", "gunicorn", "suzhou_plan.wsgi:application"),
        *("--bind", f"{host}:{settings.PORT}"),
        *("--workers", "2", "--threads", "4", "--preload", "--timeout", "60"),
        *("--graceful-timeout", "5"),
        *("--no-control-socket", "--log-level", "warning"),
    ]


def address() -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(settings.HOST, settings.HOST)
    return f"http://{host}:{settings.PORT}"


def answers(url: str) -> bool:
    request = urllib.request.Request(url, headers={"Host": settings.ALLOWED_HOSTS[0].lstrip("*.")})
    try:
        # No proxy of the environment stands between this machine and itself.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=5) as response:
            return json.load(response).get("status") == "ok"
    except (OSError, ValueError, urllib.error.URLError):
        return False


def last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "没有日志"


def static_fingerprint() -> str:
    """Changes when any static file of the project, of its packages or of the front end changes."""
    digest = hashlib.sha256()
    folders = [Path(folder) for folder in settings.STATICFILES_DIRS]
    folders += [Path(app.path) / "static" for app in apps.get_app_configs()]
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                state = file.stat()
                digest.update(f"{file.relative_to(folder)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
