"""季度汇总: the workbook of a quarter, sheet by sheet."""

from django.utils import timezone

from . import ledger, lists, statistics, summary
from .book import Book
from .gathering import gather

# What each sheet is for, in their order: (name, purpose, paper).
SHEETS = (
    (summary.NAME, "对外公布和会议用的四栏表：任务、完成情况、牵头责任单位。", "A4 横向"),
    (ledger.NAME, "全部栏目的工作台账：目标、责任、进展、亮灯、问题和下一步措施。", "A3 横向"),
    (statistics.LAMPS_NAME, "各行动亮灯数量和滞后占比，随台账自动计算。", "A4 横向"),
    (statistics.FILING_NAME, "各单位应报、已报、未报、迟报、退回和按时率，四类单位分列。", "A4 横向"),
    (lists.UNREPORTED_NAME, "还没有报的单位和任务，附填报人和电话，催报用。", "A4 横向"),
    (lists.PROBLEMS_NAME, "已采用报送中提出的问题和需上级协调的事项。", "A4 横向"),
)


def quarter_workbook(plan, period, user, now) -> bytes:
    """The workbook as `user` may know the quarter at `now`: the same input gives the same bytes."""
    quarter = gather(plan, period, user, now)
    as_of = f"数据截至 {_moment(now)}"
    book = Book(
        f"{plan.title}{period.label}汇总",
        author=quarter.author,
        stamp=f"{period.label}（{_days(period)}）　{as_of}　{quarter.scope}　编制：{quarter.author}",
        as_of=f"{period.label} {as_of}",
        demo=quarter.has_demo,
        now=now,
    )
    summary.write(book, quarter)
    rows = ledger.write(book, quarter)
    statistics.write_lamps(book, quarter, rows)
    statistics.write_filing(book, quarter)
    lists.write_unreported(book, quarter)
    lists.write_problems(book, quarter)
    return book.finish()


def filename(plan, period):
    """What the download is called, without its ending."""
    return f"{plan.code} {period.label}汇总"


def _moment(now):
    local = timezone.localtime(now)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def _days(period):
    first, last = period.starts_on, period.ends_on
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日"
