"""The first screen of the page: the result, the agencies furthest behind, and overdue appeals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from workhours_sla.compliance.tables import Row, Table
from workhours_sla.compliance.weeks import GroupCounts
from workhours_sla.reports.headline import (
    NAME,
    agencies,
    by_lacking,
    direction,
    failed_agencies,
    headline,
    late_of,
    verdict_of,
)
from workhours_sla.reports.overdue import amount_in_words, overdue_text
from workhours_sla.reports.page import tables
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.section import Section
from workhours_sla.reports.page.share_bars import share_bar, share_scale, week_line
from workhours_sla.reports.page.tables import Cell, Line
from workhours_sla.reports.periods import calendar_unit, named_period, whole_period
from workhours_sla.reports.plain_text import interval_text, rate_text
from workhours_sla.reports.scales import percent_sign
from workhours_sla.statistics.intervals import FLAGGED_BELOW, ComplianceRate, TargetVerdict
from workhours_sla.text.catalog import TYPESET_HEADLINE
from workhours_sla.text.numbers import NO_FIGURE, count_text, target_text, when_text
from workhours_sla.text.words import heading, name_of

WORST: Final = 5
"""Number of agencies on the first screen."""
LISTED: Final = 10
"""Number of overdue appeals on the first screen."""
WEEKS: Final = 13
"""Number of weeks in the small line chart of a group."""
_FEWEST_A_WEEK: Final = 5
"""A group's line is drawn only if its weeks have on average this many matured appeals."""
_ORDER: Final = (
    TargetVerdict.FAILS,
    TargetVerdict.INCONCLUSIVE,
    TargetVerdict.MEETS,
    TargetVerdict.TOO_FEW,
)
"""Order of the verdicts in a list: the most urgent first."""


class First(Section):
    """Builds the first screen, and the lists of groups in the same design."""

    def summary(self) -> Iterator[Html]:
        """Yield the result in one sentence, its bar, the change, and three tiles."""
        report = self.report
        found = headline(report, TYPESET_HEADLINE)
        before, verdict, after = found.sentence.rpartition(found.verdict)
        shown = element("em", verdict, class_=found.kind.value)
        yield element("p", before, shown, after, class_="sentence", data_figure="sentence")
        if found.most:
            start, _, end = found.most.partition(NAME)
            name = element("bdi", found.name) if found.name else None
            yield element("p", start, name, end, class_="most", data_figure="most")
        rate = report.total.rate
        if rate is not None:
            yield share_bar(rate, self._read_out(report.total, rate), large=True)
            yield self._scale()
        changed = direction(report, TYPESET_HEADLINE)
        if changed is not None:
            key, text = changed
            text = text.replace("(-", "(\N{MINUS SIGN}").replace(" -", " \N{MINUS SIGN}")
            yield element("p", text, class_=f"direction {key}", data_figure="direction")
        yield element("div", self._tiles(), class_="tiles")

    def _scale(self) -> Html:
        label = self.text("target_line", target=target_text(self.target))
        return share_scale(self.target, label)

    def _tiles(self) -> Iterator[Html]:
        report = self.report
        period = whole_period(report)
        key = "tile_late" if calendar_unit(period) else "tile_late_period"  # dates are too long
        name = self.text(key, when=named_period(period))
        late = late_of(report.total)
        yield self.tile("late", count_text(late), name, late)
        now = report.backlog.points[-1]
        counts = self.counts(overdue=now.overdue, open=now.open)
        size = self.text("tile_of", **counts)
        yield self.tile("overdue", size, self.text("tile_overdue"), now.overdue)
        median = report.total.median
        shown, few = NO_FIGURE, report.total.counts.matured < FLAGGED_BELOW
        if median is not None and not few:
            if median.time is None:
                shown = f"> {amount_in_words(median.longest)}"
            else:
                shown = amount_in_words(median.time)
        yield self.tile("median", shown, self.text("tile_median"), 0 if few else 1)

    def _read_out(self, row: Row, rate: ComplianceRate) -> str:
        """Return the text of a share's bar for screen readers."""
        return self.text(
            "bar_reading",
            rate=rate_text(row),
            interval=interval_text(row, NO_FIGURE).strip("[]"),
            target=target_text(rate.target),
        )

    # -- lists of groups -----------------------------------------------------------------------

    def worst(self) -> Iterator[Html]:
        """Yield the agencies that miss the target, those that lack the most answers first."""
        table, failed = agencies(self.report), failed_agencies(self.report)
        if table is None or not failed:
            return
        shown = failed[:WORST]
        counts = self.counts(
            shown=len(shown),
            failed=len(failed),
            late=sum(map(late_of, shown)),
            all=late_of(self.report.total),
        )
        key = "worst_first" if len(failed) > len(shown) else "worst_all"
        yield element("p", self.text(key, **counts))
        yield element("p", self.text("list_reading"), class_="soft")
        yield self._list(table, shown)

    def groups(self, table: Table, most: int) -> Iterator[Html]:
        """Yield the groups of a table by verdict; those that lack the most answers come first."""
        if any(row.rate and not row.rate.counts_only for row in table.rows):
            yield element("p", self.text("list_reading"), class_="soft")
        by_verdict: dict[TargetVerdict, list[Row]] = {verdict: [] for verdict in _ORDER}
        for row in table.rows:
            by_verdict[verdict_of(row)].append(row)
        left = most
        for verdict, found in by_verdict.items():
            rows = by_lacking(found)
            if not rows:
                continue
            title = self.text(f"list_{verdict}", **self.counts(count=len(rows)))
            yield element("h3", title, class_=f"verdict {verdict}")
            yield self._list(table, rows[:left], few=verdict is TargetVerdict.TOO_FEW)
            left -= len(rows[:left])
            if left <= 0:
                break
        if len(table.rows) > most:
            yield element(
                "p", self.text("list_first", **self.counts(shown=most, all=len(table.rows)))
            )

    def _list(self, table: Table, rows: Sequence[Row], *, few: bool = False) -> Html:
        weeks = next((one for one in self.report.group_weeks if one.by == table.by), None)
        counts = {group.key: group for group in weeks.groups} if weeks else {}
        items = [self._item(table, row, counts.get(row.key)) for row in rows]
        head = element("li", element("span"), self._scale(), class_="head", aria_hidden="true")
        return element("ol", None if few else head, items, class_="needs few" if few else "needs")

    def _item(self, table: Table, row: Row, weeks: GroupCounts | None) -> Html:
        rate = row.rate
        name = element("b", tables.name(name_of(table.by, row.key)), class_="name")
        late = self.counts(late=late_of(row), n=row.counts.matured)
        need = [self.text("late_of", **late)]
        if not row.counts.matured:
            need = [self.text("none_matured", **self.counts(count=row.counts.arrived))]
        if rate is not None and not rate.counts_only and rate.lacking:
            facts = self.counts(count=rate.lacking)
            target = target_text(self.target)
            need.append(element("small", self.text("lacking", **facts, target=target)))
        if rate is None or rate.counts_only:
            return element("li", name, element("span", need, class_="need"), class_="counts")
        interval = interval_text(row, NO_FIGURE).strip("[]")
        equal = None
        if row.standardised is not None and rate.n >= FLAGGED_BELOW:
            share = percent_sign(row.standardised)
            equal = element("small", self.text("equal_mix", share=share))
        shown = element(
            "span",
            element("b", self.text("percent", share=rate_text(row))),
            element("small", interval),
            equal,
            class_="rate",
        )
        return element(
            "li",
            name,
            share_bar(rate, self._read_out(row, rate)),
            shown,
            self._weeks(weeks) or element("span", class_="weeks"),
            element("span", need, class_="need"),
        )

    def _weeks(self, counts: GroupCounts | None) -> Html | None:
        """Return a small line chart of a group's last weeks, None if it has too few appeals."""
        if counts is None:
            return None
        pairs = [*zip(counts.met, counts.matured, strict=True)][-WEEKS:]
        shares = [met / n if n else None for met, n in pairs]
        known = [share for share in shares if share is not None]
        if len(known) < 2 or sum(n for _, n in pairs) < _FEWEST_A_WEEK * len(pairs):
            return None
        first, last = (percent_sign(share) for share in (known[0], known[-1]))
        count = count_text(len(shares))
        return week_line(
            shares, self.target, self.text("weeks_line", count=count, first=first, last=last)
        )

    # -- what is overdue now -------------------------------------------------------------------

    def now(self) -> Iterator[Html]:
        """Yield the open appeals whose limit has passed, the longest overdue first."""
        report = self.report
        count = report.backlog.points[-1].overdue
        waiting = [late for late in report.late if late.answered_at is None][:LISTED]
        if not count or not waiting:
            yield element("p", self.text("now_none"))
            return
        counts = self.counts(count=count, shown=len(waiting))
        key = "now_first" if count > len(waiting) else "now_all"
        yield element("p", self.text(key, **counts))
        rows: list[Line] = [
            [
                tables.name(late.appeal_id),
                Cell(tables.name(late.agency), kind="words"),
                NO_FIGURE if late.due_at is None else when_text(late.due_at),
                Cell(overdue_text(late.overdue, report), kind="bad"),
            ]
            for late in waiting
        ]
        titles: Line = [
            heading("appeal_id"),
            Cell(heading("agency"), kind="words"),
            heading("due_at"),
            heading("overdue_by"),
        ]
        yield tables.table(self.text("now"), titles, rows, class_="now")
