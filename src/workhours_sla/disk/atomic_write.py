"""Write files atomically: a file keeps its old content until the new content is on disk."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write each content to its path. If one file fails, no file is changed."""
    with replacing(*contents) as files:
        for file, (path, content) in zip(files, contents.items(), strict=True):
            with _named(path):
                file.write(content)


@contextmanager
def replacing(*paths: Path) -> Iterator[list[BinaryIO]]:
    """Open a temporary binary file for each path, and replace the paths when the block ends.

    If anything raises, no path is changed. A link stays and its target is replaced. A pipe or a
    device is written directly.
    """
    opened: list[_Replacement] = []
    try:
        for path in paths:
            with _named(path):
                opened.append(_Replacement(path))
        yield [one.file for one in opened]
        for one in opened:
            with _named(one.path):
                one.finish()
        for one in opened:
            with _named(one.path):
                one.replace()
    finally:
        for one in opened:
            one.discard()


def sync_folder(folder: Path) -> None:
    """Make new and renamed files of a folder survive a power failure, if the system can."""
    if os.name == "posix":
        with suppress(OSError):
            fd = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)


class _Replacement:
    """A temporary file, and the path that it will replace."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._target = Path(os.path.realpath(path))
        self._written: Path | None = None
        try:
            status = path.stat()
        except FileNotFoundError:
            status = None
        if status is not None and stat.S_ISDIR(status.st_mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        if status is not None and not stat.S_ISREG(status.st_mode):
            self.file: BinaryIO = path.open("wb")
            return
        effective = os.access in os.supports_effective_ids
        if status and not os.access(self._target, os.W_OK, effective_ids=effective):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        self._written = self._target.with_name(f".workhours-{secrets.token_hex(6)}.tmp")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        fd = os.open(self._written, flags, 0o666 if status is None else 0o600)
        self.file = os.fdopen(fd, "wb")
        if status is not None:
            try:
                self._keep_rights(status)
            except BaseException:
                self.discard()
                raise

    def _keep_rights(self, status: os.stat_result) -> None:
        assert self._written is not None  # noqa: S101
        if hasattr(os, "chown"):
            with suppress(OSError):  # only root may give a file away
                os.chown(self._written, status.st_uid, status.st_gid)
        shutil.copystat(self._target, self._written)

    def finish(self) -> None:
        """Write the content to the disk and close the file."""
        self.file.flush()
        if self._written is not None:
            os.fsync(self.file.fileno())
        self.file.close()

    def replace(self) -> None:
        """Rename the temporary file to the path."""
        if self._written is not None:
            self._written.replace(self._target)
            self._written = None
            sync_folder(self._target.parent)

    def discard(self) -> None:
        """Close the temporary file, and remove it unless it was renamed."""
        with suppress(OSError):
            self.file.close()
        if self._written is not None:
            with suppress(OSError):
                self._written.unlink()


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Raise an OSError of the block again with the path ``path``, which the caller knows."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None
