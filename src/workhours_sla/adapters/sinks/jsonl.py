"""A sink that writes changes as JSON Lines: appended to a file, or to a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Literal, NamedTuple, NoReturn

import msgspec

from workhours_sla.adapters.atomic_write import replacing
from workhours_sla.adapters.file_locks import lock_file
from workhours_sla.adapters.json.changes import SCHEMA, change_to_json
from workhours_sla.adapters.sinks.line_file import LineFile, LineForm, end_of, lines_of
from workhours_sla.public import public
from workhours_sla.sla.change import Change
from workhours_sla.sla.delivery import Progress


class _Id(msgspec.Struct):
    schema: Literal["workhours.change/2"]
    change_id: str


_decode = msgspec.json.Decoder(_Id).decode


def _id_of(line: bytes) -> str:
    return _decode(line).change_id


CHANGES: Final = LineForm("changes", SCHEMA, _id_of)


def _no_progress(_sink: str) -> Progress:
    return Progress()


@public("workhours_sla.stream")
class JsonLinesSink:
    """Appends each change to a file as one line, durably when ``write`` returns.

    ``progress`` returns how far the file has the changes of a store: its method of that name. With
    it the file has each change once, however often it is written and however large a write is; a
    file that was removed, shortened or changed since is rejected; and only its end is read when it
    is opened. Without it the whole file is read. A file with other content is rejected. A stream
    cannot be read back, so it may get a change twice, with the same ``change_id``. Raises
    StoreError.

    >>> from io import BytesIO
    >>> stream = BytesIO()
    >>> JsonLinesSink(stream, name="example").write([])
    >>> stream.getvalue()
    b''
    """

    def __init__(
        self,
        where: Path | BinaryIO,
        *,
        name: str | None = None,
        progress: Callable[[str], Progress] = _no_progress,
    ) -> None:
        self._where = where
        self.name: str = name or (str(where.absolute()) if isinstance(where, Path) else "stdout")
        if not isinstance(where, Path):
            self._to: LineFile | BinaryIO = where
            return
        before = progress(self.name)
        if before.number and before.end is None and not (where.exists() and where.stat().st_size):
            self._lost("sink_gone")
        self._to = LineFile(where, CHANGES, end=before.end, lost=self._lost)
        if before.last is not None and before.last not in self._to.found:
            self._to.close()
            self._lost("sink_shortened")

    def close(self) -> None:
        """Close the file; a stream remains open."""
        if isinstance(self._to, LineFile):
            self._to.close()

    def write(self, changes: Sequence[Change]) -> str | None:
        """Write the changes that a file does not have, and return where it then ends.

        Raises StoreError.
        """
        lines = {change.change_id: change_to_json(change) for change in changes}
        if isinstance(self._to, LineFile):
            self._to.add(lines)
            return self._to.end
        rest = b"".join(line + b"\n" for line in lines.values())
        while rest:  # a stream without a buffer may write a part only
            rest = rest[self._to.write(rest) :]
        self._to.flush()
        return None

    def _lost(self, cause: str) -> NoReturn:
        assert isinstance(self._where, Path)  # noqa: S101
        CHANGES.fail(cause, self._where)


class Rewritten(NamedTuple):
    """The result of ``rewrite``: changes from the caller, lines only the file had, and its end."""

    changes: int
    kept: int
    end: str


def rewrite(path: Path, changes: Callable[[], Iterable[Change]]) -> Rewritten:
    """Replace a file of changes: first the changes that only the file has, then ``changes``.

    Each change is written once. ``changes`` is called twice and returns the same each time. The
    file is replaced as a whole or not at all. Raises StoreError for a file with other content,
    OSError.
    """
    ids = {change.change_id for change in changes()}
    kept: set[str] = set()
    with replacing(path) as (file,):
        if path.exists():
            with path.open("rb") as former:
                if not lock_file(former.fileno()):
                    CHANGES.fail("sink_in_use", path)
                for line in lines_of(path, former, CHANGES):
                    if line.id and line.id not in ids and line.id not in kept:
                        kept.add(line.id)
                        file.write(line.text + b"\n")
        for change in changes():
            file.write(change_to_json(change) + b"\n")
    with path.open("rb") as written:
        return Rewritten(len(ids), len(kept), end_of(written, path.stat().st_size))
