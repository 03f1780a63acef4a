"""Anybody may read what was promised, and by whom; nothing else."""

import pytest

from tasks.models import Plan, Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(client):
    """`read(url, **parameters)` → the text of a page that answers 200 to somebody who is not signed in."""

    def get(url="/", **parameters):
        response = client.get(url, parameters)
        assert response.status_code == 200
        return response.content.decode()

    return get


@pytest.fixture
def sensitive():
    task = Task.objects.get(plan__code="2024-2026", number=4)
    Task.objects.filter(pk=task.pk).update(is_sensitive=True)
    return task


def test_front_page_lists_both_plans_newest_first_with_their_nine_actions(read):
    text = read()
    assert text.index("2024—2026年") < text.index("2021—2023年")
    for plan in Plan.objects.prefetch_related("chapters"):
        assert plan.chapters.count() == 9
        for chapter in plan.chapters.all():
            assert chapter.heading in text


def test_front_page_leads_to_sign_in_but_never_redirects_there(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "工作人员登录" in response.content.decode()


def test_search_finds_words_in_title_text_clause_and_names_of_bodies(read):
    assert "杭州</mark>" in read(q="杭州")
    assert "加大对企业创新支持力度" in read(q="市财政局 科技")
    assert "没有找到" in read(q="火星")


def test_search_term_that_is_too_long_is_explained_and_kept(read):
    text = read(q="长" * 61)
    assert "最多 60 个字" in text
    assert "长" * 61 in text


def test_search_term_is_escaped(read):
    assert "<script>alert" not in read(q="<script>alert(1)</script>")


def test_a_page_of_results_that_does_not_exist_shows_the_last(read):
    assert "下一页" not in read(q="长三角", page="9999")


def test_plan_shows_official_wording_and_responsible_bodies(read):
    text = read("/plans/2024-2026/")
    for task in Task.objects.filter(plan__code="2024-2026").select_related("plan")[:10]:
        assert task.text in text
        assert task.clause in text
    assert "市财政局" in text


def test_titles_that_are_not_official_are_marked(read):
    assert "标题为编者所加" in read("/plans/2021-2023/")
    assert "标题为编者所加" not in read("/plans/2024-2026/")


def test_plan_narrowed_by_action_and_body(read):
    text = read("/plans/2024-2026/", chapter=2)
    assert 'id="task-10"' in text
    assert 'id="task-9"' not in text
    assert "当前 <strong>8</strong> 项" in text
    assert 'id="task-7"' in read("/plans/2024-2026/", agency="rsj")


def test_unknown_action_or_body_is_explained_and_everything_shown(read):
    text = read("/plans/2024-2026/", chapter="99", agency="nowhere")
    assert "本计划没有这个行动" in text
    assert "本计划没有这个责任单位" in text
    assert "共 <strong>80</strong> 项" in text


def test_unknown_plan_is_not_found(client):
    assert client.get("/plans/1999-2001/").status_code == 404


def test_sensitive_tasks_are_nowhere(read, sensitive):
    assert sensitive.title not in read("/plans/2024-2026/")
    assert "没有找到" in read(q=sensitive.title)
    assert "共 <strong>79</strong> 项" in read("/plans/2024-2026/")
    assert "79 项任务" in read()


def test_published_facts_carry_their_source(read):
    text = read("/plans/2021-2023/")
    assert "公开报道" in text


def test_no_lamps_and_no_returns(read):
    text = read() + read("/plans/2024-2026/")
    for word in ("lamp-", "欠序时", "严重滞后", "未报"):
        assert word not in text


@pytest.mark.parametrize(
    "url, most",
    [("/", 2), ("/?q=长三角", 6), ("/plans/2024-2026/", 8), ("/plans/2021-2023/?chapter=1", 8)],
)
def test_number_of_queries_does_not_grow_with_the_tasks(client, django_assert_max_num_queries, url, most):
    with django_assert_max_num_queries(most):
        assert client.get(url).status_code == 200
