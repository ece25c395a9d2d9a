"""Explain an answer: the working time, kind of day and act of each date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Literal

from workhours_sla.calendars.days import Day, DayKind, Entry, dates_between, in_any
from workhours_sla.errors import BudgetError, CalendarCoverageError
from workhours_sla.module_names import public
from workhours_sla.text.amounts import format_amount, iso_amount
from workhours_sla.text.catalog import DAY_PARTS, DAYS, LANGUAGES, current, language
from workhours_sla.text.words import clock_text, weekday_date
from workhours_sla.worktime.budgets import Budget, budget_data
from workhours_sla.worktime.day_budgets import DayBudget, first_day, is_paused, paused_dates
from workhours_sla.worktime.due_dates import BudgetKind, DatedShifts
from workhours_sla.worktime.hours import hours_in_force
from workhours_sla.worktime.hours_rules import Rotation
from workhours_sla.worktime.intervals import clip, subtract
from workhours_sla.worktime.pauses import Pauses, moments_of
from workhours_sla.worktime.shifts import spans_on
from workhours_sla.worktime.times import ONE_DAY, TICK, ZERO, TimeSpan, datetime_in, moment_of

SCHEMA_VERSION = 4
Part = Literal["start", "counted", "off", "paused", "end", "passed", "due"]
"""The role of a date in a day budget, see ``Step``."""


Role = tuple[Part | None, int | None]
"""The ``part`` and the ``number`` of a step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One date of a trace: its working time and the reason for it.

    - ``intervals``: the working time that counts, in the schedule's zone. A shift past midnight
      belongs to the date on which it starts. ``used`` is the total.
    - ``day``: the calendar's ``Day``, None if the calendar does not cover the date.
    - ``overridden``: the date has an override.
    - ``without_hours``: the date is a working day, but the schedule has no hours on it: on its
      weekday, in its season, in its turn of a rotation, or because its override is "off".
    - ``paused``: the working time within pauses, which does not count.
    - ``unknown``: the date is unknown; the answer is the same whatever kind of day it is.
    - ``undecided``: the calendar's entry that may apply to an unknown date, None if there is none.
    - ``part``: the role of the date in a day budget, None in other budgets and before an unknown
      date that counts: ``start`` (the date of
      the start, which does not count), ``counted``, ``off``, ``paused``, ``end`` (the last date
      that counts, if the due date moves from it), ``passed`` (the due date moves over it), ``due``.
    - ``rotation``: the rotation (days on, days off) that decides the date, None if there is none.
    - ``number``: the position of the date among the counted dates, from 1; None if the date does
      not count, after an unknown date, and in a budget of months.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> friday = datetime(2025, 10, 31, 16, tzinfo=office.tz)
    >>> step = office.explain(friday, timedelta(hours=4)).steps[0]
    >>> str(step.date), str(step.used), step.reason()
    ('2025-10-31', '2:00:00', 'ordinary working day')
    """

    date: date
    intervals: tuple[tuple[datetime, datetime], ...]
    used: timedelta
    day: Day | None
    overridden: bool
    without_hours: bool = False
    paused: timedelta = ZERO
    unknown: bool = False
    undecided: Entry | None = None
    part: Part | None = None
    number: int | None = None
    rotation: Rotation | None = None

    def reason(self, lang: str = "en") -> str:
        """Return the reason for the working time of the date, as text."""
        with language(lang):
            if self.overridden:
                return DAYS["by_own_order" if self.without_hours else "overridden"]
            if self.undecided is not None:
                return DAYS.text("undecided", entry=self.undecided.describe(lang))
            if self.unknown:
                return DAYS["not_covered"]
            assert self.day is not None  # noqa: S101 - every other known date has an entry
            text = self.day.describe(lang)
            if self.rotation is not None and self.day.working:
                turn, length = self.rotation.number_of(self.date), self.rotation.length
                name = "turn_off" if self.without_hours else "turn_on"
                return DAYS.text(name, day=text, turn=turn, length=length)
            return f"{text} ({DAYS['no_hours']})" if self.without_hours else text

    def remark(self, lang: str = "en") -> str:
        """Return the reason as text, then the date's role in a day budget or the paused time."""
        added = None
        with language(lang):
            if self.part is not None:
                added = DAY_PARTS.get(self.part)
            elif self.paused:
                added = DAYS.text("paused_time", amount=format_amount(self.paused))
        return self.reason(lang) + (f"; {added}" if added else "")

    def to_dict(self) -> dict[str, Any]:
        """Return the step as plain data for JSON, with reasons in English and Russian."""
        day = self.day
        return {
            "date": self.date.isoformat(),
            "intervals": [[a.isoformat(), b.isoformat()] for a, b in self.intervals],
            "used": iso_amount(self.used),
            "paused": iso_amount(self.paused),
            "kind": day.kind.value if day else None,
            "shortened_by": iso_amount(day.shortened_by) if day else None,
            "hours_of": day.hours_of.isoformat() if day else None,
            "overridden": self.overridden,
            "unknown": self.unknown,
            "part": self.part,
            "number": self.number,
            "provisional": bool(day and day.provisional),
            "reason": {lang: self.reason(lang) for lang in LANGUAGES},
            "acts": [_act(entry) for entry in _entries(day) if entry.act],
        }


@public()
@dataclass(frozen=True, slots=True)
class Trace:
    """The reasons for a deadline or an elapsed time, date by date.

    For a deadline, ``budget`` is the given budget and ``end`` is the due time. For an elapsed time,
    ``budget`` is None and ``end`` is the given instant. ``used`` is the working time from ``start``
    to ``end``, negative if ``end`` is earlier. For a budget of days, it is None if unknown dates
    leave the due time certain, but not the working time. With ClockTime, ``used`` and the intervals
    of steps are time around the clock. Datetimes of ``steps`` are in the schedule's zone. If the
    due date of a budget of days moved back, the steps go on after ``end``, to the end of the term.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> print(office.explain(datetime(2025, 10, 30, 16, tzinfo=office.tz), timedelta(hours=4)))
    Thu 30 Oct 2025  16:00-18:00                2:00   ordinary working day
    Fri 31 Oct 2025  09:00-11:00                2:00   ordinary working day
    """

    calendar: str
    calendar_version: str
    hours: str
    tz: str
    start: datetime
    end: datetime
    budget: Budget | None
    used: timedelta | None
    steps: tuple[Step, ...]
    provisional: bool

    @property
    def due_at(self) -> datetime | None:
        """The due time, or None if the trace explains an elapsed time."""
        return self.end if self.budget is not None else None

    def to_dict(self) -> dict[str, Any]:
        """Return the trace as plain data for JSON, with a schema version."""
        return {
            "schema": SCHEMA_VERSION,
            "calendar": self.calendar,
            "calendar_version": self.calendar_version,
            "hours": self.hours,
            "tz": self.tz,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "budget": None if self.budget is None else budget_data(self.budget),
            "used": None if self.used is None else iso_amount(self.used),
            "provisional": self.provisional,
            "steps": [step.to_dict() for step in self.steps],
        }

    def lines(self, lang: str = "en") -> Iterator[str]:
        """Return the trace as lines of text.

        Successive days off with equal reasons share a line. In a budget of days, all successive
        days that count alike share a line. Raises ValueError for an unknown language.
        """
        with language(lang):
            counts_days = isinstance(self.budget, DayBudget)
            return iter(list(_lines_of_days(self.steps) if counts_days else _lines(self.steps)))

    def text(self, lang: str = "en") -> str:
        """Return the lines of the trace as one text."""
        return "\n".join(self.lines(lang))

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:  # noqa: FBT001 - IPython calls it
        printer.text(str(self))

    def __str__(self) -> str:
        return self.text()


def explained(
    schedule: DatedShifts, start: datetime, until: Budget | datetime, pauses: Pauses
) -> Trace:
    if not isinstance(until, datetime | timedelta | BudgetKind):
        msg = f"explain needs a budget or an instant, not {until!r}"
        raise BudgetError(msg)
    if isinstance(until, datetime):
        used: timedelta | None = schedule.elapsed(start, until, pauses=pauses)
        budget, end = None, until
        amount = None
    else:
        budget, end = until, schedule.deadline(start, until, pauses=pauses)
        amount = until if isinstance(until, timedelta) else until.clock_amount()
        used = amount
        if amount is None:
            with suppress(CalendarCoverageError):  # the due time is certain nevertheless
                used = schedule.elapsed(start, end, pauses=pauses)
    lo, hi = sorted((moment_of(start), moment_of(end)))
    parts: dict[date, Role] = {}
    if isinstance(budget, DayBudget):
        parts = day_parts(budget, schedule, start, end, pauses)
        hi = max(hi, moment_of(schedule.end_of_day(max(parts))))
    if isinstance(budget, BudgetKind) and amount is not None:
        steps = tuple(_steps_around_the_clock(schedule, lo, hi))
    else:
        steps = tuple(_steps(schedule, lo, hi, moments_of(pauses), parts))
    return Trace(
        calendar=schedule.calendar.id,
        calendar_version=schedule.calendar.version,
        hours=str(schedule.hours),
        tz=schedule.tz.key,
        start=start,
        end=end,
        budget=budget,
        used=used,
        steps=steps,
        provisional=any(step.day is not None and step.day.provisional for step in steps),
    )


def _steps(
    schedule: DatedShifts,
    lo: timedelta,
    hi: timedelta,
    pauses: list[TimeSpan],
    parts: Mapping[date, Role],
) -> Iterator[Step]:
    """Yield a step for each date from the instant ``lo`` to the instant ``hi``."""
    zone = schedule.tz
    first = datetime_in(zone, lo).date()
    last = datetime_in(zone, max(lo, hi - TICK)).date()
    counted: dict[date, list[TimeSpan]] = {}
    for day in dates_between(first - ONE_DAY, last):
        within = ((max(start, lo), min(end, hi)) for start, end in _spans(schedule, day))
        before = (counted.get(day - ONE_DAY * back, ()) for back in (1, 2))
        pieces = subtract(
            (piece for piece in within if piece[0] < piece[1]),
            (span for spans in before for span in spans),
        )
        counted[day] = pieces
        left = subtract(pieces, clip(pauses, pieces[0][0], pieces[-1][1])) if pieces else []
        if pieces or first <= day:
            paused = _length(pieces) - _length(left)
            yield _step(schedule, day, left, paused=paused, role=parts.get(day, (None, None)))


def _steps_around_the_clock(schedule: DatedShifts, lo: timedelta, hi: timedelta) -> Iterator[Step]:
    day = datetime_in(schedule.tz, lo).date()
    while lo < hi:
        end = min(hi, moment_of(schedule.end_of_day(day)))
        if lo < end:
            yield _step(schedule, day, [(lo, end)])
        lo, day = max(lo, end), day + ONE_DAY


def whole_dates(schedule: DatedShifts, first: date, last: date) -> Iterator[Step]:
    """Yield a step with the whole working time of each date from ``first`` to ``last``."""
    before: list[TimeSpan] = []
    for day in dates_between(first, last):
        counted = subtract(_spans(schedule, day), before)
        yield _step(schedule, day, counted)
        before = [*before[-1:], *counted]


def _step(
    schedule: DatedShifts,
    day: date,
    counted: list[TimeSpan],
    *,
    paused: timedelta = ZERO,
    role: Role = (None, None),
) -> Step:
    known, overridden = schedule.knows(day), day in schedule.overrides
    works = overridden or (known and schedule.calendar.day(day).working)
    return Step(
        date=day,
        intervals=tuple(
            (datetime_in(schedule.tz, a), datetime_in(schedule.tz, b)) for a, b in counted
        ),
        used=_length(counted),
        day=schedule.calendar.day(day) if in_any(day, schedule.calendar.coverage) else None,
        overridden=overridden,
        without_hours=works and not schedule.shifts_on(day),
        paused=paused,
        unknown=not known,
        undecided=None if known else schedule.calendar.uncertain(day.year).get(day),
        part=role[0],
        number=role[1],
        rotation=hours_in_force(schedule.hours, schedule.changes, day).rotation_on(day),
    )


def _length(pieces: Iterable[TimeSpan]) -> timedelta:
    return sum((end - start for start, end in pieces), ZERO)


def _spans(schedule: DatedShifts, day: date) -> list[TimeSpan]:
    return spans_on(schedule.tz, day, schedule.shifts_on(day)) if schedule.knows(day) else []


def _lines(steps: tuple[Step, ...]) -> Iterator[str]:
    for _, group in groupby(
        steps, key=lambda step: step.date if step.used else step.remark(current())
    ):
        step, *others = group
        when = weekday_date(step.date)
        spans = ", ".join(
            f"{_clock(a, step.date)}-{_clock(b, step.date, end=True)}" for a, b in step.intervals
        )
        if others:
            spans = f".. {weekday_date(others[-1].date)}"
        yield f"{when:<15}  {spans:<24} {format_amount(step.used):>6}   {step.remark(current())}"


def _lines_of_days(steps: tuple[Step, ...]) -> Iterator[str]:
    for (_, remark, _), group in groupby(
        steps, key=lambda step: (step.part, step.remark(current()), step.number is None)
    ):
        joined = list(group)
        first, last = joined[0], joined[-1]
        until = f".. {weekday_date(last.date)}" if last is not first else ""
        counted = ""
        if first.number is not None:
            counted = f"{DAYS['number']} {first.number}"
            if last is not first:
                counted = f"{DAYS['numbers']} {first.number}-{last.number}"
        yield f"{weekday_date(first.date):<15}  {until:<19} {counted:>11}   {remark}"


def _clock(moment: datetime, of_day: date, *, end: bool = False) -> str:
    """Return the time of day of ``moment`` as text; the midnight after ``of_day`` is 24:00."""
    if end:
        before = (moment.astimezone(UTC) - TICK).astimezone(moment.tzinfo)
        moment = before.replace(tzinfo=None) + TICK
    text = clock_text(moment)
    return "24:00" if text == "00:00" and moment.date() > of_day else text


def _entries(day: Day | None) -> tuple[Entry, ...]:
    """Return the entries that decide a day, followed by the holiday that shortens it, if any."""
    if day is None:
        return ()
    return day.reasons if day.eve_of is None else (*day.reasons, day.eve_of)


def _act(entry: Entry) -> dict[str, Any]:
    act = entry.act
    assert act is not None  # noqa: S101 - the caller filters
    return {
        "date": entry.date.isoformat(),
        "layer": entry.layer.name.lower(),
        "title": act.title,
        "confidence": act.confidence,
        "known_from": act.known_from.isoformat() if act.known_from else None,
        "decides": entry.kind is not DayKind.WORK,
    }


# -- the dates of a day budget -----------------------------------------------------------------


def day_parts(
    budget: DayBudget, schedule: DatedShifts, start: datetime, due_at: datetime, pauses: Pauses
) -> dict[date, Role]:
    """Return the role of each date in a day budget, from the start to the last date."""
    due_on = (due_at - TICK).astimezone(schedule.tz).date()
    try:
        unmoved = budget.without_roll()
        ends_on = due_on if unmoved is budget else unmoved.due_on(schedule, start, pauses)
        found = dict(_parts(budget, schedule, start, ends_on, pauses))
    except CalendarCoverageError:  # the due date is certain, but not which dates count
        return {due_on: ("due", None)}
    for day in dates_between(ends_on, due_on):
        found.setdefault(day, ("passed", None))
    found[ends_on] = "end", found[ends_on][1]
    found[due_on] = "due", found.get(due_on, (None, None))[1]
    return found


def _parts(
    budget: DayBudget, schedule: DatedShifts, start: datetime, ends_on: date, pauses: Pauses
) -> Iterator[tuple[date, Role]]:
    start_date = start.astimezone(schedule.tz).date()
    first = first_day(schedule, start, budget.as_dict().get("count_from", "next_day"))
    paused = paused_dates(schedule, pauses)
    counted: int | None = 0
    for day in dates_between(start_date, ends_on):
        if day < first:
            yield day, ("start", None)
        elif is_paused(day, paused):
            yield day, ("paused", None)
        elif (counts := budget.counts(schedule, day)) is None:
            counted = None
            yield day, (None, None)
        elif not counts:
            yield day, ("off", None)
        else:
            counted = counted + 1 if budget.numbers_dates() and counted is not None else None
            yield day, ("counted", counted)
