"""Put an archive of `backup` into this installation."""

from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from suzhou_plan import archive


class Command(BaseCommand):
    help = "从备份文件恢复数据库和全部附件。恢复前先停止网站；备份有损坏时不作任何改动。"

    def add_arguments(self, parser):
        parser.add_argument("file", help="bin/backup 生成的文件")
        parser.add_argument("--replace", action="store_true", help="覆盖已有的内容")
        parser.add_argument("--check", action="store_true", help="只检查备份是否完好")

    def handle(self, *, file, replace, check, **options):
        source = Path(file)
        try:
            manifest = archive.check(source)
            if check:
                self.stdout.write(f"备份完好：{manifest['made_at']}，共 {len(manifest['members'])} 个文件。")
                return
            call_command("migrate", interactive=False, verbosity=0)
            archive.restore(source, Path(settings.MEDIA_ROOT), replace=replace)
        except archive.Unfit as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"已恢复 {manifest['made_at']} 的备份，共 {len(manifest['members'])} 个文件。")
