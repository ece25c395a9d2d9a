"""Open files of appeals and events in every format, and make the mappers of their rows."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, Self, cast
from zoneinfo import ZoneInfo

from workhours_sla.config.column_names import CLAIM_COLUMNS
from workhours_sla.config.sections import Config, Format, Input
from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.event import Claim
from workhours_sla.sources.formats import ENDINGS, FORMATS, HEAD, binary_format, check_followed
from workhours_sla.sources.json_documents import is_document
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.opened import MARKS_AND_BLANKS, OpenedFile, is_html, open_file
from workhours_sla.sources.rows import Fault, Inverted, Item, Reader, RecordMapper
from workhours_sla.sources.statuses import events_of_statuses
from workhours_sla.text.amounts import parse_amount
from workhours_sla.text.messages import Phrase, say

_LISTED: Final = 5  # maximum number of rows that a note lists
_MANY: Final = 10
"""From this number of equal times on they cannot be chance."""
COPIED: Final = 0.9
"""If this share of answers has the time of its posting, one column may be a copy of the other."""
FEWEST_COPIED: Final = 3  # answers with the time of their posting that may be no chance


class AppealFile:
    """An open file or stream of appeals or events; iterate over it once, then close it.

    The iterator yields one value for each row: a tuple of events, which is empty for an ignored
    row, or a Fault for a rejected row.

    ``format`` is the value of the configuration key ``format``. ``size`` is the size of the file in
    bytes, None for a stream. ``claims`` lists the due times and verdicts that the exporting system
    recorded in the rows read so far. ``ignored`` counts the ignored rows so far. ``inverted``
    counts the rows so far whose answer precedes the posting by no more than the configured
    tolerance.
    """

    def __init__(
        self,
        items: Iterator[Item],
        opened: OpenedFile,
        closing: ExitStack,
        *,
        format: Format,
    ) -> None:
        self._items = items
        self._opened = opened
        self._closing = closing
        self.name: str = opened.name
        self.format: Format = format
        self.size: int | None = opened.size
        self.claims: list[Claim] = opened.claims
        self.ignored: int = 0
        self.inverted: int = 0

    @property
    def unit(self) -> Literal["line", "row", "record"]:
        """The unit that ``Fault.line`` counts in this format."""
        return FORMATS[self.format].unit

    @property
    def is_in_order(self) -> bool:
        """Whether the format lists rows in the order of their receipt."""
        return not FORMATS[self.format].is_document

    @property
    def without_appeal(self) -> int:
        """The number of ignored rows so far that are totals, notes, blank or a header."""
        return self._opened.without_appeal

    @property
    def notes(self) -> list[Phrase]:
        """After the last row, facts that are no errors; ``str`` of one is a sentence."""
        found, rows = list(self._opened.notes), self._opened.totals
        if rows:
            first = ", ".join(map(str, rows[:_LISTED])) + ", ..." * (len(rows) > _LISTED)
            cause = "row_of_totals" if len(rows) == 1 else "rows_of_totals"
            found.append(say(cause, count=len(rows), rows=first))
        return found

    @property
    def position(self) -> int:
        """The number of bytes read from the file so far, counted before decompression."""
        return self._opened.position

    def __iter__(self) -> Self:
        """Return the iterator over the rows; each call returns the same iterator."""
        return self

    def __next__(self) -> Item:
        item = next(self._items)
        if not item:
            self.ignored += 1
        elif item.__class__ is Inverted:
            self.inverted += 1
        return item

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a stream remains open."""
        self._closing.close()


def open_source(
    where: Path | str | BinaryIO,
    config: Config,
    *,
    name: str | None = None,
    whole_rows: bool = False,
) -> AppealFile:
    """Open a file of appeals, or a binary stream of appeals such as ``sys.stdin.buffer``.

    Files compressed with gzip or Zstandard are decompressed. If the configuration sets no format,
    the content and the suffix of the file determine it. With ``whole_rows`` the text of a Fault has
    the columns that are not mapped, too. Raises SourceError if the file cannot be opened. Iterating
    raises SourceError if the file does not match the configuration.
    """
    where = Path(where) if isinstance(where, str) else where
    with ExitStack() as stack:
        opened = open_file(where, name, stack)
        options = config.input
        found = options.format or _format_of(opened, options)
        layout = replace(layout_of(config), whole_rows=whole_rows)
        read: Reader = _imported(FORMATS[found].read)
        items = read(opened, layout, options)
        if options.kind == "statuses":
            items = events_of_statuses(items, opened.name)
        elif options.kind == "appeals":
            items = _with_answers(items, layout, opened)
        if isinstance(items, Generator):
            stack.callback(items.close)  # it may have a temporary file
        return AppealFile(items, opened, stack.pop_all(), format=found)


def _with_answers(items: Iterator[Item], layout: Layout, opened: OpenedFile) -> Iterator[Item]:
    """Yield the items, and say afterwards if the columns of times cannot be right."""
    times: tuple[set[datetime], set[datetime]] = set(), set()  # of postings and answers
    ids: set[str] = set()
    counts, early, copied = [0, 0], 0, 0
    for item in items:
        yield item
        if isinstance(item, Fault):
            early += item.reason == "reply_before_post"
            continue
        copied += len(item) > 1 and item[0].occurred_at == item[1].occurred_at
        for at, event in enumerate(item[:2]):
            if len(ids) < 2:
                ids.add(event.appeal_id)
            counts[at] += 1
            if len(times[at]) < 2:
                times[at].add(event.occurred_at)
    layout.check_answers(opened.name)
    posted, answered = (shown(layout.column(one)) for one in ("posted_at", "answered_at"))
    if early > 1 and not counts[1]:
        facts = {"count": early, "posted": posted, "answered": answered}
        raise SourceError(say("answers_before", name=opened.name, **facts))
    if copied >= max(FEWEST_COPIED, COPIED * counts[1]):
        facts = {"count": copied, "of": counts[1], "posted": posted, "answered": answered}
        opened.notes.append(say("answers_copied", **facts))
    for column, count, found in zip((posted, answered), counts, times, strict=True):
        if len(found) == 1 < len(ids) and count >= _MANY:
            opened.notes.append(say("one_time", column=column, count=count))


def _format_of(opened: OpenedFile, options: Input) -> Format:
    """Detect the format of a file from its first bytes, its suffix or its first line."""
    head = opened.chunks.head(HEAD)
    binary = binary_format(head)  # whatever the suffix says
    if binary is not None:
        return binary
    if opened.ending in (".xls", ".xlsx") and is_html(opened.chunks.peek()):
        return "html"
    found = ENDINGS.get(opened.ending)
    if found is not None:
        return found
    begins = opened.chunks.peek().lstrip(MARKS_AND_BLANKS)[:1]
    if opened.ending != ".json" and begins not in (b"{", b"["):
        return "csv"
    if options.path is not None:
        return "json"
    return "json" if is_document(opened, options.encoding) else "jsonl"


def layout_of(config: Config) -> Layout:
    """Return the row layout that ``config`` describes."""
    options = config.input
    return Layout(
        kind=options.kind,
        columns=config.columns,
        values=config.values,
        datetime_format=options.datetime_format,
        tz=None if options.tz is None else ZoneInfo(options.tz),
        source=options.source,
        ignore=config.ignore,
        first_is_created=options.first_event == "created",
        tolerance=parse_amount(options.tolerance),
    )


def mapper_of(config: Config, name: str = "-") -> RecordMapper:
    """Return the mapper for the lines of ``name`` that ``watch`` follows. Raises SourceError."""
    found = config.input.format
    if found is not None and FORMATS[found].mapper:
        mapper = _imported(FORMATS[found].mapper)
        return cast("RecordMapper", mapper(layout_of(config), config.input))
    check_followed(found)
    if config.input.kind == "statuses":
        raise SourceError(say("statuses_not_followed"))
    layout = layout_of(config)
    unread = dict.fromkeys(CLAIM_COLUMNS, "")
    mapper = Mapper(replace(layout, columns={**layout.columns, **unread}))
    if "answered_at" not in layout.columns:
        mapper.followed = name
    return mapper


def _imported(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(f"workhours_sla.sources.{module}"), name)
