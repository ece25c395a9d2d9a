"""One appeal against one target: when the clock ran, who held it, and what happened."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any, Final, NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedFormatter, FixedLocator

from workhours_sla.reports.plain_text import printable
from workhours_sla.reports.plots.drawing import (
    ACCENT,
    BAND,
    DASHED,
    INK,
    PAPER,
    RAIL,
    RULE,
    SHADES,
    SOFT,
    TYPE,
    axes_for,
    grow,
    legend,
    note,
    nothing,
    plain,
    points,
    title,
    width_of,
)
from workhours_sla.reports.plots.time_axis import Midnight, time_axis
from workhours_sla.sla.event import Event
from workhours_sla.sla.holders import Span
from workhours_sla.sla.outcome import Outcome
from workhours_sla.text import words
from workhours_sla.text.page import when_text
from workhours_sla.text.plots import PLOTS, tell
from workhours_sla.text.report import PHASES
from workhours_sla.worktime.budget import format_amount
from workhours_sla.worktime.budget_kinds import ClockTime
from workhours_sla.worktime.schedule import Schedule

HEIGHT, WIDE = 1.8, 6.9
HATCHES: Final = {"held": "////", "over": "xxxx", "unknown": "...."}
_TIME, _HOLDER, _EVENTS = (0.0, 1.9), (2.05, 0.6), (2.8, 0.7)
"""The lanes, as their top and height."""
_DAY: Final = timedelta(days=1)
_NEAR: Final = 9.0
"""Points between two events below which they share a mark."""
Stretch = tuple[datetime, datetime]


def appeal_timeline(  # noqa: PLR0913
    outcome: Outcome,
    schedule: Schedule,
    *,
    as_of: datetime,
    events: Iterable[Event] = (),
    spans: Sequence[Span] = (),
    ax: Axes | None = None,
    lang: str = "en",
) -> Axes:
    """Draw the course of one appeal on its schedule, and return the axes.

    Filled is working time, darker while the clock ran; pauses and the time past the limit are
    hatched. Blank is no working time; whole days of it say why. Dates that the calendar does not
    know are dotted. A promise around the clock (ClockTime) has all time filled, pauses too, as it
    runs through them. ``events`` are numbered and named below, ``spans`` are those of
    ``holder_spans``. Times are in the zone of the schedule. ``as_of`` is that of the outcome.
    """
    drawn = _Timeline(outcome, schedule, as_of, lang)
    told = sorted((event for event in events), key=lambda event: event.order)
    new = ax is None
    ax = axes_for(ax, 2 * HEIGHT, WIDE)
    title(ax, drawn.title())
    if outcome.started_at is None:
        return nothing(ax, tell("no_clock", lang))
    first, last = drawn.view(told)
    ax.set_xlim(date2num(first), date2num(last))
    ax.set_ylim(_EVENTS[0] + _EVENTS[1], -0.1)
    used = drawn.time(ax)
    drawn.reasons(ax)
    used += drawn.lines(ax)
    blank = [] if drawn.around_the_clock else [tell("blank", lang)]
    key = [*blank, *drawn.events(ax, told), *drawn.spans(ax, spans)]
    lanes = [(drawn.key("lane_time"), _TIME), *([("lane_holder", _HOLDER)] if spans else [])]
    lanes += [("lane_events", _EVENTS)] if told else []
    ax.yaxis.set_major_locator(FixedLocator([top + tall / 2 for _, (top, tall) in lanes]))
    ax.yaxis.set_major_formatter(FixedFormatter([tell(name, lang) for name, _ in lanes]))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    below = legend(ax, time_axis(ax, drawn.midnights(), first, last, lang), used)
    below = note(ax, "\n".join(key), below, whole=new) if key else below
    if new:
        grow(ax, HEIGHT, below)
    return ax


class _Run(NamedTuple):
    """Dates in a row without working time, and why."""

    first: date
    last: date
    why: str


class _Timeline:
    """What is drawn of one appeal."""

    def __init__(self, outcome: Outcome, schedule: Schedule, as_of: datetime, lang: str) -> None:
        self.around_the_clock = isinstance(outcome.budget, ClockTime)
        if self.around_the_clock:
            schedule = Schedule(None, "24/7", tz=schedule.tz)
        self._outcome = outcome
        self._schedule = schedule
        self._lang = lang
        self._zone = schedule.tz
        self._start = outcome.started_at or outcome.posted_at
        self._end = outcome.answered_at or outcome.withdrawn_at or as_of
        self._first = self._last = self._start

    def title(self) -> str:
        outcome = self._outcome
        verdict = words.pick(words.VERDICTS[outcome.verdict], self._lang)
        if outcome.overdue:
            verdict = tell("overdue_by", self._lang, amount=format_amount(outcome.overdue))
        names = (printable(outcome.appeal_id), printable(outcome.target), verdict)
        return " \N{MIDDLE DOT} ".join(names)

    def view(self, events: Sequence[Event]) -> Stretch:
        """Settle from when to when the appeal is shown: past its end, its due time and limit."""
        outcome = self._outcome
        ends = [self._end, *(one for one in (outcome.due_at, outcome.limit) if one is not None)]
        first = min([outcome.posted_at, self._start, *(e.occurred_at for e in events[:1])])
        last = max(ends)
        room = max((last - first) / 40, timedelta(minutes=10))
        self._first = (first - room).astimezone(self._zone)
        self._last = (last + room).astimezone(self._zone)
        return self._first, self._last

    # -- the time --------------------------------------------------------------------------

    def key(self, name: str) -> str:
        """Return the key of words, around the clock of those that do not say working time."""
        clock = f"{name}_clock"
        return clock if self.around_the_clock and clock in PLOTS else name

    def time(self, ax: Axes) -> list[Artist]:
        """Fill the time that counts; return what the fillings mean."""
        outcome = self._outcome
        limit = outcome.limit
        pauses = () if self.around_the_clock else outcome.pauses
        kinds: dict[str, list[Stretch]] = {"not_used": [], "used": [], "held": [], "over": []}
        for since, until in self._stretches():
            for a, b in _pieces(since, until, (self._start, self._end), pauses, limit):
                middle = a + (b - a) / 2
                if not self._start <= middle < self._end:
                    kind = "not_used"
                elif any(start <= middle < end for start, end in pauses):
                    kind = "held"
                else:
                    kind = "over" if limit is not None and middle > limit else "used"
                kinds[kind].append((a, b))
        unknown = [
            (self._midnight(day), self._midnight(day + _DAY))
            for day in self._days()
            if not self._schedule.knows(day)
        ]
        meant: list[Artist] = []
        for kind, found in (*kinds.items(), ("unknown_day", unknown)):
            style = _STYLES[kind]
            for since, until in found:
                ax.add_patch(_bar(since, until, _TIME, style))
            if found:
                meant.append(Patch(**style, label=tell(self.key(kind), self._lang)))
        return meant

    def _days(self) -> Iterator[date]:
        day = self._first.date()
        while day <= self._last.date():
            yield day
            day += _DAY

    def _stretches(self) -> Iterator[Stretch]:
        """Yield the time that counts in view, of shifts that began the day before, too."""
        day = self._first.date() - _DAY
        while day <= self._last.date():
            if self._schedule.knows(day):
                for since, until in self._schedule.intervals_of(day):
                    if since < self._last and until > self._first:
                        yield max(since, self._first), min(until, self._last)
            day += _DAY

    def midnights(self) -> list[Midnight]:
        """Return the dates in view, each with its beginning, or what is in view of it."""
        return [(day, self._midnight(day)) for day in self._days()]

    def _midnight(self, day: date) -> datetime:
        at = self._schedule.end_of_day(day - _DAY)
        return min(max(at, self._first), self._last)

    def reasons(self, ax: Axes) -> None:
        """Write into the days without working time why they have none, where there is room."""
        scale = points(ax)[0] / (self._last - self._first).total_seconds()
        tall = points(ax)[1] * _TIME[1] / (_EVENTS[0] + _EVENTS[1] + 0.1)
        for run in self._runs():
            since, until = self._midnight(run.first), self._midnight(run.last + _DAY)
            wide = (until - since).total_seconds() * scale
            upright = wide < width_of("выходной") and wide < tall
            across, along = (wide, tall) if upright else (tall, wide)
            text = textwrap.wrap(
                run.why,
                max(4, int(along / width_of("о"))),
                max_lines=max(1, int(across / (TYPE * 1.3))),
                placeholder="\N{HORIZONTAL ELLIPSIS}",
            )
            if across >= TYPE and along > width_of("ооооо"):
                ax.text(
                    (date2num(since) + date2num(until)) / 2,
                    _TIME[0] + _TIME[1] / 2,
                    plain("\n".join(text)),
                    fontsize=TYPE - 0.5,
                    color=SOFT,
                    rotation=90 if upright else 0,
                    ha="center",
                    va="center",
                    linespacing=1.1,
                )

    def _runs(self) -> Iterator[_Run]:
        off = [
            day
            for day in self._days()
            if self._schedule.knows(day) and not self._schedule.shifts_on(day)
        ]
        for _, days in groupby(enumerate(off), key=lambda pair: pair[1] - _DAY * pair[0]):
            run = [day for _, day in days]
            why = dict.fromkeys(self._why(day) for day in run)
            yield _Run(run[0], run[-1], ", ".join(why))

    def _why(self, day: date) -> str:
        if day in self._schedule.overrides:
            return words.pick(words.OVERRIDDEN, self._lang)
        found = self._schedule.calendar.day(day)
        if found.working:
            return words.pick(words.NO_HOURS, self._lang)
        if found.reasons and found.reasons[0].name:
            return words.holiday(found.reasons[0].name, self._lang)
        return words.pick(words.DAY_KINDS[found.kind], self._lang)

    def lines(self, ax: Axes) -> list[Artist]:
        """Draw the due time, the limit and, of an open appeal, the instant of asking."""
        outcome = self._outcome
        meant: list[Artist] = []
        open_ = outcome.answered_at is None and outcome.withdrawn_at is None
        same = outcome.due_at == outcome.limit
        limit = None if same else outcome.limit
        due = "due_and_limit" if same else "due_line"
        told: tuple[tuple[str, datetime | None, dict[str, Any]], ...] = (
            (due, outcome.due_at, {"color": INK, "lw": 1.4}),
            ("limit_line", limit, {"color": INK, "lw": 1.2, "ls": DASHED}),
            ("as_of_line", self._end if open_ else None, {"color": SOFT, "lw": 1, "ls": ":"}),
        )
        for key, at, style in told:
            if at is not None:
                when = when_text(at.astimezone(self._zone), self._lang)
                label = tell(key, self._lang, when=when)
                meant.append(ax.axvline(date2num(at), zorder=4, label=label, **style))
        return meant

    # -- what happened ---------------------------------------------------------------------

    def events(self, ax: Axes, events: Sequence[Event]) -> list[str]:
        """Mark the events by number; return what the numbers mean."""
        shown = [event for event in events if event.occurred_at <= self._last]
        scale = points(ax)[0] / (self._last - self._first).total_seconds()
        groups: list[list[tuple[int, datetime]]] = []
        for number, event in enumerate(shown, start=1):
            at = event.occurred_at
            near = groups and (at - groups[-1][-1][1]).total_seconds() * scale < _NEAR
            if near:
                groups[-1].append((number, at))
            else:
                groups.append([(number, at)])
        y = _EVENTS[0] + _EVENTS[1] * 0.72
        ax.plot(
            [date2num(event.occurred_at) for event in shown],
            [y] * len(shown),
            ls="none",
            marker="o",
            ms=3.5,
            mfc=PAPER,
            mec=ACCENT,
            zorder=5,
        )
        for group in groups:
            numbers = [number for number, _ in group]
            text = str(numbers[0])
            if len(numbers) > 1:
                text = f"{numbers[0]}\N{EN DASH}{numbers[-1]}"
            x = (date2num(group[0][1]) + date2num(group[-1][1])) / 2
            ax.text(
                x,
                y - 0.2,
                text,
                fontsize=TYPE - 0.5,
                color=INK,
                ha="center",
                va="bottom",
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.6},
                zorder=6,
            )
        told = []
        for number, event in enumerate(shown, start=1):
            when = when_text(event.occurred_at.astimezone(self._zone), self._lang)
            who = f", {printable(event.agency_id)}" if event.agency_id else ""
            told.append(f"{number}  {when}  {tell(event.type.value, self._lang)}{who}")
        later = len(events) - len(shown)
        return [*told, tell("later_events", self._lang, count=later)] if later else told

    def spans(self, ax: Axes, spans: Sequence[Span]) -> list[str]:
        """Draw who held the appeal; return what the letters mean."""
        told = []
        for place, span in enumerate(spans):
            letter = _letters(place)
            style = _HELD if span.phase == "assigned" else _NOT_HELD
            ax.add_patch(_bar(span.since, span.until, _HOLDER, style))
            start, end = date2num(span.since), date2num(span.until)
            low, high = ax.get_xlim()
            if (end - start) / (high - low) * points(ax)[0] > TYPE:
                ax.text(
                    (start + end) / 2,
                    _HOLDER[0] + _HOLDER[1] / 2,
                    letter,
                    fontsize=TYPE - 0.5,
                    color=INK,
                    ha="center",
                    va="center",
                    bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.4},
                )
            phase = words.pick(PHASES[span.phase], self._lang)
            who = f"{printable(span.holder)}, " if span.holder else ""
            amount = span.until - span.since if self.around_the_clock else span.worked
            told.append(f"{letter}  {format_amount(amount)}  {who}{phase}")
        return told


_STYLES: Final[dict[str, dict[str, Any]]] = {
    "used": {"facecolor": BAND, "edgecolor": ACCENT, "lw": 0.6},
    "not_used": {"facecolor": RAIL, "edgecolor": RULE, "lw": 0.6},
    "held": {"facecolor": PAPER, "edgecolor": SOFT, "hatch": HATCHES["held"], "lw": 0.6},
    "over": {"facecolor": SHADES[2], "edgecolor": INK, "hatch": HATCHES["over"], "lw": 0.6},
    "unknown_day": {"facecolor": PAPER, "edgecolor": SOFT, "hatch": HATCHES["unknown"], "lw": 0},
}
_HELD: Final = _STYLES["used"]
_NOT_HELD: Final = {**_STYLES["held"], "hatch": HATCHES["unknown"]}


def _letters(place: int) -> str:
    """Return the letters of a place as the columns of a spreadsheet have them: Z, then AA."""
    rest, last = divmod(place, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + last)


def _bar(
    since: datetime, until: datetime, lane: tuple[float, float], style: dict[str, Any]
) -> Rectangle:
    start, end = date2num(since), date2num(until)
    return Rectangle((start, lane[0]), end - start, lane[1], **style)


def _pieces(
    since: datetime,
    until: datetime,
    clock: Stretch,
    pauses: Sequence[Stretch],
    limit: datetime | None,
) -> Iterator[Stretch]:
    """Yield a stretch cut wherever what it counts as may change."""
    cuts = {*clock, *(edge for pause in pauses for edge in pause), *([limit] if limit else [])}
    inside = sorted(cut for cut in cuts if since < cut < until)
    edges = [since, *inside, until]
    yield from pairwise(edges)
