"""Copies of one event: which only repeat, and which of several contents stands."""

from __future__ import annotations

from collections.abc import Sequence

from workhours_sla.sla.evaluation import is_future, settle
from workhours_sla.sla.event import Event


def join_copy(listed: Sequence[Event], event: Event) -> tuple[Sequence[Event], bool]:
    """Return the copies of one id once another has come, and whether it only repeats one.

    Of each content the copy received first is kept, in its place; a new content comes last.
    """
    for place, one in enumerate(listed):
        if one.content == event.content:
            if one.received_at <= event.received_at:
                return listed, True
            return [*listed[:place], event, *listed[place + 1 :]], True
    return [*listed, event], False


def standing(listed: Sequence[Event]) -> Event | None:
    """Return which of the copies of one id speaks, None where none can be true."""
    kept = listed[0] if len(listed) == 1 else settle(list(listed))[0]
    return None if is_future(kept) else kept
