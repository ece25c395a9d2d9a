"""Parse weekly hours in the part of OpenStreetMap's opening_hours notation that fits a schedule.

The grammar is https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification. Where it is
ambiguous, text is interpreted like in opening_hours.js. Text with two interpretations is refused.
"""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import Final, NamedTuple, NoReturn

from workhours_sla.errors import HoursSyntaxError
from workhours_sla.text.messages import say
from workhours_sla.worktime import hours_rules
from workhours_sla.worktime.hours_rules import EVERY_DAY, Dates, Effect, MonthDay, Rule, Rules
from workhours_sla.worktime.hours_words import DAY_NAMES, MONTH_NAMES, MONTHS, WEEKDAYS
from workhours_sla.worktime.shifts import WHOLE_DAY, Shift, Shifts, merge_shifts
from workhours_sla.worktime.zone_offsets import ONE_DAY

LONGEST: Final = 10_000
"""Maximum length of weekly hours as text, in characters."""
MOST_RULES: Final = 100

EXAMPLE: Final = "Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-14:00"
_EXAMPLE_OF_A_DAY: Final = "09:00-13:00,14:00-18:00"
_OFF: Final = ("off", "closed")
_HOLIDAYS: Final = ("ph", "sh")
_WEEKS: Final = 53

_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[^\W\d_]+\.?")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_WEEK = re.compile(r"week\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,2}(?!\d|[:.]\d)")
_CLOCK = r"(\d{1,2})(?:[:.](\d{2})(?::(\d{2}))?)?"
_TIME_RANGE = re.compile(rf"{_CLOCK}\s*-\s*{_CLOCK}(?![\d:.])")
_ALWAYS = re.compile(r"24/7(?!\d)")
_REFUSED = (
    (re.compile(r"\|\||[\"“”„«»]|\bunknown\b", re.IGNORECASE), "hours_comment"),
    (re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"), "hours_dash"),
    (re.compile(r"sunrise|sunset|dawn|dusk", re.IGNORECASE), "hours_sun"),
    (re.compile(r"\beaster\b", re.IGNORECASE), "hours_easter"),
    (re.compile(r"\["), "hours_nth"),
    (re.compile(r"[+-]\s*\d+\s*days?\b", re.IGNORECASE), "hours_shifted"),
    (re.compile(r"\d\s*\+|\bopen\s*end|\blate\b", re.IGNORECASE), "hours_open"),
    (re.compile(r"\b(?:19|20)\d\d\b"), "hours_year"),
)
"""Notation that a schedule cannot represent, each with the cause of the error."""


class Parsed(NamedTuple):
    """The rules of a text. ``holidays_off`` is True if the text contains ``PH off``."""

    rules: Rules
    holidays_off: bool


def parse_rules(text: str) -> Parsed:
    """Parse weekly hours. Raises HoursSyntaxError, also for a rule without effect.

    >>> hours_rules.rules_text(parse_rules("Пн-Пт 9-18, We 20:00-22:00; 13:00-14:00 off").rules)
    'Mo-Fr 09:00-18:00, We 20:00-22:00; Mo-Su 13:00-14:00 off'
    """
    _check_text(text, EXAMPLE)
    reader = _Reader(text, EXAMPLE)
    rules: list[Rule] = []
    holidays_off = additional = False
    while True:
        while reader.take(";"):
            additional = False
        if reader.at_end():
            break
        start = reader.position
        rule, of_holidays = _parse_rule(reader, additional=additional)
        if rule is not None:
            if holidays_off and rule.shifts and rule.effect is not Effect.REMOVE:
                reader.refuse("hours_holidays_first", rule=reader.since(start))
            rules.append(rule)
        holidays_off = holidays_off or of_holidays
        if len(rules) > MOST_RULES:
            reader.refuse("hours_too_many_rules", most=str(MOST_RULES))
        additional = reader.take(",")
        if additional and reader.at_end():
            reader.refuse("hours_no_day", rule=reader.since(start))
        if not (additional or reader.at_end() or reader.sees(";")):
            _refuse_rest(reader, start)
    if not (rules or holidays_off):
        reader.refuse("hours_empty")
    return Parsed(tuple(rules), holidays_off)


def parse_shifts(text: str) -> Shifts:
    """Parse the shifts of one day, such as ``09:00-13:00,14:00-18:00`` or ``off``.

    Raises HoursSyntaxError.

    >>> parse_shifts("09:00-18:00")
    (Shift(start=datetime.timedelta(seconds=32400), end=datetime.timedelta(seconds=64800)),)
    """
    _check_text(text, _EXAMPLE_OF_A_DAY)
    reader = _Reader(text, _EXAMPLE_OF_A_DAY)
    if reader.at_end():
        reader.refuse("hours_empty")
    shifts = () if reader.take_word(*_OFF) else _parse_times(reader)
    if not reader.at_end():
        reader.refuse("hours_range", part=reader.piece())
    return merge_shifts(shifts)


def refuse(text: str, cause: str, example: str = EXAMPLE, **facts: str) -> NoReturn:
    """Raise HoursSyntaxError with the message for a cause; ``example`` shows what to write."""
    known = {"text": text, "example": example, **facts}
    raise HoursSyntaxError(str(say(cause, **known)), text=text, cause=cause, facts=known)


def _check_text(text: str, example: str) -> None:
    if len(text) > LONGEST:
        refuse(text, "hours_too_many", example, most=f"{LONGEST:,}")
    for pattern, cause in _REFUSED:
        if pattern.search(text):
            refuse(text, cause, example)


# -- reading ---------------------------------------------------------------------------------


class _Reader:
    """Reads tokens of a text from left to right, and skips spaces before each token."""

    def __init__(self, text: str, example: str) -> None:
        self._text = text
        self._example = example
        self.position = 0

    def at_end(self) -> bool:
        return self._skipped() == len(self._text)

    def sees(self, sign: str) -> bool:
        return self._text.startswith(sign, self._skipped())

    def sees_digit(self) -> bool:
        return _DIGIT.match(self._text, self._skipped()) is not None

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match a pattern at the current position and skip it; return None if it does not match."""
        found = pattern.match(self._text, self._skipped())
        if found is not None:
            self.position = found.end()
        return found

    def take(self, sign: str) -> bool:
        """Skip a character if it comes next, and return whether it did."""
        found = self.sees(sign)
        if found:
            self.position = self._skipped() + len(sign)
        return found

    def word(self) -> str:
        """Return the next word in lower case without a final dot; "" if there is none.

        The position does not move.
        """
        return self.written_word().removesuffix(".").lower()

    def written_word(self) -> str:
        """Return the next word as it is written; "" if there is none.

        The position does not move.
        """
        found = _WORD.match(self._text, self._skipped())
        return found[0] if found else ""

    def take_word(self, *words: str) -> bool:
        """Skip the next word if it is one of ``words``, and return whether it was."""
        return self.word() in words and self.match(_WORD) is not None

    def number(self) -> int | None:
        """Skip the next number and return it; return None if there is none, or a time of day."""
        found = self.match(_NUMBER)
        return int(found[0]) if found else None

    def follows(self, pattern: re.Pattern[str], after: str) -> bool:
        """Return whether the text continues with the character ``after`` and then the pattern."""
        start = self._skipped()
        if not self._text.startswith(after, start):
            return False
        space = _SPACE.match(self._text, start + len(after))
        return pattern.match(self._text, space.end() if space else start) is not None

    def since(self, start: int) -> str:
        """Return the text from position ``start`` to the current position."""
        return self._text[start : self.position].strip()

    def piece(self) -> str:
        """Return the text up to the next comma or semicolon."""
        rest = self._text[self._skipped() :]
        return re.split("[,;]", rest, maxsplit=1)[0].strip() or rest[:1]

    def rule_from(self, start: int) -> str:
        """Return the text from position ``start`` to the end of the rule."""
        return self._text[start:].partition(";")[0].strip()

    def refuse(self, cause: str, example: str | None = None, **facts: str) -> NoReturn:
        refuse(self._text, cause, example or self._example, **facts)

    def _skipped(self) -> int:
        space = _SPACE.match(self._text, self.position)
        return space.end() if space else self.position


def _parse_rule(reader: _Reader, *, additional: bool) -> tuple[Rule | None, bool]:
    """Parse a rule; return it, and whether it contains ``PH off``.

    The rule is None if ``PH`` is its only day.
    """
    start = reader.position
    if reader.match(_ALWAYS) is not None:
        effect = Effect.ADD if additional else Effect.REPLACE
        return Rule(Dates(), EVERY_DAY, effect, WHOLE_DAY, reader.since(start)), False
    dates = _parse_dates(reader)
    reader.take(":")
    days, holidays = _parse_days(reader)
    if days or holidays:
        reader.take(":")
    shifts = _parse_times(reader) if reader.sees_digit() else ()
    off = reader.take_word(*_OFF)
    opened = not off and reader.take_word("open")
    text = reader.since(start)
    if holidays and (not off or shifts or dates != Dates()):
        reader.refuse("hours_holidays")
    if not (shifts or off or opened):
        if reader.position == start:
            _refuse_rest(reader, start)
        _refuse_missing(reader, start)
    weekdays = tuple(sorted(days)) or EVERY_DAY
    if off and shifts:
        _check_break(reader, shifts, text)
        return Rule(dates, weekdays, Effect.REMOVE, merge_shifts(shifts), text), False
    effect = Effect.ADD if additional and not off else Effect.REPLACE
    if holidays and not days:
        return None, True
    shifts = merge_shifts(shifts or (WHOLE_DAY if opened else ()))
    return Rule(dates, weekdays, effect, shifts, text), holidays


def _refuse_missing(reader: _Reader, start: int) -> NoReturn:
    """Raise the error for a rule that has days or dates but no hours."""
    word = reader.word()
    if word and word not in DAY_NAMES and word not in MONTH_NAMES:
        _refuse_word(reader)
    if not (reader.at_end() or reader.sees(";") or reader.sees(",")):
        _refuse_rest(reader, start)
    reader.refuse("hours_missing", rule=reader.since(start))


def _refuse_rest(reader: _Reader, start: int) -> NoReturn:
    """Raise the error for text at the current position that cannot be parsed."""
    word = reader.word()
    if word in DAY_NAMES or word in MONTH_NAMES or word in (*_HOLIDAYS, "week"):
        reader.refuse("hours_days_after", rule=reader.rule_from(start))
    if word and word not in (*_OFF, "open"):
        _refuse_word(reader)
    reader.refuse("hours_range", part=reader.piece())


def _refuse_word(reader: _Reader) -> NoReturn:
    reader.refuse("hours_word", word=reader.written_word(), days=" ".join(WEEKDAYS))


# -- dates -----------------------------------------------------------------------------------


def _parse_dates(reader: _Reader) -> Dates:
    ranges: list[tuple[MonthDay, MonthDay]] = []
    while (month := _parse_month(reader)) is not None:
        ranges.append(_parse_range_from(reader, month))
        if not reader.follows(_LETTER, ","):
            break
        before = reader.position
        reader.take(",")
        if reader.word() not in MONTH_NAMES:
            reader.position = before
            break
    weeks: list[tuple[int, int, int]] = []
    if reader.take_word("week"):
        weeks.append(_parse_weeks(reader))
        while reader.follows(_NUMBER, ",") or reader.follows(_WEEK, ","):
            reader.take(",")
            reader.take_word("week")
            weeks.append(_parse_weeks(reader))
    return Dates(tuple(ranges), tuple(weeks))


def _parse_month(reader: _Reader) -> int | None:
    month = MONTH_NAMES.get(reader.word())
    if month is not None:
        reader.match(_WORD)
    return month


def _parse_range_from(reader: _Reader, month: int) -> tuple[MonthDay, MonthDay]:
    """Parse a range of dates that begins with ``month``."""
    start = reader.position
    day = reader.number()
    end_month, end_day = month, day
    if reader.follows(_LETTER, "-"):
        reader.take("-")
        following = _parse_month(reader)
        if following is None:
            _refuse_word(reader)
        end_month, end_day = following, None if day is None else reader.number()
        if day is not None and end_day is None:
            reader.refuse("hours_half_range", part=reader.since(start))
    elif day is not None and reader.follows(_NUMBER, "-"):
        reader.take("-")
        end_day = reader.number()
    first = month, 1 if day is None else day
    last = end_month, hours_rules.last_day(end_month) if end_day is None else end_day
    for one_month, one_day in (first, last):
        if not 1 <= one_day <= hours_rules.last_day(one_month):
            reader.refuse("hours_no_date", part=f"{MONTHS[one_month - 1]} {one_day}")
    if month == end_month and last < first:
        reader.refuse("hours_backwards", part=f"{MONTHS[month - 1]} {reader.since(start)}")
    return first, last


def _parse_weeks(reader: _Reader) -> tuple[int, int, int]:
    start = reader.position
    first = last = reader.number()
    step: int | None = 1
    least = 1
    if first is not None and reader.follows(_NUMBER, "-"):
        reader.take("-")
        last = reader.number()
        if reader.take("/"):
            least, step = 2, reader.number()
    if (
        (first is None or last is None or step is None)
        or not 1 <= first <= last <= _WEEKS
        or not least <= step <= _WEEKS // 2
    ):
        reader.refuse("hours_weeks", part=reader.since(start) or reader.piece())
    return first, last, step


# -- weekdays --------------------------------------------------------------------------------


def _parse_days(reader: _Reader) -> tuple[set[int], bool]:
    """Parse weekdays; return them, and whether ``PH`` is among them."""
    days: set[int] = set()
    holidays = False
    start = reader.position
    while True:
        word = reader.word()
        if word == "sh":
            reader.refuse("hours_school")
        if word == "ph":
            reader.match(_WORD)
            holidays = True
        elif word in DAY_NAMES:
            days |= _parse_day_range(reader)
        elif days or holidays:  # after a comma
            reader.refuse("hours_no_day", rule=reader.since(start))
        if not (days or holidays) or not reader.take(","):
            return days, holidays


def _parse_day_range(reader: _Reader) -> set[int]:
    first = last = DAY_NAMES[reader.word()]
    reader.match(_WORD)
    if reader.take("-"):
        if reader.word() not in DAY_NAMES:
            if reader.word():
                _refuse_word(reader)
            reader.refuse("hours_range", part=reader.piece())
        last = DAY_NAMES[reader.word()]
        reader.match(_WORD)
    return {(first + step) % 7 for step in range((last - first) % 7 + 1)}


# -- times -----------------------------------------------------------------------------------


def _parse_times(reader: _Reader) -> Shifts:
    """Parse ranges of hours; return them in the order of the text."""
    shifts = [_parse_times_range(reader)]
    while reader.follows(_DIGIT, ","):
        reader.take(",")
        shifts.append(_parse_times_range(reader))
    return tuple(shifts)


def _parse_times_range(reader: _Reader) -> Shift:
    part = reader.piece()
    match = reader.match(_TIME_RANGE)
    if match is None:
        reader.refuse("hours_range", part=part)
    part = match[0]
    h1, m1, s1, h2, m2, s2 = (int(group or 0) for group in match.groups())
    if max(m1, s1, m2, s2) > 59 or h1 > 23 or h2 > 48:
        reader.refuse("hours_clock", part=part)
    start = timedelta(hours=h1, minutes=m1, seconds=s1)
    end = timedelta(hours=h2, minutes=m2, seconds=s2)
    if end <= start:
        if match[2] is None or match[5] is None:
            reader.refuse("hours_minutes", part=part)
        end += ONE_DAY
    if end > start + ONE_DAY:
        reader.refuse("hours_long", part=part)
    return Shift(start, end)


def _check_break(reader: _Reader, shifts: Shifts, text: str) -> None:
    """Raise HoursSyntaxError for a break that passes midnight, or whose ranges overlap.

    ``09:00-18:00,13:00-14:00 off`` would be off from 09:00 to 18:00, which is certainly an error.
    """
    if any(shift.end > ONE_DAY for shift in shifts):
        reader.refuse("hours_off_at_night", rule=text)
    ordered = sorted(shifts)
    if any(one.end > other.start for one, other in pairwise(ordered)):
        reader.refuse("hours_off_twice", rule=text)
