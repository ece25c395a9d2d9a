"""The configuration file: its sections, its policy and presets; an error names the key path."""

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
    Event,
    EventType,
    Months,
    Policy,
    Rule,
    Schedule,
    ScheduleBy,
    Target,
    WorkingDays,
    evaluate,
    working_hours,
)
from workhours_sla.config import load, parse
from workhours_sla.config.file import load_config, parse_config
from workhours_sla.config.policy_builder import Configuration, configured, load_preset, preset_names
from workhours_sla.config.sections import Config, config_schema
from workhours_sla.errors import ConfigError, UnknownTimeZoneError
from workhours_sla.sla.event import Attributes

HOURS = "Mo-Fr 09:00-13:00,14:00-18:00"
WHOLE = """
[input]
kind = "appeals"
format = "csv"
encoding = "cp1251"
delimiter = ";"
datetime_format = "%d.%m.%Y %H:%M"
tz = "Europe/Volgograd"
source = "sheet"

[columns]
appeal_id = "Номер"
posted_at = "Дата публикации"

[values.channel]
"ВКонтакте" = "vk"
"-" = ""

[target]
name = "first reply"
budget = "4h"
warn = "90m"
stops = ["replied", "closed"]
closing = "strict"

[schedule]
calendar = "RU-VGG"
hours = "Mo-Fr 09:00-13:00,14:00-18:00"
tz = "Europe/Volgograd"
overrides = { 2026-05-08 = "09:00-12:00", "2026-05-12" = "off" }
"""


def test_the_whole_file() -> None:
    assert parse_config("", "empty.toml") == Config()
    config = parse_config(WHOLE, "office.toml")
    assert config.input.kind == "appeals"
    assert config.input.encoding == "cp1251"
    assert config.columns == {"appeal_id": "Номер", "posted_at": "Дата публикации"}
    assert config.values == {"channel": {"ВКонтакте": "vk", "-": ""}}
    assert config.schedule.overrides == {date(2026, 5, 8): "09:00-12:00", date(2026, 5, 12): "off"}
    target = config.target
    assert target is not None
    assert (target.budget, target.warn, target.closing) == ("4h", "90m", "strict")
    assert target.stops == (EventType.REPLIED, EventType.CLOSED)


def test_the_zone_of_naive_times_can_be_replaced() -> None:
    config = parse_config(WHOLE, "office.toml").with_zone("Asia/Omsk")
    assert config.input.tz == "Asia/Omsk"
    assert config.schedule.tz == "Europe/Volgograd"
    with pytest.raises(UnknownTimeZoneError, match="no time zone 'Asia/Omks'"):
        config.with_zone("Asia/Omks")


WRONG = [
    # (text, key path, a part of the message)
    ("[columns]\nposted_at = 5", "columns.posted_at", "expected text, got 5 in file.toml; "),
    ("[columns]\nappeal_id = true", "columns.appeal_id", "expected text, got true"),
    ("columns = 5", "columns", "expected a table, got 5"),
    ("colums = 5", "colums", "no such section in file.toml; did you mean columns?"),
    ("[input]\nknid = 'events'", "input.knid", "no such key in file.toml; did you mean kind?"),
    ("[input]\nqqq = 'events'", "input.qqq", "use kind, format, encoding"),
    ("[input]\nkind = 'appeal'", "input.kind", "did you mean appeals?"),
    ("[input]\nformat = 'word'", "input.format", ", csv, html, j"),
    ("[input]\nencoding = 'cp12511'", "input.encoding", "no encoding 'cp12511'"),
    ("[input]\nencoding = ''", "input.encoding", "no encoding ''"),
    ("[input]\ndelimiter = '||'", "input.delimiter", "'||'"),
    ("[input]\ndelimiter = ''", "input.delimiter", "one character"),
    ("[input]\ndelimiter = '\"'", "input.delimiter", "one character"),
    ("[input]\ntz = 'Europe/Volgogrod'", "input.tz", "'Europe/Volgogrod'"),
    ("[input]\ntz = 2026-05-08", "input.tz", "got 2026-05-08"),
    ("[input]\ndatetime_format = '%d.%m.%Y'", "input.datetime_format", "hour and minute"),
    ("[input]\ndatetime_format = '%d.%m %H:%M'", "input.datetime_format", "does not read year"),
    ("[input]\ndatetime_format = '%d.%m.%Y %H:%M %Z'", "input.datetime_format", "%z"),
    ("[input]\ndatetime_format = '%d.%m.%Y %H:%M %d'", "input.datetime_format", "does not"),
    ("[input]\ndatetime_format = '%d.%m.%Y %H:%M %'", "input.datetime_format", "does not"),
    ("[columns]\ntipe = 'x'", "columns.tipe", "did you mean type?"),
    ("[columns]\n'a b' = 'x'", 'columns."a b"', 'no such column of kind "events"'),
    ("[columns]\nposted_at = 'x'", "columns.posted_at", 'set kind = "appeals" under [input]'),
    ("[columns]\nappeal_id = ''", "columns.appeal_id", "every row needs one"),
    ("[values.tipe]\nx = 'created'", "values.tipe", "did you mean type?"),
    ("[values.type]\n'Создано' = 'creatd'", 'values.type."Создано"', "did you mean created?"),
    ("[values.type]\n'Создано' = true", 'values.type."Создано"', "expected text, got true"),
    ("[values.author_role]\nx = 'cityzen'", "values.author_role.x", "did you mean citizen?"),
    ("[values.substantive]\nx = 'yes'", "values.substantive.x", "neither true nor false"),
    ("[target]\nbudget = '4'", "target.budget", "'4' is not a budget"),
    ("[target]\nstops_on = ['replied']", "target.stops_on", "is now stops in file.toml; rename it"),
    ("[schedule]\ncalendar = 'RU-VGX'", "schedule.calendar", "'RU-VGX'"),
    ("[schedule]\nhours = 'Mo; 9'", "schedule.hours", "cannot read the hours"),
    ("[schedule]\ntz = 'MSK+3'", "schedule.tz", "'MSK+3'"),
    ("[schedule.overrides]\n2026-5-8 = 'off'", "schedule.overrides.2026-5-8", "is not a date"),
    ("[schedule.overrides]\n2026-W19-5 = 'off'", "schedule.overrides.2026-W19-5", "is not a date"),
    ("[schedule.overrides]\n2026-05-08 = '9-x'", "schedule.overrides.2026-05-08", "'9-x'"),
    ("[schedule.overrides]\n2026-05-08 = 9", "schedule.overrides.2026-05-08", "got 9"),
]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[input]\nkind = events", "at line 2, column 8"),
        ("[input", "at line 1"),
        ("[input]\nkind = 'events'\nkind = 'events'", "line 3"),
        ("x = " + "[" * 100_000, ""),
    ],
)
def test_text_that_is_not_toml_is_refused(text: str, part: str) -> None:
    with pytest.raises(ConfigError, match=r"^file\.toml is not ") as caught:
        parse_config(text, "file.toml")
    assert part in str(caught.value)


def test_substantive_is_a_boolean_or_its_text() -> None:
    text = "[values.substantive]\n'да' = true\n'нет' = 'false'\n'?' = ''"
    assert parse_config(text, "x").values["substantive"] == {"да": True, "нет": "false", "?": ""}


def test_a_file_is_read_in_utf_8_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    with pytest.raises(ConfigError, match=r"no configuration file '.*office\.toml'"):
        load_config(path)
    with pytest.raises(ConfigError, match="cannot read the configuration file"):
        load_config(tmp_path)
    with pytest.raises(ConfigError, match="cannot read the configuration file"):
        load_config(tmp_path / "a\0b")
    path.write_bytes("\ufeff".encode() + WHOLE.replace("\n", "\r\n").encode())
    assert load_config(path) == parse_config(WHOLE, "x")
    path.write_bytes(WHOLE.encode("cp1251"))
    with pytest.raises(ConfigError, match=r"office\.toml is not in UTF-8.* line 12"):
        load_config(path)
    path.write_text("[target]\nbudget = 5", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"target\.budget: .* in .*office\.toml"):
        load_config(path)


def test_a_configuration_is_loaded_in_one_call(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text(WHOLE, encoding="utf-8")
    policy, schedules, mapping, presets = load(path)
    office = Schedule(
        "RU-VGG",
        "Mo-Fr 09:00-13:00,14:00-18:00",
        tz="Europe/Volgograd",
        overrides={date(2026, 5, 8): "09:00-12:00", date(2026, 5, 12): "off"},
    )
    assert [target.schedule for target in policy.targets] == [office]
    assert (schedules, presets) == ({"default": office}, {})
    assert mapping == load_config(path)
    assert load(str(path)) == parse(WHOLE, name=str(path))


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("", ("RU", HOURS, "Europe/Moscow")),
        ("calendar = 'RU-TA'\nweek = 6", ("RU-TA", HOURS, "Europe/Moscow")),
        ("calendar = 'none'\nhours = '24/7'", ("every day", "Mo-Su 00:00-24:00", "Europe/Moscow")),
        ("tz = 'Asia/Omsk'", ("RU", HOURS, "Asia/Omsk")),
    ],
)
def test_a_schedule_has_defaults(text: str, schedule: tuple[str, str, str]) -> None:
    found = parse(f"[schedule]\n{text}").schedules["default"]
    assert (found.calendar.id, str(found.hours), found.tz.key) == schedule
    with pytest.raises(ConfigError, match=r"^schedule: .*Sa.*\(in office\.toml\)$"):
        parse("[schedule]\nhours = 'Mo-Sa 09:00-18:00'", name="office.toml")


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

WRONG_POLICIES = [
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


@pytest.mark.parametrize(("text", "key", "part"), [*WRONG, *WRONG_POLICIES])
def test_an_error_names_the_key_path_and_the_file(text: str, key: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "file.toml")
    message = str(caught.value)
    assert message.startswith(f"{key}: "), message
    assert part in message
    assert "file.toml" in message
    assert "\n" not in message
    assert caught.value.key == key
    assert caught.value.__cause__ is None


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


# -- presets ---------------------------------------------------------------------------------


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
