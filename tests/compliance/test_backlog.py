"""The backlog: size, flow, ages and Little's law."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy")

from workhours_sla.statistics.arrays import NEVER
from workhours_sla.statistics.backlog import (
    backlog,
    backlog_ages,
    flow,
    littles_law,
    overdue_backlog,
)

SEED = 20250312


def appeals(rng: object, *, closed: bool = False) -> tuple[object, object, object]:
    n = int(rng.integers(1, 25))
    arrived = rng.integers(-20, 40, size=n)
    left = arrived + rng.integers(0, 20, size=n)
    if not closed:
        left[rng.random(n) < 0.3] = NEVER
    limit = arrived + rng.integers(0, 15, size=n)
    limit[rng.random(n) < 0.1] = NEVER
    return arrived, left, limit


def test_backlogs_by_the_definition() -> None:
    rng = np.random.default_rng(SEED)
    late_seen = 0
    for _ in range(1000):
        arrived, left, limit = appeals(rng)
        at = rng.integers(-25, 80, size=12)
        both = list(zip(arrived.tolist(), left.tolist(), limit.tolist(), strict=True))
        expected = [sum(a <= t < q for a, q, _ in both) for t in at.tolist()]
        overdue = [sum(a <= t < q and t > end for a, q, end in both) for t in at.tolist()]
        assert backlog(arrived, left, at).tolist() == expected
        assert overdue_backlog(arrived, left, limit, at).tolist() == overdue
        late_seen += sum(overdue)
    assert late_seen > 1000


def test_flow_by_the_definition_and_against_the_backlog() -> None:
    rng = np.random.default_rng(SEED)
    for _ in range(1000):
        arrived, left, _ = appeals(rng)
        edges = np.cumsum(rng.integers(1, 15, size=6)) - 30
        found = flow(arrived, left, edges)
        spans = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        assert found.arrivals.tolist() == [sum(a <= x < b for x in arrived) for a, b in spans]
        assert found.departures.tolist() == [sum(a <= x < b for x in left) for a, b in spans]
        assert (found.net == np.diff(backlog(arrived, left, edges - 1))).all()


def test_ages_are_quantiles_of_type_1() -> None:
    nothing = backlog_ages([])
    assert (nothing.n, nothing.median, nothing.p90, nothing.largest) == (0, None, None, None)
    rng = np.random.default_rng(SEED)
    for _ in range(1000):
        ages = rng.integers(0, 10**9, size=int(rng.integers(1, 60)))
        found = backlog_ages(ages)
        assert found.n == ages.size
        assert found.largest == ages.max()
        for q, share in ((found.median, 5), (found.p90, 9)):
            assert 10 * (ages <= q).sum() >= share * ages.size
            assert 10 * (ages < q).sum() < share * ages.size
            assert q in ages
    for n in range(1, 100):
        theirs = np.quantile(np.arange(n), 0.5, method="inverted_cdf")
        assert backlog_ages(range(n)).median == theirs


def test_littles_law_is_exact_if_the_span_begins_and_ends_empty() -> None:
    rng = np.random.default_rng(SEED)
    worst = 0.0
    for _ in range(1000):
        arrived, left, _ = appeals(rng, closed=True)
        start, end = int(arrived.min()), int(left.max()) + 1
        found = littles_law(arrived, left, start, end)
        worst = max(worst, abs(found.mean_backlog - found.predicted_backlog))
        every_tick = backlog(arrived, left, range(start, end)).mean()
        worst = max(worst, abs(found.mean_backlog - every_tick))
    assert worst < 1e-13, f"largest difference {worst}"


def test_years_in_microseconds_do_not_overflow() -> None:
    year, n = 365 * 24 * 3600 * 10**6, 400_000
    found = littles_law(np.zeros(n, np.int64), np.full(n, year), 0, 2 * year)
    assert found.mean_backlog == n / 2
    assert found.mean_time == year


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: backlog([5], [4], [0]), "left 4 is before the arrival 5"),
        (lambda: backlog([5, 6], [7], [0]), "left has the shape"),
        (lambda: backlog([5], [float("nan")], [0]), "nan"),
        (lambda: overdue_backlog([5], [7], [4], [0]), "limit 4 is before the arrival 5"),
        (lambda: backlog_ages([3, -1]), "ages has -1"),
        (lambda: flow([5], [7], [0, 3, 3]), "do not increase"),
        (lambda: littles_law([5], [7], 3, 3), "empty"),
        (lambda: littles_law([5], [7], 0, 7), "nothing left from 0 to 7"),
    ],
)
def test_invalid_arguments_are_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
