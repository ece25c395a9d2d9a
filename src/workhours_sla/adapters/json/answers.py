"""The answers to questions about one span of time, and the JSON of each.

The shell and the HTTP service give the same answers. No JSON document here depends on the language.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.worktime.budget import iso_amount
from workhours_sla.worktime.budget_data import budget_data
from workhours_sla.worktime.budget_kinds import Budget, DayBudget, WorkingDaysInHours
from workhours_sla.worktime.explain import Trace
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.weekly_hours import WeeklyHours

if TYPE_CHECKING:  # a target of the configuration, which a command without one does not load
    from workhours_sla.sla.target import Closing


_ONE_DAY: Final = timedelta(days=1)


class OneTarget(NamedTuple):
    """The values of a target that are used by questions about one span of time.

    ``name`` is None if there is no configuration.
    """

    name: str | None
    schedule: Schedule
    budget: Budget
    closing: Closing

    def limit(self, start: datetime, *, by_rule: bool) -> tuple[datetime | None, bool]:
        """Return the limit, or None if it is unknown, and whether it is provisional.

        A provisional limit is returned only if ``by_rule`` is true.
        """
        for provisional in (False, True) if by_rule else (False,):
            with suppress(CalendarCoverageError):
                return self.limit_of(start, self.budget, provisional=provisional), provisional
        return None, False

    def due(self, start: datetime, *, by_rule: bool, traced: bool) -> tuple[datetime, Trace | None]:
        """Return the due time, and the trace that explains it.

        The trace is None if it is not wanted and no date could make the answer provisional.
        """
        if not traced and is_plain(self.schedule, start, start):
            with suppress(CalendarCoverageError):  # the answer may be found by rule
                due_at = self.schedule.deadline(start, self.budget)
                if is_plain(self.schedule, start, due_at):
                    return due_at, None
        trace = self.schedule.explain(start, self.budget, provisional=by_rule)
        return trace.end, trace

    @property
    def limit_of(self) -> Callable[..., datetime]:
        """The verb that computes the limit."""
        strict = self.closing == "strict"
        return self.schedule.deadline if strict else self.schedule.breaches_after


class Due(NamedTuple):
    """When the answer to an appeal posted at ``start`` is due, and the limit if it is known.

    ``remaining`` is the working time that is left at ``now``. Both are None if no time is given.
    """

    one: OneTarget
    start: datetime
    due_at: datetime
    limit: datetime | None
    provisional: bool
    trace: Trace | None
    now: datetime | None = None
    remaining: timedelta | None = None

    @classmethod
    def of(
        cls,
        one: OneTarget,
        start: datetime,
        *,
        now: datetime | None = None,
        by_rule: bool = False,
        traced: bool = True,
    ) -> Due:
        """Compute the answer. With ``by_rule`` dates without an act are decided by rule.

        Without ``traced`` the trace may be None, and the answer takes less time. Raises
        CalendarCoverageError.
        """
        start = start.astimezone(one.schedule.tz)
        due_at, trace = one.due(start, by_rule=by_rule, traced=traced)
        limit, provisional = one.limit(start, by_rule=by_rule)
        provisional = provisional or bool(trace and trace.provisional)
        remaining = None
        if now is not None:
            remaining = one.schedule.remaining(start, one.budget, now=now, provisional=by_rule)
        return cls(one, start, due_at, limit, provisional, trace, now, remaining)

    def data(self, *, zone_assumed: bool = False, explain: bool = False) -> dict[str, Any]:
        """Return the JSON, ``workhours.due/2``; with ``explain`` it has the trace."""
        return {
            "schema": "workhours.due/2",
            "target": self.one.name,
            "start": self.start,
            "zone_assumed": zone_assumed,
            "budget": budget_data(self.one.budget),
            "due_at": self.due_at,
            "breaches_after": self.limit,
            "now": self.now,
            "remaining": self.remaining,
            **_common(self, explain=explain),
        }


class Met(NamedTuple):
    """Whether an answer meets the target, and whether this result is provisional.

    ``limit`` is None if it is unknown but cannot change the verdict. ``by_amount`` is true if the
    verdict follows from the elapsed working time.
    """

    met: bool
    limit: datetime | None
    provisional: bool = False
    by_amount: bool = False


class Elapsed(NamedTuple):
    """The working time from ``start`` to ``end``, and whether an answer at ``end`` is in time.

    ``verdict`` is None if ``end`` is before ``start``.
    """

    one: OneTarget
    start: datetime
    end: datetime
    used: timedelta
    verdict: Met | None
    trace: Trace | None

    @classmethod
    def of(
        cls,
        one: OneTarget,
        start: datetime,
        end: datetime,
        *,
        by_rule: bool = False,
        traced: bool = True,
    ) -> Elapsed:
        """Compute the answer. With ``by_rule`` dates without an act are decided by rule.

        Without ``traced`` the trace may be None, and the answer takes less time. Raises
        CalendarCoverageError.
        """
        a, b = start.astimezone(one.schedule.tz), end.astimezone(one.schedule.tz)
        trace = None
        if traced or not is_plain(one.schedule, a, b):
            trace = one.schedule.explain(a, b, provisional=by_rule)
        used = one.schedule.elapsed(a, b) if trace is None else trace.used
        verdict = None if is_after(a, b) else _verdict(one, a, b, used, by_rule=by_rule)
        return cls(one, a, b, used, verdict, trace)

    @property
    def provisional(self) -> bool:
        """Whether the answer depends on dates that no act has decided."""
        return bool(
            (self.trace and self.trace.provisional) or (self.verdict and self.verdict.provisional)
        )

    def data(self, *, zone_assumed: bool = False, explain: bool = False) -> dict[str, Any]:
        """Return the JSON, ``workhours.elapsed/2``; with ``explain`` it has the trace."""
        return {
            "schema": "workhours.elapsed/2",
            "target": self.one.name,
            "start": self.start,
            "end": self.end,
            "zone_assumed": zone_assumed,
            "elapsed": self.used,
            "budget": budget_data(self.one.budget),
            "breaches_after": self.verdict and self.verdict.limit,
            "met": self.verdict and self.verdict.met,
            **_common(self, explain=explain),
        }


class LatestStart(NamedTuple):
    """The latest arrival that is still due by ``due_by``."""

    one: OneTarget
    due_by: datetime
    latest: datetime
    due_at: datetime
    trace: Trace | None

    @classmethod
    def of(
        cls, one: OneTarget, due_by: datetime, *, by_rule: bool = False, traced: bool = True
    ) -> LatestStart:
        """Compute the answer. With ``by_rule`` dates without an act are decided by rule.

        Without ``traced`` the trace may be None, and the answer takes less time. Raises
        CalendarCoverageError.
        """
        wanted = due_by.astimezone(one.schedule.tz)
        latest = one.schedule.latest_start(wanted, one.budget, provisional=by_rule)
        due_at, trace = one.due(latest, by_rule=by_rule, traced=traced)
        return cls(one, wanted, latest, due_at, trace)

    @property
    def provisional(self) -> bool:
        """Whether the answer depends on dates that no act has decided."""
        return self.trace is not None and self.trace.provisional

    def data(self, *, zone_assumed: bool = False, explain: bool = False) -> dict[str, Any]:
        """Return the JSON, ``workhours.latest-start/2``; with ``explain`` it has the trace."""
        return {
            "schema": "workhours.latest-start/2",
            "target": self.one.name,
            "due_by": self.due_by,
            "zone_assumed": zone_assumed,
            "budget": budget_data(self.one.budget),
            "latest_start": self.latest,
            "due_at": self.due_at,
            **_common(self, explain=explain),
        }


def _verdict(
    one: OneTarget, start: datetime, end: datetime, used: timedelta, *, by_rule: bool
) -> Met:
    """Return the verdict of an answer at ``end``, with ``used`` working time since ``start``.

    Raises CalendarCoverageError if the verdict is unknown.
    """
    if isinstance(one.budget, timedelta) and (one.closing == "latest" or used != one.budget):
        limit, _ = one.limit(start, by_rule=False)
        return Met(used <= one.budget, limit, by_amount=True)
    try:
        limit = one.limit_of(start, one.budget)
        return Met(not is_after(end, limit), limit)
    except CalendarCoverageError:
        earliest, latest = _bounds(one, start)
        if earliest is not None and not is_after(end, earliest):
            return Met(met=True, limit=None)
        if latest is not None and is_after(end, latest):
            return Met(met=False, limit=None)
        if not by_rule:
            raise
        limit = one.limit_of(start, one.budget, provisional=True)
        return Met(not is_after(end, limit), limit, provisional=True)


def _bounds(one: OneTarget, start: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the earliest and the latest limit of a day budget, None for a missing bound."""
    if not isinstance(one.budget, DayBudget | WorkingDaysInHours):
        return None, None
    bounds = one.budget.bounds(one.schedule, start, (), ())
    return bounds.due_at if one.closing == "strict" else bounds.limit


def is_after(one: datetime, other: datetime) -> bool:
    """Return whether an instant is after another."""
    return one.astimezone(UTC) > other.astimezone(UTC)


def schedule_data(schedule: Schedule) -> dict[str, Any]:
    """Return the calendar, the weekly hours and the zone of a schedule for JSON."""
    return {
        "calendar": {"id": schedule.calendar.id, "version": schedule.calendar.version},
        "hours": _hours_text(schedule.hours),
        "tz": schedule.tz.key,
    }


@lru_cache(maxsize=1_024)
def _hours_text(hours: WeeklyHours) -> str:
    return str(hours)


def _common(answer: Due | Elapsed | LatestStart, *, explain: bool) -> dict[str, Any]:
    """Return the part of the JSON that all answers share: schedule, certainty and explanation."""
    trace = answer.trace if explain else None
    return {
        "provisional": answer.provisional,
        **schedule_data(answer.one.schedule),
        **({} if trace is None else {"trace": trace.to_dict()}),
    }


def is_plain(schedule: Schedule, start: datetime, end: datetime) -> bool:
    """Return whether no date between two times could make an answer provisional or unknown.

    The dates before and after count, because shifts may begin or end there.
    """
    calendar, tz = schedule.calendar, schedule.tz
    first, last = sorted((start.astimezone(tz).date(), end.astimezone(tz).date()))
    before, after = (first - _ONE_DAY).year, (last + _ONE_DAY).year
    return all(_is_plain_year(calendar, year) for year in range(before, after + 1))


@lru_cache(maxsize=2_048)
def _is_plain_year(calendar: Calendar, year: int) -> bool:
    """Return whether an act has decided every date of a year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    covered = any(since <= first and last <= until for since, until in calendar.coverage)
    return (
        covered
        and not calendar.uncertain(year)
        and not any(day.provisional for day in calendar.days(first, last))
    )


def json_value(value: object) -> str:
    """Return the text of a date, a datetime or a timedelta in JSON. Raises TypeError for others.

    >>> json_value(timedelta(hours=4, minutes=30))
    'PT4H30M'
    """
    if isinstance(value, timedelta):
        return iso_amount(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(value)
