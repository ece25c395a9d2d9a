"""Detect how to read a file of appeals: its format, its columns and their values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from workhours_sla.config.file import parse_config
from workhours_sla.detection.again import Again, from_start
from workhours_sla.detection.decide import decide
from workhours_sla.detection.detected import Detected, Doubt, Given, Value
from workhours_sla.detection.encodings import encoding_of
from workhours_sla.detection.fixed import detect_fixed, unfit
from workhours_sla.detection.header import SEARCHED, Header, find_header, has_times
from workhours_sla.detection.records import LINES, header_of, paths_of, record_rows
from workhours_sla.detection.seen import Row, Table
from workhours_sla.detection.signatures import signature_of
from workhours_sla.detection.tables import delimited_rows, split_of
from workhours_sla.detection.toml_values import toml_line
from workhours_sla.detection.written import configuration_text
from workhours_sla.errors import ConfigError, SourceError, shown
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.formats import HEAD, binary_format
from workhours_sla.sources.json_documents import check_first_document, text_of_head
from workhours_sla.sources.lines import MARKS_AND_BLANKS
from workhours_sla.sources.opened import OpenedFile
from workhours_sla.sources.rows import Fault
from workhours_sla.text.messages import Phrase, phrase_of, say

if TYPE_CHECKING:
    from workhours_sla.config.sections import Config

_NAME: Final = "the configuration that was detected"
_WORKBOOKS: Final = ("xlsx", "xls", "ods")
_HEAD: Final = 1 << 16


class _Found(NamedTuple):
    """The table that was found in a file, and the ``[input]`` keys needed to read it.

    If ``exact`` is true, each row must have as many cells as the header.
    """

    header: Header
    rows: Callable[[], Iterator[Row]]
    options: dict[str, Value]
    doubts: tuple[Doubt, ...] = ()
    exact: bool = False


def detect(
    where: Path | BinaryIO, *, name: str | None = None, given: Given | None = None
) -> Detected:
    """Detect how to read a file, from all of its rows.

    A stream must be seekable. Raises SourceError for a file that cannot be read, has no known
    format, or has no row with column names.
    """
    source, given = Again(where, name), given or Given()
    with source.opened() as opened:
        name = opened.name
        binary = binary_format(opened.chunks.head(HEAD))
        head = opened.chunks.head(_HEAD) if binary is None else b""
    if binary is None and not head.strip(MARKS_AND_BLANKS):
        msg = say("csv_empty", name=name)
        raise SourceError(msg, name=name)
    signature = signature_of(head) if binary is None else None
    if signature is not None:
        lines = [toml_line("format", signature.format)]
        lines += [toml_line("kind", signature.kind)] if signature.kind else []
        config = parse_config("[input]\n" + "\n".join(lines), _NAME)
        return detect_fixed(where, name, signature, config, given)
    if binary is None:
        found = _text(source, name, head)
    elif binary in _WORKBOOKS:
        found = _workbook(source, name, binary)
    else:
        found = _arrow(source, name, binary)
    table = Table.of(found.header.cells, found.header.above)
    table.add_all(found.rows(), exact=found.exact)
    if not table.rows:
        msg = say("detect_no_rows", name=name, row=found.header.row)
        raise SourceError(msg, name=name)
    detected = decide(name, table, found.options, found.rows, given)
    return replace(detected, doubts=(*found.doubts, *detected.doubts))


# -- where the table is --------------------------------------------------------------------------


def _text(source: Again, name: str, head: bytes) -> _Found:
    """Find the table in a text file: JSON or CSV."""
    with source.opened() as opened:
        found = encoding_of(opened.chunks)
    encoding = found.name
    if encoding is None:
        msg = say("detect_binary", name=name)
        raise SourceError(msg, name=name)
    begins = head.lstrip(MARKS_AND_BLANKS)[:1]
    if begins in (b"{", b"["):
        table = _records(source, encoding)
    else:
        table = _delimited(source, name, encoding)
    if found.others:
        names = (encoding, *found.others)
        question = say("detect_encoding", encoding=encoding, others=", ".join(found.others))
        doubt = _choose("input", "encoding", question, names)
        return table._replace(doubts=(doubt, *table.doubts))
    options = {"format": table.options["format"], "encoding": encoding, **table.options}
    return table._replace(options=options)


def _delimited(source: Again, name: str, encoding: str) -> _Found:
    with source.opened() as opened:
        split = split_of(opened, encoding)
    if split is None:
        raise _no_table(name)
    doubts: list[Doubt] = []
    options: dict[str, Value] = {"format": "csv"}
    if split.others:
        question = say(
            "detect_delimiter",
            delimiter=shown(split.delimiter),
            others=", ".join(map(shown, split.others)),
        )
        doubts.append(_choose("input", "delimiter", question, (split.delimiter, *split.others)))
    else:
        options["delimiter"] = split.delimiter
    doubts += _header_doubts(split.header)
    rows = source.rows(lambda opened: delimited_rows(opened, encoding, split))
    return _Found(split.header, rows, options, tuple(doubts), exact=True)


def _records(source: Again, encoding: str) -> _Found:
    """Find the records in JSON Lines or in a JSON document."""
    with source.opened() as opened:
        paths = paths_of(opened, encoding)
    headers = []
    for path in paths:
        with source.opened() as opened:
            headers.append((header_of(opened, encoding, path), path))
    headers.sort(key=lambda one: -one[0].known)
    header, path = headers[0]
    if not header.known:
        with source.opened() as opened:
            check_first_document(opened.name, text_of_head(opened.chunks.first_line(), encoding))
    others = [other for rival, other in headers[1:] if rival.known >= max(header.known, 1)]
    options: dict[str, Value] = {"format": "jsonl" if path == LINES else "json"}
    doubts = []
    if others:
        question = say("detect_path", path=shown(path), others=", ".join(map(shown, others)))
        doubts.append(_choose("input", "path", question, (path, *others)))
    elif path not in (LINES, ""):
        options["path"] = path
    rows = source.rows(lambda opened: record_rows(opened, encoding, path, header))
    return _Found(header, rows, options, tuple(doubts))


def _workbook(source: Again, name: str, kind: str) -> _Found:
    """Find the sheet with a table in a workbook."""
    from workhours_sla.sources.sheets import text_rows

    first: dict[str, list[Row]] = {}
    with source.opened() as opened:
        for sheet, number, cells in text_rows(opened, most=SEARCHED + 1):
            first.setdefault(sheet, []).append((number, cells))
    headers = [(header, sheet) for sheet, rows in first.items() if (header := find_header(rows))]
    if not headers:
        raise _no_table(name)
    headers.sort(key=lambda one: -one[0].known)
    header, sheet = headers[0]
    others = [other for rival, other in headers[1:] if rival.known >= max(2, header.known - 1)]
    doubts = [*_header_doubts(header)]
    options: dict[str, Value] = {"format": kind}
    if others:
        question = say("detect_sheet", sheet=shown(sheet), others=", ".join(map(shown, others)))
        doubts.append(_choose("input", "sheet", question, (sheet, *others)))
    else:
        options["sheet"] = sheet
    unread = [one for one, rows in first.items() if one not in (sheet, *others) and has_times(rows)]
    if unread:
        question = say("detect_other_sheets", sheets=", ".join(map(shown, unread)))
        doubts.append(Doubt("input", question, is_read=True))

    def below(opened: OpenedFile) -> Iterator[Row]:
        for _, number, cells in text_rows(opened, sheet):
            if number > header.row:
                yield number, cells

    return _Found(header, source.rows(below), options, tuple(doubts))


def _arrow(source: Again, name: str, kind: str) -> _Found:
    from workhours_sla.sources.tables import text_rows

    with source.opened() as opened:
        first = next(iter(text_rows(opened)), (0, []))
    if not first[1]:
        raise _no_table(name)
    rows = source.rows(lambda opened: islice(text_rows(opened), 1, None))
    return _Found(Header(0, tuple(first[1]), 0), rows, {"format": kind})


def _no_table(name: str) -> SourceError:
    return SourceError(say("detect_no_table", name=name), name=name)


def _header_doubts(header: Header) -> Iterator[Doubt]:
    if header.others:
        others = ", ".join(map(str, header.others))
        question = say("detect_header", row=header.row, others=others)
        yield Doubt("columns", question, asked=("appeal_id",))


def _choose(section: str, key: str, question: Phrase, values: Sequence[str]) -> Doubt:
    return Doubt(section, question, tuple(toml_line(key, value) for value in values))


# -- reading with what was detected --------------------------------------------------------------


def config_of(detected: Detected) -> Config:
    """Return the configuration for the detected settings without questions. Raises ConfigError."""
    without_doubts = replace(detected, doubts=())
    return parse_config(configuration_text(without_doubts, schedule={}), _NAME)


def verified(detected: Detected, where: Path | BinaryIO) -> Detected:
    """Read all rows with the detected settings, and add a doubt if rows are rejected.

    Nothing is read while a question about columns or formats is open.
    """
    if detected.kind is None or any(not doubt.is_read for doubt in detected.doubts):
        return detected
    count = faulty = 0
    first: Fault | None = None
    try:
        config = config_of(detected)
        with open_source(from_start(where), config, name=detected.name) as source:
            for item in source:
                count += 1
                if isinstance(item, Fault):
                    faulty += 1
                    first = first or item
            unit = source.unit
    except (ConfigError, SourceError) as error:
        why = phrase_of(error)
        if why is not None and why.cause == "answers_unread":
            doubt = Doubt("columns", why, asked=("answered_at",))
        else:
            question = say("detect_unsupported", why=why or str(error))
            doubt = Doubt("input", question, asked=("format",))
        return replace(detected, doubts=(*detected.doubts, doubt))
    if first is None:
        return detected
    return replace(detected, doubts=(*detected.doubts, unfit(faulty, count, unit, first)))
