"""反馈报告 as paper: the same words on the page to be printed and in the Word file in official form."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from agencies.models import Agency
from agencies.official_page import OfficialDocument

# “郑市长”, “李书记”: addressed as they are; other names with 同志.
WITH_THEIR_POST = re.compile(r"(长|书记|主任|主席|秘书长)$")


@dataclass(frozen=True)
class ReportPaper:
    """title, addressee, paragraphs, who signs below, and when: None while it is a draft."""

    title: str
    addressee: str
    paragraphs: list
    signed: str
    on: date | None


def paper_of(instruction):
    """The ReportPaper of an instruction; one query."""
    office = Agency.objects.filter(kind=Agency.Kind.OFFICE).first()
    leader = instruction.leader
    return ReportPaper(
        title=f"关于{leader}批示件办理情况的反馈报告",
        addressee=leader if WITH_THEIR_POST.search(leader) else f"{leader}同志",
        paragraphs=[line.strip() for line in instruction.report.splitlines() if line.strip()],
        signed=office.name if office else "",
        on=timezone.localdate(instruction.reported_at) if instruction.reported_at else None,
    )


def word_of(instruction):
    """The 反馈报告 as the bytes of a Word file (GB/T 9704-2012); one query."""
    paper, document = paper_of(instruction), OfficialDocument()
    if paper.on is None:
        document.mark("草稿")
    document.title(paper.title)
    document.addressee(paper.addressee)
    for line in paper.paragraphs:
        document.paragraph(line)
    document.signature(paper.signed, paper.on)
    return document.to_bytes()
