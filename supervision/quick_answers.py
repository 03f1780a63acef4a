"""临时调度, the answering: what is known is filled in, the body confirms or puts it right.

Filled in is only what left a body and was accepted: the last version of its newest accepted return of the
task; for a unit of its newest accepted summary. One fact is entered once (practice, section 2).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from agencies import audit
from agencies.reach import office_people, tell
from progress.content.task import STAGE
from progress.models import ProgressReport, ReportVersion, TaskReturn
from progress.timetable import spoken_day
from progress.workflow import Stale, WrongState
from supervision.models import AdHocAnswer, AdHocField, AdHocRequest
from supervision.permissions import check_answer_quickly

Kind, Source = AdHocField.Kind, AdHocField.Source
ReportKind = ProgressReport.Kind
YES, NO = "是", "否"
TEXT_LIMIT = 5000
# What of a unit's summary answers a question to the unit itself.
OF_UNIT = {Source.PROGRESS: "overview", Source.PROBLEM: "problem", Source.NEXT_STEPS: "next_steps"}
OF_TASK = {Source.PROGRESS: "progress", Source.PROBLEM: "problem", Source.NEXT_STEPS: "next_steps"}


# --- what is known already -------------------------------------------------------------------------


def prefill(request, answers):
    """Fill `answers` of the request in from what was accepted, and save them."""
    fill_in(request.fields.all(), answers)
    AdHocAnswer.objects.bulk_update(answers, ["values", "prefilled_from"])


def fill_in(fields, answers):
    """Give `answers` the values that are known, unsaved. Two queries, none where nothing is prefilled."""
    known = _accepted(answers) if any(each.source for each in fields) else {}
    for answer in answers:
        period, said = known.get((answer.agency_id, answer.task_id), (None, None))
        values = {str(each.order): _known(each.source, said, answer) for each in fields} if said else {}
        answer.values = {order: text for order, text in values.items() if text}
        answer.prefilled_from_id = period if answer.values else None


def _accepted(answers):
    """{(agency id, task id or None): (period id, content of the last version)} of the newest accepted."""
    agencies, tasks = {each.agency_id for each in answers}, {each.task_id for each in answers}
    reports = (
        ProgressReport.objects.filter(agency__in=agencies, state=ProgressReport.State.ACCEPTED)
        .to_office()
        .exclude(kind=ReportKind.BENCHMARKING)
        .order_by("period__ends_on", "-period__starts_on")
        .values_list("agency", "task", "pk", "period")
    )
    newest = {(agency, task): (pk, period) for agency, task, pk, period in reports if task in tasks}
    versions = ReportVersion.objects.newest().filter(report__in=[pk for pk, _ in newest.values()])
    contents = dict(versions.values_list("report", "content"))
    return {key: (period, contents[pk]) for key, (pk, period) in newest.items() if pk in contents}


def _known(source, said, answer):
    """The text of one field, "" where it is not known."""
    if answer.project_id:
        return _of_project(source, said, answer.project_id)
    if answer.task_id is None:
        return said.get(OF_UNIT.get(source, "")) or ""
    if said.get("nature") == TaskReturn.Nature.NO_CHANGE:
        return f"无变化：{said.get('no_change_reason') or ''}" if source == Source.PROGRESS else ""
    if source == Source.PERCENT:
        return "" if said.get("percent") is None else f"{said['percent']}"
    if source == Source.STAGE:
        return "\n".join(f"{row['name']}：{_stage(row)}" for row in said.get("project_updates", ()))[
            :TEXT_LIMIT
        ]
    return said.get(OF_TASK.get(source, "")) or ""


def _of_project(source, said, project):
    row = next((row for row in said.get("project_updates", ()) if row["project"] == project), None)
    if row is None:
        return ""
    return {Source.STAGE: _stage(row), Source.PROGRESS: row["note"]}.get(source, "")


def _stage(row):
    return "，".join(filter(None, [STAGE.get(row["stage"], row["stage"]), row["note"]]))


# --- what is typed ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What was typed into one row: the revision that was seen, and {order of the field: text}."""

    revision: int
    values: dict[int, str]


def cleaned(fields, said):
    """The typed values of a row as they are kept, {"1": "…"}; empty ones are left out.

    Numbers, dates and yes-no must be answered; of texts some may stay empty, not all. Raises ValidationError
    by the order of the field.
    """
    values, wrong = {}, {}
    for each in fields:
        try:
            text = READ[each.kind](each, _plain(said.values.get(each.order, "")))
        except ValidationError as error:
            wrong[str(each.order)] = error.messages
            continue
        if text:
            values[str(each.order)] = text
        elif each.kind != Kind.TEXT:
            wrong[str(each.order)] = f"请填写“{each.label}”。"
    if not values and not wrong:
        wrong[str(fields[0].order)] = "请至少写一项；没有情况的写“无”。"
    if wrong:
        raise ValidationError(wrong)
    return values


def _plain(text):
    text = str(text or "").replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text).strip()


def _text(field, typed):
    if len(typed) > TEXT_LIMIT:
        raise ValidationError(f"“{field.label}”现有 {len(typed):,} 字，最多 {TEXT_LIMIT:,} 字，请精简。")
    return typed


def _number(field, typed):
    plain = unicodedata.normalize("NFKC", typed).replace(",", "").replace("−", "-")
    plain = plain.removesuffix(field.unit or "%").removesuffix("%").strip()
    if not plain:
        return ""
    if not re.fullmatch(r"[+-]?\d{1,14}(\.\d{1,4})?", plain):
        unit = f"（{field.unit}）" if field.unit else ""
        raise ValidationError(f"“{field.label}”{unit}请只填数字，最多 4 位小数；您填的是“{typed[:20]}”。")
    number = Decimal(plain).normalize()
    if field.source == Source.PERCENT and not 0 <= number <= 100:
        raise ValidationError(f"“{field.label}”应在 0 至 100 之间，您填的是 {plain}。")
    return f"{number:f}"


def _date(field, typed):
    if not typed:
        return ""
    found = re.fullmatch(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?", unicodedata.normalize("NFKC", typed))
    try:
        return date(*map(int, found.groups())).isoformat()
    except (AttributeError, ValueError):
        raise ValidationError(f"“{field.label}”请写成 2026-09-30 的样子，您填的是“{typed[:20]}”。") from None


def _yes_no(field, typed):
    if typed not in (YES, NO, ""):
        raise ValidationError(f"“{field.label}”请选择“是”或“否”。")
    return typed


READ = {Kind.TEXT: _text, Kind.NUMBER: _number, Kind.DATE: _date, Kind.YES_NO: _yes_no}


# --- confirming ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """What came of it: rows confirmed for the first time, rows put right since (更正), rows as they were."""

    confirmed: int = 0
    corrected: int = 0
    same: int = 0


@transaction.atomic
def confirm(request, said, *, by, now):
    """确认: answer rows of the request, or change what was answered; all of them or none. Returns Done.

    said: {AdHocAnswer: Said}. Possible until the request is closed, also after it was due. Raises Denied,
    Stale (`current`: the answer as it stands), WrongState, and ValidationError by "<answer pk>-<order>".
    """
    check_answer_quickly(by, {answer.agency_id for answer in said})
    # Held, so that closing waits for it or it for closing.
    request = AdHocRequest.objects.select_for_update(of=("self",)).select_related("plan").get(pk=request.pk)
    if request.closed_at is not None:
        raise WrongState(f"这次调度已于{spoken_day(request.closed_at)}结束，不能再答复。")
    if not request.is_open:
        raise WrongState("这次调度还没有发出。")
    fields = list(request.fields.all())
    values = _cleaned_rows(fields, said)
    done = [_confirm_one(request, fields, answer, said[answer], values[answer], by, now) for answer in said]
    if not done:
        raise WrongState("没有需要确认的内容。")
    _tell_when_complete(request, done, now)
    return Done(*(done.count(each) for each in ("confirmed", "corrected", "same")))


def _cleaned_rows(fields, said):
    values, wrong = {}, {}
    for answer, each in said.items():
        try:
            values[answer] = cleaned(fields, each)
        except ValidationError as error:
            wrong |= {f"{answer.pk}-{order}": texts for order, texts in error.message_dict.items()}
    if wrong:
        raise ValidationError(wrong)
    return values


def _confirm_one(request, fields, answer, said, values, by, now):
    fresh = AdHocAnswer.objects.select_related("agency", "task", "project").filter(pk=answer.pk).first()
    if fresh is None:
        raise WrongState("这一项已由办公室撤下，不需要再答复。")
    if fresh.revision != said.revision:
        raise Stale(fresh)
    if fresh.confirmed_at is not None and fresh.values == values:
        return "same"
    first = fresh.confirmed_at is None
    act = "confirmed" if first else "corrected"
    changed = AdHocAnswer.objects.filter(pk=fresh.pk, revision=said.revision).update(
        values=values, revision=F("revision") + 1, **{f"{act}_at": now, f"{act}_by": by}
    )
    if not changed:
        raise Stale(AdHocAnswer.objects.get(pk=fresh.pk))
    detail = {"单位": fresh.agency.name, "事项": fresh.subject}
    if not first:
        detail |= {
            each.label: [fresh.values.get(str(each.order), ""), values.get(str(each.order), "")]
            for each in fields
            if fresh.values.get(str(each.order), "") != values.get(str(each.order), "")
        }
    audit.record("答复临时调度" if first else "更正答复", request, by=by, now=now, detail=detail)
    return act


def _tell_when_complete(request, done, now):
    """The office hears when the last row is answered; the request is held, so it hears once."""
    if "confirmed" not in done or request.answers.filter(confirmed_at=None).exists():
        return
    tell(
        f"quick-complete:{request.pk}:{request.revision}",
        office_people(now=now),
        title=f"临时调度“{request.title}”已全部答复",
        url=request.get_absolute_url(),
        now=now,
        is_demo=request.is_demo,
    )
