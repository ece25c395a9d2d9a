"""What an engine must offer to be compared, and the comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from tests.slow.engines.cases import NULL, Ints, Rows, expected
from workhours_sla import Schedule
from workhours_sla.sql import CompiledSchedules


class Engine(Protocol):
    """An engine with a session. Rows are loaded once and then asked for each verb."""

    verbs: Sequence[str]
    """The verbs that the engine can answer."""
    whole_calendar: bool
    """Whether the engine asks the library itself, which knows more dates than a script."""

    def load(self, rows: Rows, names: Sequence[str]) -> None:
        """Load rows with their number as the key."""

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        """Return the keys and the answers of all rows, with ``NULL`` for NULL.

        Without ``schedule`` each row names its own.
        """


_WANTED: dict[tuple[object, ...], tuple[Rows, Ints]] = {}
"""The answers of the library, which several engines are compared with; the rows keep their id."""


def differences(
    engine: Engine,
    compiled: CompiledSchedules,
    schedules: Mapping[str, Schedule],
    rows: Rows,
    verb: str,
    schedule: str | None,
) -> list[str]:
    """Return the rows whose answers differ from the library's, as sentences, at most five."""
    names = list(schedules)
    asked = rows if schedule is None else rows.of(names.index(schedule))
    whole = engine.whole_calendar
    key = (id(rows.start), len(rows.start), verb, schedule, whole)
    if key not in _WANTED:
        known = None if whole else compiled.coverage
        _WANTED[key] = rows, expected(known, schedules, asked, verb)
    _, wanted = _WANTED[key]
    keys, answers = engine.run(verb, schedule)
    assert np.array_equal(np.sort(keys), np.arange(len(wanted))), "each key exactly once"
    found = np.full(len(wanted), NULL)
    found[keys] = answers
    assert (wanted != NULL).any(), "some answers must be known"
    wrong = np.flatnonzero(found != wanted)
    return [
        f"{verb} of row {row} ({names[asked.code[row]]}): {rows.start[row]}, {rows.end[row]}, "
        f"{rows.budget[row]} gives {found[row]}, not {wanted[row]}"
        for row in wrong[:5].tolist()
    ]
