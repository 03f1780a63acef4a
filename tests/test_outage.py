"""A database that is away costs nobody what they typed."""

import pytest
from django.test import RequestFactory

from suzhou_plan.outage import database_away

TEXT = "截至9月底，实际利用省外资金 286.4 亿元，<b>同比增长</b> 12%。"


def test_the_page_keeps_what_was_typed_and_can_send_it_again():
    request = RequestFactory().post("/work/2024-2026/2026Q3/tasks/15/return/fgw/", {"progress": TEXT})
    response = database_away(request)
    page = response.content.decode()
    assert response.status_code == 503
    assert "286.4 亿元，&lt;b&gt;同比增长" in page
    assert 'name="progress"' in page
    assert 'action="/work/2024-2026/2026Q3/tasks/15/return/fgw/"' in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_password_is_never_shown_again(method):
    request = getattr(RequestFactory(), method)("/sign-in/", {"username": "fgw", "password": "a secret"})
    page = database_away(request).content.decode()
    assert "a secret" not in page
    assert "暂时无法访问" in page
