"""Survival curves: the time to an answer while some appeals are still open."""

from __future__ import annotations

import warnings
from fractions import Fraction

import pytest

np = pytest.importorskip("numpy")

from workhours_sla.statistics.survival import (
    cumulative_incidence,
    kaplan_meier,
    restricted_mean,
    survival_quantile,
)

SEED = 20250312


def small_cohorts(number: int = 1000) -> list[tuple[object, object]]:
    """Return small cohorts with many ties; from none to all of their appeals are answered."""
    rng = np.random.default_rng(SEED)
    cohorts = []
    for _ in range(number):
        n = int(rng.integers(1, 40))
        waited = rng.integers(0, rng.integers(2, 30), size=n)
        cohorts.append((waited, rng.random(n) < rng.choice([0.0, 0.4, 0.8, 1.0])))
    return cohorts


def exact_curve(waited: object, answered: object) -> list[tuple[int, Fraction, Fraction]]:
    """Return (time, share not answered, variance of the share's logarithm) by the definition."""
    pairs = list(zip(waited.tolist(), answered.tolist(), strict=True))
    level, spread, curve = Fraction(1), Fraction(0), []
    for time in sorted({t for t, done in pairs if done}):
        at_risk = sum(t >= time for t, _ in pairs)
        answers = sum(done for t, done in pairs if t == time)
        level *= Fraction(at_risk - answers, at_risk)
        if level:
            spread += Fraction(answers, at_risk * (at_risk - answers))
        curve.append((time, level, spread))
    return curve


# Ten appeals on Tuesday and Wednesday, 09-18 without a break, as of Wednesday 18:00


def test_the_curve_and_its_limits_against_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    worst = compared = 0
    for waited, answered in small_cohorts():
        data = stats.CensoredData(uncensored=waited[answered], right=waited[~answered])
        theirs = stats.ecdf(data).sf
        with warnings.catch_warnings(action="ignore"):  # statsmodels takes the logarithm of 0
            band = theirs.confidence_interval(0.95, method="log-log")
        curve = kaplan_meier(waited, answered)
        for time, *ours in zip(curve.times, curve.survival, curve.lower, curve.upper, strict=True):
            expected = [f.evaluate(time) for f in (theirs, band.low, band.high)]
            known = 3 if ours[0] > 0 else 1
            worst = max(worst, *np.abs(np.array(ours) - expected)[:known])
            compared += known
    assert compared > 10_000
    assert worst < 1e-13, f"largest difference {worst}"


def test_the_variance_against_statsmodels() -> None:
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    worst = 0.0
    for waited, answered in small_cohorts():
        if not answered.any():
            continue
        theirs, curve = survfunc.SurvfuncRight(waited, answered), kaplan_meier(waited, answered)
        assert curve.at_risk.tolist() == theirs.n_risk.tolist()
        assert curve.answers.tolist() == theirs.n_events.tolist()
        known = curve.survival > 0
        differences = np.sqrt(curve.variance) - theirs.surv_prob_se
        worst = max(worst, np.abs(differences[known]).max(initial=0))
    assert worst < 1e-14, f"largest difference {worst}"


def test_quantiles_by_the_definition() -> None:
    for waited, answered in small_cohorts():
        curve, exact = kaplan_meier(waited, answered), exact_curve(waited, answered)
        for q in (Fraction(1, 4), Fraction(1, 2), Fraction(9, 10)):
            reached = [time for time, level, _ in exact if 1 - level >= q]
            found = survival_quantile(curve, float(q))
            assert found.time == (reached[0] if reached else None)
            assert found.longest == waited.max()


def test_quantile_limits_against_statsmodels() -> None:
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    compared = 0
    for waited, answered in small_cohorts():
        curve = kaplan_meier(waited, answered)
        if not answered.any() or curve.survival[-1] == 0:  # where statsmodels has no standard error
            continue
        theirs = survfunc.SurvfuncRight(waited, answered)
        for q in (0.25, 0.5, 0.9):
            low, high = theirs.quantile_ci(q, 0.05, "cloglog")
            found = survival_quantile(curve, q)
            if np.isnan(low):
                continue
            assert found.lower == low
            assert found.upper == (None if np.isinf(high) else high)
            compared += 1
    assert compared > 500


@pytest.mark.parametrize(
    ("q", "confidence", "fewest"),
    [(0.5, 0.95, 7), (0.9, 0.90, 37)],  # (0.9, 0.90) is a one-sided 95 % bound
)
def test_the_fewest_answers_for_an_upper_limit(q: float, confidence: float, fewest: int) -> None:
    for n in range(2, 60):
        curve = kaplan_meier(range(n), np.ones(n, bool), confidence=confidence)
        assert (survival_quantile(curve, q).upper is not None) == (n >= fewest)


def test_the_restricted_mean_by_its_definition() -> None:
    worst = 0.0
    for waited, answered in small_cohorts():
        exact = exact_curve(waited, answered)
        horizon = max(1, int(waited.max()))
        level_after = [Fraction(1)] * horizon
        for time, level, _ in exact:
            level_after[time:] = [level] * len(level_after[time:])
        variance = Fraction(0)
        for time, _, _ in exact:
            at_risk = int((waited >= time).sum())
            answers = int((answered & (waited == time)).sum())
            if at_risk > answers:
                area = sum(level_after[time:], Fraction(0))
                variance += area**2 * Fraction(answers, at_risk * (at_risk - answers))
        if waited.max() == 0 and not answered.all():
            continue
        found = restricted_mean(kaplan_meier(waited, answered), horizon)
        worst = max(worst, abs(found.mean - float(sum(level_after))))
        worst = max(worst, abs(found.variance - float(variance)))
    assert worst < 1e-12, f"largest difference {worst}"


def test_incidence_against_statsmodels() -> None:
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    rng = np.random.default_rng(SEED)
    worst = 0.0
    for waited, answered in small_cohorts():
        withdrawn = ~answered & (rng.random(waited.size) < 0.3)
        found = cumulative_incidence(waited, answered, withdrawn)
        if not answered.any() or not withdrawn.any():
            continue
        with np.errstate(all="ignore"):  # statsmodels divides by 0 for its standard errors
            theirs = survfunc.CumIncidenceRight(waited, answered + 2 * withdrawn)
        at = np.searchsorted(theirs.times, found.times)
        for ours, their in zip((found.answered, found.withdrawn), theirs.cinc, strict=True):
            worst = max(worst, np.abs(ours - their[at]).max())
    assert worst < 1e-13, f"largest difference {worst}"


def test_a_curve_without_answers() -> None:
    curve = kaplan_meier([3, 5], [False, False])
    assert curve.times.size == 0
    assert curve.at(5) == 1
    assert restricted_mean(curve, 5).mean == 5
    assert survival_quantile(curve, 0.1).time is None


def test_a_curve_of_complete_data_is_known_everywhere() -> None:
    curve = kaplan_meier([3, 5], [True, True])
    assert np.isnan(curve.variance).tolist() == [False, True]
    assert (curve.lower[1], curve.upper[1]) == (0, curve.upper[0])
    assert curve.at(10**9) == 0
    assert restricted_mean(curve, 100).mean == 4
    assert not curve.survival.flags.writeable


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: kaplan_meier([], []), "empty"),
        (lambda: kaplan_meier([1, -2], [True, True]), "durations has -2"),
        (lambda: kaplan_meier([1, 2], [True]), "answered has the shape"),
        (lambda: kaplan_meier([1, 2], [1, 0]), "true or false"),
        (lambda: survival_quantile(kaplan_meier([1], [True]), 1.0), "q 1.0"),
        (lambda: restricted_mean(kaplan_meier([1], [True]), 0), "horizon 0"),
        (lambda: restricted_mean(kaplan_meier([1, 4], [True, False]), 5), "nothing is known"),
        (lambda: kaplan_meier([1, 4], [True, False]).at(5), "nothing is known after 4"),
        (lambda: kaplan_meier([1], [True]).at(-1), "time -1"),
        (lambda: cumulative_incidence([1], [True], [True]), "answered and withdrawn"),
    ],
)
def test_invalid_arguments_are_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
