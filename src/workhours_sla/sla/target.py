"""A target: the budget of time within which an appeal must be answered."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, get_args

from workhours_sla.errors import PolicyError, shown
from workhours_sla.module_names import public
from workhours_sla.sla.event import EventType
from workhours_sla.text.amounts import check_budget
from workhours_sla.text.messages import say
from workhours_sla.worktime.budgets import Budget, ClockTime
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import BASE_UTC, ZERO

Closing = Literal["latest", "strict"]
Starts = Literal["posted", "detected", "registered", "assigned", "interim"]
Stops = Literal["first_reply", "substantive_reply", "final_reply", "next_reply"]
OnTransfer = Literal["keep", "restart", "resume"]
OnReopen = Literal["cycle", "ignore"]
StaffOpened = Literal["start", "wait"]
ScheduleField = Literal["agency_id", "district_id", "channel"]

_CHOICES = {
    "starts": Starts,
    "on_transfer": OnTransfer,
    "on_reopen": OnReopen,
    "closing": Closing,
    "staff_opened": StaffOpened,
}
_NEVER_STOP = frozenset({EventType.CREATED, EventType.REOPENED})


def in_hours(budget: Budget, schedule: Schedule, start: datetime) -> Budget:
    """Return the budget, or the working time that it equals."""
    if isinstance(budget, timedelta):
        return budget
    amount = budget.working_time(schedule, start)
    return budget if amount is None else amount


def is_clock_time(budget: Budget) -> bool:
    return isinstance(budget, ClockTime)


@public(checked=True)
@dataclass(frozen=True, slots=True)
class ScheduleBy:
    """A mapping from agencies, districts or channels to schedules.

    ``field`` is the attribute of the appeal that selects the schedule: ``agency_id``,
    ``district_id`` or ``channel``. An appeal whose value is not in ``schedules`` has the schedule
    ``otherwise``, or no clock if ``otherwise`` is None. Raises PolicyError for any other ``field``,
    and for a value in ``schedules`` that is not a Schedule.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> hotline = Schedule("RU-VGG", "Mo-Fr 08:00-20:00")
    >>> by = ScheduleBy("channel", {"vk": office, "phone": hotline})
    >>> str(by.schedules["phone"].hours)
    'Mo-Fr 08:00-20:00'
    """

    field: ScheduleField
    schedules: Mapping[str, Schedule]
    otherwise: Schedule | None = None

    def __post_init__(self) -> None:
        if self.field not in get_args(ScheduleField):
            choices = ", ".join(get_args(ScheduleField))
            msg = f"schedules cannot be chosen by {shown(self.field)}; use one of {choices}"
            raise PolicyError(msg)
        schedules = MappingProxyType(dict(self.schedules))
        for name, schedule in schedules.items():
            if not isinstance(schedule, Schedule):
                msg = f"the schedule of {shown(name)} is {shown(schedule)}; give a Schedule"
                raise PolicyError(msg)
        object.__setattr__(self, "schedules", schedules)

    def __hash__(self) -> int:
        return hash((self.field, tuple(self.schedules.items()), self.otherwise))

    def __reduce__(self) -> tuple[type[ScheduleBy], tuple[object, ...]]:
        return ScheduleBy, (self.field, dict(self.schedules), self.otherwise)

    def of(self, value: str | None) -> Schedule | None:
        """Return the schedule of an agency, a district or a channel, None if it has none."""
        return self.schedules.get(value or "", self.otherwise)


@public(checked=True)
@dataclass(frozen=True, slots=True)
class Target:
    """A budget of time for answering an appeal; a clock measures one appeal against one target.

    The page "Targets, policies and verdicts" of the documentation explains the options in full.

    ``budget`` is more than 0: working time on ``schedule`` as a timedelta, or a budget of another
    type, such as WorkingDays or ClockTime. ``starts`` selects the event that starts the clock.
    ``stops`` selects the event that answers: a kind of reply, or a set of event types such as
    ``{"closed"}``, which is kept as a frozenset of EventType. With ``pauses``, the clock pauses
    from each ``paused`` to the next ``resumed``, each time no longer than ``pause_cap``.
    ``on_transfer`` and ``on_reopen`` say what a transfer and a reopening do to the clock. An
    unanswered appeal is at risk when no more than ``warn`` of working time is left, or when
    ``warn_percent`` of the budget is used. With ``closing="strict"`` the limit is the due time
    (Civil Code art. 194). Otherwise the limit is the last instant at which no more than the budget
    has passed. If an official or a coordinator opened the appeal, the clock starts at once or, with
    ``staff_opened="wait"``, at the citizen's first message.

    Raises PolicyError for an option that cannot be used, BudgetError for a negative budget.

    >>> from workhours_sla import Schedule, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> Target("substantive reply", working_hours(4), office, stops="substantive_reply").stops
    'substantive_reply'
    >>> sorted(Target("closed", working_hours(40), office, stops={"closed"}).stops)
    [<EventType.CLOSED: 'closed'>]
    """

    name: str
    budget: Budget
    schedule: Schedule | ScheduleBy
    _: KW_ONLY
    starts: Starts = "posted"
    stops: Stops | AbstractSet[EventType | str] = "first_reply"
    pauses: bool = False
    pause_cap: Budget | None = None
    on_transfer: OnTransfer = "keep"
    on_reopen: OnReopen = "cycle"
    warn: timedelta = timedelta(hours=1)
    warn_percent: int | None = None
    closing: Closing = "latest"
    staff_opened: StaffOpened = "start"

    def __post_init__(self) -> None:
        name = f"target {shown(self.name)}"
        if isinstance(self.budget, timedelta):
            check_budget(self.budget)
        if self.budget in (ZERO, ClockTime(ZERO)):
            raise PolicyError(say("target_zero", target=shown(self.name)))
        for schedule in self.schedules:
            for budget in (self.budget, self.pause_cap or self.budget):
                in_hours(budget, schedule, BASE_UTC)  # raises BudgetError without weekly hours
        self._check_stops(name)
        self._check_options()

    def _check_stops(self, name: str) -> None:
        if self.stops in get_args(Stops):
            return
        types: AbstractSet[EventType | str] = set() if isinstance(self.stops, str) else self.stops
        try:
            stops = frozenset(map(EventType, types))
        except ValueError as error:
            msg = f"{name} stops on no known event type: {error}; use {', '.join(EventType)}"
            raise PolicyError(msg) from None
        if not stops or stops & _NEVER_STOP:
            msg = (
                f"{name} cannot stop on {shown(self.stops)}; give one of "
                f"{', '.join(get_args(Stops))}, or event types other than 'created' and 'reopened'"
            )
            raise PolicyError(msg)
        object.__setattr__(self, "stops", stops)

    def _check_options(self) -> None:
        for option, choices in _CHOICES.items():
            value = getattr(self, option)
            if value not in get_args(choices):
                msg = say(
                    "target_choice",
                    option=option,
                    value=shown(value),
                    target=shown(self.name),
                    choices=", ".join(get_args(choices)),
                )
                raise PolicyError(msg)
        if self.warn < ZERO:
            raise PolicyError(say("target_warn", target=shown(self.name), warn=str(self.warn)))
        if self.warn_percent is not None and not 0 < self.warn_percent < 100:
            percent = str(self.warn_percent)
            raise PolicyError(say("target_percent", target=shown(self.name), percent=percent))
        if self.pause_cap is not None and not self.pauses:
            raise PolicyError(say("target_cap_unused", target=shown(self.name)))
        if self.pause_cap in (ZERO, ClockTime(ZERO)):
            raise PolicyError(say("target_cap_zero", target=shown(self.name)))
        is_other = isinstance(self.budget, DayBudget) or is_clock_time(self.budget)
        if self.on_transfer == "resume" and is_other:
            msg = say("target_resume", target=shown(self.name), budget=repr(self.budget))
            raise PolicyError(msg)

    def schedule_for(self, of: object) -> Schedule | None:
        """Return the schedule of an appeal, None if ``ScheduleBy`` has no schedule for it.

        ``of`` is any object with ``agency_id``, ``district_id`` and ``channel``: attributes, an
        outcome or an event.
        """
        by = self.schedule
        if isinstance(by, Schedule):
            return by
        return by.of(getattr(of, by.field))

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """All schedules that the target may use."""
        if isinstance(self.schedule, Schedule):
            return (self.schedule,)
        by = self.schedule
        return (*by.schedules.values(), *([by.otherwise] if by.otherwise else ()))
