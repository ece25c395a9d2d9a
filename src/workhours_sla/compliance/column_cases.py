"""Make cases from columns of times, with the same results as an evaluation of events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workhours_sla.argument_types import checked
from workhours_sla.compliance.cases import (
    UNKNOWN,
    Cases,
    Ids,
    Intake,
    Labels,
    counts_by_name,
    fingerprint,
    refuse_repeated,
)
from workhours_sla.compliance.column_times import ClockTimes, clock_times
from workhours_sla.errors import PolicyError
from workhours_sla.module_names import public
from workhours_sla.sla.event import in_utc
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.statistics.arrays import NEVER, BoolArray, IntArray, read_only
from workhours_sla.statistics.maturity import BREACHED, EXCLUDED, MET, PENDING, WITHDRAWN

_NAT: Final = np.datetime64("NaT", "us")


@public("workhours_sla.report")
@checked
@dataclass(frozen=True, slots=True, eq=False)
class AppealColumns:
    """Appeals as columns with one row per appeal, all of the same length and in one dimension.

    ``posted``, ``answered`` and ``withdrawn`` are datetime64 in UTC, or NaT; ``excluded`` is bool.
    ``ids[row]`` is the id of the appeal; without ``ids`` it is the number of the row. ``groups``
    has the labels of each grouping, keyed by its name. For a target that selects schedules by an
    attribute (ScheduleBy), ``schedule_names`` has the name of the schedule for each row. Without
    ``schedule_names``, the names are taken from the grouping by this attribute.

    >>> posted = np.array(["2025-03-11T07:15", "2025-03-11T09:50"], "M8[s]")
    >>> answered = np.array(["2025-03-11T08:00", "NaT"], "M8[s]")
    >>> columns = AppealColumns(posted, answered, groups={"agency": Labels.of(["roads", "light"])})
    >>> columns.groups["agency"].names
    ('light', 'roads')
    """

    posted: NDArray[np.datetime64]
    answered: NDArray[np.datetime64]
    _: KW_ONLY
    withdrawn: NDArray[np.datetime64] | None = None
    excluded: BoolArray | None = None
    ids: Ids | None = None
    groups: Mapping[str, Labels] = field(default_factory=dict)
    schedule_names: Labels | None = None


def cases_of_columns(
    columns: AppealColumns, target: Target, *, as_of: datetime, provisional: bool = False
) -> Cases:
    """Return the cases of appeals that are given as columns, without a Python object per row.

    ``target`` may have a budget of any kind. A clock starts when the appeal is posted and stops
    with the answer. A row is quarantined if the time of posting is missing, if the answer is before
    the posting, or if the row has no schedule. Rows posted after ``as_of`` are left out, and
    answers or withdrawals after ``as_of`` are ignored. With ``provisional``, dates that no act has
    decided are decided by rule. Raises NaiveDatetimeError for a naive ``as_of``, PolicyError if the
    names of the schedules are missing, EventError for an id that several rows have, TypeError for
    time columns that are not datetime64, and ValueError for columns of different lengths.

    >>> from workhours_sla import Schedule, Target, working_hours
    >>> from workhours_sla.statistics.maturity import VERDICTS
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", working_hours(4), office)
    >>> posted = np.array(["2025-03-12T07:15", "2025-03-12T10:50"], "M8[s]")
    >>> answered = np.array(["2025-03-12T08:00", "NaT"], "M8[s]")
    >>> when = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> cases = cases_of_columns(AppealColumns(posted, answered), target, as_of=when)
    >>> [VERDICTS[code] for code in cases.verdict], (cases.elapsed // 60_000_000).tolist()
    (['met', 'pending'], [45, 240])
    """
    now = np.datetime64(in_utc("as_of", as_of).replace(tzinfo=None), "us")
    rows = _Rows.of(columns, target)
    if columns.ids is not None:
        refuse_repeated(_texts(columns.ids, rows.posted.size))
    missing = np.isnat(rows.posted)
    early = ~missing & (rows.answered < rows.posted)
    no_schedule = ~missing & ~early & (rows.schedule_of < 0)
    later = ~missing & ~early & ~no_schedule & (rows.posted > now)
    kept = ~(missing | early | no_schedule | later)
    used = _Rows(*(column[kept] for column in rows))
    used = used._replace(
        answered=np.where(used.answered > now, _NAT, used.answered),
        withdrawn=np.where(
            (used.withdrawn > now) | (used.withdrawn < used.posted), _NAT, used.withdrawn
        ),
    )
    groups = {key: labels.taken(kept) for key, labels in columns.groups.items()}
    content = [*map(_micros, (used.posted, used.answered, used.withdrawn)), used.excluded]
    return Cases(
        target,
        int(now.view(np.int64)),
        schedule_of=read_only(used.schedule_of),
        schedules=target.schedules,
        ids=_Ids(columns.ids, np.flatnonzero(kept)),
        intake=Intake(
            "rows",
            read=kept.size,
            taken=int(kept.sum()),
            after_as_of=int(later.sum()),
            quarantined=counts_by_name(
                {
                    "missing_value": int(missing.sum()),
                    "reply_before_post": int(early.sum()),
                    "no_schedule": int(no_schedule.sum()),
                }
            ),
        ),
        input_hash=fingerprint(content, groups),
        groups=groups,
        **_clock_columns(used, target, now, provisional=provisional),
    )


class _Ids:
    """The ids of the rows that became cases; an id is converted to text when it is read."""

    def __init__(self, ids: Ids | None, rows: NDArray[np.intp]) -> None:
        self._ids = ids
        self._rows = rows

    def __getitem__(self, row: int) -> str:
        at = int(self._rows[row])
        return str(at if self._ids is None else self._ids[at])


class _Rows(NamedTuple):
    """The checked columns that decide the verdicts, as arrays with one row per appeal.

    Times are datetime64 in UTC; ``schedule_of`` is an index in ``target.schedules``, or -1.
    """

    posted: NDArray[Any]
    answered: NDArray[Any]
    withdrawn: NDArray[Any]
    excluded: BoolArray
    schedule_of: IntArray

    @classmethod
    def of(cls, columns: AppealColumns, target: Target) -> _Rows:
        """Check the columns of appeals and convert them to arrays.

        Raises TypeError for times that are not datetime64, and ValueError for columns of different
        lengths.
        """
        posted = np.asarray(columns.posted)
        answered = _times("answered", columns.answered, posted)
        shape = posted.shape[:1]
        withdrawn = np.full(shape, _NAT, "M8[us]")
        if columns.withdrawn is not None:
            withdrawn = _times("withdrawn", columns.withdrawn, posted)
        excluded = np.zeros(shape, np.bool_)
        if columns.excluded is not None:
            excluded = np.asarray(columns.excluded, np.bool_)
        schedule_of = _schedule_codes(columns, target, shape)
        _check_shape("excluded", excluded, shape)
        _check_shape("schedule_names", schedule_of, shape)
        return cls(posted, answered, withdrawn, excluded, schedule_of)


def _schedule_codes(columns: AppealColumns, target: Target, shape: tuple[int, ...]) -> IntArray:
    """Return, for each row, the index of its schedule in ``target.schedules``, -1 for none."""
    by = target.schedule
    if not isinstance(by, ScheduleBy):
        return np.zeros(shape, np.int64)
    attribute = by.field.removesuffix("_id")
    names = columns.schedule_names or columns.groups.get(attribute)
    if names is None:
        msg = (
            f"target {target.name!r} has a schedule for each {attribute}, which the columns lack; "
            "give schedule_names, or that grouping"
        )
        raise PolicyError(msg)
    places = {name: place for place, name in enumerate(by.schedules)}
    found = np.array([*(places.get(name, -1) for name in names.names), -1], np.int64)
    return found[names.codes]  # The code -1, of rows without a name, selects the last item.


def _clock_columns(
    rows: _Rows, target: Target, now: np.datetime64, *, provisional: bool
) -> dict[str, Any]:
    """Return the time and verdict columns of ``Cases``, keyed by field name."""
    posted, answered, gone, excluded, of = rows
    times = clock_times(posted, of, target, provisional=provisional)
    may_be_withdrawn = ~np.isnat(gone) & ~(gone > times.latest) & ~(answered <= gone)
    withdrawn = may_be_withdrawn & (gone <= times.earliest)
    otherwise = np.where(np.isnat(answered), now, answered)  # the end without the withdrawal
    answered = np.where(may_be_withdrawn, _NAT, answered)
    has_answer = ~np.isnat(answered)
    decided = np.where(has_answer, answered, np.where(may_be_withdrawn, gone, now))
    passed = times.elapsed(posted, decided)
    ended = np.where(has_answer, answered, np.where(withdrawn, gone, _NAT))
    unknown = passed.unknown
    undecided = may_be_withdrawn & ~withdrawn
    if undecided.any():  # the clock may have gone on after the withdrawal
        later = times.elapsed(posted, otherwise)
        unknown = unknown | (undecided & (later.unknown | (later.values != passed.values)))
    open_verdict = (decided > times.earliest) & ~(decided > times.latest)
    verdict = np.full(posted.shape, PENDING, np.int8)
    verdict[(decided > times.latest) & ~may_be_withdrawn] = BREACHED
    verdict[withdrawn] = WITHDRAWN
    verdict[has_answer & (answered <= times.earliest)] = MET
    verdict[excluded] = EXCLUDED
    worked = np.where(unknown, UNKNOWN, passed.values.astype("m8[us]").view(np.int64))
    over, in_hours = _overdue(times, worked, decided), times.hours is not None
    return {
        "started": _micros(posted),
        "due": _micros(times.due),
        "limit": _micros(np.where(open_verdict, _NAT, times.latest)),
        "answered": _micros(answered),
        "ended": _micros(ended),
        "verdict": read_only(verdict),
        "elapsed": read_only(worked),
        "overdue": read_only(over if in_hours else np.where(undecided, UNKNOWN, over)),
        "calendar_unknown": int((open_verdict & ~excluded).sum()),
        "provisional": int((times.provisional | passed.provisional).sum()),
    }


def _overdue(times: ClockTimes, worked: IntArray, decided: NDArray[Any]) -> IntArray:
    """Return the microseconds by which each row is or was late, 0 if in time, or UNKNOWN."""
    if times.hours is not None:
        return np.where(worked == UNKNOWN, UNKNOWN, np.maximum(worked - times.hours, 0))
    late = decided > times.due
    if times.is_clock_time:
        found: NDArray[Any] = np.where(late, decided - times.due, np.timedelta64(0, "us"))
        unknown = np.isnat(times.due)
    else:
        past = times.elapsed(np.where(late, times.due, decided), decided)
        found, unknown = past.values, past.unknown | np.isnat(times.due)
    return np.where(unknown, UNKNOWN, found.astype("m8[us]").view(np.int64))


def _texts(ids: Any, size: int) -> list[str]:
    """Return the ids as text, leaving out rows without an id.

    Raises ValueError if there are not ``size`` ids.
    """
    if hasattr(ids, "__len__"):
        _check_shape("ids", np.empty(len(ids), np.bool_), (size,))
    whole = hasattr(ids, "__array__")
    values = np.asarray(ids).tolist() if whole else [ids[row] for row in range(size)]
    return [text for text in map(str, values) if text not in _NO_ID]


_NO_ID: Final = frozenset({"", "None", "nan", "NaT", "<NA>"})
"""Texts by which numpy, pandas, polars and Arrow write a missing value."""


def _times(role: str, column: Any, posted: NDArray[Any]) -> NDArray[Any]:
    """Return a column of times as an array.

    Raises TypeError if the column or ``posted`` is not datetime64, and ValueError if their shapes
    are different.
    """
    values: NDArray[Any] = np.asarray(column)
    _check_shape(role, values, posted.shape)
    for name, given in ((role, values), ("posted", posted)):
        if given.dtype.kind != "M":
            msg = f"{name} is a column of {given.dtype}, not of instants; give datetime64 in UTC"
            raise TypeError(msg)
    return values


def _check_shape(role: str, column: NDArray[Any], shape: tuple[int, ...]) -> None:
    if column.shape != shape:
        msg = f"{role} has the shape {column.shape} where posted has {shape}; give as many"
        raise ValueError(msg)


def _micros(times: NDArray[Any]) -> IntArray:
    """Return datetime64 in UTC as microseconds since 1970, and NaT as NEVER."""
    whole = times.astype("M8[us]").view(np.int64)
    return read_only(np.where(np.isnat(times), NEVER, whole))
