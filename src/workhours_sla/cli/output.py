"""Output of all commands: exit statuses, JSON, notes, and text that is safe for terminals."""

from __future__ import annotations

import json
import sys
from typing import Any, Final, Protocol

import click

from workhours_sla.json.answers import json_value
from workhours_sla.json.text import escape_controls
from workhours_sla.text.catalog import SHELL

BREACHES: Final = 1
"""Exit status if breaches were found. Status 1 never means anything else."""
UNREADABLE: Final = 2
"""Exit status for wrong usage, and for input that is unreadable, rejected, lost or damaged."""
CALENDAR_UNKNOWN: Final = 3
"""Exit status if the answer depends on a date that the calendar does not cover."""
INTERNAL: Final = 70
"""Exit status for an error of this program."""
INTERRUPTED: Final = 130
"""Exit status after Ctrl-C."""
CLOSED_PIPE: Final = 141
"""Exit status if the reader of standard output has closed the pipe, as shells use for SIGPIPE."""


def echo_json(data: object) -> None:
    """Print one JSON document, never localised, with control characters escaped.

    Dates and times are printed in ISO 8601, and amounts of time as ISO 8601 durations.
    """
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    ascii_only = not encoding.startswith("utf")
    text = json.dumps(data, ensure_ascii=ascii_only, indent=2, default=json_value)
    click.echo(escape_controls(text))


def echo_note(key: str, /, **facts: object) -> None:
    """Print a note on standard error: the text of a key in ``SHELL``."""
    click.echo(f"{SHELL.text('note')}: {SHELL.text(key, **facts)}", err=True)


class Note(Protocol):
    """A function that shows the text of a key in ``SHELL`` to who runs the command."""

    def __call__(self, key: str, /, **facts: object) -> None:
        """Show the text with its facts."""


def printable(text: Any) -> str:
    r"""Replace each control character by ``?``, because a terminal would interpret it.

    >>> printable("roads\x1b[31m")
    'roads?[31m'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))
