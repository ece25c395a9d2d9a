"""Count appeals by verdict, find matured appeals, and determine when the counts are final.

An appeal matures when its limit passes, which is the last instant at which an answer is in time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workhours_sla.statistics.arrays import (
    NEVER,
    BoolArray,
    IntArray,
    in_one_dimension,
    instants,
    refuse,
    same_shape,
)
from workhours_sla.worktime.times import is_late

VERDICTS: Final = ("met", "breached", "pending", "at_risk", "paused", "withdrawn", "excluded")
"""Names of the verdicts; the code of a verdict is its index in this tuple."""

MET, BREACHED, PENDING, AT_RISK, PAUSED, WITHDRAWN, EXCLUDED = range(len(VERDICTS))


@dataclass(frozen=True, slots=True)
class CohortCounts:
    """The number of appeals of a cohort with each verdict; ``pending`` includes appeals at risk."""

    met: int  # also early answers, which would bias the share
    breached: int
    pending: int
    paused: int
    withdrawn: int
    excluded: int
    matured: int  # whose limit has passed
    matured_met: int  # of these; the share in time is their share

    @property
    def arrived(self) -> int:
        decided = self.met + self.breached + self.withdrawn + self.excluded
        return decided + self.pending + self.paused

    @property
    def early(self) -> int:
        """The number of appeals that were answered early: their limit has not passed yet."""
        return self.met - self.matured_met


COUNTS: Final = ("arrived", *(field.name for field in fields(CohortCounts)))
"""Names of the counts of CohortCounts; the first is ``arrived``, the number of all appeals."""


def matured(verdicts: NDArray[np.integer], limits: IntArray, as_of: int) -> BoolArray:
    """Return which appeals have matured: breached, or met and with a limit before ``as_of``."""
    found: BoolArray = (verdicts == BREACHED) | ((verdicts == MET) & is_late(as_of, limits))
    return found


def grouped_counts(
    verdicts: NDArray[np.integer], matured: BoolArray, groups: IntArray, number: int
) -> list[CohortCounts]:
    """Return the counts of each of ``number`` groups; an appeal of no group has the number -1."""
    kinds = len(VERDICTS)
    inside = groups >= 0
    table, done = (
        np.bincount(groups[rows] * kinds + verdicts[rows], minlength=number * kinds)
        .reshape(number, kinds)
        .tolist()
        for rows in (inside, inside & matured)
    )
    return [
        CohortCounts(
            met=line[MET],
            breached=line[BREACHED],
            pending=line[PENDING] + line[AT_RISK],
            paused=line[PAUSED],
            withdrawn=line[WITHDRAWN],
            excluded=line[EXCLUDED],
            matured=sum(of_done),
            matured_met=of_done[MET],
        )
        for line, of_done in zip(table, done, strict=True)
    ]


def cohort_counts(verdicts: ArrayLike, limits: ArrayLike, as_of: int) -> CohortCounts:
    """Return the verdict counts of one cohort as of an instant.

    ``verdicts`` has the verdict of each appeal as text, such as "met". ``limits`` has the last
    instant at which an answer to each appeal is in time, as a whole number, or NEVER. ``as_of`` is
    the instant for which both were computed, in the unit of ``limits``. Raises ValueError for an
    unknown verdict, different shapes, or a verdict that contradicts its limit.

    >>> cohort_counts(["met", "met", "breached", "at_risk"], [5, 9, 4, 8], 8)
    CohortCounts(met=2, breached=1, pending=1, paused=0, withdrawn=0, excluded=0, matured=2, \
matured_met=1)
    """
    texts = in_one_dimension("verdicts", np.asarray(verdicts))
    ends = same_shape("limits", instants("limits", limits), texts.shape)
    known = texts[:, None] == np.array(VERDICTS)
    if not known.any(axis=1).all():
        unknown = texts[~known.any(axis=1)][0]
        refuse(f"{str(unknown)!r} is not a verdict; it is one of {', '.join(VERDICTS)}")
    codes = known.argmax(axis=1)
    waiting = (codes == PENDING) | (codes == AT_RISK)
    contrary = np.flatnonzero(np.where(ends < as_of, waiting, codes == BREACHED))
    if contrary.size:
        at = contrary[0]
        refuse(
            f"the appeal at {at} is {texts[at]} with the limit {ends[at]}; "
            f"take both the verdicts and the limits as of {as_of}"
        )
    return grouped_counts(codes, matured(codes, ends, as_of), np.zeros_like(codes), 1)[0]


def safe_as_of(limits: ArrayLike) -> int | None:
    """Return the latest limit of a cohort; evaluations after it always give the same counts.

    ``limits`` are the limits of the appeals that count in the share, as whole numbers. Returns None
    if one of them is NEVER, since an appeal without a limit can still change the counts. Raises
    ValueError if there are no limits.

    >>> safe_as_of([5, 9, 4])
    9
    """
    ends = instants("limits", limits)
    if ends.size == 0:
        refuse("limits is empty, so there is no last limit; leave the empty cohort out")
    last = int(ends.max())
    return None if last == NEVER else last
