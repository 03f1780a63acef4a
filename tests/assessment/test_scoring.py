"""What the facts of a year are worth: by hand, step by step, and properties that hold for any facts."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.facts import OrderFact, ReturnFact, SentBack, TargetFact, TaskFact, UnitFacts
from assessment.formulas import DUTIES
from assessment.hints import hints
from assessment.scoring import ByHand, CriterionTerms, Terms, UnitResult, score

D = Decimal
USUAL = (
    ("completion", "任务完成", 50),
    ("targets", "量化指标", 15),
    ("timeliness", "报送及时性", 10),
    ("quality", "报送质量", 10),
    ("benchmarking", "对标学习", 10),
    ("orders", "督办办结", 5),
)


def terms(*rows, additions=5, deductions=10, **parameters):
    """A scheme; rows: (formula, name, weight). Keys are the formulas' codes."""
    criteria = (
        CriterionTerms(formula, name, formula, D(weight).quantize(D("0.01")), parameters.get(formula, {}))
        for formula, name, weight in rows or USUAL
    )
    return Terms(2030, tuple(criteria), D(additions), D(deductions))


def task(number, lamp="green", duty="lead", **changes):
    word = {"green": "达序时", "yellow": "欠序时", "red": "严重滞后", "blue": "已完成"}.get(lamp, "")
    fact = TaskFact(number, f"任务{number}", duty, lamp, word, "2030年第四季度", f"/tasks/{number}/")
    return replace(fact, **changes)


def target(pk, attained="1", **changes):
    fact = TargetFact(
        pk, 1, f"指标{pk}", "不低于10个", "8个", attained, True, "", f"/targets/{pk}/", owed=True
    )
    return replace(fact, **changes)


def filed(report, subject, outcome="on_time", sent_back=0, insubstantial="", kind="return"):
    back = tuple(SentBack(f"2030-04-{day + 1:02}", "事实不清") for day in range(sent_back))
    return ReturnFact(
        *(
            report,
            subject,
            kind,
            f"{subject}进展表",
            "2030年第一季度",
            "2030-04-08 18:00",
            "2030-04-10 09:00",
        ),
        *(outcome, back, insubstantial, f"/returns/{report}/"),
    )


def order(pk, outcome="on_time"):
    return OrderFact(pk, f"宿长三角督〔2030〕{pk}号", "事项", "2030-05-01", "", outcome, 0, f"/orders/{pk}/")


def unit(**facts):
    rows = {name: tuple(found) for name, found in facts.items()}
    return UnitFacts("fgw", "市发展改革委", "municipal", 2030, "2031-01-10T09:00:00+08:00", **rows)


def of(result, formula):
    return next(row for row in result.criteria if row.formula == formula)


# --- by hand ---------------------------------------------------------------------------------------


def test_a_year_reckoned_by_hand():
    facts = unit(
        # 牵头两项：达序时 100%、欠序时 70%；列名配合一项：严重滞后 30%。
        tasks=[task(1), task(2, "yellow"), task(3, "red", "named")],
        # 一项达成，一项完成八成。
        targets=[target(1), target(2, "0.8")],
        # 第1项四次，一次迟报、一次退回；第2项四次，一次漏报、一次无实质内容；年度报告按时。
        returns=[
            *(filed(1, "task:1", "late"), filed(2, "task:1", sent_back=1)),
            *(filed(3, "task:1"), filed(4, "task:1")),
            *(filed(5, "task:2", "missing"), filed(6, "task:2", insubstantial="照抄上季")),
            *(filed(7, "task:2"), filed(8, "task:2")),
            filed(9, "unit", kind="unit"),
        ],
        # 没有督办件，也还没有对标学习数据。
    )
    result = score(terms(), facts, (ByHand("1", "addition", "", D("7"), "省级试点"),))

    # 对标学习 10 和督办办结 5 转给其余 85 分：各乘以 100/85。
    # 50 → 58.82，15 → 17.65，10 → 11.76，10 → 11.76；合计 99.99，差的 0.01 归最大的一项。
    effective = {row.formula: row.effective for row in result.criteria}
    assert effective == {
        "completion": D("58.83"),
        "targets": D("17.65"),
        "timeliness": D("11.76"),
        "quality": D("11.76"),
        "benchmarking": D("0.00"),
        "orders": D("0.00"),
    }
    # 任务完成：牵头平均 (1 + 0.7) ÷ 2 = 0.85，配合 0.3；加权 (0.85 + 0.3 × 0.3) ÷ 1.3 = 0.723077。
    assert of(result, "completion").ratio == D("0.723077")
    assert of(result, "completion").points == D("42.54")  # 58.83 × 0.723077 = 42.5386
    # 量化指标：(1 + 0.8) ÷ 2 = 0.9；17.65 × 0.9 = 15.885，四舍五入。
    assert of(result, "targets").points == D("15.89")
    # 及时性（满分 10）：第1项扣 0.5，第2项扣 1，年度报告不扣：(0.95 + 0.9 + 1) ÷ 3 = 0.95。
    assert of(result, "timeliness").ratio == D("0.950000")
    assert of(result, "timeliness").points == D("11.17")  # 11.76 × 0.95 = 11.172
    # 质量（满分 10）：第1项扣 0.2，第2项扣 1：(0.98 + 0.9 + 1) ÷ 3 = 0.96。
    assert of(result, "quality").points == D("11.29")  # 11.76 × 0.96 = 11.2896
    # 合计 42.54 + 15.89 + 11.17 + 11.29 = 80.89；加分 7 分，封顶 5 分。
    assert (result.base, result.added, result.total) == (D("80.89"), D("5.00"), D("85.89"))


def test_each_loss_names_its_fact_and_together_they_are_what_was_lost():
    facts = unit(returns=[filed(1, "task:1", "late"), filed(2, "task:1", "missing"), filed(3, "task:2")])
    found = of(score(terms(), facts), "timeliness")
    subjects = found.subjects
    (first, causes), (second, none) = subjects
    assert first.text == "第1项：迟报1次、漏报1次，本项扣1.5分，按85%计"
    assert [(each.url, each.deducted) for each in causes] == [
        ("/returns/1/", D("0.5")),
        ("/returns/2/", D(1)),
    ]
    assert "2030-04-10 09:00报出，迟报，扣0.5分" in causes[0].text
    assert first.lost == sum(each.lost for each in causes) == found.effective - found.points
    assert (second.lost, none) == (0, [])


def test_what_cost_points_is_read_first_the_dearest_above():
    facts = unit(tasks=[task(1), task(2, "yellow"), task(3, "red"), task(4, "")])
    parts = of(score(terms(), facts), "completion").by_cost
    told = {part: [line.subject for line, _ in rows] for part, rows in parts.items()}
    assert told == {"cost": ["task:3", "task:2"], "full": ["task:1"], "passed_over": ["task:4"]}


def test_a_return_sent_back_names_its_version_and_leads_there():
    back = SentBack("2030-04-12", "事实不清。", 2, "/returns/1/versions/#version-2")
    facts = unit(returns=[replace(filed(1, "task:1"), sent_back=(back,))])
    ((_, (cause,)),) = of(score(terms(), facts), "quality").subjects
    assert "第2版于2030-04-12被办公室退回：事实不清，扣0.2分" in cause.text
    assert cause.url == back.url
    # Facts kept before versions were told of lead to the return.
    older = unit(returns=[filed(1, "task:1", sent_back=1)])
    ((_, (cause,)),) = of(score(terms(), older), "quality").subjects
    assert ("：2030-04-01被办公室退回" in cause.text, cause.url) == (True, "/returns/1/")


def test_seventy_implied_duties_weigh_as_much_as_one():
    few = unit(tasks=[task(1), task(2, "red", "implied")])
    many = unit(tasks=[task(1), *(task(number, "red", "implied") for number in range(2, 72))])
    assert abs(
        of(score(terms(), few), "completion").ratio - of(score(terms(), many), "completion").ratio
    ) < D("0.0001")


def test_a_unit_that_only_supports_keeps_a_small_share_of_completion():
    facts = unit(tasks=[task(1, duty="named")], returns=[filed(1, "unit")])
    result = score(terms(), facts)
    # 50 × 0.3 = 15，与及时性 10、质量 10 按比例分 100 分。
    assert of(result, "completion").effective == D("42.86")
    assert of(result, "completion").share == D("0.3")


def test_what_says_nothing_does_not_count():
    facts = unit(
        tasks=[task(1), task(2, "no_goal", word="目标未定"), task(3, "", word="")],
        targets=[target(1, None, owed=False), target(2, None, why="待办公室认定")],
        orders=[order(1, "running")],
    )
    result = score(terms(), facts)
    assert of(result, "completion").ratio == 1
    assert not of(result, "targets").applies
    assert of(result, "orders").why_not == "督办件均未到办理时限"


def test_silence_does_not_pay():
    silent = score(terms(), unit(tasks=[task(1, "unreported", word="未报")]))
    behind = score(terms(), unit(tasks=[task(1, "red")]))
    assert silent.total == behind.total
    nothing = unit(returns=[filed(1, "task:1", "missing")], targets=[target(1, None, reported=False)])
    assert of(score(terms(), nothing), "quality").ratio == 0
    assert of(score(terms(), nothing), "targets").ratio == 0


def test_a_waived_return_costs_nothing():
    facts = unit(returns=[filed(1, "task:1", "late"), filed(2, "task:2", "waived")])
    assert of(score(terms(), facts), "timeliness").ratio == D("0.950000")
    alone = of(score(terms(), unit(returns=[filed(2, "task:2", "waived")])), "timeliness")
    assert (alone.applies, alone.why_not) == (False, "本年度应报事项均已免报")


def test_a_review_stays_within_the_criterion():
    facts = unit(tasks=[task(1, "yellow")], returns=[filed(1, "task:1")])
    for points, expected in ((D(1), None), (D(99), "effective"), (D(-99), 0)):
        found = of(
            score(terms(), facts, (ByHand("1", "review", "completion", points, "复核"),)), "completion"
        )
        wanted = {None: found.measured + 1, "effective": found.effective, 0: 0}[expected]
        assert found.points == wanted
        assert found.points - found.reviewed == found.measured


def test_awarded_points_are_scaled_to_the_effective_weight():
    rows = (("by_hand", "特色工作", 20), ("timeliness", "及时性", 60), ("orders", "督办", 20))
    facts = unit(returns=[filed(1, "task:1")])
    awarded = (ByHand("1", "by_hand", "by_hand", D(15), "现场核查"),)
    found = of(score(terms(*rows), facts, awarded), "by_hand")
    assert (found.effective, found.points) == (D("25.00"), D("18.75"))
    assert of(score(terms(*rows), facts), "by_hand").why_not == "人工评定，尚未评分"


def test_a_criterion_for_other_classes_hands_its_weight_on():
    scheme = terms()
    only_counties = replace(scheme.criteria[0], classes=("county",))
    scheme = replace(scheme, criteria=(only_counties, *scheme.criteria[1:]))
    result = score(scheme, unit(tasks=[task(1, "red")], returns=[filed(1, "task:1")]))
    assert (of(result, "completion").applies, result.total) == (False, D("100.00"))


def test_nothing_at_all_is_nothing():
    result = score(terms(), unit())
    assert (result.total, {row.applies for row in result.criteria}) == (0, {False})


def test_of_a_sensitive_task_no_line_tells_more_than_its_number():
    facts = unit(
        tasks=[task(15, title="", sensitive=True)],
        targets=[target(1, "0.5", indicator="", wanted="", value="", sensitive=True)],
    )
    said = [line for row in score(terms(), facts).criteria for line in row.lines]
    assert [line.subject for line in said] == ["task:15", "target:1"]
    assert all(line.sensitive and "敏感任务" in line.text for line in said)


def test_what_would_raise_it_says_by_how_much():
    facts = unit(
        tasks=[task(1, "yellow"), task(2)],
        targets=[target(1, None, reported=False)],
        returns=[filed(1, "task:1", "missing"), filed(2, "task:2"), filed(3, "task:2", "running")],
        orders=[order(1, "overdue")],
    )
    facts = replace(facts, as_of="2030-04-20T09:00:00+08:00")
    said = hints(terms(), facts)
    assert {"/tasks/1/", "/targets/1/", "/orders/1/"} <= {each.url for each in said}
    assert [(each.text, each.url) for each in said if "进展表（" in each.text] == [
        ("补报2030年第一季度task:1进展表（应于2030年4月8日18:00前报出），漏报改按迟报计", "/returns/1/")
    ]
    assert all(each.gain > 0 for each in said if not each.keeps)
    assert [each.gain for each in said] == sorted((each.gain for each in said), reverse=True)
    assert any(each.keeps and each.url == "/returns/3/" for each in said)
    assert hints(terms(), unit(tasks=[task(1)], returns=[filed(1, "task:1")])) == []


def test_only_what_can_still_be_done_is_advised():
    facts = unit(tasks=[task(1, "red")], targets=[target(1, "0.5")], returns=[filed(1, "task:1", "missing")])
    # The year is over, its last quarter still open; then it is locked.
    assert [each.url for each in hints(terms(), facts)] == ["/returns/1/"]
    locked = replace(facts, returns=(replace(facts.returns[0], is_open=False),))
    assert hints(terms(), locked) == []
    # Answered in time, the order is with the office.
    orders = unit(orders=[order(1, "running")], returns=[filed(1, "task:1")])
    assert hints(terms(), orders) == []
    assert [each.keeps for each in hints(terms(), replace(orders, as_of="2030-04-20T09:00:00+08:00"))] == [
        True
    ]


# --- for any facts ---------------------------------------------------------------------------------

share = st.sampled_from(["0", "0.25", "0.333333", "0.5", "0.875", "1"])
tasks = st.builds(
    task,
    st.integers(1, 80),
    st.sampled_from(["blue", "green", "yellow", "red", "unreported", "no_goal", ""]),
    st.sampled_from(list(DUTIES)),
)
targets = st.builds(target, st.integers(1, 50), st.none() | share, reported=st.booleans(), owed=st.booleans())
LATENESS = ("on_time", "late", "missing")
returns = st.builds(
    filed,
    st.integers(1, 99),
    st.sampled_from(["task:1", "task:2", "task:3", "unit"]),
    st.sampled_from([*LATENESS, "running", "waived"]),
    st.integers(0, 3),
    st.sampled_from(["", "无内容"]),
    st.sampled_from(["return", "contribution"]),
)
orders = st.builds(order, st.integers(1, 30), st.sampled_from(["on_time", "late", "overdue", "running"]))
units = st.builds(
    unit,
    tasks=st.lists(tasks, max_size=6),
    targets=st.lists(targets, max_size=4),
    returns=st.lists(returns, max_size=8),
    orders=st.lists(orders, max_size=3),
)
weights = st.lists(st.integers(0, 4000), min_size=6, max_size=6).filter(any)
schemes = st.builds(
    lambda cents, additions, deductions: terms(
        *((code, name, D(each) / 100) for (code, name, _), each in zip(USUAL, cents, strict=True)),
        additions=additions,
        deductions=deductions,
    ),
    weights,
    st.integers(0, 10),
    st.integers(0, 20),
)
points = st.integers(-3000, 3000).map(lambda cents: D(cents) / 100)
statements = st.lists(
    st.one_of(
        st.builds(
            ByHand,
            st.text("123", max_size=2),
            st.sampled_from(["addition", "deduction"]),
            st.just(""),
            points.map(abs),
            st.just("依据"),
        ),
        st.builds(
            ByHand,
            st.text("123", max_size=2),
            st.just("review"),
            st.sampled_from([code for code, _, _ in USUAL]),
            points,
            st.just("复核"),
        ),
    ),
    max_size=4,
).map(tuple)


def for_any(count, **strategies):
    """A property tried on few examples every day, on many with --full."""

    def tried(check):
        settings(max_examples=count(1000), deadline=None, derandomize=True, database=None)(
            given(**strategies)(check)
        )()

    return tried


def test_never_beyond_the_caps_and_always_the_sum_of_its_parts(count):
    @for_any(count, scheme=schemes, facts=units, stated=statements)
    def check(scheme, facts, stated):
        result = score(scheme, facts, stated)
        whole = sum(each.weight for each in scheme.criteria)
        assert 0 <= result.total <= whole + scheme.addition_cap
        assert 0 <= result.added <= scheme.addition_cap
        assert 0 <= result.deducted <= scheme.deduction_cap
        assert result.base == sum(row.points for row in result.criteria)
        kept = sum(row.effective for row in result.criteria)
        assert kept == (whole if any(row.applies and row.weight for row in result.criteria) else 0)
        for row in result.criteria:
            assert 0 <= row.points <= row.effective
            assert row.points == row.points.quantize(D("0.01"))
            lost = sum(line.lost for line in row.lines if line.counts)
            assert lost == (row.effective - row.measured if row.applies else 0)
        assert UnitResult.from_json(result.as_json()) == result


def test_the_order_of_facts_and_statements_is_of_no_importance(count):
    @for_any(count, facts=units, stated=statements, data=st.data())
    def check(facts, stated, data):
        mixed = {
            name: tuple(data.draw(st.permutations(getattr(facts, name))))
            for name in ("tasks", "targets", "returns", "orders")
        }
        other = tuple(data.draw(st.permutations(stated)))
        assert score(terms(), replace(facts, **mixed), other) == score(terms(), facts, stated)


def worse(facts, place, outcome):
    changed = list(facts.returns)
    changed[place] = replace(changed[place], outcome=outcome)
    return replace(facts, returns=tuple(changed))


def test_more_lateness_never_raises_a_score(count):
    @for_any(count, scheme=schemes, facts=units.filter(lambda each: each.returns), data=st.data())
    def check(scheme, facts, data):
        place = data.draw(st.integers(0, len(facts.returns) - 1))
        totals = [score(scheme, worse(facts, place, outcome)).total for outcome in LATENESS]
        assert totals == sorted(totals, reverse=True)
        waiting = score(scheme, worse(facts, place, "running")).total
        assert waiting >= totals[-1]


def test_one_more_fault_never_raises_a_score(count):
    @for_any(count, scheme=schemes, facts=units.filter(lambda each: each.returns))
    def check(scheme, facts):
        first = facts.returns[0]
        faulty = replace(
            first, sent_back=(*first.sent_back, SentBack("2030-05-01", "再退")), insubstantial="空"
        )
        after = replace(facts, returns=(faulty, *facts.returns[1:]))
        assert score(scheme, after).total <= score(scheme, facts).total


def test_facts_kept_as_json_give_the_same_score(count):
    @for_any(count, facts=units)
    def check(facts):
        assert score(terms(), UnitFacts.from_json(facts.as_json())) == score(terms(), facts)


def test_a_scheme_that_paid_for_lateness_would_be_noticed(count):
    """The control: were a late return worth more than one in time, the property would say so."""
    rewarding = terms(timeliness={"late": "-1"})

    def check(facts):
        late, in_time = (score(rewarding, worse(facts, 0, outcome)).total for outcome in ("late", "on_time"))
        assert late <= in_time

    facts = unit(returns=[filed(1, "task:1"), filed(2, "task:2", "missing")])
    with pytest.raises(AssertionError):
        check(facts)
