"""Pictures show the numbers of the report, explain their styles, and are complete SVG."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from kit.html_tree import NBSP, read
from kit.values import HOUR, OFFICE, at
from reports.test_page import SMALL, made_up
from workhours_sla import Calendar, Event, EventType, Policy, Schedule, Target, evaluate
from workhours_sla import working_hours as hours
from workhours_sla.calendars.days import DayKind
from workhours_sla.sla.forecast import Forecast, Slot, forecast_deadlines
from workhours_sla.sla.holders import holder_spans
from workhours_sla.worktime.budgets import ClockTime

np = pytest.importorskip("numpy")

from workhours_sla.report import (
    AppealColumns,
    Cases,
    Labels,
    Picture,
    Report,
    cases_of_columns,
    draw_arrivals,
    draw_curve,
    draw_forecast,
    draw_funnel,
    draw_groups,
    draw_p_prime,
    draw_timeline,
    draw_xmr,
    draw_year,
    page,
)
from workhours_sla.report import report as report_of
from workhours_sla.reports.charts.year import SIGNS

TARGET = Target("первый ответ", hours(4), OFFICE, pauses=True)
AS_OF = at("2025-06-10T12:00")


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


class Drawn:
    """What a picture has, by the classes of its elements."""

    def __init__(self, picture: Picture) -> None:
        self.root = ET.fromstring(picture.svg)  # noqa: S314 - our own
        self.elements = [one for one in self.root.iter() if one.get("class")]
        found = [one for one in self.root.iter() if one.tag.endswith("text")]
        self.texts = [re.sub(" +", " ", "".join(one.itertext())) for one in found]
        self.all = " ".join(self.texts)

    def of(self, class_: str) -> list[ET.Element]:
        return [one for one in self.elements if class_ in str(one.get("class")).split()]

    def inside(self, class_: str) -> list[ET.Element]:
        """Return the elements of a class that are not a swatch of the legend."""
        return [one for one in self.of(class_) if float(one.get("width", 0)) != 14]


# -- what every picture is ------------------------------------------------------------------------

EVERY: dict[str, Callable[[Report, Cases, str | None], Picture]] = {
    "xmr": lambda report, _, lang: draw_xmr(report, lang=lang),
    "p_prime": lambda report, _, lang: draw_p_prime(report, lang=lang),
    "curve": lambda report, cases, lang: draw_curve(report, cases, lang=lang),
    "funnel": lambda report, _, lang: draw_funnel(report, lang=lang),
    "groups": lambda report, _, lang: draw_groups(report, lang=lang),
    "in_time": lambda report, _, lang: draw_arrivals(report, lang=lang),
    "arrived": lambda report, _, lang: draw_arrivals(report, "arrived", lang=lang),
    "due_later": lambda report, _, lang: draw_arrivals(report, "due_later", lang=lang),
}
POSTED = ["2025-06-09T07:00"] * 12


def whose(rows: int) -> dict[str, Labels]:
    return {"agency": Labels.of(["Дороги"] * rows)}


INPUTS: dict[str, Callable[[], Cases]] = {
    "nothing matured": lambda: columns(["2025-06-10T08:00"] * 12, ["NaT"] * 12, groups=whose(12)),
    "one open": lambda: columns(POSTED[:1], ["NaT"], groups=whose(1)),
    "answered at once": lambda: columns(POSTED, POSTED, groups=whose(12)),
    "all late": lambda: columns(
        ["2025-06-02T07:00"] * 12, ["2025-06-05T07:00"] * 12, groups=whose(12)
    ),
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
    drawn = Drawn(EVERY[name](*reported(given), "ru"))
    marks = [
        *drawn.of("point"),
        *drawn.of("range"),
        *drawn.root.iter("{http://www.w3.org/2000/svg}polyline"),
    ]
    assert marks or drawn.of("in_box") or drawn.texts[-1].endswith(".")


@pytest.mark.parametrize("name", EVERY)
def test_a_picture_shows_itself_and_is_saved(
    name: str, report: Report, cases: Cases, tmp_path: Path
) -> None:
    picture = EVERY[name](report, cases, None)
    picture.save(tmp_path / "x.svg")
    assert (tmp_path / "x.svg").read_text("utf-8") == picture.svg == picture._repr_svg_()
    drawn = Drawn(picture)
    assert drawn.texts[0] == picture.title
    assert not re.search("\x00|href|url\\(|<script|var\\(", picture.svg)
    assert "\u202e" not in drawn.all
    assert name != "groups" or any("<script>" in text for text in drawn.texts)
    assert EVERY[name](replace(report, lang="en"), cases, None) == EVERY[name](report, cases, "en")
    assert EVERY[name](report, cases, "en").title != picture.title
    height = float(str(drawn.root.get("viewBox")).split()[3])
    assert all(float(one.get("y", 0)) < height for one in drawn.elements)


def test_groups_that_the_report_does_not_have_are_not_drawn(report: Report) -> None:
    for draw in (draw_funnel, draw_groups):
        with pytest.raises(LookupError, match="no table by 'planet'"):
            draw(report, "planet")
    with pytest.raises(LookupError, match="no funnel of 'hour'"):
        draw_funnel(report, "hour")
    with pytest.raises(ValueError, match="one of in_time, arrived, due_later"):
        draw_arrivals(report, "late")  # type: ignore[arg-type]


# -- a report --------------------------------------------------------------------------------------


def test_a_notebook_shows_the_chart_of_the_page(report: Report, cases: Cases) -> None:
    on_page = [
        [mark["aria-label"] for mark in chart.all("g")] for chart in read(page(report)).all("svg")
    ]
    for name in ("p_prime", "funnel"):
        marks = Drawn(EVERY[name](report, cases, None)).of("mark")
        assert [mark.get("aria-label") for mark in marks] in on_page
        assert all(len(mark) for mark in marks)  # each has its shape


def test_a_row_of_groups_has_its_interval_and_verdict(report: Report) -> None:
    drawn = Drawn(draw_groups(report))
    rows = [row for row in report.table("agency").rows if row.rate]
    assert len(drawn.of("range")) == len(rows) + 1  # the total is the last
    assert report.total.rate
    rated = [*(row.rate for row in rows if row.rate), report.total.rate]
    wanted = Counter(f"target_{rate.shown_verdict}" for rate in rated if not rate.counts_only)
    found = Counter(
        str(one.get("class")).split()[1]
        for one in drawn.of("point")
        if float(one.get("cx") or str(one.get("d"))[1:].split()[0]) > 20
    )
    for kind, count in wanted.items():
        assert found[kind] in (count, count + 1), kind  # with the swatch of the legend
    (small,) = [row for row in rows if row.key == SMALL]
    assert small.rate
    assert f"{SMALL}{NBSP}·{NBSP}{small.rate.met}/{small.rate.n}" in drawn.texts


# -- deadlines to come -----------------------------------------------------------------------------


def test_bars_are_the_slots_of_the_forecast() -> None:
    slots = [
        Slot(AS_OF + n * HOUR, AS_OF + (n + 1) * HOUR, count, 2)
        for n, count in enumerate((7, 1234, 900))
    ]
    drawn = Drawn(draw_forecast(Forecast(tuple(slots), 1500, 0, 27655, 0, 0), lang="en"))
    high = [float(str(one.get("height"))) for one in drawn.inside("bar")]
    assert [round(one / high[1] * 1234) for one in high] == [7, 1234, 900]
    assert len(drawn.inside("at_once")) == 3
    assert "1,234" in drawn.texts
    assert "overdue 1,500, due earlier 0, due later 27,655," in drawn.all
    load = forecast_deadlines((), start=AS_OF, end=AS_OF + HOUR, zone=OFFICE.tz)
    assert "Сроков впереди нет." in Drawn(draw_forecast(load, lang="ru")).all


# -- one appeal ------------------------------------------------------------------------------------


def events_of(*kinds: tuple[str, str]) -> list[Event]:
    return [
        Event(str(n), "A-1", EventType(kind), at(when), at(when), agency_id="Дороги")
        for n, (kind, when) in enumerate(kinds)
    ]


def one(events: list[Event], as_of: datetime, target: Target = TARGET, **options: Any) -> Drawn:
    (outcome,) = evaluate(events, Policy([target]), as_of=as_of).outcomes
    if "spans" not in options:
        options["spans"] = holder_spans(events, target, as_of=as_of)
    return Drawn(draw_timeline(outcome, OFFICE, as_of=as_of, events=events, lang="ru", **options))


def test_timeline_of_an_appeal() -> None:
    """Posted Tuesday 17:00; paused Wednesday 10:00 to 12:00; due 15:00, answered 16:30."""
    drawn = one(
        events_of(
            ("created", "2025-03-11T17:00"),
            ("paused", "2025-03-12T10:00"),
            ("resumed", "2025-03-12T12:00"),
            ("replied", "2025-03-12T16:30"),
        ),
        AS_OF,
    )
    used = [float(str(box.get("width"))) for box in drawn.inside("used")]
    assert [width / used[0] for width in used] == pytest.approx([1, 1, 1, 1], rel=0.02)  # hours
    (paused,), (over,) = drawn.inside("paused"), drawn.inside("over")
    assert float(str(paused.get("width"))) / used[0] == pytest.approx(2, rel=0.02)
    assert float(str(over.get("width"))) / used[0] == pytest.approx(1.5, rel=0.02)
    assert over.get("x") == str(round(float(str(drawn.of("due")[0].get("x1"))), 1))
    assert f"срок 12.03.2025{NBSP}15:00, позже{NBSP}— просрочка" in drawn.all
    assert drawn.texts[0] == "A-1 · первый ответ · просрочено на 1:30"
    assert f"4 12.03.2025{NBSP}16:30 ответ, Дороги" in drawn.all
    assert "A 5:30 Дороги, у исполнителя" in drawn.all


def test_days_off_by_rotation_say_so() -> None:
    turns = Schedule(None, "2/2 from 2025-03-10 08:00-20:00", tz="Europe/Volgograd")
    target, now = Target("смены", hours(20), turns), at("2025-03-14T12:00")
    events = events_of(("created", "2025-03-11T15:00"))
    (outcome,) = evaluate(events, Policy([target]), as_of=now).outcomes
    drawn = Drawn(draw_timeline(outcome, turns, as_of=now, lang="en"))
    assert "day off by rotation: day 3 of 4" in drawn.all


def test_holders_past_z_have_two_letters() -> None:
    kinds = [("created", "2025-03-03T09:00")]
    kinds += [("transferred", f"2025-03-{3 + n // 8:02}T{9 + n % 8:02}:30") for n in range(28)]
    events = [replace(e, agency_id=f"N{n}") for n, e in enumerate(events_of(*kinds))]
    drawn = one(events, at("2025-03-07T12:00"))
    letters = [text.split()[0] for text in drawn.texts if re.search(r"\d N\d+, ", text)]
    assert letters == [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AA", "AB", "AC"]


def test_around_the_clock_all_time_counts() -> None:
    """The appeal is posted on Friday 17:30 and due after 24 hours, pause and weekend included."""
    target = Target("сутки", ClockTime(24 * HOUR), OFFICE, pauses=True)
    kinds = [("created", "2025-03-14T17:30"), ("paused", "2025-03-14T20:00")]
    kinds += [("resumed", "2025-03-15T12:00"), ("replied", "2025-03-16T12:00")]
    drawn = one(events_of(*kinds), AS_OF, target)
    used = sum(float(str(box.get("width"))) for box in drawn.inside("used"))
    over = sum(float(str(box.get("width"))) for box in drawn.inside("over"))
    assert used / over == pytest.approx(24 / 18.5, rel=0.01)
    assert drawn.of("paused") == []
    assert "рабочее" not in drawn.all
    assert "A 42:30 Дороги" in drawn.all


def test_due_time_and_limit_differ_at_closing_time() -> None:
    drawn = one(events_of(("created", "2025-03-12T14:00")), at("2025-03-12T16:00"))
    assert f"срок 12.03.2025{NBSP}18:00" in drawn.all
    assert f"просрочка после 13.03.2025{NBSP}09:00" in drawn.all
    assert f"по состоянию на 12.03.2025{NBSP}16:00" in drawn.all


def test_days_without_working_time_have_their_reason() -> None:
    drawn = one(events_of(("created", "2025-12-30T17:20")), at("2026-01-12T15:00"))
    assert "Новогодние каникулы" in drawn.all
    last = OFFICE.calendar.coverage[-1][1]
    when = datetime(last.year, 12, 30, 17, 20, tzinfo=OFFICE.tz)
    event = Event("1", "A-1", EventType.CREATED, when, when)
    drawn = one([event], when + timedelta(days=4), spans=())
    assert len(drawn.inside("unknown_day")) == 3
    assert "нет календаря" in drawn.all


# -- a year ----------------------------------------------------------------------------------------


def test_days_of_a_year_have_their_kind_and_sign() -> None:
    drawn = Drawn(draw_year(Calendar.get("RU-VGG"), 2025, lang="ru"))
    days = list(Calendar.get("RU-VGG").days(date(2025, 1, 1), date(2025, 12, 31)))
    boxes = [one for one in drawn.elements if one.tag.endswith("rect") and one.get("width") != "14"]
    assert len([one for one in boxes if one.get("class") in SIGNS]) == 365
    holidays = sum(day.kind is DayKind.HOLIDAY for day in days)
    assert len([one for one in boxes if one.get("class") == "holiday"]) == holidays
    assert drawn.texts.count(SIGNS["holiday"]) == holidays
    assert any(text.startswith("ТК РФ, ст. 112") or "ст. 112" in text for text in drawn.texts)


def test_overrides_and_unknown_dates_are_marked() -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00", overrides={date(2025, 3, 12): "09:00-12:00"})
    assert len(Drawn(draw_year(office, 2025)).inside("overridden")) >= 1
    later = OFFICE.calendar.coverage[-1][1].year + 1
    drawn = Drawn(draw_year(OFFICE, later, lang="ru"))
    assert len([one for one in drawn.inside("unknown") if one.tag.endswith("rect")]) >= 365
    assert "не утверждён" in drawn.all
