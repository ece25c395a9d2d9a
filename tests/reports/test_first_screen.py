"""The first screen of the page: its figures against a count of the data, and in a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from kit.html_tree import NBSP, Node, read
from kit.made_reports import MARCH, Appeal, appeals_of, made
from kit.values import OFFICE
from workhours_sla import Target, working_hours

np = pytest.importorskip("numpy")

from workhours_sla.report import (
    AppealColumns,
    Labels,
    Report,
    ReportOptions,
    cases_of_columns,
    page,
)
from workhours_sla.report import report as report_of

HOSTILE = '<b>"Roads"</b> & \u202eCo, =1+1'


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def seven() -> list[Appeal]:
    """Return the appeals of eight agencies that miss the target, one that meets it, two more."""
    counts = {f"G{n}": (100, 30 + 5 * n) for n in range(7)}
    counts |= {"Good": (400, 5), "Unsure": (45, 5), "Small": (5, 3), HOSTILE: (10, 90)}
    return [
        one
        for place, (name, of) in enumerate(counts.items())
        for one in appeals_of(name, *of, at=place)
    ]


def counted(appeals: list[Appeal]) -> dict[str, tuple[int, int]]:
    """Return how many appeals of each agency are in time and late."""
    found: dict[str, tuple[int, int]] = {}
    for name, came, answered in appeals:
        met, late = found.get(name, (0, 0))
        good = answered is not None and answered - came <= 4
        found[name] = (met + good, late + (not good))
    return found


def section(root: Node, key: str) -> Node:
    (found,) = root.all("section", id=key)
    return found


def items(list_: Node) -> list[Node]:
    return [item for item in list_.all("li") if item.attributes.get("class") != "head"]


def test_agencies_furthest_from_the_target_come_first() -> None:
    appeals = seven()
    counts = counted(appeals)
    lacks = {
        name: next(k for k in range(met + late + 1) if 10 * (met + k) >= 9 * (met + late))
        for name, (met, late) in counts.items()
    }
    root = read(page(made(appeals, **MARCH), "en"))
    list_ = section(root, "furthest")
    shown = items(list_)
    names = [item.all("bdi")[0].text for item in shown]
    assert names == sorted(
        lacks, key=lambda name: (name == "Small", -lacks[name], -counts[name][1], name)
    )
    most = section(root, "summary").all("p", class_="most")[0]
    assert [name.text for name in most.all("bdi")] == names[:3]
    assert most.text.startswith(f"Furthest from the target of 90%: {HOSTILE} (90 of 100 late, 80")
    for item, name in zip(shown[:8], names, strict=False):
        met, missed = counts[name]
        n, fewest = met + missed, lacks[name]
        need = item.all("span", class_="need")[0].text
        assert need == f"{missed} late of {n}{fewest} fewer needed for 90%"
        assert f"{100 * met / n:.1f}%" in item.text
        assert f"in time {100 * met / n:.1f}%" in item.all("svg")[0]["aria-label"]


def test_rows_say_their_verdict_and_those_without_one_are_folded() -> None:
    root = section(read(page(made(seven(), **MARCH), "ru")), "furthest")
    verdicts = {item.all("bdi")[0].text: item.all("small")[:1] for item in items(root)}
    assert verdicts["G6"][0].text == "цель не достигнута"
    assert verdicts["G6"][0]["class"] == "fails"
    assert verdicts["Unsure"][0].text == "для вывода данных мало"
    assert verdicts["Good"][0].text == "цель достигнута"
    folded = root.all("details", class_="more")
    assert folded[-1].all("summary")[0].text == "Мало обращений для вывода: 1"
    (small,) = items(folded[-1])
    assert not small.all("svg")  # eight appeals have counts only
    assert "3 опоздания из 8" in plain(small.text)
    scales = [svg for svg in root.all("svg") if svg["class"] == "scale"]
    assert [svg.all("text")[0].text for svg in scales] == ["0"]
    many = [one for n in range(13) for one in appeals_of(f"A{n:02}", 50, 20 + n)]
    root = section(read(page(made(many, **MARCH), "en")), "furthest")
    (more,) = root.all("details", class_="more")
    assert more.all("summary")[0].text == "3 more"
    assert [item.all("bdi")[0].text for item in items(more)] == ["A02", "A01", "A00"]


def test_next_step_says_where_the_overdue_appeals_are() -> None:
    waiting: list[Appeal] = [("Good", 700, None)] * 3 + [("G6", 700, None)] * 2
    root = read(page(made([*seven(), *waiting], **MARCH), "en"))
    (reading,) = section(root, "furthest").all("p", class_="soft reading")
    assert "The first row: 10.0% in time" in reading.text
    (step,) = section(root, "summary").all("p", data_figure="step")
    assert step.text == (
        "Next: answer the 5 appeals that are overdue now, of all periods: the most, 3, at Good; "
        "2 at those named above."
    )
    (row,) = (one for one in items(section(root, "furthest")) if "G6" in one.text)
    assert "overdue now: 2" in plain(row.text)
    heads = section(root, "furthest").all("li", class_="head")[0].all("span")
    assert [head.text for head in heads] == [
        "agency",
        "in time, 95% interval",
        "by week",
        "late appeals",
    ]


def test_topics_are_one_sentence_unless_they_differ() -> None:
    even = [*appeals_of("Roads", 80, 20), *appeals_of("Parks", 76, 24), *appeals_of("Few", 1, 5)]
    root = section(read(page(made(even, grouping="topic"), "en")), "group-0")
    assert root.all("p")[0].text == "No difference is proven: 76.0 to 80.0% in time."
    folded, *_ = (one for one in root.all("details") if one.all("ol"))
    assert folded.all("summary")[0].text == "Show the list"
    assert not root.all("small", class_="fails")
    uneven = [*even, *appeals_of("Water", 45, 55)]
    root = section(read(page(made(uneven, grouping="topic"), "en")), "group-0")
    assert "No difference" not in root.text
    verdicts = {one.all("bdi")[0].text: one.all("small")[0] for one in items(root)[:3]}
    red = {name for name, one in verdicts.items() if one.attributes.get("class") == "fails"}
    assert red == {"Water"}
    assert verdicts["Roads"].text == "the target is not met"


def test_agency_opens_its_late_appeals() -> None:
    appeals = [*appeals_of("A", 20, 12), *appeals_of("B", 30, 1), *appeals_of("C", 30, 0)]
    root = section(read(page(made(appeals, **MARCH), "en")), "furthest")
    found = {item.all("bdi")[0].text: item.all("table") for item in items(root)}
    assert {name: len(tables) for name, tables in found.items()} == {"A": 1, "B": 1, "C": 0}
    assert len(found["A"][0].all("tr")) == 1 + 10
    assert "Shown are 10 of 12." in root.text


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_tiles_have_the_figures_and_zero_is_quiet(lang: str) -> None:
    waiting: list[Appeal] = [("A", 700, None)] * 3 + [("A", 742, None)] * 2
    root = read(page(made([*appeals_of("A", 50, 30), *waiting], **MARCH), lang))
    tiles = section(root, "summary").all("div", class_="tile")
    values = [plain(tile.all("strong")[0].text) for tile in tiles]
    assert values[0] == "33"
    assert values[1] == "3"
    assert {"ru": "всего открыто 5", "en": "of 5 open"}[lang] in plain(tiles[1].text)
    label = {
        "ru": "опоздания за март 2025 года; для 90 % нужно на 25 меньше",
        "en": "late in March 2025; 25 fewer needed for 90%",
    }[lang]
    assert plain(tiles[0].all("span")[0].text) == label
    root = read(page(made(appeals_of("A", 50, 0), **MARCH), lang))
    assert len(section(root, "summary").all("div", class_="tile quiet")) == 2


def office_report(answered: str = "NaT") -> Report:
    columns = AppealColumns(
        np.array(["2025-03-11T07:00", "2025-03-17T07:00"], "M8[s]"),
        np.array([answered, "NaT"], "M8[s]"),
        groups={"agency": Labels.of(["roads", "parks"])},
    )
    target = Target("first reply", working_hours(4), OFFICE)
    as_of = datetime(2025, 3, 18, 12, tzinfo=OFFICE.tz)
    return report_of(cases_of_columns(columns, target, as_of=as_of), ReportOptions())


def test_overdue_amounts_over_a_day_are_also_in_working_days() -> None:
    report = office_report()
    # from 15:00 on Tue 11 March: 3 h, then 8 h on each of four days, then 3 h on Tuesday
    now = section(read(page(report, "en")), "now")
    cells = [[plain(cell.text) for cell in line.all("td")] for line in now.all("tr")[1:]]
    assert cells[0] == ["roads", "11 Mar 2025 15:00", "38 h (4.8 working days)"]
    assert cells[1] == ["parks", "17 Mar 2025 15:00", "6 h"]
    late = read(page(report, "en")).all("table", class_="late")[0]
    assert "38 h (4.8 working days)" in plain(late.text)


def test_median_of_answers_outside_of_working_hours_is_zero() -> None:
    """Half of the answers came in no working time: the tile shows 0 and not the longest wait."""
    appeals: list[Appeal] = [("A", 0, 0)] * 15 + [("A", 0, 200)] * 10
    root = section(read(page(made(appeals), "en")), "summary")
    (value,) = root.all("strong", data_figure="tile_median")
    assert plain(value.text) == "0 min"


def test_where_every_agency_meets_the_target_nobody_is_furthest_from_it() -> None:
    appeals = appeals_of("A", 50, 0) + appeals_of("B", 50, 1)
    assert section(read(page(made(appeals), "ru")), "furthest").all("h2")[0].text == "Ведомства"


def test_groups_without_bars_have_no_legend_and_say_why() -> None:
    root = section(read(page(made([("A", 743, None), ("A", 742, None)]), "en")), "group-0")
    assert not root.all("p", class_="soft")
    assert items(root)[0].all("span", class_="need")[0].text == "2 arrived; no limit has passed yet"
    root = section(read(page(made(appeals_of("A", 2, 1)), "en")), "group-0")
    assert items(root)[0].all("span", class_="need")[0].text == "1 late of 3"


def test_heading_names_the_organisation_and_the_period() -> None:
    report = made(appeals_of("A", 9, 4), **MARCH)
    assert read(page(report, "en")).all("h1")[0].text == "Answers to citizens' appeals: March 2025"
    named = replace(report, organisation="Область", title="Ответы")
    root = read(page(named, "ru"))
    assert root.all("h1")[0].text == "Область: март 2025 года"
    assert root.all("p", class_="where")[0].all("span")[0].text == "Ответы"


@pytest.mark.parametrize(
    ("late", "said"),
    [
        ((30, 30, 30), "Ни в одной из 3 завершённых недель цель не достигнута"),
        ((0, 0, 0), "Цель достигнута в каждой из 3 завершённых недель"),
        (
            (30, 0, 4),
            (
                "Из 3 завершённых недель цель достигнута в 1, не достигнута в 1; "
                "в остальных (1) данных мало"
            ),
        ),
        ((30, 4, 4), "Из 3 завершённых недель цель не достигнута в 1; в остальных (2) данных мало"),
        ((0, 4), "Из 2 завершённых недель цель достигнута в 1; в остальных (1) данных мало"),
        (
            (4, 4),
            (
                "Завершённых недель 2; ни об одной данных не хватает, "
                "чтобы сказать, достигнута ли цель"
            ),
        ),
        ((30,), "В единственной завершённой неделе цель не достигнута"),
    ],
)
def test_weeks_are_counted_in_plain_words(late: tuple[int, ...], said: str) -> None:
    weeks = [appeals_of("A", 50, some, at=24 * (3 + 7 * n)) for n, some in enumerate(late)]
    root = section(read(page(made([one for week in weeks for one in week]), "ru")), "weeks")
    (found,) = (one.text for one in root.all("h3"))
    assert found == said
