"""The appeals that arrived in one period, as of an instant: who counts, and is the count final."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from workhours_sla.statistics.arrays import NEVER, in_one_dimension, instants, same_shape

VERDICTS = ("met", "breached", "pending", "at_risk", "paused", "withdrawn", "excluded")


@dataclass(frozen=True, slots=True)
class CohortCounts:
    """How the appeals of a cohort stand; ``pending`` includes those at risk.

    The share in time is ``matured_met`` of ``matured``: of the appeals whose limit has passed.
    Whoever counts an early answer at once, but an early open appeal not yet, counts too well.
    """

    met: int
    breached: int
    pending: int
    paused: int
    withdrawn: int
    excluded: int
    matured: int
    matured_met: int

    @property
    def arrived(self) -> int:
        """All appeals of the cohort."""
        return (
            self.met + self.breached + self.pending + self.paused + self.withdrawn + self.excluded
        )


def cohort_counts(verdicts: ArrayLike, limits: ArrayLike, as_of: int) -> CohortCounts:
    """Return how a cohort stands as of an instant.

    ``verdicts`` are texts such as "met", one for each appeal; ``limits`` are the last instants at
    which an answer is in time, whole numbers, NEVER where there is none. Both are in one
    dimension, ``as_of`` is in the unit of the limits and that of the verdicts. An appeal has
    matured when ``as_of`` is past its limit. Raises ValueError for another verdict, shapes that
    differ, or a verdict that cannot go with its limit.

    >>> cohort_counts(["met", "met", "breached", "at_risk"], [5, 9, 4, 8], 8)
    CohortCounts(met=2, breached=1, pending=1, paused=0, withdrawn=0, excluded=0, matured=2, \
matured_met=1)
    """
    texts = in_one_dimension("verdicts", np.asarray(verdicts))
    ends = same_shape("limits", instants("limits", limits), texts.shape)
    number = {verdict: int((texts == verdict).sum()) for verdict in VERDICTS}
    if sum(number.values()) < texts.size:
        unknown = next(text for text in texts.tolist() if text not in VERDICTS)
        msg = f"{unknown!r} is no verdict; it is one of {', '.join(VERDICTS)}"
        raise ValueError(msg)
    passed = ends < as_of
    waiting = (texts == "pending") | (texts == "at_risk")
    contrary = np.flatnonzero(np.where(passed, waiting, texts == "breached"))
    if contrary.size:
        at = contrary[0]
        msg = (
            f"the appeal at {at} is {texts[at]} with the limit {ends[at]}; "
            f"take both the verdicts and the limits as of {as_of}"
        )
        raise ValueError(msg)
    matured_met = int((passed & (texts == "met")).sum())
    return CohortCounts(
        met=number["met"],
        breached=number["breached"],
        pending=number["pending"] + number["at_risk"],
        paused=number["paused"],
        withdrawn=number["withdrawn"],
        excluded=number["excluded"],
        matured=matured_met + number["breached"],
        matured_met=matured_met,
    )


def safe_as_of(limits: ArrayLike) -> int | None:
    """Return the last limit: after it the count of a cohort is final; None while one has no limit.

    ``limits`` are whole numbers in one dimension, of the appeals that count. Raises ValueError
    for no appeals.

    >>> safe_as_of([5, 9, 4])
    9
    """
    ends = instants("limits", limits)
    if ends.size == 0:
        msg = "limits is empty, and no appeals have no last limit; leave the empty cohort out"
        raise ValueError(msg)
    last = int(ends.max())
    return None if last == NEVER else last
