"""Each figure of a month is the same, under words that name its scope, in every form of a report.

The figures are counted from a list of invented appeals of four agencies, which all changed since
the month before; the forms are text, page, workbook, JSON, data frames and CSV.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kit.everyday import run
from kit.html_tree import NBSP, Node, read
from kit.made_reports import made

pytest.importorskip("numpy")
pytest.importorskip("jinja2")
pytest.importorskip("xlsxwriter")
pandas = pytest.importorskip("pandas")
openpyxl = pytest.importorskip("openpyxl")

from workhours_sla.report import from_json, to_pandas
from workhours_sla.report import page as page_of
from workhours_sla.reports.text import plain_text
from workhours_sla.reports.wording import parts_text

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
        "method": f"has {LATE + EVER - OVERDUE} of {LATE + EVER - OVERDUE}: open ones first, then "
        f"the most overdue. Of all, {LATE} arrived in the period",
        "weeks": "the last {count} final weeks",
        "median": "of working time until half are answered",
        "parts": r"to 75.0%: (\S+) points .* of which (\S+) from a .* and (\S+) from performance",
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
        f"{LATE + EVER - OVERDUE}. Сначала идут открытые, затем остальные по величине просрочки. "
        f"Из всех за период поступило {LATE}",
        "weeks": "последние недели с окончательным итогом (их {count})",
        "median": "рабочего времени до ответа на половину обращений",
        "parts": r"стало 75,0 %: (\S+) п\. п\..* из них (\S+) \S за .*состава.*? (\S+) \S за",
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
    assert words["method"] in plain(" ".join(str(cell) for one in method for cell in one))
    assert to_pandas(frames, "late")["in_period"].sum() == LATE

    # the parts add up to the change
    found = re.search(words["parts"], shown)
    assert found is not None
    whole, *parts = (round(10 * float(part.replace(",", "."))) for part in found.groups())
    assert whole == sum(parts)
    assert words["median"] in shown


@pytest.mark.parametrize(
    ("mix", "performance"), [(0.00549, -0.04249), (-0.0006, 0.0026), (0, 0.01)]
)
def test_the_parts_of_a_change_add_up_as_they_are_shown(mix: float, performance: float) -> None:
    shown = parts_text(mix + performance, mix, performance)
    whole, *parts = (round(100 * float(plain(text))) for text in shown.values())
    assert whole == sum(parts)
    assert len({len(text.partition(".")[2]) for text in shown.values()}) == 1


def test_a_legend_and_a_footnote_appear_only_with_their_column() -> None:
    """All appeals are of one class, so no share differs at an equal mix; none has five a week."""
    few = made([(name, 7 * 24 * week, 7 * 24 * week) for name in "AB" for week in range(4)] * 3)
    shown, text = plain(read(page_of(few)).text), str(few)
    assert "same mix of times of arrival" not in text + shown
    assert "Small chart" not in shown
    assert "by week" not in shown[: shown.index("By week of arrival")]
    assert f"0 min{WORDS['en']['median']}" in shown
    narrow = plain_text(few, ["agency"], width=50)
    assert "of answered*" in narrow.partition("Left out in this width: ")[2]
    assert "* Share among the answered only" not in narrow
