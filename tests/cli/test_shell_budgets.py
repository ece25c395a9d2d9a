"""Budgets of days at the shell, the choice of a target, and one grammar of [target]."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.values import run
from workhours_sla import Schedule, Trace, WorkingDays, parse_budget
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.json import from_json, to_json

VGG = ("--calendar", "RU-VGG")
START = "02.04.2026 10:00"
TERM = ("--budget", "30 days", "--roll", "following")
DAYS = """
[schedule]
calendar = "RU-VGG"

[target]
name = "answer"
budget = "30 days"
roll = "following"
"""
TWO = """
[schedule]
calendar = "RU-VGG"

[schedules.night]
calendar = "none"
hours = "Mo-Su 20:00-23:00"
tz = "Europe/Moscow"

[[targets]]
name = "first reply"
budget = "4h"

[[targets]]
name = "answer"
budget = "30 days"
roll = "following"
closing = "strict"

[[targets]]
name = "at night"
budget = "1h"
schedule = "night"
"""


def data_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    status, out, err = run(capsys, *arguments, "--json")
    assert status in (0, 1), err
    document: dict[str, Any] = json.loads(out)
    return document


def write(folder: Path, name: str, text: str) -> str:
    folder.joinpath(name).write_text(text, "utf-8")
    return str(folder / name)


# -- due, elapsed, latest-start, explain ---------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "budget", "due_at", "limit"),
    [
        (
            TERM,
            {"calendar_days": {"count": 30, "roll": "following", "count_from": "next_day"}},
            "2026-05-04T18:00:00+03:00",
            "2026-05-05T00:00:00+03:00",
        ),
        (
            ("--budget", "30 days", "--roll", "preceding"),
            {"calendar_days": {"count": 30, "roll": "preceding", "count_from": "next_day"}},
            "2026-04-30T17:00:00+03:00",
            "2026-05-01T00:00:00+03:00",
        ),
        (
            ("--budget", "7 working days", "--count-from", "same_day"),
            {"working_days": {"count": 7, "count_from": "same_day"}},
            "2026-04-10T18:00:00+03:00",
            "2026-04-11T00:00:00+03:00",
        ),
        (
            ("--budget", "1 month", "--roll", "none"),
            {"months": {"count": 1, "roll": "none"}},
            "2026-05-03T00:00:00+03:00",
            "2026-05-03T00:00:00+03:00",
        ),
        (
            ("--budget", "9h clock"),
            {"clock_time": {"amount": "PT9H"}},
            "2026-04-02T19:00:00+03:00",
            "2026-04-02T19:00:00+03:00",
        ),
        (
            ("--budget", "2 working days in hours"),
            {"working_days_in_hours": {"count": 2}},
            "2026-04-06T10:00:00+03:00",
            "2026-04-06T10:00:00+03:00",
        ),
        (("--budget", "4h"), "PT4H", "2026-04-02T15:00:00+03:00", "2026-04-02T15:00:00+03:00"),
    ],
)
def test_due_takes_every_budget(
    options: tuple[str, ...],
    budget: object,
    due_at: str,
    limit: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = data_of(capsys, "due", START, *VGG, *options)
    assert data["schema"] == "workhours.due/2"
    assert (data["budget"], data["due_at"], data["breaches_after"]) == (budget, due_at, limit)
    assert data["target"] is None
    explained = data_of(capsys, "explain", START, *VGG, *options)["trace"]
    assert (explained["budget"], explained["end"]) == (budget, due_at)
    before = data_of(capsys, "elapsed", START, due_at, *VGG, *options)
    assert (before["schema"], before["met"]) == ("workhours.elapsed/2", True)
    assert before["breaches_after"] == limit
    assert run(capsys, "explain", START, *VGG, *options, "--lang=ru")[0] == 0
    late = limit.replace(":00+", ":01+")
    assert data_of(capsys, "elapsed", START, late, *VGG, *options)["met"] is False
    latest = data_of(capsys, "latest-start", due_at, *VGG, *options)
    assert latest["schema"] == "workhours.latest-start/2"
    assert latest["due_at"] == due_at
    assert latest["latest_start"] >= data["start"]


def test_the_trace_of_a_term_whose_working_time_is_unknown() -> None:
    office = Schedule("RU-TA", "Mo-Fr 09:00-18:00")
    start = datetime(2027, 2, 20, 10, tzinfo=office.tz)
    trace = office.explain(start, parse_budget("30 days", roll="following"))
    assert trace.due_at == datetime(2027, 3, 22, 18, tzinfo=office.tz)
    assert trace.used is None
    assert date(2027, 3, 10) in {step.date for step in trace.steps if step.unknown}
    assert from_json(to_json(trace), Trace) == trace
    with pytest.raises(CalendarCoverageError, match=r"2027-03-07.*2027-03-1\d 1[78]:00"):
        office.explain(start + timedelta(days=9), WorkingDays(7))


def test_the_text_of_a_term_in_days(capsys: pytest.CaptureFixture[str]) -> None:
    now = ("--now", "04.05.2026 17:00")
    _, out, err = run(capsys, "due", START, *VGG, *TERM, *now, "--lang=en")
    assert err == ""
    first, heading, *lines = out.splitlines()
    assert first == "Due           Mon 4 May 2026 18:00 +03:00"
    assert heading.startswith(
        "Target        30 calendar days · Mon-Fri 09:00-13:00, 14:00-18:00 · E"
    )
    assert lines[:4] == [
        "Counting      from the next day; an end on a day off moves to the next working day",
        "Start         Thu 2 Apr 2026 10:00 +03:00 (read in Europe/Volgograd)",
        "Breach        only after Mon 4 May 2026 24:00 +03:00",
        "Remaining     1 working hour (now Mon 4 May 2026 17:00 +03:00)",
    ]
    _, out, _ = run(capsys, "explain", START, *VGG, *TERM, "--lang=ru")
    assert "со следующего дня; окончание в нерабочий день переносится на следующий" in out
    assert "день 30   выходной день; срок заканчивается в нерабочий день и переносится" in out
    assert "Просрочка     только после пн 04.05.2026 24:00 +03:00" in out


def test_what_remains_of_clock_time(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("due", START, *VGG, "--budget=9h clock", "--now=02.04.2026 20:30")
    assert data_of(capsys, *asked)["remaining"] == "-PT1H30M"
    assert "Overdue by    1 h 30 min around the clock" in run(capsys, *asked, "--lang=en")[1]


def test_elapsed_compares_with_the_limit_of_a_term(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("elapsed", START, "05.05.2026 09:30", *VGG, *TERM)
    assert "(after Mon 4 May 2026 24:00 +03:00: breach)" in run(capsys, *asked, "--lang=en")[1]
    backwards = ("elapsed", START, "01.04.2026 09:30", *VGG, *TERM)
    assert data_of(capsys, *backwards)["met"] is None


def test_elapsed_knows_a_verdict_although_the_limit_is_unknown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    term = ("--budget", "30 days", "--roll", "following")
    data = data_of(capsys, "elapsed", "20.12.2027 10:00", "24.12.2027 10:00", *VGG, *term)
    assert (data["met"], data["breaches_after"]) == (True, None)
    out = run(capsys, "elapsed", "20.12.2027 10:00", "24.12.2027 10:00", *VGG, *term, "--lang=en")
    assert "32 working hours (met)" in out[1]


def test_the_latest_start_of_a_term_is_the_end_of_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "latest-start", "04.05.2026 18:00", *VGG, *TERM, "--lang=ru")
    assert "Не позже      раньше сб 04.04.2026 24:00 +03:00 (на обращение" in out


# -- a configuration -----------------------------------------------------------------------------


def test_a_configuration_with_one_target_of_days(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ("--config", write(tmp_path, "days.toml", DAYS))
    data = data_of(capsys, "due", START, *config)
    assert (data["target"], data["due_at"]) == ("answer", "2026-05-04T18:00:00+03:00")
    back = data_of(capsys, "due", START, *config, "--roll", "preceding")
    assert back["due_at"] == "2026-04-30T17:00:00+03:00"
    longer = data_of(capsys, "due", START, *config, "--budget", "40 days")
    assert longer["budget"] == {
        "calendar_days": {"count": 40, "roll": "following", "count_from": "next_day"}
    }
    assert data_of(capsys, "due", START, *config, "--budget", "4h")["budget"] == "PT4H"


def test_a_target_is_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = ("--config", write(tmp_path, "two.toml", TWO))
    assert run(capsys, "due", START, *config)[0] == 2
    data = data_of(capsys, "due", START, *config, "--target", "answer")
    assert data["due_at"] == data["breaches_after"] == "2026-05-04T18:00:00+03:00"  # strict
    late = data_of(capsys, "elapsed", START, "04.05.2026 18:01", *config, "--target", "answer")
    assert (late["met"], late["breaches_after"]) == (False, "2026-05-04T18:00:00+03:00")
    night = data_of(capsys, "explain", START, *config, "--target", "at night")
    assert (night["tz"], night["due_at"]) == ("Europe/Moscow", "2026-04-02T21:00:00+03:00")
    longer = data_of(capsys, "due", START, *config, "--target=first reply", "--budget=5h")
    assert longer["due_at"] == "2026-04-02T16:00:00+03:00"
    status, _, err = run(
        capsys, "due", START, *config, "--target=at night", "--hours=Mo-Fr 09:00-18:00", "--lang=en"
    )
    assert (status, "which --hours cannot change" in err) == (2, True)


def test_a_strict_target_in_working_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '[schedule]\ncalendar = "RU-VGG"\n[target]\nbudget = "4h"\nclosing = "strict"\n'
    config = ("--config", write(tmp_path, "strict.toml", text))
    data = data_of(capsys, "due", "02.04.2026 14:00", *config)
    assert data["due_at"] == data["breaches_after"] == "2026-04-02T18:00:00+03:00"
    for end, met in (("17:59", True), ("18:00", True), ("18:01", False)):
        found = data_of(capsys, "elapsed", "02.04.2026 14:00", f"02.04.2026 {end}", *config)
        assert found["met"] is met, end


GRAMMAR = 'name = "answer"\nbudget = "2 working days"\nschedule = "office"\n'
OFFICE = '[schedules.office]\ncalendar = "RU-VGG"\nhours = "Mo-Fr 09:00-18:00"\n'
RULES = '[[rules]]\nchannels = ["vk"]\ntargets = ["answer"]\n'


@pytest.mark.parametrize("more", ["", RULES, '[presets.volgograd]\nschedule = "office"\n'])
def test_target_is_targets_with_one_row(
    more: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = []
    for section in ("[target]", "[[targets]]"):
        config = write(tmp_path, "one.toml", f"{OFFICE}{section}\n{GRAMMAR}{more}")
        asked = ("due", START, "--config", config, "--target", "answer")
        found.append(data_of(capsys, *asked))
        found.append(data_of(capsys, *asked, "--budget", "2 working days"))
    assert found == [found[0]] * 4
    assert found[0]["due_at"] == "2026-04-06T18:00:00+03:00"


# -- check ---------------------------------------------------------------------------------------

ROWS = """\
appeal_id,posted_at,answered_at,agency_id
A-1,2026-04-02T10:00+03:00,,Министерство природных ресурсов и экологии
A-2,2026-04-02T14:00+03:00,,roads
"""


def test_check_takes_budgets_of_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "rows.csv", ROWS)
    config = ("--config", write(tmp_path, "rows.toml", '[input]\nkind = "appeals"\n'))
    asked = ("check", file, *config, *VGG, "--as-of", "03.04.2026 08:00", "--lang=en")
    _, out, _ = run(capsys, *asked, *TERM)
    assert "As of 3 Apr 2026 08:00 · 30 calendar days" in out
    assert "  Mon 04.05 18:00  " in out
    assert "late after Mon 04.05 24:00" in run(capsys, *asked, *TERM, "--explain")[1]
    out = run(capsys, *asked)[1]
    assert "Министерство природных ресурсов…  Thu 02.04 15:00  " in out
    assert "late after" not in out
    assert "late after Fri 03.04 09:00" in run(capsys, *asked, "--explain")[1]
    status, _, err = run(capsys, *asked, "--budget", "30 days")
    assert (status, "give --roll" in err) == (2, True)
    for command in ("forecast", "report"):
        status, out, err = run(capsys, command, *asked[1:], *TERM)
        assert status == 0, err


def test_check_of_one_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "rows.csv", ROWS)
    config = ("--config", write(tmp_path, "two.toml", '[input]\nkind = "appeals"\n' + TWO))
    asked = ("check", file, *config, "--as-of", "03.04.2026 12:00")
    every = data_of(capsys, *asked)
    one = data_of(capsys, *asked, "--target", "answer")
    assert [target["name"] for target in one["targets"]] == ["answer"]
    assert one["outcomes"] == [o for o in every["outcomes"] if o["target"] == "answer"]
    assert one["counts"]["pending"] == 2
    assert one["policy_version"] == every["policy_version"]
    status, out, _ = run(capsys, *asked, "--target", "answer", "--lang=en")
    assert status == 0  # the other targets are breached
    assert out.startswith("As of 3 Apr 2026 12:00 · answer · 30 calendar days")
    longer = data_of(capsys, *asked, "--target", "answer", "--budget", "3 working days")
    assert {o["due_at"] for o in longer["outcomes"]} == {"2026-04-07T18:00:00+03:00"}
    status, _, err = run(capsys, *asked, "--target", "b", "--lang=en")
    assert (status, "no target 'b'; give one: --target NAME" in err) == (2, True)
