"""Rows that neither the ORM nor SQL may change: triggers for both databases.

UPDATE is always refused; DELETE is refused unless the row was born as demonstration data. A migration
calls `protect` for each such table.
"""

from django.db import migrations

REFUSAL = "此记录不可更改或删除"
PROTECTED = {}


def protect(app_label, table):
    """A migration operation that guards `table`, and remembers it for `install` and `remove`."""
    PROTECTED[table] = app_label
    return migrations.RunPython(
        lambda apps, schema_editor: _install(schema_editor.connection, table),
        lambda apps, schema_editor: _remove(schema_editor.connection, table),
    )


def install(connection, tables):
    """Put the guards on `tables`; harmless where they stand already."""
    for table in tables:
        _remove(connection, table)
        _install(connection, table)


def remove(connection, tables):
    """Take the guards off `tables` (for an emptied test database only)."""
    for table in tables:
        _remove(connection, table)


def _install(connection, table):
    with connection.cursor() as cursor:
        for statement in _guards(connection.vendor, table):
            cursor.execute(statement)


def _remove(connection, table):
    with connection.cursor() as cursor:
        for name in (f"{table}_no_update", f"{table}_no_delete"):
            on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


def _guards(vendor, table):
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT OLD.is_demo "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        ]
    return [
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        "FOR EACH ROW WHEN (NOT OLD.is_demo) EXECUTE FUNCTION refuse_change()",
    ]
