"""The options of a report, its period, and the earlier period with which it is compared."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, get_args

import numpy as np

from workhours_sla.compliance.cases import Cases, micros_of
from workhours_sla.errors import EventError
from workhours_sla.module_names import public
from workhours_sla.sla.event import in_utc
from workhours_sla.statistics.arrays import BoolArray, refuse, target_share
from workhours_sla.statistics.control_charts import BASELINE, FEWEST_POINTS
from workhours_sla.text.messages import say

LISTED: Final = 1000  # default number of late appeals that a report lists

_MONTHS: Final = 12
_DAY: Final = timedelta(days=1)
Earlier = Literal["previous", "year"]


@public("workhours_sla.report", checked=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """The options of a report.

    ``target_rate`` is the share of appeals that must be in time, above 0 and at most 1. ``by`` has
    the names of the groupings; None means all groupings of the cases. A name such as
    ``"agency*week"`` crosses groupings; ``week``, ``weekday``, ``hour``, ``arrival_class`` and
    ``due_class`` can be crossed, too. In the restricted mean, a wait longer than ``horizon`` counts
    as ``horizon``; the default is the budget.

    The report covers the appeals that arrived at or after ``since`` and before ``until``; its
    backlog and its weekly trends also include earlier arrivals. ``compare_with`` compares the rate
    with another period: ``"previous"`` with the period of equal length before, ``"year"`` with the
    same dates a year earlier. An instant compares the arrivals from that instant on with the
    earlier arrivals.

    The limits of the trends are computed from the first ``baseline`` weeks, or from all weeks if
    there are fewer, but at least 12. After a known change of the work, set ``rebase``: the baseline
    then begins with the week of that date. ``listed`` is the number of late appeals to list.

    Raises ValueError for a target rate that is not above 0 and at most 1, for a horizon that is not
    positive, a baseline below 12, a negative ``listed`` and an unknown ``compare_with``.

    >>> ReportOptions(target_rate=90)
    Traceback (most recent call last):
    ValueError: target_rate 90 is not above 0 and at most 1; write 90 % as 0.9
    """

    target_rate: float = 0.9
    by: Sequence[str] | None = None
    horizon: timedelta | None = None
    since: datetime | None = None
    until: datetime | None = None
    compare_with: Earlier | datetime | None = None
    baseline: int = BASELINE
    rebase: date | None = None
    listed: int = LISTED

    def __post_init__(self) -> None:
        target_share("target_rate", self.target_rate)
        with_, earlier = self.compare_with, get_args(Earlier)
        if self.horizon is not None and self.horizon <= timedelta(0):
            refuse(f"horizon {self.horizon} is not positive; give a length of time such as 4 h")
        if not isinstance(with_, datetime | None) and with_ not in earlier:
            refuse(
                f"compare_with {with_!r} is not 'previous', 'year' or a datetime; give one of them"
            )
        if self.listed < 0:
            refuse(f"listed {self.listed} is negative; give a number of late appeals, 0 for none")
        if self.baseline < FEWEST_POINTS:
            refuse(f"baseline {self.baseline} is too short; give at least {FEWEST_POINTS} weeks")


@dataclass(frozen=True, slots=True)
class Period:
    """The appeals that arrived at or after ``since`` and before ``until``; None means no bound."""

    since: datetime | None = None
    until: datetime | None = None

    def arrivals(self, cases: Cases) -> BoolArray:
        inside = np.ones(len(cases), np.bool_)
        if self.since is not None:
            inside &= cases.started >= micros_of(in_utc("since", self.since))
        if self.until is not None:
            inside &= cases.started < micros_of(in_utc("until", self.until))
        return inside

    def has(self, when: datetime) -> bool:
        after = self.since is None or when >= self.since
        return after and (self.until is None or when < self.until)


def compared_periods(
    period: Period,
    with_: Earlier | datetime,
    as_of: datetime,
    zone: tzinfo,
    first: datetime | None = None,
) -> tuple[Period, Period]:
    """Return the two periods to compare, the earlier first.

    The period before has as many months if ``period`` begins and ends with a month in ``zone``, as
    many days if it begins and ends with a day, and else the same length; one without an end counts
    up to the end of the day of ``as_of``, and one without a begin from the ``first`` arrival.
    Raises ValueError, and EventError for a time that does not divide the period.
    """
    if isinstance(with_, datetime):
        until, since = period.until or as_of, period.since or first
        if in_utc("compare_with", with_) >= until or (since is not None and with_ <= since):
            edges = {"since": "..." if since is None else _minute(since, zone)}
            edges |= {"until": _minute(until, zone), "with_": _minute(with_, zone)}
            raise EventError(say("compared_outside", **edges))
        return Period(period.since, with_), Period(with_, period.until)
    if period.since is None:
        refuse(f"compare_with={with_!r} needs a period with a begin; give since")
    since = period.since.astimezone(zone)
    until = (period.until or as_of).astimezone(zone)
    if period.until is None and until.time() != time(0):
        until = _at(until.date() + _DAY, until.replace(hour=0, minute=0, second=0, microsecond=0))
    days_only = since.time() == until.time() == time(0)
    if with_ == "year":
        before = Period(_months_before(since, _MONTHS), _months_before(until, _MONTHS))
    elif days_only and since.day == until.day == 1:
        length = (until.year - since.year) * _MONTHS + until.month - since.month
        before = Period(_months_before(since, length), since)
    elif days_only:
        days = until.date() - since.date()
        before = Period(_at(since.date() - days, since), since)
    else:
        before = Period(since - (until - since), since)
    return before, period


def _minute(when: datetime, zone: tzinfo) -> str:
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M}"


def _months_before(when: datetime, months: int) -> datetime:
    """Return the same day and time ``months`` earlier, or the last day of a shorter month."""
    year, month = divmod(when.year * _MONTHS + when.month - 1 - months, _MONTHS)
    last = monthrange(year, month + 1)[1]
    return _at(date(year, month + 1, min(when.day, last)), when)


def _at(day: date, when: datetime) -> datetime:
    return datetime.combine(day, when.timetz().replace(fold=0))
