"""What can be asked of working time, whatever it is made of."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Literal,
    NamedTuple,
    NoReturn,
    ParamSpec,
    Self,
    TypeVar,
)
from zoneinfo import ZoneInfo

from workhours_sla.errors import CalendarCoverageError, ProvisionalWarning
from workhours_sla.worktime.arguments import (
    FIRST_YEAR,
    LAST_YEAR,
    plain_datetime,
    refuse_naive,
    refuse_year,
)
from workhours_sla.worktime.budget import check_budget
from workhours_sla.worktime.engine.fast_path import (
    NO_TRACK,
    OFF_TRACK,
    WALK,
    FastPath,
    utc_track,
    wall_track,
)
from workhours_sla.worktime.engine.timeline import Snapshot, Timeline
from workhours_sla.worktime.pauses import Pauses, moments_of, paused_ahead, paused_between
from workhours_sla.worktime.zone import (
    BASE,
    BASE_UTC,
    BASES,
    ZERO,
    base_of,
    datetime_in,
    known_moment,
    zone_offsets,
)

if TYPE_CHECKING:
    from workhours_sla.worktime.budget_kinds import Budget, DayAnswer, DayBounds
    from workhours_sla.worktime.combined import Combination

TICK = timedelta.resolution
P = ParamSpec("P")
Answer = TypeVar("Answer")


class Interval(NamedTuple):
    """A stretch of working time ``[start, end)``, both aware."""

    start: datetime
    end: datetime


class WorkingTime:
    """The verbs of working time; a Schedule, or a combination of schedules, supplies the lines.

    An immutable value: hashable, picklable, safe to share between threads.
    """

    __slots__ = (
        "_base",
        "_extremes",
        "_hash",
        "_settled",
        "_timelines",
        "_twin",
        "_utc",
        "_wall",
        "tz",
    )

    tz: ZoneInfo
    _base: datetime
    _timelines: tuple[Timeline, ...] | None
    _twin: Self | None
    _extremes: tuple[Self, Self] | Literal["none"] | None
    _utc: FastPath
    _wall: FastPath
    _settled: Snapshot | None
    _hash: int | None

    def _init(self, tz: ZoneInfo) -> None:
        """Set what every kind of working time keeps."""
        setter = object.__setattr__
        setter(self, "tz", tz)
        setter(self, "_base", BASE.replace(tzinfo=tz))
        setter(self, "_timelines", None)
        setter(self, "_twin", None)
        setter(self, "_extremes", None)
        setter(self, "_utc", NO_TRACK)
        setter(self, "_wall", NO_TRACK)
        setter(self, "_settled", None)
        setter(self, "_hash", None)

    # -- what it is made of ------------------------------------------------------------------

    def _build_lines(self) -> tuple[Timeline, ...]:
        """Return a timeline per run of known dates, in order."""
        raise NotImplementedError

    def _unknown(self, moment: timedelta) -> NoReturn:
        """Raise CalendarCoverageError for an instant outside every timeline."""
        raise NotImplementedError

    def _answering_by_rule(self) -> Self:
        """Return the same working time over calendars that answer by rule."""
        raise NotImplementedError

    def _day_budget(self, budget: object, start: datetime, pauses: Pauses) -> DayAnswer:
        """Return the answer for a budget that is not an amount of working time."""
        raise NotImplementedError

    def _day_budget_bounds(
        self, budget: object, start: datetime, pauses: Pauses
    ) -> DayBounds | None:
        """Return the bounds of a day budget's answer; None for other budgets."""
        raise NotImplementedError

    def _build_completions(self) -> tuple[Any, Any] | None:
        """Return the completions with all unknown dates off and with all full; None without any."""
        return None

    def _key(self) -> tuple[object, ...]:
        """Return what makes two of a kind equal."""
        raise NotImplementedError

    def _lines(self) -> tuple[Timeline, ...]:
        lines = self._timelines
        if lines is None:
            lines = self._build_lines()
            object.__setattr__(self, "_timelines", lines)
        return lines

    # -- instants in and out -----------------------------------------------------------------

    def _moment(self, when: datetime) -> timedelta:
        """Return an aware datetime as time since 1970-01-01T00:00 UTC."""
        if type(when) is not datetime:
            when = plain_datetime(when)
        if not FIRST_YEAR <= when.year <= LAST_YEAR:
            refuse_year(when)
        zone = when.tzinfo
        if zone is UTC:
            return when - BASE_UTC
        offset = when.utcoffset()
        if zone is None or offset is None:
            refuse_naive(when)
        return when - base_of(zone) - offset

    def _line_at(self, moment: timedelta) -> Timeline:
        lines = self._lines()
        if len(lines) > 1:
            index = bisect_right(lines, moment, key=Timeline.surely_from)
            lines = lines[max(0, index - 1) : index + 1]
        for line in lines:
            if line.knows(moment):
                return line
        return self._unknown(moment)

    def _settle(self, line: Timeline) -> None:
        """Lay out what is compiled, once it was asked twice without growing."""
        snapshot = line.compiled
        if snapshot is None or snapshot is not self._settled:
            object.__setattr__(self, "_settled", snapshot)
        elif self._utc.cum is not snapshot.cum:
            object.__setattr__(self, "_utc", utc_track(snapshot))
            object.__setattr__(self, "_wall", wall_track(snapshot, zone_offsets(self.tz)))

    def _ran_out(self, line: Timeline, verb: str) -> NoReturn:
        """Raise CalendarCoverageError for an answer past the end of a timeline."""
        try:
            self._unknown(line.hi + timedelta(microseconds=1))
        except CalendarCoverageError as error:
            msg = f"{verb} runs past the known dates: {error}"
            raise CalendarCoverageError(msg, **error.__dict__) from None

    def _ran_out_backwards(self, line: Timeline, verb: str) -> NoReturn:
        try:
            self._unknown(line.lo - timedelta(microseconds=1))
        except CalendarCoverageError as error:
            msg = f"{verb} lies before the known dates: {error}"
            raise CalendarCoverageError(msg, **error.__dict__) from None

    # -- the verbs ---------------------------------------------------------------------------

    def elapsed(
        self, start: datetime, end: datetime, *, pauses: Pauses = (), provisional: bool = False
    ) -> timedelta:
        """Return the working time from ``start`` to ``end``; negative when ``end`` is earlier.

        Working time within ``pauses``, pairs (since, until), is left out. Raises
        NaiveDatetimeError, CalendarCoverageError, ValueError for a hold that ends before it
        starts. With ``provisional`` unknown dates are answered by rule where there is one, with
        a ProvisionalWarning.

        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
        >>> office.elapsed(datetime(2024, 12, 27, 16, 45, tzinfo=office.tz),
        ...                datetime(2024, 12, 28, 11, 10, tzinfo=office.tz))
        datetime.timedelta(seconds=12300)
        """
        if type(start) is datetime and type(end) is datetime and not pauses:
            zone = start.tzinfo
            try:
                if zone is self.tz and end.tzinfo is zone:
                    track, base = self._wall, self._base
                    return track.worked(end - base) - track.worked(start - base)
                track = self._utc
                if zone is UTC and end.tzinfo is UTC:
                    return track.worked(end - BASE_UTC) - track.worked(start - BASE_UTC)
                return track.worked(known_moment(end)) - track.worked(known_moment(start))
            except OFF_TRACK:
                pass
        if provisional:
            return self._provisionally(WorkingTime.elapsed, start, end, pauses=pauses)
        a, b = self._moment(start), self._moment(end)
        try:
            line = self._line_at(a)
            self._settle(line)
            if not line.knows(b):
                (self._ran_out if b > a else self._ran_out_backwards)(line, "the span")
            worked = line.worked(b) - line.worked(a)
            return worked - paused_between(line, a, b, moments_of(pauses, self._moment))
        except CalendarCoverageError as error:
            return self._in_any_case(error, WorkingTime.elapsed, start, end, pauses=pauses)

    def deadline(  # noqa: C901, PLR0911, PLR0912
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> datetime:
        """Return the earliest instant at which ``budget`` of working time has passed.

        In the zone of ``start``; a budget used up exactly at closing time is due at closing
        time, a budget of 0 at ``start``. WorkingDays, CalendarDays, Months and ClockTime are
        budgets of another kind and count by their own rules. Working time within ``pauses``,
        pairs (since, until), does not count. Raises NaiveDatetimeError, BudgetError,
        CalendarCoverageError where the answer runs across an unknown date, ValueError for a
        hold that ends before it starts.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.deadline(datetime(2025, 3, 12, 14, tzinfo=office.tz), timedelta(hours=4)))
        '2025-03-12 18:00:00+03:00'
        """
        if type(start) is datetime and type(budget) is timedelta and not pauses:
            zone = start.tzinfo
            try:
                if zone is self.tz:  # Track.due, written out: this is the hottest path of all
                    base = self._base
                    index, starts, ends, closed, gaps = self._wall.arrays
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
                        if budget > WALK:
                            raise KeyError
                        j += 1
                        due += gaps[j]
                    return base + due
                if zone is UTC:
                    return BASE_UTC + self._utc.due(start - BASE_UTC, budget)
                base = BASES[zone]  # type: ignore[index]
                if base.tzinfo is zone:  # not only equal
                    due = start - base - start.utcoffset()  # type: ignore[operator]
                    return zone.fromutc(base + self._utc.due(due, budget))  # type: ignore[union-attr]
            except OFF_TRACK:
                pass
        if provisional:
            return self._provisionally(WorkingTime.deadline, start, budget, pauses=pauses)
        if not isinstance(budget, timedelta):
            return self._day_budget_part("due_at", budget, start, pauses)
        check_budget(budget)
        moment = self._moment(start)
        try:
            line = self._line_at(moment)
            self._settle(line)
            if not budget:
                moments_of(pauses, self._moment)
                return start
            wanted = self._wanted(line, moment, budget, pauses, latest=False)
            found = None if wanted is None else line.earliest(wanted)
            if found is None:
                self._ran_out(line, f"the deadline of {start}")
        except CalendarCoverageError as error:
            return self._in_any_case(error, WorkingTime.deadline, start, budget, pauses=pauses)
        return datetime_in(start.tzinfo, found)

    def breaches_after(
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> datetime:
        """Return the last instant at which an answer is still within ``budget``.

        The latest instant with ``elapsed(start, t) == budget``: where the budget ends at closing
        time, the next opening. Raises as ``deadline``.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.breaches_after(datetime(2025, 3, 12, 14, tzinfo=office.tz),
        ...                           timedelta(hours=4)))
        '2025-03-13 09:00:00+03:00'
        """
        if type(start) is datetime and type(budget) is timedelta and not pauses:
            zone = start.tzinfo
            try:
                if zone is self.tz:
                    base = self._base
                    return base + self._wall.limit(start - base, budget)
                return datetime_in(zone, self._utc.limit(known_moment(start), budget))
            except OFF_TRACK:
                pass
        if provisional:
            return self._provisionally(WorkingTime.breaches_after, start, budget, pauses=pauses)
        if not isinstance(budget, timedelta):
            return self._day_budget_part("limit", budget, start, pauses)
        check_budget(budget)
        moment = self._moment(start)
        try:
            line = self._line_at(moment)
            self._settle(line)
            wanted = self._wanted(line, moment, budget, pauses, latest=True)
            limit = None if wanted is None else line.latest(wanted)
            if limit is None:
                self._ran_out(line, f"the limit of {start}")
        except CalendarCoverageError as error:
            return self._in_any_case(
                error, WorkingTime.breaches_after, start, budget, pauses=pauses
            )
        return datetime_in(start.tzinfo, limit)

    def due_and_limit(
        self, start: datetime, budget: Budget, *, pauses: Pauses = (), provisional: bool = False
    ) -> tuple[datetime, datetime]:
        """Return ``deadline`` and ``breaches_after`` of a budget.

        From a start in UTC both cost little more than one. Raises as ``deadline``, also where
        only the second runs across an unknown date.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> due, limit = office.due_and_limit(datetime(2025, 3, 12, 14, tzinfo=office.tz),
        ...                          timedelta(hours=4))
        >>> str(due), str(limit)
        ('2025-03-12 18:00:00+03:00', '2025-03-13 09:00:00+03:00')
        """
        if type(start) is datetime and start.tzinfo is UTC and type(budget) is timedelta:
            try:
                track, moment = self._utc, start - BASE_UTC
                due, limit = (
                    self._paused_due_and_limit(moment, budget, pauses)
                    if pauses
                    else track.due_and_limit(moment, budget)
                )
                due_at = BASE_UTC + due
                return due_at, due_at if limit is due else BASE_UTC + limit
            except OFF_TRACK:
                pass
        if provisional:
            return self._provisionally(WorkingTime.due_and_limit, start, budget, pauses=pauses)
        return (
            self.deadline(start, budget, pauses=pauses),
            self.breaches_after(start, budget, pauses=pauses),
        )

    def _paused_due_and_limit(
        self, start: timedelta, budget: timedelta, pauses: Pauses
    ) -> tuple[timedelta, timedelta]:
        """Return deadline and limit on the track in UTC. Raises OFF_TRACK."""
        track = self._utc
        stretches = moments_of(pauses, self._moment)
        worked = track.worked
        sooner = paused_ahead(worked, start, budget, stretches, latest=False) or ZERO
        later = paused_ahead(worked, start, budget, stretches, latest=True) or ZERO
        if sooner == later:
            return track.due_and_limit(start, budget + sooner)
        return track.due(start, budget + sooner), track.limit(start, budget + later)

    def latest_start(
        self, due: datetime, budget: timedelta, *, provisional: bool = False
    ) -> datetime:
        """Return the latest start whose deadline is not after ``due``, in the zone of ``due``.

        Raises as ``deadline``.
        """
        if provisional:
            return self._provisionally(WorkingTime.latest_start, due, budget)
        check_budget(budget)
        moment = self._moment(due)
        try:
            line = self._line_at(moment)
            if not budget:
                return due
            start = line.latest_before(line.worked(moment) - budget)
            if start is None:
                self._ran_out_backwards(line, f"the latest start for {due}")
        except CalendarCoverageError as error:
            return self._in_any_case(error, WorkingTime.latest_start, due, budget)
        return datetime_in(due.tzinfo, start)

    def remaining(
        self,
        start: datetime,
        budget: timedelta,
        *,
        now: datetime,
        pauses: Pauses = (),
        provisional: bool = False,
    ) -> timedelta:
        """Return what is left of ``budget`` at ``now``, in working time; negative when overdue.

        Raises as ``elapsed`` and ``deadline``.
        """
        check_budget(budget)
        try:
            return budget - self.elapsed(start, now, pauses=pauses, provisional=provisional)
        except CalendarCoverageError as error:
            if error.earliest is None:
                raise
            raise _with_bounds(error, budget - error.latest, budget - error.earliest) from None

    def _wanted(
        self, line: Timeline, start: timedelta, budget: timedelta, pauses: Pauses, *, latest: bool
    ) -> timedelta | None:
        """Return C at the answer to a budget; None where a hold runs past the known dates."""
        stretches = moments_of(pauses, self._moment)
        held = paused_ahead(line.worked, start, budget, stretches, latest=latest, knows=line.knows)
        return None if held is None else line.worked(start) + budget + held

    def is_working(self, when: datetime, *, provisional: bool = False) -> bool:
        """Whether an instant is working time. Raises NaiveDatetimeError, CalendarCoverageError."""
        if provisional:
            return self._provisionally(WorkingTime.is_working, when)
        moment = self._moment(when)
        try:
            line = self._line_at(moment)
            if not line.knows(moment + timedelta.resolution):
                self._ran_out(line, "the instant")
        except CalendarCoverageError as error:
            return self._in_any_case(error, WorkingTime.is_working, when)
        return bool(line.between(moment, moment + timedelta.resolution))

    def next_opening(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the first instant of working time at or after ``when``, in its zone.

        ``when`` itself if that is working time; without ``inclusive`` the first start of working
        time after ``when``. Raises as ``deadline``.

        >>> from workhours_sla import Schedule
        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> nine = datetime(2025, 3, 12, 9, tzinfo=office.tz)
        >>> print(office.next_opening(nine), office.next_opening(nine, inclusive=False))
        2025-03-12 09:00:00+03:00 2025-03-13 09:00:00+03:00
        """
        if provisional:
            return self._provisionally(WorkingTime.next_opening, when, inclusive=inclusive)
        if inclusive:
            return self.breaches_after(when, ZERO)
        moment = self._moment(when)
        try:
            line = self._line_at(moment)
            opening = line.opening_after(moment)
            if opening is None:
                self._ran_out(line, f"the opening after {when}")
        except CalendarCoverageError as error:
            return self._edge_in_any_case(
                error, WorkingTime.next_opening, when, inclusive=inclusive
            )
        return datetime_in(when.tzinfo, opening)

    def next_closing(
        self, when: datetime, *, inclusive: bool = False, provisional: bool = False
    ) -> datetime:
        """Return the first instant after ``when`` at which working time ends, in its zone.

        With ``inclusive`` at or after it. Raises as ``deadline``.
        """
        if provisional:
            return self._provisionally(WorkingTime.next_closing, when, inclusive=inclusive)
        moment = self._moment(when)
        try:
            line = self._line_at(moment)
            # working time that goes on at the first known instant does not end there
            if inclusive and (line.knows(moment - TICK) or not line.between(moment, moment + TICK)):
                moment = self._just_before(line, moment, f"the closing at {when}")
            closing = line.closing_after(moment)
            if closing is None or not line.knows(closing + TICK):
                self._ran_out(line, f"the closing after {when}")
        except CalendarCoverageError as error:
            return self._edge_in_any_case(
                error, WorkingTime.next_closing, when, inclusive=inclusive
            )
        return datetime_in(when.tzinfo, closing)

    def previous_opening(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the last instant at or before ``when`` at which working time starts, in its zone.

        Without ``inclusive`` before it. Raises as ``deadline``.
        """
        if provisional:
            return self._provisionally(WorkingTime.previous_opening, when, inclusive=inclusive)
        moment = self._moment(when)
        try:
            line = self._line_at(moment)
            if not inclusive:
                moment = self._just_before(line, moment, f"the opening before {when}")
            opening = line.opening_until(moment)
            if opening is None or not line.knows(opening - TICK):
                self._ran_out_backwards(line, f"the opening before {when}")
            # working time that goes on at the last known instant does not start there
            if not (line.knows(moment + TICK) or line.between(moment - TICK, moment)):
                self._ran_out(line, f"the opening at {when}")
        except CalendarCoverageError as error:
            return self._edge_in_any_case(
                error, WorkingTime.previous_opening, when, inclusive=inclusive
            )
        return datetime_in(when.tzinfo, opening)

    def previous_closing(
        self, when: datetime, *, inclusive: bool = True, provisional: bool = False
    ) -> datetime:
        """Return the last instant at or before ``when`` at which working time ends, in its zone.

        Without ``inclusive`` before it. Raises as ``deadline``.
        """
        if provisional:
            return self._provisionally(WorkingTime.previous_closing, when, inclusive=inclusive)
        moment = self._moment(when)
        try:
            line = self._line_at(moment)
            if not inclusive:
                moment = self._just_before(line, moment, f"the closing before {when}")
            closing = line.closing_until(moment)
            if closing is not None and not line.knows(closing + TICK):
                self._ran_out(line, f"the closing at {when}")
            if closing is None:
                self._ran_out_backwards(line, f"the closing before {when}")
        except CalendarCoverageError as error:
            return self._edge_in_any_case(
                error, WorkingTime.previous_closing, when, inclusive=inclusive
            )
        return datetime_in(when.tzinfo, closing)

    def _just_before(self, line: Timeline, moment: timedelta, verb: str) -> timedelta:
        if not line.knows(moment - TICK):
            self._ran_out_backwards(line, verb)
        return moment - TICK

    def intervals(
        self, start: datetime, end: datetime, *, provisional: bool = False
    ) -> tuple[Interval, ...]:
        """Return the stretches of working time between two instants, in the zone of ``start``.

        Disjoint, in order, clipped to ``[start, end)``; none when ``end`` is not later. Raises
        as ``elapsed``.
        """
        if provisional:
            return self._provisionally(WorkingTime.intervals, start, end)
        a, b = self._moment(start), self._moment(end)
        try:
            line = self._line_at(a)
            if b > a and not line.knows(b):
                self._ran_out(line, "the span")
        except CalendarCoverageError as error:
            return self._in_any_case(error, WorkingTime.intervals, start, end)
        zone = start.tzinfo
        return tuple(
            Interval(datetime_in(zone, lo), datetime_in(zone, hi))
            for lo, hi in (line.between(a, b) if b > a else ())
        )

    # -- answers that no unknown date changes ------------------------------------------------

    def completions(self) -> tuple[Self, Self] | None:
        """Return the same working time with all unknown dates off, and with all of them full.

        An answer about the unknown dates lies between those of the two. None where no date is
        known, and for a completion.
        """
        found = self._extremes
        if found is None:
            found = self._build_completions() or "none"
            object.__setattr__(self, "_extremes", found)
        return None if found == "none" else found

    def _in_any_case(
        self,
        error: CalendarCoverageError,
        verb: Callable[Concatenate[Any, P], Answer],
        *args: P.args,
        **options: P.kwargs,
    ) -> Answer:
        """Return the verb's answer if no unknown date changes it, else raise the error.

        For verbs whose answer only grows, or only shrinks, with working time: what is the same
        with all unknown dates off and with all of them full is the same in between.
        """
        least, most = self._extreme_answers(verb, *args, **options)
        if least is not None and _in_utc(least) == _in_utc(most):
            return least
        raise _with_bounds(error, least, most) from None

    def _extreme_answers(
        self, verb: Callable[Concatenate[Any, P], Answer], *args: P.args, **options: P.kwargs
    ) -> tuple[Answer | None, Answer | None]:
        """Return the answers with the least and the most working time, None where there is none."""
        found: list[Answer | None] = []
        for completion in self.completions() or ():
            answer = None
            with suppress(CalendarCoverageError):
                answer = verb(completion, *args, **options)
            found.append(answer)
        return (found[0], found[1]) if found else (None, None)

    def _edge_in_any_case(
        self,
        error: CalendarCoverageError,
        verb: Callable[..., datetime],
        when: datetime,
        *,
        inclusive: bool,
    ) -> datetime:
        """Return an opening or closing near ``when`` if no unknown date changes it.

        A short day has edges of its own, so that both extremes agree on an edge is not enough:
        they must also agree on the working time between it and ``when``.
        """
        least, most = self._extreme_answers(verb, when, inclusive=inclusive)
        if least is not None and _in_utc(least) == _in_utc(most):
            off, full = self._extreme_answers(WorkingTime.elapsed, least, when)
            if off is not None and off == full:
                return least
        raise error

    def _day_budget_part(
        self, part: Literal["due_at", "limit"], budget: object, start: datetime, pauses: Pauses
    ) -> datetime:
        """Return one instant of a day budget's answer. Raises CalendarCoverageError."""
        try:
            answer: datetime = getattr(self._day_budget(budget, start, pauses), part)
        except CalendarCoverageError as error:
            bounds = None
            if self.completions() is not None:
                bounds = self._day_budget_bounds(budget, start, pauses)
            if bounds is None:
                raise
            earliest, latest = getattr(bounds, part)
            local = [bound and bound.astimezone(start.tzinfo) for bound in (earliest, latest)]
            if earliest is None or earliest != latest:
                raise _with_bounds(error, *local) from None
            answer = local[0]
        return answer

    # -- combinations and answers by rule ----------------------------------------------------

    def __or__(self, other: WorkingTime) -> Combination:
        """Return the time when this or the other works, in the zone of this."""
        from workhours_sla.worktime.combined import Combination  # noqa: PLC0415

        return Combination.of("|", self, other)

    def __and__(self, other: WorkingTime) -> Combination:
        """Return the time when both work, in the zone of this."""
        from workhours_sla.worktime.combined import Combination  # noqa: PLC0415

        return Combination.of("&", self, other)

    def provisionally(self) -> Self:
        """Return the same working time over calendars that answer by rule where no act has."""
        same_due = self._twin
        if same_due is None:
            same_due = self._answering_by_rule()
            object.__setattr__(self, "_twin", same_due)
        return same_due

    def _provisionally(
        self, verb: Callable[Concatenate[Any, P], Answer], *args: P.args, **options: P.kwargs
    ) -> Answer:
        """Return the verb's answer; by rule, with a warning, where only that can answer."""
        try:
            return verb(self, *args, **options)
        except CalendarCoverageError as error:
            answer = verb(self.provisionally(), *args, **options)
            warnings.warn(f"the answer is provisional: {error}", ProvisionalWarning, stacklevel=3)
            return answer

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


def _in_utc(answer: object) -> object:
    """Return an answer with its instants in UTC: the same reading may come twice in a zone."""
    if isinstance(answer, datetime):
        return answer.astimezone(UTC)
    return tuple(map(_in_utc, answer)) if isinstance(answer, tuple) else answer


_BETWEEN = "; in any case the answer lies between "


def _with_bounds(error: CalendarCoverageError, one: object, other: object) -> CalendarCoverageError:
    """Return the error with the earliest and latest answer that the unknown dates allow.

    They replace the bounds of another answer that the error may have.
    """
    bounds = [answer for answer in (one, other) if isinstance(answer, datetime | timedelta)]
    if len(bounds) < 2:  # noqa: PLR2004 - the earliest and the latest
        return error
    earliest, latest = sorted(bounds, key=_in_utc)  # type: ignore[arg-type]
    msg = f"{str(error).partition(_BETWEEN)[0]}{_BETWEEN}{earliest} and {latest}"
    return CalendarCoverageError(msg, **error.__dict__ | {"earliest": earliest, "latest": latest})
