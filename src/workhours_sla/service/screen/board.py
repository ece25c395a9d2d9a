"""The open appeals by urgency: what is overdue, due today, due next, and by agency. No HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from workhours_sla.service.screen.filters import FIELDS, Filters, Show
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.forecast import Forecast, forecast_deadlines
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import ZERO

GROUPS: Final = (Show.OVERDUE, Show.TODAY, Show.NEXT, Show.LATER, Show.PAUSED, Show.UNKNOWN)
"""The groups of open appeals, the most urgent first. Each outcome is in one of them."""
_WAITING: Final = frozenset({Verdict.PENDING, Verdict.AT_RISK, Verdict.PAUSED, Verdict.BREACHED})
_DAY: Final = timedelta(days=1)
_END: Final = datetime.max.replace(tzinfo=UTC)


class Together(NamedTuple):
    """The most deadlines at one instant, and the instant."""

    deadlines: int
    at: datetime


class AgencyCounts(NamedTuple):
    """The numbers of open appeals of an agency: those in each group, and in all.

    ``agency`` is None for those without one.
    """

    agency: str | None
    counts: Mapping[Show, int]
    open: int


@dataclass(frozen=True, slots=True)
class Board:
    """The open appeals that have one target and pass the filters, as of ``now``.

    A date is a date in the zone of ``now``.

    - ``targets``: the name of each target with its numbers of appeals that pass the filters and are
      overdue or due today. All else is about ``target`` alone.
    - ``groups``: the outcomes of each group, the most urgent first. ``overdue`` have passed their
      limit. ``today`` are due by the end of today; some may be in time until a later limit.
      ``next`` are due on ``next_on``, the next date with deadlines, and ``later`` after it.
      ``unknown`` have a due time that depends on uncertain dates.
    - ``days_off``: the number of days between today and ``next_on``, if all of them are days off
      for all appeals in ``next``; otherwise 0.
    - ``at_risk``: the number of appeals with an outcome that has the verdict ``at_risk``.
    - ``together``: the most deadlines at one instant from now on, None without a deadline.
    - ``load``: the deadlines of today and of ``next_on``, by hour.
    - ``values``: the values of each filter that the open appeals have, without any filter.
    """

    now: datetime
    target: str
    targets: Mapping[str, Mapping[Show, int]]
    groups: Mapping[Show, tuple[Outcome, ...]]
    next_on: date | None
    days_off: int
    at_risk: int
    together: Together | None
    agencies: tuple[AgencyCounts, ...]
    load: Forecast
    values: Mapping[str, tuple[str, ...]]

    @property
    def open(self) -> int:
        """The number of open appeals that pass the filters."""
        return appeals(one for some in self.groups.values() for one in some)


def appeals(outcomes: Iterable[Outcome]) -> int:
    """Return the number of appeals that have these outcomes."""
    return len({one.appeal_id for one in outcomes})


def board_of(outcomes: Iterable[Outcome], policy: Policy, now: datetime, filters: Filters) -> Board:
    """Return the board of outcomes at ``now``, which must be aware; its zone is the board's.

    ``outcomes`` are as of ``now``; those that have ended are left out.

    >>> from workhours_sla import Event, Schedule, Target, evaluate, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> eve = datetime(2025, 12, 30, 18, 55, tzinfo=office.tz)
    >>> posted = eve - timedelta(hours=2)
    >>> event = Event("1", "A-1", "created", posted, posted)
    >>> board = board_of(evaluate([event], policy, as_of=eve).outcomes, policy, eve, Filters())
    >>> str(board.next_on), board.days_off, len(board.groups[Show.NEXT])
    ('2026-01-12', 12, 1)
    """
    waiting = [one for one in outcomes if one.verdict in _WAITING and one.answered_at is None]
    values = {
        name: tuple(sorted({getattr(one, field) or "" for one in waiting} - {""}))
        for name, field in FIELDS.items()
    }
    target = filters.target or policy.targets[0].name
    of_targets: dict[str, list[Outcome]] = {one.name: [] for one in policy.targets}
    for one in filter(filters.admits, waiting):
        of_targets[one.target].append(one)
    found = of_targets.get(target, [])
    today, zone = now.date(), now.tzinfo
    assert zone is not None  # noqa: S101 - as documented
    dates = (_due_on(one, zone) for one in found if one.verdict is not Verdict.BREACHED)
    next_on = min((day for day in dates if day is not None and day > today), default=None)
    groups: dict[Show, list[Outcome]] = {group: [] for group in GROUPS}
    for one in found:
        groups[_group(one, today, next_on, zone)].append(one)
    for outcomes_of_group in groups.values():
        outcomes_of_group.sort(key=_urgency)
    coming = [one for group in GROUPS[1:4] for one in groups[group]]
    together = Counter(one.due_at for one in coming if one.due_at is not None and one.due_at > now)
    most = max(together.values(), default=0)
    first = min((at for at, count in together.items() if count == most), default=None)
    return Board(
        now,
        target,
        {
            name: {
                group: appeals(one for one in some if _group(one, today, None, zone) is group)
                for group in GROUPS[:2]
            }
            for name, some in of_targets.items()
        },
        {group: tuple(some) for group, some in groups.items()},
        next_on,
        0 if next_on is None else _days_off(groups[Show.NEXT], policy, today, next_on),
        appeals(one for one in found if one.verdict is Verdict.AT_RISK),
        None if first is None else Together(most, first.astimezone(zone)),
        _agencies(groups),
        forecast_deadlines(
            found,
            start=datetime.combine(today, time(), zone) - timedelta.resolution,
            end=datetime.combine((next_on or today) + _DAY, time(), zone),
            zone=zone,
        ),
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


def _agencies(groups: Mapping[Show, Sequence[Outcome]]) -> tuple[AgencyCounts, ...]:
    """Return the counts of each agency: those with the most overdue appeals first."""
    ids: dict[str | None, dict[Show, set[str]]] = {}
    for group, outcomes in groups.items():
        for one in outcomes:
            ids.setdefault(one.agency_id, {key: set() for key in GROUPS})[group].add(one.appeal_id)
    found = [
        AgencyCounts(
            agency,
            {group: len(some) for group, some in of_agency.items()},
            len(set().union(*of_agency.values())),
        )
        for agency, of_agency in ids.items()
    ]
    urgent = GROUPS[:3]
    return tuple(
        sorted(found, key=lambda one: (*(-one.counts[g] for g in urgent), one.agency or ""))
    )
