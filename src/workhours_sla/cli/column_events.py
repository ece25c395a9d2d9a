"""Events that a command has as columns; they become objects only where objects are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, overload

from workhours_sla.cli.output import echo_note
from workhours_sla.sla.evaluate import Evaluation, evaluate
from workhours_sla.sla.event import Event
from workhours_sla.sla.policy import Policy

if TYPE_CHECKING:
    from workhours_sla.sla.columns.event_columns import EventColumns  # needs numpy


class ColumnEvents(Sequence[Event]):
    """The events of columns as a sequence of objects, which are made at the first access."""

    def __init__(self, columns: EventColumns) -> None:
        self.columns = columns

    @cached_property
    def _events(self) -> list[Event]:
        return self.columns.events()

    def __len__(self) -> int:
        return len(self.columns)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        return self._events[index]

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def most_common(self, canonical: str) -> tuple[str, int]:
        """Return the most frequent ``event_id`` or ``appeal_id`` and its count; there are events.

        If several are equally frequent, it is the one that occurs first.
        """
        import numpy as np  # noqa: PLC0415 - of an extra

        columns = self.columns
        ids = columns.appeal_id
        codes, names = (
            (ids.codes, ids.names) if canonical == "appeal_id" else (columns.event_id, columns.ids)
        )
        counts = np.bincount(codes)
        often = np.flatnonzero(counts == counts.max())
        first = int(codes[np.isin(codes, often).argmax()])
        return names[first], int(counts[first])


def evaluate_events(
    events: Sequence[Event],
    policy: Policy,
    as_of: datetime,
    *,
    provisional: bool,
    verbose_in: str | None,
) -> Evaluation:
    """Return the evaluation of events, judged as columns where they are columns.

    ``verbose_in`` is the language of the note that says how many appeals were judged one event at a
    time; None prints no note.
    """
    if not isinstance(events, ColumnEvents):
        if verbose_in is not None:
            echo_note(verbose_in, "judged_by_events")
        return evaluate(events, policy, as_of=as_of, provisional=provisional)
    from workhours_sla.sla.columns.evaluate import evaluate_columns  # noqa: PLC0415 - needs numpy

    found = evaluate_columns(events.columns, policy, as_of=as_of, provisional=provisional)
    if verbose_in is not None:
        share = f"{100 * found.folded / max(found.appeals, 1):.1f}"
        counts = {"folded": found.folded, "appeals": found.appeals, "share": share}
        echo_note(verbose_in, "judged_by_columns", **counts)
    return found.evaluation
