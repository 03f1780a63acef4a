"""What one needs in view to fill in or decide a report of any kind: files, signers, the way so far."""

from functools import cached_property

from django.utils import timezone

from agencies.dating import in_force
from agencies.models import AgencySuccession, Role, User
from progress import completeness, content, history
from progress.workflow import LABELS


class Sheet:
    """A report (as `content.load` gives it) with what stands around it; each part is asked for once."""

    def __init__(self, report):
        self.report = report

    @cached_property
    def previous(self):
        """The body's last report of this kind and task before this period, with its content, or None."""
        return history.previous_return(self.report)

    @cached_property
    def previous_said(self):
        return content.snapshot(self.previous) if self.previous else None

    def missing(self):
        return completeness.missing(self.report, self)

    # --- who and what -----------------------------------------------------------------------------

    @cached_property
    def attachments(self):
        return [row for row in self.report.attachments.all() if row.removed_at is None]

    @cached_property
    def approvers(self):
        """The people who may sign this off today, by name."""
        if not self.report.agency.needs_approver:
            return []
        own = self.report.agency_id
        acting = {new for old, new in AgencySuccession.objects.acting().chains() if old == own} | {own}
        posts = in_force(timezone.localdate(), "posts__")
        signing = User.objects.filter(posts, posts__agency__in=acting, posts__role=Role.APPROVER)
        return list(signing.filter(is_active=True).distinct())

    def steps(self, is_own):
        """The way the report has gone: [(label, step, reason)]; what was said inside a body stays inside it.

        is_own: whether the reader belongs to the body.
        """
        return [
            (LABELS.get(step.verb, step.verb), step, step.reason if is_own or step.is_said_aloud else "")
            for step in self.report.steps.select_related("by")
        ]
