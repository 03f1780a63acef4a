"""Print the one-time link that makes the first administrator of an empty installation."""

from django.core.management import BaseCommand, CommandError

from agencies.invitations import create_first_admin_link
from agencies.permissions import Denied


class Command(BaseCommand):
    help = "打印首位管理员的一次性链接（接在网站地址之后）。"

    def handle(self, **options):
        try:
            self.stdout.write(create_first_admin_link())
        except Denied as denied:
            raise CommandError(str(denied)) from denied
