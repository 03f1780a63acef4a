"""What supervision listens to. Imported when the app starts."""

from django.dispatch import receiver

from progress.workflow import report_moved
from supervision import raising


@receiver(report_moved)
def raise_problems(sender, report, step, **kwargs):
    """A problem is raised the moment it leaves its body."""
    raising.hear(report, step)
