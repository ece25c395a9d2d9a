"""Read the files in a workbook that is a zip archive, with protection against zip bombs."""

from __future__ import annotations

import re
import struct
import zlib
from contextlib import contextmanager
from copy import copy
from typing import IO, TYPE_CHECKING, Final
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile

from workhours_sla.errors import SourceError
from workhours_sla.sources.workbook_marks import damaged
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_UNPACKED: Final = 500_000_000
"""Maximum total size in bytes of the XML in a workbook."""
_MOST_IN_MEMORY: Final = 16_000_000
"""Maximum size in bytes of a part that ``whole`` returns."""
_CHUNK: Final = 1 << 18
_ANY_SIZE: Final = 1 << 62
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_FAULTS: Final = (
    BadZipFile,
    ExpatError,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""Exceptions that the standard library raises for damaged archives."""


class Parts:
    """Reads the parts (files) of a workbook by name, as well-formed XML. Raises SourceError.

    The directory of the archive states the size of each part, but it may be wrong. So this class
    counts the decompressed bytes. Every part that the workbook reader uses must be read here first,
    to its end.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._name = name
        self._left = MOST_UNPACKED
        self._counted: set[str] = set()
        with _faults(name):
            self._zip = ZipFile(file)
            infos = self._zip.infolist()
        self.names = frozenset(info.filename for info in infos)
        """The names of all parts."""
        if sum(info.file_size for info in infos if is_xml(info.filename)) > MOST_UNPACKED:
            raise self._too_large()

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield the content of a part. Raises SourceError."""
        is_new = part not in self._counted
        self._counted.add(part)
        checker = ParserCreate()  # the reader of workbooks never ends on XML that is not closed
        before = b""
        with _faults(self._name):
            info = copy(self._zip.getinfo(part))
            info.file_size = _ANY_SIZE  # so that the content is read to its end
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    if is_new:
                        self._left -= len(chunk)
                    if self._left < 0:
                        raise self._too_large()
                    if _DOCTYPE.search(before + chunk):
                        raise self._doctype()
                    if b"\0" in chunk:
                        raise damaged(self._name)
                    before = chunk[-16:]
                    if is_new:
                        checker.Parse(chunk, False)  # noqa: FBT003 - positional in expat
                    yield chunk
                if is_new:
                    checker.Parse(b"", True)  # noqa: FBT003

    def whole(self, part: str) -> bytes:
        """Return the content of a small part, empty if there is no such part."""
        if part not in self.names:
            return b""
        found = bytearray()
        for chunk in self.chunks(part):
            found += chunk
            if len(found) > _MOST_IN_MEMORY:
                raise self._too_large()
        return bytes(found)

    def count(self, part: str) -> None:
        """Check a part and count its size, for a part that only the workbook reader uses."""
        if part in self.names and part not in self._counted:
            for _ in self.chunks(part):
                pass

    def _doctype(self) -> SourceError:
        msg = say("workbook_doctype", name=self._name)
        return SourceError(msg, name=self._name)

    def _too_large(self) -> SourceError:
        msg = say("workbook_large", name=self._name, most=MOST_UNPACKED)
        return SourceError(msg, name=self._name)


def is_xml(part: str) -> bool:
    """Return whether the name of a part is the name of an XML file."""
    return part.lower().endswith((".xml", ".rels"))


@contextmanager
def _faults(name: str) -> Iterator[None]:
    """Convert the errors that the standard library raises for a damaged archive to SourceError."""
    try:
        yield
    except SourceError:
        raise
    except _FAULTS:
        raise damaged(name) from None
