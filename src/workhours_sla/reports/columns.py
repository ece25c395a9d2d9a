"""The figures of a group of appeals, each declared once: all outputs are made from this list.

The heading of a figure is the text of its key in the catalog, in both languages.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

from workhours_sla.compliance.tables import Quantile, Row
from workhours_sla.reports.wording import NONE, percent_text
from workhours_sla.statistics.intervals import (
    COUNTS_ONLY_BELOW,
    FLAGGED_BELOW,
    TargetVerdict,
)
from workhours_sla.text.catalog import PAGE, TARGET_VERDICTS, WORKBOOK
from workhours_sla.text.numbers import NO_FIGURE, count_text, hours_grouped, number
from workhours_sla.text.words import heading
from workhours_sla.worktime.amounts import format_amount

Kind = Literal["text", "whole", "whole_or_none", "share", "amount", "instant", "date", "flag"]
"""The kind of values in a column; every kind but ``whole`` allows missing values.

``share`` is any number with a fraction, and ``amount`` an amount of time.
"""

_HOUR: Final = timedelta(hours=1)


class Figure(NamedTuple):
    """A figure of a group: what it is, from how many appeals it says something, and its format.

    ``kind`` is None for a figure that is only shown. With fewer than ``least`` matured appeals it
    is left out, except from JSON, CSV and data frames. ``path`` leads to its value in a row, if it
    is not ``key``; ``made`` returns it, if it is in no row. ``heading`` is the key of its heading
    in text and on the page, if it is not ``key``. ``shown`` writes it, given a row and a dash for a
    missing figure; without it, the format follows from the kind. ``sorts`` returns what the page
    sorts by, if it is not the value. A share that ``is_judged`` is compared with the target:
    rounding never moves it across. Only groups that are compared with each other have a figure that
    ``is_compared``. ``look`` is the class of its cells on the page, and ``width`` the width of its
    column in a workbook.
    """

    key: str
    kind: Kind | None
    least: int = 0
    path: str = ""
    made: Callable[[Row], Any] | None = None
    heading: str = ""
    shown: Callable[[Row, str], str] | None = None
    sorts: Callable[[Row], Any] | None = None
    is_judged: bool = False
    is_compared: bool = False
    look: str = ""
    width: float = 11

    def value(self, row: Row) -> Any:
        """Return the value of a row, None if it has none."""
        if self.made is not None:
            return self.made(row)
        found: Any = row
        for name in (self.path or self.key).split("."):
            found = None if found is None else getattr(found, name)
        return found

    def known(self, row: Row) -> Any:
        """Return the value, None if the row has too few appeals."""
        return None if row.counts.matured < self.least else self.value(row)

    def sort_key(self, row: Row) -> float | None:
        """Return the number by which the page sorts the row, None if it has none."""
        if row.counts.matured < self.least:
            return None
        found = (self.sorts or self.value)(row)
        if isinstance(found, timedelta):
            return found / _HOUR
        return found if isinstance(found, int | float) else None

    def text(self, row: Row, *, is_page: bool = False) -> str:
        """Write the figure of a row for plain text or for the page."""
        dash = NO_FIGURE if is_page else NONE
        value = self.known(row)
        if self.shown is not None:
            few = self.kind == "amount" and row.counts.matured < self.least
            return dash if few else self.shown(row, dash)
        if value is None:
            return dash
        if isinstance(value, int):
            return count_text(value) if is_page else str(value)
        return hours_grouped(value) if isinstance(value, timedelta) else percent_text(value)


# -- formats ---------------------------------------------------------------------------------------


def rate_text(row: Row, dash: str = NONE) -> str:
    """Return the share in time in percent, without the sign.

    A share of fewer than twenty appeals is followed by ``*``. Fewer than ten appeals have counts
    instead, such as ``6/8``.

    >>> from workhours_sla.statistics.maturity import CohortCounts
    >>> from workhours_sla.statistics.intervals import compliance_rate
    >>> counts = CohortCounts(6, 4, 0, 0, 0, 0, 8, 6)
    >>> rate = compliance_rate(6, 8, 0.9)
    >>> rate_text(Row("A", counts, rate, 6, 6, 4, 2, None, None, None, None, None, None))
    '6/8'
    """
    rate = row.rate
    if rate is None:
        return dash
    if rate.counts_only:
        return f"{rate.met}/{rate.n}"
    return percent_text(rate.rate, target=rate.target) + ("*" if rate.flagged else "")


def interval_text(row: Row, dash: str = NONE) -> str:
    """Return the Wilson interval of the share in time in percent, or a dash if there is no share.

    ``dash`` is also written between the bounds.
    """
    rate = row.rate
    if rate is None:
        return dash
    lower, upper = (
        percent_text(bound, target=rate.target)
        for bound in (rate.interval.lower, rate.interval.upper)
    )
    return f"[{lower}{dash}{upper}]"


def verdict_of(row: Row) -> TargetVerdict:
    """Return the verdict on a row; ``TOO_FEW`` while none of its appeals has matured."""
    return TargetVerdict.TOO_FEW if row.rate is None else row.rate.shown_verdict


def verdict_text(row: Row, _dash: str = NONE) -> str:
    """Write in words whether a group meets the target.

    The text is "too few" for an inconclusive verdict on fewer than twenty appeals.
    """
    return TARGET_VERDICTS[verdict_of(row)]


def quantile_text(quantile: Quantile | None, dash: str = NONE) -> str:
    """Return a quantile in hours of working time, or ``> longest`` if it is not reached."""
    if quantile is None:
        return dash
    if quantile.time is None:
        gap = "\N{NO-BREAK SPACE}" if dash == NO_FIGURE else " "
        return f">{gap}{hours_text(quantile.longest)}"
    return hours_text(quantile.time)


def hours_text(amount: timedelta) -> str:
    """Return an amount of time in hours, rounded to one decimal."""
    return number(f"{amount / _HOUR:.1f}")


def lowest(rows: Iterable[Row], target: float) -> float:
    """Return the lower end for an axis of shares, a multiple of 0.1.

    It is at most the lower bound of every row's interval, and at least 0.1 below the target, but
    never negative.
    """
    lower = [row.rate.interval.lower for row in rows if row.rate and not row.rate.counts_only]
    return max(math.floor(min([*lower, target - 0.1]) * 10) / 10, 0.0)


# -- values ----------------------------------------------------------------------------------------


def _longest(row: Row) -> str | None:
    texts = [
        WORKBOOK.text("longer", name=heading(name), amount=format_amount(found.longest))
        for name, found in (("median", row.median), ("p90", row.p90))
        if found is not None and found.time is None
    ]
    return "; ".join(texts) or None


def _few(row: Row) -> str | None:
    n = row.counts.matured
    bounds = (bound for bound in (COUNTS_ONLY_BELOW, FLAGGED_BELOW) if n < bound)
    return next((WORKBOOK.text("below", count=bound) for bound in bounds), None)


def _place(row: Row, dash: str) -> str:
    return dash if row.funnel is None else PAGE.text(f"place_{row.funnel}")


def _quantile(key: str) -> Iterable[Figure]:
    read = attrgetter(key)

    def shown(row: Row, dash: str) -> str:
        return quantile_text(read(row), dash)

    def reached(row: Row) -> timedelta | None:
        found: Quantile | None = read(row)
        return None if found is None else found.time if found.time is not None else found.longest

    yield Figure(key, "amount", FLAGGED_BELOW, f"{key}.time", shown=shown, sorts=reached)
    for bound in ("lower", "upper"):
        yield Figure(f"{key}_{bound}", "amount", path=f"{key}.{bound}")


def _counts(*keys: str) -> Iterable[Figure]:
    return (Figure(key, "whole", path=f"counts.{key}") for key in keys)


def _equal_mix(key: str, path: str = "") -> Figure:
    return Figure(key, "share", FLAGGED_BELOW, path, is_compared=True, look="extra")


def _judged(key: str, path: str, **more: Any) -> Figure:
    return Figure(key, "share", COUNTS_ONLY_BELOW, path, is_judged=True, width=9, **more)


_FIGURES: Final = (
    *_counts("arrived", "matured"),
    Figure("matured_met", "whole", path="counts.matured_met", heading="met"),
    *_counts("early", "met", "breached", "pending", "paused", "withdrawn", "excluded"),
    _judged("rate", "rate.rate", shown=rate_text, look="main"),
    _judged("lower", "rate.interval.lower"),
    _judged("upper", "rate.interval.upper"),
    Figure(
        "verdict",
        "text",
        path="rate.verdict.value",
        heading="target",
        shown=verdict_text,
        look="verdict",
        width=16,
    ),
    *_quantile("median"),
    *_quantile("p90"),
    Figure("restricted_mean", "amount", FLAGGED_BELOW, look="extra"),
    Figure("mean_answered", "amount", FLAGGED_BELOW),
    Figure("open", "whole", width=9),
    *(Figure(key, "whole") for key in ("overdue", "answered", "answered_met")),
    Figure("closed_only", "share", FLAGGED_BELOW, look="biased"),
    Figure("final_at", "instant", width=20),
    _equal_mix("standardised"),
    _equal_mix("standardised_lower", "standardised_interval.lower"),
    _equal_mix("standardised_upper", "standardised_interval.upper"),
    Figure("funnel", "whole_or_none", shown=_place, is_compared=True, look="extra words"),
    Figure("interval", None, COUNTS_ONLY_BELOW, "rate.interval.lower", shown=interval_text),
    Figure("bar", None, made=lambda _: None, look="bar"),
    Figure("open_overdue", None, path="open", shown=lambda row, _: f"{row.open}/{row.overdue}"),
    Figure("few", None, made=_few, width=13),
    Figure("not_reached", None, FLAGGED_BELOW, made=_longest, width=30),
)
FIGURES: Final[Mapping[str, Figure]] = {one.key: one for one in _FIGURES}
"""All figures by key; those with a kind are columns of CSV files and data frames, in this order."""
ROW_KINDS: Final[Mapping[str, Kind]] = {one.key: one.kind for one in _FIGURES if one.kind}
"""The kind of each figure that ``row_values`` returns, keyed by column."""

IN_TEXT: Final = (
    *("arrived", "matured", "matured_met", "rate", "interval", "standardised", "verdict"),
    *("median", "p90", "open_overdue", "closed_only"),
)
"""Figures of a table in plain text."""
ON_PAGE: Final = (
    *("arrived", "matured", "matured_met", "rate", "interval", "bar", "verdict"),
    *("median", "p90", "restricted_mean", "open", "overdue", "standardised", "funnel"),
    "closed_only",
)
"""Figures of a table on the page."""
PRINTED: Final = (
    *("arrived", "matured", "matured_met", "rate", "lower", "upper", "verdict"),
    *("standardised", "funnel"),
    *("breached", "open", "overdue", "median", "p90", "few"),
)
"""Figures of a sheet of groups that are printed, after the name of the group."""
BESIDE: Final = (
    *("not_reached", "standardised_lower", "standardised_upper"),
    *("restricted_mean", "mean_answered", "closed_only"),
    *("early", "pending", "paused", "withdrawn", "excluded"),
)
"""Figures of a sheet of groups that are not printed."""
IN_SUMMARY: Final = (
    *("arrived", "matured", "matured_met", "rate", "few", "lower", "upper", "verdict"),
    *("breached", "early", "pending", "paused", "withdrawn", "excluded"),
    *("open", "overdue", "median", "p90", "not_reached"),
)
"""Figures of all appeals on the summary sheet."""


def row_values(row: Row) -> dict[str, Any]:
    """Return the figures of a row, keyed by column.

    Shares are from 0 to 1, amounts of working time are timedelta, and a missing figure is None.
    """
    return {key: FIGURES[key].value(row) for key in ROW_KINDS}
