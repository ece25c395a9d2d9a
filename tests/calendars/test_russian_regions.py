"""Regional days of past years: known by an act, or open.

The dates come from the acts and reports that the data name.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from workhours_sla import Calendar
from workhours_sla.calendars.days import Act, Layer
from workhours_sla.calendars.russia import regions
from workhours_sla.calendars.russia.regions import region, region_ids
from workhours_sla.errors import CalendarCoverageError

NEW_YEARS_EVE = date(2020, 12, 31)
FIXED_BY_AN_ACT = {  # 31 December 2020
    *("RU-BEL", "RU-KRS", "RU-MOS", "RU-MOW", "RU-NIZ", "RU-PER", "RU-ROS", "RU-SA", "RU-SE"),
    *("RU-SPE", "RU-SVE", "RU-TA", "RU-VGG", "X-RU-CR"),
}


def state(region_id: str, text: str) -> str:
    calendar, day = Calendar.get(region_id), date.fromisoformat(text)
    if not calendar.knows(day):
        return "open"
    found = calendar.day(day)
    return "short" if found.short else "work" if found.working else "off"


DECIDED = """
RU-SA 2010-04-24:short 2010-04-26:off 2010-04-27:off 2010-06-21:off 2016-04-26:short
  2016-04-27:off 2017-04-27:off 2020-12-31:off
RU-PER 2020-12-31:off
RU-SPE 2020-12-19:off 2020-12-26:short
RU-VGG 2020-12-19:off 2020-12-26:off
RU-MOW 2021-10-28:off
RU-SE 2021-10-26:off
RU-KL 2010-04-05:off 2018-04-04:short 2020-02-25:off
RU-BU 2020-02-25:off 2010-02-15:off 2019-12-28:short
RU-TY 2020-02-25:off 2018-07-17:off 2019-02-02:short 2019-02-04:off
RU-TA 2005-11-07:off 2006-11-07:off 2010-11-08:off 2014-09-01:off
RU-BA 2012-08-20:off 2014-10-06:off 2020-05-25:off 2020-07-31:off 2022-05-04:off
RU-DA 2013-09-16:off 2013-10-12:short 2013-10-15:off 2015-07-27:off 2021-07-17:short
  2021-07-19:off 2025-07-28:off
RU-CE 2011-11-07:off 2019-06-06:off
RU-KB 2014-07-28:off
RU-KC 2015-09-07:off 2015-09-24:off
RU-CU 2023-06-26:work
RU-AD 2010-10-04:off 2010-10-09:short 2025-04-26:short 2025-04-30:off
RU-BRY 2015-04-18:work 2015-04-20:work 2023-04-22:work 2016-06-29:off
RU-KDA 2018-04-17:off 2014-04-28:off
RU-KEM 2015-04-21:off
RU-SAR 2022-05-04:off
RU-ZAB 2025-03-03:off
X-RU-CR 2017-09-01:work 2017-09-04:off 2023-06-28:work 2023-06-30:off
X-RU-SEV 2017-03-20:off 2024-07-29:off
"""
"""Dates on which a day off, a working day or a short day follows from an act: moved and swapped
days, decrees, lists of lunar holidays."""


def dates_of(table: str) -> list[tuple[str, str]]:
    """Return pairs of a region and a date from lines that begin with a region."""
    found, region_id = [], ""
    for word in table.split():
        if word[0].isdigit():
            found.append((region_id, word))
        else:
            region_id = word
    return found


@pytest.mark.parametrize(("region_id", "decided"), dates_of(DECIDED))
def test_an_act_decides(region_id: str, decided: str) -> None:
    day, wanted = decided.split(":")
    assert state(region_id, day) == wanted


OPEN = """
RU-AMU 2019-12-28 2019-12-31 2020-12-19 2020-12-26 2020-12-31
RU-KYA 2020-12-31
RU-SA 2006-04-28 2014-06-20 2018-04-27 2020-12-26
RU-KL 2009-04-06 2015-12-07
RU-KDA 2013-05-14
RU-SMO 2010-04-13
RU-KEM 2012-04-24
RU-BRY 2010-04-10 2010-04-13 2015-06-29
RU-AD 2006-10-07 2014-04-29 2024-05-13
RU-BA 2008-10-13
RU-KC 2012-09-07 2023-09-15
RU-TA 2017-11-07 2023-11-07
RU-STA 2025-04-30
RU-SAR 2021-10-27
X-RU-CR 2013-05-06 2018-08-21
X-RU-SEV 2016-06-14
X-RU-DON 2022-09-29
"""


@pytest.mark.parametrize(("region_id", "day"), dates_of(OPEN))
def test_a_date_that_no_act_decides_is_uncertain(region_id: str, day: str) -> None:
    assert state(region_id, day) == "open"
    with pytest.raises(CalendarCoverageError) as caught:
        Calendar.get(region_id).day(date.fromisoformat(day))
    assert caught.value.cause == "uncertain"


def test_31_december_2020_is_uncertain_in_every_region_without_an_act() -> None:
    known = {id_ for id_ in region_ids() if Calendar.get(id_).knows(NEW_YEARS_EVE)}
    assert known == FIXED_BY_AN_ACT
    for id_ in known:
        reason = Calendar.get(id_).day(NEW_YEARS_EVE).reasons[0]
        assert (reason.layer, reason.kind.working) == (Layer.REGION, False)
    federal = Calendar.get("RU")
    assert federal.day(NEW_YEARS_EVE).short
    assert not federal.is_working_day(date(2020, 12, 26))


def test_a_holiday_that_an_act_moves_frees_its_own_date() -> None:
    tuva = Calendar.get("RU-TY").provisional()  # Naadym, without a list, leaves the summer open
    assert tuva.is_working_day(date(2014, 8, 15))
    assert not tuva.is_working_day(date(2014, 9, 5))


def test_dates_before_a_region_joined_are_uncertain() -> None:
    crimea = Calendar.get("X-RU-CR")
    assert not any(crimea.knows(date(2014, 3, day)) for day in range(1, 18))
    assert crimea.day(date(2014, 3, 18)).working
    assert len(crimea.uncertain(2013)) == 365
    assert "№ 6-ФКЗ" in (crimea.uncertain(2013)[date(2013, 6, 3)].act or Act("")).title


def test_every_row_names_its_act_and_source() -> None:
    folder = Path(regions.__file__).parent
    files = [folder / "every_region.toml", *sorted((folder / "regions_data").glob("*.toml"))]
    for path in files:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = [*data.get("days_off", ()), *data.get("open_days", ())]
        for holiday in data.get("holidays", ()):
            rows += [{"scope": "", **day} for day in holiday.get("listed", ()) if type(day) is dict]
        for row in rows:
            assert row["act"].strip(), (path.name, row)
            assert row["source"].strip(), (path.name, row)
            assert row["confidence"] in ("high", "medium", "low"), (path.name, row)
            assert row["confidence"] == "high" or row.get("note") or "№" in row["act"], row
        for row in data.get("open_days", ()):
            assert row["note"], (path.name, row)


def test_a_listed_date_may_have_an_act_of_its_own() -> None:
    own = next(h for h in region("RU-DA").holidays if dict(h.acts).get(date(2013, 10, 15)))
    day = Calendar.get("RU-DA").day(date(2013, 10, 15))
    assert day.reasons[0].act == dict(own.acts)[date(2013, 10, 15)]
    assert "№ 473" in day.describe("ru")
    before = Calendar.get("RU-DA").as_known(date(2013, 10, 8))
    assert before.provisional().day(date(2013, 10, 15)).working
