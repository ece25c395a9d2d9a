"""The verbs on polars columns equal the scalar verbs, in the zone of the column."""

from __future__ import annotations

import warnings
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

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
    alone,
    call,
    moments,
    paused_answers,
    pauses_of,
    scalar_answers,
)
from workhours_sla import columns, frames, working_hours
from workhours_sla.adapters.frames.polars import PolarsRows
from workhours_sla.errors import (
    BudgetError,
    CalendarCoverageError,
    NaiveDatetimeError,
    ProvisionalWarning,
)

UNITS = ("ms", "us", "ns")


def column(unit: str, values: list[Any], zone: str = "Asia/Tokyo", name: str = "posted") -> Any:
    return pl.Series(name, values, pl.Datetime(unit, "UTC")).dt.convert_time_zone(zone)


PAUSES = pl.List(pl.Struct({name: pl.Datetime("us", "UTC") for name in ("start", "end")}))


@pytest.mark.parametrize("name", OFFICES)
@pytest.mark.parametrize("unit", UNITS)
def test_every_verb_equals_the_scalar_verb(unit: str, name: str) -> None:
    starts, ends = moments(unit, 1), moments(unit, 2)
    asked, until = column(unit, starts), column(unit, ends, "America/New_York", "answered")
    for verb, wanted in scalar_answers(OFFICES[name], starts, ends).items():
        found = call(frames, verb, OFFICES[name], asked, until)
        assert found.to_list() == wanted, verb
        assert found.name == "posted"
        dtype = {"elapsed": pl.Duration(unit), "is_working": pl.Boolean}.get(verb, asked.dtype)
        # one instant, such as now, is in microseconds
        expected = pl.Duration(max(unit, "us", key=UNITS.index)) if verb == "remaining" else dtype
        assert found.dtype == expected


def test_a_finer_column_makes_the_unit_finer() -> None:
    start = column("ms", [datetime(2025, 3, 11, 10, tzinfo=OFFICE.tz)])
    end = start.dt.cast_time_unit("ns") + pl.Series([7000]).cast(pl.Duration("ns"))
    found = frames.elapsed(OFFICE, start, end)
    assert found.dtype == pl.Duration("ns")
    assert found.to_physical().to_list() == [7000]


def test_columns_are_not_copied() -> None:
    asked = column("us", [value or NOW for value in moments("us", 1)])
    buffer = asked.to_physical().to_numpy(allow_copy=False)
    assert np.shares_memory(PolarsRows("starts", asked).times, buffer)


def test_slices_and_chunks() -> None:
    starts = moments("us", 1)
    wanted = scalar_answers(OFFICE, starts, starts)["deadline"]
    asked = column("us", starts)
    assert frames.deadline(OFFICE, asked[1:40], BUDGET).to_list() == wanted[1:40]
    chunked = asked[:7].append(asked[7:8]).append(asked[8:])
    assert frames.deadline(OFFICE, chunked, BUDGET).to_list() == wanted


@pytest.mark.parametrize("count", [0, 1])
def test_no_row_and_one_row(count: int) -> None:
    starts, ends = moments("us", 1, 3)[:count], moments("us", 2, 3)[:count]
    asked, until = column("us", starts), column("us", ends)
    for verb, wanted in scalar_answers(OFFICE, starts, ends).items():
        assert call(frames, verb, OFFICE, asked, until).to_list() == wanted
    by = pl.Series(["watch"] * count, dtype=pl.String)
    pauses = pl.Series(
        [[]] * count, dtype=pl.List(pl.Struct({"start": asked.dtype, "end": pl.Null}))
    )
    assert len(frames.deadline(OFFICES, asked, BUDGET, by=by, pauses=pauses)) == count


# -- further columns -------------------------------------------------------------------------


def test_one_instant_for_all_rows_or_none() -> None:
    starts = moments("ms", 1)
    asked = column("ms", starts)
    wanted = scalar_answers(OFFICE, starts, [NOW] * len(starts))["elapsed"]
    found = frames.elapsed(OFFICE, asked, NOW.astimezone(OFFICE.tz))
    assert found.to_list() == wanted
    assert found.dtype == pl.Duration("us")
    nothing = pl.Series([None] * len(starts))
    assert frames.elapsed(OFFICE, asked, nothing).null_count() == len(starts)


def test_a_budget_for_each_row() -> None:
    starts = moments("us", 1, 40)
    amounts = [working_hours(row % 5, minutes=row) for row in range(40)]
    wanted = [
        None if start is None else OFFICE.deadline(start, amount)
        for start, amount in zip(starts, amounts, strict=True)
    ]
    for unit in UNITS:
        budgets = pl.Series(amounts, dtype=pl.Duration(unit))
        assert frames.deadline(OFFICE, column("us", starts), budgets).to_list() == wanted


def test_columns_that_are_not_instants_or_amounts_are_refused() -> None:
    aware = column("us", [NOW, NOW])
    naive = aware.dt.replace_time_zone(None)
    with pytest.raises(NaiveDatetimeError, match=r"posted is .*replace_time_zone\('Europe/Volgo"):
        frames.deadline(OFFICE, naive, BUDGET)
    with pytest.raises(NaiveDatetimeError, match="posted is Datetime"):
        frames.elapsed(OFFICE, aware, naive)
    with pytest.raises(NaiveDatetimeError, match="has no zone"):
        frames.elapsed(OFFICE, aware, NOW.replace(tzinfo=None))
    with pytest.raises(TypeError, match="starts is a column of Date, not of instants"):
        frames.deadline(OFFICE, aware.dt.date(), BUDGET)
    with pytest.raises(TypeError, match="starts is of type list"):
        frames.deadline(OFFICE, [NOW], BUDGET)
    for given in ("answered", None):
        with pytest.raises(TypeError, match="ends is of type"):
            frames.elapsed(OFFICE, aware, given)
    for amount in (None, 4.5, "4h", pl.Series([4.5, 4.5])):
        with pytest.raises(TypeError, match="a budget is"):
            frames.deadline(OFFICE, aware, amount)
    with pytest.raises(BudgetError, match="the budget of row 1 is NaT"):
        frames.deadline(OFFICE, aware, pl.Series([BUDGET, None]))
    one = aware[:1]
    for refused in (
        lambda: frames.elapsed(OFFICE, aware, one),
        lambda: frames.deadline(OFFICE, aware, pl.Series([BUDGET])),
        lambda: frames.deadline(OFFICES, aware, BUDGET, by=pl.Series(["watch"])),
        lambda: frames.deadline([OFFICE], aware, BUDGET, codes=pl.Series([0])),
    ):
        with pytest.raises(ValueError, match="has 1 rows where the first column has 2"):
            refused()


# -- a schedule for each row -----------------------------------------------------------------


def test_schedules_by_name_and_by_code() -> None:
    starts = moments("us", 1)
    asked = column("us", starts)
    codes = pl.Series([row % 3 for row in range(len(starts))], dtype=pl.UInt8)
    names = [list(OFFICES)[code] for code in codes]
    wanted = [
        None if start is None else OFFICES[name].deadline(start, BUDGET)
        for start, name in zip(starts, names, strict=True)
    ]
    for dtype in (pl.String, pl.Categorical, pl.Enum(["unused", *reversed(OFFICES)])):
        by = pl.Series(names, dtype=dtype)
        assert frames.deadline(OFFICES, asked, BUDGET, by=by).to_list() == wanted
    listed = list(OFFICES.values())
    assert frames.deadline(listed, asked, BUDGET, codes=codes).to_list() == wanted
    with pytest.raises(IndexError, match="row 2 has schedule code 2"):
        frames.deadline(listed[:2], asked, BUDGET, codes=codes)


def test_an_unknown_or_missing_name_is_refused() -> None:
    asked = column("us", [NOW] * 3)
    by = pl.Series(["watch", "volgorad", None])
    with pytest.raises(LookupError, match=r"row 1 names .*'volgorad'.*near it: volgograd"):
        frames.deadline(OFFICES, asked, BUDGET, by=by)
    with pytest.raises(LookupError, match="row 0 names no schedule"):
        frames.deadline(OFFICES, asked[2:], BUDGET, by=by[2:])
    for given in ("agency", pl.Series([0, 1, 2])):
        with pytest.raises(TypeError, match="not a column of names"):
            frames.deadline(OFFICES, asked, BUDGET, by=given)


# -- pauses ----------------------------------------------------------------------------------


def test_pauses_as_lists_of_structs() -> None:
    starts, ends = moments("us", 1, 40), moments("us", 2, 40)
    pauses = pauses_of(starts, 3)
    asked, until = column("us", starts), column("us", ends)
    rows = [[{"start": since, "end": end} for since, end in own] or None for own in pauses]
    listed = pl.Series(rows, dtype=PAUSES)
    assert listed.null_count()
    for verb, wanted in paused_answers(starts, ends, pauses).items():
        found = call(frames, verb, OFFICE, asked, until, pauses=listed)
        assert found.to_list() == wanted, verb
        found = call(frames, verb, OFFICE, asked[5:30], until[5:30], pauses=listed[5:30])
        assert found.to_list() == wanted[5:30], verb


def test_a_pause_without_an_end_gives_no_deadline() -> None:
    asked = column("us", [NOW, NOW])
    pauses = pl.Series([[], [{"start": NOW, "end": None}]], dtype=PAUSES)
    found = frames.deadline(OFFICE, asked, BUDGET, pauses=pauses)
    assert found.to_list() == [OFFICE.deadline(NOW, BUDGET), None]


def test_pauses_of_another_kind_are_refused() -> None:
    asked = column("us", [NOW])
    for pauses in (pl.Series([[NOW]]), pl.Series([[{"start": NOW}]]), [[(NOW, NOW)]]):
        with pytest.raises(TypeError, match="lists of structs with the fields start and end"):
            frames.deadline(OFFICE, asked, BUDGET, pauses=pauses)
    backwards = pl.Series([[{"start": NOW, "end": NOW - timedelta(hours=1)}]], dtype=PAUSES)
    with pytest.raises(ValueError, match="the pauses of row 0 are not sorted"):
        frames.deadline(OFFICE, asked, BUDGET, pauses=backwards)


# -- unknown dates --------------------------------------------------------------------------


def test_an_unknown_row_raises_or_is_marked() -> None:
    asked = column("us", [NOW, UNKNOWN, None])
    with pytest.raises(
        CalendarCoverageError, match="row 1: calendar RU-VGG does not know"
    ) as caught:
        frames.deadline(OFFICE, asked, BUDGET)
    assert caught.value.row == 1
    marked = frames.deadline(OFFICE, asked, BUDGET, on_unknown="mark")
    assert isinstance(marked, columns.Marked)
    assert marked.values.to_list() == [OFFICE.deadline(NOW, BUDGET), None, None]
    assert marked.unknown.to_list() == [False, True, False]
    assert marked.provisional.to_list() == [False, False, False]
    marked = frames.is_working(OFFICE, asked, on_unknown="mark")
    assert marked.values.to_list() == [True, None, None]


def test_provisional_answers_warn_at_the_call() -> None:
    asked = column("us", [NOW, UNKNOWN])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = frames.deadline(OFFICE, asked, BUDGET, provisional=True)
        assert asked.sla.deadline(OFFICE, BUDGET, provisional=True).equals(found)
    assert [warning.category for warning in caught] == [ProvisionalWarning] * 2
    assert {warning.filename for warning in caught} == {__file__}
    assert "1 answers are provisional, the first of row 1" in str(caught[0].message)


AB = {"a": 1, "b": 2}

# -- the namespace and expressions -----------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_the_namespace_equals_the_functions(verb: str) -> None:
    asked, until = column("us", moments("us", 1)), column("us", moments("us", 2))
    wanted = call(frames, verb, OFFICE, asked, until)
    given = [] if verb in OF_TIMES else [until if verb == "elapsed" else BUDGET]
    named = {"now": NOW} if verb == "remaining" else {}
    assert getattr(asked.sla, verb)(OFFICE, *given, **named).equals(wanted)


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


def test_the_verbs_need_neither_pandas_nor_arrow() -> None:
    imports = "import polars as pl"
    columns_of = 'pl.Series([start]).dt.replace_time_zone(office.tz.key), pl.Series(["a"])'
    assert alone({"pyarrow", "pandas"}, imports, columns_of) == "2025-11-01 12:30:00+03:00"


def test_answers_are_in_the_zone_of_the_column() -> None:
    asked = column("us", [NOW], "America/New_York")
    found = frames.deadline(OFFICE, asked, BUDGET)[0]
    assert (
        found.utcoffset() == datetime(2026, 3, 2, tzinfo=ZoneInfo("America/New_York")).utcoffset()
    )
