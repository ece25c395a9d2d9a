"""The command ``days``: working days and working time between two dates, both included."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.paths import ROOT
from kit.properties import examples
from kit.values import OFFICE, Capture
from workhours_sla import Calendar, Schedule
from workhours_sla.cli.main import main
from workhours_sla.cli.question_commands import Period
from workhours_sla.foreign.xmlcalendar import read_xmlcalendar

DATA = ROOT / "tests/data/calendars"


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    status = main(("days", *arguments))
    out, err = capsys.readouterr()
    return status, out, err


def data_of(capsys: Capture, *arguments: str) -> dict[str, Any]:
    status, out, err = run(capsys, *arguments, "--json")
    assert (status, err) == (0, "")
    document: dict[str, Any] = json.loads(out)
    return document


@pytest.mark.parametrize(
    ("first", "last", "working", "short", "every", "time"),
    [
        ("2026-01-01", "2026-01-31", 15, 0, 31, "PT120H"),  # the norm of January 2026
        ("01.01.2026", "31.12.2026", 247, 4, 365, "PT1972H"),  # and of the year
        ("01.11.2025", "01.11.2025", 1, 1, 1, "PT7H"),  # a short working Saturday
        ("02.11.2025", "04.11.2025", 0, 0, 3, "PT0S"),
        ("31.01.2026", "01.01.2026", -15, 0, -31, "-PT120H"),  # as in NETWORKDAYS
    ],
)
def test_both_dates_count(
    first: str, last: str, working: int, short: int, every: int, time: str, capsys: Capture
) -> None:
    data = data_of(capsys, first, last)
    assert data["schema"] == "workhours.days/1"
    found = [data[key] for key in ("working_days", "short_days", "calendar_days", "working_time")]
    assert found == [working, short, every, time]


def test_the_text_says_that_both_dates_count(capsys: Capture) -> None:
    _, out, err = run(capsys, "30.10.2025", "05.11.2025", "--explain", "--lang=en")
    assert err == ""
    dates, *lines = out.splitlines()
    assert dates.startswith(
        "Dates         Thu 30 Oct 2025 to Wed 5 Nov 2025, both included · Mon-Fri"
    )
    listed = [line.split()[:4] for line in lines if line.startswith("  ")]
    assert [" ".join(words) for words in listed] == [
        "Sat 1 Nov 2025",
        "Mon 3 Nov 2025",
        "Tue 4 Nov 2025",
    ]
    assert "7:00   WORKING Saturday in place of 3 Nov 2025: Постановление" in lines[0]
    assert lines[3:7] == [
        "Working days  4",
        "of them short 1",
        "All days      7",
        "Working time  31:00",
    ]
    days = data_of(capsys, "30.10.2025", "05.11.2025", "--explain")["days"]
    assert [day["date"] for day in days] == ["2025-11-01", "2025-11-03", "2025-11-04"]
    assert days[0]["acts"][0]["title"].startswith("Постановление Правительства РФ")
    _, out, _ = run(capsys, "30.10.2025", "05.11.2025", "--lang=ru")
    assert "с чт 30.10.2025 по ср 05.11.2025 включительно" in out
    assert "Рабочих дней  4" in out


def test_an_unknown_date_is_refused_or_by_rule(capsys: Capture) -> None:
    status, out, err = run(capsys, "30.12.2027", "02.01.2028", "--lang=en")
    assert (status, out) == (3, "")
    assert "does not know 1 Jan 2028" in err
    data = data_of(capsys, "30.12.2027", "10.01.2028", "--provisional")
    assert data["provisional"] is True
    assert data_of(capsys, "29.12.2027", "30.12.2027", "--provisional")["provisional"] is False
    # a holiday of the region may fall on these dates; the office works on Fridays alone
    asked = ("20.04.2026", "21.04.2026", "--calendar=RU-KC", "--tz=Europe/Moscow")
    assert run(capsys, *asked)[0] == 3
    data = data_of(capsys, *asked, "--hours=Fr 09:00-18:00")
    assert (data["working_days"], data["working_time"]) == (0, "PT0S")


def test_shifts_belong_to_their_dates_and_count_once(capsys: Capture) -> None:
    data = data_of(capsys, "09.03.2026", "10.03.2026", "--hours=Mo-Fr 22:00-06:00")
    assert (data["working_days"], data["working_time"]) == (1, "PT8H")  # the 9th is a day off
    nights = Schedule(None, "Mo-Su 20:00-30:00, We 05:00-21:00", tz="Europe/Moscow")
    first, last = date(2026, 3, 10), date(2026, 3, 12)
    period = Period.of(nights, first, last, provisional=False)
    opening, closing = nights.intervals_of(first)[0].start, nights.intervals_of(last)[-1].end
    assert period.counts(1)["working_time"] == nights.elapsed(opening, closing)


@pytest.mark.parametrize("wrong", ["31.10.2025 10:00", "31.11.2025", "soon", "2025"])
def test_only_dates_are_read(wrong: str, capsys: Capture) -> None:
    status, _, err = run(capsys, wrong, "31.10.2025", "--lang=en")
    assert (status, f"{wrong!r} is not a date; write it like" in err) == (2, True)


def test_a_configuration_with_its_target(tmp_path: Path, capsys: Capture) -> None:
    config = tmp_path / "office.toml"
    config.write_text(
        '[schedules.six]\ncalendar = "RU-VGG"\nweek = 6\nhours = "Mo-Sa 09:00-15:00"\n'
        '[schedule]\ncalendar = "RU-VGG"\noverrides = { 2026-03-10 = "off" }\n'
        '[[targets]]\nname = "a"\nbudget = "4h"\n'
        '[[targets]]\nname = "b"\nbudget = "4h"\nschedule = "six"\n',
        "utf-8",
    )
    asked = ("10.03.2026", "14.03.2026", "--config", str(config))
    assert run(capsys, *asked)[0] == 2
    assert data_of(capsys, *asked, "--target", "a")["working_days"] == 3
    assert data_of(capsys, *asked, "--target", "b")["working_days"] == 5
    special = data_of(capsys, *asked, "--target", "a", "--explain")["days"]
    assert [day["date"] for day in special if day["overridden"]] == ["2026-03-10"]


@pytest.mark.slow
@given(
    first=st.dates(date(2024, 1, 1), date(2024, 12, 31)),
    last=st.dates(date(2024, 1, 1), date(2024, 12, 31)),
)
@settings(max_examples=examples(200))
def test_working_days_are_those_of_another_source(first: date, last: date) -> None:
    first, last = sorted((first, last))
    theirs = read_xmlcalendar(DATA / "ru-2024.xml", id="theirs")
    off = [day.date for day in theirs.days(first, last) if not day.working]
    holidays = np.array(off, dtype="datetime64[D]")
    expected = np.busday_count(first, last + timedelta(days=1), "1111111", holidays)
    period = Period.of(OFFICE, first, last, provisional=False)
    working_days = period.counts(1)["working_days"]
    assert working_days == expected
    assert working_days == Calendar.get("RU").count_working_days(first, last)
