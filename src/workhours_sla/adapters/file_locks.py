"""Locks that belong to one open file, until it is closed or the process ends.

POSIX locks do not: closing any other descriptor of the file drops them, so that reading a locked
file to copy it would let a second writer in.
"""

from __future__ import annotations

import errno
import os
import sys

_IN_USE = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)

if sys.platform == "win32":
    import msvcrt

    _LOCKED_BYTE = (1 << 31) - 2
    """The last byte that can be locked. Others cannot read it, so it is not one of the first."""

    def lock_file(fd: int) -> bool:
        """Lock a file as a whole and return True, or False if another open file has it locked.

        Raises OSError if files cannot be locked.
        """
        os.lseek(fd, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in _IN_USE:
                return False
            raise
        return True
else:
    import fcntl

    def lock_file(fd: int) -> bool:
        """Lock a file as a whole and return True, or False if another open file has it locked.

        Raises OSError if files cannot be locked.
        """
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _IN_USE:
                return False
            raise
        return True


if sys.platform == "linux":
    import struct

    _LAST_BYTE = 1 << 62
    """Far from the bytes that SQLite locks, which are about 1 GiB into the file."""

    def lock_last_byte(fd: int) -> bool | None:
        """Lock a byte beyond any file; return False if it is locked, None if it cannot be.

        Unlike ``lock_file`` it does not affect the locks of SQLite on the same file.
        """
        wanted = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, _LAST_BYTE, 1, 0)
        try:
            fcntl.fcntl(fd, fcntl.F_OFD_SETLK, wanted)
        except OSError as error:
            return False if error.errno in _IN_USE else None
        return True
else:

    def lock_last_byte(fd: int) -> bool | None:  # noqa: ARG001
        """Return None: such a lock would conflict with those of SQLite here."""
        return None
