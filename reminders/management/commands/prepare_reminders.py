"""Give every plan its usual reminder rules, where nobody has set any. Safe and fast to run again."""

from django.core.management.base import BaseCommand

from reminders.defaults import ensure_all


class Command(BaseCommand):
    help = "准备各计划的提醒规则（可重复执行，不改动已有规则）"

    def handle(self, **options):
        self.stdout.write(f"提醒规则新增 {ensure_all()} 条。")
