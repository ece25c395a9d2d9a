"""Compute all numbers of a compliance report from cases, as one immutable value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from workhours_sla.compliance.agreement import Agreement
from workhours_sla.compliance.arrivals import (
    ARRIVAL_CLASSES,
    DUE_CLASSES,
    WEEKDAYS,
    Arrivals,
    arrivals,
)
from workhours_sla.compliance.attribution import Attribution, attribution, breaches
from workhours_sla.compliance.backlog_series import BacklogSeries, backlog_series
from workhours_sla.compliance.case_verdicts import CaseVerdict, case_verdicts
from workhours_sla.compliance.cases import Cases, Labels, require_cases
from workhours_sla.compliance.crossed import CROSS, Grouping, crossed, crossed_table, labels_by_time
from workhours_sla.compliance.funnels import Funnel, with_funnel
from workhours_sla.compliance.group_weeks import GroupWeeks, group_weeks
from workhours_sla.compliance.handling import Indicators, indicators
from workhours_sla.compliance.late import Late, late_appeals
from workhours_sla.compliance.microseconds import in_zone, utc_of
from workhours_sla.compliance.mix import (
    MixClass,
    change_between,
    class_codes,
    mix_of,
    standardised,
)
from workhours_sla.compliance.outliers import outliers
from workhours_sla.compliance.period import Comparison, Earlier, Period, compared_periods
from workhours_sla.compliance.promise import Promise, promise_of
from workhours_sla.compliance.quality_and_provenance import (
    DayNote,
    Provenance,
    Quality,
    days,
    provenance,
    quality,
)
from workhours_sla.compliance.report_options import ReportOptions
from workhours_sla.compliance.series import (
    HeatMap,
    ShareTrend,
    Trend,
    TrendOptions,
    WeekRow,
    end_of_week,
    final_weeks,
    group_table,
    heat_map,
    in_order,
    share_trend,
    spread_codes,
    trend,
    week_rows,
)
from workhours_sla.compliance.tables import (
    Curve,
    Row,
    Table,
    Tally,
    Withdrawals,
    curve_series,
    withdrawals,
)
from workhours_sla.errors import EventError
from workhours_sla.sla.appeal import happened_by
from workhours_sla.sla.deduplication import deduplicated_appeals
from workhours_sla.sla.event import Event
from workhours_sla.statistics.arrays import IntArray
from workhours_sla.text.messages import Detail, say

OWN_TABLES: Final = ("hour", "weekday", "arrival_class", "due_class", "week")
"""Tables that every report has, in addition to the tables of the chosen groupings."""


@dataclass(frozen=True, slots=True)
class ReportNumbers:
    """The numbers of a report: how well one target was kept, as of an instant.

    Instants are in the zone ``tz``, which is the zone of the schedule of the most cases.

    - ``total``: the row of all cases
    - ``tables``: one table for each chosen grouping, then the tables named in ``OWN_TABLES``; each
      row of the table ``week`` is one or more weeks, merged so that they have enough working time
      for a rate
    - ``weeks``: the weeks of arrival, not merged
    - ``curve``: the share of appeals not yet answered after each amount of working time
    - ``withdrawals``: how withdrawn appeals affect the share answered
    - ``trend``: the medians of final weeks
    - ``share_trend``: the shares in time of final weeks
    - ``group_weeks``: the weekly counts of each group, one for each chosen grouping
    - ``mix``: the matured cases by class of arrival and class of due day
    - ``period``: the period of arrival that the report covers
    - ``first_arrival``: the first arrival in the period
    - ``comparison``: an earlier period and the change of the rate since; None if not requested
    - ``backlog``: the open appeals at the end of each week and at ``as_of``, whatever the period
    - ``late``: the first late appeals of the period, and open ones of other periods: open ones
      first, then the most overdue first
    - ``attribution``: the agencies that had the late appeals; None without events, and if the clock
      of the target restarts or resumes on a transfer
    - ``days``: the dates that the report spans
    - ``agreement``: how far another system agrees; None without data of another system
    - ``cases``: the verdict of every appeal of the period; None if not requested
    """

    as_of: datetime
    tz: str
    promise: Promise
    total: Row
    tables: tuple[Table, ...]
    weeks: tuple[WeekRow, ...]
    curve: Curve | None
    withdrawals: Withdrawals | None
    trend: Trend
    share_trend: ShareTrend
    heat_map: HeatMap
    funnels: tuple[Funnel, ...]
    group_weeks: tuple[GroupWeeks, ...]
    backlog: BacklogSeries
    mix: tuple[MixClass, ...]
    period: Period
    first_arrival: datetime
    comparison: Comparison | None
    late: tuple[Late, ...]
    attribution: Attribution | None
    indicators: Indicators
    quality: Quality
    days: tuple[DayNote, ...]
    provenance: Provenance
    agreement: Agreement | None = None
    cases: tuple[CaseVerdict, ...] | None = None

    def table(self, by: str) -> Table:
        """Return the table of the grouping ``by``. Raises LookupError."""
        for table in self.tables:
            if table.by == by:
                return table
        msg = f"the report has no table by {by!r}; it has {', '.join(t.by for t in self.tables)}"
        raise LookupError(msg)


def report_numbers(
    cases: Cases,
    options: ReportOptions | None = None,
    *,
    events: Iterable[Event] = (),
    agreement: Agreement | None = None,
) -> ReportNumbers:
    """Return the numbers of a report of some cases.

    ``events`` are the events of the cases, if they are known. They show which agencies had the late
    appeals, and how each agency handled its appeals. ``agreement`` is the comparison with another
    system. Raises EventError if there are no cases, and LookupError for an unknown grouping.
    """
    chosen = options or ReportOptions()
    require_cases(cases)
    period = Period(chosen.since, chosen.until)
    _require_arrivals(cases, period)
    everything, inside = cases, period.arrivals(cases)
    cases = everything.taken(inside)
    so_far = everything.taken(Period(None, chosen.until).arrivals(everything))
    promise = promise_of(cases, chosen)
    tally = Tally.of(cases, chosen.target_rate, promise.horizon)
    when = arrivals(cases)
    groups = _groups(cases, chosen.by, labels_by_time(when))
    classes = class_codes(when)
    tables, funnels = _group_tables(tally, groups, classes)
    # weeks begin with the first arrival, not with the period
    of_all, when_all = tally, when
    if so_far is not cases:
        of_all = Tally.of(so_far, chosen.target_rate, promise.horizon)
        when_all = arrivals(so_far)
    weeks, by_week = week_rows(of_all, when_all)
    last_end = end_of_week(so_far.reference, weeks[-1].first)
    is_cut = chosen.until is not None and chosen.until < last_end
    last_is_part = when_all.last_is_short or is_cut
    final, left_out = final_weeks(by_week, cases.as_of, last_is_part=last_is_part)
    trend_options = TrendOptions(chosen.baseline, chosen.rebase)
    curve = tally.curve_of(np.arange(len(cases)))
    by_appeal = _by_appeal(events, cases.as_of)
    late = breaches(cases, by_appeal) if by_appeal else None
    listed = everything.taken(inside | everything.open)  # open appeals of other periods, too
    late_listed = late if listed is cases or late is None else breaches(listed, by_appeal)
    total = tally.total()
    return ReportNumbers(
        as_of=in_zone(cases.reference, cases.as_of),
        tz=cases.reference.tz.key,
        promise=promise,
        total=total,
        tables=(*tables, *_arrival_tables(tally, when), by_week),
        weeks=weeks,
        curve=None if curve is None or not curve.times.size else curve_series(curve),
        withdrawals=withdrawals(tally, curve, promise.budget or promise.horizon),
        trend=trend(final, left_out, trend_options),
        share_trend=share_trend(final, left_out, trend_options),
        heat_map=heat_map(tally, when),
        funnels=tuple(funnels),
        group_weeks=group_weeks(
            of_all,
            when_all,
            {name: so_far.groups[name] for name in _plain(groups)},
            _places(weeks, final),
        ),
        backlog=backlog_series(
            everything, when_all if everything is so_far else arrivals(everything)
        ),
        mix=mix_of(tally, classes),
        period=period,
        first_arrival=in_zone(cases.reference, int(cases.started.min())),
        comparison=_comparison(of_all, class_codes(when_all), period, chosen.compare_with),
        late=late_appeals(listed, late_listed or {}, chosen.listed),
        attribution=None if late is None else attribution(total.counts.breached, late),
        indicators=indicators(cases, by_appeal),
        quality=quality(tally, _plain(groups), outliers(so_far, when_all.far)),
        days=days(cases, when),
        provenance=provenance(cases),
        agreement=agreement,
        cases=case_verdicts(cases) if chosen.with_cases else None,
    )


def _places(weeks: Sequence[WeekRow], chosen: Sequence[Row]) -> list[tuple[int, str]]:
    """Return the numbers and names of the merged weeks that are rows in ``chosen``."""
    names = {row.key for row in chosen}
    merged = dict.fromkeys(week.cohort for week in weeks)
    return [(number, name) for number, name in enumerate(merged) if name in names]


def _require_arrivals(cases: Cases, period: Period) -> None:
    """Raise EventError if no case arrived in the period."""
    if period.arrivals(cases).any():
        return
    arrived = [in_zone(cases.reference, int(edge(cases.started))) for edge in (np.min, np.max)]
    since, until, first, last = (
        "..." if at is None else f"{at.astimezone(cases.reference.tz):%Y-%m-%d %H:%M}"
        for at in (period.since, period.until, *arrived)
    )
    raise EventError(say("no_cases_in_period", since=since, until=until, first=first, last=last))


def _groups(
    cases: Cases, by: Sequence[str] | None, by_time: Mapping[str, Labels]
) -> dict[str, Grouping]:
    """Return the chosen groupings keyed by name; if ``by`` is None, all groupings are chosen.

    A name such as ``agency*week`` crosses groupings of the cases and of ``by_time``. Raises
    LookupError for an unknown grouping, and for one with the name of another table.
    """
    chosen = list(cases.groups) if by is None else list(by)
    found = {}
    for name in chosen:
        if name in OWN_TABLES:
            raise LookupError(Detail(say("grouping_taken", name=repr(name))))
        if name in cases.groups or CROSS not in name:
            found[name] = Grouping(_labels(name, cases.groups))
            continue
        parts = [part.strip() for part in name.split(CROSS)]
        every = {**by_time, **cases.groups}
        found[CROSS.join(parts)] = crossed([_labels(part, every) for part in parts])
    return found


def _labels(name: str, known: Mapping[str, Labels]) -> Labels:
    if name in known:
        return known[name]
    names = ", ".join(known) or say("none")
    raise LookupError(Detail(say("no_attribute", name=repr(name), known=names)))


def _plain(groups: Mapping[str, Grouping]) -> dict[str, Labels]:
    """Return the labels of the groupings that are not crossed."""
    return {name: one.labels for name, one in groups.items() if not one.parts}


def _group_tables(
    tally: Tally, groups: Mapping[str, Grouping], classes: IntArray
) -> tuple[list[Table], list[Funnel]]:
    tables: list[Table] = []
    funnels: list[Funnel] = []
    for name, (labels, parts) in groups.items():
        codes = spread_codes(labels.codes, len(labels.names))
        rows = standardised(tally, tally.rows([*labels.names, None], codes), codes, classes)
        if parts:
            tables.append(crossed_table(name, rows, parts, tally.target_rate))
            continue
        rows, funnel = with_funnel(name, rows)
        tables.append(group_table(name, rows, tally.target_rate))
        funnels += [funnel] if funnel else []
    return tables, funnels


def _arrival_tables(tally: Tally, when: Arrivals) -> list[Table]:
    return [
        in_order(name, tally.rows([*keys, None], spread_codes(codes, len(keys))))
        for name, codes, keys in (
            ("hour", when.hour, [f"{hour:02}" for hour in range(24)]),
            ("weekday", when.weekday, WEEKDAYS),
            ("arrival_class", when.arrival_class, ARRIVAL_CLASSES),
            ("due_class", when.due_class, DUE_CLASSES),
        )
    ]


def _by_appeal(events: Iterable[Event], as_of: int) -> dict[str, list[Event]]:
    """Group the events that an evaluation as of ``as_of`` uses by appeal id."""
    now = utc_of(as_of)
    by_id: dict[str, list[Event]] = {}
    for event in events:
        by_id.setdefault(event.event_id, []).append(event)
    applied, _, _ = deduplicated_appeals(by_id.values())
    return {
        name: happened_by(sorted(found, key=lambda event: event.order), now)
        for name, found in applied.items()
    }


def _comparison(
    tally: Tally, classes: IntArray, period: Period, with_: Earlier | datetime | None
) -> Comparison | None:
    """Return the comparison with an earlier period; ``classes`` are those of the tally's cases."""
    if with_ is None:
        return None
    cases = tally.cases
    as_of, zone = in_zone(cases.reference, cases.as_of), cases.reference.tz
    before, after = compared_periods(period, with_, as_of, zone)
    earlier, later = before.arrivals(cases), after.arrivals(cases)
    return Comparison(
        before,
        after,
        tally.rows(["earlier"], np.where(earlier, 0, -1))[0] if earlier.any() else None,
        change_between(mix_of(tally, classes, earlier), mix_of(tally, classes, later)),
    )
