"""The addresses of the screen: the login, the headers, the pages, and the stream of updates."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest

from kit.values import OFFICE, POLICY
from workhours_sla import Event
from workhours_sla.errors import StoreError
from workhours_sla.stream import open_store
from workhours_sla.text.messages import say

pytest.importorskip("starlette")
pytest.importorskip("numpy")

from kit.asgi import Response, asked
from kit.client import Clock, running
from workhours_sla.service.app import application
from workhours_sla.service.live import Live
from workhours_sla.service.operations import Labels, WithStore
from workhours_sla.service.screen import site
from workhours_sla.service.screen.filters import Filters
from workhours_sla.service.screen.view import View
from workhours_sla.service.tokens import Tokens

BEGIN = datetime(2026, 3, 10, 16, 0, tzinfo=OFFICE.tz)
READ, WRITE, OTHER = "r" * 20, "w" * 20, "o" * 20
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def clock() -> Clock:
    return Clock(BEGIN)


@pytest.fixture(params=["memory", "sqlite"])
def live(clock: Clock, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Live]:
    store = None if request.param == "memory" else open_store(tmp_path / "appeals.db")
    with running(POLICY, store, clock) as opened:
        yield opened


@pytest.fixture
def app(live: Live) -> Any:
    tokens = Tokens.parse(f"read={READ}\nwrite={WRITE}\nread={OTHER}", "TOKENS")
    return application(POLICY, tokens, WithStore(live))


def event(number: int, kind: str = "created", hours: float = 0, **more: str) -> Event:
    when = BEGIN - timedelta(hours=5) + timedelta(hours=hours)
    return Event(f"{number} {kind}", f"A-{number}", kind, when, when, **more)


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


def get(app: Any, address: str, method: str = "GET", body: bytes = b"", **headers: str) -> Response:
    async def answer() -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with asked(app, method, address, body, named) as response:
            await response.whole()
        return response

    found: Response = run(answer())
    return found


def login(app: Any, token: str = READ, address: str = "/", **headers: str) -> Response:
    return get(app, address, "POST", f"token={token}".encode(), **(FORM | headers))


def cookie(response: Response) -> str:
    return response.headers["set-cookie"].partition(";")[0]


# -- login ----------------------------------------------------------------------------------------


def test_the_login_asks_once(app: Any, live: Live) -> None:
    live.apply([event(1)])
    first = get(app, "/?agency=-")
    assert (first.status, "A-1" in first.text) == (200, False)
    assert 'type="password"' in first.text
    response = login(app, address="/?agency=-")
    assert (response.status, response.headers["location"]) == (303, "./?agency=-")
    attributes = response.headers["set-cookie"].split("; ")[1:]
    assert attributes == ["Max-Age=2592000", "Path=/", "HttpOnly", "SameSite=Strict"]
    page = get(app, "/?agency=-", cookie=f"theme=dark; {cookie(response)}")
    assert "A-1" in page.text
    assert "Log out" in page.text
    assert READ not in response.headers["set-cookie"]
    assert login(app, WRITE).status == 303
    assert "A-1" in get(app, "/", authorization=f"Bearer {READ}").text


@pytest.mark.parametrize("token", ["", "x" * 20, READ + "r", "%D1%8F" * 20, "%00", "r" * 5000])
def test_a_wrong_token_is_refused(app: Any, token: str) -> None:
    response = login(app, token)
    assert (response.status, "set-cookie" in response.headers) == (401, False)
    assert "This token is not valid" in response.text
    russian = login(app, token, **{"accept-language": "ru"})
    assert "Ключ недействителен" in russian.text


def test_a_form_that_is_not_that_of_the_login(app: Any) -> None:
    for body in (b"", b"&".join(b"a%d=1" % number for number in range(100)), b"\xff=%ff"):
        response = get(app, "/", "POST", body, **FORM)
        assert (response.status, 'type="password"' in response.text) == (401, True), body
        assert "set-cookie" not in response.headers
    response = login(app, "x" * 20_000)
    assert response.status == 413
    assert response.headers["content-type"].startswith("text/html")


def changed(value: str) -> Iterator[str]:
    """Yield values that look like the value of a cookie."""
    signed, _, signature = value.partition(".")
    end, _, number = signed.partition("-")
    yield from ("", ".", signed, signature, f"{signed}.", f".{signature}")
    yield f"{int(end) + 1}-{number}.{signature}"
    yield f"{end}.{signature}"
    yield f"{signed}.{signature[:-1]}{'0' if signature[-1] != '0' else '1'}"
    yield f"{signed}.{'я' * 64}"
    yield f"{'9' * 5000}-{number}.{signature}"
    yield READ


def test_a_cookie_is_checked(app: Any, live: Live, clock: Clock) -> None:
    live.apply([event(1)])
    good = cookie(login(app))
    assert "A-1" in get(app, "/", cookie=good).text
    for value in changed(good.partition("=")[2]):
        for address in ("/", "/appeal?id=A-1"):
            page = get(app, address, cookie=f"workhours={value}")
            assert ("A-1" in page.text, 'type="password"' in page.text) == (False, True), value
        assert get(app, "/updates", cookie=f"workhours={value}").status == 401
    clock.now += timedelta(days=30) - timedelta(seconds=1)
    assert "A-1" in get(app, "/", cookie=good).text
    clock.now += timedelta(seconds=1)
    assert 'type="password"' in get(app, "/", cookie=good).text


def test_a_cookie_ends_with_its_token(app: Any, live: Live) -> None:
    live.apply([event(1)])
    mine, others = cookie(login(app)), cookie(login(app, OTHER))
    restarted = application(POLICY, Tokens.parse(f"read={OTHER}", "TOKENS"), WithStore(live))
    assert "A-1" in get(restarted, "/", cookie=others).text
    assert 'type="password"' in get(restarted, "/", cookie=mine).text


def test_a_cookie_does_not_open_the_api(app: Any) -> None:
    good = cookie(login(app))
    body = b'{"start": "2025-10-31T17:30:00+03:00"}'
    answer = get(app, "/v1/due", "POST", body, cookie=good, content_type="application/json")
    assert answer.status == 401


@pytest.mark.parametrize(
    ("headers", "secure"),
    [
        ({}, False),
        ({"x-forwarded-proto": "https"}, True),
        ({"x-forwarded-proto": "HTTPS"}, True),
        ({"x-forwarded-proto": "http"}, False),
    ],
)
def test_the_cookie_is_secure_behind_https(
    app: Any, headers: dict[str, str], *, secure: bool
) -> None:
    response = login(app, **headers)
    assert ("Secure" in response.headers["set-cookie"].split("; ")) == secure


def test_log_out(app: Any) -> None:
    good, other = cookie(login(app)), cookie(login(app))
    response = get(app, "/logout", "POST", cookie=good)
    assert (response.status, response.headers["location"]) == (303, "./")
    assert "Max-Age=0" in response.headers["set-cookie"]
    # who has a copy of the cookie is out, too, and a login of the same moment stays
    assert 'type="password"' in get(app, "/", cookie=good).text
    assert get(app, "/updates", cookie=good).status == 401
    assert "Log out" in get(app, "/", cookie=other).text
    # from another site the browser sends no cookie, so that the login stays
    assert "set-cookie" not in get(app, "/logout", "POST").headers
    assert get(app, "/logout").status == 405


def test_a_redirect_stays_here(app: Any) -> None:
    for query in ("next=//evil.example", "agency=%0d%0aSet-Cookie:+x=1", "lang=ru"):
        response = login(app, address=f"/?{query}")
        assert response.headers["location"] == f"./?{query}"
        assert "\n" not in response.headers["location"]
    assert login(app, address="/appeal?id=A-1").headers["location"] == "appeal?id=A-1"


def test_without_tokens_there_is_no_login(live: Live) -> None:
    live.apply([event(1)])
    page = get(application(POLICY, None, WithStore(live)), "/").text
    assert "A-1" in page
    assert "Log out" not in page


def test_without_a_store_there_is_no_screen() -> None:
    assert get(application(POLICY), "/").status == 404


# -- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("GET", "/?show=agencies", 200),
        ("GET", "/?nonsense=1", 422),
        ("GET", "/appeal?id=A-1", 200),
        ("GET", "/appeal?id=A-2", 404),
        ("GET", "/appeal", 404),
        ("POST", "/", 401),
        ("POST", "/logout", 303),
    ],
)
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_answer_has_the_headers(
    app: Any, live: Live, method: str, address: str, status: int, lang: str
) -> None:
    live.apply([event(1)])
    response = get(app, address, method, cookie=cookie(login(app)), accept_language=lang)
    assert response.status == status
    headers = response.headers
    policy = dict(
        directive.split(" ", 1) for directive in headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", policy["script-src"])
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", policy["style-src"])
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    if response.text:
        assert f'<html lang="{lang}">' in response.text
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", response.text)


def test_the_language_of_the_address_comes_first(app: Any) -> None:
    good = cookie(login(app))
    assert '<html lang="en">' in get(app, "/?lang=en", cookie=good, accept_language="ru").text
    assert '<html lang="en">' in get(app, "/?lang=en", accept_language="ru").text  # the login


def test_an_error_keeps_the_language(app: Any) -> None:
    page = get(app, "/?agncy=health&lang=ru", cookie=cookie(login(app)), accept_language="en").text
    assert '<html lang="ru">' in page
    assert 'href="./?lang=ru"' in page


def test_a_whole_number_opens_its_appeal(app: Any, live: Live) -> None:
    live.apply([event(1), event(10), event(2), event(2, "replied", 1)])
    good = cookie(login(app))
    for number, opened in (("a-10", "A-10"), ("A-2", "A-2")):
        found = get(app, f"/?id={number}&lang=ru", cookie=good)
        assert (found.status, found.headers["location"]) == (303, f"appeal?id={opened}&lang=ru")
    assert get(app, "/?id=A-1", cookie=good).status == 200  # a part of A-10, too
    other = get(app, "/?id=A-2&agency=roads", cookie=good).text
    assert "appeal?id=A-2" in other
    nothing = get(app, "/?id=A-99", cookie=good).text
    assert "There is no appeal <bdi>A-99</bdi>" in nothing
    assert "appeal?id=A-99" not in nothing


def test_a_store_that_fails_gives_a_page(
    app: Any, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError(say("appeal_dropped", event="'1'"))

    monkeypatch.setattr(live.pipeline.store, "open_ids", fail)
    response = get(app, "/", cookie=cookie(login(app)))
    assert response.status >= 400
    assert response.headers["content-type"].startswith("text/html")


# -- updates --------------------------------------------------------------------------------------


def hash_of(page: str) -> str:
    found = re.search(r'id="live" data-version="(\w+)"', page)
    assert found
    return found[1]


def inner_of(page: str) -> str:
    start = page.index(">", page.index('id="live"')) + 1
    return page[start : page.index("</main>")]


def test_an_event_is_an_update(app: Any, live: Live) -> None:
    good = {"cookie": cookie(login(app))}
    live.apply([event(0, agency_id="parks")])

    async def main() -> None:
        async with asked(app, "GET", "/?agency=roads", headers=good) as page:
            before = await page.whole()
        have = hash_of(before)
        address = f"/updates?agency=roads&have={have}"
        async with asked(app, "GET", address, headers=good) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert stream.headers["cache-control"] == "no-store"
            assert stream.headers["x-accel-buffering"] == "no"
            assert await stream.part() == ": \n\n"  # the page is current
            await asyncio.to_thread(live.apply, [event(1, agency_id="parks")])
            await asyncio.to_thread(live.apply, [event(2, agency_id="roads")])
            update = await stream.until("A-2")
        assert update.count("event: screen\n") == 1  # the appeal of another agency changed nothing
        async with asked(app, "GET", "/?agency=roads", headers=good) as page:
            after = await page.whole()
        lines = update.partition("event: screen\n")[2].splitlines()
        assert lines[0] == f"id: {hash_of(after)}"
        sent = "\n".join(line.removeprefix("data: ") for line in lines[1:] if line)
        assert sent == inner_of(after)

    run(main())


def test_updates_equal_a_new_evaluation(live: Live, clock: Clock) -> None:
    """Updates evaluate only what an event touched; the result is that of all appeals."""
    app = application(POLICY, None, WithStore(live))

    async def main() -> None:
        async with asked(app, "GET", "/updates") as stream:
            await stream.until("event: screen")
            kinds = ["created", "assigned", "replied", "deleted", "restored", "reopened"]
            for number in range(24):
                made = event(number % 5, kinds[number % 6], number / 10, agency_id=f"a{number % 3}")
                await asyncio.to_thread(live.apply, [made])
                async with asked(app, "GET", "/") as page:
                    followed = inner_of(await page.whole())
                async with asked(application(POLICY, None, WithStore(live)), "GET", "/") as page:
                    assert followed == inner_of(await page.whole())
                if number % 7 == 6:
                    clock.now += timedelta(minutes=47)

    run(main())


def test_time_alone_is_an_update(
    app: Any, live: Live, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "HEARTBEAT", 0.01)
    live.apply([event(1)])
    good = {"cookie": cookie(login(app))}

    async def main() -> None:
        async with asked(app, "GET", "/updates", headers=good) as stream:
            await stream.until(">16:00<")
            beats = len(stream.text)
            await stream.part()
            assert stream.text[beats:] == ": \n\n"
            clock.now += timedelta(hours=1)
            await stream.until("Overdue already")

    run(main())


def test_a_browser_that_connects_again_gets_what_it_lacks(app: Any, live: Live) -> None:
    good = {"cookie": cookie(login(app))}

    async def main() -> None:
        async with asked(app, "GET", "/updates?have=old", headers=good) as stream:
            first = await stream.until("\n\n" + "event: screen")
            await stream.until("\n\n")
        found = re.search(r"id: (\w+)", first)
        assert found
        again = good | {"last-event-id": found[1]}
        async with asked(app, "GET", "/updates?have=old", headers=again) as stream:
            assert await stream.part() == ": \n\n"
            await asyncio.to_thread(live.apply, [event(1)])
            assert (await stream.until("A-1")).count("event: screen") == 1

    run(main())


def test_streams_end_with_the_service(app: Any, live: Live) -> None:
    good = {"cookie": cookie(login(app))}

    async def main() -> None:
        async with asked(app, "GET", "/updates", headers=good) as stream:
            await stream.until("event: screen")
            live.stop()
            await stream.whole()  # complete, not cut off
        async with asked(app, "GET", "/updates", headers=good) as late:
            assert late.status == 503

    run(main())


def statuses(app: Any, **headers: str) -> list[int]:
    """Return the sorted statuses of five streams that are asked for in the same moment."""

    async def main() -> list[int]:
        async with AsyncExitStack() as opened:
            wanted = [asked(app, "GET", "/updates", headers=headers) for _ in range(5)]
            found = await asyncio.gather(*map(opened.enter_async_context, wanted))
            return sorted(one.status for one in found)

    found: list[int] = run(main())
    return found


def test_streams_that_are_asked_for_at_once_are_limited(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "STREAMS", 3)
    for _ in range(2):  # the first ones have ended
        assert statuses(app, authorization=f"Bearer {READ}") == [200, 200, 200, 503, 503]


def test_a_stream_ends_so_that_the_login_is_checked_again(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "SECONDS", 0.05)
    monkeypatch.setattr(site, "HEARTBEAT", 0.01)
    assert "event: screen" in get(app, "/updates", cookie=cookie(login(app))).text


def test_lines_of_data_stay_within_an_update(app: Any, live: Live) -> None:
    id_ = "a\nevent: other\ndata: b\n\nid: 7"
    live.apply([Event("1", id_, "created", BEGIN, BEGIN)])
    good = {"cookie": cookie(login(app))}

    async def main() -> str:
        async with asked(app, "GET", "/updates", headers=good) as stream:
            return await stream.until("id: 7")

    update = run(main()).partition(": \n\n")[2]
    assert [line.partition(":")[0] for line in update.splitlines() if line][:2] == ["event", "id"]
    assert not re.search(r"^(event: other|id: 7)", update, re.MULTILINE)


# -- what is kept for the next reader --------------------------------------------------------------


def test_a_page_composed_as_the_past_is_read_is_composed_again(
    live: Live, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now += timedelta(days=2)  # after a working day
    days = [clock.now - timedelta(days=n) for n in range(60)]
    live.apply([Event(f"{day}", f"{day}", "created", day, day) for day in days])
    screen, view = site.Screen(live, OFFICE.tz), View(POLICY, Labels())
    is_read, composing, go_on = Flag(), Flag(), Flag()
    since, drawn = live.since, site.rendered

    def slowly(begin: datetime) -> Any:
        assert is_read.wait(60)
        return since(begin)

    def halting(template: str, **facts: Any) -> str:
        found = drawn(template, **facts)
        composing.set()
        assert go_on.wait(60)
        return found

    async def main() -> list[str]:
        monkeypatch.setattr(live, "since", slowly)
        await screen.shown(Filters(), view)
        monkeypatch.setattr(site, "rendered", halting)
        filters = Filters(target="first reply")
        tasks = asyncio.all_tasks()
        second = asyncio.create_task(screen.shown(filters, view))
        await asyncio.to_thread(composing.wait, 60)
        is_read.set()
        await asyncio.wait(tasks - {asyncio.current_task()}, timeout=60)
        go_on.set()
        return [found.inner for found, _ in (await second, await screen.shown(filters, view))]

    before, after = run(main())
    assert "usual" not in before
    assert "usual after a working day" in after
