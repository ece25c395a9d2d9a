"""Parse the times in files, convert them to UTC, and reject ambiguous times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING

from workhours_sla.errors import TimeSyntaxError, shown
from workhours_sla.sources.written_times import is_offset, parse_time
from workhours_sla.text.messages import Detail, Phrase, say
from workhours_sla.worktime.times import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import tzinfo

DEFAULT = "default"
"""The ``datetime_format`` for the notations that ``parse_time`` accepts."""
UNIX = "unix"
"""The ``datetime_format`` for seconds since 1970-01-01T00:00Z."""
UNIX_MS = "unix_ms"
"""The ``datetime_format`` for milliseconds since 1970-01-01T00:00Z."""
EXCEL = "excel"
"""The ``datetime_format`` for spreadsheet numbers: days since 1900."""

_REMEMBERED = 50_000
"""Maximum number of cached times; a full cache is emptied."""
_NOT_DOTTED = re.compile(r"\d{1,2}([/-])\d{1,2}\1\d{4} \d{1,2}:\d\d(:\d\d)?", re.ASCII)
"""Matches times like 03/12/2026 9:05, where either the day or the month may be first."""
_UNIX = re.compile(r"(-?)(\d{1,18})(?:\.(\d{1,6}))?", re.ASCII)
_UNIX_MS = re.compile(r"-?\d{1,18}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SERIAL = re.compile(
    r"(?P<days>\d{1,7})(?:[.,](?P<fraction>\d{1,20})|[ ]+0(?:[.,](?P<apart>\d{1,20}))?)?", re.ASCII
)
_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - a time on the clock of the file's zone
_FIRST_SERIAL, _LAST_SERIAL = 61, 2_958_465
"""1900-03-01 and 9999-12-31 as spreadsheet numbers. Spreadsheets disagree on earlier days."""
_DAY_SECONDS = 86_400
_SECOND_DIGITS = 5
"""A fraction of a day with this many digits distinguishes the seconds of the day."""


class RefusedError(Exception):
    """Raised for a value that cannot be used.

    ``reason`` is a key of ``catalog.QUARANTINE_REASONS``. ``detail`` names the value.
    """

    def __init__(self, detail: Phrase, reason: str) -> None:
        super().__init__(detail, reason)
        self.detail = Detail(detail)
        self.reason = reason


class Instants:
    """Parses times of one format or several, and caches them.

    A format is ``default`` for the formats that ``parse_time`` accepts, ``unix`` for seconds since
    1970, ``unix_ms`` for milliseconds since 1970, ``excel`` for spreadsheet numbers, or a format of
    ``datetime.strptime``. Without a ``datetime_format``, ``default`` is used. If there are several
    formats, all formats that match a text must give the same time. ``tz`` is the zone of times
    without a UTC offset; without a ``tz`` such times are rejected. Digits after the microsecond are
    cut off.
    """

    __slots__ = ("_epoch", "_known", "_parsers", "_tz", "_zone", "formats", "takes_fractions")

    def __init__(
        self, datetime_format: str | Sequence[str] | None = None, tz: tzinfo | None = None
    ) -> None:
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
        self._zone: tzinfo | None = None
        """The fixed offset of the last time that had one."""
        self._epoch = _EPOCH
        """The start of 1970 in ``_zone``; subtraction takes a third of the time of astimezone."""

    def read(self, text: str) -> datetime:
        """Parse a time, and return it in UTC. Raises RefusedError."""
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[text] = self._read(text)
        return known

    def _read(self, text: str) -> datetime:
        """Parse a time without using the cache. Raises RefusedError."""
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
        zone = when.tzinfo
        if zone is None:
            return when.replace(tzinfo=UTC) - self._local_offset(when, text)
        if zone is not self._zone:
            if not is_offset(when.utcoffset()):
                detail = say("no_such_offset", text=shown(text))
                raise RefusedError(detail, "unreadable_time")
            self._zone = zone  # a fixed offset: a text cannot name a zone
            self._epoch = _EPOCH.astimezone(zone)
        return _EPOCH + (when - self._epoch)

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
    """Return the parser of a format. It raises RefusedError for texts that do not match."""
    known = {
        DEFAULT: _read_written,
        UNIX: _read_unix,
        UNIX_MS: _read_unix_ms,
        EXCEL: _read_serial,
    }
    if datetime_format in known:
        return known[datetime_format]
    parse = compile_format(datetime_format)

    def read(text: str) -> datetime:
        try:
            return parse(text)
        except (ValueError, OverflowError, re.error):
            detail = say("not_of_format", text=shown(text), format=repr(datetime_format))
            raise RefusedError(detail, "unreadable_time") from None

    return read


def _read_written(text: str) -> datetime:
    """Parse a time by ``parse_time``. Raises RefusedError."""
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
    """Parse seconds since 1970. Raises RefusedError."""
    found = _UNIX.fullmatch(text)
    if found is None:
        detail = say("no_seconds", text=shown(text))
        raise RefusedError(detail, "unreadable_time")
    sign, seconds, fraction = found.groups()
    micros = int((fraction or "").ljust(6, "0"))
    try:
        since = timedelta(seconds=int(seconds), microseconds=micros)
        return _EPOCH - since if sign else _EPOCH + since
    except OverflowError:
        detail = say("too_many_seconds", text=shown(text))
        raise RefusedError(detail, "unreadable_time") from None


def _read_unix_ms(text: str) -> datetime:
    """Parse milliseconds since 1970. Raises RefusedError."""
    if not _UNIX_MS.fullmatch(text):
        raise RefusedError(say("no_milliseconds", text=shown(text)), "unreadable_time")
    try:
        return _EPOCH + timedelta(milliseconds=int(text))
    except OverflowError:
        raise RefusedError(say("no_milliseconds", text=shown(text)), "unreadable_time") from None


def _read_serial(text: str) -> datetime:
    """Parse a spreadsheet number: days since 30 December 1899, and a fraction of a day.

    The fraction may follow as a second number, from a column with the time of day. A single whole
    number is a date without a time of day, and is refused. The result is the whole second whose
    number rounds to these digits, or else the nearest millisecond, which is the precision of
    spreadsheets. A fraction with fewer than five digits must be exactly a whole second, because
    several seconds round to it. Raises RefusedError.
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


def compile_format(datetime_format: str) -> Callable[[str], datetime]:
    """Return a faster function with the same results and errors as ``datetime.strptime``.

    A format that has only year, month, day, hour, minute and perhaps second is compiled to a
    regular expression. Texts that do not match it, and other formats, are passed to
    ``datetime.strptime``. There is one difference: a minute after a point must have two digits,
    because a spreadsheet shows 10.50 as 10.5.
    """
    two_digits = datetime_format.replace(".%M", ".0%M")

    def slowly(text: str) -> datetime:
        when = datetime.strptime(text, datetime_format)  # noqa: DTZ007 - it may have no offset
        if two_digits != datetime_format and when.minute < 10:
            datetime.strptime(text, two_digits)  # noqa: DTZ007
        return when

    compiled = _pattern(datetime_format)
    if compiled is None:
        return slowly
    pattern, positions = compiled
    match, pick = pattern.fullmatch, itemgetter(*positions)

    def quickly(text: str) -> datetime:
        found = match(text)
        if found is None:
            return slowly(text)
        try:
            values = map(int, pick(found.groups()))
            return datetime(*values)  # type: ignore[arg-type]  # noqa: DTZ001 - as strptime
        except ValueError:
            return slowly(text)

    return quickly


def _pattern(datetime_format: str) -> tuple[re.Pattern[str], list[int]] | None:
    """Return a regular expression for a format, and the group numbers of the fields in it.

    The group numbers are in the order year, month, day, hour, minute and, if the format has it,
    second. Return None if the format does not have exactly these fields.
    """
    tokens = re.findall(r"%.|\s+|[^%\s]", datetime_format, re.DOTALL)
    if "".join(tokens) != datetime_format:
        return None
    fields: list[str] = []
    pattern = ""
    for before, token, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        if token in ("%d", "%m", "%H", "%M", "%S"):
            # if a digit may follow, a single digit would be ambiguous
            digit_follows = (after.startswith("%") and after != "%%") or after.isdigit()
            is_after_point = before == "." and token == "%M"  # noqa: S105 - a directive
            pattern += r"(\d\d)" if digit_follows or is_after_point else r"(\d{1,2})"
            fields.append(token)
        elif token == "%Y":  # noqa: S105 - a directive, no password
            pattern += r"(\d{4})"
            fields.append(token)
        elif token[0] == "%" and token[1] != "%":
            return None
        else:
            pattern += r"\s+" if token.isspace() else re.escape(token[-1])
    names = ["%Y", "%m", "%d", "%H", "%M", "%S"]
    in_order = [name for name in names if name in fields]
    if in_order not in (names[:5], names) or len(fields) > len(in_order):
        return None
    return re.compile(pattern, re.ASCII), [fields.index(name) for name in in_order]
