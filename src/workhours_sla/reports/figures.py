"""The figures of a group of appeals, each declared once: all outputs are loops over this list.

A figure says where it is shown; each place shows its figures in the order of this list. The
heading of a figure is the text of its key in the catalog. A new figure needs a line here, its
computation in a ``Row``, and its texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

from workhours_sla.compliance.group_tables import Quantile, Row
from workhours_sla.compliance.period import Period
from workhours_sla.compliance.report_numbers import ReportNumbers
from workhours_sla.reports.wording import NONE, amount_in_words, percent_text
from workhours_sla.statistics.shares import COUNTS_ONLY_BELOW, FLAGGED_BELOW, TargetVerdict
from workhours_sla.text.catalog import PAGE, TARGET_VERDICTS, WORKBOOK
from workhours_sla.text.numbers import count_text, target_text
from workhours_sla.text.words import heading, title_of, when_text

Kind = Literal["text", "whole", "whole_or_none", "share", "amount", "instant", "date", "flag"]
"""The kind of values in a column; every kind but ``whole`` allows missing values.

``share`` is any number with a fraction, and ``amount`` an amount of time.
"""

PLACES: Final = ("text", "page", "all", "week", "print", "sheet", "summary")
"""Where a figure can be shown: tables in text and on the page, the figures of all appeals and of a
week on the page, the printed columns of a workbook's sheets and those beside them, the summary of a
workbook."""

_HOUR: Final = timedelta(hours=1)


class Figure(NamedTuple):
    """A figure of a group: what it is, from how many appeals it says something, and its format."""

    key: str
    kind: Kind | None  # None if it is only shown, and in no CSV file or data frame
    where: str = ""  # the places that show it, of PLACES
    least: int = 0  # with fewer matured appeals it is shown nowhere
    path: str = ""  # to its value in a row, if that is not the key
    made: Callable[[Row], Any] | None = None  # returns the value, if it is in no row
    heading: str = ""  # the key of its heading in text and on the page, if another
    shown: Callable[[Row, str], str] | None = None  # writes it, given a dash for a missing figure
    sorts: Callable[[Row], Any] | None = None  # what the page sorts by, if not the value
    is_judged: bool = False  # compared with the target: rounding never moves it across
    is_compared: bool = False  # left out where it only repeats the share; last in CSV files
    is_current: bool = False  # counted now: with a period, its heading says of which appeals
    dispensable: int = 0  # a narrow table of text leaves out 1 first, then 2; 0 always stays
    look: str = ""  # the class of its cells on the page
    width: float = 11  # of its column in a workbook

    def value(self, row: Row) -> Any:
        if self.made is not None:
            return self.made(row)
        found: Any = row
        for name in (self.path or self.key).split("."):
            found = None if found is None else getattr(found, name)
        return found

    def known(self, row: Row) -> Any:
        return None if row.counts.matured < self.least else self.value(row)

    def sort_key(self, row: Row) -> float | None:
        """Return the number by which the page sorts the row, None if it has none."""
        if row.counts.matured < self.least:
            return None
        found = (self.sorts or self.value)(row)
        if isinstance(found, timedelta):
            return found / _HOUR
        return found if isinstance(found, int | float) else None

    def text(self, row: Row, dash: str = NONE) -> str:
        """Write the figure of a row, with ``dash`` for a missing figure."""
        value = self.known(row)
        if self.shown is not None:
            few = self.kind == "amount" and row.counts.matured < self.least
            return dash if few else self.shown(row, dash)
        shown = dash
        match value:
            case str():
                shown = value
            case int():
                shown = count_text(value)
            case timedelta():
                shown = amount_in_words(value)
            case datetime():
                shown = when_text(value)
            case float():
                shown = percent_text(value)
        return shown

    def title(self, report: ReportNumbers, *, in_workbook: bool = False) -> str:
        promise = report.promise
        key = self.heading or self.key
        if self.is_current and report.period != Period():
            key = f"{key}_of_period"
        found = title_of(key if self.is_current else self.key) if in_workbook else heading(key)
        return found.format(
            target=target_text(promise.target_rate), horizon=amount_in_words(promise.horizon)
        )


def figures_of(place: str, rows: Iterable[Row] = ()) -> list[Figure]:
    """Return the figures of a place, without comparisons that only repeat the share of ``rows``."""
    rows = list(rows)
    return [
        one
        for one in FIGURES.values()
        if place in one.where.split()
        and (
            not one.is_compared
            or any(one.known(row) is not None and one.text(row) != rate_text(row) for row in rows)
        )
    ]


def rate_text(row: Row, dash: str = NONE) -> str:
    """Return the share in time in percent: ``94.4*`` of fewer than twenty, or counts as ``6/8``."""
    rate = row.rate
    if rate is None:
        return dash
    if rate.counts_only:
        return f"{rate.met}/{rate.n}"
    return percent_text(rate.rate, target=rate.target) + ("*" if rate.flagged else "")


def interval_text(row: Row, dash: str = NONE) -> str:
    """Return the Wilson interval of the share in time in percent; ``dash`` is between its ends."""
    rate = row.rate
    if rate is None:
        return dash
    ends = (rate.interval.lower, rate.interval.upper)
    return f"[{dash.join(percent_text(end, target=rate.target) for end in ends)}]"


def verdict_of(row: Row) -> TargetVerdict:
    return TargetVerdict.TOO_FEW if row.rate is None else row.rate.shown_verdict


def quantile_text(quantile: Quantile | None, dash: str = NONE) -> str:
    """Return a quantile of working time, or ``> longest`` if it is not reached."""
    if quantile is None:
        return dash
    if quantile.time is None:
        return f">\N{NO-BREAK SPACE}{amount_in_words(quantile.longest)}"
    return amount_in_words(quantile.time)


def _longest(row: Row) -> str | None:
    texts = [
        WORKBOOK.text("longer", name=heading(name), amount=amount_in_words(found.longest))
        for name, found in (("median", row.median), ("p90", row.p90))
        if found is not None and found.time is None
    ]
    return "; ".join(texts) or None


def _few(row: Row) -> str | None:
    n = row.counts.matured
    bounds = (bound for bound in (COUNTS_ONLY_BELOW, FLAGGED_BELOW) if n < bound)
    return next((WORKBOOK.text("below", count=bound) for bound in bounds), None)


def _verdict(row: Row, _: str) -> str:
    return TARGET_VERDICTS[verdict_of(row)]


def _open_overdue(row: Row, _: str) -> str:
    return f"{row.open}/{row.overdue}"


def _place(row: Row, dash: str) -> str:
    return dash if row.funnel is None else PAGE.text(f"place_{row.funnel}")


def _count(key: str, where: str = "", **more: Any) -> Figure:
    return Figure(key, "whole", where, path=f"counts.{key}", **more)


def _judged(key: str, where: str, path: str, **more: Any) -> Figure:
    return Figure(key, "share", where, COUNTS_ONLY_BELOW, path, is_judged=True, width=9, **more)


def _quantile(key: str, dispensable: int) -> Iterable[Figure]:
    read: Callable[[Row], Quantile | None] = attrgetter(key)

    def reached(row: Row) -> timedelta | None:
        found = read(row)
        return None if found is None else found.longest if found.time is None else found.time

    def shown(row: Row, dash: str) -> str:
        return quantile_text(read(row), dash)

    where = "text page all print summary"
    found = Figure(key, "amount", where, FLAGGED_BELOW, f"{key}.time", shown=shown, sorts=reached)
    yield found._replace(dispensable=dispensable)
    for bound in ("lower", "upper"):
        yield Figure(f"{key}_{bound}", "amount", path=f"{key}.{bound}")


_MAIN: Final = "text page all week print summary"
_STATE: Final = "all sheet summary"

_FIGURES: Final = (
    _count("arrived", _MAIN, dispensable=7),
    _count("matured", _MAIN, dispensable=9),
    _count("matured_met", _MAIN, dispensable=6, heading="met"),
    _count("early", _STATE),
    _count("met"),
    _count("breached", "all print summary"),
    *(_count(key, _STATE) for key in ("pending", "paused", "withdrawn", "excluded")),
    _judged("rate", _MAIN, "rate.rate", shown=rate_text, look="main"),
    _judged("lower", "sheet summary", "rate.interval.lower"),
    _judged("upper", "sheet summary", "rate.interval.upper"),
    _judged("interval", "text page week", "rate.interval.lower")._replace(
        kind=None, shown=interval_text, dispensable=5
    ),
    Figure(
        "funnel", "whole_or_none", "page sheet", shown=_place, is_compared=True, look="extra words"
    ),
    Figure("verdict", "text", "text page all print summary", look="verdict")._replace(
        path="rate.verdict.value", heading="target", shown=_verdict, width=16
    ),
    *_quantile("median", dispensable=4),
    *_quantile("p90", dispensable=3),
    Figure("not_reached", None, "sheet summary", FLAGGED_BELOW, made=_longest, width=30),
    Figure("restricted_mean", "amount", "page all sheet", FLAGGED_BELOW, look="extra"),
    Figure("mean_answered", "amount", "all sheet", FLAGGED_BELOW),
    Figure("open", "whole", "page all print summary", is_current=True, width=9),
    Figure("overdue", "whole", "page all print summary", is_current=True),
    Figure(
        "open_overdue",
        None,
        "text",
        path="open",
        is_current=True,
        dispensable=8,
        shown=_open_overdue,
    ),
    Figure("answered", "whole"),
    Figure("answered_met", "whole"),
    Figure(
        "closed_only", "share", "text page all sheet", FLAGGED_BELOW, look="biased", dispensable=2
    ),
    Figure("final_at", "instant", "week", look="words", width=20),
    Figure("few", None, "sheet summary", made=_few, width=13),
)
FIGURES: Final[Mapping[str, Figure]] = {one.key: one for one in _FIGURES}
ROW_KINDS: Final[Mapping[str, Kind]] = {
    one.key: one.kind for one in sorted(_FIGURES, key=attrgetter("is_compared")) if one.kind
}
"""The kind of each figure that ``row_values`` returns: the columns of CSV files and frames."""


def row_values(row: Row) -> dict[str, Any]:
    """Return the figures of a row, keyed by column; a missing figure is None."""
    return {key: FIGURES[key].value(row) for key in ROW_KINDS}
