"""Find the records in JSON documents, so that a document of any size fits in memory.

A network nests its records in objects that are called *envelopes* here: the page of an API, an
export, a chat of an export. A record that is not JSON is passed over, and the next one is found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import msgspec

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
_DEEPEST: Final = 50
"""The most envelopes within each other."""
_SHOWN: Final = 500
"""The most characters that are returned of a record that is broken."""
_BEFORE: Final = 200
"""How many characters before a value stay in memory, for its indentation."""

_GAP: Final = re.compile(r"[\s,:]*+")
_SCALAR: Final = re.compile(r'[^\s,:"{}\[\]]++')
_IN_STRING: Final = re.compile(r'[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+')
"""Matches what is left of a string: up to its closing quote, the end of the line, or the end."""
_BRACKET: Final = re.compile(
    rf'[^"{{}}\[\]]*+(?:"{_IN_STRING.pattern}"[^"{{}}\[\]]*+)*+(?:([{{}}\[\]])|(")|\Z)'
)
"""Matches up to the next bracket outside of strings, a quote that no quote closes, or the end."""
_BLANKS: Final = re.compile(r"\n([ \t]*)\Z")


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


class _EndedError(Exception):
    """Raised if the file ends within a document."""


class _BrokenError(Exception):
    """Raised if the brackets and strings of an object do not fit together."""


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
        self._chunks = Lines(opened.chunks, encoding).texts()
        self._contents = contents
        self._decode = decode
        self._repair = repair
        self._text = ""
        self._at = 0
        self._begin: int | None = None
        """Where an object begins that may be a record; None if there is none or it is too long."""
        self._before = 0
        """How many characters of the text were there before the last chunk."""
        self._longest = 0
        self._is_long = False
        """Whether the value that is scanned has more than ``_longest`` characters."""

    def items(self) -> Iterator[Found | Closed]:
        """Yield the records and the ends of envelopes. Raises SourceError."""
        try:
            while (sign := self._sign()) is not None:
                yield from self._envelopes(sign, {}, 0)
        except _EndedError:
            raise self._refused(say("json_cut_off")) from None
        except _BrokenError:
            raise self._refused(
                say("json_unexpected", text=shown(self._text[self._at : self._at + _BEFORE]))
            ) from None

    # -- envelopes ---------------------------------------------------------------------------

    def _envelopes(
        self, sign: str, head: Mapping[str, str], depth: int
    ) -> Iterator[Found | Closed]:
        """Yield what is in an envelope, or in an array of them, of which ``sign`` is the first."""
        if depth > _DEEPEST:
            raise self._refused(say("json_nested", most=_DEEPEST))
        if sign == "{":
            yield from self._envelope(head, depth)
            return
        if sign != "[":
            raise _BrokenError
        self._at += 1
        while (sign := self._needed()) != "]":
            yield from self._envelopes(sign, head, depth + 1)
        self._at += 1

    def _envelope(self, outer: Mapping[str, str], depth: int) -> Iterator[Found | Closed]:
        """Yield what is in an object; the object itself if it has none of the keys."""
        self._begin = self._at
        beginning = self._text[self._at : self._at + _SHOWN]
        indent = self._indent()
        head: dict[str, str] = {}
        is_record = True
        try:
            self._at += 1
            while (sign := self._needed()) != "}":
                key = self._key(sign)
                content = self._contents.get(key)
                sign = self._needed()
                if content is None or sign not in "{[":
                    value = self._value(sign, LONGEST_VALUE)
                    if value is not None and len(head) < _MOST_VALUES:
                        head[key] = value
                    continue
                is_record, self._begin = False, None
                if content == "records" and sign == "[":
                    yield from self._records(head)
                else:
                    yield from self._envelopes(sign, head, depth + 1)
            self._at += 1
        except (_BrokenError, _EndedError):
            if not is_record or self._begin is None:
                raise
            self._at, self._begin = self._begin, None
            text = self._to_brace(indent) if depth else self._to_line_end()
            if text is None:
                raise
            yield self._found(text, outer)
            return
        begin, self._begin = self._begin, None
        if not is_record:
            yield Closed(head)
        elif begin is None:
            yield Found(None, beginning, outer, say("json_long", most=LONGEST_LINE))
        else:
            yield self._found(self._text[begin : self._at], outer)

    def _key(self, sign: str) -> str:
        """Return the next key of an envelope."""
        if sign != '"':
            raise _BrokenError
        text = self._value(sign, LONGEST_VALUE)
        if text is None or "\\" in text:
            return ""  # no key that matters
        return text[1:-1]

    # -- records -----------------------------------------------------------------------------

    def _records(self, head: Mapping[str, str]) -> Iterator[Found]:
        """Yield the elements of an array of records, whose bracket is next."""
        self._at += 1
        indent = None
        while (sign := self._needed()) != "]":
            begin, before = self._text[self._at : self._at + _SHOWN], indent
            indent = self._indent()
            try:
                text = self._value(sign, LONGEST_LINE)
            except (_BrokenError, _EndedError):
                # a brace too many is behind the indentation of the record before
                text = self._to_brace(before if sign == "}" else indent)
                if text is None:
                    raise
            if text is None:
                yield Found(None, begin, head, say("json_long", most=LONGEST_LINE))
                continue
            found = self._found(text, head)
            if found.why is not None and found.why.cause == "not_json":
                end = self._at
                self._at -= len(text)
                again = self._to_brace(indent)
                if again is None:
                    self._at = end
                else:
                    found = self._found(again, head)
            yield found
        self._at += 1

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

    # -- signs and values --------------------------------------------------------------------

    def _sign(self) -> str | None:
        """Return the next character that is not a blank, a comma or a colon; None at the end."""
        while True:
            self._at = _end_of(_GAP, self._text, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return None

    def _needed(self) -> str:
        sign = self._sign()
        if sign is None:
            raise _EndedError
        return sign

    def _value(self, sign: str, longest: int) -> str | None:
        """Return the text of the next value and go past it; None if it is longer than ``longest``.

        If the value is broken and not too long, the position stays at its beginning.
        """
        self._longest, self._is_long = longest, False
        if sign in "{[":
            end = self._bracketed(self._at)
        elif sign == '"':
            end = self._string(self._at + 1)
            if self._text[end - 1] != '"':
                raise _BrokenError
        else:
            end = self._scalar(self._at)
        text = self._text[self._at : end]
        self._at = end
        return None if self._is_long or len(text) > longest else text

    def _scalar(self, look: int) -> int:
        """Return the end of a number or a word that begins at ``look``."""
        while True:
            look = _end_of(_SCALAR, self._text, look)
            if look < len(self._text):
                if look == self._at and not self._is_long:
                    raise _BrokenError
                return look
            look = self._refill(look)

    def _string(self, look: int) -> int:
        """Return the end of a string whose quote is before ``look``; the end of the line, if any.

        A string has no line break, so one that reaches the end of the line is broken.
        """
        while True:
            look = _end_of(_IN_STRING, self._text, look)
            if look < len(self._text):
                if self._text[look] != "\\":
                    return look + 1
                if look + 1 < len(self._text):  # a backslash at the end of the line
                    look += 1
                    continue
            look = self._refill(look)

    def _bracketed(self, look: int) -> int:
        """Return the end of an object or an array that begins at ``look``."""
        depth = 0
        while True:
            is_cut = False
            for found in _BRACKET.finditer(self._text, look):
                look = found.end()
                bracket = found[1]
                if bracket is None:
                    is_cut = found[2] is not None
                    break
                depth += 1 if bracket in "{[" else -1
                if not depth:
                    return look
            look = self._string(look) if is_cut else self._refill(look)

    # -- broken values -----------------------------------------------------------------------

    def _indent(self) -> str | None:
        """Return the blanks between the beginning of the line and the next value; None if more."""
        found = _BLANKS.search(self._text, max(0, self._at - _BEFORE), self._at)
        return None if found is None else found[1]

    def _to_brace(self, indent: str | None) -> str | None:
        """Return the text up to the first line with a closing brace behind ``indent``, and skip it.

        Return None if there is none within ``LONGEST_LINE`` characters.
        """
        if indent is None:
            return None
        self._longest, self._is_long = LONGEST_LINE, False
        brace = f"\n{indent}}}"
        look = max(0, self._at - len(brace) + 1)
        try:
            while (end := self._text.find(brace, look)) < 0:
                look = self._refill(max(look, len(self._text) - len(brace)))
                if self._is_long:
                    return None
        except _EndedError:
            return None
        begin, self._at = self._at, end + len(brace)
        return self._text[begin : self._at]

    def _to_line_end(self) -> str:
        """Return the beginning of the next line, and skip the line."""
        beginning = self._text[self._at : self._at + _SHOWN]
        self._longest = 0
        look = self._at
        try:
            while (end := self._text.find("\n", look)) < 0:
                look = self._refill(len(self._text))
        except _EndedError:
            end = len(self._text)
        self._at = end
        return beginning.split("\n", 1)[0]

    # -- text --------------------------------------------------------------------------------

    def _refill(self, look: int) -> int:
        """Read more while a value is scanned up to ``look``, and return its new position.

        A value that is too long is forgotten up to there. Raises _EndedError.
        """
        begin = self._at if self._begin is None else self._begin
        if look - begin > max(self._longest, LONGEST_LINE if self._begin is not None else 0):
            self._begin, self._at, self._is_long = None, look, True
        length = len(self._text)
        if not self._more():
            raise _EndedError
        return look - (length - self._before)

    def _more(self) -> bool:
        """Read the next chunk, and forget what is no longer needed. Return False at the end."""
        if self._begin is not None and self._at - self._begin > LONGEST_LINE:
            self._begin = None
        chunk = next(self._chunks, "")
        if not chunk:
            return False
        base = max(0, (self._at if self._begin is None else self._begin) - _BEFORE)
        kept = self._text[base:]
        self._text = kept + chunk
        self._before = len(kept)
        self._at -= base
        if self._begin is not None:
            self._begin -= base
        return True

    def _refused(self, why: Phrase) -> SourceError:
        msg = say("json_broken", name=self._name, why=why)
        return SourceError(msg, name=self._name)


def not_of_form(error: Exception) -> Phrase:
    """Return the reason why a record does not have the form of its format."""
    return say("not_of_form", why=say("json_fault", why=" ".join(str(error).split())))


def _end_of(pattern: re.Pattern[str], text: str, begin: int) -> int:
    """Return the end of what a pattern matches at ``begin``; ``begin`` if it matches nothing."""
    found = pattern.match(text, begin)
    return begin if found is None else found.end()
