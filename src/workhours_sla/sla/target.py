"""One promise: a budget of time on a schedule, from what starts the clock to what stops it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Literal, get_args

from workhours_sla.errors import PolicyError, shown
from workhours_sla.sla.event import EventType
from workhours_sla.worktime.budget import check_budget
from workhours_sla.worktime.budget_kinds import Budget, ClockTime, DayBudget
from workhours_sla.worktime.schedule import Schedule

Closing = Literal["latest", "strict"]
Starts = Literal["posted", "detected", "registered", "assigned", "interim"]
Stops = Literal["first_reply", "substantive_reply", "final_reply", "next_reply"]
OnTransfer = Literal["keep", "restart", "resume"]
OnReopen = Literal["cycle", "ignore"]
StaffOpened = Literal["start", "wait"]
Belonging = Literal["agency_id", "district_id", "channel"]

ZERO = timedelta(0)
_SAY_WHEN = ("budget", "closing", "warn", "warn_percent", "pause_cap")
"""What a clock's due time, limit and warning follow from, beside its start and pauses."""
_NEVER_STOP = frozenset({EventType.CREATED, EventType.REOPENED})


@dataclass(frozen=True, slots=True)
class ScheduleBy:
    """A schedule for each agency, district or channel; there is none for a value not listed.

    ``field`` says by what the appeal belongs to: ``agency_id``, ``district_id`` or ``channel``.
    Raises PolicyError.
    """

    field: Belonging
    schedules: Mapping[str, Schedule]

    def __post_init__(self) -> None:
        if self.field not in get_args(Belonging):
            msg = f"schedules go by {', '.join(get_args(Belonging))}, not by {self.field!r}"
            raise PolicyError(msg)
        object.__setattr__(self, "schedules", MappingProxyType(dict(self.schedules)))

    def __hash__(self) -> int:
        return hash((self.field, tuple(self.schedules.items())))

    def __reduce__(self) -> tuple[type[ScheduleBy], tuple[str, dict[str, Schedule]]]:
        return ScheduleBy, (self.field, dict(self.schedules))


@dataclass(frozen=True, slots=True)
class Target:
    """One promise, held for an appeal by a clock. Its options are told in docs/promises.md.

    ``budget`` is working time on ``schedule``, or WorkingDays, CalendarDays, Months or ClockTime,
    and more than 0. ``starts`` is what starts the clock, ``stops`` what answers: a kind of reply,
    or event types. With ``pauses`` the clock stands still between ``paused`` and ``resumed``,
    each time no longer than ``pause_cap``. ``on_transfer`` and ``on_reopen`` say what a new
    holder and a reopening do. An unanswered appeal is at risk once no more than ``warn`` is left,
    or ``warn_percent`` of the budget is used. With ``closing="strict"`` the limit is the due time
    itself (Civil Code art. 194), otherwise the last instant at which no more than the budget has
    passed. The clock of an appeal that an official or a coordinator opened starts at once, or with
    ``staff_opened="wait"`` at the citizen's first message. Raises PolicyError, BudgetError.

    >>> from workhours_sla import Schedule, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> Target("reply to the point", working_hours(4), office, stops="substantive_reply").stops
    'substantive_reply'
    """

    name: str
    budget: Budget
    schedule: Schedule | ScheduleBy
    _: KW_ONLY
    starts: Starts = "posted"
    stops: Stops | frozenset[EventType] = "first_reply"
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
            if not check_budget(self.budget):
                msg = f"{name} has a budget of 0, which nothing can meet; give it time"
                raise PolicyError(msg)
        elif isinstance(self.budget, ClockTime):
            if not self.budget.amount:
                msg = f"{name} has a budget of 0, which nothing can meet; give it time"
                raise PolicyError(msg)
        elif not isinstance(self.budget, DayBudget):
            msg = f"{name} has no budget but {self.budget!r}; give working_hours(4) or days"
            raise PolicyError(msg)
        if not isinstance(self.schedule, Schedule | ScheduleBy):
            msg = f"{name} has no schedule but {self.schedule!r}; give a Schedule or ScheduleBy"
            raise PolicyError(msg)
        self._check_stops(name)
        self._check_options(name)

    def _check_stops(self, name: str) -> None:
        if self.stops in get_args(Stops):
            return
        types: Iterable[str] = () if isinstance(self.stops, str) else self.stops
        try:
            stops = frozenset(map(EventType, types))
        except ValueError as error:
            msg = f"{name} stops on no known event ({error})"
            raise PolicyError(msg) from None
        if not stops or stops & _NEVER_STOP:
            msg = (
                f"{name} cannot stop on {self.stops!r}; give one of {', '.join(get_args(Stops))}, "
                "or event types other than 'created' and 'reopened'"
            )
            raise PolicyError(msg)
        object.__setattr__(self, "stops", stops)

    def _check_options(self, name: str) -> None:
        for option, choices in (
            ("starts", Starts),
            ("on_transfer", OnTransfer),
            ("on_reopen", OnReopen),
            ("closing", Closing),
            ("staff_opened", StaffOpened),
        ):
            value = getattr(self, option)
            if value not in get_args(choices):
                msg = f"{option} {value!r} of {name} is none of {', '.join(get_args(choices))}"
                raise PolicyError(msg)
        if self.warn < ZERO:
            msg = f"{name} warns {self.warn} ahead; give an amount of at least 0"
            raise PolicyError(msg)
        if self.warn_percent is not None and not 0 < self.warn_percent < 100:  # noqa: PLR2004
            msg = f"{name} warns at {self.warn_percent} %; give a whole number from 1 to 99"
            raise PolicyError(msg)
        if self.pause_cap is not None and not self.pauses:
            msg = f"{name} caps pauses but takes none; give pauses=True, or leave pause_cap out"
            raise PolicyError(msg)
        if self.pause_cap in (ZERO, ClockTime(ZERO)):
            msg = f"{name} caps pauses at nothing; give a cap of more than 0, or pauses=False"
            raise PolicyError(msg)
        if self.on_transfer == "resume" and not isinstance(self.budget, timedelta):
            msg = f"{name} resumes on a transfer, which only working time can; give working_hours"
            raise PolicyError(msg)

    def schedule_for(self, of: object) -> Schedule | None:
        """Return the schedule for what names an agency, district and channel; None without one."""
        by = self.schedule
        if isinstance(by, Schedule):
            return by
        return by.schedules.get(getattr(of, by.field) or "")

    def is_due_as(self, other: Target) -> bool:
        """Whether clocks of both that start and stand alike are due and at risk alike."""
        return all(getattr(self, name) == getattr(other, name) for name in _SAY_WHEN)

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """Every schedule that the target may use."""
        if isinstance(self.schedule, Schedule):
            return (self.schedule,)
        return tuple(self.schedule.schedules.values())
