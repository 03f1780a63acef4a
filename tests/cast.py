"""The cast: the same few people in every test. Who is who:

office, office2 review at 市领导小组办公室 · leader only reads · admin keeps accounts ·
reporter and approver serve 市发展改革委 (fgw), colleague only helps out there ·
county_reporter and county_approver 泗县 (sixian) ·
kjj_reporter and kjj_approver 市科技局 (kjj) · stranger reports for a body that leads next to nothing
(tyjrj) · disabled once reported for fgw · nobody holds no post.
"""

import pytest
from django.core.management import call_command
from django.test import Client

from agencies.models import Agency, Post, Role, User
from tasks.models import Plan

PASSWORD = "kite over the Sui River 7"
BODIES = {
    "office": ("市领导小组办公室", Agency.Kind.OFFICE),
    "fgw": ("市发展改革委", Agency.Kind.MUNICIPAL),
    "kjj": ("市科技局", Agency.Kind.MUNICIPAL),
    "sixian": ("泗县人民政府", Agency.Kind.COUNTY),
    "tyjrj": ("市退役军人事务局", Agency.Kind.MUNICIPAL),
}


def body(code):
    """One of the cast's bodies; the real one where the reference data is loaded."""
    name, kind = BODIES[code]
    return Agency.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})[0]


def person(username, role=None, code=None, **fields):
    """An account with the cast's PASSWORD and, if a role is given, a post at the body `code`."""
    user = User.objects.create_user(username, PASSWORD, full_name=fields.pop("full_name", username), **fields)
    if role:
        Post.objects.create(user=user, role=role, agency=body(code) if code else None)
    return user


def client_of(user, **kwargs):
    """A signed-in test client for `user`; of a visitor nobody knows for None."""
    client = Client(**kwargs)
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture
def fgw(db):
    return body("fgw")


@pytest.fixture
def kjj(db):
    return body("kjj")


@pytest.fixture
def sixian(db):
    return body("sixian")


@pytest.fixture
def office(db):
    return person("office", Role.OFFICE, "office", full_name="周办")


@pytest.fixture
def office2(db):
    return person("office2", Role.OFFICE, "office", full_name="吴办")


@pytest.fixture
def leader(db):
    return person("leader", Role.LEADER, full_name="郑市长")


@pytest.fixture
def admin(db):
    return person("admin", Role.ADMIN, full_name="王管")


@pytest.fixture
def reporter(db):
    return person("fgw", Role.REPORTER, "fgw", full_name="赵填报")


@pytest.fixture
def approver(db):
    return person("fgw-approver", Role.APPROVER, "fgw", full_name="钱审核")


@pytest.fixture
def colleague(db):
    return person("fgw-colleague", Role.COLLEAGUE, "fgw", full_name="蒋协办")


@pytest.fixture
def people(reporter, approver, office):
    """Who takes a return of 市发展改革委 the whole way, by role, as `factories.walk` wants them."""
    return {"reporter": reporter, "approver": approver, "office": office}


@pytest.fixture
def kjj_reporter(db):
    return person("kjj", Role.REPORTER, "kjj", full_name="孙填报")


@pytest.fixture
def kjj_approver(db):
    return person("kjj-approver", Role.APPROVER, "kjj", full_name="李审核")


@pytest.fixture
def county_reporter(db):
    return person("sixian", Role.REPORTER, "sixian", full_name="冯填报")


@pytest.fixture
def county_approver(db):
    return person("sixian-approver", Role.APPROVER, "sixian", full_name="陈审核")


@pytest.fixture
def stranger(db):
    return person("tyjrj", Role.REPORTER, "tyjrj", full_name="路人甲")


@pytest.fixture
def disabled(db):
    return person("fgw-left", Role.REPORTER, "fgw", full_name="离职者", is_active=False)


@pytest.fixture
def nobody(db):
    return person("nobody", full_name="无岗位者")


@pytest.fixture
def as_(db):
    """`as_(reporter).get(url)`: a signed-in client for that person."""
    return client_of


@pytest.fixture
def plans(db):
    """Both real plans with their periods and calendar, as the reference data has them: {code: Plan}."""
    if Plan.objects.count() < 2:
        call_command("load_reference", verbosity=0)
        call_command("prepare_periods", verbosity=0)
        call_command("prepare_reminders", verbosity=0)
    return Plan.objects.in_bulk(field_name="code")
