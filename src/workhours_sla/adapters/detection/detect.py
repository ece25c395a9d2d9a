"""Detect how a file of appeals is read: its format, its columns and what their values mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from workhours_sla.adapters.config.file import parse_config
from workhours_sla.adapters.detection.decide import decide
from workhours_sla.adapters.detection.detected import Detected, Doubt, Given, Value
from workhours_sla.adapters.detection.encodings import encoding_of
from workhours_sla.adapters.detection.seen import Row, Table
from workhours_sla.adapters.detection.tables import delimited_rows, split_of
from workhours_sla.adapters.detection.toml_values import toml_line
from workhours_sla.adapters.detection.written import configuration_text
from workhours_sla.adapters.sources import Fault, open_source
from workhours_sla.adapters.sources.opened_file import OpenedFile, open_file
from workhours_sla.adapters.sources.text_lines import MARKS_AND_BLANKS
from workhours_sla.errors import ConfigError, SourceError, shown
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from workhours_sla.adapters.config.sections import Config

_NAME: Final = "the configuration that was detected"


class Again:
    """A file, or a stream that can be read from its beginning again."""

    def __init__(self, where: Path | BinaryIO, name: str | None) -> None:
        self.where = where
        self.name = name

    @contextmanager
    def opened(self) -> Iterator[OpenedFile]:
        """Open the file, or go to the beginning of the stream. Raises SourceError."""
        if not isinstance(self.where, Path):
            self.where.seek(0)
        with ExitStack() as stack:
            yield open_file(self.where, self.name, stack)

    def rows(self, read: Callable[[OpenedFile], Iterable[Row]]) -> Callable[[], Iterator[Row]]:
        """Return a function that opens the file and reads its rows."""

        def rows() -> Iterator[Row]:
            with self.opened() as opened:
                yield from read(opened)

        return rows


def detect(
    where: Path | BinaryIO, *, name: str | None = None, given: Given | None = None
) -> Detected:
    """Detect how a file is read, from all of its rows, in constant memory.

    A stream must be able to go back to its beginning. Raises SourceError for a file that cannot be
    read, is no text, or has no row that names its columns.
    """
    return _delimited(Again(where, name), given or Given())


def _delimited(source: Again, given: Given) -> Detected:
    doubts: list[Doubt] = []
    with source.opened() as opened:
        name = opened.name
        is_empty = not opened.chunks.peek().strip(MARKS_AND_BLANKS)
        found = encoding_of(opened.chunks)
        if is_empty:
            msg = say("csv_empty", name=name)
            raise SourceError(msg, name=name)
    encoding = found.name
    if encoding is None:
        msg = say("detect_binary", name=name)
        raise SourceError(msg, name=name)
    with source.opened() as opened:
        split = split_of(opened, encoding)
    if split is None:
        msg = say("detect_no_table", name=name)
        raise SourceError(msg, name=name)
    options: dict[str, Value] = {"format": "csv"}
    if found.others:
        names = (encoding, *found.others)
        question = say("detect_encoding", encoding=encoding, others=", ".join(found.others))
        doubts.append(_choose("encoding", question, names))
    else:
        options["encoding"] = encoding
    if split.others:
        question = say(
            "detect_delimiter",
            delimiter=shown(split.delimiter),
            others=", ".join(map(shown, split.others)),
        )
        doubts.append(_choose("delimiter", question, (split.delimiter, *split.others)))
    else:
        options["delimiter"] = split.delimiter
    if split.header.others:
        others = ", ".join(map(str, split.header.others))
        question = say("detect_header", row=split.header.row, others=others)
        doubts.append(Doubt("columns", question))
    table = Table.of(split.header.row, split.header.cells)
    rows = source.rows(lambda opened: delimited_rows(opened, encoding, split))
    table.add_all(rows(), exact=True)
    if not table.rows:
        msg = say("detect_no_rows", name=name, row=split.header.row)
        raise SourceError(msg, name=name)
    detected = decide(name, table, options, rows, given)
    return replace(detected, doubts=(*doubts, *detected.doubts))


def _choose(key: str, question: object, values: Iterable[str]) -> Doubt:
    return Doubt("input", question, tuple(toml_line(key, value) for value in values))  # type: ignore[arg-type]


def config_of(detected: Detected) -> Config:
    """Return the configuration that was detected. Raises ConfigError."""
    return parse_config(configuration_text(detected, "en", schedule={}), _NAME)


def verified(detected: Detected, where: Path | BinaryIO) -> Detected:
    """Return what was detected, with a doubt if rows do not fit it. Reads all rows.

    Nothing is read while a question about columns or formats is open.
    """
    if any(not doubt.is_read for doubt in detected.doubts):
        return detected
    try:
        config = config_of(detected)
    except ConfigError as error:
        doubt = Doubt("input", say("detect_unsupported", why=str(error)))
        return replace(detected, doubts=(*detected.doubts, doubt))
    if not isinstance(where, Path):
        where.seek(0)
    count = faulty = 0
    first: Fault | None = None
    with open_source(where, config, name=detected.name) as source:
        for item in source:
            count += 1
            if isinstance(item, Fault):
                faulty += 1
                first = first or item
        unit = source.unit
    if first is None:
        return detected
    question = say(
        "detect_rows",
        count=faulty,
        rows=count,
        where=say(f"at_{unit}", number=first.line),
        detail=first.detail,
    )
    doubt = Doubt("input", question, is_read=True)
    return replace(detected, doubts=(*detected.doubts, doubt))
