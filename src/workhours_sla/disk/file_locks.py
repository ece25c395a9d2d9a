"""Lock a file for one open descriptor, until it is closed or the process ends.

Ordinary POSIX locks are not used. They belong to the process, and closing any descriptor of the
file drops them: a process that reads its locked file to copy it would let a second writer in.
"""

from __future__ import annotations

import errno
import os
import sys

_IN_USE = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)

if sys.platform == "win32":
    import msvcrt

    _LOCKED_BYTE = (1 << 31) - 2
    """The last byte that can be locked. It is not part of the content, which others must read."""

    def _lock(fd: int) -> None:
        os.lseek(fd, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

    def unlock_file(_fd: int) -> None:
        """Do nothing: there are no forked children here, and closing a file unlocks it."""
else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def unlock_file(fd: int) -> None:
        """Unlock a file that ``lock_file`` has locked, also for forked children."""
        fcntl.flock(fd, fcntl.LOCK_UN)


def lock_file(fd: int) -> bool:
    """Lock a whole file and return True, or return False if another descriptor has locked it."""
    try:
        _lock(fd)
    except OSError as error:
        if error.errno in _IN_USE:
            return False
        raise
    return True
