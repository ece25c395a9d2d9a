"""Periodic tasks over the Django app. Start them with ``celery -A celery_tasks worker --beat``."""

import logging
import os

import django
from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_app.settings")
django.setup()

from django.utils import timezone  # noqa: E402
from django_app.models import Appeal  # noqa: E402

app = Celery("appeals", broker=os.environ.get("CELERY_BROKER", "redis://localhost"))
app.conf.timezone = "Europe/Volgograd"
app.conf.beat_schedule = {
    "report overdue appeals": {
        "task": "celery_tasks.report_overdue",
        "schedule": crontab(minute="*/5"),
    },
    "follow the calendar": {
        "task": "celery_tasks.recalculate",
        "schedule": crontab(hour="6", minute="0"),
    },
}
logger = logging.getLogger(__name__)


@app.task(name="celery_tasks.report_overdue")
def report_overdue() -> list[str]:
    """Report each appeal whose limit has passed, once."""
    now = timezone.now()
    reported = []
    for appeal in Appeal.objects.overdue(now).filter(reported_at=None).order_by("limit"):
        logger.warning("appeal %s is overdue since %s", appeal.number, appeal.limit)
        appeal.reported_at = now
        appeal.save(update_fields=["reported_at"])
        reported.append(appeal.number)
    return reported


@app.task(name="celery_tasks.recalculate")
def recalculate() -> list[str]:
    """Compute the due times again that another version of the calendar gave; return the changes."""
    changed = []
    for appeal in Appeal.objects.outdated():
        before = appeal.due_at
        appeal.set_promise()
        appeal.save(update_fields=["due_at", "limit", "calendar_version"])
        if appeal.due_at != before:
            changed.append(appeal.number)
    return changed
