"""Forecast when unanswered appeals fall due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal, get_args

from workhours_sla.argument_types import checked
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.event import in_utc
from workhours_sla.sla.outcome import Outcome

By = Literal["hour", "day"]
_OPEN = frozenset({Verdict.PENDING, Verdict.AT_RISK, Verdict.PAUSED, Verdict.BREACHED})
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """The number of deadlines in one hour or on one date: after ``since``, up to ``until``."""

    since: datetime
    until: datetime
    count: int
    together: int


@checked
@dataclass(frozen=True, slots=True)
class Forecast:
    """How many unanswered clocks are due at what time; each clock is counted exactly once.

    ``slots`` are the hours or dates that have deadlines, in order. The other fields count clocks:
    ``overdue`` clocks have passed their limit. ``earlier`` clocks are due before the forecast
    begins and are still within their limit, and ``later`` clocks are due after it ends. ``paused``
    clocks have no due time yet. The due time of ``unknown`` clocks depends on dates that the
    calendar does not cover.

    >>> Forecast((), overdue=1, earlier=0, later=2, paused=0, unknown=0).open
    3
    """

    slots: tuple[Slot, ...]
    overdue: int
    earlier: int
    later: int
    paused: int
    unknown: int

    @property
    def open(self) -> int:
        """The number of unanswered clocks."""
        due = sum(slot.count for slot in self.slots)
        return due + self.overdue + self.earlier + self.later + self.paused + self.unknown


def forecast_deadlines(
    outcomes: Iterable[Outcome], *, start: datetime, end: datetime, zone: tzinfo, by: By = "hour"
) -> Forecast:
    """Return how many unanswered clocks are due after ``start`` and up to ``end``, by hour or day.

    Hours and dates are in the zone ``zone``. A deadline at 13:00 belongs to the hour that ends at
    13:00. ``start`` and ``end`` must be aware. Raises NaiveDatetimeError, and ValueError if ``by``
    is neither ``hour`` nor ``day``.

    >>> from workhours_sla import Event, Policy, Schedule, Target, evaluate, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> saturday = datetime(2026, 3, 14, 11, 20, tzinfo=office.tz)
    >>> event = Event("1", "A-1", "created", saturday, saturday)
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> result = evaluate([event], policy, as_of=saturday)
    >>> week = saturday + timedelta(days=7)
    >>> load = forecast_deadlines(result.outcomes, start=saturday, end=week, zone=office.tz)
    >>> [(str(slot.until), slot.count) for slot in load.slots]
    [('2026-03-16 13:00:00+03:00', 1)]
    """
    if by not in get_args(By):
        msg = f"by={by!r} is not a unit of a forecast; use {' or '.join(get_args(By))}"
        raise ValueError(msg)
    start, end = in_utc("start", start), in_utc("end", end)
    counts: Counter[str] = Counter()
    due: Counter[datetime] = Counter()
    for outcome in outcomes:
        if outcome.verdict in _OPEN and outcome.answered_at is None:
            where = _due_or_count(outcome, start, end)
            if isinstance(where, str):
                counts[where] += 1
            else:
                due[where] += 1
    slots: dict[tuple[datetime, datetime], list[int]] = {}
    for at in sorted(due):
        slots.setdefault(slot_of(at.astimezone(zone), by), []).append(due[at])
    return Forecast(
        tuple(Slot(*edges, sum(found), max(found)) for edges, found in slots.items()),
        *(counts[name] for name in ("overdue", "earlier", "later", "paused", "unknown")),
    )


def _due_or_count(outcome: Outcome, start: datetime, end: datetime) -> datetime | str:
    if outcome.verdict is Verdict.BREACHED:
        return "overdue"
    if outcome.due_at is None:
        return "paused" if outcome.verdict is Verdict.PAUSED else "unknown"
    at = outcome.due_at.astimezone(UTC)
    if at <= start:
        return "earlier"
    return "later" if at > end else at


def slot_of(at: datetime, by: By) -> tuple[datetime, datetime]:
    """Return the start and the end of the hour or date that an instant belongs to."""
    just_before = (at.astimezone(UTC) - timedelta.resolution).astimezone(at.tzinfo)
    if by == "hour":
        past = timedelta(
            minutes=just_before.minute,
            seconds=just_before.second,
            microseconds=just_before.microsecond,
        )
        since = just_before.astimezone(UTC) - past
        return since.astimezone(at.tzinfo), (since + _HOUR).astimezone(at.tzinfo)
    midnight = datetime.combine(just_before.date(), time(), at.tzinfo)
    return midnight, midnight + timedelta(days=1)
