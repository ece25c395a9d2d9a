"""The tables of a report: each row has the counts, the rate and the times of one group of cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workhours_sla.compliance.cases import UNKNOWN, Cases, Labels, amount_of, in_zone
from workhours_sla.statistics.arrays import NEVER, BoolArray, IntArray
from workhours_sla.statistics.funnel import expected_false_failures
from workhours_sla.statistics.maturity import (
    BREACHED,
    EXCLUDED,
    MET,
    PAUSED,
    WITHDRAWN,
    CohortCounts,
    grouped_counts,
    safe_as_of,
)
from workhours_sla.statistics.shares import ComplianceRate, compliance_rate
from workhours_sla.statistics.survival import (
    SurvivalCurve,
    cumulative_incidence,
    kaplan_meier,
    restricted_mean,
    survival_quantile,
)
from workhours_sla.text.messages import say
from workhours_sla.text.words import CROSSED, NO_PART
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import TICK

CROSS: Final = "*"  # the separator between the names in a crossed grouping, such as ``agency*week``

OWN_TABLES: Final = ("hour", "weekday", "arrival_class", "due_class", "week")
"""Tables that every report has, in addition to the tables of the chosen groupings."""

_CURVE_POINTS: Final = 400


@dataclass(frozen=True, slots=True)
class Quantile:
    """The working time within which half, or another share, of the appeals are answered."""

    time: timedelta | None
    lower: timedelta | None
    upper: timedelta | None
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of one group of cases; ``key`` is None for the cases without a group."""

    key: str | None
    counts: CohortCounts
    rate: ComplianceRate | None
    answered: int
    answered_met: int
    open: int
    overdue: int
    median: Quantile | None
    p90: Quantile | None
    restricted_mean: timedelta | None
    mean_answered: timedelta | None
    final_at: datetime | None
    unpaused_final_at: datetime | None
    funnel: int | None = None

    @property
    def closed_only(self) -> float | None:
        """The share of answered cases that were answered by their limit, early ones included."""
        return self.answered_met / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report, with a row for each group, in order of time, of class or of arrivals."""

    by: str
    rows: tuple[Row, ...]
    false_failures: float | None = None  # expected if all were at the target; None if not judged
    parts: tuple[tuple[str | None, ...], ...] = ()  # the keys of each row of a crossed grouping

    def row(self, key: str | None) -> Row:
        """Return the row whose key is ``key``; raises LookupError if there is no such row."""
        for row in self.rows:
            if row.key == key:
                return row
        msg = f"no {self.by} is named {key!r}; there are {', '.join(str(r.key) for r in self.rows)}"
        raise LookupError(msg)


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of appeals not yet answered after each working time, in at most 400 steps."""

    times: tuple[timedelta, ...]
    at_risk: tuple[int, ...]
    share: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """The shares of appeals answered and withdrawn within the working time ``time``."""

    time: timedelta
    count: int
    answered: float
    withdrawn: float
    answered_alone: float


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Arrays from which every row of a report is computed, with one value per case."""

    cases: Cases
    target_rate: float
    horizon: timedelta
    matured: BoolArray
    timed: BoolArray
    answered: BoolArray
    waiting: BoolArray
    counting: BoolArray
    reference: Schedule

    @classmethod
    def of(cls, cases: Cases, target_rate: float, horizon: timedelta) -> Tally:
        return cls(
            cases,
            target_rate,
            horizon,
            matured=cases.matured,
            timed=~cases.in_state(EXCLUDED) & (cases.elapsed != UNKNOWN),
            answered=cases.in_state(MET, BREACHED) & (cases.answered != NEVER),
            waiting=cases.open,
            counting=cases.counting,
            reference=cases.reference,
        )

    def total(self) -> Row:
        return self.rows(["total"], np.zeros(len(self.cases), np.int64))[0]

    def labelled(self, labels: Labels) -> list[Row]:
        return self.rows([*labels.names, None], all_groups(labels))

    def matured_by(self, labels: Labels, rows: BoolArray) -> dict[str | None, tuple[int, int]]:
        """Return how many of some appeals of each group matured, and how many of them are met."""
        keys = [*labels.names, None]
        counts = self.matured_and_met(np.where(rows, all_groups(labels), -1), len(keys))
        return dict(zip(keys, zip(*(of.tolist() for of in counts), strict=True), strict=True))

    def rows(self, keys: Sequence[str | None], codes: IntArray) -> list[Row]:
        """Return a row of figures for each key.

        ``codes`` has the index of each case's key, -1 for none.
        """
        order = np.argsort(codes, kind="stable")
        bounds = pairwise(np.searchsorted(codes[order], np.arange(len(keys) + 1)))
        counts = zip(keys, self.counts(codes, len(keys)), bounds, strict=True)
        return [self._row(key, of_key, order[first:last]) for key, of_key, (first, last) in counts]

    def counts(self, codes: IntArray, groups: int) -> list[CohortCounts]:
        return grouped_counts(self.cases.verdict, self.matured, codes, groups)

    def matured_and_met(self, codes: IntArray, groups: int) -> tuple[IntArray, IntArray]:
        good = self.matured & self.cases.in_state(MET)
        return count_marked(codes, groups, self.matured), count_marked(codes, groups, good)

    def _row(self, key: str | None, counts: CohortCounts, rows: NDArray[np.intp]) -> Row:
        cases = self.cases
        answered, waits = self.answered[rows], self.waiting[rows]
        curve, horizon = self.curve_of(rows), self.horizon // TICK
        worked = cases.elapsed[rows[answered & self.timed[rows]]]
        counting = rows[self.counting[rows]]
        moving = counting[cases.verdict[counting] != PAUSED]
        rate = None
        if counts.matured:
            rate = compliance_rate(counts.matured_met, counts.matured, self.target_rate)
        return Row(
            key,
            counts,
            rate,
            answered=int(answered.sum()),
            answered_met=counts.met,
            open=int(waits.sum()),
            overdue=int((waits & (cases.verdict[rows] == BREACHED)).sum()),
            median=_quantile(curve, 0.5),
            p90=_quantile(curve, 0.9),
            restricted_mean=None
            if curve is None or not curve.is_known(horizon)
            else round(restricted_mean(curve, horizon).mean) * TICK,
            mean_answered=_mean(worked),
            final_at=self._last_limit(counting),
            unpaused_final_at=self._last_limit(moving),
        )

    def _last_limit(self, rows: NDArray[np.intp]) -> datetime | None:
        """Return the latest limit of some cases, None if there is none or one is unknown."""
        last = safe_as_of(self.cases.limit[rows]) if rows.size else None
        return None if last is None else in_zone(self.reference, last)

    def curve_of(self, rows: NDArray[np.intp]) -> SurvivalCurve | None:
        followed = rows[self.timed[rows]]
        if not followed.size:
            return None
        return kaplan_meier(self.cases.elapsed[followed], self.answered[followed])


def matured_of(rows: Iterable[Row]) -> dict[str | None, tuple[int, int]]:
    """Return the number of matured cases of each row, and of those in time."""
    return {row.key: (row.counts.matured, row.counts.matured_met) for row in rows}


def all_groups(labels: Labels) -> IntArray:
    """Return the group of each case; the cases without a group are one more group, the last."""
    return np.where(labels.codes < 0, len(labels.names), labels.codes)


def count_marked(codes: IntArray, groups: int, marked: BoolArray) -> IntArray:
    counted = np.bincount(codes[marked & (codes >= 0)], minlength=groups)
    return counted.astype(np.int64)


def curve_series(curve: SurvivalCurve) -> Curve:
    steps = curve.times.size
    shown = np.unique(np.linspace(0, steps - 1, min(steps, _CURVE_POINTS)).round().astype(int))
    columns = (curve.at_risk, curve.survival, curve.lower, curve.upper)
    at_risk, share, lower, upper = (tuple(column[shown].tolist()) for column in columns)
    times = tuple(micros * TICK for micros in curve.times[shown].tolist())
    return Curve(times, at_risk, share, lower, upper, curve.longest * TICK)


def withdrawals(tally: Tally, curve: SurvivalCurve | None, time: timedelta) -> Withdrawals | None:
    micros = time // TICK
    if curve is None or not curve.is_known(micros):
        return None
    followed = tally.timed
    gone = tally.cases.in_state(WITHDRAWN)[followed]
    # What happens after the time makes no difference, so all longer waits are cut to one value.
    waited = np.minimum(tally.cases.elapsed[followed], micros + 1)
    early = waited <= micros
    found = cumulative_incidence(waited, tally.answered[followed] & early, gone & early)
    answered, left = ([0.0, *share.tolist()][-1] for share in (found.answered, found.withdrawn))
    return Withdrawals(time, int(gone.sum()), answered, left, 1 - curve.at(micros))


def _quantile(curve: SurvivalCurve | None, q: float) -> Quantile | None:
    if curve is None:
        return None
    found = survival_quantile(curve, q)
    lower, upper = amount_of(found.lower), amount_of(found.upper)
    return Quantile(amount_of(found.time), lower, upper, found.longest * TICK)


def _mean(amounts: IntArray) -> timedelta | None:
    if not amounts.size:
        return None
    # Seconds are summed apart from the rest, because a sum of microseconds can exceed int64.
    seconds, rest = np.divmod(amounts, 1_000_000)
    return timedelta(seconds=int(seconds.sum()), microseconds=int(rest.sum())) / amounts.size


def in_order(by: str, rows: Iterable[Row]) -> Table:
    return Table(by, tuple(row for row in rows if row.counts.arrived))


def group_table(by: str, rows: Iterable[Row], target: float) -> Table:
    kept = in_order(by, rows).rows
    kept = tuple(sorted(kept, key=lambda r: (r.key is None, -r.counts.arrived, r.key or "")))
    return Table(by, kept, _false_failures(kept, target))


def crossed_table(
    by: str, rows: Sequence[Row], parts: Sequence[tuple[str | None, ...]], target: float
) -> Table:
    every = zip(rows, [*parts, (None,) * len(parts[0])], strict=True)
    kept, keys = zip(*((row, of) for row, of in every if row.counts.arrived), strict=True)
    return Table(by, kept, _false_failures(kept, target), keys)


def _false_failures(rows: Iterable[Row], target: float) -> float:
    sizes = [row.counts.matured for row in rows if row.key is not None and row.counts.matured]
    return expected_false_failures(sizes, target) if sizes else 0.0


class Grouping(NamedTuple):
    """The labels of a grouping; ``parts`` has the keys of each group in crossed groupings."""

    labels: Labels
    parts: tuple[tuple[str | None, ...], ...] = ()


def _crossed(groupings: Sequence[Labels]) -> Grouping:
    sizes = [len(one.names) + 1 for one in groupings]
    code = np.ravel_multi_index([all_groups(one) for one in groupings], sizes)
    distinct, place = np.unique(code, return_inverse=True)
    at = np.unravel_index(distinct, sizes)
    every = ([[*one.names, None][n] for n in of] for one, of in zip(groupings, at, strict=True))
    parts = [*zip(*every, strict=True)]
    place = place.reshape(-1).astype(np.int64)
    if not any(parts[-1]):  # the last combination is that of the cases without any group
        parts.pop()
        place = np.where(place == len(parts), -1, place)
    names = tuple(CROSSED.join(key or NO_PART for key in keys) for keys in parts)
    return Grouping(Labels(names, place), tuple(parts))


def groupings(
    cases: Cases, by: Sequence[str] | None, by_time: Mapping[str, Labels]
) -> dict[str, Grouping]:
    """Return the groupings ``by`` keyed by name; those of ``by_time`` can only be crossed."""
    found = {}
    for name in cases.groups if by is None else by:
        if name in OWN_TABLES:
            raise LookupError(say("grouping_taken", name=repr(name)))
        if name in cases.groups or CROSS not in name:
            found[name] = Grouping(_labels(name, cases.groups))
            continue
        parts = [part.strip() for part in name.split(CROSS)]
        every = {**by_time, **cases.groups}
        found[CROSS.join(parts)] = _crossed([_labels(part, every) for part in parts])
    return found


def _labels(name: str, known: Mapping[str, Labels]) -> Labels:
    if name in known:
        return known[name]
    names = ", ".join(known) or say("none")
    raise LookupError(say("no_attribute", name=repr(name), known=names))
