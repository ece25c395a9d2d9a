"""Outcomes as columns, with one row per clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.columns.clock_times import RowPauses
from workhours_sla.sla.columns.cycle_facts import NEVER
from workhours_sla.sla.columns.event_columns import Coded, Names, instant_of
from workhours_sla.sla.fast_constructor import fast_frozen
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.target import Target
from workhours_sla.worktime.columns.lookups import Bools, Ints
from workhours_sla.worktime.schedule import Schedule

VERDICTS: Final = tuple(Verdict)
"""The verdicts; the code of a verdict is its position."""
PENDING, AT_RISK, _PAUSED, MET, BREACHED, WITHDRAWN, EXCLUDED = range(len(VERDICTS))
SHOWN: Final = ("agency_id", "district_id", "channel", "topic")
"""The attributes of an appeal that an outcome has."""


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeColumns:
    """The outcomes of one target on one schedule, with the fields of Outcome as columns.

    Instants and amounts are in microseconds, and ``NEVER`` means None. ``appeal`` is a code of
    ``appeals``, and ``verdict`` a position in ``VERDICTS``. No row depends on an uncertain date, so
    the fields ``calendar_unknown``, ``provisional``, ``bounds`` and ``retroactive`` have their
    defaults. ``place`` is the position of the target in its rule.
    """

    target: Target
    place: int
    schedule: Schedule
    appeals: Names
    appeal: Ints
    cycle: Ints
    verdict: NDArray[np.int8]
    posted_at: Ints
    started_at: Ints
    answered_at: Ints
    withdrawn_at: Ints
    due_at: Ints
    limit: Ints
    elapsed: Ints
    overdue: Ints
    needs_review: Bools
    pause_left_open: Bools
    pauses: RowPauses
    attributes: Mapping[str, Coded]

    def __len__(self) -> int:
        return self.appeal.size

    def taken(self, rows: Bools) -> OutcomeColumns:
        """Return the outcomes of the rows for which ``rows`` is true."""
        if rows.all():
            return self
        return OutcomeColumns(
            self.target,
            self.place,
            self.schedule,
            self.appeals,
            self.appeal[rows],
            self.cycle[rows],
            self.verdict[rows],
            self.posted_at[rows],
            self.started_at[rows],
            self.answered_at[rows],
            self.withdrawn_at[rows],
            self.due_at[rows],
            self.limit[rows],
            self.elapsed[rows],
            self.overdue[rows],
            self.needs_review[rows],
            self.pause_left_open[rows],
            self.pauses.taken(rows),
            {name: one.taken(rows) for name, one in self.attributes.items()},
        )

    def outcomes(self) -> list[Outcome]:
        """Return the outcomes as objects, in the order of the rows."""
        zone = self.schedule.tz

        def local(instants: Ints) -> list[datetime | None]:
            return [
                None if at == NEVER else instant_of(at).astimezone(zone) for at in instants.tolist()
            ]

        def amounts(micros: Ints) -> list[timedelta]:
            return [timedelta(microseconds=one) for one in micros.tolist()]

        pauses: list[tuple[tuple[datetime, datetime], ...]] = [()] * len(self)
        for number, row in enumerate(self.pauses.rows.tolist()):
            pairs = self.pauses.of_row(number)
            pauses[row] = tuple((a.astimezone(zone), b.astimezone(zone)) for a, b in pairs)
        agency, district, channel, topic = (_texts(self.attributes[name]) for name in SHOWN)
        no = repeat(object=False)
        return list(
            map(
                _new_outcome,
                [self.appeals[code] for code in self.appeal.tolist()],
                repeat(self.target.name),
                [VERDICTS[code] for code in self.verdict.tolist()],
                local(self.posted_at),
                local(self.answered_at),
                local(self.due_at),
                local(self.limit),
                amounts(self.elapsed),
                repeat(self.target.budget),
                repeat(self.schedule.calendar.version),
                agency,
                district,
                channel,
                no,  # calendar_unknown
                no,  # provisional
                self.cycle.tolist(),
                local(self.started_at),
                local(self.withdrawn_at),
                topic,
                amounts(self.overdue),
                self.needs_review.tolist(),
                pauses,
                repeat(None),  # bounds
                no,  # retroactive
                self.pause_left_open.tolist(),
            )
        )


_new_outcome: Final = fast_frozen(Outcome)


def _texts(column: Coded) -> list[str | None]:
    names: list[str | None] = [column.names[code] for code in range(len(column.names))]
    names.append(None)
    return [names[code] for code in column.codes.tolist()]
