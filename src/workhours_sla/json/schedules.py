"""Convert schedules and calendars to JSON objects and back.

A calendar of the registry is written as its id and its version. The days of a calendar that was
made by ``Calendar.plain`` or from a file are written in full, and so are acts that were added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import reduce
from itertools import pairwise
from operator import attrgetter, or_
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, TypeAlias

from workhours_sla.calendars.acts import AmendedDays
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.combined import CombinedDays, combined
from workhours_sla.calendars.days import DateRange, Entry, Layer
from workhours_sla.calendars.tables import OpenedDays, PlainDays, TableDays
from workhours_sla.errors import (
    CalendarDataError,
    UnknownCalendarError,
    UnknownTimeZoneError,
    WorkHoursError,
)
from workhours_sla.json.checked_data import Reader, WrongValueError, refuse
from workhours_sla.json.structs import (
    FORMS,
    DayHours,
    Form,
    Hours,
    LayerName,
    MonthDay,
    form_of,
    part_form_of,
    plain,
)
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.shifts import Shifts, format_shifts

_WEEKS: Final = (None, 5, 6, 7)
_WEEKDAYS: Final = range(7)
if TYPE_CHECKING:  # both are structs that are made at run time
    _EntryForm: TypeAlias = Any
    SourceForm: TypeAlias = Any
else:
    _EntryForm = part_form_of(Entry)


# -- sources of days -------------------------------------------------------------------------


class Registered(NamedTuple):
    """The days of a registry calendar, of which JSON has the version instead of each date."""

    version: str
    as_known: date | None = None
    week: int | None = None

    @classmethod
    def days_of(cls, calendar: Calendar) -> Registered | None:
        """Return a Registered with the same days as a calendar, None if the registry has none."""
        known_by = getattr(calendar.definition().source, "known_by", None)
        as_known = known_by if isinstance(known_by, date) else None
        for week in _WEEKS:
            days = cls(calendar.version, as_known, week)
            try:
                found = days.calendar(calendar.id)
            except WrongValueError:
                return None
            if found.without(*calendar.definition().dropped) == calendar:
                return days
        return None

    def calendar(self, id: str) -> Calendar:
        try:
            found = Calendar.get(id)
        except (UnknownCalendarError, CalendarDataError) as error:
            refuse(error, "", "id")
        if self.as_known is not None:
            found = found.as_known(self.as_known)
        if self.week is not None:
            try:
                found = found.with_week(self.week)
            except CalendarDataError as error:
                refuse(error, "", "source", "week")
        return found


def _plain_days(*, first: date, last: date, **days: Any) -> PlainDays:
    if last < first:
        refuse(f"{last} is before the first date {first}", "swap them", "last")
    return PlainDays(first=first, last=last, **days)


def _table_days(
    *, off_weekdays: frozenset[int], known: tuple[DateRange, ...], **more: Any
) -> TableDays:
    for day in off_weekdays:
        if day not in _WEEKDAYS:
            what = f"{day} is not a weekday"
            refuse(what, "count from Monday, 0, to Sunday, 6", "off_weekdays")
    if not known:
        refuse("it is empty", "give the dates that the table knows", "known")
    _check_ranges("known", known)
    for (_, before), (after, _) in pairwise(known):
        if after <= before:
            refuse(f"{after} is not after {before}", "put the ranges in order", "known")
    return TableDays(off_weekdays, known, **more)


def _check_ranges(key: str, ranges: tuple[DateRange, ...]) -> None:
    for at, (first, last) in enumerate(ranges):
        if last < first:
            refuse(f"{last} is before {first}", "give the first date, then the last", key, at)


class AmendedForm(Form, tag_field="kind", tag="amended"):
    """The JSON object of a calendar's days and of the acts that were added to them."""

    base: SourceForm
    rows: tuple[_EntryForm, ...]
    confirms: tuple[tuple[date, date], ...]

    @staticmethod
    def build(*, confirms: tuple[DateRange, ...], **more: Any) -> AmendedDays:
        _check_ranges("confirms", confirms)
        return AmendedDays(confirms=confirms, **more)


class OpenedForm(Form, tag_field="kind", tag="opened"):
    """The JSON object of a copied calendar on which some weekly days off are working days."""

    base: SourceForm
    weekdays: frozenset[int]
    build: ClassVar[Callable[..., Any]] = OpenedDays


FORMS.update(
    {
        Registered: form_of(Registered, tag="registered"),
        PlainDays: form_of(
            PlainDays,
            tag="plain",
            build=_plain_days,
            yearly=(frozenset[MonthDay], lambda days: sorted(map(MonthDay.write, days))),
        ),
        TableDays: form_of(TableDays, tag="table", build=_table_days),
        AmendedDays: AmendedForm,
        OpenedDays: OpenedForm,
    }
)
if not TYPE_CHECKING:
    _SOURCES = (Registered, PlainDays, TableDays, AmendedDays, OpenedDays)
    SourceForm = reduce(or_, map(FORMS.get, _SOURCES))


# -- calendars -------------------------------------------------------------------------------


class CalendarForm(Form, tag_field="kind", tag="calendar", omit_defaults=True):
    """The JSON object of a calendar. Calendars of the registry have no ``tz``."""

    id: str
    source: SourceForm
    tz: str | None = None
    without: tuple[LayerName, ...] = ()
    provisional: bool = False

    @staticmethod
    def build(
        *, id: str, source: Any, tz: str | None, without: tuple[Layer, ...], provisional: bool
    ) -> Calendar:
        found = _calendar_of(id, source, tz)
        if without:
            found = found.without(*without)
        return found.provisional() if provisional else found

    @classmethod
    def written(cls, value: Calendar) -> Any:
        source, dropped, provisional = value.definition()
        if isinstance(source, CombinedDays):
            return CombinedForm.written(source)
        source = base = _described(value, source)
        while isinstance(base, AmendedDays | OpenedDays):
            base = base.base
        tz = None if isinstance(base, Registered) else value.tz
        return cls(value.id, plain(source), tz, plain(tuple(sorted(dropped))), provisional)


def _calendar_of(id: str, source: Any, tz: str | None) -> Calendar:
    if isinstance(source, AmendedDays):
        found = _calendar_of(id, source.base, tz)
        return found.with_source(source._replace(base=found.definition().source))
    if isinstance(source, OpenedDays):
        found = _calendar_of(id, source.base, tz)
        try:
            return found.with_workdays(source.weekdays)
        except CalendarDataError as error:
            refuse(error, "", "source", "weekdays")
    return source.calendar(id) if isinstance(source, Registered) else Calendar(id, source, tz=tz)


def _described(calendar: Calendar, source: Any) -> Any:
    """Return a source in which the registry's days are described by a Registered."""
    if isinstance(source, AmendedDays | OpenedDays):
        return source._replace(base=_described(calendar, source.base))
    if isinstance(source, PlainDays):
        return source
    dropped = calendar.definition().dropped
    found = Registered.days_of(Calendar(calendar.id, source, tz=calendar.tz, dropped=dropped))
    if found is None and not isinstance(source, TableDays):
        what = f"calendar {calendar.id} is neither the registry's nor plain nor a table"
        Reader().fail(("calendar",), what, "use Calendar.get, Calendar.plain or a calendar file")
    return found or source


class CombinedForm(Form, tag_field="kind", tag="combined"):
    build: ClassVar[Callable[..., Any]] = combined
    any_off: bool
    parts: tuple[AnyCalendarForm, ...]


AnyCalendarForm: TypeAlias = CalendarForm | CombinedForm
FORMS[Calendar] = CalendarForm


def outdated(form: Any) -> Iterator[str]:
    """Yield a sentence for each registry calendar in ``form`` that now has another version."""
    for part in getattr(form, "parts", ()):
        yield from outdated(part)
    source = getattr(form, "source", None)
    while isinstance(source, AmendedForm | OpenedForm):
        source = source.base
    if isinstance(source, FORMS[Registered]):
        was = source.version
        now = Registered(was, source.as_known, source.week).calendar(form.id).version
        if now != was:
            yield f"calendar {form.id} was of version {was} and now is of {now}"


# -- schedules -------------------------------------------------------------------------------


class ScheduleForm(Form):
    writers: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "hours": str,
        "tz": attrgetter("key"),
        "overrides": lambda days: {day: format_shifts(shifts) for day, shifts in days.items()},
        "changes": lambda days: {day: str(hours) for day, hours in days.items()},
    }
    calendar: AnyCalendarForm
    hours: Hours
    tz: str
    overrides: dict[date, DayHours]
    changes: dict[date, Hours]
    shorten_at_start: bool

    @staticmethod
    def build(*, overrides: Mapping[date, Shifts], **options: Any) -> Schedule:
        """Build the schedule from the fields of its JSON object. Raises WrongValueError."""
        texts = {day: format_shifts(shifts) for day, shifts in overrides.items()}
        try:
            return Schedule(overrides=texts, **options)
        except WorkHoursError as error:
            refuse(error, "", "tz" if isinstance(error, UnknownTimeZoneError) else "hours")
