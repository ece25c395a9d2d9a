"""Read CSV strictly, one row at a time."""

from __future__ import annotations

import csv
from collections import deque
from operator import itemgetter
from typing import TYPE_CHECKING, BinaryIO

from workhours_sla.adapters.sources.lines import LONGEST_LINE, ByteChunks, Lines
from workhours_sla.adapters.sources.mapping import Fault, Item, Layout, Mapper, clip
from workhours_sla.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_HALF = "the last line looks half-written"
_ERRORS = {
    "unexpected end of data": "a quote that opens here is never closed",
    "field larger": "a field is too long: perhaps a quote that opens here is never closed",
    "expected after": "a quote inside a quoted field is not doubled",
}


class _Feed:
    """Passes lines to the CSV reader and keeps those of the current record.

    ``line`` is the number of the record's first line.
    """

    def __init__(self, lines: Lines) -> None:
        self._source = lines
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.line = 1
        self.overlong = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        if len(line) > LONGEST_LINE:
            self.overlong = True
        return line

    def next_record(self) -> None:
        self.line += len(self.taken)
        self.taken.clear()
        self.overlong = False

    def reread(self) -> None:
        """Keep the first line of the record, and read the others again."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    @property
    def text(self) -> str:
        return clip("".join(self.taken))

    @property
    def blank(self) -> bool:
        return not any(map(str.strip, self.taken))

    @property
    def ended(self) -> bool:
        """Whether the record ends at the end of the file, without a line ending."""
        return bool(self.taken) and not self.taken[-1].endswith("\n")

    @property
    def torn(self) -> bool:
        return self._source.torn and self.ended


def read(
    stream: BinaryIO | ByteChunks,
    layout: Layout,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    name: str = "input",
) -> Iterator[Item]:
    """Yield the events, or the Fault, of every row after the header; blank lines are skipped.

    After a row that cannot be read, reading continues with the line after its first one, so that a
    quote that is never closed does not lose the rest of the file. Raises SourceError for an empty
    file, one without the columns of ``layout``, and one that is not text.
    """
    feed = _Feed(Lines(stream, encoding, name))
    rows = csv.reader(feed, delimiter=delimiter, strict=True)
    header = _header(rows, feed, name, delimiter)
    layout.check(header, name)
    mapper = Mapper(layout, header)
    names = mapper.read_columns
    pick = _picker([header.index(column) for column in names])
    while True:
        feed.next_record()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield _broken(feed, str(error))
            continue
        if len(row) <= 1 and feed.blank:
            continue
        if len(row) != len(header) or feed.overlong or feed.torn:
            yield _misshapen(feed, len(row), len(header), delimiter)
            continue
        item = mapper(dict(zip(names, pick(row), strict=True)), feed.line)
        yield item._replace(text=feed.text) if isinstance(item, Fault) else item


def _header(rows: Iterator[list[str]], feed: _Feed, name: str, delimiter: str) -> list[str]:
    """Return the names of the columns from the first line that is not blank."""
    header = None
    try:
        for row in rows:
            if len(row) > 1 or not feed.blank:
                header = row
                break
            feed.next_record()
    except csv.Error as error:
        msg = f"the header of {name} is unreadable ({error}); its first line must name the columns"
        raise SourceError(msg, name=name) from None
    if header is None:
        msg = f"{name} is empty; a CSV file begins with a line that names its columns"
        raise SourceError(msg, name=name)
    if len(header) == 1:
        others = [mark for mark in ";\t,|" if mark in header[0] and mark != delimiter]
        if others:
            msg = (
                f"the header of {name} is one column with the delimiter {delimiter!r}; "
                f"set delimiter = {_toml(others[0])} under [input]"
            )
            raise SourceError(msg, name=name, delimiter=delimiter)
    return [column.strip() for column in header]


def _toml(mark: str) -> str:
    return '"\\t"' if mark == "\t" else f'"{mark}"'


def _picker(positions: list[int]) -> Callable[[list[str]], Sequence[str]]:
    if len(positions) == 1:
        return lambda row: (row[positions[0]],)
    return itemgetter(*positions)


def _broken(feed: _Feed, error: str) -> Fault:
    """Return the fault of a record with wrong quotes."""
    single = len(feed.taken) == 1
    detail = next((words for part, words in _ERRORS.items() if part in error), error)
    if single and feed.ended:
        detail = f"{_HALF}: {detail}"
    feed.reread()
    return Fault(feed.line, "malformed", detail, feed.text)


def _misshapen(feed: _Feed, fields: int, expected: int, delimiter: str) -> Fault:
    """Return the fault of a record with too many or too few fields, or one that is cut off."""
    detail = f"{fields} fields where the header has {expected}"
    if feed.overlong:
        detail = f"a line of more than {LONGEST_LINE:,} characters"
    elif feed.ended and (feed.torn or fields < expected):
        detail = f"{_HALF}: {detail}" if fields < expected else _HALF
    elif fields > expected:
        detail += f"; is there a {delimiter!r} in a field without quotes?"
    feed.reread()
    return Fault(feed.line, "malformed", detail, feed.text)
