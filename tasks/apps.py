from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = "三年行动计划"
    default_auto_field = "django.db.models.BigAutoField"
