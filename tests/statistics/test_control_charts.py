"""XmR and p' charts, their signals, and merged short periods."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

np = pytest.importorskip("numpy")

from workhours_sla.statistics.control_charts import (
    expected_false_signals,
    merge_short_periods,
    p_prime_chart,
    xmr_chart,
)

SEED = 20250312
STEADY = [2, 3] * 6  # mean 2.5, every range 1: limits -0.16 and 5.16


def marked(mask: object) -> list[int]:
    return np.flatnonzero(mask).tolist()


def signals_by_definition(
    values: list[Fraction], mean: Fraction, reach: list[Fraction]
) -> tuple[list[int], list[int], list[int]]:
    outside, run, near = [], [], []
    for at in range(len(values)):
        if abs(values[at] - mean) > reach[at]:
            outside.append(at)
        eight = values[max(0, at - 7) : at + 1]
        if len(eight) == 8 and (all(x > mean for x in eight) or all(x < mean for x in eight)):
            run.append(at)
        four = range(max(0, at - 3), at + 1)
        for side in (1, -1):
            closer = [side * (values[i] - mean) > reach[i] / 2 for i in four]
            if closer[-1] and sum(closer) >= 3:
                near.append(at)
    return outside, run, near


def test_xmr_against_the_definition_in_fractions() -> None:
    rng = np.random.default_rng(SEED)
    worst, seen = 0.0, np.zeros(3, int)
    for _ in range(1000):
        n = int(rng.integers(12, 40))
        base = int(rng.integers(12, n + 1))
        steps = rng.normal(scale=6, size=n) + rng.choice([0, 8]) * (np.arange(n) > 12)
        values = [Fraction(int(x), 4) for x in np.round(steps)]
        chart = xmr_chart([float(x) for x in values], baseline=base)
        mean = sum(values[:base]) / base
        ranges = [abs(b - a) for a, b in pairwise(values)]
        mean_range = sum(ranges[: base - 1]) / (base - 1)
        reach = Fraction(266, 100) * mean_range
        expected = (mean, mean - reach, mean + reach, mean_range * Fraction("3.268"))
        ours = (chart.mean, chart.lower, chart.upper, chart.moving_range_limit)
        worst = max(worst, *(abs(a - float(b)) for a, b in zip(ours, expected, strict=True)))
        found = (
            marked(chart.signals.outside),
            marked(chart.signals.run_of_eight),
            marked(chart.signals.three_of_four),
        )
        assert found == signals_by_definition(values, mean, [reach] * n)
        assert marked(chart.moving_range_outside) == [
            at for at, moved in enumerate(ranges) if moved > expected[3]
        ]
        seen += [len(at) > 0 for at in found]
    assert worst < 1e-13, f"largest difference {worst}"
    assert (seen > 20).all(), f"charts with each signal: {seen}"


def test_p_prime_against_the_definition() -> None:
    rng = np.random.default_rng(SEED)
    worst = 0.0
    for _ in range(1000):
        periods = int(rng.integers(12, 30))
        base = int(rng.integers(12, periods + 1))
        n = rng.integers(1, 300, size=periods)
        met = rng.binomial(n, np.clip(rng.normal(0.85, 0.06, size=periods), 0, 1))
        chart = p_prime_chart(met, n, baseline=base)
        mean = float(Fraction(int(met[:base].sum()), int(n[:base].sum())))
        sigma = [(mean * (1 - mean) / int(m)) ** 0.5 for m in n]
        z = [(int(k) / int(m) - mean) / s for k, m, s in zip(met, n, sigma, strict=True)]
        sigma_z = sum(abs(z[i] - z[i - 1]) for i in range(1, base)) / (base - 1) / 1.128
        lower = [max(0.0, mean - 3 * s * sigma_z) for s in sigma]
        upper = [min(1.0, mean + 3 * s * sigma_z) for s in sigma]
        for ours, expected in ((chart.lower, lower), (chart.upper, upper)):
            worst = max(worst, np.abs(ours - expected).max())
        worst = max(worst, abs(chart.sigma_z - sigma_z), abs(chart.mean - mean))
        beyond = (met / n > chart.upper + 1e-9) | (met / n < chart.lower - 1e-9)
        assert (chart.signals.outside == beyond).all()
    assert worst < 1e-12, f"largest difference {worst}"


def test_a_series_without_spread_is_no_signal() -> None:
    for points in range(12, 60):  # the mean of equal floats may differ from the value
        chart = xmr_chart([0.7] * points)
        assert not chart.signals.outside.any()
        assert not chart.signals.run_of_eight.any()
        assert not chart.signals.three_of_four.any()
    nothing = xmr_chart([0] * 12)  # no rounding to allow for
    assert not nothing.signals.outside.any()
    assert not nothing.moving_range_outside.any()
    perfect = p_prime_chart([30] * 12 + [29], [30] * 13, baseline=12)
    assert (perfect.mean, perfect.sigma_z) == (1.0, 0.0)
    assert marked(perfect.signals.outside) == [12]


def test_merged_periods_by_the_definition() -> None:
    """Each merged period but the last is the shortest run of periods that is long enough."""
    rng = np.random.default_rng(SEED)
    for _ in range(1000):
        spans = rng.choice([0, 3, 8, 16, 40], size=int(rng.integers(0, 30))).tolist()
        merged = merge_short_periods(spans, shortest=8)
        runs: list[list[int]] = []
        for number, span in zip(merged.labels.tolist(), spans, strict=True):
            if number == len(runs):
                runs.append([])
            assert number == len(runs) - 1
            runs[-1].append(span)
        assert merged.working_time.tolist() == [sum(run) for run in runs]
        assert all(sum(run[:-1]) < 8 <= sum(run) for run in runs[:-1])
        assert all(sum(run[:-1]) < 8 for run in runs[-1:])
        assert merged.last_is_short == (bool(runs) and sum(runs[-1]) < 8)
        assert merged.totals(range(len(spans))).sum() == sum(range(len(spans)))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: xmr_chart(STEADY[:11]), "at least 12 points, and there are 11"),
        (lambda: xmr_chart(STEADY, baseline=11), "baseline of 11"),
        (lambda: xmr_chart([*STEADY, float("nan")]), "nan at 12"),
        (lambda: xmr_chart(["2"] * 12), "must be numbers"),
        (lambda: xmr_chart([STEADY]), "2 dimensions"),
        (lambda: p_prime_chart([0] * 12, [5] * 11 + [0]), "n has 0"),
        (lambda: merge_short_periods([1, -1], shortest=8), "working_time has -1"),
        (lambda: merge_short_periods([1], shortest=0), "shortest 0"),
        (lambda: merge_short_periods([1], shortest=8).totals([1, 2]), "shape"),
    ],
)
def test_invalid_arguments_are_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("baseline", [12, 18, 24])
def test_expected_false_signals_are_those_of_other_simulated_years(baseline: int) -> None:
    """Years without any change, drawn apart and judged one by one, have as many marked weeks."""
    rng = np.random.default_rng(SEED + baseline)
    years = 3_000
    found = {False: [], True: []}
    for _ in range(years):
        chart = xmr_chart(rng.normal(5, 2, size=52), baseline=baseline)
        signals = chart.signals
        marked = signals.outside | signals.run_of_eight | signals.three_of_four
        found[False].append(int(marked.sum()))
        jumped = np.concatenate([[False], chart.moving_range_outside])
        found[True].append(int((marked | jumped).sum()))
    for with_ranges, counted in found.items():
        printed = expected_false_signals(52, baseline=baseline, moving_ranges=with_ranges)
        error = float(np.std(counted)) * (1 / years + 1 / 4_000) ** 0.5
        assert abs(printed - float(np.mean(counted))) < 4 * error
