"""Every year of every calendar is printed or refused, alike by the command and over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from kit.values import Capture, run
from workhours_sla import Calendar
from workhours_sla.calendars.sources import AvailableCalendar
from workhours_sla.cli.main import main
from workhours_sla.cli.output import CALENDAR_UNKNOWN
from workhours_sla.config import parse
from workhours_sla.text.words import MONTHS

pytest.importorskip("starlette")

from kit.asgi import asked
from workhours_sla.service.app import application

RUSSIAN = [one.id for one in Calendar.available("RU")]
APP = application(parse('[schedule]\ncalendar = "RU-VGG"\n[target]\nbudget = "4h"\n').policy)


async def check_years(id_: str, years: Iterable[int], capsys: Capture) -> dict[int, int]:
    """Return the status of the command for each year, after comparing its forms with HTTP."""
    found = {}
    for year in years:
        found[year] = status = main(["calendar", id_, str(year), "--lang", "en"])
        text, error = capsys.readouterr()
        assert main(["calendar", id_, str(year), "--json"]) == status
        as_json = capsys.readouterr().out
        async with asked(APP, "GET", f"/v1/calendars/{id_}/{year}") as answer:
            body = json.loads(await answer.whole())
        if status:
            assert (status, answer.status) == (CALENDAR_UNKNOWN, 422), (id_, year, error)
            assert (text, as_json) == ("", "")
            assert str(body["detail"]).partition(" with ")[0] in error
            continue
        assert answer.status == 200
        assert body == json.loads(as_json)
        months = [norm for norm in body["norms"] if norm["first"][:7] == norm["last"][:7]]
        assert len(months) == 12
        for name, norm in zip(MONTHS["en"], months, strict=True):
            assert f"\n{name:<14}{norm['working_days']:>10}{norm['short_days']:>10}" in text
    return found


def edges(one: AvailableCalendar) -> list[int]:
    """Return the first and the last year of a calendar, and those around it."""
    first, last = one.first.year, one.last.year
    return sorted({first - 1, first, last, last + 1})


@pytest.mark.parametrize("id_", ["RU", "RU-KC", "X-RU-CR", "X-RU-ZAP"])
def test_a_year_without_a_certain_date_is_printed(id_: str, capsys: Capture) -> None:
    years = (2003, 2004, 2013, 2014, 2021, 2022, 2027, 2028)
    found = asyncio.run(check_years(id_, years, capsys))
    assert {year for year, status in found.items() if status} == {2003, 2028}


def check_edges(one: AvailableCalendar, capsys: Capture) -> None:
    years = edges(one)
    found = asyncio.run(check_years(one.id, years, capsys))
    assert {year for year, status in found.items() if status} == {years[0], years[-1]}


@pytest.mark.parametrize("country", ["AE", "KZ", "CN"])
def test_years_around_the_copied_ones_are_refused(country: str, capsys: Capture) -> None:
    for one in Calendar.available(country)[-2:]:
        check_edges(one, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("id_", RUSSIAN)
def test_every_year_of_russia(id_: str, capsys: Capture) -> None:
    found = asyncio.run(check_years(id_, range(2003, 2029), capsys))
    assert {year for year, status in found.items() if status} == {2003, 2028}


@pytest.mark.slow
def test_every_calendar_of_the_libraries(capsys: Capture) -> None:
    for one in Calendar.available():
        if one.provider != "built in":
            check_edges(one, capsys)


@pytest.mark.parametrize(
    ("id_", "year", "monday"),
    [("KZ", 2026, "Nowruz Holiday"), ("RU", 2028, "day off moved from"), ("DE", 2029, "Christmas")],
)
def test_a_draft_is_refused_until_each_of_its_days_is_decided(
    id_: str, year: int, monday: str, tmp_path: Path, capsys: Capture
) -> None:
    calendar = ("calendar", id_, year, "--lang", "en")
    status, _, err = run(capsys, *calendar)
    assert (status, f"`workhours calendar {id_} {year} --draft`" in err) == (CALENDAR_UNKNOWN, True)
    status, text, err = run(capsys, *calendar, "--draft")
    assert (status, err) == (0, "")
    file = tmp_path / "year.toml"
    questions = text.count('= "?"')
    assert questions > 9
    assert text.count("not decided") == questions
    for answered in range(questions):  # also if only the last question is open
        file.write_text(text.replace('= "?"', '= "decree"', answered), "utf-8")
        for more in ((), ("--provisional",)):
            status, out, err = run(capsys, *calendar, "--calendar-file", file, *more)
            assert (status != 0, out, "is an open question" in err) == (True, "", True)
    file.write_text(text.replace('= "?"', '= "decree"'), "utf-8")
    status, filled, err = run(capsys, *calendar, "--calendar-file", file)
    assert (status, monday in filled, "provisional" in filled) == (0, True, False), err


def test_a_day_that_is_deleted_from_a_draft_is_worked(tmp_path: Path, capsys: Capture) -> None:
    _, text, _ = run(capsys, "calendar", "KZ", "2026", "--draft")
    rows = text.replace('= "?"', '= "decree"').split("\n\n")
    file = tmp_path / "year.toml"
    for kept, due in ((rows, "Thu 26 Mar"), ([r for r in rows if "2026-03-25" not in r], "Wed 25")):
        file.write_text("\n\n".join(kept), "utf-8")
        start = ("due", "23.03.2026 17:00", "--calendar", "KZ", "--tz", "Asia/Almaty")
        _, out, err = run(capsys, *start, "--calendar-file", file, "--lang", "en")
        assert due in out, err


def test_a_year_that_acts_decide_or_no_rule_reaches_has_no_draft(capsys: Capture) -> None:
    for id_, year, why in (("RU", 2026, "leave --draft out"), ("RU", 2150, "the rules cover")):
        status, out, err = run(capsys, "calendar", id_, year, "--draft", "--lang", "en")
        assert (status != 0, out, why in err) == (True, "", True)
