"""Events as columns that are also a sequence of objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, overload

from workhours_sla.sla.event import Event
from workhours_sla.sla.policy import Policy

if TYPE_CHECKING:
    from workhours_sla.sla.columns.evaluate import ColumnEvaluation  # needs numpy
    from workhours_sla.sla.columns.event_columns import EventColumns


class ColumnEvents(Sequence[Event]):
    """The events of columns as a sequence of objects, which are made at the first access.

    ``evaluate`` judges them as columns.
    """

    def __init__(self, columns: EventColumns) -> None:
        self.columns = columns

    @cached_property
    def _events(self) -> list[Event]:
        return self.columns.events()

    def __len__(self) -> int:
        return len(self.columns)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        return self._events[index]

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def judged(
        self,
        policy: Policy,
        *,
        as_of: datetime,
        known_at: datetime | None = None,
        provisional: bool = False,
    ) -> ColumnEvaluation:
        """Return the evaluation of the events as columns. The arguments are those of evaluate."""
        from workhours_sla.sla.columns.evaluate import evaluate_columns  # noqa: PLC0415 - numpy

        return evaluate_columns(
            self.columns, policy, as_of=as_of, known_at=known_at, provisional=provisional
        )
