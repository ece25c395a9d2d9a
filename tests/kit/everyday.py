"""Invented appeals of a year with known verdicts, and the months, quarters and years of reports.

Each appeal is answered within the hour, 50 days late or never, so that its verdict is known without
a calendar.
"""

import csv
import random
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from kit.values import HOUR
from workhours_sla.cli.main import main

YEARS = range(2019, 2028)
LANGUAGES = ("en", "ru")
LATE = timedelta(days=50)
CONFIG = """\
[input]
kind = "appeals"
tz = "Europe/Volgograd"
[schedule]
calendar = "RU-VGG"
hours = "Mo-Fr 09:00-13:00,14:00-18:00"
"""
CHANCES = {"Дороги": 0.55, "Health <b>": 0.97, "Свет": 0.85}
"""The chance of each agency to answer in time."""
DECEMBER_ONLY = "Ёлки"
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "ru": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
}


class Appeal(NamedTuple):
    posted: datetime
    answered: datetime | None
    agency: str

    @property
    def is_late(self) -> bool:
        return self.answered is None or self.answered - self.posted >= LATE


class Period(NamedTuple):
    """A month, a quarter or a year: what the shell gets, its days, and its name in a title."""

    since: str
    until: str
    first: date
    end: date
    names: dict[str, str]
    earlier: str

    def has(self, appeal: Appeal) -> bool:
        return self.first <= appeal.posted.date() < self.end

    @property
    def as_of(self) -> datetime:
        """An instant at which every answer of the period has come or is late."""
        return datetime.combine(self.end, datetime.min.time()) + timedelta(days=60, hours=10)


def months(year: int) -> list[Period]:
    found = []
    for number in range(12):
        names = {lang: f"{MONTHS[lang].split()[number]} {year}" for lang in LANGUAGES}
        names["ru"] += " года"
        month = f"{year}-{number + 1:02}"
        first, end = date(year, number + 1, 1), date(year + number // 11, (number + 1) % 12 + 1, 1)
        found.append(Period(month, month, first, end, names, "previous"))
    return found


def periods(year: int) -> list[Period]:
    each = months(year)
    quarters = []
    for number in range(4):
        first, _, last = each[3 * number : 3 * number + 3]
        names = {"en": f"Q{number + 1} {year}", "ru": f"{number + 1}-й квартал {year} года"}
        quarter = Period(first.since, last.until, first.first, last.end, names, "previous")
        quarters.append(quarter)
    names = {"en": str(year), "ru": f"{year} год"}
    whole = Period(str(year), str(year), each[0].first, each[-1].end, names, "year")
    return [*each, *quarters, whole]


@cache
def appeals(year: int) -> list[Appeal]:
    chance, found, day = random.Random(year), [], date(year - 1, 10, 1)
    while day < date(year + 1, 3, 25):
        agencies = [agency for agency in CHANCES if chance.random() < 0.6]
        if day.month == 12 and day.day % 9 == 0:
            agencies.append(DECEMBER_ONLY)
        for agency in agencies:
            minutes = chance.randrange(24 * 60)
            posted = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
            wait = chance.random()
            answered = None
            if wait < CHANCES.get(agency, 0.5):
                answered = posted + timedelta(minutes=chance.randrange(1, 60))
            elif wait < CHANCES.get(agency, 0.5) + 0.05:
                answered = posted + LATE
            found.append(Appeal(posted, answered, agency))
        day += timedelta(days=1)
    return found


def written(folder: Path, rows: list[Appeal]) -> tuple[str, ...]:
    """Write appeals and a configuration; return the arguments that name them."""
    sheet, config = folder / "appeals.csv", folder / "region.toml"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("appeal_id", "posted_at", "answered_at", "agency_id"))
        for number, (posted, answered, agency) in enumerate(rows):
            lines.writerow((f"A-{number}", posted, answered or "", agency))
    config.write_text(CONFIG, encoding="utf-8")
    return str(sheet), "--config", str(config)


def evaluated(as_of: datetime) -> tuple[str, ...]:
    """Return the arguments for an instant; the calendar of 2028 is not approved yet."""
    rule = () if as_of.year in YEARS else ("--provisional",)
    return ("--as-of", as_of.isoformat(timespec="minutes"), *rule)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    status = main(arguments)
    out, err = capsys.readouterr()
    assert status in {0, 1}, (arguments, err)
    assert "Traceback" not in err
    return out


POSTED = datetime(2025, 12, 8, 10, 15)
FILES = {
    "one row": [Appeal(POSTED, None, "Дороги")],
    "one agency": [
        Appeal(POSTED + n * HOUR, POSTED + n * HOUR + (LATE if n % 3 else HOUR / 2), "Дороги")
        for n in range(60)
    ],
    "nobody answered": [
        Appeal(POSTED + n * HOUR, None, ("Дороги", "Свет")[n % 2]) for n in range(60)
    ],
    "everybody answered": [
        Appeal(POSTED + n * HOUR, POSTED + (n + 0.5) * HOUR, ("Дороги", "Свет")[n % 2])
        for n in range(60)
    ],
}
