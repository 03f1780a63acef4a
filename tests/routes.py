"""Who gets what at which address: the table behind test_routes.py.

One entry per URL name. To add a page, add a line: how its address is filled from the World (PLACE for the
plan and the period), and what every kind of visitor is answered to GET and to an empty POST. Write the
common answer with `all_get`, name the exceptions: all_get(403, office=200). `anonymous` and `disabled` are
sent to the sign-in page (302) unless said otherwise.
"""

from tests.assessment.routes import ROUTES as OF_ASSESSMENT
from tests.reminders.routes import ROUTES as OF_REMINDERS
from tests.routing import (
    ADMIN_ONLY,
    API_NO_POST,
    CONCERNED,
    NO_POST,
    OF_RETURN,
    OF_TASK,
    OF_UNIT,
    OFFICE_OR_ADMIN,
    OFFICE_PAGE,
    OWN_RETURN,
    PLACE,
    RETURNS,
    RETURNS_404,
    TASKS,
    Route,
    all_get,
    api,
    api_act,
    office_act,
    public,
)
from tests.supervision.routes import ROUTES as OF_SUPERVISION

ROUTES = {
    "healthz": Route(public(), public(405)),
    # --- agencies -------------------------------------------------------------------------------
    "agencies:sign_in": Route(all_get(302, colleague=302, visitors=200), public()),
    "agencies:sign_out": Route(public(405), public(302)),
    "agencies:invitation": Route(public(403), address={"token": "token"}),
    "agencies:first_admin": Route(public(403), address={"token": "token"}),
    "agencies:me": Route(all_get(200, colleague=200)),
    "agencies:password": Route(all_get(200, colleague=200)),
    "agencies:tokens": Route(all_get(200, colleague=200)),
    "agencies:token_revoke": Route(
        all_get(405, colleague=405), all_get(404, colleague=404), {"key": "token"}
    ),
    "agencies:other_devices": Route(all_get(405, colleague=405), all_get(302, colleague=302)),
    "agencies:agency_list": Route(all_get(200)),
    "agencies:agency_export": Route(all_get(200)),
    "agencies:agency_new": Route(OFFICE_OR_ADMIN, all_get(403, offices=400, admin=400)),
    "agencies:agency_edit": Route(OFFICE_OR_ADMIN, all_get(403, offices=400, admin=400), {"code": "agency"}),
    "agencies:inference_confirm": Route(
        NO_POST, all_get(403, offices=302), {"kind": "inference_kind", "pk": "inference"}
    ),
    "agencies:group_list": Route(all_get(200)),
    "agencies:group": Route(OFFICE_OR_ADMIN, all_get(403, offices=400, admin=400), {"pk": "group"}),
    "agencies:people": Route(OFFICE_OR_ADMIN),
    "agencies:people_export": Route(OFFICE_OR_ADMIN),
    "agencies:person_new": Route(ADMIN_ONLY, all_get(403, admin=400)),
    "agencies:people_template": Route(ADMIN_ONLY),
    "agencies:people_import": Route(ADMIN_ONLY, all_get(403, admin=400)),
    "agencies:person": Route(OFFICE_OR_ADMIN, all_get(403, admin=400), {"username": "person"}),
    "agencies:trail": Route(OFFICE_OR_ADMIN),
    "agencies:trail_export": Route(OFFICE_OR_ADMIN),
    # --- tasks ----------------------------------------------------------------------------------
    "tasks:plan": Route(TASKS, NO_POST, PLACE),
    "tasks:targets": Route(TASKS, NO_POST, PLACE),
    "tasks:targets_export": Route(TASKS, NO_POST, PLACE),
    "tasks:projects": Route(TASKS, NO_POST, PLACE),
    "tasks:projects_export": Route(TASKS, NO_POST, PLACE),
    "tasks:links": Route(TASKS, NO_POST, PLACE),
    "tasks:link": Route(NO_POST, office_act(404), {**PLACE, "pk": "missing"}),
    "tasks:link_new": Route(NO_POST, office_act(400), PLACE),
    "tasks:goals": Route(TASKS, NO_POST, PLACE),
    "tasks:goals_export": Route(TASKS, NO_POST, PLACE),
    "tasks:goals_confirm": Route(NO_POST, office_act(), PLACE),
    # The lead proposes its goal, the office issues it.
    "tasks:goal": Route(TASKS, all_get(403, nobody=404, own=(200, 400), offices=(200, 400)), OF_TASK),
    "tasks:questions": Route(all_get(403, nobody=(403, 404), offices=200), NO_POST, PLACE),
    "tasks:question": Route(NO_POST, office_act(404), {**PLACE, "pk": "missing"}),
    # Bodies declare, the office answers; leaders and administrators have no part in it.
    "tasks:not_concerned": Route(
        all_get(200, nobody=404, leader=403, admin=403),
        all_get(400, nobody=404, leader=403, admin=403),
        PLACE,
    ),
    "tasks:amendment_new": Route(OFFICE_PAGE, office_act((200, 400)), OF_TASK),
    "tasks:assignment_new": Route(OFFICE_PAGE, office_act((200, 400)), OF_TASK),
    "tasks:assignment_contacts": Route(office_act(404), address={**OF_TASK, "pk": "missing"}),
    "tasks:assignment_end": Route(office_act(404), address={**OF_TASK, "pk": "missing"}),
    "tasks:marks": Route(OFFICE_PAGE, office_act(), OF_TASK),
    # --- progress -------------------------------------------------------------------------------
    "progress:home": Route(all_get(302, colleague=302), all_get(405, colleague=405)),
    "progress:workbench": Route(TASKS, NO_POST, PLACE),
    "progress:handouts": Route(all_get(200, colleague=200), all_get(405, colleague=405)),
    "progress:handout": Route(all_get(404, colleague=200), all_get(404, colleague=412), {"pk": "handout"}),
    "progress:handing_out": Route(
        all_get(403, nobody=404, reporter=200, supporter=200, county=200, stranger=200),
        all_get(403, nobody=404, reporter=400, supporter=400, county=400, stranger=400),
        PLACE,
    ),
    "progress:handouts_of": Route(all_get(404, own=200), all_get(404, reporter=400, approver=400), OF_RETURN),
    "progress:handout_merge": Route(all_get(404), address={**OF_RETURN, "pk": "handout"}),
    "progress:handout_recall": Route(
        NO_POST, all_get(404, reporter=302, approver=403), {**OF_RETURN, "pk": "handout"}
    ),
    "progress:unit_handouts_of": Route(all_get(404, own=200), all_get(404, own=400), OF_UNIT),
    "progress:unit_handout_merge": Route(all_get(404), address={**OF_UNIT, "pk": "unit_handout"}),
    "progress:unit_handout_recall": Route(
        NO_POST, all_get(404, reporter=302, approver=403), {**OF_UNIT, "pk": "unit_handout"}
    ),
    "progress:register": Route(TASKS, NO_POST, PLACE),
    "progress:register_export": Route(TASKS, NO_POST, PLACE),
    "progress:task": Route(TASKS, NO_POST, OF_TASK),
    "progress:task_state": Route(NO_POST, office_act(nobody=(403, 404)), OF_TASK),
    "progress:agency": Route(all_get(200, nobody=(200, 403, 404)), NO_POST, {"code": "agency"}),
    "progress:overview": Route(all_get(403, offices=200, leader=200), NO_POST, PLACE),
    "progress:meeting": Route(all_get(403, nobody=404, offices=200, leader=200), NO_POST, PLACE),
    "progress:meeting_take": Route(NO_POST, office_act(), PLACE),
    "progress:problems": Route(RETURNS, NO_POST, PLACE),
    "progress:problems_export": Route(RETURNS, NO_POST, PLACE),
    "progress:exports": Route(RETURNS, NO_POST, PLACE),
    "progress:export_quarter": Route(RETURNS, NO_POST, PLACE),
    # The quarter was opened in the ordinary way: nobody backfills it.
    "progress:backfill": Route(all_get(403, nobody=404), None, PLACE),
    "progress:backfill_sheet": Route(all_get(403, nobody=404), NO_POST, PLACE),
    "progress:extensions": Route(RETURNS, NO_POST, PLACE),
    "progress:extensions_decide": Route(office_act(), office_act(400), PLACE),
    "progress:extension_new": Route(
        all_get(404, reporter=200, approver=403, offices=403),
        all_get(404, reporter=400, approver=403, offices=403),
        {**PLACE, "pk": "report"},
    ),
    "progress:extension": Route(all_get(404), address={**PLACE, "pk": "missing"}),
    "progress:returns": Route(RETURNS, NO_POST, PLACE),
    # The period is not locked: there is nothing to put off.
    "progress:resubmit": Route(all_get(404, own=403, offices=403), address={**PLACE, "pk": "report"}),
    "progress:waive": Route(office_act(), office_act(400), PLACE),
    "progress:returns_export": Route(RETURNS, NO_POST, PLACE),
    "progress:verdicts": Route(all_get(200, nobody=404, leader=403, admin=403), NO_POST, PLACE),
    "progress:propose_verdicts": Route(NO_POST, office_act(), PLACE),
    "progress:send_verdicts": Route(NO_POST, office_act(), PLACE),
    "progress:confirm_verdicts": Route(NO_POST, office_act(), PLACE),
    "progress:reply_verdicts": Route(NO_POST, all_get(302, nobody=404, leader=403, admin=403), PLACE),
    # Nothing was proposed yet: to all but the office there is nothing there.
    "progress:verdict": Route(all_get(404, offices=200), NO_POST, OF_TASK),
    "progress:verdict_propose": Route(NO_POST, all_get(404, offices=400), OF_TASK),
    "progress:verdict_confirm": Route(NO_POST, all_get(404, offices=400), OF_TASK),
    "progress:verdict_reply": Route(NO_POST, all_get(404), OF_TASK),
    "progress:return_form": Route(
        OWN_RETURN, all_get(404, reporter=302, approver=403, offices=403), OF_RETURN
    ),
    # A lead asks on its own return; the office knows of the draft, but asks for nothing there.
    "progress:requests": Route(
        all_get(404, own=200, offices=403), all_get(404, own=400, offices=403), OF_RETURN
    ),
    "progress:contributions": Route(CONCERNED, NO_POST, PLACE),
    "progress:contributions_export": Route(CONCERNED, NO_POST, PLACE),
    "progress:versions": Route(OWN_RETURN, NO_POST, OF_RETURN),
    "progress:reviews": Route(
        all_get(403, approver=200, supporter_approver=200, offices=200), NO_POST, PLACE
    ),
    # The return is a draft: the office reviews it only once it has left.
    "progress:review": Route(
        all_get(403, approver=200, supporter_approver=404, offices=404),
        all_get(403, approver=400, supporter_approver=404, offices=404),
        {**PLACE, "pk": "report"},
    ),
    "progress:bulk_decide": Route(
        NO_POST, all_get(403, approver=302, supporter_approver=302, offices=302), PLACE
    ),
    "progress:bulk_submit": Route(
        all_get(403, reporter=200, supporter=200, county=200, stranger=200),
        all_get(403, reporter=302, supporter=302, county=302, stranger=302),
        PLACE,
    ),
    # Of a task one may not know of, or a project that is not there: 404; reading is for the business roles.
    "progress:brief_task": Route(RETURNS, NO_POST, OF_TASK),
    "progress:brief_task_word": Route(RETURNS, NO_POST, OF_TASK),
    "progress:brief_project": Route(RETURNS_404, NO_POST, {**PLACE, "pk": "missing"}),
    "progress:brief_project_word": Route(RETURNS_404, NO_POST, {**PLACE, "pk": "missing"}),
    "progress:brief_agency": Route(RETURNS, NO_POST, {**PLACE, "code": "agency"}),
    "progress:brief_agency_word": Route(RETURNS, NO_POST, {**PLACE, "code": "agency"}),
    "progress:brief_chapter": Route(RETURNS, NO_POST, OF_TASK),
    "progress:brief_chapter_word": Route(RETURNS, NO_POST, OF_TASK),
    "progress:attachment": Route(all_get(404), NO_POST, {"pk": "missing"}),
    "progress:paper": Route(all_get(404), NO_POST, {"pk": "missing"}),
    # The return is a draft: its approver is sent back to it; who may not sign is told why.
    "progress:approve_offline": Route(
        all_get(404, reporter=403, approver=302, offices=403), address=OF_RETURN
    ),
    "progress:enter_on_behalf": Route(
        all_get(404, own=403, offices=200), all_get(404, own=403, offices=400), OF_RETURN
    ),
    "progress:unit_sheet": Route(
        all_get(404, own=200, offices=200), all_get(404, own=400, offices=403), {**PLACE, "agency": "agency"}
    ),
    "progress:unit_sheet_export": Route(
        all_get(404, own=200, offices=200), NO_POST, {**PLACE, "agency": "agency"}
    ),
    "progress:unit_form": Route(OWN_RETURN, all_get(404, reporter=302, approver=403, offices=403), OF_UNIT),
    "progress:unit_versions": Route(OWN_RETURN, NO_POST, OF_UNIT),
    # Of a quarter there is no annual report to draft, to write down or to collect.
    "progress:annual_draft": Route(all_get(404), address=OF_UNIT),
    "progress:annual_word": Route(all_get(404), NO_POST, OF_UNIT),
    "progress:annual_zip": Route(all_get(403, nobody=404, offices=404), NO_POST, PLACE),
    "progress:unit_approve_offline": Route(
        all_get(404, reporter=403, approver=302, offices=403), address=OF_UNIT
    ),
    "progress:unit_enter_on_behalf": Route(
        all_get(404, own=403, offices=200), all_get(404, own=403, offices=400), OF_UNIT
    ),
    "progress:unit_list": Route(all_get(302), NO_POST, PLACE),
    "progress:unit_duties": Route(OFFICE_PAGE, office_act(400), {"plan": "plan"}),
    "progress:unit_duty_end": Route(NO_POST, office_act(404), {"plan": "plan", "pk": "missing"}),
    "progress:periods": Route(TASKS, NO_POST, {"plan": "plan"}),
    "progress:periods_export": Route(TASKS, NO_POST, {"plan": "plan"}),
    "progress:periods_open": Route(NO_POST, office_act(), {"plan": "plan"}),
    "progress:period_due": Route(OFFICE_PAGE, office_act((200, 400)), PLACE),
    "progress:period_lock": Route(NO_POST, office_act(), PLACE),
    "progress:in_use_from": Route(NO_POST, office_act(), {"plan": "plan"}),
    "progress:rules": Route(TASKS, NO_POST, {"plan": "plan"}),
    "progress:duty_rule": Route(NO_POST, all_get((403, 404)), {"plan": "plan", "pk": "missing"}),
    "progress:lamp_rule_new": Route(NO_POST, office_act(400), {"plan": "plan"}),
    "progress:term_rule": Route(NO_POST, office_act(400), {"plan": "plan"}),
    "progress:calendar": Route(TASKS, NO_POST),
    "progress:calendar_days": Route(NO_POST, office_act(400, nobody=403)),
    "progress:calendar_day_remove": Route(NO_POST, office_act(404, nobody=403), {"pk": "missing"}),
    "progress:calendar_cover": Route(NO_POST, office_act(400, nobody=403)),
    "progress:demonstration": Route(OFFICE_OR_ADMIN, all_get(403, offices=302, admin=302)),
    # The return is a draft: there is nothing to correct, so its own body is sent back to it.
    "progress:correction_new": Route(
        all_get(404, own=302, offices=403), all_get(404, own=400, offices=403), OF_RETURN
    ),
    "progress:correction_new_unit": Route(
        all_get(404, own=302, offices=403), all_get(404, own=400, offices=403), OF_UNIT
    ),
    "progress:corrections": Route(RETURNS, NO_POST, PLACE),
    "progress:corrections_export": Route(RETURNS, NO_POST, PLACE),
    "progress:correction": Route(all_get(404), address={**PLACE, "pk": "missing"}),
    "progress:values": Route(RETURNS, NO_POST, PLACE),
    "progress:values_export": Route(RETURNS, NO_POST, PLACE),
    # --- public ---------------------------------------------------------------------------------
    "public:home": Route(public()),
    "public:plan": Route(public(), address={"plan": "plan"}),
    # --- the API --------------------------------------------------------------------------------
    "api:token": Route(public(405), public((400, 415))),
    "api:schema": Route(api(200), API_NO_POST),
    "api:agencies": Route(api(200), API_NO_POST),
    "api:agency": Route(api(200), API_NO_POST, {"code": "agency"}),
    "api:plans": Route(api(200), API_NO_POST),
    "api:tasks": Route(api(200), API_NO_POST),
    "api:task": Route(api(200, nobody=404), API_NO_POST, {"plan": "plan", "number": "number"}),
    # 400: the plan (and the period) must be named.
    "api:targets": Route(api(400, nobody=403), API_NO_POST),
    "api:goals": Route(api(200), API_NO_POST),
    "api:verdicts": Route(api(400, nobody=403, admin=403), API_NO_POST),
    "api:problems": Route(api(400, nobody=403, admin=403), API_NO_POST),
    "api:export_quarter": Route(api(400, nobody=403, admin=403), API_NO_POST),
    "api:export_assessment": Route(api(400, nobody=403, admin=403), API_NO_POST),
    "api:overview": Route(api(403, offices=400, leader=400), API_NO_POST),
    "api:periods": Route(api(200), API_NO_POST),
    "api:reports": Route(api(200), API_NO_POST),
    "api:report": Route(api(404, own=200, offices=200), API_NO_POST, {"pk": "report"}),
    "api:versions": Route(api(404, own=200, offices=200), API_NO_POST, {"pk": "report"}),
    "api:attachments": Route(api(404, own=200, offices=200), api_act(reporter=428), {"pk": "report"}),
    "api:approve_offline": Route(API_NO_POST, api_act(approver=428), {"pk": "report"}),
    "api:enter_on_behalf": Route(API_NO_POST, api_act(offices=428), {"pk": "report"}),
    "api:requests": Route(
        api(404, own=200, offices=403), api_act(reporter=428, approver=428), {"pk": "report"}
    ),
    "api:submit": Route(API_NO_POST, api_act(reporter=428), {"pk": "report"}),
    "api:approve": Route(API_NO_POST, api_act(approver=428), {"pk": "report"}),
    "api:withdraw": Route(API_NO_POST, api_act(reporter=428), {"pk": "report"}),
    "api:send_back": Route(API_NO_POST, api_act(offices=428), {"pk": "report"}),
    "api:accept": Route(API_NO_POST, api_act(offices=428), {"pk": "report"}),
    "api:reopen": Route(API_NO_POST, api_act(offices=428), {"pk": "report"}),
    "api:report_corrections": Route(
        api(404, own=200, offices=200), api(404, own=428, offices=403), {"pk": "report"}
    ),
    "api:corrections": Route(api(200), API_NO_POST),
    "api:correction": Route(api(404), API_NO_POST, {"pk": "missing"}),
    "api:correction_grant": Route(API_NO_POST, api(404), {"pk": "missing"}),
    "api:correction_refuse": Route(API_NO_POST, api(404), {"pk": "missing"}),
    "api:correction_withdraw": Route(API_NO_POST, api(404), {"pk": "missing"}),
    "api:": Route(api(404), path="/api/v1/no-such-address/"),
}

ROUTES |= OF_SUPERVISION | OF_REMINDERS | OF_ASSESSMENT
