"""The cases of a report, one for each clock of its target, as columns with one row per case.

A clock is one appeal measured against one target. Instants are whole microseconds since 1970 in
UTC, and amounts are whole microseconds of working time, as int64. ``outcome_cases`` makes cases
from outcomes, ``column_cases`` from columns of times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from hashlib import sha256
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from workhours_sla.argument_types import checked
from workhours_sla.errors import EventError, shown
from workhours_sla.module_names import public
from workhours_sla.sla.target import Target
from workhours_sla.statistics.arrays import NEVER, BoolArray, IntArray, read_only
from workhours_sla.statistics.maturity import EXCLUDED, VERDICTS, WITHDRAWN, matured
from workhours_sla.text.messages import say
from workhours_sla.worktime.schedule import Schedule

UNKNOWN: Final = -1
"""The value for an amount of working time that cannot be computed without a calendar."""

SHOWN_IDS: Final = 5
"""Maximum number of ids that a message lists."""

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
    """A grouping of cases: ``codes`` has the index in ``names`` of each case's group.

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


@public("workhours_sla.report")
@checked
@dataclass(frozen=True, slots=True)
class Intake:
    """Counts of the input: read = taken + duplicate + after_as_of + quarantined.

    ``of`` is the unit that is counted: events, or rows with one appeal each. ``quarantined`` has
    pairs of a reason and a count; a reason is a key of ``words.QUARANTINE_REASONS`` or
    ``no_schedule``. ``unmatched`` counts the appeals that have events but no clock, also as pairs
    of a reason and a count; a reason is a key of ``words.UNMATCHED_REASONS``. ``late`` counts the
    events that were received after another event although they occurred before it; it is None for
    rows of appeals, which have no times of receipt. ``ignored`` counts rows that the configuration
    ignores, which are not in ``read``. ``inverted`` counts rows whose answer precedes the posting
    by no more than the tolerance.

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

    def with_faults(self, faults: Mapping[str, int]) -> Intake:
        """Return a copy that also counts rejected rows: ``faults`` maps reasons to counts."""
        reasons = Counter(dict(self.quarantined))
        reasons.update(faults)
        more = sum(faults.values())
        return replace(self, read=self.read + more, quarantined=counts_by_name(reasons))

    def with_store(self, repeated: int, left_out: Iterable[str]) -> Intake:
        """Return a copy that also counts the events that a store does not return.

        ``repeated`` is the number of events that it had already, and ``left_out`` are the reasons
        of those that it quarantined for good.
        """
        more = replace(self, read=self.read + repeated, duplicate=self.duplicate + repeated)
        return more.with_faults(Counter(left_out))


@public("workhours_sla.report")
@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """All clocks of one target as of the instant ``as_of``, as columns with one row per clock.

    Instants are microseconds since 1970 in UTC. ``started``, ``due``, ``limit``, ``answered`` and
    ``ended`` are instants, or NEVER; ``ended`` is the answer, or a withdrawal before the limit.
    ``verdict`` is an index in ``maturity.VERDICTS``, ``schedule_of`` an index in ``schedules``.
    ``elapsed`` and ``overdue`` are as in Outcome, but in microseconds, or UNKNOWN if they depend on
    a date that the calendar does not cover. ``ids[row]`` is the id of the appeal. ``cycle`` counts
    the reopenings of the appeal; None means 0 for all. ``groups`` has the labels of each grouping,
    keyed by its name. ``input_hash`` is a fingerprint of the input that does not depend on the
    order of rows. ``calendar_unknown`` and the fields after it are numbers of cases, which
    ``account.Quality`` explains.

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

    def taken(self, rows: BoolArray) -> Cases:
        """Select the cases for which ``rows`` is true; the intake remains that of all cases."""
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
        """Bool array: whether each case has matured; only matured cases count in a rate."""
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
    """Return pairs of a name and its count, sorted by name, without counts of 0."""
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


def promise_version(target: Target, schedules: Sequence[Schedule]) -> str:
    """Return a fingerprint of a target and its schedules.

    It includes the id of each calendar, but not the days of the calendar.
    """
    terms = [getattr(target, option.name) for option in fields(target) if option.name != "schedule"]
    terms = [sorted(value) if isinstance(value, frozenset) else value for value in terms]
    hours = [
        (
            one.calendar.id,
            str(one.hours),
            one.tz.key,
            sorted(one.overrides.items()),
            sorted((day, str(changed)) for day, changed in one.changes.items()),
            one.shorten_at_start,
        )
        for one in schedules
    ]
    return sha256(repr((terms, hours)).encode()).hexdigest()[:12]


def refuse_repeated(ids: Iterable[str | tuple[str, int]]) -> None:
    """Raise EventError if an id, or a pair of an id and a cycle, occurs more than once.

    A wrong join of two tables doubles appeals, and with them every figure.
    """
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


def require_cases(cases: Cases) -> None:
    """Raise EventError if there are no cases to report."""
    if not len(cases):
        intake = cases.intake
        msg = say("no_cases", read=intake.read, of=intake.of, after=intake.after_as_of)
        raise EventError(msg)
