"""The commands ``check``, the appeals that are overdue, at risk or met, and ``forecast``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

import click

from workhours_sla.cli.help import Options, command, option
from workhours_sla.cli.judged import (
    Judged,
    as_of_time,
    judged,
    main_schedule,
    policy_data,
    schedule_text,
)
from workhours_sla.cli.output import (
    BREACHES,
    CALENDAR_UNKNOWN,
    UNREADABLE,
    Stages,
    budget_text,
    columns,
    current_time,
    echo_json,
    echo_lines,
    printable,
    show_time,
    zone_text,
)
from workhours_sla.cli.settings import CommonOptions, InputOptions, Settings
from workhours_sla.compliance.agreement import Agreement, compare_claims
from workhours_sla.config.sections import Config
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.json.outcomes import VERDICTS, holder_at_breach, holder_data, outcome_data
from workhours_sla.reports.agreement_text import agreement_lines
from workhours_sla.reports.wording import amount_in_words
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.evaluate import Evaluation
from workhours_sla.sla.forecast import By, Forecast, Slot, forecast_deadlines
from workhours_sla.sla.holders import BreachSpans, Span
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import targets_named
from workhours_sla.sla.target import ScheduleBy
from workhours_sla.text import catalog, words
from workhours_sla.text.catalog import SENTENCES, SHELL
from workhours_sla.text.written_times import read_day, read_time
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import in_time

SHOWN_ROWS: Final = 20
WIDEST_CELL: Final = 32
WIDEST_PADDED: Final = 40
CUT: Final = "…"
STILL_OPEN: Final = VERDICTS[:4]
ALWAYS_COUNTED: Final = frozenset({Verdict.BREACHED, Verdict.AT_RISK, Verdict.PENDING, Verdict.MET})
NOTED: Final = (
    *("calendar_unknown", "provisional", "needs_review", "retroactive", "pause_left_open"),
)
"""Attributes of outcomes. If one is true for any outcome, a sentence with the count is printed."""


class _CheckOptions(Options):
    as_of: str | None = option("--as-of", metavar="TIME", without="now")
    warn: str | None = option("--warn", metavar="AMOUNT", without=Config().one_target.warn)
    target: str | None = option("--target", metavar="NAME")
    show_all: bool = option("--all", is_flag=True)
    explain: bool = option("--explain", is_flag=True)
    strict: bool = option("--strict", is_flag=True)


@command("check", InputOptions, _CheckOptions, CommonOptions)
def check(source: InputOptions, wanted: _CheckOptions, common: CommonOptions) -> int:
    settings = Settings.of(common, wanted.target)
    configuration = settings.configuration(wanted.warn)
    as_of = as_of_time(wanted.as_of, configuration, wanted.target)
    with Stages() as stages:
        # --warn must not make the policy differ from that of the store
        version = None if wanted.warn is None else settings.configuration().policy.version
        found = judged(settings, configuration, source, as_of, stages, version=version)
    if wanted.target is not None:
        found = replace(found, result=_of_target(found.result, wanted.target))
    shown = _Checked(found, explain=wanted.explain)
    if common.as_json:
        echo_json(shown.data())
    else:
        echo_lines(shown.lines(show_all=wanted.show_all))
    if wanted.strict and (found.rows.faults or found.quarantine):
        return UNREADABLE
    if any(map(_is_breached, found.result.outcomes)):
        return BREACHES
    return CALENDAR_UNKNOWN if any(one.calendar_unknown for one in found.result.outcomes) else 0


def _of_target(result: Evaluation, name: str) -> Evaluation:
    return replace(
        result,
        outcomes=tuple(one for one in result.outcomes if one.target == name),
        unmatched=tuple(one for one in result.unmatched if one.target in (None, name)),
    )


def _is_breached(outcome: Outcome) -> bool:
    return outcome.verdict is Verdict.BREACHED


def _is_unanswered(outcome: Outcome) -> bool:
    return _is_breached(outcome) and outcome.answered_at is None


def _urgency(outcome: Outcome) -> tuple[object, ...]:
    """Return a key that sorts outcomes with the same verdict by urgency, the most urgent first."""
    remaining = -outcome.overdue if outcome.overdue else outcome.remaining
    latest = datetime.max.replace(tzinfo=UTC)
    return (
        outcome.answered_at is not None,
        timedelta.max if remaining is None else remaining,
        latest if outcome.due_at is None else outcome.due_at.astimezone(UTC),
        outcome.posted_at.astimezone(UTC),
    )


def _counted(outcomes: Iterable[Outcome], unanswered: int = 0) -> str:
    """Write the number of outcomes for each verdict, and how many breaches have no answer."""
    counts = Counter(outcome.verdict for outcome in outcomes)
    parts = [
        f"{catalog.VERDICTS[verdict].upper()} {counts[verdict]}"
        for verdict in VERDICTS
        if counts[verdict] or verdict in ALWAYS_COUNTED
    ]
    if unanswered:
        parts[0] += f" ({SHELL.text('unanswered', count=unanswered)})"
    return " · ".join(parts)


class _Checked:
    """What ``check`` prints; the holders of overdue appeals only with ``explain``."""

    def __init__(self, found: Judged, *, explain: bool) -> None:
        self._found, self._result, self._rows = found, found.result, found.rows
        self._configuration, self._explain = found.configuration, explain
        self._as_of = found.as_of
        self._targets = targets_named(found.configuration.policy, found.target)
        outcomes, claims = self._result.outcomes, self._rows.claims
        self._agreements: Sequence[Agreement] = [
            compare_claims(outcomes, claims, target.name) for target in self._targets if claims
        ]
        events, quarantine = self._rows.events, self._result.quarantine
        self._breach_spans = (
            BreachSpans(events, quarantine, self._targets, self._as_of) if explain else None
        )

    def _spans(self, outcome: Outcome) -> tuple[Span, ...]:
        return () if self._breach_spans is None else self._breach_spans.of(outcome)

    def data(self) -> dict[str, Any]:
        outcomes, zone = self._result.outcomes, self._as_of.tzinfo
        counts = Counter(outcome.verdict for outcome in outcomes)
        by_target = Counter((outcome.target, outcome.verdict) for outcome in outcomes)
        promised = policy_data(self._configuration, self._found.target)
        for target in promised["targets"]:
            target["counts"] = {verdict: by_target[target["name"], verdict] for verdict in VERDICTS}
        in_order = sorted(outcomes, key=lambda o: (VERDICTS.index(o.verdict), *_urgency(o)))
        return {
            "schema": "workhours.check/5",
            "as_of": self._as_of,
            **promised,
            "counts": {verdict: counts[verdict] for verdict in VERDICTS},
            "outcomes": [
                {**outcome_data(one), **holder_data(one, self._spans(one), zone)}
                for one in in_order
            ],
            "agreement": [asdict(one) for one in self._agreements],
            **self._found.account_data(),
        }

    # -- text --------------------------------------------------------------------------------

    def lines(self, *, show_all: bool) -> Iterator[str]:
        outcomes = self._result.outcomes
        yield self._heading()
        unanswered = sum(map(_is_unanswered, outcomes))
        yield click.style(_counted(outcomes, unanswered), bold=True)
        if len(self._targets) > 1:
            yield from self._by_target()
        yield from self._table(show_all=show_all)
        notes = [*self._notes(), *self._found.unmatched()]
        notes += [line for one in self._agreements for line in agreement_lines(one)]
        yield from ["", *notes] if notes else ()
        yield ""
        yield from self._found.account()
        yield from self._found.store_lines()
        stored = self._rows.stored
        if stored is not None and (watermark := stored.watermark) is not None:
            since = sum(
                _is_unanswered(o)
                and o.latest_limit is not None
                and in_time(watermark, o.latest_limit)
                for o in outcomes
            )
            if since:
                yield "  " + SHELL.text("overdue_since", count=since)
        yield from self._found.calendar_lines()

    def _notes(self) -> Iterator[str]:
        for key in NOTED:
            count = sum(getattr(outcome, key) for outcome in self._result.outcomes)
            if count:
                yield SENTENCES.text(key, count=count)

    def _heading(self) -> str:
        parts = [SHELL.text("as_of", when=words.minute_text(self._as_of))]
        if self._found.target is not None:
            parts.append(printable(self._found.target))
        if len(self._targets) == 1:
            target = self._targets[0]
            parts.append(budget_text(target.budget))
            selected = isinstance(target.schedule, ScheduleBy)
            name = schedule_text(target, self._configuration)
            parts.append(name if selected else words.hours_text(self._found.schedule.hours))
        parts.append(zone_text(self._as_of, self._found.schedule.tz))
        return " · ".join(parts)

    def _by_target(self) -> Iterator[str]:
        rows = [
            (
                target.name,
                budget_text(target.budget),
                schedule_text(target, self._configuration),
                _counted(one for one in self._result.outcomes if one.target == target.name),
            )
            for target in self._targets
        ]
        yield from columns(rows)

    def _table(self, *, show_all: bool) -> Iterator[str]:
        """Yield a titled table for each group of outcomes, the most urgent first.

        Without ``show_all`` only open and overdue appeals are listed, at most 20 in a group.
        """
        for group in GROUPS:
            if not show_all and group.verdict not in STILL_OPEN:
                continue
            section = sorted(filter(group.has, self._result.outcomes), key=_urgency)
            if section:
                shown = section if show_all else section[:SHOWN_ROWS]
                yield ""
                yield click.style(f"{group.title}: {len(section)}", bold=True)
                yield from self._group(group, shown)
                if len(shown) < len(section):
                    yield "  " + SHELL.text("and_more", count=len(section) - len(shown))

    def _group(self, group: Group, outcomes: Sequence[Outcome]) -> Iterator[str]:
        names = ["appeal", "agency", *(["target"] if len(self._targets) > 1 else []), *group.times]
        rows = [{name: SHELL.text(f"head_{name}") for name in names}, *map(self._cells, outcomes)]
        # a longer number of an appeal widens its own row alone
        widths = {name: min(WIDEST_PADDED, max(len(row[name]) for row in rows)) for name in names}
        *before, last = names
        align = str.rjust if last in ("late_by", "left") else str.ljust
        for row, outcome in zip(rows, (None, *outcomes), strict=True):
            padded = [row[name].ljust(widths[name]) for name in before]
            end = align(row[last], widths[last]).rstrip()
            if outcome is not None and group.colour:
                end = click.style(end, fg=group.colour)
            yield f"  {'  '.join(padded)}  {end}"
            if outcome is not None:
                yield from self._remarks(outcome)

    def _cells(self, outcome: Outcome) -> dict[str, str]:
        """Return the texts of all columns that a table may have, by their names."""
        return {
            "appeal": printable(outcome.appeal_id),
            "agency": "-" if outcome.agency_id is None else self._name(outcome.agency_id),
            "target": _cut(outcome.target),
            "due": self._due(outcome),
            "answered": self._time(outcome.answered_at),
            "withdrawn": self._time(outcome.withdrawn_at),
            "late_by": _amount(outcome.overdue),
            "left": _amount(outcome.remaining, is_left=True),
        }

    def _due(self, outcome: Outcome) -> str:
        if outcome.due_at is not None:
            return self._time(outcome.due_at, ends=isinstance(outcome.budget, DayBudget))
        earliest, latest = (None, None) if outcome.bounds is None else outcome.bounds.due_at
        if earliest is None:
            return "-"
        key = "due_not_before" if latest is None else "due_between"
        times = {"since": earliest, "until": latest, "when": earliest}
        return SHELL.text(key, **{name: self._time(at) for name, at in times.items() if at})

    def _name(self, agency_id: str) -> str:
        return _cut(self._configuration.mapping.agency_name(agency_id))

    def _time(self, when: datetime | None, *, ends: bool = False) -> str:
        return "-" if when is None else show_time(when, ends=ends, near=self._as_of.date())

    def _remarks(self, outcome: Outcome) -> Iterator[str]:
        """Yield what else is to say of an appeal; with ``--explain``, also who had it when."""
        in_days = isinstance(outcome.budget, DayBudget)
        parts = [SHELL.text("to_review")] if outcome.needs_review else []
        if self._explain:
            started, limit = outcome.started_at, outcome.limit
            parts.append(SHELL.text("posted", when=self._time(outcome.posted_at)))
            if started is not None and started != outcome.posted_at:
                parts.append(SHELL.text("started", when=self._time(started)))
            if limit is not None and limit != outcome.due_at:
                parts.append(SHELL.text("late_after", when=self._time(limit, ends=in_days)))
        if parts:
            yield f"    {' · '.join(parts)}"
        zone, spans = self._as_of.tzinfo, self._spans(outcome)
        amounts = [_amount(span.worked) for span in spans]
        for span, amount in zip(spans, amounts, strict=True):
            since, until = (self._time(at.astimezone(zone)) for at in (span.since, span.until))
            who = SHELL.text(span.phase if span.holder is None else "with_agency")
            if span.holder not in (None, outcome.agency_id):
                who = self._name(span.holder)
            yield f"    {since} - {until}  {amount:>{max(map(len, amounts))}}  {who}"
        holder = holder_at_breach(outcome, spans)
        if holder not in (None, outcome.agency_id):
            yield "    " + SHELL.text("holder_at_breach", holder=self._name(holder))


class Group(NamedTuple):
    """Outcomes that ``check`` lists together, and the columns after appeal, agency and target."""

    verdict: Verdict
    times: tuple[str, ...]
    colour: str | None = None
    is_answered: bool | None = None

    @property
    def title(self) -> str:
        if self.is_answered is None:
            return catalog.VERDICTS[self.verdict].capitalize()
        return SHELL.text("answered_late" if self.is_answered else "unanswered_late")

    def has(self, outcome: Outcome) -> bool:
        if outcome.verdict is not self.verdict:
            return False
        return self.is_answered in (None, outcome.answered_at is not None)


GROUPS: Final = (
    Group(Verdict.BREACHED, ("due", "late_by"), "red", is_answered=False),
    Group(Verdict.BREACHED, ("due", "late_by"), "red", is_answered=True),
    Group(Verdict.AT_RISK, ("due", "left"), "yellow"),
    Group(Verdict.PENDING, ("due", "left")),
    Group(Verdict.PAUSED, ("due", "left")),
    Group(Verdict.MET, ("due", "answered")),
    Group(Verdict.WITHDRAWN, ("due", "withdrawn")),
    Group(Verdict.EXCLUDED, ("due", "answered")),
)


def _amount(amount: timedelta | None, *, is_left: bool = False) -> str:
    """Write an amount in minutes: rounded up, but down if it is what is left."""
    if amount is None:
        return "-"
    amount -= amount % timedelta(minutes=1) if is_left else timedelta(0)
    return amount_in_words(amount).replace("\xa0", " ")


def _cut(text: str) -> str:
    return printable(text if len(text) <= WIDEST_CELL else text[: WIDEST_CELL - 1] + CUT)


# -- forecast --------------------------------------------------------------------------------

BAR_WIDTH: Final = 32
BAR: Final = "█"
BAR_WITHOUT_UNICODE: Final = "#"
SUMS: Final = ("overdue", "earlier", "later", "paused", "unknown")


class _ForecastOptions(Options):
    as_of: str | None = option("--as-of", metavar="TIME", without="now")
    since: str | None = option("--since", metavar="DATE|TIME", without="--as-of")
    days: int = option("--days", metavar="N", type=click.IntRange(1, 366), default=10)
    by: By = option("--by", type=click.Choice(("hour", "day")), default="hour")


@command("forecast", InputOptions, _ForecastOptions, CommonOptions)
def forecast(source: InputOptions, wanted: _ForecastOptions, common: CommonOptions) -> None:
    settings = Settings.of(common)
    configuration = settings.configuration()
    as_of = start = as_of_time(wanted.as_of, configuration, None)
    zone = main_schedule(configuration).tz
    if wanted.since is not None:
        day = read_day(wanted.since, zone, current_time())
        if day is None:
            start = read_time(wanted.since, zone, current_time()).when.astimezone(zone)
        else:
            start = datetime.combine(day, time(), zone)
    end = datetime.combine(start.date() + timedelta(days=wanted.days), time(), zone)
    with Stages() as stages:
        found = judged(settings, configuration, source, as_of, stages, detects=False)
    slots = forecast_deadlines(found.result.outcomes, start=start, end=end, zone=zone, by=wanted.by)
    if common.as_json:
        echo_json(
            {
                "schema": "workhours.forecast/2",
                "as_of": as_of,
                "from": start,
                "until": end,
                "by": wanted.by,
                **_forecast_data(slots),
                **policy_data(configuration),
                **found.account_data(),
            }
        )
        return
    heading = SHELL.text("forecast", since=show_time(start), until=show_time(end))
    echo_lines(
        [
            f"{heading} · {zone_text(start, zone)}",
            *_bars(slots, found, start, wanted.by),
            *found.unmatched(),
            "",
            *found.account(),
            *found.store_lines(),
            *found.calendar_lines(),
        ]
    )


def _forecast_data(found: Forecast) -> dict[str, Any]:
    return {
        "open": found.open,
        **{key: getattr(found, key) for key in SUMS if key != "unknown"},
        "calendar_unknown": found.unknown,
        "slots": [asdict(slot) for slot in found.slots],
    }


def _bars(found: Forecast, of: Judged, start: datetime, by: By) -> Iterator[str]:
    targets = of.configuration.policy.targets
    schedules = {schedule for target in targets for schedule in target.schedules}
    only = schedules.pop() if len(schedules) == 1 else None
    most = max((slot.count for slot in found.slots), default=0)
    figures = len(str(most))
    before: date | None = None
    for slot in found.slots:
        day = slot.since.date()
        bar = _bar() * max(1, slot.count * BAR_WIDTH // most)
        line = f"  {_label(slot, by)}  {bar:<{BAR_WIDTH}}  {slot.count:>{figures}}"
        if slot.together > 1:
            at_once = "all_at_once" if slot.together == slot.count else "at_once"
            line += "  " + SHELL.text(at_once, count=slot.together)
        off = 0 if only is None or day == before else _days_off_before(only, day, start)
        yield line + (f" ({SHELL.text('after_days_off', count=off)})" if off else "")
        before = day
    if not found.slots:
        yield "  " + SHELL.text("no_deadlines")
    yield " · ".join(SHELL.text(f"forecast_{part}", count=getattr(found, part)) for part in SUMS)


def _bar() -> str:
    try:
        BAR.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return BAR_WITHOUT_UNICODE
    return BAR


def _label(slot: Slot, by: By) -> str:
    day = slot.since.date()
    label = words.weekday_date(day)
    if by == "day":
        return label
    clock = words.clock_text(slot.until) if slot.until.date() == day else "24:00"
    return f"{label} {clock}"


def _days_off_before(schedule: Schedule, day: date, start: datetime) -> int:
    off = 0
    before = day - timedelta(days=1)
    try:
        while before >= start.date() and not schedule.intervals_of(before):
            off += 1
            before -= timedelta(days=1)
    except CalendarCoverageError:
        return 0
    return off
