"""The words of the tables of routes: kinds of visitor, usual answers, what an address is filled from."""

from dataclasses import dataclass, field

SIGNED_IN = (
    *("nobody", "colleague"),
    *("reporter", "approver", "supporter", "supporter_approver", "county", "stranger"),
    *("office", "office2", "leader", "admin"),
)
VISITORS = ("anonymous", "disabled", *SIGNED_IN)
# Kinds of visitor named together.
TOGETHER = {
    "offices": ("office", "office2"),
    "own": ("reporter", "approver"),
    "visitors": ("anonymous", "disabled"),
    "agencies": ("reporter", "approver", "supporter", "supporter_approver", "county", "stranger"),
}


def all_get(status, **others):
    """{visitor: status}: `status` for whoever is signed in, 302 for the rest, but for `others`.

    A colleague gets nothing (403) where they are not named: the house is shut to them but for their own.
    """
    answers = dict.fromkeys(SIGNED_IN, status) | dict.fromkeys(("anonymous", "disabled"), 302)
    answers["colleague"] = 403
    for who, answer in others.items():
        answers |= dict.fromkeys(TOGETHER.get(who, (who,)), answer)
    return answers


def public(status=200):
    return dict.fromkeys(VISITORS, status)


def api(status, **others):
    """As `all_get`; to the API a colleague is somebody without a post."""
    return all_get(status, **{"visitors": 401, "colleague": others.get("nobody", status), **others})


@dataclass(frozen=True)
class Route:
    """get, post: {visitor: status or a tuple of them}; address: what fills the parts of the URL.

    path: the whole address, where it has no name to be reversed by.
    """

    get: dict
    post: dict | None = None
    address: dict = field(default_factory=dict)
    path: str = ""

    @property
    def cells(self):
        methods = {"get": self.get, "post": self.get if self.post is None else self.post}
        return [
            (method, visitor, answers[visitor]) for method, answers in methods.items() for visitor in VISITORS
        ]


# What fills an address; the values are names in the World of test_routes.py.
PLACE = {"plan": "plan", "period": "period"}
OF_TASK = {**PLACE, "number": "number"}
OF_RETURN = {**OF_TASK, "agency": "agency"}
OF_UNIT = {**PLACE, "agency": "agency"}

NO_POST = all_get(405)
OFFICE_OR_ADMIN = all_get(403, offices=200, admin=200)
ADMIN_ONLY = all_get(403, admin=200)
# What concerns tasks is for whoever holds a post; to others a plan does not exist.
TASKS = all_get(200, nobody=404)
RETURNS = all_get(200, nobody=403, admin=403)
CONCERNED = all_get(200, nobody=403, leader=403, admin=403)
RETURNS_404 = all_get(404, nobody=403, admin=403)
OFFICE_PAGE = all_get(403, nobody=404, offices=200)
# One return still in draft: its own body and the office know of it.
OWN_RETURN = all_get(404, own=200, offices=200)
API_NO_POST = api(405)


def office_act(status=302, nobody=404):
    """What an empty POST of something only the office may do is answered."""
    return all_get(403, nobody=nobody, offices=status)


def api_act(**others):
    """A verb on one return: 404 for who may not know of it, 428 where only the revision is missing."""
    return api(404, **{"own": 403, "offices": 403, **others})
