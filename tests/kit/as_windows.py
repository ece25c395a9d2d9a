"""Run a Python file as far as possible as on Windows; the module is a program, not a test.

Usage: python as_windows.py FILE ARGUMENT...

Modules and functions that only POSIX has are removed, ``sys.platform`` is ``win32``, and ``msvcrt``
is an imitation. Paths, files and processes remain those of the machine.
"""

# what the standard library and other packages need of POSIX is imported before it is removed
import asyncio  # noqa: F401
import concurrent.futures  # noqa: F401
import ctypes
import errno
import importlib
import importlib.metadata
import multiprocessing  # noqa: F401
import os
import runpy
import signal
import sqlite3  # noqa: F401
import subprocess  # noqa: F401
import sys
import tempfile  # noqa: F401
import zoneinfo  # noqa: F401
from contextlib import suppress
from types import ModuleType, SimpleNamespace
from typing import Any

MODULES = "fcntl grp posix pty pwd resource syslog termios tty"
FUNCTIONS = """
chown chroot ctermid fchdir fchown fdatasync fork forkpty fpathconf fstatvfs getegid geteuid getgid
getgroups getloadavg getpgid getpgrp getpriority getsid getuid initgroups killpg lchown lockf mkfifo
mknod nice openpty pathconf posix_fadvise posix_fallocate posix_spawn posix_spawnp pread preadv
pwrite pwritev register_at_fork sched_getaffinity sched_yield sendfile setgid setsid setuid statvfs
sync sysconf tcgetpgrp ttyname uname wait wait3
O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_SYNC O_NOCTTY
"""
OF_OTHERS = """
click msgspec holidays workalendar dateutil.easter numpy pandas polars pyarrow xlsxwriter starlette
uvicorn
"""
SIGNALS = "SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGUSR1 pthread_sigmask"
RUSSIAN_OF_RUSSIA = 0x0419


class Locks:
    """The locks of ``msvcrt``: a second descriptor of a locked file is refused."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        self.by_file: dict[tuple[int, int], int] = {}

    def locking(self, fd: int, mode: int, size: int) -> None:
        assert (mode, size) == (self.LK_NBLCK, 1)
        status = os.fstat(fd)
        holder = self.by_file.setdefault((status.st_dev, status.st_ino), fd)
        is_locked = False
        with suppress(OSError):  # the holder was closed
            is_locked = holder != fd and os.path.sameopenfile(holder, fd)
        if is_locked:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        self.by_file[status.st_dev, status.st_ino] = fd


def become_windows() -> None:
    for name in OF_OTHERS.split():
        with suppress(ImportError):
            importlib.import_module(name)
    for name in MODULES.split():
        sys.modules[name] = None  # type: ignore[assignment]
    for module, names in ((os, FUNCTIONS), (signal, SIGNALS)):
        for name in names.split():
            if hasattr(module, name):
                delattr(module, name)
    os.supports_effective_ids.clear()
    os.O_BINARY = 0  # type: ignore[attr-defined]
    locks: Any = ModuleType("msvcrt")
    made = Locks()
    locks.LK_NBLCK, locks.locking = made.LK_NBLCK, made.locking
    sys.modules["msvcrt"] = locks
    kernel = SimpleNamespace(GetUserDefaultUILanguage=lambda: RUSSIAN_OF_RUSSIA)
    ctypes.windll = SimpleNamespace(kernel32=kernel)  # type: ignore[attr-defined]
    sys.platform = "win32"


if __name__ == "__main__":
    become_windows()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
