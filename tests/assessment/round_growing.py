"""A round in 反馈复核 with as much in it as one likes, for tests/growing.py."""

from datetime import timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency
from assessment import confirming, objections, rounds, self_assessment
from assessment.models import AssessmentRound, UnitScore
from assessment.objections import Answer
from assessment.self_assessment import Claim
from tests.assessment.round_life import drafted, make_scheme, state
from tests.cast import body
from tests.supervision.order_life import pdf

COLUMNS = [{"key": "name", "label": "单位"}, {"key": "total", "label": "得分"}]


class RoundRows:
    """The round of 2030 with the sheet of fgw. `pages`: {what they are: address}."""

    def __init__(self, people):
        self.people, self.number, self.now = people, 0, timezone.now()
        scheme = make_scheme(people["office"], own_grades=True, veto_on=True)
        with drafted(scheme):
            self.item = scheme.veto_items.create(name="弄虚作假")
            scheme.export_forms.create(kind="party", title="报送表", points=Decimal(2), columns=COLUMNS)
        self.done = {"by": people["office"], "now": self.now}
        self.round = rounds.begin(scheme, **self.done)
        self._self_assessed()
        AssessmentRound.objects.update(self_until=self.now)
        self._step("close_self", later=True)
        seen = {confirming.load(each.pk): each.revision for each in self.round.units.all()}
        confirming.confirm_many(seen, **self.done)
        self._step("give_back")
        self.decided = self._objected(decided=True)
        place = [scheme.plan.code, scheme.year]
        sheet, objection = self._unit().get_absolute_url(), self.decided.get_absolute_url()
        self.pages = {
            "a round": self.round.get_absolute_url(),
            "a round as a list": reverse("assessment:round_export", args=place),
            "the sheet of a unit": sheet,
            "what was done with a sheet": f"{sheet}history/",
            "the objections of a round": reverse("assessment:objections", args=place),
            "the objections of a round as a list": reverse("assessment:objections_export", args=place),
            "an objection": objection,
            "what was answered to an objection": f"{objection}paper/",
            "what was answered to an objection as Word": f"{objection}word.docx",
        }

    def grow(self):
        """One more unit; one more of everything on the sheet of fgw."""
        self.number += 1
        agency = Agency.objects.create(
            code=f"judged{self.number}", name=f"第{self.number}家被考核单位", kind=Agency.Kind.MUNICIPAL
        )
        unit = self._unit()
        copied = {name: getattr(unit, name) for name in ("facts", "result", "total", "unit_class")}
        UnitScore.objects.create(round=self.round, agency=agency, name=agency.name, **copied)
        state(unit, self.people["office"], now=self.now, uploads=[pdf(words=b"judged %d" % self.number)])
        made = self._objected()
        objections.withdraw(made, by=self.people["reporter"], now=self.now, revision=made.revision)

    def _unit(self):
        return confirming.load(self.round.units.get(agency=body("fgw")).pk)

    def _step(self, verb, later=False):
        now = self.now + timedelta(microseconds=1) if later else self.now
        done = self.done | {"now": now, "revision": self.round.revision}
        self.round = getattr(rounds, verb)(self.round, **done)

    def _self_assessed(self):
        unit, said = self._unit(), {"by": self.people["reporter"], "now": self.now}
        claims = {each: Claim(Decimal(5), "见报告") for each in unit.round.scheme.criteria.all()}
        unit = self_assessment.save(unit, claims, "说明", [pdf()], **said, revision=unit.revision)
        unit = self_assessment.hand_in(unit, **said, revision=unit.revision)
        self_assessment.sign(unit, by=self.people["approver"], now=self.now, revision=unit.revision)

    def _objected(self, *, decided=False):
        criterion = self.round.scheme.criteria.get(formula="timeliness") if decided else None
        files = [pdf(words=b"objection %d" % self.number)]
        done = {"by": self.people["reporter"], "now": self.now}
        made = objections.write(self._unit(), f"第{self.number}件异议", criterion, files, **done)
        if not decided:
            return made
        made = objections.sign(made, by=self.people["approver"], now=self.now, revision=made.revision)
        said, done = Answer("partly", "部分属实", Decimal(1)), {"by": self.people["office2"], "now": self.now}
        return objections.decide(made, said, **done, revision=made.revision)
