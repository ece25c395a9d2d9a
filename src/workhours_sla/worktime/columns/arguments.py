"""What callers may pass as a column: made integers of one unit, or refused with the way out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import BudgetError, NaiveDatetimeError
from workhours_sla.worktime.arguments import refuse_naive
from workhours_sla.worktime.budget import LONGEST, check_budget
from workhours_sla.worktime.columns.lookups import MAX, PER_SECOND, ROOM, Bools, Ints
from workhours_sla.worktime.working_time import WorkingTime
from workhours_sla.worktime.zone import BASE_UTC

NAT = -MAX - 1
_COARSER = {"W": 604_800, "D": 86_400, "h": 3_600, "m": 60}
_MICROSECOND = timedelta(microseconds=1)
_MONTHS_OF_TIME = 12 * 10_000
"""Far more months than any calendar has, and few enough to count their seconds."""


class Instants(NamedTuple):
    """A column of instants as whole ``unit``s since 1970-01-01T00:00 UTC; NaT is the least.

    ``zone`` is that of the datetimes where those were given, None for a numpy column.
    """

    values: Ints
    unit: str
    zone: tzinfo | None

    def in_unit(self, unit: str) -> Instants:
        """Return the column in a finer unit; what that cannot hold becomes its farthest."""
        return (
            self
            if unit == self.unit
            else Instants(_finer(self.values, self.unit, unit), unit, self.zone)
        )


class Budgets(NamedTuple):
    """One amount of working time, or a column of them, in whole ``unit``s."""

    values: Ints | int
    unit: str

    def in_unit(self, unit: str) -> Ints | int:
        """Return the amounts in a finer unit, none above what a difference can hold."""
        if isinstance(self.values, int):
            return min(self.values * (PER_SECOND[unit] // PER_SECOND[self.unit]), ROOM)
        return np.asarray(np.minimum(_finer(self.values, self.unit, unit), ROOM))


class Pauses(NamedTuple):
    """The times at which the clock of each row stood still, as ragged arrays.

    The holds of row i are ``starts[offsets[i]:offsets[i + 1]]`` and their ends: sorted, none
    overlapping another. ``starts`` and ``ends`` are instants like the rows; an end of NaT means
    that the hold goes on. ``offsets`` has one element more than there are rows.
    """

    starts: Any
    ends: Any
    offsets: Any


def instants(name: str, given: object, tz: object) -> Instants:
    """Return a column of instants. Raises NaiveDatetimeError, TypeError."""
    if given is None:
        msg = f"{name} is None; give instants, or np.datetime64('NaT') where there is none"
        raise TypeError(msg)
    if isinstance(given, datetime):
        if given != given:  # noqa: PLR0124 - NaT of pandas is a datetime, too
            return Instants(np.array(NAT), "us", None)
        if given.utcoffset() is None:
            refuse_naive(given)
        _refuse_nanoseconds(name, given)
        return Instants(np.array((given - BASE_UTC) // _MICROSECOND), "us", given.tzinfo)
    if isinstance(given, np.ma.MaskedArray):
        given = given.filled(np.datetime64("NaT", "us"))
    values = np.asarray(given)
    if values.dtype.kind == "M":
        return _numpy_instants(name, values, tz)
    if values.dtype.kind == "O":
        return _listed_instants(name, values)
    if values.size:
        msg = (
            f"{name} is a column of {values.dtype}, not of instants; give datetime64 in UTC or "
            "aware datetimes"
        )
        raise TypeError(msg)
    return Instants(values.astype(np.int64), "us", None)


def _numpy_instants(name: str, values: NDArray[Any], tz: object) -> Instants:
    if str(tz) != "UTC":
        stated = "names no zone" if tz is None else f"is said to be of {tz}"
        msg = (
            f"{name} is datetime64, which {stated}: give instants in UTC and say so by tz='UTC' "
            "(pandas: series.dt.tz_localize('Europe/Volgograd') and its own verbs)"
        )
        raise NaiveDatetimeError(msg)
    unit, count = np.datetime_data(values.dtype)
    if unit == "generic":
        unit = "s"  # nothing but NaT
    plain = (
        values.astype(values.dtype.newbyteorder("=")).view(np.int64)
        if (not values.dtype.isnative)
        else values.view(np.int64)
    )
    if count != 1:
        plain = _scaled(plain, count)
    if unit in PER_SECOND:
        return Instants(plain, unit, None)
    if unit in _COARSER:
        return Instants(_scaled(plain, _COARSER[unit]), "s", None)
    if unit in ("Y", "M"):
        months = _scaled(plain, 12 if unit == "Y" else 1)
        near = np.where(months == NAT, NAT, np.clip(months, -_MONTHS_OF_TIME, _MONTHS_OF_TIME))
        return Instants(near.view("M8[M]").astype("M8[s]").view(np.int64), "s", None)
    msg = f"{name} is datetime64[{unit}], finer than nanoseconds; give datetime64[ns] or coarser"
    raise TypeError(msg)


def _listed_instants(name: str, values: NDArray[Any]) -> Instants:
    """Return aware datetimes, all of one zone, in microseconds; None is NaT."""
    zone: tzinfo | None = None
    found = np.full(values.shape, NAT, np.int64)
    flat = found.reshape(-1)
    for row, when in enumerate(values.reshape(-1).tolist()):
        if when is None or when != when:  # noqa: PLR0124 - NaT is the value unlike itself
            continue
        if not isinstance(when, datetime):
            msg = f"row {row} of {name} is {when!r}, not a datetime; give aware datetimes"
            raise TypeError(msg)
        if when.utcoffset() is None:
            msg = f"row {row} of {name}: {when} has no zone; give tzinfo=schedule.tz"
            raise NaiveDatetimeError(msg)
        if zone is None:
            zone = when.tzinfo
        elif zone is not when.tzinfo and str(zone) != str(when.tzinfo):
            msg = (
                f"row {row} of {name} is in {when.tzinfo}, others are in {zone}: answers come in "
                "the zone of the column, so give one with when.astimezone(schedule.tz)"
            )
            raise ValueError(msg)
        _refuse_nanoseconds(f"row {row} of {name}", when)
        flat[row] = (when - BASE_UTC) // _MICROSECOND
    return Instants(found, "us", zone)


def _refuse_nanoseconds(what: str, value: object) -> None:
    """Refuse a Timestamp or Timedelta of pandas that is finer than what it is a kind of."""
    if getattr(value, "nanosecond", 0) or getattr(value, "nanoseconds", 0):
        msg = f"{what} is {value!r}, finer than microseconds; give a column of numpy in [ns]"
        raise TypeError(msg)


def budgets(given: object) -> Budgets:
    """Return one budget or a column of them. Raises BudgetError, TypeError."""
    if isinstance(given, timedelta):
        _refuse_nanoseconds("the budget", given)
        micros = check_budget(given) // _MICROSECOND
        unit = next(u for u, per in PER_SECOND.items() if micros % (1_000_000 // per) == 0)
        return Budgets(micros * PER_SECOND[unit] // 1_000_000, unit)
    values = np.asarray(given)
    if values.dtype.kind == "O" and all(isinstance(v, timedelta) for v in values.reshape(-1)):
        for row, value in enumerate(values.reshape(-1).tolist()):
            _refuse_nanoseconds(f"the budget of row {row}", value)
        values = values.astype("m8[us]")
    if values.dtype.kind != "m":
        msg = (
            f"a budget is working_hours(4), a timedelta or a column of timedelta64, not "
            f"{given!r}: write 1.5 hours as working_hours(1, minutes=30)"
        )
        raise TypeError(msg)
    amounts, unit = _amounts(values)
    bad = np.flatnonzero((amounts < 0).reshape(-1))
    if bad.size:
        value = values.reshape(-1)[bad[0]]
        what = "NaT" if np.isnat(value) else f"{value}, which is negative"
        msg = f"the budget of row {bad[0]} is {what}; give every row an amount of at least 0"
        raise BudgetError(msg, row=int(bad[0]))
    longest = LONGEST // timedelta(seconds=1) * PER_SECOND[unit]
    if longest < MAX and (amounts > longest).any():
        row = int(np.flatnonzero((amounts > longest).reshape(-1))[0])
        msg = f"the budget of row {row} is more time than any calendar covers; give less"
        raise BudgetError(msg, row=row)
    return Budgets(amounts, unit)


def _amounts(values: NDArray[Any]) -> tuple[Ints, str]:
    unit, count = np.datetime_data(values.dtype)
    plain = _scaled(values.astype(values.dtype.newbyteorder("=")).view(np.int64), count)
    if unit in _COARSER:
        return _scaled(plain, _COARSER[unit]), "s"
    if unit not in PER_SECOND:
        msg = f"timedelta64[{unit}] is no amount of working time; give hours, seconds or finer"
        raise TypeError(msg)
    return plain, unit


def _scaled(values: Ints, factor: int) -> Ints:
    """Return the values times a factor; what int64 cannot hold becomes the farthest it can."""
    if factor == 1:
        return values
    edge = MAX // factor
    scaled = np.clip(values, -edge, edge) * factor
    return np.where(values == NAT, NAT, scaled)


def _finer(values: Ints, unit: str, finer: str) -> Ints:
    return _scaled(values, PER_SECOND[finer] // PER_SECOND[unit])


def finest(units: Sequence[str]) -> str:
    """Return the finest of some units."""
    return max(units, key=PER_SECOND.__getitem__)


def rows_of(named: dict[str, Ints]) -> tuple[int, ...]:
    """Return the shape that columns have together. Raises ValueError."""
    shapes = {values.shape for values in named.values()}
    if len(shapes) == 1:
        return shapes.pop()
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = ", ".join(f"{name} {values.shape}" for name, values in named.items())
        msg = f"the columns have different shapes ({listed}); give as many rows of each, or one"
        raise ValueError(msg) from None


def schedules_of(
    schedule: WorkingTime | Sequence[WorkingTime], codes: object
) -> tuple[tuple[WorkingTime, ...], Ints | None]:
    """Return the schedules and the code of each row. Raises TypeError, IndexError."""
    if isinstance(schedule, WorkingTime):
        if codes is not None:
            msg = "codes choose among several schedules; give a list of them, or leave codes out"
            raise TypeError(msg)
        return (schedule,), None
    schedules = tuple(schedule)
    if not schedules or not all(isinstance(one, WorkingTime) for one in schedules):
        msg = f"give a schedule or a list of schedules, not {schedule!r}"
        raise TypeError(msg)
    chosen = np.asarray(codes)
    if codes is None or chosen.dtype.kind not in "iu":
        msg = (
            f"codes say which of the {len(schedules)} schedules each row keeps: give integers "
            f"from 0, not {'nothing' if codes is None else chosen.dtype}"
        )
        raise TypeError(msg)
    if chosen.size and not 0 <= int(chosen.min()) <= int(chosen.max()) < len(schedules):
        flat = chosen.reshape(-1)
        row = int(np.flatnonzero((flat < 0) | (flat >= len(schedules)))[0])
        msg = (
            f"row {row} has schedule code {flat[row]}, but there are {len(schedules)} schedules: "
            f"codes go from 0 to {len(schedules) - 1}"
        )
        raise IndexError(msg)
    return schedules, chosen.astype(np.int64, copy=False)


class HeldRows(NamedTuple):
    """Holds as integers, checked: those of row i from ``offsets[i]`` to ``offsets[i + 1]``."""

    starts: Ints
    ends: Ints
    offsets: Ints
    goes_on: Bools | None
    """Which have no end; None where all have."""

    def cut(self, first: int, last: int) -> HeldRows:
        """Return the holds of the rows from ``first`` to ``last``."""
        offsets = self.offsets[first : last + 1]
        own = slice(int(offsets[0]), int(offsets[-1]))
        return HeldRows(
            self.starts[own],
            self.ends[own],
            offsets - offsets[0],
            None if self.goes_on is None else self.goes_on[own],
        )

    def rows(self) -> Ints | None:
        """Return the row of each hold, None where each row has its one."""
        counts = np.diff(self.offsets)
        if len(counts) == len(self.starts) and counts.all():
            return None
        return np.repeat(np.arange(len(counts)), counts)


def held_rows(pauses: Pauses, rows: int, unit: str, tz: object) -> HeldRows:
    """Return the holds of every row, an end that is open as far off as can be.

    Raises ValueError for holds that are unsorted or overlap, or offsets that do not fit.
    """
    starts = instants("holds.starts", pauses.starts, tz).in_unit(unit).values.reshape(-1)
    ends = instants("holds.ends", pauses.ends, tz).in_unit(unit).values.reshape(-1)
    offsets = np.asarray(pauses.offsets)
    if offsets.dtype.kind not in "iu" or offsets.shape != (rows + 1,):
        msg = f"holds.offsets must be {rows + 1} integers for {rows} rows, not {offsets.shape}"
        raise ValueError(msg)
    offsets = offsets.astype(np.int64, copy=False)
    counts = np.diff(offsets)
    fits = len(starts) == len(ends) and offsets[0] == 0 and offsets[-1] == len(starts)
    if not fits or (rows and counts.min() < 0):
        msg = (
            f"holds.offsets must rise from 0 to the number of holds, {len(starts)} starts and "
            f"{len(ends)} ends"
        )
        raise ValueError(msg)
    goes_on = None
    if len(ends) and int(ends.min()) == NAT:
        goes_on = ends == NAT
        ends = np.where(goes_on, MAX, ends)
    bad = ends < starts
    if len(starts) and int(starts.min()) == NAT:
        bad |= starts == NAT
    if rows and counts.max() > 1:
        overlaps = starts[1:] < ends[:-1]
        last_of_rows = offsets[1:] - 1
        overlaps[last_of_rows[(last_of_rows >= 0) & (last_of_rows < len(overlaps))]] = False
        bad[1:] |= overlaps
    if bad.any():
        row = int(np.searchsorted(offsets, np.flatnonzero(bad)[0], "right")) - 1
        msg = (
            f"the holds of row {row} are not sorted stretches apart from one another; sort them "
            "and join those that overlap"
        )
        raise ValueError(msg)
    return HeldRows(starts, ends, offsets, goes_on)
