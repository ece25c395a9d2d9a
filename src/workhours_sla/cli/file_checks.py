"""Check that a command does not write a file that it also reads or writes elsewhere."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Final, NamedTuple

import click

from workhours_sla.stores.open import is_address
from workhours_sla.stores.sqlite import BESIDE
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.words import metavar

_OF_A_STORE: Final = ("", "-wal", "-shm", "-journal", BESIDE)
"""File name suffixes of the files that belong to a store."""


class NamedFile(NamedTuple):
    option: str
    name: str
    is_written: bool
    place: str
    inode: tuple[int, int] | None
    group: str = ""

    def is_same(self, other: NamedFile) -> bool:
        """Return whether two names mean one file; always False for files of the same group."""
        if self.group and self.group == other.group:
            return False
        return self.place == other.place or (self.inode is not None and self.inode == other.inode)


def check_files(files: Iterable[NamedFile]) -> None:
    """Raise click.UsageError if a written file is also read or written for another option."""
    for one, other in combinations([*files, *_streams()], 2):
        if (one.is_written or other.is_written) and one.is_same(other):
            # the message begins with the file for which the user can give another name
            first, second = (one, other) if one.is_written and not one.group else (other, one)
            labels = [
                SHELL.text("standard_output") if of.group == "streams" else metavar(of.option)
                for of in (first, second)
            ]
            facts = {"name": first.name, "first": labels[0], "second": labels[1]}
            raise click.UsageError(SHELL.text("same_file", **facts))


def read_files(option: str, *names: str | None) -> Iterator[NamedFile]:
    for name in names:
        if name == "-":
            yield from _stream(option, 0, is_written=False)
        elif name is not None:
            yield _file(option, name, is_written=False)


def written_files(option: str, *names: str | Path | None) -> Iterator[NamedFile]:
    for name in names:
        if name is not None:
            yield _file(option, str(name), is_written=True)


def store_files(name: str | None, *, is_written: bool) -> Iterator[NamedFile]:
    """Yield the files of a store: the database, its logs and its lock file."""
    if name is not None and not is_address(name):
        # they are beside the given name, or beside the target of a symbolic link
        for place in dict.fromkeys((name, _real(name))):
            for ending in _OF_A_STORE:
                yield _file("--store", place + ending, is_written=is_written, group="store")


def _file(option: str, name: str, *, is_written: bool, group: str = "") -> NamedFile:
    return NamedFile(option, name, is_written, os.path.normcase(_real(name)), _inode(name), group)


def _real(name: str) -> str:
    """Return a path without symbolic links. Raises OSError for an impossible file name."""
    try:
        return os.path.realpath(name)
    except ValueError:  # a null character, or half of a surrogate pair
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), name) from None


def _streams() -> Iterator[NamedFile]:
    """Yield standard output and standard error if they are files. They may be the same file."""
    for stream in (sys.stdout, sys.stderr):
        try:
            number = stream.fileno()
        except (AttributeError, OSError, ValueError):  # the stream is closed or has no file
            continue
        yield from _stream("", number, is_written=True, group="streams")


def _stream(option: str, number: int, *, is_written: bool, group: str = "") -> Iterator[NamedFile]:
    inode = _inode(number)
    if inode is not None:
        yield NamedFile(option, "-", is_written, f"<{number}>", inode, group)


def _inode(file: str | int) -> tuple[int, int] | None:
    """Return the device and the inode of a regular file or a directory; None for other files."""
    try:
        status = os.fstat(file) if isinstance(file, int) else Path(file).stat()
    except (OSError, ValueError):
        return None
    is_file = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
    return (status.st_dev, status.st_ino) if is_file and status.st_ino else None
