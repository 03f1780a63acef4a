"""Years of assessment as nobody has seen them, made from a number: the same number makes the same year."""

import random
from datetime import UTC, datetime
from decimal import Decimal

from assessment import formulas
from assessment.exports import columns
from assessment.exports.rows import OwnWord, UnitRow
from assessment.exports.year import Year, judged_by
from assessment.facts import OrderFact, ReturnFact, SentBack, TargetFact, TaskFact, UnitFacts
from assessment.models import ExportForm
from assessment.ranking import Entrant, Rules, places
from assessment.scoring import ByHand, CriterionTerms, Terms, score
from progress.figures import CLASS_CODES

NOW = datetime(2031, 1, 20, 8, 0, tzinfo=UTC)
WEIGHTS = ("50", "15", "10", "10", "10", "5")
ODD_WEIGHTS = ("33.33", "16.67", "12.5", "7.5", "10", "13", "7")


def made_up_year(seed, *, units=4, own_grades=True) -> Year:
    """A year of `units` units in the four classes; every second one judged by an odd scheme."""
    chance = random.Random(seed)
    terms = _terms(chance, odd=bool(seed % 2))
    rules = Rules(own_grades, Decimal(90), Decimal(80), Decimal(70), Decimal(30), bool(seed % 3 == 0))
    rows = [_unit(chance, terms, number) for number in range(units)]
    if units > 2 and rows[1].is_scored:
        rows[2] = _copy(rows[1], rows[2])  # a tie
    rows.sort(key=lambda row: list(CLASS_CODES).index(row.unit_class))
    words = {each.key: (f"{each.name}的内容", f"{each.name}的标准") for each in terms.criteria}
    return Year(
        plan_title="三年行动计划",
        scheme_title="2030年度考核办法",
        year=2030,
        terms=terms,
        criteria=judged_by(terms, words),
        rules=rules,
        forms=tuple(
            ExportForm(kind=kind, title=f"{kind.label}表", points=points, columns=_all_columns())
            for kind, points in (("party", Decimal("3.5")), ("government", Decimal(60)))
            for kind in [ExportForm.Kind(kind)]
        ),
        units=placed(rows, rules),
        stage="领导小组审定",
        as_of="数据截至 2031年1月20日 16:00",
        author="市领导小组办公室",
        now=NOW,
    )


def _all_columns():
    return [{"key": key} for key in columns.COLUMNS]


def placed(rows, rules):
    """The rows with the ranks and grades the app gives them."""
    entrants = [
        Entrant(row.code, row.unit_class, row.total, tuple(effect for effect, _ in row.vetoes))
        for row in rows
        if row.is_scored
    ]
    found = places(entrants, rules)
    return tuple(
        _with(row, rank=found[row.code].rank, grade=found[row.code].grade) if row.code in found else row
        for row in rows
    )


def _with(row, **changes):
    return UnitRow(**{**row.__dict__, **changes})


def _copy(row, other):
    return _with(row, code=other.code, name=other.name)


def _terms(chance, *, odd):
    weights = ODD_WEIGHTS if odd else WEIGHTS
    names = list(formulas.FORMULAS)
    criteria = []
    for number, (formula, weight) in enumerate(zip(names, weights, strict=False), start=1):
        parameters = {
            each.name: str(min(each.most, each.default * chance.choice((1, 1, 2, Decimal("0.5")))))
            for each in formulas.formula(formula).parameters
        }
        classes = ("county", "municipal") if odd and formula == "orders" else ()
        criteria.append(
            CriterionTerms(
                str(number), formulas.formula(formula).label, formula, Decimal(weight), parameters, classes
            )
        )
    return Terms(2030, tuple(criteria), Decimal(5), Decimal(10))


def _unit(chance, terms, number):
    code, unit_class = f"unit{number}", chance.choice(list(CLASS_CODES))
    facts = made_up_facts(chance, code, unit_class)
    standing = chance.choice(["scored"] * 6 + ["feedback", "excluded"])
    by_hand = tuple(_stated(chance, terms, place) for place in range(chance.randrange(5)))
    return UnitRow(
        code=code,
        name=f"第{number}家单位",
        unit_class=unit_class,
        standing=standing,
        reason="" if standing == "scored" else "未列入计分",
        facts=facts,
        result=score(terms, facts, by_hand),
        by_hand=by_hand,
        own={"1": OwnWord(Decimal("41.5"), "台账")},
        vetoes=(("not_excellent", "通报批评"),) if chance.random() < 0.2 else (),
    )


def _stated(chance, terms, number):
    kind = chance.choice(["addition", "deduction", "review", "by_hand"])
    by_hand = [each.key for each in terms.criteria if each.formula == "by_hand"]
    if kind == "by_hand" and not by_hand:
        kind = "addition"
    criterion = {
        "addition": "",
        "deduction": "",
        "review": chance.choice(terms.criteria).key,
        "by_hand": by_hand[0] if by_hand else "",
    }[kind]
    points = Decimal(chance.randrange(1, 900)) / 100
    if kind == "review" and chance.random() < 0.5:
        points = -points
    return ByHand(str(number), kind, criterion, points, f"依据{number}", "/work/")


def made_up_facts(chance, code, unit_class) -> UnitFacts:
    """Facts of one unit, often without one kind of them or another."""
    tasks = tuple(
        TaskFact(
            number,
            f"任务{number}",
            chance.choice(list(formulas.DUTIES)),
            chance.choice(["blue", "green", "yellow", "red", "unreported", "no_goal", ""]),
            "达序时",
            "第四季度",
            f"/task/{number}/",
        )
        for number in range(1, 1 + chance.choice([0, 1, 3, 7]))
    )
    return UnitFacts(
        agency=code,
        name=code,
        unit_class=unit_class,
        year=2030,
        as_of=NOW.isoformat(),
        tasks=tasks,
        targets=tuple(_target(chance, number) for number in range(chance.choice([0, 1, 3]))),
        returns=tuple(_return(chance, number) for number in range(chance.choice([0, 1, 6, 13]))),
        orders=tuple(_order(chance, number) for number in range(chance.choice([0, 0, 1, 3]))),
        benchmarking=chance.choice([None, "0", "1", "0.8333"]),
    )


def _target(chance, number):
    attained = chance.choice([None, "1", "0", "0.29", f"0.{chance.randrange(10**8)}"])
    return TargetFact(
        number, chance.choice([None, 4]), f"指标{number}", "10个", "3个", attained,
        attained is not None, "", "/target/", chance.random() < 0.5,
    )  # fmt: skip


def _return(chance, number):
    kind = chance.choice(["return", "return", "unit", "contribution"])
    sent_back = tuple(SentBack(f"2030-0{each + 1}-01", "不实") for each in range(chance.choice([0, 0, 1, 3])))
    return ReturnFact(
        number,
        "unit" if kind == "unit" else f"task:{chance.randrange(1, 5)}",
        kind,
        "进展",
        f"第{chance.choice('一二三四')}季度",
        "2030-04-08 18:00",
        "2030-04-09 09:00",
        chance.choice(["on_time", "on_time", "late", "missing", "waived", "running"]),
        sent_back,
        chance.choice(["", "", "空话"]),
        "/report/",
    )


def _order(chance, number):
    outcome = chance.choice(["on_time", "late", "overdue", "running"])
    return OrderFact(
        number, f"{number}号", "事项", "2030-05-01", "2030-05-02", outcome, chance.randrange(3), "/"
    )
