"""Budgets of days in SQLite: a table with one row for each date, and expressions over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from workhours_sla.errors import ScriptError
from workhours_sla.sql.dates import Dates, DayCounts
from workhours_sla.sql.schedule_tables import Table
from workhours_sla.sql.settings import Settings
from workhours_sla.sql.vocabulary import Dialect, named_columns
from workhours_sla.text.messages import say

_ARGUMENTS: Final = {
    "working_days": ("schedule", "start_at", "count", "count_from"),
    "calendar_days": ("schedule", "start_at", "count", "roll", "count_from"),
}
DAY_VERBS: Final = {
    f"{verb}_{answer}": arguments
    for verb, arguments in _ARGUMENTS.items()
    for answer in ("due_at", "limit_at")
}
"""The verbs that count days, with their arguments: an expression has one answer."""
_WORKED: Final = "date_worked"


def date_tables(dates: Dates) -> Iterator[Table]:
    """Return the lists of dates as tables: one of all dates, one of the working dates."""
    if not dates.calendars:
        return
    columns = {name: values for name, values in dates.lists.items() if name != _WORKED}
    names = ("number", *(name.removeprefix("date_") for name in columns))
    numbers = range(len(columns["date_starts"]))
    yield Table("date", names, list(zip(numbers, *columns.values(), strict=True)))
    yield Table(_WORKED, ("number", "worked"), list(enumerate(dates.lists[_WORKED])))


class DateExpressions(DayCounts):
    """The verbs that count days as scalar subqueries."""

    def __init__(self, settings: Settings, dialect: Dialect) -> None:
        super().__init__(Dates(settings.compiled), dialect)
        self._prefix = settings.schema

    def item(self, name: str, index: str) -> str:
        """Return the value of a row of the tables of dates, NULL if there is none."""
        table = _WORKED if f"date_{name}" == _WORKED else "date"
        return f"(select {name} from {self._prefix}_{table} where number = {index})"

    def of(self, verb: str, arguments: Sequence[str]) -> str:
        """Return the expression of a verb. Raises ScriptError if no schedule has dates."""
        if not self.dates.calendars:
            raise ScriptError(say("sql_no_dates"))
        name = next(one for one in _ARGUMENTS if verb.startswith(one))
        count = self.working_days() if name == "working_days" else self.calendar_days()
        given = dict(zip(count.arguments, arguments, strict=True))
        given["count"] = f"case typeof({given['count']}) when 'integer' then {given['count']} end"
        source = f"select {named_columns(given)}"
        for level in count.levels:
            # without OFFSET, SQLite would copy each step to every place that uses it
            source = f"select z.*, {named_columns(level)} from ({source} limit 1 offset 0) z"
        answer = count.answers[verb.removeprefix(f"{name}_")]
        return f"(select {answer} from ({source} limit 1 offset 0))"
