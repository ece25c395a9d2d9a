"""What only one library has: an index of pandas, chunks of Arrow, expressions of polars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from inspect import signature
from typing import Any
from zoneinfo import ZoneInfo

import pytest

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
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
from kit.frame_libraries import Arrow, Pandas, Polars
from workhours_sla import frames, working_hours
from workhours_sla.errors import BudgetError, CalendarCoverageError, NaiveDatetimeError

VOLGOGRAD = ZoneInfo("Europe/Volgograd")
NUMPY = Pandas("numpy")
column, scalars = NUMPY.column, NUMPY.list
of_arrow, of_polars = Arrow().column, Polars().column
LISTED = list(OFFICES.values())
CODES = [row % 3 for row in range(90)]
NAMES = [list(OFFICES)[code] for code in CODES]


# -- pandas ----------------------------------------------------------------------------------


def test_objects_are_answered_each_in_its_own_zone() -> None:
    zones = [VOLGOGRAD, ZoneInfo("America/New_York"), UTC]
    starts = [datetime(2025, 3, 11, 10, tzinfo=UTC).astimezone(zone) for zone in zones]
    asked = pd.Series([*starts, None, pd.NaT, float("nan")], dtype=object)
    found = frames.deadline(OFFICE, asked, BUDGET)
    assert found.dtype == object
    assert [value.utcoffset() for value in found[:3]] == [
        OFFICE.deadline(start, BUDGET).utcoffset() for start in starts
    ]
    assert found[3:].isna().all()


def test_a_multi_index_and_chunks_of_arrow() -> None:
    starts = moments("us", 1, 30)
    index = pd.MultiIndex.from_product([["a", "b", "c"], range(10)])
    asked = column("us", starts, index=index)
    found = frames.deadline(OFFICE, asked, BUDGET)
    assert found.index.equals(index)
    wanted = scalar_answers(OFFICE, starts, starts)["deadline"]
    assert scalars(found) == wanted
    whole = pa.array(starts, pa.timestamp("us", "Asia/Tokyo"))
    chunks = pa.chunked_array([whole[:11], whole[11:12], whole[12:]])
    backed = pd.Series(pd.arrays.ArrowExtensionArray(chunks), index=index)
    assert scalars(frames.deadline(OFFICE, backed, BUDGET)) == wanted
    assert scalars(frames.deadline(OFFICE, backed[5:20], BUDGET)) == wanted[5:20]
    late = pd.Series([None, None, UNKNOWN], index=index[[3, 4, 29]], dtype=object)
    with pytest.raises(CalendarCoverageError, match=r"row 2 \(index \('c', .*9.*\)\): calendar"):
        frames.deadline(OFFICE, late, BUDGET)


@pytest.mark.parametrize("verb", sorted(OF_TIMES - {"is_working"}))
def test_inclusive_decides_whether_the_instant_itself_counts(verb: str) -> None:
    nine = datetime(2025, 3, 12, 9, tzinfo=VOLGOGRAD).astimezone(UTC)
    times = [nine + timedelta(hours=hours) for hours in (0, 1, 4, 9)]
    asked = column("us", times)
    for inclusive in (True, False):
        wanted = [getattr(OFFICE, verb)(when, inclusive=inclusive) for when in times]
        assert scalars(getattr(frames, verb)(OFFICE, asked, inclusive=inclusive)) == wanted
        assert scalars(getattr(asked.sla, verb)(OFFICE, inclusive=inclusive)) == wanted


def test_different_indexes_are_refused_and_arrays_go_by_position() -> None:
    starts, ends = moments("us", 1, 6), moments("us", 2, 6)
    asked = column("us", starts, index=list("abcdef"))
    until = column("us", ends, index=list("fedcba"))
    with pytest.raises(ValueError, match=r"ends and the first column have different indexes"):
        frames.elapsed(OFFICE, asked, until)
    with pytest.raises(ValueError, match=r"by and the first column have different indexes"):
        frames.deadline(OFFICES, asked, BUDGET, by=pd.Series(["watch"] * 6))
    with pytest.raises(ValueError, match=r"budget and the first column have different indexes"):
        frames.deadline(OFFICE, asked, pd.Series([BUDGET] * 6))
    wanted = scalar_answers(OFFICE, starts, ends)["elapsed"]
    listed = [pd.NaT if value is None else value for value in ends]
    for given in (until.array, pd.DatetimeIndex(until), listed, until.set_axis(list("abcdef"))):
        assert scalars(frames.elapsed(OFFICE, asked, given)) == wanted
    with pytest.raises(ValueError, match=r"ends has 5 rows where the first column has 6"):
        frames.elapsed(OFFICE, asked, until.array[:5])


def test_pauses_that_fit_no_row_are_refused() -> None:
    asked = column("us", [NOW] * 2, index=["x", "y"])
    frame = pd.DataFrame({"row": ["z"], "start": [NOW], "end": [NOW]})
    with pytest.raises(ValueError, match="a pause is of 'z', which is no label of the rows"):
        frames.deadline(OFFICE, asked, BUDGET, pauses=frame)
    with pytest.raises(ValueError, match="the rows share labels"):
        frames.deadline(OFFICE, asked.set_axis(["x", "x"]), BUDGET, pauses=frame)
    with pytest.raises(TypeError, match="the columns row, a label of the index, start and end"):
        frames.deadline(OFFICE, asked, BUDGET, pauses=frame[["row", "start"]])
    twice = pd.concat([frame, frame]).assign(row="y")
    twice["end"] += timedelta(hours=1)
    with pytest.raises(ValueError, match=r"the pauses of row 1 \(index y\) are not sorted"):
        frames.deadline(OFFICE, asked, BUDGET, pauses=twice)
    days = pd.DataFrame({"row": ["y"], "start": [NOW.date()], "end": [NOW]}, index=[7])
    with pytest.raises(TypeError, match=r"row 0 \(index 7\) of start is datetime.date"):
        frames.deadline(OFFICE, asked, BUDGET, pauses=days)


@pytest.mark.parametrize("verb", VERBS)
def test_the_accessors_equal_the_functions(verb: str) -> None:
    df = pd.DataFrame({"posted": column("us", moments("us", 1, 20))})
    df["answered"] = column("us", moments("us", 2, 20))
    df = df.assign(agency=["volgograd", "watch"] * 10, budget=BUDGET, as_of=NOW)
    wanted = call(frames, verb, OFFICES, df["posted"], df["answered"], by=df["agency"])
    others = [] if verb in OF_TIMES else ["answered" if verb == "elapsed" else "budget"]
    named = {"as_of": "as_of"} if verb == "remaining" else {}
    found = getattr(df.sla, verb)(OFFICES, "posted", *others, by="agency", **named)
    pd.testing.assert_series_equal(found, wanted)
    function = getattr(frames, verb)
    parameters = list(signature(function).parameters.values())
    of_series, of_frame = (getattr(type(one.sla), verb) for one in (df["posted"], df))
    assert list(signature(of_series).parameters.values())[1:] == [parameters[0], *parameters[2:]]
    assert list(signature(of_frame).parameters.values())[1:] == parameters
    first_line = function.__doc__.partition("\n")[0]
    assert of_series.__doc__.startswith(f"{first_line}\n")


def test_refusals_name_the_label_of_the_row() -> None:
    aware = column("us", [NOW, NOW], index=["x", "y"])
    with pytest.raises(NaiveDatetimeError, match=r"row 0 of starts"):
        frames.deadline(OFFICE, NUMPY.naive().astype(object), BUDGET)
    with pytest.raises(NaiveDatetimeError, match="ends is datetime64"):
        frames.elapsed(OFFICE, aware, NUMPY.naive().to_numpy())
    with pytest.raises(TypeError, match=r"row 1 \(index y\) of ends is 5, not a datetime"):
        frames.elapsed(OFFICE, aware, pd.Series([aware.iloc[0], 5], index=["x", "y"]))
    with pytest.raises(TypeError, match="starts is of type DatetimeIndex, not a Series"):
        frames.deadline(OFFICE, pd.DatetimeIndex(aware), BUDGET)
    with pytest.raises(TypeError, match="ends is of type"):
        frames.elapsed(OFFICE, aware, np.datetime64("2025-03-11"))
    with pytest.raises(BudgetError, match=r"budget of row 0 \(index x\) is NaT"):
        frames.deadline(OFFICE, aware, pd.Series([None, None], ["x", "y"], dtype="m8[s]"))
    late = pd.Series([NOW, UNKNOWN], index=["x", "y"])
    with pytest.raises(CalendarCoverageError, match=r"row 1 \(index y\): calendar RU-VGG"):
        frames.deadline(OFFICE, late, BUDGET)
    marked = frames.deadline(OFFICE, late, BUDGET, on_unknown="mark")
    assert marked.unknown.to_dict() == {"x": False, "y": True}


def test_further_arguments_may_be_lists_arrays_and_values_of_pandas() -> None:
    starts = moments("us", 1, 40)
    asked = column("us", starts)
    amounts = [working_hours(row % 5, minutes=row) for row in range(40)]
    wanted = frames.deadline(OFFICE, asked, pd.Series(amounts))
    for budgets in (pd.Series(amounts).to_numpy(), amounts, pd.Series(amounts, dtype=object)):
        assert frames.deadline(OFFICE, asked, budgets).equals(wanted)
    codes, names = CODES[:40], NAMES[:40]
    wanted = frames.next_opening(OFFICES, asked, by=pd.Series(names))
    unused = pd.Series(pd.Categorical(names, ["unused", *reversed(OFFICES)]))
    for by in (pd.Series(names, dtype=object), pd.Series(names, dtype="category"), unused, names):
        assert frames.next_opening(OFFICES, asked, by=by).equals(wanted)
    for chosen in (pd.Series(codes, dtype="int8"), pd.Series(codes, dtype="Int64"), codes):
        assert frames.next_opening(LISTED, asked, codes=chosen).equals(wanted)
    wanted = frames.elapsed(OFFICE, asked, NOW)
    for now in (pd.Timestamp(NOW), pd.Timestamp(NOW).as_unit("ns")):
        assert frames.elapsed(OFFICE, asked, now).equals(wanted)
    assert frames.elapsed(OFFICE, asked, pd.NaT).isna().all()


def test_types_of_arrow_in_pandas() -> None:
    asked = column("us", moments("us", 1, 40))
    amounts = pd.Series([working_hours(row % 5, minutes=row) for row in range(40)])
    backed = amounts.astype("duration[ms][pyarrow]")
    wanted = frames.deadline(OFFICE, asked, amounts)
    assert frames.deadline(OFFICE, asked, backed).equals(wanted)
    names = pd.Series(NAMES[:40])
    wanted = frames.deadline(OFFICES, asked, BUDGET, by=names)
    for dtype in ("string[pyarrow]", pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))):
        assert frames.deadline(OFFICES, asked, BUDGET, by=names.astype(dtype)).equals(wanted)
    offset = Pandas("arrow").column("us", moments("us", 1), "+03:00")
    assert frames.deadline(OFFICE, offset, BUDGET).dtype == offset.dtype


def test_nanoseconds_are_refused() -> None:
    start = pd.Series(pd.to_datetime(["2025-03-11 10:00"]).as_unit("ns")).dt.tz_localize(VOLGOGRAD)
    fine = start + pd.Timedelta(nanoseconds=7)
    for given in (fine, fine.astype(object)):
        with pytest.raises(TypeError, match=r"row 0 of starts is .*finer than microseconds"):
            frames.deadline(OFFICE, given, BUDGET)
    with pytest.raises(TypeError, match=r"ends is .*finer than microseconds"):
        frames.elapsed(OFFICE, start, fine[0])
    with pytest.raises(TypeError, match=r"the budget is .*finer than microseconds"):
        frames.deadline(OFFICE, start, pd.Timedelta(hours=4, nanoseconds=1))


def test_an_unknown_name_and_code_name_the_label() -> None:
    asked = column("us", [NOW] * 3, index=list("xyz"))
    by = pd.Series(["watch", "volgorad", None], index=asked.index)
    for names in (by.astype(object), by.astype("category")):
        with pytest.raises(LookupError, match=r"row 1 \(index y\).*'volgorad'.*near it: volgog"):
            frames.deadline(OFFICES, asked, BUDGET, by=names)
    with pytest.raises(LookupError, match="there are volgograd, watch, new york, lord howe"):
        frames.deadline(OFFICES, asked, BUDGET, by=["?"] * 3)
    with pytest.raises(IndexError, match=r"row 0 \(index x\) has schedule code 4"):
        frames.next_opening(LISTED, asked[:1], codes=[4])


# -- Arrow, and slices and pauses of polars -----------------------------------------------------


def test_slices_and_chunks() -> None:
    starts, ends = moments("us", 1), moments("us", 2)
    for verb in ("deadline", "elapsed", "is_working"):
        wanted = scalar_answers(OFFICE, starts, ends)[verb]
        asked, until = of_arrow("us", starts), of_arrow("us", ends)
        for own in (slice(1, 40), slice(3, 4), slice(7, None), slice(5, 5)):
            found = call(frames, verb, OFFICE, asked[own], until[own])
            assert found.to_pylist() == wanted[own]
        chunked = pa.chunked_array([asked[:11], asked[11:12], asked[12:12], asked[12:]])
        others = pa.chunked_array([until[:50], until[50:]])
        for own in (slice(0, None), slice(5, 60)):
            found = call(frames, verb, OFFICE, chunked[own], others[own])
            assert isinstance(found, pa.ChunkedArray)
            assert found.to_pylist() == wanted[own]
        none = pa.chunked_array([], asked.type)
        assert call(frames, verb, OFFICE, none, until[:0]).to_pylist() == []
        asked, until = of_polars("us", starts), of_polars("us", ends)
        chunked = asked[:7].append(asked[7:8]).append(asked[8:])
        assert call(frames, verb, OFFICE, asked[1:40], until[1:40]).to_list() == wanted[1:40]
        assert call(frames, verb, OFFICE, chunked, until).to_list() == wanted


def test_pauses_as_lists_of_structs() -> None:
    starts, ends = moments("us", 1, 40), moments("us", 2, 40)
    pauses = pauses_of(starts, 3)
    asked, until = of_arrow("us", starts), of_arrow("us", ends)
    each = pa.struct({"start": pa.timestamp("us", "UTC"), "end": pa.timestamp("s", "Asia/Tokyo")})
    # Arrow truncates to the unit of the end
    pauses = [[(since, end.replace(microsecond=0)) for since, end in own] for own in pauses]
    pauses = [[(since, max(since, end)) for since, end in own if since <= end] for own in pauses]
    rows = [[{"start": since, "end": end} for since, end in own] for own in pauses]
    for kind in (pa.list_(each), pa.large_list(each)):
        listed = pa.array(rows, kind)
        parts = pa.chunked_array([listed[:9], listed[9:]])
        for verb, wanted in paused_answers(starts, ends, pauses).items():
            for given in (listed, parts):
                found = call(frames, verb, OFFICE, asked, until, pauses=given)
                assert found.to_pylist() == wanted, verb
                found = call(frames, verb, OFFICE, asked[5:30], until[5:30], pauses=given[5:30])
                assert found.to_pylist() == wanted[5:30], verb


def test_values_under_a_null_list_are_not_pauses() -> None:
    pause = {"start": NOW, "end": NOW + timedelta(hours=1)}
    values = pa.array([pause] * 3)
    pauses = pa.ListArray.from_arrays(pa.array([0, None, 2, 3], pa.int32()), values)
    pauses = pa.Array.from_buffers(
        pauses.type,
        3,
        [pa.py_buffer(bytes([0b101])), pa.py_buffer(np.array([0, 1, 2, 3], np.int32))],
        children=[values],
    )
    assert pauses.to_pylist() == [[pause], None, [pause]]
    found = frames.deadline(OFFICE, of_arrow("us", [NOW] * 3), BUDGET, pauses=pauses)
    later = OFFICE.deadline(NOW, BUDGET, pauses=[(NOW, NOW + timedelta(hours=1))])
    assert found.to_pylist() == [later, OFFICE.deadline(NOW, BUDGET), later]


@pytest.mark.parametrize(("array", "make"), [(pa.array, of_arrow), (pl.Series, of_polars)])
def test_pauses_of_another_kind_are_refused(array: Any, make: Any) -> None:
    for pauses in (array([[NOW]]), array([[{"start": NOW}]]), [[(NOW, NOW)]]):
        with pytest.raises(TypeError, match="lists of structs with the fields start and end"):
            frames.deadline(OFFICE, make("us", [NOW]), BUDGET, pauses=pauses)


def test_further_arguments_may_be_scalars_chunks_and_dictionaries() -> None:
    starts = moments("s", 1)
    asked = of_arrow("s", starts)
    wanted = scalar_answers(OFFICE, starts, [NOW] * len(starts))["elapsed"]
    for now in (pa.scalar(NOW), pa.scalar(NOW).cast(asked.type)):
        assert frames.elapsed(OFFICE, asked, now).to_pylist() == wanted
    for nothing in (pa.scalar(None), pa.scalar(None, asked.type), pa.nulls(len(starts))):
        assert frames.elapsed(OFFICE, asked, nothing).null_count == len(starts)
    asked = of_arrow("us", starts)
    one = frames.deadline(OFFICE, asked, pa.scalar(BUDGET))
    assert one.equals(frames.deadline(OFFICE, asked, BUDGET))
    codes, text = CODES, pa.array(NAMES)
    wanted = frames.deadline(OFFICES, asked, BUDGET, by=text)
    unused = pa.DictionaryArray.from_arrays(pa.array(codes), [*list(OFFICES), "unused"])
    parts = pa.chunked_array([text[:20].dictionary_encode(), text[20:].dictionary_encode()])
    for by in (text.cast(pa.large_string()), unused, parts):
        assert frames.deadline(OFFICES, asked, BUDGET, by=by).equals(wanted)
    for chosen in (pa.array(codes, pa.int8()), pa.chunked_array([codes[:9], codes[9:]])):
        assert frames.deadline(LISTED, asked, BUDGET, codes=chosen).equals(wanted)
    wrong = pa.chunked_array([pa.array(["watch"]), pa.array(["volgorad", None])])
    for by in (wrong, wrong.combine_chunks().dictionary_encode()):
        with pytest.raises(LookupError, match=r"row 1 names .*'volgorad'.*near it: volgograd"):
            frames.deadline(OFFICES, asked[3:6], BUDGET, by=by)


def test_answers_of_chunks_are_chunks_without_null_where_nothing_is_missing() -> None:
    asked = pa.chunked_array([of_arrow("us", [NOW]), of_arrow("us", [UNKNOWN, None])])
    marked = frames.deadline(OFFICE, asked, BUDGET, on_unknown="mark")
    assert all(isinstance(part, pa.ChunkedArray) for part in marked)
    for verb in ("deadline", "elapsed", "is_working"):
        assert call(frames, verb, OFFICE, asked[:1], asked[:1]).null_count == 0


# -- expressions of polars ---------------------------------------------------------------------


def test_an_expression_without_rows_is_refused() -> None:
    with pytest.raises(TypeError, match=r"starts is an expression.*namespace, .sla"):
        frames.deadline(OFFICE, pl.col("posted"), BUDGET)


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("verb", VERBS)
def test_the_expression_equals_the_functions(verb: str, unit: str, engine: Any) -> None:
    frame = pl.DataFrame(
        {name: of_polars(unit, moments(unit, seed)) for name, seed in (("a", 1), ("b", 2))}
    )
    wanted = call(frames, verb, OFFICE, frame["a"], frame["b"])
    given = [] if verb in OF_TIMES else [pl.col("b") if verb == "elapsed" else BUDGET]
    named = {"as_of": NOW} if verb == "remaining" else {}
    found = getattr(pl.col("a").sla, verb)(OFFICE, *given, **named)
    lazy = frame.lazy().select(answer=found)
    assert lazy.collect(engine=engine)["answer"].equals(
        wanted.cast(lazy.collect_schema()["answer"])
    )


def test_an_expression_takes_columns_of_schedules_and_budgets() -> None:
    frame = pl.DataFrame(
        {
            "posted": of_polars("us", moments("us", 1)),
            "allowed": pl.Series([timedelta(hours=3)]).new_from_index(0, len(moments("us", 1))),
        }
    ).with_columns(agency=pl.lit("roads"))
    due = pl.col("posted").sla.deadline(
        {"roads": OFFICE}, pl.col("allowed"), by=pl.col("agency"), on_unknown="mark"
    )
    wanted = frames.deadline(OFFICE, frame["posted"], timedelta(hours=3), on_unknown="mark")
    assert frame.select(due)["posted"].equals(wanted.values)


def test_an_expression_stays_lazy() -> None:
    frame = pl.DataFrame({"posted": of_polars("us", moments("us", 1))}).with_row_index()
    lazy = frame.lazy().with_columns(due=pl.col("posted").sla.deadline(OFFICE, BUDGET))
    assert lazy.collect_schema()["due"] == frame.schema["posted"]
    plan = lazy.filter(pl.col("index") > 2).explain()
    assert plan.index("WITH_COLUMNS") < plan.index("FILTER"), "the filter is applied first"


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_an_expression_within_when_needs_no_values_in_other_rows(engine: Any) -> None:
    starts = moments("us", 1)
    names = [name if row % 2 else None for row, name in enumerate(NAMES)]
    frame = pl.DataFrame(
        {"posted": of_polars("us", starts), "agency": names, "allowed": [BUDGET] * len(starts)}
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
        {"posted": of_polars("us", [None, None]), "allowed": [None, BUDGET], "agency": [None, "x"]}
    )
    due = pl.col("posted").sla.deadline(OFFICES, pl.col("allowed"), by=pl.col("agency"))
    assert frame.select(due)["posted"].to_list() == [None, None]
    working = pl.col("posted").sla.is_working(OFFICES, by=pl.col("agency"))
    assert frame.select(working)["posted"].to_list() == [None, None]
    more = pl.DataFrame(
        {"posted": of_polars("us", [NOW]), "allowed": [BUDGET], "agency": ["volgograd"]}
    )
    found = pl.concat([frame, more]).select(due)["posted"].to_list()
    assert found == [None, None, OFFICE.deadline(NOW, BUDGET)]
    for by in (pl.Categorical, pl.Enum(["x", "volgograd", "y"])):
        typed = pl.concat([frame, more]).with_columns(pl.col("agency").cast(by))
        assert typed.select(due)["posted"].to_list() == found
    for wrong, said in (
        ({"agency": pl.Series(["y"])}, "row 2 names the schedule 'y'"),
        ({"allowed": pl.Series([-BUDGET])}, "the budget of row 2"),
        ({"posted": of_polars("us", [UNKNOWN])}, "row 2: calendar RU-VGG does not know"),
    ):
        with pytest.raises((LookupError, ValueError), match=said):
            pl.concat([frame, more.with_columns(**wrong)]).select(due)
    coded = pl.concat([frame, more]).with_columns(code=pl.Series([None, 7, 0], dtype=pl.UInt8))
    by_code = pl.col("posted").sla.deadline(LISTED, BUDGET, codes=pl.col("code"))
    assert coded.select(by_code)["posted"].to_list() == found


def test_an_expression_refuses_to_round() -> None:
    frame = pl.DataFrame({"posted": of_polars("ms", [NOW])})
    due = pl.col("posted").sla.deadline(OFFICE, timedelta(microseconds=1))
    with pytest.raises(ValueError, match=r"need the time unit us.*cast_time_unit"):
        frame.select(due)


def test_an_expression_refuses_naive_columns_and_dates() -> None:
    frame = pl.DataFrame({"posted": [datetime(2025, 3, 12, 10)], "day": [date(2025, 3, 12)]})
    for name, error in (("posted", NaiveDatetimeError), ("day", TypeError)):
        with pytest.raises(error, match=r"has no zone|not of instants"):
            frame.select(pl.col(name).sla.deadline(OFFICE, BUDGET))


def test_columns_of_names_may_be_categories() -> None:
    asked = of_polars("us", moments("us", 1))
    wanted = frames.deadline(OFFICES, asked, BUDGET, by=pl.Series(NAMES))
    for dtype in (pl.Categorical, pl.Enum(["unused", *reversed(OFFICES)])):
        by = pl.Series(NAMES, dtype=dtype)
        assert frames.deadline(OFFICES, asked, BUDGET, by=by).equals(wanted)
    with pytest.raises(TypeError, match="not a column of names"):
        frames.deadline(OFFICES, asked, BUDGET, by=pl.Series(range(len(asked))))
