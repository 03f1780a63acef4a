"""A 请示 as paper: the same words on its page and in the Word file in official form (GB/T 9704-2012)."""

from dataclasses import dataclass
from datetime import date

from agencies.official_page import OfficialDocument
from assessment.models import Petition
from assessment.petitions import CLOSING
from supervision.marks import head_mark

CLOSES = "妥否，请批示。"
MARKS = {Petition.State.DRAFT: "代拟稿　未签发", Petition.State.CANCELLED: "已作废"}


@dataclass(frozen=True)
class PetitionPaper:
    """mark: that it is not signed, or given up, or ""; paragraphs: with the words it closes with; on: None
    while it is not signed; note: 附注, whom to ask."""

    mark: str
    number: str
    signer: str
    title: str
    addressee: str
    paragraphs: list
    body: str
    on: date | None
    note: str


def paper_of(petition) -> PetitionPaper:
    """What stands on the paper of a 请示; a text without a closing request gets the usual one."""
    lines = [line.strip() for line in petition.text.splitlines() if line.strip()]
    if not (lines and CLOSING.search(lines[-1])):
        lines.append(CLOSES)
    return PetitionPaper(
        mark=head_mark(MARKS.get(petition.state, ""), is_demo=petition.is_demo),
        number=petition.number,
        signer=petition.signer,
        title=petition.title,
        addressee=petition.addressee,
        paragraphs=lines,
        body=petition.body,
        on=petition.signed_on,
        note=f"联系人：{petition.contact}" if petition.contact else "",
    )


def word_of(petition) -> bytes:
    """The .docx of a 请示."""
    paper, document = paper_of(petition), OfficialDocument()
    if paper.mark:
        document.mark(paper.mark)
    if paper.number or paper.signer:
        document.number(paper.number, signer=paper.signer)
    document.title(paper.title)
    document.addressee(paper.addressee)
    for line in paper.paragraphs:
        document.paragraph(line)
    document.signature(paper.body, paper.on)
    if paper.note:
        document.note(paper.note)
    return document.to_bytes()
