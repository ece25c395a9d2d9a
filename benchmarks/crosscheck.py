"""Compare the answers of this library with those of other libraries.

A difference without an explanation is an error. An explanation says which time the other library
counts and this one does not, or the reverse, and the difference must be exactly that time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import workclock as workclock_library
from numpy.typing import NDArray

from benchmarks.rivals import businesstimedelta, pandas, timegrid, workclock
from benchmarks.workload import (
    HOURS,
    ZONE,
    Amounts,
    Instants,
    aware,
    full_office,
    naive,
    office_without_short_days,
    spread,
)
from workhours_sla import Schedule, columns
from workhours_sla.text.amounts import format_amount

ROWS = 100_000
SLOW_ROWS = 2_000
"""The number of rows for a library that takes a millisecond per row."""

Bools = NDArray[np.bool_]
Stretches = tuple[Instants, Instants]

_TICK = np.timedelta64(1, "us")
_NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Difference:
    """How many rows differ for one reason."""

    reason: str
    count: int
    example: str


@dataclass(frozen=True)
class Comparison:
    """The result of comparing two libraries on the same rows.

    ``unexplained`` is how many rows differ without a reason, and ``first_unexplained`` describes
    the first of these rows.
    """

    name: str
    rows: int
    differences: tuple[Difference, ...]
    unexplained: int
    first_unexplained: str

    def __str__(self) -> str:
        differing = sum(d.count for d in self.differences) + self.unexplained
        lines = [f"{self.name}: {self.rows - differing:,} of {self.rows:,} rows the same"]
        for found in self.differences:
            lines += [f"  {found.count:,} rows: {found.reason}", f"    {found.example}"]
        if self.unexplained:
            lines += [f"  {self.unexplained:,} rows UNEXPLAINED", f"    {self.first_unexplained}"]
        return "\n".join(lines)


class Questions:
    """Random rows over most of the calendar.

    A third of the times has microseconds, a third has whole seconds, and a third has half hours,
    where shifts begin and end.
    """

    def __init__(self, count: int) -> None:
        rng = np.random.default_rng(417)
        self.starts = _mixed(spread("2024-02-01", 960 * 86_400, rng, count), rng)
        ends = self.starts + rng.integers(-60 * 86_400, 60 * 86_400, count).astype("m8[s]")
        ends = np.clip(ends, np.datetime64("2024-01-10"), np.datetime64("2026-12-20"))
        self.ends = _mixed(ends, rng)
        micros = rng.integers(0, 80 * 3600 * 10**6, count)
        self.budgets = _mixed(micros.view("m8[us]"), rng)
        self.hours = rng.integers(0, 25, count)


def _mixed(column: Any, rng: np.random.Generator) -> Any:
    """Add random microseconds, then round a third down to seconds and a third to half hours."""
    values = column.view(np.int64) + rng.integers(0, 10**6, len(column))
    grain = np.array([1, 10**6, 1800 * 10**6])[rng.integers(0, 3, len(values))]
    return (values // grain * grain).view(column.dtype)


def crosscheck(count: int = ROWS) -> Iterator[Comparison]:
    """Compare this library with each other one, and its scalar verbs with its verbs on columns."""
    asked = Questions(count)
    yield from _with_ourselves(asked)
    yield from _with_workclock(asked)
    yield from _with_workclock_on_short_days(asked)
    yield from _with_workclock_on_clock_changes(asked)
    yield from _with_pandas(asked)
    yield from _with_timegrid(asked)
    yield from _with_businesstimedelta(Questions(SLOW_ROWS))


def _compare(
    name: str,
    given: Mapping[str, NDArray[Any]],
    ours: NDArray[Any],
    theirs: NDArray[Any],
    reasons: Mapping[str, Bools] | None = None,
) -> Comparison:
    differ = ours != theirs

    def example(rows: Bools) -> str:
        if not rows.any():
            return ""
        row = int(np.flatnonzero(rows)[0])
        asked = ", ".join(f"{what} {_shown(column[row])}" for what, column in given.items())
        return f"{asked}: ours {_shown(ours[row])}, theirs {_shown(theirs[row])}"

    found = []
    for reason, explained in (reasons or {}).items():
        rows = differ & explained
        if rows.any():
            found.append(Difference(reason, int(rows.sum()), example(rows)))
        differ &= ~explained
    return Comparison(name, len(ours), tuple(found), int(differ.sum()), example(differ))


def _shown(value: Any) -> str:
    value = value.item()
    return f"{value} UTC" if isinstance(value, datetime) else format_amount(value)


def _array(values: Sequence[Any], kind: str) -> NDArray[Any]:
    """Return datetimes or timedeltas as an array of numpy, in microseconds; instants are in UTC."""
    if kind == "m8[us]":
        return np.array(values, kind)
    return np.array([when.astimezone(UTC).replace(tzinfo=None) for when in values], kind)


# -- this library with itself ------------------------------------------------------------------


def _with_ourselves(asked: Questions) -> Iterator[Comparison]:
    schedule = Schedule("RU", HOURS, tz=ZONE)
    starts, ends, budgets = asked.starts, asked.ends, asked.budgets
    one_by_one = aware(starts, ZONE)
    amounts = budgets.tolist()
    for verb in ("deadline", "breaches_after", "latest_start"):
        ask = getattr(schedule, verb)
        yield _compare(
            f"{verb}: columns with one by one",
            {"start": starts, "budget": budgets},
            getattr(columns, verb)(schedule, starts, budgets, tz="UTC"),
            _array([ask(*pair) for pair in zip(one_by_one, amounts, strict=True)], "M8[us]"),
        )
    pairs = zip(one_by_one, aware(ends, ZoneInfo("Asia/Tokyo")), strict=True)
    yield _compare(
        "elapsed: columns with one by one, ends in another zone",
        {"start": starts, "end": ends},
        columns.elapsed(schedule, starts, ends, tz="UTC"),
        _array([schedule.elapsed(*pair) for pair in pairs], "m8[us]"),
    )
    yield _compare(
        "deadline: the calendar RU with the same days as overrides",
        {"start": starts, "budget": budgets},
        columns.deadline(schedule, starts, budgets, tz="UTC"),
        columns.deadline(full_office().schedule(), starts, budgets, tz="UTC"),
    )


# -- with workclock, whose answer is the earliest instant, as for ``deadline`` -----------------


def _with_workclock(asked: Questions) -> Iterator[Comparison]:
    office = office_without_short_days()
    yield from _three_verbs("workclock", asked, office.schedule(), workclock.schedule(office))


def _with_workclock_on_short_days(asked: Questions) -> Iterator[Comparison]:
    reason = "the eve of a holiday is an hour shorter, which workclock cannot express"
    yield from _three_verbs(
        "workclock, eves of holidays short",
        asked,
        full_office().schedule(),
        workclock.schedule(office_without_short_days()),
        {reason: full_office().cut_off()},
    )


def _with_workclock_on_clock_changes(asked: Questions) -> Iterator[Comparison]:
    nights = workclock_library.WorkDay(time(22), time(6))
    half_hour = np.timedelta64(30, "m")
    # when New York's clocks change, copied by hand from the tz database
    spring = np.array(["2024-03-10T07:00", "2025-03-09T07:00", "2026-03-08T07:00"], "M8[us]")
    autumn = np.array(["2024-11-03T06:00", "2025-11-02T06:00", "2026-11-01T06:00"], "M8[us]")
    for hours, shift, changes, reason in (
        (
            "Sa 21:00-02:30",
            workclock_library.WorkDay(time(21), time(2, 30), [5]),
            spring,
            (
                "a shift ends at 02:30, which is skipped: ours ends at the change, at 02:00; "
                "workclock's half an hour later, at 03:30"
            ),
        ),
        (
            "Su 01:30-05:00",
            workclock_library.WorkDay(time(1, 30), time(5), [6]),
            autumn,
            (
                "a shift begins at 01:30, which comes twice: ours leaves out the second 01:00 to "
                "01:30, when the clock reads less than 01:30; workclock counts on from the first"
            ),
        ),
    ):
        yield from _three_verbs(
            f"workclock, New York, nights and {hours}",
            asked,
            Schedule(None, f"Mo-Fr 22:00-06:00; {hours}", tz=_NEW_YORK),
            workclock_library.Schedule([nights, shift], time_zone=_NEW_YORK),
            {reason: (changes, changes + half_hour)},
        )


def _three_verbs(
    name: str,
    asked: Questions,
    schedule: Schedule,
    rival: Any,
    counted_by_them_alone: Mapping[str, Stretches] | None = None,
) -> Iterator[Comparison]:
    """Compare elapsed, deadline and latest start.

    Every difference must equal the working time of the stretches that only the rival counts. When
    these stretches are subtracted from the rival's elapsed time, this library's answer must be the
    earliest instant (for a deadline) or the latest (for a start) with the budget.
    """
    starts, ends, budgets = asked.starts, asked.ends, asked.budgets

    def between(start: Instants, end: Instants, stretches: Stretches) -> Amounts:
        theirs: Amounts = rival.between_many(start, end)
        return theirs - _within(stretches, start, end)

    extra = counted_by_them_alone or {}
    ours = columns.elapsed(schedule, starts, ends, tz="UTC")
    yield _compare(
        f"elapsed: {name}",
        {"start": starts, "end": ends},
        ours,
        rival.between_many(starts, ends),
        {reason: between(starts, ends, own) == ours for reason, own in extra.items()},
    )
    due = columns.deadline(schedule, starts, budgets, tz="UTC")
    yield _compare(
        f"deadline: {name}",
        {"start": starts, "budget": budgets},
        due,
        rival.add_many(starts, budgets),
        {
            reason: (between(starts, due, own) == budgets)
            & (between(starts, due - _TICK, own) == budgets - _TICK)
            for reason, own in extra.items()
        },
    )
    latest = columns.latest_start(schedule, starts, budgets, tz="UTC")
    yield _compare(
        f"latest_start: {name}",
        {"due": starts, "budget": budgets},
        latest,
        rival.sub_many(starts, budgets),
        {
            reason: (between(latest, starts, own) == budgets)
            & (between(latest + _TICK, starts, own) == budgets - _TICK)
            for reason, own in extra.items()
        },
    )


def _within(stretches: Stretches, starts: Instants, ends: Instants) -> Amounts:
    """Return how much of the stretches lies between start and end; negative if end is earlier."""
    total = np.zeros(len(starts), "m8[us]")
    for lo, hi in zip(*stretches, strict=True):
        total += np.clip(ends, lo, hi) - np.clip(starts, lo, hi)
    return total


# -- with pandas, whose answer is the next opening, as for ``breaches_after`` ------------------


def _with_pandas(asked: Questions) -> Iterator[Comparison]:
    office = office_without_short_days()
    schedule, starts, hours = office.schedule(), asked.starts, asked.hours
    theirs = np.empty(len(starts), "M8[us]")
    for amount in np.unique(hours):
        own = hours == amount
        answer = pandas.add(pandas.column(starts[own]), pandas.offset(office, int(amount)))
        theirs[own] = answer.tz_convert("UTC").tz_localize(None).to_numpy()
    budgets = hours.astype("m8[h]")
    given = {"start": starts, "budget": budgets}
    limit = columns.breaches_after(schedule, starts, budgets, tz="UTC")
    yield _compare("breaches_after: pandas CustomBusinessHour", given, limit, theirs)
    due = columns.deadline(schedule, starts, budgets, tz="UTC")
    at_closing = columns.is_working(schedule, due - _TICK, tz="UTC")
    at_closing &= columns.elapsed(schedule, due, theirs, tz="UTC") == np.timedelta64(0, "us")
    yield _compare(
        "deadline: pandas CustomBusinessHour",
        given,
        due,
        theirs,
        {
            "the budget is used up at closing time, which is when it is due; pandas goes on to "
            "the next opening, after which it is a breach": (hours > 0)
            & (theirs == limit)
            & at_closing,
            "no budget at all: due at once; pandas goes on to the next opening": (hours == 0)
            & (due == starts)
            & (theirs == limit),
        },
    )


# -- with timegrid, which can express the whole schedule ---------------------------------------


def _with_timegrid(asked: Questions) -> Iterator[Comparison]:
    office, three_hours = full_office(), np.timedelta64(3, "h")
    schedule, starts, ends = office.schedule(), asked.starts, asked.ends
    grid, line = timegrid.calendar(office), timegrid.timeline(office)
    local, amounts = naive(starts), asked.budgets.tolist()
    answers = [grid.add_work_duration(*pair) for pair in zip(local, amounts, strict=True)]
    yield _compare(
        "deadline: timegrid, eves of holidays short",
        {"start": starts, "budget": asked.budgets},
        columns.deadline(schedule, starts, asked.budgets, tz="UTC"),
        np.array(answers, "M8[us]") - three_hours,
    )
    # timegrid rejects a span whose end is before its start
    first, last = np.minimum(starts, ends), np.maximum(starts, ends)
    pairs = zip(naive(first), naive(last), strict=True)
    yield _compare(
        "elapsed: timegrid, eves of holidays short",
        {"start": first, "end": last},
        columns.elapsed(schedule, first, last, tz="UTC"),
        np.array([line.get_working_duration(*pair) for pair in pairs], "m8[us]"),
    )


# -- with businesstimedelta --------------------------------------------------------------------


def _with_businesstimedelta(asked: Questions) -> Iterator[Comparison]:
    office = office_without_short_days()
    schedule, rule = office.schedule(), businesstimedelta.rule(office)
    starts, ends, budgets = asked.starts, asked.ends, asked.hours.astype("m8[h]")
    local = aware(starts, businesstimedelta.TZ)
    answers = [
        when + businesstimedelta.amount(office, hours)
        for when, hours in zip(local, asked.hours.tolist(), strict=True)
    ]
    opening = columns.next_opening(schedule, starts, tz="UTC")
    due, theirs = columns.deadline(schedule, starts, budgets, tz="UTC"), _array(answers, "M8[us]")
    yield _compare(
        "deadline: businesstimedelta",
        {"start": starts, "budget": budgets},
        due,
        theirs,
        {
            "no budget at all: due at once; businesstimedelta goes on to the next opening": (
                asked.hours == 0
            )
            & (due == starts)
            & (theirs == opening)
        },
    )
    pairs = zip(local, aware(ends, businesstimedelta.TZ), strict=True)
    spans = np.array([rule.difference(*pair).timedelta for pair in pairs], "m8[us]")
    ours = columns.elapsed(schedule, starts, ends, tz="UTC")
    whole = abs(ours) // np.timedelta64(1, "s") * np.timedelta64(1, "s")
    yield _compare(
        "elapsed: businesstimedelta",
        {"start": starts, "end": ends},
        ours,
        spans,
        {
            "the end is earlier: ours is negative, businesstimedelta's is not": (ends < starts)
            & (spans == abs(ours)),
            "businesstimedelta drops fractions of a second": spans == whole,
        },
    )


def as_json(found: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Return the comparisons as JSON data."""
    return [
        {
            "name": one.name,
            "rows": one.rows,
            "differences": {d.reason: [d.count, d.example] for d in one.differences},
            "unexplained": one.unexplained,
        }
        for one in found
    ]
