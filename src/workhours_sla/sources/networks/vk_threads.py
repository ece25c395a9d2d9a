"""Delay comments of VK until their threads are complete, because an answer may be missing.

A page has at most 10 comments of a thread, none by default. The other comments of the thread are in
pages of their own, which must come later in the file. A thread is also accepted if it has a comment
of an official and its comments are in the order of time, so that no earlier answer is missing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from workhours_sla.sources.networks.network import Part, Written
from workhours_sla.sources.rows import RefusedError
from workhours_sla.text.messages import say

MOST_KEPT: Final = 50_000
"""Maximum number of delayed comments."""


@dataclass(slots=True)
class _Thread:
    """A comment with an incomplete thread."""

    id: str
    expected: int
    is_of_citizen: bool
    parts: list[Written]
    last: datetime
    read: set[str] = field(default_factory=set)
    is_ascending: bool = True
    is_answered: bool = False

    def add(self, written: Written) -> bool:
        """Add a comment of the thread, and return whether the thread can be used now."""
        self.parts.append(written)
        part = written[0]
        self.read.add(part.id)
        comment = part.comment
        if comment is not None:
            self.is_ascending = self.is_ascending and comment.at >= self.last
            self.last = comment.at
            self.is_answered = self.is_answered or comment.author == "official"
        is_good = self.is_answered and self.is_ascending and len(self.read) > 1
        return len(self.read) >= self.expected or (is_good and self.is_of_citizen)

    def refused(self) -> Iterator[Written]:
        """Yield the parts of the thread; comments that open an appeal are rejected."""
        detail = say(
            "thread_incomplete",
            id=self.id.rpartition("/")[2],
            count=self.expected,
            read=len(self.read),
        )
        for number, (part, text) in enumerate(self.parts):
            comment = part.comment
            opens = (
                not number if self.is_of_citizen else bool(comment and comment.author == "citizen")
            )
            if opens:
                yield Part(None, RefusedError(detail, "incomplete"), part.id, part.root), text
            else:
                yield part, text


def whole_threads(written: Iterator[Written]) -> Iterator[Written]:
    """Yield the parts; the parts of an incomplete thread are delayed until it is complete.

    At the end, and if more than ``MOST_KEPT`` comments are delayed, the appeals of an incomplete
    thread are rejected.
    """
    kept: OrderedDict[str, _Thread] = OrderedDict()
    count = 0
    for one in written:
        part = one[0]
        comment = part.comment
        thread = kept.get(part.root or "")
        if thread is not None:
            count += 1
            if thread.add(one):
                del kept[thread.id]
                count -= len(thread.parts)
                yield from thread.parts
        elif comment is not None and comment.expected and part.id not in kept:
            is_of_citizen = comment.author == "citizen"
            kept[part.id] = _Thread(part.id, comment.expected, is_of_citizen, [one], comment.at)
            count += 1
        else:
            yield one
        while count > MOST_KEPT:
            _, oldest = kept.popitem(last=False)
            count -= len(oldest.parts)
            yield from oldest.refused()
    for thread in kept.values():
        yield from thread.refused()
