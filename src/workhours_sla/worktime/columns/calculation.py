"""Calculate the answers of a verb, and return them in the type of the given columns.

A row with unknown dates still has a certain answer if the answer is the same with all unknown dates
off as with all of them full working days, see ``unknown``.

Of the budgets that are not a timedelta, time around the clock is added to the start, and a budget
that equals working time becomes an amount for each start. A budget that has one answer for all
starts on a date before its closing, and one for those after it, is asked twice for each date. All
other rows are asked one by one: so are those of a day budget that have pauses or are far from
today, and the latest start.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Generic, NamedTuple, NoReturn, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import CalendarCoverageError, ProvisionalWarning
from workhours_sla.text.messages import LAST_YEAR
from workhours_sla.worktime.columns.inputs import EDGE_VERBS, Given, Question, finest
from workhours_sla.worktime.columns.lookups import MAX, MICROS, NAT, Bools, Ints
from workhours_sla.worktime.columns.solve import LOCATED, solve
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.due_dates import BudgetKind, DatedShifts, closes_on
from workhours_sla.worktime.times import (
    BASE,
    ONE_DAY,
    TICK,
    micros_of,
    midnight_on,
    utc_of,
    zone_offsets,
)
from workhours_sla.worktime.unknown import warn_provisional
from workhours_sla.worktime.verbs import WorkingTime

Values = TypeVar("Values")
Amounts = NDArray[np.timedelta64]
Flags = NDArray[np.bool_]
Answers = tuple[Ints, Bools, Bools]
"""The answers in microseconds, and masks of the unknown and of the provisional rows."""

_DAY: Final = ONE_DAY // TICK
_NEAR: Final = tuple(midnight_on(date(year, 1, 1)) // TICK for year in (1900, 2200))
"""The instants between which starts are grouped by their dates."""
_DISTANT: Final = 400 * ONE_DAY
"""A pause of this length moves the due date, whatever its roll."""
_LAST: Final = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)


class Marked(NamedTuple, Generic[Values]):
    """The answers with ``on_unknown="mark"``, and masks of the unknown and the provisional rows.

    ``unknown`` is True for rows whose answer depends on unknown dates; the value of these rows is
    NaT, or False for ``is_working``. ``provisional`` is True for rows whose answer depends on dates
    that no act decides yet, so that rules decided these dates.

    >>> from workhours_sla import Schedule, columns, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> starts = np.array(["2025-03-12T06:00", "2031-03-12T06:00"], "M8[s]")
    >>> columns.deadline(office, starts, working_hours(4), tz="UTC", on_unknown="mark").unknown
    array([False,  True])
    """

    values: Values
    unknown: NDArray[np.bool_]
    provisional: NDArray[np.bool_]


class _Answer(NamedTuple):
    """The answers in microseconds; the masks are None if no row was unknown at first."""

    found: Ints
    unit: str
    unknown: Bools | None = None
    provisional: Bools | None = None


def _either(one: Bools | None, other: Bools | None) -> Bools | None:
    return one if other is None else other if one is None else one | other


def _answer(asked: Question[Any]) -> _Answer:
    asked = with_amounts(asked)
    if asked.other is not None:
        found, unknown, by_rule = _other_answers(asked, asked.other)
        size = MICROS.get(asked.unit, 1)
        whole = size == 1 or not (found[found != NAT] % size).any()
        unit = asked.unit if whole else "us"
        return _finished(asked, _Answer(found, unit, unknown, by_rule))
    found, unit, missing = solve(asked)
    if missing is None:
        return _finished(asked, _Answer(found, unit))
    unknown, by_rule = missing, np.zeros(asked.size, np.bool_)
    rows = np.flatnonzero(unknown)
    least, finer, same = _in_any_case(asked.some(rows))
    found[rows[same]], unknown[rows], unit = least[same], ~same, finest(unit, finer)
    rows = np.flatnonzero(unknown)
    if asked.options.provisional and rows.size:
        ruled = tuple(schedule.provisionally() for schedule in asked.schedules)
        found[rows], finer, left = solve(asked.some(rows)._replace(schedules=ruled))
        unit = finest(unit, finer)
        unknown[rows] = False if left is None else left
        by_rule[rows] = ~unknown[rows]
    return _finished(asked, _Answer(found, unit, unknown, by_rule))


def _finished(asked: Question[Any], answer: _Answer) -> _Answer:
    found, unit = answer.found, finest(asked.unit, answer.unit)
    unknown, by_rule = answer.unknown, answer.provisional
    if unit == "ns" and asked.verb != "is_working":  # nanoseconds end in the year 2262
        beyond = (np.abs(found) > MAX // 1000) & (found != NAT)
        unknown = _either(unknown, beyond if beyond.any() else None)
    if asked.options.on_unknown == "raise":
        if unknown is not None and unknown.any():
            _refuse_row(asked, int(unknown.argmax()))
        if by_rule is not None and by_rule.any():
            row = int(by_rule.argmax())
            warn_provisional(f"{by_rule.sum()} answers are provisional, the first of row {row}")
    if unknown is not None:
        found[unknown] = 0 if asked.verb == "is_working" else NAT
    return _Answer(found, unit, unknown, by_rule)


def _in_any_case(asked: Question[Any]) -> tuple[Ints, str, Bools]:
    """Return answers, their unit, and which of them are the same whatever the unknown dates are."""
    extremes = [one.completions() or (one, one) for one in asked.schedules]
    least, unit, same = _compared(asked, extremes)
    if asked.verb in EDGE_VERBS and same.any():
        edges = np.where(same, least, NAT)
        near = asked._replace(verb="elapsed", start=edges, end=asked.start)
        same &= _compared(near, extremes)[2]
    return least, unit, same


def _compared(
    asked: Question[Any], extremes: Sequence[tuple[WorkingTime, WorkingTime]]
) -> tuple[Ints, str, Bools]:
    off, full = (solve(asked._replace(schedules=each)) for each in zip(*extremes, strict=True))
    same: Bools = off[0] == full[0]
    missing = _either(off[2], full[2])
    return off[0], finest(off[1], full[1]), same if missing is None else same & ~missing


def _refuse_row(asked: Question[Any], row: int) -> NoReturn:
    """Raise the schedule's error for a row, or OverflowError if datetime64 has no such value."""
    one = asked.some(np.array([row]))
    pauses = [] if one.pauses is None else [*map(_datetimes, one.pauses[:2])]
    try:
        _ask_schedule(one, [*zip(*pauses, strict=True)], provisional=asked.options.provisional)
    except CalendarCoverageError as error:
        error.args, error.row = (f"row {row}: {error.args[0]}",), row
        raise
    msg = (
        f"row {row}: the answer is outside of what datetime64[{asked.unit}] can represent; give "
        "coarser columns, such as starts.astype('datetime64[us]')"
    )
    raise OverflowError(msg)


def _ask_schedule(one: Question[Any], pauses: Sequence[Any], *, provisional: bool) -> Any:
    schedule = one.schedules[0 if one.codes is None else int(one.codes[0])]
    arguments: list[Any] = _datetimes(one.start)
    options: dict[str, Any] = {"inclusive": one.inclusive} if one.verb in EDGE_VERBS else {}
    if one.end is not None:
        arguments += _datetimes(one.end)
    if one.other is not None:
        arguments.append(one.other)
    elif one.verb in LOCATED:
        arguments.append(timedelta(microseconds=int(np.min(one.budget))))
    if pauses:
        options["pauses"] = pauses
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ProvisionalWarning)
        return getattr(schedule, one.verb)(*arguments, **options, provisional=provisional)


# -- the answers as the caller's columns -----------------------------------------------------


def find_instants(asked: Question[Given]) -> Given | Marked[Given]:
    """Return the answers in the type of the first column: datetime64 or aware datetimes."""
    answer, zone = _answer(asked), asked.zone
    values: Any = _in_unit(answer, "M8")
    if zone is not None:
        values = [
            None if micros == NAT else utc_of(micros).astimezone(zone)
            for micros in answer.found.tolist()
        ]
    return _returned(asked, answer, cast("Given", values))


def find_amounts(asked: Question[Any]) -> Amounts | Marked[Amounts]:
    answer = _answer(asked)
    return _returned(asked, answer, _in_unit(answer, "m8"))


def find_flags(asked: Question[Any]) -> Flags | Marked[Flags]:
    answer = _answer(asked)
    return _returned(asked, answer, answer.found != 0)


def find_time_left(asked: Question[Any]) -> Amounts | Marked[Amounts]:
    """Return what is left of the budget at the second column, as timedelta64."""
    if asked.other is None:
        used = _answer(asked._replace(verb="elapsed"))
        left = used._replace(found=np.where(used.found == NAT, NAT, asked.budget - used.found))
    else:
        left = _time_to_due(asked)
    return _returned(asked, left, _in_unit(left, "m8"))


def _time_to_due(asked: Question[Any]) -> _Answer:
    now: Any = asked.end
    due = _answer(asked._replace(end=None))
    if asked.other is not None and asked.other.clock_amount() is not None:
        missing = (due.found == NAT) | (now == NAT)
        left = due._replace(found=np.where(missing, NAT, due.found - now))
        return _finished(asked._replace(end=None), left)
    left = _answer(asked._replace(verb="elapsed", start=now, end=due.found, other=None))
    return left._replace(
        unknown=_either(due.unknown, left.unknown),
        provisional=_either(due.provisional, left.provisional),
    )


def _in_unit(answer: _Answer, kind: str) -> NDArray[Any]:
    found, unit = answer.found, answer.unit
    if unit != "us":
        missing = found == NAT
        found = found * 1000 if unit == "ns" else found // MICROS[unit]
        found[missing] = NAT
    return found.view(f"{kind}[{unit}]")


def _returned(asked: Question[Any], answer: _Answer, values: Values) -> Values | Marked[Values]:
    found: Any = values
    if not isinstance(found, list):
        found = found.reshape(asked.shape)[()]
    elif not asked.shape:
        found = found[0]
    if asked.options.on_unknown == "raise":
        return cast("Values", found)
    none = np.zeros(asked.size, np.bool_)
    marks = (none if mark is None else mark for mark in (answer.unknown, answer.provisional))
    return Marked(found, *(mark.reshape(asked.shape)[()] for mark in marks))


# -- budgets that are not a timedelta --------------------------------------------------------


def with_amounts(asked: Question[Any]) -> Question[Any]:
    """Convert a question about a budget that equals working time to one about these amounts."""
    budget = asked.other
    if budget is None:
        return asked
    amounts = np.zeros(asked.size, np.int64)
    for code, rows in asked.by_schedule():
        pairs = budget.amounts(asked.schedules[code].dates_of(budget))
        if pairs is None or (asked.verb == "latest_start" and len(pairs) > 1):
            return asked
        since, lengths = np.array(pairs, "m8[us]").view(np.int64).T
        amounts[rows] = lengths[since[1:].searchsorted(asked.start[rows], "right")]
    return asked._replace(other=None, budget=amounts)


def _other_answers(asked: Question[Any], budget: BudgetKind) -> Answers:
    amount = budget.clock_amount()
    if amount is not None:
        return _clock_answers(asked, amount // TICK)
    found, (unknown, by_rule) = np.full(asked.size, NAT), np.zeros((2, asked.size), np.bool_)
    paused = np.zeros(asked.size, np.bool_)
    if asked.pauses is not None:
        paused = np.diff(asked.pauses.offsets) > 0
    by_date = (asked.start > _NEAR[0]) & (asked.start < _NEAR[1]) & ~paused
    by_date &= isinstance(budget, DayBudget) and asked.verb != "latest_start"
    for code, rows in asked.by_schedule():
        dates = asked.schedules[code].dates_of(budget)
        others = rows[~by_date[rows] & (asked.start[rows] != NAT)]
        unlike = np.where(paused[others], NAT + 1 + others, asked.start[others])
        near = rows[by_date[rows]]
        for own, keys in ((near, _numbered(dates, asked.start[near])), (others, unlike)):
            _, first, group = np.unique(keys, return_index=True, return_inverse=True)
            answers = np.array([_ask(asked, int(row)) for row in own[first]], np.int64)
            found[own], unknown[own], by_rule[own] = answers.reshape(-1, 3)[group].T
    return found, unknown, by_rule


def _clock_answers(asked: Question[Any], amount: int) -> Answers:
    amount = -amount if asked.verb == "latest_start" else amount
    first, last = (
        (edge - BASE) // TICK
        for edge in (datetime.min, datetime.max)  # noqa: DTZ901 - no zone is left
    )
    missing = asked.start == NAT
    known = (asked.start >= first - min(amount, 0)) & (asked.start <= last - max(amount, 0))
    found = np.where(known, np.where(known, asked.start, 0) + amount, NAT)
    return found, ~known & ~missing, np.zeros(asked.size, np.bool_)


def _numbered(dates: DatedShifts, start: Ints) -> Ints:
    """Return equal numbers for starts on one date between the same closings."""
    near = {day + step for day in np.unique(start // _DAY).tolist() for step in (-1, 0, 1)}
    edges = {0}
    for wall in (ONE_DAY * day for day in near):
        for span in zone_offsets(dates.tz).instants_of(wall, wall + ONE_DAY):
            edges |= {instant // TICK for instant in span}
        edges.update(map(micros_of, _closings(dates, BASE.date() + wall)))
    return np.array(sorted(edges)).searchsorted(start, "right")


def _closings(dates: DatedShifts, day: date) -> list[datetime]:
    """Return the closing of a date; if the date is unknown, all its possible closings."""
    ways = [dates]
    if not dates.knows(day):
        ways = [*(dates.completions() or ()), dates.provisionally()]
    found = {closes_on(one, day) for one in ways if one.knows(day)}
    return [closing for closing in found if closing is not None]


# -- single rows -----------------------------------------------------------------------------


def _ask(asked: Question[Any], row: int) -> tuple[int, bool, bool]:
    """Return the answer of a row, whether it is unknown, and whether rules decided it."""
    one = asked.some(np.array([row]))
    pauses: list[tuple[datetime, datetime]] = []
    open_since: datetime | None = None
    if one.pauses is not None and one.verb != "latest_start":
        has_end = one.pauses.ends != MAX
        closed = (_datetimes(column[has_end]) for column in one.pauses[:2])
        pauses = list(zip(*closed, strict=True))
        open_since = next(iter(_datetimes(one.pauses.starts[~has_end])), None)
    for by_rule in (False, True)[: 1 + asked.options.provisional]:
        with suppress(CalendarCoverageError):

            def ask(*more: Any, by_rule: bool = by_rule) -> datetime:
                found: datetime = _ask_schedule(one, [*pauses, *more], provisional=by_rule)
                return found

            found = ask()
            moved = open_since is not None and _is_moved(found, open_since, ask)
            return NAT if moved else micros_of(found), False, by_rule
    return NAT, True, False


def _is_moved(found: datetime, open_since: datetime, ask: Callable[..., datetime]) -> bool:
    """Return whether a pause without an end moves an answer, as one with a distant end does."""
    until = min(max(found, open_since), _LAST - _DISTANT) + _DISTANT
    try:
        return bool(ask((open_since, until)) != found)
    except CalendarCoverageError:
        return True


def _datetimes(instants: Ints) -> list[datetime]:
    """Return instants as datetimes in UTC. NaT and instants after year 9999 become 9999-01-01."""
    found = []
    for micros in instants.tolist():
        try:
            found.append(utc_of(micros))
        except OverflowError:
            found.append(datetime(9999 if micros > 0 or micros == NAT else 1, 1, 1, tzinfo=UTC))
    return found
