"""The public report: the numbers of ``compliance`` with methods that show them as text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from workhours_sla.compliance.agreement import Agreement
from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.report import ReportNumbers, ReportOptions, report_numbers
from workhours_sla.module_names import public
from workhours_sla.reports.plain_text import html_table, plain_text
from workhours_sla.sla.event import Event


@public("workhours_sla.report")
@dataclass(frozen=True, slots=True)
class Report(ReportNumbers):
    """How well one target was met, evaluated at one instant.

    The fields are the fields of ``ReportNumbers`` and the language ``lang`` of the report's texts.
    ``str(report)`` returns the first table with its notes; notebooks show the same as HTML.

    >>> from datetime import datetime, timedelta
    >>> import numpy as np
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> when = datetime(2025, 3, 13, 10, 15, tzinfo=office.tz)
    >>> made = report(cases_of_columns(columns, target, as_of=when))
    >>> print(made.text().splitlines()[0])
    first reply · 4:00 of working time
    """

    lang: str = field(default="en", kw_only=True)

    def text(self, *by: str, lang: str | None = None) -> str:
        """Return the tables of the groupings ``by`` as plain text with their notes.

        Without ``by``, returns the first table. ``lang`` is "en" or "ru", or None for the report's
        own language. Raises LookupError for a grouping that the report does not have.
        """
        return plain_text(self, by, lang or self.lang)

    def __str__(self) -> str:
        return self.text()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002, FBT001 - IPython's
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return html_table(self, self.lang)


def report(
    cases: Cases,
    options: ReportOptions | None = None,
    *,
    events: Iterable[Event] = (),
    agreement: Agreement | None = None,
    lang: str = "en",
) -> Report:
    """Return the report of cases, which come from a data frame, events, outcomes or columns.

    ``events`` are the events of the same appeals. With them, the report also shows which agencies
    had the late appeals and how appeals were handled. ``agreement`` is the result of
    ``compare_claims``, if another system gives verdicts too. ``lang``, "en" or "ru", is the
    language of the report's texts. Raises EventError if there are no cases, and LookupError for an
    unknown grouping.

    >>> from datetime import datetime, timedelta
    >>> import numpy as np
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> when = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> report(cases_of_columns(columns, target, as_of=when)).total.overdue
    1
    """
    numbers = report_numbers(cases, options, events=events, agreement=agreement)
    values = {one.name: getattr(numbers, one.name) for one in fields(numbers)}
    return Report(**values, lang=lang)
