"""The verbs on pandas columns equal the scalar verbs, and keep the type of the column."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import Any
from zoneinfo import ZoneInfo

import pytest

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

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
from workhours_sla.adapters.frames.accessors import DataFrameVerbs, SeriesVerbs
from workhours_sla.adapters.frames.pandas import PandasRows
from workhours_sla.errors import (
    BudgetError,
    CalendarCoverageError,
    NaiveDatetimeError,
    ProvisionalWarning,
)

VOLGOGRAD = ZoneInfo("Europe/Volgograd")
UNITS = ("s", "ms", "us", "ns")
KINDS = ("numpy", "arrow", "object")


def column(
    kind: str, unit: str, values: list[Any], zone: str = "Asia/Tokyo", **options: Any
) -> Any:
    if kind == "object":
        tz = ZoneInfo(zone)
        own = [None if value is None else value.astimezone(tz) for value in values]
        return pd.Series(own, dtype=object, **options)
    if kind == "arrow":
        pytest.importorskip("pyarrow")
    plain = [None if value is None else value.replace(tzinfo=None) for value in values]
    found = pd.Series(np.array(plain, f"M8[{unit}]"), **options)
    found = found.dt.tz_localize("UTC").dt.tz_convert(zone)
    return found.astype(f"timestamp[{unit}, tz={zone}][pyarrow]") if kind == "arrow" else found


def scalars(answers: Any) -> list[Any]:
    """Return answers as values of the standard library, None for missing ones."""
    plain = [None if pd.isna(value) else value for value in answers]
    return [getattr(value, "to_pydatetime", lambda value=value: value)() for value in plain]


@pytest.mark.parametrize("name", OFFICES)
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_verb_equals_the_scalar_verb(kind: str, unit: str, name: str) -> None:
    starts, ends = moments(unit, 1), moments(unit, 2)
    index = pd.Index([f"A{row // 2}" for row in range(len(starts))])  # each label occurs twice
    asked = column(kind, unit, starts, name="posted", index=index)
    until = column("numpy", unit, ends, "America/New_York", name="answered", index=index)
    for verb, wanted in scalar_answers(OFFICES[name], starts, ends).items():
        found = call(frames, verb, OFFICES[name], asked, until)
        if verb == "is_working" and kind != "arrow":
            wanted = [bool(value) for value in wanted]  # NaT is not working time
        assert scalars(found) == wanted, verb
        assert found.index.equals(index)
        assert found.name == "posted"


@pytest.mark.parametrize("unit", UNITS)
def test_numpy_in_numpy_out(unit: str) -> None:
    asked = column("numpy", unit, moments(unit, 1))
    assert str(frames.deadline(OFFICE, asked, BUDGET).dtype) == f"datetime64[{unit}, Asia/Tokyo]"
    assert str(frames.elapsed(OFFICE, asked, asked).dtype) == f"timedelta64[{unit}]"
    assert frames.is_working(OFFICE, asked).dtype == np.bool_


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "+03:00"])
def test_arrow_in_arrow_out(unit: str, zone: str) -> None:
    asked = column("arrow", unit, moments(unit, 1), zone)
    assert frames.deadline(OFFICE, asked, BUDGET).dtype == asked.dtype
    assert str(frames.elapsed(OFFICE, asked, asked).dtype) == f"duration[{unit}][pyarrow]"
    assert str(frames.is_working(OFFICE, asked).dtype) == "bool[pyarrow]"


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


def test_a_finer_column_makes_the_unit_finer() -> None:
    start = pd.Series(pd.to_datetime(["2025-03-11 10:00"]).as_unit("s")).dt.tz_localize(VOLGOGRAD)
    end = start.dt.as_unit("ns") + pd.Timedelta(microseconds=7)
    found = frames.elapsed(OFFICE, start, end)
    assert found.dtype == "m8[ns]"
    assert found[0].value == 7000
    assert frames.elapsed(OFFICE, start, end[0])[0].value == 7000
    assert frames.elapsed(OFFICE, start.astype(object), pd.Series([end[0]], dtype=object))[0].value


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


def test_columns_are_not_copied() -> None:
    asked = column("numpy", "us", [value or NOW for value in moments("us", 1)])
    times = PandasRows("starts", asked).times
    assert np.shares_memory(times, asked.array.asi8)
    found = frames.deadline(OFFICE, asked, BUDGET)
    assert not np.shares_memory(found.array.asi8, asked.array.asi8)
    backed = column("arrow", "us", [value or NOW for value in moments("us", 1)])
    chunk = backed.array.__arrow_array__().chunk(0)
    buffer = np.frombuffer(chunk.buffers()[1], np.int64)
    assert np.shares_memory(PandasRows("starts", backed).times, buffer)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1])
def test_no_row_and_one_row(kind: str, count: int) -> None:
    starts, ends = moments("us", 1, 3)[:count], moments("us", 2, 3)[:count]
    asked, until = column(kind, "us", starts), column(kind, "us", ends)
    for verb, wanted in scalar_answers(OFFICE, starts, ends).items():
        assert scalars(call(frames, verb, OFFICE, asked, until)) == wanted
    assert len(frames.deadline(OFFICES, asked, BUDGET, by=["watch"] * count)) == count


def test_a_multi_index_and_chunks_of_arrow() -> None:
    pa = pytest.importorskip("pyarrow")
    starts = moments("us", 1, 30)
    index = pd.MultiIndex.from_product([["a", "b", "c"], range(10)])
    asked = column("numpy", "us", starts, index=index)
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
@pytest.mark.parametrize("inclusive", [True, False])
def test_inclusive_decides_whether_the_instant_itself_counts(verb: str, inclusive: bool) -> None:
    nine = datetime(2025, 3, 12, 9, tzinfo=VOLGOGRAD).astimezone(UTC)
    times = [nine, nine + timedelta(hours=1), nine + timedelta(hours=4), nine + timedelta(hours=9)]
    asked = column("numpy", "us", times)
    wanted = [getattr(OFFICE, verb)(when, inclusive=inclusive) for when in times]
    assert scalars(getattr(frames, verb)(OFFICE, asked, inclusive=inclusive)) == wanted
    assert scalars(getattr(asked.sla, verb)(OFFICE, inclusive=inclusive)) == wanted


# -- further columns -------------------------------------------------------------------------


def test_different_indexes_are_refused_and_arrays_go_by_position() -> None:
    starts, ends = moments("us", 1, 6), moments("us", 2, 6)
    asked = column("numpy", "us", starts, index=list("abcdef"))
    until = column("numpy", "us", ends, index=list("fedcba"))
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


def test_one_instant_for_all_rows() -> None:
    starts = moments("s", 1)
    asked = column("numpy", "s", starts)
    wanted = scalar_answers(OFFICE, starts, [NOW] * len(starts))["elapsed"]
    for now in (NOW, NOW.astimezone(VOLGOGRAD), pd.Timestamp(NOW), pd.Timestamp(NOW).as_unit("ns")):
        found = frames.elapsed(OFFICE, asked, now)
        assert scalars(found) == wanted
        assert found.dtype == "m8[us]"
    assert frames.elapsed(OFFICE, asked, pd.NaT).isna().all()
    assert frames.elapsed(OFFICE, asked, pd.Series([pd.NaT] * len(asked))).isna().all()


def test_a_budget_for_each_row() -> None:
    starts = moments("us", 1, 40)
    amounts = [working_hours(row % 5, minutes=row) for row in range(40)]
    asked = column("numpy", "us", starts)
    budgets = pd.Series(amounts)
    wanted = [
        None if start is None else OFFICE.deadline(start, amount)
        for start, amount in zip(starts, amounts, strict=True)
    ]
    for given in (budgets, budgets.to_numpy(), amounts, budgets.astype(object)):
        assert scalars(frames.deadline(OFFICE, asked, given)) == wanted
    pytest.importorskip("pyarrow")
    backed = budgets.astype("duration[ms][pyarrow]")
    assert scalars(frames.deadline(OFFICE, asked, backed)) == wanted


def test_columns_that_are_not_instants_or_amounts_are_refused() -> None:
    naive = pd.Series(pd.to_datetime(["2025-03-11 10:00"]), name="posted")
    with pytest.raises(NaiveDatetimeError, match=r"posted is datetime64.*tz_localize\('Europe/"):
        frames.deadline(OFFICE, naive, BUDGET)
    aware = naive.dt.tz_localize(VOLGOGRAD)
    with pytest.raises(NaiveDatetimeError, match="posted is datetime64"):
        frames.elapsed(OFFICE, aware, naive)
    with pytest.raises(NaiveDatetimeError, match="ends is datetime64"):
        frames.elapsed(OFFICE, aware, naive.to_numpy())
    with pytest.raises(NaiveDatetimeError, match="has no zone"):
        frames.elapsed(OFFICE, aware, pd.Timestamp("2025-03-11"))
    with pytest.raises(NaiveDatetimeError, match=r"row 0 \(index x\) of starts"):
        frames.deadline(OFFICE, naive.set_axis(["x"]).astype(object), BUDGET)
    with pytest.raises(TypeError, match=r"row 1 \(index 0\) of ends is 5, not a datetime"):
        frames.elapsed(OFFICE, pd.concat([aware] * 2), pd.Series([aware[0], 5], index=[0, 0]))
    with pytest.raises(TypeError, match="starts is a column of int64, not of instants"):
        frames.deadline(OFFICE, pd.Series([1]), BUDGET)
    with pytest.raises(TypeError, match="starts is of type DatetimeIndex, not a Series"):
        frames.deadline(OFFICE, pd.DatetimeIndex(aware), BUDGET)
    for given in ("answered", None, np.datetime64("2025-03-11")):
        with pytest.raises(TypeError, match="ends is of type"):
            frames.elapsed(OFFICE, aware, given)
    for amount in (None, 4.5, "4h", pd.Series([4.5])):
        with pytest.raises(TypeError, match="a budget is"):
            frames.deadline(OFFICE, aware, amount)
    with pytest.raises(BudgetError, match=r"budget of row 0 \(index x\) is NaT"):
        frames.deadline(OFFICE, aware.set_axis(["x"]), pd.Series([None], ["x"], dtype="m8[s]"))


# -- a schedule for each row -----------------------------------------------------------------


def test_schedules_by_name() -> None:
    starts = moments("us", 1)
    names = [list(OFFICES)[row % 3] for row in range(len(starts))]
    asked = column("numpy", "us", starts)
    wanted = [
        None if start is None else OFFICES[name].deadline(start, BUDGET)
        for start, name in zip(starts, names, strict=True)
    ]
    text = pd.Series(names)
    unused = pd.Series(pd.Categorical(names, ["unused", *reversed(OFFICES)]))
    for by in (text, text.astype(object), text.astype("category"), unused, names):
        assert scalars(frames.deadline(OFFICES, asked, BUDGET, by=by)) == wanted
    pa = pytest.importorskip("pyarrow")
    coded = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))
    for dtype in ("string[pyarrow]", coded):
        assert scalars(frames.deadline(OFFICES, asked, BUDGET, by=text.astype(dtype))) == wanted


def test_schedules_by_code() -> None:
    starts = moments("us", 1)
    chosen = [row % 4 for row in range(len(starts))]
    listed = list(OFFICES.values())
    wanted = [
        None if start is None else listed[code].next_opening(start)
        for start, code in zip(starts, chosen, strict=True)
    ]
    asked = column("numpy", "us", starts)
    for codes in (pd.Series(chosen, dtype="int8"), pd.Series(chosen, dtype="Int64"), chosen):
        assert scalars(frames.next_opening(listed, asked, codes=codes)) == wanted
    with pytest.raises(IndexError, match=r"row 0 \(index x\) has schedule code 4"):
        frames.next_opening(listed, asked[:1].set_axis(["x"]), codes=[4])


@pytest.mark.parametrize("kind", ["object", "category"])
def test_an_unknown_or_missing_name_is_refused(kind: str) -> None:
    asked = column("numpy", "us", [NOW] * 3, index=list("xyz"))
    by = pd.Series(["watch", "volgorad", None], index=asked.index).astype(kind)
    with pytest.raises(LookupError, match=r"row 1 \(index y\).*'volgorad'.*near it: volgograd"):
        frames.deadline(OFFICES, asked, BUDGET, by=by)
    with pytest.raises(LookupError, match=r"row 0 \(index z\) names no schedule"):
        frames.deadline(OFFICES, asked[2:], BUDGET, by=by[2:])
    with pytest.raises(LookupError, match="there are volgograd, watch, new york, lord howe"):
        frames.deadline(OFFICES, asked, BUDGET, by=["?"] * 3)
    with pytest.raises(TypeError, match="each row needs one: give by"):
        frames.deadline(OFFICES, asked, BUDGET)
    with pytest.raises(TypeError, match="give the schedules as a dict"):
        frames.deadline(OFFICE, asked, BUDGET, by=by)


# -- pauses ----------------------------------------------------------------------------------


def test_pauses_in_any_order() -> None:
    starts, ends = moments("us", 1, 40), moments("us", 2, 40)
    pauses = pauses_of(starts, 3)
    labels = [f"A{row}" for row in range(40)]
    asked = column("numpy", "us", starts, index=labels)
    until = column("numpy", "us", ends, index=labels)
    rows = [(label, *pause) for label, own in zip(labels, pauses, strict=True) for pause in own]
    frame = pd.DataFrame(rows, columns=["row", "start", "end"])
    frame = frame.sample(frac=1, random_state=1)
    for verb, wanted in paused_answers(starts, ends, pauses).items():
        assert scalars(call(frames, verb, OFFICE, asked, until, pauses=frame)) == wanted, verb
    none = frames.deadline(OFFICE, asked, BUDGET, pauses=frame[:0])
    assert scalars(none) == scalars(frames.deadline(OFFICE, asked, BUDGET))
    levels = asked.set_axis(pd.MultiIndex.from_product([["a"], labels]))
    frame["row"] = [("a", label) for label in frame["row"]]
    found = frames.deadline(OFFICE, levels, BUDGET, pauses=frame)
    assert scalars(found) == paused_answers(starts, ends, pauses)["deadline"]


def test_a_pause_without_an_end_gives_no_deadline() -> None:
    start = datetime(2025, 3, 11, 10, tzinfo=VOLGOGRAD)
    asked = pd.Series([start, start], index=["x", "y"])
    frame = pd.DataFrame({"row": ["y"], "start": [start], "end": [pd.NaT]})
    found = frames.deadline(OFFICE, asked, BUDGET, pauses=frame)
    assert scalars(found) == [OFFICE.deadline(start, BUDGET), None]


def test_pauses_that_fit_no_row_are_refused() -> None:
    asked = column("numpy", "us", [NOW] * 2, index=["x", "y"])
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


# -- unknown dates --------------------------------------------------------------------------


def test_an_unknown_row_raises_or_is_marked() -> None:
    asked = pd.Series([NOW, UNKNOWN, None], index=list("xyz"), name="posted")
    with pytest.raises(
        CalendarCoverageError, match=r"row 1 \(index y\): calendar RU-VGG"
    ) as caught:
        frames.deadline(OFFICE, asked, BUDGET)
    assert caught.value.row == 1
    assert caught.value.calendar == "RU-VGG"
    marked = frames.deadline(OFFICE, asked, BUDGET, on_unknown="mark")
    assert isinstance(marked, columns.Marked)
    assert scalars(marked.values) == [OFFICE.deadline(NOW, BUDGET), None, None]
    assert marked.unknown.to_dict() == {"x": False, "y": True, "z": False}
    assert not marked.provisional.any()
    assert marked.unknown.name == "posted"
    with pytest.raises(ValueError, match="on_unknown is 'raise' or 'mark', not 'drop'"):
        frames.deadline(OFFICE, asked, BUDGET, on_unknown="drop")


def test_is_working_is_null_for_an_unknown_row_in_arrow() -> None:
    asked = column("arrow", "us", [NOW, UNKNOWN, None])
    assert scalars(frames.is_working(OFFICE, asked, on_unknown="mark").values) == [True, None, None]


def test_provisional_answers_warn_at_the_call_or_are_marked() -> None:
    asked = pd.Series([NOW, UNKNOWN], index=list("xy"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        wanted = [OFFICE.deadline(when, BUDGET, provisional=True) for when in asked]
        del caught[:]
        found = frames.deadline(OFFICE, asked, BUDGET, provisional=True)
        asked.sla.deadline(OFFICE, BUDGET, provisional=True)
    assert scalars(found) == wanted
    assert [warning.category for warning in caught] == [ProvisionalWarning] * 2
    assert {warning.filename for warning in caught} == {__file__}
    assert "1 answers are provisional, the first of row 1 (index y)" in str(caught[0].message)
    marked = frames.deadline(OFFICE, asked, BUDGET, provisional=True, on_unknown="mark")
    assert scalars(marked.values) == wanted
    assert marked.provisional.to_list() == [False, True]
    assert not marked.unknown.any()


# -- the accessors ---------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_the_accessors_equal_the_functions(verb: str) -> None:
    starts, ends = moments("us", 1, 20), moments("us", 2, 20)
    df = pd.DataFrame({"posted": column("numpy", "us", starts)})
    df["answered"] = column("numpy", "us", ends)
    df["agency"] = ["volgograd", "watch"] * 10
    df["budget"] = BUDGET
    df["now"] = NOW
    wanted = call(frames, verb, OFFICES, df["posted"], df["answered"], by=df["agency"])
    others = [] if verb in OF_TIMES else ["answered" if verb == "elapsed" else "budget"]
    named = {"now": "now"} if verb == "remaining" else {}
    found = getattr(df.sla, verb)(OFFICES, "posted", *others, by="agency", **named)
    pd.testing.assert_series_equal(found, wanted)
    values = [df[name] for name in others]
    named = {"now": NOW} if verb == "remaining" else {}
    found = getattr(df["posted"].sla, verb)(OFFICES, *values, by=df["agency"], **named)
    pd.testing.assert_series_equal(found, wanted)


@pytest.mark.parametrize("verb", VERBS)
def test_the_accessors_have_the_parameters_of_the_functions(verb: str) -> None:
    function = getattr(frames, verb)
    parameters = list(signature(function).parameters.values())
    of_series = signature(getattr(SeriesVerbs, verb)).parameters.values()
    of_frame = signature(getattr(DataFrameVerbs, verb)).parameters.values()
    assert list(of_series)[1:] == [parameters[0], *parameters[2:]]
    assert list(of_frame)[1:] == parameters
    first_line = function.__doc__.partition("\n")[0]
    assert getattr(SeriesVerbs, verb).__doc__.startswith(f"{first_line}\n")


def test_the_accessors_accept_every_argument_by_name() -> None:
    df = pd.DataFrame({"posted": column("numpy", "us", [NOW] * 2), "budget": BUDGET, "code": 0})
    wanted = frames.deadline(OFFICE, df["posted"], BUDGET)
    found = df.sla.deadline(schedule=[OFFICE], starts="posted", budget="budget", codes="code")
    pd.testing.assert_series_equal(found, wanted)
    found = df["posted"].sla.deadline(schedule=OFFICE, budget=BUDGET)
    pd.testing.assert_series_equal(found, wanted)


# -- dependencies ----------------------------------------------------------------------------


def test_pandas_on_numpy_needs_no_arrow() -> None:
    imports = "import pandas as pd"
    columns_of = 'pd.Series([start]).dt.tz_localize(office.tz.key), ["a"]'
    assert alone({"pyarrow", "polars"}, imports, columns_of) == "2025-11-01 12:30:00+03:00"
