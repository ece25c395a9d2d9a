"""The coordinator's screen over HTTP: its groups, its texts, and the escaping of data."""

from __future__ import annotations

import asyncio
import csv
import random
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest

from kit.properties import EXAMPLES
from kit.random_streams import FIRST, events_of, policy_of
from kit.values import HOUR, OFFICE, POLICY, at, replied
from workhours_sla import (
    ClockTime,
    Event,
    Policy,
    Schedule,
    ScheduleBy,
    Target,
    WorkingDays,
    evaluate,
    working_hours,
)

pytest.importorskip("starlette")
pytest.importorskip("numpy")

from kit.asgi import asked
from kit.client import Client, Clock, running
from workhours_sla.service.app import application
from workhours_sla.service.live import Live
from workhours_sla.service.operations import Labels, WithStore
from workhours_sla.service.screen.board import PAST, Board, Past, Waiting, board_of
from workhours_sla.service.screen.filters import Filters, Show
from workhours_sla.service.screen.view import Page, View
from workhours_sla.sla.forecast import slot_of
from workhours_sla.text.catalog import language

TWO = Policy([*POLICY.targets, Target("final answer", WorkingDays(7), OFFICE, stops="final_reply")])
HOSTILE = [
    '<script>alert(1)</script>"><img src=x onerror=alert(2)> &',
    "\N{RIGHT-TO-LEFT OVERRIDE}txet",
    "X" * 500,
    "a\nb",
    "A 1/7?x=1#&",
]
NO_LABELS = Labels()
NAMES = {"agency": {"roads": "Комитет дорог", "health": "Health <b>"}}


def posted(appeal_id: str, when: datetime, **more: Any) -> Event:
    return Event(f"{appeal_id} created", appeal_id, "created", when, when, **more)


def pages(
    events: Sequence[Event],
    now: datetime,
    addresses: Sequence[str],
    lang: str = "en",
    policy: Policy = POLICY,
    labels: Labels = NO_LABELS,
    status: int = 200,
) -> list[str]:
    """Return the pages of a service that has some events, at some addresses."""

    async def main(app: Any) -> list[str]:
        found = []
        for address in addresses:
            async with asked(app, "GET", address, headers={"accept-language": lang}) as response:
                found.append(await response.whole())
                assert response.status == status, address
        return found

    with running(policy, clock=Clock(now)) as live:
        live.apply(events)
        return asyncio.run(main(application(policy, store=WithStore(live, labels=labels))))


def screen(events: Sequence[Event], now: datetime, query: str = "", **options: Any) -> str:
    (page,) = pages(events, now, [f"/?{query}"], **options)
    return page


def ids(page: str, group: str = "live") -> list[str]:
    """Return the ids of the appeals that a group of the page lists, without a group of all."""
    found = re.search(rf'<(section|main) id="{group}".*?</\1>', page, re.DOTALL)
    links = Parsed(found[0] if found else "").links("appeal?")
    return [parse_qs(urlsplit(link).query)["id"][0] for link in links]


GROUPS = ("overdue", "today", "next", "later", "paused", "unknown")


def sizes(
    events: Sequence[Event], now: datetime, query: str = "", policy: Policy = POLICY
) -> dict[str, int]:
    """Return how many appeals each group lists that has any."""
    found = pages(events, now, [f"/?{query}&show={group}" for group in GROUPS], policy=policy)
    counts = {group: len(ids(page)) for group, page in zip(GROUPS, found, strict=True)}
    return {group: count for group, count in counts.items() if count}


def text_of(html: str, id_: str = "live") -> str:
    """Return the text of the part of a page that begins with an element."""
    inner = html[html.index(f'id="{id_}"') :]
    found = unescape(re.sub(r"<[^>]*>", " ", inner[inner.index(">") + 1 :]))
    return re.sub(r"\s+", " ", found)


class Parsed(HTMLParser):
    """Collects the elements of a page, the values of attributes, and the texts of data."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def links(self, begin: str = "") -> list[str]:
        hrefs = (attributes.get("href") or "" for tag, attributes in self.elements if tag == "a")
        return [href for href in hrefs if href.startswith(begin)]


# -- groups ---------------------------------------------------------------------------------------

EVE = at("2025-12-30T18:55")


def eve() -> list[Event]:
    """Return appeals around the eve of the days off of New Year 2026."""
    return [
        posted("overdue", at("2025-12-29T10:00"), agency_id="roads", district_id="north"),
        posted("late today", at("2025-12-30T09:30"), agency_id="health"),
        posted("closing", at("2025-12-30T13:20"), agency_id="roads", channel="vk"),
        posted("after", at("2025-12-30T15:00"), agency_id="roads"),
        posted("evening", at("2025-12-30T18:50")),
        posted("answered", at("2025-12-30T09:00"), agency_id="roads"),
        Event("r", "answered", "replied", at("2025-12-30T10:00"), at("2025-12-30T10:00")),
    ]


def test_the_eve_of_a_holiday() -> None:
    page = screen(eve(), EVE)
    assert ids(page, "overdue") == ["overdue", "late today"]
    assert ids(page, "today") == ["closing"]
    assert ids(page, "next") == ["after", "evening"]
    said = text_of(page)
    assert "Now: 1 to answer at roads Next: Mon 12 Jan 10:00, roads , after ." in said
    assert "The due time of 1 has passed; an answer is still in time until Mon 12 Jan 09:00" in said
    assert "After 12 days off, on Mon 12 Jan, 2 appeals are due, the first at 10:00." in said
    said = text_of(screen(eve(), EVE, lang="ru"))
    assert "Сейчас ответить на 1 обращение: roads" in said
    assert "После 12 нерабочих дней, пн 12.01, срок у 2 обращений, первый в 10:00." in said
    assert ids(screen(eve(), EVE, "show=now"), "now") == ["closing"]
    later = text_of(screen([one for one in eve() if one.appeal_id == "after"], EVE))
    assert "After 12 days off, on Mon 12 Jan, until 10:00: 1 to answer at roads" in later
    titles = ("Срок сегодня", "Срок пн 12.01", "По часам", "По ведомствам", "Уже просрочены")
    assert sorted(titles, key=said.index) == [*titles]


IN_SEVEN_DAYS = Policy([Target("final answer", WorkingDays(7), OFFICE)])


@pytest.mark.parametrize(
    ("now", "policy", "when"),
    [
        ("2026-03-10T16:00", POLICY, "Tomorrow"),
        ("2026-03-13T16:00", POLICY, "After 2 days off, on Mon 16 Mar,"),
        ("2026-02-20T16:00", POLICY, "After 3 days off, on Tue 24 Feb,"),
        # due in a week of working days, on which nothing else is due
        ("2026-03-10T16:00", IN_SEVEN_DAYS, "On Thu 19 Mar"),
    ],
)
def test_the_next_date_in_words(now: str, policy: Policy, when: str) -> None:
    page = screen([posted("A", at(now))], at(now), policy=policy)
    assert re.search(rf"{when} until \d\d:00: 1 to answer", text_of(page))


def test_groups_are_those_of_a_plain_calculation() -> None:
    rng = random.Random(11)
    begin = at("2026-04-27T00:00")
    events = []
    for number in range(300):
        when = begin + timedelta(minutes=rng.randrange(12 * 24 * 60))
        events.append(posted(f"A-{number}", when))
        if rng.random() < 0.4:
            later = when + timedelta(minutes=rng.randrange(3000))
            events.append(Event(f"r{number}", f"A-{number}", "replied", later, later))
    for hours in (7, 11, 13, 18, 23):
        now = begin + timedelta(days=7, hours=hours)
        known = [event for event in events if event.occurred_at <= now]
        expected: Counter[str] = Counter()
        answered = {event.appeal_id for event in known if event.type == "replied"}
        opened = [e for e in known if e.type == "created" and e.appeal_id not in answered]
        due = {e.appeal_id: OFFICE.deadline(e.occurred_at, working_hours(4)) for e in opened}
        dates = {one.date() for one in due.values() if one.date() > now.date()}
        for event in opened:
            used = OFFICE.elapsed(event.occurred_at, now)
            day = due[event.appeal_id].date()
            if used > working_hours(4):
                expected["overdue"] += 1
            elif day <= now.date():
                expected["today"] += 1
            else:
                expected["next" if day == min(dates) else "later"] += 1
        assert sizes(known, now) == expected


def test_midnight_belongs_to_the_date_that_ends() -> None:
    around = Schedule(None, "24/7", tz="Europe/Volgograd")
    policy = Policy([Target("first reply", working_hours(4), around)])
    now = at("2026-03-10T21:00")
    assert sizes([posted("A", at("2026-03-10T20:00"))], now, policy=policy) == {"today": 1}


def test_paused_and_uncertain_appeals() -> None:
    kalmykia = Schedule("RU-KC", "Mo-Fr 09:00-18:00")  # 20 and 21 April 2026 are uncertain
    policy = Policy([Target("first reply", working_hours(4), kalmykia, pauses=True)])
    now = at("2026-04-17T17:00")
    events = [
        posted("paused", at("2026-04-17T10:00")),
        Event("p", "paused", "paused", at("2026-04-17T11:00"), at("2026-04-17T11:00")),
        posted("uncertain", at("2026-04-17T16:00")),
    ]
    assert sizes(events, now, policy=policy) == {"paused": 1, "unknown": 1}
    assert "Show 1 appeal" in text_of(screen(events, now, policy=policy))
    unknown = text_of(screen(events, now, "show=unknown", policy=policy))
    assert "not before Mon 20 Apr 11:00" in unknown


def test_the_fullest_hour_is_what_must_be_answered_first() -> None:
    now = at("2026-03-10T10:00")
    events = [posted(f"N-{n:03}", at("2026-03-09T20:00"), agency_id="roads") for n in range(900)]
    events += [posted(f"E-{n}", at("2026-03-10T09:10"), agency_id="parks") for n in range(3)]
    page = screen(events, now)
    said = text_of(page)
    assert "Until 13:00: 900 to answer; all at roads" in said
    assert "All 903" in said
    lines = [one.get("id") or "" for name, one in Parsed(page).elements if name == "details"]
    assert [one for one in lines if one.startswith("at ")] == ["at 13:00 roads", "at 14:10 parks"]
    assert ids(page, "today")[:2] == ["N-000", "N-001"]
    assert ids(page, "today")[-3:] == ["E-0", "E-1", "E-2"]
    assert len(ids(page, "today")) == 63  # the others of the first line are behind a link
    assert "one each" not in said
    shared = [posted(f"S-{n}", at("2026-03-10T09:10"), agency_id=f"a{n}") for n in range(3)]
    evenly = text_of(screen(shared, now))
    assert "Until 15:00: 3 to answer, at 3 agencies" in evenly
    assert "3 agencies, one each" in evenly
    assert "ответить на 3 обращения, у 3 ведомств" in text_of(screen(shared, now, lang="ru"))
    tiles = re.findall(r'data-figure="tile_(\w+)">([\d,]+)<', page)
    assert tiles == [
        ("until", "900"),
        ("today", "903"),
        ("risk", "0"),
        ("overdue", "0"),
        ("open", "903"),
    ]
    until, hour = "./?show=today&until=13", "./?show=today&after=14&until=15"
    assert {until, hour, "./?show=today"} <= set(Parsed(page).links())
    first, second = pages(events, now, [until[1:], hour[1:]])
    assert "1–200 of 900" in text_of(first)
    assert ids(second) == ["E-0", "E-1", "E-2"]
    assert "Due today, 14–15:00" in text_of(second)


def test_two_appeals_of_an_agency_within_an_hour_are_listed_by_due_time() -> None:
    came = {"A-1": ("09:05", "roads"), "B-1": ("09:20", "parks"), "A-2": ("09:40", "roads")}
    events = [
        posted(name, at(f"2026-03-10T{clock}"), agency_id=agency)
        for name, (clock, agency) in came.items()
    ]
    assert ids(screen(events, at("2026-03-10T10:00")), "today") == ["A-1", "B-1", "A-2"]


def board_at(live: Live, now: datetime, past: Past) -> Board:
    waiting = Waiting(OFFICE.tz, now)
    folded = live.current().folded
    waiting.update(folded, folded, now)
    return board_of(waiting, ["first reply"], now, Filters(), {"first reply": past})


@pytest.mark.parametrize("seed", range(EXAMPLES // 2))
def test_a_kept_board_is_that_of_all_outcomes(seed: int) -> None:
    """What has changed, by an event or by time, is moved; nothing else is read again."""
    rng = random.Random(seed)
    policy, events = policy_of(rng), events_of(rng, 12)
    targets, clock = [one.name for one in policy.targets], Clock(FIRST)
    began, zone = FIRST, policy.targets[0].schedules[0].tz
    with running(policy, clock=clock) as live:
        kept, changed = Waiting(zone, began), live.watched()
        while events:
            size = rng.choice([0, 1, 5, 30])
            live.apply(events[:size])
            del events[:size]
            clock.now += rng.choice([0, 1, 60, 5000, 90_000]) * HOUR / 60 / 60
            moment, now = live.current(), clock.now.astimezone(zone)
            kept.update(moment.folded, list(changed), moment.now)
            changed.clear()
            read = Waiting(zone, began)
            read.update(moment.folded, moment.folded, now)
            assert kept.values() == read.values()
            for name in targets:
                for filters in (Filters(target=name), Filters(target=name, agency="roads")):
                    board = board_of(kept, targets, now, filters)
                    assert board == board_of(read, targets, now, filters)
                board = board_of(kept, targets, now, Filters(target=name))
                waits = [
                    one
                    for one in live.pipeline.open_outcomes(now)
                    if one.target == name and one.answered_at is None
                    if one.verdict in ("pending", "at_risk", "paused", "breached")
                ]
                late = [one for one in waits if one.verdict == "breached"]
                listed = board.outcomes(board.lists[Show.OVERDUE])
                assert Counter(map(repr, listed)) == Counter(map(repr, late))
                delays = [one.overdue or timedelta(0) for one in listed]
                assert delays == sorted(delays, reverse=True)
                risk = {one.appeal_id for one in waits if one.verdict == "at_risk"}
                counts = {Show.OVERDUE: len({one.appeal_id for one in late}), Show.RISK: len(risk)}
                assert {show: board.counts[show] for show in counts} == counts
                due = [one for one in waits if one not in late and one.due_at]
                assert board.open == len({one.appeal_id for one in waits})
                today = {
                    one.appeal_id
                    for one in due
                    if slot_of(one.due_at.astimezone(zone), "date")[0] <= now
                }
                assert board.counts[Show.TODAY] == len(today)


def test_usual_numbers_are_those_of_a_plain_count() -> None:
    """The screen says whether more are overdue than at this time of days after a working day."""
    now, dice = at("2026-03-31T10:00:30"), random.Random(5)
    events = []
    for n in range(400):
        when = at("2026-02-16T08:00") + timedelta(hours=dice.randrange(43 * 24))
        events.append(posted(f"A-{n}", when))
        if dice.random() < 0.9:
            events.append(replied(f"A-{n}", when + timedelta(hours=dice.randrange(1, 90))))
    events = [one for one in events if one.occurred_at <= now]
    first = min(one.occurred_at for one in events)
    counts, every = [], evaluate(events, POLICY, as_of=now).outcomes
    with_due = {one.due_at.date() for one in every if one.due_at}
    for day in (now - timedelta(days=n) for n in range(1, 43)):
        found = evaluate([one for one in events if one.occurred_at <= day], POLICY, as_of=day)
        waiting = [one for one in found.outcomes if one.answered_at is None and one.due_at]
        after_work = all(OFFICE.shifts_on(day.date() - timedelta(days=n)) for n in (0, 1))
        if after_work and day.date() in with_due and day - first >= timedelta(days=7):
            late = sum(one.verdict == "breached" for one in waiting)
            today = sum(
                one.verdict != "breached" and one.due_at.date() == day.date() for one in waiting
            )
            counts.append((late, today))
    with running(POLICY, clock=Clock(now)) as live:
        live.apply(events)
        past = Past(live.since(now - PAST), OFFICE.tz, [OFFICE])
        usual = past.usual(now)
        board = board_at(live, now, past)
        page = Page(View(POLICY, NO_LABELS), Filters(), now)
        said = [page.usual(board, group) for group in usual]
    for place, group in enumerate((Show.OVERDUE, Show.TODAY)):
        some = sorted(count[place] for count in counts)
        cut = len(some) // 8
        low, high = some[cut], some[-1 - cut]
        assert usual[group] == (low, high, len(some), 0)
        size = len(board.lists[group])
        word = "more than" if size > high else "less than" if size < low else "as"
        assert said[place].startswith(f"{word} usual after a working day: {low}")
    assert Past([], OFFICE.tz, [OFFICE]).usual(now) == {}


def test_a_day_is_compared_with_days_after_as_many_days_off() -> None:
    """Mondays with three times the appeals are as usual; a real surge on any day is not."""
    every = (at("2025-03-03T09:30") + timedelta(days=n) for n in range(400))
    worked = [day for day in every if OFFICE.shifts_on(day.date())]

    def posted_on(day: datetime, times: int = 1) -> list[Event]:
        size = times * (30 if day.weekday() == 0 else 10)
        return [posted(f"{day:%y%m%d}-{n}", day + timedelta(minutes=n % 30)) for n in range(size)]

    events = [one for day in worked for one in posted_on(day)]
    events += [replied(one.appeal_id, one.occurred_at + timedelta(hours=3.5)) for one in events]
    outcomes = evaluate(events, POLICY, as_of=at("2026-05-01T00:00")).outcomes
    past = Past(outcomes, OFFICE.tz, [OFFICE])

    def said(day: datetime, times: int = 1, lang: str = "en") -> str:
        now = day + timedelta(hours=3)
        with running(POLICY, clock=Clock(now)) as live:
            live.apply(posted_on(day, times))
            board = board_at(live, now, past)
        with language(lang):
            return Page(View(POLICY, NO_LABELS), Filters(), now).usual(board, Show.TODAY)

    ordinary = {day.date(): said(day) for day in worked if day > at("2025-05-01T00:00")}
    assert {some.split(" usual")[0] for some in ordinary.values()} == {"", "as"}
    assert said(at("2026-01-12T09:30")) == ""  # after a break without equals
    assert said(at("2025-12-15T09:30")) == "as usual after 2 days off: 30 in 5 days"
    monday, tuesday = at("2025-12-15T09:30"), at("2025-12-16T09:30")
    assert said(monday, 4) == "more than usual after 2 days off: 30 in 5 days"
    assert said(tuesday, 4).startswith("more than usual after a working day: 10 in ")
    assert said(monday, lang="ru") == "как обычно после 2 нерабочих дней: 30 за 5 дней"


def test_targets_are_never_added_up() -> None:
    query, final = "agency=roads", "agency=roads&target=final+answer"
    # of the first target
    assert sizes(eve(), EVE, query, TWO) == {"overdue": 1, "today": 1, "next": 1}
    assert sizes(eve(), EVE, final, TWO) == {"next": 1, "later": 3}
    page, other = pages(eve(), EVE, [f"/?{query}", f"/?{final}"], policy=TWO)
    assert "Target: first reply · 4 working hours final answer: 0 overdue, 0 due today" in text_of(
        page
    )
    assert f"./?{final}" in Parsed(page).links()
    assert "Target: final answer · 7 working days first reply: 1 overdue, 1 due today" in text_of(
        other
    )
    parsed = Parsed(other)
    assert {"./?agency=roads&target=first+reply", "./?target=final+answer"} <= set(parsed.links())
    hidden = {"type": "hidden", "name": "target", "value": "final answer"}
    assert ("input", hidden) in parsed.elements
    answered = [posted("A", EVE), Event("r", "A", "replied", EVE, EVE)]
    said = text_of(screen(answered, EVE, policy=TWO))
    assert "No open appeal waits for this target" in said
    assert "Target:" not in text_of(screen(eve(), EVE))


def test_filters_do_not_deny_what_another_target_or_list_has() -> None:
    for lang, sentence, empty in (
        ("en", "No open appeal that fits the filters waits for this target", "no appeals"),
        ("ru", "По этому нормативу и заданному отбору открытых обращений нет", "обращений нет"),
    ):
        first = Event("r", "A", "replied", EVE, EVE)
        events = [posted("A", at("2025-12-30T17:00"), agency_id="roads"), first]
        said = text_of(screen(events, EVE, f"agency=roads&lang={lang}", policy=TWO))
        assert sentence in said
        said = text_of(screen(eve(), EVE, f"agency=health&show=next&lang={lang}"))
        assert empty in said
        assert "filters" not in said
        assert "отбору" not in said


def test_no_hour_or_agency_has_most_if_all_have_as_many() -> None:
    hours = [posted(f"at {hour}", at(f"2026-03-12T{hour}:30")) for hour in ("09", "10")]
    now = at("2026-03-12T11:00")
    assert "most from" not in text_of(screen(hours, now))
    assert "most from 14 to 15: 2" in text_of(
        screen([*hours, posted("B", at("2026-03-12T09:40"))], now)
    )
    some = [posted(one, at("2026-03-11T09:30"), agency_id=one) for one in "abcd"]
    assert "Most overdue at:" not in text_of(screen(some, now))
    assert "Most overdue at:" not in text_of(
        screen(some[:3], now)
    )  # nor does "1, 1, 1" say anything
    some.append(posted("more", at("2026-03-11T09:30"), agency_id="d"))
    assert "Most overdue at: d 2" in text_of(screen(some, now))


def test_less_than_a_minute_is_not_named() -> None:
    event = posted("A", at("2026-03-12T09:30") + timedelta(seconds=50))
    said = text_of(screen([event], at("2026-03-12T14:30") + timedelta(seconds=20)))
    assert "Next: 14:30, A ." in said


def test_a_link_to_a_list_has_the_number_of_its_tile() -> None:
    events = [posted(one, at("2026-03-02T10:00")) for one in "ABCD"]
    for kind, when in (("closed", "2026-03-10T10:00"), ("reopened", "2026-03-11T10:00")):
        events.append(Event(kind, "A", kind, at(when), at(when)))
    said = text_of(screen(events, at("2026-03-13T11:00")))  # A is overdue twice
    assert "4 overdue already" in said
    assert "All 4 " in said
    assert "All 5 " not in said


def test_everything_that_can_still_be_met_is_due_today() -> None:
    policy = Policy([Target("decision", working_hours(8), OFFICE), *POLICY.targets])
    events = [
        posted("since Friday", at("2026-03-12T18:00")),  # in time until Monday 09:00
        posted("overdue by another target", at("2026-03-13T11:00")),
    ]
    page = screen(events, at("2026-03-16T09:00"), policy=policy)
    assert ids(page, "today") == ["since Friday", "overdue by another target"]
    said = text_of(page)
    assert "Until 11:00: 2 to answer" in said
    assert "Next: 11:00, overdue by another target ." in said
    assert "1 has passed; an answer is still in time until 09:00, when work resumes." in said
    assert "first reply: 2 overdue, 0 due today" in said


def test_an_appeal_that_is_overdue_in_an_earlier_cycle_is_due_today_in_the_next() -> None:
    events = [posted("A", at("2026-03-02T10:00"))]
    for kind, when in (("closed", "2026-03-10T10:00"), ("reopened", "2026-03-11T10:00")):
        events.append(Event(kind, "A", kind, at(when), at(when)))
    page = screen(events, at("2026-03-11T11:00"))
    assert ids(page, "overdue") == ids(page, "today") == ["A"]
    assert "1 due today" in text_of(page)
    assert "1 overdue already" in text_of(page)


def test_the_longest_overdue_comes_first() -> None:
    around = Schedule(None, "24/7", tz="Europe/Volgograd")
    by_agency = ScheduleBy("agency_id", {"office": OFFICE, "duty": around})
    policy = Policy([Target("first reply", working_hours(4), by_agency)])
    events = [
        posted("by day", at("2026-03-12T10:00"), agency_id="office"),
        posted("day and night", at("2026-03-13T12:00"), agency_id="duty"),
    ]
    now = at("2026-03-16T12:00")
    late = ids(screen(events, now, policy=policy), "overdue")
    # 68 hours day and night are more than 14 hours by day, although the limit passed later
    assert late == ["day and night", "by day"]


def test_a_delay_that_a_pause_stops_is_overtaken() -> None:
    policy = Policy([Target("first reply", working_hours(4), OFFICE, pauses=True)])
    clock, when = Clock(at("2026-03-13T10:00")), at("2026-03-13T10:00")
    with running(policy, clock=clock) as live:
        live.apply([posted("paused", at("2026-03-12T09:00")), posted("B", at("2026-03-12T10:00"))])
        live.apply([Event("p", "paused", "paused", when, when)])
        client = Client(policy, store=WithStore(live))
        found = []
        for _ in range(3):
            found.append(ids(client.ask("GET", "/?show=overdue").text))
            clock.now += timedelta(minutes=59)
    assert found == [["paused", "B"], ["paused", "B"], ["B", "paused"]]


def test_amounts_are_those_of_the_times_shown() -> None:
    now = at("2026-03-12T16:00") + timedelta(seconds=40)
    events = [
        posted("late", at("2026-03-12T11:00"), agency_id="roads"),  # due today at 16:00
        posted("soon", at("2026-03-12T11:30") + timedelta(seconds=50), agency_id="roads"),
        posted("closing", at("2026-03-12T13:00"), agency_id="parks"),
    ]
    said = text_of(screen(events, now))
    assert "16:30 roads soon roads 30 min at risk" in said
    assert "18:00 parks closing parks 2 h" in said
    assert "1 at risk: at most 1 h left" in said
    assert "3 open in all: first reply Most overdue at: roads 1" in said
    assert "16:00 roads late roads 0 min" in said


def test_long_delays_are_also_in_working_days() -> None:
    now = at("2026-03-13T12:00")
    long, short = posted("long", at("2026-03-02T09:00")), posted("short", at("2026-03-12T15:00"))
    said = text_of(screen([long, short], now))
    # 8 days of 8 hours, because Monday 9 March is off, and 9-12 on Friday, without the budget
    assert "63 h 7.9 working days" in said
    assert said.count("working days") == 1
    around = Policy([Target("first reply", ClockTime(timedelta(hours=4)), OFFICE)])
    said = text_of(screen([long], now, policy=around))
    assert "overdue by" in said
    assert "working days" not in said


@pytest.mark.parametrize("now", ["2026-03-10T09:00", "2026-03-10T13:20", "2026-03-13T08:20"])
def test_every_figure_is_that_of_the_json(now: str) -> None:
    rng, as_of = random.Random(12), at(now)
    events = [
        posted(f"A-{n}", as_of - timedelta(minutes=rng.randrange(4000)), agency_id=f"a{n % 5}")
        for n in range(100)
    ]
    with running(POLICY, clock=Clock(as_of)) as live:
        live.apply(events)
        client = Client(POLICY, store=WithStore(live))
        page = client.ask("GET", "/").text
        (link,) = re.findall(r'href="\.(/[^"]*)"><strong data-figure="tile_until"', page)
        listed = ids(client.ask("GET", unescape(link)).text)
        counts = client.ask("GET", "/v1/overdue").json()["counts"]
        paths = [f"/v1/appeals/{event.appeal_id}" for event in events]
        outcomes = [one for path in paths for one in client.ask("GET", path).json()["outcomes"]]
    late = Counter(one["agency_id"] for one in outcomes if one["verdict"] == "breached")
    due = [
        (datetime.fromisoformat(one["due_at"]), one["agency_id"])
        for one in outcomes
        if one["verdict"] != "breached"
    ]
    dates = {max(when.date(), as_of.date()) for when, _ in due}
    first, *others = sorted(dates)
    of_day = [one for one in due if one[0].date() <= first]
    hours: Counter[datetime] = Counter()  # what is due already is the first row
    for when, _ in due:
        if when.date() <= [first, *others][:2][-1]:
            hours[max(as_of, when + timedelta(minutes=-when.minute % 60))] += 1
    ends = sorted(end for end in hours if end.date() == first)
    fullest = max(ends, key=lambda end: (end > as_of, hours[end]))
    soon = Counter(agency for when, agency in of_day if when <= fullest)
    assert (as_of in hours) == any(when <= as_of for when, _ in due) == (":20" in now)
    assert sum(hours[end] for end in ends) == len(of_day)
    board, agencies = page.split('id="agencies"')
    shown = re.findall(r'<td class="main" data-v="(\d+)">', board)
    assert list(map(int, shown)) == [hours[end] for end in sorted(hours)]
    by_then = re.findall(r"until \d+:00: </span>(\d+)</a>", board)
    assert int(by_then[len(ends) - 1 - (as_of in hours)]) == len(of_day)
    tiles = [int(count) for count in re.findall(r'data-figure="tile_\w+">(\d+)<', board)]
    assert tiles == [
        sum(soon.values()),
        len(of_day),
        counts["at_risk"],
        counts["overdue"],
        len(outcomes),
    ]
    assert counts["overdue"] == late.total()
    assert len(listed) == tiles[0]
    for agency in (f"a{n}" for n in range(5)):
        row = agencies.partition(f"<bdi>{agency}</bdi></a></th>")[2].partition("</tr>")[0]
        mine = sum(name == agency for _, name in of_day)
        opened = sum(name == agency for _, name in due) + late[agency]
        numbers = list(map(int, re.findall(r'data-v="(\d+)"', row)))
        assert numbers == [soon[agency], mine, late[agency], opened]


# -- filters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("agency=roads", {"overdue", "closing", "after"}),
        ("agency=-", {"evening"}),
        ("agency=roads&channel=vk", {"closing"}),
        ("district=north", {"overdue"}),
        ("id=LATE", {"late today"}),
        ("agency=&id=", {"overdue", "late today", "closing", "after", "evening"}),
        ("agency=nobody", set()),
    ],
)
def test_filters(query: str, found: set[str]) -> None:
    page = screen(eve(), EVE, query)
    assert set(ids(page)) == found
    offered = [one.get("value") for tag, one in Parsed(page).elements if tag == "option"]
    assert {"health", "roads"} <= set(offered)  # without any filter
    assert ("No open appeal fits the filters" in page) == (not found)
    assert all(
        "lang=ru" in link
        for link in Parsed(screen(eve(), EVE, f"{query}&lang=ru")).links("appeal?")
    )


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("agnecy=roads", "agnecy"),
        ("agency=a&agency=b", "agency"),
        (f"id={'x' * 1001}", "id"),
        ("show=all", "show"),
        ("page=0", "page"),
        ("page=99999999", "page"),
        ("lang=de", "lang"),
        ("after=-1", "after"),
        ("show=today&until=25", "until"),
        ("&".join(f"k{n}=1" for n in range(60)), None),
    ],
)
def test_a_wrong_address_is_refused(query: str, key: str | None) -> None:
    for lang in ("en", "ru"):
        said = screen(eve(), EVE, query, lang=lang, status=422)
        assert key is None or key in said.lower()
        assert "late today" not in said


def test_a_long_list_has_pages() -> None:
    now = at("2026-03-11T18:30")
    events = [posted(f"N-{n:03}", at("2026-03-10T10:00")) for n in range(450)]
    query = "show=overdue&page="
    seen: list[str] = []
    found = pages(events, now, [f"/?{query}{number}" for number in (1, 2, 3, 4)])
    for number, page in enumerate(found, 1):
        seen += ids(page)
        assert (f"./?{query}{number + 1}" in Parsed(page).links()) == (number < 3)
    assert len(seen) == len(set(seen)) == 450
    assert "This page of the list is empty; there are 450." in found[-1]


def test_agencies_that_must_answer_soon_come_first() -> None:
    page = screen(eve(), EVE)
    links = Parsed(page[page.index('id="agencies"') :]).links("./?agency=")
    assert links == [f"./?agency={agency}" for agency in ("roads", "-", "health")]
    open_in_all = re.findall(r'data-v="(\d+)">\d+</td></tr>', page)[:4]
    assert open_in_all == ["3", "1", "1", "5"]
    many = [posted(f"N-{n}", EVE, agency_id=f"agency {n:02}") for n in range(40)]
    some, every = pages(many, EVE, ["/", "/?show=agencies"])
    assert "All 40" in text_of(some)
    assert len(Parsed(some[some.index('id="agencies"') :]).links("./?agency=")) == 15
    assert len(Parsed(every).links("./?agency=")) == 40


# -- texts ----------------------------------------------------------------------------------------


def test_nothing_is_open_and_no_data_are_two_things() -> None:
    answered = [posted("A", EVE), Event("r", "A", "replied", EVE, EVE)]
    for lang, nothing, empty in (
        ("en", "No appeal is open", "No data yet The service has received no events."),
        ("ru", "Открытых обращений нет", "Данных пока нет Событий ещё не поступало."),
    ):
        assert nothing in text_of(screen(answered, EVE, lang=lang))
        assert empty in text_of(screen([], EVE, lang=lang))
    late = text_of(screen([posted("A", at("2026-03-02T10:00"))], at("2026-03-10T10:05")))
    assert "No deadline is ahead" in late


def test_names_from_the_configuration() -> None:
    labels = Labels(NAMES, {"ru": "Область"})
    page = screen(eve(), EVE, lang="ru", labels=labels)
    assert "Комитет дорог" in page
    assert "Health &lt;b&gt;" in page
    assert "<h1>Область: открытые обращения</h1>" in page
    same = Labels({"agency": {"roads": "One", "health": "One"}})
    assert "One (roads)" in screen(eve(), EVE, labels=same)


# -- hostile data ---------------------------------------------------------------------------------


def hostile() -> list[Event]:
    return [
        posted(
            text, at(f"2025-12-{day}T1{place}:00"), agency_id=text, district_id=text, channel=text
        )
        for day in (29, 30)
        for place, text in enumerate(HOSTILE)
        if day == 29 or place
    ]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_hostile_ids_are_only_text(lang: str) -> None:
    queries = ("", "agency=-", *(f"show={group}" for group in (*GROUPS, "agencies")))
    texts = [quote_plus(text) for text in HOSTILE]
    addresses = [f"/?{query}" for query in (*queries, f"agency={texts[0]}&id={texts[1]}")]
    addresses += [f"/appeal?id={text}" for text in texts]
    labels = Labels({"agency": {HOSTILE[3]: HOSTILE[0]}})
    now = at("2025-12-30T16:00")
    found = pages(hostile(), now, addresses, lang, labels=labels)
    found.append(screen(hostile(), now, f"show={texts[0]}", lang=lang, status=422))
    for page in found:
        parsed = Parsed(page)
        scripts = [tag for tag, _ in parsed.elements if tag == "script"]
        assert len(scripts) == 1
        assert not [tag for tag, _ in parsed.elements if tag in {"img", "iframe", "object"}]
        for _, attributes in parsed.elements:
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert "\x00" not in page
        for href in parsed.links():
            assert re.match(r"\./(\?|$)|appeal\?|#live$|data:|mailto:\?", href), href
        outside = re.sub(r"<title>.*?</title>|<option.*?</option>|\w+=\"[^\"]*\"", "", page)
        for place in (one.start() for one in re.finditer(HOSTILE[1][0], outside)):
            assert outside.rfind("<bdi", 0, place) > outside.rfind("</bdi>", 0, place)


def test_a_link_leads_back_to_the_same_id() -> None:
    now = at("2025-12-30T16:00")
    outcomes = evaluate(hostile(), POLICY, as_of=now).outcomes
    late = {one.appeal_id for one in outcomes if one.verdict == "breached"}
    page = screen(hostile(), now, "show=overdue")
    assert set(ids(page)) == late
    links = [f"/{link}" for link in Parsed(page).links("appeal?")]
    for id_, shown in zip(ids(page), pages(hostile(), now, links), strict=True):
        assert id_[:9] in unescape(shown).replace("\N{REPLACEMENT CHARACTER}", "\x00")


@pytest.mark.parametrize(("lang", "delimiter"), [("en", ","), ("ru", ";")])
def test_the_file_of_an_agency_has_its_appeals_as_text(lang: str, delimiter: str) -> None:
    formula = '=HYPERLINK("https://evil.example")'
    events = [posted(formula, at("2025-12-29T10:00"), agency_id="roads")]
    page = screen(
        [*events, posted("A-2", at("2025-12-30T12:00"), agency_id="roads")],
        at("2025-12-30T16:00"),
        f"agency=roads&lang={lang}",
    )
    (address,) = set(Parsed(page).links("data:text/csv;base64,"))
    file = b64decode(address.partition(",")[2]).decode("utf-8-sig")
    head, late, due = csv.reader(file.splitlines(), delimiter=delimiter)
    assert len(head) == 4
    assert late[:3] == [f"'{formula}", "roads", "2025-12-29 15:00"]
    assert due == ["A-2", "roads", "2025-12-30 17:00", ""]


# -- one appeal -----------------------------------------------------------------------------------


def page_of(
    events: Sequence[Event], now: datetime, lang: str = "en", policy: Policy = POLICY
) -> str:
    address = f"/appeal?id={events[0].appeal_id}"
    (page,) = pages(events, now, [address], lang, policy, Labels(NAMES))
    return text_of(page, "appeal")


def test_each_special_day_is_explained_with_its_act() -> None:
    said = page_of([posted("A-1", at("2025-12-30T16:38"), agency_id="roads")], EVE)
    assert "Due Mon 12 Jan 11:38, 2 h 38 min of working time left" in said
    assert "Wed 31 Dec 2025 0:00 day off moved from 5 Jan 2025: Постановление" in said
    assert "Thu 1 Jan 2026 – Tue 6 Jan 2026 0:00 New Year holidays: ст. 112 ч. 1 ТК РФ" in said
    assert "Hours: Mon-Fri 09:00-13:00, 14:00-18:00. Calendar: RU-VGG, version 2" in said
    assert "agency: Комитет дорог" in said
    said = page_of([posted("A-1", at("2025-12-30T16:38"), agency_id="roads")], EVE, "ru")
    assert "Срок пн 12.01 11:38, осталось 2 ч 38 мин рабочего времени" in said
    assert "Новогодние каникулы: ст. 112 ч. 1 ТК РФ" in said


@pytest.mark.parametrize(
    ("more", "now", "said"),
    [
        ([], "2025-12-30T18:55", "Overdue by 4 h, unanswered"),
        ([("replied", "10:00")], "2025-12-30T18:55", "Answered in time"),
        ([("replied", "17:00")], "2025-12-30T18:55", "Answered late, by 3 h"),
        ([("deleted", "10:00")], "2025-12-30T18:55", "Withdrawn by the citizen"),
        ([], "2025-12-30T13:30", "The due time today 13:00 has passed; an answer is in time until"),
        ([("duplicate_of", "10:00")], "2025-12-30T18:55", "it repeats another appeal"),
    ],
)
def test_the_state_of_an_appeal(more: list[tuple[str, str]], now: str, said: str) -> None:
    events = [posted("A-1", at("2025-12-30T09:00"))]
    for kind, time in more:
        when = at(f"2025-12-30T{time}")
        role = "citizen" if kind == "deleted" else "official"
        events.append(Event(kind, "A-1", kind, when, when, author_role=role))
    assert said in page_of(events, at(now))


def test_two_targets_and_a_reopened_appeal() -> None:
    events = [
        posted("A-1", at("2026-03-10T09:00")),
        Event("2", "A-1", "replied", at("2026-03-10T10:00"), at("2026-03-10T10:00")),
        Event("3", "A-1", "closed", at("2026-03-10T11:00"), at("2026-03-10T11:00")),
        Event("4", "A-1", "reopened", at("2026-03-11T10:00"), at("2026-03-11T10:00")),
    ]
    said = page_of(events, at("2026-03-11T11:00"), policy=TWO)
    assert "first reply, reopened (1)" in said
    assert "7 working days" not in said  # the heading of the page has the budgets
    assert said.count("Why then: day by day") == 4


def test_a_target_without_a_clock() -> None:
    page = page_of([Event("1", "A-1", "replied", EVE, EVE)], EVE)
    assert "No target applies to this appeal" in page
    assert "not counted: event of an appeal that was never posted" in page
