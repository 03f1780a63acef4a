"""Who gets what at the addresses of supervision: part of the table in tests/routes.py."""

from tests.routing import NO_POST, RETURNS, Route, all_get, office_act

ROUTES = {
    # --- files of everything here ---
    "supervision:file": Route(all_get(404), NO_POST, {"pk": "missing"}),
    # --- orders ---
    "supervision:orders": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:order_new": Route(all_get(403, nobody=404, offices=200), office_act(400), {"plan": "plan"}),
    "supervision:order_rules": Route(
        all_get(403, nobody=404, offices=200), office_act(400), {"plan": "plan"}
    ),
    "supervision:order": Route(
        all_get(404, nobody=403, admin=403), NO_POST, {"plan": "plan", "pk": "missing"}
    ),
    "supervision:order_edit": Route(
        all_get(404, nobody=403, admin=403), address={"plan": "plan", "pk": "missing"}
    ),
    "supervision:order_verb": Route(
        all_get(404, nobody=403, admin=403), address={"plan": "plan", "pk": "missing", "verb": "sign_for"}
    ),
    # --- problems ---
    "supervision:problems": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:problems_export": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:problems_triage": Route(
        all_get(403, offices=302), office_act(400, nobody=403), {"plan": "plan"}
    ),
    "supervision:problem_new": Route(
        all_get(403, offices=200), office_act(400, nobody=403), {"plan": "plan"}
    ),
    "supervision:problem": Route(
        all_get(404, nobody=403, admin=403), NO_POST, {"plan": "plan", "pk": "missing"}
    ),
    "supervision:problem_act": Route(
        all_get(404, nobody=403, admin=403),
        all_get(404, nobody=403, admin=403),
        {"plan": "plan", "pk": "missing", "verb": "close"},
    ),
}
