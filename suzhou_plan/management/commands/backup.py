"""Keep the database and all attachments in one archive."""

from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from suzhou_plan import archive


class Command(BaseCommand):
    help = "把数据库和全部附件备份为一个文件。"

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", help="备份文件；不写则放在 DATA_DIR/backups/ 下，以时间命名")

    def handle(self, *, file, **options):
        now = timezone.now()
        target = Path(file) if file else default_target(now)
        if target.exists():
            raise CommandError(f"{target} 已存在：请换一个文件名。")
        try:
            manifest = archive.keep(target, Path(settings.MEDIA_ROOT), now)
        except OSError as error:
            raise CommandError(f"无法写入 {target}（{error.strerror}）：请检查权限和磁盘空间。") from error
        members = manifest["members"]
        tables = sum(name.startswith("tables/") for name in members)
        self.stdout.write(
            f"已备份 {tables} 张表、{len(members) - tables} 个附件："
            f"{target}（{target.stat().st_size / 1024 / 1024:.1f} MB）"
        )


def default_target(now) -> Path:
    folder = settings.DATA_DIR / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"suzhou-{timezone.localtime(now):%Y%m%d-%H%M%S}.zip"
