"""The method sheet of a workbook: what each figure means, and where the figures come from."""

from __future__ import annotations

from collections.abc import Iterator

from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.reports import notes
from workhours_sla.reports.workbook.cells import Book, Layout
from workhours_sla.reports.workbook.groups import LAST_PRINTED
from workhours_sla.text.numbers import number
from workhours_sla.text.report import SENTENCES, heading
from workhours_sla.text.workbook import WORKBOOK, title_of

Line = tuple[str, str]
"""A row of the sheet: a name, which may be empty, and a text."""

_FIGURES = (
    *("rate", "interval", "verdict", "standardised", "median", "p90", "restricted_mean"),
    *("mean_answered", "closed_only"),
)
"""Keys of the sentences that explain a figure."""


def write_method(book: Book, report: ReportNumbers) -> None:
    """Add the method sheet: sections with a heading, and a name and a text in each row."""
    lang = book.lang
    sheet = book.sheet(WORKBOOK.text(lang, "sheet_method"), Layout((30, 92)))
    sections = {
        "reading": _reading(report, lang),
        "sheets": _sheets(report, lang),
        "data": _data(report, lang),
        "checks": _checks(report, lang),
        "sources": _sources(report, lang),
    }
    row = 0
    for key, found in sections.items():
        lines = list(found)
        if not lines:
            continue
        sheet.cell(row, 0, WORKBOOK.text(lang, key), bold=True, font_size=13)
        row += 1
        for name, text in lines:
            sheet.cell(row, 0, name or None, bold=True, valign="top", text_wrap=True)
            sheet.cell(row, 1, text, valign="top", text_wrap=True)
            row += 1
        row += 1


def _reading(report: ReportNumbers, lang: str) -> Iterator[Line]:
    facts, text = notes.method_facts(report), SENTENCES.in_language(lang)
    for key in _FIGURES:
        name = title_of(key, lang).format(**facts)
        shown_text = WORKBOOK.text(lang, "p90_explained") if key == "p90" else text(key, **facts)
        yield name, shown_text.removeprefix("* ")
        if key == "rate":
            yield title_of("early", lang), WORKBOOK.text(lang, "early_explained")
            yield title_of("few", lang), WORKBOOK.text(lang, "few_explained", **facts)
    yield title_of("not_reached", lang), WORKBOOK.text(lang, "not_reached_explained")
    if report.funnels:
        alarms = max(funnel.false_alarms for funnel in report.funnels)
        yield (
            heading("funnel", lang),
            text("funnel", false_alarms=number(f"{alarms:.2f}", lang)),
        )
    trend = report.share_trend
    name = f"{title_of('control_lower', lang)} / {title_of('control_upper', lang)}"
    if trend.baseline is None:
        yield name, text("trend_too_short", points=len(trend.points))
    else:
        yield name, text("share_trend", points=trend.baseline)
    for note in notes.false_failure_notes(report, lang):
        yield title_of("verdict", lang), note


def _sheets(report: ReportNumbers, lang: str) -> Iterator[Line]:
    text = WORKBOOK.in_language(lang)
    last = title_of(LAST_PRINTED, lang)
    yield "", text("print_explained", last=last)
    yield text("sheet_week"), text("weeks_explained")
    late = report.total.counts.breached
    yield text("sheet_late"), text("late_explained", shown=len(report.late), late=late)
    yield text("sheet_calendar"), text("calendar_explained")


def _data(report: ReportNumbers, lang: str) -> Iterator[Line]:
    for note in notes.quality_notes(report, lang)[:-1]:  # the last one is in "sources"
        yield "", note
    yield "", notes.final_note(report, lang)


def _checks(report: ReportNumbers, lang: str) -> Iterator[Line]:
    for key, facts in notes.check_facts(report, lang).items():
        yield "", SENTENCES.text(lang, key, **facts)


def _sources(report: ReportNumbers, lang: str) -> Iterator[Line]:
    made, text = report.provenance, WORKBOOK.in_language(lang)
    yield text("name_library"), f"workhours_sla {made.library}"
    yield text("name_policy"), made.policy
    for calendar in made.calendars:
        yield text("name_calendar", id=calendar.id), calendar.version
    yield text("name_input"), made.input_hash
