"""How far the figures can be trusted: the quality of the data, the method, its sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from workhours_sla.reports.page import tables
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.tables import Cell, Line
from workhours_sla.reports.page.writer import Teller
from workhours_sla.reports.plain_text import little_facts, quality_notes, withdrawal_facts
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW, FLAGGED_BELOW
from workhours_sla.text import words
from workhours_sla.text.numbers import number
from workhours_sla.text.page import (
    NO_FIGURE,
    SOURCES,
    count_text,
    target_text,
    typeset,
)
from workhours_sla.text.report import INTAKE_REASONS, heading
from workhours_sla.worktime.budget import format_amount

EXPLAINED: Final = (
    *("rate", "interval", "verdict", "small_numbers", "closed_only", "median", "p90"),
    *("restricted_mean", "mean_answered", "standardised", "funnel", "trend", "share_trend"),
    "due_later",
)
_NAMED: Final = {"verdict": "target", "small_numbers": "matured"}
_NAMED_HERE: Final = {
    "trend": "trend_name",
    "share_trend": "share_trend_name",
    "due_later": "axis_later",
}
"""The names of figures whose sentences go by another key."""

_LONG_NUMBER: Final = re.compile(r"(?<![\w-])\d{5,9}(?![\w-])")


class Trust(Teller):
    """The quality of the data, and the method."""

    def quality(self) -> Iterator[Html]:
        """Yield the account of what was read."""
        lang = self.lang
        notes = [
            _LONG_NUMBER.sub(lambda found: count_text(int(found[0]), lang), typeset(note, lang))
            for note in quality_notes(self.report, lang)
        ]
        yield element("ul", (element("li", note) for note in notes), class_="notes")
        intake = self.report.quality.intake
        rows: list[Line] = [
            [words.pick(INTAKE_REASONS[reason], lang), tables.count(number_of, lang)]
            for reason, number_of in (*intake.quarantined, *intake.unmatched)
        ]
        if rows:
            titles: Line = [self.say("reason"), self.say("count")]
            yield tables.table(self.say("aside"), titles, rows)

    def method(self) -> Iterator[Html]:
        """Yield how each figure is meant, and what all were made from."""
        report, lang = self.report, self.lang
        counts = report.total.counts
        facts = {
            "met": count_text(counts.matured_met, lang),
            "matured": count_text(counts.matured, lang),
            "early": count_text(counts.met - counts.matured_met, lang),
            "pending": count_text(counts.pending, lang),
            "paused": count_text(counts.paused, lang),
            "counts_only": COUNTS_ONLY_BELOW,
            "flagged": FLAGGED_BELOW,
            "horizon": format_amount(report.promise.horizon),
            "points": report.trend.baseline or NO_FIGURE,
            "false_alarms": number(f"{report.funnels[0].false_alarms:.2f}", lang)
            if report.funnels
            else NO_FIGURE,
            "target": target_text(self.target, lang),
        }
        rows: list[Line] = [
            [
                self.say(_NAMED_HERE[key])
                if key in _NAMED_HERE
                else heading(_NAMED.get(key, key), lang).format(**facts),
                Cell(self.tell(key, **facts), kind="words"),
                Cell(SOURCES.get(key, ""), kind="words"),
            ]
            for key in EXPLAINED
        ]
        rows += [
            [self.say(f"{key}_name"), Cell(told, kind="words"), Cell(SOURCES[key], kind="words")]
            for key, told in self._checks()
        ]
        titles: Line = [
            self.say("what"),
            Cell(self.say("reading"), kind="words"),
            Cell(self.say("source"), kind="words"),
        ]
        yield tables.table(self.say("method"), titles, rows, class_="method")
        made, promise = report.provenance, report.promise
        rows = [
            [self.say("promise"), Cell(promise.name), made.policy],
            [self.say("schedules"), promise.hours, ""],
            *([c.id, c.version, c.fingerprint] for c in made.calendars),
            [self.say("data"), "", made.input_hash],
            ["workhours_sla", made.library, ""],
        ]
        kinds = (Cell(self.say(key), kind="words") for key in ("version", "fingerprint"))
        titles = [self.say("source"), *kinds]
        yield tables.table(self.say("made_of"), titles, rows, class_="made")

    def _checks(self) -> Iterator[tuple[str, str]]:
        """Yield what the report says of itself, where there is something to say."""
        report, lang = self.report, self.lang
        if report.withdrawals is not None and report.withdrawals.count:
            facts = withdrawal_facts(report.withdrawals, lang)
            yield "withdrawals", self.tell("withdrawals", **facts)
        if report.backlog.little is not None:
            facts = little_facts(report.backlog.little, lang)
            yield "little", self.tell("little", **facts, open=count_text(report.total.open, lang))
