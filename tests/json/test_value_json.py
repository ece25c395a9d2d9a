"""Values written as JSON or pickled are equal when read back, zone and fold included."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import pickle
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import dateutil.tz
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kit.paths import DATA
from kit.values import OFFICE
from workhours_sla import (
    Act,
    Calendar,
    CalendarDays,
    ClockTime,
    Day,
    DayKind,
    Event,
    EventType,
    Interval,
    Layer,
    Months,
    Outcome,
    Policy,
    Schedule,
    Target,
    Verdict,
    WeeklyHours,
    WorkingDays,
    WorkingDaysInHours,
    evaluate,
    working_hours,
)
from workhours_sla.config import parse
from workhours_sla.errors import ConfigError, NaiveDatetimeError, UnknownTimeZoneError
from workhours_sla.json import from_json, to_json
from workhours_sla.sla.event import AUTHOR_ROLES
from workhours_sla.sources.appeal_file import open_source

FROZEN = DATA / "serial" / "values.json"
VOLGOGRAD, BERLIN = ZoneInfo("Europe/Volgograd"), ZoneInfo("Europe/Berlin")
S8 = "Mo-Fr 09:00-13:00,14:00-18:00"
ORDER = Act("Order No 7", date(2026, 8, 1), "low", "the agency", "public bodies", "not published")


# -- stored documents ------------------------------------------------------------------------

DOCUMENTS = json.loads(FROZEN.read_text(encoding="utf-8"))
MADE = {name: from_json(json.dumps(document)) for name, document in DOCUMENTS.items()}


def facts(value: Any) -> Any:
    """Return a value with each datetime replaced by (wall clock, fold, zone), which == ignores."""
    if isinstance(value, datetime):
        zone = value.tzinfo
        key = zone.key if isinstance(zone, ZoneInfo) else (zone, value.utcoffset())
        return (value.replace(tzinfo=None), value.fold, key)
    if isinstance(value, tuple):
        return (type(value), *map(facts, value))
    if dataclasses.is_dataclass(value):
        return (type(value), *(facts(getattr(value, name)) for name in value.__match_args__))
    return (type(value), value)


def check_round_trips(value: Any) -> None:
    for back in (
        from_json(to_json(value)),
        pickle.loads(pickle.dumps(value)),  # noqa: S301
    ):
        assert back == value
        assert hash(back) == hash(value)
        assert facts(back) == facts(value)


@pytest.mark.parametrize("name", MADE)
def test_every_value_round_trips_and_its_document_is_frozen(name: str) -> None:
    value, document = MADE[name], DOCUMENTS[name]
    check_round_trips(value)
    assert json.loads(to_json(value)) == document
    if not isinstance(value, WeeklyHours):
        is_budget = document["schema"] == "workhours.budget/1"
        fields = document["budget"] if is_budget else document
        assert fields.keys() >= {*getattr(value, "__match_args__", ["amount"])}


def test_a_document_is_the_value_that_it_names() -> None:
    assert MADE["working days"] == WorkingDays(3, count_from="same_day")
    assert MADE["clock time"] == ClockTime(timedelta(days=2, microseconds=5))
    berlin = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    assert facts(MADE["interval"]) == facts(Interval(berlin, berlin.replace(fold=1)))
    names = MADE["act"], MADE["entry"].layer, MADE["short day"].kind, MADE["outcome"].verdict
    assert names == (ORDER, Layer.TRANSFER, DayKind.TRANSFERRED_WORK, Verdict.BREACHED)


def test_a_document_is_read_as_the_type_asked_for() -> None:
    text = to_json(MADE["event"])
    assert from_json(text, Event) == from_json(text.encode(), Event) == MADE["event"]
    with pytest.raises(ConfigError, match=r"workhours\.event/1 is the schema of another type"):
        from_json(text, Outcome)


def test_the_document_of_an_event_is_a_row_of_a_file_of_events() -> None:
    line = io.BytesIO(to_json(MADE["event"]).encode() + b"\n")
    mapping = parse('[input]\nformat = "jsonl"').mapping
    with open_source(line, mapping, name="events.jsonl") as source:
        assert list(source) == [(MADE["event"],)]


def test_a_document_can_be_indented() -> None:
    text = to_json(MADE["months"], indent=2)
    assert text.splitlines()[:2] == ["{", '  "schema": "workhours.budget/1",']
    assert from_json(text) == MADE["months"]


@pytest.mark.parametrize(
    "schema",
    ["workhours.value/1", "workhours.value/2", "workhours.schedule/1", "workhours.change/1"],
)
def test_an_earlier_form_is_refused_in_one_sentence(schema: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_json(json.dumps({"schema": schema, "kind": "event", "value": {}}))
    assert str(caught.value).startswith(f"schema: {schema!r} is an earlier form; ")
    assert str(caught.value).endswith("; write the value again with this version")


# -- any value -----------------------------------------------------------------------------

ZONES = st.sampled_from(
    [
        UTC,
        timezone(timedelta(hours=-3, minutes=-30)),
        timezone(timedelta(seconds=17, microseconds=5)),
        *map(
            ZoneInfo,
            (
                "UTC",
                "Europe/Berlin",
                "Europe/Volgograd",
                "America/New_York",
                "Pacific/Apia",
                "Australia/Lord_Howe",
            ),
        ),
    ]
)
MOMENTS = st.datetimes(datetime(1850, 1, 1), datetime(2150, 1, 1), timezones=ZONES)
NEAR_A_CHANGE = st.builds(
    lambda wall, fold: wall.replace(tzinfo=BERLIN, fold=fold),
    st.datetimes(datetime(2026, 10, 25), datetime(2026, 10, 25, 5))
    | st.datetimes(datetime(2026, 3, 29), datetime(2026, 3, 29, 5)),
    st.integers(0, 1),
)
WORDS = st.text('абвЖЩё "\\\n\u2028\N{CHECK MARK}az09[]=') | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
)
NAMES = WORDS.filter(bool)
MAYBE = st.none() | WORDS
EVENTS = st.builds(
    Event,
    NAMES,
    NAMES,
    st.sampled_from(EventType),
    MOMENTS,
    MOMENTS,
    source=WORDS,
    agency_id=MAYBE,
    district_id=MAYBE,
    channel=MAYBE,
    author_role=st.sampled_from([None, *AUTHOR_ROLES]),
    substantive=st.sampled_from([None, False, True]),
    reason=MAYBE,
)


@given(MOMENTS | NEAR_A_CHANGE, MOMENTS | NEAR_A_CHANGE, st.integers(0, 1))
def test_datetimes_keep_zone_and_fold(start: datetime, end: datetime, fold: int) -> None:
    check_round_trips(Interval(start, end.replace(fold=fold)))


@given(st.timedeltas())
@example(timedelta.min)
@example(timedelta.max)
@example(-timedelta.resolution)
@example(timedelta(0))
def test_amounts_are_exact(amount: timedelta) -> None:
    check_round_trips(amount)


@given(EVENTS)
def test_events(event: Event) -> None:
    check_round_trips(event)
    assert from_json(to_json(event)).occurred_at.tzinfo is UTC


OVERRIDDEN = {date(2025, 12, 31): "10:00-12:00", date(2040, 1, 3): "09:00-12:00"}
SCHEDULES = st.sampled_from(
    [
        Schedule("RU-VGG", S8),
        Schedule("RU", "Mo-Fr 22:00-06:00", tz="Europe/Moscow"),
        Schedule("RU", S8, tz="Asia/Omsk", overrides=OVERRIDDEN),
        Schedule(None, "Mo-Su 00:30-03:30", tz="America/New_York"),
        Schedule(Calendar.plain(yearly=["12-25"]), "24/7", tz="Australia/Lord_Howe"),
    ]
)
ASKED = st.datetimes(datetime(2024, 10, 20), datetime(2026, 11, 10), timezones=ZONES)
AMOUNTS = st.timedeltas(timedelta(0), timedelta(hours=30))


@given(SCHEDULES, ASKED, AMOUNTS | st.timedeltas(timedelta(days=-9), timedelta(days=9)))
def test_traces(schedule: Schedule, start: datetime, amount: timedelta) -> None:
    trace = schedule.explain(start, start.astimezone(UTC) + amount)
    check_round_trips(trace)
    back = from_json(to_json(trace))
    assert (back.to_dict(), str(back)) == (trace.to_dict(), str(trace))
    if amount >= timedelta(0):
        check_round_trips(schedule.explain(start, amount))


@given(st.lists(EVENTS, max_size=6), SCHEDULES, ASKED, ASKED, st.booleans())
def test_outcomes(
    events: list[Event], schedule: Schedule, posted: datetime, as_of: datetime, by_rule: bool
) -> None:
    policy = Policy(
        [
            Target("first reply", working_hours(4), schedule),
            Target("по существу", timedelta(hours=9, microseconds=1), schedule, closing="strict"),
        ]
    )
    asked = [
        dataclasses.replace(
            event, event_id=str(index), appeal_id="A", occurred_at=posted, received_at=posted
        )
        for index, event in enumerate(events)
    ]
    result = evaluate(
        [Event("created", "A", EventType.CREATED, posted, posted), *asked],
        policy,
        as_of=max(as_of.astimezone(UTC), posted.astimezone(UTC)),
        provisional=by_rule,
    )
    assert result.outcomes
    for outcome in result.outcomes:
        check_round_trips(outcome)


@given(st.integers(1, 10_000), st.sampled_from(["following", "preceding", "none"]), AMOUNTS)
def test_budgets(count: int, roll: Any, amount: timedelta) -> None:
    for count_from in ("next_day", "same_day"):
        check_round_trips(WorkingDays(count, count_from))
        check_round_trips(CalendarDays(count, roll, count_from))
    check_round_trips(Months(count, roll))
    check_round_trips(WorkingDaysInHours(count))
    check_round_trips(ClockTime(amount))


# -- values without a JSON form -------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (OFFICE | OFFICE, TypeError, "has no JSON form; give one of Act"),
        (None, TypeError, "None has no JSON form"),
        (datetime(2026, 1, 1, tzinfo=UTC), TypeError, "has no JSON form"),
        (Interval(datetime(2026, 1, 1), datetime(2026, 1, 2)), NaiveDatetimeError, "give it"),
        (Interval(*[datetime(2026, 1, 1, tzinfo=dateutil.tz.gettz("Europe/Berlin"))] * 2),
         UnknownTimeZoneError, "use ZoneInfo"),
        (Interval("9:00", "10:00"), ConfigError, "start: '9:00' is not an instant"),
        (Day(datetime(2026, 1, 1, tzinfo=UTC), DayKind.WORK, date(2026, 1, 1)), ConfigError,
         "is not a date"),
        (Day(date(2026, 1, 1), "rest", date(2026, 1, 1)), ConfigError, "'rest' is not a valid"),
        (dataclasses.replace(MADE["trace"], calendar=5), ConfigError, "expected text, got 5"),
        (WeeklyHours(((), (), (), (), (), (), ((timedelta(0), timedelta(seconds=0.5)),))),
         ConfigError, "or whole seconds"),
    ],
)  # fmt: skip
def test_a_value_that_json_cannot_represent_is_refused(
    value: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        to_json(value)
    assert "\n" not in str(caught.value)


# -- documents that cannot be read ---------------------------------------------------------


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every key and item in JSON data."""
    if isinstance(data, dict | list):
        for key in data if isinstance(data, dict) else range(len(data)):
            yield (*path, key)
            yield from places(data[key], (*path, key))


def dotted(path: tuple[Any, ...]) -> str:
    return "".join(f"[{key}]" if type(key) is int else f".{key}" for key in path).lstrip(".")


def changed(data: Any, path: tuple[Any, ...], value: Any) -> str:
    data = copy.deepcopy(data)
    at = data
    for key in path[:-1]:
        at = at[key]
    if value is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return json.dumps(data)


@pytest.mark.parametrize("name", MADE)
def test_any_key_that_is_missing_unknown_or_of_another_type_is_named(name: str) -> None:
    data = json.loads(to_json(MADE[name]))
    for path in places(data):
        refused = [(path, {"no": "such"})]
        if isinstance(path[-1], str):
            refused += [(path, ...), ((*path[:-1], "colour"), "red")]
        for where, value in refused:
            with pytest.raises(ConfigError) as caught:
                from_json(changed(data, where, value))
            assert (caught.value.key + ".").startswith(dotted(where) + ".")
            assert str(caught.value).startswith(f"{caught.value.key}: ")
            assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "path", "value", "words"),
    [
        ("event", "schema", "workhours.event/2", "did you mean workhours.event/1?"),
        ("event", "type", "shouted", "is not a valid value; use created"),
        ("event", "author_role", "robot", "no author_role 'robot'"),
        ("event", "event_id", "", "needs event_id"),
        ("event", "substantive", 1, "expected true or false, got 1"),
        ("event", "occurred_at", "2025-03-11T14:20:00", "is not an instant; write it like"),
        ("event", "occurred_at", "2025-03-11T14:20:00Z", "is not an instant"),
        ("event", "occurred_at", "2025-03-11", "is not an instant"),
        ("event", "occurred_at", "2025-02-30T14:20:00+00:00", "is not an instant"),
        ("event", "occurred_at", "2025-03-11T14:20:00+00:00[]", "is not an instant"),
        ("event", "occurred_at", "2025-03-11T14:20:00+00:00[a][b]", "is not an instant"),
        ("event", "occurred_at", "2025-03-11T14:20:00+00:00[Mars/Base]", "no time zone"),
        ("event", "occurred_at", "2025-03-11T14:20:00+00:00[../up]", "no time zone"),
        ("event", "occurred_at", "2025-03-11T14:20:00+01:00[Europe/Moscow]",
         "Europe/Moscow has another offset"),
        ("event", "occurred_at", "2026-10-25T02:30:00+01:00[Europe/Berlin]",
         "Europe/Berlin has another offset"),  # the later of the two, and no fold
        ("event", "occurred_at", "0001-01-01T00:00:00+05:00", "not in the years 1 to 9999"),
        ("outcome", "elapsed", "4h", "is not an amount of time; write it like"),
        ("outcome", "elapsed", "PT60M", "is not an amount"),
        ("outcome", "elapsed", "-PT0S", "is not an amount"),
        ("outcome", "elapsed", "P1D", "is not an amount"),
        ("outcome", "elapsed", "PT1.5000000S", "is not an amount"),
        ("outcome", "elapsed", "PT99999999999999H", "is not an amount"),
        ("outcome", "elapsed", f"PT{'9' * 5000}H", "is not an amount"),
        ("outcome", "elapsed", "PT٣H", "is not an amount"),
        ("outcome", "budget", None, "expected an object, got null"),
        ("step", "intervals[0]", [], "expected a list of two, got a list of 0"),
        ("entry", "layer", "weather", "is not a valid value; use weekly"),
        ("entry", "date", "20251101", "is not a date"),
        ("working days", "budget.count", 0, "0 working days is not a budget"),
        ("working days", "budget.count", True, "expected a whole number, got true"),
        ("working days", "budget.count_from", "noon", "'noon' is not a valid value"),
        ("months", "budget.roll", "down", "'down' is not a valid value"),
        ("clock time", "budget.amount", "-PT1H", "is negative"),
        ("weekly hours", "hours", "9am", "not a range of hours"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_read_is_named(
    name: str, path: str, value: object, words: str
) -> None:
    data = json.loads(to_json(MADE[name]))
    keys = re.findall(r"\w+", path)
    where = tuple(int(key) if key.isdigit() else key for key in keys)
    with pytest.raises(ConfigError, match=words) as caught:
        from_json(changed(data, where, value))
    assert path.startswith(caught.value.key)
    assert str(caught.value).startswith(f"{caught.value.key or 'the document'}: ")
    assert "\n" not in str(caught.value)


def test_text_that_is_not_a_document_is_refused() -> None:
    for text in (
        "",
        "[]",
        "{",
        "null",
        "[" * 100_000,
        "9" * 5000,
        '{"kind": 1, "kind": 2}',
        b"\xff",
    ):
        with pytest.raises(ConfigError):
            from_json(text)
    with pytest.raises(TypeError, match="give str or bytes"):
        from_json(None)  # type: ignore[arg-type]
