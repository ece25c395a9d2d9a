"""The option ``--min-read``: fail if too few rows could be read."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final, NamedTuple

import click

from workhours_sla.cli.percentages import read_share
from workhours_sla.errors import SourceError, shown
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import said

_FIXES: Final = {
    "unreadable_time": "fix_time",
    "missing_value": "fix_value",
    "malformed": "fix_row",
}
"""For each reason of rejection, the key of the text on how to correct the rows."""
_WITH_FIX: Final = frozenset({"naive_time", "unknown_type", "unknown_value"})
"""Reasons of rejection whose details already state how to correct the row."""


class Unread(NamedTuple):
    """The number of rows rejected for one reason, with the first such row as an example.

    ``where`` is the place of that row, ``text`` its text, and ``detail`` the fault in it.
    """

    rows: int
    where: str
    text: str
    detail: str


def read_percent(text: str) -> Fraction:
    """Parse a percentage such as ``50%``, ``50`` or ``99.5%`` to a fraction from 0 to 1.

    Raises click.UsageError.

    >>> read_percent("50")
    Fraction(1, 2)
    """
    share = read_share(text, is_percent=True)
    if share is None:
        raise click.UsageError(SHELL.text("no_min_read", text=shown(text)))
    return share


def check_read_share(
    read: int, unread: Mapping[str, Unread], least: Fraction, *, kept: bool
) -> None:
    """Raise SourceError if the share of rows that gave events is less than ``least``.

    ``read`` is the number of all rows. ``unread`` has the rows without events, keyed by reason.
    ``kept`` is true if a store keeps those rows in quarantine.
    """
    good = read - sum(one.rows for one in unread.values())
    if not read or Fraction(good, read) >= least:
        return
    reason, first = max(unread.items(), key=lambda one: one[1].rows)
    msg = SHELL.text(
        "too_few_read",
        where=first.where,
        text=shown(first.text.strip()),
        detail=said(first.detail),
        fix=_fix(reason, kept=kept),
        count=first.rows,
        read=read,
        least=f"{float(least * 100):g}",
    )
    raise SourceError(msg, read=read, unread=read - good)


def _fix(reason: str, *, kept: bool) -> str:
    """Return the advice on how to correct rows rejected for a reason."""
    if kept:
        return SHELL.text("fix_kept")
    return "" if reason in _WITH_FIX else SHELL.text(_FIXES.get(reason, "fix_other"))
