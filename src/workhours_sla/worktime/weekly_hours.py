"""Weekly hours: the shifts of each weekday, parsed from opening_hours notation.

Only the weekly rules of OpenStreetMap's opening_hours are accepted:
https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby, pairwise
from typing import NamedTuple, NoReturn

from workhours_sla.errors import HoursSyntaxError, shown
from workhours_sla.module_names import public
from workhours_sla.text import messages
from workhours_sla.worktime.interval_sets import join
from workhours_sla.worktime.zone_offsets import ONE_DAY, ZERO

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
LONGEST = 10_000
"""The maximum length of weekly hours, in characters of text."""

_EXAMPLE = "Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-14:00"
_EXAMPLE_OF_A_DAY = "09:00-13:00,14:00-18:00"
_DAYS = re.compile(r"(?:Mo|Tu|We|Th|Fr|Sa|Su)\b", re.IGNORECASE)
_DAY_RANGE = re.compile(
    r"(Mo|Tu|We|Th|Fr|Sa|Su)(?:\s*-\s*(Mo|Tu|We|Th|Fr|Sa|Su))?\b", re.IGNORECASE
)
_NEXT_RULE = re.compile(r"(?<=\d)\s*,\s*(?=(?:Mo|Tu|We|Th|Fr|Sa|Su)\b)", re.IGNORECASE)
"""Matches a comma between the hours of one rule and the weekdays of the next."""
_TIME = r"(\d{1,2}):(\d{2})(?::(\d{2}))?"
_TIME_RANGE = re.compile(rf"{_TIME}\s*-\s*{_TIME}$")
_BEYOND_THE_WEEK = (
    (re.compile(r"\b(PH|SH)\b", re.IGNORECASE), "hours_holidays"),
    (re.compile(r"sunrise|sunset|dawn|dusk", re.IGNORECASE), "hours_sun"),
    (
        re.compile(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|week|easter)\b"),
        "hours_season",
    ),
    (re.compile(r"\["), "hours_nth"),
    (re.compile(r"\|\||\""), "hours_comment"),
    (re.compile(r"\d\+|\bopen\b", re.IGNORECASE), "hours_open"),
    (re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"), "hours_dash"),
)


class Shift(NamedTuple):
    """A shift ``[start, end)`` on the wall clock, as time since midnight of its date.

    0 <= start < 24 h and start < end <= start + 24 h. An end after 24 h is on the next date.
    """

    start: timedelta
    end: timedelta


Shifts = tuple[Shift, ...]


def merge_shifts(shifts: Iterable[Shift]) -> Shifts:
    """Return the shifts sorted, with shifts that overlap or touch merged into one.

    Shifts are not merged into a shift longer than 24 hours.
    """
    merged: list[Shift] = []
    for shift in sorted(shifts):
        last = merged[-1] if merged else None
        end = max(shift.end, last.end) if last else shift.end
        if last and shift.start <= last.end and end - last.start <= ONE_DAY:
            merged[-1] = Shift(last.start, end)
        else:
            merged.append(shift)
    return tuple(merged)


def shorten(shifts: Shifts, by: timedelta, *, at_start: bool = False) -> Shifts:
    """Return the shifts of a day, shortened at the end by ``by`` of wall-clock time.

    If the last shift is shorter than ``by``, the shift before it is shortened, too. With
    ``at_start`` the day is shortened at its start instead.

    >>> day = parse_shifts("09:00-13:00,17:30-18:00")
    >>> format_shifts(shorten(day, timedelta(hours=1)))
    '09:00-12:30'
    """
    left = by
    kept = join(shifts)
    while kept and left > ZERO:
        start, end = kept.pop(0 if at_start else -1)
        cut = min(left, end - start)
        left -= cut
        if cut < end - start:
            kept.append((start + cut, end) if at_start else (start, end - cut))
    return tuple(Shift(*span) for span in sorted(kept))


class _Rule(NamedTuple):
    """One rule of weekly hours: its text, its weekdays (Monday is 0), and their shifts."""

    text: str
    days: Sequence[int]
    shifts: Shifts


@public()
class WeeklyHours(NamedTuple):
    """The shifts of each weekday, Monday first. ``str`` returns opening_hours notation.

    >>> WeeklyHours.parse("Mo-Fr 09:00-18:00; Fr 09:00-16:45").by_weekday[4]
    (Shift(start=datetime.timedelta(seconds=32400), end=datetime.timedelta(seconds=60300)),)
    """

    by_weekday: tuple[Shifts, Shifts, Shifts, Shifts, Shifts, Shifts, Shifts]

    @classmethod
    def parse(cls, text: str) -> WeeklyHours:
        """Parse weekly hours in OpenStreetMap's opening_hours notation.

        A rule names weekdays and their shifts. Rules are separated by ``;``; a later rule
        replaces an earlier rule for the same weekday. Accepted are:

        - weekdays and ranges of weekdays: ``Mo-Fr``, ``Sa,Su``, ``Fr-Mo``; a rule without
          weekdays is for every day;
        - several shifts, with seconds if needed: ``09:00-13:00,14:00-18:00``;
        - shifts that end at or after midnight, which belong to the day on which they start:
          ``14:00-24:00``, ``22:00-06:00`` or ``22:00-30:00``;
        - ``off`` and ``24/7``.

        Raises HoursSyntaxError for anything else, and for a rule without effect because later
        rules replace it on all its weekdays.

        >>> str(WeeklyHours.parse("Mo-Su 08:00-20:00; Su off"))
        'Mo-Sa 08:00-20:00'
        """
        if not isinstance(text, str):
            msg = f"weekly hours are text, not {shown(text)}; write hours like {_EXAMPLE!r}"
            raise TypeError(msg)
        _check_length(text)
        parts = [part.strip() for part in text.split(";")]
        if not any(parts):
            _refuse(text, "hours_empty")
        rules = [_parse_rule(part, text) for part in filter(None, parts)]
        week = _in_force(rules)
        replaced = _replaced_rule(rules)
        if replaced is not None:
            better = _added_up(rules) or week
            example = _EXAMPLE if better.empty else str(better)
            _refuse(text, "hours_pointless", example, rule=replaced.text)
        return week

    @property
    def empty(self) -> bool:
        """Whether no weekday has a shift."""
        return not any(self.by_weekday)

    def __str__(self) -> str:
        parts: list[str] = []
        for shifts, group in groupby(range(len(WEEKDAYS)), key=self.by_weekday.__getitem__):
            first, *others = group
            days = f"{WEEKDAYS[first]}-{WEEKDAYS[others[-1]]}" if others else WEEKDAYS[first]
            if shifts:
                parts.append(f"{days} {format_shifts(shifts)}")
        return "; ".join(parts) or "off"


def parse_shifts(text: str) -> Shifts:
    """Parse the shifts of one day, such as ``09:00-13:00,14:00-18:00`` or ``off``.

    Raises HoursSyntaxError.
    """
    _check_length(text)
    _check_supported(text, text, _EXAMPLE_OF_A_DAY)
    return _parse_day(text, text, _EXAMPLE_OF_A_DAY)


def format_shifts(shifts: Sequence[Shift]) -> str:
    """Return the shifts of one day as text that ``parse_shifts`` accepts."""
    return (
        ",".join(
            f"{clock(start)}-{clock(end - ONE_DAY if end > ONE_DAY else end)}"
            for start, end in shifts
        )
        or "off"
    )


def clock(amount: timedelta) -> str:
    """Return a time since midnight as text: ``09:00``, ``24:00``, ``08:59:30``."""
    minutes, seconds = divmod(amount // timedelta(seconds=1), 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def _in_force(rules: Iterable[_Rule]) -> WeeklyHours:
    """Return the weekly hours in which the last rule for a weekday decides its shifts."""
    week: list[Shifts] = [()] * 7
    for rule in rules:
        for day in rule.days:
            week[day] = rule.shifts
    return _week_of(week)


def _added_up(rules: Sequence[_Rule]) -> WeeklyHours | None:
    """Return the weekly hours in which each weekday has the shifts of all rules for it.

    Returns None if shifts of a weekday overlap, or if a rule is ``off``.
    """
    week: list[Shifts] = [()] * 7
    for rule in rules:
        for day in rule.days:
            week[day] += rule.shifts
    if not all(rule.shifts for rule in rules) or any(map(_overlap, week)):
        return None
    return _week_of(map(merge_shifts, week))


def _week_of(days: Iterable[Shifts]) -> WeeklyHours:
    mo, tu, we, th, fr, sa, su = days
    return WeeklyHours((mo, tu, we, th, fr, sa, su))


def _overlap(shifts: Shifts) -> bool:
    return any(one.end > other.start for one, other in pairwise(sorted(shifts)))


def _replaced_rule(rules: Sequence[_Rule]) -> _Rule | None:
    """Return the first rule that later rules replace on all its weekdays.

    Returns None if there is no such rule.
    """
    for index, rule in enumerate(rules):
        later = {day for other in rules[index + 1 :] for day in other.days}
        if later.issuperset(rule.days):
            return rule
    return None


def _parse_rule(rule: str, text: str) -> _Rule:
    _check_supported(rule, text, _EXAMPLE)
    if rule == "24/7":
        return _Rule(rule, range(7), (Shift(ZERO, ONE_DAY),))
    days, position = _parse_days(rule, text)
    rest = rule[position:].strip().removeprefix(":").strip()
    if not rest:
        _refuse(text, "hours_missing", rule=rule)
    if _DAYS.search(rest):
        parts = _NEXT_RULE.split(rule)
        better = _added_up([_parse_rule(part, text) for part in parts]) if parts[1:] else None
        _refuse(text, "hours_days_after", str(better) if better else _EXAMPLE, rule=rule)
    return _Rule(rule, days, _parse_day(rest, text, _EXAMPLE))


def _check_supported(part: str, text: str, example: str) -> None:
    """Raise HoursSyntaxError for opening_hours notation that is not a weekly rule.

    Months, holidays, comments and dashes other than ``-`` are examples.
    """
    for pattern, cause in _BEYOND_THE_WEEK:
        if pattern.search(part):
            _refuse(text, cause, example)


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
            _refuse(text, "hours_no_day", rule=rule)
    return days or list(range(7)), position


def _weekday(name: str) -> int:
    return WEEKDAYS.index(name.capitalize())


def _parse_day(part: str, text: str, example: str) -> Shifts:
    part = part.strip()
    if part.lower() in ("off", "closed"):
        return ()
    if not part:
        _refuse(text, "hours_empty", example)
    return merge_shifts(_parse_range(one.strip(), text, example) for one in part.split(","))


def _parse_range(part: str, text: str, example: str) -> Shift:
    match = _TIME_RANGE.match(part)
    if match is None:
        _refuse(text, "hours_range", example, part=part)
    h1, m1, s1, h2, m2, s2 = (int(group or 0) for group in match.groups())
    if max(m1, s1, m2, s2) > 59 or h1 > 23 or h2 > 48:  # noqa: PLR2004
        _refuse(text, "hours_clock", example, part=part)
    start = timedelta(hours=h1, minutes=m1, seconds=s1)
    end = timedelta(hours=h2, minutes=m2, seconds=s2)
    if end <= start:
        end += ONE_DAY
    if end > start + ONE_DAY:
        _refuse(text, "hours_long", example, part=part)
    return Shift(start, end)


def _check_length(text: str) -> None:
    if len(text) > LONGEST:
        _refuse(text, "hours_too_many", most=f"{LONGEST:,}")


def _refuse(text: str, cause: str, example: str = _EXAMPLE, **facts: str) -> NoReturn:
    """Raise HoursSyntaxError with the message of a cause; ``example`` shows what to write."""
    known = {"text": text, "example": example, **facts}
    raise HoursSyntaxError(
        messages.refusal(cause, "en", known), text=text, cause=cause, facts=known
    )
