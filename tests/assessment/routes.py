"""Who gets what at the addresses of assessment: part of the table in tests/routes.py."""

from tests.routing import NO_POST, RETURNS, Route, all_get

OF_YEAR = {"plan": "plan", "year": "year"}
OF_FINDING = {"plan": "plan", "pk": "missing"}
OF_BODIES = all_get(403, agencies=200, offices=200)

# A report of the office that is not there: to who reads editions, and to who edits.
READ_REPORT = all_get(403, offices=404, leader=404)
EDIT_REPORT = all_get(403, offices=404)
OF_REPORT = {"plan": "plan", "pk": "missing"}
OF_SECTION = {**OF_REPORT, "section": "section"}
OF_EDITION = {**OF_REPORT, "number": 1}

OF_SHEET = {**OF_YEAR, "code": "agency"}
OF_OBJECTION = {**OF_YEAR, "pk": "missing"}
# A round that is not there, to who reads assessment.
HIDDEN = all_get(404, nobody=403, admin=403)

ROUTES = {
    # --- files of everything here ---
    "assessment:file": Route(all_get(404), NO_POST, {"pk": "missing"}),
    # --- schemes: the World has none ---
    "assessment:schemes": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "assessment:scheme_new": Route(NO_POST, all_get(403, offices=400), {"plan": "plan"}),
    "assessment:scheme": Route(HIDDEN, NO_POST, OF_YEAR),
    "assessment:scheme_edit": Route(all_get(403, offices=404), address=OF_YEAR),
    "assessment:scheme_act": Route(NO_POST, HIDDEN, {**OF_YEAR, "verb": "publish"}),
    # --- evaluation of a plan ---
    "assessment:evaluation": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "assessment:evaluation_export": Route(RETURNS, NO_POST, {"plan": "plan"}),
    # --- facts and running scores ---
    # A body is taken to its own score; browsers that ask for the box as a page, to the page.
    "assessment:running": Route(all_get(403, agencies=302, offices=200), NO_POST, OF_YEAR),
    "assessment:running_export": Route(all_get(403, agencies=404, offices=200), NO_POST, OF_YEAR),
    "assessment:running_unit": Route(
        all_get(403, agencies=404, own=200, offices=200), NO_POST, {**OF_YEAR, "code": "agency"}
    ),
    "assessment:running_box": Route(all_get(403, agencies=302, offices=302), NO_POST, {"plan": "plan"}),
    "assessment:findings": Route(OF_BODIES, NO_POST, {"plan": "plan"}),
    "assessment:findings_export": Route(OF_BODIES, NO_POST, {"plan": "plan"}),
    "assessment:finding_new": Route(
        all_get(403, offices=200), all_get(403, offices=400), {"plan": "plan", "about": "return"}
    ),
    "assessment:finding": Route(all_get(403, agencies=404, offices=404), NO_POST, OF_FINDING),
    "assessment:finding_revoke": Route(NO_POST, all_get(403, agencies=404, offices=404), OF_FINDING),
    # --- workbooks: the World has no round and no scheme ---
    "assessment:workbook": Route(all_get(403, agencies=404, offices=404, leader=404), NO_POST, OF_YEAR),
    "assessment:sheet_excel": Route(
        all_get(403, agencies=404, offices=404, leader=404), NO_POST, {**OF_YEAR, "code": "agency"}
    ),
    "assessment:export_form": Route(
        all_get(403, agencies=404, offices=404, leader=404), NO_POST, {**OF_YEAR, "kind": "party"}
    ),
    "assessment:running_workbook": Route(all_get(403, offices=404), NO_POST, OF_YEAR),
    "assessment:running_sheet_excel": Route(
        all_get(403, agencies=404, offices=404), NO_POST, {**OF_YEAR, "code": "agency"}
    ),
    # --- rounds ---
    "assessment:home": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "assessment:desk_box": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "assessment:round_begin": Route(NO_POST, all_get(403, offices=302), OF_YEAR),
    "assessment:round": Route(HIDDEN, NO_POST, OF_YEAR),
    "assessment:round_verb": Route(HIDDEN, address={**OF_YEAR, "verb": "close_self"}),
    "assessment:confirm_many": Route(NO_POST, HIDDEN, OF_YEAR),
    "assessment:round_export": Route(HIDDEN, NO_POST, OF_YEAR),
    "assessment:unit": Route(HIDDEN, NO_POST, OF_SHEET),
    "assessment:unit_history": Route(HIDDEN, NO_POST, OF_SHEET),
    "assessment:evidence_return": Route(HIDDEN, NO_POST, {**OF_SHEET, "pk": "missing"}),
    "assessment:evidence_order": Route(HIDDEN, NO_POST, {**OF_SHEET, "pk": "missing"}),
    "assessment:self": Route(HIDDEN, address=OF_SHEET),
    "assessment:unit_verb": Route(HIDDEN, address={**OF_SHEET, "verb": "confirm"}),
    "assessment:objections": Route(HIDDEN, NO_POST, OF_YEAR),
    "assessment:objections_export": Route(HIDDEN, NO_POST, OF_YEAR),
    "assessment:objection": Route(HIDDEN, NO_POST, OF_OBJECTION),
    "assessment:objection_verb": Route(HIDDEN, address={**OF_OBJECTION, "verb": "sign"}),
    "assessment:objection_paper": Route(HIDDEN, NO_POST, OF_OBJECTION),
    "assessment:objection_word": Route(HIDDEN, NO_POST, OF_OBJECTION),
    # --- reports: gathering ---
    "assessment:reports": Route(all_get(403, offices=200, leader=200), NO_POST, {"plan": "plan"}),
    "assessment:reports_export": Route(all_get(403, offices=200, leader=200), NO_POST, {"plan": "plan"}),
    "assessment:report_new": Route(all_get(403, offices=200), all_get(403, offices=400), {"plan": "plan"}),
    "assessment:report_gathering": Route(EDIT_REPORT, NO_POST, OF_REPORT),
    "assessment:report_retry": Route(NO_POST, EDIT_REPORT, OF_REPORT),
    "assessment:report_cancel": Route(EDIT_REPORT, address=OF_REPORT),
    "assessment:outlines": Route(all_get(403, offices=200), NO_POST, {"plan": "plan"}),
    "assessment:outline": Route(
        all_get(403, offices=200), all_get(403, offices=400), {"plan": "plan", "kind": "annual"}
    ),
    # --- reports: papers, petitions ---
    "assessment:report_preview_word": Route(all_get(403, offices=404), NO_POST, OF_REPORT),
    **{
        f"assessment:edition_{paper}": Route(
            all_get(403, offices=404, leader=404), NO_POST, {**OF_REPORT, "number": "missing"}
        )
        for paper in ("word", "tables", "pdf")
    },
    "assessment:petitions": Route(all_get(403, offices=200, leader=200), NO_POST, {"plan": "plan"}),
    "assessment:petitions_export": Route(all_get(403, offices=200, leader=200), NO_POST, {"plan": "plan"}),
    "assessment:petition_new": Route(all_get(403, offices=200), all_get(403, offices=400), {"plan": "plan"}),
    "assessment:petition": Route(all_get(403, offices=404, leader=404), NO_POST, OF_REPORT),
    "assessment:petition_word": Route(all_get(403, offices=404, leader=404), NO_POST, OF_REPORT),
    "assessment:petition_edit": Route(all_get(403, offices=404), address=OF_REPORT),
    "assessment:petition_act": Route(all_get(403, offices=404), address={**OF_REPORT, "verb": "sign"}),
    "assessment:report_petition": Route(
        all_get(403, offices=404), address={**OF_REPORT, "paragraph": "missing"}
    ),
    # --- reports: editing and editions ---
    "assessment:report": Route(READ_REPORT, NO_POST, OF_REPORT),
    "assessment:report_head": Route(EDIT_REPORT, address=OF_REPORT),
    "assessment:report_checks": Route(EDIT_REPORT, NO_POST, OF_REPORT),
    "assessment:report_freeze": Route(EDIT_REPORT, address=OF_REPORT),
    "assessment:report_circulate": Route(NO_POST, EDIT_REPORT, OF_REPORT),
    "assessment:report_section": Route(EDIT_REPORT, address=OF_SECTION),
    "assessment:report_section_regather": Route(EDIT_REPORT, address=OF_SECTION),
    "assessment:report_section_new": Route(NO_POST, EDIT_REPORT, OF_REPORT),
    "assessment:report_section_move": Route(NO_POST, EDIT_REPORT, OF_SECTION),
    "assessment:report_section_remove": Route(NO_POST, EDIT_REPORT, OF_SECTION),
    "assessment:edition": Route(READ_REPORT, NO_POST, OF_EDITION),
    "assessment:edition_compare": Route(READ_REPORT, NO_POST, OF_EDITION),
}
