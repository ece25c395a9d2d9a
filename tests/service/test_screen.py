"""The pages of the coordinator's screen: their groups, their texts, and the escaping of data."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from workhours_sla import (
    ClockTime,
    Event,
    Months,
    Outcome,
    Policy,
    Schedule,
    ScheduleBy,
    Target,
    WorkingDays,
    evaluate,
    working_hours,
)

pytest.importorskip("fastapi")
pytest.importorskip("numpy")

from workhours_sla.service.labels import NO_LABELS, Labels
from workhours_sla.service.live import History
from workhours_sla.service.problems import RefusedRequestError
from workhours_sla.service.screen.board import Board, board_of
from workhours_sla.service.screen.filters import Filters, Show
from workhours_sla.service.screen.pages import (
    appeal_page,
    board_page,
    fragment,
    refusal_page,
)
from workhours_sla.service.screen.view import View
from workhours_sla.sla.due_trace import due_trace
from workhours_sla.text.catalog import language

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
POLICY = Policy([Target("first reply", working_hours(4), OFFICE)])
TWO = Policy([*POLICY.targets, Target("final answer", WorkingDays(7), OFFICE, stops="final_reply")])
HOSTILE = [
    '<script>alert(1)</script>"><img src=x onerror=alert(2)> & \x00',
    "\N{RIGHT-TO-LEFT OVERRIDE}txet",
    "X" * 500,
    "a\nb",
    "A 1/7?x=1#&",
]
NAMES = {"agency": {"roads": "Комитет дорог", "health": "Health <b>"}}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE.tz)


def posted(appeal_id: str, when: datetime, **more: Any) -> Event:
    return Event(f"{appeal_id} created", appeal_id, "created", when, when, **more)


def outcomes(
    events: Sequence[Event], now: datetime, policy: Policy = POLICY
) -> tuple[Outcome, ...]:
    return evaluate(events, policy, as_of=now).outcomes


def board(
    events: Sequence[Event], now: datetime, query: str = "", policy: Policy = POLICY
) -> Board:
    return board_of(outcomes(events, now, policy), policy, now, Filters.parse(query))


def sizes(made: Board) -> dict[str, int]:
    return {group.value: len(some) for group, some in made.groups.items() if some}


def shown(
    made: Board, query: str = "", lang: str = "en", policy: Policy = POLICY, labels: Any = NO_LABELS
) -> str:
    filters = Filters.parse(query)
    view = View(policy, labels, has_login=True)
    with language(lang):
        return board_page(made, view, filters, fragment(made, view, filters), "v")


def text_of(html: str) -> str:
    """Return the text of the part of a page that updates replace."""
    inner = html[html.index('id="live"') :]
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
    made = board(eve(), EVE)
    assert [one.appeal_id for one in made.groups[Show.OVERDUE]] == ["overdue", "late today"]
    assert [one.appeal_id for one in made.groups[Show.TODAY]] == ["closing"]
    assert [one.appeal_id for one in made.groups[Show.NEXT]] == ["after", "evening"]
    assert (made.next_on, made.days_off, made.open) == (date(2026, 1, 12), 12, 5)
    said = text_of(shown(made))
    assert "2 appeals are overdue , 1 is due today" in said
    assert "The due time of 1 has passed; an answer is still in time until Mon 12 Jan 09:00" in said
    assert "After 12 days off, on Mon 12 Jan, 2 appeals are due, the first at 10:00." in said
    said = text_of(shown(made, lang="ru"))
    assert "Просрочены 2 обращения , срок сегодня у 1" in said
    assert "После 12 нерабочих дней, пн 12.01, срок у 2 обращений, первый в 10:00." in said
    assert (
        said.index("Просрочены сейчас") < said.index("Срок сегодня") < said.index("Срок пн 12.01")
    )


@pytest.mark.parametrize(
    ("now", "when", "days_off"),
    [
        ("2026-03-10T16:00", "Tomorrow", 0),
        ("2026-03-13T16:00", "After 2 days off, on Mon 16 Mar,", 2),
        ("2026-02-20T16:00", "After 3 days off, on Tue 24 Feb,", 3),
    ],
)
def test_the_next_date_in_words(now: str, when: str, days_off: int) -> None:
    made = board([posted("A", at(now))], at(now))
    assert made.days_off == days_off
    assert f"{when} 1 appeal is due" in text_of(shown(made))


def test_days_off_are_named_only_if_all_of_them_are() -> None:
    # the appeal is due in a week of working days, on which nothing else is due
    policy = Policy([Target("final answer", WorkingDays(7), OFFICE)])
    now = at("2026-03-10T16:00")
    made = board([posted("A", now)], now, policy=policy)
    assert (made.next_on, made.days_off) == (date(2026, 3, 19), 0)
    assert "On Thu 19 Mar 1 appeal is due" in text_of(shown(made, policy=policy))


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
        made = board(known, now)
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
        assert sizes(made) == expected


def test_midnight_belongs_to_the_date_that_ends() -> None:
    around = Schedule(None, "24/7", tz="Europe/Volgograd")
    policy = Policy([Target("first reply", working_hours(4), around)])
    now = at("2026-03-10T21:00")
    made = board([posted("A", at("2026-03-10T20:00"))], now, policy=policy)
    assert sizes(made) == {"today": 1}


def test_paused_and_uncertain_appeals() -> None:
    kalmykia = Schedule("RU-KC", "Mo-Fr 09:00-18:00")  # 20 and 21 April 2026 are uncertain
    policy = Policy([Target("first reply", working_hours(4), kalmykia, pauses=True)])
    now = at("2026-04-17T17:00")
    events = [
        posted("paused", at("2026-04-17T10:00")),
        Event("p", "paused", "paused", at("2026-04-17T11:00"), at("2026-04-17T11:00")),
        posted("uncertain", at("2026-04-17T16:00")),
    ]
    made = board(events, now, policy=policy)
    assert sizes(made) == {"paused": 1, "unknown": 1}
    page = shown(made, policy=policy)
    assert "Show 1 appeal" in text_of(page)
    unknown = board(events, now, "show=unknown", policy)
    assert "not before Mon 20 Apr 11:00" in text_of(shown(unknown, "show=unknown", policy=policy))


def test_the_most_deadlines_at_once() -> None:
    now = at("2026-03-10T10:00")
    events = [posted(f"N-{n:03}", at("2026-03-09T20:00")) for n in range(900)]
    made = board(events, now)
    assert made.together is not None
    assert (made.together.deadlines, made.together.at) == (900, at("2026-03-10T13:00"))
    page = shown(made)
    assert "900 at 13:00" in text_of(page)
    assert "and 890 more: all 900" in text_of(page)
    assert len(Parsed(page).links("appeal?")) == 10


def test_targets_are_never_added_up() -> None:
    made = board(eve(), EVE, "agency=roads", TWO)
    assert sizes(made) == {"overdue": 1, "today": 1, "next": 1}  # of the first target
    page = shown(made, "agency=roads", policy=TWO)
    assert "Target: first reply final answer: 0 overdue, 0 due today" in text_of(page)
    assert "./?agency=roads&target=final+answer" in Parsed(page).links()
    query = "agency=roads&target=final+answer"
    made = board(eve(), EVE, query, TWO)
    assert sizes(made) == {"next": 1, "later": 3}
    page = shown(made, query, policy=TWO)
    assert "Target: first reply: 1 overdue, 1 due today final answer" in text_of(page)
    assert {"./?agency=roads&target=first+reply", "./?target=final+answer"} <= set(
        Parsed(page).links()
    )
    assert ("input", {"type": "hidden", "name": "target", "value": "final answer"}) in Parsed(
        page
    ).elements
    answered = [posted("A", EVE), Event("r", "A", "replied", EVE, EVE)]
    assert "No open appeal waits for this target" in text_of(
        shown(board(answered, EVE, policy=TWO), policy=TWO)
    )
    assert "Target:" not in text_of(shown(board(eve(), EVE)))


def test_everything_that_can_still_be_met_is_due_today() -> None:
    policy = Policy([Target("decision", working_hours(8), OFFICE), *POLICY.targets])
    events = [
        posted("since Friday", at("2026-03-12T18:00")),  # in time until Monday 09:00
        posted("overdue by another target", at("2026-03-13T11:00")),
    ]
    made = board(events, at("2026-03-16T09:00"), policy=policy)
    assert [one.appeal_id for one in made.groups[Show.TODAY]] == [
        "since Friday",
        "overdue by another target",
    ]
    said = text_of(shown(made, policy=policy))
    assert "No appeal is overdue; 2 are due today" in said
    assert "first reply: 2 overdue, 0 due today" in said


def test_an_appeal_that_is_overdue_in_an_earlier_cycle_is_due_today_in_the_next() -> None:
    events = [posted("A", at("2026-03-02T10:00"))]
    for kind, when in (("closed", "2026-03-10T10:00"), ("reopened", "2026-03-11T10:00")):
        events.append(Event(kind, "A", kind, at(when), at(when)))
    made = board(events, at("2026-03-11T11:00"))
    assert sizes(made) == {"overdue": 1, "today": 1}
    assert "1 appeal is overdue , 1 is due today" in text_of(shown(made))


def test_the_longest_overdue_comes_first() -> None:
    around = Schedule(None, "24/7", tz="Europe/Volgograd")
    by_agency = ScheduleBy("agency_id", {"office": OFFICE, "duty": around})
    policy = Policy([Target("first reply", working_hours(4), by_agency)])
    events = [
        posted("by day", at("2026-03-12T10:00"), agency_id="office"),
        posted("day and night", at("2026-03-13T12:00"), agency_id="duty"),
    ]
    now = at("2026-03-16T12:00")
    late = board(events, now, policy=policy).groups[Show.OVERDUE]
    # 68 hours day and night are more than 14 hours by day, although the limit passed later
    assert [one.appeal_id for one in late] == ["day and night", "by day"]


def test_long_delays_are_also_in_working_days() -> None:
    now = at("2026-03-13T12:00")
    long, short = posted("long", at("2026-03-02T09:00")), posted("short", at("2026-03-12T15:00"))
    said = text_of(shown(board([long, short], now)))
    # 8 days of 8 hours, because Monday 9 March is off, and 9-12 on Friday, without the budget
    assert "63 h 7.9 working days" in said
    assert said.count("working days") == 1
    around = Policy([Target("first reply", ClockTime(timedelta(hours=4)), OFFICE)])
    said = text_of(shown(board([long], now, policy=around)))
    assert "overdue by" in said
    assert "working days" not in said


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
    made = board(eve(), EVE, query)
    assert {one.appeal_id for some in made.groups.values() for one in some} == found
    assert made.values["agency"] == ("health", "roads")  # without any filter
    page = shown(made, query)
    assert ("No open appeal fits the filters" in page) == (not found)
    assert Filters.parse(Filters.parse(query).query.removeprefix("?")) == Filters.parse(query)


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("agnecy=roads", "agnecy"),
        ("agency=a&agency=b", "agency"),
        (f"id={'x' * 1001}", "id"),
        ("show=all", "show"),
        ("page=0", "page"),
        ("page=1e3", "page"),
        ("page=99999999", "page"),
        ("lang=de", "lang"),
        ("&".join(f"k{n}=1" for n in range(60)), None),
    ],
)
def test_a_wrong_address_is_refused(query: str, key: str | None) -> None:
    with pytest.raises(RefusedRequestError) as caught:
        Filters.parse(query)
    for lang in ("en", "ru"):
        with language(lang):
            document = caught.value.problem.document()
            assert (document["key"], document["status"]) == (key, 422)
            assert key is None or key in document["detail"]
            assert document["detail"][1:] in unescape(refusal_page(document["detail"]))


def test_links_keep_the_filters() -> None:
    made = board(eve(), EVE, "agency=roads&lang=ru")
    page = Parsed(shown(made, "agency=roads&lang=ru", "ru"))
    assert "./?agency=roads&lang=en" in page.links()
    assert all("lang=ru" in link for link in page.links("appeal?"))


def test_a_long_list_has_pages() -> None:
    now = at("2026-03-11T18:30")
    events = [posted(f"N-{n:03}", at("2026-03-10T10:00")) for n in range(450)]
    seen: list[str] = []
    for page in (1, 2, 3, 4):
        query = f"show=overdue&page={page}"
        links = Parsed(shown(board(events, now, query), query)).links()
        seen += [link for link in links if link.startswith("appeal?")]
        assert (f"./?show=overdue&page={page + 1}" in links) == (page < 3)
    assert len(seen) == len(set(seen)) == 450
    assert "This page of the list is empty; there are 450." in shown(
        board(events, now, "show=overdue&page=4"), "show=overdue&page=4"
    )


def test_agencies_without_overdue_appeals_come_last() -> None:
    made = board(eve(), EVE)
    assert [one.agency for one in made.agencies] == ["roads", "health", None]
    assert [one.open for one in made.agencies] == [3, 1, 1]
    many = [posted(f"N-{n}", EVE, agency_id=f"agency {n:02}") for n in range(40)]
    page = shown(board(many, EVE))
    assert "and 25 more: all 40" in text_of(page)
    every = shown(board(many, EVE, "show=agencies"), "show=agencies")
    assert len(Parsed(every).links("./?agency=")) == 40


# -- texts ----------------------------------------------------------------------------------------


def test_nothing_is_open() -> None:
    made = board([], EVE)
    for lang, said in (("en", "No appeal is open"), ("ru", "Открытых обращений нет")):
        assert said in text_of(shown(made, lang=lang))
    none_late = board([posted("A", at("2026-03-10T10:00"))], at("2026-03-10T10:05"))
    assert "No appeal is overdue; 1 is due today" in text_of(shown(none_late))


def test_names_from_the_configuration() -> None:
    labels = Labels(NAMES, {"ru": "Область"})
    page = shown(board(eve(), EVE), lang="ru", labels=labels)
    assert "Комитет дорог" in page
    assert "Health &lt;b&gt;" in page
    assert "<h1>Область: открытые обращения</h1>" in page
    same = Labels({"agency": {"roads": "One", "health": "One"}})
    assert "One (roads)" in shown(board(eve(), EVE), labels=same)


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
    now = at("2025-12-30T16:00")
    found = outcomes(hostile(), now)
    queries = ("", "agency=-", *(f"show={show.value}" for show in Show))
    pages = [shown(board(hostile(), now, query), query, lang) for query in queries]
    filters = Filters(agency=HOSTILE[0], id=HOSTILE[1], lang=lang)
    made = board_of(found, POLICY, now, filters)
    view = View(POLICY, Labels({"agency": {HOSTILE[3]: HOSTILE[0]}}))
    with language(lang):
        pages.append(board_page(made, view, filters, fragment(made, view, filters), "v"))
    for outcome in found:
        trace = due_trace(outcome, POLICY.targets[0])
        events = [
            (event, HOSTILE[0]) for event in hostile() if event.appeal_id == outcome.appeal_id
        ]
        history = History(outcome.appeal_id, events, [(outcome, trace)])
        with language(lang):
            pages.append(appeal_page(history, view, Filters(lang=lang), now))
    with language(lang):
        pages.append(refusal_page(HOSTILE[0]))
    for page in pages:
        parsed = Parsed(page)
        scripts = [tag for tag, _ in parsed.elements if tag == "script"]
        assert len(scripts) == 1
        assert not [tag for tag, _ in parsed.elements if tag in {"img", "iframe", "object"}]
        for _, attributes in parsed.elements:
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert "\x00" not in page
        for href in parsed.links():
            assert re.match(r"\./(\?|$)|appeal\?|#live$|data:", href), href
        outside = re.sub(r"<title>.*?</title>|<option.*?</option>|\w+=\"[^\"]*\"", "", page)
        for place in (found.start() for found in re.finditer(HOSTILE[1][0], outside)):
            assert outside.rfind("<bdi>", 0, place) > outside.rfind("</bdi>", 0, place)


def test_a_link_leads_back_to_the_same_id() -> None:
    now = at("2025-12-30T16:00")
    page = Parsed(shown(board(hostile(), now, "show=overdue"), "show=overdue"))
    ids = {parse_qs(urlsplit(link).query)["id"][0] for link in page.links("appeal?")}
    assert ids == {one.appeal_id for one in outcomes(hostile(), now) if one.verdict == "breached"}


# -- one appeal -----------------------------------------------------------------------------------


def page_of(
    events: Sequence[Event], now: datetime, lang: str = "en", policy: Policy = POLICY
) -> str:
    found = outcomes(events, now, policy)
    targets = {target.name: target for target in policy.targets}
    traced = [(one, due_trace(one, targets[one.target])) for one in found]
    history = History(events[0].appeal_id, [(event, None) for event in events], traced)
    with language(lang):
        page = appeal_page(history, View(policy, Labels(NAMES)), Filters(), now)
    inner = unescape(re.sub(r"<[^>]*>", " ", page[page.index('id="appeal"') :]))
    return re.sub(r"\s+", " ", inner)


def test_each_special_day_is_explained_with_its_act() -> None:
    said = page_of([posted("A-1", at("2025-12-30T16:38"), agency_id="roads")], EVE)
    assert "Due Mon 12 Jan 11:38, 2 h 38 min of working time left" in said
    assert "Wed 31 Dec 2025 0:00 day off moved from 5 Jan 2025: Постановление" in said
    assert "Thu 1 Jan 2026 – Tue 6 Jan 2026 0:00 New Year holidays: ст. 112 ч. 1 ТК РФ" in said
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


def test_the_days_of_a_term_are_numbered() -> None:
    said = page_of([posted("A-1", at("2025-12-30T14:08"))], EVE, policy=TWO)
    said = said.partition("final answer")[2]
    assert "Tue 30 Dec 2025 ordinary working day; the day of the start does not count" in said
    assert "Mon 12 Jan 2026 – Fri 16 Jan 2026 days 1–5 ordinary working day" in said
    assert "Tue 20 Jan 2026 day 7 ordinary working day; the due date" in said
    assert "due: Tue 20 Jan 2026 18:00 RU-VGG" in said
    months = Policy([Target("answer", Months(1, roll="following"), OFFICE)])
    said = page_of([posted("A-1", at("2025-12-30T14:08"))], EVE, "ru", months)
    assert "срок: пт 30.01.2026 18:00" in said
    assert "день 1" not in said


def test_a_target_without_a_clock() -> None:
    history = History("A-1", [(posted("A-1", EVE), "no_appeal")], [])
    page = appeal_page(history, View(POLICY, NO_LABELS), Filters(), EVE)
    assert "No target applies to this appeal" in page
    assert "not counted: event of an appeal that was never posted" in page
