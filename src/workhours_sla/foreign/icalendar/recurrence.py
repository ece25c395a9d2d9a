"""Compute the starts of an event from its recurrence rules (RFC 5545, section 3.3.10)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import MAXYEAR, UTC, datetime, timedelta

from dateutil.rrule import rrulestr

from workhours_sla.errors import shown
from workhours_sla.foreign.icalendar.lines import Property
from workhours_sla.foreign.icalendar.times import MOMENT, Moment, moment_of

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_BY_WEEKDAY = re.compile(r"(?:[+-]?([0-9]{1,2}))?(?:MO|TU|WE|TH|FR|SA|SU)")
_WEEKDAYS_OF_A_MONTH = 5
_WEEKDAYS_OF_A_YEAR = 53
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LARGEST = {"BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYMONTH": 12, "BYSETPOS": 366}
_ONLY_POSITIVE = ("BYMONTH", "COUNT", "INTERVAL")
_BY_DATE = ("BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY")
_DAYS = {"DAILY": 1, "WEEKLY": 7}
_MONTHS = {"MONTHLY": 1, "YEARLY": 12}
_CYCLE, _YEARS_OF_A_CYCLE = timedelta(days=146_097), 400
"""The length of the cycle after which weekdays and week numbers repeat, as time and in years."""
_MOST_STARTS = 100_000
"""Maximum number of starts of one event within the dates to read."""


def starts_of(
    start: Moment, rules: Iterable[Property], horizon: datetime, inside: datetime
) -> Iterator[datetime]:
    """Yield the wall-clock times at which an event starts, by its rules.

    All times from ``inside`` to ``horizon`` are included, but only some of the times before
    ``inside``. RFC 5545 (section 3.8.5.3) does not define what happens if the rule does not contain
    the event's DTSTART. Such a rule raises CalendarDataError if it has a COUNT, or if the DTSTART
    is at or after ``inside``. Otherwise it is accepted.
    """
    yield start.wall
    for line in rules:
        parts, until = _checked_rule(line, start)
        begun = start.wall
        if "COUNT" not in parts:
            begun = _last_period_before(inside, begun, parts)
        elif begun < inside - _CYCLE:
            what = f"its COUNT begins {_YEARS_OF_A_CYCLE} years before the dates to be read"
            line.place.refuse(what, "let it begin later, with the COUNT that is left then")
        # The rule is computed for the same dates in the last cycle before the year 9999, so that
        # the search for dates ends soon even if the rule has none.
        last_year = max(begun, horizon).year
        later = _CYCLE * ((MAXYEAR - last_year) // _YEARS_OF_A_CYCLE)
        text = ";".join(f"{key}={value}" for key, value in parts.items())
        try:
            rule = rrulestr(f"RRULE:{text}", dtstart=begun + later)
        except ValueError as error:
            line.place.refuse(f"RRULE {shown(line.value)}: {error}", "correct it")
        count = 0
        for wall in (found - later for found in rule):
            if (
                not count
                and wall != start.wall
                and (start.wall >= inside or "COUNT" in parts)
                and start.wall <= horizon
            ):
                line.place.refuse(
                    "DTSTART is not among the dates of its own RRULE, which is ambiguous",
                    f"let DTSTART be the first of them, {wall.date()}",
                )
            count += 1
            if wall > min(horizon, until):
                break
            if count > _MOST_STARTS:
                line.place.refuse(
                    f"the event starts more than {_MOST_STARTS:,} times in the dates to be read",
                    "shorten it, or read fewer years",
                )
            yield wall
        if not count:
            line.place.refuse(f"RRULE {shown(line.value)} has no dates", "correct it")


def _last_period_before(inside: datetime, begun: datetime, parts: dict[str, str]) -> datetime:
    """Return a time shortly before ``inside`` from which the rule can be computed.

    The rule then need not be computed from the DTSTART, which may be many years earlier. ``begun``
    is the DTSTART; it is returned if no periods of the rule can be skipped. The parts of the rule
    that depend on the DTSTART are added to ``parts``.
    """
    frequency, interval = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    if frequency in _DAYS:
        period = timedelta(days=_DAYS[frequency] * interval) if interval < _CYCLE.days else _CYCLE
        passed = (inside - begun) // period - 1
        return begun + period * passed if passed > 0 and period < _CYCLE else begun
    months = _MONTHS[frequency] * interval
    passed = ((inside.year - begun.year) * 12 + inside.month - begun.month) // months - 1
    if passed <= 0:
        return begun
    if not any(key in parts for key in _BY_DATE):
        parts["BYMONTHDAY"] = str(begun.day)
        if frequency == "YEARLY":
            parts.setdefault("BYMONTH", str(begun.month))
    month = begun.month - 1 + passed * months
    year, month = begun.year + month // 12, month % 12
    return begun.replace(year=year, month=1 if frequency == "YEARLY" else month + 1, day=1)


def _checked_rule(line: Property, start: Moment) -> tuple[dict[str, str], datetime]:
    """Return the parts of a recurrence rule, keyed by name, and the last time that UNTIL allows.

    Raises CalendarDataError for parts that are not supported or out of range.
    """
    parts: dict[str, str] = {}
    for part in filter(None, line.value.strip().upper().split(";")):
        key, _, value = part.partition("=")
        if key in parts:
            line.place.refuse(f"RRULE has {shown(key)} twice", "keep one of them")
        if not _fits(key, value):
            line.place.refuse(
                f"RRULE has {shown(part)}, which is not supported",
                "give the dates as events of their own, or as RDATE",
            )
        parts[key] = value
    if "FREQ" not in parts or {"COUNT", "UNTIL"} <= parts.keys():
        what = "no FREQ" if "FREQ" not in parts else "both COUNT and UNTIL"
        line.place.refuse(f"RRULE has {what}", "correct it")
    if parts["FREQ"] in ("DAILY", "WEEKLY") and re.search("[0-9]", parts.get("BYDAY", "")):
        line.place.refuse(
            f"RRULE counts weekdays in a rule that is {parts['FREQ']}", "use MONTHLY or YEARLY"
        )
    _check_weekdays(line, parts)
    if "BYWEEKNO" in parts:
        # By RFC 5545 the event is on the weekday of DTSTART; dateutil would use every weekday.
        parts.setdefault("BYDAY", _WEEKDAYS[start.wall.weekday()])
    until = _until(line, parts.pop("UNTIL", None), start)
    return parts, until


def _check_weekdays(line: Property, parts: dict[str, str]) -> None:
    """Raise CalendarDataError for weekday numbers that are too large.

    Examples are the 6th Monday of a month and the 54th Monday of a year.
    """
    of_month = parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts
    most = _WEEKDAYS_OF_A_MONTH if of_month else _WEEKDAYS_OF_A_YEAR
    for part in parts.get("BYDAY", "").split(","):
        match = _BY_WEEKDAY.fullmatch(part)
        if match and int(match[1] or 0) > most:
            of = "month" if of_month else "year"
            line.place.refuse(f"RRULE has {part}, but no {of} has {match[1]} of them", "correct it")


def _fits(key: str, value: str) -> bool:
    if key == "FREQ":
        return value in _FREQUENCIES
    if key == "UNTIL":
        return MOMENT.fullmatch(value) is not None
    if key == "WKST":
        return value in _WEEKDAYS
    if key == "BYDAY":
        return all(_BY_WEEKDAY.fullmatch(part) for part in value.split(","))
    numbers = value.split(",")
    if key in ("COUNT", "INTERVAL"):
        return len(numbers) == 1 and bool(_NUMBER.fullmatch(value)) and int(value) > 0
    return key in _LARGEST and all(
        _NUMBER.fullmatch(number)
        and 1 <= (int(number) if key in _ONLY_POSITIVE else abs(int(number))) <= _LARGEST[key]
        for number in numbers
    )


def _until(line: Property, text: str | None, start: Moment) -> datetime:
    """Return the last wall-clock time at which an event may start, by the UNTIL of its rule.

    ``text`` is the UNTIL, or None if there is none. An UNTIL that is a date includes that date.
    """
    if text is None:
        return datetime.max.replace(tzinfo=UTC)
    until = moment_of(line._replace(parameters=(), value=text), {})
    if until.date_only or start.date_only:
        return until.wall.replace(hour=23, minute=59, second=59)
    if until.zone is not None and start.zone is not None:
        try:
            return until.wall.astimezone(start.zone).replace(tzinfo=UTC)
        except OverflowError:  # close to the year 9999, where the exact time does not matter
            return until.wall
    return until.wall
