"""Columns of due times for budgets that are not a timedelta: the answers of the scalar verbs.

``WORKHOURS_ROWS`` sets the number of rows of each random case. If it is set, the cases differ from
run to run.
"""

from __future__ import annotations

import random
import warnings
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

np = pytest.importorskip("numpy")

from kit.properties import ROWS, SEED
from kit.values import DAY, MINUTE, OFFICE, TICK
from workhours_sla import (
    Calendar,
    CalendarDays,
    ClockTime,
    Months,
    Schedule,
    WorkingDays,
    WorkingDaysInHours,
    columns,
    parse_budget,
    working_hours,
)
from workhours_sla.errors import BudgetError, CalendarCoverageError, ProvisionalWarning
from workhours_sla.text.amounts import budget_words
from workhours_sla.text.catalog import LANGUAGES, language
from workhours_sla.worktime.budgets import BUDGET_KINDS, budget_kind, budget_size

SUMMER = {
    date(2025, 4, 1): "Mo-Th 08:00-17:00; Fr 08:00-15:30",
    date(2025, 4, 21): "Mo-Fr 10:00-16:00",
}
SCHEDULES = (
    OFFICE,
    Schedule("RU-DA", "Mo-Fr 09:00-18:00", tz="Europe/Moscow"),  # uncertain dates in April 2025
    Schedule("RU-DA", "Mo-Fr 22:00-06:00", tz="Europe/Moscow"),
    Schedule(
        "RU-DA", "Mo-Th 09:00-18:00; Fr 09:00-16:45", tz="Europe/Moscow", shorten_at_start=True
    ),
    Schedule(None, "Mo-Su 22:00-06:00", tz="Europe/Berlin"),
    Schedule(None, "Mo-Fr 00:00-06:00,22:00-30:00", tz="America/Santiago"),
    Schedule(
        Calendar.plain([date(2025, 3, 28)], last=date(2025, 5, 15)),
        "Mo-Fr 09:00-13:00,14:00-18:00",
        tz="Europe/Berlin",
        changes=SUMMER,
    ),
    Schedule(None, "Mo-Su 01:30-02:30,20:00-26:30", tz="Europe/Berlin"),
)
BUDGETS = (
    *(WorkingDays(1), WorkingDays(3), WorkingDays(1, count_from="same_day")),
    *(CalendarDays(4, roll=roll) for roll in ("following", "preceding", "none")),
    *(CalendarDays(1, roll=r, count_from="same_day") for r in ("following", "preceding", "none")),
    *(Months(1, roll="none"), Months(1, roll="preceding")),
    *(ClockTime(timedelta(hours=30)), ClockTime(timedelta(microseconds=5))),
    *(WorkingDaysInHours(1), WorkingDaysInHours(3)),
)
ANCHORS = (
    datetime(2025, 3, 24),
    datetime(2025, 4, 15),
    datetime(2025, 10, 22),
    datetime(2027, 12, 20),
)
UNIT = {"s": timedelta(seconds=1), "ms": timedelta(milliseconds=1), "us": TICK, "ns": TICK}


def moments(rng: random.Random, count: int, unit: str) -> list[datetime]:
    """Return instants near the changes of clocks and uncertain dates, most on whole minutes."""
    found = []
    for _ in range(count):
        minutes = rng.choice([rng.randrange(12 * 1440), 30 * rng.randrange(12 * 48)])
        when = rng.choice(ANCHORS).replace(tzinfo=UTC) + minutes * MINUTE
        found.append(when + rng.choice([0, 0, 1, -1]) * UNIT[unit])
    return found


def plain(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(tzinfo=None)


def column(times: list[datetime | None], unit: str) -> Any:
    return np.array([None if when is None else plain(when) for when in times], f"M8[{unit}]")


def pauses_of(rng: random.Random, start: datetime) -> list[tuple[datetime, datetime | None]]:
    """Return up to two pauses of a row, the last of which may have no end."""
    edges = sorted(start + rng.randrange(-600, 9000) * MINUTE for _ in range(4))
    pairs: list[tuple[datetime, datetime | None]] = list(zip(edges[::2], edges[1::2], strict=True))
    pairs = pairs[: rng.choice([0, 0, 1, 2])]
    if pairs and rng.random() < 0.3:
        pairs[-1] = pairs[-1][0], None
    return pairs


def scalar(
    schedule: Schedule, verb: str, start: datetime, budget: Any, pauses: Any, **options: Any
) -> Any:
    """Return the answer of a schedule: None if it is unknown, "open" if it depends on a pause.

    An answer depends on a pause without an end if it is another if the pause ends late.
    """

    def ask(pairs: Any) -> datetime | None:
        try:
            return getattr(schedule, verb)(start, budget, pauses=pairs, **options)
        except CalendarCoverageError:
            return None

    closed = [pair for pair in pauses if pair[1] is not None]
    found = ask(closed)
    if len(closed) < len(pauses) and found is not None:
        since = pauses[-1][0]
        if ask([*closed, (since, since + 400 * DAY)]) != found:
            return "open"
    return found


@pytest.mark.parametrize("budget", BUDGETS, ids=str)
@pytest.mark.parametrize("verb", ["deadline", "breaches_after"])
def test_columns_have_the_answers_of_the_scalar_verbs(verb: str, budget: Any) -> None:
    rng = random.Random(f"{SEED}{verb}{budget}")
    unit = rng.choice(["s", "ms", "us", "ns"])
    starts: list[datetime | None] = [*moments(rng, ROWS // 3, unit), None]
    codes = [rng.randrange(len(SCHEDULES)) for _ in starts]
    for paused in (False, True):
        pairs = [pauses_of(rng, start) if paused and start else [] for start in starts]
        flat = [pair for own in pairs for pair in own]
        given = columns.Pauses(
            column([since for since, _ in flat], unit),
            column([until for _, until in flat], unit),
            np.cumsum([0, *map(len, pairs)]),
        )
        for provisional in (False, True):
            found = getattr(columns, verb)(
                SCHEDULES,
                column(starts, unit),
                budget,
                codes=codes,
                tz="UTC",
                pauses=given if paused else None,
                on_unknown="mark",
                provisional=provisional,
            )
            for row, start in enumerate(starts):
                value = found.values[row].astype("M8[us]").item()
                if start is None:
                    assert (value, found.unknown[row]) == (None, False)
                    continue
                asked = (SCHEDULES[codes[row]], verb, start, budget, pairs[row])
                known = scalar(*asked)
                if known is None and pairs[row] and pairs[row][-1][1] is None:
                    # unknown, or in any case after the pause begins
                    assert provisional or value is None, asked
                    continue
                by_rule = known is None and provisional
                if by_rule:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore", ProvisionalWarning)
                        known = scalar(*asked, provisional=True)
                assert found.unknown[row] == (known is None), asked
                assert found.provisional[row] == (by_rule and known is not None), asked
                wanted = None if known in (None, "open") else plain(known)
                assert value == wanted, asked


@pytest.mark.parametrize("budget", BUDGETS, ids=str)
def test_the_latest_starts_and_what_remains(budget: Any) -> None:
    rng = random.Random(f"{SEED}{budget}")
    for schedule in SCHEDULES:
        when = moments(rng, 6, "s")
        found = columns.latest_start(
            schedule, column(when, "us"), budget, tz="UTC", on_unknown="mark"
        )
        now = [start + rng.randrange(9000) * MINUTE for start in when]
        left = columns.remaining(
            schedule, column(when, "s"), budget, as_of=column(now, "s"), tz="UTC", on_unknown="mark"
        )
        for row, start in enumerate(when):
            latest = partial(schedule.latest_start, start, budget)
            remaining = partial(schedule.remaining, start, budget, as_of=now[row])
            for answers, ask in ((found, lambda ask=latest: plain(ask())), (left, remaining)):
                value = answers.values[row].item()
                try:
                    known = ask()
                except CalendarCoverageError:
                    assert answers.unknown[row]
                    assert value is None
                else:
                    assert value == known, (schedule, start, now[row])


@pytest.mark.parametrize("years", [(1, 2), (1850, 2025), (2025, 2250), (8999, 9999)])
def test_rows_far_from_today(years: tuple[int, int]) -> None:
    # one schedule for all years would compile 9,000 years of working time, which take 4 GB
    calendar = Calendar.plain(id=f"{years}", last=date(9000, 1, 1))
    daily = Schedule(calendar, "Mo-Su 09:00-18:00", tz="Europe/Moscow")
    starts = np.array([f"{year:04}-06-01T12:00" for year in years], "M8[s]")
    for budget in BUDGETS:
        found = columns.deadline(daily, starts, budget, tz="UTC", on_unknown="mark")
        for row, year in enumerate(years):
            start = datetime(year, 6, 1, 12, tzinfo=UTC)
            wanted = scalar(daily, "deadline", start, budget, [])
            assert found.values[row].astype("M8[us]").item() == (wanted and plain(wanted))
            assert found.unknown[row] == (wanted is None)


def test_time_left_that_nanoseconds_cannot_represent_is_unknown() -> None:
    starts = np.array(["2025-01-06T09:00"] * 2 + ["NaT"], "M8[s]")
    now = np.array(["2025-01-06T09:00", "1700-01-01T00:00", "2025-01-06T09:00"], "M8[ns]")
    near, far = ClockTime(200 * 365 * DAY), ClockTime(500 * 365 * DAY)
    for budget, unknown in ((near, [False, True, False]), (far, [True, True, False])):
        found = columns.remaining(OFFICE, starts, budget, as_of=now, tz="UTC", on_unknown="mark")
        assert found.unknown.tolist() == unknown
        assert np.isnat(found.values).tolist() == [unknown[0], True, True]
        row = unknown.index(True)
        with pytest.raises(OverflowError, match=rf"row {row}: .*datetime64\[ns\]"):
            columns.remaining(OFFICE, starts, budget, as_of=now, tz="UTC")
        micros = columns.remaining(OFFICE, starts, budget, as_of=now.astype("M8[us]"), tz="UTC")
        start = datetime(2025, 1, 6, 9, tzinfo=UTC)
        assert micros.tolist() == [
            OFFICE.remaining(start, budget, as_of=start),
            OFFICE.remaining(start, budget, as_of=datetime(1700, 1, 1, tzinfo=UTC)),
            None,
        ]


def test_unknown_rows_are_named_and_rules_warn() -> None:
    starts = np.array(["2026-03-02T09:00", "2031-05-05T09:00"], "M8[s]")
    for budget in (WorkingDays(3), CalendarDays(3, roll="following"), WorkingDaysInHours(3)):
        with pytest.raises(CalendarCoverageError, match="row 1: ") as caught:
            columns.deadline(OFFICE, starts, budget, tz="UTC")
        assert caught.value.row == 1
        with pytest.warns(ProvisionalWarning, match="1 answers are provisional, the first of row"):
            columns.deadline(OFFICE, starts, budget, tz="UTC", provisional=True)
    unrolled = CalendarDays(3, roll="none")
    certain = columns.deadline(OFFICE, starts, unrolled, tz="UTC", on_unknown="mark")
    assert certain.unknown.tolist() == [False, True]  # when that date closes is not known


def test_shapes_lists_and_nat() -> None:
    due = OFFICE.deadline(datetime(2025, 3, 12, 9, tzinfo=OFFICE.tz), WorkingDays(2))
    start = datetime(2025, 3, 12, 9, tzinfo=OFFICE.tz)
    assert columns.deadline(OFFICE, [start, None], WorkingDays(2)) == [due, None]
    assert columns.deadline(OFFICE, start, WorkingDays(2)) == due
    square = np.full((2, 2), "2025-03-12T06:00", "M8[s]")
    for budget in BUDGETS:
        assert columns.deadline(OFFICE, square, budget, tz="UTC").shape == (2, 2)
        nothing = columns.deadline(OFFICE, np.array(["NaT"], "M8[s]"), budget, tz="UTC")
        assert np.isnat(nothing).tolist() == [True]
        assert columns.deadline(OFFICE, np.array([], "M8[s]"), budget, tz="UTC").shape == (0,)
        left = columns.remaining(OFFICE, square, budget, as_of=square[0, 0], tz="UTC")
        assert left.shape == (2, 2)
        assert left[0, 0].item() == OFFICE.remaining(start, budget, as_of=start)
    nights = Schedule(None, "Mo-Su 22:00-06:00", tz="Europe/Moscow")
    with pytest.raises(BudgetError, match="combined schedule"):
        columns.deadline(OFFICE | nights, square, WorkingDays(2), tz="UTC")
    with pytest.raises(TypeError, match="a budget is"):
        columns.deadline(OFFICE, square, "7 working days", tz="UTC")


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_frames_take_every_budget(library: str) -> None:
    made = pytest.importorskip(library)
    from workhours_sla import frames

    times = [datetime(2025, 3, 12, 10, 15, tzinfo=UTC), None]
    of = {
        "pandas": lambda: made.Series(times).astype("datetime64[us, UTC]"),
        "polars": lambda: made.Series(times, dtype=made.Datetime("us", "UTC")),
        "pyarrow": lambda: made.array(times, made.timestamp("us", "UTC")),
    }
    posted = of[library]()
    for budget in (*BUDGETS, working_hours(4)):
        found = frames.deadline(OFFICE, posted, budget)
        first = found[0].as_py() if library == "pyarrow" else found[0]
        assert first == OFFICE.deadline(times[0], budget)
        left = frames.remaining(OFFICE, posted, budget, as_of=times[0] + DAY)
        first = left[0].as_py() if library == "pyarrow" else left[0]
        assert first == OFFICE.remaining(times[0], budget, as_of=times[0] + DAY)
        frames.breaches_after(OFFICE, posted, budget)
        frames.latest_start(OFFICE, posted, budget)


KNOWN: list[Any] = [
    parse_budget(f"{'30h' if kind is ClockTime else 2} {kind.units[1]}", roll="following")
    for kind in BUDGET_KINDS
]


def test_each_kind_has_a_text_and_words() -> None:
    assert [type(budget) for budget in KNOWN] == list(BUDGET_KINDS)
    for budget in KNOWN:
        words = set()
        for lang in LANGUAGES:
            with language(lang):
                words.add(budget_words(budget_kind(budget), budget_size(budget)))
        assert len(words) == len(LANGUAGES)


@pytest.mark.parametrize("budget", KNOWN, ids=str)
@pytest.mark.parametrize("verb", ["deadline", "breaches_after"])
def test_an_open_pause_at_the_exact_tie(verb: str, budget: Any) -> None:
    """A pause without an end leaves an answer only if a long pause would leave it, too."""
    for when in ((3, 12, 9, 0), (3, 12, 15, 0), (10, 31, 11, 30)):  # the second is at closing
        start = datetime(2025, *when, tzinfo=UTC)
        due, limit = OFFICE.deadline(start, budget), OFFICE.breaches_after(start, budget)
        since = [edge + step for edge in (due, limit) for step in (-TICK, 0 * TICK, TICK)]
        none: list[datetime | None] = [None] * len(since)
        lone = columns.Pauses(column(since, "us"), column(none, "us"), np.arange(len(since) + 1))
        starts = column([start] * len(since), "us")
        found = getattr(columns, verb)(OFFICE, starts, budget, pauses=lone, tz="UTC")
        known = getattr(OFFICE, verb)(start, budget)
        for row, begin in enumerate(since):
            try:
                pauses = [(begin, begin + 400 * DAY)]
                paused = getattr(OFFICE, verb)(start, budget, pauses=pauses)
            except CalendarCoverageError:
                paused = None
            wanted = known if paused == known else None
            assert found[row].item() == (wanted and plain(wanted)), begin
