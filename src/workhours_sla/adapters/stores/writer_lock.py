"""The lock that prevents a second writer from opening a store."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final
from weakref import WeakSet

from workhours_sla.adapters.faults import fail
from workhours_sla.adapters.file_locks import lock_file, lock_last_byte
from workhours_sla.errors import StoreError

BESIDE: Final = "-writer"
"""The suffix of the lock file's name."""


class WriterLock:
    """Prevents other writers from opening a store, until it is closed or the process ends.

    There are two locks. The first lock is on a file beside the store, such as
    ``appeals.db-writer``. If the path is a symbolic link, this file is beside the real store. The
    second lock is on the store itself and exists only on Linux. It also prevents a writer that uses
    a hard link or a new name. On other systems a store with hard links is rejected. ``make``
    creates the store if it does not exist. Raises StoreError.
    """

    def __init__(self, path: Path, make: Callable[[Path], None]) -> None:
        self._make = make
        self._files: list[int] = []
        self._inode: tuple[int, int] | None = None
        real = os.path.realpath(path)
        try:
            self._lock(path, real)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError) and not isinstance(error, StoreError):
                fail("store_unwritable", path, error=error.strerror)
            raise
        _open_locks.add(self)

    def close(self) -> None:
        """Release the locks, so that another writer can open the store."""
        self._inode = None
        while self._files:
            os.close(self._files.pop())

    def _lock(self, path: Path, real: str) -> None:
        if Path(real).is_dir():  # before a lock file is created beside it
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not lock_file(self._open(real + BESIDE)):
            fail("store_in_use", path)
        inode = _inode(real)
        # opening and closing a store that this process writes would drop the locks of SQLite
        if inode is not None and any(lock._inode == inode for lock in _open_locks):  # noqa: SLF001
            fail("store_in_use", path)
        if inode is None:
            self._make(Path(real))
        store = self._open(real)
        self._inode = _inode(real)
        locked = lock_last_byte(store)
        if locked is False:
            fail("store_in_use", path)
        names = os.fstat(store).st_nlink
        if locked is None and names > 1:
            fail("store_linked", path, count=names)

    def _open(self, name: str) -> int:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        file = os.open(name, flags, 0o644)
        self._files.append(file)
        return file


_open_locks: Final[WeakSet[WriterLock]] = WeakSet()


def _inode(name: str) -> tuple[int, int] | None:
    """Return the device and inode numbers of a file, None if there is no such file."""
    try:
        status = Path(name).stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _forget() -> None:
    """Release the locks in a forked child process. The parent process keeps its locks."""
    for lock in list(_open_locks):
        lock.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
