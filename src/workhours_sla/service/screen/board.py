"""The open appeals: what must be answered by when, by whom, and what is overdue. No HTML."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Final, NamedTuple

from workhours_sla.service.screen.filters import FIELDS, Filters, Show
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.forecast import slot_of
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import ZERO

GROUPS: Final = (Show.OVERDUE, Show.TODAY, Show.NEXT, Show.LATER, Show.PAUSED, Show.UNKNOWN)
"""The groups of open appeals, the most urgent first. Each outcome is in one of them."""
_WAITING: Final = frozenset({Verdict.PENDING, Verdict.AT_RISK, Verdict.PAUSED, Verdict.BREACHED})
_DAY: Final = timedelta(days=1)
_WEEKS: Final = 6  # so that four of them have a Monday after two days off, also after holidays
PAST: Final = timedelta(weeks=_WEEKS + 1)
"""The past that *usual* comes from, after a week in which appeals become overdue."""
_LONGEST: Final = 31  # days off before a day that are counted
_FEWEST: Final = 4  # number of days from which on a number is usual
_END: Final = datetime.max.replace(tzinfo=UTC)


class DueHours(NamedTuple):
    """The appeals of a group that are due after ``since``, up to ``until``."""

    group: Show
    since: datetime
    until: datetime  # the present if all are due already
    due: int
    agencies: Sequence[tuple[str | None, int]]  # ids with their numbers, the largest first
    by_then: int  # all of the group that are due by ``until``
    first: Outcome


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
    lists: Mapping[Show, tuple[Outcome, ...]]
    next_on: date | None  # the next date with due times
    days_off: int  # between today and ``next_on``, 0 if any of these days is worked
    hours: tuple[DueHours, ...]  # what is due already, and the hours ahead
    soon: DueHours | None  # until the end of the fullest hour, of today if it can be
    agencies: tuple[AgencyCounts, ...]
    usual: Mapping[Show, Usual]  # of the groups with enough comparable days
    values: Mapping[str, tuple[str, ...]]  # what the filters can be, without any filter

    @property
    def open(self) -> int:
        return len(self.ids)

    @cached_property
    def ids(self) -> set[str]:
        return {one.appeal_id for group in GROUPS for one in self.lists[group]}

    @cached_property
    def counts(self) -> Mapping[Show, int]:
        """The number of appeals in each list."""
        return {group: appeals(some) for group, some in self.lists.items()}

    def listed(self, filters: Filters) -> Sequence[Outcome]:
        """Return the list that the filters show, or the part of it that is due in some hours."""
        every = self.lists[filters.show]
        if filters.after is None and filters.until is None:
            return every
        after, until = filters.after, filters.until or 24
        slots = [(one, *_slot(one, self.now)) for one in every if one.due_at is not None]
        return [
            one
            for one, since, end in slots
            if (after is None if end <= self.now else (after or 0) <= since.hour < until)
        ]

    @property
    def next_due(self) -> Outcome | None:
        return next((one.first for one in self.hours if one.until > self.now), None)


def appeals(outcomes: Iterable[Outcome]) -> int:
    return len({one.appeal_id for one in outcomes})


class Past:
    """What was overdue and due on earlier days by one target, made from later outcomes."""

    def __init__(
        self, outcomes: Iterable[Outcome], zone: tzinfo, schedules: Sequence[Schedule]
    ) -> None:
        self._schedules = schedules
        self._due: dict[date, list[tuple[datetime, datetime]]] = {}
        self._limits: list[datetime] = []
        self._ends: list[datetime] = []
        self._first = _END
        for one in outcomes:
            end = min(one.answered_at or _END, one.withdrawn_at or _END)
            day, limit = _due_on(one, zone), one.limit
            if day is None or limit is None or one.verdict is Verdict.EXCLUDED:
                continue
            start = one.started_at or one.posted_at
            self._first = min(self._first, start)
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
    outcomes: Iterable[Outcome],
    policy: Policy,
    now: datetime,
    filters: Filters,
    past: Mapping[str, Past] | None = None,
) -> Board:
    """Return the board of the outcomes that wait, as of ``now``; its zone is the board's."""
    waiting = [one for one in outcomes if one.verdict in _WAITING and one.answered_at is None]
    values = {
        name: tuple(sorted({getattr(one, field) or "" for one in waiting} - {""}))
        for name, field in FIELDS.items()
    }
    target = filters.target or policy.targets[0].name
    of_targets: dict[str, list[Outcome]] = {one.name: [] for one in policy.targets}
    for one in filter(filters.admits, waiting) if filters.chosen else waiting:
        of_targets[one.target].append(one)
    found = sorted(of_targets.get(target, []), key=_urgency)
    today, zone = now.date(), now.tzinfo
    assert zone is not None  # noqa: S101 - as documented
    dates = (_due_on(one, zone) for one in found if one.verdict is not Verdict.BREACHED)
    next_on = min((day for day in dates if day is not None and day > today), default=None)
    lists: dict[Show, list[Outcome]] = {group: [] for group in GROUPS}
    for one in found:
        lists[_group(one, today, next_on, zone)].append(one)
    hours = _by_hour(lists, now)
    fullest = _fullest(hours, now)
    soon = [] if fullest is None else _until(hours, *fullest)
    agencies = _agencies(lists, soon)
    lists[Show.RISK] = [one for one in found if one.verdict is Verdict.AT_RISK]
    lists[Show.NOW] = [one for one in lists[Show.TODAY] if one.due_at and one.due_at <= now]
    return Board(
        now,
        target,
        {
            name: {
                group: appeals(
                    lists[group]
                    if name == target
                    else (one for one in some if _group(one, today, None, zone) is group)
                )
                for group in GROUPS[:2]
            }
            for name, some in of_targets.items()
        },
        {group: tuple(some) for group, some in lists.items()},
        next_on,
        0 if next_on is None else _days_off(lists[Show.NEXT], policy, today, next_on),
        tuple(_counted(*key, some, hours) for key, some in hours.items()),
        None if fullest is None else _counted(*fullest, soon, hours),
        agencies,
        past[target].usual(now) if past and target in past and not filters.chosen else {},
        values,
    )


def schedule_of(outcome: Outcome, policy: Policy) -> Schedule | None:
    """Return the schedule by which an outcome was measured, None if the policy has it no more."""
    asked = outcome.target, outcome.budget
    of = next((one for one in policy.targets if (one.name, one.budget) == asked), None)
    return None if of is None else of.schedule_for(outcome)


def _due_on(outcome: Outcome, zone: tzinfo) -> date | None:
    """Return the date on which an answer is due. Midnight belongs to the date that it ends."""
    if outcome.due_at is None:
        return None
    return (outcome.due_at.astimezone(UTC) - timedelta.resolution).astimezone(zone).date()


def _group(outcome: Outcome, today: date, next_on: date | None, zone: tzinfo) -> Show:
    if outcome.verdict is Verdict.BREACHED:
        return Show.OVERDUE
    due_on = _due_on(outcome, zone)
    if due_on is None:
        return Show.PAUSED if outcome.verdict is Verdict.PAUSED else Show.UNKNOWN
    if due_on <= today:
        return Show.TODAY
    return Show.NEXT if due_on == next_on else Show.LATER


def _urgency(outcome: Outcome) -> tuple[timedelta, datetime, datetime, str]:
    """Return what a group is sorted by: the longest overdue first, then the earliest due time."""
    limit = outcome.latest_limit or _END
    due = outcome.due_at
    if due is None:
        due = _END if outcome.bounds is None else outcome.bounds.due_at[0] or _END
    return -(outcome.overdue or ZERO), due, limit, outcome.appeal_id


def _days_off(outcomes: Iterable[Outcome], policy: Policy, today: date, next_on: date) -> int:
    between = [today + _DAY * n for n in range(1, (next_on - today).days)]
    schedules = {schedule_of(one, policy) for one in outcomes}
    off = all(
        schedule is not None and schedule.knows(day) and not schedule.shifts_on(day)
        for schedule in schedules
        for day in between
    )
    return len(between) if off else 0


# -- by when, and by whom --------------------------------------------------------------------------


_Hours = Mapping[tuple[Show, datetime], list[Outcome]]


def _slot(outcome: Outcome, now: datetime) -> tuple[datetime, datetime]:
    """Return the begin and the end of the hour in which an answer is due, ``now`` if it is."""
    assert outcome.due_at is not None  # noqa: S101 - its callers have asked
    is_due = outcome.due_at <= now
    return (now, now) if is_due else slot_of(outcome.due_at.astimezone(now.tzinfo), "hour")


def _by_hour(lists: Mapping[Show, Sequence[Outcome]], now: datetime) -> _Hours:
    """Return what is due, by its group and the end of its hour, the earliest first."""
    found: dict[tuple[Show, datetime], list[Outcome]] = {}
    for group in (Show.TODAY, Show.NEXT):
        for one in lists[group]:
            found.setdefault((group, _slot(one, now)[1]), []).append(one)
    return found


def _fullest(hours: _Hours, now: datetime) -> tuple[Show, datetime] | None:
    """Return the fullest hour of the first group that has any, or ``now`` if it has no hour."""
    first = [key for key in hours if key[0] is next(iter(hours))[0]]
    return max(first, key=lambda key: (key[1] > now, appeals(hours[key])), default=None)


def _counted(group: Show, until: datetime, outcomes: Sequence[Outcome], hours: _Hours) -> DueHours:
    # the earliest first, also among agencies with equal numbers
    pairs = dict.fromkeys((one.agency_id, one.appeal_id) for one in outcomes)
    most = Counter(agency for agency, _ in pairs).most_common()
    since, by_then = slot_of(until, "hour")[0], appeals(_until(hours, group, until))
    return DueHours(group, since, until, appeals(outcomes), most, by_then, outcomes[0])


def _until(hours: _Hours, group: Show, until: datetime) -> list[Outcome]:
    ends = [key for key in hours if key[0] is group and key[1] <= until]
    return [one for key in ends for one in hours[key]]


def _agencies(
    lists: Mapping[Show, Sequence[Outcome]], soon: Iterable[Outcome]
) -> tuple[AgencyCounts, ...]:
    """Return the counts of each agency: those that must answer most soon first."""
    ids: defaultdict[str | None, dict[Show, set[str]]]
    ids = defaultdict(lambda: {key: set() for key in GROUPS})
    for group, outcomes in lists.items():
        for one in outcomes:
            ids[one.agency_id][group].add(one.appeal_id)
    pairs = {(one.agency_id, one.appeal_id) for one in soon}
    due = Counter(agency for agency, _ in pairs)
    found = [
        AgencyCounts(
            agency,
            due[agency],
            {group: len(some) for group, some in of_agency.items()},
            len(set().union(*of_agency.values())),
        )
        for agency, of_agency in ids.items()
    ]
    urgent = (Show.TODAY, Show.NEXT, Show.OVERDUE)
    found.sort(key=lambda one: (-one.soon, *(-one.counts[key] for key in urgent), one.agency or ""))
    return tuple(found)
