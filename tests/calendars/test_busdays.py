"""The business days given to numpy and pandas are the working days of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from workhours_sla import Calendar
from workhours_sla.errors import CalendarCoverageError

np = pytest.importorskip("numpy")

from workhours_sla import columns

FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


@pytest.mark.parametrize("name", ["RU", "RU-VGG", "DE-BY"])
def test_each_day_is_a_business_day_if_it_is_worked(name: str) -> None:
    last = min(LAST, Calendar.get(name).coverage[-1][1])
    days = [day for day in DAYS if day <= last]
    found = np.is_busday(
        np.array(days, "M8[D]"), busdaycal=columns.busdaycalendar(name, FIRST, last)
    )
    assert found.tolist() == [Calendar.get(name).is_working_day(day) for day in days]


def test_pandas_counts_the_same_days() -> None:
    pd = pytest.importorskip("pandas")
    step = pd.offsets.CustomBusinessDay(calendar=columns.busdaycalendar("RU", FIRST, LAST))
    found = pd.date_range(FIRST, LAST, freq=step).date.tolist()
    assert found == [day for day in DAYS if Calendar.get("RU").is_working_day(day)]


def test_an_offset_that_leaves_the_dates_is_visibly_wrong() -> None:
    days = columns.busdaycalendar("RU", FIRST, LAST)
    assert np.busday_offset("2027-12-30", 5, busdaycal=days) > np.datetime64("2127-01-01")


def test_unknown_and_inverted_dates_are_refused() -> None:
    with pytest.raises(CalendarCoverageError, match="2028-01-01"):
        columns.busdaycalendar("RU", date(2026, 1, 1), date(2030, 1, 10))
    with pytest.raises(ValueError, match="swap them"):
        columns.busdaycalendar("RU", LAST, FIRST)
