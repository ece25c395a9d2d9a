"""The due time, the limit and the verdict of clocks, as columns on one schedule.

Rows whose times depend on uncertain dates, or on when an open pause ends, have no values here: they
are marked as unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.columns.event_columns import MICROSECOND, instant_of, micros_of
from workhours_sla.sla.due_limit_warning import used_at_warning
from workhours_sla.sla.pauses import ClosedPause
from workhours_sla.sla.target import Target
from workhours_sla.worktime.budget_kinds import Budget, ClockTime, DayBudget
from workhours_sla.worktime.columns import verbs
from workhours_sla.worktime.columns.answers import Marked
from workhours_sla.worktime.columns.arguments import Pauses
from workhours_sla.worktime.columns.lookups import Bools, Ints
from workhours_sla.worktime.due_dates import midnight_after
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.zone_offsets import ONE_DAY

_OPTIONS: Final[dict[str, Any]] = {"tz": "UTC", "on_unknown": "mark"}
_TICK: Final = np.timedelta64(1, "us")
_NOTHING: Final = np.timedelta64(0, "us")
_NEAR: Final = tuple(micros_of(datetime(year, 1, 1, tzinfo=UTC)) for year in (1970, 2100))
"""The instants between which the pauses of day budgets are computed as columns."""


def has_columns(budget: Budget, target: Target) -> bool:
    """Return whether the times of a budget can be computed as columns."""
    if isinstance(budget, timedelta):
        return True
    return isinstance(budget, ClockTime | DayBudget) and target.warn_percent is None


@dataclass(frozen=True, slots=True, eq=False)
class RowPauses:
    """The closed pauses of the rows that have any.

    ``rows`` are the numbers of these rows, in order. The pauses of ``rows[i]`` are
    ``offsets[i]:offsets[i + 1]``, sorted and disjoint.
    """

    rows: NDArray[np.intp]
    since: Ints
    until: Ints
    offsets: Ints

    @classmethod
    def of(cls, row_of: Ints, since: Ints, until: Ints) -> RowPauses:
        """Return the pauses, given the row of each pause in order."""
        rows, begins = np.unique(row_of, return_index=True)
        return cls(rows, since, until, np.append(begins, len(row_of)).astype(np.int64))

    def taken(self, rows: Bools) -> RowPauses:
        """Return the pauses of some rows; the rows get new numbers."""
        kept = rows[self.rows]
        of_each = np.repeat(kept, np.diff(self.offsets))
        number = np.cumsum(rows) - 1
        row_of = np.repeat(number[self.rows], np.diff(self.offsets))
        return RowPauses.of(row_of[of_each], self.since[of_each], self.until[of_each])

    def of_row(self, number: int) -> tuple[ClosedPause, ...]:
        """Return the pauses of ``rows[number]`` as pairs of instants in UTC."""
        of_it = slice(int(self.offsets[number]), int(self.offsets[number + 1]))
        pairs = zip(self.since[of_it].tolist(), self.until[of_it].tolist(), strict=True)
        return tuple((instant_of(since), instant_of(until)) for since, until in pairs)

    @property
    def columns(self) -> Pauses:
        """The pauses in the form that the column verbs take."""
        return Pauses(self.since.view("M8[us]"), self.until.view("M8[us]"), self.offsets)


class ClockTimes:
    """The times of clocks of one target on one schedule, computed as columns; mutable.

    ``due_at``, ``limit`` and ``warn_at`` are in microseconds. ``unknown`` marks the rows with a
    value that is not certain; each computation may mark more rows.
    """

    def __init__(
        self, target: Target, schedule: Schedule, started_at: Ints, pauses: RowPauses
    ) -> None:
        self._target = target
        self._schedule = schedule
        self._started_at = started_at
        self._pauses = pauses
        self.unknown: Bools = np.zeros(len(started_at), np.bool_)
        budget = target.budget
        self.due_at: Ints = self._reached(verbs.deadline, budget)
        self.limit: Ints = self._reached(verbs.breaches_after, budget)
        if isinstance(budget, DayBudget):
            self._extend_by_pauses(budget)
        if target.closing == "strict":
            self.limit = self.due_at
        if isinstance(budget, timedelta):
            self.warn_at: Ints = self._reached(verbs.deadline, used_at_warning(target, budget))
        else:
            self.warn_at = self._left_from_due()

    def elapsed(self, until: Ints) -> Ints:
        """Return the working time from the start to an instant, without pauses."""
        return self._worked(self._started_at, until)

    def overdue(self, elapsed: Ints, until: Ints) -> Ints:
        """Return by how much each clock is late at an instant; ``elapsed`` is that of the clock."""
        budget = self._target.budget
        if isinstance(budget, timedelta):
            return np.maximum(elapsed - budget // MICROSECOND, 0)
        late = (until > self.due_at) & ~self.unknown
        since = np.where(late, self.due_at, until)
        return until - since if isinstance(budget, ClockTime) else self._worked(since, until)

    def _reached(self, verb: Callable[..., Any], budget: Budget) -> Ints:
        """Return when a verb says that a budget is used up.

        Pauses are taken into account only for a budget of working time.
        """
        found = self._answers(verb, self._started_at.view("M8[us]"), budget)
        if len(self._pauses.rows) and isinstance(budget, timedelta):
            rows = self._pauses.rows
            starts = self._started_at[rows].view("M8[us]")
            found[rows] = self._answers(verb, starts, budget, rows=rows)
        return found

    def _worked(self, since: Ints, until: Ints) -> Ints:
        """Return the working time between two instants of each row, without its pauses."""
        found = self._answers(verbs.elapsed, since.view("M8[us]"), until.view("M8[us]"))
        rows = self._pauses.rows
        if len(rows):
            pair = since[rows].view("M8[us]"), until[rows].view("M8[us]")
            found[rows] = self._answers(verbs.elapsed, *pair, rows=rows)
        return found

    def _answers(
        self, verb: Callable[..., Any], *columns: object, rows: NDArray[np.intp] | None = None
    ) -> Ints:
        """Return the answers of a verb in microseconds, and mark the unknown rows.

        ``rows`` are the numbers of the rows if only those with pauses are given.
        """
        pauses = None if rows is None else self._pauses.columns
        found: Marked[NDArray[Any]] = verb(self._schedule, *columns, pauses=pauses, **_OPTIONS)
        values = found.values
        self.unknown[slice(None) if rows is None else rows] |= found.unknown | np.isnat(values)
        return values.astype(f"{values.dtype.kind}8[us]").view(np.int64)

    def _left_from_due(self) -> Ints:
        """Return when at most the warning time of working time is left until the due time."""
        schedule, left = self._schedule, self._target.warn
        known = ~self.unknown
        due, place = np.unique(self.due_at[known], return_inverse=True)
        due_at = due.view("M8[us]")
        last = verbs.latest_start(schedule, due_at, left, **_OPTIONS)
        before = last.values.astype("M8[us]")
        is_working = verbs.elapsed(schedule, before - _TICK, before, **_OPTIONS)
        closing = verbs.previous_closing(schedule, before, **_OPTIONS)
        warn_at = np.where(is_working.values > _NOTHING, before, closing.values)
        unknown = last.unknown | is_working.unknown | closing.unknown | np.isnat(warn_at)
        found = self._started_at.copy()
        place = place.reshape(-1)
        warn = warn_at.astype("M8[us]").view(np.int64)[place]
        found[known] = np.maximum(found[known], warn)
        self.unknown[known] |= unknown[place]
        return found

    def _extend_by_pauses(self, budget: DayBudget) -> None:
        """Replace the due times and the limits of the rows whose pauses extend a day budget.

        A pause matters only if a date ends within it. Rows with the same date of the start and the
        same paused dates share an answer.
        """
        schedule, pauses, known = self._schedule, self._pauses, {}
        rows = pauses.rows
        begins = pauses.offsets[:-1]
        is_near = (self._started_at[rows] > _NEAR[0]) & (
            np.maximum.reduceat(pauses.until, begins) < _NEAR[1] if len(rows) else True
        )
        self.unknown[rows[~is_near]] = True
        if not is_near.any():
            return
        ends = _ends_of_dates(
            schedule, self._started_at[rows[is_near]], np.minimum(pauses.until, _NEAR[1])
        )
        first, after = (np.searchsorted(ends, at) for at in (pauses.since, pauses.until))
        matters = np.logical_or.reduceat(first < after, begins) & is_near
        by_date = getattr(budget, "count_from", "next_day") == "next_day"
        by_date &= getattr(budget, "roll", "none") != "preceding"
        for number in np.flatnonzero(matters & ~self.unknown[rows]).tolist():
            row, of_row = rows[number], slice(*pauses.offsets[number : number + 2].tolist())
            start = instant_of(int(self._started_at[row]))
            since = start.astimezone(schedule.tz).date() if by_date else start
            key = since, tuple(first[of_row].tolist()), tuple(after[of_row].tolist())
            if key not in known:
                known[key] = _answer(budget, schedule, start, pauses.of_row(number))
            answer = known[key]
            if answer is None:
                self.unknown[row] = True
            else:
                self.due_at[row], self.limit[row] = answer


def _ends_of_dates(schedule: Schedule, started_at: Ints, until: Ints) -> Ints:
    """Return the 24:00 of each date from the earliest start to the last end, and of dates around.

    The instants are in microseconds.
    """
    day = instant_of(int(started_at.min())).date() - 2 * ONE_DAY
    last = instant_of(int(until.max())).date() + 2 * ONE_DAY
    count = (last - day).days
    ends = (midnight_after(schedule, day + n * ONE_DAY) for n in range(count))
    return np.array([micros_of(end) for end in ends], np.int64)


def _answer(
    budget: DayBudget, schedule: Schedule, start: datetime, pauses: tuple[ClosedPause, ...]
) -> tuple[int, int] | None:
    """Return the due time and the limit of a day budget, None if they are uncertain."""
    try:
        due_at, limit = budget.answer(schedule, start, pauses)
    except CalendarCoverageError:
        return None
    return micros_of(due_at), micros_of(limit)
