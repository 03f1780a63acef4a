"""What the apps above this one add to the demonstration, and what of theirs goes with it.

They fill these lists when they start (`AppConfig.ready`).
"""

from dataclasses import dataclass

from django.db.models import Model, Q

# (name shown while it is made, function of (cast, up_to)), after the last quarter; each makes its own once.
CHAPTERS = []
# `Born`, in the order foreign keys allow; they go before the reports.
BORN = []


@dataclass(frozen=True)
class Born:
    """Rows of `model` that go with the demonstration; `loose`: nullable foreign keys of the rows that stay,
    emptied where they point to what goes."""

    model: type[Model]
    condition: Q
    loose: tuple[str, ...] = ()

    @property
    def rows(self):
        everything = self.model._base_manager
        # The condition may reach through joins, which a deletion cannot.
        return everything.filter(pk__in=everything.filter(self.condition).values("pk"))

    def let_go(self):
        """Empty the loose ends of the rows that stay."""
        for name in self.loose:
            stays = self.model._base_manager.exclude(pk__in=self.rows.values("pk"))
            stays.filter(**{f"{name}__is_demo": True}).update(**{name: None})
