"""The application as a web server sees it: `gunicorn suzhou_plan.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suzhou_plan.settings")

application = get_wsgi_application()
