"""Calendars copied from other libraries agree with the library on each day."""

from __future__ import annotations

import pickle
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from importlib.metadata import entry_points
from typing import Any
from zoneinfo import ZoneInfo

import holidays as library
import pytest
from holidays.calendars import balinese_saka, hindu
from holidays.groups import BalineseSakaCalendarHolidays, HinduCalendarHolidays
from holidays.registry import EntityLoader

from workhours_sla import Calendar, DayKind, Layer, Schedule, copy_holidays, copy_workalendar
from workhours_sla.calendars.zones import zone_of
from workhours_sla.cli.main import main
from workhours_sla.errors import (
    CalendarCoverageError,
    CalendarDataError,
    MissingTimeZoneError,
    ProvisionalWarning,
    UnknownCalendarError,
)
from workhours_sla.foreign import copying, holidays
from workhours_sla.text import catalog
from workhours_sla.text.messages import sentence

FIRST, LAST = 2015, 2026
PARTS = (
    "AM-LO AM-SH AM-ER AT-1 AT-5 AT-9 AU-NSW AU-VIC AU-QLD BR-SP BR-RJ BR-BA CA-ON CA-QC CA-BC "
    "CH-ZH CH-GE CH-TI DE-BY DE-SN DE-BE ES-MD ES-CT ES-AN GB-ENG GB-SCT GB-NIR IN-MH IN-TN IN-WB "
    "MY-01 MY-10 MY-14 NZ-AUK NZ-WGN NZ-OTA PT-11 PT-30 PT-20 US-CA US-TX US-NY"
)
WHOLE = [
    *("AE", "AZ", "BG", "BY", "CN", "HU", "IL", "JO", "JP", "KG", "KR", "KZ", "LK", "LV", "MM"),
    *("PH", "SA", "SG", "TH", "TR", "TW", "UA", "UZ", "VN", "ZA"),
]
IDS = [*WHOLE, *dict.fromkeys(part[:2] for part in PARTS.split()), *PARTS.split()]
SWAPPING = ["AM", "AZ", "BG", "BY", "CN", "HU", "KG", "KZ", "LV", "MM", "TW", "UA", "UZ", "VN"]


def dates(first: int, last: int) -> list[date]:
    return list(copying.all_dates(first, last))


def of_holidays(code: str, years: range) -> library.HolidayBase:
    country, _, subdivision = code.partition("-")
    entity = getattr(library, country).get_entity()
    return entity(
        years=years, expand=False, subdiv=subdivision or None, language=entity.default_language
    )


def working(calendar: Calendar, first: int, last: int) -> list[date]:
    return [day for day in dates(first, last) if calendar.is_working_day(day)]


@pytest.mark.parametrize("code", IDS)
def test_every_day_equals_that_of_holidays(code: str) -> None:
    copied = copy_holidays(code, first=FIRST, last=LAST)
    theirs = of_holidays(code, range(FIRST, LAST + 1))
    forecast = copied.provisional()
    for day in dates(FIRST, LAST):
        assert (day, forecast.is_working_day(day)) == (day, theirs.is_working_day(day))
        if copied.knows(day):
            assert copied.day(day) == forecast.day(day)
        else:
            with pytest.raises(CalendarCoverageError):
                copied.day(day)
    if code[:2] not in SWAPPING and not copied.uncertain(2026) and not copied.uncertain(2015):
        assert copied.knows(date(FIRST, 1, 1))
        assert copied.knows(date(LAST, 12, 31))


@pytest.mark.parametrize("code", sorted(EntityLoader.get_country_codes(include_aliases=False)))
def test_every_country_can_be_copied(code: str) -> None:
    if code == "RU":
        return
    copied = Calendar.get(code)
    assert copied.id == code
    assert copied.tz == zone_of(code)
    released, _, left_out = copied.version.partition(" (without ")
    assert released == f"holidays {library.__version__}"
    assert "public" not in left_out
    assert copied.coverage
    theirs = of_holidays(code, range(LAST - 1, LAST + 1))
    for day in copied.provisional().days(date(LAST - 1, 1, 1), date(LAST, 12, 31)):
        assert (day.date, day.working) == (day.date, theirs.is_working_day(day.date))
        for entry in day.reasons:
            assert entry.act is not None
            assert entry.act.title == released
            assert not entry.shortens_eve


@pytest.mark.parametrize("code", SWAPPING)
def test_a_working_weekend_has_the_hours_of_the_day_it_was_swapped_with(code: str) -> None:
    copied = copy_holidays(code)
    swaps = 0
    for first, last in copied.coverage:
        for day in copied.days(first, last):
            if not day.working:
                continue
            assert day.hours_of.weekday() not in copied.weekend, day
            assert day.kind is DayKind.TRANSFERRED_WORK or day.date.weekday() not in copied.weekend
            if day.kind is DayKind.TRANSFERRED_WORK:
                swaps += 1
                if not first <= day.hours_of <= last:
                    continue
                other = copied.day(day.hours_of)
                assert other.kind is DayKind.TRANSFERRED_OFF
                assert [e.swapped_with for e in other.reasons if e.layer is Layer.TRANSFER] == [
                    day.date
                ]
                assert day.reasons[0].act.note is None
    assert swaps > 0


def test_a_weekend_that_changed_is_that_of_each_date() -> None:
    emirates = copy_holidays("AE")
    assert emirates.weekend == {5}
    kinds = {
        "2021-12-24": DayKind.DAY_OFF,  # Friday
        "2021-12-26": DayKind.WORK,  # Sunday
        "2022-01-07": DayKind.WORK,
        "2022-01-09": DayKind.DAY_OFF,
        "2026-07-04": DayKind.DAY_OFF,  # Saturday, off all along
    }
    assert {day: emirates.day(date.fromisoformat(day)).kind for day in kinds} == kinds
    office = Schedule(emirates, "Su-Th 09:00-17:00", tz="Asia/Dubai")
    sunday = datetime(2021, 12, 26, tzinfo=office.tz)
    assert office.elapsed(sunday, sunday + timedelta(days=1)) == timedelta(hours=8)
    assert copy_holidays("AE", first=2022).weekend == {5, 6}
    assert copy_holidays("SA", first=2010, last=2014).weekend == {4}
    assert copy_holidays("SA").day(date(2013, 6, 27)).kind is DayKind.DAY_OFF  # Thursday
    assert copy_holidays("SA").day(date(2013, 7, 4)).working


@pytest.mark.parametrize(
    ("code", "years"),
    [
        *(("AM", (2000, 2021)), ("AZ", (2008, 2025)), ("BG", (2004, 2026)), ("BY", (2000, 2026))),
        *(("CN", (2001, 2026)), ("HU", (2000, 2026)), ("KG", (2006, 2025)), ("KZ", (2000, 2025))),
        *(("LV", (2001, 2026)), ("MM", (2024, 2025)), ("TW", (2000, 2025)), ("UA", (2000, 2022))),
        *(("UZ", (2018, 2026)), ("VN", (2010, 2026))),
        *(("AR", (2010, 2026)), ("GH", (2017, 2026)), ("PH", (2008, 2027)), ("PK", (2007, 2026))),
        *(("TH", (2000, 2026)), ("DE", (2000, 2027)), ("LK", (2003, 2026)), ("XK", (2009, 2027))),
    ],
)
@pytest.mark.skipif(library.__version__ != "0.109", reason="the years are those of one release")
def test_a_country_that_decrees_its_days_is_known_for_the_years_on_record(
    code: str, years: tuple[int, int]
) -> None:
    copied = copy_holidays(code)
    assert (copied.coverage[0][0].year, copied.coverage[-1][1].year) == years
    first, last = years
    with pytest.raises(CalendarCoverageError):
        copied.day(date(first - 1, 12, 31))
    with pytest.raises(CalendarCoverageError):
        copied.day(date(last + 1, 1, 1))


def test_years_after_the_last_decree_are_only_forecast() -> None:
    china = copy_holidays("CN")
    last = china.coverage[-1][1]
    after = last + timedelta(days=5)
    with pytest.raises(CalendarCoverageError, match=r"decided for.*provisional=True"):
        china.day(after)
    assert china.provisional().day(after).provisional
    office = Schedule(china, "Mo-Fr 09:00-17:00", tz="Asia/Shanghai")
    posted = datetime(last.year, 12, 31, 16, tzinfo=office.tz)
    with pytest.raises(CalendarCoverageError, match="runs past the known dates"):
        office.deadline(posted, timedelta(hours=8))
    with pytest.warns(ProvisionalWarning):
        assert office.deadline(posted, timedelta(hours=8), provisional=True) > posted
    kazakhstan = copy_holidays("KZ", first=2099, last=2100)  # only years after the last decree
    assert kazakhstan.coverage == ()
    for calendar, day, says in (
        (kazakhstan, date(2099, 1, 5), "no record of what the authorities decided for 2099"),
        (china, date(2000, 7, 3), "starts in 2001"),
        (china, date(2050, 1, 3), r"no record of 2050; .* from 2001-01-01"),
    ):
        with pytest.raises(CalendarCoverageError, match=says):
            calendar.day(day)
    assert not copy_holidays("UA").knows(date(2026, 3, 2))
    ukraine = copy_holidays("UA", decreed=(2000, 2026))  # the years can be given
    assert ukraine.coverage == ((date(2000, 1, 1), date(2026, 12, 31)),)
    assert ukraine.is_working_day(date(2026, 3, 2))


def test_lunar_holidays_are_uncertain_until_confirmed() -> None:
    emirates = copy_holidays("AE", first=2026, last=2027)
    eid = next(day for day in emirates.uncertain(2027))
    assert eid == date(2027, 3, 7)
    assert "Eid al-Fitr" in (emirates.uncertain(2027)[eid].name or "")
    with pytest.raises(CalendarCoverageError, match=r"uncertain whether .*Eid al-Fitr") as caught:
        emirates.day(eid)
    assert caught.value.cause == "uncertain"
    assert emirates.knows(eid - timedelta(days=1))
    assert emirates.provisional().day(eid).provisional
    accepted = copy_holidays("AE", first=2026, last=2027, uncertain_days=None)
    assert accepted.coverage == ((date(2026, 1, 1), date(2027, 12, 31)),)
    narrow = copy_holidays("AE", first=2026, last=2027, uncertain_days=0)
    assert set(narrow.uncertain(2027)) < set(emirates.uncertain(2027))
    # these countries show an estimate as if it were confirmed
    assert copy_holidays("SA", first=2027, last=2027).uncertain(2027)


def lunar_years_read(code: str) -> tuple[int, int]:
    """Return the years that all Hindu and Balinese tables cover which a calendar reads."""
    country, _, subdivision = code.partition("-")
    entity = getattr(library, country).get_entity()
    read = set()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind in (hindu._HinduLunisolar, balinese_saka._BalineseSakaLunar):

            def recording(self, name, year, kind=kind, original=kind._get_holiday):  # noqa: ANN001, ANN202
                read.add((kind, name))
                return original(self, name, year)

            patch.setattr(kind, "_get_holiday", recording)
        entity(years=range(2000, 2040), subdiv=subdivision or None)
    spans = [
        (min(table), max(table))
        for kind, name in read
        if (table := getattr(kind, f"{name}_DATES", None))
    ]
    return max((first for first, _ in spans), default=1901), min(
        (last for _, last in spans), default=2100
    )


def test_years_of_lunar_tables_equal_those_of_the_library() -> None:
    found = {}
    for country in EntityLoader.get_country_codes(include_aliases=False):
        entity = getattr(library, country).get_entity()
        if not issubclass(entity, (HinduCalendarHolidays, BalineseSakaCalendarHolidays)):
            continue
        for code in (country, *(f"{country}-{part}" for part in entity.subdivisions)):
            first, last = lunar_years_read(code)
            if last < 2100 or first > max(2000, entity.start_year):
                found[code] = (first, last)
            has = holidays._years_of(entity, code)
            read = max(first, has[0]), min(last, entity.end_year)
            assert read == (max(1901, has[0]), has[1]), code
    assert {code: found[code] for code in holidays.LUNAR_YEARS} == holidays.LUNAR_YEARS


def test_the_default_range_ends_after_the_release() -> None:
    release = holidays.FIRST_RELEASES[max(holidays.FIRST_RELEASES, key=copying._numbers)]
    # the countries that publish a year's swaps before it begins show when the data was gathered
    newest = [copy_holidays(code).coverage[-1][1].year for code in ("BY", "CN", "HU", "LV")]
    assert release in newest
    assert max(newest) <= release + 1
    year = copying.release_year(library.__version__, holidays.FIRST_RELEASES)
    assert copy_holidays("DE").coverage == ((date(2000, 1, 1), date(year + 1, 12, 31)),)


def name_on(calendar: Calendar, day: date) -> str | None:
    return calendar.day(day).reasons[0].name


def test_names_are_in_the_given_language(monkeypatch: pytest.MonkeyPatch) -> None:
    new_year = date(2026, 1, 1)
    names = {
        ("DE", "en"): "New Year's Day",
        ("DE", "de"): "Neujahr",
        ("CH-TI", "it"): "Capodanno",
        ("JP", "de"): "元日",  # no such translation: the local name
        ("GB", "en"): "New Year's Day",
        ("NZ", "ru"): "New Year's Day",  # the country has no translations
    }
    for environment in ("de_DE", "ja", "xx"):
        for variable in ("LANGUAGE", "LC_ALL", "LANG"):
            monkeypatch.setenv(variable, environment)
        for (code, language), name in names.items():
            assert name_on(copy_holidays(code, language=language), new_year) == name


@pytest.mark.parametrize("command", [("due", "14.08.2025 17:00", "--calendar"), ("calendar",)])
def test_the_shell_asks_for_categories(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    year = () if "--calendar" in command else ("2025",)
    wanted = ("DE-BY", *year, "--categories", "public, catholic")
    assert main([*command, *wanted]) == 0
    out = capsys.readouterr().out
    assert "(without school)" in out
    assert ("Due           Mon 18 Aug" if "due" in command else "Fri 15 Aug  Assumption") in out
    for lang, message in (
        ("en", "holidays has no category 'katholisch' for DE-BY; use one of catholic, public"),
        ("ru", "нет категории 'katholisch' для DE-BY; выберите из списка: catholic, public"),
    ):
        assert main([*command, *wanted[:-1], "katholisch", "--lang", lang]) == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1


def test_the_registry_finds_both_libraries() -> None:
    found = {point.name: point.value for point in entry_points(group="workhours_sla.calendars")}
    assert found["holidays"] == "workhours_sla.foreign.holidays:provide"
    assert found["workalendar"] == "workhours_sla.foreign.workalendar:provide"
    bavaria = Calendar.get("DE-BY")
    assert bavaria == copy_holidays("DE-BY") == Calendar.get("holidays:DE-BY")
    assert bavaria.id == "DE-BY"
    assert not bavaria.is_working_day(date(2026, 1, 6))


def test_without_workalendar_its_calendars_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("workalendar", "workalendar.registry"):
        monkeypatch.setitem(sys.modules, name, None)
    for code in ("ES-NA", "workalendar:BR-SP"):
        with pytest.raises(UnknownCalendarError, match=r"workhours-sla\[workalendar\]") as caught:
            Calendar.get(code)
    with catalog.language("ru"):
        assert "ни в одной установленной" in sentence(caught.value)
    with pytest.raises(UnknownCalendarError, match=r"workhours-sla\[workalendar\]"):
        copy_workalendar("DE")
    with pytest.raises(UnknownCalendarError, match=r"^no calendar 'Germany'; use RU"):
        Calendar.get("Germany")
    assert Calendar.get("DE-BY").id == "DE-BY"
    assert {one.provider for one in Calendar.available("ES")} == {"holidays"}


def test_an_unknown_id_suggests_similar_ones() -> None:
    for code in ("DE-XX", "DE-", "UK", "de", "", "DE-BY-X", "ZZ", "Germany", "XNYS"):
        with pytest.raises(UnknownCalendarError):
            Calendar.get(code)
    near = {"DE-BX": "DE-BY", "Germany": "DE", "UK": "GB", "USA": "US", "DE-Bavaria": "DE-BY"}
    for code, meant in near.items():
        with pytest.raises(UnknownCalendarError, match=rf"did you mean .*\b{meant}\b") as caught:
            copy_holidays(code)
        assert caught.value.id == code
    with pytest.raises(UnknownCalendarError, match="ids are ISO 3166"):
        copy_holidays("qqqq")


def test_russia_is_not_copied_from_libraries() -> None:
    for code in ("RU", "RU-TA"):
        for refusing in (holidays.provide, copy_holidays):
            with pytest.raises(UnknownCalendarError, match=f"built in.*Calendar.get..{code}"):
                refusing(code)
    assert Calendar.get("RU").version.startswith("20")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"first": 2020, "last": 2010}, "before the first, 2020; swap them"),
        ({"first": 1700, "last": 1800}, "use years within 1991 to 2100"),
        ({"categories": ("publik",)}, "no category 'publik' for DE; use one of catholic"),
        ({"categories": ()}, "no days off; add one of"),
        ({"half_day": timedelta(0)}, "give a positive amount"),
        ({"decreed": (2026, 2000)}, "swap them"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CalendarDataError, match=message):
        copy_holidays("DE", **options)
    with pytest.raises(TypeError, match=r"first of copy_\w+ is .*; give int"):
        copy_holidays("DE", first=date(2015, 1, 1))


@pytest.mark.parametrize("code", ["DE-BY", "CN", "AE"])
def test_a_copy_is_a_value_without_objects_of_the_library(code: str) -> None:
    copied = copy_holidays(code)
    assert (copied, hash(copied)) == (copy_holidays(code), hash(copy_holidays(code)))
    raw = pickle.dumps(copied)
    assert pickle.loads(raw) == copied == copied.as_known(date(2020, 1, 1))  # noqa: S301
    assert b"holidays.countries" not in raw
    with pytest.raises(CalendarDataError):
        copied.with_week(6)


def test_threads_can_copy_and_read_at_once() -> None:
    ids = ("DE-BY", "GB-SCT", "CN", "HU", "AE", "JP", "US-CA", "IL")

    theirs = {code: working(of_holidays(code, range(2024, 2026)), 2024, 2025) for code in ids}
    shared = {code: copy_holidays(code, first=2024, last=2025) for code in ids}
    together = threading.Barrier(64)

    def work(number: int) -> bool:
        code = ids[number % len(ids)]
        together.wait()
        own = working(copy_holidays(code, first=2024, last=2025), 2024, 2025)
        read = working(shared[code], 2024, 2025)
        got = Calendar.get(code) == Calendar.get(code)
        return got and own == read == theirs[code]

    with ThreadPoolExecutor(64) as pool:
        assert all(pool.map(work, range(64)))


@pytest.mark.parametrize("part", ["DE-BY", "ES-CT", "US-CA", "CA-QC"])
def test_a_national_holiday_stays_off_without_the_region(part: str) -> None:
    nation, region = Calendar.get(part[:2]), Calendar.get(part)
    alone = region.without(Layer.REGION)
    year = [date(2026, 1, 1) + timedelta(days=day) for day in range(365)]
    off = [day for day in year if not region.is_working_day(day)]
    freed = [day for day in off if alone.is_working_day(day)]
    assert freed
    assert all(nation.is_working_day(day) for day in freed)
    if part == "DE-BY":
        assert region.day(date(2026, 1, 6)).describe().endswith(", Bayern")
        assert "Bayern" not in region.day(date(2026, 5, 1)).describe()


def test_categories_add_half_days_workdays_and_days_off() -> None:
    options = {"categories": ("public", "half_day"), "half_day": timedelta(hours=3)}
    estonia = copy_holidays("EE", **options, first=2022)
    day = estonia.day(date(2024, 2, 23))
    assert (day.kind, day.working, day.shortened_by) == (DayKind.WORK, True, timedelta(hours=3))
    assert day.reasons[0].name is not None
    assert not estonia.day(date(2024, 6, 22)).working  # a half day on a Saturday stays off
    office = Schedule(estonia, "Mo-Fr 09:00-17:00", tz="Europe/Tallinn")
    noon = datetime(2024, 2, 23, 12, tzinfo=office.tz)
    assert office.elapsed(noon, noon + timedelta(hours=9)) == timedelta(hours=2)
    default = copy_holidays("EE", categories=("public", "half_day")).day(date(2024, 2, 23))
    assert default.shortened_by == timedelta(hours=4)
    assert not copy_holidays("EE").day(date(2024, 2, 23)).short
    taiwan = copy_holidays("TW", categories=("public", "workday"))
    day = taiwan.day(date(2024, 3, 12))
    assert (day.kind, "Arbor Day" in (day.reasons[0].name or "")) == (DayKind.WORK, True)
    assert working(taiwan, 2015, 2025) == working(copy_holidays("TW"), 2015, 2025)
    public, catholic = (
        copy_holidays("DE-BY", categories=of) for of in (("public",), ("public", "catholic"))
    )
    assumption = date(2025, 8, 15)
    assert public.is_working_day(assumption) is not catholic.is_working_day(assumption) is False
    assert public.version.endswith(" (without catholic, school)")
    assert catholic.with_workdays([5]).version == catholic.version
    assert catholic.version.endswith(" (without school)")
    assert "without" not in copy_holidays("GB").version


def test_a_calendar_without_a_zone_and_one_without_swaps() -> None:
    with pytest.raises(MissingTimeZoneError, match="America/Los_Angeles") as caught:
        Schedule("US-CA", "Mo-Fr 09:00-17:00")
    assert "Moscow" not in str(caught.value)
    california = copy_holidays("US-CA", tz="America/Los_Angeles")
    assert Schedule(california, "Mo-Fr 09:00-17:00").tz == ZoneInfo("America/Los_Angeles")
