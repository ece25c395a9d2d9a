"""Determine the kind of a date from the entries of all layers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date

from workhours_sla.calendars.date_ranges import ONE_DAY
from workhours_sla.calendars.day import (
    NOT_SHORTENED,
    PRE_HOLIDAY_SHORTENING,
    Day,
    DayKind,
    Entry,
)
from workhours_sla.errors import CalendarDataError
from workhours_sla.text.messages import say

FIVE_DAY_WEEK = frozenset({5, 6})
"""The weekly days off of a five-day week (Monday is 0)."""


def resolve(day: date, entries: tuple[Entry, ...]) -> Entry | None:
    """Return the entry of the highest layer for a date, or None if there are no entries.

    Raises CalendarDataError if two entries of the highest layer contradict each other.
    """
    if not entries:
        return None
    winner = max(entries, key=lambda entry: entry.layer)
    for other in entries:
        if other.layer == winner.layer and (
            other.kind.working != winner.kind.working
            or (winner.kind.working and other.swapped_with != winner.swapped_with)
        ):
            msg = say(
                "two_kinds",
                date=str(day),
                first=say("entry", kind=other.kind, en=other.describe(), ru=other.describe("ru")),
                second=say(
                    "entry", kind=winner.kind, en=winner.describe(), ru=winner.describe("ru")
                ),
                layer=winner.layer.name.lower(),
            )
            raise CalendarDataError(msg, date=day)
    return winner


def kind_of(day: date, winner: Entry | None, weekend: Collection[int]) -> DayKind:
    """Return the kind of the entry ``winner``; without an entry, the kind of the weekday."""
    if winner is not None:
        return winner.kind
    return DayKind.DAY_OFF if day.weekday() in weekend else DayKind.WORK


def ordinary_day(day: date, weekend: Collection[int], *, provisional: bool = False) -> Day:
    """Return the ``Day`` of a date without entries."""
    return Day(day, kind_of(day, None, weekend), hours_of=day, provisional=provisional)


def special_days(
    entries: Mapping[date, tuple[Entry, ...]],
    year: int,
    weekend: Collection[int],
    is_provisional: Callable[[date], bool],
) -> Iterator[tuple[date, Day]]:
    """Yield, in order, the days of a year that have entries or are shortened before a holiday.

    Raises CalendarDataError if two entries of one layer contradict each other.
    """
    eves = {
        day - ONE_DAY: entry
        for day, of_day in entries.items()
        for entry in of_day
        if entry.shortens_eve
    }
    for day in sorted(entries.keys() | eves.keys()):
        if day.year == year:
            decided = _decide(day, entries.get(day, ()), eves, weekend)
            yield day, decided._replace(provisional=is_provisional(day))


def _decide(
    day: date, entries: tuple[Entry, ...], eves: Mapping[date, Entry], weekend: Collection[int]
) -> Day:
    """Return the ``Day`` of a date from its entries and the holidays that shorten dates.

    A transferred working day has the hours of the date it was swapped with. If that date is the day
    before a holiday, the transferred working day is shortened (order of Minzdravsotsrazvitiya of
    13.08.2009 No 588n).
    """
    winner = resolve(day, entries)
    kind = kind_of(day, winner, weekend)
    hours_of, shortened_by = day, NOT_SHORTENED
    reasons: tuple[Entry, ...] = ()
    if winner is not None:
        swapped = kind is DayKind.TRANSFERRED_WORK and winner.swapped_with
        hours_of, shortened_by = swapped or day, winner.shortened_by
        losers = sorted(
            (entry for entry in entries if entry is not winner), key=lambda entry: -entry.layer
        )
        reasons = (winner, *losers)
    if not kind.working:
        return Day(day, kind, hours_of, reasons=reasons)
    eve_of = eves.get(hours_of)
    if eve_of is not None:
        shortened_by = max(shortened_by, PRE_HOLIDAY_SHORTENING)
    return Day(day, kind, hours_of, shortened_by, reasons, eve_of)


def possible_hours(
    day: date, federal: tuple[Entry, ...], weekend: Collection[int], in_question: Entry | None
) -> frozenset[int]:
    """Return the weekdays (Monday is 0) whose hours may apply on an unknown date.

    The result is empty if the date is certainly a day off. ``federal`` are the entries of the date
    without those of the region. ``in_question`` is the entry that makes the date uncertain, or
    None. A federal day off stays off if ``in_question`` is a holiday; if it is anything else, the
    date may become a working day.
    """
    winner = resolve(day, federal)
    if in_question is not None and in_question.kind is DayKind.TRANSFERRED_WORK:
        return frozenset(range(7))
    if kind_of(day, winner, weekend).working:
        swapped_with = winner.swapped_with if winner is not None else None
        return frozenset({(swapped_with or day).weekday()})
    if in_question is not None and in_question.kind is DayKind.HOLIDAY:
        return frozenset()
    return frozenset(range(7))
