"""复核意见书: what is answered to a unit that objected, as a page and as a Word file in official form.

A letter: what was objected to, what was found, what follows for the score; signed by the office, or by the
unit that reviews the office's host. What is not decided yet says so at its head.
"""

from dataclasses import dataclass

from django.utils import timezone

from agencies.official_page import OfficialDocument
from agencies.writing import day_of, quoted
from assessment.models import Objection
from supervision.marks import head_mark

State = Objection.State
TITLE = "年度考核异议复核意见书"
FOUND = {
    Objection.Outcome.UPHELD: "经复核，异议成立。",
    Objection.Outcome.PARTLY: "经复核，异议部分成立。",
    Objection.Outcome.REJECTED: "经复核，异议不成立。",
}


@dataclass(frozen=True)
class Paper:
    """sections: [(heading, text)]; signed_on: a date, or None before it is decided."""

    mark: str
    title: str
    addressee: str
    opening: str
    sections: list
    sender: str
    signed_on: object


def paper_of(objection, sender):
    """The paper of an Objection (its unit, round, scheme and criterion at hand). sender: the office's name;
    of a host unit's it is the reviewing unit's."""
    unit, round = objection.unit, objection.unit.round
    about = f"{quoted(objection.criterion.name)}得分" if objection.criterion else "评分"
    raised = objection.raised_at or objection.written_at
    return Paper(
        mark=head_mark("" if objection.state == State.DECIDED else "未复核", is_demo=objection.is_demo),
        title=TITLE,
        addressee=unit.name,
        opening=f"你单位{_day(raised)}对{round}{about}提出的异议收悉。现将复核意见函告如下。",
        sections=_sections(objection),
        sender=unit.reviewer.name if unit.reviewer_id else sender,
        signed_on=timezone.localdate(objection.decided_at) if objection.decided_at else None,
    )


def word_of(paper):
    """The .docx as bytes."""
    document = OfficialDocument()
    if paper.mark:
        document.mark(paper.mark)
    document.title(paper.title)
    document.addressee(paper.addressee)
    document.paragraph(paper.opening)
    for heading, text in paper.sections:
        document.heading(1, heading)
        document.paragraph(text)
    document.signature(paper.sender, paper.signed_on)
    return document.to_bytes()


def file_name(objection):
    """How the Word file is called."""
    return f"{TITLE} {objection.unit.name} {objection.unit.round}"


def _sections(objection):
    said = [("异议内容", objection.text)]
    if objection.state == State.DECIDED:
        said.append(("复核意见", f"{FOUND[objection.outcome]}{objection.answer}"))
        said.append(("得分调整", _adjusted(objection)))
    return said


def _adjusted(objection):
    """What followed for the score when it was decided, whatever became of the unit since (并入, 更名)."""
    points = sum(each.points for each in objection.adjustments.all())
    if not points and objection.unit.standing == "feedback":
        return "你单位只反馈不计分，不涉及得分调整。"
    if not points:
        return "你单位得分不作调整。"
    verb = "增加" if points > 0 else "减少"
    return f"{quoted(objection.criterion.name)}得分{verb}{abs(points)}分，总分按考核办法相应调整。"


def _day(instant):
    return day_of(timezone.localdate(instant))
