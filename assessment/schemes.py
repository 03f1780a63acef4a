"""考核办法: begun from last year's or the defaults, edited, published, withdrawn until its round has begun.

Every verb takes `by=` and `now=`, runs in one transaction with its line in the trail, and raises, in this
order: Denied, Stale (somebody else changed the scheme meanwhile), WrongState (published: nothing changes),
Incomplete (by field). Sources: practice, section 3; plan clauses R4, R8, R10.
"""

from dataclasses import replace

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from agencies import audit
from agencies.models import Agency, Role
from agencies.reach import everyone_at, tell
from assessment.formulas import FORMULAS
from assessment.models import AssessmentRound, Criterion, ExportForm, Scheme, VetoItem
from assessment.permissions import check_keep_schemes
from assessment.scheme_contents import (
    PLAIN,
    SchemeContent,
    content_of,
    differing,
    mistakes,
    spelled,
    usual,
    usual_title,
)
from progress.workflow import Incomplete, Stale, WrongState

FROM_LAST, FROM_DEFAULTS = "last", "defaults"
FROZEN = "考核办法已于公布时固定，不能修改。确需修改的，请先撤回公布并写明原因；年度考核启动后不再修改。"
BEGUN = "本年度考核已经启动，考核办法不能再撤回。个别调整请在考核中以加减分或复核意见办理。"


def earlier_schemes(plan) -> list[Scheme]:
    """Every scheme up to the plan's last year, the one to take over first. One query."""
    found = Scheme.objects.filter(year__lt=plan.ends_on.year).select_related("host", "cross_reviewer")
    return sorted(found, key=lambda each: (each.plan_id != plan.pk, -each.year))


def last_before(plan, year, among=None) -> Scheme | None:
    """The scheme a year can take over: the newest earlier one of the plan, else of any plan.

    among: `earlier_schemes` of the plan where they are at hand.
    """
    rows = earlier_schemes(plan) if among is None else among
    return next((each for each in rows if each.year < year), None)


# --- drafting --------------------------------------------------------------------------------------


def new_scheme(plan, year, source=FROM_DEFAULTS, *, by, now) -> Scheme:
    """起草 a year's scheme. source: FROM_LAST (沿用) or FROM_DEFAULTS. Returns it.

    Raises Denied; Incomplete for a year outside the plan, one that has its scheme, or with none before it.
    """
    check_keep_schemes(by)
    years = plan.years
    if year not in years:
        raise Incomplete({"year": f"本计划只管 {years[0]} 至 {years[-1]} 年，请在这几年中选择年度。"})
    last = last_before(plan, year) if source == FROM_LAST else None
    if source == FROM_LAST and last is None:
        raise Incomplete({"year": f"{year} 年以前还没有考核办法可以沿用，请按默认办法起草。"})
    content = _taken_over(last, year, now) if last else usual(year)
    try:
        with transaction.atomic():
            scheme = Scheme.objects.create(
                plan=plan,
                year=year,
                copied_from=last,
                made_at=now,
                made_by=by,
                is_demo=by.is_demo,
                **_plain(content),
            )
            _write_parts(scheme, content)
            detail = {"沿用": str(last)} if last else {"依据": "默认办法"}
            audit.record("起草考核办法", scheme, by=by, now=now, detail=detail)
    except IntegrityError as taken:
        raise Incomplete({"year": f"{year} 年度已经有考核办法，请直接打开修改。"}) from taken
    return scheme


def _taken_over(last, year, now):
    """Last year's content for this year: its own title and number, bodies that still stand."""
    content, today = content_of(last), timezone.localdate(now)

    def stands(body):
        return body is not None and (body.abolished_on is None or body.abolished_on > today)

    title = content.title.replace(str(last.year), str(year))
    bodies = {name: getattr(content, name) for name in ("host", "cross_reviewer")}
    if not all(map(stands, bodies.values())):
        bodies = dict.fromkeys(bodies)
    return replace(
        content,
        title=title if str(year) in title else usual_title(year),
        document_number="",
        listed=tuple(filter(stands, content.listed)),
        **bodies,
    )


def edit(scheme, content: SchemeContent, *, by, now, revision) -> Scheme:
    """Write `content` into a draft. revision: the one its editor saw. Returns the fresh scheme."""
    check_keep_schemes(by)
    content = _settled(content)
    before = content_of(scheme)
    with transaction.atomic():
        _claim(scheme, revision, Scheme.State.DRAFT, FROZEN, **_checked(content))
        _write_parts(scheme, content)
        changed = {what: [old, new] for what, old, new in differing(before, content)}
        audit.record("修改考核办法", scheme, by=by, now=now, detail=changed)
    return load(scheme.pk)


def discard(scheme, *, by, now, revision):
    """删去 a draft nobody has been told of."""
    check_keep_schemes(by)
    with transaction.atomic():
        _claim(scheme, revision, Scheme.State.DRAFT, FROZEN)
        audit.record("删除考核办法草稿", scheme, by=by, now=now)
        Scheme.objects.filter(pk=scheme.pk).delete()


# --- publishing ------------------------------------------------------------------------------------


def publish(scheme, *, by, now, revision) -> Scheme:
    """公布: from now on it never changes, and everybody with a business post reads it. Returns it fresh."""
    check_keep_schemes(by)
    wrong = mistakes(content_of(scheme))
    if scheme.host_id and not scheme.cross_reviewer_id:
        wrong["cross_reviewer"] = f"{scheme.host.name}是办公室所在单位，请先指定另一家单位交叉评审。"
    if wrong:
        raise Incomplete(wrong)
    published = {"state": Scheme.State.PUBLISHED, "published_at": now, "published_by": by}
    with transaction.atomic():
        _claim(scheme, revision, Scheme.State.DRAFT, "考核办法已经公布，不必再次公布。", **published)
        audit.record("公布考核办法", scheme, by=by, now=now)
        scheme = load(scheme.pk)
        _tell(scheme, f"{scheme.year} 年度考核办法已公布", scheme.title, now)
    return scheme


def withdraw(scheme, reason, *, by, now, revision) -> Scheme:
    """撤回公布, with a reason, while its round has not begun. Returns the draft it is again."""
    check_keep_schemes(by)
    if not reason.strip():
        raise Incomplete({"reason": "请写明撤回的原因，各单位会看到。"})
    if AssessmentRound.objects.filter(scheme=scheme).exists():
        raise WrongState(BEGUN)
    drafted = {"state": Scheme.State.DRAFT, "published_at": None, "published_by": None}
    with transaction.atomic():
        _claim(scheme, revision, Scheme.State.PUBLISHED, "考核办法还没有公布，不用撤回。", **drafted)
        # Asked again behind the claim: a round that began meanwhile holds the scheme as it was.
        if AssessmentRound.objects.filter(scheme=scheme).exists():
            raise WrongState(BEGUN)
        audit.record("撤回考核办法", scheme, by=by, now=now, detail={"原因": reason.strip()})
        scheme = load(scheme.pk)
        _tell(scheme, f"{scheme.year} 年度考核办法已撤回，修改后重新公布", f"原因：{reason.strip()}", now)
    return scheme


def _tell(scheme, title, text, now):
    """The people of every body that can be judged hear of it."""
    bodies = Agency.objects.bodies().filter(abolished_on__isnull=True).values_list("pk", flat=True)
    people = everyone_at(bodies, Role.REPORTER, Role.APPROVER, now=now)
    # A draft is the office's: what was withdrawn leads to the list of years.
    listed = reverse("assessment:schemes", args=[scheme.plan.code])
    url = scheme.get_absolute_url() if scheme.is_published else listed
    key = f"scheme:{scheme.pk}:{scheme.revision}"
    tell(key, people, title=title, text=text, url=url, now=now, is_demo=scheme.is_demo)


# --- writing ---------------------------------------------------------------------------------------


def load(pk) -> Scheme:
    """A scheme with the people and bodies it names."""
    named = ("plan", "host", "cross_reviewer", "made_by", "published_by", "copied_from")
    return Scheme.objects.select_related(*named).get(pk=pk)


def _claim(scheme, revision, seen, otherwise, **changes):
    """Take the scheme from the revision and the state `seen`. Raises WrongState(otherwise) or Stale."""
    rows = Scheme.objects.filter(pk=scheme.pk, revision=revision, state=seen)
    if rows.update(revision=F("revision") + 1, **changes):
        return
    current = load(scheme.pk)
    if current.state != seen:
        raise WrongState(otherwise)
    raise Stale(current)


def _settled(content):
    """Every number of a formula written down, so that a later default changes no scheme."""
    criteria = (
        replace(each, parameters=spelled(each.formula, each.parameters)) if each.formula in FORMULAS else each
        for each in content.criteria
    )
    return replace(content, criteria=tuple(criteria))


def _checked(content):
    """The plain columns of content without mistakes. Raises Incomplete."""
    wrong = mistakes(content)
    if wrong:
        raise Incomplete(wrong)
    return _plain(content)


def _plain(content):
    return {name: getattr(content, name) for name in PLAIN}


def _write_parts(scheme, content):
    """Criteria, veto items, forms and listed bodies, in place of those there were."""
    scheme.criteria.all().delete()
    Criterion.objects.bulk_create(
        Criterion(
            scheme=scheme,
            order=place,
            name=each.name,
            content=each.content,
            standard=each.standard,
            formula=each.formula,
            weight=each.weight,
            parameters=each.parameters,
            classes=list(each.classes),
        )
        for place, each in enumerate(content.criteria, start=1)
    )
    scheme.veto_items.all().delete()
    VetoItem.objects.bulk_create(
        VetoItem(scheme=scheme, order=place, name=each.name, effect=each.effect)
        for place, each in enumerate(content.veto_items, start=1)
    )
    scheme.export_forms.all().delete()
    ExportForm.objects.bulk_create(
        ExportForm(
            scheme=scheme,
            kind=each.kind,
            title=each.title,
            points=each.points,
            columns=list(each.columns),
        )
        for each in content.export_forms
    )
    scheme.listed.set(content.listed)
