"""Rows that neither the ORM nor SQL may change: triggers for both databases.

A migration calls `protect` for a table whose rows never change: UPDATE is always refused, DELETE unless the
row was born as demonstration data. It calls `freeze` for a table whose rows stand still while they are in
some state, and for those of their parts. A later migration that rebuilds such a table (on SQLite most
changes of a column do) takes the guards off first (`remove`) and puts them on again after it (`install`).
"""

from dataclasses import dataclass

from django.db import migrations

REFUSAL = "此记录不可更改或删除"
# {table: what guards it}, as far as the migrations have been read.
PROTECTED = {}


@dataclass(frozen=True)
class Always:
    """Guards rows that never change."""

    def refused(self, columns, differs):
        """{verb: the condition on OLD and NEW under which it is refused}.

        columns: those of the table, quoted; differs: SQL's operator that takes NULLs for equal.
        """
        return {"update": "1 = 1", "delete": "NOT OLD.is_demo"}


@dataclass(frozen=True)
class WhileIn:
    """Guards rows while their column `state` is `frozen`; the columns `loose` (among them the state) stay
    free."""

    frozen: str
    loose: tuple[str, ...]

    def refused(self, columns, differs):
        """As of `Always`."""
        is_frozen = f"OLD.state = '{self.frozen}'"
        free = {f'"{name}"' for name in self.loose}
        changed = " OR ".join(f"OLD.{each} {differs} NEW.{each}" for each in columns if each not in free)
        return {"update": f"{is_frozen} AND ({changed})", "delete": f"{is_frozen} AND NOT OLD.is_demo"}


@dataclass(frozen=True)
class PartOf:
    """Guards the parts of rows that `WhileIn` guards: none changes, goes or comes.

    whole: their table; by: the column that names the row they are part of.
    """

    whole: str
    by: str
    frozen: str

    def refused(self, columns, differs):
        """As of `Always`."""
        before, after = (self._is_frozen(row) for row in ("OLD", "NEW"))
        return {
            "update": f"{before} OR {after}",
            "delete": self._is_frozen("OLD", " AND NOT whole.is_demo"),
            "insert": after,
        }

    def _is_frozen(self, row, unless=""):
        own = f"whole.id = {row}.{self.by} AND whole.state = '{self.frozen}'{unless}"
        return f"EXISTS (SELECT 1 FROM {self.whole} whole WHERE {own})"


def protect(app_label, table):
    """A migration operation that guards `table`, and remembers it for `install` and `remove`."""
    return _guarded({table: Always()})


def freeze(table, *, state, loose, parts):
    """A migration operation that guards the rows of `table` that are in `state`, but for the state itself and
    the columns `loose`, and the rows of `parts` ({table: the column that names the whole})."""
    guards = {table: WhileIn(state, ("state", *loose))}
    return _guarded(guards | {part: PartOf(table, by, state) for part, by in parts.items()})


def _guarded(guards):
    PROTECTED.update(guards)
    return migrations.RunPython(
        lambda apps, schema_editor: install(schema_editor.connection, guards),
        lambda apps, schema_editor: remove(schema_editor.connection, guards),
    )


def install(connection, tables):
    """Put the guards on `tables`; harmless where they stand already."""
    remove(connection, tables)
    with connection.cursor() as cursor:
        for table in tables:
            described = connection.introspection.get_table_description(cursor, table)
            columns = [f'"{each.name}"' for each in described]
            differs = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
            for verb, condition in PROTECTED[table].refused(columns, differs).items():
                for statement in _trigger(connection.vendor, table, verb, condition):
                    cursor.execute(statement)


def remove(connection, tables):
    """Take the guards off `tables`: to empty a test database, or to put a backup in their place."""
    on_table = " ON {}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for table in tables:
            for verb in ("update", "delete", "insert"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on_table.format(table)}")


def _trigger(vendor, table, verb, condition):
    name = f"{table}_no_{verb}"
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN "
        f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; "
        f"END IF; RETURN {'OLD' if verb == 'delete' else 'NEW'}; END $$",
        f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
