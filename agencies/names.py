"""Which body is meant by a name as somebody wrote it: full-width brackets, spaces and spellings tolerated."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from django.db.models import FilteredRelation, Q

from agencies.dating import in_force
from agencies.models import Agency, AgencyGroup, AgencyName

CITY = "宿州市"


@dataclass(frozen=True)
class Resolution:
    """What a written name stands for: one body, or one collective, or nothing with a sentence saying why."""

    written: str
    agency: Agency | None = None
    group: AgencyGroup | None = None
    problem: str = ""

    @property
    def found(self) -> bool:
        return self.agency is not None or self.group is not None


def plain(name: str) -> str:
    """The name without what typing habits change: spaces, full-width letters and brackets."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def resolve(name: str, on: date | None = None) -> Resolution:
    """One name, on a day (default: whenever it was in use). For many names, load a Directory once."""
    return Directory.load().resolve(name, on)


class Directory:
    """All names of bodies and collectives, loaded once (three queries), asked any number of times."""

    def __init__(self):
        self._meanings = {}
        self._shown = {}

    @classmethod
    def load(cls) -> "Directory":
        directory = cls()
        for agency in Agency.objects.all():
            directory._add(agency.name, agency, None, agency.abolished_on)
        for row in AgencyName.objects.select_related("agency"):
            directory._add(row.name, row.agency, row.valid_from, row.valid_until)
        for group in AgencyGroup.objects.all():
            for name in (group.name, *group.spellings):
                directory._add(name, group, None, None)
        return directory

    def resolve(self, name: str, on: date | None = None) -> Resolution:
        """The body or collective that bore `name` on the day `on`; `problem` is a Chinese sentence."""
        meanings = self._known(plain(name))
        if not meanings:
            return Resolution(name, problem=self._unknown(name))
        in_use = [(bearer, since, until) for bearer, since, until in meanings if _holds(since, until, on)]
        bearers = {(type(bearer), bearer.pk): bearer for bearer, _, _ in in_use}
        if len(bearers) == 1:
            (bearer,) = bearers.values()
            kind = "group" if isinstance(bearer, AgencyGroup) else "agency"
            return Resolution(name, **{kind: bearer})
        if bearers:
            return Resolution(name, problem=_ambiguous(name, bearers.values()))
        return Resolution(name, problem=_out_of_use(name, on, meanings))

    def _add(self, name, bearer, since, until):
        key = plain(name)
        self._meanings.setdefault(key, []).append((bearer, since, until))
        self._shown.setdefault(key, name)

    def _known(self, key):
        """Meanings of the name; “宿州市×× ” is read as “市××” or “宿州××” where only that is known."""
        if key in self._meanings or not key.startswith(CITY):
            return self._meanings.get(key, [])
        rest = key.removeprefix(CITY)
        return self._meanings.get(f"市{rest}") or self._meanings.get(f"宿州{rest}") or []

    def _unknown(self, name):
        if not plain(name):
            return "单位名称是空的。"
        close = get_close_matches(plain(name), self._meanings, n=1, cutoff=0.6)
        hint = f"是否指“{self._shown[close[0]]}”？" if close else ""
        return f"没有名为“{name}”的单位，请核对写法，或先在单位名录中登记这个名称。{hint}"


def full_name_of(bodies, on):
    """The fullest official name on a day of the one body in `bodies` (a queryset), as papers are signed; ""
    where there is none. One query."""
    official = in_force(on, "names__") & Q(names__kind=AgencyName.Kind.OFFICIAL)
    known = bodies.annotate(official=FilteredRelation("names", condition=official))
    rows = list(known.order_by().values_list("name", "official__name"))
    return max((name for row in rows for name in row if name), key=len, default="")


def _holds(since, until, on):
    return on is None or ((since is None or since <= on) and (until is None or on <= until))


def _ambiguous(name, bearers):
    names = "、".join(f"“{bearer.name}”" for bearer in sorted(bearers, key=lambda bearer: bearer.name))
    return f"“{name}”可能指{names}，请写全称。"


def _out_of_use(name, on, meanings):
    bearer, since, until = meanings[0]
    span = f"自 {since} 起" if since and since > on else f"至 {until} 止"
    return f"“{name}”（{bearer.name}）{span}使用，{on} 不在用，请核对日期或名称。"
