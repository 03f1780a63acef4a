"""Who gets what at the addresses of supervision: part of the table in tests/routes.py."""

from tests.routing import NO_POST, OF_TASK, PLACE, RETURNS, Route, all_get, office_act

OF_MISSING = {"plan": "plan", "pk": "missing"}
# Something that is not there, to who reads supervision; and where only the office may do what is asked.
HIDDEN = all_get(404, nobody=403, admin=403)
OFFICE_MISSING = all_get(403, offices=404)

CIRCULAR = {**PLACE, "pk": "missing"}

ROUTES = {
    # --- boxes on the task page and the workbench ---
    "supervision:desk_box": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:task_box": Route(RETURNS, NO_POST, OF_TASK),
    # --- meetings ---
    "supervision:meetings": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:meetings_export": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:meeting_new": Route(
        all_get(403, offices=200), office_act(400, nobody=403), {"plan": "plan"}
    ),
    "supervision:meeting": Route(HIDDEN, NO_POST, OF_MISSING),
    "supervision:meeting_edit": Route(OFFICE_MISSING, address=OF_MISSING),
    "supervision:meeting_files": Route(OFFICE_MISSING, address=OF_MISSING),
    "supervision:meeting_orders": Route(OFFICE_MISSING, address=OF_MISSING),
    "supervision:meeting_action_new": Route(OFFICE_MISSING, address=OF_MISSING),
    "supervision:meeting_action": Route(OFFICE_MISSING, address={**OF_MISSING, "action": "missing"}),
    # --- instructions ---
    "supervision:instructions": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:instructions_export": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:instruction_new": Route(
        all_get(403, offices=200), office_act(400, nobody=403), {"plan": "plan"}
    ),
    "supervision:instruction": Route(HIDDEN, NO_POST, OF_MISSING),
    "supervision:instruction_edit": Route(OFFICE_MISSING, address=OF_MISSING),
    "supervision:instruction_files": Route(OFFICE_MISSING, address=OF_MISSING),
    "supervision:instruction_report": Route(HIDDEN, address=OF_MISSING),
    "supervision:instruction_word": Route(HIDDEN, NO_POST, OF_MISSING),
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
    "supervision:problem_paper": Route(all_get(403, offices=404), NO_POST, {"plan": "plan", "pk": "missing"}),
    "supervision:problem_act": Route(
        all_get(404, nobody=403, admin=403),
        all_get(404, nobody=403, admin=403),
        {"plan": "plan", "pk": "missing", "verb": "close"},
    ),
    # --- 临时调度 ---
    "supervision:quick_list": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:quick_list_export": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:quick_new": Route(all_get(403, offices=200), all_get(403, offices=400), {"plan": "plan"}),
    "supervision:quick_offers": Route(
        all_get(404, nobody=403, admin=403, own=200), NO_POST, {"plan": "plan", "report": "report"}
    ),
    "supervision:quick": Route(
        all_get(404, nobody=403, admin=403), NO_POST, {"plan": "plan", "pk": "missing"}
    ),
    "supervision:quick_edit": Route(all_get(403, offices=404), None, {"plan": "plan", "pk": "missing"}),
    "supervision:quick_change": Route(all_get(403, offices=404), None, {"plan": "plan", "pk": "missing"}),
    **{
        f"supervision:quick_{verb}": Route(
            NO_POST, all_get(403, offices=404), {"plan": "plan", "pk": "missing"}
        )
        for verb in ("send", "drop", "withdraw", "close")
    },
    "supervision:quick_answer": Route(
        NO_POST, all_get(404, nobody=403, admin=403), {"plan": "plan", "pk": "missing"}
    ),
    **{
        f"supervision:quick_{paper}": Route(
            all_get(403, offices=404, leader=404), NO_POST, {"plan": "plan", "pk": "missing"}
        )
        for paper in ("export", "paper", "word")
    },
    # --- the papers of orders ---
    "supervision:orders_export": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:order_slip": Route(HIDDEN, NO_POST, OF_MISSING),
    "supervision:order_word": Route(HIDDEN, NO_POST, OF_MISSING),
    # --- circulars ---
    "supervision:circulars": Route(RETURNS, NO_POST, PLACE),
    "supervision:circulars_export": Route(RETURNS, NO_POST, PLACE),
    # Refused where none can be drafted, in words on the list.
    "supervision:circular_new": Route(NO_POST, all_get(403, offices=302), PLACE),
    "supervision:circular": Route(HIDDEN, NO_POST, CIRCULAR),
    "supervision:circular_verb": Route(HIDDEN, HIDDEN, {**CIRCULAR, "verb": "check"}),
    "supervision:circular_word": Route(HIDDEN, NO_POST, CIRCULAR),
    "supervision:circular_excel": Route(HIDDEN, NO_POST, CIRCULAR),
    # --- 征求意见 ---
    "supervision:consultations": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:consultations_export": Route(RETURNS, NO_POST, {"plan": "plan"}),
    "supervision:consultation_new": Route(
        all_get(403, offices=200), office_act(400, nobody=403), {"plan": "plan"}
    ),
    "supervision:consultation": Route(HIDDEN, NO_POST, OF_MISSING),
    "supervision:consultation_edit": Route(OFFICE_MISSING, address=OF_MISSING),
    "supervision:consultation_word": Route(OFFICE_MISSING, NO_POST, OF_MISSING),
    "supervision:consultation_excel": Route(OFFICE_MISSING, NO_POST, OF_MISSING),
    "supervision:consultation_verb": Route(NO_POST, OFFICE_MISSING, {**OF_MISSING, "verb": "send"}),
    "supervision:consultation_reply": Route(NO_POST, HIDDEN, {**OF_MISSING, "reply": "missing"}),
    "supervision:consultation_decide": Route(NO_POST, OFFICE_MISSING, {**OF_MISSING, "opinion": "missing"}),
}
