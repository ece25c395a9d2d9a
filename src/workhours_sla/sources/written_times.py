"""Parse times and dates as people and files write them, in one of the formats listed here.

A date, then a time of day, then an offset from UTC or none:

- ``2025-10-31`` followed by ``T`` or a blank, or ``31.10.2025`` followed by a blank;
- ``31 октября 2025 г.,`` or ``Oct 31, 2025`` followed by a blank, in Russian or English;
- ``17:30``, ``17:30:00``, ``17:30:00.5``, ``17 ч. 30 мин.`` or ``17:30 Uhr``, after
  ``31.10.2025`` also ``17.30``;
- ``Z``, ``+03:00``, ``+0300``, ``+03`` or ``+3``, with or without a blank before it, ``UTC``,
  ``МСК`` or ``МСК+1``.

The time of day may be first: ``17:30 31.10.2025``.

Any other text is refused. ``17:30-18:00`` after a blank is refused as well, because it may be a
span of hours: before an offset west of UTC, write ``T`` instead of the blank, or the seconds.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, NoReturn

from workhours_sla.errors import TimeSyntaxError, shown
from workhours_sla.text.messages import say, short
from workhours_sla.text.words import weekday_date
from workhours_sla.worktime.times import FIRST_YEAR, LAST_YEAR

_BLANK = "[ \u00a0\u202f]"


def _forms(hour: str, sixty: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    clock = rf"(?P<clock>{hour}:{sixty}(:{sixty}(?:[.,]\d+)?)?)"
    offset = rf"(?:{_BLANK}*([Zz]|[+-]\d\d(?::?[0-5]\d)?))?"
    return (
        re.compile(rf"(\d{{4}}-\d\d-\d\d)(?:[Tt]|({_BLANK}+)){clock}{offset}", re.ASCII),
        re.compile(
            rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_BLANK}+"
            rf"(?:{clock}|(?=\d\d\.)(?P<pointed>{hour}\.{sixty})){offset}",
            re.ASCII,
        ),
    )


_YEAR_FIRST, _DAY_FIRST = _forms(r"(?:[01]?\d|2[0-3])", r"[0-5]\d")
_LOOKS_LIKE_ONE = _forms(r"\d{1,2}", r"\d\d")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_CLOCK_ALONE = re.compile(r"\d{1,2}[:.]\d\d(?::\d\d)?", re.ASCII)

_MONTHS: Final = (
    "january январь января",
    "february февраль февраля",
    "march март марта",
    "april апрель апреля",
    "may май мая",
    "june июнь июня",
    "july июль июля",
    "august август августа",
    "september сентябрь сентября",
    "october октябрь октября",
    "november ноябрь ноября",
    "december декабрь декабря",
)
WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            *(
                "monday mon понедельник пн",
                "tuesday tue вторник вт",
                "wednesday wed среду среда ср",
            ),
            *("thursday thu четверг чт", "friday fri пятницу пятница пт"),
            *("saturday sat субботу суббота сб", "sunday sun воскресенье вс"),
        )
    )
    for name in names.split()
}
"""The numbers of weekdays, keyed by their names in English and Russian; Monday is 0."""
MONTH_NAME: Final = "[a-zа-я]{3,9}"
"""Matches the words that may be the name of a month."""
_NAMED_MONTH: Final = re.compile(
    r"(?:[a-zа-я]{2,11}, )?"
    rf"(?:(?P<day>\d{{1,2}})[ /.-]+)?(?P<month>{MONTH_NAME})\.?[ /.,-]*"
    r"(?(day)|(?P<second>\d{1,2})(?:st|nd|rd|th)?,? +)"
    r"(?P<year>\d{4}|\d\d(?!\d))(?: ?г(?:\.|ода)?)?"
    r"(?:,?(?: +(?:в|at))? +(?P<hour>\d{1,2})(?P<clock>[:.]\d\d(?::\d\d(?:\.\d+)?)?)"
    r"(?: ?(?P<half>[ap])\.?m\.?)?(?P<offset> ?(?:z|gmt|utc|[+-]\d\d:?\d\d))?)?",
    re.IGNORECASE,
)
"""Matches a date with the name of a month, such as ``12 января 2026 г., 14:05``."""
_IN_WORDS: Final = re.compile(
    r"(?:,? в)? (\d{1,2})(?: ?ч(?:ас(?:а|ов)?)?\.? ?(\d\d) ?м(?:ин(?:ут[аы]?)?)?\.?"
    r"|[:.](\d\d) ?(?:ч(?:ас(?:а|ов)?)?\.?|[Uu]hr))",
    re.ASCII,
)
_CLOCK_FIRST: Final = re.compile(
    r"(\d{1,2}:\d\d(?::\d\d)?),? (\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d\d-\d\d)", re.ASCII
)
_SHORT_OFFSET: Final = re.compile(
    r"(?:(?<=[:.]\d\d)|(?<=\d{4})|(?<=[ap]m)) ?"
    r"(?:(?P<zone>мск|msk|utc|gmt)(?: ?([+-]\d{1,2}))?|(\+\d))\Z",
    re.IGNORECASE,
)
_MOSCOW: Final = ("мск", "msk")
_MOSCOW_OFFSET: Final = 3
_MOSCOW_SINCE: Final = 2015
"""The first whole year in which Moscow is three hours ahead of UTC, winter and summer."""
_MONTH: Final = re.compile(
    r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])|(?P<m>0[1-9]|1[0-2])\.(?P<y>\d{4})|(?P<alone>\d{4})",
    re.ASCII,
)

WEST: Final = timedelta(hours=-12)  # the westernmost UTC offset in use, which is the smallest
EAST: Final = timedelta(hours=14)  # the easternmost UTC offset in use, which is the largest


def parse_time(text: str) -> datetime:
    """Parse a time; the result is aware if the text has an offset, otherwise naive.

    The text is a date as 2025-10-31 or 31.10.2025, a time of day, and optionally an offset. Digits
    finer than a microsecond are cut off. Raises TimeSyntaxError for a text in another format, and
    for a date, a time of day or an offset that does not exist.

    >>> parse_time("30.10.2026 09.45")
    datetime.datetime(2026, 10, 30, 9, 45)
    >>> parse_time("2026-10-30T09:45:00+03:00").isoformat()
    '2026-10-30T09:45:00+03:00'
    """
    found = _YEAR_FIRST.fullmatch(text)
    if found is not None:
        day, blank, clock, seconds, offset = found.groups()
    else:
        found = _DAY_FIRST.fullmatch(text)
        numeric = as_numbers(text) if found is None else None
        if numeric is not None:
            try:
                when = parse_time(numeric)
            except TimeSyntaxError as error:
                facts = {name: fact for name, fact in error.facts.items() if name != "text"}
                refuse_time(text, error.cause, **facts)
            if WEEKDAYS.get(text.partition(",")[0].lower(), when.weekday()) != when.weekday():
                refuse_time(text, "time_weekday", day=weekday_date(when.date()))
            if when.year < _MOSCOW_SINCE and any(zone in text.lower() for zone in _MOSCOW):
                refuse_time(text, "time_form")
            return when
        found = found or _refuse_form(text)
        day, month, year, clock, seconds, pointed, offset = found.groups()
        day, blank = f"{year}-{month:0>2}-{day:0>2}", " "
        clock = clock or pointed.replace(".", ":")
    if clock[1] == ":":
        clock = f"0{clock}"
    iso = f"{day}T{clock}{offset or ''}"
    if blank and not seconds and offset and offset[0] == "-":
        refuse_time(text, "time_span", iso=iso)
    try:
        when = datetime.fromisoformat(iso.upper())
    except ValueError:  # also raised for an offset of 24 hours and more
        refuse_time(text, "time_offset" if parse_date(day) else "time_date", offset=offset)
    if offset and not is_offset(when.utcoffset()):
        refuse_time(text, "time_offset", offset=offset)
    return when


def as_numbers(text: str) -> str | None:
    """Return a time with words, or with the time of day first, as ``parse_time`` accepts it.

    Return None for other texts.

    >>> as_numbers("16 марта 2026 г. в 9 ч. 05 мин."), as_numbers("9:05 16.03.2026 МСК+1")
    ('16.03.2026 09:05', '16.03.2026 9:05 +04:00')
    """
    blanks = " ".join(text.split())
    plain = _IN_WORDS.sub(lambda found: f" {found[1]}:{found[2] or found[3]}", blanks)
    short = _SHORT_OFFSET.search(plain)
    if short is not None:
        hours = int(short[2] or short[3] or 0)
        hours += _MOSCOW_OFFSET if (short["zone"] or "").lower() in _MOSCOW else 0
        plain, offset = plain[: short.start()], f" {'-' if hours < 0 else '+'}{abs(hours):02}:00"
    else:
        offset = ""
    if first := _CLOCK_FIRST.fullmatch(plain):
        plain = f"{first[2]} {first[1]}"
    written = f"{with_month_number(plain) or plain}{offset}"
    return written if written != blanks else None


def with_month_number(text: str) -> str | None:
    """Return a time with the name of a month as ``parse_time`` accepts it, None for other texts.

    >>> with_month_number("12 января 2026 г., 14:05"), with_month_number("Jan 12, 2026 2:05 PM")
    ('12.01.2026 14:05', '12.01.2026 14:05')
    """
    found = _NAMED_MONTH.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    month = month_number(found["month"])
    if month is None:
        return None
    day, year = found["day"] or found["second"], found["year"]
    written = f"{day}.{month:02}.{year if len(year) > len('26') else f'20{year}'}"
    if found["hour"] is None:
        return written
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    offset = (found["offset"] or "").strip()
    offset = f" {'Z' if offset.isalpha() else offset}" if offset else ""
    return f"{written} {hour:02}{found['clock']}{offset}"


def month_number(name: str) -> int | None:
    """Return the number of a month by its name in English or Russian, or three letters of it.

    >>> month_number("Dec"), month_number("декабря"), month_number("сент")
    (12, 12, 9)
    """
    for number, names in enumerate(_MONTHS, 1):
        if any(one.startswith(name.lower()) for one in names.split()):
            return number
    return None


def parse_date(text: str) -> date | None:
    """Parse a date such as 2026-10-30 or 30.10.2026; return None for any other text.

    >>> parse_date("30.10.2026") == parse_date("2026-10-30") == date(2026, 10, 30)
    True
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, other_day, other_month, other_year = found.groups()
    try:
        return date(int(year or other_year), int(month or other_month), int(day or other_day))
    except ValueError:
        return None


def is_offset(offset: timedelta | None) -> bool:
    """Return whether an offset from UTC is between -12 and +14 hours, as all real offsets are."""
    return offset is not None and WEST <= offset <= EAST


def refuse_time(text: str, cause: str, **facts: object) -> NoReturn:
    """Raise TimeSyntaxError about a text, with the English message for ``cause``."""
    raise TimeSyntaxError(say(cause, **short({"text": shown(text), **facts})), text=text)


def _refuse_form(text: str) -> NoReturn:
    """Raise TimeSyntaxError about a text in no known format, naming what is missing or wrong."""
    if _CLOCK_ALONE.fullmatch(text):
        refuse_time(text, "time_no_date")
    if _DATE.fullmatch(text):
        refuse_time(text, "time_no_clock" if parse_date(text) else "time_date")
    for pattern in _LOOKS_LIKE_ONE:
        if found := pattern.fullmatch(text):
            named = found.groupdict()
            refuse_time(text, "time_clock", clock=named["clock"] or named["pointed"])
    refuse_time(text, "time_form")


def read_days(text: str, zone: tzinfo, *, is_end: bool = False) -> datetime | None:
    """Return the begin of a year, month or date, or with ``is_end`` the begin of the next one.

    Return None for any other text. Raises TimeSyntaxError for a midnight that a clock change skips
    or repeats.

    >>> from zoneinfo import ZoneInfo
    >>> str(read_days("2026-03", ZoneInfo("Europe/Volgograd"), is_end=True))
    '2026-04-01 00:00:00+03:00'
    """
    text = text.strip()
    found = _MONTH.fullmatch(text)
    if found is not None:
        year, month = (
            int(found["year"] or found["y"] or found["alone"]),
            found["month"] or found["m"],
        )
        months = 12 * year + (int(month) - 1 if month else 0)
        months += (1 if month else 12) if is_end else 0
        if FIRST_YEAR <= months // 12 <= LAST_YEAR:
            return in_zone(datetime(months // 12, months % 12 + 1, 1), zone, text)  # noqa: DTZ001
    day = parse_date(text)
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    day += timedelta(days=is_end)
    return in_zone(datetime(day.year, day.month, day.day), zone, text)  # noqa: DTZ001


def in_zone(wall: datetime, zone: tzinfo, text: str) -> datetime:
    """Add a zone to a naive time. Raises TimeSyntaxError if a clock change skips or repeats it."""
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        skipped = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall
        cause = "time_skipped" if skipped else "time_repeated"
        facts = {"first": offset_text(first), "second": offset_text(second)}
        refuse_time(text, cause, tz=str(zone), **facts)
    return first


def offset_text(when: datetime) -> str:
    return when.isoformat()[-6:]
