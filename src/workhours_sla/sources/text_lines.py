"""Decode a byte stream chunk by chunk, and split the text into lines."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO, Literal, NoReturn

from workhours_sla.errors import SourceError
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST_LINE = 1_000_000
"""Maximum length of a line in characters, without its ending."""
_KEPT = LONGEST_LINE + len("\r\n")
"""Number of characters that are kept of a longer line."""
_KEPT_BYTES = 4 * _KEPT

MARKS_AND_BLANKS = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
"""Byte order marks and white space, which may precede the first character in any encoding."""

_BINARY: Mapping[bytes, Literal["xlsx", "xls", "ods", "parquet", "arrow"]] = {
    b"PK\x03\x04": "xlsx",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "xls",
    b"PAR1": "parquet",
    b"ARROW1\0\0": "arrow",
    b"\xff\xff\xff\xff": "arrow",
}
"""Binary formats, with the bytes that their files begin with."""
_ODS = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
HEAD = 128
"""Number of bytes at the beginning of a file that identify a binary format."""

_CHUNK = 1 << 16
_BYTE_ORDER_MARK = "\ufeff"


def binary_format(head: bytes) -> Literal["xlsx", "xls", "ods", "parquet", "arrow"] | None:
    r"""Return the binary format of a file that begins with ``head``, None for other files.

    >>> binary_format(b"PK\x03\x04..."), binary_format(b"appeal_id,type")
    ('xlsx', None)
    """
    if head.startswith(b"PK\x03\x04") and _ODS in head[:HEAD]:
        return "ods"
    return next((name for magic, name in _BINARY.items() if head.startswith(magic)), None)


def is_html(head: bytes) -> bool:
    """Whether a file begins like an HTML page with a table."""
    return head.lstrip(MARKS_AND_BLANKS)[:1] == b"<" and (
        b"<table" in head.lower() or b"<html" in head.lower()
    )


class LineCutter:
    """Splits chunks of bytes into complete lines.

    ``offset`` is the number of bytes up to the end of the last complete line. ``rest`` contains the
    bytes after that line. A line that is too long is cut off.
    """

    def __init__(self, offset: int) -> None:
        self.offset: int = offset
        self.rest: bytes = b""
        self._skipped = 0

    def cut(self, chunk: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield each line that ends in ``chunk``, with the offset in bytes after the line."""
        first, *others = chunk.split(b"\n")
        self.rest += first
        if others:
            self.offset += len(self.rest) + self._skipped + 1
            self._skipped = 0
            yield self.rest + b"\n", self.offset
            self.rest = others.pop()
            for line in others:
                self.offset += len(line) + 1
                yield line + b"\n", self.offset
        if len(self.rest) > _KEPT_BYTES:
            self._skipped += len(self.rest) - _KEPT_BYTES
            self.rest = self.rest[:_KEPT_BYTES]


def is_too_long(line: str) -> bool:
    """Return whether a line has more than ``LONGEST_LINE`` characters without its ending."""
    return len(line) > LONGEST_LINE and len(line.rstrip("\r\n")) > LONGEST_LINE


def lines_of(block: str) -> list[str]:
    r"""Return the lines of a block, each with its ``\n``; the last line may lack it."""
    *lines, rest = block.split("\n")
    complete = [line + "\n" for line in lines]
    return [*complete, rest] if rest else complete


class ByteChunks:
    """Reads a binary stream in chunks.

    ``position`` is the number of bytes returned so far. ``name`` is the name of the stream in
    messages. A read from a pipe returns the available bytes without waiting for more.
    """

    __slots__ = ("_ahead", "_stream_read", "name", "position")

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream_read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self.name: str = name
        self._ahead = b""
        self.position: int = 0

    def peek(self) -> bytes:
        """Return the next bytes, up to a first character at least, without consuming them.

        White space and a byte order mark do not count as a character.
        """
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
        """Return the next chunk, empty at the end of the stream. Raises SourceError."""
        chunk = self._ahead or self._read()
        self._ahead = b""
        self.position += len(chunk)
        return chunk

    def _read(self) -> bytes:
        """Return the next bytes of the stream. Raises SourceError."""
        try:
            return self._stream_read(_CHUNK)
        except OSError as error:
            why = error.strerror or str(error)
            msg = say("read_broken", name=self.name, why=why)
            raise SourceError(msg, name=self.name) from None


class Lines:
    r"""The lines of a byte stream, each with its ``\n``; the last line may lack it.

    A byte order mark is skipped. If the stream ends in the middle of a character, the character is
    read as U+FFFD, and ``torn`` is true from then on. Raises SourceError for bytes that are not
    text in ``encoding``, and for NUL characters.
    """

    def __init__(self, chunks: ByteChunks, encoding: str) -> None:
        self._chunks = chunks
        self._encoding = encoding
        self._name = name = chunks.name
        self.torn: bool = False
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)()
        except LookupError:
            msg = say("no_encoding_of", encoding=repr(encoding), name=name)
            raise SourceError(msg, name=name, encoding=encoding) from None

    def __iter__(self) -> Iterator[str]:
        """Yield the lines. They can be read only once."""
        for block in self.blocks():
            yield from lines_of(block)

    def blocks(self) -> Iterator[str]:
        """Yield blocks of complete lines. The blocks can be read only once."""
        rest = ""
        for text in self.texts():
            cut = text.rfind("\n") + 1
            if cut:
                yield rest + text[:cut]
                rest = text[cut:]
            else:
                rest += text
            if len(rest) > LONGEST_LINE:
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

    def _refuse(self, offset: int | None, what: Phrase | str, head: bytes) -> NoReturn:
        """Raise the SourceError for a stream that is not text.

        ``what`` is the cause, and ``offset`` the offset of the cause in bytes, if known. ``head``
        is the beginning of the stream.
        """
        msg = say(
            "not_text",
            name=self._name,
            encoding=self._encoding,
            what=what,
            where="" if offset is None else say("at_byte", offset=offset),
            remedy=_remedy(self._encoding, head),
        )
        raise SourceError(msg, name=self._name, encoding=self._encoding, offset=offset) from None


def _remedy(encoding: str, head: bytes) -> Phrase:
    """Return the advice to the user about a stream that cannot be decoded in ``encoding``."""
    binary = binary_format(head)
    if binary is not None:
        return say("of_binary_format", format=binary)
    fitting = "utf-8" if codecs.lookup(encoding).name != "utf-8" else "cp1251"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        fitting = "utf-16"
    return say("set_encoding", encoding=fitting)
