"""Russian days derived from the acts agree with published lists of days and norms."""

from __future__ import annotations

import json
import pickle
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from kit.paths import DATA
from workhours_sla import Act, Calendar, Day, DayKind, Layer, Schedule, day_off
from workhours_sla.calendars.calendar import working_time_norm
from workhours_sla.calendars.russia import regions
from workhours_sla.calendars.russia.federal import covered_years, read_toml, rows_of
from workhours_sla.calendars.russia.regional import forecast
from workhours_sla.calendars.russia.regions import region, region_ids
from workhours_sla.errors import CalendarCoverageError, CalendarDataError

REGIONS_DATA = Path(regions.__file__).parent / "regions_data"
DAYS = json.loads((DATA / "ru_days.json").read_text(encoding="utf-8"))
NORMS = json.loads((DATA / "ru_norms.json").read_text(encoding="utf-8"))
YEARS = sorted(map(int, DAYS))
MOON = ("shawwal-1", "dhu-al-hijja-10", "white-month", "buddha-birthday", "zul")


def year_of(calendar: Calendar, year: int) -> list:
    return list(calendar.days(date(year, 1, 1), date(year, 12, 31)))


@pytest.mark.parametrize("year", YEARS)
def test_every_day_equals_the_published_lists(year: int) -> None:
    listed = DAYS[str(year)]
    presidential = set(listed["presidential"])
    without = Calendar.get("RU").without(Layer.PRESIDENTIAL)
    for day in year_of(without, year):
        text = day.date.isoformat()
        working = text in listed["working_weekends"] or (
            day.date.weekday() < 5 and text not in listed["days_off_on_weekdays"]
        )
        assert (text, day.working, day.short) == (text, working, text in listed["short"])
        with_decrees = Calendar.get("RU").day(day.date)
        assert with_decrees.working == (working and text not in presidential)
    assert sum(day.working for day in year_of(without, year)) == listed["working_days"]


@pytest.mark.parametrize("year", YEARS)
def test_norms_of_the_year(year: int) -> None:
    norm = working_time_norm(Calendar.get("RU"), date(year, 1, 1), date(year, 12, 31))
    listed = NORMS[str(year)]
    assert norm.calendar_days == listed["calendar_days"]
    assert (norm.working_days, norm.short_days) == (listed["working_days"], listed["short_days"])
    for week in (40, 36, 24):
        assert norm.hours(week) == timedelta(hours=listed[f"h{week}"])


GOLDEN = """
2008-05-04:transferred_work 2009-01-11:transferred_work 2012-05-12:transferred_work:short
2014-02-24:transferred_work:short 2013-02-25:transferred_work 2014-03-10:transferred_off
2020-03-30:decreed_off 2021-02-20:transferred_work:short 2021-11-03:decreed_off
2024-04-27:transferred_work 2024-11-02:transferred_work:short 2025-02-24:work
2025-11-01:transferred_work:short 2025-12-30:work 2026-12-30:work
2027-02-20:transferred_work:short
"""


def said(day: Day) -> str:
    return f"{day.date}:{day.kind.value}" + (":short" if day.short else "")


@pytest.mark.parametrize("wanted", GOLDEN.split())
def test_golden_days(wanted: str) -> None:
    assert said(Calendar.get("RU").day(date.fromisoformat(wanted[:10]))) == wanted


def test_every_exceptional_day_names_its_act() -> None:
    volgograd = Calendar.get("RU-VGG")
    acts = []
    for year in YEARS:
        rows = rows_of(year)
        assert read_toml("data", str(year))["sources"]
        for entry in volgograd.uncertain(year).values():
            assert entry.act.source
        for special in volgograd.special_days(year).values():
            if special.date.year == year and volgograd.knows(special.date):
                acts += [entry.act for entry in volgograd.day(special.date).reasons]
        for source, target, act in rows.transfers:
            assert source.year == target.year == year
            assert act.known_from < max(source, target)
        for day, act in rows.presidential:
            assert day.year == year
            assert act.known_from < day
    for region_id in region_ids():
        subject = region(region_id)
        regional = [h.act for h in subject.holidays]
        regional += [entry.act for entry in (*subject.single_days, *subject.open_days)]
        assert all(act.source and act.scope for act in regional), region_id
        acts += regional
    assert all(act.title and act.confidence in ("high", "medium", "low") for act in acts)
    newest = max(act.known_from for year in YEARS for act in rows_of(year).acts())
    assert (Calendar.get("RU").version, covered_years()) == (
        newest.isoformat(),
        (YEARS[0], YEARS[-1]),
    )


def test_how_days_are_described() -> None:
    text = Calendar.get("RU").day(date(2010, 2, 27)).describe("ru")
    assert "номер не подтверждён" in text
    assert "869" not in text  # an uncertain number is never printed as certain
    amended = Calendar.get("RU").amend(day_off(date(2021, 11, 4), Act("Order")))
    layers = [entry.layer for entry in amended.day(date(2021, 11, 4)).reasons]
    assert layers == [Layer.AGENCY, Layer.PRESIDENTIAL, Layer.STATUTORY]


def test_calendars_and_days_are_values() -> None:
    calendar = Calendar.get("RU-VGG")
    assert pickle.loads(pickle.dumps(calendar)) == calendar  # noqa: S301
    without = calendar.without(Layer.REGION)
    assert hash(without) == hash(calendar.without(Layer.REGION))
    assert without != calendar
    with pytest.raises(AttributeError, match="immutable"):
        calendar.tz = "UTC"
    with pytest.raises((TypeError, AttributeError)):
        calendar.special_days(2026).clear()
    with pytest.raises(TypeError, match="dates, not"):
        calendar.day(datetime(2026, 1, 1))


def test_what_no_act_or_rule_covers_is_refused() -> None:
    with pytest.raises(CalendarCoverageError) as caught:
        Calendar.get("RU-AD").as_known(date(2026, 1, 15)).day(date(2004, 11, 14))
    assert caught.value.cause == "uncertain"
    assert Calendar.get("RU-KC").without(Layer.REGION).is_working_day(date(2026, 4, 20))
    with pytest.raises(CalendarCoverageError, match="rules cover 2004 to 2099"):
        Calendar.get("RU").provisional().day(date(2100, 1, 10))
    with pytest.raises(CalendarCoverageError):
        Calendar.get("RU-BA").day(date(2007, 1, 1))


def test_as_known() -> None:
    then = Calendar.get("RU").as_known
    assert then(date(2021, 10, 19)).is_working_day(date(2021, 11, 1))
    assert not then(date(2021, 10, 20)).is_working_day(date(2021, 11, 1))
    assert then(date(2020, 3, 24)).is_working_day(date(2020, 3, 30))
    assert then(date(2012, 3, 14)).day(date(2012, 5, 12)).kind is DayKind.DAY_OFF
    assert then(date(2026, 9, 16)).coverage == ((date(2004, 1, 1), date(2026, 12, 31)),)
    with pytest.raises(CalendarCoverageError, match="was not known on 2026-09-16"):
        then(date(2026, 9, 16)).day(date(2027, 1, 1))
    assert then(date(2021, 10, 1)).version == "2021-09-16"


def test_dates_outside_the_coverage_are_refused_with_the_reason() -> None:
    first, last = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
    for day in (first - timedelta(days=1), last + timedelta(days=1)):
        with pytest.raises(CalendarCoverageError) as caught:
            Calendar.get("RU").day(day)
        assert caught.value.calendar == "RU"
        assert caught.value.date == day
        assert (caught.value.first, caught.value.last) == (first, last)
        revived = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
        assert (str(revived), revived.date) == (str(caught.value), day)


def test_provisional_days_follow_the_rules_and_are_marked() -> None:
    calendar = Calendar.get("RU").provisional()
    assert not calendar.day(date(2026, 5, 1)).provisional
    holiday = calendar.day(date(2030, 5, 1))
    assert (holiday.kind, holiday.provisional) == (DayKind.HOLIDAY, True)
    assert calendar.day(date(2030, 4, 30)).short
    assert calendar.day(date(2030, 1, 10)).provisional
    assert calendar.day(date(2029, 6, 12)).kind is DayKind.HOLIDAY
    with pytest.raises(CalendarCoverageError):
        calendar.day(date(2003, 1, 1))


def test_89_regions_with_zones_that_exist() -> None:
    ids = region_ids()
    assert len(ids) == 89
    assert sum(id_.startswith("X-RU-") for id_ in ids) == 6
    for id_ in ids:
        calendar = Calendar.get(id_)
        assert calendar.tz is not None
        Schedule(calendar, "Mo-Fr 09:00-18:00", tz=calendar.tz)  # in the tz database
        for zone, area in region(id_).other_zones:
            assert Schedule(None, "24/7", tz=zone)
            assert area


@pytest.mark.parametrize(
    "wanted",
    [
        "2025-11-01:work",  # an ordinary Saturday
        "2025-11-03:work:short",  # it is not swapped, so it is the eve of the holiday
        "2025-05-02:work",  # moved from a Saturday, but not in this region
        "2025-05-08:transferred_off",  # moved from Sunday 23 February
        "2025-06-13:work",
        "2025-03-10:work",
        "2025-12-31:transferred_off",  # moved from Sunday 5 January
        "2026-01-09:work",
        "2026-03-09:transferred_off",  # 8 March is a Sunday
        "2013-02-25:work",  # 23 February was a Saturday: nothing moved
        "2014-02-24:transferred_work:short",
        "2012-03-11:transferred_work",  # a Sunday worked for 9 March
        "2026-08-01:work",
        "2026-08-02:day_off",
    ],
)
def test_a_six_day_week(wanted: str) -> None:
    six = Calendar.get("RU").with_week(6)
    assert said(six.day(date.fromisoformat(wanted[:10]))) == wanted


def test_a_seven_day_week_has_only_holidays() -> None:
    calendar = Calendar.get("RU").with_week(7)
    off = [d.date for d in year_of(calendar, 2026) if not d.working]
    assert len(off) == 14
    duty = Schedule(calendar, "Mo-Su 08:00-20:00", tz="Europe/Volgograd")
    assert duty.is_working(datetime(2026, 8, 2, 12, tzinfo=duty.tz))
    with pytest.raises(CalendarDataError, match="use 5, 6 or 7"):
        Calendar.get("RU").with_week(4)
    with pytest.raises(CalendarDataError, match="no week"):
        Calendar.plain().with_week(6)


REGIONAL = """
RU-STA 2026-04-21:holiday 2027-05-11:holiday 2026-04-20:work:short 2016-05-10:work
RU-TA 2026-08-30:holiday 2026-08-31:work
RU-BA 2026-10-11:holiday 2026-10-12:transferred_off
RU-SE 2026-11-23:holiday 2025-11-17:holiday
RU-CU 2026-06-23:work:short
RU-AD 2026-04-20:transferred_off 2026-04-25:transferred_work:short
RU-MO 2026-08-05:decreed_off 2026-08-04:work
RU-KO 2026-08-22:holiday
X-RU-CR 2026-06-01:holiday
RU-MOW 2026-04-21:work
RU-VGG 2018-02-01:work 2018-02-02:decreed_off 2019-12-28:transferred_work:short
RU-VGG 2019-12-31:transferred_off 2023-01-31:work 2023-02-01:decreed_off
"""
"""Days by Easter, by weekday rules, by lists and by decrees, with moves and without."""


@pytest.mark.parametrize("line", REGIONAL.strip().splitlines())
def test_regional_days(line: str) -> None:
    region_id, *wanted = line.split()
    days = (Calendar.get(region_id).day(date.fromisoformat(text[:10])) for text in wanted)
    assert list(map(said, days)) == wanted


def test_a_lunar_holiday_is_uncertain_until_an_act_sets_it() -> None:
    tatarstan = Calendar.get("RU-TA")
    assert said(tatarstan.day(date(2026, 3, 20))) == "2026-03-20:holiday"
    open_days = tatarstan.uncertain(2027)
    assert date(2027, 3, 10) in open_days
    assert len(open_days) == 12  # two holidays: five dates each, and the eve of the first
    with pytest.raises(CalendarCoverageError, match="Ураза-байрам") as caught:
        tatarstan.day(date(2027, 3, 10))
    assert caught.value.cause == "uncertain"
    assert tatarstan.knows(date(2027, 3, 15))
    assert tatarstan.provisional().day(date(2027, 3, 10)).provisional
    assert not tatarstan.provisional().day(date(2027, 3, 15)).provisional


def test_a_deadline_that_depends_on_an_uncertain_date_is_refused() -> None:
    office = Schedule("RU-TA", "Mo-Fr 09:00-13:00,14:00-18:00")
    before = datetime(2027, 3, 5, 17, 0, tzinfo=office.tz)  # the Friday before
    assert office.deadline(before, timedelta(hours=1)).hour == 18
    with pytest.raises(CalendarCoverageError, match="Ураза-байрам"):
        office.deadline(before, timedelta(hours=4))
    assert office.deadline(before + timedelta(days=10), timedelta(hours=4)).month == 3


def test_forecasts_are_within_two_days_of_every_date_that_acts_have_set() -> None:
    tried = 0
    for region_id in region_ids():
        for holiday in region(region_id).holidays:
            if holiday.forecast in MOON:
                for year in {day.year for day in holiday.listed}:
                    first = min(day for day in holiday.listed if day.year == year)
                    near = forecast(holiday.forecast, year)
                    assert min(abs((first - day).days) for day in near) <= 2, (region_id, year)
                    tried += 1
    assert tried > 150


def test_uncertain_dates_are_listed_under_their_own_year() -> None:
    for region_id in region_ids():
        calendar = Calendar.get(region_id)
        for year in YEARS:
            assert all(day.year == year for day in calendar.uncertain(year))
            for day in (date(year, 1, 1), date(year, 12, 31)):
                assert calendar.knows(day) == (day not in calendar.uncertain(year))
    assert Calendar.get("RU-TA").uncertain(1999) == {}
    disputed = Calendar.get("RU-KC").uncertain(2026)
    assert {date(2026, 4, 20), date(2026, 4, 21)} <= set(disputed)
    assert disputed[date(2026, 4, 20)].name == "Радоница"


def test_a_holiday_without_an_act_is_refused() -> None:
    rows = [
        (path.name, row)
        for path in sorted(REGIONS_DATA.glob("*.toml"))
        for rows in tomllib.loads(path.read_text(encoding="utf-8")).values()
        if isinstance(rows, list)
        for row in rows
        if isinstance(row, dict) and ("date" in row or "rule" in row)
    ]
    assert len(rows) > 50
    without = [(name, row) for name, row in rows if "не найден" in row.get("act", "не найден")]
    assert [(name, row["rule"]) for name, row in without] == [("RU-KB.toml", "05-21")]
    assert all(row["disputed"] for _, row in without)
    with pytest.raises(CalendarCoverageError, match="2026-05-21"):
        Calendar.get("RU-KB").day(date(2026, 5, 21))
