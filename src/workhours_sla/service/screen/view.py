"""The pages of the screen: its templates, and the names, times and states that they say."""

from __future__ import annotations

import codecs
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from workhours_sla.errors import BudgetError, CalendarCoverageError
from workhours_sla.reports.csv_tables import csv_table
from workhours_sla.reports.page.blocks import Cell
from workhours_sla.reports.page.environment import (
    SCRIPT,
    STYLE,
    content_policy,
    environment,
    packaged,
)
from workhours_sla.reports.page.sorted_tables import trace_lines
from workhours_sla.reports.wording import amount_in_words, cut, days_text
from workhours_sla.service.operations import Labels
from workhours_sla.service.problems import DOCUMENTATION
from workhours_sla.service.screen.board import Board, DueHours, Row
from workhours_sla.service.screen.filters import FIELDS, Filters, Show
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.text import words
from workhours_sla.text.amounts import budget_words
from workhours_sla.text.catalog import (
    LANGUAGES,
    QUARANTINE_REASONS,
    SCREEN,
    TYPESET_SENTENCES,
    current,
)
from workhours_sla.text.numbers import NO_FIGURE, count_text
from workhours_sla.text.words import NO_PART, heading, name_of, target_name, weekday_text, when_text
from workhours_sla.worktime.budgets import ClockTime, WorkingDaysInHours, budget_kind, budget_size
from workhours_sla.worktime.explain import Trace
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import ZERO

LISTED: Final = 20
"""Number of lines of a list on the board. Later groups have only their count there."""
LINKS: Final = 60  # number of appeals in a line that opens
WRITTEN: Final = 40  # number of appeals in a message, since the address of a long one is cut
AGENCIES: Final = 15  # number of agencies on the board
HOURS: Final = 16  # number of hours on the board
PAGE: Final = 200  # number of rows on a page of one list
LETTERS: Final = 80
"""Maximum number of letters of a name or an id in a list; its title has all of it."""
_YEAR: Final = 300  # days after which a date is written with its year
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_ONE_DAY: Final = WorkingDaysInHours(1)  # A working day of the usual length
_NBSP: Final = "\N{NO-BREAK SPACE}"


class View(NamedTuple):
    """What the pages need besides their data. With ``has_login`` they have a way out."""

    policy: Policy
    labels: Labels
    has_login: bool = False

    @property
    def title(self) -> str | None:
        return self.labels.titles.get(current())


def text(key: str, /, **facts: object) -> str:
    """Return a text of the screen; whole numbers get separators."""
    shown = {k: count_text(v) if isinstance(v, int) else v for k, v in facts.items()}
    return SCREEN.text(key, **shown)


def shortened(name: str) -> str:
    return cut(name, LETTERS)


class Page:
    """What the templates call. ``now`` is the time of the page, in the zone of the screen."""

    def __init__(self, view: View, filters: Filters, now: datetime) -> None:
        self.view: View = view
        self.filters: Filters = filters
        self.now: datetime = now
        self._targets = {one.name: one for one in view.policy.targets}
        self._same = {by: Counter(names.values()) for by, names in view.labels.names.items()}

    # -- names and addresses -------------------------------------------------------------------

    def name(self, by: str, key: str | None) -> str:
        if by == "target":
            return target_name(key or "")
        key = None if key == NO_PART else key
        named = self.view.labels.names.get(by, {}).get(key or "")
        if named is None:
            return name_of(by, key)
        return f"{named} ({key})" if self._same[by][named] > 1 else named

    def target(self, name: str) -> str:
        of = self._targets.get(name)
        if of is None:
            return target_name(name)
        budget = budget_words(budget_kind(of.budget), budget_size(of.budget))
        return TYPESET_SENTENCES.text("title", name=target_name(name), budget=budget)

    def choices(self, by: str, values: Sequence[str]) -> list[tuple[str, str]]:
        """Return the names and the values of the choices of a filter, sorted by name."""
        chosen = self.filters.chosen.get(by)
        found = {*values, NO_PART, *(() if chosen is None else (chosen,))}
        return sorted((self.name(by, value), value) for value in found)

    def appeal(self, appeal_id: str, lang: str | None = None) -> str:
        lang = lang or self.filters.lang
        pairs = {"id": appeal_id} | ({} if lang is None else {"lang": lang})
        return f"appeal?{urlencode(pairs, errors='replace')}"

    def translated(self, appeal_id: str | None = None) -> list[tuple[str, str]]:
        if appeal_id is not None:
            return [(lang, self.appeal(appeal_id, lang)) for lang in LANGUAGES]
        filters = self.filters
        return [(lang, filters.address(lang=lang, page=filters.page)) for lang in LANGUAGES]

    # -- times ---------------------------------------------------------------------------------

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.now.tzinfo)

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
        return "" if day is None else weekday_text(day).replace(" ", _NBSP)

    def full_time(self, at: datetime | None) -> str:
        return NO_FIGURE if at is None else when_text(self.local(at), weekday=True)

    def next_date(self, board: Board, after_days_off: str = "after_days_off") -> str:
        """Return the next date with deadlines in words, with the days off before it."""
        if board.next_on is None:
            return ""
        if (board.next_on - self.now.date()).days == 1:
            return text("tomorrow")
        key = after_days_off if board.days_off else "on_date"
        return text(key, date=self.day(board.next_on), count=board.days_off)

    def title(self, board: Board, group: Show) -> str:
        """Return the heading of a list, with the hours that the address asks for."""
        found = text(f"group_{group}", when=self.next_date(board, "title_after_days_off"))
        after, until = self.filters.after, self.filters.until
        if after is None and until is None:
            return found
        end = f"{24 if until is None else until}:00"
        hours = f"{after}\N{EN DASH}{end}" if after else text("tile_until", time=end)
        return f"{found}, {hours}"

    # -- sentences of the board ----------------------------------------------------------------

    def time(self, of: DueHours) -> str:
        """Return the end of some hours, the last of a day as 24:00."""
        return f"{of.until.hour or 24}:00"

    def until(self, of: DueHours) -> str:
        return text("now") if of.until <= self.now else text("tile_until", time=self.time(of))

    def hours_address(self, of: DueHours, after: int | None = None) -> str:
        """Return the address of what is due until the end of some hours."""
        if of.until <= self.now:
            return self.filters.address(show=Show.NOW)
        return self.filters.address(show=of.group, after=after, until=of.until.hour or 24)

    def answer_until(self, board: Board, due: DueHours) -> str:
        """Return the sentence about what must be answered soon, until when and by whom."""
        facts: dict[str, object] = {"count": due.due, "time": self.time(due)}
        key = "until_now" if due.until <= self.now else "until_today"
        if due.group is Show.NEXT:
            when, key = self.next_date(board), "until_next"
            facts["When"] = when[0].upper() + when[1:]
        found = text(key, **facts)
        agency, most = due.agencies[0]
        if self.filters.agency is not None or (agency is None and len(due.agencies) == 1):
            return found
        name, key = shortened(self.name("agency", agency)), "most_at"
        if len(due.agencies) == 1:
            key = "all_at" if most > 1 else "one_at"
        elif due.agencies[1][1] == most:  # nobody has most
            key = "at_agencies"
        return found + text(key, agency=name, most=most, count=len(due.agencies))

    def next_sentence(self, board: Board) -> str:
        """Return a sentence about the next date, empty if it is said already."""
        coming, when = board.lists[Show.NEXT], self.next_date(board)
        count, soon = board.counts[Show.NEXT], board.soon
        if not coming or (soon is not None and soon.group is Show.NEXT and soon.due == count):
            return ""
        facts = {"When": when[0].upper() + when[1:], "time": f"{self.local(coming[0].due):%H:%M}"}
        return text("next_some", **facts, count=count)

    def grace(self, board: Board) -> str:
        """Return a sentence about appeals in time although their due time or date is over."""
        tomorrow = datetime.combine(self.now.date() + timedelta(1), time(), self.now.tzinfo)
        tomorrow, now = tomorrow.astimezone(UTC), self.now.astimezone(UTC)
        until_later = [
            row
            for row in board.lists[Show.TODAY]
            if (row.limit >= tomorrow or row.due <= now) and row.clock.limit
        ]
        if not until_later:
            return ""
        limits, key = {row.limit for row in until_later}, "grace_from"
        if len(limits) == 1:
            key = "grace_now" if all(row.due <= now for row in until_later) else "grace"
        count = len({row.appeal_id for row in until_later})
        return text(key, when=self.short_time(min(limits), self.now.date()), count=count)

    def next_due(self, first: Row) -> str:
        """Return when the first answer is due, and in how long if that is within an hour."""
        facts = {"when": self.short_time(first.due, self.now.date())}
        left = _minute(first.due) - _minute(self.now)
        if not ZERO < left <= _HOUR:
            return text("next_due", **facts)
        return text("next_due_in", **facts, amount=self.amount(left))

    def peak(self, board: Board) -> str:
        """Return the hour of today in which most answers are due, empty if no hour has most."""
        today = [one for one in board.hours if one.group is Show.TODAY and one.until > self.now]
        if len(today) < 2:
            return ""
        most, second, *_ = sorted(today, key=lambda one: -one.due)
        if most.due == second.due:
            return ""
        hours = {"since": most.since.hour, "until": most.until.hour or 24}
        return text("tile_peak", **hours, count=most.due)

    def usual(self, board: Board, group: Show) -> str:
        """Return how a number compares with the same time of earlier days, empty if not known."""
        found, count = board.usual.get(group), board.counts[group]
        if found is None:
            return ""
        key = "more" if count > found.most else "less" if count < found.least else "usual"
        ends = dict.fromkeys(map(count_text, (found.least, found.most)))
        facts = {
            "range": "\N{EN DASH}\N{WORD JOINER}".join(ends),
            "after": text("after_off" if found.days_off else "after_work", count=found.days_off),
        }
        return text(f"as_{key}", **facts, days=found.days)

    def lines(self, board: Board, group: Show, most: int) -> list[list[Outcome]]:
        return [board.outcomes(rows) for rows in board.lines(group, most)]

    # -- what an agency is sent ----------------------------------------------------------------

    def ids(self, outcomes: Sequence[Outcome]) -> str:
        return "\n".join(dict.fromkeys(one.appeal_id for one in outcomes))

    def message(self, outcomes: Sequence[Outcome]) -> str:
        """Return the address of a message, ready to send, that lists what must be answered."""
        lines = [text("mail_begin"), ""]
        for one in outcomes[:WRITTEN]:
            key = "mail_late" if one.verdict is Verdict.BREACHED else "mail_due"
            lines.append(text(key, id=one.appeal_id, when=self.full_time(one.due_at)))
        if len(outcomes) > WRITTEN:
            lines.append(text("mail_more", count=len(outcomes) - WRITTEN))
        facts = {"subject": text("mail_subject", count=len(outcomes)), "body": "\r\n".join(lines)}
        return f"mailto:?{urlencode(facts, quote_via=quote, errors='replace')}"

    def csv(self, outcomes: Sequence[Outcome]) -> str:
        """Return the address of a file for a spreadsheet, with the separator of its language."""
        columns: dict[str, Sequence[object]] = {
            heading("appeal_id"): [one.appeal_id for one in outcomes],
            heading("agency"): [self.name("agency", one.agency_id) for one in outcomes],
            heading("due_at"): [
                one.due_at and f"{self.local(one.due_at):%Y-%m-%d %H:%M}" for one in outcomes
            ],
            heading("overdue_by"): [
                self.amount(one.overdue) if one.overdue else None for one in outcomes
            ],
        }
        table = csv_table(columns, ";" if current() == "ru" else ",")
        return f"data:text/csv;base64,{b64encode(codecs.BOM_UTF8 + table).decode()}"

    def dues(self, outcomes: Sequence[Outcome]) -> str:
        """Return when answers are due: the time, or the first and the last."""
        return "\N{EN DASH}".join(dict.fromkeys(map(self.due, (outcomes[0], outcomes[-1]))))

    # -- cells of the lists --------------------------------------------------------------------

    def amount(self, amount: timedelta | None) -> str:
        """Write an amount in whole minutes, as clocks count them."""
        return NO_FIGURE if amount is None else amount_in_words(amount - amount % _MINUTE)

    def short_time(self, at: datetime, day: date) -> str:
        """Return the time of an instant, with its date if that is not a given day."""
        local = self.local(at)
        return f"{local:%H:%M}" if local.date() == day else self.when(local)

    def due(self, outcome: Outcome) -> str:
        """Return when an answer is due, or the earliest time if that is uncertain."""
        if outcome.due_at is not None:
            return self.short_time(outcome.due_at, self.now.date())
        earliest = None if outcome.bounds is None else outcome.bounds.due_at[0]
        if earliest is None or outcome.verdict is Verdict.PAUSED:
            return NO_FIGURE
        return text("earliest", when=self.when(earliest))

    def _schedule(self, outcome: Outcome) -> Schedule | None:
        """Return the schedule of an outcome, None if the policy measures it no more."""
        of = self._targets.get(outcome.target)
        return of.schedule_for(outcome) if of and of.budget == outcome.budget else None

    def in_days(self, outcome: Outcome) -> str:
        """Return how long an answer is overdue in working days, empty up to one working day."""
        amount, schedule = outcome.overdue, self._schedule(outcome)
        if amount is None or schedule is None or isinstance(outcome.budget, ClockTime):
            return ""
        try:
            return days_text(amount, _ONE_DAY.amount(schedule, self.now))
        except BudgetError:  # no weekly hours
            return ""

    def remaining(self, outcome: Outcome) -> timedelta | None:
        """Return the working time from the shown time to the shown due time, None if not known."""
        if outcome.verdict is Verdict.PAUSED:
            return None
        schedule = self._schedule(outcome)
        if outcome.due_at is None or schedule is None:
            return None if outcome.remaining is None else max(outcome.remaining, ZERO)
        now, due = _minute(self.now), _minute(outcome.due_at)
        if isinstance(outcome.budget, ClockTime):
            return max(due - now, ZERO)
        try:
            return max(schedule.elapsed(now, due), ZERO)
        except CalendarCoverageError:
            return None

    def at_risk(self, name: str) -> str:
        """Return what *at risk* means for a target."""
        of = self._targets.get(name)
        if of is None or of.warn_percent is not None:
            return text("tile_risk")
        return text("tile_risk_within", amount=self.amount(of.warn))

    # -- one appeal ----------------------------------------------------------------------------

    def state(self, outcome: Outcome) -> str:
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
            facts = {"when": self.when(due), "amount": self.amount(self.remaining(outcome))}
        return text(key, **facts)

    def trace(self, trace: Trace) -> list[list[Cell]]:
        """Return the explanation of a due time, whose last line has no calendar: it is below."""
        *days, (*due, _) = trace_lines(trace)
        return [*days, [*due, Cell("")]]

    def schedule(self, trace: Trace) -> str:
        """Return the hours and the calendar that explain a due time."""
        hours = words.hours_text(trace.hours)
        facts = {"calendar": words.calendar_name(trace.calendar), "version": trace.calendar_version}
        return text("why_schedule", hours=hours, **facts)

    def figures(self, outcome: Outcome) -> list[tuple[str, str]]:
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


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


_STYLE: Final = STYLE + packaged("screen.css", __package__ or "")
_SCRIPT: Final = SCRIPT + packaged("screen.js", __package__ or "")
POLICY: Final = content_policy(
    _STYLE, _SCRIPT, "connect-src 'self'", "frame-ancestors 'none'", forms="'self'"
)
"""The content security policy of every page."""
_TEMPLATES: Final = environment(
    __package__ or "",
    t=text,
    show=Show,
    fields=FIELDS,
    listed=LISTED,
    most_agencies=AGENCIES,
    most_hours=HOURS,
    page_size=PAGE,
    most_links=LINKS,
    documentation=DOCUMENTATION.rstrip("#"),
    no_part=NO_PART,
    reasons=QUARANTINE_REASONS,
    when_text=when_text,
    style=_STYLE,
    script=_SCRIPT,
)
_TEMPLATES.filters["short"] = shortened


def rendered(template: str, **facts: Any) -> str:
    return _TEMPLATES.get_template(template).render(facts)
