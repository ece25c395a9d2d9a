"""The notes of a report: how to read its figures, on the quality of the data, and for analysts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.tables import Table
from workhours_sla.compliance.time import DayNote, Outliers
from workhours_sla.reports.agreement import agreement_lines
from workhours_sla.reports.wording import moment, printable
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW, FLAGGED_BELOW
from workhours_sla.statistics.maturity import COUNTS
from workhours_sla.text import catalog, words
from workhours_sla.text.catalog import SENTENCES
from workhours_sla.text.numbers import number
from workhours_sla.text.words import heading
from workhours_sla.worktime.amounts import format_amount

_DAY: Final = timedelta(days=1)
_WARNINGS: Final = (
    *("calendar_unknown", "provisional", "needs_review"),
    *("pause_left_open", "retroactive"),
)
"""Counts in the report's quality that cause a note unless they are zero."""
SHOWN_OUTLIERS: Final = 5
"""Number of outliers that a note lists."""


def notes(report: ReportNumbers) -> list[str]:
    """Return the notes below a table: how to read it, on data quality, and for analysts."""
    checks = [*_checks(report)]
    if checks:
        checks.insert(0, SENTENCES.text("for_analysts"))
    return [*_reading(report), *quality_notes(report), *checks]


def _checks(report: ReportNumbers) -> Iterator[str]:
    text, earlier = SENTENCES.text, saved_by_an_hour(report)
    for key, found in check_facts(report).items():
        yield text(key, **found)
    if earlier is not None:
        yield text("hour_earlier", count=earlier[0], late=earlier[1])


def saved_by_an_hour(report: ReportNumbers) -> tuple[int, int] | None:
    """Return how many late appeals an answer one hour earlier would have met, and of how many.

    The second number counts the late appeals for which this is known (see ``late.Late``). Returns
    None if the first number is 0 or unknown.
    """
    owners = report.attribution
    count = 0 if owners is None else sum(count for _, count in owners.hour_earlier)
    return (count, owners.hour_known) if owners is not None and count else None


def false_failure_notes(report: ReportNumbers, only: Table | None = None) -> Iterator[str]:
    """Yield, for each grouping, a note on how many groups are expected to fail by chance.

    If ``only`` is given, yield the note for this table alone.
    """
    for table in report.tables if only is None else (only,):
        judged = [row for row in table.rows if row.key is not None and row.counts.matured]
        if table.false_failures is not None and len(judged) > 1:
            count = number(f"{table.false_failures:.1f}")
            yield SENTENCES.text("false_failures", by=heading(table.by), count=count)


def _reading(report: ReportNumbers) -> Iterator[str]:
    text, facts = SENTENCES.text, method_facts(report)
    if report.total.rate is None:
        yield text("nothing_matured")
    for key in ("rate", "small_numbers", "standardised", "closed_only"):
        yield text(key, **facts)
    yield from false_failure_notes(report)
    yield final_note(report)


def final_note(report: ReportNumbers) -> str:
    """Return the note on when the share is final: of the period, or of the last week if it runs."""
    text, until = SENTENCES.text, report.period.until
    last = report.table("week").rows[-1]
    if until is not None and until <= report.as_of:
        last = report.total
    if last.final_at is None:
        return text("not_final")
    when = moment(last.final_at)
    return text("final" if last is report.total else "week_final", week=last.key, when=when)


def method_facts(report: ReportNumbers) -> dict[str, Any]:
    """Return values for the placeholders in the sentences that explain the figures."""
    return {
        **rate_facts(report),
        "counts_only": COUNTS_ONLY_BELOW,
        "flagged": FLAGGED_BELOW,
        "horizon": format_amount(report.promise.horizon),
    }


def rate_facts(report: ReportNumbers) -> dict[str, int]:
    """Return the counts for the placeholders of the sentence on the share in time.

    ``early`` counts the appeals that were answered in time and whose limit has not passed yet.
    """
    counts = report.total.counts
    return {
        "met": counts.matured_met,
        "matured": counts.matured,
        "early": counts.early,
        "pending": counts.pending,
        "paused": counts.paused,
    }


def day_texts(day: DayNote) -> tuple[str, str]:
    """Return the kind of a day of the report, and the reason why the day is of this kind."""
    kind = catalog.DAY_KINDS.get(day.kind or "", "?")
    return kind, day.reason_ru if catalog.current() == "ru" else day.reason_en


def check_facts(report: ReportNumbers) -> dict[str, dict[str, Any]]:
    """Return the values for the placeholders of the sentences on checks, keyed by sentence.

    ``withdrawals`` compares two estimates of the share of answered appeals, in percent; they differ
    in how they count withdrawn appeals. ``little`` compares the mean number of open appeals with
    the number that Little's law gives. A check that was not made is left out.
    """
    checks: dict[str, dict[str, Any]] = {}
    found, little = report.withdrawals, report.backlog.little
    if found is not None and found.count:
        shares = {
            "answered": found.answered,
            "withdrawn": found.withdrawn,
            "alone": found.answered_alone,
            "difference": found.answered_alone - found.answered,
        }
        # A difference can be slightly negative because of rounding.
        percents = {name: number(f"{100 * max(x, 0.0):.2f}") for name, x in shares.items()}
        checks["withdrawals"] = {"time": format_amount(found.time), **percents}
    if little is not None:
        checks["little"] = {
            "since": words.short_date(little.since.date()),
            "mean_open": number(f"{little.mean_open:.1f}"),
            "arrivals": number(f"{little.arrivals_per_day:.2f}"),
            "time": number(f"{little.mean_time / _DAY:.2f}"),
            "expected": number(f"{little.expected:.1f}"),
            "open": report.backlog.points[-1].open,
        }
    return checks


def quality_notes(report: ReportNumbers) -> list[str]:
    """Return the notes on data quality: on the input, the cases and the origin of the figures."""
    text, quality, counts = SENTENCES.text, report.quality, report.total.counts
    intake, made = quality.intake, report.provenance
    facts = {name: getattr(intake, name) for name in ("read", "taken", "duplicate", "after_as_of")}
    quarantined = sum(count for _, count in intake.quarantined)
    warnings = {
        "ignored_rows": intake.ignored,
        "inverted_rows": intake.inverted,
        "unmatched": sum(count for _, count in intake.unmatched),
        **{name: getattr(quality, name) for name in _WARNINGS},
    }
    calendars = dict.fromkeys((one.id, one.version) for one in made.calendars)
    input_hash = made.input_hash[:12]
    return [
        text(f"intake_{intake.of}", **facts, quarantined=quarantined),
        *(() if intake.late is None else (text("came_late", count=intake.late),)),
        text(
            "reconciliation",
            early=counts.early,
            **{name: getattr(counts, name) for name in COUNTS},
        ),
        text("maturity", matured=quality.matured, counting=quality.counting),
        text("minute_rounded", count=quality.minute_rounded, arrived=counts.arrived),
        *(() if report.agreement is None else agreement_lines(report.agreement)),
        *(text(key, count=count) for key, count in warnings.items() if count),
        *_outlier_note(quality.outliers),
        *(text("unnamed", by=heading(by), count=count) for by, count in quality.unnamed if count),
        *(text("calendar", id=name, version=version) for name, version in calendars),
        text("provenance", library=made.library, policy=made.policy, input=input_hash),
    ]


def _outlier_note(found: Outliers) -> Iterator[str]:
    if found.count:
        first = [
            f"{printable(one.appeal_id)} ({words.short_date(one.started_at.date())})"
            for one in found.first[:SHOWN_OUTLIERS]
        ]
        more = ", ..." if found.count > len(first) else ""
        yield SENTENCES.text("outliers", count=found.count, first=", ".join(first) + more)
