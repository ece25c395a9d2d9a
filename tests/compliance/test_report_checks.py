"""The checks in a report: control charts, Little's law and withdrawals."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from kit.values import FOUR, HOUR, OFFICE, REPLY
from workhours_sla import Event, Policy, Schedule, Target, evaluate
from workhours_sla.text.catalog import language
from workhours_sla.text.words import week_dates

np = pytest.importorskip("numpy")

from kit.paths import DATA
from workhours_sla.report import (
    AppealColumns,
    Cases,
    Report,
    ReportOptions,
    cases_of_columns,
    cases_of_evaluation,
    from_json,
    page,
    to_json,
)
from workhours_sla.report import report as report_of
from workhours_sla.statistics.control_charts import p_prime_chart

SEED = 20250312
WATCH = Schedule(None, "Mo-Su 00:00-24:00", tz="UTC")
WATCHED = Target("first reply", FOUR, WATCH)
START = np.datetime64("2025-03-10T00:00", "s")
FROZEN = DATA / "serial" / "report-5.json"


class Cohort:
    """Appeals whose arrival, answer and withdrawal are in whole hours; -1 means never."""

    def __init__(self, rng: object) -> None:
        n = int(rng.integers(1, 40))
        self.came = rng.integers(0, 20, size=n)
        self.answer = np.where(rng.random(n) < 0.6, self.came + rng.integers(0, 12, size=n), -1)
        self.gone = np.where(rng.random(n) < 0.5, self.came + rng.integers(0, 9, size=n), -1)
        self.now = int(self.came.max() + rng.integers(0, 12))
        self.excluded = rng.random(n) < 0.1

    def cases(self) -> Cases:
        def column(hours: object) -> object:
            known = START + hours.astype("m8[h]")
            return np.where(hours < 0, np.datetime64("NaT", "us"), known)

        now = datetime(2025, 3, 10, tzinfo=UTC) + self.now * HOUR
        return cases_of_columns(
            AppealColumns(
                column(self.came),
                column(self.answer),
                withdrawn=column(self.gone),
                excluded=self.excluded,
            ),
            WATCHED,
            as_of=now,
        )

    def stays(self) -> list[tuple[int, int, str]]:
        """Return (arrival, end or now, how it ended) for each appeal that is not excluded."""
        found = []
        for came, answer, gone, out in zip(
            *(column.tolist() for column in (self.came, self.answer, self.gone, self.excluded)),
            strict=True,
        ):
            if out:
                continue
            answered = 0 <= answer <= self.now
            withdrawn = 0 <= gone <= min(self.now, came + 4)
            if withdrawn and not (answered and answer <= gone):
                found.append((came, gone, "withdrawn"))
            elif answered:
                found.append((came, answer, "answered"))
            else:
                found.append((came, self.now, "open"))
        return found


def incidence(pairs: list[tuple[int, str]], at: int) -> tuple[Fraction, Fraction, Fraction]:
    """Return the shares (answered, withdrawn, answered without withdrawals) by the definition."""
    open_share = alone = Fraction(1)
    shares = {"answered": Fraction(0), "withdrawn": Fraction(0)}
    for time in range(at + 1):
        at_risk = sum(waited >= time for waited, _ in pairs)
        now = {how: sum(pair == (time, how) for pair in pairs) for how in shares}
        if not at_risk:
            break
        for how, number in now.items():
            shares[how] += open_share * Fraction(number, at_risk)
        open_share *= 1 - Fraction(sum(now.values()), at_risk)
        alone *= 1 - Fraction(now["answered"], at_risk)
    return shares["answered"], shares["withdrawn"], 1 - alone


def test_withdrawals_and_littles_law_by_the_definition() -> None:
    rng = np.random.default_rng(SEED)
    worst, known, matter, empty = 0.0, 0, 0, 0
    micro = Fraction(1, 3_600_000_000)
    for _ in range(400):
        cohort = Cohort(rng)
        report = report_of(cohort.cases())
        ours, little, stays = report.withdrawals, report.backlog.little, cohort.stays()
        pairs = [(left - came, how) for came, left, how in stays]
        answered, gone, alone = incidence(pairs, 4)
        if not pairs or (max(waited for waited, _ in pairs) < 4 and alone < 1):
            assert ours is None
        else:
            assert (ours.time, ours.count) == (FOUR, sum(how == "withdrawn" for _, how in pairs))
            found = (ours.answered, ours.withdrawn, ours.answered_alone)
            for mine, theirs in zip(found, (answered, gone, alone), strict=True):
                worst = max(worst, abs(mine - float(theirs)))
            known += 1
            matter += alone > answered
        done = [(came, left) for came, left, how in stays if how != "open"]
        if not done:
            assert little is None
            continue
        assert little.since == datetime(2025, 3, 10, tzinfo=UTC)  # the Monday
        span = cohort.now + micro
        open_hours = sum(
            (Fraction(left) + (micro if how == "open" else 0)) - came for came, left, how in stays
        )
        rate, time = Fraction(len(stays)) / span, Fraction(sum(b - a for a, b in done), len(done))
        for mine, theirs in (
            (little.mean_open, open_hours / span),
            (little.arrivals_per_day, 24 * rate),
            (little.expected, rate * time),
            (little.mean_time / HOUR, time),
        ):
            worst = max(worst, abs(mine - float(theirs)))
        if len(done) == len(stays):
            empty += 1
            assert little.mean_open == pytest.approx(little.expected, abs=1e-9)
    assert (known > 200, matter > 60, empty > 10) == (True, True, True)
    assert worst < 1e-9, f"largest difference {worst}"


def half_a_year(bad_week: int | None = None, rebase: date | None = None) -> Report:
    """Return the report of 26 weeks around New Year; ``bad_week`` has many late answers."""
    rng = np.random.default_rng(SEED)
    posted, answered = [], []
    for week in range(26):
        for _ in range(int(rng.integers(30, 90))):
            came = np.datetime64("2025-09-01T07:00", "s") + np.timedelta64(
                int(week * 7 * 86400 + rng.integers(0, 7 * 86400)), "s"
            )
            late = rng.random() < (0.9 if week == bad_week else 0.12)
            posted.append(came)
            answered.append(came + np.timedelta64(20 * 24 if late else 0, "h"))
    now = datetime(2026, 5, 1, 12, tzinfo=OFFICE.tz)
    return report_of(
        cases_of_columns(AppealColumns(np.array(posted), np.array(answered)), REPLY, as_of=now),
        ReportOptions(rebase=rebase),
    )


def test_the_weekly_shares_and_their_limits() -> None:
    report = half_a_year(bad_week=25)
    trend = report.share_trend
    rows = report.table("week").rows
    assert [(p.week, p.met, p.matured) for p in trend.points] == [
        (row.key, row.counts.matured_met, row.counts.matured) for row in rows
    ]
    assert "2026-W02+W03" in [point.week for point in trend.points]  # no work in the first
    met, matured = zip(*((p.met, p.matured) for p in trend.points), strict=True)
    chart = p_prime_chart(met, matured, baseline=24)
    assert (trend.baseline, trend.mean, trend.sigma_z) == (24, chart.mean, chart.sigma_z)
    assert [p.lower for p in trend.points] == chart.lower.tolist()
    assert [p.upper for p in trend.points] == chart.upper.tolist()
    assert [p.outside for p in trend.points] == chart.signals.outside.tolist()
    assert trend.points[-1].outside
    calm = half_a_year().share_trend  # later weeks do not move the limits
    assert (calm.mean, calm.sigma_z) == (trend.mean, trend.sigma_z)


def test_limits_may_begin_again_at_a_known_change() -> None:
    """Before the week of the rebase, points have no limits; after it they are as in a report."""
    whole = half_a_year()
    weeks = [point.week for point in whole.share_trend.points]
    monday = date.fromisocalendar(int(weeks[10][:4]), int(weeks[10][6:8]), 1)
    rebased = half_a_year(rebase=monday + timedelta(days=3)).share_trend
    assert (rebased.rebased, rebased.baseline) == (weeks[10], len(weeks) - 10)
    assert [point.lower is None for point in rebased.points] == [n < 10 for n in range(len(weeks))]
    met, matured = zip(*((p.met, p.matured) for p in rebased.points[10:]), strict=True)
    assert rebased.mean == pytest.approx(sum(met) / sum(matured))
    assert half_a_year(rebase=date(2026, 1, 20)).share_trend.baseline is None  # under 12 weeks


def thirty_weeks(size: int, more: int = 0) -> Report:
    """Return the report of 30 weeks of ``size`` appeals, one of them on pause without an end.

    The 21st week has ``more`` such pauses.
    """
    events = []
    for week in range(30):
        day = datetime(2025, 1, 14, 10, tzinfo=OFFICE.tz) + timedelta(days=7 * week)
        pauses = 1 + (more if week == 20 else 0)
        for n in range(size):
            said = Event(f"{week}-{n}", f"A-{week}-{n}", "created", day, day)
            kind = "paused" if n < pauses else "replied"
            then = day + timedelta(hours=1)
            events += [said, Event(f"{week}-{n}-1", said.appeal_id, kind, then, then)]
    policy = Policy([replace(REPLY, pauses=True)])
    now = datetime(2025, 9, 1, 12, tzinfo=OFFICE.tz)
    return report_of(cases_of_evaluation(evaluate(events, policy, as_of=now), policy, as_of=now))


@pytest.mark.parametrize(("size", "more", "gone"), [(6, 1, [20]), (10, 1, []), (4, 0, range(30))])
def test_weeks_with_over_a_fifth_on_pause_are_named(size: int, more: int, gone: list[int]) -> None:
    report = thirty_weeks(size, more)
    weeks = [row.key for row in report.table("week").rows]
    named = [(weeks[week], "paused") for week in gone]
    for trend in (report.share_trend, report.trend):
        assert [(one.week, one.reason) for one in trend.left_out] == named
        assert [p.week for p in trend.points] == [w for w in weeks if (w, "paused") not in named]
    for lang in ("en", "ru"):
        shown = page(report, lang)
        with language(lang):
            assert all(week_dates(week) in shown for week, _ in named)


def test_a_jump_of_the_median_is_a_signal() -> None:
    trend = half_a_year(bad_week=22).trend
    assert trend.moving_range_limit is not None
    medians = [point.median for point in trend.points]
    jumps = [False] + [abs(b - a) > trend.moving_range_limit for a, b in pairwise(medians)]
    assert [point.range_outside for point in trend.points] == jumps
    assert sum(jumps) == 2  # one jump up and one down
    posted = np.array(["2025-03-14T14:00"], "M8[s]")  # a week that is not final is on no chart
    for now, shown in (("2025-03-17T12:00", 0), ("2025-03-17T12:00:01", 1)):
        when = datetime.fromisoformat(now).replace(tzinfo=OFFICE.tz)
        report = report_of(cases_of_columns(AppealColumns(posted, posted), REPLY, as_of=when))
        assert (len(report.share_trend.points), len(report.trend.points)) == (shown, shown)


def checked() -> Report:
    posted = START + np.arange(20).astype("m8[h]")
    answered = np.where(
        np.arange(20) < 12, posted + np.timedelta64(3, "h"), np.datetime64("NaT", "us")
    )
    gone = np.where(np.arange(20) > 17, posted + np.timedelta64(1, "h"), np.datetime64("NaT", "us"))
    when = datetime(2025, 3, 14, tzinfo=UTC)
    return report_of(
        cases_of_columns(AppealColumns(posted, answered, withdrawn=gone), WATCHED, as_of=when)
    )


BY_FOUR = (
    "By 4 h, 60.0% of all were answered and 10.0% withdrawn unanswered "
    "(Aalen-Johansen); without withdrawals 66.7% would have been answered "
    "(Kaplan-Meier): withdrawals account for 6.7 points."
)
RUSSIAN = "За 4 ч ответ получили 60,0 % обращений, отозваны без ответа 10,0 %"


@pytest.mark.parametrize(("lang", "withdrawn"), [("en", BY_FOUR), ("ru", RUSSIAN)])
def test_text_page_and_json_show_the_checks(lang: str, withdrawn: str) -> None:
    report = checked()
    assert withdrawn in report.text(lang=lang)
    shown = page(report, lang).replace("\N{NO-BREAK SPACE}", " ")
    assert f'data-sentence="withdrawals">{withdrawn[:28]}' in shown
    data = json.loads(to_json(report))["report"]
    assert data["withdrawals"]["answered"] == pytest.approx(0.6)
    assert data["backlog"]["little"]["expected"] == report.backlog.little.expected
    assert from_json(to_json(report)) == report
    posted = START + np.arange(20).astype("m8[h]")
    when = datetime(2025, 3, 14, tzinfo=UTC)
    calm = report_of(cases_of_columns(AppealColumns(posted, posted), WATCHED, as_of=when))
    assert calm.withdrawals.count == 0
    assert calm.withdrawals.answered == calm.withdrawals.answered_alone == 1.0
    assert "Aalen" not in calm.text()
    assert 'data-sentence="withdrawals"' not in page(calm)


def has(found: Any, wanted: Any) -> bool:
    """Return whether a document has all of another; a figure that is new to it may be added."""
    if isinstance(wanted, dict):
        return all(key in found and has(found[key], value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(has, found, wanted))
    return bool(found == wanted)


def test_a_frozen_report_is_read() -> None:
    kept = from_json(FROZEN.read_bytes())
    assert kept.total.counts.matured_met == 3
    assert kept.withdrawals is not None
    assert kept.backlog.little is not None
    assert kept.attribution.at_breach == (("lighting", 2),)
    assert kept.attribution.hour_earlier == (("lighting", 1),)
    assert from_json(to_json(kept)) == kept
    assert has(json.loads(to_json(kept)), json.loads(FROZEN.read_text(encoding="utf-8")))
    for lang in ("ru", "en"):
        shown = page(kept, lang)
        assert 'data-sentence="attribution"' in shown
        assert 'data-sentence="hour_earlier"' in shown
        assert 'data-sentence="phases"' in shown
    assert "working time earlier" in kept.text(lang="en")
