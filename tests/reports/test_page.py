"""The HTML page of a report: its numbers, the escaping of data, and its use in a browser."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.html_tree import NBSP, Node, read
from kit.made_reports import appeals_of, made
from kit.values import FOUR, OFFICE, REPLY, at
from workhours_sla import Event, EventType, Policy, Target, evaluate
from workhours_sla.sla.forecast import forecast_deadlines
from workhours_sla.text.numbers import signed
from workhours_sla.text.words import week_dates
from workhours_sla.worktime.budgets import ClockTime
from workhours_sla.worktime.day_budgets import WorkingDays

np = pytest.importorskip("numpy")

from workhours_sla.compliance.agencies import Late
from workhours_sla.report import (
    AppealColumns,
    Cases,
    Labels,
    Report,
    ReportOptions,
    cases_of_columns,
    cases_of_evaluation,
    page,
    traces_of,
    write_page,
)
from workhours_sla.report import report as report_of

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)> - & \x00\u202e'
SMALL, FLAGGED, PLAIN = "Small", "Flagged", "Roads"


AS_OF = at("2025-06-10T12:00")


def made_up(rows: int = 2400, *, never: float = 0.03) -> Cases:
    """Return cases of four agencies over five months, with New Year and an unfinished week."""
    rng = np.random.default_rng(7)
    start, end = np.datetime64("2024-12-23T00:00"), np.datetime64("2025-06-10T08:50")
    posted = np.sort(start + (rng.random(rows) * (end - start).astype(int)).astype("m8[m]"))
    answered = posted + (rng.lognormal(5.5, 1.6, rows)).astype("m8[m]")
    answered[rng.random(rows) < never] = np.datetime64("NaT", "us")
    names: list[str | None] = [HOSTILE if n % 2 else PLAIN for n in range(rows)]
    names[100:108], names[200:215], names[300:302] = [SMALL] * 8, [FLAGGED] * 15, [None] * 2
    channel = ["vk" if n % 3 else "site" for n in range(rows)]
    groups = {"agency": Labels.of(names), "channel": Labels.of(channel)}
    return cases_of_columns(
        AppealColumns(posted.astype("M8[s]"), answered.astype("M8[s]"), groups=groups),
        REPLY,
        as_of=AS_OF,
    )


@pytest.fixture(scope="module")
def report() -> Report:
    return report_of(made_up(), ReportOptions(compare_with=at("2025-03-01T00:00")))


def trace(late: Late) -> Any:
    return OFFICE.explain(late.started_at, FOUR)


@pytest.fixture(scope="module", params=["ru", "en"])
def shown(request: pytest.FixtureRequest, report: Report) -> tuple[str, str, Node]:
    text = page(report, request.param, traces=trace)
    return request.param, text, read(text)


def table(root: Node, caption: str) -> Node:
    (found,) = [t for t in root.all("table") if t.all("caption")[0].text == caption]
    return found


def chart_of(root: Node, start: str) -> Node:
    """Return the chart whose title begins with a text."""
    charts = [one for one in root.all("svg") if "chart" in one["class"]]
    (found,) = [one for one in charts if one["aria-label"].startswith(start)]
    return found


# -- structure -------------------------------------------------------------------------------------


def test_page_is_well_formed_and_labelled_for_screen_readers(shown: tuple[str, str, Node]) -> None:
    lang, text, root = shown
    assert text.startswith("<!doctype html>\n")
    assert root.all("html")[0]["lang"] == lang
    assert len(root.all("h1")) == len(root.all("main")) == 1
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    for name in ("aria-controls", "aria-labelledby"):
        assert set(re.findall(rf' {name}="([^"]+)"', text)) <= set(ids)
    assert {link["href"][1:] for link in root.all("nav")[0].all("a")} <= set(ids)
    for one in root.all("table"):
        assert one.all("caption")[0].text
        for head in one.all("th"):
            assert head["scope"] in {"col", "row"}
        for head in one.all("thead")[:1]:
            wide = {len(line.all("th")) for line in head.all("tr")}
            lines = [of for of in one.all("tr") if of.parent and of.parent.parent is one]
            lines = [of for of in lines if of.attributes.get("class") != "trace"]
            assert {sum(isinstance(c, Node) for c in line.children) for line in lines} == wide
    for chart in root.all("svg"):
        assert chart.attributes.get("aria-label") or chart.attributes.get("aria-hidden") == "true"
        for mark in chart.all("g"):
            assert mark["aria-label"]
            assert (mark["role"], mark["tabindex"]) == ("img", "-1")
    assert len([c for c in root.all("svg") if "chart" in c["class"]]) == 8
    assert all(figure.all("figcaption")[0].text for figure in root.all("figure"))


def test_the_period_is_shaded_in_the_chart_of_weeks() -> None:
    march = {"since": at("2025-03-01T00:00"), "until": at("2025-04-01T00:00")}
    shown = read(page(report_of(made_up(), ReportOptions(**march)), "en"))
    weeks = chart_of(shown, "Share in time by week of")
    (shade,) = [r for r in weeks.all("rect") if r["class"] == "period"]
    week = min(float(r["width"]) for r in weeks.all("rect") if r["class"] == "quiet") / 0.9
    assert float(shade["width"]) / week == pytest.approx(31 / 7, rel=0.01)
    assert "90%" in [text.text for text in weeks.all("text")]


def test_page_loads_nothing_from_outside(shown: tuple[str, str, Node]) -> None:
    _, text, root = shown
    assert not re.search(r"\bhttps?:|//www|@import|\bfetch\(|XMLHttp|import\(", text)
    assert "url(" not in text
    for node in root.inside():
        assert not {"src", "srcset", "action", "data", "poster", "style"} & set(node.attributes)
        assert not any(name.startswith("on") for name in node.attributes)
        if "href" in node.attributes:
            assert node["href"][0] == "#" or (node.tag, node["href"]) == ("link", "data:,")
    policy = next(m["content"] for m in root.all("meta") if "http-equiv" in m.attributes)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_names_are_escaped(report: Report) -> None:
    root = read(page(report, traces=trace, rest=HOSTILE))
    assert len(root.all("script")) == 1
    assert not root.all("img")
    shown = HOSTILE.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    names = [node.text for node in root.all("bdi")]
    assert shown in names
    assert any(shown in mark["aria-label"] for mark in root.all("g"))
    cases = made_up(320)
    named = replace(cases, groups={HOSTILE: cases.groups["agency"]})
    root = read(page(report_of(named)))
    assert len(root.all("script")) == 1
    assert any("onerror" in title.text for title in root.all("h2"))


def test_unknown_language_is_rejected(report: Report) -> None:
    with pytest.raises(ValueError, match="no language 'de'; use en or ru"):
        page(report, "de")
    assert page(report) == page(report, "en")


# -- numbers ---------------------------------------------------------------------------------------


def written(number: float, lang: str, places: int = 1) -> str:
    text = f"{number:.{places}f}"
    return text.replace(".", ",") if lang == "ru" else text


def grouped(count: int, lang: str) -> str:
    return f"{count:,}".replace(",", NBSP if lang == "ru" else ",")


def in_words(amount: timedelta, lang: str) -> str:
    """Write an amount in hours and minutes, rounded up to a minute."""
    hours, minutes = divmod(-(-amount // timedelta(minutes=1)), 60)
    units = {"ru": ("ч", "мин"), "en": ("h", "min")}[lang]
    parts = zip((hours, minutes), units, strict=True)
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def test_means_and_the_share_of_the_answered_are_those_of_the_report(
    shown: tuple[str, str, Node], report: Report
) -> None:
    lang, _, root = shown
    values = {n["data-figure"]: n.text for n in root.inside() if "data-figure" in n.attributes}
    total = report.total
    for name in ("restricted_mean", "mean_answered"):
        assert values[name].replace(NBSP, " ") == in_words(getattr(total, name), lang)
    assert total.closed_only is not None
    sign = {"ru": f"{NBSP}%", "en": "%"}[lang]
    assert values["closed_only"] == written(total.closed_only * 100, lang) + sign
    assert total.final_at is not None
    assert f"{total.final_at:%H:%M}" in root.all("p", data_sentence="final")[0].text
    assert report.comparison is not None
    change = report.comparison.change
    assert change is not None
    before, after = (round(100 * share, 1) for share in (change.before, change.after))
    for points in (before, after, abs(after - before)):
        assert written(points, lang) in root.text


def test_charts_have_the_numbers_of_the_report(report: Report) -> None:
    root = read(page(report))

    def marks_of(start: str) -> list[str]:
        return [mark["aria-label"] for mark in chart_of(root, start).all("g")]

    heat = marks_of("Share in time by weekday")
    assert len(heat) == 7 * 6
    for place, label in enumerate(heat):
        day, cells = place // 6, report.heat_map
        first, last = (int(hour) for hour in re.findall(r" (\d+):00\D+(\d+):59", label)[0])
        grids = (cells.arrived, cells.matured_met, cells.matured, cells.due_later, cells.due_known)
        (found,) = re.findall(r"arrived (\d+), in time (\d+).* of (\d+) matured", label)
        sums = tuple(str(sum(grid[day][first : last + 1])) for grid in grids)
        assert found == sums[:3]
        assert label.endswith("/".join(sums[3:]))
    weeks, rows = marks_of("Share in time by week of"), report.table("week").rows
    assert any("+" in (row.key or "") for row in rows)  # short weeks are merged
    for label, row in zip(weeks, rows, strict=True):
        assert label.startswith(f"{week_dates(row.key or '')}: ")
        assert f"arrived {row.counts.arrived}" in label
        is_open = row.final_at is None or row.final_at > report.as_of
        assert ("unfinished week" in label) == is_open
    for label, point in zip(marks_of("How long half"), report.trend.points, strict=True):
        median = in_words(point.median, "en").replace(" ", NBSP)
        assert label.startswith(f"{week_dates(point.week)}: {median}")
        assert ("outside" in label) == point.outside
    shares = marks_of("Share in time by week: which")
    for label, share in zip(shares, report.share_trend.points, strict=True):
        low, high = (100 * bound for bound in (share.lower or 0, share.upper or 0))
        assert label.startswith(
            f"{week_dates(share.week)}: in time {share.share * 100:.1f}%, {share.met} of "
            f"{share.matured} matured; limits {low:.1f} to {high:.1f}%"
        )
        assert ("outside" in label) == share.outside
    backlog = marks_of("Open and overdue")
    *weeks_of_backlog, now = report.backlog.points
    assert [re.findall(r"open (\d+), overdue (\d+).*backlog (.+)", s) for s in backlog[:-1]] == [
        [(str(p.open), str(p.overdue), signed(p.arrivals - p.departures))] for p in weeks_of_backlog
    ]
    assert backlog[-1].startswith("now, ")
    assert backlog[-1].endswith(f": open {now.open}, overdue {now.overdue}")
    curve = marks_of("How many appeals still wait")
    assert report.curve is not None
    shares = {f"{share * 100:.1f}" for share in report.curve.share}
    for label in curve[:-2]:
        assert re.findall(r": ([\d.]+)%", label)[0] in shares


def test_heat_map_fills_only_cells_that_are_proven_worse() -> None:
    even = [one for hour in range(7 * 24) for one in appeals_of("A", 6, 1, at=hour)]
    for late, filled in ((0, []), (30, ["s4"])):
        appeals = [*even, *appeals_of("A", 30, late, at=6 * 24 + 9)]  # of a Friday
        root = read(page(made(appeals), "en"))
        heat = chart_of(root, "Share in time by weekday")
        looks = [one.all("rect")[0]["class"] for one in heat.all("g")]
        assert [look for look in looks if look != "unproven"] == filled
        title = root.all("section", id="arrivals")[0].all("h3")[0].text
        worst = "Worst: Fri 08:00"
        assert title.startswith(worst if filled else "No time of arrival is proven worse")


def test_a_lower_limit_below_zero_is_drawn_at_its_value(report: Report) -> None:
    hour = timedelta(hours=1)
    limits = replace(report.trend, mean=2 * hour, lower=-1.5 * hour, upper=5.5 * hour)
    text = page(replace(report, trend=limits))
    minus = "\N{MINUS SIGN}"
    assert f"limits {minus}1 h 30 min to 5 h 30 min" in text.replace(NBSP, " ")
    chart = chart_of(read(text), "How long half")
    lines = [one for one in chart.all("line") if one.attributes.get("class") in {"limit", "mean"}]
    upper, mean, lower = (float(one["y1"]) for one in lines)
    assert lower - mean == pytest.approx(mean - upper, abs=0.2)


def test_late_appeals_have_the_numbers_of_the_report(report: Report) -> None:
    root = read(page(report, traces=trace))
    lines = table(root, "Late appeals")
    bodies = lines.all("tbody")
    bodies = [body for body in bodies if body.parent is lines]
    assert len(bodies) == min(500, len(report.late)) == min(500, report.total.counts.breached)
    for body, late in zip(bodies, report.late, strict=False):
        first, account = (c for c in body.children if isinstance(c, Node))
        cells = first.all("td")
        assert first.all("th")[0].text == late.appeal_id
        assert float(cells[1]["data-v"]) == late.started_at.timestamp()
        assert (cells[3].text == "open") == (late.answered_at is None)
        assert late.overdue is not None
        assert float(cells[5]["data-v"]) == late.overdue / timedelta(hours=1)
        due = account.all("tr")[-1].all("td")
        assert late.due_at is not None
        assert due[0].text == f"{late.due_at:%H:%M}"
        assert due[1].text == "4:00"
    assert bodies[0].all("button")[0]["aria-expanded"] == "false"


def test_overdue_by_a_second_is_shown_as_a_minute() -> None:
    posted = np.array(["2025-03-11T06:00"], "M8[s]")
    answered = np.array(["2025-03-11T11:00:01"], "M8[s]")  # of 4:00:01, the lunch left out
    made = report_of(cases_of_columns(AppealColumns(posted, answered), REPLY, as_of=AS_OF))
    cells = table(read(page(made)), "Late appeals").all("td")
    shown = [cell.text.replace(NBSP, " ") for cell in cells[-2:]]
    assert shown == ["4 h 1 min", "1 min"]


def test_many_late_appeals_are_written_to_a_csv_file(tmp_path: Path) -> None:
    made = report_of(made_up(3000, never=0.5))
    target = tmp_path / "march.html"
    assert len(made.late) > 500
    assert write_page(made, str(target), lang="ru") == [target, tmp_path / "march.late.csv"]
    root = read(target.read_text(encoding="utf-8"))
    assert [a.text for a in root.all("a") if a["href"] == "march.late.csv"] == ["march.late.csv"]
    with (tmp_path / "march.late.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["appeal_id"] for line in lines] == [late.appeal_id for late in made.late]


# -- edges -----------------------------------------------------------------------------------------


def one(answered: str = "NaT", *, as_of: datetime) -> Report:
    posted = np.array(["2025-03-11T07:15"], "M8[s]")
    done = np.array([answered], "M8[s]")
    return report_of(cases_of_columns(AppealColumns(posted, done), REPLY, as_of=as_of))


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_report_without_matured_appeals(lang: str) -> None:
    root = read(page(one(as_of=at("2025-03-11T11:00")), lang))
    assert root.all("b", data_figure="rate")[0].text == "\N{EN DASH}"
    shown = {"ru": "Ни один срок ещё не наступил", "en": "No limit has passed yet"}[lang]
    assert root.all("p", data_sentence="nothing_matured")[0].text.startswith(shown)
    assert {"ru": "Просроченных обращений нет.", "en": "No appeal is late."}[lang] in root.text
    assert shown in one(as_of=at("2025-03-11T11:00")).text(lang=lang)
    for answered, rate in (("NaT", "0/1"), ("2025-03-11T08:00", "1/1")):
        root = read(page(one(answered, as_of=at("2025-03-12T18:00")), lang))
        assert root.all("b", data_figure="rate")[0].text == rate


def evaluated(target: Target, *kinds: tuple[EventType, str], as_of: datetime) -> Any:
    events = [
        Event(f"e{n}", "A-1", kind, at(when), at(when), agency_id="roads")
        for n, (kind, when) in enumerate(kinds)
    ]
    return reported(events, target, as_of)


def reported(events: list[Event], target: Target, as_of: datetime) -> tuple[Any, Report]:
    policy = Policy([target])
    found = evaluate(events, policy, as_of=as_of)
    cases = cases_of_evaluation(found, policy, as_of=as_of, events=events)
    return found, report_of(cases, events=events)


def test_due_times_are_explained_with_their_pauses() -> None:
    target = Target("reply", FOUR, OFFICE, pauses=True)
    found, made = evaluated(
        target,
        (EventType.CREATED, "2025-03-11T10:00"),
        (EventType.PAUSED, "2025-03-11T11:00"),
        (EventType.RESUMED, "2025-03-12T10:00"),
        as_of=AS_OF,
    )
    account = traces_of(found.outcomes, target)(made.late[0])
    assert account is not None
    assert account.due_at == made.late[0].due_at == at("2025-03-12T13:00")
    assert account.used == FOUR
    root = read(page(made, "ru", traces=traces_of(found.outcomes, target)))
    assert "приостановлено" in root.all("tr", class_="trace")[0].text
    assert root.all("table")[-1]  # the holders are there, too
    assert "Просрочки по исполнителям" in [h.text for h in root.all("h2")]


def test_day_budgets_are_explained_and_clock_time_is_not() -> None:
    for budget, explained in ((WorkingDays(2), True), (ClockTime(timedelta(hours=4)), False)):
        target = Target("reply", budget, OFFICE)
        found, made = evaluated(target, (EventType.CREATED, "2025-03-11T10:00"), as_of=AS_OF)
        traces = traces_of(found.outcomes, target)
        assert (traces(made.late[0]) is not None) == explained
        assert len(read(page(made, traces=traces)).all("tr", class_="trace")) == explained


def test_forecast_is_drawn() -> None:
    target = Target("reply", FOUR, OFFICE)
    now = at("2025-03-11T11:00")
    found, made = evaluated(target, (EventType.CREATED, "2025-03-11T10:00"), as_of=now)
    week = now + timedelta(days=7)
    load = forecast_deadlines(found.outcomes, start=now, end=week, zone=OFFICE.tz)
    root = read(page(made, forecast=load))
    (mark,) = chart_of(root, "Deadlines").all("g")
    assert mark["aria-label"].endswith("14:00–15:00: 1, of them 1 at one instant")
    none = forecast_deadlines((), start=now, end=week, zone=OFFICE.tz)
    assert "No deadline falls" in read(page(made, forecast=none)).text


# -- holders of late appeals -----------------------------------------------------------------------


def two_late() -> tuple[Any, Report]:
    """Return a report of two late appeals; an hour would have saved only the first."""
    lines = (
        ("A", EventType.CREATED, "10:00", "roads"),
        ("A", EventType.TRANSFERRED, "11:30", "parks"),
        ("A", EventType.REPLIED, "15:40", None),
        ("B", EventType.CREATED, "10:00", "roads"),
        ("B", EventType.REPLIED, "16:30", None),
    )
    times = [at(f"2025-03-11T{when}") for _, _, when, _ in lines]
    events = [
        Event(str(n), name, kind, times[n], times[n], agency_id=agency)
        for n, (name, kind, _, agency) in enumerate(lines)
    ]
    return reported(events, Target("reply", FOUR, OFFICE), AS_OF)


def test_appeals_in_time_an_hour_earlier_are_marked() -> None:
    _, made = two_late()
    root = read(page(made))
    late = root.all("table", class_="late")[0]
    heads = [head.text for head in late.all("thead")[0].all("th")]
    assert (heads[2], heads[-1]) == ("holder at the limit", "in time an hour earlier")
    lines = {body.all("th")[0].text: body for body in late.all("tbody")}
    assert {key: body.all("td")[-1].text for key, body in lines.items()} == {"A": "yes", "B": "no"}
    assert lines["A"].all("td")[1].text == "parks"
    (shown,) = root.all("p", data_sentence="hour_earlier")
    said = "that was not with the holder at the limit from the start, 1 would have been in time"
    assert shown.text.startswith(f"Of 1 late appeal {said}")
    phases = table(root, "By phase").all("tbody")[0].all("tr")
    assert [[cell.text for cell in line.all("td")] for line in phases] == [
        [f"10{NBSP}h{NBSP}10{NBSP}min", "2"]
    ]
    _, made = evaluated(
        Target("reply", FOUR, OFFICE), (EventType.CREATED, "2025-03-11T10:00"), as_of=AS_OF
    )
    heads = read(page(made)).all("table", class_="late")[0].all("th")
    assert heads[-2].text == "overdue by"  # an hour saves nothing


# -- colours ---------------------------------------------------------------------------------------


def test_text_has_enough_contrast_in_both_themes() -> None:
    style = re.search(r"<style>(.*?)</style>", page(one(as_of=AS_OF)), re.DOTALL)
    assert style
    blocks = re.findall(r"\{([^{}]*--paper:[^{}]*)\}", style[1])
    light, dark, dark_again = (dict(re.findall(r"--([\w-]+): (#\w+)", b)) for b in blocks[:3])
    assert dark == dark_again
    for theme in (light, dark):
        for front in ("ink", "soft", "accent", "bad"):
            for back in ("paper", "rail"):
                assert contrast(theme[front], theme[back]) >= 4.5, (front, back)
        for step in range(7):
            front = "on-low" if step < 3 else "on-high"
            assert contrast(theme[front], theme[f"s{step}"]) >= 4.5, step


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
