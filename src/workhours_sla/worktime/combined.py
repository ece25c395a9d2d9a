"""Schedules combined: when either works, or when both do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal, NoReturn

from workhours_sla.errors import BudgetError
from workhours_sla.worktime.budget_kinds import DayAnswer
from workhours_sla.worktime.engine.timeline import Timeline
from workhours_sla.worktime.interval_sets import intersect, join
from workhours_sla.worktime.pauses import Pauses
from workhours_sla.worktime.working_time import TICK, WorkingTime
from workhours_sla.worktime.zone import Interval

Operator = Literal["|", "&"]


class Combination(WorkingTime):
    """Working time of two schedules: ``a | b`` when either works, ``a & b`` when both do.

    Answers where both are known, in the zone of the first. Counts working time only, and has
    no account of its own: explain the parts.

    >>> from workhours_sla import Schedule
    >>> moscow = Schedule("RU", "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
    >>> omsk = Schedule("RU", "Mo-Fr 09:00-18:00", tz="Asia/Omsk")
    >>> day = [datetime(2026, 3, 12, hour, tzinfo=moscow.tz) for hour in (0, 23)]
    >>> str((moscow & omsk).elapsed(*day)), str((moscow | omsk).elapsed(*day))
    ('6:00:00', '12:00:00')
    """

    __slots__ = ("operator", "parts")

    operator: Operator
    parts: tuple[WorkingTime, WorkingTime]

    @classmethod
    def of(cls, operator: Operator, left: WorkingTime, right: WorkingTime) -> Combination:
        """Return the combination; refuse what is not working time."""
        if not isinstance(right, WorkingTime):
            msg = f"{operator} combines schedules, not {right!r}; give another Schedule"
            raise TypeError(msg)
        combined = cls.__new__(cls)
        object.__setattr__(combined, "operator", operator)
        object.__setattr__(combined, "parts", (left, right))
        combined._init(left.tz)
        return combined

    def _build_lines(self) -> tuple[Timeline, ...]:
        lines = []
        for left in self.parts[0]._lines():
            for right in self.parts[1]._lines():
                span = max(left.lo, right.lo), min(left.hi, right.hi)
                if span[0] < span[1]:
                    lines.append(Timeline(self._compiler(left, right), span, partial(_same, span)))
        return tuple(sorted(lines, key=Timeline.surely_from))

    def _compiler(
        self, left: Timeline, right: Timeline
    ) -> Callable[[timedelta, timedelta], list[Interval]]:
        def compile_span(lo: timedelta, hi: timedelta) -> list[Interval]:
            spans = left.between(lo, hi), right.between(lo, hi)
            return join([*spans[0], *spans[1]]) if self.operator == "|" else intersect(*spans)

        return compile_span

    def _unknown(self, moment: timedelta) -> NoReturn:
        for beside in (moment, moment + TICK, moment - TICK):
            for part in self.parts:
                part._line_at(beside)
        self.parts[0]._unknown(moment)  # an unknown date that its zone skips

    def _answering_by_rule(self) -> Combination:
        left, right = (part.provisionally() for part in self.parts)
        return Combination.of(self.operator, left, right)

    def _day_budget(
        self,
        budget: object,
        start: datetime,  # noqa: ARG002
        pauses: Pauses,  # noqa: ARG002
    ) -> DayAnswer:
        msg = f"a combined schedule counts working time only, not {budget!r}; ask one of its parts"
        raise BudgetError(msg, budget=budget)

    def _day_budget_bounds(
        self,
        budget: object,  # noqa: ARG002
        start: datetime,  # noqa: ARG002
        pauses: Pauses,  # noqa: ARG002
    ) -> None:
        return None

    def _build_completions(self) -> tuple[Any, Any] | None:
        left, right = (part.completions() for part in self.parts)
        if left is None or right is None:
            return None
        off, full = (
            Combination.of(self.operator, *parts) for parts in zip(left, right, strict=True)
        )
        return off, full

    def _key(self) -> tuple[object, ...]:
        return (self.operator, *self.parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return Combination.of, (self.operator, *self.parts)

    def __repr__(self) -> str:
        return f"({self.parts[0]!r} {self.operator} {self.parts[1]!r})"


def _same(span: Interval) -> Interval:
    return span
