"""How long the year's assessment workbook takes and what it holds: python -m tests.bench.assessment_workbook

Reads the database DATABASE_URL names and changes nothing; wants one with a finished year in it (bin/start
makes one). The units of that year are judged by the usual scheme and repeated until there are eighty.
"""

import os
import time
import tracemalloc
from dataclasses import replace

import django

UNITS, TIMES = 80, 3


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suzhou_plan.settings")
    django.setup()
    from assessment.exports.book import unit_workbook, year_workbook

    year = year_of_eighty()
    seconds = []
    for _ in range(TIMES):
        began = time.process_time()
        content = year_workbook(year)
        seconds.append(time.process_time() - began)
    tracemalloc.start()
    year_workbook(year)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    facts = sum(len(unit.facts.tasks) + len(unit.facts.returns) for unit in year.units)
    began = time.process_time()
    unit_workbook(year, year.judged[0])
    one = time.process_time() - began
    said = f"{len(year.units)} 家  {facts} 条事实  最快 {min(seconds):.1f} 秒  最慢 {max(seconds):.1f} 秒"
    print(f"{said}  {len(content) / 1e6:.1f} MB  内存 {peak:.0f} MB；一家一册 {one:.2f} 秒")  # noqa: T201


def year_of_eighty():
    """The last finished year of the newest plan that has facts, its units repeated."""
    from django.utils import timezone

    from assessment.exports.rows import UnitRow
    from assessment.exports.year import Year, judged_by
    from assessment.models import ExportForm
    from assessment.ranking import Rules
    from assessment.scheme_contents import usual
    from assessment.scoring import CriterionTerms, Terms, score
    from assessment.year_facts import facts_of_year
    from tasks.models import Plan

    now = timezone.now()
    plans = [plan for plan in Plan.objects.order_by("-starts_on") if plan.years[0] < now.year]
    if not plans:
        raise SystemExit("没有已经过完一年的计划：请先运行 bin/start 生成演示数据，或写明 DATABASE_URL。")
    plan, scheme = plans[0], usual(now.year - 1)
    criteria = tuple(
        CriterionTerms(str(number), each.name, each.formula, each.weight, each.parameters)
        for number, each in enumerate(scheme.criteria)
    )
    terms = Terms(now.year - 1, criteria, scheme.addition_cap, scheme.deduction_cap)
    facts = [each for each in facts_of_year(plan, now.year - 1, now).values() if not each.is_empty]
    rows = [
        UnitRow(each.agency, each.name, each.unit_class, facts=each, result=score(terms, each))
        for each in facts
    ]
    times = range(UNITS // len(rows) + 1)
    units = [
        replace(row, code=f"{row.code}{time}", name=f"{row.name}{time}") for time in times for row in rows
    ]
    forms = [
        ExportForm(kind=each.kind, title=each.title, points=each.points, columns=list(each.columns))
        for each in scheme.export_forms
    ]
    return Year(
        plan_title=plan.title,
        scheme_title=scheme.title,
        year=now.year - 1,
        terms=terms,
        criteria=judged_by(terms, {}),
        rules=Rules.of(scheme),
        forms=tuple(forms),
        units=tuple(sorted(units[:UNITS], key=lambda unit: unit.unit_class)),
        stage="试算",
        as_of="",
        author="",
        now=now,
    )


if __name__ == "__main__":
    main()
