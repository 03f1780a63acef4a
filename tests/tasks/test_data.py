"""The committed data agrees with the official texts, row by row and to the letter."""

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from agencies.models import Agency
from tasks import notice, plan_files
from tasks.models import Project, PublishedFact, Target, TaskLink

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
CODES = ("2021-2023", "2024-2026")
PLANS = {
    code: notice.parse((FIXTURES / f"notice_{code.replace('-', '_')}.txt").read_text(encoding="utf-8"))
    for code in CODES
}
AGENCIES = json.loads((FIXTURES / "agencies.json").read_text(encoding="utf-8"))


def rows(name):
    with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words_of(row):
    """The official words a row of targets or projects is about: its task's, or the plan's goals."""
    plan = PLANS[row["plan"]]
    return plan.tasks[int(row["task"]) - 1].text if row["task"] else plan.goals


# --- the plans -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_committed_plans_are_the_official_texts_to_the_letter(code):
    committed = (FIXTURES / f"plan_{code.replace('-', '_')}.json").read_text(encoding="utf-8")
    assert plan_files.load(committed) == PLANS[code]
    assert plan_files.dump(PLANS[code]) == committed


def test_short_titles_of_2021():
    titles = rows("titles_2021_2023.csv")
    assert [int(row["task"]) for row in titles] == list(range(1, 81))
    assert len({row["title"] for row in titles}) == 80
    assert all(4 <= len(row["title"]) <= 20 for row in titles)
    assert not [row for row in titles if row["title"][-1] in "。，、等"]


# --- targets and projects ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["targets.csv", "projects.csv"])
def test_quotes_are_verbatim_pieces_of_their_own_task(name):
    strange = [
        (row["plan"], row["task"], row["quote"]) for row in rows(name) if row["quote"] not in words_of(row)
    ]
    assert strange == []


def test_targets_are_well_formed():
    operators, dues = set(Target.Operator.values), set(Target.Due.values)
    for row in rows("targets.csv"):
        assert row["operator"] in operators, row
        assert row["due"] in dues, row
        assert bool(row["due_year"]) == (row["due"] == Target.Due.YEAR), row
        assert row["scope"] in Target.Scope.values, row
        assert row["accumulation"] in Target.Accumulation.values, row
        assert row["indicator"], row
        assert row["value"], row
        if row["due_year"]:
            first, last = map(int, row["plan"].split("-"))
            assert first <= int(row["due_year"]) <= last, row
        if row["minimum"] and row["maximum"]:
            assert Decimal(row["minimum"]) <= Decimal(row["maximum"]), row
    assert len(rows("targets.csv")) >= 86


def test_bounds_follow_the_operator():
    """A bound of an operator stands on its own side; a number inside a name has none."""
    for row in rows("targets.csv"):
        low, high = bool(row["minimum"]), bool(row["maximum"])
        operator = row["operator"]
        if operator in (">=", ">"):
            assert not high, row
        elif operator == "<=":
            assert not low, row
        elif operator == "range":
            assert low, row
            assert high, row
        elif operator in ("label", "trend", "rank", "milestone", "recurring"):
            assert not low, row
            assert not high, row


def test_money_is_in_ten_thousands():
    """Amounts are kept in 万元 and shown in 亿元: 400亿元 is 4,000,000万元."""
    for row in rows("targets.csv"):
        if row["unit"] == "亿元":
            assert Decimal(row["minimum"]) == Decimal(row["value"]) * 10_000, row


@pytest.mark.parametrize(
    ("plan", "task", "value", "quote"),
    [
        ("2021-2023", "8", "5", "2021 年不低于 5 亿元"),
        ("2021-2023", "16", "3", "确保每年至少取得 3 项以上实质性合作成果"),
        ("2021-2023", "27", "400", "达到400亿元以上"),
        ("2024-2026", "10", "200", "200项重点技改项目"),
        ("2024-2026", "15", "8-10", "8—10个"),
        ("2024-2026", "28", "10", "10毫秒"),
        ("2024-2026", "", "557", "557公里以上"),
    ],
)
def test_well_known_figures_are_there(plan, task, value, quote):
    assert [
        row
        for row in rows("targets.csv")
        if (row["plan"], row["task"], row["value"]) == (plan, task, value) and quote in row["quote"]
    ]


def test_every_figure_of_the_goals_has_a_target():
    for code, figures in (("2021-2023", ["1:2", "500", "100%"]), ("2024-2026", ["557", "580"])):
        quotes = "".join(
            row["quote"] for row in rows("targets.csv") if row["plan"] == code and not row["task"]
        )
        assert [figure for figure in figures if figure not in quotes] == []


def test_project_stages_are_the_plans_own_words():
    for row in rows("projects.csv"):
        stage = row["stage"]
        pieces = [stage[start : start + 2] for start in range(0, len(stage), 2)]
        assert all(piece in row["quote"] for piece in pieces), row


def test_projects_are_named_once_per_task():
    seen = Counter((row["plan"], row["task"], row["name"], row["stage"]) for row in rows("projects.csv"))
    assert [key for key, times in seen.items() if times > 1] == []
    assert len(seen) >= 167


def test_everything_fits_its_column():
    """PostgreSQL refuses what SQLite keeps: no value is longer than its column."""
    widths = {
        ("targets.csv", "indicator"): Target._meta.get_field("indicator").max_length,
        ("targets.csv", "value"): Target._meta.get_field("value_text").max_length,
        ("targets.csv", "unit"): Target._meta.get_field("unit").max_length,
        ("targets.csv", "quote"): Target._meta.get_field("quote").max_length,
        ("projects.csv", "name"): Project._meta.get_field("name").max_length,
        ("projects.csv", "stage"): Project._meta.get_field("planned_stage").max_length,
        ("projects.csv", "quote"): Project._meta.get_field("quote").max_length,
        ("published.csv", "statement"): PublishedFact._meta.get_field("statement").max_length,
        ("published.csv", "period"): PublishedFact._meta.get_field("period_text").max_length,
        ("published.csv", "source_title"): PublishedFact._meta.get_field("source_title").max_length,
    }
    for (name, column), width in widths.items():
        assert max(len(row[column]) for row in rows(name)) <= width, (name, column)
    for plan in PLANS.values():
        assert len(plan.passed_text) <= 120
        assert len(plan.notice_title) <= 200


# --- published facts, links ----------------------------------------------------------------------


def test_published_facts():
    facts = rows("published.csv")
    assert len(facts) == 57
    assert {row["plan"] for row in facts} == {"2021-2023"}
    assert len({row["source_title"] for row in facts}) == 2
    for row in facts:
        assert row["statement"], row
        assert row["period"], row
        assert len(row["quote"]) >= 10, row
        assert not row["task"] or 1 <= int(row["task"]) <= 80, row


def test_links_rest_on_words_of_both_texts():
    for row in rows("links.csv"):
        assert row["kind"] in TaskLink.Kind.values, row
        assert row["earlier_words"] in PLANS["2021-2023"].tasks[int(row["earlier"]) - 1].text, row
        if row["kind"] == TaskLink.Kind.DROPPED:
            assert not row["later"], row
            assert row["earlier_words"] not in PLANS["2024-2026"].full_text, row
        else:
            assert row["later_words"] in PLANS["2024-2026"].tasks[int(row["later"]) - 1].text, row


def test_link_kinds_agree_with_their_number():
    """One to one is continued; one to many is split; many to one is merged."""
    links = [row for row in rows("links.csv") if row["later"]]
    onward, back = Counter(row["earlier"] for row in links), Counter(row["later"] for row in links)
    for row in links:
        if onward[row["earlier"]] > 1:
            assert row["kind"] in ("split", "merged"), row
        elif back[row["later"]] > 1:
            assert row["kind"] in ("merged", "continued"), row
        else:
            assert row["kind"] == "continued", row
    dropped = {row["earlier"] for row in rows("links.csv") if not row["later"]}
    assert not dropped & set(onward)


# --- bodies --------------------------------------------------------------------------------------


def test_bodies_have_unique_codes_names_and_orders():
    bodies = AGENCIES["agencies"]
    for key in ("code", "name", "order"):
        assert len({body[key] for body in bodies}) == len(bodies)
    assert {body["kind"] for body in bodies} == set(Agency.Kind.values)
    assert Counter(body["kind"] for body in bodies)["county"] == 5
    assert Counter(body["kind"] for body in bodies)["park"] == 3


def test_every_body_has_its_official_name():
    for body in AGENCIES["agencies"]:
        assert body["name"] in [name["name"] for name in body["names"] if name["kind"] == "official"]


def test_a_name_belongs_to_one_body_or_group():
    names = Counter(name["name"] for body in AGENCIES["agencies"] for name in body["names"])
    names.update(name for group in AGENCIES["groups"] for name in (group["name"], *group["spellings"]))
    assert [name for name, times in names.items() if times > 1] == []


def test_inferences_say_what_they_rest_on():
    for body in AGENCIES["agencies"]:
        for fact in (*body["names"], *body["successions"]):
            assert fact["basis"], (body["code"], fact)
    for group in AGENCIES["groups"]:
        assert all(member["inferred"] and member["basis"] for member in group["members"])


def test_every_name_of_both_clauses_is_known():
    known = {name["name"] for body in AGENCIES["agencies"] for name in body["names"]}
    known |= {name for group in AGENCIES["groups"] for name in (group["name"], *group["spellings"])}
    unknown = set()
    for plan in PLANS.values():
        for task in plan.tasks:
            unknown |= {*task.clause.leads, *task.clause.supports, *filter(None, [task.implied])} - known
    assert unknown == set()


def test_names_marked_for_a_plan_are_used_there():
    for body in AGENCIES["agencies"]:
        for name in body["names"]:
            for code in name["plans"]:
                assert name["name"] in PLANS[code].full_text, (body["code"], name["name"], code)


def test_successions_end_at_known_bodies():
    codes = {body["code"] for body in AGENCIES["agencies"]}
    follow = {
        body["code"]: [succession["successor"] for succession in body["successions"]]
        for body in AGENCIES["agencies"]
        if body["successions"]
    }
    assert follow == {"sjzyj": ["sjj"], "zwfwj": ["sjj"], "jrj": [None], "ybjfj": [None]}
    assert "sjj" in codes


@pytest.mark.parametrize(
    ("operator", "value", "unit", "said"),
    [
        (">=", "557", "公里", "不低于557公里"),
        ("<=", "全省平均水平", "比率", "不高于全省平均水平"),
        ("=", "200", "项", "200项"),
        ("full", "100", "%", "100%"),
        ("range", "8-10", "个", "8—10个"),
        ("milestone", "1", "项", "1项"),
        ("trend", "明显提升", "定性", "明显提升"),
        ("rank", "前列", "位次", "前列"),
    ],
)
def test_a_goal_is_worded_as_papers_word_it(operator, value, unit, said):
    assert Target(operator=operator, value_text=value, unit=unit).goal_words == said
