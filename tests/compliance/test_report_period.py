"""The period of a report, and its comparison with an earlier one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

np = pytest.importorskip("numpy")

from kit.values import REPLY, at
from workhours_sla.cli.main import main
from workhours_sla.compliance.period import Period, compared_periods
from workhours_sla.errors import EventError, TimeSyntaxError
from workhours_sla.report import AppealColumns, Labels, Report, ReportOptions, cases_of_columns
from workhours_sla.report import report as report_of
from workhours_sla.text.written_times import read_edge

ZONE = ZoneInfo("Europe/Volgograd")
NOW = datetime(2026, 1, 10, 12, tzinfo=ZONE)
AS_OF = datetime(2025, 6, 2, 12, tzinfo=ZONE)


def cases() -> object:
    """Return 40 appeals a week in the first half of 2025; each fourth gets no answer in March."""
    start = np.datetime64("2025-01-13T07:00", "s")
    posted = start + np.arange(40 * 20) * np.timedelta64(15_120, "s")
    answered = posted + np.timedelta64(30, "m")
    march = (posted >= np.datetime64("2025-02-28T21:00")) & (
        posted < np.datetime64("2025-03-31T21:00")
    )
    answered[march & (np.arange(posted.size) % 4 == 0)] = np.datetime64("NaT")
    agencies = ["roads" if n % 3 else "light" for n in range(posted.size)]
    columns = AppealColumns(posted, answered, groups={"agency": Labels.of(agencies)})
    return cases_of_columns(columns, REPLY, as_of=AS_OF)


def of(**options: object) -> Report:
    return report_of(cases(), ReportOptions(**options))


def test_a_report_of_a_month_counts_its_arrivals_and_keeps_the_backlog() -> None:
    whole, april = of(), of(since=at("2025-04-01"), until=at("2025-05-01"))
    by_hand = sum(
        at("2025-04-01")
        <= datetime(2025, 1, 13, 7, tzinfo=UTC) + n * timedelta(seconds=15_120)
        < at("2025-05-01")
        for n in range(40 * 20)
    )
    assert april.total.counts.arrived == by_hand
    assert sum(row.counts.arrived for row in april.table("agency").rows) == by_hand
    assert april.total.counts.breached == 0
    assert april.backlog.points[-1].open == whole.total.open > 0  # the open ones of March
    assert {late.started_at.month for late in april.late} == {3}
    assert april.share_trend.points[0].week == whole.share_trend.points[0].week
    assert april.period == Period(at("2025-04-01"), at("2025-05-01"))


def test_all_parts_of_a_report_add_up_to_the_whole() -> None:
    edges = [None, at("2025-02-01"), at("2025-03-01"), at("2025-04-09"), None]
    parts = [of(since=a, until=b).total.counts for a, b in pairwise(edges)]
    whole = of().total.counts
    for name in ("arrived", "met", "breached", "matured", "matured_met"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name)
    with pytest.raises(ValueError, match="give since"):
        of(compare_with="year")


@pytest.mark.parametrize(
    ("since", "until", "previous", "year"),
    [
        ("2026-03-01", "2026-04-01", ("2026-02-01", "2026-03-01"), ("2025-03-01", "2025-04-01")),
        ("2026-01-01", "2026-04-01", ("2025-10-01", "2026-01-01"), ("2025-01-01", "2025-04-01")),
        ("2026-03-02", "2026-03-09", ("2026-02-23", "2026-03-02"), ("2025-03-02", "2025-03-09")),
        ("2024-02-29", "2024-03-01", ("2024-02-28", "2024-02-29"), ("2023-02-28", "2023-03-01")),
    ],
)
def test_earlier_periods(
    since: str, until: str, previous: tuple[str, str], year: tuple[str, str]
) -> None:
    period = Period(at(since), at(until))
    for with_, (first, last) in (("previous", previous), ("year", year)):
        before, after = compared_periods(period, with_, AS_OF, ZONE)
        assert (before, after) == (Period(at(first), at(last)), period)
    # without an end it is compared up to the end of the day of the report
    before, _ = compared_periods(Period(at("2025-06-01")), "previous", AS_OF, ZONE)
    assert before == Period(at("2025-05-30"), at("2025-06-01"))


def test_the_comparison_has_the_rates_of_both_periods() -> None:
    april = of(since=at("2025-04-01"), until=at("2025-05-01"), compare_with="previous")
    march = of(since=at("2025-03-01"), until=at("2025-04-01"))
    found = april.comparison
    assert found.total.counts == march.total.counts
    assert found.change.before == march.total.rate.rate
    assert found.change.after == april.total.rate.rate == 1
    parts = [one.part for one in found.change.agencies]
    assert not parts or sum(parts) == pytest.approx(found.change.difference)
    assert of(since=at("2025-04-01"), compare_with="year").comparison.total is None


@pytest.mark.parametrize(
    "ends",
    [
        {"since": "2025-12-01"},
        {"until": "2024-12-01"},
        {"since": "2024-01-01", "until": "2024-02-01"},
    ],
)
def test_a_period_without_arrivals_is_refused(ends: dict[str, str]) -> None:
    """Before the data, after it or within a gap: the message says when appeals arrived."""
    with pytest.raises(EventError, match=r"no appeal arrived .* the arrivals are from 2025-01-13"):
        of(**{name: at(end) for name, end in ends.items()})


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("03.2026", "2026-03-01", "2026-04-01"),
        ("2026-02-28", "2026-02-28", "2026-03-01"),
        ("31.12.2026", "2026-12-31", "2027-01-01"),
        ("31.12.2026 10:30", "2026-12-31T10:30", "2026-12-31T10:30"),
        *((text, "", "") for text in ("2026-13", "13.2026", "26", "2026-02-30", "0000", "march")),
    ],
)
def test_edges_of_a_period_at_the_shell(text: str, begin: str, end: str) -> None:
    if not begin:
        with pytest.raises(TimeSyntaxError):
            read_edge(text, ZONE, NOW)
        return
    assert read_edge(text, ZONE, NOW) == at(begin)
    assert read_edge(text, ZONE, NOW, is_end=True) == at(end)


def test_the_command_refuses_periods_that_make_no_sense(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("appeal_id,posted_at,answered_at\n1,2026-03-12T10:15+03:00,\n")
    config = tmp_path / "c.toml"
    config.write_text('[input]\nkind = "appeals"\n')
    base = ["report", str(file), "--config", str(config), "--as-of", "2026-04-01T10:00"]
    for options, words in (
        (["--since", "2026-04", "--until", "2026-03"], "--until is not after --since"),
        (["--compare-with", "year"], "add --since"),
        (["--since", "2026-04"], "no appeal arrived from 2026-04-01 00:00 until ...; the arrivals"),
    ):
        assert main([*base, "--calendar", "RU-VGG", "--lang", "en", *options]) == 2
        assert words in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("with_", ["2026-01-15", "2026-03-01", "2026-04-01", "2027-01-01"])
def test_a_time_that_does_not_divide_the_period_is_refused_at_the_shell(
    with_: str, lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (f"{day},2026-{day} 10:00,2026-{day} 11:00" for day in ("02-03", "03-03", "04-03"))
    (tmp_path / "a.csv").write_text("\n".join(["appeal_id,posted_at,answered_at", *lines]))
    month = ["--since", "2026-03", "--until", "2026-03", "--compare-with", with_]
    asked = ["report", str(tmp_path / "a.csv"), "--calendar", "RU-VGG", "--lang", lang, *month]
    assert main([*asked, "--as-of", "2026-04-05 12:00"]) == 2
    captured = capsys.readouterr()
    assert not captured.out
    said = "does not divide the period" if lang == "en" else "не делит период"
    assert f"{with_} 00:00 {said}" in captured.err


def test_an_open_period_is_compared_with_whole_days_and_the_sentence_names_them() -> None:
    report = of(since=at("2025-05-28"), compare_with="previous")
    assert report.comparison.before == Period(at("2025-05-22"), at("2025-05-28"))
    assert "from 22 May 2025 to 27 May 2025 and" in str(report)
    early = of(compare_with=at("2025-06-02T11:59"))  # no limit has passed for the later ones
    assert "no limit has passed for appeals on 2 Jun 2025" in str(early)
