"""Calendars copied from workalendar: every day as the library has it, and what it lacks."""

from __future__ import annotations

import json
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

pytest.importorskip("workalendar", reason="workalendar is not installed; make test-engines has it")

from workalendar.registry import registry

from workhours_sla import Calendar, DayKind, Schedule, copy_workalendar
from workhours_sla.cli.main import main
from workhours_sla.errors import CalendarDataError, MissingTimeZoneError, UnknownCalendarError
from workhours_sla.foreign import copying, workalendar

FIRST, LAST = 2015, 2026
SWAPPING = {"AM", "AZ", "BG", "BY", "CN", "HU", "KG", "KZ", "LV", "MM", "TW", "UA", "UZ", "VN"}
IDS = [
    *("AU-NSW", "BR-SP", "CA-QC", "CH-GE", "CN", "DE", "DE-BY", "DZ", "ES-CT", "FR", "GB"),
    *("GB-NIR", "HK", "IL", "JP", "KR", "MY", "NZ", "PT", "QA", "SG", "TR", "US", "US-CA"),
    *("US-GA", "US-TX", "ZA"),
]


def working(calendar: Calendar, first: int, last: int) -> list[date]:
    return [day for day in copying.all_dates(first, last) if calendar.is_working_day(day)]


def of_workalendar(code: str, first: int, last: int) -> list[date]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calendar = registry.get(code)()
        return [day for day in copying.all_dates(first, last) if calendar.is_working_day(day)]


@pytest.mark.parametrize("code", IDS)
def test_every_day_equals_that_of_workalendar(code: str) -> None:
    copied = copy_workalendar(code, first=FIRST, last=LAST).provisional()
    first, last = (day.year for day in copied.coverage[0])
    assert (first, last) == {"CN": (2018, 2023), "MY": (2015, 2024)}.get(code, (FIRST, LAST))
    assert working(copied, first, last) == of_workalendar(code, first, last)
    for day in copied.days(*copied.coverage[0]):
        assert not day.working or day.hours_of.weekday() not in copied.weekend


def test_workalendar_is_not_used_for_countries_whose_swaps_it_lacks() -> None:
    known = set(registry.region_registry)
    with_swaps = SWAPPING & known
    assert with_swaps - {"CN"} == workalendar.SWAPS_MISSING
    for code in workalendar.SWAPS_MISSING:
        with pytest.raises(UnknownCalendarError, match=f"moved by decree.*Calendar.get..{code}"):
            workalendar.provide(code)
        with pytest.raises(UnknownCalendarError, match=f"^no calendar '{code}-XX'"):
            Calendar.get(f"{code}-XX")


def test_the_registry_finds_its_calendars() -> None:
    germany = Calendar.get("workalendar:DE")
    assert germany == copy_workalendar("DE")
    assert germany.id == "workalendar:DE"
    assert Calendar.get(germany.id) == germany
    assert germany.version.startswith("workalendar ")


def test_its_calendars_are_listed_beside_those_of_holidays(
    capsys: pytest.CaptureFixture[str],
) -> None:
    every = {one.id for one in Calendar.available()}
    assert "workalendar:DE-BY" in every
    assert not {"workalendar:RU", "workalendar:KZ"} & every
    austria = Calendar.available("AT")
    assert {one.provider for one in austria} == {"holidays", "workalendar"}
    assert Calendar.get("workalendar:DE").tz == "Europe/Berlin"
    assert main(["calendars", "Bavaria", "--json"]) == 0
    found = {one["id"] for one in json.loads(capsys.readouterr().out)["calendars"]}
    assert found == {"DE-BY", "workalendar:DE-BY"}


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(UnknownCalendarError, match="ids are ISO 3166"):
        copy_workalendar("qqqq")
    with pytest.raises(UnknownCalendarError, match=r"did you mean .*US-ID"):
        copy_workalendar("US-IDX")


def test_russia_is_not_copied() -> None:
    for code in ("RU", "RU-TA"):
        for refusing in (workalendar.provide, copy_workalendar):
            with pytest.raises(UnknownCalendarError, match="working Saturdays and shortened days"):
                refusing(code)
    with pytest.raises(UnknownCalendarError, match=r"does not have Russia.*Calendar\.get\('RU'\)"):
        Calendar.get("workalendar:RU")


def test_years_and_uncertain_dates() -> None:
    assert copy_workalendar("DE").coverage == ((date(2000, 1, 1), date(2024, 12, 31)),)
    assert copy_workalendar("TR", first=2020, last=2020).uncertain(2020)
    with pytest.raises(TypeError, match=r"first of copy_\w+ is .*; give int"):
        copy_workalendar("DE", first=date(2015, 1, 1))
    with pytest.raises(CalendarDataError, match="no days of CN from 2025 to 2026"):
        copy_workalendar("CN", first=2025, last=2026)


def test_threads_can_copy_at_once() -> None:
    korea = of_workalendar("KR", 2023, 2023)
    together = threading.Barrier(16)

    def copied(_: int) -> list[date]:
        together.wait()
        return working(copy_workalendar("KR", first=2023, last=2023), 2023, 2023)

    with ThreadPoolExecutor(16) as pool:
        assert all(days == korea for days in pool.map(copied, range(16)))


def test_a_swap_is_noted_and_two_zones_are_named() -> None:
    with pytest.raises(MissingTimeZoneError, match="Europe/Madrid, Atlantic/Canary"):
        Schedule("workalendar:ES", "Mo-Fr 09:00-17:00")
    day = copy_workalendar("CN").day(date(2021, 2, 20))
    assert (day.kind, day.hours_of) == (DayKind.TRANSFERRED_WORK, date(2021, 2, 17))
    assert day.reasons[0].act.note == copying.SWAP_NOT_RECORDED
    note = copy_workalendar("US-GA").day(date(2024, 1, 1)).reasons[0].act.note
    assert "possibly wrong" in (note or "")
