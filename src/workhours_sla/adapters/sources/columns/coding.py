"""Make columns of events from a table of texts.

The values mean what they mean to ``Mapper``. Rows with a value that ``Mapper`` must judge, such as
an unknown type or an ambiguous time, are marked as doubtful.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from workhours_sla.adapters.sources.columns.arrow_values import in_one, places_of, values_of
from workhours_sla.adapters.sources.columns.table import TextTable
from workhours_sla.adapters.sources.columns.written_times import parse_times
from workhours_sla.adapters.sources.mapping import FLAGS, TYPES
from workhours_sla.adapters.sources.times import RefusedError
from workhours_sla.sla.columns.event_columns import (
    NONE,
    TEXTS,
    Coded,
    EventColumns,
    Names,
    micros_of,
)
from workhours_sla.sla.event import AUTHOR_ROLES, MOST_ID, TYPE_RANK
from workhours_sla.worktime.columns.lookups import Bools, Ints

Read = Callable[[str], Any]

_UNREADABLE: Final = object()
"""The meaning of a text that ``Mapper`` must judge."""
_FIRST_VISIBLE, _LAST_ASCII = 0x21, 0x7E


class ArrowNames:
    """The texts of a dictionary of Arrow; each is converted when it is needed."""

    def __init__(self, texts: Any) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, code: int) -> str:
        text: str = self._texts[code].as_py()
        return text


class Coder:
    """Makes the columns of a table of texts; mutable.

    Each column of the table is removed when it is coded, to save memory. ``doubtful`` marks the
    rows that ``Mapper`` must read.
    """

    def __init__(self, table: TextTable) -> None:
        self._texts = table.texts
        self._size = table.size
        self._mapper = table.mapper
        self.doubtful: Bools = table.doubtful.copy()

    def events(self) -> EventColumns:
        """Return the events of all rows; those of doubtful rows are meaningless."""
        ids, event_id, refers_to = self._ids()
        kinds, kind = self._meanings("type", lambda text: TYPES.get(text, _UNREADABLE))
        ranks = np.array([*(0 if k is None else TYPE_RANK[k] for k in kinds), 0], np.int8)
        appeal_id = self._coded("appeal_id")
        self.doubtful |= (kind == NONE) | (appeal_id.codes == NONE)
        occurred_at, is_missing = self._instants("occurred_at")
        self.doubtful |= is_missing
        received_at, is_missing = self._instants("received_at")
        return EventColumns(
            ids,
            event_id,
            refers_to,
            appeal_id,
            ranks[kind],
            occurred_at,
            np.where(is_missing, occurred_at, received_at),
            self._substantive(),
            {name: self._text(name) for name in TEXTS},
        )

    def _text(self, name: str) -> Coded:
        """Return a column whose texts recur in many events."""
        if name == "author_role":
            return self._coded(name, lambda text: text if text in AUTHOR_ROLES else _UNREADABLE)
        found = self._coded(name)
        if name != "source" or not (found.codes == NONE).any():
            return found
        texts = [found.names[code] for code in range(len(found.names))]
        names = list(dict.fromkeys([*texts, self._mapper.layout.source]))
        default = names.index(self._mapper.layout.source)
        return Coded(np.where(found.codes == NONE, default, found.codes), names)

    def _coded(self, name: str, read: Read = str) -> Coded:
        names, codes = self._meanings(name, read)
        return Coded(codes, names)

    def _meanings(self, name: str, read: Read) -> tuple[list[Any], Ints]:
        """Return the different values of a column, and the code of each row.

        ``read`` returns the value of a text; empty texts have the code ``NONE``. Rows are marked as
        doubtful if their text is unreadable.
        """
        column = self._texts.pop(name, None)
        if column is None:
            return [], np.full(self._size, NONE, np.int64)
        meaning = self._mapper.meanings[name]
        codes, texts = _encoded(column)
        if name == "appeal_id":
            self._doubt_long_ids(texts, codes)
        if read is str and name not in self._mapper.layout.values and _are_clean(texts):
            return texts.to_pylist(), codes
        values: dict[Any, int] = {}
        code_of = np.full(len(texts) + 1, NONE, np.int64)  # NONE selects the last item
        unreadable = np.zeros(len(texts) + 1, np.bool_)
        for code, text in enumerate(texts.to_pylist()):
            meant = meaning.read(text)
            value = None if meant is None else read(meant)
            unreadable[code] = value is _UNREADABLE
            if value is not None and value is not _UNREADABLE:
                code_of[code] = values.setdefault(value, len(values))
        self.doubtful |= unreadable[codes]
        return list(values), code_of[codes]

    def _ids(self) -> tuple[Names, Ints, Ints]:
        """Return the texts of all ids, and the codes of ``event_id`` and ``refers_to``."""
        own = in_one(self._texts.pop("event_id"))
        about = in_one(self._texts.pop("refers_to", pa.nulls(self._size, own.type)))
        codes, texts = _encoded(pa.chunked_array([own, about]))
        self._doubt_long_ids(texts, codes[: self._size])
        names: Names = ArrowNames(texts)
        if not _are_clean(texts):
            read = self._mapper.meanings["event_id"].read
            coded = Coded.of([read(text) for text in texts.to_pylist()])
            names = coded.names
            codes = np.append(coded.codes, NONE)[codes]
        event_id = codes[: self._size]
        self.doubtful |= event_id == NONE
        return names, event_id, codes[self._size :]

    def _doubt_long_ids(self, texts: Any, codes: Ints) -> None:
        """Mark the rows as doubtful whose id is too long, or perhaps too long."""
        _, _, lengths = _bytes_of(texts)
        self.doubtful |= np.append(lengths > MOST_ID, False)[codes]

    def _substantive(self) -> NDArray[np.int8]:
        column = self._texts.get("substantive")
        if column is not None and pa.types.is_boolean(column.type):
            flags, is_known = values_of(in_one(column).cast(pa.int8()), np.int8)
            return np.where(is_known, flags, np.int8(NONE))
        read: Read = lambda text: FLAGS.get(text.lower(), _UNREADABLE)  # noqa: E731
        values, codes = self._meanings("substantive", read)
        return np.array([*map(int, values), NONE], np.int8)[codes]

    def _instants(self, name: str) -> tuple[Ints, Bools]:
        """Return the instants of a column in microseconds, and which rows have none."""
        column = self._texts.pop(name, None)
        if column is None:
            return np.zeros(self._size, np.int64), np.ones(self._size, np.bool_)
        texts = in_one(column)
        if pa.types.is_timestamp(texts.type):
            ticks, is_known = values_of(texts, np.int64)
            return ticks, ~is_known
        found, parsed = parse_times(texts)
        missing = np.zeros(self._size, np.bool_)
        left = np.flatnonzero(~parsed)
        if not len(left):
            return found, missing
        codes, different = _encoded(texts.take(places_of(left)))
        meaning, instants = self._mapper.meanings[name], self._mapper.instants
        values = np.zeros(len(different) + 1, np.int64)
        is_missing, unreadable = (np.zeros(len(different) + 1, np.bool_) for _ in range(2))
        is_missing[NONE] = True
        for code, written in enumerate(different.to_pylist()):
            text = meaning.read(written)
            if text is None:
                is_missing[code] = True
                continue
            try:
                values[code] = micros_of(instants.read(text))
            except RefusedError:
                unreadable[code] = True
        found = found.copy()
        found[left], missing[left] = values[codes], is_missing[codes]
        self.doubtful[left] |= unreadable[codes]
        return found, missing


def _encoded(texts: Any) -> tuple[Ints, Any]:
    """Return the code of each row, ``NONE`` for null, and the different texts."""
    encoded = in_one(texts).dictionary_encode()
    codes, is_known = values_of(encoded.indices, np.int32)
    return np.where(is_known, codes, np.int64(NONE)), encoded.dictionary


def _bytes_of(texts: Any) -> tuple[NDArray[np.uint8], Ints, Ints]:
    """Return the bytes of texts, where each text begins, and its length; null has the length 0."""
    _, offsets, data = texts.buffers()
    own = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    ends: Ints = own.astype(np.int64)
    content = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    return content, ends[:-1], np.diff(ends)


def _are_clean(texts: Any) -> bool:
    """Return whether no text is empty or may begin or end with white space."""
    data, begins, lengths = _bytes_of(texts)
    if not len(begins):
        return True
    if not lengths.min():
        return False
    edges = np.concatenate([data[begins], data[begins + lengths - 1]])
    return bool(edges.min() >= _FIRST_VISIBLE and edges.max() <= _LAST_ASCII)
