"""Read a file of a network so that each comment follows the comment that it answers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from workhours_sla.sources.api_errors import check_api_error
from workhours_sla.sources.json_records import Closed, Place, records_of
from workhours_sla.sources.networks.comments import Comment, CommentTree
from workhours_sla.sources.networks.mapper import NetworkMapper, Part
from workhours_sla.sources.rows import Fault, Item, clip
from workhours_sla.sources.times import RefusedError

if TYPE_CHECKING:
    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Claim
    from workhours_sla.sources.layout import Layout
    from workhours_sla.sources.opened_file import OpenedFile
    from workhours_sla.sources.records import Reader

MOST_WAITING: Final = 50_000
"""Maximum number of comments that wait for the comment that they answer."""

Written = tuple[Part, str]
"""A part of a record, with the text of the record."""


def reader(
    make: Callable[[Layout, Input], NetworkMapper],
    place: Place,
    *,
    repair: Callable[[str], str] = str,
    arrange: Callable[[Iterator[Written]], Iterator[Written]] = iter,
) -> Reader:
    """Return the function that reads the JSON documents of a network.

    It yields the events or the Fault of each comment, and adds notes for the user to the opened
    file. ``make`` makes the mapper, and ``arrange`` may change the order of comments.
    """

    def parts(opened: OpenedFile, mapper: NetworkMapper, options: Input) -> Iterator[Written]:
        for one in records_of(opened, place, mapper.type, encoding=options.encoding, repair=repair):
            if isinstance(one, Closed):
                check_api_error(opened.name, one.head, has_records=True)
                mapper.close(one.head)
                continue
            if one.is_alone and not place.are_lines:
                check_api_error(opened.name, one.written)
            if one.why is not None:
                yield Part(None, RefusedError(one.why, "malformed")), one.text
            else:
                for part in mapper.parts_of(one.value, one.head):
                    yield part, one.text

    def read(
        opened: OpenedFile,
        layout: Layout,
        options: Input,
        claims: list[Claim],  # noqa: ARG001 - a network claims nothing
    ) -> Iterator[Item]:
        mapper = make(layout, options)
        yield from parents_first(arrange(parts(opened, mapper, options)), mapper.tree)
        opened.notes.extend(mapper.notes())

    return read


def parents_first(written: Iterable[Written], tree: CommentTree) -> Iterator[Item]:
    """Yield the events or the Fault of each part; a comment follows the comment that it answers.

    At most ``MOST_WAITING`` comments wait. If there are more, the oldest ones are mapped without
    the comment that they answer.
    """
    waiting = _Waiting(tree)
    for line, (part, text) in enumerate(written, 1):
        if part.refused is not None:
            yield Fault(line, part.refused.reason, part.refused.detail, clip(text))
        elif part.comment is None:
            yield ()
        else:
            yield from waiting.items_of(part.comment)
    yield from waiting.rest()


class _Waiting:
    """The comments that wait for the comment that they answer (the parent)."""

    def __init__(self, tree: CommentTree) -> None:
        self._tree = tree
        self._for: OrderedDict[str, list[Comment]] = OrderedDict()
        """Keyed by the id of the comment that they wait for."""
        self._count = 0

    def items_of(self, comment: Comment) -> Iterator[Item]:
        """Yield the events of a comment and of the comments that waited for it.

        If the comment must wait itself, yield nothing.
        """
        todo = [comment]
        while todo:
            comment = todo.pop()
            missing = self._tree.missing(comment)
            if missing is not None:
                self._for.setdefault(missing, []).append(comment)
                self._count += 1
                continue
            yield self._tree.events_of(comment)
            if comment.id in self._for:
                freed = self._for.pop(comment.id)
                self._count -= len(freed)
                todo += reversed(freed)
        while self._count > MOST_WAITING:
            yield from self._released()

    def rest(self) -> Iterator[Item]:
        """Yield the events of the comments that are still waiting."""
        while self._for:
            yield from self._released()

    def _released(self) -> Iterator[Item]:
        """Yield the events of the comments that have waited longest for a missing parent."""
        _, comments = self._for.popitem(last=False)
        self._count -= len(comments)
        for comment in comments:
            yield self._tree.events_of(comment)
