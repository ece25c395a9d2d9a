"""A report as JSON and back, under a schema version: a frozen report says all of itself.

Instants are ISO 8601 with their offset, amounts ISO 8601 durations. What is read back equals what
was written; its instants keep their offset, no longer their zone. A report of an older form is
read, too: what it did not say yet is then missing or empty.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec

from workhours_sla.compliance.report import Report
from workhours_sla.compliance.revision import Revision
from workhours_sla.errors import SourceError, clipped, shown
from workhours_sla.worktime.budget import iso_amount

SCHEMA = "workhours.report/2"
FIRST_SCHEMA = "workhours.report/1"
REVISION_SCHEMA = "workhours.report-revision/1"


class _Head(msgspec.Struct):
    schema: str


class _Frozen(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    report: Report


class _FirstForm(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    report: dict[str, Any]


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
        if schema == FIRST_SCHEMA:
            told = msgspec.json.decode(text, type=_FirstForm).report
            return msgspec.convert(_upgraded(told), type=Report)
    except (msgspec.MsgspecError, ValueError, LookupError, TypeError, RecursionError) as error:
        why = clipped(str(error), 200)
        msg = f"{name} is not a report in JSON ({why}); give one written with --json"
        raise SourceError(msg, name=name) from None
    known = f"this version reads up to {SCHEMA!r}"
    msg = f"{name} has the schema {shown(schema)}, and {known}; make it again"
    raise SourceError(msg, name=name)


def _upgraded(told: dict[str, Any]) -> dict[str, Any]:
    """Return a report of the first form in today's, with nothing where it said nothing."""
    curve, handling = told["curve"], told["attribution"]
    return {
        **told,
        "curve": curve and {**curve, "at_risk": []},
        "withdrawals": None,
        "share_trend": {"points": []},
        "backlog": {**told["backlog"], "little": None},
        "late": [{**late, "holder": None, "hour_earlier": None} for late in told["late"]],
        "attribution": handling and {**handling, "hour_earlier": [], "phases": []},
    }


def revision_data(revision: Revision) -> dict[str, Any]:
    """Return what changed as plain data."""
    data: dict[str, Any] = msgspec.to_builtins(revision)
    return {"schema": REVISION_SCHEMA, **data}
