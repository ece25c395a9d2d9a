"""Convert aware datetimes to instants and back; refuse naive datetimes.

An instant is a ``timedelta`` since 1970-01-01T00:00 UTC. Variables for instants are called
``moment``.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NoReturn

from workhours_sla.errors import ArgumentError, CalendarCoverageError, NaiveDatetimeError
from workhours_sla.text import messages
from workhours_sla.worktime.zone_offsets import BASE, BASE_UTC

FIRST_YEAR, LAST_YEAR = 2, 9998
"""The first and last accepted year.

``datetime`` has one more year at each end, which is needed for offsets and neighbouring days.
"""

BASES: dict[tzinfo, datetime] = {UTC: BASE_UTC}
"""Cache: each zone used so far, mapped to 1970-01-01T00:00 as a datetime in that zone."""
_MAX_BASES = 1024


def moment_of(when: datetime) -> timedelta:
    """Return an aware datetime as an instant.

    Raises ArgumentError for anything but a datetime, NaiveDatetimeError for a naive datetime, and
    CalendarCoverageError for a year outside of 2 to 9998.
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
    """Return a datetime as an instant, if its zone is in ``BASES``.

    ``moment_of`` adds zones to ``BASES``. This is the fastest conversion: subtracting two datetimes
    with the same zone object converts nothing to UTC. Raises KeyError or TypeError for a zone that
    is not in ``BASES`` and for a naive datetime.
    """
    zone = when.tzinfo
    base = BASES[zone]  # type: ignore[index]
    if base.tzinfo is not zone:  # an equal zone, but another object: slow
        raise KeyError
    return when - base - when.utcoffset()  # type: ignore[operator]


def datetime_in(zone: tzinfo | None, moment: timedelta) -> datetime:
    """Return an instant as an aware datetime in a zone."""
    assert zone is not None  # noqa: S101 - callers have refused naive datetimes
    try:
        base = BASES[zone]
    except (KeyError, TypeError):
        base = BASE.replace(tzinfo=zone)
    if base.tzinfo is not zone:
        base = BASE.replace(tzinfo=zone)
    return zone.fromutc(base + moment)


def refuse_naive(when: datetime) -> NoReturn:
    """Raise NaiveDatetimeError; the message explains how to add a zone."""
    msg = (
        f"{when!r} has no zone, so it is not an instant: give tzinfo=ZoneInfo('Europe/Volgograd') "
        "or schedule.tz"
    )
    raise NaiveDatetimeError(msg)


def refuse_year(when: datetime) -> NoReturn:
    """Raise CalendarCoverageError for a datetime outside of the years 2 to 9998."""
    facts = {"year": when.year, "first": FIRST_YEAR, "last": LAST_YEAR}
    why = messages.UNKNOWN_DATES["beyond_time"]["en"].format(**facts)
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
    """Return 1970-01-01T00:00 as a datetime in a zone, and add it to ``BASES``."""
    base = BASE.replace(tzinfo=zone)
    if len(BASES) >= _MAX_BASES:
        BASES.clear()
    with suppress(TypeError):  # some zones of dateutil are not hashable
        BASES[zone] = base
    return base


def _plain_datetime(when: object) -> datetime:
    """Convert an instance of a datetime subclass to a plain datetime.

    Raises ArgumentError for a value that is not a datetime.
    """
    if not isinstance(when, datetime):
        msg = f"{when!r} is not a datetime; give an aware one, such as datetime(..., tzinfo=tz)"
        raise ArgumentError(msg)
    return datetime.combine(when.date(), when.timetz()).replace(fold=when.fold)
