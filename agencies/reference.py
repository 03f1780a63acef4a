"""The bodies and collectives of the two plans, from fixtures/agencies.json into rows.

Only what is missing is added, by code: what the office has changed since is never overwritten.
"""

import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from agencies.models import Agency, AgencyGroup, AgencyName, AgencySuccession, GroupMember

SOURCE = Path(settings.BASE_DIR) / "fixtures" / "agencies.json"
PLAN_LABEL = "{}年计划"


@transaction.atomic
def load_bodies(source: Path = SOURCE) -> int:
    """Add the bodies, names, successions and groups that are missing. Out: how many bodies were added."""
    given = json.loads(source.read_text(encoding="utf-8"))
    added = _add_agencies(given["agencies"])
    _add_groups(given["groups"])
    return added


def _add_agencies(given: list[dict]) -> int:
    known = set(Agency.objects.values_list("code", flat=True))
    missing = [body for body in given if body["code"] not in known]
    if not missing:
        return 0
    Agency.objects.bulk_create(
        Agency(**{field: body[field] for field in ("code", "name", "kind", "order", "vertical", "note")})
        for body in missing
    )
    bodies = Agency.objects.in_bulk(field_name="code")
    AgencyName.objects.bulk_create(
        AgencyName(
            agency=bodies[body["code"]],
            name=name["name"],
            kind=name["kind"],
            inferred=name["inferred"],
            basis=_basis(name),
        )
        for body in missing
        for name in body["names"]
    )
    AgencySuccession.objects.bulk_create(
        AgencySuccession(
            predecessor=bodies[body["code"]],
            successor=bodies.get(succession["successor"]),
            kind=succession["kind"],
            on=succession["on"],
            document=succession["document"],
            inferred=succession["inferred"],
            basis=succession["basis"],
        )
        for body in missing
        for succession in body["successions"]
    )
    return len(missing)


def _basis(name: dict) -> str:
    """“2021—2023年计划、2024—2026年计划：推断为同一单位”"""
    plans = "、".join(PLAN_LABEL.format(plan.replace("-", "—")) for plan in name["plans"])
    return f"{plans}：{name['basis']}" if plans else name["basis"]


def _add_groups(given: list[dict]) -> None:
    known = set(AgencyGroup.objects.values_list("code", flat=True))
    missing = [group for group in given if group["code"] not in known]
    if not missing:
        return
    fields = ("code", "name", "order", "spellings", "decided_per_task", "bears_duties", "note")
    AgencyGroup.objects.bulk_create(
        AgencyGroup(**{field: group[field] for field in fields}) for group in missing
    )
    groups = AgencyGroup.objects.in_bulk(field_name="code")
    bodies = Agency.objects.in_bulk(field_name="code")
    GroupMember.objects.bulk_create(
        GroupMember(
            group=groups[group["code"]],
            agency=bodies[member["agency"]],
            inferred=member["inferred"],
            basis=member["basis"],
        )
        for group in missing
        for member in group["members"]
    )
