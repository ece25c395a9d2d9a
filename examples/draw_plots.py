"""Draw the pictures of the page about plots from an invented half year, in English and Russian.

python examples/draw_plots.py docs/images
"""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import numpy as np

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
    working_hours,
)
from workhours_sla.report import (
    AppealColumns,
    Cases,
    Labels,
    Picture,
    cases_of_columns,
    draw_curve,
    draw_funnel,
    draw_groups,
    draw_timeline,
    draw_xmr,
    draw_year,
    report,
)

OFFICE: Final = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
FIRST_REPLY: Final = Target("first reply", working_hours(4), OFFICE)
SPAN: Final = Span(date(2025, 9, 1), days=182)
SEED: Final = 2026


def half_year(per_week: float = 200) -> Cases:
    """Return the cases of an invented half year in Volgograd Oblast."""
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


def one_appeal(lang: str) -> Picture:
    """Draw the course of an appeal over a working Saturday that was answered late."""
    names = {"en": ("first reply", "Utilities", "Roads"), "ru": ("первый ответ", "ЖКХ", "Дороги")}
    name, first, second = names[lang]
    reply = Target(name, working_hours(4), OFFICE, pauses=True)
    moments = (
        (EventType.CREATED, "2025-10-31T17:30", first),
        (EventType.TRANSFERRED, "2025-11-01T10:15", second),
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
    (outcome,) = evaluate(events, Policy([reply]), as_of=as_of).outcomes
    spans = holder_spans(events, reply, as_of=as_of)
    return draw_timeline(outcome, OFFICE, as_of=as_of, events=events, spans=spans, lang=lang)


def main() -> None:
    """Draw the pictures into the directory of the argument."""
    directory = Path(sys.argv[1])
    cases = half_year()
    for lang in ("en", "ru"):
        drawn_from = report(cases, lang=lang)
        for name, drawn in (
            ("xmr", draw_xmr(drawn_from)),
            ("kaplan-meier", draw_curve(drawn_from, cases)),
            ("funnel", draw_funnel(drawn_from)),
            ("caterpillar", draw_groups(drawn_from)),
            ("timeline", one_appeal(lang)),
            ("year", draw_year(OFFICE, 2025, lang=lang)),
        ):
            drawn.save(directory / f"plot-{name}.{lang}.svg")


if __name__ == "__main__":
    main()
