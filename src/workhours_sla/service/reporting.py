"""The compliance report of the appeals of a service, as JSON or as the page."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from workhours_sla.config.policy_builder import Configuration
from workhours_sla.errors import TimeSyntaxError, shown
from workhours_sla.service.live import Live
from workhours_sla.service.problems import refuse, weights
from workhours_sla.service.questions import read_time
from workhours_sla.sla.evaluate import evaluate
from workhours_sla.sla.forecast import forecast_deadlines
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import targets_named
from workhours_sla.sla.target import Target
from workhours_sla.text import catalog
from workhours_sla.text.messages import Phrase, say
from workhours_sla.text.written_times import read_days

if TYPE_CHECKING:
    from workhours_sla.reports.public_report import Report  # needs numpy

LOOK_AHEAD: Final = timedelta(days=14)
"""Length of the period after the time of a report whose deadlines the page shows."""


_Begin = Annotated[
    str, Meta(description="The begin: a year, month, date or time.", examples=["2025-10"])
]
_End = Annotated[
    str, Meta(description="The end; a year, month or date is included whole.", examples=["2025-10"])
]
_Groupings = Annotated[
    str, Meta(description="The groupings, with commas between them.", examples=["agency,channel"])
]


class ReportQuery(Struct, frozen=True):
    """Which report is wanted. Texts are parsed in the zone of the target."""

    target: Annotated[str, Meta(description="The target, if there are several.")] | None = None
    as_of: Annotated[str, Meta(description="A time with its offset; now without it.")] | None = None
    since: _Begin | None = None
    until: _End | None = None
    by: _Groupings | None = None

    def edge(self, key: str, zone: ZoneInfo, *, is_end: bool = False) -> datetime | None:
        """Return an edge of the period. A year, a month or a date is included whole."""
        text: str | None = getattr(self, key)
        if text is None:
            return None
        try:
            days = read_days(text, zone, is_end=is_end)
        except TimeSyntaxError as error:  # a date that begins at a change of clocks
            refuse("invalid-time", error.args[0], key=key, text=text)
        return read_time(key, text) if days is None else days


class Reports:
    """Makes the reports of a service, one at a time. Usable from any thread."""

    def __init__(self, live: Live, configuration: Configuration) -> None:
        self._live = live
        self._configuration = configuration
        self._lock = Lock()

    def text(self, query: ReportQuery, *, as_page: bool) -> str:
        # numpy, which a service without a store does not load
        from workhours_sla.reports.page.page import page, traces_of
        from workhours_sla.reports.public_report import to_json

        if not self._lock.acquire(blocking=False):
            refuse("report-busy", say("report_busy"))
        with ExitStack() as stack:
            stack.callback(self._lock.release)
            if gc.isenabled():  # with a million events it stops all threads for seconds
                gc.disable()
                stack.callback(gc.enable)
            made, target, outcomes = self._made(query)
            if not as_page:
                return to_json(made)
            until = made.as_of + LOOK_AHEAD
            zone = ZoneInfo(made.tz)
            forecast = forecast_deadlines(outcomes, start=made.as_of, end=until, zone=zone)
            return page(made, traces=traces_of(outcomes, target), forecast=forecast)

    def _made(self, query: ReportQuery) -> tuple[Report, Target, Sequence[Outcome]]:
        from workhours_sla.compliance.cases import cases_of_evaluation
        from workhours_sla.compliance.period import ReportOptions
        from workhours_sla.reports.public_report import report

        policy, mapping = self._configuration.policy, self._configuration.mapping
        target = self._target(query.target)
        zone = target.schedules[0].tz
        as_of = self._live.clock().astimezone(zone)
        if query.as_of is not None:
            as_of = read_time("as_of", query.as_of)
        since, until = query.edge("since", zone), query.edge("until", zone, is_end=True)
        if since is not None and until is not None and until <= since:
            refuse("invalid-request", say("report_period"), key="until")
        with self._live.pipeline.store.reading() as reader:  # the state of one moment
            left_out = [reason for _, reason in getattr(reader, "left_out", tuple)()]
            rejected = Counter(one.reason for one in reader.rejected().values())
            events, holdings = list(reader.events()), reader.holdings()
        result = evaluate(events, policy, as_of=as_of)
        cases = cases_of_evaluation(
            result,
            policy,
            as_of=as_of,
            target=target.name,
            events=events,
            faults=rejected,
        )
        intake = cases.intake.with_store(holdings.duplicate, left_out)
        if mapping.input.kind != "events":
            intake = replace(intake, late=None)
        by = None if query.by is None else [name.strip() for name in query.by.split(",")]
        options: dict[str, Any] = {"by": by, "since": since, "until": until}
        options["compare_with"] = None if since is None else "previous"
        try:
            made = report(
                replace(cases, intake=intake),
                ReportOptions(**options),
                events=events,
                lang=catalog.current(),
                title=mapping.report.heading("title", catalog.current()),
                organisation=mapping.report.heading("organisation", catalog.current()),
                names=mapping.names,
            )
        except LookupError as error:
            detail = error.args[0] if error.args else ""
            if not isinstance(detail, Phrase):  # a fault, not a wrong name
                raise
            refuse("invalid-request", detail, key="by")
        return made, target, [one for one in result.outcomes if one.target == target.name]

    def _target(self, name: str | None) -> Target:
        targets = self._configuration.policy.targets
        known = ", ".join(target.name for target in targets)
        if name is None and len(targets) > 1:
            refuse("invalid-request", say("report_target", known=known), key="target")
        if name is not None and name not in [target.name for target in targets]:
            phrase = say("none_of", value=shown(name), choices=known)
            refuse("invalid-request", phrase, key="target")
        return targets_named(self._configuration.policy, name)[0]


def wants_page(accepted: str) -> bool:
    found = weights(accepted)
    return found.get("text/html", 0.0) > found.get("application/json", 0.0)
