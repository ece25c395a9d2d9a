"""Check the arguments of the column verbs, and convert them to integers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import BudgetError, NaiveDatetimeError
from workhours_sla.module_names import public
from workhours_sla.worktime.budget import LONGEST, check_budget
from workhours_sla.worktime.budget_kinds import ClockTime, DayBudget, WorkingDaysInHours
from workhours_sla.worktime.columns.lookups import MAX, PER_SECOND, ROOM, Ints
from workhours_sla.worktime.columns.rows import PauseRows
from workhours_sla.worktime.instants import refuse_naive
from workhours_sla.worktime.working_time import WorkingTime
from workhours_sla.worktime.zone_offsets import BASE_UTC

Schedules = WorkingTime | Sequence[WorkingTime]
OtherBudget = DayBudget | ClockTime | WorkingDaysInHours
"""A budget that is not a timedelta."""
Budgets = OtherBudget | timedelta | np.timedelta64 | NDArray[np.timedelta64] | Sequence[timedelta]
"""One budget for all rows, or a column of amounts of working time with one per row."""
Codes = NDArray[np.integer[Any]] | Sequence[int] | None
"""For each row the index of its schedule; None if one schedule serves all rows."""
Tz = str | tzinfo | None
"""The zone of datetime64 columns, which must be ``"UTC"``. Aware datetimes need no ``tz``."""

NAT = -MAX - 1
"""The integer that represents NaT in numpy: the least int64."""
_COARSER = {"W": 604_800, "D": 86_400, "h": 3_600, "m": 60}
_MICROSECOND = timedelta(microseconds=1)
_MONTHS_OF_TIME = 12 * 10_000
"""A number of months greater than any calendar covers, which still fits into seconds."""


class InstantColumn(NamedTuple):
    """A column of instants as integers: ``unit``s since 1970-01-01T00:00 UTC, or ``NAT``.

    ``unit`` is a numpy unit such as ``"us"``. ``zone`` is the zone of the given datetimes, None
    for datetime64.
    """

    values: Ints
    unit: str
    zone: tzinfo | None

    def datetimes(self) -> list[datetime]:
        """Return the column as datetimes. NaT and instants after year 9999 become 9999-01-01."""
        found = []
        for value in self.values.reshape(-1).tolist():
            micros = value * 1_000_000 // PER_SECOND[self.unit]
            try:
                found.append(BASE_UTC + timedelta(microseconds=micros))
            except OverflowError:
                year = 9999 if micros > 0 or value == NAT else 1
                found.append(datetime(year, 1, 1, tzinfo=UTC))
        return found

    def in_unit(self, unit: str) -> InstantColumn:
        """Return the column in a finer unit, with values clipped to the range of int64."""
        return (
            self
            if unit == self.unit
            else InstantColumn(scaled(self.values, self.unit, unit), unit, self.zone)
        )


class AmountColumn(NamedTuple):
    """One amount of working time or a column of amounts, as integers in a numpy unit."""

    values: Ints | int
    unit: str

    def in_unit(self, unit: str) -> Ints | int:
        """Return the amounts in a finer unit, clipped so that sums do not overflow int64."""
        if isinstance(self.values, int):
            return min(self.values * (PER_SECOND[unit] // PER_SECOND[self.unit]), ROOM)
        values = scaled(self.values, self.unit, unit)
        return values if int(values.max(initial=0)) <= ROOM else np.minimum(values, ROOM)


@public("workhours_sla.columns")
class Pauses(NamedTuple):
    """The pauses of all rows, as ragged arrays.

    ``starts[offsets[i]:offsets[i + 1]]`` and the same slice of ``ends`` are the pauses of row i.
    They must be sorted and must not overlap. A pause whose end is NaT has no end. ``starts`` and
    ``ends`` are instants in the type of the other columns. ``offsets`` has one element more than
    there are rows.

    >>> from workhours_sla import Schedule, columns, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> starts = np.array(["2025-03-12T06:00", "2025-03-12T06:00"], "M8[s]")
    >>> since = np.array(["2025-03-12T07:00"], "M8[s]")
    >>> until = np.array(["2025-03-12T09:00"], "M8[s]")
    >>> pauses = Pauses(since, until, np.array([0, 0, 1]))  # none in row 0, one in row 1
    >>> print(columns.deadline(office, starts, working_hours(4), pauses=pauses, tz="UTC"))
    ['2025-03-12T10:00:00' '2025-03-12T12:00:00']
    """

    starts: NDArray[np.datetime64] | Sequence[datetime | None]
    ends: NDArray[np.datetime64] | Sequence[datetime | None]
    offsets: NDArray[np.integer[Any]] | Sequence[int]


def instants_of(name: str, given: object, tz: object) -> InstantColumn:
    """Return a column of instants as integers. ``name`` is the name of the argument in messages.

    Raises NaiveDatetimeError, TypeError.
    """
    if given is None:
        msg = f"{name} is None; give instants, or np.datetime64('NaT') where there is none"
        raise TypeError(msg)
    if isinstance(given, datetime):
        if given != given:  # noqa: PLR0124 - NaT of pandas is a datetime
            return InstantColumn(np.array(NAT), "us", None)
        if given.utcoffset() is None:
            refuse_naive(given)
        _refuse_nanoseconds(name, given)
        return InstantColumn(np.array((given - BASE_UTC) // _MICROSECOND), "us", given.tzinfo)
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
    return InstantColumn(values.astype(np.int64), "us", None)


def _numpy_instants(name: str, values: NDArray[Any], tz: object) -> InstantColumn:
    if str(tz) != "UTC":
        given = "has no zone" if tz is None else f"was given with tz={str(tz)!r}"
        msg = (
            f"{name} is datetime64, which {given}: give instants in UTC, and tz='UTC' (pandas: "
            "series.dt.tz_localize('Europe/Volgograd') and the verbs for pandas)"
        )
        raise NaiveDatetimeError(msg)
    plain, unit = _integers(values)
    if unit == "generic":
        unit = "s"  # only NaT
    if unit in PER_SECOND:
        return InstantColumn(plain, unit, None)
    if unit in ("Y", "M"):
        months = _times(plain, 12 if unit == "Y" else 1)
        near = np.where(months == NAT, NAT, np.clip(months, -_MONTHS_OF_TIME, _MONTHS_OF_TIME))
        return InstantColumn(near.view("M8[M]").astype("M8[s]").view(np.int64), "s", None)
    msg = f"{name} is datetime64[{unit}], finer than nanoseconds; give datetime64[ns] or coarser"
    raise TypeError(msg)


def _listed_instants(name: str, values: NDArray[Any]) -> InstantColumn:
    """Return a list of aware datetimes as microseconds; None and pandas.NaT become ``NAT``.

    Raises ValueError for datetimes in different zones, NaiveDatetimeError, TypeError.
    """
    zone: tzinfo | None = None
    found = np.full(values.shape, NAT, np.int64)
    flat = found.reshape(-1)
    for row, when in enumerate(values.reshape(-1).tolist()):
        if when is None or when != when:  # noqa: PLR0124 - NaT is not equal to itself
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
                "the zone of the column, so convert all to one by when.astimezone(schedule.tz)"
            )
            raise ValueError(msg)
        _refuse_nanoseconds(f"row {row} of {name}", when)
        flat[row] = (when - BASE_UTC) // _MICROSECOND
    return InstantColumn(found, "us", zone)


def _refuse_nanoseconds(what: str, value: object) -> None:
    """Raise TypeError for a pandas Timestamp or Timedelta with nanoseconds."""
    if getattr(value, "nanosecond", 0) or getattr(value, "nanoseconds", 0):
        msg = f"{what} is {value!r}, finer than microseconds; give a numpy column in [ns]"
        raise TypeError(msg)


def budgets_of(given: object) -> AmountColumn | OtherBudget:
    """Return the result of ``amounts_of``, but a budget of another kind unchanged."""
    return given if isinstance(given, OtherBudget) else amounts_of(given)


def amounts_of(given: object) -> AmountColumn:
    """Return one budget or a column of budgets as integers. Raises BudgetError, TypeError."""
    if isinstance(given, timedelta):
        _refuse_nanoseconds("the budget", given)
        micros = check_budget(given) // _MICROSECOND
        unit = next(u for u, per in PER_SECOND.items() if micros % (1_000_000 // per) == 0)
        return AmountColumn(micros * PER_SECOND[unit] // 1_000_000, unit)
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
    amounts, unit = _integers(values)
    if unit not in PER_SECOND:
        msg = f"timedelta64[{unit}] is no amount of working time; give hours or finer units"
        raise TypeError(msg)
    if int(amounts.min(initial=0)) < 0:
        bad = np.flatnonzero((amounts < 0).reshape(-1))
        value = values.reshape(-1)[bad[0]]
        what = "NaT" if np.isnat(value) else f"{value}, which is negative"
        msg = f"the budget of row {bad[0]} is {what}; give every row an amount of at least 0"
        raise BudgetError(msg, row=int(bad[0]))
    longest = LONGEST // timedelta(seconds=1) * PER_SECOND[unit]
    if int(amounts.max(initial=0)) > longest:
        row = int(np.flatnonzero((amounts > longest).reshape(-1))[0])
        msg = f"the budget of row {row} is more time than any calendar covers; give less"
        raise BudgetError(msg, row=row)
    return AmountColumn(amounts, unit)


def _integers(values: NDArray[Any]) -> tuple[Ints, str]:
    """Return datetime64 or timedelta64 as integers, and their unit.

    Values in a unit coarser than seconds become integers in seconds.
    """
    unit, count = np.datetime_data(values.dtype)
    native = values.astype(values.dtype.newbyteorder("="), copy=False).view(np.int64)
    if unit in _COARSER:
        unit, count = "s", count * _COARSER[unit]
    return _times(native, count), unit


def _times(values: Ints, factor: int) -> Ints:
    """Return the values times a factor, clipped to the range of int64; ``NAT`` stays ``NAT``."""
    if factor == 1:
        return values
    edge = MAX // factor
    return np.where(values == NAT, NAT, np.clip(values, -edge, edge) * factor)


def scaled(values: Ints, unit: str, finer: str) -> Ints:
    """Return values in a finer unit, clipped to the range of int64; ``NAT`` stays ``NAT``."""
    return _times(values, PER_SECOND[finer] // PER_SECOND[unit])


def finest(units: Sequence[str]) -> str:
    """Return the finest of some numpy units."""
    return max(units, key=PER_SECOND.__getitem__)


def shape_of(named: dict[str, Ints]) -> tuple[int, ...]:
    """Return the shape to which columns broadcast. Raises ValueError with their names."""
    shapes = {values.shape for values in named.values()}
    if len(shapes) == 1:
        return shapes.pop()
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = ", ".join(f"{name} {values.shape}" for name, values in named.items())
        msg = f"the columns have different shapes ({listed}); give the same number of rows, or one"
        raise ValueError(msg) from None


def schedules_of(schedule: Schedules, codes: object) -> tuple[tuple[WorkingTime, ...], Ints | None]:
    """Return the schedules, and for each row the index of its schedule.

    For a single schedule, None is returned instead of the indexes. Raises TypeError, and IndexError
    for an index outside of the list of schedules.
    """
    if isinstance(schedule, WorkingTime):
        if codes is not None:
            msg = "codes select one of several schedules; give a list of them, or leave codes out"
            raise TypeError(msg)
        return (schedule,), None
    schedules = tuple(schedule)
    if not schedules or not all(isinstance(one, WorkingTime) for one in schedules):
        msg = f"give a schedule or a list of schedules, not {schedule!r}"
        raise TypeError(msg)
    chosen = np.asarray(codes)
    if codes is None or chosen.dtype.kind not in "iu":
        msg = (
            f"codes are the index of each row's schedule among the {len(schedules)}: give integers "
            f"from 0, not {'nothing' if codes is None else chosen.dtype}"
        )
        raise TypeError(msg)
    whole = chosen.astype(np.int64, copy=False)
    # as uint64, a negative code is large, so one pass finds every code that is outside
    if int(whole.view(np.uint64).max(initial=0)) >= len(schedules):
        flat = chosen.reshape(-1)
        row = int(np.flatnonzero((flat < 0) | (flat >= len(schedules)))[0])
        msg = (
            f"row {row} has schedule code {flat[row]}, but there are {len(schedules)} schedules: "
            f"codes go from 0 to {len(schedules) - 1}"
        )
        raise IndexError(msg)
    return schedules, whole


def check_pauses(
    columns: tuple[InstantColumn, InstantColumn], given: object, rows: int, unit: str
) -> PauseRows:
    """Return the pauses of all rows as integers in a unit.

    ``columns`` are the starts and the ends of the pauses, and ``given`` are their ``offsets`` (see
    ``Pauses``). A pause without an end gets the largest integer as its end. Raises ValueError for
    pauses of a row that are not sorted or that overlap, and for offsets that do not fit the other
    arrays.
    """
    starts, ends = (column.in_unit(unit).values.reshape(-1) for column in columns)
    offsets = np.asarray(given)
    if offsets.dtype.kind not in "iu" or offsets.shape != (rows + 1,):
        msg = f"pauses.offsets must be {rows + 1} integers for {rows} rows, not {offsets.shape}"
        raise ValueError(msg)
    offsets = offsets.astype(np.int64, copy=False)
    counts = np.diff(offsets)
    fits = len(starts) == len(ends) and offsets[0] == 0 and offsets[-1] == len(starts)
    if not fits or (rows and counts.min() < 0):
        msg = (
            f"pauses.offsets must rise from 0 to the number of pauses, {len(starts)} starts and "
            f"{len(ends)} ends"
        )
        raise ValueError(msg)
    open_ended = None
    if len(ends) and int(ends.min()) == NAT:
        open_ended = ends == NAT
        ends = np.where(open_ended, MAX, ends)
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
            f"the pauses of row {row} are not sorted, or overlap; sort them and join those that "
            "overlap"
        )
        raise ValueError(msg)
    return PauseRows(starts, ends, offsets, open_ended)
