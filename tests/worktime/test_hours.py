"""Weekly hours and amounts of working time, as text and as values."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workhours_sla import (
    CalendarDays,
    ClockTime,
    Months,
    Schedule,
    WeeklyHours,
    WorkingDays,
    parse_budget,
    working_hours,
)
from workhours_sla.config.file import parse_config
from workhours_sla.config.policy_builder import configured
from workhours_sla.errors import BudgetError, ConfigError, HoursSyntaxError
from workhours_sla.text.amounts import check_budget, format_amount, iso_amount
from workhours_sla.text.catalog import LANGUAGES, language
from workhours_sla.text.words import hours_text
from workhours_sla.worktime.hours import parse_shifts
from workhours_sla.worktime.shifts import Shift, merge_shifts


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Mo-Fr 09:00-13:00,14:00-18:00", "Mo-Fr 09:00-13:00,14:00-18:00"),
        ("mo-fr 9:00-18:00", "Mo-Fr 09:00-18:00"),
        ("24/7", "Mo-Su 00:00-24:00"),
        ("09:00-18:00", "Mo-Su 09:00-18:00"),
        ("Mo,We,Fr 10:00-12:00", "Mo 10:00-12:00; We 10:00-12:00; Fr 10:00-12:00"),
        ("Fr-Mo 22:00-06:00", "Mo 22:00-06:00; Fr-Su 22:00-06:00"),
        ("Mo 22:00-30:00", "Mo 22:00-06:00"),
        ("Mo-Su 08:00-20:00; Sa,Su off", "Mo-Fr 08:00-20:00"),
        ("Mo-Fr 09:00-18:00; Fr 09:00-16:45", "Mo-Th 09:00-18:00; Fr 09:00-16:45"),
        ("Mo-Fr 09:00-18:00;", "Mo-Fr 09:00-18:00"),
        ("Mo 08:59:30-17:00:15", "Mo 08:59:30-17:00:15"),
        ("Mo 09:00-12:00,11:00-13:00", "Mo 09:00-13:00"),
        ("Mo 09:00-09:00", "Mo 09:00-09:00"),
        ("Mo-Fr: 09:00-18:00", "Mo-Fr 09:00-18:00"),
        ("Mo-Fr 9-18,20-22", "Mo-Fr 09:00-18:00,20:00-22:00"),
        ("Mo-Fr 09.00-18.00", "Mo-Fr 09:00-18:00"),
        ("22-26", "Mo-Su 22:00-02:00"),
        ("0-24", "Mo-Su 00:00-24:00"),
        ("Mo,We open", "Mo 00:00-24:00; We 00:00-24:00"),
        ("open; Su off", "Mo-Sa 00:00-24:00"),
        # hours that are off are a break
        ("Mo-Fr 09:00-18:00; Mo-Fr 13:00-14:00 off", "Mo-Fr 09:00-13:00,14:00-18:00"),
        ("Mo-Fr 9-18; 13-14,16:00-16:15 off", "Mo-Fr 09:00-13:00,14:00-16:00,16:15-18:00"),
        ("24/7; Mo 15:00-16:00 off", "Mo 00:00-15:00,16:00-24:00; Tu-Su 00:00-24:00"),
        # a later rule also replaces the break
        ("Mo-Fr 09:00-18:00; 13:00-14:00 off; Fr 09:00-15:00",
         "Mo-Th 09:00-13:00,14:00-18:00; Fr 09:00-15:00"),
        # additional rules
        ("Mo-Fr 09:00-13:00, Mo-Fr 14:00-18:00", "Mo-Fr 09:00-13:00,14:00-18:00"),
        ("Mo-Fr 09:00-13:00, We 14:00-18:00",
         "Mo-Tu 09:00-13:00; We 09:00-13:00,14:00-18:00; Th-Fr 09:00-13:00"),
        ("Mo-Fr 10:00-16:00, We 12:00-18:00; Tu,Th,Fr off", "Mo 10:00-16:00; We 10:00-18:00"),
        ("Mo off, Tu 14:00-18:00", "Tu 14:00-18:00"),
        ("Tu-Th 22:00-06:00, Fr 22:00-02:00", "Tu-Th 22:00-06:00, Fr 22:00-02:00"),
        # holidays
        ("Mo-Fr 09:00-18:00; PH off", "Mo-Fr 09:00-18:00; PH off"),
        ("Mo-Su 09:00-18:00; Sa,Su,PH off", "Mo-Fr 09:00-18:00; PH off"),
        ("Mo-Fr 9-18, PH closed", "Mo-Fr 09:00-18:00; PH off"),
        # names
        ("Пн-Пт 09:00-18:00; Сб 10:00-14:00", "Mo-Fr 09:00-18:00; Sa 10:00-14:00"),
        ("понедельник-пятница 09:00-18:00", "Mo-Fr 09:00-18:00"),
        ("пн., Ср, ПТ 09:00-18:00", "Mo 09:00-18:00; We 09:00-18:00; Fr 09:00-18:00"),
        ("mon., Tuesday, wed., Thursdays 12:00-20:00", "Mo-Th 12:00-20:00"),
        ("Montag-Mittwoch, Do 12:00-20:00", "Mo-Th 12:00-20:00"),
        # hours that depend on the date
        ("Apr-Sep Mo-Fr 08:00-17:00", "Apr-Sep Mo-Fr 08:00-17:00"),
        ("Apr-Sep: Mo-Fr: 8-17; Oct-Mar Mo-Fr 9-18",
         "Apr-Sep Mo-Fr 08:00-17:00; Oct-Mar Mo-Fr 09:00-18:00"),
        ("апрель-сен Пн-Пт 8-17", "Apr-Sep Mo-Fr 08:00-17:00"),
        ("May 15-Sep 30 8-17", "May 15-Sep 30 08:00-17:00"),
        ("Dec 24,Dec 30-31,Jan 01-Jan 31 off, Mo 9-18",
         "Dec 24,Dec 30-Dec 31,Jan off, Mo 09:00-18:00"),
        ("Nov-Feb 00-24", "Nov-Feb 00:00-24:00"),
        ("Jan 10-12 Mo 10-12", "Jan 10-Jan 12 Mo 10:00-12:00"),
        ("week 1-53/2 Mo 9-18", "week 01-53/2 Mo 09:00-18:00"),
        ("Jan,Mar week 2,week 4-9: Mo 9-18; PH off",
         "Jan,Mar week 02,04-09 Mo 09:00-18:00; PH off"),
        ("Mo-Fr 9-18; Jun-Aug 12-13 off", "Mo-Fr 09:00-18:00; Jun-Aug 12:00-13:00 off"),
        ("Mo off", "off"),
        # a later rule may replace some days of an earlier one, not all of them
        ("off; Mo-Fr 09:00-18:00", "Mo-Fr 09:00-18:00"),
        ("24/7; Su off", "Mo-Sa 00:00-24:00"),
        ("Mo-Fr 09:00-18:00; Fr 09:00-18:00", "Mo-Fr 09:00-18:00"),
        ("Mo-Fr 09:00-18:00; Sa-Mo 10:00-14:00",
         "Mo 10:00-14:00; Tu-Fr 09:00-18:00; Sa-Su 10:00-14:00"),
    ],
)  # fmt: skip
def test_accepted_weekly_hours(text: str, canonical: str) -> None:
    hours = WeeklyHours.parse(text)
    assert str(hours) == canonical
    assert WeeklyHours.parse(canonical) == hours


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" ; ", "empty"),
        ("Mo-Fr", "no hours"),
        ("Mo-Fr 25:00-26:00", "no clock shows"),
        ("Mo-Fr 09:60-18:00", "no clock shows"),
        ("Mo-Fr 18:00-48:00", "over 24 hours"),
        ("Mo-Su,PH 09:00-18:00", "PH can only be off"),
        ("PH 10:00-12:00 off", "PH can only be off"),
        ("Mo 09:00-18:00; Jan PH off", "PH can only be off"),
        ("PH off; Mo-Fr 09:00-18:00", "'Mo-Fr 09:00-18:00' comes after PH off"),
        ("Mo-Fr 09:00-18:00; PH off, Sa 10:00-14:00", "'Sa 10:00-14:00' comes after PH off"),
        ("Mo-Fr 09:00-18:00; SH off", "school holidays"),
        ("Mo-Fr 09:00+", "open-ended"),
        ("Mo-Fr sunrise-18:00", "by the sun"),
        ("easter 09:00-12:00", "Easter"),
        ("2026 May 09:00-12:00", "one year"),
        ("PH +1 day off", "before or after another date"),
        ("Apr 31 09:00-12:00", "no date Apr 31"),
        ("Feb 30-Aug 02 09:00-12:00", "no date Feb 30"),
        ("Jun 00-Aug 23 09:00-12:00", "no date Jun 0"),
        ("Jun 30-24 09:00-12:00", "'Jun 30-24' ends before it begins"),
        ("Jul 02-Jul 01 09:00-12:00", "ends before it begins"),
        ("May 15-Sep 09:00-12:00", "one side only"),
        ("week 0 09:00-12:00", "not weeks of a year"),
        ("week 40-30 09:00-12:00", "not weeks of a year"),
        ("week 1-54 09:00-12:00", "not weeks of a year"),
        ("week 1-53/1 09:00-12:00", "not weeks of a year"),
        ("week 1-53/27 09:00-12:00", "not weeks of a year"),
        ("week 20 Jan Mo 09:00-12:00", "days after its hours"),
        ("Jan week 20 Mo 09:00-12:00", "'Jan week 20 Mo 09:00-12:00' applies on no date"),
        ("Apr-Sep", "no hours"),
        ("Mo 22-6", "ends before it starts"),
        ("Mo 12-8:00", "ends before it starts"),
        ("Mo-Fr 09:00-18:00, 13:00-14:00 off", "off twice at the same time"),
        ("Mo-Fr 09:00-24:00; 23:00-01:00 off", "off past midnight"),
        ("Tu-Th 22:00-06:00; Fr 22:00-02:00", "hours after midnight of 'Tu-Th 22:00-06:00'"),
        ("Mo-Su 22:00-06:00; Su off", "hours after midnight"),
        ("Mo-Su 22:00-06:00; 02:00-03:00 off", "hours after midnight"),
        ("Mo 22:00-06:00; Mo 23:00-24:00 off", "hours after midnight"),
        ("Mo-Su 22:00-06:00; Jun-Aug Mo-Su 23:00-05:00", "hours after midnight"),
        ("Mo[1] 09:00-12:00", "n-th weekday"),
        ('Mo 09:00-12:00 "by appointment"', "comments"),
        ("Mo-Fr 09:00-12:00 Sa 10:00-14:00", "separate rules with ';'"),
        ("Mo, 09:00-12:00", "after the comma"),
        ("Пон-Пят 09:00-18:00", "'Пон' is neither a day nor a month (the days are 'Mo Tu We"),
        ("Mo-Fr 10am-18", "not a range of hours"),
        ("Mo-Fr 0900-1800", "not a range of hours"),
        ("Mo 09:00", "not a range of hours"),
        ("Mo-Fr 09:00-18:00; Mo-Fr off", "'Mo-Fr 09:00-18:00' has no effect"),
        ("Mo-Fr 09:00-18:00; Mo-Fr 09:00-18:00", "'Mo-Fr 09:00-18:00' has no effect"),
        ("Sa off; Mo-Su 09:00-18:00", "'Sa off' has no effect"),
        ("Mo-Fr 09:00-18:00; Fr off; Th,Fr 10:00-14:00", "'Fr off' has no effect"),
        ("Mo-We 09:00-18:00; Mo,Tu off; We 10:00-14:00", "'Mo-We 09:00-18:00' has no effect"),
        ("Mo-Fr 09:00-18:00; 24/7", "'Mo-Fr 09:00-18:00' has no effect"),
        ("Mo 10:00-12:00; 09:00-18:00 off", "'Mo 10:00-12:00' has no effect"),
        ("Mo 9-18; Mo 12-13 off, Mo 11:00-14:00", "'Mo 12-13 off' has no effect"),
        ("Mo 9-18; 12-13 off; 12-14 off", "'12-13 off' has no effect"),
        ("Mo 9-18; Jan-Jun Mo 8-17; Jul-Dec Mo 10-19", "'Mo 9-18' has no effect"),
        ("Mo 9-18; week 1-53/2 Mo 8-17; week 2-52/2 Mo 10-19", "'Mo 9-18' has no effect"),
        ("Jan Mo 9-18; Mo 8-17", "'Jan Mo 9-18' has no effect"),
    ],
)
def test_other_hours_are_refused_with_advice(text: str, why: str) -> None:
    with pytest.raises(HoursSyntaxError) as caught:
        WeeklyHours.parse(text)
    assert why in str(caught.value)
    assert "write hours like" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Mo-Fr 09:00-13:00; Mo-Fr 14:00-18:00", "Mo-Fr 09:00-13:00,14:00-18:00"),
        ("Mo-Fr 09:00-13:00; Mo-Fr 14:00-18:00; Sa 10:00-14:00",
         "Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-14:00"),
        ("Tu-Th 22:00-06:00; Fr 22:00-02:00", "Tu-Th 22:00-06:00, Fr 22:00-02:00"),
        ("Mo-Su 22:00-06:00; Su off", "Mo-Sa 22:00-06:00"),
        ("Jan-Jun Mo 9-18; Mo 8-17", "Mo 08:00-17:00"),
        # if either of two may be meant, the hours without the rule are suggested
        ("Mo-Fr 09:00-18:00; Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 09:00-18:00; Mo-Fr 09:00-18:00", "Mo-Fr 09:00-18:00"),
        ("Mo-Fr 09:00-18:00; Mo-Fr off; Sa 10:00-14:00", "Sa 10:00-14:00"),
    ],
)  # fmt: skip
def test_the_suggested_hours_mean_the_same(text: str, advice: str) -> None:
    with pytest.raises(HoursSyntaxError) as caught:
        WeeklyHours.parse(text)
    assert str(caught.value).endswith(f"; write hours like {advice!r}")
    assert str(WeeklyHours.parse(advice)) == advice


@pytest.mark.parametrize("dash", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
def test_every_dash_is_read(dash: str) -> None:
    for text in (f"Mo{dash}Fr 09:00-18:00", f"Mo-Fr 09:00{dash}18:00"):
        assert str(WeeklyHours.parse(text)) == "Mo-Fr 09:00-18:00"
    assert parse_shifts(f"09:00{dash}18:00") == parse_shifts("09:00-18:00")


TARGET = '[[targets]]\nname = "reply"\nbudget = "4h"\nschedule = "office"\n'
POINTLESS = "Mo-Fr 09:00-13:00; Mo-Fr 14:00-18:00"


@pytest.mark.parametrize(
    ("toml", "path"),
    [
        (f'[schedule]\nhours = "{POINTLESS}"', "schedule.hours"),
        (f'[schedule.changes]\n2026-06-01 = "{POINTLESS}"', "schedule.changes.2026-06-01"),
        (
            TARGET + f'[schedules.office]\ncalendar = "RU"\nhours = "{POINTLESS}"',
            "schedules.office.hours",
        ),
        ('[schedule.overrides]\n2026-05-08 = "0900-1200"', "schedule.overrides.2026-05-08"),
    ],
)  # fmt: skip
def test_a_configuration_error_adds_the_key_path(toml: str, path: str) -> None:
    text = toml.rpartition(" = ")[2].strip('"')
    with pytest.raises(HoursSyntaxError) as plain:
        (parse_shifts if "overrides" in path else WeeklyHours.parse)(text)
    with pytest.raises(ConfigError) as caught:
        configured(parse_config(toml, "office.toml"), Schedule(None, "24/7", tz="UTC"))
    assert str(caught.value) == f"{path}: {plain.value} (in office.toml)"


times = st.integers(0, 24 * 60 - 1)


@st.composite
def shifts(draw: st.DrawFn) -> tuple[Shift, ...]:
    drawn = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(times)
        length = draw(st.integers(1, 24 * 60))
        drawn.append(Shift(timedelta(minutes=start), timedelta(minutes=start + length)))
    return merge_shifts(drawn)


@given(st.lists(shifts(), min_size=7, max_size=7))
def test_hours_round_trip_through_text(week: list[tuple[Shift, ...]]) -> None:
    hours = WeeklyHours(tuple(week))
    for lang in LANGUAGES:
        with language(lang):
            again = hours if hours.empty else WeeklyHours.parse(hours_text(hours))
        assert again == hours


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("4h", timedelta(hours=4)),
        ("90m", timedelta(minutes=90)),
        ("4h30m", timedelta(hours=4, minutes=30)),
        ("4 h 30 m", timedelta(hours=4, minutes=30)),
        ("4:30", timedelta(hours=4, minutes=30)),
        ("0:00:05", timedelta(seconds=5)),
        ("PT4H30M", timedelta(hours=4, minutes=30)),
        ("pt36h", timedelta(hours=36)),
        ("45s", timedelta(seconds=45)),
    ],
)
def test_parse_amounts(text: str, amount: timedelta) -> None:
    assert parse_budget(text) == amount
    assert parse_budget(iso_amount(amount)) == amount


@pytest.mark.parametrize(
    ("text", "options", "budget"),
    [
        ("4h30m", {"roll": "none"}, working_hours(4, minutes=30)),
        ("7 working days", {}, WorkingDays(7)),
        (" 1  Working day ", {"count_from": "same_day"}, WorkingDays(1, count_from="same_day")),
        ("30 days", {"roll": "following"}, CalendarDays(30, roll="following")),
        ("1 day", {"roll": "none", "count_from": "same_day"}, CalendarDays(1, "none", "same_day")),
        ("1 month", {"roll": "preceding"}, Months(1, roll="preceding")),
        ("9h clock", {}, ClockTime(timedelta(hours=9))),
        ("PT9H clock", {}, ClockTime(timedelta(hours=9))),
    ],
)
def test_parse_budgets_of_every_kind(text: str, options: Any, budget: object) -> None:
    assert parse_budget(text, **options) == budget


AMOUNTS = ["", "4", "4 hors", "-4h", "1.25h", "99:99"]


OTHERS = ["7 working", "working days", "7 days clock", "7 moons", "clock"]


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        *((text, {}, "write it like 4h") for text in AMOUNTS),
        *((text, {"roll": "none"}, "is not") for text in OTHERS),
        *((text, {}, "give roll") for text in ("30 days", "1 month")),
        ("30 days", {"roll": "next"}, "'next' is not one of following"),
        ("7 working days", {"count_from": "today"}, "'today' is not one of next_day"),
        ("0 working days", {}, "at least 1"),
        ("4h4h", {}, "'4h' and '4h' cannot be given together"),
        ("P1D", {}, "write '1 working day' or '1 calendar day'"),
        ("99999999999999999h", {}, "more time than any calendar"),
    ],
)
def test_texts_that_are_no_budgets_are_refused(text: str, options: Any, says: str) -> None:
    with pytest.raises(BudgetError, match=says):
        parse_budget(text, **options)


def test_budgets_are_exact_and_not_negative() -> None:
    assert working_hours(1, minutes=30) == timedelta(minutes=90)
    for make, error, says in (
        (lambda: working_hours(1.5), TypeError, "minutes=30"),
        (lambda: working_hours(-1), BudgetError, "latest_start"),
        (lambda: check_budget(4), TypeError, r"working_hours\(4\), not 4"),
        (lambda: WeeklyHours.parse(9), TypeError, "text, not 9"),
    ):
        with pytest.raises(error, match=says):
            make()


@pytest.mark.parametrize(
    ("amount", "clock", "iso"),
    [
        (timedelta(0), "0:00", "PT0S"),
        (timedelta(hours=-1, minutes=-10), "-1:10", "-PT1H10M"),
        (timedelta(hours=1979), "1979:00", "PT1979H"),
        (timedelta(seconds=61), "0:01:01", "PT1M1S"),
        (timedelta(microseconds=1500), "0:00:00.0015", "PT0.0015S"),
    ],
)
def test_format_amounts(amount: timedelta, clock: str, iso: str) -> None:
    assert (format_amount(amount), iso_amount(amount)) == (clock, iso)
