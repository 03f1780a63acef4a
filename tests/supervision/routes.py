"""Who gets what at the addresses of supervision: part of the table in tests/routes.py."""

ROUTES = {}
