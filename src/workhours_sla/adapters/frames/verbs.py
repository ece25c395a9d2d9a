"""The verbs of whole columns, the same for every kind of frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from workhours_sla.adapters.frames.asking import Rows, Schedules
from workhours_sla.worktime import columns
from workhours_sla.worktime.columns.question import OnUnknown


class Verbs:
    """The verbs over columns that ``rows_of`` reads; what they share is told by each adapter.

    ``rows_of(role, column)`` returns the first column of a question.
    """

    def __init__(self, rows_of: Callable[[str, Any], Rows]) -> None:
        self._rows_of = rows_of

    def elapsed(  # noqa: PLR0913
        self,
        schedule: Schedules,
        starts: Any,
        ends: Any,
        *,
        by: Any = None,
        codes: Any = None,
        pauses: Any = None,
        on_unknown: OnUnknown = "raise",
        provisional: bool = False,
    ) -> Any:
        """Return the working time from each start to each end, negative where the end is earlier.

        The two may be in different zones.
        """
        rows = self._rows_of("starts", starts)
        return rows.ask(
            columns.elapsed,
            schedule,
            rows.instants("ends", ends),
            by=by,
            codes=codes,
            pauses=pauses,
            on_unknown=on_unknown,
            provisional=provisional,
        )

    def remaining(  # noqa: PLR0913
        self,
        schedule: Schedules,
        starts: Any,
        budget: Any,
        *,
        now: Any,
        by: Any = None,
        codes: Any = None,
        pauses: Any = None,
        on_unknown: OnUnknown = "raise",
        provisional: bool = False,
    ) -> Any:
        """Return what is left of each budget at ``now``, in working time; negative when overdue.

        ``now`` is one aware datetime or a column. Returns as ``elapsed``; raises BudgetError, too.
        """
        rows = self._rows_of("starts", starts)
        return rows.ask(
            columns.remaining,
            schedule,
            rows.amounts(budget),
            now=rows.instants("now", now),
            by=by,
            codes=codes,
            pauses=pauses,
            on_unknown=on_unknown,
            provisional=provisional,
        )

    def deadline(  # noqa: PLR0913
        self,
        schedule: Schedules,
        starts: Any,
        budget: Any,
        *,
        by: Any = None,
        codes: Any = None,
        pauses: Any = None,
        on_unknown: OnUnknown = "raise",
        provisional: bool = False,
    ) -> Any:
        """Return the earliest instant at which each budget of working time has passed.

        ``budget`` is one amount, or a column of them. Raises BudgetError, too.
        """
        rows = self._rows_of("starts", starts)
        return rows.ask(
            columns.deadline,
            schedule,
            rows.amounts(budget),
            by=by,
            codes=codes,
            pauses=pauses,
            on_unknown=on_unknown,
            provisional=provisional,
        )

    def breaches_after(  # noqa: PLR0913
        self,
        schedule: Schedules,
        starts: Any,
        budget: Any,
        *,
        by: Any = None,
        codes: Any = None,
        pauses: Any = None,
        on_unknown: OnUnknown = "raise",
        provisional: bool = False,
    ) -> Any:
        """Return the last instant at which an answer is still within each budget.

        Where the budget ends at closing time this is the next opening. Raises as ``deadline``.
        """
        rows = self._rows_of("starts", starts)
        return rows.ask(
            columns.breaches_after,
            schedule,
            rows.amounts(budget),
            by=by,
            codes=codes,
            pauses=pauses,
            on_unknown=on_unknown,
            provisional=provisional,
        )

    def latest_start(  # noqa: PLR0913
        self,
        schedule: Schedules,
        due: Any,
        budget: Any,
        *,
        by: Any = None,
        codes: Any = None,
        on_unknown: OnUnknown = "raise",
        provisional: bool = False,
    ) -> Any:
        """Return the latest start whose deadline is not after ``due``, row by row.

        Raises as ``deadline``.
        """
        rows = self._rows_of("due", due)
        return rows.ask(
            columns.latest_start,
            schedule,
            rows.amounts(budget),
            by=by,
            codes=codes,
            on_unknown=on_unknown,
            provisional=provisional,
        )

    def next_opening(  # noqa: PLR0913
        self,
        schedule: Schedules,
        times: Any,
        *,
        by: Any = None,
        codes: Any = None,
        on_unknown: OnUnknown = "raise",
        provisional: bool = False,
    ) -> Any:
        """Return the first instant of working time at or after each, itself where it is one."""
        return self._rows_of("times", times).ask(
            columns.next_opening,
            schedule,
            by=by,
            codes=codes,
            on_unknown=on_unknown,
            provisional=provisional,
        )

    def is_working(  # noqa: PLR0913
        self,
        schedule: Schedules,
        times: Any,
        *,
        by: Any = None,
        codes: Any = None,
        on_unknown: OnUnknown = "raise",
        provisional: bool = False,
    ) -> Any:
        """Return whether each instant is working time, null where it is null and that can be."""
        return self._rows_of("times", times).ask(
            columns.is_working,
            schedule,
            by=by,
            codes=codes,
            on_unknown=on_unknown,
            provisional=provisional,
        )


class ColumnVerbs:
    """The verbs with a column of one's own as the first; options as of the functions."""

    _verbs: ClassVar[Verbs]

    def __init__(self, column: Any) -> None:
        self._column = column

    def elapsed(self, schedule: Schedules, ends: Any, **options: Any) -> Any:
        """Return the working time to each end."""
        return self._verbs.elapsed(schedule, self._column, ends, **options)

    def remaining(self, schedule: Schedules, budget: Any, *, now: Any, **options: Any) -> Any:
        """Return what is left of each budget at ``now``."""
        return self._verbs.remaining(schedule, self._column, budget, now=now, **options)

    def deadline(self, schedule: Schedules, budget: Any, **options: Any) -> Any:
        """Return the earliest instant at which each budget has passed."""
        return self._verbs.deadline(schedule, self._column, budget, **options)

    def breaches_after(self, schedule: Schedules, budget: Any, **options: Any) -> Any:
        """Return the last instant at which an answer is still within each budget."""
        return self._verbs.breaches_after(schedule, self._column, budget, **options)

    def latest_start(self, schedule: Schedules, budget: Any, **options: Any) -> Any:
        """Return the latest start whose deadline is not after each."""
        return self._verbs.latest_start(schedule, self._column, budget, **options)

    def next_opening(self, schedule: Schedules, **options: Any) -> Any:
        """Return the first instant of working time at or after each."""
        return self._verbs.next_opening(schedule, self._column, **options)

    def is_working(self, schedule: Schedules, **options: Any) -> Any:
        """Return whether each is working time."""
        return self._verbs.is_working(schedule, self._column, **options)
