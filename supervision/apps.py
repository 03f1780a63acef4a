from importlib import import_module

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "supervision"
    verbose_name = "督办"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # They read models, which are not there yet when this module is: what they announce is known from
        # the start.
        for module in (
            "supervision.hearing",
            "supervision.due",
            "supervision.consultation_due",
            "supervision.annual_problems",
            "supervision.panels",
            "supervision.quick_panel",
            "supervision.demonstration",
        ):
            import_module(module)
