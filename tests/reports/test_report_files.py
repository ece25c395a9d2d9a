"""Reports of data frames, reports written to files and read back, and the command."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.values import FOUR, OFFICE, REPLY, at
from workhours_sla import Schedule, ScheduleBy, Target
from workhours_sla.cli.main import main
from workhours_sla.errors import NaiveDatetimeError, SourceError

np = pytest.importorskip("numpy")

from kit.paths import EXAMPLES
from workhours_sla.report import (
    FrameColumns,
    Report,
    ReportOptions,
    cases_of_frame,
    from_json,
    report,
    to_json,
    write_tables,
)
from workhours_sla.reports.csv_tables import cell_text, csv_table, table_files

WATCH = Schedule(None, "Mo-Su 00:00-24:00", tz="Europe/Volgograd")


AS_OF = at("2025-03-14T18:00")
COLUMNS: dict[str, list[Any]] = {
    "number": ["A-1", "A-2", "A-3", "A-4", "A-5", "A-6"],
    "posted": [
        at("2025-03-11T10:15"),
        at("2025-03-11T12:50"),
        at("2025-03-12T17:20"),
        None,
        at("2025-03-11T10:00"),
        at("2025-03-15T10:00"),
    ],
    "answered": [
        at("2025-03-11T11:00"),
        None,
        at("2025-03-13T17:00"),
        at("2025-03-13T17:00"),
        at("2025-03-10T10:00"),
        None,
    ],
    "agency": ["roads", "roads", "lighting", "roads", "roads", "roads"],
    "channel": ["vk", None, "", "vk", "vk", "vk"],
    "spam": [False, None, True, False, False, False],
}


def by_agency(schedules: dict[str, Schedule]) -> Target:
    return Target("first reply", FOUR, ScheduleBy("agency_id", schedules))


def frame(kind: str) -> Any:
    module = pytest.importorskip({"arrow": "pyarrow"}.get(kind, kind))
    if kind == "pandas":
        return module.DataFrame(COLUMNS, index=[6, 5, 4, 3, 2, 1])
    return module.DataFrame(COLUMNS) if kind == "polars" else module.table(COLUMNS)


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow"])
def test_every_kind_of_frame_gives_the_same_report(kind: str) -> None:
    made = report(
        cases_of_frame(frame(kind), REPLY, as_of=AS_OF, columns=FrameColumns(id="number"))
    )
    assert [table.by for table in made.tables][:2] == ["agency", "channel"]
    intake = made.quality.intake
    assert (intake.read, intake.taken, intake.after_as_of) == (6, 3, 1)
    assert intake.quarantined == (("missing_value", 1), ("reply_before_post", 1))
    assert made.total.counts.breached == 2
    assert [late.appeal_id for late in made.late] == ["A-2", "A-3"]
    assert [late.agency for late in made.late] == ["roads", "lighting"]
    assert [row.key for row in made.table("channel").rows] == ["vk", None]
    assert made.quality.unnamed == (("agency", 0), ("channel", 2))
    plain = report(
        cases_of_frame(frame("polars"), REPLY, as_of=AS_OF, columns=FrameColumns(id="number"))
    )
    assert made == plain


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow"])
def test_a_schedule_for_each_row(kind: str) -> None:
    found = cases_of_frame(
        frame(kind),
        by_agency({"lighting": WATCH}),
        as_of=AS_OF,
        columns=FrameColumns(by="channel", excluded="spam"),
    )
    assert dict(found.intake.quarantined)["no_schedule"] == 3
    assert len(found) == 1
    both = cases_of_frame(frame(kind), by_agency({"roads": OFFICE, "lighting": WATCH}), as_of=AS_OF)
    assert (both.limit - both.started).tolist()[2] == timedelta(hours=4) // timedelta.resolution
    assert found.verdict.tolist() == [6]


def test_categories_and_integers_name_groups() -> None:
    pd = pytest.importorskip("pandas")
    given = frame("pandas").assign(
        agency=lambda f: f["agency"].astype("category"), ward=[1, 2, 1, 2, 1, 2]
    )
    made = report(
        cases_of_frame(given, REPLY, as_of=AS_OF, columns=FrameColumns(by=["agency", "ward"]))
    )
    assert made.table("agency").row("roads").counts.arrived == 2
    assert {row.key for row in made.table("ward").rows} == {"1", "2"}
    assert pd.Index(given.columns).is_unique


def test_wrong_frames_and_columns_are_refused() -> None:
    pl = pytest.importorskip("polars")
    given = frame("polars")
    with pytest.raises(LookupError, match="no column 'when' but number, posted"):
        report(cases_of_frame(given, REPLY, as_of=AS_OF, columns=FrameColumns(posted="when")))
    naive = given.with_columns(pl.col("posted").dt.replace_time_zone(None))
    with pytest.raises(NaiveDatetimeError):
        report(cases_of_frame(naive, REPLY, as_of=AS_OF))
    for wrong in ([1], given.lazy(), given["posted"]):
        with pytest.raises(TypeError, match="data frame"):
            report(cases_of_frame(wrong, REPLY, as_of=AS_OF))


def made_up() -> Report:
    return report(
        cases_of_frame(frame("polars"), REPLY, as_of=AS_OF, columns=FrameColumns(id="number")),
        ReportOptions(compare_with=at("2025-03-12T00:00")),
    )


# -- files -----------------------------------------------------------------------------------------


def test_a_report_read_back_from_json_is_equal() -> None:
    made = made_up()
    text = to_json(made)
    assert from_json(text) == made
    assert to_json(from_json(text)) == text
    data = json.loads(text)
    assert data["schema"] == "workhours.report/5"
    assert data["report"]["provenance"]["calendars"][0]["id"] == "RU-VGG"
    del data["report"]["total"]["funnel"]  # as in a report that was written before there was one
    assert from_json(json.dumps(data)) == made


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "not a report in JSON"),
        ('{"schema": "workhours.report/9"}', "has the schema 'workhours.report/9'"),
        ('{"schema": "workhours.report/5"}', "report: missing"),
        ('{"schema": "workhours.report/5", "report": {}}', "report.as_of: missing"),
        ('{"schema": "workhours.report/5", "report": 5}', "report: expected an object, got 5"),
        ('{"schema": "workhours.report/4"}', "keys have changed since; make the report again"),
        ('{"schema": "workhours.report/1", "report": {}}', "keys have changed since"),
        ("[]", "not a report in JSON"),
    ],
)
def test_text_that_is_not_a_report_is_refused(text: str, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        from_json(text)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("total", "counts", "met"), "3", "report.total.counts.met: expected a whole number"),
        (("promise", "target_rate"), "x", "report.promise.target_rate: expected a number, got 'x'"),
        (("promise", "horizon"), "8 h", "report.promise.horizon: '8 h' is not an amount of time"),
        (("as_of",), "today", "report.as_of: 'today' is not a time"),
        (("colour",), "red", "report.colour: no such key"),
    ],
)
def test_a_value_of_a_report_that_cannot_be_read_is_named(
    path: tuple[str, ...], value: object, why: str
) -> None:
    data = json.loads(to_json(made_up()))
    place = data["report"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(SourceError, match=re.escape(why)):
        from_json(json.dumps(data))


def test_tables_as_csv(tmp_path: Path) -> None:
    paths = write_tables(made_up(), tmp_path / "tables")
    assert {path.stem for path in paths} >= {"total", "agency", "week", "late", "heat_map"}
    with (tmp_path / "tables" / "agency.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["agency"] for row in rows] == ["roads", "lighting"]
    assert (rows[0]["rate"], rows[0]["verdict"], rows[0]["median"]) == ("0.5", "too_few", "0:45")
    assert (rows[0]["median_lower"], rows[0]["median_upper"], rows[0]["p90"]) == ("0:45", "", "")


FORMULAS = ("=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1")


def hostile(*names: str) -> Report:
    """Return a report of agencies and late appeals with the given names."""
    pl = pytest.importorskip("polars")
    posted = at("2025-03-11T10:00")
    given = pl.DataFrame({"posted": [posted] * len(names), "agency": names, "number": names})
    given = given.with_columns(pl.lit(None).cast(pl.Datetime(time_zone="UTC")).alias("answered"))
    return report(cases_of_frame(given, REPLY, as_of=AS_OF, columns=FrameColumns(id="number")))


def cells(path: Path, column: str) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[column] for row in csv.DictReader(file)]


def test_csv_text_is_never_a_formula_and_numbers_are_unchanged(tmp_path: Path) -> None:
    made = hostile(*FORMULAS, "roads - north")
    write_tables(made, tmp_path)
    shown = {f"'{name}".replace("\t", "\\t").replace("\r", "\\r") for name in FORMULAS}
    assert set(cells(tmp_path / "agency.csv", "agency")) == {*shown, "roads - north"}
    assert set(cells(tmp_path / "late.csv", "appeal_id")) == {*shown, "roads - north"}
    assert set(cells(tmp_path / "late.csv", "agency")) == {*shown, "roads - north"}
    assert cell_text(-2.5) == "-2.5"
    assert cell_text(-3) == "-3"
    assert cell_text(-timedelta(hours=1)) == "-1:00"
    column = csv_table({"=1+1": [1]})
    assert column == b"'=1+1\n1\n"


def test_control_characters_are_escaped_in_csv(tmp_path: Path) -> None:
    write_tables(hostile("\x1b[31mroads", "two\nlines", "\x9b\x7f\x00", "Дороги\xa0№ 1"), tmp_path)
    for path in tmp_path.iterdir():
        text = path.read_text(encoding="utf-8").replace("\n", "")
        assert not any(unicodedata.category(c) == "Cc" for c in text), path
    assert set(cells(tmp_path / "agency.csv", "agency")) == {
        *("\\x1b[31mroads", "two\\nlines", "\\x9b\\x7f\\x00", "Дороги\xa0№ 1")
    }


def test_tables_with_similar_names_have_separate_files(tmp_path: Path) -> None:
    pl = pytest.importorskip("polars")
    names = ("a b", "a_b", "A_B", "a_b-2", "total")
    given = pl.DataFrame({**COLUMNS, **{name: [f"in {name}"] * 6 for name in names}})
    made = report(cases_of_frame(given, REPLY, as_of=AS_OF, columns=FrameColumns(by=names)))
    paths = write_tables(made, tmp_path)
    assert len({str(path).casefold() for path in paths}) == len(paths)
    assert len(list(tmp_path.iterdir())) == len(paths)
    for name, path in table_files(made, tmp_path).items():
        if name in names:
            assert cells(path, name) == [f"in {name}"], path
    assert table_files(made, tmp_path)["a b"].name == "a_b.csv"


# -- the command ---------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["report", *arguments])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


EVENTS = (
    str(EXAMPLES / "data" / "appeals.jsonl"),
    *("--config", str(EXAMPLES / "check_events.toml")),
)
ROWS = (str(EXAMPLES / "data" / "appeals.csv"), *("--config", str(EXAMPLES / "check_rows.toml")))


def test_the_command_groups_by_the_given_names(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--as-of", "2026-03-27T15:30", "--lang", "en")
    status, out, _ = run(capsys, *EVENTS, *options, "--by", "channel, district")
    assert status == 0
    assert out.index("\nchannel ") < out.index("\ndistrict ")
    assert "\nagency" not in out
    status, _, err = run(capsys, *EVENTS, *options, "--by", "planet")
    assert (status, "have no attribute 'planet'" in err) == (2, True)
    for rate in ("900", "0", "1.5", "x", "101%"):
        status, _, err = run(capsys, *EVENTS, *options, "--target-rate", rate)
        assert (status, "is not a share" in err) == (2, True)
    assert "target 85%" in run(capsys, *EVENTS, *options, "--target-rate", "0.85")[1]


def test_the_command_writes_tables(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    status, _, err = run(capsys, *ROWS, "--as-of", "2026-03-27T15:30", "--csv", str(tables))
    assert status == 0
    assert str(tables / "agency.csv") in err
    assert (tables / "agency.csv").exists()


def test_the_command_refuses_a_report_of_no_appeals(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, *ROWS, "--as-of", "2016-03-27T15:30")
    assert (status, "give a later as_of (--as-of) or" in err) == (2, True)
