"""提请: one problem as a draft 请示 to whom it is taken up (plan clauses R5, R6), in official form.

A 请示 is a paper of its own with one matter (practice, section 4). It is a draft for the office to finish:
number, signer and date are left open.
"""

from agencies.official_page import OfficialDocument
from agencies.writing import quoted
from progress.workflow import WrongState
from supervision.marks import head_mark
from supervision.models import Problem

Level = Problem.Level
ADDRESSEES = {
    Level.GROUP: "市推进长三角一体化发展领导小组",
    Level.GOVERNMENT: "市委、市政府",
}


def is_taken_up(problem):
    """Whether the problem is on a level somebody above is asked to decide on."""
    return problem.level in ADDRESSEES


def title_of(problem):
    """关于提请研究……的请示."""
    about = quoted(problem.task.title) if problem.task_id else problem.agency.name
    return f"关于提请研究{about}有关问题的请示"


def submission_of(problem, sender):
    """The .docx as bytes. sender: the name it is signed with. Raises WrongState below these levels."""
    if not is_taken_up(problem):
        raise WrongState("只有提请领导小组或提请市委、市政府的问题才需要请示稿。")
    paper = OfficialDocument()
    paper.mark(head_mark("代拟稿", is_demo=problem.is_demo))
    paper.title(title_of(problem))
    paper.addressee(ADDRESSEES[problem.level])
    paper.paragraph(_opening(problem))
    paper.heading(1, "存在问题")
    paper.paragraph(problem.words)
    done = [
        ("整改措施：", problem.measures),
        ("整改进展：", problem.progress),
        ("协调情况：", problem.answer),
    ]
    if any(text for _, text in done):
        paper.heading(1, "已采取的措施和进展")
        for label, text in done:
            if text:
                paper.paragraph(f"{label}{text}")
    paper.heading(1, "提请研究的事项")
    paper.paragraph(problem.request or "请研究明确解决上述问题的意见。")
    paper.paragraph("妥否，请批示。")
    paper.signature(sender)
    return paper.to_bytes()


def _opening(problem):
    task = f"第{problem.task.number}项任务{quoted(problem.task.title)}" if problem.task_id else "有关重点任务"
    told = f"{problem.period.label}，{problem.agency.name}在推进《{problem.plan.title}》{task}中反映存在问题"
    return f"{told}，经研判，需提请{ADDRESSEES[problem.level]}研究。现将有关情况请示如下。"
