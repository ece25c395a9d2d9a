"""Show the policy of a command with its schedules and calendars, as text and for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from msgspec import to_builtins
from msgspec.structs import asdict

from workhours_sla.adapters.config.policy import CONDITIONS, Configuration
from workhours_sla.adapters.json.structs import budget_forms
from workhours_sla.cli.answers import schedule_data
from workhours_sla.sla.policy import Rule
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.text.budgets import budget_words
from workhours_sla.text.shell import SHELL
from workhours_sla.worktime.budget import format_amount
from workhours_sla.worktime.budget_kinds import Budget
from workhours_sla.worktime.schedule import Schedule

_OPTIONS: Final = (
    *("starts", "pauses", "on_transfer", "on_reopen", "warn", "warn_percent", "closing"),
    "staff_opened",
)
"""The attributes of a target that are printed unchanged in JSON."""


def budget_text(budget: Budget, lang: str) -> str:
    """Return a budget in words, such as ``7 working days``."""
    kind = budget_forms()[type(budget)].__struct_config__.tag
    amount: Any = getattr(budget, "amount", budget)  # only ClockTime has an amount
    size = format_amount(amount) if isinstance(amount, timedelta) else amount.count
    return budget_words(kind, size, lang)


def schedule_text(target: Target, configuration: Configuration, lang: str) -> str:
    """Return the name of a target's schedule, or the words for the field that selects it."""
    if isinstance(target.schedule, ScheduleBy):
        return SHELL.text(lang, f"by_{target.schedule.field}")
    return _names(configuration)[id(target.schedule)]


def main_schedule(configuration: Configuration) -> Schedule:
    """Return the first schedule of the first target. Times are read and shown in its zone."""
    return configuration.policy.targets[0].schedules[0]


def calendar_lines(configuration: Configuration, lang: str) -> Iterator[str]:
    """Yield a line for each calendar of the policy, with its version."""
    schedules = (one for target in configuration.policy.targets for one in target.schedules)
    for id_, version in dict.fromkeys((one.calendar.id, one.calendar.version) for one in schedules):
        name = SHELL.text(lang, "version", id=id_, version=version)
        yield f"{SHELL.text(lang, 'calendar')} {name}"


def policy_data(configuration: Configuration) -> dict[str, Any]:
    """Return the targets, the rules, the schedules and the presets for JSON."""
    policy = configuration.policy
    return {
        "policy_version": policy.version,
        "targets": [_target_data(target, configuration) for target in policy.targets],
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
        "budget": _budget_data(target.budget),
        "stops": target.stops if isinstance(target.stops, str) else sorted(target.stops),
        "pause_cap": None if cap is None else _budget_data(cap),
        **{name: getattr(target, name) for name in _OPTIONS},
        "schedule": None if isinstance(by, ScheduleBy) else names[id(by)],
        "schedule_by": {
            "field": by.field,
            "schedules": {value: names[id(one)] for value, one in by.schedules.items()},
        }
        if isinstance(by, ScheduleBy)
        else None,
    }


def _budget_data(budget: Budget) -> object:
    if isinstance(budget, timedelta):
        return budget
    data = to_builtins(budget_forms()[type(budget)].written(budget))
    return {data.pop("kind"): data}


def _names(configuration: Configuration) -> dict[int, str]:
    return {id(schedule): name for name, schedule in configuration.schedules.items()}
