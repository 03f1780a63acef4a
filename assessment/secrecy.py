"""What may be shown of facts frozen with a score, now that some of their tasks have become sensitive.

The frozen JSON stays as it is, for it is what was judged; wherever it is shown or exported it goes through
here first, and says of what is sensitive by now no more than facts gathered today would say
(`facts.silenced`): the number and what became of it, to everybody. What people wrote by hand (a basis, an
objection, 自评) names a task by its title at most: that title is left out for those who may not know of it.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Value

from agencies.along import along
from assessment.facts import UnitFacts, silenced
from assessment.measuring import measure
from assessment.models import Criterion
from assessment.scoring import Terms, UnitResult
from tasks.models import Task

NAMELESS = "（敏感任务）"
UNSAID = "（敏感任务，说明略）"


def secret_of(plan, reader=None) -> "Secret":
    """What is sensitive in a plan as of now; one query.

    reader: the User it is shown to, who is spared the titles they know; None: nobody in particular, who knows
    none.
    """
    return Secret.of_rows(_sensitive(plan.pk, reader).values(*_NAMED))


def criteria_and_secret(scheme, reader=None) -> "tuple[list[Criterion], Secret]":
    """The criteria of a scheme in their order, and what is sensitive in its plan as of now; one query."""
    listed = along(_sensitive(scheme.plan_id, reader), None, *_NAMED)
    criteria = list(scheme.criteria.annotate(sensitive_rows=listed))
    return criteria, Secret.of_rows(criteria[0].sensitive_rows or () if criteria else ())


_NAMED = ("number", "title", "orders", "is_known")


def _sensitive(plan, reader):
    """The sensitive tasks of a plan (its id), once for each 督办件 about them."""
    known = Value(False)
    if reader is not None:
        known = Exists(Task.objects.visible_to(reader).filter(pk=OuterRef("pk")))
    return Task.objects.filter(plan=plan, is_sensitive=True).order_by().annotate(is_known=known)


@dataclass(frozen=True)
class Secret:
    """named: (number, title) of the plan's sensitive tasks; orders: ids of the 督办件 about one of them;
    titles: of those the reader may not know of, the longest first."""

    named: frozenset[tuple[int, str]] = frozenset()
    orders: frozenset[int] = frozenset()
    titles: tuple[str, ...] = ()

    @classmethod
    def of_rows(cls, rows) -> "Secret":
        """rows: of `_NAMED`, in any order."""
        rows = list(rows)
        return cls(
            named=frozenset((row["number"], row["title"]) for row in rows),
            orders=frozenset(row["orders"] for row in rows) - {None},
            # A title that holds another goes first.
            titles=tuple(sorted({row["title"] for row in rows if not row["is_known"]}, key=_longest_first)),
        )

    @property
    def numbers(self) -> set[int]:
        """Of the plan's sensitive tasks."""
        return {number for number, _ in self.named}

    # --- facts -----------------------------------------------------------------------------------

    def facts(self, facts: UnitFacts) -> UnitFacts:
        """The facts as they may be shown."""
        subjects = {f"task:{number}" for number in self.numbers}
        return replace(
            facts,
            tasks=_hidden(facts.tasks, lambda each: each.number in self.numbers),
            targets=_hidden(facts.targets, lambda each: each.task in self.numbers),
            returns=tuple(map(self._return, _hidden(facts.returns, lambda each: each.subject in subjects))),
            orders=tuple(map(self._order, _hidden(facts.orders, lambda each: each.order in self.orders))),
        )

    def _return(self, fact):
        """Also of a unit's summary, which has no task, a reason may quote a title."""
        sent_back = tuple(replace(each, reason=self.words(each.reason)) for each in fact.sent_back)
        return replace(fact, sent_back=sent_back, insubstantial=self.words(fact.insubstantial))

    def _order(self, fact):
        return replace(fact, title=self.words(fact.title))

    def result(self, result: UnitResult, facts: UnitFacts, terms: Terms) -> UnitResult:
        """A score made of `facts` as it may be shown: every number as it is, only words differ.

        terms: those it was scored by. Words that cannot be found anew with them are left out altogether.
        """
        shown = self.facts(facts)
        subjects = _subjects(shown)
        by_hand = tuple(replace(each, basis=self.words(each.basis)) for each in result.by_hand)
        if not subjects and not self.titles:
            return result
        by_key = {each.key: each for each in terms.criteria}
        rows = tuple(self._criterion(row, by_key.get(row.key), shown, subjects) for row in result.criteria)
        return replace(result, criteria=rows, by_hand=by_hand)

    def _criterion(self, row, criterion, shown, subjects):
        said = defaultdict(list)
        if criterion is not None and any(_is_about(line, subjects) for line in row.lines):
            for line in measure(row.formula, row.weight, criterion.parameters, shown).lines:
                said[line.subject, line.under].append(line.text)
        lines = []
        for line in row.lines:
            texts = said[line.subject, line.under]
            text = texts.pop(0) if texts else UNSAID
            if _is_about(line, subjects):
                lines.append(replace(line, text=text, sensitive=True))
            else:
                lines.append(replace(line, text=self.words(line.text)))
        return replace(row, lines=tuple(lines))

    # --- what people wrote -----------------------------------------------------------------------

    def words(self, text: str) -> str:
        """What somebody wrote, without the titles this reader may not know."""
        for title in filter(None, self.titles):
            text = text.replace(f"“{title}”", NAMELESS).replace(title, NAMELESS)
        return text

    def spared(self, rows, *names):
        """The rows with these fields as this reader may read them; to be shown, never to be saved."""
        for row in rows if self.titles else ():
            for name in names:
                setattr(row, name, self.words(getattr(row, name)))
        return rows


def _longest_first(title):
    return -len(title), title


def _hidden(rows, is_secret):
    return tuple(silenced(each) if is_secret(each) else each for each in rows)


def _subjects(facts):
    """What the lines of sensitive facts are about (`measuring.Line.subject`)."""
    return {
        *(f"task:{each.number}" for each in facts.tasks if each.sensitive),
        *(f"target:{each.target}" for each in facts.targets if each.sensitive),
        *(each.subject for each in facts.returns if each.sensitive),
        *(f"order:{each.order}" for each in facts.orders if each.sensitive),
    }


def _is_about(line, subjects):
    return line.subject in subjects or line.under in subjects
