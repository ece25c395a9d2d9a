"""Any text, however long or deeply nested, is read in linear time or rejected in one sentence."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest

from workhours_sla import Calendar, Event, Schedule, WeeklyHours
from workhours_sla.cli.input import read_percent
from workhours_sla.cli.main import main
from workhours_sla.config.file import load_config, parse_config
from workhours_sla.config.sections import Config
from workhours_sla.errors import ConfigError, StoreError, WorkHoursError
from workhours_sla.files import (
    load_acts,
    open_source,
    parse_acts,
    read_dates,
    read_icalendar,
    read_xmlcalendar,
)
from workhours_sla.json import from_json, to_json
from workhours_sla.sources.rows import Fault
from workhours_sla.stream.sinks.lines import JsonLinesSink
from workhours_sla.text.amounts import parse_amount
from workhours_sla.text.written_times import read_day, read_time
from workhours_sla.worktime.budgets import parse_budget

pytest.importorskip("numpy")  # of reports

from collections.abc import Iterable

from kit.paths import DATA
from workhours_sla.report import from_json as report_from_json

ZONE = ZoneInfo("Europe/Volgograd")
NOW = datetime(2026, 1, 10, 12, tzinfo=ZONE)
NINES = "9" * 5000
"""More digits than ``int`` accepts."""
LONG = "x" * 2_000_000
SPACES = " " * 200_000
"""So many spaces that quadratic time would take minutes."""
LONGEST_MESSAGE = 1_000

Read = Callable[[Any], object]


def refusal(read: Read, text: str) -> str:
    """Return the sentence with which a text is rejected."""
    with pytest.raises((WorkHoursError, click.UsageError)) as caught:
        read(text)
    error = caught.value
    message = error.format_message() if isinstance(error, click.UsageError) else str(error)
    assert len(message) < LONGEST_MESSAGE
    assert "\n" not in message
    return message


def config(text: str) -> Config:
    return parse_config(text, "office.toml")


def acts(text: str) -> Calendar:
    return parse_acts(text, "acts.toml").added_to(Calendar.get("RU"))


def feed(*lines: str) -> Calendar:
    whole = "\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"])
    first, last = date(2025, 1, 1), date(2026, 12, 31)
    return read_icalendar(whole, id="x", first=first, last=last)


def recurring(rule: str, *more: str, start: str = "20250303") -> Calendar:
    return feed(f"DTSTART;VALUE=DATE:{start}", f"RRULE:{rule}", *more)


def rows(text: str, **options: str) -> list[object]:
    lines = ["[input]", *(f'{key} = "{value}"' for key, value in options.items())]
    with open_source(io.BytesIO(text.encode()), config("\n".join(lines)), name="input") as source:
        return list(source)


@pytest.mark.parametrize("read", [load_config, load_acts])
def test_of_a_huge_toml_file_only_the_beginning_is_read(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.write("я".encode() * 1_999_999 + "\U0001f600".encode() * 9)
        file.truncate(200_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(ConfigError, match="has more than 1,000,000 characters"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("read", [config, acts])
def test_toml_that_its_parser_gives_up_on_is_refused(read: Read) -> None:
    assert "too many digits" in refusal(read, f"x = {NINES}")
    assert "nested too deep" in refusal(read, "x = " + "[" * 5_000)
    assert "nested too deep" in refusal(read, "x = " + "{a = " * 5_000)
    assert "line 2 has more than 16 dots" in refusal(read, f"a = 1\n{'a.' * 100_000}b = 1")
    assert "line 1 has more than 16 dots" in refusal(read, f"[{'a . ' * 50_000}b]")
    assert "more than 1,000,000 characters" in refusal(read, "#" * 1_000_001)


def test_dots_in_strings_and_comments_are_no_nesting() -> None:
    dots = "." * 1_000
    text = f'[acts.a] # {dots}\ntitle = "{dots}\\"#" # {dots}\nnote = \'{dots}"\''
    assert parse_acts(text, "acts.toml").rows == ()


@pytest.mark.parametrize("old", ["workhours.event/1", "event_id", "2025-03-11T14:20", "created"])
@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF", "\ud800"])
def test_json_with_half_of_a_surrogate_pair_is_refused(old: str, half: str) -> None:
    when = "2025-03-11T17:20:00+03:00"
    event = to_json(Event("e1", "A-1", "created", *[datetime.fromisoformat(when)] * 2))
    assert "half of a surrogate pair" in refusal(from_json, event.replace(old, half, 1))
    report = '{"schema":"workhours.report/5","report":{"target":"' + half + '"}}'
    assert "half of a surrogate pair" in refusal(report_from_json, report)
    whole = event.replace("A-1", "\\ud83d\\ude00", 1)
    assert from_json(whole, Event).appeal_id == "\U0001f600"


def test_json_that_is_nested_too_deep_is_refused(tmp_path: Path) -> None:
    whole = (DATA / "serial" / "report-5.json").read_text(encoding="utf-8")
    deep = "[" * 100_000
    for start in (
        '{"schema":"workhours.report/5","report":',
        '{"schema":"workhours.report/3","a":',
    ):
        assert "not a report" in refusal(report_from_json, start + deep)
    assert "not a report" in refusal(report_from_json, whole.replace('"as_of":', f'"x":{deep}', 1))
    schema = '{"schema":"workhours.change/2","x":'
    assert "not JSON that can be read" in refusal(from_json, schema + deep)
    file = tmp_path / "changes.jsonl"
    file.write_text(schema + deep + "\n")
    with pytest.raises(StoreError, match="other content than changes"):
        JsonLinesSink(file)
    assert len(file.read_text().splitlines()) == 1


def test_any_number_of_blank_lines_may_come_before_a_header() -> None:
    header = "appeal_id,posted_at,answered_at\n"
    text = "\n" * 2_000_000 + header + "1,2025-03-12T10:00Z,\n2,x,\n"
    created, fault = rows(text, format="csv", kind="appeals")
    assert isinstance(fault, Fault)
    assert fault.line == 2_000_003
    assert created[0].appeal_id == "1"  # type: ignore[index]


@pytest.mark.parametrize("read", [parse_amount, parse_budget])
def test_spaces_in_a_budget_are_skipped_in_linear_time(read: Read) -> None:
    assert read(f"1h{SPACES}30{SPACES}m{SPACES}") == timedelta(hours=1, minutes=30)
    for text in (f"1h{SPACES}x", f"1{SPACES}h 1{SPACES}h", f"1h{SPACES}clock{SPACES}x"):
        assert "…" in refusal(read, text)


@pytest.mark.slow
def test_endless_recurrences_are_bounded() -> None:
    daily = "FREQ=DAILY"
    assert "no dates" in refusal(recurring, "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    assert "no row for 2025" in refusal(
        lambda rule: recurring(rule, start="00010101"), f"{daily};COUNT=9"
    )
    assert "cover 1,000,000 days" in refusal(
        lambda rule: recurring(rule, "DURATION:P9999D", start="20200101"), daily
    )


READERS: dict[str, tuple[Read, str]] = {
    "amount": (parse_amount, LONG),
    "budget": (parse_budget, LONG),
    "days": (parse_budget, "30 days"),
    "hours": (WeeklyHours.parse, f"Mo-Fr {LONG[:9_000]}"),
    "hours of a day": (WeeklyHours.parse, f"Mo {LONG[:9_000]}; Mo"),
    "calendar": (Calendar.get, LONG),
    "region": (Calendar.get, f"RU-{LONG}"),
    "country": (Calendar.get, f"DE-{LONG}"),
    "time": (lambda text: read_time(text, ZONE, NOW), LONG),
    "TOML value": (config, f'[schedule]\nhours = "{LONG[:900_000]}"'),
    "TOML key": (config, f'[schedule]\n{LONG[:900_000]} = "1"'),
    "TOML section": (config, f'["{LONG[:900_000]}"]'),
    "TOML type": (config, f'[schedule]\nweek = "{LONG[:900_000]}"'),
    "TOML choice": (config, f'[input]\nkind = "{LONG[:900_000]}"'),
    "TOML target": (config, f'[[targets]]\nname = "{LONG[:900_000]}"\nbudget = "x"'),
    "acts": (acts, f'acts = ["{LONG[:900_000]}"]'),
    "act": (acts, f'[[days_off]]\ndate = 2026-09-01\nact = "{LONG[:900_000]}"'),
    "key of acts": (acts, f'[acts.a]\ntitle = "t"\n{LONG[:900_000]} = 1'),
    "list of dates": (lambda text: read_dates(text, id="x"), f"date\n{LONG[:100_000]}"),
    "columns of dates": (lambda text: read_dates(text, id="x"), f"date,{LONG[:100_000]}\n"),
    "feed": (feed, LONG),
    "component": (feed, f"BEGIN:{LONG}\nEND:x"),
    "rule": (recurring, f"FREQ={LONG}"),
    "XML": (lambda text: read_xmlcalendar(text, id="x"), f"<{LONG}/>"),
    "value": (from_json, json.dumps({"schema": LONG})),
    "kind of a value": (
        from_json,
        f'{{"schema": "workhours.budget/1", "budget": {{"kind": "{LONG}"}}}}',
    ),
    "key of a value": (from_json, f'{{"schema": "workhours.interval/1", "{LONG}": 1}}'),
    "report": (report_from_json, json.dumps({"schema": LONG})),
    "change": (
        from_json,
        f'{{"schema": "workhours.change/2", "change_id": "x", "kind": "{LONG}"}}',
    ),
    "columns of rows": (lambda text: rows(text, format="csv"), f"{LONG},x\n1,2\n"),
    "keys of rows": (lambda text: rows(text, format="jsonl"), json.dumps({LONG[:900_000]: 1})),
}


@pytest.mark.parametrize("name", READERS)
def test_a_message_quotes_no_more_than_the_beginning(name: str) -> None:
    refusal(*READERS[name])


def test_the_fault_of_a_row_is_short() -> None:
    long = LONG[:900_000]
    row = {"event_id": "1", "appeal_id": "1", "type": "created", "occurred_at": "2025-03-12T10:00Z"}
    for column in ("type", "occurred_at", "author_role", "substantive"):
        (fault,) = rows(json.dumps({**row, column: long}) + "\n", format="jsonl")
        assert isinstance(fault, Fault)
        assert len(fault.detail) < LONGEST_MESSAGE


def test_a_long_argument_is_quoted_in_part(capsys: pytest.CaptureFixture[str]) -> None:
    long = LONG[:100_000]
    for arguments in ([long], ["due", long], ["due", f"--{long}"], ["due", "now", "--week", long]):
        assert main([*arguments, "--lang", "en"]) == 2
        assert len(capsys.readouterr().err) < LONGEST_MESSAGE


def test_a_zone_of_thousands_of_parts_is_refused() -> None:
    name = "Europe/" + "a/" * 5_000 + "b"
    for read in (
        lambda tz: Schedule(None, "09:00-18:00", tz=tz),
        lambda tz: config(f'[input]\ntz = "{tz}"'),
        lambda tz: read_dates("date\n2025-01-01\n", id="x", tz=tz),
        lambda tz: from_json(
            '{"schema": "workhours.interval/1", '
            f'"start": "2025-01-01T00:00:00+03:00[{tz}]", "end": ""}}'
        ),
    ):
        assert "no time zone" in refusal(read, name)


WIDE = ("\U00102a9d", "\x17", "\ud800")


@pytest.mark.parametrize(
    ("read", "texts", "says"),
    [
        *((read, (f"{NINES}h", f"PT{NINES}H", f"{NINES}:30", f"1h {NINES} m"), "99999…")
          for read in (parse_amount, parse_budget)),
        (read_percent, (f"1.{NINES}%", f"{NINES}%", NINES), "99999…"),
        *((WeeklyHours.parse, [text.format(one * 500) for one in WIDE], "cannot read the hours")
          for text in ("09(8{}", "09:00-{}", "Mo {}", "{}")),
        (WeeklyHours.parse, ("\ufeff" * 2_000_000, f"Mo{SPACES}09:00-18:00"),
         "more than 10,000 characters"),
        *((read, [f"[input]\n{text}" for text in ('kind = "\ud800"', '"\udc00" = 1', "# \udfff")],
           "line 2 has half of a surrogate pair") for read in (config, acts)),
        (acts, ["acts = 5"], "acts: expected a table, got 5"),
        (acts, ["[[confirms]]\nfrom = 0001-01-01\nto = 9999-12-31"], "cannot confirm 0001-01-01"),
        (acts, ["[[confirms]]\nfrom = 2028-01-01\nto = 2027-01-01"], "cannot confirm 2028-01-01"),
        (report_from_json, ('"\ud800"', '{"schema": "\ud800"}', "\ud800"), "not a report in JSON"),
        (lambda text: read_day(text, ZONE, NOW) or read_time(text, ZONE, NOW),
         (f"2025-10-31 17:30{SPACES}x", f"31.10.2025{SPACES}\nx", f"17:30{SPACES}+x"),
         "is not a time"),
    ],
)  # fmt: skip
def test_long_and_odd_texts_are_refused_in_a_sentence(
    read: Read, texts: Iterable[str], says: str
) -> None:
    for text in texts:
        assert says in refusal(read, text)


def test_the_limits_themselves_are_taken() -> None:
    text = "[[confirms]]\nfrom = 0002-01-01\nto = 9998-12-31"
    assert acts(text).coverage[-1][1].year == 9998
    assert read_time(f"31.10.2025{SPACES}17:30{SPACES}+03:00", ZONE, NOW).when.hour == 17
