"""News from `tasks`: a body has come to bear a task, so what it owes is there at once in the running quarter.

The nightly job would add the rows too (`periods.open_due`); this is only sooner. A duty that ends takes
nothing away: see `waiving.of_ended_duties`.
"""

from django.dispatch import receiver

from progress import periods
from tasks.assigning import duties_added


@receiver(duties_added, dispatch_uid="progress.duty_changes")
def add_rows(sender, plan, now, **_):
    """The rows of the new duty in every running period of its plan."""
    periods.add_duties_of(plan, now=now)
