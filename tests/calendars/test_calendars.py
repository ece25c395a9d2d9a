"""Calendars amended, combined and compared; plain calendars and tables."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workhours_sla import (
    Act,
    Calendar,
    DayKind,
    Layer,
    Schedule,
    copy_holidays,
    day_off,
    days_off_in_any,
    transfer,
    working_hours,
    working_in_any,
)
from workhours_sla.calendars.russia.regions import region_ids
from workhours_sla.calendars.tables import TableDays
from workhours_sla.errors import CalendarCoverageError, CalendarDataError

RU = Calendar.get("RU")
ORDER = Act("Order of the agency of 1.08.2026 No 7", known_from=date(2026, 8, 1))
DECREE = Act("Government resolution on 2028", known_from=date(2027, 9, 20))
S8 = "Mo-Fr 09:00-13:00,14:00-18:00"
DAYS = list(RU.days(date(2004, 1, 1), date(2027, 12, 31)))
PLAIN = list(RU.without(Layer.TRANSFER).days(date(2004, 1, 1), date(2027, 12, 31)))


def test_amend_takes_rows_and_tuples_of_rows() -> None:
    days = [day_off(date(2026, 9, day), ORDER) for day in (1, 2, 3)]
    moved = transfer(date(2028, 4, 29), date(2028, 5, 2), DECREE)
    confirms = [(date(2028, 1, 1), date(2028, 12, 31))]
    amended = RU.amend([*days, moved], confirms=confirms)
    assert amended == RU.amend([*itertools.chain(*days), *moved], confirms=confirms)
    assert amended == RU.amend(iter([days[0], days[1][0], *days[2], moved]), confirms=confirms)
    day = amended.day(date(2026, 9, 1))
    assert (day.kind, day.reasons[0].layer) == (DayKind.DECREED_OFF, Layer.AGENCY)
    assert amended.day(date(2026, 8, 31)).short is False
    assert not any(amended.is_working_day(date(2026, 9, day)) for day in (1, 2, 3))
    assert amended.is_working_day(date(2028, 4, 29))
    assert amended.version.startswith(RU.version + "+")
    assert amended.as_known(date(2026, 7, 31)).is_working_day(date(2026, 9, 1))
    assert not amended.as_known(date(2026, 8, 1)).is_working_day(date(2026, 9, 1))
    assert pickle.loads(pickle.dumps(amended)) == amended  # noqa: S301
    with pytest.raises(CalendarCoverageError):
        RU.amend(day_off(date(2029, 9, 3), ORDER))  # unknown dates must be confirmed


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([date(2026, 9, 1)], r"datetime.date\(2026, 9, 1\) is not a row"),
        ([(day_off(date(2026, 9, 1), ORDER),)], r"\(Entry\(.*\) is not a row"),
        ([[*day_off(date(2026, 9, 1), ORDER)]], r"\[Entry\(.*\] is not a row"),
        ([None], "None is not a row"),
        ([(1, 2)], "1 is not a row"),
        (day_off(date(2026, 9, 1), ORDER)[0], r"Entry\(.*\) is not a list of rows"),
        ("2026-09-01", "'2026-09-01' is not a list of rows"),
        (None, "None is not a list of rows"),
    ],
)
def test_amend_refuses_what_is_not_a_row(rows: object, named: str) -> None:
    with pytest.raises(TypeError, match=rf"^{named}.*; give .*what day_off and transfer return$"):
        RU.amend(rows)


def test_the_act_of_a_new_year_makes_the_year_known() -> None:
    with pytest.raises(CalendarCoverageError):
        RU.day(date(2028, 1, 3))
    confirms = [(date(2028, 1, 1), date(2028, 12, 31))]
    rows = [
        *transfer(date(2028, 1, 1), date(2028, 1, 10), DECREE),  # fell on a holiday
        *transfer(date(2028, 4, 29), date(2028, 5, 2), DECREE),  # a Saturday worked
    ]
    amended = RU.amend(rows, confirms=confirms)
    assert amended.coverage[-1][1] == date(2028, 12, 31)
    assert amended.day(date(2028, 1, 1)).kind is DayKind.HOLIDAY
    assert amended.day(date(2028, 1, 10)).kind is DayKind.TRANSFERRED_OFF
    saturday = amended.day(date(2028, 4, 29))
    assert (saturday.kind, saturday.hours_of) == (DayKind.TRANSFERRED_WORK, date(2028, 5, 2))
    assert amended.day(date(2028, 11, 6)).kind is DayKind.TRANSFERRED_OFF  # 4 November, a Saturday
    moved = RU.amend(transfer(date(2028, 11, 4), date(2028, 11, 3), DECREE), confirms=confirms)
    assert moved.is_working_day(date(2028, 11, 6))  # a resolution replaces the automatic move
    assert not moved.is_working_day(date(2028, 11, 3))
    office = Schedule(amended, S8, tz="Europe/Volgograd")
    start = datetime(2027, 12, 30, 16, 30, tzinfo=office.tz)
    assert office.deadline(start, working_hours(4)).date() == date(2028, 1, 11)


def test_a_new_year_of_the_federation_leaves_the_holidays_of_a_region_uncertain() -> None:
    year = (date(2028, 1, 1), date(2028, 12, 31))
    dagestan = Calendar.get("RU-DA")
    amended = dagestan.amend([], confirms=[year])
    open_days = [*amended.uncertain(2028)]
    assert open_days
    confirmed = dagestan.amend([], confirms=[year, (open_days[0], open_days[0])])
    assert [*confirmed.uncertain(2028)] == open_days[1:]
    assert [*amended.amend([], confirms=[year]).uncertain(2028)] == []


@pytest.mark.parametrize("days", [5, 6, 7])
def test_added_transfers_apply_to_a_longer_week_as_those_of_the_data_do(days: int) -> None:
    act = Act("Постановление Правительства РФ от 04.10.2024 № 1335", date(2024, 10, 4))
    moves = [((1, 4), (5, 2)), ((1, 5), (12, 31)), ((2, 23), (5, 8)), ((3, 8), (6, 13))]
    moves.append(((11, 1), (11, 3)))
    rows = [transfer(date(2025, *a), date(2025, *b), act) for a, b in moves]
    year = (date(2025, 1, 1), date(2025, 12, 31))
    before = RU.as_known(date(2024, 9, 1))
    wanted = [day.working for day in RU.with_week(days).days(*year)]
    later = before.amend(rows, confirms=[year]).with_week(days)
    assert [day.working for day in later.days(*year)] == wanted
    first = before.with_week(days).amend(rows, confirms=[year])
    assert [day.working for day in first.days(*year)] == wanted


def test_an_act_confirms_uncertain_dates() -> None:
    tatarstan = Calendar.get("RU-TA")
    eid = Act("Decree of the Rais", known_from=date(2027, 1, 15))
    amended = tatarstan.amend(
        day_off(date(2027, 3, 9), eid, name="Ураза-байрам", layer=Layer.REGION, shortens_eve=True),
        confirms=[(date(2027, 3, 6), date(2027, 3, 12))],
    )
    assert date(2027, 3, 10) not in amended.uncertain(2027)
    assert not amended.is_working_day(date(2027, 3, 9))
    assert amended.is_working_day(date(2027, 3, 10))
    assert date(2027, 5, 16) in amended.uncertain(2027)  # the other holiday is still open


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (transfer(date(2026, 9, 2), date(2026, 9, 1), ORDER), "not a day off that could be worked"),
        (transfer(date(2026, 9, 5), date(2026, 6, 12), ORDER), "already off"),
        (transfer(date(2026, 9, 5), date(2026, 9, 6), ORDER), "already off"),
        (
            [
                *day_off(date(2026, 9, 5), ORDER, layer=Layer.TRANSFER),
                *transfer(date(2026, 9, 5), date(2026, 9, 1), ORDER),
            ],
            "in the layer transfer",
        ),
        ([row._replace(act=None) for row in day_off(date(2026, 9, 1), ORDER)], "names no act"),
    ],
)
def test_amend_refuses_impossible_rows(rows: object, says: str) -> None:
    with pytest.raises(CalendarDataError, match=says):
        RU.amend(rows)


@given(
    st.dates(date(2025, 1, 1), date(2026, 12, 1)).filter(RU.is_working_day),
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 1)),
    st.integers(1, 40),
)
def test_a_changed_date_changes_only_answers_that_cross_it(
    day: date, when: datetime, hours: int
) -> None:
    before = Schedule(RU, S8, tz="Europe/Volgograd")
    after = Schedule(RU.amend(day_off(day, ORDER)), S8, tz="Europe/Volgograd")
    start = when.replace(tzinfo=before.tz)
    due = before.deadline(start, working_hours(hours))
    crosses = start.date() <= day <= due.date()
    changed = after.deadline(start, working_hours(hours)) != due
    assert crosses or not changed
    assert {a.date for a, _ in before.calendar.diff(after.calendar, day, day)} == {day}


def test_off_in_any_and_working_in_any() -> None:
    plain = Calendar.plain([date(2026, 9, 1)], yearly=["12-25"])
    off, working = days_off_in_any(RU, plain), working_in_any(RU, plain)
    assert type(off) is type(working) is Calendar
    for day in (date(2026, 1, 1) + timedelta(days=number) for number in range(365)):
        one, two = RU.is_working_day(day), plain.is_working_day(day)
        assert off.is_working_day(day) == (one and two)
        assert working.is_working_day(day) == (one or two)
    assert [e.kind for e in off.day(date(2026, 5, 1)).reasons] == [DayKind.HOLIDAY]
    assert off.day(date(2026, 4, 30)).short
    assert off.coverage == RU.coverage
    with pytest.raises(CalendarCoverageError, match="calendar RU does not know"):
        off.day(date(2030, 1, 1))
    by_rule = off.provisional()
    assert [by_rule.day(date(year, 5, 4)).provisional for year in (2026, 2030)] == [False, True]
    assert pickle.loads(pickle.dumps(off)) == off != working  # noqa: S301


def test_combined_regions_know_the_dates_that_all_know() -> None:
    both = days_off_in_any(Calendar.get("RU-TA"), Calendar.get("RU-STA"))
    assert both.tz == "Europe/Moscow"
    assert date(2027, 3, 10) in both.uncertain(2027)
    assert not both.knows(date(2027, 3, 10))
    assert not both.is_working_day(date(2026, 4, 21))
    assert not both.is_working_day(date(2026, 11, 6))
    table = TableDays.of((), weekend=(), first=date(2026, 1, 1), last=date(2026, 1, 2), version="1")
    for change, says in (
        (lambda: both.amend(day_off(date(2026, 9, 1), ORDER)), "amend one of"),
        (lambda: both.with_source(table), "change one of its parts before combining"),
        (days_off_in_any, "at least one"),
    ):
        with pytest.raises(CalendarDataError, match=says):
            change()
    for wrong in ("RU", [RU, RU]):
        with pytest.raises(TypeError, match="is not a calendar; combine calendars"):
            days_off_in_any(wrong, RU)


PARTS = RU, Calendar.plain([date(2026, 9, 1)], yearly=["12-25"], last=date(2060, 12, 31))
YEAR = date(2025, 1, 1), date(2025, 12, 31)


@pytest.mark.parametrize("combine", [days_off_in_any, working_in_any])
def test_a_combination_does_not_depend_on_the_order_of_its_parts(
    combine: Callable[..., Calendar],
) -> None:
    one, other = combine(*PARTS), combine(*reversed(PARTS))
    assert one.fingerprint == other.fingerprint
    assert one.day(date(2025, 11, 1)).hours_of == date(2025, 11, 3)  # swapped in one part
    assert list(one.diff(other, *YEAR)) == []
    for day, same in zip(one.days(*YEAR), other.days(*YEAR), strict=True):
        assert (day.kind, day.eve_of, day.describe()) == (same.kind, same.eve_of, same.describe())
    office, same_due = (Schedule(days, S8, tz="Europe/Volgograd") for days in (one, other))
    friday = datetime(2025, 10, 31, 17, 30, tzinfo=office.tz)
    due = office.deadline(friday, working_hours(4))
    assert due == same_due.deadline(friday, working_hours(4))


def test_equal_content_has_equal_fingerprints() -> None:
    prints = {region_id: Calendar.get(region_id).fingerprint for region_id in region_ids()}
    assert prints["RU-AMU"] == prints["RU-LIP"] != RU.fingerprint  # open on the same dates alone
    assert Calendar.get("RU-AMU").without(Layer.REGION).is_working_day(date(2020, 12, 31))
    assert prints["RU-VGG"] != RU.fingerprint
    assert len(set(prints.values())) > 20
    assert RU.without(Layer.PRESIDENTIAL).fingerprint != RU.fingerprint
    assert Calendar.get("RU-VGG").without(Layer.REGION).fingerprint == RU.fingerprint


@pytest.mark.parametrize(
    ("uncertain", "layer"),
    [
        (Calendar.get("RU-TA"), Layer.REGION),
        (Calendar.get("RU-TA").amend([]), Layer.REGION),
        (copy_holidays("AE", first=2026, last=2027), Layer.STATUTORY),
        (copy_holidays("AE", first=2026, last=2027).amend([]), Layer.STATUTORY),
        (days_off_in_any(Calendar.get("RU-TA").amend([]), RU), Layer.REGION),
    ],
)
def test_a_dropped_layer_leaves_no_uncertain_dates(uncertain: Calendar, layer: Layer) -> None:
    dates = list(uncertain.uncertain(2027))
    assert dates
    without = uncertain.without(layer)
    assert not without.uncertain(2027)
    assert all(without.knows(day) and without.day(day) for day in dates)
    assert uncertain.without(Layer.AGENCY).uncertain(2027)


def test_diff_of_two_states_of_knowledge() -> None:
    then = RU.as_known(date(2012, 3, 1))
    changed = [
        (str(a.date), a.working, b.working)
        for a, b in then.diff(RU, date(2012, 1, 1), date(2012, 12, 31))
    ]
    assert changed == [
        ("2012-05-05", False, True),
        ("2012-05-07", True, False),
        ("2012-05-08", True, False),
        ("2012-05-12", False, True),
    ]


def test_plain_calendars() -> None:
    plain = Calendar.plain([date(2026, 1, 2)], yearly=["02-29", "12-25"])
    assert not plain.is_working_day(date(2026, 1, 2))
    assert plain.is_working_day(date(2027, 1, 2))
    assert not plain.is_working_day(date(2028, 2, 29))
    assert plain.is_working_day(date(2026, 1, 3))  # a Saturday: no weekend of its own
    with pytest.raises(CalendarCoverageError, match="covers 1970-01-01 to 2099-12-31"):
        plain.day(date(2100, 1, 1))
    for wrong in (["13-01"], ["02-30"], ["1225"], ["W01-1"], ["12-25-1"]):
        with pytest.raises(CalendarDataError, match="MM-DD"):
            Calendar.plain(yearly=wrong)
    with pytest.raises(CalendarDataError, match="not be before the first"):
        Calendar.plain(first=date(2026, 1, 2), last=date(2026, 1, 1))


def test_a_table_shortens_the_eve_of_a_holiday_on_1_january() -> None:
    new_year = day_off(date(2027, 1, 1), ORDER, layer=Layer.STATUTORY, shortens_eve=True)
    years = {"first": date(2026, 1, 1), "last": date(2027, 12, 31)}
    table = TableDays.of(new_year, weekend=(5, 6), **years, version="1")
    assert Calendar("X", table).day(date(2026, 12, 31)).short


@given(st.dates(date(2005, 1, 1), date(2026, 12, 1)), st.integers(-200, 200))
def test_day_arithmetic_equals_numpy(day: date, count: int) -> None:
    np = pytest.importorskip("numpy")
    holidays = [d.date for d in DAYS if not d.working and d.date.weekday() < 5]
    weekends = [d.date for d in DAYS if d.working and d.date.weekday() >= 5]
    assert RU.is_working_day(day) == (bool(np.is_busday(day, holidays=holidays)) or day in weekends)
    # numpy cannot work a weekend, so the rest is asked of a calendar without transfers
    plain = RU.without(Layer.TRANSFER)
    off = np.busdaycalendar(holidays=[d.date for d in PLAIN if not d.working])
    end = day + timedelta(days=abs(count))
    wanted = int(np.busday_count(day, end + timedelta(days=1), busdaycal=off))
    if end <= date(2027, 12, 31):
        assert plain.count_working_days(day, end) == wanted
    if count and day < date(2026, 1, 1) and day > date(2006, 1, 1):
        roll = "backward" if count > 0 else "forward"
        moved = np.busday_offset(day, count, roll=roll, busdaycal=off).astype(object)
        assert plain.add_working_days(day, count) == moved
    with pytest.raises(ValueError, match="count is 0"):
        plain.add_working_days(day, 0)
