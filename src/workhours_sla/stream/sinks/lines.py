"""Sinks that append changes or digests as JSON Lines, each line once, even after a crash."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from io import FileIO
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final, Literal, NamedTuple, NoReturn

import msgspec

from workhours_sla.argument_types import checked
from workhours_sla.disk.atomic_write import replacing, sync_folder
from workhours_sla.disk.faults import fail
from workhours_sla.disk.file_locks import lock_file
from workhours_sla.errors import StoreError
from workhours_sla.json.outcomes import SCHEMA, change_to_json
from workhours_sla.json.strict_json import escape_control_bytes
from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change
from workhours_sla.stores.store import Store
from workhours_sla.stores.store_values import CHANGE, DIGEST, Message, StoredDigest
from workhours_sla.text.messages import say

_BLOCK: Final = 1 << 16  # number of bytes that are read at a time from the end of a file
_SHOWN: Final = 40  # number of characters of a wrong line that an error quotes
_WITHOUT_LOCKS: Final = (errno.ENOTSUP, errno.ENOSYS, errno.ENOLCK)
"""Errors of file systems without locks. Files are not locked on such a file system."""

Lines = Mapping[str, bytes]  # lines without their ends, keyed by their ids


class LineForm:
    """The lines of one kind of messages: JSON objects with a schema, and an id under one key."""

    def __init__(
        self, kind: str, what: str, schema: str, id_key: str, lines: Callable[[Any], Lines]
    ) -> None:
        self.kind = kind
        self._what = say(what)
        self._start: bytes = f'{{"schema":"{schema}",'.encode()
        self._lines = lines
        fields = [("schema", Literal[schema]), ("id", str)]
        line = msgspec.defstruct("Line", fields, rename={"id": id_key})
        self._decode = msgspec.json.Decoder[Any](line).decode

    def lines(self, messages: Iterable[Message]) -> Lines:
        return {id_: line for one in messages for id_, line in self._lines(one).items()}

    def id_of(self, line: bytes, path: Path, *, is_ended: bool, is_only: bool) -> str | None:
        """Return the id in a line, None for the beginning of one; raise StoreError for others."""
        with suppress(ValueError, RecursionError):
            id_: str = self._decode(line).id
            return id_
        if is_ended or not (line.startswith(self._start) if is_only else self._may_begin(line)):
            self._refuse_text(path, line)
        return None

    def check_start(self, path: Path, file: BinaryIO) -> None:
        """Raise StoreError unless a file can begin with a line: it may be one huge line."""
        file.seek(0)
        if not self._may_begin(sample := file.read(1 << 10)):
            self._refuse_text(path, sample)

    def _may_begin(self, line: bytes) -> bool:
        return line.startswith(self._start) or self._start.startswith(line)

    def _refuse_text(self, path: Path, text: bytes) -> NoReturn:
        line = text.partition(b"\n")[0].decode("utf-8", "replace")
        self.fail("sink_foreign", path, text=repr(line[:_SHOWN]))

    def fail(self, cause: str, path: Path, **facts: object) -> NoReturn:
        fail(cause, path, what=self._what, **facts)


def _digest_lines(digest: StoredDigest) -> Lines:
    found = {}
    for part, text in enumerate(digest.texts, 1):
        id_ = f"{digest.change_id}/{part}"
        line = {
            "schema": _DIGEST,
            "message_id": id_,
            "agency_id": digest.agency_id,
            "at": digest.at,
            "part": part,
            "parts": len(digest.texts),
            "text": text,
        }
        found[id_] = escape_control_bytes(msgspec.json.encode(line))
    return found


_DIGEST: Final = "workhours.digest/1"
CHANGES: Final = LineForm(
    CHANGE, "sink_changes", SCHEMA, "change_id", lambda one: {one.change_id: change_to_json(one)}
)
DIGESTS: Final = LineForm(DIGEST, "sink_digests", _DIGEST, "message_id", _digest_lines)


@public("workhours_sla.stream", checked=True)
class JsonLinesSink:
    """Appends each change to a file as one line, which is on disk when ``write`` returns.

    ``outbox`` is the store of the changes. With it the file has each change once, even after a
    crash. When the file is opened, it must contain the last change that the store recorded as
    written, and then only the store's next changes. A file that is gone, shortened, or ahead of its
    store is rejected. Without ``outbox`` the whole file is read, and a change that the file has is
    not written again. A file with anything but changes is rejected. A stream cannot be read, so it
    may get a change twice, with the same ``change_id``. Raises StoreError.

    >>> from io import BytesIO
    >>> stream = BytesIO()
    >>> JsonLinesSink(stream, name="example").write([])
    >>> stream.getvalue()
    b''
    """

    takes: ClassVar[str] = CHANGE
    _form: ClassVar[LineForm] = CHANGES

    def __init__(
        self, where: Path | BinaryIO, *, name: str | None = None, outbox: Store | None = None
    ) -> None:
        self.name: str = name or (str(where.absolute()) if isinstance(where, Path) else "stdout")
        self._to: LineFile | BinaryIO
        if not isinstance(where, Path):
            self._to = where
        elif outbox is None:
            self._to = LineFile(where, self._form)
        else:
            self._to = LineFile(
                where,
                self._form,
                end=outbox.progress(self.name).end,
                waiting=lambda limit: [one for _, one in outbox.waiting(self.name, limit)],
            )

    def close(self) -> None:
        """Close the file; a stream remains open."""
        if isinstance(self._to, LineFile):
            self._to.close()

    def write(self, changes: Sequence[Change]) -> str | None:
        """Write the changes that the file does not have, and return the id of the file's last line.

        For a stream, all changes are written and None is returned. Raises StoreError.
        """
        lines = self._form.lines(changes)
        if isinstance(self._to, LineFile):
            return self._to.add(lines)
        rest = b"".join(line + b"\n" for line in lines.values())
        while rest:  # a stream without a buffer may write fewer bytes than it gets
            rest = rest[self._to.write(rest) :]
        self._to.flush()
        return None


@checked
class DigestLines(JsonLinesSink):
    """Appends digests to a file as ``JsonLinesSink`` appends changes, one line for each text.

    A new file begins with the next digest that a ``DigestWriter`` stores.

    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla.stream import MemoryStore
    >>> with TemporaryDirectory() as folder:
    ...     sink = DigestLines(Path(folder, "digests.jsonl"), outbox=MemoryStore())
    ...     sink.close()
    """

    takes = DIGEST
    _form = DIGESTS


class LineFile:
    """A file of lines with ids that only this object writes."""

    def __init__(
        self,
        path: Path,
        form: LineForm,
        *,
        end: str | None = None,
        waiting: Callable[[int], Sequence[Message]] | None = None,
    ) -> None:
        self._path = path
        self._form = form
        self._latest: set[str] = set()
        with _refusing(path, form):
            status = _status(path, form)
            if end is not None and (status is None or not status.st_size):
                form.fail("sink_gone" if status is None else "sink_shortened", path)
            self._stream = FileIO(path, "a+")
            try:
                self._lock()
                if status is None:
                    sync_folder(path.parent)
                self._read(end, waiting)
            except BaseException:
                self._stream.close()
                raise

    def close(self) -> None:
        self._stream.close()

    def add(self, lines: Lines) -> str | None:
        """Append all lines whose ids the file does not have yet, or none if writing fails."""
        new = [id_ for id_ in lines if id_ not in self._found and id_ not in self._latest]
        with _refusing(self._path, self._form):
            self._check()
            if new:
                self._append(b"".join(lines[id_] + b"\n" for id_ in new))
                self._latest = set(lines)
        return list(lines)[-1] if lines else None

    def _append(self, text: bytes) -> None:
        self._is_torn, rest = True, text
        try:
            while rest:
                rest = rest[self._stream.write(rest) :]
            os.fsync(self._stream.fileno())
        except BaseException:
            with suppress(OSError):  # the next call removes it
                self._cut()
            raise
        self._size += len(text)
        self._is_torn = False

    def _cut(self) -> None:
        """Remove the bytes after the last complete line."""
        self._stream.truncate(self._size)
        self._is_torn = False

    def _check(self) -> None:
        """Raise StoreError if another program removed, shortened or changed the file."""
        if self._is_torn:
            self._cut()
        opened = os.fstat(self._stream.fileno())
        current = _status(self._path, self._form)
        if current is None or (current.st_dev, current.st_ino) != (opened.st_dev, opened.st_ino):
            self._form.fail("sink_gone", self._path)
        if opened.st_size != self._size:
            cause = "sink_shortened" if opened.st_size < self._size else "sink_changed"
            self._form.fail(cause, self._path)

    def _lock(self) -> None:
        try:
            is_free = lock_file(self._stream.fileno())
        except OSError as error:
            if error.errno not in _WITHOUT_LOCKS:
                raise
        else:
            if not is_free:
                self._form.fail("sink_in_use", self._path)

    def _read(self, end: str | None, waiting: Callable[[int], Sequence[Message]] | None) -> None:
        """Check the lines after ``end``, and remove an incomplete last line."""
        path, form = self._path, self._form
        last_first: dict[str, bytes] = {}
        with path.open("rb") as file:
            self._size = size = file.seek(0, os.SEEK_END)
            form.check_start(path, file)
            for line, is_ended in _from_the_end(file, size):
                id_ = form.id_of(line, path, is_ended=is_ended, is_only=len(line) == size)
                if not is_ended:
                    self._size -= len(line)
                elif id_ == end:
                    break
                elif id_ is not None:
                    last_first[id_] = line
            else:
                if end is not None:
                    form.fail("sink_shortened", path)
        found = dict(reversed(last_first.items()))
        if waiting is not None and found:
            expected = form.lines(waiting(len(found)))
            others = [one for one in found.items() if one not in expected.items()]
            if others or list(found) != list(expected)[: len(found)]:
                form.fail("sink_ahead", path, text=repr((others or list(found.items()))[0][0]))
        self._found = frozenset(found)
        self._is_torn = self._size < size
        if self._is_torn:
            self._cut()


def check_new(path: Path, form: LineForm) -> None:
    """Raise StoreError if a file beside a store that does not exist yet is not empty."""
    if path.exists():
        LineFile(path, form, waiting=lambda _limit: ()).close()


def _from_the_end(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines of a file, the last one first, and whether each has its end."""
    rest, is_ended = b"", False
    while size:
        first = max(0, size - _BLOCK)
        file.seek(first)
        lines = (file.read(size - first) + rest).split(b"\n")
        size = first
        rest = lines.pop(0) if first else b""
        for line in reversed(lines):
            if line or is_ended:
                yield line, is_ended
            is_ended = True


class Rewritten(NamedTuple):
    """How many messages and older lines a file has now, and how many lines are in ``ahead``."""

    messages: int
    kept: int
    end: str | None
    moved: int
    ahead: Path


def rewrite(
    path: Path,
    form: LineForm,
    messages: Callable[[], Iterable[Message]],
    *,
    end: str | None,
    has_dropped: bool,
) -> Rewritten:
    """Replace a file: write the lines that were dropped from the store, then ``messages``.

    If ``has_dropped``, the store had the lines up to ``end``, or, if it is None, up to the first
    line that the store still has. Other lines that the store lacks are moved to a new file.
    """
    stored = {id_: hash(line) for one in messages() for id_, line in form.lines([one]).items()}
    names = (path.with_name(f"{path.name}-ahead{number or ''}") for number in count())
    ahead = next(name for name in names if not name.exists())
    kept: set[str] = set()
    written = moved = 0
    last: str | None = None
    into: BinaryIO | None = None
    with replacing(path) as (file,), ExitStack() as stack:
        if path.exists():
            former = stack.enter_context(path.open("rb"))
            if not lock_file(former.fileno()):
                form.fail("sink_in_use", path)
            form.check_start(path, former)
            former.seek(0)
            is_old = has_dropped
            for number, text in enumerate(former):
                line = text.removesuffix(b"\n")
                id_ = form.id_of(line, path, is_ended=line != text, is_only=not number)
                if id_ is None or id_ in kept:
                    continue
                if is_old and id_ not in stored:
                    kept.add(last := id_)
                    file.write(line + b"\n")
                elif not is_old and stored.get(id_) != hash(line):
                    if into is None:
                        (into,) = stack.enter_context(replacing(ahead))
                    moved += 1
                    into.write(line + b"\n")
                is_old = is_old and id_ != end and (end is not None or id_ not in stored)
        for message in messages():
            written += 1
            for id_, line in form.lines([message]).items():
                file.write(line + b"\n")
                last = id_
    return Rewritten(written, len(kept), last, moved, ahead)


def _status(path: Path, form: LineForm) -> os.stat_result | None:
    """Return the status of a file, None without one; raise StoreError for a folder or a device."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        form.fail("sink_special", path)
    return status


@contextmanager
def _refusing(path: Path, form: LineForm) -> Iterator[None]:
    """Convert an OSError about a file of lines to a StoreError."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        form.fail("sink_unwritable", path, error=error.strerror or str(error))
