"""The schema of a PostgreSQL store: its tables, its version, and the steps between versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

import psycopg
from psycopg import sql
from psycopg.types.json import Json

from workhours_sla.errors import StoreError
from workhours_sla.stores.database import COLUMNS, VERSION_KEY
from workhours_sla.stores.postgres_address import Address, refuse
from workhours_sla.text.messages import say

# texts are compared by their bytes, so that an index does not depend on the locales of the server
_VERSION_1: Final = """
    CREATE TABLE meta (key text COLLATE "C" PRIMARY KEY, value json);
    CREATE TABLE event (
        number bigint PRIMARY KEY,      -- in the order of arrival
        event_id text COLLATE "C" NOT NULL,
        appeal_id text COLLATE "C" NOT NULL,
        body bytea NOT NULL,
        quarantined text COLLATE "C",   -- why it does not count, NULL if it does
        repaired boolean NOT NULL
    );
    CREATE INDEX event_by_id ON event (event_id);
    CREATE INDEX event_by_appeal ON event (appeal_id);
    CREATE INDEX event_quarantined ON event (quarantined) WHERE quarantined IS NOT NULL;
    CREATE INDEX event_repaired ON event (event_id) WHERE repaired;
    CREATE TABLE appeal (
        appeal_id text COLLATE "C" PRIMARY KEY,
        reported bytea NOT NULL,
        timer bigint,                   -- when time alone changes it, microseconds since 1970
        ended_at bigint                 -- its last event, if all its clocks have ended
    );
    CREATE INDEX appeal_by_timer ON appeal (timer) WHERE timer IS NOT NULL;
    CREATE INDEX appeal_by_ended_at ON appeal (ended_at) WHERE ended_at IS NOT NULL;
    CREATE TABLE outbox (
        number bigint PRIMARY KEY,      -- never used again: meta has the last one
        at bigint,                      -- the watermark when it was emitted
        body bytea NOT NULL
    );
    CREATE TABLE progress (             -- each sink has all changes up to a number
        sink text COLLATE "C" PRIMARY KEY, number bigint NOT NULL
    );
    CREATE TABLE failure (              -- but for those that it did not accept
        sink text COLLATE "C", number bigint, attempts bigint NOT NULL,
        retry_at bigint,                -- NULL: a dead letter
        error text COLLATE "C" NOT NULL,
        PRIMARY KEY (sink, number)
    );
    CREATE TABLE position (
        source text COLLATE "C", partition text COLLATE "C", position text COLLATE "C" NOT NULL,
        received_until bigint,
        PRIMARY KEY (source, partition)
    );
    CREATE TABLE rejected (
        number bigint PRIMARY KEY,      -- never used again: meta has the last one
        source text COLLATE "C" NOT NULL, reason text COLLATE "C" NOT NULL,
        detail text COLLATE "C" NOT NULL, text text COLLATE "C" NOT NULL,
        at bigint                       -- the watermark when it was read
    );
    CREATE INDEX rejected_by_reason ON rejected (reason);
    CREATE INDEX rejected_by_at ON rejected (at);
    CREATE TABLE tombstone (hash bytea PRIMARY KEY);
"""

MIGRATIONS: Final = (_VERSION_1,)
"""The steps between versions: step n, counted from 1, turns version n - 1 into version n."""

VERSION: Final = len(MIGRATIONS)
"""The version of the schema that this version of the library writes."""

TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "meta": ("text", "json"),
    "event": ("bigint", "text", "text", "bytea", "text", "boolean"),
    "appeal": ("text", "bytea", "bigint", "bigint"),
    "outbox": ("bigint", "bigint", "bytea"),
    "progress": ("text", "bigint"),
    "failure": ("text", "bigint", "bigint", "bigint", "text"),
    "position": ("text", "text", "text", "bigint"),
    "rejected": ("bigint", "text", "text", "text", "text", "bigint"),
    "tombstone": ("bytea",),
}
"""The types of the columns of each table, in the order of ``COLUMNS``."""

_INDEXES: Final = frozenset(
    {
        *(f"{table}_pkey" for table in COLUMNS),
        *("event_by_id", "event_by_appeal", "event_quarantined", "event_repaired"),
        *("appeal_by_timer", "appeal_by_ended_at", "rejected_by_reason", "rejected_by_at"),
    }
)
_COLUMNS: Final = """
    SELECT relname, array_agg(attname::text ORDER BY attnum),
        array_agg(format_type(atttypid, atttypmod) ORDER BY attnum)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = %s AND relkind = 'r' AND attnum > 0 AND NOT attisdropped GROUP BY relname
"""
_VALID_INDEXES: Final = """
    SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid
    WHERE relnamespace = %s AND indisvalid
"""

Connection = psycopg.Connection[Any]


class Schema:
    """A schema of a database that is or becomes a store."""

    def __init__(self, connection: Connection, address: Address, name: str) -> None:
        self._connection = connection
        self._address = address
        self.name = name

    @property
    def oid(self) -> int | None:
        """The object id of the schema, None if it does not exist."""
        row = self._connection.execute(
            "SELECT oid::bigint FROM pg_namespace WHERE nspname = %s", (self.name,)
        ).fetchone()
        return None if row is None else row[0]

    def make(self) -> int:
        """Create the schema if it does not exist, and return its object id. Raises StoreError."""
        if (oid := self.oid) is not None:
            return oid
        name = sql.Identifier(self.name)
        try:
            self._connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
        except psycopg.errors.InsufficientPrivilege:
            role = self._connection.info.user
            todo = sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(name, sql.Identifier(role))
            self._refuse(
                "postgres_no_schema", role=repr(role), sql=todo.as_string(self._connection)
            )
        except psycopg.errors.UniqueViolation:  # another process has created it meanwhile
            pass
        except psycopg.Error as error:
            refuse(self._address, self._connection, error)
        oid = self.oid
        assert oid is not None  # noqa: S101 - it was created
        return oid

    def enter(self) -> None:
        """Use the tables of the schema in this session."""
        path = sql.SQL("{}, pg_temp").format(sql.Identifier(self.name))
        self._connection.execute(sql.SQL("SET search_path TO {}").format(path))

    def version(self, oid: int) -> int:
        """Return the version of the tables, 0 if there are none. Raises StoreError."""
        names = self._connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s", (oid,)
        ).fetchall()
        if not names:
            return 0
        try:
            row = self._connection.execute(
                "SELECT value FROM meta WHERE key = %s", (VERSION_KEY,)
            ).fetchone()
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
            row = None
        if row is None or not isinstance(row[0], int):
            self._refuse("postgres_foreign", schema=repr(self.name))
        return row[0]

    def migrate(self, oid: int) -> None:
        """Create the tables, or bring them to the current version. Raises StoreError."""
        version = self.version(oid)
        if version > VERSION:
            self._refuse_version(version, "install_later")
        if version == VERSION:
            return
        with self._connection.transaction():
            for step in MIGRATIONS[version:]:
                self._connection.execute(step)
            self._connection.execute(
                "INSERT INTO meta VALUES (%s, %s)"
                " ON CONFLICT (key) DO UPDATE SET value=excluded.value",
                (VERSION_KEY, Json(VERSION)),
            )

    def check(self, oid: int | None) -> int:
        """Return the object id of a schema that can be read. Raises StoreError."""
        version = 0 if oid is None else self.version(oid)
        if oid is None or not version:
            self._refuse("postgres_no_store", schema=repr(self.name))
        if version != VERSION:
            later = version > VERSION
            self._refuse_version(version, "install_later" if later else "postgres_migrate")
        return oid

    def wrong(self, oid: int) -> Iterator[str]:
        """Yield the tables and indexes that are missing or have a wrong definition."""
        found = self._connection.execute(_COLUMNS, (oid,)).fetchall()
        tables = {name: (tuple(columns), tuple(types)) for name, columns, types in found}
        for table, (key, others) in COLUMNS.items():
            if tables.get(table) != ((*key, *others), TYPES[table]):
                yield f"table {table}"
        indexes = {name for (name,) in self._connection.execute(_VALID_INDEXES, (oid,))}
        for index in sorted(_INDEXES - indexes):
            yield f"index {index}"

    def verify(self, oid: int) -> None:
        """Raise StoreError if a table or an index is missing or has a wrong definition."""
        wrong = next(self.wrong(oid), None)
        if wrong is not None:
            what = say("other_definition", of=wrong, table=wrong.partition(" ")[2])
            self._refuse("store_damaged", what=what, remedy=say("postgres_restore"))

    def _refuse_version(self, version: int, remedy: str) -> NoReturn:
        self._refuse("other_schema", version=version, known=VERSION, remedy=say(remedy))

    def _refuse(self, cause: str, **facts: object) -> NoReturn:
        shown = self._address.shown
        raise StoreError(say(cause, path=repr(shown), **facts), path=shown) from None
