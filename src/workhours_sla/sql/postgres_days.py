"""Budgets of days in PostgreSQL: functions in FROM, over lists of dates that functions return."""

from __future__ import annotations

from collections.abc import Iterator

from workhours_sla.sql.dates import Dates, DayCounts, day_answers
from workhours_sla.sql.postgres_words import (
    INSTANTS,
    NAIVE,
    NO_VALUE,
    Postgres,
    function,
    list_function,
    nested,
    sql_function,
)
from workhours_sla.sql.scripts import instant_of
from workhours_sla.sql.settings import Settings
from workhours_sla.sql.vocabulary import Dialect, case


class _DayCounts(DayCounts):
    """The functions that count days, with lists that functions return."""

    def __init__(self, dates: Dates, dialect: Dialect) -> None:
        super().__init__(dates, dialect)
        lists = dates.lists.items()
        self._with_gaps = {name.removeprefix("date_") for name, one in lists if None in one}

    def item(self, name: str, index: str) -> str:
        found = f"({self.d.schema}.date_{name}())[{index} + 1]"
        return f"nullif({found}, {NO_VALUE})" if name in self._with_gaps else found

    def us(self, instant: str) -> str:
        rows = self.dates.calendars
        lo, hi = min(one[1].starts for one in rows), max(one[-2].starts for one in rows)
        known = f"{instant} between timestamptz '{instant_of(lo)}' and timestamptz"
        return case([(f"{known} '{instant_of(hi)}'", self.d.us(instant))])


def day_functions(settings: Settings) -> Iterator[str]:
    """Return the functions that count days, to be called in FROM."""
    dates, schema = Dates(settings.compiled), settings.schema
    if not dates.calendars:
        return
    for name, values in dates.lists.items():
        yield list_function(schema, name, values)
    counts = _DayCounts(dates, Postgres(schema))
    types = {"start_at": "timestamptz", "count": "bigint"}
    for count in (counts.working_days(), counts.calendar_days()):
        answers = ", ".join(
            f"{expression} as {name}" for name, expression in day_answers(settings, counts.d, count)
        )
        body = f"select {answers} from ({nested(count.levels)} offset 0) z"
        given = [f"{name} {types.get(name, 'text')}" for name in count.arguments]
        given[-1] += " default 'next_day'"
        table = "table(due_at timestamptz, limit_at timestamptz)"
        yield sql_function(schema, f"{count.name}({', '.join(given)})", table, body)
        for naive in INSTANTS[1:]:
            message = NAIVE.format("$2", "argument 2")
            body = f"begin raise exception using errcode = '22023', message = {message}; end"
            given = [f"{name} {types.get(name, 'text')}" for name in count.arguments]
            given[1] = f"start_at {naive}"
            given[-1] += " default 'next_day'"
            yield function(schema, f"{count.name}({', '.join(given)})", table, body)
