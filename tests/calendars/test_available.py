"""The list of calendars, zones of countries, what an unknown id suggests, and acts in a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from workhours_sla import Calendar, DayKind, Layer, Schedule
from workhours_sla.calendars import sources
from workhours_sla.calendars.sources import AvailableCalendar
from workhours_sla.calendars.zones import zone_of, zones_file
from workhours_sla.cli.main import main
from workhours_sla.errors import CalendarCoverageError, ConfigError, UnknownCalendarError
from workhours_sla.files import load_acts, parse_acts
from workhours_sla.foreign.act_files import LayerName


@pytest.fixture(scope="module")
def listed() -> dict[str, AvailableCalendar]:
    return {one.id: one for one in Calendar.available()}


def test_all_ids_are_listed_once_russia_first(listed: dict[str, AvailableCalendar]) -> None:
    every = [one.id for one in Calendar.available()]
    assert len(every) == len(set(every))
    assert every[0] == "RU"
    assert sum(id_.startswith(("RU-", "X-RU-")) for id_ in every) == 89
    assert {"DE", "DE-BY", "US-CA", "GB-SCT"} <= set(every)
    assert listed["RU-VGG"].name_ru == "Волгоградская область"
    austria = Calendar.available("AT")
    assert {one.id.removeprefix("workalendar:").partition("-")[0] for one in austria} == {"AT"}
    assert "holidays" in {one.provider for one in austria}
    assert {one.provider for one in Calendar.available("RU")} == {"built in"}
    assert Calendar.available("XX") == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Волгоградская область", "did you mean .*RU-VGG"),
        ("волгоград", "did you mean .*RU-VGG"),
        ("Volgograd Oblast", "did you mean .*RU-VGG"),
        ("Волгоградская обл.", "did you mean .*RU-VGG"),
        ("RU-VGV", "did you mean .*RU-VGG"),
        ("Татарстан", "did you mean .*RU-TA"),
        ("Atlantis", "workhours calendars lists all ids"),
        ("ATLANTIS", "None in Python"),
        (7, "RU-VGG"),
    ],
)
def test_an_unknown_id_suggests_others(text: Any, says: str) -> None:
    error = UnknownCalendarError if isinstance(text, str) else TypeError
    with pytest.raises(error, match=says):
        Calendar.get(text)


LISTED = "RU RU-VGG X-RU-ZAP DE DE-BY US-CA CN KZ IN-SK ID TR AE JP"


@pytest.mark.parametrize("id_", LISTED.split())
def test_a_listed_calendar_has_the_listed_coverage_and_zone(
    id_: str, listed: dict[str, AvailableCalendar]
) -> None:
    one, calendar = listed[id_], Calendar.get(id_)
    assert one.tz == calendar.tz
    near = [calendar.coverage[0][0], calendar.coverage[-1][1]]
    # the first and the last dates may be uncertain, as near a lunar holiday at the end of a year
    uncertain = {day for edge in near for day in calendar.uncertain(edge.year)}
    assert near[0] == one.first or one.first in uncertain
    assert near[1] == one.last or one.last in uncertain
    with pytest.raises(CalendarCoverageError):
        calendar.check_known(date(one.last.year + 1, 1, 15))


def test_other_providers_may_list_their_calendars(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("acme_calendars")

    def provide(id_: str) -> Calendar | None:  # noqa: ARG001
        return None

    def available(country: str) -> Iterator[AvailableCalendar]:
        if country == "":
            yield AvailableCalendar("ACME", "acme", "Acme", None, None, None)

    provide.__module__ = module.__name__
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(sources, "_providers", lambda: {"acme": provide})
    assert "ACME" not in {one.id for one in Calendar.available()}
    monkeypatch.setattr(module, "available", available, raising=False)
    assert Calendar.available()[-1].id == "ACME"
    assert Calendar.available("DE") == ()


def test_the_command_lists_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendars", "ru", "--lang", "ru"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "встроенные"
    assert lines[1].split() == ["RU", "2004-01-01..2027-12-31", "(укажите", "пояс)", "Россия"]
    assert main(["calendars", "AT", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == "workhours.calendars/1"
    assert data["calendars"][0] == {
        "id": "AT",
        "provider": "holidays",
        "first": "2000-01-01",
        "last": str(Calendar.get("AT").coverage[-1][1]),
        "tz": "Europe/Vienna",
        "name": {"en": "Austria", "ru": "Австрия"},
    }


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Самара", {"RU-SAM"}),
        ("Самарская", {"RU-SAM"}),
        ("samara", {"RU-SAM"}),
        ("омск", {"RU-OMS"}),
        ("Орел", {"RU-ORL"}),
        ("ХМАО", {"RU-KHM"}),
        ("Якутия", {"RU-SA"}),
        ("нижний новгород", {"RU-NIZ"}),
        ("Bayern", {"DE-BY"}),
    ],
)
def test_a_name_or_a_capital_finds_a_calendar(
    text: str, ids: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calendars", text, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {one["id"] for one in data["calendars"]} == ids


def test_a_country_with_one_zone_has_it_by_default() -> None:
    office = Schedule("DE-BY", "Mo-Fr 09:00-17:00")
    assert office.tz == ZoneInfo("Europe/Berlin")
    assert Schedule("DE-BY", "Mo-Fr 09:00-17:00", tz="UTC").tz == ZoneInfo("UTC")
    for id_ in ("US", "US-CA", "KZ", "CN", "ES", "AU-QLD", "RU", "RU-VGG"):
        assert zone_of(id_) is None


def test_the_zones_are_those_of_the_time_zone_database() -> None:
    tzdata = pytest.importorskip("tzdata")
    version, zones = zones_file()
    for names in zones.values():
        assert all(map(ZoneInfo, names))
    if version != tzdata.IANA_VERSION:
        pytest.skip(f"tools/country_zones.py was run with {version}, not {tzdata.IANA_VERSION}")
    table: dict[str, list[str]] = {}
    for line in files("tzdata").joinpath("zoneinfo/zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            code, _, name = line.split("\t")[:3]
            table.setdefault(code, []).append(name)
    assert table.keys() - zones.keys() == {"RU"}
    for code, names in zones.items():
        # of zones with the same offsets, the first is listed
        assert [name for name in table[code] if name in names] == list(names)
        assert names[0] == table[code][0]
    assert zones["DE"] == ("Europe/Berlin",)


WHOLE = """
confirms = [{ from = 2028-01-01, to = 2028-12-31 }]

[acts.decree]
title = "Постановление о переносе в 2028 году"
known_from = 2027-09-20
confidence = "medium"

[acts.order]
title = "Приказ № 7"

[[transfers]]
from = 2028-04-29
to = 2028-05-02
act = "decree"

[[days_off]]
date = 2028-09-04
act = "order"
name = "День знаний"
layer = "region"
shortens_eve = true
"""


def test_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "acts.toml"
    path.write_text(WHOLE, encoding="utf-8")
    calendar = load_acts(path).added_to(Calendar.get("RU"))
    assert calendar.day(date(2028, 4, 29)).kind is DayKind.TRANSFERRED_WORK
    assert "номер не подтверждён" in calendar.day(date(2028, 5, 2)).describe("ru")
    assert calendar.day(date(2028, 9, 4)).describe("ru") == "День знаний: Приказ № 7"
    assert calendar.day(date(2028, 9, 1)).short is False  # a Friday; the eve is a Sunday


def test_the_command_line_adds_acts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "acts.toml"
    path.write_text(WHOLE, encoding="utf-8")
    asked = ["due", "30.12.2027 16:30", "--calendar=RU", "--lang=en"]
    assert main(asked) == 3
    assert main([*asked, f"--calendar-file={path}"]) == 0
    assert "2028 11:30" in capsys.readouterr().out
    assert main(["calendar", "RU", "2028", f"--calendar-file={path}", "--lang=ru"]) == 0
    assert "РАБОЧАЯ суббота" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("transfers = 3", "transfers: expected rows"),
        ("[[transfer]]\nfrom = 2028-01-01", "transfer: no such section"),
        ("[[days_off]]\ndate = 2026-09-01\nact = 'x'", "no act 'x'"),
        ("[acts.x]\n", "acts.x.title: missing"),
        ("[acts.x]\ntitle = 'x'\nconfidence = 'sure'", "is not a valid value"),
        ("[acts.x]\ntitle = 'x'\n[[days_off]]\ndate = '1.9.2026'\nact = 'x'", "is not a date"),
        ("[acts.x]\ntitle = 'x'\n[[days_off]]\ndate = 2026-09-01\nact = 'x'\nlayer = 'city'",
         "'city' is not a valid value"),
        ("[acts.x]\ntitle = 'x'\n[[transfers]]\nfrom = 2026-09-05\nact = 'x'",
         "transfers[0].to: missing"),
        ("acts = 5\n[x", "is not TOML"),
        ("[[settles]]\nfrom = 2028-01-01\nto = 2028-12-31",
         "settles: the key is now confirms in acts.toml; rename it to confirms"),
    ],
)  # fmt: skip
def test_an_error_names_the_key_path(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_acts(text, "acts.toml")
    assert says in str(caught.value)
    assert "acts.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["none.toml", "a\0b", "a\ud800"])
def test_a_missing_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the calendar file"):
        load_acts(tmp_path / name)


def test_every_layer_but_the_weekly_pattern_can_have_acts() -> None:
    names = {layer.name.lower() for layer in Layer if layer is not Layer.WEEKLY}
    assert set(get_args(LayerName)) == names
