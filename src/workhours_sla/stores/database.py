"""An open database with the tables of a store: what SQLite and PostgreSQL have in common."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from math import inf
from time import monotonic
from typing import ClassVar, Final, NoReturn

from workhours_sla.disk.faults import fail
from workhours_sla.errors import EventError, StoreError
from workhours_sla.stores.schema import MIGRATIONS, TABLES, VERSION_KEY, WRITER_KEY, Row
from workhours_sla.text.messages import say

GRACE: Final = 3.0  # seconds that a wait of a run goes on when the run ends
AT_ONCE: Final = 10_000  # number of rows that are read at a time


class Database(ABC):
    """An open database with the tables of a store."""

    types: ClassVar[Mapping[str, str]]  # their names, keyed by those in ``TABLES``
    begin: ClassVar[str]  # begins to write
    begin_reading: ClassVar[str]  # begins to read one state

    def __init__(self, place: str) -> None:
        self.place = place
        self.refusing: Final = _Refusing(self)
        self.waits_until: float = inf  # of the monotonic clock

    @abstractmethod
    def convert(self, error: BaseException) -> None:
        """Raise the error that says what an error of the driver means; return for others."""

    @abstractmethod
    def execute(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a statement. Raises the errors of the driver."""

    @abstractmethod
    def run(self, sql: str, rows: Sequence[Row]) -> int:
        """Execute a statement for the values of each row; return how many rows it changed."""

    @abstractmethod
    def put(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows within ``transaction``. A row replaces the row that has its key."""

    @abstractmethod
    def where(self, sql: str, values: Iterable[object]) -> list[Row]:
        """Return the rows of a statement with ``IN (*)`` for a list of values."""

    @abstractmethod
    def stream(self, table: str) -> Iterator[Row]:
        """Yield all rows of a table within ``moment``."""

    @abstractmethod
    def beside(self) -> Database:
        """Open another connection, to read the store while this one writes it."""

    @abstractmethod
    def refuse_other_writer(self) -> NoReturn:
        """Raise the StoreError that another process has begun to write."""

    @abstractmethod
    def version(self) -> int:
        """Return the version of the schema, 0 for an empty one. Raises StoreError if foreign."""

    @abstractmethod
    def close(self) -> None:
        """Close the database, and let other writers open it."""

    # -- the same in every database ------------------------------------------------------------

    def end_waits(self) -> None:
        """Let no call wait longer than ``GRACE`` for a lock or a server from now on."""
        self.waits_until = monotonic() + GRACE

    def begin_to_write(self) -> None:
        """Begin a transaction, as soon as no other program keeps the database locked."""
        self.execute(self.begin)

    def check_place(self) -> None:
        """Raise StoreError if another program has changed the files since this one wrote them."""
        return

    def note_written(self) -> None:
        """Note how the files are after a transaction. Raises StoreError if they lack a part."""
        return

    def refuse(self, cause: str, **facts: object) -> NoReturn:
        fail(cause, self.place, **facts)

    def rows(self, sql: str, *values: object) -> list[Row]:
        with self.refusing:
            return self.execute(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything within the block durably when it ends, or nothing if it raises."""
        with self.refusing:
            try:
                self.begin_to_write()
                self.check_place()
            except BaseException:
                self._roll_back()
                raise
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                self._roll_back()
                self.note_written()  # what a full disk took is in the files, too
                raise
            self.note_written()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Read the same state throughout the block, even if another process writes."""
        self.rows(self.begin_reading)
        try:
            yield
        finally:
            self._roll_back()  # nothing was written

    def _roll_back(self) -> None:
        with suppress(StoreError):  # a database undoes the transaction of a lost connection
            self.rows("ROLLBACK")

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Close the database if the block raises, and convert errors of the driver."""
        try:
            with self.refusing:
                yield
        except BaseException:
            self.close()
            raise

    def migrate(self, version: int) -> None:
        """Create the tables, or bring them from a version to the current one."""
        if version >= len(MIGRATIONS):
            self.check_version(version)
        else:
            with self.transaction():
                for statement in chain(*MIGRATIONS[version:]):
                    own = re.sub("TEXT|BLOB|INTEGER", lambda one: self.types[one[0]], statement)
                    self.execute(own)
                self.put("meta", [(VERSION_KEY, str(len(MIGRATIONS)))])

    def check_version(self, version: int) -> None:
        """Raise StoreError for a version of the schema that this one cannot read."""
        known = len(MIGRATIONS)
        if version != known:
            remedy = say("install_later" if version > known else "postgres_migrate")
            self.refuse("other_schema", version=version, known=known, remedy=remedy)

    def faults(self) -> Iterator[str]:
        """Yield what is damaged. A server checks its own files, so this finds nothing there."""
        yield from ()

    def copy_from(self, source: Database) -> int:
        """Copy all rows within ``moment`` and ``transaction``; return the number of events."""
        count = 0
        for table in TABLES:
            rows = source.stream(table)
            while part := list(islice(rows, AT_ONCE)):
                self.put(table, [row for row in part if (table, row[0]) != ("meta", WRITER_KEY)])
                count += len(part) if table == "event" else 0
        return count


class _Refusing:
    """A block in which errors of the driver become StoreError and EventError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None:
            self._db.convert(error)


def refuse_text(error: UnicodeEncodeError) -> NoReturn:
    """Raise EventError for text that cannot be encoded in UTF-8."""
    raise EventError(say("text_not_stored", text=repr(error.object))) from None
