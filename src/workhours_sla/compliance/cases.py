"""The cases of a report, one for each clock of its target, as columns with one row per case.

A clock is one appeal measured against one target. Instants are whole microseconds since 1970 in
UTC, and amounts are whole microseconds of working time, as int64.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from workhours_sla.argument_types import checked
from workhours_sla.errors import CalendarCoverageError, EventError, PolicyError, shown
from workhours_sla.module_names import public
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.evaluate import Evaluation
from workhours_sla.sla.event import Event, in_utc
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy, targets_named
from workhours_sla.sla.target import Target
from workhours_sla.statistics.arrays import NEVER, BoolArray, IntArray, read_only
from workhours_sla.statistics.maturity import EXCLUDED, VERDICTS, WITHDRAWN, matured
from workhours_sla.text.messages import say
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import BASE_UTC, TICK, in_time

UNKNOWN: Final = -1
"""The value for an amount of working time that cannot be computed without a calendar."""

SHOWN_IDS: Final = 5  # maximum number of ids that a message lists

ATTRIBUTES: Final = ("agency", "district", "channel", "topic")
"""Attributes of an appeal by which cases are grouped; columns can also have other groupings."""


class Ids(Protocol):
    """A sequence of appeal ids, such as a list, an array or a column of a data frame."""

    def __getitem__(self, row: int, /) -> object:
        """Return the id of the appeal at a position."""


_COLUMNS: Final = (
    *("started", "due", "limit", "answered", "ended", "verdict", "elapsed", "overdue"),
    "schedule_of",
)
"""Fields of Cases with one value for each case."""


@public("workhours_sla.report")
@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """A grouping of cases: for each case, ``codes`` has the index of its group in ``names``.

    The code of a case without a group is -1.

    >>> Labels(("light", "roads"), np.array([1, 1, -1, 0]))
    Labels(names=('light', 'roads'), codes=array([ 1,  1, -1,  0]))
    """

    names: tuple[str, ...]
    codes: IntArray

    @classmethod
    def of(cls, values: Sequence[str | None]) -> Labels:
        """Return the labels of cases, given the name of each case's group; None or "" is no group.

        >>> Labels.of(["roads", None, "roads"]).codes.tolist()
        [0, -1, 0]
        """
        names = {name: code for code, name in enumerate(sorted({v for v in values if v}))}
        codes = np.array([names[value] if value else -1 for value in values], np.int64)
        return cls(tuple(names), read_only(codes))

    def taken(self, rows: BoolArray) -> Labels:
        """Return the labels of the cases for which ``rows`` is true."""
        return Labels(self.names, read_only(self.codes[rows]))


@checked
@dataclass(frozen=True, slots=True)
class Intake:
    """Counts of the input: read = taken + duplicate + after_as_of + quarantined.

    ``of`` is the unit that is counted: events, or rows with one appeal each. ``quarantined`` has
    pairs of a reason and a count; a reason is a key of ``catalog.QUARANTINE_REASONS`` or
    ``no_schedule``. ``unmatched`` counts the appeals that have events but no clock, also as pairs
    of a reason and a count; a reason is a key of ``catalog.UNMATCHED_REASONS``. ``late`` counts the
    events that were received after another event although they occurred before it; it is None for
    rows of appeals, which have no times of receipt. ``ignored`` counts rows that the configuration
    ignores, and ``without_appeal`` totals, notes and blank rows; ``read`` counts neither.
    ``inverted`` counts rows whose answer precedes the posting by no more than the configured
    tolerance.

    >>> Intake("rows", read=3, taken=2, duplicate=1).with_faults({"missing_value": 2}).read
    5
    """

    of: Literal["events", "rows"]
    read: int
    taken: int
    duplicate: int = 0
    after_as_of: int = 0
    late: int | None = None
    quarantined: tuple[tuple[str, int], ...] = ()
    unmatched: tuple[tuple[str, int], ...] = ()
    ignored: int = 0
    inverted: int = 0
    without_appeal: int = 0

    def with_faults(self, faults: Mapping[str, int]) -> Intake:
        """Return a copy that also counts rejected rows: ``faults`` maps reasons to counts."""
        reasons = Counter(dict(self.quarantined))
        reasons.update(faults)
        more = sum(faults.values())
        return replace(self, read=self.read + more, quarantined=counts_by_name(reasons))

    def with_store(self, repeated: int, left_out: Iterable[str]) -> Intake:
        """Return a copy that also counts events that a store received but did not keep.

        ``repeated`` is the number of events that the store had already. ``left_out`` has a reason
        for each event that the store quarantined for good.
        """
        more = replace(self, read=self.read + repeated, duplicate=self.duplicate + repeated)
        return more.with_faults(Counter(left_out))


@public("workhours_sla.report")
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cases:
    """All clocks of one target as of the instant ``as_of``, as columns with one row per clock.

    Instants are microseconds since 1970 in UTC. ``started``, ``due``, ``limit``, ``answered`` and
    ``ended`` are instants, or NEVER; ``ended`` is the answer, or a withdrawal before the limit.
    ``verdict`` is an index in ``report.VERDICTS``, ``schedule_of`` an index in ``schedules``.
    ``elapsed`` and ``overdue`` are as in Outcome, but in microseconds, or UNKNOWN if they depend on
    a date that the calendar does not cover. ``ids[row]`` is the id of the appeal. ``cycle`` counts
    the reopenings of the appeal; None means 0 for all. ``groups`` has the labels of each grouping,
    keyed by its name. ``input_hash`` is a fingerprint of the input that does not depend on the
    order of rows. ``calendar_unknown`` and the fields after it are numbers of cases, explained in
    the class ``Quality``.

    >>> from datetime import datetime, timedelta
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> now = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> print(cases_of_columns(columns, target, as_of=now).due.astype("M8[us]")[0])
    2025-03-11T12:15:00.000000
    """

    target: Target
    as_of: int
    started: IntArray
    due: IntArray
    limit: IntArray
    answered: IntArray
    ended: IntArray
    verdict: NDArray[np.int8]
    elapsed: IntArray
    overdue: IntArray
    schedule_of: IntArray
    schedules: tuple[Schedule, ...]
    _: KW_ONLY
    ids: Ids
    intake: Intake
    input_hash: str
    groups: Mapping[str, Labels] = field(default_factory=dict)
    cycle: IntArray | None = None
    calendar_unknown: int = 0
    provisional: int = 0
    needs_review: int = 0
    pause_left_open: int = 0
    retroactive: int = 0

    def __len__(self) -> int:
        return self.started.size

    def __repr__(self) -> str:
        return f"<Cases of {self.target.name!r}: {len(self)} clocks>"

    def taken(self, rows: BoolArray) -> Cases:
        """Return the cases for which ``rows`` is true; ``intake`` still counts the whole input."""
        if rows.all():
            return self
        kept = np.flatnonzero(rows)
        columns: Any = {name: read_only(getattr(self, name)[rows]) for name in _COLUMNS}
        groups = {name: labels.taken(rows) for name, labels in self.groups.items()}
        ids = [self.ids[row] for row in kept.tolist()]
        cycle = None if self.cycle is None else read_only(self.cycle[rows])
        return replace(self, **columns, groups=groups, ids=ids, cycle=cycle)

    def in_state(self, *codes: int) -> BoolArray:
        """Return a bool array: whether the verdict of each case is one of ``codes``."""
        wanted = np.zeros(len(VERDICTS), np.bool_)
        wanted[list(codes)] = True
        return np.take(wanted, self.verdict)

    @property
    def counting(self) -> BoolArray:
        """Bool array: whether each case is neither withdrawn nor excluded."""
        return ~self.in_state(WITHDRAWN, EXCLUDED)

    @property
    def open(self) -> BoolArray:
        """Bool array: whether each case is unanswered and neither withdrawn nor excluded."""
        waiting: BoolArray = self.answered == NEVER
        return self.counting & waiting

    @property
    def matured(self) -> BoolArray:
        """Bool array: cases that count in rates: breached, or met with a limit that has passed."""
        return matured(self.verdict, self.limit, self.as_of)

    @property
    def reference(self) -> Schedule:
        """The reference schedule: the schedule with the most cases.

        If several schedules have equally many cases, it is the first of these. The weeks and the
        time zone of a report are those of the reference schedule.
        """
        if len(self.schedules) == 1 or not len(self):
            return self.schedules[0]
        counts = np.bincount(self.schedule_of, minlength=len(self.schedules))
        return self.schedules[int(counts.argmax())]


def counts_by_name(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((reason, count) for reason, count in counts.items() if count))


def fingerprint(columns: Sequence[NDArray[Any]], groups: Mapping[str, Labels]) -> str:
    """Return a hash of the rows of columns and groupings, independent of the order of rows."""
    keys = [column.astype(np.int64) for column in columns]
    digest = sha256()
    for name in sorted(groups):
        labels = groups[name]
        order = np.array(sorted(range(len(labels.names)), key=labels.names.__getitem__), np.int64)
        rank = np.append(np.argsort(order), -1)  # The code -1 selects the last item.
        keys.append(rank[labels.codes])
        digest.update(repr((name, sorted(labels.names))).encode("utf-8", "surrogatepass"))
    if keys[0].size:
        rows = np.lexsort(keys[::-1])
        for column in keys:
            digest.update(np.ascontiguousarray(column[rows], "<i8").tobytes())
    return digest.hexdigest()


def refuse_repeated(ids: Iterable[str | tuple[str, int]]) -> None:
    """Raise EventError if an id, or a pair of an id and a cycle, occurs more than once."""
    # A wrong join of two tables doubles appeals, and with them every figure.
    every = list(ids)
    if len(set(every)) == len(every):
        return
    counts = Counter(every)
    repeated = [one for one, count in counts.items() if count > 1]
    named = dict.fromkeys(one if isinstance(one, str) else one[0] for one in repeated)
    raise EventError(
        say(
            "repeated_ids",
            count=len(named),
            rows=sum(counts[one] for one in repeated),
            first=", ".join(shown(name) for name in [*named][:SHOWN_IDS]),
        )
    )


def micros_of(when: datetime) -> int:
    return (when - BASE_UTC) // TICK


def in_zone(schedule: Schedule, micros: int) -> datetime:
    return (BASE_UTC + micros * TICK).astimezone(schedule.tz)


def amount_of(micros: int | None) -> timedelta | None:
    return None if micros is None else micros * TICK


def case_time(cases: Cases, column: str, row: int) -> datetime | None:
    """Return an instant of a case in the zone of its schedule, None for NEVER."""
    micros = int(getattr(cases, column)[row])
    return None if micros == NEVER else in_zone(case_schedule(cases, row), micros)


def case_schedule(cases: Cases, row: int) -> Schedule:
    return cases.schedules[int(cases.schedule_of[row])]


# -- cases of outcomes ---------------------------------------------------------------------------


def cases_of_evaluation(
    evaluation: Evaluation,
    policy: Policy,
    *,
    as_of: datetime,
    target: str | None = None,
    events: Iterable[Event] = (),
    faults: Mapping[str, int] | None = None,
) -> Cases:
    """Return the cases of one target in an evaluation.

    ``policy`` and ``as_of`` are those of the evaluation. ``target`` is the name of the target; it
    can be left out if the policy has only one. The fingerprint of the input is computed from
    ``events`` if they are given. ``faults`` counts the rows that produced no event, keyed by
    reason. Raises PolicyError for an unknown target, and NaiveDatetimeError for a naive ``as_of``.

    >>> from workhours_sla import Event, EventType, Policy, Schedule, Target, evaluate
    >>> from workhours_sla.statistics.maturity import VERDICTS
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", timedelta(hours=4), office)])
    >>> posted = datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)
    >>> events = [Event("e1", "A-1", EventType.CREATED, posted, posted, agency_id="roads")]
    >>> now = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> result = evaluate(events, policy, as_of=now)
    >>> cases = cases_of_evaluation(result, policy, as_of=now, events=events)
    >>> VERDICTS[cases.verdict[0]], cases.groups["agency"].names, cases.intake.taken
    ('breached', ('roads',), 1)
    """
    chosen = _target(policy, target)
    counts = evaluation.reconciliation
    unmatched = (item.reason for item in evaluation.unmatched if item.target in (None, chosen.name))
    intake = Intake(
        "events",
        read=counts.read,
        taken=counts.applied,
        duplicate=counts.duplicate,
        after_as_of=counts.after_as_of,
        late=counts.late,
        quarantined=counts_by_name(Counter(reason for _, reason in evaluation.quarantine)),
        unmatched=counts_by_name(Counter(unmatched)),
    ).with_faults(faults or {})
    found = cases_of_outcomes(evaluation.outcomes, chosen, as_of=as_of, intake=intake)
    contents = sorted({event.canonical for event in events})
    if not contents:
        return found
    digest = sha256("\n".join(contents).encode("utf-8", "surrogatepass")).hexdigest()
    return replace(found, input_hash=digest)


def cases_of_outcomes(
    outcomes: Iterable[Outcome], target: Target, *, as_of: datetime, intake: Intake | None = None
) -> Cases:
    """Return the cases of one target from outcomes of an evaluation or a store.

    Outcomes of other targets are ignored. ``as_of`` is the instant as of which the outcomes were
    computed. ``intake`` counts the input; if it is None, each outcome of the target counts as one
    row. Raises NaiveDatetimeError for a naive ``as_of``, and EventError for an appeal that has
    several outcomes with the same ``cycle``.

    >>> from workhours_sla import Event, EventType, Policy, Schedule, Target, evaluate
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> posted = datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)
    >>> now = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> event = Event("e1", "A-1", EventType.CREATED, posted, posted)
    >>> outcomes = evaluate([event], Policy([target]), as_of=now).outcomes
    >>> len(cases_of_outcomes(outcomes, target, as_of=now))
    1
    """
    mine = [one for one in outcomes if one.target == target.name]
    refuse_repeated((one.appeal_id, one.cycle) for one in mine)
    places = {schedule: place for place, schedule in enumerate(dict.fromkeys(target.schedules))}
    started = _instants(one.started_at or one.posted_at for one in mine)
    answered = _instants(one.answered_at for one in mine)
    withdrawn = _instants(one.withdrawn_at for one in mine)
    verdict = np.array([VERDICTS.index(one.verdict) for one in mine], np.int8)
    now = in_utc("as_of", as_of)
    sure = [_is_surely_pending(one, target, now) for one in mine]
    groups = {
        name: Labels.of([getattr(one, _FIELDS.get(name, name)) for one in mine])
        for name in ATTRIBUTES
    }
    marks = ("provisional", "needs_review", "pause_left_open", "retroactive")
    return Cases(
        target,
        micros_of(now),
        started,
        _instants(one.due_at for one in mine),
        _instants(_limits(mine, sure, target)),
        answered,
        np.where(answered == NEVER, withdrawn, answered),
        verdict,
        _amounts(one.elapsed for one in mine),
        _amounts(one.overdue for one in mine),
        np.array([places[_schedule(target, one)] for one in mine], np.int64),
        tuple(places),
        ids=[one.appeal_id for one in mine],
        intake=intake or Intake("rows", len(mine), len(mine)),
        input_hash=fingerprint([started, answered, withdrawn, verdict == EXCLUDED], groups),
        groups={name: labels for name, labels in groups.items() if labels.names},
        cycle=read_only(np.array([one.cycle for one in mine], np.int64)),
        calendar_unknown=sum(one.calendar_unknown for one in mine) - sum(sure),
        **{mark: sum(getattr(one, mark) for one in mine) for mark in marks},
    )


_FIELDS: Final = {"agency": "agency_id", "district": "district_id"}
"""The attributes that have another name in Outcome."""


def _target(policy: Policy, name: str | None) -> Target:
    named = targets_named(policy, name)
    if len(named) == 1:
        return named[0]
    known = ", ".join(dict.fromkeys(repr(one.name) for one in policy.targets))
    cause = "report_of_several" if named else "report_of_none"
    raise PolicyError(say(cause, called="" if name is None else f" {name!r}", known=known))


def _is_surely_pending(outcome: Outcome, target: Target, as_of: datetime) -> bool:
    """Return whether an outcome is pending or at risk, whatever the uncertain dates are."""
    earliest = outcome.bounds and outcome.bounds.limit[0]
    is_open = outcome.calendar_unknown and not target.pauses
    return is_open and earliest is not None and in_time(as_of, earliest)


def _limits(outcomes: list[Outcome], sure: list[bool], target: Target) -> Iterator[datetime | None]:
    """Yield the latest limit of each outcome; if any outcome is by rule, uncertain ones by rule."""
    by_rule = any(one.provisional for one in outcomes)
    for one, is_sure in zip(outcomes, sure, strict=True):
        limit = one.bounds.limit[1] if one.bounds and is_sure else one.latest_limit
        if by_rule and one.bounds and one.verdict is Verdict.MET:
            rules = _schedule(target, one).provisionally()
            limit_of = rules.deadline if target.closing == "strict" else rules.breaches_after
            with suppress(CalendarCoverageError):
                started = one.started_at or one.posted_at
                limit = limit_of(started, target.budget, pauses=one.pauses)
        yield limit


def _schedule(target: Target, outcome: Outcome) -> Schedule:
    found = target.schedule_for(outcome)
    assert found is not None  # noqa: S101 - an outcome has a clock
    return found


def _instants(times: Iterable[datetime | None]) -> IntArray:
    found = [NEVER if when is None else micros_of(when) for when in times]
    return read_only(np.array(found, np.int64))


def _amounts(amounts: Iterable[timedelta | None]) -> IntArray:
    found = [UNKNOWN if amount is None else amount // TICK for amount in amounts]
    return read_only(np.array(found, np.int64))
