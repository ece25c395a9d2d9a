"""The shell reads times, places and hours as people write them, and refuses what has two meanings.

A refusal names what to write instead.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from workhours_sla.cli.main import main
from workhours_sla.cli.times import read_day, read_edge, read_time
from workhours_sla.errors import HoursSyntaxError, TimeSyntaxError
from workhours_sla.text.catalog import language
from workhours_sla.text.messages import sentence
from workhours_sla.worktime.hours import WeeklyHours

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)  # a Saturday, 15:00 in Volgograd
ZONE = ZoneInfo("Europe/Volgograd")
TIMES = [
    ("30.12.25 16:30", "2025-12-30T16:30"),
    ("30.12.2025, 16:30", "2025-12-30T16:30"),
    ("30.12.2025 16.30", "2025-12-30T16:30"),
    ("30.12.2025 в 16:30", "2025-12-30T16:30"),
    ("2025-12-30, 16:30", "2025-12-30T16:30"),
    ("30 декабря 16:30", "2025-12-30T16:30"),  # without a year, the nearest date
    ("30.12 16:30", "2025-12-30T16:30"),
    ("1 мая 10:00", "2026-05-01T10:00"),
    ("30 декабря 2025 г. 16:30", "2025-12-30T16:30"),
    ("30 декабря 2025 года в 16:30", "2025-12-30T16:30"),
    ("30 дек. 2025 16:30", "2025-12-30T16:30"),
    ("вт, 30 декабря, 16:30", "2025-12-30T16:30"),
    ("завтра 9:00", "2026-01-11T09:00"),
    ("сегодня 17:20", "2026-01-10T17:20"),
    ("вчера в 17.05", "2026-01-09T17:05"),
    ("позавчера 8:00", "2026-01-08T08:00"),
    ("сейчас", "2026-01-10T15:00"),
    ("30 December 2025 16:30", "2025-12-30T16:30"),
    ("Tuesday, 30 December 2025 at 16:30", "2025-12-30T16:30"),
    ("Dec 30, 2025 4:30 pm", "2025-12-30T16:30"),
    ("December 30th, 4 pm", "2025-12-30T16:00"),
    ("30th of December 2025 12:15 am", "2025-12-30T00:15"),
    ("tomorrow 9:00", "2026-01-11T09:00"),
    ("yesterday at 5pm", "2026-01-09T17:00"),
    ("30 Dec 2025, 16:30 +03:00", "2025-12-30T16:30"),
    ("16:30 30.12.2025", "2025-12-30T16:30"),
    ("30.12.2025 17:30 МСК+1", "2025-12-30T16:30"),
    ("01/02/2025 9:00", "'01.02.2025 9:00' or '02.01.2025 9:00'"),
    ("1-2-25 9:00", "'01.02.2025 9:00' or '02.01.2025 9:00'"),
    ("30/12/2025 16:30", "like '30.12.2025 16:30'"),
    ("12/30/2025 4:30 PM", "like '30.12.2025 4:30 pm'"),
    ("2025/12/30 16:30", "like '2025-12-30 16:30'"),
    ("12.30.2025 16:30", "there is no such date"),
    ("31 ноября 9:00", "there is no such date"),
    ("29 февраля 9:00", "there is no such date"),
    ("ср, 30 декабря 16:30", "the date is Tue 30 Dec 2025"),
    ("понедельник 9:00", "write '05.01.2026 9:00' or '12.01.2026 9:00'"),
    ("16:30", "for today write 'today 16:30'"),
    ("вчера", "it has no time of day; write it like 'вчера 17:30'"),
    ("30 декабря", "it has no time of day"),
    ("30.12.2025 16:30 екб", "'31.10.2025 17:30 +03:00', or give --tz"),
    ("сегодня 24:00", "a day ends at 00:00 of the next one"),
    ("30.12.2025 16-30", "write it like 2025-10-31T17:30"),
    ("30 мартобря 9:00", "write it like 2025-10-31T17:30"),
]
PLACES = [
    ("Самара", "RU-SAM"),
    ("Грозный", "RU-CE"),
    ("Чечня", "RU-CE"),
    ("Нижний Новгород", "RU-NIZ"),
    ("самарская область", "RU-SAM"),
    ("Волгоградская обл.", "RU-VGG"),
    ("Volgograd", "RU-VGG"),
    ("г. Казань", "RU-TA"),
    ("Татарстан", "RU-TA"),
    ("Якутия", "RU-SA"),
    ("СПб", "RU-SPE"),
    ("Питер", "RU-SPE"),
    ("Москва", "RU-MOW"),
    ("Moscow", "RU-MOW"),
    ("московская", "RU-MOS"),
    ("Орел", "RU-ORL"),
    ("марий-эл", "RU-ME"),
    ("Ненецкий АО", "RU-NEN"),
    ("Югра", "RU-KHM"),
    ("Крым", "X-RU-CR"),
    ("Алтай", "did you mean RU-AL (Altai Republic), RU-ALT (Altai Krai)?"),
    ("Новгород", "did you mean RU-NGR (Novgorod Oblast), RU-NIZ (Nizhny Novgorod Oblast)?"),
    ("Саха", "did you mean RU-SA (Sakha (Yakutia)), RU-SAK (Sakhalin Oblast)?"),
    ("Самра", "did you mean RU-SAM (Samara Oblast)?"),
    ("Ростов", "did you mean RU-ROS (Rostov Oblast)?"),
    ("Камышин", "use "),
]
HOURS = [
    ("пн-пт 9-18, обед 13-14", "Mo-Fr 09:00-13:00,14:00-18:00"),
    ("пн-пт 9-18 обед 13-14", "Mo-Fr 09:00-13:00,14:00-18:00"),
    ("пн-пт: 9:00-18:00; перерыв: 13:00-14:00", "Mo-Fr 09:00-13:00,14:00-18:00"),
    ("пн-пт с 9:00 до 18:00, перерыв с 13:00 до 14:00", "Mo-Fr 09:00-13:00,14:00-18:00"),
    ("Mo-Fr 9-18, lunch 13-14", "Mo-Fr 09:00-13:00,14:00-18:00"),
    ("Mon-Fri from 9 to 18, break 13-14", "Mo-Fr 09:00-13:00,14:00-18:00"),
    ("пн\u2013пт 9\u201318", "Mo-Fr 09:00-18:00"),
    ("Пн\u2014Пт 9:00\u201418:00; Сб 10\u221214", "Mo-Fr 09:00-18:00; Sa 10:00-14:00"),
    ("пн-чт 9:00-18:00, пт 9:00-16:45", "Mo-Th 09:00-18:00; Fr 09:00-16:45"),
    (
        "пн-чт 9-18, пт 9-16:45, обед 13-13:45",
        "Mo-Th 09:00-13:00,13:45-18:00; Fr 09:00-13:00,13:45-16:45",
    ),
    (
        "пн-чт 9-18, обед 13-14, пт 9-16:45, обед 12-13",
        "Mo-Th 09:00-13:00,14:00-18:00; Fr 09:00-12:00,13:00-16:45",
    ),
    ("пн-пт 9-18, обед 13-14; сб 10-15", "Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-15:00"),
    ("пн-пт 9-18, обед 13-14, 16:00-16:15", "Mo-Fr 09:00-13:00,14:00-16:00,16:15-18:00"),
    ("пн.-пт. 09.00-18.00", "Mo-Fr 09:00-18:00"),
    ("Понедельник-пятница 9-18, сб-вс выходной", "Mo-Fr 09:00-18:00"),
    ("9-18, обед 13-14", "Mo-Su 09:00-13:00,14:00-18:00"),
    ("пн-пт 22:00-06:00", "Mo-Fr 22:00-06:00"),
    ("пн-пт 9-18, обед 19-20", "the break 'обед 19-20' takes nothing from the hours"),
    ("обед 13-14, пн-пт 9-18", "the break 'обед 13-14' takes nothing from the hours"),
    ("пн-пт 9-18, обед", "'обед' is not a range of hours"),
    ("рабочие дни 9-18", "they do not name the days of the week"),
    ("пн-пт 9-6", "'9-6' ends before it starts"),
    ("пн-пт 25-26", "'25-26' has a time that no clock shows"),
    ("пн-пт 9-13 14-18", "'14-18' is not a range of hours"),
    ("пн-пт 9:00+", "open-ended hours have no end"),
]


@pytest.mark.parametrize(("text", "means"), TIMES)
def test_a_time_as_people_write_it(text: str, means: str) -> None:
    if re.match(r"\d{4}-", means):
        expected = datetime.fromisoformat(f"{means}+03:00")
        assert read_time(text, ZONE, NOW).when == expected
        assert read_time(f" {text.upper()} ", ZONE, NOW).when == expected
        return
    with pytest.raises(TimeSyntaxError) as caught:
        read_time(text, ZONE, NOW)
    assert means in str(caught.value)
    with language("ru"):
        assert re.search("[а-я]", sentence(caught.value).replace(text, ""))


def test_a_date_as_people_write_it() -> None:
    for text in ("вчера", "9 января", "09.01.26", "Jan 9", "пт, 9 января 2026 г."):
        assert str(read_day(text, ZONE, NOW)) == "2026-01-09"
        assert read_edge(text, ZONE, NOW, is_end=True) == datetime(2026, 1, 10, tzinfo=ZONE)
    for text in ("01/02/2025", "12.30", "сейчас", "вчера 9:00"):
        assert read_day(text, ZONE, NOW) is None


@pytest.mark.parametrize(("text", "means"), PLACES)
def test_a_place_as_people_write_it(
    text: str, means: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["due", "12.03.2025 10:00", "--calendar", text, "--lang=en"])
    out, err = capsys.readouterr()
    if re.fullmatch("[A-Z-]+", means):
        assert (status, f"Calendar      {means}, version" in out) == (0, True)
        assert main(["calendars", text, "--lang=en"]) == 0
        assert f"  {means} " in capsys.readouterr().out
    else:
        assert (status, out) == (2, "")
        assert means in err


@pytest.mark.parametrize(("text", "means"), HOURS)
def test_hours_as_people_write_them(text: str, means: str) -> None:
    if re.match("(Mo|Th)-", means):
        assert str(WeeklyHours.parse(text)) == means
        return
    with pytest.raises(HoursSyntaxError) as caught:
        WeeklyHours.parse(text)
    assert means in str(caught.value)
    assert repr(text) in str(caught.value)


def test_round_the_clock_needs_no_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["due", "12.03.2025 10:00", "--hours=24/7", "--lang=en"]
    assert main(asked) == 2
    assert "give --calendar none to count round the clock" in capsys.readouterr().err
    assert main([*asked, "--calendar=none"]) == 0
    assert capsys.readouterr().out.startswith("Due           Wed 12 Mar 2025 14:00 +03:00\n")
