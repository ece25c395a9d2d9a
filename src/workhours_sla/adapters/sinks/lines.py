"""Lines appended to a file, each on the disk and there once: what sinks in files share."""

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

from workhours_sla.adapters.faults import fail
from workhours_sla.adapters.file_locks import lock_file
from workhours_sla.adapters.output import sync_folder
from workhours_sla.errors import StoreError

_SAMPLE: Final = 1 << 10
"""Bytes before an end by which it is recognised."""
_WITHOUT_LOCKS: Final = (errno.ENOTSUP, errno.ENOSYS, errno.ENOLCK)
"""What a file system says that cannot lock; a file of lines can do without."""
_SHOWN: Final = 40
"""Characters of a foreign line that an error names."""


class LineForm(NamedTuple):
    """What the lines of a file are.

    ``what`` is a key of ``words.LINES``. A line begins with the name of its ``schema``;
    ``id_of`` returns its identity and raises ValueError for any other text.
    """

    what: str
    schema: str
    id_of: Callable[[bytes], str]

    def fail(self, cause: str, path: Path, **facts: object) -> NoReturn:
        """Raise StoreError for a cause in ``words.STORE_FAULTS``."""
        fail(cause, path, what=self.what, **facts)

    @property
    def start(self) -> bytes:
        """What every line begins with."""
        return f'{{"schema":"{self.schema}",'.encode()

    def may_begin(self, text: bytes) -> bool:
        """Whether a text can be the beginning of a line, as far as it goes."""
        return text.startswith(self.start) or self.start.startswith(text)


class Line(NamedTuple):
    """A line of a file, without its ending; of one that was cut short ``id`` is empty."""

    id: str
    text: bytes
    is_ended: bool


class LineFile:
    """A file of lines with identities, to which nobody else writes.

    A file with anything but lines of ``form`` is refused and left as it is. A line at its end that
    was cut short is removed. ``end`` is what the property of that name was when no line before it
    could be added again; from there on, or of the whole file where it is None, no line is added
    twice. Where the file was removed, shortened or changed since, ``lost`` is called with a key
    of ``words.STORE_FAULTS``; if it returns, the file is written on. Raises StoreError.
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
        """The identities of the lines that were there, after ``end``, when it was opened."""
        return self._found

    @property
    def end(self) -> str:
        """The size of the file, and how its last bytes are recognised."""
        return end_of(self._stream, self._size)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def check(self) -> None:
        """Call ``lost`` if another program removed, shortened or changed the file since."""
        try:
            cause = self._cause_of_loss()
        except OSError as error:
            _refuse(self._path, self._form, error)
        if cause is not None:
            self._lost(cause)
            self._stream.close()
            self._open(None)

    def add(self, lines: Mapping[str, bytes]) -> None:
        """Write the lines, given by their identities, that are not there yet; all, or none."""
        self.check()
        try:
            fresh = [
                line + b"\n"
                for identity, line in lines.items()
                if identity not in self._found and identity not in self._latest
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
        """Remove what comes after the last whole line."""
        self._stream.truncate(self._size)
        self._is_torn = False

    def _cause_of_loss(self) -> str | None:
        """Return what another program did to the file since it was opened."""
        if self._is_torn:
            self._cut()
        here = os.fstat(self._stream.fileno())
        there = _status(self._path, self._form)
        if there is None or (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino):
            return "sink_gone"
        if here.st_size != self._size:
            return "sink_shortened" if here.st_size < self._size else "sink_changed"
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
        """Learn which lines there are, and leave the last of them whole."""
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
            if last.id:  # all of it but its ending
                self._size += len(last.text)
                self._append(b"\n")
            else:
                self._cut()
        self._found = frozenset(found)


def check_lines(path: Path, form: LineForm, *, first_only: bool) -> None:
    """Refuse a file that is there and has anything but lines of a form. Raises StoreError."""
    try:
        if _status(path, form) is not None:
            with path.open("rb") as file:
                for _ in lines_of(path, file, form):
                    if first_only:
                        break
    except OSError as error:
        _refuse(path, form, error)


def lines_of(path: Path, file: BinaryIO, form: LineForm, start: int = 0) -> Iterator[Line]:
    """Yield the lines of a file from an offset on. Raises StoreError for one of another form.

    A part of the start of a line is one only where there are others before it.
    """
    file.seek(start)
    sample = file.read(_SAMPLE)
    if not form.may_begin(sample):  # before a line without an end is read
        _refuse_text(path, form, sample)
    file.seek(start)
    others = start > 0
    for text in file:
        line = text.removesuffix(b"\n")
        is_ended = line != text
        try:
            identity = form.id_of(line)
        except (ValueError, RecursionError):
            is_cut = form.may_begin(line) if others else line.startswith(form.start)
            if is_ended or not is_cut:
                _refuse_text(path, form, line)
            identity = ""
        yield Line(identity, line, is_ended)
        others = True


def end_of(file: BinaryIO | FileIO, size: int) -> str:
    """Return a size, and how the bytes before it are recognised."""
    first = max(0, size - _SAMPLE)
    file.seek(first)
    return f"{size}-{sha256(file.read(size - first)).hexdigest()[:16]}"


def _cause(path: Path, status: os.stat_result | None, end: str) -> str | None:
    """Return what became of a file since it ended at ``end``, None if that is still there."""
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
    """Return the status of an ordinary file, None where none is there. Raises StoreError."""
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
