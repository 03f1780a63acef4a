"""Who may be signed in at all: active people, and the demonstration's people only in a demonstration."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from agencies.along import along
from agencies.models import AgencySuccession, Post
from agencies.models.bodies import chains_of


class AccountsBackend(ModelBackend):
    def user_can_authenticate(self, user):
        return user.is_active and (settings.DEMO or not user.is_demo)

    def get_user(self, user_id):
        """The person of a session with today's posts and the successions that let their bodies act, in one
        query; two for somebody without a post."""
        acting = along(AgencySuccession.objects.acting(), None, "predecessor", "successor")
        posts = list(
            Post.objects.on(timezone.localdate())
            .filter(user=user_id)
            .select_related("user", "agency")
            .annotate(acting=acting)
        )
        if not posts:
            return super().get_user(user_id)
        user = posts[0].user
        user.posts_today = posts
        user.successions = chains_of((row["predecessor"], row["successor"]) for row in posts[0].acting or ())
        return user if self.user_can_authenticate(user) else None
