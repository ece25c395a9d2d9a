"""Funnel limits, positions and overdispersion."""

from __future__ import annotations

import math

import pytest

np = pytest.importorskip("numpy")

from workhours_sla.statistics.funnel import (
    expected_false_alarms,
    expected_false_failures,
    funnel_limits,
    funnel_positions,
    overdispersion,
)

UNITS = [(18, 25), (36, 40), (70, 100), (95, 100), (230, 250), (400, 500), (460, 500), (9, 10)]

SEED = 20250312


def test_the_limits_against_scipy() -> None:
    binom = pytest.importorskip("scipy.stats").binom
    rng = np.random.default_rng(SEED)
    worst = 0.0

    def published(tail: float, n: object, p: float) -> object:
        least = binom.ppf(tail, n, p)
        return (least - (binom.cdf(least, n, p) - tail) / binom.pmf(least, n, p)) / n

    for target in (0.5, 0.8, 0.9, 0.97):
        n = rng.integers(1, 5000, size=300)
        limits = funnel_limits(n, target)
        # the paper's upper limit lies one appeal lower
        for ours, tail, shift in (
            (limits.lower_warning, 0.025, 0),
            (limits.lower_action, 0.001, 0),
            (limits.upper_warning, 0.975, 1 / n),
            (limits.upper_action, 0.999, 1 / n),
        ):
            theirs = np.clip(published(tail, n, target) + shift, 0, 1)
            worst = max(worst, np.abs(ours - theirs).max())
    assert worst < 1e-12, f"largest difference {worst}"


@pytest.mark.parametrize("target", [0.5, 0.9, 0.97])
def test_each_side_of_the_funnel_has_its_nominal_probability(target: float) -> None:
    binom = pytest.importorskip("scipy.stats").binom
    for n in (*range(1, 120), 400, 1546):
        met = np.arange(n + 1)
        position = funnel_positions(met, funnel_limits(np.full(n + 1, n), target))
        chance = binom.pmf(met, n, target)
        assert (np.diff(position) >= 0).all()
        for outside, tail in ((1, 0.025), (2, 0.001)):
            low, high = (position <= -outside).sum(), (position >= outside).sum()
            rounded = tail * (1 - 1e-9), tail * (1 + 1e-9)
            assert chance[:low].sum() <= rounded[1]
            assert chance[n + 1 - high :].sum() <= rounded[1]
            # and one appeal more would be too much
            assert chance[: low + 1].sum() > rounded[0]
            assert chance[n - high :].sum() > rounded[0]


def funnel_plot_r(
    met: list[int], n: list[int], trim_by: float = 0.1
) -> tuple[float, float, float, list[float]]:
    """Return centre, phi, tau2 and the lower 95 % limits as FunnelPlotR computes them.

    Written from the steps of its functions for proportions, in plain Python: transformed_zscore,
    winsorisation with R's quantile of type 7, phi_func, tau_func and calculate_limits.
    """
    target = math.asin(math.sqrt(math.fsum(met) / math.fsum(n)))
    errors = [1 / (2 * math.sqrt(of)) for of in n]
    scores = [
        (math.asin(math.sqrt(part / of)) - target) / error
        for part, of, error in zip(met, n, errors, strict=True)
    ]

    def quantile(p: float) -> float:
        ordered = sorted(scores)
        at = (len(ordered) - 1) * p
        low = math.floor(at)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (at - low) * (ordered[high] - ordered[low])

    low, high = quantile(trim_by), quantile(1 - trim_by)
    pulled = [min(max(score, low), high) for score in scores]
    units = len(n)
    phi = math.fsum(score * score for score in pulled) / units
    if units * phi < units - 1 or units == 1:
        tau2 = 0.0
    else:
        weights = [1 / error**2 for error in errors]
        total = math.fsum(weights)
        squares = math.fsum(weight**2 for weight in weights)
        tau2 = max(0.0, (units * phi - (units - 1)) / (total - squares / total))
    limits = [math.sin(target - 1.959964 * math.sqrt(error**2 + tau2)) ** 2 for error in errors]
    return math.fsum(met) / math.fsum(n), phi, tau2, limits


def test_overdispersion_against_the_steps_of_funnelplotr() -> None:
    rng = np.random.default_rng(SEED)
    overdispersed = 0
    for _ in range(1500):
        units = int(rng.integers(1, 90))
        n = rng.integers(1, 500, size=units)
        met = rng.binomial(n, rng.uniform(*sorted(rng.uniform(0.2, 1, 2)), size=units))
        if not 0 < met.sum() < n.sum():
            continue
        part = float(rng.choice([0.0, 0.05, 0.1, 0.2]))
        ours = overdispersion(met, n, winsorised=part)
        centre, phi, tau2, _ = funnel_plot_r(met.tolist(), n.tolist(), part)
        assert ours.units == units
        assert ours.centre == pytest.approx(centre, rel=1e-12)
        assert ours.ratio == pytest.approx(phi, rel=1e-9, abs=1e-12)
        assert ours.between == pytest.approx(tau2, rel=1e-9, abs=1e-12)
        overdispersed += tau2 > 0
    assert overdispersed > 500
    even = overdispersion([320] * 30, [400] * 30)  # shares that vary less than by chance
    assert (even.centre, even.between) == (0.8, 0)


def test_limits_with_a_variance_between_units_are_near_those_of_funnelplotr() -> None:
    """Ours start from exact limits, theirs from normal ones; many appeals bring them near."""
    rng = np.random.default_rng(SEED)
    n = rng.integers(200, 5000, size=60)
    met = rng.binomial(n, rng.uniform(0.7, 0.95, size=60))
    found = overdispersion(met, n)
    theirs = funnel_plot_r(met.tolist(), n.tolist())[3]
    ours = funnel_limits(n, found.centre, between=found.between).lower_warning
    assert found.between > 0
    assert np.abs(ours - theirs).max() < 0.012


def test_a_variance_between_units_never_narrows_the_limits() -> None:
    met, n = zip(*UNITS, strict=True)
    found = overdispersion(met, n)
    assert found.between > 0
    plain, wide = (funnel_limits(n, found.centre, between=b) for b in (0, found.between))
    for name in ("warning", "action"):
        assert (getattr(wide, f"lower_{name}") <= getattr(plain, f"lower_{name}")).all()
        assert (getattr(wide, f"upper_{name}") >= getattr(plain, f"upper_{name}")).all()
    assert funnel_limits([5], 0.9, between=9).lower_action.tolist() == [0]


@pytest.mark.parametrize(("met", "rate"), [([10, 50], 1.0), ([0, 0], 0.0)])
def test_units_that_are_all_in_time_or_all_late_are_inside(met: list[int], rate: float) -> None:
    found = overdispersion(met, [10, 50])
    assert found.between == 0
    limits = funnel_limits([10, 50], found.centre, between=found.between)
    assert limits.lower_action.tolist() == limits.upper_action.tolist() == [rate] * 2
    assert funnel_positions(met, limits).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: funnel_limits([0, 3], 0.9), "n has 0"),
        (lambda: funnel_limits([3], 90), "centre 90"),
        (lambda: funnel_limits([3], 0.9, between=-1), "between -1"),
        (lambda: funnel_limits([3], 0.9, between=float("nan")), "between nan"),
        (lambda: funnel_limits(3, 0.9), "0 dimensions"),
        (lambda: funnel_positions([4], funnel_limits([3], 0.9)), "met 4 of n 3"),
        (lambda: overdispersion([1], [2], winsorised=0.5), "winsorised 0.5"),
        (lambda: overdispersion([[1]], [[2]]), "met has 2 dimensions"),
        (lambda: expected_false_alarms(-1), "units has -1"),
        (lambda: expected_false_alarms(3, coverage=99.8), "coverage 99.8"),
    ],
)
def test_invalid_arguments_are_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_expected_false_failures_against_scipy() -> None:
    binom = pytest.importorskip("scipy.stats").binom
    statsmodels = pytest.importorskip("statsmodels.stats.proportion")
    rng = np.random.default_rng(SEED)
    for _ in range(40):
        n = rng.integers(1, 400, size=int(rng.integers(1, 80)))
        target = float(rng.uniform(0.5, 0.98))
        expected = 0.0
        for size in n[n >= 10]:
            met = np.arange(size + 1)
            upper = statsmodels.proportion_confint(met, size, method="wilson")[1]
            expected += float(binom.pmf(met[upper < target], size, target).sum())
        assert expected_false_failures(n, target) == pytest.approx(expected, rel=1e-9, abs=1e-12)
