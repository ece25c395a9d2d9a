"""The JSON forms of schedules and calendars.

A calendar that the registry has is named by its id and version. A plain one, one from a table and
acts that were added are written in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Final, NamedTuple

from workhours_sla.adapters.json.forms import Form, part_form_of, plain
from workhours_sla.adapters.json.leaves import DayHours, Hours, LayerName, MonthDay
from workhours_sla.adapters.shape import Reader, refuse, refuse_for
from workhours_sla.calendars.amended import AmendedDays
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.combined import CombinedCalendar
from workhours_sla.calendars.day import Entry, Layer
from workhours_sla.calendars.plain import PlainDays
from workhours_sla.calendars.source import DateRange
from workhours_sla.calendars.table import TableDays
from workhours_sla.errors import (
    CalendarDataError,
    UnknownCalendarError,
    UnknownTimeZoneError,
    WorkHoursError,
)
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.weekly_hours import Shifts, format_shifts

_WEEKS = (5, 6, 7)
_DAYS_OF_A_WEEK = 7
_ENTRY: Any = part_form_of(Entry)


# -- sources of days -------------------------------------------------------------------------


class Registered(NamedTuple):
    """The registry's days of a calendar, of a version; it may have changed since."""

    version: str
    as_known: date | None = None
    week: int | None = None


class RegisteredForm(Form, tag_field="kind", tag="registered", omit_defaults=True):
    """Days of the registry."""

    build = Registered
    version: str
    as_known: date | None = None
    week: int | None = None


class PlainForm(Form, tag_field="kind", tag="plain"):
    """Days off by date and by day of the year."""

    days_off: frozenset[date]
    yearly: frozenset[MonthDay]
    first: date
    last: date

    @staticmethod
    def build(*, first: date, last: date, **days: Any) -> PlainDays:
        """Return the source. Raises RefusedError."""
        if last < first:
            refuse(f"{last} is before the first date {first}", "swap them", "last")
        return PlainDays(first=first, last=last, **days)

    @classmethod
    def written(cls, value: PlainDays) -> Any:
        """Return the form of a source."""
        yearly: Any = tuple(f"{month:02}-{day:02}" for month, day in sorted(value.yearly))
        return cls(plain(value.days_off), yearly, value.first, value.last)


class TableForm(Form, tag_field="kind", tag="table"):
    """Days by entries."""

    off_weekdays: frozenset[int]
    known: tuple[tuple[date, date], ...]
    rows: tuple[_ENTRY, ...]
    version: str

    @staticmethod
    def build(*, off_weekdays: frozenset[int], known: tuple[DateRange, ...], **more: Any) -> Any:
        """Return the source. Raises RefusedError."""
        for day in off_weekdays:
            if not 0 <= day < _DAYS_OF_A_WEEK:
                what = f"{day} is not a weekday"
                refuse(what, "count from Monday, 0, to Sunday, 6", "off_weekdays")
        if not known:
            refuse("it is empty", "give the dates that the table knows", "known")
        _check_ranges("known", known)
        for (_, before), (after, _) in pairwise(known):
            if after <= before:
                refuse(f"{after} is not after {before}", "put the ranges in order", "known")
        return TableDays(off_weekdays, known, **more)


class AmendedForm(Form, tag_field="kind", tag="amended"):
    """Another source with acts added, and the dates that they confirm."""

    base: SourceForm
    rows: tuple[_ENTRY, ...]
    confirms: tuple[tuple[date, date], ...]

    @staticmethod
    def build(*, confirms: tuple[DateRange, ...], **more: Any) -> AmendedDays:
        """Return the source. Raises RefusedError."""
        _check_ranges("confirms", confirms)
        return AmendedDays(confirms=confirms, **more)


SourceForm = RegisteredForm | PlainForm | TableForm | AmendedForm
_SOURCES: Final[dict[type, Any]] = {
    Registered: RegisteredForm,
    PlainDays: PlainForm,
    TableDays: TableForm,
}


def _check_ranges(key: str, ranges: tuple[DateRange, ...]) -> None:
    for at, (first, last) in enumerate(ranges):
        if last < first:
            refuse(f"{last} is before {first}", "give the first date, then the last", key, at)


# -- calendars -------------------------------------------------------------------------------


class CalendarForm(Form, tag_field="kind", tag="calendar", omit_defaults=True):
    """A calendar."""

    id: str
    source: SourceForm
    tz: str | None = None
    without: tuple[LayerName, ...] = ()
    provisional: bool = False

    @staticmethod
    def build(
        *,
        id: str,  # noqa: A002
        source: Any,
        tz: str | None,
        without: tuple[Layer, ...],
        provisional: bool,
    ) -> Calendar:
        """Return the calendar. Raises RefusedError."""
        amendments: list[AmendedDays] = []
        while isinstance(source, AmendedDays):
            amendments.append(source)
            source = source.base
        if isinstance(source, Registered):
            calendar = _of_registry(id, source)
        else:
            calendar = Calendar(id, source, tz=tz)
        for amended in reversed(amendments):
            base = calendar.definition.source
            calendar = calendar.with_source(amended._replace(base=base))
        if without:
            calendar = calendar.without(*without)
        return calendar.provisional() if provisional else calendar

    @classmethod
    def written(cls, value: Calendar) -> Any:
        """Return the form of a calendar. Raises ConfigError if it has none."""
        source, dropped, provisional = value.definition
        amendments: list[AmendedDays] = []
        while isinstance(source, AmendedDays):
            amendments.append(source)
            source = source.base
        base = Calendar(value.id, source, tz=value.tz, dropped=dropped)
        registered = None if isinstance(source, PlainDays) else _registered(base)
        if registered is None and type(source) not in _SOURCES:
            what = f"calendar {value.id} is neither the registry's nor plain nor a table"
            instead = "use Calendar.get, Calendar.plain or a calendar file"
            Reader().fail(("calendar",), what, instead)
        form = _SOURCES[type(registered or source)].written(registered or source)
        for amended in reversed(amendments):
            form = AmendedForm(form, plain(amended.rows), amended.confirms)
        tz = None if registered else value.tz
        return cls(value.id, form, tz, plain(tuple(sorted(dropped))), provisional)


class OffInAnyForm(Form, tag_field="kind", tag="days_off_in_any"):
    """Calendars combined: off where any is off."""

    calendars: tuple[AnyCalendarForm, ...]

    @staticmethod
    def build(calendars: tuple[Calendar, ...]) -> Calendar:
        """Return the combination."""
        return _combined(calendars, any_off=True)


class WorkingInAnyForm(Form, tag_field="kind", tag="working_in_any"):
    """Calendars combined: working where any works."""

    calendars: tuple[AnyCalendarForm, ...]

    @staticmethod
    def build(calendars: tuple[Calendar, ...]) -> Calendar:
        """Return the combination."""
        return _combined(calendars, any_off=False)


AnyCalendarForm = CalendarForm | OffInAnyForm | WorkingInAnyForm


def written_calendar(calendar: Calendar) -> Any:
    """Return the form of a calendar, combined or not. Raises ConfigError if it has none."""
    if isinstance(calendar, CombinedCalendar):
        parts = tuple(map(written_calendar, calendar.parts))
        return (OffInAnyForm if calendar.any_off else WorkingInAnyForm)(parts)
    return CalendarForm.written(calendar)


def outdated(form: Any) -> Iterator[str]:
    """Yield a sentence for each calendar of the registry that has changed since it was written."""
    for part in getattr(form, "calendars", ()):
        yield from outdated(part)
    source = getattr(form, "source", None)
    while isinstance(source, AmendedForm):
        source = source.base
    if isinstance(source, RegisteredForm):
        registered = Registered(source.version, source.as_known, source.week)
        now = _of_registry(form.id, registered).version
        if now != source.version:
            yield f"calendar {form.id} was of version {source.version} and now is of {now}"


def _of_registry(id: str, days: Registered) -> Calendar:  # noqa: A002
    try:
        calendar = Calendar.get(id)
    except (UnknownCalendarError, CalendarDataError) as error:
        refuse_for(error, "id")
    if days.as_known is not None:
        calendar = calendar.as_known(days.as_known)
    if days.week is not None:
        try:
            calendar = calendar.with_week(days.week)
        except CalendarDataError as error:
            refuse_for(error, "source", "week")
    return calendar


def _registered(calendar: Calendar) -> Registered | None:
    """Return which days of the registry make a calendar; None if none do."""
    known_by = getattr(calendar.definition.source, "known_by", None)
    days = Registered(calendar.version, known_by if isinstance(known_by, date) else None)
    for week in (None, *_WEEKS):
        try:
            found = Calendar.get(calendar.id)
            if days.as_known is not None:
                found = found.as_known(days.as_known)
            if week is not None:
                found = found.with_week(week)
        except (UnknownCalendarError, CalendarDataError):
            return None
        if found.without(*calendar.definition.dropped) == calendar:
            return days._replace(week=week)
    return None


def _combined(calendars: tuple[Calendar, ...], *, any_off: bool) -> Calendar:
    if not calendars:
        refuse("it is empty", "give at least one calendar", "calendars")
    return CombinedCalendar(calendars, any_off=any_off)


# -- schedules -------------------------------------------------------------------------------


class ScheduleForm(Form):
    """A schedule."""

    calendar: AnyCalendarForm
    hours: Hours
    tz: str
    overrides: dict[date, DayHours]
    changes: dict[date, Hours]
    shorten_at_start: bool

    @staticmethod
    def build(*, overrides: Mapping[date, Shifts], **options: Any) -> Schedule:
        """Return the schedule. Raises RefusedError."""
        texts = {day: format_shifts(shifts) for day, shifts in overrides.items()}
        try:
            return Schedule(overrides=texts, **options)
        except UnknownTimeZoneError as error:
            refuse_for(error, "tz")
        except WorkHoursError as error:
            refuse_for(error, "hours")

    @classmethod
    def written(cls, value: Schedule) -> Any:
        """Return the form of a schedule."""
        fields: Any = (
            written_calendar(value.calendar),
            str(value.hours),
            value.tz.key,
            {day: format_shifts(shifts) for day, shifts in value.overrides.items()},
            {day: str(hours) for day, hours in value.changes.items()},
            value.shorten_at_start,
        )
        return cls(*fields)
