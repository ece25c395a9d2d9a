"""Why an answer is what it is: the working time of each day, with its reason and act."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from workhours_sla.calendars.day import Day, DayKind, Entry
from workhours_sla.errors import BudgetError
from workhours_sla.text import words
from workhours_sla.worktime.budget import format_amount, iso_amount
from workhours_sla.worktime.interval_sets import subtract
from workhours_sla.worktime.pauses import Pauses, moments_of
from workhours_sla.worktime.zone import ONE_DAY, ZERO, Interval, datetime_in

if TYPE_CHECKING:
    from workhours_sla.worktime.schedule import Schedule

SCHEMA_VERSION = 2


@dataclass(frozen=True, slots=True)
class Step:
    """What one date gives to the answer.

    ``intervals`` are the stretches counted, in the schedule's zone; a shift past midnight
    belongs to the date it starts on. ``day`` is the calendar's word on the date, None where the
    calendar does not know it and an override does. ``overridden`` marks a date with own hours,
    ``without_hours`` a working day on whose weekday the schedule has none; ``held`` is the
    working time of the date within pauses, which does not count. ``unknown`` marks a date that the
    calendar does not know and that does not change the answer; ``undecided`` is the entry in
    question, where there is one.
    """

    date: date
    intervals: tuple[tuple[datetime, datetime], ...]
    used: timedelta
    day: Day | None
    overridden: bool
    without_hours: bool = False
    held: timedelta = ZERO
    unknown: bool = False
    undecided: Entry | None = None

    def reason(self, lang: str = "en") -> str:
        """Return in words why the date has the hours it has."""
        if self.overridden:
            return words.pick(words.OVERRIDDEN, lang)
        if self.undecided is not None:
            entry = self.undecided.describe(lang)
            return words.pick(words.UNDECIDED, lang).format(entry=entry)
        if self.unknown:
            return words.pick(words.NOT_COVERED, lang)
        assert self.day is not None  # noqa: S101 - only an override makes a date known otherwise
        text = self.day.describe(lang)
        return f"{text} ({words.pick(words.NO_HOURS, lang)})" if self.without_hours else text

    def remark(self, lang: str = "en") -> str:
        """Return the reason, and how much working time was held."""
        if not self.held:
            return self.reason(lang)
        held = words.pick(words.HELD, lang).format(amount=format_amount(self.held))
        return f"{self.reason(lang)}; {held}"

    def to_dict(self) -> dict[str, Any]:
        """Return the step as plain data for JSON; never localised, reasons in both languages."""
        day = self.day
        return {
            "date": self.date.isoformat(),
            "intervals": [[a.isoformat(), b.isoformat()] for a, b in self.intervals],
            "used": iso_amount(self.used),
            "held": iso_amount(self.held),
            "kind": day.kind.value if day else None,
            "shortened_by": iso_amount(day.shortened_by) if day else None,
            "hours_of": day.hours_of.isoformat() if day else None,
            "overridden": self.overridden,
            "unknown": self.unknown,
            "provisional": bool(day and day.provisional),
            "reason": {lang: self.reason(lang) for lang in words.LANGUAGES},
            "acts": [_act(entry) for entry in (day.reasons if day else ()) if entry.act],
        }


@dataclass(frozen=True, slots=True)
class Trace:
    """The day-by-day account of a deadline or of an elapsed span.

    Of a deadline ``budget`` is the amount asked for and ``due_at`` the answer; of a span
    ``budget`` is None. ``end`` is where the account stops, ``used`` the working time in it, the
    sum of the steps, negative for a span that runs backwards. Datetimes of ``steps`` are in
    the schedule's zone.
    """

    calendar: str
    calendar_version: str
    hours: str
    tz: str
    start: datetime
    end: datetime
    budget: timedelta | None
    used: timedelta
    steps: tuple[Step, ...]
    provisional: bool

    @property
    def due_at(self) -> datetime | None:
        """The deadline, or None in the account of a span."""
        return self.end if self.budget is not None else None

    def to_dict(self) -> dict[str, Any]:
        """Return the trace as plain data for JSON, under a schema version."""
        return {
            "schema": SCHEMA_VERSION,
            "calendar": self.calendar,
            "calendar_version": self.calendar_version,
            "hours": self.hours,
            "tz": self.tz,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "budget": None if self.budget is None else iso_amount(self.budget),
            "used": iso_amount(self.used),
            "provisional": self.provisional,
            "steps": [step.to_dict() for step in self.steps],
        }

    def lines(self, lang: str = "en") -> Iterator[str]:
        """Yield the account as lines of text; days off in a row with one reason share a line."""
        for first, last, step in _runs(self.steps, lang):
            when = _day_text(first, lang)
            spans = ", ".join(
                f"{_clock(a, step.date)}-{_clock(b, step.date, end=True)}"
                for a, b in step.intervals
            )
            if last != first:
                spans = f".. {_day_text(last, lang)}"
            yield f"{when:<15}  {spans:<24} {format_amount(step.used):>6}   {step.remark(lang)}"

    def text(self, lang: str = "en") -> str:
        """Return the account as text, one line a day."""
        return "\n".join(self.lines(lang))

    def __str__(self) -> str:
        return self.text()


def explain(
    schedule: Schedule, start: datetime, until: timedelta | datetime, pauses: Pauses = ()
) -> Trace:
    """Return the account behind ``Schedule.deadline`` or ``Schedule.elapsed``."""
    if not isinstance(until, datetime | timedelta):
        msg = f"an account is of working time, or up to an instant, not of {until!r}"
        raise BudgetError(msg, budget=until)
    budget = None if isinstance(until, datetime) else until
    end = until if isinstance(until, datetime) else schedule.deadline(start, until, pauses=pauses)
    used = schedule.elapsed(start, end, pauses=pauses)
    lo, hi = sorted((schedule._moment(start), schedule._moment(end)))
    steps = tuple(_steps(schedule, lo, hi, moments_of(pauses, schedule._moment)))
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
    schedule: Schedule, lo: timedelta, hi: timedelta, pauses: list[Interval]
) -> Iterator[Step]:
    """Yield a step per date from the one on whose shift the account starts to the last.

    The day before the first is left out unless a shift of it reaches in; time covered by two
    dates' shifts is counted once, for the earlier date.
    """
    zone = schedule.tz
    first = datetime_in(zone, lo).date()
    last = datetime_in(zone, max(lo, hi - timedelta.resolution)).date()
    counted: dict[date, list[Interval]] = {}
    day = first - ONE_DAY
    while day <= last:
        within = ((max(start, lo), min(end, hi)) for start, end in _moments(schedule, day))
        before = (counted.get(day - ONE_DAY * back, ()) for back in (1, 2))
        pieces = subtract(
            (piece for piece in within if piece[0] < piece[1]),
            (interval for intervals in before for interval in intervals),
        )
        counted[day] = pieces
        left = subtract(pieces, _meeting(pieces, pauses)) if pauses else pieces
        if pieces or (first <= day and schedule.knows(day)):
            overridden = day in schedule.overrides
            known = schedule.calendar.coverage
            yield Step(
                date=day,
                intervals=tuple((datetime_in(zone, a), datetime_in(zone, b)) for a, b in left),
                used=_length(left),
                day=(
                    schedule.calendar.day(day)
                    if any(since <= day <= until for since, until in known)
                    else None
                ),
                overridden=overridden,
                without_hours=_works(schedule, day) and not schedule.shifts_on(day),
                held=_length(pieces) - _length(left),
            )
        elif first <= day:
            undecided = schedule.calendar.uncertain(day.year).get(day)
            yield Step(day, (), ZERO, None, overridden=False, unknown=True, undecided=undecided)
        day += ONE_DAY


def _meeting(pieces: list[Interval], pauses: list[Interval]) -> list[Interval]:
    """Return those of the holds, disjoint and in order, that may meet one of the pieces."""
    if not pieces:
        return []
    first = bisect_right(pauses, pieces[0][0], key=itemgetter(1))
    return pauses[first : bisect_left(pauses, pieces[-1][1], key=itemgetter(0))]


def _length(pieces: Iterable[Interval]) -> timedelta:
    return sum((end - start for start, end in pieces), ZERO)


def _works(schedule: Schedule, day: date) -> bool:
    """Whether a date is a working day by the calendar and has no hours of its own."""
    return (
        schedule.knows(day) and day not in schedule.overrides and schedule.calendar.day(day).working
    )


def _moments(schedule: Schedule, day: date) -> list[Interval]:
    return schedule._moments_of(day, schedule.shifts_on(day)) if schedule.knows(day) else []


def _runs(steps: tuple[Step, ...], lang: str) -> Iterator[tuple[date, date, Step]]:
    """Yield (first date, last date, step), joining neighbours without hours and of one reason."""
    index = 0
    while index < len(steps):
        first = last = index
        if not steps[first].used:
            while (
                last + 1 < len(steps)
                and not steps[last + 1].used
                and steps[last + 1].remark(lang) == steps[first].remark(lang)
            ):
                last += 1
        yield steps[first].date, steps[last].date, steps[first]
        index = last + 1


def _day_text(day: date, lang: str) -> str:
    return f"{words.WEEKDAYS[lang][day.weekday()]} {words.short_date(day, lang)}"


def _clock(moment: datetime, of_day: date, *, end: bool = False) -> str:
    """Return a reading of the date's clock; the next midnight is 24:00.

    An end is read just before, so that one at a clock change shows the reading it came to.
    """
    if end:
        before = (moment.astimezone(UTC) - timedelta.resolution).astimezone(moment.tzinfo)
        moment = before.replace(tzinfo=None) + timedelta.resolution
    text = f"{moment:%H:%M}"
    if moment.microsecond:
        text = f"{moment:%H:%M:%S.%f}"
    elif moment.second:
        text = f"{moment:%H:%M:%S}"
    return "24:00" if text == "00:00" and moment.date() > of_day else text


def _act(entry: Entry) -> dict[str, Any]:
    act = entry.act
    assert act is not None  # noqa: S101 - the caller filters
    return {
        "layer": entry.layer.name.lower(),
        "title": act.title,
        "confidence": act.confidence,
        "known_from": act.known_from.isoformat() if act.known_from else None,
        "decides": entry.kind is not DayKind.WORK,
    }
