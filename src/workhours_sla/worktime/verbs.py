"""The verbs of working time: elapsed, deadline, breaches_after and the others.

A verb tries the fast path, and answers from a single timeline if the fast path is unavailable, for
example for an unknown date. Without the fast path all answers would be the same.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from datetime import UTC, datetime, timedelta
from itertools import starmap
from typing import TYPE_CHECKING, Literal, NamedTuple, NoReturn, Self, TypeVar
from zoneinfo import ZoneInfo

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.module_names import public
from workhours_sla.text.amounts import check_budget
from workhours_sla.worktime import timeline_verbs
from workhours_sla.worktime.fast import MAX_WALK, UNAVAILABLE, FastPath
from workhours_sla.worktime.pauses import Pauses
from workhours_sla.worktime.timeline import CompiledTime, Timeline
from workhours_sla.worktime.times import BASE_UTC, BASES, ZERO, datetime_in, known_moment, moment_of
from workhours_sla.worktime.unknown import (
    answered,
    refused,
    refused_without_bounds,
    same_edge_in_any_case,
    same_in_any_case,
    with_bounds,
)

if TYPE_CHECKING:
    from workhours_sla.worktime.budgets import Budget
    from workhours_sla.worktime.due_dates import BudgetKind, DatedShifts

Answer = TypeVar("Answer")
Part = Literal["due_at", "limit"]


@public()
class Interval(NamedTuple):
    """An interval of working time ``[start, end)`` between two aware datetimes.

    >>> from datetime import UTC
    >>> Interval(datetime(2025, 3, 12, 9, tzinfo=UTC), datetime(2025, 3, 12, 18, tzinfo=UTC)).end
    datetime.datetime(2025, 3, 12, 18, 0, tzinfo=datetime.timezone.utc)
    """

    start: datetime
    end: datetime


def _same_bounds(
    time: WorkingTime,
    unknown: CalendarCoverageError,
    kind: BudgetKind,
    part: Part,
    start: datetime,
    pauses: Pauses,
) -> datetime:
    """Return the due time or the limit if its earliest and latest value are equal."""
    if time.completions() is None:
        raise unknown
    bounds = getattr(kind.bounds(time.dates_of(kind), start, pauses, pauses), part)
    earliest, latest = (bound and bound.astimezone(start.tzinfo) for bound in bounds)
    if bounds[0] is None or bounds[0] != bounds[1]:
        raise with_bounds(unknown, earliest, latest) from None
    found: datetime = earliest
    return found


class WorkingTime(metaclass=ABCMeta):
    """The verbs of working time: the base class of Schedule and of combined schedules."""

    __slots__ = ("_by_rule", "_extremes", "_fast", "_hash", "compiled", "tz")

    tz: ZoneInfo
    compiled: CompiledTime
    _fast: FastPath
    _by_rule: Self | None
    _extremes: tuple[Self, Self] | Literal["none"] | None
    _hash: int | None

    def __init__(self, tz: ZoneInfo) -> None:
        setter = object.__setattr__
        fast = FastPath(tz)
        setter(self, "tz", tz)
        setter(self, "_fast", fast)
        setter(self, "compiled", CompiledTime(self._compile, self._refuse_unknown, fast))
        for cache in ("_by_rule", "_extremes", "_hash"):
            setter(self, cache, None)

    # -- supplied by subclasses --------------------------------------------------------------

    @abstractmethod
    def _compile(self) -> tuple[Timeline, ...]:
        """Return a timeline for each range of known dates, sorted."""

    @abstractmethod
    def _refuse_unknown(self, moment: timedelta) -> NoReturn:
        """Raise CalendarCoverageError for an instant that no timeline knows."""

    @abstractmethod
    def _key(self) -> tuple[object, ...]:
        """Return the attributes that ``==`` and ``hash`` use."""

    @abstractmethod
    def _build_by_rule(self) -> Self:
        """Return the same working time, where rules decide the dates that no act decides yet."""

    @abstractmethod
    def dates_of(self, budget: object) -> DatedShifts:
        """Return the schedule on whose dates a budget is counted; raise BudgetError without one."""

    def _build_completions(self) -> tuple[Self, Self] | None:
        return None

    # -- amounts -----------------------------------------------------------------------------

    def elapsed(
        self, start: datetime, end: datetime, *, pauses: Pauses = (), provisional: bool = False
    ) -> timedelta:
        """Return the working time between two instants, negative if the second is earlier.

        Amounts add up: ``elapsed(a, b) + elapsed(b, c) == elapsed(a, c)``.

        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
        >>> office.elapsed(datetime(2024, 12, 27, 16, 45, tzinfo=office.tz),
        ...                datetime(2024, 12, 28, 11, 10, tzinfo=office.tz))
        datetime.timedelta(seconds=12300)
        """
        if type(start) is datetime and type(end) is datetime and not pauses:
            zone = start.tzinfo
            fast = self._fast
            try:
                if zone is self.tz and end.tzinfo is zone:
                    clock, base = fast.wall, fast.base
                    return clock.worked(end - base) - clock.worked(start - base)
                clock = fast.utc
                if zone is UTC and end.tzinfo is UTC:
                    return clock.worked(end - BASE_UTC) - clock.worked(start - BASE_UTC)
                return clock.worked(known_moment(end)) - clock.worked(known_moment(start))
            except UNAVAILABLE:
                pass
        return answered(
            self,
            lambda time: timeline_verbs.elapsed(time, start, end, pauses),
            same_in_any_case,
            provisional=provisional,
        )

    def remaining(
        self,
        start: datetime,
        budget: Budget,
        *,
        as_of: datetime,
        pauses: Pauses = (),
        provisional: bool = False,
    ) -> timedelta:
        """Return the working time that is left of a budget at ``as_of``, negative when overdue.

        For a budget of days or months, the answer is the working time from ``as_of`` to the due
        time; for ClockTime, it is all time between these two.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> ten = datetime(2025, 3, 12, 10, tzinfo=office.tz)
        >>> str(office.remaining(ten, timedelta(hours=4), as_of=ten.replace(hour=13)))
        '1:00:00'
        """

        def left(time: WorkingTime) -> timedelta:
            return _left(time, start, budget, as_of, pauses)

        if isinstance(budget, timedelta):
            check_budget(budget)
            return answered(self, left, same_in_any_case, provisional=provisional)
        return answered(self, left, refused, provisional=provisional)

    # -- due times ---------------------------------------------------------------------------

    def deadline(  # noqa: C901, PLR0912 - Clock.due is inlined: ratio 0.90 to calling it
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> datetime:
        """Return the due time: the earliest instant at which a budget is used up.

        A budget that is used up exactly at closing time is due at closing time. A budget of 0 is
        due at ``start``. A timedelta is working time; budgets of other types count by their own
        rules.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.deadline(datetime(2025, 3, 12, 14, tzinfo=office.tz), timedelta(hours=4)))
        '2025-03-12 18:00:00+03:00'
        """
        if type(start) is datetime and type(budget) is timedelta and not pauses:
            zone = start.tzinfo
            fast = self._fast
            try:
                if zone is self.tz:
                    base = fast.base
                    index, starts, ends, closed, gaps = fast.wall.arrays
                    due = start - base
                    j = index[due.days]
                    while starts[j] <= due:
                        j += 1
                    end = closed[j]
                    if due < end:
                        due += budget
                        if due <= end:
                            if budget > ZERO:
                                return start + budget
                            raise KeyError
                        due += gaps[j]
                    elif budget > ZERO:
                        due = starts[j] + budget
                    else:
                        raise KeyError
                    while due > ends[j]:
                        if budget > MAX_WALK:
                            raise KeyError
                        j += 1
                        due += gaps[j]
                    return base + due
                if zone is UTC:
                    return BASE_UTC + fast.utc.due(start - BASE_UTC, budget)
                base = BASES[zone]  # type: ignore[index]
                if base.tzinfo is zone:  # the same object, not only equal
                    due = start - base - start.utcoffset()  # type: ignore[operator]
                    return zone.fromutc(base + fast.utc.due(due, budget))  # type: ignore[union-attr]
            except UNAVAILABLE:
                pass
        return self._answer("due_at", start, budget, pauses, provisional=provisional)

    def breaches_after(
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> datetime:
        """Return the limit: the last instant at which an answer still meets a budget.

        The limit is the latest instant t with ``elapsed(start, t) == budget``. If the budget is
        used up at closing time, the limit is the next opening.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.breaches_after(datetime(2025, 3, 12, 14, tzinfo=office.tz),
        ...                           timedelta(hours=4)))
        '2025-03-13 09:00:00+03:00'
        """
        if type(start) is datetime and type(budget) is timedelta and not pauses:
            zone = start.tzinfo
            fast = self._fast
            try:
                if zone is self.tz:
                    return fast.base + fast.wall.limit(start - fast.base, budget)
                return datetime_in(zone, fast.utc.limit(known_moment(start), budget))
            except UNAVAILABLE:
                pass
        return self._answer("limit", start, budget, pauses, provisional=provisional)

    def due_and_limit(
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> tuple[datetime, datetime]:
        """Return ``deadline`` and ``breaches_after`` of a budget.

        If ``start`` is in UTC, this takes little longer than ``deadline`` alone. Raises
        CalendarCoverageError even if only the limit depends on an unknown date.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> due, limit = office.due_and_limit(datetime(2025, 3, 12, 14, tzinfo=office.tz),
        ...                                   timedelta(hours=4))
        >>> str(due), str(limit)
        ('2025-03-12 18:00:00+03:00', '2025-03-13 09:00:00+03:00')
        """
        if type(start) is datetime and start.tzinfo is UTC and type(budget) is timedelta:
            try:
                due, limit = self._fast.due_and_limit(start - BASE_UTC, budget, pauses)
                return BASE_UTC + due, BASE_UTC + limit
            except UNAVAILABLE:
                pass
        return answered(
            self,
            lambda time: _both(time, start, budget, pauses),
            refused,
            provisional=provisional,
        )

    def latest_start(self, due: datetime, budget: Budget, *, provisional: bool = False) -> datetime:
        """Return the latest start whose due time is no later than ``due``.

        With a budget of days, the answer is the last microsecond before a closing or a midnight,
        because later starts are due later.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.latest_start(datetime(2025, 3, 12, 11, tzinfo=office.tz),
        ...                         timedelta(hours=4)))
        '2025-03-11 16:00:00+03:00'
        """
        if isinstance(budget, timedelta):
            return answered(
                self,
                lambda time: timeline_verbs.latest_start(time, due, budget),
                same_in_any_case,
                provisional=provisional,
            )
        return answered(
            self,
            lambda time: _latest_start(time, due, budget),
            refused_without_bounds,
            provisional=provisional,
        )

    def _answer(
        self, part: Part, start: datetime, budget: object, pauses: Pauses, *, provisional: bool
    ) -> datetime:
        """Return the due time or the limit without the fast path."""
        if isinstance(budget, timedelta):
            limit = part == "limit"
            return answered(
                self,
                lambda time: timeline_verbs.answer(time, start, budget, pauses, limit=limit),
                same_in_any_case,
                provisional=provisional,
            )
        from workhours_sla.worktime.budgets import check_kind

        self.dates_of(budget)
        kind = check_kind(budget, start)
        return answered(
            self,
            lambda time: _part_of(time, kind, part, start, pauses),
            lambda time, _, unknown: _same_bounds(time, unknown, kind, part, start, pauses),
            provisional=provisional,
        )

    # -- openings and closings ---------------------------------------------------------------

    def is_working(self, when: datetime, *, provisional: bool = False) -> bool:
        """Return whether an instant is working time.

        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
        >>> office.is_working(datetime(2025, 11, 1, 12, tzinfo=office.tz))  # a working Saturday
        True
        """
        if type(when) is datetime:
            fast = self._fast
            try:
                if when.tzinfo is self.tz:
                    return fast.wall.is_working(when - fast.base)
                return fast.utc.is_working(known_moment(when))
            except UNAVAILABLE:
                pass
        return answered(
            self,
            lambda time: timeline_verbs.is_working(time, when),
            same_in_any_case,
            provisional=provisional,
        )

    def next_opening(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the first instant of working time at or after a given instant.

        If ``when`` is working time, the answer is ``when``. With ``inclusive=False`` the answer is
        the first start of working time after ``when``.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> nine = datetime(2025, 3, 12, 9, tzinfo=office.tz)
        >>> print(office.next_opening(nine), office.next_opening(nine, inclusive=False))
        2025-03-12 09:00:00+03:00 2025-03-13 09:00:00+03:00
        """
        if inclusive:
            return self.breaches_after(when, ZERO, provisional=provisional)
        return self._edge(when, provisional, opening=True, ahead=True, inclusive=False)

    def next_closing(
        self, when: datetime, *, inclusive: bool = False, provisional: bool = False
    ) -> datetime:
        """Return the first end of working time after a given instant.

        With ``inclusive=True`` the answer may be ``when`` itself.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> six = datetime(2025, 3, 12, 18, tzinfo=office.tz)
        >>> print(office.next_closing(six), office.next_closing(six, inclusive=True))
        2025-03-13 18:00:00+03:00 2025-03-12 18:00:00+03:00
        """
        return self._edge(when, provisional, opening=False, ahead=True, inclusive=inclusive)

    def previous_opening(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the last start of working time at or before a given instant.

        With ``inclusive=False`` the answer is always before ``when``.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> print(office.previous_opening(datetime(2025, 3, 12, 14, tzinfo=office.tz)))
        2025-03-12 09:00:00+03:00
        """
        return self._edge(when, provisional, opening=True, ahead=False, inclusive=inclusive)

    def previous_closing(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the last end of working time at or before a given instant.

        With ``inclusive=False`` the answer is always before ``when``.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> print(office.previous_closing(datetime(2025, 3, 12, 14, tzinfo=office.tz)))
        2025-03-11 18:00:00+03:00
        """
        return self._edge(when, provisional, opening=False, ahead=False, inclusive=inclusive)

    def _edge(self, when: datetime, provisional: bool, **of: bool) -> datetime:  # noqa: FBT001
        return answered(
            self,
            lambda time: timeline_verbs.edge(time, when, **of),
            lambda time, ask, unknown: same_edge_in_any_case(time, ask, unknown, when),
            provisional=provisional,
        )

    def intervals(
        self, start: datetime, end: datetime, *, provisional: bool = False
    ) -> tuple[Interval, ...]:
        """Return the intervals of working time between two instants.

        The intervals are sorted, disjoint, clipped to ``[start, end)``, and in the zone of
        ``start``. There are none if ``end`` is not after ``start``.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-13:00,14:00-18:00", tz="Europe/Moscow")
        >>> noon = datetime(2025, 3, 12, 12, tzinfo=office.tz)
        >>> for start, end in office.intervals(noon, noon.replace(hour=20)):
        ...     print(start.time(), end.time())
        12:00:00 13:00:00
        14:00:00 18:00:00
        """
        spans = answered(
            self,
            lambda time: timeline_verbs.intervals(time, start, end),
            same_in_any_case,
            provisional=provisional,
        )
        return tuple(starmap(Interval, spans))

    # -- other calendars ---------------------------------------------------------------------

    def completions(self) -> tuple[Self, Self] | None:
        """Return two variants: all unknown dates are off, or all of them are full working days.

        In every other variant, amounts lie between those of these two completions. Returns None if
        no date is known, or if this is a completion itself.

        >>> from datetime import datetime
        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-DA", "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> span = [datetime(2025, 4, day, tzinfo=office.tz) for day in (26, 30)]
        >>> [str(one.elapsed(*span)) for one in office.completions()]  # 28 and 29 are uncertain
        ['0:00:00', '18:00:00']
        """
        found = self._extremes
        if found is None:
            found = self._build_completions() or "none"
            object.__setattr__(self, "_extremes", found)
        return None if found == "none" else found

    def provisionally(self) -> Self:
        """Return the same working time, but with dates that no act decides yet decided by rules.

        >>> from datetime import datetime, timedelta
        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00").provisionally()
        >>> print(office.deadline(datetime(2031, 3, 12, 10, tzinfo=office.tz), timedelta(hours=4)))
        2031-03-12 14:00:00+03:00
        """
        found = self._by_rule
        if found is None:
            found = self._build_by_rule()
            object.__setattr__(self, "_by_rule", found)
        return found

    # -- a value -----------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, WorkingTime)
            and type(self) is type(other)
            and self._key() == other._key()
        )

    def __hash__(self) -> int:
        found = self._hash
        if found is None:
            found = hash(self._key())
            object.__setattr__(self, "_hash", found)
        return found

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"a {type(self).__name__} is immutable; build another instead of setting {name}"
        raise AttributeError(msg)


def _left(
    time: WorkingTime, start: datetime, budget: Budget, as_of: datetime, pauses: Pauses
) -> timedelta:
    if isinstance(budget, timedelta):
        return budget - time.elapsed(start, as_of, pauses=pauses)
    due = time.deadline(start, budget, pauses=pauses)
    if budget.clock_amount() is not None:
        return moment_of(due) - moment_of(as_of)
    return time.elapsed(as_of, due, pauses=pauses)


def _both(
    time: WorkingTime, start: datetime, budget: Budget, pauses: Pauses
) -> tuple[datetime, datetime]:
    due = time.deadline(start, budget, pauses=pauses)
    return due, time.breaches_after(start, budget, pauses=pauses)


def _latest_start(time: WorkingTime, due: datetime, budget: object) -> datetime:
    from workhours_sla.worktime.budgets import check_kind

    return check_kind(budget, due).latest_start(time.dates_of(budget), due)


def _part_of(
    time: WorkingTime, kind: BudgetKind, part: Part, start: datetime, pauses: Pauses
) -> datetime:
    found: datetime = getattr(kind.answer(time.dates_of(kind), start, pauses), part)
    return found
