"""The current outcomes of a running service, evaluated once for all that look at them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, tzinfo
from hashlib import sha256
from typing import Final, NamedTuple

from workhours_sla.reports.page.elements import Html
from workhours_sla.service.live import Live
from workhours_sla.service.screen.board import Board, board_of
from workhours_sla.service.screen.filters import Filters
from workhours_sla.service.screen.pages import fragment
from workhours_sla.service.screen.view import View
from workhours_sla.sla.outcome import Outcome

KEPT: Final = 64
"""Maximum number of fragments that are kept for other readers."""
FEW: Final = 500
"""Maximum number of changed appeals that are evaluated one by one."""


class Moment(NamedTuple):
    """The outcomes in the minute of ``now``, when the service had a ``version``."""

    outcomes: Sequence[Outcome]
    now: datetime
    version: int


class Shown(NamedTuple):
    """A board, its fragment, and the hash of the fragment."""

    board: Board
    inner: Html
    hash: str


class Screen:
    """Evaluates the open appeals once in each minute, and after an event those that it touched.

    So all that look share the work, and an event of one appeal is seen at once, however many are
    open.
    """

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
        found = self._shown.get((filters, view.lang))
        if found is None:
            found = await asyncio.to_thread(_show, moment, filters, view)
            if self._moment is moment:
                if len(self._shown) >= KEPT:
                    self._shown.pop(next(iter(self._shown)))
                self._shown[filters, view.lang] = found
        return found, moment.version

    async def _current(self) -> Moment:
        async with self._turn:
            before, version, now = self._moment, self._live.version, self.now()
            if before is None or _minute(before.now) != _minute(now):
                outcomes = await asyncio.to_thread(self._live.outcomes, now)
            elif before.version != version:
                outcomes = await asyncio.to_thread(self._updated, before, now)
            else:
                return before
            self._moment, self._shown = Moment(outcomes, now, version), {}
            return self._moment

    def _updated(self, before: Moment, now: datetime) -> list[Outcome]:
        """Return the outcomes after the appeals that have changed since ``before``."""
        ids = self._live.touched(before.version)
        if ids is None or len(ids) > FEW:
            return self._live.outcomes(now)
        same = [one for one in before.outcomes if one.appeal_id not in ids]
        return same + self._live.outcomes_of(ids, now)


def _show(moment: Moment, filters: Filters, view: View) -> Shown:
    board = board_of(moment.outcomes, view.policy, moment.now, filters)
    inner = fragment(board, view, filters)
    return Shown(board, inner, sha256(inner.encode()).hexdigest()[:16])


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)
