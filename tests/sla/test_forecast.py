"""The forecast of deadlines counts each unanswered clock once, when it is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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


def week(found: tuple[Outcome, ...], by: str = "hour") -> Forecast:
    return forecast_deadlines(found, start=MONDAY, end=MONDAY + timedelta(days=7), zone=ZONE, by=by)


def test_a_deadline_on_the_hour_counts_in_the_hour_that_ends_then() -> None:
    found = outcomes(at(9), at(9, 1), at(10), as_of=at(10))
    assert week(found).slots == (Slot(at(12), at(13), 1, 1), Slot(at(14), at(15), 2, 1))


def test_by_day() -> None:
    found = outcomes(at(8), at(8, 30), at(17), as_of=at(17))
    # the two that arrived in the morning are overdue
    assert week(found, "day") == Forecast(
        (Slot(at(0, day=1), at(0, day=2), 1, 1),),
        overdue=2,
        earlier=0,
        later=0,
        paused=0,
        unknown=0,
    )
    assert week(outcomes(at(8), at(8, 30), as_of=at(9)), "day").slots == (
        Slot(at(0), at(0, day=1), 2, 2),
    )


def test_answered_withdrawn_and_excluded_appeals_are_not_counted() -> None:
    for kind in (EventType.REPLIED, EventType.DUPLICATE_OF):
        assert week(outcomes(at(9), as_of=at(11), x=kind)).open == 0


def test_paused_appeals_and_unknown_due_times_are_counted_separately() -> None:
    forecast = week(outcomes(at(9), as_of=at(11), x=EventType.PAUSED))
    assert (forecast.paused, forecast.open) == (1, 1)
    last = datetime(2027, 12, 31, 17, 0, tzinfo=ZONE)
    forecast = week(outcomes(last, as_of=last))
    assert (forecast.unknown, forecast.open) == (1, 1)


def test_deadlines_before_and_after_the_period() -> None:
    found = outcomes(at(9), at(14), as_of=at(14))  # due at 13:00, late after 14:00
    forecast = forecast_deadlines(found, start=at(13), end=at(17), zone=ZONE)
    assert (forecast.earlier, forecast.later, forecast.open) == (1, 1, 2)


def test_slots_are_hours_of_the_given_zone() -> None:
    found = outcomes(at(9), as_of=at(9))
    (slot,) = forecast_deadlines(
        found, start=MONDAY, end=at(0, day=1), zone=ZoneInfo("Asia/Kolkata")
    ).slots
    assert (str(slot.since), str(slot.until)) == (
        "2026-03-16 15:00:00+05:30",
        "2026-03-16 16:00:00+05:30",
    )


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
        forecast_deadlines([], start=datetime(2026, 3, 16), end=MONDAY, zone=ZONE)
    with pytest.raises(ValueError, match=r"by='week' .* use hour or day"):
        week((), "week")
