"""Aware datetimes to instants and back; naive ones are refused.

An instant is a ``timedelta`` since 1970-01-01T00:00 UTC, here called a moment.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NoReturn

from workhours_sla.errors import CalendarCoverageError, NaiveDatetimeError
from workhours_sla.text import words
from workhours_sla.worktime.zone import BASE, BASE_UTC

FIRST_YEAR, LAST_YEAR = 2, 9998
"""One year is left free at either end of ``datetime``, for offsets and neighbouring days."""

BASES: dict[tzinfo, datetime] = {UTC: BASE_UTC}
"""1970-01-01T00:00 on the wall clocks of the zones used so far."""
_MAX_BASES = 1024


def moment_of(when: datetime) -> timedelta:
    """Return an aware datetime as an instant.

    Raises TypeError for another type, NaiveDatetimeError, and CalendarCoverageError outside the
    years 2 to 9998.
    """
    if type(when) is not datetime:
        when = _plain_datetime(when)
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        refuse_year(when)
    zone = when.tzinfo
    if zone is UTC:
        return when - BASE_UTC
    offset = when.utcoffset()
    if zone is None or offset is None:
        refuse_naive(when)
    return when - _base_of(zone) - offset


def known_moment(when: datetime) -> timedelta:
    """Return a datetime as an instant, if ``moment_of`` has converted one of its zone before.

    The difference of two datetimes with the same zone object converts nothing, so this is the
    fastest conversion. Raises KeyError for a new zone, TypeError for a naive datetime.
    """
    zone = when.tzinfo
    base = BASES[zone]  # type: ignore[index]
    if base.tzinfo is not zone:  # equal, but another object: subtracting would convert
        raise KeyError
    return when - base - when.utcoffset()  # type: ignore[operator]


def datetime_in(zone: tzinfo | None, moment: timedelta) -> datetime:
    """Return an instant as a datetime in a zone."""
    assert zone is not None  # noqa: S101 - callers have refused naive datetimes
    try:
        base = BASES[zone]
    except (KeyError, TypeError):
        base = BASE.replace(tzinfo=zone)
    if base.tzinfo is not zone:
        base = BASE.replace(tzinfo=zone)
    return zone.fromutc(base + moment)


def refuse_naive(when: datetime) -> NoReturn:
    """Raise NaiveDatetimeError; the message says how to add a zone."""
    msg = (
        f"{when!r} has no zone, so it is not an instant: give tzinfo=ZoneInfo('Europe/Volgograd') "
        "or schedule.tz"
    )
    raise NaiveDatetimeError(msg)


def refuse_year(when: datetime) -> NoReturn:
    """Raise CalendarCoverageError for a datetime in year 1 or 9999."""
    facts = {"year": when.year, "first": FIRST_YEAR, "last": LAST_YEAR}
    why = words.UNKNOWN_DATES["beyond_time"]["en"].format(**facts)
    msg = f"no calendar covers {when}: {why}"
    raise CalendarCoverageError(
        msg,
        calendar="",
        date=when.date(),
        first=None,
        last=None,
        cause="beyond_time",
        facts=facts,
    )


def _base_of(zone: tzinfo) -> datetime:
    """Return 1970-01-01T00:00 on a zone's wall clock, and cache it for ``known_moment``."""
    base = BASE.replace(tzinfo=zone)
    if len(BASES) >= _MAX_BASES:
        BASES.clear()
    with suppress(TypeError):  # some zones of dateutil are not hashable
        BASES[zone] = base
    return base


def _plain_datetime(when: object) -> datetime:
    """Return an instance of a datetime subclass as a plain datetime."""
    if not isinstance(when, datetime):
        msg = f"{when!r} is not a datetime; give an aware one, such as datetime(..., tzinfo=tz)"
        raise TypeError(msg)
    return datetime.combine(when.date(), when.timetz()).replace(fold=when.fold)
