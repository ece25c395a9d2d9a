"""Parse the times in files, convert them to UTC, and reject ambiguous times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING

from workhours_sla.adapters.written_times import is_offset, parse_time
from workhours_sla.errors import TimeSyntaxError, shown
from workhours_sla.text.messages import Detail, Phrase, say
from workhours_sla.worktime.instants import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

UNIX = "unix"
"""The ``datetime_format`` for seconds since 1970-01-01T00:00Z."""

_REMEMBERED = 50_000
"""The most times that are cached; a full cache is emptied."""
_NOT_DOTTED = re.compile(r"\d{1,2}([/-])\d{1,2}\1\d{4} \d{1,2}:\d\d(:\d\d)?", re.ASCII)
"""Matches times like 03/12/2026 9:05, in which the day or the month may come first."""
_UNIX = re.compile(r"(-?)(\d{1,18})(?:\.(\d{1,6}))?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RefusedError(Exception):
    """Raised for a value that cannot be used.

    ``reason`` is a key of ``words.QUARANTINE_REASONS``. ``detail`` names the value.
    """

    def __init__(self, detail: Phrase, reason: str) -> None:
        super().__init__(detail, reason)
        self.detail = Detail(detail)
        self.reason = reason


class Instants:
    """Parses times of one format, and caches them.

    ``datetime_format`` is None for the formats that ``parse_time`` accepts, ``unix`` for seconds
    since 1970, or a format of ``datetime.strptime``. ``tz`` is the zone of times without a UTC
    offset; without a ``tz`` such times are rejected. Digits after the microsecond are cut off.
    """

    __slots__ = ("_epoch", "_known", "_parse", "_tz", "_zone")

    def __init__(self, datetime_format: str | None = None, tz: tzinfo | None = None) -> None:
        self._known: dict[str, datetime] = {}
        self._parse = _parser(datetime_format)
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
            known = self._known[text] = self.in_utc(self._parse(text), text)
        return known

    def in_utc(self, when: datetime, text: str) -> datetime:
        """Return ``when``, which was parsed from ``text``, in UTC. Raises RefusedError."""
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
        """Return the UTC offset of a wall-clock time in the file's zone. Raises RefusedError."""
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


def _parser(datetime_format: str | None) -> Callable[[str], datetime]:
    """Return the function that parses a format and raises RefusedError for other texts."""
    if datetime_format is None:
        return _read_written
    if datetime_format == UNIX:
        return _read_unix
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


def compile_format(datetime_format: str) -> Callable[[str], datetime]:
    """Return a faster function with the results and errors of ``datetime.strptime``.

    A format of only year, month, day, hour, minute and perhaps second is compiled to a regular
    expression. Texts that do not match it, and other formats, are passed to ``datetime.strptime``.
    """

    def slowly(text: str) -> datetime:
        return datetime.strptime(text, datetime_format)  # noqa: DTZ007 - the time may have no offset

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
    """Return a regular expression for a format, and the indexes of the groups of its fields.

    The indexes are in the order year, month, day, hour, minute and, if the format has it, second.
    Return None if the format does not have exactly these fields.
    """
    tokens = re.findall(r"%.|\s+|[^%\s]", datetime_format, re.DOTALL)
    if "".join(tokens) != datetime_format:
        return None
    fields: list[str] = []
    pattern = ""
    for token, after in zip(tokens, [*tokens[1:], ""], strict=True):
        if token in ("%d", "%m", "%H", "%M", "%S"):
            # if a digit may follow, a single digit would be ambiguous
            digit_follows = (after.startswith("%") and after != "%%") or after.isdigit()
            pattern += r"(\d\d)" if digit_follows else r"(\d{1,2})"
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
