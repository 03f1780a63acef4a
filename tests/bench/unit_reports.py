"""How long all units' annual reports of a year take in one run: python -m tests.bench.unit_reports

Reads the database DATABASE_URL names and changes nothing; wants one with annual reports in it (bin/start
makes one). Prints one line per year of the newest plan, and one for at least 80 reports: where a year has
fewer, its units are taken again until there are so many. Memory is what is held at most at one time.
"""

import os
import time
import tracemalloc

import django

AT_LEAST = 80


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suzhou_plan.settings")
    django.setup()
    from django.utils import timezone

    from agencies.models import Post, Role
    from progress import annual_zip
    from progress.models import ReportingPeriod

    office = Post.objects.filter(role=Role.OFFICE).first()
    if office is None:
        raise SystemExit("没有办公室人员：请先运行 bin/start 生成演示数据，或写明 DATABASE_URL。")
    years = ReportingPeriod.objects.filter(opened_at__isnull=False).select_related("plan")
    now = timezone.now()
    for period in [each for each in years if each.is_annual]:
        reports = [each for each in annual_zip.reports_of(period) if annual_zip.is_inside(each)]
        if not reports:
            continue
        for rounds in sorted({1, -(-AT_LEAST // len(reports))}):
            began = time.perf_counter()
            size = _build(annual_zip, period, office.user, now, rounds)
            seconds = time.perf_counter() - began
            tracemalloc.start()
            _build(annual_zip, period, office.user, now, rounds)
            peak = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
            count = f"{period.plan.code} {period.code}  {len(reports) * rounds} 份"
            print(f"{count}  {seconds:.1f} 秒  {size / 1e6:.1f} MB  内存峰值 {peak:.0f} MB")  # noqa: T201


def _build(annual_zip, period, user, now, rounds):
    """The bytes handed on, piece by piece, none kept."""
    return sum(len(piece) for _ in range(rounds) for piece in annual_zip.stream(period, user, now))


if __name__ == "__main__":
    main()
