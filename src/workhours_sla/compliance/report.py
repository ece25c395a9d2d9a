"""The compliance report: every number of it, as one immutable value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from workhours_sla.compliance.account import (
    DayNote,
    Provenance,
    Quality,
    days,
    provenance,
    quality,
)
from workhours_sla.compliance.arrivals import (
    ARRIVAL_CLASSES,
    DUE_CLASSES,
    arrivals,
    in_zone,
)
from workhours_sla.compliance.attribution import Attribution, attribution, breaches
from workhours_sla.compliance.backlog_series import BacklogSeries, backlog_series
from workhours_sla.compliance.cases import (
    MICROSECOND,
    Cases,
    Labels,
    require_cases,
)
from workhours_sla.compliance.handling import Indicators, indicators
from workhours_sla.compliance.late import Late, late_appeals
from workhours_sla.compliance.mix import (
    Change,
    MixClass,
    change_between,
    class_codes,
    mix_of,
    standardised,
)
from workhours_sla.compliance.series import (
    Funnel,
    HeatMap,
    ShareTrend,
    Trend,
    WeekRow,
    final_weeks,
    group_table,
    heat_map,
    in_order,
    share_trend,
    spread_codes,
    trend,
    week_rows,
    with_funnel,
)
from workhours_sla.compliance.tables import Curve, Row, Table, Tally, curve_series
from workhours_sla.compliance.withdrawals import Withdrawals, withdrawals
from workhours_sla.sla.appeal import happened_by
from workhours_sla.sla.evaluate import deduplicate, in_utc, is_future
from workhours_sla.sla.event import Event
from workhours_sla.statistics.arrays import IntArray, share
from workhours_sla.statistics.control_charts import FEWEST_POINTS
from workhours_sla.text import words
from workhours_sla.text.report import budget_words
from workhours_sla.worktime.zone import BASE_UTC

LISTED: Final = 1000
"""How many late appeals a report names."""

HORIZON: Final = timedelta(hours=8)
"""The horizon of the restricted mean where the budget is not working time."""


OWN_TABLES: Final = ("hour", "weekday", "arrival_class", "due_class", "week")
"""The tables that every report has, after those of the groupings asked for."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What the report is held against; ``budget`` is None if it is not working time.

    ``hours`` are those of the schedule of the most cases, ``schedules`` how many there are.
    """

    name: str
    budget: timedelta | None
    budget_en: str
    budget_ru: str
    closing: str
    target_rate: float
    horizon: timedelta
    hours: str
    schedules: int


@dataclass(frozen=True, slots=True)
class Report:
    """How well one target was kept, as of an instant.

    ``total`` is the row of all cases. ``tables`` are, by name, the groupings asked for, then
    ``hour``, ``weekday``, ``arrival_class``, ``due_class`` and ``week``, whose rows are the weeks
    merged for rates; ``weeks`` are those of arrival. ``curve`` is the time to an answer and
    ``withdrawals`` what leaving out the withdrawn does to it; ``trend`` is of the weekly medians,
    ``share_trend`` of the weekly shares in time.
    ``mix`` counts the matured by class of arrival and due day, ``change`` takes the change of the
    rate at ``compare_from`` apart. ``late`` are the first of all late appeals: the open ones, then
    by how late. ``attribution`` is None without events, and of a
    target that follows transfers. ``days`` are the dates it spans. Instants
    are in the zone ``tz``, that of the schedule of the most cases; ``lang`` is the language in
    which the report shows itself.
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
    backlog: BacklogSeries
    mix: tuple[MixClass, ...]
    compare_from: datetime | None
    change: Change | None
    late: tuple[Late, ...]
    attribution: Attribution | None
    indicators: Indicators
    quality: Quality
    days: tuple[DayNote, ...]
    provenance: Provenance
    _: KW_ONLY
    lang: str = "en"

    def table(self, by: str) -> Table:
        """Return the table of a grouping. Raises LookupError."""
        for table in self.tables:
            if table.by == by:
                return table
        msg = f"the report has no table by {by!r}; it has {', '.join(t.by for t in self.tables)}"
        raise LookupError(msg)

    def text(self, *by: str, lang: str | None = None) -> str:
        """Return tables as plain text, with what a reader needs to know; the first, if none.

        Raises LookupError for a grouping that the report has not.
        """
        from workhours_sla.reports.plain_text import plain_text  # noqa: PLC0415

        return plain_text(self, by, lang or self.lang)

    def __str__(self) -> str:
        return self.text()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002, FBT001 - IPython's
        printer.text(str(self))

    def _repr_html_(self) -> str:
        from workhours_sla.reports.plain_text import html_table  # noqa: PLC0415

        return html_table(self, self.lang)


def compliance_report(  # noqa: PLR0913
    cases: Cases,
    *,
    target_rate: float = 0.9,
    by: Sequence[str] | None = None,
    horizon: timedelta | None = None,
    compare_from: datetime | None = None,
    events: Iterable[Event] = (),
    baseline: int = FEWEST_POINTS,
    listed: int = LISTED,
    lang: str = "en",
) -> Report:
    """Return the report of some cases: a pure function of its arguments.

    ``target_rate`` is the share that should be in time. ``by`` names the groupings, all that the
    cases have if None. ``horizon`` is how far the restricted mean reaches, the budget if None.
    Arrivals from ``compare_from`` on are compared with those before. ``events`` tell who held the
    late ones. The limits of the trend come from the first ``baseline`` weeks. Raises EventError
    for no cases, ValueError for a rate that is no share or a horizon that is not positive,
    LookupError for an unknown grouping.

    >>> from workhours_sla import Schedule
    >>> from workhours_sla.compliance.column_cases import cases_of_columns
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = np.array(["2025-03-11T07:15", "2025-03-11T09:50"], "M8[s]")
    >>> answered = np.array(["2025-03-11T08:00", "NaT"], "M8[s]")
    >>> when = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> cases = cases_of_columns(posted, answered, office, timedelta(hours=4), as_of=when)
    >>> total = compliance_report(cases).total
    >>> total.counts.matured, total.rate.met, total.overdue
    (2, 1, 1)
    """
    require_cases(cases)
    share("target_rate", target_rate)
    if horizon is not None and horizon <= timedelta(0):
        msg = f"horizon {horizon} is not positive; give a length of time such as the budget"
        raise ValueError(msg)
    groups = _groups(cases, by)
    budget = cases.target.budget if isinstance(cases.target.budget, timedelta) else None
    reach = horizon or budget or HORIZON
    tally = Tally.of(cases, target_rate, reach)
    when = arrivals(cases)
    classes = class_codes(when)
    tables: list[Table] = []
    funnels: list[Funnel] = []
    for name, labels in groups.items():
        codes = spread_codes(labels.codes, len(labels.names))
        rows = standardised(tally, tally.rows([*labels.names, None], codes), codes, classes)
        rows, funnel = with_funnel(name, rows, target_rate)
        tables.append(group_table(name, rows))
        funnels += [funnel] if funnel else []
    for name, codes, keys in (
        ("hour", when.hour, [f"{hour:02}" for hour in range(24)]),
        ("weekday", when.weekday, list(words.WEEKDAYS["en"])),
        ("arrival_class", when.arrival_class, list(ARRIVAL_CLASSES)),
        ("due_class", when.due_class, list(DUE_CLASSES)),
    ):
        rows = tally.rows([*keys, None], spread_codes(codes, len(keys)))
        tables.append(in_order(name, rows))
    weeks, by_week = week_rows(tally, when)
    tables.append(by_week)
    final = final_weeks(by_week, cases.as_of, last_is_short=when.last_is_short)
    curve = tally.curve_of(np.arange(len(cases)))
    told = _by_appeal(events, cases.as_of)
    late = breaches(cases, told) if told else None
    total = tally.total()
    return Report(
        as_of=in_zone(cases.reference, cases.as_of),
        tz=cases.reference.tz.key,
        promise=_promise(cases, target_rate, budget, reach),
        total=total,
        tables=tuple(tables),
        weeks=weeks,
        curve=None if curve is None or not curve.times.size else curve_series(curve),
        withdrawals=withdrawals(tally, curve, budget or reach),
        trend=trend(final, baseline),
        share_trend=share_trend(final, baseline),
        heat_map=heat_map(tally, when),
        funnels=tuple(funnels),
        backlog=backlog_series(cases, when),
        mix=mix_of(tally, classes),
        compare_from=compare_from,
        change=_change(tally, classes, compare_from),
        late=late_appeals(cases, late or {}, listed),
        attribution=None if late is None else attribution(total.counts.breached, late),
        indicators=indicators(cases, told),
        quality=quality(tally, groups),
        days=days(cases, when),
        provenance=provenance(cases),
        lang=lang,
    )


def _groups(cases: Cases, by: Sequence[str] | None) -> dict[str, Labels]:
    chosen = list(cases.groups) if by is None else list(by)
    unknown = [name for name in chosen if name not in cases.groups]
    if unknown:
        known = ", ".join(cases.groups) or "none"
        msg = f"the appeals say nothing of {unknown[0]!r}; their groupings are {known}"
        raise LookupError(msg)
    taken = [name for name in chosen if name in OWN_TABLES]
    if taken:
        msg = f"a grouping cannot be named {taken[0]!r}, as the report has a table of that name"
        raise LookupError(msg)
    return {name: cases.groups[name] for name in chosen}


def _by_appeal(events: Iterable[Event], as_of: int) -> dict[str, list[Event]]:
    """Return the events that the evaluation takes, by appeal."""
    now = BASE_UTC + as_of * MICROSECOND
    by_id: dict[str, list[Event]] = {}
    for event in events:
        by_id.setdefault(event.event_id, []).append(event)
    told: dict[str, list[Event]] = {}
    for same_id in by_id.values():
        event, _, _ = deduplicate(same_id)
        if not is_future(event):
            told.setdefault(event.appeal_id, []).append(event)
    return {
        name: happened_by(sorted(found, key=lambda event: event.order), now)
        for name, found in told.items()
    }


def _promise(
    cases: Cases, target_rate: float, budget: timedelta | None, horizon: timedelta
) -> Promise:
    target = cases.target
    return Promise(
        target.name,
        budget,
        budget_words(target.budget, "en"),
        budget_words(target.budget, "ru"),
        target.closing,
        float(target_rate),
        horizon,
        str(cases.reference.hours),
        len(cases.schedules),
    )


def _change(tally: Tally, classes: IntArray, compare_from: datetime | None) -> Change | None:
    if compare_from is None:
        return None
    edge = (in_utc("compare_from", compare_from) - BASE_UTC) // MICROSECOND
    earlier = tally.cases.started < edge
    return change_between(mix_of(tally, classes, earlier), mix_of(tally, classes, ~earlier))
