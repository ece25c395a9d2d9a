"""The public report: the numbers of ``compliance`` with methods that present them, and as JSON.

JSON has a versioned schema. Instants are written in ISO 8601 with their offset, and amounts as
ISO 8601 durations. Reading returns an equal report, except that its instants have a fixed offset
instead of a time zone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import msgspec

from workhours_sla.compliance.agreement import Agreement
from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.period import ReportOptions
from workhours_sla.compliance.report_numbers import ReportNumbers, report_numbers
from workhours_sla.errors import ConfigError, SourceError, clipped, shown
from workhours_sla.json.checked_data import Reader
from workhours_sla.json.strict_json import parsed
from workhours_sla.json.structs import Form, part_form_of, value_of
from workhours_sla.module_names import public
from workhours_sla.reports.frames import to_pandas, to_polars
from workhours_sla.reports.plain_text import html_table, plain_text
from workhours_sla.sla.event import Event
from workhours_sla.text import catalog, words
from workhours_sla.text.amounts import iso_amount
from workhours_sla.text.catalog import language
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

SCHEMA: Final = "workhours.report/5"
_EARLIER: Final = tuple(f"workhours.report/{number}" for number in range(1, 5))

Numbers = TypeVar("Numbers", bound=ReportNumbers)
Ids = tuple[tuple[str, str, str], ...]  # triples of a grouping, an id and the name to show for it

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
    As of Thu 13 Mar 2025 10:15 (Europe/Volgograd)
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
        """Return the report with ``names`` in place of ids; all outputs but JSON and CSV use it."""
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
    named = [(by, key, name) for by, keyed in (names or {}).items() for key, name in keyed.items()]
    return Report(**values, lang=lang, title=title, organisation=organisation, names=tuple(named))


def heading(by: str, lang: str) -> str:
    """Return the heading of a column; an unknown column, such as your own grouping, keeps its name.

    >>> heading("agency", "en")
    'agency'
    """
    with language(lang):
        return words.heading(by)


def with_names(report: Numbers, names: Ids) -> Numbers:
    """Return a report whose tables and lists have names instead of ids."""
    if not names:
        return report
    by: dict[str, dict[str, str]] = {}
    for grouping, key, name in names:
        by.setdefault(grouping, {})[key] = name
    for grouping, found in by.items():  # the id follows where two ids have the same name
        ids = {row.key for one in report.tables if one.by == grouping for row in one.rows}
        counted = Counter([*found.values(), *(key for key in ids if key and key not in found)])
        by[grouping] = {
            key: name if counted[name] == 1 else f"{name} ({key})" for key, name in found.items()
        }

    def named(items: Iterable[Any], grouping: str, *keys: str) -> tuple[Any, ...]:
        """Return values with names in some of their fields; None stays None."""
        found = by.get(grouping, {})
        return tuple(
            replace(one, **{key: found.get(getattr(one, key), getattr(one, key)) for key in keys})
            for one in items
        )

    owners, signs, agencies = report.attribution, report.indicators, by.get("agency", {})
    if owners is not None:
        pairs: dict[str, Any] = {
            rule: tuple((agencies.get(key or "", key), n) for key, n in getattr(owners, rule))
            for rule in ("at_breach", "largest_share", "first", "hour_earlier")
        }
        owners = replace(owners, **pairs, shares=named(owners.shares, "agency", "holder"))
    compared = report.comparison
    if compared is not None and compared.change is not None:
        parts = named(compared.change.agencies, "agency", "agency")
        compared = replace(compared, change=replace(compared.change, agencies=parts))
    rows = (replace(one, rows=named(one.rows, one.by, "key")) for one in report.tables)
    groups = (replace(one, groups=named(one.groups, one.by, "key")) for one in report.group_weeks)
    return replace(
        report,
        tables=tuple(rows),
        group_weeks=tuple(groups),
        comparison=compared,
        late=named(report.late, "agency", "agency", "holder"),
        attribution=owners,
        indicators=replace(signs, agencies=named(signs.agencies, "agency", "agency")),
    )


def to_json(report: Report) -> str:
    """Return a report as the text of a JSON document, from which ``from_json`` reads it."""
    data = {"schema": SCHEMA, "report": report}
    plain = msgspec.to_builtins(data, builtin_types=[timedelta])
    return json.dumps(plain, ensure_ascii=False, indent=1, default=iso_amount)


def from_json(text: str | bytes, *, name: str = "the report") -> Report:
    """Read a report from a JSON document that ``to_json`` wrote.

    ``name`` names the document in messages. Raises SourceError for text that is no report, or that
    has another schema.
    """
    document, frozen = _document(), None
    with suppress(ValueError, TypeError, RecursionError):  # the slower reader names the key
        frozen = msgspec.json.decode(text, type=document)
    try:
        if getattr(frozen, "schema", None) != SCHEMA:
            data = parsed(text, Reader())
            schema = data.get("schema") if isinstance(data, dict) else None
            if schema != SCHEMA and isinstance(schema, str):
                cause = "report_outdated" if schema in _EARLIER else "report_schema"
                _refuse(name, cause, schema=shown(schema), known=repr(SCHEMA))
            frozen = Reader().convert(data, document)
        found: Report = value_of(frozen, Reader())
    except ConfigError as error:
        _refuse(name, "not_a_report", why=error.args[0])
    except TypeError as error:
        _refuse(name, "not_a_report", why=clipped(str(error), 300))
    return found


def _refuse(name: str, cause: str, **facts: object) -> NoReturn:
    """Raise SourceError for the document ``name``, with the message for ``cause``."""
    raise SourceError(say(cause, name=name, **facts)) from None


@cache
def _document() -> Any:
    return msgspec.defstruct(
        "ReportDocument",
        [("schema", str), ("report", part_form_of(Report, native=True))],
        bases=(Form,),
        namespace={"build": staticmethod(lambda schema, report: report)},  # noqa: ARG005
    )
