"""Metrics say what the store and the changes say, in a text that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import parser

from kit.values import HOUR, OFFICE
from workhours_sla import Change, Event, EventType, Policy, Target, working_hours
from workhours_sla.errors import NaiveDatetimeError, UndeliverableError
from workhours_sla.stream import Delivery, MemoryStore, Metrics, Pipeline, open_store

POLICY = Policy(
    [Target("first reply", working_hours(4), OFFICE), Target("solved", working_hours(8), OFFICE)]
)
MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=OFFICE.tz)
ODD = 'Дороги "и"\\мосты\nв {области}'
"""An agency whose id has every character that must be escaped."""

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(text: str) -> Samples:
    """Read the text format as Prometheus does."""
    samples = [
        sample
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    ]
    found = {(one.name, frozenset(one.labels.items())): one.value for one in samples}
    assert len(found) == len(samples)
    return found


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((f"workhours_sla_{name}", frozenset(labels.items())))


def created(appeal: str, at: datetime, agency: str | None, channel: str | None = "vk") -> Event:
    return Event(
        f"{appeal}-c", appeal, EventType.CREATED, at, at, agency_id=agency, channel=channel
    )


def replied(appeal: str, at: datetime, received: datetime | None = None) -> Event:
    return Event(
        f"{appeal}-r", appeal, EventType.REPLIED, at, received or at, author_role="official"
    )


class Refusing:
    """A sink that never accepts a change."""

    name = "board"

    def write(self, changes: Sequence[Change]) -> None:
        msg = "410"
        raise UndeliverableError(msg, change_id=changes[0].change_id)


@pytest.fixture(params=["memory", "sqlite"])
def pipeline(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pipeline]:
    store = MemoryStore() if request.param == "memory" else open_store(tmp_path / "a.db")
    with Pipeline(store, POLICY) as pipeline:
        yield pipeline


def deliver(pipeline: Pipeline, metrics: Metrics, *more: Refusing) -> None:
    with Delivery(pipeline.store, [metrics, *more]) as delivery:
        assert delivery.finish(10) == []


def apply(pipeline: Pipeline, events: Iterable[Event], until: datetime) -> None:
    pipeline.apply(events)
    pipeline.advance(until)


def test_appeals_are_counted_once_by_agency_and_channel(pipeline: Pipeline) -> None:
    events = [
        created("A-1", MONDAY, "roads"),
        created("A-2", MONDAY + 5 * HOUR, "roads"),
        created("A-3", MONDAY, ODD, None),
        created("A-4", MONDAY, None),
        replied("A-4", MONDAY + HOUR),
    ]
    now = MONDAY + 6 * HOUR  # the first reply of is overdue, the solution is not
    apply(pipeline, events, now)
    samples = parsed(Metrics(pipeline).text(now))
    assert value(samples, "open_appeals", agency="roads", channel="vk") == 2
    assert value(samples, "overdue_appeals", agency="roads", channel="vk") == 1
    assert value(samples, "open_appeals", agency=ODD, channel="") == 1
    assert value(samples, "overdue_appeals", agency=ODD, channel="") == 1
    assert value(samples, "open_appeals", agency="", channel="vk") is None
    assert "A-1" not in Metrics(pipeline).text(now)


def test_breaches_and_their_retractions_are_counted(pipeline: Pipeline) -> None:
    metrics = Metrics(pipeline)
    apply(pipeline, [created(f"A-{number}", MONDAY, "roads") for number in range(3)], MONDAY)
    pipeline.advance(MONDAY + 6 * HOUR)
    deliver(pipeline, metrics)
    labels = {"agency": "roads", "target": "first reply"}
    assert value(parsed(metrics.text(MONDAY)), "breaches_total", **labels) == 3
    pipeline.apply(replied("A-1", MONDAY + HOUR, MONDAY + 7 * HOUR))
    deliver(pipeline, metrics)
    samples = parsed(metrics.text(MONDAY))
    assert value(samples, "breaches_total", **labels) == 3  # a counter never falls
    assert value(samples, "breach_retractions_total", **labels) == 1
    assert value(samples, "breaches_total", agency="roads", target="solved") == 0


def test_events_watermark_calendar_and_dead_letters(pipeline: Pipeline) -> None:
    metrics = Metrics(pipeline, sinks=["board"])
    first = created("A-1", MONDAY, "roads")
    assert value(parsed(metrics.text(MONDAY)), "watermark_timestamp_seconds") is None
    apply(pipeline, [first], MONDAY + HOUR)
    pipeline.apply(first)
    pipeline.apply(created("A-2", MONDAY, "roads"))
    deliver(pipeline, metrics, Refusing())
    samples = parsed(metrics.text(MONDAY + HOUR))
    assert value(samples, "events_total") == 3
    assert value(samples, "duplicate_events_total") == 1
    assert value(samples, "late_events_total") == 1
    states = pipeline.store.holdings()
    for state in ("applied", "duplicate", "quarantined", "replaced", "dropped"):
        assert value(samples, "stored_events", state=state) == getattr(states, state)
    assert states.applied == 2
    assert value(samples, "rejected_rows") == 0
    assert value(samples, "dead_letters", sink="board") == len(pipeline.store.dead("board")) == 4
    assert value(samples, "watermark_timestamp_seconds") == (MONDAY + HOUR).timestamp()
    last = OFFICE.calendar.coverage[-1][1]
    midnight = datetime(last.year + 1, 1, 1, tzinfo=OFFICE.tz)
    assert (last.month, last.day) == (12, 31)
    end = value(samples, "calendar_valid_until_timestamp_seconds", calendar="RU-VGG")
    assert end == midnight.timestamp()


def test_a_breach_of_an_agency_is_counted_from_zero(pipeline: Pipeline) -> None:
    """Prometheus sees no increase in a counter that begins at 1."""
    apply(pipeline, [created("A-1", MONDAY, "roads")], MONDAY + HOUR)
    metrics = Metrics(pipeline)
    samples = parsed(metrics.text(MONDAY + HOUR))
    assert value(samples, "breaches_total", agency="roads", target="first reply") == 0
    pipeline.advance(MONDAY + 6 * HOUR)
    deliver(pipeline, metrics)
    samples = parsed(metrics.text(MONDAY + 6 * HOUR))
    assert value(samples, "breaches_total", agency="roads", target="first reply") == 1


def test_working_time_without_events_leaves_out_nights_and_days_off(pipeline: Pipeline) -> None:
    metrics = Metrics(pipeline)

    def idle(now: datetime) -> float | None:
        return value(parsed(metrics.text(now)), "working_seconds_without_events", target="solved")

    friday = MONDAY - timedelta(days=3) + 8 * HOUR
    assert idle(friday) == 0
    assert idle(MONDAY + HOUR) == 2 * 3600  # an hour on Friday, another on Monday
    pipeline.apply(created("A-1", MONDAY, "roads"))
    assert idle(MONDAY + 2 * HOUR) == 0
    pipeline.apply(created("A-1", MONDAY, "roads"))  # a duplicate shows that the source works
    assert idle(MONDAY + 3 * HOUR) == 0
    assert idle(MONDAY + 6 * HOUR) == 2 * 3600  # the break is no working time
    assert idle(MONDAY) == 0
    assert idle(datetime(2090, 3, 16, tzinfo=OFFICE.tz)) is None  # the calendar has ended


def test_a_naive_time_is_refused(pipeline: Pipeline) -> None:
    with pytest.raises(NaiveDatetimeError):
        Metrics(pipeline).text(datetime(2026, 3, 16, 9))
    assert parsed(Metrics(pipeline).text(datetime(2026, 3, 16, tzinfo=UTC)))
