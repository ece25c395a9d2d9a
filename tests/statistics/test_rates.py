"""Rates with their intervals, and control charts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest

np = pytest.importorskip("numpy")

from workhours_sla.statistics.arrays import NEVER
from workhours_sla.statistics.control_charts import (
    expected_false_signals,
    merge_short_periods,
    p_prime_chart,
    xmr_chart,
)
from workhours_sla.statistics.funnel import binomial_cdf, interpolated_quantiles
from workhours_sla.statistics.maturity import cohort_counts, safe_as_of
from workhours_sla.statistics.shares import (
    TargetVerdict,
    compliance_rate,
    rate_difference,
    wilson_interval,
    wilson_intervals,
)
from workhours_sla.text.numbers import percent

SEED = 20250312


@pytest.mark.parametrize(
    ("met", "n", "verdict", "counts_only", "flagged"),
    [
        (2, 2, TargetVerdict.TOO_FEW, True, False),
        (9, 9, TargetVerdict.TOO_FEW, True, False),
        (0, 9, TargetVerdict.TOO_FEW, True, False),
        (0, 10, TargetVerdict.FAILS, False, True),
        (10, 10, TargetVerdict.INCONCLUSIVE, False, True),
        (19, 19, TargetVerdict.INCONCLUSIVE, False, True),
        (20, 20, TargetVerdict.INCONCLUSIVE, False, False),
        (35, 35, TargetVerdict.MEETS, False, False),  # 35 / (35 + z^2) = .9011
        (46, 50, TargetVerdict.INCONCLUSIVE, False, False),
        (34, 34, TargetVerdict.INCONCLUSIVE, False, False),  # .8985
        (255, 309, TargetVerdict.FAILS, False, False),
        (98, 103, TargetVerdict.INCONCLUSIVE, False, False),
        (33, 47, TargetVerdict.FAILS, False, False),
    ],
)
def test_verdicts(
    met: int, n: int, verdict: TargetVerdict, counts_only: bool, flagged: bool
) -> None:
    rate = compliance_rate(met, n, 0.9)
    assert (rate.verdict, rate.counts_only, rate.flagged) == (verdict, counts_only, flagged)


def test_a_verdict_never_worsens_with_one_more_in_time() -> None:
    order = [TargetVerdict.FAILS, TargetVerdict.INCONCLUSIVE, TargetVerdict.MEETS]
    for target in (0.5, 0.8, 0.9, 0.95):
        for n in (10, 19, 20, 60, 300):
            ranks = [order.index(compliance_rate(met, n, target).verdict) for met in range(n + 1)]
            assert ranks == sorted(ranks)
            assert ranks[0] == 0


def test_wilson_against_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(SEED)
    n = rng.integers(1, 10 ** rng.integers(1, 7, size=1500))
    met = rng.integers(0, n + 1)
    for confidence in (0.95, 0.998):
        ours = wilson_intervals(met, n, confidence=confidence)
        theirs = np.array(
            [
                stats.binomtest(int(k), int(m), 0.5).proportion_ci(confidence, "wilson")
                for k, m in zip(met, n, strict=True)
            ]
        )
        worst = np.abs(np.stack([ours.lower, ours.upper], 1) - theirs).max()
        assert worst < 1e-14, f"largest difference {worst}"
        one = wilson_interval(int(met[0]), int(n[0]), confidence=confidence)
        assert (ours.lower[0], ours.upper[0]) == (one.lower, one.upper)


def test_differences_against_statsmodels() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    rng = np.random.default_rng(SEED)
    worst = 0.0
    for _ in range(1000):
        n, other_n = (int(x) for x in rng.integers(1, 400, size=2))
        met, other = int(rng.integers(0, n + 1)), int(rng.integers(0, other_n + 1))
        confidence = float(rng.choice([0.8, 0.95, 0.99]))
        found = rate_difference(met, n, other, other_n, confidence=confidence)
        theirs = proportion.confint_proportions_2indep(
            met, n, other, other_n, method="newcomb", alpha=1 - confidence
        )
        ours = (found.interval.lower, found.interval.upper)
        worst = max(worst, *(abs(a - b) for a, b in zip(ours, theirs, strict=True)))
        back = rate_difference(other, other_n, met, n, confidence=confidence)
        assert back.difference == -found.difference
        assert back.interval.upper == pytest.approx(-found.interval.lower, abs=1e-15)
    assert worst < 1e-14, f"largest difference {worst}"


# The exact binomial


def test_the_binomial_against_scipy() -> None:
    binom = pytest.importorskip("scipy.stats").binom
    rng = np.random.default_rng(SEED)
    n = rng.integers(1, 10 ** rng.integers(1, 7, size=2000) + 1)
    p = np.concatenate([rng.uniform(0.001, 0.999, size=1000), np.full(1000, 0.9)])
    spread = np.sqrt(n * p * (1 - p))
    k = np.clip(np.round(n * p + spread * rng.normal(scale=3, size=2000)), 0, n).astype(int)
    ours = [binomial_cdf(int(a), int(b), float(c)) for a, b, c in zip(k, n, p, strict=True)]
    worst = np.abs(ours - binom.cdf(k, n, p)).max()
    assert worst < 1e-12, f"largest difference {worst}"


def test_interpolated_quantiles_against_scipy() -> None:
    binom = pytest.importorskip("scipy.stats").binom
    rng = np.random.default_rng(SEED)
    tails = [0.001, 0.025, 0.975, 0.999]
    worst = 0.0
    for _ in range(1000):
        n, p = int(rng.integers(1, 10 ** rng.integers(1, 6))), float(rng.uniform(0.01, 0.99))
        least = binom.ppf(tails, n, p)
        theirs = least - (binom.cdf(least, n, p) - tails) / binom.pmf(least, n, p)
        worst = max(worst, np.abs(interpolated_quantiles(tails, n, p) - theirs).max() / n)
    assert worst < 1e-10, f"largest difference {worst} as a share"


# As printed


@pytest.mark.parametrize(
    ("value", "target", "places", "text"),
    [
        (0.8996, None, 1, "90.0"),
        (0.8996, 0.9, 1, "89.9"),
        (0.89996, 0.9, 1, "89.9"),
        (0.9, 0.9, 1, "90.0"),
        (0.9004, 0.9, 1, "90.0"),
        (0.900001, 0.9, 0, "90"),
        (0.9005, 0.9005, 1, "90.1"),
        (0.855, None, 0, "86"),
        (0.8215, None, 1, "82.2"),
        (1316 / 1546, 0.9, 1, "85.1"),
        (0, 0.9, 1, "0.0"),
        (1, 0.9, 1, "100.0"),
        (0.0004, 0.9, 1, "0.1"),
        (0.9999, 0.9, 0, "99"),
        (0.9999999999999999, 0.9, 1, "100.0"),
        (0.9996, 0.9995, 1, "99.96"),
    ],
)
def test_percentages(value: float, target: float | None, places: int, text: str) -> None:
    assert percent(value, target=target, places=places) == text


def test_rounding_never_crosses_the_target() -> None:
    for n in range(1, 1300, 3):
        for met in range(max(0, n * 9 // 10 - 2), min(n, n * 9 // 10 + 3) + 1):
            text = percent(met / n, target=0.9)
            assert (Decimal(text) >= 90) == (10 * met >= 9 * n), (met, n, text)
            assert (Decimal(text) == 100) == (met == n), (met, n, text)
            assert text.partition(".")[2].isdigit()
            assert abs(Decimal(text) - Decimal(met * 100) / n) < Decimal("0.1")


# Counts of a cohort


def test_a_cohort_reconciles_and_early_answers_have_not_matured() -> None:
    verdicts = ["met"] * 3 + ["breached", "pending", "at_risk", "paused", "withdrawn", "excluded"]
    limits = [10, 20, 21, 15, 22, 25, NEVER, 12, 30]
    found = cohort_counts(verdicts, limits, 20)
    assert found.arrived == len(verdicts)
    assert (found.met, found.breached, found.pending) == (3, 1, 2)
    assert (found.paused, found.withdrawn, found.excluded) == (1, 1, 1)
    assert (found.matured_met, found.matured) == (1, 2)  # a limit at as_of has not passed


def test_a_cohort_is_final_after_its_last_limit() -> None:
    assert safe_as_of([7, 30, 8]) == 30
    assert safe_as_of([7, NEVER]) is None
    final = cohort_counts(["met", "breached", "met"], [7, 30, 8], 31)
    assert final.matured == final.arrived


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


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: wilson_interval(0, 0), "empty cohort"),
        (lambda: wilson_intervals([], []), "n is empty"),
        (lambda: wilson_interval(4, 3), "met 4 of n 3"),
        (lambda: wilson_interval(-1, 3), "met has -1"),
        (lambda: wilson_intervals([1.0, float("nan")], [3, 3]), "nan"),
        (lambda: wilson_interval(1.5, 3), "whole numbers"),
        (lambda: wilson_interval(1, 3, confidence=95), "confidence 95 is not strictly between"),
        (lambda: compliance_rate(45, 50, 90), "target 90 .* write 90 % as 0.9"),
        (lambda: compliance_rate(45, 50, float("nan")), "target nan"),
        (lambda: percent(89.96), "give a share"),
        (lambda: percent(float("nan")), "nan"),
        (lambda: percent(0.5, places=-1), "-1 decimal places"),
        (lambda: binomial_cdf(0, 0, 0.5), "n 0"),
        (lambda: binomial_cdf(0, 3, 1.0), "p 1.0"),
        (lambda: interpolated_quantiles([0.0], 3, 0.5), "tail 0"),
        (lambda: cohort_counts(["late"], [3], 5), "'late' is not a verdict"),
        (lambda: cohort_counts(["breached"], [5], 5), "breached with the limit 5"),
        (lambda: cohort_counts(["pending"], [4], 5), "pending with the limit 4"),
        (lambda: safe_as_of([]), "empty"),
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
