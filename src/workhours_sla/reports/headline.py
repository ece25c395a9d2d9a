"""The first lines of a report: the result in one sentence, and the change of the rate.

All outputs show the same lines; the page uses typographic dashes and spaces.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from workhours_sla.compliance.mix import RateChange
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

    ``sentence`` ends with ``verdict`` and a full stop. ``most`` names the agency with the most late
    appeals; it has ``NAME`` in place of ``name``, and is empty if the report has at most one
    agency.
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


def headline(report: ReportNumbers, texts: Texts = HEADLINE) -> Headline:
    """Return a sentence with the result of a report, and one on the most late appeals.

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
    most, name = _most_late(report, kind, texts)
    return Headline(sentence, text(kind), kind, most, name)


def _most_late(report: ReportNumbers, kind: TargetVerdict, texts: Texts) -> tuple[str, str]:
    """Return the sentence on the agency with the most late appeals, and its name.

    ``kind`` is the verdict on all appeals.
    """
    text, every = texts.text, late_of(report.total)
    if not every:
        return text("none_late"), ""
    table = agencies(report)
    if table is None or len(table.rows) < 2:  # noqa: PLR2004 - one agency has all late appeals
        return "", ""
    most = max(map(late_of, table.rows))
    first, *tied = [row for row in table.rows if late_of(row) == most]
    counts = {"late": count_text(most), "all": count_text(every)}
    if tied:
        return text("most_late_tied", **counts, count=count_text(len(tied) + 1)), ""
    if first.key is None:
        return text("most_late_unnamed", **counts), ""
    own = verdict_of(first)
    where = f"where_{own}"
    if own is kind and f"{where}_too" in texts:
        where += "_too"
    name = first.key.replace("«", "„").replace("»", "“") if catalog.current() == "ru" else first.key
    return text("most_late", **counts, name=NAME, where=text(where)), name


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
    """Return the result and the change since the earlier period as lines of plain text."""
    changed = direction(report)
    return [*headline(report).lines(), *([] if changed is None else [changed[1]])]
