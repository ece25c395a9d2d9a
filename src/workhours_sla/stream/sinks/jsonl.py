"""A sink that appends changes as JSON Lines to a file or a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, NoReturn

from workhours_sla.argument_types import checked
from workhours_sla.disk.atomic_write import replacing
from workhours_sla.disk.file_locks import lock_file
from workhours_sla.json.changes import SCHEMA, change_to_json
from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change
from workhours_sla.stream.delivery import Progress
from workhours_sla.stream.sinks.line_file import LineFile, LineForm, end_of, lines_of

CHANGES: Final = LineForm("changes", SCHEMA, "change_id")


@public("workhours_sla.stream")
@checked
class JsonLinesSink:
    """Appends each change to a file as one line, which is on disk when ``write`` returns.

    ``progress`` is the method ``progress`` of the store, which returns the number of changes that
    the file has. With ``progress`` the file has each change once, even if ``write`` receives a
    change again. Only the last lines of the file are read when it is opened, and a file that
    another program removed, shortened or changed is rejected. Without ``progress`` the whole file
    is read. A file with anything but changes is rejected. A stream cannot be read, so it may get a
    change twice, with the same ``change_id``. Raises StoreError.

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
        progress: Callable[[str], Progress] = lambda _sink: Progress(),
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
        """Close the file. A stream remains open."""
        if isinstance(self._to, LineFile):
            self._to.close()

    def write(self, changes: Sequence[Change]) -> str | None:
        """Write the changes that the file does not have, and return the new end of the file.

        The end is a text, the property ``LineFile.end``. For a stream, all changes are written and
        None is returned. Raises StoreError.
        """
        lines = {change.change_id: change_to_json(change) for change in changes}
        if isinstance(self._to, LineFile):
            self._to.add(lines)
            return self._to.end
        rest = b"".join(line + b"\n" for line in lines.values())
        while rest:  # a stream without a buffer may write fewer bytes than it gets
            rest = rest[self._to.write(rest) :]
        self._to.flush()
        return None

    def _lost(self, cause: str) -> NoReturn:
        assert isinstance(self._where, Path)  # noqa: S101
        CHANGES.fail(cause, self._where)


class Rewritten(NamedTuple):
    """The number of changes that ``rewrite`` wrote, and the ``end`` of the new file.

    ``kept`` counts the changes that only the former file had.
    """

    changes: int
    kept: int
    end: str


def rewrite(path: Path, changes: Callable[[], Iterable[Change]]) -> Rewritten:
    """Replace a file of changes: write the changes that only the file has, then ``changes``.

    Each change is written once. ``changes`` is called twice and must return the same changes. If an
    error is raised, the file is unchanged. Raises OSError, and StoreError for a file with other
    content.
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
