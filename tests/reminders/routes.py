"""Who gets what at the addresses of reminders: part of the table in tests/routes.py."""

ROUTES = {}
