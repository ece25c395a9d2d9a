"""The digests of ``watch``: schedules and names of agencies, and when messages are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from workhours_sla.adapters.config.policy import DEFAULT, Promises
from workhours_sla.adapters.config.sections import Config
from workhours_sla.adapters.sinks.digest_lines import Agencies, DigestLines
from workhours_sla.adapters.stores.sqlite import SqliteStore
from workhours_sla.cli.policy_output import main_schedule
from workhours_sla.cli.printing import echo_note
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.pipeline import Pipeline
from workhours_sla.text import words

BEHIND: Final = timedelta(minutes=2)
"""How far beyond the skew the watermark may be behind the clock when digests are written."""


class Setup(NamedTuple):
    """The store and the pipeline of a run, and its configuration."""

    store: SqliteStore
    pipeline: Pipeline
    config: Config
    promises: Promises
    lang: str


def digest_lines(file: Path, setup: Setup) -> DigestLines:
    """Return the file of a store's digests.

    An agency's working time is that of its own schedule, or of [schedule], or of the first
    schedule that a target uses if none uses [schedule]. Raises StoreError.
    """
    store, pipeline, config, promises, lang = setup
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
        echo_note(lang, "no_digests", calendar=error.calendar or "-", date=date)

    def lost() -> None:
        echo_note(lang, "digests_lost", name=str(file))

    used = {otherwise, *(agency.schedule or otherwise for agency in agencies.values())}
    in_use = {name: schedule for name, schedule in schedules.items() if name in used}
    return DigestLines(
        file,
        store,
        pipeline,
        Agencies(in_use, schedule_of, name_of),
        unknown=unknown,
        lost=lost,
        lang=lang,
    )


class TimedDigests:
    """Writes the digests of a store as time passes.

    With a ``clock`` they are written as it advances, but only after the backlog has been read, so
    that no message is about the past; ``skew`` is how far the watermark is behind the clock then.
    Without a clock they are written as the watermark advances, whenever a batch ends.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        lines: DigestLines,
        clock: Callable[[], datetime] | None,
        skew: timedelta,
    ) -> None:
        self._pipeline = pipeline
        self._lines = lines
        self._clock = clock
        self._most_behind = skew + BEHIND

    def due(self, watermark: datetime) -> bool:
        """Whether a batch must end at a watermark so that digests can be written."""
        return self._clock is None and self._lines.due(watermark)

    def send(self) -> None:
        """Write the digests that are due at the store's watermark."""
        watermark = self._pipeline.watermark
        if watermark is None:
            return
        clock = None if self._clock is None else self._clock()
        if clock is None or clock - watermark <= self._most_behind:
            self._lines.write(watermark, clock)
