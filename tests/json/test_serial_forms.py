"""Stored documents of schedules and calendars change only with the number of their schema."""

from __future__ import annotations

import json
import warnings
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.paths import DATA
from kit.properties import PROPERTY
from workhours_sla import (
    Act,
    Calendar,
    Layer,
    Schedule,
    day_off,
    days_off_in_any,
    transfer,
    working_in_any,
)
from workhours_sla.errors import ConfigError, WorkHoursWarning
from workhours_sla.files import read_dates, read_xmlcalendar
from workhours_sla.json import from_json, to_json

CALENDARS_DATA = DATA / "calendars"
FROZEN = DATA / "serial" / "schedules.json"
S8 = "Mo-Fr 09:00-13:00,14:00-18:00"
ORDER = Act("Order No 7", known_from=date(2026, 8, 1))
PLAIN = Calendar.plain([date(2026, 1, 2)], yearly=["12-25"])
MADE = {
    "office": Schedule("RU-VGG", S8),
    "duty": Schedule(None, "Mo-Su 08:00-20:00", tz="Europe/Volgograd"),
    "night": Schedule("RU", "Mo-Fr 22:00-06:00", tz="Europe/Moscow", shorten_at_start=True),
    "six days": Schedule(Calendar.get("RU-TA").with_week(6), "Mo-Fr 08:00-16:00; Sa 08:00-13:00"),
    "overridden": Schedule(
        Calendar.get("RU").without(Layer.PRESIDENTIAL),
        S8,
        tz="Asia/Omsk",
        overrides={date(2026, 5, 8): "09:00-12:00", date(2026, 5, 12): "off"},
        changes={date(2026, 6, 1): "Mo-Fr 08:00-14:00"},
    ),
    "amended": Schedule(
        Calendar.get("RU").amend(day_off(date(2026, 9, 1), ORDER)), S8, tz="Europe/Moscow"
    ),
    "plain": Schedule(PLAIN, "24/7", tz="Europe/Berlin"),
    "known": Schedule(Calendar.get("RU-VGG").as_known(date(2023, 1, 23)), S8),
    "region left out": Schedule(Calendar.get("RU-KC").without(Layer.REGION), S8),
    "confirmed calendar": Calendar.get("RU").amend(
        [], confirms=[(date(2028, 1, 1), date(2028, 12, 31))]
    ),
    "provisional calendar": Calendar.get("RU").provisional(),
    "combined calendar": days_off_in_any(
        working_in_any(PLAIN, Calendar.get("RU")), Calendar.get("RU-TA")
    ),
}


@pytest.mark.parametrize("name", MADE)
def test_frozen_documents_are_read(name: str) -> None:
    document = json.loads(FROZEN.read_text(encoding="utf-8"))[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WorkHoursWarning)  # of later data
        assert from_json(json.dumps(document)) == MADE[name]


@pytest.mark.parametrize("name", MADE)
def test_documents_are_written_in_the_frozen_form(name: str) -> None:
    document = json.loads(FROZEN.read_text(encoding="utf-8"))[name]
    written = json.loads(to_json(MADE[name]))
    assert without_versions(written) == without_versions(document)


def test_calendars_combined_too_often_are_refused() -> None:
    start = '{"kind":"combined","any_off":true,"parts":['
    inner = json.dumps(json.loads(to_json(PLAIN))["calendar"])
    for depth in (10, 90, 110, 250, 450, 10_000):
        calendar = start * depth + inner + "]}" * depth
        text = f'{{"schema":"workhours.calendar/1","calendar":{calendar}}}'
        if depth < 100:
            found = from_json(text, Calendar)
            assert found.coverage == PLAIN.coverage
            assert from_json(to_json(found)) == found
        else:
            with pytest.raises(ConfigError, match=r"too deep|not JSON that can be read"):
                from_json(text)


def without_versions(data: object) -> object:
    if isinstance(data, dict):
        return {key: without_versions(data[key]) for key in data if key != "version"}
    return list(map(without_versions, data)) if isinstance(data, list) else data


# -- any schedule --------------------------------------------------------------------

DATES = st.dates(date(2025, 1, 1), date(2025, 12, 31))
HOURS = st.sampled_from(
    [S8, "Mo-Fr 22:00-06:00", "Mo-Th 09:00-18:00; Fr 09:00-16:45", "Tu 00:00-24:00,20:00-30:00",
     "Mo-Fr 08:59:30-17:00:01"]
)  # fmt: skip
OWN = Act("Приказ № 7", date(2025, 1, 1), "medium", "https://a.b", "city", "note")
REGISTERED = {"kind": "registered", "version": "1", "as_known": None, "week": None}
AMENDED = Calendar.get("RU").amend(
    [*day_off(date(2025, 9, 1), OWN), *transfer(date(2025, 8, 2), date(2025, 8, 4), OWN)]
)
CALENDARS = st.sampled_from(
    [
        None,
        Calendar.get("RU"),
        Calendar.get("RU-VGG"),
        Calendar.get("RU-TA").provisional(),
        Calendar.get("RU").as_known(date(2021, 10, 1)).with_week(6),
        Calendar.get("RU").without(Layer.PRESIDENTIAL, Layer.REGION).provisional(),
        AMENDED.amend(day_off(date(2025, 9, 2), OWN), confirms=[(date(2028, 1, 1),) * 2]),
        read_dates(CALENDARS_DATA / "office.csv", id="office", tz="Europe/Samara"),
        read_dates(CALENDARS_DATA / "office.csv", id="RU").amend(day_off(date(2025, 9, 2), OWN)),
        read_xmlcalendar(CALENDARS_DATA / "ru-2024.xml", id="xml"),
        days_off_in_any(AMENDED, Calendar.plain([date(2025, 12, 25)])),
        working_in_any(days_off_in_any(Calendar.get("RU"), AMENDED), AMENDED.with_week(7)),
    ]
)
PLAIN_CALENDARS = st.builds(
    lambda days, yearly, id_: Calendar.plain(days, yearly=yearly, id=id_),
    st.lists(DATES, max_size=3),
    st.lists(st.sampled_from(["12-25", "02-29"])),
    st.text(max_size=5),
)
WRITTEN = st.builds(
    Schedule,
    CALENDARS | PLAIN_CALENDARS,
    HOURS,
    tz=st.sampled_from(["Europe/Volgograd", "America/New_York", "UTC"]),
    overrides=st.dictionaries(
        DATES, HOURS.map(lambda text: text.split(" ")[1].strip(";")) | st.just("off"), max_size=3
    ),
    changes=st.dictionaries(DATES, HOURS, max_size=2),
    shorten_at_start=st.booleans(),
)


@PROPERTY
@given(WRITTEN, st.none() | st.just(2))
def test_a_schedule_reads_back_equal(schedule: Schedule, indent: int | None) -> None:
    text = to_json(schedule, indent=indent)
    back = from_json(text)
    assert back == schedule
    assert back.calendar.version == schedule.calendar.version
    assert to_json(back, indent=indent) == text


def test_a_calendar_of_another_library_goes_by_its_id() -> None:
    schedule = Schedule("DE-BY", S8, tz="Europe/Berlin")
    document = json.loads(to_json(schedule))["calendar"]
    source = REGISTERED | {"version": schedule.calendar.version}
    assert document == {"kind": "calendar", "id": "DE-BY", "source": source}
    assert from_json(to_json(schedule)) == schedule


def test_the_json_is_frozen() -> None:
    calendar = read_dates(
        "date,kind,name,swapped_with,act\n2025-05-09,,Victory Day,,Order\n"
        "2025-11-01,short,,2025-11-03,\n2025-11-03,transferred_off,,,\n",
        id="office",
        tz="Europe/Samara",
    )
    schedule = Schedule(
        calendar,
        S8,
        overrides={date(2025, 5, 8): "off"},
        changes={date(2025, 6, 1): "Mo-Fr 08:00-17:00"},
    )
    golden = (CALENDARS_DATA / "schedule.json").read_text(encoding="utf-8")
    assert to_json(schedule, indent=2) == golden.rstrip("\n")
    assert from_json(golden) == schedule


def test_a_newer_calendar_is_followed_with_a_warning() -> None:
    text = to_json(Schedule("RU", S8, tz="UTC"))
    version = Calendar.get("RU").version
    with pytest.warns(WorkHoursWarning, match=f"of version 2001-01-01 and now is of {version}"):
        assert from_json(text.replace(version, "2001-01-01")) == Schedule("RU", S8, tz="UTC")


def set_in(document: Any, path: str, value: object) -> None:
    *keys, last = [int(key) if key.isdigit() else key for key in path.split("/")]
    for key in keys:
        document = document[key]
    if value is ...:
        del document[last]
    else:
        document[last] = value


@pytest.mark.parametrize(
    ("path", "value", "key", "words"),
    [
        ("schema", "workhours.schedule/3", "schema", "did you mean workhours.schedule/2"),
        ("schema", ..., "schema", "missing"),
        ("hours", 9, "hours", "expected text, got 9"),
        ("hours", "Mo-Fr 9am", "hours", "is not a range of hours"),
        ("hours", "Mo-Sa 09:00-18:00", "hours", "open on Sa"),
        ("tz", "Mars/Base", "tz", "no time zone"),
        ("shorten_at_start", 1, "shorten_at_start", "expected true or false, got 1"),
        ("overrides", [], "overrides", "expected an object, got a list"),
        ("overrides/2025-02-30", "off", "overrides.2025-02-30", "is not a date"),
        ("overrides/2025-02-03", "noon", "overrides.2025-02-03", "not a range"),
        ("changes/2025-02-03", "noon", "changes.2025-02-03", "nor a month"),
        ("colour", "red", "colour", "no such key; use"),
        ("calendar", "RU", "calendar", "expected an object, got 'RU'"),
        ("calendar/id", ..., "calendar.id", "missing"),
        ("calendar/source", REGISTERED, "calendar.id", "no calendar"),
        ("calendar/week", 6, "calendar.week", "no such key"),
        ("calendar/without", ["weather"], "calendar.without[0]", "not a valid value; use weekly"),
        ("SOURCE/off_weekdays", [7], "SOURCE.off_weekdays", "7 is not a weekday"),
        ("SOURCE/known", [], "SOURCE.known", "it is empty"),
        ("SOURCE/known/0", ["2025-01-01"], "SOURCE.known[0]", "got a list of 1"),
        ("SOURCE/known", [["2025-01-01", "2025-12-31"]] * 2, "SOURCE.known", "ord"),
        ("SOURCE/rows", {}, "SOURCE.rows", "expected a list, got a table"),
        ("SOURCE/rows/1/date", "20250103", "SOURCE.rows[1].date", "is not a date"),
        ("SOURCE/rows/1/kind", "feast", "SOURCE.rows[1].kind", "is not a valid value"),
        ("SOURCE/rows/1/shortened_by", "4 d", "SOURCE.rows[1].shortened_by", "am"),
        ("SOURCE/rows/0/act/no", "", "SOURCE.rows[0].act.no", "no such key"),
    ],
)  # fmt: skip
def test_json_that_cannot_be_read_names_the_key(
    path: str, value: object, key: str, words: str
) -> None:
    document = json.loads((CALENDARS_DATA / "schedule.json").read_text(encoding="utf-8"))
    path, key = (text.replace("SOURCE", f"calendar{text[6:7]}source", 1) for text in (path, key))
    set_in(document, path, value)
    with pytest.raises(ConfigError, match=words) as caught:
        from_json(json.dumps(document))
    assert caught.value.key == key
    assert str(caught.value).startswith(f"{key}: ")
    assert "\n" not in str(caught.value)


def test_json_of_a_calendar_by_name_that_cannot_be_read() -> None:
    base = json.loads(to_json(Schedule("RU", S8, tz="UTC")))
    registered = base["calendar"]["source"]
    plain = {
        "kind": "plain",
        "days_off": [],
        "yearly": [],
        "first": "2025-01-01",
        "last": "2025-12-31",
    }
    for changes, key in (
        ({"id": "RU-XX"}, "calendar.id"),
        ({"id": "holidays:RU"}, "calendar.id"),
        ({"source": registered | {"week": 4}}, "calendar.source.week"),
        ({"source": registered | {"week": True}}, "calendar.source.week"),
        ({"source": registered | {"as_known": 2021}}, "calendar.source.as_known"),
        (
            {"source": {"kind": "amended", "base": registered, "rows": []}},
            "calendar.source.confirms",
        ),
        ({"source": plain | {"yearly": ["13-01"]}}, "calendar.source.yearly[0]"),
        ({"source": plain | {"last": "2024-01-01"}}, "calendar.source.last"),
        ({"kind": "combined", "parts": []}, "calendar.id"),
    ):
        with pytest.raises(ConfigError) as caught:
            from_json(json.dumps(base | {"calendar": base["calendar"] | changes}))
        assert caught.value.key == key
    combined = {"kind": "combined", "any_off": True, "parts": []}
    with pytest.raises(ConfigError, match="at least one"):
        from_json(json.dumps(base | {"calendar": combined}))


def test_a_calendar_of_another_source_is_refused() -> None:
    bavaria = Calendar.get("DE-BY")
    for id_, source in (
        ("own", Calendar.get("RU").definition().source),
        ("DE-BE", bavaria.definition().source),
    ):
        with pytest.raises(ConfigError, match=f"calendar {id_} is neither the registry's"):
            to_json(Schedule(Calendar(id_, source), S8, tz="UTC"))
