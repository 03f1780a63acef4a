"""A caller of the API, and a task of fgw, supported by kjj, whose first quarter of 2030 is being reported."""

import json

import pytest
from django.test import Client

from tests.factories import make_goal, make_period, make_report, make_task

BASE = "/api/v1/"


class Api:
    """Calls as one person, by session; `revision=` becomes If-Match, other keywords the query string."""

    def __init__(self, user=None, **headers):
        self.client = Client(headers=headers)
        if user is not None:
            self.client.force_login(user)

    def get(self, address, **query):
        return self.client.get(BASE + address, query)

    def patch(self, address, data, revision=None):
        return self._send(self.client.patch, address, data, revision)

    def post(self, address, data=None, revision=None):
        return self._send(self.client.post, address, data, revision)

    def upload(self, address, file, revision=None):
        return self.client.post(BASE + address, {"file": file}, headers=named(revision))

    def _send(self, method, address, data, revision):
        body = data if isinstance(data, str | bytes) else json.dumps({} if data is None else data)
        return method(BASE + address, body, content_type="application/json", headers=named(revision))


def named(revision):
    return {} if revision is None else {"If-Match": f'"{revision}"'}


@pytest.fixture
def api():
    """`api(reporter).get("reports/")`."""
    return Api


@pytest.fixture
def task(fgw, kjj, office):
    task = make_task(1, leads=[fgw], supports=[kjj])
    make_goal(task, by=office)
    return task


@pytest.fixture
def report(task, fgw):
    return make_report(task, fgw, make_period())
