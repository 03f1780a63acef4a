"""A real headless Chromium: $CHROMIUM, the machine's own, else the one of `@sparticuz/chromium`."""

import io
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parent.parent.parent
PACKED = ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
UNPACKED = ROOT / "var" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern">
    <edit name="family" mode="append" binding="weak"><string>Noto Sans SC</string></edit>
  </match>
</fontconfig>
"""


@dataclass
class Chromium:
    """Where the browser is, and what its process needs in its environment."""

    path: str
    environment: dict[str, str] = field(default_factory=dict)

    def check(self) -> "Chromium":
        """Start it once for its version: a browser that cannot start is named before any test runs."""
        done = subprocess.run(
            [self.path, "--version", "--no-sandbox"],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["?"])[-1]
            raise RuntimeError(f"Chromium {self.path} 无法启动：{last}")
        return self


def find() -> Chromium:
    given = os.environ.get("CHROMIUM")
    path = given or next(filter(None, map(shutil.which, NAMES)), None)
    if path:
        return Chromium(path, chinese_font()).check()
    return unpacked().check()


def unpacked() -> Chromium:
    """Unpack the browser that came from npm, once."""
    binary = UNPACKED / "chromium"
    if not binary.exists():
        UNPACKED.mkdir(parents=True, exist_ok=True)
        for archive in ("al2023", "swiftshader"):
            content = brotli.decompress((PACKED / f"{archive}.tar.br").read_bytes())
            with tarfile.open(fileobj=io.BytesIO(content)) as files:
                # Early 3.11 has no filters; the archive is the one package-lock.json names by digest.
                safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
                files.extractall(UNPACKED, **safely)
        part = UNPACKED / "chromium.part"
        part.write_bytes(brotli.decompress((PACKED / "chromium.br").read_bytes()))
        part.chmod(0o755)
        part.rename(binary)
    return Chromium(str(binary), {"LD_LIBRARY_PATH": str(UNPACKED / "lib"), **chinese_font()})


def chinese_font() -> dict[str, str]:
    """Nothing where the machine has a Chinese font; else a configuration naming the one of PyPI.

    Without any font a text has no size, and the browser calls it hidden.
    """
    lister = shutil.which("fc-list")
    if lister and subprocess.run([lister, ":lang=zh"], capture_output=True, check=False).stdout.strip():
        return {}
    import pylopdf_fonts_zh_cn

    UNPACKED.mkdir(parents=True, exist_ok=True)
    configuration = UNPACKED / "fonts.conf"
    configuration.write_text(
        FONTS_CONF.format(fonts=Path(pylopdf_fonts_zh_cn.__file__).parent, cache=UNPACKED / "font-cache")
    )
    return {"FONTCONFIG_FILE": str(configuration)}
