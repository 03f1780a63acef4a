"""A post office for the tests of reminders: a letter box, and one call that sends what is due."""

import pytest
from django.core import mail

from reminders import sending


@pytest.fixture
def post(settings, clock):
    """`post()` sends what may go out now; `post.letters` are the letters that left."""
    settings.EMAIL_READY = True
    settings.SITE_URL = "https://plan.example.cn"
    return Post(clock)


class Post:
    def __init__(self, clock):
        self.clock = clock

    def __call__(self):
        return sending.send_due(lambda: self.clock.now)

    @property
    def letters(self):
        return mail.outbox
