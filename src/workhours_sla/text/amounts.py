"""Amounts of working time: create, check, parse and format them.

The other kinds of budgets are in ``worktime.budgets``, which imports ``dataclasses``. Calculating
a single deadline in working hours must not load ``dataclasses``.
"""

from __future__ import annotations

import re
from datetime import timedelta

from workhours_sla.errors import ArgumentError, BudgetError, shown
from workhours_sla.text.catalog import BUDGETS, CHARTS, grouped
from workhours_sla.text.messages import say

LONGEST = timedelta(days=3_652_059)
"""Maximum budget: the time from year 1 to year 9999."""
_SECOND = timedelta(seconds=1)
_UNITS_SHOWN = ("hours", "minutes", "seconds")
_NBSP = "\N{NO-BREAK SPACE}"

# compiled when they are first used: a first deadline parses none
_HOURS = "h|hours?|hrs?|ч|час|часа|часов|std|stunden?"
_MINUTES = "m|mins?|minutes?|мин|минуту|минуты?|минут|minuten"
_SECONDS = "s|secs?|seconds?|с|сек|секунду|секунды?|секунд|sekunden?"
_AND = r"\s*(?:(?<=.)(?:,|and |и |und )\s*)?"
_UNITS = (
    rf"(?:(\d+)\s*(?:{_HOURS})\.?)?(?:{_AND}(\d+)\s*(?:{_MINUTES})\.?)?"
    rf"(?:{_AND}(\d+)\s*(?:{_SECONDS})\.?)?$"
)
_ISO = r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$"
_CLOCK = r"(\d+):([0-5]\d)(?::([0-5]\d))?$"
_ISO_EXACT = r"(-?)PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6}))?S)?"
_HALF_DAY = r"(\d{1,2})([:.]\d\d)?((?::\d\d)?(?:\.\d+)?) ?([ap])\.?m\.?"
_THOUSANDS = r"(?<=\d) (?=\d{3}(?!\d))"
_NUMBERS = {
    word: str(number)
    for words in (
        "one two three four five six seven eight nine ten eleven twelve",
        "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
        "одного двух трёх четырёх пяти шести семи восьми девяти десяти",
        "одна две трех четырех",
        "одни двое трое",
    )
    for number, word in enumerate(words.split(), 1)
} | {"полтора": "1.5", "полутора": "1.5", "тридцать": "30", "тридцати": "30"}
_SAID = (
    (r"^(?:в течение|не позднее|не более|within|not? (?:later|more) than) (?=\d|пол)", ""),
    (r"\b(?:полчаса|получаса|half an hour|eine halbe stunde)\b", "30m"),
    (rf"\b(\d+)(?:[.,]5| с половиной| and a half) ?(?:{_HOURS})\b\.?", r"\1h30m"),
    (r"^0 days (?=\d+:)", ""),
    (r"^p(\d{1,9})w$", r"\1 weeks"),
    (r"^p(\d{1,9})m$", r"\1 months"),
)
"""How amounts are said, as regular expressions, and what is read, applied in this order."""


def working_hours(hours: int, *, minutes: int = 0, seconds: int = 0) -> timedelta:
    """Return a budget of working time, which is a plain ``timedelta``.

    Only whole numbers are accepted, since a deadline must be exact. Raises ArgumentError for a
    float and BudgetError for a negative amount.

    >>> working_hours(4, minutes=30)
    datetime.timedelta(seconds=16200)
    """
    for value in (hours, minutes, seconds):
        if type(value) is not int:
            msg = f"{value!r} is not a whole number: write working_hours(1, minutes=30) for 1.5 h"
            raise ArgumentError(msg)
    try:
        return check_budget(timedelta(hours=hours, minutes=minutes, seconds=seconds))
    except OverflowError:
        raise BudgetError(say("hours_too_much", hours=shown(hours))) from None


def check_budget(budget: timedelta) -> timedelta:
    """Return ``budget`` unchanged; raise BudgetError if it is negative or too large."""
    if not isinstance(budget, timedelta):
        msg = f"a budget is a timedelta such as working_hours(4), not {budget!r}"
        raise ArgumentError(msg)
    if budget < timedelta(0):
        raise BudgetError(say("budget_negative", budget=format_amount(budget)))
    if budget > LONGEST:
        raise BudgetError(say("budget_too_much", budget=format_amount(budget)))
    return budget


def parse_amount(text: str) -> timedelta:
    """Parse an amount of time: ``4h``, ``90m``, ``4h30m``, ``4:30``, ``PT4H30M``, ``4 hours``."""
    match = match_of_amount(text)
    if match is None:
        raise BudgetError(say("no_amount", text=shown(text)), text=text)
    try:
        hours, minutes, seconds = (int(group or 0) for group in match.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (OverflowError, ValueError):  # too large for a timedelta, or too long for int()
        raise BudgetError(say("amount_too_much", text=shown(text)), text=text) from None


def match_of_amount(text: str) -> re.Match[str] | None:
    """Return the match of an amount of time, None for any other text."""
    compact = re.sub(_THOUSANDS, "", in_numbers(text), flags=re.ASCII)
    match = (
        re.match(_UNITS, compact, re.ASCII)
        or re.match(_ISO, compact.upper(), re.ASCII)
        or re.match(_CLOCK, compact, re.ASCII)
    )
    return match if match is not None and any(match.groups()) else None


def in_numbers(text: str) -> str:
    """Return an amount in lower case, with its numbers in digits: ``трёх часов``, ``полчаса``."""
    text = " ".join(_NUMBERS.get(word, word) for word in text.lower().split())
    for said, written in _SAID:
        text = re.sub(said, written, text)
    return text


def whole_day(clock: str) -> str:
    """Return a time of day in 24 hours for one with am or pm, and another text unchanged.

    >>> whole_day("4:30 pm"), whole_day("9 AM"), whole_day("9:00")
    ('16:30', '09:00', '9:00')
    """
    found = re.fullmatch(_HALF_DAY, clock, re.ASCII | re.IGNORECASE)
    if found is None or not 1 <= int(found[1]) <= 12:
        return clock
    hour = int(found[1]) % 12 + (12 if found[4] in "pP" else 0)
    return f"{hour:02}{found[2] or ':00'}{found[3]}"


def format_amount(amount: timedelta, *, digits: int = 1) -> str:
    """Return an amount as hours and minutes, with seconds if there are any.

    >>> format_amount(timedelta(hours=9)), format_amount(timedelta(hours=9), digits=2)
    ('9:00', '09:00')
    """
    sign, hours, minutes, seconds, fraction = _parts(amount)
    text = f"{sign}{hours:0{digits}}:{minutes:02}"
    return f"{text}:{seconds:02}{fraction}" if seconds or fraction else text


def iso_amount(amount: timedelta) -> str:
    """Return an amount as an ISO 8601 duration in hours, minutes and seconds."""
    sign, hours, minutes, seconds, fraction = _parts(amount)
    text = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or fraction or not text:
        text += f"{seconds}{fraction}S"
    return f"{sign}PT{text}"


def parse_iso(text: str) -> timedelta | None:
    """Parse an amount that ``iso_amount`` wrote; return None for any other text."""
    found = re.fullmatch(_ISO_EXACT, text)
    if found is None:
        return None
    sign, hours, minutes, seconds, fraction = found.groups(default="0")
    try:
        amount = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
        amount += timedelta(microseconds=int(fraction.ljust(6, "0")))
    except (OverflowError, ValueError):  # more than timedelta.max, or too many digits
        return None
    amount = -amount if sign else amount
    return amount if iso_amount(amount) == text else None


def budget_words(kind: str, size: timedelta | int) -> str:
    """Return a budget in words; with "working_time" and "clock_time", ``size`` is an amount.

    >>> budget_words("working_days", 7), budget_words("working_time", timedelta(hours=4))
    ('7 working days', '4 working hours')
    >>> from workhours_sla.text.catalog import language
    >>> with language("ru"):
    ...     [budget_words("working_time", timedelta(hours=hours)) for hours in (1, 4, 4.5)]
    ['1 час рабочего времени', '4 часа рабочего времени', '4 ч 30 мин рабочего времени']
    """
    if not isinstance(size, timedelta):
        return BUDGETS.text(kind, size=size)
    hours = int(size / timedelta(hours=1))
    if hours and not size % timedelta(hours=1):
        return BUDGETS.text(kind.replace("time", "hours"), size=hours)
    amount = amount_words(size).replace(_NBSP, " ").replace(",", "")
    return BUDGETS.text(kind, size=amount)


def amount_words(amount: timedelta) -> str:
    """Write an amount in hours, minutes and seconds, without those that are zero."""
    sign, *counts, _ = _parts(round(amount / _SECOND) * _SECOND)
    parts = [(key, count) for key, count in zip(_UNITS_SHOWN, counts, strict=True) if count]
    words = [CHARTS.text(f"amount_{key}", count=grouped(count)) for key, count in parts]
    return sign + _NBSP.join(words or [CHARTS.text("amount_minutes", count="0")])


def _parts(amount: timedelta) -> tuple[str, int, int, int, str]:
    total, micros = divmod(abs(amount) // timedelta.resolution, 1_000_000)
    minutes, seconds = divmod(total, 60)
    fraction = f".{micros:06}".rstrip("0") if micros else ""
    return "-" if amount < timedelta(0) else "", minutes // 60, minutes % 60, seconds, fraction
