"""Weekly hours, parsed from the part of OpenStreetMap's opening_hours that fits a schedule.

The grammar is https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification. Where it is
ambiguous, text is interpreted like in opening_hours.js. Text with two interpretations is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import groupby, pairwise
from typing import Final, NamedTuple, NoReturn

from workhours_sla.calendars.days import dates_between
from workhours_sla.errors import ArgumentError, HoursSyntaxError, shown
from workhours_sla.module_names import public
from workhours_sla.text.amounts import whole_day
from workhours_sla.text.messages import say, short
from workhours_sla.worktime import hours_rules
from workhours_sla.worktime.hours_rules import (
    EVERY_DAY,
    MONTHS,
    WEEKDAYS,
    Dates,
    Effect,
    MonthDay,
    Rotation,
    Rule,
    Rules,
    last_day,
)
from workhours_sla.worktime.shifts import WHOLE_DAY, Shift, Shifts, merge_shifts, without
from workhours_sla.worktime.times import ONE_DAY

LONGEST: Final = 10_000
"""Maximum length of weekly hours as text, in characters."""
MOST_RULES: Final = 100
EXAMPLE: Final = "Mo-Fr 09:00-13:00,14:00-18:00; Fr 09:00-13:00,14:00-17:00"
_EXAMPLE_OF_A_DAY: Final = "09:00-13:00,14:00-18:00"

# -- the grammar -----------------------------------------------------------------------------

_WORDS: Final = {
    name: (kind, number)
    for kind, lines in {
        "D": (
            "mo mon monday mondays montag montags пн понедельник понедельника",
            "tu tue tues tuesday tuesdays di dienstag dienstags вт вторник вторника",
            "we wed wednesday wednesdays mi mittwoch mittwochs ср среда среды среду",
            "th thu thur thurs thursday thursdays do donnerstag donnerstags чт четверг четверга",
            "fr fri friday fridays freitag freitags пт пятница пятницы пятницу",
            "sa sat saturday saturdays samstag samstags sonnabend сб суббота субботы субботу",
            "su sun sunday sundays so sonntag sonntags вс воскресенье воскресенья",
        ),
        "M": (
            "jan january januar янв январь",
            "feb february februar фев февр февраль",
            "mar march märz mrz мар март",
            "apr april апр апрель",
            "may mai май",
            "jun june juni июн июнь",
            "jul july juli июл июль",
            "aug august авг август",
            "sep sept september сен сент сентябрь",
            "oct october okt oktober окт октябрь",
            "nov november ноя нояб ноябрь",
            "dec december dez dezember дек декабрь",
        ),
        "H": ("ph праздники",),
        "S": ("sh",),
        "W": ("week неделя",),
        "X": ("off closed выходной",),
        "O": ("open",),
        "F": ("from since с von ab",),
        "B": ("break lunch обед перерыв",),
    }.items()
    for number, names in enumerate(lines)
    for name in names.split()
}
"""Each word of the notation: its letter in the grammar, and the number of the day or month."""
_UNKNOWN: Final = "U", 0

# Text is matched by its shape, in which each word is its letter, repeated in lower case to the
# length of the word: "Пн-Пт 9-18" is "Dd-Dd 9-18". A space means any number of spaces.
_WORD: Final = r"[^\W\d_]+\.?"
_NUMBER: Final = r"\d{1,2}(?!\d|[:.]\d)"
_MONTH: Final = "Mm*"
_DAYS: Final = "(?:Dd* - Dd*|[DHS][dhs]*)"
_OFF: Final = "Xx*"
_DATES: Final = (
    f"(?:{_MONTH} {_NUMBER}(?: - (?:{_MONTH}(?: {_NUMBER})?|{_NUMBER}))?|{_MONTH}(?: - {_MONTH})?)"
)
_WEEKS: Final = f"{_NUMBER}(?: - {_NUMBER}(?: / {_NUMBER})?)?"
_SINCE: Final = r"Ff* (\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})"
_ROTATION: Final = rf"(\d{{1,2}}) / (\d{{1,2}})(?!\d)(?: {_SINCE})?"
_CLOCK: Final = r"(\d{1,2})(?:[:.](\d{2})(?::(\d{2}))?)?"
_TIMES: Final = rf"{_CLOCK} - {_CLOCK}(?![\d:.])"


def _list_of(item: str, between: str = " , ") -> str:
    return f"{item}(?:{between}{item})*"


_RULE: Final = (
    f" (?:(?P<always>24/7(?!\\d))|(?P<break>Bb*) :? (?P<pause>{_list_of(_TIMES)})"
    f"|(?P<dates>{_list_of(_DATES)})?"
    f" (?:(?P<week>Ww*) (?P<weeks>{_list_of(_WEEKS, ' , (?:Ww*)? ')})?)? :?"
    f" (?P<rotation>{_ROTATION})? (?P<days>{_list_of(_DAYS)})? :?"
    f" (?P<times>{_list_of(_TIMES)})? (?P<since>{_SINCE})? (?:(?P<off>{_OFF})|(?P<open>Oo*))?)"
)
_OF_A_DAY: Final = f" (?:(?P<times>{_list_of(_TIMES)})|{_OFF}) "
_NEXT_WORD: Final = " (-)? ([A-Z][a-z]*)"
_REFUSED: Final = (
    (r"\|\||[\"“”„«»]|\bunknown\b", "hours_comment"),
    ("sunrise|sunset|dawn|dusk", "hours_sun"),
    (r"\beaster\b", "hours_easter"),
    (r"\[", "hours_nth"),
    (r"[+-]\s*\d+\s*days?\b", "hours_shifted"),
    (r"\d\s*\+|\bopen\s*end|\blate\b", "hours_open"),
    (r"\bрабочи[ем]\w* дн|\bwork(?:ing ?)?days|(?<![\w-])[56]/[12]\b(?!.*\d{4})", "hours_workdays"),
    (r"\bчерез\b|^\s*(?!24/7)\d{1,2}\s*/\s*\d", "hours_rotation"),
    (r"\b(?:19|20)\d\d\b", "hours_year"),
)
"""Notation that the grammar leaves out, each with the cause of the error."""
_PLAIN: Final = dict.fromkeys(
    map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-"
) | dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f"), " ")


_A_DAY: Final = "|".join(name for name, (kind, _) in _WORDS.items() if kind == "D")
_HALF_DAY: Final = r"\b((?:1[0-2]|0?[1-9])(?:[:.]\d\d)? ?[ap]\.?m\b\.?)"
_TO: Final = "to|through|till|until|bis|до|по"
_EXCEPT: Final = rf",? (?:кроме|except|außer) ((?:{_A_DAY})(?:(?:, ?|-)(?:{_A_DAY}))*)"
_SPOKEN: Final = (
    (r"\(((?:обед|перерыв|lunch|break)[^()]*)\)", r" \1"),
    (r"[,;]? (?:без (?:обеда|перерывов|перерыва)|without (?:lunch|break)|no break)\b", ""),
    (r"\b(?:по )?будн(?:и|ям)\b|\bweekdays\b", "Mo-Fr"),
    (r"\b(?:ежедневно|каждый день|daily|every day|täglich)\b", "Mo-Su"),
    (r"\b(?:круглосуточно|around the clock|rund um die uhr)\b", "00:00-24:00"),
    (r"(?<!до )(?<!to )(?<!-)(?<!- )\b24 (?:hours|часа)\b", "00:00-24:00"),
    (r"(?<=\d) ?(?:часов|часа|час|ч|uhr)\b\.?", ""),
    (rf"\b(?:(?:from|со?|von) )?({_A_DAY})\.? (?:{_TO}) (?={_A_DAY})", r"\1-"),
    (
        rf"{_HALF_DAY} ?(?:-|{_TO}) ?{_HALF_DAY}",
        lambda found: "-".join(map(whole_day, found.groups())),
    ),
    (r"\b(\d{1,2})-([0-5]\d) (?:до|to) (\d{1,2})-([0-5]\d)\b", r"\1:\2 до \3:\4"),
    (rf"\b(?:(?:from|с) )?(\d[\d:.]*) (?:{_TO}) (?=\d)", r"\1-"),
    (rf"\b({_A_DAY})\.?(?: ?[-:])? выходн(?:ые|ой)\b", r"\1 off"),
    (r"\b(?:(?:closed|off) (?:on )?weekends|weekends (?:closed|off))\b", "Sa-Su off"),
    (rf"{_EXCEPT},? (\d[\d:.]*-[\d:., -]*\d)", r" \2; \1 off"),
    (rf"{_EXCEPT}(?=[,;]|$)", r"; \1 off"),
    (r"\b(?:сутки|день|один|1) через ", "1/"),
    (r"\b(?:двое|два|2)(?: суток| дня)? через ", "2/"),
    (r"\b(?:трое|три|3)(?: суток| дня)? через ", "3/"),
    (r"/(?:сутки|день|один)\b", "/1"),
    (r"/(?:двое|два|2)(?: суток| дня)?\b", "/2"),
    (r"/(?:трое|три|3)(?: суток| дня)?\b", "/3"),
)
"""How hours are said, as regular expressions, and the notation for each, applied in this order."""


@cache
def _pattern(grammar: str) -> re.Pattern[str]:
    return re.compile(grammar.replace(" ", r"\s*+"), re.ASCII)


def _shape(word: re.Match[str]) -> str:
    letter, _ = _meaning(word[0])
    return letter + letter.lower() * (len(word[0]) - 1)


def _meaning(word: str) -> tuple[str, int]:
    return _WORDS.get(word.removesuffix(".").lower(), _UNKNOWN)


# -- parsing ---------------------------------------------------------------------------------


class _Parser:
    """Parses a text by the grammar. ``example`` shows in errors what to write."""

    def __init__(self, text: str, example: str) -> None:
        self._given, self._example = text, example
        if len(text) > LONGEST:
            self.refuse("hours_too_many", most=f"{LONGEST:,}")
        self._text = text.translate(_PLAIN)
        self._shape = re.sub(_WORD, _shape, self._text)
        if "U" in self._shape or "(" in self._text:
            self._text = " ".join(self._text.split())
            for spoken, notation in _SPOKEN:
                self._text = re.sub(spoken, notation, self._text, flags=re.IGNORECASE)
            self._shape = re.sub(_WORD, _shape, self._text)

    def refuse(self, cause: str, example: str = "", **facts: str) -> NoReturn:
        """Raise HoursSyntaxError for a cause, or for notation that the grammar leaves out."""
        no_hours = cause == "hours_missing" and re.search(r"\d/\d.*\d[.-]\d", self._text)
        if cause != "hours_too_many" and not no_hours:
            others = (c for p, c in _REFUSED if re.search(p, self._text, re.IGNORECASE))
            cause = next(others, cause)
        if cause == "hours_rotation" or no_hours:
            days = re.findall(r"[1-9]/[1-9]", f"{self._text} 2/2")[0]
            end = "08:00" if "сутки" in self._given.lower() else "20:00"
            example = f"{days} from 2026-01-05 08:00-{end}"
        known = short({"text": self._given, **facts}) | {"example": example or self._example}
        raise HoursSyntaxError(say(cause, **known), text=self._given)

    def rules(self) -> tuple[Rules, bool]:
        """Return the rules, and whether the text contains ``PH off``."""
        rules: list[Rule] = []
        at, holidays_off, additional, unbroken = 0, False, False, 0
        while self._text[at:].strip():
            match = _pattern(_RULE).match(self._shape, at)
            assert match is not None  # noqa: S101 - every part may be absent
            after = self._after(match)
            if match["break"]:
                rules += self._breaks(match, rules[unbroken:])
                unbroken = len(rules)
            elif match[0].strip():
                rule, of_holidays = self._rule(match, additional=additional)
                if rule is not None:
                    if holidays_off and rule.shifts and rule.effect is not Effect.REMOVE:
                        self.refuse("hours_holidays_first", rule=rule.text)
                    rules.append(rule)
                holidays_off |= of_holidays
                if after.strip() == ",":
                    self.refuse("hours_no_day", rule=self._text[at:].strip())
            if after[:1] not in (("", ";", ",") if match[0].strip() else ("", ";")):
                self._refuse_rest(match)
            if len(rules) > MOST_RULES:
                self.refuse("hours_too_many_rules", most=str(MOST_RULES))
            at, additional = len(self._text) - len(after) + 1, after[:1] == ","
        if not (rules or holidays_off):
            self.refuse("hours_empty")
        return tuple(rules), holidays_off

    def shifts(self) -> Shifts:
        """Return the shifts of a text that describes one day."""
        match = _pattern(_OF_A_DAY).fullmatch(self._shape)
        if match is None:
            part = self._piece(0)
            self.refuse("hours_range" if part else "hours_empty", part=part)
        return merge_shifts(self._shifts(match))

    def _rule(self, match: re.Match[str], *, additional: bool) -> tuple[Rule | None, bool]:
        """Return a rule, which is None for ``PH off`` alone, and whether it contains ``PH off``."""
        text, end = self._text[slice(*match.span())].strip(), match.end()
        dates = Dates(
            tuple(map(self._range, self._parts(match, "dates", _DATES))),
            tuple(map(self._weeks, self._parts(match, "weeks", _WEEKS))),
            self._rotation(match),
        )
        if match["week"] and not match["weeks"]:
            self.refuse("hours_weeks", part=self._piece(match.end("week")))
        days, holidays = self._days(match)
        shifts, off = self._shifts(match), match["off"] is not None
        if holidays and (not off or shifts or dates != Dates()):
            self.refuse("hours_holidays")
        if not (shifts or off or match["open"] or match["always"]):
            if (days or holidays) and self._text[end:].lstrip()[:1] == ",":
                self.refuse("hours_no_day", rule=f"{text},")
            if self._piece(end).strip(";,"):
                self._refuse_rest(match)
            self.refuse("hours_missing", rule=text)
        weekdays = tuple(sorted(days)) or EVERY_DAY
        if off and shifts:
            if any(shift.end > ONE_DAY for shift in shifts):
                self.refuse("hours_off_at_night", rule=text)
            if any(one.end > other.start for one, other in pairwise(sorted(shifts))):
                self.refuse("hours_off_twice", rule=text)
            return Rule(dates, weekdays, Effect.REMOVE, merge_shifts(shifts), text), False
        if holidays and not days:
            return None, True
        effect = Effect.ADD if additional and not off else Effect.REPLACE
        shifts = merge_shifts(shifts or (() if off else WHOLE_DAY))
        by_date = bool(shifts and not days and (dates.ranges or dates.weeks) and not dates.rotation)
        return Rule(dates, weekdays, effect, shifts, text, by_date), holidays

    def _after(self, match: re.Match[str]) -> str:
        """Return the rest of the text; a break needs no comma before it."""
        after = self._text[match.end() :].lstrip()
        is_break = self._shape[len(self._text) - len(after) :].startswith("B")
        return f",{after}" if is_break and match["times"] else after

    def _breaks(self, match: re.Match[str], rules: Sequence[Rule]) -> list[Rule]:
        """Return the rules that take a break, such as ``обед 13-14``, out of the rules before."""
        text = self._text[match.start() : match.end()].strip()
        shifts = merge_shifts(self._shifts(match, "pause"))
        days: dict[Dates, set[int]] = {}
        for rule in rules:
            if without(rule.shifts, shifts) != rule.shifts:
                days.setdefault(rule.dates, set()).update(rule.weekdays)
        if not days:
            self.refuse("hours_break", rule=text)
        return [
            Rule(dates, tuple(sorted(of)), Effect.REMOVE, shifts, text)
            for dates, of in days.items()
        ]

    def _parts(self, match: re.Match[str], group: str, item: str) -> list[str]:
        span = match.span(group)
        found = _pattern(item).finditer(self._shape, *span) if match[group] else ()
        return [self._text[slice(*part.span())] for part in found]

    def _range(self, text: str) -> tuple[MonthDay, MonthDay]:
        (name, *day), *others = (re.findall(r"[^\W\d_]+|\d+", side) for side in text.split("-"))
        end_name, *end_day = others[0] if others else (name, *day)
        if end_name.isdigit():
            end_name, end_day = name, [end_name]
        if len(day) != len(end_day):
            self.refuse("hours_half_range", part=text)
        month, end = (_meaning(one)[1] + 1 for one in (name, end_name))
        first, last = (month, int(*day or [1])), (end, int(*end_day or [last_day(end)]))
        for one_month, one_day in (first, last):
            if not 1 <= one_day <= last_day(one_month):
                self.refuse("hours_no_date", part=f"{MONTHS[one_month - 1]} {one_day}")
        if month == end and last < first:
            self.refuse("hours_backwards", part=text)
        return first, last

    def _rotation(self, match: re.Match[str]) -> Rotation | None:
        rotation, since = (match[name] and match[name].strip() for name in ("rotation", "since"))
        if not rotation and not since:
            return None
        given = _pattern(f"{_ROTATION} (?:{_SINCE})?").fullmatch(f"{rotation or ''} {since or ''}")
        on, off, *firsts = given.groups() if given else ("0", "0")
        texts = [first for first in firsts if first]
        if len(texts) != 1 or not (int(on) >= 1 and int(off) >= 1):
            self.refuse("hours_rotation")
        year, month, day = re.split(r"\D", texts[0])[:: 1 if "-" in texts[0] else -1]
        try:
            return Rotation(int(on), int(off), date(int(year), int(month), int(day)))
        except ValueError:
            self.refuse("hours_rotation")

    def _weeks(self, text: str) -> tuple[int, int, int]:
        numbers = [int(number) for number in re.findall(r"\d+", text)]
        first, last, step = (*numbers, *(numbers[0], 1)[len(numbers) - 1 :])
        least = 2 if "/" in text else 1
        if not (1 <= first <= last <= 53 and least <= step <= 26):
            self.refuse("hours_weeks", part=text)
        return first, last, step

    def _days(self, match: re.Match[str]) -> tuple[set[int], bool]:
        days: set[int] = set()
        holidays = False
        for part in self._parts(match, "days", _DAYS):
            (kind, first), *others = (_meaning(word.strip()) for word in part.split("-"))
            if kind == "S":
                self.refuse("hours_school")
            holidays |= kind == "H"
            if kind == "D":
                last = others[0][1] if others else first
                days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
        return days, holidays

    def _shifts(self, match: re.Match[str], group: str = "times") -> Shifts:
        return tuple(map(self._shift, _pattern(_TIMES).finditer(self._shape, *match.span(group))))

    def _shift(self, match: re.Match[str]) -> Shift:
        part = match[0]
        h1, m1, s1, h2, m2, s2 = (int(group or 0) for group in match.groups())
        if max(m1, s1, m2, s2) > 59 or h1 > 23 or h2 > (48 if match[5] else 26):
            self.refuse("hours_clock", part=part)
        start = timedelta(hours=h1, minutes=m1, seconds=s1)
        end = timedelta(hours=h2, minutes=m2, seconds=s2)
        if end <= start:
            if match[2] is None or match[5] is None:
                night, day = f"{h1:02}:{m1:02}-{h2:02}:{m2:02}", f"{h2:02}:{m2:02}-{h1:02}:{m1:02}"
                if h1 <= 12:
                    day = f"{h1:02}:{m1:02}-{h2 + 12 if h2 else 24:02}:{m2:02}"
                this = rf"(?<![\d:.]){re.escape(part)}(?![\d:.])"
                day, night = (re.sub(this, hours, self._text) for hours in (day, night))
                self.refuse("hours_minutes", part=part, day=day, night=night)
            end += ONE_DAY
        if end > start + ONE_DAY:
            self.refuse("hours_long", part=part)
        return Shift(start, end)

    def _piece(self, at: int) -> str:
        rest = self._text[at:].strip()
        return re.split("[,;]", rest, maxsplit=1)[0].strip() or rest[:1]

    def _refuse_rest(self, match: re.Match[str]) -> NoReturn:
        found = _pattern(_NEXT_WORD).match(self._shape, match.end())
        if found and (found[2][0] == "U" or (found[1] and not match["times"])):
            word = self._text[slice(*found.span(2))]
            until = rf"\b(?:{_TO}) (?=\d)"
            if re.match(until, self._text[found.start(2) :], re.IGNORECASE):
                opens = re.search(r"\d[\d:.]*-(?=\d)", self._text)
                whole = re.sub(until, opens[0], self._text, flags=re.IGNORECASE) if opens else ""
                self.refuse("hours_until", whole, part=self._piece(match.start()))
            self.refuse("hours_word", word=word, days=" ".join(WEEKDAYS))
        if found and not found[1] and found[2][0] in "DMHSW":
            rule = self._text[match.start() :].partition(";")[0].strip()
            self.refuse("hours_days_after", rule=rule)
        self.refuse("hours_range", part=self._piece(match.end()))


def parse_shifts(text: str) -> Shifts:
    """Parse the shifts of one day, such as ``09:00-13:00,14:00-18:00`` or ``off``."""
    return _Parser(text, _EXAMPLE_OF_A_DAY).shifts()


# -- weekly hours ----------------------------------------------------------------------------


@public()
class WeeklyHours(NamedTuple):
    """The shifts of each weekday, Monday first; ``str`` returns them in opening_hours notation.

    Hours may depend on the date: on the month, on the day of the year or on the week. ``week_of``
    then returns the weekly hours on a date, and ``by_weekday`` has the shifts on all dates that no
    such rule covers. ``holidays_off`` is True if the hours contain ``PH off``; they then need a
    calendar with holidays.

    >>> WeeklyHours.parse("Mo-Fr 09:00-18:00; Fr 09:00-16:45").by_weekday[4]
    (Shift(start=datetime.timedelta(seconds=32400), end=datetime.timedelta(seconds=60300)),)
    """

    by_weekday: tuple[Shifts, Shifts, Shifts, Shifts, Shifts, Shifts, Shifts]
    holidays_off: bool = False
    rules: Rules = ()

    @classmethod
    def parse(cls, text: str) -> WeeklyHours:
        """Parse weekly hours in OpenStreetMap's opening_hours notation.

        A rule names weekdays and their shifts. A rule after ``;`` replaces the earlier rules for
        its days, a rule after ``,`` adds shifts to them, and hours that are ``off`` are a break.
        Accepted are:

        - weekdays and ranges of weekdays in English, Russian and German: ``Mo-Fr``, ``Sa,Su``,
          ``Fr-Mo``, ``Пн-Пт``, ``Monday``; a rule without weekdays is for every day;
        - several shifts, with seconds if needed: ``09:00-13:00,14:00-18:00``; full hours within a
          day may be written without minutes: ``9-18``;
        - shifts that end at or after midnight, which belong to the day on which they start:
          ``14:00-24:00``, ``22:00-06:00`` or ``22:00-30:00``;
        - months, dates and ISO weeks in front of the weekdays: ``Apr-Sep Mo-Fr 08:00-17:00``,
          ``May 15-Sep 30``, ``week 1-53/2``;
        - shifts in rotation: ``2/2 from 2026-01-05 08:00-20:00`` is two days on and two off, of
          which 5 January 2026 is a first day on; earlier dates follow the same pattern;
        - a break in the rules before it: ``Mo-Fr 9-18, lunch 13-14``, ``обед 13-14``;
        - ``off``, ``open``, ``24/7`` and, after all shifts, ``PH off``: the calendar's holidays are
          off.

        Raises HoursSyntaxError for anything else, for a rule that never applies or that later rules
        replace entirely, and for a rule after a night shift if OpenStreetMap would apply it to the
        shift's hours after midnight.

        >>> str(WeeklyHours.parse("Mo-Fr 09:00-18:00; Mo-Fr 13:00-14:00 off, Sa 10-14"))
        'Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-14:00'
        """
        if not isinstance(text, str):
            msg = f"weekly hours are text, not {shown(text)}; write hours like {EXAMPLE!r}"
            raise ArgumentError(msg)
        parser = _Parser(text, EXAMPLE)
        rules, holidays_off = parser.rules()
        hours = _hours_of(rules, holidays_off=holidays_off)
        if (never := hours_rules.never_applied(rules)) is not None:
            parser.refuse("hours_never", _advice(rules, never), rule=never.text)
        if (lost := hours_rules.pointless(rules)) is not None:
            better = str(_added_up(rules) or "") or _advice(rules, lost)
            parser.refuse("hours_pointless", better, rule=lost.text)
        if (conflict := hours_rules.midnight_conflict(rules)) is not None:
            better = EXAMPLE if hours.rules or hours.empty else str(hours)
            night, later = (rule.text for rule in conflict)
            parser.refuse("hours_after_midnight", better, rule=later, night=night)
        return hours

    def on_workdays(self, weekend: Collection[int]) -> WeeklyHours:
        """Return the hours without those that a rule of dates alone has on weekly days off.

        ``weekend`` are weekdays (Monday is 0). A weekday that has hours on all other dates stays.

        >>> hours = WeeklyHours.parse("Mo-Fr 09:00-17:00; Dec 24 09:00-13:00")
        >>> str(hours.on_workdays([5, 6]))
        'Mo-Fr 09:00-17:00; Dec 24 Mo-Fr 09:00-13:00'
        """
        worked = tuple(day for day in EVERY_DAY if day not in weekend or self.by_weekday[day])
        if worked == EVERY_DAY:
            return self
        rules = (
            rule._replace(weekdays=worked, by_date=False) if rule.by_date else rule
            for rule in self.rules
        )
        return self._replace(rules=tuple(rules))

    def week_of(self, day: date) -> WeeklyHours:
        """Return the weekly hours for the season and ISO week of a date, the same on all dates.

        >>> hours = WeeklyHours.parse("Mo-Fr 09:00-18:00; Jun-Aug Fr 09:00-16:00")
        >>> str(hours.week_of(date(2026, 7, 1)))
        'Mo-Th 09:00-18:00; Fr 09:00-16:00'
        """
        if not self.rules:
            return self
        week = [rule for rule in self.rules if rule.dates.include(day)]
        return WeeklyHours(_week(week), self.holidays_off)

    def between(self, first: date, last: date) -> list[Shifts]:
        """Return the shifts of each date from ``first`` to ``last``, both included.

        >>> shifts = WeeklyHours.parse("Mo 9-18").between(date(2026, 1, 4), date(2026, 1, 6))
        >>> list(map(len, shifts))
        [0, 1, 0]
        """
        weekday, count = first.weekday(), (last - first).days + 1
        if not self.rules:
            return [self.by_weekday[(weekday + index) % 7] for index in range(count)]
        found: dict[tuple[int, tuple[bool, ...]], Shifts] = {}
        shifts = []
        for day in dates_between(first, last):
            key = day.weekday(), tuple(rule.dates.include(day) for rule in self.rules)
            if key not in found:
                found[key] = hours_rules.shifts_of(self.rules, key[1], key[0])
            shifts.append(found[key])
        return shifts

    def all_shifts(self) -> Iterator[tuple[int, Shifts]]:
        """Yield weekdays (Monday is 0) with their shifts; one with several sets of shifts recurs.

        >>> [day for day, shifts in WeeklyHours.parse("Mo,We 9-18").all_shifts() if shifts]
        [0, 2]
        """
        yield from enumerate(self.by_weekday)
        if self.rules:
            yield from hours_rules.all_shifts(self.rules)

    def rotation_on(self, day: date) -> Rotation | None:
        """Return the rotation of days on and days off that decides a date, None if there is none.

        If several apply, returns the first.

        >>> hours = WeeklyHours.parse("Mo-Fr 09:00-18:00; Jun-Aug 2/2 from 2026-06-01 08:00-20:00")
        >>> print(hours.rotation_on(date(2026, 7, 1)), hours.rotation_on(date(2026, 12, 1)))
        2/2 from 2026-06-01 None
        """
        for rule in self.rules:
            season = rule.dates._replace(rotation=None)
            if rule.dates.rotation and day.weekday() in rule.weekdays and season.include(day):
                return rule.dates.rotation
        return None

    @property
    def empty(self) -> bool:
        """Whether no weekday ever has a shift."""
        return not any(shifts for _, shifts in self.all_shifts())

    def __str__(self) -> str:
        text = hours_rules.rules_text(self.rules or _rules_of(self.by_weekday))
        return "; ".join(filter(None, (text, "PH off" if self.holidays_off else ""))) or "off"


def hours_in_force(
    hours: WeeklyHours, changes: Mapping[date, WeeklyHours], day: date
) -> WeeklyHours:
    """Return the hours of the latest change up to a date, else ``hours``."""
    for since, changed in changes.items():
        if since <= day:
            hours = changed
    return hours


def _hours_of(rules: Rules, *, holidays_off: bool = False) -> WeeklyHours:
    week = _week([rule for rule in rules if rule.dates == Dates()])
    dated = any(rule.dates != Dates() for rule in rules)
    kept = tuple(rule._replace(text="") for rule in rules) if dated else ()
    return WeeklyHours(week, holidays_off, kept)


def _advice(rules: Rules, dropped: Rule) -> str:
    """Return the hours without the rule ``dropped`` as text, or an example if that is not valid."""
    kept = tuple(rule for rule in rules if rule is not dropped)
    hours = _hours_of(kept)
    checks = hours_rules.never_applied, hours_rules.pointless, hours_rules.midnight_conflict
    refused = hours.rules and any(check(kept) for check in checks)
    return EXAMPLE if refused or hours.empty else str(hours)


def _week(rules: Iterable[Rule]) -> tuple[Shifts, Shifts, Shifts, Shifts, Shifts, Shifts, Shifts]:
    rules = tuple(rules)
    return tuple(hours_rules.shifts_of(rules, [True] * len(rules), day) for day in EVERY_DAY)  # type: ignore[return-value]


def _rules_of(week: Sequence[Shifts]) -> Rules:
    # a rule after a night shift is additional, so that it does not change the hours after midnight
    rules: list[Rule] = []
    for shifts, group in groupby(EVERY_DAY, key=week.__getitem__):
        days = tuple(group)
        night = any(rule.passes_midnight and rule.weekdays[-1] + 1 in days for rule in rules)
        if shifts:
            rules.append(Rule(Dates(), days, Effect.ADD if night else Effect.REPLACE, shifts))
    return tuple(rules)


def _added_up(rules: Rules) -> WeeklyHours | None:
    """Return weekly hours with the shifts of all rules for each weekday; None if they conflict."""
    if any(r.effect is not Effect.REPLACE or not r.shifts or r.dates != Dates() for r in rules):
        return None
    for day in EVERY_DAY:
        shifts = sorted(shift for rule in rules if day in rule.weekdays for shift in rule.shifts)
        if any(one.end > other.start for one, other in pairwise(shifts)):
            return None
    return _hours_of(tuple(rule._replace(effect=Effect.ADD) for rule in rules))
