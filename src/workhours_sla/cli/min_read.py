"""The option ``--min-read``: fail if too few of the rows could be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import click

from workhours_sla.errors import SourceError, shown
from workhours_sla.text import words
from workhours_sla.text.shell import SHELL

_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,99})?)\s*%|(\d{1,3})", re.ASCII)


class Unread(NamedTuple):
    """How many rows could not be read for the same reason, and the first such row as an example."""

    rows: int
    example: str


def read_percent(text: str, lang: str) -> Fraction:
    """Parse a percentage such as ``50%``, ``50`` or ``99.5%`` to a fraction from 0 to 1.

    Raises click.UsageError.

    >>> read_percent("50", "en")
    Fraction(1, 2)
    """
    found = _PERCENT.fullmatch(text.strip())
    share = Fraction((found[1] or found[2]).replace(",", ".")) / 100 if found else None
    if share is None or share > 1:
        raise click.UsageError(SHELL.text(lang, "no_min_read", text=shown(text)))
    return share


def check_read_share(
    read: int, unread: Mapping[str, Unread], least: Fraction, lang: str, *, kept: bool
) -> None:
    """Raise SourceError if the share of the rows that gave events is less than ``least``.

    ``read`` is the number of all rows. ``unread`` has the rows without events, keyed by reason.
    ``kept`` says that a store keeps those rows in quarantine.
    """
    good = read - sum(one.rows for one in unread.values())
    if not read or Fraction(good, read) >= least:
        return
    cause, (count, example) = max(unread.items(), key=lambda one: one[1].rows)
    msg = SHELL.text(
        lang,
        "too_few_read",
        good=good,
        read=read,
        least=f"{float(least * 100):g}",
        cause=words.pick(words.QUARANTINE_REASONS[cause], lang),
        count=count,
        example=example,
        solution=SHELL.text(lang, "unread_kept" if kept else "unread_file"),
    )
    raise SourceError(msg, read=read, unread=read - good)
