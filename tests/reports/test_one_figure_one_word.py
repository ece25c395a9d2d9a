"""Each figure of a month is the same, under words that name its scope, in every form of a report.

The figures are counted from a list of invented appeals of four agencies, which all changed since
the month before; the forms are text, page, workbook, JSON, data frames and CSV.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.everyday import run
from kit.html_tree import NBSP, Node, read
from kit.made_reports import appeals_of, made

pytest.importorskip("numpy")
pytest.importorskip("jinja2")
pytest.importorskip("xlsxwriter")
pandas = pytest.importorskip("pandas")
openpyxl = pytest.importorskip("openpyxl")

from workhours_sla.compliance.comparison import RateChange
from workhours_sla.report import from_json, to_pandas
from workhours_sla.report import page as page_of
from workhours_sla.reports.plain_text import plain_text
from workhours_sla.reports.wording import change_in_points
from workhours_sla.statistics.shares import ConfidenceInterval

NAMES = ("Комитет дорог", "Комитет здравоохранения", "Комитет образования", "Комитет ЖКХ")
COUNTS: Mapping[int, tuple[tuple[int, int, int], ...]] = {
    2: ((40, 4, 6), (30, 9, 11), (48, 2, 0), (41, 4, 5)),
    3: ((44, 4, 2), (28, 14, 8), (45, 5, 0), (33, 10, 7)),
}
"""Answered in time, answered late, and open, for each agency of a month."""
OPEN = {name: tuple(COUNTS[month][at][2] for month in COUNTS) for at, name in enumerate(NAMES)}
OVERDUE = sum(march for _, march in OPEN.values())
EVER = OVERDUE + sum(february for february, _ in OPEN.values())
LATE = OVERDUE + sum(late for _, late, _ in COUNTS[3])

WORDS: Mapping[str, dict[str, str]] = {
    "en": {
        "agency": "agency",
        "open": "of the period: open now",
        "overdue": "of the period: overdue now",
        "both": "of the period: open/overdue",
        "all_open": "of all periods: open now",
        "all_overdue": "of all periods: overdue now",
        "tile": f"overdue now, of {EVER} open (all periods)",
        "now": f"{EVER} unanswered, of all periods",
        "chart": f"Of all periods, {EVER} open now, {EVER} of them overdue",
        "caption": f"Open, of all periods: {EVER}, of them overdue {EVER}",
        "step": f"answer the {EVER} appeals that are overdue now, of all periods",
        "sentence": f"Of the appeals of all periods, {EVER} are open now, {EVER} of them overdue.",
        "late_of": "{late} late of {n}",
        "first": "Shown are 10 of {late}.",
        "sheets": "By agency, Late, Summary, Method",
        "in_period": "arrived in the period",
        "yes": "yes",
        "method": f"has {LATE + EVER - OVERDUE} of {LATE + EVER - OVERDUE}: agency by agency, ",
        "method_late": f"Of all, {LATE} arrived in the period",
        "weeks": "the last {count} final weeks",
        "as_of": "As of Thu 2 Apr 2026 12:00 (Europe/Volgograd)",
        "median": "median",
        "p90": "p90",
        "in_book": ", working time",
        "tile_median": "{median}half of the answers came faster, in working time",
        "half": "Half are answered within {median} of working time, nine in ten within {p90}",
        "difference": "difference, points",
        "direction": r"It was (\S+)% in February 2026 and (75.0)% in March",
    },
    "ru": {
        "agency": "ведомство",
        "open": "за период: открыто сейчас",
        "overdue": "за период: просрочено сейчас",
        "both": "за период: откр./проср.",
        "all_open": "за всё время: открыто сейчас",
        "all_overdue": "за всё время: просрочено сейчас",
        "tile": f"просрочено сейчас; всего открыто {EVER} (за всё время)",
        "now": f"Без ответа (за всё время): {EVER}",
        "chart": f"За всё время: сейчас открыто {EVER}, из них просрочено {EVER}",
        "caption": f"Открыто за всё время: {EVER}, из них просрочено {EVER}",
        "step": f"ответить на {EVER} обращений, просроченных сейчас (за всё время)",
        "sentence": f"Из обращений за всё время сейчас открыто {EVER}, из них просрочено {EVER}.",
        "late_of": r"{late} опоздани\w+ из {n}",
        "first": "Показано 10 из {late}.",
        "sheets": "По ведомствам, Просрочки, Сводка, Методика",
        "in_period": "поступило за период",
        "yes": "да",
        "method": f"На листе просрочек обращений: {LATE + EVER - OVERDUE} из "
        f"{LATE + EVER - OVERDUE}. ",
        "method_late": f"Из всех за период поступило {LATE}",
        "weeks": "последние завершённые недели (их {count})",
        "as_of": "По состоянию на чт 02.04.2026 12:00 (Europe/Volgograd)",
        "median": "медиана",
        "p90": "9 из 10",
        "in_book": ", рабочее время",
        "tile_median": "{median}половина ответов дана быстрее (рабочее время)",
        "half": "Половина ответов дана быстрее, чем за {median} рабочего времени, "
        "девять из десяти — быстрее, чем за {p90}",
        "difference": "изменение, п. п.",
        "direction": r"За февраль 2026 года было (\S+) %, за март 2026 года \S (75,0) %",
    },
}


def written(path: Path) -> str:
    lines = ["appeal_id,posted_at,answered_at,agency"]
    for month, groups in COUNTS.items():
        for name, (met, late, waiting) in zip(NAMES, groups, strict=True):
            for n in range(met + late + waiting):
                day = f"2026-{month:02}-{2 + n % 25:02}"
                answer = f"{day} 10:{n % 60:02}" if n < met else f"2026-{month:02}-28 17:00"
                answer = answer if n < met + late else ""
                lines.append(f"{month}-{name}-{n},{day} 10:00,{answer},{name}")
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def plain(text: str) -> str:
    return " ".join(re.sub("[\N{EN DASH}\N{MINUS SIGN}]", "-", text.replace(NBSP, " ")).split())


def table_of(lines: list[list[Any]]) -> dict[Any, dict[Any, Any]]:
    head, *rows = lines
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows if row[0]}


def amount_of(cell: Any) -> str:
    """Write an amount of time as a spreadsheet does."""
    hours, minutes = divmod(round(cell.value / timedelta(minutes=1)), 60)
    codes = {"[h]": hours, "[m]": 60 * hours + minutes, "m": minutes}
    form = re.sub(
        r'"([^"]*)"|\[?[hm]\]?', lambda one: one[1] or str(codes[one[0]]), cell.number_format
    )
    return plain(form)


def text_table(text: str, first: str) -> dict[str, dict[str, str]]:
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(first))
    return table_of([re.split(" {2,}", line) for line in lines[start : lines.index("", start)]])


def page_table(page: Node) -> dict[str, dict[str, str]]:
    (section,) = page.all("section", id="table-0")
    (table,) = section.all("table", class_="groups")
    return table_of(
        [[plain(c.text) for c in row.children if isinstance(c, Node)] for row in table.all("tr")]
    )


def check_first_screen(page: Node, lates: list[dict[str, Any]], words: dict[str, str]) -> None:
    """Check that the row of an agency counts, and opens, its late appeals of the period."""
    (first, *_) = page.all("ol", class_="needs")
    rows = {row.all("b")[0].text: row for row in first.all("li") if row.all("b")}
    for at, (name, (_, waiting)) in enumerate(OPEN.items()):
        met, answered, _ = COUNTS[3][at]
        count, row = answered + waiting, rows[name]
        said = plain(row.text)
        assert re.search(words["late_of"].format(late=count, n=met + count), said)
        assert (f"{words['overdue']}: {waiting}" in said) == bool(waiting)
        listed = [one for one in lates if one["agency"] == name]
        mine = [one["appeal_id"] for one in listed if one["started_at"] >= "2026-03"]
        assert len(mine) == count
        cells = [line.all("th") or line.all("td") for line in row.all("tr")][1:]
        assert [line[0].text for line in cells] == mine[:10]
        assert (words["first"].format(late=count) in said) == (count > 10)
    lines = {len(one["points"].split()) for one in first.all("polyline")}
    assert len(lines) == 1
    assert words["weeks"].format(count=lines.pop()) in plain(page.text)


def check_change(shown: str, summary: dict[Any, Any], words: dict[str, str]) -> None:
    """Check that a change adds up, and is the same on the page and in the workbook."""
    said = re.search(words["direction"], shown)
    assert said is not None
    before, after = (round(10 * float(one.replace(",", "."))) for one in said.groups())
    assert round(10 * summary[words["difference"]]) == after - before


def check_times(
    in_text: dict[str, dict[str, str]],
    page: Node,
    sheet: list[Any],
    summary: list[Any],
    words: dict[str, str],
) -> None:
    """Check that medians and p90 have the same notation, with their unit, wherever they are."""
    in_page, heads, marks = page_table(page), [cell.value for cell in sheet[0]], page.all("g")
    tooltips = " ".join(plain(one.attributes.get("aria-label") or "") for one in marks)
    whole = {}
    for key in (words["median"], words["p90"]):
        at = heads.index(key + words["in_book"])
        for row in (row for row in sheet[1:] if row[0].value is not None):
            name, in_cell = row[0].value, amount_of(row[at])
            assert [in_text[name][key], in_page[name][key]] == [in_cell] * 2, (name, key)
            whole[key] = in_cell  # at last that of all appeals
        (row,) = (row for row in summary if row[0].value == key + words["in_book"])
        assert amount_of(row[1]) == whole[key]
        assert f"{key} {whole[key]}" in tooltips
    median, p90 = whole.values()
    assert (median.split()[0], p90.split()[0]) == ("24", "391")
    for key in ("tile_median", "half"):
        assert words[key].format(median=median, p90=p90) in plain(page.text)


@pytest.mark.parametrize("lang", WORDS)
def test_each_figure_has_one_value_and_one_scope_in_every_form(
    lang: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words, file = WORDS[lang], written(tmp_path / "appeals.csv")
    asked = ["report", file, "--as-of", "2026-04-02 12:00", "--calendar", "none", "--lang", lang]
    asked += ["--hours", "24/7", "--tz", "Europe/Volgograd", "--compare-with", "previous"]
    asked += ["--since", "2026-03", "--until", "2026-03"]
    html, xlsx, folder = (tmp_path / name for name in ("a.html", "a.xlsx", "csv"))
    text = run(capsys, *asked, "--html", str(html), "--xlsx", str(xlsx), "--csv", str(folder))
    kept = run(capsys, *asked, "--json")
    data, page = json.loads(kept)["report"], read(html.read_text(encoding="utf-8"))
    shown, book = plain(page.text), openpyxl.load_workbook(xlsx)
    sheets = [book[name].iter_rows(values_only=True) for name in words["sheets"].split(", ")]
    agencies, late, summary, method = (list(map(list, sheet)) for sheet in sheets)
    frames = from_json(kept.encode())

    # each agency, and all of them, in the tables of the period
    in_book, in_page, in_text = (
        table_of(agencies),
        page_table(page),
        text_table(text, words["agency"]),
    )
    in_frame = to_pandas(frames, "agency").set_index("agency").to_dict("index")
    with (folder / "agency.csv").open(encoding="utf-8", newline="") as lines:
        in_csv = {line["agency"]: line for line in csv.DictReader(lines)}
    in_json = {row["key"]: row for row in data["tables"][0]["rows"]}
    for name, (_, waiting) in OPEN.items():
        assert in_text[name][words["both"]] == f"{waiting}/{waiting}"
        for key in ("open", "overdue"):
            forms = (in_json[name][key], in_frame[name][key], in_book[name][words[key]])
            assert [*forms, int(in_csv[name][key]), int(in_page[name][words[key]])] == [waiting] * 5
    assert data["total"]["overdue"] == OVERDUE

    check_first_screen(page, data["late"], words)

    # what is counted in all periods says so
    both = dict(line[:2] for line in summary if line[0])
    assert (both[words["open"]], both[words["overdue"]]) == (OVERDUE, OVERDUE)
    assert (both[words["all_open"]], both[words["all_overdue"]]) == (EVER, EVER)
    now = data["backlog"]["points"][-1]
    assert (now["open"], now["overdue"]) == (EVER, EVER)
    for key in ("tile", "now", "chart", "caption", "step"):
        assert words[key] in shown, key
    assert words["step"] in plain(text)
    assert words["sentence"] in plain(text)

    # the sheet of late appeals and the sentence on it
    line = [one[late[0].index(words["in_period"])] for one in late[1:] if one[0]]
    assert (len(line), line.count(words["yes"])) == (LATE + EVER - OVERDUE, LATE)
    said = plain(" ".join(str(cell) for one in method for cell in one))
    assert words["method"] in said
    assert words["method_late"] in said
    assert to_pandas(frames, "late")["in_period"].sum() == LATE

    check_change(shown, both, words)
    assert text.startswith(words["as_of"])
    sheet, first = (list(book[name].iter_rows()) for name in words["sheets"].split(", ")[:3:2])
    check_times(in_text, page, sheet, first, words)


@pytest.mark.parametrize(
    ("before", "after"), [(0.86131, 0.84459), (0.5, 0.463), (0.5, 0.502), (0.5, 0.5004)]
)
def test_the_shares_of_a_change_and_their_difference_add_up_as_they_are_shown(
    before: float, after: float
) -> None:
    change = RateChange(before, after, after - before, ConfidenceInterval(-1.0, 1.0))
    shown, places = change_in_points(change, 0.9)
    whole = {key: round(100 * points) for key, points in shown.items()}
    assert whole["after"] - whole["before"] == whole["difference"] != 0
    assert all(round(points, places) == points for points in shown.values())


def test_numbers_on_the_first_screen_take_the_plural_of_their_word() -> None:
    for count, word in ((1, "опоздание"), (3, "опоздания"), (11, "опозданий"), (21, "опоздание")):
        shown = plain(read(page_of(made(appeals_of("A", 20, count)), "ru")).text)
        assert f"{count}{word} за март 2025 года" in shown


def test_a_legend_and_a_footnote_appear_only_with_their_column() -> None:
    """No group has five appeals a week."""
    few = made([(name, 7 * 24 * week, 7 * 24 * week) for name in "AB" for week in range(4)] * 3)
    shown = plain(read(page_of(few)).text)
    assert "Small chart" not in shown
    assert "by week" not in shown[: shown.index("By week of arrival")]
    (lists, *_) = read(page_of(few)).all("ol", class_="needs few no-weeks")
    assert not [one for one in lists.all("span") if one.attributes.get("class") == "weeks"]
    assert WORDS["en"]["tile_median"].format(median="0 min") in shown
    narrow = plain_text(few, ["agency"], width=50)
    assert "of answered*" in narrow.partition("Left out in this width: ")[2]
    assert "* Share among the answered only" not in narrow
