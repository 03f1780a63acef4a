"""Short lists that come along with their owner in the owner's query, instead of in a query each.

`along(...)` is an annotation: the rows of another table that belong to the row at hand, as one JSON list.
`objects(...)` makes model objects of that list again, with only the fields that were asked for. Meant for a
handful of rows: a body's names, a task's amendments.
"""

import json
from collections import defaultdict
from datetime import UTC
from decimal import Decimal

from django.db.models import (
    DateTimeField,
    DecimalField,
    F,
    Func,
    IntegerField,
    JSONField,
    OuterRef,
    Subquery,
)
from django.utils.timezone import is_naive


class Exact(json.JSONDecoder):
    """Numbers with a fraction are read as Decimal, never by way of a float."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, parse_float=Decimal, **kwargs)


class _Rows(Subquery):
    """All rows of a query that gives one object each, as one JSON list."""

    template = '(SELECT JSON_GROUP_ARRAY(JSON("one")) FROM (%(subquery)s) "listed")'
    output_field = JSONField(decoder=Exact)

    def as_postgresql(self, compiler, connection):
        listed = '(SELECT JSONB_AGG("one") FROM (%(subquery)s) "listed")'
        return self.as_sql(compiler, connection, template=listed)


class _Number(Subquery):
    """How many rows a query has."""

    template = '(SELECT COUNT(*) FROM (%(subquery)s) "listed")'
    output_field = IntegerField()


class _Row(Func):
    """One row as a JSON object. As Django's JSONObject, but the keys, which are names of fields, stand in the
    SQL as they are: almost every page brings rows along, and half of what building such a query cost was
    keys handed over as values and cast."""

    output_field = JSONField()

    def __init__(self, *names):
        if not all(map(str.isidentifier, names)):
            raise ValueError(f"not names of fields: {names}")
        super().__init__(*map(F, names))
        self.names = names

    def as_sql(self, compiler, connection, function="JSON_OBJECT"):
        columns = [compiler.compile(column) for column in self.source_expressions]
        pairs = [f"'{name}', {sql}" for name, (sql, _) in zip(self.names, columns, strict=True)]
        return f"{function}({', '.join(pairs)})", tuple(value for _, given in columns for value in given)

    def as_postgresql(self, compiler, connection):
        return self.as_sql(compiler, connection, function="JSONB_BUILD_OBJECT")


def along(rows, owner, *names):
    """An annotation: `rows` whose field `owner` is the row at hand, each with its pk and `names`.

    rows: a queryset; its order is lost. owner: a path such as "task", or None for rows that belong to all.
    names: fields, also of related objects ("decided_by__full_name"). Read it with `objects`.
    """
    of_owner = rows if owner is None else rows.filter(**{owner: OuterRef("pk")})
    return _Rows(of_owner.order_by().values(one=_Row("pk", *names)))


def number_of(rows):
    """How many `rows` there are, as a part of another query."""
    return _Number(rows.order_by().values("pk"))


def objects(model, listed, *, key=None):
    """The list of `along` as objects of `model`, each once, sorted by `key` (default: by pk)."""
    found = {row["pk"]: _object(model, row) for row in listed or ()}
    return sorted(found.values(), key=key or (lambda each: each.pk))


def fields_of(model, prefix=""):
    """The names of all fields of `model`, for `along`; prefix: "node__" where it is a related one."""
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    return [f"{prefix}{name}" for name in (["pk", *names] if prefix else names)]


def keep(owner, name, found):
    """Leave `found` where `owner.<name>.all()` reads it, as `prefetch_related` does."""
    rows = getattr(owner, name).get_queryset()
    rows._result_cache, rows._prefetch_done = found, True
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = rows


def _object(model, row):
    """One object; None where there is none. Names with "__" become its related objects."""
    own, related = {}, defaultdict(dict)
    for name, value in row.items():
        first, _, rest = name.partition("__")
        if rest:
            related[first][rest] = value
            continue
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        own[field.attname] = _value(field, value)
    if own.get(model._meta.pk.attname) is None:
        return None
    names = [field.attname for field in model._meta.concrete_fields if field.attname in own]
    found = model.from_db("default", names, [own[name] for name in names])
    for name, fields in related.items():
        setattr(found, name, _object(model._meta.get_field(name).related_model, fields))
    return found


def _value(field, value):
    """What the field holds. Moments without a zone are UTC: SQLite keeps them so."""
    value = field.to_python(value)
    if isinstance(field, DecimalField) and value is not None:
        return value.quantize(Decimal(1).scaleb(-field.decimal_places))
    if isinstance(field, DateTimeField) and value is not None and is_naive(value):
        return value.replace(tzinfo=UTC)
    return value
