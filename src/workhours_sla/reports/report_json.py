"""Write a report as JSON with a versioned schema, and read it.

Instants are written in ISO 8601 with their offset, and amounts as ISO 8601 durations. Reading
returns an equal report, except that its instants have a fixed offset instead of a time zone.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from typing import Any, Final, NoReturn

import msgspec

from workhours_sla.compliance.comparison import Revision
from workhours_sla.errors import ConfigError, SourceError, clipped, shown
from workhours_sla.json.checked_data import Reader
from workhours_sla.json.structs import Form, part_form_of, value_of
from workhours_sla.json.text import parsed
from workhours_sla.reports.report import Report
from workhours_sla.text.messages import phrase_of, say
from workhours_sla.worktime.amounts import iso_amount

SCHEMA: Final = "workhours.report/4"
REVISION_SCHEMA: Final = "workhours.report-revision/1"
_EARLIER: Final = ("workhours.report/1", "workhours.report/2", "workhours.report/3")


def to_json(report: Report) -> str:
    """Write a report as a JSON document; ``from_json`` reads an equal report from it."""
    data = {"schema": SCHEMA, "report": report}
    plain = msgspec.to_builtins(data, builtin_types=[timedelta])
    return json.dumps(plain, ensure_ascii=False, indent=1, default=iso_amount)


def from_json(text: str | bytes, *, name: str = "the report") -> Report:
    """Read a report from a JSON document that ``to_json`` wrote.

    ``name`` names the document in messages. Raises SourceError for text that is no report, or that
    has another schema.
    """
    document = _document()
    try:
        frozen = msgspec.json.decode(text, type=document)
    except (ValueError, TypeError, RecursionError):
        frozen = None  # the slower reader below raises an error that names the key
    if getattr(frozen, "schema", None) == SCHEMA:
        return _report(frozen)
    try:
        data = parsed(text, Reader())
        schema = data.get("schema") if isinstance(data, dict) else None
        if schema == SCHEMA or not isinstance(schema, str):
            return _report(Reader().convert(data, document))
    except (ConfigError, TypeError) as error:
        return _refuse(name, "not_a_report", why=phrase_of(error) or clipped(str(error), 300))
    if schema in _EARLIER:
        return _refuse(name, "report_outdated", schema=shown(schema))
    return _refuse(name, "report_schema", schema=shown(schema), known=repr(SCHEMA))


def _report(document: Form) -> Report:
    report: Report = value_of(document, Reader())
    return report


def _refuse(name: str, cause: str, **facts: object) -> NoReturn:
    """Raise SourceError for the document ``name``, with the message for ``cause``."""
    raise SourceError(say(cause, name=name, **facts), name=name) from None


@cache
def _document() -> Any:
    """Return the msgspec struct of a JSON document: the schema and the report."""
    return msgspec.defstruct(
        "ReportDocument",
        [("schema", str), ("report", part_form_of(Report, native=True))],
        bases=(Form,),
        namespace={"build": staticmethod(lambda schema, report: report)},  # noqa: ARG005
    )


def revision_data(revision: Revision) -> dict[str, Any]:
    """Return the changes between two versions of a report as plain data, with a schema."""
    data: dict[str, Any] = msgspec.to_builtins(revision)
    return {"schema": REVISION_SCHEMA, **data}
