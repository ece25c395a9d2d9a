"""Run the service with uvicorn until a signal stops it."""

from __future__ import annotations

import json
import logging
import signal
import socket
import sys
from asyncio import TimerHandle, Transport
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any, Final

import msgspec
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from workhours_sla.config.sections import ServiceSettings
from workhours_sla.errors import ConfigError, shown
from workhours_sla.json.checked_data import Reader
from workhours_sla.service.live import Live
from workhours_sla.service.middleware import LOG, is_loopback
from workhours_sla.service.tokens import Tokens
from workhours_sla.text.messages import said, say

GRACE: Final = 10  # seconds that running requests have to end after SIGTERM
IDLE: Final = 30.0
"""Seconds without a request after which a connection is closed, or up to twice as many."""
AT_ONCE: Final = 200  # connections at once; more get the status 503
QUEUE: Final = 1024  # connections that wait to be accepted
PIECE: Final = 4_096
"""Bytes that are read at once, so that a body in chunks of one byte does not stop the others."""
_FIELDS: Final = ("method", "route", "status", "ms", "id", "error", "at", "text")
"""The fields of a line of the log. None has personal data."""


_encode: Final = msgspec.json.Encoder().encode


class JsonLines(logging.Formatter):
    """Writes each record of the log as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        known = vars(record)
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.msg if record.name == LOG.name else record.getMessage(),
        }
        line |= {name: known[name] for name in _FIELDS if name in known}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        try:
            return _encode(line).decode()
        except UnicodeEncodeError:  # half a character, in a name of a file
            return json.dumps(line)


def log_to_stderr() -> None:
    # facts that no line of the log has
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in (LOG.name, "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO if name == LOG.name else logging.WARNING)


def check_host(host: str, tokens: Tokens) -> None:
    """Raise ConfigError for an address that other machines can reach, if there are no tokens."""
    if tokens.is_empty and not is_loopback(host):
        raise ConfigError(say("host_without_tokens", host=repr(host)))


def checked_proxies(settings: ServiceSettings, tokens: Tokens) -> tuple[str, ...]:
    """Return the proxies that a configuration names. Raises ConfigError."""
    reader = Reader("the configuration")
    if settings.proxies and tokens.is_empty:
        reader.fail(("service", "proxies"), say("proxies_open"), say("proxies_need_tokens"))
    for place, text in enumerate(settings.proxies):
        with suppress(ValueError):
            if ip_network(text).prefixlen:
                continue
        what = say("not_a_proxy", text=shown(text))
        reader.fail(("service", "proxies", place), what, say("write_a_proxy"))
    return settings.proxies


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; port 0 takes a free one. Raises ConfigError."""
    with ExitStack() as failing:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            made = failing.enter_context(socket.socket(family, kind, protocol))
            if sys.platform != "win32":
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            made.listen(QUEUE)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise ConfigError(say("not_bound", host=repr(host), port=port, why=why)) from None
        failing.pop_all()
    return made


def serve(app: ASGIApp, listening: socket.socket, live: Live | None = None) -> None:
    """Answer requests until SIGTERM or SIGINT, or until the store is lost, which raises its error.

    Requests that are running then have ``GRACE`` seconds to end.
    """
    config = uvicorn.Config(
        app,
        http=Connection,
        loop="asyncio",  # the sockets of others have no size of what is read at once
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application reads them
        ws="none",
        lifespan="off",
        timeout_keep_alive=int(IDLE),
        timeout_graceful_shutdown=GRACE,
        limit_concurrency=AT_ONCE,
    )
    host, port = listening.getsockname()[:2]
    where = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    server = _Server(config, live)
    with _clean_end(server):
        print(said(say("serving", address=where)), flush=True)  # noqa: T201
        server.run(sockets=[listening])
    if live is not None and live.lost is not None:
        raise live.lost


class Connection(H11Protocol):
    """A connection that is closed if no request comes: uvicorn would wait for it for ever."""

    # uvicorn's other parser has no limit on the size of headers

    _check: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.max_size = PIECE  # type: ignore[attr-defined]
        self._check = self.loop.call_later(IDLE, self._close_if_idle, None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._check is not None:
            self._check.cancel()
        super().connection_lost(exc)

    def _close_if_idle(self, last: RequestResponseCycle | None) -> None:
        """Close the connection if it has had no request since ``last``, which is answered."""
        is_waiting = last is None or last.response_complete
        if is_waiting and self.cycle is last:
            self.transport.close()
        else:
            self._check = self.loop.call_later(IDLE, self._close_if_idle, self.cycle)


class _Server(uvicorn.Server):
    """A server that ends with ``live``, also when its store is lost."""

    # the handler of a signal must not stop ``live``: it may interrupt a holder of its lock

    def __init__(self, config: uvicorn.Config, live: Live | None) -> None:
        super().__init__(config)
        self._live = live

    async def on_tick(self, counter: int) -> bool:
        is_last = await super().on_tick(counter)
        if self._live is None:
            return is_last
        is_last = is_last or self._live.lost is not None
        if is_last:
            self._live.stop()
        return is_last


@contextmanager
def _clean_end(server: uvicorn.Server) -> Iterator[None]:
    """Stop the server at a signal that comes before uvicorn handles signals."""
    # afterwards uvicorn raises the signal again that stopped it: the process goes on

    def stop(*_: object) -> None:
        server.should_exit = True

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was)
