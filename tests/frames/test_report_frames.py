"""The tables and series of a report as data frames, compared with the report itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.values import OFFICE, REPLY
from workhours_sla import Event, EventType, Policy, evaluate, working_hours

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

from workhours_sla.report import (
    AppealColumns,
    Cases,
    Labels,
    Report,
    ReportOptions,
    cases_of_columns,
    cases_of_evaluation,
    report,
    to_pandas,
    to_polars,
    write_tables,
)

POSTED = datetime(2025, 1, 13, 10, tzinfo=OFFICE.tz)
SERIES = (
    *("trend", "share_trend", "curve", "funnel", "comparison", "change"),
    *("attribution", "holders", "signs", "quality"),
)
TABLES = (
    *("agency", "hour", "weekday", "arrival_class", "due_class", "week"),
    *("total", "weeks", "late", "days", "heat_map", "backlog"),
)


def cases(count: int = 900) -> Cases:
    posted = [POSTED + n * timedelta(hours=5) for n in range(count)]
    waits = [timedelta(hours=n * 7 % 40, minutes=n % 60) for n in range(count)]
    columns = AppealColumns(
        np.array([at.timestamp() for at in posted]).astype("M8[s]"),
        np.array(
            [
                "NaT" if n % 19 == 0 else int((at + wait).timestamp())
                for n, (at, wait) in enumerate(zip(posted, waits, strict=True))
            ],
            "M8[s]",
        ),
        ids=[f"A-{n}" for n in range(count)],
        groups={"agency": Labels.of([("roads", "light", None)[n % 3] for n in range(count)])},
    )
    return cases_of_columns(columns, REPLY, as_of=posted[-1] + timedelta(days=3))


def year() -> Report:
    return report(cases(), ReportOptions(compare_with=POSTED + timedelta(weeks=8)))


def small() -> Report:
    """Return a report without trend, comparison, events and late appeals."""
    posted = np.array([POSTED.timestamp()]).astype("M8[s]")
    columns = AppealColumns(
        posted, np.array(["NaT"], "M8[s]"), groups={"agency": Labels.of(["roads"])}
    )
    return report(cases_of_columns(columns, REPLY, as_of=POSTED + timedelta(minutes=5)))


def of_events() -> Report:
    policy = Policy([REPLY])
    events = [
        Event("1", "A-1", EventType.CREATED, POSTED, POSTED, agency_id="roads"),
        Event("2", "A-2", EventType.CREATED, POSTED, POSTED),
    ]
    as_of = POSTED + timedelta(days=2)
    result = evaluate(events, policy, as_of=as_of)
    found = cases_of_evaluation(result, policy, as_of=as_of, events=events)
    return report(found, events=events)


@pytest.mark.parametrize("by", [*TABLES, *SERIES])
def test_types_do_not_depend_on_the_rows(by: str) -> None:
    frames = [to_pandas(made, by) for made in (year(), small(), of_events())]
    types = [dict(frame.dtypes.astype(str)) for frame in frames]
    assert types[0] == types[1] == types[2]
    assert set(types[0].values()) <= {
        *("object", "int64", "Int64", "float64", "boolean", "datetime64[s]"),
        *("timedelta64[us]", "datetime64[us, Europe/Volgograd]"),
    }
    schemas = [dict(to_polars(made, by).schema) for made in (year(), small(), of_events())]
    assert schemas[0] == schemas[1] == schemas[2]
    assert pl.Null not in schemas[0].values()
    assert list(schemas[0]) == list(types[0])


@pytest.mark.parametrize("by", [*TABLES, *SERIES])
def test_both_libraries_have_the_same_values(by: str) -> None:
    made = of_events() if by in ("attribution", "holders") else year()
    one, other = to_pandas(made, by), to_polars(made, by)
    assert len(one) == len(other) > 0
    for name in one.columns:
        mine = [None if pd.isna(value) else value for value in one[name].tolist()]
        theirs = other[name].to_list()
        if other.schema[name] == pl.Date:
            mine = [value.date() for value in mine]
        assert mine == theirs, name


def test_series_have_the_values_of_the_report() -> None:
    made = year()
    trend = made.to_pandas("trend")
    assert trend["week"].tolist() == [point.week for point in made.trend.points]
    assert trend["median"].tolist() == [point.median for point in made.trend.points]
    assert set(trend["upper"]) == {made.trend.upper}
    shares = made.to_polars("share_trend")
    assert shares["share"].to_list() == [point.met / point.matured for point in trend_points(made)]
    assert shares["lower"].to_list() == [point.lower for point in trend_points(made)]
    assert shares["side"].to_list() == [made.share_trend.side(p) for p in trend_points(made)]
    assert made.curve is not None
    assert made.to_polars("curve")["time"].to_list() == list(made.curve.times)
    (funnel,) = made.funnels
    assert made.to_polars("funnel")["lower_action"].to_list() == list(funnel.limits.lower_action)
    assert made.comparison is not None
    change = made.comparison.change
    assert change is not None
    (line,) = made.to_polars("comparison").to_dicts()
    assert line["difference"] == pytest.approx(line["after"] - line["before"])
    assert line["before_until"] == made.comparison.before.until
    parts = made.to_pandas("change")
    assert parts["agency"].tolist() == [one.agency for one in change.agencies]
    assert parts["part"].tolist() == [one.part for one in change.agencies]
    quality = made.to_pandas("quality").set_index("figure")["count"]
    assert quality["read"] == made.quality.intake.read
    assert quality["unnamed"] == 300


def trend_points(made: Report) -> Any:
    return made.share_trend.points


def test_weeks_left_out_of_a_trend_are_rows_with_the_reason() -> None:
    from workhours_sla.compliance.weeks import LeftOut

    made = year()
    week = made.trend.points[2].week
    trend = replace(
        made.trend,
        points=made.trend.points[:2] + made.trend.points[3:],
        left_out=(LeftOut(week, "paused"),),
    )
    frame = replace(made, trend=trend).to_pandas("trend")
    assert len(frame) == len(made.trend.points)
    line = frame.iloc[2]
    assert (line["week"], line["left_out"]) == (week, "paused")
    assert pd.isna(line["median"])
    assert frame["left_out"].notna().sum() == 1


def test_signs_and_attribution() -> None:
    made = of_events()
    assert made.to_polars("attribution").sort("agency", nulls_last=True).rows() == [
        ("roads", 1, 1, 1, 0),
        (None, 1, 1, 1, 0),
    ]
    signs = made.to_polars("signs")
    assert signs.filter(pl.col("sign") == "before_lunch")["of"].to_list() == [0]
    assert set(signs["agency"]) == {"roads", None}
    assert made.to_polars("holders")["worked"].to_list() == [
        share.worked for share in made.attribution.shares
    ]


@pytest.mark.parametrize("convert", [to_pandas, to_polars])
def test_cases_join_back_to_the_rows(convert: Any) -> None:
    found = cases()
    frame = convert(found)
    columns: Mapping[str, list[Any]] = {name: list(frame[name]) for name in frame.columns}
    assert columns["appeal_id"] == [f"A-{n}" for n in range(900)]
    assert columns["started_at"][1] == POSTED + timedelta(hours=5)
    assert columns["due_at"][0] == OFFICE.deadline(POSTED, working_hours(4))
    assert pd.isna(columns["answered_at"][0])
    assert columns["elapsed"][1] == OFFICE.elapsed(
        columns["started_at"][1], columns["answered_at"][1]
    )
    made = report(found)
    counts = made.total.counts
    assert sum(columns["matured"]) == counts.matured
    late = [n for n, verdict in enumerate(columns["verdict"]) if verdict == "breached"]
    assert len(late) == counts.breached == len(made.late)
    overdue = {one.appeal_id: one.overdue for one in made.late}
    assert {columns["appeal_id"][n]: columns["overdue"][n] for n in late} == overdue
    assert [columns["agency"][n] for n in range(2)] == ["roads", "light"]
    assert pd.isna(columns["agency"][2])


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_makes_its_report(library: str) -> None:
    from workhours_sla import frames  # noqa: F401 - registers the accessor
    from workhours_sla.report import FrameColumns, cases_of_frame

    rows = {
        "id": ["7", "8"],
        "posted": [POSTED, POSTED],
        "answered": [POSTED + timedelta(hours=1), POSTED + timedelta(days=1)],
        "ward": ["north", "south"],
    }
    frame = {"pandas": pd, "polars": pl}[library].DataFrame(rows)
    as_of, columns = POSTED + timedelta(days=2), FrameColumns(id="id", by="ward")
    options = ReportOptions(target_rate=0.5)
    made = frame.sla.report(REPLY, as_of=as_of, columns=columns, options=options, lang="ru")
    assert made == report(
        cases_of_frame(frame, REPLY, as_of=as_of, columns=columns), options, lang="ru"
    )
    assert made.total.counts.matured_met == 1


def test_a_grouping_that_is_named_like_a_figure_keeps_both() -> None:
    names = ["open", "verdict", "rate", "limit"]
    posted = np.full(3, POSTED.timestamp()).astype("M8[s]")
    groups = {name: Labels.of(["a", "b", "b"]) for name in names}
    columns = AppealColumns(posted, np.full(3, "NaT", "M8[s]"), groups=groups)
    found = cases_of_columns(columns, REPLY, as_of=POSTED + timedelta(days=1))
    made = report(found)
    for name in names[:3]:
        frame = to_pandas(made, name)
        assert frame[f"by_{name}"].tolist() == ["b", "a"]
        assert frame["open"].tolist() == [2, 1]
        assert to_polars(made, name)[f"by_{name}"].to_list() == ["b", "a"]
    assert to_pandas(found)["by_limit"].tolist() == ["a", "b", "b"]
    assert str(to_pandas(found)["limit"].dtype) == "datetime64[us, Europe/Volgograd]"


def test_every_series_is_written_as_csv(tmp_path: Path) -> None:
    paths = write_tables(small(), tmp_path)
    assert {path.stem for path in paths} >= {*TABLES, *SERIES}
    assert (tmp_path / "change.csv").read_text() == "agency,before,after,part,proven\n"
    assert (tmp_path / "trend.csv").read_text().startswith("week,median,")
