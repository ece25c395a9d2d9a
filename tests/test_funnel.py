"""Funnel limits, positions and overdispersion."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy")

from workhours_sla.statistics.funnel import (  # noqa: E402
    expected_false_alarms,
    funnel_limits,
    funnel_positions,
    overdispersion,
)

SEED = 20250312


def test_the_funnel_around_nine_tenths() -> None:
    limits = funnel_limits([25, 100, 500], 0.9)
    assert (limits.lower_warning * 100).round(1).tolist() == [74.6, 83.2, 87.2]
    assert (limits.lower_action * 100).round(1).tolist() == [65.2, 79.2, 85.5]
    # 18 of 25 warn, 16 call for action
    assert funnel_positions([18, 90, 450], limits).tolist() == [-1, 0, 0]
    assert funnel_positions([16, 79, 480], limits).tolist() == [-2, -2, 2]


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


def test_a_small_unit_with_all_in_time_is_inside() -> None:
    assert funnel_positions([10, 36, 37], funnel_limits([10, 36, 37], 0.9)).tolist() == [0, 1, 1]
    assert funnel_positions([34, 35], funnel_limits([34, 35], 0.9)).tolist() == [0, 0]


def test_overdispersion_against_scipy() -> None:
    mstats = pytest.importorskip("scipy.stats.mstats")
    rng = np.random.default_rng(SEED)
    worst = 0.0
    for _ in range(1000):
        units, target = int(rng.integers(1, 90)), float(rng.uniform(0.3, 0.97))
        n = rng.integers(1, 500, size=units)
        met = rng.binomial(n, rng.uniform(0.2, 1, size=units))
        z = (met / n - target) / np.sqrt(target * (1 - target) / n)
        for part in (0.0, 0.1, 0.2, 0.49):
            theirs = (np.asarray(mstats.winsorize(z, limits=(part, part))) ** 2).mean()
            ours = overdispersion(met, n, target, winsorised=part)
            worst = max(worst, abs(ours - theirs) / max(1.0, theirs))
    assert worst < 1e-12, f"largest relative difference {worst}"


def test_overdispersion_by_hand() -> None:
    # z = -6 -3 -1 -1 0 0 1 1 2 4 in steps of 0.03, one pulled in at either end
    met = [72, 81, 87, 87, 90, 90, 93, 93, 96, 100]
    n = [100] * 9 + [100]
    z = [-6, -2, -1, -1, 0, 0, 1, 1, 2, 10 / 3]
    met[1] = 84
    raw = sum(x * x for x in z) / 10
    pulled_in = (4 + 4 + 1 + 1 + 0 + 0 + 1 + 1 + 4 + 4) / 10
    assert overdispersion(met, n, 0.9, winsorised=0) == pytest.approx(raw)
    assert overdispersion(met, n, 0.9) == pytest.approx(pulled_in)


def test_dispersion_under_chance_alone() -> None:
    rng = np.random.default_rng(SEED)
    n = np.full(20_000, 2000)
    met = rng.binomial(n, 0.9)
    assert overdispersion(met, n, 0.9) == pytest.approx(0.68, abs=0.02)
    assert overdispersion(met, n, 0.9, winsorised=0) == pytest.approx(1, abs=0.05)


def test_dispersion_moves_the_limits_by_its_square_root() -> None:
    plain, wide, tight = (funnel_limits([400, 900], 0.9, dispersion=d) for d in (1, 2.25, 0.4))
    for name in ("lower_warning", "upper_warning", "lower_action"):
        moved, distance = getattr(wide, name) - 0.9, getattr(plain, name) - 0.9
        assert np.allclose(moved, 1.5 * distance, rtol=1e-12)
        assert (getattr(tight, name) == getattr(plain, name)).all()
    assert funnel_limits([5], 0.9, dispersion=100).lower_action.tolist() == [0]


def test_expected_false_alarms() -> None:
    assert expected_false_alarms(73) == pytest.approx(0.146)
    assert expected_false_alarms(73, coverage=0.95) == pytest.approx(3.65)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: funnel_limits([0, 3], 0.9), "n has 0"),
        (lambda: funnel_limits([], 0.9), "n is empty"),
        (lambda: funnel_limits([3], 90), "target 90"),
        (lambda: funnel_limits([3], 0.9, dispersion=-1), "dispersion -1"),
        (lambda: funnel_limits([3], 0.9, dispersion=float("nan")), "dispersion nan"),
        (lambda: funnel_limits(3, 0.9), "0 dimensions"),
        (lambda: funnel_positions([4], funnel_limits([3], 0.9)), "met 4 of n 3"),
        (lambda: funnel_positions([1, 2], funnel_limits([3], 0.9)), "shape"),
        (lambda: overdispersion([1], [2], 1.5), "target 1.5"),
        (lambda: overdispersion([1], [2], 0.9, winsorised=0.5), "winsorised 0.5"),
        (lambda: overdispersion([1], [2], 0.9, winsorised=-0.1), "winsorised -0.1"),
        (lambda: overdispersion([[1]], [[2]], 0.9), "met has 2 dimensions"),
        (lambda: expected_false_alarms(-1), "units has -1"),
        (lambda: expected_false_alarms(3, coverage=99.8), "coverage 99.8"),
    ],
)
def test_invalid_arguments_are_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
