"""A published scheme stands still, whoever asks and however: the database itself refuses."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from assessment import schemes
from assessment.models import Criterion, ExportForm, Scheme, VetoItem
from progress.workflow import WrongState
from tests.assessment.round_life import BEGUN, make_scheme, unpublish
from tests.factories import make_plan

pytestmark = pytest.mark.django_db
# What publishing, withdrawing and the going of the year it was copied from change.
FREE = {"state", "revision", "published_at", "published_by", "copied_from"}
REFUSED = "不可更改或删除"
PARTS = ("assessment_criterion", "assessment_vetoitem", "assessment_exportform", "assessment_scheme_listed")


def full_scheme(office, kjj, **fields):
    """A published scheme with every kind of part."""
    scheme = make_scheme(office, published=False, listed=[kjj], **fields)
    scheme.veto_items.create(name="弄虚作假")
    scheme.export_forms.create(kind="party", title="报送表")
    return schemes.load(published(scheme, office).pk)


def published(scheme, by):
    said = {"state": Scheme.State.PUBLISHED, "published_at": BEGUN, "published_by": by}
    Scheme.objects.filter(pk=scheme.pk).update(**said)
    return scheme


@pytest.fixture
def scheme(office, kjj):
    return full_scheme(office, kjj)


def refused(change, *args, **kwargs):
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        change(*args, **kwargs)


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def another(field, scheme):
    """A value the field has not."""
    old = getattr(scheme, field.attname)
    kinds = {
        "BooleanField": lambda: not old,
        "CharField": lambda: f"{old}改",
        "DateTimeField": lambda: old + timedelta(days=1),
        "DecimalField": lambda: old + Decimal("0.01"),
    }
    return kinds.get(field.get_internal_type(), lambda: (old or 0) + 1)()


def test_each_of_its_own_terms_is_refused_and_what_publishing_writes_is_free(scheme):
    rows = Scheme.objects.filter(pk=scheme.pk)
    fields = Scheme._meta.concrete_fields
    assert {each.name for each in fields} >= FREE
    for field in fields:
        if field.name not in FREE:
            refused(rows.update, **{field.attname: another(field, scheme)})
    scheme.title = "另一个名称"
    refused(scheme.save)
    refused(run, "UPDATE assessment_scheme SET excellent_from = 1")
    refused(run, "DELETE FROM assessment_scheme")
    refused(rows.delete)
    # The same once more is no change, and a row is claimed by its revision.
    assert rows.update(title=Scheme.objects.get().title, revision=9) == 1


@pytest.mark.parametrize("table", PARTS)
def test_none_of_its_parts_changes_or_goes(scheme, table):
    refused(run, f"UPDATE {table} SET scheme_id = scheme_id")
    refused(run, f"DELETE FROM {table}")
    unpublish(scheme)
    assert run(f"UPDATE {table} SET scheme_id = scheme_id") == run(f"DELETE FROM {table}") > 0


def test_nothing_comes_to_it_or_is_moved_into_or_out_of_it(scheme, office, kjj, fgw):
    line = {"order": 9, "name": "新增", "formula": "by_hand", "weight": Decimal(1)}
    draft = make_scheme(office, year=2031, published=False)
    refused(Criterion.objects.create, scheme=scheme, **line)
    refused(VetoItem.objects.create, scheme=scheme, name="新增")
    refused(ExportForm.objects.create, scheme=scheme, kind="government", title="新增")
    refused(scheme.listed.add, fgw)
    refused(scheme.listed.clear)
    own = Criterion.objects.create(scheme=draft, **line)
    own.scheme = scheme
    refused(own.save)
    moved = scheme.criteria.first()
    moved.scheme, moved.order = draft, 8
    refused(moved.save)
    assert (scheme.criteria.count(), draft.criteria.count(), scheme.listed.get()) == (3, 4, kjj)


def test_withdrawn_it_is_edited_and_published_anew(office):
    done = {"by": office, "now": BEGUN}
    draft = schemes.new_scheme(make_plan(), 2030, **done)
    content = schemes.content_of(draft)
    scheme = schemes.publish(draft, revision=draft.revision, **done)
    refused(scheme.criteria.update, standard="改")
    with pytest.raises(WrongState):
        schemes.edit(scheme, content, revision=scheme.revision, **done)
    draft = schemes.withdraw(scheme, "分值有误", revision=scheme.revision, **done)
    edited = schemes.edit(draft, replace(content, title="新办法"), revision=draft.revision, **done)
    again = schemes.publish(edited, revision=edited.revision, **done)
    refused(again.criteria.update, standard="再改")
    assert (again.title, again.criteria.count()) == ("新办法", len(content.criteria))


def test_with_its_withdrawal_nothing_else_is_changed(scheme):
    rows = Scheme.objects.filter(pk=scheme.pk)
    drafted = {"state": "draft", "published_at": None, "published_by": None}
    refused(rows.update, **drafted, addition_cap=Decimal(99))
    assert rows.update(**drafted) and rows.update(addition_cap=Decimal(6))


def test_a_draft_is_changed_and_deleted_beside_it(scheme, office, kjj):
    draft = make_scheme(office, year=2031, published=False, listed=[kjj])
    assert draft.criteria.update(weight=Decimal(7)) == 3
    draft.criteria.first().delete()
    draft.title, draft.copied_from = "改过的名称", scheme
    draft.save()
    draft.delete()
    assert Scheme.objects.get() == scheme


def test_a_demonstration_goes_and_leaves_the_real_one_that_was_copied_from_it(office, kjj):
    demo = full_scheme(office, kjj, is_demo=True)
    real = make_scheme(office, year=2031, published=False)
    Scheme.objects.filter(pk=real.pk).update(copied_from=demo)
    published(real, office)
    refused(run, "UPDATE assessment_criterion SET weight = 1")
    Scheme.objects.filter(pk=real.pk).update(copied_from=None)
    demo.delete()
    assert Scheme.objects.get() == real
    assert set(Criterion.objects.values_list("scheme", flat=True)) == {real.pk}
