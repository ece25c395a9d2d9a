"""Read a file without a configuration: as it is, or with detected settings if they are certain."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import click

from workhours_sla.cli.output import printable
from workhours_sla.config.column_names import shown_columns
from workhours_sla.config.sections import Config
from workhours_sla.detection.files import from_start
from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.opened import cannot_open
from workhours_sla.sources.rows import Fault
from workhours_sla.text.catalog import INIT, SHELL
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from workhours_sla.detection.detected import Detected, Given, Reading, Value

_IN_MEMORY: Final = 1 << 24
"""A stream with more bytes than this is copied to a file on disk."""
_WIDEST: Final = 44
_SHOWN_IN_TABLE: Final = 90


class Input:
    """A file or stream to read, with a configuration if it was detected.

    ``file`` is the argument of the command. ``name`` is the name in messages, None if it is that of
    ``where``.
    """

    def __init__(self, file: str, where: Path | BinaryIO, name: str | None) -> None:
        self.file = file
        self.where = where
        self.name = name
        self.detected: Config | None = None

    def refuse(self, fault: Fault, unit: str) -> SourceError:
        """Return the error for a row that the detected settings reject."""
        msg = say(
            "detect_row_unfit",
            name=shlex.quote(self.file),
            where=say(f"at_{unit}", number=fault.line),
            detail=fault.detail,
        )
        return SourceError(msg, name=self.file, line=fault.line)


def input_of(file: str, where: Path | BinaryIO, given: Given, stack: ExitStack) -> Input:
    """Return the file to read, with a detected configuration if it does not have canonical columns.

    Prints the detected settings. Raises SourceError if the detection leaves a question open.
    """
    found = Input(file, *rereadable(where, stack))
    as_it_is = _reads_as_it_is(found.where)
    from_start(found.where)
    if as_it_is:
        return found
    from workhours_sla.detection.detect import config_of, detect

    detected = detect(found.where, name=found.name, given=given)
    from_start(found.where)
    for doubt in detected.doubts:
        msg = say("detect_not_one", name=shlex.quote(file), question=doubt.question)
        raise SourceError(msg, name=detected.name)
    found.detected = config_of(detected)
    note = INIT.text("assumed", name=printable(detected.name), what=summary(detected.options))
    click.echo(f"{SHELL.text('note')}: {note}", err=True)
    for line in table_lines(detected):
        click.echo(line, err=True)
    return found


def rereadable(where: Path | BinaryIO, stack: ExitStack) -> tuple[Path | BinaryIO, str | None]:
    """Return a path, or a seekable copy of a stream or a pipe.

    The second result is the name of a pipe that was given as a path, otherwise None. Raises
    SourceError.
    """
    name = None
    if isinstance(where, Path):
        if where.is_file() or where.is_dir() or not where.exists():
            return where, None
        name = str(where)
        try:
            where = stack.enter_context(where.open("rb"))
        except OSError as error:
            raise cannot_open(name, error) from None
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the stack closes it
    stack.callback(copy.close)
    shutil.copyfileobj(where, copy)
    copy.seek(0)
    return cast("BinaryIO", copy), name


def _reads_as_it_is(where: Path | BinaryIO) -> bool:
    """Whether a file needs no configuration, because its format and column names are known."""
    try:
        with open_source(from_start(where), Config()) as source:
            if source.format == "xes":
                return True  # its keys are fixed, and what an activity means cannot be detected
            next(iter(source), None)
    except SourceError:
        return False
    return True


def summary(options: Mapping[str, Value]) -> str:
    """Write the keys of ``[input]`` on one line. The delimiter is in quotes: it may be a comma."""
    return ", ".join(
        f"{key} {shown(value) if key == 'delimiter' else _joined(value)}"
        for key, value in options.items()
    )


def table_lines(detected: Detected) -> Iterator[str]:
    """Yield a line for each column that is read: canonical name, name in the file, first values."""
    readings = detected.readings
    left = max((len(one.canonical) for one in readings), default=0)
    names = [_clipped(_joined(one.columns), _WIDEST) for one in readings]
    middle = max(map(len, names), default=0)
    for reading, name in zip(readings, names, strict=True):
        values = _values(reading, _SHOWN_IN_TABLE)
        source = f" <- {name:<{middle}}" if middle else ""  # a fixed format has no columns
        yield f"  {reading.canonical:<{left}}{source}  {values}".rstrip()


def _values(reading: Reading, width: int) -> str:
    values = ", ".join(_clipped(value, width // 3) for value in reading.values)
    return values or INIT.text("no_values")


def _joined(value: Value) -> str:
    text = shown_columns(value)
    return text if text.isprintable() else repr(text)


def _clipped(text: str, width: int) -> str:
    text = printable(text)
    return text if len(text) <= width else text[: width - 1] + "…"
