"""Compute all numbers of a compliance report from cases, as one immutable value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import numpy as np

from workhours_sla.compliance import agencies, fairness
from workhours_sla.compliance.agreement import Agreement
from workhours_sla.compliance.cases import (
    UNKNOWN,
    Cases,
    Intake,
    Labels,
    case_schedule,
    case_time,
    in_zone,
)
from workhours_sla.compliance.period import Period, ReportOptions, compared_periods
from workhours_sla.compliance.tables import (
    OWN_TABLES,
    Curve,
    Grouping,
    Row,
    Table,
    Tally,
    Withdrawals,
    crossed_table,
    curve_series,
    group_table,
    groupings,
    in_order,
    withdrawals,
)
from workhours_sla.compliance.time import (
    MINUTE,
    DayNote,
    Outliers,
    arrivals,
    day_notes,
    end_of_week,
    outliers,
)
from workhours_sla.compliance.weeks import (
    BacklogSeries,
    GroupWeeks,
    HeatMap,
    ShareTrend,
    Trend,
    WeekRow,
    backlog_series,
    final_weeks,
    group_weeks,
    heat_map,
    share_trend,
    trend,
    week_rows,
)
from workhours_sla.errors import EventError
from workhours_sla.sla.event import Event
from workhours_sla.sla.target import Target
from workhours_sla.statistics.arrays import NEVER, IntArray
from workhours_sla.statistics.maturity import VERDICTS
from workhours_sla.text.messages import say
from workhours_sla.version import __version__
from workhours_sla.worktime.budgets import budget_kind, budget_size
from workhours_sla.worktime.schedule import Schedule

_NO_OUTLIERS: Final = Outliers()
_HORIZON: Final = timedelta(hours=8)
"""The default horizon of the restricted mean if the budget is not working time."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The target of a report, with the target rate and the horizon of the restricted mean.

    ``budget`` is None unless the budget is working time. ``budget_size`` is an amount of time or a
    number of days or months, depending on ``budget_kind``. ``hours`` are the weekly hours of the
    schedule of the most cases, and ``schedules`` is the number of schedules.
    """

    name: str
    budget: timedelta | None
    budget_kind: str
    budget_size: timedelta | int
    closing: str
    target_rate: float
    horizon: timedelta
    hours: str
    schedules: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """An earlier period, and the change of the rate from it to the later part of the report.

    ``total`` is the row of the cases that arrived in ``before``, None if there are none. ``change``
    is None if no case has matured in one of the periods.
    """

    before: Period
    after: Period
    total: Row | None
    change: fairness.RateChange | None


@dataclass(frozen=True, slots=True)
class Quality:
    """How far the figures of a report can be trusted: the input, and counts of doubtful cases.

    ``intake`` counts the input. The other fields count cases:

    - ``counting``: neither withdrawn nor excluded
    - ``matured``: neither withdrawn nor excluded, with a final verdict
    - ``minute_rounded``: all times are on whole minutes
    - ``unnamed``: in no group, as pairs of the name of a grouping and the number of such cases
    - ``calendar_unknown``: the verdict depends on dates that no act has decided
    - ``provisional``: based on dates that were decided by rule only
    - ``needs_review``: perhaps answered by a reply that was not reviewed
    - ``untimed``: the working time is unknown
    - ``pause_left_open``: a pause never ended, although later events show work on the appeal
    - ``retroactive``: already late when a change of the appeal made the target apply
    - ``outliers``: arrived long before or after all others; includes arrivals before the period
    """

    intake: Intake
    counting: int
    matured: int
    minute_rounded: int
    unnamed: tuple[tuple[str, int], ...]
    calendar_unknown: int
    provisional: int
    needs_review: int
    untimed: int
    pause_left_open: int = 0
    retroactive: int = 0
    outliers: Outliers = _NO_OUTLIERS


@dataclass(frozen=True, slots=True)
class CalendarUsed:
    """A calendar from which the figures of a report were computed."""

    id: str
    version: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """The versions and fingerprints of the data from which the figures of a report were computed.

    ``library`` is the version of this library, ``input_hash`` a fingerprint of the events or rows,
    and ``policy`` a fingerprint of the target and its schedules. Reports with equal provenance,
    options and ``as_of`` have equal figures.
    """

    library: str
    input_hash: str
    policy: str
    calendars: tuple[CalendarUsed, ...]


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    """The verdict on one appeal against one target, with the times that it depends on.

    ``cycle`` counts the reopenings of the appeal, from 0. ``due_at`` and ``limit`` are None while
    they are unknown, ``answered_at`` while there is no answer. ``calendar`` is the id of the
    calendar. Times are in the zone of the appeal's schedule.
    """

    appeal_id: str
    target: str
    cycle: int
    verdict: str
    started_at: datetime | None
    due_at: datetime | None
    limit: datetime | None
    answered_at: datetime | None
    calendar: str
    calendar_version: str


@dataclass(frozen=True, slots=True)
class ReportNumbers:
    """The numbers of a report: how well one target was kept, as of an instant.

    Instants are in the zone ``tz``, which is the zone of the schedule of the most cases.

    - ``tables``: one table for each chosen grouping, then the tables named in ``OWN_TABLES``; each
      row of the table ``week`` is one or more weeks, merged so that they have enough working time
      for a rate
    - ``weeks``: the weeks of arrival, not merged
    - ``trend``, ``share_trend``: the medians and the shares in time of final weeks
    - ``group_weeks``: the weekly counts of each group, one for each chosen grouping
    - ``period``: the period of arrival that the report covers
    - ``comparison``, ``cases``: None if not requested
    - ``backlog``: the open appeals at the end of each week and at ``as_of``, whatever the period
    - ``late``: the first late appeals of the period, and open ones of other periods: open ones
      first, then the most overdue first
    - ``attribution``: the agencies that had the late appeals; None without events, and if the clock
      of the target restarts or resumes on a transfer
    - ``agreement``: None without data of another system
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
    funnels: tuple[fairness.Funnel, ...]
    group_weeks: tuple[GroupWeeks, ...]
    backlog: BacklogSeries
    mix: tuple[fairness.MixClass, ...]
    period: Period
    first_arrival: datetime
    comparison: Comparison | None
    late: tuple[agencies.Late, ...]
    attribution: agencies.Attribution | None
    indicators: agencies.Indicators
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
    period = Period(chosen.since, chosen.until)
    _require_arrivals(cases, period)
    everything, inside = cases, period.arrivals(cases)
    cases = everything.taken(inside)
    # weeks begin with the first arrival, not with the period
    so_far = everything.taken(Period(None, chosen.until).arrivals(everything))
    as_of = in_zone(cases.reference, cases.as_of)
    promise = _promise(cases, chosen)
    tally, of_all = (
        Tally.of(some, chosen.target_rate, promise.horizon) for some in (cases, so_far)
    )
    when = arrivals(cases)
    when_all = when if so_far is cases else arrivals(so_far)
    by_time, classes = when.labels(), fairness.class_codes(when)
    groups = groupings(cases, chosen.by, by_time)
    plain = {name: one.labels for name, one in groups.items() if not one.parts}
    tables, funnels = _group_tables(tally, groups, classes)
    weeks, by_week = week_rows(of_all, when_all)
    end = end_of_week(so_far.reference, weeks[-1].first)
    is_part = when_all.last_is_short or (chosen.until is not None and chosen.until < end)
    final, left_out = final_weeks(by_week, cases.as_of, last_is_part=is_part)
    final_names = {row.key for row in final}
    merged = dict.fromkeys(week.cohort for week in weeks)
    curve = tally.curve_of(np.arange(len(cases)))
    by_appeal = agencies.events_by_appeal(events, as_of)
    late = agencies.breaches(cases, by_appeal) if by_appeal else None
    listed = everything.taken(inside | everything.open)  # open appeals of other periods, too
    late_listed = late if listed is cases or late is None else agencies.breaches(listed, by_appeal)
    total = tally.total()
    return ReportNumbers(
        as_of=as_of,
        tz=cases.reference.tz.key,
        promise=promise,
        total=total,
        tables=(
            *tables,
            *(in_order(name, tally.labelled(by_time[name])[0]) for name in OWN_TABLES[:-1]),
            by_week,
        ),
        weeks=weeks,
        curve=None if curve is None or not curve.times.size else curve_series(curve),
        withdrawals=withdrawals(tally, curve, promise.budget or promise.horizon),
        trend=trend(final, left_out, chosen),
        share_trend=share_trend(final, left_out, chosen),
        heat_map=heat_map(tally, when),
        funnels=funnels,
        group_weeks=group_weeks(
            of_all,
            when_all,
            {name: so_far.groups[name] for name in plain},
            {number: name for number, name in enumerate(merged) if name in final_names},
        ),
        backlog=backlog_series(
            everything, when_all if everything is so_far else arrivals(everything)
        ),
        mix=fairness.mix_of(tally, classes),
        period=period,
        first_arrival=in_zone(cases.reference, int(cases.started.min())),
        comparison=_comparison(of_all, fairness.class_codes(when_all), period, chosen),
        late=agencies.late_appeals(listed, late_listed or {}, chosen.listed),
        attribution=None if late is None else agencies.attribution(total.counts.breached, late),
        indicators=agencies.indicators(cases, by_appeal),
        quality=_quality(tally, plain, outliers(so_far, when_all.far)),
        days=day_notes(cases, when),
        provenance=_provenance(cases),
        agreement=agreement,
        cases=_case_verdicts(cases) if chosen.with_cases else None,
    )


def _require_arrivals(cases: Cases, period: Period) -> None:
    if not len(cases):
        intake = cases.intake
        raise EventError(say("no_cases", read=intake.read, of=intake.of, after=intake.after_as_of))
    if period.arrivals(cases).any():
        return
    zone = cases.reference.tz
    arrived = (in_zone(cases.reference, int(edge(cases.started))) for edge in (np.min, np.max))
    since, until, first, last = (
        "..." if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
        for at in (period.since, period.until, *arrived)
    )
    raise EventError(say("no_cases_in_period", since=since, until=until, first=first, last=last))


def _promise(cases: Cases, options: ReportOptions) -> Promise:
    target = cases.target
    budget = target.budget if isinstance(target.budget, timedelta) else None
    return Promise(
        target.name,
        budget,
        budget_kind(target.budget),
        budget_size(target.budget),
        target.closing,
        float(options.target_rate),
        options.horizon or budget or _HORIZON,
        str(cases.reference.hours),
        len(cases.schedules),
    )


def _group_tables(
    tally: Tally, groups: Mapping[str, Grouping], classes: IntArray
) -> tuple[list[Table], tuple[fairness.Funnel, ...]]:
    tables, funnels = list[Table](), list[fairness.Funnel | None]()
    for name, (labels, parts) in groups.items():
        rows = fairness.standardised(tally, *tally.labelled(labels), classes)
        if parts:
            tables.append(crossed_table(name, rows, parts, tally.target_rate))
            continue
        rows, funnel = fairness.with_funnel(name, rows)
        tables.append(group_table(name, rows, tally.target_rate))
        funnels.append(funnel)
    return tables, tuple(filter(None, funnels))


def _comparison(
    tally: Tally, classes: IntArray, period: Period, options: ReportOptions
) -> Comparison | None:
    if options.compare_with is None:
        return None
    cases = tally.cases
    as_of = in_zone(cases.reference, cases.as_of)
    before, after = compared_periods(period, options.compare_with, as_of, cases.reference.tz)
    earlier = before.arrivals(cases)
    mixes = (fairness.mix_of(tally, classes, rows) for rows in (earlier, after.arrivals(cases)))
    total = tally.rows(["earlier"], np.where(earlier, 0, -1))[0] if earlier.any() else None
    return Comparison(before, after, total, fairness.change_between(*mixes))


# -- quality, provenance and verdicts --------------------------------------------------------------


def _quality(tally: Tally, groups: Mapping[str, Labels], found: Outliers) -> Quality:
    cases = tally.cases
    rounded = cases.started % MINUTE == 0
    rounded &= (cases.answered == NEVER) | (cases.answered % MINUTE == 0)
    return Quality(
        cases.intake,
        counting=int(cases.counting.sum()),
        matured=int(tally.matured.sum()),
        minute_rounded=int(rounded.sum()),
        unnamed=tuple((name, int((labels.codes < 0).sum())) for name, labels in groups.items()),
        calendar_unknown=cases.calendar_unknown,
        provisional=cases.provisional,
        needs_review=cases.needs_review,
        untimed=int((cases.elapsed == UNKNOWN).sum()),
        pause_left_open=cases.pause_left_open,
        retroactive=cases.retroactive,
        outliers=found,
    )


def _provenance(cases: Cases) -> Provenance:
    calendars = {cases.schedules[place].calendar for place in np.unique(cases.schedule_of)}
    used = [CalendarUsed(one.id, one.version, one.fingerprint) for one in calendars]
    return Provenance(
        __version__,
        cases.input_hash,
        _promise_version(cases.target, cases.schedules),
        tuple(sorted(used, key=lambda calendar: (calendar.id, calendar.fingerprint))),
    )


def _promise_version(target: Target, schedules: Sequence[Schedule]) -> str:
    """Return a fingerprint of a target and its schedules, without the days of the calendars."""
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


def _case_verdicts(cases: Cases) -> tuple[CaseVerdict, ...]:
    found = []
    for row in range(len(cases)):
        calendar = case_schedule(cases, row).calendar
        found.append(
            CaseVerdict(
                str(cases.ids[row]),
                cases.target.name,
                0 if cases.cycle is None else int(cases.cycle[row]),
                VERDICTS[cases.verdict[row]],
                case_time(cases, "started", row),
                case_time(cases, "due", row),
                case_time(cases, "limit", row),
                case_time(cases, "answered", row),
                calendar.id,
                calendar.version,
            )
        )
    return tuple(sorted(found, key=lambda case: (case.appeal_id, case.cycle)))
