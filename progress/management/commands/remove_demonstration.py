from django.core.management.base import BaseCommand

from progress import demonstration


class Command(BaseCommand):
    help = "移除全部演示数据，其他数据不受影响。"

    def handle(self, **options):
        gone = demonstration.remove()
        self.stdout.write(
            "已移除演示数据：" + "、".join(f"{kind} {count}" for kind, count in gone.items() if count)
        )
