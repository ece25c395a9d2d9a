"""What the templates of the screen say: names, times, amounts, states and addresses as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlencode

from workhours_sla.errors import BudgetError, CalendarCoverageError
from workhours_sla.reports.page.blocks import Cell, Figure
from workhours_sla.reports.page.sections import load
from workhours_sla.reports.page.tables import trace_lines
from workhours_sla.reports.wording import amount_in_words, cut, days_text
from workhours_sla.service.operations import Labels
from workhours_sla.service.screen.board import Board, appeals, schedule_of
from workhours_sla.service.screen.filters import Filters, Show
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.target import Target
from workhours_sla.text.catalog import (
    LANGUAGES,
    QUARANTINE_REASONS,
    SCREEN,
    TYPESET_SENTENCES,
    current,
)
from workhours_sla.text.numbers import NO_FIGURE, count_text, day_text, weekday_text, when_text
from workhours_sla.text.words import NO_PART, budget_words, heading, name_of, target_name
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.budgets import ClockTime, WorkingDaysInHours, budget_kind, budget_size
from workhours_sla.worktime.explain import Trace
from workhours_sla.worktime.times import ZERO

LETTERS: Final = 80
"""Maximum number of letters of a name or an id in a list; its title has all of it."""
_YEAR: Final = 300
"""Days after which a date is written with its year."""
_ONE_DAY: Final = WorkingDaysInHours(1)
"""A working day of the usual length."""
_NBSP: Final = "\N{NO-BREAK SPACE}"


class View(NamedTuple):
    """What the pages need besides their data. With ``has_login`` they have a way out."""

    policy: Policy
    labels: Labels
    has_login: bool = False

    @property
    def title(self) -> str | None:
        """The organisation in the heading."""
        return self.labels.titles.get(current())


def text(key: str, /, **facts: object) -> str:
    """Return a text of the screen; whole numbers get separators."""
    shown = {k: count_text(v) if isinstance(v, int) else v for k, v in facts.items()}
    return SCREEN.text(key, **shown)


def shortened(name: str) -> str:
    """Return a name or an id from the data, shortened if it is very long."""
    return cut(name, LETTERS)


class Page:
    """What the templates call. ``now`` is the time of the page, in the zone of the screen."""

    def __init__(self, view: View, filters: Filters, now: datetime) -> None:
        self.view: View = view
        self.filters: Filters = filters
        self.now: datetime = now
        self.targets: list[Target] = list(
            {target.name: target for target in view.policy.targets}.values()
        )
        self._same = {by: Counter(names.values()) for by, names in view.labels.names.items()}

    # -- names and addresses -------------------------------------------------------------------

    def name(self, by: str, key: str | None) -> str:
        """Return the name of an agency, a district, a channel or a target.

        If two ids have the same name, the id follows in parentheses.
        """
        if by == "target":
            return target_name(key or "")
        key = None if key == NO_PART else key
        named = self.view.labels.names.get(by, {}).get(key or "")
        if named is None:
            return name_of(by, key)
        return f"{named} ({key})" if self._same[by][named] > 1 else named

    def target(self, target: Target) -> str:
        """Return the name of a target with its budget in words."""
        size = budget_size(target.budget)
        shown = format_amount(size) if isinstance(size, timedelta) else size
        budget = budget_words(budget_kind(target.budget), shown)
        return TYPESET_SENTENCES.text("title", name=target_name(target.name), budget=budget)

    def quarantined(self, reason: str) -> str:
        """Return the reason why an event does not count."""
        return QUARANTINE_REASONS.get(reason, reason)

    def choices(self, by: str, values: Sequence[str]) -> list[tuple[str, str]]:
        """Return the names and the values of the choices of a filter, sorted by name."""
        chosen = self.filters.chosen.get(by)
        found = {*values, NO_PART, *(() if chosen is None else (chosen,))}
        return sorted((self.name(by, value), value) for value in found)

    def all(self) -> str:
        """Return the address of the whole board."""
        return Filters(lang=self.filters.lang).address()

    def appeal(self, appeal_id: str, lang: str | None = None) -> str:
        """Return the address of the page of one appeal."""
        lang = lang or self.filters.lang
        pairs = {"id": appeal_id} | ({} if lang is None else {"lang": lang})
        return f"appeal?{urlencode(pairs, errors='replace')}"

    def translated(self, appeal_id: str | None = None) -> list[tuple[str, str]]:
        """Return the languages with the address of the page in each."""
        if appeal_id is not None:
            return [(lang, self.appeal(appeal_id, lang)) for lang in LANGUAGES]
        filters = self.filters
        return [(lang, filters.address(lang=lang, page=filters.page)) for lang in LANGUAGES]

    # -- times ---------------------------------------------------------------------------------

    def local(self, at: datetime) -> datetime:
        """Return an instant in the zone of the screen."""
        return at.astimezone(self.now.tzinfo)

    def when_now(self) -> str:
        """Return the time of the page."""
        return when_text(self.now)

    def when(self, at: datetime | None) -> str:
        """Return an instant in the zone of the screen: the time alone, if it is today."""
        if at is None:
            return NO_FIGURE
        local = self.local(at)
        if local.date() == self.now.date():
            return text("at_time", time=f"{local:%H:%M}")
        if abs((local.date() - self.now.date()).days) > _YEAR:
            return when_text(local)
        return f"{self.day(local.date())} {local:%H:%M}".replace(" ", _NBSP)

    def day(self, day: date | None) -> str:
        """Return a date with its weekday; the year is left out."""
        return "" if day is None else weekday_text(day).replace(" ", _NBSP)

    def full_time(self, at: datetime | None) -> str:
        """Return an instant with its weekday and year."""
        if at is None:
            return NO_FIGURE
        local = self.local(at)
        return f"{day_text(local.date())}{_NBSP}{local:%H:%M}"

    def next_date(self, board: Board, after_days_off: str = "after_days_off") -> str:
        """Return the next date with deadlines in words, with the days off before it."""
        if board.next_on is None:
            return ""
        if (board.next_on - self.now.date()).days == 1:
            return text("tomorrow")
        key = after_days_off if board.days_off else "on_date"
        return text(key, date=self.day(board.next_on), count=board.days_off)

    # -- sentences of the board ----------------------------------------------------------------

    def next_sentence(self, board: Board) -> str:
        """Return a sentence about the next date with deadlines, of which there are some."""
        coming, when = board.groups[Show.NEXT], self.next_date(board)
        time = "" if coming[0].due_at is None else f"{self.local(coming[0].due_at):%H:%M}"
        return text("next_some", When=when[0].upper() + when[1:], time=time, count=appeals(coming))

    def grace(self, board: Board) -> str:
        """Return a sentence about appeals that are due today and in time until a later date."""
        until_later = [
            (self.local(one.limit), self.local(one.due_at), one)
            for one in board.groups[Show.TODAY]
            if one.limit and one.due_at and self.local(one.limit).date() > self.now.date()
        ]
        if not until_later:
            return ""
        limits, key = {limit for limit, *_ in until_later}, "grace_from"
        if len(limits) == 1:
            key = "grace_now" if all(due <= self.now for _, due, _ in until_later) else "grace"
        count = appeals(one for *_, one in until_later)
        return text(key, when=self.when(min(limits)), count=count)

    # -- cells of the lists --------------------------------------------------------------------

    def amount(self, amount: timedelta | None) -> str:
        """Return an amount of time in words."""
        return NO_FIGURE if amount is None else amount_in_words(amount)

    def due(self, outcome: Outcome) -> str:
        """Return when an answer is due, or the earliest time if that is uncertain."""
        if outcome.due_at is not None:
            return self.when(outcome.due_at)
        earliest = None if outcome.bounds is None else outcome.bounds.due_at[0]
        if earliest is None or outcome.verdict is Verdict.PAUSED:
            return NO_FIGURE
        return text("earliest", when=self.when(earliest))

    def limit_note(self, outcome: Outcome) -> datetime | None:
        """Return the limit if it is on another date than the due time, or that is over."""
        due, limit = outcome.due_at, outcome.limit
        if due is None or limit is None or outcome.verdict is Verdict.BREACHED:
            return None
        is_later = self.local(limit).date() > self.local(due).date()
        return limit if is_later or due <= self.now else None

    def in_days(self, outcome: Outcome) -> str:
        """Return how long an answer is overdue in working days, empty up to one working day."""
        amount, schedule = outcome.overdue, schedule_of(outcome, self.view.policy)
        if amount is None or schedule is None or isinstance(outcome.budget, ClockTime):
            return ""
        try:
            return days_text(amount, _ONE_DAY.amount(schedule, self.now))
        except BudgetError:  # no weekly hours
            return ""

    def remaining(self, outcome: Outcome) -> timedelta | None:
        """Return the working time until an answer is due, None if it is not known."""
        if outcome.verdict is Verdict.PAUSED:
            return None
        if outcome.remaining is not None:
            return max(outcome.remaining, ZERO)
        schedule = schedule_of(outcome, self.view.policy)
        if outcome.due_at is None or schedule is None:
            return None
        if isinstance(outcome.budget, ClockTime):
            return max(outcome.due_at - self.now, ZERO)
        try:
            return max(schedule.elapsed(self.now, outcome.due_at), ZERO)
        except CalendarCoverageError:
            return None

    # -- one appeal ----------------------------------------------------------------------------

    def state(self, outcome: Outcome) -> str:
        """Return the state of an appeal against one target as a sentence."""
        due, limit, facts = outcome.due_at, outcome.latest_limit, {}
        if outcome.verdict is Verdict.BREACHED:
            key = "state_breached" if outcome.answered_at is None else "state_answered_late"
            key = "state_late" if outcome.overdue is None else key
            facts = {"amount": self.amount(outcome.overdue)}
        elif outcome.verdict not in (Verdict.PENDING, Verdict.AT_RISK):
            key = f"state_{outcome.verdict}"
        elif due is None:
            key = "state_unknown"
        elif due <= self.now and limit is not None:
            key, facts = "state_grace", {"due": self.when(due), "limit": self.when(limit)}
        else:
            key = "state_due" if outcome.remaining is None else "state_open"
            facts = {"when": self.when(due), "amount": self.amount(outcome.remaining)}
        return text(key, **facts)

    def figures(self, outcome: Outcome) -> list[tuple[str, str]]:
        """Return the times and the amounts of an appeal, each with its name."""
        started = outcome.started_at if outcome.started_at != outcome.posted_at else None
        times = {
            "posted_at": outcome.posted_at,
            "clock_start": started,
            "due_at": outcome.due_at,
            "limit": outcome.limit,
            "answered_at": outcome.answered_at,
            "withdrawn_at": outcome.withdrawn_at,
        }
        found = {key: self.full_time(at) for key, at in times.items() if at is not None}
        if outcome.due_at is None and outcome.bounds is not None:
            first, last = map(self.full_time, outcome.bounds.due_at)
            found["due_at"] = text("due_between", first=first, last=last)
        if outcome.elapsed is not None:
            found["elapsed"] = self.amount(outcome.elapsed)
        return [
            (text(key) if key in SCREEN else heading(key), shown) for key, shown in found.items()
        ]

    # -- parts that the page of a report has, too ----------------------------------------------

    def load(self, board: Board) -> Figure:
        """Return the chart of the deadlines to come, of which there are some."""
        key = "load_today" if board.next_on is None else "load_dates"
        found: Figure = load(board.load, caption=text(key, date=self.day(board.next_on)))
        return found

    def trace(self, trace: Trace) -> list[list[Cell]]:
        """Return the explanation of a due time as lines of a table, one for each day."""
        return trace_lines(trace)
