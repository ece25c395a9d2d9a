"""The shell reads times, places and hours as people write them, and refuses what has two meanings.

A refusal names what to write instead.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from workhours_sla.calendars import sources
from workhours_sla.calendars.russia.regions import regions_called
from workhours_sla.cli.main import main
from workhours_sla.errors import HoursSyntaxError, TimeSyntaxError
from workhours_sla.text.catalog import language
from workhours_sla.text.messages import sentence
from workhours_sla.text.written_times import read_day, read_edge, read_time
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
    ("Dec 30, 4:30:15.5 pm", "2025-12-30T16:30:15.500000"),
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
    ("last Friday at 5pm", "write '09.01.2026 17:00' or '02.01.2026 17:00'"),
    ("в прошлую субботу в 17.05", "write '03.01.2026 17:05' or '27.12.2025 17:05'"),
    ("next Sat 9 a.m.", "write '17.01.2026 09:00' or '24.01.2026 09:00'"),
    ("Friday 17:00 +04:00", "write '09.01.2026 17:00 +04:00' or '16.01.2026 17:00 +04:00'"),
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
    ("Московская область", "RU-MOS"),
    ("МО", "RU-MOS"),
    ("г. Москва", "RU-MOW"),
    ("города Москвы", "RU-MOW"),
    ("Волгоградской области", "RU-VGG"),
    ("Самарской обл.", "RU-SAM"),
    ("Республики Татарстан", "RU-TA"),
    ("Чеченской Республики", "RU-CE"),
    ("Камчатского края", "RU-KAM"),
    ("Ненецкого автономного округа", "RU-NEN"),
    ("Нижнего Новгорода", "RU-NIZ"),
    ("ru-vgg", "RU-VGG"),
    ("РФ", "RU"),
    ("Россия", "RU"),
    ("России", "RU"),
    ("Российской Федерации", "RU"),
    ("Russia", "RU"),
    ("Германия", "DE"),
    ("Германии", "DE"),
    ("Germany", "DE"),
    ("Deutschland", "DE"),
    ("Бавария", "DE-BY"),
    ("Bavaria", "DE-BY"),
    ("Bayern", "DE-BY"),
    ("de-by", "DE-BY"),
    ("Казахстан", "KZ"),
    ("Kazakhstan", "KZ"),
    ("Белоруссии", "BY"),
    ("Грузия", "GE"),
    ("Китая", "CN"),
    ("Турция", "TR"),
    ("США", "US"),
    ("UK", "GB"),
    ("New York", "US-NY"),
    ("Орел", "RU-ORL"),
    ("марий-эл", "RU-ME"),
    ("Ненецкий АО", "RU-NEN"),
    ("Югра", "RU-KHM"),
    ("Крым", "X-RU-CR"),
    ("Алтай", "did you mean RU-AL (Altai Republic), RU-ALT (Altai Krai)?"),
    ("Новгород", "did you mean RU-NGR (Novgorod Oblast), RU-NIZ (Nizhny Novgorod Oblast)?"),
    ("Алтая", "did you mean RU-AL (Altai Republic), RU-ALT (Altai Krai)?"),
    ("Московская", "did you mean RU-MOS (Moscow Oblast), RU-MOW (Moscow)?"),
    ("Moscow region", "did you mean RU-MOS (Moscow Oblast), RU-MOW (Moscow)?"),
    (
        "Saint Petersburg region",
        "did you mean RU-LEN (Leningrad Oblast), RU-SPE (Saint Petersburg)",
    ),
    ("St. Petersburg oblast", "did you mean RU-LEN (Leningrad Oblast), RU-SPE (Saint Petersburg)?"),
    ("St. Petersburg", "RU-SPE"),
    ("St. Petersburg city", "RU-SPE"),
    ("г. Петербург", "RU-SPE"),
    ("Georgia", "did you mean GE (Georgia), US-GA (United States, Georgia)?"),
    ("Приморск", "did you mean RU-PRI (Primorsky Krai)?"),
    ("Амурск", "did you mean RU-AMU (Amur Oblast)"),
    ("Приморская", "no calendar 'Приморская'; use RU, "),
    ("Казахстн", "did you mean KZ (Kazakhstan)? (workhours calendars lists all)"),
    ("K", "no calendar 'K'; use RU, "),
    ("no", "did you mean NO?"),
    ("МСК+1", "time zone, not a calendar; give the zone as tz (--tz Europe/Astrakhan, Europe/Sa"),
    ("Europe/Berlin", "is a time zone, not a calendar; give the zone as tz (--tz Europe/Berlin)"),
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
    asked = ["due", "12.03.2025 10:00", "--tz=Europe/Moscow", "--calendar", text, "--lang=en"]
    status = main(asked)
    out, err = capsys.readouterr()
    if re.fullmatch("[A-Z-]+", means):
        assert (status, f"Calendar      {means}, version" in out) == (0, True)
        assert main(["calendars", text, "--lang=en"]) == 0
        assert f"  {means} " in capsys.readouterr().out
    else:
        assert (status, out) == (2, "")
        assert means in err


@pytest.mark.parametrize(("text", "means"), [("Самарской области", "RU-SAM"), ("Georgia", None)])
def test_a_place_in_a_configuration(
    text: str, means: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "office.toml"
    keys = f'calendar = "{text}"\nhours = "Mo-Fr 09:00-18:00"\n'
    for section in ("[schedule]\n", "[target]\nbudget = '4h'\nschedule = 'x'\n[schedules.x]\n"):
        file.write_text(section + keys, "utf-8")
        status = main(["due", "12.03.2025 10:00", "--config", str(file), "--lang=en"])
        out, err = capsys.readouterr()
        if means is None:
            assert (status, out) == (2, "")
            key = "schedules.x" if "schedules" in section else "schedule"
            assert f"{key}.calendar: no calendar 'Georgia'; did you mean GE (Georgia), US-GA" in err
        else:
            assert f"Calendar      {means}, version" in out
            assert "Europe/Samara" in out


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("МСК", "'Europe/Moscow'"),
        ("Moscow", "'Europe/Moscow'"),
        ("Самара", "'Europe/Samara'"),
        ("Berlin", "'Europe/Berlin'"),
        ("МСК+1", "'Europe/Astrakhan', 'Europe/Samara', 'Europe/Saratov', 'Europe/Ulyanovsk'"),
        ("МСК-1", "'Europe/Kaliningrad'"),
        ("UTC+12", "'Asia/Anadyr', 'Asia/Kamchatka'"),
        ("Nowhere", "'Europe/Volgograd'"),
    ],
)
def test_a_zone_as_people_write_it(
    text: str, zones: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["due", "12.03.2025 10:00", "--tz", text, "--lang=en"]) == 2
    said = f"no time zone {text!r}; use an IANA name such as {zones}\n"
    assert capsys.readouterr().err == f"Error: {said}"


def test_no_name_of_another_country_is_read_as_a_region_of_russia() -> None:
    foreign = [one for one in sources.named() if one.id != "RU"]
    assert len(foreign) > 500
    names = {name for one in foreign for name in (one.name, one.name_ru, *one.other_names)}
    assert [name for name in names if name and regions_called(name)] == []


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
