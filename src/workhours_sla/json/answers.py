"""The answers to questions about one span of time, and the JSON of each.

The shell and the HTTP service give the same answers. No JSON document here depends on the language.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, TypeVar

from workhours_sla.calendars.calendar import Calendar, working_time_norm
from workhours_sla.calendars.days import Day, Entry
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.text import catalog
from workhours_sla.text.amounts import iso_amount
from workhours_sla.worktime.budgets import Budget, budget_data
from workhours_sla.worktime.hours import WeeklyHours
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import in_time

if TYPE_CHECKING:  # a target of the configuration, which a command without one does not load
    from workhours_sla.sla.target import Closing
    from workhours_sla.worktime.explain import Trace


Answer = TypeVar("Answer")


class OneTarget(NamedTuple):
    """The values of a target that are used by questions about one span of time."""

    name: str | None
    schedule: Schedule
    budget: Budget
    closing: Closing

    def limit(self, start: datetime, *, by_rule: bool) -> tuple[datetime | None, bool]:
        with suppress(CalendarCoverageError):
            return _certain_or_by_rule(self.limit_of, start, self.budget, by_rule=by_rule)
        return None, False

    def due(self, start: datetime, *, by_rule: bool) -> tuple[datetime, bool]:
        return _certain_or_by_rule(self.schedule.deadline, start, self.budget, by_rule=by_rule)

    def trace(
        self, start: datetime, until: Budget | datetime, *, by_rule: bool, traced: bool
    ) -> Trace | None:
        return self.schedule.explain(start, until, provisional=by_rule) if traced else None

    def is_met_by_amount(self, used: timedelta) -> bool:
        """Return whether the working time alone says if the target is met."""
        by_amount = isinstance(self.budget, timedelta)
        return by_amount and (self.closing == "latest" or used != self.budget)

    def data(self) -> dict[str, Any]:
        """Return the fields of every answer that the target has."""
        budget = budget_data(self.budget)
        return {"target": self.name, "budget": budget, **schedule_data(self.schedule)}

    @property
    def limit_of(self) -> Callable[..., datetime]:
        strict = self.closing == "strict"
        return self.schedule.deadline if strict else self.schedule.breaches_after


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What every answer says: the target, how it counts, and the days behind it if asked for."""

    SCHEMA: ClassVar[str]

    target: str | None
    zone_assumed: bool = False
    budget: str | dict[str, Any]
    provisional: bool
    calendar: dict[str, str]
    hours: str
    tz: str
    trace: Trace | None = None

    def data(self, *, zone_assumed: bool = False) -> dict[str, Any]:
        """Return the JSON of the answer: its own fields, then those of every answer."""
        names = sorted((one.name for one in fields(self)), key=_COMMON.__contains__)
        found = {name: getattr(self, name) for name in names} | {"zone_assumed": zone_assumed}
        trace = found.pop("trace")
        shown = {} if trace is None else {"trace": trace.to_dict()}
        return {"schema": self.SCHEMA, **found, **shown}


_COMMON: Final = {one.name for one in fields(_Answer)}


@dataclass(frozen=True, kw_only=True)
class Due(_Answer):
    """When the answer to an appeal is due."""

    SCHEMA = "workhours.due/2"

    start: datetime
    due_at: datetime
    breaches_after: datetime | None
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
        traced: bool = False,
    ) -> Due:
        """Compute the answer. With ``by_rule`` dates without an act are decided by rule."""
        start = start.astimezone(one.schedule.tz)
        due_at, is_due_by_rule = one.due(start, by_rule=by_rule)
        limit, is_limit_by_rule = one.limit(start, by_rule=by_rule)
        remaining = None
        if now is not None:
            remaining = one.schedule.remaining(start, one.budget, as_of=now, provisional=by_rule)
        return cls(
            start=start,
            due_at=due_at,
            breaches_after=limit,
            now=now,
            remaining=remaining,
            provisional=is_due_by_rule or is_limit_by_rule,
            trace=one.trace(start, one.budget, by_rule=by_rule, traced=traced),
            **one.data(),
        )


class Met(NamedTuple):
    """Whether an answer meets the target, and whether this result is provisional."""

    met: bool
    limit: datetime | None
    provisional: bool = False


@dataclass(frozen=True, kw_only=True)
class Elapsed(_Answer):
    """How much working time passed, and whether that is in time."""

    SCHEMA = "workhours.elapsed/2"

    start: datetime
    end: datetime
    elapsed: timedelta
    breaches_after: datetime | None
    met: bool | None

    @classmethod
    def of(
        cls,
        one: OneTarget,
        start: datetime,
        end: datetime,
        *,
        by_rule: bool = False,
        traced: bool = False,
    ) -> Elapsed:
        a, b = start.astimezone(one.schedule.tz), end.astimezone(one.schedule.tz)
        used, provisional = _certain_or_by_rule(one.schedule.elapsed, a, b, by_rule=by_rule)
        verdict = None if is_after(a, b) else _verdict(one, a, b, used, by_rule=by_rule)
        return cls(
            start=a,
            end=b,
            elapsed=used,
            breaches_after=verdict and verdict.limit,
            met=verdict and verdict.met,
            provisional=provisional or bool(verdict and verdict.provisional),
            trace=one.trace(a, b, by_rule=by_rule, traced=traced),
            **one.data(),
        )


@dataclass(frozen=True, kw_only=True)
class LatestStart(_Answer):
    """How late an appeal may arrive."""

    SCHEMA = "workhours.latest-start/2"

    due_by: datetime
    latest_start: datetime
    due_at: datetime

    @classmethod
    def of(
        cls, one: OneTarget, due_by: datetime, *, by_rule: bool = False, traced: bool = False
    ) -> LatestStart:
        wanted = due_by.astimezone(one.schedule.tz)
        latest, is_start_by_rule = _certain_or_by_rule(
            one.schedule.latest_start, wanted, one.budget, by_rule=by_rule
        )
        due_at, is_due_by_rule = one.due(latest, by_rule=by_rule)
        return cls(
            due_by=wanted,
            latest_start=latest,
            due_at=due_at,
            provisional=is_start_by_rule or is_due_by_rule,
            trace=one.trace(latest, one.budget, by_rule=by_rule, traced=traced),
            **one.data(),
        )


def _verdict(
    one: OneTarget, start: datetime, end: datetime, used: timedelta, *, by_rule: bool
) -> Met:
    if one.is_met_by_amount(used):
        limit, _ = one.limit(start, by_rule=False)
        return Met(in_time(used, one.budget), limit)
    try:
        limit = one.limit_of(start, one.budget)
        return Met(_is_in_time(end, limit), limit)
    except CalendarCoverageError:
        earliest, latest = _bounds(one, start)
        if earliest is not None and _is_in_time(end, earliest):
            return Met(met=True, limit=None)
        if latest is not None and not _is_in_time(end, latest):
            return Met(met=False, limit=None)
        if not by_rule:
            raise
        limit = one.limit_of(start, one.budget, provisional=True)
        return Met(_is_in_time(end, limit), limit, provisional=True)


def _bounds(one: OneTarget, start: datetime) -> tuple[datetime | None, datetime | None]:
    if isinstance(one.budget, timedelta):
        return None, None
    bounds = one.budget.bounds(one.schedule, start, (), ())
    return bounds.due_at if one.closing == "strict" else bounds.limit


def _is_in_time(end: datetime, limit: datetime) -> bool:
    return in_time(end.astimezone(UTC), limit.astimezone(UTC))


def is_after(one: datetime, other: datetime) -> bool:
    return one.astimezone(UTC) > other.astimezone(UTC)


def schedule_data(schedule: Schedule) -> dict[str, Any]:
    return {
        "calendar": {"id": schedule.calendar.id, "version": schedule.calendar.version},
        "hours": _hours_text(schedule.hours),
        "tz": schedule.tz.key,
    }


@lru_cache(maxsize=1_024)
def _hours_text(hours: WeeklyHours) -> str:
    return str(hours)


def _certain_or_by_rule(
    verb: Callable[..., Answer], *arguments: object, by_rule: bool
) -> tuple[Answer, bool]:
    """Return the answer of a verb, and whether it is provisional."""
    if by_rule:
        with suppress(CalendarCoverageError):
            return verb(*arguments), False
    return verb(*arguments, provisional=by_rule), by_rule


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


WEEKS: Final = (40, 36, 24)  # working weeks in hours for which there are norms
_ONE_DAY: Final = timedelta(days=1)


class CalendarYear(NamedTuple):
    """A year of a calendar: all its days, and the entries of the uncertain dates."""

    calendar: Calendar
    year: int
    days: Sequence[Day]
    uncertain: Mapping[date, Entry]

    @classmethod
    def of(cls, calendar: Calendar, year: int, *, by_rule: bool = False) -> CalendarYear:
        """Return a year. Uncertain dates are decided by rule, and with ``by_rule`` all dates."""
        uncertain = calendar.uncertain(year)
        wanted = calendar.provisional() if by_rule else calendar
        for day in _dates(year):
            if day not in uncertain:
                wanted.check_known(day)
        if by_rule or uncertain:
            calendar = calendar.provisional()
        days = list(calendar.days(date(year, 1, 1), date(year, 12, 31)))
        return cls(calendar, year, days, uncertain)

    def data(self) -> dict[str, Any]:
        found = self.calendar
        return {
            "schema": "workhours.calendar-year/1",
            "calendar": {"id": found.id, "version": found.version},
            "year": self.year,
            "provisional": any(day.provisional for day in self.days),
            "uncertain": {
                day.isoformat(): {lang: entry.describe(lang) for lang in catalog.LANGUAGES}
                for day, entry in self.uncertain.items()
            },
            "days": [
                {
                    "date": day.date,
                    "kind": day.kind,
                    "working": day.working,
                    "shortened_by": day.shortened_by,
                    "hours_of": day.hours_of,
                    "reason": {lang: day.describe(lang) for lang in catalog.LANGUAGES},
                }
                for day in self.days
            ],
            "norms": [
                {
                    "first": first,
                    "last": last,
                    "working_days": norm.working_days,
                    "short_days": norm.short_days,
                    "hours": {str(week): norm.hours(week) for week in WEEKS},
                }
                for first, last in periods(self.year)
                for norm in [working_time_norm(found, first, last)]
            ],
        }


def periods(year: int) -> Iterator[tuple[date, date]]:
    """Yield the first and the last date of each month, each quarter after its months, the year."""
    for month in range(1, 13):
        last = date(year, month, months.monthrange(year, month)[1])
        yield date(year, month, 1), last
        if month % 3 == 0:
            yield date(year, month - 2, 1), last
    yield date(year, 1, 1), date(year, 12, 31)


def _dates(year: int) -> Iterator[date]:
    return (
        date(year, 1, 1) + _ONE_DAY * offset
        for offset in range(366 if months.isleap(year) else 365)
    )
