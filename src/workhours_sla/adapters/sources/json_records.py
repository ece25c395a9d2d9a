"""Find the records in JSON documents, so that a document of any size fits in memory.

A network nests its records in objects that are called *envelopes* here: the page of an API, an
export, a chat of an export. A record that is not JSON is passed over, and the next one is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import msgspec

from workhours_sla.adapters.sources.json_scanner import (
    BrokenError,
    EndedError,
    JsonScanner,
)
from workhours_sla.adapters.sources.text_lines import LONGEST_LINE, Lines
from workhours_sla.errors import SourceError, shown
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from workhours_sla.adapters.sources.opened_file import OpenedFile

Content = Literal["envelopes", "records"]
"""What the value of a key has: an envelope or an array of them, or an array of records."""

LONGEST_VALUE: Final = 4_000
"""The most characters of a value of an envelope that is kept."""
_MOST_VALUES: Final = 100
"""The most values of an envelope that are kept."""
LONGEST_CUT: Final = 20_000
"""The most characters of a record whose end is found by its indentation alone."""
MOST_BROKEN: Final = 30
"""The most records whose end is searched far behind them, which takes long."""
_DEEPEST: Final = 50
"""The most envelopes within each other."""


class Found(NamedTuple):
    """A record; or None and the reason why it cannot be decoded, with its text.

    ``head`` has the texts of the short values of its envelope that came before it.
    """

    value: Any
    text: str
    head: Mapping[str, str]
    why: Phrase | None = None


class Closed(NamedTuple):
    """The end of an envelope, with the texts of its short values."""

    head: Mapping[str, str]


def records_of(
    opened: OpenedFile,
    contents: Mapping[str, Content],
    decode: Callable[[str], Any],
    *,
    encoding: str = "utf-8",
    repair: Callable[[str], str] | None = None,
) -> Iterator[Found | Closed]:
    """Yield every record of the documents in a file, and the end of every envelope.

    ``contents`` says what the keys of envelopes have. An object without any of these keys is a
    record itself, so that a file may also have the records alone, in an array or one on each line.
    ``decode`` raises ValueError for a record that it cannot decode; it then gets the text that
    ``repair`` makes of it. Only one record is in memory at a time. Raises SourceError if the file
    is not text, has something else between its records, or ends within a document.
    """
    return _Walk(opened, contents, decode, encoding, repair).items()


class _Walk:
    """Walks through the documents of a file, from record to record."""

    def __init__(
        self,
        opened: OpenedFile,
        contents: Mapping[str, Content],
        decode: Callable[[str], Any],
        encoding: str,
        repair: Callable[[str], str] | None,
    ) -> None:
        self._name = opened.name
        self._scan = JsonScanner(Lines(opened.chunks, encoding).texts())
        self._contents = contents
        self._decode = decode
        self._repair = repair
        self._broken = 0

    def items(self) -> Iterator[Found | Closed]:
        """Yield the records and the ends of envelopes. Raises SourceError."""
        try:
            while (sign := self._scan.sign()) is not None:
                if not self._contents and sign not in "{[":  # a line among records on lines
                    yield Found(None, self._scan.to_line_end(), {}, say("not_an_object"))
                    continue
                yield from self._envelopes(sign, {}, 0)
        except EndedError:
            raise self._refused(say("json_cut_off")) from None
        except BrokenError:
            raise self._refused(say("json_unexpected", text=shown(self._scan.beginning))) from None

    # -- envelopes ---------------------------------------------------------------------------

    def _envelopes(
        self, sign: str, head: Mapping[str, str], depth: int
    ) -> Iterator[Found | Closed]:
        """Yield what is in an envelope, or in an array of them, of which ``sign`` is the first."""
        if depth > _DEEPEST:
            raise self._refused(say("json_nested", most=_DEEPEST))
        if sign == "{":
            found = None if self._contents or depth else self._line(head)
            if found is None:
                yield from self._envelope(head, depth)
            else:
                yield found
            return
        if sign != "[":
            raise BrokenError
        self._scan.at += 1
        while (sign := self._scan.needed()) != "]":
            if sign in "{[":
                yield from self._envelopes(sign, head, depth + 1)
            else:
                text = self._scan.value(sign, LONGEST_LINE)
                yield Found(None, text or "", head, say("not_an_object"))
        self._scan.at += 1

    def _envelope(self, outer: Mapping[str, str], depth: int) -> Iterator[Found | Closed]:
        """Yield what is in an object; the object itself if it has none of the keys."""
        self._scan.begin = self._scan.at
        beginning = self._scan.beginning
        indent = self._scan.indent()
        head: dict[str, str] = {}
        is_record = True
        try:
            self._scan.at += 1
            while (sign := self._scan.needed()) != "}":
                key = self._key(sign)
                content = self._contents.get(key)
                sign = self._scan.needed()
                if content is None or sign not in "{[":
                    value = self._scan.value(sign, LONGEST_VALUE)
                    if value is not None and len(head) < _MOST_VALUES:
                        head[key] = value
                    continue
                is_record, self._scan.begin = False, None
                if content == "records" and sign == "[":
                    yield from self._records(head)
                else:
                    yield from self._envelopes(sign, head, depth + 1)
            self._scan.at += 1
        except (BrokenError, EndedError):
            if not is_record or self._scan.begin is None:
                raise
            yield self._damaged(self._scan.begin, indent, depth, outer)
            return
        begin, self._scan.begin = self._scan.begin, None
        if not is_record:
            yield Closed(head)
        elif begin is None:
            yield Found(None, beginning, outer, say("json_long", most=LONGEST_LINE))
        else:
            yield self._found(self._scan.text[begin : self._scan.at], outer)

    def _damaged(
        self, begin: int, indent: str | None, depth: int, outer: Mapping[str, str]
    ) -> Found:
        """Return a record that is not whole, and go past its line, or past its closing brace."""
        scan = self._scan
        scan.at, scan.begin = begin, None
        text = scan.to_brace(indent, LONGEST_LINE) if depth else scan.to_line_end()
        if text is None:
            raise BrokenError
        self._count_broken()
        return self._found(text, outer)

    def _line(self, head: Mapping[str, str]) -> Found | None:
        """Return the record that the line is, and go past it; None if the line is no record."""
        scan = self._scan
        beginning = scan.beginning
        text = scan.line()
        if text is None:
            return Found(None, beginning, head, say("json_long", most=LONGEST_LINE))
        try:
            found = Found(self._decode(text), text, head)
        except (ValueError, RecursionError):
            # an object over several lines ends its first line with one of these
            if text.rstrip()[-1:] in {"{", "[", ",", ":"} and self._broken < MOST_BROKEN:
                return None
            found = self._found(text, head)
        scan.at += len(text)
        return found

    def _key(self, sign: str) -> str:
        """Return the next key of an envelope."""
        if sign != '"':
            raise BrokenError
        text = self._scan.value(sign, LONGEST_VALUE)
        if text is None or "\\" in text:
            return ""  # no key that matters
        return text[1:-1]

    # -- records -----------------------------------------------------------------------------

    def _records(self, head: Mapping[str, str]) -> Iterator[Found]:
        """Yield the elements of an array of records, whose bracket is next."""
        self._scan.at += 1
        indent = None
        while (sign := self._scan.needed()) != "]":
            before, indent = indent, self._scan.indent()
            yield self._element(sign, indent, before, head)
        self._scan.at += 1

    def _element(
        self, sign: str, indent: str | None, before: str | None, head: Mapping[str, str]
    ) -> Found:
        """Return the next element of an array of records, and go past it.

        ``indent`` is its indentation, and ``before`` that of the element before it.
        """
        scan = self._scan
        beginning = scan.beginning
        found = cut = None
        if sign == "{" and beginning[1:2] in {"\n", "\r"}:
            cut = scan.to_brace(indent, LONGEST_CUT)  # as programs write it; also if it is broken
        if cut is not None:
            found = self._found(cut, head)
            if not _is_no_json(found) or self._broken > MOST_BROKEN:
                return found
            scan.at -= len(cut)
        try:
            text = scan.value(sign, LONGEST_LINE)
        except (BrokenError, EndedError):
            # a brace too many is behind the indentation of the record before
            text = scan.to_brace(before if sign == "}" else indent, LONGEST_LINE)
            if text is None:
                raise
            self._count_broken()
        else:
            if text is None:
                return Found(None, beginning, head, say("json_long", most=LONGEST_LINE))
            whole = self._found(text, head)
            if found is None or cut is None or not _is_no_json(whole):
                return whole
            scan.at += len(cut) - len(text)
            self._broken += 1
            return found
        return self._found(text, head)

    def _count_broken(self) -> None:
        """Count a record whose end was searched far behind it. Raises SourceError for too many."""
        self._broken += 1
        if self._broken > MOST_BROKEN:
            raise self._refused(say("json_damaged", most=MOST_BROKEN))

    def _found(self, text: str, head: Mapping[str, str]) -> Found:
        """Return the record of a text, decoded if that is possible."""
        try:
            return Found(self._decode(text), text, head)
        except msgspec.ValidationError as error:
            return Found(None, text, head, not_of_form(error))
        except (ValueError, RecursionError) as error:
            why = say("not_json", why=say("json_fault", why=" ".join(str(error).split())))
        if self._repair is None:
            return Found(None, text, head, why)
        try:
            return Found(self._decode(self._repair(text)), text, head)
        except msgspec.ValidationError as error:
            return Found(None, text, head, not_of_form(error))
        except (ValueError, RecursionError):
            return Found(None, text, head, why)

    def _refused(self, why: Phrase) -> SourceError:
        msg = say("json_broken", name=self._name, why=why)
        return SourceError(msg, name=self._name)


def _is_no_json(found: Found) -> bool:
    return found.why is not None and found.why.cause == "not_json"


def not_of_form(error: Exception) -> Phrase:
    """Return the reason why a record does not have the form of its format."""
    return say("not_of_form", why=say("json_fault", why=" ".join(str(error).split())))
