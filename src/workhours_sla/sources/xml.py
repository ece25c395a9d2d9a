"""Parse XML documents element by element, without entities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NoReturn
from xml.parsers import expat

from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.opened import OpenedFile
from workhours_sla.text.messages import say

MOST_NESTED: Final = 100  # maximum depth of nested elements
_RECORD: Final = 2  # depth of a record: a child of the root element
_BETWEEN_DOCUMENTS: Final = b" \t\r\n\0"


class _RootEndedError(Exception):
    """Raised in a parser callback to stop parsing after the root element."""


class Records:
    """Collects the children of each root, each with its tag and its values.

    An element without child elements becomes its text, None if it is blank; one with child elements
    a mapping from tags to values. A tag that occurs several times has a list of values.
    """

    def __init__(self) -> None:
        self.roots: dict[str, None] = {}
        self.complete: list[tuple[str, dict[str, object]]] = []
        """The records that were read since the list was last emptied."""
        self._open: list[dict[str, object]] = []
        self._texts: list[str] = []

    def start(self, tag: str, depth: int) -> None:
        """Begin a root, a record below it, or a value within a record."""
        if depth == 1:
            self.roots[tag] = None
            return
        self._open.append({})
        self._texts.clear()

    def text(self, piece: str) -> None:
        """Add a piece of text to the current value."""
        self._texts.append(piece)

    def end(self, tag: str, depth: int) -> None:
        """Complete the current value or record."""
        if depth == 1:
            return
        values = self._open.pop()
        if depth == _RECORD:
            self.complete.append((tag, values))
            return
        value: object = values or "".join(self._texts).strip() or None
        self._texts.clear()
        into = self._open[-1]
        if tag not in into:
            into[tag] = value
        elif isinstance(into[tag], list):
            into[tag].append(value)  # type: ignore[attr-defined] # it is a list
        else:
            into[tag] = [into[tag], value]


class _Document:
    """Parses one document; a DOCTYPE is refused before it can declare an entity."""

    def __init__(self, records: Records, name: str) -> None:
        parser = self._parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.CharacterDataHandler = records.text
        self._records = records
        self._name = name
        self._depth = 0
        self.fed = 0
        self.begun = False

    def feed(self, chunk: bytes, *, is_last: bool = False) -> bytes | None:
        """Parse a chunk. Return the bytes after the root if the root ends in it, otherwise None."""
        before = self.fed
        self.fed += len(chunk)
        try:
            self._parser.Parse(chunk, is_last)
        except _RootEndedError:
            # the end tag may begin in an earlier chunk; after <root/> the parser is behind it
            end = self._parser.CurrentByteIndex - before
            is_behind = end >= 0 and not chunk[end:].lstrip(b"\0").startswith((b"</", b"<\0/"))
            after = end if is_behind else chunk.index(b">", max(0, end)) + 1
            return chunk[after:].lstrip(_BETWEEN_DOCUMENTS)
        except SourceError:
            raise
        except (expat.ExpatError, ValueError, LookupError) as error:
            self._refuse(error)
        return None

    def _start(self, tag: str, _attributes: object) -> None:
        self.begun = True
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise SourceError(say("xml_deep", name=self._name, most=MOST_NESTED))
        self._records.start(tag.rpartition(":")[2], self._depth)

    def _end(self, tag: str) -> None:
        self._records.end(tag.rpartition(":")[2], self._depth)
        self._depth -= 1
        if not self._depth:
            raise _RootEndedError

    def _refuse_doctype(self, doctype: str, *_others: object) -> NoReturn:
        raise SourceError(say("xml_doctype", name=self._name, doctype=shown(doctype)))

    def _refuse(self, error: Exception) -> NoReturn:
        why: str = " ".join(str(error).split())
        if isinstance(error, expat.ExpatError):
            place = {"line": error.lineno, "column": error.offset}
            why = say("xml_fault", why=expat.ErrorString(error.code) or "?", **place)
        raise SourceError(say("xml_broken", name=self._name, why=why)) from None


def parse_documents(opened: OpenedFile, records: Records) -> Iterator[None]:
    """Collect the records of a file in ``records``, and yield after each chunk of the file.

    The file has one document or several in a row, each with its own encoding. Raises SourceError.
    """
    document = _Document(records, opened.name)
    count = 0
    while chunk := opened.chunks.read():
        rest: bytes | None = chunk if document.fed else chunk.lstrip(_BETWEEN_DOCUMENTS)
        while rest:
            rest = document.feed(rest)
            if rest is not None:
                count += 1
                document = _Document(records, opened.name)
        yield
    if document.begun or not count:
        document.feed(b"", is_last=True)
