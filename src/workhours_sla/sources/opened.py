"""Open a file or a stream, decompress it if necessary, and split its text into lines."""

from __future__ import annotations

import codecs
import errno
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, Final, Literal, NoReturn, cast

from workhours_sla.errors import SourceError
from workhours_sla.sla.event import Claim
from workhours_sla.sources.formats import binary_format
from workhours_sla.sources.layout import says_total
from workhours_sla.text.messages import Phrase, say

_IN_MEMORY: Final = 1 << 24  # a temporary copy larger than this number of bytes is stored on disk
Compression = Literal["gzip", "zstd"]  # a supported compression

MOST_TIMES: Final = 300
"""Maximum ratio of decompressed to compressed size; a file above it looks like a bomb."""
ALWAYS_READ: Final = 100_000_000
"""Decompressed size in bytes that is always accepted, whatever the ratio."""
SUFFIXES: Final = (".gz", ".gzip", ".zst", ".zstd")  # file name suffixes of compressed files
MAGIC: Final = 4  # number of bytes at the beginning of a file that identify its compression

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = (b"\x28\xb5\x2f\xfd", *(bytes((0x50 + n, 0x2A, 0x4D, 0x18)) for n in range(16)))
"""First bytes of a Zstandard frame: a data frame or one of the skippable frames."""
_PIECES: Final[dict[Compression, int]] = {"gzip": 1 << 14, "zstd": 1 << 10}
"""Compressed bytes per step; a step yields at most 16 MB (gzip) or 32 MB (zstd)."""
_WIDEST: Final = 1 << 27
"""Maximum memory in bytes that a Zstandard file may request, as in the command ``zstd``."""
_CAUSES: Final = {errno.EACCES: "denied", errno.EPERM: "denied", errno.EISDIR: "directory"}


@dataclass(slots=True)
class OpenedFile:
    """A file or a stream that is open for reading.

    ``ending`` is the suffix without that of a compression. ``packed`` reads the bytes before their
    decompression. A reader of a ``regular`` file says in ``reached`` how many bytes it has read.
    Readers append to ``notes`` what the user should know although it is no error, and to ``claims``
    the due times and verdicts of the exporting system. ``without_appeal`` counts the rows that are
    totals, notes, blank or a header; ``totals`` are the numbers of the first.
    """

    name: str
    ending: str
    size: int | None
    chunks: ByteChunks
    packed: ByteChunks
    regular: BinaryIO | None = None
    reached: int | None = None
    notes: list[Phrase] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    without_appeal: int = 0
    totals: list[int] = field(default_factory=list)

    def leave_out(self, cells: Iterable[object], row: int) -> None:
        """Count a row without an appeal."""
        self.without_appeal += 1
        if says_total(cells):
            self.totals.append(row)

    @property
    def position(self) -> int:
        return self.packed.position if self.reached is None else self.reached

    @contextmanager
    def in_any_order(self) -> Iterator[IO[bytes]]:
        """Return the content as a seekable stream: the file itself, or a temporary copy."""
        if self.regular is not None and self.packed is self.chunks:
            self.regular.seek(0)
            yield self.regular
            return
        with SpooledTemporaryFile(_IN_MEMORY) as copy:
            while chunk := self.chunks.read():
                copy.write(chunk)
            copy.seek(0)
            yield copy


def open_file(where: Path | BinaryIO, name: str | None, stack: ExitStack) -> OpenedFile:
    """Open a path, or use an open stream. ``stack`` closes the path's file, but not a stream."""
    if not isinstance(where, Path):
        name = name or "standard input"
        return _opened(name, "", None, where, None)
    name = name or str(where)
    try:
        stream = stack.enter_context(where.open("rb"))
        status = where.stat()
    except FileNotFoundError:
        raise no_file(name) from None
    except (OSError, ValueError) as error:
        raise cannot_open(name, error) from None
    is_regular = stat.S_ISREG(status.st_mode)
    size = status.st_size if is_regular else None
    return _opened(name, where.name.lower(), size, stream, stream if is_regular else None)


def _opened(
    name: str, filename: str, size: int | None, stream: BinaryIO, regular: BinaryIO | None
) -> OpenedFile:
    packed = chunks = ByteChunks(stream, name)
    compression = compression_of(packed.head(MAGIC))
    ending = Path(filename).suffix
    if compression is not None:
        chunks = ByteChunks(cast("BinaryIO", Unpacked(packed, compression)), name)
        if ending in SUFFIXES:
            ending = Path(filename).with_suffix("").suffix
    return OpenedFile(name, ending, size, chunks, packed, regular)


def compression_of(head: bytes) -> Compression | None:
    r"""Return the compression of a file that begins with ``head``, None if it is not compressed.

    >>> compression_of(b"\x1f\x8b\x08\x00"), compression_of(b"appeal_id")
    ('gzip', None)
    """
    if head.startswith(_GZIP):
        return "gzip"
    return "zstd" if head.startswith(_ZSTD) else None


class Unpacked:
    """Decompresses a file, which may have several compressed members in a row."""

    def __init__(self, packed: ByteChunks, compression: Compression) -> None:
        self._packed = packed
        self._compression = compression
        self._piece = _PIECES[compression]
        self._make, self._failure = _unpackers(packed.name, compression)
        self._facts = {"name": packed.name, "compression": compression}
        self._member: Any = None
        self._rest = b""
        self._size = 0

    def read(self, _size: int = -1) -> bytes:
        """Return the next decompressed bytes, empty at the end. Raises SourceError."""
        while True:
            self._rest = self._rest or self._packed.read()
            if not self._rest:
                if self._member is not None:
                    raise SourceError(say("packed_truncated", **self._facts))
                return b""
            if self._member is None:
                if self._compression == "gzip" and self._size:
                    self._rest = self._rest.lstrip(b"\0")  # gzip may be padded
                    if not self._rest:
                        continue
                self._member = self._make()
            found = self._unpack()
            if found:
                self._size += len(found)
                if self._size > max(ALWAYS_READ, MOST_TIMES * self._packed.position):
                    limits = {"times": MOST_TIMES, "always": ALWAYS_READ}
                    raise SourceError(say("packed_bomb", **limits, **self._facts))
                return found

    def _unpack(self) -> bytes:
        piece, self._rest = self._rest[: self._piece], self._rest[self._piece :]
        try:
            found: bytes = self._member.decompress(piece)
        except self._failure:
            raise SourceError(say("packed_damaged", **self._facts)) from None
        if self._member.eof:
            self._rest = self._member.unused_data + self._rest
            self._member = None
        return found


def _unpackers(name: str, compression: Compression) -> tuple[Callable[[], Any], type[Exception]]:
    """Return a function that creates the decompressor of one member, and the error it raises."""
    if compression == "gzip":
        return lambda: zlib.decompressobj(wbits=31), zlib.error
    try:
        from zstandard import ZstdDecompressor, ZstdError
    except ImportError:
        raise missing_extra(name, "zstd", "zstandard") from None
    return ZstdDecompressor(max_window_size=_WIDEST).decompressobj, ZstdError


def missing_extra(name: str, extra: str, library: str) -> SourceError:
    """Return the error for a file that needs ``library``, which ``extra`` would install.

    >>> print(missing_extra("rows.zst", "zstd", "zstandard"))
    rows.zst can be read only with zstandard: pip install 'workhours-sla[zstd]'
    """
    return SourceError(say("needs_extra", name=name, library=library, extra=extra))


def cannot_open(name: str, error: OSError | ValueError) -> SourceError:
    why = getattr(error, "strerror", None) or str(error)
    cause = _CAUSES.get(getattr(error, "errno", None) or 0, "unopened")
    return SourceError(say(cause, name=repr(name), why=why), name=name)


def no_file(name: str) -> SourceError:
    return SourceError(say("no_file", name=repr(name)), name=name)


LONGEST_LINE = 1_000_000  # maximum length of a line in characters, without its ending
_KEPT = LONGEST_LINE + len("\r\n")  # number of characters that are kept of a longer line
_KEPT_BYTES = 4 * _KEPT

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
        return self.head(_CHUNK, b"")

    def first_line(self) -> bytes:
        """Return at least the first non-blank line, or 64 KiB, without consuming it."""
        return self.head(_CHUNK, b"\n")

    def head(self, count: int, mark: bytes | None = None) -> bytes:
        """Return at least the next ``count`` bytes, or up to a mark in what is not blank.

        At the end there may be fewer. None of them is consumed.
        """
        while len(self._ahead) < count:
            visible = self._ahead.lstrip(MARKS_AND_BLANKS)
            if visible and mark is not None and mark in visible:
                break
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
            msg = say("read_broken", name=self.name, why=why)
            raise SourceError(msg, name=self.name) from None


class Lines:
    r"""The lines of a text, each with its ``\n``; ``torn`` if it ends within a character."""

    def __init__(self, chunks: ByteChunks, encoding: str) -> None:
        self._chunks = chunks
        self._encoding = encoding
        self._name = chunks.name
        self.torn: bool = False
        self._decoder = codecs.getincrementaldecoder(encoding)()

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
        """Decode the next chunk; an empty chunk ends the stream. Raises SourceError.

        ``head`` is the beginning of the file, from which the error guesses its encoding.
        """
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


class LineCutter:
    """Splits chunks of bytes into complete lines; ``offset`` is the end of the last one."""

    def __init__(self, offset: int) -> None:
        self.offset: int = offset
        self.rest: bytes = b""
        self._skipped = 0

    def cut(self, chunk: bytes) -> Iterator[bytes]:
        first, *others = chunk.split(b"\n")
        self.rest += first
        for line in others:
            self.offset += len(self.rest) + self._skipped + 1
            self._skipped = 0
            yield self.rest + b"\n"
            self.rest = line
        if len(self.rest) > _KEPT_BYTES:
            self._skipped += len(self.rest) - _KEPT_BYTES
            self.rest = self.rest[:_KEPT_BYTES]
