"""What an earlier version wrote is read by this one: frozen files, never to be rewritten."""

from __future__ import annotations

import json
import warnings
from datetime import date
from pathlib import Path

from workhours_sla import Act, Calendar, Layer, Schedule, day_off
from workhours_sla.adapters.json.schedules import from_json
from workhours_sla.errors import WorkHoursWarning

FROZEN = Path(__file__).parent / "data" / "serial"
S8 = "Mo-Fr 09:00-13:00,14:00-18:00"
ORDER = Act("Order No 7", known_from=date(2026, 8, 1))
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
    "plain": Schedule(
        Calendar.plain([date(2026, 1, 2)], yearly=["12-25"]), "24/7", tz="Europe/Berlin"
    ),
    "known": Schedule(Calendar.get("RU-VGG").as_known(date(2023, 1, 23)), S8),
    "region left out": Schedule(Calendar.get("RU-KC").without(Layer.REGION), S8),
}


def test_schedules_of_the_first_form() -> None:
    frozen = json.loads((FROZEN / "schedules-1.json").read_text(encoding="utf-8"))
    assert frozen.keys() == MADE.keys()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WorkHoursWarning)  # later data, another version
        for name, told in frozen.items():
            assert from_json(json.dumps(told)) == MADE[name]
