"""A store in a PostgreSQL database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workhours_sla.argument_types import checked
from workhours_sla.errors import EngineError
from workhours_sla.module_names import public
from workhours_sla.stores.database_store import HOT, DatabaseStore
from workhours_sla.stores.outbox import StoreOutbox
from workhours_sla.stores.reader import StoreReader
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from workhours_sla.stores.postgres_database import PostgresDatabase

PATIENCE: Final = 2.0
"""Seconds to wait for the lock of a writer that has just ended."""


def postgres_database() -> type[PostgresDatabase]:
    """Import the class of databases in PostgreSQL. Raises EngineError without psycopg."""
    try:
        from workhours_sla.stores.postgres_database import (
            PostgresDatabase,
        )
    except ImportError as error:
        raise EngineError(say("no_psycopg")) from error
    return PostgresDatabase


@public("workhours_sla.stream")
@checked
class PostgresReader(StoreReader):
    """A store in a PostgreSQL database that is open for reading. Another process may write it.

    ``url`` is an address such as ``postgresql://USER@HOST/DATABASE``. Usable from any thread. Calls
    run one at a time. An iterator reads some rows at a time, and other calls may run in between.
    Raises StoreError, and EngineError without psycopg 3.
    """

    def __init__(self, url: str) -> None:
        super().__init__(postgres_database().to_read(url))


class PostgresOutbox(StoreOutbox):
    """A store in a PostgreSQL database, opened to record which changes sinks have received.

    Raises StoreError, also if another process writes the store.
    """

    def __init__(self, url: str) -> None:
        super().__init__(postgres_database().to_write(url, patience=PATIENCE))


@public("workhours_sla.stream")
@checked
class PostgresStore(DatabaseStore):
    """A store in a PostgreSQL database, opened for writing by one process; created if missing.

    ``url`` is an address such as ``postgresql://USER@HOST/DATABASE``, whose encoding must be UTF-8.
    The tables are in the schema ``workhours``, or in the schema that the address sets with
    ``?options=-csearch_path%3DNAME``. A lock of the session keeps other writers out. When a call of
    a pipeline returns, everything that it wrote is durable. If the call raises, nothing is written.
    After the connection was lost, every call raises; a new store continues after the last complete
    batch. ``hot`` is the number of appeals that are kept in memory. Usable from any thread; calls
    run one at a time. Raises StoreError, also if another process still writes the store after
    ``patience`` seconds, and EngineError without psycopg 3. No message has the password.
    """

    def __init__(self, url: str, *, hot: int = HOT, patience: float = PATIENCE) -> None:
        super().__init__(postgres_database().to_write(url, patience=patience), hot)
