"""Who gets what at the addresses of assessment: part of the table in tests/routes.py."""

ROUTES = {}
