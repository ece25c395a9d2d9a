"""Due times and limits of budgets that are not a timedelta, for whole columns.

- ClockTime is added to the start.
- WorkingDaysInHours is an amount of working time for each start.
- A day budget has one answer for all starts on a date before its closing, and one for those after
  it, so that the schedule is asked twice for each date.

Rows with pauses and a day budget, rows far from today, and the latest start are asked one by one.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np

from workhours_sla.errors import CalendarCoverageError, ProvisionalWarning
from workhours_sla.worktime.budget_kinds import ClockTime, DayBudget, WorkingDaysInHours
from workhours_sla.worktime.columns.inputs import Question
from workhours_sla.worktime.columns.lookups import MAX, NAT, Bools, Ints
from workhours_sla.worktime.dated_shifts import DatedShifts
from workhours_sla.worktime.due_dates import closes_on
from workhours_sla.worktime.working_time import WorkingTime
from workhours_sla.worktime.zone_offsets import BASE, BASE_UTC, ONE_DAY, TICK, zone_offsets

Answers = tuple[Ints, Bools, Bools]
"""The answers in microseconds, and masks of the unknown and of the provisional rows."""
_DAY: Final = ONE_DAY // TICK
_NEAR: Final = tuple((date(year, 1, 1) - BASE.date()) // TICK for year in (1900, 2200))
"""The instants between which starts are grouped by their dates."""
_ROOM: Final = 4
"""The number of days before the first and after the last day whose UTC offsets are looked up."""


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
    for code, rows in asked.by_schedule():
        dates = asked.schedules[code]._dates(budget)
        zone = zone_offsets(dates.tz)
        days = [date(2, 1, 1), *dates.changes]
        begins = [zone.start_of(ONE_DAY * (day - BASE.date()).days) for day in days]
        lengths = [budget.amount(dates, BASE_UTC + begin) // TICK for begin in begins]
        since = np.array([begin // TICK for begin in begins[1:]], np.int64)
        amounts[rows] = np.array(lengths)[since.searchsorted(asked.start[rows], "right")]
    return asked._replace(other=None, budget=amounts)


def other_answers(asked: Question[Any]) -> Answers:
    """Return the answers of a question whose budget is not working time."""
    if isinstance(asked.other, ClockTime):
        return _clock_answers(asked, asked.other)
    found, (unknown, by_rule) = np.full(asked.size, NAT), np.zeros((2, asked.size), np.bool_)
    left = asked.start != NAT
    groups = _groups(asked, asked.other) if isinstance(asked.other, DayBudget) else []
    for rows, group in groups:
        member = np.full(int(group.max()) + 1, -1)
        member[group] = rows
        answers, marks = np.full(len(member), NAT), np.zeros((2, len(member)), np.bool_)
        for one in np.flatnonzero(member >= 0).tolist():
            answers[one], marks[0, one], marks[1, one] = _ask(asked, int(member[one]))
        found[rows], unknown[rows], by_rule[rows] = answers[group], marks[0][group], marks[1][group]
        left[rows] = False
    known: dict[tuple[int, ...], tuple[int, bool, bool]] = {}
    for row in np.flatnonzero(left).tolist():
        code = 0 if asked.codes is None else int(asked.codes[row])
        key = (code, int(asked.start[row]), row if asked.pauses is not None else -1)
        if key not in known:
            known[key] = _ask(asked, row)
        found[row], unknown[row], by_rule[row] = known[key]
    return found, unknown, by_rule


def _clock_answers(asked: Question[Any], budget: ClockTime) -> Answers:
    """Return the instants plus the amount, or minus it for ``latest_start``.

    Pauses are checked, but have no effect. An instant after the year 9999 is unknown.
    """
    amount = budget.amount // TICK * (-1 if asked.verb == "latest_start" else 1)
    first, last = (
        (edge - BASE) // TICK
        for edge in (datetime.min, datetime.max)  # noqa: DTZ901 - no zone is left
    )
    missing = asked.start == NAT
    known = (asked.start >= first - min(amount, 0)) & (asked.start <= last - max(amount, 0))
    found = np.where(known, np.where(known, asked.start, 0) + amount, NAT)
    return found, ~known & ~missing, np.zeros(asked.size, np.bool_)


# -- groups of rows --------------------------------------------------------------------------


def _groups(asked: Question[Any], budget: DayBudget) -> list[tuple[Ints, Ints]]:
    """Return rows with a number for each; rows of one schedule and number have one answer.

    Rows far from today and rows with pauses are left out, and so are all rows of the verb
    ``latest_start``.
    """
    near = (asked.start > _NEAR[0]) & (asked.start < _NEAR[1])
    near &= asked.verb != "latest_start"
    if asked.pauses is not None:
        near &= np.diff(asked.pauses.offsets) == 0
    groups = []
    for code, own in asked.by_schedule():
        rows = own[near[own]]
        if len(rows):
            dates = asked.schedules[code]._dates(budget)
            groups.append((rows, _numbered(dates, asked.start[rows])))
    return groups


def _numbered(dates: DatedShifts, start: Ints) -> Ints:
    """Return a number for each start: of its date, and of its place among the date's closings."""
    first, last = int(start.min()) // _DAY - _ROOM, int(start.max()) // _DAY + _ROOM
    zone = zone_offsets(dates.tz)
    changes = zone.changes(first, last)
    at = np.array([instant // TICK for instant, _ in changes], np.int64)
    offsets = [zone.offset_on(first), *(offset for _, offset in changes)]
    shown = start + np.array([one // TICK for one in offsets])[at.searchsorted(start, "right")]
    day = shown // _DAY
    low = int(day.min())
    place = day - low
    counts = np.bincount(place)
    closings = np.full((3, len(counts)), MAX)  # an unknown date may have three
    for one in np.flatnonzero(counts).tolist():
        for number, closing in enumerate(_closings(dates, BASE.date() + ONE_DAY * (low + one))):
            closings[number, one] = _micros(closing)
    numbers: Ints = 4 * place
    for edges in closings[closings.min(axis=1) < MAX]:
        numbers += start >= edges[place]
    return numbers


def _closings(dates: DatedShifts, day: date) -> list[datetime]:
    """Return the closing of a date; if the date is unknown, its at most three possible closings."""
    ways = [dates]
    if not dates.knows(day):
        by_rule: Any = dates
        ways = [*(dates.completions() or ()), by_rule.provisionally()]
    found = {closes_on(one, day) for one in ways if one.knows(day)}
    return sorted(closing for closing in found if closing is not None)


# -- single rows -----------------------------------------------------------------------------


def _ask(asked: Question[Any], row: int) -> tuple[int, bool, bool]:
    """Return the answer of a row, whether it is unknown, and whether rules decided it.

    The answer is NAT if it is unknown or if a pause without an end leaves none.
    """
    schedule = asked.schedules[0 if asked.codes is None else int(asked.codes[row])]
    for by_rule in (False, True)[: 1 + asked.options.provisional]:
        with suppress(CalendarCoverageError), warnings.catch_warnings():
            warnings.simplefilter("ignore", ProvisionalWarning)
            return _answer(asked, row, schedule, provisional=by_rule), False, by_rule
    return NAT, True, False


def _answer(asked: Question[Any], row: int, schedule: WorkingTime, *, provisional: bool) -> int:
    """Return the answer of a schedule; NAT if an open pause begins before the budget ends."""
    budget: Any = asked.other
    (start,) = datetimes(asked.start[row : row + 1])
    options: dict[str, Any] = {"provisional": provisional}
    open_since = None
    if asked.verb != "latest_start" and asked.pauses is not None:
        pauses = asked.pauses.cut(row, row + 1)
        has_end = pauses.ends != MAX
        closed = (datetimes(column[has_end]) for column in pauses[:2])
        options["pauses"] = list(zip(*closed, strict=True))
        open_since = next(iter(datetimes(pauses.starts[~has_end])), None)
    found = _micros(getattr(schedule, asked.verb)(start, budget, **options))
    if open_since is None:
        return found
    ways = [budget]
    if getattr(budget, "roll", "") == "preceding":
        ways.append(replace(budget, roll="none"))
    limits = [schedule.breaches_after(start, one, **options) for one in ways]
    return found if max(limits) < open_since else NAT


def _micros(when: datetime) -> int:
    return (when - BASE_UTC) // TICK


def datetimes(instants: Ints) -> list[datetime]:
    """Return instants as datetimes in UTC. NaT and instants after year 9999 become 9999-01-01."""
    found = []
    for micros in instants.tolist():
        try:
            found.append(BASE_UTC + timedelta(microseconds=micros))
        except OverflowError:
            found.append(datetime(9999 if micros > 0 or micros == NAT else 1, 1, 1, tzinfo=UTC))
    return found
