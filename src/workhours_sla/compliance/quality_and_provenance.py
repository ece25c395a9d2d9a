"""The quality of a report's input, the provenance of its figures, and the dates that it spans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from workhours_sla.compliance.arrivals import Arrivals, local_times
from workhours_sla.compliance.cases import UNKNOWN, Cases, Intake, Labels, promise_version
from workhours_sla.compliance.microseconds import DAY, MINUTE, date_of, in_zone
from workhours_sla.compliance.outliers import NO_OUTLIERS, Outliers
from workhours_sla.compliance.tables import Tally
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.statistics.arrays import NEVER
from workhours_sla.text import words
from workhours_sla.version import __version__
from workhours_sla.worktime.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Quality:
    """How far the figures of a report can be trusted: the input, and counts of doubtful cases.

    ``intake`` counts the input. The other fields count cases:

    - ``counting``: neither withdrawn nor excluded
    - ``matured``: neither withdrawn nor excluded, with a final verdict
    - ``minute_rounded``: all times are on whole minutes
    - ``unnamed``: in no group, as pairs of the name of a grouping and the number of such cases
    - ``calendar_unknown``: the verdict depends on dates that no act has decided
    - ``provisional``: based on dates that were decided by rule only
    - ``needs_review``: perhaps answered by a reply that was not reviewed
    - ``untimed``: the working time is unknown
    - ``pause_left_open``: a pause never ended, although later events show work on the appeal
    - ``retroactive``: already late when a change of the appeal made the target apply
    - ``outliers``: arrived long before or after all others; includes arrivals before the period
    """

    intake: Intake
    counting: int
    matured: int
    minute_rounded: int
    unnamed: tuple[tuple[str, int], ...]
    calendar_unknown: int
    provisional: int
    needs_review: int
    untimed: int
    pause_left_open: int = 0
    retroactive: int = 0
    outliers: Outliers = NO_OUTLIERS


@dataclass(frozen=True, slots=True)
class CalendarUsed:
    """A calendar from which the figures of a report were computed."""

    id: str
    version: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """The versions and fingerprints of the data from which the figures of a report were computed.

    ``library`` is the version of this library, ``input_hash`` a fingerprint of the events or rows,
    and ``policy`` a fingerprint of the target and its schedules. Reports with equal provenance,
    options and ``as_of`` have equal figures.
    """

    library: str
    input_hash: str
    policy: str
    calendars: tuple[CalendarUsed, ...]


@dataclass(frozen=True, slots=True)
class DayNote:
    """A date of the reference schedule: the kind of day, the working time, and the reason.

    ``kind`` and ``working_time`` are None if the calendar does not cover the date.
    """

    date: date
    kind: str | None
    short: bool
    working_time: timedelta | None
    reason_en: str
    reason_ru: str


def quality(tally: Tally, groups: Mapping[str, Labels], found: Outliers) -> Quality:
    """Return how far the figures computed from ``tally`` and ``groups`` can be trusted.

    ``found`` are the outliers of the report.
    """
    cases = tally.cases
    rounded = cases.started % MINUTE == 0
    rounded &= (cases.answered == NEVER) | (cases.answered % MINUTE == 0)
    return Quality(
        cases.intake,
        counting=int(cases.counting.sum()),
        matured=int(tally.matured.sum()),
        minute_rounded=int(rounded.sum()),
        unnamed=tuple((name, int((labels.codes < 0).sum())) for name, labels in groups.items()),
        calendar_unknown=cases.calendar_unknown,
        provisional=cases.provisional,
        needs_review=cases.needs_review,
        untimed=int((cases.elapsed == UNKNOWN).sum()),
        pause_left_open=cases.pause_left_open,
        retroactive=cases.retroactive,
        outliers=found,
    )


def days(cases: Cases, when: Arrivals) -> tuple[DayNote, ...]:
    """Return a note on each date that the report spans: its kind, its working time and the reason.

    The dates begin with the first day of the first week of arrival. They end with the date of the
    last due time or of ``as_of``, whichever is later.
    """
    due = np.where(cases.due == NEVER, cases.started, cases.due)
    last = date_of(int(local_times(cases, due).max()) // DAY)
    reference = cases.reference
    first, end = when.weeks[0].first, max(last, in_zone(reference, cases.as_of).date())
    return tuple(_note(reference, first + timedelta(days=n)) for n in range((end - first).days + 1))


def _note(schedule: Schedule, day: date) -> DayNote:
    try:
        shifts = schedule.shifts_on(day)
        worked = sum((shift.end - shift.start for shift in shifts), timedelta(0))
        if day in schedule.overrides:
            reason = words.OVERRIDDEN if shifts else words.BY_OWN_ORDER
            reasons = (words.pick(reason, lang) for lang in words.LANGUAGES)
            return DayNote(day, "work" if shifts else "day_off", False, worked, *reasons)  # noqa: FBT003
        found = schedule.calendar.day(day)
    except CalendarCoverageError:
        return DayNote(day, None, False, None, "", "")  # noqa: FBT003
    return DayNote(
        day, found.kind.value, found.short, worked, *map(found.describe, words.LANGUAGES)
    )


def provenance(cases: Cases) -> Provenance:
    """Return the provenance of the figures that are computed from these cases."""
    calendars = {
        cases.schedules[position].calendar for position in np.unique(cases.schedule_of).tolist()
    }
    used = [CalendarUsed(one.id, one.version, one.fingerprint) for one in calendars]
    return Provenance(
        __version__,
        cases.input_hash,
        promise_version(cases.target, cases.schedules),
        tuple(sorted(used, key=lambda calendar: (calendar.id, calendar.fingerprint))),
    )
