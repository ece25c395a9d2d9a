"""``--min-read``: a finished run that could read too few of its rows is an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final, NamedTuple, TypeVar

import click

from workhours_sla.errors import SourceError
from workhours_sla.text import words
from workhours_sla.text.shell import say

DEFAULT_MIN_READ: Final = "50%"

_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*%|(\d{1,3})", re.ASCII)

Command = TypeVar("Command", bound=Callable[..., Any])


class Unread(NamedTuple):
    """How many rows gave no event for one reason, and the first of them as a person finds it."""

    rows: int
    example: str


def min_read_option(command: Command) -> Command:
    """Add ``--min-read`` to a command."""
    return click.option(
        "--min-read",
        metavar="PERCENT",
        default=DEFAULT_MIN_READ,
        help=f"Fail if less of the rows can be read; 0 never fails. [{DEFAULT_MIN_READ}]",
    )(command)


def read_percent(text: str, lang: str) -> Fraction:
    """Return the share that ``50%``, ``50`` or ``99.5%`` is. Raises click.UsageError.

    >>> read_percent("50", "en")
    Fraction(1, 2)
    """
    found = _PERCENT.fullmatch(text.strip())
    share = Fraction((found[1] or found[2]).replace(",", ".")) / 100 if found else None
    if share is None or share > 1:
        raise click.UsageError(say("no_min_read", lang, text=repr(text)))
    return share


def refuse_unread(
    read: int, unread: Mapping[str, Unread], least: Fraction, lang: str, *, kept: bool
) -> None:
    """Raise SourceError if less than ``least`` of the rows that were read gave events.

    ``unread`` has the others by their reason; ``kept`` says that a store has them in quarantine.
    """
    good = read - sum(one.rows for one in unread.values())
    if not read or Fraction(good, read) >= least:
        return
    cause, (count, example) = max(unread.items(), key=lambda one: one[1].rows)
    msg = say(
        "too_few_read",
        lang,
        good=good,
        read=read,
        least=f"{float(least * 100):g}",
        cause=words.pick(words.QUARANTINE_REASONS[cause], lang),
        count=count,
        example=example,
        way_out=say("unread_kept" if kept else "unread_file", lang),
    )
    raise SourceError(msg, read=read, unread=read - good)
