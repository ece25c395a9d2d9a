"""A store in a SQLite file."""

from __future__ import annotations

from pathlib import Path

from workhours_sla.argument_types import checked
from workhours_sla.module_names import public
from workhours_sla.stores.database_store import HOT, DatabaseStore
from workhours_sla.stores.outbox import StoreOutbox
from workhours_sla.stores.reader import StoreReader
from workhours_sla.stores.sqlite_database import SqliteDatabase


@public("workhours_sla.stream")
@checked
class SqliteReader(StoreReader):
    """A store in a SQLite file that is open for reading. Another process may write it.

    Usable from any thread. Calls run one at a time. An iterator reads some rows at a time, and
    other calls may run in between. Raises StoreError.

    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline, SqliteStore
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> with TemporaryDirectory() as folder:
    ...     Pipeline(SqliteStore(Path(folder, "appeals.db")), policy).close()
    ...     with SqliteReader(Path(folder, "appeals.db")) as reader:
    ...         print(reader.holdings().read, reader.policy_version == policy.version)
    0 True
    """

    def __init__(self, path: Path | str) -> None:
        super().__init__(SqliteDatabase.to_read(Path(path)))


class SqliteOutbox(StoreOutbox):
    """A store in a SQLite file, opened to record which changes sinks have received.

    The file is created if it does not exist. Only one process at a time can open the file for
    writing; other processes may read it. Raises StoreError, also if another process writes the
    file.
    """

    def __init__(self, path: Path | str) -> None:
        super().__init__(SqliteDatabase.to_write(Path(path)))


@public("workhours_sla.stream")
@checked
class SqliteStore(DatabaseStore):
    """A store in a SQLite file, opened for writing by one process; created if it does not exist.

    When a call of a pipeline returns, everything that it wrote is on the disk. If the call raises,
    nothing is written. ``hot`` is the number of appeals that are kept in memory. Usable from any
    thread; calls run one at a time. Raises StoreError, also if another process writes the file.

    >>> from datetime import datetime
    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Event, EventType, Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "appeals.db")
    ...     with Pipeline(SqliteStore(file), policy) as pipeline:
    ...         opened = pipeline.apply(Event("1", "A-1", EventType.CREATED, posted, posted))
    ...     with Pipeline(SqliteStore(file), policy) as pipeline:
    ...         late = pipeline.advance(datetime(2025, 3, 12, 16, 0, tzinfo=office.tz))
    >>> [change.kind.value for change in (*opened, *late)]
    ['opened', 'at_risk', 'breached']
    """

    def __init__(self, path: Path | str, *, hot: int = HOT) -> None:
        super().__init__(SqliteDatabase.to_write(Path(path)), hot)
