"""Budgets of days in SQL: lists with one element for each date, and the steps to a due date.

A *calendar* is the dates of one schedule; schedules with the same dates share one. The lists have
the dates of all calendars, one calendar after another.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from workhours_sla.adapters.sql.settings import Settings
from workhours_sla.adapters.sql.tables import CompiledSchedules
from workhours_sla.adapters.sql.vocabulary import Dialect, case, slot_or_refused
from workhours_sla.worktime.day_budgets import MAX_COUNT
from workhours_sla.worktime.runs import DateRow, date_rows

COUNT_FROM = ("next_day", "same_day")
ROLLS = ("following", "preceding", "none")
Lists = dict[str, list[int | None]]


class DayCount(NamedTuple):
    """A function that counts days: its arguments, its steps level by level, and its answers."""

    name: str
    arguments: tuple[str, ...]
    levels: tuple[dict[str, str], ...]
    answers: dict[str, str]


class Dates:
    """The dates of compiled schedules as lists."""

    def __init__(self, compiled: CompiledSchedules) -> None:
        self.calendars: list[tuple[DateRow, ...]] = []
        self.calendar_of: dict[str, int] = {}
        known: dict[tuple[DateRow, ...], int] = {}
        for name, schedule in compiled.schedules.items():
            rows = date_rows(schedule, compiled.since, compiled.until)
            if rows is None:
                continue
            if rows not in known:
                known[rows] = len(self.calendars)
                self.calendars.append(rows)
            self.calendar_of[name] = known[rows]

    @cached_property
    def offsets(self) -> list[int]:
        """For each calendar the date number whose index in the lists would be 0."""
        firsts = accumulate((len(rows) for rows in self.calendars), initial=0)
        return [rows[0].number - first for rows, first in zip(self.calendars, firsts, strict=False)]

    @cached_property
    def lists(self) -> Lists:
        """The lists: for each date its instants, and the indexes of other dates.

        ``worked_before`` is the number of working dates before a date, and ``date_worked`` the
        index of the working date of a number. ``run_end`` is the last index of a date's run of
        known dates, and ``run_worked`` the number of working dates up to its end. ``next_worked``
        and ``last_worked`` are the nearest working date from a date on, and up to it.
        """
        names = ("starts", "closes", "due", "limits", "worked_before", "run_end", "run_worked")
        found: Lists = {
            f"date_{name}": [] for name in (*names, "next_worked", "last_worked", "worked")
        }
        for rows in self.calendars:
            for run in _runs(rows):
                self._add(found, run)
        return found

    @staticmethod
    def _add(found: Lists, run: Sequence[DateRow]) -> None:
        first, before = len(found["date_starts"]), len(found["date_worked"])
        known, end = run[0].known, len(run)
        worked = [first + at for at, row in enumerate(run) if row.closes is not None]
        counts = list(accumulate((row.closes is not None for row in run), initial=0))
        columns: dict[str, list[int | None]] = {
            "starts": [row.starts for row in run],
            "closes": [row.closes for row in run],
            "due": [row.due for row in run],
            "limits": [row.limit for row in run],
            "worked_before": [before + count if known else None for count in counts[:end]],
            "run_end": [first + end - 1 if known else None] * end,
            "run_worked": [before + len(worked) if known else None] * end,
            "next_worked": [
                worked[count] if count < len(worked) else None for count in counts[:end]
            ],
            "last_worked": [worked[count - 1] if count else None for count in counts[1:]],
            "worked": list(worked),
        }
        for name, values in columns.items():
            found[f"date_{name}"] += values


def _runs(rows: Sequence[DateRow]) -> Iterator[Sequence[DateRow]]:
    """Return the dates in stretches that are all known, and single unknown dates."""
    start = 0
    for at, row in enumerate(rows):
        last = at + 1 == len(rows)
        if not row.known or last or not rows[at + 1].known:
            yield rows[start : at + 1]
            start = at + 1


class DayCounts(ABC):
    """The functions that count days, for a dialect with lists.

    ``item(name, index)`` is an element of a list, ``us(argument)`` the microseconds of an instant.
    """

    def __init__(self, dates: Dates, dialect: Dialect) -> None:
        self.dates = dates
        self.d = dialect

    @abstractmethod
    def item(self, name: str, index: str) -> str:
        """Return the element of a list at an index counted from 0."""

    def us(self, instant: str) -> str:
        """Return the microseconds of an argument."""
        return self.d.us(instant)

    def working_days(self) -> DayCount:
        """Return the function that counts working days."""
        arguments = ("schedule", "start_at", "count", "count_from")
        number = "(" + self.item("worked_before", "f") + " + n - 1)"
        within = f"{self.item('run_end', 'i')} >= f and {number} < {self.item('run_worked', 'i')}"
        levels = (
            *self._first_levels(),
            {"j": case([(within, self.item("worked", number))])},
        )
        return DayCount("working_days", arguments, levels, self._answers())

    def calendar_days(self) -> DayCount:
        """Return the function that counts dates of any kind and moves an end on a day off."""
        arguments = ("schedule", "start_at", "count", "roll", "count_from")
        end = f"case when f + n - 1 <= {self.item('run_end', 'i')} then f + n - 1 end"
        following, preceding = self.item("next_worked", "e"), self.item("last_worked", "e")
        over = f"{self.item('closes', preceding)} <= xa"
        moved = case(
            [
                ("roll = 'none'", "e"),
                ("roll = 'following'", following),
                (
                    "roll = 'preceding'",
                    case([(f"{preceding} is null", "null"), (over, following)], preceding),
                ),
                ("roll is null", "null"),
            ],
            self._refused("roll", ROLLS),
        )
        levels = (*self._first_levels(), {"e": end}, {"j": moved})
        return DayCount("calendar_days", arguments, levels, self._answers())

    def _first_levels(self) -> tuple[dict[str, str], ...]:
        """Return the steps to the index of the date of the start, and of the first that counts."""
        d, calendars = self.d, self.dates.calendars
        first = {"c": self._calendar(), "ua": self.us("start_at"), "n": self._count()}

        def of(values: Sequence[int]) -> str:
            return case([(str(at), str(value)) for at, value in enumerate(values)], of="c")

        lo = of([rows[1].starts for rows in calendars])
        hi = of([rows[-2].starts for rows in calendars])
        day = f"{d.div('xa', 86_400_000_000)} - {of(self.dates.offsets)}"
        index = case(
            [
                (f"xa < {self.item('starts', 'h')}", "h - 1"),
                (f"xa >= {self.item('starts', '(h + 1)')}", "h + 1"),
            ],
            "h",
        )
        open_yet = f"({self.item('closes', 'i')} is null or {self.item('closes', 'i')} > xa)"
        counted = case(
            [
                ("count_from = 'next_day'", "i + 1"),
                ("count_from = 'same_day'", case([(open_yet, "i")], "i + 1")),
                ("count_from is null", "null"),
            ],
            self._refused("count_from", COUNT_FROM),
        )
        return (
            first,
            {"xa": case([(f"ua >= {lo} and ua < {hi}", "ua")])},
            {"h": day},
            {"i": index},
            {"f": counted},
        )

    def _calendar(self) -> str:
        return slot_or_refused(
            self.d, self.dates.calendar_of, "schedule", "the schedules with dates"
        )

    def _count(self) -> str:
        d = self.d
        message = d.joined(
            d.as_text("count"), d.text(f" is no number of days; give 1 to {MAX_COUNT}")
        )
        wrong = f"count < 1 or count > {MAX_COUNT}"
        return case([(wrong, d.refuse(message, d.integer_type))], "count")

    def _refused(self, name: str, choices: Sequence[str]) -> str:
        d = self.d
        message = d.joined(d.text(f"{name} is "), name, d.text(f"; give {' or '.join(choices)}"))
        return d.refuse(message, d.integer_type)

    def _answers(self) -> dict[str, str]:
        return {
            "due_at": self.d.instant(self.item("due", "j")),
            "limit_at": self.d.instant(self.item("limits", "j")),
        }


def day_answers(settings: Settings, dialect: Dialect, count: DayCount) -> list[tuple[str, str]]:
    """Return the names and the answers of a function that counts days.

    With on_unknown="raise" an answer that is NULL is an error.
    """
    if not settings.raises:
        return list(count.answers.items())
    given = " and ".join(f"{one} is not null" for one in count.arguments)
    message = dialect.joined(
        dialect.text(f"{settings.schema}.{count.name}: the calendar of "),
        "schedule",
        dialect.text(" does not know the answer for "),
        dialect.as_text("start_at"),
        dialect.text(f"; see {settings.schema}.coverage, or install a newer script"),
    )
    refused = case([(given, dialect.refuse(message, dialect.instant_type))])
    return [(name, f"coalesce({answer}, {refused})") for name, answer in count.answers.items()]
