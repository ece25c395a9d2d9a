"""Working time as compiled timelines: the base class of all classes that have the verbs."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from bisect import bisect_right
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NoReturn, Self
from zoneinfo import ZoneInfo

from workhours_sla.errors import BudgetError, CalendarCoverageError
from workhours_sla.worktime.engine.timeline import Timeline
from workhours_sla.worktime.zone_offsets import TICK

if TYPE_CHECKING:
    from workhours_sla.worktime.dated_shifts import DatedShifts


class CompiledTime(metaclass=ABCMeta):
    """Working time as one timeline for each range of known dates, compiled when first needed.

    An immutable value: hashable, picklable, safe to share between threads.
    """

    __slots__ = ("_by_rule", "_extremes", "_hash", "_timelines", "tz")

    tz: ZoneInfo
    _timelines: tuple[Timeline, ...] | None
    _by_rule: Self | None
    _extremes: tuple[Self, Self] | Literal["none"] | None
    _hash: int | None

    def _init(self, tz: ZoneInfo) -> None:
        """Set the zone and the empty caches."""
        setter = object.__setattr__
        setter(self, "tz", tz)
        for cache in ("_timelines", "_by_rule", "_extremes", "_hash"):
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

    def _build_completions(self) -> tuple[Self, Self] | None:
        """Return two completions: all unknown dates off, and all of them full working days.

        Returns None if no date is known.
        """
        return None

    def _dates(self, budget: object) -> DatedShifts:
        """Return the schedule on whose dates a day budget is counted.

        Raises BudgetError for a combination, which is not based on one schedule.
        """
        msg = f"a combined schedule counts working time only, not {budget!r}; use one of its parts"
        raise BudgetError(msg, budget=budget)

    # -- timelines ---------------------------------------------------------------------------

    def _lines(self) -> tuple[Timeline, ...]:
        lines = self._timelines
        if lines is None:
            lines = self._compile()
            object.__setattr__(self, "_timelines", lines)
        return lines

    def _line_at(self, moment: timedelta) -> Timeline:
        """Return the timeline that knows an instant. Raises CalendarCoverageError."""
        lines = self._timelines or self._lines()
        if len(lines) > 1:
            index = bisect_right(lines, moment, key=Timeline.surely_from)
            lines = lines[max(0, index - 1) : index + 1]
        for line in lines:
            if line.knows(moment):
                return line
        return self._refuse_unknown(moment)

    def _refuse_after(self, line: Timeline, answer: str) -> NoReturn:
        """Raise CalendarCoverageError for an answer past the end of a timeline.

        ``answer`` is the beginning of the message, such as "the deadline of 2025-10-31 ...".
        """
        try:
            self._refuse_unknown(line.hi + TICK)
        except CalendarCoverageError as error:
            msg = f"{answer} runs past the known dates: {error}"
            raise CalendarCoverageError(msg, **error.__dict__) from None

    def _refuse_before(self, line: Timeline, answer: str) -> NoReturn:
        """Raise CalendarCoverageError for an answer before the start of a timeline.

        ``answer`` is the beginning of the message, such as "the latest start for 2025-10-31 ...".
        """
        try:
            self._refuse_unknown(line.lo - TICK)
        except CalendarCoverageError as error:
            msg = f"{answer} lies before the known dates: {error}"
            raise CalendarCoverageError(msg, **error.__dict__) from None

    # -- other calendars ---------------------------------------------------------------------

    def completions(self) -> tuple[Self, Self] | None:
        """Return two completions: all unknown dates off, and all of them full working days.

        The working time of any other completion lies between these two. Returns None if no date
        is known, or if this is a completion itself.

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
        """Return the same working time, where rules decide the dates that no act decides yet.

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
            isinstance(other, CompiledTime)
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
