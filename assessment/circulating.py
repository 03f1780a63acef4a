"""征求意见 on a report: its text is put before units as it stands, what came back is seen from the report.

The consultation itself is supervision's; it names the report in `subject`.
"""

from dataclasses import dataclass

from django.db.models import Count, Q

from agencies.writing import in_one_line
from assessment import editions, secret_passages
from assessment.models import SummaryReport
from assessment.permissions import check_edit_reports
from assessment.secrecy import secret_of
from progress.workflow import WrongState
from supervision import consultations
from supervision.models import Consultation, ConsultationReply, Opinion

LONGEST_TITLE = Consultation._meta.get_field("title").max_length


@dataclass(frozen=True)
class Circulated:
    """A consultation on a report and how far it is: units asked, answers given, opinions, those undecided."""

    consultation: Consultation
    asked: int
    given: int
    opinions: int
    undecided: int


def circulate(report, *, by, now):
    """拟办 a consultation on the report's text as it stands; returns it, still to be sent by the office.

    Asked again while one of the very same text waits to be sent, it is that one.

    report: out of `editing.with_sections`. Raises Denied, WrongState, Incomplete (the text is too long).
    """
    check_edit_reports(by)
    if report.state != SummaryReport.State.EDITING:
        raise WrongState("报告还在汇编，或已作废，不能征求意见。")
    data = editions.data_of(report)
    # Of the text alone: the tables are not sent along.
    named = secret_passages.in_data(secret_of(report.period.plan), data | {"figures": {}})
    if named:
        raise WrongState(
            f"报告里写到{secret_passages.in_words(named)}任务，现已标为敏感，不能发各单位征求意见；"
            "请按“报出前检查”删改后再发。"
        )
    text = editions.plain_text(data)
    drafts = Consultation.objects.filter(subject=_subject(report), state=Consultation.State.DRAFT)
    drafted = next((each for each in drafts.order_by("-pk") if each.text == text), None)
    return drafted or consultations.start(
        report.period.plan,
        kind=Consultation.Kind.REPORT,
        title=in_one_line(f"{report.title}（征求意见稿）", LONGEST_TITLE),
        text=text,
        subject=_subject(report),
        url=report.get_absolute_url(),
        is_demo=report.is_demo,
        by=by,
        now=now,
    )


def circulated(report):
    """The consultations on a report, the newest first: [Circulated]; one query."""
    rows = Consultation.objects.filter(subject=_subject(report), plan=report.period.plan_id).defer("text")
    given = Q(replies__state=ConsultationReply.State.GIVEN)
    undecided = Q(replies__opinions__adoption=Opinion.Adoption.UNDECIDED)
    counted = rows.annotate(
        asked=Count("replies", distinct=True),
        given=Count("replies", filter=given, distinct=True),
        opinions=Count("replies__opinions", filter=given, distinct=True),
        undecided=Count("replies__opinions", filter=given & undecided, distinct=True),
    )
    return [
        Circulated(each, each.asked, each.given, each.opinions, each.undecided)
        for each in counted.select_related("plan").order_by("-drafted_at", "-pk")
    ]


def _subject(report):
    return f"{SummaryReport._meta.model_name}:{report.pk}"
