"""The values of files: typed values as text, columns that are joined, and times in UTC."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NoReturn

from workhours_sla.config.column_names import AND, TIMES, Parts
from workhours_sla.errors import TimeSyntaxError, shown
from workhours_sla.sources.rows import RefusedError
from workhours_sla.text.messages import FIRST_YEAR, LAST_YEAR, say
from workhours_sla.text.written_times import in_zone, is_offset, parse_time

ROUNDED: Final = 10**15
"""Numbers of this size or more may be rounded, because workbooks store 15 digits."""
_MIDNIGHT: Final = re.compile(
    r",?(?: в)?[T ]"
    r"(?:0?0(?P<mark>[:.])00(?:(?P=mark)00(?:\.0+)?)?|12:00(?::00)?(?= ?A))(?: ?AM)?"
    r"(?P<offset> ?Z| ?[+-]\d\d:?\d\d)?\Z",
    re.IGNORECASE,
)
"""Matches the midnight that spreadsheets write after a date."""
_DAY_ZERO: Final = re.compile(r"1899-12-3[01][T ]", re.ASCII)
"""Matches the date that workbooks put before a time of day."""
_POINTED: Final = re.compile(r"(\d{1,2})\.(\d\d)", re.ASCII)


def text_of(value: object) -> object:
    """Return the value of a cell as text. Fractions and very large numbers are returned unchanged.

    A date is written as 2026-03-12, a time of day as 10:15 or 10:15:30, and a date with a time as
    2026-03-12T10:15:30.

    >>> from datetime import datetime
    >>> text_of(1001.0), text_of(10.5), text_of(time(9, 5)), text_of(datetime(2026, 3, 12, 10, 15))
    ('1001', 10.5, '09:05', '2026-03-12T10:15:00')
    """
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < ROUNDED else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _clock(value)
    if isinstance(value, time):
        seconds = value.second or value.microsecond
        return value.isoformat() if seconds else value.isoformat("minutes")
    return value


def _clock(span: timedelta) -> object:
    """Return a span shorter than a day as a time of day, and a longer one as a number of days."""
    if not timedelta() <= span < timedelta(days=1):
        return span / timedelta(days=1)
    minutes, rest = divmod(span, timedelta(minutes=1))
    hour, minute = divmod(minutes, 60)
    return text_of(time(hour, minute, rest.seconds, rest.microseconds))


def plain_text(canonical: str, value: object, *, fractions: bool = False) -> str:
    """Return a JSON value as the text that a CSV file would have. Raises RefusedError."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if fractions and isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    what = say("a_fraction" if isinstance(value, float) else "a_structure")
    raise RefusedError(say("value_not_text", canonical=canonical, what=what))


def check_values(record: Mapping[str, object]) -> None:
    """Raise RefusedError if a cell has a number that may be rounded."""
    for name, value in record.items():
        if type(value) is float and abs(value) >= ROUNDED:
            raise RefusedError(say("number_rounded", column=shown(name), value=f"{value:.0f}"))


class JoinedColumn:
    """Joins the columns named in ``parts`` to the value of a canonical column.

    ``values`` are the meanings of values; those of a date or a time of day replace it.
    """

    def __init__(
        self, canonical: str, parts: Parts, *, values: Mapping[str, str], points: bool = False
    ) -> None:
        self._canonical = canonical
        self._parts = parts
        self._empty = {"", *(value for value, meaning in values.items() if not meaning)}
        self._is_time = canonical in TIMES
        self._corrected = values if self._is_time else {}
        self._points = points

    def __call__(self, record: Mapping[str, object]) -> object:
        if len(self._parts) == 1:
            return self._first(record, self._parts[0])
        texts = [self._text(self._first(record, names)) for names in self._parts]
        if not any(texts):
            return None
        if not self._is_time:
            return AND.join(texts)
        day, *rest = texts
        day = date_alone(day)  # also if the time is missing: a date alone is no midnight
        rest = [_DAY_ZERO.sub("", text, count=1) for text in rest]
        if self._points:
            rest = [
                ":".join(found.groups()) if (found := _POINTED.fullmatch(text)) else text
                for text in rest
            ]
        return " ".join(filter(None, [day, *rest]))

    def _first(self, record: Mapping[str, object], names: tuple[str, ...]) -> object:
        """Return the first non-empty value of the named columns, None if all are empty."""
        for name in names:
            value = record.get(name)
            if value is not None and not (isinstance(value, str) and value.strip() in self._empty):
                return value
        return None

    def _text(self, value: object) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            value = plain_text(self._canonical, value, fractions=self._is_time)
        return self._corrected.get(value.strip(), value.strip())


def date_alone(text: str) -> str:
    """Return a date without the ``00:00`` that a spreadsheet adds to it.

    >>> date_alone("12.03.2026 0:00"), date_alone("2026-03-12T00:00:00.000"), date_alone("нет")
    ('12.03.2026', '2026-03-12', 'нет')
    """
    found = _MIDNIGHT.search(text)
    return text if found is None else text[: found.start()] + (found["offset"] or "")


# -- times -------------------------------------------------------------------------------------

DEFAULT = "default"  # the ``datetime_format`` for the notations that ``parse_time`` accepts
UNIX = "unix"  # the ``datetime_format`` for seconds since 1970-01-01T00:00Z
UNIX_MS = "unix_ms"  # the ``datetime_format`` for milliseconds since 1970-01-01T00:00Z
EXCEL = "excel"  # the ``datetime_format`` for spreadsheet numbers: days since 1900

_CLOCK_CHANGES = {
    "time_repeated": ("came_twice", "ambiguous_time"),
    "time_skipped": ("was_skipped", "nonexistent_time"),
}
"""What is said of a time at a clock change, and the reason of the fault, for each cause."""
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


def _refuse(cause: str, text: str, *, reason: str = "unreadable_time", **facts: object) -> NoReturn:
    raise RefusedError(say(cause, text=shown(text), **facts), reason) from None


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
            _refuse("of_several_formats", text, formats=", ".join(("ISO 8601", *self.formats)))
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
        cause = "of_several_formats" if names else "of_no_format"
        _refuse(cause, text, formats=", ".join(map(repr, names or self.formats)))

    def in_utc(self, when: datetime, text: str) -> datetime:
        """Convert ``when``, which was parsed from ``text``, to UTC. Raises RefusedError."""
        if not FIRST_YEAR <= when.year <= LAST_YEAR:
            _refuse("year_outside", text, first=FIRST_YEAR, last=LAST_YEAR)
        if when.tzinfo is not None:
            if not is_offset(when.utcoffset()):
                _refuse("no_such_offset", text)
            return when.astimezone(UTC)
        if self._tz is None:
            _refuse("no_offset", text, reason="naive_time")
        try:
            return in_zone(when, self._tz, text).astimezone(UTC)
        except TimeSyntaxError as error:
            cause, reason = _CLOCK_CHANGES[error.cause]
            _refuse(cause, text, reason=reason, zone=str(self._tz))


def _parser(datetime_format: str) -> Callable[[str], datetime]:
    if datetime_format in _NAMED_FORMATS:
        return _NAMED_FORMATS[datetime_format]
    # a spreadsheet shows 10.50 as 10.5, so a minute after a point must have two digits
    two_digits = datetime_format.replace(".%M", ".0%M")

    def read(text: str) -> datetime:
        try:
            when = datetime.strptime(text, datetime_format)  # noqa: DTZ007 - it may have no offset
            is_short = two_digits != datetime_format and when.minute < 10
            return datetime.strptime(text, two_digits) if is_short else when  # noqa: DTZ007
        except (ValueError, OverflowError, re.error):
            _refuse("not_of_format", text, format=repr(datetime_format))

    return read


def _read_written(text: str) -> datetime:
    try:
        return parse_time(text)
    except TimeSyntaxError as error:
        detail = error.args[0]
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
        _refuse("no_seconds", text)
    sign, seconds, fraction = found.groups()
    micros = int((fraction or "").ljust(6, "0"))
    try:
        since = timedelta(seconds=int(seconds), microseconds=micros)
        return _EPOCH - since if sign else _EPOCH + since
    except OverflowError:
        _refuse("too_many_seconds", text)


def _read_unix_ms(text: str) -> datetime:
    found = _UNIX_MS.fullmatch(text)
    if found is not None:
        with suppress(OverflowError):
            return _EPOCH + timedelta(milliseconds=int(found[1]))
    _refuse("no_milliseconds", text)


def _read_serial(text: str) -> datetime:
    """Parse a spreadsheet number: days since 30 December 1899, and a fraction of a day.

    The fraction may be a second number, from a column with the time of day. Numbers are rounded, so
    the result is the whole second that has these digits, else the nearest millisecond.
    """
    found = _SERIAL.fullmatch(text)
    if found is None or not _FIRST_SERIAL <= int(found["days"]) <= _LAST_SERIAL:
        _refuse("no_serial", text)
    fraction = found["fraction"] or found["apart"] or ""
    if not int(fraction or "0") and " " not in text:
        _refuse("serial_no_clock", text)
    whole = 10 ** len(fraction)
    units = int(fraction or "0") * _DAY_SECONDS  # each is a second divided by ``whole``
    seconds = (2 * units + whole) // (2 * whole)
    off = abs(units - seconds * whole)
    if off and len(fraction) < _SECOND_DIGITS:
        _refuse("serial_too_short", text)
    millis = seconds * 1000
    if 2 * off > _DAY_SECONDS:
        millis = (2000 * units + whole) // (2 * whole)
    return _DAY_0 + timedelta(days=int(found["days"]), milliseconds=millis)


_NAMED_FORMATS = {
    DEFAULT: _read_written,
    UNIX: _read_unix,
    UNIX_MS: _read_unix_ms,
    EXCEL: _read_serial,
}
