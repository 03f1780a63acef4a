"""The OpenAPI document is complete, valid, and says what the code does; any input gets an answer."""

from functools import cache

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.checks import content_type_conformance

from agencies import accounts
from suzhou_plan.wsgi import application
from tests.factories import walk

pytestmark = pytest.mark.django_db
SEED = 20_261_122
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@cache
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def schema():
    loaded = schemathesis.openapi.from_dict(document())
    loaded.app = application
    return loaded


def operations():
    return [(path, method) for path, methods in document()["paths"].items() for method in methods]


def test_the_document_is_valid_and_without_warnings(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_the_document_is_served(api, reporter):
    served = api(reporter).get("schema/", format="json")
    assert served.status_code == 200 and served.json()["info"]["title"] == document()["info"]["title"]


def test_every_address_is_in_the_document():
    (api,) = (each for each in get_resolver().url_patterns if str(each.pattern) == "api/v1/")
    routes = {pattern.name for pattern in patterns(api)} - {None, "schema"}
    assert len(routes) == len(document()["paths"])


def patterns(resolver):
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield each
        else:
            yield from patterns(each)


def test_every_write_of_a_report_asks_for_the_revision():
    for path, method in operations():
        if method == "get" or "{id}" not in path:
            continue
        operation = document()["paths"][path][method]
        named = [each for each in operation["parameters"] if each["name"] == "If-Match"]
        assert named and named[0]["required"], path
        assert {"403", "404", "409", "412", "428"} <= set(operation["responses"]), path


@pytest.fixture
def one_connection():
    """Requests stay on the test's own connection, as Django's test client sees to it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def examples(request):
    """How many requests are drawn for each operation."""
    return 1000 if request.config.getoption("--full") else 4


@pytest.mark.parametrize(("path", "method"), operations())
def test_any_input_gets_an_answer(path, method, plans, report, people, leader, examples, one_connection):
    """Requests drawn from the document, as reporter, office and leader: no fault, nothing undeclared."""
    under_review = walk(report, "under_review", **people, percent=20)
    now = timezone.now()
    tokens = [accounts.create_token(who, now=now)[1] for who in (*people.values(), leader)]
    operation = schema()[path][method.upper()]

    @seed(SEED)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(), st.sampled_from(tokens), st.booleans())
    def answered(case, token, aimed):
        case.headers["Authorization"] = f"Token {token}"
        if aimed and "{id}" in path:
            case.path_parameters["id"] = under_review.pk
            if "If-Match" in case.headers:
                case.headers["If-Match"] = f'"{under_review.revision}"'
        with transaction.atomic():
            case.validate_response(case.call(), checks=CHECKS)
            transaction.set_rollback(True)

    answered()
