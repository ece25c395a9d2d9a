"""A report as JSON and back, under a schema version.

Instants are ISO 8601 with their offset, amounts ISO 8601 durations. A report that is read back
equals the one that was written; its instants keep their offset but not their zone.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec

from workhours_sla.compliance.revision import Revision
from workhours_sla.errors import SourceError, clipped, shown
from workhours_sla.reports.report import Report
from workhours_sla.worktime.budget import iso_amount

SCHEMA = "workhours.report/3"
REVISION_SCHEMA = "workhours.report-revision/1"


class _Head(msgspec.Struct):
    schema: str


class _Frozen(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    report: Report


def to_json(report: Report) -> str:
    """Return a report as one JSON document."""
    plain = msgspec.to_builtins(_Frozen(SCHEMA, report), builtin_types=[timedelta])
    return json.dumps(plain, ensure_ascii=False, indent=1, default=iso_amount)


def from_json(text: str | bytes, *, name: str = "the report") -> Report:
    """Return the report that ``to_json`` wrote; ``name`` is for messages.

    Raises SourceError for text that is no such report, or of another schema version.
    """
    try:
        schema = msgspec.json.decode(text, type=_Head).schema
        if schema == SCHEMA:
            return msgspec.json.decode(text, type=_Frozen).report
    except (msgspec.MsgspecError, ValueError, LookupError, TypeError, RecursionError) as error:
        why = clipped(str(error), 200)
        msg = f"{name} is not a report in JSON ({why}); give one written with --json"
        raise SourceError(msg, name=name) from None
    msg = f"{name} has the schema {shown(schema)}, but this version reads {SCHEMA!r}; make it again"
    raise SourceError(msg, name=name)


def revision_data(revision: Revision) -> dict[str, Any]:
    """Return what changed as plain data."""
    data: dict[str, Any] = msgspec.to_builtins(revision)
    return {"schema": REVISION_SCHEMA, **data}
