"""Published norms: every preset can be read, names its sources, and works on any schedule."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from kit.values import OFFICE
from workhours_sla import Event, EventType, Schedule, WorkingDays, evaluate, working_hours
from workhours_sla.config.file import parse_config
from workhours_sla.config.policy import configured, load_preset, preset_names
from workhours_sla.errors import ConfigError

if TYPE_CHECKING:
    from workhours_sla import Policy


def policy(text: str, schedule: Schedule = OFFICE) -> Policy:
    return configured(parse_config(text, "norms.toml"), schedule).policy


def test_the_norms_of_the_package() -> None:
    assert preset_names() == ["59fz", "crimea", "pos", "sevastopol", "volgograd"]
    with pytest.raises(ConfigError, match="no preset 'moscow'; use 59fz, crimea"):
        load_preset("moscow")
    names = [norm.name for name in preset_names() for norm in load_preset(name).targets]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_names_its_sources_and_works_on_any_schedule(name: str) -> None:
    preset = load_preset(name)
    assert preset.sources
    for source in preset.sources:
        assert source.title
        if source.url is None:  # this source cannot be checked
            assert source.confidence == "low"
            assert "to be checked" in source.note
    roll = 'roll = "following"\n' if name in ("59fz", "pos") else ""  # whose budgets are in days
    for schedule in (OFFICE, Schedule(None, "Mo-Su 00:00-24:00", tz="Asia/Omsk")):
        targets = policy(f"[presets.{name}]\n{roll}", schedule).targets
        assert targets
        assert {target.schedule for target in targets} == {schedule}


def test_budgets_and_starts_of_the_norms() -> None:
    found = {
        norm.name: (norm.budget, norm.starts)
        for name in preset_names()
        for norm in load_preset(name).targets
    }
    assert found == {
        "volgograd reply": ("4h", "posted"),
        "sevastopol reply": ("9h", "assigned"),
        "sevastopol urgent reply": ("4h", "assigned"),
        "sevastopol final reply": ("7 working days", "interim"),
        "crimea reply": ("9h", "detected"),
        "crimea final reply": ("7 working days", "interim"),
        "pos answer": ("30 days", "registered"),
        "pos fast answer": ("10 days", "registered"),
        "59fz registration": ("3 days", "posted"),
        "59fz forwarding": ("7 days", "registered"),
        "59fz answer": ("30 days", "registered"),
        "59fz extended answer": ("60 days", "registered"),
    }


def test_optional_targets_apply_only_where_a_rule_names_them() -> None:
    names = [target.name for target in policy('preset = "sevastopol"').targets]
    assert names == ["sevastopol reply", "sevastopol final reply"]
    by_rules = policy(
        "[presets.sevastopol]\n"
        '[[rules]]\nimportances = ["high"]\ntargets = ["sevastopol urgent reply"]\n'
        '[[rules]]\ntargets = ["sevastopol reply", "sevastopol final reply"]\n'
    )
    assert [target.budget for target in by_rules.targets] == [
        working_hours(4),
        working_hours(9),
        WorkingDays(7),
    ]


def test_the_file_sets_what_a_norm_leaves_open() -> None:
    text = (
        "[presets.59fz]\n"
        'roll = "preceding"\ncount_from = "same_day"\nwarn = "8h"\nclosing = "strict"\n'
        'schedule = "office"\n'
        '[schedules.office]\ncalendar = "RU-TA"\nhours = "Mo-Fr 09:00-18:00"\n'
    )
    for target in policy(text).targets:
        assert (target.budget.roll, target.budget.count_from) == ("preceding", "same_day")
        assert (target.warn, target.closing) == (working_hours(8), "strict")
        assert target.schedules[0].calendar.id == "RU-TA"


@pytest.mark.parametrize(
    ("roll", "due"), [("following", "2026-01-12 18:00"), ("preceding", "2025-12-30 18:00")]
)
def test_thirty_days_from_registration_end_where_the_roll_says(roll: str, due: str) -> None:
    registered = datetime(2025, 12, 8, 11, 0, tzinfo=OFFICE.tz)
    events = [
        Event("1", "A", EventType.CREATED, registered, registered),
        Event("2", "A", EventType.REGISTERED, registered, registered),
    ]
    result = evaluate(events, policy(f'[presets.59fz]\nroll = "{roll}"'), as_of=registered)
    answer = next(one for one in result.outcomes if one.target == "59fz answer")
    assert str(answer.due_at)[:16] == due
