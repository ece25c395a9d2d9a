"""The verbs on columns of pandas, polars and Arrow equal the scalar verbs."""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import Any

import pytest

pytest.importorskip("numpy")

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
from kit.frame_libraries import FINER, LIBRARIES
from workhours_sla import frames, working_hours
from workhours_sla.errors import (
    BudgetError,
    CalendarCoverageError,
    NaiveDatetimeError,
    ProvisionalWarning,
)
from workhours_sla.worktime.columns.calculation import Marked


@pytest.fixture(params=LIBRARIES)
def library(request: Any) -> Any:
    return LIBRARIES[request.param]()


@pytest.mark.parametrize("name", OFFICES)
@pytest.mark.parametrize("unit", FINER)
def test_every_verb_equals_the_scalar_verb(library: Any, unit: str, name: str) -> None:
    if unit not in library.units:
        pytest.skip("polars has no seconds")
    starts, ends = moments(unit, 1), moments(unit, 2)
    asked, until = library.column(unit, starts), library.column(unit, ends, "America/New_York")
    for verb, wanted in scalar_answers(OFFICES[name], starts, ends).items():
        found = call(frames, verb, OFFICES[name], asked, until)
        if verb == "is_working" and library.kind in ("numpy", "objects"):
            wanted = [bool(value) for value in wanted]  # NaT is not working time
        assert library.list(found) == wanted, verb
        assert getattr(found, "name", "posted") == "posted"
        kinds = {"elapsed": library.duration(unit), "is_working": library.boolean}
        # one instant, such as now, is in microseconds
        kinds["remaining"] = library.duration(max(unit, "us", key=FINER.index))
        if library.kind != "objects":
            assert library.type(found) == kinds.get(verb, library.type(asked)), verb


def test_a_finer_column_makes_the_unit_finer(library: Any) -> None:
    start = library.column("ms", [NOW])
    end = library.nanoseconds([int(NOW.timestamp()) * 10**9 + 7000])
    found = frames.elapsed(OFFICE, start, end)
    assert library.numbers(found) == [7000]


@pytest.mark.parametrize("count", [0, 1])
def test_no_row_and_one_row(library: Any, count: int) -> None:
    starts, ends = moments("us", 1, 3)[:count], moments("us", 2, 3)[:count]
    asked, until = library.column("us", starts), library.column("us", ends)
    for verb, wanted in scalar_answers(OFFICE, starts, ends).items():
        assert library.list(call(frames, verb, OFFICE, asked, until)) == wanted
    by, pauses = library.plain(["watch"] * 3)[:count], library.pauses([[]] * count)
    assert len(frames.deadline(OFFICES, asked, BUDGET, by=by, pauses=pauses)) == count


def test_answers_are_in_the_zone_of_the_column(library: Any) -> None:
    for zone, offset in (("America/New_York", -5), ("Europe/Volgograd", 3)):
        found = frames.deadline(OFFICE, library.column("us", [NOW], zone), BUDGET)
        assert library.list(found)[0].utcoffset() == timedelta(hours=offset)


def test_one_instant_for_all_rows_or_none(library: Any) -> None:
    starts = moments("ms", 1)
    asked = library.column("ms", starts)
    wanted = scalar_answers(OFFICE, starts, [NOW] * len(starts))["elapsed"]
    for now in (NOW, NOW.astimezone(OFFICE.tz)):
        found = frames.elapsed(OFFICE, asked, now)
        assert library.list(found) == wanted
        assert library.type(found) == library.duration("us")
    nothing = library.column("ms", [None] * len(starts))
    assert library.list(frames.elapsed(OFFICE, asked, nothing)) == [None] * len(starts)


def test_a_budget_for_each_row(library: Any) -> None:
    starts = moments("us", 1, 40)
    amounts = [working_hours(row % 5, minutes=row) for row in range(40)]
    wanted = [
        None if start is None else OFFICE.deadline(start, amount)
        for start, amount in zip(starts, amounts, strict=True)
    ]
    for unit in library.units:
        budgets = library.amounts(unit, amounts)
        found = frames.deadline(OFFICE, library.column("us", starts), budgets)
        assert library.list(found) == wanted


def test_columns_that_are_not_instants_or_amounts_are_refused(library: Any) -> None:
    aware, naive = library.column("us", [NOW, NOW]), library.naive()
    advice = "tz_localize|replace_time_zone|assume_timezone"
    with pytest.raises(NaiveDatetimeError, match=rf"(posted|starts) is .*({advice})\("):
        frames.deadline(OFFICE, naive, BUDGET)
    with pytest.raises(NaiveDatetimeError, match=r"(posted|ends) is (datetime64|Datetime|times)"):
        frames.elapsed(OFFICE, aware, naive)
    with pytest.raises(NaiveDatetimeError, match="has no zone"):
        frames.elapsed(OFFICE, aware, NOW.replace(tzinfo=None))
    with pytest.raises(TypeError, match=r"starts is a column of \w+, not of instants"):
        frames.deadline(OFFICE, library.plain([1, 2]), BUDGET)
    with pytest.raises(TypeError, match="starts is of type list"):
        frames.deadline(OFFICE, [NOW], BUDGET)
    for given in ("answered", None):
        with pytest.raises(TypeError, match="ends is of type"):
            frames.elapsed(OFFICE, aware, given)
    for amount in (None, 4.5, "4h", library.plain([4.5, 4.5])):
        with pytest.raises(TypeError, match="a budget is"):
            frames.deadline(OFFICE, aware, amount)
    with pytest.raises(BudgetError, match=r"the budget of row 1.* is NaT"):
        frames.deadline(OFFICE, aware, library.amounts("us", [BUDGET, None]))


def test_columns_of_another_length_are_refused(library: Any) -> None:
    asked = library.column("us", [NOW, NOW])
    one = library.column("us", [NOW])
    kinds = r"has 1 rows where the first column has 2|different indexes"
    for refused in (
        lambda: frames.elapsed(OFFICE, asked, one),
        lambda: frames.deadline(OFFICE, asked, library.amounts("us", [BUDGET])),
        lambda: frames.deadline(OFFICES, asked, BUDGET, by=library.plain(["watch"])),
        lambda: frames.deadline([OFFICE], asked, BUDGET, codes=library.plain([0])),
    ):
        with pytest.raises(ValueError, match=kinds):
            refused()


def test_schedules_by_name_and_by_code(library: Any) -> None:
    starts = moments("us", 1)
    asked = library.column("us", starts)
    codes = [row % 3 for row in range(len(starts))]
    names = [list(OFFICES)[code] for code in codes]
    wanted = [
        None if start is None else OFFICES[name].deadline(start, BUDGET)
        for start, name in zip(starts, names, strict=True)
    ]
    found = frames.deadline(OFFICES, asked, BUDGET, by=library.plain(names))
    assert library.list(found) == wanted
    listed = list(OFFICES.values())
    found = frames.deadline(listed, asked, BUDGET, codes=library.plain(codes))
    assert library.list(found) == wanted
    with pytest.raises(IndexError, match=r"row 2.* has schedule code 2"):
        frames.deadline(listed[:2], asked, BUDGET, codes=library.plain(codes))


def test_an_unknown_or_missing_name_is_refused(library: Any) -> None:
    asked = library.column("us", [NOW] * 3)
    by = library.plain(["watch", "volgorad", None])
    with pytest.raises(LookupError, match=r"row 1.* names .*'volgorad'.*near it: volgograd"):
        frames.deadline(OFFICES, asked, BUDGET, by=by)
    with pytest.raises(LookupError, match=r"row 0.* names no schedule"):
        frames.deadline(OFFICES, asked[2:], BUDGET, by=by[2:])
    with pytest.raises(TypeError, match="each row needs one: give by"):
        frames.deadline(OFFICES, asked, BUDGET)
    with pytest.raises(TypeError, match="give the schedules as a dict"):
        frames.deadline(OFFICE, asked, BUDGET, by=by)
    if library.kind in ("polars", "arrays"):  # pandas takes lists of names as well
        with pytest.raises(TypeError, match="by is str, not a column of names"):
            frames.deadline(OFFICES, asked, BUDGET, by="agency")


def test_pauses(library: Any) -> None:
    starts, ends = moments("us", 1, 40), moments("us", 2, 40)
    pauses = pauses_of(starts, 3)
    asked, until = library.column("us", starts), library.column("us", ends)
    given = library.pauses(pauses)
    for verb, wanted in paused_answers(starts, ends, pauses).items():
        found = call(frames, verb, OFFICE, asked, until, pauses=given)
        assert library.list(found) == wanted, verb


def test_a_pause_without_an_end_gives_no_deadline(library: Any) -> None:
    asked = library.column("us", [NOW, NOW])
    found = frames.deadline(OFFICE, asked, BUDGET, pauses=library.pauses([[], [(NOW, None)]]))
    assert library.list(found) == [OFFICE.deadline(NOW, BUDGET), None]


def test_pauses_that_are_not_sorted_are_refused(library: Any) -> None:
    backwards = library.pauses([[], [(NOW, NOW - timedelta(hours=1))]])
    with pytest.raises(ValueError, match=r"the pauses of row 1.* are not sorted"):
        frames.deadline(OFFICE, library.column("us", [NOW, NOW]), BUDGET, pauses=backwards)


def test_an_unknown_row_raises_or_is_marked(library: Any) -> None:
    asked = library.column("us", [NOW, UNKNOWN, None])
    with pytest.raises(CalendarCoverageError, match=r"row 1.*: calendar RU-VGG") as caught:
        frames.deadline(OFFICE, asked, BUDGET)
    assert caught.value.row == 1
    assert caught.value.calendar == "RU-VGG"
    marked = frames.deadline(OFFICE, asked, BUDGET, on_unknown="mark")
    assert isinstance(marked, Marked)
    assert library.list(marked.values) == [OFFICE.deadline(NOW, BUDGET), None, None]
    assert library.list(marked.unknown) == [False, True, False]
    assert library.list(marked.provisional) == [False, False, False]
    if library.kind in ("arrow", "polars", "arrays"):  # numpy's bool has no missing value
        marked = frames.is_working(OFFICE, asked, on_unknown="mark")
        assert library.list(marked.values) == [True, None, None]
    with pytest.raises(ValueError, match="on_unknown is 'raise' or 'mark', not 'drop'"):
        frames.deadline(OFFICE, asked, BUDGET, on_unknown="drop")


def test_provisional_answers_warn_at_the_call_or_are_marked(library: Any) -> None:
    asked = library.column("us", [NOW, UNKNOWN])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        wanted = [OFFICE.deadline(when, BUDGET, provisional=True) for when in (NOW, UNKNOWN)]
        del caught[:]
        found = frames.deadline(OFFICE, asked, BUDGET, provisional=True)
        if library.kind in ("numpy", "polars"):
            asked.sla.deadline(OFFICE, BUDGET, provisional=True)
    assert library.list(found) == wanted
    assert {warning.category for warning in caught} == {ProvisionalWarning}
    assert len(caught) == (2 if library.kind in ("numpy", "polars") else 1)
    assert {warning.filename for warning in caught} == {__file__}
    assert "1 answers are provisional, the first of row 1" in str(caught[0].message)
    marked = frames.deadline(OFFICE, asked, BUDGET, provisional=True, on_unknown="mark")
    assert library.list(marked.values) == wanted
    assert library.list(marked.provisional) == [False, True]
    assert library.list(marked.unknown) == [False, False]


@pytest.mark.parametrize("verb", VERBS)
def test_the_accessor_equals_the_function(library: Any, verb: str) -> None:
    if library.kind == "arrays":
        pytest.skip("Arrow has no accessors")
    asked, until = library.column("us", moments("us", 1)), library.column("us", moments("us", 2))
    wanted = call(frames, verb, OFFICE, asked, until)
    given = [] if verb in OF_TIMES else [until if verb == "elapsed" else BUDGET]
    named = {"as_of": NOW} if verb == "remaining" else {}
    assert getattr(asked.sla, verb)(OFFICE, *given, **named).equals(wanted)


@pytest.mark.parametrize(
    ("missing", "imports", "columns_of"),
    [
        (
            {"pyarrow", "polars"},
            "import pandas as pd",
            'pd.Series([start]).dt.tz_localize(office.tz.key), ["a"]',
        ),
        (
            {"pyarrow", "pandas"},
            "import polars as pl",
            'pl.Series([start]).dt.replace_time_zone(office.tz.key), pl.Series(["a"])',
        ),
        (
            {"polars", "pandas"},
            "import pyarrow as pa",
            'pa.array([start.replace(tzinfo=office.tz)]), pa.array(["a"])',
        ),
    ],
)
def test_a_library_needs_no_other(missing: set[str], imports: str, columns_of: str) -> None:
    pytest.importorskip(imports.split()[1])
    assert alone(missing, imports, columns_of) == "2025-11-01 12:30:00+03:00"
