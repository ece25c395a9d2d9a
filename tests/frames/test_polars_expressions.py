"""What only polars has: expressions, slices of chunks, columns of enumerations."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pl = pytest.importorskip("polars")

from kit.frame_cases import (
    BUDGET,
    NOW,
    OF_TIMES,
    OFFICE,
    OFFICES,
    UNKNOWN,
    VERBS,
    call,
    moments,
    paused_answers,
    pauses_of,
    scalar_answers,
)
from kit.frame_libraries import Polars
from workhours_sla import frames
from workhours_sla.errors import (
    NaiveDatetimeError,
)

column = Polars().column


PAUSES = pl.List(pl.Struct({name: pl.Datetime("us", "UTC") for name in ("start", "end")}))


def test_slices_and_chunks() -> None:
    starts = moments("us", 1)
    wanted = scalar_answers(OFFICE, starts, starts)["deadline"]
    asked = column("us", starts)
    assert frames.deadline(OFFICE, asked[1:40], BUDGET).to_list() == wanted[1:40]
    chunked = asked[:7].append(asked[7:8]).append(asked[8:])
    assert frames.deadline(OFFICE, chunked, BUDGET).to_list() == wanted


def test_pauses_of_another_kind_are_refused() -> None:
    asked = column("us", [NOW])
    for pauses in (pl.Series([[NOW]]), pl.Series([[{"start": NOW}]]), [[(NOW, NOW)]]):
        with pytest.raises(TypeError, match="lists of structs with the fields start and end"):
            frames.deadline(OFFICE, asked, BUDGET, pauses=pauses)
    backwards = pl.Series([[{"start": NOW, "end": NOW - timedelta(hours=1)}]], dtype=PAUSES)
    with pytest.raises(ValueError, match="the pauses of row 0 are not sorted"):
        frames.deadline(OFFICE, asked, BUDGET, pauses=backwards)


AB = {"a": 1, "b": 2}


def test_an_expression_without_rows_is_refused() -> None:
    with pytest.raises(TypeError, match=r"starts is an expression.*namespace, .sla"):
        frames.deadline(OFFICE, pl.col("posted"), BUDGET)


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("verb", VERBS)
def test_the_expression_equals_the_functions(verb: str, unit: str, engine: Any) -> None:
    frame = pl.DataFrame({name: column(unit, moments(unit, seed)) for name, seed in AB.items()})
    wanted = call(frames, verb, OFFICE, frame["a"], frame["b"])
    given = [] if verb in OF_TIMES else [pl.col("b") if verb == "elapsed" else BUDGET]
    named = {"now": NOW} if verb == "remaining" else {}
    found = getattr(pl.col("a").sla, verb)(OFFICE, *given, **named)
    lazy = frame.lazy().select(answer=found)
    assert lazy.collect(engine=engine)["answer"].equals(
        wanted.cast(lazy.collect_schema()["answer"])
    )


def test_an_expression_takes_columns_of_schedules_and_budgets() -> None:
    frame = pl.DataFrame(
        {
            "posted": column("us", moments("us", 1)),
            "allowed": pl.Series([timedelta(hours=3)]).new_from_index(0, len(moments("us", 1))),
        }
    ).with_columns(agency=pl.lit("roads"))
    due = pl.col("posted").sla.deadline(
        {"roads": OFFICE}, pl.col("allowed"), by=pl.col("agency"), on_unknown="mark"
    )
    wanted = frames.deadline(OFFICE, frame["posted"], timedelta(hours=3), on_unknown="mark")
    assert frame.select(due)["posted"].equals(wanted.values)


def test_an_expression_stays_lazy() -> None:
    frame = pl.DataFrame({"posted": column("us", moments("us", 1))}).with_row_index()
    lazy = frame.lazy().with_columns(due=pl.col("posted").sla.deadline(OFFICE, BUDGET))
    assert lazy.collect_schema()["due"] == frame.schema["posted"]
    plan = lazy.filter(pl.col("index") > 2).explain()
    assert plan.index("WITH_COLUMNS") < plan.index("FILTER"), "the filter is applied first"


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_an_expression_within_when_needs_no_values_in_other_rows(engine: Any) -> None:
    starts = moments("us", 1)
    names = [list(OFFICES)[row % 3] if row % 2 else None for row in range(len(starts))]
    frame = pl.DataFrame(
        {"posted": column("us", starts), "agency": names, "allowed": [BUDGET] * len(starts)}
    )
    due = pl.col("posted").sla.deadline(OFFICES, pl.col("allowed"), by=pl.col("agency"))
    wanted = [
        None if name is None or start is None else OFFICES[name].deadline(start, BUDGET)
        for start, name in zip(starts, names, strict=True)
    ]
    for rows in (frame, frame.head(1), frame.head(0)):
        lazy = rows.lazy().select(due=pl.when(pl.col("agency").is_not_null()).then(due))
        assert lazy.collect(engine=engine)["due"].to_list() == wanted[: len(rows)]
    with pytest.raises(LookupError, match="row 0 names no schedule"):
        frame.lazy().select(due).collect(engine=engine)


def test_a_row_without_an_instant_asks_nothing() -> None:
    frame = pl.DataFrame(
        {"posted": column("us", [None, None]), "allowed": [None, BUDGET], "agency": [None, "x"]}
    )
    due = pl.col("posted").sla.deadline(OFFICES, pl.col("allowed"), by=pl.col("agency"))
    assert frame.select(due)["posted"].to_list() == [None, None]
    working = pl.col("posted").sla.is_working(OFFICES, by=pl.col("agency"))
    assert frame.select(working)["posted"].to_list() == [None, None]
    more = pl.DataFrame(
        {"posted": column("us", [NOW]), "allowed": [BUDGET], "agency": ["volgograd"]}
    )
    found = pl.concat([frame, more]).select(due)["posted"].to_list()
    assert found == [None, None, OFFICE.deadline(NOW, BUDGET)]
    for by in (pl.Categorical, pl.Enum(["x", "volgograd", "y"])):
        typed = pl.concat([frame, more]).with_columns(pl.col("agency").cast(by))
        assert typed.select(due)["posted"].to_list() == found
    for wrong, said in (
        ({"agency": pl.Series(["y"])}, "row 2 names the schedule 'y'"),
        ({"allowed": pl.Series([-BUDGET])}, "the budget of row 2"),
        ({"posted": column("us", [UNKNOWN])}, "row 2: calendar RU-VGG does not know"),
    ):
        with pytest.raises((LookupError, ValueError), match=said):
            pl.concat([frame, more.with_columns(**wrong)]).select(due)
    coded = pl.concat([frame, more]).with_columns(code=pl.Series([None, 7, 0], dtype=pl.UInt8))
    by_code = pl.col("posted").sla.deadline(list(OFFICES.values()), BUDGET, codes=pl.col("code"))
    assert coded.select(by_code)["posted"].to_list() == found


def test_an_expression_refuses_to_round() -> None:
    frame = pl.DataFrame({"posted": column("ms", [NOW])})
    due = pl.col("posted").sla.deadline(OFFICE, timedelta(microseconds=1))
    with pytest.raises(ValueError, match=r"need the time unit us.*cast_time_unit"):
        frame.select(due)


def test_an_expression_refuses_naive_columns_and_dates() -> None:
    frame = pl.DataFrame({"posted": [datetime(2025, 3, 12, 10)], "day": [date(2025, 3, 12)]})
    for name, error in (("posted", NaiveDatetimeError), ("day", TypeError)):
        with pytest.raises(error, match=r"has no zone|not of instants"):
            frame.select(pl.col(name).sla.deadline(OFFICE, BUDGET))


def test_columns_of_names_may_be_categories() -> None:
    asked = column("us", moments("us", 1))
    names = [list(OFFICES)[row % 3] for row in range(len(asked))]
    wanted = frames.deadline(OFFICES, asked, BUDGET, by=pl.Series(names))
    for dtype in (pl.Categorical, pl.Enum(["unused", *reversed(OFFICES)])):
        by = pl.Series(names, dtype=dtype)
        assert frames.deadline(OFFICES, asked, BUDGET, by=by).equals(wanted)
    with pytest.raises(TypeError, match="not a column of names"):
        frames.deadline(OFFICES, asked, BUDGET, by=pl.Series(range(len(asked))))


def test_pauses_of_a_slice() -> None:
    starts, ends = moments("us", 1, 40), moments("us", 2, 40)
    pauses = pauses_of(starts, 3)
    asked, until, listed = column("us", starts), column("us", ends), Polars().pauses(pauses)
    for verb, wanted in paused_answers(starts, ends, pauses).items():
        found = call(frames, verb, OFFICE, asked[5:30], until[5:30], pauses=listed[5:30])
        assert found.to_list() == wanted[5:30], verb
