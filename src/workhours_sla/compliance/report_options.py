"""The options of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, get_args

from workhours_sla.argument_types import checked
from workhours_sla.compliance.period import Earlier
from workhours_sla.module_names import public
from workhours_sla.statistics.arrays import target_share
from workhours_sla.statistics.control_charts import BASELINE, FEWEST_POINTS

LISTED: Final = 1000
"""Default number of late appeals that a report lists."""

_EARLIER: Final[tuple[object, ...]] = get_args(Earlier)


@public("workhours_sla.report")
@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """The options of a report.

    ``target_rate`` is the share of appeals that must be in time, above 0 and at most 1. ``by`` has
    the names of the groupings; None means all groupings of the cases. A name such as
    ``"agency*week"`` crosses groupings; ``week``, ``weekday``, ``hour``, ``arrival_class`` and
    ``due_class`` can be crossed, too. In the restricted mean, a wait longer than ``horizon`` counts
    as ``horizon``; the default is the budget.

    The report covers the appeals that arrived at or after ``since`` and before ``until``; its
    backlog and its weekly trends also include earlier arrivals. ``compare_with`` compares the rate
    with another period: ``"previous"`` with the period of equal length before, ``"year"`` with the
    same dates a year earlier. An instant compares the arrivals from that instant on with the
    earlier arrivals.

    The limits of the trends are computed from the first ``baseline`` weeks, or from all weeks if
    there are fewer, but at least 12. After a known change of the work, set ``rebase``: the baseline
    then begins with the week of that date. ``listed`` is the number of late appeals to list.
    ``with_cases`` adds the verdict of every appeal, so that ``revise`` can list the verdicts that
    changed.

    Raises ValueError for a target rate that is not above 0 and at most 1, for a horizon that is not
    positive, for a baseline below 12, for a negative ``listed`` and for another ``compare_with``.

    >>> ReportOptions(target_rate=90)
    Traceback (most recent call last):
    ValueError: target_rate 90 is not above 0 and at most 1; write 90 % as 0.9
    """

    target_rate: float = 0.9
    by: Sequence[str] | None = None
    horizon: timedelta | None = None
    since: datetime | None = None
    until: datetime | None = None
    compare_with: Earlier | datetime | None = None
    baseline: int = BASELINE
    rebase: date | None = None
    listed: int = LISTED
    with_cases: bool = False

    def __post_init__(self) -> None:
        target_share("target_rate", self.target_rate)
        if self.horizon is not None and self.horizon <= timedelta(0):
            msg = f"horizon {self.horizon} is not positive; give a length of time such as 4 h"
            raise ValueError(msg)
        if not isinstance(self.compare_with, datetime | None) and self.compare_with not in _EARLIER:
            msg = (
                f"compare_with {self.compare_with!r} is not 'previous', 'year' or a datetime; give "
                "one of them"
            )
            raise ValueError(msg)
        if self.listed < 0:
            msg = f"listed {self.listed} is negative; give a number of late appeals, 0 for none"
            raise ValueError(msg)
        if self.baseline < FEWEST_POINTS:
            msg = f"baseline {self.baseline} is too short; give at least {FEWEST_POINTS} weeks"
            raise ValueError(msg)
