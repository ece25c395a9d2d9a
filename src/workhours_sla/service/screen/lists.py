"""The sections of the screen: the summary, the lists by urgency, the load, and the agencies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from workhours_sla.errors import BudgetError, CalendarCoverageError
from workhours_sla.reports.charts.answer_times import forecast_chart
from workhours_sla.reports.overdue import amount_in_words, days_text
from workhours_sla.reports.page import tables
from workhours_sla.reports.page.document import section
from workhours_sla.reports.page.elements import Html, element, joined
from workhours_sla.reports.page.findings import load_finding
from workhours_sla.reports.page.svg import room
from workhours_sla.reports.page.tables import Cell, Line
from workhours_sla.service.screen.board import AgencyCounts, Board, appeals, schedule_of
from workhours_sla.service.screen.filters import Filters, Show
from workhours_sla.service.screen.view import ScreenPart, View, appeal_address, shortened
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.outcome import Outcome
from workhours_sla.text.numbers import NO_FIGURE, count_text
from workhours_sla.text.words import NO_PART, heading
from workhours_sla.worktime.budgets import ClockTime, WorkingDaysInHours
from workhours_sla.worktime.times import ZERO

LISTED: Final = {Show.OVERDUE: 10, Show.TODAY: 10, Show.NEXT: 5}
"""Number of appeals of each group on the board. The other groups have only their count there."""
AGENCIES: Final = 15
"""Number of agencies on the board."""
PAGE: Final = 200
"""Number of rows on a page of one list."""
_ONE_DAY: Final = WorkingDaysInHours(1)
"""A working day of the usual length."""
_ORDERS: Final = {
    Show.OVERDUE: "order_overdue",
    Show.PAUSED: "order_paused",
    Show.UNKNOWN: "order_unknown",
}


class Lists(ScreenPart):
    """Builds the sections of the screen for one board."""

    def __init__(self, board: Board, view: View, filters: Filters) -> None:
        super().__init__(view, filters, board.now)
        self.board = board

    def sections(self) -> Iterator[Html]:
        """Yield the sections of the board, or of the one list that the address asks for."""
        board = self.board
        if self.filters.show is Show.AGENCIES:
            yield section("agencies", self.text("agencies"), *self._agencies(board.agencies))
            return
        if self.filters.show is not Show.BOARD:
            group = self.filters.show
            yield section(group, self._title(group), *self._page(group))
            return
        yield section("summary", self.text("summary"), *self._summary(), hidden_title=True)
        for listed in LISTED:
            if board.groups[listed]:
                yield section(listed, self._title(listed), *self._first(listed))
        pair = []
        if board.agencies:
            shown = board.agencies[:AGENCIES]
            pair.append(section("agencies", self.text("agencies"), *self._agencies(shown)))
        if board.load.slots:
            pair.append(section("load", self.text("load"), *self._load()))
        if pair:
            yield element("div", pair, class_="pair")
        for counted in (Show.LATER, Show.PAUSED, Show.UNKNOWN):
            if board.groups[counted]:
                yield section(counted, self._title(counted), *self._count_alone(counted))

    def targets(self) -> Html | None:
        """Return the target that is shown, and a link to each other one; None if it is the only."""
        board = self.board
        if len(board.targets) == 1:
            return None
        parts = [
            element("b", self.name("target", name))
            if name == board.target
            else element("a", self._target(name), href=self.filters.address(target=name))
            for name in board.targets
        ]
        return element("nav", element("span", self.text("target")), *parts, class_="targets")

    def _target(self, name: str) -> str:
        counts = self.board.targets[name]
        overdue, today = counts[Show.OVERDUE], counts[Show.TODAY]
        shown = self.counts(overdue=overdue, today=today)
        return self.text("other_target", name=self.name("target", name), **shown)

    # -- summary -------------------------------------------------------------------------------

    def sentence(self) -> Html:
        """Return the main sentence: what is overdue, and what is due today."""
        groups = self.board.groups
        late, today = appeals(groups[Show.OVERDUE]), appeals(groups[Show.TODAY])
        if not self.board.open:
            nothing = "nothing_open" if len(self.board.targets) == 1 else "nothing_for_target"
            return Html(self.text("nothing_found" if self.filters.chosen else nothing))
        first: str = self.text("overdue_none")
        if late:
            first = element("em", self.text("overdue_some", **self.counts(count=late)))
        if today:
            key = "today_more" if late else "today_some"
            return joined(first, self.text(key, **self.counts(count=today)))
        return joined(first, self.text("today_none"))

    def _summary(self) -> Iterator[Html]:
        board = self.board
        yield element("p", self.sentence(), class_="sentence", id="sentence")
        more = [*self._grace(), *self._next()]
        if more:
            yield element("p", " ".join(more), class_="most")
        if self.filters.id is not None and not board.open:
            before, _, after = self.text("open_exact", appeal="\0").partition("\0")
            href = appeal_address(self.filters.id, self.filters.lang)
            name = shortened(self.filters.id)
            yield element("p", element("a", before, name, after, href=href))
        if board.open:
            yield element("div", self._tiles(), class_="tiles")

    def _next(self) -> Iterator[str]:
        """Yield a sentence about the next date with deadlines."""
        coming = self.board.groups[Show.NEXT]
        if coming:
            when = self._next_date()
            time = f"{self._local(coming[0].due_at):%H:%M}"
            counts = self.counts(count=appeals(coming))
            yield self.text("next_some", When=when[0].upper() + when[1:], time=time, **counts)

    def _grace(self) -> Iterator[str]:
        """Yield a sentence about appeals that are due today and in time until a later date."""
        today = self.now.date()
        until_later = [
            one
            for one in self.board.groups[Show.TODAY]
            if one.limit is not None and self._local(one.limit).date() > today
        ]
        some = [(self._local(one.limit), self._local(one.due_at)) for one in until_later]
        if some:
            first, last = min(some)[0], max(some)[0]
            key = "grace_from"
            if first == last:
                key = "grace_now" if all(due <= self.now for _, due in some) else "grace"
            yield self.text(key, when=self.when(first), **self.counts(count=appeals(until_later)))

    def _local(self, at: datetime | None) -> datetime:
        assert at is not None  # noqa: S101 - the caller has checked it
        return at.astimezone(self.now.tzinfo)

    def _next_date(self, after_days_off: str = "after_days_off") -> str:
        """Return the next date with deadlines in words, with the days off before it."""
        board = self.board
        if board.next_on is None:
            return ""
        if (board.next_on - self.now.date()).days == 1:
            return self.text("tomorrow")
        date = self.day(board.next_on)
        if board.days_off:
            return self.text(after_days_off, date=date, **self.counts(count=board.days_off))
        return self.text("on_date", date=date)

    def _tiles(self) -> Iterator[Html]:
        board = self.board
        risk = board.at_risk
        yield self.tile("risk", count_text(risk), self.text("tile_risk"), risk)
        yield self.tile("open", count_text(board.open), self.text("tile_open"), 1)
        most = board.together
        if most is None:
            yield self.tile("next", NO_FIGURE, self.text("tile_next"), 0)
        elif most.deadlines == 1:
            yield self.tile("next", self.when(most.at), self.text("tile_next"), 1)
        else:
            today = most.at.date() == self.now.date()
            facts = {"time": f"{most.at:%H:%M}", "when": self.when(most.at)}
            key = "together_at" if today else "together_on"
            shown = self.text(key, **self.counts(count=most.deadlines), **facts)
            yield self.tile("together", shown, self.text("tile_together"), 1)

    # -- groups --------------------------------------------------------------------------------

    def _title(self, group: Show) -> str:
        return self.text(f"group_{group}", when=self._next_date("title_after_days_off"))

    def _first(self, group: Show) -> Iterator[Html]:
        """Yield the first appeals of a group, and a link to all of them."""
        every, most = self.board.groups[group], LISTED[group]
        yield self._order(group)
        yield self._table(group, every[:most])
        if len(every) > most:
            yield self._all(group, len(every) - most, len(every))

    def _order(self, group: Show) -> Html:
        """Return a paragraph on the order of a list."""
        return element("p", self.text(_ORDERS.get(group, "order_due")), class_="soft")

    def _all(self, show: Show, rest: int, every: int) -> Html:
        text = self.text("all_of", **self.counts(rest=rest, all=every))
        return element("p", element("a", text, href=self.filters.address(show=show)))

    def _count_alone(self, group: Show) -> Iterator[Html]:
        count = appeals(self.board.groups[group])
        text = self.text("pages_all", **self.counts(count=count))
        yield element("p", element("a", text, href=self.filters.address(show=group)))

    def _page(self, group: Show) -> Iterator[Html]:
        """Yield one page of a group, with links to the pages before and after it."""
        every, page = self.board.groups[group], self.filters.page
        start = (page - 1) * PAGE
        shown = every[start : start + PAGE]
        yield self._order(group)
        if not shown:
            key = "no_page" if every else "nothing_found"
            yield element("p", self.text(key, **self.counts(all=len(every))))
        else:
            yield self._table(group, shown)
        links = [
            element("a", self.text(key), href=self.filters.address(page=number), rel=rel)
            for key, number, rel, there in (
                ("previous", page - 1, "prev", page > 1),
                ("following", page + 1, "next", start + PAGE < len(every)),
            )
            if there
        ]
        if links:
            place = {"first": start + 1, "last": start + len(shown), "all": len(every)}
            text = element("span", self.text("page_of", **self.counts(**place)))
            yield element("nav", text, *links, class_="pages", aria_label=self.text("pages"))

    def _table(self, group: Show, outcomes: Sequence[Outcome]) -> Html:
        last = {
            Show.OVERDUE: heading("overdue_by"),
            Show.PAUSED: self.text("elapsed_so_far"),
            Show.UNKNOWN: self.text("elapsed_so_far"),
        }.get(group, self.text("left"))
        titles: Line = [
            heading("appeal_id"),
            Cell(heading("agency"), kind="words"),
            self.text("was_due") if group is Show.OVERDUE else heading("due_at"),
            last,
        ]
        rows: list[Line] = [
            [
                joined(self.link(one), self._small_agency(one)),
                Cell(shortened(self.name("agency", one.agency_id)), kind="words"),
                Cell(self._due(one), kind="due"),
                self._last(group, one),
            ]
            for one in outcomes
        ]
        class_ = "now" if group is Show.OVERDUE else "now due"
        return tables.table(self._title(group), titles, rows, class_=class_)

    def _small_agency(self, outcome: Outcome) -> Html:
        """Return the agency for a narrow screen, which has no column for it."""
        name = shortened(self.name("agency", outcome.agency_id))
        return element("small", name, class_="narrow")

    def _due(self, outcome: Outcome) -> Html:
        """Return the due time, with the limit if it is on another date or the due time is over."""
        due, limit = outcome.due_at, outcome.limit
        if due is None:
            bounds = outcome.bounds
            earliest = None if bounds is None else bounds.due_at[0]
            if earliest is None or outcome.verdict is Verdict.PAUSED:
                return Html(NO_FIGURE)
            return joined(self.text("earliest", when=self.when(earliest)))
        note = None
        is_open = outcome.verdict is not Verdict.BREACHED and limit is not None
        if is_open and (self._local(limit).date() > self._local(due).date() or due <= self.now):
            note = element("small", self.text("limit_at", when=self.when(limit)))
        return joined(self.when(due), note)

    def _last(self, group: Show, outcome: Outcome) -> Cell:
        """Return the cell with the amount that a group is about."""
        if group is Show.OVERDUE:
            return Cell(joined(self._amount(outcome.overdue), self._in_days(outcome)), kind="bad")
        if group in (Show.PAUSED, Show.UNKNOWN):
            return Cell(self._amount(outcome.elapsed))
        shown: str = self._amount(self.remaining(outcome))
        if outcome.verdict is Verdict.AT_RISK:
            return Cell(joined(shown, element("small", self.text("soon"))), kind="risk")
        return Cell(shown)

    def _in_days(self, outcome: Outcome) -> Html | None:
        """Return how long an answer is overdue in working days, None up to one working day."""
        amount, schedule = outcome.overdue, schedule_of(outcome, self.view.policy)
        if amount is None or schedule is None or isinstance(outcome.budget, ClockTime):
            return None
        try:
            days = days_text(amount, _ONE_DAY.amount(schedule, self.now))
        except BudgetError:  # no weekly hours
            return None
        return element("small", days) if days else None

    def _amount(self, amount: timedelta | None) -> str:
        return NO_FIGURE if amount is None else amount_in_words(amount)

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

    # -- load and agencies ---------------------------------------------------------------------

    def _load(self) -> Iterator[Html]:
        """Yield the chart of the deadlines of today and of the next date, and its table."""
        load, next_on = self.board.load, self.board.next_on
        chart = forecast_chart(load, room())
        caption = self.text("load_today")
        if next_on is not None:
            caption = self.text("load_dates", date=self.day(next_on))
        yield self.figure(chart, caption, finding=load_finding(load))
        rows: list[Line] = [
            [
                f"{self.when(slot.since)}\N{EN DASH}{slot.until:%H:%M}",
                *self.cells(slot.count, slot.together),
            ]
            for slot in load.slots
        ]
        titles = [heading("due_at"), *self.titles("deadlines", "together")]
        yield self.folded(tables.table(self.text("chart_load"), titles, rows))

    def _agencies(self, agencies: Sequence[AgencyCounts]) -> Iterator[Html]:
        next_on = self.board.next_on
        keys = [Show.OVERDUE, Show.TODAY, *([] if next_on is None else [Show.NEXT])]
        date = "" if next_on is None else self.day(next_on)
        titles: Line = [
            heading("agency"),
            *(Cell(self.text(f"col_{key}", date=date), kind=key.value) for key in keys),
            self.text("col_open"),
        ]
        rows: list[Line] = [
            [
                self._agency(one.agency),
                *(self._count(one.counts[key], key) for key in keys),
                tables.count(one.open),
            ]
            for one in agencies
        ]
        total: Line = [
            heading("total"),
            *(tables.count(appeals(self.board.groups[key])) for key in keys),
            tables.count(self.board.open),
        ]
        yield element("p", self.text("agencies_order"), class_="soft")
        yield tables.table(self.text("agencies"), titles, rows, foot=total, class_="counts")
        every = len(self.board.agencies)
        if every > len(agencies):
            yield self._all(Show.AGENCIES, every - len(agencies), every)

    def _agency(self, agency: str | None) -> Html:
        href = self.filters.address(agency=agency or NO_PART, show=Show.BOARD)
        name = self.name("agency", agency)
        return element("a", shortened(name), href=href)

    def _count(self, count: int, key: Show) -> Cell:
        cell = tables.count(count)
        if not count:
            return Cell(NO_FIGURE, 0)
        return Cell(cell.shown, cell.value, "overdue bad" if key is Show.OVERDUE else "")
