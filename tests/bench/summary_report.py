"""How long gathering a report of the office takes, and how much memory: python -m tests.bench.summary_report

Reads the database DATABASE_URL names and changes nothing; wants one with reports in it (bin/start makes one).
Prints one line for each year, half-year and quarter of the newest plan that has something accepted.
"""

import os
import time
import tracemalloc

import django

TIMES = 3


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suzhou_plan.settings")
    django.setup()
    from django.utils import timezone

    from assessment import outlines, report_figures, sections
    from assessment.material import Material
    from assessment.report_lists import choices
    from tasks.models import Plan

    def whole(span, now):
        material = Material(span, now)
        figures = report_figures.gather(material)
        found = []
        for each in outlines.outlines_of(span.period.plan)[span.kind].sections:
            by_chapter = each.source == "chapters"
            for chapter in [each.number for each, _ in material.chapters] if by_chapter else [None]:
                found += sections.gather(each.source, material, figures, text=each.text, chapter=chapter)
        return found

    now = timezone.now()
    plan = Plan.objects.order_by("-starts_on").first()
    for choice in [each for each in choices(plan) if each.accepted]:
        seconds = []
        for _ in range(TIMES):
            began = time.perf_counter()
            found = whole(choice.span, now)
            seconds.append(time.perf_counter() - began)
        tracemalloc.start()
        whole(choice.span, now)
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        signs = sum(len(each["text"]) for each in found)
        line = f"{plan.code} {choice.span.code:<7} {len(found)} 段 {signs:,} 字"
        print(f"{line}  最快 {min(seconds):.2f} 秒  最慢 {max(seconds):.2f} 秒  内存 {peak:.0f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
