"""The shifts of one day, as times on the wall clock and as instants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta, tzinfo
from typing import NamedTuple

from workhours_sla.text.amounts import format_amount
from workhours_sla.worktime.intervals import join, subtract
from workhours_sla.worktime.times import ONE_DAY, ZERO, TimeSpan, midnight_on, zone_offsets


class Shift(NamedTuple):
    """A shift ``[start, end)`` on the wall clock, as time since midnight of its date.

    0 <= start < 24 h and start < end <= start + 24 h. An end after 24 h is on the next date.
    """

    start: timedelta
    end: timedelta


Shifts = tuple[Shift, ...]

WHOLE_DAY: Shifts = (Shift(ZERO, ONE_DAY),)


def merge_shifts(shifts: Iterable[Shift]) -> Shifts:
    """Return the shifts sorted, with shifts that overlap or touch merged into one."""
    merged: list[Shift] = []
    for shift in sorted(shifts):
        last = merged[-1] if merged else None
        end = max(shift.end, last.end) if last else shift.end
        if last and shift.start <= last.end and end - last.start <= ONE_DAY:
            merged[-1] = Shift(last.start, end)
        else:
            merged.append(shift)
    return tuple(merged)


def without(shifts: Iterable[Shift], removed: Iterable[Shift]) -> Shifts:
    """Return the parts of the shifts that are not in ``removed``."""
    return tuple(Shift(*span) for span in subtract(shifts, removed))


def shorten(shifts: Shifts, by: timedelta, *, at_start: bool = False) -> Shifts:
    """Return the shifts of a day, shortened at the end by ``by`` of wall-clock time."""
    left = by
    kept = join(shifts)
    while kept and left > ZERO:
        start, end = kept.pop(0 if at_start else -1)
        cut = min(left, end - start)
        left -= cut
        if cut < end - start:
            kept.append((start + cut, end) if at_start else (start, end - cut))
    return tuple(Shift(*span) for span in sorted(kept))


def spans_on(tz: tzinfo, day: date, shifts: Iterable[Shift]) -> list[TimeSpan]:
    """Return the instants of the shifts of a date, as sorted disjoint spans."""
    midnight, zone = midnight_on(day), zone_offsets(tz)
    return join(
        span for start, end in shifts for span in zone.instants_of(midnight + start, midnight + end)
    )


def format_shifts(shifts: Sequence[Shift]) -> str:
    """Return the shifts of one day as text that ``hours.parse_shifts`` accepts."""
    spans = ((start, end - ONE_DAY if end > ONE_DAY else end) for start, end in shifts)
    return ",".join("-".join(map(_clock, span)) for span in spans) or "off"


def _clock(amount: timedelta) -> str:
    return format_amount(amount - amount % timedelta(seconds=1), digits=2)
