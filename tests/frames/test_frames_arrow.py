"""The verbs on Arrow arrays equal the scalar verbs, and keep the type and zone of the array."""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

from kit.frame_cases import (
    BUDGET,
    NOW,
    OFFICE,
    OFFICES,
    UNKNOWN,
    alone,
    call,
    moments,
    paused_answers,
    pauses_of,
    scalar_answers,
)
from workhours_sla import columns, frames, working_hours
from workhours_sla.adapters.frames.arrow import ArrowRows
from workhours_sla.errors import (
    BudgetError,
    CalendarCoverageError,
    NaiveDatetimeError,
    ProvisionalWarning,
)

UNITS = ("s", "ms", "us", "ns")


def column(unit: str, values: list[Any], zone: str = "Asia/Tokyo") -> Any:
    return pa.array(values, pa.timestamp(unit, zone))


def scalars(answers: Any) -> list[Any]:
    """Return answers as values of the standard library, None for missing ones."""
    kind = answers.type
    if kind in (pa.timestamp("ns", getattr(kind, "tz", None)), pa.duration("ns")):
        finer = "us"  # nanoseconds would need pandas
        coarse = pa.timestamp(finer, kind.tz) if pa.types.is_timestamp(kind) else pa.duration(finer)
        answers = answers.cast(coarse)
    return answers.to_pylist()


@pytest.mark.parametrize("name", OFFICES)
@pytest.mark.parametrize("unit", UNITS)
def test_every_verb_equals_the_scalar_verb(unit: str, name: str) -> None:
    starts, ends = moments(unit, 1), moments(unit, 2)
    asked, until = column(unit, starts, "+05:30"), column(unit, ends, "America/New_York")
    for verb, wanted in scalar_answers(OFFICES[name], starts, ends).items():
        found = call(frames, verb, OFFICES[name], asked, until)
        assert isinstance(found, pa.Array)
        found.validate(full=True)
        assert scalars(found) == wanted, verb
        kind = {"elapsed": pa.duration(unit), "is_working": pa.bool_()}.get(verb, asked.type)
        # one instant, such as now, is in microseconds
        kind = pa.duration(max(unit, "us", key=UNITS.index)) if verb == "remaining" else kind
        assert found.type == kind


@pytest.mark.parametrize("verb", ["deadline", "elapsed", "is_working"])
def test_slices_and_chunks(verb: str) -> None:
    starts, ends = moments("us", 1), moments("us", 2)
    wanted = scalar_answers(OFFICE, starts, ends)[verb]
    asked, until = column("us", starts), column("us", ends)
    for own in (slice(1, 40), slice(3, 4), slice(7, None), slice(5, 5)):
        found = call(frames, verb, OFFICE, asked[own], until[own])
        assert found.to_pylist() == wanted[own]
    chunked = pa.chunked_array([asked[:11], asked[11:12], asked[12:12], asked[12:]])
    others = pa.chunked_array([until[:50], until[50:]])
    found = call(frames, verb, OFFICE, chunked, others)
    assert isinstance(found, pa.ChunkedArray)
    assert found.to_pylist() == wanted
    found = call(frames, verb, OFFICE, chunked[5:60], others[5:60])
    assert found.to_pylist() == wanted[5:60]
    assert call(frames, verb, OFFICE, pa.chunked_array([], asked.type), until[:0]).to_pylist() == []


def test_arrays_are_not_copied() -> None:
    asked = column("us", [value or NOW for value in moments("us", 1)])
    buffer = np.frombuffer(asked.buffers()[1], np.int64)
    for given in (asked, asked[5:], pa.chunked_array([asked[5:]])):
        assert np.shares_memory(ArrowRows("starts", given).times, buffer)
    assert ArrowRows("starts", asked[5:]).times.tolist() == [
        when.replace(tzinfo=None) for when in asked[5:].cast(pa.timestamp("us", "UTC")).to_pylist()
    ]


def test_answers_have_no_null_without_reason() -> None:
    asked = column("us", [NOW])
    for verb in ("deadline", "elapsed", "is_working"):
        assert call(frames, verb, OFFICE, asked, asked).null_count == 0


def test_a_finer_column_makes_the_unit_finer() -> None:
    start = column("s", [NOW])
    nanos = start.cast(pa.int64())[0].as_py() * 10**9 + 7000
    end = pa.array([nanos]).cast(pa.timestamp("ns", "UTC"))
    for until in (end, end[0]):
        found = frames.elapsed(OFFICE, start, until)
        assert found.type == pa.duration("ns")
        assert found.cast(pa.int64()).to_pylist() == [7000]


# -- further columns -------------------------------------------------------------------------


def test_one_instant_for_all_rows_or_none() -> None:
    starts = moments("s", 1)
    asked = column("s", starts)
    wanted = scalar_answers(OFFICE, starts, [NOW] * len(starts))["elapsed"]
    for now in (NOW, NOW.astimezone(OFFICE.tz), pa.scalar(NOW), pa.scalar(NOW).cast(asked.type)):
        assert frames.elapsed(OFFICE, asked, now).to_pylist() == wanted
    for nothing in (pa.scalar(None), pa.scalar(None, asked.type), pa.nulls(len(starts))):
        assert frames.elapsed(OFFICE, asked, nothing).null_count == len(starts)


def test_a_budget_for_each_row_or_one() -> None:
    starts = moments("us", 1, 40)
    amounts = [working_hours(row % 5, minutes=row) for row in range(40)]
    wanted = [
        None if start is None else OFFICE.deadline(start, amount)
        for start, amount in zip(starts, amounts, strict=True)
    ]
    asked = column("us", starts)
    for unit in UNITS[:3]:
        budgets = pa.array(amounts, pa.duration(unit))
        assert frames.deadline(OFFICE, asked, budgets).to_pylist() == wanted
    one = frames.deadline(OFFICE, asked, pa.scalar(BUDGET))
    assert one.equals(frames.deadline(OFFICE, asked, BUDGET))


def test_columns_that_are_not_instants_or_amounts_are_refused() -> None:
    aware = column("us", [NOW, NOW])
    naive = aware.cast(pa.timestamp("us"))
    with pytest.raises(NaiveDatetimeError, match=r"starts is timestamp\[us\].*assume_timezone\(a"):
        frames.deadline(OFFICE, naive, BUDGET)
    for given in (naive, naive[0]):
        with pytest.raises(NaiveDatetimeError, match="ends is timestamp"):
            frames.elapsed(OFFICE, aware, given)
    with pytest.raises(NaiveDatetimeError, match="has no zone"):
        frames.elapsed(OFFICE, aware, NOW.replace(tzinfo=None))
    with pytest.raises(TypeError, match=r"starts is a column of date32\[day\], not of instants"):
        frames.deadline(OFFICE, naive.cast(pa.date32()), BUDGET)
    with pytest.raises(TypeError, match="starts is of type list"):
        frames.deadline(OFFICE, [NOW], BUDGET)
    for given in ("answered", None):
        with pytest.raises(TypeError, match="ends is of type"):
            frames.elapsed(OFFICE, aware, given)
    for amount in (None, 4.5, "4h", pa.array([4.5, 4.5]), pa.scalar(4)):
        with pytest.raises(TypeError, match="a budget is"):
            frames.deadline(OFFICE, aware, amount)
    with pytest.raises(BudgetError, match="the budget of row 1 is NaT"):
        frames.deadline(OFFICE, aware, pa.array([BUDGET, None]))
    one = aware[:1]
    for refused in (
        lambda: frames.elapsed(OFFICE, aware, one),
        lambda: frames.deadline(OFFICE, aware, pa.array([BUDGET])),
        lambda: frames.deadline(OFFICES, aware, BUDGET, by=pa.array(["watch"])),
        lambda: frames.deadline([OFFICE], aware, BUDGET, codes=pa.array([0])),
    ):
        with pytest.raises(ValueError, match="has 1 rows where the first column has 2"):
            refused()


# -- a schedule for each row -----------------------------------------------------------------


def test_schedules_by_name_and_by_code() -> None:
    starts = moments("us", 1)
    asked = column("us", starts)
    codes = [row % 3 for row in range(len(starts))]
    names = [list(OFFICES)[code] for code in codes]
    wanted = [
        None if start is None else OFFICES[name].deadline(start, BUDGET)
        for start, name in zip(starts, names, strict=True)
    ]
    text = pa.array(names)
    unused = pa.DictionaryArray.from_arrays(pa.array(codes), [*list(OFFICES), "unused"])
    parts = [text[:20].dictionary_encode(), text[20:].dictionary_encode()]
    for by in (text, text.cast(pa.large_string()), unused, pa.chunked_array(parts)):
        assert frames.deadline(OFFICES, asked, BUDGET, by=by).to_pylist() == wanted
    listed = list(OFFICES.values())
    for chosen in (pa.array(codes, pa.int8()), pa.chunked_array([codes[:9], codes[9:]])):
        assert frames.deadline(listed, asked, BUDGET, codes=chosen).to_pylist() == wanted
    with pytest.raises(IndexError, match="row 2 has schedule code 2"):
        frames.deadline(listed[:2], asked, BUDGET, codes=pa.array(codes))


def test_an_unknown_or_missing_name_is_refused() -> None:
    asked = column("us", [NOW] * 3)
    by = pa.array(["watch", "volgorad", None])
    for given in (by, by.dictionary_encode(), pa.chunked_array([by[:1], by[1:]])):
        with pytest.raises(LookupError, match=r"row 1 names .*'volgorad'.*near it: volgograd"):
            frames.deadline(OFFICES, asked, BUDGET, by=given)
    with pytest.raises(LookupError, match="row 0 names no schedule"):
        frames.deadline(OFFICES, asked[2:], BUDGET, by=by[2:])
    with pytest.raises(TypeError, match="by is str, not a column of names"):
        frames.deadline(OFFICES, asked, BUDGET, by="agency")


# -- pauses ----------------------------------------------------------------------------------


def test_pauses_as_lists_of_structs() -> None:
    starts, ends = moments("us", 1, 40), moments("us", 2, 40)
    pauses = pauses_of(starts, 3)
    asked, until = column("us", starts), column("us", ends)
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
    found = frames.deadline(OFFICE, column("us", [NOW] * 3), BUDGET, pauses=pauses)
    later = OFFICE.deadline(NOW, BUDGET, pauses=[(NOW, NOW + timedelta(hours=1))])
    assert found.to_pylist() == [later, OFFICE.deadline(NOW, BUDGET), later]


def test_a_pause_without_an_end_gives_no_deadline() -> None:
    pauses = pa.array([[], [{"start": NOW, "end": None}]])
    found = frames.deadline(OFFICE, column("us", [NOW, NOW]), BUDGET, pauses=pauses)
    assert found.to_pylist() == [OFFICE.deadline(NOW, BUDGET), None]


def test_pauses_of_another_kind_are_refused() -> None:
    asked = column("us", [NOW])
    for pauses in (pa.array([[NOW]]), pa.array([[{"start": NOW}]]), [[(NOW, NOW)]]):
        with pytest.raises(TypeError, match="lists of structs with the fields start and end"):
            frames.deadline(OFFICE, asked, BUDGET, pauses=pauses)


# -- unknown dates --------------------------------------------------------------------------


def test_an_unknown_row_raises_or_is_marked() -> None:
    asked = pa.chunked_array([column("us", [NOW]), column("us", [UNKNOWN, None])])
    with pytest.raises(
        CalendarCoverageError, match="row 1: calendar RU-VGG does not know"
    ) as caught:
        frames.deadline(OFFICE, asked, BUDGET)
    assert caught.value.row == 1
    marked = frames.deadline(OFFICE, asked, BUDGET, on_unknown="mark")
    assert isinstance(marked, columns.Marked)
    assert all(isinstance(part, pa.ChunkedArray) for part in marked)
    assert marked.values.to_pylist() == [OFFICE.deadline(NOW, BUDGET), None, None]
    assert marked.unknown.to_pylist() == [False, True, False]
    assert marked.provisional.to_pylist() == [False, False, False]
    marked = frames.is_working(OFFICE, asked, on_unknown="mark")
    assert marked.values.to_pylist() == [True, None, None]


def test_provisional_answers_warn_at_the_call() -> None:
    asked = column("us", [NOW, UNKNOWN])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frames.deadline(OFFICE, asked, BUDGET, provisional=True)
    assert [warning.category for warning in caught] == [ProvisionalWarning]
    assert caught[0].filename == __file__
    assert "1 answers are provisional, the first of row 1" in str(caught[0].message)


def test_the_verbs_need_neither_pandas_nor_polars() -> None:
    imports = "import pyarrow as pa"
    columns_of = 'pa.array([start.replace(tzinfo=office.tz)]), pa.array(["a"])'
    assert alone({"polars", "pandas"}, imports, columns_of) == "2025-11-01 12:30:00+03:00"
