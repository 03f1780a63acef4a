from importlib import import_module

from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "progress"
    verbose_name = "进展"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # It reads models, which are not there yet when this module is.
        import_module("progress.duty_changes")
