"""Parse XML documents without entities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.opened import OpenedFile
from workhours_sla.text.messages import Phrase, say

MOST_NESTED: Final = 100  # maximum depth of nested elements
_BETWEEN_DOCUMENTS: Final = b" \t\r\n\0"


class _RootEndedError(Exception):
    """Raised in a parser callback to stop parsing after the root element."""


def roots_of(opened: OpenedFile) -> Iterator[Element]:
    """Yield the root of each document of a file, one or several in a row. Raises SourceError."""
    content = b"".join(iter(opened.chunks.read, b"")).lstrip(_BETWEEN_DOCUMENTS)
    while True:
        root, content = _first_root(content, opened.name)
        yield root
        if not content:
            return


def _first_root(content: bytes, name: str) -> tuple[Element, bytes]:
    """Return the root of the first document, and the bytes after it; a DOCTYPE is refused."""
    parser, tree, depth = expat.ParserCreate(), TreeBuilder(), 0

    def start(tag: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_NESTED:
            raise SourceError(say("xml_deep", name=name, most=MOST_NESTED), name=name)
        tree.start(tag.rpartition(":")[2], {})

    def end(tag: str) -> None:
        nonlocal depth
        tree.end(tag.rpartition(":")[2])
        depth -= 1
        if not depth:
            raise _RootEndedError

    def refuse_doctype(doctype: str, *_others: object) -> NoReturn:
        raise SourceError(say("xml_doctype", name=name, doctype=shown(doctype)), name=name)

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = tree.data, refuse_doctype
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat takes no keywords
    except _RootEndedError:
        after = parser.CurrentByteIndex  # of the end tag, or after <root/>
        if content[after:].lstrip(b"\0").startswith((b"</", b"<\0/")):
            after = content.index(b">", after) + 1
        return tree.close(), content[after:].lstrip(_BETWEEN_DOCUMENTS)
    except SourceError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _broken(name, error) from None
    raise AssertionError  # what has no root is a fault


def _broken(name: str, error: Exception) -> SourceError:
    why: Phrase | str = " ".join(str(error).split())
    if isinstance(error, expat.ExpatError):
        place = {"line": error.lineno, "column": error.offset}
        why = say("xml_fault", why=expat.ErrorString(error.code) or "?", **place)
    return SourceError(say("xml_broken", name=name, why=why), name=name)


def values_in(element: Element) -> dict[str, object]:
    """Return the values of the children of an element by tag, a list if a tag occurs again.

    A child is a mapping if it has children, else its text, None if that is blank.
    """
    found: dict[str, object] = {}
    for child in element:
        value: object = values_in(child) or (child.text or "").strip() or None
        if child.tag in found:
            before = found[child.tag]
            value = [*(before if isinstance(before, list) else [before]), value]
        found[child.tag] = value
    return found
