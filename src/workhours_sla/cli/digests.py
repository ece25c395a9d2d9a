"""Write the digests of ``watch``: messages to agencies about their overdue and open appeals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from workhours_sla.cli.output import Note
from workhours_sla.cli.policy_output import main_schedule
from workhours_sla.config.policy import DEFAULT, Configuration
from workhours_sla.errors import CalendarCoverageError, StoreError
from workhours_sla.stores.store import DatabaseStore
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.sinks.digest_lines import Agencies, DigestLines, Message
from workhours_sla.text import words
from workhours_sla.text.catalog import current

BEHIND: Final = timedelta(minutes=2)
"""How far the watermark may be behind the clock, besides the skew, for digests to be written."""


def digest_lines(
    file: Path,
    store: DatabaseStore,
    pipeline: Pipeline,
    configuration: Configuration,
    note: Note,
    on_written: Callable[[Sequence[Message]], object],
) -> DigestLines:
    """Return the object that writes the digests of a store to a file.

    The working time of an agency is that of its own schedule. An agency without a schedule has the
    schedule of the section [schedule] or, if no target uses that section, of the first target.
    ``note`` is called with what the user must know. Raises StoreError.
    """
    schedules = configuration.schedules
    main = main_schedule(configuration)
    otherwise = next(name for name, schedule in schedules.items() if schedule is main)
    if DEFAULT in schedules:
        otherwise = DEFAULT
    agencies = configuration.mapping.agencies

    def schedule_of(agency_id: str | None) -> str:
        agency = agencies.get(agency_id or "")
        return otherwise if agency is None else agency.schedule or otherwise

    def unknown(error: CalendarCoverageError) -> None:
        date = words.short_date(error.date)
        note("no_digests", calendar=error.calendar or "-", date=date)

    def lost() -> None:
        note("digests_lost", name=str(file))

    used = {otherwise, *(agency.schedule or otherwise for agency in agencies.values())}
    in_use = {name: schedule for name, schedule in schedules.items() if name in used}
    return DigestLines(
        file,
        store,
        pipeline,
        Agencies(in_use, schedule_of, configuration.mapping.agency_name),
        unknown=unknown,
        lost=lost,
        on_written=on_written,
        lang=current(),
    )


class TimedDigests:
    """Writes the digests of a store at the end of batches, as the watermark advances.

    With a ``clock``, nothing is written while past events are read, so that no message is about the
    past: the watermark may be at most ``skew`` and two minutes behind the clock. If the file cannot
    be written, ``on_failure`` is called with the error, ``failing`` becomes the error, and the
    digests are written later.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        lines: DigestLines,
        clock: Callable[[], datetime] | None,
        skew: timedelta,
        on_failure: Callable[[StoreError], object] = lambda _error: None,
    ) -> None:
        self._pipeline = pipeline
        self._lines = lines
        self._clock = clock
        self._most_behind = skew + BEHIND
        self._on_failure = on_failure
        self.failing: StoreError | None = None

    def due(self, watermark: datetime) -> bool:
        """Return whether a batch must end at a watermark so that digests can be written."""
        return self._clock is None and self._lines.due(watermark)

    def send(self) -> None:
        """Write the digests for the store's watermark. Raises StoreError if the store fails."""
        watermark = self._pipeline.watermark
        if watermark is None or not self._lines.due(watermark):
            return
        clock = None if self._clock is None else self._clock()
        if clock is not None and clock - watermark > self._most_behind:
            return
        try:
            self._lines.write(watermark, clock)
        except StoreError as error:
            # an error of the store itself ends the run
            if not getattr(error, "cause", "").startswith("sink_"):
                raise
            if self.failing is None:
                self._on_failure(error)
            self.failing = error
        else:
            self.failing = None
