"""The workbook of a report, read back with openpyxl."""

from __future__ import annotations

import random
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.values import OFFICE, REPLY
from workhours_sla.text.words import name_of

np = pytest.importorskip("numpy")
pytest.importorskip("xlsxwriter")
openpyxl = pytest.importorskip("openpyxl")

from workhours_sla.report import (
    AppealColumns,
    Labels,
    Report,
    ReportOptions,
    cases_of_columns,
    report,
    write_workbook,
)

POSTED = datetime(2025, 1, 13, 10, tzinfo=OFFICE.tz)


def made(
    groups: dict[str, list[str | None]],
    *,
    seed: int = 1,
    step: timedelta = timedelta(hours=5),
    lang: str = "en",
    **options: Any,
) -> Report:
    """Return a report of appeals with random answers, one for each value of the groups."""
    count = len(next(iter(groups.values())))
    chance = random.Random(seed)
    posted = [POSTED + n * step for n in range(count)]
    answers = [
        None if chance.random() < 0.05 else at + timedelta(hours=chance.expovariate(1 / 6))
        for at in posted
    ]
    columns = AppealColumns(
        np.array([at.timestamp() for at in posted]).astype("M8[s]"),
        np.array(["NaT" if at is None else int(at.timestamp()) for at in answers], "M8[s]"),
        ids=[f"A-{n}" for n in range(count)],
        groups={name: Labels.of(values) for name, values in groups.items()},
    )
    as_of = posted[-1] + timedelta(days=3)
    return report(
        cases_of_columns(columns, REPLY, as_of=as_of), ReportOptions(**options), lang=lang
    )


def agencies(count: int, groups: int = 6) -> list[str | None]:
    """Return names of agencies; the later ones have few appeals."""
    chance = random.Random(7)
    return [f"agency {min(int(chance.expovariate(0.7)), groups - 1)}" for _ in range(count)]


def book_of(of: Report, path: Path, **options: Any) -> Any:
    write_workbook(of, path / "report.xlsx", **options)
    return openpyxl.load_workbook(path / "report.xlsx")


def rows(sheet: Any) -> list[dict[str, Any]]:
    """Return the lines of the table on a sheet, which end at its first empty row."""
    titles, *lines = sheet.iter_rows(values_only=True)
    found = []
    for line in lines:
        if line[0] is None:
            break
        found.append(dict(zip(titles, line, strict=True)))
    return found


def test_every_grouping_has_a_sheet_with_its_name(tmp_path: Path) -> None:
    names = agencies(60)
    of = made({"channel": names, "agency": names, "ward": names}, lang="ru")
    assert book_of(of, tmp_path).sheetnames == [
        *("Сводка", "По каналам", "По ведомствам", "Разрез ward"),
        *("По неделям", "По дням недели", "По часам", "По времени поступления", "По дням срока"),
        *("Просрочки", "Календарь", "Методика"),
    ]
    assert book_of(of, tmp_path, lang="en").sheetnames[:3] == ["Summary", "By channel", "By agency"]


def test_names_of_sheets_are_allowed_and_differ(tmp_path: Path) -> None:
    evil = ["a/b", "a:b", "A?B", "x" * 40, "x" * 50, "\u202eodd", "late", "'", "rate", "🛣" * 30]
    of = made({name: agencies(30) for name in evil})
    sheets = book_of(of, tmp_path).sheetnames
    assert len({name.casefold() for name in sheets}) == len(sheets) == len(evil) + 9
    assert all(
        0 < len(name.encode("utf-16-le")) <= 62 and not set(name) & set("[]:*?/\\")
        for name in sheets
    )
    assert all(name.isprintable() for name in sheets)


def test_names_replace_ids(tmp_path: Path) -> None:
    names = (("agency", "agency 0", "Roads"), ("agency", "agency 1", "Parks"))
    book = book_of(replace(made({"agency": agencies(60)}), names=names), tmp_path)
    for sheet in ("By agency", "Late"):
        found = {line["agency"] for line in rows(book[sheet])}
        assert {"Roads", "Parks"} <= found
        assert not {"agency 0", "agency 1"} & found


def test_intervals_and_medians_of_a_sheet_are_those_of_the_report(tmp_path: Path) -> None:
    of = made({"agency": agencies(400)})
    book = book_of(of, tmp_path)
    for by, sheet in (("agency", "By agency"), ("hour", "By hour"), ("weekday", "By weekday")):
        for row, line in zip(of.table(by).rows, rows(book[sheet]), strict=True):
            assert row.rate
            assert (line["matured"], line["late"]) == (row.rate.n, row.counts.breached)
            if row.rate.n >= 20:
                assert line["95% from"] == pytest.approx(row.rate.interval.lower)
                assert line["95% to"] == pytest.approx(row.rate.interval.upper)
                assert row.median
                shown = line["median, working time"] / timedelta(minutes=1)
                assert round(shown, 6) == -(-row.median.time // timedelta(minutes=1))  # rounded up


def test_small_groups_have_counts_instead_of_shares(tmp_path: Path) -> None:
    groups = ["nine"] * 9 + ["ten"] * 10 + ["nineteen"] * 19 + ["twenty"] * 20
    lines = {
        line["agency"]: line
        for line in rows(book_of(made({"agency": groups}), tmp_path)["By agency"])
    }
    shares = {name: line["share in time"] for name, line in lines.items()}
    assert shares["nine"] is None
    assert all(isinstance(shares[name], float) for name in ("ten", "nineteen", "twenty"))
    assert {name: line["few appeals"] for name, line in lines.items()} == {
        "nine": "fewer than 10",
        "ten": "fewer than 20",
        "nineteen": "fewer than 20",
        "twenty": None,
    }
    for name in ("95% from", "95% to"):
        assert [lines[key][name] is None for key in ("nine", "ten")] == [True, False]
    for name in ("median, working time", "share of the answered", "mean of the answered"):
        assert [lines[key][name] is None for key in ("nine", "nineteen", "twenty")] == [
            *(True, True, False)
        ]
    assert lines["nine"]["verdict"] == "too few"


def test_a_median_that_is_not_reached_is_not_a_number(tmp_path: Path) -> None:
    pl = pytest.importorskip("polars")
    from workhours_sla.report import cases_of_frame

    frame = pl.DataFrame({"posted": [POSTED] * 30, "agency": ["A"] * 30}).with_columns(
        pl.lit(None).cast(pl.Datetime(time_zone="UTC")).alias("answered")
    )
    as_of = POSTED + timedelta(hours=2)
    line = rows(book_of(report(cases_of_frame(frame, REPLY, as_of=as_of)), tmp_path)["By agency"])
    assert line[0]["median, working time"] is None
    few = report(cases_of_frame(frame, REPLY, as_of=as_of + timedelta(days=1)))
    (line,) = rows(book_of(few, tmp_path)["By agency"])
    assert line["median, working time"] is None
    assert line["not reached yet"].replace("\xa0", " ") == "median > 10 h; p90 > 10 h"


def test_every_table_has_filters_and_a_header_that_stays(tmp_path: Path) -> None:
    of = made({"agency": agencies(300)})
    book = book_of(of, tmp_path)
    for sheet in book.worksheets:
        setup = sheet.page_setup
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        # 1 is what a missing width means
        assert setup.fitToWidth in (None, 1), sheet.title
        assert setup.paperSize == 9, sheet.title
        if sheet.title in ("Summary", "Method"):
            continue
        lines = rows(sheet)
        last = openpyxl.utils.get_column_letter(len(list(sheet[1])))
        assert sheet.auto_filter.ref == f"A1:{last}{len(lines) + 1}", sheet.title
        assert sheet.freeze_panes == "B2", sheet.title
        assert sheet.print_title_rows == "$1:$1", sheet.title
        small = sheet.title in ("By weekday", "By hour", "By time of arrival", "By due day")
        assert setup.fitToHeight == (None if small or "week" in sheet.title else 0), sheet.title
        assert setup.orientation == ("portrait" if sheet.title == "Calendar" else "landscape")


def test_text_has_a_gap_to_the_number_before_it_and_long_names_are_continued(
    tmp_path: Path,
) -> None:
    sheet = book_of(made({"agency": agencies(300)}), tmp_path)["By agency"]
    titles = {cell.value: cell for cell in sheet[1]}
    for name, cell in titles.items():
        below = [line[cell.column - 1] for line in sheet.iter_rows(min_row=2)]
        has_text = any(one.data_type == "s" for one in below)
        assert cell.alignment.horizontal == ("left" if has_text else "right"), name
    verdict = sheet.cell(2, titles["verdict"].column)
    assert titles["verdict"].alignment.indent == verdict.alignment.indent == 1
    assert sheet["A2"].alignment.wrap_text
    assert not verdict.alignment.wrap_text
    assert sheet.column_dimensions["A"].width > 40


def test_weeks_have_control_limits_and_no_total_of_another_period(tmp_path: Path) -> None:
    groups = {"agency": agencies(900)}
    of = made(groups, since=POSTED + timedelta(weeks=4))
    lines = {line["week of arrival"]: line for line in rows(book_of(of, tmp_path)["By week"])}
    assert len(lines) == len(of.table("week").rows)
    assert of.share_trend.baseline is not None
    for point in of.share_trend.points:
        assert lines[name_of("week", point.week)]["control limit, lower"] == pytest.approx(
            max(point.lower, 0)
        )
        assert lines[name_of("week", point.week)]["target rate"] == 0.9
    assert "All" not in lines
    assert len(lines) == book_of(of, tmp_path)["By week"].max_row - 1
    summary = dict(book_of(of, tmp_path)["Summary"].iter_rows(max_col=2, values_only=True))
    assert summary["arrived"] == of.total.counts.arrived < 900


TEXTS = (
    *("=1+1", "=cmd|'/c calc'!A1", "+1", "-2", "@SUM(1)", "<b>bold</b>", "&lt;", '"quoted"'),
    *("\u202erighttoleft", "\u200fשלום", "{=1}", "http://example.org", "mailto:a@b", "00123"),
)


def test_text_stays_text(tmp_path: Path) -> None:
    names = [*TEXTS, "\ud800", "\uffff", "\x1b[31m", "a\nb"]
    of = made({"agency": list(names)})
    sheet = book_of(of, tmp_path)["By agency"]
    cells = [cell for (cell,) in sheet.iter_rows(min_row=2, max_col=1) if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    found = {cell.value for cell in cells}
    assert found >= set(TEXTS)
    assert {"\\ud800", "\\uffff"} <= found
    with zipfile.ZipFile(tmp_path / "report.xlsx") as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in parts.read(name) for name in sheets)
        links = [name for name in parts.namelist() if b"hyperlink" in parts.read(name)]
        assert not any(name.endswith(".rels") for name in links)  # none leads out of the workbook


def test_a_share_is_not_rounded_across_the_target(tmp_path: Path) -> None:
    count, late = 2500, 251
    posted = np.full(count, POSTED.timestamp()).astype("M8[s]")
    waits = np.where(np.arange(count) < late, 30, 1) * np.timedelta64(3600, "s")
    columns = AppealColumns(posted, posted + waits, groups={"agency": Labels.of(["A"] * count)})
    as_of = POSTED + timedelta(days=5)
    sheet = book_of(report(cases_of_columns(columns, REPLY, as_of=as_of)), tmp_path)["By agency"]
    place = [cell.value for cell in sheet[1]].index("share in time")
    assert sheet[2][place].value == 0.8996
    assert sheet[2][place].number_format == "0.00%"


def test_the_calendar_has_every_date_and_shows_the_special_ones(tmp_path: Path) -> None:
    of = made({"agency": agencies(120)}, step=timedelta(days=1))
    sheet = book_of(of, tmp_path)["Calendar"]
    days = {row[0].value.date(): row for row in sheet.iter_rows(min_row=2)}
    assert len(days) == len(of.days)
    hidden = {day for day, row in days.items() if sheet.row_dimensions[row[0].row].hidden}
    assert days[date(2025, 3, 7)][2].value == timedelta(hours=7)
    assert date(2025, 3, 8) not in hidden
    assert {date(2025, 3, 11), date(2025, 3, 15)} <= hidden
    assert {days[day][4].value for day in hidden} == {"no"}
    assert {row[4].value for day, row in days.items() if day not in hidden} == {"yes"}


def test_late_appeals_and_the_method(tmp_path: Path) -> None:
    of = made({"agency": agencies(200)}, lang="ru", listed=5)
    book = book_of(of, tmp_path)
    lines = rows(book["Просрочки"])
    late = {late.appeal_id: late for late in of.late}
    assert {line["обращение"] for line in lines} == set(late)
    assert len(lines) == 5
    first = late[lines[0]["обращение"]].started_at.replace(tzinfo=None, microsecond=0)
    assert list(book["Просрочки"].values)[1][2] == first
    texts = " ".join(str(cell) for line in book["Методика"].values for cell in line)
    assert "Уилсон" in texts
    breached = of.total.counts.breached
    assert f"На листе просрочек обращений: 5 из {breached}." in texts
    assert f"за период поступило {breached}," in texts
    assert "случайн" not in texts


def test_the_name_of_an_agency_leads_to_its_late_appeals(tmp_path: Path) -> None:
    of = made({"agency": agencies(300)})
    book = book_of(of, tmp_path)
    late = list(book["Late"].iter_rows(min_row=2, max_col=2, values_only=True))
    owners = [agency for _, agency in late]
    assert owners == sorted(owners, key=owners.index)  # the rows of an agency follow each other
    for name in ("Summary", "By agency"):
        links = {
            cell.value: cell.hyperlink.location
            for (cell,) in book[name].iter_rows(max_col=1)
            if cell.hyperlink is not None
        }
        assert links == {one: f"'Late'!A{owners.index(one) + 2}" for one in set(owners)}


def test_agencies_have_the_share_of_the_earlier_period_and_the_change(tmp_path: Path) -> None:
    of = made({"agency": agencies(400)}, since=POSTED + timedelta(weeks=6), compare_with="previous")
    assert of.comparison is not None
    assert of.comparison.change is not None
    earlier = {one.agency: one.before for one in of.comparison.change.agencies}
    book = book_of(of, tmp_path)
    for line in rows(book["By agency"]):
        before = [value for title, value in line.items() if title.startswith("share in time ")]
        assert before == [None if line["verdict"] == "too few" else earlier[line["agency"]]]
    assert any(line["difference, points"] for line in rows(book["By agency"]))


def test_columns_for_analysis_are_folded_and_weeks_are_drawn(tmp_path: Path) -> None:
    of = made({"agency": agencies(300)})
    book = book_of(of, tmp_path)
    sheet = book["By agency"]
    titles = {cell.value: cell.column for cell in sheet[1]}
    folded = [
        range(found.min, found.max + 1)
        for found in sheet.column_dimensions.values()
        if found.hidden and found.outlineLevel == 1
    ]
    for title, expected in (("share in time", False), ("95% from", True), ("withdrawn", True)):
        assert any(titles[title] in columns for columns in folded) == expected, title
    (chart,) = book["Summary"]._charts  # openpyxl has no other access to what it has read
    assert len(chart.series) == 2
    assert {book[name].sheet_properties.tabColor.rgb for name in ("By agency", "Late")} == {
        *("FF1F4E8C", "FFB42318")
    }
