"""Who may be signed in at all: active people, and the demonstration's people only in a demonstration."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend


class AccountsBackend(ModelBackend):
    def user_can_authenticate(self, user):
        return user.is_active and (settings.DEMO or not user.is_demo)
