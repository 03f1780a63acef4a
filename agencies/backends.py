"""Who may be signed in at all: active people, and the demonstration's people only in a demonstration."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from agencies.models import Post


class AccountsBackend(ModelBackend):
    def user_can_authenticate(self, user):
        return user.is_active and (settings.DEMO or not user.is_demo)

    def get_user(self, user_id):
        """The person of a session with today's posts, in one query; two for somebody without a post."""
        posts = list(
            Post.objects.on(timezone.localdate()).filter(user=user_id).select_related("user", "agency")
        )
        if not posts:
            return super().get_user(user_id)
        user = posts[0].user
        user.posts_today = posts
        return user if self.user_can_authenticate(user) else None
