"""Parse the times in files, convert them to UTC, and reject ambiguous times."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from workhours_sla.errors import TimeSyntaxError, shown
from workhours_sla.sources.rows import RefusedError
from workhours_sla.text.messages import FIRST_YEAR, LAST_YEAR, Phrase, say
from workhours_sla.text.times import is_offset, parse_time

DEFAULT = "default"  # the ``datetime_format`` for the notations that ``parse_time`` accepts
UNIX = "unix"  # the ``datetime_format`` for seconds since 1970-01-01T00:00Z
UNIX_MS = "unix_ms"  # the ``datetime_format`` for milliseconds since 1970-01-01T00:00Z
EXCEL = "excel"  # the ``datetime_format`` for spreadsheet numbers: days since 1900

_REMEMBERED = 50_000  # maximum number of cached times; a full cache is emptied
_NOT_DOTTED = re.compile(r"\d{1,2}([/-])\d{1,2}\1\d{4} \d{1,2}:\d\d(:\d\d)?", re.ASCII)
"""Matches times like 03/12/2026 9:05, where either the day or the month may be first."""
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
"""Matches times in the forms that ``text_of`` writes, or joined from a date and a time of day."""
_UNIX = re.compile(r"(-?)(\d{1,18})(?:\.(\d{1,6}))?", re.ASCII)
_UNIX_MS = re.compile(r"(-?\d{1,18})(?:\.0+)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SERIAL = re.compile(
    r"(?P<days>\d{1,7})(?:[.,](?P<fraction>\d{1,20})|[ ]+0(?:[.,](?P<apart>\d{1,20}))?)?", re.ASCII
)
_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - a time on the clock of the file's zone
_FIRST_SERIAL, _LAST_SERIAL = 61, 2_958_465
"""1900-03-01 and 9999-12-31 as spreadsheet numbers. Spreadsheets disagree on earlier days."""
_DAY_SECONDS = 86_400
_SECOND_DIGITS = 5  # a fraction of a day with this many digits distinguishes the seconds of the day


class Instants:
    """Parses times of one format or several, and caches them.

    All formats that match a text must give the same time. Times without an offset are in ``tz``, or
    rejected. With ``are_typed`` the texts are made from cells: ISO 8601 is read too.
    """

    def __init__(
        self,
        datetime_format: str | Sequence[str] | None = None,
        tz: tzinfo | None = None,
        *,
        are_typed: bool = False,
    ) -> None:
        self._are_typed = are_typed
        self._known: dict[str, datetime] = {}
        if datetime_format is None:
            datetime_format = DEFAULT
        given = [datetime_format] if isinstance(datetime_format, str) else datetime_format
        formats = list(dict.fromkeys(given))
        self._parsers = [(one, _parser(one)) for one in formats]
        self.takes_fractions: bool = not {UNIX, EXCEL}.isdisjoint(formats)
        """Whether a number with a fraction may be a time."""
        self.formats: tuple[str, ...] = tuple(formats)
        self._tz = tz

    def read(self, text: str) -> datetime:
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[text] = self._typed(text) or self._read(text)
        return known

    def _typed(self, text: str) -> datetime | None:
        if not self._are_typed or not _ISO.fullmatch(text):
            return None
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            return None
        found = self.in_utc(when, text)
        try:
            is_clear = self._read(text) == found
        except RefusedError:
            return found
        if not is_clear:
            formats = ", ".join(("ISO 8601", *self.formats))
            detail = say("of_several_formats", text=shown(text), formats=formats)
            raise RefusedError(detail, "unreadable_time")
        return found

    def _read(self, text: str) -> datetime:
        if len(self._parsers) == 1:
            return self.in_utc(self._parsers[0][1](text), text)
        found: dict[datetime, str] = {}
        refused: list[tuple[str, RefusedError]] = []
        for name, parse in self._parsers:
            try:
                when = parse(text)
            except RefusedError:
                continue
            try:
                found.setdefault(self.in_utc(when, text), name)
            except RefusedError as error:
                refused.append((name, error))
        if len(found) == 1 and not refused:
            return next(iter(found))
        if len(refused) == 1 and not found:
            raise refused[0][1]
        names = [*found.values(), *(name for name, _ in refused)]
        if names:
            detail = say("of_several_formats", text=shown(text), formats=_listed(names))
        else:
            every = _listed(name for name, _ in self._parsers)
            detail = say("of_no_format", text=shown(text), formats=every)
        raise RefusedError(detail, "unreadable_time")

    def in_utc(self, when: datetime, text: str) -> datetime:
        """Convert ``when``, which was parsed from ``text``, to UTC. Raises RefusedError."""
        if not FIRST_YEAR <= when.year <= LAST_YEAR:
            detail = say("year_outside", text=shown(text), first=FIRST_YEAR, last=LAST_YEAR)
            raise RefusedError(detail, "unreadable_time")
        if when.tzinfo is None:
            return when.replace(tzinfo=UTC) - self._local_offset(when, text)
        if not is_offset(when.utcoffset()):
            raise RefusedError(say("no_such_offset", text=shown(text)), "unreadable_time")
        return when.astimezone(UTC)

    def _local_offset(self, when: datetime, text: str) -> timedelta:
        """Return the UTC offset of a wall-clock time in the zone ``tz``. Raises RefusedError."""
        zone = self._tz
        if zone is None:
            raise RefusedError(say("no_offset", text=shown(text)), "naive_time")
        offset = when.replace(tzinfo=zone).utcoffset()
        other = when.replace(tzinfo=zone, fold=1).utcoffset()
        assert offset is not None  # noqa: S101 - a zone has an offset at every wall-clock time
        assert other is not None  # noqa: S101
        if offset == other:
            return offset
        if offset > other:
            detail = say("came_twice", text=shown(text), zone=str(zone))
            raise RefusedError(detail, "ambiguous_time")
        detail = say("was_skipped", text=shown(text), zone=str(zone))
        raise RefusedError(detail, "nonexistent_time")


def _listed(formats: Iterable[str]) -> str:
    return ", ".join(map(repr, formats))


def _parser(datetime_format: str) -> Callable[[str], datetime]:
    known = {
        DEFAULT: _read_written,
        UNIX: _read_unix,
        UNIX_MS: _read_unix_ms,
        EXCEL: _read_serial,
    }
    if datetime_format in known:
        return known[datetime_format]
    # a spreadsheet shows 10.50 as 10.5, so a minute after a point must have two digits
    two_digits = datetime_format.replace(".%M", ".0%M")

    def read(text: str) -> datetime:
        try:
            when = datetime.strptime(text, datetime_format)  # noqa: DTZ007 - it may have no offset
            is_short = two_digits != datetime_format and when.minute < 10
            return datetime.strptime(text, two_digits) if is_short else when  # noqa: DTZ007
        except (ValueError, OverflowError, re.error):
            detail = say("not_of_format", text=shown(text), format=repr(datetime_format))
            raise RefusedError(detail, "unreadable_time") from None

    return read


def _read_written(text: str) -> datetime:
    try:
        return parse_time(text)
    except TimeSyntaxError as error:
        detail = Phrase(error.cause, error.facts)
        undotted = _NOT_DOTTED.fullmatch(text)
        if undotted is not None:
            mark, seconds = undotted.groups()
            clock = "%H:%M:%S" if seconds else "%H:%M"
            written = f"%d{mark}%m{mark}%Y {clock}"
            detail = say("or_set_format", time=detail, format=written)
        raise RefusedError(detail, "unreadable_time") from None


def _read_unix(text: str) -> datetime:
    found = _UNIX.fullmatch(text)
    if found is None:
        raise RefusedError(say("no_seconds", text=shown(text)), "unreadable_time")
    sign, seconds, fraction = found.groups()
    micros = int((fraction or "").ljust(6, "0"))
    try:
        since = timedelta(seconds=int(seconds), microseconds=micros)
        return _EPOCH - since if sign else _EPOCH + since
    except OverflowError:
        raise RefusedError(say("too_many_seconds", text=shown(text)), "unreadable_time") from None


def _read_unix_ms(text: str) -> datetime:
    found = _UNIX_MS.fullmatch(text)
    try:
        if found is not None:
            return _EPOCH + timedelta(milliseconds=int(found[1]))
    except OverflowError:
        pass
    raise RefusedError(say("no_milliseconds", text=shown(text)), "unreadable_time")


def _read_serial(text: str) -> datetime:
    """Parse a spreadsheet number: days since 30 December 1899, and a fraction of a day.

    The fraction may be a second number, from a column with the time of day. Numbers are rounded, so
    the result is the whole second that has these digits, else the nearest millisecond.
    """
    found = _SERIAL.fullmatch(text)
    if found is None or not _FIRST_SERIAL <= int(found["days"]) <= _LAST_SERIAL:
        raise RefusedError(say("no_serial", text=shown(text)), "unreadable_time")
    fraction = found["fraction"] or found["apart"] or ""
    if not int(fraction or "0") and " " not in text:
        raise RefusedError(say("serial_no_clock", text=shown(text)), "unreadable_time")
    whole = 10 ** len(fraction)
    units = int(fraction or "0") * _DAY_SECONDS  # each is a second divided by ``whole``
    seconds = (2 * units + whole) // (2 * whole)
    off = abs(units - seconds * whole)
    if off and len(fraction) < _SECOND_DIGITS:
        raise RefusedError(say("serial_too_short", text=shown(text)), "unreadable_time")
    millis = seconds * 1000
    if 2 * off > _DAY_SECONDS:
        millis = (2000 * units + whole) // (2 * whole)
    return _DAY_0 + timedelta(days=int(found["days"]), milliseconds=millis)
