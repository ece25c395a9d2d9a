"""Map the rows of a status log to events: a row states that an appeal has a status from a time on.

The rows of an appeal are sorted by time and mapped as follows:

- The first row creates the appeal if its status is open or paused. An appeal whose log begins with
  another status has no posting, so its events are quarantined.
- A paused status pauses the appeal, and any other status ends the pause.
- An answered status is a reply of an official, and a closed status closes the appeal. A later open
  status reopens the appeal.
- A row with another agency than the row before transfers the appeal.

Rows of an appeal with the same time keep the order of the file if the appeal's other rows are in
the order of time. They are reversed if the other rows are in reverse order. If all rows of an
appeal have one time, the order of the rows of other appeals decides. If the order remains unknown
and the rows have different meanings, all rows of the appeal are rejected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final, Literal, get_args

from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sources.derived_events import derived_event
from workhours_sla.sources.rows import Fault, Item, RefusedError
from workhours_sla.text.messages import say

Meaning = Literal["open", "paused", "answered", "closed"]
MEANINGS: Final[Mapping[str, Meaning]] = {one: one for one in get_args(Meaning)}
"""The possible meanings of a status."""
_ENDS: Final[Mapping[Meaning, EventType]] = {
    "answered": EventType.REPLIED,
    "closed": EventType.CLOSED,
}
"""The event for each meaning that ends the work on an appeal (answered, closed)."""
_AGENCY: Final = 1  # the index of the agency in ``StatusRow.facts``
_LISTED: Final = 40  # maximum number of statuses that a message lists
_time = attrgetter("since")


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A row of a status log. ``status`` is the text in the file."""

    line: int
    appeal_id: str
    status: str
    meaning: Meaning | None
    since: datetime
    received_at: datetime
    facts: tuple[str | None, ...]


def events_of_statuses(items: Iterable[Item | StatusRow], name: str) -> Iterator[Item]:
    """Read all rows, then yield for each row its events or a Fault."""
    read = list(items)
    _check_mapped((row for row in read if isinstance(row, StatusRow)), name)
    by_appeal: dict[str, list[StatusRow]] = {}
    for row in read:
        if isinstance(row, StatusRow):
            by_appeal.setdefault(row.appeal_id, []).append(row)
    unclear = {appeal_id for appeal_id, rows in by_appeal.items() if _returns(rows)}
    by_appeal = {appeal_id: _different(rows) for appeal_id, rows in by_appeal.items()}
    directions = {appeal_id: _directions(rows) for appeal_id, rows in by_appeal.items()}
    of_file = frozenset[bool]().union(*directions.values())
    events: dict[tuple[object, ...], tuple[Event, ...]] = {}
    for appeal_id, rows in by_appeal.items():
        if appeal_id in unclear:
            continue
        in_order = _in_order(rows, directions[appeal_id] or of_file)
        events |= (in_order and _events_of(in_order)) or {}
    for item in read:
        if isinstance(item, StatusRow):
            yield events.get(_content(item)) or _unordered(item)
        else:
            yield item


def _check_mapped(rows: Iterable[StatusRow], name: str) -> None:
    counts = Counter(row.status for row in rows if row.meaning is None)
    if counts:
        most = counts.most_common(_LISTED)
        more = len(counts) - len(most)
        msg = say(
            "statuses_unmapped",
            name=name,
            statuses=", ".join(f"{shown(status)} ({count})" for status, count in most),
            more=say("and_more", count=more) if more else "",
            meanings=", ".join(MEANINGS),
        )
        raise SourceError(msg)


def _returns(rows: Sequence[StatusRow]) -> bool:
    """Return whether a row is repeated after a row with the same time and another meaning."""
    for _, tied in groupby(rows, _time):
        run = [next(same) for _, same in groupby(tied, _content)]
        if len({row.meaning for row in run}) > 1 and len({_content(row) for row in run}) < len(run):
            return True
    return False


def _different(rows: Iterable[StatusRow]) -> list[StatusRow]:
    found: dict[tuple[object, ...], StatusRow] = {}
    for row in rows:
        found.setdefault(_content(row), row)
    return list(found.values())


def _directions(rows: Sequence[StatusRow]) -> frozenset[bool]:
    """Return the orders that occur in rows: True for ascending, False for descending times."""
    times = [row.since for row in rows]
    return frozenset(one < two for one, two in pairwise(times) if one != two)


def _in_order(rows: Sequence[StatusRow], directions: frozenset[bool]) -> list[StatusRow] | None:
    """Sort the rows of an appeal by time, or return None if the order matters but is unknown."""
    in_order = sorted(rows if True in directions else reversed(rows), key=_time)
    is_known = len(directions) == 1 or all(
        len({row.meaning for row in tied}) == 1 for _, tied in groupby(in_order, _time)
    )
    return in_order if is_known else None


def _events_of(rows: Sequence[StatusRow]) -> dict[tuple[object, ...], tuple[Event, ...]] | None:
    """Return the events of the sorted rows of an appeal, keyed by the content of the row.

    Of rows with one time the last gets the events, because events at one time are sorted by type.
    """
    found: dict[tuple[object, ...], tuple[Event, ...]] = {}
    is_paused = is_over = False
    agency: str | None = None
    for _, tied in groupby(rows, _time):
        group = list(tied)
        *before, last = group
        kinds: list[EventType] = []
        if not found and group[0].meaning in ("open", "paused"):
            kinds.append(EventType.CREATED)
        holder = last.facts[_AGENCY] or agency
        if found and holder != agency:
            kinds.append(EventType.ASSIGNED if agency is None else EventType.TRANSFERRED)
        agency = holder
        if is_paused != (last.meaning == "paused"):
            kinds.append(EventType.RESUMED if is_paused else EventType.PAUSED)
            is_paused = not is_paused
        kinds += [kind for end, kind in _ENDS.items() if end in [row.meaning for row in group]]
        is_reopened, is_over = _after(group, is_over=is_over)
        if is_reopened:
            if is_paused:
                return None  # the pause would count for the cycle before the reopening
            kinds.append(EventType.REOPENED)
        for row in before:
            found[_content(row)] = (_event(row, EventType.EDITED, row.facts[:_AGENCY]),)
        found[_content(last)] = tuple(
            _event(last, kind, last.facts) for kind in kinds or [EventType.EDITED]
        )
    return found


def _after(group: Iterable[StatusRow], *, is_over: bool) -> tuple[bool, bool]:
    """Return whether the rows of one time reopen an appeal, and whether they leave it over."""
    is_reopened = False
    for row in group:
        if row.meaning == "open":
            is_reopened |= is_over
            is_over = False
        elif row.meaning != "paused":
            is_reopened, is_over = False, True
    return is_reopened, is_over


def _content(row: StatusRow) -> tuple[object, ...]:
    return row.appeal_id, row.status, row.since, row.facts


def _event(row: StatusRow, kind: EventType, facts: Sequence[str | None]) -> Event:
    given = list(facts) + [None] * (len(row.facts) - len(facts))
    source, agency, district, channel, *about = given
    role = "official" if kind is EventType.REPLIED else None
    whole = (source, agency, district, channel, role, None, None, *about)
    return derived_event(row.appeal_id, kind, row.since, *whole, received_at=row.received_at)


def _unordered(row: StatusRow) -> Fault:
    detail = say("statuses_unordered", appeal=shown(row.appeal_id))
    text = f"{row.appeal_id} {row.status} {row.since.isoformat()}"
    return RefusedError(detail, "unknown_order").fault(row.line, text)
