"""Read times and dates as people write them at the shell.

A form that files may have is read by ``sources.written_times``. The forms here are those of people:
``30.12.25 16:30``, ``30 декабря 16:30``, ``Dec 30, 4:30 pm``, ``завтра 9:00``. What has two
meanings is refused with a hint. Nothing here asks the clock: the current time is an argument.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import Final, NamedTuple, NoReturn

from workhours_sla.errors import TimeSyntaxError
from workhours_sla.sources.written_times import (
    MONTH_NAME,
    WEEKDAYS,
    in_zone,
    month_number,
    parse_date,
    parse_time,
    read_days,
    refuse_time,
)
from workhours_sla.text.words import weekday_date
from workhours_sla.worktime.amounts import in_numbers, match_of_amount, parse_amount
from workhours_sla.worktime.times import FIRST_YEAR, LAST_YEAR, refuse_year

_NOW: Final = frozenset({"now", "сейчас"})
_DAYS: Final = {
    "yesterday": -1,
    "today": 0,
    "tomorrow": 1,
    "позавчера": -2,
    "вчера": -1,
    "сегодня": 0,
    "завтра": 1,
    "послезавтра": 2,
}
_YEAR: Final = r"\d{4}|\d\d(?= ?г)"
_ORDINAL: Final = "(?:st|nd|rd|th)?"
_FORM: Final = (
    rf"(?:(?:(?:во?|on) )?(?P<weekday>{'|'.join(WEEKDAYS)})\.?,? )?"
    rf"(?:(?P<word>{'|'.join(_DAYS)})"
    r"|(?P<iso>\d{4}-\d\d-\d\d)"
    r"|(?P<d1>\d{1,2})\.(?P<m1>\d{1,2})(?:\.(?P<y1>\d{4}|\d\d)(?: ?г\.?)?|\.?(?=,? ))"
    rf"|(?P<d2>\d{{1,2}}){_ORDINAL}(?: of)?[ -](?P<m2>{MONTH_NAME})\.?"
    rf"(?:,?[ -](?P<y2>{_YEAR})(?: ?г(?:\.|ода)?)?)?"
    rf"|(?P<m3>{MONTH_NAME})\.? (?P<d3>\d{{1,2}}){_ORDINAL}(?:,? (?P<y3>\d{{4}}))?)"
    r"(?:,?(?: (?:во?|at))? (?P<clock>\d.*))?"
)
_HALF_DAY: Final = r"(\d{1,2})([:.]\d\d)?(:\d\d)? ?([ap])\.?m\.?"
_NUMBERS: Final = r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d\d)(?:,? (.*))?"
_YEAR_FIRST: Final = r"(\d{4})[./](\d{1,2})[./](\d{1,2})(?:,? (.*))?"
_ZONED: Final = r".*\d{1,2}[:.]\d\d ?([a-zа-я]{3,5}(?:[+-]\d{1,2})?)"
_CLOCK: Final = r"(?:(?:в|at) )?(\d{1,2}[:.]\d\d)"
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
_ORDINALS: Final = "перв|втор|трет|четв|пят|шест|седьм|восьм|девят|десят|одинн|двенадц"
_HALF: Final = rf"\b(?:(half past )|halb |половин[ае] |пол)(1[0-2]|[1-9]|{_ORDINALS})"
_PERIOD: Final = r"\D*\b(?:(end of (?:the )?month|кон(?:ец|це) месяца)|next week|следующ\w+ недел.)"
_TWO_CLOCKS: Final = (
    r"(.+?)(?:,? (?:во?|at))? (?:(полночь|midnight|12 ночи)|(0?[1-9]|1[01])"
    r"(?: ?(?:часов|часа|час|ч|uhr)\.?)?)"
)


class GivenTime(NamedTuple):
    """A time from the command line. ``assumed_zone`` is true if it had no offset."""

    when: datetime
    assumed_zone: bool


def clock() -> datetime:
    """Return the current time; the commands pass it on."""
    return datetime.now(UTC).replace(microsecond=0)


def read_time(text: str, zone: tzinfo, now: datetime) -> GivenTime:
    """Read a time; without an offset it is in ``zone``. Raises TimeSyntaxError.

    >>> from zoneinfo import ZoneInfo
    >>> now = datetime(2026, 1, 10, 12, tzinfo=UTC)
    >>> str(read_time("30 декабря 16:30", ZoneInfo("Europe/Volgograd"), now).when)
    '2025-12-30 16:30:00+03:00'
    """
    text = text.strip()
    if text.lower() in _NOW:
        return GivenTime(now.astimezone(zone), assumed_zone=False)
    when = None
    if text[:1].isdigit():  # most texts; the patterns for people take a while to compile
        try:
            when = parse_time(text)
        except TimeSyntaxError as error:
            if error.cause not in ("time_form", "time_no_date", "time_no_clock"):
                raise
    if when is None:
        when = _people_time(text, zone, now)
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


def read_day(text: str, zone: tzinfo, now: datetime) -> date | None:
    """Read a date, such as 2025-10-31, 31.10.2025 or ``вчера``; return None for anything else."""
    day = parse_date(text.strip())
    if day is None and (found := _match(_FORM, text)) is not None and found["clock"] is None:
        try:
            day = _date_of(found, text, now.astimezone(zone).date())
        except TimeSyntaxError as error:
            if error.cause != "time_date":
                raise
    return day


# -- the forms of people -----------------------------------------------------------------------


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(form, re.ASCII)


def _match(form: str, text: str) -> re.Match[str] | None:
    return _pattern(form).fullmatch(" ".join(text.lower().split()))


def _as_written(text: str) -> str:
    """Return a text with its time of day last and in numbers."""
    text = " ".join(text.lower().split())
    for spoken, written in _SPOKEN:
        text = re.sub(spoken, written, text)
    return text


def _people_time(text: str, zone: tzinfo, now: datetime) -> datetime:
    said = re.sub(r"\ban hour\b|(?<!\d )\bчас\b", "1h", in_numbers(text))
    if (ahead := _match(_FROM_NOW, said)) and match_of_amount(ahead[2]):
        span = parse_amount(ahead[2])
        return (now + span if ahead[1] else now - span).astimezone(zone)
    found, today = _match(_FORM, _as_written(text)), now.astimezone(zone).date()
    day = None if found is None else _date_of(found, text, today)
    if found is None or day is None:
        return _refuse(text, today)
    if found["clock"] is None:
        refuse_time(text, "time_add_clock", instead=f"{text} 17:30")
    try:
        written = found["iso"] or f"{day:%d.%m.%Y}"
        when = parse_time(f"{written} {_whole_day(found['clock'])}")
    except TimeSyntaxError as error:
        if error.cause == "time_form":
            _refuse(text, today)
        refuse_time(text, error.cause, **{k: v for k, v in error.facts.items() if k != "text"})
    if found["word"] and when.tzinfo and now.astimezone(when.tzinfo).date() != today:
        refuse_time(text, "time_form")  # it is another day there
    return when


def _date_of(found: re.Match[str], text: str, today: date) -> date | None:
    """Return the date that was matched, None for an unknown month. Raises TimeSyntaxError."""
    if found["word"]:
        day = today + timedelta(days=_DAYS[found["word"]])
    elif found["iso"]:
        day = _dated(text, *map(int, found["iso"].split("-")))
    else:
        number, month, year = next(
            (found[f"d{at}"], found[f"m{at}"], found[f"y{at}"]) for at in "123" if found[f"d{at}"]
        )
        named = int(month) if month.isdigit() else month_number(month)
        if named is None:
            return None
        if year is not None:
            day = _dated(text, int(year) + (2000 if len(year) == len("25") else 0), named, number)
        else:
            # without a year, the date nearest to today; of two as near, the earlier one
            near = [_valid(today.year + step, named, number) for step in (-1, 0, 1)]
            days = [one for one in near if one is not None]
            if not days:
                refuse_time(text, "time_date")
            day = min(days, key=lambda one: (abs(one - today), one))
    if found["weekday"] and day.weekday() != WEEKDAYS[found["weekday"]]:
        refuse_time(text, "time_weekday", day=weekday_date(day))
    return day


def _refuse_clock(text: str, of: str, midnight: str | None, hour: str | None, today: date) -> None:
    """Refuse midnight, or an hour of the morning or the evening, with both readings."""
    found = _match(_FORM, of)
    day = _date_of(found, text, today) if found and found["clock"] is None else None
    if day is not None:
        days = (day, day + timedelta(days=midnight is not None))
        hours = (0, 0) if hour is None else (int(hour), int(hour) + 12)
        first, second = (f"{one:%d.%m.%Y} {h}:00" for one, h in zip(days, hours, strict=True))
        refuse_time(text, "time_two", first=first, second=second)


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


def _valid(year: int, month: int, day: int | str) -> date | None:
    try:
        return date(year, month, int(day))
    except ValueError:
        return None


def _dated(text: str, year: int, month: int, day: int | str) -> date:
    return _valid(year, month, day) or refuse_time(text, "time_date")


def _whole_day(clock: str) -> str:
    """Return a time of day in 24 hours for one with am or pm."""
    found = _pattern(_HALF_DAY).fullmatch(clock)
    if found is None or not 1 <= int(found[1]) <= 12:
        return clock
    hour = int(found[1]) % 12 + (12 if found[4] == "p" else 0)
    return f"{hour:02}{found[2] or ':00'}{found[3] or ''}"


def _refuse(text: str, today: date) -> NoReturn:
    """Raise TimeSyntaxError with the hint that helps most."""
    written = _as_written(text)
    if (found := _match(_NUMBERS, written)) is not None:
        one, two, year = int(found[1]), int(found[2]), int(found[3])
        year += 2000 if len(found[3]) == len("25") else 0
        days = dict.fromkeys((_valid(year, two, one), _valid(year, one, two)))
        known = [f"{day:%d.%m.%Y}" for day in days if day is not None]
        after = f" {found[4]}" if found[4] else ""
        if len(known) > 1:
            refuse_time(text, "time_order", first=known[0] + after, second=known[1] + after)
        if known:
            refuse_time(text, "time_numbers", instead=known[0] + after)
        refuse_time(text, "time_date")
    if (found := _match(_YEAR_FIRST, written)) is not None:
        if _valid(int(found[1]), int(found[2]), int(found[3])) is None:
            refuse_time(text, "time_date")
        iso = f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"
        refuse_time(text, "time_numbers", instead=f"{iso} {found[4] or ''}".strip())
    if (found := _match(_CLOCK, written)) is not None:
        refuse_time(text, "time_today", clock=found[1].replace(".", ":"))
    words = [word.strip(".,") for word in written.split()]
    weekday = next((word for word in words[:3] if word in WEEKDAYS), None)
    if weekday is not None:
        is_last = bool({"last", "previous", "прошлый", "прошлую", "прошлое"} & {*words})
        is_next = bool({"next", "следующий", "следующую", "следующее"} & {*words})
        first = today - timedelta(days=(today.weekday() - WEEKDAYS[weekday]) % 7)
        first += timedelta(days=7 * (is_next - (is_last and first == today)))
        said = re.search(r"\b\d{1,2}([:.]\d\d){0,2}( ?[ap]\.?m\.?)?( ?[+-]\d\d:\d\d)?$", written)
        clock = _whole_day(said[0]).replace(".", ":") if said else ""
        clock = clock if ":" in clock else "17:30"
        weeks = (0, -1 if is_last else 1)
        both = [f"{first + timedelta(weeks=step):%d.%m.%Y} {clock}" for step in weeks]
        refuse_time(text, "time_which_week", first=both[0], second=both[1])
    _refuse_vague(text, today)
    if (found := _match(_TWO_CLOCKS, text)) is not None:
        _refuse_clock(text, found[1], found[2], found[3], today)
    if (found := _match(_ZONED, text)) is not None and found[1] not in ("am", "pm"):
        refuse_time(text, "time_zone", zone=found[1])
    refuse_time(text, "time_form")
