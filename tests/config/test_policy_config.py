"""Policies in the configuration: what they mean, and the errors of impossible policies."""

from __future__ import annotations

import json
import sys
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kit.paths import DOCS, EXAMPLES
from kit.values import OFFICE, run
from tools.documents import blocks_of
from workhours_sla import (
    CalendarDays,
    ClockTime,
    EventType,
    Months,
    Policy,
    Rule,
    Schedule,
    ScheduleBy,
    Target,
    WorkingDays,
    working_hours,
)
from workhours_sla.config.file import load_config, parse_config
from workhours_sla.config.policy import Configuration, configured
from workhours_sla.config.sections import config_schema
from workhours_sla.errors import ConfigError
from workhours_sla.sla.event import Attributes

BEGIN = datetime(2026, 3, 12, tzinfo=UTC)

SCHEDULES = """
[schedules.office]
calendar = "RU-VGG"
hours = "Mo-Fr 09:00-18:00"

[schedules.duty]
calendar = "none"
hours = "Mo-Su 08:00-20:00"
tz = "Europe/Volgograd"
"""
AGENCIES = """
[agencies.health]
name = "Комитет здравоохранения"
schedule = "office"

[agencies]
roads.schedule = "duty"
"""
ONE = '[[targets]]\nname = "a"\nbudget = "4h"\n'
SWAP = "from = 2026-09-01\nto = 2026-09-07\nact = 'x'"
TWO = ONE + '[[targets]]\nname = "b"\nbudget = "8h"\n'


def promised(text: str, **options: Any) -> Configuration:
    return configured(parse_config(text, "region.toml"), OFFICE, **options)


def only_target(options: str) -> Target:
    (target,) = promised(f'[[targets]]\nname = "a"\n{options}{SCHEDULES}').policy.targets
    return target


# -- policies --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "budget"),
    [
        ('budget = "4h30m"', working_hours(4, minutes=30)),
        ('budget = "9h clock"', ClockTime(timedelta(hours=9))),
        ('budget = "7 working days"', WorkingDays(7)),
        ('budget = "1 Working Day"', WorkingDays(1)),
        ('budget = "2 working days"\ncount_from = "same_day"', WorkingDays(2, "same_day")),
        ('budget = "30 days"\nroll = "following"', CalendarDays(30, "following")),
        (
            'budget = "3 days"\nroll = "none"\ncount_from = "same_day"',
            CalendarDays(3, "none", "same_day"),
        ),
        ('budget = "1 month"\nroll = "preceding"', Months(1, "preceding")),
    ],
)
def test_budgets_of_every_kind(written: str, budget: object) -> None:
    assert only_target(written + '\nschedule = "office"\n').budget == budget


def test_every_option_of_a_target() -> None:
    options = """
        budget = "2 days"
        schedule = "duty"
        starts = "detected"
        stops = ["replied", "closed"]
        pauses = true
        pause_cap = "3 working days"
        on_transfer = "restart"
        on_reopen = "ignore"
        warn = "90m"
        warn_percent = 75
        closing = "strict"
        roll = "none"
    """
    wanted = Target(
        "a",
        CalendarDays(2, "none"),
        Schedule(None, "Mo-Su 08:00-20:00", tz="Europe/Volgograd"),
        starts="detected",
        stops=frozenset({EventType.REPLIED, EventType.CLOSED}),
        pauses=True,
        pause_cap=WorkingDays(3),
        on_transfer="restart",
        on_reopen="ignore",
        warn=working_hours(1, minutes=30),
        warn_percent=75,
        closing="strict",
    )
    assert only_target(options) == wanted
    assert promised(f'[target]\nname = "a"\n{options}{SCHEDULES}').policy.targets == (wanted,)


def test_a_target_without_options_has_the_defaults_of_the_library() -> None:
    assert promised(ONE).policy == Policy([Target("a", working_hours(4), OFFICE)])
    assert promised(TWO, warn=working_hours(2)).policy.targets[1].warn == working_hours(2)


def test_a_name_alone_is_enough_for_an_agency() -> None:
    names = "[agencies]\nhealth.name = 'H'\nroads = {}\n"
    for text in (names, ONE + names, "preset = 'volgograd'\n" + names):
        assert list(parse_config(text, "x").agencies) == ["health", "roads"]


def test_schedules_by_agency() -> None:
    target = only_target(f'budget = "4h"\nschedule_by = "agency_id"\n{AGENCIES}')
    assert isinstance(target.schedule, ScheduleBy)
    assert target.schedule.field == "agency_id"
    assert {name: str(one.hours) for name, one in target.schedule.schedules.items()} == {
        "health": "Mo-Fr 09:00-18:00",
        "roads": "Mo-Su 08:00-20:00",
    }
    alone = f'[target]\nbudget = "4h"\nschedule_by = "agency_id"\n{SCHEDULES}{AGENCIES}'
    assert promised(alone).policy.targets[0].schedule == target.schedule
    assert promised('on_change_past = "count"\n' + alone).policy.on_change_past == "count"


def test_the_schedule_of_the_file_is_named_default_where_a_target_uses_it() -> None:
    default = ONE + 'schedule = "default"\n' + SCHEDULES
    assert list(promised(default).schedules) == ["default", "office", "duty"]
    with pytest.raises(ConfigError, match=r"targets\[0\]: there are \[schedules\], but the target"):
        promised(ONE + SCHEDULES)
    elsewhere = ONE + 'schedule = "office"\n' + SCHEDULES
    assert list(promised(elsewhere).schedules) == ["office", "duty"]
    assert promised(ONE + 'schedule = "default"\n').schedules == {"default": OFFICE}


def test_every_condition_of_a_rule() -> None:
    policy = promised(
        TWO
        + """
        [[rules]]
        name = "urgent"
        targets = ["b", "a"]
        channels = ["vk", "ok"]
        topics = ["roads"]
        importances = ["high"]
        regimes = ["social"]
        agencies = ["health"]
        districts = ["kletsky"]
        valid_from = 2026-01-01T00:00:00+03:00
        valid_until = 2027-01-01T00:00:00+03:00
        [[rules]]
        targets = ["a"]
        """
    ).policy
    a, b = (Target("a", working_hours(4), OFFICE), Target("b", working_hours(8), OFFICE))
    assert policy == Policy(
        [
            Rule(
                (b, a),
                name="urgent",
                channels=frozenset({"vk", "ok"}),
                topics=frozenset({"roads"}),
                importances=frozenset({"high"}),
                regimes=frozenset({"social"}),
                agencies=frozenset({"health"}),
                districts=frozenset({"kletsky"}),
                valid_from=datetime.fromisoformat("2026-01-01T00:00:00+03:00"),
                valid_until=datetime.fromisoformat("2027-01-01T00:00:00+03:00"),
            ),
            Rule((a,)),
        ]
    )


def test_when_a_new_rule_applies() -> None:
    rules = TWO + '[[rules]]\ntargets = ["a"]\nchannels = ["vk"]\n[[rules]]\ntargets = ["b"]\n'
    assert promised(f'on_change = "from_change"\n{rules}').policy.on_change == "from_change"
    assert promised(rules).policy.on_change == "from_creation"


def test_own_days_off_and_transfers() -> None:
    text = (
        '[[targets]]\nname = "a"\nbudget = "4h"\nschedule = "own"\n'
        '[schedules.own]\ncalendar = "RU-VGG"\nhours = "Mo-Fr 09:00-18:00"\n'
        'days_off = { 2026-09-01 = "Order 7" }\n'
        'transfers = [{ from = 2026-09-05, to = 2026-09-07, act = "Order 8" }]\n'
    )
    calendar = promised(text).schedules["own"].calendar
    working = {day: calendar.is_working_day(date(2026, 9, day)) for day in range(1, 8)}
    assert working == {1: False, 2: True, 3: True, 4: True, 5: True, 6: False, 7: False}
    assert "Order 7" in calendar.day(date(2026, 9, 1)).describe()
    assert "Order 8" in calendar.day(date(2026, 9, 5)).describe()


def test_acts_may_be_added_to_every_named_calendar() -> None:
    text = ONE + 'schedule = "office"\n' + SCHEDULES
    six = promised(text, amend=lambda calendar: calendar.with_week(6)).schedules["office"]
    assert six.calendar.is_working_day(date(2026, 3, 14))


@pytest.mark.parametrize(("calendar", "by_rule"), [("DE", False), ("RU-VGG", True)])
def test_own_days_off_in_a_year_of_a_calendar_file_or_without_an_act(
    calendar: str,
    by_rule: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    schedule = f'calendar = "{calendar}"\nhours = "Mo-Fr 09:00-18:00"\ntz = "Europe/Moscow"\n'
    schedule += 'days_off = { 2028-12-27 = "Order 7" }\n'
    settings, named, acts = tmp_path / "a.toml", tmp_path / "b.toml", tmp_path / "year.toml"
    settings.write_text(f"[schedule]\n{schedule}", "utf-8")
    named.write_text(f'{ONE}schedule = "own"\n[schedules.own]\n{schedule}', "utf-8")
    acts.write_text("confirms = [{ from = 2028-01-01, to = 2028-12-31 }]\n", "utf-8")
    for file in (settings, named):
        due = ("due", "26.12.2028 17:00", "--lang", "en", "--config", file)
        status, out, err = run(capsys, *due, "--calendar-file", acts)
        assert (status, "Thu 28 Dec 2028" in out) == (0, True), err
        _, out, err = run(capsys, *due, "--provisional")
        assert ("Thu 28 Dec 2028" in out and "PROVISIONAL" in out) == by_rule, err
        status, _, err = run(capsys, *due)
        assert (status, "does not know 26 Dec 2028" in err) == (3, True)
        assert run(capsys, "due", "26.12.2025 17:00", "--config", file)[0] == 0


def test_an_own_day_off_that_is_also_an_own_working_day_is_refused() -> None:
    text = (
        '[schedule]\ncalendar = "RU-VGG"\ndays_off = { 2026-10-03 = "Order 7" }\n'
        'transfers = [{ from = 2026-10-03, to = 2026-10-05, act = "Order 8" }]\n'
    )
    with pytest.raises(ConfigError, match=r"2026-10-03 is both .*Order 8.*Order 7.*remove one row"):
        parse_config(text, "own.toml")


def test_the_shipped_region() -> None:
    sys.path.insert(0, str(EXAMPLES))
    try:
        from appeal_stream.region import DISTRICTS, UNITS
    finally:
        sys.path.pop(0)
    config = load_config(EXAMPLES / "region.toml")
    assert {unit.id: unit.name for unit in UNITS} == {
        unit: body.name for unit, body in config.agencies.items()
    }
    assert [one.id for one in DISTRICTS] == list(config.districts)
    policy = configured(config, OFFICE).policy
    for channel, targets in (("vk", 3), ("pos", 3), ("site", 1), ("phone", 0)):
        rule = policy.rule_for(BEGIN, Attributes(channel=channel))
        assert len(rule.targets if rule else ()) == targets


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_examples_of_the_documentation_are_valid(language: str) -> None:
    page = DOCS / language / "reference/configuration.md"
    examples = {one.caption: one.text for one in blocks_of(page) if one.language == "toml"}
    assert len(promised(examples["rules.toml"]).policy.rules) == 2
    for name, text in examples.items():
        assert promised(text).policy.targets, name


# -- errors -----------------------------------------------------------------------------------

WRONG = [
    # (text, key path, a part of the message)
    ("[targets]\nname = 'a'", "targets", "expected rows, got a table"),
    (ONE + "stops_on = ['replied']", "targets[0].stops_on", "the key is now stops"),
    ("[[targets]]\nname = 'a'", "targets[0].budget", "missing"),
    ("[[targets]]\nbudget = '4h'", "targets[0].name", "missing"),
    (ONE + "start = 'posted'", "targets[0].start", "did you mean starts?"),
    (ONE + "starts = ''", "targets[0].starts", "use assigned, detected, interim"),
    (ONE + "starts = 'postd'", "targets[0].starts", "did you mean posted?"),
    (ONE + "stops = 'closed'", "targets[0].stops", "is not a valid value"),
    (ONE + "stops = []", "targets[0].stops", 'write ["replied"]'),
    (ONE + "stops = ['reopened']", "targets[0].stops", 'never "created" or "reopened"'),
    (ONE + "stops = ['clsed']", "targets[0].stops[0]", "did you mean closed?"),
    (ONE + "pauses = 'yes'", "targets[0].pauses", "expected true or false, got 'yes'"),
    (ONE + "pause_cap = '1h'", "targets[0]", "has a pause_cap but no pauses"),
    (ONE + "pauses = true\npause_cap = '3 moons'", "targets[0].pause_cap",
     "'3 moons' is not a budget"),
    (ONE + "pauses = true\npause_cap = '3 days'", "targets[0].pause_cap", "give roll"),
    (ONE + "warn_percent = 100", "targets[0]", "from 1 to 99"),
    (ONE + "warn_percent = true", "targets[0].warn_percent", "expected a whole number, got true"),
    (ONE + "warn = '1 day'", "targets[0].warn", "not an amount"),
    (ONE + "roll = 'none'", "targets[0].roll", "no days for it to count"),
    (ONE + "count_from = 'same_day'", "targets[0].count_from", "no days for it to count"),
    (ONE + "closing = 'late'", "targets[0].closing", "is not a valid value"),
    (ONE + "schedule = 'ofice'" + SCHEDULES, "targets[0].schedule", "did you mean office?"),
    (ONE + "schedule_by = 'agency_id'", "targets[0].schedule_by", "write [agencies.ID]"),
    (ONE + "schedule_by = 'topic'", "targets[0].schedule_by", "use agency_id"),
    (ONE + "schedule = 'duty'\nschedule_by = 'agency_id'" + SCHEDULES + AGENCIES,
     "targets[0].schedule_by", "leave one of them out"),
    (ONE + "schedule_by = 'agency_id'\n[agencies.x]\nschedule = 'dury'" + SCHEDULES,
     "agencies.x.schedule", "did you mean duty?"),
    (ONE + "[agencies.x]\nschedule = 'default'", "agencies.x.schedule", "no target uses"),
    ("[channels.vk]\nschedule = 'default'", "channels.vk.schedule", 'schedule_by = "channel"'),
    (ONE + "on_transfer = 'resume'\n" + ONE, "targets[1].name", "a second 'a'"),
    ("[[targets]]\nname = 'a'\nbudget = '0h'", "targets[0].budget", "nothing can meet"),
    ("[[targets]]\nname = 'a'\nbudget = '0h clock'", "targets[0].budget", "nothing can meet"),
    ("[[targets]]\nname = 'a'\nbudget = '0 days'\nroll = 'none'", "targets[0].budget",
     "at least 1"),
    ("[[targets]]\nname = 'a'\nbudget = '30 days'", "targets[0].budget", "give roll"),
    ("[[targets]]\nname = 'a'\nbudget = 'soon'", "targets[0].budget", "7 working days"),
    ("[[targets]]\nname = 'a'\nbudget = '2 working days'\non_transfer = 'resume'", "targets[0]",
     "only a budget of working time can resume"),
    ("[target]\nbudget = '4h'\n" + ONE, "target", "write it as one of [[targets]]"),
    ("[[targets]]\nname = 'y'\nbudget = '4h'\n[target]\nname = 'x'", "target", "as one of"),
    (SCHEDULES, "schedules", "write what was promised as [[targets]]"),
    ("[[rules]]\ntargets = ['a']", "rules", "write what was promised as [[targets]]"),
    ("on_change = 'from_change'", "on_change", "write what was promised as [[targets]]"),
    ("on_change = 'from_change'\n" + ONE, "on_change", "no rules to change"),
    (ONE + "[[rules]]\nname = 'x'", "rules[0].targets", "missing"),
    (ONE + "[[rules]]\ntargets = []", "rules[0].targets", "name the targets of the rule"),
    (TWO + "[[rules]]\ntargets = ['a', 'bb']", "rules[0].targets[1]", "did you mean b?"),
    (TWO + "[[rules]]\ntargets = ['a', 'a']", "rules[0]", "targets of different names"),
    (TWO + "[[rules]]\ntargets = ['a']", "targets[1].name", "no rule has 'b'"),
    (ONE + "[[rules]]\ntargets = ['a']\nchannels = []", "rules[0].channels", "leave it out"),
    (ONE + "[[rules]]\ntargets = ['a']\nchannels = 'vk'", "rules[0].channels", "expected a list"),
    (ONE + "[[rules]]\ntargets = ['a']\nagencies = ['helth']\n[agencies.health]\nname = 'H'",
     "rules[0].agencies[0]", "did you mean health?"),
    (TWO + 2 * "[[rules]]\ntargets = ['a', 'b']\n", "rules[1]", "never used"),
    (ONE + 2 * "[[rules]]\nname = 'x'\ntargets = ['a']\nchannels = ['vk']\n", "rules[1].name",
     "a second 'x'"),
    (ONE + "[[rules]]\ntargets = ['a']\nvalid_from = 2026-01-01T00:00:00", "rules[0].valid_from",
     "has no zone"),
    (ONE + "[[rules]]\ntargets = ['a']\nvalid_from = 2026-01-01", "rules[0].valid_from",
     "expected a time, got 2026-01-01"),
    (ONE + "[[rules]]\ntargets = ['a']\nvalid_from = 2026-01-01T00:00:00Z\n" +
     "valid_until = 2026-01-01T00:00:00Z", "rules[0].valid_until", "not after valid_from"),
    ("[schedules.default]\ncalendar = 'RU-VGG'\n" + ONE, "schedules.default", "another name"),
    ("[schedules.x]\ncalendar = 'RU-VGG'\n" + ONE, "schedules.x.hours", "missing"),
    ("[schedules.x]\nhours = 'Mo 9-10'\n" + ONE, "schedules.x.calendar", "missing"),
    ("[schedules.x]\ncalendar = 'RU'\nhours = 'Mo-Fr 09:00-18:00'\n" + ONE, "schedules.x",
     "has no zone; give tz="),
    ("[schedules.x]\ncalendar = 'RU-VGG'\nhours = 'Mo-Sa 09:00-18:00'\n" + ONE, "schedules.x",
     "6-day week"),
    ("[schedule]\nweek = 8", "schedule.week", "use 5, 6, 7"),
    ("[schedule]\nweek = '6'", "schedule.week", "expected a whole number"),
    ("[schedule]\ncalendar = 'none'\ndays_off = { 2026-09-01 = 'x' }", "schedule",
     'write them under overrides, as "off"'),
    ("[schedule]\ncalendar = 'RU-VGG'\n[[schedule.transfers]]\n" + SWAP, "schedule",
     "not a day off that could be worked"),
    ("[schedule]\ntransfers = [{ from = '2026-9-1', to = 2026-09-07, act = 'x' }]",
     "schedule.transfers[0].from", "is not a date"),
    ("preset = 'volgogrod'", "preset", "did you mean volgograd?"),
    ("[presets.59-fz]", "presets.59-fz", "did you mean 59fz?"),
    ("preset = '59fz'", "presets.59fz.roll", "may end on a day off"),
    ("preset = 'pos'\n[presets.pos]\nroll = 'none'", "preset", "write [presets.pos]"),
    ("[presets.volgograd]\nroll = 'none'", "presets.volgograd.roll", "no days"),
    ("[presets.volgograd]\nbudget = '5h'", "presets.volgograd.budget", "no such key"),
    ("[presets.volgograd]\nwarn = 'x'", "presets.volgograd.warn", "not an amount"),
    ("[presets.volgograd]\n[presets.crimea]", "presets", "write [[rules]]"),
    ("[[targets]]\nname = 'volgograd reply'\nbudget = '4h'\n[presets.volgograd]",
     "targets[0].name", "a second"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "part"), WRONG)
def test_an_error_names_the_key_path_and_what_to_do(text: str, key: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "file.toml")
    message = str(caught.value)
    assert message.startswith(f"{key}: "), message
    assert part in message
    assert "file.toml" in message
    assert "\n" not in message
    assert vars(caught.value)["key"] == key


# -- the published schema --------------------------------------------------------------------


def test_the_schema_describes_every_key_and_fits_the_examples() -> None:
    schema = config_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert '"null"' not in json.dumps(schema)
    for name, defined in schema["$defs"].items():
        for key, spec in defined.get("properties", {}).items():
            assert "description" in spec or "enum" in spec, (name, key)
    validator = Draft202012Validator(schema)
    for path in (EXAMPLES).glob("*.toml"):
        load_config(path)
        assert validator.is_valid(tomllib.loads(path.read_text(encoding="utf-8"))), path
    assert not validator.is_valid({"scedule": {}})
    assert not validator.is_valid({"target": {"stops": "sometimes"}})


def test_agencies_without_a_schedule_have_that_of_the_file() -> None:
    named = '[agencies]\nduty = { schedule = "duty" }\n'
    text = ONE + 'schedule_by = "agency_id"\n' + SCHEDULES + named
    of_file = '[schedule]\ncalendar = "RU-VGG"\nhours = "Mo-Fr 09:00-18:00"\n'
    for written, other in ((text, None), (of_file + text, OFFICE)):
        (target,) = promised(written).policy.targets
        assert isinstance(target.schedule, ScheduleBy)
        assert target.schedule.of("roads") == target.schedule.of(None) == other
        assert target.schedule.of("duty") == target.schedule.schedules["duty"]
