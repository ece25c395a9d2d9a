"""Find the latest start for a due time, with a budget that is not working time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.worktime.instants import refuse_naive, refuse_year
from workhours_sla.worktime.zone_offsets import ONE_DAY, TICK

_FIRST = datetime(1, 7, 1, tzinfo=UTC)
"""A start that no calendar covers."""


def latest_start_by_search(
    due: datetime,
    deadline: Callable[[datetime], datetime],
    midnight: Callable[[date], datetime],
    *,
    rolls_back: bool,
) -> datetime:
    """Search the latest start whose ``deadline`` is no later than ``due``.

    The result is in the zone of ``due``. The deadline must not be before its start, and a later
    start must not have an earlier deadline. ``midnight`` returns 0:00 of a date. ``rolls_back`` is
    True if a deadline may be before a date on which it depends. Raises the errors of ``deadline``,
    but CalendarCoverageError only if the answer depends on an unknown date.
    """
    if due.utcoffset() is None:
        refuse_naive(due)
    wanted = due.astimezone(UTC)

    def is_early(start: datetime) -> bool:
        try:
            return deadline(start).astimezone(UTC) <= wanted
        except CalendarCoverageError as error:
            if isinstance(error.earliest, datetime):
                is_late = error.earliest.astimezone(UTC) > wanted
            else:
                is_late = not rolls_back and midnight(error.date).astimezone(UTC) >= wanted
            if not is_late:
                raise
            return False

    is_known = True
    try:
        if is_early(wanted):  # a budget of nothing
            return due
    except CalendarCoverageError:
        is_known = False
    bounds = _steps_back(wanted, is_early, is_known=is_known)
    if bounds is None:
        deadline(wanted)  # raises the error that names the first date of the calendar
        refuse_year(_FIRST)
    return _last_early(*bounds, is_early).astimezone(due.tzinfo)


def _steps_back(
    late: datetime, is_early: Callable[[datetime], bool], *, is_known: bool
) -> tuple[datetime, datetime] | None:
    """Search backwards for bounds of the latest start: one early enough, and a later one.

    The later start is not early enough, or its answer is unknown. The steps back from ``late``
    grow, until a step leads from a start with a known answer to one with an unknown answer; from
    there on the steps shrink. ``is_known`` is False if ``late`` may be early enough. Returns None
    if no start is early enough for certain.
    """
    step, shrinks = ONE_DAY, False
    while late > _FIRST:
        step = min(step, late - _FIRST)
        early = late - step
        try:
            if is_early(early):
                return early, late
            is_known = True
        except CalendarCoverageError:
            if step <= TICK:
                raise
            if is_known:
                step, shrinks = step // 2, True
                continue
        late = early
        step = max(TICK, step // 2) if shrinks else min(2 * step, 4096 * ONE_DAY)
    return None


def _last_early(early: datetime, late: datetime, is_early: Callable[[datetime], bool]) -> datetime:
    """Return the last start that is early enough, between ``early`` and the later ``late``.

    ``early`` is early enough, and ``late`` is not. If a start is too late, all later starts must be
    too late as well.
    """
    while late - early > TICK:
        middle = early + (late - early) // 2
        if is_early(middle):
            early = middle
        else:
            late = middle
    return early
