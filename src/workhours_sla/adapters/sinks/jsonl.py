"""A sink that writes changes as JSON Lines, to a file that goes on or to a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Literal, NamedTuple, NoReturn

import msgspec

from workhours_sla.adapters.file_locks import lock_file
from workhours_sla.adapters.json.changes import SCHEMA, change_to_json
from workhours_sla.adapters.output import replacing
from workhours_sla.adapters.sinks.lines import LineFile, LineForm, end_of, lines_of
from workhours_sla.sla.change import Change
from workhours_sla.sla.pipeline import Delivered


class _Id(msgspec.Struct):
    schema: Literal["workhours.change/2"]
    change_id: str


_decode = msgspec.json.Decoder(_Id).decode


def _id_of(line: bytes) -> str:
    return _decode(line).change_id


CHANGES: Final = LineForm("changes", SCHEMA, _id_of)


def _nothing(_sink: str) -> Delivered:
    return Delivered()


class JsonLinesSink:
    """Appends each change to a file as one line, on the disk when ``write`` returns.

    ``had`` says how far the file has the changes of a store: its method ``delivery``. With it the
    file has each change once, however often it is given and however large a write is; a file that
    was removed, shortened or changed since is refused; and only its end is read when it is opened.
    Without it the whole file is read. A file with anything but changes is refused. Nothing can be
    read back from a stream, so a change may come twice there, with the same ``change_id``.
    Raises StoreError; what was not written is written by the next run.
    """

    def __init__(
        self,
        where: Path | BinaryIO,
        *,
        name: str | None = None,
        had: Callable[[str], Delivered] = _nothing,
    ) -> None:
        self._where = where
        self.name = name or (str(where.absolute()) if isinstance(where, Path) else "stdout")
        if not isinstance(where, Path):
            self._to: LineFile | BinaryIO = where
            return
        before = had(self.name)
        if before.number and before.end is None and not (where.exists() and where.stat().st_size):
            self._lost("sink_gone")
        self._to = LineFile(where, CHANGES, end=before.end, lost=self._lost)
        if before.last is not None and before.last not in self._to.found:
            self._to.close()
            self._lost("sink_shortened")

    def close(self) -> None:
        """Close the file; a stream that was handed in stays open."""
        if isinstance(self._to, LineFile):
            self._to.close()

    def write(self, changes: Sequence[Change]) -> str | None:
        """Write the changes that are not there yet, and return where a file ends then.

        Raises StoreError.
        """
        lines = {change.change_id: change_to_json(change) for change in changes}
        if isinstance(self._to, LineFile):
            self._to.add(lines)
            return self._to.end
        rest = b"".join(line + b"\n" for line in lines.values())
        while rest:  # a stream without a buffer may take a part at a time
            rest = rest[self._to.write(rest) :]
        self._to.flush()
        return None

    def _lost(self, cause: str) -> NoReturn:
        assert isinstance(self._where, Path)  # noqa: S101
        CHANGES.fail(cause, self._where)


class Rewritten(NamedTuple):
    """What ``rewrite`` wrote: changes that were given, lines that only the file had, its end."""

    changes: int
    kept: int
    end: str


def rewrite(path: Path, changes: Callable[[], Iterable[Change]]) -> Rewritten:
    """Write a file of changes again, each once: what only the file has, then ``changes``.

    ``changes`` is called twice and returns the same each time. The file is replaced as a whole or
    not at all. Raises StoreError for a file with other content, OSError.
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
