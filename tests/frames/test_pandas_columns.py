"""What only pandas has: an index, columns of objects, an accessor of frames."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from inspect import signature
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
    call,
    moments,
    paused_answers,
    pauses_of,
    scalar_answers,
)
from kit.frame_libraries import Pandas
from workhours_sla import frames, working_hours
from workhours_sla.errors import (
    BudgetError,
    CalendarCoverageError,
    NaiveDatetimeError,
)

VOLGOGRAD = ZoneInfo("Europe/Volgograd")
NUMPY = Pandas("numpy")
column, scalars = NUMPY.column, NUMPY.list


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
    pa = pytest.importorskip("pyarrow")
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
@pytest.mark.parametrize("inclusive", [True, False])
def test_inclusive_decides_whether_the_instant_itself_counts(verb: str, inclusive: bool) -> None:
    nine = datetime(2025, 3, 12, 9, tzinfo=VOLGOGRAD).astimezone(UTC)
    times = [nine, nine + timedelta(hours=1), nine + timedelta(hours=4), nine + timedelta(hours=9)]
    asked = column("us", times)
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
    starts, ends = moments("us", 1, 20), moments("us", 2, 20)
    df = pd.DataFrame({"posted": column("us", starts)})
    df["answered"] = column("us", ends)
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
    asked = column("us", [NOW])
    function = getattr(frames, verb)
    parameters = list(signature(function).parameters.values())
    of_series = signature(getattr(type(asked.sla), verb)).parameters.values()
    of_frame = signature(getattr(type(asked.to_frame().sla), verb)).parameters.values()
    assert list(of_series)[1:] == [parameters[0], *parameters[2:]]
    assert list(of_frame)[1:] == parameters
    first_line = function.__doc__.partition("\n")[0]
    assert getattr(type(asked.sla), verb).__doc__.startswith(f"{first_line}\n")


def test_the_accessors_accept_every_argument_by_name() -> None:
    df = pd.DataFrame({"posted": column("us", [NOW] * 2), "budget": BUDGET, "code": 0})
    wanted = frames.deadline(OFFICE, df["posted"], BUDGET)
    found = df.sla.deadline(schedule=[OFFICE], starts="posted", budget="budget", codes="code")
    pd.testing.assert_series_equal(found, wanted)
    found = df["posted"].sla.deadline(schedule=OFFICE, budget=BUDGET)
    pd.testing.assert_series_equal(found, wanted)


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
    codes = [row % 4 for row in range(40)]
    names = [list(OFFICES)[code] for code in codes]
    wanted = frames.next_opening(OFFICES, asked, by=pd.Series(names))
    unused = pd.Series(pd.Categorical(names, ["unused", *reversed(OFFICES)]))
    for by in (pd.Series(names, dtype=object), pd.Series(names, dtype="category"), unused, names):
        assert frames.next_opening(OFFICES, asked, by=by).equals(wanted)
    for chosen in (pd.Series(codes, dtype="int8"), pd.Series(codes, dtype="Int64"), codes):
        listed = list(OFFICES.values())
        assert frames.next_opening(listed, asked, codes=chosen).equals(wanted)
    wanted = frames.elapsed(OFFICE, asked, NOW)
    for now in (pd.Timestamp(NOW), pd.Timestamp(NOW).as_unit("ns")):
        assert frames.elapsed(OFFICE, asked, now).equals(wanted)
    assert frames.elapsed(OFFICE, asked, pd.NaT).isna().all()


def test_types_of_arrow_in_pandas() -> None:
    pa = pytest.importorskip("pyarrow")
    asked = column("us", moments("us", 1, 40))
    amounts = pd.Series([working_hours(row % 5, minutes=row) for row in range(40)])
    backed = amounts.astype("duration[ms][pyarrow]")
    wanted = frames.deadline(OFFICE, asked, amounts)
    assert frames.deadline(OFFICE, asked, backed).equals(wanted)
    names = pd.Series([list(OFFICES)[row % 3] for row in range(40)])
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


@pytest.mark.parametrize("kind", ["object", "category"])
def test_an_unknown_name_and_code_name_the_label(kind: str) -> None:
    asked = column("us", [NOW] * 3, index=list("xyz"))
    by = pd.Series(["watch", "volgorad", None], index=asked.index).astype(kind)
    with pytest.raises(LookupError, match=r"row 1 \(index y\).*'volgorad'.*near it: volgograd"):
        frames.deadline(OFFICES, asked, BUDGET, by=by)
    with pytest.raises(LookupError, match=r"row 0 \(index z\) names no schedule"):
        frames.deadline(OFFICES, asked[2:], BUDGET, by=by[2:])
    with pytest.raises(LookupError, match="there are volgograd, watch, new york, lord howe"):
        frames.deadline(OFFICES, asked, BUDGET, by=["?"] * 3)
    with pytest.raises(IndexError, match=r"row 0 \(index x\) has schedule code 4"):
        frames.next_opening(list(OFFICES.values()), asked[:1], codes=[4])


def test_pauses_by_labels_of_several_levels() -> None:
    starts = moments("us", 1, 40)
    pauses = pauses_of(starts, 3)
    index = pd.MultiIndex.from_product([["a"], range(40)])
    frame = NUMPY.pauses(pauses)
    frame["row"] = [("a", label) for label in frame["row"]]
    found = frames.deadline(OFFICE, column("us", starts, index=index), BUDGET, pauses=frame)
    assert scalars(found) == paused_answers(starts, starts, pauses)["deadline"]
