"""The open appeals: what must be answered by when, by whom, and what is overdue. No HTML."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from heapq import heappop, heappush
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.service.screen.filters import FIELDS, Filters, Show
from workhours_sla.sla.appeal import Appeal
from workhours_sla.sla.clock import Clock, Verdict
from workhours_sla.sla.event import BEGINNING, NEVER, Attributes
from workhours_sla.sla.fold import Folded
from workhours_sla.sla.forecast import slot_of
from workhours_sla.sla.outcome import Outcome, outcome, overdue_of
from workhours_sla.sla.target import is_clock_time
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import ZERO

GROUPS: Final = (Show.OVERDUE, Show.TODAY, Show.NEXT, Show.LATER, Show.PAUSED, Show.UNKNOWN)
"""The groups of open appeals, the most urgent first. Each clock that waits is in one of them."""
_WAITING: Final = frozenset({Verdict.PENDING, Verdict.AT_RISK, Verdict.PAUSED, Verdict.BREACHED})
_DAY: Final = timedelta(days=1)
_WEEKS: Final = 6  # so that four of them have a Monday after two days off, also after holidays
PAST: Final = timedelta(weeks=_WEEKS + 1)
"""The past that *usual* comes from, after a week in which appeals become overdue."""
_LONGEST: Final = 31  # days off before a day that are counted
_FEWEST: Final = 4  # number of days from which on a number is usual
_FEWEST_TOGETHER: Final = 3  # number of appeals of one agency and hour that share a line
_agency_of: Final = attrgetter("attributes.agency_id")
_KEPT: Final = 64  # maximum number of lists of a target and filters that are kept up to date


class Pace(NamedTuple):
    """How delays grow: with the working time of a schedule, with all time if it is None, or not."""

    schedule: Schedule | None = None
    is_stopped: bool = False

    def passed(self, since: datetime, until: datetime) -> timedelta:
        if self.is_stopped or until <= since:
            return ZERO
        try:
            return until - since if self.schedule is None else self.schedule.elapsed(since, until)
        except CalendarCoverageError:
            return ZERO


Place = Show | datetime | Pace
"""Where a clock is listed: the end of the hour in which an answer is due, the pace of its delay, or
what is due, paused, uncertain or at risk."""


class Row(NamedTuple):
    """A clock that waits for an answer, as it is until the next event or its next verdict.

    Rows are sorted by the first five fields, which differ in each target.
    """

    late: timedelta  # the delay that its pace gives for the beginning, negated: the longest first
    due: datetime
    limit: datetime
    appeal_id: str
    cycle: int
    place: Place
    is_at_risk: bool
    attributes: Attributes
    clock: Clock
    appeal: Appeal

    @property
    def agency_id(self) -> str | None:
        return self.attributes.agency_id

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.place, Show.RISK) if self.is_at_risk else (self.place,)


class Lists:
    """The clocks of one target that pass the filters, by place, in order and counted; mutable."""

    def __init__(self, target: str, filters: Filters) -> None:
        self._target, self._filters = target, filters
        self.rows: defaultdict[Place, list[Row]] = defaultdict(list)
        """The most urgent first."""
        self._agencies: defaultdict[Place, Counter[str | None]] = defaultdict(Counter)
        self._several: dict[str, Sequence[Row]] = {}
        """The appeals with more than one row, since they were reopened."""

    def _admits(self, row: Row) -> bool:
        is_admitted = self._filters.admits(row.appeal_id, row.attributes)
        return row.clock.target.name == self._target and is_admitted

    def replace(self, before: Iterable[Row], after: Iterable[Row]) -> None:
        """Replace the rows of an appeal."""
        for row in filter(self._admits, before):
            self._several.pop(row.appeal_id, None)
            for place in row.places:
                rows, counts = self.rows[place], self._agencies[place]
                del rows[bisect_left(rows, row)]
                counts[row.agency_id] -= 1
                if not rows:
                    del self.rows[place], self._agencies[place]
        after = list(filter(self._admits, after))
        for row in after:
            for place in row.places:
                insort(self.rows[place], row)
                self._agencies[place][row.agency_id] += 1
        if len(after) > 1:
            self._several[after[0].appeal_id] = after

    def listed(self, places: Iterable[Place]) -> list[Row]:
        return list(chain.from_iterable(self.rows[place] for place in places))

    def counted(self, places: Collection[Place]) -> Counter[str | None]:
        """Return how many appeals each agency has in some places, each counted once."""
        found: Counter[str | None] = Counter()
        for place in places:
            found.update(self._agencies.get(place, ()))
        for rows in self._several.values():
            more = sum(not set(row.places).isdisjoint(places) for row in rows) - 1
            found[rows[0].agency_id] -= max(0, more)
        return +found


class Waiting:
    """Every clock that waits for an answer. An update costs what has changed; mutable."""

    def __init__(self, zone: tzinfo, began: datetime) -> None:
        self._zone, self._began = zone, began
        self._rows: dict[str, list[Row]] = {}
        self._timers: list[tuple[datetime, str]] = []
        self._lists: dict[tuple[str, tuple[tuple[str, str], ...]], Lists] = {}
        self._values: Mapping[str, Counter[str | None]] = {name: Counter() for name in FIELDS}

    def update(self, folded: Mapping[str, Folded], changed: Iterable[str], now: datetime) -> None:
        """Read again the appeals that have changed, and those that time has changed until now."""
        ids = dict.fromkeys(changed)
        while self._timers and self._timers[0][0] <= now:
            ids[heappop(self._timers)[1]] = None
        for appeal_id in ids:
            before, of = self._rows.pop(appeal_id, []), folded.get(appeal_id)
            after, until = ([], NEVER) if of is None else self._rows_of(of, now)
            if until != NEVER:
                heappush(self._timers, (until, appeal_id))
            if after:
                self._rows[appeal_id] = after
            for rows, number in ((before, -1), (after, 1)):
                for name, counts in self._values.items() if rows else ():
                    counts[getattr(rows[0].attributes, FIELDS[name])] += number
            for lists in self._lists.values():
                lists.replace(before, after)

    def _rows_of(self, folded: Folded, now: datetime) -> tuple[list[Row], datetime]:
        """Return the rows of an appeal, and until when they stay as they are without events."""
        found, until, appeal = [], NEVER, folded.appeal
        for clock in folded.clocks:
            if clock.answered_at is not None:
                continue
            until = min(until, clock.keeps_verdict_until(now))
            verdict, is_unknown = clock.verdict(now)
            if clock.started_at > now or verdict not in _WAITING:
                continue
            place: Place = Show.PAUSED if verdict is Verdict.PAUSED else Show.UNKNOWN
            due, limit, late = clock.due_at, clock.limit, ZERO
            if verdict is Verdict.BREACHED:
                place, late = self._overdue(clock, now)
            elif due is not None and due <= now:
                place = Show.NOW
            elif due is not None:
                place = slot_of(due.astimezone(self._zone), "hour")[1]
            every = (clock, *clock.others)
            if due is None:
                due = min(one.earliest.due_at for one in every)
            if limit is None:
                limit = NEVER if is_unknown else max(one.latest.limit for one in every)
            key = late, NEVER if due == BEGINNING else due, limit, appeal.appeal_id, clock.cycle
            is_at_risk = verdict is Verdict.AT_RISK
            found.append(Row(*key, place, is_at_risk, appeal.attributes, clock, appeal))
        return found, until

    def _overdue(self, clock: Clock, now: datetime) -> tuple[Pace, timedelta]:
        """Return the pace of a delay, and the field ``late`` of its row."""
        late = overdue_of(clock, clock.elapsed(now), now)
        is_by_day_and_night = is_clock_time(clock.target.budget)
        pace = Pace(None if is_by_day_and_night else clock.schedule)
        is_paused = clock.pauses.is_paused(now) and not is_by_day_and_night
        if late is None or clock.ended_at is not None or is_paused:
            pace = Pace(is_stopped=True)
        return pace, pace.passed(self._began, now) - (late or ZERO)

    def lists(self, target: str, filters: Filters) -> Lists:
        key = target, tuple(filters.chosen.items())
        found = self._lists.pop(key, None)
        if found is None:
            found = Lists(target, filters)
            for rows in sorted(self._rows.values()):
                found.replace((), rows)
        self._lists[key] = found
        if len(self._lists) > _KEPT:
            del self._lists[next(iter(self._lists))]
        return found

    def values(self) -> dict[str, tuple[str, ...]]:
        """Return what the filters can be, without any filter."""
        return {name: tuple(sorted(filter(None, +one))) for name, one in self._values.items()}

    def overdue(self, lists: Lists, now: datetime) -> list[Row]:
        """Return what is overdue, the longest first."""
        rows = {place: some for place, some in lists.rows.items() if isinstance(place, Pace)}
        every = list(chain.from_iterable(rows.values()))
        if len(rows) < 2:  # delays of one pace keep their order
            return every
        passed: Mapping[Place, timedelta]
        passed = {place: place.passed(self._began, now) for place in rows}
        return sorted(every, key=lambda row: (row.late - passed[row.place], row[1:5]))


class DueHours(NamedTuple):
    """The appeals of a group that are due after ``since``, up to ``until``."""

    group: Show
    since: datetime
    until: datetime  # the present if all are due already
    due: int
    agencies: Sequence[tuple[str | None, int]]  # ids with their numbers, the largest first
    by_then: int  # all of the group that are due by ``until``
    first: Row


class Usual(NamedTuple):
    """Between which numbers a group was on ``days`` earlier days after as many days off."""

    least: int
    most: int
    days: int
    days_off: int


class AgencyCounts(NamedTuple):
    """The numbers of open appeals of an agency: due ``soon``, in each group, and in all."""

    agency: str | None
    soon: int
    counts: Mapping[Show, int]
    open: int


@dataclass(frozen=True)
class Board:
    """The open appeals that have one target and pass the filters, as of ``now``."""

    now: datetime
    target: str
    # of each target the numbers that are overdue and due today; all else is about ``target`` alone
    targets: Mapping[str, Mapping[Show, int]]
    # each group, those at risk, and those due already and still in time, the most urgent first
    lists: Mapping[Show, Sequence[Row]]
    counts: Mapping[Show, int]  # the number of appeals in each list
    open: int
    next_on: date | None  # the next date with due times
    days_off: int  # between today and ``next_on``, 0 if any of these days is worked
    hours: tuple[DueHours, ...]  # what is due already, and the hours ahead
    soon: DueHours | None  # until the end of the fullest hour, of today if it can be
    agencies: tuple[AgencyCounts, ...]
    usual: Mapping[Show, Usual]  # of the groups with enough comparable days

    def ids(self) -> set[str]:
        return {row.appeal_id for group in GROUPS for row in self.lists[group]}

    def outcomes(self, rows: Iterable[Row]) -> list[Outcome]:
        return [outcome(row.appeal, row.clock, self.now.astimezone(UTC)) for row in rows]

    def listed(self, filters: Filters) -> Sequence[Row]:
        """Return the list that the filters show, or the part of it that is due in some hours."""
        every = self.lists[filters.show]
        if filters.after is None and filters.until is None:
            return every
        after, until = filters.after or 0, filters.until or 24
        are_shown: dict[Place, bool] = {
            place: after <= slot_of(place, "hour")[0].hour < until
            for place in {row.place for row in every}
            if isinstance(place, datetime)
        }
        is_due = filters.after is None  # what is due already has no hour
        return [row for row in every if row.clock.due_at and are_shown.get(row.place, is_due)]

    def lines(self, group: Show, most: int) -> list[list[Row]]:
        """Return the lines of a list: what one agency must answer within an hour is one line."""
        found: dict[tuple[object, str | None], list[Row]] = {}
        for row in self.lists[group]:
            found.setdefault(_hour_of(row), []).append(row)
        lines: list[list[Row]] = []
        for row in self.lists[group]:
            rows = found[_hour_of(row)]
            if len(rows) < _FEWEST_TOGETHER:
                lines.append([row])
            elif row is rows[0]:
                lines.append(rows)
            if len(lines) == most:
                break
        return lines

    @property
    def next_due(self) -> Row | None:
        return next((one.first for one in self.hours if one.until > self.now), None)


def _hour_of(row: Row) -> tuple[object, str | None]:
    """Return the agency of a row and the hour in which it must answer, if that is known."""
    return row.place if isinstance(row.place, datetime) else row[:5], row.agency_id


class Past:
    """What was overdue and due on earlier days by one target, made from later outcomes."""

    def __init__(
        self, outcomes: Iterable[Outcome], zone: tzinfo, schedules: Sequence[Schedule]
    ) -> None:
        self._schedules = schedules
        self._due: dict[date, list[tuple[datetime, datetime]]] = {}
        self._limits: list[datetime] = []
        self._ends: list[datetime] = []
        self._first = NEVER
        for one in outcomes:
            end, limit = min(one.answered_at or NEVER, one.withdrawn_at or NEVER), one.limit
            if one.due_at is None or limit is None or one.verdict is Verdict.EXCLUDED:
                continue
            start = one.started_at or one.posted_at
            self._first = min(self._first, start)
            day = _date_of(one.due_at.astimezone(zone))
            self._due.setdefault(day, []).append((start, min(limit, end)))
            self._limits.append(limit)
            self._ends.append(max(limit, end))
        self._limits.sort()
        self._ends.sort()

    def usual(self, now: datetime) -> Mapping[Show, Usual]:
        """Return the numbers at this time of earlier days after as many days off as today.

        An eighth of the days is left out at each end. Empty with fewer than four days.
        """
        counts: dict[Show, list[int]] = {Show.OVERDUE: [], Show.TODAY: []}
        days_off = self._days_off_before(now.date())
        if days_off is None:
            return {}
        for at in (now - _DAY * n for n in range(1, 7 * _WEEKS + 1)):
            due = self._due.get(at.date(), ())
            is_known = due and at - self._first >= 7 * _DAY
            if is_known and self._days_off_before(at.date()) == days_off:
                overdue = bisect_left(self._limits, at) - bisect_left(self._ends, at)
                counts[Show.OVERDUE].append(overdue)
                counts[Show.TODAY].append(sum(start <= at <= end for start, end in due))
        return {
            group: Usual(some[len(some) // 8], some[-1 - len(some) // 8], len(some), days_off)
            for group, some in zip(counts, map(sorted, counts.values()), strict=True)
            if len(some) >= _FEWEST
        }

    def _days_off_before(self, day: date) -> int | None:
        """Return the days off just before a working day, None if it is none or not known."""
        worked: list[bool] = []
        while len(worked) < 2 or not worked[-1]:
            at = day - _DAY * len(worked)
            if len(worked) > _LONGEST or not all(one.knows(at) for one in self._schedules):
                return None
            worked.append(any(one.shifts_on(at) for one in self._schedules))
        return len(worked) - 2 if worked[0] else None


def board_of(
    waiting: Waiting,
    targets: Sequence[str],
    now: datetime,
    filters: Filters,
    past: Mapping[str, Past] | None = None,
) -> Board:
    """Return the board of what waits, as of the last update; ``now`` is in the board's zone."""
    target = filters.target or targets[0]
    lists = waiting.lists(target, filters)
    midnight = datetime.combine(now.date() + _DAY, time(), now.tzinfo)
    places = _places(lists, midnight)
    rows = {group: lists.listed(some) for group, some in places.items()}
    rows[Show.OVERDUE] = waiting.overdue(lists, now)
    hours = [
        _due_hours(lists, group, places[group][n : n + 1], places[group][: n + 1], now)
        for group in (Show.TODAY, Show.NEXT)
        for n in range(len(places[group]))
    ]
    group = Show.TODAY if places[Show.TODAY] else Show.NEXT
    first, soon = hours[: len(places[group])], None
    if first:
        fullest = max(first, key=lambda one: (one.until > now, one.due))
        until = places[group][: first.index(fullest) + 1]
        soon = _due_hours(lists, group, until, until, now)
    counts = {group: lists.counted(some) for group, some in places.items()}
    every = lists.counted([place for group in GROUPS for place in places[group]])
    next_due = rows[Show.NEXT][0].due.astimezone(now.tzinfo) if rows[Show.NEXT] else None
    next_on = None if next_due is None else _date_of(next_due)
    return Board(
        now,
        target,
        {name: _urgent(waiting.lists(name, filters), midnight) for name in targets},
        rows,
        {group: some.total() for group, some in counts.items()},
        every.total(),
        next_on,
        0 if next_on is None else _days_off(rows[Show.NEXT], now.date(), next_on),
        tuple(hours),
        soon,
        _by_agency(counts, every, soon),
        past[target].usual(now) if past and target in past and not filters.chosen else {},
    )


def _places(lists: Lists, midnight: datetime) -> dict[Show, list[Place]]:
    """Return the places of each group and list, the earliest hours first."""
    hours = sorted(place for place in lists.rows if isinstance(place, datetime))
    found: dict[Show, list[Place]]
    found = {show: [show] if show in lists.rows else [] for show in (*GROUPS, Show.RISK, Show.NOW)}
    found[Show.OVERDUE] = [place for place in lists.rows if isinstance(place, Pace)]
    found[Show.TODAY] = [*found[Show.NOW], *(end for end in hours if end <= midnight)]
    later = [end for end in hours if end > midnight]
    for end in later:
        is_next = _date_of(end) == _date_of(later[0])
        found[Show.NEXT if is_next else Show.LATER].append(end)
    return found


def _urgent(lists: Lists, midnight: datetime) -> dict[Show, int]:
    places = _places(lists, midnight)
    return {group: lists.counted(places[group]).total() for group in GROUPS[:2]}


def _date_of(due: datetime) -> date:
    """Return the date on which an answer is due. Midnight belongs to the date that it ends."""
    return slot_of(due, "hour")[0].date()


def _days_off(rows: Iterable[Row], today: date, next_on: date) -> int:
    between = [today + _DAY * n for n in range(1, (next_on - today).days)]
    schedules = {id(row.clock.schedule): row.clock.schedule for row in rows if between}
    off = all(
        schedule.knows(day) and not schedule.shifts_on(day)
        for schedule in schedules.values()
        for day in between
    )
    return len(between) if off else 0


def _due_hours(
    lists: Lists, group: Show, places: Sequence[Place], by_then: Sequence[Place], now: datetime
) -> DueHours:
    rows, counts = lists.listed(places), lists.counted(places)
    # the earliest first among agencies with equal numbers
    ids = sorted(dict.fromkeys(map(_agency_of, rows)), key=lambda one: -counts[one])
    until = places[-1] if isinstance(places[-1], datetime) else now
    since, agencies = slot_of(until, "hour")[0], [(one, counts[one]) for one in ids]
    by = lists.counted(by_then).total()
    return DueHours(group, since, until, counts.total(), agencies, by, rows[0])


def _by_agency(
    counts: Mapping[Show, Counter[str | None]], every: Counter[str | None], soon: DueHours | None
) -> tuple[AgencyCounts, ...]:
    """Return the counts of each agency: those that must answer most soon first."""
    due = Counter(dict(() if soon is None else soon.agencies))
    found = [
        AgencyCounts(agency, due[agency], {one: counts[one][agency] for one in GROUPS}, count)
        for agency, count in every.items()
    ]
    urgent = (Show.TODAY, Show.NEXT, Show.OVERDUE)
    found.sort(key=lambda one: (-one.soon, *(-one.counts[key] for key in urgent), one.agency or ""))
    return tuple(found)
