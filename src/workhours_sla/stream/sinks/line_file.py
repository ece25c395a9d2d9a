"""Append lines of JSON to a file, each line once, so that they survive a crash."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, NamedTuple, NoReturn

import msgspec

from workhours_sla.disk.atomic_write import sync_folder
from workhours_sla.disk.faults import fail
from workhours_sla.disk.file_locks import lock_file
from workhours_sla.errors import StoreError

_SAMPLE: Final = 1 << 10
"""The property ``end`` contains a hash of this many bytes at the end of the file."""
_WITHOUT_LOCKS: Final = (errno.ENOTSUP, errno.ENOSYS, errno.ENOLCK)
"""Errors of file systems without locks. Files are not locked on such a file system."""
_SHOWN: Final = 40
"""Number of characters of a wrong line that an error quotes."""


class LineForm:
    """The format of the lines in a file: JSON objects with a schema, and an id under one key.

    ``what`` is a key of ``catalog.STORE_FAULTS``: the name of the lines in messages.
    """

    def __init__(self, what: str, schema: str, id_key: str) -> None:
        self.what = what
        self.start: bytes = f'{{"schema":"{schema}",'.encode()
        line = msgspec.defstruct(
            "Line",
            [("schema", Literal[schema]), ("id", str)],
            rename={"id": id_key},
        )
        self._decode = msgspec.json.Decoder[Any](line).decode

    def id_of(self, line: bytes) -> str:
        """Return the id in a line. Raises ValueError if the text is not a line of this form."""
        id_: str = self._decode(line).id
        return id_

    def fail(self, cause: str, path: Path, **facts: object) -> NoReturn:
        """Raise StoreError about a file; ``cause`` is a key of ``catalog.STORE_FAULTS``."""
        fail(cause, path, what=self.what, **facts)

    def may_begin(self, text: bytes) -> bool:
        """Return whether ``text`` can be the beginning of a line."""
        return text.startswith(self.start) or self.start.startswith(text)


class Line(NamedTuple):
    """A line of a file without its line ending. ``id`` is empty if the line is incomplete."""

    id: str
    text: bytes
    is_ended: bool


class LineFile:
    """A file of lines with ids that only this object writes.

    A file with anything but lines of ``form`` is rejected and not changed. An incomplete last line
    is removed. ``end`` is an earlier value of the property ``end``. Only the lines after that end
    are read, and ``add`` does not write them again. The caller must not add lines that are before
    that end. Without ``end`` the whole file is read. If another program removed, shortened or
    changed the file, ``lost`` is called with a key of ``catalog.STORE_FAULTS``. If ``lost``
    returns, writing continues. Raises StoreError.
    """

    def __init__(
        self, path: Path, form: LineForm, *, end: str | None, lost: Callable[[str], None]
    ) -> None:
        self._path = path
        self._form = form
        self._lost = lost
        self._latest: set[str] = set()
        self._open(end)

    @property
    def found(self) -> frozenset[str]:
        """The ids of the lines that were read when the file was opened."""
        return self._found

    @property
    def end(self) -> str:
        """A text that identifies the content: the size of the file and a hash of its last bytes."""
        return end_of(self._stream, self._size)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def check(self) -> None:
        """Call ``lost`` if another program removed, shortened or changed the file."""
        if self._stream.closed:  # an earlier attempt to open the file again has failed
            self._open(None)
        with _refusing(self._path, self._form):
            cause = self._cause_of_loss()
        if cause is not None:
            self._lost(cause)
            self._stream.close()
            self._open(None)

    def add(self, lines: Mapping[str, bytes]) -> None:
        """Append all lines whose ids the file does not have yet, or none if writing fails.

        ``lines`` is keyed by id.
        """
        self.check()
        fresh = [
            line + b"\n"
            for id_, line in lines.items()
            if id_ not in self._found and id_ not in self._latest
        ]
        if fresh:
            with _refusing(self._path, self._form):
                self._append(b"".join(fresh))
            self._latest = set(lines)

    def _append(self, text: bytes) -> None:
        rest = text
        try:
            while rest:
                rest = rest[self._stream.write(rest) :]
            os.fsync(self._stream.fileno())
        except BaseException:
            self._is_torn = True
            with suppress(OSError):
                self._cut()
            raise
        self._size += len(text)

    def _cut(self) -> None:
        """Remove the bytes after the last complete line."""
        self._stream.truncate(self._size)
        self._is_torn = False

    def _cause_of_loss(self) -> str | None:
        """Return a key of ``catalog.STORE_FAULTS`` if another program changed the open file."""
        if self._is_torn:
            self._cut()
        opened = os.fstat(self._stream.fileno())
        current = _status(self._path, self._form)
        if current is None or (current.st_dev, current.st_ino) != (opened.st_dev, opened.st_ino):
            return "sink_gone"
        if opened.st_size != self._size:
            return "sink_shortened" if opened.st_size < self._size else "sink_changed"
        return None

    def _open(self, end: str | None) -> None:
        path, form = self._path, self._form
        with _refusing(path, form):
            status = _status(path, form)
            start = 0
            if end is not None:
                cause = _cause(path, status, end)
                if cause is None:
                    start = int(end.partition("-")[0])
                else:
                    self._lost(cause)
            self._stream = FileIO(path, "a+")
            if status is None:
                sync_folder(path.parent)
            try:
                self._lock()
                self._read_from(start)
            except BaseException:
                self._stream.close()
                raise

    def _lock(self) -> None:
        try:
            locked = lock_file(self._stream.fileno())
        except OSError as error:
            if error.errno not in _WITHOUT_LOCKS:
                raise
            return
        if not locked:
            self._form.fail("sink_in_use", self._path)

    def _read_from(self, start: int) -> None:
        """Read the ids of the lines after byte ``start``, and repair an incomplete last line."""
        found = set()
        self._size, self._is_torn = start, False
        last = None
        with self._path.open("rb") as file:
            for last in lines_of(self._path, file, self._form, start):
                if last.id:
                    found.add(last.id)
                if last.is_ended:
                    self._size += len(last.text) + 1
        if last is not None and not last.is_ended:
            if last.id:  # only the line ending is missing
                self._size += len(last.text)
                self._append(b"\n")
            else:
                self._cut()
        self._found = frozenset(found)


def check_lines(path: Path, form: LineForm, *, first_only: bool) -> None:
    """Raise StoreError if a file exists and has anything but lines in a format.

    With ``first_only`` only the first line is checked.
    """
    with _refusing(path, form):
        if _status(path, form) is not None:
            with path.open("rb") as file:
                for _ in lines_of(path, file, form):
                    if first_only:
                        break


def lines_of(path: Path, file: BinaryIO, form: LineForm, start: int = 0) -> Iterator[Line]:
    """Yield the lines of a file after byte ``start``. Raises StoreError for any other content.

    If the last line of the file ends within ``form.start``, it counts as an incomplete line. But if
    it is the only line of the file, it counts as other content.
    """
    file.seek(start)
    sample = file.read(_SAMPLE)
    if not form.may_begin(sample):  # checked first, since a foreign file may be one huge line
        _refuse_text(path, form, sample)
    file.seek(start)
    others = start > 0
    for text in file:
        line = text.removesuffix(b"\n")
        is_ended = line != text
        try:
            id_ = form.id_of(line)
        except (ValueError, RecursionError):
            is_cut = form.may_begin(line) if others else line.startswith(form.start)
            if is_ended or not is_cut:
                _refuse_text(path, form, line)
            id_ = ""
        yield Line(id_, line, is_ended)
        others = True


def end_of(file: BinaryIO | FileIO, size: int) -> str:
    """Return a text made of the offset ``size`` in a file and a hash of the bytes before it."""
    first = max(0, size - _SAMPLE)
    file.seek(first)
    return f"{size}-{sha256(file.read(size - first)).hexdigest()[:16]}"


def _cause(path: Path, status: os.stat_result | None, end: str) -> str | None:
    """Check that a file still has its content up to ``end``; return the key of a message if not.

    The key is in ``catalog.STORE_FAULTS``. ``end`` is a result of ``end_of``. Returns None if the
    content is unchanged.
    """
    size = int(end.partition("-")[0])
    if not size:
        return None
    if status is None:
        return "sink_gone"
    if status.st_size < size:
        return "sink_shortened"
    with path.open("rb") as file:
        return None if end_of(file, size) == end else "sink_changed"


def _status(path: Path, form: LineForm) -> os.stat_result | None:
    """Return the status of a file, or None if it does not exist.

    Raises StoreError for anything but an ordinary file.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        form.fail("sink_special", path)
    return status


def _refuse_text(path: Path, form: LineForm, text: bytes) -> NoReturn:
    line = text.partition(b"\n")[0].decode("utf-8", "replace")
    form.fail("sink_foreign", path, text=line[:_SHOWN])


@contextmanager
def _refusing(path: Path, form: LineForm) -> Iterator[None]:
    """Convert an OSError about a file of lines to a StoreError."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        form.fail("sink_unwritable", path, error=error.strerror or str(error))
