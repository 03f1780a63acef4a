"""Texts a 征求意见 can begin from: the draft of a 通报, the year's 年度工作要点 as the goals stand."""

from agencies.writing import numeral_of
from supervision import circular_words
from supervision.circular_figures import readable
from supervision.models import Circular, Consultation
from tasks.models import AnnualGoal, Assignment

FOR_OPINIONS = "（征求意见稿）"


def of_circular(circular):
    """(kind, title, text) of a circular that is not given out yet."""
    lines = [circular.opening]
    sections = circular_words.sections(readable(circular.data))
    for number, (heading, paragraphs) in enumerate(sections, start=1):
        lines += [f"{numeral_of(number)}、{heading}", *paragraphs]
    if circular.closing:
        lines += [f"{numeral_of(len(sections) + 1)}、{circular_words.DEMANDED}", circular.closing]
    return Consultation.Kind.CIRCULAR, f"{circular.title}{FOR_OPINIONS}"[:120], "\n".join(lines)


def circular_to_ask_about(plan, pk):
    """The circular of this plan that may still change, or None."""
    states = (Circular.State.DRAFT, Circular.State.CHECKING, Circular.State.SIGNING)
    rows = Circular.objects.filter(period__plan=plan, state__in=states).select_related("period__plan")
    return rows.filter(pk=pk).first()


def of_goals(plan, year):
    """(kind, title, text) of the year's goals by 行动, proposed ones included; sensitive tasks stay out.

    The text is "" where the year has no goals.
    """
    goals = AnnualGoal.objects.filter(task__plan=plan, year=year, task__is_sensitive=False)
    goals = goals.select_related("task__chapter", "agency").order_by("task__number", "agency__order", "pk")
    leads = {}
    duties = Assignment.objects.leads().filter(task__plan=plan).select_related("agency")
    for duty in duties.order_by("order", "agency__order"):
        leads.setdefault(duty.task_id, []).append(duty.agency.name)
    lines, chapter = [], None
    for goal in goals:
        if goal.task.chapter != chapter:
            chapter = goal.task.chapter
            lines.append(f"{numeral_of(chapter.number)}、{chapter.title}")
        whose = [goal.agency.name] if goal.agency else list(dict.fromkeys(leads.get(goal.task_id, ())))
        by = f"（{'、'.join(whose)}牵头）" if whose else ""
        statement = goal.statement.strip().rstrip("。")
        lines.append(f"{goal.task.number}. {goal.task.title}：{statement}。{by}")
    title = f"{year}年度推进长三角一体化发展工作要点{FOR_OPINIONS}"
    return Consultation.Kind.WORK_POINTS, title, "\n".join(lines)
