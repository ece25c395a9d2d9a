"""The agencies whose share changed since the earlier period, in every output of a report."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kit.html_tree import NBSP, Node, read
from kit.made_reports import START, Appeal, appeals_of, made
from kit.values import HOUR

np = pytest.importorskip("numpy")
openpyxl = pytest.importorskip("openpyxl")

from workhours_sla.report import Report, page, to_json, write_workbook
from workhours_sla.reports.headline import headline_lines

MOVES = {"Water": (0.82, 0.47), "Forests": (0.9, 0.62), "Roads": (0.6, 0.9), "Parks": (0.55, 0.93)}
SIZES = [400 // (rank + 2) for rank in range(69)]
"""Appeals of an agency in a period; the last ones have fewer than ten."""
MIDDLE = START + 370 * HOUR


def region(
    seed: int, moves: dict[str, tuple[float, float]], sizes: list[int] = SIZES
) -> list[Appeal]:
    """Return the appeals of two periods: agencies keep their share, apart from those that move."""
    rng = np.random.default_rng(seed)
    shares = {f"Office {rank}": (share, share) for rank, share in enumerate(rng.beta(16, 4, 69))}
    counts = dict(zip(shares, sizes, strict=False)) | dict.fromkeys(moves, 120)
    found: list[Appeal] = []
    for name, both in (shares | moves).items():
        for share, at in zip(both, (10, 400), strict=True):
            n = int(rng.poisson(counts[name])) if name not in moves else counts[name]
            met = round(share * n) if name in moves else int(rng.binomial(n, share))
            found += appeals_of(name, met, n - met, at)
    return found


def compared(appeals: list[Appeal]) -> Report:
    return made(appeals, since=MIDDLE, compare_with="previous")


def sides(root: Node) -> dict[str, list[str]]:
    found = {}
    for key in ("fell", "rose"):
        for side in root.all("div", data_figure=key):
            found[key] = [name.text for name in side.all("bdi")]
    return found


def test_every_output_names_the_agencies_that_moved(tmp_path: Path) -> None:
    report = compared(region(1, MOVES))
    root = read(page(report, "en"))
    assert sides(root) == {"fell": ["Water", "Forests"], "rose": ["Parks", "Roads"]}
    (worse,) = (line for line in headline_lines(report) if line.startswith("Worse than"))
    assert worse.endswith(": Water (was 81.7%, is 46.7%), Forests (was 90.0%, is 61.7%).")
    (better,) = (line for line in headline_lines(report) if line.startswith("Better than"))
    assert re.findall(r"(\w+) \(was", better) == ["Parks", "Roads"]
    lines = report.text(lang="en").splitlines()
    assert worse in lines
    assert better in lines
    write_workbook(report, tmp_path / "x.xlsx", lang="en")
    first = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    cells = [str(cell).replace(NBSP, " ") for line in first.values for cell in line]
    assert {worse, better} <= set(cells)
    change = json.loads(to_json(report))["report"]["comparison"]["change"]
    assert {one["agency"] for one in change["agencies"] if one["proven"]} == set(MOVES)


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_parts_add_up_and_rows_have_the_earlier_share(lang: str) -> None:
    report = compared(region(1, MOVES))
    root = read(page(report, lang))

    def points(text: str) -> list[float]:
        text = text.replace("\N{MINUS SIGN}", "-").replace(",", ".")
        return [float(one) for one in re.findall(r"[+-]\d+\.\d|\b0\.0", text)]

    whole, named, others = points(root.all("p", data_figure="parts")[0].text)
    each = "".join(one.text for key in sides(root) for one in root.all("div", data_figure=key))
    assert sum(points(each)) == pytest.approx(named)
    assert named + others == pytest.approx(whole)
    (row,) = (one for one in root.all("li") if one.all("b") and one.all("b")[0].text == "Water")
    (was,) = row.all("small", class_="fell")
    assert "81" in was.text
    assert row.all("circle", class_="was")


def test_more_than_three_are_counted() -> None:
    moves = {f"Moved {n}": (0.9, 0.3 + n / 50) for n in range(5)}
    root = read(page(compared(region(2, moves)), "en"))
    assert sides(root) == {"fell": ["Moved 0", "Moved 1", "Moved 2"]}
    assert "2 more" in root.all("div", data_figure="fell")[0].text


def test_chance_names_nobody_but_in_one_of_twenty_regions_at_most() -> None:
    sizes = [60 // (rank // 12 + 1) for rank in range(69)]
    named = 0
    for seed in range(40):
        report = compared(region(seed, {}, sizes))
        assert report.comparison is not None
        assert report.comparison.change is not None
        named += any(one.proven for one in report.comparison.change.agencies)
    assert named <= 6  # one of twenty would exceed this once in 250 runs
    quiet = compared(
        [*appeals_of("A", 90, 9, 10), *appeals_of("A", 91, 8, 400), *appeals_of("B", 9, 1)]
    )
    root = read(page(quiet, "en"))
    assert not sides(root)
    assert not root.all("p", data_figure="parts")
