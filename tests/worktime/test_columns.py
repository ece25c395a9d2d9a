"""The verbs on columns return the answers of the scalar verbs for each row.

``WORKHOURS_ROWS`` sets the number of rows of each random case. If it is set, the cases differ from
run to run.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

np = pytest.importorskip("numpy")

from kit.properties import ROWS, SEED
from kit.values import FOUR
from workhours_sla import Calendar, Schedule, WeeklyHours, columns, working_hours
from workhours_sla.errors import (
    BudgetError,
    CalendarCoverageError,
    NaiveDatetimeError,
    ProvisionalWarning,
)
from workhours_sla.worktime.columns import lookup_tables, lookups, solve
from workhours_sla.worktime.shifts import Shift

MICROSECOND = timedelta(microseconds=1)
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
ZONES = (
    *("UTC", "Europe/Moscow", "Europe/Volgograd", "Europe/Berlin", "Europe/London"),
    *("America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"),
    *("Africa/Casablanca", "Pacific/Apia", "Asia/Vladivostok", "America/Sao_Paulo"),
)
EDGES = ("next_opening", "next_closing", "previous_opening", "previous_closing")


def changes_of(zone: str) -> list[datetime]:
    """Return the instants, to the hour, at which a zone changes its offset from 2016 to 2027."""
    tz, hour = ZoneInfo(zone), timedelta(hours=1)
    days = [datetime(2016, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(4_300)]
    return [
        next(
            day + hour * step
            for step in range(25)
            if (day + hour * step).astimezone(tz).utcoffset() != day.astimezone(tz).utcoffset()
        )
        for day in days
        if day.astimezone(tz).utcoffset() != (day + hour * 24).astimezone(tz).utcoffset()
    ] or [datetime(2024, 2, 28, tzinfo=UTC)]


FINE = tuple(
    Shift(timedelta(hours=at), timedelta(hours=at, microseconds=length))
    for at, length in ((1, 1), (2, 7), (9, 1_000), (10, 61_000_001), (20, 7_200_000_003))
)
HOURS = (
    "Mo-Fr 09:00-13:00,14:00-18:00",
    "Mo-Fr 09:00-18:00",
    "Mo-Su 22:00-06:00",
    "24/7",
    "Mo-Fr 00:30-02:30,23:59-24:00; Sa 01:00-05:00",
    "Mo-Th 08:30-17:30; Fr 08:30-16:15:30",
    "Su 01:30-25:30",
    "Mo-Su " + ",".join(f"{hour:02}:37-{hour:02}:38" for hour in range(8, 20)),
    "Mo-Fr 09:00:07-13:00,14:00-17:59:53",
    WeeklyHours((FINE, (), FINE, FINE[:1], (), (), FINE)),
)


def schedule_of(rng: random.Random, zone: str) -> Schedule:
    kind = rng.randrange(3)
    hours: Any = rng.choice(HOURS)
    if kind == 0:
        return Schedule(None, hours, tz=zone)
    if kind == 1:
        off = [date(2018 + rng.randrange(8), rng.randint(1, 12), rng.randint(1, 28)) for _ in "abc"]
        return Schedule(Calendar.plain(days_off=off), hours, tz=zone)
    week = Calendar.get("RU").with_week(7)
    return Schedule(week, hours, tz=zone)


def instants_near(rng: random.Random, anchors: Sequence[datetime], count: int) -> list[datetime]:
    """Return random instants in microseconds or hours, seven in ten within hours of an anchor."""
    found = []
    for _ in range(count):
        near = rng.choice(anchors)
        if rng.random() < 0.7:
            near += timedelta(seconds=rng.randrange(-30_000, 30_000))
        else:
            near += timedelta(seconds=rng.randrange(-300 * 86_400, 300 * 86_400))
        kind = rng.randrange(3)
        if kind == 0:
            near = near.replace(minute=0, second=0)
        elif kind == 1:
            near += MICROSECOND * rng.randrange(10**6)
        found.append(near)
    return found


def column(times: Sequence[datetime | None], unit: str) -> Any:
    """Return instants as a column truncated to a unit."""
    plain = [None if t is None else t.replace(tzinfo=None) for t in times]
    return np.array(plain, "M8[us]").astype(f"M8[{unit}]")


def datetimes(values: Any) -> list[datetime | None]:
    """Return a column as aware datetimes; nanoseconds must be whole microseconds."""
    whole = values.astype("M8[us]")
    assert (whole == values)[~np.isnat(values)].all()
    return [None if t is None else t.replace(tzinfo=UTC) for t in whole.tolist()]


def answers(ask: Callable[..., Any], *rows: Sequence[Any]) -> list[Any]:
    """Return the answer of a scalar verb for each row, None for CalendarCoverageError."""
    found = []
    for row in zip(*rows, strict=True):
        try:
            found.append(ask(*row))
        except CalendarCoverageError:
            found.append(None)
    return found


def amounts(values: Any) -> list[timedelta | None]:
    micros = values.astype("m8[us]")
    assert (micros == values)[~np.isnat(values)].all()
    return micros.tolist()


def compare(
    schedules: Sequence[Schedule],
    codes: Sequence[int],
    starts: Sequence[datetime],
    ends: Sequence[datetime],
    budgets: Sequence[timedelta],
    unit: str,
) -> int:
    """Compare every verb on columns with its scalar verb; return how many rows were known."""
    one = len(schedules) == 1
    of: Any = schedules[0] if one else list(schedules)
    options: Any = {"tz": "UTC", "on_unknown": "mark"}
    if not one:
        options["codes"] = np.array(codes)
    a, b = column(starts, unit), column(ends, unit)
    d = np.array(budgets, "m8[us]")
    # the scalar verbs get the truncated instants of the columns
    starts = [t for t in datetimes(a) if t]
    ends = [t for t in datetimes(b) if t]
    row = [schedules[code] for code in codes]

    marked = columns.elapsed(of, a, b, **options)
    expected = answers(lambda s, x, y: s.elapsed(x, y), row, starts, ends)
    assert amounts(marked.values) == expected
    assert marked.unknown.tolist() == [value is None for value in expected]
    known = int((~marked.unknown).sum())

    for verb in ("deadline", "breaches_after", "latest_start"):
        marked = getattr(columns, verb)(of, a, d, **options)
        expected = answers(lambda s, x, y, v=verb: getattr(s, v)(x, y), row, starts, budgets)
        assert datetimes(marked.values) == expected, verb
        assert marked.unknown.tolist() == [value is None for value in expected], verb
    budget = budgets[0]
    for verb in ("deadline", "breaches_after", "latest_start"):
        marked = getattr(columns, verb)(of, a, budget, **options)
        expected = answers(lambda s, x, v=verb: getattr(s, v)(x, budget), row, starts)
        assert datetimes(marked.values) == expected, verb

    marked = columns.is_working(of, a, **options)
    expected = answers(lambda s, x: s.is_working(x), row, starts)
    assert marked.values.tolist() == [bool(value) for value in expected]
    assert marked.unknown.tolist() == [value is None for value in expected]

    for verb in EDGES:
        for inclusive in (True, False):
            marked = getattr(columns, verb)(of, a, inclusive=inclusive, **options)
            expected = answers(
                lambda s, x, v=verb, i=inclusive: getattr(s, v)(x, inclusive=i), row, starts
            )
            assert datetimes(marked.values) == expected, (verb, inclusive)
            assert marked.unknown.tolist() == [value is None for value in expected]
    return known


RANDOM_CASES = [
    pytest.param(f"{SEED}-{zone}-{unit}", zone, unit, id=f"{zone}-{unit}")
    for zone, unit in zip(ZONES, cycle(PER_SECOND), strict=False)
]


@pytest.mark.parametrize(("seed", "zone", "unit"), RANDOM_CASES)
def test_a_schedule_for_all_rows(
    monkeypatch: pytest.MonkeyPatch, seed: str, zone: str, unit: str
) -> None:
    monkeypatch.setattr(solve, "ROWS_PER_CELL", 0)  # builds the tables of one budget at once
    lookup_tables.compiled.cache_clear()
    rng = random.Random(seed)
    schedule = schedule_of(rng, zone)
    starts = instants_near(rng, changes_of(zone), ROWS)
    ends = instants_near(rng, changes_of(zone), ROWS)
    budgets = [timedelta(seconds=rng.choice([0, 1, 3600, 14_400, 90_061, 10**6])) for _ in starts]
    assert compare([schedule], [0] * ROWS, starts, ends, budgets, unit)


@pytest.mark.parametrize("kind", ["cells", "found", "both found", "searched"])
@pytest.mark.parametrize(("seed", "zone", "unit"), RANDOM_CASES)
def test_a_schedule_per_row(
    monkeypatch: pytest.MonkeyPatch, seed: str, zone: str, unit: str, kind: str
) -> None:
    if kind == "cells":
        monkeypatch.setattr(solve, "CHUNK", 7)
    else:
        monkeypatch.setattr(lookups, "CELLS", 0)
    if kind in ("both found", "searched"):
        monkeypatch.setattr(lookups, "INVERSE_CELLS", 0)
    if kind == "searched":
        monkeypatch.setattr(lookups, "STEPS", -1)  # no table of buckets
    lookup_tables.compiled.cache_clear()
    rng = random.Random(seed)
    schedules = [schedule_of(rng, rng.choice([zone, *ZONES])) for _ in range(rng.randint(2, 8))]
    codes = [rng.randrange(len(schedules)) for _ in range(ROWS)]
    starts = instants_near(rng, changes_of(zone), ROWS)
    ends = instants_near(rng, changes_of(zone), ROWS)
    budgets = [timedelta(seconds=rng.choice([0, 60, 14_400, 10**5])) for _ in starts]
    assert compare(schedules, codes, starts, ends, budgets, unit)
    lookup_tables.compiled.cache_clear()


@pytest.mark.parametrize("edges", [(2,), (0, 2, 4)], ids=["one each", "up to two"])
@pytest.mark.parametrize("unit", PER_SECOND)
def test_pauses_of_each_row(
    monkeypatch: pytest.MonkeyPatch, unit: str, edges: tuple[int, ...]
) -> None:
    if len(edges) > 1:
        monkeypatch.setattr(solve, "CHUNK", 7)
    rng = random.Random(f"{SEED}-{unit}")
    zone = rng.choice(ZONES)
    schedules = [schedule_of(rng, zone), Schedule("RU-KC", HOURS[0])]
    anchors = [*changes_of(zone), *(datetime(2025, month, 1, tzinfo=UTC) for month in range(1, 13))]
    starts = instants_near(rng, anchors, ROWS)
    ends = [start + timedelta(minutes=rng.randrange(-9_000, 30_000)) for start in starts]
    codes = np.array([rng.randrange(2) for _ in starts])
    a, b = column(starts, unit), column(ends, unit)
    pauses: list[list[tuple[datetime, datetime]]] = []
    for start in starts:
        times = sorted(
            start + timedelta(minutes=rng.randrange(-3_000, 12_000))
            for _ in range(rng.choice(edges))
        )
        pauses.append(list(zip(times[::2], times[1::2], strict=True)))
    flat = [pause for of_row in pauses for pause in of_row]
    ragged = columns.Pauses(
        column([since for since, _ in flat], unit),
        column([until for _, until in flat], unit),
        np.cumsum([0, *map(len, pauses)]),
    )
    exact = [
        (since, until)
        for since, until in zip(datetimes(ragged.starts), datetimes(ragged.ends), strict=True)
    ]
    offsets = ragged.offsets.tolist()
    of_rows = [exact[first:last] for first, last in pairwise(offsets)]
    row = [schedules[code] for code in codes]
    options: Any = {"codes": codes, "pauses": ragged, "tz": "UTC", "on_unknown": "mark"}
    rows = [row, datetimes(a), datetimes(b), of_rows]
    marked = columns.elapsed(schedules, a, b, **options)
    expected = answers(lambda s, x, y, h: s.elapsed(x, y, pauses=h), *rows)
    assert amounts(marked.values) == expected
    budgets = [timedelta(minutes=rng.choice([0, 1, 240, 2_400])) for _ in starts]
    rows[2] = budgets
    for verb in ("deadline", "breaches_after"):
        marked = getattr(columns, verb)(schedules, a, np.array(budgets, "m8[us]"), **options)
        expected = answers(lambda s, x, y, h, v=verb: getattr(s, v)(x, y, pauses=h), *rows)
        assert datetimes(marked.values) == expected, verb


def test_edges_of_the_known_dates() -> None:
    """The known dates begin and end at, before and after the clocks change, within shifts."""
    for zone, day in (
        ("Europe/Berlin", date(2025, 3, 30)),
        ("America/New_York", date(2024, 11, 3)),
    ):
        noon = datetime.combine(day, time(12), UTC)
        starts = [noon + timedelta(minutes=30 * step) for step in range(-150, 150)]
        for before, after in ((0, 0), (0, 1), (1, 0), (2, 1), (-1, 2)):
            first, last = day - timedelta(days=before), day + timedelta(days=after)
            calendar = Calendar.plain(first=first, last=last)
            for hours in ("Mo-Su 22:00-06:00", "24/7", HOURS[0]):
                known = Schedule(calendar, hours, tz=zone)
                compare([known], [0] * len(starts), starts, starts, [FOUR] * len(starts), "us")


@pytest.mark.filterwarnings("ignore::workhours_sla.errors.ProvisionalWarning")
@pytest.mark.parametrize("hours", [*HOURS[:3], "Mo-Su 20:00-08:00"])
def test_edges_near_uncertain_dates(hours: str) -> None:
    week = Calendar.get("RU-KC").with_week(7) if "Su" in hours else Calendar.get("RU-KC")
    region = Schedule(week, hours, tz="Europe/Moscow")
    uncertain = [day for year in (2025, 2026, 2027) for day in week.uncertain(year)]
    rng = random.Random(SEED)
    starts = [
        datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        + timedelta(minutes=rng.randrange(-6_000, 6_000))
        for day in (uncertain[:30] or [date(2027, 12, 31)])
        for _ in range(12)
    ]
    starts += [datetime(2027, 12, 31, 12, tzinfo=UTC) + timedelta(hours=n) for n in range(-40, 40)]
    compare([region], [0] * len(starts), starts, starts, [FOUR] * len(starts), "us")


def test_an_edge_far_from_the_column_is_found() -> None:
    off = Calendar.plain(days_off=[date(2025, 1, 1) + timedelta(days=n) for n in range(700)])
    rare = Schedule(off, "Mo 09:00-10:00", tz="UTC")
    times = np.array(["2025-12-15T12:00"], "M8[s]")
    found = {verb: getattr(columns, verb)(rare, times, tz="UTC").item() for verb in EDGES}
    assert found == {
        "next_opening": datetime(2026, 12, 7, 9),
        "next_closing": datetime(2026, 12, 7, 10),
        "previous_opening": datetime(2024, 12, 30, 9),
        "previous_closing": datetime(2024, 12, 30, 10),
    }


@pytest.mark.parametrize("verb", EDGES)
def test_edges_with_nat_shapes_lists_and_unknown_rows(office: Schedule, verb: str) -> None:
    ask = getattr(columns, verb)
    nine = datetime(2025, 3, 12, 9, tzinfo=office.tz)
    grid = np.array([["2025-03-12T06:00", "NaT"]], "M8[s]")
    expected = getattr(office, verb)(nine).astimezone(UTC).replace(tzinfo=None)
    assert ask(office, grid, tz="UTC").tolist() == [[expected, None]]
    assert ask(office, [nine, None]) == [getattr(office, verb)(nine), None]
    far = np.array(["2031-03-12T06:00", "2025-03-12T06:00", "NaT"], "M8[s]")
    with pytest.raises(CalendarCoverageError, match=r"^row 0: .*2031"):
        ask(office, far, tz="UTC")
    marked = ask(office, far, tz="UTC", provisional=True, on_unknown="mark")
    assert marked.provisional.tolist() == [True, False, False]
    assert np.isnat(marked.values).tolist() == [False, False, True]


@pytest.fixture
def office() -> Schedule:
    return Schedule("RU-VGG", HOURS[0])


def test_the_answer_has_the_finest_unit_of_all(office: Schedule) -> None:
    starts = np.array(["2025-03-12T07:15"], "M8[m]")
    ends = np.array(["2025-03-12T08:15:30.5"], "M8[ms]")
    assert columns.elapsed(office, starts, ends, tz="UTC").dtype == "m8[ms]"
    assert columns.deadline(office, starts, FOUR, tz="UTC").dtype == "M8[s]"
    assert columns.deadline(office, starts, MICROSECOND, tz="UTC").dtype == "M8[us]"
    budget = np.array([10**9], "m8[ns]")
    assert columns.deadline(office, starts, budget, tz="UTC").dtype == "M8[ns]"
    days = np.array(["2025-03-12"], "M8[D]")
    assert columns.next_opening(office, days, tz="UTC").tolist() == [datetime(2025, 3, 12, 6)]
    for unit in ("M", "Y", "W"):
        whole = np.array(["2025-01-15"], f"M8[{unit}]")
        assert columns.elapsed(office, whole, whole, tz="UTC").tolist() == [timedelta(0)]


@pytest.mark.filterwarnings("ignore:The 'generic' unit:DeprecationWarning")  # of numpy since 2.5
def test_nat_stays_nat(office: Schedule) -> None:
    starts = np.array(["2025-03-12T07:15", "NaT", "2025-03-12T07:15", "NaT"], "M8[s]")
    ends = np.array(["2025-03-12T08:15", "2025-03-12T08:15", "NaT", "NaT"], "M8[s]")
    spans = columns.elapsed(office, starts, ends, tz="UTC")
    assert spans.astype(object).tolist() == [timedelta(hours=1), None, None, None]
    for verb in (columns.deadline, columns.breaches_after, columns.latest_start):
        found = verb(office, starts, FOUR, tz="UTC", on_unknown="mark")
        assert np.isnat(found.values).tolist() == [False, True, False, True]
        assert not found.unknown.any()
    assert columns.is_working(office, starts, tz="UTC").tolist() == [True, False, True, False]
    for nothing in (np.full(4, "NaT", "M8[ns]"), np.full(4, "NaT", "M8"), [None] * 4):
        assert np.isnat(columns.deadline(office, nothing, FOUR, tz="UTC")).all()
        for pair in ((nothing, nothing), (starts, nothing), (nothing, starts)):
            assert np.isnat(columns.elapsed(office, *pair, tz="UTC")).all()
    left = columns.remaining(office, starts, FOUR, as_of=ends, tz="UTC")
    assert left.astype(object).tolist() == [timedelta(hours=3), None, None, None]


def test_shapes_are_kept_and_scalars_broadcast(office: Schedule) -> None:
    grid = np.array([["2025-03-12T07:15", "2025-03-13T07:15"]] * 3, "M8[s]")
    now = datetime(2025, 3, 14, 12, tzinfo=UTC)
    assert columns.elapsed(office, grid, now, tz="UTC").shape == (3, 2)
    assert columns.deadline(office, grid, FOUR, tz="UTC").shape == (3, 2)
    budgets = np.array([[1], [2], [3]], "m8[h]")
    assert columns.deadline(office, grid, budgets, tz="UTC")[:, 0].tolist() == [
        datetime(2025, 3, 12, 8, 15),
        datetime(2025, 3, 12, 9, 15),
        datetime(2025, 3, 12, 11, 15),
    ]
    one = columns.deadline(office, np.datetime64("2025-03-12T07:15"), FOUR, tz="UTC")
    assert one == np.datetime64("2025-03-12T12:15")
    for empty in (np.array([], "M8[us]"), np.empty((0, 4), "M8[us]")):
        assert columns.elapsed(office, empty, empty, tz="UTC").shape == empty.shape
        assert columns.is_working(office, empty, tz="UTC").shape == empty.shape
    assert columns.deadline(office, grid.T, FOUR, tz="UTC").shape == (2, 3)
    assert columns.elapsed(office, grid[::2], grid[::2, ::-1], tz="UTC").shape == (2, 2)
    swapped = grid.astype(">M8[s]")
    assert (
        columns.elapsed(office, swapped, now, tz="UTC")
        == columns.elapsed(office, grid, now, tz="UTC")
    ).all()
    masked = np.ma.masked_array(grid, mask=grid == grid[0, 0])
    assert np.isnat(columns.deadline(office, masked, FOUR, tz="UTC")).sum() == 3


def test_lists_of_aware_datetimes_give_lists_in_their_zone(office: Schedule) -> None:
    starts = [datetime(2025, 10, 31, 17, 30, tzinfo=office.tz), None]
    found = columns.deadline(office, starts, FOUR)
    assert found == [datetime(2025, 11, 1, 12, 30, tzinfo=office.tz), None]
    assert found[0].tzinfo is office.tz
    assert columns.elapsed(office, starts, found).astype(object).tolist() == [FOUR, None]
    assert columns.next_opening(office, starts[0]) == starts[0]
    assert columns.deadline(office, [], FOUR).tolist() == []


def test_a_row_outside_the_calendar_is_named(office: Schedule) -> None:
    starts = np.array(["2025-03-12T07:15", "2031-03-12T07:15"], "M8[s]")
    with pytest.raises(CalendarCoverageError, match=r"^row 1: .*2031") as caught:
        columns.deadline(office, starts, FOUR, tz="UTC")
    assert caught.value.row == 1
    marked = columns.deadline(office, starts, FOUR, tz="UTC", on_unknown="mark")
    assert marked.unknown.tolist() == [False, True]
    assert np.isnat(marked.values).tolist() == [False, True]
    with pytest.raises(CalendarCoverageError, match="row 0"):
        columns.elapsed(office, starts[1:], starts[:1], tz="UTC")
    last = np.array(["2027-12-30T14:30"], "M8[s]")
    assert columns.deadline(office, last, working_hours(0, minutes=30), tz="UTC").size
    with pytest.raises(CalendarCoverageError):
        columns.deadline(office, last, working_hours(40), tz="UTC")


def test_by_rule_with_a_warning_or_a_mark(office: Schedule) -> None:
    starts = np.array(["2025-03-12T07:15", "2031-03-12T07:15", "NaT"], "M8[s]")
    with pytest.warns(ProvisionalWarning, match="1 answers are provisional, the first of row 1"):
        found = columns.deadline(office, starts, FOUR, tz="UTC", provisional=True)
    assert found[1].item() == datetime(2031, 3, 12, 12, 15)
    marked = columns.deadline(office, starts, FOUR, tz="UTC", provisional=True, on_unknown="mark")
    assert marked.provisional.tolist() == [False, True, False]
    assert not marked.unknown.any()


def test_a_start_at_the_first_known_instant_with_an_endless_budget_is_unknown() -> None:
    week = Calendar.plain(first=date(2025, 3, 10), last=date(2025, 3, 14))
    office = Schedule(week, "Mo-Fr 09:00-18:00", tz="UTC")
    start = np.array(["2025-03-10T00"] * 2, "M8[s]")
    for verb in (columns.deadline, columns.breaches_after):
        marked = verb(office, start, working_hours(46), tz="UTC", on_unknown="mark")
        assert marked.unknown.all()


@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
@pytest.mark.parametrize("unit", [*PER_SECOND, "D", "h", "Y"])
def test_the_ends_of_int64_are_unknown(unit: str, several: bool) -> None:
    always = Schedule(Calendar.plain(days_off=[]), "24/7", tz="UTC")
    of: Any = [always, OFFICE] if several else always
    ends = np.array([2**63 - 1, -(2**63) + 1, 2**62, -(2**62)])
    edges = (ends - np.fmod(ends, 1000 if unit == "ns" else 1)).view(f"M8[{unit}]")
    given: Any = {"tz": "UTC", "on_unknown": "mark"}
    given |= {"codes": [0, 1, 0, 1]} if several else {}
    for _ in range(2):  # the second call has the tables
        for budget in (timedelta(0), FOUR, timedelta(days=3_000_000)):
            for verb in (columns.deadline, columns.breaches_after, columns.latest_start):
                assert verb(of, edges, budget, **given).unknown.all()
        assert columns.elapsed(of, edges, edges[::-1], **given).unknown.all()
    with pytest.raises(CalendarCoverageError, match="row 0"):
        columns.elapsed(of, edges, edges, **(given | {"on_unknown": "raise"}))


@pytest.mark.slow
def test_years_1_and_9999() -> None:
    always = Schedule(
        Calendar.plain(first=date(2, 1, 1), last=date(9998, 12, 31)), "24/7", tz="UTC"
    )
    starts = np.array(["0002-06-01T00", "9998-06-01T00"], "M8[s]")
    found = columns.deadline(always, starts, timedelta(days=100), tz="UTC")
    assert found.astype(str).tolist() == ["0002-09-09T00:00:00", "9998-09-09T00:00:00"]
    spans = columns.elapsed(always, starts[:1], starts[1:], tz="UTC")
    assert spans.astype(object).tolist() == [timedelta(days=3_650_964)]
    edges = np.array(["0000-06-01T00", "10000-06-01T00"], "M8[s]")
    assert columns.elapsed(always, edges, edges, tz="UTC", on_unknown="mark").unknown.all()


def test_nanoseconds_end_in_2262() -> None:
    always = Schedule(
        Calendar.plain(first=date(2200, 1, 1), last=date(2400, 1, 1)), "24/7", tz="UTC"
    )
    late = np.array(["2262-04-01T00"], "M8[ns]")
    assert columns.deadline(always, late, working_hours(24), tz="UTC").size
    with pytest.raises(OverflowError, match=r"row 0: .*datetime64\[ns\].*datetime64\[us\]"):
        columns.deadline(always, late, working_hours(2400), tz="UTC")
    assert columns.deadline(
        always, late.astype("M8[us]"), working_hours(2400), tz="UTC"
    ).tolist() == [datetime(2262, 7, 10)]


def test_values_finer_than_microseconds_are_refused(office: Schedule) -> None:
    starts = np.array(["2025-03-12T06", "NaT", "2025-03-12T06:00:00.000000007"], "M8[ns]")
    advice = "finer than microseconds; round it to them"
    with pytest.raises(TypeError, match=f"row 2 of times is .*007, {advice}"):
        columns.is_working(office, starts, tz="UTC")
    assert columns.is_working(office, starts[:2], tz="UTC").tolist() == [True, False]
    budgets = np.array([0, 1500, 1000], "m8[ns]")
    with pytest.raises(TypeError, match=f"the budget of row 1 is 1500 nanoseconds, {advice}"):
        columns.deadline(office, starts[[0, 1, 0]], budgets, tz="UTC")


def test_invalid_pauses_are_refused(office: Schedule) -> None:
    since = np.array(["2025-03-12T07", "2025-03-12T09", "2025-03-12T08"], "M8[s]")
    second = np.timedelta64(1, "s")
    until = since + 3600 * second

    def ask(offsets: Any, ends: Any = until, starts: Any = STARTS, of: Any = since) -> Any:
        pauses = columns.Pauses(of, ends, offsets)
        return columns.elapsed(office, starts, starts, pauses=pauses, tz="UTC")

    nothing = np.array([], "M8[s]")
    assert ask([0, 2, 3]).size == ask([0, 0, 0], nothing, of=nothing).size == 2
    with pytest.raises(ValueError, match="pauses of row 1"):
        ask([0, 1, 3])
    with pytest.raises(ValueError, match="pauses of row 0"):
        ask([0, 2, 3], since - second)
    with pytest.raises(ValueError, match="must rise"):
        ask([0, 2, 1, 2], until[:2], np.resize(STARTS, 3), since[:2])
    for offsets in ([0, 3], [0, 2, 4], [1, 2, 3], [0, 3, 2]):
        with pytest.raises(ValueError, match="offsets"):
            ask(offsets)


def test_pauses_that_end_late_or_never(office: Schedule) -> None:
    starts = np.array(["2025-03-12T07:15"] * 2, "M8[s]")
    since = np.array(["2025-03-12T08:15", "2025-03-20T08:15"], "M8[s]")
    pauses = columns.Pauses(since, np.array(["NaT", "NaT"], "M8[s]"), [0, 1, 2])
    found = columns.deadline(office, starts, FOUR, pauses=pauses, tz="UTC")
    assert found.astype(object).tolist() == [None, datetime(2025, 3, 12, 12, 15)]
    ends = np.array(["2025-03-13T08:15"], "M8[s]")
    spans = columns.elapsed(office, starts, ends, pauses=pauses, tz="UTC")
    assert spans.astype(object).tolist() == [timedelta(hours=1), timedelta(hours=9)]
    day, later = (np.array([f"{date}T08"] * 2, "M8[s]") for date in ("2025-03-12", "2026-06-10"))
    late = columns.Pauses(day, later, [0, 1, 2])
    whole = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    found = columns.deadline(whole, day, FOUR, pauses=late, tz="UTC")
    assert found.astype(object).tolist() == [datetime(2026, 6, 10, 12)] * 2


def test_pauses_past_the_known_dates() -> None:
    office = Schedule(Calendar.plain(last=date(2025, 3, 12)), "Mo-Fr 09:00-18:00", tz="UTC")
    starts = np.array(["2025-03-12T17"] * 3, "M8[s]")
    since = np.array(["2025-03-12T23", "2025-03-13T09", "2025-03-13T10"], "M8[s]")
    pauses = columns.Pauses(since, np.array(["NaT"] * 3, "M8[s]"), [0, 1, 2, 3])
    options: Any = {"pauses": pauses, "tz": "UTC", "on_unknown": "mark"}
    found = columns.deadline(office, starts, working_hours(2), **options)
    # an hour is used on the 12th; the 13th may work another one from 09:00, or none
    assert found.unknown.tolist() == [False, False, True]
    assert np.isnat(found.values).all()
    start, until = (np.array([f"2025-03-12T{hour}"], "M8[s]") for hour in (16, 18))
    assert due(start, working_hours(2), office) == until
    with pytest.raises(CalendarCoverageError, match="row 0: the deadline of"):
        due(start, working_hours(2), office, pauses=columns.Pauses(start, until, [0, 1]))


STARTS = np.array(["2025-03-12T07:15", "2025-03-12T08:15"], "M8[s]")


OFFICE = Schedule("RU-VGG", HOURS[0])


AWARE = datetime(2025, 3, 12, tzinfo=UTC)


LOCAL = AWARE.replace(tzinfo=OFFICE.tz)


ADVICE = r"working_hours\(1, minutes=30\)"


def due(starts: Any = STARTS, budget: Any = FOUR, of: Any = OFFICE, **options: Any) -> Any:
    return columns.deadline(of, starts, budget, **{"tz": "UTC", **options})


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (lambda: due(tz=None), NaiveDatetimeError, "tz='UTC'"),
        (lambda: due(tz="Europe/Moscow"), NaiveDatetimeError, "Europe/Moscow"),
        (lambda: due([AWARE, datetime(2025, 3, 12)], tz=None), NaiveDatetimeError, "row 1"),
        (lambda: due([AWARE, LOCAL], tz=None), ValueError, "row 1 .*Europe/Volgograd.*astimezone"),
        (lambda: due(np.array(["soon", None], object), tz=None), TypeError, "'soon'"),
        (lambda: due(np.array([1.5]), tz=None), TypeError, "float64"),
        (lambda: due(np.array([5], "M8[ps]")), TypeError, r"datetime64\[ps\]"),
        (lambda: columns.elapsed(OFFICE, STARTS, None, tz="UTC"), TypeError, "ends is None"),
        (lambda: columns.elapsed(OFFICE, STARTS, np.resize(STARTS, 3), tz="UTC"), ValueError,
         r"starts \(2,\).*ends \(3,\)"),
        (lambda: due(budget=None), TypeError, "not None"),
        *((lambda budget=budget: due(budget=budget), TypeError, ADVICE)
          for budget in (4.0, 4, np.array([4.0, 1.5]), [1, 2], "4h")),
        (lambda: due(budget=np.array([1, "NaT"], "m8[h]")), BudgetError, "row 1 is NaT"),
        (lambda: due(budget=np.array([1, 1], "m8[M]")), TypeError, r"64\[M\] is no amount"),
        (lambda: due(budget=np.array([-1, 1], "m8[h]")), BudgetError, "row 0 is .*negative"),
        (lambda: due(budget=-FOUR), BudgetError, "negative"),
        (lambda: due(budget=np.array([2**40, 1], "m8[h]")), BudgetError, "more time"),
        *((lambda codes=codes: due(of=[OFFICE] * 2, codes=codes), IndexError,
           "row 1 has schedule code") for codes in ([0, 2], [0, -1])),
        (lambda: due(of=[OFFICE] * 2), TypeError, "codes"),
        (lambda: due(of=[OFFICE] * 2, codes=[0.0, 1.0]), TypeError, "codes"),
        (lambda: due(codes=[0, 0]), TypeError, "several"),
        (lambda: due(of=[], codes=[0, 0]), TypeError, "schedule"),
    ],
)  # fmt: skip
def test_invalid_arguments_are_refused_with_advice(
    ask: Callable[[], object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        ask()
