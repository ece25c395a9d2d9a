"""Generate a realistic stream of citizens' appeals in Volgograd Oblast, the same for a seed.

    python examples/generate_appeals.py --seed 2026 --start 2026-01-05 --days 28 --out events.jsonl

writes one event per line in order of delivery: late, repeated and out of order, as real sources
are. `--rows` writes the same appeals as the sheet that a coordinator would export by hand. The
data are invented; no person, no text and no real body's performance is in them. Every number is a
field of `Parameters` with its basis.
"""

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from appeal_stream.arrivals import Span, Subjects, arrivals
from appeal_stream.delivery import Delivery, Event
from appeal_stream.describe import Description
from appeal_stream.life import Appeal, Life
from appeal_stream.parameters import SCALES, Parameters, Scale
from appeal_stream.tables import (
    APPEAL_COLUMNS,
    DELIMITER,
    ENCODING,
    EVENT_COLUMNS,
    EventRows,
    appeal_row,
)
from workhours_sla import Schedule
from workhours_sla.errors import CalendarCoverageError

__all__ = [
    "DEFAULT_SEED",
    "DEFAULT_SPAN",
    "SCALES",
    "Appeal",
    "Description",
    "Event",
    "Parameters",
    "Scale",
    "Span",
    "deliver",
    "generate",
    "live",
    "main",
]

_STDOUT = Path("-")
_EXIT_UNKNOWN_CALENDAR = 3

DEFAULT_SEED = 2026
DEFAULT_SPAN = Span(date(2026, 1, 5), days=28)


def live(
    parameters: Parameters,
    seed: int = DEFAULT_SEED,
    *,
    span: Span = DEFAULT_SPAN,
) -> Iterator[Appeal]:
    """Yield the appeals posted in the span with all their events, in order of the posts.

    Dates are local; instants are in UTC. The calendar must cover the days of the last replies,
    which may be weeks after the span.
    """
    office = _office(parameters)
    subjects = Subjects(parameters)
    life = Life(parameters, office, subjects, seed)
    for arrival in arrivals(parameters, office, subjects, seed, span):
        yield life.of(arrival)


def deliver(
    appeals: Iterable[Appeal],
    parameters: Parameters,
    seed: int = DEFAULT_SEED,
    *,
    span: Span = DEFAULT_SPAN,
    until: datetime | None = None,
) -> Iterator[Event]:
    """Yield the events of `live` appeals in the order of their delivery, up to `until`."""
    return Delivery(parameters, seed, span).of(appeals, until)


def generate(
    parameters: Parameters,
    seed: int = DEFAULT_SEED,
    *,
    span: Span = DEFAULT_SPAN,
    until: datetime | None = None,
) -> Iterator[Event]:
    """Yield the events of a stream in the order of their delivery, ready for JSON.

    The same arguments give the same stream on every machine. Memory contains only the events that
    are not delivered yet, so a stream may be of any length.
    """
    appeals = live(parameters, seed, span=span)
    return deliver(appeals, parameters, seed, span=span, until=until)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    parameters = Parameters(
        per_week=SCALES[options.tier].per_week if options.per_week is None else options.per_week,
        officers=options.officers,
    )
    if options.redelivered is not None:
        parameters = replace(parameters, redelivered=options.redelivered)
    span = Span(options.start, options.days)
    zone = ZoneInfo(parameters.timezone)
    until: datetime | None = options.until
    if until is not None and until.tzinfo is None:
        until = until.replace(tzinfo=zone)
    if not (options.out or options.rows or options.events_csv or options.describe):
        options.out = _STDOUT
    description = Description(parameters, _office(parameters)) if options.describe else None

    with ExitStack() as files:
        appeals = live(parameters, options.seed, span=span)
        if options.rows is not None:
            appeals = _with_rows(appeals, _opened(files, options.rows, ENCODING), zone, until)
        events = deliver(appeals, parameters, options.seed, span=span, until=until)
        if options.events_csv is not None:
            rows = EventRows(parameters, options.seed)
            events = _with_event_rows(events, _opened(files, options.events_csv, "utf-8"), rows)
        out = None if options.out is None else _opened(files, options.out, "utf-8")
        try:
            _write(events, out, description)
        except CalendarCoverageError as error:
            print(f"the stream runs past the calendar: {error}", file=sys.stderr)
            return _EXIT_UNKNOWN_CALENDAR
    if description is not None:
        report = sys.stderr if options.out == _STDOUT else sys.stdout
        report.writelines(f"{figure.name:<36}{figure}\n" for figure in description.figures())
    return 0


def _office(parameters: Parameters) -> Schedule:
    return Schedule(parameters.calendar_id, parameters.hours, tz=parameters.timezone)


def _opened(files: ExitStack, path: Path, encoding: str) -> TextIO:
    if path == _STDOUT:
        return sys.stdout
    return files.enter_context(path.open("w", encoding=encoding, newline=""))


def _with_rows(
    appeals: Iterable[Appeal], out: TextIO, zone: ZoneInfo, until: datetime | None
) -> Iterator[Appeal]:
    """Yield the appeals unchanged and write the row of each."""
    writer = csv.writer(out, delimiter=DELIMITER, lineterminator="\r\n")
    writer.writerow(APPEAL_COLUMNS)
    for appeal in appeals:
        row = appeal_row(appeal, zone, until)
        if row is not None:
            writer.writerow(row)
        yield appeal


def _with_event_rows(events: Iterable[Event], out: TextIO, rows: EventRows) -> Iterator[Event]:
    """Yield the events unchanged and write the row of each."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(EVENT_COLUMNS)
    for event in events:
        writer.writerow(rows.of(event))
        yield event


def _write(events: Iterable[Event], out: TextIO | None, description: Description | None) -> None:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for event in events:
        line = encode(event) + "\n"
        if out is not None:
            out.write(line)
        if description is not None:
            description.see(event, len(line.encode()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Generate a realistic stream of citizens' appeals in Volgograd Oblast.",
        epilog="Tiers: " + "; ".join(f"{name} {tier.represents}" for name, tier in SCALES.items()),
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="default: %(default)s")
    parser.add_argument(
        "--start",
        type=date.fromisoformat,
        default=DEFAULT_SPAN.first,
        metavar="DATE",
        help="first local date of posts (default: %(default)s)",
    )
    parser.add_argument(
        "--days", type=int, default=DEFAULT_SPAN.days, help="days of posts (default: %(default)s)"
    )
    volume = parser.add_mutually_exclusive_group()
    volume.add_argument("--tier", choices=list(SCALES), default="S", help="default: %(default)s")
    volume.add_argument("--per-week", type=float, help="appeals in an ordinary week")
    parser.add_argument(
        "--until",
        type=datetime.fromisoformat,
        metavar="TIME",
        help="end with the events received by then (local unless it has an offset)",
    )
    parser.add_argument(
        "--officers", type=int, help="put all replies through a queue of N officers", metavar="N"
    )
    parser.add_argument("--redelivered", type=int, metavar="N", help="events delivered again, once")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="events as JSON lines, - is stdout"
    )
    parser.add_argument("--rows", type=Path, metavar="FILE", help="a row per appeal, cp1251 and ;")
    parser.add_argument("--events-csv", type=Path, metavar="FILE", help="a row per event")
    parser.add_argument("--describe", action="store_true", help="print the stream's properties")
    return parser


if __name__ == "__main__":
    try:
        exit_code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has closed the pipe; avoid the error message at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        exit_code = 0
    sys.exit(exit_code)
