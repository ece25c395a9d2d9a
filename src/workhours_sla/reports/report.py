"""The public report: the numbers of ``compliance`` with methods that present them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from workhours_sla.compliance.agreement import Agreement
from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.period import ReportOptions
from workhours_sla.compliance.report import ReportNumbers, report_numbers
from workhours_sla.module_names import public
from workhours_sla.reports.frame_tables import to_pandas, to_polars
from workhours_sla.reports.names import Ids, with_names
from workhours_sla.reports.plain_text import html_table, plain_text
from workhours_sla.sla.event import Event
from workhours_sla.text import catalog, words
from workhours_sla.text.catalog import language

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


CAUSES = catalog.CAUSES.in_all_languages()
"""The causes of a changed verdict in words, by cause and language."""

INTAKE_REASONS = catalog.INTAKE_REASONS.in_all_languages()
"""The reasons why an event was quarantined or belongs to no appeal, by reason and language."""

VERDICTS = catalog.VERDICTS.in_all_languages()
"""The verdicts in words, by verdict and language."""


@public("workhours_sla.report")
@dataclass(frozen=True, slots=True)
class Report(ReportNumbers):
    """How well one target was met, evaluated at one instant.

    The fields are the fields of ``ReportNumbers`` and those that the texts use: their language
    ``lang``, the ``title`` of the report, the ``organisation`` it is about, and ``names``, triples
    of a grouping, an id and the name to show for it. ``str(report)`` returns the first table with
    its notes; notebooks show the same as HTML.

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
    title: str | None = field(default=None, kw_only=True)
    organisation: str | None = field(default=None, kw_only=True)
    names: Ids = field(default=(), kw_only=True)

    def text(self, *by: str, lang: str | None = None) -> str:
        """Return the tables of the groupings ``by`` as plain text with their notes.

        Without ``by``, returns the first table. ``lang`` is "en" or "ru", or None for the report's
        own language. Raises LookupError for a grouping that the report does not have.
        """
        with language(lang or self.lang):
            return plain_text(self.named(), by, self.headings)

    def named(self) -> Report:
        """Return the report with ``names`` in place of ids. All outputs but JSON and CSV use it."""
        return with_names(self, self.names)

    @property
    def headings(self) -> tuple[str, ...]:
        """The organisation and the title, each only if given."""
        return tuple(part for part in (self.organisation, self.title) if part)

    def to_pandas(self, by: str = "total") -> pd.DataFrame:
        """Return a table of the report as a DataFrame, like ``workhours_sla.report.to_pandas``."""
        return to_pandas(self, by)

    def to_polars(self, by: str = "total") -> pl.DataFrame:
        """Return a table of the report as a DataFrame, like ``workhours_sla.report.to_polars``."""
        return to_polars(self, by)

    def __str__(self) -> str:
        return self.text()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's
        printer.text(str(self))

    def _repr_html_(self) -> str:
        with language(self.lang):
            return html_table(self.named(), self.headings)


def report(
    cases: Cases,
    options: ReportOptions | None = None,
    *,
    events: Iterable[Event] = (),
    agreement: Agreement | None = None,
    lang: str = "en",
    title: str | None = None,
    organisation: str | None = None,
    names: Mapping[str, Mapping[str, str]] | None = None,
) -> Report:
    """Return the report of cases, which come from a data frame, events, outcomes or columns.

    ``events`` are the events of the same appeals. With them, the report also shows which agencies
    had the late appeals and how appeals were handled. ``agreement`` is the result of
    ``compare_claims``, if another system gives verdicts too. ``lang``, "en" or "ru", is the
    language of the report's texts. ``title`` and ``organisation`` are the heading of the report.
    ``names`` has the names to show, keyed by grouping and id, such as ``{"agency": {"roads": "Roads
    Department"}}``. Raises EventError if there are no cases, and LookupError for an unknown
    grouping.

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
    shown = [(by, key, name) for by, keyed in (names or {}).items() for key, name in keyed.items()]
    return Report(**values, lang=lang, title=title, organisation=organisation, names=tuple(shown))


def heading(by: str, lang: str) -> str:
    """Return the heading of a column; an unknown column, such as your own grouping, keeps its name.

    >>> heading("agency", "en")
    'agency'
    """
    with language(lang):
        return words.heading(by)
