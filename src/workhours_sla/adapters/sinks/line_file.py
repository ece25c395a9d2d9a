"""A file to which lines are appended durably, each once: the base of the sinks in files."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, NoReturn

from workhours_sla.adapters.atomic_write import sync_folder
from workhours_sla.adapters.faults import fail
from workhours_sla.adapters.file_locks import lock_file
from workhours_sla.errors import StoreError

_SAMPLE: Final = 1 << 10
"""How many bytes before an end identify it."""
_WITHOUT_LOCKS: Final = (errno.ENOTSUP, errno.ENOSYS, errno.ENOLCK)
"""Errors of a file system without locks; a file of lines is used without one there."""
_SHOWN: Final = 40
"""Characters of a wrong line that an error quotes."""


class LineForm(NamedTuple):
    """The kind of lines in a file.

    ``what`` is a key of ``words.LINES``. A line begins with the name of its ``schema``;
    ``id_of`` returns its id and raises ValueError for any other text.
    """

    what: str
    schema: str
    id_of: Callable[[bytes], str]

    def fail(self, cause: str, path: Path, **facts: object) -> NoReturn:
        """Raise StoreError for a cause in ``words.STORE_FAULTS``."""
        fail(cause, path, what=self.what, **facts)

    @property
    def start(self) -> bytes:
        """The beginning of every line."""
        return f'{{"schema":"{self.schema}",'.encode()

    def may_begin(self, text: bytes) -> bool:
        """Whether a text is, or can become, the beginning of a line."""
        return text.startswith(self.start) or self.start.startswith(text)


class Line(NamedTuple):
    """A line of a file, without its line ending; ``id`` is empty if it was cut short."""

    id: str
    text: bytes
    is_ended: bool


class LineFile:
    """A file of lines with ids, which only this object writes.

    A file with anything but lines of ``form`` is rejected and not changed. A last line that was
    cut short is removed. ``end`` is an earlier value of the property ``end``, such that no line
    before it can be added again. No line is added that the file has after ``end``, or anywhere if
    it is None. If the file was removed, shortened or changed since, ``lost`` is called with a key
    of ``words.STORE_FAULTS``; if it returns, writing continues. Raises StoreError.
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
        """The ids of the lines after ``end`` when the file was opened."""
        return self._found

    @property
    def end(self) -> str:
        """The size of the file, and a hash of its last bytes."""
        return end_of(self._stream, self._size)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def check(self) -> None:
        """Call ``lost`` if another program removed, shortened or changed the file."""
        try:
            cause = self._cause_of_loss()
        except OSError as error:
            _refuse(self._path, self._form, error)
        if cause is not None:
            self._lost(cause)
            self._stream.close()
            self._open(None)

    def add(self, lines: Mapping[str, bytes]) -> None:
        """Append the lines, by id, that the file does not have; all of them or none."""
        self.check()
        try:
            fresh = [
                line + b"\n"
                for id_, line in lines.items()
                if id_ not in self._found and id_ not in self._latest
            ]
            if fresh:
                self._append(b"".join(fresh))
                self._latest = set(lines)
        except OSError as error:
            _refuse(self._path, self._form, error)

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
        """Remove everything after the last complete line."""
        self._stream.truncate(self._size)
        self._is_torn = False

    def _cause_of_loss(self) -> str | None:
        """Return what another program did to the open file, None if nothing."""
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
        try:
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
        except OSError as error:
            _refuse(path, form, error)
        try:
            self._lock()
            self._read_from(start)
        except BaseException as error:
            self._stream.close()
            if isinstance(error, OSError):
                _refuse(path, form, error)
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
        """Read the ids of the lines, and complete or remove the last one."""
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
            if last.id:  # only its line ending is missing
                self._size += len(last.text)
                self._append(b"\n")
            else:
                self._cut()
        self._found = frozenset(found)


def check_lines(path: Path, form: LineForm, *, first_only: bool) -> None:
    """Raise StoreError for an existing file with anything but lines of a form."""
    try:
        if _status(path, form) is not None:
            with path.open("rb") as file:
                for _ in lines_of(path, file, form):
                    if first_only:
                        break
    except OSError as error:
        _refuse(path, form, error)


def lines_of(path: Path, file: BinaryIO, form: LineForm, start: int = 0) -> Iterator[Line]:
    """Yield the lines of a file after an offset. Raises StoreError for one of another form.

    A part of ``form.start`` counts as a line that was cut short only after another line.
    """
    file.seek(start)
    sample = file.read(_SAMPLE)
    if not form.may_begin(sample):  # before a line without an end is read into memory
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
    """Return a size, and a hash of the bytes before it."""
    first = max(0, size - _SAMPLE)
    file.seek(first)
    return f"{size}-{sha256(file.read(size - first)).hexdigest()[:16]}"


def _cause(path: Path, status: os.stat_result | None, end: str) -> str | None:
    """Return what happened to a file since it ended at ``end``, None if it still has that."""
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
    """Return the status of an ordinary file, None if there is none. Raises StoreError."""
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


def _refuse(path: Path, form: LineForm, error: OSError) -> NoReturn:
    if isinstance(error, StoreError):
        raise error
    form.fail("sink_unwritable", path, error=error.strerror or str(error))
