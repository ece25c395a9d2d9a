"""Make events and claims from exports that have only totals for each SLA.

Such an export has the total length of the pauses, but not their times. An appeal with pauses is
rejected, because without these times no verdict is certain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workhours_sla.errors import shown
from workhours_sla.sla.event import EventType
from workhours_sla.sources.desk_events import Desk, Meaning
from workhours_sla.sources.times import RefusedError
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.sla.event import Event, Theirs
    from workhours_sla.sources.rows import Record

POSTED = Meaning(EventType.CREATED)
ANSWERED = Meaning(EventType.REPLIED)


def measured(
    desk: Desk,
    record: Record,
    ids: tuple[str, str],
    fields: tuple[str, str, str],
    verdict: Theirs | None,
) -> Iterator[Event]:
    """Yield the posting and the answer of an SLA, and record its due time and verdict as a claim.

    ``ids`` are the ids of the SLA and of the appeal. ``fields`` are the names of the fields with
    the start, the stop and the due time. Raises RefusedError.
    """
    native, appeal = ids
    start, stop, due = fields
    about = desk.attributes(record)
    posted = desk.event(f"{native}/start", appeal, POSTED, record, start, **about)
    answered: tuple[Event, ...] = ()
    if desk.text(record, stop) is not None:
        answered = desk.event(f"{native}/stop", appeal, ANSWERED, record, stop, **about)
    desk.claim(appeal, desk.time(record, due), verdict)
    yield from posted
    yield from answered


def unknown_pauses(appeal: str) -> RefusedError:
    """Return the RefusedError for an appeal with pauses whose times are unknown."""
    return RefusedError(say("pauses_unknown", appeal=shown(appeal)), "unknown_pauses")
