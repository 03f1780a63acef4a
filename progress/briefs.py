"""一页纸专报: promise, progress, obstacle, who must act and whom to call, on one page and never more.

Of a task, a project, a body or a 行动, as far as one person may know the quarter: everything comes from
`figures.standings`, so that the text of what was not accepted never stands here.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from django.utils import timezone

from agencies.models import Contact
from agencies.writing import printable
from progress import figures
from progress.brief_lines import Item, fitted
from progress.models import Lamp, ProgressReport, ProjectUpdate
from tasks.models import Assignment, Target, Task

PROMISE, PROGRESS, OBSTACLE, ACTION, CONTACT = "承诺", "进展", "障碍", "需谁办什么", "联系人"
# How the page is shared out where not everything fits: lines kept for each part before the rest is given
# out in this order.
SHARES = {PROGRESS: 7, OBSTACLE: 4, ACTION: 5, PROMISE: 4, CONTACT: 2}
TITLE_LENGTH = 38
NOBODY_YET = "还没有登记联系人。"


@dataclass(frozen=True)
class Part:
    """One part of the page: its name and its lines of text as they fit, [(label, text)]."""

    name: str
    lines: list

    @property
    def rows(self):
        """One paragraph each: [(the part's name at its first, label, text)]."""
        found = [(label if at == 0 else "", row) for label, text in self.lines for at, row in _numbered(text)]
        return [(self.name if at == 0 else "", label, row) for at, (label, row) in enumerate(found)]


def _numbered(text):
    return enumerate(text.split("\n"))


@dataclass(frozen=True)
class Brief:
    """One page about one thing. as_of: when the newest accepted return it draws on was accepted; None where
    it draws on none. tasks: what it covers."""

    title: str
    subject: str
    parts: list
    as_of: datetime | None
    tasks: list = field(default_factory=list)
    agency: object = None
    is_demo: bool = False

    @property
    def kind_line(self):
        return f"{self.subject}专报" + ("（演示数据）" if self.is_demo else "")


def of_task(number, period, user, now):
    """The brief of a task; None where this person may not know of it."""
    rows = _standings(period, user, now, Task.objects.filter(plan=period.plan, number=number))
    if not rows:
        return None
    row = rows[0]
    used = row.accepted
    targets = Target.objects.filter(task=row.task).exclude(operator=Target.Operator.LABEL)
    return _brief(
        f"第 {row.task.number} 项　{row.task.title}",
        "重点任务",
        {
            PROMISE: [
                Item("", _sentences(row.task.text)),
                Item(f"{period.year} 年目标", _sentences(row.goal_text) or ["目标未定"]),
                Item("量化目标", [_target(each) for each in targets], joint="；", counted="项"),
            ],
            PROGRESS: [Item("", [_stand(row)]), Item("", _sentences(row.progress_text))],
            **_what_now(row, used, now),
        },
        used,
        [row.task],
    )


def of_project(project, period, user, now):
    """The brief of a project the plan names; None where this person may not know of its task."""
    rows = _standings(period, user, now, Task.objects.filter(pk=project.task_id))
    if not rows:
        return None
    row = rows[0]
    update = _update(project, period, user)
    used = [*row.accepted, *([update.report] if update else [])]
    return _brief(
        project.name,
        "重大项目",
        {
            PROMISE: [
                Item("原文", _sentences(project.quote)),
                Item("计划阶段", [project.planned_stage]),
                Item("所属任务", [f"第 {row.task.number} 项《{row.task.title}》"]),
            ],
            PROGRESS: [
                Item("项目", [_stage(update)]),
                Item("所属任务", [_stand(row)]),
                Item("", _sentences(row.progress_text)),
            ],
            **_what_now(row, used, now),
        },
        used,
        [row.task],
    )


def _what_now(row, used, now):
    """What stands in the way of one task, who must act and whom to call."""
    return {
        OBSTACLE: _problems([row]),
        ACTION: [
            Item("需协调", _sentences(row.request)),
            Item("牵头", [row.leads_text] if row.leads else ["责任单位待办公室确定"]),
            Item("下一步", _sentences(row.next_steps)),
        ],
        CONTACT: [_contacts(row.leads, used, now)],
    }


def of_agency(agency, period, user, now):
    """The brief of a body: counts, and of the tasks it leads those behind first."""
    bears = Assignment.objects.filter(agency=agency)
    rows = _standings(period, user, now, Task.objects.filter(assignments__in=bears).distinct())
    rows = [row for row in rows if any(each.agency_id == agency.pk for each in row.assignments)]
    led = [row for row in rows if agency in row.leads]
    return _of_many(
        agency.name,
        "责任单位",
        led,
        f"牵头 {len(led)} 项，参与 {len(rows) - len(led)} 项。",
        _contacts([agency], _accepted(led, agency), now),
        own=agency,
    )


def of_chapter(chapter, period, user, now):
    """The brief of a 行动: counts, and the tasks that are behind first."""
    rows = _standings(period, user, now, Task.objects.filter(chapter=chapter))
    leads = list(dict.fromkeys(chain.from_iterable(row.leads for row in figures.behind(rows) or rows)))
    named = list(dict.fromkeys(chain.from_iterable(row.leads for row in rows)))
    return _of_many(
        chapter.heading,
        "行动",
        rows,
        f"共 {len(rows)} 项任务，由 {len(named)} 个单位牵头。",
        _contacts(leads, _accepted(rows), now),
    )


def _of_many(title, subject, rows, counts, contacts, own=None):
    late = figures.behind(rows)
    order = late + [row for row in rows if row not in late]
    asked = [_of_number(row, _first(_said(row, "request", own))) for row in order]
    steps = [_of_number(row, _first(_said(row, "next_steps", own))) for row in late]
    return _brief(
        title,
        subject,
        {
            PROMISE: [
                Item("", [counts]),
                Item("任务", [f"{row.task.number}.{row.task.title}" for row in rows], "；", "项"),
            ],
            PROGRESS: [
                Item("", [_lamps(rows)]),
                Item("滞后", [_late(row) for row in late], "；", "项"),
                Item(
                    "其他",
                    [_of_number(row, _first(row.progress_text)) for row in rows if row not in late],
                    "\n",
                    "项",
                ),
            ],
            OBSTACLE: _problems(order, own),
            ACTION: [
                Item("需协调", list(filter(None, asked)), "\n", "项"),
                Item("下一步", list(filter(None, steps)), "\n", "项"),
            ],
            CONTACT: [contacts],
        },
        _accepted(rows, own),
        [row.task for row in rows],
        own,
    )


# --- what stands in it -------------------------------------------------------------------------------


def _standings(period, user, now, tasks):
    return figures.standings(period.plan, period, user, now, tasks=tasks)


def _brief(title, subject, items, used, tasks, agency=None):
    parts = [
        Part(name, [(label, text) for label, text in lines])
        for name, lines in fitted({name: list(filter(None, found)) for name, found in items.items()}, SHARES)
    ]
    as_of = max((report.accepted_at for report in used if report.accepted_at), default=None)
    is_demo = any(report.is_demo for report in used)
    return Brief(_title(title), subject, parts, as_of, tasks, agency, is_demo)


def _title(text):
    """At most two lines of the title's size."""
    text = printable(text).replace("\n", "")
    return text if len(text) <= TITLE_LENGTH else text[: TITLE_LENGTH - 1] + "…"


def _sentences(text):
    """A text in sentences, the pieces it may be cut into."""
    return re.findall(r"[^。！？；\n]+[。！？；]?", printable(text or ""))


def _first(text):
    return (_sentences(text) or [""])[0]


def _accepted(rows, own=None):
    return [report for row in rows for report in row.accepted if own is None or report.agency_id == own.pk]


def _said(row, name, own=None):
    """A text of the accepted returns of a task; of one body alone where `own` is given."""
    if own is None:
        return getattr(row, name)
    said = [getattr(each.task_return, name) for each in _accepted([row], own)]
    return "".join(map(figures.meaningful, said))


def _of_number(row, text):
    return f"第 {row.task.number} 项：{printable(text)}" if text.strip() else ""


def _problems(rows, own=None):
    if len(rows) == 1:
        found = _sentences(_said(rows[0], "problem", own))
        return [Item("", found or ["没有反映存在的问题。"])]
    found = [_of_number(row, _first(_said(row, "problem", own))) for row in rows]
    return [Item("", list(filter(None, found)) or ["没有反映存在的问题。"], "\n", "项")]


def _stand(row):
    """“欠序时（系统测算）：完成年度目标 40%，序时要求 50%。”"""
    lamp = row.lamp_word + ("（系统测算）" if row.is_computed else "")
    pace = ""
    if row.percent is not None:
        pace = f"：完成年度目标 {_number(row.percent)}%"
        pace += f"，序时要求 {_number(row.expected)}%" if row.expected is not None else ""
    state = f"；三年状态{row.state_word}" if row.state_word else ""
    pending = f"；待审 {row.pending} 项，未计入" if row.pending else ""
    return f"{lamp}{pace}{state}{pending}。"


def _late(row):
    """One line: which task, its lamp, how far it is and should be. Why stands under 障碍."""
    pace = f"，{_number(row.percent)}%/{_number(row.expected)}%" if row.percent is not None else ""
    return f"第 {row.task.number} 项 {row.task.title}（{row.lamp_word}{pace}）"


def _lamps(rows):
    counts = figures.lamp_counts(rows)
    said = [
        f"{'待审定' if code == 'none' else Lamp(code).label} {number} 项"
        for code, number in counts.items()
        if number
    ]
    computed = sum(1 for row in rows if row.is_computed)
    return ("，".join(said) or "还没有任务") + (f"（其中系统测算 {computed} 项）" if computed else "") + "。"


def _number(value):
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def _target(target):
    due = f"（{target.due_year} 年）" if target.due_year else ""
    return f"{target.indicator} {target.get_operator_display()} {target.value_text}{target.unit}{due}"


def _update(project, period, user):
    """What an accepted return of this or an earlier quarter last said of the project; None if none did."""
    known = ProgressReport.objects.visible_to(user).filter(
        state=ProgressReport.State.ACCEPTED, period__ends_on__lte=period.ends_on
    )
    rows = ProjectUpdate.objects.filter(project=project, report__in=known)
    reports = rows.select_related("report__period", "report__agency", "report__task_return")
    return reports.order_by("report__period__ends_on").last()


def _stage(update):
    if update is None:
        return "还没有已采用的进展。"
    note = f"，{printable(update.note)}" if update.note else ""
    return (
        f"{update.get_stage_display()}{note}（{update.report.period.label}，{update.report.agency.name}）。"
    )


def _contacts(agencies, used, now):
    """Whom to call: of each body its 联络员, else who filled in the accepted return."""
    pks = [agency.pk for agency in agencies]
    listed = Contact.objects.on(timezone.localdate(now)).filter(agency__in=pks)
    liaisons = {}
    for each in listed.filter(kind=Contact.Kind.LIAISON).order_by("pk"):
        liaisons.setdefault(each.agency_id, each)
    said = {report.agency_id: report.task_return for report in used if hasattr(report, "task_return")}
    found = []
    for agency in agencies:
        if agency.pk in liaisons:
            person = liaisons[agency.pk]
            found.append(f"{agency.name}联络员 {person.name} {person.phone}".strip())
        elif agency.pk in said and said[agency.pk].filled_by:
            person = said[agency.pk]
            found.append(f"{agency.name}填报人 {person.filled_by} {person.phone}".strip())
    return Item("", [printable(each) for each in found] or [NOBODY_YET], "；", "人")
