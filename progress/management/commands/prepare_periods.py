"""Seed the working-day calendar and make the quarters of every plan. Safe and fast to run again."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from progress.calendar import seed_calendar
from progress.periods import ensure_periods
from tasks.models import Plan


class Command(BaseCommand):
    help = "准备工作日历和各计划的报告期（可重复执行）"

    def handle(self, **options):
        years = seed_calendar()
        made = sum(len(ensure_periods(plan, now=timezone.now())) for plan in Plan.objects.all())
        self.stdout.write(f"工作日历新增 {len(years)} 年，报告期新增 {made} 个。")
