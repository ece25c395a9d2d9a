"""What only Arrow has: chunked arrays, scalars, large lists, values under a null."""

from __future__ import annotations

from datetime import timedelta

import pytest

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

from kit.frame_cases import (
    BUDGET,
    NOW,
    OFFICE,
    OFFICES,
    UNKNOWN,
    call,
    moments,
    paused_answers,
    pauses_of,
    scalar_answers,
)
from kit.frame_libraries import Arrow
from workhours_sla import frames

column = Arrow().column


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


def test_pauses_of_another_kind_are_refused() -> None:
    asked = column("us", [NOW])
    for pauses in (pa.array([[NOW]]), pa.array([[{"start": NOW}]]), [[(NOW, NOW)]]):
        with pytest.raises(TypeError, match="lists of structs with the fields start and end"):
            frames.deadline(OFFICE, asked, BUDGET, pauses=pauses)


def test_further_arguments_may_be_scalars_chunks_and_dictionaries() -> None:
    starts = moments("s", 1)
    asked = column("s", starts)
    wanted = scalar_answers(OFFICE, starts, [NOW] * len(starts))["elapsed"]
    for now in (pa.scalar(NOW), pa.scalar(NOW).cast(asked.type)):
        assert frames.elapsed(OFFICE, asked, now).to_pylist() == wanted
    for nothing in (pa.scalar(None), pa.scalar(None, asked.type), pa.nulls(len(starts))):
        assert frames.elapsed(OFFICE, asked, nothing).null_count == len(starts)
    asked = column("us", starts)
    one = frames.deadline(OFFICE, asked, pa.scalar(BUDGET))
    assert one.equals(frames.deadline(OFFICE, asked, BUDGET))
    codes = [row % 3 for row in range(len(starts))]
    text = pa.array([list(OFFICES)[code] for code in codes])
    wanted = frames.deadline(OFFICES, asked, BUDGET, by=text)
    unused = pa.DictionaryArray.from_arrays(pa.array(codes), [*list(OFFICES), "unused"])
    parts = pa.chunked_array([text[:20].dictionary_encode(), text[20:].dictionary_encode()])
    for by in (text.cast(pa.large_string()), unused, parts):
        assert frames.deadline(OFFICES, asked, BUDGET, by=by).equals(wanted)
    for chosen in (pa.array(codes, pa.int8()), pa.chunked_array([codes[:9], codes[9:]])):
        listed = list(OFFICES.values())
        assert frames.deadline(listed, asked, BUDGET, codes=chosen).equals(wanted)
    wrong = pa.chunked_array([pa.array(["watch"]), pa.array(["volgorad", None])])
    for by in (wrong, wrong.combine_chunks().dictionary_encode()):
        with pytest.raises(LookupError, match=r"row 1 names .*'volgorad'.*near it: volgograd"):
            frames.deadline(OFFICES, asked[3:6], BUDGET, by=by)


def test_answers_of_chunks_are_chunks_without_null_where_nothing_is_missing() -> None:
    asked = pa.chunked_array([column("us", [NOW]), column("us", [UNKNOWN, None])])
    marked = frames.deadline(OFFICE, asked, BUDGET, on_unknown="mark")
    assert all(isinstance(part, pa.ChunkedArray) for part in marked)
    for verb in ("deadline", "elapsed", "is_working"):
        assert call(frames, verb, OFFICE, asked[:1], asked[:1]).null_count == 0
