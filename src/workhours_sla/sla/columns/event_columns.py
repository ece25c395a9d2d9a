"""Events as columns, with one row per event.

Texts are coded: a column has for each row the position of its text among the different texts of
the column, or ``NONE``. Instants are whole microseconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from workhours_sla.sla.event import FIELD_NAMES, TYPE_RANK, Attributes, Event, checked_event
from workhours_sla.sla.event_record import TYPES
from workhours_sla.worktime.columns.lookups import Bools, Ints
from workhours_sla.worktime.zone_offsets import BASE_UTC

NONE: Final = -1
"""The code of a text that is None."""
MICROSECOND: Final = timedelta(microseconds=1)
TEXTS: Final = ("source", "author_role", "reason", *Attributes._fields)
"""The coded fields of an event whose texts recur in many events."""
_FLAGS: Final = (False, True, None)
"""The values of ``substantive``; the code of None is ``NONE``."""


class Names(Protocol):
    """The different texts of a column, such as a list."""

    def __len__(self) -> int:
        """Return the number of texts."""

    def __getitem__(self, code: int, /) -> str:
        """Return the text with a code."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of texts: the code of each row, and the text of each code.

    ``names`` has no text twice. The code of None is ``NONE``.

    >>> Coded.of(["vk", None, "vk"]).codes.tolist()
    [0, -1, 0]
    """

    codes: Ints
    names: Names

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> Coded:
        """Return the codes of some texts, in order of their first occurrence."""
        known: dict[str | None, int] = {None: NONE}
        found = [known.setdefault(text, len(known) - 1) for text in texts]
        del known[None]
        return cls(np.array(found, np.int64), [text for text in known if text is not None])

    def codes_of(self, texts: Iterable[str | None]) -> dict[str | None, int]:
        """Return the code of each of some texts, or a code that no row has; looks at all names."""
        found = dict.fromkeys(texts, NONE - 1)
        names = self.names
        for code in range(len(names)):
            if (name := names[code]) in found:
                found[name] = code
        if None in found:
            found[None] = NONE
        return found

    def rows_of(self, texts: Iterable[str | None]) -> Bools:
        """Return which rows have one of some texts."""
        return np.isin(self.codes, list(self.codes_of(texts).values()))

    def taken(self, rows: NDArray[Any]) -> Coded:
        """Return the texts of some rows: their numbers, or a mask."""
        return Coded(self.codes[rows], self.names)


@dataclass(frozen=True, slots=True, eq=False)
class EventColumns:
    """Events as columns of the same length, in the order in which they were read.

    ``event_id`` and ``refers_to`` are codes of ``ids``. ``type`` is the rank of a type.
    ``occurred_at`` and ``received_at`` are microseconds since 1970 in UTC. ``substantive`` is 1, 0
    or ``NONE``. ``texts`` has a column for each name in ``TEXTS``. The values must be ones that
    ``Event`` accepts; nothing checks them again.

    >>> from datetime import UTC
    >>> noon = datetime(2025, 3, 12, 12, tzinfo=UTC)
    >>> columns = EventColumns.of([Event("1", "A-1", "created", noon, noon, channel="vk")])
    >>> len(columns), columns.texts["channel"].names[0]
    (1, 'vk')
    """

    ids: Names
    event_id: Ints
    refers_to: Ints
    appeal_id: Coded
    type: NDArray[np.int8]
    occurred_at: Ints
    received_at: Ints
    substantive: NDArray[np.int8]
    texts: Mapping[str, Coded]

    def __len__(self) -> int:
        return self.event_id.size

    @classmethod
    def of(cls, events: Sequence[Event]) -> EventColumns:
        """Return the columns of some events."""
        size = len(events)
        ids = Coded.of([*(e.event_id for e in events), *(e.refers_to for e in events)])
        flags = [NONE if e.substantive is None else int(e.substantive) for e in events]
        return cls(
            ids.names,
            ids.codes[:size],
            ids.codes[size:],
            Coded.of([e.appeal_id for e in events]),
            np.array([TYPE_RANK[e.type] for e in events], np.int8),
            np.array([micros_of(e.occurred_at) for e in events], np.int64),
            np.array([micros_of(e.received_at) for e in events], np.int64),
            np.array(flags, np.int8),
            {name: Coded.of([getattr(e, name) for e in events]) for name in TEXTS},
        )

    def content(self) -> Iterator[NDArray[Any]]:
        """Yield the columns of ``Event.content``: all but the id and the receipt."""
        yield from (self.appeal_id.codes, self.type, self.occurred_at)
        yield from (self.substantive, self.refers_to)
        yield from (column.codes for column in self.texts.values())

    def taken(self, rows: NDArray[Any]) -> EventColumns:
        """Return the events of some rows: their numbers, or a mask."""
        return EventColumns(
            self.ids,
            self.event_id[rows],
            self.refers_to[rows],
            self.appeal_id.taken(rows),
            self.type[rows],
            self.occurred_at[rows],
            self.received_at[rows],
            self.substantive[rows],
            {name: one.taken(rows) for name, one in self.texts.items()},
        )

    def most_common(self, canonical: str) -> tuple[str, int]:
        """Return the most frequent ``event_id`` or ``appeal_id`` and its count; there are events.

        If several are equally frequent, it is the one that occurs first.
        """
        codes, names = self.event_id, self.ids
        if canonical == "appeal_id":
            codes, names = self.appeal_id.codes, self.appeal_id.names
        counts = np.bincount(codes)
        often = np.flatnonzero(counts == counts.max())
        first = int(codes[np.isin(codes, often).argmax()])
        return names[first], int(counts[first])

    def events(self) -> list[Event]:
        """Return the events as objects, in the order of the rows."""
        columns: dict[str, list[Any]] = {
            "event_id": _texts(self.event_id, self.ids),
            "appeal_id": _texts(self.appeal_id.codes, self.appeal_id.names),
            "type": [TYPES[code] for code in self.type.tolist()],
            "occurred_at": list(map(instant_of, self.occurred_at.tolist())),
            "received_at": list(map(instant_of, self.received_at.tolist())),
            "substantive": [_FLAGS[code] for code in self.substantive.tolist()],
            "refers_to": _texts(self.refers_to, self.ids),
        }
        columns |= {name: _texts(one.codes, one.names) for name, one in self.texts.items()}
        return list(map(checked_event, *(columns[name] for name in FIELD_NAMES)))


def instant_of(micros: int) -> datetime:
    """Return an instant in UTC."""
    return BASE_UTC + timedelta(microseconds=micros)


def micros_of(when: datetime) -> int:
    """Return an instant as whole microseconds since 1970."""
    return (when - BASE_UTC) // MICROSECOND


def _texts(codes: Ints, names: Names) -> list[str | None]:
    """Return the text of each row."""
    different, place = np.unique(codes, return_inverse=True)
    found = [None if code == NONE else names[code] for code in different.tolist()]
    return [found[at] for at in place.reshape(-1).tolist()]
