"""Weekly hours: the shifts of each weekday, parsed from opening_hours notation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple

from workhours_sla.errors import ArgumentError, shown
from workhours_sla.module_names import public
from workhours_sla.worktime import hours_rules
from workhours_sla.worktime.hours_notation import EXAMPLE, parse_rules, refuse
from workhours_sla.worktime.hours_rules import EVERY_DAY, Dates, Effect, Rule, Rules
from workhours_sla.worktime.shifts import Shifts
from workhours_sla.worktime.zone_offsets import ONE_DAY

_HOLIDAYS_OFF = "PH off"


@public()
class WeeklyHours(NamedTuple):
    """The shifts of each weekday, Monday first. ``str`` returns opening_hours notation.

    Hours may depend on the date: on the month, on the day of the year or on the week. ``week_of``
    then returns the weekly hours on a date, and ``by_weekday`` has the shifts on dates that no rule
    names. ``holidays_off`` is True if the hours contain ``PH off``, so that they need a calendar
    with holidays.

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
        - ``off``, ``open``, ``24/7`` and, after all shifts, ``PH off``: holidays are off, as the
          calendar says.

        Raises HoursSyntaxError for anything else, for a rule without effect because later rules
        leave nothing of it, and for rules after a night shift that OpenStreetMap would apply to the
        hours after midnight.

        >>> str(WeeklyHours.parse("Mo-Fr 09:00-18:00; Mo-Fr 13:00-14:00 off, Sa 10-14"))
        'Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-14:00'
        """
        if not isinstance(text, str):
            msg = f"weekly hours are text, not {shown(text)}; write hours like {EXAMPLE!r}"
            raise ArgumentError(msg)
        rules, holidays_off = parse_rules(text)
        hours = cls._of(rules, holidays_off=holidays_off)
        _check_rules(rules, text, hours)
        return hours

    @classmethod
    def _of(cls, rules: Rules, *, holidays_off: bool) -> WeeklyHours:
        week = _week([rule for rule in rules if rule.dates == Dates()])
        if all(rule.dates == Dates() for rule in rules):
            rules = ()
        return cls(week, holidays_off, tuple(rule._replace(text="") for rule in rules))

    def week_of(self, day: date) -> WeeklyHours:
        """Return the weekly hours of the season and the ISO week of a date.

        The result is the same on every date.

        >>> hours = WeeklyHours.parse("Mo-Fr 09:00-18:00; Jun-Aug Fr 09:00-16:00")
        >>> str(hours.week_of(date(2026, 7, 1)))
        'Mo-Th 09:00-18:00; Fr 09:00-16:00'
        """
        if not self.rules:
            return self
        applied = hours_rules.in_force(self.rules, day)
        week = [rule for rule, applies in zip(self.rules, applied, strict=True) if applies]
        return WeeklyHours(_week(week), self.holidays_off)

    def between(self, first: date, last: date) -> list[Shifts]:
        """Return the shifts of each date from ``first`` to ``last``, both included.

        >>> shifts = WeeklyHours.parse("Mo 9-18").between(date(2026, 1, 4), date(2026, 1, 6))
        >>> list(map(len, shifts))
        [0, 1, 0]
        """
        week, weekday = self.by_weekday, first.weekday()
        count = (last - first).days + 1
        if not self.rules:
            return [week[(weekday + index) % 7] for index in range(count)]
        found: dict[tuple[int, tuple[bool, ...]], Shifts] = {}
        shifts = []
        for index in range(count):
            applied = hours_rules.in_force(self.rules, first + ONE_DAY * index)
            key = (weekday + index) % 7, applied
            if key not in found:
                found[key] = hours_rules.shifts_of(self.rules, applied, key[0])
            shifts.append(found[key])
        return shifts

    def all_shifts(self) -> Iterator[tuple[int, Shifts]]:
        """Yield each weekday (Monday is 0) with the shifts that it has on any date.

        >>> [day for day, shifts in WeeklyHours.parse("Mo,We 9-18").all_shifts() if shifts]
        [0, 2]
        """
        yield from enumerate(self.by_weekday)
        if self.rules:
            yield from hours_rules.all_shifts(self.rules)

    @property
    def empty(self) -> bool:
        """Whether no weekday ever has a shift."""
        return not any(shifts for _, shifts in self.all_shifts())

    def __str__(self) -> str:
        text = hours_rules.rules_text(self.rules or _rules_of(self.by_weekday))
        if self.holidays_off:
            text += f"; {_HOLIDAYS_OFF}" if text else _HOLIDAYS_OFF
        return text or "off"


def _check_rules(rules: Rules, text: str, hours: WeeklyHours) -> None:
    """Raise HoursSyntaxError for a rule without effect, and for rules with two meanings."""
    never = hours_rules.never_applied(rules)
    if never is not None:
        refuse(text, "hours_never", _advice(rules, never), rule=never.text)
    lost = hours_rules.pointless(rules)
    if lost is not None:
        added = _added_up(rules)
        better = str(added) if added else _advice(rules, lost)
        refuse(text, "hours_pointless", better, rule=lost.text)
    conflict = hours_rules.midnight_conflict(rules)
    if conflict is not None:
        night, later = conflict
        better = EXAMPLE if hours.rules or hours.empty else str(hours)
        refuse(text, "hours_after_midnight", better, rule=later.text, night=night.text)


def _advice(rules: Rules, dropped: Rule) -> str:
    """Return the hours without the rule ``dropped`` as text, or an example if that is not valid."""
    kept = tuple(rule for rule in rules if rule is not dropped)
    hours = WeeklyHours._of(kept, holidays_off=False)
    checks = hours_rules.never_applied, hours_rules.pointless, hours_rules.midnight_conflict
    refused = hours.rules and any(check(kept) is not None for check in checks)
    return EXAMPLE if refused or hours.empty else str(hours)


def _week(
    rules: Iterable[Rule],
) -> tuple[Shifts, Shifts, Shifts, Shifts, Shifts, Shifts, Shifts]:
    """Return the shifts of each weekday on dates on which all of the rules apply."""
    rules = tuple(rules)
    applied = (True,) * len(rules)
    mo, tu, we, th, fr, sa, su = (hours_rules.shifts_of(rules, applied, day) for day in EVERY_DAY)
    return mo, tu, we, th, fr, sa, su


def _rules_of(week: Iterable[Shifts]) -> Rules:
    """Return rules for the shifts of each weekday.

    A rule after a night shift is additional, so that it does not change the hours after midnight.
    """
    by_weekday = tuple(week)
    rules: list[Rule] = []
    for shifts, group in groupby(EVERY_DAY, key=by_weekday.__getitem__):
        days = tuple(group)
        if shifts:
            after_night = any(
                rule.passes_midnight and rule.weekdays[-1] + 1 in days for rule in rules
            )
            effect = Effect.ADD if after_night else Effect.REPLACE
            rules.append(Rule(Dates(), days, effect, shifts))
    return tuple(rules)


def _added_up(rules: Rules) -> WeeklyHours | None:
    """Return weekly hours in which each weekday has the shifts of all rules for it.

    Returns None if shifts of a weekday overlap, if a rule is ``off``, or if a rule depends on the
    date.
    """
    if not all(rule.replaces and rule.shifts and rule.dates == Dates() for rule in rules):
        return None
    for day in EVERY_DAY:
        shifts = sorted(shift for rule in rules if day in rule.weekdays for shift in rule.shifts)
        if any(one.end > other.start for one, other in pairwise(shifts)):
            return None
    added = tuple(rule._replace(effect=Effect.ADD) for rule in rules)
    return WeeklyHours._of(added, holidays_off=False)
