"""Files of calendars and schedules: iCalendar, xmlcalendar, lists of dates, JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.paths import ROOT
from kit.properties import PROPERTY
from workhours_sla import Act, Calendar, Layer, Schedule
from workhours_sla.calendars.days import DayKind
from workhours_sla.errors import (
    CalendarCoverageError,
    CalendarDataError,
    ConfigError,
    HoursSyntaxError,
    NaiveDatetimeError,
    UnknownTimeZoneError,
)
from workhours_sla.files import read_dates, read_icalendar, read_xmlcalendar, write_icalendar
from workhours_sla.foreign.icalendar import PartialDay
from workhours_sla.json import from_json
from workhours_sla.worktime.hours import WeeklyHours
from workhours_sla.worktime.shifts import Shift

DATA = ROOT / "tests/data/calendars"
STAMP = datetime(2025, 1, 1, 12, tzinfo=UTC)
Y2025 = {"first": date(2025, 1, 1), "last": date(2025, 12, 31)}
H1 = timedelta(hours=1)
S8 = "Mo-Fr 09:00-13:00,14:00-18:00"


def names(calendar: Calendar, first: date, last: date) -> dict[str, str | None]:
    return {str(day.date): day.reasons[0].name for day in calendar.days(first, last) if day.reasons}


def feed(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""])


def event(*lines: str) -> str:
    return feed("BEGIN:VEVENT", *lines, "END:VEVENT")


def days_of(text: str, tz: str | None = "Europe/Moscow", **options: Any) -> list[str]:
    """Return the days off in the first half of 2025 that an iCalendar text has."""
    calendar = read_icalendar(
        text, id="x", first=date(2025, 1, 2), last=date(2025, 6, 30), weekend=(), tz=tz, **options
    )
    return [str(day.date) for day in calendar.days(*calendar.coverage[0]) if not day.working]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_whole_feed(line_end: str) -> None:
    raw = (DATA / "feed.ics").read_bytes().replace(b"\n", line_end.encode())
    calendar = read_icalendar(
        raw, id="made up", first=date(2024, 1, 1), last=date(2025, 12, 31), tz="Europe/Berlin"
    )
    assert (calendar.id, calendar.tz) == ("made up", "Europe/Berlin")
    winter = "Зимние праздники; три дня, и название так длинно, что сложено в три строки"
    assert names(calendar, date(2024, 1, 1), date(2025, 12, 31)) == {
        "2024-01-01": "New Year",
        "2024-02-19": "Third Monday",
        "2024-05-01": "Spring Day",
        "2024-06-06": "Given up",
        "2024-10-03": "Autumn Day",
        "2024-12-24": winter,
        "2024-12-25": winter,
        "2024-12-26": winter,
        "2025-01-01": "New Year",
        "2025-02-18": "Third Monday, moved",
        "2025-03-30": "Short Sunday",
        "2025-06-10": "Written in UTC",
        "2025-08-15": "Two days",
        "2025-08-16": "Two days",
        "2025-10-06": "Autumn Day",
        "2025-11-28": "Of the second calendar",
    }
    entry = calendar.day(date(2024, 12, 25)).reasons[0]
    assert (entry.layer, entry.kind) == (Layer.STATUTORY, DayKind.HOLIDAY)
    assert entry.act == Act("Days off, made up", source="-//tests//made by hand//EN")
    assert calendar.day(date(2025, 11, 28)).reasons[0].act.note == "tentative"
    assert not calendar.is_working_day(date(2025, 1, 4))
    assert calendar == read_icalendar(
        DATA / "feed.ics", id="made up", **(Y2025 | {"first": date(2024, 1, 1)}), tz="Europe/Berlin"
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART;VALUE=DATE:20250301"], ["2025-03-01"]),
        (["DTSTART:20250301"], ["2025-03-01"]),
        (["DTSTART:20250301", "DTEND:20250301"], ["2025-03-01"]),
        (["DTSTART:20250228", "DTEND:20250302"], ["2025-02-28", "2025-03-01"]),
        (["DTSTART:20241230", "DTEND:20250104"], ["2025-01-02", "2025-01-03"]),
        (["DTSTART:20250301", "DURATION:PT48H"], ["2025-03-01", "2025-03-02"]),
        (["DTSTART:20250301", "DURATION:P1W"], [f"2025-03-0{n}" for n in range(1, 8)]),
        (["DTSTART:20250301T000000", "DTEND:20250302T000000"], ["2025-03-01"]),
        (["DTSTART:20250301T000000", "DTEND:20250301T235959"], ["2025-03-01"]),
        (["DTSTART:20250228T210000Z", "DURATION:P1D"], ["2025-03-01"]),
        (["DTSTART;TZID=Asia/Omsk:20250301T030000", "DURATION:P1D"], ["2025-03-01"]),
        (["DTSTART;TZID=/x.org/1/Asia/Omsk:20250301T030000", "DURATION:P1D"], ["2025-03-01"]),
        (
            ["DTSTART;TZID=Asia/Omsk:20250301T030000", "DTEND;TZID=Europe/Moscow:20250302T000000"],
            ["2025-03-01"],
        ),
        (  # New York's summer time begins on 9 March
            ["DTSTART;TZID=America/New_York:20250308T160000", "RRULE:FREQ=DAILY;COUNT=1",
             "DTEND;TZID=America/New_York:20250309T170000"],
            ["2025-03-09"],
        ),
        (["DTSTART:20160229", "RRULE:FREQ=YEARLY"], []),
        (["DTSTART:20240505", "RRULE:FREQ=MONTHLY;INTERVAL=6;COUNT=3"], ["2025-05-05"]),
        (["DTSTART:20250506", "RRULE:FREQ=WEEKLY;BYDAY=TU,FR;UNTIL=20250513T000000Z"],
         ["2025-05-06", "2025-05-09", "2025-05-13"]),
        (["DTSTART;TZID=Asia/Omsk:20250301T030000", "DURATION:P1D",
          "RRULE:FREQ=DAILY;UNTIL=20250302T210000Z"], ["2025-03-01", "2025-03-02", "2025-03-03"]),
        (["DTSTART;TZID=Asia/Omsk:20250628T030000", "DURATION:P1D",
          "RRULE:FREQ=DAILY;UNTIL=99991231T235959Z"], ["2025-06-28", "2025-06-29", "2025-06-30"]),
        (["DTSTART:20250301T000000", "DURATION:P1D", "RRULE:FREQ=DAILY;UNTIL=20250302T000000"],
         ["2025-03-01", "2025-03-02"]),
        (["DTSTART;TZID=Asia/Omsk:20250301T030000", "DURATION:P1D", "RDATE:20250301T210000Z"],
         ["2025-03-01", "2025-03-02"]),
        (["DTSTART:20240513", "RRULE:FREQ=YEARLY;BYWEEKNO=20"], ["2025-05-12"]),
        (["DTSTART:20240527", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO"], ["2025-05-26"]),
        (["DTSTART:20000101", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO"], ["2025-05-26"]),
        (["DTSTART:20250303", "RRULE:FREQ=DAILY;UNTIL=20250331", "EXDATE:20250304T000000,20250306"],
         [f"2025-03-{n:02}" for n in (3, 5, *range(7, 32))]),
        (["DTSTART:20240301T000000", "DURATION:P1D", "RDATE:20250301T000000,20250302T000000",
          "EXDATE;VALUE=DATE:20250302"], ["2025-03-01"]),
    ],
)  # fmt: skip
def test_what_an_event_covers(lines: list[str], expected: list[str]) -> None:
    assert days_of(event(*lines, "SUMMARY:day")) == expected


def test_times_count_on_their_own_clock_if_the_calendar_has_no_zone() -> None:
    omsk = event("DTSTART;TZID=Asia/Omsk:20250301T000000", "DURATION:P1D")
    assert days_of(omsk, tz=None) == ["2025-03-01"]
    windows = event('DTSTART;TZID="Russian Standard Time":20250301T000000', "DURATION:P1D")
    with pytest.raises(CalendarDataError, match=r"zones=\{'Russian Standard Time'"):
        days_of(windows)
    zones = {"Russian Standard Time": "Europe/Moscow"}
    assert days_of(windows, zones=zones) == ["2025-03-01"]
    with pytest.raises(CalendarDataError, match=r"is in UTC.*give tz="):
        days_of(event("DTSTART:20250228T210000Z", "DURATION:P1D"), tz=None)
    with pytest.raises(UnknownTimeZoneError, match="Mars"):
        days_of(omsk, tz="Mars/Base")


@pytest.mark.parametrize(
    ("tz", "day"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4)),  # its midnight was skipped
        ("America/Havana", date(2025, 11, 2)),  # its midnight came twice
        ("Europe/Berlin", date(2025, 10, 26)),  # 25 hours
        ("Europe/Volgograd", date(2018, 10, 28)),
    ],
)
def test_a_day_of_any_length_is_covered_completely(tz: str, day: date) -> None:
    after = day + timedelta(days=1)
    for lines in (
        [f"DTSTART;TZID={tz}:{day:%Y%m%d}T000000", f"DTEND;TZID={tz}:{after:%Y%m%d}T000000"],
        [f"DTSTART;TZID={tz}:{day:%Y%m%d}T000000", "DURATION:P1D"],
    ):
        calendar = read_icalendar(event(*lines), id="x", first=day, last=after, weekend=(), tz=tz)
        assert [of.date for of in calendar.days(day, after) if not of.working] == [day]


def test_revisions_and_cancelled_occurrences() -> None:
    daily = ["UID:a", "DTSTART:20250303", "RRULE:FREQ=DAILY;COUNT=4"]
    off = ["BEGIN:VEVENT", *daily, "END:VEVENT"]
    gone = ["BEGIN:VEVENT", "UID:a", "RECURRENCE-ID:20250304", "STATUS:CANCELLED", "END:VEVENT"]
    assert days_of(feed(*off, *gone)) == ["2025-03-03", "2025-03-05", "2025-03-06"]
    revised = ["BEGIN:VEVENT", "UID:a", "SEQUENCE:1", "DTSTART:20250401", "END:VEVENT"]
    assert days_of(feed(*off, *revised)) == ["2025-04-01"]
    assert days_of(feed(*revised, *off)) == ["2025-04-01"]
    all_gone = ["BEGIN:VEVENT", "UID:a", "SEQUENCE:1", "STATUS:CANCELLED", "END:VEVENT"]
    assert days_of(feed(*off, *all_gone)) == []
    revived = [line.replace("SEQUENCE:1", "SEQUENCE:2") for line in revised]
    assert days_of(feed(*all_gone, *revived)) == ["2025-04-01"]
    of_another = [line.replace("UID:a", "UID:b") for line in gone]
    assert len(days_of(feed(*off, *of_another))) == 4
    moved = ["BEGIN:VEVENT", "UID:a", "RECURRENCE-ID:20250304", "DTSTART:20250402", "END:VEVENT"]
    without = [*off[:-1], "EXDATE:20250304", "END:VEVENT"]  # as some programs write it too
    for first in (off, without):
        assert days_of(feed(*first, *moved)) == [
            *("2025-03-03", "2025-03-05", "2025-03-06", "2025-04-02")
        ]


def test_a_date_covered_in_part_is_not_a_day_off() -> None:
    def one(start: str, *more: str) -> str:
        return "\r\n".join(("BEGIN:VEVENT", f"DTSTART:{start}", *more, "END:VEVENT"))

    text = feed(
        one("20250301T120000", "DTEND:20250303T100000", "SUMMARY:Long night"),
        one("20250308", "DESCRIPTION:Observance"),
        one("20250309", "CATEGORIES:a,Holiday"),
        one("20250310T120000", "SUMMARY:A moment"),
    )
    partial: list[PartialDay] = []
    march = date(2025, 3, 1), date(2025, 3, 31)
    calendar = read_icalendar(
        text, id="x", first=march[0], last=march[1], on_partial=partial.append
    )
    assert [(f"{of.date:%d}", of.name) for of in partial] == [
        *(("01", "Long night"), ("03", "Long night"), ("10", "A moment"))
    ]
    assert list(names(calendar, *march)) == ["2025-03-02", "2025-03-08", "2025-03-09"]
    with pytest.raises(CalendarDataError, match="the event 'Long night' covers 2025-03-01"):
        days_of(text)
    assert days_of(text, keep=lambda of: not of.name) == ["2025-03-08", "2025-03-09"]
    assert days_of(text, keep=lambda of: of.description == "Observance") == ["2025-03-08"]
    assert days_of(text, keep=lambda of: "Holiday" in of.categories) == ["2025-03-09"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the feed: it has no calendar"),
        ("holidays.ics", "it is no iCalendar .*'holidays.ics'"),
        ("BEGIN:VEVENT\nEND:VEVENT", "'VEVENT' outside of a VCALENDAR"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "a BEGIN has no END; get the file again"),
        (event(), "no DTSTART"),
        (event("DTSTART:20250230"), "DTSTART of the event '' cannot be read"),
        (event("DTSTART:20250303", "DTSTART:20250304"), "DTSTART more than once"),
        (event("DTSTART:20250303,20250304"), "DTSTART of the event '' cannot be read"),
        (event("DTSTART:20250303", "DTEND:20250302"), "ends before it starts"),
        (event("DTSTART:20250303", "DTEND:20250304T000000"), "not of one kind; write both"),
        (event("DTSTART:20250303T000000Z", "DTEND:20250304T000000"), "not of one kind"),
        (event("DTSTART:20250303", "DTEND:20250304", "DURATION:P1D"), "a DTEND and a DURATION"),
        (event("DTSTART:20250303", "DURATION:-P1D"), "a DURATION below zero"),
        (event("DTSTART:20250303", "DURATION:PT8H"), "not whole days"),
        (event("DTSTART:20250303", "EXRULE:FREQ=DAILY"), "has an EXRULE; list the dates"),
        (event("DTSTART:20250303", "EXDATE:20250303T120000"), "EXDATE .* has a time"),
        (event("DTSTART:20250303", "RDATE;VALUE=PERIOD:20250303T0000Z/P1D"), "RDATE .* cannot be"),
        (event("DTSTART:20250303", "RRULE:FREQ=HOURLY"), "RRULE 'FREQ=HOURLY' .* not supported"),
        (event("DTSTART:20250303", "RRULE:COUNT=2"), "RRULE 'COUNT=2' .* not supported"),
        (event("DTSTART:20250303", "RRULE:FREQ=DAILY;INTERVAL=0"), "INTERVAL=0' .* not supported"),
        (event("DTSTART:20250303", "RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=DAILY"), "RRULE more"),
        (event("DTSTART:20250303", "RRULE:FREQ=YEARLY;BYDAY=0MO"), "invalid 'BYDAY'"),
        (event("DTSTART:20250303", "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"), "has no dates"),
        (event("DTSTART:20250303", "RRULE:FREQ=WEEKLY;BYDAY=TU"), "first of them, 2025-03-04"),
        (event("DTSTART:20000103", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=900"), "first of them, 2000"),
        (event("SUMMARY:\udc00", "DTSTART:20250303"), "it has half of a surrogate pair"),
    ],
)  # fmt: skip
def test_a_feed_that_cannot_be_read_names_the_fault(text: str, words: str) -> None:
    with pytest.raises(CalendarDataError, match=words) as caught:
        days_of(text)
    assert "\n" not in str(caught.value)
    assert caught.value.name == "the feed"


def test_impossible_bounds_and_unreadable_files(tmp_path: Path) -> None:
    new_year = event("DTSTART:20250101", "SUMMARY:New Year")
    for first, last, words in (
        (date(2026, 1, 1), date(2025, 1, 1), "swap them"),
        (date(2025, 1, 1), date(2026, 12, 31), "no row for 2026"),
    ):
        with pytest.raises(CalendarDataError, match=words):
            read_icalendar(new_year, id="x", first=first, last=last)
    with pytest.raises(CalendarDataError, match="7 is not a weekday"):
        read_icalendar(new_year, id="x", **Y2025, weekend=(6, 7))
    with pytest.raises(TypeError, match="give date"):
        read_icalendar(new_year, id="x", first=STAMP, last=STAMP)
    with pytest.raises(TypeError, match="give str, bytes or Path"):
        read_icalendar(5, id="x", **Y2025)
    with pytest.raises(CalendarDataError, match="line 3: the byte 0xc4 is not UTF-8"):
        read_icalendar(event("SUMMARY:День").encode("cp1251"), id="x", **Y2025)
    for path in (tmp_path, tmp_path / "none.ics", Path("\0")):
        with pytest.raises(CalendarDataError, match=r"cannot be read .*; check the path"):
            read_icalendar(path, id="x", **Y2025)


def written(schedule: Schedule, first: date, last: date) -> list[tuple[datetime, datetime]]:
    """Return the timed events of a written iCalendar file, read by another library."""
    theirs = pytest.importorskip("icalendar")
    text = write_icalendar(schedule, first, last, stamp=STAMP, days_off=True)
    parsed = theirs.Calendar.from_ical(text)
    assert parsed.errors == []
    found = []
    for of in parsed.walk("VEVENT"):
        assert of.errors == []
        assert of.decoded("DTSTAMP") == STAMP
        start, end = of.decoded("DTSTART"), of.decoded("DTEND")
        if isinstance(start, datetime):
            found.append((start.astimezone(UTC), end.astimezone(UTC)))
    return found


@pytest.mark.parametrize(
    "hours", [S8, "Mo-Su 22:00-06:00", "24/7", "Mo-Fr 09:00-20:00,18:00-10:00"]
)
@pytest.mark.parametrize(
    ("tz", "first", "last"),
    [
        ("Europe/Volgograd", date(2018, 10, 22), date(2018, 11, 2)),  # +03 to +04
        ("Europe/Volgograd", date(2020, 12, 21), date(2020, 12, 31)),  # and back
        ("America/New_York", date(2024, 10, 31), date(2024, 11, 5)),
        ("America/Sao_Paulo", date(2018, 11, 1), date(2018, 11, 7)),
        ("Pacific/Apia", date(2011, 12, 27), date(2012, 1, 3)),  # without 30 December
    ],
)
def test_another_library_reads_the_same_instants(
    tz: str, first: date, last: date, hours: str
) -> None:
    schedule = Schedule(None, hours, tz=tz)
    events = written(schedule, first, last)
    assert all(end <= start for (_, end), (start, _) in pairwise(events))
    joined: list[tuple[datetime, datetime]] = []
    for start, end in events:
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, end))
    assert joined == list(schedule.intervals(events[0][0], events[-1][1]))
    opening, closing = schedule.intervals_of(first)[0].start, schedule.intervals_of(last)[-1].end
    assert (events[0][0] - opening, events[-1][1]) in ((timedelta(0), closing), (H1, closing))


def test_the_written_file_is_well_formed_and_reproducible() -> None:
    office = Schedule("RU-VGG", S8, overrides={date(2025, 11, 5): "off"})
    first, last = date(2025, 10, 27), date(2025, 11, 9)
    text = write_icalendar(office, first, last, stamp=STAMP, days_off=True, lang="ru")
    assert text == write_icalendar(office, first, last, stamp=STAMP, days_off=True, lang="ru")
    assert text.count("\n") == text.count("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    calendar = pytest.importorskip("icalendar").Calendar.from_ical(text)
    assert calendar["X-WR-TIMEZONE"] == "Europe/Volgograd"
    days = calendar.walk("VEVENT")
    uids = [str(of["UID"]) for of in days]
    assert len(set(uids)) == len(uids) == 16 + 3
    later = write_icalendar(
        office, date(2025, 11, 3), date(2025, 12, 9), stamp=STAMP + timedelta(days=1), days_off=True
    )
    assert set(re.findall(r"UID:(202511\S+)", text)) - set(re.findall(r"UID:(\S+)", later)) == {
        uid for uid in uids if uid.startswith(("20251101", "20251102"))
    }
    events = {of["UID"][:8]: of for of in days}
    assert events["20251101"]["DESCRIPTION"].startswith("РАБОЧАЯ суббота вместо 03.11.2025")
    assert events["20251103"]["SUMMARY"].startswith("выходной день (перенос с 01.11.2025)")
    assert events["20251105"]["SUMMARY"] == "выходной по своему приказу"
    assert not events["20251027"].get("DESCRIPTION")
    assert {str(of["TRANSP"]) for of in days} == {"TRANSPARENT"}
    plain = write_icalendar(office, first, last, stamp=STAMP, name="Приём; 1, 2\r\n\x07\\")
    assert r"X-WR-CALNAME:Приём\; 1\, 2\n \\" in plain.replace("\r\n ", "")
    assert "VALUE=DATE" not in plain
    folded = write_icalendar(office, first, last, stamp=STAMP, name="Ж" * 99 + "a😀" * 99)
    assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))
    assert "X-WR-CALNAME:" + "Ж" * 99 + "a😀" * 99 in folded.replace("\r\n ", "")


def test_the_written_form_is_frozen() -> None:
    calendar = Calendar.plain([date(2026, 5, 8)], first=date(2026, 1, 1), last=date(2026, 12, 31))
    schedule = Schedule(calendar, "Mo-Fr 09:00-13:00,14:00-18:00", tz="Europe/Volgograd")
    text = write_icalendar(schedule, date(2026, 5, 7), date(2026, 5, 8), stamp=STAMP, days_off=True)
    golden = (DATA / "week.ics").read_text(encoding="utf-8")
    assert text.replace("\r\n", "\n") == golden


def test_provisional_days_are_tentative() -> None:
    office = Schedule("RU", S8, tz="Europe/Moscow").provisionally()
    text = write_icalendar(office, date(2040, 5, 1), date(2040, 5, 2), stamp=STAMP, days_off=True)
    assert text.count("STATUS:TENTATIVE") == text.count("BEGIN:VEVENT") == 3


def test_impossible_arguments_of_write_icalendar() -> None:
    office = Schedule(None, S8, tz="UTC")
    day = date(2026, 1, 5)
    with pytest.raises(NaiveDatetimeError, match="tzinfo=UTC"):
        write_icalendar(office, day, day, stamp=datetime(2026, 1, 1))
    with pytest.raises(CalendarDataError, match="swap them"):
        write_icalendar(office, day, date(2026, 1, 4), stamp=STAMP)
    with pytest.raises(CalendarCoverageError, match="does not know 2100-01-01"):
        write_icalendar(office, date(2099, 12, 31), date(2100, 1, 1), stamp=STAMP)
    with pytest.raises(TypeError, match="each part"):
        write_icalendar(office | office, day, day, stamp=STAMP)
    shift = Shift(timedelta(hours=9), timedelta(hours=9, microseconds=1))
    finer = Schedule(None, WeeklyHours(((shift,), (), (), (), (), (), ())), tz="UTC")
    with pytest.raises(HoursSyntaxError, match="whole seconds only, not 09:00"):
        write_icalendar(finer, day, day, stamp=STAMP)


def year_of(calendar: Calendar, year: int) -> list[tuple[date, bool, timedelta, date]]:
    return [
        (day.date, day.working, day.shortened_by, day.hours_of)
        for day in calendar.days(date(year, 1, 1), date(year, 12, 31))
    ]


def test_years_of_xmlcalendar_equal_ours_day_by_day() -> None:
    files = [DATA / f"ru-{year}.xml" for year in (2025, 2024)]
    theirs = read_xmlcalendar(files, id="theirs", tz="Europe/Moscow")
    ours = Calendar.get("RU").without(Layer.PRESIDENTIAL)
    assert theirs.coverage == ((date(2024, 1, 1), date(2025, 12, 31)),)
    for year in (2024, 2025):
        assert year_of(theirs, year) == year_of(ours, year)
    one = read_xmlcalendar(files[0].read_bytes(), id="theirs")
    assert year_of(one, 2025) == year_of(ours, 2025)
    mixed = read_xmlcalendar(
        [files[1].read_text(encoding="utf-8"), DATA / "ru-2025.xml"], id="theirs"
    )
    assert year_of(mixed, 2024) == year_of(ours, 2024)
    assert theirs == read_xmlcalendar(files[::-1], id="theirs", tz="Europe/Moscow")
    assert theirs.version == read_xmlcalendar(files, id="other").version != one.version


def test_the_days_of_xmlcalendar_have_their_reasons() -> None:
    theirs = read_xmlcalendar(DATA / "ru-2024.xml", id="theirs")
    act, june = "xmlcalendar.ru 2024", "Russia Day (12 Jun 2024: xmlcalendar.ru 2024)"
    may = "Spring and Labour Day (1 May 2024: xmlcalendar.ru 2024)"
    described = [
        theirs.day(date(2024, *day)).describe() for day in ((6, 11), (4, 30), (11, 2), (11, 4))
    ]
    assert described == [
        f"сокращённый рабочий день: {act}; one hour shorter, as before {june}",
        "day off moved from 2 Nov 2024: xmlcalendar.ru 2024",
        f"WORKING Saturday in place of 30 Apr 2024: {act}; one hour shorter, as before {may}",
        "National Unity Day: xmlcalendar.ru 2024",
    ]
    entry = theirs.day(date(2024, 11, 4)).reasons[0]
    assert (entry.act.source, entry.act.note) == ("https://xmlcalendar.ru/", "file of 2024.01.01")


def xml(*days: str, year: int = 2018) -> str:
    return (
        f'<calendar year="{year}" lang="en"><holidays><holiday id="1" title="May Day"/></holidays>'
        f"\n<days>\n{''.join(day + chr(10) for day in days)}</days></calendar>"
    )


SATURDAY = '<day d="04.28" t="2"/>'  # 28 April 2018, worked in place of 30 April
MONDAY = '<day d="04.30" t="1"/>'
MAY_DAY = '<day d="05.01" t="1" h="1"/>'


def test_a_working_weekend_without_the_date_it_was_swapped_with() -> None:
    text = xml(SATURDAY, MONDAY, MAY_DAY)
    with pytest.raises(CalendarDataError, match=r"line 3: 2018-04-28 works on .*swaps="):
        read_xmlcalendar(text, id="x")
    swaps = {date(2018, 4, 28): date(2018, 4, 30)}
    calendar = read_xmlcalendar(text, id="x", swaps=swaps)
    office = Schedule(calendar, "Mo-Fr 09:00-18:00", tz="UTC")
    assert office.elapsed(datetime(2018, 4, 28, tzinfo=UTC), datetime(2018, 5, 1, tzinfo=UTC)) == (
        timedelta(hours=8)
    )
    assert calendar.day(date(2018, 4, 28)).eve_of.name == "May Day"
    assert calendar.day(date(2018, 4, 30)).reasons[0].swapped_with == date(2018, 4, 28)
    as_file = xml('<day d="04.28" t="2" f="04.30"/>', MONDAY, MAY_DAY)
    assert read_xmlcalendar(as_file, id="x") == calendar
    for wrong, words in (
        ({date(2018, 4, 28): date(2018, 4, 29)}, "a weekend without hours"),
        ({date(2018, 4, 28): date(2018, 4, 27)}, "2018-04-27, which stays a working day"),
        ({date(2018, 4, 30): date(2018, 4, 28)}, "swaps names 2018-04-30, which is off"),
        ({**swaps, date(2018, 6, 9): date(2018, 6, 11)}, "2018-06-09 is worked in no file"),
    ):
        with pytest.raises(CalendarDataError, match=words):
            read_xmlcalendar(text, id="x", swaps=wrong)
    with pytest.raises(CalendarDataError, match="not with 2018-04-27 as in swaps"):
        read_xmlcalendar(as_file, id="x", swaps={date(2018, 4, 28): date(2018, 4, 27)})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not the beginning of XML"),
        ("calendar.xml", "is not the beginning of XML.*, or its Path"),
        ("<calendar", "line 1: it is not XML"),
        ("<html></html>", "calendar line 1: 'html' is not part of the format; use [a-z/]+$"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "calendar line 1: it declares a document type"),
        ('<calendar year="26"/>', "line 1: the year is '26'"),
        ('<calendar year="2026"/>', "it lists no days"),
        (xml(MAY_DAY, MAY_DAY), "line 4: 2018-05-01 is given twice, first on the calendar line 3"),
        (xml('<day d="02.30" t="1"/>'), "line 3: '02.30' is not a day of 2018"),
        (xml('<day d="5.1" t="1"/>'), "line 3: '5.1' is not a day"),
        (xml('<day d="05.01"/>'), "line 3: t of 2018-05-01 is ''"),
        (xml('<day d="05.01" t="4"/>'), "line 3: t of 2018-05-01 is '4'"),
        (xml('<day d="05.01" t="1" h="2"/>'), "line 3: 2018-05-01 names the holiday '2'"),
        (xml('<day d="05.01" t="1" r="16"/>'), "line 3: .* 'r', .* the days of one region"),
        (xml('<day d="05.02" t="1" f="02.30"/>'), "line 3: '02.30' is not a day"),
        (xml('<day d="05.02" t="1" f="05.02"/>'), "line 3: 2018-05-02 is swapped with itself"),
        (xml('<day d="05.02" t="1" f="05.05"/>'), "2018-05-05, which is neither a holiday nor a w"),
        (xml('<day d="05.02" t="1" f="04.28"/>', '<day d="04.28" t="3" f="04.30"/>', MONDAY),
         "2018-05-02 is off in place of 2018-04-28, which is swapped with 2018-04-30"),
        (xml('<day d="05.02" t="1" f="05.03"/>', '<day d="05.03" t="2"/>'), "its own hours"),
        (xml('<day d="04.28" t="3" f="04.30"/>', '<day d="04.30" t="1" f="04.29"/>',
             '<day d="04.29" t="3"/>'), "in place of 2018-04-30, which is swapped with 2018-04-29"),
    ],
)  # fmt: skip
def test_a_year_that_cannot_be_read_names_the_place(text: str, words: str) -> None:
    with pytest.raises(CalendarDataError, match=words) as caught:
        read_xmlcalendar(text, id="x")
    assert "\n" not in str(caught.value)


def test_years_must_be_consecutive() -> None:
    for files, words in (
        ([], "it is empty"),
        ([DATA / "ru-2024.xml"] * 2, "2024 is in"),
        ([DATA / "ru-2025.xml", xml(MAY_DAY, year=2023)], "no file has the year 2024; add it"),
    ):
        with pytest.raises(CalendarDataError, match=words):
            read_xmlcalendar(files, id="x")


def test_a_list_of_dates() -> None:
    calendar = read_dates(DATA / "office.csv", id="office", tz="Europe/Samara")
    name = str(DATA / "office.csv")
    assert calendar.coverage == ((date(2025, 1, 1), date(2025, 12, 31)),)
    found = {
        str(day.date): (day.kind.value, day.shortened_by, day.reasons[0])
        for day in calendar.days(*calendar.coverage[0])
        if day.reasons
    }
    assert {day: (kind, by) for day, (kind, by, _) in found.items()} == {
        "2025-01-01": ("holiday", timedelta(0)),
        "2025-05-08": ("holiday", timedelta(0)),
        "2025-05-09": ("day_off", timedelta(0)),
        "2025-06-11": ("work", H1),
        "2025-06-13": ("transferred_off", timedelta(0)),
        "2025-06-14": ("transferred_work", timedelta(0)),
        "2025-11-01": ("transferred_work", H1),
        "2025-11-03": ("transferred_off", timedelta(0)),
    }
    assert found["2025-05-08"][2].name == "Day of the city; all of it"
    assert found["2025-05-08"][2].act == Act("Order No 7", source=name)
    assert found["2025-06-14"][2].swapped_with == date(2025, 6, 13)
    assert found["2025-06-11"][2].name == "short working day"
    assert calendar.day(date(2025, 11, 1)).hours_of == date(2025, 11, 3)
    assert found["2025-01-01"][2].act is None


def test_forms_of_a_list_of_dates() -> None:
    plain = read_dates("date\n2025-05-08\n", id="x")
    for text in (
        "\ufeffDate\r\n08.05.2025\r\n",
        '# a remark, and "more\n\ndate,name\n\n2025-05-08,\n,\n',
        "name\tdate\n\t8.5.2025",
        b'date\n"2025-05-08"',
    ):
        assert read_dates(text, id="x") == plain
    six_days = read_dates("date\n2025-05-08\n", id="x", weekend=(6,))
    assert six_days.is_working_day(date(2025, 5, 10))
    longer = read_dates(
        "date\n2025-05-08\n", id="x", first=date(2024, 12, 1), last=date(2026, 1, 9)
    )
    assert longer.is_working_day(date(2026, 1, 9))
    other = read_dates("date|kind\n2025-05-08|short", id="x", delimiter="|")
    assert other.day(date(2025, 5, 8)).short


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it has no dates"),
        ("date\n", "it has no dates"),
        ("office.csv", "line 1: the column 'office.csv' is not known; use date, kind, name"),
        ("kind\nholiday", "line 1: there is no column date"),
        ("date,date\n", "line 1: the column 'date' is given twice"),
        ("# one\n# two\ndate\n2025-13-01", "line 4: date is '2025-13-01', which is not a date"),
        ("date\n20250101", "line 2: date is '20250101'"),
        ("date\n01.02.25", "line 2: date is '01.02.25'"),
        ("date,kind\n,holiday", "line 2: date is ''"),
        ("date,kind\n2025-01-01,feast", "line 2: the kind is 'feast'; use holiday, day_off"),
        ("date\n2025-01-01,x", "line 2: it has 2 cells under 1 columns"),
        ('date,name\n2025-01-01,"x', "line 2: it is not a line of CSV"),
        ('date,name\n2025-01-01,"a\nb"\nx', "line 4: date is 'x'"),
        ("date\n2025-01-01\n\n01.01.2025", "line 4: 2025-01-01 is given twice, .* line 2"),
        ("date,swapped_with\n2025-01-01,2025-01-02", "line 2: a holiday is not swapped"),
        ("date,kind\n2025-01-04,transferred_work", "line 2: 2025-01-04 works on a weekend.*column"),
        ("date,kind\n2025-01-04,short", "line 2: 2025-01-04 works on a weekend"),
        ("date,kind,swapped_with\n2025-01-04,short,2025-01-06", "2025-01-06, which stays a work"),
        ("date,kind,swapped_with\n2025-01-06,transferred_off,2025-01-04", "neither a holiday nor"),
        ("date\n2023-01-01\n2025-01-01", "no row for 2024"),
        ("date\n2025-05-08", "line 2: 2025-05-08 is not within 2026"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_read_names_the_line(text: str, words: str) -> None:
    bounds = {"first": date(2026, 1, 1), "last": date(2026, 2, 1)} if "2026" in words else {}
    with pytest.raises(CalendarDataError, match=words) as caught:
        read_dates(text, id="x", **bounds)
    assert "\n" not in str(caught.value)


Read = Callable[[Any], object]
PARTLY: dict[str, Any] = {**Y2025, "tz": "Europe/Moscow", "on_partial": lambda day: day}
FEED = "BEGIN:END:VEVENT\nDTSTART;VALUE=DATE:2025019TZ,RRULE:FREQ=\r\n \\"
READERS: dict[str, tuple[Read, str, type[Exception]]] = {
    "feed.ics": (lambda text: read_icalendar(text, id="x", **PARTLY), FEED, CalendarDataError),
    "ru-2025.xml": (lambda text: read_xmlcalendar(text, id="x"),
                    '<day d="01.0245678" t="3" h="f"/>&;!', CalendarDataError),
    "office.csv": (lambda text: read_dates(text, id="x"), 'date,;\n"#20250112-.',
                   CalendarDataError),
    "schedule.json": (from_json, '{}[]":,0123456789+-enull', ConfigError),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
@PROPERTY
@given(data=st.data())
def test_any_text_is_read_or_refused_in_one_sentence(name: str, data: st.DataObject) -> None:
    read, alphabet, refusals = READERS[name]
    whole = (DATA / name).read_text(encoding="utf-8")
    text = data.draw(st.text() | st.text(st.sampled_from(alphabet)) | torn(whole, alphabet))
    sources = [text]
    if name != "schedule.json":
        sources.append(data.draw(st.binary() | st.just(text.encode("utf-16"))))
    for source in sources:
        message = refusal(read, source, refusals)
        assert "\n" not in message
        assert message == "" or ": " in message


def refusal(read: Read, source: object, refusals: type[Exception]) -> str:
    try:
        read(source)
    except refusals as error:
        return str(error)
    return ""


@st.composite
def torn(draw: st.DrawFn, whole: str, alphabet: str) -> str:
    """Draw a valid file in which stretches of text are removed, moved or replaced."""
    text = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        other = draw(st.integers(0, len(text)))
        piece = draw(
            st.text(st.sampled_from(alphabet), max_size=8) | st.just(text[other : other + 30])
        )
        text = text[:start] + piece + text[end:]
    return text
