"""A report as plain text or as an HTML table, with its notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final

from workhours_sla.compliance.backlog_series import LittleCheck
from workhours_sla.compliance.report import Promise, ReportNumbers
from workhours_sla.compliance.tables import Quantile, Row, Withdrawals
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW, FLAGGED_BELOW
from workhours_sla.text import words
from workhours_sla.text.budgets import budget_words
from workhours_sla.text.numbers import number, percent
from workhours_sla.text.report import SENTENCES, VERDICTS, heading, name_of
from workhours_sla.worktime.budget import format_amount

NONE: Final = "-"
"""The text of a missing figure."""

WIDEST_NAME: Final = 40
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_COLUMNS: Final = (
    *("arrived", "matured", "met", "rate", "interval", "target"),
    *("median", "p90", "open_overdue", "closed_only"),
)
_LEFT: Final = frozenset({0, 6})
"""The left-aligned columns: the name and the verdict."""


def plain_text(report: ReportNumbers, by: Sequence[str], lang: str) -> str:
    """Return tables as text with their notes: those of ``by``, or the first grouping if empty.

    Raises LookupError for a grouping that the report does not have.
    """
    shown = caption(report, lang)
    for name in by or _first(report):
        head, lines = table_cells(report, name, lang)
        cells = [[printable(cell) for cell in line] for line in (head, *lines)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        shown.append("")
        shown += [
            "  ".join(
                f"{cell:<{width}}" if at in _LEFT else f"{cell:>{width}}"
                for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in cells
        ]
    return "\n".join([*shown, "", *notes(report, lang)])


def _first(report: ReportNumbers) -> tuple[str | None]:
    """Return the first chosen grouping, None if there is none."""
    first = report.tables[0].by
    return (None if first == "hour" else first,)


def html_table(report: ReportNumbers, lang: str) -> str:
    """Return the first table with its notes as HTML that inherits colours; names are escaped."""
    head, lines = table_cells(report, *_first(report), lang)

    def line(cells: Sequence[str], tag: str) -> str:
        shown = (
            f'<{tag} style="text-align:{"left" if at in _LEFT else "right"}">{escape(cell)}</{tag}>'
            for at, cell in enumerate(cells)
        )
        return f"<tr>{''.join(shown)}</tr>"

    body = "".join(line(cells, "td") for cells in lines)
    below = "".join(f"<p>{escape(note)}</p>" for note in notes(report, lang))
    title = "<br>".join(map(escape, caption(report, lang)))
    return (
        f'<div lang="{lang}"><table><caption>{title}</caption>'
        f"<thead>{line(head, 'th')}</thead><tbody>{body}</tbody></table>{below}</div>"
    )


def table_cells(
    report: ReportNumbers, by: str | None, lang: str
) -> tuple[list[str], list[list[str]]]:
    """Return the headings and the lines of a table as text, the total last.

    ``by`` is a grouping; None gives the total alone. Raises LookupError.
    """
    table = None if by is None else report.table(by)
    rows = () if table is None else table.rows
    rate = report.promise.target_rate
    target = number(percent(rate, target=rate, places=0), lang)
    name = "" if table is None else heading(table.by, lang)
    titles = [heading(column, lang).format(target=target) for column in _COLUMNS]
    lines = [[name_of(table.by if table else "", r.key, lang), *_cells(r, lang)] for r in rows]
    lines.append([heading("total", lang), *_cells(report.total, lang)])
    return [name, *titles], lines


def _cells(row: Row, lang: str) -> list[str]:
    counts, rate = row.counts, row.rate
    few = rate is None or rate.n < FLAGGED_BELOW
    closed = NONE if row.closed_only is None else percent(row.closed_only)
    return [
        str(counts.arrived),
        str(counts.matured),
        str(counts.matured_met),
        rate_text(row, lang),
        interval_text(row, lang),
        verdict_text(row, lang),
        NONE if few else quantile_text(row.median, lang),
        NONE if few else quantile_text(row.p90, lang),
        f"{row.open}/{row.overdue}",
        NONE if few else number(closed, lang),
    ]


def rate_text(row: Row, lang: str) -> str:
    """Return the share in time in percent, with ``*`` if flagged, or as counts such as ``6/8``.

    >>> from workhours_sla.statistics.maturity import CohortCounts
    >>> from workhours_sla.statistics.intervals import compliance_rate
    >>> counts = CohortCounts(6, 4, 0, 0, 0, 0, 8, 6)
    >>> row = Row("A", counts, compliance_rate(6, 8, 0.9), 6, 6, 4, 2, None, None, None, None, None)
    >>> rate_text(row, "ru")
    '6/8'
    """
    rate = row.rate
    if rate is None:
        return NONE
    if rate.counts_only:
        return f"{rate.met}/{rate.n}"
    mark = "*" if rate.flagged else ""
    return number(percent(rate.rate, target=rate.target), lang) + mark


def interval_text(row: Row, lang: str) -> str:
    """Return the Wilson interval of the share in time, in percent."""
    rate = row.rate
    if rate is None:
        return NONE
    lower, upper = (
        number(percent(min(max(bound, 0.0), 1.0), target=rate.target), lang)
        for bound in (rate.interval.lower, rate.interval.upper)
    )
    return f"[{lower}-{upper}]"


def verdict_text(row: Row, lang: str) -> str:
    """Return the verdict on the target; an inconclusive one on a flagged share is too few."""
    if row.rate is None:
        return words.pick(VERDICTS["too_few"], lang)
    return words.pick(VERDICTS[row.rate.shown_verdict], lang)


def quantile_text(quantile: Quantile | None, lang: str) -> str:
    """Return a quantile in hours of working time, ``> longest`` if it is not reached."""
    if quantile is None:
        return NONE
    if quantile.time is None:
        return "> " + hours_text(quantile.longest, lang)
    return hours_text(quantile.time, lang)


def hours_text(amount: timedelta, lang: str) -> str:
    """Return an amount in hours, rounded to a tenth."""
    return number(f"{amount / _HOUR:.1f}", lang)


def moment(when: datetime, lang: str) -> str:
    """Return an instant as weekday, date and time.

    >>> moment(datetime(2025, 11, 1, 9, 30), "en"), moment(datetime(2025, 11, 1, 9, 30), "ru")
    ('Sat 1 Nov 2025 09:30', 'сб 01.11.2025 09:30')
    """
    return f"{words.weekday_date(when.date(), lang)} {when:%H:%M}"


def budget_text(promise: Promise, lang: str) -> str:
    """Return the budget of a report's target in words."""
    size = promise.budget_size
    return budget_words(
        promise.budget_kind, format_amount(size) if isinstance(size, timedelta) else size, lang
    )


def caption(report: ReportNumbers, lang: str) -> list[str]:
    """Return the title of a report and its instant, one line each."""
    name, budget = printable(report.promise.name), budget_text(report.promise, lang)
    return [
        SENTENCES.text(lang, "title", name=name, budget=budget),
        SENTENCES.text(lang, "as_of", when=moment(report.as_of, lang), tz=report.tz),
    ]


def notes(report: ReportNumbers, lang: str) -> list[str]:
    """Return the notes on any table: how to read it, and how far it can be trusted."""
    return [*_reading(report, lang), *quality_notes(report, lang)]


def _reading(report: ReportNumbers, lang: str) -> Iterator[str]:
    counts = report.total.counts
    if report.total.rate is None:
        yield SENTENCES.text(lang, "nothing_matured")
    facts = {"met": counts.matured_met, "matured": counts.matured}
    early = counts.met - counts.matured_met
    yield SENTENCES.text(
        lang, "rate", **facts, early=early, pending=counts.pending, paused=counts.paused
    )
    yield SENTENCES.text(
        lang, "small_numbers", counts_only=COUNTS_ONLY_BELOW, flagged=FLAGGED_BELOW
    )
    yield SENTENCES.text(lang, "closed_only")
    if report.withdrawals is not None and report.withdrawals.count:
        yield SENTENCES.text(lang, "withdrawals", **withdrawal_facts(report.withdrawals, lang))
    little = report.backlog.little
    if little is not None:
        yield SENTENCES.text(lang, "little", **little_facts(little, lang), open=report.total.open)
    owners = report.attribution
    if owners is not None and owners.hour_known:
        earlier = sum(count for _, count in owners.hour_earlier)
        yield SENTENCES.text(lang, "hour_earlier", count=earlier, late=owners.hour_known)
    last = report.table("week").rows[-1]
    if last.final_at is None:
        yield SENTENCES.text(lang, "not_final")
    else:
        yield SENTENCES.text(lang, "week_final", week=last.key, when=moment(last.final_at, lang))


def withdrawal_facts(found: Withdrawals, lang: str) -> dict[str, str]:
    """Return the facts of the sentence on withdrawals, shares in percent."""
    shares = {
        "answered": found.answered,
        "withdrawn": found.withdrawn,
        "alone": found.answered_alone,
        "difference": found.answered_alone - found.answered,
    }
    # a difference can be slightly negative from rounding
    percents = {name: number(f"{100 * max(x, 0.0):.2f}", lang) for name, x in shares.items()}
    return {"time": format_amount(found.time), **percents}


def little_facts(found: LittleCheck, lang: str) -> dict[str, str]:
    """Return the facts of the sentence on Little's law."""
    facts = {
        "mean_open": f"{found.mean_open:.1f}",
        "arrivals": f"{found.arrivals_per_day:.2f}",
        "time": f"{found.mean_time / _DAY:.2f}",
        "expected": f"{found.expected:.1f}",
    }
    return {name: number(value, lang) for name, value in facts.items()}


def quality_notes(report: ReportNumbers, lang: str) -> list[str]:
    """Return the notes on what was read, what became of it, and where it came from."""
    quality, counts = report.quality, report.total.counts
    intake = quality.intake
    quarantined = sum(count for _, count in intake.quarantined)
    found = [
        SENTENCES.text(
            lang,
            f"intake_{intake.of}",
            read=intake.read,
            taken=intake.taken,
            duplicate=intake.duplicate,
            after_as_of=intake.after_as_of,
            late=intake.late,
            quarantined=quarantined,
        ),
        SENTENCES.text(
            lang,
            "reconciliation",
            arrived=counts.arrived,
            met=counts.met,
            breached=counts.breached,
            pending=counts.pending,
            paused=counts.paused,
            withdrawn=counts.withdrawn,
            excluded=counts.excluded,
        ),
        SENTENCES.text(lang, "maturity", matured=quality.matured, counting=quality.counting),
        SENTENCES.text(
            lang,
            "minute_rounded",
            count=quality.minute_rounded,
            arrived=report.total.counts.arrived,
        ),
    ]
    unmatched = sum(count for _, count in intake.unmatched)
    for key, count in (
        ("unmatched", unmatched),
        ("calendar_unknown", quality.calendar_unknown),
        ("provisional", quality.provisional),
        ("needs_review", quality.needs_review),
        ("pause_left_open", quality.pause_left_open),
        ("retroactive", quality.retroactive),
    ):
        if count:
            found.append(SENTENCES.text(lang, key, count=count))
    found += [
        SENTENCES.text(lang, "unnamed", by=heading(by, lang), count=count)
        for by, count in quality.unnamed
        if count
    ]
    made = report.provenance
    calendars = dict.fromkeys((one.id, one.version) for one in made.calendars)
    found += [
        SENTENCES.text(lang, "calendar", id=name, version=version) for name, version in calendars
    ]
    facts = {"library": made.library, "policy": made.policy, "input": made.input_hash[:12]}
    found.append(SENTENCES.text(lang, "provenance", **facts))
    return found


def printable(text: str) -> str:
    r"""Return text as one line without control characters, at most 40 characters long.

    >>> printable("Roads\nand bridges")
    'Roads?and bridges'
    """
    short = text if len(text) <= WIDEST_NAME else text[: WIDEST_NAME - 3] + "..."
    return "".join(letter if letter.isprintable() else "?" for letter in short)
