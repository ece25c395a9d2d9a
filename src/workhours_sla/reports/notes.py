"""The notes of a report: how to read its figures, on the quality of the data, and for analysts."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any, Final

from workhours_sla.compliance.group_tables import Table
from workhours_sla.compliance.report_numbers import ReportNumbers
from workhours_sla.compliance.time import DayNote, Outliers
from workhours_sla.reports.agreement_text import agreement_lines
from workhours_sla.reports.wording import (
    amount_in_words,
    percent_text,
    plain_week,
    printable,
)
from workhours_sla.statistics.maturity import COUNTS
from workhours_sla.statistics.shares import COUNTS_ONLY_BELOW, FLAGGED_BELOW
from workhours_sla.text import catalog, words
from workhours_sla.text.catalog import EXPLAINED, SENTENCES, Texts
from workhours_sla.text.numbers import number
from workhours_sla.text.words import calendar_name, heading, name_of

_ONLY_KNOWN: Final = ("funnel", "share_trend", "trend", "withdrawals")
"""Figures that not every report has."""
_WARNINGS: Final = (
    *("calendar_unknown", "provisional", "needs_review"),
    *("pause_left_open", "retroactive"),
)
"""Counts in the report's quality that cause a note unless they are zero."""
SHOWN_OUTLIERS: Final = 5  # number of outliers that a note lists


def notes(report: ReportNumbers, shown: Container[str], tables: Iterable[Table] = ()) -> list[str]:
    """Return the notes below ``tables`` that have the figures ``shown``."""
    text, earlier = SENTENCES.text, saved_by_an_hour(report)
    checks = [text(key, **facts) for key, facts in _withdrawals(report).items()]
    if earlier is not None:
        checks.append(text("hour_earlier", **earlier))
    if checks:
        checks.insert(0, text("for_analysts"))
    return [*_reading(report, shown, tables), *quality_notes(report), *checks]


def saved_by_an_hour(report: ReportNumbers) -> dict[str, int] | None:
    """Count the late appeals that an hour would have saved, and those that moved and may be so.

    None without such appeals; ``count`` are saved of ``late``, which were transferred before their
    limit and of which the holders are known.
    """
    owners = report.attribution
    count = 0 if owners is None else sum(count for _, count in owners.hour_earlier)
    if owners is None or not count:
        return None
    return {"count": count, "late": owners.hour_known}


def false_failure_notes(tables: Iterable[Table]) -> Iterator[str]:
    """Yield how many groups of each grouping fail by chance."""
    for table in tables:
        judged = [row for row in table.rows if row.key is not None and row.counts.matured]
        if table.false_failures is not None and len(judged) > 1:
            count = number(f"{table.false_failures:.1f}")
            yield SENTENCES.text("false_failures", by=heading(table.by), count=count)


def _reading(
    report: ReportNumbers, shown: Container[str], tables: Iterable[Table]
) -> Iterator[str]:
    text, facts = SENTENCES.text, method_facts(report)
    if report.total.rate is None:
        yield text("nothing_matured")
    for key in ("rate", "small_numbers", "closed_only"):
        if key != "closed_only" or key in shown:
            yield text(key, **facts)
    yield from false_failure_notes(tables)
    yield final_note(report)


def final_note(report: ReportNumbers) -> str:
    """Return the note on when the share is final: of the period, or of the last week if it runs."""
    text, until = SENTENCES.text, report.period.until
    last = report.table("week").rows[-1]
    if until is not None and until <= report.as_of:
        last = report.total
    if last.final_at is None:
        return text("not_final")
    when = words.minute_text(last.final_at, weekday=True)
    if last is report.total:
        return text("final", when=when)
    return text("week_final", week=plain_week(name_of("week", last.key)), when=when)


def method_facts(report: ReportNumbers) -> dict[str, Any]:
    counts = report.total.counts
    return {
        "met": counts.matured_met,
        **{key: getattr(counts, key) for key in ("matured", "early", "pending", "paused")},
        "counts_only": COUNTS_ONLY_BELOW,
        "flagged": FLAGGED_BELOW,
        "horizon": amount_in_words(report.promise.horizon),
    }


def explanations(report: ReportNumbers, texts: Texts) -> Iterator[tuple[str, str]]:
    """Yield the keys of the figures of a report, and the sentences of ``texts`` on each."""
    facts, known = method_facts(report), _withdrawals(report)
    if report.funnels:
        alarms = max(funnel.false_alarms for funnel in report.funnels)
        known["funnel"] = {"false_alarms": number(f"{alarms:.2f}")}
    for key, trend in (("share_trend", report.share_trend), ("trend", report.trend)):
        if trend.baseline is not None:
            known[key] = {"points": trend.baseline}
    for key in EXPLAINED:
        if key in known or key not in _ONLY_KNOWN:
            yield key, texts.text(key, **facts, **known.get(key, {})).removeprefix("* ")


def day_texts(day: DayNote) -> tuple[str, str]:
    """Return the kind of a day of the report, and the reason why the day is of this kind."""
    kind = catalog.DAY_KINDS.get(day.kind or "", "?")
    return kind, day.reason_ru if catalog.current() == "ru" else day.reason_en


def _withdrawals(report: ReportNumbers) -> dict[str, dict[str, Any]]:
    """Compare two estimates of the share of answered appeals, which count withdrawals or not."""
    found = report.withdrawals
    if found is None or not found.count:
        return {}
    shares = {
        "answered": found.answered,
        "withdrawn": found.withdrawn,
        "alone": found.answered_alone,
        "difference": found.answered_alone - found.answered,
    }
    shown = {name: percent_text(share) for name, share in shares.items()}
    return {"withdrawals": {"time": amount_in_words(found.time), **shown}}


def quality_notes(report: ReportNumbers) -> list[str]:
    text, quality, counts = SENTENCES.text, report.quality, report.total.counts
    intake, made = quality.intake, report.provenance
    warnings = {
        "ignored_rows": intake.ignored,
        "without_appeal": intake.without_appeal,
        "inverted_rows": intake.inverted,
        "unmatched": sum(count for _, count in intake.unmatched),
        **{name: getattr(quality, name) for name in _WARNINGS},
    }
    calendars = dict.fromkeys((one.id, one.version) for one in made.calendars)
    read = {key: getattr(intake, key) for key in ("read", "taken", "duplicate", "after_as_of")}
    quarantined = sum(count for _, count in intake.quarantined)
    parts = {key: getattr(counts, key) for key in (*COUNTS, "early")}
    return [
        text(f"intake_{intake.of}", **read, quarantined=quarantined),
        *(() if intake.late is None else (text("came_late", count=intake.late),)),
        text("reconciliation", **parts),
        text("maturity", matured=quality.matured, counting=quality.counting),
        text("minute_rounded", count=quality.minute_rounded, arrived=counts.arrived),
        *(() if report.agreement is None else agreement_lines(report.agreement)),
        *(text(key, count=count) for key, count in warnings.items() if count),
        *_outlier_note(quality.outliers),
        *(text("unnamed", by=heading(by), count=count) for by, count in quality.unnamed if count),
        *(text("calendar", id=calendar_name(name), version=version) for name, version in calendars),
        text("provenance", library=made.library),
    ]


def _outlier_note(found: Outliers) -> Iterator[str]:
    if found.count:
        first = [
            f"{printable(one.appeal_id)} ({words.short_date(one.started_at.date())})"
            for one in found.first[:SHOWN_OUTLIERS]
        ]
        more = ", ..." if found.count > len(first) else ""
        listed = ", ".join(first) + more
        yield SENTENCES.text("outliers", count=found.count, first=listed)
