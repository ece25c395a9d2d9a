"""Decode a byte stream chunk by chunk, and split the text into lines."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import BinaryIO, NoReturn

from workhours_sla.errors import SourceError
from workhours_sla.sources.formats import binary_format
from workhours_sla.text.messages import Phrase, say

LONGEST_LINE = 1_000_000  # maximum length of a line in characters, without its ending
_KEPT = LONGEST_LINE + len("\r\n")  # number of characters that are kept of a longer line

MARKS_AND_BLANKS = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
"""Byte order marks and white space, which may precede the first character in any encoding."""

_CHUNK = 1 << 16
_BYTE_ORDER_MARK = "\ufeff"


def is_too_long(line: str) -> bool:
    """Return whether a line has more than ``LONGEST_LINE`` characters without its ending."""
    return len(line) > LONGEST_LINE and len(line.rstrip("\r\n")) > LONGEST_LINE


class ByteChunks:
    """Reads a binary stream in chunks; one of a pipe has the bytes that are there already."""

    __slots__ = ("_ahead", "_stream_read", "name", "position")

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream_read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self.name: str = name
        self._ahead = b""
        self.position: int = 0

    def peek(self) -> bytes:
        """Return the next bytes, up to a first character at least, without consuming them."""
        while len(self._ahead) < _CHUNK and not self._ahead.lstrip(MARKS_AND_BLANKS):
            chunk = self._read()
            if not chunk:
                break
            self._ahead += chunk
        return self._ahead

    def head(self, count: int) -> bytes:
        """Return at least the next ``count`` bytes, or all remaining ones; consume none of them."""
        while len(self._ahead) < count and (chunk := self._read()):
            self._ahead += chunk
        return self._ahead

    def first_line(self) -> bytes:
        """Return at least the first non-blank line, or 64 KiB, without consuming it."""
        while len(self.peek()) < _CHUNK and b"\n" not in self._ahead.lstrip(MARKS_AND_BLANKS):
            chunk = self._read()
            if not chunk:
                break
            self._ahead += chunk
        return self._ahead

    def read(self) -> bytes:
        chunk = self._ahead or self._read()
        self._ahead = b""
        self.position += len(chunk)
        return chunk

    def _read(self) -> bytes:
        try:
            return self._stream_read(_CHUNK)
        except OSError as error:
            why = error.strerror or str(error)
            raise SourceError(say("read_broken", name=self.name, why=why)) from None


class Lines:
    r"""The lines of a text, each with its ``\n``; ``torn`` if it ends within a character."""

    def __init__(self, chunks: ByteChunks, encoding: str) -> None:
        self._chunks = chunks
        self._encoding = encoding
        self._name = name = chunks.name
        self.torn: bool = False
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)()
        except LookupError:
            raise SourceError(say("no_encoding_of", encoding=repr(encoding), name=name)) from None

    def __iter__(self) -> Iterator[str]:
        """Yield the lines. They can be read only once."""
        rest = ""
        for text in self.texts():
            *lines, rest = (rest + text).split("\n")
            for line in lines:
                yield line + "\n"
            rest = rest[:_KEPT]
        if rest:
            yield rest

    def texts(self) -> Iterator[str]:
        """Yield the text of each chunk that is not empty. The texts can be read only once."""
        head = self._chunks.peek()
        begun = False
        while True:
            chunk = self._chunks.read()
            text = self._decode(chunk, head)
            if not begun and text:
                begun = True
                text = text.removeprefix(_BYTE_ORDER_MARK)
            if "\0" in text:
                self._refuse(self._offset_of_nul(text), say("nul"), head)
            if text:
                yield text
            if not chunk:
                return

    def _decode(self, chunk: bytes, head: bytes) -> str:
        """Decode the next chunk; an empty chunk ends the stream. Raises SourceError."""
        try:
            return self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            if not chunk:
                self.torn = True
                return "\ufffd"
            # error.object is what was left of earlier chunks, and this chunk to its end
            offset = self._chunks.position - len(error.object) + error.start
            found = say("byte", byte=f"0x{error.object[error.start]:02x}")
            self._refuse(offset, found, head)
        except UnicodeError as error:
            self._refuse(None, " ".join(str(error).split()), head)

    def _offset_of_nul(self, text: str) -> int | None:
        """Return the offset in bytes of the first NUL in the last chunk, None if it is unknown."""
        name = codecs.lookup(self._encoding).name
        markless = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}
        pending = self._decoder.getstate()[0]
        try:
            after = len(text[text.index("\0") :].encode(markless.get(name, name)))
        except UnicodeError:
            return None
        return self._chunks.position - len(pending) - after

    def _refuse(self, offset: int | None, what: str, head: bytes) -> NoReturn:
        """Raise the SourceError for a stream that is not text."""
        msg = say(
            "not_text",
            name=self._name,
            encoding=self._encoding,
            what=what,
            where="" if offset is None else say("at_byte", offset=offset),
            remedy=_remedy(self._encoding, head),
        )
        raise SourceError(msg) from None


def _remedy(encoding: str, head: bytes) -> Phrase:
    """Return the advice to the user about a stream that cannot be decoded in ``encoding``."""
    binary = binary_format(head)
    if binary is not None:
        return say("of_binary_format", format=binary)
    fitting = "utf-8" if codecs.lookup(encoding).name != "utf-8" else "cp1251"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        fitting = "utf-16"
    return say("set_encoding", encoding=fitting)


def is_html(head: bytes) -> bool:
    """Whether a file begins like an HTML page with a table."""
    return head.lstrip(MARKS_AND_BLANKS)[:1] == b"<" and (
        b"<table" in head.lower() or b"<html" in head.lower()
    )
