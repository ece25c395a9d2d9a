"""What the screen shows of the current outcomes, composed once for all that look at it."""

from __future__ import annotations

import asyncio
from datetime import datetime, tzinfo
from hashlib import sha256
from typing import Final, NamedTuple

from workhours_sla.reports.page.elements import Html
from workhours_sla.service.live import Live, Moment
from workhours_sla.service.screen.board import Board, board_of
from workhours_sla.service.screen.filters import Filters
from workhours_sla.service.screen.pages import fragment
from workhours_sla.service.screen.view import View
from workhours_sla.text.catalog import current

KEPT: Final = 64
"""Maximum number of fragments that are kept for other readers."""


class Shown(NamedTuple):
    """A board, its fragment, and the hash of the fragment."""

    board: Board
    inner: Html
    hash: str


class Screen:
    """Composes what readers see of the current outcomes. Readers with equal filters share it."""

    def __init__(self, live: Live, zone: tzinfo) -> None:
        self._live = live
        self._zone = zone
        self._moment: Moment | None = None
        self._shown: dict[tuple[Filters, str], Shown] = {}
        self._turn = asyncio.Lock()

    def now(self) -> datetime:
        """Return the time of the service in the zone of the screen."""
        return self._live.clock().astimezone(self._zone)

    async def shown(self, filters: Filters, view: View) -> tuple[Shown, int]:
        """Return what the filters show now, and the version of the service that it has."""
        moment = await self._current()
        found = self._shown.get((filters, current()))
        if found is None:
            found = await asyncio.to_thread(_show, moment, self._zone, filters, view)
            if self._moment is moment:
                if len(self._shown) >= KEPT:
                    self._shown.pop(next(iter(self._shown)))
                self._shown[filters, current()] = found
        return found, moment.version

    async def _current(self) -> Moment:
        async with self._turn:
            found = await asyncio.to_thread(self._live.current)
            if found is not self._moment:
                self._moment, self._shown = found, {}
            return found


def _show(moment: Moment, zone: tzinfo, filters: Filters, view: View) -> Shown:
    now = moment.now.astimezone(zone)
    board = board_of(moment.outcomes, view.policy, now, filters)
    inner = fragment(board, view, filters)
    return Shown(board, inner, sha256(inner.encode()).hexdigest()[:16])
