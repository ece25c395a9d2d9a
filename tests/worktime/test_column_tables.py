"""The fast tables of columns answer every row like the scalar verbs, or leave it to the others.

A quarter of the rows are within a microsecond of an opening or closing. ``WORKHOURS_ROWS`` sets the
number of rows of each schedule.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest

np = pytest.importorskip("numpy")

from workhours_sla import Schedule, columns, working_hours
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.worktime.columns import lookups, solve, tables
from workhours_sla.worktime.columns.lookups import Cells, OneBudget
from workhours_sla.worktime.timeline import Timeline
from workhours_sla.worktime.verbs import WorkingTime

ROWS = max(1_000, int(os.environ.get("WORKHOURS_ROWS", "2000")))
FOUR = working_hours(4)
TICK = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
MINUTES = "Mo-Su " + ",".join(f"{hour:02}:37-{hour:02}:38" for hour in range(8, 20))


class TwoRuns(WorkingTime):
    """Working days from 06:00 to 15:00 UTC, known from one date to another, and later again."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(ZoneInfo("UTC"))

    def _compile(self) -> tuple[Timeline, ...]:
        def within(lo: timedelta, hi: timedelta) -> list[tuple[timedelta, timedelta]]:
            days = [timedelta(days=day) for day in range(lo.days, hi.days + 1)]
            spans = [(day + timedelta(hours=6), day + timedelta(hours=15)) for day in days]
            return [(max(a, lo), min(b, hi)) for a, b in spans if max(a, lo) < min(b, hi)]

        known = [(19_725, 19_900), (20_000, 20_400)]
        spans = [(timedelta(days=first, hours=7), timedelta(days=last)) for first, last in known]
        return tuple(Timeline(within, span, partial(tuple, span)) for span in spans)

    def _refuse_unknown(self, moment: timedelta) -> Any:
        msg = f"nothing is known of {EPOCH + moment}"
        raise CalendarCoverageError(msg)

    def _key(self) -> tuple[object, ...]:
        return ()

    def _build_by_rule(self) -> Any:
        return self


SCHEDULES: dict[str, tuple[Callable[[], WorkingTime], str]] = {
    "24/7": (lambda: Schedule(None, "24/7", tz="Europe/Berlin"), "2024-01-02"),
    "office": (lambda: Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00"), "2024-06-02"),
    "night": (lambda: Schedule(None, "Mo-Th 22:00-06:00", tz="Australia/Lord_Howe"), "2024-01-02"),
    "minutes": (lambda: Schedule(None, MINUTES, tz="Europe/Moscow"), "2024-02-02"),
    "New York": (
        lambda: Schedule(
            None, "Mo-Sa 00:30-02:45,22:15-24:00; Su 00:15-03:30", tz="America/New_York"
        ),
        "2024-02-02",
    ),
    "Volgograd 2018": (
        lambda: Schedule("RU-VGG", "Mo-Th 08:30-17:30; Fr 08:30-16:15"),
        "2018-07-01",
    ),
    "Volgograd 2020": (lambda: Schedule("RU-VGG", "Mo-Fr 08:30-12:30,13:15-17:30"), "2020-10-01"),
    "two runs": (TwoRuns, "2024-01-10"),
    "5 minutes": (lambda: Schedule(None, "Mo-Fr 09:05-12:25", tz="Asia/Kathmandu"), "2024-01-10"),
    "odd seconds": (
        lambda: Schedule(None, "Mo-Fr 09:00:07-13:00,14:00-17:59:53", tz="UTC"),
        "2024-01-10",
    ),
}


@pytest.fixture(autouse=True)
def used(monkeypatch: pytest.MonkeyPatch) -> dict[type, int]:
    """Build the tables of one budget at once, and count the chunks that fast tables answer."""
    tables.compiled.cache_clear()
    monkeypatch.setattr(solve, "ROWS_PER_CELL", 0)
    monkeypatch.setattr(solve, "FEW_ROWS", 0)
    counts: dict[type, int] = {Cells: 0, OneBudget: 0}
    for kind, name in ((Cells, "between"), (OneBudget, "answer")):
        answer = getattr(kind, name)

        def counted(self: Any, *rows: Any, kind: type = kind, answer: Any = answer) -> bool:
            done: bool = answer(self, *rows)
            counts[kind] += done
            return done

        monkeypatch.setattr(kind, name, counted)
    return counts


def instants(schedule: WorkingTime, first: str, rng: Any, days: int) -> Any:
    """Return random microseconds from a date on, a quarter of them beside an edge."""
    begin = int(np.datetime64(first, "us").astype(np.int64))
    found = begin + rng.integers(0, days * DAY, ROWS)
    ends = np.array([begin, begin + days * DAY]).view("M8[us]")
    columns.elapsed(schedule, ends, ends, tz="UTC", on_unknown="mark")
    curve = tables.compiled((schedule,)).horizon.curves[0]
    edges = np.concatenate([curve.starts, curve.ends, curve.lo, curve.hi])
    edges = edges[(edges >= begin) & (edges <= begin + days * DAY)]
    if not len(edges):
        edges = np.array([begin])
    near = rng.random(ROWS) < 0.25
    found[near] = rng.choice(edges, near.sum()) + rng.integers(-1, 2, near.sum())
    return found.view("M8[us]")


def aware(column: Any) -> list[datetime]:
    return [when.replace(tzinfo=UTC) for when in column.astype("M8[us]").tolist()]


def one_by_one(ask: Callable[..., Any], *rows: list[Any]) -> list[Any]:
    found = []
    for row in zip(*rows, strict=True):
        try:
            answer = ask(*row)
        except CalendarCoverageError:
            answer = None
        found.append(answer.replace(tzinfo=None) if isinstance(answer, datetime) else answer)
    return found


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_row_equals_the_scalar_verb(name: str, used: dict[type, int]) -> None:
    make, first = SCHEDULES[name]
    schedule, rng = make(), np.random.default_rng(7)
    starts = instants(schedule, first, rng, 330 if name == "two runs" else 150)
    ends = starts + rng.integers(-3 * DAY, 8 * DAY, ROWS).astype("m8[us]")
    options: Any = {"tz": "UTC", "on_unknown": "mark"}
    found = columns.elapsed(schedule, starts, ends, **options)
    expected = one_by_one(schedule.elapsed, aware(starts), aware(ends))
    assert found.values.tolist() == expected
    assert found.unknown.tolist() == [answer is None for answer in expected]
    budgets = (FOUR, timedelta(minutes=5), TICK, timedelta(hours=25, minutes=10), timedelta(0))
    for budget in budgets:
        for verb in ("deadline", "breaches_after", "latest_start"):
            found = getattr(columns, verb)(schedule, starts, budget, **options)
            expected = one_by_one(partial(getattr(schedule, verb), budget=budget), aware(starts))
            assert found.values.tolist() == expected, (verb, budget)
    several_runs, fine = name == "two runs", name == "odd seconds"
    assert bool(used[Cells]) == (not several_runs and name not in ("odd seconds", "minutes"))
    assert bool(used[OneBudget]) == (not several_runs and not fine)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_several_schedules_in_any_unit(unit: str, used: dict[type, int]) -> None:
    rng = np.random.default_rng(8)
    schedules = [make() for make, _ in list(SCHEDULES.values())[:3]]
    codes = rng.integers(0, 3, ROWS)
    near = np.array([instants(one, "2024-06-02", rng, 150) for one in schedules])
    starts = near[codes, np.arange(ROWS)].astype(f"M8[{unit}]")
    ends = rng.permutation(starts)
    given: Any = {"codes": codes, "tz": "UTC"}
    before = used[Cells]
    found = columns.elapsed(schedules, starts, ends, **given)
    assert used[Cells] == before + 1
    rows = [schedules[code] for code in codes], aware(starts), aware(ends)
    assert found.astype("m8[us]").tolist() == one_by_one(lambda s, a, b: s.elapsed(a, b), *rows)
    for verb in ("deadline", "breaches_after", "latest_start"):
        found = getattr(columns, verb)(schedules, starts, FOUR, **given)
        expected = one_by_one(lambda s, a, v=verb: getattr(s, v)(a, FOUR), *rows[:2])
        assert found.astype("M8[us]").tolist() == expected
    assert used[OneBudget] == 3


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_long_tables_of_several_schedules(monkeypatch: pytest.MonkeyPatch, unit: str) -> None:
    monkeypatch.setattr(lookups, "CELLS", 0)
    rng = np.random.default_rng(10)
    schedules = [SCHEDULES[name][0]() for name in ("office", "minutes", "New York", "two runs")]
    codes = rng.integers(0, len(schedules), ROWS)
    near = np.array([instants(one, "2024-02-02", rng, 90) for one in schedules])
    starts = near[codes, np.arange(ROWS)].astype(f"M8[{unit}]")
    ends = rng.permutation(starts)
    budgets = rng.integers(0, 2_000, ROWS).astype("m8[m]")
    given: Any = {"codes": codes, "tz": "UTC", "on_unknown": "mark"}
    rows = [schedules[code] for code in codes], aware(starts)
    found = columns.elapsed(schedules, starts, ends, **given).values
    expected = one_by_one(lambda s, a, b: s.elapsed(a, b), *rows, aware(ends))
    assert found.astype("m8[us]").tolist() == expected
    for verb in ("deadline", "breaches_after", "latest_start"):
        found = getattr(columns, verb)(schedules, starts, budgets, **given).values
        expected = one_by_one(lambda s, a, b, v=verb: getattr(s, v)(a, b), *rows, budgets.tolist())
        assert found.astype("M8[us]").tolist() == expected, verb


# -- what the fast tables leave to the others ------------------------------------------------


def test_the_first_and_the_last_known_instant(used: dict[type, int]) -> None:
    calendar = Schedule(None, "Mo-Su 00:00-24:00", tz="UTC")
    first, last = calendar.compiled.lines[0].lo, calendar.compiled.lines[0].hi
    office = TwoRuns()
    lines = office.compiled.lines
    for schedule, edges in (
        (calendar, [first, last]),
        (office, [edge for line in lines for edge in (line.lo, line.hi)]),
    ):
        near = [edge + TICK * step for edge in edges for step in (-1, 0, 1)]
        starts = np.array([when // TICK for when in near]).view("M8[us]")
        found = columns.elapsed(schedule, starts, starts[::-1], tz="UTC", on_unknown="mark")
        expected = one_by_one(schedule.elapsed, aware(starts), aware(starts[::-1]))
        assert found.values.tolist() == expected
        for verb in ("deadline", "breaches_after", "latest_start"):
            found = getattr(columns, verb)(schedule, starts, FOUR, tz="UTC", on_unknown="mark")
            ask = partial(getattr(schedule, verb), budget=FOUR)
            assert found.values.tolist() == one_by_one(ask, aware(starts)), verb
    assert not used[Cells]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
def test_nat_and_both_ends_of_datetime64(unit: str, several: bool, used: dict[type, int]) -> None:
    offices = [Schedule("RU-VGG", hours) for hours in ("Mo-Fr 09:00-18:00", "Mo-Fr 10:00-19:00")]
    ordinary = np.datetime64("2025-03-12T08:00").astype(f"M8[{unit}]")
    last = 2**63 - 1
    finest = 1000 if unit == "ns" else 1
    for odd in (
        -(2**63),
        *(n // finest * finest for n in (1 - 2**63 + 999, -1, 0, last - 1, last)),
    ):
        starts = np.array([ordinary, ordinary])
        starts.view(np.int64)[1] = odd
        given: Any = {"tz": "UTC", "on_unknown": "mark"}
        if several:
            given["codes"] = [0, 1]
        for _ in range(2):  # the second call has the tables
            schedule: Any = offices if several else offices[0]
            columns.elapsed(
                schedule, starts[:1], starts[:1], **given | {"codes": [0]} if several else given
            )
            both = columns.elapsed(schedule, starts, starts[::-1], **given)
            due = columns.deadline(schedule, starts, FOUR, **given)
            unknown = [False, odd != -(2**63)]
            assert both.unknown.tolist() == [unknown[1]] * 2
            assert np.isnat(both.values).all()
            assert due.unknown.tolist() == unknown
            assert np.isnat(due.values).tolist() == [False, True]
            assert due.values[0] == np.datetime64("2025-03-12T12:00")
    if not several:
        assert used[Cells]


@pytest.mark.parametrize("far", [False, True], ids=["known", "some unknown"])
def test_nat_rows_among_others(far: bool) -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    rng = np.random.default_rng(9)
    starts = instants(office, "2024-06-02", rng, 150)
    ends = starts + rng.integers(-3 * DAY, 8 * DAY, ROWS).astype("m8[us]")
    starts[rng.random(ROWS) < 0.1] = ends[rng.random(ROWS) < 0.1] = np.datetime64("NaT")
    if far:
        starts[0], ends[1] = np.datetime64("2092-03-03T08:00"), np.datetime64("1931-03-03T08:00")
    found = columns.elapsed(office, starts, ends, tz="UTC", on_unknown="mark")
    missing = np.isnat(starts) | np.isnat(ends)
    assert 0.1 * ROWS < missing.sum() < 0.3 * ROWS
    assert np.isnat(found.values[missing]).all()
    assert not found.unknown[missing].any()
    rest = np.flatnonzero(~missing)
    expected = one_by_one(office.elapsed, aware(starts[rest]), aware(ends[rest]))
    assert found.values[rest].tolist() == expected
    assert found.unknown[rest].tolist() == [answer is None for answer in expected]


def test_a_column_of_nulls() -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    nothing = np.full(1_000, "NaT", "M8[us]")
    ordinary = np.full(1_000, "2025-03-12T08:00", "M8[us]")
    for _ in range(2):
        for pair in ((nothing, nothing), (ordinary, nothing), (nothing, ordinary)):
            assert np.isnat(columns.elapsed(office, *pair, tz="UTC")).all()
        assert np.isnat(columns.deadline(office, nothing, FOUR, tz="UTC")).all()
        columns.deadline(office, ordinary, FOUR, tz="UTC")
    assert np.isnat(columns.deadline(office, [None, None], FOUR)).all()


def test_before_1970_the_other_tables_answer(used: dict[type, int]) -> None:
    office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Berlin")
    times = np.datetime64("1970-01-05T08:00", "us") + np.arange(2_000).astype("m8[h]")
    found = columns.elapsed(office, times, times[::-1], tz="UTC")
    assert found.tolist() == one_by_one(office.elapsed, aware(times), aware(times[::-1]))
    assert not used[Cells]


# -- how long the tables are kept ------------------------------------------------------------


def test_a_table_of_one_budget_is_built_when_enough_rows_were_asked(
    monkeypatch: pytest.MonkeyPatch, used: dict[type, int]
) -> None:
    monkeypatch.setattr(solve, "ROWS_PER_CELL", 1)
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    times = np.datetime64("2025-03-12T08:00", "us") + np.arange(1_000).astype("m8[m]")
    calls = []
    for _ in range(30):
        columns.deadline(office, times, FOUR, tz="UTC")
        calls.append(used[OneBudget])
    (table,) = tables.compiled((office,)).horizon.tables(few_rows=False).budgets.values()
    assert isinstance(table, OneBudget)
    assert calls[0] == 0
    assert calls.index(1) == table.cells // 1_000


def test_few_tables_of_one_budget_are_kept() -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    times = np.datetime64("2025-03-12T08:00", "us") + np.arange(10).astype("m8[m]")
    for minutes in range(1, 40):
        columns.deadline(office, times, timedelta(minutes=minutes), tz="UTC")
    kept = tables.compiled((office,)).horizon.tables(few_rows=False).budgets
    assert 0 < len(kept) <= solve._MOST_BUDGETS


def test_tables_of_one_budget_are_kept_up_to_a_number_of_cells(
    monkeypatch: pytest.MonkeyPatch, used: dict[type, int]
) -> None:
    monkeypatch.setattr(solve, "ROWS_PER_CELL", 0)
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    times = np.datetime64("2025-03-12T08:00", "us") + np.arange(1_000).astype("m8[m]")
    columns.deadline(office, times, FOUR, tz="UTC")  # compiles the schedule
    kept = tables.compiled((office,)).horizon.tables(few_rows=False).budgets
    monkeypatch.setattr(solve, "_MOST_BUDGET_CELLS", 20_000)
    most = 0
    for hours in range(1, 8):
        columns.deadline(office, times, timedelta(hours=hours), tz="UTC")
        built = [one.cells for one in kept.values() if isinstance(one, OneBudget)]
        assert sum(built) <= 20_000
        most = max(most, len(built))
    assert most == 2
    assert used[OneBudget] >= 7


def test_threads_share_the_tables() -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    times = np.datetime64("2025-03-12T08:00", "us") + np.arange(5_000).astype("m8[m]")
    expected = columns.deadline(office, times, FOUR, tz="UTC")
    tables.compiled.cache_clear()
    found: list[Any] = []

    def ask() -> None:
        for hours in range(1, 12):
            columns.deadline(office, times, timedelta(hours=hours), tz="UTC")
        found.append(columns.deadline(office, times, FOUR, tz="UTC"))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all((answer == expected).all() for answer in found)
