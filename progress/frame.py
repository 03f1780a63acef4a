"""The frame around every staff page: which plan and period it is about, and what waits for the person."""

from functools import cached_property

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from agencies.along import along, fields_of, number_of, objects
from agencies.models import Role
from progress.models import DemonstrationRun, ProgressReport, ReportingPeriod

State = ProgressReport.State
RUN = fields_of(DemonstrationRun)
# Small counts every page shows, from the apps above this one: {name: user -> the rows counted}. They come
# along in the frame's own query.
BADGES = {}


class Frame:
    """Loaded lazily: a page that shows no frame asks nothing of the database."""

    def __init__(self, request):
        self.request = request

    @cached_property
    def demo(self):
        """Whether what is shown may be demonstration data, however the site was started."""
        if settings.DEMO or not self.user.is_authenticated:
            return settings.DEMO
        return any(period.opened_for_demo for period in self._all_periods)

    @property
    def user(self):
        return self.request.user

    @property
    def address(self):
        match = self.request.resolver_match
        return match.kwargs if match else {}

    @cached_property
    def user_roles(self):
        return self.user.roles if self.user.is_authenticated else set()

    @property
    def is_only_colleague(self):
        """Whether the house shows nothing but what was handed to this person (协办人)."""
        return self.user_roles == {Role.COLLEAGUE}

    @property
    def agency(self):
        return self.user.agency if self.user.is_authenticated else None

    @cached_property
    def _all_periods(self):
        """Newest first; a year before its fourth quarter. Each brings along the buildings under way."""
        building = along(DemonstrationRun.objects.filter(finished_at__isnull=True), None, *RUN)
        badges = {f"badge_{name}": number_of(rows(self.user)) for name, rows in self._badges_shown}
        rows = ReportingPeriod.objects.select_related("plan").annotate(building=building, **badges)
        return list(rows.order_by("-plan__starts_on", "-ends_on", "starts_on"))

    @property
    def _badges_shown(self):
        user = getattr(self.request, "user", None)
        return BADGES.items() if user is not None and user.is_authenticated else ()

    @property
    def badges(self):
        """{name of BADGES: how many}, for the person who looks."""
        first = self._all_periods[0] if self._all_periods else None
        return {name: getattr(first, f"badge_{name}", 0) for name in BADGES}

    @cached_property
    def plans(self):
        return list({period.plan_id: period.plan for period in self._all_periods}.values())

    @cached_property
    def plan(self):
        wanted = self.address.get("plan")
        named = [plan for plan in self.plans if plan.code == wanted]
        return (named or [period.plan for period in self._opened] or self.plans or [None])[0]

    def plan_called(self, code):
        """The plan of this code, as far as it has periods; else None."""
        return next((plan for plan in self.plans if plan.code == code), None)

    @cached_property
    def all_of_plan(self):
        """Every period of the plan, newest first."""
        return [period for period in self._all_periods if period.plan == self.plan]

    @cached_property
    def periods(self):
        """The plan's periods to switch between, newest first: those opened, and the one in the address."""
        wanted = self.address.get("period")
        return [period for period in self.all_of_plan if period.is_open or period.code == wanted]

    @cached_property
    def period(self):
        """The period in the address, else the newest quarter opened, else the plan's first; a year is shown
        only where it is asked for."""
        wanted = self.address.get("period")
        named = [period for period in self.all_of_plan if period.code == wanted]
        of_plan = [period for period in self.all_of_plan if not period.is_annual]
        opened = [period for period in of_plan if period.is_open]
        return (named or opened or of_plan[-1:] or [None])[0]

    @property
    def _opened(self):
        return [period for period in self._all_periods if period.is_open]

    @cached_property
    def counts(self):
        """What waits in this period, as far as it concerns one: returned, awaiting, review."""
        if self.period is None or not self.user_roles & {Role.REPORTER, Role.APPROVER, Role.OFFICE}:
            return {}
        reports = ProgressReport.objects.owed().filter(period=self.period)
        is_office = Role.OFFICE in self.user_roles
        reports = reports.to_office() if is_office else reports.of_own(self.user)
        return reports.aggregate(
            returned=Count("pk", filter=Q(state=State.RETURNED)),
            awaiting=Count("pk", filter=Q(state=State.AWAITING_APPROVAL)),
            review=Count("pk", filter=Q(state=State.UNDER_REVIEW)),
        )

    def has_counted(self, filing):
        """Take the counts from the office's figures of the period (`figures.Filing`): the page asked them."""
        self.counts = {
            "returned": filing.returned,
            "awaiting": filing.awaiting_approval,
            "review": filing.under_review,
        }

    @cached_property
    def demo_progress(self):
        """The latest building of the demonstration history, while it is under way or failed; else None."""
        if not self.demo:
            return None
        if not self._all_periods:
            return DemonstrationRun.objects.filter(finished_at__isnull=True).first()
        runs = objects(DemonstrationRun, self._all_periods[0].building)
        return runs[-1] if runs else None

    @property
    def now(self):
        return timezone.now()


def frame_of(request):
    """The request's one Frame, shared by the view and its templates."""
    if not hasattr(request, "frame"):
        request.frame = Frame(request)
    return request.frame


class FrameMiddleware:
    """Puts the frame at hand as `request.frame`, also for the apps below this one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        frame_of(request)
        return self.get_response(request)


def frame(request):
    """Context processor: `frame` in every template."""
    return {"frame": frame_of(request)}
