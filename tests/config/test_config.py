"""The configuration file: its sections, and errors that name the key path."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from workhours_sla import EventType, Schedule
from workhours_sla.config import load, parse
from workhours_sla.config.file import load_config, parse_config
from workhours_sla.config.sections import Config
from workhours_sla.errors import ConfigError, UnknownTimeZoneError

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize(("text", "key", "part"), WRONG)
def test_an_error_names_the_key_path_and_the_file(text: str, key: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "file.toml")
    message = str(caught.value)
    assert message.startswith(f"{key}: ")
    assert part in message
    assert "file.toml" in message
    assert "\n" not in message
    assert caught.value.key == key
    assert caught.value.__cause__ is None


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
