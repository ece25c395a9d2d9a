"""Draw the pictures of docs/en/how-to/plots.md from an invented half year.

python examples/draw_plots.py docs/images
"""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from appeal_stream.arrivals import Span
from generate_appeals import Parameters, live
from workhours_sla import (
    Event,
    EventType,
    Policy,
    Schedule,
    Target,
    evaluate,
    holder_spans,
    plots,
    working_hours,
)
from workhours_sla.report import AppealColumns, Cases, Labels, cases_of_columns, report

OFFICE: Final = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
REPLY: Final = Target("первый ответ", working_hours(4), OFFICE, pauses=True)
FIRST_REPLY: Final = Target("first reply", working_hours(4), OFFICE)
SPAN: Final = Span(date(2025, 9, 1), days=182)
SEED: Final = 2026


def half_year(per_week: float = 200) -> Cases:
    """Return the cases of an invented half year in Volgograd Oblast, named in Russian."""
    appeals = [a for a in live(Parameters(per_week=per_week), SEED, span=SPAN) if a.owed]
    posted = np.array([_plain(a.arrival.posted) for a in appeals], "M8[us]")
    answered = np.array([_plain(a.answered) for a in appeals], "M8[us]")
    names = Labels.of([a.arrival.subject.unit.name for a in appeals])
    as_of = datetime(2026, 3, 2, 12, tzinfo=OFFICE.tz)
    seen = posted <= np.datetime64(_plain(as_of), "us")
    answered[answered > np.datetime64(_plain(as_of), "us")] = np.datetime64("NaT", "us")
    columns = AppealColumns(posted[seen], answered[seen], groups={"agency": names.taken(seen)})
    return cases_of_columns(columns, FIRST_REPLY, as_of=as_of)


def _plain(when: datetime | None) -> datetime | None:
    return None if when is None else when.astimezone(UTC).replace(tzinfo=None)


def one_appeal() -> Axes:
    """Draw the course of an appeal over a working Saturday that was answered late."""
    moments = (
        (EventType.CREATED, "2025-10-31T17:30", "Комитет ЖКХ"),
        (EventType.TRANSFERRED, "2025-11-01T10:15", "Дорожный фонд"),
        (EventType.PAUSED, "2025-11-01T11:00", None),
        (EventType.RESUMED, "2025-11-05T09:30", None),
        (EventType.REPLIED, "2025-11-05T12:20", None),
    )
    events = [
        Event(str(n), "A-1003", kind, at, at, agency_id=agency)
        for n, (kind, clock, agency) in enumerate(moments)
        for at in [datetime.fromisoformat(clock).replace(tzinfo=OFFICE.tz)]
    ]
    as_of = datetime(2025, 11, 6, 12, tzinfo=OFFICE.tz)
    (outcome,) = evaluate(events, Policy([REPLY]), as_of=as_of).outcomes
    spans = holder_spans(events, REPLY, as_of=as_of)
    return plots.appeal_timeline(
        outcome, OFFICE, as_of=as_of, events=events, spans=spans, lang="ru"
    )


def main() -> None:
    """Draw the pictures into the directory of the argument."""
    mpl.use("Agg")
    directory = Path(sys.argv[1])
    cases = half_year()
    drawn_from = report(cases, lang="ru")
    for name, drawn in (
        ("xmr", plots.xmr_chart(drawn_from)),
        ("kaplan-meier", plots.kaplan_meier_plot(drawn_from, cases)),
        ("funnel", plots.funnel_plot(drawn_from)),
        ("timeline", one_appeal()),
        ("year", plots.year_calendar(OFFICE, 2025, lang="ru")),
    ):
        figure = drawn.figure.canvas.figure
        figure.savefig(directory / f"plot-{name}.png", dpi=150, metadata={"Software": None})


if __name__ == "__main__":
    main()
