"""How long all units' annual reports of a year take in one run: python -m tests.bench.unit_reports

Keeps nothing in the database DATABASE_URL names; wants one with annual reports in it (bin/start makes one).
Prints one line per year of the newest plan. A year of fewer than 80 reports is filled up to 80 in a
transaction that is undone: bodies made up for it hand in what others handed in. Memory is what is held at
most at one time.
"""

import os
import time
import tracemalloc

import django

AT_LEAST = 80


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suzhou_plan.settings")
    django.setup()
    from django.db import transaction
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
        _measure(annual_zip, period, len(reports), office.user, now)
        if len(reports) < AT_LEAST:
            with transaction.atomic():
                _fill_up(reports, AT_LEAST)
                _measure(annual_zip, period, AT_LEAST, office.user, now)
                transaction.set_rollback(True)


def _measure(annual_zip, period, number, user, now):
    began = time.perf_counter()
    size = _build(annual_zip, period, user, now)
    seconds = time.perf_counter() - began
    tracemalloc.start()
    _build(annual_zip, period, user, now)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    count = f"{period.plan.code} {period.code}  {number} 份"
    print(f"{count}  {seconds:.1f} 秒  {size / 1e6:.1f} MB  内存峰值 {peak:.0f} MB")  # noqa: T201


def _build(annual_zip, period, user, now):
    """The bytes handed on, piece by piece, none kept."""
    return sum(len(piece) for piece in annual_zip.stream(period, user, now))


def _fill_up(reports, number):
    """Bodies that are none hand in what the bodies of `reports` did, until there are `number` reports."""
    from agencies.models import Agency
    from progress.models import ReportVersion

    for place in range(number - len(reports)):
        report = reports[place % len(reports)]
        version = ReportVersion.objects.get(pk=report.last_version)
        report.agency = Agency.objects.create(
            code=f"measured{place}", name=f"计量用单位{place}", kind=report.agency.kind, order=9000 + place
        )
        report.pk = None
        report.save(force_insert=True)
        version.pk, version.report = None, report
        version.save(force_insert=True)


if __name__ == "__main__":
    main()
