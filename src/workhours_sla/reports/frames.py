"""Read the cases of a report from a data frame.

A data frame of pandas or polars or a table of Arrow has a row for each appeal: when the appeal was
posted and answered, and its attributes. No row becomes a Python object, so that the report of a
million rows takes seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workhours_sla.argument_types import checked
from workhours_sla.compliance.cases import ATTRIBUTES, Cases, Labels
from workhours_sla.compliance.columns import AppealColumns, cases_of_columns
from workhours_sla.frames.verbs import library_of
from workhours_sla.module_names import public
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.sources.all_events import DataFrame


@public("workhours_sla.report")
@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class FrameColumns:
    """The names of the columns of a data frame that has one appeal in each row.

    The columns ``posted``, ``answered`` and ``withdrawn`` have instants with a zone, null where the
    appeal was not answered or withdrawn. ``excluded`` has booleans, and ``id`` the ids of the
    appeals. ``by`` names the columns to group by; None selects those of the columns ``agency``,
    ``district``, ``channel`` and ``topic`` that the frame has. For a target with ScheduleBy,
    ``schedule_by`` names the column with the names of the schedules; None selects the column named
    like the attribute of the ScheduleBy.

    >>> FrameColumns(posted="created_at", by="agency")  # doctest: +ELLIPSIS
    FrameColumns(posted='created_at', answered='answered', ..., by='agency', schedule_by=None)
    """

    posted: str = "posted"
    answered: str = "answered"
    withdrawn: str | None = None
    excluded: str | None = None
    id: str | None = None
    by: str | Sequence[str] | None = None
    schedule_by: str | None = None


def cases_of_frame(
    frame: DataFrame,
    target: Target,
    *,
    as_of: datetime,
    columns: FrameColumns | None = None,
    provisional: bool = False,
) -> Cases:
    """Return the cases of a data frame of pandas or polars, or a table of Arrow.

    ``target``, ``as_of`` and ``provisional`` are as for ``cases_of_columns``. A row that names a
    schedule which the target does not have is quarantined and counted. Raises NaiveDatetimeError;
    LookupError for a missing column; TypeError if ``frame`` is no data frame; and the errors of
    ``cases_of_columns``.

    >>> import polars as pl
    >>> from workhours_sla import Schedule, working_hours
    >>> from workhours_sla.report import report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = [datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)]
    >>> frame = pl.DataFrame({"posted": posted, "answered": [None], "agency": ["roads"]})
    >>> target = Target("first reply", working_hours(4), office)
    >>> when = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> report(cases_of_frame(frame, target, as_of=when)).table("agency").row("roads").overdue
    1
    """
    given, names = _Columns(frame), columns or FrameColumns()
    by = [names.by] if isinstance(names.by, str) else names.by
    if by is None:
        by = [column for column in ATTRIBUTES if column in given.names]
    groups = {column: given.labels(column) for column in by}
    schedule_names = None
    if isinstance(target.schedule, ScheduleBy):
        column = names.schedule_by or target.schedule.field.removesuffix("_id")
        schedule_names = groups.get(column) or given.labels(column)
    found = AppealColumns(
        given.instants(names.posted),
        given.instants(names.answered),
        withdrawn=None if names.withdrawn is None else given.instants(names.withdrawn),
        excluded=None if names.excluded is None else given.flags(names.excluded),
        ids=None if names.id is None else given.ids(names.id),
        groups=groups,
        schedule_names=schedule_names,
    )
    return cases_of_columns(found, target, as_of=as_of, provisional=provisional)


class _Columns:
    """The columns of a data frame of any library, read as arrays by their names.

    Every method raises LookupError for a column that the frame does not have.
    """

    def __init__(self, frame: Any) -> None:
        library = library_of(frame)
        if library is None or type(frame).__name__ not in ("DataFrame", "Table"):
            msg = (
                f"a report is of a data frame of pandas or polars or a table of Arrow, not of "
                f"{type(frame).__name__}; collect a lazy frame first"
            )
            raise TypeError(msg)
        self._frame, self._library = frame, library
        is_table = type(frame).__name__ == "Table"
        self.names = list(frame.column_names if is_table else frame.columns)

    def _column(self, name: str) -> Any:
        if name not in self.names:
            listed = ", ".join(map(str, self.names))
            msg = f"the frame has no column {name!r} but {listed}; name the right one"
            raise LookupError(msg)
        return self._frame[name]

    def instants(self, name: str) -> NDArray[Any]:
        """Return a column of instants as datetime64 in UTC."""
        return self._library.read_instants(name, self._column(name))

    def flags(self, name: str) -> NDArray[np.bool_]:
        """Return a column of booleans as an array, with False for null."""
        return self._library.read_flags(self._column(name))

    def ids(self, name: str) -> Any:
        """Return a column as a sequence that is indexed by row number."""
        column = self._column(name)
        return getattr(column, "array", column)  # a Series of pandas is indexed by label

    def labels(self, name: str) -> Labels:
        """Return a column as ``Labels``; rows with null or empty text belong to no group."""
        codes, values = self._library.read_names(self._column(name))
        texts = [str(value) for value in values]
        names = tuple(sorted({text for text in texts if text}))
        place = {text: code for code, text in enumerate(names)}
        return Labels(names, np.array([*(place.get(t, -1) for t in texts), -1], np.int64)[codes])
