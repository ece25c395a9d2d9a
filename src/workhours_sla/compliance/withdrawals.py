"""How much withdrawn appeals affect the time to an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from workhours_sla.compliance.microseconds import MICROSECOND
from workhours_sla.compliance.tables import Tally
from workhours_sla.statistics.maturity import WITHDRAWN
from workhours_sla.statistics.survival import SurvivalCurve, cumulative_incidence


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """The shares of the appeals by the working time ``time``, from two estimators.

    ``answered`` and ``withdrawn`` are the Aalen-Johansen shares of all appeals. ``answered_alone``
    is 1 minus Kaplan-Meier, on which the times of a report are based: the share that would have
    been answered without any withdrawal. ``count`` is the number of withdrawals at any time.
    """

    time: timedelta
    count: int
    answered: float
    withdrawn: float
    answered_alone: float


def withdrawals(tally: Tally, curve: SurvivalCurve | None, time: timedelta) -> Withdrawals | None:
    """Return the shares at a working time; None if the curve is unknown there.

    ``curve`` is the curve of all cases of the tally.
    """
    if curve is None:
        return None
    micros = time // MICROSECOND
    try:
        open_share = curve.at(micros)
    except ValueError:
        return None
    followed = tally.timed
    gone = tally.cases.in_state(WITHDRAWN)[followed]
    # after the time only the order matters, so all later waits are cut to one value
    waited = np.minimum(tally.cases.elapsed[followed], micros + 1)
    early = waited <= micros
    found = cumulative_incidence(waited, tally.answered[followed] & early, gone & early)
    known = found.times.size > 0
    return Withdrawals(
        time,
        int(gone.sum()),
        answered=float(found.answered[-1]) if known else 0.0,
        withdrawn=float(found.withdrawn[-1]) if known else 0.0,
        answered_alone=1 - open_share,
    )
