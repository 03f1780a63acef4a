"""Settings that cannot be used stop the program with one sentence."""

import os
import subprocess
import sys

import pytest

from tests.services.site import FORGOTTEN, ROOT


def run_check(tmp_path, **environment):
    clean = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**clean, "DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"DEMO": "1", "HOST": "0.0.0.0"}, "演示模式"),
        ({"DEMO": "1", "ALLOWED_HOSTS": "plan.example.cn"}, "演示模式"),
        ({"DEMO": "vielleicht"}, "请写 1（开）或 0（关）"),
        ({"PORT": "八千"}, "请写一个不带单位的整数"),
        ({"DATABASE_URL": "mysql://root@localhost/suzhou"}, "只支持 postgres:// 和 sqlite://"),
        ({"PASSWORD_PROFILE": "weak"}, "可写 default、mlps"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY 太短"),
        ({"EMAIL_URL": "mail.example.cn:25"}, "EMAIL_URL 无法识别"),
        ({"SITE_URL": "plan.example.cn/work"}, "SITE_URL"),
        ({"DEFAULT_FROM_EMAIL": "办公室"}, "DEFAULT_FROM_EMAIL"),
        ({"WEBHOOK_HOSTS": "https://oapi.dingtalk.com"}, "WEBHOOK_HOSTS 无法识别"),
    ],
)
def test_unusable_setting_says_how_to_mend_it(tmp_path, environment, words):
    done = run_check(tmp_path, **environment)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    assert run_check(tmp_path).returncode == 0
    kept = tmp_path / "secret_key"
    first = kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    assert run_check(tmp_path).returncode == 0
    assert kept.read_text() == first


def test_debug_is_off_and_nothing_is_framed_or_inlined(settings):
    assert settings.DEBUG is False
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    written = [str(word) for words in policy.values() for word in words]
    assert "'unsafe-inline'" not in written
    assert "'unsafe-eval'" not in written
