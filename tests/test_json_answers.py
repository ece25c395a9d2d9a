"""An answer that is not traced, which takes less time, is the one that is traced."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from workhours_sla import (
    CalendarDays,
    ClockTime,
    Schedule,
    WorkingDays,
    working_hours,
)
from workhours_sla.adapters.json.answers import Due, Elapsed, LatestStart, OneTarget, is_plain
from workhours_sla.errors import WorkHoursError

BUDGETS = (
    working_hours(4),
    working_hours(160),
    WorkingDays(7),
    CalendarDays(30, roll="following"),
    ClockTime(timedelta(hours=9)),
)
OFFICES = {
    "region": Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00"),
    "uncertain": Schedule("RU-BA", "Mo-Fr 09:00-18:00"),
    "nights": Schedule("RU-VGG", "Mo-Fr 20:00-08:00"),
    "germany": Schedule("DE", "Mo-Fr 09:00-17:00"),
    "overridden": Schedule(
        "RU-VGG", "Mo-Fr 09:00-18:00", overrides={date(2027, 12, 31): "09:00-12:00"}
    ),
}


def answered(kind: Any, *arguments: Any, **options: Any) -> Any:
    """Return the JSON of an answer, or the type of the error."""
    try:
        return kind.of(*arguments, **options).data()
    except WorkHoursError as error:
        return type(error)


@pytest.mark.filterwarnings("ignore::workhours_sla.errors.ProvisionalWarning")
@pytest.mark.parametrize("name", OFFICES)
def test_traced_or_not(name: str) -> None:
    chance, office = random.Random(name), OFFICES[name]
    refused = provisional = 0
    for _ in range(150):
        since = datetime(2019, 12, 20, tzinfo=UTC)
        start = since + timedelta(minutes=chance.randint(0, 60 * 24 * 365 * 9))
        end = start + timedelta(minutes=chance.randint(-50_000, 200_000))
        one = OneTarget(
            "reply", office, chance.choice(BUDGETS), chance.choice(("latest", "strict"))
        )
        by_rule = chance.random() < 0.5
        for kind, arguments in (
            (Due, (one, start)),
            (Elapsed, (one, start, end)),
            (LatestStart, (one, start)),
        ):
            quick, traced = (
                answered(kind, *arguments, by_rule=by_rule, traced=traced)
                for traced in (False, True)
            )
            assert quick == traced
            refused += not isinstance(traced, dict)
            provisional += isinstance(traced, dict) and traced["provisional"]
    assert refused
    assert provisional or name == "germany"  # whose rules are known for every year


def test_plain_years() -> None:
    office = OFFICES["region"]
    first, last = (datetime(2025, 1, 1, 12, tzinfo=UTC), datetime(2025, 12, 30, tzinfo=UTC))
    assert not is_plain(office, datetime(2029, 6, 1, tzinfo=UTC), datetime(2029, 6, 2, tzinfo=UTC))
    assert not is_plain(office, last, datetime(2029, 6, 2, tzinfo=UTC))
    assert is_plain(office, last, first)
