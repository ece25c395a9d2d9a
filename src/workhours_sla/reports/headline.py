"""The first lines of a report: the result in one sentence, and the change of the rate.

All outputs show the same lines; the page uses typographic dashes and spaces.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from workhours_sla.compliance.fairness import RateChange
from workhours_sla.compliance.period import Period
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.tables import Row, Table
from workhours_sla.reports.periods import named_period, whole_period
from workhours_sla.statistics.intervals import TargetVerdict
from workhours_sla.text import catalog
from workhours_sla.text.catalog import HEADLINE, Texts
from workhours_sla.text.numbers import count_text, number, percent, target_text

NAME: Final = "\ue000"
"""Placeholder for an agency's name in ``Headline.most``, which a page replaces by markup."""


class Headline(NamedTuple):
    """The first sentences of a report.

    ``sentence`` ends with ``verdict`` and a full stop. ``most`` names the agency that lacks the
    most answers, with ``NAME`` in place of ``name``; it is empty if no agency provably misses the
    target, and if the report has at most one agency.
    """

    sentence: str
    verdict: str
    kind: TargetVerdict
    most: str
    name: str

    def lines(self) -> list[str]:
        """Return the sentences that are not empty, with the name of the agency filled in."""
        return [line for line in (self.sentence, self.most.replace(NAME, self.name)) if line]


def late_of(row: Row) -> int:
    """Return the number of matured appeals in a row that were not answered in time."""
    return row.counts.matured - row.counts.matured_met


def verdict_of(row: Row) -> TargetVerdict:
    """Return the verdict on a row; ``TOO_FEW`` while none of its appeals has matured."""
    return TargetVerdict.TOO_FEW if row.rate is None else row.rate.shown_verdict


def lacking(row: Row) -> int:
    """Return how many of the late appeals of a row would have to be in time to meet the target."""
    return 0 if row.rate is None else row.rate.lacking


def headline(report: ReportNumbers, texts: Texts = HEADLINE) -> Headline:
    """Return a sentence with the result of a report, and one on the agency furthest behind.

    ``texts`` are ``HEADLINE`` or ``TYPESET``.
    """
    text, total = texts.text, report.total
    when = named_period(whole_period(report))
    when = when[0].upper() + when[1:]
    rate = total.rate
    if rate is None:
        kind = TargetVerdict.TOO_FEW
        arrived = count_text(total.counts.arrived)
        shown = text("nothing_matured", when=when, arrived=arrived, verdict=text(kind))
        return Headline(shown, text(kind), kind, "", "")
    kind = rate.shown_verdict
    facts = {
        "when": when,
        "met": count_text(rate.met),
        "n": count_text(rate.n),
        "target": target_text(rate.target),
        "verdict": text(kind),
    }
    if rate.counts_only:
        sentence = text("in_time_few", **facts)
    else:
        share = number(percent(rate.rate, target=rate.target, places=0))
        sentence = text("in_time", **facts, rate=share)
    most, name = _furthest_behind(report, texts)
    return Headline(sentence, text(kind), kind, most, name)


def _furthest_behind(report: ReportNumbers, texts: Texts) -> tuple[str, str]:
    """Return the sentence on the agency that lacks the most answers, and its name."""
    text = texts.text
    if not late_of(report.total):
        return text("none_late"), ""
    for row in failed_agencies(report):
        if row.key is not None:
            facts = {"late": late_of(row), "n": row.counts.matured, "count": lacking(row)}
            counts = {key: count_text(count) for key, count in facts.items()}
            target = target_text(report.promise.target_rate)
            quoted = row.key.replace("«", "„").replace("»", "“")
            name = quoted if catalog.current() == "ru" else row.key
            return text("furthest_behind", **counts, target=target, name=NAME), name
    return "", ""


def failed_agencies(report: ReportNumbers) -> list[Row]:
    """Return the agencies that miss the target, those that lack the most answers first.

    The result is empty if the report has at most one agency.
    """
    table = agencies(report)
    rows = table.rows if table is not None and len(table.rows) > 1 else ()
    return by_lacking(row for row in rows if verdict_of(row) is TargetVerdict.FAILS)


def by_lacking(rows: Iterable[Row]) -> list[Row]:
    """Return rows in the order of the answers that they lack, the most first."""
    return sorted(rows, key=lambda row: (-lacking(row), -late_of(row), row.key or ""))


def agencies(report: ReportNumbers) -> Table | None:
    """Return the table of agencies, or None if the report does not have one."""
    return next((table for table in report.tables if table.by == "agency"), None)


def direction(report: ReportNumbers, texts: Texts = HEADLINE) -> tuple[str, str] | None:
    """Return the change since the earlier period: the key of its text, and the sentence.

    The key is ``better``, ``worse``, ``no_change`` or ``no_earlier``. Returns None if the report
    has no comparison.
    """
    compared = report.comparison
    if compared is None:
        return None
    text = texts.text
    whole = whole_period(report)
    earlier, later = (
        named_period(Period(one.since or whole.since, one.until or whole.until))
        for one in (compared.before, compared.after)
    )
    change = compared.change
    if change is None:
        return "no_earlier", text("no_earlier", earlier=earlier)
    key = _kind_of(change)
    if catalog.current() == "ru":
        earlier = earlier[0].upper() + earlier[1:]
    sign = -1 if key == "worse" else 1
    bounds = sorted(sign * bound for bound in (change.interval.lower, change.interval.upper))
    points = [number(points_text(part)) for part in (sign * change.difference, *bounds)]
    shares = [number(percent(share, places=1)) for share in (change.before, change.after)]
    facts = dict(zip(("difference", "lower", "upper"), points, strict=True))
    facts |= dict(zip(("before", "after"), shares, strict=True))
    return key, text(key, earlier=earlier, later=later, **facts)


def _kind_of(change: RateChange) -> str:
    """Return the direction of a change as the key of its text; ``no_change`` if it is unproven."""
    if change.interval.lower > 0:
        return "better"
    return "worse" if change.interval.upper < 0 else "no_change"


def points_text(part: float) -> str:
    """Write a difference of shares in percentage points, with more decimals if it is small.

    >>> points_text(0.0132), points_text(0.0004)
    ('1.3', '0.04')
    """
    shown = f"{100 * part:.1f}"
    return shown if float(shown) or not part else f"{100 * part:.2f}"


def headline_lines(report: ReportNumbers) -> list[str]:
    """Return the first sentences as lines of plain text.

    The last line has the open appeals of all periods, if the report covers only one.
    """
    lines, changed = headline(report).lines(), direction(report)
    if changed is not None:
        lines.append(changed[1])
    if report.period != Period():
        now = report.backlog.points[-1]
        counts = {"open": count_text(now.open), "overdue": count_text(now.overdue)}
        lines.append(HEADLINE.text("open_now", **counts))
    return lines
