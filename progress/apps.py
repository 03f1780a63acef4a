from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "progress"
    verbose_name = "进展"
    default_auto_field = "django.db.models.BigAutoField"
