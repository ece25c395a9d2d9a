"""The method sheet of a workbook: what each figure means, and where the figures come from."""

from __future__ import annotations

from collections.abc import Iterator

from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.reports import notes
from workhours_sla.reports.workbook.cells import Book, Layout
from workhours_sla.reports.workbook.groups import LAST_PRINTED
from workhours_sla.text.catalog import SENTENCES, WORKBOOK
from workhours_sla.text.numbers import number
from workhours_sla.text.words import heading, title_of

Line = tuple[str, str]
"""A row of the sheet: a name, which may be empty, and a text."""

_FIGURES = (
    *("rate", "interval", "verdict", "standardised", "median", "p90", "restricted_mean"),
    *("mean_answered", "closed_only"),
)
"""Keys of the sentences that explain a figure."""


def write_method(book: Book, report: ReportNumbers) -> None:
    """Add the method sheet: sections with a heading, and a name and a text in each row."""
    sheet = book.sheet(WORKBOOK.text("sheet_method"), Layout((30, 92)))
    sections = {
        "reading": _reading(report),
        "sheets": _sheets(report),
        "data": _data(report),
        "checks": _checks(report),
        "sources": _sources(report),
    }
    row = 0
    for key, found in sections.items():
        lines = list(found)
        if not lines:
            continue
        sheet.cell(row, 0, WORKBOOK.text(key), bold=True, font_size=13)
        row += 1
        for name, text in lines:
            sheet.cell(row, 0, name or None, bold=True, valign="top", text_wrap=True)
            sheet.cell(row, 1, text, valign="top", text_wrap=True)
            row += 1
        row += 1


def _reading(report: ReportNumbers) -> Iterator[Line]:
    facts, text = notes.method_facts(report), SENTENCES.text
    for key in _FIGURES:
        name = title_of(key).format(**facts)
        shown_text = WORKBOOK.text("p90_explained") if key == "p90" else text(key, **facts)
        yield name, shown_text.removeprefix("* ")
        if key == "rate":
            yield title_of("early"), WORKBOOK.text("early_explained")
            yield title_of("few"), WORKBOOK.text("few_explained", **facts)
    yield title_of("not_reached"), WORKBOOK.text("not_reached_explained")
    if report.funnels:
        alarms = max(funnel.false_alarms for funnel in report.funnels)
        yield (
            heading("funnel"),
            text("funnel", false_alarms=number(f"{alarms:.2f}")),
        )
    trend = report.share_trend
    name = f"{title_of('control_lower')} / {title_of('control_upper')}"
    if trend.baseline is None:
        yield name, text("trend_too_short", points=len(trend.points))
    else:
        yield name, text("share_trend", points=trend.baseline)
    for note in notes.false_failure_notes(report):
        yield title_of("verdict"), note


def _sheets(report: ReportNumbers) -> Iterator[Line]:
    text = WORKBOOK.text
    last = title_of(LAST_PRINTED)
    yield "", text("print_explained", last=last)
    yield text("sheet_week"), text("weeks_explained")
    late = report.total.counts.breached
    yield text("sheet_late"), text("late_explained", shown=len(report.late), late=late)
    yield text("sheet_calendar"), text("calendar_explained")


def _data(report: ReportNumbers) -> Iterator[Line]:
    for note in notes.quality_notes(report)[:-1]:  # the last one is in "sources"
        yield "", note
    yield "", notes.final_note(report)


def _checks(report: ReportNumbers) -> Iterator[Line]:
    for key, facts in notes.check_facts(report).items():
        yield "", SENTENCES.text(key, **facts)


def _sources(report: ReportNumbers) -> Iterator[Line]:
    made, text = report.provenance, WORKBOOK.text
    yield text("name_library"), f"workhours_sla {made.library}"
    yield text("name_policy"), made.policy
    for calendar in made.calendars:
        yield text("name_calendar", id=calendar.id), calendar.version
    yield text("name_input"), made.input_hash
