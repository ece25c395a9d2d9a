"""The coordinator's screen in a real browser, served by a real server."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.browser import FOUND, Browser, browser
from kit.served import wait_until
from kit.values import OFFICE, POLICY
from workhours_sla import Event
from workhours_sla.stream import MemoryStore, Pipeline

pytest.importorskip("starlette")
pytest.importorskip("numpy")
uvicorn = pytest.importorskip("uvicorn")

from workhours_sla.service import run
from workhours_sla.service.app import application
from workhours_sla.service.live import Live
from workhours_sla.service.operations import Labels, WithStore
from workhours_sla.service.tokens import Tokens

pytestmark = [pytest.mark.skipif(not FOUND, reason="Chromium is not installed")]

NOW = datetime(2025, 12, 30, 16, 25, tzinfo=OFFICE.tz)
TOKEN = "t" * 20
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)> & \u202e'
NAMES = {"agency": {"roads": "Комитет транспорта и дорожного хозяйства"}}


def created(appeal_id: str, minutes: float, **more: str) -> Event:
    when = NOW - timedelta(minutes=minutes)
    return Event(f"{appeal_id} created", appeal_id, "created", when, when, **more)


def scene() -> list[Event]:
    """Return appeals of each group, one with a hostile id and one with a very long id."""
    late = [created(f"late-{n:02}", 1700 + n, agency_id="roads") for n in range(14)]
    today = [created(f"today-{n}", 180 - n, agency_id=HOSTILE) for n in range(3)]
    later = [created(f"next-{n}", 60 + n, agency_id="X" * 500) for n in range(3)]
    return [*late, created(HOSTILE, 2000), created("Й" * 500, 1990), *today, *later]


class Served:
    def __init__(self, live: Live, address: str) -> None:
        self.live, self.address = live, address

    def send(self, appeal_id: str, kind: str = "created", **more: str) -> None:
        event_id = f"{appeal_id} {kind} {time.monotonic()}"
        self.live.apply([Event(event_id, appeal_id, kind, NOW, NOW, **more)])


@contextmanager
def served(events: list[Event], *, port: int = 0) -> Iterator[Served]:
    pipeline = Pipeline(MemoryStore(), POLICY)
    listening = run.bound("127.0.0.1", port)
    tokens = Tokens.parse(f"read={TOKEN}", "TOKENS")
    with Live(pipeline, clock=lambda: NOW.astimezone(UTC), tick=None, skew=timedelta(0)) as live:
        live.apply(events)
        app = application(POLICY, tokens, WithStore(live, labels=Labels(NAMES)))
        config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield Served(live, f"http://127.0.0.1:{listening.getsockname()[1]}/")
        finally:
            live.stop()
            server.should_exit = True
            thread.join(60)
            assert not thread.is_alive(), "the server did not end"


@pytest.fixture
def service() -> Iterator[Served]:
    with served(scene()) as found:
        yield found


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


def log_in(chromium: Browser, address: str) -> None:
    chromium.size(1280, 900)
    chromium.open(address)
    until(chromium, "document.activeElement.id === 'token'")
    chromium.type(TOKEN)
    chromium.press("Enter")
    until(chromium, "document.getElementById('state').className === 'on'")


def until(chromium: Browser, condition: str) -> None:
    wait_until(lambda: is_true(chromium, condition), condition, 60)


def is_true(chromium: Browser, condition: str) -> bool:
    try:
        return bool(chromium.run(f"!!({condition})"))
    except AssertionError:  # the page is being replaced, or does not have the element yet
        return False


def focused(chromium: Browser) -> str:
    script = "(document.activeElement.textContent || document.activeElement.id).slice(0, 40).trim()"
    return str(chromium.run(script))


def text(chromium: Browser) -> str:
    return re.sub(r"\s+", " ", str(chromium.run("document.body.innerText")))


def test_an_event_changes_the_page_without_loading_it(service: Served, chromium: Browser) -> None:
    log_in(chromium, service.address)
    chromium.run("window.same = true")
    assert "Until 18:00: 3 to answer" in text(chromium)
    service.send("today-1", "replied")
    until(chromium, "document.body.innerText.includes('Until 18:00: 2 to answer')")
    said = chromium.run("document.getElementById('announce').textContent")
    assert "Until 18:00: 2 to answer" in said  # a screen reader says it
    assert chromium.run("window.same") is True
    assert chromium.errors == []
    assert {request.partition("?")[0] for request in chromium.requests} <= {
        *(service.address + path for path in ("", "updates")),
        "data:,",
    }


def test_an_update_keeps_the_focus_or_gives_it_to_the_next(
    service: Served, chromium: Browser
) -> None:
    service.send("last-of-all", agency_id="a")
    service.send("last-of-all-2", agency_id="b")
    log_in(chromium, service.address + "?id=last-of-all")
    chromium.run("document.querySelector('#next a[href$=all]').focus()")
    service.send("last-of-all-3", agency_id="c")
    until(chromium, "document.body.innerText.includes('last-of-all-3')")
    assert focused(chromium) == "last-of-all"
    service.send("last-of-all", "replied")
    until(chromium, "!document.querySelector('#next a[href$=all]')")
    assert focused(chromium) == "last-of-all-2"


def test_the_page_says_when_it_is_no_longer_current(chromium: Browser) -> None:
    with served(scene()) as service:
        log_in(chromium, service.address)
        port = int(service.address.rstrip("/").rpartition(":")[2])
    until(chromium, "document.getElementById('state').className === 'off'")
    assert "no longer current" in text(chromium)
    with served([*scene(), created("came-meanwhile", 1)], port=port):
        until(chromium, "document.body.innerText.includes('came-meanwhile')")
        assert "updates by itself" in text(chromium)


def test_a_page_that_nobody_sees_uses_no_connection(service: Served, chromium: Browser) -> None:
    log_in(chromium, service.address)
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});"
    notify = "document.dispatchEvent(new Event('visibilitychange'))"
    chromium.run(hide % "true" + notify)
    service.send("while-hidden")
    time.sleep(0.5)
    assert "while-hidden" not in text(chromium)
    chromium.run(hide % "false" + notify)
    until(chromium, "document.body.innerText.includes('while-hidden')")
    page = "window.dispatchEvent(new PageTransitionEvent('%s', {persisted: true}))"
    chromium.run(page % "pagehide")  # the browser keeps it and shows it again
    service.send("while-away")
    chromium.run(page % "pageshow")
    until(chromium, "document.body.innerText.includes('while-away')")


def test_by_keyboard_alone(service: Served, chromium: Browser) -> None:
    log_in(chromium, service.address)
    order = []
    for _ in range(9):
        chromium.press("Tab")
        order.append(focused(chromium))
        outline = chromium.run("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", order
        if len(order) == 1:
            chromium.press("Enter")
            until(chromium, "document.activeElement.id === 'live'")
            chromium.open(service.address)
            chromium.press("Tab")
    names = ("Skip to the appeals", "", "Find", "Filter", "Русский", "Dark or light", "Log out")
    assert order[:7] == [*names]
    first = str(chromium.run("document.querySelector('#overdue a').textContent"))
    chromium.run("document.querySelector('#overdue tbody tr:nth-child(3) a').focus()")
    opened = focused(chromium)
    assert opened != first
    with chromium.loading():
        chromium.press("Enter")
    assert f"Appeal {opened}" in text(chromium)
    assert "Why then: day by day" in text(chromium)
    chromium.press("Escape")
    until(chromium, f"document.activeElement.textContent === '{opened}'")
    until(chromium, "document.getElementById('state').className === 'on'")
    assert chromium.errors == []


def test_a_line_of_several_opens_by_keyboard_and_stays_open(
    service: Served, chromium: Browser
) -> None:
    log_in(chromium, service.address)
    chromium.run("document.querySelector('#today .several summary').focus()")
    assert "today-2" not in text(chromium)
    chromium.press("Enter")
    until(chromium, "document.body.innerText.includes('today-2')")
    service.send("today-9", agency_id="roads")
    until(chromium, "document.body.innerText.includes('today-9')")
    assert "today-2" in text(chromium)
    assert chromium.run("document.activeElement.localName") == "summary"
    assert chromium.errors == []


def test_the_numbers_of_an_agency_are_copied_by_keyboard(
    service: Served, chromium: Browser, tmp_path: Path
) -> None:
    log_in(chromium, service.address)
    chromium.open(service.address + "?agency=roads")
    until(chromium, "document.getElementById('state').className === 'on'")
    chromium.run(
        "document.addEventListener('copy', () => { window.copied = String(getSelection()); })"
    )
    chromium.run("Object.defineProperty(navigator, 'clipboard', {value: null})")  # as without https
    chromium.run("document.querySelector('[data-copy]').focus()")
    chromium.press("Enter")
    until(chromium, "document.getElementById('announce').textContent === 'Numbers copied: 14'")
    numbers = chromium.run("window.copied").split("\n")
    assert sorted(numbers) == [f"late-{n:02}" for n in range(14)]
    message = str(chromium.run("document.querySelector('a[href^=mailto]').href"))
    assert "late-13" in message
    chromium.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    chromium.run("document.querySelector('a[download]').focus()")
    chromium.press("Enter")
    file = tmp_path / "appeals 2025-12-30.csv"
    wait_until(file.exists, "the file is downloaded")
    assert file.read_text("utf-8-sig").count("\n") == 1 + 14
    assert chromium.errors == []


def test_filters_and_lists_by_keyboard(service: Served, chromium: Browser) -> None:
    log_in(chromium, service.address)
    chromium.run("document.querySelector('.filters summary').focus()")
    chromium.press("Enter")
    chromium.press("Tab")
    assert chromium.run("document.activeElement.name") == "agency"
    chromium.run("document.querySelector('input[name=id]').focus()")
    chromium.type("late-0")
    with chromium.loading():
        chromium.press("Enter")
    assert chromium.run("location.search").startswith("?id=late-0")
    assert chromium.run("document.querySelector('[data-figure=tile_overdue]').textContent") == "10"
    chromium.open(service.address)
    with chromium.loading():
        chromium.run("document.querySelector('a.tile').click()")
    assert chromium.run("location.search") == "?show=today&until=18"
    assert "Due today, until 18:00" in text(chromium)
    assert chromium.run("document.querySelectorAll('#today tbody tr').length") == 3
    chromium.run("document.querySelector('input[name=id]').focus()")
    chromium.type("late")
    chromium.press("Escape")  # leaves the list, but not a search
    assert chromium.run("location.search") == "?show=today&until=18"
    chromium.run("document.activeElement.blur()")
    chromium.press("Escape")
    until(chromium, "location.pathname + location.search === '/'")


def test_the_way_back_keeps_the_filters(service: Served, chromium: Browser) -> None:
    log_in(chromium, service.address)
    chromium.open(service.address + "?agency=roads")
    for go_back in ("document.querySelector('a.back').click()", ""):
        with chromium.loading():
            chromium.run("document.querySelector('#overdue a').click()")
        if go_back:
            chromium.run(go_back)
        else:
            chromium.press("Escape")
        until(chromium, "location.search === '?agency=roads' && document.querySelector('#overdue')")
        service.send("late-00", "assigned", agency_id="parks" if go_back else "roads")
        count = 13 if go_back else 14  # the page is followed again
        figure = "document.querySelector('[data-figure=tile_overdue]').textContent"
        until(chromium, f"{figure} === '{count}'")
    chromium.open(service.address + "appeal?id=late-03")
    chromium.press("Escape")
    until(chromium, "location.pathname + location.search === '/'")


def test_without_a_script(service: Served, chromium: Browser) -> None:
    chromium.ask("Emulation.setScriptExecutionDisabled", value=True)
    chromium.size(1280, 900)
    chromium.open(service.address)
    chromium.focus("#token")  # the page's own autofocus may come after its load event
    chromium.type(TOKEN)
    with chromium.loading():
        chromium.press("Enter")
    document = chromium.ask("DOM.getDocument", depth=1)["root"]["nodeId"]

    def html() -> str:
        return str(chromium.ask("DOM.getOuterHTML", nodeId=document)["outerHTML"])

    assert "Overdue already" in html()
    assert '<meta http-equiv="refresh" content="60">' in html()
    assert "updates every minute" in html()
    with chromium.loading():
        chromium.ask("Page.navigate", url=f"{service.address}appeal?id=late-03")
    document = chromium.ask("DOM.getDocument", depth=1)["root"]["nodeId"]
    assert "Why then: day by day" in html()
    assert chromium.errors == []


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1280, "dark")])
def test_nothing_is_wider_than_the_screen(
    service: Served, chromium: Browser, width: int, theme: str
) -> None:
    log_in(chromium, service.address)
    chromium.size(width, 844, theme=theme, mobile=width < 500)
    for path in ("", "?show=overdue", "?lang=ru", "appeal?id=late-03", "?id=%D0%99"):
        chromium.open(service.address + path)
        if theme == "light":
            chromium.run("document.querySelectorAll('.filters').forEach((one) => one.open = true)")
        outside: Any = chromium.run(
            "[...document.querySelectorAll('body *')]"
            ".filter((one) => !one.closest('.scroll, .skip') && one.checkVisibility() &&"
            " one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)"
            ".map((one) => one.outerHTML.slice(0, 80))"
        )
        assert outside == []
        whole = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert chromium.run(whole)
    assert chromium.errors == []


def test_two_screens_of_a_phone_have_all_of_the_board(chromium: Browser) -> None:
    events = [created(f"late-{n:02}", 1700 + n, agency_id="roads") for n in range(14)]
    events += [created(f"A-{n}", 180 - 7 * n, agency_id=f"agency {n % 9}") for n in range(25)]
    with served(events) as service:
        log_in(chromium, service.address)
        chromium.size(390, 844, mobile=True)
        chromium.open(service.address)
        tops = chromium.run(
            "[...document.querySelectorAll('main section')].map((one) =>"
            " [one.id, one.getBoundingClientRect().top + scrollY])"
        )
    ids = ["summary", "today", "next", "hours", "agencies", "overdue"]
    assert [key for key, _ in tops] == ids
    assert max(top for _, top in tops) < 2 * 844


def test_hostile_ids_run_nothing(service: Served, chromium: Browser) -> None:
    log_in(chromium, service.address)
    chromium.run("window.alert = () => { window.attacked = true; }")
    service.send(HOSTILE + "2", agency_id=HOSTILE)
    until(chromium, "document.body.innerText.includes('onerror')")
    with chromium.loading():
        chromium.run(
            "[...document.querySelectorAll('a[href^=appeal]')]"
            ".find(a => a.innerText.includes('alert')).click()"
        )
    assert "Why then: day by day" in text(chromium)
    assert chromium.run("window.attacked") is None
    assert chromium.errors == []
