"""A schema of a PostgreSQL database as the database of a store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from time import monotonic, sleep
from typing import Any, Final

import psycopg
from psycopg.types.json import Json

from workhours_sla.errors import StoreError
from workhours_sla.stores.database import upsert
from workhours_sla.stores.postgres_address import (
    SCHEMA_NAME,
    Address,
    check_session,
    connect,
    refuse,
)
from workhours_sla.stores.postgres_schema import TYPES, Connection, Schema
from workhours_sla.stores.sqlite_file import refuse_text
from workhours_sla.stores.stored_rows import Row, storable
from workhours_sla.text.messages import say

LOCK_CLASS: Final = 0x57484F53
"""The upper half of the key of the advisory lock; the lower half is the id of the schema."""

_AT_ONCE: Final = 10_000
"""Number of rows that ``stream`` reads at a time."""
_SMALL: Final = str.maketrans(ascii_uppercase, ascii_lowercase)

_TAKE_LOCK: Final = """
    SELECT CASE WHEN EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid = %s::bigint AND objid = %s::bigint AND objsubid = 1
    ) THEN false ELSE pg_try_advisory_lock(%s) END
"""
"""Takes the lock, but not a second time: a pooler may give one session to two writers."""

_BEGIN: Final = """
    BEGIN; SELECT pg_backend_pid(),
        (SELECT oid::bigint FROM pg_namespace WHERE nspname = current_schema())
"""

_WRITER: Final = """
    SET synchronous_commit TO {durable};
    SET enable_seqscan TO off;
    SET statement_timeout TO 0;
    SET lock_timeout TO 0;
    SET idle_in_transaction_session_timeout TO 0;
    SET idle_session_timeout TO 0;
    SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';
    SET tcp_keepalives_idle TO 30;
    SET tcp_keepalives_interval TO 10;
    SET tcp_keepalives_count TO 3;
"""
"""Settings of a writer's session.

Each statement of a writer looks rows up by key. Without statistics of a new table, the planner
takes a list of keys for most of the table, and would scan it: hence ``enable_seqscan``. Servers
before version 17 have no ``transaction_timeout``. The server notices within a minute that the
machine of the writer is gone, and releases its lock.
"""


class PostgresDatabase:
    """A schema of a database, open for one process that writes or for any number that read."""

    errors = (psycopg.Error,)

    def __init__(self, address: Address, connection: Connection) -> None:
        self.place = address.shown
        self.connection = connection
        self._address = address
        self._schema = Schema(connection, address, SCHEMA_NAME)
        self._oid = 0
        self._writer: int | None = None
        """The id of the session that has the writer's lock."""

    @staticmethod
    def shown(url: str) -> str:
        """Return an address without its password, for messages. Raises StoreError."""
        return Address.of(url).shown

    @classmethod
    def to_read(cls, url: str, *, verified: bool = True) -> PostgresDatabase:
        """Open a store that another process may be writing. Raises StoreError."""
        return cls._reading(Address.of(url), verified=verified)

    def beside(self) -> PostgresDatabase:
        """Open another connection, to read while this one writes. Raises StoreError."""
        return self._reading(self._address, verified=False)

    @classmethod
    def _reading(cls, address: Address, *, verified: bool) -> PostgresDatabase:
        self = cls(address, connect(address))
        with self._opening():
            self.connection.execute("SET default_transaction_read_only TO on")
            self._schema.enter()
            self._oid = self._schema.check(self._schema.oid)
            if verified:
                self._schema.verify(self._oid)
        return self

    @classmethod
    def to_write(cls, url: str, *, patience: float) -> PostgresDatabase:
        """Open a store for writing; it is created if it does not exist.

        Raises StoreError, also if another process writes the store ``patience`` seconds later.
        """
        address = Address.of(url)
        self = cls(address, connect(address))
        with self._opening():
            self._oid = self._schema.make()
            self._schema.enter()
            self._lock(patience)
            (durable,) = self._one("SELECT current_setting('synchronous_commit')")
            self.connection.execute(
                _WRITER.format(durable="on" if durable == "off" else durable).encode()
            )
            self._schema.migrate(self._oid)
            self._schema.verify(self._oid)
        return self

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Close the connection if the block raises, and convert errors of PostgreSQL."""
        try:
            with self._refusing():
                check_session(self._address, self.connection)
                self._schema = Schema(self.connection, self._address, self._schema_name())
                yield
        except BaseException:
            self.close()
            raise

    def _schema_name(self) -> str:
        """Return the first schema of the search path that the address sets, else ``SCHEMA_NAME``.

        PostgreSQL takes ``$user`` for the name of the role, also in quotation marks, and makes
        letters of ASCII small outside of quotation marks. Raises StoreError if the server does not
        have the search path.
        """
        row = self.connection.execute(
            "SELECT setting, current_user::text FROM pg_settings"
            " WHERE name = 'search_path' AND source = 'client'"
        ).fetchone()
        if row is None:
            if "search_path" in self.connection.info.options:
                msg = say("postgres_no_search_path", path=repr(self.place))
                raise StoreError(msg, path=self.place)
            return SCHEMA_NAME
        found = re.match(r'\s*(?:"((?:[^"]|"")+)"|([^\s",]+))', row[0])
        if not found:
            return SCHEMA_NAME
        name: str = found[2].translate(_SMALL) if found[2] else found[1].replace('""', '"')
        return str(row[1]) if name == "$user" else name

    def _one(self, sql: str, *values: object) -> Row:
        row: Row | None = self.connection.execute(sql.encode(), values or None).fetchone()
        assert row is not None  # noqa: S101 - the statement has one row
        return row

    def _lock(self, patience: float) -> None:
        """Take the lock of the writer. It is released when the session ends."""
        until = monotonic() + patience
        while not self._one(_TAKE_LOCK, LOCK_CLASS, self._oid, self._key)[0]:
            if monotonic() >= until:
                msg = say("postgres_in_use", path=repr(self.place))
                raise StoreError(msg, path=self.place)
            sleep(0.05)
        (self._writer,) = self._one("SELECT pg_backend_pid()")

    @property
    def _key(self) -> int:
        return LOCK_CLASS << 32 | self._oid

    def close(self) -> None:
        """Close the connection, and let other writers open the store."""
        if self._writer is not None and not self.connection.closed:
            with suppress(psycopg.Error):  # the lock ends with the session
                self.connection.execute("SELECT pg_advisory_unlock(%s)", (self._key,))
        self.connection.close()

    # -- read ----------------------------------------------------------------------------------

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Return the rows of a statement."""
        with self._refusing():
            cursor = self.connection.execute(
                _translated(sql), [_bound(value) for value in values], binary=True
            )
            return _fetched(cursor)

    def where(self, sql: str, values: Iterable[object]) -> Iterator[Row]:
        """Yield the rows of a statement with ``IN (*)`` for a list of values."""
        wanted = [_bound(value) for value in values]
        if wanted:
            with self._refusing():
                cursor = self.connection.execute(_translated(sql), (wanted,), binary=True)
                yield from _fetched(cursor)

    def stream(self, table: str) -> Iterator[Row]:
        """Yield all rows of a table, with the columns in their order, within ``moment``."""
        with self.connection.cursor(name="stream") as cursor:
            cursor.execute(f"SELECT * FROM {table}".encode(), binary=True)  # noqa: S608 - our own name
            while found := cursor.fetchmany(_AT_ONCE):
                yield from found

    def wrong(self) -> Iterator[tuple[str, str]]:
        """Yield each table and index that is missing or has a wrong definition."""
        for name in self._schema.wrong(self._oid):
            yield "definition", name

    # -- write ---------------------------------------------------------------------------------

    def add(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows with new keys, within ``transaction``."""
        found = _typed(table, rows)
        if not found:
            return
        types = TYPES[table]
        statement = f"COPY {table} FROM STDIN (FORMAT BINARY)"
        with self.connection.cursor() as cursor, cursor.copy(statement.encode()) as into:
            into.set_types(types)
            for row in found:
                into.write_row(row)

    def put(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows, or replace the rows that have their keys, within ``transaction``."""
        found = _typed(table, rows)
        if found:
            columns = [list(column) for column in zip(*found, strict=True)]
            self.connection.execute(_upsert(table), columns, binary=True)

    def run(self, sql: str, rows: Sequence[Row]) -> None:
        """Execute a statement once for the values of each row, within ``transaction``."""
        if rows:
            with self.connection.cursor() as cursor:
                cursor.executemany(_translated(sql), rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything within the block durably when it ends, or nothing if it raises."""
        with self._refusing():
            try:
                self._begin()
                yield
                self._commit()
            except BaseException:
                self._roll_back()
                raise

    def _begin(self) -> None:
        """Begin a transaction, if this session has the writer's lock of the schema it uses."""
        cursor = self.connection.execute(_BEGIN)
        cursor.nextset()
        session, schema = cursor.fetchone() or (None, None)
        cause = None
        if session != self._writer:
            cause = "postgres_other_session"
        elif schema != self._oid:
            cause = "postgres_other_schema"
        if cause is not None:
            raise StoreError(say(cause, path=repr(self.place)), path=self.place)

    def _commit(self) -> None:
        done = self.connection.execute("COMMIT").statusmessage or ""
        if done != "COMMIT":  # an error within the transaction was passed over
            raise psycopg.errors.InFailedSqlTransaction(done)

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Read the same state throughout the block, even if another process writes."""
        with self._refusing():
            self.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            try:
                yield
            finally:
                self._roll_back()  # nothing was written

    def _roll_back(self) -> None:
        if not self.connection.closed:
            try:
                self.connection.execute("ROLLBACK")
            except psycopg.Error:  # the server then undoes the transaction of a closed session
                self.connection.close()

    def snapshot(self, path: Path) -> None:
        """Copy the state of one moment to a new SQLite file, which is a store."""
        from workhours_sla.stores.copying import copy_to_file

        with self.moment():
            copy_to_file(self, path)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            self._refuse(error)
        except UnicodeEncodeError as error:
            refuse_text(error)

    def _refuse(self, error: psycopg.Error) -> None:
        refuse(self._address, self.connection, error)


@cache
def _translated(sql: str) -> bytes:
    """Return a statement with the placeholders of psycopg."""
    return sql.replace("IN (*)", "= ANY(?)").replace("?", "%s").encode()


@cache
def _upsert(table: str) -> bytes:
    """Return the SQL that inserts or replaces rows, given an array for each column."""
    arrays = ", ".join(f"%s::{kind}[]" for kind in TYPES[table])
    before, _, rest = upsert(table).partition(" VALUES ")
    action = rest[rest.index(" ON CONFLICT") :]
    return f"{before} SELECT * FROM unnest({arrays}){action}".encode()  # noqa: S608 - our own names


def _bound(value: object) -> object:
    return storable(value) if isinstance(value, str) else value


def _typed(table: str, rows: Sequence[Row]) -> Sequence[Row]:
    """Return rows for a table, with values of JSON marked as such."""
    return [(key, Json(value)) for key, value in rows] if table == "meta" else rows


def _fetched(cursor: psycopg.Cursor[Any]) -> list[Row]:
    return [] if cursor.description is None else cursor.fetchall()
