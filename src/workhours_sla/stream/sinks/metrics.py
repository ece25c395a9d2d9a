"""Count changes, and write the state of a pipeline as metrics in the text format of Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Final

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change, ChangeKind
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.sinks.digest import unanswered

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""The media type of the text, for an answer to Prometheus."""

Labels = tuple[tuple[str, str], ...]
_Samples = Mapping[Labels, float]
_LAST: Final = datetime.max.replace(tzinfo=UTC)


_PREFIX: Final = "workhours_sla_"
_HELP: Final = {
    "open_appeals": "Appeals with an unanswered clock.",
    "overdue_appeals": "Unanswered appeals past their limit.",
    "breaches_total": "Breaches that were emitted.",
    "breach_retractions_total": "Breaches that were emitted and then retracted.",
    "events_total": "Events that were applied since the start.",
    "duplicate_events_total": "Events that were duplicates.",
    "late_events_total": "Events that arrived after the watermark had passed them.",
    "stored_events": "Events that the store has received, by state.",
    "rejected_rows": "Rows that produced no event.",
    "dead_letters": "Changes that are no longer sent to a sink.",
    "undelivered_changes": "Changes that a sink has not accepted yet.",
    "failed_attempts": "Failed attempts to send the next change to a sink.",
    "working_seconds_without_events": "Working time since an event last arrived.",
    "watermark_timestamp_seconds": "The instant up to which time has passed.",
    "calendar_valid_until_timestamp_seconds": "The end of the last covered date.",
}
"""The help of each metric; those that end in ``_total`` are counters, the others gauges."""


@public("workhours_sla.stream", checked=True)
class Metrics:
    """A sink that counts breaches, and writes metrics of a pipeline for Prometheus.

    Give it to ``Delivery`` with the other sinks. ``text`` returns the metrics. Counters begin at
    zero in each process, as Prometheus expects. After a crash a change can be counted again.
    ``sinks`` are the names of the sinks whose undelivered changes and dead letters are counted.
    Until an event arrives, the metric of working time without events counts from the first call of
    ``text``. No metric has the id of an appeal.

    >>> from workhours_sla import Event, Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Delivery, MemoryStore, Pipeline
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> event = Event("1", "A-1", "created", posted, posted, agency_id="roads", channel="vk")
    >>> with Pipeline(MemoryStore(), policy) as pipeline:
    ...     metrics = Metrics(pipeline)
    ...     with Delivery(pipeline.store, [metrics]) as delivery:
    ...         changes = pipeline.apply(event)
    ...         undelivered = delivery.finish(timeout=10)
    ...     text = metrics.text(posted)
    >>> print(text.splitlines()[2])
    workhours_sla_open_appeals{agency="roads",channel="vk"} 1
    """

    name = "Prometheus metrics"

    def __init__(self, pipeline: Pipeline, *, sinks: Iterable[str] = ()) -> None:
        self._pipeline = pipeline
        self._sinks = tuple(sinks)
        self._lock = Lock()
        self._breaches: Counter[Labels] = Counter()
        self._retracted: Counter[Labels] = Counter()
        self._last_event: tuple[int, datetime] | None = None
        """How many events had arrived at the last ``text``, and the first ``text`` with so many."""

    def write(self, changes: Sequence[Change]) -> None:
        """Count the breaches among changes, and their retractions."""
        with self._lock:
            for change in changes:
                if change.kind is ChangeKind.BREACHED:
                    labels = (("agency", change.agency_id or ""), ("target", change.target))
                    counts = self._breaches if change.retracts is None else self._retracted
                    counts[labels] += 1

    def text(self, now: datetime, outcomes: Iterable[Outcome] | None = None) -> str:
        """Return the metrics as of ``now``, an aware datetime, in the text format of Prometheus.

        ``outcomes`` are those of the open appeals; without them, every open appeal is evaluated.
        Raises NaiveDatetimeError, StoreError.
        """
        pipeline, store = self._pipeline, self._pipeline.store
        waiting = unanswered(pipeline.open_outcomes(now) if outcomes is None else outcomes)
        counters, holdings = pipeline.counters, store.holdings()
        with self._lock:
            breaches, retracted = dict(self._breaches), dict(self._retracted)
            if self._last_event is None or self._last_event[0] != counters.read:
                self._last_event = counters.read, now
            last_event = self._last_event[1]
        # a counter must be 0 before it is 1, or its first increase is not seen
        for one in waiting:
            breaches.setdefault((("agency", one.agency_id or ""), ("target", one.target)), 0)
        states = ("applied", "duplicate", "quarantined", "replaced", "dropped")
        found: dict[str, _Samples] = {
            "open_appeals": _appeals(waiting),
            # 0 is reported as well
            "overdue_appeals": dict.fromkeys(_appeals(waiting), 0)
            | _appeals(one for one in waiting if one.verdict is Verdict.BREACHED),
            "breaches_total": breaches,
            "breach_retractions_total": retracted,
            "events_total": {(): counters.read},
            "duplicate_events_total": {(): counters.duplicate},
            "late_events_total": {(): counters.late},
            "stored_events": {(("state", state),): getattr(holdings, state) for state in states},
            "rejected_rows": {(): holdings.rejected},
            "dead_letters": self._of_sinks(lambda name: len(store.dead(name))),
            "undelivered_changes": self._of_sinks(store.undelivered),
            "failed_attempts": self._of_sinks(lambda name: store.pending(name, _LAST, 1).attempts),
            "working_seconds_without_events": _idle(pipeline.policy, last_event, now),
            "calendar_valid_until_timestamp_seconds": _calendar_ends(pipeline.policy),
        }
        watermark = pipeline.watermark
        if watermark is not None:
            found["watermark_timestamp_seconds"] = {(): watermark.timestamp()}
        return "".join(metric_text(name, _HELP[name], samples) for name, samples in found.items())

    def _of_sinks(self, count: Callable[[str], int]) -> _Samples:
        return {(("sink", name),): count(name) for name in self._sinks}


def _appeals(outcomes: Iterable[Outcome]) -> dict[Labels, int]:
    """Return the numbers of appeals; one with several unanswered clocks is counted once."""
    found: dict[Labels, set[str]] = {}
    for one in outcomes:
        labels = (("agency", one.agency_id or ""), ("channel", one.channel or ""))
        found.setdefault(labels, set()).add(one.appeal_id)
    return {labels: len(ids) for labels, ids in found.items()}


def _idle(policy: Policy, last_event: datetime, now: datetime) -> _Samples:
    """Return the working seconds of each target between two instants."""
    found: dict[Labels, float] = {}
    for target in policy.targets:
        labels = (("target", target.name),)
        with suppress(CalendarCoverageError):
            spans = [schedule.elapsed(last_event, now) for schedule in target.schedules]
            found[labels] = max(0.0, min(spans).total_seconds())
    return found


def _calendar_ends(policy: Policy) -> _Samples:
    found: dict[Labels, float] = {}
    for target in policy.targets:
        for schedule in target.schedules:
            coverage = schedule.calendar.coverage
            if coverage and coverage[-1][1] < date.max:
                end = coverage[-1][1] + timedelta(days=1)
                at = datetime.combine(end, time(), schedule.tz).astimezone(UTC).timestamp()
                labels = (("calendar", schedule.calendar.id),)
                found[labels] = min(at, found.get(labels, at))
    return found


def metric_text(name: str, about: str, samples: _Samples) -> str:
    """Return a metric with its samples in the text format of Prometheus."""
    name = f"{_PREFIX}{name}"
    kind = "counter" if name.endswith("_total") else "gauge"
    lines = [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
    for labels, value in sorted(samples.items()):
        inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
        lines.append(f"{name}{{{inner}}} {value}" if inner else f"{name} {value}")
    return "".join(f"{line}\n" for line in lines)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
