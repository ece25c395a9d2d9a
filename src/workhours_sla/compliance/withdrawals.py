"""How much the withdrawal of appeals affects the share that is answered within a working time."""

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
    """The shares of appeals answered and withdrawn within the working time ``time``.

    ``answered`` and ``withdrawn`` are shares of all appeals (Aalen-Johansen estimator).
    ``answered_alone`` is the share that would have been answered without any withdrawal (1 minus
    the Kaplan-Meier estimate, on which the times of a report are based). ``count`` is the number of
    all withdrawals, whenever they happened.
    """

    time: timedelta
    count: int
    answered: float
    withdrawn: float
    answered_alone: float


def withdrawals(tally: Tally, curve: SurvivalCurve | None, time: timedelta) -> Withdrawals | None:
    """Return the shares of appeals answered and withdrawn within ``time``, None if unknown.

    ``curve`` is the Kaplan-Meier curve of all cases of the tally.
    """
    micros = time // MICROSECOND
    if curve is None or not curve.is_known(micros):
        return None
    followed = tally.timed
    gone = tally.cases.in_state(WITHDRAWN)[followed]
    # What happens after the time makes no difference, so all longer waits are cut to one value.
    waited = np.minimum(tally.cases.elapsed[followed], micros + 1)
    early = waited <= micros
    found = cumulative_incidence(waited, tally.answered[followed] & early, gone & early)
    known = found.times.size > 0
    return Withdrawals(
        time,
        int(gone.sum()),
        answered=float(found.answered[-1]) if known else 0.0,
        withdrawn=float(found.withdrawn[-1]) if known else 0.0,
        answered_alone=1 - curve.at(micros),
    )
