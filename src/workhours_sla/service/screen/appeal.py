"""The page of one appeal: its state, its due time day by day, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from workhours_sla.reports.overdue import amount_in_words
from workhours_sla.reports.page import tables
from workhours_sla.reports.page.document import section
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.tables import Cell, Line
from workhours_sla.service.live import History
from workhours_sla.service.screen.filters import FIELDS, Filters
from workhours_sla.service.screen.view import ScreenPart, View, shortened
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.event import Event
from workhours_sla.sla.outcome import Outcome
from workhours_sla.text import words
from workhours_sla.text.numbers import NO_FIGURE, day_text
from workhours_sla.text.report import heading
from workhours_sla.worktime.explain import Trace

_NOTES = ("provisional", "needs_review", "retroactive", "pause_left_open")


class AppealPart(ScreenPart):
    """Builds the sections of the page of one appeal."""

    def __init__(self, history: History, view: View, filters: Filters, now: datetime) -> None:
        super().__init__(view, filters, now)
        self.history = history

    def sections(self) -> Iterator[Html]:
        """Yield the heading, a section for each target and cycle, and the history."""
        history = self.history
        before, _, after = self.text("appeal", appeal="\0").partition("\0")
        yield element("p", before, element("bdi", history.appeal_id), after, class_="sentence")
        if history.outcomes:
            yield element("p", self._attributes(history.outcomes[-1][0]), class_="where")
        else:
            yield element("p", self.text("no_clock"))
        for place, (outcome, trace) in enumerate(history.outcomes):
            inner = [*self._outcome(outcome), self._why(trace)]
            yield section(f"target-{place}", self._title(outcome), *inner)
        yield section("history", self.text("history"), *self._history())

    def _attributes(self, outcome: Outcome) -> Iterator[Html]:
        for by, field in FIELDS.items():
            value = getattr(outcome, field)
            if value is not None:
                name = element("bdi", self.name(by, value))
                yield element("span", f"{heading(by, self.lang)}: ", name)

    def _title(self, outcome: Outcome) -> str:
        name = self.name("target", outcome.target)
        if not outcome.cycle:
            return name
        return self.text("cycle", name=name, number=outcome.cycle)

    # -- one target ----------------------------------------------------------------------------

    def _outcome(self, outcome: Outcome) -> Iterator[Html]:
        bad = "most bad" if outcome.verdict is Verdict.BREACHED else "most"
        yield element("p", self.state(outcome), class_=bad)
        times = [
            ("posted_at", outcome.posted_at),
            ("clock_start", outcome.started_at),
            ("due_at", outcome.due_at),
            ("limit", outcome.limit),
            ("answered_at", outcome.answered_at),
            ("withdrawn_at", outcome.withdrawn_at),
        ]
        figures = [
            (self._heading(key), self.full_time(at))
            for key, at in times
            if at is not None and not (key == "clock_start" and at == outcome.posted_at)
        ]
        bounds = outcome.bounds
        if outcome.due_at is None and bounds is not None:
            first, last = (self.full_time(at) for at in bounds.due_at)
            between = self.text("due_between", first=first, last=last)
            figures.append((self._heading("due_at"), between))
        if outcome.elapsed is not None:
            figures.append((self._heading("elapsed"), amount_in_words(outcome.elapsed, self.lang)))
        pairs = (
            element("div", element("dt", name), element("dd", value)) for name, value in figures
        )
        yield element("dl", pairs, class_="figures")
        for note in _NOTES:
            if getattr(outcome, note):
                yield element("p", self.text(f"note_{note}"), class_="soft")

    def _heading(self, key: str) -> str:
        return self.text(key) if key in self.texts else heading(key, self.lang)

    def full_time(self, at: datetime | None) -> str:
        """Return an instant with its weekday and year, in the zone of the screen."""
        if at is None:
            return NO_FIGURE
        local = at.astimezone(self.now.tzinfo)
        return f"{day_text(local.date(), self.lang)}\N{NO-BREAK SPACE}{local:%H:%M}"

    def state(self, outcome: Outcome) -> str:
        """Return the state of an appeal against one target as a sentence."""
        if outcome.verdict is Verdict.BREACHED:
            overdue = outcome.overdue
            if overdue is None:
                return self.text("state_late")
            key = "state_breached" if outcome.answered_at is None else "state_answered_late"
            return self.text(key, amount=amount_in_words(overdue, self.lang))
        if outcome.verdict in (Verdict.PENDING, Verdict.AT_RISK):
            return self._open_state(outcome)
        return self.text(f"state_{outcome.verdict}")

    def _open_state(self, outcome: Outcome) -> str:
        due, limit, left = outcome.due_at, outcome.latest_limit, outcome.remaining
        if due is None:
            return self.text("state_unknown")
        if due <= self.now and limit is not None:
            return self.text("state_grace", due=self.when(due), limit=self.when(limit))
        if left is None:
            return self.text("state_due", when=self.when(due))
        amount = amount_in_words(left, self.lang)
        return self.text("state_open", when=self.when(due), amount=amount)

    def _why(self, trace: Trace | None) -> Html:
        """Return the days from the start to the due time, each with the act behind it."""
        if trace is None:
            return element("p", self.text("no_trace"), class_="soft")
        inner = tables.trace_table(trace, self.text("why"), self.lang)
        label = self.text("why")
        return element("div", inner, class_="scroll", role="region", aria_label=label, tabindex=0)

    # -- history -------------------------------------------------------------------------------

    def _history(self) -> Iterator[Html]:
        rows: list[Line] = [
            [
                self.full_time(event.occurred_at),
                Cell(self._event(event, reason), kind="words"),
                Cell(self._agency(event), kind="words"),
            ]
            for event, reason in self.history.events
        ]
        titles: Line = [
            self.text("event_time"),
            Cell(self.text("event"), kind="words"),
            Cell(heading("agency", self.lang), kind="words"),
        ]
        yield tables.table(self.text("history"), titles, rows)

    def _event(self, event: Event, reason: str | None) -> Html:
        name = element("span", self.text(event.type.value))
        if reason is None:
            return name
        why = words.QUARANTINE_REASONS.get(reason)
        shown = reason if why is None else words.pick(why, self.lang)
        note = element("small", self.text("not_counted", reason=shown), class_="bad")
        return Html(f"{name} {note}")

    def _agency(self, event: Event) -> Html:
        if event.agency_id is None:
            return Html(NO_FIGURE)
        return shortened(self.name("agency", event.agency_id))
