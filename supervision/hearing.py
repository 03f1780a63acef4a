"""What supervision listens to, and what it tells those below. Imported when the app starts."""

from django.dispatch import receiver

from progress.exports.followed import FOLLOWED
from progress.workflow import report_moved
from supervision import problems, raising

FOLLOWED.append(problems.follow_ups)


@receiver(report_moved)
def raise_problems(sender, report, step, **kwargs):
    """A problem is raised the moment it leaves its body."""
    raising.hear(report, step)
