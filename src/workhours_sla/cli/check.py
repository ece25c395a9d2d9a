"""The command ``check``: show which appeals are overdue, at risk or met, as text or as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import click

from workhours_sla.cli.check_result import CheckResult, is_breached, urgency
from workhours_sla.cli.check_text import check_lines
from workhours_sla.cli.given import given_without_config
from workhours_sla.cli.help import command, option
from workhours_sla.cli.input import read_rows
from workhours_sla.cli.options import (
    CommonOptions,
    InputOptions,
    as_of_option,
    common_options,
    input_options,
    take,
    target_option,
)
from workhours_sla.cli.output import BREACHES, CALENDAR_UNKNOWN, UNREADABLE, echo_json
from workhours_sla.cli.policy_output import main_schedule, note_pauses, policy_data
from workhours_sla.cli.row_counts import account_data, quarantine
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.times import read_time
from workhours_sla.config.sections import Config
from workhours_sla.json.outcomes import VERDICTS, holder_data, outcome_data
from workhours_sla.sla.evaluate import Evaluation, evaluate


class _CheckOptions(NamedTuple):
    """The options that only ``check`` has."""

    as_of: str | None
    warn: str | None
    target: str | None
    show_all: bool
    explain: bool
    strict: bool


@command()
@input_options
@as_of_option
@option("--warn", metavar="AMOUNT", without=Config().one_target.warn)
@target_option
@option("--all", "show_all", is_flag=True)
@option("--explain", is_flag=True)
@option("--strict", is_flag=True)
@common_options
def check(**options: Any) -> int:
    """Run the command ``check``, whose help is in ``text.catalog``."""
    wanted = take(_CheckOptions, options)
    source, common = take(InputOptions, options), take(CommonOptions, options)
    warn, target = wanted.warn, wanted.target
    settings = Settings.of(common, target)
    configuration = settings.configuration(warn)
    zone = main_schedule(configuration, target).tz
    now = read_time(wanted.as_of or "now", zone).when.astimezone(zone)
    given = given_without_config(source, common, settings)
    rows = read_rows(source, configuration.mapping, given)
    result = evaluate(
        rows.events, configuration.policy, as_of=now, provisional=settings.provisional
    )
    settings.note_ends(configuration, now)
    note_pauses(rows.events, configuration)
    if target is not None:
        result = _of_target(result, target)
    # --warn must not make the policy differ from that of the store
    version = (configuration if warn is None else settings.configuration()).policy.version
    found = CheckResult(
        *(result, rows, configuration, now, version),
        explain=wanted.explain,
        target=target,
    )
    if settings.as_json:
        echo_json(_data(found))
    else:
        for line in check_lines(found, show_all=wanted.show_all):
            click.echo(line)
    if wanted.strict and (rows.faults or quarantine(result, rows)):
        return UNREADABLE
    if any(map(is_breached, result.outcomes)):
        return BREACHES
    return CALENDAR_UNKNOWN if any(one.calendar_unknown for one in result.outcomes) else 0


def _of_target(result: Evaluation, name: str) -> Evaluation:
    """Keep only the outcomes of one target, and the unmatched appeals of this target."""
    return replace(
        result,
        outcomes=tuple(one for one in result.outcomes if one.target == name),
        unmatched=tuple(one for one in result.unmatched if one.target in (None, name)),
    )


def _data(found: CheckResult) -> dict[str, Any]:
    """Return the result of ``check`` for JSON, never localised."""
    outcomes = found.result.outcomes
    counts = Counter(outcome.verdict for outcome in outcomes)
    by_target = Counter((outcome.target, outcome.verdict) for outcome in outcomes)
    promised = policy_data(found.configuration, found.target)
    for target in promised["targets"]:
        target["counts"] = {verdict: by_target[target["name"], verdict] for verdict in VERDICTS}
    in_order = sorted(outcomes, key=lambda o: (VERDICTS.index(o.verdict), *urgency(o)))
    return {
        "schema": "workhours.check/5",
        "as_of": found.as_of,
        **promised,
        "counts": {verdict: counts[verdict] for verdict in VERDICTS},
        "outcomes": [
            {
                **outcome_data(outcome),
                **holder_data(outcome, found.spans(outcome), found.as_of.tzinfo),
            }
            for outcome in in_order
        ],
        "agreement": [asdict(one) for one in found.agreements],
        **account_data(found.result, found.rows),
    }
