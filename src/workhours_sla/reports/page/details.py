"""The sections of the page on changes, late appeals, conduct of agencies, quality and method."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from workhours_sla.compliance.agencies import Attribution
from workhours_sla.reports.notes import quality_notes, saved_by_an_hour
from workhours_sla.reports.page import tables
from workhours_sla.reports.page.elements import Html, element, joined
from workhours_sla.reports.page.section import Section
from workhours_sla.reports.page.tables import ROWS, Cell, Line, Traces
from workhours_sla.reports.periods import period_text
from workhours_sla.reports.scales import percent_text
from workhours_sla.text.catalog import CLASSES, INTAKE_REASONS, PAGE, PHASES, SOURCES, typeset
from workhours_sla.text.numbers import NO_FIGURE, count_text, number, target_text
from workhours_sla.text.words import heading, target_name

PRINTED: Final = 50
"""Number of late appeals that are printed. The style sheet has the same number."""
EXPLAINED: Final = (
    *("rate", "interval", "verdict", "small_numbers", "closed_only", "median", "p90"),
    *("restricted_mean", "mean_answered", "standardised", "funnel", "trend", "share_trend"),
    "due_later",
)
"""Keys of the sentences in the table on method."""

_HEADINGS: Final = {"verdict": "target", "small_numbers": "matured"}
"""Keys of the headings of figures, where they differ from the keys of the sentences."""
_LONG_NUMBER: Final = re.compile(r"(?<![\w-])\d{5,9}(?![\w-])")


class Details(Section):
    """Builds the sections on changes, late appeals, conduct of agencies, quality and method."""

    def change(self) -> Iterator[Html]:
        """Yield the section on the change of the share in time: effects of mix and performance."""
        compared = self.report.comparison
        change = None if compared is None else compared.change
        if compared is None or change is None:
            return
        parts = {
            **{key: getattr(change, key) for key in ("difference", "mix", "performance")},
            **{key: getattr(change.interval, key) for key in ("lower", "upper")},
        }
        facts = {
            "before": percent_text(change.before),
            "after": percent_text(change.after),
            **{key: self._points(part).shown for key, part in parts.items()},
        }
        periods = {key: period_text(getattr(compared, key)) for key in ("after", "before")}
        yield element("p", self.text("compared", **periods))
        yield self.paragraph("change", **facts)
        rows: list[Line] = [
            [
                ", ".join(CLASSES[key] for key in (one.arrival_class, one.due_class)),
                self._points(one.mix),
                self._points(one.performance),
            ]
            for one in change.classes
        ]
        titles = [heading("arrival_class"), self.text("mix"), self.text("performance")]
        yield self.folded(tables.table(self.text("class_change"), titles, rows))

    def _points(self, part: float) -> Cell:
        """Return a cell with a difference of shares in percentage points."""
        return Cell(number(f"{100 * part:+.2f}"), part)

    def late(self, traces: Traces | None, rest: str | None) -> Iterator[Html]:
        """Yield the table of the first late appeals.

        ``rest`` is the name of a file with all late appeals, or None.
        """
        report = self.report
        total, shown = report.total, report.late[:ROWS]
        other = report.backlog.points[-1].overdue - total.overdue
        every = total.counts.breached + other
        if not shown:
            yield element("p", self.text("late_none"))
            return
        if every > len(shown):
            more: Html | None = None
            if rest is not None:
                link = element("a", rest, href=quote(rest))
                more = joined(" ", self.text("late_rest"), " ", link)
            counts = self.counts(shown=len(shown), all=every)
            yield element("p", self.text("late_first", **counts), more)
        if other:
            yield element("p", self.text("late_other", **self.counts(count=other)))
        if len(shown) > PRINTED:
            yield element("p", self.text("late_print", shown=PRINTED), class_="print")
        if any(late.hour_earlier for late in shown):
            box = element("input", type="checkbox", id="hour-earlier")
            label = self.text("only_hour_earlier")
            yield element("label", box, " ", label, class_="screen choice", hidden=True)
        yield tables.late_table(shown, traces, self.text("late"), report)

    def handling(self) -> Iterator[Html]:
        """Yield the section on the holders of late appeals and on signs to investigate."""
        found = self.report.attribution
        if found is not None:
            yield from self._holders(found)
        signs = self.report.indicators
        yield self.paragraph("indicators")
        noon = self.counts(noon_hour=signs.noon_hour, before_lunch=signs.before_lunch)
        yield self.paragraph("before_lunch", **noon)
        rows: list[Line] = [
            [
                self._holder(one.agency),
                *self.cells(one.replied, one.formal_first),
                tables.amount(one.registration_delay),
                *self.cells(one.deletes, one.late_transfers),
            ]
            for one in signs.agencies
        ]
        if rows:
            keys = ("replied_to", "formal_first", "registration_delay", "deletes", "late_transfers")
            titles = self.titles("holder", *keys)
            signs_table = tables.table(self.text("signs"), titles, rows, sortable=True)
            yield self.folded(signs_table, name="signs")

    def _holders(self, found: Attribution) -> Iterator[Html]:
        """Yield two tables: the holders of late appeals, and the phases of handling."""
        yield self.paragraph("attribution")
        earlier = dict(found.hour_earlier)
        saved = saved_by_an_hour(self.report)
        if saved is not None:
            counts = self.counts(count=saved[0], late=saved[1])
            yield self.paragraph("hour_earlier", **counts)
        columns = [dict(found.at_breach), earlier, dict(found.largest_share), dict(found.first)]
        holders = dict.fromkeys(key for column in columns for key in column)
        rows: list[Line] = [
            [self._holder(holder), *self.cells(*(column.get(holder, 0) for column in columns))]
            for holder in holders
        ]
        holder, at_breach, *others = self.titles(
            "holder", "at_breach", "largest_share", "first_holder"
        )
        titles = [holder, at_breach, heading("hour_earlier"), *others]
        by_holder = tables.table(self.text("handling"), titles, rows, sortable=True)
        yield self.folded(by_holder, name="by_holder")
        if found.phases:
            yield self.paragraph("phases")
            rows = [
                [
                    PHASES[one.phase],
                    tables.amount(one.worked),
                    tables.count(one.appeals),
                ]
                for one in found.phases
            ]
            titles = self.titles("phase", "time", "appeals")
            yield tables.table(self.text("phases"), titles, rows)
        rows = [
            [
                self._holder(share.holder),
                tables.text(PHASES[share.phase]),
                tables.amount(share.worked),
                tables.count(share.appeals),
            ]
            for share in found.shares
        ]
        titles = self.titles("holder", "phase", "time", "appeals")
        by_phase = tables.table(self.text("by_phase"), titles, rows, sortable=True)
        yield self.folded(by_phase, name="by_phase")
        if found.left_out:
            yield element("p", self.text("left_out", **self.counts(count=found.left_out)))

    def _holder(self, name: str | None) -> Html:
        return tables.name(self.text("nobody") if name is None else name)

    # -- data quality and method -------------------------------------------------------------

    def quality(self) -> Iterator[Html]:
        """Yield notes on the quality of the data, and the table of rejected input by reason."""
        notes = [
            _LONG_NUMBER.sub(lambda found: count_text(int(found[0])), typeset(note))
            for note in quality_notes(self.report)
        ]
        yield element("ul", (element("li", note) for note in notes), class_="notes")
        intake = self.report.quality.intake
        rows: list[Line] = [
            [INTAKE_REASONS[reason], tables.count(count)]
            for reason, count in (*intake.quarantined, *intake.unmatched)
        ]
        if rows:
            yield tables.table(self.text("rejected"), self.titles("reason", "count"), rows)

    def method(self) -> Iterator[Html]:
        """Yield the table of definitions of the figures, and the table of the report's sources."""
        report, funnels = self.report, self.report.funnels
        chance = number(f"{funnels[0].false_alarms:.2f}") if funnels else NO_FIGURE
        facts = {
            **self.method_facts(),
            "points": report.trend.baseline or NO_FIGURE,
            "false_alarms": chance,
            "target": target_text(self.target),
        }
        explained = [(key, self.sentence(key, **facts)) for key in EXPLAINED]
        checks = [(key, self.sentence(key, **found)) for key, found in self.checks().items()]
        rows: list[Line] = [
            [
                self.text(f"{key}_name")
                if f"{key}_name" in PAGE
                else heading(_HEADINGS.get(key, key)).format(**facts),
                explanation,
                SOURCES.get(key, ""),
            ]
            for key, explanation in (*explained, *checks)
        ]
        what, *others = self.titles("what", "reading", "source")
        titles: Line = [what, *map(tables.text, others)]
        yield tables.table(self.text("method"), titles, rows, class_="method")
        made, promise = report.provenance, report.promise
        rows = [
            [self.text("promise"), Cell(target_name(promise.name)), made.policy],
            [self.text("schedules"), promise.hours, ""],
            *([c.id, c.version, c.fingerprint] for c in made.calendars),
            [self.text("data"), "", made.input_hash],
            ["workhours_sla", made.library, ""],
        ]
        source, *others = self.titles("source", "version", "fingerprint")
        titles = [source, *map(tables.text, others)]
        yield tables.table(self.text("made_of"), titles, rows, class_="made")
