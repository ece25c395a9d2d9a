"""Stored documents of schedules and calendars change only with the number of their schema."""

from __future__ import annotations

import json
import warnings
from datetime import date

import pytest

from kit.paths import DATA
from workhours_sla import (
    Act,
    Calendar,
    Layer,
    Schedule,
    day_off,
    days_off_in_any,
    working_in_any,
)
from workhours_sla.errors import ConfigError, WorkHoursWarning
from workhours_sla.json import from_json, to_json

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


def test_a_calendar_combined_too_often_is_not_written() -> None:
    calendar: Calendar = PLAIN
    for _ in range(400):
        calendar = days_off_in_any(calendar, PLAIN)
    with pytest.raises(ConfigError, match=r"cannot represent|too deep"):
        to_json(calendar)


def without_versions(data: object) -> object:
    if isinstance(data, dict):
        return {key: without_versions(data[key]) for key in data if key != "version"}
    return list(map(without_versions, data)) if isinstance(data, list) else data
