"""How long the quarterly workbook takes and how much memory it holds: python -m tests.bench.quarter_workbook

Reads the database DATABASE_URL names and changes nothing; wants one with reports in it (bin/start makes
one). Prints one line per opened period of the newest plan.
"""

import os
import time
import tracemalloc

import django

TIMES = 5


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suzhou_plan.settings")
    django.setup()
    from django.utils import timezone

    from agencies.models import Post, Role
    from progress.exports import quarter_workbook
    from progress.models import ReportingPeriod

    office = Post.objects.filter(role=Role.OFFICE).first()
    if office is None:
        raise SystemExit("没有办公室人员：请先运行 bin/start 生成演示数据，或写明 DATABASE_URL。")
    opened = ReportingPeriod.objects.filter(opened_at__isnull=False).select_related("plan")
    now = timezone.now()
    for period in opened:
        seconds = []
        for _ in range(TIMES):
            began = time.perf_counter()
            content = quarter_workbook(period.plan, period, office.user, now)
            seconds.append(time.perf_counter() - began)
        tracemalloc.start()
        quarter_workbook(period.plan, period, office.user, now)
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        line = f"{period.plan.code} {period.code}  最快 {min(seconds):.2f} 秒  最慢 {max(seconds):.2f} 秒"
        print(f"{line}  {len(content) / 1000:.0f} kB  内存 {peak:.0f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
