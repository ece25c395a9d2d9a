"""Answers worked out by hand, through the library and through the command line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from kit.paths import DATA
from kit.values import Capture, at
from workhours_sla import Calendar, Schedule, working_hours
from workhours_sla.cli.main import main
from workhours_sla.text.amounts import iso_amount

S8 = "Mo-Fr 09:00-13:00,14:00-18:00"
S9 = "Mo-Fr 09:00-18:00"
OFFICES = {"S8": Schedule("RU-VGG", S8), "S9": Schedule("RU-VGG", S9)}
SCENARIOS = json.loads((DATA / "scenarios.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("office", OFFICES)
@pytest.mark.parametrize("case", SCENARIOS["due"], ids=lambda case: case["id"])
def test_scenario_deadlines(case: dict, office: str) -> None:
    start, budget = at(case["start"]), working_hours(case["norm_hours"])
    wanted = case[office]
    assert OFFICES[office].deadline(start, budget).isoformat() == wanted["due_at"]
    assert OFFICES[office].breaches_after(start, budget).isoformat() == wanted["breaches_after"]


@pytest.mark.parametrize("office", OFFICES)
@pytest.mark.parametrize("case", SCENARIOS["elapsed"], ids=lambda case: case["id"])
def test_scenario_spans(case: dict, office: str) -> None:
    span = OFFICES[office].elapsed(at(case["start"]), at(case["end"]))
    assert span == timedelta(seconds=case[f"{office}_seconds"])


@pytest.mark.parametrize("office", OFFICES)
def test_scenarios_at_the_command_line(office: str, capsys: Capture) -> None:
    options = ("--calendar=RU-VGG", f"--hours={OFFICES[office].hours}")
    for case in SCENARIOS["due"]:
        asked = ("due", case["start"], *options, f"--budget={case['norm_hours']}h")
        data = json.loads(run(capsys, *asked, "--json"))
        answer = {name: data[name] for name in ("due_at", "breaches_after")}
        assert answer == case[office], case["id"]
        due = datetime.fromisoformat(answer["due_at"])
        shown = line_of(run(capsys, *asked, "--lang=ru"), "Ответить до")
        assert f"{due:%d.%m.%Y %H:%M}" in shown, case["id"]
    for case in SCENARIOS["elapsed"]:
        asked = ("elapsed", case["start"], case["end"], *options)
        data = json.loads(run(capsys, *asked, "--json"))
        span = timedelta(seconds=case[f"{office}_seconds"])
        assert data["elapsed"] == iso_amount(span), case["id"]


ASIA = ("calendar=RU", f"hours={S8}")
DUTY = ("calendar=none", "hours=Mo-Su 08:00-20:00", "tz=Europe/Volgograd")
OURS = ("calendar=RU-VGG", f"hours={S8}")
DUE = [  # what is asked, the answer in both languages, and as data
    (OURS, "14.03.2025 19:40", "Mon 17 Mar 2025 13:00", "пн 17.03.2025 13:00",
     "2025-03-17T13:00:00+03:00", "2025-03-17T14:00:00+03:00"),
    (OURS, "31.10.2025 17:30", "Sat 1 Nov 2025 12:30", "сб 01.11.2025 12:30",
     "2025-11-01T12:30:00+03:00", "2025-11-01T12:30:00+03:00"),
    ((*ASIA, "tz=Asia/Yakutsk"), "2025-07-14T13:00+03:00",
     "Tue 15 Jul 2025 13:00 +09:00 = Tue 15 Jul 2025 07:00",
     "вт 15.07.2025 13:00 +09:00 = вт 15.07.2025 07:00",
     "2025-07-15T13:00:00+09:00", "2025-07-15T14:00:00+09:00"),
    (DUTY, "14.06.2025 21:30", "Sun 15 Jun 2025 12:00", "вс 15.06.2025 12:00",
     "2025-06-15T12:00:00+03:00", "2025-06-15T12:00:00+03:00"),
]  # fmt: skip


def run(capsys: Capture, *arguments: str, status: int = 0) -> str:
    assert main(arguments) == status
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return printed.err if status else printed.out


def line_of(text: str, label: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(label))


@pytest.mark.parametrize(("options", "start", "english", "russian", "due", "limit"), DUE)
def test_due(
    options: tuple[str, ...],
    start: str,
    english: str,
    russian: str,
    due: str,
    limit: str,
    capsys: Capture,
) -> None:
    asked = ("due", start, *(f"--{option}" for option in options), "--budget=4h")
    assert english in line_of(run(capsys, *asked, "--lang=en"), "Due")
    assert russian in line_of(run(capsys, *asked, "--lang=ru"), "Ответить до")
    data = json.loads(run(capsys, *asked, "--json"))
    assert (data["due_at"], data["breaches_after"]) == (due, limit)


def test_c2_what_is_left(capsys: Capture) -> None:
    asked = ("due", "07.05.2025 15:00", "--calendar=RU-VGG", "--now", "07.05.2025 17:30")
    assert "1 h 30 min of" in line_of(run(capsys, *asked, "--lang=en"), "Remaining")
    data = json.loads(run(capsys, *asked, "--json"))
    assert data["remaining"] == "PT1H30M"
    posted, now = at("2025-05-07T15:00"), at("2025-05-07T17:30")
    assert OFFICES["S8"].elapsed(posted, now) == timedelta(hours=2, minutes=30)
    assert OFFICES["S8"].remaining(posted, working_hours(4), as_of=now) == timedelta(minutes=90)


def test_c3_explained_line_by_line(capsys: Capture) -> None:
    asked = ("explain", "31.10.2025 17:30", "--calendar=RU-VGG")
    text = run(capsys, *asked, "--lang=ru")
    friday, saturday = (line for line in text.splitlines() if line.startswith("  "))
    assert friday.split()[:4] == ["пт", "31.10.2025", "17:30-18:00", "0:30"]
    assert saturday.split()[:4] == ["сб", "01.11.2025", "09:00-12:30", "3:30"]
    assert "РАБОЧАЯ суббота вместо 03.11.2025" in saturday
    assert "от 04.10.2024 № 1335" in saturday
    assert "на час короче" in saturday
    steps = json.loads(run(capsys, *asked, "--json"))["trace"]["steps"]
    assert [step["used"] for step in steps] == ["PT30M", "PT3H30M"]
    assert steps[1]["hours_of"] == "2025-11-03"
    assert steps[1]["acts"][0]["title"] == "Постановление Правительства РФ от 04.10.2024 № 1335"


def test_c4_latest_start(capsys: Capture) -> None:
    due = at("2024-05-13T10:30")
    latest = OFFICES["S8"].latest_start(due, working_hours(4))
    assert latest == at("2024-05-08T14:30")
    assert OFFICES["S8"].deadline(latest, working_hours(4)) == due
    asked = ("latest-start", "13.05.2024 10:30", "--calendar=RU-VGG")
    text = run(capsys, *asked, "--lang=ru")
    assert line_of(text, "Не позже").startswith("Не позже      ср 08.05.2024 14:30")
    data = json.loads(run(capsys, *asked, "--json"))
    assert data["latest_start"] == "2024-05-08T14:30:00+03:00"
    assert data["due_at"] == "2024-05-13T10:30:00+03:00"


@pytest.mark.parametrize(
    ("start", "end", "iso", "words", "met"),
    [
        (
            "27.12.2024 16:45",
            "28.12.2024 11:10",
            "PT3H25M",
            "3 h 25 min of working time",
            True,
        ),  # C5
        (
            "12.03.2025 14:00",
            "12.03.2025 21:15",
            "PT4H",
            "4 working hours",
            True,
        ),  # C9, in the evening
        (
            "12.03.2025 14:00",
            "13.03.2025 09:01",
            "PT4H1M",
            "4 h 1 min of working time",
            False,
        ),  # C9, next morning
    ],
)
def test_elapsed(start: str, end: str, iso: str, words: str, met: bool, capsys: Capture) -> None:
    asked = ("elapsed", start, end, "--calendar=RU-VGG")
    line = line_of(run(capsys, *asked, "--lang=en"), "Elapsed")
    assert line.startswith(f"Elapsed       {words} (")
    assert line.endswith("met)" if met else "by 0:01: breach)")
    data = json.loads(run(capsys, *asked, "--json"))
    assert (data["elapsed"], data["met"]) == (iso, met)


@pytest.mark.parametrize(
    ("known_by", "start", "due"),
    [
        ("2023-01-23", "2023-01-31T16:30", "2023-02-01T11:30:00+03:00"),
        ("2023-01-24", "2023-01-31T16:30", "2023-02-03T11:30:00+03:00"),
        ("2021-10-19", "2021-10-29T16:00", "2021-11-01T11:00:00+03:00"),
        ("2021-10-20", "2021-10-29T16:00", "2021-11-08T11:00:00+03:00"),
        ("2020-03-24", "2020-03-27T16:00", "2020-03-30T11:00:00+04:00"),
        ("2020-05-01", "2020-03-27T16:00", "2020-05-12T11:00:00+04:00"),
    ],
)
def test_decrees_that_came_late(known_by: str, start: str, due: str) -> None:
    calendar = Calendar.get("RU-VGG").as_known(datetime.fromisoformat(known_by).date())
    assert Schedule(calendar, S8).deadline(at(start), working_hours(4)).isoformat() == due


def test_c10_a_year_that_no_act_covers_is_refused_or_provisional(capsys: Capture) -> None:
    text = run(capsys, "due", "30.12.2026 17:15", "--calendar=RU-VGG", "--lang=en")
    version = Calendar.get("RU-VGG").version
    assert line_of(text, "Calendar").endswith(f"RU-VGG, version {version}")
    asked = ("due", "10.01.2030 10:00")
    said = run(capsys, *asked, "--lang=ru", status=3)
    assert said.startswith("Ошибка: в календаре RU не определён день 10.01.2030")
    assert "производственный календарь на 2030 год не утверждён" in said
    assert "--provisional" in said
    assert len(said.splitlines()) == 1
    assert "предварительно" in run(capsys, *asked, "--lang=ru", "--provisional").lower()
    data = json.loads(run(capsys, *asked, "--provisional", "--json"))
    assert (data["provisional"], data["due_at"]) == (True, "2030-01-10T15:00:00+03:00")
    known = json.loads(run(capsys, "due", "12.03.2025 10:15", "--provisional", "--json"))
    assert not known["provisional"]  # nothing of it rests on a rule
