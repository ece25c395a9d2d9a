"""When an appeal has matured, how many appeals have each verdict, and when the counts are final."""

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
"""The verdicts; the code of a verdict is its position."""

MET, BREACHED, PENDING, AT_RISK, PAUSED, WITHDRAWN, EXCLUDED = range(len(VERDICTS))


@dataclass(frozen=True, slots=True)
class CohortCounts:
    """How many appeals of a cohort have each verdict; ``pending`` includes those at risk.

    The share in time is ``matured_met`` of ``matured``, the appeals whose limit has passed.
    Counting early answers at once, but open appeals only once they are late, biases the rate
    upward.
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


COUNTS: Final = ("arrived", *(field.name for field in fields(CohortCounts)))
"""The names of the counts, their sum first."""


def matured(verdicts: NDArray[np.integer], limits: IntArray, as_of: int) -> BoolArray:
    """Return which appeals have matured: met or breached, with a limit before ``as_of``.

    ``verdicts`` are codes and ``limits`` the last instants at which an answer is in time, in the
    unit of ``as_of``, both in one dimension. A breached appeal is past its limit by definition.

    >>> matured(np.array([MET, MET, BREACHED, PENDING]), np.array([5, 9, 4, 8]), 8).tolist()
    [True, False, True, False]
    """
    found: BoolArray = (verdicts == BREACHED) | ((verdicts == MET) & (limits < as_of))
    return found


def grouped_counts(
    verdicts: NDArray[np.integer], matured: BoolArray, groups: IntArray, number: int
) -> list[CohortCounts]:
    """Return the counts of each of ``number`` groups.

    ``verdicts`` are codes, ``matured`` is the result of that function, and ``groups`` says which
    group an appeal is in, -1 for none; all are in one dimension.

    >>> codes, groups = np.array([MET, BREACHED, AT_RISK]), np.array([0, 0, -1])
    >>> [one.breached for one in grouped_counts(codes, codes < PENDING, groups, 2)]
    [1, 0]
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
    """Return the counts of one cohort as of an instant.

    ``verdicts`` are texts such as "met", one for each appeal; ``limits`` are the last instants at
    which an answer is in time, whole numbers, NEVER where there is none. Both are in one dimension
    and of the same ``as_of``, which is in the unit of the limits. Raises ValueError for an unknown
    verdict, different shapes, or a verdict that contradicts its limit.

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
    """Return the last limit, after which the counts of a cohort are final; None without one.

    ``limits`` are whole numbers in one dimension, of the appeals that count; NEVER among them
    means that there is no last limit yet. Raises ValueError for no appeals.

    >>> safe_as_of([5, 9, 4])
    9
    """
    ends = instants("limits", limits)
    if ends.size == 0:
        msg = "limits is empty, so there is no last limit; leave the empty cohort out"
        raise ValueError(msg)
    last = int(ends.max())
    return None if last == NEVER else last
