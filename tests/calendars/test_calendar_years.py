"""Every year of every calendar is printed or refused, alike by the command and over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable

import pytest

from kit.values import Capture
from workhours_sla import AvailableCalendar, Calendar
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
