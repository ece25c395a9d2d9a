"""Cases straight from columns of posts and answers, as the clock of each appeal would have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workhours_sla.compliance.cases import (
    BREACHED,
    EXCLUDED,
    MET,
    MICROSECOND,
    PENDING,
    UNKNOWN,
    WITHDRAWN,
    Cases,
    Intake,
    Labels,
    fingerprint,
    listed,
)
from workhours_sla.sla.evaluate import in_utc
from workhours_sla.sla.target import Target
from workhours_sla.statistics.arrays import NEVER, BoolArray, IntArray, read_only
from workhours_sla.worktime.columns import breaches_after, deadline, elapsed
from workhours_sla.worktime.schedule import Schedule

_NAT: Final = np.datetime64("NaT", "us")


def cases_of_columns(  # noqa: PLR0913
    posted: Any,
    answered: Any,
    schedule: Schedule | Sequence[Schedule],
    budget: timedelta,
    *,
    as_of: datetime,
    codes: Any = None,
    groups: Mapping[str, Labels] | None = None,
    ids: Any = None,
    withdrawn: Any = None,
    excluded: Any = None,
    name: str = "first reply",
    closing: Literal["latest", "strict"] = "latest",
    provisional: bool = False,
) -> Cases:
    """Return the cases of columns of posts and answers; no row becomes a Python object.

    ``posted``, ``answered`` and ``withdrawn`` are datetime64 in UTC and in one dimension, NaT
    where there is none; ``excluded`` is bool. ``schedule`` is one, or several with ``codes``, a
    position for each row, -1 where the row has no schedule. ``budget`` is working time. Rows are
    set aside that have no post, an answer from before it, or no schedule; those posted after
    ``as_of`` are left out, and what happened after it has not happened yet. Raises
    NaiveDatetimeError, BudgetError, PolicyError, ValueError for columns of different lengths.

    >>> from workhours_sla.statistics.cohort import VERDICTS
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = np.array(["2025-03-12T07:15", "2025-03-12T10:50"], "M8[s]")
    >>> answered = np.array(["2025-03-12T08:00", "NaT"], "M8[s]")
    >>> when = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> cases = cases_of_columns(posted, answered, office, timedelta(hours=4), as_of=when)
    >>> [VERDICTS[code] for code in cases.verdict], (cases.elapsed // 60_000_000).tolist()
    (['met', 'pending'], [45, 240])
    """
    now = np.datetime64(in_utc("as_of", as_of).replace(tzinfo=None), "us")
    came = np.asarray(posted)
    rows = came.shape[0]
    done = _beside("answered", answered, came)
    nothing = np.full(rows, _NAT, "M8[us]")
    gone = nothing if withdrawn is None else _beside("withdrawn", withdrawn, came)
    out = np.zeros(rows, np.bool_) if excluded is None else np.asarray(excluded, np.bool_)
    schedules = (schedule,) if isinstance(schedule, Schedule) else tuple(schedule)
    of = np.zeros(rows, np.int64) if codes is None else np.asarray(codes, np.int64)
    for role, column in (("excluded", out), ("codes", of)):
        if column.shape != (rows,):
            msg = f"{role} has the shape {column.shape} where posted has ({rows},); give as many"
            raise ValueError(msg)
    missing = np.isnat(came)
    early = ~missing & (done < came)
    homeless = ~missing & ~early & (of < 0)
    later = ~missing & ~early & ~homeless & (came > now)
    kept = ~(missing | early | homeless | later)
    came, done, gone, out, of = came[kept], done[kept], gone[kept], out[kept], of[kept]
    done = np.where(done > now, _NAT, done)
    gone = np.where((gone > now) | (gone < came), _NAT, gone)
    taken = {key: labels.taken(kept) for key, labels in (groups or {}).items()}
    intake = Intake(
        "rows",
        read=rows,
        taken=int(kept.sum()),
        after_as_of=int(later.sum()),
        set_aside=listed(
            {
                "missing_value": int(missing.sum()),
                "reply_before_post": int(early.sum()),
                "no_schedule": int(homeless.sum()),
            }
        ),
    )
    target = Target(name, budget, schedules[0], closing=closing)
    columns = _Columns(came, done, gone, out, of, schedules, target, budget)
    settled = _settled(columns, now, provisional=provisional)
    where = np.flatnonzero(kept)
    return Cases(
        target,
        int(now.view(np.int64)),
        schedule_of=read_only(of),
        schedules=schedules,
        ids=_Named(ids, where),
        intake=intake,
        input_hash=fingerprint([_micros(came), _micros(done), _micros(gone), out], taken),
        groups=taken,
        **settled,
    )


class _Named:
    """The names of the rows that were kept, looked up one at a time."""

    def __init__(self, ids: Any, rows: NDArray[np.intp]) -> None:
        self._ids = ids
        self._rows = rows

    def __getitem__(self, row: int) -> str:
        at = int(self._rows[row])
        return str(at if self._ids is None else self._ids[at])


class _Columns(NamedTuple):
    """The rows that were kept, and what they are held against."""

    came: NDArray[Any]
    done: NDArray[Any]
    gone: NDArray[Any]
    out: BoolArray
    of: IntArray
    schedules: tuple[Schedule, ...]
    target: Target
    budget: timedelta


def _settled(given: _Columns, now: np.datetime64, *, provisional: bool) -> dict[str, Any]:
    """Return due times, limits, verdicts and working time, as the clock of an appeal has them."""
    came, done, gone, out, of, schedules, target, budget = given
    options: dict[str, Any] = {"tz": "UTC", "on_unknown": "mark", "provisional": provisional}
    by: Any = schedules[0]
    if len(schedules) > 1:
        by, options["codes"] = schedules, of
    due = deadline(by, came, budget, **options)
    last = due if target.closing == "strict" else breaches_after(by, came, budget, **options)
    limit = last.values
    earliest, latest = _limit_bounds(given, limit, last.unknown)
    perhaps = ~np.isnat(gone) & ~(gone > latest) & ~(done <= gone)
    withdrawn = perhaps & (gone <= earliest)
    done = np.where(perhaps, _NAT, done)
    answered = ~np.isnat(done)
    decided = np.where(answered, done, np.where(perhaps, gone, now))
    passed = elapsed(by, came, decided, **options)
    ended = np.where(answered, done, np.where(withdrawn, gone, _NAT))
    unknown = passed.unknown | (perhaps & ~withdrawn)  # it may go on after the deletion
    open_verdict = (decided > earliest) & ~(decided > latest)
    verdict = np.full(came.shape, PENDING, np.int8)
    verdict[(decided > latest) & ~perhaps] = BREACHED
    verdict[withdrawn] = WITHDRAWN
    verdict[answered & (done <= earliest)] = MET
    verdict[out] = EXCLUDED
    limit = np.where(open_verdict, _NAT, latest)
    worked = np.where(unknown, UNKNOWN, passed.values.astype("m8[us]").view(np.int64))
    over = np.maximum(worked - budget // MICROSECOND, 0)
    return {
        "started": _micros(came),
        "due": _micros(due.values),
        "limit": _micros(limit),
        "answered": _micros(done),
        "ended": _micros(ended),
        "verdict": read_only(verdict),
        "elapsed": read_only(worked),
        "overdue": read_only(np.where(worked == UNKNOWN, UNKNOWN, over)),
        "calendar_unknown": int((open_verdict & ~out).sum()),
        "provisional": int((due.provisional | last.provisional | passed.provisional).sum()),
    }


def _limit_bounds(
    given: _Columns, limit: NDArray[Any], unknown: BoolArray
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the earliest and the latest limit of each row; NaT where nothing bounds it."""
    earliest, latest = limit.copy(), limit.copy()
    rows = np.flatnonzero(unknown)
    if not rows.size:
        return earliest, latest
    strict = given.target.closing == "strict"
    pairs = [one.completions() or (one, one) for one in given.schedules]
    for bound, side, fallback in ((earliest, 1, given.came[rows]), (latest, 0, _NAT)):
        found = (deadline if strict else breaches_after)(
            [pair[side] for pair in pairs],
            given.came[rows],
            given.budget,
            codes=given.of[rows],
            tz="UTC",
            on_unknown="mark",
        )
        bound[rows] = np.where(found.unknown, fallback, found.values)
    return earliest, latest


def _beside(role: str, column: Any, posted: NDArray[Any]) -> NDArray[Any]:
    values: NDArray[Any] = np.asarray(column)
    if values.shape != posted.shape:
        msg = f"{role} has the shape {values.shape} where posted has {posted.shape}; give as many"
        raise ValueError(msg)
    for name, given in ((role, values), ("posted", posted)):
        if given.dtype.kind != "M":
            msg = f"{name} is a column of {given.dtype}, not of instants; give datetime64 in UTC"
            raise TypeError(msg)
    return values


def _micros(times: NDArray[Any]) -> IntArray:
    """Return datetime64 as whole microseconds, NEVER where it is NaT."""
    whole = times.astype("M8[us]").view(np.int64)
    return read_only(np.where(np.isnat(times), NEVER, whole))
