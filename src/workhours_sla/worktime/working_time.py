"""The verbs of working time: elapsed, deadline, breaches_after and the others."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.module_names import public
from workhours_sla.worktime.budget import check_budget
from workhours_sla.worktime.engine import answers
from workhours_sla.worktime.engine.compiled_time import CompiledTime
from workhours_sla.worktime.instants import datetime_in, moment_of
from workhours_sla.worktime.pauses import Pauses
from workhours_sla.worktime.unknown_dates import (
    certain_answer,
    refused,
    with_bounds,
    without_bounds,
)
from workhours_sla.worktime.zone_offsets import ONE_DAY, ZERO

if TYPE_CHECKING:
    from workhours_sla.worktime.budget_kinds import Budget


@public()
class Interval(NamedTuple):
    """An interval of working time ``[start, end)`` between two aware datetimes.

    >>> from datetime import UTC
    >>> Interval(datetime(2025, 3, 12, 9, tzinfo=UTC), datetime(2025, 3, 12, 18, tzinfo=UTC)).end
    datetime.datetime(2025, 3, 12, 18, 0, tzinfo=datetime.timezone.utc)
    """

    start: datetime
    end: datetime


class WorkingTime(CompiledTime):
    """The verbs of working time: the base class of Schedule and of combined schedules.

    All verbs need aware datetimes and return datetimes in the zone of their first argument.
    ``pauses`` are pairs (since, until) of datetimes; working time within a pause does not count.
    If the answer depends on a date that no act decides yet, ``provisional=True`` decides the date
    by a rule and emits a ProvisionalWarning.

    Verbs raise NaiveDatetimeError for a naive datetime, CalendarCoverageError if the answer
    depends on an unknown or uncertain date, BudgetError for an invalid budget, and ValueError for
    a pause that ends before it starts.
    """

    __slots__ = ()

    # -- amounts -----------------------------------------------------------------------------

    def elapsed(
        self, start: datetime, end: datetime, *, pauses: Pauses = (), provisional: bool = False
    ) -> timedelta:
        """Return the working time between two instants, negative if the second is earlier.

        Amounts add up: ``elapsed(a, b) + elapsed(b, c) == elapsed(a, c)``. Raises
        NaiveDatetimeError, CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
        >>> office.elapsed(datetime(2024, 12, 27, 16, 45, tzinfo=office.tz),
        ...                datetime(2024, 12, 28, 11, 10, tzinfo=office.tz))
        datetime.timedelta(seconds=12300)
        """
        try:
            return answers.elapsed(self, start, end, pauses)
        except CalendarCoverageError as error:
            ask = partial(answers.elapsed, start=start, end=end, pauses=pauses)
            return certain_answer(error, self, ask, provisional=provisional)

    def remaining(
        self,
        start: datetime,
        budget: Budget,
        *,
        now: datetime,
        pauses: Pauses = (),
        provisional: bool = False,
    ) -> timedelta:
        """Return the working time left of a budget at ``now``, negative when overdue.

        For a budget that is not working time, it is the working time from ``now`` to the due time,
        and for ClockTime the time itself. Raises NaiveDatetimeError, BudgetError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> ten = datetime(2025, 3, 12, 10, tzinfo=office.tz)
        >>> str(office.remaining(ten, timedelta(hours=4), now=ten.replace(hour=13)))
        '1:00:00'
        """
        if not isinstance(budget, timedelta):
            return self._remaining_until_due(start, budget, now, pauses, provisional=provisional)
        check_budget(budget)
        try:
            return budget - self.elapsed(start, now, pauses=pauses)
        except CalendarCoverageError as error:
            verb = WorkingTime.remaining
            ask = partial(verb, start=start, budget=budget, now=now, pauses=pauses)
            return certain_answer(error, self, ask, provisional=provisional)

    # -- due times ---------------------------------------------------------------------------

    def deadline(
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> datetime:
        """Return the due time: the earliest instant at which a budget is used up.

        A budget that is used up exactly at closing time is due at closing time. A budget of 0 is
        due at ``start``. A timedelta is working time; budgets of other types count by their own
        rules. Raises NaiveDatetimeError, BudgetError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.deadline(datetime(2025, 3, 12, 14, tzinfo=office.tz), timedelta(hours=4)))
        '2025-03-12 18:00:00+03:00'
        """
        if not isinstance(budget, timedelta):
            return self._day_budget("due_at", start, budget, pauses, provisional=provisional)
        try:
            return answers.deadline(self, start, budget, pauses)
        except CalendarCoverageError as error:
            ask = partial(answers.deadline, start=start, budget=budget, pauses=pauses)
            return certain_answer(error, self, ask, provisional=provisional)

    def breaches_after(
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> datetime:
        """Return the limit: the last instant at which an answer still meets a budget.

        The limit is the latest instant t with ``elapsed(start, t) == budget``. If the budget is
        used up at closing time, this is the next opening. Raises NaiveDatetimeError, BudgetError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.breaches_after(datetime(2025, 3, 12, 14, tzinfo=office.tz),
        ...                           timedelta(hours=4)))
        '2025-03-13 09:00:00+03:00'
        """
        if not isinstance(budget, timedelta):
            return self._day_budget("limit", start, budget, pauses, provisional=provisional)
        try:
            return answers.breaches_after(self, start, budget, pauses)
        except CalendarCoverageError as error:
            ask = partial(answers.breaches_after, start=start, budget=budget, pauses=pauses)
            return certain_answer(error, self, ask, provisional=provisional)

    def due_and_limit(
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> tuple[datetime, datetime]:
        """Return ``deadline`` and ``breaches_after`` of a budget.

        If ``start`` is in UTC, this takes little longer than ``deadline`` alone. Raises
        NaiveDatetimeError and BudgetError. Raises CalendarCoverageError even if only the limit
        depends on an unknown date.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> due, limit = office.due_and_limit(datetime(2025, 3, 12, 14, tzinfo=office.tz),
        ...                                   timedelta(hours=4))
        >>> str(due), str(limit)
        ('2025-03-12 18:00:00+03:00', '2025-03-13 09:00:00+03:00')
        """
        try:
            return (
                self.deadline(start, budget, pauses=pauses),
                self.breaches_after(start, budget, pauses=pauses),
            )
        except CalendarCoverageError as error:
            ask = partial(WorkingTime.due_and_limit, start=start, budget=budget, pauses=pauses)
            return certain_answer(error, self, ask, provisional=provisional, certain=refused)

    def latest_start(self, due: datetime, budget: Budget, *, provisional: bool = False) -> datetime:
        """Return the latest start whose due time is no later than ``due``.

        With a day budget, this is the last microsecond before a closing or a midnight; later starts
        are due later. Raises NaiveDatetimeError, BudgetError, CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.latest_start(datetime(2025, 3, 12, 11, tzinfo=office.tz),
        ...                         timedelta(hours=4)))
        '2025-03-11 16:00:00+03:00'
        """
        if not isinstance(budget, timedelta):
            return self._latest_start_of_days(due, budget, provisional=provisional)
        try:
            return answers.latest_start(self, due, budget)
        except CalendarCoverageError as error:
            ask = partial(answers.latest_start, due=due, budget=budget)
            return certain_answer(error, self, ask, provisional=provisional)

    # -- openings and closings ---------------------------------------------------------------

    def is_working(self, when: datetime, *, provisional: bool = False) -> bool:
        """Return whether an instant is working time.

        Raises NaiveDatetimeError, CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
        >>> office.is_working(datetime(2025, 11, 1, 12, tzinfo=office.tz))  # a working Saturday
        True
        """
        try:
            return answers.is_working(self, when)
        except CalendarCoverageError as error:
            ask = partial(answers.is_working, when=when)
            return certain_answer(error, self, ask, provisional=provisional)

    def next_opening(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the first instant of working time at or after a given instant.

        If ``when`` is working time, the answer is ``when``. With ``inclusive=False`` the answer is
        the first start of working time after ``when``. Raises NaiveDatetimeError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> nine = datetime(2025, 3, 12, 9, tzinfo=office.tz)
        >>> print(office.next_opening(nine), office.next_opening(nine, inclusive=False))
        2025-03-12 09:00:00+03:00 2025-03-13 09:00:00+03:00
        """
        if inclusive:
            return self.breaches_after(when, ZERO, provisional=provisional)
        try:
            return answers.opening_after(self, when)
        except CalendarCoverageError as error:
            ask = partial(answers.opening_after, when=when)
            return certain_answer(error, self, ask, provisional=provisional, near=when)

    def next_closing(
        self, when: datetime, *, inclusive: bool = False, provisional: bool = False
    ) -> datetime:
        """Return the first end of working time after a given instant.

        With ``inclusive=True`` the answer may be ``when`` itself. Raises NaiveDatetimeError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> six = datetime(2025, 3, 12, 18, tzinfo=office.tz)
        >>> print(office.next_closing(six), office.next_closing(six, inclusive=True))
        2025-03-13 18:00:00+03:00 2025-03-12 18:00:00+03:00
        """
        try:
            return answers.next_closing(self, when, inclusive=inclusive)
        except CalendarCoverageError as error:
            ask = partial(answers.next_closing, when=when, inclusive=inclusive)
            return certain_answer(error, self, ask, provisional=provisional, near=when)

    def previous_opening(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the last start of working time up to a given instant.

        With ``inclusive=False`` the answer is before ``when``. Raises NaiveDatetimeError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> print(office.previous_opening(datetime(2025, 3, 12, 14, tzinfo=office.tz)))
        2025-03-12 09:00:00+03:00
        """
        try:
            return answers.previous_opening(self, when, inclusive=inclusive)
        except CalendarCoverageError as error:
            ask = partial(answers.previous_opening, when=when, inclusive=inclusive)
            return certain_answer(error, self, ask, provisional=provisional, near=when)

    def previous_closing(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the last end of working time up to a given instant.

        With ``inclusive=False`` the answer is before ``when``. Raises NaiveDatetimeError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> print(office.previous_closing(datetime(2025, 3, 12, 14, tzinfo=office.tz)))
        2025-03-11 18:00:00+03:00
        """
        try:
            return answers.previous_closing(self, when, inclusive=inclusive)
        except CalendarCoverageError as error:
            ask = partial(answers.previous_closing, when=when, inclusive=inclusive)
            return certain_answer(error, self, ask, provisional=provisional, near=when)

    def intervals(
        self, start: datetime, end: datetime, *, provisional: bool = False
    ) -> tuple[Interval, ...]:
        """Return the intervals of working time between two instants.

        The intervals are sorted, disjoint, clipped to ``[start, end)``, and in the zone of
        ``start``. There are none if ``end`` is not after ``start``. Raises NaiveDatetimeError,
        CalendarCoverageError.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-13:00,14:00-18:00", tz="Europe/Moscow")
        >>> noon = datetime(2025, 3, 12, 12, tzinfo=office.tz)
        >>> for start, end in office.intervals(noon, noon.replace(hour=20)):
        ...     print(start.time(), end.time())
        12:00:00 13:00:00
        14:00:00 18:00:00
        """
        try:
            found = answers.intervals(self, start, end)
        except CalendarCoverageError as error:
            ask = partial(answers.intervals, start=start, end=end)
            found = certain_answer(error, self, ask, provisional=provisional)
        return tuple(
            Interval(datetime_in(start.tzinfo, lo), datetime_in(start.tzinfo, hi))
            for lo, hi in found
        )

    # -- budgets that are not working time ---------------------------------------------------

    def _remaining_until_due(
        self, start: datetime, budget: Budget, now: datetime, pauses: Pauses, *, provisional: bool
    ) -> timedelta:
        """Return the time from ``now`` to the due time of a budget that is not a timedelta."""
        from workhours_sla.worktime.budget_kinds import ClockTime

        def ask(time: WorkingTime) -> timedelta:
            due = WorkingTime.deadline(time, start, budget, pauses=pauses)
            if isinstance(budget, ClockTime):
                return moment_of(due) - moment_of(now)
            return time.elapsed(now, due, pauses=pauses)

        try:
            return ask(self)
        except CalendarCoverageError as error:
            return certain_answer(error, self, ask, provisional=provisional, certain=refused)

    def _latest_start_of_days(
        self, due: datetime, budget: object, *, provisional: bool
    ) -> datetime:
        """Return the latest start for a day budget or ClockTime."""
        from workhours_sla.worktime.budget_kinds import (
            WorkingDaysInHours,
            day_budget,
        )
        from workhours_sla.worktime.latest_start import latest_start_by_search

        kind = day_budget(budget, due)

        def ask(time: WorkingTime) -> datetime:
            def deadline(start: datetime) -> datetime:
                return time.deadline(start, kind)

            if isinstance(kind, WorkingDaysInHours):
                return kind.latest_start(time._dates(kind), due)
            return latest_start_by_search(
                due,
                deadline,
                midnight=lambda day: time._dates(kind).end_of_day(day - ONE_DAY),
                rolls_back=getattr(kind, "roll", "none") == "preceding",
            )

        try:
            return ask(self)
        except CalendarCoverageError as error:
            unknown = without_bounds(error)
            return certain_answer(unknown, self, ask, provisional=provisional, certain=refused)

    def _day_budget(
        self,
        part: Literal["due_at", "limit"],
        start: datetime,
        budget: object,
        pauses: Pauses,
        *,
        provisional: bool,
    ) -> datetime:
        """Return the due time or the limit of a budget that is not a timedelta.

        An answer that depends on unknown dates is certain if its bounds are equal.
        """
        from workhours_sla.worktime.budget_kinds import ClockTime, day_budget

        dates = self._dates(budget)
        kind = day_budget(budget, start)
        try:
            found = kind.answer(dates, start, pauses)
        except CalendarCoverageError as error:

            def ask(time: WorkingTime) -> datetime:
                instant: datetime = getattr(kind.answer(time._dates(kind), start, pauses), part)
                return instant

            def certain(time: WorkingTime, _: object, unknown: CalendarCoverageError) -> datetime:
                if isinstance(kind, ClockTime) or time.completions() is None:
                    raise unknown
                bounds = getattr(kind.bounds(time._dates(kind), start, pauses, pauses), part)
                earliest, latest = (bound and bound.astimezone(start.tzinfo) for bound in bounds)
                if bounds[0] is None or bounds[0] != bounds[1]:
                    raise with_bounds(unknown, earliest, latest) from None
                instant: datetime = earliest
                return instant

            return certain_answer(error, self, ask, provisional=provisional, certain=certain)
        return found.due_at if part == "due_at" else found.limit
