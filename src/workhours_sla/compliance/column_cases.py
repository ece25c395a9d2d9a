"""Make cases from columns of times, with the same results as an evaluation of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
from workhours_sla.errors import CalendarCoverageError, PolicyError
from workhours_sla.module_names import public
from workhours_sla.sla.clock_pauses import ClockPauses
from workhours_sla.sla.event import NEVER as NEVER_AT
from workhours_sla.sla.event import in_utc
from workhours_sla.sla.limits import bounds_of
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.statistics.arrays import NEVER, BoolArray, IntArray, read_only, refuse
from workhours_sla.statistics.maturity import BREACHED, EXCLUDED, MET, PENDING, WITHDRAWN
from workhours_sla.worktime.budgets import ClockTime
from workhours_sla.worktime.columns.column_verbs import breaches_after, deadline, elapsed
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import in_time, is_late

_NAT: Final = np.datetime64("NaT", "us")
_NO_PAUSES: Final = ClockPauses((), None)
_NO_ID: Final = frozenset({"", "None", "nan", "NaT", "<NA>"})
"""Texts by which numpy, pandas, polars and Arrow write a missing value."""


@public("workhours_sla.report", checked=True)
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
    """Return the cases of appeals that are given as columns, without an event for each.

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
    rows, ids = _checked(columns, target), columns.ids
    if ids is not None:
        refuse_repeated(_texts(ids, rows.posted.size))
    posted = ~np.isnat(rows.posted)
    early = posted & (rows.answered < rows.posted)
    no_schedule = posted & ~early & (rows.schedule_of < 0)
    kept = posted & ~early & ~no_schedule
    later = kept & (rows.posted > now)
    kept &= ~later
    used = _Rows(*(column[kept] for column in rows))
    gone = used.withdrawn
    used = used._replace(
        answered=np.where(used.answered > now, _NAT, used.answered),
        withdrawn=np.where((gone > now) | (gone < used.posted), _NAT, gone),
    )
    groups = {key: labels.taken(kept) for key, labels in columns.groups.items()}
    content = [*map(_micros, (used.posted, used.answered, used.withdrawn)), used.excluded]
    faults = {"missing_value": ~posted, "reply_before_post": early, "no_schedule": no_schedule}
    return Cases(
        target,
        int(now.view(np.int64)),
        schedule_of=read_only(used.schedule_of),
        schedules=target.schedules,
        ids=[str(at if ids is None else ids[at]) for at in np.flatnonzero(kept).tolist()],
        intake=Intake(
            "rows",
            read=kept.size,
            taken=int(kept.sum()),
            after_as_of=int(later.sum()),
            quarantined=counts_by_name({name: int(rows.sum()) for name, rows in faults.items()}),
        ),
        input_hash=fingerprint(content, groups),
        groups=groups,
        **_clock_columns(used, target, now, provisional=provisional),
    )


class _Rows(NamedTuple):
    """The checked columns that decide the verdicts; ``schedule_of`` is -1 without a schedule."""

    posted: NDArray[Any]
    answered: NDArray[Any]
    withdrawn: NDArray[Any]
    excluded: BoolArray
    schedule_of: IntArray


def _checked(columns: AppealColumns, target: Target) -> _Rows:
    posted = np.asarray(columns.posted)
    shape, gone, excluded = posted.shape[:1], columns.withdrawn, columns.excluded
    rows = _Rows(
        posted,
        _times("answered", columns.answered, posted),
        np.full(shape, _NAT, "M8[us]") if gone is None else _times("withdrawn", gone, posted),
        np.zeros(shape, np.bool_) if excluded is None else np.asarray(excluded, np.bool_),
        _schedule_codes(columns, target, shape),
    )
    _check_shape("excluded", rows.excluded.shape, shape)
    _check_shape("schedule_names", rows.schedule_of.shape, shape)
    return rows


def _times(role: str, column: Any, posted: NDArray[Any]) -> NDArray[Any]:
    values: NDArray[Any] = np.asarray(column)
    _check_shape(role, values.shape, posted.shape)
    for name, given in ((role, values), ("posted", posted)):
        if given.dtype.kind != "M":
            msg = f"{name} is a column of {given.dtype}, not of instants; give datetime64 in UTC"
            raise TypeError(msg)
    return values


def _check_shape(role: str, given: tuple[int, ...], shape: tuple[int, ...]) -> None:
    if given != shape:
        refuse(f"{role} has the shape {given} where posted has {shape}; give as many")


def _schedule_codes(columns: AppealColumns, target: Target, shape: tuple[int, ...]) -> IntArray:
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
    other = -1 if by.otherwise is None else len(places)
    found = np.array([*(places.get(name, other) for name in names.names), other], np.int64)
    return found[names.codes]  # The code -1, of rows without a name, selects the last item.


def _texts(ids: Any, size: int) -> list[str]:
    """Return the ids as text, leaving out rows without an id."""
    if hasattr(ids, "__len__"):
        _check_shape("ids", (len(ids),), (size,))
    whole = hasattr(ids, "__array__")
    values = np.asarray(ids).tolist() if whole else [ids[row] for row in range(size)]
    return [text for text in map(str, values) if text not in _NO_ID]


def _clock_columns(
    rows: _Rows, target: Target, now: np.datetime64, *, provisional: bool
) -> dict[str, Any]:
    posted, answered, gone, excluded, of = rows
    schedules, budget = target.schedules, target.budget
    options: dict[str, Any] = {"tz": "UTC", "on_unknown": "mark", "provisional": provisional}
    by: Schedule | Sequence[Schedule] = schedules[0]
    if len(schedules) > 1:
        by, options["codes"] = schedules, of
    due = deadline(by, posted, budget, **options)
    last = due if target.closing == "strict" else breaches_after(by, posted, budget, **options)
    earliest, latest = _limit_bounds(last.values, last.unknown, rows, target)

    may_be_withdrawn = ~np.isnat(gone) & ~is_late(gone, latest) & ~(answered <= gone)
    withdrawn = may_be_withdrawn & in_time(gone, earliest)
    undecided = may_be_withdrawn & ~withdrawn
    otherwise = np.where(np.isnat(answered), now, answered)  # the end without the withdrawal
    answered = np.where(may_be_withdrawn, _NAT, answered)
    has_answer = ~np.isnat(answered)
    decided = np.where(has_answer, answered, np.where(may_be_withdrawn, gone, now))
    passed = elapsed(by, posted, decided, **options)
    unknown = passed.unknown
    if undecided.any():  # the clock may have gone on after the withdrawal
        later = elapsed(by, posted, otherwise, **options)
        unknown = unknown | (undecided & (later.unknown | (later.values != passed.values)))
    worked = np.where(unknown, UNKNOWN, _amounts(passed.values))

    late = decided > due.values  # false where the due time is unknown
    no_due = np.isnat(due.values)
    over_unknown = no_due | undecided
    if isinstance(budget, ClockTime):
        over = np.where(late, _amounts(decided - due.values), 0)
    else:
        past = elapsed(by, np.where(late, due.values, decided), decided, **options)
        if not isinstance(budget, DayBudget):
            over_unknown = unknown | (no_due & is_late(decided, earliest))
        over, over_unknown = _amounts(past.values), over_unknown | past.unknown

    open_verdict = is_late(decided, earliest) & ~is_late(decided, latest)
    verdict = np.full(posted.shape, PENDING, np.int8)
    verdict[is_late(decided, latest)] = BREACHED
    verdict[withdrawn] = WITHDRAWN
    verdict[has_answer & in_time(answered, earliest)] = MET
    verdict[excluded] = EXCLUDED
    return {
        "started": _micros(posted),
        "due": _micros(due.values),
        "limit": _micros(np.where(open_verdict, _NAT, latest)),
        "answered": _micros(answered),
        "ended": _micros(np.where(has_answer, answered, np.where(withdrawn, gone, _NAT))),
        "verdict": read_only(verdict),
        "elapsed": read_only(worked),
        "overdue": read_only(np.where(over_unknown, UNKNOWN, over)),
        "calendar_unknown": int((open_verdict & ~excluded).sum()),
        "provisional": int((due.provisional | last.provisional | passed.provisional).sum()),
    }


def _limit_bounds(
    limits: NDArray[Any], unknown: BoolArray, rows: _Rows, target: Target
) -> tuple[NDArray[Any], NDArray[Any]]:
    earliest, latest = limits.copy(), limits.copy()
    at = np.flatnonzero(unknown)
    starts = rows.posted[at].astype("M8[us]")
    pairs = np.stack([starts.view(np.int64), rows.schedule_of[at]])
    _, first, place = np.unique(pairs, axis=1, return_index=True, return_inverse=True)
    found = np.array([[starts[one], _NAT] for one in first], "M8[us]").reshape(-1, 2)
    for number, one in enumerate(first.tolist()):
        with suppress(CalendarCoverageError):
            schedule = target.schedules[pairs[1, one]]
            since = starts[one].item().replace(tzinfo=UTC)
            bounds = bounds_of(target, schedule, since, _NO_PAUSES, _NO_PAUSES)
            for side, times in enumerate((bounds.earliest, bounds.latest)):
                if times.limit != NEVER_AT:
                    found[number, side] = times.limit.astimezone(UTC).replace(tzinfo=None)
    earliest[at], latest[at] = found[place.reshape(-1)].T
    return earliest, latest


def _amounts(amounts: NDArray[Any]) -> IntArray:
    return amounts.astype("m8[us]").view(np.int64)


def _micros(times: NDArray[Any]) -> IntArray:
    """Return datetime64 in UTC as microseconds since 1970, and NaT as NEVER."""
    whole = times.astype("M8[us]").view(np.int64)
    return read_only(np.where(np.isnat(times), NEVER, whole))
