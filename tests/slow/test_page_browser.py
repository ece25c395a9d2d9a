"""The page of a report in a browser: keyboard, themes, a phone, print."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from kit.browser import FOUND, Browser, browser
from kit.made_reports import Appeal, made
from reports.test_page import made_up, trace
from workhours_sla import Schedule, Target, working_hours

np = pytest.importorskip("numpy")

from workhours_sla.report import AppealColumns, Labels, Report, cases_of_columns, write_page
from workhours_sla.report import report as report_of

pytestmark = pytest.mark.skipif(not FOUND, reason="no Chromium is installed")

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")


@pytest.fixture(scope="module")
def report() -> Report:
    return report_of(made_up())


@pytest.fixture(scope="module")
def reader(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = tmp_path_factory.mktemp("page") / "page.html"
    write_page(report, path, lang="ru", traces=trace)
    with browser() as found:
        found.size(1280, 900)
        found.open(path)
        found.run("document.getElementById('analyst').open = true")
        yield found


def focus(reader: Browser, selector: str) -> None:
    assert reader.run(f"(e => (e.focus(), document.activeElement === e))({selector})")


def test_page_loads_without_requests_or_errors(
    reader: Browser, record_property: Callable[[str, object], None]
) -> None:
    assert len(reader.requests) == 1
    assert reader.errors == []
    took = reader.run("performance.timing.loadEventEnd - performance.timing.navigationStart")
    record_property("milliseconds_to_load", took)
    for width in (1280, 390):
        reader.size(width, 900)
        assert reader.run("document.documentElement.scrollWidth <= innerWidth")
    reader.size(1280, 900)


def test_tables_sort_by_keyboard_with_small_groups_last(reader: Browser, report: Report) -> None:
    table_at = "document.querySelector('#table-0 table')"
    rates = (
        f"[...{table_at}.tBodies[0].rows].map(r => r.cells[4].dataset.v)"
        ".map(v => v === undefined ? null : Number(v))"
    )
    ranked = sorted(
        row.rate.rate for row in report.table("agency").rows if row.rate and row.rate.n >= 10
    )
    unranked = len(report.table("agency").rows) - len(ranked)
    head = f"{table_at}.tHead.rows[0].cells[4]"
    for direction, order in (("descending", ranked[::-1]), ("ascending", ranked)):
        focus(reader, f"{head}.querySelector('button')")
        reader.press("Enter")
        assert reader.run(f"{head}.getAttribute('aria-sort')") == direction
        assert reader.run(rates) == [*order, *[None] * unranked]
    assert reader.run(f"{table_at}.querySelectorAll('[aria-sort]').length") == 1


def test_explanations_open_by_keyboard_and_sort_with_their_appeals(reader: Browser) -> None:
    first = "document.querySelector('button.expand')"
    row = f"document.getElementById({first}.getAttribute('aria-controls'))"
    assert reader.run(f"getComputedStyle({row}).display") == "none"
    focus(reader, first)
    reader.press("Enter")
    assert reader.run(f"{first}.getAttribute('aria-expanded')") == "true"
    assert reader.run(f"getComputedStyle({row}).display") == "table-row"
    late = "document.querySelector('table.late')"
    focus(reader, f"{late}.tHead.rows[0].cells[2].querySelector('button')")
    reader.press("Enter")
    assert reader.run(
        f"[...{late}.tBodies].every(b => b.rows[0].querySelector('button')"
        ".getAttribute('aria-controls') === b.rows[1].id)"
    )


def test_arrow_keys_move_between_marks(reader: Browser) -> None:
    cells = "document.querySelectorAll('svg.heat .mark')"
    assert reader.run("document.querySelectorAll('svg.heat [tabindex=\"0\"]').length") == 1
    focus(reader, f"{cells}[0]")
    tip = "(t => t.hidden ? null : t.textContent)(document.getElementById('tip'))"
    assert reader.run(tip) == reader.run(f"{cells}[0].getAttribute('aria-label')")
    reader.press("ArrowRight")
    reader.press("ArrowDown")
    assert reader.run(f"document.activeElement === {cells}[7]")
    assert reader.run(tip) == reader.run(f"{cells}[7].getAttribute('aria-label')")
    reader.run("document.activeElement.blur()")
    assert reader.run(tip) is None


def test_theme_follows_the_system_and_the_button(reader: Browser) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light = reader.run(paper)
    reader.size(1280, 900, theme="dark")
    over = f"{paper} !== '{light}' || ++tries > 100"  # five seconds: a busy machine is slow
    look = f"() => {over} ? r({paper}) : setTimeout(look, 50)"
    dark = reader.run(f"new Promise(r => {{ let tries = 0; const look = {look}; look() }})")
    assert dark != light
    focus(reader, "document.getElementById('theme')")
    reader.press("Enter")
    assert reader.run(paper) == light
    assert reader.errors == []


def region() -> Report:
    rng = np.random.default_rng(3)
    n, start = 28_000, np.datetime64("2025-01-06T00:00", "s")
    posted = np.sort(start + rng.integers(0, 350 * 86_400, n))
    answered = posted + rng.lognormal(9.3, 1.3, n).astype("m8[s]")
    answered[rng.random(n) < 0.02] = np.datetime64("NaT")
    weights = 1 / np.arange(1, 74) ** 0.8
    chosen = rng.choice(73, n, p=weights / weights.sum())
    names = [f"Комитет по управлению хозяйством и развитию района № {place}" for place in chosen]
    columns = AppealColumns(posted, answered, groups={"agency": Labels.of(names)})
    target = Target("первый ответ", working_hours(4), OFFICE)
    cases = cases_of_columns(columns, target, as_of=datetime(2025, 12, 31, tzinfo=OFFICE.tz))
    return report_of(cases, lang="ru")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("year") / "year.html"
    write_page(region(), path)
    return path


@pytest.fixture(scope="module")
def phone(year: Path) -> Iterator[Browser]:
    with browser() as found:
        found.size(390, 844)
        found.open(year)
        yield found


def test_phone_shows_the_result_and_the_tiles_first(phone: Browser) -> None:
    phone.size(390, 844)
    for chosen in (".sentence", ".part.large", ".tiles"):
        assert phone.run(f"document.querySelector('{chosen}').getBoundingClientRect().bottom < 844")
    assert phone.run("document.documentElement.scrollWidth <= innerWidth")
    cut = (
        "[...document.querySelectorAll('main > section svg.chart')]"
        ".filter(s => s.getBoundingClientRect().width > innerWidth)"
        ".map(s => getComputedStyle(s.closest('figure').querySelector('.swipe')).display)"
    )
    found = phone.run(cut)
    assert found
    assert set(found) == {"block"}  # a chart that is cut says so
    assert phone.errors == []


def test_box_finds_agencies_and_the_newest_weeks_are_in_sight(phone: Browser) -> None:
    phone.size(390, 844)
    box = "document.querySelector('#furthest .filter input')"
    focus(phone, box)
    phone.type("РАЙОНА № 7 ")
    seen = (
        "[...document.querySelectorAll('#furthest .needs li:not(.head)')]"
        ".filter(e => e.checkVisibility()).map(e => e.querySelector('bdi').textContent)"
    )
    assert all("7" in name for name in phone.run(seen))
    assert 0 < len(phone.run(seen)) < 30
    phone.type("нет такого")
    assert phone.run(seen) == []
    assert phone.run("document.querySelector('#furthest [role=status]').textContent")
    phone.run(f"({box}.value = '', {box}.dispatchEvent(new Event('input')))")
    assert len(phone.run(seen)) == 10  # the others are folded away again
    right = "(s => s.getBoundingClientRect().right)(document.querySelector('#weeks svg.chart'))"
    assert phone.run(f"{right} <= innerWidth")


def test_what_is_folded_away_opens_by_keyboard_and_by_links(phone: Browser) -> None:
    rows, fold = (
        "document.querySelector('#furthest .needs details')",
        "document.getElementById('analyst')",
    )
    phone.run(f"{rows}.querySelector('summary').focus()")
    phone.press("Enter")
    assert phone.run(f"{rows}.querySelector('tbody tr').offsetParent !== null")
    assert phone.run("document.documentElement.scrollWidth <= innerWidth")
    assert not phone.run(f"{fold}.open")
    phone.run(f"{fold}.querySelector('summary').focus()")
    for is_open in (True, False):
        phone.press("Enter")
        assert phone.run(f"{fold}.open") is is_open
    phone.run("document.querySelector('nav a[href=\"#method\"]').click()")
    assert phone.run(f"new Promise(r => setTimeout(() => r({fold}.open), 200))")
    phone.run(f"{fold}.open = false")
    assert phone.errors == []


def test_pages_of_long_names_and_of_few_appeals(tmp_path: Path) -> None:
    long: list[Appeal] = [("\u0430" * 200, 0, None), ("\u0430" * 200, 0, 1)]
    few = [("A", hour, hour + 1) for hour in range(24 * 7)]
    write_page(made(long), tmp_path / "long.html")
    write_page(made(few), tmp_path / "few.html")
    with browser() as reader:
        for width in (390, 1280):
            reader.size(width, 844)
            reader.open(tmp_path / "long.html")
            edge = "Math.max(...[...document.querySelectorAll('.now td')].map("
            assert reader.run(f"{edge}c => c.getBoundingClientRect().right)) <= innerWidth")
        reader.open(tmp_path / "few.html")
        reader.print(tmp_path / "few.pdf")  # took minutes with a pattern in every cell
    assert (tmp_path / "few.pdf").read_bytes().startswith(b"%PDF")


def test_print_has_all_73_agencies_and_no_controls(phone: Browser) -> None:
    printed = b64decode(phone.ask("Page.printToPDF", preferCSSPageSize=True)["data"])
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 6
    phone.ask("Emulation.setEmulatedMedia", media="print")
    seen = "[...document.querySelectorAll('{}')].filter(e => e.getClientRects().length)"
    names = seen.format("#furthest .needs li:not(.head) .name")
    assert phone.run(f"{names}.filter(e => e.getBoundingClientRect().height > 0).length") == 73
    assert phone.run(f"{seen.format('input, button, nav, .screen')}.length") == 0
    phone.ask("Emulation.setEmulatedMedia", media="")


def test_phone_shows_the_number_of_an_overdue_appeal(phone: Browser) -> None:
    phone.size(390, 844)
    numbers = "[...document.querySelectorAll('#now tbody th')].map(e => e.checkVisibility())"
    assert set(phone.run(numbers)) == {True}
