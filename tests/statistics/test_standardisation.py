"""Standardised rates, and changes split into mix and performance."""

from __future__ import annotations

from fractions import Fraction

import pytest

np = pytest.importorskip("numpy")

from workhours_sla.statistics.standardisation import (
    kitagawa,
    merge_small_classes,
    standardised_rate,
)

SEED = 20250312


def classes(rng: object, number: int, *, least: int = 0) -> tuple[object, object]:
    n = rng.integers(least, 60, size=number)
    return rng.binomial(n, rng.uniform(0.3, 1, size=number)), n


@pytest.mark.parametrize(
    ("n", "labels"),
    [
        ([40, 5, 25], [0, 1, 2]),
        ([40, 4, 25], [0, 1, 1]),
        ([40, 3, 25, 2], [0, 1, 2, 1]),
        ([40, 3, 25, 1, 9], [0, 1, 2, 1, 1]),
        ([9, 0, 9], [0, 0, 1]),
        ([2, 1], [0, 0]),
        ([3], [0]),
    ],
)
def test_merging(n: list[int], labels: list[int]) -> None:
    assert merge_small_classes(n).tolist() == labels


def test_the_interval_covers_the_rate_and_is_never_0_wide() -> None:
    """With one class it is Wilson's; simulated units are covered about as often as promised."""
    one = standardised_rate([1], [1], [5], fewest=1).interval
    assert (one.lower, one.upper) == (pytest.approx(0.206549, abs=1e-6), 1)
    rng = np.random.default_rng(SEED)
    covered = 0
    for _ in range(2000):
        n, p = rng.integers(5, 40, size=4), rng.uniform(0.6, 1, size=4)
        weights = rng.integers(1, 50, size=4)
        interval = standardised_rate(rng.binomial(n, p), n, weights).interval
        assert interval.lower < interval.upper
        truth = float((weights * p).sum() / weights.sum())
        covered += interval.lower <= truth <= interval.upper
    assert 0.93 < covered / 2000 < 0.98


def test_the_interval_by_its_definition() -> None:
    """Weights and classes of 1,000 random units, merged by hand; Wilson's limits of statsmodels."""
    statsmodels = pytest.importorskip("statsmodels.stats.proportion")
    rng = np.random.default_rng(SEED)
    worst = 0.0
    for _ in range(1000):
        met, n = (column.tolist() for column in classes(rng, int(rng.integers(1, 9)), least=1))
        weights = rng.integers(1, 100, size=len(n)).tolist()
        big = [place for place, size in enumerate(n) if size >= 5]
        small = [place for place, size in enumerate(n) if size < 5]
        if small and big and sum(n[place] for place in small) < 5:
            added = min(big, key=lambda place: (n[place], place))
            big.remove(added)
            small.append(added)
        rate, down, up = 0.0, 0.0, 0.0
        for merged in [[place] for place in big] + ([small] if small else []):
            k, of, w = (sum(column[place] for place in merged) for column in (met, n, weights))
            low, high = statsmodels.proportion_confint(k, of, method="wilson")
            w /= sum(weights)
            rate += w * k / of
            down += (w * (k / of - low)) ** 2
            up += (w * (high - k / of)) ** 2
        found = standardised_rate(met, n, weights)
        ours = (found.rate, found.interval.lower, found.interval.upper)
        theirs = (rate, rate - down**0.5, rate + up**0.5)
        worst = max(worst, *(abs(a - b) for a, b in zip(ours, theirs, strict=True)))
    assert worst < 1e-12, f"largest difference {worst}"


def test_a_new_class_contributes_to_the_mix_only() -> None:
    found = kitagawa([90, 0], [100, 0], [45, 30], [50, 50])
    assert found.mix_by_class.tolist() == pytest.approx([-0.5 * 0.9, 0.5 * 0.6])
    assert found.performance == 0


def test_the_parts_add_up_to_the_change() -> None:
    rng = np.random.default_rng(SEED)
    worst = 0.0
    for _ in range(1000):
        number = int(rng.integers(1, 8))
        (met, n), (later, of) = classes(rng, number), classes(rng, number)
        if n.sum() == 0 or of.sum() == 0:
            continue
        found = kitagawa(met, n, later, of)
        change = Fraction(int(later.sum()), int(of.sum())) - Fraction(int(met.sum()), int(n.sum()))
        worst = max(worst, abs(found.change - float(change)))
        assert found.change == found.mix + found.performance
        back = kitagawa(later, of, met, n)
        worst = max(worst, abs(back.mix + found.mix), abs(back.performance + found.performance))
        if (n > 0).all() and (of > 0).all():
            exact = sum(
                (Fraction(int(m2), int(of.sum())) - Fraction(int(m1), int(n.sum())))
                * (Fraction(int(k1), int(m1)) + Fraction(int(k2), int(m2)))
                / 2
                for k1, m1, k2, m2 in zip(met, n, later, of, strict=True)
            )
            worst = max(worst, abs(found.mix - float(exact)))
    assert worst < 1e-15, f"largest difference {worst}"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: standardised_rate([0, 0], [0, 0], [1, 1]), "empty cohort"),
        (lambda: standardised_rate([5], [5], [0]), "not a mix"),
        (lambda: standardised_rate([5, 5], [5, 5], [2, -1]), "not a mix"),
        (lambda: standardised_rate([5], [5], [1, 2]), "weights has the shape"),
        (lambda: merge_small_classes([3, -2]), "n has -2"),
        (lambda: kitagawa([1], [2], [1, 1], [2, 2]), "n_after has the shape"),
        (lambda: kitagawa([0], [0], [1], [2]), "empty cohort"),
    ],
)
def test_invalid_arguments_are_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
