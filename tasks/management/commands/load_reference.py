"""`manage.py load_reference`: the bodies, both plans and what belongs to them; safe to run again."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from tasks.reference import load_reference


class Command(BaseCommand):
    help = "导入单位名录和两份三年行动计划（含目标、项目、公开报道、任务衔接）；已有的不动。"

    def handle(self, *args, verbosity, **options):
        reports = load_reference(now=timezone.now())
        if not verbosity:
            return
        for report in reports:
            duties = "、".join(f"{name} {count}" for name, count in report.assignments.items())
            self.stdout.write(
                f"计划 {report.plan.code}：{report.tasks} 项任务，责任分工 {duties}，"
                f"待办公室确定 {len(report.questions)} 条。"
            )
        if not reports:
            self.stdout.write("单位名录和两份计划已在，没有改动。")
