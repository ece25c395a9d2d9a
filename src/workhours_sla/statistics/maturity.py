"""Which appeals have matured, how many have each verdict, and when the counts are final.

An appeal has matured when the last instant at which an answer is in time, its limit, has passed.
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
    same_shape,
)

VERDICTS: Final = ("met", "breached", "pending", "at_risk", "paused", "withdrawn", "excluded")
"""The names of the verdicts; the code of a verdict is its position in this tuple."""

MET, BREACHED, PENDING, AT_RISK, PAUSED, WITHDRAWN, EXCLUDED = range(len(VERDICTS))


@dataclass(frozen=True, slots=True)
class CohortCounts:
    """How many appeals of a cohort have each verdict; ``pending`` includes appeals at risk.

    The share in time is ``matured_met / matured``, where ``matured`` counts the appeals whose limit
    has passed. So ``met`` counts the appeals in time, ``matured_met``, and those answered early. An
    early answer does not count before the limit. If it counted at once, the share would be biased
    upward, because an open appeal cannot count as late before its limit.
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
        """The number of all appeals of the cohort."""
        return (
            self.met + self.breached + self.pending + self.paused + self.withdrawn + self.excluded
        )

    @property
    def early(self) -> int:
        """The number of appeals that were answered early: their limit has not passed yet."""
        return self.met - self.matured_met


COUNTS: Final = ("arrived", *(field.name for field in fields(CohortCounts)))
"""The names of the counts of CohortCounts; the first is ``arrived``, the number of all appeals."""


def matured(verdicts: NDArray[np.integer], limits: IntArray, as_of: int) -> BoolArray:
    """Return which appeals have matured: breached, or met and with a limit before ``as_of``.

    ``verdicts`` are positions in VERDICTS. ``limits`` has the last instant at which an answer to
    each appeal is in time, in the unit of ``as_of``. Both arrays have one dimension. A breached
    appeal is past its limit by definition.
    """
    found: BoolArray = (verdicts == BREACHED) | ((verdicts == MET) & (limits < as_of))
    return found


def grouped_counts(
    verdicts: NDArray[np.integer], matured: BoolArray, groups: IntArray, number: int
) -> list[CohortCounts]:
    """Return the verdict counts of each of ``number`` groups of appeals.

    All arrays have one dimension and one value for each appeal: ``verdicts`` has the position of
    its verdict in VERDICTS, ``matured`` whether it has matured, and ``groups`` the number of its
    group, or -1 if it is in no group.
    """
    kinds = len(VERDICTS)
    inside = groups >= 0
    cells = groups[inside] * kinds + verdicts[inside]
    table = np.bincount(cells, minlength=number * kinds).reshape(number, kinds)
    done = np.bincount(groups[inside & matured], minlength=number)
    in_time = np.bincount(groups[inside & matured & (verdicts == MET)], minlength=number)
    return [
        CohortCounts(
            met=line[MET],
            breached=line[BREACHED],
            pending=line[PENDING] + line[AT_RISK],
            paused=line[PAUSED],
            withdrawn=line[WITHDRAWN],
            excluded=line[EXCLUDED],
            matured=of_them,
            matured_met=met,
        )
        for line, of_them, met in zip(table.tolist(), done.tolist(), in_time.tolist(), strict=True)
    ]


def cohort_counts(verdicts: ArrayLike, limits: ArrayLike, as_of: int) -> CohortCounts:
    """Return the verdict counts of one cohort as of an instant.

    ``verdicts`` has the verdict of each appeal as text, such as "met". ``limits`` has the last
    instant at which an answer to each appeal is in time, as a whole number, or NEVER if the appeal
    has no limit. Both arrays have one dimension. ``as_of`` is the instant as of which the verdicts
    and limits were computed, in the unit of the limits. Raises ValueError for an unknown verdict,
    different shapes, or a verdict that contradicts its limit.

    >>> cohort_counts(["met", "met", "breached", "at_risk"], [5, 9, 4, 8], 8)
    CohortCounts(met=2, breached=1, pending=1, paused=0, withdrawn=0, excluded=0, matured=2, \
matured_met=1)
    """
    texts = in_one_dimension("verdicts", np.asarray(verdicts))
    ends = same_shape("limits", instants("limits", limits), texts.shape)
    codes = np.full(texts.shape, -1, np.int64)
    for code, verdict in enumerate(VERDICTS):
        codes[texts == verdict] = code
    if (codes < 0).any():
        unknown = texts[codes < 0][0]
        msg = f"{str(unknown)!r} is not a verdict; it is one of {', '.join(VERDICTS)}"
        raise ValueError(msg)
    waiting = (codes == PENDING) | (codes == AT_RISK)
    contrary = np.flatnonzero(np.where(ends < as_of, waiting, codes == BREACHED))
    if contrary.size:
        at = contrary[0]
        msg = (
            f"the appeal at {at} is {texts[at]} with the limit {ends[at]}; "
            f"take both the verdicts and the limits as of {as_of}"
        )
        raise ValueError(msg)
    everything = np.zeros(codes.shape, np.int64)
    return grouped_counts(codes, matured(codes, ends, as_of), everything, 1)[0]


def safe_as_of(limits: ArrayLike) -> int | None:
    """Return the last limit of a cohort, after which its counts are final.

    ``limits`` are the limits of the appeals that count in the share, as whole numbers in one
    dimension. Returns None if one of them is NEVER, since an appeal without a limit can still
    change the counts. Raises ValueError if there are no limits.

    >>> safe_as_of([5, 9, 4])
    9
    """
    ends = instants("limits", limits)
    if ends.size == 0:
        msg = "limits is empty, so there is no last limit; leave the empty cohort out"
        raise ValueError(msg)
    last = int(ends.max())
    return None if last == NEVER else last
