"""The appeals of a file or a store, judged, with an account of every row and every event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec.structs import asdict

from workhours_sla.cli.init import given_without_config
from workhours_sla.cli.input import Rows, read_rows
from workhours_sla.cli.output import Stages, echo_note, printable, show_time
from workhours_sla.cli.settings import InputOptions, Settings, edge
from workhours_sla.config.policy_builder import CONDITIONS, Configuration
from workhours_sla.errors import shown
from workhours_sla.json.answers import schedule_data
from workhours_sla.json.outcomes import quarantined_data
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.evaluate import Evaluation, evaluate
from workhours_sla.sla.event import EventType
from workhours_sla.sla.policy import Rule, targets_named
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.text import catalog
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import said
from workhours_sla.text.words import calendar_name
from workhours_sla.worktime.budgets import budget_data
from workhours_sla.worktime.schedule import Schedule

SHOWN_FAULTS: Final = 5
SHOWN_UNMATCHED: Final = 5
_OF_TARGETS: Final = (
    *("starts", "pauses", "on_transfer", "on_reopen", "warn", "warn_percent", "closing"),
    "staff_opened",
)


@dataclass(frozen=True)
class Judged:
    """The rows of a command and their evaluation at ``as_of``.

    ``version`` is that of the policy without the effect of ``--warn``.
    """

    configuration: Configuration
    target: str | None
    rows: Rows
    result: Evaluation
    as_of: datetime
    version: str
    show_rejected: bool

    @property
    def schedule(self) -> Schedule:
        return main_schedule(self.configuration, self.target)

    @property
    def quarantine(self) -> tuple[Quarantined, ...]:
        """All events that were quarantined, by the evaluation or by the store."""
        stored = self.rows.stored
        return (*self.result.quarantine, *(stored.left_out if stored else ()))

    def account(self) -> Iterator[str]:
        """Yield lines that count rows and events, and show why some were not used."""
        rows, faulty = self.rows, len(self.rows.faults)
        if rows.read_count is not None:
            yield rows_line(rows.read_count, faulty, rows.ignored, rows.inverted)
        elif faulty:
            yield SHELL.text("rows_in_quarantine", count=faulty)
        counts = self._events()
        line = events_line(counts)
        for key, count in (("after_as_of", "after_as_of"), ("came_late", "late")):
            if counts[count]:
                line += SHELL.text(key, count=counts[count])
        yield line
        quarantined = self.quarantine
        reasons = Counter(fault.reason for fault in rows.faults)
        reasons.update(reason for _, reason in quarantined)
        yield from reason_lines(reasons)
        for fault in rows.faults[: None if self.show_rejected else SHOWN_FAULTS]:
            yield f"    {SHELL.text(rows.place, line=fault.line)}: {said(fault.detail)}"
            if self.show_rejected:
                yield f"      {printable(fault.text)}"
        for event, reason in quarantined[:SHOWN_FAULTS]:
            why = catalog.QUARANTINE_REASONS[reason]
            yield f"    {event.appeal_id} {event.type} {event.occurred_at.isoformat()}: {why}"

    def account_data(self) -> dict[str, Any]:
        rows, faulty, stored = self.rows, len(self.rows.faults), self.rows.stored
        unit = rows.unit if stored is None else "row"
        read = rows.read_count
        found: dict[str, Any] = {
            "unmatched": [one._asdict() for one in self.result.unmatched],
            "rows": {
                "read": read,
                "mapped": None if read is None else read - faulty - rows.ignored,
                "ignored": None if read is None else rows.ignored,
                "inverted": None if read is None else rows.inverted,
                "quarantined": faulty,
            },
            "events": self._events(),
            "quarantine": [
                *(
                    {unit: line, "reason": reason, "detail": detail, "text": text}
                    for line, reason, detail, text in rows.faults
                ),
                *map(quarantined_data, self.quarantine),
            ],
        }
        if stored is not None:
            names = ("watermark", "policy_version", "complete_since")
            found["store"] = {name: getattr(stored, name) for name in names}
        return found

    def _events(self) -> dict[str, int | None]:
        counts, stored = self.result.reconciliation, self.rows.stored
        found: dict[str, int | None] = {
            "read": counts.read,
            "applied": counts.applied,
            "duplicate": counts.duplicate,
            "quarantined": len(self.quarantine),
            "after_as_of": counts.after_as_of,
            "late": counts.late if self.rows.per_event else None,
        }
        if stored is not None:  # its counts are totals of all runs
            totals = stored.counts._asdict()
            found |= {key: totals[key] for key in ("read", "duplicate", "replaced", "dropped")}
        return found

    def unmatched(self) -> Iterator[str]:
        """Yield a line for each reason why appeals have no target, with their count and ids."""
        for reason, word in catalog.UNMATCHED_REASONS.items():
            found = (one.appeal_id for one in self.result.unmatched if one.reason == reason)
            ids = list(dict.fromkeys(found))
            if ids:
                first = ", ".join(ids[:SHOWN_UNMATCHED]) + ", ..." * (len(ids) > SHOWN_UNMATCHED)
                yield f"{word}: {len(ids)} ({first})"

    def store_lines(self) -> Iterator[str]:
        """Yield a line for each reason why an answer from a store is incomplete."""
        stored, zone = self.rows.stored, self.schedule.tz
        if stored is None:
            return
        if stored.watermark is None:
            yield SHELL.text("no_watermark")
        elif stored.watermark < self.as_of:
            yield SHELL.text("behind", when=show_time(stored.watermark.astimezone(zone)))
        if stored.counts.dropped:
            line = SHELL.text("dropped_events", count=stored.counts.dropped)
            if stored.complete_since is not None:
                when = show_time(stored.complete_since.astimezone(zone))
                line += SHELL.text("complete_since", when=when)
            yield line
        if stored.policy_version != self.version:
            versions = {"stored": stored.policy_version, "given": self.version}
            yield SHELL.text("other_policy", **versions)

    def calendar_lines(self) -> Iterator[str]:
        """Yield a line for each calendar of the policy or the target, with its version."""
        targets = targets_named(self.configuration.policy, self.target)
        schedules = [one for target in targets for one in target.schedules]
        for id_, version in dict.fromkeys((s.calendar.id, s.calendar.version) for s in schedules):
            name = SHELL.text("version", id=calendar_name(id_), version=version)
            yield f"{SHELL.text('calendar')} {name}"


def as_of_time(text: str | None, configuration: Configuration, target: str | None) -> datetime:
    """Return the time of ``--as-of``, by default the current one, in the zone of the schedule.

    A year, a month or a date is its end.
    """
    zone = main_schedule(configuration, target).tz
    return edge("--as-of", text or "now", zone, is_end=True).astimezone(zone)


def judged(
    settings: Settings,
    configuration: Configuration,
    source: InputOptions,
    as_of: datetime,
    stages: Stages,
    *,
    detects: bool = True,
    version: str | None = None,
) -> Judged:
    """Read the appeals that a command was given, and say of each whether its target was met.

    ``detects`` allows files without configuration. ``version`` is the version of the policy to
    show, if not its own; ``stages`` shows how far the work is. Rows of one appeal that contradict
    each other are refused.
    """
    given = given_without_config(source, settings.options) if detects else None
    rows = read_rows(source, configuration.mapping, stages, given)
    if rows.repeated:
        from workhours_sla.compliance.cases import refuse_repeated

        refuse_repeated(rows.repeated)
    stages.begin("judging")
    result = evaluate(
        rows.events, configuration.policy, as_of=as_of, provisional=settings.options.provisional
    )
    settings.note_ends(configuration, as_of)
    _note_pauses(rows, configuration)
    _note_later_answers(rows, result, as_of)
    version = version or configuration.policy.version
    return Judged(
        configuration, settings.target, rows, result, as_of, version, source.show_rejected
    )


def _note_pauses(rows: Rows, configuration: Configuration) -> None:
    """Print a note if a status log has pauses, but no target of the policy excludes pauses.

    Only status logs are checked, because their configuration names the paused statuses. In other
    files, targets without ``pauses`` are usual.
    """
    of_statuses = configuration.mapping.input.kind == "statuses"
    if not of_statuses or any(target.pauses for target in configuration.policy.targets):
        return
    count = sum(event.type is EventType.PAUSED for event in rows.events)
    if count:
        echo_note("pauses_not_counted", count=count)


def _note_later_answers(rows: Rows, result: Evaluation, as_of: datetime) -> None:
    """Print a note if appeals without an answer by ``as_of`` have one more than a day later."""
    latest = as_of.astimezone(UTC) + timedelta(days=1)
    unanswered = {outcome.appeal_id for outcome in result.outcomes if not outcome.answered_at}
    replies = (event for event in rows.events if event.type is EventType.REPLIED)
    later = [one for one in replies if one.occurred_at > latest and one.appeal_id in unanswered]
    if later:
        last = max(later, key=lambda event: event.occurred_at)
        at, when = (show_time(one.astimezone(as_of.tzinfo)) for one in (last.occurred_at, as_of))
        echo_note("answers_later", count=len(later), id=shown(last.appeal_id), at=at, when=when)


def main_schedule(configuration: Configuration, target: str | None = None) -> Schedule:
    """Return the first schedule of ``target``, or of the first target: times are in its zone."""
    return targets_named(configuration.policy, target)[0].schedules[0]


# -- lines that watch has too ----------------------------------------------------------------


def rows_line(read: int, faulty: int, ignored: int, inverted: int) -> str:
    line = SHELL.text("rows", read=read, mapped=read - faulty - ignored, faulty=faulty)
    if ignored:
        line += SHELL.text("ignored_rows", count=ignored)
    if inverted:
        line += SHELL.text("inverted_rows", count=inverted)
    return line


def events_line(counts: Mapping[str, Any]) -> str:
    line = SHELL.text("events", **counts)
    for part in ("replaced", "dropped"):
        if counts.get(part):
            line += SHELL.text(f"{part}_count", count=counts[part])
    return line


def reason_lines(counts: Mapping[str, int]) -> Iterator[str]:
    for reason, count in Counter(counts).most_common():
        yield f"  {count:>6}  {catalog.QUARANTINE_REASONS[reason]}"


# -- the policy ------------------------------------------------------------------------------


def schedule_text(target: Target, configuration: Configuration) -> str:
    """Return the name of a target's schedule, or the words for the field that selects it."""
    if isinstance(target.schedule, ScheduleBy):
        return SHELL.text(f"by_{target.schedule.field}")
    return _names(configuration)[id(target.schedule)]


def policy_data(configuration: Configuration, target: str | None = None) -> dict[str, Any]:
    """Return the policy for JSON, of its targets only the one with the name ``target``, if any."""
    policy = configuration.policy
    return {
        "policy_version": policy.version,
        "targets": [_target_data(one, configuration) for one in targets_named(policy, target)],
        "rules": [_rule_data(rule) for rule in policy.rules],
        "on_change": policy.on_change,
        "on_change_past": policy.on_change_past,
        "schedules": {
            name: schedule_data(schedule) for name, schedule in configuration.schedules.items()
        },
        "presets": {
            name: {"title": preset.title, "sources": [asdict(one) for one in preset.sources]}
            for name, preset in configuration.presets.items()
        },
    }


def _rule_data(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        **{condition: sorted(getattr(rule, condition)) for condition in CONDITIONS},
        "valid_from": rule.valid_from,
        "valid_until": rule.valid_until,
        "targets": [target.name for target in rule.targets],
    }


def _target_data(target: Target, configuration: Configuration) -> dict[str, Any]:
    names, cap, by = _names(configuration), target.pause_cap, target.schedule
    selected = isinstance(by, ScheduleBy)
    return {
        "name": target.name,
        "budget": budget_data(target.budget),
        "stops": target.stops if isinstance(target.stops, str) else sorted(target.stops),
        "pause_cap": None if cap is None else budget_data(cap),
        **{name: getattr(target, name) for name in _OF_TARGETS},
        "schedule": None if selected else names[id(by)],
        "schedule_by": {
            "field": by.field,
            "schedules": {value: names[id(one)] for value, one in by.schedules.items()},
            "otherwise": None if by.otherwise is None else names[id(by.otherwise)],
        }
        if isinstance(by, ScheduleBy)
        else None,
    }


def _names(configuration: Configuration) -> dict[int, str]:
    return {id(schedule): name for name, schedule in configuration.schedules.items()}
