"""What is promised: a target's budget on a schedule, and the targets that hold together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from workhours_sla.errors import PolicyError
from workhours_sla.sla.event import EventType
from workhours_sla.worktime.budget import check_budget
from workhours_sla.worktime.schedule import Schedule

Closing = Literal["latest", "strict"]


@dataclass(frozen=True, slots=True)
class Target:
    """One promise: from the posting of an appeal to its first answer within a budget.

    ``budget`` is working time on ``schedule`` and must be more than 0. An unanswered appeal is
    at risk once ``warn`` or less of it is left. ``stops_on`` names the events that count as the
    answer; only those of officials do, where the author's role is known. With
    ``closing="strict"`` the limit is the due time itself (Civil Code art. 194), otherwise the
    last instant at which no more than the budget has passed. Raises PolicyError.
    """

    name: str
    budget: timedelta
    schedule: Schedule
    warn: timedelta = timedelta(hours=1)
    stops_on: frozenset[EventType] = field(default=frozenset({EventType.REPLIED}))
    closing: Closing = "latest"

    def __post_init__(self) -> None:
        if not check_budget(self.budget):
            msg = f"target {self.name!r} has a budget of 0, which nothing can meet; give it time"
            raise PolicyError(msg)
        if self.warn < timedelta(0):
            msg = f"target {self.name!r} warns {self.warn} ahead; give an amount of at least 0"
            raise PolicyError(msg)
        try:
            object.__setattr__(self, "stops_on", frozenset(map(EventType, self.stops_on)))
        except ValueError as error:
            msg = f"target {self.name!r} stops on no known event ({error})"
            raise PolicyError(msg) from None
        if not self.stops_on or EventType.CREATED in self.stops_on:
            msg = f"target {self.name!r} must stop on some event other than 'created'"
            raise PolicyError(msg)
        if self.closing not in ("latest", "strict"):
            msg = f"closing {self.closing!r} of target {self.name!r} is neither latest nor strict"
            raise PolicyError(msg)


@dataclass(frozen=True, slots=True)
class Policy:
    """The targets that every appeal is held to. Raises PolicyError for none, or for two alike."""

    targets: tuple[Target, ...]

    def __init__(self, targets: Iterable[Target]) -> None:
        object.__setattr__(self, "targets", tuple(targets))
        names = [target.name for target in self.targets]
        if not names or len(set(names)) < len(names):
            msg = f"a policy needs targets of different names, got {names}"
            raise PolicyError(msg)
