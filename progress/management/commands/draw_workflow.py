from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from progress.diagram import workflow_page


class Command(BaseCommand):
    help = "由流转表生成 docs/workflow.md。"

    def handle(self, **options):
        page = Path(settings.BASE_DIR) / "docs" / "workflow.md"
        page.write_text(workflow_page(), encoding="utf-8")
        self.stdout.write(str(page))
