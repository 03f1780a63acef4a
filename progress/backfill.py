"""补录 by Excel: the returns of an earlier quarter, entered by the office from what is on paper or on file.

The sheet has one row for each owed return that has not been reported. Its first columns say which return a
row is about and may not be changed; a row with nothing in the others is left alone. What was typed is
checked as a whole, and either all of it is entered as 代录, under review by another person of the office, or
nothing. What is backfilled has no deadline, so it is never late (design, section 4).

Each body's rows are kept as its paper, apart: nobody finds another body's words in a scan of their own.
"""

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction

from agencies import audit
from agencies.models import Role
from agencies.permissions import Denied, check_role
from agencies.spreadsheets import Column, list_workbook
from progress import completeness, content, drafts, permissions, workflow
from progress.models import ProgressReport, SignedPaper, TaskReturn

KEYS = ("计划", "报告期", "任务序号", "任务标题", "单位代码", "单位")
TEXTS = {"工作进展": "progress", "存在问题": "problem", "下一步措施": "next_steps", "成效经验": "experience"}
CONTENT = ("填报方式", "工作进展", "完成率", "存在问题", "下一步措施", "成效经验")
COLUMNS = [
    *(Column(label, width) for label, width in zip(KEYS, (12, 10, 9, 30, 12, 24), strict=True)),
    *(Column(label, width) for label, width in zip(CONTENT, (18, 60, 9, 36, 36, 36), strict=True)),
]
LABELS = [column.label for column in COLUMNS]
Nature, Ground = TaskReturn.Nature, TaskReturn.Ground
NATURES = {
    "": (Nature.PROGRESS, ""),
    "有进展": (Nature.PROGRESS, ""),
    "确认无变化": (Nature.NO_CHANGE, ""),
    **{f"确认无变化（{ground.label}）": (Nature.NO_CHANGE, ground) for ground in Ground},
}
BEING_WRITTEN = "单位已经开始填写这一项，请由单位报送，或凭来函逐项代录。"
MOST_ROWS = 500
LONGEST_BASIS = 120
State = ProgressReport.State


class Wrong(Exception):
    """The sheet has mistakes, nothing was entered: one sentence a row in `problems`."""

    def __init__(self, problems):
        super().__init__("；".join(problems))
        self.problems = problems


@dataclass
class Row:
    """A filled line: its number in the sheet, what it is about and what it says, as plain text."""

    number: int
    keys: tuple
    said: dict
    report: ProgressReport | None = None
    problems: list = field(default_factory=list)


def check_backfill(user, period):
    """Entering by sheet: the office, into an open 补录 period. Raises Denied."""
    check_role(user, Role.OFFICE)
    if not period.is_backfill:
        raise Denied("只有以补录方式开放的报告期可以用补录表录入。")


def waiting(period):
    """The returns of a backfilled period that have not been reported, in the order of the sheet."""
    rows = period.reports.to_office().owed().filter(kind=ProgressReport.Kind.TASK)
    rows = rows.filter(state__in=[State.DRAFT, State.RETURNED])
    return rows.select_related("agency", "task", "period__plan", "task_return").order_by(
        "task__number", "order", "agency__order", "pk"
    )


def workbook(period):
    """The sheet to fill in, as bytes."""
    rows = [[*keys_of(report), *[""] * len(CONTENT)] for report in waiting(period)]
    note = "前六列请勿改动；填报方式可填：" + "、".join(name for name in NATURES if name)
    return list_workbook(f"{period.code} 补录表", COLUMNS, rows, note=note)


def keys_of(report):
    """What says which return a row is about."""
    plan, task = report.period.plan, report.task
    return (
        plan.code,
        report.period.code,
        str(task.number),
        task.title,
        report.agency.code,
        report.agency.name,
    )


def enter(period, cells, *, basis, by, now):
    """Enter what a filled sheet says, all of it or nothing; returns the reports, now under review.

    cells: lines of cells, headings first, as `sheet_reading.read_sheet(formulas=True)` gives them; basis:
    what it was drawn from, in words. Raises Denied, ValidationError (basis), Wrong.
    """
    check_backfill(by, period)
    basis = basis.strip()
    if not basis or len(basis) > LONGEST_BASIS or "\x00" in basis:
        raise ValidationError({"basis": f"请写明依据，最多 {LONGEST_BASIS} 字。"})
    rows = read(period, cells)
    kept = []
    try:
        with transaction.atomic():
            for agency, of_body in _by_body(rows):
                paper = _keep(agency, period, of_body, basis, by, now)
                kept.append(paper.file)
                for row in of_body:
                    _enter(row, paper, by, now)
            _refuse(rows)
    except BaseException:
        for file in kept:
            file.storage.delete(file.name)
        raise
    return [row.report for row in rows]


def read(period, cells):
    """The filled rows, each with its report. Raises Wrong."""
    lines = [
        (number, line) for number, line in enumerate(cells, start=1) if any(_text(cell) for cell in line)
    ]
    if not lines or [_text(cell) for cell in lines[0][1]][: len(LABELS)] != LABELS:
        raise Wrong(["第一行的列名与补录表不符，请重新下载补录表，不要改动列名和次序。"])
    if len(lines) - 1 > MOST_ROWS:
        raise Wrong([f"表中有 {len(lines) - 1} 行，超过 {MOST_ROWS} 行的上限。"])
    rows = [_row(number, line) for number, line in lines[1:]]
    filled = [row for row in rows if row.problems or any(row.said.values())]
    if not filled:
        raise Wrong(["表中没有填写任何内容，请填写后再上传。"])
    _find(period, filled)
    _refuse(filled)
    return filled


# --- reading -----------------------------------------------------------------------------------


def _row(number, line):
    values = [*line, *[None] * len(LABELS)][: len(LABELS)]
    texts = dict(zip(LABELS, map(_text, values), strict=True))
    row = Row(number, tuple(texts[label] for label in KEYS), {label: texts[label] for label in CONTENT})
    for label, value in zip(LABELS, values, strict=True):
        if isinstance(value, dict):
            row.problems.append(f"“{label}”是公式，请粘贴为数值或文字。")
    if any(_text(cell) for cell in line[len(LABELS) :]):
        row.problems.append("最后一列之后还有内容，请删除。")
    return row


def _text(cell):
    if cell is None:
        return ""
    if isinstance(cell, dict):
        return str(cell["formula"])
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def _find(period, rows):
    """Give every row its report, and its problems where there is none or what it says cannot be."""
    reports = {keys_of(report): report for report in waiting(period)}
    by_place = {(keys[2], keys[4]): keys for keys in reports}
    seen = {}
    for row in rows:
        row.report = reports.get(row.keys)
        if row.report is None:
            row.problems.append(_unknown(period, row.keys, by_place))
        elif row.keys in seen:
            row.problems.append(f"与第 {seen[row.keys]} 行重复。")
        elif _is_being_written(row.report):
            row.problems.append(BEING_WRITTEN)
        seen.setdefault(row.keys, row.number)
        row.problems += _said_problems(row.said)


def _is_being_written(report):
    """Whether the body itself has written there: it may be changing what was entered for it."""
    last_by_office = report.entered_on_behalf and report.edited_by_id == report.submitted_by_id
    return report.edited_at is not None and not last_by_office


def _unknown(period, keys, by_place):
    if (keys[0], keys[1]) != (period.plan.code, period.code):
        return f"计划或报告期应为 {period.plan.code}、{period.code}，请用本期的补录表。"
    right = by_place.get((keys[2], keys[4]))
    if right is not None:
        return f"前六列被改动过，任务标题应为“{right[3]}”，单位应为“{right[5]}”。"
    return f"本期没有“{keys[5]}”第 {keys[2]} 项待补录的填报，可能已经报出或免报。"


def _said_problems(said):
    if said["填报方式"] not in NATURES:
        allowed = "、".join(name for name in NATURES if name)
        yield f"填报方式写成了“{said['填报方式'][:20]}”，可填：{allowed}。"
    for label in TEXTS:
        if len(said[label]) > content.TEXT_LIMIT:
            yield f"{label}超过 {content.TEXT_LIMIT} 字，请精简。"
    if said["完成率"] and _percent(said["完成率"]) is None:
        yield f"完成率写成了“{said['完成率'][:20]}”，请填 0 到 100 的数字，最多两位小数。"


def _percent(text):
    """A Decimal from 0 to 100 with at most two places; None for what is none."""
    try:
        percent = Decimal(text.removesuffix("%").removesuffix("％").strip())
    except InvalidOperation:
        return None
    # Excel keeps 63.15 as 63.149999999999999.
    fine = percent.is_finite() and 0 <= percent <= 100
    rounded = percent.quantize(Decimal("0.01")) if fine else None
    return rounded if fine and abs(rounded - percent) < Decimal("0.000001") else None


def _refuse(rows):
    problems = [f"第 {row.number} 行：{''.join(row.problems)}" for row in rows if row.problems]
    if problems:
        raise Wrong(problems)


# --- entering ----------------------------------------------------------------------------------


def _by_body(rows):
    """[(body, its rows)] in the order of the sheet."""
    bodies = {}
    for row in rows:
        bodies.setdefault(row.report.agency, []).append(row)
    return bodies.items()


def _keep(agency, period, rows, basis, by, now):
    """The body's part of the sheet as its paper."""
    lines = [[*row.keys, *(row.said[label] for label in CONTENT)] for row in rows]
    data = list_workbook(f"{period.code} {agency.code} 补录", COLUMNS, lines, note=basis)
    paper = SignedPaper(
        agency=agency,
        period=period,
        kind=SignedPaper.Kind.LETTER,
        name=f"{period.code} {agency.name} 补录表.xlsx",
        extension="xlsx",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        reference=basis,
        uploaded_at=now,
        uploaded_by=by,
        is_demo=by.is_demo or any(row.report.is_demo for row in rows),
    )
    paper.file.save(paper.name, ContentFile(data), save=False)
    try:
        paper.save()
    except BaseException:
        paper.file.storage.delete(paper.file.name)
        raise
    detail = {"paper": paper.pk, "size": paper.size, "sha256": paper.sha256, "依据": basis}
    audit.record("上传补录表", paper, by=by, now=now, detail=detail)
    return paper


def _enter(row, paper, by, now):
    """One return, as 代录; what is still missing is the row's problem."""
    report = content.load(row.report.pk)
    if _is_being_written(report):
        row.problems.append(BEING_WRITTEN)
        return
    try:
        written = drafts.save(
            report,
            _changes(row.said),
            by=by,
            now=now,
            revision=report.revision,
            check=permissions.check_enter_on_behalf,
        )
        missing = completeness.missing(written)
        if missing:
            row.problems += missing.values()
            return
        row.report = workflow.enter_on_behalf(
            written, by=by, now=now, revision=written.revision, paper=paper, received_at=now
        )
    except (Denied, workflow.Stale, workflow.WrongState) as refusal:
        row.problems.append(refusal.reason)


def _changes(said):
    """What `drafts.save` takes: of 确认无变化 the text is its reason."""
    nature, ground = NATURES[said["填报方式"]]
    changes = {name: said[label] for label, name in TEXTS.items()}
    changes |= {"nature": nature, "no_change_ground": ground, "no_change_reason": ""}
    changes["percent"] = _percent(said["完成率"]) if said["完成率"] else None
    if nature == Nature.NO_CHANGE:
        changes |= {"no_change_reason": said["工作进展"], "progress": ""}
    return changes
