"""Who sent a request that came through a reverse proxy, and whom the service believes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.errors import ConfigError

pytest.importorskip("starlette")
pytest.importorskip("httpx")

import httpx

from kit.client import FRIDAY, JSON, READ, REGION, problem
from kit.paths import EXAMPLES
from workhours_sla.config.service_sections import ServiceSettings
from workhours_sla.service import guard
from workhours_sla.service.api import Limits
from workhours_sla.service.app import application
from workhours_sla.service.proxies import Proxies, home
from workhours_sla.service.tokens import Tokens

NGINX = EXAMPLES / "nginx/workhours.conf"
CLIENT, OTHER, PROXY = "203.0.113.7", "198.51.100.1", "10.0.0.5"
KNOWN = Proxies(["127.0.0.1", "10.0.0.0/24", "2001:db8:ff::/48"])


def sent_by(
    peer: str, *values: str, proxies: Proxies = KNOWN, name: str = "x-forwarded-for"
) -> Any:
    return proxies.client(peer, [(name.encode(), value.encode("latin-1")) for value in values])


@pytest.mark.parametrize(
    ("peer", "values", "client"),
    [
        (CLIENT, [OTHER], CLIENT),  # no proxy, so it may say what it likes
        (CLIENT, ["127.0.0.1"], CLIENT),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [CLIENT], CLIENT),
        ("::ffff:127.0.0.1", [CLIENT], CLIENT),
        ("127.0.0.1", [f"{OTHER}, {CLIENT}"], CLIENT),  # the client itself sent the first
        ("127.0.0.1", [OTHER, CLIENT], CLIENT),  # in two headers
        ("127.0.0.1", [f"{OTHER},{CLIENT} , {PROXY}"], CLIENT),
        ("127.0.0.1", [f"{PROXY}, {CLIENT}, {PROXY}"], CLIENT),
        ("127.0.0.1", [PROXY], PROXY),
        ("127.0.0.1", [f"{CLIENT}:5123"], CLIENT),
        ("127.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("127.0.0.1", ["[2001:db8::1]:443"], "2001:db8::1"),
        ("2001:db8:ff::2", [CLIENT], CLIENT),
        ("127.0.0.1", [f"{CLIENT}, unknown"], "127.0.0.1"),  # nobody before it is believed
        ("127.0.0.1", [f"{CLIENT}, _hidden, {PROXY}"], PROXY),
        ("127.0.0.1", ["\xff"], "127.0.0.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", [",,,"], "127.0.0.1"),
        ("127.0.0.1", ["1" * 60_000], "127.0.0.1"),
        ("127.0.0.1", [f"{CLIENT}," + f"{PROXY}," * 30_000 + PROXY], PROXY),
        ("no address", [CLIENT], "no address"),
    ],
)
def test_the_first_address_from_the_end_that_is_no_proxy_is_the_client(
    peer: str, values: list[str], client: str
) -> None:
    assert sent_by(peer, *values) == client


@pytest.mark.parametrize(
    ("value", "client"),
    [
        (f"for={CLIENT}", CLIENT),
        (f"For={CLIENT};proto=https;by={PROXY}", CLIENT),
        (f'proto=https ; for="{CLIENT}:47011"', CLIENT),
        ('for="[2001:db8::17]:47011"', "2001:db8::17"),
        (f"for={OTHER}, for={CLIENT}, for={PROXY}", CLIENT),
        (f'for="a, for={OTHER}, for={CLIENT}', CLIENT),  # a quote that the client left open
        (f"for={CLIENT}, for=_hidden", "127.0.0.1"),
        (f"for={CLIENT}, proto=https", "127.0.0.1"),
        ("for", "127.0.0.1"),
    ],
)
def test_the_header_forwarded(value: str, client: str) -> None:
    known = Proxies(["127.0.0.1", "10.0.0.0/24"], "Forwarded")
    assert sent_by("127.0.0.1", value, proxies=known, name="forwarded") == client


def test_only_the_configured_header_is_believed() -> None:
    assert sent_by("127.0.0.1", f"for={CLIENT}", name="forwarded") == "127.0.0.1"
    known = Proxies(["127.0.0.1"], "Forwarded")
    assert sent_by("127.0.0.1", CLIENT, proxies=known) == "127.0.0.1"


def test_without_proxies_no_header_is_believed() -> None:
    assert sent_by("127.0.0.1", CLIENT, proxies=Proxies()) == "127.0.0.1"


def test_addresses_of_one_network_share_a_rate() -> None:
    assert home("2001:db8:1:2::1") == home("2001:db8:1:2:ffff::9") != home("2001:db8:1:3::1")
    assert home("::ffff:203.0.113.7") == home(CLIENT)
    assert home("testclient") == "testclient"


# -- the service ----------------------------------------------------------------------------------


class Behind:
    """Asks a service of tokens from an address, at a time that never changes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *proxies: str) -> None:
        monkeypatch.setattr(guard, "monotonic", lambda: 0.0)
        tokens = Tokens.parse(f"read={READ}", "TOKENS")
        self.app = application(
            parse(REGION).policy, tokens, limits=Limits(rate=1), proxies=Proxies(proxies)
        )

    def ask(self, peer: str, **headers: str) -> int:
        async def send() -> int:
            transport = httpx.ASGITransport(self.app, client=(peer, 50_000))
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                answer = await client.post("/v1/due", json={"start": FRIDAY}, headers=named)
                return int(answer.status_code)

        return asyncio.run(send())

    def exhaust(self, peer: str, **headers: str) -> None:
        for _ in range(10):
            assert self.ask(peer, **headers) == 401
        assert self.ask(peer, **headers) == 429


def test_each_client_behind_a_proxy_has_its_own_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Behind(monkeypatch, "127.0.0.1")
    service.exhaust("127.0.0.1", x_forwarded_for=CLIENT)
    # it cannot become another one by what it sends itself
    assert service.ask("127.0.0.1", x_forwarded_for=f"{OTHER}, {CLIENT}") == 429
    assert service.ask("127.0.0.1", x_forwarded_for=OTHER) == 401
    assert service.ask("127.0.0.1") == 401
    # the rate of a token does not depend on addresses
    bearer = f"Bearer {READ}"
    assert service.ask("127.0.0.1", x_forwarded_for=CLIENT, authorization=bearer) == 200


def test_who_is_no_proxy_has_the_rate_of_its_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Behind(monkeypatch, "127.0.0.1")
    service.exhaust(CLIENT, x_forwarded_for=OTHER)
    assert service.ask(CLIENT, x_forwarded_for="203.0.113.99") == 429


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"x-forwarded-for": CLIENT}, CLIENT),
        ({"x-forwarded-for": f"{CLIENT}, 127.0.0.1"}, CLIENT),
        ({"x-forwarded-for": f"127.0.0.1, {CLIENT}"}, CLIENT),
        ({"x-forwarded-for": "unknown"}, "unknown"),
        ({"forwarded": f"for={CLIENT};host=localhost"}, CLIENT),
        ({"forwarded": "proto=https"}, ""),
    ],
)
def test_without_tokens_no_proxy_opens_the_service(headers: dict[str, str], address: str) -> None:
    app = application(parse(REGION).policy)

    async def send(path: str, headers: dict[str, str]) -> Any:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(path, json={"start": FRIDAY}, headers=JSON | headers)

    found = problem(asyncio.run(send("/v1/due", headers)), "other-machine", 421)
    assert found["address"] == address
    for local in ({}, {"x-forwarded-for": "127.0.0.1, ::1"}, {"forwarded": 'for="[::1]"'}):
        assert asyncio.run(send("/v1/due", local)).status_code == 200


# -- the configuration ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "nginx", "10.0.0.1/24", "0.0.0.0/0", "::/0", "10.0.0.0/33"])
def test_proxies_that_cannot_be_used(text: str) -> None:
    settings = ServiceSettings(proxies=("127.0.0.1", text))
    with pytest.raises(ConfigError, match=r"proxies\[1\].*network such as 10\.0\.0\.0/24"):
        Proxies.of(settings, has_tokens=True)


def test_proxies_need_tokens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "region.toml"
    file.write_text(REGION + '[service]\nproxies = ["127.0.0.1"]\n', encoding="utf-8")
    assert main(["serve", "--config", str(file), "--port", "0"]) == 2
    assert "there are no tokens" in capsys.readouterr().err


def test_the_recipe_sets_the_header_that_the_service_reads() -> None:
    text = NGINX.read_text("utf-8")
    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in text
    assert ServiceSettings().proxy_header == "X-Forwarded-For"
