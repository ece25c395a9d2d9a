"""Compute all numbers of a compliance report from cases, as one immutable value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import numpy as np

from workhours_sla.compliance import agencies, group_tables, time
from workhours_sla.compliance import weeks as weekly
from workhours_sla.compliance.agreement import Agreement
from workhours_sla.compliance.cases import (
    UNKNOWN,
    Cases,
    Intake,
    Labels,
    in_zone,
)
from workhours_sla.compliance.comparison import RateChange, change_between
from workhours_sla.compliance.group_funnels import Funnel, with_funnel
from workhours_sla.compliance.group_tables import OWN_TABLES, Curve, Row, Table, Tally, Withdrawals
from workhours_sla.compliance.period import Period, ReportOptions, compared_periods
from workhours_sla.errors import EventError
from workhours_sla.sla.event import Event
from workhours_sla.sla.target import Target
from workhours_sla.statistics.arrays import NEVER
from workhours_sla.text.messages import say
from workhours_sla.version import __version__
from workhours_sla.worktime.budgets import budget_kind, budget_size
from workhours_sla.worktime.schedule import Schedule

_NO_OUTLIERS: Final = time.Outliers()
_HORIZON: Final = timedelta(hours=8)
"""The default horizon of the restricted mean if the budget is not working time."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The target of a report, with the target rate and the horizon of the restricted mean."""

    name: str
    budget: timedelta | None  # None unless it is working time
    budget_kind: str
    budget_size: timedelta | int  # an amount, or a number of days or months
    closing: str
    target_rate: float
    horizon: timedelta
    hours: str  # of the schedule of the most cases
    schedules: int  # how many


@dataclass(frozen=True, slots=True)
class Comparison:
    """An earlier period, and the change of the rate from it to the later part of the report."""

    before: Period
    after: Period
    total: Row | None  # of the cases in ``before``, None without any
    change: RateChange | None  # None if no case of one period has matured


@dataclass(frozen=True, slots=True)
class Quality:
    """How far the figures of a report can be trusted: the input, and counts of doubtful cases."""

    intake: Intake
    counting: int  # neither withdrawn nor excluded
    matured: int  # of these, with a final verdict
    minute_rounded: int  # all times are on whole minutes
    unnamed: tuple[tuple[str, int], ...]  # a grouping, and its cases in no group
    calendar_unknown: int  # depends on undecided dates
    provisional: int  # based on dates decided by rule
    needs_review: int  # perhaps answered by an unreviewed reply
    untimed: int  # the working time is unknown
    pause_left_open: int = 0  # never resumed, in spite of later events
    retroactive: int = 0  # late when a change made the target apply
    outliers: time.Outliers = _NO_OUTLIERS


@dataclass(frozen=True, slots=True)
class CalendarUsed:
    id: str
    version: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """The versions and fingerprints of the data behind the figures of a report."""

    library: str
    input_hash: str
    policy: str
    calendars: tuple[CalendarUsed, ...]


@dataclass(frozen=True, slots=True)
class ReportNumbers:
    """The numbers of a report: how well one target was kept, as of an instant."""

    as_of: datetime
    tz: str  # of the schedule of the most cases
    promise: Promise
    total: Row
    tables: tuple[Table, ...]  # by each grouping, then OWN_TABLES
    weeks: tuple[weekly.WeekRow, ...]  # of arrival, not merged
    curve: Curve | None
    withdrawals: Withdrawals | None
    trend: weekly.Trend  # medians of final weeks
    share_trend: weekly.ShareTrend  # shares in time of final weeks
    heat_map: weekly.HeatMap
    funnels: tuple[Funnel, ...]
    group_weeks: tuple[weekly.GroupWeeks, ...]  # weekly counts, one for each grouping
    backlog: weekly.BacklogSeries  # at the end of each week, whatever the period
    period: Period
    first_arrival: datetime
    comparison: Comparison | None  # None if not requested
    late: tuple[agencies.Late, ...]  # open first, then the most overdue; open ones of every period
    attribution: agencies.Attribution | None  # None without events or with clocks per holder
    indicators: agencies.Indicators
    quality: Quality
    days: tuple[time.DayNote, ...]
    provenance: Provenance
    agreement: Agreement | None = None

    def table(self, by: str) -> Table:
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
    when = time.arrivals(cases)
    when_all = when if so_far is cases else time.arrivals(so_far)
    by_time = when.labels()
    groups = group_tables.groupings(cases, chosen.by, by_time)
    plain = {name: one.labels for name, one in groups.items() if not one.parts}
    grouped, funnels = _group_tables(tally, groups)
    arrived, by_week = weekly.week_rows(of_all, when_all)
    end = time.end_of_week(so_far.reference, arrived[-1].first)
    is_part = when_all.last_is_short or (chosen.until is not None and chosen.until < end)
    final, left_out = weekly.final_weeks(by_week, cases.as_of, last_is_part=is_part)
    final_names = {row.key for row in final}
    merged = dict.fromkeys(week.cohort for week in arrived)
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
            *grouped,
            *(
                group_tables.in_order(name, tally.labelled(by_time[name]))
                for name in OWN_TABLES[:-1]
            ),
            by_week,
        ),
        weeks=arrived,
        curve=None if curve is None or not curve.times.size else group_tables.curve_series(curve),
        withdrawals=group_tables.withdrawals(tally, curve, promise.budget or promise.horizon),
        trend=weekly.trend(final, left_out, chosen),
        share_trend=weekly.share_trend(final, left_out, chosen),
        heat_map=weekly.heat_map(tally, when),
        funnels=funnels,
        group_weeks=weekly.group_weeks(
            of_all,
            when_all,
            {name: so_far.groups[name] for name in plain},
            {number: name for number, name in enumerate(merged) if name in final_names},
        ),
        backlog=weekly.backlog_series(
            everything, when_all if everything is so_far else time.arrivals(everything)
        ),
        period=period,
        first_arrival=in_zone(cases.reference, int(cases.started.min())),
        comparison=_comparison(of_all, period, chosen),
        late=agencies.late_appeals(listed, late_listed or {}, chosen.listed),
        attribution=None if late is None else agencies.attribution(total.counts.breached, late),
        indicators=agencies.indicators(cases, by_appeal),
        quality=_quality(tally, plain, time.outliers(so_far, when_all.far)),
        days=time.day_notes(cases, when),
        provenance=_provenance(cases),
        agreement=agreement,
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
    tally: Tally, groups: Mapping[str, group_tables.Grouping]
) -> tuple[list[Table], tuple[Funnel, ...]]:
    found, funnels = list[Table](), list[Funnel | None]()
    for name, (labels, parts) in groups.items():
        rows = tally.labelled(labels)
        if parts:
            found.append(group_tables.crossed_table(name, rows, parts, tally.target_rate))
            continue
        rows, funnel = with_funnel(name, rows)
        found.append(group_tables.group_table(name, rows, tally.target_rate))
        funnels.append(funnel)
    return found, tuple(filter(None, funnels))


def _comparison(tally: Tally, period: Period, options: ReportOptions) -> Comparison | None:
    if options.compare_with is None:
        return None
    cases = tally.cases
    as_of = in_zone(cases.reference, cases.as_of)
    first, zone = in_zone(cases.reference, int(cases.started.min())), cases.reference.tz
    before, after = compared_periods(period, options.compare_with, as_of, zone, first)
    earlier = before.arrivals(cases)
    labels = cases.groups.get("agency", Labels((), np.full(len(cases), -1)))
    counts = (tally.matured_by(labels, rows) for rows in (earlier, after.arrivals(cases)))
    total = tally.rows(["earlier"], np.where(earlier, 0, -1))[0] if earlier.any() else None
    return Comparison(before, after, total, change_between(*counts))


def _quality(tally: Tally, groups: Mapping[str, Labels], found: time.Outliers) -> Quality:
    cases = tally.cases
    rounded = cases.started % time.MINUTE == 0
    rounded &= (cases.answered == NEVER) | (cases.answered % time.MINUTE == 0)
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
            *(one.calendar.id, str(one.hours), one.tz.key, sorted(one.overrides.items())),
            sorted((day, str(changed)) for day, changed in one.changes.items()),
            one.shorten_at_start,
        )
        for one in schedules
    ]
    return sha256(repr((terms, hours)).encode()).hexdigest()[:12]


def compare(before: ReportNumbers, after: ReportNumbers) -> RateChange | None:
    """Return the change of the rate between two reports, with the part of each agency.

    Returns None if one of the two reports has no matured case.

    >>> from datetime import datetime, timedelta
    >>> import numpy as np
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns, report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> when = datetime(2025, 3, 13, tzinfo=office.tz)
    >>> late = report(cases_of_columns(columns, target, as_of=when))
    >>> compare(late, late).difference
    0.0
    """
    has_agencies = all(any(one.by == "agency" for one in side.tables) for side in (before, after))
    rows = (
        side.table("agency").rows if has_agencies else (side.total,) for side in (before, after)
    )
    return change_between(*(group_tables.matured_of(of) for of in rows))
