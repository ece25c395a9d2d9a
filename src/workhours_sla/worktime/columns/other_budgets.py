"""Calculate due times and limits of budgets that are not a timedelta, for whole columns.

Many rows have equal answers, or answers that differ only in the time of day:

- A day budget has one answer for all starts on a date before its closing, and one for all starts
  after it. The schedule computes one answer for each of these groups.
- WorkingDaysInHours is an amount of working time for each start.

The schedule computes the answer row by row only for rows that have pauses and such a day budget,
for rows that depend on unknown dates, for rows far from today, and for the latest start.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

import numpy as np

from workhours_sla.errors import CalendarCoverageError, ProvisionalWarning
from workhours_sla.worktime.budget_kinds import ClockTime, DayBudget, WorkingDaysInHours
from workhours_sla.worktime.columns.arguments import (
    NAT,
    AmountColumn,
    InstantColumn,
    finest,
    scaled,
)
from workhours_sla.worktime.columns.lookups import MAX, PER_SECOND, Bools, Ints
from workhours_sla.worktime.columns.question import Question
from workhours_sla.worktime.columns.wall_clocks import (
    DAY_NUMBERS,
    WallClocks,
    date_of,
    distinct,
    in_micros,
    in_unit,
    micros_of,
)
from workhours_sla.worktime.dated_shifts import DatedShifts
from workhours_sla.worktime.due_dates import closes_on
from workhours_sla.worktime.working_time import WorkingTime
from workhours_sla.worktime.zone_offsets import BASE, BASE_UTC, ONE_DAY, zone_offsets

_MICROSECOND: Final = timedelta(microseconds=1)
_CUTS: Final = 4
"""A number greater than that of instants at which an unknown date may close."""


class OtherAnswers(NamedTuple):
    """The answers of all rows as integers, their unit, and the unknown and the provisional rows."""

    found: Ints
    unit: str
    unknown: Bools
    by_rule: Bools


def with_amounts(asked: Question[Any]) -> Question[Any]:
    """Convert a question about WorkingDaysInHours to a question about amounts of working time.

    Other questions are returned unchanged. So is a question about the latest start if the weekly
    hours change, because the amount then depends on the answer. Raises BudgetError for a schedule
    without weekly hours.
    """
    budget = asked.other
    if not isinstance(budget, WorkingDaysInHours):
        return asked
    if asked.verb == "latest_start" and any(one._dates(budget).changes for one in asked.schedules):
        return asked
    amounts = np.zeros(asked.size, np.int64)
    start = in_micros(asked.row_starts, asked.start.unit)
    for schedule, rows in _by_schedule(asked):
        dates = schedule._dates(budget)
        zone = zone_offsets(dates.tz)
        days = [date(2, 1, 1), *dates.changes]
        begins = [zone.start_of(ONE_DAY * (day - BASE.date()).days) for day in days]
        lengths = [budget.amount(dates, BASE_UTC + begin) for begin in begins]
        since = np.array([begin // _MICROSECOND for begin in begins[1:]], np.int64)
        place = np.searchsorted(since, start[rows], "right")
        amounts[rows] = np.array([length // _MICROSECOND for length in lengths])[place]
    unit = "us" if (amounts % 1_000_000).any() else "s"
    values = amounts * PER_SECOND[unit] // 1_000_000
    return asked._replace(other=None, budget=AmountColumn(values.reshape(asked.shape), unit))


def other_answers(asked: Question[Any]) -> OtherAnswers:
    """Return the answers of a question whose budget is not working time."""
    budget = asked.other
    if isinstance(budget, ClockTime):
        return _clock_answers(asked, budget)
    answers = _Answers(asked)
    if asked.verb != "latest_start" and isinstance(budget, DayBudget):
        answers.of_dates(budget)
    return answers.all()


def _clock_answers(asked: Question[Any], budget: ClockTime) -> OtherAnswers:
    """Return the instants plus the amount, or minus the amount for ``latest_start``.

    Pauses are checked, but have no effect. An instant after the year 9999 is unknown.
    """
    micros = budget.amount // _MICROSECOND
    unit = finest([asked.start.unit, "us" if micros % 1_000_000 else "s"])
    start = asked.rows(unit).start
    amount = min(micros * PER_SECOND[unit] // 1_000_000, MAX)
    first, last = (
        max(-MAX, min((edge - BASE) // _MICROSECOND * PER_SECOND[unit] // 1_000_000, MAX))
        for edge in (datetime.min, datetime.max)  # noqa: DTZ901 - no zone is left
    )
    missing = start == NAT
    if asked.verb == "latest_start":
        amount = -amount
    known = ~missing & (start >= first - min(amount, 0)) & (start <= last - max(amount, 0))
    found = np.where(known, np.where(known, start, 0) + amount, NAT)
    return OtherAnswers(found, unit, ~known & ~missing, np.zeros(asked.size, np.bool_))


class _Answers:
    """The answers to one question, filled in for groups of rows; mutable."""

    def __init__(self, asked: Question[Any]) -> None:
        self._asked = asked
        self._unit = asked.unit()
        self._rows = asked.rows(self._unit)
        self._left: Bools = self._rows.start != NAT
        """The rows that have no answer yet."""
        self._micros: Ints = np.full(asked.size, NAT)
        """The answers of a schedule, in microseconds."""
        self._unknown: Bools = np.zeros(asked.size, np.bool_)
        self._by_rule: Bools = np.zeros(asked.size, np.bool_)

    # -- groups of rows ----------------------------------------------------------------------

    def of_dates(self, budget: DayBudget) -> None:
        """Answer the rows without pauses: one answer for each date, before or after its closing."""
        for schedule, rows, clocks in self._groups(self._near()):
            dates = schedule._dates(budget)
            start = self._rows.start[rows]
            shown = clocks.shown_at(start) // clocks.day
            low, places = distinct(shown)
            shown -= low
            edges = np.full((_CUTS, places[-1] + 1), MAX)
            for place in places:
                for number, closing in enumerate(_closings(dates, date_of(low + place))):
                    edge = micros_of(closing) * PER_SECOND[self._unit]
                    edges[number, place] = -(-edge // 1_000_000)
            group = shown * _CUTS
            for closings in edges:
                group += start >= closings[shown]
            member = np.full((places[-1] + 1) * _CUTS + 1, -1)
            member[group] = rows
            micros = np.full(len(member), NAT)
            unknown, by_rule = (np.zeros(len(member), np.bool_) for _ in range(2))
            for one in np.flatnonzero(member >= 0).tolist():
                found, by_rule[one] = self._ask(int(member[one]), schedule)
                unknown[one] = found is None
                micros[one] = NAT if found is None else found
            self._micros[rows], self._unknown[rows] = micros[group], unknown[group]
            self._by_rule[rows] = by_rule[group]
            self._left[rows] = False

    def _near(self) -> Bools:
        """Return which rows are near today and have no pauses."""
        day, start = in_unit(ONE_DAY, self._unit), self._rows.start
        near = self._left & (start > DAY_NUMBERS[0] * day) & (start < DAY_NUMBERS[1] * day)
        if self._rows.pauses is not None:
            near &= np.diff(self._rows.pauses.offsets) == 0
        return near

    def _groups(self, among: Bools) -> Iterator[tuple[WorkingTime, Ints, WallClocks]]:
        """Yield each schedule with its rows in ``among``, and the clocks of its zone."""
        for schedule, own in _by_schedule(self._asked):
            rows = own[among[own]]
            if len(rows):
                day = in_unit(ONE_DAY, self._unit)
                first, last = (int(edge) // day for edge in _edges(self._rows.start[rows]))
                yield schedule, rows, WallClocks(schedule.tz, first, last, self._unit)

    # -- single rows -------------------------------------------------------------------------

    def all(self) -> OtherAnswers:
        """Return the answers, after computing the missing ones row by row."""
        known: dict[tuple[int, ...], tuple[int | None, bool]] = {}
        codes, starts, pauses = self._rows.codes, self._rows.start, self._rows.pauses
        for row in np.flatnonzero(self._left).tolist():
            code = 0 if codes is None else int(codes[row])
            key: tuple[int, ...] = code, int(starts[row])
            if pauses is not None and pauses.offsets[row] < pauses.offsets[row + 1]:
                key = (*key, row)
            if key not in known:
                known[key] = self._ask(row, self._asked.schedules[code])
            found, self._by_rule[row] = known[key]
            self._unknown[row] = found is None
            self._micros[row] = NAT if found is None else found
        given = self._micros != NAT
        unit = self._unit
        if (self._micros[given] % 1_000_000).any():
            unit = finest([unit, "us"])
        answers = np.full(len(given), NAT)
        coarser = PER_SECOND["us"] // PER_SECOND[unit]
        if coarser:
            answers[given] = self._micros[given] // coarser
        else:
            own = scaled(self._micros, "us", unit)
            beyond = given & (in_micros(own, unit) != self._micros)
            self._unknown |= beyond  # nanoseconds end in the year 2262
            answers[given] = own[given]
        return OtherAnswers(answers, unit, self._unknown, self._by_rule)

    def _ask(self, row: int, schedule: WorkingTime) -> tuple[int | None, bool]:
        """Return the answer of a row in microseconds, and whether rules decided it.

        The answer is None if it is unknown, and NAT if a pause without an end leaves no answer.
        """
        one = self._asked.some(np.array([row])) if self._rows.pauses is not None else None
        (start,) = InstantColumn(self._rows.start[row : row + 1], self._unit, None).datetimes()
        pauses = [] if one is None else one.pause_pairs()
        try:
            return _answer(self._asked, schedule, start, pauses), False
        except CalendarCoverageError:
            if not self._asked.options.provisional:
                return None, False
        with suppress(CalendarCoverageError), warnings.catch_warnings():
            warnings.simplefilter("ignore", ProvisionalWarning)
            return _answer(self._asked, schedule, start, pauses, provisional=True), True
        return None, False


def _answer(
    asked: Question[Any],
    schedule: WorkingTime,
    start: datetime,
    pauses: list[tuple[datetime, datetime | None]],
    *,
    provisional: bool = False,
) -> int:
    """Return the answer of a schedule in microseconds.

    The answer is NAT if a pause without an end begins before the budget ends.
    """
    budget: Any = asked.other
    closed = [(since, until) for since, until in pauses if until is not None]
    options: dict[str, Any] = {"provisional": provisional}
    if asked.verb != "latest_start":
        options["pauses"] = closed
    found: datetime = getattr(schedule, asked.verb)(start, budget, **options)
    if len(closed) == len(pauses):
        return micros_of(found)
    open_since = pauses[-1][0]
    ways = [budget]
    if getattr(budget, "roll", "") == "preceding":
        ways.append(replace(budget, roll="none"))
    limits = [schedule.breaches_after(start, one, **options) for one in ways]
    is_over = max(limits) < open_since
    return micros_of(found) if is_over else NAT


def _closings(dates: DatedShifts, day: date) -> list[datetime]:
    """Return the closing of a date; if the date is unknown, its at most three possible closings."""
    ways: list[DatedShifts] = [dates]
    if not dates.knows(day):
        by_rule: Any = dates
        ways = [*(dates.completions() or ()), by_rule.provisionally()]
    found = {closes_on(one, day) for one in ways if one.knows(day)}
    return sorted(closing for closing in found if closing is not None)


def _by_schedule(asked: Question[Any]) -> Iterator[tuple[WorkingTime, Ints]]:
    """Yield each schedule with the numbers of its rows."""
    codes = asked.row_codes
    if codes is None:
        yield asked.schedules[0], np.arange(asked.size)
        return
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(asked.schedules) + 1))
    for number, schedule in enumerate(asked.schedules):
        rows = order[edges[number] : edges[number + 1]]
        if len(rows):
            yield schedule, rows


def _edges(values: Ints) -> tuple[int, int]:
    return int(values.min()), int(values.max())
