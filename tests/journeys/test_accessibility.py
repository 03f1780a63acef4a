"""axe-core finds nothing to say, on every page, for whoever may see it, at a desk and on a telephone.

The pages are those of tests/routes.py. Every day each page is seen once by each kind of visitor and at
both widths by somebody; with --full by everybody at both. Nothing may reach past the edge of a
telephone, and the browser's console stays empty.
"""

import json

import pytest
from django.urls import reverse

from tests.routes import ROUTES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WIDTHS = {"desk": (1366, 768), "telephone": (390, 844)}
VISITORS = ("anonymous", "reporter", "approver", "office", "leader", "admin")
# Two days before the first quarter closes: returns in every state.
MOMENT = "2024-10-12T09:00:00+08:00"
PERIOD = {"plan": "2024-2026", "period": "2024Q3", "year": 2024}
# A plan nobody ever reported on: every list is empty.
EMPTY = {"plan": "2021-2023", "period": "2023Q4"}
SEEN_EMPTY = (
    *("progress:workbench", "progress:register", "progress:overview", "progress:returns"),
    *("progress:problems", "progress:reviews", "progress:exports", "tasks:goals", "tasks:questions"),
)
# What a visit to these answers is a file.
DOWNLOADS = ("_export", "_template", "_word", "backfill_sheet", "export_quarter")
# What a browser downloads, follows with a one-off token, or programs read; a box fetched into a page.
NOT_PAGES = ("api:", "healthz", "progress:attachment", "progress:home", "supervision:quick_offers")

BUILD_HISTORY = """
import json
from django.core.management import call_command
from django.utils import timezone
from agencies.models import Agency, AgencyGroup, User
from assessment import assembling, petitions, rounds, schemes
from progress.models import DemonstrationRun, ProgressReport, ReportingPeriod
from reminders.models import ReminderRule
from supervision import consultations
from supervision.models import AdHocRequest, Instruction, Meeting, Problem, SupervisionOrder
from tasks.models import Assignment

DemonstrationRun.objects.all().delete()
call_command("load_demonstration", wait=True, verbosity=0)
reports = ProgressReport.objects.filter(period__code="2024Q3", kind="task", role="lead")
reports = reports.order_by("task__number").select_related("task", "agency")
writing = reports.filter(state="draft").first()
left = reports.filter(left_at__isnull=False).first()
acting = {"by": User.objects.get(username="office"), "now": timezone.now()}
quarter = ReportingPeriod.objects.select_related("plan").get(plan__code="2024-2026", code="2024Q3")
scheme = schemes.new_scheme(quarter.plan, 2024, **acting)
rounds.begin(schemes.publish(scheme, revision=scheme.revision, **acting), **acting)
schemes.new_scheme(quarter.plan, 2025, schemes.FROM_LAST, **acting)
summary = assembling.begin(quarter, "quarter", **acting)
assembling.work(timezone.now)
asked = {"title": "关于协调用地指标的请示", "addressee": "市政府", "text": "恳请协调用地指标。"}
asked["body"] = "市推进长三角一体化发展领导小组办公室"
petition = petitions.draft(quarter.plan, asked, **acting)
asked = {"kind": "other", "title": "征求意见稿", "text": "第一段。"}
asked = consultations.start(quarter.plan, **asked, agencies=Agency.objects.filter(code="fgw"), **acting)
print(json.dumps({
    "number": writing.task.number,
    "agency": writing.agency.code,
    "person": writing.agency.code,
    "report": writing.pk,
    "left": {"number": left.task.number, "agency": left.agency.code},
    "left_report": left.pk,
    "group": AgencyGroup.objects.order_by("pk").first().pk,
    "assignment": Assignment.objects.filter(task=writing.task).first().pk,
    "rule": ReminderRule.objects.filter(plan__code="2024-2026").first().pk,
    "supervised": {
        "order": SupervisionOrder.objects.sent().first().pk,
        "meeting": Meeting.objects.first().pk,
        "problem": Problem.objects.first().pk,
        "quick": AdHocRequest.objects.first().pk,
        "instruction": Instruction.objects.first().pk,
        "consultation": asked.pk,
    },
    "summary": summary.pk,
    "section": summary.sections.order_by("order")[1].pk,
    "petition": petition.pk,
}))
"""


# The visitors' body files no summary of its own; the office looks at one that does.
OF_UNITS = tuple(f"progress:unit_{page}" for page in ("form", "versions", "handout", "enter", "approve"))
A_UNIT = "sixian"
# Pages of one thing of supervision, by what it is.
OF_SUPERVISION = {
    "order": ("order", "order_slip"),
    "meeting": ("meeting", "meeting_edit", "meeting_action_new"),
    "problem": ("problem",),
    "quick": ("quick", "quick_change"),
    "instruction": ("instruction", "instruction_edit"),
    "consultation": ("consultation", "consultation_edit"),
}
# Pages of the year's round, and of one report of the office.
OF_ROUND = ("scheme", "round", "unit", "unit_history", "objections")
OF_PETITION = ("petition", "petition_edit")
OF_SUMMARY = ("report", "report_head", "report_checks", "report_freeze", "report_cancel")
# What these show depends on who looks.
DIFFERING = ("progress:workbench", "progress:task", "progress:register", "progress:agency")


class Tour:
    """The site with its history, and which addresses each kind of visitor may open."""

    def __init__(self, site):
        self.site = site
        self.values = PERIOD | json.loads(
            site.manage("shell", "-v", "0", "-c", BUILD_HISTORY).splitlines()[-1]
        )
        agency = self.values["agency"]
        self.usernames = {
            "reporter": agency,
            "approver": f"{agency}-approver",
            "office": "office",
            "leader": "leader",
            "admin": "admin",
        }

    def address(self, name, **values):
        parts = self.values | values
        return reverse(
            name, kwargs={key: parts.get(value, value) for key, value in ROUTES[name].address.items()}
        )

    def pages(self, visitor):
        """[address] that this visitor opens: from the table, and states of theirs it does not name."""
        names = [name for name in page_names() if opens(ROUTES[name].get[visitor])]
        own = [self.address(name) for name in names if not name.startswith(OF_UNITS)]
        return own + [self.address(name, **values) for name, values in self.more(visitor)]

    def more(self, visitor):
        left, report = self.values["left"], self.values["left_report"]
        empty = [(name, EMPTY) for name in SEEN_EMPTY if opens(ROUTES[name].get[visitor])]
        if visitor == "office":
            duty = {"missing": self.values["assignment"]}
            duties = [("tasks:assignment_end", duty), ("tasks:assignment_contacts", duty)]
            units = [(name, {"agency": A_UNIT}) for name in OF_UNITS[:2]]
            left = [("progress:review", {"report": report}), ("progress:versions", left)]
            return [*left, *units, *duties, *self.supervised(), *self.assessed(), *empty]
        if visitor in ("reporter", "approver"):
            pages = ("round", "unit", "self") if visitor == "reporter" else ("round", "unit")
            return [*((f"assessment:{page}", {}) for page in pages), *empty]
        return empty

    def assessed(self):
        summary, section = self.values["summary"], self.values["section"]
        return [
            *((f"assessment:{page}", {}) for page in OF_ROUND),
            ("assessment:scheme_edit", {"year": 2025}),
            *((f"assessment:{page}", {"missing": summary}) for page in OF_SUMMARY),
            ("assessment:report_section", {"missing": summary, "section": section}),
            *((f"assessment:{page}", {"missing": self.values["petition"]}) for page in OF_PETITION),
        ]

    def supervised(self):
        return [
            (f"supervision:{page}", {"missing": self.values["supervised"][thing]})
            for thing, pages in OF_SUPERVISION.items()
            for page in pages
        ]

    def visits(self, everything):
        """{visitor: {width: [address]}}.

        Unless everything is asked for, each page is seen at both widths by two of its visitors in turn;
        pages that differ from role to role by each of them, at alternating widths.
        """
        widths = tuple(WIDTHS)
        seen_by = {}
        for visitor in VISITORS:
            for address in self.pages(visitor):
                seen_by.setdefault(address, []).append(visitor)
        plan = {visitor: {width: [] for width in widths} for visitor in VISITORS}
        differing = {self.address(name) for name in DIFFERING}
        for turn, (address, visitors) in enumerate(seen_by.items()):
            if not everything and len(visitors) > 2 and address not in differing:
                visitors = [visitors[(turn + place) % len(visitors)] for place in (0, 1)]
            for place, visitor in enumerate(visitors):
                both = everything or len(visitors) == 1
                for width in widths if both else (widths[(turn + place) % 2],):
                    plan[visitor][width].append(address)
        return plan


def page_names():
    return [name for name in ROUTES if not name.startswith(NOT_PAGES) and not name.endswith(DOWNLOADS)]


def opens(answer):
    return 200 in (answer if isinstance(answer, tuple) else (answer,))


@pytest.fixture(scope="session")
def tour(new_site):
    return Tour(new_site(moment=MOMENT))


@pytest.fixture
def full(request):
    return request.config.getoption("--full")


@pytest.fixture
def looked_at(tour, page, axe):
    """`looked_at(address)`: what is wrong with the page there, one line each."""
    said = []
    page.on("console", lambda message: message.type == "error" and said.append(message.text))

    def look(address, status=200) -> list[str]:
        said.clear()
        answer = page.goto(tour.site.url + address)
        wrong = [] if answer.status == status else [f"answered {answer.status}"]
        width, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        if width > room:
            wrong.append(f"{width - room} pixels past the edge")
        unexpected = [] if status != 200 else said
        return [f"{address} at {room}: {words}" for words in (*wrong, *unexpected, *axe())]

    return look


@pytest.mark.parametrize("visitor", VISITORS)
def test_nothing_is_wrong_with_any_page(tour, page, sign_in, looked_at, full, visitor):
    if visitor in tour.usernames:
        sign_in(tour.site, tour.usernames[visitor])
    wrong = []
    for width, addresses in tour.visits(full)[visitor].items():
        page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))
        for address in addresses:
            wrong += looked_at(address)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("width", WIDTHS)
def test_refusals_are_pages_like_any_other(tour, page, sign_in, looked_at, width):
    page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))
    sign_in(tour.site, tour.usernames["reporter"])
    assert not looked_at("/work/trail/", status=403)
    assert not looked_at("/work/no-such-page/", status=404)


def test_a_page_that_is_wrong_is_noticed(tour, page, looked_at):
    """The control: a picture without words, grey on grey, wider than the screen."""
    page.route(
        "**/sign-in/",
        lambda route: route.fulfill(
            content_type="text/html",
            body='<img src="data:," width="3000"><p style="color:#999;background:#aaa">灰</p>',
        ),
    )
    said = " ".join(looked_at("/sign-in/"))
    assert all(word in said for word in ("past the edge", "image-alt", "color-contrast", "html-has-lang"))
