"""The policy, schedules and calendars of a command, as text and for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec.structs import asdict

from workhours_sla.cli.output import echo_note
from workhours_sla.config.policy import CONDITIONS, Configuration
from workhours_sla.json.answers import schedule_data
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.policy import Rule, targets_named
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.text.catalog import SHELL
from workhours_sla.worktime.budgets import budget_data
from workhours_sla.worktime.schedule import Schedule

_OPTIONS: Final = (
    *("starts", "pauses", "on_transfer", "on_reopen", "warn", "warn_percent", "closing"),
    "staff_opened",
)


def schedule_text(target: Target, configuration: Configuration) -> str:
    if isinstance(target.schedule, ScheduleBy):
        return SHELL.text(f"by_{target.schedule.field}")
    return _names(configuration)[id(target.schedule)]


def note_pauses(events: Iterable[Event], configuration: Configuration) -> None:
    """Print a note if a status log has pauses, but no target of the policy excludes pauses."""
    of_statuses = configuration.mapping.input.kind == "statuses"
    if not of_statuses or any(target.pauses for target in configuration.policy.targets):
        return
    count = sum(event.type is EventType.PAUSED for event in events)
    if count:
        echo_note("pauses_not_counted", count=count)


def main_schedule(configuration: Configuration, target: str | None = None) -> Schedule:
    """Return the first schedule of ``target``, or of the first target without a name."""
    return targets_named(configuration.policy, target)[0].schedules[0]


def calendar_lines(configuration: Configuration, target: str | None = None) -> Iterator[str]:
    """Yield a line for each calendar of the policy, or of a target, with its version."""
    targets = targets_named(configuration.policy, target)
    schedules = (one for of_target in targets for one in of_target.schedules)
    for id_, version in dict.fromkeys((one.calendar.id, one.calendar.version) for one in schedules):
        name = SHELL.text("version", id=id_, version=version)
        yield f"{SHELL.text('calendar')} {name}"


def policy_data(configuration: Configuration, target: str | None = None) -> dict[str, Any]:
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
            name: {
                "title": preset.title,
                "sources": [asdict(source) for source in preset.sources],
            }
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
    by = target.schedule
    names = _names(configuration)
    cap = target.pause_cap
    return {
        "name": target.name,
        "budget": budget_data(target.budget),
        "stops": target.stops if isinstance(target.stops, str) else sorted(target.stops),
        "pause_cap": None if cap is None else budget_data(cap),
        **{name: getattr(target, name) for name in _OPTIONS},
        "schedule": None if isinstance(by, ScheduleBy) else names[id(by)],
        "schedule_by": {
            "field": by.field,
            "schedules": {value: names[id(one)] for value, one in by.schedules.items()},
        }
        if isinstance(by, ScheduleBy)
        else None,
    }


def _names(configuration: Configuration) -> dict[int, str]:
    return {id(schedule): name for name, schedule in configuration.schedules.items()}
