"""Checks of schemathesis that know what a schema cannot say; ``fuzz_service.py`` loads them.

A valid question may have no answer, since its target or the dates of its calendar do not exist. A
list with invalid questions is answered, with a problem in place of each of them. A CloudEvent in
binary mode needs no body, which other events do.
"""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

WITHOUT_ANSWER = {
    "calendar-coverage",
    "invalid-time",
    "naive-time",
    "not-found",
    "span-too-long",
    "unknown-calendar",
}
"""Problems that valid data may have."""
BINARY = "ce-specversion"
"""The header of a CloudEvent in binary mode."""
NAMED = {"target", "agency_id", "district_id", "channel", "by"}
"""The keys whose valid values depend on the configuration and on the appeals."""


@schemathesis.check
def invalid_data_is_refused(ctx: Any, response: Any, case: Any) -> bool | None:
    """Expect that invalid data is refused; in a list, an invalid question has its problem."""
    is_negative = case.meta is not None and case.meta.generation.mode.is_negative
    if is_negative and response.status_code == 200 and isinstance(case.body, list):
        answers = response.json()["answers"]
        assert len(answers) == len(case.body)
        assert any("status" in answer for answer in answers), "an invalid question has an answer"
        return None
    if is_negative and response.status_code == 202 and BINARY in (case.headers or {}):
        # its body may be any data, or none; what is no event is rejected in the answer
        assert len(response.json()["events"]) == 1
        return None
    found: bool | None = negative_data_rejection(ctx, response, case)
    return found


@schemathesis.check
def valid_data_is_answered(ctx: Any, response: Any, case: Any) -> bool | None:
    """Expect for valid data an answer, or a problem that the schema cannot exclude."""
    try:
        found: bool | None = positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        if not _may_lack_answer(case.path, response.json()):
            raise
        return None
    return found


def _may_lack_answer(path: str, problem: Any) -> bool:
    name, key = problem["type"].partition("#")[2], problem.get("key")
    if name == "invalid-request" and key is None:
        return bool(path == "/v1/report")  # a period without appeals
    is_header = name == "invalid-request" and str(key).startswith("ce-")  # not in UTF-8
    return is_header or name in WITHOUT_ANSWER or (name == "invalid-request" and key in NAMED)
