"""The timeline chart of one appeal against one target: its clock, holders and events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain, pairwise
from typing import Final

from workhours_sla.reports.charts import model
from workhours_sla.reports.charts.model import Axis, Box, Chart, Label, Level, Point, Series, Tick
from workhours_sla.reports.wording import printable
from workhours_sla.sla.event import Event
from workhours_sla.sla.holders import Span
from workhours_sla.sla.outcome import Outcome
from workhours_sla.text import catalog, words
from workhours_sla.text.amounts import format_amount
from workhours_sla.text.catalog import CHARTS, PHASES
from workhours_sla.worktime.budgets import ClockTime
from workhours_sla.worktime.explain import whole_dates
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import in_time

HEIGHT: Final = 198.0  # height of the area inside the axes

_TIME, _HOLDER, _EVENTS = (0.0, 1.9), (2.05, 0.6), (2.8, 0.7)
"""Top and height, on the y axis, of the lanes of working time, holders and events."""
_BOTTOM, _TOP = _EVENTS[0] + _EVENTS[1], -0.1
_MARKS: Final = _EVENTS[0] + _EVENTS[1] * 0.72
_DAY: Final = timedelta(days=1)
_NEAR: Final = 14.0  # events closer to each other than this share a label
_USES: Final = ("not_used", "used", "paused", "over")
"""Style names of working time: not counted, counted, paused, and past the limit."""
Stretch = tuple[datetime, datetime]


class Timeline:
    """Builds the timeline chart of one appeal against one target; see ``draw_timeline``."""

    def __init__(
        self,
        outcome: Outcome,
        schedule: Schedule,
        *,
        as_of: datetime,
        events: Sequence[Event],
        spans: Sequence[Span],
    ) -> None:
        self._around_the_clock = isinstance(outcome.budget, ClockTime)
        if self._around_the_clock:
            schedule = Schedule(None, "24/7", tz=schedule.tz)
        self._outcome, self._schedule, self._spans = outcome, schedule, spans
        self._start = outcome.started_at or outcome.posted_at
        self._end = outcome.answered_at or outcome.withdrawn_at or as_of
        last = max(one for one in (self._end, outcome.due_at, outcome.limit) if one is not None)
        first = min([outcome.posted_at, self._start, *(e.occurred_at for e in events[:1])])
        margin = max((last - first) / 40, timedelta(minutes=10))
        self._first = (first - margin).astimezone(schedule.tz)
        self._last = (last + margin).astimezone(schedule.tz)
        self._events = [event for event in events if event.occurred_at <= self._last]
        self._later = len(events) - len(self._events)
        self._scale = model.WIDTH / (self._last - self._first).total_seconds()
        count = (self._last.date() - self._first.date()).days + 1
        self._days = [self._first.date() + _DAY * n for n in range(count)]

    def chart(self) -> Chart:
        outcome, text = self._outcome, CHARTS.text
        verdict = catalog.VERDICTS[outcome.verdict]
        if outcome.overdue:
            verdict = text("overdue_by", amount=format_amount(outcome.overdue))
        names = (printable(outcome.appeal_id), printable(outcome.target), verdict)
        title = " \N{MIDDLE DOT} ".join(names)
        if outcome.started_at is None:
            return Chart(title, empty=text("no_clock"))
        time = list(self._time())
        uses = dict.fromkeys(box.look for box in time)
        clock = "_clock" if self._around_the_clock else ""
        lanes = {f"lane_time{clock}": _TIME}
        lanes |= {"lane_holder": _HOLDER} if self._spans else {}
        lanes |= {"lane_events": _EVENTS} if self._events else {}
        named = tuple((top + tall / 2, text(name)) for name, (top, tall) in lanes.items())
        return Chart(
            title,
            self._axis(),
            Axis(_BOTTOM, _TOP, named, names=True),
            (*time, *self._reasons(), *self._lines(), *self._marks(), *self._holders()),
            {use: text(f"{use}{clock}" if use == "not_used" else use) for use in uses},
            notes=tuple(self._notes()),
            height=HEIGHT,
        )

    def _width(self, since: datetime, until: datetime) -> float:
        return (until - since).total_seconds() * self._scale

    def _midnight(self, day: date) -> datetime:
        at = self._schedule.end_of_day(day - _DAY)
        return min(max(at, self._first), self._last)

    def _axis(self) -> Axis:
        """Return the axis of time, with ticks for days and, if there is room, for hours."""
        edges = [(self._midnight(day), words.weekday_text(day)) for day in self._days]
        wide = model.width_of(edges[0][1]) + model.TYPE
        if len(edges) > 1 and self._width(edges[0][0], edges[1][0]) < wide:
            edges = edges[1:]  # the visible part of the first day is too narrow for its name
        named, free = list[Tick](), self._first
        for at, text in edges:
            if at >= free and self._width(at, self._last) > wide * 0.75:
                named.append((at, text))
                free = at + timedelta(seconds=wide / self._scale)
        hour = 3600 * self._scale
        step = next((n for n in (1, 3, 6) if n * hour > model.width_of("00") + 4), None)
        hours = () if step is None else tuple(self._hours(step, [at for at, _ in named]))
        return Axis(self._first, self._last, tuple(named), minor=hours)

    def _hours(self, step: int, taken: Sequence[object]) -> Iterator[Tick]:
        """Yield a tick for every ``step`` hours, except at instants that have a tick already."""
        at = self._first.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while at <= self._last:
            local = at.astimezone(self._first.tzinfo)
            if at >= self._first and local.hour % step == 0 and at not in taken:
                yield at, f"{local:%H}"
            at += timedelta(hours=1)

    def _time(self) -> Iterator[Box]:
        """Yield a box for each interval of working time, by its use, and each unknown date."""
        outcome = self._outcome
        pauses = () if self._around_the_clock else outcome.pauses
        cuts = {self._start, self._end, outcome.limit or self._end, *chain(*pauses)}
        found: dict[str, list[Stretch]] = {use: [] for use in _USES}
        known = [day for day in (self._days[0] - _DAY, *self._days) if self._schedule.knows(day)]
        for start, end in (both for day in known for both in self._schedule.intervals_of(day)):
            since, until = max(start, self._first), min(end, self._last)
            if since < until:
                edges = [since, *sorted(cut for cut in cuts if since < cut < until), until]
                for a, b in pairwise(edges):
                    found[self._use(a + (b - a) / 2, pauses)].append((a, b))
        unknown = (day for day in self._days if not self._schedule.knows(day))
        edges_of = ((day, day + _DAY) for day in unknown)
        found["unknown_day"] = [(self._midnight(a), self._midnight(b)) for a, b in edges_of]
        return (Box(a, _TIME[0], b, _TIME[1], use) for use, some in found.items() for a, b in some)

    def _use(self, at: datetime, pauses: Sequence[Stretch]) -> str:
        if not self._start <= at < self._end:
            return "not_used"
        if any(start <= at < end for start, end in pauses):
            return "paused"
        limit = self._outcome.limit
        return "used" if limit is None or in_time(at, limit) else "over"

    def _reasons(self) -> Iterator[Label]:
        """Yield labels with the reason for runs of days without working time, where they fit."""
        tall = HEIGHT * _TIME[1] / (_BOTTOM - _TOP)
        known = [day for day in self._days if self._schedule.knows(day)]
        for run in model.in_a_row(day for day in known if not self._schedule.shifts_on(day)):
            since, until = self._midnight(run[0]), self._midnight(run[-1] + _DAY)
            wide = self._width(since, until)
            upright = wide < model.width_of("выходной") and wide < tall
            across, along = (wide, tall) if upright else (tall, wide)
            text = ", ".join(dict.fromkeys(map(self._why, run)))
            lines = max(1, int(across / (model.TYPE * 1.3)))
            if across >= model.TYPE and along > model.width_of("ооооо"):
                look = "upright" if upright else "reason"
                middle = since + (until - since) / 2
                shown = model.name_lines(text, int(along / model.width_of("о")), lines=lines)
                yield Label(middle, _TIME[0] + _TIME[1] / 2, shown, look)

    def _why(self, day: date) -> str:
        found = self._schedule.calendar.day(day)
        if day in self._schedule.overrides or found.working:
            (step,) = whole_dates(self._schedule, day, day)
            return step.reason(catalog.current())
        if found.reasons and found.reasons[0].name:
            return words.holiday(found.reasons[0].name)
        return catalog.DAY_KINDS[found.kind]

    def _lines(self) -> Iterator[Level]:
        outcome, same = self._outcome, self._outcome.due_at == self._outcome.limit
        is_open = outcome.answered_at is None and outcome.withdrawn_at is None
        for look, key, at in (
            ("due", "due_and_limit" if same else "due_line", outcome.due_at),
            ("late", "late_line", None if same else outcome.limit),
            ("as_of", "as_of_line", self._end if is_open else None),
        ):
            if at is not None:
                yield Level(at, look, CHARTS.text(key, when=self._when(at)), upright=True)

    def _when(self, at: datetime) -> str:
        return words.when_text(at.astimezone(self._schedule.tz))

    def _marks(self) -> Iterator[Series | Label]:
        """Yield the events as points with numbers; events near each other share a label."""
        yield Series(tuple(Point(one.occurred_at, _MARKS, "event") for one in self._events))
        groups: list[list[tuple[int, datetime]]] = []
        for number, event in enumerate(self._events, start=1):
            at = event.occurred_at
            if not groups or self._width(groups[-1][-1][1], at) >= _NEAR:
                groups.append([])
            groups[-1].append((number, at))
        for group in groups:
            (first, since), (last, until) = group[0], group[-1]
            text = "\N{EN DASH}".join(dict.fromkeys((str(first), str(last))))
            yield Label(since + (until - since) / 2, _MARKS - 0.2, text, "number")

    def _holders(self) -> Iterator[Box]:
        top, tall = _HOLDER
        for place, span in enumerate(self._spans):
            text = _letters(place) if self._width(span.since, span.until) > model.TYPE else ""
            look = "holder" if span.phase == "assigned" else "no_holder"
            yield Box(span.since, top, span.until, tall, look, text)

    def _notes(self) -> Iterator[str]:
        if not self._around_the_clock:
            yield CHARTS.text("blank")
        for number, event in enumerate(self._events, start=1):
            who = f", {printable(event.agency_id)}" if event.agency_id else ""
            name = CHARTS.text(event.type.value)
            yield f"{number}  {self._when(event.occurred_at)}  {name}{who}"
        if self._later:
            yield CHARTS.text("later_events", count=self._later)
        for place, span in enumerate(self._spans):
            who = f"{printable(span.holder)}, " if span.holder else ""
            amount = span.until - span.since if self._around_the_clock else span.worked
            phase = PHASES[span.phase]
            yield f"{_letters(place)}  {format_amount(amount)}  {who}{phase}"


def _letters(place: int) -> str:
    rest, last = divmod(place, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + last)
