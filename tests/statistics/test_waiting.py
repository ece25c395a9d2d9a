"""Funnels of units, survival curves of waiting times, and the backlog."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

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
from workhours_sla.statistics.funnel import (
    expected_false_alarms,
    expected_false_failures,
    funnel_limits,
    funnel_positions,
    overdispersion,
)
from workhours_sla.statistics.survival import (
    cumulative_incidence,
    kaplan_meier,
    restricted_mean,
    survival_quantile,
)

SEED = 20250312


UNITS = [(18, 25), (36, 40), (70, 100), (95, 100), (230, 250), (400, 500), (460, 500), (9, 10)]


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
