"""A client that keeps the calendar of deadlines up to date shows what is unanswered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.properties import examples
from workhours_sla import (
    Event,
    EventType,
    Outcome,
    Policy,
    Schedule,
    Target,
    evaluate,
    working_hours,
)
from workhours_sla.errors import CalendarDataError, NaiveDatetimeError
from workhours_sla.files import write_due_calendar

icalendar = pytest.importorskip("icalendar")

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
POLICY = Policy([Target("first reply", working_hours(4), OFFICE)])
MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=OFFICE.tz)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

Key = tuple[str, datetime]


def created(appeal: str, at: datetime, agency: str | None = "roads") -> Event:
    return Event(f"{appeal}-c", appeal, EventType.CREATED, at, at, agency_id=agency)


def replied(appeal: str, at: datetime) -> Event:
    return Event(f"{appeal}-r", appeal, EventType.REPLIED, at, at, author_role="official")


def outcomes(events: Iterable[Event], as_of: datetime) -> Sequence[Outcome]:
    return evaluate(events, POLICY, as_of=as_of).outcomes


def calendar(events: Iterable[Event], now: datetime, **more: Any) -> str:
    options = {"zone": OFFICE.tz, "name": "Deadlines", **more}
    return write_due_calendar(outcomes(events, now), stamp=now, **options)


def parsed(text: str) -> list[Any]:
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def only(text: str) -> Any:
    [event] = parsed(text)
    return event


# -- the events --------------------------------------------------------------------------------


def test_appeals_of_one_agency_in_one_hour_are_one_event_with_their_number() -> None:
    posted = [MONDAY, MONDAY + 20 * MINUTE, MONDAY + 60 * MINUTE, MONDAY + 61 * MINUTE]
    events = [created(f"A-{number}", at) for number, at in enumerate(posted)]
    events.append(created("B-1", MONDAY, "parks"))
    found = {
        (str(event["SUMMARY"]), event["DTSTART"].dt, event["DTEND"].dt)
        for event in parsed(calendar(events, MONDAY + 2 * HOUR))
    }
    noon = MONDAY.replace(hour=12)
    # due 13:00 or 14:00 (4 hours), 14:20, 15:00 and 15:01; the end of an hour belongs to the hour
    assert found == {
        ("roads: 1 appeal to answer", noon, noon + HOUR),
        ("parks: 1 appeal to answer", noon, noon + HOUR),
        ("roads: 2 appeals to answer", noon + 2 * HOUR, noon + 3 * HOUR),
        ("roads: 1 appeal to answer", noon + 3 * HOUR, noon + 4 * HOUR),
    }


def test_an_event_has_names_and_texts_and_no_id_of_an_appeal() -> None:
    text = calendar(
        [created("A-1", MONDAY, "a;b"), created("A-2", MONDAY, None)],
        MONDAY,
        name_of=lambda agency: f"Дороги, мосты; {agency}\\n",
        name="Сроки, все",
        lang="ru",
    )
    named, nameless = sorted(parsed(text), key=lambda event: str(event["SUMMARY"]))
    assert named["SUMMARY"] == "Дороги, мосты; a;b\\n: ждёт ответа 1 обращение"
    assert nameless["SUMMARY"] == "без ведомства: ждёт ответа 1 обращение"
    assert named["DESCRIPTION"] == "Ближайший срок: пн 16.03.2026 13:00"
    assert "\r\nX-WR-CALNAME:Сроки\\, все\r\n" in text
    assert "A-1" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_answered_and_withdrawn_appeals_are_left_out_and_overdue_ones_are_not() -> None:
    events = [created("A-1", MONDAY), created("A-2", MONDAY), replied("A-2", MONDAY + HOUR)]
    late = MONDAY + timedelta(days=3)
    assert only(calendar(events, late))["SUMMARY"] == "roads: 1 appeal to answer"
    assert parsed(calendar([*events, replied("A-1", late - HOUR)], late)) == []


def test_hours_are_those_of_the_zone() -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")  # 5:45 ahead of UTC
    event = only(calendar([created("A-1", MONDAY)], MONDAY, zone=kathmandu))
    assert event["DTEND"].dt == MONDAY.replace(hour=13, minute=15)


# -- revisions ---------------------------------------------------------------------------------


def test_a_calendar_without_news_is_the_same_text() -> None:
    events = [created("A-1", MONDAY), created("A-2", MONDAY, "parks")]
    text = calendar(events, MONDAY)
    assert calendar(events, MONDAY + HOUR, before=text) == text
    assert calendar(events, MONDAY + HOUR, before=text.encode()) == text
    assert calendar(events, MONDAY + HOUR) != text


def test_an_event_is_revised_cancelled_and_confirmed_again_under_one_uid() -> None:
    first, second = created("A-1", MONDAY), created("A-2", MONDAY)
    answers = [replied("A-1", MONDAY + HOUR), replied("A-2", MONDAY + HOUR)]
    steps = [[first], [first, second], [first, second, *answers], [first, second, answers[0]]]
    text, seen = None, []
    for step in steps:  # all within one minute: each revision still has a greater number
        text = calendar(step, MONDAY + 2 * HOUR, before=text)
        event = only(text)
        seen.append((str(event["STATUS"]), str(event["SUMMARY"])[7:16], event["SEQUENCE"]))
        assert event["UID"] == only(calendar([first], MONDAY))["UID"]
    number = seen[0][2]
    assert seen == [
        ("CONFIRMED", "1 appeal ", number),
        ("CONFIRMED", "2 appeals", number + 1),
        ("CANCELLED", "2 appeals", number + 2),
        ("CONFIRMED", "1 appeal ", number + 3),
    ]


def test_a_cancelled_event_is_kept_for_thirty_days() -> None:
    events = [created("A-1", MONDAY)]
    text = calendar(events, MONDAY)
    answered = [*events, replied("A-1", MONDAY + HOUR)]
    cancelled = calendar(answered, MONDAY + HOUR, before=text)
    days = timedelta(days=30)
    assert calendar(answered, MONDAY + HOUR + days, before=cancelled) == cancelled
    assert parsed(calendar(answered, MONDAY + HOUR + days + MINUTE, before=cancelled)) == []


def test_revisions_rise_even_if_the_former_calendar_is_lost() -> None:
    text = calendar([created("A-1", MONDAY)], MONDAY)
    both = [created("A-1", MONDAY), created("A-2", MONDAY)]
    later = only(calendar(both, MONDAY + HOUR))
    assert later["SEQUENCE"] > only(text)["SEQUENCE"]
    assert later["UID"] == only(text)["UID"]


def test_calendars_of_two_names_share_no_uid() -> None:
    events = [created("A-1", MONDAY)]
    one, other = (only(calendar(events, MONDAY, name=name)) for name in ("one", "other"))
    assert one["UID"] != other["UID"]


class Client:
    """A calendar program: keeps the latest revision of each event and hides cancelled ones."""

    def __init__(self) -> None:
        self.events: dict[str, Any] = {}

    def read(self, text: str) -> None:
        for event in parsed(text):
            former = self.events.get(event["UID"])
            if former is not None and former["SEQUENCE"] > event["SEQUENCE"]:
                continue
            if former is not None and former["SEQUENCE"] == event["SEQUENCE"]:
                assert former.to_ical() == event.to_ical(), "a change without a new revision"
            self.events[event["UID"]] = event

    @property
    def shown(self) -> dict[Key, int]:
        return {
            (str(event["SUMMARY"]).partition(":")[0], event["DTEND"].dt): int(
                str(event["SUMMARY"]).split()[1]
            )
            for event in self.events.values()
            if event["STATUS"] == "CONFIRMED"
        }


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["roads", "parks"]),
            st.integers(0, 400),
            st.one_of(st.none(), st.integers(1, 900)),
        ),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.integers(0, 1500), min_size=1, max_size=6).map(sorted),
    st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_a_client_shows_the_number_of_unanswered_appeals(
    appeals: list[tuple[str, int, int | None]], reads: list[int], polls: list[bool]
) -> None:
    client, text = Client(), None
    for minute, polled in zip([*reads, reads[-1] + 1], [*polls[: len(reads)], True], strict=True):
        now = MONDAY + minute * MINUTE
        events, expected = [], Counter[Key]()
        for number, (agency, posted, after) in enumerate(appeals):
            at = MONDAY + posted * MINUTE
            if at > now:
                continue
            events.append(created(f"A-{number}", at, agency))
            if after is not None and at + after * MINUTE <= now:
                events.append(replied(f"A-{number}", at + after * MINUTE))
            else:  # whole hours after the due time, by another way than that of the calendar
                due = OFFICE.deadline(at, working_hours(4))
                minutes = round((due - MONDAY) / MINUTE)
                expected[agency, MONDAY + -(-minutes // 60) * HOUR] += 1
        text = calendar(events, now, before=text)
        if polled:
            client.read(text)
    assert client.shown == {
        (agency, end.astimezone(UTC)): count for (agency, end), count in expected.items()
    }


# -- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@due.workhours-sla", "@elsewhere"),
        ("SEQUENCE:", "SEQUENCE:-"),
        ("SEQUENCE:", "SEQUENCE:99999"),
        ("VEVENT", "VTODO"),
        ("DTSTAMP:", "X-STAMP:"),
        ("END:VEVENT\r\n", ""),
        ("STATUS:CONFIRMED", "STATUS:"),
    ],
)
def test_a_calendar_that_something_else_wrote_is_refused(old: str, new: str) -> None:
    text = calendar([created("A-1", MONDAY)], MONDAY)
    assert old in text
    with pytest.raises(CalendarDataError):
        calendar([], MONDAY, before=text.replace(old, new))


@pytest.mark.parametrize("before", ["", "no calendar", b"\xff\xfe", "BEGIN:VCALENDAR"])
def test_what_is_no_calendar_is_refused(before: str | bytes) -> None:
    with pytest.raises(CalendarDataError):
        calendar([], MONDAY, before=before)


def test_a_naive_stamp_is_refused() -> None:
    with pytest.raises(NaiveDatetimeError):
        write_due_calendar([], stamp=MONDAY.replace(tzinfo=None), zone=UTC, name="x")
