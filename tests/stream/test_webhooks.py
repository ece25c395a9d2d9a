"""Webhooks reach a real receiver signed and once accepted, whatever the receiver does before."""

from __future__ import annotations

import base64
import hmac
import json
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest

from kit.values import OFFICE
from workhours_sla import Change, Event, EventType, Policy, Target, working_hours
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.errors import ConfigError, StoreError, UndeliverableError
from workhours_sla.json import from_json
from workhours_sla.sla.changes import ChangeKind
from workhours_sla.stream import Delivery, MemoryStore, Pipeline, Retry, WebhookSink
from workhours_sla.stream.sinks import webhook
from workhours_sla.stream.sinks.webhook import endpoint_of, is_public

POLICY = Policy([Target("первый ответ", working_hours(4), OFFICE)])
POSTED = datetime(2025, 3, 12, 10, 15, tzinfo=OFFICE.tz)
NOW = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
SOON = Retry(first=timedelta(milliseconds=1), longest=timedelta(milliseconds=5))
CHANGE = Change(
    ChangeKind.BREACHED, "A.1", "первый ответ", 0, 3, NOW, NOW, NOW, None, ("1",), "roads", "", ""
)


class Request(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)["data"]
        return found


Behaviour = Callable[["Handler"], object]


class Handler(BaseHTTPRequestHandler):
    """Records the request, then does what the test has planned for it."""

    server: Receiver  # type: ignore[assignment]
    change_id = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {key.lower(): value for key, value in self.headers.items()}
        self.server.requests.append(Request(self.path, headers, body))
        plan = self.server.plan
        self.change_id = self.server.requests[-1].data["change_id"]
        (plan.pop(0) if plan else answer(204))(self)

    def log_message(self, *_args: object) -> None:
        """Print nothing."""


class Receiver(ThreadingHTTPServer):
    """An HTTP server that behaves as planned, one plan for each request, then accepts all."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.plan: list[Behaviour] = []
        self.requests: list[Request] = []
        self.accepted: list[str] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"

    @property
    def received(self) -> list[str]:
        return [request.data["change_id"] for request in self.requests]

    def handle_error(self, *_args: object) -> None:
        """Ignore senders that have given up."""


def answer(status: int, **headers: str) -> Behaviour:
    def behave(handler: Handler) -> None:
        if status < 300:
            handler.server.accepted.append(handler.change_id)
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return behave


def drop(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def hang(handler: Handler) -> None:
    handler.server.released.wait(30)


def garbage(handler: Handler) -> None:
    handler.wfile.write(b"\x1b[31m no HTTP at all" + b"!" * 9_000 + b"\r\n\r\n")


def half(handler: Handler) -> None:
    """Send half of a status line, and drop the connection."""
    handler.wfile.write(b"HTTP/1.1 20")
    handler.wfile.flush()
    drop(handler)


def endless_body(handler: Handler) -> None:
    """Accept, and send a body that never ends."""
    handler.server.accepted.append(handler.change_id)
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while not handler.server.released.wait(0.05):
        handler.wfile.write(b"H")


def slow(handler: Handler) -> None:
    time.sleep(0.2)
    answer(200)(handler)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


def sink_to(url: str, name: str = "board", seconds: float = 5.0) -> WebhookSink:
    return WebhookSink(
        name,
        url,
        SECRET,
        allow_private=True,
        timeout=timedelta(seconds=seconds),
        clock=lambda: NOW,
    )


def events(count: int) -> list[Event]:
    return [
        Event(f"{number}", f"A-{number}", EventType.CREATED, POSTED, POSTED)
        for number in range(count)
    ]


# -- the request -------------------------------------------------------------------------------


def test_a_request_is_signed_as_the_specification_says(receiver: Receiver) -> None:
    sink_to(receiver.url + "?key=1").write([CHANGE])
    [request] = receiver.requests
    headers = request.headers
    assert request.path == "/hook?key=1"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    id_ = headers["webhook-id"]
    assert unquote(id_) == CHANGE.change_id
    assert id_.isascii()
    assert "." not in id_  # which separates the parts of the signed text
    signed = f"{id_}.{headers['webhook-timestamp']}.".encode() + request.body
    expected = base64.b64encode(hmac.digest(KEY, signed, sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_the_body_is_the_change_and_a_retraction_has_a_type_of_its_own(receiver: Receiver) -> None:
    retraction = CHANGE._replace(revision=4, retracts=CHANGE.change_id)
    sink_to(receiver.url).write([CHANGE, retraction])
    bodies = [json.loads(request.body) for request in receiver.requests]
    assert [body["type"] for body in bodies] == [
        "workhours.change.breached",
        "workhours.change.retracted",
    ]
    for body, change in zip(bodies, (CHANGE, retraction), strict=True):
        assert from_json(json.dumps(body["data"]), Change) == change


# -- the answer --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 451, 499])
def test_a_change_that_is_refused_is_undeliverable(receiver: Receiver, status: int) -> None:
    receiver.plan = [answer(status)]
    with pytest.raises(UndeliverableError, match=f"status {status}") as caught:
        sink_to(receiver.url).write([CHANGE])
    assert caught.value.change_id == CHANGE.change_id


@pytest.mark.parametrize("status", [301, 302, 307, 308, 408, 425, 429, 500, 502, 503, 504, 600])
def test_any_other_status_is_temporary(receiver: Receiver, status: int) -> None:
    location = f"http://127.0.0.1:{receiver.server_port}/elsewhere"
    receiver.plan = [answer(status, Location=location)]
    with pytest.raises(StoreError, match=f"status {status}"):
        sink_to(receiver.url).write([CHANGE])
    assert [request.path for request in receiver.requests] == ["/hook"]  # not redirected


@pytest.mark.parametrize("behaviour", [drop, garbage, half, hang])
def test_no_answer_is_temporary_and_ends_in_time(receiver: Receiver, behaviour: Behaviour) -> None:
    receiver.plan = [behaviour]
    with pytest.raises(StoreError) as caught:
        sink_to(receiver.url, seconds=0.3).write([CHANGE])
    text = str(caught.value)
    assert f"127.0.0.1:{receiver.server_port}" in text
    assert text.isprintable()
    assert len(text) < 400


def test_the_body_of_an_answer_is_not_read(receiver: Receiver) -> None:
    receiver.plan = [endless_body]
    sink_to(receiver.url, seconds=20).write([CHANGE])
    assert not receiver.released.is_set()
    assert receiver.accepted == [CHANGE.change_id]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("Mon, 16 Mar 2026 07:10:00 GMT", 600),
        ("Mon, 16 Mar 2026 06:00:00 GMT", 0),
        ("999999999", 86_400),
        ("9" * 5000, None),
        ("soon", None),
        ("-5", None),
        ("Mon, 99 Mar 2026 07:10:00 GMT", None),
        ("", None),
    ],
)
def test_the_delay_that_a_receiver_asks_for(
    receiver: Receiver, text: str, seconds: int | None
) -> None:
    receiver.plan = [answer(503, Retry_After=text)]
    with pytest.raises(StoreError) as caught:
        sink_to(receiver.url).write([CHANGE])
    wait = caught.value.retry_after
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


# -- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1"),  # noqa: S104
        *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "fe80::1%eth0"),
    ],
)
def test_loopback_private_and_reserved_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)
    host = f"[{address}]" if ":" in address else address
    if "%" not in address:
        with pytest.raises(ConfigError, match="allow_private"):
            endpoint_of(f"https://{host}/hook")
        assert endpoint_of(f"http://{host}/hook", allow_private=True).host == address


@pytest.mark.parametrize(
    "url",
    [
        *("board.example/hook", "ftp://board.example", "https://", "https:///hook", "file:///etc"),
        *("https://user:word@board.example/", "https://board.example/#part", "https://[::1/"),
        *("https://board.example:99999/", "https://board.example/a b", "https://board.example\n"),
        *("https://" + "x" * 70 + ".example", "", "http://board.example/hook"),
        *("https://board\0.example/hook", "https://board.example/\x1b"),
    ],
)
def test_what_is_no_address_for_webhooks_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        endpoint_of(url)


@pytest.mark.parametrize(
    "login", ["user:SECRET", "SECRET", "user:a/SECRET", "user:a//SECRET", "user:a@SECRET"]
)
def test_the_password_of_an_address_for_webhooks_is_not_shown(login: str) -> None:
    for scheme in ("https://", "http://", "htps://", "", "//"):
        with pytest.raises(ConfigError) as caught:
            endpoint_of(f"{scheme}{login}@board.example/hook")
        assert "SECRET" not in f"{caught.value} {vars(caught.value)}"
        assert "user" not in str(caught.value)
        assert "***@board.example/hook'" in str(caught.value)


def test_a_name_that_leads_to_a_private_address_is_refused_before_a_connection(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [("8.8.8.8", 443), ("127.0.0.1", receiver.server_port)]
    resolved = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in found]
    for order in permutations(resolved):
        monkeypatch.setattr(webhook.socket, "getaddrinfo", lambda *_a, order=order, **_k: order)
        sink = WebhookSink("board", "https://board.example/hook", SECRET)
        with pytest.raises(StoreError, match=r"board\.example has the address 127\.0\.0\.1"):
            sink.write([CHANGE])
    assert receiver.requests == []


def test_a_receiver_without_tls_or_with_a_strange_certificate_gets_nothing(
    receiver: Receiver, certificate: Path
) -> None:
    plain = sink_to(receiver.url.replace("http:", "https:"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    for sink in (plain, sink_to(receiver.url.replace("http://127.0.0.1", "https://localhost"))):
        with pytest.raises(StoreError, match="failed"):
            sink.write([CHANGE])
        receiver.socket = context.wrap_socket(receiver.socket, server_side=True)
    assert receiver.requests == []


@pytest.mark.parametrize(
    "secret",
    [
        *("", "whsec_", "secret", base64.b64encode(KEY).decode(), "whsec_***"),
        *("whsec_" + base64.b64encode(b"x" * size).decode() for size in (23, 65)),
    ],
)
def test_a_secret_that_is_none_is_refused_and_not_quoted(secret: str) -> None:
    with pytest.raises(ConfigError) as caught:
        WebhookSink("board", "https://board.example/", secret)
    assert not secret or len(secret) < 7 or secret not in str(caught.value)


# -- delivery ----------------------------------------------------------------------------------


def test_every_change_is_accepted_in_order_by_a_receiver_with_every_trouble(
    receiver: Receiver,
) -> None:
    trouble: list[Behaviour] = [
        *(answer(500), answer(503, Retry_After="0"), answer(429), answer(302), drop, garbage),
        *(hang, slow, half, endless_body),
    ]
    rng = random.Random(1)
    receiver.plan = [rng.choice(trouble) if rng.random() < 0.5 else answer(200) for _ in range(40)]
    with (
        Pipeline(MemoryStore(), POLICY) as pipeline,
        Delivery(pipeline.store, [sink_to(receiver.url, seconds=0.5)], retry=SOON) as delivery,
    ):
        changes = pipeline.apply(events(30))
        delivery.notify()
        limit = time.monotonic() + 60
        while len({*receiver.accepted}) < 30 or pipeline.store.pending("board", NOW, 1).changes:
            assert time.monotonic() < limit
            time.sleep(0.01)
        assert delivery.finish(10) == []
    ids = [change.change_id for change in changes]
    assert list(dict.fromkeys(receiver.accepted)) == ids


def test_the_delay_that_the_receiver_asks_for_is_kept(receiver: Receiver) -> None:
    receiver.plan = [answer(429, Retry_After="3600")]
    with (
        Pipeline(store := MemoryStore(), POLICY) as pipeline,
        Delivery(store, [sink_to(receiver.url)], retry=SOON, clock=lambda: NOW) as delivery,
    ):
        pipeline.apply(events(2))
        delivery.notify()
        limit = time.monotonic() + 20
        while store.pending("board", NOW, 9).retry_at is None:
            assert time.monotonic() < limit
            time.sleep(0.01)
        assert store.pending("board", NOW, 9).retry_at == NOW + timedelta(hours=1)
    assert len(receiver.requests) == 1


# -- the command -------------------------------------------------------------------------------

LINES = "".join(
    json.dumps(
        {
            "event_id": f"{number}",
            "appeal_id": f"A-{number}",
            "type": "created",
            "occurred_at": "2026-03-16T10:00:00+03:00",
            "received_at": "2026-03-16T10:00:05+03:00",
        }
    )
    + "\n"
    for number in range(3)
)


def region(url: str, *, allow: bool = True) -> str:
    return (
        '[schedule]\ncalendar = "RU-VGG"\n[sinks.board]\nkind = "webhook"\n'
        f'url = "{url}"\nsecret_env = "BOARD_SECRET"\nallow_private = {str(allow).lower()}\n'
    )


@pytest.fixture
def watch(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOARD_SECRET", SECRET)
    Path("events.jsonl").write_text(LINES, encoding="utf-8")
    Path("region.toml").write_text(region(receiver.url), encoding="utf-8")

    def run(*options: str) -> int:
        return main(
            [
                *("watch", "events.jsonl", "--store", "a.db", "--config", "region.toml"),
                *("--clock", "events", "--once", *options),
            ]
        )

    return run


def test_watch_sends_changes_and_the_outbox_lists_and_replays_what_was_refused(
    receiver: Receiver, watch: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.plan = [answer(200), answer(410)]
    assert watch() == 0
    assert "refused the change with status 410" in capsys.readouterr().err
    assert main(["outbox", "dead", "--store", "a.db", "--json"]) == 0
    [letter] = json.loads(capsys.readouterr().out)
    assert (letter["sink"], letter["attempts"]) == ("board", 1)
    assert letter["change_id"] == receiver.received[1]
    assert main(["outbox", "replay", "board", "--store", "a.db"]) == 0
    assert watch() == 0
    assert len(receiver.requests) == 4
    assert receiver.received[3] == letter["change_id"]
    assert main(["outbox", "dead", "--store", "a.db", "--json"]) == 0
    assert capsys.readouterr().out.strip() == "[]"


def test_watch_fails_if_the_receiver_is_down_and_the_next_run_sends_the_rest(
    receiver: Receiver, watch: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.plan = [answer(200), answer(500)]
    assert watch("--lang", "ru") == 2
    assert "ответил кодом 500; исправьте получателя" in capsys.readouterr().err
    assert watch() == 0
    assert receiver.received[0] not in receiver.received[1:]
    assert receiver.received[1] == receiver.received[2]
    assert len(receiver.requests) == 4


def test_watch_without_the_secret_creates_no_store(
    watch: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("BOARD_SECRET")
    assert watch() == 2
    assert "sinks.board.secret_env" in capsys.readouterr().err
    monkeypatch.setenv("BOARD_SECRET", "whsec_short")
    assert watch() == 2
    err = capsys.readouterr().err
    assert "24 to 64 bytes" in err
    assert "whsec_short" not in err
    assert not Path("a.db").exists()


@pytest.mark.parametrize(
    ("name", "key", "value", "path"),
    [
        ("stdout", "kind", '"webhook"', "sinks.stdout"),
        ('"/tmp/x"', "kind", '"webhook"', 'sinks."/tmp/x"'),
        ("board", "kind", '"telegram"', "sinks.board.kind"),
        ("board", "retries", "3", "sinks.board.retries"),
    ],
)
def test_a_sink_that_cannot_be_used_is_named(name: str, key: str, value: str, path: str) -> None:
    keys = {"kind": '"webhook"', "url": '"https://board.example/"', "secret_env": '"S"'}
    lines = [f"{key} = {value}" for key, value in {**keys, key: value}.items()]
    with pytest.raises(ConfigError) as caught:
        parse("\n".join([f"[sinks.{name}]", *lines]))
    assert caught.value.key == path
