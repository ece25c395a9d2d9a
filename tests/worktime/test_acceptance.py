"""Answers worked out by hand, through the library and through the command line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from kit.paths import DATA
from kit.values import at
from workhours_sla import Calendar, Schedule, working_hours
from workhours_sla.cli.main import main
from workhours_sla.errors import CalendarCoverageError, ProvisionalWarning
from workhours_sla.worktime.amounts import format_amount, iso_amount

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
def test_scenarios_at_the_command_line(office: str, capsys: pytest.CaptureFixture[str]) -> None:
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
        shown = line_of(run(capsys, *asked, "--lang=en"), "Elapsed")
        assert shown.split()[1] == format_amount(span), case["id"]


@dataclass(frozen=True)
class Due:
    """A deadline: what is asked, and the answer in both languages and as data."""

    start: str
    english: str
    russian: str
    due_at: str
    breaches_after: str
    hours: str = S8
    budget: str = "4h"
    calendar: str = "RU-VGG"
    tz: str = "Europe/Volgograd"


DUE = {
    "B1": Due("12.03.2025 10:15", "Wed 12 Mar 2025 15:15", "ср 12.03.2025 15:15",
              "2025-03-12T15:15:00+03:00", "2025-03-12T15:15:00+03:00"),
    "B1 S9": Due("12.03.2025 10:15", "Wed 12 Mar 2025 14:15", "ср 12.03.2025 14:15",
                 "2025-03-12T14:15:00+03:00", "2025-03-12T14:15:00+03:00", hours=S9),
    "B2": Due("14.03.2025 19:40", "Mon 17 Mar 2025 13:00", "пн 17.03.2025 13:00",
              "2025-03-17T13:00:00+03:00", "2025-03-17T14:00:00+03:00"),
    "B2 S9": Due("14.03.2025 19:40", "Mon 17 Mar 2025 13:00", "пн 17.03.2025 13:00",
                 "2025-03-17T13:00:00+03:00", "2025-03-17T13:00:00+03:00", hours=S9),
    "B3": Due("07.03.2024 16:10", "Mon 11 Mar 2024 12:10", "пн 11.03.2024 12:10",
              "2024-03-11T12:10:00+03:00", "2024-03-11T12:10:00+03:00"),
    "B4": Due("26.04.2024 17:00", "Sat 27 Apr 2024 12:00", "сб 27.04.2024 12:00",
              "2024-04-27T12:00:00+03:00", "2024-04-27T12:00:00+03:00"),
    "C1": Due("30.12.2025 16:30", "Mon 12 Jan 2026 11:30", "пн 12.01.2026 11:30",
              "2026-01-12T11:30:00+03:00", "2026-01-12T11:30:00+03:00"),
    "C2": Due("07.05.2025 15:00", "Mon 12 May 2025 10:00", "пн 12.05.2025 10:00",
              "2025-05-12T10:00:00+03:00", "2025-05-12T10:00:00+03:00"),
    "C3": Due("31.10.2025 17:30", "Sat 1 Nov 2025 12:30", "сб 01.11.2025 12:30",
              "2025-11-01T12:30:00+03:00", "2025-11-01T12:30:00+03:00"),
    "C6 4h": Due("30.04.2026 15:20", "Mon 4 May 2026 11:20", "пн 04.05.2026 11:20",
                 "2026-05-04T11:20:00+03:00", "2026-05-04T11:20:00+03:00"),
    "C6 8h": Due("30.04.2026 15:20", "Mon 4 May 2026 16:20", "пн 04.05.2026 16:20",
                 "2026-05-04T16:20:00+03:00", "2026-05-04T16:20:00+03:00", budget="8h"),
    "C6 8h S9": Due("30.04.2026 15:20", "Mon 4 May 2026 15:20", "пн 04.05.2026 15:20",
                    "2026-05-04T15:20:00+03:00", "2026-05-04T15:20:00+03:00", S9, "8h"),
    "C6 9h S9": Due("30.04.2026 15:20", "Mon 4 May 2026 16:20", "пн 04.05.2026 16:20",
                    "2026-05-04T16:20:00+03:00", "2026-05-04T16:20:00+03:00", S9, "9h"),
    "C6 9h S8": Due("30.04.2026 15:20", "Mon 4 May 2026 17:20", "пн 04.05.2026 17:20",
                    "2026-05-04T17:20:00+03:00", "2026-05-04T17:20:00+03:00", budget="9h"),
    "C7 Yakutsk": Due("2025-07-14T13:00+03:00",
                      "Tue 15 Jul 2025 13:00 +09:00 = Tue 15 Jul 2025 07:00",
                      "вт 15.07.2025 13:00 +09:00 = вт 15.07.2025 07:00",
                      "2025-07-15T13:00:00+09:00", "2025-07-15T14:00:00+09:00",
                      calendar="RU", tz="Asia/Yakutsk"),
    "C7 Vladivostok": Due("2025-07-14T13:00+03:00",
                          "Tue 15 Jul 2025 13:00 +10:00 = Tue 15 Jul 2025 06:00",
                          "вт 15.07.2025 13:00 +10:00 = вт 15.07.2025 06:00",
                          "2025-07-15T13:00:00+10:00", "2025-07-15T14:00:00+10:00",
                          calendar="RU", tz="Asia/Vladivostok"),
    "C8 duty": Due("14.06.2025 21:30", "Sun 15 Jun 2025 12:00", "вс 15.06.2025 12:00",
                   "2025-06-15T12:00:00+03:00", "2025-06-15T12:00:00+03:00",
                   hours="Mo-Su 08:00-20:00", calendar="none"),
    "C8 S8": Due("14.06.2025 21:30", "Mon 16 Jun 2025 13:00", "пн 16.06.2025 13:00",
                 "2025-06-16T13:00:00+03:00", "2025-06-16T14:00:00+03:00"),
    "C9": Due("12.03.2025 14:00", "Wed 12 Mar 2025 18:00", "ср 12.03.2025 18:00",
              "2025-03-12T18:00:00+03:00", "2025-03-13T09:00:00+03:00"),
    "C10": Due("30.12.2026 17:15", "Mon 11 Jan 2027 12:15", "пн 11.01.2027 12:15",
               "2027-01-11T12:15:00+03:00", "2027-01-11T12:15:00+03:00"),
}  # fmt: skip


def run(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(arguments) == status
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return printed.err if status else printed.out


def line_of(text: str, label: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(label))


@pytest.mark.parametrize("case", DUE.values(), ids=DUE.keys())
def test_due(case: Due, capsys: pytest.CaptureFixture[str]) -> None:
    calendar = None if case.calendar == "none" else case.calendar
    office = Schedule(calendar, case.hours, tz=case.tz)
    if "T" in case.start:
        posted = datetime.fromisoformat(case.start).astimezone(office.tz)
    else:
        posted = datetime.strptime(case.start, "%d.%m.%Y %H:%M").replace(tzinfo=office.tz)
    budget = working_hours(int(case.budget.removesuffix("h")))
    assert office.deadline(posted, budget).isoformat() == case.due_at
    assert office.breaches_after(posted, budget).isoformat() == case.breaches_after

    options = ("--calendar", case.calendar, "--hours", case.hours, "--budget", case.budget,
               "--tz", case.tz)  # fmt: skip
    assert case.english in line_of(run(capsys, "due", case.start, *options, "--lang=en"), "Due")
    assert case.russian in line_of(
        run(capsys, "due", case.start, *options, "--lang=ru"), "Ответить до"
    )
    data = json.loads(run(capsys, "due", case.start, *options, "--json"))
    assert (data["due_at"], data["breaches_after"]) == (case.due_at, case.breaches_after)


def test_c2_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("due", "07.05.2025 15:00", "--calendar=RU-VGG", "--now", "07.05.2025 17:30")
    assert "1:30" in line_of(run(capsys, *asked, "--lang=en"), "Remaining")
    data = json.loads(run(capsys, *asked, "--json"))
    assert data["remaining"] == "PT1H30M"
    posted, now = at("2025-05-07T15:00"), at("2025-05-07T17:30")
    assert OFFICES["S8"].elapsed(posted, now) == timedelta(hours=2, minutes=30)
    assert OFFICES["S8"].remaining(posted, working_hours(4), now=now) == timedelta(minutes=90)


def test_c3_explained_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
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


def test_c1_accounts_for_each_day_off() -> None:
    trace = OFFICES["S8"].explain(at("2025-12-30T16:30"), working_hours(4))
    assert [step.used for step in trace.steps if step.used] == [
        timedelta(minutes=90),
        timedelta(minutes=150),
    ]
    kinds = [step.day.kind.value for step in trace.steps if step.day]
    assert kinds == [
        *("work", "transferred_off"),
        *["holiday"] * 8,
        *("transferred_off", "day_off", "day_off", "work"),
    ]


def test_c4_latest_start(capsys: pytest.CaptureFixture[str]) -> None:
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
    ("start", "end", "iso", "clock", "met"),
    [
        ("27.12.2024 16:45", "28.12.2024 11:10", "PT3H25M", "3:25", True),  # C5
        ("12.03.2025 14:00", "12.03.2025 21:15", "PT4H", "4:00", True),  # C9, in the evening
        ("12.03.2025 14:00", "13.03.2025 09:01", "PT4H1M", "4:01", False),  # C9, next morning
    ],
)
def test_elapsed(
    start: str, end: str, iso: str, clock: str, met: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("elapsed", start, end, "--calendar=RU-VGG")
    line = line_of(run(capsys, *asked, "--lang=en"), "Elapsed")
    assert line.startswith(f"Elapsed       {clock} of working time")
    assert line.endswith("met)" if met else "by 0:01: breach)")
    data = json.loads(run(capsys, *asked, "--json"))
    assert (data["elapsed"], data["met"]) == (iso, met)


def test_c10_names_the_version_it_used(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "due", "30.12.2026 17:15", "--calendar=RU-VGG", "--lang=en")
    version = Calendar.get("RU-VGG").version
    assert line_of(text, "Calendar").endswith(f"RU-VGG, version {version}")


def test_c10_refuses_a_year_that_no_act_covers(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CalendarCoverageError, match="2030 is not approved"):
        OFFICES["S8"].deadline(at("2030-01-10T10:00"), working_hours(4))
    said = run(capsys, "due", "10.01.2030 10:00", "--lang=ru", status=3)
    assert said.startswith("Ошибка: в календаре RU не определён день 10.01.2030")
    assert "производственный календарь на 2030 год не утверждён" in said
    assert "--provisional" in said
    assert len(said.splitlines()) == 1


def test_c10_provisional_answers_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.warns(ProvisionalWarning, match="2030"):
        due = OFFICES["S8"].deadline(at("2030-01-10T10:00"), working_hours(4), provisional=True)
    assert due == at("2030-01-10T15:00")
    text = run(capsys, "due", "10.01.2030 10:00", "--lang=ru", "--provisional")
    assert "предварительно" in text.lower()
    assert json.loads(run(capsys, "due", "10.01.2030 10:00", "--provisional", "--json"))[
        "provisional"
    ]
    known = json.loads(run(capsys, "due", "12.03.2025 10:15", "--provisional", "--json"))
    assert not known["provisional"]  # nothing of it rests on a rule


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


def test_the_zone_of_volgograd_changed_on_27_december_2020() -> None:
    due = OFFICES["S8"].deadline(at("2020-12-25T16:30"), working_hours(4))
    assert due.isoformat() == "2020-12-28T11:30:00+03:00"
    assert at("2020-12-25T16:30").isoformat() == "2020-12-25T16:30:00+04:00"


def test_absolute_time_around_the_clock_in_berlin() -> None:
    queue = Schedule(None, "24/7", tz="Europe/Berlin")
    for start, due in (
        ("2025-10-26T01:30:00+02:00", "2025-10-26T04:30:00+01:00"),
        ("2025-03-30T01:30:00+01:00", "2025-03-30T06:30:00+02:00"),
    ):
        begun = datetime.fromisoformat(start).astimezone(queue.tz)
        assert queue.deadline(begun, working_hours(4)).isoformat() == due


def test_a_night_shift_belongs_to_the_day_it_starts_on() -> None:
    night = Schedule(None, "Mo-Fr 22:00-06:00", tz="Europe/London")
    friday = datetime(2025, 3, 14, 23, tzinfo=night.tz)
    assert night.deadline(friday, working_hours(8)) == datetime(2025, 3, 17, 23, tzinfo=night.tz)
