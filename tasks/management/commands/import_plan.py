"""`manage.py import_plan notice.txt`: read an official notice and write it as a plan."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tasks import notice, plan_files
from tasks.clauses import NoticeError
from tasks.importing import AlreadyImported, ImportReport, differences, import_notice
from tasks.models import Plan
from tasks.reference import read_titles

LARGEST = 2 * 1024 * 1024


class Command(BaseCommand):
    help = "读取印发通知的纯文本，导入为三年行动计划；列出未能识别的单位名称。"

    def add_arguments(self, parser):
        parser.add_argument("notice", type=Path, help="通知全文（纯文本，UTF-8 或 GB18030）")
        parser.add_argument("--titles", type=Path, help="短标题表（task,title 两列），用于原文没有标题的计划")
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--compare", action="store_true", help="只与已导入的计划比对，不作改动")
        action.add_argument("--dump", type=Path, help="只把解析结果写成 JSON 文件，不碰数据库")

    def handle(self, *args, **options):
        parsed = self._parse(options["notice"])
        titles = self._titles(options["titles"])
        if options["dump"]:
            options["dump"].write_text(plan_files.dump(parsed), encoding="utf-8")
            self.stdout.write(f"已写入 {options['dump']}：{len(parsed.tasks)} 项任务。")
        elif options["compare"]:
            self._compare(parsed, titles)
        else:
            self._import(parsed, titles)

    def _parse(self, path: Path) -> notice.Notice:
        try:
            return notice.parse(self._text(path))
        except NoticeError as error:
            raise CommandError(f"{path} 不能导入，没有作任何改动：\n{error}") from error

    def _text(self, path: Path) -> str:
        try:
            if path.stat().st_size > LARGEST:
                raise CommandError(f"{path} 超过 2 MB，不像通知正文，请核对。")
            raw = path.read_bytes()
        except OSError as error:
            raise CommandError(f"打不开 {path}：{error.strerror}。") from error
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise CommandError(f"{path} 不是纯文本，请另存为 UTF-8 文本后再试。")

    def _titles(self, path: Path | None) -> dict[int, str]:
        if path is None:
            return {}
        try:
            return read_titles(path)
        except (OSError, KeyError, ValueError) as error:
            raise CommandError(f"{path} 不是短标题表：应有 task、title 两列，task 为任务序号。") from error

    def _compare(self, parsed: notice.Notice, titles: dict[int, str]) -> None:
        try:
            found = differences(parsed, titles)
        except Plan.DoesNotExist as error:
            raise CommandError(f"计划 {parsed.code} 尚未导入，无从比对；去掉 --compare 即可导入。") from error
        for difference in found:
            self.stdout.write(str(difference))
        self.stdout.write(
            f"共 {len(found)} 处不同，没有作任何改动。" if found else "与已导入的计划一字不差。"
        )

    def _import(self, parsed: notice.Notice, titles: dict[int, str]) -> None:
        try:
            report = import_notice(parsed, now=timezone.now(), titles=titles)
        except AlreadyImported as error:
            raise CommandError(f"{error}（加 --compare）") from error
        self._tell(report)

    def _tell(self, report: ImportReport) -> None:
        duties = "、".join(f"{name} {count}" for name, count in report.assignments.items())
        self.stdout.write(
            f"已导入 {report.plan.title}：{report.chapters} 个行动、{report.sections} 节、"
            f"{report.tasks} 项任务；责任分工 {duties}。"
        )
        for title, listed in (
            ("未能识别的名称", report.unmatched),
            ("成员待办公室指定的集合", report.undecided_groups),
            ("文中点名、拟列为配合的单位", report.named_in_text),
            ("不属于通知、未导入的文字", report.left_out),
        ):
            self.stdout.write(f"{title}：{'；'.join(listed) if listed else '无'}。")
