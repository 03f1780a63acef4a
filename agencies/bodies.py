"""What changes about bodies and collectives, and the office's word on what was only inferred."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agencies.audit import record
from agencies.models import AgencyName
from agencies.permissions import Denied, check_confirm_inference, check_manage_bodies


def save_body(body, parts, *, changed, by, now, former_name=None):
    """Write a body or collective with its tables, in one transaction.

    body: an Agency or AgencyGroup, changed but not saved; parts: bound, valid formsets on it; changed: the
    labels of what was changed, for the trail; former_name: the official name it had until yesterday.
    """
    check_manage_bodies(by)
    verb = "修改" if body.pk else "新建"
    with transaction.atomic():
        body.save()
        if former_name and former_name != body.name:
            _keep_former_name(body, former_name, timezone.localdate(now))
        for part in parts:
            part.instance = body
            part.save()
        record(f"{verb}{body._meta.verbose_name}", body, by=by, now=now, detail={"修改": "、".join(changed)})
    return body


def confirm(inferred, *, by, now):
    """The office stands by what was read between the lines; raises Denied where somebody already has."""
    check_confirm_inference(by)
    with transaction.atomic():
        waiting = type(inferred).objects.filter(pk=inferred.pk, inferred=True, confirmed_at__isnull=True)
        if not waiting.update(confirmed_at=now, confirmed_by=by):
            raise Denied("这一条已经确认过了，或不是推断。")
        inferred.refresh_from_db()
        record(
            f"确认{inferred._meta.verbose_name}", inferred, by=by, now=now, detail={"依据": inferred.basis}
        )
    return inferred


def _keep_former_name(agency, name, today):
    AgencyName.objects.get_or_create(
        agency=agency,
        name=name,
        kind=AgencyName.Kind.OFFICIAL,
        defaults={"valid_until": today - timedelta(days=1), "basis": "更名前的正式名称"},
    )
