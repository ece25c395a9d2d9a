"""Ways in which offices write budgets, hours and times: each is read, or refused with a hint."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.values import run
from workhours_sla import (
    CalendarDays,
    ClockTime,
    Months,
    Schedule,
    WeeklyHours,
    WorkingDays,
    WorkingDaysInHours,
    parse_budget,
)
from workhours_sla.cli.output import budget_text
from workhours_sla.errors import BudgetError, HoursSyntaxError, TimeSyntaxError
from workhours_sla.text.amounts import budget_words
from workhours_sla.text.catalog import language
from workhours_sla.text.written_times import read_time
from workhours_sla.worktime.budgets import Budget, budget_data, budget_size

ZONE = ZoneInfo("Europe/Volgograd")
NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs"

# Each text has its reading in plain notation; a hint of a refusal begins with "? ".
BUDGETS = {
    "4 рабочих часа": "4h",
    "1 рабочий час": "1h",
    "4 часа рабочего времени": "4h",
    "4ч": "4h",
    "4 ч.": "4h",
    "4 ч 30 мин": "4h30m",
    "4 часа 30 минут": "4h30m",
    "4 часа и 30 минут": "4h30m",
    "30 минут": "30m",
    "1 000 часов": "1000h",
    "3 рабочих дня": "3 working days",
    "10 раб. дней": "10 working days",
    "5 календарных дней": "5 days",
    "30 дней": "30 days",
    "2 недели": "14 days",
    "1 неделя": "7 days",
    "1 месяц": "1 month",
    "9 часов круглосуточно": "9h clock",
    "2 рабочих дня в пересчёте на часы": "2 working days in hours",
    "4 working hours": "4h",
    "4 business hours": "4h",
    "4 hours": "4h",
    "4 hours, 30 minutes": "4h30m",
    "4 h 30 min of working time": "4h30m",
    "30 min": "30m",
    "3 business days": "3 working days",
    "30 calendar days": "30 days",
    "1 week": "7 days",
    "9 hours around the clock": "9h clock",
    "P1M": "1 month",
    "P2W": "14 days",
    "4 Arbeitsstunden": "4h",
    "3 Arbeitstage": "3 working days",
    "P3D": "? write '3 working days' or '3 calendar days'",
    "3 суток": "? write '72 hours around the clock' or '3 calendar days'",
    "4 часа 30": "? each number must be whole and have its unit; write it like 4h30m",
    "1,25 часа": "? each number must be whole and have its unit; write it like 4h30m",
    "4": "? each number must be whole and have its unit",
    "1,5 часа": "1h30m",
    "1,5 ч": "1h30m",
    "2.5 hours": "2h30m",
    "полчаса": "30m",
    "полтора часа": "1h30m",
    "полтора рабочих часа": "1h30m",
    "два с половиной часа": "2h30m",
    "half an hour": "30m",
    "eine halbe Stunde": "30m",
    "0 days 04:00:00": "4h",
    "240 min": "4h",
    "4 раб. часа": "4h",
    "не позднее 4 рабочих часов": "4h",
    "not later than 4 working hours": "4h",
    "No more than 4 hours": "4h",
    "four business hours": "4h",
    "девять часов круглосуточно": "9h clock",
    "1 рабочий день": "1 working day",
    "в течение трёх рабочих дней": "3 working days",
    "одного рабочего дня": "1 working day",
    "30 календарных дней": "30 days",
    "не более тридцати дней": "30 days",
    "две недели": "14 days",
    "1 год": "? a month; write '12 months'",
    "2 years": "? a month; write '24 months'",
    "2 дня 4 часа": "? '2 дня' and '4 часа' cannot be given together; write one unit",
    "1 days 00:00:00": "? '1 days' and '00:00:00' cannot be given together",
    "сутки": "? write '24 hours around the clock' or '1 calendar day'",
    "двое суток": "? write '48 hours around the clock' or '2 calendar days'",
    "P1D": "? write '1 working day' or '1 calendar day'",
    "рабочие дни": "? it needs a whole number and a known unit; write it like 4h",
    "half a day": "? it needs a whole number and a known unit",
    "полтора дня": "? each number must be whole and have its unit",
    "четверть часа": "? it needs a whole number and a known unit",
    "zwei Werktage": "? it needs a whole number and a known unit",
    "двадцать пять дней": "? it needs a whole number and a known unit",
    "до 4 часов": "? is not a budget",
    "когда-нибудь": "? it needs a whole number and a known unit",
    "pd.Timedelta(hours=4)": "? it needs a whole number and a known unit",
    "и 30 минут": "? is not a budget",
    "1 рабочая неделя": "? is not a budget",
    "4 рабочих часа круглосуточно": "? not an amount",
    "\u0664h": "? is not a budget",
    "\u0664 days": "? is not a budget",
    "\u0664:30": "? is not a budget",
}
HOURS = {
    "ежедневно 8:00-20:00": "Mo-Su 08:00-20:00",
    "круглосуточно": "Mo-Su 00:00-24:00",
    "пн-пт круглосуточно": "Mo-Fr 00:00-24:00",
    "будни 9-18": "Mo-Fr 09:00-18:00",
    "по будням с 9 до 18": "Mo-Fr 09:00-18:00",
    "с понедельника по пятницу 9:00-18:00": "Mo-Fr 09:00-18:00",
    "с пн по пт с 9 ч до 18 ч": "Mo-Fr 09:00-18:00",
    "пн-пт 9-18 (обед 13-14)": "Mo-Fr 09:00-13:00,14:00-18:00",
    "пн-пт 9-18, без обеда": "Mo-Fr 09:00-18:00",
    "пн-пт 9-18; сб, вс - выходные": "Mo-Fr 09:00-18:00",
    "пн-пт\u00a09-18": "Mo-Fr 09:00-18:00",
    "Mon-Fri 9am-5pm": "Mo-Fr 09:00-17:00",
    "Mon-Fri 9:00 AM - 5:30 PM": "Mo-Fr 09:00-17:30",
    "daily 12am-12pm": "Mo-Su 00:00-12:00",
    "monday to friday 9am to 5pm": "Mo-Fr 09:00-17:00",
    "weekdays 9-17": "Mo-Fr 09:00-17:00",
    "daily 8-20": "Mo-Su 08:00-20:00",
    "around the clock": "Mo-Su 00:00-24:00",
    "Montag bis Freitag 9-17 Uhr": "Mo-Fr 09:00-17:00",
    "сутки через трое с 05.01.2026 08:00-08:00": "1/3 from 2026-01-05 08:00-32:00",
    "два через два с 05.01.2026 8-20": "2/2 from 2026-01-05 08:00-20:00",
    "Mo-Fr 8-16 Uhr": "Mo-Fr 08:00-16:00",
    "Пн-Пт с 09:00 до 18:00, перерыв с 13:00 до 14:00": "Mo-Fr 09:00-13:00,14:00-18:00",
    "пн.-пт. 9.00–18.00": "Mo-Fr 09:00-18:00",
    "по будням 9-18, сб 10-14": "Mo-Fr 09:00-18:00; Sa 10:00-14:00",
    "будни с 8:30 до 17:30, обед 12-13": "Mo-Fr 08:30-12:00,13:00-17:30",
    "пн-чт 8-17, пт 8-16": "Mo-Th 08:00-17:00; Fr 08:00-16:00",
    "сутки через трое": "? write hours like '1/3 from 2026-01-05 08:00-08:00'",
    "день через день 9-18": "? write hours like '1/1 from 2026-01-05 08:00-20:00'",
    "2/2 8:00-20:00": "? need the days on, the days off and a first day on",
    "5/2 с 9 до 18": "? they do not name the days of the week; write hours like 'Mo-Fr",
    "рабочие дни": "? they do not name the days of the week; write hours like 'Mo-Fr",
    "working days 9-17": "? they do not name the days of the week",
    "Mon-Fri 9-5": "? like 'Mon-Fri 09:00-17:00', or if they end on the next day 'Mon-",
    "Mon-Fri 9 to 5": "? like 'Mon-Fri 09:00-17:00', or if they end on the next day 'Mon-",
    "с 9 до 6": "? like '09:00-18:00', or if they end on the next day '09:00-06:00'",
    "пн-пт 18-9": "? like 'пн-пт 09:00-18:00', or if they end on the next day 'пн-пт 18:00-09:00'",
    "9 to 5, closed weekends": "? like '09:00-17:00, Sa-Su off', or if they end on the next day",
    "09:00-17:00, weekends closed": "Mo-Fr 09:00-17:00",
    "пн-чт с 8.30 до 17.30, пт до 16.15, обед с 12 до 12.48": "? 'пт до 16.15' has no time at which"
    " it opens; write hours like 'пн-чт 8.30-17.30, пт 8.30-16.15, обед 12-12.48'",
    "Mon-Fri until 17:00": "? 'Mon-Fri until 17:00' has no time at which it opens; write hours",
    "ежедневно кроме воскресенья 10-19": "Mo-Sa 10:00-19:00",
    "ежедневно, кроме воскресенья, с 10 до 19": "Mo-Sa 10:00-19:00",
    "Daily 10-19, except Sa, Su, lunch 13-14": "Mo-Fr 10:00-13:00,14:00-19:00",
    "ежедневно кроме вс и праздников 10-19": "? 'кроме' is neither a day nor a month",
    "с 9-30 до 18-00": "Mo-Su 09:30-18:00",
    "пн-пт с 8-00 до 17-15": "Mo-Fr 08:00-17:15",
    "пн-пт 22:00-30:00": "Mo-Fr 22:00-06:00",
    "пн-пт 9-30": "? '9-30' has a time that no clock shows",
    "9:30-5": "? like '09:30-17:00', or if they end on the next day '09:30-05:00'",
    "пн-пт 12-0": "? like 'пн-пт 12:00-24:00', or if they end on the next day 'пн-пт 12:00-00:00'",
    "Mon to Fri, 9am-6pm": "? a day after the comma in 'Mon-Fri,' (no comma before the hours)",
    "8 hours a day": "? is not a range of hours",
    "Lun-Ven 9h-17h": "? 'Lun' is neither a day nor a month",
    "сутки через трое с 05.01.2026": "? has days but no hours (all day is 00:00-24:00)",
    "выходные 10-14": "? 'выходные' is neither a day nor a month",
    "Mon-Fri 9-5pm": "? ends before it starts",
    "Mon-Fri 13am-5pm": "? cannot read the hours",
    "Mo-Fr \u0669-\u0661\u0668": "? is not a range of hours",
}
TIMES = {
    "16:30 30 декабря": "2025-12-30 16:30",
    "30 декабря 2025 16:30": "2025-12-30 16:30",
    "30.12.2025г. 16:30": "2025-12-30 16:30",
    "4:30 pm Dec 30": "2025-12-30 16:30",
    "16:30 завтра": "2026-01-11 16:30",
    "завтра 10 утра": "2026-01-11 10:00",
    "10 часов утра завтра": "2026-01-11 10:00",
    "30 декабря в 3 часа дня": "2025-12-30 15:00",
    "завтра в 5:30 вечера": "2026-01-11 17:30",
    "30.12.2025 в 16 часов": "2025-12-30 16:00",
    "30.12.2025 16 ч 30 мин": "2025-12-30 16:30",
    "завтра в полдень": "2026-01-11 12:00",
    "tomorrow at noon": "2026-01-11 12:00",
    "через 2 часа": "2026-01-10 17:00",
    "in 2 hours": "2026-01-10 17:00",
    "in half an hour": "2026-01-10 15:30",
    "in an hour": "2026-01-10 16:00",
    "час назад": "2026-01-10 14:00",
    "полтора часа назад": "2026-01-10 13:30",
    "2 h 30 min ago": "2026-01-10 12:30",
    "30 дек 2025, 16-30": "? write it like 2025-10-31T17:30",
    "сегодня 14:00": "2026-01-10 14:00",
    "завтра в 9 утра": "2026-01-11 09:00",
    "вчера в полдень": "2026-01-09 12:00",
    "noon tomorrow": "2026-01-11 12:00",
    "16.03.2026 9:05": "2026-03-16 09:05",
    "Dec 30, 2025 4:30 PM": "2025-12-30 16:30",
    "2025-12-30T16:30:00.000Z": "2025-12-30 16:30",
    "через 2 рабочих часа": "? is not a time",
    "in 999999 hours": "? is not a time",
    "30.12.2025 16-18": "? is not a time",
    "30.12.2025 08-09": "? is not a time",
    "16 марта": "? it has no time of day; write it like '16 марта 17:30'",
    "конец месяца": "? it has no time of day; write it like '31.01.2026 17:30'",
    "end of month": "? it has no time of day; write it like '31.01.2026 17:30'",
    "на следующей неделе": "? it has no time of day; write it like '12.01.2026 17:30'",
    "на следующую неделю": "? write it like '12.01.2026 17:30'",
    "next week": "? it has no time of day; write it like '12.01.2026 17:30'",
    "next week 10:00": "? this form is not accepted",
    "half past nine": "? write the date and the time like '31.10.2025 9:30' or '31.10.2025 21:30'",
    "half past twelve": "? 0:30 or 12:30 may be meant",
    "halb zehn": "? 9:30 or 21:30 may be meant",
    "halb zehn, 16. März 2026": "? 9:30 or 21:30 may be meant",
    "halb eins": "? 0:30 or 12:30 may be meant",
    "в половине десятого": "? 9:30 or 21:30 may be meant",
    "в понедельник в 10": "? write '05.01.2026 17:30' or '12.01.2026 17:30'",
    "03/04/2026": "? write it like '03.04.2026' or '04.03.2026'",
    "24:00 31.03.2026": "? no clock shows 24:00",
    "31.02.2026": "? there is no such date",
    "Timestamp('2025-12-30 16:30:00')": "? is not a time",
    "1767101400": "? is not a time",
    "10 утра": "? for today write 'today 10:00'",
    "полдень": "? for today write 'today 12:00'",
    "noon": "? for today write 'today 12:00'",
    "next monday": "? write '12.01.2026 17:30' or '19.01.2026 17:30'",
    "next monday 10:00": "? write '12.01.2026 10:00' or '19.01.2026 10:00'",
    "в субботу 10:00": "? write '10.01.2026 10:00' or '17.01.2026 10:00'",
    "завтра в полночь": "? write '11.01.2026 0:00' or '12.01.2026 0:00'",
    "tomorrow at midnight": "? write '11.01.2026 0:00' or '12.01.2026 0:00'",
    "завтра в 5": "? write '11.01.2026 5:00' or '11.01.2026 17:00'",
    "завтра в 9 часов": "? write '11.01.2026 9:00' or '11.01.2026 21:00'",
    "завтра в 2 часа ночи": "? is not a time",
    "12 утра": "? is not a time",
    "16:30 12/30/2025": "? write it like '30.12.2025 16:30'",
    "\u0663\u0660.12.2025 16:30": "? is not a time",
}


def _refused(means: str, error: BaseException) -> None:
    with language("en"):
        assert means.removeprefix("? ") in str(error)


@pytest.mark.parametrize(("text", "means"), BUDGETS.items())
def test_a_budget_as_offices_write_it(text: str, means: str) -> None:
    if means.startswith("? "):
        with pytest.raises(BudgetError) as caught:
            parse_budget(text, roll="following")
        _refused(means, caught.value)
    else:
        expected = parse_budget(means, roll="following")
        assert parse_budget(text, roll="following") == expected
        assert parse_budget(f" {text.upper()} ", roll="following") == expected


@pytest.mark.parametrize(("text", "means"), HOURS.items())
def test_hours_as_offices_write_them(text: str, means: str) -> None:
    if means.startswith("? "):
        with pytest.raises(HoursSyntaxError) as caught:
            WeeklyHours.parse(text)
        _refused(means, caught.value)
    else:
        assert WeeklyHours.parse(text) == WeeklyHours.parse(means)
        assert str(WeeklyHours.parse(text)) == str(WeeklyHours.parse(means))


@pytest.mark.parametrize(("text", "means"), TIMES.items())
def test_a_time_as_offices_write_it(text: str, means: str) -> None:
    if means.startswith("? "):
        with pytest.raises(TimeSyntaxError) as caught:
            read_time(text, ZONE, NOW)
        _refused(means, caught.value)
    else:
        assert f"{read_time(text, ZONE, NOW).when:%Y-%m-%d %H:%M}" == means


# -- what is printed is read ---------------------------------------------------------------------

_COUNTS = st.integers(1, 10_000)
_AMOUNTS = st.integers(1, 10**9).map(lambda seconds: timedelta(seconds=seconds)) | st.integers(
    1, 10**5
).map(lambda hours: timedelta(hours=hours))
ANY_BUDGET: st.SearchStrategy[Budget] = st.one_of(
    _AMOUNTS,
    _AMOUNTS.map(ClockTime),
    _COUNTS.map(WorkingDays),
    _COUNTS.map(lambda count: CalendarDays(count, roll="following")),
    _COUNTS.map(lambda count: Months(count, roll="following")),
    _COUNTS.map(WorkingDaysInHours),
)


@given(ANY_BUDGET, st.sampled_from(["en", "ru"]))
def test_a_printed_budget_is_read_as_the_same_budget(budget: Budget, lang: str) -> None:
    with language(lang):
        text = budget_text(budget)
    assert parse_budget(text, roll="following") == budget
    if isinstance(budget, timedelta):
        data = budget_data(budget)
        assert isinstance(data, str)
        assert parse_budget(data) == budget_size(budget)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_documented_budget_is_read(lang: str) -> None:
    page = (DOCS / lang / "reference" / "configuration.md").read_text("utf-8")
    table = page.partition("| `budget`, `pause_cap` |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    texts = [text for cell in cells for text in re.findall("`([^`]+)`", cell)]
    kinds = {type(parse_budget(text, roll="none")) for text in texts}
    assert len(kinds) == 6


# -- at the shell --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["0h", "0 часов", "0h clock"])
def test_a_budget_of_nothing_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    for asked in (("due", "30.12.2025 16:30"), ("latest-start", "30.12.2025 16:30")):
        status, out, err = run(capsys, *asked, "--budget", text, "--lang=en")
        assert (status, out) == (2, "")
        assert f"the budget {text!r} is 0, which no answer can meet; give more than 0" in err


@pytest.mark.parametrize(
    ("end", "text", "russian"),
    [
        ("15:30", "-1 working hour", "-1 час рабочего времени"),
        ("15:00", "-1 h 30 min of working time", "-1 ч 30 мин рабочего времени"),
        ("16:00", "-30 min of working time", "-30 мин рабочего времени"),
        ("14:30", "-2 working hours", "-2 часа рабочего времени"),
    ],
)
def test_less_than_no_time_has_the_right_words(
    end: str, text: str, russian: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("elapsed", "30.12.2025 16:30", f"30.12.2025 {end}", "--calendar=RU-VGG")
    for lang, words in (("en", text), ("ru", russian)):
        out = run(capsys, *asked, f"--lang={lang}")[1].replace("\N{MINUS SIGN}", "-")
        assert out.splitlines()[3].split(None, 1)[1] == words
    with language("en"):
        assert budget_words("working_time", timedelta(hours=-1)) == "-1 working hour"


def test_as_of_a_date_or_a_month_is_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("appeal_id,posted_at,answered_at,agency_id\nA,2026-04-02T10:00+03:00,,x\n")
    for text, when, shown in (
        ("2026-04", "2026-05-01T00:00:00+03:00", "1 May 2026 00:00"),
        ("04.2026", "2026-05-01T00:00:00+03:00", "1 May 2026 00:00"),
        ("02.04.2026", "2026-04-03T00:00:00+03:00", "3 Apr 2026 00:00"),
        ("02.04.2026 12:00", "2026-04-02T12:00:00+03:00", "2 Apr 2026 12:00"),
    ):
        asked = ("check", file, "--calendar=RU-VGG", "--as-of", text, "--lang=en")
        assert run(capsys, *asked)[1].startswith(f"As of {shown} · ")
        assert json.loads(run(capsys, *asked, "--json")[1])["as_of"] == when
        report = ("report", *asked[1:])
        assert f"{shown} (Europe/Volgograd)" in "".join(run(capsys, *report)[1].splitlines()[:2])


def test_a_calendar_without_days_off_has_a_name_in_russian(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, page = tmp_path / "rows.csv", tmp_path / "page.html"
    file.write_text("appeal_id,posted_at,answered_at,agency_id\nA,2026-04-02T10:00+03:00,,x\n")
    none = ("--calendar=none", "--lang=ru")
    assert "без выходных, версия 1" in run(capsys, "due", "30.12.2025 16:30", *none)[1]
    for command in ("check", "report"):
        more = ("--html", page) if command == "report" else ()
        out = run(capsys, command, file, "--as-of=2026-04", *none, *more)[1]
        assert "every day" not in out
    assert "every day" not in page.read_text("utf-8")
    assert Schedule(None, "Mo-Fr 9-18", tz="Europe/Moscow").calendar.id == "every day"
