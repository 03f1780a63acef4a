"""What `bin/test` runs: starts the servers, runs pytest for each of them, prints every closing line.

bin/test                        everything
bin/test --full                 everything, with the full counts
bin/test --only sqlite          one pass: sqlite, postgresql, browser or services
bin/test tests/agencies -k …    paths and options of pytest, in every pass
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import chromium
from .postgres import PLANS_TEMPLATE, Postgres
from .redis import Redis
from .site import ROOT, Site

NOTHING_COLLECTED = 5
# What a developer's own shell may hold, and no test may see.
FORGOTTEN = (
    *("DATABASE_URL", "REDIS_URL", "DEMO", "DEBUG", "HTTPS", "HOST", "PORT", "ALLOWED_HOSTS"),
    *("EMAIL_URL", "DEFAULT_FROM_EMAIL", "SITE_URL", "WEBHOOK_HOSTS"),
)
EVERYWHERE = "not browser and not services"
# Every day what no database changes is run on SQLite alone; with --full on both.
ON_THE_SECOND = f"{EVERYWHERE} and not once"


@dataclass(frozen=True)
class Pass:
    name: str
    title: str
    marks: str
    # How tests are shared out: a file stays with one worker, so that what its tests stand on is built once;
    # in the browser every test is long and stands on a site of the process.
    by: str = "loadfile"
    on_postgres: bool = False
    redis: bool = False


PASSES = (
    Pass("sqlite", "SQLite", EVERYWHERE),
    Pass("postgresql", "PostgreSQL", ON_THE_SECOND, on_postgres=True),
    Pass("browser", "Chromium，SQLite", "browser", by="load"),
    Pass(
        "services",
        "Chromium、后台任务、Redis，PostgreSQL",
        "journey or services",
        by="load",
        on_postgres=True,
        redis=True,
    ),
)


class Servers:
    """The servers every pass shares, and the environment that names them."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.postgres: Postgres | None = None
        self.redis: Redis | None = None
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in FORGOTTEN},
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DATA_DIR": str(folder / "data"),
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
            "NO_PROXY": "127.0.0.1,localhost",
        }

    def start(self, passes: list[Pass]) -> None:
        # Served from there where files were collected; not every pass collects any, but all look.
        (ROOT / "var" / "static").mkdir(parents=True, exist_ok=True)
        if any(each.on_postgres for each in passes):
            step("启动 PostgreSQL")
            self.postgres = Postgres().start()
            self.environment["TEST_POSTGRES_URL"] = self.postgres.url
        if any(each.redis for each in passes):
            step("启动 Redis")
            self.redis = Redis().start()
        if any(not each.marks.startswith(EVERYWHERE) for each in passes):
            step("准备 Chromium 和静态文件")
            self._prepare_browser()
        step("准备测试用的数据库")
        self._prepare_databases(with_sites=any(not each.marks.startswith(EVERYWHERE) for each in passes))

    def _prepare_browser(self) -> None:
        found = chromium.find()
        self.environment["CHROMIUM"] = found.path
        for name, value in found.environment.items():
            self.environment[f"CHROMIUM_{name}"] = value
        run_manage("collectstatic", "--no-input", "--verbosity", "0", env=self.environment)

    def _prepare_databases(self, *, with_sites: bool) -> None:
        """What every test and every site starts from, loaded once on each server and then copied: both plans,
        and for sites the demonstration people too."""
        template = self.folder / "template"
        template.mkdir()
        plans = template / "plans.sqlite3"
        self.environment["TEST_PLANS_SQLITE"] = str(plans)
        with ThreadPoolExecutor() as at_once:
            loading = [at_once.submit(Site(template, f"sqlite:///{plans}").load_plans)]
            if self.postgres:
                url = self.postgres.create(PLANS_TEMPLATE)
                loading.append(at_once.submit(Site(template, url).load_plans))
        for each in loading:
            each.result()
        if with_sites:
            people = shutil.copy(plans, template / "template.sqlite3")
            self.environment["TEST_SITE_SQLITE"] = str(people)
            Site(template, f"sqlite:///{people}").add_people()
            if self.postgres:
                Site(template, self.postgres.create("site_template", PLANS_TEMPLATE)).add_people()

    def stop(self) -> None:
        for server in (self.redis, self.postgres):
            if server:
                server.stop()


def run_manage(*words: str, env: dict) -> None:
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True)


def run_pytest(each: Pass, servers: Servers, words: list[str]) -> tuple[int, str]:
    """Run one pass; returns pytest's exit code and its closing line."""
    environment = dict(servers.environment)
    environment["DATA_DIR"] = str(servers.folder / f"data-{each.name}")
    if each.on_postgres:
        environment["DATABASE_URL"] = f"{servers.postgres.url}/postgres"
    if each.redis:
        environment["TEST_REDIS_URL"] = servers.redis.url
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        each.by,
        "--no-loadscope-reorder",
        "-q",
        "-m",
        EVERYWHERE if "--full" in words and each.marks == ON_THE_SECOND else each.marks,
        *words,
    ]
    closing = ""
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            closing = line.strip() or closing
    return process.returncode, closing


def choose(words: list[str]) -> tuple[list[Pass], list[str]]:
    if "--only" not in words:
        return list(PASSES), words
    place = words.index("--only")
    wanted = words[place + 1] if place + 1 < len(words) else ""
    chosen = [each for each in PASSES if each.name == wanted]
    if not chosen:
        sys.exit(f"✗ --only 后面请写 {'、'.join(each.name for each in PASSES)} 之一。")
    return chosen, words[:place] + words[place + 2 :]


def step(sentence: str) -> None:
    print(f"· {sentence}", flush=True)


def main(words: list[str]) -> int:
    passes, words = choose(words)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="suzhou-tests-", ignore_cleanup_errors=True) as folder:
        servers = Servers(Path(folder))
        results = []
        try:
            servers.start(passes)
            if shutil.which("soffice") is None:
                step("没有找到 LibreOffice（soffice）：跳过把季度汇总排成页面的检查，其余照常")
            for each in passes:
                step(f"测试：{each.title}")
                results.append((each, *run_pytest(each, servers, words)))
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            print(f"✗ 测试环境没有准备好：{error}", file=sys.stderr)
            return 1
        finally:
            servers.stop()
    return report(results, time.monotonic() - began)


def report(results: list[tuple[Pass, int, str]], seconds: float) -> int:
    """Print the closing line of each pass; 0 when all passed and at least one ran a test."""
    print(f"\n合计 {seconds:.0f} 秒")
    for each, code, closing in results:
        print(f"  {'✓' if code in (0, NOTHING_COLLECTED) else '✗'} {each.title}：{closing}")
    codes = {code for _, code, _ in results}
    if codes == {NOTHING_COLLECTED}:
        print("✗ 没有选中任何测试。", file=sys.stderr)
        return NOTHING_COLLECTED
    return 0 if codes <= {0, NOTHING_COLLECTED} else 1


if __name__ == "__main__":
    # Told to stop, as by Ctrl-C: the servers are stopped on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("已中断。")
