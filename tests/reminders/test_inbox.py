"""消息 and 接收渠道: found at once, read by a deliberate act, nobody else's."""

import pytest

from agencies.models import AuditEvent
from agencies.reach import tell
from reminders import choices, inbox
from reminders.models import ChannelChoice, Message
from reminders.models.rules import Channel
from tests.factories import AFTER_DUE, BEFORE_DUE

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    """`told(user, title)`: the message as it lies in that person's inbox."""

    def telling(user, title="收到督办件", url="/work/", **more):
        key = f"news:{user.pk}:{title}"
        tell(key, [user.pk], title=title, url=url, now=BEFORE_DUE, **more)
        return Message.objects.get(key=f"{key}:inbox:{user.pk}")

    return telling


def text_of(answer):
    return answer.content.decode()


def test_a_message_is_found_opened_and_leads_to_the_thing(told, reporter, as_):
    first, client = told(reporter, "收到督办件", url="/work/agencies/fgw/"), as_(reporter)
    page = text_of(client.get("/work/inbox/"))
    assert "收到督办件" in page and '<span class="chip chip-blue">未读</span>' in page
    assert '<span class="badge-count">1</span>' in page
    # Looking changes nothing, neither at the list nor at the message.
    assert "收到督办件" in text_of(client.get(f"/work/inbox/{first.pk}/"))
    first.refresh_from_db()
    assert first.opened_at is None
    answer = client.post(f"/work/inbox/{first.pk}/open/", {"to": "thing"})
    assert answer.url == "/work/agencies/fgw/"
    first.refresh_from_db()
    assert first.opened_at is not None
    assert "badge-count" not in text_of(client.get("/work/inbox/"))


def test_the_first_opening_counts(told, reporter):
    message = told(reporter)
    inbox.open_message(message, now=BEFORE_DUE)
    inbox.open_message(message, now=AFTER_DUE)
    message.refresh_from_db()
    assert message.opened_at == BEFORE_DUE


def test_nobody_reads_anothers_inbox(told, reporter, approver, office, admin, leader, as_):
    message = told(reporter, "只给赵填报")
    for other in (approver, office, admin, leader):
        client = as_(other)
        assert client.get(f"/work/inbox/{message.pk}/").status_code == 404
        assert client.post(f"/work/inbox/{message.pk}/open/").status_code == 404
        assert "只给赵填报" not in text_of(client.get("/work/inbox/"))
        client.post("/work/inbox/read/", {"newest": message.pk})
    message.refresh_from_db()
    assert message.opened_at is None


def test_mail_and_what_is_not_yet_sent_do_not_lie_in_the_inbox(told, reporter, as_):
    message = told(reporter, "邮件")
    Message.objects.filter(pk=message.pk).update(channel=Channel.MAIL)
    told_later = told(reporter, "还没发送")
    Message.objects.filter(pk=told_later.pk).update(state="planned", sent_at=None)
    assert "还没有消息" in text_of(as_(reporter).get("/work/inbox/"))


def test_marking_all_read_spares_what_came_meanwhile(told, reporter, as_):
    first = told(reporter, "先到的")
    client = as_(reporter)
    page = text_of(client.get("/work/inbox/"))
    assert f'name="newest" value="{first.pk}"' in page
    later = told(reporter, "后到的")
    answer = client.post("/work/inbox/read/", {"newest": first.pk}, follow=True)
    assert "已将 1 条消息标为已读" in text_of(answer)
    assert list(Message.objects.unread_of(reporter)) == [later]
    assert "没有未读消息" in text_of(client.post("/work/inbox/read/", {"newest": "垃圾"}, follow=True))


def test_the_list_is_narrowed_and_paged(told, reporter, as_):
    for number in range(31):
        told(reporter, f"第{number}条")
    inbox.open_message(Message.objects.get(subject="第3条"), now=BEFORE_DUE)
    client = as_(reporter)
    assert "第 1–30 条，共 31 条" in text_of(client.get("/work/inbox/"))
    assert "当前 <strong>1</strong> 条" in text_of(client.get("/work/inbox/?unread=false"))
    assert "第3条" in text_of(client.get("/work/inbox/?unread=false"))
    assert "没有符合条件的消息" in text_of(client.get("/work/inbox/?kind=urge"))
    assert client.get("/work/inbox/?kind=nonsense&page=%00").status_code == 200


def test_a_colleague_has_an_inbox_too(told, colleague, as_):
    told(colleague, "分办给您一项")
    page = as_(colleague).get("/work/inbox/")
    assert page.status_code == 200 and "分办给您一项" in text_of(page)


def test_a_message_leads_nowhere_outside(told, reporter, as_):
    message = told(reporter, url="//evil.example/")
    answer = as_(reporter).post(f"/work/inbox/{message.pk}/open/", {"to": "thing"})
    assert answer.url == f"/work/inbox/{message.pk}/"


# --- channels -------------------------------------------------------------------------------------


def test_mail_may_be_declined_and_taken_again(reporter, as_):
    client = as_(reporter)
    page = text_of(client.get("/work/me/channels/"))
    assert "可以选择渠道，不能退订职责" in page
    assert "联系系统管理员或领导小组办公室代为登记" in page
    client.post("/work/me/channels/", {})
    assert choices.refusing(Channel.MAIL) == {reporter.pk}
    assert "checked" not in text_of(client.get("/work/me/channels/")).split('name="mail"')[1].split(">")[0]
    client.post("/work/me/channels/", {"mail": "on"})
    client.post("/work/me/channels/", {"mail": "on"})
    assert choices.refusing(Channel.MAIL, [reporter.pk]) == set()
    assert AuditEvent.objects.filter(verb="选择接收渠道").count() == 2


def test_a_person_with_an_address_is_shown_it(reporter, as_):
    reporter.email = "zhao@fgw.example"
    reporter.save()
    assert "zhao@fgw.example" in text_of(as_(reporter).get("/work/me/channels/"))


def test_the_inbox_cannot_be_refused(reporter, as_):
    as_(reporter).post("/work/me/channels/", {"inbox": "", "mail": "on"})
    assert not ChannelChoice.objects.filter(channel=Channel.INBOX).exists()


def test_the_tabs_of_ones_own_page_lead_there(reporter, as_):
    assert "/work/me/channels/" in text_of(as_(reporter).get("/work/me/"))
