#!/usr/bin/env python
"""Django's command line: `.venv/bin/python manage.py <command>`."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suzhou_plan.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit("没有找到 Django：请先运行 bin/start，它会准备好 .venv。") from error
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # Settings say in one sentence what is wrong and how to mend it.
        raise SystemExit(f"✗ {error}") from error


if __name__ == "__main__":
    main()
