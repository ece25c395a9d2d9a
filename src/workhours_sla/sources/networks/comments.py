"""Map the comments of a network to events: who opened an appeal, who answered, what followed.

A comment may answer another comment. A citizen's comment opens an appeal if it answers no comment,
or only comments of the community. All comments in its branch belong to the appeal: a comment of an
official is a reply, and a comment of a citizen is a further message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, Literal, NamedTuple, get_args

from workhours_sla.sla.event import Event, EventType
from workhours_sla.text.messages import Phrase, say

REMEMBERED: Final = 200_000
"""Maximum number of comments whose appeals are remembered; the last half of them always is."""

Author = Literal["citizen", "official", "other"]
"""Who wrote a comment; ``other`` is a service of the network or another community."""
Ignored = Literal[
    "community_post",
    "deleted_comment",
    "deleted_reply",
    "no_receipt",
    "other_record",
    "outside_groups",
    "repeated",
    "under_deleted",
]
"""The reason why a record causes no event."""
_NO_MORE: Final = (None,) * 6  # empty values for the fields of an event after ``author_role``
IGNORED: Final[tuple[Ignored, ...]] = get_args(Ignored)


class Comment(NamedTuple):
    """A comment or a change of one: ``kind`` is created, edited, deleted or restored.

    ``id`` is unique among all networks; ``event_id`` is ``""`` for the comment itself. ``root`` is
    the first comment of its branch. The record may show that the community wrote the root that it
    answers, or its parent. Of a deletion, ``author`` is who deleted; without it, the citizen if the
    appeal has the same ``author_id``. ``expected`` is the number of comments in a branch that may
    have others that matter.
    """

    id: str
    at: datetime
    author: Author | None
    author_id: str = ""
    parent: str | None = None
    root: str | None = None
    is_root_official: bool = False
    received_at: datetime | None = None
    edited_at: datetime | None = None
    kind: EventType = EventType.CREATED
    event_id: str = ""
    expected: int = 0
    is_parent_official: bool = False


class CommentTree:
    """Maps comments to events; mutable, because it remembers the appeal of each comment."""

    def __init__(self, channel: str, source: str) -> None:
        self._channel = channel
        self._source = source
        self._branches = Recent()
        """The appeal of each comment, ``""`` if all in its branch is by the community."""
        self._authors = Recent()  # the author of each appeal
        self._deleted = Recent()
        """The comments of which nothing is known but that they were deleted."""
        self.ignored: Counter[Ignored] = Counter()
        self.recall: Callable[[str], str | None] | None = None
        """Returns the appeal of a comment that was mapped in an earlier run, None for others.

        With it, a comment of the community that is in no appeal opens none.
        """

    def _branch(self, comment_id: str) -> str | None:
        """Return the appeal of a comment, ``""`` if it has none, None if it is unknown."""
        found = self._branches.get(comment_id)
        if found is None and self.recall is not None:
            found = self.recall(comment_id)
            if found is not None:
                self._branches.put(comment_id, found)
        return found

    def ignore_deleted(self, comment_id: str) -> None:
        """Count a deleted comment about which nothing else is known."""
        self.ignored["deleted_comment"] += 1
        self._deleted.put(comment_id, comment_id)

    def ignore(self, why: Ignored) -> tuple[Event, ...]:
        self.ignored[why] += 1
        return ()

    def missing(self, comment: Comment) -> str | None:
        """Return the id of the comment that must be mapped first, None if there is none."""
        about = comment.parent if comment.kind is EventType.CREATED else comment.id
        if about is None or comment.is_root_official or self._branch(about) is not None:
            return None
        root = comment.root
        if root is None:
            return about
        known = self._branch(root)
        if known is None:
            return root
        return None if known else about

    def events_of(self, comment: Comment) -> tuple[Event, ...]:
        """Return the events of a comment, none if it is irrelevant to every appeal."""
        if comment.kind is not EventType.CREATED:
            return self._change(comment)
        parent = comment.parent
        appeals = () if parent is None else self._appeals(parent, comment)
        if not appeals:
            return self._first(comment)
        if self._branch(appeals[0]) is None and self._deleted.get(appeals[0]) is not None:
            return self.ignore("under_deleted")
        return self._in_branch(comment, appeals)

    def _in_branch(self, comment: Comment, appeals: tuple[str, ...]) -> tuple[Event, ...]:
        self._branches.put(comment.id, appeals[0])
        if comment.author == "citizen":
            return self._events(comment, EventType.CITIZEN_MESSAGE, appeals[0])
        if comment.author != "official":
            return self.ignore("other_record")
        events = self._events(comment, EventType.REPLIED, appeals[0])
        for other in appeals[1:]:
            own_id = f"{comment.id}/{other}"
            events += (self._event(own_id, other, EventType.REPLIED, comment, comment.at),)
        return events

    def _first(self, comment: Comment) -> tuple[Event, ...]:
        """Return the events of a comment that does not answer a citizen's comment."""
        if comment.author != "citizen":
            self._branches.put(comment.id, "")
            return self.ignore("community_post" if comment.author == "official" else "other_record")
        self._branches.put(comment.id, comment.id)
        self._authors.put(comment.id, comment.author_id)
        return self._events(comment, EventType.CREATED, comment.id)

    def _appeals(self, about: str, comment: Comment) -> tuple[str, ...]:
        """Return the appeal of a comment, none before a citizen; or two, one of which exists."""
        found, root = self._branch(about), comment.root
        is_posted = self.recall is not None and comment.is_parent_official
        if found is None and (comment.is_root_official or is_posted):
            found = ""
            self._branches.put(about, found)
        if found is not None:
            return (found,) if found else ()
        known = None if root is None else self._branch(root)
        if root is None or known == "":
            return (about,)
        return (root,) if known or root == about else (root, about)

    def _change(self, comment: Comment) -> tuple[Event, ...]:
        appeals = self._appeals(comment.id, comment)
        if not appeals:
            return self.ignore("community_post")
        if comment.kind is EventType.EDITED:
            return self._events(comment, comment.kind, appeals[0])
        if comment.id not in appeals:
            return self.ignore("deleted_reply")
        if comment.author is None and comment.author_id:
            is_own = self._authors.get(comment.id) == comment.author_id
            comment = comment._replace(author="citizen" if is_own else None)
        return self._events(comment, comment.kind, comment.id)

    def _events(self, comment: Comment, kind: EventType, appeal_id: str) -> tuple[Event, ...]:
        own_id = comment.event_id or comment.id
        event = self._event(own_id, appeal_id, kind, comment, comment.at)
        edited_at = comment.edited_at
        if edited_at is None or edited_at < comment.at:
            return (event,)
        own_id = f"{own_id}/edited/{int(edited_at.timestamp())}"
        return event, self._event(own_id, appeal_id, EventType.EDITED, comment, edited_at)

    def _event(
        self, own_id: str, appeal_id: str, kind: EventType, comment: Comment, at: datetime
    ) -> Event:
        role = None if comment.author == "other" else comment.author
        return Event(
            own_id,
            appeal_id,
            kind,
            at,
            comment.received_at or at,
            self._source,
            *(None, None, self._channel, role),
            *_NO_MORE,
        )


class Recent:
    """A cache of the most recent texts: at least half of ``REMEMBERED``, at most all of it."""

    __slots__ = ("_new", "_old")

    def __init__(self) -> None:
        self._new: dict[str, str] = {}
        self._old: dict[str, str] = {}

    def put(self, key: str, text: str) -> None:
        """Store a text under a key."""
        if len(self._new) >= REMEMBERED // 2:
            self._old, self._new = self._new, {}
        self._new[key] = text

    def get(self, key: str) -> str | None:
        """Return the text under a key, None if it was dropped or never stored."""
        found = self._new.get(key)
        return self._old.get(key) if found is None else found


def ignored_counts(counts: Counter[Ignored]) -> Iterator[Phrase]:
    """Yield a note for each reason with the number of records that caused no event."""
    for why in IGNORED:
        if counts[why]:
            yield say(f"ignored_{why}", count=counts[why])
