"""Weekly hours: the shifts of each weekday, in the weekly part of OpenStreetMap's opening_hours.

The notation: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple, NoReturn

from workhours_sla.errors import HoursSyntaxError, shown

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ONE_DAY = timedelta(days=1)
ZERO = timedelta(0)
LONGEST = 10_000
"""Characters of weekly hours."""

_EXAMPLE = "write hours like 'Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-14:00'"
_DAYS = re.compile(r"(?:Mo|Tu|We|Th|Fr|Sa|Su)\b", re.IGNORECASE)
_DAY_RANGE = re.compile(
    r"(Mo|Tu|We|Th|Fr|Sa|Su)(?:\s*-\s*(Mo|Tu|We|Th|Fr|Sa|Su))?\b", re.IGNORECASE
)
_TIME = r"(\d{1,2}):(\d{2})(?::(\d{2}))?"
_TIME_RANGE = re.compile(rf"{_TIME}\s*-\s*{_TIME}$")
_BEYOND_THE_WEEK = (
    (re.compile(r"\b(PH|SH)\b", re.IGNORECASE), "holidays belong to the calendar"),
    (re.compile(r"sunrise|sunset|dawn|dusk", re.IGNORECASE), "hours by the sun are not supported"),
    (
        re.compile(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|week|easter)\b"),
        "hours by season or date are not part of the weekly hours",
    ),
    (re.compile(r"\["), "the n-th weekday of a month is not part of the weekly hours"),
    (re.compile(r"\|\||\""), "fall-back rules and comments are not supported"),
    (re.compile(r"\d\+|\bopen\b", re.IGNORECASE), "open-ended hours have no end to count to"),
    (re.compile("[\u2013\u2014]"), "a dash must be a plain '-'"),
)


class Shift(NamedTuple):
    """A stretch of work ``[start, end)`` on a date's wall clock, counted from its midnight.

    0 <= start < 24 h, start < end <= start + 24 h; an end past 24 h runs into the next date.
    """

    start: timedelta
    end: timedelta


Shifts = tuple[Shift, ...]


def merge_shifts(shifts: Iterable[Shift], *, longest: timedelta | None = ONE_DAY) -> Shifts:
    """Return the shifts in order, those that overlap or touch made one (each hour counts once).

    Where the union would last over ``longest`` the shifts stay as they are.
    """
    merged: list[Shift] = []
    for shift in sorted(shifts):
        last = merged[-1] if merged else None
        end = max(shift.end, last.end) if last else shift.end
        if last and shift.start <= last.end and (longest is None or end - last.start <= longest):
            merged[-1] = Shift(last.start, end)
        else:
            merged.append(shift)
    return tuple(merged)


def shorten(shifts: Shifts, by: timedelta, *, at_start: bool = False) -> Shifts:
    """Return the shifts without ``by`` of wall-clock time at the end (or the start) of the day.

    Taken from the shift with the latest end, going on into the one before if that is shorter.

    >>> day = parse_shifts("09:00-13:00,17:30-18:00")
    >>> format_shifts(shorten(day, timedelta(hours=1)))
    '09:00-12:30'
    """
    left = by
    kept = list(merge_shifts(shifts, longest=None))
    while kept and left > ZERO:
        index = 0 if at_start else max(range(len(kept)), key=lambda i: kept[i].end)
        start, end = kept.pop(index)
        cut = min(left, end - start)
        left -= cut
        if cut < end - start:
            kept.append(Shift(start + cut, end) if at_start else Shift(start, end - cut))
    return tuple(sorted(kept))


class WeeklyHours(NamedTuple):
    """The shifts of each weekday, Monday first. Its text form is the notation itself.

    >>> WeeklyHours.parse("Mo-Fr 09:00-18:00; Fr 09:00-16:45").by_weekday[4]
    (Shift(start=datetime.timedelta(seconds=32400), end=datetime.timedelta(seconds=60300)),)
    """

    by_weekday: tuple[Shifts, Shifts, Shifts, Shifts, Shifts, Shifts, Shifts]

    @classmethod
    def parse(cls, text: str) -> WeeklyHours:
        """Return the weekly hours that ``text`` means.

        Understood: days and ranges (``Mo-Fr``, ``Sa,Su``, ``Fr-Mo``; none means every day),
        several shifts (``09:00-13:00,14:00-18:00``), seconds, ``24:00``, ends past midnight
        (``22:00-06:00`` or ``22:00-30:00``; they belong to the day they start on), ``off`` and
        ``24/7``; rules separated by ``;``, where a later one replaces an earlier one for the
        same day. Raises HoursSyntaxError for anything else.

        >>> str(WeeklyHours.parse("Mo-Su 08:00-20:00; Su off"))
        'Mo-Sa 08:00-20:00'
        """
        if not isinstance(text, str):
            msg = f"weekly hours are text, not {shown(text)}; {_EXAMPLE}"
            raise TypeError(msg)
        _check_length(text)
        week: list[Shifts] = [()] * 7
        rules = [rule.strip() for rule in text.split(";")]
        if not any(rules):
            _refuse(text, "the hours are empty")
        for rule in filter(None, rules):
            days, shifts = _parse_rule(rule, text)
            for day in days:
                week[day] = shifts
        mo, tu, we, th, fr, sa, su = week
        return cls((mo, tu, we, th, fr, sa, su))

    @property
    def empty(self) -> bool:
        """Whether no weekday has a shift."""
        return not any(self.by_weekday)

    def __str__(self) -> str:
        parts: list[str] = []
        day = 0
        while day < len(WEEKDAYS):
            last = day
            while last + 1 < len(WEEKDAYS) and self.by_weekday[last + 1] == self.by_weekday[day]:
                last += 1
            if self.by_weekday[day]:
                days = WEEKDAYS[day] if last == day else f"{WEEKDAYS[day]}-{WEEKDAYS[last]}"
                parts.append(f"{days} {format_shifts(self.by_weekday[day])}")
            day = last + 1
        return "; ".join(parts) or "off"


def parse_shifts(text: str) -> Shifts:
    """Return the shifts of one day, such as ``09:00-13:00,14:00-18:00`` or ``off``.

    Raises HoursSyntaxError.
    """
    _check_length(text)
    stripped = text.strip()
    if stripped.lower() in ("off", "closed"):
        return ()
    if not stripped:
        _refuse(text, "the hours are empty")
    return merge_shifts(_parse_range(part.strip(), text) for part in stripped.split(","))


def format_shifts(shifts: Sequence[Shift]) -> str:
    """Return shifts in the notation that ``parse_shifts`` reads."""
    return (
        ",".join(
            f"{clock(start)}-{clock(end - ONE_DAY if end > ONE_DAY else end)}"
            for start, end in shifts
        )
        or "off"
    )


def clock(amount: timedelta) -> str:
    """Return an amount as a wall-clock reading: ``09:00``, ``24:00``, ``08:59:30``."""
    minutes, seconds = divmod(amount // timedelta(seconds=1), 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def _parse_rule(rule: str, text: str) -> tuple[list[int], Shifts]:
    for pattern, why in _BEYOND_THE_WEEK:
        if pattern.search(rule):
            _refuse(text, why)
    if rule == "24/7":
        return list(range(7)), (Shift(ZERO, ONE_DAY),)
    days, position = _parse_days(rule, text)
    rest = rule[position:].strip().removeprefix(":").strip()
    if not rest:
        _refuse(text, f"{shown(rule)} has days but no hours")
    if _DAYS.search(rest):
        _refuse(text, f"{shown(rest)} has days after its hours; separate rules with ';'")
    return days, parse_shifts(rest)


def _parse_days(rule: str, text: str) -> tuple[list[int], int]:
    days: list[int] = []
    position = 0
    while match := _DAY_RANGE.match(rule, position):
        first = _weekday(match[1])
        last = _weekday(match[2]) if match[2] else first
        days.extend((first + step) % 7 for step in range((last - first) % 7 + 1))
        position = match.end()
        comma = re.compile(r"\s*,\s*").match(rule, position)
        if comma is None:
            break
        position = comma.end()
        if _DAY_RANGE.match(rule, position) is None:
            _refuse(text, f"expected a day after the comma in {shown(rule)}")
    return days or list(range(7)), position


def _weekday(name: str) -> int:
    return WEEKDAYS.index(name.capitalize())


def _parse_range(part: str, text: str) -> Shift:
    match = _TIME_RANGE.match(part)
    if match is None:
        _refuse(text, f"{shown(part)} is not a range of hours")
    h1, m1, s1, h2, m2, s2 = (int(group or 0) for group in match.groups())
    if max(m1, s1, m2, s2) > 59 or h1 > 23 or h2 > 48:  # noqa: PLR2004
        _refuse(text, f"{shown(part)} has a time that no clock shows")
    start = timedelta(hours=h1, minutes=m1, seconds=s1)
    end = timedelta(hours=h2, minutes=m2, seconds=s2)
    if end <= start:
        end += ONE_DAY
    if end > start + ONE_DAY:
        _refuse(text, f"{shown(part)} lasts over 24 hours")
    return Shift(start, end)


def _check_length(text: str) -> None:
    if len(text) > LONGEST:
        _refuse(text, f"they have more than {LONGEST:,} characters")


def _refuse(text: str, why: str) -> NoReturn:
    msg = f"cannot read the hours {shown(text)}: {why}; {_EXAMPLE}"
    raise HoursSyntaxError(msg, text=text)
