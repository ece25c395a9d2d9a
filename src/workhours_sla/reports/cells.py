"""Write cells and tidy tables into the sheets of a workbook, and set the sheets up for printing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from workhours_sla.reports.wording import whole_minutes
from workhours_sla.text.catalog import CHARTS, WORKBOOK
from workhours_sla.text.numbers import decimals

MOST_ROWS: Final = 1_048_570  # maximum number of lines of a table; a sheet has 1,048,576 rows

_LONGEST_NAME: Final = 31
_HOUR: Final = timedelta(hours=1)
_FIRST_YEAR: Final = 1901  # in Excel, 1900 is a leap year
_LINES_ON_A_PAGE: Final = 60
_A4: Final = 9
_MARGIN: Final = 0.4
_HEADER: Final = {
    "bold": True,
    "text_wrap": True,
    "valign": "top",
    "bg_color": "#E7EBF0",
    "bottom": 1,
}
_BAR: Final = {
    "type": "data_bar",
    "min_type": "num",
    "max_type": "num",
    "min_value": 0,
    "max_value": 1,
    "bar_color": "#C9D7EA",  # solid bars would be an extension of which openpyxl warns
}
_LINK: Final = {"font_color": "#1F4E8C", "underline": 1}
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")
_UNSTORABLE: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""Matches characters that XML cannot store."""


class Share:
    """A share; its number format never rounds it across the target."""

    def __init__(self, share: float, target: float | None = None) -> None:
        self.share: float = min(max(share, 0.0), 1.0)
        self.format: str = f"0.{'0' * min(decimals(self.share, target), 6)}%"


@dataclass(frozen=True, slots=True)
class Points:
    """A difference of two shares in percentage points, and the decimals that are shown."""

    points: float
    places: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is shown and printed; a column after the ends of ``widths`` has the last."""

    widths: Sequence[float]
    landscape: bool = False
    printed: int | None = None  # number of columns that are printed; the others are folded
    one_page: bool = False  # up to 60 lines are printed on one page
    wrapped: Sequence[int] = ()  # columns whose long text goes on in the next line of its cell
    tab: str = "#8A94A3"  # the colour of its tab


class Book:
    """An open workbook that gives its sheets valid, unique names."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self._taken: set[str] = {"history"}  # Excel keeps this name for itself

    def sheet(self, name: str, layout: Layout) -> Sheet:
        """Add a sheet. Its name is changed if ``name`` is taken or not allowed."""
        page = self._book.add_worksheet(self._safe(name))
        for column, width in enumerate(layout.widths):
            page.set_column(column, column, width)
        page.set_column(len(layout.widths), 60, layout.widths[-1])
        page.set_tab_color(layout.tab)
        page.set_paper(_A4)
        page.set_margins(_MARGIN, _MARGIN, _MARGIN, _MARGIN + 0.2)
        page.set_footer("&L&A&R&P / &N")
        page.fit_to_pages(1, 0)
        if layout.landscape:
            page.set_landscape()
        return Sheet(page, self, layout)

    def line_chart(self) -> Any:
        return self._book.add_chart({"type": "line"})

    def format(self, **options: object) -> Any:
        key = tuple(sorted(options.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(options)
        return self._formats[key]

    def _safe(self, name: str) -> str:
        clean = "".join(c if c.isprintable() else "_" for c in _FORBIDDEN.sub("_", name))
        found = clean = _cut(clean.strip("'"), _LONGEST_NAME).strip("'") or "_"
        number = 1
        while found.casefold() in self._taken:
            number += 1
            end = f" ({number})"
            found = _cut(clean, _LONGEST_NAME - len(end)) + end
        self._taken.add(found.casefold())
        return found


def _cut(text: str, units: int) -> str:
    """Shorten a text to at most ``units`` UTF-16 code units, which Excel counts."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


class Sheet:
    def __init__(self, page: Any, book: Book, layout: Layout) -> None:
        self.page: Any = page
        self._book, self._layout = book, layout

    def table(
        self, titles: Sequence[str], lines: Iterable[Sequence[object]], total: Any = None
    ) -> int:
        """Write a table with filters, and return its number of rows.

        An empty row keeps ``total`` out of filters and sorting.
        """
        texts, count, dropped = {0}, 0, 0
        for line in lines:
            if count == MOST_ROWS:
                dropped += 1
                continue
            count += 1
            texts.update(column for column, value in enumerate(line) if isinstance(value, str))
            self._row(count, line)
        self.page.set_row(0, 64)
        for column, title in enumerate(titles):
            side = _of_text(column) if column in texts else {"align": "right", "indent": 0}
            self.cell(0, column, title, **_HEADER, **side)
        last, end = len(titles) - 1, count
        self.page.autofilter(0, 0, max(count, 1), last)
        if self._layout.one_page and count <= _LINES_ON_A_PAGE:
            self.page.fit_to_pages(1, 1)
        self.page.freeze_panes(1, 1)
        self.page.repeat_rows(0)
        if total is not None:
            end = count + 2
            self._row(end, total, bold=True)
        if dropped:
            end = count + 1
            self.cell(end, 0, WORKBOOK.text("cut", count=dropped), bold=True)
        printed = self._layout.printed
        if printed is not None and printed <= last:
            self.page.print_area(0, 0, end, printed - 1)
            for column in range(printed, last + 1):
                width = self._layout.widths[column]
                self.page.set_column(column, column, width, None, {"level": 1, "hidden": True})
            self.page.set_column(last + 1, last + 1, None, None, {"collapsed": True})
        return count

    def _row(self, row: int, cells: Sequence[object], **style: object) -> None:
        for column, value in enumerate(cells):
            more: dict[str, object] = {"valign": "top"}
            if isinstance(value, str):
                more |= {**_of_text(column), "text_wrap": column in self._layout.wrapped}
            self.cell(row, column, value, **style, **more)

    def line(self, row: int, cells: Sequence[object], **style: object) -> None:
        """Write values into a row, beginning in its first column; None is an empty cell."""
        for column, value in enumerate(cells):
            self.cell(row, column, value, **style)

    def bars(self, column: int, first: int, last: int) -> None:
        """Show the shares in the rows of a column as bars, too."""
        self.page.conditional_format(first, column, last, column, dict(_BAR))

    def colours(self, column: int, first: int, last: int, of: Mapping[str, str]) -> None:
        """Colour the texts in the rows of a column; ``of`` has the colour of each text."""
        for text, colour in of.items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{text}"'}
            shown = self._book.format(font_color=colour)
            self.page.conditional_format(first, column, last, column, rule | {"format": shown})

    def chart(
        self,
        row: int,
        of: Sheet,
        count: int,
        lines: Iterable[tuple[str, int, Mapping[str, object]]],
        *,
        title: str,
        lowest: float,
    ) -> None:
        """Draw shares over the first column of another sheet; each has a name, column and style."""
        drawn, name = self._book.line_chart(), of.page.get_name()
        for named, column, style in lines:
            first = {
                "categories": [name, 1, 0, count, 0],
                "values": [name, 1, column, count, column],
            }
            drawn.add_series({"name": named, "line": dict(style), **first})
        drawn.set_title({"name": title, "name_font": {"size": 11}, "overlay": False})
        bottom = max(math.floor(10 * lowest - 0.5), 0) / 10
        small = {"size": 8}
        drawn.set_x_axis({"num_font": small})
        drawn.set_y_axis({"num_format": "0%", "min": bottom, "max": 1, "num_font": small})
        drawn.set_legend({"position": "bottom"})
        drawn.show_hidden_data()
        drawn.set_size({"width": 1000, "height": 300})
        self.page.insert_chart(row, 0, drawn)

    def link(self, row: int, text: str, sheet: Sheet, to: int) -> None:
        """Make a text in the first column a link to a row of another sheet."""
        name = sheet.page.get_name().replace("'", "''")
        style = self._book.format(**_LINK, valign="top", text_wrap=True)
        self.page.write_url(row, 0, f"internal:'{name}'!A{to + 1}", style, storable(text))

    def cell(self, row: int, column: int, value: object, **style: object) -> None:
        """Write a value into a cell; text is never interpreted as a formula or a link."""
        page, found = self.page, self._book.format
        shown: Any = value
        if isinstance(value, date) and value.year < _FIRST_YEAR:
            value = value.isoformat()
        match value:
            case None:
                return
            case str():
                page.write_string(row, column, storable(value), found(**style) if style else None)
                return
            case Share():
                shown, form = value.share, value.format
            case Points():
                zero = f"0.{'0' * value.places}"
                shown, form = round(value.points, value.places) + 0.0, f"+{zero};-{zero};{zero}"
            case timedelta():  # days are the unit of time of Excel
                amount = whole_minutes(value)
                shown, form = amount / timedelta(days=1), _amount_format(amount)
            case datetime() | date():
                has_time = isinstance(value, datetime)
                form = "dd.mm.yyyy hh:mm" if has_time else "dd.mm.yyyy"
                plain = value.replace(tzinfo=None) if isinstance(value, datetime) else value
                page.write_datetime(row, column, plain, found(num_format=form, **style))
                return
            case _:
                form = "#,##0" if isinstance(value, int) else "0.00"
        page.write_number(row, column, shown, found(num_format=form, **style))


def _amount_format(amount: timedelta) -> str:
    """Return the format of a number that shows an amount of whole minutes as it is in words."""
    hours, minutes = (CHARTS.text(f"amount_{key}", count="") for key in ("hours", "minutes"))
    if amount < _HOUR:
        return f'[m]"{minutes}"'
    return f'[h]"{hours}\N{NO-BREAK SPACE}"m"{minutes}"' if amount % _HOUR else f'[h]"{hours}"'


def _of_text(column: int) -> dict[str, object]:
    return {"align": "left", "indent": 1 if column else 0}


def storable(text: str) -> str:
    """Escape the characters of a text that XML cannot store."""
    return _UNSTORABLE.sub(lambda found: repr(found[0])[1:-1], text)
