"""Plots show the numbers of the report, and their texts do not overlap."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from workhours_sla import Calendar, Event, EventType, Policy, Schedule, Target, evaluate
from workhours_sla import working_hours as hours
from workhours_sla.calendars.day import DayKind
from workhours_sla.sla.forecast import Forecast, Slot, forecast_deadlines
from workhours_sla.sla.holders import holder_spans
from workhours_sla.worktime.budget_kinds import ClockTime

np = pytest.importorskip("numpy")
mpl = pytest.importorskip("matplotlib")
mpl.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.cbook import is_math_text  # noqa: E402
from matplotlib.collections import LineCollection  # noqa: E402
from matplotlib.colors import to_hex  # noqa: E402
from matplotlib.dates import date2num  # noqa: E402
from matplotlib.patches import Rectangle  # noqa: E402
from matplotlib.text import Annotation, Text  # noqa: E402

from workhours_sla.compliance.report import OWN_TABLES  # noqa: E402
from workhours_sla.compliance.series import SharePoint, ShareTrend, Trend, TrendPoint  # noqa: E402
from workhours_sla.compliance.tables import Quantile  # noqa: E402
from workhours_sla.report import (  # noqa: E402
    AppealColumns,
    Cases,
    Labels,
    Report,
    cases_of_columns,
)
from workhours_sla.report import report as report_of  # noqa: E402
from workhours_sla.reports import plots  # noqa: E402
from workhours_sla.reports.charts.year import SIGNS  # noqa: E402
from workhours_sla.reports.page.page import page  # noqa: E402
from workhours_sla.reports.plots import styles  # noqa: E402
from workhours_sla.statistics.control_charts import p_prime_chart  # noqa: E402
from workhours_sla.statistics.intervals import compliance_rate  # noqa: E402
from workhours_sla.text.charts import CHARTS  # noqa: E402

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
HOUR = timedelta(hours=1)
HALF = 3.5
"""Inches: half the width of A4, without its margins."""
HOSTILE = "$x_1$ <b>Отдел</b> \\frac & $ \x00\u202e"
NBSP = "\N{NO-BREAK SPACE}"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE.tz)


AS_OF = at("2025-06-10T12:00")


def made_up(rows: int = 2400, agencies: int = 4) -> Cases:
    """Return cases over five months, with New Year, an unfinished week and small agencies."""
    rng = np.random.default_rng(7)
    start, end = np.datetime64("2024-12-23T00:00"), np.datetime64("2025-06-10T08:50")
    posted = np.sort(start + (rng.random(rows) * (end - start).astype(int)).astype("m8[m]"))
    answered = posted + rng.lognormal(5.5, 1.6, rows).astype("m8[m]")
    answered[rng.random(rows) < 0.03] = np.datetime64("NaT", "us")
    names = [name_of(n % agencies) for n in range(rows)]
    names[100:108], names[200:215] = ["Малый"] * 8, ["Небольшой"] * 15
    groups = {"agency": Labels.of(names), "channel": Labels.of(["vk", "site"] * (rows // 2))}
    return columns(posted, answered, groups=groups)


def name_of(number: int) -> str:
    if number == 0:
        return HOSTILE
    return f"Комитет номер {number} по вопросам благоустройства, дорог и транспорта области"


def columns(posted: Any, answered: Any, **options: Any) -> Cases:
    as_of = options.pop("as_of", AS_OF)
    given = AppealColumns(np.asarray(posted, "M8[s]"), np.asarray(answered, "M8[s]"), **options)
    return cases_of_columns(given, Target("first reply", hours(4), OFFICE), as_of=as_of)


@pytest.fixture(scope="module")
def cases() -> Cases:
    return made_up()


@pytest.fixture(scope="module")
def report(cases: Cases) -> Report:
    return report_of(cases, lang="ru")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def texts(ax: Axes) -> list[str]:
    """Return every text that is drawn, without the characters that escape formulas."""
    ax.figure.draw_without_rendering()
    found = [text for text in ax.figure.findobj(Text) if text.get_visible() and text.get_text()]
    return [text.get_text().replace(r"\$", "$") for text in found]


def line(ax: Axes, label: str) -> Any:
    (found,) = [one for one in ax.lines if str(one.get_label()).startswith(label)]
    return found


def legend(ax: Axes) -> list[str]:
    box = ax.get_legend()
    assert box is not None
    return [text.get_text().replace(r"\$", "$") for text in box.get_texts()]


def boxes(ax: Axes) -> list[Rectangle]:
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


# -- control charts --------------------------------------------------------------------------------


def test_medians_are_drawn_with_limits_and_marks(report: Report) -> None:
    ax = plots.xmr_chart(report)
    rows = report.table("week").rows
    names = [row.key for row in rows if row.median and row.median.time is not None]
    final = {point.week: point for point in report.trend.points}
    drawn = line(ax, "медиана за неделю")
    assert drawn.get_xdata().tolist() == [names.index(week) for week in final]
    assert drawn.get_ydata().tolist() == [p.median / HOUR for p in report.trend.points]
    waiting = line(ax, "неделя не завершена")
    assert waiting.get_xdata().tolist() == [n for n, name in enumerate(names) if name not in final]
    assert to_hex(waiting.get_markerfacecolor()) == styles.PAPER != to_hex(drawn.get_mfc())
    merged = line(ax, "объединённые недели")
    assert [names[n] for n in merged.get_xdata()] == [name for name in names if "+" in str(name)]
    assert merged.get_xdata().tolist()
    trend = report.trend
    assert trend.mean is not None
    assert trend.lower is not None
    assert trend.upper is not None
    assert levels(ax) == {trend.mean / HOUR, trend.lower / HOUR, trend.upper / HOUR}
    assert any("," in text and "границы от" in text for text in legend(ax))


def levels(ax: Axes) -> set[float]:
    """Return the heights of the lines that cross the entire plot."""
    return {one.get_ydata()[0] for one in ax.lines if list(one.get_xdata()) == [0, 1]}


def trend(*medians: float, **flags: tuple[int, ...]) -> Trend:
    points = [
        TrendPoint(f"2025-W{n:02}", m * HOUR, **{kind: n in weeks for kind, weeks in flags.items()})
        for n, m in enumerate(medians, start=1)
    ]
    return Trend(
        points=tuple(points),
        baseline=12,
        expected_signals=0.5,
        mean=2 * HOUR,
        lower=1 * HOUR,
        upper=3 * HOUR,
        moving_range_limit=1.5 * HOUR,
    )


def in_weeks(report: Report, found: Trend) -> Report:
    """Return a report with the weeks of ``found``."""
    table = report.table("week")
    row = next(row for row in table.rows if row.median)
    assert row.median
    rows = tuple(
        replace(row, key=p.week, median=replace(row.median, time=p.median)) for p in found.points
    )
    tables = [*(t for t in report.tables if t.by != "week"), replace(table, rows=rows)]
    return replace(report, tables=tuple(tables), trend=found)


def test_point_has_the_mark_of_its_strongest_signal(report: Report) -> None:
    found = trend(2, 2.5, 3.5, 2.9, outside=(3,), run_of_eight=(3, 4), three_of_four=(2,))
    ax = plots.xmr_chart(in_weeks(report, found), lang="en")
    marks = {
        "outside the limits": ([2], "D"),
        "eight on one side": ([3], "^"),
        "three of four": ([1], "s"),
    }
    for label, (places, mark) in marks.items():
        drawn = line(ax, label)
        assert (drawn.get_xdata().tolist(), drawn.get_marker()) == (places, mark)
    assert "mean 2.00 h" in [text.replace(NBSP, " ") for text in legend(ax)]


def test_lower_limit_may_be_below_zero(report: Report) -> None:
    found = replace(trend(2, 2.5, 3.5, 2.9), lower=-1.2 * HOUR)
    ax = plots.xmr_chart(in_weeks(report, found), lang="en")
    assert f"limits -1.20{NBSP}h to 3.00{NBSP}h" in legend(ax)
    assert levels(ax) == {2, -1.2, 3}
    assert ax.get_ylim()[0] < -1.2
    assert plots.xmr_chart(in_weeks(report, trend(0.1, 9))).get_ylim()[0] == 0


def test_weeks_are_named_at_their_place(report: Report) -> None:
    found = trend(*range(1, 21))
    points = tuple(
        replace(point, week=f"2024-W{n + 41:02}" if n < 12 else f"2025-W{n - 11:02}+W{n - 10:02}")
        for n, point in enumerate(found.points)
    )
    ax = plots.xmr_chart(in_weeks(report, replace(found, points=points)))
    assert [(tick, label.get_text()) for tick, label in ticks(ax.xaxis)] == [
        *[(0, "41\n2024"), (3, "44"), (6, "47"), (9, "50")],
        *[(12, "01\n2025"), (15, "04"), (18, "07")],
    ]
    assert line(ax, "медиана за неделю").get_xdata().tolist() == list(range(20))


def ticks(axis: Any) -> list[tuple[float, Text]]:
    return list(zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True))


def test_moving_ranges_are_differences_of_weeks(report: Report) -> None:
    found = trend(2, 2.5, 2.25, 4, range_outside=(4,))
    ax = plots.moving_range_chart(replace(report, trend=found), lang="ru")
    drawn = line(ax, "изменение к")
    assert drawn.get_xdata().tolist() == [1, 2, 3]
    assert drawn.get_ydata().tolist() == [0.5, 0.25, 1.75]
    assert line(ax, "граница").get_ydata() == [1.5, 1.5]
    assert line(ax, "среднее").get_ydata()[0] == pytest.approx(1.5 / 3.268, abs=1e-6)
    assert line(ax, "изменение больше").get_xdata().tolist() == [3]
    usual = plots.moving_range_chart(replace(report, trend=trend(2, 2.5, 2.25, 4)), lang="ru")
    assert not [one for one in usual.lines if str(one.get_label()).startswith("изменение больше")]


def test_shares_are_drawn_with_limits_by_size(report: Report) -> None:
    met, n = [90, 80] * 6 + [50], [100] * 12 + [400]
    chart = p_prime_chart(met, n, baseline=12)
    names = [f"2025-W{week:02}" for week in range(1, 13)] + ["2025-W13+W14"]
    points = tuple(
        SharePoint(*one, outside=bool(outside))
        for *one, outside in zip(
            names, met, n, chart.lower, chart.upper, chart.signals.outside, strict=True
        )
    )
    trend = ShareTrend(
        points=points,
        baseline=12,
        expected_signals=0.5,
        mean=chart.mean,
        sigma_z=chart.sigma_z,
    )
    ax = plots.p_prime_chart(replace(report, share_trend=trend), lang="ru")
    assert line(ax, "доля за неделю").get_ydata().tolist() == [*[0.9, 0.8] * 6, 0.125]
    limit = line(ax, "границы по числу")
    assert limit.get_ydata().tolist() == chart.upper.tolist()
    lower = [one for one in ax.lines if one.get_drawstyle() == "steps-mid" and one is not limit]
    assert [one.get_ydata().tolist() for one in lower] == [chart.lower.tolist()]
    assert limit.get_drawstyle() == "steps-mid"
    assert levels(ax) == {0.85, 0.9}
    assert line(ax, "цель").get_ydata() == [0.9, 0.9]
    assert line(ax, "объединённые").get_xdata().tolist() == [12]
    assert line(ax, "за границами").get_xdata().tolist() == [12]
    assert f"среднее 85,0{NBSP}%" in legend(ax)


def test_few_weeks_have_shares_without_limits(report: Report) -> None:
    points = (SharePoint("2025-W01", 9, 10), SharePoint("2025-W02", 8, 10))
    ax = plots.p_prime_chart(replace(report, share_trend=ShareTrend(points=points)), lang="en")
    assert line(ax, "share of a week").get_ydata().tolist() == [0.9, 0.8]
    assert levels(ax) == {0.9}
    assert "limits" not in " ".join(legend(ax))
    none = plots.p_prime_chart(replace(report, share_trend=ShareTrend(points=())), lang="en")
    assert not none.lines


# -- time to an answer -----------------------------------------------------------------------------


def test_curve_falls_where_appeals_are_answered() -> None:
    """Three appeals are answered after 1, 2 and 3 hours, and one is open after 2 hours."""
    posted = ["2025-06-09T06:00"] * 3 + ["2025-06-10T07:00"]  # in UTC; as of 12:00 +03:00
    answered = ["2025-06-09T07:00", "2025-06-09T08:00", "2025-06-09T09:00", "NaT"]
    few = columns(posted, answered)
    ax = plots.kaplan_meier_plot(report_of(few), few, lang="ru")
    drawn = line(ax, "оценка")
    assert drawn.get_xdata().tolist() == [0, 1, 2, 3, 3]
    assert drawn.get_ydata() == pytest.approx([1, 0.75, 0.5, 0, 0])
    assert drawn.get_drawstyle() == "steps-post"
    ticks = line(ax, "ещё открыто")
    assert (ticks.get_xdata().tolist(), ticks.get_marker()) == ([2], "|")
    assert ticks.get_ydata() == pytest.approx([0.5])
    assert line(ax, "медиана").get_xdata() == [2.0]
    waits = {tick: text for text, tick in zip(at_risk(ax), ax.get_xticks(), strict=False)}
    assert [waits[0], waits[1], waits[2], waits[3]] == ["4", "4", "3", "1"]
    assert not [one for one in ax.lines if str(one.get_label()).startswith("норматив")]


def at_risk(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text().isdigit()]


def test_curve_has_the_numbers_of_the_report(report: Report) -> None:
    ax = plots.kaplan_meier_plot(report)
    drawn, curve = line(ax, "оценка"), report.curve
    assert curve
    inside = drawn.get_xdata()[1:-1]
    assert inside.tolist() == [t / HOUR for t in curve.times[: inside.size]]
    assert drawn.get_ydata()[1:-1].tolist() == list(curve.share[: inside.size])
    assert line(ax, "норматив").get_xdata() == [4.0, 4.0]
    corners = ax.collections[0].get_paths()[0].vertices
    assert {curve.lower[5], curve.upper[5]} <= set(np.asarray(corners)[:, 1].tolist())
    assert "ещё ждут ответа" not in texts(ax)


@pytest.mark.parametrize(("p90", "longest", "end"), [(5, 99, 8), (10, 99, 14), (10, 12, 12)])
def test_curve_ends_past_the_budget_and_the_ninetieth_percentile(
    report: Report, p90: float, longest: float, end: float
) -> None:
    median, ninetieth = (Quantile(n * HOUR, None, None, longest * HOUR) for n in (2, p90))
    assert report.curve
    ax = plots.kaplan_meier_plot(
        replace(
            report,
            total=replace(report.total, median=median, p90=ninetieth),
            curve=replace(report.curve, longest=longest * HOUR),
        )
    )
    assert line(ax, "оценка").get_xdata()[-1] == pytest.approx(end)
    assert ax.get_xlim() == pytest.approx((0, 1.03 * end))
    for name, hours_, share, mark in (("медиана", 2, 0.5, "o"), ("p90", p90, 0.1, "D")):
        drawn = line(ax, name)
        assert (drawn.get_xdata(), drawn.get_ydata()) == ([hours_], [share])
        assert drawn.get_marker() == mark


# -- groups ----------------------------------------------------------------------------------------


def test_groups_that_the_report_does_not_have_are_not_drawn(report: Report) -> None:
    for name in ("hour", "weekday", "week"):
        with pytest.raises(LookupError, match="no funnel"):
            plots.funnel_plot(report, name)
    bare = replace(report, tables=tuple(t for t in report.tables if t.by in OWN_TABLES), funnels=())
    for draw in (plots.funnel_plot, plots.caterpillar_plot):
        assert "none were requested" in " ".join(texts(draw(bare, lang="en")))


def test_funnel_has_the_numbers_of_the_report(report: Report) -> None:
    ax = plots.funnel_plot(report)
    (funnel,) = (one for one in report.funnels if one.by == "agency")
    for label, limit in (
        ("95", funnel.limits.lower_warning),
        ("99,8", funnel.limits.lower_action),
    ):
        drawn = line(ax, f"границы {label}{NBSP}%")
        assert drawn.get_xdata().tolist() == list(funnel.n)
        assert drawn.get_ydata().tolist() == list(limit)
    rows = report.table("agency").rows
    drawn_points = {
        (n, share, one.get_marker())
        for one in ax.lines
        if one.get_linestyle() == "None"
        for n, share in zip(one.get_xdata(), one.get_ydata(), strict=True)
    }
    marks = {-2: "v", -1: "v", 0: "o", 1: "^", 2: "^"}
    assert drawn_points == {
        (row.rate.n, row.rate.rate, marks[row.funnel])
        for row in rows
        if row.rate and row.funnel is not None
    }
    named = " ".join(" ".join(texts(ax)).split())
    assert "Не показаны группы, где наступило меньше 10 сроков: 1." in named
    assert to_hex(line(ax, "внутри границ, меньше 20 обращений").get_mec()) == styles.SHADES[2]


def grouped(report: Report, *groups: tuple[int, int, int | None]) -> Report:
    """Return a report with groups, each given as (met, matured, position in the funnel)."""
    table = report.table("agency")
    rows = tuple(
        replace(
            table.rows[0],
            key=f"Комитет {chr(ord('А') + n)}",
            rate=compliance_rate(met, of, 0.9),
            funnel=place,
        )
        for n, (met, of, place) in enumerate(groups)
    )
    tables = [replace(table, rows=rows), *(one for one in report.tables if one.by in OWN_TABLES)]
    return replace(report, tables=tuple(tables))


def test_marks_are_filled_outside_the_outer_limits_and_pale_for_small_groups(
    report: Report,
) -> None:
    """The mark of a small group is paler, whether the group is inside or outside the limits."""
    far = grouped(
        report, (50, 100, -2), (80, 99, -1), (90, 98, 0), (95, 97, 1), (96, 96, 2), (2, 15, -2)
    )
    ax = plots.funnel_plot(far, lang="en")
    marks = {
        n: (one.get_marker(), to_hex(one.get_mfc()))
        for one in ax.lines
        if one.get_linestyle() == "None"
        for n in one.get_xdata()
    }
    assert marks == {
        100: ("v", styles.INK),
        99: ("v", styles.PAPER),
        98: ("o", styles.PAPER),
        97: ("^", styles.PAPER),
        96: ("^", styles.INK),
        15: ("v", styles.SOFT),
    }
    assert line(ax, "below the 99.8% limit, fewer than 20").get_xdata() == [15]


def test_groups_outside_without_a_name_are_counted(report: Report) -> None:
    """Twenty groups share a point, where there is room for the names of only some."""
    crowd = grouped(report, *[(50, 100, -2)] * 20, (80, 99, -1), (90, 98, 0))
    ax = plots.funnel_plot(crowd, lang="en")
    named = [text for text in ax.texts if text.get_text().startswith("Комитет")]
    assert 0 < len(named) < 15
    (count,) = re.findall(r"not named because there is no room: (\d+)\.", " ".join(texts(ax)))
    assert int(count) == 20 - len(named)
    alone = plots.funnel_plot(grouped(report, (50, 100, -2), (90, 98, 0)), lang="en")
    assert "not named" not in " ".join(texts(alone))


def test_inconclusive_small_groups_are_marked_as_too_few(report: Report) -> None:
    ax = plots.caterpillar_plot(grouped(report, (14, 15, 0), (89, 99, 0), (1, 16, -2)), lang="en")
    marks = {
        one.get_label(): (one.get_marker(), list(one.get_xdata()))
        for one in ax.lines
        if one.get_linestyle() == "None"
    }
    assert report.total.rate
    assert marks == {
        "target too few": ("x", [14 / 15]),
        "target not proven": ("s", [89 / 99]),
        "target not met": ("v", [1 / 16, report.total.rate.rate]),
    }


def test_intervals_are_drawn_by_verdict(report: Report) -> None:
    ax = plots.caterpillar_plot(report)
    rows = [row for row in report.table("agency").rows if row.rate]
    bars = [
        (round(float(a[0]), 9), round(float(b[0]), 9))
        for found in ax.collections
        if isinstance(found, LineCollection)
        for a, b in found.get_segments()
    ]
    expected = [row.rate.interval for row in (*rows, report.total) if row.rate]
    assert sorted(bars) == sorted((round(i.lower, 9), round(i.upper, 9)) for i in expected)
    (failed,) = [one for one in ax.lines if "не достигнута" in str(one.get_label())]
    assert failed.get_marker() == "v"
    ranked = [one for one in rows if one.rate and not one.rate.counts_only]
    shares = [rate for one in ax.lines if one.get_linestyle() == "None" for rate in one.get_xdata()]
    assert report.total.rate
    assert sorted(shares) == sorted(r.rate.rate for r in (*ranked, report.total) if r.rate)
    named = [label.get_text() for label in ax.get_yticklabels()]
    assert named[-2:] == [f"Малый{NBSP}·{NBSP}{small(report)}", named[-1]]
    assert named[-1].startswith("Всего")
    order = [float(r.rate.rate) for r in sorted(ranked, key=lambda r: -r.rate.rate) if r.rate]
    assert order == [share_at(ax, place) for place in ax.get_yticks()[: len(order)]]


def small(report: Report) -> str:
    rate = report.table("agency").row("Малый").rate
    assert rate
    return f"{rate.met}/{rate.n}"


def share_at(ax: Axes, place: float) -> float:
    (found,) = [
        float(x)
        for one in ax.lines
        if one.get_linestyle() == "None"
        for x, y in zip(one.get_xdata(), one.get_ydata(), strict=True)
        if y == place
    ]
    return found


# -- arrivals --------------------------------------------------------------------------------------


def cells(ax: Axes) -> dict[tuple[int, int], tuple[str, bool]]:
    """Return the text of each cell and whether it is hatched, keyed by (weekday, hour)."""
    shown = {(int(x), int(y)): t.get_text() for t in ax.texts for x, y in [t.get_position()]}
    return {
        (int(box.get_x()), int(box.get_y())): (
            shown.get((int(box.get_x()), int(box.get_y())), ""),
            box.get_hatch() is not None,
        )
        for box in boxes(ax)
    }


@pytest.mark.parametrize("show", ["in_time", "arrived", "due_later"])
def test_cells_have_their_figures_and_few_are_hatched(report: Report, show: Any) -> None:
    found = cells(plots.arrival_heat_map(report, show, lang="en"))
    heat = report.heat_map
    assert len(found) == 168
    for day in range(7):
        for hour in range(24):
            text, hatched = found[day, hour]
            n = heat.arrived[day][hour]
            part = n
            if show != "arrived":
                n = (heat.matured if show == "in_time" else heat.due_known)[day][hour]
                part = (heat.matured_met if show == "in_time" else heat.due_later)[day][hour]
            assert hatched == (0 < n < 10)
            if not n:
                assert text == ""
            elif show == "arrived":
                assert text == str(n)
            elif hatched:
                assert text == f"{part}/{n}"
            else:
                assert float(text) == pytest.approx(100 * part / n, abs=0.5)
    assert {hatched for _, hatched in found.values()} == {True, False}


def monday(report: Report, n: int, *part: int) -> Report:
    """Return a report of Monday's first hours: ``n`` appeals each, ``part`` of them in time."""
    nothing = ((0,) * 24,) * 6
    whole = ((n,) * len(part) + (0,) * (24 - len(part)), *nothing)
    some = (part + (0,) * (24 - len(part)), *nothing)
    heat = replace(
        report.heat_map,
        **dict.fromkeys(("arrived", "matured", "due_known"), whole),
        **dict.fromkeys(("matured_met", "due_later"), some),
    )
    return replace(report, heat_map=heat)


def faces(ax: Axes) -> list[str]:
    """Return the colours of Monday's first seven hours."""
    found = {box.get_xy(): to_hex(box.get_facecolor()) for box in boxes(ax)}
    return [found[0.02, hour + 0.02] for hour in range(7)]


def test_shades_darken_as_shares_fall(report: Report) -> None:
    ax = plots.arrival_heat_map(monday(report, 100, 95, 90, 85, 75, 65, 55, 30), lang="en")
    assert faces(ax) == [styles.SHADES[step] for step in (0, 0, 1, 2, 3, 4, 5)]
    box = ax.get_legend()
    assert box is not None
    shown = [to_hex(patch.get_facecolor()) for patch in box.get_patches()]
    assert dict(zip(legend(ax), shown, strict=True)) == {
        f"≥{NBSP}90": styles.SHADES[0],
        "80–90": styles.SHADES[1],
        "70–80": styles.SHADES[2],
        "60–70": styles.SHADES[3],
        "50–60": styles.SHADES[4],
        "below 50": styles.SHADES[5],
    }
    assert legend(ax)[0] == f"≥{NBSP}90"
    inks = {text.get_text(): to_hex(text.get_color()) for text in ax.texts}
    assert (inks["75"], inks["65"]) == (styles.INK, styles.PAPER)


def test_other_heat_maps_darken_as_numbers_grow(report: Report) -> None:
    week = monday(report, 100, 0, 20, 35, 50, 65, 80, 100)
    ax = plots.arrival_heat_map(week, "due_later")
    assert faces(ax) == list(styles.SHADES)
    assert ax.get_legend() is None
    ax = plots.arrival_heat_map(monday(report, 8, *[8] * 7), "arrived", lang="en")
    assert set(faces(ax)) == {styles.PAPER}
    assert legend(ax) == ["fewer than 10"]


def test_unknown_heat_map_is_rejected(report: Report) -> None:
    with pytest.raises(ValueError, match="not 'share'"):
        plots.arrival_heat_map(report, "share")  # type: ignore[arg-type]


# -- deadlines -------------------------------------------------------------------------------------

TARGET = Target("первый ответ", hours(4), OFFICE, pauses=True)


def events_of(*kinds: tuple[str, str], appeal: str = "A-1", agency: str = "Дороги") -> list[Event]:
    return [
        Event(f"{appeal}-{n}", appeal, EventType(kind), at(when), at(when), agency_id=agency)
        for n, (kind, when) in enumerate(kinds)
    ]


def test_bars_are_the_slots_of_the_forecast() -> None:
    now = at("2026-03-14T12:00")
    events = [
        *(events_of(("created", "2026-03-14T11:20"), appeal=f"A-{n}")[0] for n in range(3)),
        *events_of(("created", "2026-03-16T10:10"), appeal="B")[:1],
        *events_of(("created", "2026-03-16T10:20"), appeal="D")[:1],
        *events_of(("created", "2026-03-12T10:10"), appeal="C")[:1],
    ]
    outcomes = evaluate(events, Policy([TARGET]), as_of=at("2026-03-16T10:30")).outcomes
    load = forecast_deadlines(outcomes, start=now, end=now + timedelta(days=7), zone=OFFICE.tz)
    ax = plots.forecast_chart(load, lang="ru")
    heights = [[bar.get_height() for bar in group] for group in ax.containers]  # type: ignore[attr-defined]
    assert heights == [[3, 2], [3, 1]]
    assert {bar.get_hatch() for bar in ax.containers[1]} == {"////"}
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        *("12:00\nпн 16.03", "13:00\n", "14:00\n", "15:00\n")
    ]
    assert ax.get_xticks().tolist() == [-0.5, 0.5, 1.5, 2.5]
    assert [bar.get_x() + bar.get_width() / 2 for bar in ax.containers[0]] == [0, 3]
    assert any("просрочено 1," in text for text in " ".join(texts(ax)).split("\n"))
    by_day = forecast_deadlines(
        outcomes, start=now, end=now + timedelta(days=7), zone=OFFICE.tz, by="day"
    )
    ax = plots.forecast_chart(by_day, lang="en")
    assert [label.get_text() for label in ax.get_xticklabels()] == [f"Mon 16{NBSP}Mar"]
    assert [bar.get_height() for bar in ax.containers[0]] == [5]


def test_highest_bar_has_its_count_with_a_thousands_separator() -> None:
    slots = [
        Slot(AS_OF + n * HOUR, AS_OF + (n + 1) * HOUR, count, 2)
        for n, count in enumerate((7, 1234, 900))
    ]
    ax = plots.forecast_chart(Forecast(tuple(slots), 1500, 0, 27655, 0, 0), lang="en")
    (most,) = [text for text in ax.texts if isinstance(text, Annotation)]
    assert (most.get_text(), most.xy) == ("1,234", (1, 1234))
    assert ax.get_ylim()[1] > 1234
    shown = " ".join(" ".join(texts(ax)).split())
    assert "overdue 1,500, due earlier 0, due later 27,655," in shown
    assert "1,200" in [label.get_text() for _, label in ticks(ax.yaxis)]


# -- one appeal ------------------------------------------------------------------------------------


def one(events: list[Event], as_of: datetime, **options: Any) -> Axes:
    target = options.pop("target", TARGET)
    (outcome,) = evaluate(events, Policy([target]), as_of=as_of).outcomes
    if "spans" not in options:
        options["spans"] = holder_spans(events, target, as_of=as_of)
    options = {"schedule": OFFICE, "events": events, "lang": "ru", **options}
    return plots.appeal_timeline(outcome, as_of=as_of, **options)


def stretches(ax: Axes, hatch: str | None, face: str) -> list[tuple[str, str]]:
    return [
        (clock(box.get_x()), clock(box.get_x() + box.get_width()))
        for box in boxes(ax)
        if box.get_y() == 0 and box.get_hatch() == hatch and to_hex(box.get_facecolor()) == face
    ]


def clock(number: float) -> str:
    when = mpl.dates.num2date(number).astimezone(OFFICE.tz) + timedelta(seconds=1)
    return f"{when:%d.%m %H:%M}"


def test_timeline_of_an_appeal() -> None:
    """Posted Tuesday 17:00; paused Wednesday 10:00 to 12:00; due 15:00, answered 16:30."""
    events = events_of(
        ("created", "2025-03-11T17:00"),
        ("paused", "2025-03-12T10:00"),
        ("resumed", "2025-03-12T12:00"),
        ("replied", "2025-03-12T16:30"),
    )
    ax = one(events, AS_OF)
    assert stretches(ax, None, styles.BAND) == [
        ("11.03 17:00", "11.03 18:00"),
        ("12.03 09:00", "12.03 10:00"),
        ("12.03 12:00", "12.03 13:00"),
        ("12.03 14:00", "12.03 15:00"),
    ]
    assert stretches(ax, "////", styles.PAPER) == [("12.03 10:00", "12.03 12:00")]
    assert stretches(ax, "xxxx", styles.SHADES[2]) == [("12.03 15:00", "12.03 16:30")]
    assert f"срок 12.03.2025{NBSP}15:00, позже{NBSP}— просрочка" in legend(ax)
    assert line(ax, "срок").get_xdata() == [date2num(at("2025-03-12T15:00"))] * 2
    shown = texts(ax)
    assert "A-1 · первый ответ · просрочено на 1:30" in shown
    key = next(text for text in shown if "поступило" in text)
    assert f"4  12.03.2025{NBSP}16:30  ответ, Дороги" in key
    assert "A  5:30  Дороги, у исполнителя" in key


def test_holders_are_drawn_for_their_spans() -> None:
    events = events_of(("created", "2025-03-11T17:00"), ("transferred", "2025-03-12T10:00"))
    events[0] = replace(events[0], agency_id=None)
    ax = one(events, at("2025-03-12T12:00"))
    drawn = {
        (clock(box.get_x()), clock(box.get_x() + box.get_width())): (
            box.get_hatch(),
            to_hex(box.get_facecolor()),
        )
        for box in boxes(ax)
        if box.get_y() > 0
    }
    assert drawn == {
        ("11.03 17:00", "12.03 10:00"): ("....", styles.PAPER),
        ("12.03 10:00", "12.03 12:00"): (None, styles.BAND),
    }
    letters = {t.get_text(): clock(t.get_position()[0]) for t in ax.texts if t.get_text() in "AB"}
    assert letters == {"A": "12.03 01:30", "B": "12.03 11:00"}


def test_holders_past_z_have_two_letters() -> None:
    kinds = [("created", "2025-03-03T09:00")]
    kinds += [("transferred", f"2025-03-{3 + n // 8:02}T{9 + n % 8:02}:30") for n in range(28)]
    events = [replace(e, agency_id=f"N{n}") for n, e in enumerate(events_of(*kinds))]
    ax = one(events, at("2025-03-07T12:00"))
    (key,) = [text for text in texts(ax) if "A  0:30  N0," in text]
    letters = [row.split("  ")[0] for row in key.split("\n") if re.search(r"\d  N\d+, ", row)]
    assert letters == [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AA", "AB", "AC"]


def test_lines_and_numbers_of_events_are_at_their_time() -> None:
    kinds = [("created", "2025-03-12T14:00"), ("registered", "2025-03-12T14:01")]
    events = events_of(*kinds, ("assigned", "2025-03-12T15:00"))
    ax = one(events, at("2025-03-12T16:00"))
    for name, when, style in (
        ("срок", "2025-03-12T18:00", "-"),
        ("просрочка", "2025-03-13T09:00", "--"),
        ("по состоянию", "2025-03-12T16:00", ":"),
    ):
        drawn = line(ax, name)
        assert drawn.get_xdata() == [date2num(at(when))] * 2
        assert drawn.get_linestyle() == style
    (marks,) = [one for one in ax.lines if one.get_linestyle() == "None"]
    assert list(marks.get_xdata()) == [date2num(event.occurred_at) for event in events]
    numbers = {
        text.get_text(): text.get_position()[0]
        for text in ax.texts
        if re.fullmatch(r"\d(–\d)?", text.get_text())
    }
    assert numbers == {
        "1–2": pytest.approx(date2num(at("2025-03-12T14:00:30")), rel=0, abs=1e-6),
        "3": date2num(at("2025-03-12T15:00")),
    }


def test_around_the_clock_all_time_counts() -> None:
    """The appeal is posted on Friday 17:30 and due after 24 hours, pause and weekend included."""
    target = Target("сутки", ClockTime(24 * HOUR), OFFICE, pauses=True)
    kinds = [("created", "2025-03-14T17:30"), ("paused", "2025-03-14T20:00")]
    kinds += [("resumed", "2025-03-15T12:00"), ("replied", "2025-03-16T12:00")]
    events = events_of(*kinds)
    ax = one(events, AS_OF, target=target)
    assert stretches(ax, None, styles.BAND) == [
        ("14.03 17:30", "15.03 00:00"),
        ("15.03 00:00", "15.03 17:30"),
    ]
    assert stretches(ax, "xxxx", styles.SHADES[2]) == [
        ("15.03 17:30", "16.03 00:00"),
        ("16.03 00:00", "16.03 12:00"),
    ]
    assert stretches(ax, "////", styles.PAPER) == []
    assert legend(ax)[:2] == ["в срок не засчитывается", "засчитывается в срок"]
    shown = texts(ax)
    assert "время" in shown
    assert not [text for text in shown if "рабочее" in text or "выходной" in text]
    assert any("A  42:30  Дороги" in text for text in shown)


def test_hours_and_days_are_at_their_time() -> None:
    events = events_of(("created", "2025-10-31T17:30"), ("replied", "2025-11-05T12:20"))
    ax = one(events, at("2025-11-06T12:00"))
    ax.figure.canvas.draw()
    hours_at = {clock(tick.get_loc())[6:]: tick.label1.get_text() for tick in ax.xaxis.minorTicks}
    assert hours_at == {"06:00": "06", "12:00": "12", "18:00": "18"}
    days_at = {clock(tick.get_loc()): tick.label1.get_text() for tick in ax.xaxis.majorTicks}
    assert days_at == {f"{n:02}.11 00:00": f"{day} {n:02}.11" for n, day in SOME_DAYS.items()}


SOME_DAYS = {1: "сб", 2: "вс", 3: "пн", 4: "вт", 5: "ср"}


def test_due_time_and_limit_differ_at_closing_time() -> None:
    ax = one(events_of(("created", "2025-03-12T14:00")), at("2025-03-12T16:00"))
    assert f"срок 12.03.2025{NBSP}18:00" in legend(ax)
    assert f"просрочка после 13.03.2025{NBSP}09:00" in legend(ax)
    assert f"по состоянию на 12.03.2025{NBSP}16:00" in legend(ax)


def test_days_without_working_time_have_their_reason() -> None:
    ax = one(events_of(("created", "2025-12-30T17:20")), at("2026-01-12T15:00"))
    (why,) = [text.get_text() for text in ax.texts if "каникулы" in text.get_text()]
    assert " ".join(why.split()) == "выходной день, Новогодние каникулы, Рождество Христово"


def test_unknown_dates_are_dotted_without_a_reason() -> None:
    last = OFFICE.calendar.coverage[-1][1]
    when = datetime(last.year, 12, 30, 17, 20, tzinfo=OFFICE.tz)
    event = Event("1", "A-1", EventType.CREATED, when, when)
    ax = one([event], when + timedelta(days=4), spans=())
    dotted = [box for box in boxes(ax) if box.get_hatch() == "...." and box.get_y() == 0]
    assert len(dotted) == 3
    assert "нет календаря" in legend(ax)


# -- a year ----------------------------------------------------------------------------------------


def days(ax: Axes) -> dict[int, list[str]]:
    """Return the signs of a year's days, keyed by the number of the day in the year."""
    corners = np.array([square.get_xy() for square in boxes(ax)])
    found: dict[int, list[str]] = {n: [] for n in range(len(corners))}
    for text in ax.texts:
        if text.get_transform() == ax.transData and not text.get_text().isdigit():
            inside = np.all(np.abs(text.get_position() - corners - 0.47) <= 0.47, axis=1)
            for n in inside.nonzero()[0]:
                found[n].append(text.get_text())
    return found


def nth(day: date) -> int:
    return day.timetuple().tm_yday - 1


KINDS = {
    date(2025, 1, 1): "holiday",
    date(2025, 1, 9): "work",
    date(2025, 3, 7): "short",
    date(2025, 3, 8): "holiday",
    date(2025, 3, 9): "day_off",
    date(2025, 5, 2): "transferred_off",
    date(2025, 11, 1): "short_weekend",
    date(2025, 12, 31): "transferred_off",
}


def test_days_of_a_year_have_colour_and_sign() -> None:
    ax = plots.year_calendar(OFFICE.calendar, 2025, lang="ru")
    squares, signs = boxes(ax), days(ax)
    assert len(squares) == 365
    for day, kind in KINDS.items():
        assert signs[nth(day)] == ([SIGNS[kind]] if SIGNS[kind] else []), day
        assert to_hex(squares[nth(day)].get_facecolor()) == styles.BOXES[kind]["facecolor"], day


def test_year_names_acts_and_unknown_dates() -> None:
    ax = plots.year_calendar(OFFICE, 2025, lang="ru")
    shown = " ".join(" ".join(texts(ax)).split())
    assert "№ 1335: 02.05, 08.05, 13.06, 01.11, 03.11, 31.12." in shown
    ax = plots.year_calendar(Calendar.get("RU-KC"), 2026, lang="en")
    assert days(ax)[nth(date(2026, 4, 19))] == ["?"]
    assert boxes(ax)[nth(date(2026, 4, 19))].get_hatch() == "////"
    ax = plots.year_calendar(Calendar.get("RU"), 2035, lang="ru")
    assert all(signs == ["?"] for signs in days(ax).values())
    assert "не утверждён" in " ".join(" ".join(texts(ax)).split())


def test_overrides_are_marked_without_an_act() -> None:
    own = Schedule("RU-VGG", "Mo-Fr 09:00-18:00", overrides={date(2025, 5, 2): "09:00-12:00"})
    ax = plots.year_calendar(own, 2025)
    assert days(ax)[nth(date(2025, 5, 2))] == ["="]
    assert "2 May" not in " ".join(texts(ax)).replace(NBSP, " ")


def test_every_kind_of_day_and_event_has_text_and_style() -> None:
    assert {kind.value for kind in DayKind} <= set(SIGNS) <= set(styles.BOXES)
    assert set(SIGNS) | {kind.value for kind in EventType} <= set(CHARTS)
    signs = [sign for sign in SIGNS.values() if sign]
    assert len(signs) == len(set(signs))
    assert all(set(shown) == {"en", "ru"} and all(shown.values()) for shown in CHARTS.values())


def test_colours_are_those_of_the_page(report: Report) -> None:
    style = page(report)
    for colour in (styles.INK, styles.SOFT, styles.RULE, styles.RAIL, styles.ACCENT):
        assert colour in style
    assert all(f"--s{n}: {colour};" in style for n, colour in enumerate(styles.SHADES))


# -- any input --------------------------------------------------------------------------------


def courses() -> list[Event]:
    """Return the many events of one appeal, some of them at one instant."""
    kinds = [("created", "2025-12-30T17:20"), ("registered", "2025-12-30T17:21")]
    kinds += [("paused", "2025-12-30T17:30"), ("resumed", "2026-01-12T11:00")]
    kinds += [("citizen_message", "2026-01-12T11:00"), ("replied", "2026-01-13T17:00")]
    return events_of(*kinds, appeal=HOSTILE[:12], agency=HOSTILE)


@cache
def busy() -> Any:
    events = [
        events_of(
            ("created", f"2026-03-{10 + n % 9}T{8 + n % 11:02}:{n % 60:02}"), appeal=f"A-{n}"
        )[0]
        for n in range(400)
    ]
    now = at("2026-03-10T08:00")
    outcomes = evaluate(events, Policy([TARGET]), as_of=at("2026-03-18T23:00")).outcomes
    return forecast_deadlines(outcomes, start=now, end=now + timedelta(days=20), zone=OFFICE.tz)


Draw = Callable[[Report, Cases, "Axes | None", str], Axes]
EVERY: dict[str, Draw] = {
    "xmr": lambda r, _, ax, lang: plots.xmr_chart(r, ax=ax, lang=lang),
    "moving_range": lambda r, _, ax, lang: plots.moving_range_chart(r, ax=ax, lang=lang),
    "kaplan_meier": lambda r, c, ax, lang: plots.kaplan_meier_plot(r, c, ax=ax, lang=lang),
    "funnel": lambda r, _, ax, lang: plots.funnel_plot(r, ax=ax, lang=lang),
    "caterpillar": lambda r, _, ax, lang: plots.caterpillar_plot(r, ax=ax, lang=lang),
    "p_prime": lambda r, _, ax, lang: plots.p_prime_chart(r, ax=ax, lang=lang),
    "in_time": lambda r, _, ax, lang: plots.arrival_heat_map(r, ax=ax, lang=lang),
    "arrived": lambda r, _, ax, lang: plots.arrival_heat_map(r, "arrived", ax=ax, lang=lang),
    "due_later": lambda r, _, ax, lang: plots.arrival_heat_map(r, "due_later", ax=ax, lang=lang),
}
OTHERS: dict[str, Draw] = {
    "load": lambda _, __, ax, lang: plots.forecast_chart(busy(), ax=ax, lang=lang),
    "timeline": lambda _, __, ax, lang: one(courses(), at("2026-02-01T12:00"), ax=ax, lang=lang),
    "short_timeline": lambda _, __, ax, lang: one(
        events_of(("created", "2025-03-12T14:00")), at("2025-03-12T16:00"), ax=ax, lang=lang
    ),
    "year": lambda _, __, ax, lang: plots.year_calendar(OFFICE, 2025, ax=ax, lang=lang),
    "open_year": lambda _, __, ax, lang: plots.year_calendar(
        Calendar.get("RU-KC"), 2026, ax=ax, lang=lang
    ),
}
TALL = {"year": 6.5, "open_year": 7.5, "in_time": 5.0, "arrived": 5.0, "due_later": 5.0}


@pytest.fixture(scope="module")
def many() -> tuple[Report, Cases]:
    """Return a report of 73 agencies with long names, and its cases."""
    cases = made_up(6000, 73)
    return report_of(cases), cases


@pytest.mark.parametrize(("lang", "own"), [("ru", True), ("ru", False), ("en", False)])
@pytest.mark.parametrize("name", [*EVERY, *OTHERS])
def test_texts_do_not_overlap_and_are_within_the_figure(
    many: tuple[Report, Cases], name: str, lang: str, own: bool
) -> None:
    ax = None
    if not own:
        figure = plt.figure(figsize=(HALF, TALL.get(name, 4.2)), layout="constrained")
        ax = figure.add_subplot()
    drawn = {**EVERY, **OTHERS}[name](*many, ax, lang)
    assert ax is None or drawn is ax
    figure = drawn.figure
    figure.draw_without_rendering()
    unseen = out_of_view(drawn)
    found = [
        (text.get_text(), text.get_window_extent())
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in unseen
    ]
    assert len(found) > 3
    slack = figure.dpi / 72
    for text, box in found:
        assert not is_math_text(text)
        assert box.x0 >= -slack, text
        assert box.y0 >= -slack, text
        assert box.x1 <= figure.bbox.x1 + slack, text
        assert box.y1 <= figure.bbox.y1 + slack, text
    low = np.array([box.min for _, box in found])
    high = np.array([box.max for _, box in found])
    overlap = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
    meet = np.triu(np.all(overlap > slack, axis=2), k=1)
    assert [(found[a][0], found[b][0]) for a, b in np.argwhere(meet)] == []


def out_of_view(ax: Axes) -> set[Text]:
    """Return the texts that are not drawn: those of ticks outside the view."""
    found: set[Text] = set()
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            found.add(tick.label2)
            if not (ax.axison and low <= tick.get_loc() <= high):
                found.add(tick.label1)
        if not ax.axison:
            found |= {axis.label, axis.offsetText}
    return found


POSTED = ["2025-06-09T07:00"] * 12


def nothing_matured() -> Cases:
    return columns(["2025-06-10T08:00"] * 12, ["NaT"] * 12, groups=whose(12))


def whose(rows: int) -> dict[str, Labels]:
    return {"agency": Labels.of(["Дороги"] * rows)}


INPUTS: dict[str, Callable[[], Cases]] = {
    "nothing matured": nothing_matured,
    "one open": lambda: columns(POSTED[:1], ["NaT"], groups=whose(1)),
    "one answered": lambda: columns(POSTED[:1], ["2025-06-09T07:30"], groups=whose(1)),
    "answered at once": lambda: columns(POSTED, POSTED, groups=whose(12)),
    "all late": lambda: columns(
        ["2025-06-02T07:00"] * 12, ["2025-06-05T07:00"] * 12, groups=whose(12)
    ),
    "all met": lambda: columns(POSTED, ["2025-06-09T08:00"] * 12, groups=whose(12)),
    "none answered": lambda: columns(["2025-06-02T07:00"] * 12, ["NaT"] * 12, groups=whose(12)),
    "no working time": lambda: columns(
        ["2025-01-01T09:00"] * 12, ["2025-01-02T09:00"] * 12, as_of=at("2025-01-05T12:00")
    ),
    "no names": lambda: columns(POSTED, POSTED, groups={"agency": Labels.of([None] * 12)}),
}


@cache
def reported(given: str) -> tuple[Report, Cases]:
    cases = INPUTS[given]()
    return report_of(cases), cases


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("given", INPUTS)
def test_any_input_is_drawn_or_explained(given: str, name: str) -> None:
    report, cases = reported(given)
    drawn = EVERY[name](report, cases, None, "ru")
    words = [text for text in texts(drawn) if text.endswith(".")]
    marks = [*drawn.lines, *drawn.collections, *drawn.patches]
    assert marks or len(words) == 1


def test_empty_charts_explain_why() -> None:
    empty = nothing_matured()
    report = report_of(empty, lang="ru")
    shown = {
        "kaplan_meier": "Ни на одно обращение ещё не ответили",
        "funnel": "Ни в одной группе нет 10 обращений",
        "caterpillar": "Ни в одной группе срок ещё не наступил",
        "in_time": "Ни один срок ещё не наступил",
        "moving_range": "нужны две недели",
    }
    for name, why in shown.items():
        drawn = EVERY[name](report, empty, None, "ru")
        assert why in " ".join(" ".join(texts(drawn)).split()), name
    load = forecast_deadlines((), start=AS_OF, end=AS_OF + HOUR, zone=OFFICE.tz)
    assert "Сроков впереди нет." in texts(plots.forecast_chart(load, lang="ru"))


def test_too_few_weeks_have_a_note_instead_of_limits(report: Report) -> None:
    short = replace(trend(2, 3, 2.5), baseline=None, mean=None, lower=None, upper=None)
    ax = plots.xmr_chart(in_weeks(report, short), lang="ru")
    assert legend(ax) == ["медиана за неделю"]
    assert "Контрольные границы появятся после 12 недель; пока их 3." in " ".join(
        " ".join(texts(ax)).split()
    )


def test_low_axes_show_fewer_groups_with_a_note(many: tuple[Report, Cases]) -> None:
    figure = plt.figure(figsize=(HALF, 4), layout="constrained")
    ax = plots.caterpillar_plot(many[0], ax=figure.add_subplot(), lang="ru")
    shown = len(ax.get_yticks()) - 1
    largest = [str(row.key)[:16] for row in many[0].table("agency").rows[:shown] if row.rate]
    named = [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]
    assert 1 <= shown < 20
    assert all(any(name.startswith(key) for name in named) for key in largest if "$" not in key)
    drawn = " ".join(" ".join(texts(ax)).split())
    assert f"Показаны {shown} с наибольшим числом обращений из" in drawn


def test_names_are_drawn_unchanged(many: tuple[Report, Cases]) -> None:
    for name in ("caterpillar", "timeline"):
        shown = texts({**EVERY, **OTHERS}[name](*many, None, "ru"))
        assert any("$x_1$ <b>Отдел</b> \\frac & $ ?" in text.replace("\n", " ") for text in shown)


# -- global state ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_no_global_state_changes(many: tuple[Report, Cases], name: str) -> None:
    figure = mpl.figure.Figure(layout="constrained")  # pyplot does not know this figure
    ax = figure.add_subplot()
    before = dict(mpl.rcParams)
    assert EVERY[name](*many, ax, "en") is ax
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == []
    assert EVERY[name](*many, None, "en").figure.number in plt.get_fignums()


def test_default_language_is_that_of_the_report(report: Report) -> None:
    assert plots.xmr_chart(report).get_title(loc="left").startswith("Медиана")
    english = replace(report, lang="en")
    assert plots.xmr_chart(english).get_title(loc="left").startswith("Median")
    with pytest.raises(LookupError, match="no table by 'planet'"):
        plots.funnel_plot(report, "planet")
