"""反馈报告 as paper: the same words on the page to be printed and in the Word file in official form."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from agencies.official_page import OfficialDocument
from supervision.marks import head_mark
from supervision.sender import sender

# “郑市长”, “李书记”: addressed as they are; other names with 同志.
WITH_THEIR_POST = re.compile(r"(长|书记|主任|主席|秘书长)$")


@dataclass(frozen=True)
class ReportPaper:
    """mark: that it is a draft, or ""; title, addressee, paragraphs, who signs below, and when: None while it
    is a draft."""

    mark: str
    title: str
    addressee: str
    paragraphs: list
    signed: str
    on: date | None


def paper_of(instruction):
    """The ReportPaper of an instruction; one query."""
    leader, on = instruction.leader, instruction.reported_at and timezone.localdate(instruction.reported_at)
    return ReportPaper(
        mark=head_mark("" if on else "草稿", is_demo=instruction.is_demo),
        title=f"关于{leader}批示件办理情况的反馈报告",
        addressee=leader if WITH_THEIR_POST.search(leader) else f"{leader}同志",
        paragraphs=[line.strip() for line in instruction.report.splitlines() if line.strip()],
        signed=sender(on or timezone.localdate()),
        on=on,
    )


def word_of(instruction):
    """The 反馈报告 as the bytes of a Word file (GB/T 9704-2012); one query."""
    paper, document = paper_of(instruction), OfficialDocument()
    if paper.mark:
        document.mark(paper.mark)
    document.title(paper.title)
    document.addressee(paper.addressee)
    for line in paper.paragraphs:
        document.paragraph(line)
    document.signature(paper.signed, paper.on)
    return document.to_bytes()
