"""The forecast of deadlines counts each unanswered clock once, when it is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.values import OFFICE
from workhours_sla import Event, EventType, Policy, Schedule, Target, evaluate, working_hours
from workhours_sla.errors import NaiveDatetimeError
from workhours_sla.sla.forecast import Forecast, Slot, forecast_deadlines
from workhours_sla.sla.outcome import Outcome

ZONE = OFFICE.tz
MONDAY = datetime(2026, 3, 16, tzinfo=ZONE)


def outcomes(*posted: datetime, as_of: datetime, **more: EventType) -> tuple[Outcome, ...]:
    """Return the outcomes of appeals.

    The last appeal has the events ``more``, each an hour after the posting.
    """
    events = [
        Event(f"{number}", f"A-{number:05}", EventType.CREATED, at, at)
        for number, at in enumerate(posted)
    ]
    for name, kind in more.items():
        at = posted[-1] + timedelta(hours=1)
        events.append(Event(name, events[len(posted) - 1].appeal_id, kind, at, at))
    target = Target("first reply", working_hours(4), OFFICE, pauses=True)
    return evaluate(events, Policy([target]), as_of=as_of).outcomes


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def test_a_day_on_which_clocks_change_is_one_slot() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 25, tzinfo=zone)
    berlin = Schedule(None, "Mo-Su 00:00-24:00", tz="Europe/Berlin")
    posted = [(start.astimezone(UTC) + timedelta(hours=hour)).astimezone(zone) for hour in (0, 20)]
    events = [Event(str(when), str(when), EventType.CREATED, when, when) for when in posted]
    found = evaluate(events, Policy([Target("x", working_hours(4), berlin)]), as_of=posted[1])
    forecast = forecast_deadlines(
        found.outcomes, start=start, end=start + timedelta(days=2), zone=zone, by="day"
    )
    (slot,) = forecast.slots  # 24 hours after its start it is 23:00 on the same date
    assert (slot.since, slot.until) == (start, datetime(2026, 10, 26, tzinfo=zone))


@given(
    minutes=st.lists(st.integers(0, 14 * 1440), max_size=30),
    now=st.integers(0, 14 * 1440),
    first=st.integers(0, 14 * 1440),
    days=st.integers(1, 14),
    by=st.sampled_from(["hour", "day"]),
)
def test_every_open_clock_is_counted_once(
    minutes: list[int], now: int, first: int, days: int, by: str
) -> None:
    as_of = MONDAY + timedelta(minutes=now)
    found = outcomes(*(MONDAY + timedelta(minutes=minute) for minute in minutes), as_of=as_of)
    start = MONDAY + timedelta(minutes=first)
    end = start + timedelta(days=days)
    forecast = forecast_deadlines(found, start=start, end=end, zone=ZONE, by=by)
    assert forecast.open == len(found)
    within = sorted(
        one.due_at for one in found if one.verdict != "breached" and start < one.due_at <= end
    )
    assert sum(slot.count for slot in forecast.slots) == len(within)
    for slot in forecast.slots:
        inside = [due for due in within if slot.since < due <= slot.until]
        assert slot.count == len(inside)
        assert slot.together == max(map(inside.count, inside))


def test_invalid_arguments() -> None:
    with pytest.raises(NaiveDatetimeError, match=r"^start .* has no zone"):
        forecast((), start=datetime(2026, 3, 16))
    with pytest.raises(ValueError, match=r"by='week' .* use hour or day"):
        forecast((), by="week")


def forecast(found: tuple[Outcome, ...], **options: Any) -> Forecast:
    of = {"start": MONDAY, "end": MONDAY + timedelta(days=7), "zone": ZONE} | options
    return forecast_deadlines(found, **of)


def test_what_is_in_no_slot_is_counted_by_cause() -> None:
    # due at 12:00 and 12:30, overdue; due at 12:00 of the next day
    found = outcomes(at(8), at(8, 30), at(17), as_of=at(17))
    slot = Slot(at(0, day=1), at(0, day=2), 1, 1)
    counts = {"earlier": 0, "later": 0, "paused": 0, "unknown": 0}
    assert forecast(found, by="day") == Forecast((slot,), overdue=2, **counts)
    found = outcomes(at(9), at(14), as_of=at(14))  # due at 13:00, late after 14:00
    of = forecast(found, start=at(13), end=at(17))
    assert (of.earlier, of.later, of.open) == (1, 1, 2)
    for kind in (EventType.REPLIED, EventType.DUPLICATE_OF):
        assert forecast(outcomes(at(9), as_of=at(11), x=kind)).open == 0
    of = forecast(outcomes(at(9), as_of=at(11), x=EventType.PAUSED))
    assert (of.paused, of.open) == (1, 1)
    last = datetime(2027, 12, 31, 17, 0, tzinfo=ZONE)
    of = forecast(outcomes(last, as_of=last))
    assert (of.unknown, of.open) == (1, 1)
