"""Who sent a request that came through a reverse proxy, and whom the service believes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from workhours_sla.config import parse
from workhours_sla.errors import ConfigError

pytest.importorskip("starlette")
pytest.importorskip("httpx")

import httpx

from kit.client import FRIDAY, JSON, READ, REGION, problem
from kit.paths import EXAMPLES
from workhours_sla.config.sections import ServiceSettings
from workhours_sla.service import run, tokens
from workhours_sla.service.api import Limits
from workhours_sla.service.app import application
from workhours_sla.service.tokens import Tokens

NGINX = EXAMPLES / "nginx/workhours.conf"
CLIENT, OTHER, PROXY = "203.0.113.7", "198.51.100.1", "10.0.0.5"
TOKENS = Tokens.parse(f"read={READ}", "TOKENS")


def ask(app: Any, peer: str, **headers: str) -> Any:
    async def send() -> Any:
        transport = httpx.ASGITransport(app, client=(peer, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.post("/v1/due", json={"start": FRIDAY}, headers=JSON | named)

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("peer", "header", "same", "other"),
    [
        # a client behind the proxy cannot become another one by what it sends itself
        ("127.0.0.1", CLIENT, f"{OTHER}, {CLIENT}", OTHER),
        ("127.0.0.1", f"{CLIENT}, {PROXY}", f"{OTHER},{CLIENT} , {PROXY}", OTHER),
        ("127.0.0.1", "2001:db8::1", "[2001:db8::1]:443", "2001:db8::2"),
        # who is no proxy has its own address, whatever it sends
        (CLIENT, OTHER, "203.0.113.99", None),
    ],
)
def test_clients_behind_a_proxy_have_rates_of_their_own(
    monkeypatch: pytest.MonkeyPatch, peer: str, header: str, same: str, other: str | None
) -> None:
    monkeypatch.setattr(tokens, "monotonic", lambda: 0.0)
    policy, proxies = parse(REGION).policy, ["127.0.0.1", "10.0.0.0/24"]
    app = application(policy, TOKENS, limits=Limits(rate=1), proxies=proxies)
    for _ in range(10):
        assert ask(app, peer, x_forwarded_for=header).status_code == 401
    for again in (header, same):
        assert ask(app, peer, x_forwarded_for=again).status_code == 429
    if other is not None:
        assert ask(app, peer, x_forwarded_for=other).status_code == 401
    # the rate of a token does not depend on addresses
    bearer = f"Bearer {READ}"
    assert ask(app, peer, x_forwarded_for=header, authorization=bearer).status_code == 200


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1"])
@pytest.mark.parametrize(
    ("header", "address"),
    [
        (CLIENT, CLIENT),
        (f"{CLIENT}, 127.0.0.1", CLIENT),
        (f"127.0.0.1, {CLIENT}", CLIENT),
        ("unknown", "unknown"),
    ],
)
def test_without_tokens_no_proxy_opens_the_service(peer: str, header: str, address: str) -> None:
    app = application(parse(REGION).policy)
    found = problem(ask(app, peer, x_forwarded_for=header), "other-machine", 421)
    assert found["address"] == address
    for local in ({}, {"x_forwarded_for": "127.0.0.1, ::1"}):
        assert ask(app, peer, **local).status_code == 200


@pytest.mark.parametrize("text", ["", "nginx", "10.0.0.1/24", "0.0.0.0/0", "::/0", "10.0.0.0/33"])
def test_proxies_that_cannot_be_used(text: str) -> None:
    settings = ServiceSettings(proxies=("127.0.0.1", text))
    with pytest.raises(ConfigError, match=r"proxies\[1\].*network such as 10\.0\.0\.0/24"):
        run.checked_proxies(settings, TOKENS)
    with pytest.raises(ConfigError, match="there are no tokens"):
        run.checked_proxies(settings, Tokens())


def test_the_recipe_sets_the_header_that_the_service_reads() -> None:
    text = NGINX.read_text("utf-8")
    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in text
