"""A schema of a PostgreSQL database as a store, over a connection that limits how long it waits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from functools import cache
from math import inf
from string import ascii_lowercase, ascii_uppercase
from time import monotonic, sleep
from typing import Any, ClassVar, Final, NamedTuple, NoReturn, TypeVar
from urllib.parse import quote

import psycopg
from psycopg import conninfo, sql
from psycopg.abc import PQGen

from workhours_sla.errors import EventError, StoreError
from workhours_sla.stores.database import AT_ONCE, Database, refuse_text
from workhours_sla.stores.schema import VERSION_KEY, Row, columns_of, storable, upsert
from workhours_sla.text.messages import say

SCHEMA_NAME: Final = "workhours"
"""The schema of a store, unless the address sets another search path."""
LOCK_CLASS: Final = 0x57484F53
"""The upper half of the key of the advisory lock; the lower half is the id of the schema."""

_SMALL: Final = str.maketrans(ascii_uppercase, ascii_lowercase)

_KINDS: Final = {"INTEGER": "bigint", "BLOB": "bytea", "TEXT": "text"}

_SESSION: Final = """
    SET statement_timeout TO '20s';
    SET lock_timeout TO '10s';
    SET idle_in_transaction_session_timeout TO 0;
    SET idle_session_timeout TO 0;
    SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';
"""
"""Settings of every session, whatever those of the server are.

The process waits a little longer than ``statement_timeout``, for a server that hangs. Servers
before version 17 have no ``transaction_timeout``.
"""
_WRITER: Final = """
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off';
    SET enable_seqscan TO off;
    SET tcp_keepalives_idle TO 30;
    SET tcp_keepalives_interval TO 10;
    SET tcp_keepalives_count TO 3;
"""
"""Settings of a writer's session.

Each statement of a writer looks rows up by key. Without statistics of a new table, the planner
takes a list of keys for most of the table, and would scan it: hence ``enable_seqscan``. The server
notices within a minute that the machine of the writer is gone, and releases its lock.
"""
_SEARCH_PATH: Final = """
    SELECT setting, current_user::text FROM pg_settings
    WHERE name = 'search_path' AND source = 'client'
"""

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

_PROCESS: Final = "SELECT pg_backend_pid()"

_REMEDIES: Final = {
    "53100": "postgres_disk_full",
    "25006": "postgres_read_only",
    "42501": "postgres_no_right",
}
"""What to do about an error, keyed by its SQLSTATE."""


class PostgresDatabase(Database):
    """A schema of a database, open for one process that writes or for any number that read."""

    # texts are compared by their bytes, so that no index depends on the locales of the server
    types: ClassVar[dict[str, str]] = {**_KINDS, "TEXT": 'text COLLATE "C"'}
    begin = "BEGIN"
    begin_reading = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"

    def __init__(self, address: Address) -> None:
        super().__init__(address.shown)
        self._address = address
        self.connection: Connection = self._connect()
        self._schema = SCHEMA_NAME
        self._oid = 0
        self._has_lock = False

    @classmethod
    def to_read(cls, address: Address) -> PostgresDatabase:
        """Open a store that another process may be writing. Raises StoreError."""
        self = cls(address)
        with self.opening():
            self._begin_session()
            self.connection.execute("SET default_transaction_read_only TO on")
            self._enter()
            version = self.version()
            if not version:
                self.refuse("postgres_no_store", schema=repr(self._schema))
            self.check_version(version)
        return self

    def beside(self) -> PostgresDatabase:
        return self.to_read(self._address)

    @classmethod
    def to_write(cls, address: Address, *, patience: float) -> PostgresDatabase:
        """Open a store for writing; it is created if it does not exist."""
        self = cls(address)
        with self.opening():
            self._begin_session()
            if not self._oid:
                self._create()
            self._enter()
            self._take_lock(patience)
            self.connection.execute(_WRITER)
            self.migrate(self.version())
        return self

    # -- the session ---------------------------------------------------------------------------

    def _connect(self) -> Connection:
        parameters = {**_CONNECT, **self._address.parameters, "client_encoding": "UTF8"}
        try:
            made = Connection.connect(conninfo.make_conninfo("", **parameters), autocommit=True)
        except (psycopg.Error, ValueError) as error:
            self.refuse("postgres_unreachable", error=self._text(error))
        encoding = made.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            made.close()
            self.refuse("postgres_encoding", encoding=encoding)
        return made

    def _check_session(self) -> None:
        """Raise StoreError if a connection pooler gives the session to others as well."""
        # a pooler gives the client another process id than that of the session; if it pools by
        # transaction, a second connection gets the session that the first does not use now; if it
        # pools by session and has none left, the second connection gets no answer
        session = self.connection.execute(_PROCESS).fetchone()
        if session == (self.connection.info.backend_pid,):
            return
        with closing(self._connect()) as other, suppress(psycopg.OperationalError):
            other.longest = 2.0
            if other.execute(_PROCESS).fetchone() == session:
                self.refuse("postgres_other_session")

    def convert(self, error: BaseException) -> None:
        if isinstance(error, UnicodeEncodeError):
            refuse_text(error)
        if not isinstance(error, psycopg.Error):
            return
        if self.connection.closed:
            self.refuse("postgres_lost", error=self._text(error))
        if error.sqlstate == "42P01":  # its tables were there when it was opened
            self.refuse("postgres_other_schema")
        if error.sqlstate == "54000":
            raise EventError(say("postgres_long_text", path=repr(self.place))) from None
        remedy = say(_REMEDIES.get(error.sqlstate or "", "postgres_check"))
        self.refuse("postgres_failed", error=self._text(error), remedy=remedy)

    def _text(self, error: Exception) -> str:
        text = next(iter(str(error).splitlines()), "") or type(error).__name__
        password = self._address.parameters.get("password")
        return text.replace(password, "***") if password else text

    # -- the schema ----------------------------------------------------------------------------

    def _begin_session(self) -> None:
        self._check_session()
        self.connection.execute(_SESSION)
        self._schema = self._schema_name()
        self._oid = self._find()

    def _schema_name(self) -> str:
        """Return the first schema of the search path of the address, else ``SCHEMA_NAME``."""
        # PostgreSQL takes $user for the name of the role, also in quotation marks
        found = self.execute(_SEARCH_PATH)
        if not found:
            if "search_path" in self.connection.info.options:
                self.refuse("postgres_no_search_path")
            return SCHEMA_NAME
        ((path, role),) = found
        first = re.match(r'\s*(?:"((?:[^"]|"")+)"|([^\s",]+))', path)
        if not first:
            return SCHEMA_NAME
        name: str = first[2].translate(_SMALL) if first[2] else first[1].replace('""', '"')
        return str(role) if name == "$user" else name

    def _find(self) -> int:
        sql = "SELECT oid::bigint FROM pg_namespace WHERE nspname=?"
        return next((oid for (oid,) in self.execute(sql, (self._schema,))), 0)

    def _create(self) -> None:
        name = sql.Identifier(self._schema)
        try:
            self.connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
        except psycopg.errors.InsufficientPrivilege:
            role = self.connection.info.user
            todo = sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(name, sql.Identifier(role))
            text = todo.as_string(self.connection)
            self.refuse("postgres_no_schema", role=repr(role), sql=text)
        except psycopg.errors.UniqueViolation:  # another process has created it meanwhile
            pass
        self._oid = self._find()

    def _enter(self) -> None:
        path = sql.SQL("SET search_path TO {}, pg_temp").format(sql.Identifier(self._schema))
        self.connection.execute(path)

    def _take_lock(self, patience: float) -> None:
        """Take the lock of the writer. It is released when the session ends."""
        until = monotonic() + patience
        while self.execute("SELECT pg_try_advisory_lock(?)", (self._key,)) != [(True,)]:
            if monotonic() >= until:
                self.refuse("postgres_in_use")
            sleep(0.05)
        self._has_lock = True

    @property
    def _key(self) -> int:
        return LOCK_CLASS << 32 | self._oid

    def version(self) -> int:
        if not self.execute("SELECT FROM pg_class WHERE relnamespace=? LIMIT 1", (self._oid,)):
            return 0
        try:
            ((found,),) = self.execute("SELECT value FROM meta WHERE key=?", (VERSION_KEY,))
            return int(found)
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, ValueError):
            self.refuse("postgres_foreign", schema=repr(self._schema))

    def refuse_other_writer(self) -> NoReturn:
        self.refuse("postgres_other_schema")

    def close(self) -> None:
        if self._has_lock and not self.connection.closed:
            with suppress(psycopg.Error):  # the lock ends with the session
                self.execute("SELECT pg_advisory_unlock(?)", (self._key,))
        self.connection.close()

    def end_waits(self) -> None:
        super().end_waits()
        self.connection.until = self.waits_until

    # -- rows ----------------------------------------------------------------------------------

    def execute(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        cursor = self.connection.execute(_translated(sql), [*map(_bound, values)], binary=True)
        return [] if cursor.description is None else cursor.fetchall()

    def run(self, sql: str, rows: Sequence[Row]) -> int:
        if not rows:
            return 0
        with self.connection.cursor() as cursor:
            cursor.executemany(_translated(sql), rows)
            return cursor.rowcount

    def put(self, table: str, rows: Sequence[Row]) -> None:
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            self.connection.execute(_upsert(table), columns, binary=True)

    def where(self, sql: str, values: Iterable[object]) -> list[Row]:
        wanted = list(values)
        return self.rows(sql.replace("IN (*)", "= ANY(?)"), wanted) if wanted else []

    def stream(self, table: str) -> Iterator[Row]:
        with self.refusing, self.connection.cursor(name="stream") as cursor:
            cursor.execute(f"SELECT * FROM {table}".encode(), binary=True)  # noqa: S608 - our own name
            while found := cursor.fetchmany(AT_ONCE):
                yield from found


@cache
def _translated(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()


@cache
def _upsert(table: str) -> bytes:
    """Return the SQL that inserts or replaces rows, given an array for each column."""
    arrays = ", ".join(f"%s::{_KINDS[kind]}[]" for kind in columns_of(table).values())
    return upsert(table, f"SELECT * FROM unnest({arrays})").encode()  # noqa: S608 - our own names


def _bound(value: object) -> object:
    """Return a value that PostgreSQL can compare, since no text in it has U+0000."""
    if isinstance(value, list):
        return [_bound(one) for one in value]
    return storable(value) if isinstance(value, str) else value


# -- the connection ----------------------------------------------------------------------------


class Address(NamedTuple):
    """The address of a store; ``shown`` has neither a password nor other secrets."""

    parameters: dict[str, str]
    shown: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Parse a URL. Raises StoreError, whose message has no part of the URL."""
        parameters: dict[str, str] | None = None
        with suppress(psycopg.Error, ValueError):
            found = conninfo.conninfo_to_dict(url)
            parameters = {name: str(value) for name, value in found.items() if value is not None}
        authority, _, rest = url.partition("://")[2].partition("/")
        path = rest.partition("?")[0]
        # a password with a character that is not escaped would be taken for a host or a name
        is_odd = authority.count("@") > 1 or "@" in path
        if parameters is None or is_odd or re.search("[^0-9,]", parameters.get("port", "")):
            raise StoreError(say("postgres_address"))
        return cls(parameters, _shown(parameters))


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
    """A connection that is closed if the server does not answer for ``longest`` seconds."""

    longest: float = 25.0
    until: float = inf  # of the monotonic clock

    def wait(self, gen: PQGen[Answer], *args: Any, **kwargs: Any) -> Answer:
        begun = monotonic()
        try:
            return super().wait(self._limited(gen, begun + self.longest), *args, **kwargs)
        except TimeoutError:
            self.close()
            msg = f"no answer for {min(monotonic() - begun, self.longest):.2g} seconds"
            raise psycopg.OperationalError(msg) from None

    def _limited(self, gen: PQGen[Answer], until: float) -> PQGen[Answer]:
        """Carry on a conversation. Raises TimeoutError at an instant of the monotonic clock."""
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and monotonic() > min(until, self.until):
                    raise TimeoutError
                wanted = gen.send(ready)
        except StopIteration as end:
            answer: Answer = end.value
            return answer
