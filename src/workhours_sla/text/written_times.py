"""Read times and dates as people and files write them.

A file may have a date, then a time of day, then an offset from UTC or none:

- ``2025-10-31`` followed by ``T`` or a blank, or ``31.10.2025`` followed by a blank;
- ``31 октября 2025 г.,`` or ``Oct 31, 2025`` followed by a blank, in Russian or English;
- ``17:30``, ``17:30:00``, ``17:30:00.5``, ``17 ч. 30 мин.`` or ``17:30 Uhr``, after
  ``31.10.2025`` also ``17.30``;
- ``Z``, ``+03:00``, ``+0300``, ``+03`` or ``+3``, with or without a blank before it, ``UTC``,
  ``МСК`` or ``МСК+1``.

The time of day may be first: ``17:30 31.10.2025``. People at the shell may also write
``30.12.25 16:30``, ``30 декабря 16:30``, ``Dec 30, 4:30 pm`` and ``завтра 9:00``.

What has two meanings is refused, at the shell with a hint. ``17:30-18:00`` after a blank may be a
span of hours: before an offset west of UTC, write ``T`` instead of the blank, or the seconds.
Nothing here asks the clock: the current time is an argument.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Final, NamedTuple, NoReturn

from workhours_sla.errors import TimeSyntaxError, shown
from workhours_sla.text.amounts import in_numbers, match_of_amount, parse_amount, whole_day
from workhours_sla.text.messages import FIRST_YEAR, LAST_YEAR, refuse_year, say, short
from workhours_sla.text.words import MONTHS, offset_text, weekday_date

WEST: Final = timedelta(hours=-12)  # the westernmost UTC offset in use, which is the smallest
EAST: Final = timedelta(hours=14)  # the easternmost UTC offset in use, which is the largest

# -- the forms of files ------------------------------------------------------------------------

_BLANK: Final = "[ \u00a0\u202f]"
_TIME: Final = re.compile(
    rf"(?:(\d{{4}}-\d\d-\d\d)(?:[Tt]|({_BLANK}+))|(?P<day>\d\d?)\.(\d\d?)\.(\d{{4}}){_BLANK}+)"
    r"(\d\d?:\d\d(:\d\d(?:[.,]\d+)?)?|(?(day)\d\d\.\d\d|(?!)))"
    rf"(?:{_BLANK}*([Zz]|[+-]\d\d(?::?[0-5]\d)?))?",
    re.ASCII,
)
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d\d?)\.(\d\d?)\.(\d{4})", re.ASCII)
_MONTH: Final = r"(?:(0[1-9]|1[0-2])\.)?(\d{4})(?(1)|(?:-(0[1-9]|1[0-2]))?)"
_WEEKDAYS: Final = {
    name: number
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "mon tue wed thu fri sat sun",
        "понедельник вторник среда четверг пятница суббота воскресенье",
        "пн вт ср чт пт сб вс",
        "понедельник вторник среду четверг пятницу субботу воскресенье",
    )
    for number, name in enumerate(names.split())
}
_MONTHS: Final = {
    name[:end]: number
    for names in (
        *(" ".join(names).lower() for names in MONTHS.values()),
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    )
    for number, name in enumerate(names.split(), 1)
    for end in range(3, len(name) + 1)
}
"""The numbers of months, keyed by their names in English and Russian, and three letters of them."""
_MONTH_NAME: Final = "|".join(_MONTHS)
_NAMED_MONTH: Final = (
    rf"(?:[a-zа-я]{{2,11}}, )?(?:(?P<day>\d\d?)[ /.-]+)?(?P<month>{_MONTH_NAME})\.?[ /.,-]*"
    r"(?(day)|(?P<second>\d\d?)(?:st|nd|rd|th)?,? +)(?P<year>\d{4}|\d\d(?!\d))(?: ?г(?:\.|ода)?)?"
    r"(?:,?(?: +(?:в|at))? +(?P<clock>\d\d?[:.]\d\d(?::\d\d(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?)"
    r"(?P<offset> ?(?:z|gmt|utc|[+-]\d\d:?\d\d))?)?"
)
"""Matches a date with the name of a month, such as ``12 января 2026 г., 14:05``."""
_IN_WORDS: Final = (
    r"(?:,? в)? (\d\d?)(?: ?ч(?:ас(?:а|ов)?)?\.? ?(\d\d) ?м(?:ин(?:ут[аы]?)?)?\.?"
    r"|[:.](\d\d) ?(?:ч(?:ас(?:а|ов)?)?\.?|[Uu]hr))"
)
_CLOCK_FIRST: Final = r"(\d\d?:\d\d(?::\d\d)?),? (\d\d?\.\d\d?\.\d{4}|\d{4}-\d\d-\d\d)"
_SHORT_OFFSET: Final = (
    r"(?:(?<=[:.]\d\d)|(?<=\d{4})|(?<=[ap]m)) ?(?:(мск|msk|utc|gmt)(?: ?([+-]\d\d?))?|(\+\d))\Z"
)
_MOSCOW: Final = ("мск", "msk")
_MOSCOW_OFFSET: Final = 3
_MOSCOW_SINCE: Final = 2015
"""The first whole year in which Moscow is three hours ahead of UTC, winter and summer."""

# -- the forms of people -----------------------------------------------------------------------

_NOW: Final = frozenset({"now", "сейчас"})
_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1} | {
    day: n for n, day in enumerate(("позавчера", "вчера", "сегодня", "завтра", "послезавтра"), -2)
}
_YEAR: Final = r"\d{4}|\d\d(?= ?г)"
_ORDINAL: Final = "(?:st|nd|rd|th)?"
_FORM: Final = (
    rf"(?:(?:(?:во?|on) )?(?P<weekday>{'|'.join(_WEEKDAYS)})\.?,? )?"
    rf"(?:(?P<word>{'|'.join(_DAYS)})"
    r"|(?P<iso>\d{4}-\d\d-\d\d)"
    r"|(?P<d1>\d{1,2})\.(?P<m1>\d{1,2})(?:\.(?P<y1>\d{4}|\d\d)(?: ?г\.?)?|\.?(?=,? ))"
    rf"|(?P<d2>\d{{1,2}}){_ORDINAL}(?: of)?[ -](?P<m2>{_MONTH_NAME})\.?"
    rf"(?:,?[ -](?P<y2>{_YEAR})(?: ?г(?:\.|ода)?)?)?"
    rf"|(?P<m3>{_MONTH_NAME})\.? (?P<d3>\d{{1,2}}){_ORDINAL}(?:,? (?P<y3>\d{{4}}))?)"
    r"(?:,?(?: (?:во?|at))? (?P<clock>\d.*))?"
)
_OF_THE_DAY: Final = {"утра": (1, 11), "дня": (12, 17), "вечера": (16, 23)}
"""The first and the last hour of the parts of a day."""


def _by_day(found: re.Match[str]) -> str:
    first, last = _OF_THE_DAY[found[2]]
    hour, _, minutes = found[1].partition(":")
    number = next((n for n in (int(hour), int(hour) + 12) if first <= n <= last), None)
    return found[0] if number is None or int(hour) > 12 else f"{number}:{minutes or '00'}"


_SPOKEN: Final = (
    (r"\b(?:полдень|noon)\b", "12:00"),
    (r"\b(\d{1,2}) ?(?:часов|часа|час|ч|uhr)\b\.?(?: (?=\d\d? ?мин)| ?(?=\d\d$))", r"\1:"),
    (r"(:\d\d) ?мин(?:ут[ыа]?)?\b\.?", r"\1"),
    (r"\b(\d{1,2}(?::\d\d)?)(?: час(?:ов|а)?)? (утра|дня|вечера)\b", _by_day),
    (r"(?<![:.])\b(1[3-9]|2[0-3]|00?) ?(?:часов|часа|час|ч|uhr)\b\.?", r"\1:00"),
    (r"^(\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?|\d{1,2} ?[ap]m),? (?:on )?(?=\S)(.*)", r"\2 \1"),
)
"""How times of day are said, as regular expressions, and what is read, applied in this order."""
_FROM_NOW: Final = r"(in |через )?((?:\d{1,3} ?[a-zа-я]+ ?)+?)(?(1)| (?:ago|назад))"
_NUMBERS: Final = (
    r"(?:(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d\d)|(\d{4})[./](\d{1,2})[./](\d{1,2}))(?:,? (.*))?"
)
_CLOCK: Final = r"(?:(?:в|at) )?(\d{1,2}[:.]\d\d)"
_LAST: Final = {"last", "previous", "прошлый", "прошлую", "прошлое"}
_NEXT: Final = {"next", "следующий", "следующую", "следующее"}
_CLOCK_LAST: Final = r"\b\d{1,2}([:.]\d\d){0,2}( ?[ap]\.?m\.?)?( ?[+-]\d\d:\d\d)?$"
_ORDINALS: Final = "перв|втор|трет|четв|пят|шест|седьм|восьм|девят|десят|одинн|двенадц"
_HALF: Final = rf"\b(?:(half past )|halb |половин[ае] |пол)(1[0-2]|[1-9]|{_ORDINALS})"
_PERIOD: Final = r"\D*\b(?:(end of (?:the )?month|кон(?:ец|це) месяца)|next week|следующ\w+ недел.)"
_TWO_CLOCKS: Final = (
    r"(.+?)(?:,? (?:во?|at))? (?:(полночь|midnight|12 ночи)|(0?[1-9]|1[01])"
    r"(?: ?(?:часов|часа|час|ч|uhr)\.?)?)"
)
_ZONED: Final = r".*\d{1,2}[:.]\d\d ?([a-zа-я]{3,5}(?:[+-]\d{1,2})?)"


class GivenTime(NamedTuple):
    """A time from the command line. ``assumed_zone`` is true if it had no offset."""

    when: datetime
    assumed_zone: bool


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
    when = _parse(text, text)
    if when is None:
        written = as_numbers(text) or text
        if re.fullmatch(r"\d{1,2}[:.]\d\d(?::\d\d)?", written, re.ASCII):
            refuse_time(text, "time_no_date")
        if _DATE.fullmatch(written):
            refuse_time(text, "time_no_clock" if parse_date(written) else "time_date")
        refuse_time(text, "time_form")
    return when


def read_time(text: str, zone: tzinfo, now: datetime) -> GivenTime:
    """Read a time of people; without an offset it is in ``zone``. Raises TimeSyntaxError.

    >>> from zoneinfo import ZoneInfo
    >>> now = datetime(2026, 1, 10, 12, tzinfo=UTC)
    >>> str(read_time("30 декабря 16:30", ZoneInfo("Europe/Volgograd"), now).when)
    '2025-12-30 16:30:00+03:00'
    """
    text = text.strip()
    if text.lower() in _NOW:
        return GivenTime(now.astimezone(zone), assumed_zone=False)
    when = _parse(text, text) if text[:1].isdigit() else None
    when = when or _people_time(text, zone, now)
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        refuse_year(when)
    if when.tzinfo is not None:
        return GivenTime(when, assumed_zone=False)
    return GivenTime(in_zone(when, zone, text), assumed_zone=True)


def read_edge(text: str, zone: tzinfo, now: datetime, *, is_end: bool = False) -> datetime:
    """Read the begin of a period, or with ``is_end`` the end, which the period excludes.

    The text is a year, a month as 2026-03 or 03.2026, a date, or a time. If it is a year, month or
    date, the period includes all of it. Raises TimeSyntaxError.

    >>> from zoneinfo import ZoneInfo
    >>> tz = ZoneInfo("Europe/Volgograd")
    >>> str(read_edge("2026-03", tz, datetime(2026, 5, 1, tzinfo=UTC), is_end=True))
    '2026-04-01 00:00:00+03:00'
    """
    days = read_days(text, zone, is_end=is_end)
    if days is None and (day := read_day(text, zone, now)) is not None:
        days = read_days(day.isoformat(), zone, is_end=is_end)
    return read_time(text, zone, now).when if days is None else days


def read_days(text: str, zone: tzinfo, *, is_end: bool = False) -> datetime | None:
    """Return the begin of a year, month or date, or with ``is_end`` the begin of the next one.

    Return None for any other text. Raises TimeSyntaxError for a midnight that a clock change skips
    or repeats.

    >>> from zoneinfo import ZoneInfo
    >>> str(read_days("2026-03", ZoneInfo("Europe/Volgograd"), is_end=True))
    '2026-04-01 00:00:00+03:00'
    """
    text = text.strip()
    if (found := _pattern(_MONTH).fullmatch(text)) is not None:
        month = found[1] or found[3]
        months = 12 * int(found[2]) + int(month or 1) - 1 + is_end * (1 if month else 12)
        day, step = _date(months // 12, months % 12 + 1, 1), 0
    else:
        day, step = parse_date(text), int(is_end)
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    return in_zone(datetime.combine(day + timedelta(days=step), time()), zone, text)


def read_day(text: str, zone: tzinfo, now: datetime) -> date | None:
    """Read a date, such as 2025-10-31, 31.10.2025 or ``вчера``; return None for anything else."""
    day = parse_date(text.strip())
    if day is None and (found := _match(_FORM, text)) is not None and found["clock"] is None:
        day = _date_of(found, text, now.astimezone(zone).date())
    return day


def parse_date(text: str) -> date | None:
    """Parse a date such as 2026-10-30 or 30.10.2026; return None for any other text.

    >>> parse_date("30.10.2026") == parse_date("2026-10-30") == date(2026, 10, 30)
    True
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    return _date(found[1] or found[6], found[2] or found[5], found[3] or found[4])


def as_numbers(text: str) -> str | None:
    """Return a time with words, or with the time of day first, in numbers.

    Return None for other texts.

    >>> as_numbers("16 марта 2026 г. в 9 ч. 05 мин."), as_numbers("9:05 16.03.2026 МСК+1")
    ('16.03.2026 09:05', '16.03.2026 9:05 +04:00')
    """
    blanks = " ".join(text.split())
    written = _pattern(_IN_WORDS).sub(lambda found: f" {found[1]}:{found[2] or found[3]}", blanks)
    written, blanks = written.lower(), blanks.lower()
    offset = ""
    if (short := _pattern(_SHORT_OFFSET).search(written)) is not None:
        hours = int(short[2] or short[3] or 0) + _MOSCOW_OFFSET * (short[1] in _MOSCOW)
        offset = f" {'-' if hours < 0 else '+'}{abs(hours):02}:00"
        written = written[: short.start()]
    if (first := _pattern(_CLOCK_FIRST).fullmatch(written)) is not None:
        written = f"{first[2]} {first[1]}"
    found = _pattern(_NAMED_MONTH).fullmatch(written)
    if found is not None:
        month = f"{_MONTHS[found['month']]:02}"
        written = f"{found['day'] or found['second']}.{month}.{_year(found['year'])}"
        clock = re.sub(r"^(?=\d\D)", "0", whole_day(found["clock"] or ""))
        ahead = re.sub("^[a-z]+$", "Z", (found["offset"] or "").strip())
        written = " ".join(filter(None, (written, clock, ahead)))
    written += offset
    return written if written != blanks else None


def in_zone(wall: datetime, zone: tzinfo, text: str) -> datetime:
    """Add a zone to a naive time. Raises TimeSyntaxError if a clock change skips or repeats it."""
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        skipped = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall
        cause = "time_skipped" if skipped else "time_repeated"
        facts = {"first": offset_text(first), "second": offset_text(second)}
        refuse_time(text, cause, tz=str(zone), **facts)
    return first


def is_offset(offset: timedelta | None) -> bool:
    """Return whether an offset from UTC is between -12 and +14 hours, as all real offsets are."""
    return offset is not None and WEST <= offset <= EAST


def refuse_time(text: str, cause: str, **facts: object) -> NoReturn:
    """Raise TimeSyntaxError about a text, with the English message for ``cause``."""
    raise TimeSyntaxError(say(cause, **short({"text": shown(text), **facts})), text=text)


# -- from a text to numbers ----------------------------------------------------------------------


def _parse(written: str, text: str) -> datetime | None:
    """Read a time in a form of files, None in another form; an error names ``text``."""
    found = _TIME.fullmatch(written)
    if found is None:
        numeric = as_numbers(written)
        when = None if numeric is None else _parse(numeric, text)
        if when is None:
            return None
        if _WEEKDAYS.get(text.partition(",")[0].lower(), when.weekday()) != when.weekday():
            refuse_time(text, "time_weekday", day=weekday_date(when.date()))
        before = when.year < _MOSCOW_SINCE and any(zone in text.lower() for zone in _MOSCOW)
        return None if before else when
    iso, blank, day, month, year, clock, seconds, offset = found.groups()
    iso = iso or f"{year}-{month:0>2}-{day:0>2}"
    whole = clock if ":" in clock else clock.replace(".", ":")
    whole = f"0{whole}" if whole[1] == ":" else whole
    if whole[:2] > "23" or max(whole[3:5], whole[6:8]) > "59":
        refuse_time(text, "time_clock", clock=clock)
    full = f"{iso}T{whole}{offset or ''}"
    if (blank or day) and not seconds and offset and offset[0] == "-":
        refuse_time(text, "time_span", iso=full)
    try:
        when = datetime.fromisoformat(full.upper())
    except ValueError:  # also raised for an offset of 24 hours and more
        refuse_time(text, "time_offset" if parse_date(iso) else "time_date", offset=offset)
    if offset and not is_offset(when.utcoffset()):
        refuse_time(text, "time_offset", offset=offset)
    return when


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(form, re.ASCII)


def _match(form: str, text: str) -> re.Match[str] | None:
    return _pattern(form).fullmatch(" ".join(text.lower().split()))


def _date(year: int | str, month: int | str, day: int | str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _year(text: str) -> str:
    return text if len(text) > len("25") else f"20{text}"


# -- what people write ---------------------------------------------------------------------------


def _people_time(text: str, zone: tzinfo, now: datetime) -> datetime:
    said = re.sub(r"\ban hour\b|(?<!\d )\bчас\b", "1h", in_numbers(text))
    if (ahead := _match(_FROM_NOW, said)) and match_of_amount(ahead[2]):
        span = parse_amount(ahead[2])
        return (now + span if ahead[1] else now - span).astimezone(zone)
    today, written = now.astimezone(zone).date(), " ".join(text.lower().split())
    for spoken, instead in _SPOKEN:
        written = re.sub(spoken, instead, written)
    found = _match(_FORM, written)
    if found is None:
        _refuse(text, written, today)
    day = _date_of(found, text, today) or refuse_time(text, "time_date")
    if found["clock"] is None:
        refuse_time(text, "time_add_clock", instead=f"{text} 17:30")
    when = _parse(f"{found['iso'] or f'{day:%d.%m.%Y}'} {whole_day(found['clock'])}", text)
    if when is None:
        _refuse(text, written, today)
    if found["word"] and when.tzinfo and now.astimezone(when.tzinfo).date() != today:
        refuse_time(text, "time_form")  # it is another day there
    return when


def _date_of(found: re.Match[str], text: str, today: date) -> date | None:
    """Return the date that was matched, None if it does not exist. Raises TimeSyntaxError."""
    if found["word"]:
        day: date | None = today + timedelta(days=_DAYS[found["word"]])
    elif found["iso"]:
        day = parse_date(found["iso"])
    else:
        number, month, year = next(
            (found[f"d{at}"], found[f"m{at}"], found[f"y{at}"]) for at in "123" if found[f"d{at}"]
        )
        years = [_year(year)] if year else [today.year + step for step in (-1, 0, 1)]
        dates = [_date(year, _MONTHS.get(month, month), number) for year in years]
        # without a year, the date nearest to today; of two as near, the earlier one
        near = sorted((abs(day - today), day) for day in dates if day is not None)
        day = near[0][1] if near else None
    if day and found["weekday"] and day.weekday() != _WEEKDAYS[found["weekday"]]:
        refuse_time(text, "time_weekday", day=weekday_date(day))
    return day


def _refuse(text: str, written: str, today: date) -> NoReturn:
    """Raise TimeSyntaxError with the hint that helps most."""
    _refuse_numbers(text, written)
    if (found := _match(_CLOCK, written)) is not None:
        refuse_time(text, "time_today", clock=found[1].replace(".", ":"))
    _refuse_weekday(text, written, today)
    _refuse_vague(text, today)
    found = _match(_TWO_CLOCKS, text)
    said = _match(_FORM, found[1]) if found else None
    if found and said and said["clock"] is None:
        day = _date_of(said, text, today) or refuse_time(text, "time_date")
        midnight, hour = found[2] is not None, int(found[3] or 0)
        ends = (
            (day, 0 if midnight else hour),
            (day + timedelta(midnight), hour + 12 * (not midnight)),
        )
        first, second = (f"{day:%d.%m.%Y} {hour}:00" for day, hour in ends)
        refuse_time(text, "time_two", first=first, second=second)
    if (found := _match(_ZONED, text)) is not None and found[1] not in ("am", "pm"):
        refuse_time(text, "time_zone", zone=found[1])
    refuse_time(text, "time_form")


def _refuse_numbers(text: str, written: str) -> None:
    """Refuse a date whose order of day and month is not certain, or not that of a date here."""
    if (found := _match(_NUMBERS, written)) is None:
        return
    first, second, last, *ymd, after = found.groups()
    orders = [ymd] if ymd[0] else [(_year(last), second, first), (_year(last), first, second)]
    form = "%Y-%m-%d" if ymd[0] else "%d.%m.%Y"
    days = dict.fromkeys(_date(*order) for order in orders)
    known = [f"{day:{form}} {after or ''}".strip() for day in days if day is not None]
    if len(known) > 1:
        refuse_time(text, "time_order", first=known[0], second=known[1])
    if known:
        refuse_time(text, "time_numbers", instead=known[0])
    refuse_time(text, "time_date")


def _refuse_weekday(text: str, written: str, today: date) -> None:
    words = [word.strip(".,") for word in written.split()]
    weekday = next((word for word in words[:3] if word in _WEEKDAYS), None)
    if weekday is None:
        return
    is_last, is_next = ({*words} & names for names in (_LAST, _NEXT))
    first = today - timedelta(days=(today.weekday() - _WEEKDAYS[weekday]) % 7)
    first += timedelta(weeks=bool(is_next) - bool(is_last and first == today))
    said = re.search(_CLOCK_LAST, written)
    clock = whole_day(said[0]).replace(".", ":") if said else ""
    clock = clock if ":" in clock else "17:30"
    second = first + timedelta(weeks=-1 if is_last else 1)
    both = [f"{day:%d.%m.%Y} {clock}" for day in (first, second)]
    refuse_time(text, "time_which_week", first=both[0], second=both[1])


def _refuse_vague(text: str, today: date) -> None:
    said = in_numbers(text.replace(",", " "))
    if (found := re.search(_HALF, said)) is not None:
        hour = int(found[2]) if found[2].isdigit() else _ORDINALS.split("|").index(found[2]) + 1
        hour = (hour if found[1] else hour - 1) % 12
        refuse_time(text, "time_half", first=f"{hour}:30", second=f"{hour + 12}:30")
    if (found := re.fullmatch(_PERIOD, said)) is not None:
        month = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
        day = month - timedelta(days=1) if found[1] else today + timedelta(7 - today.weekday())
        refuse_time(text, "time_add_clock", instead=f"{day:%d.%m.%Y} 17:30")
