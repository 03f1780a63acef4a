"""The tables behind a body's 年度落实情况报告, and what its paper says once it was signed; plain data.

The texts of a report are frozen when it leaves its body. Its tables of targets and projects are drawn from
what is accepted of the quarters, and that may be corrected later; so they are frozen with it, and with them
the date and the name under it: a signed paper says next year what it said when it was signed.
"""

from django.utils import timezone

from agencies.official_words import opening_of
from progress.annual_figures import NO_VALUE, own_figures
from progress.models import ProgressReport

TABLES = ("targets", "projects")


def tables_of(figures):
    """The rows of both tables as JSON-ready data, in the plan's order: {"targets": […], "projects": […]}.

    figures: the body's OwnFigures. Every row names its task by number, so that it can be kept from whoever
    may not know of the task.
    """
    return {
        "targets": [_target(line) for line in figures.targets],
        "projects": [_project(line) for line in figures.projects],
    }


def _target(line):
    target, value = line.target, line.value
    return {
        "task": target.task.number,
        "indicator": target.indicator,
        "goal": target.goal_words,
        "said": line.said,
        "certainty": line.certainty,
        "period": value.report.period.short_label if value else "",
        "note": value.note if value else "",
    }


def _project(line):
    project, update = line.project, line.update
    return {
        "task": project.task.number,
        "name": project.name,
        "planned": project.planned_stage,
        "stage": update.get_stage_display() if update else NO_VALUE,
        "note": update.note if update else "",
    }


def has_paper(report):
    """Whether a report is one whose paper is frozen with its version."""
    return report.kind == ProgressReport.Kind.UNIT and report.period.is_annual


def frozen_with(report, on):
    """What a version of a report keeps besides its texts: {"paper": …} of an annual report, else nothing.

    on: the moment the version left the body. The report is read as it stands then, with its signature.
    """
    if not has_paper(report):
        return {}
    figures = own_figures(report.period, [report.agency_id])[report.agency_id]
    plan_title = report.period.plan.title
    head = {
        "plan_title": plan_title,
        "opening": opening_of(title_of(plan_title, report.period.year)),
        "signer": report.signer,
        "on": timezone.localdate(on).isoformat(),
    }
    return {"paper": head | tables_of(figures)}


def title_of(plan_title, year):
    """关于××年落实《…三年行动计划》情况的报告."""
    name = plan_title.strip()
    name = name if name.startswith("《") else f"《{name}》"
    return f"关于{year}年落实{name}情况的报告"


def without(paper, unknown):
    """A frozen paper without the rows of the tasks whose numbers are `unknown`."""
    return paper | {name: [row for row in paper[name] if row["task"] not in unknown] for name in TABLES}


def lines_of(paper):
    """The tables in words, for the page of a version: {"targets": text, "projects": text}, a row a line."""
    return {
        "targets": "\n".join(map(_target_line, paper["targets"])),
        "projects": "\n".join(map(_project_line, paper["projects"])),
    }


def _target_line(row):
    told = "，".join(filter(None, [row["certainty"], row["period"]]))
    said = f"第{row['task']}项　{row['indicator']}：{row['said']}{f'（{told}）' if told else ''}"
    return "　".join(filter(None, [said, row["note"]]))


def _project_line(row):
    return "　".join(filter(None, [f"第{row['task']}项　{row['name']}：{row['stage']}", row["note"]]))
