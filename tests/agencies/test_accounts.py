"""Accounts through the administrator's pages: who may, what follows, what never happens."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies import accounts
from agencies.invitations import create_first_admin_link, password_link
from agencies.models import Agency, AuditEvent, Post, Role, User
from agencies.permissions import Denied
from tests.cast import PASSWORD, body, person

pytestmark = pytest.mark.django_db
NEW = "a new kite, 31 metres"
TWICE = {"new_password": NEW, "again": NEW}


def do(client, who, verb, **more):
    return client.post(f"/work/people/{who.username}/", {"verb": verb, **more}, follow=True)


def test_the_administrator_makes_a_person_who_then_sets_a_password(as_, admin, client, fgw):
    typed = {"username": "fgw-zhang", "full_name": "张三", "role": "reporter", "agency": fgw.pk}
    page = as_(admin).post("/work/people/new/", typed, follow=True).content.decode()
    link = re.search(r'value="http://testserver(/invitation/[^"]+)"', page)[1]
    zhang = User.objects.get(username="fgw-zhang")
    assert zhang.roles == {"reporter"}
    assert not zhang.has_usable_password()
    assert client.post(link, TWICE).status_code == 302
    assert client.get("/work/me/").status_code == 200
    assert client.get(link).status_code == 403
    trail = AuditEvent.objects.filter(subject_id=str(zhang.pk), subject_type="agencies.user")
    assert {"建立账号", "设置岗位", "通过一次性链接设置密码", "登录"} <= {event.verb for event in trail}


def test_a_mistake_keeps_what_was_typed_and_writes_nothing(as_, admin, fgw):
    typed = {"username": "zhang", "full_name": "张三", "role": "leader", "agency": fgw.pk}
    answer = as_(admin).post("/work/people/new/", typed)
    assert answer.status_code == 400
    assert "不属于任何单位" in answer.content.decode()
    assert 'value="张三"' in answer.content.decode()
    assert not User.objects.filter(username="zhang").exists()


def test_the_link_is_shown_once(as_, admin, reporter):
    client = as_(admin)
    assert "/invitation/" in do(client, reporter, "reset").content.decode()
    assert "/invitation/" not in client.get("/work/people/fgw/").content.decode()


def test_a_reset_ends_the_old_password_and_older_links(client, as_, admin, reporter, clock):
    old_link = password_link(reporter)
    do(as_(admin), reporter, "reset")
    assert client.get(old_link).status_code == 403
    client.post("/sign-in/", {"username": "fgw", "password": PASSWORD})
    assert client.get("/work/me/").status_code == 302


def test_links_die_of_age_and_of_tampering(client, reporter, clock):
    link = password_link(reporter)
    assert client.get(link).status_code == 200
    assert client.get(link[:-3] + "xx/").status_code == 403
    time_machine = pytest.importorskip("time_machine")
    with time_machine.travel(timezone.now() + timedelta(hours=73)):
        assert client.get(link).status_code == 403


def test_disabling_and_enabling(as_, admin, reporter):
    client, theirs = as_(admin), as_(reporter)
    do(client, reporter, "disable")
    assert theirs.get("/work/me/").status_code == 302
    do(client, reporter, "enable")
    assert theirs.get("/work/me/").status_code == 302
    assert as_(User.objects.get(pk=reporter.pk)).get("/work/me/").status_code == 200


def test_posts_are_assigned_and_ended_at_once(as_, admin, reporter, kjj):
    client = as_(admin)
    do(client, reporter, "assign", role="approver", agency=kjj.pk)
    post = Post.objects.get(user=reporter, agency=kjj)
    assert "已有这个岗位" in do(client, reporter, "assign", role="approver", agency=kjj.pk).content.decode()
    do(client, reporter, "end", post=post.pk)
    assert User.objects.get(pk=reporter.pk).roles == {"reporter"}


def test_an_ended_post_stays_on_record(reporter, admin, clock):
    post = reporter.posts.get()
    accounts.end_post(post, by=admin, now=clock.now)
    post.refresh_from_db()
    assert post.valid_until == timezone.localdate(clock.now) - timedelta(days=1)


@pytest.mark.parametrize(
    ("role", "code", "reason"),
    [
        (Role.OFFICE, "fgw", "只能设在领导小组办公室"),
        (Role.REPORTER, None, "须选定所在单位"),
        (Role.ADMIN, "fgw", "不属于任何单位"),
    ],
)
def test_roles_have_their_place(reporter, admin, clock, role, code, reason):
    with pytest.raises(Denied, match=reason):
        accounts.assign_post(reporter, role, body(code) if code else None, by=admin, now=clock.now)


def test_the_last_administrator_stays(as_, admin):
    client = as_(admin)
    assert "最后一位可用的系统管理员" in do(client, admin, "disable").content.decode()
    post = admin.posts.get()
    answer = do(client, admin, "end", post=post.pk)
    assert answer.status_code == 403
    assert User.objects.get(pk=admin.pk).roles == {"admin"}
    second = person("admin2", Role.ADMIN)
    do(client, second, "disable")
    assert do(client, admin, "disable").status_code == 403
    do(client, second, "enable")
    assert do(client, admin, "disable").status_code == 200
    assert not User.objects.get(pk=admin.pk).is_active


def test_one_without_a_password_is_no_usable_administrator(admin, clock):
    second = person("admin2", Role.ADMIN)
    accounts.clear_password(second, by=admin, now=clock.now)
    with pytest.raises(Denied, match="最后一位"):
        accounts.disable(admin, by=admin, now=clock.now)


def test_only_the_administrator_changes_accounts(as_, office, reporter):
    client = as_(office)
    assert client.get("/work/people/fgw/").status_code == 200
    assert do(client, reporter, "disable").status_code == 403
    assert User.objects.get(pk=reporter.pk).is_active
    with pytest.raises(Denied):
        accounts.disable(reporter, by=office, now=timezone.now())


def test_the_trail_names_no_telephone_numbers(as_, reporter):
    as_(reporter).post("/work/me/", {"full_name": "赵新", "phone": "0557-1234567", "email": ""})
    assert User.objects.get(pk=reporter.pk).phone == "0557-1234567"
    details = " ".join(str(event.detail) for event in AuditEvent.objects.all())
    assert "办公电话" in details
    assert "1234567" not in details


def test_a_fault_leaves_neither_change_nor_trail(admin, reporter, clock, monkeypatch):
    def fault(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(accounts, "record", fault)
    with pytest.raises(RuntimeError):
        accounts.disable(reporter, by=admin, now=clock.now)
    assert User.objects.get(pk=reporter.pk).is_active


def test_tokens_are_shown_once_and_revoked(as_, reporter):
    client = as_(reporter)
    page = client.post("/work/me/tokens/").content.decode()
    secret = re.search(r'id="secret"[^>]*value="([^"]+)"', page)[1]
    assert secret not in client.get("/work/me/tokens/").content.decode()
    token = reporter.auth_token_set.get()
    assert token.expiry - timezone.now() > timedelta(days=89)
    assert client.post(f"/work/me/tokens/{token.token_key}/revoke/").status_code == 302
    assert not reporter.auth_token_set.exists()


def test_nobody_revokes_anothers_token(as_, reporter, stranger):
    token, _ = accounts.create_token(stranger, now=timezone.now())
    assert as_(reporter).post(f"/work/me/tokens/{token.token_key}/revoke/").status_code == 404


def test_the_first_administrator(client, db):
    link = create_first_admin_link()
    typed = {"username": "wang", "full_name": "王管", **TWICE}
    assert client.post(link, {**typed, "again": "other"}).status_code == 200
    assert client.post(link, typed).status_code == 302
    assert client.get("/work/people/").status_code == 200
    assert client.get(link).status_code == 403
    assert client.post(link, {**typed, "username": "other"}).status_code == 403
    with pytest.raises(Denied, match="已有管理员"):
        create_first_admin_link()


def test_the_list_asks_the_same_few_questions_whatever_its_length(as_, admin, django_assert_max_num_queries):
    agencies = list(Agency.objects.all()[:5]) or [body("fgw")]
    for place in range(60):
        Post.objects.create(user=person(f"p{place}"), agency=agencies[place % len(agencies)], role="reporter")
    client = as_(admin)
    client.get("/work/people/")
    with django_assert_max_num_queries(12):
        assert "p59" in client.get("/work/people/").content.decode()


def test_filters_read_body_and_role_of_one_post(as_, admin, reporter, approver, kjj_approver):
    page = as_(admin).get("/work/people/?agency=fgw&role=approver").content.decode()
    assert "钱审核" in page
    assert "赵填报" not in page
    assert "李审核" not in page


def test_the_demonstrations_administrator_counts_in_a_demonstration_only(admin, clock, settings):
    person("played-admin", "admin", is_demo=True)
    settings.DEMO = False
    with pytest.raises(Denied, match="最后一位"):
        accounts.disable(admin, by=admin, now=clock.now)
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert create_first_admin_link()
    settings.DEMO = True
    with pytest.raises(Denied, match="已有管理员"):
        create_first_admin_link()
