"""Digests in the live loop: who works when, and when agencies are asked about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import click

from workhours_sla.adapters.config.policy import DEFAULT, Promises
from workhours_sla.adapters.config.sections import Config
from workhours_sla.adapters.sinks.digest_lines import DigestLines
from workhours_sla.adapters.stores.sqlite import SqliteStore
from workhours_sla.cli.policy_output import main_schedule
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.text import words
from workhours_sla.text.shell import say

BEHIND: Final = timedelta(minutes=2)
"""How far the watermark may be behind what it should be by the clock, for agencies to be told."""


def digest_lines(
    file: Path, store: SqliteStore, config: Config, promises: Promises, lang: str
) -> DigestLines:
    """Return the digests of a store: an agency works by its own schedule, else by [schedule].

    Where no target goes by [schedule], by the first that one does. Raises StoreError.
    """
    schedules = promises.schedules
    main = main_schedule(promises)
    otherwise = next(name for name, schedule in schedules.items() if schedule is main)
    if DEFAULT in schedules:
        otherwise = DEFAULT
    agencies = config.agencies

    def schedule_of(agency_id: str | None) -> str:
        agency = agencies.get(agency_id or "")
        return otherwise if agency is None else agency.schedule or otherwise

    def name_of(agency_id: str) -> str:
        agency = agencies.get(agency_id)
        return agency_id if agency is None else agency.name or agency_id

    def unknown(error: CalendarCoverageError) -> None:
        date = words.short_date(error.date, lang)
        line = say("no_digests", lang, calendar=error.calendar or "-", date=date)
        click.echo(f"{say('note', lang)}: {line}", err=True)

    def lost() -> None:
        line = say("digests_lost", lang, name=str(file))
        click.echo(f"{say('note', lang)}: {line}", err=True)

    used = {otherwise, *(agency.schedule or otherwise for agency in agencies.values())}
    return DigestLines(
        file,
        store,
        promises.policy,
        {name: schedule for name, schedule in schedules.items() if name in used},
        schedule_of,
        name_of=name_of,
        unknown=unknown,
        lost=lost,
        lang=lang,
    )


class Digesting:
    """The digests of a store in the live loop.

    With a ``clock`` they are told as it goes, but only once what was missed is read, so that
    nobody is told of what is over; ``skew`` is by how much the watermark is behind the clock
    then. Without one the watermark alone says when, wherever batches end.
    """

    def __init__(
        self,
        store: SqliteStore,
        lines: DigestLines,
        clock: Callable[[], datetime] | None,
        skew: timedelta,
    ) -> None:
        self._store = store
        self._lines = lines
        self._clock = clock
        self._latest = skew + BEHIND

    def due(self, watermark: datetime) -> bool:
        """Whether a batch is to end at a watermark, for the agencies to be told then."""
        return self._clock is None and self._lines.due(watermark)

    def tell(self) -> None:
        """Tell the agencies what the time is for, as of the store."""
        now = self._store.watermark
        if now is None:
            return
        heard_at = None if self._clock is None else self._clock()
        if heard_at is None or heard_at - now <= self._latest:
            self._lines.ask(now, heard_at)
