"""The command line: files of appeals, exit statuses, and one sentence for every bad input."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from kit.paths import EXAMPLES
from kit.values import run
from workhours_sla.text import catalog

AS_OF = ("--as-of", "2025-03-12T14:30+03:00")
VGG = ("--calendar", "RU-VGG")

EVENTS = """\
{"event_id":"1","appeal_id":"A-1001","type":"created","occurred_at":"2025-03-12T10:15:00+03:00","agency_id":"Дороги"}
{"event_id":"2","appeal_id":"A-1002","type":"created","occurred_at":"2025-03-12T12:50:00+03:00","agency_id":"Транспорт"}
{"event_id":"3","appeal_id":"A-1003","type":"created","occurred_at":"2025-03-11T17:20:00+03:00","agency_id":"ЖКХ"}
{"event_id":"1","appeal_id":"A-1001","type":"created","occurred_at":"2025-03-12T10:15:00+03:00","agency_id":"Дороги"}
"""
ROWS = "appeal_id,posted_at,answered_at\nA,2025-03-12T10:15+03:00,2025-03-12T15:15+03:00\n"


def write(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def appeals_config(folder: Path) -> str:
    return write(folder, "rows.toml", '[input]\nkind = "appeals"\n')


# -- check ---------------------------------------------------------------------------------


def test_check_lists_overdue_appeals_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "events.jsonl", EVENTS)
    status, out, _ = run(capsys, "check", file, *AS_OF, *VGG, "--warn", "60m", "--lang=ru")
    assert status == 1
    lines = out.splitlines()
    assert lines[1] == "ПРОСРОЧЕНО 1 (без ответа 1) · СРОК ИСТЕКАЕТ 1 · В РАБОТЕ 1 · В СРОК 0"
    tables = [line.split() for line in lines[2:14] if line]
    assert tables == [
        ["Просрочено,", "ответа", "нет:", "1"],
        ["обращение", "ведомство", "срок", "опоздание"],
        ["A-1003", "ЖКХ", "ср", "12.03", "12:20", "1", "ч", "10", "мин"],
        ["Срок", "истекает:", "1"],
        ["обращение", "ведомство", "срок", "осталось"],
        ["A-1001", "Дороги", "ср", "12.03", "15:15", "45", "мин"],
        ["В", "работе:", "1"],
        ["обращение", "ведомство", "срок", "осталось"],
        ["A-1002", "Транспорт", "ср", "12.03", "17:50", "3", "ч", "20", "мин"],
    ]
    assert (
        "События: 4 = учтено 3 + дубликатов 1 + не принято из-за ошибок 0 (опоздавших 1)" in lines
    )


def test_a_table_rounds_down_what_is_left_and_pads_no_row_for_a_long_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("A", "10:45:30"), ("9" * 300, "11:15:30")]
    text = "".join(f"{name},2025-03-12T{time}+03:00,\n" for name, time in rows)
    file = write(tmp_path, "rows.csv", f"appeal_id,posted_at,answered_at\n{text}")
    config = ("--config", appeals_config(tmp_path))
    _, out, _ = run(capsys, "check", file, *config, *AS_OF, *VGG, "--lang=en")
    assert out.partition("In progress: 2\n")[2].splitlines()[1:3] == [
        f"  {'A':40}  -       Wed 12.03 15:45  1 h 15 min",
        f"  {'9' * 300}  -       Wed 12.03 16:15  1 h 45 min",
    ]


def test_check_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "events.jsonl", EVENTS)
    status, out, _ = run(capsys, "check", file, *AS_OF, *VGG, "--json")
    data = json.loads(out)
    assert (status, data["schema"]) == (1, "workhours.check/5")
    assert [target["name"] for target in data["targets"]] == ["first reply"]
    assert data["schedules"]["default"]["hours"] == "Mo-Fr 09:00-13:00,14:00-18:00"
    assert data["counts"] == {
        "breached": 1, "at_risk": 1, "pending": 1, "paused": 0,
        "met": 0, "withdrawn": 0, "excluded": 0,
    }  # fmt: skip
    assert [o["appeal_id"] for o in data["outcomes"]] == ["A-1003", "A-1001", "A-1002"]
    assert data["outcomes"][0]["overdue"] == "PT1H10M"
    events = data["events"]
    assert events["read"] == sum(
        events[part] for part in ("applied", "duplicate", "quarantined", "after_as_of")
    )


def test_check_reads_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(EVENTS.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    status, out, _ = run(capsys, "check", "-", *AS_OF, *VGG, "--json")
    assert (status, json.loads(out)["rows"]["read"]) == (1, 4)


def test_the_example_rows_and_events_agree(capsys: pytest.CaptureFixture[str]) -> None:
    as_of = ("--as-of", "2026-03-27T15:30+03:00", "--json")
    data = EXAMPLES / "data"
    sheet = run(capsys, "check", str(data / "appeals.csv"),
                "--config", str(EXAMPLES / "check_rows.toml"), *as_of)  # fmt: skip
    stream = run(capsys, "check", str(data / "appeals.jsonl"),
                 "--config", str(EXAMPLES / "check_events.toml"), *as_of)  # fmt: skip
    assert (sheet[0], stream[0]) == (1, 1)
    rows, events = json.loads(sheet[1]), json.loads(stream[1])
    assert rows["rows"]["quarantined"] == 0
    assert rows["rows"]["read"] == len(rows["outcomes"])
    posted = {o["appeal_id"]: o["posted_at"][:16] for o in events["outcomes"]}
    for outcome in rows["outcomes"]:  # the rows have whole minutes only
        assert posted[outcome["appeal_id"]] == outcome["posted_at"][:16]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,2025-03-12T10:15,", "time without a zone"),
        ("A,2025-03-12T10:15+03:00,2025-03-12T10:14+03:00", "answer before the appeal"),
        ("A,yesterday,", "unreadable time"),
        ("A,2025-03-12T10:15+25:00,", "unreadable time"),
        (",2025-03-12T10:15+03:00,", "missing value"),
        ("A,2025-03-12T10:15+03:00", "malformed row"),
    ],
)
def test_bad_rows_are_quarantined_with_their_reason(
    row: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "rows.csv", ROWS + row)
    asked = ("check", file, "--config", appeals_config(tmp_path), "--as-of=2025-03-13T09:00")
    status, out, _ = run(capsys, *asked, "--lang=en")
    assert status == 0
    assert "Rows: read 2 = taken 1 + quarantined 1" in out
    assert f"1  {reason}" in out
    assert "line 3: " in out
    assert run(capsys, *asked, "--strict")[0] == 2


def test_assume_tz_gives_times_a_zone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "rows.csv", "appeal_id,posted_at,answered_at\nA,2025-03-12T10:15,\n")
    asked = ("check", file, "--config", appeals_config(tmp_path), "--as-of=2025-03-13T09:00")
    status, out, _ = run(capsys, *asked, "--assume-tz=Asia/Yakutsk", "--json")
    assert status == 1
    assert json.loads(out)["outcomes"][0]["posted_at"] == "2025-03-12T04:15:00+03:00"


# -- whole policies --------------------------------------------------------------------------

POLICY = """
[schedules.office]
calendar = "RU-VGG"
hours = "Mo-Fr 09:00-13:00,14:00-18:00"

[agencies.roads]
name = "Дороги"
schedule = "office"

[[targets]]
name = "first reply"
budget = "4h"
schedule_by = "agency_id"

[[targets]]
name = "to the point"
budget = "2 working days"
schedule = "office"
stops = "substantive_reply"
pauses = true

[[rules]]
channels = ["vk"]
targets = ["first reply", "to the point"]
"""
ATTRIBUTES = {"channel": "vk", "agency_id": "roads"}


def story(*events: tuple[str, str, str, dict[str, object]]) -> str:
    """Return events as JSON Lines, from (appeal, type, local time in March 2025, other fields)."""
    return "".join(
        json.dumps(
            {
                "event_id": str(number),
                "appeal_id": appeal,
                "type": kind,
                "occurred_at": f"2025-03-{at}+03:00",
                **more,
            }
        )
        + "\n"
        for number, (appeal, kind, at, more) in enumerate(events)
    )


STORY = story(
    ("late", "created", "10T10:00", ATTRIBUTES),
    ("late", "replied", "10T12:00", {"author_role": "official"}),
    ("paused", "created", "11T10:00", ATTRIBUTES),
    ("paused", "paused", "11T11:00", {}),
    ("gone", "created", "12T10:00", ATTRIBUTES),
    ("gone", "deleted", "12T11:00", {"author_role": "citizen"}),
    ("twice", "created", "12T10:05", ATTRIBUTES),
    ("twice", "duplicate_of", "12T10:10", {}),
    ("again", "created", "10T09:00", ATTRIBUTES),
    ("again", "replied", "10T10:00", {"author_role": "official", "substantive": True}),
    ("again", "reopened", "12T11:00", {}),
    ("elsewhere", "created", "12T10:00", {"channel": "phone"}),
    ("nobodys", "created", "12T10:00", {"channel": "vk"}),
)


def checked(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    file = write(folder, "story.jsonl", STORY)
    config = write(folder, "region.toml", POLICY)
    status, out, err = run(capsys, "check", file, "--config", config, *AS_OF, *options)
    assert (status, err) == (1, "")
    return out


def test_every_target_and_every_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(checked(tmp_path, capsys, "--json"))
    found = {(o["appeal_id"], o["target"], o["cycle"]): o["verdict"] for o in data["outcomes"]}
    assert found == {
        ("late", "first reply", 0): "met",
        ("late", "to the point", 0): "pending",
        ("paused", "first reply", 0): "breached",
        ("paused", "to the point", 0): "paused",
        ("gone", "first reply", 0): "withdrawn",
        ("gone", "to the point", 0): "withdrawn",
        ("twice", "first reply", 0): "excluded",
        ("twice", "to the point", 0): "excluded",
        ("again", "first reply", 0): "met",
        ("again", "to the point", 0): "met",
        ("again", "first reply", 1): "pending",
        ("again", "to the point", 1): "pending",
        ("nobodys", "to the point", 0): "pending",
    }
    first, second = data["targets"]
    by = {"field": "agency_id", "schedules": {"roads": "office"}, "otherwise": None}
    assert first["schedule_by"] == by
    assert second["budget"] == {"working_days": {"count": 2, "count_from": "next_day"}}
    assert second["schedule"] == "office"
    for verdict, count in data["counts"].items():
        assert count == list(found.values()).count(verdict)
        assert count == sum(target["counts"][verdict] for target in data["targets"])
    assert data["unmatched"] == [
        {"appeal_id": "elsewhere", "target": None, "reason": "no_rule"},
        {"appeal_id": "nobodys", "target": "first reply", "reason": "no_schedule"},
    ]
    assert [o["appeal_id"] for o in data["outcomes"] if o["needs_review"]] == ["late"]


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        (
            "en",
            (
                "first reply   4 working hours  by agency  OVERDUE 1",
                "to the point  2 working days   office     OVERDUE 0",
                "reply not reviewed",
                "May have been answered by a reply without a review: 1",
                "Appeals that no rule fits: 1 (elsewhere)",
                "Appeals without a schedule for their agency, district or channel: 1 (nobodys)",
                "clock from Wed 12.03 11:00",
            ),
        ),
        (
            "ru",
            (
                "4 часа рабочего времени  по ведомству  ПРОСРОЧЕНО 1",
                "2 рабочих дня",
                "ответ не оценён",
                "не подходит ни одно правило: 1 (elsewhere)",
                "нет расписания: 1 (nobodys)",
                "Дороги",
            ),
        ),
    ],
)
def test_check_with_several_targets(
    lang: str, parts: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = checked(tmp_path, capsys, "--explain", f"--lang={lang}")
    for part in parts:
        assert part in out


def test_json_does_not_depend_on_the_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = [checked(tmp_path, capsys, "--json", "--explain", f"--lang={x}") for x in ("en", "ru")]
    assert data[0] == data[1]


def test_explain_shows_the_holders_of_an_overdue_appeal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = story(
        ("A", "created", "11T10:00", {"agency_id": "roads"}),
        ("A", "transferred", "11T12:00", {"agency_id": "health"}),
    )
    file = write(tmp_path, "a.jsonl", events + events.splitlines()[0] + "\n")
    _, out, _ = run(capsys, "check", file, *AS_OF, *VGG, "--explain", "--json")
    (outcome,) = json.loads(out)["outcomes"]
    assert outcome["holder_at_breach"] == "health"
    assert [(span["holder"], span["worked"]) for span in outcome["spans"]] == [
        ("roads", "PT2H"),
        ("health", "PT9H30M"),
    ]
    assert outcome["elapsed"] == "PT11H30M"
    _, out, _ = run(capsys, "check", file, *AS_OF, *VGG, "--explain", "--lang=en")
    assert "2 h  roads\n" in out
    assert "9 h 30 min  with this agency\n" in out
    assert "at the breach" not in out


def test_options_that_a_policy_makes_useless_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "story.jsonl", STORY)
    config = write(tmp_path, "region.toml", POLICY)
    for option in ("--hours=Mo-Fr 09:00-18:00", "--calendar=RU"):
        status, out, err = run(capsys, "check", file, "--config", config, option, "--lang=en")
        assert (status, out) == (2, "")
        assert f"which {option.partition('=')[0]} cannot change" in err
    status, out, err = run(capsys, "check", file, "--config", config, "--budget=4h", "--lang=en")
    assert (status, out) == (2, "")
    assert "several targets, and --budget changes one; choose it with --target" in err
    status, _, err = run(capsys, "due", "12.03.2025 10:00", "--config", config, "--lang=en")
    assert (status, "several targets; give one: --target NAME" in err) == (2, True)


def test_the_example_region(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(
        capsys, "check", str(EXAMPLES / "data" / "appeals.jsonl"),
        "--config", str(EXAMPLES / "region.toml"), "--as-of", "2026-03-27T15:30+03:00", "--json",
    )  # fmt: skip
    data = json.loads(out)
    assert (status, data["unmatched"]) == (1, [])
    assert len(data["targets"]) == 4
    assert sum(data["counts"].values()) == len(data["outcomes"])


# -- forecast --------------------------------------------------------------------------------


def new_year(folder: Path) -> str:
    """Write a file of three appeals with one deadline after the holidays, and a later appeal."""
    posted = ("2025-12-31T12:00", "2026-01-03T09:00", "2026-01-12T08:59", "2026-01-12T10:00")
    return write(
        folder,
        "new-year.jsonl",
        "".join(
            json.dumps({"appeal_id": at, "type": "created", "occurred_at": f"{at}+03:00"}) + "\n"
            for at in posted
        ),
    )


FORECAST = ("--as-of=2026-01-12T10:00+03:00", "--since=2026-01-01", "--days=20")


def test_forecast_by_hour(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = new_year(tmp_path)
    status, out, _ = run(capsys, "forecast", file, *VGG, *FORECAST, "--lang=en")
    assert status == 0
    first, second, counts = out.splitlines()[1:4]
    assert first == f"  Mon 12 Jan 2026 13:00  {'█' * 32}  3  at once (days off before: 11)"
    assert second == f"  Mon 12 Jan 2026 15:00  {'█' * 10:<32}  1"
    assert counts.startswith("Overdue 0 · due before that 0 · later 0 · paused 0 · due time unkn")
    _, out, _ = run(capsys, "forecast", file, *VGG, *FORECAST, "--lang=ru")
    assert "3  в одно время (перед этим нерабочих дней: 11)" in out


def test_forecast_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = new_year(tmp_path)
    _, out, _ = run(capsys, "forecast", file, *VGG, *FORECAST, "--by=day", "--json")
    data = json.loads(out)
    assert (data["schema"], data["open"], data["overdue"]) == ("workhours.forecast/2", 4, 0)
    assert data["from"] == "2026-01-01T00:00:00+03:00"
    assert data["until"] == "2026-01-21T00:00:00+03:00"
    assert data["slots"] == [
        {
            "since": "2026-01-12T00:00:00+03:00",
            "until": "2026-01-13T00:00:00+03:00",
            "count": 4,
            "together": 3,
        }
    ]
    assert data["events"]["applied"] == 4


def test_forecast_without_deadlines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = (
        new_year(tmp_path),
        *VGG,
        "--as-of=2026-01-20T10:00",
        "--since=20.01.2026",
        "--lang=en",
    )
    status, out, _ = run(capsys, "forecast", *asked)
    assert (status, out.splitlines()[1]) == (0, "  none")
    assert "Overdue 4" in out
    assert run(capsys, "forecast", *asked[:-1], "--since=soon")[0] == 2


# -- watch -----------------------------------------------------------------------------------


def watched(folder: Path, source: str, *options: str) -> tuple[str, ...]:
    store = str(folder / "appeals.db")
    return ("watch", source, "--store", store, "--once", *VGG, "--lang=en", *options)


def test_watch_creates_no_file_if_there_is_nothing_to_follow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "events.jsonl"
    asked = watched(tmp_path, str(source), "--sink", str(tmp_path / "changes.jsonl"))
    status, out, err = run(capsys, *asked)
    assert (status, out, "no file" in err) == (2, "", True)
    assert list(tmp_path.iterdir()) == []
    source.mkdir()
    status, out, err = run(capsys, *asked)
    assert (status, out, "give a file that can be read" in err) == (2, "", True)
    assert list(tmp_path.iterdir()) == [source]
    source.rmdir()
    write(tmp_path, source.name, EVENTS)
    assert run(capsys, *asked)[0] == 0  # the same command after the file was created


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_watch_counts_the_reasons_of_its_quarantine(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = EVENTS + '{"event_id":"9"}\n[1]\n{"event_id":"8"}\n'
    lines += EVENTS.splitlines()[0].replace("1001", "1009") + "\n"
    file = write(tmp_path, "events.jsonl", lines)
    asked = watched(tmp_path, file, f"--lang={lang}")
    run(capsys, *asked)
    _, _, err = run(capsys, *asked)  # there are no new rows, and the quarantine is unchanged
    reasons = ("missing_value", 2), ("malformed", 1), ("conflicting_id", 1)
    with catalog.language(lang):
        texts = catalog.QUARANTINE_REASONS
        expected = [f"  {count:>6}  {texts[why]}" for why, count in reasons]
    *_, rows, first, second, third = err.splitlines()
    assert rows.endswith(": 3")
    assert first == expected[0]
    assert {second, third} == {*expected[1:]}


@pytest.mark.parametrize("setting", ['kind = "appeals"', 'delimiter = ";"'])
def test_watch_refuses_a_source_that_is_configured_as_a_table(
    setting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = '{"appeal_id":"A","type":"created","occurred_at":"2025-03-12T10:15:00+03:00"}\n'
    if "appeals" in setting:
        row = row.replace("occurred_at", "posted_at")
    config = write(tmp_path, "input.toml", f"[input]\n{setting}\n")
    for name in ("export", "export.log", "export.txt"):
        asked = watched(tmp_path, write(tmp_path, name, ROWS), "--config", config)
        status, out, err = run(capsys, *asked)
        assert (status, out, "or use check" in err) == (2, "", True)
        assert not (tmp_path / "appeals.db").exists()
    asked = watched(tmp_path, write(tmp_path, "export.jsonl", row), "--config", config)
    assert "opened" in run(capsys, *asked)[1]
    write(tmp_path, "input.toml", f'[input]\nformat = "jsonl"\n{setting}\n')
    asked = watched(tmp_path, write(tmp_path, "more", row.replace('"A"', '"B"')))
    assert "opened" in run(capsys, *asked, "--config", config)[1]


# -- bad input: one sentence, the right status, no traceback --------------------------------


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("due", "09.03.2027 10:00", "--calendar=RU-TA"), 3, "Ураза-байрам"),
        (("due", "12.03.2025 10:00", "--calendar=ATLANTIS"), 2, "--calendar none"),
        (("calendar", "de-bx", "2026"), 2, "no calendar 'de-bx'; use RU"),
        (("calendar", "none", "2026"), 2, "the option --calendar none"),
        (("due", "12.03.2025 10:00", "--calendar=US"), 2, "as tz (--tz)"),
        (("due", "12.03.2099 10:00", "--calendar=DE"), 3, "of the year with --calendar-file"),
        (("due", "12.03.2025 10:00", "--hours="), 2, "the hours are empty"),
        (("due", "2025-03-12T10:15+25:00"), 2, "no clock is +25:00 from UTC"),
        (("due", "12.03.2025", "10:00"), 2, "put a date and its time in quotes"),
        (("due", "27.12.2020 01:30", "--calendar=RU-VGG"), 2, "comes twice"),
        (("due", "28.10.2018 02:30", "--calendar=RU-VGG"), 2, "is skipped"),
        (("calendar", "RU", "2003"), 3, "starts in 2004"),
        (("elapsed", "12.03.2025 10:00", "12.03.2030 10:00"), 3, "2028"),
    ],
)
def test_bad_input(
    arguments: tuple[str, ...], status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    got, out, err = run(capsys, "--lang=en", *arguments)
    assert (got, message in err) == (status, True), err
    assert (out, len(err.splitlines())) == ("", 1)
    assert err.startswith("Error: ")


def test_a_half_written_last_line_is_quarantined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "e.jsonl", EVENTS + EVENTS.splitlines()[1][:60])
    status, out, _ = run(capsys, "check", file, *AS_OF, "--lang=en")
    assert status == 1
    assert "Rows: read 5 = taken 4 + quarantined 1" in out
    assert "half-written" in out


# -- calendars, weeks and options ------------------------------------------------------------


def test_calendar_as_text_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    _, text, _ = run(capsys, "calendar", "RU", "2025", "--lang=en")
    assert " 1# 2" in text  # 1 November, a short working Saturday
    assert "Постановление Правительства РФ от 04.10.2024 № 1335" in text
    _, out, _ = run(capsys, "calendar", "RU", "2025", "--json")
    data = json.loads(out)
    assert len(data["days"]) == 365
    assert data["norms"][-1]["hours"] == {"40": "PT1972H", "36": "PT1774H24M", "24": "PT1181H36M"}
    months = [
        norm["hours"]["40"] for norm in data["norms"] if norm["first"][5:7] == norm["last"][5:7]
    ]
    assert months[0] == "PT136H"
    _, text, _ = run(capsys, "calendar", "RU", "2030", "--lang=en", "--provisional")
    assert "PROVISIONAL" in text


def test_calendar_shows_disputed_days(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "calendar", "RU-KC", "2026", "--lang=en")
    assert status == 0
    assert "20?21?22 23" in out
    assert "Sun 19 Apr .. Tue 21 Apr" in out
    open_line = next(line for line in out.splitlines() if "19 Apr" in line)
    assert "open" in open_line
    assert "№ 41" in open_line
    data = json.loads(run(capsys, "calendar", "RU-KC", "2026", "--json")[1])
    assert "2026-04-20" in data["uncertain"]


def test_options_precede_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write(
        tmp_path,
        "office.toml",
        '[schedule]\ncalendar = "RU-VGG"\nhours = "Mo-Fr 09:00-18:00"\n'
        '[schedule.overrides]\n2025-03-12 = "09:00-12:00"\n'
        '[schedule.changes]\n2025-03-13 = "Mo-Fr 10:00-19:00"\n[target]\nbudget = "2h"\n',
    )
    asked = ("due", "12.03.2025 10:15", "--config", config, "--json")
    data = json.loads(run(capsys, *asked)[1])
    assert (data["due_at"], data["tz"]) == ("2025-03-13T10:15:00+03:00", "Europe/Volgograd")
    data = json.loads(run(capsys, *asked, "--budget=1h")[1])
    assert data["due_at"] == "2025-03-12T11:15:00+03:00"


def test_a_negative_span_has_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("elapsed", "10.03.2026 12:00", "10.03.2026 10:00")
    assert "met" not in run(capsys, *asked, "--lang=en")[1]
    data = json.loads(run(capsys, *asked, "--json")[1])
    assert (data["elapsed"], data["met"]) == ("-PT2H", None)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("due", "01.01.0001 00:00"), 3),
        (("due", "9999-12-31T23:59-12:00"), 3),
        (("calendar", "RU-TA", "1999"), 3),
        (("calendar", "RU-KC", "9999", "--provisional"), 3),
        (("due", "10.01.2100 10:00", "--provisional"), 3),
        (("due", "10.03.2026 1 7:00"), 2),
        (("due", "10.03.2026 17:00", "--budget=4 30m"), 2),
        (("due", "10.03.2026 17:00", "--calendar="), 2),
        (("due", "10.03.2026 17:00", "--tz="), 2),
    ],
)
def test_extreme_dates_and_empty_options(
    arguments: tuple[str, ...], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    got, out, err = run(capsys, *arguments)
    assert (got, out, len(err.splitlines())) == (status, "", 1), err


def test_json_has_no_control_characters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("numpy")
    evil = "Дороги \x1b[31m \x7f \x80 \x9b31m \x9f"
    row = {"event_id": "1", "appeal_id": evil, "type": "created", "agency_id": evil}
    row["occurred_at"] = row["received_at"] = "2025-03-12T10:00:00+03:00"
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps(row) + "\n")
    asked = (str(file), "--calendar", "RU-VGG", "--json")
    time = ("--as-of", "2025-03-13T10:00+03:00")
    store = ("--store", str(tmp_path / "a.db"), "--once", "--clock", "events")
    for command, *options in (("check", *time), ("report", *time), ("watch", *store)):
        _, out, _ = run(capsys, command, *asked, *options)
        assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in out.replace("\n", "")), command
        assert "\\u009b31m" in out
        if command == "check":
            assert json.loads(out)["outcomes"][0]["agency_id"] == evil
    assert "Дороги" in out


def test_errors_and_notes_have_no_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a\x1b[31m\u202e.csv"
    head = "Номер;Дата публикации;Дата ответа\n"
    for row, said in (("1;12.03.2026 10:15;", "as detected"), ("1;02.03.2026;", "be read")):
        file.write_text(f"{head}{row}\n")
        _, _, err = run(capsys, "check", str(file), "--calendar", "RU-VGG")
        assert "a?[31m?.csv" in err
        assert said in err
        assert "\x1b" not in err
        assert "\u202e" not in err


def test_a_limit_by_rule_marks_the_answer_as_provisional(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # due at closing time on the last known working day: only the limit is in the next year
    asked = ("due", "30.12.2027 14:00", "--calendar=RU-VGG", "--lang=en")
    assert "PROVISIONAL" not in run(capsys, *asked)[1]
    assert "PROVISIONAL" in run(capsys, *asked, "--provisional")[1]
    assert json.loads(run(capsys, *asked, "--provisional", "--json")[1])["provisional"]
