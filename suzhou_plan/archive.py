"""One archive of everything that must not be lost: every table and every attachment.

The archive is a zip file: `manifest.json` (what was applied to the schema, and for every other member
its size and SHA-256), `tables/<table>.jsonl` (one row a line) and `attachments/<name>`. It names no kind
of database: what was kept from SQLite can be restored into PostgreSQL, and the other way round.
"""

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from agencies import immutability

FORMAT = 1
BATCH = 200
CHUNK = 1024 * 1024
MANIFEST = "manifest.json"
# What reading a damaged zip file can raise.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(KeyError, TypeError, ValueError, NotImplementedError, RuntimeError),
)


class Unfit(Exception):
    """The archive, or the place it should go to, cannot be used; says why. Nothing was changed."""


# --- keeping -----------------------------------------------------------------------------------


def keep(target: Path, attachments: Path, now: datetime) -> dict:
    """Write the archive `target` from one consistent view of the database; returns its manifest.

    The file appears under its name only when it is complete. Attachments are copied after the view
    was taken: files are written before the rows that name them.
    """
    part = target.with_name(f"{target.name}.part")
    members: dict[str, dict] = {}
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            with one_view():
                applied = applied_migrations()
                for model in kept_models():
                    name = f"tables/{model._meta.db_table}.jsonl"
                    members[name] = write_member(archive, name, lines_of(model))
            for path in sorted(attachments.rglob("*")):
                if path.is_file():
                    name = f"attachments/{path.relative_to(attachments).as_posix()}"
                    members[name] = write_member(archive, name, chunks_of(path))
            manifest = {
                "format": FORMAT,
                "made_at": now.isoformat(),
                "database": connection.vendor,
                "migrations": applied,
                "members": members,
            }
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    return manifest


@contextmanager
def one_view() -> Iterator[None]:
    """All reads inside see the same moment, without holding up those who write."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        # Deferred, unlike every transaction of the site: a reader of WAL blocks no writer.
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("COMMIT")


def kept_models() -> list[type[models.Model]]:
    """Every model that has a table, those behind many-to-many fields included."""
    found = apps.get_models(include_auto_created=True)
    return sorted(
        (model for model in found if model._meta.managed and not model._meta.proxy),
        key=lambda model: model._meta.db_table,
    )


def lines_of(model: type[models.Model]) -> Iterator[bytes]:
    fields = model._meta.concrete_fields
    for row in model._base_manager.order_by("pk").iterator(chunk_size=2000):
        values = [written(field, row) for field in fields]
        yield json.dumps(values, ensure_ascii=False).encode() + b"\n"


def written(field: models.Field, row: models.Model):
    """A field's value as JSON, exact to the microsecond and to the last decimal."""
    value = field.value_from_object(row)
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return field.value_to_string(row)


def chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def write_member(archive: zipfile.ZipFile, name: str, parts: Iterator[bytes]) -> dict:
    digest, size = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as member:
        for part in parts:
            member.write(part)
            digest.update(part)
            size += len(part)
    return {"size": size, "sha256": digest.hexdigest()}


def applied_migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


# --- checking ----------------------------------------------------------------------------------


def check(source: Path) -> dict:
    """Read the whole archive and compare every member with the manifest; returns the manifest."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise Unfit(f"备份文件的格式是 {manifest['format']}，本程序只认得 {FORMAT}。")
            compare_members(archive, manifest["members"])
    except FileNotFoundError as error:
        raise Unfit(f"没有找到备份文件 {source}。") from error
    except DAMAGE as error:
        raise Unfit(f"备份文件已损坏，未作任何改动（{error}）。") from error
    return manifest


def compare_members(archive: zipfile.ZipFile, members: dict[str, dict]) -> None:
    present = archive.namelist()
    if sorted(present) != sorted([MANIFEST, *members]):
        raise Unfit("备份文件已损坏，未作任何改动（文件清单与内容不一致）。")
    for name, promised in members.items():
        if ".." in Path(name).parts or name.startswith("/"):
            raise Unfit(f"备份文件中有不安全的文件名 {name}，未作任何改动。")
        digest = hashlib.sha256()
        with archive.open(name) as member:
            while chunk := member.read(CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != promised["sha256"]:
            raise Unfit(f"备份文件已损坏，未作任何改动（{name} 与清单不一致）。")


# --- restoring ---------------------------------------------------------------------------------


def restore(source: Path, attachments: Path, replace: bool = False) -> dict:
    """Put an archive into this installation; returns its manifest. Everything or nothing.

    The database must stand at the migrations the archive was made with. Without `replace` it must
    hold nothing yet. Files are laid beside the attachments first and change places at the end.
    """
    manifest = check(source)
    compare_schema(manifest)
    if not replace and (found := first_row()):
        raise Unfit(f"数据库中已有内容（{found}），未作任何改动：确要覆盖请加 --replace。")
    incoming = attachments.with_name(f"{attachments.name}.incoming")
    with zipfile.ZipFile(source) as archive:
        lay_out(archive, manifest["members"], incoming)
        with transaction.atomic():
            immutability.remove(connection, immutability.PROTECTED)
            empty_tables()
            for model in kept_models():
                fill(model, archive)
            # Before the files change places: what the database would refuse, it refuses now.
            connection.check_constraints()
            immutability.install(connection, immutability.PROTECTED)
            swap(attachments, incoming)
    return manifest


def compare_schema(manifest: dict) -> None:
    here, there = set(applied_migrations()), set(manifest["migrations"])
    if here == there:
        return
    more = sorted(there - here) or sorted(here - there)
    raise Unfit(
        f"备份与本程序的版本不同（{more[0]} 等 {len(more)} 项），未作任何改动：请用备份时的版本恢复，再升级。"
    )


def first_row() -> str:
    """The name of a table that holds something of ours; empty when there is none."""
    made_by_django = {"contenttypes", "auth"}
    for model in kept_models():
        if model._meta.app_label not in made_by_django and model._base_manager.exists():
            return str(model._meta.verbose_name)
    return ""


def empty_tables() -> None:
    tables = [model._meta.db_table for model in kept_models()]
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), tables, reset_sequences=True):
            cursor.execute(statement)


def fill(model: type[models.Model], archive: zipfile.ZipFile) -> None:
    fields = model._meta.concrete_fields
    with archive.open(f"tables/{model._meta.db_table}.jsonl") as lines:
        batch = []
        for line in lines:
            batch.append(row_of(model, fields, json.loads(line)))
            if len(batch) == BATCH:
                insert(model, fields, batch)
                batch = []
        insert(model, fields, batch)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def row_of(model: type[models.Model], fields: list[models.Field], values: list) -> models.Model:
    row = model()
    for field, value in zip(fields, values, strict=True):
        plain = field.target_field if field.is_relation else field
        setattr(row, field.attname, value if value is None else plain.to_python(value))
    return row


def insert(model: type[models.Model], fields: list[models.Field], rows: list[models.Model]) -> None:
    """Insert rows as they were: `raw` keeps fields that set themselves (auto_now) from doing so."""
    if rows:
        model._base_manager._insert(rows, fields=fields, using=connection.alias, raw=True)


def lay_out(archive: zipfile.ZipFile, members: dict[str, dict], folder: Path) -> None:
    remove_folder(folder)
    folder.mkdir(mode=0o700, parents=True)
    for name in members:
        if name.startswith("attachments/"):
            target = folder / name.removeprefix("attachments/")
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with archive.open(name) as member, target.open("wb") as file:
                while chunk := member.read(CHUNK):
                    file.write(chunk)
            target.chmod(0o600)


def swap(attachments: Path, incoming: Path) -> None:
    """The folder laid out becomes the attachments; the former ones stay as `.replaced`."""
    replaced = attachments.with_name(f"{attachments.name}.replaced")
    remove_folder(replaced)
    if attachments.exists():
        attachments.rename(replaced)
    incoming.rename(attachments)


def remove_folder(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
