"""What bin/backup keeps, bin/restore brings back: every table and every file, or nothing at all."""

import hashlib
import json
import random
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from agencies import audit
from agencies.models import AuditEvent, User
from assessment.models import Criterion
from suzhou_plan import archive
from tests.assessment.round_life import make_scheme
from tests.cast import person
from tests.services.site import Site

pytestmark = pytest.mark.django_db(transaction=True)
SEED = 20261012


@pytest.fixture
def attachments(settings) -> Path:
    """Two files as people upload them, one of them empty of text and full of bytes."""
    folder = Path(settings.MEDIA_ROOT)
    (folder / "ab").mkdir(exist_ok=True)
    (folder / "ab" / "进展说明.pdf").write_bytes(b"%PDF-1.7 \x00\xff" * 5000)
    (folder / "empty.docx").write_bytes(b"")
    return folder


@pytest.fixture
def city(attachments, clock):
    """People, a trail that may not be changed, a published scheme nothing may be added to, and files."""
    user = person("keeper", full_name="守·𠮷")
    for number in range(3):
        audit.record("备份前", user, by=user, now=clock.now, detail={"第": number, "比例": 12.5})
    make_scheme(user)
    return user


@pytest.fixture
def kept(city, attachments, tmp_path) -> Path:
    target = tmp_path / "kept.zip"
    archive.keep(target, attachments, timezone.now())
    return target


def rows_by_table() -> dict[str, list]:
    """Every row of every table of ours as the database itself shows it, by plain SQL."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT * FROM {table}")
            found[model._meta.db_table] = sorted(map(repr, cursor.fetchall()))
    return found


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_table_and_file_comes_back(kept, city, attachments):
    tables, files = rows_by_table(), digests(attachments)
    assert sum(map(len, tables.values())) > 4

    User.objects.filter(pk=city.pk).update(full_name="改过的名字")
    person("intruder")
    (attachments / "ab" / "进展说明.pdf").write_bytes(b"overwritten")
    (attachments / "later.pdf").write_bytes(b"later")
    archive.restore(kept, attachments, replace=True)

    assert rows_by_table() == tables
    assert digests(attachments) == files


def test_guards_stand_again_and_numbering_goes_on(kept, attachments, clock):
    archive.restore(kept, attachments, replace=True)
    with pytest.raises(Exception, match="不可更改"):
        AuditEvent.objects.update(verb="改写")
    with pytest.raises(Exception, match="不可更改"):
        Criterion.objects.update(weight=1)
    highest = max(User.objects.values_list("pk", flat=True))
    assert person("newcomer").pk > highest


def test_restored_elsewhere_it_is_the_same(kept, tmp_path):
    """Into an empty SQLite file of another installation, whichever database it was kept from."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    site = Site(elsewhere, f"sqlite:///{elsewhere / 'site.sqlite3'}")
    site.manage("restore", str(kept))
    site.manage("backup", str(tmp_path / "again.zip"))
    assert members(tmp_path / "again.zip") == members(kept)


def members(kept: Path) -> dict:
    with zipfile.ZipFile(kept) as file:
        return json.loads(file.read(archive.MANIFEST))["members"]


def test_what_is_there_is_not_overwritten_unasked(kept, attachments):
    before = rows_by_table()
    with pytest.raises(archive.Unfit, match="--replace"):
        archive.restore(kept, attachments)
    assert rows_by_table() == before


def test_another_version_of_the_schema_is_refused(kept, attachments, monkeypatch):
    applied = archive.applied_migrations()
    monkeypatch.setattr(archive, "applied_migrations", lambda: applied[:-1])
    with pytest.raises(archive.Unfit, match="版本不同"):
        archive.restore(kept, attachments, replace=True)


def test_damage_is_found_before_anything_is_touched(kept, attachments, tmp_path, count):
    """Flipped bytes and cut ends: refused, or (a byte nobody reads) restored to the very same."""
    tables, files = rows_by_table(), digests(attachments)
    whole, chance, refused = kept.read_bytes(), random.Random(SEED), 0
    damaged = tmp_path / "damaged.zip"
    tries = count(2000)
    for number in range(tries):
        content = bytearray(whole)
        if number % 4:
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        else:
            del content[chance.randrange(len(content)) :]
        damaged.write_bytes(content)
        try:
            archive.check(damaged)
        except archive.Unfit:
            refused += 1
            with pytest.raises(archive.Unfit):
                archive.restore(damaged, attachments, replace=True)
        else:
            assert members(damaged) == members(kept)
    assert rows_by_table() == tables
    assert digests(attachments) == files
    assert refused > tries * 0.8


def rewritten(kept: Path, target: Path, change) -> Path:
    """A sound zip file whose members went through `change(name, content)`."""
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            for written, content in change(name, old.read(name)):
                new.writestr(written, content)
    return target


@pytest.mark.parametrize(
    "change",
    [
        lambda name, content: [(name, content.replace("守".encode(), "攻".encode()))],
        lambda name, content: [] if name.endswith("empty.docx") else [(name, content)],
        lambda name, content: [(name, content), ("attachments/../../evil", b"x")][: 1 + (name[0] == "m")],
    ],
    ids=["a changed word", "a missing file", "a file too many"],
)
def test_a_sound_zip_with_other_contents_is_refused(kept, tmp_path, change):
    with pytest.raises(archive.Unfit, match="损坏"):
        archive.check(rewritten(kept, tmp_path / "other.zip", change))


def test_without_the_digests_the_change_would_pass(kept, tmp_path, monkeypatch):
    """Negative control of the test above."""
    monkeypatch.setattr(archive, "compare_members", lambda *_: None)
    other = rewritten(
        kept, tmp_path / "other.zip", lambda name, content: [(name, content.replace("守".encode(), b"-"))]
    )
    archive.check(other)


def test_a_restore_that_fails_midway_changes_nothing(kept, attachments, monkeypatch):
    tables, files = rows_by_table(), digests(attachments)
    fill, done = archive.fill, []

    def breaks(model, file):
        if len(done) == 5:
            raise RuntimeError("power cut")
        done.append(model)
        fill(model, file)

    monkeypatch.setattr(archive, "fill", breaks)
    with pytest.raises(RuntimeError, match="power cut"):
        archive.restore(kept, attachments, replace=True)
    assert rows_by_table() == tables
    assert digests(attachments) == files


def test_the_commands_say_what_they_did(city, attachments, tmp_path, capsys):
    target = tmp_path / "by-command.zip"
    call_command("backup", str(target))
    assert "2 个附件" in capsys.readouterr().out
    call_command("restore", str(target), "--check")
    assert "备份完好" in capsys.readouterr().out
    with pytest.raises(CommandError, match="已存在"):
        call_command("backup", str(target))
    with pytest.raises(CommandError, match="没有找到"):
        call_command("restore", str(tmp_path / "nothing.zip"))
    assert target.stat().st_mode & 0o077 == 0


def test_values_are_kept_to_the_last_digit(clock):
    moment = clock.now.replace(microsecond=123456)
    user = person("exact", date_joined=moment) if has_field(User, "date_joined") else person("exact")
    field = AuditEvent._meta.get_field("at")
    event = audit.record("精确", user, by=user, now=moment)
    assert field.to_python(archive.written(field, event)) == moment
    for model in archive.kept_models():
        for each in model._meta.concrete_fields:
            if each.get_internal_type() == "DecimalField":
                row = model(**{each.attname: Decimal("1234567.8901")})
                assert each.to_python(archive.written(each, row)) == Decimal("1234567.8901")


def has_field(model, name: str) -> bool:
    return any(field.name == name for field in model._meta.fields)
