"""Parse XML documents element by element, without entities and within size limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn, Protocol
from xml.parsers import expat

from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.lines import LONGEST_LINE
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workhours_sla.sources.opened import OpenedFile

MOST_NESTED: Final = 100
"""Maximum depth of nested elements."""
LONGEST_MARKUP: Final = 4_000_000
"""Maximum size in bytes of a tag, comment or other markup."""

_RECORD: Final = 2
"""Depth of a record: a child of the root element."""
_END_TAGS: Final = (b"</", b"<\0/")
_BETWEEN_DOCUMENTS: Final = b" \t\r\n\0"


class Elements(Protocol):
    """Receives the elements of a document in order. ``depth`` is 1 for the root."""

    def start(self, tag: str, attributes: Mapping[str, str], depth: int) -> None:
        """Receive the start of an element; ``tag`` has no namespace prefix."""
        ...

    def end(self, tag: str, depth: int) -> None:
        """Receive the end of an element."""
        ...

    def text(self, piece: str) -> None:
        """Receive a piece of the text of the current element."""
        ...


class _RootEndedError(Exception):
    """Raised in a parser callback to stop parsing after the root element."""


class _Document:
    """Parses one document; a DOCTYPE is refused before it can declare an entity."""

    def __init__(self, elements: Elements, name: str, *, has_text: bool) -> None:
        parser = self._parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        if has_text:
            parser.CharacterDataHandler = elements.text
        self._elements = elements
        self._name = name
        self._depth = 0
        self._root_end = 0
        self.fed = 0
        self.begun = False

    def feed(self, chunk: bytes) -> bytes | None:
        """Parse a chunk. Return the bytes after the root if the root ends in it, otherwise None."""
        before = self.fed
        self.fed += len(chunk)
        try:
            self._parser.Parse(chunk, False)  # noqa: FBT003 - a parameter without a name
        except _RootEndedError:
            return _after_root(chunk, self._root_end - before)
        except SourceError:
            raise
        except (expat.ExpatError, ValueError, LookupError) as error:
            self._refuse(error)
        if self.fed - max(0, self._parser.CurrentByteIndex) > LONGEST_MARKUP:
            msg = say("xml_long", name=self._name, most=LONGEST_MARKUP)
            raise SourceError(msg, name=self._name)
        return None

    def finish(self) -> None:
        """Raise SourceError because the file ended within the document."""
        try:
            self._parser.Parse(b"", True)  # noqa: FBT003 - a parameter without a name
        except (expat.ExpatError, ValueError, LookupError) as error:
            self._refuse(error)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.begun = True
        self._depth += 1
        if self._depth > MOST_NESTED:
            msg = say("xml_deep", name=self._name, most=MOST_NESTED)
            raise SourceError(msg, name=self._name)
        self._elements.start(tag.rpartition(":")[2], attributes, self._depth)

    def _end(self, tag: str) -> None:
        self._elements.end(tag.rpartition(":")[2], self._depth)
        self._depth -= 1
        if not self._depth:
            self._root_end = self._parser.CurrentByteIndex
            raise _RootEndedError

    def _refuse_doctype(self, doctype: str, *_others: object) -> NoReturn:
        msg = say("xml_doctype", name=self._name, doctype=shown(doctype))
        raise SourceError(msg, name=self._name)

    def _refuse(self, error: Exception) -> NoReturn:
        why: Phrase | str = " ".join(str(error).split())
        if isinstance(error, expat.ExpatError):
            why = say(
                "xml_fault",
                why=expat.ErrorString(error.code) or "?",
                line=error.lineno,
                column=error.offset,
            )
        msg = say("xml_broken", name=self._name, why=why)
        raise SourceError(msg, name=self._name) from None


def _after_root(chunk: bytes, offset: int) -> bytes:
    """Return the bytes of a chunk after the root, whose end tag may begin in an earlier chunk."""
    is_empty_tag = offset >= 0 and not chunk[offset:].lstrip(b"\0").startswith(_END_TAGS)
    after = offset if is_empty_tag else chunk.index(b">", max(0, offset)) + 1
    return chunk[after:].lstrip(_BETWEEN_DOCUMENTS)


def parse_documents(
    opened: OpenedFile, elements: Elements, *, has_text: bool = True
) -> Iterator[None]:
    """Pass the elements of a file to ``elements``, and yield after each chunk of the file."""
    name = opened.name
    document = _Document(elements, name, has_text=has_text)
    count = 0
    while chunk := opened.chunks.read():
        rest: bytes | None = chunk if document.fed else chunk.lstrip(_BETWEEN_DOCUMENTS)
        while rest:
            rest = document.feed(rest)
            if rest is not None:
                count += 1
                document = _Document(elements, name, has_text=has_text)
        yield
    if document.begun or not count:
        document.finish()


class Records:
    """Collects the children of each root: tag and values; None for one that is too long."""

    def __init__(self) -> None:
        self.roots: list[str] = []
        """The tags of the roots, without those that repeat the one before."""
        self.complete: list[tuple[str, dict[str, object] | None]] = []
        """The records that were read since the list was last emptied."""
        self._open: list[dict[str, object]] = []
        self._texts: list[str] = []
        self._length = 0

    def start(self, tag: str, attributes: Mapping[str, str], depth: int) -> None:
        """Begin an element: a root at depth 1, a record below it, or a value within a record."""
        if depth == 1:
            if self.roots[-1:] != [tag]:
                self.roots.append(tag)
            return
        if depth == _RECORD:
            self._open.clear()
            self._length = 0
        self._open.append({})
        self._length += len(tag)
        self._texts.clear()

    def text(self, piece: str) -> None:
        """Add a piece of text to the current value."""
        self._length += len(piece)
        if self._length <= LONGEST_LINE:
            self._texts.append(piece)

    def end(self, tag: str, depth: int) -> None:
        """Complete the current value or record."""
        if depth == 1:
            return
        values = self._open.pop()
        if depth == _RECORD:
            self.complete.append((tag, values if self._length <= LONGEST_LINE else None))
            return
        value: object = values or "".join(self._texts).strip() or None
        self._texts.clear()
        if self._length > LONGEST_LINE:
            return
        into = self._open[-1]
        if tag not in into:
            into[tag] = value
        elif isinstance(into[tag], list):
            into[tag].append(value)  # type: ignore[attr-defined] # it is a list
        else:
            into[tag] = [into[tag], value]
