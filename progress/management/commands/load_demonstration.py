from django.core.management.base import BaseCommand
from django.utils import timezone

from progress import demonstration


class Command(BaseCommand):
    help = "建立演示人员，并请求生成演示历史（由后台作业完成；--wait 则当场生成）。"

    def add_arguments(self, parser):
        parser.add_argument("--wait", action="store_true", help="当场生成，完成后返回")
        parser.add_argument("--people-only", action="store_true", help="只建立演示人员，不要历史")

    def handle(self, *, wait, people_only, **options):
        created = demonstration.create_people()
        if not people_only:
            demonstration.request_build(now=timezone.now())
        if created:
            self.stdout.write(f"演示人员 {created} 名，口令均为 {demonstration.PASSWORD}。")
        if wait and demonstration.build(now=timezone.now()):
            self.stdout.write("演示历史已生成。")
