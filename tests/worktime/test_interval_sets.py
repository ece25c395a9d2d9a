"""Sets of intervals: joining, clipping and subtraction, with exact edges."""

from __future__ import annotations

from datetime import timedelta

import pytest

from workhours_sla.worktime.interval_sets import clip, join, subtract


def hours(*pairs: tuple[int, int]) -> list[tuple[timedelta, timedelta]]:
    return [(timedelta(hours=start), timedelta(hours=end)) for start, end in pairs]


def test_intervals_that_touch_or_overlap_become_one() -> None:
    assert join(hours((5, 6), (1, 3), (3, 4), (1, 2))) == hours((1, 4), (5, 6))


@pytest.mark.parametrize(
    ("lo", "hi", "left"),
    [
        (3, 9, [(5, 7)]),  # an interval that ends at the edge is outside
        (0, 5, [(1, 3)]),
        (2, 6, [(2, 3), (5, 6)]),
        (3, 5, []),
        (0, 9, [(1, 3), (5, 7)]),
    ],
)
def test_clipping_leaves_no_empty_interval(lo: int, hi: int, left: list[tuple[int, int]]) -> None:
    ((start, end),) = hours((lo, hi))
    assert clip(hours((1, 3), (5, 7)), start, end) == hours(*left)


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([(2, 4)], [(1, 2), (4, 6)]),
        ([(1, 4)], [(4, 6)]),
        ([(4, 6)], [(1, 4)]),
        ([(0, 1), (6, 7)], [(1, 6)]),
        ([(0, 9)], []),
    ],
)
def test_subtracting_leaves_the_rest_and_no_empty_interval(
    taken: list[tuple[int, int]], left: list[tuple[int, int]]
) -> None:
    assert subtract(hours((1, 6)), hours(*taken)) == hours(*left)
