"""Everything the two plans bring along: bodies, texts, targets, projects, published facts, links.

Read from fixtures/. A plan that is there already is left alone with all that belongs to it, so loading
again changes nothing and takes a few queries.
"""

import csv
import datetime
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction

from agencies.models import Agency
from agencies.reference import load_bodies
from tasks import plan_files
from tasks.importing import ImportReport, import_notice
from tasks.models import Plan, Project, PublishedFact, Target, Task, TaskLink

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
PLANS = ("2021-2023", "2024-2026")


def load_reference(*, now: datetime.datetime) -> list[ImportReport]:
    """Load the bodies and every plan that is missing. Out: a report per plan loaded now."""
    load_bodies()
    present = set(Plan.objects.filter(code__in=PLANS).values_list("code", flat=True))
    missing = [code for code in PLANS if code not in present]
    with transaction.atomic():
        reports = [_load_plan(code, now) for code in missing]
        if missing and len(present) + len(missing) == len(PLANS):
            _load_links(*PLANS)
    return reports


def read_titles(path: Path) -> dict[int, str]:
    """{task number: short title} from a file with the columns task, title."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {int(row["task"]): row["title"] for row in csv.DictReader(file)}


def _load_plan(code: str, now: datetime.datetime) -> ImportReport:
    name = code.replace("-", "_")
    notice = plan_files.load((FIXTURES / f"plan_{name}.json").read_text(encoding="utf-8"))
    titles_file = FIXTURES / f"titles_{name}.csv"
    titles = read_titles(titles_file) if titles_file.exists() else {}
    report = import_notice(notice, now=now, titles=titles)
    tasks = {str(task.number): task for task in report.plan.tasks.all()}
    _load_targets(report.plan, tasks)
    _load_projects(report.plan, tasks)
    _load_published(report.plan, tasks)
    return report


def _rows(name: str, plan: Plan | None = None) -> list[dict]:
    with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if plan is None or row["plan"] == plan.code]


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _load_targets(plan: Plan, tasks: dict[str, Task]) -> None:
    bodies = Agency.objects.in_bulk(field_name="code")
    Target.objects.bulk_create(
        Target(
            plan=plan,
            task=tasks[row["task"]] if row["task"] else None,
            order=order,
            indicator=row["indicator"],
            operator=row["operator"],
            value_text=row["value"],
            minimum=_number(row["minimum"]),
            maximum=_number(row["maximum"]),
            unit=row["unit"],
            due=row["due"],
            due_year=int(row["due_year"]) if row["due_year"] else None,
            scope=row["scope"],
            accumulation=row["accumulation"],
            responsible=bodies.get(row["responsible"]),
            quote=row["quote"],
        )
        for order, row in enumerate(_rows("targets.csv", plan), start=1)
    )


def _load_projects(plan: Plan, tasks: dict[str, Task]) -> None:
    Project.objects.bulk_create(
        Project(
            plan=plan,
            task=tasks[row["task"]],
            order=order,
            name=row["name"],
            planned_stage=row["stage"],
            quote=row["quote"],
        )
        for order, row in enumerate(_rows("projects.csv", plan), start=1)
    )


def _load_published(plan: Plan, tasks: dict[str, Task]) -> None:
    PublishedFact.objects.bulk_create(
        PublishedFact(
            plan=plan,
            task=tasks[row["task"]] if row["task"] else None,
            period_text=row["period"],
            statement=row["statement"],
            quote=row["quote"],
            source_title=row["source_title"],
            source_date=row["source_date"] or None,
        )
        for row in _rows("published.csv", plan)
    )


def _load_links(earlier_code: str, later_code: str) -> None:
    """Links are proposals: inferred from like words in both texts until the office confirms them."""
    earlier = {str(task.number): task for task in Task.objects.filter(plan__code=earlier_code)}
    later = {str(task.number): task for task in Task.objects.filter(plan__code=later_code)}
    TaskLink.objects.bulk_create(
        TaskLink(
            earlier=earlier[row["earlier"]],
            later=later[row["later"]] if row["later"] else None,
            kind=row["kind"],
            inferred=True,
            basis=_basis(row),
        )
        for row in _rows("links.csv")
    )


def _basis(link: dict) -> str:
    if not link["later"]:
        return f"前一计划“{link['earlier_words']}”，后一计划没有对应任务"
    return f"前一计划“{link['earlier_words']}”，后一计划“{link['later_words']}”"
