"""The lock that prevents a second writer from opening a store."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final
from weakref import WeakSet

from workhours_sla.disk.faults import fail
from workhours_sla.disk.file_locks import lock_file
from workhours_sla.errors import StoreError

BESIDE: Final = "-writer"
"""The suffix of the lock file's name."""


class WriterLock:
    """Prevents other writers from opening a store, until it is closed or the process ends.

    The lock is on a file beside the store, such as ``appeals.db-writer``. If the path is a symbolic
    link, this file is beside the real store. A store with hard links is rejected. ``make`` creates
    the store if it does not exist. Raises StoreError.
    """

    def __init__(self, path: Path, make: Callable[[Path], None]) -> None:
        self._file: int | None = None
        try:
            self._lock(path, Path(os.path.realpath(path)), make)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError) and not isinstance(error, StoreError):
                fail("store_unwritable", path, error=error.strerror)
            raise
        _open_locks.add(self)

    def close(self) -> None:
        """Release the lock, so that another writer can open the store."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _lock(self, path: Path, real: Path, make: Callable[[Path], None]) -> None:
        if real.is_dir():  # before a lock file is created beside it
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self._file = os.open(f"{real}{BESIDE}", flags, 0o644)
        if not lock_file(self._file):
            fail("store_in_use", path)
        if not real.exists():
            make(real)
        names = real.stat().st_nlink
        if names > 1:
            fail("store_linked", path, count=names)


_open_locks: Final[WeakSet[WriterLock]] = WeakSet()


def _forget() -> None:
    """Release the locks in a forked child process. The parent process keeps its locks."""
    for lock in list(_open_locks):
        lock.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
