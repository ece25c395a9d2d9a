"""The period of a report, and the earlier period with which it is compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

import numpy as np

from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.microseconds import micros_of
from workhours_sla.compliance.mix import RateChange
from workhours_sla.compliance.tables import Row
from workhours_sla.sla.event import in_utc
from workhours_sla.statistics.arrays import BoolArray

_DAY: Final = timedelta(days=1)
_MONTHS: Final = 12
Earlier = Literal["previous", "year"]


@dataclass(frozen=True, slots=True)
class Period:
    """The appeals that arrived at or after ``since`` and before ``until``; None means no bound."""

    since: datetime | None = None
    until: datetime | None = None

    def arrivals(self, cases: Cases) -> BoolArray:
        """Return for each case whether it arrived in the period. Raises NaiveDatetimeError."""
        inside = np.ones(len(cases), np.bool_)
        if self.since is not None:
            inside &= cases.started >= micros_of(in_utc("since", self.since))
        if self.until is not None:
            inside &= cases.started < micros_of(in_utc("until", self.until))
        return inside


@dataclass(frozen=True, slots=True)
class Comparison:
    """An earlier period, and the change of the rate from it to the later part of the report.

    ``total`` is the row of the cases that arrived in ``before``, None if there are none. ``change``
    is None if no case has matured in one of the periods.
    """

    before: Period
    after: Period
    total: Row | None
    change: RateChange | None


def compared_periods(
    period: Period, with_: Earlier | datetime, as_of: datetime, zone: tzinfo
) -> tuple[Period, Period]:
    """Return the two periods to compare, the earlier first.

    If ``with_`` is an instant, it divides ``period`` into two. ``previous`` is the period of equal
    length before ``period``, and ``year`` has the same dates a year earlier. The length is counted
    in calendar months if ``period`` begins and ends at the start of a month in ``zone``, in days if
    it begins and ends at the start of a day, and otherwise as an amount of time. A period without
    an end ends at ``as_of``. Raises ValueError for a period without a begin.

    >>> from zoneinfo import ZoneInfo
    >>> zone = ZoneInfo("Europe/Volgograd")
    >>> march = Period(datetime(2026, 3, 1, tzinfo=zone), datetime(2026, 4, 1, tzinfo=zone))
    >>> before, _ = compared_periods(march, "previous", datetime(2026, 5, 1, tzinfo=zone), zone)
    >>> str(before.since), str(before.until)
    ('2026-02-01 00:00:00+03:00', '2026-03-01 00:00:00+03:00')
    """
    if isinstance(with_, datetime):
        return Period(period.since, with_), Period(with_, period.until)
    if period.since is None:
        msg = f"compare_with={with_!r} needs a period with a begin; give since"
        raise ValueError(msg)
    since = period.since.astimezone(zone)
    until = (period.until or as_of).astimezone(zone)
    if with_ == "year":
        before = Period(_months_before(since, _MONTHS), _months_before(until, _MONTHS))
    elif _begins_a_month(since) and _begins_a_month(until):
        length = (until.year - since.year) * _MONTHS + until.month - since.month
        before = Period(_months_before(since, length), since)
    elif _begins_a_day(since) and _begins_a_day(until):
        days = until.date() - since.date()
        before = Period(_at(since.date() - days, since), since)
    else:
        before = Period(since - (until - since), since)
    return before, period


def _months_before(when: datetime, months: int) -> datetime:
    """Return the same day and time ``months`` earlier, or the last day of a shorter month."""
    count = when.year * _MONTHS + when.month - 1 - months
    year, month = divmod(count, _MONTHS)
    following = date(year + (month + 1) // _MONTHS, (month + 1) % _MONTHS + 1, 1)
    last = (following - _DAY).day
    return _at(date(year, month + 1, min(when.day, last)), when)


def _at(day: date, when: datetime) -> datetime:
    """Combine a day with the time of day and the zone of ``when``."""
    return datetime.combine(day, when.timetz().replace(fold=0))


def _begins_a_day(when: datetime) -> bool:
    return when.time() == time(0)


def _begins_a_month(when: datetime) -> bool:
    return when.day == 1 and _begins_a_day(when)
