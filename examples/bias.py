"""Compare three calculations of the share of answers in time with the true share.

    python examples/bias.py

Every working day at 18:00 the appeals of the last seven days are reported. Some are still open,
and the generator, unlike a real source, shows at once which of them will be answered in time.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from appeal_stream.arrivals import Span
from appeal_stream.parameters import Parameters
from generate_appeals import live
from workhours_sla import Schedule, Target, working_hours
from workhours_sla.report import AppealColumns, ReportOptions, cases_of_columns, report

SPAN = Span(date(2026, 2, 2), days=84)
WINDOW = np.timedelta64(7, "D")
FOUR_HOURS = working_hours(4)


class Shares(NamedTuple):
    """Shares of answers in time, from 0 to 1."""

    closed_only: float
    answered_or_due: float
    matured: float
    truth: float


def shares(parameters: Parameters, seed: int, *, span: Span = SPAN) -> Shares:
    """Return the mean of each share over the evenings of the span, and of the truth."""
    office = Schedule(parameters.calendar_id, parameters.hours, tz=parameters.timezone)
    posted, answered = _columns(parameters, seed, span)
    found = [_at(office, posted, answered, evening) for evening in _evenings(office, span)]
    return Shares(*(float(mean) for mean in np.mean(found, axis=0)))


def _at(
    office: Schedule, posted: NDArray[Any], answered: NDArray[Any], evening: datetime
) -> Shares:
    """Return the shares for the week up to an evening."""
    now = np.datetime64(evening.astimezone(UTC).replace(tzinfo=None), "us")
    week = (posted > now - WINDOW) & (posted <= now)
    later = evening + timedelta(days=60)
    columns = AppealColumns(posted[week], answered[week])
    target = Target("first reply", FOUR_HOURS, office)
    seen, known = (
        report(cases_of_columns(columns, target, as_of=when), ReportOptions(by=())).total
        for when in (evening, later)
    )
    assert seen.rate is not None  # noqa: S101 - most of a week has matured
    assert known.rate is not None  # noqa: S101
    return Shares(
        seen.closed_only or 0.0,
        seen.counts.met / (seen.counts.met + seen.counts.breached),
        seen.rate.rate,
        known.rate.rate,
    )


def _evenings(office: Schedule, span: Span) -> Iterator[datetime]:
    """Yield 18:00 of the working days after the first week of appeals."""
    for day in range(7, span.days):
        evening = datetime.combine(span.first, datetime.min.time(), office.tz)
        evening += timedelta(days=day, hours=18)
        if office.shifts_on(evening.date()):
            yield evening


def _columns(parameters: Parameters, seed: int, span: Span) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the posts and answers of the appeals that are owed one, in UTC."""
    pairs = [
        (appeal.arrival.posted, appeal.answered)
        for appeal in live(parameters, seed, span=span)
        if appeal.owed
    ]
    posted, answered = zip(*pairs, strict=True)
    return _instants(posted), _instants(answered)


def _instants(times: tuple[datetime | None, ...]) -> NDArray[Any]:
    plain = [None if when is None else when.astimezone(UTC).replace(tzinfo=None) for when in times]
    return np.array(plain, "M8[us]")


def main() -> None:
    """Print the shares and the error of each."""
    found = shares(Parameters(), 2026)
    for name, share in found._asdict().items():
        print(f"{name.replace('_', ' '):<16}{share:8.2%}{100 * (share - found.truth):+8.2f} points")


if __name__ == "__main__":
    main()
