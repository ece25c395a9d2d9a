"""Compute due times and limits of appeals given as columns, for every kind of budget."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.event import NEVER as NEVER_AT
from workhours_sla.sla.limits import bounds_of
from workhours_sla.sla.pauses import ClockPauses
from workhours_sla.sla.target import Target
from workhours_sla.statistics.arrays import BoolArray, IntArray
from workhours_sla.worktime.budget_kinds import ClockTime, WorkingDaysInHours
from workhours_sla.worktime.columns.answers import Marked
from workhours_sla.worktime.columns.inputs import Options, question
from workhours_sla.worktime.columns.other_budgets import with_amounts
from workhours_sla.worktime.columns.verbs import breaches_after, deadline, elapsed
from workhours_sla.worktime.schedule import Schedule

_NAT: Final = np.datetime64("NaT", "us")
_NO_PAUSES: Final = ClockPauses((), None)


@dataclass(frozen=True, slots=True, eq=False)
class ClockTimes:
    """The due time and the limit of each row, as datetime64 in UTC.

    ``due`` is NaT where it depends on dates that the calendar does not cover. ``earliest`` and
    ``latest`` are the bounds of the limit, which are equal where it is known; ``latest`` is NaT
    where it is unbounded. ``hours`` is the budget in microseconds if it is working time, one value
    for all rows or one for each. ``provisional`` is true for rows whose times depend on dates
    decided by rule.
    """

    due: NDArray[Any]
    earliest: NDArray[Any]
    latest: NDArray[Any]
    hours: IntArray | int | None
    is_clock_time: bool
    provisional: BoolArray
    _by: Schedule | Sequence[Schedule]
    _options: dict[str, Any]

    def elapsed(self, starts: NDArray[Any], ends: NDArray[Any]) -> Marked[NDArray[np.timedelta64]]:
        """Return the working time between two instants of each row, on the row's schedule."""
        found: Marked[NDArray[np.timedelta64]]
        found = elapsed(self._by, starts, ends, **self._options)
        return found


def clock_times(
    posted: NDArray[Any], schedule_of: IntArray, target: Target, *, provisional: bool
) -> ClockTimes:
    """Return the due times and limits of clocks that start at ``posted``, datetime64 in UTC.

    ``schedule_of`` has the index of each row's schedule in ``target.schedules``. With
    ``provisional``, dates that no act has decided are decided by rule.
    """
    options: dict[str, Any] = {"tz": "UTC", "on_unknown": "mark", "provisional": provisional}
    schedules = target.schedules
    by: Schedule | Sequence[Schedule] = schedules[0]
    if len(schedules) > 1:
        by, options["codes"] = schedules, schedule_of
    budget: Any = target.budget
    hours: IntArray | int | None = None
    if isinstance(budget, timedelta):
        hours = budget // timedelta(microseconds=1)
    elif isinstance(budget, WorkingDaysInHours):
        asked = Options(options.get("codes"), None, "UTC", "mark", provisional)
        amounts = with_amounts(
            question("deadline", by, {"starts": posted}, asked, budget=budget)
        ).budget
        hours = np.asarray(amounts, np.int64)
        budget = hours.view("m8[us]")
    due = deadline(by, posted, budget, **options)
    strict = target.closing == "strict"
    last = due if strict else breaches_after(by, posted, budget, **options)
    earliest, latest = last.values.copy(), last.values.copy()
    at = np.flatnonzero(last.unknown)
    if at.size:
        bounds = _bounds_in_hours if hours is not None else _other_bounds
        of_each = budget[at] if isinstance(budget, np.ndarray) else budget
        earliest[at], latest[at] = bounds(posted[at], schedule_of[at], target, of_each)
    return ClockTimes(
        due.values,
        earliest,
        latest,
        hours,
        isinstance(budget, ClockTime),
        due.provisional | last.provisional,
        by,
        options,
    )


def _bounds_in_hours(
    posted: NDArray[Any], schedule_of: IntArray, target: Target, budget: Any
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the bounds of the limit of each row for a budget of working time."""
    verb = deadline if target.closing == "strict" else breaches_after
    pairs = [one.completions() or (one, one) for one in target.schedules]
    found = []
    for side, fallback in ((1, posted), (0, _NAT)):
        limit = verb(
            [pair[side] for pair in pairs],
            posted,
            budget,
            codes=schedule_of,
            tz="UTC",
            on_unknown="mark",
        )
        found.append(np.where(limit.unknown, fallback, limit.values))
    return found[0], found[1]


def _other_bounds(
    posted: NDArray[Any],
    schedule_of: IntArray,
    target: Target,
    budget: object,  # noqa: ARG001 - as for a budget of working time
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the bounds of the limit of each row for a budget that is not working time."""
    pairs = np.stack([posted.astype("M8[us]").view(np.int64), schedule_of])
    distinct, place = np.unique(pairs, axis=1, return_inverse=True)
    earliest = distinct[0].view("M8[us]").copy()
    latest = np.full(earliest.shape, _NAT, "M8[us]")
    for number, (start, of) in enumerate(zip(earliest.tolist(), distinct[1].tolist(), strict=True)):
        with suppress(CalendarCoverageError):
            since = start.replace(tzinfo=UTC)
            bounds = bounds_of(target, target.schedules[of], since, _NO_PAUSES, _NO_PAUSES)
            earliest[number] = _plain(bounds.earliest.limit)
            if bounds.latest.limit != NEVER_AT:
                latest[number] = _plain(bounds.latest.limit)
    place = place.reshape(-1)
    return earliest[place], latest[place]


def _plain(when: datetime) -> np.datetime64:
    return np.datetime64(when.astimezone(UTC).replace(tzinfo=None), "us")
