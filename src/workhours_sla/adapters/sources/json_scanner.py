"""Scan JSON that arrives in chunks: find the end of each value without decoding it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from workhours_sla.adapters.sources.text_lines import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_RECORD: Final = 16_000_000
"""The most characters of a record."""
SHOWN: Final = 500
"""Maximum number of characters of a broken record that a message quotes."""
_BEFORE: Final = 200
"""Number of characters before a value that stay in memory, to find its indentation."""

_GAP: Final = re.compile(r"[\s,:]*+")
_SCALAR: Final = re.compile(r'[^\s,:"{}\[\]]++')
_IN_STRING: Final = re.compile(r'[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+')
"""Matches the rest of a string: up to its closing quote, a line break or the end of the text."""
_BRACKET: Final = re.compile(
    rf'[^"{{}}\[\]]*+(?:"{_IN_STRING.pattern}"[^"{{}}\[\]]*+)*+(?:([{{}}\[\]])|(")|\Z)'
)
"""Matches up to the next bracket outside of strings, an unclosed quote, or the end."""
_BLANKS: Final = re.compile(r"\n([ \t]*)\Z")
_OPENING: Final = re.compile(r'\{\s*+"[^"\\]*+"')
"""Matches the beginning of an object up to its first key."""
_MOST_ENDS: Final = 16


class EndedError(Exception):
    """Raised if the text ends within a document."""


class BrokenError(Exception):
    """Raised if the brackets or quotes of a value are unbalanced."""


class JsonScanner:
    """Scans a text from position ``at``. ``text`` is the part of the text that is in memory."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self.text = ""
        self.at = 0
        self.begin: int | None = None
        """Where an object begins that must stay in memory, None if there is none or it is too long.
        """
        self.is_fresh = True
        """Whether text was read since ``ends`` was last called."""
        self._before = 0
        """How many characters of the text were there before the last chunk."""
        self._longest = 0
        self._is_long = False
        """Whether the value that is scanned has more than ``_longest`` characters."""

    @property
    def beginning(self) -> str:
        """The first characters at the current position, for messages."""
        return self.text[self.at : self.at + SHOWN]

    # -- signs and values --------------------------------------------------------------------

    def sign(self) -> str | None:
        """Return the next character other than white space, commas and colons; None at the end."""
        while True:
            self.at = _end_of(_GAP, self.text, self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._more():
                return None

    def needed(self) -> str:
        """Return ``sign()``, but raise EndedError at the end of the text."""
        sign = self.sign()
        if sign is None:
            raise EndedError
        return sign

    def value(self, sign: str, longest: int) -> str | None:
        """Return the text of the next value and skip it; None if it is longer than ``longest``.

        ``sign`` is the first character of the value. If the value is broken, the position does not
        move, unless the value was too long.
        """
        self._longest, self._is_long = longest, False
        if sign in "{[":
            end = self._bracketed(self.at)
        elif sign == '"':
            end = self._string(self.at + 1)
            if self.text[end - 1] != '"':
                raise BrokenError
        else:
            end = self._scalar(self.at)
        text = self.text[self.at : end]
        self.at = end
        return None if self._is_long or len(text) > longest else text

    def _scalar(self, look: int) -> int:
        """Return the position after the number or word that begins at ``look``."""
        while True:
            look = _end_of(_SCALAR, self.text, look)
            if look < len(self.text):
                if look == self.at and not self._is_long:
                    raise BrokenError
                return look
            look = self._refill(look)

    def _string(self, look: int) -> int:
        """Return the position after a string, given the position ``look`` after its opening quote.

        A string without a closing quote on its line ends at the line break.
        """
        while True:
            look = _end_of(_IN_STRING, self.text, look)
            if look < len(self.text):
                if self.text[look] != "\\":
                    return look + 1
                if look + 1 < len(self.text):  # a backslash at the end of the line
                    look += 1
                    continue
            look = self._refill(look)

    def _bracketed(self, look: int) -> int:
        """Return the position after the object or array that begins at ``look``."""
        depth = 0
        while True:
            is_cut = False
            for found in _BRACKET.finditer(self.text, look):
                look = found.end()
                bracket = found[1]
                if bracket is None:
                    is_cut = found[2] is not None
                    break
                depth += 1 if bracket in "{[" else -1
                if not depth:
                    return look
            look = self._string(look) if is_cut else self._refill(look)

    def ends(self) -> Iterator[int]:
        """Yield where the object at the position, or a later one in memory, may end; last first.

        These are the places where an object with the same first key begins.
        """
        self.is_fresh = False
        opening = _OPENING.match(self.text, self.at)
        end = min(len(self.text), self.at + LONGEST_RECORD)
        for _ in range(_MOST_ENDS):
            end = -1 if opening is None else self.text.rfind(opening[0], self.at + 1, end)
            if end < 0:
                return
            yield end

    # -- broken values -----------------------------------------------------------------------

    def indent(self) -> str | None:
        """Return the indentation of the next value, None if other text precedes it on its line."""
        found = _BLANKS.search(self.text, max(0, self.at - _BEFORE), self.at)
        return None if found is None else found[1]

    def to_brace(self, indent: str | None, longest: int) -> str | None:
        """Return the text up to the first closing brace indented by ``indent``, and skip it.

        Return None, without skipping anything, if there is no such brace within ``longest``
        characters.
        """
        if indent is None:
            return None
        brace = f"\n{indent}}}"
        look = max(0, self.at - len(brace) + 1)
        self._longest = 2 * LONGEST_RECORD  # nothing is forgotten meanwhile
        try:
            while (end := self.text.find(brace, look, self.at + longest)) < 0:
                if len(self.text) - self.at >= longest:
                    return None
                look = self._refill(max(look, len(self.text) - len(brace)))
        except EndedError:
            return None
        begin, self.at = self.at, end + len(brace)
        return self.text[begin : self.at]

    def line(self) -> str | None:
        """Return the rest of the line without skipping it.

        A line that is too long is skipped instead, and the result is None.
        """
        self._longest, self._is_long = LONGEST_LINE, False
        look = self.at
        try:
            while (end := self.text.find("\n", look)) < 0 and not self._is_long:
                look = self._refill(len(self.text))
        except EndedError:
            end = len(self.text)
        if self._is_long:
            self.to_line_end()
            return None
        return self.text[self.at : end]

    def to_line_end(self) -> str:
        """Skip the rest of the line, and return its first characters."""
        beginning = self.beginning
        self._longest = 0
        look = self.at
        try:
            while (end := self.text.find("\n", look)) < 0:
                look = self._refill(len(self.text))
        except EndedError:
            end = len(self.text)
        self.at = end
        return beginning.split("\n", 1)[0]

    # -- text --------------------------------------------------------------------------------

    def _refill(self, look: int) -> int:
        """Read the next chunk during the scan of a value, and return the new position of ``look``.

        A value that is too long is dropped from memory up to ``look``. Raises EndedError.
        """
        begin = self.at if self.begin is None else self.begin
        if look - begin > max(self._longest, LONGEST_RECORD if self.begin is not None else 0):
            self.begin, self.at, self._is_long = None, look, True
        length = len(self.text)
        if not self._more():
            raise EndedError
        return look - (length - self._before)

    def _more(self) -> bool:
        """Read the next chunk, and drop text that is no longer needed. Return False at the end."""
        if self.begin is not None and self.at - self.begin > LONGEST_RECORD:
            self.begin = None
        chunk = next(self._chunks, "")
        if not chunk:
            return False
        base = max(0, (self.at if self.begin is None else self.begin) - _BEFORE)
        kept = self.text[base:]
        self.text = kept + chunk
        self.is_fresh = True
        self._before = len(kept)
        self.at -= base
        if self.begin is not None:
            self.begin -= base
        return True


def _end_of(pattern: re.Pattern[str], text: str, begin: int) -> int:
    """Return the end of the match of a pattern at ``begin``, or ``begin`` if nothing matches."""
    found = pattern.match(text, begin)
    return begin if found is None else found.end()


def is_deeper(text: str, most: int) -> bool:
    """Whether more than ``most`` objects and arrays of a text are within each other.

    >>> is_deeper('{"a": ["[["]}', 1), is_deeper('{"a": {}, "b": {}}', 2)
    (True, False)
    """
    if text.count("{") + text.count("[") <= most:
        return False
    depth = 0
    for found in _BRACKET.finditer(text):
        bracket = found[1]
        if bracket is not None:
            depth += 1 if bracket in "{[" else -1
            if depth > most:
                return True
    return False
