"""Who gets what at the addresses of reminders: part of the table in tests/routes.py."""

from tests.routing import NO_POST, OFFICE_OR_ADMIN, OFFICE_PAGE, Route, all_get, office_act

MISSING = {"pk": "missing"}
OF_PLAN = {"plan": "plan"}
OF_RULE = {**OF_PLAN, "pk": "rule"}
OPERATED = all_get(403, offices=404, admin=404)

ROUTES = {
    # --- one's own inbox, and how one wants to be reached ---
    "reminders:inbox": Route(all_get(200, colleague=200), all_get(405, colleague=405)),
    "reminders:inbox_read": Route(all_get(405, colleague=405), all_get(302, colleague=302)),
    # A message is its recipient's alone.
    "reminders:message": Route(all_get(404, colleague=404), all_get(405, colleague=405), {"pk": "missing"}),
    "reminders:message_open": Route(
        all_get(405, colleague=405), all_get(404, colleague=404), {"pk": "missing"}
    ),
    "reminders:channels": Route(all_get(200, colleague=200), all_get(302, colleague=302)),
    # --- how the running of it fares: the office and the administrator ---
    "reminders:operations": Route(OFFICE_OR_ADMIN, NO_POST),
    "reminders:unsent": Route(OFFICE_OR_ADMIN, NO_POST),
    "reminders:unsent_export": Route(OFFICE_OR_ADMIN, NO_POST),
    "reminders:unsent_settle": Route(NO_POST, all_get(403, offices=400, admin=400)),
    "reminders:unreached": Route(OFFICE_OR_ADMIN, NO_POST),
    "reminders:robots": Route(OFFICE_OR_ADMIN, NO_POST),
    "reminders:robot_new": Route(OFFICE_OR_ADMIN, all_get(403, offices=400, admin=400)),
    "reminders:robot": Route(OPERATED, OPERATED, MISSING),
    "reminders:robot_switch": Route(NO_POST, OPERATED, MISSING),
    "reminders:robot_test": Route(NO_POST, OPERATED, MISSING),
    # --- the ladder of a plan, and what it would send: the office's ---
    "reminders:rules": Route(OFFICE_PAGE, NO_POST, OF_PLAN),
    "reminders:rules_export": Route(OFFICE_PAGE, NO_POST, OF_PLAN),
    "reminders:hours": Route(NO_POST, office_act(400), OF_PLAN),
    "reminders:rule_new": Route(OFFICE_PAGE, office_act(400), OF_PLAN),
    "reminders:rule": Route(OFFICE_PAGE, office_act(400), OF_RULE),
    "reminders:rule_switch": Route(NO_POST, office_act(), OF_RULE),
    "reminders:rule_delete": Route(NO_POST, office_act(), OF_RULE),
    "reminders:preview": Route(OFFICE_PAGE, NO_POST, OF_PLAN),
    "reminders:preview_export": Route(OFFICE_PAGE, NO_POST, OF_PLAN),
    # --- urging by hand, the ledger, and whether it helps ---
    "reminders:urge": Route(OFFICE_PAGE, office_act(), OF_PLAN),
    "reminders:urge_export": Route(OFFICE_PAGE, NO_POST, OF_PLAN),
    # Nothing was chosen: back to the list.
    "reminders:urge_preview": Route(NO_POST, office_act(), OF_PLAN),
    "reminders:urge_send": Route(NO_POST, office_act(), OF_PLAN),
    "reminders:urge_call": Route(NO_POST, office_act(), OF_PLAN),
    "reminders:urge_copy": Route(NO_POST, office_act(), OF_PLAN),
    "reminders:ledger": Route(all_get(200, nobody=404, leader=403, admin=403), NO_POST, OF_PLAN),
    "reminders:ledger_export": Route(all_get(200, nobody=404, leader=403, admin=403), NO_POST, OF_PLAN),
    "reminders:effect": Route(OFFICE_PAGE, NO_POST, OF_PLAN),
    "reminders:effect_export": Route(OFFICE_PAGE, NO_POST, OF_PLAN),
}
