"""Combinations of two schedules: the time in which at least one of them works, or both work."""

from __future__ import annotations

from datetime import timedelta
from itertools import product, starmap
from typing import Literal, NoReturn

from workhours_sla.errors import ArgumentError, BudgetError
from workhours_sla.worktime.intervals import intersect, join
from workhours_sla.worktime.timeline import Timeline
from workhours_sla.worktime.times import TICK, TimeSpan
from workhours_sla.worktime.verbs import WorkingTime

Operator = Literal["|", "&"]


class Combination(WorkingTime):
    """Combined working time: in ``a | b`` at least one schedule works, in ``a & b`` both work.

    An unknown date of ``a`` or ``b`` is an error only if the answer depends on it. The zone is that
    of ``a``. A combination has no day budgets and no ``explain``: use ``a`` or ``b`` for these.

    >>> from datetime import datetime
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

    def __init__(self, operator: Operator, left: WorkingTime, right: WorkingTime) -> None:
        if not isinstance(right, WorkingTime):
            msg = f"{operator} combines schedules, not {right!r}; give another Schedule"
            raise ArgumentError(msg)
        object.__setattr__(self, "operator", operator)
        object.__setattr__(self, "parts", (left, right))
        super().__init__(left.tz)

    def __or__(self, other: WorkingTime) -> Combination:
        return Combination("|", self, other)

    def __and__(self, other: WorkingTime) -> Combination:
        return Combination("&", self, other)

    def _compile(self) -> tuple[Timeline, ...]:
        pairs = product(*(part.compiled.lines for part in self.parts))
        lines = starmap(self._combined, pairs)
        return tuple(sorted(filter(None, lines), key=Timeline.surely_from))

    def _combined(self, left: Timeline, right: Timeline) -> Timeline | None:
        """Return the combination for the instants that both know, None without any."""
        known = max(left.lo, right.lo), min(left.hi, right.hi)

        def compile_span(lo: timedelta, hi: timedelta) -> list[TimeSpan]:
            spans = left.between(lo, hi), right.between(lo, hi)
            return join([*spans[0], *spans[1]]) if self.operator == "|" else intersect(*spans)

        return Timeline(compile_span, known, lambda: known) if known[0] < known[1] else None

    def _refuse_unknown(self, moment: timedelta) -> NoReturn:
        for near in (moment, moment + TICK, moment - TICK):
            for part in self.parts:
                part.compiled.line_at(near)
        self.parts[0].compiled.refuse_unknown(moment)  # the zone skips the unknown date

    def dates_of(self, budget: object) -> NoReturn:
        msg = f"a combined schedule counts working time only, not {budget!r}; use one of its parts"
        raise BudgetError(msg)

    def _build_by_rule(self) -> Combination:
        left, right = (part.provisionally() for part in self.parts)
        return Combination(self.operator, left, right)

    def _build_completions(self) -> tuple[Combination, Combination] | None:
        left, right = (part.completions() for part in self.parts)
        if left is None or right is None:
            return None
        off, full = (Combination(self.operator, *parts) for parts in zip(left, right, strict=True))
        return off, full

    def _key(self) -> tuple[object, ...]:
        return (self.operator, *self.parts)

    def __reduce__(self) -> tuple[object, ...]:
        return Combination, (self.operator, *self.parts)

    def __repr__(self) -> str:
        return f"({self.parts[0]!r} {self.operator} {self.parts[1]!r})"
