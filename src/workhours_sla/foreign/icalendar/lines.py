"""Parse and format the lines of iCalendar files (RFC 5545, sections 3.1 and 3.3.11).

A long line is folded into several lines, and all lines but the first then begin with a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from workhours_sla.errors import clipped, shown
from workhours_sla.foreign.calendar_rows import Place, decoded

_LINE_END = re.compile(rb"\r\n|\r|\n")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_ESCAPE = re.compile(r"\\([\\;,nN])")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]+")
_OCTETS_OF_A_LINE = 75
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Property(NamedTuple):
    """A property: one content line, after unfolding.

    ``name`` and the names of the parameters are in upper case; ``value`` is as in the file.
    """

    name: str
    parameters: tuple[tuple[str, str], ...]
    value: str
    place: Place

    def parameter(self, name: str) -> str | None:
        """Return the value of a parameter without its quotes, or None without the parameter."""
        for key, value in self.parameters:
            if key == name:
                return value.replace('"', "")
        return None

    def text(self) -> str:
        """Return the value as text on one line, with its escapes resolved."""
        text = _ESCAPE.sub(lambda match: " " if match[1] in "nN" else match[1], self.value)
        return " ".join(text.split())


class Component(NamedTuple):
    """A component: the properties and the inner components between a BEGIN and its END."""

    kind: str
    place: Place
    properties: list[Property]
    components: list[Component]

    def all(self, name: str) -> list[Property]:
        """Return the properties called ``name``, in the order of the file."""
        return [found for found in self.properties if found.name == name]

    def one(self, name: str) -> Property | None:
        """Return the property called ``name``, or None. Raises CalendarDataError for several."""
        found = self.all(name)
        if len(found) > 1:
            found[1].place.refuse(
                f"a second {name} of one {clipped(self.kind)}", "keep one of them"
            )
        return found[0] if found else None

    def text(self, name: str) -> str:
        """Return the text of the first property called ``name``, or "" if there is none."""
        found = self.all(name)
        return found[0].text() if found else ""


def parse(raw: bytes, name: str) -> list[Component]:
    """Return the VCALENDAR components of a file; error messages call the file ``name``.

    Raises CalendarDataError, which names the line.
    """
    calendars: list[Component] = []
    open_ones: list[Component] = []
    for place, text in _unfolded(raw.removeprefix(_BYTE_ORDER_MARK), name):
        line = _property(text, place)
        if line.name == "BEGIN":
            component = Component(line.value.strip().upper(), place, [], [])
            if not open_ones and component.kind != "VCALENDAR":
                place.refuse(
                    f"{shown(component.kind)} outside of a VCALENDAR",
                    "put it between BEGIN:VCALENDAR and END:VCALENDAR",
                )
            (open_ones[-1].components if open_ones else calendars).append(component)
            open_ones.append(component)
        elif not open_ones:
            place.refuse(
                f"{shown(text)} is before any BEGIN:VCALENDAR, so this is no iCalendar file",
                "give the content of an .ics file, or its Path",
            )
        elif line.name == "END":
            inner = open_ones.pop()
            if line.value.strip().upper() != inner.kind:
                kind = clipped(inner.kind)
                place.refuse(
                    f"{shown(text)} while the {kind} of line {inner.place.line} is open",
                    f"write END:{kind} first",
                )
        else:
            open_ones[-1].properties.append(line)
    if open_ones:
        inner = open_ones[-1]
        inner.place.refuse(
            f"{clipped(inner.kind)} is never closed", "get the file again, it may be incomplete"
        )
    if not calendars:
        Place(name).refuse(
            "it has no calendar", "give the content of an .ics file as text, or its Path"
        )
    return calendars


def _unfolded(raw: bytes, name: str) -> Iterator[tuple[Place, str]]:
    """Yield the unfolded lines, each with the position of its first line in the file.

    Folded lines are joined as bytes, because a fold may be within a character of UTF-8.
    """
    place, parts = Place(name), list[bytes]()
    for number, piece in enumerate(_LINE_END.split(raw), 1):
        if piece[:1] in (b" ", b"\t") and parts:
            parts.append(piece[1:])
        elif piece.strip():
            if parts:
                yield place, decoded(b"".join(parts), place)
            place, parts = Place(name, number), [piece]
    if parts:
        yield place, decoded(b"".join(parts), place)


def _property(text: str, place: Place) -> Property:
    name = _NAME.match(text)
    position = name.end() if name else 0
    parameters: list[tuple[str, str]] = []
    while match := _PARAMETER.match(text, position):
        parameters.append((match[1].upper(), match[2]))
        position = match.end()
    if name is None or text[position : position + 1] != ":":
        place.refuse(f"{shown(text)} is not of the form NAME:value", "correct or remove the line")
    return Property(name[0].upper(), tuple(parameters), text[position + 1 :], place)


def escaped(text: str) -> str:
    """Return text as a TEXT value, with the special characters escaped."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = re.sub("\r\n|\r|\n", "\\\\n", text)
    return _CONTROL.sub(" ", text)


def folded(line: str) -> str:
    """Return a content line, folded into lines of at most 75 bytes, which end with CRLF."""
    pieces: list[str] = []
    piece, used = "", 0
    for character in line:
        size = len(character.encode())
        if used + size > _OCTETS_OF_A_LINE:
            pieces.append(piece)
            piece, used = " ", 1
        piece += character
        used += size
    return "\r\n".join([*pieces, piece]) + "\r\n"
