from importlib import import_module

from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "progress"
    verbose_name = "进展"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # They read models, which are not there yet when this module is.
        for module in ("progress.duty_changes", "progress.due", "progress.lagging"):
            import_module(module)
