"""What leaving out the withdrawn does to the time to an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from workhours_sla.compliance.cases import MICROSECOND, WITHDRAWN
from workhours_sla.compliance.tables import Tally
from workhours_sla.statistics.survival import SurvivalCurve, cumulative_incidence


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """The shares of the appeals by the working time ``time``, the withdrawn counted two ways.

    ``answered`` and ``withdrawn`` are what became of all (Aalen-Johansen), ``answered_alone`` is
    what would have been answered had nobody withdrawn (one less Kaplan-Meier, which the times of
    a report go by). ``count`` is how many withdrew, at any time.
    """

    time: timedelta
    count: int
    answered: float
    withdrawn: float
    answered_alone: float


def withdrawals(tally: Tally, curve: SurvivalCurve | None, time: timedelta) -> Withdrawals | None:
    """Return the check at a time; None where nothing is known of that time.

    ``curve`` is that of all cases of the tally.
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
    # what comes later says no more than that it is later
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
