"""Find the records in JSON documents, so that a document of any size fits in memory.

The one reader of all formats whose files are JSON documents. It goes from record to record: several
that are whole and in memory are split at once by msgspec, any other is scanned. A record that is
not JSON is passed over, and the next one is found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import msgspec

from workhours_sla.adapters.sources.json_scanner import (
    LONGEST_RECORD,
    BrokenError,
    EndedError,
    JsonScanner,
    is_deeper,
)
from workhours_sla.adapters.sources.json_shape import LIST
from workhours_sla.adapters.sources.text_lines import LONGEST_LINE, Lines
from workhours_sla.errors import SourceError, shown
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from workhours_sla.adapters.sources.opened_file import OpenedFile

LONGEST_VALUE: Final = 4_000
"""Maximum length of an envelope's value that is kept, in characters."""
_MOST_VALUES: Final = 100
"""Maximum number of values of an envelope that are kept."""
LONGEST_CUT: Final = 20_000
"""Maximum length of a record whose end is found by indentation alone, in characters."""
MOST_BROKEN: Final = 30
"""Maximum number of broken records in a file, because each takes long to skip."""
DEEPEST: Final = 64
"""The most objects and arrays within each other, in a record and around it."""

decode_any: Final = msgspec.json.Decoder(float_hook=float).decode
"""Decodes a record whose fields may have any type; numbers may have any size."""
_split: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Found(NamedTuple):
    """A record; or None and the reason why it cannot be decoded, with its text.

    ``head`` has the texts of the short values of its envelope that came before it. ``is_alone``
    says that the record is not in an array of records, so that it may be a document of another
    kind.
    """

    value: Any
    text: str
    head: Mapping[str, str]
    why: Phrase | None = None
    is_alone: bool = False


class Closed(NamedTuple):
    """The end of an envelope, or of a document, with the texts of its short values."""

    head: Mapping[str, str]


@dataclass(eq=False, slots=True)
class Place:
    """What may be at a place of a document: a record, or an *envelope*, which has records in it.

    ``keys`` has the places of the keys of an object, and ``elements`` is that of the elements of an
    array. With ``takes_others`` an object without any of the keys is a record itself, and what is
    no object is a broken record; else both are skipped. With ``are_lines`` a record is expected on
    each line.
    """

    keys: Mapping[str, Place] = field(default_factory=dict)
    elements: Place | None = None
    takes_others: bool = False
    are_lines: bool = False

    def fits(self, sign: str) -> bool:
        """Whether a value that begins with ``sign`` may be a record or have records."""
        if sign == "[":
            return self is RECORD or self.elements is not None
        return self is RECORD or (sign == "{" and (self.takes_others or bool(self.keys)))


RECORD: Final = Place()
"""The place of a record."""


def at_path(path: str) -> Place:
    """Return the place of a document whose records are at a path, such as ``response.items[]``.

    A path is a chain of keys, where ``[]`` means every element of an array: ``[]`` for the elements
    of an array at the top, ``""`` for the whole document. A key may have dots.
    """
    steps = [step for step in path.replace(LIST, f".{LIST}").split(".") if step]

    @cache
    def after(done: int) -> Place:
        if done == len(steps):
            return RECORD
        if steps[done] == LIST:
            return Place(elements=after(done + 1))
        ends = [*steps[done:], LIST].index(LIST) + done
        return Place({".".join(steps[done:end]): after(end) for end in range(ends, done, -1)})

    return after(0)


def lists_under(*keys: str) -> Place:
    """Return the place of a document whose records are in arrays under keys.

    A document without these keys is an array of records, or a record itself.
    """
    return Place(dict.fromkeys(keys, Place(elements=RECORD)), RECORD, takes_others=True)


def envelopes(contents: Mapping[str, Literal["envelopes", "records"]]) -> Place:
    """Return the place of a document of envelopes, each in others or in arrays.

    ``contents`` says what the keys of envelopes have. Without it each line is a record.
    """
    place = Place(takes_others=True, are_lines=not contents)
    lists = Place(elements=RECORD, takes_others=True)
    lists.keys = place.keys = {
        key: lists if content == "records" else place for key, content in contents.items()
    }
    place.elements = place
    return place


def records_of(
    opened: OpenedFile,
    place: Place,
    decode: Callable[[str], Any] = decode_any,
    *,
    encoding: str = "utf-8",
    repair: Callable[[str], str] | None = None,
) -> Iterator[Found | Closed]:
    """Yield every record of the documents in a file, and the end of every envelope.

    ``decode`` raises ValueError for a record that it cannot decode; it then gets the text that
    ``repair`` makes of it. A record of more than ``LONGEST_RECORD`` characters or ``DEEPEST``
    levels is not decoded. Only a few records are in memory at a time. Raises SourceError if the
    file is not text, has something else between its records, or ends within a document.
    """
    return _Walk(opened, place, decode, encoding, repair).items()


class _Walk:
    """Iterates over the records of the documents in a file."""

    def __init__(
        self,
        opened: OpenedFile,
        place: Place,
        decode: Callable[[str], Any],
        encoding: str,
        repair: Callable[[str], str] | None,
    ) -> None:
        self._name = opened.name
        self._scan = JsonScanner(Lines(opened.chunks, encoding).texts())
        self._place = place
        self._decode = decode
        self._repair = repair
        self._broken = 0
        self._count = 0

    def items(self) -> Iterator[Found | Closed]:
        """Yield the records and the ends of envelopes. Raises SourceError."""
        try:
            while (sign := self._scan.sign()) is not None:
                if self._place.are_lines and sign not in "{[":  # a line among records on lines
                    yield Found(None, self._scan.to_line_end(), {}, say("not_an_object"))
                    continue
                yield from self._inside(sign, self._place, {}, 0)
        except EndedError:
            raise self._refused(say("json_cut_off")) from None
        except BrokenError:
            raise self._refused(say("json_unexpected", text=shown(self._scan.beginning))) from None

    # -- envelopes ---------------------------------------------------------------------------

    def _inside(
        self, sign: str, place: Place, head: Mapping[str, str], depth: int
    ) -> Iterator[Found | Closed]:
        """Yield what is in the next value, of which ``sign`` is the first."""
        scan = self._scan
        if depth > DEEPEST:
            raise self._refused(say("json_nested", most=DEEPEST))
        if place is RECORD:
            found = self._element(sign, scan.indent(), None, head)
            self._count += 1
            yield found._replace(is_alone=True)
        elif sign == "[" and place.elements is RECORD:
            yield from self._records(head)
        elif sign == "[" and place.elements is not None:
            yield from self._array(place.elements, head, depth)
        elif sign == "{" and place.fits(sign):
            line = self._line(head) if place.are_lines and not depth else None
            if line is None:
                yield from self._envelope(head, place, depth)
            else:
                self._count += 1
                yield line
        elif place.takes_others:
            raise BrokenError
        else:
            scan.value(sign, 0)

    def _array(self, place: Place, head: Mapping[str, str], depth: int) -> Iterator[Found | Closed]:
        """Yield what is in an array of envelopes, whose bracket is next."""
        scan = self._scan
        scan.at += 1
        while (sign := scan.needed()) != "]":
            if sign in "{[" or not place.takes_others:
                yield from self._inside(sign, place, head, depth + 1)
            else:
                text = scan.value(sign, LONGEST_RECORD)
                yield Found(None, text or "", head, say("not_an_object"))
        scan.at += 1

    def _envelope(
        self, outer: Mapping[str, str], place: Place, depth: int
    ) -> Iterator[Found | Closed]:
        """Yield what is in an object; the object itself if it may be a record and has no key."""
        scan = self._scan
        is_record = place.takes_others
        scan.begin = scan.at if is_record else None
        beginning = scan.beginning
        indent = scan.indent()
        head: dict[str, str] = {}
        try:
            scan.at += 1
            while (sign := scan.needed()) != "}":
                key = self._key(sign)
                inner = place.keys.get(key)
                sign = scan.needed()
                if inner is None or not inner.fits(sign):
                    value = scan.value(sign, LONGEST_VALUE)
                    if value is not None and len(head) < _MOST_VALUES:
                        head[key] = value
                    continue
                is_record, scan.begin = False, None
                yield from self._inside(sign, inner, head, depth + 1)
            scan.at += 1
        except (BrokenError, EndedError):
            if not is_record or scan.begin is None:
                raise
            yield self._damaged(scan.begin, indent, depth, outer)
            return
        begin, scan.begin = scan.begin, None
        if not is_record:
            if place.takes_others or not depth:
                yield Closed(head)
            return
        self._count += 1
        if begin is None:
            yield Found(None, beginning, outer, say("json_long", most=LONGEST_RECORD))
        else:
            yield self._found(scan.text[begin : scan.at], outer)._replace(is_alone=True)

    def _damaged(
        self, begin: int, indent: str | None, depth: int, outer: Mapping[str, str]
    ) -> Found:
        """Return a record that is broken, and skip its line or the text up to its closing brace."""
        scan = self._scan
        scan.at, scan.begin = begin, None
        text = scan.to_brace(indent, LONGEST_RECORD) if depth else scan.to_line_end()
        if text is None:
            raise BrokenError
        self._count_broken()
        return self._found(text, outer)

    def _line(self, head: Mapping[str, str]) -> Found | None:
        """Return the current line as a record and skip it, or None if it is not one record."""
        scan = self._scan
        beginning = scan.beginning
        text = scan.line()
        if text is None:
            return Found(None, beginning, head, say("json_long", most=LONGEST_LINE))
        found = self._found(text, head)
        # an object over several lines ends its first line with one of these
        is_open = found.why is not None and text.rstrip()[-1:] in {"{", "[", ",", ":"}
        if is_open and self._broken < MOST_BROKEN:
            return None
        scan.at += len(text)
        return found._replace(is_alone=True)

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
        """Yield the elements of the array of records that begins here."""
        scan = self._scan
        scan.at += 1
        indent = None
        while (sign := scan.needed()) != "]":
            if scan.is_fresh and sign == "{":
                several = self._several(head)
                self._count += len(several)
                yield from several
                if several:
                    continue
            before, indent = indent, scan.indent()
            found = self._element(sign, indent, before, head)
            self._count += 1
            yield found
        scan.at += 1

    def _several(self, head: Mapping[str, str]) -> list[Found]:
        """Return the next records in memory, and go past them; none if they are not plain JSON.

        This is four times as fast as scanning each of them.
        """
        for end in self._scan.ends():
            text = self._scan.text[self._scan.at : end].rstrip(" \t\r\n,")
            try:
                whole = _split(f"[{text}]")
            except (ValueError, RecursionError):
                continue  # it ends within a record
            self._scan.at = end
            return [self._found(str(one, "utf-8"), head) for one in whole]
        return []

    def _element(
        self, sign: str, indent: str | None, before: str | None, head: Mapping[str, str]
    ) -> Found:
        """Return the next element of an array of records, and skip it.

        ``indent`` is the indentation of the element, and ``before`` the indentation of the previous
        element.
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
            text = scan.value(sign, LONGEST_RECORD)
        except (BrokenError, EndedError):
            # a brace too many is behind the indentation of the record before
            text = scan.to_brace(before if sign == "}" else indent, LONGEST_RECORD)
            if text is None:
                raise
            self._count_broken()
        else:
            if text is None:
                return Found(None, beginning, head, say("json_long", most=LONGEST_RECORD))
            whole = self._found(text, head)
            if found is None or cut is None or not _is_no_json(whole):
                return whole
            scan.at += len(cut) - len(text)
            self._broken += 1
            return found
        return self._found(text, head)

    def _count_broken(self) -> None:
        """Count a broken record. Raises SourceError if there are too many."""
        self._broken += 1
        if self._broken > MOST_BROKEN:
            raise self._refused(say("json_damaged", most=MOST_BROKEN))

    def _found(self, text: str, head: Mapping[str, str]) -> Found:
        """Decode the text of a record, after repairing it if necessary."""
        if is_deeper(text, DEEPEST):
            return Found(None, text, head, say("json_deep", most=DEEPEST))
        found = self._decoded(text, text, head)
        if self._repair is None or not _is_no_json(found):
            return found
        repaired = self._decoded(self._repair(text), text, head)
        return found if _is_no_json(repaired) else repaired

    def _decoded(self, text: str, written: str, head: Mapping[str, str]) -> Found:
        """Return the record of a text that is ``written`` so in the file."""
        try:
            return Found(self._decode(text), written, head)
        except msgspec.ValidationError as error:
            return Found(None, written, head, not_of_form(error))
        except (ValueError, RecursionError) as error:
            return Found(None, written, head, say("not_json", why=_fault(error)))

    def _refused(self, why: Phrase) -> SourceError:
        why = say("json_fault_after", count=self._count, why=why)
        msg = say("json_broken", name=self._name, why=why)
        return SourceError(msg, name=self._name)


def _is_no_json(found: Found) -> bool:
    return found.why is not None and found.why.cause == "not_json"


def not_of_form(error: Exception) -> Phrase:
    """Return the reason why a record does not match the schema of its format."""
    return say("not_of_form", why=_fault(error))


def _fault(error: Exception) -> Phrase:
    return say("json_fault", why=" ".join(str(error).split()))


def values_of(head: Mapping[str, str]) -> dict[str, object]:
    """Return the short values of an envelope. A value that is not JSON is its text."""
    found: dict[str, object] = {}
    for key, text in head.items():
        try:
            found[key] = decode_any(text)
        except (ValueError, RecursionError):
            found[key] = text
    return found
