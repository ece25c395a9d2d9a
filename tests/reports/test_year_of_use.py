"""Everyday use: every command and every form of a report, for months, quarters and years.

The figures of a report as text, page, workbook and JSON are compared with each other, and with a
count of the invented appeals by hand.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kit.everyday import (
    CONFIG,
    FILES,
    LANGUAGES,
    YEARS,
    Appeal,
    Period,
    appeals,
    evaluated,
    months,
    periods,
    run,
    written,
)
from kit.html_tree import NBSP, Node, read
from workhours_sla.cli.main import main
from workhours_sla.text.catalog import WORKBOOK, language
from workhours_sla.text.words import heading, title_of, week_dates

pytest.importorskip("numpy")
pytest.importorskip("xlsxwriter")
openpyxl = pytest.importorskip("openpyxl")

STATES = ("met", "breached", "pending", "paused", "withdrawn", "excluded")
COMPARED: Counter[str] = Counter()


# -- the forms of a report -------------------------------------------------------------------------


def plain(text: str) -> str:
    return re.sub("[\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}]", "-", text.replace(NBSP, " "))


def by_heading(rows: list[list[str]]) -> dict[str, dict[str, str]]:
    """Return the cells of a table by the name of their row and the heading of their column."""
    head, *lines = rows
    return {line[0]: dict(zip(head, line, strict=True)) for line in lines}


class Forms(NamedTuple):
    """A report in one language as text, page and workbook."""

    lang: str
    text: str
    page: Node
    book: Any
    figures: dict[str, str]

    def text_rows(self) -> dict[str, dict[str, str]]:
        lines = self.text.splitlines()
        start = next(n for n, line in enumerate(lines) if line.startswith(heading("agency")))
        rows = [re.split(" {2,}", plain(line)) for line in lines[start : lines.index("", start)]]
        return by_heading(rows)

    def page_rows(self) -> dict[str, dict[str, str]]:
        (section,) = self.page.all("section", id="table-0")
        table = next(t for t in section.all("table") if t.attributes.get("class") == "groups")
        rows = [
            [plain(c.text) for c in row.children if isinstance(c, Node)] for row in table.all("tr")
        ]
        return by_heading(rows)

    def book_rows(self) -> dict[str, dict[str, Any]]:
        head, *rows = self.book[WORKBOOK.text("sheet_agency")].iter_rows(values_only=True)
        return {row[0]: dict(zip(head, row, strict=True)) for row in rows if row[0]}

    def summary(self) -> dict[str, Any]:
        sheet = self.book[WORKBOOK.text("sheet_summary")]
        found: dict[str, Any] = {}
        for name, value, *_ in sheet.iter_rows(values_only=True):
            for one in str(name).split(", ") if value == 0 else [name]:  # a line has all zeros
                found.setdefault(one, value)
        return found


def forms_of(capsys: pytest.CaptureFixture[str], folder: Path, lang: str, *arguments: str) -> Forms:
    to_page, to_book = folder / "page.html", folder / "book.xlsx"
    files = ("--html", str(to_page), "--xlsx", str(to_book), "--lang", lang)
    text = run(capsys, "report", *arguments, *files)
    COMPARED["reports"] += 3
    shown = read(to_page.read_text(encoding="utf-8"))
    figures = {}
    for node in shown.inside():
        if "data-figure" in node.attributes:
            figures[node["data-figure"]] = plain(node.text)
        elif "data-v" in node.attributes:  # JavaScript must read it as a number
            assert re.fullmatch(r"-?(\d+(\.\d+)?(e[+-]?\d+)?|Infinity)", node["data-v"])
    return Forms(lang, text, shown, openpyxl.load_workbook(to_book), figures)


def same(first: object, *others: object) -> None:
    COMPARED["figures"] += len(others)
    assert all(other == first for other in others), (first, *others)


def whole(text: str) -> int:
    return int(re.sub(r"[\s,]", "", text))


def check_share(shown: str, row: dict[str, Any]) -> None:
    """Compare a share as text, such as 82,0 or 94.4* or 6/8, with the counts of a row."""
    met, n = row["counts"]["matured_met"], row["counts"]["matured"]
    if n < 10:
        same(f"{met}/{n}" if n else "-", shown)
        return
    number = float(shown.rstrip("*").replace(",", "."))
    COMPARED["figures"] += 1
    assert abs(number - 100 * met / n) <= 0.1
    assert (number < 90) == (10 * met < 9 * n)
    assert shown.endswith("*") == (n < 20)


def check_rows(found: Forms, data: dict[str, Any]) -> None:
    """Compare the figures of each agency, and of all, in text, page, workbook and JSON."""
    text, page, book = found.text_rows(), found.page_rows(), found.book_rows()
    total = {**data["total"], "key": heading("total")}
    rows = [*data["tables"][0]["rows"], total]
    keys = [row["key"] for row in rows]
    same(keys, [*page], [*book])
    same(sorted(keys), sorted(text))  # its agencies are in the order of need
    for row in rows:
        name = row["key"]
        check_row(row, text[name], page[name], book[name])


def check_row(
    row: dict[str, Any], text: dict[str, str], page: dict[str, str], book: dict[str, Any]
) -> None:
    counts, names = row["counts"], ("arrived", "matured", "matured_met", "open", "overdue")
    truth = [*(counts[key] for key in names[:3]), row["open"], row["overdue"]]
    now = ("open_of_period", "overdue_of_period")
    same(truth, [book[title_of(key)] for key in (*names[:3], *now)])
    heads = [*map(heading, ("arrived", "matured", "met", *now))]
    same(truth, [whole(page[head]) for head in heads])
    both = text[heading("open_overdue_of_period")].split("/")
    same(truth, [*(whole(text[head]) for head in heads[:3]), *map(whole, both)])
    check_share(text[heading("rate")], row)
    for key in ("rate", "interval", "median", "p90", "closed_only"):
        same(text[heading(key)], page[heading(key)])
    verdict = heading("target").format(target=90)
    same(text[verdict], page[verdict], book[title_of("verdict")])
    share = book[title_of("rate")]  # a workbook has 16 digits
    same(
        share and round(share, 12),
        round(counts["matured_met"] / counts["matured"], 12) if counts["matured"] >= 10 else None,
    )


def check_now(found: Forms, data: dict[str, Any], checked: dict[str, Any]) -> None:
    """Compare the number of open and overdue appeals of all periods wherever it is shown."""
    now = data["backlog"]["points"][-1]
    waiting = [one for one in checked["outcomes"] if one["answered_at"] is None]
    overdue = sum(one["verdict"] == "breached" for one in waiting)
    summary = found.summary()
    (section,) = found.page.all("section", id="open")
    finding = re.findall(r"\d[\d ,]*", plain(section.all("h3")[0].text))
    reading = re.findall(r"\d[\d ,]*", plain(section.all("figcaption")[0].text))
    line = next(
        line for line in found.text.splitlines() if re.search("open now|сейчас открыто", line)
    )
    same(
        (len(waiting), overdue),
        (now["open"], now["overdue"]),
        tuple(map(whole, finding[:2])),
        tuple(map(whole, reading[:2])),
        tuple(map(whole, re.findall(r"\d[\d ]*", plain(line).replace(",", ""))[:2])),
        (summary[title_of("open_now")], summary[title_of("overdue_now")]),
    )
    same(overdue, whole(found.figures["tile_overdue"]))


def check_sentences(found: Forms, data: dict[str, Any], period: Period) -> None:
    """Compare the title and the sentences, and the agency that they name with the list below."""
    lines = found.text.splitlines()[3:]
    same(lines[0], found.figures["sentence"])
    assert period.names[found.lang] in lines[0]
    assert period.names[found.lang] in found.page.all("h1")[0].text
    most = found.page.all("p", data_figure="most")
    counts = {row["key"]: row["counts"] for row in data["tables"][0]["rows"]}
    named = [name.text for name in most[0].all("bdi")] if most else []
    if named:
        listed = found.page.all("section", id="furthest")[0].all("bdi")
        same(named, [name.text for name in listed][: len(named)])
        same(plain(most[0].text), lines[1])
        for name in named:
            n = counts[name]["matured"]
            late = n - counts[name]["matured_met"]
            assert re.search(rf"{name}[^(]*\({late} (of|опоздани[а-я]* из) {n}\b", lines[1])
    assert found.figures["direction"] in map(plain, lines[:4])


def week_in(lang: str, name: str) -> str:
    with language(lang):
        return week_dates(name)


def check_trend(found: Forms, data: dict[str, Any], period: Period) -> None:
    """Check that the points of the trend are whole weeks, and that the page names the others."""
    trend = data["share_trend"]
    for point in trend["points"]:
        year, week = re.findall(r"(\d+)-W(\d+)", point["week"])[0]
        last = re.findall(r"W(\d+)", point["week"])[-1]
        year = int(year) + (last < week)
        assert date.fromisocalendar(year, int(last), 7) < period.end
    out = [one["week"] for one in trend["left_out"]]
    same(
        {row["key"] for table in data["tables"] if table["by"] == "week" for row in table["rows"]},
        {point["week"] for point in trend["points"]} | set(out),
    )
    if trend["points"] and out:
        (section,) = found.page.all("section", id="trends")
        assert all(week_in(found.lang, week) in section.text for week in out)


def by_hand(rows: list[Appeal], period: Period, as_of: datetime) -> dict[str, list[int]]:
    """Count the arrived appeals of each agency, those in time, and those open at an instant."""
    found: dict[str, list[int]] = {}
    for one in rows:
        if period.has(one) and one.posted <= as_of:
            is_open = one.answered is None or one.answered > as_of
            counts = found.setdefault(one.agency, [0, 0, 0])
            for place, more in enumerate((1, not one.is_late, is_open)):
                counts[place] += more
    return found


def check_report(
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    rows: list[Appeal],
    period: Period,
    as_of: datetime | None = None,
) -> None:
    """Compare all forms of one report in both languages."""
    # without a calendar for the days after an appeal it has no limit, and never matures
    is_over = as_of is None and period.as_of.year in YEARS
    as_of = as_of or period.as_of
    begin = period.first - (period.end - period.first) - timedelta(days=10)
    rows = [one for one in rows if one.posted.date() >= begin]
    files = (*written(folder, rows), *evaluated(as_of))
    chosen = ("--since", period.since, "--until", period.until, "--compare-with", period.earlier)
    data = json.loads(run(capsys, "report", *files, *chosen, "--json"))["report"]
    for row in (data["total"], *data["tables"][0]["rows"]):
        counts = row["counts"]
        counts["arrived"] = sum(counts[state] for state in STATES)
        counts["early"] = counts["met"] - counts["matured_met"]
    checked = json.loads(run(capsys, "check", *files, "--json"))
    COMPARED["reports"] += 1
    table = data["tables"][0]
    assert table["by"] == "agency"
    if is_over:
        hand = by_hand(rows, period, as_of)
        same(
            hand,
            {
                row["key"]: [row["counts"]["arrived"], row["counts"]["matured_met"], row["open"]]
                for row in table["rows"]
            },
        )
        assert data["total"]["counts"]["matured"] == data["total"]["counts"]["arrived"]
    for lang in LANGUAGES:
        found = forms_of(capsys, folder, lang, *files, *chosen)
        with language(lang):
            check_forms(found, data, checked, period)


def check_forms(
    found: Forms, data: dict[str, Any], checked: dict[str, Any], period: Period
) -> None:
    """Compare the forms of a report in one language with each other, and with the JSON."""
    check_rows(found, data)
    check_now(found, data, checked)
    check_sentences(found, data, period)
    check_trend(found, data, period)
    total, now = data["total"], data["backlog"]["points"][-1]
    counts, summary = total["counts"], found.summary()
    same(counts["matured"] - counts["matured_met"], whole(found.figures["tile_late"]))
    for key in ("arrived", "matured", "matured_met", "early", "pending", "paused"):
        same(counts[key], whole(found.figures[key]), summary[title_of(key)])
    for key in ("breached", "withdrawn", "excluded"):
        same(counts[key], whole(found.figures[key]))
    for key in ("open", "overdue"):
        same(total[key], whole(found.figures[key]), summary[title_of(f"{key}_of_period")])
    late = found.book[WORKBOOK.text("sheet_late")].max_row - 1
    same(counts["breached"] + now["overdue"] - total["overdue"], len(data["late"]), late)


SAMPLE = [months(2025)[11], months(2026)[0], periods(2025)[15], periods(2024)[16]]


@pytest.mark.parametrize("period", SAMPLE, ids=lambda period: period.names["en"])
def test_a_report_has_the_same_figures_in_every_form(
    period: Period, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_report(capsys, tmp_path, appeals(period.first.year), period)


def test_a_report_of_a_running_month_has_the_same_figures_in_every_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    december = months(2025)[11]
    check_report(capsys, tmp_path, appeals(2025), december, datetime(2025, 12, 17, 15, 20))


@pytest.mark.parametrize("rows", FILES.values(), ids=FILES)
def test_an_extreme_file_has_the_same_figures_in_every_form(
    rows: list[Appeal], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_report(capsys, tmp_path, rows, months(2025)[11])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("rows", "since", "until"),
    [
        (FILES["one agency"], "2025-11", "2025-11"),
        (FILES["one agency"], "2025-12", "2025-11"),
        ([], "2025-12", "2025-12"),
    ],
    ids=["a month without appeals", "an end before the begin", "a file without rows"],
)
def test_bad_input_is_refused_with_one_sentence(
    rows: list[Appeal],
    since: str,
    until: str,
    lang: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chosen = ("--since", since, "--until", until, "--lang", lang)
    files = written(tmp_path, rows)
    assert main(("report", *files, *chosen, "--as-of", "2026-02-01T10:00")) == 2
    out, err = capsys.readouterr()
    assert not out
    assert re.fullmatch(r"(Error|Ошибка): \S[^\n]+\n", err)


# -- the other commands ----------------------------------------------------------------------------


def json_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(run(capsys, *arguments, "--json"))
    return data


def check_streams(capsys: pytest.CaptureFixture[str], folder: Path, month: Period) -> None:
    """Compare check, forecast, init and watch, which read the appeals of a month, in figures."""
    rows = [one for one in appeals(month.first.year) if month.has(one)]
    files = written(folder, rows)
    late, waiting = sum(one.is_late for one in rows), sum(one.answered is None for one in rows)
    when = evaluated(month.as_of)
    for name in ("own.toml", "s.db", "changes.jsonl"):
        (folder / name).unlink(missing_ok=True)
    own, store, sink = (str(folder / name) for name in ("own.toml", "s.db", "changes.jsonl"))
    run(capsys, "init", files[0], "--calendar", "RU-VGG", "--out", own)
    for config in (files[1:], ("--config", own)):
        checked = json_of(capsys, "check", files[0], *config, *when)
        same((late, len(rows) - late), tuple(checked["counts"][key] for key in ("breached", "met")))
    ahead = json_of(capsys, "forecast", *files, *when)
    same(waiting, ahead["open"], ahead["overdue"])
    stream = folder / "events.jsonl"
    with stream.open("w", encoding="utf-8") as file:
        # with a last event, all limits have passed by the clock of the events
        for number, one in enumerate([*rows, Appeal(month.as_of, None, "Дороги")]):
            for type_, at in (("created", one.posted), ("replied", one.answered)):
                if at is not None:
                    facts = {"event_id": f"{number} {type_}", "appeal_id": f"A-{number}"}
                    facts |= {"type": type_, "occurred_at": f"{at:%Y-%m-%dT%H:%M}:00+03:00"}
                    file.write(json.dumps(facts | {"agency_id": one.agency}) + "\n")
    events = folder / "events.toml"
    events.write_text(CONFIG.replace('"appeals"', '"events"'), encoding="utf-8")
    config = ("--config", str(events))
    clock = ("--clock", "events", "--max-ahead", "100000h")
    run(capsys, "watch", str(stream), "--store", store, "--sink", sink, "--once", *config, *clock)
    changes = [json.loads(line) for line in Path(sink).read_text(encoding="utf-8").splitlines()]
    kinds = Counter(change["kind"] for change in changes)
    certain = json_of(capsys, "check", *files, *when[:2])["counts"]["breached"]
    same((len(rows) + 1, certain), (kinds["opened"], kinds["breached"]))
    run(capsys, "store", "check", store)
    run(capsys, "outbox", "dead", "--store", store)
    stored = json_of(capsys, "report", "--store", store, *config, *when)["report"]["total"]
    same((late, waiting), (stored["counts"]["breached"], stored["overdue"]))
    for lang in LANGUAGES:
        text = run(capsys, "check", *files, *when, "--lang", lang).splitlines()[1]
        same([late, waiting, 0, 0, len(rows) - late], [*map(int, re.findall(r"\d+", text))])
        text = run(capsys, "forecast", *files, *when, "--lang", lang)
        assert re.search(rf"(Overdue|Просрочено) {waiting} ", text)


@pytest.mark.parametrize("month", [months(2025)[11], months(2026)[0]], ids=["December", "January"])
def test_commands_on_streams_agree_in_a_month(
    month: Period, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_streams(capsys, tmp_path, month)


@pytest.mark.slow
@pytest.mark.parametrize("year", YEARS)
def test_commands_on_streams_agree_in_every_month(
    year: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for month in months(year):
        check_streams(capsys, tmp_path, month)


@pytest.mark.slow
@pytest.mark.parametrize("year", YEARS)
def test_all_reports_of_a_year_have_the_same_figures_in_every_form(
    year: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for period in periods(year):
        check_report(capsys, tmp_path, appeals(year), period)
    for month in months(year)[2::3]:
        running = datetime.combine(month.first, datetime.min.time()) + timedelta(days=18, hours=15)
        check_report(capsys, tmp_path, appeals(year), month, running)
    with capsys.disabled():
        print(f" {year}: {COMPARED['reports']} reports, {COMPARED['figures']} comparisons so far")
