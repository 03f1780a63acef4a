"""Who gets what at the addresses of reminders: part of the table in tests/routes.py."""

from tests.routing import Route, all_get

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
}
