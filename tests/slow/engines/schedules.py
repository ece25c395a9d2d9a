"""The schedules that every engine is compared on, and the dates for which they are compiled."""

from __future__ import annotations

from datetime import date

from workhours_sla import Schedule

SINCE, UNTIL = date(2018, 1, 1), date(2028, 1, 1)

_MINUTES = ",".join(
    f"{hour:02}:{minute:02}-{hour:02}:{minute + 1:02}" for hour in range(24) for minute in (0, 40)
)

SCHEDULES = {
    # Volgograd moved its clocks on 28 October 2018 and on 27 December 2020
    "office": Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00"),
    "it's night": Schedule("RU", "Mo-Fr 22:00-06:00", tz="Europe/Moscow"),
    # edges in the skipped and the repeated hour, a shift over midnight, short days
    "capricious": Schedule(
        "RU", "Mo-Fr 01:30-03:10,09:00-12:21,21:45-00:20", tz="America/New_York"
    ),
    "always": Schedule(None, "Mo-Su 00:00-24:00", tz="Europe/Volgograd"),
    "minutes": Schedule(None, f"Mo-Su {_MINUTES}", tz="Asia/Kathmandu"),
    # several runs of known dates
    "gaps": Schedule("RU-TA", "Mo-Fr 09:00-18:00", tz="Europe/Moscow"),
    # days with a minute of work are part of a longer segment
    "rare": Schedule(
        "RU",
        "Mo-Fr 09:00-18:00",
        tz="Asia/Kamchatka",
        overrides={date(2025, 3, day): "12:00-12:01" for day in (15, 16, 22, 23)},
    ),
    # the same working time as the office, so that the two share a slot
    "second office": Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00"),
}
