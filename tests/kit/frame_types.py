"""What type checkers know about the verbs on frames; mypy checks this file, nothing runs it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, assert_type

from workhours_sla import Schedule, Target, frames
from workhours_sla.report import cases_of_frame, report, to_polars

if TYPE_CHECKING:
    import polars as pl


def a_series_gives_a_series(office: Schedule, posted: pl.Series, now: datetime) -> None:
    hours = timedelta(hours=4)
    assert_type(frames.deadline(office, posted, hours), "pl.Series")
    assert_type(frames.elapsed({"a": office}, posted, now, by=posted, pauses=posted), "pl.Series")
    assert_type(frames.remaining(office, posted, posted, as_of=now), "pl.Series")
    assert_type(frames.next_closing(office, posted, inclusive=True), "pl.Series")
    marked = frames.is_working(office, posted, on_unknown="mark", provisional=True)
    assert_type(marked.values, "pl.Series")
    assert_type(marked.unknown, "pl.Series")


def other_arguments_are_errors(office: Schedule, posted: pl.Series, now: datetime) -> None:
    frames.deadline(office, posted, "4h")  # type: ignore[arg-type]
    frames.next_opening(office, [now])  # type: ignore[call-overload]
    frames.next_opening(office, posted, on_unknown="drop")  # type: ignore[call-overload]


def frames_give_cases_and_reports_give_frames(frame: pl.DataFrame, target: Target) -> None:
    now = datetime(2026, 3, 12, 18, tzinfo=UTC)
    made = report(cases_of_frame(frame, target, as_of=now))
    assert_type(to_polars(made), "pl.DataFrame")
    cases_of_frame(frame["posted"], target, as_of=now)  # type: ignore[arg-type]
