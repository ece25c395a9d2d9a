"""A schema of a PostgreSQL database as a store, with limits on how long the server may take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from string import ascii_lowercase, ascii_uppercase
from time import monotonic, sleep
from typing import Final, NoReturn

import psycopg
from psycopg import sql

from workhours_sla.errors import StoreError
from workhours_sla.stores.postgres_connection import Address, Connection, check_session, refuse
from workhours_sla.stores.rows import storable
from workhours_sla.stores.schema import (
    INDEXES,
    TABLES,
    VERSION_KEY,
    Row,
    check_version,
    columns_of,
    migrate,
    refuse_text,
    upsert,
    verify,
)
from workhours_sla.text.messages import say

SCHEMA_NAME: Final = "workhours"
"""The schema of a store, unless the address sets another search path."""
LOCK_CLASS: Final = 0x57484F53
"""The upper half of the key of the advisory lock; the lower half is the id of the schema."""

_AT_ONCE: Final = 10_000
"""Number of rows that ``stream`` reads at a time."""
_SMALL: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
_DAMAGED: Final = "postgres_restore"

# texts are compared by their bytes, so that an index does not depend on the locales of the server
_TYPES: Final = {"INTEGER": "bigint", "BLOB": "bytea", "TEXT": 'text COLLATE "C"'}
_KINDS: Final = {"INTEGER": "bigint", "BLOB": "bytea", "TEXT": "text"}

_SESSION: Final = """
    SET statement_timeout TO '20s';
    SET lock_timeout TO '10s';
    SET idle_in_transaction_session_timeout TO 0;
    SET idle_session_timeout TO 0;
    SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';
"""
"""Settings of every session, whatever those of the server are. The process waits a little longer
than ``statement_timeout`` for an answer, see ``postgres_connection``. Servers before version 17 have
no ``transaction_timeout``.
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
_COLUMNS: Final = """
    SELECT relname, array_agg(ARRAY[attname::text, format_type(atttypid, NULL)] ORDER BY attnum)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = %s AND relkind = 'r' AND attnum > 0 AND NOT attisdropped GROUP BY relname
"""
_VALID_INDEXES: Final = """
    SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid
    WHERE relnamespace = %s AND indisvalid
"""


class PostgresDatabase:
    """A schema of a database, open for one process that writes or for any number that read."""

    def __init__(self, address: Address) -> None:
        self.place = address.shown
        self._address = address
        self.connection = Connection.to(address)
        self._schema = SCHEMA_NAME
        self._oid = 0
        self._has_lock = False

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
        self = cls(address)
        with self._opening():
            self.connection.execute("SET default_transaction_read_only TO on")
            self._oid = self._find() or 0
            self._enter()
            version = self._version() if self._oid else 0
            if not version:
                self._refuse("postgres_no_store", schema=repr(self._schema))
            check_version(self.place, version)
            if verified:
                verify(self, _DAMAGED)
        return self

    @classmethod
    def to_write(cls, url: str, *, patience: float) -> PostgresDatabase:
        """Open a store for writing; it is created if it does not exist.

        Raises StoreError, also if another process writes the store ``patience`` seconds later.
        """
        self = cls(Address.of(url))
        with self._opening():
            self._oid = self._find() or self._create()
            self._enter()
            self._take_lock(patience)
            self.connection.execute(_WRITER)
            migrate(self, self._version(), _TYPES)
            verify(self, _DAMAGED)
        return self

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Close the connection if the block raises, and convert errors of PostgreSQL."""
        try:
            with self._refusing():
                check_session(self._address, self.connection)
                self.connection.execute(_SESSION)
                self._schema = self._schema_name()
                yield
        except BaseException:
            self.close()
            raise

    def _refuse(self, cause: str, **facts: object) -> NoReturn:
        raise StoreError(say(cause, path=repr(self.place), **facts), path=self.place) from None

    # -- the schema ----------------------------------------------------------------------------

    def _schema_name(self) -> str:
        """Return the first schema of the search path that the address sets, else ``SCHEMA_NAME``.

        PostgreSQL takes ``$user`` for the name of the role, also in quotation marks, and makes
        letters of ASCII small outside of quotation marks. Raises StoreError if the server does not
        have the search path.
        """
        row = self.connection.execute(_SEARCH_PATH).fetchone()
        if row is None:
            if "search_path" in self.connection.info.options:
                self._refuse("postgres_no_search_path")
            return SCHEMA_NAME
        found = re.match(r'\s*(?:"((?:[^"]|"")+)"|([^\s",]+))', row[0])
        if not found:
            return SCHEMA_NAME
        name: str = found[2].translate(_SMALL) if found[2] else found[1].replace('""', '"')
        return str(row[1]) if name == "$user" else name

    def _find(self) -> int | None:
        """Return the object id of the schema, None if it does not exist."""
        found = "SELECT oid::bigint FROM pg_namespace WHERE nspname = %s"
        row = self.connection.execute(found, (self._schema,)).fetchone()
        return None if row is None else row[0]

    def _create(self) -> int:
        name = sql.Identifier(self._schema)
        try:
            self.connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
        except psycopg.errors.InsufficientPrivilege:
            role = self.connection.info.user
            todo = sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(name, sql.Identifier(role))
            text = todo.as_string(self.connection)
            self._refuse("postgres_no_schema", role=repr(role), sql=text)
        except psycopg.errors.UniqueViolation:  # another process has created it meanwhile
            pass
        return self._find() or 0

    def _enter(self) -> None:
        """Use the tables of the schema in this session."""
        path = sql.SQL("SET search_path TO {}, pg_temp").format(sql.Identifier(self._schema))
        self.connection.execute(path)

    def _take_lock(self, patience: float) -> None:
        """Take the lock of the writer. It is released when the session ends."""
        until = monotonic() + patience
        while self.rows("SELECT pg_try_advisory_lock(?)", self._key) != [(True,)]:
            if monotonic() >= until:
                self._refuse("postgres_in_use")
            sleep(0.05)
        self._has_lock = True

    @property
    def _key(self) -> int:
        return LOCK_CLASS << 32 | self._oid

    def _version(self) -> int:
        """Return the version of the tables, 0 if there are none. Raises StoreError."""
        if not self.rows("SELECT FROM pg_class WHERE relnamespace=? LIMIT 1", self._oid):
            return 0
        try:
            found = self.connection.execute(
                "SELECT value FROM meta WHERE key = %s", (VERSION_KEY,)
            ).fetchone()
            return int(found[0] if found else "")
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, ValueError):
            self._refuse("postgres_foreign", schema=repr(self._schema))

    def faults(self) -> Iterator[tuple[str, str]]:
        """Yield each table and index that is missing or has a wrong definition."""
        tables = dict(self.connection.execute(_COLUMNS, (self._oid,)).fetchall())
        for name in TABLES:
            if tables.get(name) != [[one, _KINDS[kind]] for one, kind in columns_of(name).items()]:
                yield "definition", f"table {name}"
        found = {name for (name,) in self.connection.execute(_VALID_INDEXES, (self._oid,))}
        for index in sorted({*INDEXES, *(f"{name}_pkey" for name in TABLES)} - found):
            yield "definition", f"index {index}"

    def check_place(self) -> None:
        """Raise StoreError if the server does not answer."""
        self.rows("SELECT 1")

    def refuse_other_writer(self) -> NoReturn:
        """Raise the StoreError that the schema is another one, since the lock keeps others out."""
        self._refuse("postgres_other_schema")

    def close(self) -> None:
        """Close the connection, and let other writers open the store."""
        if self._has_lock and not self.connection.closed:
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
            return [] if cursor.description is None else cursor.fetchall()

    def where(self, sql: str, values: Iterable[object]) -> list[Row]:
        """Return the rows of a statement with ``IN (*)`` for a list of values."""
        wanted = list(values)
        return self.rows(sql.replace("IN (*)", "= ANY(?)"), wanted) if wanted else []

    def stream(self, table: str) -> Iterator[Row]:
        """Yield all rows of a table, within ``moment``."""
        with self._refusing(), self.connection.cursor(name="stream") as cursor:
            cursor.execute(f"SELECT * FROM {table}".encode(), binary=True)  # noqa: S608 - our own name
            while found := cursor.fetchmany(_AT_ONCE):
                yield from found

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Read the same state throughout the block, even if another process writes."""
        self.rows("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try:
            yield
        finally:
            self._roll_back()  # nothing was written

    # -- write ---------------------------------------------------------------------------------

    def put(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows, or replace the rows that have their keys, within ``transaction``."""
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
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
                self.connection.execute("BEGIN")
                yield
                done = self.connection.execute("COMMIT").statusmessage or ""
                if done != "COMMIT":  # an error within the transaction was passed over
                    raise psycopg.errors.InFailedSqlTransaction(done)  # noqa: TRY301
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        if not self.connection.closed:
            try:
                self.connection.execute("ROLLBACK")
            except psycopg.Error:  # the server then undoes the transaction of a closed session
                self.connection.close()

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            refuse(self._address, self.connection, error)
        except UnicodeEncodeError as error:
            refuse_text(error)


@cache
def _translated(sql: str) -> bytes:
    """Return a statement with the placeholders of psycopg."""
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
