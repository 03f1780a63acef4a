"""Addresses of the year's assessment and of the office's reports."""

from django.urls import path

import tasks.addresses  # noqa: F401 (the `plan` and `year` parts of an address)
from assessment.views import (
    boxes,
    editions,
    evaluation,
    evidence,
    files,
    findings,
    objections,
    outlines,
    papers,
    petitions,
    report,
    reports,
    rounds,
    running,
    schemes,
    unit,
    workbooks,
)

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
    path("work/<plan:plan>/assessment/running/", running.running_box, name="running_box"),
    path("work/<plan:plan>/assessment/<year:year>/running/", running.running_page, name="running"),
    path(
        "work/<plan:plan>/assessment/<year:year>/running/export.xlsx",
        running.running_export,
        name="running_export",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/running/<slug:code>/",
        running.running_unit,
        name="running_unit",
    ),
    path("work/<plan:plan>/assessment/findings/", findings.findings_page, name="findings"),
    path(
        "work/<plan:plan>/assessment/findings/export.xlsx", findings.findings_export, name="findings_export"
    ),
    path("work/<plan:plan>/assessment/findings/new/<slug:about>/", findings.finding_new, name="finding_new"),
    path("work/<plan:plan>/assessment/findings/<int:pk>/", findings.finding, name="finding"),
    path(
        "work/<plan:plan>/assessment/findings/<int:pk>/revoke/",
        findings.finding_revoke,
        name="finding_revoke",
    ),
    # --- rounds ---
    path("work/<plan:plan>/assessment/", rounds.home, name="home"),
    path("work/<plan:plan>/assessment/desk/", boxes.desk_box, name="desk_box"),
    path("work/<plan:plan>/assessment/<year:year>/", rounds.round_page, name="round"),
    path("work/<plan:plan>/assessment/<year:year>/begin/", rounds.round_begin, name="round_begin"),
    path("work/<plan:plan>/assessment/<year:year>/do/<slug:verb>/", rounds.round_verb, name="round_verb"),
    path("work/<plan:plan>/assessment/<year:year>/confirm/", rounds.confirm_many, name="confirm_many"),
    path("work/<plan:plan>/assessment/<year:year>/export.xlsx", rounds.round_export, name="round_export"),
    path("work/<plan:plan>/assessment/<year:year>/units/<slug:code>/", unit.unit, name="unit"),
    path("work/<plan:plan>/assessment/<year:year>/units/<slug:code>/self/", unit.self_page, name="self"),
    path(
        "work/<plan:plan>/assessment/<year:year>/units/<slug:code>/history/",
        unit.unit_history,
        name="unit_history",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/units/<slug:code>/do/<slug:verb>/",
        unit.unit_verb,
        name="unit_verb",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/units/<slug:code>/evidence/returns/<int:pk>/",
        evidence.evidence_return,
        name="evidence_return",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/units/<slug:code>/evidence/orders/<int:pk>/",
        evidence.evidence_order,
        name="evidence_order",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/objections/", objections.objections_page, name="objections"
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/objections/export.xlsx",
        objections.objections_export,
        name="objections_export",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/objections/<int:pk>/",
        objections.objection,
        name="objection",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/objections/<int:pk>/do/<slug:verb>/",
        objections.objection_verb,
        name="objection_verb",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/objections/<int:pk>/paper/",
        objections.objection_paper,
        name="objection_paper",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/objections/<int:pk>/word.docx",
        objections.objection_word,
        name="objection_word",
    ),
    # --- workbooks ---
    path("work/<plan:plan>/assessment/<year:year>/workbook.xlsx", workbooks.workbook, name="workbook"),
    path(
        "work/<plan:plan>/assessment/<year:year>/units/<slug:code>/sheet.xlsx",
        workbooks.sheet_excel,
        name="sheet_excel",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/forms/<slug:kind>.xlsx",
        workbooks.export_form,
        name="export_form",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/running/workbook.xlsx",
        workbooks.running_workbook,
        name="running_workbook",
    ),
    path(
        "work/<plan:plan>/assessment/<year:year>/running/<slug:code>/sheet.xlsx",
        workbooks.running_sheet_excel,
        name="running_sheet_excel",
    ),
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
    path("work/<plan:plan>/summaries/<int:pk>/circulate/", report.report_circulate, name="report_circulate"),
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
    path(
        "work/<plan:plan>/summaries/<int:pk>/sections/<int:section>/regather/",
        report.section_regather,
        name="report_section_regather",
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
    path(
        "work/<plan:plan>/summaries/<int:pk>/paragraphs/<int:paragraph>/petition/",
        petitions.report_petition,
        name="report_petition",
    ),
    path("work/<plan:plan>/petitions/", petitions.petitions_page, name="petitions"),
    path("work/<plan:plan>/petitions/export.xlsx", petitions.petitions_export, name="petitions_export"),
    path("work/<plan:plan>/petitions/new/", petitions.petition_new, name="petition_new"),
    path("work/<plan:plan>/petitions/<int:pk>/", petitions.petition, name="petition"),
    path("work/<plan:plan>/petitions/<int:pk>/edit/", petitions.petition_edit, name="petition_edit"),
    path("work/<plan:plan>/petitions/<int:pk>/word/", petitions.petition_word, name="petition_word"),
    path("work/<plan:plan>/petitions/<int:pk>/do/<slug:verb>/", petitions.petition_act, name="petition_act"),
    # --- evaluation of a plan ---
    path("work/<plan:plan>/evaluation/", evaluation.evaluation_page, name="evaluation"),
    path(
        "work/<plan:plan>/evaluation/export.xlsx",
        evaluation.evaluation_export,
        name="evaluation_export",
    ),
]
