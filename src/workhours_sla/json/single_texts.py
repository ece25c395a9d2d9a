"""Write and read values that are a single text in JSON, such as datetimes and amounts.

A datetime is in ISO 8601 with its offset. If it has an IANA zone, the zone follows in brackets, as
in RFC 9557: ``2026-10-25T02:30:00+01:00[Europe/Berlin][_fold=1]``. The tag ``[_fold=1]`` is present
if the datetime's ``fold`` is 1. An amount is an ISO 8601 duration without days: ``-PT1H10M``.
Weekly hours are in their notation, and a layer of a calendar has its name in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from workhours_sla.calendars.days import Layer
from workhours_sla.calendars.tables import parse_month_day
from workhours_sla.calendars.zones import time_zone
from workhours_sla.errors import NaiveDatetimeError, UnknownTimeZoneError, clipped, shown
from workhours_sla.json.checked_data import Leaf, refuse
from workhours_sla.text.messages import say
from workhours_sla.worktime.amounts import iso_amount
from workhours_sla.worktime.hours import WeeklyHours, parse_shifts
from workhours_sla.worktime.shifts import Shifts

_MOMENT = re.compile(r"([^\[]+)(?:\[([^\[\]=]+)\])?(\[_fold=1\])?")
_AMOUNT = re.compile(r"(-?)PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6}))?S)?")


class Moment(Leaf):
    """An aware datetime as text, with its zone and fold."""

    @staticmethod
    def write(when: datetime) -> str:
        """Return a datetime as text. Raises NaiveDatetimeError, UnknownTimeZoneError."""
        if when.utcoffset() is None:
            msg = f"{when!r} has no zone, so it names no instant; give it an offset"
            raise NaiveDatetimeError(msg)
        text, zone = when.isoformat(), when.tzinfo
        if isinstance(zone, ZoneInfo) and zone.key is not None:
            text += f"[{zone.key}]"
        elif not isinstance(zone, timezone):
            msg = f"{when!r} is in a zone without an IANA name; use ZoneInfo('Area/City') or UTC"
            raise UnknownTimeZoneError(msg, tz=repr(zone))
        if when.fold:
            text += "[_fold=1]"
        return text

    @staticmethod
    def read(text: str) -> datetime:
        """Parse a datetime that ``write`` wrote, and return it with the original zone and fold."""
        match = _MOMENT.fullmatch(text)
        when = None
        with suppress(ValueError):
            when = datetime.fromisoformat(match[1]) if match else None
        if match is None or when is None or when.tzinfo is None or when.isoformat() != match[1]:
            example = "2026-05-08T09:00:00+03:00"
            refuse(say("not_instant", value=shown(text)), say("write_like", example=example))
        name, fold = match[2], int(match[3] is not None)
        if name is None:
            return when.replace(fold=fold)
        local = when.replace(tzinfo=time_zone(name), fold=fold)
        if local.utcoffset() != when.utcoffset():
            what = say("other_offset", zone=clipped(name), value=shown(text))
            refuse(what, say("leave_brackets_out"))
        return local


class Amount(Leaf):
    """An amount of time as text, exact to the microsecond."""

    write: Final = staticmethod(iso_amount)

    @staticmethod
    def read(text: str) -> timedelta:
        """Parse an amount that ``iso_amount`` wrote. Raises RefusedError."""
        if match := _AMOUNT.fullmatch(text):
            sign, hours, minutes, seconds, fraction = match.groups(default="0")
            with suppress(OverflowError, ValueError):  # more than timedelta.max, or too many digits
                whole = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
                amount = whole + timedelta(microseconds=int(fraction.ljust(6, "0")))
                amount = -amount if sign else amount
                if iso_amount(amount) == text:
                    return amount
        what = say("not_amount", value=shown(text))
        return refuse(what, say("write_like_either", first="PT4H30M", second="-PT0.5S"))


class LayerName(Leaf):
    """A layer of a calendar as text: its name in lower case."""

    write: ClassVar[Callable[[Any], str]] = staticmethod(lambda layer: layer.name.lower())

    @staticmethod
    def read(text: str) -> Layer:
        """Return the layer with a name in lower case. Raises RefusedError."""
        layers = {layer.name.lower(): layer for layer in Layer}
        if text not in layers:
            what = say("not_valid", value=shown(text))
            refuse(what, say("use_one", choices=", ".join(layers), more=""))
        return layers[text]


class Hours(Leaf):
    """Weekly hours as text, such as ``Mo-Fr 09:00-18:00``."""

    write: ClassVar[Callable[[Any], str]] = staticmethod(str)

    @staticmethod
    def read(text: str) -> WeeklyHours:
        return WeeklyHours.parse(text)


class DayHours(Leaf):
    """The hours of one date as text, such as ``09:00-13:00,14:00-18:00``."""

    @staticmethod
    def read(text: str) -> Shifts:
        return parse_shifts(text)


class MonthDay(Leaf):
    """A date without a year as text: ``MM-DD``."""

    write: ClassVar[Callable[[Any], str]] = staticmethod("{0[0]:02}-{0[1]:02}".format)

    @staticmethod
    def read(text: str) -> tuple[int, int]:
        return parse_month_day(text)


LEAVES: Final[dict[type, Any]] = {
    datetime: Moment,
    timedelta: Amount,
    Layer: LayerName,
    WeeklyHours: Hours,
}
"""The Leaf that writes and reads the values of each type."""
for _of, _leaf in LEAVES.items():
    _leaf.register(_of)
DayHours.register(tuple)
MonthDay.register(tuple)
