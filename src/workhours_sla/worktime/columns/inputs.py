"""The arguments of the column verbs, checked and converted to integers.

Instants and amounts are int64 in microseconds, instants since 1970-01-01T00:00 UTC.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final, Generic, Literal, NamedTuple, NoReturn, Self, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import BudgetError, NaiveDatetimeError
from workhours_sla.module_names import public
from workhours_sla.text.amounts import LONGEST, check_budget
from workhours_sla.worktime.columns.lookups import MAX, MICROS, NAT, Bools, Ints, coarsest_unit
from workhours_sla.worktime.due_dates import BudgetKind
from workhours_sla.worktime.times import TICK, micros_of, refuse_naive
from workhours_sla.worktime.verbs import WorkingTime

Schedules = WorkingTime | Sequence[WorkingTime]
Budgets = BudgetKind | timedelta | np.timedelta64 | NDArray[np.timedelta64] | Sequence[timedelta]
"""One budget for all rows, or a column of amounts of working time with one per row."""
Codes = NDArray[np.integer[Any]] | Sequence[int] | None
"""For each row the index of its schedule; None if one schedule serves all rows."""
Tz = str | tzinfo | None
"""The zone of datetime64 columns, which must be ``"UTC"``. Aware datetimes need no ``tz``."""
OnUnknown = Literal["raise", "mark"]
EdgeVerb = Literal["next_opening", "next_closing", "previous_opening", "previous_closing"]
Verb = Literal["elapsed", "is_working", "deadline", "breaches_after", "latest_start"] | EdgeVerb
EDGE_VERBS: Final[tuple[EdgeVerb, ...]] = get_args(EdgeVerb)

Given = TypeVar("Given")
"""The type of the first column. Answers that are instants have this type, too."""

_SIZES: Final = {
    "W": 604_800_000_000,
    "D": 86_400_000_000,
    "h": 3_600_000_000,
    "m": 60_000_000,
    **MICROS,
    "ns": 0,
}
"""The microseconds of each numpy unit whose length is fixed."""
_MONTHS_OF_TIME: Final = 12 * 10_000
"""A number of months greater than any calendar covers."""


@public("workhours_sla.columns")
class Pauses(NamedTuple):
    """The pauses of all rows, as ragged arrays.

    ``starts[offsets[i]:offsets[i + 1]]`` and the same slice of ``ends`` are the pauses of row i.
    They must be sorted and must not overlap. A pause whose end is NaT has no end. ``starts`` and
    ``ends`` are instants of the same type as the other columns. ``offsets`` has one element more
    than there are rows.

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


# -- the question ----------------------------------------------------------------------------


class PauseRows(NamedTuple):
    """The pauses ``offsets[i]:offsets[i + 1]`` of each row i; one without an end ends at MAX."""

    starts: Ints
    ends: Ints
    offsets: Ints

    def some(self, rows: Ints | slice) -> PauseRows:
        begins = self.offsets[:-1][rows]
        sizes = self.offsets[1:][rows] - begins
        own = np.concatenate([[0], np.cumsum(sizes)])
        kept = np.arange(own[-1]) + np.repeat(begins - own[:-1], sizes)
        return PauseRows(self.starts[kept], self.ends[kept], own)

    def each(self, values: Ints) -> Ints:
        """Return for each pause the value of its row."""
        return np.repeat(values, np.diff(self.offsets))

    def summed(self, amounts: Ints | Bools) -> Ints:
        """Return for each row the sum of the amounts of its pauses."""
        return np.diff(np.concatenate([[0], np.cumsum(amounts)]).take(self.offsets))


class Options(NamedTuple):
    codes: object
    pauses: Pauses | None
    tz: object
    on_unknown: str
    provisional: bool


class Question(NamedTuple, Generic[Given]):
    """A verb with its columns as flat arrays, whose rows are the elements of ``shape``."""

    verb: Verb
    schedules: tuple[WorkingTime, ...]
    start: Ints
    end: Ints | None
    budget: Ints | int
    other: BudgetKind | None
    codes: Ints | None
    pauses: PauseRows | None
    inclusive: bool
    shape: tuple[int, ...]
    unit: str
    zone: tzinfo | None
    options: Options

    @property
    def size(self) -> int:
        return len(self.start)

    def some(self, rows: Ints | slice) -> Self:
        start = self.start[rows]
        return self._replace(
            start=start,
            end=None if self.end is None else self.end[rows],
            budget=self.budget if isinstance(self.budget, int) else self.budget[rows],
            codes=None if self.codes is None else self.codes[rows],
            pauses=None if self.pauses is None else self.pauses.some(rows),
            shape=(len(start),),
        )

    def by_schedule(self) -> list[tuple[int, Ints]]:
        """Return the index of each schedule that has rows, with their numbers."""
        if self.codes is None:
            return [(0, np.arange(self.size))]
        codes = np.flatnonzero(np.bincount(self.codes)).tolist()
        return [(code, np.flatnonzero(self.codes == code)) for code in codes]


def question(
    verb: Verb,
    schedule: Schedules,
    columns: Mapping[str, Given],
    options: Options,
    *,
    budget: object = timedelta(0),
    inclusive: bool = True,
) -> Question[Given]:
    """Check the arguments of a column verb; ``columns`` are keyed by the names of the arguments."""
    if options.on_unknown not in get_args(OnUnknown):
        msg = f"on_unknown is 'raise' or 'mark', not {options.on_unknown!r}"
        raise ValueError(msg)
    other = budget if isinstance(budget, BudgetKind) else None
    amounts = _amounts(timedelta(0) if other else budget)
    schedules, codes = _schedules(schedule, options.codes)
    instants = {name: _instants(name, given, options.tz) for name, given in columns.items()}
    named = {name: column.values for name, column in instants.items()}
    if not isinstance(amounts.values, int):
        named["budget"] = amounts.values
    if codes is not None:
        named["codes"] = codes
    shape = _shape(named)
    flat = {
        name: (one if one.shape == shape else np.broadcast_to(one, shape)).reshape(-1)
        for name, one in named.items()
    }
    start, *ends = (flat[name] for name in columns)
    units = [amounts.unit, *(column.unit for column in instants.values())]
    pauses = None
    if options.pauses is not None:
        pauses, unit = _pauses(options.pauses, math.prod(shape), options.tz)
        units.append(unit)
    return Question(
        verb=verb,
        schedules=schedules,
        start=start,
        end=ends[0] if ends else None,
        budget=flat.get("budget", amounts.values),
        other=other,
        codes=flat.get("codes"),
        pauses=pauses,
        inclusive=inclusive,
        shape=shape,
        unit=finest(*units),
        zone=next(iter(instants.values())).zone,
        options=options,
    )


# -- instants and amounts --------------------------------------------------------------------


class _Column(NamedTuple):
    """A column of instants or amounts in microseconds, its numpy unit, and the datetimes' zone."""

    values: Any
    unit: str
    zone: tzinfo | None = None


def finest(*units: str) -> str:
    return max(units, key=[*MICROS, "ns"].index)


def _instants(name: str, given: object, tz: object) -> _Column:
    if given is None:
        msg = f"{name} is None; give instants, or np.datetime64('NaT') where there is none"
        raise TypeError(msg)
    if isinstance(given, datetime):
        if given != given:  # noqa: PLR0124 - NaT of pandas is a datetime
            return _Column(np.array(NAT), "us")
        if given.utcoffset() is None:
            refuse_naive(given)
        _refuse_nanoseconds(name, given)
        return _Column(np.array(micros_of(given)), "us", given.tzinfo)
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
    return _Column(values.astype(np.int64), "us")


def _numpy_instants(name: str, values: NDArray[Any], tz: object) -> _Column:
    if str(tz) != "UTC":
        given = "has no zone" if tz is None else f"was given with tz={str(tz)!r}"
        msg = (
            f"{name} is datetime64, which {given}: give instants in UTC, and tz='UTC' (pandas: "
            "series.dt.tz_localize('Europe/Volgograd') and the verbs for pandas)"
        )
        raise NaiveDatetimeError(msg)
    unit, count = np.datetime_data(values.dtype)
    if unit == "generic":
        return _Column(values.view(np.int64), "s")  # only NaT
    if unit in ("Y", "M"):
        months = values.astype(values.dtype.newbyteorder("="), copy=False).view(np.int64)
        months = _times(months, 12 * count if unit == "Y" else count, _MONTHS_OF_TIME)
        values, unit = months.view("M8[M]").astype("M8[s]"), "s"
    if unit not in _SIZES:
        msg = f"{name} is datetime64[{unit}], finer than nanoseconds; give datetime64[us]"
        raise TypeError(msg)
    return _in_micros(values, f"row {{}} of {name}")


def _listed_instants(name: str, values: NDArray[Any]) -> _Column:
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
        flat[row] = micros_of(when)
    return _Column(found, "us", zone)


def _refuse_nanoseconds(what: str, value: object) -> None:
    if getattr(value, "nanosecond", 0) or getattr(value, "nanoseconds", 0):
        _refuse_finer(what, repr(value))


def _refuse_finer(what: str, value: str) -> NoReturn:
    msg = f"{what} is {value}, finer than microseconds; round it to them"
    raise TypeError(msg)


def _amounts(given: object) -> _Column:
    if isinstance(given, timedelta):
        _refuse_nanoseconds("the budget", given)
        micros = check_budget(given) // TICK
        return _Column(micros, coarsest_unit(micros))
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
    unit, _ = np.datetime_data(values.dtype)
    if unit not in _SIZES:
        msg = f"timedelta64[{unit}] is no amount of working time; give hours or finer units"
        raise TypeError(msg)
    amounts = _in_micros(values, "the budget of row {}")
    found = amounts.values
    if int(found.min(initial=0)) < 0:
        row = int((found < 0).reshape(-1).argmax())
        value = values.reshape(-1)[row]
        what = "NaT" if np.isnat(value) else f"{value}, which is negative"
        msg = f"the budget of row {row} is {what}; give every row an amount of at least 0"
        raise BudgetError(msg, row=row)
    if int(found.max(initial=0)) > LONGEST // TICK:
        row = int((found > LONGEST // TICK).reshape(-1).argmax())
        msg = f"the budget of row {row} is more time than any calendar covers; give less"
        raise BudgetError(msg, row=row)
    return amounts


def _in_micros(values: NDArray[Any], what: str) -> _Column:
    """Return a column in microseconds; ``what`` names the row of a value with nanoseconds."""
    unit, count = np.datetime_data(values.dtype)
    native = values.astype(values.dtype.newbyteorder("="), copy=False).view(np.int64)
    if unit != "ns":
        return _Column(_times(native, count * _SIZES[unit]), unit if unit in MICROS else "s")
    native = _times(native, count)
    found = native // 1000
    finer = found * 1000 != native
    if finer.any():
        missing = native == NAT
        found[missing], finer[missing] = NAT, False
    if finer.any():
        row = int(finer.reshape(-1).argmax())
        _refuse_finer(what.format(row), str(values.reshape(-1)[row]))
    return _Column(found, unit)


def _times(values: Ints, factor: int, most: int = MAX) -> Ints:
    """Return the values times a factor, clipped to ``most``; ``NAT`` stays ``NAT``."""
    if factor == 1 and most == MAX:
        return values
    edge = most // factor
    if -edge <= int(values.min(initial=0)) and int(values.max(initial=0)) <= edge:
        return values * factor
    return np.where(values == NAT, NAT, np.clip(values, -edge, edge) * factor)


# -- shapes, schedules and pauses ------------------------------------------------------------


def _shape(named: dict[str, Ints]) -> tuple[int, ...]:
    shapes = {values.shape for values in named.values()}
    if len(shapes) == 1:
        return shapes.pop()
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = ", ".join(f"{name} {values.shape}" for name, values in named.items())
        msg = f"the columns have different shapes ({listed}); give the same number of rows, or one"
        raise ValueError(msg) from None


def _schedules(schedule: Schedules, codes: object) -> tuple[tuple[WorkingTime, ...], Ints | None]:
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


def _pauses(given: Pauses, rows: int, tz: object) -> tuple[PauseRows, str]:
    starts, ends = (
        _instants(f"pauses.{name}", getattr(given, name), tz) for name in ("starts", "ends")
    )
    since, until = starts.values.reshape(-1), ends.values.reshape(-1)
    offsets = np.asarray(given.offsets)
    if offsets.dtype.kind not in "iu" or offsets.shape != (rows + 1,):
        msg = f"pauses.offsets must be {rows + 1} integers for {rows} rows, not {offsets.shape}"
        raise ValueError(msg)
    offsets = offsets.astype(np.int64, copy=False)
    counts = np.diff(offsets)
    fits = len(since) == len(until) == offsets[-1] and offsets[0] == 0
    if not fits or (counts < 0).any():
        msg = (
            f"pauses.offsets must rise from 0 to the number of pauses, {len(since)} starts and "
            f"{len(until)} ends"
        )
        raise ValueError(msg)
    until = np.where(until == NAT, MAX, until)
    bad = (until < since) | (since == NAT)
    row_of = np.repeat(np.arange(rows), counts)
    bad[1:] |= (since[1:] < until[:-1]) & (row_of[1:] == row_of[:-1])
    if bad.any():
        msg = (
            f"the pauses of row {row_of[bad.argmax()]} are not sorted, or overlap; sort them and "
            "join those that overlap"
        )
        raise ValueError(msg)
    return PauseRows(since, until, offsets), finest(starts.unit, ends.unit)
