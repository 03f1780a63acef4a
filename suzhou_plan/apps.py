from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class Wiring(AppConfig):
    """The commands that concern the installation as a whole."""

    name = "suzhou_plan"
    verbose_name = "系统"
    default = True


class StaticFiles(StaticFilesConfig):
    """Leaves out what no page loads: the API framework's own pages, and htmx apart from our copy."""

    default = False
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "rest_framework", "django_htmx"]
