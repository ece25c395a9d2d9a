"""The list of the late appeals of a report, with the agency that had each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from workhours_sla.compliance.attribution import Breach
from workhours_sla.compliance.cases import UNKNOWN, Cases
from workhours_sla.compliance.microseconds import MICROSECOND, in_zone, instant_of
from workhours_sla.statistics.arrays import NEVER
from workhours_sla.statistics.maturity import BREACHED


@dataclass(frozen=True, slots=True)
class Late:
    """A late appeal, with its times and the agency that had it at its limit.

    ``answered_at`` is None while the appeal is open. ``elapsed`` and ``overdue`` are None if they
    are unknown. ``holder`` is the agency that had the appeal at its limit.

    ``hour_earlier`` is whether the appeal would have been in time if the holder had received it one
    hour of working time earlier. If the time before that was less than an hour, the holder is
    assumed to receive the appeal at once. All later work is assumed to take the same working time.
    ``hour_earlier`` is None while the missing answer can change it. Both ``holder`` and
    ``hour_earlier`` are None if there are no events, or if the events do not show the holders.
    """

    appeal_id: str
    agency: str | None
    started_at: datetime
    due_at: datetime | None
    limit: datetime | None
    answered_at: datetime | None
    elapsed: timedelta | None
    overdue: timedelta | None
    holder: str | None
    hour_earlier: bool | None


def late_appeals(cases: Cases, found: Mapping[int, Breach], listed: int) -> tuple[Late, ...]:
    """Return the first ``listed`` late appeals: open ones first, then the most overdue first.

    ``found`` has the breaches of appeals whose holders are known, keyed by the row of the case.
    """
    rows = np.flatnonzero(cases.in_state(BREACHED))
    answered = cases.answered[rows] != NEVER
    first = rows[np.lexsort((cases.started[rows], -cases.overdue[rows], answered))][:listed]
    late_ones = [_late_one(cases, row, found.get(row)) for row in first.tolist()]
    # Sort again, so that equally late appeals are ordered by id and not by row.
    return tuple(
        sorted(
            late_ones,
            key=lambda late: (
                late.answered_at is not None,
                -(late.overdue or timedelta(0)),
                late.started_at,
                late.appeal_id,
            ),
        )
    )


def _late_one(cases: Cases, row: int, breach: Breach | None) -> Late:
    schedule = cases.schedules[int(cases.schedule_of[row])]
    agencies = cases.groups.get("agency")
    code = -1 if agencies is None else int(agencies.codes[row])

    def amount(micros: int) -> timedelta | None:
        return None if micros == UNKNOWN else micros * MICROSECOND

    return Late(
        str(cases.ids[row]),
        agencies.names[code] if agencies is not None and code >= 0 else None,
        in_zone(schedule, int(cases.started[row])),
        instant_of(schedule, int(cases.due[row])),
        instant_of(schedule, int(cases.limit[row])),
        instant_of(schedule, int(cases.answered[row])),
        amount(int(cases.elapsed[row])),
        amount(int(cases.overdue[row])),
        holder=None if breach is None else breach.holder,
        hour_earlier=None if breach is None else breach.hour_earlier,
    )
