"""中期评估 and 终期评估 of a plan: every year side by side, as far as one person may know it.

Read only, a constant number of queries: lamps as they were confirmed, values and stages as they were
accepted, what was owed and ordered, and what tasks became in the next plan (plan clause R7; practice,
section 5).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q
from django.utils import timezone

from agencies.along import along, objects
from agencies.models import Role
from assessment import attaining
from assessment.formulas import plain
from assessment.models import Finding
from progress import figures
from progress.models import Lamp, ProgressReport, ProjectUpdate, TargetValue, TaskState, TaskVerdict
from supervision.models import SupervisionOrder
from tasks.linking import links_of
from tasks.models import AnnualGoal, Assignment, Project, Target, Task, TaskLink

Stage = ProjectUpdate.Stage
UNSAID = "未认定"
SILENT = "到期未报数值"
# Words of the plan for how far a project should come, by what they begin from; the rest is 推进建设.
AIMS = (
    ("建成", ("建成", "完成")),
    ("开工", ("开工",)),
    ("谋划、前期", ("谋划", "前期", "规划", "对接", "探索")),
)
OTHER_AIM = "推进建设"


@dataclass(frozen=True)
class YearOfPlan:
    """One year of the plan. is_over: its last day has passed; has_begun: its first has."""

    year: int
    is_over: bool
    has_begun: bool
    lamps: dict[str, int]
    confirmed: str
    with_goal: int
    filing: figures.Filing
    orders: "OrderCount"
    values: int
    stages: int

    @property
    def is_running(self) -> bool:
        return self.has_begun and not self.is_over

    @property
    def has_data(self) -> bool:
        return bool(self.confirmed or self.with_goal or self.filing.owed or self.orders.issued or self.values)

    @property
    def note(self) -> str:
        """What must be known before the year's figures are read; "" where nothing."""
        if not self.has_begun:
            return "尚未开始"
        if not self.has_data:
            return "系统内没有这一年的数据" if self.is_over else "进行中，系统内还没有这一年的数据"
        said = f"亮灯为{self.confirmed}审定" if self.confirmed else "还没有审定的亮灯"
        return said if self.is_over else f"进行中，{said}"

    def lamp(self, code) -> int:
        return self.lamps.get(code, 0)


@dataclass(frozen=True)
class OrderCount:
    """督办件 issued in a year: how many were closed, of them late, and how many are overdue now."""

    issued: int = 0
    closed: int = 0
    overdue: int = 0


@dataclass(frozen=True)
class TaskRow:
    """A task over the years. lamps: {year: lamp of its last confirmed quarter}; goals: years with a confirmed
    goal; before, after: links with the plans before and after."""

    task: Task
    state: str
    lamps: dict[int, str]
    goals: frozenset[int]
    before: tuple[TaskLink, ...] = ()
    after: tuple[TaskLink, ...] = ()

    @property
    def state_word(self) -> str:
        return TaskState.State(self.state).label if self.state else UNSAID

    @property
    def is_done(self) -> bool:
        return self.state == TaskState.State.DONE


@dataclass(frozen=True)
class TargetRow:
    """A target over the years. values: {year: what was last accepted, in words}; attained: True, False, or
    None with `word` saying why it cannot be told (yet)."""

    target: Target
    wanted: str
    due: str
    values: dict[int, str]
    attained: bool | None
    word: str


@dataclass(frozen=True)
class ProjectRow:
    """A project over the years. stages: {year: stage last accepted in it}; stage: the newest, "" for none."""

    project: Project
    aim: str
    stages: dict[int, str]
    stage: str
    note: str

    @property
    def stage_word(self) -> str:
        return Stage(self.stage).label if self.stage else "未报"

    @property
    def is_built(self) -> bool:
        return self.stage == Stage.BUILT


@dataclass(frozen=True)
class Evaluation:
    """The plan over its years. is_final: every year of it is over."""

    plan: object
    years: list[YearOfPlan]
    tasks: list[TaskRow]
    targets: list[TargetRow]
    projects: list[ProjectRow]
    links: list[TaskLink] = field(default_factory=list)

    @property
    def is_final(self) -> bool:
        return all(each.is_over for each in self.years)

    @property
    def label(self) -> str:
        return "终期评估" if self.is_final else "中期评估"

    @property
    def running(self) -> list[int]:
        return [each.year for each in self.years if each.is_running]

    @property
    def states(self) -> list[tuple[str, str, int]]:
        """[(state, its word, tasks)], the undecided last."""
        counted = Counter(row.state for row in self.tasks)
        known = [(each.value, each.label, counted[each.value]) for each in TaskState.State]
        return [*known, ("", UNSAID, counted[""])]

    @property
    def done(self) -> int:
        return sum(row.is_done for row in self.tasks)

    @property
    def met(self) -> int:
        return sum(row.attained is True for row in self.targets)

    @property
    def missed(self) -> int:
        return sum(row.attained is False for row in self.targets)

    @property
    def silent(self) -> int:
        """Targets that were due and of which nobody has said anything."""
        return sum(row.word == SILENT for row in self.targets)

    @property
    def open_targets(self) -> int:
        """Not due yet, or not to be told."""
        return len(self.targets) - self.met - self.missed - self.silent

    @property
    def built(self) -> int:
        return sum(row.is_built for row in self.projects)

    @property
    def continued(self) -> int:
        """Tasks the next plan takes up again."""
        return sum(any(link.later_id for link in row.after) for row in self.tasks)

    @property
    def filing(self) -> figures.Filing:
        return figures.total(each.filing for each in self.years)

    @property
    def stage_table(self) -> list[tuple[str, list[int], int]]:
        """[(what the plan wants, [projects per stage reached, the unreported last], together)]."""
        stages = [*Stage.values, ""]
        counted = Counter((row.aim, row.stage) for row in self.projects)
        aims = [*(aim for aim, _ in AIMS), OTHER_AIM]
        rows = [(aim, [counted[aim, stage] for stage in stages]) for aim in aims]
        return [(aim, numbers, sum(numbers)) for aim, numbers in rows if sum(numbers)]


def evaluation(plan, user, now) -> Evaluation:
    """Everything the page, its chart and its workbook show this person; seven queries."""
    years = list(plan.years)
    today = timezone.localdate(now)
    links = list(links_of(plan, user))
    tasks = _tasks(plan, user, links)
    targets, told = _targets(plan, user, today)
    projects = _projects(plan, user)
    filing, orders = figures.filing_by_year(plan, user, now), _orders(plan, user, now)
    return Evaluation(
        plan=plan,
        years=[
            _year(year, today, [row for row, _ in tasks], tasks, filing, orders, told, projects)
            for year in years
        ],
        tasks=[row for row, _ in tasks],
        targets=targets,
        projects=projects,
        links=links,
    )


def _year(year, today, rows, tasks, filing, orders, told, projects):
    lamps = Counter(row.lamps[year] for row in rows if year in row.lamps)
    confirmed = max((last[year] for _, last in tasks if year in last), default=None)
    return YearOfPlan(
        year=year,
        is_over=today > date(year, 12, 31),
        has_begun=today >= date(year, 1, 1),
        lamps=dict(lamps),
        confirmed=confirmed[1] if confirmed else "",
        with_goal=sum(year in row.goals for row in rows),
        filing=filing.get(year, figures.Filing()),
        orders=orders.get(year, OrderCount()),
        values=told[year],
        stages=sum(year in row.stages for row in projects),
    )


# --- tasks -----------------------------------------------------------------------------------------


def _tasks(plan, user, links):
    """[(TaskRow, {year: (last day, label) of the quarter its lamp is from})], in the plan's order."""
    verdicts = TaskVerdict.objects.visible_to(user)
    period = tuple(f"period__{name}" for name in ("pk", "code", "starts_on", "ends_on"))
    rows = (
        Task.objects.visible_to(user)
        .filter(plan=plan)
        .select_related("chapter")
        .annotate(
            verdict_rows=along(verdicts, "task", "lamp", *period),
            state_rows=along(TaskState.objects.all(), "task", "state", "on"),
            goal_rows=along(AnnualGoal.objects.confirmed(), "task", "year"),
        )
        .order_by("number")
    )
    return [_task(task, plan, links) for task in rows]


def _task(task, plan, links):
    task.plan = plan
    lamps, last = {}, {}
    for verdict in objects(TaskVerdict, task.verdict_rows, key=lambda each: (each.period.ends_on, each.pk)):
        lamps[verdict.period.year] = verdict.lamp
        last[verdict.period.year] = verdict.period.ends_on, verdict.period.short_label
    states = objects(TaskState, task.state_rows, key=lambda each: (each.on, each.pk))
    row = TaskRow(
        task=task,
        state=states[-1].state if states else "",
        lamps=lamps,
        goals=frozenset(goal.year for goal in objects(AnnualGoal, task.goal_rows)),
        before=tuple(link for link in links if link.later_id == task.pk),
        after=tuple(link for link in links if link.earlier_id == task.pk),
    )
    return row, last


# --- targets ---------------------------------------------------------------------------------------


def _targets(plan, user, today):
    """([TargetRow], {year: values told})."""
    rows = (
        Target.objects.filter(plan=plan)
        .filter(_readable(user))
        .exclude(operator=Target.Operator.LABEL)
        .select_related("task")
        .annotate(
            said_rows=_accepted(TargetValue, "target", ("value", "value_text", "certainty"), user),
            finding_rows=along(
                Finding.objects.standing().filter(target__isnull=False), "target", "kind", "year"
            ),
        )
        .order_by("task__number", "order", "pk")
    )
    told, found = Counter(), []
    for target in rows:
        values = objects(TargetValue, target.said_rows, key=figures.counting_last)
        by_year = {each.report.period.year: each for each in values if each.tells}
        told.update(list(by_year))
        found.append(_target(target, plan, values, by_year, today))
    return found, told


def reads_all_values(user) -> bool:
    """Whether the person reads what was accepted from every body; others read of the tasks they bear."""
    return user.has_role(Role.OFFICE, Role.LEADER)


def _readable(user):
    """Targets and projects of tasks whose values this person may read: of others nothing could be said."""
    known = Q(task__in=Task.objects.visible_to(user))
    if reads_all_values(user):
        return known | Q(task__isnull=True)
    borne = Assignment.objects.concerning().filter(agency__in=user.agency_ids()).order_by()
    return known & Q(task__in=borne.values("task"))


def _accepted(model, owner, names, user):
    """What accepted returns this person may read said of each row."""
    reports = ProgressReport.objects.visible_to(user).to_office()
    accepted = reports.filter(state=ProgressReport.State.ACCEPTED)
    said = model.objects.filter(report__in=accepted)
    period = tuple(f"report__period__{name}" for name in ("pk", "code", "starts_on", "ends_on"))
    return along(said, owner, *names, "report__pk", "report__agency", "report__order", *period)


def _target(target, plan, values, by_year, today):
    findings = objects(Finding, target.finding_rows, key=lambda each: (each.year, each.pk))
    attained, word = _judged(target, plan, values, findings, today)
    return TargetRow(
        target=target,
        wanted=target.goal_words,
        due=_due_word(target, plan),
        values={year: _said(target, each) for year, each in by_year.items()},
        attained=attained,
        word=word,
    )


def _due_word(target, plan):
    if target.due == Target.Due.EACH_YEAR:
        return "每年"
    return f"{attaining.due_year(target, plan)} 年底"


def _said(target, value):
    said = value.value_text if value.value is None else f"{plain(value.value)}{target.unit}"
    return f"{said}（{value.get_certainty_display()}）" if said else "—"


def _judged(target, plan, values, findings, today):
    """(attained, word). What the office found goes before what can be computed."""
    is_due = today > date(attaining.due_year(target, plan), 12, 31)
    if findings:
        last = [each for each in findings if each.year == findings[-1].year]
        met = all(each.kind == Finding.Kind.TARGET_MET for each in last)
        return met, f"{last[-1].year} 年认定{'达成' if met else '未达成'}"
    numbers = [each for each in values if each.value is not None]
    if not values:
        return None, SILENT if is_due else "还没有数值"
    if not numbers or not attaining.is_computable(target):
        return None, "待办公室认定"
    if target.due == Target.Due.EACH_YEAR:
        return _each_year(target, plan, numbers, today)
    if target.scope == Target.Scope.EACH:
        return _each_body(target, numbers, is_due)
    return _reached(attaining.attained(target, _counting(target, plan, numbers).value), is_due)


def _counting(target, plan, numbers):
    """The value that counts: the newest up to the year it is due; later ones tell of something else."""
    until = [each for each in numbers if each.report.period.year <= attaining.due_year(target, plan)]
    return (until or numbers)[-1]


def _reached(share, is_due):
    if share == 1:
        return True, "已达成"
    percent = f"{plain((share * 100).quantize(Decimal('0.1')))}%"
    return (False, f"未达成，达到 {percent}") if is_due else (None, f"未到期，达到 {percent}")


def _each_year(target, plan, numbers, today):
    """每年 targets: every year told of; one missed is a target missed."""
    newest = {each.report.period.year: each.value for each in numbers}
    met = {year: attaining.attained(target, value) == 1 for year, value in newest.items()}
    over = {year for year in met if today > date(year, 12, 31)}
    missed = sorted(year for year in over if not met[year])
    if missed:
        return False, f"{'、'.join(map(str, missed))} 年未达成"
    reached = sorted(year for year in met if met[year])
    word = f"{'、'.join(map(str, reached))} 年达成" if reached else "未到年底"
    return (True if today > plan.ends_on and reached else None), word


def _each_body(target, numbers, is_due):
    """分别 targets: each body by its own newest value."""
    newest = {each.report.agency_id: each.value for each in numbers}
    met = attaining.met_by(target, newest)
    word = f"{met}/{len(newest)} 家达成"
    if met == len(newest):
        return True, word
    return (False if is_due else None), word


# --- projects --------------------------------------------------------------------------------------


def _projects(plan, user):
    rows = (
        Project.objects.filter(_readable(user), plan=plan)
        .select_related("task")
        .annotate(said_rows=_accepted(ProjectUpdate, "project", ("stage", "note"), user))
        .order_by("task__number", "order", "pk")
    )
    found = []
    for project in rows:
        updates = objects(ProjectUpdate, project.said_rows, key=figures.counting_last)
        newest = updates[-1] if updates else None
        found.append(
            ProjectRow(
                project=project,
                aim=aim_of(project.planned_stage),
                stages={each.report.period.year: each.stage for each in updates},
                stage=newest.stage if newest else "",
                note=newest.note if newest else "",
            )
        )
    return found


def aim_of(planned_stage) -> str:
    """The plan's word for a project's stage, grouped: 建成, 开工, 谋划、前期, else 推进建设."""
    for aim, words in AIMS:
        if any(word in planned_stage for word in words):
            return aim
    return OTHER_AIM


# --- 督办 ------------------------------------------------------------------------------------------


def _orders(plan, user, now):
    """{year of the number: OrderCount} of the orders one may read."""
    rows = SupervisionOrder.objects.visible_to(user).filter(plan=plan, year__isnull=False)
    late = Q(pk__in=SupervisionOrder.objects.overdue(now).order_by().values("pk"))
    counted = (
        rows.order_by()
        .values("year")
        .annotate(
            issued=Count("pk"),
            closed=Count("pk", filter=Q(state=SupervisionOrder.State.CLOSED)),
            overdue=Count("pk", filter=late),
        )
    )
    return {row["year"]: OrderCount(row["issued"], row["closed"], row["overdue"]) for row in counted}


def lamps_shown(years) -> list[str]:
    """The lamps at least one year has, best first."""
    return [lamp for lamp in Lamp.values if any(each.lamp(lamp) for each in years)]
