from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "public"
    verbose_name = "公开"
    default_auto_field = "django.db.models.BigAutoField"
