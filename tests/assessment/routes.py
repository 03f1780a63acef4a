"""Who gets what at the addresses of assessment: part of the table in tests/routes.py."""

from tests.routing import NO_POST, Route, all_get

ROUTES = {
    # --- files of everything here ---
    "assessment:file": Route(all_get(404), NO_POST, {"pk": "missing"}),
    # --- rounds ---
}
