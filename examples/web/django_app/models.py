"""Appeals, each with its due time and the version of the calendar that gave it."""

from __future__ import annotations

from datetime import datetime

from deadlines import OFFICE, promise_of
from django.db import models

from workhours_sla.errors import CalendarCoverageError


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Queries that need no calendar, because the times are stored."""

    def overdue(self, now: datetime) -> AppealQuerySet:
        """Return the appeals without an answer whose limit has passed."""
        return self.filter(answered_at=None, limit__lt=now)

    def outdated(self) -> AppealQuerySet:
        """Return the appeals whose times were computed with another version of the calendar."""
        return self.exclude(calendar_version=OFFICE.calendar.version)


class Appeal(models.Model):
    """An appeal and when its answer is due."""

    number = models.CharField(max_length=50, unique=True)
    posted_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True)  # None while no act decides a date
    limit = models.DateTimeField(null=True, db_index=True)
    calendar_version = models.CharField(max_length=100)
    reported_at = models.DateTimeField(null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    def __str__(self) -> str:
        """Return the number."""
        return self.number

    def set_promise(self) -> None:
        """Compute when the answer is due. Call it before the first save."""
        try:
            self.due_at, self.limit, self.calendar_version = promise_of(self.posted_at)
        except CalendarCoverageError:
            self.due_at = self.limit = None
            self.calendar_version = OFFICE.calendar.version
