from importlib import import_module

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "assessment"
    verbose_name = "考核与报告"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # They read models, which are not there yet when this module is: what they announce is known from
        # the start.
        for module in (
            "assessment.due",
            "assessment.panels",
            "assessment.demonstration",
        ):
            import_module(module)
