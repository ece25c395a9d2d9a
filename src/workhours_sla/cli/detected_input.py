"""Read a file that has no configuration: as it is, or as detected if there is only one reading."""

from __future__ import annotations

import csv
import io
import json
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import click

from workhours_sla.adapters.sources.mapping import Fault, Layout
from workhours_sla.adapters.sources.opened_file import open_file
from workhours_sla.adapters.sources.text_lines import MARKS_AND_BLANKS
from workhours_sla.cli.output import printable
from workhours_sla.errors import SourceError
from workhours_sla.text.detection import INIT
from workhours_sla.text.messages import say
from workhours_sla.text.shell import SHELL

if TYPE_CHECKING:
    from workhours_sla.adapters.config.sections import Config
    from workhours_sla.adapters.detection.detected import Detected, Given, Reading, Value
    from workhours_sla.adapters.sources.opened_file import OpenedFile

_IN_MEMORY: Final = 1 << 24
"""A stream with more bytes than this is copied to a temporary file."""
_WIDEST: Final = 44
_SHOWN_IN_TABLE: Final = 90


class Input:
    """A file or a stream to read, and its configuration if it was detected.

    ``file`` is the argument of the command.
    """

    def __init__(self, file: str, where: Path | BinaryIO) -> None:
        self.file = file
        self.where = where
        self.detected: Config | None = None

    def refuse(self, fault: Fault, unit: str) -> SourceError:
        """Return the error that a row does not fit what was detected."""
        msg = say(
            "detect_row_unfit",
            name=shlex.quote(self.file),
            where=say(f"at_{unit}", number=fault.line),
            detail=fault.detail,
        )
        return SourceError(msg, name=self.file, line=fault.line)


def input_of(file: str, where: Path | BinaryIO, given: Given, lang: str, stack: ExitStack) -> Input:
    """Return the file as it is if its columns have their canonical names, else as detected.

    Prints what was detected. Raises SourceError if there is not exactly one reading.
    """
    found = Input(file, where)
    with ExitStack() as closing:
        opened = open_file(where, None, closing)
        head = opened.chunks.peek()
        as_it_is = _has_canonical_columns(opened, head)
    if not isinstance(where, Path):
        found.where = cast("BinaryIO", _Replayed(head, where))
    if as_it_is:
        return found
    from workhours_sla.adapters.detection.detect import config_of, detect  # noqa: PLC0415

    found.where = rereadable(found.where, stack)
    detected = detect(found.where, given=given)
    if not isinstance(found.where, Path):
        found.where.seek(0)
    for doubt in detected.doubts:
        msg = say("detect_not_one", name=shlex.quote(file), question=doubt.question)
        raise SourceError(msg, name=detected.name)
    found.detected = config_of(detected)
    note = INIT.text(lang, "assumed", name=detected.name, what=summary(detected.options))
    click.echo(f"{SHELL.text(lang, 'note')}: {note}", err=True)
    for line in table_lines(detected, lang):
        click.echo(line, err=True)
    return found


def rereadable(where: Path | BinaryIO, stack: ExitStack) -> Path | BinaryIO:
    """Return a path, or a copy of a stream that can go back to its beginning."""
    if isinstance(where, Path):
        return where
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the stack closes it
    stack.callback(copy.close)
    shutil.copyfileobj(where, copy)
    copy.seek(0)
    return cast("BinaryIO", copy)


class _Replayed(io.RawIOBase):
    """A stream whose first bytes were read before; they are read again, then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._read = getattr(rest, "read1", rest.read)

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes, without waiting for all of them."""
        if not self._head:
            return cast("bytes", self._read(size))
        size = len(self._head) if size < 0 else size
        found, self._head = self._head[:size], self._head[size:]
        return found


def _has_canonical_columns(opened: OpenedFile, head: bytes) -> bool:
    """Whether a file can be read without a configuration, by the names of its columns."""
    required = set(Layout().required)
    start = head.lstrip(MARKS_AND_BLANKS)
    if opened.ending in (".jsonl", ".ndjson", ".json") or (
        start.startswith(b"{") and opened.ending not in (".csv", ".tsv", ".txt")
    ):
        return required <= set(_keys(start))
    line = start.partition(b"\n")[0].decode("utf-8", "replace")
    delimiter = "\t" if opened.ending == ".tsv" else ","
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return required <= {cell.strip() for cell in cells}


def _keys(lines: bytes) -> Iterator[str]:
    """Yield the keys of the first objects of JSON Lines."""
    for line in lines.split(b"\n"):
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield from found


def summary(options: dict[str, Value] | object) -> str:
    """Return the keys of [input] on one line."""
    pairs = cast("dict[str, Value]", options).items()
    return ", ".join(f"{key} {_joined(value)}" for key, value in pairs)


def table_lines(detected: Detected, lang: str) -> Iterator[str]:
    """Yield a line for each column that is read: its canonical name, its name, and first values."""
    readings = detected.readings
    left = max((len(one.canonical) for one in readings), default=0)
    names = [_clipped(_joined(one.columns), _WIDEST) for one in readings]
    middle = max(map(len, names), default=0)
    for reading, name in zip(readings, names, strict=True):
        values = _values(reading, _SHOWN_IN_TABLE, lang)
        yield f"  {reading.canonical:<{left}} <- {name:<{middle}}  {values}".rstrip()


def _values(reading: Reading, width: int, lang: str) -> str:
    values = ", ".join(_clipped(value, width // 3) for value in reading.values)
    return values or INIT.text(lang, "no_values")


def _joined(value: str | Sequence[str]) -> str:
    text = value if isinstance(value, str) else " + ".join(value)
    return printable(text) if text.isprintable() else printable(repr(text))


def _clipped(text: str, width: int) -> str:
    text = printable(text)
    return text if len(text) <= width else text[: width - 1] + "…"
