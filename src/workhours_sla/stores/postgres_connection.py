"""The address of a PostgreSQL store: parse it, connect to it, and report errors without secrets."""

from __future__ import annotations

from contextlib import closing
from select import select
from time import monotonic
from typing import Any, Final, NamedTuple, NoReturn, TypeVar
from urllib.parse import quote

import psycopg
from psycopg import conninfo
from psycopg.abc import PQGen

from workhours_sla.errors import EventError, StoreError
from workhours_sla.text.messages import say

Answer = TypeVar("Answer")

_CONNECT: Final = {
    "connect_timeout": "10",
    "fallback_application_name": "workhours",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""Parameters of a connection that an address may replace."""

_ANSWER: Final = 2.0
"""Seconds to wait for the answer of a second session."""
LONGEST: Final = 25.0
"""Seconds to wait for an answer of the server, after which the connection is closed.

The server ends a statement before that, so only a server that hangs takes longer.
"""

_REMEDIES: Final = {
    "53100": say("postgres_disk_full"),
    "25006": say("postgres_read_only"),
    "42501": say("postgres_no_right"),
}
"""What to do about an error, keyed by its SQLSTATE."""


class Address(NamedTuple):
    """The address of a store; ``shown`` has neither a password nor other secrets."""

    parameters: dict[str, str]
    shown: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Parse a URL. Raises StoreError, whose message has no part of the URL."""
        try:
            found = conninfo.conninfo_to_dict(url)
            parameters = {name: str(value) for name, value in found.items() if value is not None}
        except (psycopg.Error, ValueError):
            _refuse_url()
        authority, _, rest = url.partition("://")[2].partition("/")
        path = rest.partition("?")[0]
        ports = parameters.get("port", "").split(",")
        # a password with a character that is not escaped would be taken for a host or a name
        if authority.count("@") > 1 or "@" in path or not all(map(_is_port, ports)):
            _refuse_url()
        return cls(parameters, _shown(parameters))


def _is_port(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit())


def _refuse_url() -> NoReturn:
    raise StoreError(say("postgres_address")) from None


def _shown(parameters: dict[str, str]) -> str:
    user = f"{quote(parameters['user'])}@" if "user" in parameters else ""
    host, port = parameters.get("host", ""), parameters.get("port", "")
    name = quote(parameters.get("dbname", ""))
    more: dict[str, str] = {
        key: parameters[key] for key in ("service", "options") if key in parameters
    }
    if "/" in host:
        more = {"host": host, **more}
        host = ""
    where = f"{user}{host}:{port}" if port else f"{user}{host}"
    query = "&".join(f"{key}={quote(value, safe='/')}" for key, value in more.items())
    return f"postgresql://{where}/{name}" + (f"?{query}" if query else "")


class Connection(psycopg.Connection[Any]):
    """A connection that is closed if the server does not answer for ``LONGEST`` seconds."""

    @classmethod
    def to(cls, address: Address) -> Connection:
        """Connect to the server of an address. Raises StoreError."""
        parameters = {**_CONNECT, **address.parameters, "client_encoding": "UTF8"}
        try:
            connection = cls.connect(conninfo.make_conninfo("", **parameters), autocommit=True)
        except (psycopg.Error, ValueError) as error:
            msg = say("postgres_unreachable", path=repr(address.shown), error=_text(error, address))
            raise StoreError(msg, path=address.shown) from None
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            connection.close()
            msg = say("postgres_encoding", path=repr(address.shown), encoding=encoding)
            raise StoreError(msg, path=address.shown)
        return connection

    def wait(self, gen: PQGen[Answer], *args: Any, **kwargs: Any) -> Answer:
        """Wait for the end of a conversation with the server."""
        try:
            return super().wait(_limited(gen, monotonic() + LONGEST), *args, **kwargs)
        except TimeoutError:
            self.close()
            raise psycopg.OperationalError(f"no answer for {LONGEST:g} seconds") from None


def _limited(gen: PQGen[Answer], until: float) -> PQGen[Answer]:
    """Carry on a conversation. Raises TimeoutError at an instant of the monotonic clock."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and monotonic() > until:
                raise TimeoutError
            wanted = gen.send(ready)
    except StopIteration as end:
        answer: Answer = end.value
        return answer


def check_session(address: Address, connection: psycopg.Connection) -> None:
    """Raise StoreError if a connection pooler gives the session to other connections as well.

    A pooler gives the client another process id than that of the session. If it pools by
    transaction, a second connection gets the session that the first one does not use now; if it
    pools by session and has no session left, the second connection gets no answer.
    """
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    if row is None or row[0] == connection.info.backend_pid:
        return
    with closing(Connection.to(address)) as other:
        if _session_of(other) == row[0]:
            raise StoreError(
                say("postgres_other_session", path=repr(address.shown)), path=address.shown
            )


def _session_of(connection: psycopg.Connection) -> int | None:
    """Return the process id of the session of a connection, None without an answer soon."""
    server = connection.pgconn
    server.send_query(b"SELECT pg_backend_pid()")
    until = monotonic() + _ANSWER
    while server.is_busy():
        if not select([server.socket], [], [], max(0.0, until - monotonic()))[0]:
            return None
        server.consume_input()
    result = server.get_result()
    found = None if result is None else result.get_value(0, 0)
    return None if found is None else int(found)


def refuse(address: Address, connection: psycopg.Connection, error: psycopg.Error) -> NoReturn:
    """Raise StoreError for an error of PostgreSQL. Committed transactions are intact."""
    facts: dict[str, object] = {"path": repr(address.shown), "error": _text(error, address)}
    if connection.closed:
        raise StoreError(say("postgres_lost", **facts), path=address.shown) from None
    if error.sqlstate == "42P01":  # its tables were there when it was opened
        raise StoreError(
            say("postgres_other_schema", path=repr(address.shown)), path=address.shown
        ) from None
    if error.sqlstate == "54000":
        raise EventError(say("postgres_long_text", path=repr(address.shown))) from None
    remedy = _REMEDIES.get(error.sqlstate or "", say("postgres_check"))
    raise StoreError(say("postgres_failed", **facts, remedy=remedy), path=address.shown) from None


def _text(error: Exception, address: Address) -> str:
    """Return the first line of an error, without the password."""
    text = next(iter(str(error).splitlines()), "") or type(error).__name__
    password = address.parameters.get("password")
    return text.replace(password, "***") if password else text
