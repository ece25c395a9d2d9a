"""The verbs of working time: elapsed, deadline, breaches_after and the others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.public import public
from workhours_sla.worktime.budget import check_budget
from workhours_sla.worktime.coverage import (
    answer,
    refused,
    with_bounds,
)
from workhours_sla.worktime.engine import answers
from workhours_sla.worktime.engine.compiled_time import CompiledTime
from workhours_sla.worktime.instants import datetime_in
from workhours_sla.worktime.pauses import Pauses
from workhours_sla.worktime.zone import ZERO

if TYPE_CHECKING:
    from workhours_sla.worktime.budget_kinds import Budget


@public()
class Interval(NamedTuple):
    """A stretch of working time ``[start, end)`` between two aware datetimes.

    >>> from datetime import UTC
    >>> Interval(datetime(2025, 3, 12, 9, tzinfo=UTC), datetime(2025, 3, 12, 18, tzinfo=UTC)).end
    datetime.datetime(2025, 3, 12, 18, 0, tzinfo=datetime.timezone.utc)
    """

    start: datetime
    end: datetime


class WorkingTime(CompiledTime):
    """Working time with the verbs: the base of Schedule and of combined schedules.

    Shared by all verbs: datetimes must be aware, and answers come in the zone of the first one.
    ``pauses`` are pairs (since, until) of datetimes; working time within them does not count.
    ``provisional`` answers by rule if no act covers a date yet, with a ProvisionalWarning.
    Raises NaiveDatetimeError; CalendarCoverageError if the answer depends on a date that is
    unknown or uncertain; BudgetError; ValueError for a pause that ends before it starts.
    """

    __slots__ = ()

    # -- amounts -----------------------------------------------------------------------------

    def elapsed(
        self, start: datetime, end: datetime, *, pauses: Pauses = (), provisional: bool = False
    ) -> timedelta:
        """Return the working time between two instants, negative if the second is earlier.

        Additive: ``elapsed(a, b) + elapsed(b, c) == elapsed(a, c)``. Raises NaiveDatetimeError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
        >>> office.elapsed(datetime(2024, 12, 27, 16, 45, tzinfo=office.tz),
        ...                datetime(2024, 12, 28, 11, 10, tzinfo=office.tz))
        datetime.timedelta(seconds=12300)
        """
        return answer(
            self, lambda time: answers.elapsed(time, start, end, pauses), provisional=provisional
        )

    def remaining(
        self,
        start: datetime,
        budget: timedelta,
        *,
        now: datetime,
        pauses: Pauses = (),
        provisional: bool = False,
    ) -> timedelta:
        """Return the working time left of a budget at ``now``, negative when overdue.

        Raises NaiveDatetimeError, BudgetError, CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> ten = datetime(2025, 3, 12, 10, tzinfo=office.tz)
        >>> str(office.remaining(ten, timedelta(hours=4), now=ten.replace(hour=13)))
        '1:00:00'
        """
        check_budget(budget)
        try:
            return budget - self.elapsed(start, now, pauses=pauses)
        except CalendarCoverageError:  # the bounds are those of what remains
            return answer(
                self,
                lambda time: budget - time.elapsed(start, now, pauses=pauses),
                provisional=provisional,
            )

    # -- due times ---------------------------------------------------------------------------

    def deadline(
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> datetime:
        """Return the due time: the earliest instant at which a budget is used up.

        A budget that is used up exactly at closing time is due at closing time, a budget of 0 at
        ``start``. A timedelta is working time; WorkingDays, CalendarDays, Months and ClockTime
        count by their own rules. Raises NaiveDatetimeError, BudgetError, CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.deadline(datetime(2025, 3, 12, 14, tzinfo=office.tz), timedelta(hours=4)))
        '2025-03-12 18:00:00+03:00'
        """
        if not isinstance(budget, timedelta):
            return self._day_budget("due_at", start, budget, pauses, provisional=provisional)
        return answer(
            self,
            lambda time: answers.deadline(time, start, budget, pauses),
            provisional=provisional,
        )

    def breaches_after(
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> datetime:
        """Return the limit: the last instant at which an answer still meets a budget.

        This is the latest instant with ``elapsed(start, t) == budget``; if the budget ends at
        closing time, the next opening. Raises NaiveDatetimeError, BudgetError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.breaches_after(datetime(2025, 3, 12, 14, tzinfo=office.tz),
        ...                           timedelta(hours=4)))
        '2025-03-13 09:00:00+03:00'
        """
        if not isinstance(budget, timedelta):
            return self._day_budget("limit", start, budget, pauses, provisional=provisional)
        return answer(
            self,
            lambda time: answers.breaches_after(time, start, budget, pauses),
            provisional=provisional,
        )

    def due_and_limit(
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> tuple[datetime, datetime]:
        """Return ``deadline`` and ``breaches_after`` of a budget.

        For a start in UTC both cost little more than one. Raises NaiveDatetimeError, BudgetError,
        CalendarCoverageError, also if only the limit depends on an unknown date.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> due, limit = office.due_and_limit(datetime(2025, 3, 12, 14, tzinfo=office.tz),
        ...                                   timedelta(hours=4))
        >>> str(due), str(limit)
        ('2025-03-12 18:00:00+03:00', '2025-03-13 09:00:00+03:00')
        """
        return answer(
            self,
            lambda time: (
                time.deadline(start, budget, pauses=pauses),
                time.breaches_after(start, budget, pauses=pauses),
            ),
            provisional=provisional,
            certain=refused,
        )

    def latest_start(
        self, due: datetime, budget: timedelta, *, provisional: bool = False
    ) -> datetime:
        """Return the latest start whose due time is no later than ``due``.

        Raises NaiveDatetimeError, BudgetError, CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.latest_start(datetime(2025, 3, 12, 11, tzinfo=office.tz),
        ...                         timedelta(hours=4)))
        '2025-03-11 16:00:00+03:00'
        """
        return answer(
            self, lambda time: answers.latest_start(time, due, budget), provisional=provisional
        )

    # -- openings and closings ---------------------------------------------------------------

    def is_working(self, when: datetime, *, provisional: bool = False) -> bool:
        """Return whether an instant is working time.

        Raises NaiveDatetimeError, CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
        >>> office.is_working(datetime(2025, 11, 1, 12, tzinfo=office.tz))  # a working Saturday
        True
        """
        return answer(self, lambda time: answers.is_working(time, when), provisional=provisional)

    def next_opening(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the first instant of working time from a given instant on.

        This is ``when`` itself if it is working time; without ``inclusive`` it is the first start
        of working time after ``when``. Raises NaiveDatetimeError, CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> nine = datetime(2025, 3, 12, 9, tzinfo=office.tz)
        >>> print(office.next_opening(nine), office.next_opening(nine, inclusive=False))
        2025-03-12 09:00:00+03:00 2025-03-13 09:00:00+03:00
        """
        if inclusive:
            return self.breaches_after(when, ZERO, provisional=provisional)
        return answer(
            self,
            lambda time: answers.opening_after(time, when),
            provisional=provisional,
            near=when,
        )

    def next_closing(
        self, when: datetime, *, inclusive: bool = False, provisional: bool = False
    ) -> datetime:
        """Return the first end of working time after a given instant.

        With ``inclusive`` this may be ``when`` itself. Raises NaiveDatetimeError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> six = datetime(2025, 3, 12, 18, tzinfo=office.tz)
        >>> print(office.next_closing(six), office.next_closing(six, inclusive=True))
        2025-03-13 18:00:00+03:00 2025-03-12 18:00:00+03:00
        """
        return self._edge(answers.next_closing, when, inclusive=inclusive, provisional=provisional)

    def previous_opening(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the last start of working time up to a given instant.

        Without ``inclusive`` it is before ``when``. Raises NaiveDatetimeError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> print(office.previous_opening(datetime(2025, 3, 12, 14, tzinfo=office.tz)))
        2025-03-12 09:00:00+03:00
        """
        return self._edge(
            answers.previous_opening, when, inclusive=inclusive, provisional=provisional
        )

    def previous_closing(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the last end of working time up to a given instant.

        Without ``inclusive`` it is before ``when``. Raises NaiveDatetimeError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> print(office.previous_closing(datetime(2025, 3, 12, 14, tzinfo=office.tz)))
        2025-03-11 18:00:00+03:00
        """
        return self._edge(
            answers.previous_closing, when, inclusive=inclusive, provisional=provisional
        )

    def _edge(
        self, find: answers.Edge, when: datetime, *, inclusive: bool, provisional: bool
    ) -> datetime:
        return answer(
            self,
            lambda time: find(time, when, inclusive=inclusive),
            provisional=provisional,
            near=when,
        )

    def intervals(
        self, start: datetime, end: datetime, *, provisional: bool = False
    ) -> tuple[Interval, ...]:
        """Return the stretches of working time between two instants.

        In the zone of ``start``, disjoint, in order, clipped to ``[start, end)``; empty if
        ``end`` is not later. Raises NaiveDatetimeError, CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-13:00,14:00-18:00", tz="Europe/Moscow")
        >>> noon = datetime(2025, 3, 12, 12, tzinfo=office.tz)
        >>> for start, end in office.intervals(noon, noon.replace(hour=20)):
        ...     print(start.time(), end.time())
        12:00:00 13:00:00
        14:00:00 18:00:00
        """
        return answer(
            self,
            lambda time: tuple(
                Interval(datetime_in(start.tzinfo, lo), datetime_in(start.tzinfo, hi))
                for lo, hi in answers.intervals(time, start, end)
            ),
            provisional=provisional,
        )

    # -- budgets that are not working time ---------------------------------------------------

    def _day_budget(
        self,
        part: Literal["due_at", "limit"],
        start: datetime,
        budget: object,
        pauses: Pauses,
        *,
        provisional: bool,
    ) -> datetime:
        """Return the due time or the limit of a day budget or of ClockTime."""
        from workhours_sla.worktime.budget_kinds import DayBudget, day_budget  # noqa: PLC0415

        self._dates(budget)
        kind = day_budget(budget, start)

        def ask(time: WorkingTime) -> datetime:
            found: datetime = getattr(kind.answer(time._dates(kind), start, pauses), part)
            return found

        def if_certain(time: WorkingTime, _: object, error: CalendarCoverageError) -> datetime:
            if not isinstance(kind, DayBudget) or time.completions() is None:
                raise error
            bounds = getattr(kind.bounds(time._dates(kind), start, pauses, pauses), part)
            earliest, latest = (bound and bound.astimezone(start.tzinfo) for bound in bounds)
            if bounds[0] is None or bounds[0] != bounds[1]:
                raise with_bounds(error, earliest, latest) from None
            certain: datetime = earliest
            return certain

        return answer(self, ask, provisional=provisional, certain=if_certain)
