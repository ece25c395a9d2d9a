"""What happened: what changed, what was late, who held it, and what looks odd."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from workhours_sla.compliance.attribution import Attribution
from workhours_sla.reports.page import tables
from workhours_sla.reports.page.elements import Html, element, joined
from workhours_sla.reports.page.tables import ROWS, Cell, Line, Traces
from workhours_sla.reports.page.writer import Teller
from workhours_sla.text import words
from workhours_sla.text.numbers import number
from workhours_sla.text.page import NO_FIGURE, percent_text, when_text
from workhours_sla.text.report import CLASSES, PHASES, heading

PRINTED: Final = 50
"""How many late appeals are printed; as many as the style sheet says."""


class Accounts(Teller):
    """The change, the late appeals, and how they were handled."""

    def change(self) -> Iterator[Html]:
        """Yield what the change of the share consists of."""
        change, lang = self.report.change, self.lang
        if change is None:
            return
        facts = {
            "before": percent_text(change.before, lang),
            "after": percent_text(change.after, lang),
            **{
                key: number(f"{100 * getattr(change, key):+.2f}", lang)
                for key in ("difference", "mix", "performance")
            },
            **{
                key: number(f"{100 * getattr(change.interval, key):+.2f}", lang)
                for key in ("lower", "upper")
            },
        }
        if self.report.compare_from is not None:
            when = when_text(self.report.compare_from, lang)
            yield element("p", self.say("compared", when=when))
        yield self.p("change", **facts)
        rows: list[Line] = [
            [
                ", ".join(
                    words.pick(CLASSES[key], lang) for key in (one.arrival_class, one.due_class)
                ),
                Cell(number(f"{100 * one.mix:+.2f}", lang), one.mix),
                Cell(number(f"{100 * one.performance:+.2f}", lang), one.performance),
            ]
            for one in change.classes
        ]
        titles: Line = [heading("arrival_class", lang), self.say("mix"), self.say("performance")]
        yield self.folded(tables.table(self.say("class_change"), titles, rows))

    def late(self, traces: Traces | None, rest: str | None) -> Iterator[Html]:
        """Yield the late appeals; ``rest`` names a file with all of them."""
        report, lang = self.report, self.lang
        every = report.total.counts.breached
        shown = report.late[:ROWS]
        if not shown:
            yield element("p", self.say("late_none"))
            return
        if every > len(shown):
            counted = self.counted(shown=len(shown), all=every)
            more: Html | None = None
            if rest is not None:
                link = element("a", rest, href=quote(rest))
                more = joined(" ", self.say("late_rest"), " ", link)
            yield element("p", self.say("late_first", **counted), more)
        if len(shown) > PRINTED:
            yield element("p", self.say("late_print", shown=PRINTED), class_="print")
        if any(late.hour_earlier for late in shown):
            box = element("input", type="checkbox", id="hour-earlier")
            words_of = self.say("only_hour_earlier")
            yield element("label", box, " ", words_of, class_="screen choice", hidden=True)
        yield tables.late_table(shown, traces, self.say("late"), lang)

    def handling(self) -> Iterator[Html]:
        """Yield who held what was late, and signs to look into."""
        report, lang = self.report, self.lang
        found = report.attribution
        if found is not None:
            yield self.p("attribution")
            earlier = dict(found.hour_earlier)
            if found.hour_known:
                counted = self.counted(count=sum(earlier.values()), late=found.hour_known)
                yield self.p("hour_earlier", **counted)
            ways = [dict(found.at_breach), earlier, dict(found.largest_share), dict(found.first)]
            holders = list(dict.fromkeys(key for way in ways for key in way))
            rows: list[Line] = [
                [
                    self._holder(holder),
                    *(tables.count(way.get(holder, 0), lang) for way in ways),
                ]
                for holder in holders
            ]
            titles: Line = [
                self.say("holder"),
                self.say("at_breach"),
                heading("hour_earlier", lang),
                self.say("largest_share"),
                self.say("first_holder"),
            ]
            by_holder = tables.table(self.say("handling"), titles, rows, sortable=True)
            yield self.folded(by_holder, name="by_holder")
            rows = [
                [
                    self._holder(share.holder),
                    Cell(words.pick(PHASES[share.phase], lang), kind="words"),
                    tables.amount(share.worked, lang),
                    tables.count(share.appeals, lang),
                ]
                for share in found.shares
            ]
            titles = [self.say(key) for key in ("holder", "phase", "time", "appeals")]
            if found.phases:
                yield self.p("phases")
                yield self._phases(found)
            phases = tables.table(self.say("by_phase"), titles, rows, sortable=True)
            yield self.folded(phases, name="by_phase")
            if found.left_out:
                yield element("p", self.say("left_out", **self.counted(count=found.left_out)))
        yield from self._conduct()

    def _phases(self, found: Attribution) -> Html:
        rows: list[Line] = [
            [
                words.pick(PHASES[one.phase], self.lang),
                tables.amount(one.worked, self.lang),
                tables.count(one.appeals, self.lang),
            ]
            for one in found.phases
        ]
        titles: Line = [self.say(key) for key in ("phase", "time", "appeals")]
        return tables.table(self.say("phases"), titles, rows)

    def _conduct(self) -> Iterator[Html]:
        signs, lang = self.report.indicators, self.lang
        yield self.p("indicators")
        noon = self.counted(noon_hour=signs.noon_hour, before_lunch=signs.before_lunch)
        yield self.p("before_lunch", **noon)
        if signs.agencies:
            rows: list[Line] = [
                [
                    self._holder(one.agency),
                    *(tables.count(n, lang) for n in (one.replied, one.formal_first)),
                    NO_FIGURE
                    if one.registration_delay is None
                    else tables.amount(one.registration_delay, lang),
                    *(tables.count(n, lang) for n in (one.deletes, one.late_transfers)),
                ]
                for one in signs.agencies
            ]
            keys = ("replied", "formal_first", "registration_delay", "deletes", "late_transfers")
            titles: Line = [self.say(key) for key in ("holder", *keys)]
            signs_table = tables.table(self.say("signs"), titles, rows, sortable=True)
            yield self.folded(signs_table, name="signs")

    def _holder(self, name: str | None) -> Html:
        return tables.name(self.say("nobody") if name is None else name)
