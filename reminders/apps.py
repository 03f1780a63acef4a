from importlib import import_module

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "reminders"
    verbose_name = "提醒"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # They read models, which are not there yet when this module is: what they listen to is heard from
        # the start.
        for module in ("reminders.hearing", "reminders.ticks", "reminders.demonstration"):
            import_module(module)
