"""Facts that hold for a time: the one shape of valid_from / valid_until in this house."""

from django.db import models
from django.db.models import F, Q


class DatedQuerySet(models.QuerySet):
    def on(self, day):
        """Rows in force on `day` (a date); an open end means "since ever" or "until further notice"."""
        return self.filter(in_force(day))


def in_force(day, prefix=""):
    """The condition "in force on `day`" for a dated model, reached through `prefix` ("posts__")."""
    starts, ends = f"{prefix}valid_from", f"{prefix}valid_until"
    return (Q(**{f"{starts}__isnull": True}) | Q(**{f"{starts}__lte": day})) & (
        Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gte": day})
    )


class DatedModel(models.Model):
    """Something true from one day to another, both inclusive; an unknown end is empty."""

    valid_from = models.DateField("起", null=True, blank=True)
    valid_until = models.DateField("止", null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="%(app_label)s_%(class)s_dates_in_order",
            )
        ]

    def in_force_on(self, day):
        """Whether this held on `day` (a date)."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )
