"""A sink that writes changes as JSON Lines, to a file that goes on or to a stream."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from workhours_sla.adapters.change_json import change_to_json
from workhours_sla.adapters.sinks.lines import LineFile
from workhours_sla.sla.change import Change


class _Id(msgspec.Struct):
    change_id: str


_decode = msgspec.json.Decoder(_Id).decode


def _id_of(line: bytes) -> str:
    return _decode(line).change_id


class JsonLinesSink:
    """Appends each change to a file as one line, on the disk when ``write`` returns.

    A line that was cut short is taken off when the file is opened again, and a change among the
    last lines is not written once more: each is there once, however often it is told. Of a stream
    nothing can be read back, so a change may come twice there, with the same ``change_id``.
    Raises StoreError; what was not written is told again.
    """

    def __init__(self, where: Path | BinaryIO, *, name: str | None = None) -> None:
        self.name = name or (str(where.absolute()) if isinstance(where, Path) else "stdout")
        self._to = LineFile(where, _id_of, "changes") if isinstance(where, Path) else where

    def close(self) -> None:
        """Close the file; a stream that was handed in stays open."""
        if isinstance(self._to, LineFile):
            self._to.close()

    def write(self, changes: Sequence[Change]) -> None:
        """Write the changes that are not there yet. Raises StoreError."""
        lines = {change.change_id: change_to_json(change) for change in changes}
        if isinstance(self._to, LineFile):
            self._to.add(lines)
            return
        rest = b"".join(line + b"\n" for line in lines.values())
        while rest:  # a stream without a buffer may take a part at a time
            rest = rest[self._to.write(rest) :]
        self._to.flush()
