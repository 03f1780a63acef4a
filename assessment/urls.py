"""Addresses of the year's assessment and of the office's reports."""

from django.urls import path

import tasks.addresses  # noqa: F401 (the `plan` and `year` parts of an address)
from assessment.views import editions, files, outlines, papers, report, reports, schemes

app_name = "assessment"
urlpatterns = [
    # --- files of everything here ---
    path("work/assessment/files/<int:pk>/", files.file, name="file"),
    # --- schemes ---
    path("work/<plan:plan>/assessment/schemes/", schemes.schemes_page, name="schemes"),
    path("work/<plan:plan>/assessment/schemes/new/", schemes.scheme_new, name="scheme_new"),
    path("work/<plan:plan>/assessment/<year:year>/scheme/", schemes.scheme, name="scheme"),
    path("work/<plan:plan>/assessment/<year:year>/scheme/edit/", schemes.scheme_edit, name="scheme_edit"),
    path(
        "work/<plan:plan>/assessment/<year:year>/scheme/do/<slug:verb>/",
        schemes.scheme_act,
        name="scheme_act",
    ),
    # --- facts and running scores ---
    # --- rounds ---
    # --- workbooks ---
    # --- reports: gathering ---
    path("work/<plan:plan>/summaries/", reports.reports_page, name="reports"),
    path("work/<plan:plan>/summaries/export.xlsx", reports.reports_export, name="reports_export"),
    path("work/<plan:plan>/summaries/new/", reports.report_new, name="report_new"),
    path("work/<plan:plan>/summaries/<int:pk>/gathering/", reports.report_gathering, name="report_gathering"),
    path("work/<plan:plan>/summaries/<int:pk>/retry/", reports.report_retry, name="report_retry"),
    path("work/<plan:plan>/summaries/<int:pk>/cancel/", reports.report_cancel, name="report_cancel"),
    path("work/<plan:plan>/summaries/outlines/", outlines.outlines_page, name="outlines"),
    path("work/<plan:plan>/summaries/outlines/<slug:kind>/", outlines.outline, name="outline"),
    # --- reports: editing and editions ---
    path("work/<plan:plan>/summaries/<int:pk>/", report.report, name="report"),
    path("work/<plan:plan>/summaries/<int:pk>/head/", report.head, name="report_head"),
    path("work/<plan:plan>/summaries/<int:pk>/checks/", editions.report_checks, name="report_checks"),
    path("work/<plan:plan>/summaries/<int:pk>/freeze/", editions.report_freeze, name="report_freeze"),
    path("work/<plan:plan>/summaries/<int:pk>/sections/new/", report.section_new, name="report_section_new"),
    path(
        "work/<plan:plan>/summaries/<int:pk>/sections/<int:section>/",
        report.section,
        name="report_section",
    ),
    path(
        "work/<plan:plan>/summaries/<int:pk>/sections/<int:section>/move/",
        report.section_move,
        name="report_section_move",
    ),
    path(
        "work/<plan:plan>/summaries/<int:pk>/sections/<int:section>/remove/",
        report.section_remove,
        name="report_section_remove",
    ),
    path("work/<plan:plan>/summaries/<int:pk>/editions/<int:number>/", editions.edition, name="edition"),
    path(
        "work/<plan:plan>/summaries/<int:pk>/editions/<int:number>/compare/",
        editions.edition_compare,
        name="edition_compare",
    ),
    # --- reports: papers, petitions ---
    path("work/<plan:plan>/summaries/<int:pk>/word/", papers.report_preview_word, name="report_preview_word"),
    path(
        "work/<plan:plan>/summaries/<int:pk>/editions/<int:number>/word/",
        papers.edition_word,
        name="edition_word",
    ),
    path(
        "work/<plan:plan>/summaries/<int:pk>/editions/<int:number>/tables/",
        papers.edition_tables,
        name="edition_tables",
    ),
    path(
        "work/<plan:plan>/summaries/<int:pk>/editions/<int:number>/pdf/",
        papers.edition_pdf,
        name="edition_pdf",
    ),
    # --- evaluation of a plan ---
]
