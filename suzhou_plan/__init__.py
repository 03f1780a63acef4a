"""The wiring: settings, site map, background jobs. No app imports this package."""

from .celery import app as celery_app

__all__ = ["celery_app"]
