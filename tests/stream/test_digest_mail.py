"""Each digest reaches each address of its agency by a real mail server, whatever others refuse."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from kit.stored import drain
from kit.values import DAY
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.errors import ConfigError, StoreError
from workhours_sla.stores.store_values import MAIL, StoredDigest
from workhours_sla.stream import Delivery, MemoryStore
from workhours_sla.stream.sinks import mail
from workhours_sla.stream.sinks.mail import MailRefusedError, MailServer, MailSink, html_of
from workhours_sla.text.catalog import language

controller = pytest.importorskip("aiosmtpd.controller")
smtpd = pytest.importorskip("aiosmtpd.smtp")

NOW = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
SENDER = "deadlines@region.example"
TEXT = "Дороги <b> · пн 16.03.2026 10:00\n\nПросрочено, без ответа: 1\n• A-1 & A-2, ответ: срок"


class Inbox:
    """Takes messages, and replies to recipients as ``replies`` says."""

    def __init__(self) -> None:
        self.got: list[tuple[str, EmailMessage]] = []
        self.replies: dict[str, str] = {}
        self.to_data: list[str] = []
        self.to_quit = "221 Bye"

    async def handle_RCPT(  # noqa: N802 - the name of the library
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        reply = self.replies.get(address)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.to_data:
            return self.to_data.pop(0)
        message = message_from_bytes(envelope.content, policy=default)
        self.got += [(address, message) for address in envelope.rcpt_tos]
        return "250 OK"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        return self.to_quit

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.got]


def authenticate(_server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> Any:
    right = (data.login, data.password) == (b"deadlines", b"word")
    return smtpd.AuthResult(success=right, handled=False)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox, certificate: Path) -> Iterator[MailServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    running = controller.Controller(
        inbox,
        hostname="localhost",
        port=0,
        tls_context=context,
        require_starttls=True,
        authenticator=authenticate,
        auth_required=True,
    )
    yield from _run(running, MailServer("localhost", 0, SENDER, "deadlines", "word"))


@pytest.fixture
def plain(inbox: Inbox) -> Iterator[MailServer]:
    running = controller.Controller(inbox, hostname="localhost", port=0)
    yield from _run(running, MailServer("localhost", 0, SENDER))


def _run(running: Any, server: MailServer) -> Iterator[MailServer]:
    with suppress(ConnectionRefusedError):  # the library tries to connect to port 0
        running.start()
    port = running.server.sockets[0].getsockname()[1]
    yield server._replace(port=port)
    running.stop(no_assert=True)


@pytest.fixture
def trusted(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate / "cert.pem"))


class Clock:
    """A clock that a test sets."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.deliver_to(["post"], MAIL)
    return store


def put(store: MemoryStore, at: datetime, *agencies: str, parts: int = 1) -> None:
    """Store digests for the addresses of agencies."""
    texts = tuple(f"{TEXT}\npart {part}" for part in range(1, parts + 1))
    found = [
        StoredDigest(agency, at, texts, recipient)
        for agency in agencies
        for recipient in (None, *ADDRESSES[agency])
    ]
    store.add_digests(found, 0, "digests", "")


ADDRESSES = {"roads": ["roads@x.example", "duty@x.example"], "parks": ["parks@x.example"]}


# -- messages ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_digest_is_one_message_to_each_address_as_text_and_html(
    server: MailServer, inbox: Inbox, trusted: ssl.SSLContext, store: MemoryStore
) -> None:
    put(store, NOW, "roads", "parks", parts=2)
    with language("ru"):
        drain(store, MailSink("post", server, context=trusted, clock=lambda: NOW))
    assert inbox.addresses == ["roads@x.example", "duty@x.example", "parks@x.example"]
    message = inbox.got[0][1]
    assert message["Subject"] == "Дороги <b> · пн 16.03.2026 10:00"
    assert (message["From"], message["To"]) == (SENDER, "roads@x.example")
    assert message["Date"].datetime == NOW
    assert message["Content-Language"] == "ru"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = (
        message.get_body(kind).get_content()  # type: ignore[union-attr]
        for kind in (("plain",), ("html",))
    )
    assert text.replace("\r\n", "\n") == f"{TEXT}\npart 1\n{TEXT}\npart 2\n"
    assert '<html lang="ru">' in html
    assert "<h1>Дороги &lt;b&gt; · пн 16.03.2026 10:00</h1>" in html
    assert "<li>A-1 &amp; A-2, ответ: срок</li>" in html
    assert "<b>" not in html
    ids = {message["Message-ID"] for _, message in inbox.got}
    assert len(ids) == 3


def test_a_name_cannot_add_headers() -> None:
    text = "Roads\rBcc: all@x.example\x00\n• <script>alert(1)</script>"
    assert "<script>" not in html_of(text)


def test_digests_from_before_the_sink_are_not_sent() -> None:
    store = MemoryStore()
    put(store, NOW, "parks")
    store.deliver_to(["post"], MAIL)
    assert not store.pending("post", NOW, 9).changes
    put(store, NOW + DAY, "parks")
    assert [one.recipient for _, one in store.pending("post", NOW, 9).changes] == ADDRESSES["parks"]


# -- refusals ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_recipient_that_is_refused_for_good_blocks_no_other(
    plain: MailServer, inbox: Inbox, store: MemoryStore
) -> None:
    inbox.replies["roads@x.example"] = "550 no such user"
    refused: list[tuple[str, Exception]] = []
    put(store, NOW, "roads", "parks")
    sink = MailSink("post", plain)
    with Delivery(store, [sink], on_failure=lambda *failed: refused.append(failed)) as delivery:
        assert delivery.finish(10) == []
    assert inbox.addresses == ["duty@x.example", "parks@x.example"]
    [(name, error)] = refused
    assert isinstance(error, MailRefusedError)
    assert (name, error.recipient, error.reply) == ("post", "roads@x.example", "550 no such user")
    [letter] = store.dead("post")
    assert letter.error == "550 no such user"
    assert store.replay("post", [letter.number]) == 1


@pytest.mark.slow
def test_a_recipient_that_is_refused_for_now_is_tried_again_for_a_day(
    plain: MailServer, inbox: Inbox, store: MemoryStore
) -> None:
    inbox.replies["roads@x.example"] = "451 greylisted"
    refused: list[object] = []
    clock = Clock()

    def deliver(minutes: int = 0) -> None:
        clock.now += timedelta(minutes=minutes)
        sink = MailSink("post", plain)
        delivery = Delivery(
            store, [sink], clock=clock, on_failure=lambda *failed: refused.append(failed)
        )
        delivery._workers[0]._is_new = False
        with delivery:
            assert delivery.finish(10) == []

    put(store, NOW, "roads", "parks")
    deliver()
    assert inbox.addresses == ["duty@x.example", "parks@x.example"]
    assert store.pending("post", NOW, 1).retry_at == NOW + timedelta(minutes=5)
    inbox.to_data = ["452 mailbox full"]
    del inbox.replies["roads@x.example"]
    deliver(5)
    assert len(inbox.got) == 2
    deliver(10)
    assert inbox.addresses[2:] == ["roads@x.example"]
    inbox.replies["parks@x.example"] = "451 greylisted"
    put(store, NOW + DAY, "parks")
    for _ in range(24):
        deliver(60)
    assert (refused, store.dead("post")) == ([], [])
    for _ in range(6):
        deliver(60)
    assert len(refused) == len(store.dead("post")) == 1


# -- the connection ----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_server_without_encryption_is_used_on_this_machine_alone(
    plain: MailServer, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mail.send(plain, "a@x.example", b"Subject: x\r\n\r\nx", timeout=5) is None
    with pytest.raises(StoreError, match="STARTTLS"):  # a password is never sent in clear
        mail.send(plain._replace(user="u"), "a@x.example", b"\r\nx", timeout=5)
    monkeypatch.setattr(mail, "_THIS_MACHINE", ())
    with pytest.raises(StoreError, match="STARTTLS"):
        mail.send(plain, "a@x.example", b"\r\nx", timeout=5)
    assert len(inbox.got) == 1


@pytest.mark.slow
def test_an_accepted_message_is_sent_whatever_the_server_replies_to_quit(
    plain: MailServer, inbox: Inbox
) -> None:
    for inbox.to_quit in ("250 OK", "421 closing", "221 Bye"):
        assert mail.send(plain, "a@x.example", b"Subject: x\r\n\r\nx", timeout=5) is None
    inbox.to_quit, inbox.replies["a@x.example"] = "250 OK", "550 nobody"
    refusal = mail.send(plain, "a@x.example", b"Subject: x\r\n\r\nx", timeout=5)
    assert refusal == (550, "nobody")
    assert len(inbox.got) == 3


@pytest.mark.slow
def test_a_wrong_password_or_certificate_is_a_failure_of_the_server(
    server: MailServer, inbox: Inbox, trusted: ssl.SSLContext
) -> None:
    wrong = server._replace(password="other")  # noqa: S106
    with pytest.raises(StoreError, match="535") as caught:
        mail.send(wrong, "a@x.example", b"\r\nx", timeout=5, context=trusted)
    assert "other" not in str(caught.value)
    odd = server._replace(password="wörd")  # noqa: S106 - outside of ASCII
    with pytest.raises(StoreError, match=r"localhost") as caught:
        mail.send(odd, "a@x.example", b"\r\nx", timeout=5, context=trusted)
    assert "xf6" not in str(caught.value)
    with pytest.raises(StoreError, match="certificate"):  # of an authority that nobody trusts
        mail.send(server, "a@x.example", b"\r\nx", timeout=5)
    assert inbox.got == []


def spoken(text: bytes, replies: dict[bytes, bytes]) -> Iterator[int]:
    """Run a server that sends ``text``, then replies to commands, and yield its port.

    An empty reply closes the connection. Without a reply the server is silent.
    """
    ended = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def talk(opened: socket.socket) -> None:
        with opened, suppress(OSError), opened.makefile("rb") as lines:
            opened.sendall(text)
            for line in lines:
                reply = replies.get(line.upper().partition(b" ")[0].strip())
                if reply == b"":
                    return
                if reply is not None:
                    opened.sendall(reply)
            ended.wait(60)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=talk, args=listening.accept()[:1], daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    ended.set()
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


HELLO = {b"EHLO": b"250-x\r\n250 STARTTLS\r\n"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "replies"),
    [
        (b"", {}),  # never greets
        (b"220 x\r\n", HELLO | {b"STARTTLS": b"454 TLS not available\r\n"}),
        (b"220 x\r\n", HELLO | {b"STARTTLS": b""}),  # drops the connection
        (b"220 x\r\n", HELLO | {b"STARTTLS": b"220 go\r\n" + b"no TLS" * 99}),
        (b"220 x\r\n", HELLO | {b"STARTTLS": b"220 go\r\n"}),  # never completes TLS
        (b"554 no service here\r\n", {}),
        (b"\x1b[31m" * 9_000, {}),
    ],
)
def test_a_server_without_working_tls_gets_nothing_in_clear(
    text: bytes, replies: dict[bytes, bytes]
) -> None:
    commands = {b"AUTH", b"MAIL", b"DATA"}
    for port in spoken(text, replies | dict.fromkeys(commands, b"250 OK\r\n")):
        server = MailServer("127.0.0.1", port, SENDER, "deadlines", "word")
        with pytest.raises(StoreError) as caught:
            mail.send(server, "a@x.example", b"\r\nx", timeout=0.5)
        assert f"127.0.0.1:{port}" in str(caught.value)
        assert str(caught.value).isprintable()


# -- the command -------------------------------------------------------------------------------

LINES = "".join(
    json.dumps(
        {
            "event_id": f"{agency}{hour}",
            "appeal_id": f"{agency}-{hour}",
            "type": "created",
            "occurred_at": f"2026-03-16T{hour}:10:00+03:00",
            "received_at": f"2026-03-16T{hour}:10:05+03:00",
            "agency_id": agency,
        }
    )
    + "\n"
    for hour in ("09", "17")
    for agency in ("roads", "parks")
)
REGION = """
[schedule]
calendar = "RU-VGG"
[agencies]
roads = {{ name = "Дороги", email = ["roads@x.example", "duty@x.example"] }}
parks = {{ name = "Парки", email = "parks@x.example" }}
[sinks.post]
kind = "email"
host = "localhost"
port = {port}
from = "deadlines@region.example"
"""


@pytest.fixture
def watch(plain: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.chdir(tmp_path)
    Path("events.jsonl").write_text(LINES, encoding="utf-8")
    Path("region.toml").write_text(REGION.format(port=plain.port), encoding="utf-8")

    def run(*options: str) -> int:
        return main(
            [
                *("watch", "events.jsonl", "--store", "a.db", "--config", "region.toml"),
                *("--clock", "events", "--once", "--lang", "ru", *options),
            ]
        )

    return run


@pytest.mark.slow
def test_watch_mails_the_digests_of_its_file(
    inbox: Inbox, watch: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    inbox.replies["duty@x.example"] = "550 no such user"
    assert watch("--digests", "digests.jsonl") == 0
    lines = [json.loads(line) for line in Path("digests.jsonl").read_text("utf-8").splitlines()]
    assert lines
    expected = {(f"{line['agency_id']}@x.example", line["text"].split("\n")[0]) for line in lines}
    assert {(address, str(message["Subject"])) for address, message in inbox.got} == expected
    assert len(inbox.got) == len(expected)
    assert "не принял сводку для duty@x.example: 550 no such user" in capsys.readouterr().err
    assert watch("--digests", "digests.jsonl") == 0  # nothing is sent a second time
    assert len(inbox.got) == len(expected)


@pytest.mark.slow
def test_email_needs_a_file_of_digests(
    watch: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert watch() == 2
    assert "--digests" in capsys.readouterr().err
    assert not Path("a.db").exists()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("port = 25", "port = 0", "sinks.post.port"),
        ("port = 25", "port = 65536", "sinks.post.port"),
        ("deadlines@region.example", "deadlines", "sinks.post.from"),
        ("parks@x.example", "parks@x example", "agencies.parks.email"),
        ("parks@x.example", "parks@x@x.example", "agencies.parks.email"),
        ("parks@x.example", "=?utf-8?q?x=0A?=@x.example", "agencies.parks.email"),
        ("duty@x.example", "a@b.example\\nBcc: c@d.example", "agencies.roads.email"),
        ("port = 25", 'port = 25\nuser = "u"', "sinks.post.user"),
        ("email = ", "name2 = ", "agencies.roads.name2"),
        ('host = "localhost"', "", "sinks.post.host"),
    ],
)
def test_a_mail_server_that_cannot_be_used_is_named(old: str, new: str, key: str) -> None:
    text = REGION.format(port=25)
    assert old in text
    assert parse(text).mapping.sinks
    with pytest.raises(ConfigError) as caught:
        parse(text.replace(old, new))
    assert caught.value.key == key
