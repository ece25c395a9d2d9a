"""Compute all numbers of a compliance report from cases, as one immutable value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal, cast

import numpy as np

from workhours_sla.compliance.agencies import (
    Attribution,
    Indicators,
    Late,
    attribution,
    breaches,
    events_by_appeal,
    indicators,
    late_appeals,
)
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
from workhours_sla.compliance.fairness import (
    Funnel,
    MixClass,
    RateChange,
    change_between,
    class_codes,
    mix_of,
    standardised,
    with_funnel,
)
from workhours_sla.compliance.period import Period, ReportOptions, compared_periods
from workhours_sla.compliance.tables import (
    CROSS,
    Curve,
    Grouping,
    Row,
    Table,
    Tally,
    Withdrawals,
    crossed,
    crossed_table,
    curve_series,
    group_table,
    in_order,
    withdrawals,
)
from workhours_sla.compliance.time import (
    MINUTE,
    DayNote,
    Outliers,
    arrivals,
    day_notes,
    outliers,
)
from workhours_sla.compliance.weeks import (
    BacklogSeries,
    GroupWeeks,
    HeatMap,
    ShareTrend,
    Trend,
    TrendOptions,
    WeekRow,
    backlog_series,
    end_of_week,
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
from workhours_sla.text.messages import Detail, say
from workhours_sla.version import __version__
from workhours_sla.worktime.budgets import budget_kind, budget_size
from workhours_sla.worktime.schedule import Schedule

OWN_TABLES: Final = ("hour", "weekday", "arrival_class", "due_class", "week")
"""Tables that every report has, in addition to the tables of the chosen groupings."""

_NO_OUTLIERS: Final = Outliers()
_HORIZON: Final = timedelta(hours=8)
"""The default horizon of the restricted mean if the budget is not working time."""

BudgetKind = Literal[
    "working_time",
    "clock_time",
    "working_days",
    "calendar_days",
    "months",
    "working_days_in_hours",
]


@dataclass(frozen=True, slots=True)
class Promise:
    """The target of a report, with the target rate and the horizon of the restricted mean.

    ``budget`` is None unless the budget is working time. ``budget_size`` is an amount of time or a
    number of days or months, depending on ``budget_kind``. ``hours`` are the weekly hours of the
    schedule of the most cases, and ``schedules`` is the number of schedules.
    """

    name: str
    budget: timedelta | None
    budget_kind: BudgetKind
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
    change: RateChange | None


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
    period = Period(chosen.since, chosen.until)
    _require_arrivals(cases, period)
    everything, inside = cases, period.arrivals(cases)
    cases = everything.taken(inside)
    so_far = everything.taken(Period(None, chosen.until).arrivals(everything))
    as_of = in_zone(cases.reference, cases.as_of)
    promise = _promise(cases, chosen)
    tally = Tally.of(cases, chosen.target_rate, promise.horizon)
    when = arrivals(cases)
    # weeks begin with the first arrival, not with the period
    of_all, when_all = tally, when
    if so_far is not cases:
        of_all = Tally.of(so_far, chosen.target_rate, promise.horizon)
        when_all = arrivals(so_far)
    by_time = when.labels()
    groups = _groups(cases, chosen.by, by_time)
    plain = {name: one.labels for name, one in groups.items() if not one.parts}
    classes = class_codes(when)
    tables, funnels = _group_tables(tally, groups, classes)
    weeks, by_week = week_rows(of_all, when_all)
    is_cut = chosen.until is not None and chosen.until < end_of_week(
        so_far.reference, weeks[-1].first
    )
    final, left_out = final_weeks(
        by_week, cases.as_of, last_is_part=when_all.last_is_short or is_cut
    )
    final_names = {row.key for row in final}
    merged = dict.fromkeys(week.cohort for week in weeks)
    trend_options = TrendOptions(chosen.baseline, chosen.rebase)
    curve = tally.curve_of(np.arange(len(cases)))
    by_appeal = events_by_appeal(events, as_of)
    late = breaches(cases, by_appeal) if by_appeal else None
    listed = everything.taken(inside | everything.open)  # open appeals of other periods, too
    late_listed = late if listed is cases or late is None else breaches(listed, by_appeal)
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
        trend=trend(final, left_out, trend_options),
        share_trend=share_trend(final, left_out, trend_options),
        heat_map=heat_map(tally, when),
        funnels=tuple(funnels),
        group_weeks=group_weeks(
            of_all,
            when_all,
            {name: so_far.groups[name] for name in plain},
            {number: name for number, name in enumerate(merged) if name in final_names},
        ),
        backlog=backlog_series(
            everything, when_all if everything is so_far else arrivals(everything)
        ),
        mix=mix_of(tally, classes),
        period=period,
        first_arrival=in_zone(cases.reference, int(cases.started.min())),
        comparison=_comparison(of_all, class_codes(when_all), period, chosen),
        late=late_appeals(listed, late_listed or {}, chosen.listed),
        attribution=None if late is None else attribution(total.counts.breached, late),
        indicators=indicators(cases, by_appeal),
        quality=_quality(tally, plain, outliers(so_far, when_all.far)),
        days=day_notes(cases, when),
        provenance=_provenance(cases),
        agreement=agreement,
        cases=_case_verdicts(cases) if chosen.with_cases else None,
    )


def _require_arrivals(cases: Cases, period: Period) -> None:
    """Raise EventError if there are no cases, or if none arrived in the period."""
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
    target, allowed = cases.target, cases.target.budget
    budget = allowed if isinstance(allowed, timedelta) else None
    return Promise(
        target.name,
        budget,
        cast("BudgetKind", budget_kind(allowed)),
        budget_size(allowed),
        target.closing,
        float(options.target_rate),
        options.horizon or budget or _HORIZON,
        str(cases.reference.hours),
        len(cases.schedules),
    )


# -- groups --------------------------------------------------------------------------------------


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


def _group_tables(
    tally: Tally, groups: Mapping[str, Grouping], classes: IntArray
) -> tuple[list[Table], list[Funnel]]:
    tables: list[Table] = []
    funnels: list[Funnel] = []
    for name, (labels, parts) in groups.items():
        rows, codes = tally.labelled(labels)
        rows = standardised(tally, rows, codes, classes)
        if parts:
            tables.append(crossed_table(name, rows, parts, tally.target_rate))
            continue
        rows, funnel = with_funnel(name, rows)
        tables.append(group_table(name, rows, tally.target_rate))
        funnels += [funnel] if funnel else []
    return tables, funnels


def _comparison(
    tally: Tally, classes: IntArray, period: Period, options: ReportOptions
) -> Comparison | None:
    """Return the comparison with an earlier period; ``classes`` are those of the tally's cases."""
    if options.compare_with is None:
        return None
    cases = tally.cases
    as_of, zone = in_zone(cases.reference, cases.as_of), cases.reference.tz
    before, after = compared_periods(period, options.compare_with, as_of, zone)
    earlier, later = before.arrivals(cases), after.arrivals(cases)
    return Comparison(
        before,
        after,
        tally.rows(["earlier"], np.where(earlier, 0, -1))[0] if earlier.any() else None,
        change_between(mix_of(tally, classes, earlier), mix_of(tally, classes, later)),
    )


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
    calendars = {
        cases.schedules[position].calendar for position in np.unique(cases.schedule_of).tolist()
    }
    used = [CalendarUsed(one.id, one.version, one.fingerprint) for one in calendars]
    return Provenance(
        __version__,
        cases.input_hash,
        _promise_version(cases.target, cases.schedules),
        tuple(sorted(used, key=lambda calendar: (calendar.id, calendar.fingerprint))),
    )


def _promise_version(target: Target, schedules: Sequence[Schedule]) -> str:
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


def _case_verdicts(cases: Cases) -> tuple[CaseVerdict, ...]:
    """Return the verdict of each case, ordered by appeal id and cycle."""
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
